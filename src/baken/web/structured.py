"""What a page is about, in schema.org's words (JSON-LD), for search engines and other programs.

Every term used here is checked against the vocabulary as schema.org publishes it.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Struct

from baken.model import choose
from baken.text.speech import message
from baken.workspace import Workspace

from .page import Page, Query, localised
from .pages.about import PAGE as ABOUT
from .pages.guide import MeasurePage
from .pages.home import PAGE as HOME
from .pages.organisation import PAGE as ORGANISATION
from .pages.organisation import OrganisationPage, address_of
from .pages.place import PlacePage
from .pages.theme import ThemePage

Node = dict[str, Any]

_SECTIONS: Final = {
    "organisations": (message("Organisations"), "/organisations"),
    "themes": (message("Themes"), "/themes"),
    "places": (message("Places"), "/places"),
}
"""The list that leads to a page, by its section."""

_TYPES: Final = {
    ABOUT.path: "AboutPage",
    "/organisations": "CollectionPage",
    "/themes": "CollectionPage",
    "/places": "CollectionPage",
    "/changes": "CollectionPage",
    "/find": "SearchResultsPage",
    ORGANISATION.path: "ItemPage",
}
"""What a page is, where schema.org has a word for it; else a WebPage."""

_PLACES: Final = {"country": "Country", "municipality": "City"}
"""What a place is; else an AdministrativeArea."""

_SCHEMA: Final = "schema:"
_MOST_LISTED: Final = 50
"""Links to others in one list: enough to follow, not a second page."""


class Head(Struct, frozen=True):
    """What a page says of itself to those who link to it.

    Attributes:
        canonical: the page's own address on the public site; None for what has none, such as an
            answer to a visitor's words, or where the public address is not known.
        site: the public site's address, or None.
        picture: address of the picture that is shown beside a link to it, or None.
    """

    canonical: str | None
    site: str | None
    picture: str | None


NO_HEAD: Final = Head(None, None, None)
"""Of pages that nobody should link to: what went wrong, what answers one visitor."""


def head_of(page: Page, query: Query, workspace: Workspace) -> Head:
    """Return what a page says of itself to those who link to it."""
    url = workspace.url
    if url is None:
        return NO_HEAD
    has_own = page.depends_on != "visitor" and not query.parameters and not page.is_embed
    picture = f"{query.page}/card.png" if page.path == ORGANISATION.path else "/card.png"
    return Head(
        url + localised(query.page, query.language) if has_own else None,
        url,
        url + localised(picture, query.language),
    )


def structured(
    page: Page, context: Struct, query: Query, workspace: Workspace, title: str, description: str
) -> str:
    """Return a page's JSON-LD, ready to stand in a script element.

    Args:
        page: which page.
        context: what it shows.
        query: its address.
        workspace: whose page.
        title: as the page's head has it, in HTML.
        description: likewise.
    """
    landscape, language = workspace.landscape, query.language
    address = _address(workspace, localised(query.page, language))
    home = _address(workspace, localised("/", language))
    site: Node = {
        "@type": "WebSite",
        "@id": f"{_address(workspace, '/')}#site",
        "name": choose(landscape.title, language),
        "url": home,
        "inLanguage": language,
    }
    if landscape.licence:
        site["license"] = f"https://spdx.org/licenses/{landscape.licence}.html"
    if page.path == HOME.path:
        target = _address(workspace, localised("/find", language)) + "?q={need}"
        site["potentialAction"] = {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": target},
            "query-input": "required name=need",
        }
    node: Node = {
        "@context": "https://schema.org",
        "@type": _TYPES.get(page.path, "WebPage"),
        "name": html.unescape(str(title)),
        "description": html.unescape(str(description)),
        "inLanguage": language,
        "isPartOf": site,
    }
    if page.depends_on != "visitor":
        node |= {"@id": address, "url": address}
    about = _about(context, query, workspace, address)
    if about is not None:
        node["mainEntity"] = about
        node["breadcrumb"] = _way(page, query, workspace, str(about["name"]), address)
    if isinstance(context, OrganisationPage):
        node["dateModified"] = context.as_of
    # Inside a script element, markup would end what is data.
    text = msgspec.json.encode(node).decode()
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _address(workspace: Workspace, path: str) -> str:
    return f"{workspace.url or ''}{path}"


def _about(context: Struct, query: Query, workspace: Workspace, address: str) -> Node | None:
    """Return the thing that a page is about, or None for a page about nothing in particular."""
    if isinstance(context, OrganisationPage):
        return _organisation(context, query, workspace, address)
    if isinstance(context, ThemePage):
        others = [w.label for w in context.words if w.label != context.label]
        return _filled(
            {
                "@type": "DefinedTerm",
                "@id": f"{address}#theme",
                "name": context.label,
                "alternateName": list(dict.fromkeys(others)),
                "termCode": context.id,
                "inDefinedTermSet": _address(workspace, query.address("/themes")),
                "url": address,
            }
        )
    if isinstance(context, PlacePage):
        place = workspace.landscape.places[context.id]
        at = place.coordinates
        return _filled(
            {
                "@type": _PLACES.get(place.kind, "AdministrativeArea"),
                "@id": f"{address}#place",
                "name": context.label,
                "alternateName": [
                    label
                    for label in dict.fromkeys(n.label for n in context.names)
                    if label != context.label
                ],
                "containedInPlace": [
                    {
                        "@type": "AdministrativeArea",
                        "name": one.label,
                        "url": _address(workspace, one.href),
                    }
                    for one in context.enclosing
                ],
                "identifier": [
                    {"@type": "PropertyValue", "propertyID": scheme, "value": code}
                    for scheme, code in context.codes.items()
                ],
                "geo": at and _geo(at.lat, at.lon),
                "url": address,
            }
        )
    if isinstance(context, MeasurePage):
        return {
            "@type": "Service",
            "@id": f"{address}#measure",
            "name": context.name,
            "description": context.summary,
            "serviceType": context.kind,
            "provider": {
                "@type": "Organization",
                "name": context.body.name,
                "url": context.body.site,
            },
            "url": address,
        }
    return None


def _organisation(
    context: OrganisationPage, query: Query, workspace: Workspace, address: str
) -> Node:
    record, organisation = context.record, workspace.organisation(context.record.id)
    enclosing = workspace.landscape.enclosing(organisation.place_id or "")
    by_kind = {place.kind: place.text(query.language) for place in enclosing}
    precise = [
        c.value
        for c in organisation.coordinates
        if c.value.precision in ("building", "site", "street")
    ]
    website = record.website
    same = [
        value if value.startswith("http") else address_of(scheme, value)
        for scheme, value in record.external_ids.items()
    ]
    above = workspace.names(record.part_of, language=query.language)
    where = {
        "streetAddress": _first(one.value for one in organisation.addresses),
        "addressLocality": by_kind.get("municipality"),
        "addressRegion": by_kind.get("province") or by_kind.get("region"),
        "addressCountry": by_kind.get("country"),
    }
    return _filled(
        {
            "@type": _type(record.kind, workspace),
            "@id": f"{_address(workspace, f'/organisations/{record.id}')}#organisation",
            "name": context.name.text,
            "alternateName": list(record.aliases),
            "description": _first(
                one.text for one in context.summaries if one.language in (None, query.language)
            ),
            "url": website or address,
            "sameAs": [one for one in same if one],
            "identifier": [
                {"@type": "PropertyValue", "propertyID": scheme, "value": value}
                for scheme, value in record.external_ids.items()
            ],
            "address": by_kind and _filled({"@type": "PostalAddress", **where}),
            "location": precise and {"@type": "Place", "geo": _geo(precise[0].lat, precise[0].lon)},
            "contactPoint": (record.contact or record.telephone)
            and _filled(
                {
                    "@type": "ContactPoint",
                    "url": record.contact,
                    "telephone": record.telephone,
                }
            ),
            "foundingDate": _first(one.value for one in organisation.founded),
            "parentOrganization": [
                {
                    "@type": "Organization",
                    "name": name,
                    "url": _address(workspace, query.organisation(one)),
                }
                for one, name in above.items()
            ],
            "knowsAbout": [
                {
                    "@type": "DefinedTerm",
                    "name": theme.text,
                    "url": _address(workspace, theme.href or ""),
                }
                for theme in context.themes[:_MOST_LISTED]
            ],
            "makesOffer": [
                {
                    "@type": "Offer",
                    "itemOffered": {
                        "@type": "Service",
                        "serviceType": role.label,
                        "description": offer.text,
                    },
                }
                for role in context.roles
                for offer in role.offers
            ],
        }
    )


def _type(kind: str, workspace: Workspace) -> str:
    """Return schema.org's word for a kind of organisation, or for the nearest wider one."""
    kinds = workspace.landscape.vocabulary.kinds
    seen: set[str] = set()
    while kind in kinds and kind not in seen:
        seen.add(kind)
        for term in kinds[kind].maps_to:
            # What is a place to schema.org offers nothing and knows nothing.
            if term.startswith(_SCHEMA) and term != f"{_SCHEMA}Place":
                return term.removeprefix(_SCHEMA)
        kind = kinds[kind].broader or ""
    return "Organization"


def _way(page: Page, query: Query, workspace: Workspace, name: str, address: str) -> Node:
    """Return the way from the home page to a page."""
    steps = [(choose(workspace.landscape.title, query.language), query.address("/"))]
    if page.section in _SECTIONS:
        label, path = _SECTIONS[page.section]
        steps.append((query.say(label), query.address(path)))
    items = [(label, _address(workspace, href)) for label, href in steps] + [(name, address)]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": i, "name": label, "item": href}
            for i, (label, href) in enumerate(items, start=1)
        ],
    }


def _geo(lat: float, lon: float) -> Node:
    return {"@type": "GeoCoordinates", "latitude": lat, "longitude": lon}


def _first(values: Iterable[str]) -> str | None:
    return next(iter(values), None)


def _filled(node: Node) -> Node:
    """Return a node without what is not known."""
    return {name: value for name, value in node.items() if value not in (None, "", [], (), {})}
