"""Statements: the one atomic form in which Baken knows anything.

A statement says one thing about one subject and carries who said it. Nothing in Baken edits a
statement; a source that says something new adds one, a source that stops saying it retires it.
(The idea is OpenSanctions' statement model; provenance terms follow W3C PROV-O.)
"""

from __future__ import annotations

import datetime
import enum
from hashlib import blake2b

import msgspec
from msgspec import Struct

from .values import PartialDate, Value


class Visibility(enum.Enum):
    """Who may see a statement."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Audience(enum.Enum):
    """Who is looking: the public sees public statements, the agency sees all."""

    PUBLIC = "public"
    AGENCY = "agency"


class Citation(Struct, frozen=True, omit_defaults=True):
    """Who says so, and where one can check it.

    Attributes:
        publisher: the body that stands behind the document.
        url: where the document is.
        retrieved: the day it was last read.
        title: the document's title.
        published: the date the document itself bears; None when it bears none.
        licence: SPDX id or a short sentence; None when the document states none.
        span: the few exact words that carry the value, when worth quoting.
    """

    publisher: str
    url: str
    retrieved: datetime.date
    title: str | None = None
    published: PartialDate | None = None
    licence: str | None = None
    span: str | None = None


class Statement(Struct, frozen=True, omit_defaults=True):
    """One claim.

    Attributes:
        id: hash of what is claimed, about whom, and by which document (see `statement_id`).
        subject: path of what it is about, as on the site: ``organisations/imec``.
        predicate: a key of `predicates.PREDICATES`.
        value: what is claimed.
        citation: who says so.
        first_seen: the day the source was first seen to say it.
        last_seen: the day it was last seen to say it.
        language: of a text value; None where language plays no part.
        visibility: who may see it.
        retired: the day the source was first seen not to say it any more; None while it stands.
    """

    id: str
    subject: str
    predicate: str
    value: Value
    citation: Citation
    first_seen: datetime.date
    last_seen: datetime.date
    language: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    retired: datetime.date | None = None


_CANONICAL = msgspec.json.Encoder(order="deterministic")


def statement_id(
    subject: str, predicate: str, value: Value, language: str | None, citation: Citation
) -> str:
    """Return the 20-character content hash that identifies a claim.

    The document counts by publisher and URL only: reading the same page again a year later, or
    quoting another span of it, is the same statement seen again.
    """
    content = _CANONICAL.encode(
        (subject, predicate, value, language, citation.publisher, citation.url)
    )
    return blake2b(content, digest_size=10).hexdigest()


def state(
    subject: str,
    predicate: str,
    value: Value,
    citation: Citation,
    *,
    language: str | None = None,
    visibility: Visibility = Visibility.PUBLIC,
) -> Statement:
    """Make the statement that `citation` says `value` of `subject`, seen on the day it was read."""
    return Statement(
        id=statement_id(subject, predicate, value, language, citation),
        subject=subject,
        predicate=predicate,
        value=value,
        citation=citation,
        first_seen=citation.retrieved,
        last_seen=citation.retrieved,
        language=language,
        visibility=visibility,
    )


def organisation_subject(organisation_id: str) -> str:
    """Return the subject path of an organisation."""
    return f"organisations/{organisation_id}"


def place_subject(place_id: str) -> str:
    """Return the subject path of a place."""
    return f"places/{place_id}"


def subject_id(subject: str) -> str:
    """Return the bare id of a subject path: ``imec`` of ``organisations/imec``."""
    return subject.partition("/")[2]
