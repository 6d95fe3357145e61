"""What stands beside a shortlist: who comes next, what comes next, and who was nearly in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from baken.model import LANGUAGES, Labels, Landscape, Reason

from .profiles import Profile, Profiles
from .ranking import LEAST, LEAST_OF_BEST, LEAST_SAID, Candidate, Ranking
from .signals import Asked, support
from .wording import (
    COMES_NEAREST,
    IS_CLOSED,
    IS_CROWDED_OUT,
    IS_ELSEWHERE,
    IS_MERGED,
    IS_NEXT,
    NEXT_STEP,
    NOT_OFFERED,
    say,
)

NEXT_ROLE: Final = {
    "research": "clinical-validation",
    "samples-and-data": "research",
    "test-environment": "clinical-validation",
    "clinical-validation": "regulation",
    "space": "coaching",
    "coaching": "financing",
    "regulation": "manufacturing",
    "manufacturing": "financing",
    "financing": "network",
}
"""Whom somebody needs next who has found a partner in a role: from the study to the permit, from
the desk to the coach, from the coach to the money."""

_MOST: Final = 3
_LOOKED_AT: Final = 30
_NEARLY: Final = 0.8
"""Share of what a candidate must reach to count, from which the best of those below is named."""

Told = tuple[Candidate, Reason]


class Filters(Struct, frozen=True):
    """What the visitor narrowed the answer to."""

    role: str | None
    province: str | None


class Asides:
    """Works out what stands beside one shortlist."""

    def __init__(
        self,
        asked: Asked,
        ranking: Ranking,
        chosen: Sequence[Candidate],
        profiles: Profiles,
        landscape: Landscape,
    ) -> None:
        self._asked = asked
        self._ranking = ranking
        self._chosen = chosen
        self._profiles = profiles
        self._landscape = landscape
        language = asked.brief.need.language
        self._language = language if language in LANGUAGES else "en"
        self._shown = {candidate.profile.id for candidate in chosen}

    def also(self) -> list[Told]:
        """Return at most three to consider besides: the next in the list, and for what comes next.

        Nobody where nothing fits: whoever is not told of a partner is not told of a substitute.
        """
        if not self._chosen:
            return []
        found = [*self._next_role(), *self._beyond()]
        return list({candidate.place: (candidate, why) for candidate, why in found}.values())[
            :_MOST
        ]

    def nearest_miss(self) -> Told | None:
        """Return who would have been in the list but for one thing, and that thing."""
        if not self._chosen:
            return self._nearest()
        return self._elsewhere() or self._ended()

    def filtered(self, best: Candidate | None, only: Filters) -> Told | None:
        """Return the first of all, if it fits better than the first of those let through.

        This object must have been made without filters.

        Args:
            best: of those let through, or None.
            only: the filters.
        """
        if not self._chosen:
            return None
        first = self._chosen[0]
        profile = first.profile
        if best is not None and first.score <= best.score:
            return None
        if only.province is not None and profile.province != only.province:
            return self._where(first, only.province)
        if only.role is not None and only.role not in profile.offers:
            label = self._landscape.vocabulary.roles[only.role].text(self._language)
            return first, self._say(NOT_OFFERED, label)
        return None

    def _beyond(self) -> Iterator[Told]:
        """Yield those just beyond the list; who was crowded out is told by whom."""
        least = LEAST_OF_BEST * self._ranking.scores[self._ranking.ranked[0]]
        for candidate in self._others():
            if candidate.score < least or not self._ranking.answers(candidate.place):
                continue
            if candidate.shares.get("crowding", 0.0) < 0:
                yield candidate, self._say(IS_CROWDED_OUT, self._family(candidate.profile))
            else:
                yield candidate, self._say(IS_NEXT)

    def _next_role(self) -> Iterator[Told]:
        """Yield who answers best in the role that is needed after the one asked for."""
        wanted = self._asked.brief.need.roles
        after = NEXT_ROLE.get(wanted[0]) if wanted else None
        if after is None or after in (*wanted, *self._asked.brief.need.excluded.roles):
            return
        if after not in self._asked.roster.codes.roles:
            return
        offered = self._asked.offered == self._asked.roster.codes.roles.index(after)
        worth = support(self._asked) * offered
        if not worth.any():
            return
        place = int(self._asked.best(worth).argmax())
        candidate = self._ranking[place]
        if candidate.profile.id not in self._shown:
            own = self._asked.passages_of(place)
            position = int(self._asked.positions[own.start + int(worth[own].argmax())])
            label = self._landscape.vocabulary.roles[after].text(self._language)
            cited = self._profiles.passage(position).statements
            yield candidate, self._say(NEXT_STEP, label, cited=cited)

    def _elsewhere(self) -> Told | None:
        """Return who would come first were it where it was asked to be."""
        places = self._asked.brief.need.places
        weight = self._ranking.weights.get("place", 0.0)
        if not places or not weight:
            return None
        best = self._chosen[0].score
        found = [
            candidate
            for candidate in self._others()
            if candidate.score + weight * (1 - candidate.values["place"]) > best
            and self._ranking.answers(candidate.place)
        ]
        first = max(found, key=lambda one: self._ranking.topical[one.place], default=None)
        return self._where(first, places[0]) if first is not None else None

    def _ended(self) -> Told | None:
        """Return who would be in the list had it not closed or merged."""
        least = min(candidate.score for candidate in self._chosen)
        for candidate in self._others():
            penalty = float(self._ranking.penalty[candidate.place])
            ended = candidate.profile.ended
            if ended and penalty and candidate.score / (1 - penalty) > least:
                is_closed = candidate.profile.status == "closed"
                sentence = IS_CLOSED if is_closed else IS_MERGED
                return candidate, self._say(sentence, ended.value, cited=(ended.statement,))
        return None

    def _nearest(self) -> Told | None:
        """Return the best of those below what counts as an answer, if it is not far below."""
        first = next(self._others(), None)
        if first is None:
            return None
        said = first.values.get("words", 0.0) + first.values.get("meaning", 0.0)
        is_near = self._ranking.topical[first.place] >= _NEARLY * LEAST
        return (first, self._say(COMES_NEAREST)) if is_near and said >= LEAST_SAID else None

    def _others(self) -> Iterator[Candidate]:
        """Yield those of the best that are not shown."""
        for place in self._ranking.ranked[:_LOOKED_AT].tolist():
            candidate = self._ranking[place]
            if candidate.profile.id not in self._shown:
                yield candidate

    def _where(self, candidate: Candidate, wanted: str) -> Told | None:
        """Say where one is; nobody is told of one of whom that is not known."""
        profile = candidate.profile
        holder = self._profiles.by_id(profile.located_through or "") or profile
        if not holder.sites:
            return None
        site = holder.sites[0]
        here, there = (
            self._landscape.places[place].text(self._language) for place in (site.value, wanted)
        )
        return candidate, self._say(IS_ELSEWHERE, here, there, cited=(site.statement,))

    def _family(self, profile: Profile) -> str:
        """Return the name of what it shares with those in the list."""
        shared = next(
            (
                identity
                for identity in (*profile.ancestors, profile.id)
                if any(identity in one.profile.family for one in self._chosen)
            ),
            profile.id,
        )
        holder = self._profiles.by_id(shared) or profile
        return holder.name(self._language)

    def _say(self, sentence: Labels, *words: str, cited: tuple[str, ...] = ()) -> Reason:
        return Reason(say(sentence, self._language).format(*words), cited, self._language)
