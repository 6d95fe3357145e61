"""What everything that links has in common: the real linker, and the fake in `baken.testing`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from baken.model.links import Linked


@runtime_checkable
class LinkerLike(Protocol):
    """Says which organisations texts name; several threads may ask at once.

    The promises of `link` are tested by ``tests/contract/test_linker_contract.py``.
    """

    @property
    def version(self) -> str:
        """What the answers depend on: another registry or method has another version."""
        ...

    def link(self, texts: Sequence[str]) -> list[Linked]:
        """Return one answer a text, in the order of the texts.

        An answer depends on its own text alone, not on those beside it. Its spans count code points
        of the text as given. Whatever the text holds, there is an answer; nothing is raised.
        """
        ...
