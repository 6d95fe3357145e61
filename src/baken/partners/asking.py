"""From a longer text to the partners it asks for: which role, for what, in which sentences.

Phrases in ``project.yaml`` tell a sentence that looks for somebody from one that tells a story, and
name roles without doubt; the cues of short needs (``cues.yaml``) count for less, and only where a
sentence asks. Sentences of one role that are about the same themes become one need.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import accumulate, chain
from typing import Final

import msgspec
import yaml
from msgspec import Struct

from baken.model import LANGUAGES, Landscape, Language
from baken.text import LanguageReader, Word, clean, words

from .outline import Sentence, headings, sentences
from .phrasebook import Found, Phrase, Phrasebook

_LANGUAGE_FROM: Final = 3000
"""Characters by which the language is told; the rest is taken to be in it."""

_CALL_ASKS: Final = 0.7
"""What "proposals should" says against "we look for": part of it is done by whoever applies."""

_IN_CONTEXT: Final = 0.9
_BESIDE: Final = 0.5
_IMPLIED: Final = 0.35
_IMPLIED_TWICE: Final = 0.55
"""Certainty that a sentence asks: under "what we look for" or after a sentence that leads to it; in
the paragraph of one that asks; elsewhere, with one phrase that leaves no doubt; with two."""

_LEAD_IN_WORDS: Final = 8

_CUE: Final = 0.4
_BEFORE_ASKING: Final = 0.5
_BESIDE_BEST: Final = 0.6
"""What one word of ``cues.yaml`` says against a phrase of ``project.yaml``; what is named before
the asking when something as clear is named after it ("for the trial we need a manufacturer"); and
the share of a sentence's strongest role from which another one counts."""

_ENOUGH: Final = 0.5
"""Certainty from which a role becomes a need."""

_MOST_NEEDS: Final = 9
_MOST_OF_A_ROLE: Final = 2
_OWN_NEED: Final = 0.6
_LOOKED_UP: Final = 0.45
_LONGEST_LOOKED_UP: Final = 420
"""Certainty from which a sentence may begin a second need of its role, and from which it is looked
up beside the surest one, up to so many characters."""

_MOST_THEMES: Final = 5
_ASKING_WORTH: Final = 2
_PROMINENT: Final = 3
_CONTEXT: Final = 1
"""How many themes a text is said to be about; what one says in a sentence that asks, or in the
title, for one elsewhere; from how much on it goes with a need that names none; how many do."""

_SUBJECT_ROLES: Final = frozenset(
    {"research", "clinical-validation", "test-environment", "samples-and-data", "manufacturing"}
)
"""Roles that depend on what the text is about; money and rooms do so less."""


class Asked(Struct, frozen=True):
    """A sentence that asks for a role.

    Attributes:
        sentence: which one.
        certainty: how much it asks for it, 0–1.
        is_asking: whether it looks for somebody rather than speaks of work.
        themes: what it is about; what those beside it are about where it names nothing itself.
    """

    sentence: Sentence
    certainty: float
    is_asking: bool
    themes: tuple[str, ...]


class Wanted(Struct, frozen=True):
    """A partner that a text asks for.

    Attributes:
        role: in which role.
        asked: the sentences that ask, in the order of the text.
        certainty: of all of them together, 0–1.
        themes: for what, the most certain first.
        text: the words to look up.
    """

    role: str
    asked: tuple[Asked, ...]
    certainty: float
    themes: tuple[str, ...]
    text: str

    @property
    def is_asking(self) -> bool:
        """Whether any of its sentences looks for somebody."""
        return any(one.is_asking for one in self.asked)


class Reading(Struct, frozen=True):
    """A longer text as read.

    Attributes:
        language: one of Baken's; English for a text in another.
        is_call: whether it reads as a call for proposals.
        themes: what the whole is about, the most prominent first.
        wanted: whom it asks for, the most certain first.
    """

    language: Language
    is_call: bool
    themes: tuple[str, ...]
    wanted: tuple[Wanted, ...]


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


