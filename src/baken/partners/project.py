"""From a pitch or a call for proposals to the partners it needs: a consortium, sketched.

`asking` reads whom the text asks for, each with the sentences that say so; each is a need of its
own for the matcher. Then the leads are dealt out, so that no organisation leads two slots unless
the next best is much weaker.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from functools import cached_property
from itertools import chain
from typing import Final

from baken.model import Match, Project, Quote, Shortlist, Slot, Statement
from baken.store import Filter, Store
from baken.text import words

from .asking import Asked, AskingReader, Wanted
from .match import Matcher
from .wording import NO_WORK, NOBODY_HERE, TEXT_TOO_SHORT, TEXT_WAS_CUT, say

LONGEST_TEXT: Final = 20_000
"""Characters of a text that are read."""

_FEWEST_WORDS: Final = 8

_GENERIC: Final = 0.12
"""Share of organisations from which a theme says little about what a text is about."""

_CANDIDATES: Final = 8
_MOST_ALTERNATES: Final = 3
_ALTERNATE_FROM: Final = 0.55
"""Share of the lead's fit from which others are named beside it."""

_LEADS_ALREADY: Final = 0.75
_KIN_LEAD: Final = 0.85
_MOST_KIN: Final = 2
_LEADING: Final = 0.9
"""What a candidate's fit is worth when it leads another slot; when two of its family do; and, as
an alternate, when it leads another."""

_LEAST: Final = 0.3
_BEYOND_DOUBT: Final = 0.55
"""Fits from which a match may lead a slot, and from which it may whatever its offers name."""

_TYPICAL: Final = 0.3
_FEWEST_HOLDERS: Final = 5
"""Share of those who offer a role from which a theme goes with the role, and how many have to offer
it before that can be told."""

_PLAIN_THEMES: Final = 4
_TITLE_THEMES: Final = 3
_MOST_QUOTES: Final = 4
_TELLING: Final = 2
"""How many sentences are quoted; spaces in one that says more than its heading would."""

_MOST_WHO_KNOW: Final = 2


