"""Baken as the evaluations ask it: a need in, organisation ids out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from baken import ingest, landscape
from baken.partners import Matcher
from baken.search import Index, UniversalSentenceEncoder, build_index
from baken.store import Store, open_store

from .needs import Need, read_judged
from .scoring import DEPTH

DEEP: Final = 4 * DEPTH
"""How far down a finder is asked, so that enough remain when those without a grade are left out."""

Finder = Callable[[Need], Sequence[str]]
"""A need to organisation ids, best first. Only Baken has to tell its language."""


class Ground(Struct, frozen=True):
    """What finders are made from: the shipped landscape, loaded and indexed, and who answers."""

    store: Store
    index: Index
    matcher: Matcher


@contextmanager
def prepare() -> Iterator[Ground]:
    """Load and index the shipped landscape in a folder that goes away afterwards."""
    with tempfile.TemporaryDirectory() as scratch, load(Path(scratch)) as store:
        yield lay(store)


def lay(store: Store) -> Ground:
    """Index what a store holds."""
    index = build_index(store, UniversalSentenceEncoder())
    return Ground(store, index, Matcher(store, index))


def load(directory: Path) -> Store:
    """Load the shipped landscape into a store of its own in `directory`."""
    store = open_store(directory / "evaluation.sqlite")
    ingest.load(landscape.shipped(), store, on=date.today())
    return store


def baken(matcher: Matcher) -> Finder:
    """Return Baken itself."""
    return condense(
        lambda need: [match.id for match in matcher.find(need.text, limit=DEEP).matches]
    )


def condense(finder: Finder) -> Finder:
    """Leave organisations that nobody graded out of a finder's answers, and keep ten.

    The landscape grows, the grades do not: an organisation added later may be the best answer and
    would count as a wrong one. Scores of such condensed lists stay comparable (Sakai, "Alternatives
    to Bpref", SIGIR 2007); they say nothing of the organisations left out.
    """
    judged = read_judged()
    return lambda need: [identity for identity in finder(need) if identity in judged][:DEPTH]


def answer(finder: Finder, needs: Sequence[Need]) -> Mapping[str, tuple[str, ...]]:
    """Answer needs, by their ids, with organisations that were graded."""
    graded = condense(finder)
    return {need.id: tuple(graded(need)) for need in needs}
