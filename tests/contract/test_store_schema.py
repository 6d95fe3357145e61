"""A new store and one that was migrated step by step have the same tables, on every database."""

import re
import sqlite3

import msgspec
import pytest

from baken.errors import SchemaError, StoreError
from baken.store import open_store, opening
from baken.store.queries import POSTGRESQL, SQLITE
from baken.store.schema import Migration, Schema, prepare
from baken.testing import DAY, describe

NEXT_SCRIPT = "ALTER TABLE feed ADD COLUMN note text;"


def prepared(url, schema, *, read_only=False):
    """Prepare a database with a schema of the test's own."""
    database = opening.find_database(url, read_only=read_only)
    try:
        prepare(database, schema)
    finally:
        database.close()


def shipped(url):
    """The schema that ships for the URL's database."""
    return Schema.of(SQLITE if url.startswith("sqlite") else POSTGRESQL)


def changed(schema):
    """A schema with one more migration."""
    number = schema.version + 1
    return Schema(
        current=f"{schema.current}\n{NEXT_SCRIPT}",
        migrations=(*schema.migrations, Migration(number, "notes", NEXT_SCRIPT)),
    )


def catalogue(url):
    """Everything that a database knows of its tables, and the rows they start with."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            definitions = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
            audience = connection.execute("SELECT * FROM audience ORDER BY 1, 2").fetchall()
        connection.close()
        without_comments = [
            (kind, name, re.sub(r"\s+", " ", re.sub(r"--.*", "", sql or "")))
            for kind, name, sql in definitions
        ]
        return sorted(without_comments), audience
    import psycopg

    with psycopg.connect(url) as connection:
        return [connection.execute(query).fetchall() for query in POSTGRES_CATALOGUE]


POSTGRES_CATALOGUE = (
    """SELECT relname, attname, attnum, format_type(atttypid, atttypmod), attnotnull, attidentity,
              collname, pg_get_expr(adbin, adrelid)
       FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
       LEFT JOIN pg_collation ON pg_collation.oid = attcollation
       LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
       WHERE relnamespace = current_schema()::regnamespace AND attnum > 0 ORDER BY 1, 3""",
    """SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = current_schema()::regnamespace ORDER BY 1, 2""",
    """SELECT replace(indexdef, schemaname, '') FROM pg_indexes
       WHERE schemaname = current_schema() ORDER BY 1""",
    "SELECT viewname, definition FROM pg_views WHERE schemaname = current_schema() ORDER BY 1",
    "SELECT * FROM audience ORDER BY 1, 2",
    "SELECT * FROM baken_migration ORDER BY 1",
)


def step_by_step(schema):
    """The same schema, made only by its migrations."""
    return msgspec.structs.replace(
        schema, current="\n".join(migration.script for migration in schema.migrations)
    )


def test_the_schema_and_all_migrations_end_in_the_same_place(new_url):
    at_once, migrated = new_url(), new_url()
    prepared(at_once, shipped(at_once))
    prepared(migrated, step_by_step(shipped(migrated)))
    assert catalogue(at_once) == catalogue(migrated)


@pytest.mark.parametrize(
    "forgotten",
    [
        "CREATE INDEX forgotten ON statement (predicate);",
        "ALTER TABLE feed ADD COLUMN forgotten integer;",
        "INSERT INTO audience (audience, visibility) VALUES ('press', 'public');",
        "DROP VIEW visible_facet;",
    ],
)
def test_a_difference_would_be_noticed(new_url, forgotten):
    at_once, migrated = new_url(), new_url()
    schema = shipped(at_once)
    prepared(at_once, msgspec.structs.replace(schema, current=schema.current + forgotten))
    prepared(migrated, step_by_step(schema))
    assert catalogue(at_once) != catalogue(migrated)


def test_migrations_are_numbered_without_gaps():
    for dialect in (SQLITE, POSTGRESQL):
        migrations = Schema.of(dialect).migrations
        assert [migration.number for migration in migrations] == [*range(1, len(migrations) + 1)]


def test_both_databases_have_the_same_migrations():
    names = [
        [(migration.number, migration.name) for migration in Schema.of(dialect).migrations]
        for dialect in (SQLITE, POSTGRESQL)
    ]
    assert names[0] == names[1]


def test_an_older_store_is_brought_up_to_date_and_keeps_its_statements(url):
    with open_store(url) as store:
        store.sync("feed", describe("imec"), on=DAY)
    newer = changed(shipped(url))
    with pytest.raises(SchemaError, match=r"older Baken .* without read-only"):
        prepared(url, newer, read_only=True)
    prepared(url, newer)
    prepared(url, newer)
    with pytest.raises(SchemaError, match="newer Baken"):
        open_store(url)
    database = opening.find_database(url, read_only=True)
    with database.reading() as session:
        assert session.select("schema_version") == [(newer.version,)]
        assert session.select("names", audience="public") == [("organisations/imec", "imec")]
    database.close()


def test_a_failed_migration_leaves_the_store_as_it_was(url):
    with open_store(url) as store:
        store.sync("feed", describe("imec"), on=DAY)
    schema = changed(shipped(url))
    broken = Migration(schema.version, "broken", f"{NEXT_SCRIPT}\nDROP TABLE no_such_table;")
    with pytest.raises(StoreError):
        prepared(url, Schema(schema.current, (*schema.migrations[:-1], broken)))
    with open_store(url) as store:
        assert store.names() == {"imec": "imec"}


def test_a_new_store_may_not_be_made_read_only(new_url):
    url = new_url()
    if url.startswith("sqlite"):
        sqlite3.connect(url.removeprefix("sqlite:///")).close()
    with pytest.raises(StoreError, match=r"empty; load a landscape|no store"):
        open_store(url, read_only=True)


def test_something_else_is_not_taken_for_a_store(url):
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as other:
            other.execute("CREATE TABLE recipe (name TEXT)")
        other.close()
    else:
        import psycopg

        with psycopg.connect(url) as other:
            other.execute("CREATE TABLE recipe (name TEXT)")
    before = other_tables(url)
    for read_only in (True, False):
        with pytest.raises(StoreError, match="something else"):
            open_store(url, read_only=read_only)
    assert other_tables(url) == before


def other_tables(url):
    """The names of the tables in a database that may be no store."""
    database = opening.find_database(url, read_only=True)
    with database.reading() as session:
        tables = session.select("tables")
    database.close()
    return tables
