"""A site visit over HTTP: planned, asked for, its hosts asked, given out; each step by its page."""

import datetime
import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar
from litestar.testing import TestClient
from page import ValidationProfile, validate_pdf_bytes
from tests.desk_day import OWN, signed_in, team
from tools.made_up_day import MORNING

from baken import Workspace
from baken.config import Settings
from baken.desk import SYSTEM, Desk
from baken.web import create_app

STOPS = ("bioville", "health-campus-ghent", "campus29")
VISIT = "/visit?" + "&".join(f"stop={one}" for one in STOPS) + "&day=2026-12-08&minutes-campus29=45"
QUESTION = "May a maker of devices see your labs?"


@pytest.fixture
def workspace(data, tmp_path):
    settings = Settings.load(
        {}, data=data, desk=str(tmp_path / "desk.sqlite"), desk_secret="s" * 40
    )
    with (
        Desk.open(settings, clock=Clock(MORNING)) as desk,
        Workspace.open(settings) as workspace,
    ):
        workspace.__dict__["desk"] = desk
        yield workspace


def form_of(page, action_end, **given):
    """What a browser sends of the form whose address ends so, with some fields filled in."""
    forms = re.findall(r'<form method="post" action="[^"]*"[^>]*>.*?</form>', page, re.S)
    form = next(one for one in forms if action_end in one)
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind = (re.findall(r'type="(\w+)"', tag) or ["text"])[0]
        name = re.findall(r'name="([^"]*)"', tag)[0]
        if kind in ("radio", "checkbox") and " checked" not in tag:
            continue
        value = html.unescape((re.findall(r'value="([^"]*)"', tag) or [""])[0])
        found.setdefault(name, []).append(value)
    found |= {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    return found


def test_a_visit_from_the_plan_to_the_calendar(workspace):
    desk = workspace.desk
    people = team(desk)
    mia = people["mia"]
    site = TestClient(create_app(workspace), base_url="http://testserver.local")
    with site, signed_in(workspace, mia) as client:
        # From the plan to the form, with the programme carried along.
        plan = site.get(VISIT).text
        ask = html.unescape(re.findall(r'href="(/enquire\?[^"]*)"', plan)[0])
        assert "minutes-campus29=45" in parse_qs(urlsplit(ask).query)["visit"][0]
        page = site.get(ask).text
        assert "The visit you planned" in page
        fields = form_of(page, "/enquire", message="We look for a lab.", name="Ada",
                         email="ada@inhalers.example", country="SE", kind="site-visit",
                         organisation_name="Inhalers AB", language="en")  # fmt: skip
        desk._ground.clock.pass_(10)
        done = site.post("/enquire", data=fields, headers=OWN, follow_redirects=False)
        status_page = done.headers["location"]
        (enquiry,) = desk.inbox(by=SYSTEM)
        assert set(enquiry.organisations) == set(STOPS)
        address = f"/desk/enquiries/{enquiry.id}/visit"
        assert address in client.get(f"/desk/enquiries/{enquiry.id}").text

        # The officer asks every host, and sees the mails first.
        page = client.get(address).text
        fields = form_of(page, 'value="ask"', question=QUESTION)
        for stop in STOPS:
            fields |= {f"name-{stop}": ["Host"], f"email-{stop}": [f"{stop}@host.example"],
                       f"language-{stop}": ["en"]}  # fmt: skip
        shown = client.post(address, data={**fields, "stage": "preview"}, headers=OWN).text
        assert shown.count(QUESTION) >= 3
        assert "Inhalers AB" not in re.sub(r"<h1>.*?</h1>", "", shown)
        assert not desk.case(enquiry.id, by=SYSTEM).introductions
        assert "ada@" not in shown
        client.post(address, data=form_of(shown, "Send them now", stage="send"), headers=OWN)
        hosts = {one.organisation: one for one, _ in desk.case(enquiry.id, by=SYSTEM).introductions}
        assert {one.state for one in hosts.values()} == {"host-asked"}

        # One declines on their page, one has another time, both by their link alone.
        def answer(stop, said, **more):
            url = desk._ground.office.signer.url("host", hosts[stop].id, desk.now())
            path = urlsplit(url).path
            question = site.get(path).text
            assert "Inhalers AB" not in question
            sent = form_of(question, 'name="at"', answer=said, **more)
            return site.post(path, data=sent, headers=OWN)

        assert "You said no" in answer("campus29", "host-declined", text="Ask others.").text
        moved = answer("bioville", "host-moved", **{"from": "15:00"})
        assert "Another time is incomplete" in moved.text
        times = {"from": "14:30", "until": "17:00"}
        assert "You offered another time" in answer("bioville", "host-moved", **times).text
        starts = desk.visits.of(enquiry.id, by=SYSTEM).starts
        assert starts["bioville"].time() >= datetime.time(14, 30)
        for stop in ("bioville", "health-campus-ghent"):
            assert "You said yes" in answer(stop, "host-confirmed").text

        # The officer gives the programme out; the enquirer's page and files hold it.
        page = client.get(address).text
        assert "Send the programme" in page
        sent = form_of(page, 'value="release"', note="See you.")
        shown = client.post(address, data={**sent, "stage": "preview"}, headers=OWN).text
        assert "visit.ics" in shown
        client.post(address, data=form_of(shown, "Send it now", stage="send"), headers=OWN)
        assert "Your visit" in site.get(status_page).text
        base = urlsplit(status_page).path
        calendar = Calendar.from_ical(site.get(f"{base}/visit.ics").content)
        events = calendar.walk("VEVENT")
        assert {str(one["STATUS"]) for one in events} == {"CONFIRMED"}
        assert len(events) == 2
        printed = site.get(f"{base}/visit.pdf").content
        report = validate_pdf_bytes(printed, profile=ValidationProfile.PDF_UA_1)
        assert report.is_compliant, [(one.rule_id, one.message) for one in report.failures]
        month = client.get("/desk/visits?month=2026-12").text
        assert month.count(f"{address}") >= 2

        # Stops and days can be changed by the form, and it says what moved.
        page = client.get(address).text
        sent = form_of(page, 'value="plan"', out="health-campus-ghent")
        shown = client.post(address, data={**sent, "stage": "preview"}, headers=OWN).text
        assert "does not take place" in shown


class Clock:
    """The time, which a test lets pass."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now

    def pass_(self, seconds):
        self.now += datetime.timedelta(seconds=seconds)
