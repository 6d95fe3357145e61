"""A place: its own figures, what encloses it, and who is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from baken.errors import NotFoundError
from baken.model import LANGUAGES
from baken.model.vocabulary import Place, PlaceKind
from baken.text.speech import message
from baken.web.inset import Inset, of_place
from baken.web.page import Footnotes, Link, Page, Query, Source, place_links
from baken.web.pages.organisation import FigureView, place_figures
from baken.web.pages.organisations import Row, row
from baken.web.sums import Sum, sums_of
from baken.workspace import Workspace

_KINDS: Final[dict[PlaceKind, str]] = {
    "country": message("Country"),
    "region": message("Region"),
    "province": message("Province"),
    "municipality": message("Municipality"),
}


_MOST: Final = 200
"""Organisations that one page lists."""

_MOST_NEIGHBOURS: Final = 8
_FARTHEST_KM: Final = 15.0
"""From municipality to municipality, as the crow flies: those whose people meet."""


class Name(Struct, frozen=True):
    """What the place is called in a language."""

    language: str
    label: str


class RoleCount(Struct, frozen=True):
    """How many organisations play a role; `href` lists them where a list can."""

    label: str
    colour: str
    href: str | None
    count: int


class PlacePage(Struct, frozen=True, kw_only=True):
    """Context of a place's page.

    Attributes:
        id: of the place.
        label: in the interface's language.
        kind: municipality, province, region or country.
        names: in each language.
        enclosing: what it lies in, from small to large.
        inside: the places in it that have organisations.
        codes: official codes by scheme, such as ``nis`` and ``nuts``.
        figures: what sources say of the place as a whole.
        sums: figures of the organisations in it, where adding them is honest.
        count: how many organisations are in it.
        roles: what they offer, with how many offer it.
        gaps: roles that nobody there is known to play, with how many play them elsewhere; of a
            municipality none are told.
        neighbours: places next to it, with how many organisations are there.
        inset: the small map with it, or None.
        rows: the organisations in it, those that are part of nothing before their units.
        unread: the list of all of them, where they are too many for this page and it knows the
            place; else None.
        sources: what the footnotes lead to.
    """

    id: str
    label: str
    kind: str
    names: tuple[Name, ...]
    enclosing: tuple[Link, ...]
    inside: tuple[Link, ...]
    codes: dict[str, str]
    figures: tuple[FigureView, ...]
    sums: tuple[Sum, ...]
    count: int
    roles: tuple[RoleCount, ...]
    gaps: tuple[RoleCount, ...]
    neighbours: tuple[Link, ...]
    inset: Inset | None
    unread: str | None
    rows: tuple[Row, ...]
    sources: tuple[Source, ...]


def build(workspace: Workspace, query: Query) -> PlacePage:
    """Return the context of a place's page.

    Raises:
        NotFoundError: there is no place of that id.
    """
    landscape = workspace.landscape
    place = landscape.places.get(query.path["id"])
    if place is None:
        raise NotFoundError(message("There is no place “%(id)s” here."), id=query.path["id"])
    inside = landscape.inside(place.id)
    around = workspace.surroundings
    there = around.inside(inside, _MOST)
    found = list(workspace.store.organisations(ids=there.ids))
    held = {o.place_id for o in found if o.place_id} - {place.id}
    footnotes = Footnotes()
    figures = place_figures(workspace.place_statements(place.id), workspace, query, footnotes)
    is_whole = there.count == len(found)
    in_province = {"province": place.id} if place.id in landscape.provinces else None
    return PlacePage(
        id=place.id,
        label=place.text(query.language),
        kind=query.say(_KINDS[place.kind]),
        names=tuple(Name(language, place.text(language)) for language in LANGUAGES),
        enclosing=place_links(
            workspace, query, (p.id for p in landscape.enclosing(place.id) if p is not place)
        ),
        inside=tuple(sorted(place_links(workspace, query, held), key=lambda link: link.label)),
        codes=place.codes,
        figures=figures,
        sums=sums_of(found, workspace, query, footnotes) if is_whole else (),
        count=there.count,
        roles=_roles(workspace, query, there.roles, in_province),
        gaps=_gaps(workspace, query, there.roles) if place.kind != "municipality" else (),
        neighbours=_neighbours(workspace, query, place),
        inset=of_place(workspace, query, place.id),
        unread=None if is_whole else query.address("/organisations", **(in_province or {})),
        rows=tuple(row(workspace, query, organisation) for organisation in found),
        sources=footnotes.sources,
    )


def _roles(
    workspace: Workspace,
    query: Query,
    counts: Mapping[str, int],
    parameters: Mapping[str, str] | None,
) -> tuple[RoleCount, ...]:
    """Return what is offered, by role; the list can be narrowed to provinces only."""
    return tuple(
        RoleCount(
            role.text(query.language),
            role.colour,
            query.address("/organisations", role=role.id, **parameters) if parameters else None,
            counts[role.id],
        )
        for role in workspace.landscape.vocabulary.roles.values()
        if counts.get(role.id)
    )


def _gaps(workspace: Workspace, query: Query, counts: Mapping[str, int]) -> tuple[RoleCount, ...]:
    if not any(counts.values()):
        return ()
    everywhere = workspace.facets().roles
    return tuple(
        RoleCount(
            role.text(query.language),
            role.colour,
            query.address("/organisations", role=role.id),
            everywhere.get(role.id, 0),
        )
        for role in workspace.landscape.vocabulary.roles.values()
        if not counts.get(role.id)
    )


def _neighbours(workspace: Workspace, query: Query, place: Place) -> tuple[Link, ...]:
    """Return the other provinces, or the municipalities close by that have organisations."""
    landscape = workspace.landscape
    if place.kind == "municipality":
        near: Iterable[str] = landscape.nearby(place.id, _FARTHEST_KM)
    elif place.id in landscape.provinces:
        near = [p for p in landscape.provinces if p != place.id]
    else:
        near = ()
    links = (
        Link(
            landscape.places[one].text(query.language),
            query.place(one),
            workspace.surroundings.count_in(landscape.inside(one)),
        )
        for one in near
    )
    return tuple(link for link in links if link.count)[:_MOST_NEIGHBOURS]


PAGE: Final = Page(
    "/places/{id:str}", "/places/{id}.json", "place.html", PlacePage, build, section="places"
)
