"""The network page: drawn, in words, and honest about what it does not know."""

import pytest
from litestar.testing import TestClient

from baken import Workspace
from baken.errors import NotFoundError
from baken.web import create_app


@pytest.fixture(scope="module")
def workspace(data):
    with Workspace.open(data=data) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def client(workspace):
    with TestClient(create_app(workspace)) as client:
        yield client


def test_a_way_is_told_step_by_step_with_its_sources(client):
    page = client.get("/network.json?from=imec&to=BlueHealth+Innovation+Center").json()
    assert page["way_by"] == "relations"
    assert [page["way"][0]["start"]["label"], page["way"][-1]["end"]["label"]] == [
        "imec",
        "BlueHealth Innovation Center",
    ]
    numbers = {source["number"] for source in page["sources"]}
    assert all(step["notes"] and set(step["notes"]) <= numbers for step in page["way"])


def test_words_that_fit_several_ask_which(client):
    page = client.get("/network.json?from=imec&to=BlueHealth").json()
    assert not page["is_asked"]
    assert len(page["end"]["choices"]) > 1
    assert "Which one?" in client.get("/network?from=imec&to=BlueHealth").text


def test_a_neighbourhood_grows_with_its_steps(client):
    near, wide = (client.get(f"/network.json?around=imec&steps={n}").json() for n in (1, 2))
    assert {dot["id"] for dot in near["dots"]} < {dot["id"] for dot in wide["dots"]}


def test_the_words_say_every_line_both_ways(client):
    page = client.get("/network.json?around=imec").json()
    drawn = {frozenset((line["source"], line["target"])) for line in page["lines"]}
    said = sum(len({o["label"] for k in e["kin"] for o in k["others"]}) for e in page["entries"])
    assert said == 2 * len(drawn)


def test_whom_it_is_linked_to_in_several_ways_is_named_once(client):
    entries = client.get("/network.json?around=imec").json()["entries"]
    for kin in (kin for entry in entries for kin in entry["kin"]):
        names = [other["label"] for other in kin["others"]]
        assert len(names) == len(set(names))


def test_a_larger_landscape_is_read_in_part_with_the_same_answers(workspace, client, monkeypatch):
    whole = workspace.path("imec", "bluehealth-innovation-center")
    near, _ = workspace.neighbourhood("imec", steps=2)
    monkeypatch.setattr(workspace, "network", lambda: None)
    assert len(workspace.path("imec", "bluehealth-innovation-center").steps) == len(whole.steps)
    assert workspace.neighbourhood("imec", steps=2)[0].organisations == near.organisations
    monkeypatch.setattr("baken.web.pages.network.MOST", 50)
    page = client.get("/network.json").json()
    assert (page["limit"], page["dots"]) == ("region", [])
    assert "too many to draw at once" in client.get("/network").text


def test_nobody_is_linked_to_who_is_not_there(workspace):
    with pytest.raises(NotFoundError):
        workspace.path("imec", "nobody")
