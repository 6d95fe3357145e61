"""The team's screens over HTTP: what is offered is what may be done, and nothing is done unseen."""

import csv
import datetime
import html
import io
import re
import urllib.parse

import pytest
from msgspec import structs
from tests.desk_day import OWN, STORED_SCRIPT, asked, enquiry, signed_in, team, tomorrow
from tools.made_up_day import Time

from baken import Workspace
from baken.config import Settings
from baken.desk import SYSTEM, Actor, Contact, Desk, Reply
from baken.desk.enquiry import STATES
from baken.desk.transitions import CLOCKS, TRANSITIONS
from baken.errors import DeskError
from baken.web.office import casefile, visit, words

OFFICE_ACTS = {act: event for act, (event, _) in casefile.ACTS.items()}


@pytest.fixture(scope="module")
def workspace(new_data):
    with Workspace.open(data=new_data()) as workspace:
        yield workspace


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def desk(workspace, tmp_path, time):
    with Desk.open(Settings.load({}, data=tmp_path), clock=time) as desk:
        workspace.__dict__["desk"] = desk
        yield desk


@pytest.fixture
def people(desk):
    return team(desk)


@pytest.fixture
def mia(people):
    return Actor("officer", people["mia"].person.id)


@pytest.fixture
def client(workspace, desk, people):
    with signed_in(workspace, people["mia"]) as client:
        yield client


@pytest.fixture
def send(client):
    """Send a form of an enquiry's page as a browser does."""

    def send_(id_, do, stage="send", seen=10**9, **fields):
        data = {"do": do, "stage": stage, "seen": str(seen), **fields}
        return client.post(f"/desk/enquiries/{id_}", data=data, headers=OWN)

    return send_


def accept(desk, introduction, answer="accepted", text=""):
    token = desk._ground.office.signer.url("answer", introduction.id, desk.now()).rpartition("/")[2]
    desk.answer_question(token, answer, text)


def in_state(desk, state, by):
    """An enquiry in a state, with a counterpart in each state that an officer can act on."""
    id_ = desk.receive(enquiry()).enquiry
    if state in ("in-hand", "closed"):
        desk.answer(id_, "Good day.", by=by)
    if state == "waiting":
        desk.ask_back(id_, "Which?", by=by)
    if state in ("introducing", "meeting"):
        first, _ = desk.ask_counterparts(id_, [asked(), asked()], by=by)
        accept(desk, first)
        if state == "meeting":
            desk.introduce(first.id, by=by)
    if state == "closed":
        desk.close_enquiry(id_, "advised", by=by)
    return id_


def offered(page):
    """The acts that a page links to, with the introductions that they are about."""
    found = set()
    for link in re.findall(r'href="([^"]*\?do=[^"]*)"', page):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(html.unescape(link)).query)
        if "organisation" not in query and "from" not in query:
            found.add((query["do"][0], query.get("introduction", [""])[0]))
    return found


def by_table(case, role):
    """What the table of transitions allows, read from it and not from the screens."""
    return {
        (act, one.id if line.asked else "")
        for act, event in OFFICE_ACTS.items()
        for line in TRANSITIONS
        if line.event == event and role in line.who and case.enquiry.state in line.before
        for one in ([one for one, _ in case.introductions] if line.asked else [None])
        if not line.asked or one.state in line.asked
    }


@pytest.mark.parametrize("role", ["officer", "head"])
@pytest.mark.parametrize("state", STATES)
def test_what_is_offered_is_what_the_table_allows(workspace, desk, people, mia, state, role):
    id_ = in_state(desk, state, mia)
    with signed_in(workspace, people["mia" if role == "officer" else "eva"]) as client:
        page = client.get(f"/desk/enquiries/{id_}").text
        allowed = by_table(desk.case(id_, by=SYSTEM), role)
        # Who has been introduced may be written to again, but nobody is invited to.
        shown = {one for one in allowed if one[0] != "introduce" or "wants to meet." in page}
        assert offered(page) == shown
        for act in {*OFFICE_ACTS} - {act for act, _ in allowed}:
            data = {"do": act, "stage": "send", "text": "x"}
            answer = client.post(f"/desk/enquiries/{id_}", data=data, headers=OWN)
            assert answer.status_code == 409, act
    assert desk.case(id_, by=SYSTEM).enquiry.state == state


