"""The roster: what ranking must know of every organisation, a row each.

Numbers that all organisations are compared by are columns; the rest is a record that is read for
those that are shown.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from baken.model import Landscape, Organisation, Sourced
from baken.model.values import EARTH_RADIUS_KM, Coordinates
from baken.text import Word, is_function_word, words

from .files import Arrays, Ints, Lists, Records, RecordsWriter, Rows, find_keys, key_of, parts, save

STATUSES: Final = ("", "merged", "succeeded", "closed")
"""What an organisation's latest status comes to: merged into one that is not in the landscape, into
one that is, or closed; else nothing that matters here."""

_PRECISE: Final = frozenset({"building", "site", "street"})
"""Precisions of a point by which a distance of a kilometre still means something."""

_BECAME: Final = frozenset({"merged-from", "formerly"})
_MOST_BEARERS: Final = 20
"""How many may share a name before it names nobody: "Department of Medicine" is one at each
university."""

_LONGEST_NAME: Final = 15
"""Words from which a name is too long for anybody to write it."""


class Said(Struct, frozen=True, array_like=True):
    """A name or a place and the statement that says it."""

    value: str
    statement: str
    language: str | None = None


class Entry(Struct, frozen=True, kw_only=True, array_like=True):
    """One organisation.

    Attributes:
        id: its id.
        kind: what it is.
        names: its names, in the order of its sources.
        place: where it is, its own place or an inherited one.
        province: which of the landscape's provinces that is in.
        sites: places of its own.
        located_through: id of the organisation whose place it inherits; None for its own.
        ancestors: ids of what it is part of, near and far, nearest first.
        successor_of: ids of organisations that became it or merged into it.
        ended: as of when it is said to have merged or closed, if it did.
        status: one of `STATUSES`.
    """

    id: str
    kind: str
    names: tuple[Said, ...]
    place: str | None
    province: str | None
    sites: tuple[Said, ...]
    located_through: str | None
    ancestors: tuple[str, ...]
    successor_of: tuple[str, ...]
    status: str
    ended: Said | None

    def name(self, language: str) -> str:
        """Return its name in `language` where a source gives one, else its first name."""
        named = (name.value for name in self.names if name.language == language)
        return next(named, self.names[0].value)


class Codes(Struct, frozen=True):
    """What the numbers in the columns stand for: the position in one of these."""

    kinds: tuple[str, ...]
    roles: tuple[str, ...]
    places: tuple[str, ...]
    themes: tuple[str, ...]


class Roster(Sequence[Entry]):
    """Every organisation of the index; safe to share between threads.

    Attributes:
        codes: what numbers in the columns stand for.
        kind: of each organisation, its code.
        place: where it is, its code, -1 when not known.
        province: the code of that place's province, -1 for none.
        kinds: its kind and the wider ones, a bit each.
        wider_kinds: those of what it is part of.
        roles: that it offers, a bit each.
        wider_roles: those of what it is part of.
        themes_held: how many themes it and its offers have.
        status: position in `STATUSES`.
        order: its place in the alphabet of ids.
        points: where it is on a sphere of the Earth's size, in km from its centre, shape (rows, 3);
            not numbers where that is not known.
        is_precise: whether its point stands for a building, a site or a street.
        ancestors: rows of what it is part of, nearest first; rows past the last are of
            organisations that are not here.
        units: rows of what is part of it.
        heirs: rows of what became of it.
        by_theme: rows of organisations by theme.
    """

    def __init__(self, arrays: Arrays, codes: Codes) -> None:
        self.codes = codes
        self._entries = Records(arrays, "organisations", Entry)
        self.kind: Ints = arrays["kind"]
        self.place: Ints = arrays["place"]
        self.province: Ints = arrays["province"]
        self.kinds: NDArray[np.uint64] = arrays["kinds"]
        self.wider_kinds: NDArray[np.uint64] = arrays["kinds.wider"]
        self.roles: NDArray[np.uint64] = arrays["roles"]
        self.wider_roles: NDArray[np.uint64] = arrays["roles.wider"]
        self.themes_held: Ints = arrays["themes.held"]
        self.status: Ints = arrays["status"]
        self.order: Ints = arrays["order"]
        self.points: NDArray[np.float64] = arrays["points"]
        self.is_precise: NDArray[np.bool_] = arrays["points.precise"]
        self.ancestors = arrays.lists("ancestors")
        self.units = arrays.lists("units")
        self.heirs = arrays.lists("heirs")
        self.by_theme = arrays.lists("themes.owners")
        self._keys: NDArray[np.uint64] = arrays["ids"]
        self._row_of = arrays["ids.rows"]
        self._names: NDArray[np.uint64] = arrays["names"]
        self._bearers = arrays.lists("names.bearers")
        self._beginnings: NDArray[np.uint64] = arrays["names.beginnings"]
        self._longest = arrays["names.longest"]

    def __len__(self) -> int:
        return len(self.kind)

    def __getitem__(self, row: Any) -> Any:
        return self._entries[row]

    def row(self, identity: str) -> int | None:
        """Return the row of an organisation, or None when it is not here."""
        found = find_keys(self._keys, [key_of(identity)])[0]
        return int(self._row_of[found]) if found >= 0 else None

    def named(
        self, text: Sequence[Word], language: str
    ) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Yield the names of organisations in a text: where one starts and ends, and whose it is.

        Names that do not overlap, from the left, long ones first, each word as it is written but
        for capitals and accents; a function word of the language is no name by itself.
        """
        beginnings = find_keys(self._beginnings, [key_of(word.folded) for word in text])
        position = 0
        while position < len(text):
            longest = int(self._longest[beginnings[position]]) if beginnings[position] >= 0 else 0
            length, rows = self._name_at(text[position : position + longest], language)
            if length:
                yield position, position + length, tuple(self[int(row)].id for row in rows)
            position += max(1, length)

    def _name_at(self, text: Sequence[Word], language: str) -> tuple[int, Iterable[int]]:
        folded = [word.folded for word in text]
        lengths = list(range(len(folded), 0, -1))
        keys = find_keys(self._names, [key_of(" ".join(folded[:length])) for length in lengths])
        for length, key in zip(lengths, keys.tolist(), strict=True):
            if key < 0 or (length == 1 and is_function_word(folded[0], language)):
                continue
            bearers = self._bearers[key]
            if len(bearers) <= _MOST_BEARERS:
                return length, bearers
        return 0, ()


