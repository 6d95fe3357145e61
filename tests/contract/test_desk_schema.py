"""A new desk and one that was migrated have the same tables, and no desk lies in a store."""

import re
import sqlite3

import msgspec
import pytest

from baken.config import Settings
from baken.desk import Desk
from baken.desk.desk import TABLES
from baken.errors import StoreError
from baken.store import open_store
from baken.store.opening import find_database
from baken.store.queries import POSTGRESQL, SQLITE, load_queries
from baken.store.schema import Schema, prepare

CATALOGUE = (
    """SELECT relname, attname, row_number() OVER (PARTITION BY attrelid ORDER BY attnum),
              format_type(atttypid, atttypmod), attnotnull, attidentity, collname,
              pg_get_expr(adbin, adrelid)
       FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
       LEFT JOIN pg_collation ON pg_collation.oid = attcollation
       LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
       WHERE relnamespace = current_schema()::regnamespace AND attnum > 0 AND NOT attisdropped
       ORDER BY 1, 3""",
    """SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = current_schema()::regnamespace ORDER BY 1, 2""",
    """SELECT replace(indexdef, schemaname, '') FROM pg_indexes
       WHERE schemaname = current_schema() ORDER BY 1""",
    """SELECT tgname, replace(pg_get_triggerdef(pg_trigger.oid), current_schema(), ''), prosrc
       FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
       JOIN pg_class ON pg_class.oid = tgrelid
       WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace ORDER BY 1""",
    "SELECT * FROM desk_migration ORDER BY 1",
)


def catalogue(url):
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        connection.close()
        # SQLite keeps the words of who made a table, and adds a column's as it likes.
        between = re.compile(r"\s*([(),]|\s)\s*")
        return sorted((kind, name, between.sub(r"\1", sql or "")) for kind, name, sql in rows)
    import psycopg

    with psycopg.connect(url) as connection:
        return [connection.execute(query).fetchall() for query in CATALOGUE]


def prepared(url, schema):
    database = find_database(url, read_only=False, tables=TABLES)
    prepare(database, schema)
    database.close()
    return catalogue(url)


def shipped(url):
    return Schema.of(SQLITE if url.startswith("sqlite") else POSTGRESQL, TABLES)


def test_the_schema_and_all_migrations_end_in_the_same_place(new_url):
    first, second = new_url(), new_url()
    schema = shipped(first)
    steps = "\n".join(migration.script for migration in schema.migrations)
    migrated = msgspec.structs.replace(schema, current=steps)
    assert prepared(first, schema) == prepared(second, migrated)


@pytest.mark.parametrize(
    "forgotten", ["CREATE INDEX forgotten ON event (name);", "ALTER TABLE mail ADD COLUMN x text;"]
)
def test_a_difference_would_be_noticed(new_url, forgotten):
    first, second = new_url(), new_url()
    schema = shipped(first)
    other = msgspec.structs.replace(schema, current=schema.current + forgotten)
    assert prepared(first, schema) != prepared(second, other)


def test_both_databases_answer_to_the_same_names_and_migrations():
    names = [set(load_queries(dialect, TABLES.folder)) for dialect in (SQLITE, POSTGRESQL)]
    assert names[0] == names[1]
    steps = [
        [(one.number, one.name) for one in Schema.of(dialect, TABLES).migrations]
        for dialect in (SQLITE, POSTGRESQL)
    ]
    assert steps[0] == steps[1] != []


def test_a_desk_and_a_store_never_share_a_database(url, tmp_path):
    open_store(url).close()
    with pytest.raises(StoreError, match="something else than a Baken desk"):
        Desk.open(Settings.load({}, desk=url, data=tmp_path))


def test_a_store_is_not_made_in_a_desk(url, tmp_path):
    Desk.open(Settings.load({}, desk=url, data=tmp_path)).close()
    with pytest.raises(StoreError, match="something else than a Baken store"):
        open_store(url)
