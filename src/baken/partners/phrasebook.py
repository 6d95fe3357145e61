"""Finding known phrases in a text: the longest first, whatever their inflection and language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from baken.model import Language
from baken.text import Word, is_function_word

_SAFE_LENGTH: Final = 6
"""Letters from which a word of a third language is taken for what it says: Dutch "long" is the
lung, English "long" is not, but "longafdeling" is a lung department in any text."""

_ACRONYM_LENGTH: Final = 5


class Phrase(NamedTuple):
    """A way of saying something: its meaning, language (None for names) and words."""

    meaning: str
    language: Language | None
    words: tuple[Word, ...]


class Entry(NamedTuple):
    """One way of saying something.

    Attributes:
        meaning: what it stands for, such as a theme id.
        language: the language of the phrase, or None when it has none, as a name.
        exact: the folded words, for a name or acronym; inflection would turn "AIDS" into help.
    """

    meaning: str
    language: str | None
    exact: tuple[str, ...] | None


class Found(NamedTuple):
    """A phrase in a text: what it stands for and the positions of its words."""

    meaning: str
    start: int
    end: int


class Phrasebook:
    """Phrases by the stems of their words."""

    def __init__(self, phrases: Iterable[Phrase], *, is_inflected: bool = True) -> None:
        """Learn phrases; several may say the same, and one may say several things.

        Args:
            phrases: what to find.
            is_inflected: whether a phrase is also found with other endings; names are not.
        """
        self._entries: dict[tuple[str, ...], list[Entry]] = {}
        # The longest phrase that begins with a stem, so that most words are passed over at once.
        self._longest: dict[str, int] = {}
        for meaning, language, parts in phrases:
            stems = tuple(part.stem for part in parts)
            if not stems:
                continue
            exact = (
                tuple(part.folded for part in parts)
                if _is_acronym(parts) or not is_inflected
                else None
            )
            entries = self._entries.setdefault(stems, [])
            entry = Entry(meaning, language, exact)
            if entry not in entries:
                entries.append(entry)
            self._longest[stems[0]] = max(self._longest.get(stems[0], 0), len(stems))

    def find(self, text: Sequence[Word], language: str) -> list[Found]:
        """Find phrases that do not overlap, reading from the left and preferring long ones.

        A phrase counts in its own language and in English, which everybody mixes in; in another
        only when it is long enough to be no other word by chance.

        Args:
            text: the words of the text.
            language: ISO 639-1 code of the text.
        """
        found: list[Found] = []
        position = 0
        while position < len(text):
            longest = self._longest.get(text[position].stem, 0)
            for length in range(min(longest, len(text) - position), 0, -1):
                span = text[position : position + length]
                entries = self._entries.get(tuple(word.stem for word in span), ())
                meanings = dict.fromkeys(
                    entry.meaning for entry in entries if _applies(entry, span, language)
                )
                if meanings:
                    end = position + length
                    found.extend(Found(meaning, position, end) for meaning in meanings)
                    position = end
                    break
            else:
                position += 1
        return found


def _is_acronym(parts: Sequence[Word]) -> bool:
    return (
        len(parts) == 1 and parts[0].surface.isupper() and len(parts[0].surface) <= _ACRONYM_LENGTH
    )


def _applies(entry: Entry, span: Sequence[Word], language: str) -> bool:
    if entry.exact is not None and entry.exact != tuple(word.folded for word in span):
        return False
    if len(span) == 1 and is_function_word(span[0].folded, language):
        return False
    if entry.language in {None, "en", language}:
        return True
    return sum(len(word.folded) for word in span) >= _SAFE_LENGTH
