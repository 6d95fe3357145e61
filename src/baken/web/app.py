"""Putting the site together: pages, static files, headers and what goes wrong."""

from __future__ import annotations

import asyncio
import logging
import re
import traceback
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from litestar import HttpMethod, Litestar, MediaType, Request, Response
from litestar.config.compression import CompressionConfig
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler, route
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_304_NOT_MODIFIED,
    HTTP_400_BAD_REQUEST,
    HTTP_404_NOT_FOUND,
    HTTP_405_METHOD_NOT_ALLOWED,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_500_INTERNAL_SERVER_ERROR,
)
from msgspec import structs
from rapidfuzz import fuzz, process

from baken.errors import NeedError, NotFoundError
from baken.text.speech import SOURCE_LANGUAGE, Speech, message
from baken.workspace import Workspace

from . import (
    acting,
    counter,
    discovery,
    drawing,
    handbooks,
    linking,
    office,
    pictures,
    programs,
    statics,
    suggesting,
)
from .page import Link, Page, Query, localised
from .pages import PAGES
from .routing import get
from .site import Site

Handler = HTTPRouteHandler

_LOG = logging.getLogger("baken.web")

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; "
        "style-src 'self'; font-src 'self'; img-src 'self'; "
        "form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}
FRAMED_POLICY: Final = HEADERS["Content-Security-Policy"].replace(
    "frame-ancestors 'self'", "frame-ancestors *"
)
"""Of pages that are made to be shown inside other sites: nothing on them can be acted on."""


def _policy_with(host: str, policy: str) -> str:
    """Return the policy of a page that shows pictures of one other host, which a script fetches."""
    for source in ("img-src 'self'", "connect-src 'self'"):
        policy = policy.replace(source, f"{source} {host}")
    return policy


_QUALITY: Final = 4
"""Of brotli: 20 KB of HTML take 0.3 ms; 11 takes forty times that for a tenth less."""

_REFUSALS: Final = {
    HTTP_404_NOT_FOUND: message("There is no page at this address."),
    HTTP_405_METHOD_NOT_ALLOWED: message("This page cannot be asked for in that way."),
    HTTP_413_REQUEST_ENTITY_TOO_LARGE: message("What you sent is too long for this page."),
}
_REFUSED: Final = message("This request cannot be answered.")
_BROKEN: Final = message(
    "Something went wrong on our side. Your words were not lost: go back and try again."
)
_PACKED: Final = r"^/static/|\.(png|pdf|jpg)$"
"""Addresses of what is compressed already, or was when the site started."""


_LONGEST_WORDS: Final = 80
"""Letters of an address that the box takes over."""

_ENDING: Final = re.compile(rf"\.({'|'.join({'json', *(e for p in PAGES for e in p.forms)})})$")
"""By which an address asks for another form of a page."""


def create_app(workspace: Workspace) -> Litestar:
    """Return the site of an open workspace; closing the workspace is the caller's."""
    site = Site(workspace)
    pages = [
        handler
        for say in site.speeches.values()
        for page in PAGES
        for handler in _handlers(page, site, say)
    ]
    failures = _Failures(site)
    return Litestar(
        route_handlers=[
            _health(workspace),
            *linking.handlers(workspace),
            *programs.handlers(workspace),
            suggesting.handler(workspace),
            *handbooks.handlers(site),
            *statics.handlers(site.assets),
            *discovery.handlers(site),
            *drawing.handlers(site),
            *pages,
            *acting.handlers((*counter.SCREENS, *office.SCREENS), site, _query, _form),
            *(h for say in site.speeches.values() for h in pictures.handlers(site, say)),
        ],
        exception_handlers={
            HTTPException: failures.of_http,
            NotFoundError: failures.of_what_is_not_found,
            NeedError: failures.of_need,
            Exception: failures.unforeseen,
        },
        after_request=_add_headers,
        compression_config=CompressionConfig(
            backend="brotli", brotli_quality=_QUALITY, gzip_compress_level=6, exclude=_PACKED
        ),
        openapi_config=None,
        logging_config=None,
    )


