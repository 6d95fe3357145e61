"""SQLite: the store as a single file."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from baken.errors import StoreError

from .database import Database, Row, Session
from .queries import LANDSCAPE, SQLITE, Tables

_WRITER_CACHE_KIB: Final = 65_536
"""Enough for the indexes of a million statements, whose ids come in no order."""

_ANALYSED_ROWS: Final = 400
"""How much of an index ANALYZE looks at; what SQLite's documentation recommends."""


class SqliteSession(Session):
    """One connection to a file."""

    def __init__(
        self, connection: sqlite3.Connection, queries: Mapping[str, str], place: str, mending: str
    ) -> None:
        self._connection = connection
        self._queries = queries
        self._place = place
        self._mending = mending

    def select(self, name: str, /, **parameters: object) -> list[Row]:
        """Return the rows of a query."""
        with _explained(self._place, self._mending):
            return self._connection.execute(self._queries[name], _bound(parameters)).fetchall()

    def execute(self, name: str, /, **parameters: object) -> int:
        """Run a query that changes something and return how many rows it touched."""
        with _explained(self._place, self._mending):
            return self._connection.execute(self._queries[name], _bound(parameters)).rowcount

    def load(self, name: str, rows: Iterable[Sequence[object]], /) -> None:
        """Insert many rows."""
        with _explained(self._place, self._mending):
            self._connection.executemany(self._queries[name], rows)

    def run(self, script: str) -> None:
        """Run a script inside the transaction, which sqlite3's `executescript` would commit."""
        statement = ""
        with _explained(self._place, self._mending):
            for line in script.splitlines(keepends=True):
                statement += line
                if sqlite3.complete_statement(statement):
                    self._connection.execute(statement)
                    statement = ""

    def begin(self, *, writing: bool) -> None:
        """Begin a transaction; a writer waits for the one before it."""
        self.execute("begin_writing" if writing else "begin_reading")

    def commit(self) -> None:
        """Keep what the transaction changed."""
        with _explained(self._place, self._mending):
            self._connection.commit()

    def rollback(self) -> None:
        """End the transaction."""
        with _explained(self._place, self._mending):
            self._connection.rollback()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class SqliteDatabase(Database):
    """Connections to one file.

    While it is open, write-ahead logging lets readers go on during a sync. After `close`, unless
    another process still has it open, everything is in the one file, which can be copied, shared
    and opened from a folder that cannot be written to. It holds internal statements too: share it
    only with people who may see them.

    Attributes:
        busy_timeout_s: how long a writer waits for the one before it; readers never wait.
    """

    dialect = SQLITE
    busy_timeout_s = 30.0

    def __init__(self, path: Path, *, is_read_only: bool, tables: Tables = LANDSCAPE) -> None:
        """Point at a file.

        Raises:
            StoreError: there is no such file to read, or no such folder to write it in.
        """
        super().__init__(f"The {tables.noun} {path}", is_read_only=is_read_only, tables=tables)
        self._path = path.absolute()
        if is_read_only and not path.is_file():
            raise StoreError(
                f"There is no {tables.noun} {path}. Check the path, or {tables.filling}."
            )
        if not path.parent.is_dir():
            raise StoreError(f"The folder {path.parent} does not exist; make it first.")
        if path.is_dir():
            raise StoreError(f"{path} is a folder; give the path of a file in it.")

    def connect(self, *, writing: bool) -> Session:
        """Open a connection to the file; one that does not write cannot."""
        connection = self._opened()
        try:
            with _explained(self.place, self.tables.mending):
                if writing:
                    connection.execute("PRAGMA journal_mode = WAL")
                    durability = "FULL" if self.tables.is_precious else "NORMAL"
                    connection.execute(f"PRAGMA synchronous = {durability}")
                    connection.execute("PRAGMA foreign_keys = ON")
                    connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
                    connection.execute(f"PRAGMA analysis_limit = {_ANALYSED_ROWS}")
                    staging = self.tables.folder / self.dialect.name / "staging.sql"
                    if staging.is_file():
                        connection.executescript(staging.read_text(encoding="utf-8"))
                else:
                    self._set_journal(connection, "WAL")
                    connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
        return SqliteSession(connection, self.queries, self.place, self.tables.mending)

    def close(self) -> None:
        """Close every connection and leave a single file behind.

        What is precious is not there to be shared, and other processes come and go while it is
        written to: it stays as it is, so that none of them meets a file that changes its manner.
        """
        super().close()
        if not self.is_read_only and not self.tables.is_precious and self._path.exists():
            with (
                contextlib.suppress(StoreError),
                contextlib.closing(self._opened(timeout_s=0)) as last,
            ):
                self._set_journal(last, "DELETE")

    def _set_journal(self, connection: sqlite3.Connection, mode: str) -> None:
        """Change how the file is written, where that is ours to do and can be done now.

        Another program's file is left as it is. A file that others are using stays as they have
        it: the last of them to close it makes it a single file.
        """
        query = "SELECT 1 FROM sqlite_master WHERE name = ?"
        if not self.is_read_only and connection.execute(query, (self.tables.mark,)).fetchone():
            with contextlib.suppress(sqlite3.OperationalError):
                connection.execute(f"PRAGMA journal_mode = {mode}")

    def _opened(self, timeout_s: float | None = None) -> sqlite3.Connection:
        """Return a plain connection to the file.

        Raises:
            StoreError: the file cannot be opened or is no database.
        """
        timeout_s = self.busy_timeout_s if timeout_s is None else timeout_s
        if not self.is_read_only:
            return self._connected("rwc", timeout_s)
        try:
            return self._connected("ro", timeout_s)
        except StoreError:
            # A file left in write-ahead mode wants a log beside it, which a folder that cannot
            # be written to does not allow. Without a log nobody is writing: read it as it is.
            if Path(f"{self._path}-wal").exists():
                raise
            return self._connected("ro&immutable=1", timeout_s)

    def _connected(self, mode: str, timeout_s: float) -> sqlite3.Connection:
        with _explained(self.place, self.tables.mending):
            connection = sqlite3.connect(
                f"{self._path.as_uri()}?mode={mode}",
                uri=True,
                timeout=timeout_s,
                isolation_level=None,
                check_same_thread=False,  # one thread at a time, but not always the same
            )
            try:
                connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchall()
            except BaseException:
                connection.close()
                raise
            return connection


def _bound(parameters: Mapping[str, object]) -> dict[str, object]:
    """Return parameters as SQLite takes them: a list as a JSON array."""
    return {
        name: msgspec.json.encode(value).decode() if isinstance(value, (list, tuple)) else value
        for name, value in parameters.items()
    }


@contextlib.contextmanager
def _explained(place: str, mending: str) -> Iterator[None]:
    """Turn SQLite's errors into sentences."""
    try:
        yield
    except sqlite3.Error as error:
        reason = str(error)
        if "not a database" in reason:
            advice = "is no Baken store but some other file; give another path"
        elif "locked" in reason:
            advice = "is being written to by another process; try again when that is done"
        elif "unable to open" in reason or "readonly" in reason:
            advice = "cannot be opened; check its permissions, or open it read-only"
        elif "full" in reason:
            advice = "does not fit on its disk; make room and try again"
        else:
            advice = f"could not do that ({reason}); if it stays so, {mending}"
        raise StoreError(f"{place} {advice}.") from error
