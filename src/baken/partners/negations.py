"""What a text takes back: "no hospitals or universities", "sauf Anvers", "geen klinische studies".

Cues and scopes after NegEx (Chapman et al., 2001): a cue takes back the phrases that follow it, up
to a word that ends its reach; cues that only look like one ("not only", "nicht nur") are read first
and take back nothing. Two readings are told apart that NegEx has no need of. "We have no lab" is a
lack, so the laboratory is still asked for; "we are not a hospital" is about the visitor, so the
hospital is neither asked for nor left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from baken.model import Language
from baken.text import Word, is_function_word, words

from .phrasebook import Found

FoundSort = Literal["organisation", "place", "kind", "role", "theme"]

Cues = Mapping[str, Mapping[Language, Sequence[str]]]

_MOST_BETWEEN: Final = 1
"""Words unknown here that may stand between a cue and its phrase: "no large hospitals"."""

_LOOK_BACK: Final = 3
_LOOK_AHEAD: Final = 2
_LACKING: Final = 5
"""Words after "not yet" that are said not to be there."""

JOINED: Final = "-"
"""The mark before a word that a hyphen joins to the one before it, or that was written as one."""


class Sorted(NamedTuple):
    """A phrase in a text and what sort of thing it says."""

    sort: FoundSort
    found: Found


class Denial(NamedTuple):
    """A stretch of a text that says what is not.

    Attributes:
        start: position of its first word.
        end: one past its last.
        phrases: what it says; none when nothing here is known.
        reading: ``excluded``: to be left out; ``lacking``: not there yet, so perhaps asked for;
            ``self``: what the visitor is not.
    """

    start: int
    end: int
    phrases: tuple[Sorted, ...]
    reading: Literal["excluded", "lacking", "self"]


class Negations:
    """Reads negations by a table of cues; safe to share between threads."""

    def __init__(self, cues: Cues) -> None:
        self._cues: dict[str, dict[str, _Phrases]] = {
            name: {language: _Phrases(phrases) for language, phrases in by_language.items()}
            for name, by_language in cues.items()
        }

    def read(
        self,
        text: Sequence[Word],
        marks: Mapping[int, str],
        language: str,
        phrases: Sequence[Sorted],
    ) -> list[Denial]:
        """Return what a text takes back, from left to right; nothing in a language without cues.

        Args:
            text: its words.
            marks: punctuation by the position of the word that follows it.
            language: ISO 639-1 code of the text.
            phrases: all that is known of what it says.
        """
        if any(language not in by_language for by_language in self._cues.values()):
            return []
        tables = {name: by_language[language] for name, by_language in self._cues.items()}
        return list(_Reading(text, marks, language, phrases, tables))


class _Phrases:
    """A set of phrases, compared word by word as they stand."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._known = {tuple(word.folded for word in words(phrase)) for phrase in phrases}
        # The longest phrase that begins with a word, so that most words are passed over at once.
        self._longest: dict[str, int] = {}
        for first, *rest in self._known:
            self._longest[first] = max(self._longest.get(first, 0), 1 + len(rest))

    def __contains__(self, word: str) -> bool:
        return (word,) in self._known

    def at(self, text: Sequence[Word], position: int) -> int:
        """Return how many words the longest phrase that begins here has; 0 for none."""
        longest = self._longest.get(text[position].folded, 0) if position < len(text) else 0
        for length in range(min(longest, len(text) - position), 0, -1):
            if tuple(word.folded for word in text[position : position + length]) in self._known:
                return length
        return 0

    def is_in(self, text: Sequence[Word]) -> bool:
        """Say whether one of the phrases is among the words."""
        return any(self.at(text, position) for position in range(len(text)))


_CUES: Final = ("seeming", "lacking", "after", "none", "except", "outside", "not")
"""Lists of cues; of equally long ones the first is meant."""