def test_every_act_of_the_team_has_a_form_and_every_event_its_words():
    team_events = {line.event for line in TRANSITIONS if "officer" in line.who}
    of_visits = {event for events in visit.ACTS.values() for event in events}
    assert team_events == {*OFFICE_ACTS.values(), *of_visits}
    assert {line.event for line in TRANSITIONS} == set(words.EVENTS)
    assert set(CLOCKS) == set(words.CLOCKS)


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("answer", {"text": "Two come to mind."}),
        ("ask-back", {"text": "How old are they?"}),
        (
            "ask",
            {
                "organisation": "uz-gent",
                "organisation_name": "UZ Gent",
                "name": "Dr Tom Maes",
                "email": "tom@lungs.example",
                "text": "Who would run a study?",
            },
        ),
    ],
)
def test_a_mail_is_seen_before_it_is_sent(desk, client, send, do, fields):
    id_ = desk.receive(enquiry()).enquiry
    before = len(desk.case(id_, by=SYSTEM).mails)
    preview = send(id_, do, "preview", **fields)
    assert preview.status_code == 200
    assert html.escape(fields["text"]) in preview.text.partition('class="letter-shown"')[2]
    assert not re.search(r"/(status|answer)/[\w-]{20}", preview.text)
    assert len(desk.case(id_, by=SYSTEM).mails) == before
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', preview.text))
    sent = client.post(
        f"/desk/enquiries/{id_}",
        data={name: html.unescape(value) for name, value in again.items()} | {"stage": "send"},
        headers=OWN,
    )
    assert (sent.status_code, sent.headers["location"]) == (303, f"/desk/enquiries/{id_}#last")
    mails = desk.case(id_, by=SYSTEM).mails
    assert len(mails) == before + 1


def test_a_day_s_work_from_answer_to_outcome(desk, send, people, mia):
    id_ = desk.receive(enquiry(agrees=("introduce",))).enquiry
    assert send(id_, "answer", text="Good day.").status_code == 303
    assert send(id_, "note", text="Sounds good.").status_code == 303
    assert send(id_, "assign", officer=people["luc"].person.id).status_code == 303
    contact = {"name": "Tom", "email": "tom@lungs.example", "organisation_name": "Lungs"}
    asking = {"organisation": "-", "text": "Who?", **contact}
    assert send(id_, "ask", **asking).status_code == 303
    ((one, _),) = desk.case(id_, by=mia).introductions
    assert send(id_, "remind", introduction=one.id).status_code == 303
    accept(desk, one)
    day = f"{tomorrow(desk):%Y-%m-%d}"
    times = {"day1": day, "from1": "10:00", "to1": "11:00"}
    assert send(id_, "introduce", introduction=one.id, **times).status_code == 303
    assert send(id_, "ask-outcome").status_code == 303
    assert send(id_, "close", outcome="met").status_code == 303
    assert send(id_, "reopen").status_code == 303
    case = desk.case(id_, by=mia)
    assert case.enquiry.owner == people["luc"].person.id
    (agreed,) = [event for event in case.events if event.name == "agreed"]
    assert agreed.details["times"][0][0] == f"{day}T09:00:00.000000Z"  # ten o'clock in Brussels


def test_who_is_second_is_told_what_happened_and_keeps_their_words(desk, send, people):
    id_ = desk.receive(enquiry()).enquiry
    seen = desk.case(id_, by=SYSTEM).events[-1].number
    eva = Actor("head", people["eva"].person.id)
    desk.answer(id_, "Eva was faster.", by=eva)
    late = send(id_, "answer", seen=seen, text="My own long answer.")
    assert late.status_code == 409
    meanwhile = late.text.partition('class="meanwhile"')[2].partition("</ol>")[0]
    assert "Eva was faster." in meanwhile
    assert "Eva Smet" in meanwhile
    assert "My own long answer.</textarea>" in late.text
    newer = re.search(r'name="seen" value="(\d+)"', late.text)[1]
    assert send(id_, "answer", seen=newer, text="My own long answer.").status_code == 303


