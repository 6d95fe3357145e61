"""What only the PostgreSQL store can get wrong."""

import psycopg
import pytest

from baken.errors import StoreError
from baken.store import open_store, postgresql
from baken.testing import DAY, describe, make_statement

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(new_postgres_url):
    """The URL of an empty schema."""
    return new_postgres_url()


def test_two_schemas_of_one_database_are_two_stores(new_postgres_url):
    with open_store(new_postgres_url()) as one, open_store(new_postgres_url()) as two:
        one.sync("feed", describe("imec"), on=DAY)
        assert two.names() == {}


def test_a_connection_that_was_cut_is_replaced(url, postgres_server):
    with open_store(url) as store:
        store.sync("feed", describe("imec"), on=DAY)
        with psycopg.connect(postgres_server, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
                "pg_backend_pid() AND backend_type = 'client backend'"
            )
        assert store.names() == {"imec": "imec"}


def test_an_older_server_is_refused(url, monkeypatch):
    monkeypatch.setattr(postgresql, "OLDEST_SERVER", 99)
    with pytest.raises(StoreError, match=r"runs PostgreSQL \d+; Baken needs 99"):
        open_store(url)


def test_a_letter_that_postgresql_cannot_keep_is_refused_whole(url):
    with open_store(url) as store:
        store.sync("feed", describe("imec"), on=DAY)
        with pytest.raises(StoreError, match="NUL"):
            store.sync("feed", [make_statement("imec", "kind", "a\0b")], on=DAY)
        assert store.names() == {"imec": "imec"}
