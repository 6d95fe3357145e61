"""The map page: who is where, told honestly, whatever the landscape and its size."""

import shutil

import pytest
from litestar.testing import TestClient

from baken import Workspace
from baken.landscape import shipped
from baken.model.vocabulary import Vocabulary
from baken.web import create_app
from baken.web.families import FAMILIES, family_of
from baken.web.pages import map as map_page

TILES = {
    "map_tiles": "https://tiles.example.org/{z}/{x}/{y}.png",
    "map_credit": "© Example contributors",
}


@pytest.fixture(scope="module")
def client(data):
    with Workspace.open(data=data) as workspace, TestClient(create_app(workspace)) as client:
        yield client


def by_id(page):
    return {line["href"].rpartition("/")[2]: line for line in [*page["lines"], *page["elsewhere"]]}


def test_everybody_is_on_the_map_or_listed_beside_it(client):
    page = client.get("/map.json").json()
    assert len(page["lines"]) + len(page["elsewhere"]) == page["count"]
    assert all(line["lat"] and line["lon"] for line in page["lines"])
    west, south, east, north = page["bounds"]
    inside = [
        line
        for line in page["lines"]
        if west <= line["lon"] <= east and south <= line["lat"] <= north
    ]
    assert len(inside) == len(page["lines"])


def test_what_is_known_of_a_place_is_said(client):
    lines = by_id(client.get("/nl/map.json").json())
    campus, town = lines["uz-gent"], lines["imec"]
    assert (campus["is_exact"], campus["place"]) == (True, "Gent")
    assert (town["is_exact"], town["place"]) == (False, "ergens in Leuven")
    assert lines["careville"]["place"] == "ergens in Limburg"  # no more than the province is known
    nowhere = lines["biovia"]
    assert nowhere["lat"] is None
    assert nowhere["place"] == "ergens in Vlaanderen"


def test_a_unit_stands_where_its_organisation_stands(client):
    lines = by_id(client.get("/map.json").json())
    unit = lines["uz-gent-neurology"]
    hospital = lines["uz-gent"]
    assert (unit["lat"], unit["lon"]) == (hospital["lat"], hospital["lon"])


def test_filters_are_those_of_the_list(client):
    address = "?kind=department&province=east-flanders"
    page, listed = (
        client.get(f"/{name}.json{address}").json() for name in ("map", "organisations")
    )
    assert page["count"] == listed["count"] == len(page["lines"])
    assert [link["label"] for link in page["active"]] == ["Department", "East Flanders"]


def test_the_table_is_all_there_is_without_a_script(client):
    html = client.get("/map").text
    assert html.count("<tr data-at=") == len(client.get("/map.json").json()["lines"])
    assert "<svg" in html
    assert 'style="' not in html


def test_too_many_are_counted_by_place(client, monkeypatch):
    each = client.get("/map.json").json()
    monkeypatch.setattr(map_page, "MOST", 100)
    page = client.get("/map.json").json()
    assert page["is_by_place"]
    placeless = [one for one in each["elsewhere"] if not one["place"]]
    counted = sum(line["count"] for line in [*page["lines"], *page["elsewhere"]])
    assert counted + len(placeless) == each["count"]
    assert (page["placeless"], each["placeless"]) == (len(placeless), 0)
    assert by_id(page)["ghent"]["count"] == sum("Ghent" in one["place"] for one in each["lines"])
    # A page that was asked for before is kept; this one was not.
    html = client.get("/map?limit=changed").text
    assert 'data-n="' in html
    assert f"{len(placeless)} organisations are not counted: no source says where they are." in html


def test_a_landscape_without_codes_has_a_map_of_points(tmp_path):
    folder = tmp_path / "elsewhere"
    shutil.copytree(shipped(), folder)
    places = folder / "places.yaml"
    places.write_text(places.read_text().replace("nis: ", "other: "))
    with (
        Workspace.open(data=tmp_path, landscape=folder) as workspace,
        TestClient(create_app(workspace)) as client,
    ):
        page = client.get("/map.json").json()
        assert page["outlines"] is None
        assert page["marks"] == []
        assert len(page["lines"]) > 80
        assert 'src="/static' in client.get("/map").text
        assert client.get("/organisations/uz-gent/map.svg").status_code == 404


def test_tiles_are_asked_of_one_host_and_by_the_map_alone(data):
    with (
        Workspace.open(data=data, **TILES) as workspace,
        TestClient(create_app(workspace)) as client,
    ):
        policy = client.get("/fr/map").headers["content-security-policy"]
        assert "img-src 'self' https://tiles.example.org;" in policy
        assert "connect-src 'self' https://tiles.example.org;" in policy
        assert "tiles.example.org" not in client.get("/").headers["content-security-policy"]
        assert "© Example contributors" in client.get("/map").text


def test_without_tiles_nobody_else_is_asked(client):
    assert "http" not in client.get("/map").headers["content-security-policy"]


def test_every_kind_has_a_family(client, data):
    with Workspace.open(data=data) as workspace:
        vocabulary: Vocabulary = workspace.landscape.vocabulary
    named = {kind for family in FAMILIES for kind in family.kinds}
    assert named <= set(vocabulary.kinds)
    assert family_of("university-hospital", vocabulary).colour == "care"
    assert family_of("biobank", vocabulary).colour == "test"
    assert family_of("bank", vocabulary).colour == "money"
    assert family_of("of-another-region", vocabulary) is FAMILIES[-1]
