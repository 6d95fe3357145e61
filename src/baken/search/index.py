"""The index: every passage of the landscape, by its words and by its meaning.

It holds nothing that the store does not; it is built again whenever the store's revision or the
encoder's model changes, and thrown away without loss.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from baken.model import Landscape, Theme
from baken.store import Store
from baken.text import Word, is_function_word, words

from .encoder import Encoder, Vectors
from .lexical import Credits, Lexicon, Stems, rarity
from .passages import Passage, passages_of

_FORMAT: Final = 5
"""Grows when the files of an index change; older ones are then built anew."""

_IN_SENTENCES: Final = frozenset({"offer", "summary", "theme", "milestone"})
_MOST_WORDS: Final = 20_000
_MOST_ALIKE: Final = 3
_MOST_SYNONYMS: Final = 6
_ALIKE: Final = 0.7
_ALIKE_WORTH: Final = 0.7


class _Contents(Struct, frozen=True):
    """What an index holds besides vectors and the inverted index.

    Attributes:
        passages: all of them, those of one organisation side by side.
        themes: ids, in the order of their vectors.
        words: (lower-case word, stem) pairs, in the order of their vectors.
        vocabulary: every folded word of the passages and of the landscape's terms.
    """

    passages: tuple[Passage, ...]
    themes: tuple[str, ...]
    words: tuple[tuple[str, str], ...]
    vocabulary: tuple[str, ...]


class Index:
    """Passages found by words and by meaning; safe to share between threads.

    Attributes:
        encoder: of the model that made its vectors.
        passages: all of them, those of one organisation side by side.
        organisations: ids in the order of their passages.
        starts: position of each organisation's first passage, shape (organisations,).
        vocabulary: every folded word of the passages and of the landscape's terms.
    """

    def __init__(
        self,
        contents: _Contents,
        lexicon: Lexicon,
        vectors: Mapping[str, Vectors],
        encoder: Encoder,
    ) -> None:
        self.encoder = encoder
        self.passages = contents.passages
        self.vocabulary = contents.vocabulary
        owners = [passage.organisation for passage in contents.passages]
        self.starts: NDArray[np.int64] = np.array(
            [i for i, owner in enumerate(owners) if i == 0 or owner != owners[i - 1]],
            dtype=np.int64,
        )
        self.organisations = tuple(owners[i] for i in self.starts)
        self._contents = contents
        self._lexicon = lexicon
        self._vectors = vectors["passages"]
        self._theme_vectors = vectors["themes"]
        self._word_vectors = vectors["words"]
        self._blas = ThreadpoolController()

    def look_up(
        self, words: Sequence[Word], vectors: Vectors, language: str | None = None
    ) -> tuple[Credits, NDArray[np.float32]]:
        """Say which passages hold some words, or words that mean about the same.

        A passage gets credit for a word itself and, at a discount, for the words of the index
        closest to it in meaning. That finds "purchasing" for "aankoop" and "affordable" for
        "cheap": nDCG@5 0.880 with, 0.866 without (2026-11-22, 91 needs of the dev split; 0.872 to
        0.880 for any `_ALIKE` from 0.65 to 0.8; without the discount 0.876).

        Args:
            words: what to look up.
            vectors: their meaning, shape (words, dimensions).
            language: of the words, to find them in what passages say in it too.

        Returns:
            Credits, 0–1, shape (words, passages), and each word's rarity, BM25's idf, shape
            (words,), which is highest for a word that no passage holds.
        """
        credits = np.zeros((len(words), len(self.passages)), dtype=np.float32)
        found: dict[str, Credits] = {}
        for row, (word, alike) in enumerate(zip(words, self._alike(words, vectors), strict=True)):
            for stem, worth in ({word.stem: 1.0} | alike).items():
                if stem not in found:
                    found[stem] = self._lexicon.look_up(stem, language)
                np.maximum(credits[row], worth * found[stem], out=credits[row])
        held = np.count_nonzero(credits, axis=1)
        rare = [rarity(int(count), len(self.passages)) for count in held]
        return credits, np.array(rare, dtype=np.float32)

    def _alike(self, words: Sequence[Word], vectors: Vectors) -> Iterator[dict[str, float]]:
        """Yield, for each word, the stems of the index that mean about the same, with worth."""
        cosines = self._multiply(vectors, self._word_vectors)
        for word, likeness in zip(words, cosines, strict=True):
            alike: dict[str, float] = {}
            if _has_meaning(word):
                for position in np.argsort(-likeness)[:_MOST_ALIKE]:
                    stem = self._contents.words[position][1]
                    if likeness[position] >= _ALIKE and stem != word.stem:
                        alike[stem] = _ALIKE_WORTH * float(likeness[position])
            yield alike

    def compare(self, vectors: Vectors) -> Vectors:
        """Return the cosine of texts with passages, shape (texts, passages).

        Passages that are labels rather than sentences have none and get 0.
        """
        return self._multiply(vectors, self._vectors)

    def compare_themes(self, vectors: Vectors) -> dict[str, float]:
        """Return the highest cosine of any of the texts with each theme's label, by theme."""
        cosines = self._multiply(vectors, self._theme_vectors).max(axis=0, initial=0.0)
        return dict(zip(self._contents.themes, cosines.tolist(), strict=True))

    def _multiply(self, texts: Vectors, others: Vectors) -> Vectors:
        """Multiply on one thread: for so small a product, waking a second takes 50 times longer."""
        with self._blas.limit(limits=1, user_api="blas"):
            return np.asarray(texts @ others.T, dtype=np.float32)


