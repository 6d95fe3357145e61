"""The team's own pages: who is in it, people's rights, and who looked at what."""

import re

import pytest
from litestar.testing import TestClient
from tests.desk_site import OWN, PASSWORD, sign_in

from baken import Workspace
from baken.desk import SYSTEM, Actor, Contact, Form
from baken.errors import TransitionError
from baken.web import create_app

STORED = '<script>alert("x")</script>'
ADA = Contact(name=f"Ada {STORED}", email="ada@inhalers.example", organisation=STORED)


@pytest.fixture(scope="module")
def workspace(new_data):
    with Workspace.open(data=new_data()) as workspace:
        yield workspace


@pytest.fixture
def desk(workspace):
    return workspace.desk


@pytest.fixture(scope="module")
def app(workspace):
    with TestClient(create_app(workspace)) as client:
        yield client.app


@pytest.fixture
def new_officer(desk):
    def add(role="officer", name="Mia"):
        email = f"somebody{len(desk.team.officers())}@desk.example"
        return desk.team.add(Contact(name=name, email=email), ["en"], role=role)

    return add


@pytest.fixture
def signed_in(app, desk, new_officer):
    """Return a browser in which somebody of a role is signed in."""

    def enter(role):
        browser = TestClient(app)
        browser.follow_redirects = False
        sign_in(browser, desk, new_officer(role, f"The {role}"))
        return browser

    return enter


@pytest.fixture(scope="module")
def enquiry(workspace):
    form = Form(kind="introduction", contact=ADA, message=f"We look for a study. {STORED}")
    return workspace.desk.receive(form)


def post(browser, path, **fields):
    return browser.post(path, data=fields, headers=OWN)


def mails_to(desk, officer):
    return [mail["kind"] for mail in desk.rights.export(officer.person.id, by=SYSTEM)["mails"]]


# -- the team ------------------------------------------------------------------------------------

NEW = {
    "name": f"Jo {STORED}",
    "email": "jo@desk.example",
    "role": "officer",
    "first": "nl",
    "languages": ["en", "nl"],
    "theme": "Oncologie",
    "kinds": ["guidance"],
    "capacity": "7",
}


def test_somebody_is_added_and_invited_by_mail_alone(signed_in, desk):
    head = signed_in("head")
    assert post(head, "/desk/team/new", **NEW).headers["location"] == "/desk/team?done=added"
    [jo] = [one for one in desk.team.officers() if one.name == NEW["name"]]
    assert (jo.languages, jo.themes, jo.kinds, jo.capacity) == (
        ("nl", "en"), ("cancer",), ("guidance",), 7,
    )  # fmt: skip
    assert mails_to(desk, jo) == ["invitation"]
    page = head.get("/desk/team?done=added").text
    assert "/desk/password/" not in page, "who invites could come in as them"
    assert STORED not in page
    assert "Jo &lt;script&gt;" in page


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "no address"}, "address"),
        ({"theme": "Alchemy"}, "no theme of that name"),
        ({"capacity": "many"}, "from 1 to 500"),
    ],
)
def test_a_refusal_keeps_what_was_filled_in(signed_in, wrong, sentence):
    answer = post(signed_in("head"), "/desk/team/new", **{**NEW, "email": "x@y.example", **wrong})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert "Jo &lt;script&gt;" in answer.text
    assert re.search(r'value="guidance" checked', answer.text)


def test_a_line_of_the_directory_is_changed(signed_in, desk, new_officer):
    officer = new_officer()
    path = f"/desk/team/{officer.person.id}"
    given = {**NEW, "what": "change", "role": "editor", "first": "fr", "languages": []}
    assert post(signed_in("head"), path, **given).status_code == 303
    [after] = [one for one in desk.team.officers() if one.person.id == officer.person.id]
    assert (after.role, after.languages, after.capacity) == ("editor", ("fr",), 7)