class AskingReader:
    """Reads longer texts for one landscape; safe to share between threads.

    Attributes:
        generic: themes that say little about what a text is about.
    """

    def __init__(self, landscape: Landscape, generic: frozenset[str]) -> None:
        package = files(__package__)
        raw = yaml.load((package / "project.yaml").read_bytes(), yaml.CSafeLoader)
        short = yaml.load((package / "cues.yaml").read_bytes(), yaml.CSafeLoader)["roles"]
        roles = landscape.vocabulary.roles.items()
        themes = landscape.themes.values()
        self.landscape = landscape
        self.generic = generic
        self.cues = msgspec.convert(raw, type=_Cues)
        self.clear = Phrasebook(_phrases(self.cues.roles))
        self.short = Phrasebook(
            chain(_phrases(short), _phrases({r: _lists(term.label) for r, term in roles}))
        )
        self.themes = Phrasebook(
            chain(
                _phrases({theme.id: _lists(theme.label) for theme in themes}),
                _phrases({theme.id: theme.synonyms for theme in themes}),
            )
        )
        self._finders = {language: _finders(self.cues, language) for language in LANGUAGES}
        self._languages = LanguageReader(
            (phrase.language, phrase.words)
            for phrase in _phrases(self.cues.roles)
            if phrase.language is not None
        )

    def read(self, text: str) -> Reading:
        """Read a text; any will do, and one that asks for nobody has no `wanted`."""
        told = self._languages.read(clean(text[:_LANGUAGE_FROM]))
        language: Language = next((known for known in LANGUAGES if known == told), LANGUAGES[0])
        finders = self._finders[language]
        is_call = finders["is_a_call"].search(_folded(text)) is not None
        page = _Page(self, text, language, finders, is_call)
        return Reading(language, is_call, page.themes, tuple(page.wanted()))

    def above(self, themes: Iterable[str]) -> frozenset[str]:
        """Return the themes right above some, without those that say little."""
        known = self.landscape.themes
        above = chain.from_iterable(known[t].broader for t in themes if t in known)
        return frozenset(above) - self.generic

    def around(self, themes: Iterable[str]) -> frozenset[str]:
        """Return themes with those right above and beside them, without those that say little."""
        known = self.landscape.themes
        named = [t for t in themes if t in known]
        beside = chain.from_iterable(known[t].related for t in named)
        return (frozenset(chain(named, beside)) - self.generic) | self.above(named)


