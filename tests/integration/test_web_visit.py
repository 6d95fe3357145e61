"""A visit is planned on the page, taken along, and planned again when a host answers."""

import io
import re
from urllib.parse import urlsplit

import icalendar
import pytest
from litestar.testing import TestClient
from pypdf import PdfReader

from baken import Workspace
from baken.web import create_app

STOPS = "stop=bioville&stop=health-campus-ghent&stop=health-sciences-campus-leuven"
VISIT = f"{STOPS}&day=2026-12-01&day=2026-12-02&begin=Brussels"


@pytest.fixture(scope="module")
def client(data):
    with Workspace.open(data=data) as workspace, TestClient(create_app(workspace)) as client:
        yield client


def visits(page):
    return {line["text"]: line for day in page["days"] for line in day["lines"] if line["number"]}


def again(client, href):
    parts = urlsplit(href)
    assert parts.path == "/visit"
    return client.get(f"/visit.json?{parts.query}").json()


def test_a_programme_comes_of_the_stops_in_the_address(client):
    page = client.get(f"/visit.json?{VISIT}").json()
    assert page["problem"] is None
    assert len(visits(page)) == 3
    assert page["days"][0]["begins"] == "City of Brussels"
    shown = client.get(f"/visit?{VISIT}")
    assert shown.headers["cache-control"] == "private, no-store"
    assert "estimated" in shown.text
    assert "BioVille" in shown.text


def test_a_confirmed_stop_stays_when_another_declines_and_the_page_says_what_changed(client):
    page = client.get(f"/visit.json?{VISIT}").json()
    name, line = next(iter(visits(page).items()))
    sure = again(client, line["confirm"])
    assert visits(sure)[name]["release"]
    other = next(one for one in visits(sure) if one != name)
    gone = again(client, visits(sure)[other]["decline"])
    assert other not in visits(gone)
    assert visits(gone)[name]["starts"] == line["starts"]
    assert f"{other} has declined and is left out." in gone["changes"]


def test_stops_are_changed_added_and_taken_off(client):
    page = client.get(f"/visit.json?{VISIT}&minutes-bioville=120&may=bioville").json()
    [stop] = [one for one in page["stops"] if one["id"] == "bioville"]
    assert (stop["minutes"], stop["is_usual"], stop["is_may"]) == (120, False, True)
    without = again(client, stop["remove"])
    assert "bioville" not in [one["id"] for one in without["stops"]]
    typed = client.get(f"/visit.json?{VISIT}&add=campus29").json()
    [link] = [one for one in typed["suggestions"] if one["label"] == "Campus29"]
    assert "campus29" in [one["id"] for one in again(client, link["href"])["stops"]]


def test_the_calendar_file_and_the_pdf_hold_every_stop(client):
    page = client.get(f"/visit.json?{VISIT}").json()
    calendar = client.get(page["ics"])
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert len(list(icalendar.Calendar.from_ical(calendar.content).walk("VEVENT"))) == 3
    paper = client.get(page["pdf"])
    assert paper.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(paper.content)).pages
    text = "".join(one.extract_text() for one in pages)
    assert all(name in text for name in visits(page))


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (f"{VISIT}&start=25:00", "no time of day"),
        (f"{VISIT}&minutes-bioville=long", "no number of minutes"),
        (f"{STOPS}&day=tomorrow", "no date"),
        (f"{VISIT}&begin=Atlantis", "There is no place"),
        (f"{VISIT}&start=18:00&end=09:00", "begins before it ends"),
    ],
)
def test_what_makes_no_sense_is_said_on_the_page_with_the_form(client, address, says):
    page = client.get(f"/visit?{address}")
    assert page.status_code == 200
    assert says in page.text
    assert 'name="minutes-bioville"' in page.text
    assert client.get(f"/visit.ics?{address}").status_code == 400


def test_an_unknown_stop_is_not_found_and_an_empty_visit_invites(client):
    assert client.get("/visit?stop=nobody").status_code == 404
    assert client.get("/visit.pdf").status_code == 400
    assert client.get("/visit.json").json()["near"]


@pytest.mark.parametrize("path", ["/organisations/bioville", "/organisations", "/map"])
def test_a_visit_is_one_link_away(client, path):
    page = client.get(path).text
    assert re.search(r'href="/visit\?stop=[a-z0-9-]+"', page)


def test_a_visit_speaks_the_language_of_its_address(client):
    page = client.get(f"/nl/visit.json?{VISIT}").json()
    assert page["days"][0]["title"] == "dinsdag 1 december 2026"
    assert "onderweg" in page["summary"]
