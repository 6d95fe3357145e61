"""Making a store's tables, and bringing an older store up to date.

A new store is made from ``schema.sql``; an older one runs the numbered files of ``migrations/``
that it has not seen. To change the schema, edit ``schema.sql`` and add the next migration.
"""

from __future__ import annotations

import re

from msgspec import Struct

from baken.errors import SchemaError, StoreError

from .database import Database, Session
from .queries import LANDSCAPE, Dialect, Tables

_MIGRATION = re.compile(r"(?P<number>\d{4})_(?P<name>\w+)\.sql")


class Migration(Struct, frozen=True):
    """One change to the schema.

    Attributes:
        number: 1 for the first, with no gaps.
        name: what it does, in a few words.
        script: its SQL.
    """

    number: int
    name: str
    script: str


class Schema(Struct, frozen=True):
    """The tables of a dialect, twice: as they are now, and as they came to be."""

    current: str
    migrations: tuple[Migration, ...]

    @classmethod
    def of(cls, dialect: Dialect, tables: Tables = LANDSCAPE) -> Schema:
        """Read a dialect's schema."""
        folder = tables.folder / dialect.name
        migrations = [
            Migration(int(found["number"]), found["name"], path.read_text(encoding="utf-8"))
            for path in (folder / "migrations").iterdir()
            if (found := _MIGRATION.fullmatch(path.name))
        ]
        return cls(
            current=(folder / "schema.sql").read_text(encoding="utf-8"),
            migrations=tuple(sorted(migrations, key=lambda migration: migration.number)),
        )

    @property
    def version(self) -> int:
        """The number of the last migration."""
        return self.migrations[-1].number


def prepare(database: Database, schema: Schema) -> None:
    """Make the tables, bring them up to date, or see that they are.

    Raises:
        SchemaError: the store was made by a newer Baken, or is older and may not be written to.
        StoreError: the database holds something else, or nothing and may not be written to.
    """
    with database.reading() as session:
        version = _version(session, database)
    if version > schema.version:
        raise SchemaError(
            f"{database.place} was made by a newer Baken (schema {version}; this one knows "
            f"{schema.version}). Update Baken, or give a new {database.tables.noun}."
        )
    if version == schema.version:
        return
    if database.is_read_only:
        if version == 0:
            raise StoreError(f"{database.place} is empty; {database.tables.filling}.")
        raise SchemaError(
            f"{database.place} was made by an older Baken (schema {version}, now "
            f"{schema.version}). Open it once without read-only to bring it up to date."
        )
    with database.writing() as session:
        # Another process may have done it since.
        version = _version(session, database)
        pending = schema.migrations[version:]
        if version == 0:
            session.run(schema.current)
        else:
            for migration in pending:
                session.run(migration.script)
        for migration in pending:
            session.execute("record_migration", number=migration.number, name=migration.name)


def _version(session: Session, database: Database) -> int:
    """Return the number of the last migration that a store has seen; 0 for an empty database."""
    tables = {name for (name,) in session.select("tables")}
    if database.tables.mark in tables:
        return int(session.select("schema_version")[0][0])
    if tables:
        raise StoreError(
            f"{database.place} holds something else than a Baken {database.tables.noun}; "
            "give another one."
        )
    return 0
