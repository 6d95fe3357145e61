"""Signing in with a provider that really runs: what the desk believes of it, and what not."""

import time
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey
from oidc_provider import CLIENT, SECRET, running

from baken.config import Settings
from baken.desk.provider import Provider
from baken.errors import DeskError, SettingError

pytestmark = pytest.mark.enable_socket

SITE = "https://baken.example"


@pytest.fixture
def there():
    """The provider."""
    with running() as provider:
        provider.returns_to = f"{SITE}/desk/sign-in/return"
        yield provider


def settings(issuer, **given):
    given = {"oidc_client": CLIENT, "oidc_secret": SECRET, "url": SITE, **given}
    return Settings.load({}, oidc_issuer=issuer, **given)


@pytest.fixture
def here(there):
    """The desk's side of it."""
    return Provider.of(settings(there.issuer), time.time)


def back(url):
    """Sign in at the provider, and return the parameters that the browser brings back."""
    answer = httpx.get(url, follow_redirects=False)
    assert answer.status_code == 303
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def sign_in(here):
    errand = here.begin()
    return here.finish(errand.memory, back(errand.url))


def test_who_signs_in_there_is_known_by_their_address(here):
    assert sign_in(here) == "mia@desk.example"


def test_the_address_is_asked_for_where_the_token_does_not_tell_it(here, there):
    there.lies = {"withheld": ["email", "email_verified"]}
    assert sign_in(here) == "mia@desk.example"
    assert "/userinfo" in there.asked


def test_what_the_provider_says_of_itself_is_asked_once_an_hour(here, there):
    for _ in range(3):
        sign_in(here)
    assert there.asked.count("/.well-known/openid-configuration") == 1
    assert there.asked.count("/keys") == 1


def test_a_provider_that_changes_its_keys_is_believed_at_once(here, there):
    sign_in(here)
    there.key = RSAKey.generate_key(2048, {"kid": "second"})
    assert sign_in(here) == "mia@desk.example"
    assert there.asked.count("/keys") == 2


FOREIGN = RSAKey.generate_key(2048, {"kid": "first"})


@pytest.mark.parametrize(
    "lies",
    [
        {"claims": {"nonce": "of another sign-in"}},
        {"withheld": ["nonce"]},
        {"claims": {"aud": "another client"}},
        {"claims": {"aud": [CLIENT, "another"]}},
        {"claims": {"azp": "another"}},
        {"claims": {"iss": "https://elsewhere.example"}},
        {"claims": {"exp": 1_000}},
        {"withheld": ["exp"]},
        {"key": FOREIGN},
        {"algorithm": "none"},
        {"algorithm": "HS256", "key": OctKey.import_key(SECRET.ljust(32, "."))},
        {"answer": {"iss": "https://elsewhere.example"}},
        {"metadata": {"issuer": "https://elsewhere.example"}},
        {"metadata": {"token_endpoint": "http://elsewhere.example/token"}},
        {"withheld": ["email"], "userinfo": {"sub": "somebody else"}},
        {"answer": {"code": "made up"}},
    ],
    ids=lambda lies: "-".join(lies),  # keys of RSA have no name that is the same everywhere
)
def test_an_answer_that_is_not_as_it_must_be_signs_nobody_in(here, there, lies):
    there.lies = lies
    with pytest.raises(DeskError, match="cannot be trusted"):
        sign_in(here)


@pytest.mark.parametrize("verified", [False, None, "false", 1])
def test_an_address_that_nobody_verified_signs_nobody_in(here, there, verified):
    there.claims["email_verified"] = verified
    with pytest.raises(DeskError, match="does not vouch"):
        sign_in(here)


def test_an_answer_works_only_in_the_browser_that_asked(here):
    mine, theirs = here.begin(), here.begin()
    answer = back(theirs.url)
    for memory in (mine.memory, ""):
        with pytest.raises(DeskError, match="not begun in this browser"):
            here.finish(memory, answer)


def test_an_answer_works_once(here):
    errand = here.begin()
    answer = back(errand.url)
    here.finish(errand.memory, answer)
    with pytest.raises(DeskError, match="cannot be trusted"):
        here.finish(errand.memory, answer)


def test_a_code_that_somebody_else_got_is_worth_nothing(here):
    mine, theirs = here.begin(), here.begin()
    stolen = {**back(mine.url), "code": back(theirs.url)["code"]}
    with pytest.raises(DeskError, match="cannot be trusted"):
        here.finish(mine.memory, stolen)


def test_who_declines_there_is_told_what_to_do(here):
    errand = here.begin()
    state = dict(parse_qsl(urlsplit(errand.url).query))["state"]
    with pytest.raises(DeskError, match="were not signed in there"):
        here.finish(errand.memory, {"error": "access_denied", "state": state})


def test_a_provider_that_is_away_is_said_to_be():
    with running() as provider:
        issuer = provider.issuer
    with pytest.raises(DeskError, match="does not answer"):
        Provider.of(settings(issuer), time.time).begin()


def test_nothing_that_it_answers_is_logged(here, there, caplog):
    there.lies = {"claims": {"aud": "another client"}}
    with pytest.raises(DeskError):
        sign_in(here)
    said = [line.getMessage() for line in caplog.records if line.name.startswith("baken")]
    assert said == ["The sign-in service is not believed (InvalidClaimError)."]


@pytest.mark.parametrize(
    "issuer", ["http://login.example.org", "login.example.org", "https://login.example.org/?a=b"]
)
def test_an_issuer_that_cannot_be_one_is_refused(issuer):
    with pytest.raises(SettingError, match="BAKEN_OIDC_ISSUER is the address"):
        Provider.of(settings(issuer), time.time)


def test_an_issuer_without_a_client_is_refused():
    with pytest.raises(SettingError, match="go together"):
        Provider.of(Settings.load({}, oidc_issuer="https://login.example.org"), time.time)


def test_without_settings_there_is_no_provider():
    assert Provider.of(Settings.load({}), time.time) is None
