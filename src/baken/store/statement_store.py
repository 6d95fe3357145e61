"""The store itself: what `protocol.Store` promises, on any `Database`."""

from __future__ import annotations

import datetime
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Final, Self

import msgspec

from baken.errors import NotFoundError, StoreError
from baken.model import (
    Audience,
    Landscape,
    Organisation,
    Statement,
    assemble,
    organisation_subject,
    subject_id,
)
from baken.text.marking import message

from . import deriving, syncing
from .database import Database, Row, Session
from .protocol import Change, Facets, Filter, SyncReport, Totals
from .reading import (
    PAGE,
    some_statements_of,
    statements_from,
    statements_of,
    stored_landscape,
    subject_pages,
)
from .tallies import SCHEME_OF, Tallies

_MOST_KEPT: Final = 2_000
"""Organisations kept put together; one takes about 10 KB."""

_FEW: Final = 5_000
"""So many organisations the database counts fast enough by itself: 2 ms at 132, 15 at 5,000."""

_Key = tuple[str, Audience]


class StatementStore:
    """Statements in a database; see `protocol.Store` for what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._assembled = _Assembled()
        self._tallies: dict[Audience, tuple[int, Tallies]] = {}
        self._tallying = threading.Lock()

    def sync(
        self,
        source: str,
        statements: Iterable[Statement],
        *,
        on: datetime.date,
        landscape: Landscape | None = None,
        fingerprint: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> SyncReport:
        """Make `source` say exactly `statements`, in one transaction."""
        with self._database.writing() as session:
            report = syncing.replace_feed(
                session, source, statements, on=on, fingerprint=fingerprint, progress=progress
            )
            if landscape is not None:
                session.execute("forget_landscape")
                description = msgspec.json.encode(landscape).decode()
                session.execute("describe_landscape", description=description)
            deriving.rebuild(session)
        return report

    def landscape(self) -> Landscape:
        """Return the landscape described by the last sync that gave one."""
        with self._database.reading() as session:
            landscape = stored_landscape(session)
        if landscape is None:
            raise StoreError(f"{self._database.place} holds no landscape; load one into it first.")
        return landscape

    def fingerprint(self, source: str) -> str | None:
        """Return what the last sync of `source` was made from, or None."""
        with self._database.reading() as session:
            rows = session.select("fingerprint", name=source)
        return rows[0][0] if rows else None

    def revision(self) -> int:
        """Return a number that grows with every sync."""
        with self._database.reading() as session:
            return int(session.select("revision")[0][0])

    def statements(
        self,
        subject: str | None = None,
        *,
        audience: Audience = Audience.PUBLIC,
        history: bool = False,
    ) -> Iterator[Statement]:
        """Yield statements of one subject or of all."""
        with self._database.reading() as session:
            pages: Iterable[list[str]] = (
                subject_pages(session, audience, history=history)
                if subject is None
                else [[subject]]
            )
            for page in pages:
                found = statements_of(session, page, audience, history=history)
                for statements in found.values():
                    yield from statements

    def said(
        self, predicate: str, *, audience: Audience = Audience.PUBLIC
    ) -> tuple[Statement, ...]:
        """Return the standing statements of one predicate, by subject."""
        with self._database.reading() as session:
            rows = session.select("said", predicate=predicate, audience=audience.value)
        return tuple(statements_from(rows))

    def by_id(
        self, ids: Iterable[str], *, audience: Audience = Audience.PUBLIC
    ) -> dict[str, Statement]:
        """Return the statements with these ids, retired ones included."""
        with self._database.reading() as session:
            rows = session.select("statements_by_id", ids=list(ids), audience=audience.value)
        return {statement.id: statement for statement in statements_from(rows)}

    def organisation(
        self, organisation_id: str, *, audience: Audience = Audience.PUBLIC
    ) -> Organisation | None:
        """Return one organisation, or None."""
        found = list(self.organisations(ids=[organisation_id], audience=audience))
        return found[0] if found else None

    def organisations(
        self,
        only: Filter = Filter(),  # noqa: B008 (frozen)
        *,
        ids: Sequence[str] | None = None,
        after: str | None = None,
        limit: int | None = None,
        predicates: Sequence[str] | None = None,
        audience: Audience = Audience.PUBLIC,
    ) -> Iterator[Organisation]:
        """Yield organisations ordered by folded name, then id."""
        query, wanted = "organisations_after", _parameters(only, audience)
        if ids is not None:
            query = "organisations_among"
            wanted["subjects"] = [organisation_subject(one) for one in ids]
        with self._database.reading() as session:
            subject, sort_key = _bookmark(session, after, audience)
            remaining = limit
            is_few = ids is None and limit is not None and limit <= PAGE and only != Filter()
            if is_few and limit and (tallies := self._tallies_of(session, audience)):
                # Of a hundred thousand the database would look at all that pass, to sort them.
                query = "organisations_among"
                wanted = _parameters(Filter(), audience)
                wanted["subjects"] = tallies.first(only, subject, limit)
            while remaining is None or remaining > 0:
                size = PAGE if remaining is None else min(PAGE, remaining)
                page = session.select(
                    query, sort_key=sort_key, subject=subject, limit=size, **wanted
                )
                yield from (
                    self._assembled.of(session, page, audience)
                    if predicates is None
                    else _partly_assembled(session, page, predicates, audience)
                )
                if len(page) < size:
                    return
                subject, sort_key = page[-1][:2]
                remaining = None if remaining is None else remaining - size

    def incoming(
        self, organisation_id: str, *, audience: Audience = Audience.PUBLIC
    ) -> tuple[Statement, ...]:
        """Return the relation statements of other organisations whose target is this one."""
        with self._database.reading() as session:
            rows = session.select(
                "incoming",
                target=organisation_id,
                subject=organisation_subject(organisation_id),
                audience=audience.value,
            )
        return tuple(statements_from(rows))

    def names(self, ids: Iterable[str] | None = None) -> dict[str, str]:
        """Return the display name by organisation id, for these ids or for all."""
        public = Audience.PUBLIC.value
        with self._database.reading() as session:
            if ids is None:
                rows = session.select("names", audience=public)
            else:
                subjects = [organisation_subject(one) for one in ids]
                rows = session.select("names_of", audience=public, subjects=subjects)
        return {subject_id(subject): name for subject, name in rows}

    def facets(
        self,
        only: Filter = Filter(),  # noqa: B008 (frozen)
        *,
        audience: Audience = Audience.PUBLIC,
    ) -> Facets:
        """Count organisations by term, each facet under all filters but its own."""
        counts: dict[str, dict[str, int]] = {}
        with self._database.reading() as session:
            if tallies := self._tallies_of(session, audience):
                return tallies.facets(only)
            for field, scheme in SCHEME_OF.items():
                others = msgspec.structs.replace(only, **{field: None})
                counts[field] = dict(
                    session.select("facet_counts", scheme=scheme, **_parameters(others, audience))
                )
        return Facets(**counts)

    def count(
        self,
        only: Filter = Filter(),  # noqa: B008 (frozen)
        *,
        audience: Audience = Audience.PUBLIC,
    ) -> int:
        """Count the organisations that pass."""
        with self._database.reading() as session:
            if tallies := self._tallies_of(session, audience):
                return tallies.count(only)
            return int(session.select("organisation_count", **_parameters(only, audience))[0][0])

    def by_place(
        self,
        only: Filter = Filter(),  # noqa: B008 (frozen)
        *,
        audience: Audience = Audience.PUBLIC,
    ) -> dict[str, int]:
        """Count organisations by the place they are in, most first."""
        with self._database.reading() as session:
            if tallies := self._tallies_of(session, audience):
                return tallies.by_place(only)
            return dict(session.select("place_counts", **_parameters(only, audience)))

    def _tallies_of(self, session: Session, audience: Audience) -> Tallies | None:
        """Return what counts the organisations of a large store; None for a small one."""
        totals = session.select("totals", audience=audience.value)
        if not totals or totals[0][0] <= _FEW:
            return None
        revision = int(session.select("revision")[0][0])
        with self._tallying:  # so that no two threads read the same
            known = self._tallies.get(audience)
            if known is None or known[0] != revision:
                known = self._tallies[audience] = (revision, Tallies(session, audience))
        return known[1]

    def publishers(self, *, audience: Audience = Audience.PUBLIC) -> dict[str, int]:
        """Count the standing statements of each publisher, most first, then by name."""
        with self._database.reading() as session:
            return dict(session.select("publishers", audience=audience.value))

    def totals(self, *, audience: Audience = Audience.PUBLIC) -> Totals:
        """Count what the store holds."""
        with self._database.reading() as session:
            rows = session.select("totals", audience=audience.value)
        if not rows:
            return Totals(organisations=0, statements=0, as_of=None)
        organisations, statements, as_of = rows[0]
        return Totals(organisations, statements, datetime.date.fromisoformat(as_of))

    def changes(self, limit: int, *, audience: Audience = Audience.PUBLIC) -> tuple[Change, ...]:
        """Return the latest changes, the latest day first."""
        with self._database.reading() as session:
            days = session.select("changed_days", audience=audience.value, limit=limit)
            subjects = list(dict.fromkeys(subject for _, subject in days))
            history = statements_of(session, subjects, audience, history=True)
        changes = (_change(day, history[subject]) for day, subject in days)
        # What another source said before, or still says, has not changed.
        return tuple(change for change in changes if change.added or change.retired)

    def close(self) -> None:
        """Release every connection."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _change(day: str, statements: Sequence[Statement]) -> Change:
    """Return what became of an organisation on a day, from all that was ever said of it."""
    on = datetime.date.fromisoformat(day)
    return Change(
        organisation=subject_id(statements[0].subject),
        day=on,
        is_new=min(s.first_seen for s in statements) == on,
        added=Counter(s.predicate for s in statements if s.first_seen == on),
        retired=Counter(s.predicate for s in statements if s.retired == on),
    )


