"""Who may be shown at all: what the visitor narrowed the answer to, and what they do not want."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from baken.model import Excluded, Landscape
from baken.search import Index, Rows

from .signals import bits_of

_UNIT: Final = "unit"
"""The kind of what is nothing by itself: departments, groups, laboratories."""

Mask = NDArray[np.bool_]


class Eligibility:
    """Tells it of all organisations of an index at once; safe to share between threads."""

    def __init__(self, index: Index, landscape: Landscape) -> None:
        self._index = index
        self._roster = index.roster
        self._landscape = landscape

    def of(self, role: str | None, province: str | None, excluded: Excluded) -> Mask | None:
        """Say who may be shown, shape (organisations,); None for everybody.

        Args:
            role: only who offers this one.
            province: only who is in this one.
            excluded: what the visitor does not want.
        """
        roster = self._roster
        if role is None and province is None and excluded == Excluded():
            return None
        may = np.ones(len(roster), dtype=np.bool_)
        if role is not None:
            may &= (roster.roles & bits_of((role,), roster.codes.roles)) != 0
        if province is not None:
            may &= roster.province == roster.codes.places.index(province)
        if excluded.kinds:
            may &= (self._kinds & bits_of(excluded.kinds, roster.codes.kinds)) == 0
        if excluded.roles:
            others = roster.roles & ~bits_of(excluded.roles, roster.codes.roles)
            may &= (roster.roles == 0) | (others != 0)
        if excluded.places:
            may &= ~self._lies_within(excluded.places)[roster.place]
        for row in map(roster.row, excluded.organisations):
            if row is not None:
                may[row] = False
                may[roster.units[row]] = False
        return may

    def silenced(self, excluded: Excluded, positions: Rows) -> Mask | None:
        """Say which passages are about what the visitor does not want; None for none.

        A passage about an asked theme as well is heard; one in an unwanted role is not.

        Args:
            excluded: what the visitor does not want.
            positions: the passages, shape (passages,).
        """
        if not excluded.themes and not excluded.roles:
            return None
        codes = self._roster.codes
        roles = [codes.roles.index(role) for role in excluded.roles if role in codes.roles]
        silenced = np.isin(self._index.roles[positions], roles)
        # The last one stands for the places of a passage that has fewer themes than others.
        is_unwanted = np.array([*(theme in excluded.themes for theme in codes.themes), False])
        tags = self._index.tags[positions]
        unwanted = is_unwanted[tags]
        is_all = (unwanted | (tags == len(codes.themes))).all(axis=1)
        return np.asarray(silenced | (unwanted.any(axis=1) & is_all))

    @cached_property
    def _kinds(self) -> NDArray[np.uint64]:
        """Kinds of each organisation and, for a unit, those up to the first that is none.

        A department is what it is part of: without hospitals means without their departments, but
        not without the incubator that a university runs.
        """
        roster, unit = self._roster, bits_of((_UNIT,), self._roster.codes.kinds)
        kinds = roster.kinds.copy()
        rows = np.flatnonzero(kinds & unit)
        starts, values = roster.ancestors.starts, roster.ancestors.values
        step = 0
        while len(rows := rows[starts[rows] + step < starts[rows + 1]]):
            above = values[starts[rows] + step]
            is_here = above < len(roster)
            kinds[rows[is_here]] |= roster.kinds[above[is_here]]
            # One that is not here may be part of something that is.
            is_unit = np.ones(len(rows), dtype=np.bool_)
            is_unit[is_here] = (roster.kinds[above[is_here]] & unit) != 0
            rows = rows[is_unit]
            step += 1
        return kinds

    def _lies_within(self, places: Iterable[str]) -> Mask:
        """Say of each place's code whether it lies within any of some; the last is for none."""
        around = set(places)
        return np.array(
            [
                *(
                    any(enclosing.id in around for enclosing in self._landscape.enclosing(place))
                    for place in self._roster.codes.places
                ),
                False,
            ]
        )