def _handlers(page: Page, site: Site, say: Speech) -> list[Handler]:
    """Return the routes of a page and of its JSON form, in one language."""

    def show(request: Request[Any, Any, Any]) -> Response[bytes | str]:
        return answer(request, _query(request, say))

    async def show_posted(request: Request[Any, Any, Any]) -> Response[bytes | str]:
        form = _form(await request.body())
        query = _query(request, say)
        query = structs.replace(query, parameters={**query.parameters, **form})
        return await asyncio.to_thread(answer, request, query)

    def answer(request: Request[Any, Any, Any], query: Query) -> Response[bytes | str]:
        headers = {"Cache-Control": "private, no-store"}
        if page.depends_on != "visitor":
            headers = {"ETag": site.edition()}
            if headers["ETag"] in _known_editions(request):
                return Response(b"", status_code=HTTP_304_NOT_MODIFIED, headers=headers)
        form = page.forms.get(_ending(request))
        if form is not None:
            content = form.render(site.workspace, query, site.context(page, query))
            response: Response[bytes | str] = Response(content, media_type=form.media_type)
        elif _wants_json(request):
            response = _json(site.context(page, query))
        else:
            response = _html(site.shown(page, query))
        response.headers.update(headers)
        policy = FRAMED_POLICY if page.is_embed else HEADERS["Content-Security-Policy"]
        if page.section == "map" and site.workspace.tiles is not None:
            policy = _policy_with(site.workspace.tiles.host, policy)
        response.headers["Content-Security-Policy"] = policy
        return response

    # An id takes the ending with it, so that a variable path needs no second route.
    paths = [
        localised(path, say.language)
        for path in (
            (page.path,)
            if "{" in page.path
            else (page.path, page.json_path, *(f"{page.path}.{ending}" for ending in page.forms))
        )
    ]
    if not page.longest_form:
        return [get(path, sync_to_thread=True)(show) for path in paths]
    taking_forms = partial(
        route,
        http_method=[HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST],
        status_code=HTTP_200_OK,
        request_max_body_size=page.longest_form,
    )
    return [taking_forms(path)(show_posted) for path in paths]


def _known_editions(request: Request[Any, Any, Any]) -> set[str]:
    """Return the editions of a page that the asker still has."""
    return {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}


def _query(request: Request[Any, Any, Any], say: Speech) -> Query:
    """Return what an address asks for, in the language that the address is in."""
    path = {name: _ENDING.sub("", str(value)) for name, value in request.path_params.items()}
    parameters: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if value:
            parameters.setdefault(name, []).append(value)
    page = _ENDING.sub("", request.url.path)
    if say.language != SOURCE_LANGUAGE:
        page = page.removeprefix(f"/{say.language}") or "/"
    return Query(page, path, parameters, say)


def _form(body: bytes) -> dict[str, list[str]]:
    """Return the fields of a posted form, the empty ones left out."""
    fields: dict[str, list[str]] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), errors="replace"):
        fields.setdefault(name, []).append(value)
    return fields


def _ending(request: Request[Any, Any, Any]) -> str:
    """Return which form of a page is asked for; empty for the page itself."""
    found = _ENDING.search(request.url.path)
    return found[1] if found else ""


def _wants_json(request: Request[Any, Any, Any]) -> bool:
    return request.url.path.endswith(".json")


def _html(content: str, status: int = HTTP_200_OK) -> Response[bytes | str]:
    return Response(content, media_type=MediaType.HTML, status_code=status)


def _json(content: Any, status: int = HTTP_200_OK) -> Response[bytes | str]:
    return Response(
        msgspec.json.encode(content),
        media_type=MediaType.JSON,
        status_code=status,
        headers={"Access-Control-Allow-Origin": "*"},
    )