class RosterWriter:
    """Makes a roster, an organisation at a time."""

    def __init__(self, landscape: Landscape, folder: Path) -> None:
        vocabulary = landscape.vocabulary
        self.codes = Codes(
            kinds=tuple(vocabulary.kinds),
            roles=tuple(vocabulary.roles),
            places=tuple(landscape.places),
            themes=tuple(landscape.themes),
        )
        self._landscape = landscape
        self._folder = folder
        self._theme = {theme: code for code, theme in enumerate(self.codes.themes)}
        self._seen: list[_Seen] = []
        self._names: dict[str, list[int]] = {}
        self._longest: dict[str, int] = {}
        self._pairs = (array("i"), array("i"))

    def add(self, organisation: Organisation) -> int:
        """Add an organisation and return its row."""
        row = len(self._seen)
        self._seen.append(_seen(organisation))
        for theme in organisation.theme_ids:
            if theme in self._theme:
                self._pairs[0].append(self._theme[theme])
                self._pairs[1].append(row)
        for name in dict.fromkeys(_names_of(organisation)):
            folded = [word.folded for word in words(name)]
            if 0 < len(folded) <= _LONGEST_NAME:
                bearers = self._names.setdefault(" ".join(folded), [])
                if row not in bearers[-1:]:
                    bearers.append(row)
                self._longest[folded[0]] = max(self._longest.get(folded[0], 0), len(folded))
        return row

    def write(self) -> None:
        """Write all that was added."""
        seen, codes = self._seen, self.codes
        count = len(seen)
        rows = {one.id: row for row, one in enumerate(seen)}
        ancestors = _ancestors(seen, rows)
        succeeded = {gone for one in seen for gone in one.successor_of}
        status = [_status(one, one.id in succeeded) for one in seen]
        self._write_entries(ancestors, status)
        kind = {kind: code for code, kind in enumerate(codes.kinds)}
        role = {role: code for code, role in enumerate(codes.roles)}
        place = {place: code for code, place in enumerate(codes.places)}
        wider = {k: _bits(kind[w] for w in _wider(k, self._landscape)) for k in codes.kinds}
        kinds = np.array([wider.get(one.kind, 0) for one in seen], dtype=np.uint64)
        roles = np.array(
            [_bits(role[r] for r in one.roles if r in role) for one in seen], np.uint64
        )
        of, above = _pairs_of(ancestors, rows)
        is_here = above < count
        order = np.empty(count, dtype=np.int32)
        order[sorted(range(count), key=lambda row: seen[row].id)] = np.arange(count)
        located = [self._located(one, seen, rows) for one in seen]
        save(
            self._folder,
            {
                "kind": np.array([kind.get(one.kind, -1) for one in seen], dtype=np.int16),
                "place": np.array([place.get(one.place or "", -1) for one in seen], np.int32),
                "province": np.array([place.get(one.province or "", -1) for one in seen], np.int32),
                "kinds": kinds,
                "kinds.wider": _gathered(kinds, of[is_here], above[is_here]),
                "roles": roles,
                "roles.wider": _gathered(roles, of[is_here], above[is_here]),
                "themes.held": np.array([one.themes for one in seen], dtype=np.int32),
                "status": np.array([STATUSES.index(s) for s in status], dtype=np.int8),
                "order": order,
                "points": np.array([_point(at) for at in located]).reshape(-1, 3),
                "points.precise": np.array([_is_precise(at) for at in located], dtype=np.bool_),
            },
        )
        before = [(row, rows[g]) for row, o in enumerate(seen) for g in o.successor_of if g in rows]
        became = np.array(before, dtype=np.int64).reshape(-1, 2)
        themes, owners = (np.frombuffer(p, dtype=np.int32) for p in self._pairs)
        lists = {
            "ancestors": Lists.of(of, above.astype(np.int32), count),
            "units": Lists.of(above[is_here], of[is_here].astype(np.int32), count),
            "heirs": Lists.of(became[:, 1], became[:, 0].astype(np.int32), count),
            "themes.owners": Lists.of(themes, owners, len(codes.themes)),
        }
        for name, made in lists.items():
            save(self._folder, parts(name, made))
        self._write_ids(rows)
        self._write_names()

    def _located(
        self, one: _Seen, seen: Sequence[_Seen], rows: Mapping[str, int]
    ) -> Coordinates | None:
        """Return the best point known of where it is: its own, its host's, its place's."""
        if one.coordinates is not None:
            return one.coordinates
        host = rows.get(one.located_through or "")
        if host is not None and (known := seen[host].coordinates) is not None:
            return known
        place = self._landscape.places.get(one.place or "")
        return place.coordinates if place is not None else None

    def _write_entries(self, ancestors: Sequence[tuple[str, ...]], status: Sequence[str]) -> None:
        writer = RecordsWriter(self._folder, "organisations")
        for one, above, state in zip(self._seen, ancestors, status, strict=True):
            writer.add(
                Entry(
                    id=one.id,
                    kind=one.kind,
                    names=one.names,
                    place=one.place,
                    province=one.province,
                    sites=one.sites,
                    located_through=one.located_through,
                    ancestors=above,
                    successor_of=one.successor_of,
                    status=state,
                    ended=one.ended if state else None,
                )
            )
        writer.close()

    def _write_ids(self, rows: Mapping[str, int]) -> None:
        keys = np.array([key_of(identity) for identity in rows], dtype=np.uint64)
        order = np.argsort(keys)
        save(self._folder, {"ids": keys[order], "ids.rows": order.astype(np.int32)})

    def _write_names(self) -> None:
        keys = np.array([key_of(name) for name in self._names], dtype=np.uint64)
        order = np.argsort(keys)
        bearers = list(self._names.values())
        lengths = [len(bearers[i]) for i in order]
        flat = [row for i in order for row in bearers[i]]
        keyed = np.repeat(np.arange(len(lengths)), np.array(lengths, dtype=np.int64))
        lists = Lists.of(keyed, np.array(flat, dtype=np.int32), len(lengths))
        first = np.array([key_of(word) for word in self._longest], dtype=np.uint64)
        by_key = np.argsort(first)
        longest = np.array(list(self._longest.values()), dtype=np.uint8)[by_key]
        save(self._folder, {"names": keys[order], "names.beginnings": first[by_key]})
        save(self._folder, {"names.longest": longest})
        save(self._folder, parts("names.bearers", lists))


