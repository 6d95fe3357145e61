"""An officer's morning in a real browser, wide and narrow, and what axe says of each screen."""

import asyncio
import datetime
import socket
import threading
import time as clock
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from granian.constants import Interfaces
from granian.server.embed import Server
from msgspec import structs
from tests.desk_day import tomorrow
from tools.made_up_day import Time, add_team, fill

from baken import Workspace
from baken.config import Settings
from baken.desk import SYSTEM, Actor, Contact, Desk, HostAsked
from baken.visits import Day, Trip
from baken.web import office
from baken.web.app import create_app

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


HEADS = ("/desk/team", "/desk/people", "/desk/audit")
STOPS = ("bioville", "health-campus-ghent")


@pytest.fixture(scope="module")
def desk_site(new_data):
    """The team's screens of a made-up day: address, desk, ids.

    Mia is signed in, and Eva, the head, where only she may look.
    """
    data = new_data()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    time = Time()
    with (
        pytest.MonkeyPatch.context() as patch,
        Workspace.open(data=data) as workspace,
        Desk.open(Settings.load({}, data=data), clock=time) as desk,
    ):
        workspace.__dict__["desk"] = desk
        team = add_team(desk)
        ids = fill(desk, time, team)
        plan_visit(workspace, desk, ids["Sensorik GmbH"], team["mia"].person.id)
        screens = [
            structs.replace(
                one, gate=letting_in(team["eva" if one.path.startswith(HEADS) else "mia"])
            )
            for one in office.SCREENS
        ]
        patch.setattr(office, "SCREENS", tuple(screens))
        site = f"http://127.0.0.1:{port}"
        app = create_app(workspace)
        server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI)
        thread = threading.Thread(target=asyncio.run, args=(server.serve(),), daemon=True)
        thread.start()
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{site}/healthz", timeout=5).close()
                break
            except OSError:
                clock.sleep(0.1)
        yield site, desk, ids
        server.stop()
        thread.join(timeout=5)


@pytest.fixture
def window(browser):
    windows = []

    def open_(width, scheme="light"):
        one = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=False,
            reduced_motion="reduce",
        )
        windows.append(one)
        return one.new_page()

    yield open_
    for one in windows:
        one.close()


@pytest.mark.parametrize(
    ("width", "name"), [(1280, "Priya Nair, Cardiac Loop"), (390, "Tomás Silva, Genes & Co")]
)
def test_a_morning_from_inbox_to_outcome(desk_site, window, width, name):
    site, desk, ids = desk_site
    id_ = ids[name.partition(", ")[2]]
    page = window(width)
    page.goto(f"{site}/desk")
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Answer", exact=True).click()
    page.locator("#text").fill("Good day. I know somebody.")
    page.get_by_role("button", name="See the mail first").click()
    assert "Good day. I know somebody." in page.locator("#work .letter-shown").inner_text()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Ask a counterpart").click()
    page.get_by_role("link", name="Find partners for what").click()
    page.locator(".picks .button").first.click()
    page.get_by_label("Name of whom you ask").fill("Dr Tom Maes")
    page.get_by_label("Their e-mail address").fill("tom@lungs.example")
    page.locator("#text").fill("Would you like to meet a company?")
    page.get_by_role("button", name="See the mail first").click()
    page.get_by_role("button", name="Send").click()
    case = desk.case(id_, by=SYSTEM)
    introduction = case.introductions[0][0].id
    signer = desk._ground.office.signer
    status = signer.url("status", id_, desk.now()).rpartition("/")[2]
    desk.agree(status, "introduce", "/status")
    answer = signer.url("answer", introduction, desk.now()).rpartition("/")[2]
    desk.answer_question(answer, "accepted")
    page.goto(f"{site}/desk/enquiries/{id_}")
    page.locator(".next .button", has_text="Introduce them").click()
    page.locator("#day1").fill(f"{tomorrow(desk):%Y-%m-%d}")
    page.locator("#from1").fill("10:00")
    page.locator("#to1").fill("11:00")
    page.get_by_role("button", name="See the mail first").click()
    assert "times.ics" in page.locator("#work .letter-shown").inner_text()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Close with an outcome").click()
    page.get_by_label("They met").check()
    page.get_by_role("button", name="Close the enquiry").click()
    assert "It is closed" in page.locator(".next").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def letting_in(officer):
    return lambda call: structs.replace(call, officer=officer)


def plan_visit(workspace, desk, enquiry, officer):
    """Plan a visit for an enquiry, and ask the first of its two hosts."""
    mia = Actor("officer", officer)
    trip = Trip(
        stops=tuple(map(workspace.visit_stop, STOPS)), days=(Day(date=datetime.date(2026, 12, 8)),)
    )
    desk.visits.change(enquiry, trip, by=mia)
    host = Contact(name="Dr Els Wouters", email="els@park.example")
    asked = HostAsked(stop=STOPS[0], contact=host, language="en", question="May they see labs?")
    desk.visits.ask(enquiry, [asked], by=mia)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_team_s_screens(desk_site, browser, scheme):
    site, desk, ids = desk_site
    enquiry = f"/desk/enquiries/{ids['Inhalers AB']}"
    ((host, _),) = desk.case(ids["Sensorik GmbH"], by=SYSTEM).introductions
    asked = desk._ground.office.signer.url("host", host.id, desk.now()).rpartition("/")[2]
    addresses = [
        "/desk",
        enquiry,
        *(f"{enquiry}?do={act}" for act in ("answer", "assign", "ask", "close", "note")),
        f"{enquiry}?do=ask&organisation=uza",
        f"/desk/enquiries/{ids['Sensorik GmbH']}/visit",
        f"/host/{asked}",
        "/desk/visits",
        "/desk/team",
        "/desk/team/new",
        "/desk/people",
        "/desk/audit",
        "/desk/templates",
        "/desk/templates/partners-proposed",
        "/desk/reports?period=all",
    ]
    window = browser.new_context(
        bypass_csp=True,
        color_scheme=scheme,
        reduced_motion="reduce",
        viewport={"width": 390, "height": 900},
    )
    page = window.new_page()
    for address in addresses:
        assert page.goto(site + address).ok, address
        found = Axe().run(page).response["violations"]
        assert [(address, one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
        page.set_viewport_size({"width": 1280, "height": 900})
        wide = Axe().run(page).response["violations"]
        assert [(address, one["id"], one["nodes"][0]["html"]) for one in wide] == []
        page.set_viewport_size({"width": 390, "height": 900})
    window.close()
