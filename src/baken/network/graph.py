"""The graph: organisations joined by what sources say of them, and the ways through it."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, Protocol

from msgspec import Struct

from baken.model import Organisation, Statement, subject_id

WIDTH: Final = 1_000
HEIGHT: Final = 640
"""Of a drawing, in its own units."""

_ALIKE: Final = 3
"""Of those it shares themes with, the nearest that each organisation is joined to."""

_COMMON: Final = 200
"""A theme of more organisations than this joins nobody: it says too little of any two."""


class Link(Struct, frozen=True):
    """Two organisations, joined by a relation or by the themes that both work on.

    Attributes:
        source: id of the organisation that the relation is stated of; of shared themes, the id
            that sorts first.
        target: id of the other.
        type: a term of the relations vocabulary, or ``shared-theme``.
        themes: what both work on, the rarest first; empty for a relation.
        statements: who says so; of shared themes, what is said of either.
        weight: of shared themes, how much they say: the sum of ln(organisations / those of the
            theme), at least 0. 1 for a relation.
    """

    source: str
    target: str
    type: str
    themes: tuple[str, ...]
    statements: tuple[Statement, ...]
    weight: float = 1.0

    def other(self, one: str) -> str:
        """Return the end that is not `one`."""
        return self.target if one == self.source else self.source


class Step(Struct, frozen=True):
    """One step of a path.

    Attributes:
        start: id of the organisation it leaves.
        end: id of the organisation it reaches.
        link: what joins the two.
    """

    start: str
    end: str
    link: Link

    @property
    def is_forward(self) -> bool:
        """Whether the link is read as stated; False where its inverse is to be said."""
        return self.link.source == self.start


class Path(Struct, frozen=True):
    """How one organisation is linked to another.

    Attributes:
        steps: one after the other; empty from an organisation to itself.
        by: what it goes over: relations alone, or shared themes too, where relations do not reach.
    """

    steps: tuple[Step, ...]
    by: Literal["relations", "themes"]

    @property
    def organisations(self) -> tuple[str, ...]:
        """Every organisation on the way, both ends included; empty without a step."""
        return tuple(dict.fromkeys(id for step in self.steps for id in (step.start, step.end)))


class Network:
    """Organisations and the links between them. Links are walked both ways round.

    What is asked twice gets the same answer twice, whatever the order of the organisations.
    """

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        """Join organisations by what is said of them; relations to others are left out."""
        found = sorted(organisations, key=lambda one: one.id)
        self.organisations: Mapping[str, Organisation] = {one.id: one for one in found}
        self.relations: tuple[Link, ...] = tuple(self._relations())
        self._beside = _beside(self.relations, self.organisations)
        self._by_theme: dict[str, list[str]] = {}
        for one in found:
            for theme in one.theme_ids:
                self._by_theme.setdefault(theme, []).append(one.id)
        self._alike: tuple[Link, ...] | None = None
        self._places: dict[bool, dict[str, tuple[float, float]]] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    def _relations(self) -> Iterable[Link]:
        for one in self.organisations.values():
            for said in one.relations:
                target = said.value.target
                if target and target in self.organisations and target != one.id:
                    yield Link(one.id, target, said.value.type, (), said.statements)

    @property
    def alike(self) -> tuple[Link, ...]:
        """Links by shared themes: each organisation with the few that share the rarest with it."""
        if self._alike is None:
            chosen: dict[tuple[str, str], None] = {}
            for one in self.organisations:
                for other, _ in self._nearest(one):
                    chosen[min(one, other), max(one, other)] = None
            self._alike = tuple(self.shared(a, b) for a, b in sorted(chosen))
        return self._alike

    def _nearest(self, one: str) -> list[tuple[str, float]]:
        weights: Counter[str] = Counter()
        for theme in self.organisations[one].theme_ids:
            for other in self._of_theme(theme):
                if other != one:
                    weights[other] += self._weight(theme)  # type: ignore[assignment]
        best = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
        return [(other, weight) for other, weight in best[:_ALIKE] if weight > 0]

    def _of_theme(self, theme: str) -> Sequence[str]:
        those = self._by_theme.get(theme, ())
        return those if len(those) <= _COMMON else ()

    def _weight(self, theme: str) -> float:
        return math.log(len(self.organisations) / len(self._by_theme[theme]))

    def shared(self, one: str, other: str) -> Link:
        """Return what two organisations share; its themes are empty when they share none."""
        a, b = sorted((one, other))
        first, second = self.organisations[a], self.organisations[b]
        both = set(first.theme_ids) & set(second.theme_ids)
        themes = tuple(sorted(both, key=lambda theme: (-self._weight(theme), theme)))
        said = (*_says(first, themes[:1]), *_says(second, themes[:1]))
        return Link(a, b, "shared-theme", themes, said, sum(map(self._weight, themes)))

    def links(self, organisation_id: str) -> tuple[Link, ...]:
        """Return the relations of an organisation, whoever states them."""
        return tuple(link for links in self._beside[organisation_id].values() for link in links)

    def degree(self, organisation_id: str) -> int:
        """Return with how many others an organisation has a relation."""
        return len(self._beside[organisation_id])

    def names(self, language: str) -> tuple[str, ...]:
        """Return what the organisations are called in a language, by the alphabet."""
        if language not in self._names:
            names = (one.name(language) for one in self.organisations.values())
            self._names[language] = tuple(sorted(names, key=str.casefold))
        return self._names[language]

    def places(self, *, by_theme: bool = False) -> dict[str, tuple[float, float]]:
        """Return where each organisation stands in a drawing of `WIDTH` by `HEIGHT`, by id.

        Worked out once; see `baken.network.layout`. Those without any link are left out.

        Args:
            by_theme: whether shared themes hold the drawing together, rather than relations.
        """
        if by_theme not in self._places:
            from .layout import lay_out  # numpy, for who draws only

            ends = [(link.source, link.target) for link in self.ties(by_theme=by_theme)]
            degrees = Counter(one for pair in ends for one in set(pair))
            nodes = sorted(degrees, key=lambda one: (-degrees[one], one))
            if not nodes:
                nodes = list(self.organisations)[:1]
            self._places[by_theme] = lay_out(nodes, ends, WIDTH, HEIGHT)
        return self._places[by_theme]

    def ties(self, *, by_theme: bool = False) -> tuple[Link, ...]:
        """Return the links by relation, or those by shared themes."""
        return self.alike if by_theme else self.relations

    def distances(self, organisation_id: str, steps: int | None = None) -> dict[str, int]:
        """Return how many relations away each organisation is, from near to far.

        Args:
            organisation_id: where to start; itself is 0 away.
            steps: go no further than this; None for as far as it goes.
        """
        away = {organisation_id: 0}
        front = [organisation_id]
        while front and (steps is None or away[front[0]] < steps):
            reached = dict.fromkeys(o for one in front for o in self._beside[one] if o not in away)
            away |= dict.fromkeys(reached, away[front[0]] + 1)
            front = list(reached)
        return away

    def path(self, start: str, end: str) -> Path | None:
        """Return a shortest way between two organisations.

        It goes over relations; where these do not reach, over shared themes too, of which each
        step counts as one. None when neither leads there. Back it is the same way.

        Raises:
            KeyError: one of the two is not in the network.
        """
        for one in (start, end):
            if one not in self.organisations:
                raise KeyError(one)
        if start == end:
            return Path((), "relations")
        # One direction is worked out and the other read off it, so that both tell one story.
        first, last = sorted((start, end))
        if way := _shortest(self._beside, first, last):
            steps = [Step(a, b, _best(self._beside[a][b])) for a, b in _pairs(way)]
            return _turned(Path(tuple(steps), "relations"), is_back=first != start)
        if way := self._way_over_themes(first, last):
            steps = [
                Step(a, b, _best(self._beside[a][b]) if b in self._beside[a] else self.shared(a, b))
                for a, b in _pairs(way)
            ]
            return _turned(Path(tuple(steps), "themes"), is_back=first != start)
        return None

    def _way_over_themes(self, first: str, last: str) -> list[str] | None:
        """Return the ids on a shortest way over relations and themes; the rarest themes first."""
        before = {first: first}
        front = [first]
        entered: set[str] = set()
        while front and last not in before:
            reached: dict[str, str] = {}
            for one in front:
                for other in self._beside[one]:
                    if other not in before:
                        reached.setdefault(other, one)
            by_theme = sorted(
                {(len(self._of_theme(t)), t, one) for one in front for t in self._themes(one)}
            )
            for _, theme, one in by_theme:
                if theme not in entered:
                    entered.add(theme)
                    for other in self._of_theme(theme):
                        if other not in before:
                            reached.setdefault(other, one)
            before |= reached
            front = list(reached)
        return _back(before, first, last)

    def _themes(self, organisation_id: str) -> tuple[str, ...]:
        return self.organisations[organisation_id].theme_ids


class Reading(Protocol):
    """What a network too large to read whole is read from; a store is one."""

    def organisations(self, *, ids: Sequence[str]) -> Iterable[Organisation]:
        """Yield the organisations with these ids."""
        ...

    def incoming(self, organisation_id: str) -> tuple[Statement, ...]:
        """Return others' relation statements whose target is this organisation."""
        ...


