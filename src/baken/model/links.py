"""What the linker answers: which organisations a free text names."""

from __future__ import annotations

from msgspec import Struct

# Millions of these are made, and none can be part of a cycle: unseen by the garbage collector
# (`gc=False`), they cost a fifth less of linking's time.


class Link(Struct, frozen=True, gc=False):
    """One organisation that a text names.

    Attributes:
        id: a ROR id as a full URL, or ``organisations/ID`` for one that only the landscape knows.
        name: its display name.
        span: the first character of the text that names it, and the one after the last.
        score: how likely the link is right, 0–1, calibrated on development data.
    """

    id: str
    name: str
    span: tuple[int, int]
    score: float


class Linked(Struct, frozen=True, gc=False):
    """The answer for one text; both lists are empty when the linker abstains.

    Attributes:
        ror_ids: the ROR ids among the links, best first.
        links: best first; at most one an organisation.
    """

    ror_ids: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
