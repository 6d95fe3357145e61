"""For those who find and share pages: robots, sitemaps, pictures beside links, QR codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from xml.sax.saxutils import escape

from litestar import MediaType, Request, Response
from litestar.handlers import HTTPRouteHandler

from baken.errors import NotFoundError
from baken.model import LANGUAGES
from baken.text.speech import SOURCE_LANGUAGE, Speech

from .cards import Cards
from .matrix import code_of
from .page import Query, localised
from .pages import PAGES
from .routing import get
from .site import Site

_PAGES_A_FILE: Final = 5_000
"""Pages listed in one sitemap, each in every language: 20,000 addresses of the 50,000 allowed, and
15 MB of the 50."""

_A_DAY: Final = "public, max-age=86400"


def handlers(site: Site) -> list[HTTPRouteHandler]:
    """Return the routes of what is made for finding and sharing."""
    cards = Cards(site.workspace)
    url = site.workspace.url

    @get("/robots.txt", sync_to_thread=False, media_type=MediaType.TEXT)
    def robots() -> str:
        rules = site.assets.contents["robots.txt"].decode()
        return f"{rules}\nSitemap: {url}/sitemap.xml\n" if url else rules

    @get("/sitemap.xml", sync_to_thread=True)
    def sitemap(request: Request[Any, Any, Any]) -> Response[str]:
        if url is None:
            raise NotFoundError(
                "There is no sitemap, because this site does not know its public address. "
                "Whoever runs it sets BAKEN_URL."
            )
        paths = list(_paths(site))
        part = request.query_params.get("part")
        files = [paths[i : i + _PAGES_A_FILE] for i in range(0, len(paths), _PAGES_A_FILE)]
        if part is None:
            return _xml(_index(url, len(files)))
        if not part.isdecimal() or not 1 <= int(part) <= len(files):
            raise NotFoundError(f"The sitemap has the parts 1 to {len(files)}, and no other.")
        return _xml(_urls(url, files[int(part) - 1]))

    return [
        robots,
        sitemap,
        *(
            handler
            for say in site.speeches.values()
            for handler in (
                *_pictures(cards, say),
                *_codes(site, say),
            )
        ),
    ]


def _pictures(cards: Cards, say: Speech) -> Iterator[HTTPRouteHandler]:
    def drawn(organisation_id: str | None) -> Response[bytes]:
        query = Query("/", {}, {}, say)
        return Response(
            cards.card(query, organisation_id),
            media_type="image/png",
            headers={"Cache-Control": _A_DAY},
        )

    @get(localised("/organisations/{id:str}/card.png", say.language), sync_to_thread=True)
    def of_organisation(request: Request[Any, Any, Any]) -> Response[bytes]:
        return drawn(request.path_params["id"])

    @get(localised("/card.png", say.language), sync_to_thread=True)
    def of_site() -> Response[bytes]:
        return drawn(None)

    yield of_organisation
    yield of_site


def _codes(site: Site, say: Speech) -> Iterator[HTTPRouteHandler]:
    url = site.workspace.url

    @get(localised("/organisations/{id:str}/qr.svg", say.language), sync_to_thread=True)
    def code(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Return the public address of a page as a picture that telephones read off paper."""
        organisation = site.workspace.organisation(request.path_params["id"])
        if url is None:
            raise NotFoundError("This site does not know its public address.")
        address = url + localised(f"/organisations/{organisation.id}", say.language)
        return Response(
            code_of(address), media_type="image/svg+xml", headers={"Cache-Control": _A_DAY}
        )

    yield code


def _paths(site: Site) -> Iterator[str]:
    """Yield the path, as in English, of every page that people may come to from elsewhere."""
    landscape = site.workspace.landscape
    for page in PAGES:
        if "{" not in page.path and page.depends_on != "visitor" and not page.is_embed:
            yield page.path
    yield from (f"/organisations/{one}" for one in sorted(site.workspace.names()))
    counts = site.workspace.facets().themes
    # A theme that nobody works on says nothing that its neighbours do not.
    yield from (f"/themes/{theme}" for theme in landscape.themes if counts.get(theme))
    yield from (f"/places/{place}" for place in landscape.places)


def _index(url: str, count: int) -> Iterator[str]:
    yield '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    for part in range(1, count + 1):
        yield f"<sitemap><loc>{url}/sitemap.xml?part={part}</loc></sitemap>"
    yield "</sitemapindex>"


def _urls(url: str, paths: list[str]) -> Iterator[str]:
    yield (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml">'
    )
    for path in paths:
        addresses = {code: escape(url + localised(path, code)) for code in LANGUAGES}
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href="{address}"/>'
            for code, address in (*addresses.items(), ("x-default", addresses[SOURCE_LANGUAGE]))
        )
        for address in addresses.values():
            yield f"<url><loc>{address}</loc>{others}</url>"
    yield "</urlset>"


def _xml(lines: Iterator[str]) -> Response[str]:
    content = "\n".join(('<?xml version="1.0" encoding="utf-8"?>', *lines, ""))
    return Response(content, media_type="application/xml")