def _health(workspace: Workspace) -> Handler:
    @get("/healthz", sync_to_thread=True)
    def healthz() -> dict[str, Any]:
        """Say that the site and its store answer."""
        totals = workspace.totals()
        return {"status": "ok", "organisations": totals.organisations}

    return healthz


# -- what goes wrong -------------------------------------------------------------------------


class _Failures:
    """Answers for what goes wrong, in the language of the address that led there."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def of_what_is_not_found(
        self, request: Request[Any, Any, Any], error: NotFoundError
    ) -> Response[bytes | str]:
        return self._answer(request, HTTP_404_NOT_FOUND, error.said(self._say(request)))

    def of_need(self, request: Request[Any, Any, Any], error: NeedError) -> Response[bytes | str]:
        return self._answer(request, HTTP_400_BAD_REQUEST, error.said(self._say(request)))

    def of_http(
        self, request: Request[Any, Any, Any], error: HTTPException
    ) -> Response[bytes | str]:
        text = self._say(request)(_REFUSALS.get(error.status_code, _REFUSED))
        return self._answer(request, error.status_code, text)

    def unforeseen(
        self, request: Request[Any, Any, Any], error: Exception
    ) -> Response[bytes | str]:
        # A need may be private, so only the kind of error and where it arose are logged.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        _LOG.error("%s at %s:%s", type(error).__name__, frame.filename, frame.lineno)
        text = self._say(request)(_BROKEN)
        return self._answer(request, HTTP_500_INTERNAL_SERVER_ERROR, text)

    def _say(self, request: Request[Any, Any, Any]) -> Speech:
        speeches, first = self._site.speeches, request.url.path.split("/", 2)[1]
        return speeches.get(first, speeches[SOURCE_LANGUAGE])

    def _answer(
        self, request: Request[Any, Any, Any], status: int, text: str
    ) -> Response[bytes | str]:
        # What the visitor typed may be what went wrong: it is not repeated.
        query = structs.replace(_query(request, self._say(request)), parameters={})
        near = _near(self._site.workspace, query) if status == HTTP_404_NOT_FOUND else ()
        # Litestar calls `after_request` for what succeeds only.
        if _wants_json(request):
            return _add_headers(_json({"error": text, "near": near}, status))
        words = _words(query) if status == HTTP_404_NOT_FOUND else ""
        content = self._site.renderer.failure(status, text, near, query, words)
        return _add_headers(_html(content, status))


def _words(query: Query) -> str:
    """Return the last part of an address that leads nowhere, as words to look for."""
    last = query.page.rstrip("/").rpartition("/")[2]
    words = re.findall(r"[^\W_]+", last.rpartition(".")[0] or last)
    return " ".join(words)[:_LONGEST_WORDS]


def _near(workspace: Workspace, query: Query) -> tuple[Link, ...]:
    """Return pages whose id or name is like the last part of an address that leads nowhere."""
    wanted = query.page.rstrip("/").rpartition("/")[2]
    language, landscape = query.language, workspace.landscape
    labels = {query.organisation(key): name for key, name in workspace.names().items()}
    labels |= {query.theme(key): theme.text(language) for key, theme in landscape.themes.items()}
    labels |= {query.place(key): place.text(language) for key, place in landscape.places.items()}
    ids = {href: href.rpartition("/")[2] for href in labels}
    found: dict[str, float] = {}
    for choices, word in ((ids, wanted), (labels, wanted.replace("-", " "))):
        for _, score, href in process.extract(
            word, choices, scorer=fuzz.ratio, processor=str.casefold, limit=4, score_cutoff=60
        ):
            found[href] = max(score, found.get(href, 0.0))
    best = sorted(found, key=lambda href: -found[href])[:4]
    return tuple(Link(labels[href], href) for href in best)


def _add_headers(response: Response[Any]) -> Response[Any]:
    """Add to a response what every response says."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-cache")
    return response