def test_an_enquirer_who_does_not_agree_is_not_named(desk, client, send, mia):
    id_ = desk.receive(enquiry(agrees=())).enquiry
    (one,) = desk.ask_counterparts(id_, [asked()], by=mia)
    accept(desk, one)
    page = client.get(f"/desk/enquiries/{id_}").text
    assert ("introduce", one.id) not in offered(page)
    assert "has not agreed that counterparts learn who asks" in page
    assert send(id_, "introduce", introduction=one.id).status_code == 409
    form = client.get(f"/desk/enquiries/{id_}?do=ask&organisation=uza").text
    assert "keep names, brands" in form
    assert "smart inhaler" not in form.partition("<textarea")[2].partition("</textarea>")[0]
    fields = {"name": "A", "email": "a@b.example", "organisation_name": "A", "text": "Who?"}
    preview = send(id_, "ask", "preview", organisation="-", **fields).text
    letter = preview.partition('class="letter-shown"')[2].partition("</form>")[0]
    assert "An organisation (SE)" in letter or "an organisation (SE)" in letter
    assert "Ada" not in letter


def test_follow_ups_are_offered_as_long_as_some_are_left(desk, client, send):
    id_ = desk.receive(enquiry(agrees=("follow-up",))).enquiry
    page = f"/desk/enquiries/{id_}"
    assert ("follow-up", "") not in offered(client.get(page).text)
    consent = desk.case(id_, by=SYSTEM).consents[0]
    token = desk._ground.office.signer.url("confirm", consent.id, desk.now()).rpartition("/")[2]
    allowed = desk.confirm_consent(token).allowed
    for _ in range(allowed):
        assert ("follow-up", "") in offered(client.get(page).text)
        assert send(id_, "follow-up", title="News", text="A call opens.").status_code == 303
    assert ("follow-up", "") not in offered(client.get(page).text)
    assert send(id_, "follow-up", title="News", text="One more.").status_code == 409


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "answer", "text": ""},
        {"do": "ask", "organisation": "-", "text": "Who?", "name": "A", "email": "none"},
        {"do": "close", "text": "over"},
        {"do": "close", "outcome": "withdrawn"},
        {"do": "assign"},
        {"do": "nonsense"},
    ],
)
def test_a_form_that_cannot_be_used_comes_back_with_a_sentence(desk, client, fields):
    id_ = desk.receive(enquiry()).enquiry
    answer = client.post(f"/desk/enquiries/{id_}", data={"stage": "send", **fields}, headers=OWN)
    assert answer.status_code in (400, 409)
    assert 'role="alert"' in answer.text
    assert len(desk.case(id_, by=SYSTEM).events) == 1


def test_script_in_every_field_is_shown_as_text_on_every_screen(workspace, desk, people, mia):
    bad = STORED_SCRIPT
    contact = Contact(name=bad, email="x@y.example", organisation=bad, position=bad, phone=bad)
    id_ = desk.receive(enquiry(contact=contact, message=bad, sector=bad)).enquiry
    desk.answer(id_, bad, by=mia)
    desk.note(id_, bad, by=mia)
    person = structs.replace(contact, email="z@y.example")
    first, second = desk.ask_counterparts(
        id_,
        [asked(contact=person, organisation_name=bad, question=bad, note=bad, organisation="")] * 2,
        by=mia,
    )
    accept(desk, first, "accepted", bad)
    accept(desk, second, "referred", bad)
    start = tomorrow(desk)
    desk.introduce(first.id, [(start, start.replace(hour=12))], bad, by=mia)
    desk.keep_reply(
        Reply(name="bad", language="en", version=0, title=bad, kind="", text=bad.replace("{", "")),
        by=mia,
    )
    desk.team.change(people["luc"].person.id, themes=[bad])
    reference = desk.case(id_, by=mia).enquiry.reference
    with signed_in(workspace, people["eva"]) as client:
        page = f"/desk/enquiries/{id_}"
        pages = [
            "/desk",
            page,
            *(f"{page}?do={act}" for act in (*casefile.ACTS, "follow-up")),
            f"{page}?do=ask&organisation=-&introduction={second.id}",
            f"{page}?do=introduce&introduction={first.id}",
            f"{page}?do=answer&template=bad",
            "/desk/visits",
            "/desk/templates",
            f"/desk/templates/bad?reference={reference}",
            "/desk/reports?period=all",
        ]
        shown = [client.get(one) for one in pages]
        data = {"do": "answer", "stage": "preview", "text": bad, "template": bad}
        shown.append(client.post(page, data=data, headers=OWN))
        data = {"do": "ask", "stage": "search", "q": bad}
        shown.append(client.post(page, data=data, headers=OWN))
        data = {"do": "close", "stage": "send", "outcome": bad, "text": bad}
        shown.append(client.post(page, data=data, headers=OWN))
        for answer in shown:
            assert answer.status_code in (200, 400), answer.url
            assert "<script>alert" not in answer.text, answer.url
            assert "<img src=x" not in answer.text, answer.url
            assert "{{" not in answer.text or "{{7*7}}" in html.unescape(answer.text)
        assert all("&lt;script&gt;" in answer.text for answer in shown[:2])


