"""SQL by name: parsing, and what the shipped files must keep to."""

import re

import pytest

from baken.store.queries import POSTGRESQL, SQLITE, load_queries, parse_queries, sql_folder

EXAMPLE = """\
-- About this file.

-- name: columns
    id, name

-- Why this query is as it is.
-- name: some
SELECT
-- include: columns
FROM thing WHERE id IN (:ids[]) AND age > :age AND at = CAST('12:30' AS text)
"""


@pytest.fixture
def parse(tmp_path):
    """Parse the text of one file."""

    def parse(text, dialect=SQLITE):
        path = tmp_path / "example.sql"
        path.write_text(text)
        return parse_queries([path], dialect)

    return parse


def test_blocks_have_names_includes_and_no_comments(parse):
    assert parse(EXAMPLE)["some"] == (
        "SELECT\n    id, name\nFROM thing WHERE id IN (SELECT value FROM json_each(:ids)) "
        "AND age > :age AND at = CAST('12:30' AS text)"
    )


def test_parameters_are_spelled_as_the_database_wants_them(parse):
    assert parse(EXAMPLE, POSTGRESQL)["some"].endswith(
        "id IN (SELECT unnest(CAST(%(ids)s AS text[]))) AND age > %(age)s "
        "AND at = CAST('12:30' AS text)"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("-- name: one\nSELECT 1\n-- name: one\nSELECT 2\n", "named twice"),
        ("-- name: one\n-- include: none\n", "no block none"),
    ],
)
def test_mistakes_in_a_file_are_refused(parse, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        parse(text)


def test_both_databases_answer_to_the_same_names():
    assert set(load_queries(SQLITE)) == set(load_queries(POSTGRESQL))


def test_reading_goes_through_views_that_know_the_audience():
    """No query that reads for somebody names a table, and each says for whom it reads."""
    queries = parse_queries([sql_folder() / "reading.sql"], SQLITE)
    schema = (sql_folder() / "sqlite" / "schema.sql").read_text(encoding="utf-8")
    tables = set(re.findall(r"CREATE TABLE (\w+)", schema))
    of_the_store_itself = {"landscape", "fingerprint", "revision", "schema_version"}
    numbers_only = {"statement_term"}
    totals_by_audience = {"total"}
    for name, sql in queries.items():
        named = set(re.findall(r"(?:FROM|JOIN) (\w+)", sql)) & tables
        if named and name not in of_the_store_itself:
            assert named <= numbers_only | totals_by_audience
        if "FROM" in sql and name not in of_the_store_itself:
            assert "audience = :audience" in sql
