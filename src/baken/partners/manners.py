"""What people write before and after a need because they are polite, and what it is without."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from baken.model import Language
from baken.text import is_function_word, words

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_CLAUSE: Final = re.compile(r"(?<=,)\s+")


class Manners:
    """Tells sentences that say nothing but good morning, please and thank you.

    Nobody who answers letters reads "I found your website" as a question about websites.
    """

    def __init__(self, polite: Mapping[Language, Sequence[str]]) -> None:
        """Learn polite words, by language; inflection and accents play no part."""
        self._stems: dict[str, set[str]] = {
            language: {word.stem for text in texts for word in words(text)}
            for language, texts in polite.items()
        }

    def leave_out(self, text: str, language: str) -> str:
        """Return a text without the polite sentences at its beginning and its end.

        A greeting before a comma goes too. A text that says nothing else stays as it is, since it
        may be the name of something after all.
        """
        sentences = _SENTENCE.split(text)
        kept = self._trimmed(sentences, language)
        if not kept:
            return text
        clauses = _CLAUSE.split(kept[0])
        while len(clauses) > 1 and self._is_polite(clauses[0], language):
            del clauses[0]
        kept[0] = " ".join(clauses)
        return text if kept == sentences else " ".join(kept)

    def _trimmed(self, sentences: Sequence[str], language: str) -> list[str]:
        first, last = 0, len(sentences)
        while first < last and self._is_polite(sentences[first], language):
            first += 1
        while last > first and self._is_polite(sentences[last - 1], language):
            last -= 1
        return list(sentences[first:last])

    def _is_polite(self, text: str, language: str) -> bool:
        stems = self._stems.get(language, set())
        return all(
            word.stem in stems or is_function_word(word.folded, language) for word in words(text)
        )
