"""Around one organisation: who does something like it, who is close by, and why we say so."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from baken.model import Organisation
from baken.search.files import Rows
from baken.search.roster import Entry, Roster, on_sphere

_MOST_COMPARED: Final = 20_000
"""Bearers of an organisation's themes that are compared with it, those of rare themes first."""

_MOST_OF_A_FAMILY: Final = 2
"""So many units of one organisation are like another before the rest say nothing new."""

_ROLES_WORTH: Final = 0.5
"""How much offering all the same roles adds to a likeness of themes. Read by hand on the shipped
landscape, November 2026: without it, a federation that names a theme comes before a laboratory that
works on it."""

_FARTHEST_KM: Final = 30.0
"""Who is farther is not near; as the crow flies, about the breadth of a Flemish province."""

_MOST_COUNTED: Final = 64
"""Groups of themes whose organisations are counted once: the fields of a landscape, and more."""

_POOL: Final = 20
"""Candidates that are read for each that is shown, so that families may be left out."""

_REMEMBERED: Final = 256
"""Organisations whose like are remembered, those asked for last."""


class Alike(Struct, frozen=True):
    """An organisation that is like another, and why.

    Attributes:
        entry: the organisation.
        themes: ids of what both work on, the rarest first.
        roles: ids of what both offer.
        score: likeness, for the order only; above 0.
    """

    entry: Entry
    themes: tuple[str, ...]
    roles: tuple[str, ...]
    score: float


class Neighbour(Struct, frozen=True):
    """An organisation close to another.

    Attributes:
        entry: the organisation.
        distance_km: as the crow flies.
        is_precise: whether both points stand for a building, a site or a street; else the distance
            is between the middles of municipalities, and 0 says only that they are in the same one.
    """

    entry: Entry
    distance_km: float
    is_precise: bool


class Inside(Struct, frozen=True):
    """Who is in a place.

    Attributes:
        ids: of organisations, as many as were asked for.
        count: how many there are.
        roles: how many offer each role, every role of the vocabulary among them.
    """

    ids: tuple[str, ...]
    count: int
    roles: dict[str, int]