def _parameters(only: Filter, audience: Audience) -> dict[str, object]:
    """Return what the ``matching`` block of SQL asks for."""
    return {"audience": audience.value, **msgspec.structs.asdict(only)}


def _bookmark(session: Session, after: str | None, audience: Audience) -> tuple[str, str]:
    """Return the subject and sort key to go on after; empty ones come before all others.

    Raises:
        NotFoundError: the organisation of that id is not there any more.
    """
    if after is None:
        return "", ""
    subject = organisation_subject(after)
    rows = session.select("sort_key_of", subject=subject, audience=audience.value)
    if not rows:
        raise NotFoundError(
            message("There is no organisation “%(id)s” to go on after."),
            message("Start again at the first page."),
            id=after,
        )
    return subject, rows[0][0]


def _partly_assembled(
    session: Session, page: Sequence[Row], predicates: Sequence[str], audience: Audience
) -> Iterator[Organisation]:
    """Yield the organisations of a page of rows, with what these predicates say of them."""
    found = some_statements_of(session, [row[0] for row in page], predicates, audience)
    for subject, _, place_id, province_id, located_through in page:
        organisation = assemble(
            found.get(subject, ()),
            place_id=place_id,
            province_id=province_id,
            located_through=located_through,
        )
        if organisation is not None:
            yield organisation


