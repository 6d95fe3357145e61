"""Where everything is: the provinces, and the places in them that have organisations."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from baken.web.page import Link, Page, Query
from baken.workspace import Workspace


class Province(Struct, frozen=True):
    """A province and its places, with how many organisations are in each."""

    label: str
    href: str
    count: int
    places: tuple[Link, ...]


class Places(Struct, frozen=True):
    """Context of the index of places.

    Attributes:
        provinces: each with the places in it that have organisations.
    """

    provinces: tuple[Province, ...]


def build(workspace: Workspace, query: Query) -> Places:
    """Return the context of the index of places."""
    landscape = workspace.landscape
    counts = {p: n for p, n in workspace.by_place().items() if p in landscape.places}
    provinces = []
    for province in landscape.provinces:
        inside = {p: n for p, n in counts.items() if landscape.province_of(p) == province}
        links = [
            Link(landscape.places[place].text(query.language), query.place(place), n)
            for place, n in inside.items()
            if place != province
        ]
        provinces.append(
            Province(
                landscape.places[province].text(query.language),
                query.place(province),
                sum(inside.values()),
                tuple(sorted(links, key=lambda link: link.label)),
            )
        )
    return Places(tuple(provinces))


PAGE: Final = Page(
    "/places",
    "/places.json",
    "places.html",
    Places,
    build,
    section="places",
    depends_on="landscape",
)
