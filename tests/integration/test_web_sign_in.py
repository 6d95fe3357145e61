"""Who gets in to the team's pages, and who does not, over HTTP."""

import datetime
import re
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from litestar.testing import TestClient
from tests.desk_site import OWN, PASSWORD, sign_in, with_account
from tools.made_up_day import Time

from baken import Workspace
from baken.config import Settings
from baken.desk import MAY, OFFICE_ROLES, Contact, Desk
from baken.errors import LinkRefusedError
from baken.web import create_app
from baken.web.office import SCREENS

TEAM = {role: f"{role}@desk.example" for role in OFFICE_ROLES}


@pytest.fixture(scope="module")
def workspace(new_data):
    with Workspace.open(data=new_data()) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def app(workspace):
    with TestClient(create_app(workspace)) as client:
        yield client.app


@pytest.fixture
def client(app):
    """A browser of its own."""
    client = TestClient(app)
    client.follow_redirects = False
    return client


@pytest.fixture
def desk(workspace):
    return workspace.desk


@pytest.fixture
def new_officer(desk):
    def add(role="officer"):
        number = len(desk.team.officers())
        contact = Contact(name=f"Mia {number}", email=f"mia{number}@desk.example")
        return desk.team.add(contact, ["en"], role=role)

    return add


def post(client, path, **fields):
    return client.post(path, data=fields, headers=OWN)


def test_somebody_who_is_invited_ends_up_signed_in_with_a_second_factor(client, desk, new_officer):
    officer = new_officer()
    link = urlsplit(desk.accounts.invite(officer.person.id)).path
    assert officer.name in client.get(link).text
    refused = post(client, link, password="short", again="short")
    assert (refused.status_code, "12 characters" in refused.text) == (400, True)
    assert post(client, link, password=PASSWORD, again=PASSWORD).status_code == 303
    assert client.get(link).status_code == 410, "it works once"
    entered = post(
        client, "/desk/sign-in", email=officer.person.contact.email, password=PASSWORD, code=""
    )
    assert entered.headers["location"] == "/desk"
    assert client.get("/desk/account").headers["location"] == "/desk/account/second-factor"
    page = client.get("/desk/account/second-factor").text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    proof = re.search(r'name="proof" value="([^"]+)"', page)[1].replace("&#34;", '"')
    wrong = post(client, "/desk/account/second-factor", proof=proof, code="000000")
    assert "The code is wrong" in wrong.text
    right = pyotp.TOTP(secret).now()
    codes = post(client, "/desk/account/second-factor", proof=proof, code=right)
    assert len(re.findall(r"<code>[a-z0-9]{5}-[a-z0-9]{5}</code>", codes.text)) == 8
    assert officer.name in client.get("/desk/account").text


def test_a_link_for_a_password_ends_with_the_password_it_was_to_replace(tmp_path):
    time = Time()
    with Desk.open(Settings.load({}, data=tmp_path), clock=time) as desk:
        officer = desk.team.add(Contact(name="Mia", email="mia@desk.example"), ["en"])
        first, second = (
            desk.accounts.invite(officer.person.id).rpartition("/")[2] for _ in range(2)
        )
        time.now += datetime.timedelta(minutes=5)
        desk.accounts.choose_password(first, PASSWORD)
        with pytest.raises(LinkRefusedError, match="has been changed since"):
            desk.accounts.choose_password(second, "four other words here")


def test_a_code_opens_once_and_a_recovery_code_too(client, desk, new_officer):
    officer = new_officer()
    secret = with_account(desk, officer)
    given = {"email": officer.person.contact.email, "password": PASSWORD}
    code = pyotp.TOTP(secret).now()
    assert post(client, "/desk/sign-in", **given, code=code).status_code == 303
    assert post(client, "/desk/sign-in", **given, code=code).status_code == 400
    assert post(client, "/desk/sign-in", **given, code="").status_code == 400


@pytest.mark.parametrize("wrong", ["email", "password", "code"])
def test_a_refusal_does_not_say_what_was_wrong(client, desk, new_officer, wrong):
    officer = new_officer()
    secret = with_account(desk, officer)
    given = {
        "email": officer.person.contact.email,
        "password": PASSWORD,
        "code": pyotp.TOTP(secret).now(),
    }
    given[wrong] = {"email": "no@desk.example", "password": "x" * 12, "code": "000000"}[wrong]
    answer = post(client, "/desk/sign-in", **given)
    assert answer.status_code == 400
    assert "The address, the password or the code is wrong." in answer.text
    assert "set-cookie" not in answer.headers
    assert given["password"] not in answer.text


