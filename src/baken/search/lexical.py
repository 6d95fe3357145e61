"""Words to passages, through tantivy.

Texts are cut into stems before they get here, so one field serves four languages and a stem is
looked up as it is. Each stem is searched for on its own: the caller then knows which word of a need
found which passage, can give no organisation credit twice for one word, and can explain it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import tantivy
from numpy.typing import NDArray

Credits = NDArray[np.float32]

_LABEL_BOOST: Final = 0.8
"""What a word is worth in the labels that a passage merely stands under, against its own text."""

_BM25_K1: Final = 1.2
_HEAP_BYTES: Final = 50_000_000


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("labels", tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("ordinal", fast=True)
    return builder.build()


class Lexicon:
    """An inverted index over the stems of passages; safe to share between threads."""

    def __init__(self, index: tantivy.Index) -> None:
        index.reload()
        self._schema = index.schema
        self._searcher = index.searcher()

    @classmethod
    def build(
        cls, texts: Sequence[tuple[Sequence[str], Sequence[str]]], directory: Path | None
    ) -> Lexicon:
        """Index (stems of the text, stems of the labels) pairs; their positions are their ids."""
        index = tantivy.Index(_schema(), path=str(directory) if directory else None)
        writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        for ordinal, (text, labels) in enumerate(texts):
            document = tantivy.Document()
            document.add_unsigned("ordinal", ordinal)
            document.add_text("text", " ".join(text))
            document.add_text("labels", " ".join(labels))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        return cls(index)

    @classmethod
    def open(cls, directory: Path) -> Lexicon:
        """Open an index that `build` wrote."""
        return cls(tantivy.Index.open(str(directory)))

    def look_up(self, stem: str) -> Credits:
        """Say which passages hold a stem.

        Returns:
            One credit a passage, 0–1, shape (passages,): BM25 (k1 = 1.2, b = 0.75) without its
            idf, so that 1 is approached by a short passage that repeats the word.
        """
        size = self._searcher.num_docs
        credits = np.zeros(size, dtype=np.float32)
        for field, boost in (("text", 1.0), ("labels", _LABEL_BOOST)):
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
