"""What a store's address means, and what is said when it means nothing good."""

import sqlite3
import sys
from pathlib import Path

import pytest

from baken.errors import StoreError
from baken.store import open_store
from baken.testing import DAY, describe


@pytest.mark.parametrize(
    "address",
    [
        lambda folder: folder / "a.sqlite",
        lambda folder: str(folder / "a.sqlite"),
        lambda folder: f"sqlite:///{folder}/a.sqlite",
        lambda folder: "a.sqlite",
        lambda folder: Path("a.sqlite"),
        lambda folder: "sqlite:///a.sqlite",
    ],
)
def test_a_path_and_a_url_mean_the_same_file(tmp_path, monkeypatch, address):
    monkeypatch.chdir(tmp_path)
    with open_store(address(tmp_path)) as store:
        store.sync("feed", describe("imec"), on=DAY)
    with open_store(tmp_path / "a.sqlite", read_only=True) as store:
        assert store.names() == {"imec": "imec"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.sqlite"]


def test_a_file_with_a_strange_name(tmp_path):
    path = tmp_path / "what? 100% #1.sqlite"
    with open_store(path) as store:
        store.sync("feed", describe("imec"), on=DAY)
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("mysql://host/db", "no store of the kind “mysql://”"),
        ("sqlite://", "names no file"),
        ("sqlite:///", "names no file"),
        (":memory:", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("", "names no file"),
    ],
)
def test_an_address_that_means_nothing(address, sentence):
    with pytest.raises(StoreError, match=sentence):
        open_store(address)


def test_a_file_that_is_not_there_is_not_made_to_be_read(tmp_path):
    with pytest.raises(StoreError, match=r"no store .*gone\.sqlite"):
        open_store(tmp_path / "gone.sqlite", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_store(tmp_path):
    with pytest.raises(StoreError, match="is a folder"):
        open_store(tmp_path)
    with pytest.raises(StoreError, match="does not exist; make it first"):
        open_store(tmp_path / "no" / "such" / "a.sqlite")


@pytest.mark.parametrize("read_only", [True, False])
def test_another_program_s_file_is_refused_and_left_alone(tmp_path, read_only):
    text = tmp_path / "notes.txt"
    text.write_text("no database at all\n" * 100)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    connection.close()
    before = {path: path.read_bytes() for path in (text, other)}
    with pytest.raises(StoreError, match="some other file"):
        open_store(text, read_only=read_only)
    with pytest.raises(StoreError, match="something else"):
        open_store(other, read_only=read_only)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_postgresql_without_its_driver_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "baken.store.postgresql", raising=False)
    with pytest.raises(StoreError, match=r"pip install 'baken\[postgres\]'"):
        open_store("postgresql://localhost/baken")


def test_a_broken_postgresql_address():
    with pytest.raises(StoreError, match="address is wrong"):
        open_store("postgresql://someone:secret@[::1/health")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_server_that_does_not_answer(tmp_path, scheme):
    with pytest.raises(StoreError, match="health does not answer") as caught:
        open_store(f"{scheme}://someone:secret@/health?host={tmp_path}")
    assert "secret" not in str(caught.value)