class _Seen(Struct, frozen=True, kw_only=True):
    """What is kept of an organisation until all have been seen."""

    id: str
    kind: str
    names: tuple[Said, ...]
    place: str | None
    province: str | None
    sites: tuple[Said, ...]
    located_through: str | None
    coordinates: Coordinates | None
    part_of: tuple[str, ...]
    successor_of: tuple[str, ...]
    roles: tuple[str, ...]
    themes: int
    status: str
    ended: Said | None


def _seen(organisation: Organisation) -> _Seen:
    statuses = organisation.statuses
    latest = max(statuses, key=lambda status: status.value.as_of, default=None)
    return _Seen(
        id=organisation.id,
        kind=organisation.kind,
        names=tuple(map(_said, organisation.names)),
        place=organisation.place_id,
        province=organisation.province_id,
        sites=tuple(map(_said, organisation.places)),
        located_through=organisation.located_through,
        coordinates=next((c.value for c in organisation.coordinates), None),
        part_of=organisation.part_of,
        successor_of=tuple(
            relation.value.target
            for relation in organisation.relations
            if relation.value.type in _BECAME and relation.value.target
        ),
        roles=organisation.roles,
        themes=len(organisation.theme_ids),
        status=latest.value.status if latest is not None else "",
        ended=Said(latest.value.as_of, latest.statements[0].id) if latest is not None else None,
    )