def test_the_inbox_begins_with_what_is_late_and_can_be_narrowed(desk, client, time, people, mia):
    late = desk.receive(enquiry()).enquiry
    time.now += datetime.timedelta(days=3)
    fresh = desk.receive(enquiry(kind="guidance", language="fr")).enquiry
    waits = desk.receive(enquiry()).enquiry
    desk.ask_back(waits, "Which?", by=mia)
    yes = desk.receive(enquiry()).enquiry
    (one,) = desk.ask_counterparts(yes, [asked()], by=mia)
    accept(desk, one)

    def order(address):
        page = client.get(address).text
        return re.findall(r'<h2><a href="/desk/enquiries/([\w-]+)"', page)

    assert order("/desk") == [late, yes, fresh, waits]
    page = client.get("/desk").text
    assert "late: due" in page
    assert "1 of those below is late" in page
    assert order("/desk?kind=guidance") == [fresh]
    assert order("/desk?language=fr&state=received") == [fresh]
    assert order("/desk?state=closed") == []
    assert "Nothing here with these filters" in client.get("/desk?state=meeting").text
    mine = order("/desk?owner=me")
    assert set(mine) == {
        one.id for one in desk.inbox(by=mia) if one.owner == people["mia"].person.id
    }
    reference = desk.case(late, by=SYSTEM).enquiry.reference
    found = client.get(f"/desk?reference={reference.lower()}")
    assert found.headers["location"] == f"/desk/enquiries/{late}"
    assert "No enquiry has the reference" in client.get("/desk?reference=XXXX-XXXX").text


def test_an_empty_inbox_says_so(client):
    assert "Nothing waits for anybody" in client.get("/desk").text


def test_reading_an_enquiry_is_in_the_audit_trail(desk, client, people):
    receipt = desk.receive(enquiry())
    client.get(f"/desk/enquiries/{receipt.enquiry}")
    last = desk.rights.accesses(enquiry=receipt.enquiry)[-1]
    assert (last.actor, last.action, last.what) == (people["mia"].person.id, "read", "case")


def test_an_erased_enquiry_offers_nothing(desk, client, people):
    id_ = desk.receive(enquiry()).enquiry
    eva = Actor("head", people["eva"].person.id)
    desk.rights.erase(desk.case(id_, by=eva).enquirer.id, by=eva)
    page = client.get(f"/desk/enquiries/{id_}").text
    assert offered(page) == set()
    assert "Ada" not in page


def test_whom_a_counterpart_named_is_asked_in_their_stead(desk, client, send, mia):
    id_ = desk.receive(enquiry()).enquiry
    (one,) = desk.ask_counterparts(id_, [asked()], by=mia)
    accept(desk, one, "referred", "Ask Dr Els Wouters.")
    page = client.get(f"/desk/enquiries/{id_}").text
    assert "Ask Dr Els Wouters." in page
    contact = {"name": "Els", "email": "els@lungs.example", "organisation_name": "Rehab"}
    fields = {"introduction": one.id, "organisation": "-", "text": "Who?", **contact}
    assert send(id_, "ask", **fields).status_code == 303
    assert desk.case(id_, by=mia).introductions[1][0].referred_by == one.id


