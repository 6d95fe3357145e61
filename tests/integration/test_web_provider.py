"""Signing in with the agency's own service, as a browser does it, against one that runs."""

from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from litestar.testing import TestClient
from oidc_provider import CLIENT, SECRET, running

from baken import Workspace
from baken.desk import Contact
from baken.desk.provider import RETURN_PATH
from baken.web import create_app

pytestmark = pytest.mark.enable_socket

MIA = Contact(name="Mia Claes", email="mia@desk.example")


@pytest.fixture(scope="module")
def there():
    with running() as provider:
        yield provider


@pytest.fixture(scope="module")
def workspace(new_data, there):
    settings = {
        "oidc_issuer": there.issuer,
        "oidc_client": CLIENT,
        "oidc_secret": SECRET,
        "oidc_name": "your <agency> account",
    }
    with Workspace.open(data=new_data(), **settings) as workspace:
        there.returns_to = workspace.desk.provider.returns_to
        workspace.desk.team.add(MIA, ["en"])
        yield workspace


@pytest.fixture(scope="module")
def app(workspace):
    with TestClient(create_app(workspace)) as client:
        yield client.app


@pytest.fixture
def browser(app, there):
    """A browser of its own; the provider tells the truth about Mia."""
    there.lies = {}
    there.claims = {"sub": "1", "email": "Mia@Desk.example", "email_verified": True}
    client = TestClient(app)
    client.follow_redirects = False
    return client


def come_back(browser, start="/desk/sign-in/provider"):
    """Go to the provider, sign in there, and return the address that it sends the browser to."""
    away = browser.get(start)
    assert away.status_code == 303
    there = httpx.get(away.headers["location"]).headers["location"]
    return urlsplit(there)._replace(scheme="", netloc="").geturl()


def test_who_signs_in_there_is_signed_in_here_without_another_factor(browser):
    page = browser.get("/desk/sign-in?to=/desk/account").text
    assert "your &lt;agency&gt; account" in page
    entered = browser.get(come_back(browser, "/desk/sign-in/provider?to=/desk/account"))
    assert (entered.status_code, entered.headers["location"]) == (303, "/desk/account")
    account = browser.get("/desk/account")
    assert (account.status_code, "Mia Claes" in account.text) == (200, True)


def test_the_audit_trail_has_it(browser, workspace):
    browser.get(come_back(browser))
    [mia] = [one for one in workspace.desk.team.officers() if one.name == MIA.name]
    assert "sign in" in [
        line.action for line in workspace.desk.rights.accesses(person=mia.person.id)
    ]


def test_a_reader_of_dutch_comes_back_to_dutch(browser):
    way = browser.get(come_back(browser, "/nl/desk/sign-in/provider?to=/desk/account"))
    assert urlsplit(way.headers["location"]).path == f"/nl{RETURN_PATH}"
    entered = browser.get(way.headers["location"])
    assert entered.headers["location"] == "/nl/desk/account"


def test_an_answer_that_another_browser_asked_for_signs_nobody_in(browser, app):
    planted = come_back(browser)
    other = TestClient(app)
    other.follow_redirects = False
    answer = other.get(planted)
    assert answer.status_code == 400
    assert "not begun in this browser" in answer.text
    assert other.get("/desk/account").status_code == 303


def test_an_answer_works_once(browser):
    back = come_back(browser)
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 400


def test_who_is_not_in_the_team_stays_outside_and_is_told_so(browser, there):
    there.claims["email"] = "stranger@desk.example"
    answer = browser.get(come_back(browser))
    assert answer.status_code == 400
    assert "nobody in this team" in answer.text
    assert "stranger" not in answer.text
    assert browser.get("/desk/account").status_code == 303


def test_who_left_the_team_stays_outside(browser, workspace, there):
    tom = workspace.desk.team.add(Contact(name="Tom", email="tom@desk.example"), ["en"])
    there.claims["email"] = "tom@desk.example"
    assert browser.get(come_back(browser)).status_code == 303
    workspace.desk.team.change(tom.person.id, is_active=False)
    assert browser.get("/desk/account").status_code == 303, "the session ends at once"
    assert browser.get(come_back(browser)).status_code == 400


def test_somebody_with_an_unverified_address_is_told_what_to_do(browser, there):
    there.claims["email_verified"] = False
    answer = browser.get(come_back(browser))
    assert answer.status_code == 400
    assert "does not vouch" in answer.text


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/desk/../x", "/\\x"])
def test_nobody_is_sent_elsewhere_afterwards(browser, to):
    entered = browser.get(come_back(browser, f"/desk/sign-in/provider?to={to}"))
    assert entered.headers["location"] == "/desk"


def test_what_a_browser_planted_does_not_send_it_elsewhere(browser):
    away = browser.get("/desk/sign-in/provider")
    name, value = away.headers["set-cookie"].partition(";")[0].split("=")
    memory = value.strip('"').partition(".")[0]
    there = httpx.get(away.headers["location"]).headers["location"]
    browser.cookies.clear()
    browser.cookies.set(name, f"{memory}.en.//evil.example")
    entered = browser.get(f"{RETURN_PATH}?{urlsplit(there).query}")
    assert entered.headers["location"] == "/desk"


def test_a_session_is_new_at_every_sign_in(browser):
    browser.cookies.set("baken", "planted")
    browser.get(come_back(browser))
    first = browser.cookies.get("baken", domain="testserver.local")
    browser.get(come_back(browser))
    second = browser.cookies.get("baken", domain="testserver.local")
    assert len({first, second, "planted", None}) == 4
    other = TestClient(browser.app, cookies={"baken": first})
    other.follow_redirects = False
    assert other.get("/desk/account").status_code == 303


def test_the_way_there_says_what_it_must_and_nothing_personal(browser, there):
    asked = dict(
        parse_qsl(urlsplit(browser.get("/desk/sign-in/provider").headers["location"]).query)
    )
    assert set(asked) == {
        "tenant", "response_type", "client_id", "redirect_uri", "scope", "state", "nonce",
        "code_challenge", "code_challenge_method",
    }  # fmt: skip
    assert asked["redirect_uri"] == there.returns_to


def test_without_a_provider_there_is_no_such_page_and_no_link(new_data):
    with Workspace.open(data=new_data()) as workspace, TestClient(create_app(workspace)) as client:
        assert client.get("/desk/sign-in/provider").status_code == 404
        assert client.get(RETURN_PATH).status_code == 404
        assert "/desk/sign-in/provider" not in client.get("/desk/sign-in").text


def test_a_provider_that_is_away_leaves_the_password(new_data):
    with running() as gone:
        issuer = gone.issuer
    with (
        Workspace.open(data=new_data(), oidc_issuer=issuer, oidc_client=CLIENT) as workspace,
        TestClient(create_app(workspace)) as client,
    ):
        answer = client.get("/desk/sign-in/provider")
    assert answer.status_code == 400
    assert "does not answer" in answer.text
    assert 'type="password"' in answer.text
