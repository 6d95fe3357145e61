"""How the fields of an organisation's file and statements turn into each other.

One line a field, both directions side by side: `read` follows the table one way, `write` the
other, so neither can know a field that the other forgets.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct

from baken.model import (
    Coordinates,
    Figure,
    FormerName,
    Identifier,
    Language,
    Milestone,
    Offer,
    Relation,
    Statement,
    Status,
    Translations,
    Value,
)

from .document import Trail
from .format import (
    CoordinatesEntry,
    DateEntry,
    Entry,
    FigureEntry,
    MilestoneEntry,
    NameEntry,
    OfferEntry,
    RelationEntry,
    SlugEntry,
    StatusEntry,
    SummaryEntry,
    TelephoneEntry,
    TextEntry,
    UrlEntry,
    Wordings,
)


class Shape(enum.Enum):
    """How a field lays its entries out."""

    ONE = "one entry, or a list when sources differ"
    LIST = "a list of entries"
    KEYED = "a mapping from a key to one entry or a list"


class Field(Struct, frozen=True):
    """One field of an organisation's file.

    Attributes:
        key: as written in YAML.
        predicate: of the statements it makes.
        shape: how entries are laid out.
        entry: the struct of the long form; its short form is the bare `value`, if it has one.
        value: makes the statement's value of an entry and its key ("" unless keyed).
        entry_fields: gives an entry's own fields of a statement's value.
        keyed_by: gives the key of a statement's value, for keyed fields.
        language: of entries that name none; None where language plays no part.
    """

    key: str
    predicate: str
    shape: Shape
    entry: type[Entry]
    value: Callable[[Any, str], Value] = lambda entry, _: str(entry.value)
    entry_fields: Callable[[Any], dict[str, Any]] = lambda value: {"value": value}
    keyed_by: Callable[[Any], str] = lambda _: ""
    language: Language | None = None

    def layout(self, data: Any) -> Iterator[tuple[Trail, str, Any]]:
        """Yield the trail below the document, the key and the raw data of each entry."""
        here: Trail = (self.key,)
        if self.shape is Shape.KEYED and isinstance(data, dict):
            for key, value in data.items():
                for trail, raw in _listed((*here, key), value):
                    yield trail, key, raw
        else:
            for trail, raw in _listed(here, data):
                yield trail, "", raw


def _listed(trail: Trail, data: Any) -> Iterator[tuple[Trail, Any]]:
    if isinstance(data, list):
        yield from (((*trail, i), raw) for i, raw in enumerate(data))
    else:
        yield trail, data


QUALIFIERS: Final = {"exactly": "exactly", "at-least": "at_least", "about": "about"}
RELATION_FIELDS: Final = tuple(
    name
    for name in RelationEntry.__struct_fields__
    if name not in (*Entry.__struct_fields__, "since", "until")
)


def _figure(entry: FigureEntry, metric: str) -> Figure:
    given = [(q, n) for q, name in QUALIFIERS.items() if (n := getattr(entry, name)) is not None]
    if len(given) != 1:
        raise ValueError("Give the number once, as exactly:, at-least: or about:.")
    qualifier, number = given[0]
    return Figure(metric, number, qualifier, entry.as_of, entry.unit)  # type: ignore[arg-type]


def _figure_fields(figure: Figure) -> dict[str, Any]:
    return {
        QUALIFIERS[figure.qualifier]: figure.value,
        "as_of": figure.as_of,
        "unit": figure.unit,
    }


def _offer(entry: OfferEntry, _: str) -> Offer:
    themes = tuple(entry.themes)
    if isinstance(entry.text, str):
        return Offer(entry.role, entry.text, themes)
    if entry.lang is not None:
        raise ValueError("A text in several languages names each of them; take `lang:` out.")
    translations = Translations(entry.text.nl, entry.text.fr, entry.text.de)
    is_translated = translations != Translations()
    return Offer(entry.role, entry.text.en, themes, translations if is_translated else None)


def _offer_fields(offer: Offer) -> dict[str, Any]:
    text: str | Wordings = offer.text
    if offer.translations is not None:
        text = Wordings(en=offer.text, **dict(offer.translations.items()))
    return {"role": offer.role, "themes": list(offer.themes), "text": text}


def _relation(entry: RelationEntry, _: str) -> Relation:
    given = [(name, to) for name in RELATION_FIELDS if (to := getattr(entry, name)) is not None]
    if len(given) != 1:
        raise ValueError("Give one relation an entry, such as `part-of: imec`.")
    name, target = given[0]
    type_ = name.replace("_", "-")
    if isinstance(target, str):
        return Relation(type_, target, None, entry.since, entry.until)
    return Relation(type_, None, target.name, entry.since, entry.until)


def _relation_fields(relation: Relation) -> dict[str, Any]:
    target = relation.target if relation.target is not None else {"name": relation.name}
    return {
        relation.type.replace("-", "_"): target,
        "since": relation.since,
        "until": relation.until,
    }


FIELDS: Final[tuple[Field, ...]] = (
    # key, predicate, shape, long form, value of entry, entry of value
    Field("kind", "kind", Shape.ONE, SlugEntry),
    Field("names", "name", Shape.LIST, NameEntry, language="en"),
    Field("acronyms", "acronym", Shape.LIST, NameEntry),
    Field("aliases", "alias", Shape.LIST, NameEntry),
    Field(
        "former-names",
        "former-name",
        Shape.LIST,
        NameEntry,
        lambda entry, _: FormerName(entry.value, entry.until),
        lambda former: {"value": former.text, "until": former.until},
    ),
    Field("summary", "summary", Shape.ONE, SummaryEntry, language="en"),
    Field("website", "website", Shape.ONE, UrlEntry),
    Field("contact", "contact", Shape.ONE, UrlEntry),
    Field("telephone", "telephone", Shape.ONE, TelephoneEntry),
    Field("place", "place", Shape.ONE, SlugEntry),
    Field("address", "address", Shape.ONE, TextEntry),
    Field(
        "coordinates",
        "coordinates",
        Shape.ONE,
        CoordinatesEntry,
        lambda entry, _: Coordinates(entry.lat, entry.lon, entry.precision),
        lambda point: {"lat": point.lat, "lon": point.lon, "precision": point.precision},
    ),
    Field("founded", "founded", Shape.ONE, DateEntry),
    Field(
        "identifiers",
        "identifier",
        Shape.KEYED,
        TextEntry,
        lambda entry, scheme: Identifier(scheme, entry.value),
        lambda identifier: {"value": identifier.value},
        lambda identifier: str(identifier.scheme),
    ),
    Field("themes", "theme", Shape.LIST, SlugEntry),
    Field(
        "offers",
        "offer",
        Shape.LIST,
        OfferEntry,
        _offer,
        _offer_fields,
        language="en",
    ),
    Field(
        "figures",
        "figure",
        Shape.KEYED,
        FigureEntry,
        _figure,
        _figure_fields,
        lambda figure: str(figure.metric),
    ),
    Field("relations", "relation", Shape.LIST, RelationEntry, _relation, _relation_fields),
    Field(
        "status",
        "status",
        Shape.ONE,
        StatusEntry,
        lambda entry, _: Status(entry.value, entry.as_of, entry.note),
        lambda status: {"value": status.status, "as_of": status.as_of, "note": status.note},
    ),
    Field(
        "milestones",
        "milestone",
        Shape.LIST,
        MilestoneEntry,
        lambda entry, _: Milestone(entry.text, entry.certainty, entry.by, entry.on),
        lambda said: {
            "text": said.text,
            "certainty": said.certainty,
            "by": said.by,
            "on": said.on,
        },
        language="en",
    ),
)

REQUIRED: Final = ("kind", "names")
"""What every organisation must say of itself."""

PLACE_FIELDS: Final = tuple(field for field in FIELDS if field.key in ("coordinates", "figures"))


def is_short(field: Field) -> bool:
    """Return whether an entry of the field may be written as its bare value."""
    return "value" in field.entry.__struct_fields__ and field.key != "status"


def language_of(field: Field, entry: Entry) -> Language | None:
    """Return the language of an entry's text: its own, else the field's."""
    own: Language | None = getattr(entry, "lang", None)
    return own or field.language


def entry_of(field: Field, statement: Statement, source: str | None) -> Entry:
    """Return the file entry that says what a statement says.

    Args:
        field: of the statement's predicate.
        statement: what to write.
        source: the source to name; None when it is the file's default.
    """
    content = field.entry_fields(statement.value)
    if statement.language != field.language:
        content["lang"] = statement.language
    return field.entry(
        source=source,
        span=statement.citation.span,
        visibility=statement.visibility.value,
        **content,
    )
