"""The endpoint that links texts, for those who write programs."""

import json

import pytest
from litestar.testing import TestClient

from baken import Workspace
from baken.errors import LinkError
from baken.testing import FakeLinker, make_record
from baken.web import create_app
from baken.web.linking import LONGEST_TEXT, MOST_TEXTS

ADDRESS = "/api/v1/link"
LEUVEN = make_record("KU Leuven")


@pytest.fixture(scope="module")
def workspace(data):
    with Workspace.open(data=data) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def client(workspace):
    with TestClient(create_app(workspace)) as client:
        yield client


@pytest.fixture
def linker(workspace, monkeypatch):
    linker = FakeLinker([LEUVEN])
    monkeypatch.setitem(workspace.__dict__, "linker", linker)
    return linker


def test_many_texts_are_answered_in_order(client, linker):
    texts = ["Physics, KU Leuven", "nobody", "🧪, KU Leuven"]
    answer = client.post(ADDRESS, json={"affiliations": texts})
    assert answer.status_code == 200
    assert answer.json()["version"] == linker.version
    results = answer.json()["results"]
    assert [result["ror_ids"] for result in results] == [[LEUVEN.id], [], [LEUVEN.id]]
    assert results[2]["links"] == [
        {"id": LEUVEN.id, "name": "KU Leuven", "span": [3, 12], "score": 1.0}
    ]
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_one_text_is_answered_as_many_are(client, linker):
    one = client.get(ADDRESS, params={"affiliation": "Physics, KU Leuven"})
    many = client.post(ADDRESS, json={"affiliations": ["Physics, KU Leuven"]})
    assert one.status_code == 200
    assert one.json() == many.json()


def test_no_texts_have_no_results(client, linker):
    assert client.post(ADDRESS, json={"affiliations": []}).json()["results"] == []


@pytest.mark.parametrize("text", ["", "\x00\x1b", "\u202eشركة", "x" * LONGEST_TEXT])
def test_odd_texts_are_answered(client, linker, text):
    assert client.get(ADDRESS, params={"affiliation": text}).json()["results"] == [
        {"ror_ids": [], "links": []}
    ]


def test_half_a_surrogate_pair_is_answered(client, linker):
    answer = client.post(ADDRESS, content=b'{"affiliations": ["\\ud800, KU Leuven"]}')
    assert answer.json()["results"][0]["links"][0]["span"] == [3, 12]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b"[" * 200_000, 400, "not JSON"),
        (b'{"affiliations": ["\xff"]}', 400, "not JSON in UTF-8"),
        (b"[]", 400, '"affiliations"'),
        (b'{"affiliations": "KU Leuven"}', 400, "a list of strings"),
        (b'{"affiliations": [null]}', 400, "a list of strings"),
        (json.dumps({"affiliations": ["x"] * (MOST_TEXTS + 1)}).encode(), 413, "1,001 aff"),
        (
            json.dumps({"affiliations": ["x", "x" * (LONGEST_TEXT + 1)]}).encode(),
            413,
            "Affiliation 2 has 10,001 characters",
        ),
    ],
)
def test_mistakes_are_sentences(client, linker, body, status, says):
    answer = client.post(ADDRESS, content=body)
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_as_much_as_may_be_sent_is_answered(client, linker):
    texts = ["🧪" * LONGEST_TEXT] * MOST_TEXTS
    answer = client.post(ADDRESS, json={"affiliations": texts})
    assert answer.status_code == 200
    assert len(answer.json()["results"]) == MOST_TEXTS
    more = client.post(ADDRESS, content=json.dumps({"affiliations": texts * 2}).encode())
    assert more.status_code == 413
    assert "send fewer texts" in more.json()["error"]


@pytest.mark.parametrize(
    ("params", "status"), [({}, 400), ({"affiliation": "x" * (LONGEST_TEXT + 1)}, 413)]
)
def test_a_get_without_a_text_or_with_too_long_a_one(client, linker, params, status):
    answer = client.get(ADDRESS, params=params)
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")


def test_without_a_registry_the_setting_is_named(client, workspace):
    assert workspace.linker is None
    for answer in (
        client.post(ADDRESS, json={"affiliations": ["x"]}),
        client.get(ADDRESS, params={"affiliation": "x"}),
    ):
        assert answer.status_code == 503
        assert "BAKEN_REGISTRY" in answer.json()["error"]


def test_a_registry_that_is_gone_is_a_sentence(client, workspace, monkeypatch):
    class Gone:
        version = "1"

        def link(self, texts):
            raise LinkError("There is no registry here any more.")

    monkeypatch.setitem(workspace.__dict__, "linker", Gone())
    answer = client.post(ADDRESS, json={"affiliations": ["x"]})
    assert (answer.status_code, answer.json()["error"]) == (
        503,
        "There is no registry here any more.",
    )


def test_no_text_is_ever_logged(client, linker, caplog):
    client.get(ADDRESS, params={"affiliation": "a very private text"})
    assert "private" not in caplog.text
