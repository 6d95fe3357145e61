"""From rows to statements."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from baken.model import Audience, Citation, Landscape, Statement, Value, Visibility

from .database import Row, Session

PAGE = 500
"""How many subjects are read at a time: enough to forget the cost of a query, few in memory."""

_DECODE_VALUE = msgspec.json.Decoder(Value).decode
_DECODE_LANDSCAPE = msgspec.json.Decoder(Landscape).decode
_VISIBILITY = {visibility.value: visibility for visibility in Visibility}


def statements_of(
    session: Session, subjects: Sequence[str], audience: Audience, *, history: bool = False
) -> dict[str, list[Statement]]:
    """Return what is said of each of these subjects, in the order their source gave it."""
    rows = session.select(
        "statements_of", subjects=subjects, audience=audience.value, history=history
    )
    return by_subject(statements_from(rows))


def some_statements_of(
    session: Session, subjects: Sequence[str], predicates: Sequence[str], audience: Audience
) -> dict[str, list[Statement]]:
    """Return what these predicates say of each of these subjects, and stands."""
    rows = session.select(
        "some_statements_of", subjects=subjects, predicates=predicates, audience=audience.value
    )
    return by_subject(statements_from(rows))


def subject_pages(
    session: Session, audience: Audience, *, history: bool = False
) -> Iterator[list[str]]:
    """Yield every subject of which something is said, in order and a page at a time."""
    after = ""
    while True:
        rows = session.select(
            "subjects_after", after=after, audience=audience.value, history=history, limit=PAGE
        )
        if not rows:
            return
        page = [subject for (subject,) in rows]
        yield page
        after = page[-1]


def statements_from(rows: Iterable[Row]) -> list[Statement]:
    """Make statements of rows of ``statement_columns``; a repeated id becomes one statement."""
    found: dict[str, Statement] = {}
    for row in rows:
        statement = _statement(row)
        twin = found.get(statement.id)
        found[statement.id] = statement if twin is None else _merged(twin, statement)
    return list(found.values())


def by_subject(statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    """Group statements by what they are about."""
    groups: dict[str, list[Statement]] = {}
    for statement in statements:
        groups.setdefault(statement.subject, []).append(statement)
    return groups


def stored_landscape(session: Session) -> Landscape | None:
    """Return the landscape's description, or None when none was loaded."""
    rows = session.select("landscape")
    return _DECODE_LANDSCAPE(rows[0][0]) if rows else None


def _statement(row: Row) -> Statement:
    (
        statement_id, subject, predicate, value, language, publisher, url, retrieved, title,
        published, licence, span, first_seen, last_seen, visibility, retired,
    ) = row  # fmt: skip
    day = datetime.date.fromisoformat
    return Statement(
        id=statement_id,
        subject=subject,
        predicate=predicate,
        value=_DECODE_VALUE(value),
        citation=Citation(publisher, url, day(retrieved), title, published, licence, span),
        first_seen=day(first_seen),
        last_seen=day(last_seen),
        language=language,
        visibility=_VISIBILITY[visibility],
        retired=None if retired is None else day(retired),
    )


def _merged(first: Statement, other: Statement) -> Statement:
    """Return the one statement that two feeds make; see `Store` for what it is then like."""
    if (first.retired is None) != (other.retired is None):
        return first if first.retired is None else other
    return msgspec.structs.replace(
        first,
        first_seen=min(first.first_seen, other.first_seen),
        last_seen=max(first.last_seen, other.last_seen),
        visibility=(
            first.visibility if first.visibility is Visibility.PUBLIC else other.visibility
        ),
        retired=first.retired and other.retired and max(first.retired, other.retired),
    )
