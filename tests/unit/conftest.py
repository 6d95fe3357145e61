"""The shipped landscape in a store of a known day, for the tests that only read it."""

import datetime

import pytest

from baken import ingest
from baken.landscape import shipped
from baken.search import UniversalSentenceEncoder, build_index, open_index
from baken.store import open_store


@pytest.fixture(scope="session")
def shipped_store(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("shipped") / "store.sqlite") as store:
        ingest.load(shipped(), store, on=datetime.date(2026, 11, 22))
        yield store


@pytest.fixture(scope="session")
def index_folder(tmp_path_factory):
    """Where the index of the shipped landscape is kept; beside it one of a variant is made fast."""
    return tmp_path_factory.mktemp("index")


@pytest.fixture(scope="session")
def shipped_index(shipped_store, index_folder):
    build_index(shipped_store, UniversalSentenceEncoder(), index_folder)
    return open_index(shipped_store, UniversalSentenceEncoder(), index_folder)