class ProjectReader:
    """Sketches consortia from one landscape; safe to share between threads."""

    def __init__(self, store: Store, matcher: Matcher) -> None:
        """Prepare to read; what takes a while is done at the first text.

        Args:
            store: whose organisations are matched.
            matcher: of the same revision of the store.
        """
        self._store = store
        self._matcher = matcher
        self._landscape = store.landscape()
        self._families: dict[str, frozenset[str]] = {}
        self._offers: dict[str, dict[str, list[frozenset[str]]]] = {}
        self._typical_of: dict[str, frozenset[str]] = {}

    @cached_property
    def _reader(self) -> AskingReader:
        facets = self._store.facets(Filter())
        least = _GENERIC * self._store.totals().organisations
        common = {theme for theme, count in facets.themes.items() if count >= least}
        tops = {theme.id for theme in self._landscape.themes.values() if not theme.broader}
        return AskingReader(self._landscape, frozenset(common | tops))

    def warm(self) -> None:
        """Load what is loaded at the first text otherwise."""
        self._reader  # noqa: B018
        self._matcher.warm()

    def sketch(self, text: str) -> Project:
        """Return the roles a text needs, and who could fill each.

        Args:
            text: a pitch or a call, in English, Dutch, French or German; its first 20,000
                characters are read.
        """
        started = time.perf_counter()
        read = text[:LONGEST_TEXT]
        reading = self._reader.read(read)
        language = reading.language
        notes = [say(TEXT_WAS_CUT, language)] if len(text) > LONGEST_TEXT else []
        slots, statements = self._fill(reading.wanted, reading.themes, language)
        if not slots:
            is_short = len(words(read)) < _FEWEST_WORDS
            notes.append(say(TEXT_TOO_SHORT if is_short else NO_WORK, language))
        return Project(
            language=language,
            characters=len(read),
            is_call=reading.is_call,
            themes=reading.themes,
            slots=slots,
            statements=statements,
            note=" ".join(notes) or None,
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
        )

    # -- filling -----------------------------------------------------------------------------

    def _fill(
        self, needs: Sequence[Wanted], themes: Sequence[str], language: str
    ) -> tuple[tuple[Slot, ...], dict[str, Statement]]:
        answers: list[Shortlist] = []
        fitting: list[list[Match]] = []
        for need in needs:
            answer = self._matcher.find(need.text, limit=_CANDIDATES, role=need.role)
            good = self._fitting(need, answer, themes)
            if not good:
                # A roundabout sentence may hide what its role and themes say plainly.
                plain = self._plainly(need.role, (*need.themes, *themes), language)
                again = self._matcher.find(plain, limit=_CANDIDATES, role=need.role)
                good = self._fitting(need, again, themes)
                answer = again if good or not answer.matches else answer
            answers.append(answer)
            fitting.append(good)
        leads = self._deal(fitting)
        slots: list[Slot] = []
        besides: list[Shortlist] = []
        for row, (need, answer) in enumerate(zip(needs, answers, strict=True)):
            lead = leads.get(row)
            leading = {match.id for match in leads.values()}
            slot, asked = self._slot(need, answer, lead, leading, language)
            slots.append(slot)
            besides += asked
        shown = {
            statement
            for slot in slots
            for match in (slot.lead, *slot.alternates, *slot.could_know)
            if match is not None
            for reason in match.reasons
            for statement in reason.statements
        }
        asked_all = (*answers, *besides)
        known = {i: s for answer in asked_all for i, s in answer.statements.items() if i in shown}
        return tuple(slots), known

    def _plainly(self, role: str, themes: Sequence[str], language: str) -> str:
        """Return a need as a role and the first few of some themes, in words."""
        known = self._landscape
        specific = dict.fromkeys(t for t in themes if t not in self._reader.generic)
        labels = [known.themes[t].text(language) for t in specific][:_PLAIN_THEMES]
        return _labelled(known.vocabulary.roles[role].text(language), labels)

    def _fitting(self, need: Wanted, answer: Shortlist, themes: Sequence[str]) -> list[Match]:
        """Return who may lead a slot: who offers the role for a theme of it, or for any field."""
        good = [match for match in answer.matches if match.fit >= _LEAST]
        self._learn(match.id for match in good)
        specific = {t for t in need.themes if t not in self._reader.generic}
        about = {*specific, *themes} - self._reader.generic
        above = self._reader.above(about)
        typical = self._typical(need.role)

        def offers(match: Match) -> bool:
            some = self._offers[match.id].get(need.role, ())
            return any(
                not t - typical or t & (about | above) or self._reader.above(t) & about
                for t in some
            )

        if not specific:  # "a hospital", in a text about heart valves
            return [match for match in good if offers(match)] or good
        return [match for match in good if match.fit >= _BEYOND_DOUBT or offers(match)]

    def _typical(self, role: str) -> frozenset[str]:
        """Return the themes that go with a role whatever the field, as biobanking with samples."""
        if role not in self._typical_of:
            facets = self._store.facets(Filter(roles=(role,)))
            holders = facets.roles.get(role, 0)
            least = _TYPICAL * holders
            common = (t for t, count in facets.themes.items() if count >= least)
            is_known = holders >= _FEWEST_HOLDERS
            self._typical_of[role] = self._reader.generic | frozenset(common if is_known else ())
        return self._typical_of[role]

    def _deal(self, fitting: Sequence[Sequence[Match]]) -> dict[int, Match]:
        """Give each slot a lead, those first whose second choice is furthest behind."""

        def regret(row: int) -> float:
            scores = [match.fit for match in fitting[row]]
            return scores[0] - scores[1] if len(scores) > 1 else 1.0

        leads: dict[int, Match] = {}
        for row in sorted((r for r, some in enumerate(fitting) if some), key=lambda r: -regret(r)):
            taken = [match.id for match in leads.values()]
            kin = Counter(chain.from_iterable(self._families[i] for i in taken))

            def worth(match: Match, taken: list[str] = taken, kin: Counter[str] = kin) -> float:
                own = _LEADS_ALREADY if match.id in taken else 1.0
                most = max((kin[one] for one in self._families[match.id]), default=0)
                return match.fit * own * (_KIN_LEAD if most >= _MOST_KIN else 1.0)

            leads[row] = max(fitting[row], key=lambda match: (worth(match), match.id))
        return leads

    def _slot(
        self,
        need: Wanted,
        answer: Shortlist,
        lead: Match | None,
        leading: Set[str],
        language: str,
    ) -> tuple[Slot, list[Shortlist]]:
        """Return a slot, and what else was looked up for it."""
        role = self._landscape.vocabulary.roles[need.role]
        specific = [t for t in need.themes if t not in self._reader.generic] or need.themes
        labels = [self._landscape.themes[t].text(language) for t in specific[:_TITLE_THEMES]]
        title = _labelled(role.text(language), labels)
        others = [match for match in answer.matches if lead is None or match.id != lead.id]
        least = _ALTERNATE_FROM * lead.fit if lead is not None else _LEAST
        # Who leads another slot is a weaker second choice than somebody who is free.
        others.sort(key=lambda match: -match.fit * (_LEADING if match.id in leading else 1.0))
        alternates = tuple(m for m in others if m.fit >= least)[:_MOST_ALTERNATES]
        looked_up: list[Shortlist] = []
        gap: str | None = None
        could_know: tuple[Match, ...] = ()
        if lead is None:
            gap = say(NOBODY_HERE, language).format(role.text(language))
            plain = self._plainly("network", need.themes, language)
            asked = self._matcher.find(plain, limit=_CANDIDATES, role="network")
            looked_up.append(asked)
            could_know = asked.matches[:_MOST_WHO_KNOW]
        slot = Slot(
            role=need.role,
            themes=need.themes,
            need=need.text,
            title=title,
            importance=round(need.certainty, 3),
            basis="asked" if need.is_asking else "implied",
            quotes=_quotes(need),
            lead=lead,
            alternates=alternates,
            gap=gap,
            could_know=could_know,
        )
        return slot, looked_up

    def _learn(self, ids: Iterable[str]) -> None:
        """Read what organisations offer and are part of, near and far; kept for the next text."""
        wanted = {i for i in ids if i not in self._families}
        above: dict[str, tuple[str, ...]] = {}
        asked = set(wanted)
        while asked:
            found = list(self._store.organisations(Filter(), ids=sorted(asked)))
            for one in found:
                above[one.id] = tuple(one.part_of)
                offers: dict[str, list[frozenset[str]]] = {}
                for offer in one.offers:
                    offers.setdefault(offer.value.role, []).append(frozenset(offer.value.themes))
                self._offers[one.id] = offers
            parents = set(chain.from_iterable(above.get(i, ()) for i in asked))
            asked = parents - set(above) - asked
        for identity in wanted:
            family, queue = {identity}, [identity]
            while queue:
                for parent in above.get(queue.pop(), ()):
                    if parent not in family:
                        family.add(parent)
                        queue.append(parent)
            self._families[identity] = frozenset(family)


def _quotes(need: Wanted) -> tuple[Quote, ...]:
    """Return the surest sentences behind a slot; those that ask, where any does."""
    asking = [one for one in need.asked if one.is_asking] or need.asked
    told = [one for one in asking if one.sentence.text.count(" ") >= _TELLING] or asking
    best = sorted(told, key=lambda one: -one.certainty)[:_MOST_QUOTES]
    return tuple(map(_quote, sorted(best, key=lambda one: one.sentence.start)))


def _quote(one: Asked) -> Quote:
    return Quote(
        text=one.sentence.text,
        start=one.sentence.start,
        end=one.sentence.end,
        section=one.sentence.sections[-1] if one.sentence.sections else None,
        basis="asked" if one.is_asking else "implied",
    )


def _labelled(role: str, themes: Sequence[str]) -> str:
    return f"{role}: {', '.join(themes)}" if themes else role
