"""What the store asks of a database: a connection to read on, another to write on.

Reads take a connection each from those that are idle, so any number of threads can read at once,
and each sees one state of the store from its first query to its last. A write has a connection of
its own, which ends with it, whatever happened.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from baken.errors import StoreError

from .queries import LANDSCAPE, Dialect, Tables, load_queries

Row = tuple[Any, ...]


class Session(ABC):
    """One connection, in a transaction.

    Queries are called by name (see `queries`); a parameter may be a list of text.
    """

    @abstractmethod
    def select(self, name: str, /, **parameters: object) -> list[Row]:
        """Return the rows of a query; dates come as ISO 8601 text."""

    @abstractmethod
    def execute(self, name: str, /, **parameters: object) -> int:
        """Run a query that changes something and return how many rows it touched."""

    @abstractmethod
    def load(self, name: str, rows: Iterable[Sequence[object]], /) -> None:
        """Put many rows into a table, as fast as the database can."""

    @abstractmethod
    def run(self, script: str) -> None:
        """Run the statements of a script."""

    @abstractmethod
    def begin(self, *, writing: bool) -> None:
        """Begin a transaction."""

    @abstractmethod
    def commit(self) -> None:
        """Keep what the transaction changed."""

    @abstractmethod
    def rollback(self) -> None:
        """End the transaction and undo what it changed, if anything."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection; an open transaction is undone."""


class Database(ABC):
    """Connections to one database.

    Attributes:
        place: what it is called in messages, without a password.
        dialect: how its SQL is written.
        queries: SQL by name.
        is_read_only: whether writing is refused.
        tables: which tables it is for.
    """

    dialect: Dialect

    def __init__(self, place: str, *, is_read_only: bool, tables: Tables = LANDSCAPE) -> None:
        self.place = place
        self.is_read_only = is_read_only
        self.tables = tables
        self.queries: Mapping[str, str] = load_queries(self.dialect, tables.folder)
        self._idle: list[Session] = []
        self._lock = threading.Lock()
        self._is_closed = False

    @abstractmethod
    def connect(self, *, writing: bool) -> Session:
        """Open a connection."""

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a connection that sees one state of the store, whatever is written meanwhile.

        Raises:
            StoreError: the store is closed or cannot be read.
        """
        session = self._begun()
        try:
            yield session
        finally:
            self._give_back(session)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give the one connection that writes: all of it is kept, or nothing on any exception.

        Raises:
            StoreError: the store is closed, was opened read-only or cannot be written.
        """
        if self.is_read_only:
            raise StoreError(f"{self.place} was opened read-only; open it without to change it.")
        self._refuse_if_closed()
        session = self.connect(writing=True)
        try:
            session.begin(writing=True)
            yield session
            session.commit()
        finally:
            session.close()

    def close(self) -> None:
        """Close every connection; those in use follow when they are given back."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for session in idle:
            session.close()

    def _begun(self) -> Session:
        """Return a connection in a new transaction: an idle one that still works, or a new one."""
        while True:
            self._refuse_if_closed()
            with self._lock:
                session = self._idle.pop() if self._idle else None
            if session is None:
                break
            try:
                session.begin(writing=False)
            except StoreError:  # the server went away since
                session.close()
            else:
                return session
        session = self.connect(writing=False)
        try:
            session.begin(writing=False)
        except BaseException:
            session.close()
            raise
        return session

    def _give_back(self, session: Session) -> None:
        try:
            session.rollback()
        except StoreError:
            session.close()
            return
        with self._lock:
            if not self._is_closed:
                self._idle.append(session)
                return
        session.close()

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise StoreError(f"{self.place} is closed; open it again.")
