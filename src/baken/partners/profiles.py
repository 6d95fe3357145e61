"""Organisations as a shortlist needs them: put together from the index when they are asked for."""

from __future__ import annotations

from msgspec import Struct

from baken.model import Landscape
from baken.search import Index, Passage, Said

_MOST_KEPT = 20_000


class Profile(Struct, frozen=True, kw_only=True):
    """What does not change from need to need about an organisation.

    Attributes:
        row: in the index.
        id: of the organisation.
        kind: what it is.
        names: its names with the statements that say them.
        place: where it is, its own place or an inherited one.
        province: which of the landscape's provinces that is in.
        sites: places of its own with the statements that say them.
        located_through: id of the organisation whose place it inherits.
        status: one of `baken.search.STATUSES`; empty for one that goes on.
        ended: as of when it does not and the statement that says so.
        passages: positions of its passages in the index, first and one past the last.
        themes: statement ids by theme, of its own themes and of its offers.
        offers: positions of its offers among its passages, from 0, by role.
        kinds: its kind and the wider ones.
        ancestors: what it is part of, near and far, nearest first.
        family: itself and its ancestors.
        successor_of: ids of organisations that became it or merged into it.
        places: where it is and all that encloses that.
    """

    row: int
    id: str
    kind: str
    names: tuple[Said, ...]
    place: str | None
    province: str | None
    sites: tuple[Said, ...]
    located_through: str | None
    status: str
    ended: Said | None
    passages: tuple[int, int]
    themes: dict[str, tuple[str, ...]]
    offers: dict[str, tuple[int, ...]]
    kinds: tuple[str, ...]
    ancestors: tuple[str, ...]
    family: frozenset[str]
    successor_of: tuple[str, ...]
    places: tuple[str, ...]

    def name(self, language: str) -> str:
        """Return its name in `language` where a source gives one, else its first name."""
        named = (name.value for name in self.names if name.language == language)
        return next(named, self.names[0].value)


class Profiles:
    """The profiles of all organisations of an index by row; safe to share between threads."""

    def __init__(self, index: Index, landscape: Landscape) -> None:
        self._index = index
        self._landscape = landscape
        self._kept: dict[int, Profile] = {}

    def __getitem__(self, row: int) -> Profile:
        """Return the profile of the organisation in a row of the index."""
        found = self._kept.get(row)
        if found is None:
            found = self._profile(row)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[row] = found
        return found

    def by_id(self, identity: str) -> Profile | None:
        """Return the profile of an organisation, or None when the index does not hold it."""
        row = self._index.roster.row(identity)
        return self[row] if row is not None else None

    def passage(self, position: int) -> Passage:
        """Return a passage of the index."""
        return self._index.passages[position]

    def _profile(self, row: int) -> Profile:
        entry = self._index.roster[row]
        first, last = int(self._index.bounds[row]), int(self._index.bounds[row + 1])
        held: dict[str, tuple[str, ...]] = {}
        offers: dict[str, tuple[int, ...]] = {}
        for position, passage in enumerate(self._index.passages[first:last]):
            for theme in passage.themes:
                held[theme] = held.get(theme, ()) + passage.statements
            if passage.role is not None:
                offers[passage.role] = (*offers.get(passage.role, ()), position)
        kinds = [entry.kind]
        known = self._landscape.vocabulary.kinds.get(entry.kind)
        while known is not None and known.broader:
            kinds.append(known.broader)
            known = self._landscape.vocabulary.kinds.get(known.broader)
        enclosing = self._landscape.enclosing(entry.place) if entry.place else ()
        return Profile(
            row=row,
            id=entry.id,
            kind=entry.kind,
            names=entry.names,
            place=entry.place,
            province=entry.province,
            sites=entry.sites,
            located_through=entry.located_through,
            status=entry.status,
            ended=entry.ended,
            passages=(first, last),
            themes=held,
            offers=offers,
            kinds=tuple(kinds),
            ancestors=entry.ancestors,
            family=frozenset((entry.id, *entry.ancestors)),
            successor_of=entry.successor_of,
            places=tuple(place.id for place in enclosing),
        )
