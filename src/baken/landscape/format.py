"""The landscape format: what each file may hold.

The structs below are the format, with `fields.FIELDS` for how an organisation's file lays them out.
The JSON Schema is generated from them (`schema`), the reader converts with them, the writer fills
them; the guide for people is ``docs/landscape-format.md``.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from baken.model import Example, Labels, Language, PartialDate
from baken.model.values import Certainty, Precision, StatusName
from baken.model.vocabulary import PlaceKind

Url = Annotated[
    str,
    Meta(
        pattern=r"^https?://[^\s/?#]+\.[^\s/?#.]{2,}(?::\d+)?(?:[/?#]\S*)?$",
        description="a web address that starts with https:// or http://",
    ),
]
UrlTemplate = Annotated[
    str,
    Meta(pattern=r"^https?://\S+$", description="a web address; {} is filled by `source: key:…`"),
]
Slug = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=80,
        description="lower-case letters, digits and single hyphens",
    ),
]
Telephone = Annotated[
    str,
    Meta(
        pattern=r"^\+[1-9][0-9]{0,2}( [0-9]{1,4}){2,5}$",
        description="a number as dialled from abroad, such as +32 2 123 45 67",
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=200, description="at most 200 characters")]
Sentence = Annotated[str, Meta(min_length=1, max_length=300, description="at most 300 characters")]
Summary = Annotated[str, Meta(min_length=1, max_length=400, description="at most 400 characters")]
Span = Annotated[str, Meta(min_length=1, max_length=120, description="at most 120 characters")]
Number = Annotated[float, Meta(ge=0, description="a number, without separators")]
Latitude = Annotated[float, Meta(ge=-90, le=90, description="degrees between -90 and 90")]
Longitude = Annotated[float, Meta(ge=-180, le=180, description="degrees between -180 and 180")]


class Entry(Struct, kw_only=True, rename="kebab", omit_defaults=True):
    """Anything that somebody says: a base for the long forms."""

    source: str | None = None
    span: Span | None = None
    visibility: Literal["public", "internal"] = "public"


class NameEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """A name and its language."""

    value: Name
    lang: Language | None = None
    until: PartialDate | None = None


class SummaryEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """One or two plain sentences about the organisation."""

    value: Summary
    lang: Language | None = None


class SlugEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """A term or an id."""

    value: Slug


class UrlEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """A web address."""

    value: Url


class TelephoneEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """The telephone number of an organisation, never of a person."""

    value: Telephone


class TextEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """A short text, such as an address or an identifier."""

    value: Name


class DateEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """A day, month or year."""

    value: PartialDate


class CoordinatesEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """Degrees in WGS 84 and what the point stands for."""

    lat: Latitude
    lon: Longitude
    precision: Precision


class Wordings(Struct, kw_only=True, omit_defaults=True):
    """A sentence in English, and the editors' translations of it."""

    en: Sentence
    nl: Sentence | None = None
    fr: Sentence | None = None
    de: Sentence | None = None


class OfferEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """What it can do for someone, in one sentence or in the same one in several languages."""

    role: Slug
    text: Sentence | Wordings
    themes: list[Slug] = []
    lang: Language | None = None


class FigureEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """A number with exactly one qualifier, and the date it speaks of."""

    as_of: PartialDate
    exactly: Number | None = None
    at_least: Number | None = None
    about: Number | None = None
    unit: str | None = None


class Target(Struct, kw_only=True):
    """An organisation that has no file here."""

    name: Name


class RelationEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """A relation to another organisation: exactly one type, with an id or a name.

    The relation's type is the key, so its fields are the terms of the relations vocabulary;
    a test holds the two together.
    """

    part_of: Slug | Target | None = None
    member_of: Slug | Target | None = None
    located_at: Slug | Target | None = None
    supported_by: Slug | Target | None = None
    works_with: Slug | Target | None = None
    founded_by: Slug | Target | None = None
    hosts: Slug | Target | None = None
    operates: Slug | Target | None = None
    formerly: Slug | Target | None = None
    merged_from: Slug | Target | None = None
    since: PartialDate | None = None
    until: PartialDate | None = None


class StatusEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """What state it is said to be in, and when that was said."""

    value: StatusName
    as_of: PartialDate
    note: Sentence | None = None


class MilestoneEntry(Entry, kw_only=True, rename="kebab", omit_defaults=True):
    """Something a source dates or hedges."""

    text: Sentence
    certainty: Certainty
    by: PartialDate | None = None
    on: PartialDate | None = None
    lang: Language | None = None


class SourceEntry(Struct, kw_only=True, rename="kebab", omit_defaults=True):
    """A citation that values name by its key."""

    publisher: Name
    url: UrlTemplate
    retrieved: datetime.date
    title: Name | None = None
    published: PartialDate | None = None
    licence: Name | None = None


class ThemeEntry(Struct, kw_only=True, rename="kebab", omit_defaults=True):
    """A theme of ``themes.yaml``: a label in every language, and the words people use."""

    label: Labels
    synonyms: dict[Language, list[Name]] = {}
    broader: list[Slug] = []
    related: list[Slug] = []
    maps_to: list[str] = []


class PlaceEntry(Struct, kw_only=True, rename="kebab", omit_defaults=True):
    """A place of ``places.yaml``, with figures if a source gives any."""

    kind: PlaceKind
    label: Labels
    within: Slug | None = None
    aliases: list[Name] = []
    codes: dict[str, str] = {}
    source: str | None = None
    coordinates: CoordinatesEntry | UnsetType = UNSET
    figures: dict[Slug, FigureEntry | list[FigureEntry]] = {}


class LandscapeFile(Struct, kw_only=True, rename="kebab", omit_defaults=True):
    """``landscape.yaml``: the landscape as a whole."""

    id: Slug
    version: str
    title: Labels
    region: Labels
    question: Labels
    licence: str
    provinces: list[Slug]
    examples: list[Example] = []
