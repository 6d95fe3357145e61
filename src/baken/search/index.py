"""The index: every passage of the landscape, by its words and by its meaning.

It holds nothing that the store does not; it is built again whenever the store's revision or the
encoder's model changes, and thrown away without loss. Arrays and records are mapped from its
folder, so that an index of a million organisations opens at once and is shared by all processes.
"""

from __future__ import annotations

import shutil
import tempfile
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any, Final, overload

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from baken.model import Landscape, Theme
from baken.store import Store
from baken.text import Word, is_function_word, surfaces, word_of, words

from .encoder import Encoder, Skimmer, Vectors, reader_of
from .files import Arrays, Ints, Records, RecordsWriter, Rows, save
from .lexical import Credits, Lexicon, LexiconWriter, rarity
from .meaning import Meaning, write_meaning
from .memory import Memory, Readings, remember
from .passages import FIELDS, Passage, passages_of
from .roster import Codes, Roster, RosterWriter

_FORMAT: Final = 10
"""Grows when the files of an index change; older ones are then built anew."""

_IN_SENTENCES: Final = frozenset({"offer", "summary", "theme", "milestone"})
_MOST_WORDS: Final = 10_000
"""Words that others may be like, the most frequent; the shipped landscape has 2,000."""

_MOST_REMEMBERED: Final = 20_000
_MOST_REMEMBERED_INDEXES: Final = 8
_MOST_ALIKE: Final = 3
_MOST_SYNONYMS: Final = 6
_ALIKE: Final = 0.7
_ALIKE_WORTH: Final = 0.7
_CHUNK: Final = 8_192
_FEW: Final = 3
_PLAINLY: Final = 0.3
_PLAINLY_CLOSER: Final = 0.05
"""From what cosine, and by how much more, a text is an everyday request. 2026-11-24, dev split: of
12 needs that nothing here answers eight are that, by 0.06 to 0.26; of 135 others none, the nearest
(shoes whose wearers' gait is to be measured) at -0.01."""


class _Made(Struct, frozen=True):
    """What can be read of an index of any release from this one on."""

    made_by: tuple[int, str]


class _Contents(Struct, frozen=True):
    """What an index holds besides its arrays and records.

    Attributes:
        made_by: the format of its files and the model of its vectors.
        codes: what numbers in the arrays stand for.
        words: (lower-case word, stem) pairs, in the order of their vectors.
        vocabulary: every folded word of the passages and of the landscape's terms.
        is_read_in_full: whether the vectors of passages are the encoder's own.
    """

    made_by: tuple[int, str]
    codes: Codes
    words: tuple[tuple[str, str], ...]
    vocabulary: tuple[str, ...]
    is_read_in_full: bool


class Sought(Struct, frozen=True):
    """Words to look up.

    Attributes:
        language: of the words, to find them in what passages say in it too; None for any.
        stems: for each word, itself and those of like meaning: numbers in the lexicon and worth.
        rarity: of each word, BM25's idf, which is highest for a word that no passage holds.
    """

    language: str | None
    stems: tuple[tuple[tuple[int, float], ...], ...]
    rarity: NDArray[np.float32]


