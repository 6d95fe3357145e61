"""Correction of words that nothing here knows: typing errors and compounds."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .words import stem

_SHORTEST: Final = 6
"""Letters from which a word is corrected. Shorter ones have too many neighbours: "smart" is one
letter from "start", and nobody means it (2026-11-22)."""

_SUBSTITUTED: Final = 8
_LONG: Final = 10
_SHORTEST_PART: Final = 4
_JOINTS: Final = ("", "s", "en", "n", "e")


class Speller:
    """Reads unknown words as the known ones they most likely stand for."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        """Learn the folded words that need no correction."""
        self._known = frozenset(vocabulary)
        self._stems = frozenset(stem(word) for word in self._known)
        # A mistake is seldom in the first letter and changes the length by two at most: the words
        # that begin and end as long are one in a hundred of all.
        self._targets: dict[tuple[str, int], list[str]] = {}
        for word in sorted(word for word in self._known if len(word) >= _SHORTEST - 1):
            self._targets.setdefault((word[0], len(word)), []).append(word)

    def is_known(self, word: str) -> bool:
        """Say whether the folded word, or another form of it, is in the vocabulary."""
        return word in self._known or stem(word) in self._stems

    def read(self, word: str, *, is_alone: bool = False) -> tuple[str, ...]:
        """Return the folded words that a folded word stands for.

        A known word is itself. An unknown one that is two known words in one, as Dutch and German
        write them ("longkanker", "Lungenkrebs"), is both. Else a known word one letter away, or two
        for ten letters and more, with the same first letter, takes its place (optimal string
        alignment, so two swapped letters count as one mistake). Else it stays as it is.

        Args:
            word: in small letters, without accents.
            is_alone: whether nothing else is known of the text, so that a guess can mislead nobody
                who would have been led elsewhere: one letter for another then counts as a mistake
                in a short word, too ("insylin").
        """
        if len(word) < _SHORTEST or not word.isalpha() or self.is_known(word):
            return (word,)
        return self._parts(word) or self._neighbour(word, is_alone=is_alone) or (word,)

    def _parts(self, word: str) -> tuple[str, ...]:
        """Split a compound, best into two words that are known as they stand, without a joint."""
        found: list[tuple[int, int, str, str]] = []
        for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            head, tail = word[:cut], word[cut:]
            if not self.is_known(tail):
                continue
            for joint in _JOINTS:
                bare = head[: len(head) - len(joint)]
                if head.endswith(joint) and len(bare) >= _SHORTEST_PART and self.is_known(bare):
                    inflected = (bare not in self._known) + (tail not in self._known)
                    found.append((inflected, len(joint), bare, tail))
        return min(found)[2:] if found else ()

    def _neighbour(self, word: str, *, is_alone: bool) -> tuple[str, ...]:
        furthest = 2 if len(word) >= _LONG else 1
        targets = chain.from_iterable(
            self._targets.get((word[0], length), ())
            for length in range(len(word) - furthest, len(word) + furthest + 1)
        )
        near = process.extract(
            word, sorted(targets), scorer=OSA.distance, score_cutoff=furthest, limit=5
        )
        return tuple(known for known, _, _ in near if is_alone or _is_likely(word, known))[:1]


def _is_likely(word: str, known: str) -> bool:
    """Say whether `word` is rather a mistake for `known` than a word of its own.

    In a short word, one letter for another makes another word ("junges", "judges"); a letter too
    many, too few, or two swapped is a mistake.
    """
    is_same_length = len(word) == len(known)
    is_swapped = sorted(word) == sorted(known)
    return word[0] == known[0] and (len(word) >= _SUBSTITUTED or not is_same_length or is_swapped)
