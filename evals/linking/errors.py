"""What kind of mistake each wrong or missing id is.

Every labelled id that was not predicted and every predicted id that is not labelled belongs to
exactly one mistake. Within a row a missing id and a wrong one are taken together as one mistake
when the registry relates them, or else in the order in which they stand; what is left over is a
mistake of its own. So the mistakes of a run add up, and each has one of the `KINDS`.

The registry is read here without the linker, so that no mistake of the linker's reading hides in
its own analysis.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, field

from baken.text import fold

from .rows import Answer, Row
from .scoring import bare, predicted_ids

KINDS: Final = {
    "gold-absent": "The labelled organisation is not in the registry",
    "successor": "Predicted the successor of the labelled organisation",
    "predecessor": "Predicted a predecessor of the labelled organisation",
    "parent": "Predicted a parent where a child is labelled",
    "child": "Predicted a child where a parent is labelled",
    "sibling": "Predicted another child of the same parent",
    "namesake-abroad": "Predicted an organisation of the same name in another country",
    "namesake": "Predicted an organisation of the same name elsewhere in the country",
    "wrong-country": "Predicted another organisation in another country",
    "wrong-organisation": "Predicted another organisation in the same country",
    "not-first": "Predicted the right organisation, but not first",
    "gold-inactive": "Nothing predicted for it; it is inactive or withdrawn",
    "missed-named": "Nothing predicted for the row, though a full name of it stands there",
    "missed-acronym": "Nothing predicted for the row, though its acronym stands there",
    "missed-unnamed": "Nothing predicted for the row, and no name of it stands there",
    "one-missed-named": "Others found, this one missed though a full name of it stands there",
    "one-missed-acronym": "Others found, this one missed though its acronym stands there",
    "one-missed-unnamed": "Others found, this one missed, and no name of it stands there",
    "on-null": "An id on a row that is labelled with nothing",
    "extra-first": "A wrong id before the right one",
    "extra-relative": "A parent, child or sibling beside the right id",
    "extra": "Another id beside the right one",
}
"""Kinds of mistake, with the words that explain them."""

_WORD: Final = re.compile(r"[^\W_]+")
_NO_SPACES: Final = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_IN_BRACKETS: Final = re.compile(r"\s*\([^()]*\)$")
_SHORTEST_NAME: Final = 3


class _Name(Struct):
    value: str
    types: list[str] = []


class _Place(Struct):
    country_code: str | None = None
    name: str | None = None


class _Location(Struct):
    geonames_details: _Place = field(default_factory=_Place)


class _Relation(Struct):
    type: str
    id: str


class _Record(Struct):
    id: str
    names: list[_Name]
    status: str = "active"
    locations: list[_Location] = []
    relationships: list[_Relation] = []


class Organisation(Struct, frozen=True):
    """What the analysis wants to know of a registry record.

    Attributes:
        id: bare.
        name: its display name.
        full_names: all names but acronyms, as folded words in single spaces, and the same without
            what stands in brackets at their end.
        acronyms: the same of its acronyms.
        countries: codes of two letters.
        places: names of the municipalities.
        is_active: whether it is neither withdrawn nor inactive.
        relations: bare ids by type of relation.
    """

    id: str
    name: str
    full_names: frozenset[str]
    acronyms: frozenset[str]
    countries: frozenset[str]
    places: tuple[str, ...]
    is_active: bool
    relations: dict[str, frozenset[str]]

    def related(self, kind: str) -> frozenset[str]:
        """Return the ids that a relation of this kind leads to."""
        return self.relations.get(kind, frozenset())


class Mistake(Struct, frozen=True):
    """One mistake.

    Attributes:
        set_name: the set it is in.
        number: the row within the set, from 0.
        kind: a key of `KINDS`.
        missing: the bare id that should have been predicted, or ``None``.
        wrong: the bare id that should not have been, or ``None``.
        is_label_doubtful: a full name of the wrong one stands in the string and none of the
            missing one does: the label rather than the answer may be wrong.
    """

    set_name: str
    number: int
    kind: str
    missing: str | None
    wrong: str | None
    is_label_doubtful: bool


class Registry:
    """The registry's records by bare id."""

    def __init__(self, organisations: Mapping[str, Organisation]) -> None:
        self._organisations = organisations
        self._children: dict[str, set[str]] = {}
        self._successors: dict[str, set[str]] = {}
        for one in organisations.values():
            for parent in one.related("parent"):
                self._children.setdefault(parent, set()).add(one.id)
            for child in one.related("child"):
                self._children.setdefault(one.id, set()).add(child)
            for successor in one.related("successor"):
                self._successors.setdefault(one.id, set()).add(successor)
            for predecessor in one.related("predecessor"):
                self._successors.setdefault(predecessor, set()).add(one.id)
        self._parents: dict[str, set[str]] = {}
        for parent, children in self._children.items():
            for child in children:
                self._parents.setdefault(child, set()).add(parent)

    @classmethod
    def read(cls, path: Path) -> Registry:
        """Read the registry's file of JSON lines, gzipped or not."""
        decoder = msgspec.json.Decoder(_Record)
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            records = (_organisation(decoder.decode(line)) for line in lines if line.strip())
            return cls({one.id: one for one in records})

    def __len__(self) -> int:
        return len(self._organisations)

    def __iter__(self) -> Iterator[Organisation]:
        return iter(self._organisations.values())

    def get(self, identity: str) -> Organisation | None:
        """Return an organisation, or ``None`` if the registry has none of that id."""
        return self._organisations.get(identity)

    def label(self, identity: str | None) -> str:
        """Return name, place and id for a person to read."""
        if identity is None:
            return "nothing"
        one = self.get(identity)
        if one is None:
            return f"{identity} (not in the registry)"
        where = ", ".join((*one.places[:1], *sorted(one.countries))) or "place not known"
        status = "" if one.is_active else ", no longer active"
        return f"{one.name} ({where}{status}) {identity}"

    def relation(self, missing: str, wrong: str) -> str | None:
        """Return the kind of mistake that `wrong` for `missing` is, if the registry relates them.

        Successions and hierarchy are followed over several steps.
        """
        if wrong in _reach(missing, self._successors):
            return "successor"
        if missing in _reach(wrong, self._successors):
            return "predecessor"
        if wrong in _reach(missing, self._parents):
            return "parent"
        if missing in _reach(wrong, self._parents):
            return "child"
        one, other = self.get(missing), self.get(wrong)
        if one and other and one.full_names & other.full_names:
            return "namesake-abroad" if _are_apart(one, other) else "namesake"
        if self._parents.get(missing, set()) & self._parents.get(wrong, set()):
            return "sibling"
        return None