def test_a_session_is_new_at_every_sign_in(client, desk, new_officer):
    client.cookies.set("baken", "planted")
    sign_in(client, desk, new_officer())
    token = client.cookies.get("baken", domain="testserver.local")
    assert token
    assert token != "planted"
    post(client, "/desk/sign-out")
    other = TestClient(client.app, cookies={"baken": token})
    other.follow_redirects = False
    assert other.get("/desk/account").headers["location"].startswith("/desk/sign-in")


def test_the_cookie_is_for_this_host_alone(client, desk, new_officer):
    officer = new_officer()
    secret = with_account(desk, officer)
    answer = post(
        client,
        "/desk/sign-in",
        email=officer.person.contact.email,
        password=PASSWORD,
        code=pyotp.TOTP(secret).now(),
    )
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said
    assert "domain=" not in said


@pytest.mark.parametrize(
    "to",
    ["https://evil.example/", "//evil.example", "/desk/../evil", "/\\evil", "/desk//evil", "/"],
)
def test_nobody_is_sent_elsewhere_after_signing_in(client, desk, new_officer, to):
    officer = new_officer()
    secret = with_account(desk, officer)
    answer = post(
        client,
        "/desk/sign-in",
        email=officer.person.contact.email,
        password=PASSWORD,
        code=pyotp.TOTP(secret).now(),
        to=to,
    )
    assert answer.headers["location"] == "/desk"


def test_who_is_asked_to_sign_in_comes_back_to_where_they_were_going(client):
    where = urlsplit(client.get("/nl/desk/account").headers["location"])
    assert where.path == "/nl/desk/sign-in"
    assert parse_qs(where.query) == {"to": ["/desk/account"]}


def test_guessing_slows_down_for_who_guesses_and_for_nobody_else(app, desk, new_officer):
    officer = new_officer()
    secret = with_account(desk, officer)
    email = officer.person.contact.email
    for _ in range(5):
        with pytest.raises(Exception, match="is wrong"):
            desk.accounts.sign_in(email, "a wrong password", "", peer="10.0.0.1")
    with pytest.raises(Exception, match="too often"):
        desk.accounts.sign_in(email, PASSWORD, pyotp.TOTP(secret).now(), peer="10.0.0.1")
    code = pyotp.TOTP(secret).now()
    assert desk.accounts.sign_in(email, PASSWORD, code, peer="10.0.0.2")


def test_nobody_learns_who_has_an_account(client, desk, new_officer):
    known = post(client, "/desk/forgotten", email=new_officer().person.contact.email)
    unknown = post(client, "/desk/forgotten", email="nobody@desk.example")
    assert known.text == unknown.text
    assert known.status_code == 200


@pytest.mark.parametrize("role", OFFICE_ROLES)
def test_every_page_lets_in_who_may_and_nobody_else(client, desk, new_officer, role):
    open_to_all = {
        "/desk/sign-in",
        "/desk/sign-in/provider",
        "/desk/sign-in/return",
        "/desk/sign-out",
        "/desk/forgotten",
        "/desk/password/{token:str}",
    }
    gated = [screen for screen in SCREENS if screen.path not in open_to_all]
    paths = [re.sub(r"\{\w+:str\}", "none", screen.path) for screen in gated]
    for screen, path in zip(gated, paths, strict=True):
        assert screen.gate is not None, f"{path} has no gate"
        answer = client.get(path)
        assert answer.status_code == 303, f"{path} is open to the world"
        assert "/desk/sign-in" in answer.headers["location"]
        if screen.act is not None:
            assert post(client, path).status_code == 303
    sign_in(client, desk, new_officer(role))
    for screen, path in zip(gated, paths, strict=True):
        answer = client.get(path)
        may = role in MAY[screen.gate.privilege]
        hidden = answer.status_code == 404 and "There is no page at this address." in answer.text
        assert hidden != may, f"{path} as {role}: {answer.status_code}"


def test_somebody_who_left_is_out_at_once(client, desk, new_officer):
    officer = new_officer()
    sign_in(client, desk, officer)
    assert client.get("/desk/account").status_code == 200
    desk.team.change(officer.person.id, is_active=False)
    assert client.get("/desk/account").status_code == 303
