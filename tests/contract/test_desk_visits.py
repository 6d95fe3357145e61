"""What the desk promises of site visits, on every database: hosts, clocks, the programme."""

import datetime
import email
import email.policy
import re
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from icalendar import Calendar
from msgspec.structs import replace

from baken.config import Settings
from baken.desk import SYSTEM, Actor, Contact, Desk, Form, HostAsked, Worker
from baken.errors import DeskError, LinkRefusedError, TransitionError
from baken.visits import Day, Spot, Stop, Trip, Window

BRUSSELS = ZoneInfo("Europe/Brussels")
ENQUIRER = Contact(name="Ada Lindqvist", email="ada@inhalers.example", organisation="Inhalers AB")
DAY = datetime.date(2026, 12, 8)
HOURS = (Window(datetime.time(9), datetime.time(17)),)
ATTIC = Stop(id="attic", name="Attic", spot=Spot(51.05, 3.72, "Attic"), minutes=60, windows=HOURS)
BARN = Stop(id="barn", name="Barn", spot=Spot(51.06, 3.73, "Barn"), minutes=60, windows=HOURS)
CELLAR = Stop(id="cellar", name="Cellar", spot=Spot(51.2, 4.4, "C"), minutes=60, windows=HOURS)
FORM = Form(
    kind="site-visit",
    contact=ENQUIRER,
    message="We look for a lab.",
    country="SE",
    organisations=("attic", "barn", "cellar"),
    visit=Trip(stops=(ATTIC, BARN, CELLAR), days=(Day(date=DAY),)),
)


class Site:
    """A desk with an officer, an enquiry with a visit, and every mail that was sent."""

    def __init__(self, desk, time):
        self.desk, self.time, self.mails = desk, time, []
        officer = desk.team.add(Contact(name="Mia", email="mia@desk.example"), ["en"])
        self.by = Actor("officer", officer.person.id)
        desk.write_weekly_list()
        self.receipt = desk.receive(FORM)
        self.id = self.receipt.enquiry
        self.worker = Worker(desk, self, "desk@baken.example")

    def carry(self, sender, recipient, message, about_to_hand):
        about_to_hand()
        self.mails.append(
            (recipient, email.message_from_bytes(message, policy=email.policy.default))
        )

    def close(self):
        pass

    def sent(self):
        """Send what waits; return who got a mail, and its subject."""
        before = len(self.mails)
        self.worker.run_once()
        return [(to, str(mail["Subject"])) for to, mail in self.mails[before:]]

    def ask(self, *stops):
        hosts = [
            HostAsked(
                stop=one,
                contact=Contact(name=f"Host of {one}", email=f"{one}@host.example"),
                language="en",
                question="May a maker of devices see your lab?",
            )
            for one in stops
        ]
        self.desk.visits.ask(self.id, hosts, by=self.by)

    def token(self, stop):
        for to, mail in reversed(self.mails):
            found = re.findall(r"/host/([\w-]+)", mail.get_body(("plain",)).get_content())
            if to == f"{stop}@host.example" and found:
                return found[-1]
        raise AssertionError(stop)

    def answer(self, stop, said, **more):
        token = self.token(stop)
        at = self.desk.visits.question(token).starts
        return self.desk.visits.answer(token, said, at, **more)

    @property
    def visit(self):
        return self.desk.visits.of(self.id, by=self.by)

    @property
    def states(self):
        case = self.desk.case(self.id, by=SYSTEM)
        return {one.organisation: one.state for one, _ in case.introductions}


class Time:
    def __init__(self, text):
        self.set(text)

    def __call__(self):
        return self.now

    def set(self, text):
        self.now = datetime.datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


@pytest.fixture
def site(url, tmp_path):
    settings = Settings.load(
        {},
        desk=url,
        data=tmp_path,
        desk_keys=Fernet.generate_key().decode(),
        desk_secret="s" * 40,
        url="https://baken.example",
        mail_from="desk@baken.example",
        office_name="The Desk",
    )
    time = Time("2026-11-23 10:00")
    with Desk.open(settings, clock=time) as desk:
        yield Site(desk, time)