class _Page:
    """One text being read: which sentence asks for what.

    Attributes:
        themes: what the whole is about, the most prominent first.
    """

    def __init__(
        self,
        reader: AskingReader,
        text: str,
        language: Language,
        finders: Mapping[str, re.Pattern[str]],
        is_call: bool,
    ) -> None:
        self._reader = reader
        self._language = language
        self._is_call = is_call
        self._finders = finders
        self._sentences: list[Sentence] = []
        self._words: list[tuple[Word, ...]] = []
        self._folded: list[str] = []
        for one in sentences(text):
            said = words(clean(one.text))
            folded = " ".join(word.folded for word in said)
            is_passed = any(_is_whole(finders["pass"], section) for section in one.sections)
            is_empty = "http" in one.text or finders["boilerplate"].search(folded)
            if not is_passed and not is_empty:
                self._sentences.append(one)
                self._words.append(said)
                self._folded.append(folded)
        self._clear: list[list[Found]] = []
        self._about: list[tuple[str, ...]] = []
        for read in self._words:
            themes = reader.themes.find(read, language)
            roles = reader.clear.find(read, language)
            # "Joint research" is about no joint, "in vitro fertilisation" asks for no test tube.
            self._clear.append([found for found in roles if not _is_within(found, themes)])
            about = (found.meaning for found in themes if not _is_within(found, roles))
            self._about.append(tuple(dict.fromkeys(about)))
        self._is_led = {
            section: self._leads(section)
            for section in dict.fromkeys(chain.from_iterable(o.sections for o in self._sentences))
        }
        self._own = list(map(self._says_asking, self._folded))
        self._strengths = [self._strengths_of(row) for row in range(len(self._sentences))]
        self._lead_in = list(accumulate(map(self._led_by, range(len(self._sentences))), _latest))
        weights: Counter[str] = Counter()
        for row, some in enumerate(self._about):
            worth = _ASKING_WORTH if self._own[row][1] >= 0 else 1
            weights.update(dict.fromkeys(some, worth))
        for position, section in enumerate(headings(text)):
            named = reader.themes.find(words(clean(section)), language)
            worth = _ASKING_WORTH if position == 0 else 1
            weights.update({found.meaning: worth for found in named})
        ranked = [t for t, _ in weights.most_common() if t not in reader.generic]
        self.themes = tuple(ranked[:_MOST_THEMES])
        self._context = tuple(t for t in ranked if weights[t] >= _PROMINENT)[:_CONTEXT]

    def wanted(self) -> list[Wanted]:
        """Return whom the text asks for, the most certain first."""
        by_role: dict[str, list[Asked]] = {}
        denied: Counter[str] = Counter()
        for row, sentence in enumerate(self._sentences):
            strengths = self._strengths[row]
            if self._finders["denies"].search(self._folded[row]):
                denied.update(list(strengths))
                continue
            certainty, is_asking, at = self._asking(row)
            for role, share in _beside_best(strengths, at).items():
                if not is_asking and share < 1:
                    continue  # a mere word, in a sentence that looks for nobody
                if self._is_call and role in self._reader.cues.not_in_calls:
                    continue
                asked = Asked(sentence, certainty * share, is_asking, self._near_themes(row))
                by_role.setdefault(role, []).append(asked)
        needs: list[Wanted] = []
        for role, some in by_role.items():
            if denied[role] and max(one.certainty for one in some) < 1:
                continue
            for group in self._groups(some):
                certainty = _together(group)
                if certainty >= _ENOUGH:
                    needs.append(self._need(role, group, certainty))
        needs.sort(key=lambda n: (not n.is_asking, -n.certainty, n.asked[0].sentence.start))
        return needs[:_MOST_NEEDS]

    def _asking(self, row: int) -> tuple[float, bool, int]:
        """Return how much a sentence asks, whether it does at all, and after which word."""
        sentence = self._sentences[row]
        certainty, at = self._own[row]
        if at >= 0:
            # "We look for such a unit": what is named next to it is meant.
            beside = any(self._clear[r] for r in self._beside(row))
            return certainty * (_BESIDE if beside and not self._clear[row] else 1.0), True, at
        led = max((self._is_led[section] for section in sentence.sections), default=0.0)
        lead_in = self._lead_in[row - 1] if row else None
        if lead_in is not None and self._follows(lead_in, row):
            led = max(led, self._own[lead_in][0])
        if led:
            return led * _IN_CONTEXT, True, -1
        nearby = [
            share * (_IN_CONTEXT if not self._clear[r] else _BESIDE)
            for r in self._beside(row)
            if (share := self._own[r][0])
        ]
        if nearby:
            return max(nearby), True, -1
        several = len({found.meaning for found in self._clear[row]}) < len(self._clear[row])
        return _IMPLIED_TWICE if several else _IMPLIED, False, -1

    def _says_asking(self, folded: str) -> tuple[float, int]:
        """Return how much words ask, and after which of them; 0 and -1 when they do not."""
        found = self._finders["asks"].search(folded)
        if found and not self._is_call:
            return 1.0, folded.count(" ", 0, found.end())
        if self._is_call and (called := self._finders["calls"].search(folded) or found):
            return _CALL_ASKS, folded.count(" ", 0, called.end())
        return 0.0, -1

    def _leads(self, heading: str) -> float:
        """Return how much a heading says that what is under it is looked for."""
        if _is_whole(self._finders["ask"], heading):
            return _CALL_ASKS if self._is_call else 1.0
        return self._says_asking(_folded(heading))[0]

    def _led_by(self, row: int) -> int | None:
        """Return the sentence itself if it asks for what comes after it."""
        is_short = len(self._words[row]) <= _LEAD_IN_WORDS and not self._strengths[row]
        leads = is_short or self._sentences[row].text.endswith(":")
        return row if leads and self._own[row][1] >= 0 else None

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

    def _strengths_of(self, row: int) -> dict[str, tuple[float, int]]:
        """Return how clearly a sentence names each role, 0–1, and after how many words."""
        read = self._words[row]
        short = self._reader.short.find(read, self._language)
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

    def _near_themes(self, row: int) -> tuple[str, ...]:
        """Return what a sentence is about; its paragraph where it says nothing particular."""
        generic = self._reader.generic
        own = tuple(t for t in self._about[row] if t not in generic)
        near = chain.from_iterable(self._about[r] for r in self._beside(row))
        return own or tuple(dict.fromkeys(t for t in near if t not in generic))

    def _groups(self, asked: Sequence[Asked]) -> list[list[Asked]]:
        """Part what is asked of one role by what it is about, into two groups at most."""
        strong = [one for one in asked if one.certainty >= _OWN_NEED and one.themes]
        groups: list[list[Asked]] = []
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

    def _is_near(self, one: Asked, other: Asked) -> bool:
        if one.sentence.block == other.sentence.block:
            return True
        around = self._reader.around
        return bool(around(one.themes) & around(other.themes))

    def _need(self, role: str, group: Sequence[Asked], certainty: float) -> Wanted:
        ranked = sorted(group, key=lambda one: -one.certainty)
        chosen: list[Asked] = []
        for one in ranked:
            length = sum(len(c.sentence.text) for c in chosen) + len(one.sentence.text)
            if not chosen or (one.certainty >= _LOOKED_UP and length <= _LONGEST_LOOKED_UP):
                chosen.append(one)
        chosen.sort(key=lambda one: one.sentence.start)
        own = Counter(t for one in chosen for t in one.themes)
        themes = [t for t, _ in own.most_common()]
        is_told = role not in _SUBJECT_ROLES or set(themes) & set(self.themes)
        context = () if is_told else self._context
        labels = [self._reader.landscape.themes[t].text(self._language) for t in context]
        text = " ".join(one.sentence.text[:_LONGEST_LOOKED_UP] for one in chosen)
        if labels:
            text = f"{text.rstrip('.;:')} ({', '.join(labels)})."
        in_order = tuple(sorted(group, key=lambda one: one.sentence.start))
        return Wanted(role, in_order, certainty, tuple(themes), text)


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


