"""The landscape, its drawing, the comparison and the statistics."""

import io
import re
from xml.etree import ElementTree

import pytest
from litestar.testing import TestClient

from baken import Workspace
from baken.store import Filter
from baken.web import create_app
from baken.web.drawing import Letters
from baken.web.pages import landscape, statistics


@pytest.fixture(scope="module")
def workspace(data):
    with Workspace.open(data=data) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def client(workspace):
    with TestClient(create_app(workspace)) as client:
        yield client


def ids(tiles):
    return [id for tile in tiles for id in (tile["id"], *ids(tile["units"]))]


@pytest.mark.parametrize("by", ["kind", "province"])
def test_every_organisation_is_in_one_group(client, workspace, by):
    answer = client.get(f"/landscape.json?by={by}").json()
    shown = [id for group in answer["groups"] for id in ids(group["tiles"])]
    assert sorted(shown) == sorted(workspace.names())
    assert all(group["count"] == len(ids(group["tiles"])) for group in answer["groups"])


def test_an_organisation_with_units_is_large_and_holds_them(client):
    answer = client.get("/landscape.json").json()
    tiles = {tile["id"]: tile for group in answer["groups"] for tile in group["tiles"]}
    assert tiles["uza"]["size"] == "large"
    assert "uz-leuven" in tiles
    assert "ugent" in tiles
    assert "<details>" in client.get("/landscape").text


def test_filters_and_grouping_stay_together(client, workspace):
    answer = client.get("/landscape.json?by=role&province=limburg").json()
    assert answer["count"] == sum(workspace.facets(Filter(provinces=("limburg",))).kinds.values())
    assert all("province=limburg" in way["href"] for way in answer["ways"])
    assert all("by=role" in link["href"] for link in answer["active"])


@pytest.mark.parametrize("by", ["kind", "province", "theme", "role"])
def test_of_too_many_each_group_shows_a_few_and_says_how_many_more(client, monkeypatch, by):
    monkeypatch.setattr(landscape, "_MOST_AT_ONCE", 10)
    monkeypatch.setattr(landscape, "_MOST_IN_A_GROUP", 3)
    groups = client.get(f"/landscape.json?by={by}").json()["groups"]
    assert any(group["more"] for group in groups)
    for group in groups:
        assert len(ids(group["tiles"])) <= 3
        assert group["count"] == group["more"] + len(ids(group["tiles"]))


def test_the_drawing_names_the_same_organisations_in_each_language(client):
    answer = client.get("/nl/landscape.svg?kind=university")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(answer.text)
    texts = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Universiteit Antwerpen" in texts
    assert any("in één oogopslag" in text for text in texts)
    for place in root.iter("{http://www.w3.org/2000/svg}text"):
        assert 0 <= float(place.get("x")) <= 1600
        assert 0 <= float(place.get("y")) <= 900


def test_pdf_and_png_are_what_they_say(client):
    assert client.get("/landscape.pdf").content.startswith(b"%PDF-")
    png = client.get("/landscape.png").content
    assert png.startswith(b"\x89PNG")
    width, height = (int.from_bytes(io.BytesIO(png[a:b]).read()) for a, b in ((16, 20), (20, 24)))
    assert (width, height) == (1920, 1080)


def test_a_text_is_cut_where_it_is_too_wide():
    letters = Letters()
    cut = letters.fitting("Department of Respiratory Medicine", 10, 60)
    assert cut.endswith("…")
    assert letters.width(cut, 10) <= 62
    assert letters.width("iiii", 10) < letters.width("mmmm", 10)
    assert letters.wrapped("University of Antwerp", 10, 70, 2) == ["University of", "Antwerp"]


def test_a_comparison_says_what_is_not_known_and_what_does_not_apply(client):
    page = client.get("/compare?with=uz-gent&with=microsoft&with=places/limburg")
    assert "not known here" in page.text
    assert "does not apply" in page.text
    answer = client.get("/compare.json?with=uz-gent&with=uza").json()
    assert [column["id"] for column in answer["columns"]] == ["uz-gent", "uza"]
    assert all(len(line["cells"]) == 2 for line in answer["lines"])
    figures = [c["figure"] for line in answer["lines"] for c in line["cells"] if c["figure"]]
    assert figures
    assert all(f["as_of"] and f["notes"] for f in figures)