def test_who_leaves_is_signed_out_and_can_come_back(signed_in, desk, new_officer, app):
    head, officer = signed_in("head"), new_officer()
    theirs = TestClient(app)
    theirs.follow_redirects = False
    sign_in(theirs, desk, officer)
    path = f"/desk/team/{officer.person.id}"
    assert theirs.get("/desk/account").status_code == 200
    post(head, path, what="leave")
    assert theirs.get("/desk/account").status_code == 303
    assert "Let them come back" in head.get(path).text
    assert "have left" in post(head, path, what="invite").text
    post(head, path, what="return")
    assert theirs.get("/desk/account").status_code == 303, "the old session stays over"


def test_a_lost_telephone_signs_out_and_asks_for_another(signed_in, desk, new_officer, app):
    head, officer = signed_in("head"), new_officer()
    theirs = TestClient(app)
    theirs.follow_redirects = False
    sign_in(theirs, desk, officer)
    post(head, f"/desk/team/{officer.person.id}", what="factor")
    assert theirs.get("/desk/account").status_code == 303
    email = officer.person.contact.email
    post(theirs, "/desk/sign-in", email=email, password=PASSWORD, code="")
    assert theirs.get("/desk/account").headers["location"] == "/desk/account/second-factor"


@pytest.mark.parametrize(
    "fields",
    [
        {**NEW, "what": "change", "role": "officer"},
        {"what": "leave"},
        {"what": "invite"},
        {"what": "factor"},
    ],
    ids=lambda fields: fields["what"],
)
def test_a_head_does_nothing_to_an_administrator(signed_in, desk, new_officer, fields):
    admin = new_officer("admin")
    answer = post(signed_in("head"), f"/desk/team/{admin.person.id}", **fields)
    assert answer.status_code == 409
    assert "Only an administrator" in answer.text
    [after] = [one for one in desk.team.officers() if one.person.id == admin.person.id]
    assert after == admin
    assert mails_to(desk, admin) == []


def test_a_head_makes_no_administrator(signed_in, desk, new_officer):
    head, officer = signed_in("head"), new_officer()
    assert 'value="admin"' not in head.get("/desk/team/new").text
    for path in ("/desk/team/new", f"/desk/team/{officer.person.id}"):
        given = {**NEW, "email": "z@desk.example", "what": "change", "role": "admin"}
        assert post(head, path, **given).status_code == 409
    assert "z@desk.example" not in [one.person.contact.email for one in desk.team.officers()]


def test_the_last_administrator_stays_one(new_data):
    with Workspace.open(data=new_data()) as workspace, TestClient(create_app(workspace)) as browser:
        browser.follow_redirects = False
        contact = Contact(name="Ann", email="ann@desk.example")
        only = workspace.desk.team.add(contact, ["en"], role="admin")
        sign_in(browser, workspace.desk, only)
        answer = post(browser, f"/desk/team/{only.person.id}", what="leave")
    assert answer.status_code == 400
    assert "the only administrator" in answer.text


# -- people's rights -----------------------------------------------------------------------------


def test_an_address_never_stands_in_an_address(signed_in, enquiry):
    head = signed_in("head")
    for path, name in (("/desk/people", "email"), ("/desk/audit", "words")):
        found = post(head, path, **{name: ADA.email})
        assert found.status_code == 303
        assert "ada" not in found.headers["location"]
        assert 'method="post"' in head.get(path).text


def test_somebody_is_found_and_given_everything(signed_in, enquiry):
    head = signed_in("head")
    path = post(head, "/desk/people", email=ADA.email.upper()).headers["location"]
    page = head.get(path).text
    assert enquiry.reference in page
    assert STORED not in page
    file = post(head, path, what="export")
    assert file.headers["content-disposition"] == 'attachment; filename="person.json"'
    assert file.headers["cache-control"] == "private, no-store"
    assert file.json()["enquiries"][0]["enquiry"]["reference"] == enquiry.reference


