"""Correction of words that nothing here knows: typing errors and compounds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .words import stem

_SHORTEST: Final = 6
"""Letters from which a word is corrected. Shorter ones have too many neighbours: "smart" is one
letter from "start", and nobody means it (2026-11-22)."""

_SHORTEST_PART: Final = 4
_JOINTS: Final = ("", "s", "en", "n", "e")


class Speller:
    """Reads unknown words as the known ones they most likely stand for."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        """Learn the folded words that need no correction."""
        self._known = frozenset(vocabulary)
        self._stems = frozenset(stem(word) for word in self._known)
        self._targets = sorted(word for word in self._known if len(word) >= _SHORTEST - 1)

    def is_known(self, word: str) -> bool:
        """Say whether the folded word, or another form of it, is in the vocabulary."""
        return word in self._known or stem(word) in self._stems

    def read(self, word: str) -> tuple[str, ...]:
        """Return the folded words that a folded word stands for.

        A known word is itself. An unknown one that is two known words in one, as Dutch and German
        write them ("longkanker", "Lungenkrebs"), is both. Else a known word one letter away, or two
        for ten letters and more, with the same first letter, takes its place (optimal string
        alignment, so two swapped letters count as one mistake). Else it stays as it is.
        """
        if len(word) < _SHORTEST or not word.isalpha() or self.is_known(word):
            return (word,)
        return self._parts(word) or self._neighbour(word) or (word,)

    def _parts(self, word: str) -> tuple[str, ...]:
        for cut in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
            head, tail = word[:cut], word[cut:]
            if not self.is_known(tail):
                continue
            for joint in _JOINTS:
                if head.endswith(joint):
                    bare = head[: len(head) - len(joint)]
                    if len(bare) >= _SHORTEST_PART and self.is_known(bare):
                        return bare, tail
        return ()

    def _neighbour(self, word: str) -> tuple[str, ...]:
        furthest = 2 if len(word) >= 10 else 1
        near = process.extract(
            word, self._targets, scorer=OSA.distance, score_cutoff=furthest, limit=5
        )
        same_start = [known for known, _, _ in near if known[0] == word[0]]
        return tuple(same_start[:1])
