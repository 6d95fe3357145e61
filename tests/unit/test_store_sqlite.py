"""A landscape is one file."""

import os
import shutil
import sqlite3

import pytest

from baken import store
from baken.errors import StoreError
from baken.store import open_store
from baken.store.sqlite import SqliteDatabase
from baken.testing import DAY, describe

NOBODY = 65_534


@pytest.fixture
def path(tmp_path):
    """A closed store of one organisation."""
    path = tmp_path / "store.sqlite"
    with open_store(path) as store:
        store.sync("feed", describe("imec"), on=DAY)
    return path


@pytest.fixture
def sealed(path, tmp_path_factory):
    """A copy of that store in a folder that nobody may write to, root included."""
    folder = tmp_path_factory.mktemp("sealed")
    copy = folder / "copy.sqlite"
    shutil.copy(path, copy)

    def seal():
        copy.chmod(0o444)
        folder.chmod(0o555)
        if os.geteuid() == 0:
            # One folder more where tests run in several processes.
            for parent in list(folder.parents)[:3]:
                parent.chmod(parent.stat().st_mode | 0o055)
            os.seteuid(NOBODY)
            if not os.access(store.__file__, os.R_OK, effective_ids=True):
                pytest.skip("nobody but root can read this checkout")
        return copy

    yield copy, seal
    os.seteuid(os.getuid())
    folder.chmod(0o755)


def names(path, *, read_only=True):
    with open_store(path, read_only=read_only) as store:
        return store.names()


def test_while_open_it_logs_ahead_and_after_closing_it_is_a_single_file(tmp_path):
    path = tmp_path / "store.sqlite"
    with open_store(path) as store:
        store.sync("feed", describe("imec"), on=DAY)
        store.names()
        assert (tmp_path / "store.sqlite-wal").exists()
    assert [found.name for found in tmp_path.iterdir()] == ["store.sqlite"]


def test_a_store_opened_again_logs_ahead_before_it_is_written_to(path):
    with open_store(path) as store:
        reading = store.statements()
        next(reading)
        store.sync("feed", describe("ku-leuven"), on=DAY)
        assert {statement.subject for statement in reading} == {"organisations/imec"}


def test_the_file_alone_can_be_copied(path, tmp_path):
    alone = tmp_path / "elsewhere" / "copy.sqlite"
    alone.parent.mkdir()
    shutil.copy(path, alone)
    assert names(alone) == {"imec": "imec"}
    assert list(alone.parent.iterdir()) == [alone]


def test_the_last_of_several_to_close_leaves_a_single_file(path):
    first, second = open_store(path), open_store(path)
    first.sync("feed", describe("ku-leuven"), on=DAY)
    first.close()
    assert second.names() == {"ku-leuven": "ku-leuven"}
    second.close()
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_written_to(sealed):
    copy, seal = sealed
    seal()
    assert names(copy) == {"imec": "imec"}
    assert names(copy, read_only=False) == {"imec": "imec"}
    with open_store(copy) as store, pytest.raises(StoreError, match="open it read-only"):
        store.sync("feed", [], on=DAY)


def test_a_file_left_in_write_ahead_mode_in_such_a_folder(sealed):
    copy, seal = sealed
    with sqlite3.connect(copy) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    seal()
    assert names(copy) == {"imec": "imec"}


def test_a_writer_that_waited_too_long_says_why(path, monkeypatch):
    monkeypatch.setattr(SqliteDatabase, "busy_timeout_s", 0.05)
    with open_store(path) as store, sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="being written to by another process"):
            store.sync("feed", [], on=DAY)
        other.execute("ROLLBACK")
    other.close()
    assert names(path) == {"imec": "imec"}


def test_a_damaged_file_says_so(path):
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 40_960)
    with pytest.raises(StoreError, match="load the landscape anew"):
        names(path)