def explore(
    reading: Reading, starts: Sequence[str], *, steps: int | None, most: int
) -> tuple[Network, bool]:
    """Return the network around some organisations, reading no more than it needs.

    From two starts the nearer front goes on, one step at a time, until the two meet: what joins
    them is then as short as in the whole network.

    Args:
        reading: where organisations and relations are read from.
        starts: ids; unknown ones are left out.
        steps: from any start no further than this; None for until they meet, or the end.
        most: read no more organisations than this.

    Returns:
        The network, and whether it is whole: False when `most` cut it off.
    """
    found: dict[str, Organisation] = {}
    fronts = {start: [start] for start in starts}
    reached = {start: {start} for start in starts}
    is_whole = True
    for one in reading.organisations(ids=tuple(fronts)):
        found[one.id] = one
    taken = 0
    while any(fronts.values()) and (steps is None or taken < steps):
        if steps is None:
            growing = [min((s for s in fronts if fronts[s]), key=lambda s: len(fronts[s]))]
        else:
            growing, taken = [s for s in fronts if fronts[s]], taken + 1
        for start in growing:
            beyond: dict[str, None] = {}
            for one_id in fronts[start]:
                one = found.get(one_id)  # type: ignore[assignment]
                if one is None:
                    continue
                targets = (said.value.target for said in one.relations)
                sources = (subject_id(said.subject) for said in reading.incoming(one_id))
                for other in (*targets, *sources):
                    if other and other not in reached[start]:
                        beyond[other] = None
            unread = [other for other in beyond if other not in found]
            room = max(0, most - len(found))
            if len(unread) > room:
                is_whole = False
                beyond = dict.fromkeys(o for o in beyond if o in found or o in unread[:room])
            for one in reading.organisations(ids=tuple(unread[:room])):
                found[one.id] = one
            reached[start] |= beyond.keys()
            fronts[start] = list(beyond)
        if not is_whole or (
            steps is None and len(starts) > 1 and set.intersection(*reached.values())
        ):
            break
    return Network(found.values()), is_whole