def _latest(before: int | None, now: int | None) -> int | None:
    return before if now is None else now


def _is_within(phrase: Found, others: Iterable[Found]) -> bool:
    """Say whether a phrase is part of a longer one of another sort."""
    return any(
        other.start <= phrase.start
        and phrase.end <= other.end
        and other.end - other.start > phrase.end - phrase.start
        for other in others
    )


def _together(group: Iterable[Asked]) -> float:
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


def _finders(cues: _Cues, language: Language) -> dict[str, re.Pattern[str]]:
    """Return what finds each sort of phrase in a folded text."""
    tables = {
        "asks": cues.asks,
        "calls": cues.calls,
        "is_a_call": cues.is_a_call,
        "denies": cues.denies,
        "boilerplate": cues.boilerplate,
        **cues.headings,
    }
    return {
        name: _finder(
            tuple(
                chain.from_iterable(table.get(code, ()) for code in dict.fromkeys((language, "en")))
            )
        )
        for name, table in tables.items()
    }


def _finder(phrases: tuple[str, ...]) -> re.Pattern[str]:
    wanted = "|".join(re.escape(_folded(phrase)) for phrase in dict.fromkeys(phrases))
    return re.compile(rf"(?:^|(?<= ))(?:{wanted})(?= |$)")


def _is_whole(finder: re.Pattern[str], heading: str) -> bool:
    """Say whether a heading begins with one of some phrases, its number left out."""
    return finder.match(re.sub(r"^[\d ]+", "", _folded(heading))) is not None