class Index:
    """Passages found by words and by meaning; safe to share between threads.

    Attributes:
        encoder: of the model that made its vectors.
        passages: all of them, those of one organisation side by side.
        roster: the organisations, in the order of their passages.
        starts: position of each organisation's first passage, shape (organisations,).
        bounds: the same and, last, how many passages there are.
        fields: of each passage, the position in `baken.search.passages.FIELDS`.
        roles: of each passage, the code of the role that it offers, -1 for none.
        tags: codes of the themes of each passage, as many columns as the most have; the code past
            the last theme stands for none.
        vocabulary: every folded word of the passages and of the landscape's terms.
        is_read_in_full: whether the vectors of passages are the encoder's own.
    """

    def __init__(self, contents: _Contents, arrays: Arrays, encoder: Encoder) -> None:
        self.encoder = encoder
        self.vocabulary = contents.vocabulary
        self.is_read_in_full = contents.is_read_in_full
        self.passages: Sequence[Passage] = Records(arrays, "passages", Passage)
        self.roster = Roster(arrays, contents.codes)
        self.bounds: Rows = arrays["passages.bounds"]
        self.starts: Rows = self.bounds[:-1]
        self.fields: Ints = arrays["passages.fields"]
        self.roles: Ints = arrays["passages.roles"]
        self.tags: Ints = arrays["passages.tags"]
        self._contents = contents
        self._lexicon = Lexicon(arrays)
        self._meaning = Meaning(arrays)
        self._theme_vectors = arrays["themes.vectors"]
        self._word_vectors = arrays["words.vectors"]
        self._everyday_vectors = arrays["everyday.vectors"]
        self._remembered: dict[str, Vectors] = {}
        self._likened: dict[Word, dict[str, float]] = {}

    @cached_property
    def organisations(self) -> Sequence[str]:
        """Ids of the organisations, in the order of their passages."""
        return _Ids(self.roster)

    @cached_property
    def _known_words(self) -> dict[str, int]:
        return {word: position for position, (word, _) in enumerate(self._contents.words)}

    def seek(self, words: Sequence[Word], vectors: Vectors, language: str | None = None) -> Sought:
        """Find out which stems to look up for some words, and how much each word says.

        A passage gets credit for a word itself and, at a discount, for the words of the index
        closest to it in meaning. That finds "purchasing" for "aankoop" and "affordable" for
        "cheap": nDCG@5 0.880 with, 0.866 without (2026-11-22, 91 needs of the dev split; 0.872 to
        0.880 for any `_ALIKE` from 0.65 to 0.8; without the discount 0.876).

        Args:
            words: what to look up.
            vectors: their meaning, shape (words, dimensions); zeros for a word that is not to be
                taken for others.
            language: of the words.
        """
        sought, rare = [], []
        flags = np.zeros(len(self.passages), dtype=np.bool_)
        for word, alike in zip(words, self._alike(words, vectors), strict=True):
            worth = {word.stem: 1.0} | alike
            found = zip(self._lexicon.find(list(worth)), worth.values(), strict=True)
            stems = tuple((number, value) for number, value in found if number >= 0)
            flags[:] = False
            for number, _ in stems:
                self._lexicon.mark(number, language, flags)
            sought.append(stems)
            rare.append(rarity(int(np.count_nonzero(flags)), len(flags)))
        return Sought(language, tuple(sought), np.array(rare, dtype=np.float32))

    def look_up(self, sought: Sought, positions: Rows | None = None) -> Credits:
        """Say how well passages hold some words, or words that mean about the same.

        Args:
            sought: what `seek` returned.
            positions: which passages, ascending; None for all.

        Returns:
            Credits, 0–1, shape (words, passages).
        """
        size = len(self.passages) if positions is None else len(positions)
        credits = np.zeros((len(sought.stems), size), dtype=np.float32)
        found: dict[int, Credits] = {}
        for row, stems in zip(credits, sought.stems, strict=True):
            for number, worth in stems:
                if number not in found:
                    found[number] = self._lexicon.look_up(number, sought.language, positions)
                np.maximum(row, worth * found[number], out=row)
        return credits

    def estimate(self, sought: Sought) -> Credits:
        """Return about how well each organisation holds some words, together, 0–1.

        It reads one short list a word rather than one entry a passage, says nothing of the field
        or language in which a word was found, and is only good for choosing candidates.
        """
        total = np.zeros(len(self.roster), dtype=np.float32)
        shares = sought.rarity / sought.rarity.sum()
        best = np.zeros_like(total)
        for share, stems in zip(shares.tolist(), sought.stems, strict=True):
            best[:] = 0
            for number, worth in stems:
                self._lexicon.owners(number, best, worth)
            total += share * best
        return total

    def owners(self, positions: Rows) -> Rows:
        """Return the rows of the organisations that passages belong to."""
        return np.searchsorted(self.bounds, positions, side="right") - 1

    def encode_words(self, surfaces: Sequence[str]) -> Vectors:
        """Return the meaning of single words; most of a landscape's own are known already."""
        vectors = np.zeros((len(surfaces), self.encoder.dimensions), dtype=np.float32)
        new = []
        for row, surface in enumerate(surfaces):
            if (position := self._known_words.get(surface)) is not None:
                vectors[row] = self._word_vectors[position]
            elif (remembered := self._remembered.get(surface)) is not None:
                vectors[row] = remembered
            else:
                new.append(row)
        if new:
            if len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.clear()
            vectors[new] = self.encoder.encode([surfaces[row] for row in new])
            self._remembered.update((surfaces[row], vectors[row]) for row in new)
        return vectors

    def compare(self, vectors: Vectors, positions: Rows | None = None) -> Vectors:
        """Return the cosine of texts with passages, shape (texts, passages).

        Passages that are labels rather than sentences have none and get 0.

        Args:
            vectors: of the texts, shape (texts, dimensions).
            positions: which passages; None for all.
        """
        return self._meaning.compare(vectors, positions)

    def near(self, vectors: Vectors) -> tuple[Rows, Vectors]:
        """Return passages that are probably closest to any of the texts, with their cosines."""
        return self._meaning.near(vectors)

    def compare_themes(self, vectors: Vectors) -> dict[str, float]:
        """Return the highest cosine of any of the texts with each theme's label, by theme."""
        cosines = self._meaning.multiply(vectors, self._theme_vectors).max(axis=0, initial=0.0)
        return dict(zip(self._contents.codes.themes, cosines.tolist(), strict=True))

    def is_everyday(self, vectors: Vectors) -> bool:
        """Say whether a text is plainly closer to everyday requests than to anything said here.

        What people ask of others at home and in town stands in `everyday.txt`. A single passage
        that a text about a laptop's virus comes near to says little; that it comes much nearer to
        repairs says that no passage was meant. Source: a background model, as in out-of-domain
        detection (Lane et al., 2007).

        Args:
            vectors: of the text, shape (1, dimensions).
        """
        elsewhere = _nearest_few(self._meaning.multiply(vectors, self._everyday_vectors)[0])
        if elsewhere < _PLAINLY:
            return False
        return elsewhere - _nearest_few(self.near(vectors)[1]) > _PLAINLY_CLOSER

    def _alike(self, words: Sequence[Word], vectors: Vectors) -> Iterator[dict[str, float]]:
        """Yield, for each word, the stems of the index that mean about the same, with worth.

        A word without a vector is like no other here, though it may be elsewhere.
        """
        is_said: list[bool] = (np.abs(vectors).max(axis=1, initial=0) > 0).tolist()
        if len(self._likened) > _MOST_REMEMBERED:
            self._likened.clear()
        new = [row for row, word in enumerate(words) if is_said[row] and word not in self._likened]
        cosines = self._meaning.multiply(vectors[new], self._word_vectors)
        for row, likeness in zip(new, cosines, strict=True):
            self._likened[words[row]] = self._like(words[row], likeness)
        for word, is_known in zip(words, is_said, strict=True):
            yield self._likened.get(word, {}) if is_known else {}

    def _like(self, word: Word, likeness: NDArray[np.float32]) -> dict[str, float]:
        if not has_meaning(word):
            return {}
        close = np.flatnonzero(likeness >= _ALIKE)
        best = close[np.argsort(-likeness[close])][:_MOST_ALIKE].tolist()
        stems = ((self._contents.words[position][1], position) for position in best)
        return {
            stem: _ALIKE_WORTH * float(likeness[position])
            for stem, position in stems
            if stem != word.stem
        }