def test_a_template_is_changed_kept_in_versions_and_put_below_the_words(desk, client, send):
    id_ = desk.receive(enquiry()).enquiry
    page = "/desk/templates/partners-proposed"
    assert "As it ships with Baken" in client.get(page).text
    data = {"tongue": "en", "title": "Partners", "kind": "", "text": "Dear {name}, {organisations}"}
    assert client.post(page, data={**data, "stage": "keep"}, headers=OWN).status_code == 303
    assert "Version 1" in client.get(page).text
    filled = send(id_, "answer", "fill", text="My words.", template="partners-proposed").text
    typed = html.unescape(filled.partition("<textarea")[2].partition("</textarea>")[0])
    assert "My words.\n\nDear Ada Lindqvist, - Ghent University Hospital" in typed
    wrong = client.post(page, data={**data, "text": "Dear {nobody}", "stage": "keep"}, headers=OWN)
    assert wrong.status_code == 400
    assert "Dear {nobody}" in wrong.text
    client.post(page, data={**data, "stage": "retire"}, headers=OWN)
    assert "partners-proposed" not in client.get(f"/desk/enquiries/{id_}?do=answer").text
    with pytest.raises(DeskError):
        desk.keep_reply(
            Reply(name="No Name", language="en", version=0, title="x", kind="", text="x"),
            by=SYSTEM,
        )


def test_the_calendar_has_the_proposed_times_on_the_office_s_clock(desk, client, mia):
    id_ = desk.receive(enquiry()).enquiry
    (one,) = desk.ask_counterparts(id_, [asked()], by=mia)
    accept(desk, one)
    start = tomorrow(desk, 10)
    desk.introduce(one.id, [(start, start.replace(hour=11))], by=mia)
    page = client.get("/desk/visits").text
    assert "10:00–11:00" in page
    assert "Inhalers AB meets UZ Gent" in page
    empty = client.get("/desk/visits?month=2031-02").text
    assert "No meeting has a proposed time in this month" in empty
    assert client.get("/desk/visits?month=nonsense").status_code == 200


def test_a_report_tells_nothing_of_small_groups(workspace, desk, time, people, mia):
    for number in range(6):
        contact = Contact(name=f"Nº {number}", email=f"nr{number}@enquirer.example")
        given = {"country": "MT" if number == 0 else "SE", "sector": "=1+1"}
        id_ = desk.receive(enquiry(contact=contact, **given)).enquiry
        desk.answer(id_, "Good day.", by=mia)
    time.now += datetime.timedelta(hours=1)
    with signed_in(workspace, people["eva"]) as client:
        page = client.get("/desk/reports").text
        rows = csv.reader(io.StringIO(client.get("/desk/reports?form=csv").text.lstrip("\ufeff")))
    assert "6 enquiries arrived" in page
    by_country = {row[1]: row[2:] for row in rows if row[0] in ("By country", "By sector")}
    assert by_country["SE"][0] == "5"
    assert by_country["MT"] == ["fewer than 5", "–", "–", "–"]
    assert "'=1+1" in by_country
    assert "enquirer.example" not in page


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
def test_screens_speak_the_four_languages(desk, client, language):
    id_ = desk.receive(enquiry()).enquiry
    assert client.get(f"/{language}/desk").status_code == 200
    data = {"do": "note", "stage": "send", "text": "x"}
    answer = client.post(f"/{language}/desk/enquiries/{id_}", data=data, headers=OWN)
    assert answer.headers["location"].startswith(f"/{language}/desk/enquiries/")


def test_who_is_not_signed_in_sees_no_screen(workspace, desk):
    from litestar.testing import TestClient

    from baken.web.app import create_app

    id_ = desk.receive(enquiry()).enquiry
    paths = ("/desk", f"/desk/enquiries/{id_}", "/desk/visits", "/desk/templates", "/desk/reports")
    with TestClient(create_app(workspace)) as client:
        client.follow_redirects = False
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 303
            assert "/desk/sign-in" in answer.headers["location"]
            assert "Ada" not in answer.text