def test_somebody_is_forgotten_when_one_is_sure(signed_in, desk):
    contact = Contact(name="Bo", email="bo@inhalers.example")
    desk.receive(Form(kind="other", contact=contact, message="A question."))
    head = signed_in("head")
    path = post(head, "/desk/people", email=contact.email).headers["location"]
    unsure = post(head, path, what="erase")
    assert (unsure.status_code, "Tick the box" in unsure.text) == (400, True)
    assert "Bo" in unsure.text
    assert post(head, path, what="erase", sure="yes").status_code == 303
    assert post(head, "/desk/people", email=contact.email).status_code == 400
    assert "Nothing is left" in head.get(path).text


def test_who_exports_a_colleague_gets_no_key_to_their_account(signed_in, desk, new_officer):
    head, admin = signed_in("head"), new_officer("admin")
    desk.accounts.forget_password(admin.person.contact.email, "10.0.0.9")
    path = post(head, "/desk/people", email=admin.person.contact.email).headers["location"]
    assert "/desk/password/" not in post(head, path, what="export").text


def test_nothing_is_left_of_the_account_of_somebody_erased(desk, new_officer, app):
    officer = new_officer()
    sign_in(TestClient(app), desk, officer)
    desk.team.change(officer.person.id, is_active=False)
    desk.rights.erase(officer.person.id, by=SYSTEM)
    with desk._ground.database.reading() as session:
        assert session.select("account", person=officer.person.id) == []


# -- the audit trail -----------------------------------------------------------------------------


def test_the_trail_says_who_did_what_and_that_it_was_read(signed_in, desk, enquiry):
    head = signed_in("head")
    path = post(head, "/desk/audit", words=ADA.email).headers["location"]
    head.get(path)
    page = head.get(path).text
    assert "The head (Head of the office)" in page
    assert "audit trail" in page, "reading it is a line of it"
    assert enquiry.reference in page
    assert f"/desk/enquiries/{enquiry.enquiry}" in page


def test_an_administrator_reads_the_trail_and_not_who_asks(signed_in, enquiry):
    admin = signed_in("admin")
    path = post(admin, "/desk/audit", words=enquiry.reference.lower()).headers["location"]
    page = admin.get(path).text
    assert enquiry.reference in page
    assert "Ada" not in page
    assert ADA.email not in page
    assert "/desk/enquiries/" not in page


def test_the_trail_goes_back_page_by_page_without_a_gap(desk, new_officer):
    admin = new_officer("admin").actor
    numbers, before = [], {}
    while True:
        trail = desk.rights.trail(by=admin, most=7, **before)
        numbers += [line.number for line in trail.lines]
        if not trail.is_more:
            break
        before = {"before": trail.lines[-1].number}
    everything = [line.number for line in desk.rights.accesses()]
    assert numbers == sorted(numbers, reverse=True)
    assert set(everything) - set(numbers) <= set(range(numbers[0] + 1, everything[-1] + 1))


def test_what_nobody_is_called_finds_nothing(signed_in):
    answer = post(signed_in("head"), "/desk/audit", words="nobody@nowhere.example")
    assert answer.status_code == 400
    assert "no such address or reference" in answer.text


@pytest.mark.parametrize("before", ["x", "-1", "99999999999999999999", "0"])
def test_an_address_that_was_tampered_with_does_no_harm(signed_in, before):
    assert signed_in("admin").get(f"/desk/audit?before={before}").status_code == 200


@pytest.mark.parametrize("role", ["officer", "editor"])
def test_the_desk_itself_refuses_who_may_not(desk, new_officer, role):
    officer = new_officer(role)
    for do in (
        lambda by: desk.rights.trail(by=by),
        lambda by: desk.rights.known(officer.person.id, by=by),
        lambda by: desk.team.invite(officer.person.id, by=by),
        lambda by: desk.team.reset_second_factor(officer.person.id, by=by),
        lambda by: desk.rights.find_in_trail("ada@inhalers.example", by=by),
    ):
        for by in (officer.actor, Actor("head", officer.person.id), Actor("admin", "nobody")):
            with pytest.raises(TransitionError):
                do(by)
