"""The guide format: what each file of a landscape's ``guide`` folder may hold.

The structs below are the format. The JSON Schema is generated from them (`schema`) and the reader
converts with them; the page for people is ``docs/guide.md``.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from baken.landscape.format import Name, Slug, Span, Url
from baken.model import PartialDate

from .facts import FactKind
from .wording import Text

Short = Annotated[str, Meta(min_length=1, max_length=160, description="at most 160 characters")]
Long = Annotated[str, Meta(min_length=1, max_length=900, description="at most 900 characters")]
Amount = Annotated[float, Meta(ge=0, description="a number, without separators")]
Bound = Annotated[float, Meta(description="a number, without separators")]
Unit = Literal["percent", "points", "EUR", "days", "weeks", "months", "quarters", "years"]

MeasureKind = Literal[
    "grant", "loan", "equity", "tax", "payroll-tax", "social-security", "investor", "service"
]
Level = Literal["flanders", "belgium", "europe"]
Award = Literal["by-right", "on-request", "assessed", "competitive"]
Copy = Literal["live", "stored"]


def _kebab(name: str) -> str:
    """Return the key of a field; `is_`, `in_` and their like end in a bar in Python only."""
    return name.rstrip("_").replace("_", "-")


class Full(Text, frozen=True, kw_only=True, omit_defaults=True):
    """A short text in all four languages."""

    en: Short
    nl: Short
    fr: Short
    de: Short


class Line(Text, frozen=True, kw_only=True, omit_defaults=True):
    """A short text in English and Dutch, in French and German too where it can be had."""

    en: Short
    nl: Short
    fr: Short | None = None
    de: Short | None = None


class Paragraph(Text, frozen=True, kw_only=True, omit_defaults=True):
    """A paragraph in English and Dutch, in French and German too where it can be had."""

    en: Long
    nl: Long
    fr: Long | None = None
    de: Long | None = None


class Sourced(Struct, kw_only=True, rename=_kebab):
    """What a whole record has: its sources, and the date that its figures hold for."""

    sources: list[Slug | CiteEntry]
    as_of: PartialDate


class CiteEntry(Struct, kw_only=True, rename=_kebab):
    """A source of ``sources.yaml`` and the few exact words that carry the fact."""

    source: Slug
    span: Span | None = None


class GuideFile(Struct, kw_only=True, rename=_kebab):
    """``guide.yaml``: the guide as a whole."""

    title: Full
    intro: Paragraph
    as_of: PartialDate


class SourceEntry(Struct, kw_only=True, rename=_kebab):
    """A public document; `copy` says whether it was read on line or in a stored copy of it."""

    publisher: Name
    title: Name
    url: Url
    retrieved: datetime.date
    copy: Copy = "live"
    published: PartialDate | None = None


class BodyEntry(Struct, kw_only=True, rename=_kebab):
    """Who decides: an organisation of the landscape where it is one, a name and a site always."""

    name: Full
    site: Url
    organisation: Slug | None = None


class ChoiceEntry(Struct, kw_only=True, rename=_kebab):
    """A possible answer, labelled as it stands in the middle of a sentence."""

    label: Full
    note: Paragraph | None = None
    implies: dict[Slug, Slug] = {}


class FactEntry(Struct, kw_only=True, rename=_kebab):
    """Something that rules may ask of a company."""

    kind: FactKind
    label: Full
    question: Full
    note: Paragraph | None = None
    choices: dict[Slug, ChoiceEntry] = {}
    says: dict[Slug, Full] = {}
    unit: Literal["percent", "EUR", "years", "fte"] | None = None


class RuleEntry(Struct, kw_only=True, rename=_kebab):
    """A rule: one comparison of a fact, or all, any or not."""

    fact: Slug | None = None
    is_: Slug | None = None
    in_: list[Slug] | None = None
    has_: Slug | None = None
    has_any: list[Slug] | None = None
    at_least: Bound | None = None
    at_most: Bound | None = None
    more_than: Bound | None = None
    less_than: Bound | None = None
    all_: list[RuleEntry] | None = None
    any_: list[RuleEntry] | None = None
    not_: RuleEntry | None = None


class ConditionEntry(RuleEntry, kw_only=True, rename=_kebab):
    """A rule that has to hold, with its own words and source where those are better."""

    says: Full | None = None
    source: Slug | None = None
    span: Span | None = None


class AmountEntry(Struct, kw_only=True, rename=_kebab):
    """A figure: exactly one of exactly, at-least, at-most and about, and its unit."""

    what: Line
    unit: Unit
    exactly: Amount | None = None
    at_least: Amount | None = None
    at_most: Amount | None = None
    about: Amount | None = None
    when: RuleEntry | None = None
    as_of: PartialDate | None = None
    source: Slug | None = None
    span: Span | None = None


class LegalEntry(Struct, kw_only=True, rename=_kebab):
    """An act, decree or regulation."""

    title: Line
    url: Url | None = None


class MeasureEntry(Sourced, kw_only=True, rename=_kebab):
    """An incentive or tax measure; its file's name is its id."""

    name: Full
    summary: Full
    text: Paragraph
    kind: MeasureKind
    level: Level
    award: Award
    body: Slug
    how: Paragraph
    conditions: list[ConditionEntry]
    gives: list[AmountEntry] = []
    amount_not_confirmed: bool = False
    beyond: list[Line] = []
    legal_basis: list[LegalEntry] = []
    caution: Paragraph | None = None


class StepEntry(Sourced, kw_only=True, rename=_kebab):
    """A step of setting up, what it follows, how long it takes and what it costs."""

    title: Full
    what: Paragraph
    who: Line
    body: Slug | None = None
    after: list[Slug] = []
    takes: list[AmountEntry] = []
    costs: list[AmountEntry] = []
    conditions: list[ConditionEntry] = []


class SectionEntry(Sourced, kw_only=True, rename=_kebab):
    """A chapter of the tax system explained."""

    title: Full
    summary: Full
    text: list[Paragraph]
    figures: list[AmountEntry] = []
    measures: list[Slug] = []


class StageEntry(Struct, kw_only=True, rename=_kebab):
    """One stage of a regulatory path."""

    title: Full
    what: Paragraph
    body: Slug
    takes: list[AmountEntry] = []
    costs: list[AmountEntry] = []
    sources: list[Slug | CiteEntry] = []


class PathEntry(Sourced, kw_only=True, rename=_kebab):
    """A regulatory path: for whom, and its stages in order."""

    title: Full
    summary: Full
    conditions: list[ConditionEntry]
    stages: list[StageEntry]
    legal_basis: list[LegalEntry] = []