def _point(at: Coordinates | None) -> tuple[float, float, float]:
    return (math.nan, math.nan, math.nan) if at is None else on_sphere(at.lat, at.lon)


def on_sphere(lat: float, lon: float) -> tuple[float, float, float]:
    """Return a place as a point in space, km, so that distances need no trigonometry."""
    lat, lon = math.radians(lat), math.radians(lon)
    return (
        EARTH_RADIUS_KM * math.cos(lat) * math.cos(lon),
        EARTH_RADIUS_KM * math.cos(lat) * math.sin(lon),
        EARTH_RADIUS_KM * math.sin(lat),
    )


def _is_precise(at: Coordinates | None) -> bool:
    return at is not None and at.precision in _PRECISE


def _said(sourced: Sourced[str]) -> Said:
    return Said(sourced.value, sourced.statements[0].id, sourced.language)


def _status(one: _Seen, is_succeeded: bool) -> str:
    if one.status == "merged":
        return "succeeded" if is_succeeded else "merged"
    return one.status if one.status == "closed" else ""


def _names_of(organisation: Organisation) -> Iterator[str]:
    for sourced in (*organisation.names, *organisation.acronyms, *organisation.aliases):
        yield sourced.value
    for former in organisation.former_names:
        yield former.value.text


def _wider(kind: str, landscape: Landscape) -> Iterator[str]:
    """Yield a kind and the wider ones."""
    known = landscape.vocabulary.kinds.get(kind)
    seen: set[str] = set()
    while known is not None and kind not in seen:
        yield kind
        seen.add(kind)
        kind = known.broader or ""
        known = landscape.vocabulary.kinds.get(kind)


def _ancestors(seen: Sequence[_Seen], rows: Mapping[str, int]) -> list[tuple[str, ...]]:
    def above(one: _Seen) -> tuple[str, ...]:
        found: dict[str, None] = {}
        queue = list(one.part_of)
        while queue:
            ancestor = queue.pop(0)
            if ancestor not in found and ancestor != one.id:
                found[ancestor] = None
                if ancestor in rows:
                    queue.extend(seen[rows[ancestor]].part_of)
        return tuple(found)

    return [above(one) if one.part_of else () for one in seen]


def _pairs_of(ancestors: Sequence[tuple[str, ...]], rows: Mapping[str, int]) -> tuple[Rows, Rows]:
    """Return the rows of organisations and of their ancestors; strangers get rows of their own."""
    known = dict(rows)
    pairs = [
        (row, known.setdefault(ancestor, len(known)))
        for row, above in enumerate(ancestors)
        for ancestor in above
    ]
    flat = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return flat[:, 0], flat[:, 1]


def _gathered(bits: NDArray[np.uint64], of: Rows, above: Rows) -> NDArray[np.uint64]:
    gathered = np.zeros(len(bits), dtype=np.uint64)
    np.bitwise_or.at(gathered, of, bits[above])
    return gathered


def _bits(codes: Iterable[int]) -> int:
    found = 0
    for code in codes:
        found |= 1 << code
    return found