def test_a_visit_goes_from_a_plan_to_a_programme_in_the_calendar(site):
    planned = site.visit.starts
    assert set(planned) == {"attic", "barn", "cellar"}
    site.ask("attic", "barn", "cellar")
    assert {to for to, _ in site.sent()} >= {"attic@host.example", "barn@host.example"}
    words = [mail.get_body(("plain",)).get_content() for to, mail in site.mails if "@host" in to]
    assert all("Ada" not in text and "Inhalers AB" not in text for text in words)
    assert "Tuesday 8 December 2026" in words[0]
    # Looking at a page answers nothing.
    site.desk.visits.question(site.token("attic"))
    assert site.states["attic"] == "host-asked"

    site.answer("attic", "host-confirmed")
    with pytest.raises((LinkRefusedError, TransitionError)):
        site.answer("attic", "host-declined")
    site.sent()
    kept = site.visit.starts["attic"]
    with pytest.raises(DeskError, match="Not every host"):
        site.desk.visits.release(site.id, lambda _: b"%PDF-", by=site.by)

    # One declines: what is confirmed stays, and only hosts whose time changed are asked again.
    before = site.visit.starts
    site.answer("barn", "host-declined", text="Ask the shed.")
    after = site.visit.starts
    assert "barn" not in after
    assert after["attic"] == kept
    told = site.sent()
    asked_again = {to for to, _ in told if "@host" in to}
    moved = {f"{one}@host.example" for one in after if after[one] != before[one]}
    assert asked_again == moved
    assert ("mia@desk.example") in {to for to, _ in told}
    notice = next(mail for to, mail in reversed(site.mails) if to == "mia@desk.example")
    text = notice.get_body(("plain",)).get_content()
    assert "Barn has declined" in text
    assert "Ask the shed." in text

    # Another can receive in the afternoon only: asked again, for a time within.
    window = Window(datetime.time(15), datetime.time(17), (), DAY)
    site.answer("cellar", "host-moved", window=window)
    assert site.visit.starts["cellar"].hour >= 15
    assert [to for to, _ in site.sent() if "@host" in to] == ["cellar@host.example"]
    site.answer("cellar", "host-confirmed")
    assert site.states == {
        "attic": "host-confirmed", "barn": "host-declined", "cellar": "host-confirmed",
    }  # fmt: skip

    site.desk.visits.release(site.id, lambda _: b"%PDF-1.7", "See you.", by=site.by)
    assert (
        ENQUIRER.email,
        f"The programme of your visit [{site.receipt.reference}]",
    ) in site.sent()
    first = events_of(site)
    assert {uid: one["SEQUENCE"] for uid, one in first.items()} == dict.fromkeys(first, 0)
    assert len(first) == 2
    assert {str(one["STATUS"]) for one in first.values()} == {"CONFIRMED"}
    status = site.desk.status(site.receipt.status_url.rpartition("/")[2])
    assert [one.stop for one in status.visit.visits] == ["attic", "cellar"]

    # A host who confirmed rings: it cannot be. The calendar says so, under the same names.
    cellar = next(one for one in site.desk.case(site.id, by=SYSTEM).introductions
                  if one[0].organisation == "cellar")[0]  # fmt: skip
    site.desk.visits.note_answer(cellar.id, "host-declined", "A flood.", by=site.by)
    assert site.visit.is_news
    site.desk.visits.release(site.id, lambda _: b"%PDF-1.7", by=site.by)
    site.sent()
    again = events_of(site)
    assert set(again) == set(first)
    assert {int(one["SEQUENCE"]) for one in again.values()} == {1}
    assert sorted(str(one["STATUS"]) for one in again.values()) == ["CANCELLED", "CONFIRMED"]


def events_of(site):
    """The stops in the calendar file of the enquirer's last mail, by name."""
    mail = next(mail for to, mail in reversed(site.mails) if to == ENQUIRER.email)
    files = {part.get_filename(): part for part in mail.iter_attachments()}
    assert files["visit.pdf"].get_content().startswith(b"%PDF")
    assert files["visit.ics"].get_param("method") == "PUBLISH"
    calendar = Calendar.from_ical(files["visit.ics"].get_payload(decode=True))
    assert calendar["METHOD"] == "PUBLISH"
    return {str(one["UID"]): one for one in calendar.walk("VEVENT")}


def test_a_silent_host_is_reminded_then_the_owner_is_told(site):
    site.ask("attic")
    site.sent()
    site.time.set("2026-11-26 10:01")
    assert "attic@host.example" in {to for to, _ in site.sent()}
    assert site.states["attic"] == "host-reminded"
    site.time.set("2026-12-01 10:05")
    assert any(to == "mia@desk.example" and "Attic" in about for to, about in site.sent())
    assert site.states["attic"] == "host-silent"
    site.answer("attic", "host-confirmed")  # late is better than never
    case = site.desk.case(site.id, by=SYSTEM)
    assert [clock.name for clock in case.clocks] == ["idle"]


def test_an_old_time_is_not_confirmed_by_mistake(site):
    site.ask("attic")
    site.sent()
    token = site.token("attic")
    shown = site.desk.visits.question(token).starts
    trip = site.visit.trip
    late = (Window(datetime.time(15), datetime.time(17)),)
    stops = tuple(replace(one, windows=late) if one.id == "attic" else one for one in trip.stops)
    site.desk.visits.change(site.id, replace(trip, stops=stops), by=site.by)
    with pytest.raises(DeskError, match="has changed since"):
        site.desk.visits.answer(token, "host-confirmed", shown)
    window = Window(datetime.time(10), datetime.time(10, 15), (), DAY)
    now = site.desk.visits.question(token).starts
    with pytest.raises(DeskError, match="does not fit"):
        site.desk.visits.answer(token, "host-moved", now, window=window)
    with pytest.raises(LinkRefusedError):
        site.desk.visits.question(token[:-4] + "AAAA")


def test_a_host_whose_stop_is_taken_out_is_told_and_erasing_empties_the_plan(site):
    site.ask("attic")
    site.sent()
    trip = site.visit.trip
    site.desk.visits.change(site.id, replace(trip, stops=trip.stops[1:]), by=site.by)
    assert any("does not take place" in about for to, about in site.sent() if "attic" in to)
    assert site.states == {"attic": "host-freed"}
    assert not site.desk.visits.question(site.token("attic")).is_open
    enquirer = site.desk.case(site.id, by=SYSTEM).enquirer.id
    assert site.desk.rights.export(enquirer, by=SYSTEM)["enquiries"][0]["visit"] is not None
    assert site.desk.reseal() > 0
    site.desk.rights.erase(enquirer, by=SYSTEM)
    assert site.visit is None


def test_the_calendar_knows_every_stop(site):
    since = site.time.now - datetime.timedelta(days=1)
    booked = site.desk.visits.booked(since, by=site.by)
    assert sorted(one.stop.id for one in booked) == ["attic", "barn", "cellar"]
    assert not any(one.is_confirmed for one in booked)
