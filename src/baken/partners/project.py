"""From a pitch or a call for proposals to the partners it needs: a consortium, sketched.

The text is cut into sentences. Each one says how much it asks for each role, by the phrases in
``project.yaml``; those of one role that are about the same themes become a slot; each slot is a need
of its own for the matcher. Then the leads are dealt out, so that no organisation leads two slots
unless the next best is much weaker.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from importlib.resources import files
from itertools import chain
from typing import Final

import msgspec
import yaml
from msgspec import Struct

from baken.errors import NeedError
from baken.model import LANGUAGES, Language, Match, Project, Quote, Shortlist, Slot, Statement
from baken.store import Filter, Store
from baken.text import LanguageReader, Word, clean, fold, words

from .match import Matcher
from .outline import Sentence, headings, sentences
from .phrasebook import Found, Phrase, Phrasebook
from .wording import NOBODY_HERE, NO_WORK, TEXT_TOO_SHORT, TEXT_WAS_CUT, say

LONGEST_TEXT: Final = 20_000
"""Characters of a text that are read."""

_FEWEST_WORDS: Final = 8
_LANGUAGE_FROM: Final = 3000
"""Characters by which the language is told; the rest is taken to be in it."""

_CALL_ASKS: Final = 0.7
"""What "proposals should" says against "we look for": part of it is done by whoever applies."""

_IN_CONTEXT: Final = 0.9
_BESIDE: Final = 0.5
_IMPLIED: Final = 0.35
_IMPLIED_TWICE: Final = 0.55
_LEAD_IN_WORDS: Final = 8
"""Certainty that a sentence asks: under "what we look for" or in the list that an asking sentence
leads in; in the paragraph of one; elsewhere, where only two phrases that leave no doubt will do."""

_CUE: Final = 0.4
_BEFORE_ASKING: Final = 0.5
_BESIDE_BEST: Final = 0.6
"""What one word of `cues.yaml` says against a phrase of `project.yaml`; what is named before the asking
when something is named after it ("for the trial we need a manufacturer"); and the share of a sentence's
strongest role from which another one counts."""

_ENOUGH: Final = 0.5
"""Certainty from which a role becomes a slot."""

_GENERIC: Final = 0.12
"""Share of organisations from which a theme says little about what a text is about."""

_MOST_SLOTS: Final = 9
_MOST_OF_A_ROLE: Final = 2
_OWN_SLOT: Final = 0.6
_LOOKED_UP: Final = 0.45
_LONGEST_LOOKED_UP: Final = 420
_MOST_QUOTES: Final = 4
_MOST_THEMES: Final = 5
_ASKING_WORTH: Final = 2
_PROMINENT: Final = 3
_CONTEXT: Final = 1
"""How many themes a project is said to be about; what one says in a sentence that asks, or in the
title, for one elsewhere; from how much on it goes with a slot that names none of them; how many do."""

_SUBJECT_ROLES: Final = frozenset(
    {"research", "clinical-validation", "test-environment", "samples-and-data", "manufacturing"}
)
"""Roles that depend on what the project is about; money and rooms do so less."""

_CANDIDATES: Final = 8
_MOST_ALTERNATES: Final = 3
_ALTERNATE_FROM: Final = 0.55
"""Share of the lead's score from which others are named beside it."""

_LEADS_ALREADY: Final = 0.75
_KIN_LEAD: Final = 0.85
_MOST_KIN: Final = 2
"""What a candidate's score is worth when it leads another slot; when two of its family do."""

_LEAST: Final = 0.3
_BEYOND_DOUBT: Final = 0.55
"""Scores from which a match may lead a slot, and from which it may whatever its offers name."""

_TYPICAL: Final = 0.3
_FEWEST_HOLDERS: Final = 5
"""Share of those who offer a role from which a theme goes with the role, and how many have to offer
it before that can be told."""

_PLAIN_THEMES: Final = 4
_MOST_WHO_KNOW: Final = 2


class _Cues(Struct, frozen=True, rename="kebab"):
    """What ``project.yaml`` holds."""

    asks: dict[Language, list[str]]
    calls: dict[Language, list[str]]
    is_a_call: dict[Language, list[str]]
    denies: dict[Language, list[str]]
    boilerplate: dict[Language, list[str]]
    headings: dict[str, dict[Language, list[str]]]
    roles: dict[str, dict[Language, list[str]]]
    not_in_calls: list[str]


