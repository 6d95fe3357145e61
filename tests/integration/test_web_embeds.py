"""Pieces of the site that other sites show."""

from __future__ import annotations

import pytest
from litestar.testing import TestClient

from baken.web.app import create_app
from baken.web.pages import PAGES
from baken.workspace import Workspace


@pytest.fixture(scope="module")
def client(data):
    with Workspace.open(data=data) as workspace, TestClient(create_app(workspace)) as client:
        yield client


@pytest.mark.parametrize(
    "address", [p.path.replace("{id:str}", "imec") for p in PAGES if p.is_embed]
)
@pytest.mark.parametrize("language", ["", "/nl", "/fr", "/de"])
def test_a_piece_may_be_framed_and_leads_to_the_whole(client, address, language):
    piece = client.get(language + address)
    assert piece.status_code == 200
    assert "frame-ancestors *" in piece.headers["content-security-policy"]
    assert "<header" not in piece.text
    assert '<base target="_top">' in piece.text
    assert f'href="{language}/' in piece.text


def test_whole_pages_may_not_be_framed_elsewhere(client):
    assert "frame-ancestors 'self'" in client.get("/").headers["content-security-policy"]


def test_the_script_stays_where_other_sites_know_it(client):
    script = client.get("/embed.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "iframe" in script.text