def build_index(store: Store, encoder: Encoder, directory: Path | None = None) -> Index:
    """Index every public statement of the store.

    Args:
        store: what to index.
        encoder: makes the vectors of passages now and of needs later.
        directory: where to keep the index; None keeps it in memory only. It appears there whole
            or not at all, and takes the place of those of earlier revisions.

    Raises:
        StoreError: the store holds no landscape.
    """
    landscape = store.landscape()
    passages = tuple(
        passage
        for organisation in store.organisations()
        for passage in passages_of(organisation, landscape)
    )
    contents = _Contents(
        passages=passages,
        themes=tuple(landscape.themes),
        words=_words_with_meaning(passages),
        vocabulary=_vocabulary(passages, landscape),
    )
    vectors = {
        "passages": _encode(encoder, [passage.readings for passage in passages]),
        "themes": _encode(encoder, [_readings(theme) for theme in landscape.themes.values()]),
        "words": _encode(encoder, [(word,) for word, _ in contents.words]),
    }
    stems = [
        Stems(
            _stems(passage.text),
            _stems(passage.labels),
            {language: _stems(said) for language, said in passage.wordings.items()},
        )
        for passage in passages
    ]
    if directory is None:
        return Index(contents, Lexicon.build(stems, None), vectors, encoder)
    directory.mkdir(parents=True, exist_ok=True)
    final = directory / _name(store, encoder)
    with tempfile.TemporaryDirectory(dir=directory, prefix="building-") as scratch:
        folder = Path(scratch) / "index"
        (folder / "words").mkdir(parents=True)
        Lexicon.build(stems, folder / "words")
        for name, array in vectors.items():
            np.save(folder / f"{name}.npy", array)
        (folder / "contents.msgpack").write_bytes(msgspec.msgpack.encode(contents))
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


def _open(folder: Path, encoder: Encoder) -> Index:
    contents = msgspec.msgpack.decode((folder / "contents.msgpack").read_bytes(), type=_Contents)
    return Index(
        contents,
        Lexicon.open(folder / "words"),
        {name: np.load(folder / f"{name}.npy") for name in ("passages", "themes", "words")},
        encoder,
    )


def _name(store: Store, encoder: Encoder) -> str:
    """Name what an index was made from; the totals tell apart stores that began again at one."""
    totals = store.totals()
    made_from = (_FORMAT, store.revision(), totals.statements, totals.organisations, encoder.model)
    return "index-" + blake2b(repr(made_from).encode(), digest_size=10).hexdigest()


def _encode(encoder: Encoder, readings: Sequence[tuple[str, ...]]) -> Vectors:
    """Return the mean direction of each tuple of texts; the zero vector for an empty one."""
    distinct = list(dict.fromkeys(chain.from_iterable(readings)))
    encoded = dict(zip(distinct, encoder.encode(distinct), strict=True))
    vectors = np.zeros((len(readings), encoder.dimensions), dtype=np.float32)
    for row, texts in zip(vectors, readings, strict=True):
        for text in texts:
            row += encoded[text]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _readings(theme: Theme) -> tuple[str, str]:
    label = theme.text("en")
    return label, ", ".join((label, *theme.synonyms.get("en", ())[:_MOST_SYNONYMS]))


def _words_with_meaning(passages: Iterable[Passage]) -> tuple[tuple[str, str], ...]:
    """Return the words of sentences, with their stems, the most frequent first."""
    counts = Counter(
        (word.surface.lower(), word.stem)
        for passage in passages
        if passage.field in _IN_SENTENCES
        for word in words(passage.text)
        if _has_meaning(word)
    )
    return tuple(pair for pair, _ in counts.most_common(_MOST_WORDS))


def _has_meaning(word: Word) -> bool:
    return len(word.folded) > 3 and word.folded.isalpha() and not is_function_word(word.folded)


def _stems(text: str) -> list[str]:
    return [word.stem for word in words(text)]


def _vocabulary(passages: Iterable[Passage], landscape: Landscape) -> tuple[str, ...]:
    terms = chain(landscape.themes.values(), landscape.places.values())
    labels = chain.from_iterable(term.label.values() for term in terms)
    synonyms = (
        word
        for theme in landscape.themes.values()
        for words_of_language in theme.synonyms.values()
        for word in words_of_language
    )
    texts = chain.from_iterable(
        (passage.text, passage.labels, *passage.wordings.values()) for passage in passages
    )
    return tuple(sorted({w.folded for t in chain(labels, synonyms, texts) for w in words(t)}))
