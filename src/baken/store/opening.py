"""Opening a store: one setting chooses the database."""

from __future__ import annotations

from pathlib import Path

from baken.errors import StoreError

from .database import Database
from .protocol import Store
from .queries import LANDSCAPE, Tables
from .schema import Schema, prepare
from .sqlite import SqliteDatabase
from .statement_store import StatementStore


def open_store(url: str | Path, *, read_only: bool = False) -> Store:
    """Open a store, making it first where there is none.

    Args:
        url: a path, ``sqlite:///path`` (``sqlite:////path`` from the root) or
            ``postgresql://…``, with everything that libpq understands; the tables are in the
            first schema of its search path.
        read_only: refuse to make, change or bring up to date anything.

    Raises:
        SchemaError: the store was made by another version of Baken that this one cannot use.
        StoreError: the store cannot be opened, or something else is there.
    """
    database = find_database(url, read_only=read_only)
    try:
        prepare(database, Schema.of(database.dialect))
    except BaseException:
        database.close()
        raise
    return StatementStore(database)


def find_database(url: str | Path, *, read_only: bool, tables: Tables = LANDSCAPE) -> Database:
    """Return the database that an address means, whatever is in it.

    Raises:
        StoreError: the address means none, or its driver is not installed.
    """
    scheme, separator, path = str(url).partition("://")
    if isinstance(url, Path) or not separator:
        scheme, path = "sqlite", f"/{url}"
    if scheme == "sqlite":
        if not path.startswith("/") or path in ("/", "/:memory:"):
            raise StoreError(
                f"“{url}” names no file. A store is a file: give its path, or sqlite:///path."
            )
        return SqliteDatabase(Path(path[1:]), is_read_only=read_only, tables=tables)
    if scheme in ("postgresql", "postgres"):
        try:
            from .postgresql import PostgresDatabase
        except ImportError as error:
            raise StoreError(
                "A PostgreSQL store needs the driver for it: pip install 'baken[postgres]'."
            ) from error
        return PostgresDatabase(str(url), is_read_only=read_only, tables=tables)
    raise StoreError(
        f"There is no store of the kind “{scheme}://”. Give a path, sqlite:///path or postgresql://…"
    )
