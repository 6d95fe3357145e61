"""The signals: what the linker weighs, one line each.

To add one: a column in `kernel.Seen` if the text has to be read for it, and a line here that says
in words what it tells. ``python -m evals.linking.train`` then learns what it is worth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .index import ACRONYM, ALIAS, DISPLAY, FORMER, FULL, LABEL, SHORTENED, TYPES, Index
from .kernel import NAME, ORGANISATION, Seen
from .rivals import Rivalry


class Candidates(NamedTuple):
    """Candidates in columns.

    Attributes:
        index: whose organisations they are.
        integers: int32 (candidates, kernel.PLACED).
        seen: float32 (candidates, kernel.OBSERVED).
        kinds: int, what the matched name is to its organisation.
        types: int, the organisation's types as bits.
    """

    index: Index  # type: ignore[assignment]  # the tuple's own method
    integers: NDArray[np.int32]
    seen: NDArray[np.float32]
    kinds: NDArray[Any]
    types: NDArray[Any]

    @property
    def organisation(self) -> NDArray[np.int32]:
        """Which organisation each candidate is."""
        return self.integers[:, ORGANISATION]


class Signal(NamedTuple):
    """One line of the table.

    Attributes:
        name: how the model and explanations call it.
        says: what it tells, in words.
        of: its values for all candidates.
    """

    name: str
    says: str
    of: Callable[[Candidates], NDArray[Any]]


def _seen(column: Seen) -> Callable[[Candidates], NDArray[Any]]:
    return lambda c: c.seen[:, column]


def _name_is(kind: int) -> Callable[[Candidates], NDArray[Any]]:
    return lambda c: (c.kinds & kind) != 0


def _type_is(name: str) -> Callable[[Candidates], NDArray[Any]]:
    return lambda c: (c.types >> TYPES.index(name)) & 1


def _parents(c: Candidates) -> NDArray[Any]:
    return c.index.parent_start[c.organisation + 1] - c.index.parent_start[c.organisation]


def _children(c: Candidates) -> NDArray[Any]:
    return c.index.child_start[c.organisation + 1] - c.index.child_start[c.organisation]


SIGNALS: Final = (
    # The name and how much of it is there.
    Signal("exact", "all words of the name stand together", _seen(Seen.EXACT)),
    Signal("name_weight", "how rare the words of the name are, summed", _seen(Seen.NAME_WEIGHT)),
    Signal("rarest", "weight of the rarest word found", _seen(Seen.RAREST)),
    Signal("words", "words of the name", _seen(Seen.WORDS)),
    Signal("letters", "letters of the text that name it", _seen(Seen.LETTERS)),
    Signal("covered", "share of the name found in the segment", _seen(Seen.COVERED)),
    Signal("covered_anywhere", "share of the name found in the text", _seen(Seen.COVERED_ANYWHERE)),
    Signal("missing_weight", "weight of the name's missing words", _seen(Seen.MISSING_WEIGHT)),
    Signal("heaviest_missing", "weight of the rarest missing word", _seen(Seen.HEAVIEST_MISSING)),
    Signal("missing_kind", 'a missing word such as "university"', _seen(Seen.MISSING_KIND)),
    Signal("missing_place", "a missing word is a place", _seen(Seen.MISSING_PLACE)),
    Signal("corrected", "words whose spelling was corrected", _seen(Seen.CORRECTED)),
    Signal("in_order", "the words are in the name's order", _seen(Seen.IN_ORDER)),
    Signal("surface", "it is written as the name is", _seen(Seen.SURFACE)),
    Signal("ordered_rivals", "others' names have this order", _seen(Seen.ORDERED_RIVALS)),
    Signal("ambiguity", "organisations with the same words as name", _seen(Seen.AMBIGUITY)),
    Signal("local_ambiguity", "of them, in a mentioned country", _seen(Seen.COUNTRY_AMBIGUITY)),
    Signal("has_kind", 'the name holds a word such as "university"', _seen(Seen.HAS_KIND)),
    Signal("has_place", "the name holds a place", _seen(Seen.HAS_PLACE)),
    Signal("display", "it is the name the registry shows", _name_is(DISPLAY)),
    Signal("label", "it is a full name", _name_is(LABEL)),
    Signal("alias", "it is another name", _name_is(ALIAS)),
    Signal("acronym", "it is an acronym", _name_is(ACRONYM)),
    Signal("former", "it is the name of a record that leads here", _name_is(FORMER)),
    Signal("shortened", "it is a name without its ending", _name_is(SHORTENED)),
    Signal(
        "name_place",
        "the name holds its own town (1) or country (2)",
        lambda c: c.index.name_place[c.integers[:, NAME]],
    ),
    # The words around it.
    Signal("segment_share", "share of its segment that it explains", _seen(Seen.SEGMENT_SHARE)),
    Signal("before", "weight of the words before it in its segment", _seen(Seen.BEFORE)),
    Signal("after", "weight of the words after it in its segment", _seen(Seen.AFTER)),
    Signal("starts", "its segment starts with it", _seen(Seen.STARTS)),
    Signal("ends", "its segment ends with it", _seen(Seen.ENDS)),
    Signal("unit_before", '"department" or the like before it', _seen(Seen.UNIT_BEFORE)),
    Signal("unit_after", '"school" or the like after it', _seen(Seen.UNIT_AFTER)),
    Signal("kind_beside", '"university" or the like beside it', _seen(Seen.KIND_BESIDE)),
    Signal("place_beside", "a place beside it", _seen(Seen.PLACE_BESIDE)),
    Signal("left", "weight of the word right before it", _seen(Seen.LEFT)),
    Signal("right", "weight of the word right after it", _seen(Seen.RIGHT)),
    Signal("left_place", "the word right before it is a place", _seen(Seen.LEFT_PLACE)),
    Signal("right_place", "the word right after it is a place", _seen(Seen.RIGHT_PLACE)),
    Signal("of_before", '"of" or the like right before it', _seen(Seen.OF_BEFORE)),
    Signal("of_after", '"of" or the like right after it', _seen(Seen.OF_AFTER)),
    Signal("crossed", "commas inside it", _seen(Seen.CROSSED)),
    Signal("capitals", "it alone is in capitals", _seen(Seen.CAPITALS)),
    Signal("parentheses", "it stands in parentheses", _seen(Seen.PARENTHESES)),
    Signal("initials", "the words before it spell the acronym", _seen(Seen.INITIALS)),
    Signal("mentions", "times it is named", _seen(Seen.MENTIONS)),
    Signal("support", "both an acronym and a name of it are there", _seen(Seen.SUPPORT)),
    # The text.
    Signal("segment", "number of its segment", _seen(Seen.SEGMENT)),
    Signal("segments", "segments of the text", _seen(Seen.SEGMENTS)),
    Signal("position", "where in the text it starts, 0–1", _seen(Seen.POSITION)),
    Signal("text_after", "words after its segment that are no place", _seen(Seen.TEXT_AFTER)),
    Signal("kinds", 'words such as "university" in the text', _seen(Seen.KINDS)),
    Signal("tokens", "words of the text", _seen(Seen.TOKENS)),
    Signal("places", "places mentioned", _seen(Seen.PLACES)),
    Signal("candidates", "candidates of the text", _seen(Seen.CANDIDATES)),
    # Where it is.
    Signal("country_same", "its country is mentioned", _seen(Seen.COUNTRY_SAME)),
    Signal("country_other", "only other countries are mentioned", _seen(Seen.COUNTRY_OTHER)),
    Signal("region_same", "a state of its country is mentioned", _seen(Seen.REGION_SAME)),
    Signal("city_same", "its town is mentioned", _seen(Seen.CITY_SAME)),
    Signal("city_near", "a town within 40 km is mentioned", _seen(Seen.CITY_NEAR)),
    Signal("city_other", "other towns of its country (1), or abroad (2)", _seen(Seen.CITY_OTHER)),
    Signal(
        "has_country",
        "its country is known",
        lambda c: c.index.organisation_country[c.organisation] >= 0,
    ),
    # What it is.
    *(Signal(name, f"it is of type {name}", _type_is(name)) for name in TYPES),
    Signal("full", "the registry knows its town", lambda c: (c.types & FULL) != 0),
    Signal("size", "names and relations", lambda c: c.index.organisation_size[c.organisation]),
    Signal("fame", "identifiers elsewhere", lambda c: c.index.organisation_fame[c.organisation]),
    Signal("parents", "organisations it is part of", _parents),
    Signal("children", "organisations that are part of it", _children),
)

RIVALS: Final = {
    Rivalry.OWN: "its score so far",
    Rivalry.RANK: "candidates with a better score",
    Rivalry.MARGIN: "its score less the best that shares a word with it",
    Rivalry.OVERLAPPING: "best score of a candidate that shares a word with it",
    Rivalry.SAME_SPAN: "… that has the very same words",
    Rivalry.FAMOUS: "candidates with the very same words that are better known",
    Rivalry.FAME_LEAD: "its fame less that of the best known of them",
    Rivalry.INSIDE: "… that holds it",
    Rivalry.CONTAINED: "… that it holds",
    Rivalry.APART: "best score of a candidate elsewhere in the text",
    Rivalry.BEFORE: "… before it",
    Rivalry.TOTAL: "scores of all others, summed",
    Rivalry.PARENT: "best score of its parents, -1 without",
    Rivalry.CHILD: "best score of its children, -1 without",
    Rivalry.SIBLING: "best score of another child of its parent, -1 without",
    Rivalry.EDUCATION: "best score of another school or university",
    Rivalry.HEALTHCARE: "best score of another hospital",
    Rivalry.FACILITY: "best score of another research facility",
    Rivalry.GOVERNMENT: "best score of another public body",
}
"""Signals from comparing candidates; both forests have them, the second by the first's score."""

NAMES: Final = (
    *(signal.name for signal in SIGNALS),
    *(f"rivals_{rivalry.name.lower()}" for rivalry in Rivalry),
)
"""Names of all columns that a forest sees, in order."""


def measure(
    index: Index, integers: NDArray[np.int32], seen: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return all candidates' signals but those of their rivals: (candidates, signals)."""
    organisation = integers[:, ORGANISATION]
    candidates = Candidates(
        index,
        integers,
        seen,
        seen[:, Seen.KIND].astype(np.int32),
        index.organisation_types[organisation].astype(np.int32),
    )
    rows = np.empty((len(integers), len(NAMES)), np.float32)
    for column, signal in enumerate(SIGNALS):
        rows[:, column] = signal.of(candidates)
    return rows