class Surroundings:
    """Compares one organisation with all others by columns; safe to share between threads."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        # A page asks twice, and is asked for in several languages.
        self._alike = lru_cache(_REMEMBERED)(self._most_alike)
        self._beside = lru_cache(_REMEMBERED)(self._nearest)
        self._counted: dict[tuple[str, ...], int] = {}
        self._theme = {theme: code for code, theme in enumerate(roster.codes.themes)}

    def similar(self, organisation: Organisation, limit: int = 5) -> tuple[Alike, ...]:
        """Return organisations that work on the same themes, most alike first.

        A theme counts for more the fewer work on it, as in retrieval by inverse document frequency;
        who works on everything is like nobody in particular. What it is part of, its units, and
        what has ceased to be are left out.

        Args:
            organisation: of the landscape; one that the index does not know is like nobody.
            limit: at most so many.
        """
        return self._alike(organisation.id, organisation.theme_ids, limit)

    def _most_alike(
        self, organisation_id: str, theme_ids: tuple[str, ...], limit: int
    ) -> tuple[Alike, ...]:
        roster, row = self._roster, self._roster.row(organisation_id)
        themes = self._by_rarity(theme_ids)
        if row is None or not themes:
            return ()
        likeness = np.zeros(len(roster))
        compared = 0
        for code, rarity in themes:
            bearers = roster.by_theme[code]
            if compared and compared + len(bearers) > _MOST_COMPARED:
                break
            likeness[bearers] += rarity
            compared += len(bearers)
        likeness[self._family(row)] = 0
        found = np.flatnonzero(likeness)
        found = found[roster.status[found] == 0]
        own = int(roster.roles[row])
        shared = np.bitwise_count(roster.roles[found] & np.uint64(own)) / max(1, own.bit_count())
        held = np.sqrt(np.maximum(1, roster.themes_held[found]))
        scores = np.round(likeness[found] / held * (1 + _ROLES_WORTH * shared), 6)
        best = np.lexsort((roster.order[found], -scores))[: limit * _POOL]
        chosen = self._of_different_families(found[best], limit, _MOST_OF_A_FAMILY)
        score = dict(zip(found[best].tolist(), scores[best].tolist(), strict=True))
        return tuple(
            Alike(
                roster[other],
                tuple(
                    roster.codes.themes[code]
                    for code, _ in themes
                    if other in roster.by_theme[code]
                ),
                self._roles(own & int(roster.roles[other])),
                score[other],
            )
            for other in chosen
        )

    def near(self, organisation_id: str, limit: int = 6) -> tuple[Neighbour, ...]:
        """Return who else is close by, nearest first, one of each family.

        What it is part of and all that is part of the same are left out: they are at its address.

        Args:
            organisation_id: of the landscape.
            limit: at most so many.
        """
        return self._beside(organisation_id, limit)

    def _nearest(self, organisation_id: str, limit: int) -> tuple[Neighbour, ...]:
        roster, row = self._roster, self._roster.row(organisation_id)
        if row is None or not np.isfinite(roster.points[row]).all():
            return ()
        apart = roster.points - roster.points[row]
        distances = np.sqrt(np.einsum("ij,ij->i", apart, apart))
        found = np.flatnonzero((distances <= _FARTHEST_KM) & (roster.status == 0))
        away = np.round(distances[found], 3)
        if len(found) > limit * _POOL:  # only those are put in order who may be among the first
            close = away <= np.partition(away, limit * _POOL)[limit * _POOL]
            found, away = found[close], away[close]
        depths = roster.ancestors.starts[found + 1] - roster.ancestors.starts[found]
        # An institute and its units are at one address: the institute is named.
        nearest = np.lexsort((roster.order[found], depths, away))
        chosen = self._of_different_families(
            found[nearest[: limit * _POOL]], limit, 1, {self._top(row)}
        )
        return tuple(
            Neighbour(
                roster[other],
                float(distances[other]),
                bool(roster.is_precise[row] and roster.is_precise[other]),
            )
            for other in chosen
        )

    def close_to(
        self,
        points: Iterable[tuple[float, float]],
        kinds: Iterable[str],
        within_km: float,
        limit: int,
    ) -> tuple[str, ...]:
        """Return who of some kinds is close to any of some points, the nearest first.

        Args:
            points: latitudes and longitudes, WGS 84.
            kinds: terms of the kinds vocabulary; narrower ones are not looked for.
            within_km: no further than this.
            limit: at most so many ids.
        """
        roster = self._roster
        codes = [n for n, kind in enumerate(roster.codes.kinds) if kind in set(kinds)]
        rows = np.flatnonzero(np.isin(roster.kind, codes))
        distances = np.full(len(rows), np.inf)
        for lat, lon in points:
            apart = roster.points[rows] - np.array(on_sphere(lat, lon))
            distances = np.fmin(distances, np.sqrt(np.einsum("ij,ij->i", apart, apart)))
        near = np.flatnonzero(distances <= within_km)
        near = near[np.lexsort((roster.order[rows[near]], distances[near]))][:limit]
        return tuple(roster[row].id for row in rows[near].tolist())

    def inside(self, places: Iterable[str], limit: int) -> Inside:
        """Return who is in some places, those that are part of nothing first.

        Args:
            places: ids; what lies in them is not looked for.
            limit: at most so many ids.
        """
        roster = self._roster
        rows = np.flatnonzero(np.isin(roster.place, self._place_codes(places)))
        depths = roster.ancestors.starts[rows + 1] - roster.ancestors.starts[rows]
        first = rows[np.lexsort((roster.order[rows], depths))][:limit]
        bits = roster.roles[rows]
        return Inside(
            tuple(roster[row].id for row in first.tolist()),
            len(rows),
            {
                role: int(np.count_nonzero(bits >> np.uint64(code) & np.uint64(1)))
                for code, role in enumerate(roster.codes.roles)
            },
        )

    def count_in(self, places: Iterable[str]) -> int:
        """Return how many organisations are in some places; what lies in them is not looked for."""
        return int(self._held[self._place_codes(places)].sum())

    @cached_property
    def _held(self) -> Rows:
        """How many organisations are in each place, by its code."""
        place = self._roster.place
        return np.bincount(place[place >= 0], minlength=len(self._roster.codes.places))

    @cached_property
    def _place(self) -> dict[str, int]:
        return {place: code for code, place in enumerate(self._roster.codes.places)}

    def _place_codes(self, places: Iterable[str]) -> list[int]:
        return [self._place[place] for place in places if place in self._place]

    def count_on(self, themes: Iterable[str]) -> int:
        """Return how many organisations work on any of some themes."""
        wanted = tuple(themes)
        if wanted not in self._counted:
            if len(self._counted) >= _MOST_COUNTED:
                self._counted.clear()
            codes = [self._theme[theme] for theme in wanted if theme in self._theme]
            bearers, _ = self._roster.by_theme.gather(np.array(codes, dtype=np.int64))
            self._counted[wanted] = len(np.unique(bearers))
        return self._counted[wanted]

    def _by_rarity(self, themes: Iterable[str]) -> list[tuple[int, float]]:
        """Return the codes of themes and how much sharing each says, the rarest first."""
        codes = [self._theme[theme] for theme in themes if theme in self._theme]
        count = len(self._roster)
        worth = [(c, float(np.log(count / max(1, len(self._roster.by_theme[c]))))) for c in codes]
        return sorted(worth, key=lambda pair: (-pair[1], pair[0]))

    def _family(self, row: int) -> NDArray[np.int64]:
        """Return the rows of an organisation, of what it is part of, and of its units."""
        above, below = self._roster.ancestors[row], self._roster.units[row]
        rows = np.concatenate((above, below, [row])).astype(np.int64)
        return rows[rows < len(self._roster)]

    def _top(self, row: int) -> int:
        """Return what stands at the head of an organisation's family: what is farthest above it."""
        above = self._roster.ancestors[row]
        return int(above[-1]) if len(above) else row

    def _of_different_families(
        self, rows: Rows, limit: int, most: int, without: Iterable[int] = ()
    ) -> list[int]:
        """Return the first rows of which no more than `most` have the same head."""
        counts = dict.fromkeys(without, most)
        chosen: list[int] = []
        for row in rows.tolist():
            if len(chosen) == limit:
                break
            top = self._top(row)
            if counts.get(top, 0) < most:
                counts[top] = counts.get(top, 0) + 1
                chosen.append(row)
        return chosen

    def _roles(self, bits: int) -> tuple[str, ...]:
        roles = self._roster.codes.roles
        return tuple(role for code, role in enumerate(roles) if bits >> code & 1)
