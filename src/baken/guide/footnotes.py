"""Footnotes: the documents behind what a page or a handbook says, numbered as they are met."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from baken.model import Citation

from .guide import Figure, Source


class Document(Struct, frozen=True):
    """A numbered document at the end of a text.

    Attributes:
        number: what footnotes call it, from 1.
        publisher: who says so.
        title: of the document, or None.
        url: where to check.
        published: the date the document bears, or None for an undated one.
        retrieved: the day it was read, ISO form.
        is_copy: whether a stored copy was read, which may be older than that day.
    """

    number: int
    publisher: str
    title: str | None
    url: str
    published: str | None
    retrieved: str
    is_copy: bool = False


class Footnotes:
    """Numbers documents in the order in which they are met, each once."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}

    def of(self, *documents: Source | Citation | None) -> tuple[int, ...]:
        """Return the numbers of some documents, each once; None is passed over."""
        return tuple(dict.fromkeys(self._number(one) for one in documents if one is not None))

    def of_figures(self, figures: Iterable[Figure]) -> tuple[int, ...]:
        """Return the numbers of the documents behind some figures."""
        return self.of(*(figure.source for figure in figures))

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document met so far, by number."""
        return tuple(self._documents.values())

    def _number(self, document: Source | Citation) -> int:
        known = self._documents.get(document.url)
        if known is None:
            known = self._documents[document.url] = Document(
                number=len(self._documents) + 1,
                publisher=document.publisher,
                title=document.title,
                url=document.url,
                published=document.published,
                retrieved=document.retrieved.isoformat(),
                is_copy=isinstance(document, Source) and document.copy == "stored",
            )
        return known.number
