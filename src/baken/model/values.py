"""The values a statement can hold.

Each is a frozen struct with a short tag, so that a value is one self-describing piece of JSON
wherever it travels: the store, the API, a dump.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

PartialDate = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$",
        description="a date such as 2026-11-22, 2026-11 or 2026",
    ),
]
"""A day, a month or a year in ISO 8601: ``2026-11-22``, ``2026-11`` or ``2026``."""

Language = Literal["en", "nl", "fr", "de"]
"""The languages that Baken speaks (ISO 639-1)."""

LANGUAGES: tuple[Language, ...] = ("en", "nl", "fr", "de")

EARTH_RADIUS_KM: Final = 6371.0

Qualifier = Literal["exactly", "at-least", "about"]
StatusName = Literal["active", "planned", "under-construction", "renamed", "merged", "closed"]
Precision = Literal["building", "site", "street", "postcode", "municipality"]
Certainty = Literal["announced", "happened"]


class Figure(Struct, frozen=True, tag_field="is", tag="figure", omit_defaults=True):
    """A measured fact.

    Attributes:
        metric: a term of the metrics vocabulary, which also names the unit.
        value: the number as the source gives it.
        qualifier: ``at-least`` for "more than 4,000" and "4,000+", ``about`` for a rounded or
            hedged number, ``exactly`` for a number given without a hedge.
        as_of: what the figure speaks of; for an undated page, the day it was read.
        unit: only for a metric with more than one unit.
    """

    metric: str
    value: float
    qualifier: Qualifier
    as_of: PartialDate
    unit: str | None = None

    def __str__(self) -> str:
        number = f"{self.value:,.0f}" if self.value == int(self.value) else f"{self.value:,}"
        return {"at-least": f"{number}+", "about": f"about {number}", "exactly": number}[
            self.qualifier
        ]


class Translations(Struct, frozen=True, omit_defaults=True):
    """The same sentence in other languages, by the landscape's editors.

    The source of an offer is cited for what it says, not for these words.
    """

    nl: str | None = None
    fr: str | None = None
    de: str | None = None

    def items(self) -> Iterator[tuple[Language, str]]:
        """Yield the languages there are, with the sentence in each."""
        given: tuple[tuple[Language, str | None], ...] = (
            ("nl", self.nl),
            ("fr", self.fr),
            ("de", self.de),
        )
        yield from ((language, text) for language, text in given if text is not None)


class Offer(Struct, frozen=True, tag_field="is", tag="offer", omit_defaults=True):
    """What an organisation can do for someone: a role, themes and one sentence.

    Attributes:
        role: a term of the roles vocabulary.
        text: the sentence, in the language of the statement.
        themes: theme ids.
        translations: of an English `text`; None when it stands in one language only.
    """

    role: str
    text: str
    themes: tuple[str, ...] = ()
    translations: Translations | None = None

    def wordings(self, language: str | None) -> dict[str, str]:
        """Return the sentence by language, its own first.

        Args:
            language: of `text`, as the statement has it; English when None.
        """
        translated = self.translations.items() if self.translations is not None else ()
        return {language or "en": self.text, **dict(translated)}


class Relation(Struct, frozen=True, tag_field="is", tag="relation", omit_defaults=True):
    """A link to another organisation, read "subject *type* target".

    Attributes:
        type: a term of the relations vocabulary.
        target: id of an organisation of the landscape, or None when only a name is known.
        name: the target's name when it has no id here.
        since: when it began, if the source says.
        until: when it ended, if the source says.
    """

    type: str
    target: str | None = None
    name: str | None = None
    since: PartialDate | None = None
    until: PartialDate | None = None


class Coordinates(Struct, frozen=True, tag_field="is", tag="coordinates"):
    """WGS 84 degrees with an honest precision: what the point stands for."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    precision: Precision

    def distance_km(self, other: Coordinates) -> float:
        """Return the distance as the crow flies, by the haversine formula on a sphere."""
        lat, other_lat = math.radians(self.lat), math.radians(other.lat)
        half = (
            math.sin((other_lat - lat) / 2) ** 2
            + math.cos(lat)
            * math.cos(other_lat)
            * math.sin(math.radians(other.lon - self.lon) / 2) ** 2
        )
        return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


class Identifier(Struct, frozen=True, tag_field="is", tag="identifier"):
    """The organisation's name in another register, such as ``ror`` ``02kcbn207``."""

    scheme: str
    value: str


class FormerName(Struct, frozen=True, tag_field="is", tag="former-name", omit_defaults=True):
    """A name no longer in use, and until when it was."""

    text: str
    until: PartialDate | None = None


class Status(Struct, frozen=True, tag_field="is", tag="status", omit_defaults=True):
    """What state an organisation is said to be in, and when that was said."""

    status: StatusName
    as_of: PartialDate
    note: str | None = None


class Milestone(Struct, frozen=True, tag_field="is", tag="milestone", omit_defaults=True):
    """Something a source dates or hedges: announced by a deadline, or happened on a date."""

    text: str
    certainty: Certainty
    by: PartialDate | None = None
    on: PartialDate | None = None


Value = str | Figure | Offer | Relation | Coordinates | Identifier | FormerName | Status | Milestone
"""What a statement says; a plain string for names, terms, texts, URLs and dates."""