def find_mistakes(
    set_name: str,
    rows: Sequence[Row],
    answers: Sequence[Answer],
    registry: Registry,
    *,
    is_first_only: bool = False,
) -> list[Mistake]:
    """Return every mistake in the answers to `rows`, in the order of the rows."""
    found = []
    for number, (row, answer) in enumerate(zip(rows, answers, strict=True)):
        whole = predicted_ids(answer)
        for kind, missing, wrong in _row_mistakes(
            row, predicted_ids(answer, is_first_only=is_first_only), whole, registry
        ):
            doubtful = _is_label_doubtful(row.affiliation, missing, wrong, registry)
            found.append(Mistake(set_name, number, kind, missing, wrong, doubtful))
    return found


def pick(mistakes: Sequence[Mistake], count: int) -> list[Mistake]:
    """Return `count` of the mistakes, the same ones for the same rows whatever else is wrong."""

    def lot(mistake: Mistake) -> bytes:
        return hashlib.sha256(f"{mistake.set_name}:{mistake.number}".encode()).digest()

    return sorted(mistakes, key=lot)[:count]


def named(text: str, names: frozenset[str]) -> bool:
    """Return whether one of the folded names stands in the text, from word to word."""
    spaced = f" {folded(text)} "
    return any(
        name in spaced if _NO_SPACES.search(name) else f" {name} " in spaced for name in names
    )


def folded(text: str) -> str:
    """Return the text's words in lower case and without accents, in single spaces."""
    return " ".join(_WORD.findall(fold(text)))