def test_at_most_four_are_compared_and_nobody_unknown(client):
    many = "&".join(f"with={id}" for id in ("uz-gent", "uza", "imec", "vib", "ugent"))
    answer = client.get(f"/compare.json?{many}").json()
    assert len(answer["columns"]) == 4
    assert "four" in answer["note"]
    assert client.get("/compare?with=nobody").status_code == 404
    assert client.get("/compare?with=places/nowhere").status_code == 404


def test_the_picker_finds_by_name(client):
    answer = client.get("/compare.json?with=uza&add=imec").json()
    assert any("with=uza&with=imec" in link["href"] for link in answer["suggestions"])
    assert "Nothing here" in client.get("/compare.json?add=zzzzqqqq").json()["note"]


def test_statistics_add_up(client, workspace):
    answer = client.get("/statistics.json").json()
    total = workspace.totals().organisations
    plots = {plot["id"]: plot["bars"] for plot in answer["plots"]}
    assert sum(bar["count"] for bar in plots["kinds"]) == total == answer["looked_at"]
    assert sum(bar["count"] for bar in plots["provinces"]) == total
    whole, *parts = answer["freshness"]
    for name in ("values", "fresh", "older", "undated"):
        assert whole[name] == sum(part[name] for part in parts)
    assert whole["values"] == whole["fresh"] + whole["older"] + whole["undated"]


def test_a_filter_of_the_statistics_counts_only_what_passes(client):
    answer = client.get("/statistics.json?kind=hospital").json()
    kinds = next(plot for plot in answer["plots"] if plot["id"] == "kinds")["bars"]
    assert [bar["count"] for bar in kinds] == [answer["count"]]


def test_a_part_of_a_date_counts_by_its_last_day(client, monkeypatch):
    class Value:
        def __init__(self, *published):
            self.citations = [type("C", (), {"published": date}) for date in published]

    assert statistics._age(Value("2024"), "2024-11-22") == 0
    assert statistics._age(Value("2024-10"), "2024-11-22") == 1
    assert statistics._age(Value(None, "2025-01-01"), "2024-11-22") == 0
    assert statistics._age(Value(None), "2024-11-22") == 2


def test_nothing_on_these_pages_is_styled_inline(client):
    for address in ("/landscape", "/compare?with=uza", "/statistics"):
        assert not re.search(r"\sstyle=|<style", client.get(address).text)


def test_the_comparison_offers_whom_to_compare(client):
    empty = client.get("/nl/compare.json").json()
    assert {"Limburg", "Antwerpen"} <= {link["label"] for link in empty["suggestions"]}
    assert all(2 <= link["count"] <= 4 for link in empty["ready"])
    assert len(client.get(empty["ready"][0]["href"].replace("?", ".json?")).json()["columns"]) > 1
    one = client.get("/compare.json?with=uz-gent").json()
    assert one["alike"]
    assert not one["ready"]
    assert all("with=uz-gent&with=" in link["href"] for link in one["alike"])
    province = client.get("/compare.json?with=places/limburg").json()
    assert not province["alike"]
    # What is typed is looked up in the page's language.
    typed = client.get("/fr/compare.json?add=Flandre-Or").json()["suggestions"]
    assert [link["label"] for link in typed] == ["Flandre-Orientale"]


def test_a_note_of_several_answers_stands_below_them(client):
    page = client.get("/compare?with=uz-gent&with=uza").text
    assert "Take off</a></th>" in page
    assert '<span class="small quiet">Sources</span><sup>' in page


def test_a_long_list_of_a_place_is_sorted_by_kind(client):
    page = client.get("/places/limburg").text
    kinds = re.findall(r'class="sort">([^<]+) <', page)
    assert kinds == sorted(kinds)
    assert {"Biobank", "Company", "Hospital"} <= set(kinds)
    # A name that several languages share stands once: “Gand · Gent”.
    assert client.get("/places/ghent").text.count(">Gent</span>") == 1


def test_home_leads_to_themes_by_their_own_names(client):
    themes = {t["label"]: t["href"] for r in client.get("/de/index.json").json()["roles"]
              for t in r["themes"]}  # fmt: skip
    assert themes["Krebs"].startswith("/de/themes/")
    assert "3D printing" in client.get("/").text
