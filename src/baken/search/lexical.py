"""Words to passages: an inverted index over the stems of passages, as flat arrays.

Each stem is looked up on its own: the caller then knows which word of a need found which passage,
can give no organisation credit twice for one word, and can explain it. A stem is looked for in the
text, in what the passage says in the language of the need, and in the labels that the passage
merely stands under.

Labels are those of themes, roles, kinds and places in all languages with all synonyms: many words
for each of few terms. So a passage holds its terms, and a term its words; written out they would be
five times all the rest.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from baken.model import LANGUAGES
from baken.text import surfaces, word_of

from .files import Arrays, Ints, Lists, Rows, find_keys, key_of, parts, save

Credits = NDArray[np.float32]

_LABEL_BOOST: Final = 0.8
"""What a word is worth in the labels that a passage merely stands under, against its own text."""

_K1: Final = 1.2
_B: Final = 0.75
_FIELDS: Final = ("text", *LANGUAGES)
_MOST_COUNTED: Final = 255


class Lexicon:
    """An inverted index over the stems of passages; safe to share between threads."""

    def __init__(self, arrays: Arrays) -> None:
        self._keys: NDArray[np.uint64] = arrays["stems"]
        self._passages = {field: arrays.lists(f"{field}.passages") for field in _FIELDS}
        self._counts = {field: arrays[f"{field}.counts"] for field in _FIELDS}
        self._norms = {field: arrays[f"{field}.norms"] for field in (*_FIELDS, "labels")}
        self._terms = arrays.lists("labels.terms")
        self._term_counts = arrays["labels.counts"]
        self._holders = arrays.lists("terms.passages")
        self._held = arrays.lists("passages.terms")
        self._owners = arrays.lists("words.owners")
        self._owner_credits = arrays["words.credits"]
        self._term_owners = arrays.lists("terms.owners")
        self.size = len(self._held.starts) - 1

    def find(self, stems: Sequence[str]) -> list[int]:
        """Return the number of each stem, -1 for one that no passage holds."""
        return list(map(int, find_keys(self._keys, [key_of(stem) for stem in stems])))

    def look_up(self, number: int, language: str | None, positions: Rows | None) -> Credits:
        """Say how well passages hold a stem.

        Args:
            number: of the stem.
            language: of the word; wordings in other languages are passed over, where the same
                letters may be another word.
            positions: which passages, ascending; None for all.

        Returns:
            One credit a passage, 0–1, shape (passages,): BM25 (k1 = 1.2, b = 0.75) without its
            idf, so that 1 is approached by a short passage that repeats the word.
        """
        count = self.size if positions is None else len(positions)
        credits = np.zeros(count, dtype=np.float32)
        for field in _fields(language):
            holders = self._passages[field][number]
            if not len(holders):
                continue
            held, places = _common(holders, positions)
            first = int(self._passages[field].starts[number])
            found = np.asarray(self._counts[field][first : first + len(holders)][held], np.float32)
            norms = self._norms[field][holders[held]]
            credits[places] = np.maximum(credits[places], found / (found + norms))
        self._add_labels(number, positions, credits)
        return credits

    def mark(self, number: int, language: str | None, flags: NDArray[np.bool_]) -> None:
        """Set the flags of all passages that hold a stem."""
        for field in _fields(language):
            flags[self._passages[field][number]] = True
        for term in self._terms[number]:
            flags[self._holders[int(term)]] = True

    def owners(self, number: int, best: Credits, worth: float) -> None:
        """Raise each organisation's credit to about what it gets for a stem, in any language.

        Args:
            number: of the stem.
            best: what each has so far, shape (organisations,).
            worth: of the stem, 0–1.
        """
        first, last = self._owners.starts[number], self._owners.starts[number + 1]
        rows = self._owners.values[first:last]
        credits = self._owner_credits[first:last] * np.float32(worth / _MOST_COUNTED)
        best[rows] = np.maximum(best[rows], credits)
        for term in self._terms[number]:
            rows = self._term_owners[int(term)]
            best[rows] = np.maximum(best[rows], np.float32(worth * _LABEL_BOOST / 2))

    def _add_labels(self, number: int, positions: Rows | None, credits: Credits) -> None:
        terms = self._terms[number]
        if not len(terms):
            return
        first = int(self._terms.starts[number])
        counts = np.zeros(len(self._holders.starts) - 1, dtype=np.float32)
        counts[terms] = self._term_counts[first : first + len(terms)]
        if positions is None:
            held, lengths = self._held.values, np.diff(self._held.starts)
        else:
            held, lengths = self._held.gather(positions)
        owner = np.repeat(np.arange(len(lengths)), lengths)
        found = np.bincount(owner, counts[held], minlength=len(lengths)).astype(np.float32)
        places = np.flatnonzero(found)
        found = found[places]
        norms = self._norms["labels"][places if positions is None else positions[places]]
        credits[places] = np.maximum(
            credits[places], np.float32(_LABEL_BOOST) * found / (found + norms)
        )


class LexiconWriter:
    """Makes a lexicon, a passage at a time."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._stem_of: dict[str, int] = {}
        self._said: dict[str, _Said] = {field: _Said() for field in _FIELDS}
        self._terms: dict[str, int] = {}
        self._labels = _Said()
        self._held = _Said()
        self._owners = array("i")
        self.vocabulary: set[str] = set()

    def add(self, row: int, text: str, wordings: Mapping[str, str], labels: Sequence[str]) -> None:
        """Add the next passage.

        Args:
            row: of its organisation.
            text: what it says.
            wordings: the same in other languages.
            labels: of the terms that it stands under, a text a term.
        """
        self._owners.append(row)
        self._said["text"].add(self._stems(text))
        for language in LANGUAGES:
            self._said[language].add(self._stems(wordings.get(language, "")))
        self._held.add([self._term(label) for label in labels if label])

    def write(self, folder: Path) -> None:
        """Write all that was added.

        Lengths of texts are rounded as in Lucene and tantivy (`_rounded`), whose scores were tuned
        with: a long label of 133 words or of 138 counts the same.
        """
        owners = np.frombuffer(self._owners, dtype=np.int32).astype(np.int64)
        passages, stems = len(owners), len(self._numbers)
        keys = np.array([key_of(stem) for stem in self._numbers], dtype=np.uint64)
        order = np.argsort(keys)
        rank = np.empty(stems, dtype=np.int64)
        rank[order] = np.arange(stems)
        save(folder, {"stems": keys[order]})
        spoken: list[tuple[Rows, Credits]] = []
        for field, said in self._said.items():
            numbers, places, counts = said.counted(rank, passages)
            norms = _norms(said.lengths())
            starts = _starts(numbers, stems)
            values = places.astype(np.int32)
            save(folder, parts(f"{field}.passages", Lists(starts, values)))
            save(folder, {f"{field}.counts": counts, f"{field}.norms": norms})
            pairs = numbers * (int(owners[-1]) + 1 if passages else 1) + owners[places]
            spoken.append(_best(pairs, counts / (counts + norms[places])))
        self._write_owners(folder, spoken, stems, int(owners[-1]) + 1 if passages else 1)
        self._write_labels(folder, rank, owners)

    def _write_owners(
        self, folder: Path, spoken: Sequence[tuple[Rows, Credits]], stems: int, rows: int
    ) -> None:
        pairs, credits = _best(
            np.concatenate([pairs for pairs, _ in spoken]),
            np.concatenate([credits for _, credits in spoken]),
        )
        lists = Lists(_starts(pairs // rows, stems), (pairs % rows).astype(np.int32))
        save(folder, parts("words.owners", lists))
        save(folder, {"words.credits": np.rint(credits * _MOST_COUNTED).astype(np.uint8)})

    def _write_labels(self, folder: Path, rank: Rows, owners: Rows) -> None:
        terms = len(self._terms)
        numbers, places, counts = self._labels.counted(rank, terms)
        lists = Lists(_starts(numbers, len(rank)), places.astype(np.int32))
        save(folder, parts("labels.terms", lists))
        save(folder, {"labels.counts": counts})
        held, lengths = self._held.values(), self._held.lengths()
        words = np.bincount(
            np.repeat(np.arange(len(lengths)), lengths),
            self._labels.lengths()[held],
            minlength=len(lengths),
        ).astype(np.int64)
        save(folder, {"labels.norms": _norms(words)})
        save(folder, parts("passages.terms", Lists(_ends(lengths), held.astype(np.int32))))
        passage = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        save(folder, parts("terms.passages", Lists.of(held, passage, terms)))
        pairs = np.unique(held.astype(np.int64) << 32 | owners[passage])
        lists = Lists(_starts(pairs >> 32, terms), (pairs & 0xFFFFFFFF).astype(np.int32))
        save(folder, parts("terms.owners", lists))

    def _stems(self, text: str) -> list[int]:
        known, learn = self._stem_of, self._learn
        found = [known[s] if s in known else learn(s) for s in surfaces(text)]
        return [number for number in found if number >= 0]

    def _learn(self, surface: str) -> int:
        word = word_of(surface)
        number = -1
        if word.folded:
            self.vocabulary.add(word.folded)
            number = self._numbers.setdefault(word.stem, len(self._numbers))
        self._stem_of[surface] = number
        return number

    def _term(self, label: str) -> int:
        number = self._terms.setdefault(label, len(self._terms))
        if number == len(self._labels):
            self._labels.add(self._stems(label))
        return number


class _Said:
    """Numbers of one passage after the other."""

    def __init__(self) -> None:
        self._values = array("i")
        self._lengths = array("i")

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, numbers: Sequence[int]) -> None:
        self._values.extend(numbers)
        self._lengths.append(len(numbers))

    def values(self) -> Rows:
        return np.frombuffer(self._values, dtype=np.int32).astype(np.int64)

    def lengths(self) -> Rows:
        return np.frombuffer(self._lengths, dtype=np.int32).astype(np.int64)

    def counted(self, rank: Rows, count: int) -> tuple[Rows, Rows, NDArray[Any]]:
        """Return number, place and how often, for each number in each place, by number."""
        places = np.repeat(np.arange(count), self.lengths())
        pairs = rank[self.values()] * max(count, 1) + places
        pairs, counts = np.unique(pairs, return_counts=True)
        few = np.minimum(counts, _MOST_COUNTED).astype(np.uint8)
        return pairs // max(count, 1), pairs % max(count, 1), few


def rarity(frequency: int, size: int) -> float:
    """Return BM25's idf: how much a word says that `frequency` of `size` passages hold."""
    return math.log(1 + (size - frequency + 0.5) / (frequency + 0.5))


def _fields(language: str | None) -> tuple[str, ...]:
    return ("text", language) if language in LANGUAGES else ("text",)


def _common(holders: Ints, positions: Rows | None) -> tuple[Rows | slice, Rows | Ints]:
    """Return where holders are among positions: indices into one and into the other."""
    if positions is None:
        return slice(None), holders
    if not len(positions):
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing
    # The shorter list is looked up in the longer one.
    if len(holders) < len(positions):
        places = np.minimum(np.searchsorted(positions, holders), len(positions) - 1)
        is_common = positions[places] == holders
        return np.flatnonzero(is_common), places[is_common]
    # Of the same type, or all holders would be converted.
    wanted = positions.astype(holders.dtype)
    found = np.minimum(np.searchsorted(holders, wanted), len(holders) - 1)
    is_common = holders[found] == wanted
    return found[is_common], np.flatnonzero(is_common)


def _starts(keys: Rows, count: int) -> Rows:
    """Return where the list of each key starts among sorted keys."""
    return np.searchsorted(keys, np.arange(count + 1)).astype(np.int64)


def _ends(lengths: Rows) -> Rows:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths)))


def _best(pairs: Rows, credits: NDArray[Any]) -> tuple[Rows, Credits]:
    """Return each pair once, ascending, with its highest credit."""
    order = np.argsort(pairs, kind="stable")
    pairs, credits = pairs[order], np.asarray(credits, dtype=np.float32)[order]
    firsts = np.flatnonzero(np.diff(pairs, prepend=-1))
    if not len(firsts):
        return pairs, credits
    return pairs[firsts], np.maximum.reduceat(credits, firsts)


def _norms(lengths: Rows) -> Credits:
    """Return what BM25 adds to a word's count for the length of each text."""
    average = max(float(lengths.mean()), 1e-9) if len(lengths) else 1.0
    return np.asarray(_K1 * (1 - _B + _B * _rounded(lengths) / average), dtype=np.float32)


def _rounded(lengths: Rows) -> Rows:
    """Round lengths down to four significant bits beyond 24, as an inverted index's one byte."""
    beyond = np.maximum(lengths - 24, 1)
    shift = np.maximum(np.floor(np.log2(beyond)).astype(np.int64) - 3, 0)
    return np.where(lengths < 24, lengths, 24 + ((lengths - 24) >> shift << shift))
