"""What a store promises.

SQLite and PostgreSQL keep the same promise; one contract suite proves it (tests/contract).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self

from msgspec import Struct

from baken.model import Audience, Landscape, Organisation, Statement


class SyncReport(Struct, frozen=True):
    """What one sync changed, in statements.

    Attributes:
        added: said for the first time.
        kept: said before and still.
        retired: not said any more; kept with the date.
        returned: retired once and said again.
    """

    added: int
    kept: int
    retired: int
    returned: int


class Filter(Struct, frozen=True, kw_only=True):
    """Which organisations. None means any; within a field any of the values will do.

    Attributes:
        kinds: terms of the kinds vocabulary.
        provinces: ids of the landscape's provinces.
        themes: theme ids (of the organisation or of one of its offers).
        roles: terms of the roles vocabulary.
    """

    kinds: tuple[str, ...] | None = None
    provinces: tuple[str, ...] | None = None
    themes: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None


class Facets(Struct, frozen=True):
    """How many organisations there are by term, most frequent first.

    Each facet counts under all filters but its own, so that its other values stay reachable.
    """

    kinds: dict[str, int]
    provinces: dict[str, int]
    themes: dict[str, int]
    roles: dict[str, int]


class Totals(Struct, frozen=True):
    """How much the store holds for an audience.

    Attributes:
        organisations: that have a kind and a name.
        statements: that stand (are not retired).
        as_of: the latest day on which one of these was seen; None when there are none.
    """

    organisations: int
    statements: int
    as_of: datetime.date | None


class Change(Struct, frozen=True):
    """What sources began or stopped saying of one organisation on one day.

    Attributes:
        organisation: its id.
        day: on which it was first seen, or was found to be said no more.
        is_new: whether nothing was known of it before that day.
        added: what is said since, by predicate: how many statements.
        retired: what is not said any more, likewise.
    """

    organisation: str
    day: datetime.date
    is_new: bool
    added: dict[str, int]
    retired: dict[str, int]


class Store(Protocol):
    """Statements and the landscape they belong to.

    Reads go through views that know the audience: no query can forget to ask who is looking.
    Every method is synchronous and safe to call from several threads. A read sees one state of
    the store from its first value to its last, whatever is synced meanwhile; an iterator keeps a
    connection until it is used up.

    A claim that several sources make is one statement. It stands while one of them makes it, is
    public when one that stands is, and is first and last seen on the earliest and the latest of
    their days. Sources come in the order in which they were first synced.
    """

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
        """Make `source` say exactly `statements`, in one transaction.

        New statements are added, known ones seen again, absent ones retired on the day `on`;
        other sources' statements are not touched. Statements are consumed as they come: memory
        does not grow with their number. If anything fails, the store is as it was before.

        A statement brings its own days, those on which its document was read: what is known
        already keeps the earlier first day and the later last day of the two. All else that an id
        does not stand for (citation, visibility, order) is from now on as given here, and what is
        given stands, whatever its own `retired`.

        Args:
            source: name of the feed, such as ``landscape``; one feed's statements are replaced
                together.
            statements: in the order in which values should be shown; a repeated id counts once.
            on: the day of this reading.
            landscape: replaces the landscape's own description when given.
            fingerprint: what `fingerprint` returns from now on, for `source`; None forgets it.
            progress: called now and then, and at the end, with the number of statements read.

        Raises:
            StoreError: the store is closed, read-only or cannot be written; and whatever
                `statements` raises.
        """
        ...

    def landscape(self) -> Landscape:
        """Return the landscape described by the last sync that gave one.

        Raises:
            StoreError: none was ever loaded.
        """
        ...

    def fingerprint(self, source: str) -> str | None:
        """Return what the last sync of `source` was made from, or None."""
        ...

    def revision(self) -> int:
        """Return a number that grows with every sync; indexes and caches are keyed by it."""
        ...

    def statements(
        self,
        subject: str | None = None,
        *,
        audience: Audience = Audience.PUBLIC,
        history: bool = False,
    ) -> Iterator[Statement]:
        """Yield statements of one subject or of all, in the order their source gave them.

        Args:
            subject: a subject path, or None for all (then grouped by subject, in its order).
            audience: who is looking.
            history: retired statements too.
        """
        ...

    def said(
        self, predicate: str, *, audience: Audience = Audience.PUBLIC
    ) -> tuple[Statement, ...]:
        """Return the standing statements of one predicate, by subject.

        It looks at every statement, which takes half a second with 100,000 organisations.
        """
        ...

    def by_id(
        self, ids: Iterable[str], *, audience: Audience = Audience.PUBLIC
    ) -> dict[str, Statement]:
        """Return the statements with these ids, retired ones included; unknown ids are absent."""
        ...

    def organisation(
        self, organisation_id: str, *, audience: Audience = Audience.PUBLIC
    ) -> Organisation | None:
        """Return one organisation, or None."""
        ...

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
        """Yield organisations ordered by display name (case and accents folded), then id.

        Where one is, and its place in the order, are worked out from public statements alone,
        unless only the agency may know of it at all.

        Args:
            only: which ones.
            ids: only these, if given.
            after: id of the last organisation of the previous page.
            limit: at most so many.
            predicates: what to read of each, for who needs little of many; the fields of others
                are then empty. An organisation that lacks a kind or a name among them is not
                given. None reads everything.
            audience: who is looking.

        Raises:
            NotFoundError: the organisation to go on after is not there any more.
        """
        ...

    def incoming(
        self, organisation_id: str, *, audience: Audience = Audience.PUBLIC
    ) -> tuple[Statement, ...]:
        """Return the relation statements of other organisations whose target is this one."""
        ...

    def names(self, ids: Iterable[str] | None = None) -> dict[str, str]:
        """Return the public display name by organisation id, for these ids or for all."""
        ...

    def facets(
        self,
        only: Filter = Filter(),  # noqa: B008 (frozen)
        *,
        audience: Audience = Audience.PUBLIC,
    ) -> Facets:
        """Count organisations by term."""
        ...

    def count(
        self,
        only: Filter = Filter(),  # noqa: B008 (frozen)
        *,
        audience: Audience = Audience.PUBLIC,
    ) -> int:
        """Count the organisations that pass a filter."""
        ...

    def by_place(
        self,
        only: Filter = Filter(),  # noqa: B008 (frozen)
        *,
        audience: Audience = Audience.PUBLIC,
    ) -> dict[str, int]:
        """Count organisations by the place they are in, most first; those without one are not."""
        ...

    def publishers(self, *, audience: Audience = Audience.PUBLIC) -> dict[str, int]:
        """Count the standing statements of each publisher, most first, then by name."""
        ...

    def totals(self, *, audience: Audience = Audience.PUBLIC) -> Totals:
        """Count what the store holds."""
        ...

    def changes(self, limit: int, *, audience: Audience = Audience.PUBLIC) -> tuple[Change, ...]:
        """Return the latest changes, by day, the latest first, then by organisation's id.

        Only organisations that are still there have a line: a page can lead to them.

        Args:
            limit: at most so many.
            audience: who is looking.
        """
        ...

    def close(self) -> None:
        """Release every connection; the store cannot be used afterwards.

        A SQLite store is then a single file, unless another process still has it open.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
