"""From signals to an order: one score an organisation, then what the others mean for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from baken.search import STATUSES, Rows

from .profiles import Profile, Profiles
from .signals import PENALTIES, SIGNALS, Asked, Question, answering_roles, support
from .thesaurus import Array

_UNIT_LIFT: Final = 0.7
"""An organisation scores at least this share of its best unit's score. 2026-11-22, dev split, 91
needs: nDCG@5 0.836 without, 0.841 at 0.5, 0.844 at 0.7, 0.821 at 0.9 (parents then crowd out other
units)."""

_UNIT_MARGIN: Final = 0.9
"""A unit that scores this share of the organisation it belongs to is shown first: whoever asks is
better served at the lung department than at the hospital's door. Costs 0.002 on the same needs,
where a hospital's own statements about a study were graded above its department's."""

_CROWDING: Final = 0.04
_MOST_CROWDING: Final = 0.4
_UNCROWDED: Final = 2
"""From the third part of one family on, each loses 4 % of its score for every earlier one beyond
the second, at most 40 %, so that others in the region are seen. Neutral on the same needs."""

_AHEAD: Final = 4
"""How many times the asked number of candidates is looked at for some of other families."""

LEAST: Final = 0.26
"""Topical score from which a candidate counts as an answer. 2026-11-23: the best of a need of the
dev split that words bear out reaches 0.31 and more, single lay words ("Krampfadern", "hip
replacement") 0.26 to 0.29; of 44 texts from other walks of life (locksmiths, weddings, tractors)
38 stay below. Loses: an artichoke's heart (0.45), "the capital of France" (0.58), a teacher who
plays for children. It was 0.30 while `signals.statements` was one statement, which lay a little
higher; totals of the test split, two wrong refusals, had once been seen for that number."""

LEAST_SAID: Final = 0.25
_SEVERAL: Final = 1.2
"""What words and meaning together must find beside a theme, unless the need names several themes:
a single one may be reached by chance, as a bakery is under food production (n007, 0.24; needs that
rest on one theme have 0.30 and more). A text that is the name of a theme was not misread either."""

LEAST_OF_BEST: Final = 0.4
"""Share of the best score from which others are shown beside it."""

_LOOKED_AT: Final = 10

_DECIMALS: Final = 9
"""Of scores that are compared: two parents that one unit lifts tie, however it is rounded."""

_WANTED: Final = 0.75
"""Share of the strongest role from which another one is asked for in its own right."""

_FOR_A_ROLE: Final = 3
"""How many are shown for a role that nobody further up offers."""


class Candidate:
    """An organisation being ranked.

    Attributes:
        place: among the rows that were looked at.
        profile: which one.
        values: each applying signal's value, 0–1, by name.
        shares: each signal's part of the score, by name; penalties are negative.
        through: the place of the unit that lifted it, if one did.
    """

    def __init__(self, place: int, profile: Profile, values: dict[str, float]) -> None:
        self.place = place
        self.profile = profile
        self.values = values
        self.shares: dict[str, float] = {}
        self.through: int | None = None

    @property
    def score(self) -> float:
        """Sum of the shares, 0–1."""
        return sum(self.shares.values())


class Ranking:
    """All candidates for one need, best first.

    Attributes:
        ranked: places of the candidates, best first.
        scores: of each place.
        penalty: what share of its score each place loses for its status.
        weights: of the signals that apply, together 1.
    """

    def __init__(self, asked: Asked, profiles: Profiles) -> None:
        self._asked = asked
        self._profiles = profiles
        self.weights = weigh(asked)
        self._values = {s.name: s.values(asked) for s in SIGNALS if s.name in self.weights}
        status = np.array([PENALTIES[state] for state in STATUSES])
        own = np.zeros(len(asked.rows))
        for name, column in self._values.items():
            own += self.weights[name] * column.astype(np.float64)
        self.penalty = status[asked.roster.status[asked.rows]]
        self._own = own - self.penalty * own
        self._units, self._through = _weigh_units(asked, self._own)
        self.scores = self._own + self._units
        self.ranked = np.lexsort((asked.roster.order[asked.rows], -self.scores.round(_DECIMALS)))
        self._candidates: dict[int, Candidate] = {}

    def __getitem__(self, place: int) -> Candidate:
        """Return the candidate in a place, the same one each time."""
        if place not in self._candidates:
            self._candidates[place] = self._candidate(place)
        return self._candidates[place]

    @cached_property
    def topical(self) -> Array:
        """How much each candidate is about the need, 0–1."""
        topical = [s.name for s in SIGNALS if s.is_topical and s.name in self.weights]
        total = sum(self.weights[name] for name in topical)
        score = sum((self.weights[name] * self._values[name] for name in topical), np.float64(0))
        return np.asarray(score / total if total else np.zeros(len(self.scores)))

    def answers(self, place: int) -> bool:
        """Say whether a candidate is about the need at all, not just in the right place."""
        if self._value("name", place) > 0:
            return True
        if self._asked.brief.is_everyday:
            return False
        said = self._value("words", place) + self._value("meaning", place)
        is_borne_out = (
            said >= LEAST_SAID or self._asked.strength >= _SEVERAL or self._asked.brief.is_named
        )
        return is_borne_out and bool(self.topical[place] >= LEAST)

    def _value(self, name: str, place: int) -> float:
        return float(self._values[name][place]) if name in self._values else 0.0

    def _candidate(self, place: int) -> Candidate:
        profile = self._profiles[int(self._asked.rows[place])]
        values = {name: float(column[place]) for name, column in self._values.items()}
        candidate = Candidate(place, profile, values)
        shares = {name: self.weights[name] * value for name, value in values.items()}
        candidate.shares = shares
        if self.penalty[place]:
            shares["status"] = -float(self.penalty[place]) * candidate.score
        if self._units[place]:
            shares["units"] = float(self._units[place])
        if self._through[place] >= 0:
            candidate.through = int(self._through[place])
        return candidate


def weigh(asked: Question) -> dict[str, float]:
    """Return the weights of the signals that a need gives occasion for; together they are 1."""
    applying = {signal.name: signal.weight * signal.applies(asked) for signal in SIGNALS}
    total = sum(applying.values())
    return {name: weight / total for name, weight in applying.items() if weight}


def rank(asked: Asked, ranking: Ranking, limit: int) -> list[Candidate]:
    """Return at most `limit` candidates, best first; none when nothing fits."""
    if not any(ranking.answers(place) for place in ranking.ranked[:_LOOKED_AT].tolist()):
        return []
    scores = ranking.scores[ranking.ranked]
    good = ranking.ranked[scores >= LEAST_OF_BEST * scores[0]].tolist()
    return _covering(
        _spread([ranking[place] for place in good[: _AHEAD * limit]], limit), good, ranking, asked
    )


def _weigh_units(asked: Asked, scores: NDArray[np.float64]) -> tuple[NDArray[np.float64], Rows]:
    """Let the best unit of each organisation lift it, and stand above it where it can.

    Returns:
        What each one's units add to its score, and the place of the unit that lifted it or -1.
    """
    added, through = np.zeros(len(scores)), np.full(len(scores), -1, dtype=np.int64)
    above, counts = asked.roster.ancestors.gather(asked.rows)
    units = np.repeat(np.arange(len(scores)), counts)
    places = np.minimum(np.searchsorted(asked.rows, above), max(len(scores) - 1, 0))
    is_here = asked.rows[places] == above if len(scores) else np.zeros(0, dtype=np.bool_)
    places, units = places[is_here], units[is_here]
    order = np.argsort(-scores[units], kind="stable")
    found, first = np.unique(places[order], return_index=True)
    named = {asked.roster.row(identity) for identity in asked.brief.names}
    for place, unit in zip(found.tolist(), units[order][first].tolist(), strict=True):
        own, best = float(scores[place]), float(scores[unit])
        if own < _UNIT_LIFT * best:
            added[place] = _UNIT_LIFT * best - own
            through[place] = unit
        elif _UNIT_MARGIN * own <= best <= own and int(asked.rows[place]) not in named:
            added[place] = 0.99 * best - own
    return added, through


def _spread(ordered: Sequence[Candidate], limit: int) -> list[Candidate]:
    """Choose one after the other, each family's third and later members at a loss."""
    chosen: list[Candidate] = []
    remaining = list(ordered)
    scores = {id(candidate): candidate.score for candidate in remaining}
    kin = dict.fromkeys(scores, 0)
    while remaining and len(chosen) < limit:
        best = min(remaining, key=_order)
        chosen.append(best)
        remaining.remove(best)
        for candidate in remaining:
            if best.profile.family & candidate.profile.family:
                kin[id(candidate)] += 1
                crowd = kin[id(candidate)] - _UNCROWDED + 1
                if crowd > 0:
                    loss = min(_MOST_CROWDING, _CROWDING * crowd)
                    candidate.shares["crowding"] = -loss * scores[id(candidate)]
    return chosen


def _covering(
    chosen: list[Candidate], good: Sequence[int], ranking: Ranking, asked: Asked
) -> list[Candidate]:
    """Make room at the end for roles that were asked for and nobody chosen answers in.

    "A lung department, and homes to test it in" asks for two partners; the best twelve for lungs
    answer half of it.
    """
    wanted = [role for role, share in asked.brief.roles.items() if share >= _WANTED]
    if len(wanted) < 2:
        return chosen
    supported = support(asked)

    def answers_in(candidate: Candidate) -> str | None:
        own = supported[asked.passages_of(candidate.place)]
        return next(iter(answering_roles(candidate.profile, asked, own)), None)

    def answers(candidate: Candidate, role: str) -> float:
        own = supported[asked.passages_of(candidate.place)]
        return float(own[list(candidate.profile.offers[role])].max())

    answered = {answers_in(candidate) for candidate in chosen}
    extra: list[Candidate] = []
    for role in wanted:
        if role not in answered:
            able = [ranking[place] for place in good if answers_in(ranking[place]) == role]
            able.sort(key=lambda candidate: -answers(candidate, role))
            extra += able[:_FOR_A_ROLE]
    extra = extra[: len(chosen) - 1]
    return sorted([*chosen[: len(chosen) - len(extra)], *extra], key=_order)


def _order(candidate: Candidate) -> tuple[float, str]:
    return -round(candidate.score, _DECIMALS), candidate.profile.id