def _row_mistakes(
    row: Row, counted: Sequence[str], whole: Sequence[str], registry: Registry
) -> Iterator[tuple[str, str | None, str | None]]:
    labelled = list(dict.fromkeys(bare(identity) for identity in row.ror_ids))
    missing = [identity for identity in labelled if identity not in counted]
    wrong = [identity for identity in counted if identity not in labelled]
    right = [identity for identity in counted if identity in labelled]

    for gold in list(missing):
        related = ((registry.relation(gold, other), other) for other in wrong)
        kind, other = next(((k, o) for k, o in related if k), (None, None))
        if gold in whole:
            kind, other = "not-first", next(iter(wrong), None)
        if kind:
            missing.remove(gold)
            wrong = [identity for identity in wrong if identity != other]
            yield kind, gold, other

    for gold in missing:
        # An id beside right ones is more likely one too many than the answer for another.
        other = wrong.pop(0) if wrong and not right else None
        yield _kind_of_missing(row.affiliation, gold, other, bool(counted), registry), gold, other

    for other in wrong:
        yield _kind_of_extra(other, counted, labelled, right, registry), None, other


def _kind_of_missing(
    text: str, gold: str, other: str | None, is_answered: bool, registry: Registry
) -> str:
    organisation = registry.get(gold)
    if organisation is None:
        return "gold-absent"
    if other is not None:
        guess = registry.get(other)
        apart = guess is not None and _are_apart(organisation, guess)
        return "wrong-country" if apart else "wrong-organisation"
    if not organisation.is_active:
        return "gold-inactive"
    how = "unnamed"
    if named(text, organisation.full_names):
        how = "named"
    elif named(text, organisation.acronyms):
        how = "acronym"
    return f"one-missed-{how}" if is_answered else f"missed-{how}"


def _kind_of_extra(
    other: str,
    counted: Sequence[str],
    labelled: Sequence[str],
    right: Sequence[str],
    registry: Registry,
) -> str:
    if not labelled:
        return "on-null"
    if right and counted.index(other) < counted.index(right[0]):
        return "extra-first"
    relations = {registry.relation(gold, other) for gold in labelled}
    return "extra-relative" if relations & {"parent", "child", "sibling"} else "extra"


def _is_label_doubtful(
    text: str, missing: str | None, wrong: str | None, registry: Registry
) -> bool:
    guess = registry.get(wrong) if wrong else None
    gold = registry.get(missing) if missing else None
    return bool(
        guess
        and named(text, guess.full_names)
        and not (gold and named(text, gold.full_names | gold.acronyms))
    )


def _are_apart(one: Organisation, other: Organisation) -> bool:
    both = one.countries and other.countries
    return bool(both) and not one.countries & other.countries


def _reach(start: str, steps: Mapping[str, set[str]]) -> set[str]:
    """Return everything that the steps lead to from `start`; circles do no harm."""
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        for following in steps.get(ahead.pop(), ()):
            if following not in reached:
                reached.add(following)
                ahead.append(following)
    return reached - {start}


def _organisation(record: _Record) -> Organisation:
    display = [n.value for n in record.names if "ror_display" in n.types]
    long = [n.value for n in record.names if "acronym" not in n.types]
    # Companies carry their country in brackets, which nobody writes: "Bruker (Germany)".
    full = (folded(name) for name in (*long, *(_IN_BRACKETS.sub("", name) for name in long)))
    short = (folded(n.value) for n in record.names if "acronym" in n.types)
    places = [location.geonames_details for location in record.locations]
    relations: dict[str, set[str]] = {}
    for relation in record.relationships:
        relations.setdefault(relation.type.lower(), set()).add(bare(relation.id))
    return Organisation(
        id=bare(record.id),
        name=(display or [n.value for n in record.names] or [""])[0],
        full_names=frozenset(name for name in full if len(name) >= _SHORTEST_NAME),
        acronyms=frozenset(name for name in short if name),
        countries=frozenset(place.country_code for place in places if place.country_code),
        places=tuple(place.name for place in places if place.name),
        is_active=record.status == "active",
        relations={kind: frozenset(ids) for kind, ids in relations.items()},
    )