class _Asked(Struct, frozen=True):
    """A sentence that asks for a role.

    Attributes:
        sentence: which one.
        certainty: how much it asks for it, 0–1.
        is_asking: whether it looks for somebody rather than speaks of work.
        themes: what it is about, those of its paragraph where it names none itself.
    """

    sentence: Sentence
    certainty: float
    is_asking: bool
    themes: frozenset[str]


class _Need(Struct, frozen=True):
    """A slot before anybody was looked for."""

    role: str
    asked: tuple[_Asked, ...]
    certainty: float
    themes: tuple[str, ...]
    text: str

    @property
    def is_asking(self) -> bool:
        """Whether any of its sentences looks for somebody."""
        return any(one.is_asking for one in self.asked)


class ProjectReader:
    """Sketches consortia from one landscape; safe to share between threads."""

    def __init__(self, store: Store, matcher: Matcher) -> None:
        """Prepare to read.

        Args:
            store: whose organisations are matched.
            matcher: of the same revision of the store.
        """
        self._store = store
        self._matcher = matcher
        self._landscape = store.landscape()
        package = files(__package__)
        raw = yaml.load((package / "project.yaml").read_bytes(), yaml.CSafeLoader)
        self._cues = msgspec.convert(raw, type=_Cues)
        short = yaml.load((package / "cues.yaml").read_bytes(), yaml.CSafeLoader)["roles"]
        roles = self._landscape.vocabulary.roles
        self._clear = Phrasebook(_phrases(self._cues.roles))
        self._short = Phrasebook(
            chain(_phrases(short), _phrases({r: _lists(term.label) for r, term in roles.items()}))
        )
        self._families: dict[str, frozenset[str]] = {}
        self._offers: dict[str, dict[str, list[frozenset[str]]]] = {}
        self._typical_of: dict[str, frozenset[str]] = {}

    @cached_property
    def _themes(self) -> Phrasebook:
        themes = self._landscape.themes.values()
        return Phrasebook(
            chain(
                _phrases({theme.id: _lists(theme.label) for theme in themes}),
                _phrases({theme.id: theme.synonyms for theme in themes}),
            )
        )

    @cached_property
    def _generic(self) -> frozenset[str]:
        """Themes that say little: of many organisations, or the top of the thesaurus."""
        facets = self._store.facets(Filter())
        total = max(1, self._store.totals().organisations)
        common = {t for t, count in facets.themes.items() if count >= _GENERIC * total}
        tops = {theme.id for theme in self._landscape.themes.values() if not theme.broader}
        return frozenset(common | tops)

    @cached_property
    def _languages(self) -> LanguageReader:
        return LanguageReader(
            (phrase.language, phrase.words)
            for phrase in _phrases(self._cues.roles)
            if phrase.language is not None
        )

    def sketch(self, text: str) -> Project:
        """Return the roles a text needs, and who could fill each.

        Args:
            text: a pitch or a call, in English, Dutch, French or German; its first 20,000
                characters are read.
        """
        started = time.perf_counter()
        read = text[:LONGEST_TEXT]
        language = self._languages.read(clean(read[:_LANGUAGE_FROM]))
        if language not in LANGUAGES:
            language = "en"
        notes = [say(TEXT_WAS_CUT, language)] if len(text) > LONGEST_TEXT else []
        is_call = _finder(self._cues.is_a_call, language).search(_folded(clean(read))) is not None
        reading = _Reading(self, read, language, is_call)
        needs = reading.needs()
        slots, statements = self._fill(needs, reading.themes, language)
        if not slots:
            is_short = len(words(read)) < _FEWEST_WORDS
            notes.append(say(TEXT_TOO_SHORT if is_short else NO_WORK, language))
        return Project(
            language=language,
            characters=len(read),
            is_call=is_call,
            themes=reading.themes,
            slots=slots,
            statements=statements,
            note=" ".join(notes) or None,
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
        )

    # -- filling -----------------------------------------------------------------------------

    def _fill(
        self, needs: Sequence[_Need], themes: Sequence[str], language: str
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
        specific = dict.fromkeys(t for t in themes if t not in self._generic)
        labels = [known.themes[t].text(language) for t in specific][:_PLAIN_THEMES]
        return ": ".join(filter(None, (known.vocabulary.roles[role].text(language), ", ".join(labels))))

    def _fitting(self, need: _Need, answer: Shortlist, themes: Sequence[str]) -> list[Match]:
        """Return who may lead a slot: who offers the role for a theme of it, or for any field."""
        good = [match for match in answer.matches if match.score >= _LEAST]
        self._learn(match.id for match in good)
        specific = {t for t in need.themes if t not in self._generic}
        if not specific:
            return good
        about = {*specific, *themes} - self._generic
        above = self._above(about) - self._generic
        typical = self._typical(need.role)

        def offers(match: Match) -> bool:
            some = self._offers[match.id].get(need.role, ())
            return any(
                not t - typical or t & (about | above) or self._above(t) & about for t in some
            )

        return [match for match in good if match.score >= _BEYOND_DOUBT or offers(match)]

    def _typical(self, role: str) -> frozenset[str]:
        """Return the themes that go with a role whatever the field, as biobanking with samples."""
        if role not in self._typical_of:
            facets = self._store.facets(Filter(roles=(role,)))
            holders = facets.roles.get(role, 0)
            least = _TYPICAL * holders
            common = (t for t, count in facets.themes.items() if count >= least)
            is_known = holders >= _FEWEST_HOLDERS
            self._typical_of[role] = self._generic | frozenset(common if is_known else ())
        return self._typical_of[role]

    def _above(self, themes: Iterable[str]) -> set[str]:
        known = self._landscape.themes
        return set(chain.from_iterable(known[t].broader for t in themes if t in known))

    def widened(self, themes: Iterable[str]) -> frozenset[str]:
        """Return themes with those right above and beside them, without those that say little."""
        known = self._landscape.themes
        near = chain.from_iterable((t, *known[t].broader, *known[t].related) for t in themes)
        return frozenset(near) - self._generic

    def _deal(self, fitting: Sequence[Sequence[Match]]) -> dict[int, Match]:
        """Give each slot a lead, those first whose second choice is furthest behind."""

        def regret(row: int) -> float:
            scores = [match.score for match in fitting[row]]
            return scores[0] - scores[1] if len(scores) > 1 else 1.0

        leads: dict[int, Match] = {}
        for row in sorted((r for r, some in enumerate(fitting) if some), key=lambda r: -regret(r)):
            taken = [match.id for match in leads.values()]
            kin = Counter(chain.from_iterable(self._families[i] for i in taken))

            def worth(match: Match, taken: list[str] = taken, kin: Counter[str] = kin) -> float:
                own = _LEADS_ALREADY if match.id in taken else 1.0
                most = max((kin[one] for one in self._families[match.id]), default=0)
                return match.score * own * (_KIN_LEAD if most >= _MOST_KIN else 1.0)

            leads[row] = max(fitting[row], key=lambda match: (worth(match), match.id))
        return leads

    def _slot(
        self,
        need: _Need,
        answer: Shortlist,
        lead: Match | None,
        leading: Set[str],
        language: str,
    ) -> tuple[Slot, list[Shortlist]]:
        """Return a slot, and what else was looked up for it."""
        role = self._landscape.vocabulary.roles[need.role]
        labels = [self._landscape.themes[t].text(language) for t in need.themes[:3]]
        title = f"{role.text(language)}: {', '.join(labels)}" if labels else role.text(language)
        others = [match for match in answer.matches if lead is None or match.id != lead.id]
        least = _ALTERNATE_FROM * lead.score if lead is not None else _LEAST
        # Who leads another slot is a weaker second choice than somebody who is free.
        others.sort(key=lambda match: -match.score * (0.9 if match.id in leading else 1.0))
        alternates = tuple(m for m in others if m.score >= least)[:_MOST_ALTERNATES]
        looked_up: list[Shortlist] = []
        gap, could_know = None, ()
        if lead is None:
            about = ", ".join(labels)
            gap = say(NOBODY_HERE, language).format(
                role.text(language) + (f" ({about})" if about else "")
            )
            plain = self._plainly("network", need.themes, language)
            asked = self._matcher.find(plain, limit=_CANDIDATES, role="network")
            looked_up.append(asked)
            could_know = asked.matches[:_MOST_WHO_KNOW]
        asking = [one for one in need.asked if one.is_asking] or need.asked
        best = sorted(asking, key=lambda one: -one.certainty)[:_MOST_QUOTES]
        slot = Slot(
            role=need.role,
            themes=need.themes,
            need=need.text,
            title=title,
            importance=round(need.certainty, 3),
            basis="asked" if need.is_asking else "implied",
            quotes=tuple(
                Quote(
                    text=one.sentence.text,
                    start=one.sentence.start,
                    end=one.sentence.end,
                    section=one.sentence.sections[-1] if one.sentence.sections else None,
                    basis="asked" if one.is_asking else "implied",
                )
                for one in sorted(best, key=lambda one: one.sentence.start)
            ),
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


class _Reading:
    """One text, read: which sentence asks for what.

    Attributes:
        themes: what the whole is about, the most prominent first.
    """

    def __init__(self, reader: ProjectReader, text: str, language: str, is_call: bool) -> None:
        cues = reader._cues
        self._reader = reader
        self._language = language
        self._is_call = is_call
        self._asks = _finder(cues.asks, language)
        self._calls = _finder(cues.calls, language) if is_call else None
        self._denies = _finder(cues.denies, language)
        passed = _finder(cues.headings["pass"], language)
        boilerplate = _finder(cues.boilerplate, language)
        self._sentences = [
            one
            for one in sentences(text)
            if not boilerplate.search(_folded(one.text))
            and "http" not in one.text
            and not any(_is_whole(passed, section) for section in one.sections)
        ]
        self._words = [words(clean(one.text)) for one in self._sentences]
        self._clear: list[list[Found]] = []
        self._about: list[tuple[str, ...]] = []
        for read in self._words:
            themes = reader._themes.find(read, language)
            roles = reader._clear.find(read, language)
            # "Joint research" is about no joint, and "in vitro fertilisation" asks for no test tube.
            self._clear.append([found for found in roles if not _is_within(found, themes)])
            about = (found.meaning for found in themes if not _is_within(found, roles))
            self._about.append(tuple(dict.fromkeys(about)))
        self._heading = _finder(cues.headings["ask"], language)
        self._is_led = {
            section: self._leads(section)
            for section in dict.fromkeys(chain.from_iterable(o.sections for o in self._sentences))
        }
        weights: Counter[str] = Counter()
        for row, some in enumerate(self._about):
            worth = _ASKING_WORTH if self._own_asking(row)[1] >= 0 else 1
            weights.update(dict.fromkeys(some, worth))
        for position, section in enumerate(headings(text)):
            named = reader._themes.find(words(clean(section)), language)
            worth = _ASKING_WORTH if position == 0 else 1
            weights.update({found.meaning: worth for found in named})
        ranked = [t for t, _ in weights.most_common() if t not in reader._generic]
        self.themes = tuple(ranked[:_MOST_THEMES])
        self._context = tuple(t for t in ranked if weights[t] >= _PROMINENT)[:_CONTEXT]

    def needs(self) -> list[_Need]:
        """Return the needs of the text, the most important first."""
        by_role: dict[str, list[_Asked]] = {}
        denied: Counter[str] = Counter()
        for row, sentence in enumerate(self._sentences):
            strengths = self._strengths(row)
            if self._denies.search(_folded(sentence.text)):
                denied.update(strengths)
                continue
            certainty, is_asking, at = self._asking(row)
            for role, share in _beside_best(strengths, at).items():
                if not is_asking and share < 1:
                    continue  # a mere word, in a sentence that looks for nobody
                if self._is_call and role in self._reader._cues.not_in_calls:
                    continue
                asked = _Asked(sentence, certainty * share, is_asking, self._near_themes(row))
                by_role.setdefault(role, []).append(asked)
        needs: list[_Need] = []
        for role, some in by_role.items():
            if denied[role] and max(one.certainty for one in some) < 1:
                continue
            for group in self._groups(some):
                certainty = _together(group)
                if certainty >= _ENOUGH:
                    needs.append(self._need(role, group, certainty))
        needs.sort(key=lambda need: (not need.is_asking, -need.certainty, need.asked[0].sentence.start))
        return needs[:_MOST_SLOTS]

    def _asking(self, row: int) -> tuple[float, bool, int]:
        """Return how much a sentence asks, whether it does at all, and after which word."""
        sentence = self._sentences[row]
        certainty, at = self._own_asking(row)
        if at >= 0:
            # "We look for such a unit": what is named next to it is meant.
            beside = any(self._clear[r] for r in self._beside(row))
            return certainty * (_BESIDE if beside and not self._clear[row] else 1.0), True, at
        led = max((self._is_led[section] for section in sentence.sections), default=0.0)
        lead_in = next((r for r in range(row - 1, -1, -1) if self._is_lead_in(r)), None)
        if lead_in is not None and self._follows(lead_in, row):
            led = max(led, self._own_asking(lead_in)[0])
        if led:
            return led * _IN_CONTEXT, True, -1
        beside = [
            share * (_IN_CONTEXT if not self._clear[r] else _BESIDE)
            for r in self._beside(row)
            if (share := self._own_asking(r)[0])
        ]
        if beside:
            return max(beside), True, -1
        several = len({found.meaning for found in self._clear[row]}) < len(self._clear[row])
        return _IMPLIED_TWICE if several else _IMPLIED, False, -1

    def _own_asking(self, row: int) -> tuple[float, int]:
        return self._says_asking(_folded(self._sentences[row].text))

    def _says_asking(self, folded: str) -> tuple[float, int]:
        """Return how much words ask, and after which of them; 0 and -1 when they do not."""
        found = self._asks.search(folded)
        if found and not self._is_call:
            return 1.0, folded.count(" ", 0, found.end())
        if self._calls is not None and (called := self._calls.search(folded) or found):
            return _CALL_ASKS, folded.count(" ", 0, called.end())
        return 0.0, -1

    def _leads(self, heading: str) -> float:
        """Return how much a heading says that what is under it is looked for."""
        if _is_whole(self._heading, heading):
            return _CALL_ASKS if self._is_call else 1.0
        return self._says_asking(_folded(heading))[0]

    def _is_lead_in(self, row: int) -> bool:
        """Say whether a sentence asks for what comes after it rather than for what it says."""
        if self._own_asking(row)[1] < 0:
            return False
        is_short = len(self._words[row]) <= _LEAD_IN_WORDS and not self._strengths(row)
        return is_short or self._sentences[row].text.endswith(":")

    def _follows(self, lead_in: int, row: int) -> bool:
        one, other = self._sentences[lead_in], self._sentences[row]
        if one.block == other.block:
            return True
        between = self._sentences[lead_in + 1 : row + 1]
        return one.text.endswith(":") and all(sentence.is_item for sentence in between)

    def _beside(self, row: int) -> list[int]:
        """Return the sentences before and after one in its paragraph."""
        block = self._sentences[row].block
        near = (r for r in (row - 1, row + 1) if 0 <= r < len(self._sentences))
        return [r for r in near if self._sentences[r].block == block]

    def _strengths(self, row: int) -> dict[str, tuple[float, int]]:
        """Return how clearly a sentence names each role, 0–1, and after how many words."""
        read = self._words[row]
        short = self._reader._short.find(read, self._language)
        named: dict[str, tuple[float, int]] = {}
        seen: dict[str, set[str]] = {}
        for found in short:
            known = seen.setdefault(found.meaning, set())
            known.add(" ".join(word.stem for word in read[found.start : found.end]))
            share = min(2, len(known)) * _CUE
            named[found.meaning] = (share, max(found.start, named.get(found.meaning, (0, 0))[1]))
        for found in self._clear[row]:
            named[found.meaning] = (1.0, max(found.start, named.get(found.meaning, (0, 0))[1]))
        return named

    def _near_themes(self, row: int) -> frozenset[str]:
        """Return what a sentence is about; its paragraph where it says nothing particular."""
        generic = self._reader._generic
        own = {t for t in self._about[row] if t not in generic}
        if own:
            return frozenset(own)
        near = (self._about[r] for r in self._beside(row))
        return frozenset(t for t in chain.from_iterable(near) if t not in generic)

    def _groups(self, asked: Sequence[_Asked]) -> list[list[_Asked]]:
        """Part what is asked of one role by what it is about, into two groups at most."""
        strong = [one for one in asked if one.certainty >= _OWN_SLOT and one.themes]
        groups: list[list[_Asked]] = []
        for one in sorted(strong, key=lambda one: -one.certainty):
            alike = [g for g in groups if any(self._is_near(one, other) for other in g)]
            if alike:
                alike[0].append(one)
            elif len(groups) < _MOST_OF_A_ROLE:
                groups.append([one])
            else:
                groups[0].append(one)
        if not groups:
            return [list(asked)]
        placed = {id(one) for group in groups for one in group}
        for one in asked:
            if id(one) not in placed:
                best = max(groups, key=lambda group: sum(self._is_near(one, o) for o in group))
                best.append(one)
        return groups

    def _is_near(self, one: _Asked, other: _Asked) -> bool:
        if one.sentence.block == other.sentence.block:
            return True
        widened = self._reader.widened
        return bool(widened(one.themes) & widened(other.themes))

    def _need(self, role: str, group: Sequence[_Asked], certainty: float) -> _Need:
        ranked = sorted(group, key=lambda one: -one.certainty)
        chosen: list[_Asked] = []
        for one in ranked:
            length = sum(len(c.sentence.text) for c in chosen) + len(one.sentence.text)
            if not chosen or (one.certainty >= _LOOKED_UP and length <= _LONGEST_LOOKED_UP):
                chosen.append(one)
        chosen.sort(key=lambda one: one.sentence.start)
        own = Counter(t for one in chosen for t in one.themes)
        themes = [t for t, _ in own.most_common()]
        is_told = role not in _SUBJECT_ROLES or set(themes) & set(self.themes)
        context = () if is_told else self._context
        labels = [self._reader._landscape.themes[t].text(self._language) for t in context]
        text = " ".join(one.sentence.text[:_LONGEST_LOOKED_UP] for one in chosen)
        if labels:
            text = f"{text.rstrip('.;:')} ({', '.join(labels)})."
        return _Need(role, tuple(group), certainty, tuple(themes), text)


def _beside_best(named: Mapping[str, tuple[float, int]], at: int) -> dict[str, float]:
    """Return the roles that a sentence is about, those after the asking first.

    Args:
        named: by role, how clearly it is named and where.
        at: position of the last word of the asking, or -1.
    """
    clearest = max((share for share, _ in named.values()), default=0.0)
    is_after = any(where > at >= 0 and share == clearest for share, where in named.values())
    weighed = {
        role: share * (_BEFORE_ASKING if is_after and where <= at else 1.0)
        for role, (share, where) in named.items()
    }
    best = max(weighed.values(), default=0.0)
    return {role: share for role, share in weighed.items() if share >= _BESIDE_BEST * best}


def _is_within(phrase: Found, others: Iterable[Found]) -> bool:
    """Say whether a phrase is part of a longer one of another sort."""
    return any(
        other.start <= phrase.start
        and phrase.end <= other.end
        and other.end - other.start > phrase.end - phrase.start
        for other in others
    )


def _together(group: Iterable[_Asked]) -> float:
    """Return how certain several sentences are together: that not all of them are wrong."""
    doubt = 1.0
    for one in group:
        doubt *= 1 - min(0.95, one.certainty)
    return 1 - doubt


def _phrases(by_meaning: Mapping[str, Mapping[Language, Sequence[str]]]) -> Iterator[Phrase]:
    for meaning, by_language in by_meaning.items():
        for language, some in by_language.items():
            for phrase in some:
                yield Phrase(meaning, language, words(phrase))


def _lists(labels: Mapping[Language, str]) -> dict[Language, list[str]]:
    return {language: [label] for language, label in labels.items()}


def _folded(text: str) -> str:
    return " ".join(word.folded for word in words(text))


def _finder(phrases: Mapping[Language, Sequence[str]], language: str) -> re.Pattern[str]:
    """Return what finds phrases, as they stand, in a folded text: of its language, and English."""
    wanted = dict.fromkeys(
        _folded(phrase) for code in (language, "en") for phrase in phrases.get(code, ())  # type: ignore[call-overload]
    )
    return re.compile(rf"(?:^|(?<= ))(?:{'|'.join(map(re.escape, wanted))})(?= |$)")


def _is_whole(finder: re.Pattern[str], heading: str) -> bool:
    """Say whether a heading is one of some phrases, its number and what follows left out."""
    return finder.match(re.sub(r"^[\d ]+", "", _folded(heading))) is not None
