"""One day of the desk, from a need on the home page to the report, with nothing made up.

The site is served by ``baken serve``, mail goes through a real SMTP server, and everybody clicks in
a real browser. Only time is helped along: what is due days later is done by a worker whose clock
says so.
"""

import csv
import datetime
import io
import json
import sqlite3
import urllib.request

import icalendar
import psycopg
import pytest
import vobject
from tests.desk_site import PASSWORD, code_of, with_account
from tests.running_site import catching_mail, free_port, serving, text_of

from baken import Workspace
from baken.config import Settings
from baken.desk import Contact, Desk, Worker

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

NEED = "a hospital lung department for a first study of a smart inhaler"
ADA, JAN, EVA, TOM = (
    f"{who}.example" for who in ("ada@inhalers", "jan@hospital", "eva@fund", "tom@clinic")
)
COUNTERPARTS = {JAN: "Prof. Jan Peeters", EVA: "Eva Maes", TOM: "Tom Wouters"}
PERSONAL = ("Lindqvist", ADA, JAN, "Peeters", EVA, TOM)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def world(request, new_data):
    """A running site whose desk is empty but for its team: settings, mailbox and what it said."""
    data = new_data()
    desk = f"sqlite:///{data}/desk.sqlite"
    if request.param == "postgresql":
        desk = request.getfixturevalue("new_postgres_url")()
    with catching_mail() as (mailbox, smtp):
        given = {
            "BAKEN_DATA": str(data),
            "BAKEN_DESK": desk,
            "BAKEN_URL": f"http://127.0.0.1:{free_port()}",
            "BAKEN_SMTP": smtp,
            "BAKEN_MAIL_FROM": "desk@baken.example",
        }
        with Workspace.open_desk(Settings.load(given)) as opened:
            mia = opened.team.add(Contact(name="Mia Claes", email="mia@desk.example"), ["en"])
            secret = with_account(opened, mia)
        with serving(given, data / "said"):
            yield given, mailbox, secret


