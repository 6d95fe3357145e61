"""Who asks: what a visitor says of themselves is no description of the partner that is sought.

"An investment fund wants to meet start-ups" asks for no money, "I am a hospital doctor" for no
hospital. What is said of the asker still counts as a subject and as a place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from baken.model import LANGUAGES, Language
from baken.text import Word, words

from .negations import JOINED

_ENDS: Final = frozenset(".?!;")
_LONGEST: Final = 12
"""Words that somebody takes to introduce themselves, at most."""


class Asker:
    """Finds the words by which people say who they are."""

    def __init__(self, tables: Mapping[str, Mapping[Language, Sequence[str]]]) -> None:
        """Learn the words.

        Args:
            tables: by name and language, phrases: `seeks` (third person, after who seeks), `first`
                (first person), `end` (words that end a description), `question` and `relative`
                (words after which a verb is said of the partner) and `before` (words with which no
                subject begins).
        """
        self._readings: dict[str, _Reading] = {
            language: _Reading(
                {
                    name: frozenset(
                        tuple(word.folded for word in words(phrase))
                        for phrase in by_language[language]
                    )
                    for name, by_language in tables.items()
                }
            )
            for language in LANGUAGES
        }

    def positions(
        self, read: Sequence[Word], marks: Mapping[int, str], language: str
    ) -> frozenset[int]:
        """Return the positions of the words that describe who asks.

        Args:
            read: the words of the text.
            marks: the punctuation before each that has some.
            language: of the text; of one that is not known here nothing is found.
        """
        reading = self._readings.get(language)
        if reading is None:
            return frozenset()
        text = [word.folded for word in read]
        found: set[int] = set()
        for start in [0, *(at for at, mark in marks.items() if mark[-1:] in _ENDS)]:
            found.update(reading.seeker(text, marks, start))
        for start in range(len(text)):
            if after := reading.after("first", text, start):
                found.update(reading.clause(text, marks, start, after))
        return frozenset(found)


class _Reading:
    """Reads texts of one language, by the phrases of each table."""

    def __init__(self, tables: Mapping[str, frozenset[tuple[str, ...]]]) -> None:
        self._tables = tables

    def seeker(self, text: Sequence[str], marks: Mapping[int, str], start: int) -> range:
        """Return the subject of a sentence whose verb says that it seeks."""
        for position in range(start, min(start + _LONGEST, len(text))):
            if position > start and marks.get(position, " ")[-1:] in _ENDS | {":"}:
                break
            if self.after("question", text, position) or (
                position > start and self.after("relative", text, position)
            ):
                break
            if position == start and self.after("before", text, position):
                break
            if position > start and self.after("seeks", text, position):
                return range(start, position)
        return range(0)

    def clause(
        self, text: Sequence[str], marks: Mapping[int, str], start: int, after: int
    ) -> range:
        """Return "we are …" up to what ends it."""
        for position in range(after, min(after + _LONGEST, len(text))):
            if marks.get(position, JOINED) != JOINED or any(
                self.after(name, text, position) for name in ("end", "relative", "seeks")
            ):
                return range(start, position)
        return range(start, min(after + _LONGEST, len(text)))

    def after(self, name: str, text: Sequence[str], position: int) -> int:
        """Return where a phrase of a table that stands at a position ends, 0 for none."""
        return max(
            (
                position + len(phrase)
                for phrase in self._tables[name]
                if phrase and tuple(text[position : position + len(phrase)]) == phrase
            ),
            default=0,
        )
