"""What travels: compressed, once, and only where it changed."""

from __future__ import annotations

import gzip

import brotli
import pytest
from litestar.testing import TestClient

from baken.web.app import create_app
from baken.workspace import Workspace


@pytest.fixture(scope="module")
def client(data):
    with Workspace.open(data=data) as workspace, TestClient(create_app(workspace)) as client:
        yield client


@pytest.mark.parametrize("address", ["/", "/organisations/imec", "/nl/themes", "/places.json"])
def test_a_page_that_is_still_there_is_not_sent_again(client, address):
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": f'"other", {first.headers["etag"]}'})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert client.get(address, headers={"if-none-match": '"other"'}).status_code == 200


def test_a_landscape_that_changed_makes_other_pages(client, monkeypatch, data):
    before = client.get("/places").headers["etag"]
    with Workspace.open(data=data) as workspace:
        monkeypatch.setattr(workspace.store, "revision", lambda: 10**9)
        with TestClient(create_app(workspace)) as other:
            after = other.get("/places", headers={"if-none-match": before})
    assert after.status_code == 200
    assert after.headers["etag"] != before


def test_an_answer_to_somebodys_words_has_no_tag(client):
    assert "etag" not in client.get("/find?q=lung").headers


@pytest.mark.parametrize(
    ("accepted", "unpack"), [("br, gzip", brotli.decompress), ("gzip", gzip.decompress)]
)
@pytest.mark.parametrize("name", ["page", "baken.css", "suggest.js"])
def test_whoever_takes_it_compressed_gets_it_so(client, accepted, unpack, name):
    address = "/about" if name == "page" else _static(client, name)
    plain = client.get(address, headers={"accept-encoding": "identity"})
    with client.stream("GET", address, headers={"accept-encoding": accepted}) as packed:
        content = b"".join(packed.iter_raw())
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] in accepted
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert unpack(content) == plain.content
    assert len(content) < len(plain.content) / 2


def test_fonts_are_not_compressed_twice(client):
    font = client.get(_static(client, "newsreader.woff2"))
    assert "content-encoding" not in font.headers
    assert "immutable" in font.headers["cache-control"]


def _static(client, name):
    page = client.get("/").text
    folder = page.partition('href="/static/')[2].partition("/")[0]
    return f"/static/{folder}/{name}"