class _Assembled:
    """The organisations put together last, for as long as nothing is written.

    The same few hundred are on most pages, and putting one together costs more than all else that
    a page does for it.
    """

    def __init__(self) -> None:
        # One attribute: no thread sees the revision of one and the organisations of another.
        self._kept: tuple[int, dict[_Key, Organisation]] = (-1, {})

    def of(
        self, session: Session, page: Sequence[Row], audience: Audience
    ) -> Iterator[Organisation]:
        """Yield the organisations of a page of rows."""
        kept = self._at(int(session.select("revision")[0][0]))
        # A copy, since another thread may make room in between.
        known = {
            row[0]: organisation
            for row in page
            for organisation in [kept.get((row[0], audience))]
            if organisation is not None
        }
        missing = [row for row in page if row[0] not in known]
        found = statements_of(session, [row[0] for row in missing], audience) if missing else {}
        for subject, _, place_id, province_id, located_through in missing:
            organisation = assemble(
                found.get(subject, ()),
                place_id=place_id,
                province_id=province_id,
                located_through=located_through,
            )
            if organisation is not None:
                known[subject] = organisation
        if len(kept) + len(missing) > _MOST_KEPT:
            kept.clear()
        kept.update(((row[0], audience), known[row[0]]) for row in missing if row[0] in known)
        yield from (known[row[0]] for row in page if row[0] in known)

    def _at(self, revision: int) -> dict[_Key, Organisation]:
        """Return what is kept of a revision."""
        of, kept = self._kept
        if of != revision:
            kept = {}
            self._kept = (revision, kept)
        return kept
