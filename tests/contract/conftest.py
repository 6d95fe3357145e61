"""One store of each kind: a SQLite file, and a schema of its own on a real PostgreSQL server."""

import itertools

import pytest

from baken.store import open_store

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


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
