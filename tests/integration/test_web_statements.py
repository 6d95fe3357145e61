"""What pages make of statements that disagree, are inherited, retired or not for the public."""

import datetime
from types import SimpleNamespace

import numpy as np
import pytest
from litestar.testing import TestClient

from baken import Workspace
from baken.model import Figure, FormerName, Milestone, Relation, Visibility
from baken.partners.surroundings import Surroundings
from baken.search import build_index
from baken.store import open_store
from baken.testing import DAY, describe, make_citation, make_landscape, make_statement
from baken.web import create_app


class Mute:
    """An encoder to which nothing means anything."""

    model, dimensions = "mute", 4

    def encode(self, texts):
        return np.zeros((len(texts), 4), dtype=np.float32)


NEW = make_citation("New Paper", published="2024-03")
OLD = make_citation("Old Paper", published="2010")


def _statements():
    yield from describe("ghent-hospital", name="Ghent Hospital", place="ghent", themes=["oncology"])
    said = [
        ("name", "Ziekenhuis Gent", {"language": "nl"}),
        ("founded", "1979", {"citation": OLD}),
        ("founded", "1971", {"citation": NEW}),
        ("summary", "Cares for people.", {"language": "en", "citation": OLD}),
        ("summary", "Zorgt voor mensen.", {"language": "nl"}),
        ("former-name", FormerName("Old Hospital", until="1987-05"), {}),
        ("website", "https://secret.example.org", {"visibility": Visibility.INTERNAL}),
        ("figure", Figure("beds", 900, "about", "2012"), {"citation": OLD}),
        ("figure", Figure("beds", 1000, "at-least", "2024-03"), {"citation": NEW}),
        ("relation", Relation("works-with", name="Somebody Else", since="2019-02"), {}),
        ("milestone", Milestone("New wing", "announced", by="2020"), {}),
        ("milestone", Milestone("Far wing", "announced", by="2999-01"), {}),
        ("milestone", Milestone("Merged", "happened", on="2021-05-06"), {}),
    ]
    for predicate, value, more in said:
        yield make_statement("ghent-hospital", predicate, value, **more)
    yield from describe("lung-unit", name="Lung Unit", part_of="ghent-hospital", roles=["research"])
    # A Dutch name first: the page is called by the English one and keeps the other.
    yield make_statement("institute", "kind", "research-centre")
    yield make_statement("institute", "name", "Instituut", language="nl")
    yield make_statement("institute", "name", "The Institute", language="en")
    yield make_statement("institute", "place", "leuven", citation=OLD)
    yield make_statement("institute", "place", "tienen", citation=NEW)


@pytest.fixture
def store(tmp_path):
    with open_store(str(tmp_path / "small.sqlite")) as store:
        store.sync("landscape", _statements(), on=DAY, landscape=make_landscape())
        yield store


@pytest.fixture
def client(store):
    # No page here answers a need, so of the matcher there is only who is around.
    matcher = SimpleNamespace(surroundings=Surroundings(build_index(store, Mute()).roster))
    with TestClient(create_app(Workspace(store, matcher))) as client:
        yield client


@pytest.fixture
def hospital(client):
    return client.get("/organisations/ghent-hospital.json").json()


def test_sources_that_differ_stand_side_by_side_with_their_dates(client, hospital):
    founded = dict(hospital["facts"])["Founded"]
    assert [(f["text"], f["dated"]) for f in founded] == [("1971", "March 2024"), ("1979", "2010")]
    assert "1979</span> <span" in client.get("/organisations/ghent-hospital").text


def test_one_value_is_not_dated_twice(client):
    address = client.get("/organisations/lung-unit.json").json()
    assert all(kind["dated"] is None for kind in address["kinds"])


def test_the_latest_figure_stands_first_and_the_others_beside_it(hospital):
    [beds] = hospital["figures"]
    assert (beds["value"], beds["as_of"]) == ("1,000+", "2024-03")
    assert [(f["value"], f["as_of"]) for f in beds["also"]] == [("about 900", "2012")]


def test_everything_at_the_top_of_the_page_is_footnoted(hospital):
    numbers = {source["number"]: source["publisher"] for source in hospital["sources"]}
    for said in (hospital["name"], hospital["kinds"][0], hospital["place"][0]):
        assert [numbers[n] for n in said["notes"]] == ["Example Register"], said
    assert [(t["text"], bool(t["notes"])) for t in hospital["themes"]] == [("Oncology", True)]
    assert [numbers[n] for n in hospital["summaries"][0]["notes"]] == ["Old Paper"]


def test_an_inherited_place_names_whose_it_is_and_who_says_so(client):
    unit = client.get("/organisations/lung-unit.json").json()
    assert unit["located_through"]["label"] == "Ghent Hospital"
    assert [(p["text"], bool(p["notes"])) for p in unit["place"]] == [
        ("Ghent", True),
        ("East Flanders", False),
    ]
    assert "(through " in client.get("/organisations/lung-unit").text


def test_places_that_differ_are_all_said(client):
    institute = client.get("/organisations/institute.json").json()
    assert institute["place"][0]["text"] == "Tienen"
    said = dict(institute["facts"])["Said to be in"]
    assert [(p["text"], p["dated"]) for p in said] == [("Tienen", "March 2024"), ("Leuven", "2010")]


def test_the_english_name_is_shown_and_the_dutch_one_marked_as_dutch(client):
    page = client.get("/organisations/institute").text
    assert ">The Institute</h1>" in page
    assert '<span lang="nl">Instituut</span>' in page


def test_dates_are_written_as_people_write_them(client):
    page = client.get("/organisations/ghent-hospital").text
    assert "Old Hospital (until May 1987)" in page
    assert "Somebody Else (since February 2019)" in page
    assert "6 May 2021" in page
    assert "22 November 2026" in page


def test_a_plan_is_marked_by_how_far_its_date_can_be_trusted(hospital):
    assert {event["text"]: event["warning"] for event in hospital["events"]} == {
        "New wing": "date has passed, outcome not known here",
        "Far wing": "announced, by January 2999",
        "Merged": None,
    }


def test_the_hierarchy_is_drawn_both_ways(client, hospital):
    [tree] = hospital["trees"]
    assert [part["name"] for part in tree["parts"]] == ["Lung Unit"]
    [from_below] = client.get("/organisations/lung-unit.json").json()["trees"]
    assert from_below["name"] == "Ghent Hospital"
    assert [part["name"] for part in from_below["parts"]] == ["Lung Unit"]


def test_what_is_not_for_the_public_is_nowhere(client):
    for address in ("/organisations/ghent-hospital", "/organisations/ghent-hospital.json"):
        assert "secret" not in client.get(address).text


def test_a_sync_shows_at_once_even_on_pages_built_once(client, store):
    assert client.get("/about.json").json()["publisher_count"] == 3
    before = {p["label"]: p["count"] for p in client.get("/places.json").json()["provinces"]}
    store.sync("landscape", describe("lab", place="tienen"), on=DAY + datetime.timedelta(days=1))
    after = {p["label"]: p["count"] for p in client.get("/places.json").json()["provinces"]}
    assert before == {"Flemish Brabant": 1, "East Flanders": 2}
    assert after == {"Flemish Brabant": 1, "East Flanders": 0}
    assert client.get("/organisations/ghent-hospital").status_code == 404


def test_a_theme_that_nobody_works_on_says_so(client):
    page = client.get("/themes/biobanking").text
    assert "Nobody here is known to work on exactly this" in page
