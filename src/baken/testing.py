"""Factories for tests: a small landscape, and statements of which a test names only what matters.

store.sync("feed", describe("imec", kind="research-centre", place="leuven"), on=DAY)
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Final

from baken.landscape import vocabulary
from baken.model import (
    Citation,
    Example,
    Landscape,
    Language,
    Offer,
    Place,
    Relation,
    Statement,
    Theme,
    Value,
    Visibility,
    organisation_subject,
    state,
)
from baken.model.vocabulary import PlaceKind

DAY: Final = datetime.date(2026, 11, 22)
"""The day on which the factories' sources were read, unless a test says otherwise."""


def make_citation(
    publisher: str = "Example Register",
    *,
    url: str | None = None,
    retrieved: datetime.date = DAY,
    title: str | None = None,
    published: str | None = None,
    licence: str | None = None,
    span: str | None = None,
) -> Citation:
    """Make a citation; its address follows from its publisher when none is given."""
    address = url or f"https://{publisher.casefold().replace(' ', '-')}.example.org"
    return Citation(publisher, address, retrieved, title, published, licence, span)


def make_statement(
    organisation_id: str,
    predicate: str,
    value: Value,
    *,
    citation: Citation | None = None,
    language: Language | None = None,
    visibility: Visibility = Visibility.PUBLIC,
) -> Statement:
    """Make a statement about an organisation."""
    return state(
        organisation_subject(organisation_id),
        predicate,
        value,
        citation or make_citation(),
        language=language,
        visibility=visibility,
    )


def describe(
    organisation_id: str,
    *,
    name: str | None = None,
    kind: str | None = "research-centre",
    place: str | None = None,
    themes: Iterable[str] = (),
    roles: Iterable[str] = (),
    part_of: str | None = None,
    located_at: str | None = None,
    citation: Citation | None = None,
    visibility: Visibility = Visibility.PUBLIC,
) -> Iterator[Statement]:
    """Yield the statements of one organisation.

    Args:
        organisation_id: its id.
        name: in English; the id when None.
        kind: what it is; None leaves it out, and then it is no organisation.
        place: its own place.
        themes: theme ids of the organisation itself.
        roles: one offer each, without themes.
        part_of: id of what it is part of.
        located_at: id of what it is located at.
        citation: who says all this.
        visibility: who may see it.
    """

    def said(predicate: str, value: Value, language: Language | None = None) -> Statement:
        return make_statement(
            organisation_id,
            predicate,
            value,
            citation=citation,
            language=language,
            visibility=visibility,
        )

    if kind is not None:
        yield said("kind", kind)
    yield said("name", organisation_id if name is None else name, "en")
    if place is not None:
        yield said("place", place)
    for theme in themes:
        yield said("theme", theme)
    for role in roles:
        yield said("offer", Offer(role, f"Offers {role}."))
    for relation, target in (("part-of", part_of), ("located-at", located_at)):
        if target is not None:
            yield said("relation", Relation(relation, target))


def make_landscape() -> Landscape:
    """Make a landscape of two provinces, four municipalities and three themes.

    Leuven and Tienen are in ``flemish-brabant``, Ghent is in ``east-flanders``; Liège is in
    neither province.
    """

    def place(place_id: str, name: str, kind: PlaceKind, within: str | None) -> Place:
        return Place(id=place_id, label={"en": name}, kind=kind, within=within)

    places = (
        place("belgium", "Belgium", "country", None),
        place("flemish-brabant", "Flemish Brabant", "province", "belgium"),
        place("east-flanders", "East Flanders", "province", "belgium"),
        place("leuven", "Leuven", "municipality", "flemish-brabant"),
        place("tienen", "Tienen", "municipality", "flemish-brabant"),
        place("ghent", "Ghent", "municipality", "east-flanders"),
        place("liege", "Liège", "municipality", "belgium"),
    )
    themes = (
        Theme(id="oncology", label={"en": "Oncology", "nl": "Oncologie"}),
        Theme(id="biobanking", label={"en": "Biobanking"}),
        Theme(id="digital-health", label={"en": "Digital health"}),
    )
    return Landscape(
        id="example",
        version="1",
        title={"en": "An example landscape"},
        region={"en": "Example"},
        question={"en": "Who can help?"},
        licence="CC0-1.0",
        provinces=("flemish-brabant", "east-flanders"),
        examples=(Example("en", "a biobank in Leuven"),),
        vocabulary=vocabulary(),
        themes={theme.id: theme for theme in themes},
        places={one.id: one for one in places},
    )
