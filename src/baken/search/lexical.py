"""Words to passages, through tantivy.

Texts are cut into stems before they get here, so a stem is looked up as it is: in the text, in the
labels of all languages, and in what the passage says in the language of the need. Each stem is
searched for on its own: the caller then knows which word of a need found which passage, can give no
organisation credit twice for one word, and can explain it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import tantivy
from numpy.typing import NDArray

from baken.model import LANGUAGES

Credits = NDArray[np.float32]

_LABEL_BOOST: Final = 0.8
"""What a word is worth in the labels that a passage merely stands under, against its own text."""

_BM25_K1: Final = 1.2
_HEAP_BYTES: Final = 50_000_000


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    for field in ("labels", *LANGUAGES):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("ordinal", fast=True)
    return builder.build()


class Stems(NamedTuple):
    """The stems of a passage: of its text, of its labels, and of its text in other languages."""

    text: Sequence[str]
    labels: Sequence[str]
    wordings: Mapping[str, Sequence[str]]


class Lexicon:
    """An inverted index over the stems of passages; safe to share between threads."""

    def __init__(self, index: tantivy.Index) -> None:
        index.reload()
        self._schema = index.schema
        self._searcher = index.searcher()

    @classmethod
    def build(cls, passages: Sequence[Stems], directory: Path | None) -> Lexicon:
        """Index the stems of passages; their positions are their ids."""
        index = tantivy.Index(_schema(), path=str(directory) if directory else None)
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for ordinal, (text, labels, wordings) in enumerate(passages):
            document = tantivy.Document()
            document.add_unsigned("ordinal", ordinal)
            document.add_text("text", " ".join(text))
            document.add_text("labels", " ".join(labels))
            for language, stems in wordings.items():
                document.add_text(language, " ".join(stems))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        return cls(index)

    @classmethod
    def open(cls, directory: Path) -> Lexicon:
        """Open an index that `build` wrote."""
        return cls(tantivy.Index.open(str(directory)))

    def look_up(self, stem: str, language: str | None = None) -> Credits:
        """Say which passages hold a stem.

        Args:
            stem: of a word.
            language: of the word; wordings in other languages are passed over, where the same
                letters may be another word.

        Returns:
            One credit a passage, 0–1, shape (passages,): BM25 (k1 = 1.2, b = 0.75) without its
            idf, so that 1 is approached by a short passage that repeats the word.
        """
        size = self._searcher.num_docs
        credits = np.zeros(size, dtype=np.float32)
        fields = [("text", 1.0), ("labels", _LABEL_BOOST)]
        if language in LANGUAGES:
            fields.append((language, 1.0))
        for field, boost in fields:
            frequency = self._searcher.doc_freq(field, stem)
            if frequency:
                query = tantivy.Query.term_query(self._schema, field, stem, "freq")
                hits = self._searcher.search(query, limit=frequency, count=False).hits
                ordinals = self._searcher.fast_field_values("ordinal", [a for _, a in hits])
                scores = np.fromiter((score for score, _ in hits), np.float32, len(hits))
                scale = boost / (rarity(frequency, size) * (_BM25_K1 + 1))
                np.maximum.at(credits, np.array(ordinals, dtype=np.int64), scores * scale)
        return credits


def rarity(frequency: int, size: int) -> float:
    """Return BM25's idf: how much a word says that `frequency` of `size` passages hold."""
    return math.log(1 + (size - frequency + 0.5) / (frequency + 0.5))