class _Reading:
    """One text being read."""

    def __init__(
        self,
        text: Sequence[Word],
        marks: Mapping[int, str],
        language: str,
        phrases: Sequence[Sorted],
        tables: Mapping[str, _Phrases],
    ) -> None:
        self._text = text
        self._marks = marks
        self._language = language
        self._tables = tables
        self._starting: dict[int, list[Sorted]] = {}
        for phrase in phrases:
            self._starting.setdefault(phrase.found.start, []).append(phrase)
        # A negation within a known phrase is part of its name.
        self._inner = {
            position
            for _, found in phrases
            if found.end - found.start > 1
            for position in range(found.start, found.end)
        }

    def __iter__(self) -> Iterator[Denial]:
        position = 0
        while position < len(self._text):
            cue, length = self._cue(position)
            denial = self._denial(cue, position, position + length) if length else None
            if denial is not None:
                yield denial
            position = max(position + max(1, length), denial.end if denial else 0)

    def _cue(self, position: int) -> tuple[str, int]:
        if position in self._inner:
            return "", 0
        lengths = {cue: self._tables[cue].at(self._text, position) for cue in _CUES}
        cue = max(_CUES, key=lambda cue: lengths[cue])
        return cue, lengths[cue]

    def _denial(self, cue: str, start: int, end: int) -> Denial | None:
        if cue == "seeming" or self._marks.get(end) == JOINED:
            return None
        if cue == "lacking":
            return Denial(start, self._clause_end(end, _LACKING), (), "lacking")
        if cue == "after":
            phrases = self._before(start)
            return Denial(phrases[0].found.start, end, phrases, "excluded") if phrases else None
        reached = self._reach(cue, end)
        if reached is None:
            return None
        phrases, last, is_own = reached
        is_lack = is_own or (cue == "none" and self._is_lack(start, last))
        if is_lack:
            return Denial(start, last, phrases, "lacking")
        if cue in {"none", "not"} and self._tables["we-are"].is_in(self._back(start)):
            return Denial(start, last, phrases, "self")
        return Denial(start, last, phrases, "excluded")

    def _reach(self, cue: str, position: int) -> tuple[tuple[Sorted, ...], int, bool] | None:
        """Return the phrases after a cue, where they end, and whether they are "one's own"."""
        is_place_only = cue == "outside"
        between, is_own, has_determiner = 0, False, cue != "not"
        while position < len(self._text):
            if position in self._marks and self._marks[position] != JOINED:
                return None
            phrases = self._phrases_at(position, is_place_only=is_place_only)
            if phrases:
                last = max(phrase.found.end for phrase in phrases)
                if self._is_modifier(phrases, last):
                    return None
                more, last = self._enumeration(phrases, last, is_place_only=is_place_only)
                return (*phrases, *more), last, is_own
            word = self._text[position].folded
            if word in self._tables["own"]:
                is_own = True
            elif word in self._tables["within"] and not between:
                is_place_only = True
            elif word in self._tables["through"]:
                if between:
                    return None
                has_determiner = True
            elif word in self._tables["dealing"]:
                pass
            elif (
                is_function_word(word, self._language)
                or not has_determiner
                or between == _MOST_BETWEEN
            ):
                return None
            else:
                between += 1
            position += 1
        return None

    def _phrases_at(self, position: int, *, is_place_only: bool) -> tuple[Sorted, ...]:
        """Return what is said from a position on: of nested readings the one that says most.

        A name is a name; what is a kind of organisation or a place is not meant as a role or theme.
        """
        here = self._starting.get(position, [])
        for sorts in (("organisation",), ("place",), ("kind",), ("role", "theme")):
            some = [phrase for phrase in here if phrase.sort in sorts]
            longest = max((phrase.found.end for phrase in some), default=0)
            if some and longest >= max(phrase.found.end for phrase in here):
                if is_place_only and sorts != ("place",):
                    return ()
                return tuple(phrase for phrase in some if phrase.found.end == longest)
        return ()

    def _enumeration(
        self, first: Sequence[Sorted], last: int, *, is_place_only: bool
    ) -> tuple[tuple[Sorted, ...], int]:
        """Return what stands beside a phrase: "or hospitals", ", hospitals or companies".

        A comma alone begins something new; "and" goes on only with the same sort and without an
        article, for "no university and a laboratory" asks for a laboratory.
        """
        sorts = {phrase.sort for phrase in first}
        found: list[Sorted] = []
        waiting: list[Sorted] = []
        position = last
        while position < len(self._text):
            word, mark = self._text[position].folded, self._marks.get(position, "")
            is_or, is_and = word in self._tables["or"], word in self._tables["and"]
            if mark not in {"", ",", JOINED} or not (mark == "," or is_or or is_and):
                break
            item = position + (is_or or is_and)
            if item >= len(self._text) or (item > position and item in self._marks):
                break
            if not is_and:
                item = self._pass_over(item)
            phrases = self._phrases_at(item, is_place_only=is_place_only)
            if not phrases or (not is_or and sorts.isdisjoint(p.sort for p in phrases)):
                if is_or and waiting:  # "no hospitals, universities or shops" ends unknown here
                    found += waiting
                    last = position
                break
            position = max(phrase.found.end for phrase in phrases)
            waiting.extend(phrases)
            if is_or or is_and:
                found += waiting
                waiting.clear()
                last = position
        return tuple(found), last

    def _pass_over(self, position: int) -> int:
        """Return the position after articles and at most one word unknown here."""
        first, between = position, 0
        while position < len(self._text) and not self._starting.get(position):
            if position > first and self._is_cut(position):
                break
            word = self._text[position].folded
            if word not in self._tables["through"]:
                if between == _MOST_BETWEEN or is_function_word(word, self._language):
                    break
                between += 1
            position += 1
        return position

    def _before(self, position: int) -> tuple[Sorted, ...]:
        """Return the phrases that end where an "… excluded" begins, or just before."""
        for end in range(position, max(0, position - _LOOK_AHEAD), -1):
            if end in self._marks:
                return ()
            ending = [
                phrase
                for phrases in self._starting.values()
                for phrase in phrases
                if phrase.found.end == end
            ]
            if ending:
                start = min(phrase.found.start for phrase in ending)
                return self._phrases_at(start, is_place_only=False)
        return ()

    def _is_modifier(self, phrases: Sequence[Sorted], last: int) -> bool:
        """Say whether a kind only describes what follows: "without hospital visits"."""
        if phrases[0].sort != "kind" or last >= len(self._text):
            return False
        if self._marks.get(last) == JOINED:
            return True
        if self._language != "en" or last in self._marks or self._starting.get(last):
            return False
        word = self._text[last].folded
        return word not in self._tables["generic"] and not is_function_word(word, "en")

    def _is_lack(self, start: int, last: int) -> bool:
        ahead = self._text[last : self._clause_end(last, _LOOK_AHEAD + 1)]
        has_after = any(self._tables["have-after"].at(ahead, p) for p in range(_LOOK_AHEAD))
        return has_after or self._tables["have"].is_in(self._back(start))

    def _back(self, start: int) -> Sequence[Word]:
        """Return the last words of the same clause before a position."""
        first = start
        while first > max(0, start - _LOOK_BACK) and not self._is_cut(first):
            first -= 1
        return self._text[first:start]

    def _clause_end(self, position: int, most: int) -> int:
        end = position
        while end < min(len(self._text), position + most) and not self._is_cut(end):
            end += 1
        return end

    def _is_cut(self, position: int) -> bool:
        return self._marks.get(position, JOINED) != JOINED
