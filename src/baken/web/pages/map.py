"""The map: who is where, as a list that a map draws, and follows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from baken.config import MapTiles
from baken.landscape.whereabouts import Whereabouts
from baken.model import Organisation
from baken.text.speech import message
from baken.web.families import FAMILIES, family_of
from baken.web.inset import Frame
from baken.web.narrowing import FacetView, Narrowing
from baken.web.page import Link, Page, Query
from baken.workspace import Workspace

MOST: Final = 500
"""Organisations that are listed one by one; more are counted by place."""

_SOMEWHERE: Final = message("somewhere in %(place)s")


class Line(Struct, frozen=True, kw_only=True, gc=False):
    """An organisation on the map, or a place with all that are in it.

    Attributes:
        id: of the organisation or the place.
        name: likewise.
        href: address of its page.
        kind: label of what it is; of a place, how many are there.
        colour: of the kind's family; None for a place.
        count: 1, or how many are in the place.
        place: where it is, in words that say how exactly that is known.
        lat: latitude in degrees; None when too little is known for a point.
        lon: longitude in degrees; None likewise.
        is_exact: whether it is at the point, rather than somewhere around it.
    """

    id: str
    name: str
    href: str
    kind: str
    colour: str | None
    count: int
    place: str
    lat: float | None
    lon: float | None
    is_exact: bool


class Mark(Struct, frozen=True, gc=False):
    """One point of the map as it is drawn before, or without, the script.

    Attributes:
        x: from the left of the drawing, in its units.
        y: from its top.
        r: radius.
        colour: of the family that most of those at the point are in; None for mixed places.
        is_exact: a dot, rather than a ring.
    """

    x: float
    y: float
    r: float
    colour: str | None
    is_exact: bool


class MapLabel(Struct, frozen=True):
    """A name on the map: of a province, or of a municipality in which organisations are."""

    name: str
    lat: float
    lon: float
    is_province: bool


class FamilyView(Struct, frozen=True):
    """A line of the legend."""

    colour: str
    label: str
    count: int


class MapPage(Struct, frozen=True, kw_only=True):
    """Context of the map.

    Attributes:
        count: how many organisations pass the filters.
        lines: those on the map, by name.
        elsewhere: those of which no more than a region is known, so that no point would be true.
        is_by_place: whether the lines are places, because there are too many organisations.
        placeless: how many organisations no line stands for, since no source says where they are.
        families: what the colours mean, those that occur.
        marks: the map as the server draws it; empty without outlines.
        labels: names to write on the map.
        outlines: file of the outlines, beside the script; None when the landscape has none.
        home: codes of the landscape's own provinces in that file.
        bounds: west, south, east and north end of the map, in degrees; None when nothing is on it.
        tiles: pictures to draw beneath, or None.
        facets: ways to narrow it.
        active: the filters that are on; each link takes one off.
        everything: the map without filters.
        whole: the map with these filters, where it is not a piece of another site.
    """

    count: int
    lines: tuple[Line, ...]
    elsewhere: tuple[Line, ...]
    is_by_place: bool
    placeless: int
    families: tuple[FamilyView, ...]
    marks: tuple[Mark, ...]
    labels: tuple[MapLabel, ...]
    outlines: str | None
    home: tuple[str, ...]
    bounds: tuple[float, float, float, float] | None
    tiles: MapTiles | None
    facets: tuple[FacetView, ...]
    active: tuple[Link, ...]
    everything: str
    whole: str


def build(workspace: Workspace, query: Query) -> MapPage:
    """Return the context of the map."""
    narrowing = Narrowing(workspace, query, "/map")
    is_by_place = narrowing.count > MOST
    lines = (
        _places(workspace, query, narrowing)
        if is_by_place
        else _organisations(workspace, query, narrowing)
    )
    on_map = tuple(line for line in lines if line.lat is not None)
    outlines = workspace.outlines
    colours = Counter(line.colour for line in lines)
    return MapPage(
        count=narrowing.count,
        lines=on_map,
        elsewhere=tuple(line for line in lines if line.lat is None),
        is_by_place=is_by_place,
        placeless=narrowing.count - sum(line.count for line in lines),
        families=tuple(
            FamilyView(family.colour, query.say(family.label), colours[family.colour])
            for family in FAMILIES
            if colours[family.colour]
        ),
        marks=_marks(Frame(outlines.bounds), on_map) if outlines is not None else (),
        labels=_labels(workspace, query, on_map),
        outlines=outlines.file if outlines is not None else None,
        home=outlines.home if outlines is not None else (),
        bounds=outlines.bounds if outlines is not None else _bounds(on_map),
        tiles=workspace.tiles,
        facets=narrowing.views(),
        active=narrowing.active,
        everything=narrowing.everything,
        whole=narrowing.address(),
    )


def _organisations(workspace: Workspace, query: Query, narrowing: Narrowing) -> list[Line]:
    found = list(workspace.organisations(narrowing.only))
    where = workspace.whereabouts(found)
    return [_line(workspace, query, one, where.get(one.id)) for one in found]


def _line(
    workspace: Workspace, query: Query, organisation: Organisation, where: Whereabouts | None
) -> Line:
    landscape, language = workspace.landscape, query.language
    kind = landscape.vocabulary.kinds[organisation.kind]
    place = landscape.places.get(organisation.place_id or "")
    label = place.text(language) if place is not None else ""
    if label and (where is None or not where.is_exact):
        label = query.say(_SOMEWHERE, place=label)
    return Line(
        id=organisation.id,
        name=organisation.name(language),
        href=query.organisation(organisation.id),
        kind=kind.text(language),
        colour=family_of(organisation.kind, landscape.vocabulary).colour,
        count=1,
        place=label,
        lat=where.lat if where is not None else None,
        lon=where.lon if where is not None else None,
        is_exact=where is not None and where.is_exact,
    )


def _places(workspace: Workspace, query: Query, narrowing: Narrowing) -> list[Line]:
    """Return a line for each place, with how many organisations are in it."""
    lines = []
    for place_id, count in workspace.by_place(narrowing.only).items():
        place = workspace.landscape.places.get(place_id)
        if place is None:
            continue
        where = workspace.place_whereabouts(place_id)
        lines.append(
            Line(
                id=place_id,
                name=place.text(query.language),
                href=query.place(place_id),
                kind=query.say.plural(
                    "%(number)s organisation",
                    "%(number)s organisations",
                    count,
                ),
                colour=None,
                count=count,
                place=query.say(_SOMEWHERE, place=place.text(query.language)),
                lat=where.lat if where is not None else None,
                lon=where.lon if where is not None else None,
                is_exact=False,
            )
        )
    return sorted(lines, key=lambda line: line.name)


def _marks(frame: Frame, lines: Iterable[Line]) -> tuple[Mark, ...]:
    """Return what the server draws: a mark for each point, the large ones first, beneath."""
    spots: dict[tuple[float, float, bool], Counter[str | None]] = {}
    for line in lines:
        if line.lat is not None and line.lon is not None:
            spot = spots.setdefault((line.lat, line.lon, line.is_exact), Counter())
            spot[line.colour] += line.count
    marks = []
    for (lat, lon, is_exact), colours in spots.items():
        x, y = frame.place((lon, lat))
        if 0 <= x <= frame.width and 0 <= y <= frame.height:
            # The area, not the radius, says how many: the eye compares areas.
            r = round(min(2.2 + 0.75 * math.sqrt(colours.total()), 12), 1)
            marks.append(Mark(x, y, r, colours.most_common(1)[0][0], is_exact))
    return tuple(sorted(marks, key=lambda mark: -mark.r))


def _labels(workspace: Workspace, query: Query, lines: Sequence[Line]) -> tuple[MapLabel, ...]:
    """Return the names of the provinces, and of the municipalities that have a point."""
    landscape = workspace.landscape
    points = {(line.lat, line.lon) for line in lines}
    labels = []
    for place in landscape.places.values():
        is_province = place.id in landscape.provinces
        if is_province or place.kind == "municipality":
            where = workspace.place_whereabouts(place.id)
            if where is not None and (is_province or (where.lat, where.lon) in points):
                name = place.text(query.language)
                # A region among the provinces is a city with its suburbs: it is named as one.
                is_wide = is_province and place.kind == "province"
                labels.append(MapLabel(name, where.lat, where.lon, is_wide))
    return tuple(labels)


def _bounds(lines: Sequence[Line]) -> tuple[float, float, float, float] | None:
    lats = [line.lat for line in lines if line.lat is not None]
    lons = [line.lon for line in lines if line.lon is not None]
    return (min(lons), min(lats), max(lons), max(lats)) if lats and lons else None


PAGE: Final = Page(
    "/map",
    "/map.json",
    "map.html",
    MapPage,
    build,
    section="map",
    published=("kind", "province", "role"),
)