def _beside(links: Iterable[Link], ids: Iterable[str]) -> dict[str, dict[str, list[Link]]]:
    """Return the links between each organisation and each of its neighbours, sorted by id."""
    beside: dict[str, dict[str, list[Link]]] = {one: {} for one in ids}
    for link in links:
        beside[link.source].setdefault(link.target, []).append(link)
        beside[link.target].setdefault(link.source, []).append(link)
    return {one: dict(sorted(others.items())) for one, others in beside.items()}


def _shortest(
    beside: Mapping[str, Mapping[str, object]], first: str, last: str
) -> list[str] | None:
    before = {first: first}
    front = [first]
    while front and last not in before:
        reached: dict[str, str] = {}
        # Through the least connected: a unit says more of a link than a federation of hundreds.
        for one in sorted(front, key=lambda id: (len(beside[id]), id)):
            for other in beside[one]:
                if other not in before:
                    reached.setdefault(other, one)
        before |= reached
        front = list(reached)
    return _back(before, first, last)


def _back(before: Mapping[str, str], first: str, last: str) -> list[str] | None:
    if last not in before:
        return None
    way = [last]
    while way[-1] != first:
        way.append(before[way[-1]])
    return way[::-1]


def _pairs(way: Sequence[str]) -> Iterable[tuple[str, str]]:
    return itertools.pairwise(way)


def _best(links: Iterable[Link]) -> Link:
    """Return the link that most documents speak for."""
    return min(links, key=lambda link: (-len(link.statements), link.type, link.source))


def _turned(path: Path, *, is_back: bool) -> Path:
    if not is_back:
        return path
    return Path(tuple(Step(s.end, s.start, s.link) for s in reversed(path.steps)), path.by)


def _says(organisation: Organisation, themes: Sequence[str]) -> Iterable[Statement]:
    """Yield the statements by which an organisation works on themes."""
    for theme in organisation.themes:
        if theme.value in themes:
            yield from theme.statements
    for offer in organisation.offers:
        if any(theme in themes for theme in offer.value.themes):
            yield from offer.statements
