"""The landscape at a glance: every organisation a tile, in groups, its units unfolding in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct, structs

from baken.model import Organisation, Term
from baken.store import Filter
from baken.text.speech import message
from baken.web.narrowing import FacetView, Narrowing
from baken.web.page import Choice, Link, Page, Query
from baken.workspace import Workspace

_MOST_AT_ONCE: Final = 1_000
"""Organisations that are read together; of more, each group reads its first few."""

_MOST_IN_A_GROUP: Final = 12
_MOST_GROUPS: Final = 30
_MOST_UNITS: Final = 40

_WAYS: Final = {
    "kind": message("By kind"),
    "province": message("By province"),
    "theme": message("By field"),
    "role": message("By role"),
}
"""How tiles can be grouped: value of the parameter ``by``, and what the link says."""

_FILTERS: Final = {"kind": "kinds", "province": "provinces", "theme": "themes", "role": "roles"}


class Tile(Struct, frozen=True, kw_only=True):
    """One organisation.

    Attributes:
        size: ``large`` for one with units, ``middle`` for one without, ``small`` for a unit whose
            parent is not shown in the same group.
        kind: label of what it is.
        place: label of its province, or None.
        units: what is part of it, as far as it passes the filters.
        unit_count: how many of these there are at every level, those that are left out included.
    """

    id: str
    name: str
    href: str
    size: str
    kind: str
    place: str | None
    units: tuple[Tile, ...] = ()
    unit_count: int = 0


class Group(Struct, frozen=True, kw_only=True):
    """Tiles that belong together.

    Attributes:
        id: of the kind, province, field or role; empty where it is not known.
        label: its label.
        count: how many organisations are in it, units included.
        tiles: the largest first, then by name.
        more: how many are left out.
        href: where all of them are listed.
    """

    id: str
    label: str
    count: int
    tiles: tuple[Tile, ...]
    more: int
    href: str


class LandscapePage(Struct, frozen=True, kw_only=True):
    """Context of the landscape.

    Attributes:
        count: how many organisations pass the filters.
        by: how the tiles are grouped: kind, province, theme (its field) or role.
        ways: how they can be grouped.
        groups: the tiles.
        more: a link to the groups that are left out, or None.
        facets: ways to narrow the landscape.
        active: the filters that are on; each link takes one off.
        everything: the landscape without filters.
        whole: the landscape with these filters, where it is not a piece of another site.
        downloads: the same as a drawing, for slides and paper.
    """

    count: int
    by: str
    ways: tuple[Choice, ...]
    groups: tuple[Group, ...]
    more: Link | None
    facets: tuple[FacetView, ...]
    active: tuple[Link, ...]
    everything: str
    whole: str
    downloads: tuple[Link, ...]


def build(workspace: Workspace, query: Query) -> LandscapePage:
    """Return the context of the landscape."""
    by = query.one("by")
    by = by if by in _WAYS else "kind"
    kept = None if by == "kind" else by
    narrowing = Narrowing(workspace, query, "/landscape", by=kept)
    view = _View(workspace, query, narrowing, by)
    groups = view.groups()
    left_out = groups[_MOST_GROUPS:]
    return LandscapePage(
        count=narrowing.count,
        by=by,
        ways=tuple(
            Choice(
                way,
                query.say(label),
                None,
                narrowing.address(by=None if way == "kind" else way),
                way == by,
            )
            for way, label in _WAYS.items()
        ),
        groups=groups[:_MOST_GROUPS],
        more=Link(
            query.say("Further groups, as a list"),
            narrowing.address("/organisations", by=None),
            len(left_out),
        )
        if left_out
        else None,
        facets=narrowing.views(),
        active=narrowing.active,
        everything=narrowing.everything,
        whole=narrowing.address(),
        downloads=tuple(
            Link(ending.upper(), narrowing.address(f"/landscape.{ending}"))
            for ending in ("svg", "pdf", "png")
        ),
    )


class _View:
    """What one answer needs."""

    def __init__(self, workspace: Workspace, query: Query, narrowing: Narrowing, by: str) -> None:
        self.workspace, self.query, self.narrowing, self.by = workspace, query, narrowing, by
        self.landscape = workspace.landscape
        self.fields = self.landscape.fields if by == "theme" else {}
        self.field_of: dict[str, list[str]] = {}
        for field, inside in self.fields.items():
            for theme in inside:
                self.field_of.setdefault(theme, []).append(field)
        vocabulary = self.landscape.vocabulary
        terms: dict[str, Mapping[str, Term]] = {
            "kind": vocabulary.kinds,
            "province": {p: self.landscape.places[p] for p in self.landscape.provinces},
            "theme": {f: self.landscape.themes[f] for f in self.fields},
            "role": vocabulary.roles,
        }
        self.terms = terms[by]

    def groups(self) -> tuple[Group, ...]:
        """Return every group, the largest first; provinces and roles in their own order."""
        found = self.all() if self.narrowing.count <= _MOST_AT_ONCE else self.some()
        groups = [group for group in found if group.count]
        if self.by in ("kind", "theme"):
            groups.sort(key=lambda group: -group.count)
        return tuple(groups)

    def all(self) -> Iterator[Group]:
        """Yield the groups of everything that passes the filters."""
        organisations = list(self.workspace.organisations(self.narrowing.only))
        by_id = {one.id: one for one in organisations}
        members: dict[str, list[Organisation]] = {}
        for one in organisations:
            # By kind, a unit is where what it is part of is: a department in its hospital.
            for key in self.keys(_top(one, by_id) if self.by == "kind" else one):
                members.setdefault(key, []).append(one)
        for key in (*self.terms, ""):
            if key in members:
                yield self.group(key, members[key], len(members[key]), None)

    def some(self) -> Iterator[Group]:
        """Yield the first few of each group."""
        chosen = self.narrowing.chosen[self.by]
        reached = 0
        for key in self.terms:
            values = self.fields[key] if self.by == "theme" else (key,)
            values = tuple(v for v in values if not chosen or v in chosen)
            if not values:
                continue
            only = structs.replace(self.narrowing.only, **{_FILTERS[self.by]: values})
            count = self.count(only, values)
            if not count:
                continue
            reached += count
            found = list(self.workspace.organisations(only, limit=_MOST_IN_A_GROUP))
            yield self.group(key, found, count, _MOST_IN_A_GROUP)
        if self.by == "province" and not chosen and reached < self.narrowing.count:
            yield self.group("", [], self.narrowing.count - reached, 0)

    def count(self, only: Filter, values: Sequence[str]) -> int:
        if self.by == "theme":
            return self.workspace.store.count(only)
        counts: dict[str, int] = getattr(self.narrowing.facets, _FILTERS[self.by])
        return sum(counts.get(value, 0) for value in values)

    def group(
        self, key: str, members: Sequence[Organisation], count: int, most: int | None
    ) -> Group:
        by_id = {one.id: one for one in members}
        units: dict[str, list[Organisation]] = {}
        tops = []
        for one in members:
            parent = _parent(one, by_id)
            if parent is None:
                tops.append(one)
            else:
                units.setdefault(parent.id, []).append(one)
        tiles = [self.tile(one, units, 0) for one in tops]
        order = {"large": 0, "middle": 1, "small": 2}
        tiles.sort(key=lambda tile: (order[tile.size], -tile.unit_count, tile.name.casefold()))
        shown = sum(1 + tile.unit_count for tile in tiles)
        parameter = {self.by: key} if key else {}
        return Group(
            id=key,
            label=self.terms[key].text(self.query.language)
            if key
            else self.query.say("Not known here"),
            count=count,
            tiles=tuple(tiles),
            more=count - shown if most is not None else 0,
            href=self.narrowing.address("/organisations", by=None, **parameter),
        )

    def tile(self, one: Organisation, units: Mapping[str, list[Organisation]], depth: int) -> Tile:
        inside = tuple(self.tile(unit, units, depth + 1) for unit in units.get(one.id, ()))
        places = self.landscape.places
        language = self.query.language
        return Tile(
            id=one.id,
            name=one.name(language),
            href=self.query.organisation(one.id),
            size="large" if inside and not depth else "small" if one.part_of else "middle",
            kind=self.landscape.vocabulary.kinds[one.kind].text(language),
            place=places[one.province_id].text(language) if one.province_id in places else None,
            units=inside[:_MOST_UNITS],
            unit_count=sum(1 + unit.unit_count for unit in inside),
        )

    def keys(self, one: Organisation) -> Iterable[str]:
        """Return the groups that an organisation is in."""
        if self.by == "kind":
            return (one.kind,)
        if self.by == "province":
            return (one.province_id or "",)
        if self.by == "role":
            return one.roles or ("",)
        chosen = self.narrowing.chosen["theme"]
        themes = [t for t in one.theme_ids if not chosen or t in chosen]
        return dict.fromkeys(f for t in themes for f in self.field_of.get(t, ())) or ("",)


def _parent(one: Organisation, by_id: Mapping[str, Organisation]) -> Organisation | None:
    """Return what it is part of and shown within; None for a top, or in a circle of parts."""
    parent = next((by_id[p] for p in one.part_of if p in by_id and p != one.id), None)
    seen, above = {one.id}, parent
    while above is not None:
        if above.id in seen:
            return None
        seen.add(above.id)
        above = next((by_id[p] for p in above.part_of if p in by_id), None)
    return parent


def _top(one: Organisation, by_id: Mapping[str, Organisation]) -> Organisation:
    """Return the organisation at the top of what it is part of."""
    while (parent := _parent(one, by_id)) is not None:
        one = parent
    return one


PAGE: Final = Page(
    "/landscape",
    "/landscape.json",
    "landscape.html",
    LandscapePage,
    build,
    section="landscape",
    published=("by",),
)