def test_no_enquiry_is_dropped_from_the_need_to_the_report(world, browser):
    given, mailbox, secret = world
    site = given["BAKEN_URL"]
    windows = {who: browser.new_context(reduced_motion="reduce") for who in ("ada", "mia")}
    ada, mia = (window.new_page() for window in windows.values())

    # She says what she needs, chooses three and asks for introductions.
    ada.goto(site)
    ada.fill("#q", NEED)
    ada.get_by_role("button", name="Find partners").click()
    ada.wait_for_url("**/find?q=*")
    for number in range(3):
        ada.locator("input[name=organisation]").nth(number).check()
    ada.get_by_role("button", name="Ask for introductions").click()
    assert ada.locator("#message").input_value() == NEED
    ada.fill("#name", "Ada Lindqvist")
    ada.fill("#email", ADA)
    ada.fill("#organisation_name", "Nordic Inhalers")
    ada.select_option("#country", "SE")
    ada.check("input[value=introduce]")
    ada.check("input[value=follow-up]")
    ada.wait_for_timeout(3_100)  # nobody fills it in faster
    ada.get_by_role("button", name="Send the enquiry").click()
    assert ada.locator("h1").inner_text().startswith("A person answers you by")
    assert "Mia Claes takes care of it" in ada.locator(".lead").first.inner_text()
    status = mailbox.link(ADA, "status")
    assert "Mia Claes" in text_of(mailbox.wait(ADA, "/status/"))
    ada.goto(mailbox.link(ADA, "confirm"))
    ada.get_by_role("button", name="Yes, I agree to this").click()
    assert ada.locator("h1").inner_text() == "You have agreed to this"

    # Mia signs in, answers, and asks the three.
    mailbox.wait("mia@desk.example", "/desk/enquiries/")
    mia.goto(f"{site}/desk")
    sign_in(mia, code_of(secret))
    mia.get_by_role("link", name="Ada Lindqvist, Nordic Inhalers").click()
    case = mia.url
    mia.goto(f"{case}?do=answer")
    mia.fill("#text", "Good day. I ask the three today.")
    see_and_send(mia)
    assert "I ask the three today." in text_of(mailbox.wait(ADA, "I ask the three today."))
    chosen = mia.locator(".aside .plain-list a").evaluate_all(
        "links => links.map(a => a.href.split('/').pop())"
    )
    assert len(chosen) == 3
    for organisation, (address, name) in zip(chosen, COUNTERPARTS.items(), strict=True):
        mia.goto(f"{case}?do=ask&organisation={organisation}")
        mia.get_by_label("Name of whom you ask").fill(name)
        mia.get_by_label("Their e-mail address").fill(address)
        mia.fill("#text", "Would you run a first study of a smart inhaler?")
        see_and_send(mia)

    # One says yes, one points to somebody else, one is silent.
    reader = browser.new_context().new_page()
    reader.goto(mailbox.link(JAN, "answer"))
    assert "Ada Lindqvist (Nordic Inhalers)" in reader.locator("h1").inner_text()
    reader.get_by_text("Yes, introduce us").click()
    reader.get_by_role("button", name="Send the answer").click()
    assert "You said yes" in reader.content()
    reader.goto(mailbox.link(EVA, "answer"))
    reader.locator("input[value=referred]").check()
    reader.locator("#text").fill("Ask Bo Declercq of the seed fund.")
    reader.get_by_role("button", name="Send the answer").click()
    assert len(mailbox.to(TOM)) == 1
    days_later(given, 8)
    reminder = mailbox.wait(TOM, "/answer/")
    assert len(mailbox.to(TOM)) == 2
    assert reminder["In-Reply-To"] == mailbox.to(TOM)[0]["Message-ID"]
    for address in (JAN, EVA):
        assert len(mailbox.to(address)) == 1

    # She sees the same truth, without the words that were for the team.
    ada.goto(status)
    states = ada.locator(".asked-ones .state").all_inner_texts()
    assert states == ["wants to meet", "points to somebody else", "asked again"]
    assert "Declercq" not in ada.content()
    mia.goto(case)
    sign_in(mia, code_of(secret, after_s=30))  # eight days later she is not signed in any more
    assert "Ask Bo Declercq of the seed fund." in mia.content()

    # A meeting is proposed to both, with cards and a calendar file, and takes place.
    mia.locator(".next .button", has_text="Introduce them").click()
    day = datetime.date.today() + datetime.timedelta(days=14)
    mia.fill("#day1", day.isoformat())
    mia.fill("#from1", "10:00")
    mia.fill("#to1", "11:00")
    see_and_send(mia)
    for address in (ADA, JAN):
        is_introduced(mailbox.wait(address, "Meet each other"), day)
    mia.get_by_role("link", name="Close with an outcome").click()
    mia.get_by_label("They met").check()
    mia.get_by_role("button", name="Close the enquiry").click()
    assert "It is closed" in mia.locator(".next").inner_text()

    # News, as she agreed; then she takes it back with the one click of her mail program.
    write_news(mia, case, "A call for clinical studies opens")
    news = mailbox.wait(ADA, "A call for clinical studies opens")
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = news["List-Unsubscribe"].strip("<>")
    urllib.request.urlopen(link, data=b"List-Unsubscribe=One-Click", timeout=10).close()
    mia.goto(f"{case}?do=follow-up")
    assert "No follow-up mails." in mia.content()
    assert not mia.get_by_role("button", name="See the mail first").count()

    # She saves what is kept of her, and has it erased.
    ada.goto(status)
    ada.get_by_role("button", name="Send me the link").click()
    ada.goto(mailbox.link(ADA, "data"))
    with ada.expect_download() as saved:
        ada.get_by_role("button", name="Save it as a file").click()
    kept = json.loads(saved.value.path().read_text(encoding="utf-8"))
    assert NEED in json.dumps(kept, ensure_ascii=False)
    assert any(row["withdrawn"] for row in kept["consents"])
    ada.locator("input[name=sure]").check()
    ada.get_by_role("button", name="Erase my data").click()
    assert ada.locator("h1").inner_text() == "Your data has been erased"
    kept_anywhere = "\n".join(rows_of(given["BAKEN_DESK"]))
    assert "SE" in kept_anywhere  # the statistics stay
    assert [word for word in ("Lindqvist", ADA, NEED, "Nordic") if word in kept_anywhere] == []

    # The report tells the truth of it.
    mia.goto(f"{site}/desk/reports?period=all")
    assert "1 enquiry arrived" in mia.locator(".lead").inner_text()
    answer = windows["mia"].request.get(f"{site}/desk/reports?period=all&form=csv")
    rows = list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig"))))
    figures = {row[0]: row[1] for row in rows[2:] if len(row) == 2}
    assert rows[1][:3] == ["everything", "", "1"]
    assert figures["promises kept"] == "100 %"
    assert figures["counterparts introduced"] == "1"
    assert "of 3 asked" in mia.locator(".figures").inner_text()

    said = (Settings.load(given).data / "said").read_text()
    assert [word for word in PERSONAL if word in said] == []
    (store,) = Settings.load(given).data.glob("flanders*.sqlite")
    public = "\n".join(rows_of(f"sqlite:///{store}"))
    assert [word for word in PERSONAL if word in public] == []
    for window in (*windows.values(), reader.context):
        window.close()


def sign_in(page, code):
    page.fill("#email", "mia@desk.example")
    page.fill("#password", PASSWORD)
    page.fill("#code", code)
    page.get_by_role("button", name="Sign in").click()


def see_and_send(page):
    page.get_by_role("button", name="See the mail first").click()
    page.get_by_role("button", name="Send", exact=True).click()
    assert not page.locator("#wrong").count(), page.locator("#wrong").inner_text()


def write_news(page, case, title):
    page.goto(f"{case}?do=follow-up")
    page.get_by_label("What it is about").fill(title)
    page.fill("#text", "It may suit you.")
    see_and_send(page)


def days_later(given, days):
    """Let a worker do what is due then."""
    settings = Settings.load(given)
    then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    with Desk.open(settings, clock=lambda: then) as desk:
        Worker.of(desk, settings).run_once()


def is_introduced(mail, day):
    """Both are on it, with their cards and the hour in the office's time."""
    assert {ADA, JAN} <= {one.addr_spec for one in mail["To"].addresses}
    files = {one.get_filename(): one.get_content() for one in mail.iter_attachments()}
    cards = [
        vobject.readOne(content if isinstance(content, str) else content.decode())
        for name, content in files.items()
        if name.endswith(".vcf")
    ]
    assert {card.email.value for card in cards} == {ADA, JAN}
    (calendar,) = (content for name, content in files.items() if name.endswith(".ics"))
    (event,) = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    starts = event["DTSTART"].dt
    assert (starts.date(), starts.hour, str(starts.tzinfo)) == (day, 10, "Europe/Brussels")


def rows_of(url):
    """Yield every row of every table of a database, as text."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
            yield from database.iterdump()
        return
    with psycopg.connect(url) as database:
        tables = database.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        ).fetchall()
        for (table,) in tables:
            name = psycopg.sql.Identifier(table)
            for row in database.execute(psycopg.sql.SQL("SELECT * FROM {}").format(name)):
                yield repr(row)