class _Ids(Sequence[str]):
    """Ids of a roster, read when asked for."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster

    def __len__(self) -> int:
        return len(self._roster)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[str, ...]: ...
    def __getitem__(self, row: int | slice) -> str | tuple[str, ...]:
        if isinstance(row, slice):
            return tuple(self[one] for one in range(*row.indices(len(self))))
        return str(self._roster[int(row)].id)


def build_index(store: Store, encoder: Encoder, directory: Path | None = None) -> Index:
    """Index every public statement of the store.

    Sentences that an index of the same model in or beside `directory` holds already are not
    encoded again.

    Args:
        store: what to index.
        encoder: makes the vectors of passages now and of needs later.
        directory: where to keep the index; None keeps it in memory only. It appears there whole
            or not at all, and takes the place of those of earlier revisions.

    Raises:
        StoreError: the store holds no landscape.
    """
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix="building-") as scratch:
        folder = Path(scratch) / "index"
        folder.mkdir()
        _write(store, encoder, folder, _remembered(directory, encoder))
        if directory is None:
            return _open(folder, encoder, is_mapped=False)
        final = directory / _name(store, encoder)
        if final.exists():
            final.rename(Path(scratch) / "replaced")
        folder.rename(final)
    for other in directory.glob("index-*"):
        if other != final:
            shutil.rmtree(other, ignore_errors=True)
    return _open(final, encoder)


def open_index(
    store: Store,
    encoder: Encoder,
    directory: Path,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Index:
    """Open the index kept in `directory`, building it first when there is none for the store.

    It is the store's when it was built from its revision, with vectors of the encoder's model.

    Args:
        store: what is indexed.
        encoder: as for `build_index`; an index that is up to date does not make it load.
        directory: where the index is kept; nothing but one store's index may be there.
        progress: called with a sentence before the index is built.

    Raises:
        StoreError: the store holds no landscape.
    """
    folder = directory / _name(store, encoder)
    if not folder.is_dir():
        progress("Indexing the landscape's statements")
        return build_index(store, encoder, directory)
    return _open(folder, encoder)


def _open(folder: Path, encoder: Encoder, *, is_mapped: bool = True) -> Index:
    contents = msgspec.msgpack.decode((folder / "contents.msgpack").read_bytes(), type=_Contents)
    return Index(contents, Arrays(folder, is_mapped=is_mapped), encoder)


def _name(store: Store, encoder: Encoder) -> str:
    """Name what an index was made from; the totals tell apart stores that began again at one."""
    totals = store.totals()
    made_from = (_FORMAT, store.revision(), totals.statements, totals.organisations, encoder.model)
    return "index-" + blake2b(repr(made_from).encode(), digest_size=10).hexdigest()


def _remembered(directory: Path | None, encoder: Encoder) -> Memory:
    """Return the vectors of the index that is replaced, and of those beside it.

    They are mostly of another revision or a copy of the same landscape.
    """
    if directory is None:
        return Memory()
    held = []
    for contents in directory.parent.glob("*/index-*/contents.msgpack"):
        try:
            made_by = msgspec.msgpack.decode(contents.read_bytes(), type=_Made).made_by
            if made_by == (_FORMAT, encoder.model):
                held.append((contents.stat().st_mtime, contents.parent))
        except (msgspec.MsgspecError, OSError):
            continue  # of another release or kind, or just thrown away
    latest = sorted(held, reverse=True)[:_MOST_REMEMBERED_INDEXES]
    return Memory.of(Arrays(folder, is_mapped=True) for _, folder in latest)


def _write(store: Store, encoder: Encoder, folder: Path, memory: Memory) -> None:
    """Write the files of an index, an organisation at a time."""
    landscape = store.landscape()
    roster, lexicon = RosterWriter(landscape, folder), LexiconWriter()
    passages = RecordsWriter(folder, "passages")
    role = {role: code for code, role in enumerate(roster.codes.roles)}
    theme = {theme: code for code, theme in enumerate(roster.codes.themes)}
    bounds, fields, roles = array("q", [0]), array("b"), array("b")
    tags: list[tuple[int, ...]] = []
    readings: list[tuple[str, ...]] = []
    counts: Counter[str] = Counter()
    for organisation in store.organisations():
        row = roster.add(organisation)
        for passage, labels, sentences in passages_of(organisation, landscape):
            passages.add(passage)
            lexicon.add(row, passage.text, passage.wordings, labels)
            fields.append(FIELDS.index(passage.field))
            roles.append(role.get(passage.role or "", -1))
            tags.append(tuple(theme[t] for t in passage.themes if t in theme))
            readings.append(sentences)
            if passage.field in _IN_SENTENCES:
                counts.update(surface.lower() for surface in surfaces(passage.text))
        bounds.append(len(passages))
    passages.close()
    roster.write()
    lexicon.write(folder)
    with_words = _words_with_meaning(counts)
    themes = [_readings(theme) for theme in landscape.themes.values()]
    meanings = [(word,) for word, _ in with_words]
    everyday = [(request,) for request in _everyday()]
    is_read_in_full = _write_vectors(encoder, folder, readings, memory)
    remember(folder, "themes.vectors", themes)
    remember(folder, "words.vectors", meanings)
    remember(folder, "everyday.vectors", everyday)
    save(
        folder,
        {
            "passages.bounds": np.frombuffer(bounds, dtype=np.int64),
            "passages.fields": np.frombuffer(fields, dtype=np.int8),
            "passages.roles": np.frombuffer(roles, dtype=np.int8),
            "passages.tags": _padded(tags, len(theme)),
            "themes.vectors": _recall(encoder, themes, memory),
            "words.vectors": _recall(encoder, meanings, memory),
            "everyday.vectors": _recall(encoder, everyday, memory),
        },
    )
    contents = _Contents(
        made_by=(_FORMAT, encoder.model),
        codes=roster.codes,
        words=with_words,
        vocabulary=_vocabulary(lexicon.vocabulary, landscape),
        is_read_in_full=is_read_in_full,
    )
    (folder / "contents.msgpack").write_bytes(msgspec.msgpack.encode(contents))


def _write_vectors(
    encoder: Encoder, folder: Path, readings: Sequence[tuple[str, ...]], memory: Memory
) -> bool:
    """Write the mean direction of each passage's readings; say whether they were read in full.

    Vectors read in full stay as they are; those that are skimmed are rounded to a byte a number,
    which costs them less than skimming did and takes a quarter of the room.
    """
    reader = reader_of(encoder, list(chain.from_iterable(readings)))
    with_vector = np.flatnonzero([bool(texts) for texts in readings])
    is_read_in_full = reader is encoder
    kind = np.float32 if is_read_in_full else np.int8
    vectors = np.empty((len(with_vector), encoder.dimensions), dtype=kind)
    scales = np.ones(len(with_vector), dtype=np.float32)
    for first in range(0, len(with_vector), _CHUNK):
        some = with_vector[first : first + _CHUNK]
        texts = [readings[i] for i in some]
        exact = _recall(encoder, texts, memory) if is_read_in_full else _encode(reader, texts)
        if not is_read_in_full:
            most = np.abs(exact).max(axis=1, initial=1e-9) / 127
            scales[first : first + _CHUNK] = most
            exact = np.rint(exact / most[:, None])
        vectors[first : first + _CHUNK] = exact
    write_meaning(folder, with_vector, vectors, scales, len(readings))
    if is_read_in_full:
        remember(folder, "vectors", [readings[i] for i in with_vector.tolist()])
    return is_read_in_full


def _recall(encoder: Encoder, readings: Readings, memory: Memory) -> Vectors:
    """Return the mean direction of each tuple of texts, read only where it is not remembered."""
    found = memory(readings)
    fresh = iter(_encode(encoder, [r for r, v in zip(readings, found, strict=True) if v is None]))
    vectors = [next(fresh) if vector is None else vector for vector in found]
    return np.stack(vectors) if vectors else np.zeros((0, encoder.dimensions), dtype=np.float32)


def _encode(reader: Encoder | Skimmer, readings: Sequence[tuple[str, ...]]) -> Vectors:
    """Return the mean direction of each tuple of one or more texts."""
    distinct = {text: row for row, text in enumerate(dict.fromkeys(chain.from_iterable(readings)))}
    encoded = reader.encode(list(distinct))
    lengths = np.fromiter(map(len, readings), np.int64, len(readings))
    if not len(lengths):
        return encoded
    rows = np.fromiter((distinct[text] for text in chain.from_iterable(readings)), np.int64)
    summed = np.add.reduceat(encoded[rows], np.cumsum(lengths) - lengths, axis=0)
    norms = np.linalg.norm(summed, axis=1, keepdims=True)
    return np.asarray(summed / np.where(norms > 0, norms, 1), dtype=np.float32)


def _everyday() -> list[str]:
    """Return requests of everyday life, in English; the encoder reads them for every language."""
    return (files("baken.search") / "everyday.txt").read_text(encoding="utf-8").splitlines()


def _nearest_few(cosines: NDArray[np.float32]) -> float:
    """Return the mean of the highest cosines; 0 where there are not as many."""
    if len(cosines) < _FEW:
        return 0.0
    return float(np.partition(cosines, -_FEW)[-_FEW:].mean())


def _padded(tags: Sequence[tuple[int, ...]], none: int) -> NDArray[Any]:
    """Return the codes of each passage's themes, shape (passages, the most themes)."""
    most = max(map(len, tags), default=0)
    padded = np.full((len(tags), most), none, dtype=np.uint16 if none < 2**16 else np.int32)
    for row, codes in enumerate(tags):
        if codes:
            padded[row, : len(codes)] = codes
    return padded


def _readings(theme: Theme) -> tuple[str, str]:
    label = theme.text("en")
    return label, ", ".join((label, *theme.synonyms.get("en", ())[:_MOST_SYNONYMS]))


def _words_with_meaning(counts: Counter[str]) -> tuple[tuple[str, str], ...]:
    """Return the words of sentences, with their stems, the most frequent first."""
    return tuple(
        (surface, word.stem)
        for surface, _ in counts.most_common()
        if has_meaning(word := word_of(surface))
    )[:_MOST_WORDS]


def has_meaning(word: Word) -> bool:
    """Say whether a word has a meaning of its own that others can be like."""
    return len(word.folded) > 3 and word.folded.isalpha() and not is_function_word(word.folded)


def _vocabulary(spoken: set[str], landscape: Landscape) -> tuple[str, ...]:
    terms = chain(landscape.themes.values(), landscape.places.values())
    labels = chain.from_iterable(term.label.values() for term in terms)
    synonyms = (
        word
        for theme in landscape.themes.values()
        for words_of_language in theme.synonyms.values()
        for word in words_of_language
    )
    return tuple(sorted(spoken | {w.folded for t in chain(labels, synonyms) for w in words(t)}))
