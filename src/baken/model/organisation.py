"""Organisations, put together from statements.

Nothing is stored as an organisation. `assemble` groups statements by what they say, so that every
value a page shows still holds the statements behind it and can answer "who says so?".
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from msgspec import Struct

from .statement import Citation, Statement, subject_id
from .values import (
    Coordinates,
    Figure,
    FormerName,
    Identifier,
    Milestone,
    Offer,
    Relation,
    Status,
)

T = TypeVar("T")


class Sourced(Struct, Generic[T], frozen=True):
    """A value and the statements that say it, newest first.

    Attributes:
        value: what they say.
        language: of a text value, else None.
        statements: at least one; several when several sources agree.
    """

    value: T
    language: str | None
    statements: tuple[Statement, ...]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Who says so, newest first."""
        return tuple(statement.citation for statement in self.statements)

    @property
    def last_seen(self) -> datetime.date:
        """The day a source was last seen to say it."""
        return max(statement.last_seen for statement in self.statements)


class Organisation(Struct, frozen=True, kw_only=True):
    """Anything that can be a partner, as its sources describe it.

    Where sources differ, each value stands and the one that speaks of the latest date comes
    first. `province`, `place` and `located_through` are worked out, not stated: a unit without
    a place of its own is where the organisation is that it is part of.

    Attributes:
        place_id: where it is, its own place or an inherited one.
        province_id: which of the landscape's provinces that is in.
        located_through: id of the organisation whose place was inherited; None for its own.
    """

    id: str
    kinds: tuple[Sourced[str], ...]
    names: tuple[Sourced[str], ...]
    aliases: tuple[Sourced[str], ...] = ()
    acronyms: tuple[Sourced[str], ...] = ()
    former_names: tuple[Sourced[FormerName], ...] = ()
    summaries: tuple[Sourced[str], ...] = ()
    websites: tuple[Sourced[str], ...] = ()
    contacts: tuple[Sourced[str], ...] = ()
    telephones: tuple[Sourced[str], ...] = ()
    places: tuple[Sourced[str], ...] = ()
    addresses: tuple[Sourced[str], ...] = ()
    coordinates: tuple[Sourced[Coordinates], ...] = ()
    founded: tuple[Sourced[str], ...] = ()
    identifiers: tuple[Sourced[Identifier], ...] = ()
    themes: tuple[Sourced[str], ...] = ()
    offers: tuple[Sourced[Offer], ...] = ()
    figures: tuple[Sourced[Figure], ...] = ()
    relations: tuple[Sourced[Relation], ...] = ()
    statuses: tuple[Sourced[Status], ...] = ()
    milestones: tuple[Sourced[Milestone], ...] = ()
    place_id: str | None = None
    province_id: str | None = None
    located_through: str | None = None

    @property
    def kind(self) -> str:
        """What it is: a term of the kinds vocabulary."""
        return self.kinds[0].value

    def name(self, language: str = "en") -> str:
        """Return its name in `language` where a source gives one, else its first name."""
        named = (n.value for n in self.names if n.language == language)
        return next(named, self.names[0].value)

    @property
    def part_of(self) -> tuple[str, ...]:
        """Ids of the organisations it is part of."""
        return tuple(
            r.value.target for r in self.relations if r.value.type == "part-of" and r.value.target
        )

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles it offers, each once, in the order of its offers."""
        return tuple(dict.fromkeys(offer.value.role for offer in self.offers))

    @property
    def theme_ids(self) -> tuple[str, ...]:
        """The themes of the organisation and of all its offers, each once."""
        of_offers = (theme for offer in self.offers for theme in offer.value.themes)
        return tuple(dict.fromkeys((*of_offers, *(theme.value for theme in self.themes))))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement behind it, each once."""
        sourced = (entry for field in _FIELD_OF.values() for entry in getattr(self, field))
        found = {s.id: s for entry in sourced for s in entry.statements}
        return tuple(found.values())


_FIELD_OF = {
    "kind": "kinds",
    "name": "names",
    "alias": "aliases",
    "acronym": "acronyms",
    "former-name": "former_names",
    "summary": "summaries",
    "website": "websites",
    "contact": "contacts",
    "telephone": "telephones",
    "place": "places",
    "address": "addresses",
    "coordinates": "coordinates",
    "founded": "founded",
    "identifier": "identifiers",
    "theme": "themes",
    "offer": "offers",
    "figure": "figures",
    "relation": "relations",
    "status": "statuses",
    "milestone": "milestones",
}

_SINGLE = frozenset(
    {"kind", "website", "contact", "telephone", "place", "address", "coordinates", "founded"}
)
"""Predicates of which the latest value is the one to show first; the rest keep their order."""


def speaks_of(statement: Statement) -> str:
    """Return the date a statement speaks of, for ordering: as of, published, else retrieved."""
    dated = getattr(statement.value, "as_of", None)
    return dated or statement.citation.published or statement.citation.retrieved.isoformat()


def gather(statements: Iterable[Statement]) -> tuple[Sourced[Any], ...]:
    """Merge statements that say the same; keep the order in which values first came."""
    groups: dict[tuple[Any, str | None], list[Statement]] = {}
    for statement in statements:
        groups.setdefault((statement.value, statement.language), []).append(statement)
    return tuple(
        Sourced(value, language, tuple(sorted(group, key=speaks_of, reverse=True)))
        for (value, language), group in groups.items()
    )


def assemble(
    statements: Iterable[Statement],
    *,
    place_id: str | None = None,
    province_id: str | None = None,
    located_through: str | None = None,
) -> Organisation | None:
    """Put one organisation together from its statements.

    Args:
        statements: all of one subject, in the order their source gave them.
        place_id: where it is (see `Organisation`).
        province_id: the landscape's province of that place.
        located_through: the organisation whose place it inherits.

    Returns:
        The organisation, or None when no statement gives it a kind or a name.
    """
    by_field: dict[str, list[Statement]] = {}
    subject = ""
    for statement in statements:
        by_field.setdefault(_FIELD_OF[statement.predicate], []).append(statement)
        subject = statement.subject
    if "kinds" not in by_field or "names" not in by_field:
        return None
    for predicate in _SINGLE:
        field = _FIELD_OF[predicate]
        if field in by_field:
            by_field[field].sort(key=speaks_of, reverse=True)
    return Organisation(
        id=subject_id(subject),
        place_id=place_id,
        province_id=province_id,
        located_through=located_through,
        **{field: gather(group) for field, group in by_field.items()},
    )
