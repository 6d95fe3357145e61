"""Replacing what one feed says.

Statements are read in chunks, staged in temporary tables and merged from there, so that memory
does not grow with their number. What the feed did not say this time still carries the number of
an older sync, and is retired at the end.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Final

import msgspec

from baken.model import Citation, Statement, terms_of

from .database import Row, Session
from .protocol import SyncReport

_CHUNK: Final = 5_000
"""Statements merged at a time: a few megabytes, beside which the queries for them cost nothing."""

_ENCODE = msgspec.json.Encoder().encode


def replace_feed(
    session: Session,
    source: str,
    statements: Iterable[Statement],
    *,
    on: datetime.date,
    fingerprint: str | None,
    progress: Callable[[int], None] | None,
) -> SyncReport:
    """Make `source` say exactly `statements`; see `Store.sync`."""
    session.execute("enrol_feed", name=source)
    feed = session.select("feed_number", name=source)[0][0]
    sync = session.select("revision")[0][0] + 1
    added = kept = returned = read = 0
    remaining = iter(statements)
    while chunk := list(islice(remaining, _CHUNK)):
        _stage(session, chunk, first_position=read)
        staged, known, gone, repeated = session.select("count_staged", feed=feed, sync=sync)[0]
        added += staged - known
        kept += known - gone - repeated
        returned += gone
        session.execute("merge_documents")
        session.execute("merge_statements", feed=feed, sync=sync)
        session.execute("merge_terms", feed=feed)
        read += len(chunk)
        if progress is not None:
            progress(read)
    day = on.isoformat()
    retired = session.execute("retire_unsaid", feed=feed, sync=sync, on=day)
    session.execute("set_fingerprint", feed=feed, fingerprint=fingerprint)
    report = SyncReport(added=added, kept=kept, retired=retired, returned=returned)
    session.execute("log_sync", feed=feed, sync=sync, on=day, **msgspec.structs.asdict(report))
    return report


def _stage(session: Session, chunk: Sequence[Statement], *, first_position: int) -> None:
    """Put a chunk into the staging tables; of an id that stands twice in it, the first counts."""
    documents: dict[str, Row] = {}
    rows: dict[str, Row] = {}
    terms: list[Row] = []
    for position, statement in enumerate(chunk, start=first_position):
        if statement.id in rows:
            continue
        citation = statement.citation
        document = _document_id(citation)
        documents[document] = (
            document, citation.publisher, citation.url, citation.title, citation.published,
            citation.licence,
        )  # fmt: skip
        rows[statement.id] = (
            position, statement.id, statement.subject, statement.predicate,
            _ENCODE(statement.value).decode(), statement.language, document,
            citation.retrieved.isoformat(), citation.span, statement.visibility.value,
            statement.first_seen.isoformat(), statement.last_seen.isoformat(),
        )  # fmt: skip
        for scheme, term in terms_of(statement.predicate, statement.value):
            terms.append((statement.id, scheme, term))
    for what, staged in (
        ("documents", documents.values()),
        ("statements", rows.values()),
        ("terms", terms),
    ):
        session.execute(f"clear_{what}")
        session.load(f"load_{what}", staged)


def _document_id(citation: Citation) -> str:
    """Return a hash of what a citation shares with others from the same document."""
    shared = (
        citation.publisher, citation.url, citation.title, citation.published, citation.licence,
    )  # fmt: skip
    return blake2b(_ENCODE(shared), digest_size=10).hexdigest()
