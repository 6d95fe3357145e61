"""PostgreSQL: the store on a server, for landscapes that have outgrown a file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

import psycopg
from psycopg.types.string import TextLoader

from baken.errors import StoreError

from .database import Database, Row, Session
from .queries import LANDSCAPE, POSTGRESQL, Tables

OLDEST_SERVER: Final = 15
"""The oldest major version of PostgreSQL that the contract is promised for."""

_CONNECT_TIMEOUT_S: Final = 10


class PostgresSession(Session):
    """One connection to a server."""

    def __init__(
        self,
        connection: psycopg.Connection[Row],
        queries: Mapping[str, str],
        place: str,
        mending: str,
    ) -> None:
        self._connection = connection
        self._queries = queries
        self._place = place
        self._mending = mending

    def select(self, name: str, /, **parameters: object) -> list[Row]:
        """Return the rows of a query."""
        with _explained(self._place, self._mending):
            query = self._queries[name].encode()
            return self._connection.execute(query, _bound(parameters)).fetchall()

    def execute(self, name: str, /, **parameters: object) -> int:
        """Run a query that changes something and return how many rows it touched."""
        with _explained(self._place, self._mending):
            query = self._queries[name].encode()
            return self._connection.execute(query, _bound(parameters)).rowcount

    def load(self, name: str, rows: Iterable[Sequence[object]], /) -> None:
        """Copy many rows into a table."""
        with (
            _explained(self._place, self._mending),
            self._connection.cursor() as cursor,
            cursor.copy(self._queries[name].encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def run(self, script: str) -> None:
        """Run the statements of a script."""
        with _explained(self._place, self._mending):
            self._connection.execute(script.encode())

    def begin(self, *, writing: bool) -> None:
        """Begin a transaction; a writer waits for the one before it."""
        self.run(self._queries["begin_writing" if writing else "begin_reading"])

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


class PostgresDatabase(Database):
    """Connections to one schema of a server: the first of the URL's search path."""

    dialect = POSTGRESQL

    def __init__(self, url: str, *, is_read_only: bool, tables: Tables = LANDSCAPE) -> None:
        """Point at a database, by a URL that libpq understands.

        Raises:
            StoreError: the URL makes no sense.
        """
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise StoreError(f"The store's postgresql:// address is wrong: {error}.") from error
        # Without user and password: this goes into messages.
        where = f"{parts.hostname or 'this machine'}{parts.path}"
        place = f"The PostgreSQL {tables.noun} at {where}"
        super().__init__(place, is_read_only=is_read_only, tables=tables)
        self._url = url

    def connect(self, *, writing: bool) -> Session:
        """Open a connection to the server.

        Raises:
            StoreError: the server does not answer, or is too old.
        """
        with _explained(self.place, self.tables.mending):
            connection = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=_CONNECT_TIMEOUT_S,
                # A plan kept from when a table was empty would scan it all once it is full.
                prepare_threshold=None,
            )
        try:
            server = connection.info.server_version // 10_000
            if server < OLDEST_SERVER:
                raise StoreError(
                    f"{self.place} runs PostgreSQL {server}; Baken needs {OLDEST_SERVER} or newer."
                )
            # As text, so that rows look the same from every database.
            for type_name in ("date", "json"):
                connection.adapters.register_loader(type_name, TextLoader)
            with _explained(self.place, self.tables.mending):
                if writing:
                    staging = self.tables.folder / self.dialect.name / "staging.sql"
                    if staging.is_file():
                        connection.execute(staging.read_bytes())
        except BaseException:
            connection.close()
            raise
        return PostgresSession(connection, self.queries, self.place, self.tables.mending)


def _bound(parameters: Mapping[str, object]) -> dict[str, object]:
    """Return parameters as psycopg takes them: a list as an array; a tuple would be a record."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in parameters.items()
    }


@contextlib.contextmanager
def _explained(place: str, mending: str) -> Iterator[None]:
    """Turn PostgreSQL's errors into sentences."""
    try:
        yield
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if isinstance(error, psycopg.OperationalError):
            advice = f"does not answer ({reason}); check the server and the store's address"
        else:
            advice = f"could not do that ({reason}); if it stays so, {mending}"
        raise StoreError(f"{place} {advice}.") from error
