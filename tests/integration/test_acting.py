"""What every screen keeps to, shown with one that only says what was sent to it."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec import Struct

from baken import Workspace
from baken.errors import DeskError
from baken.web import acting, app
from baken.web.acting import Call, File, Go, Screen
from baken.web.site import Site

OWN = {"Sec-Fetch-Site": "same-origin"}


class Said(Struct, frozen=True):
    status: int = 200
    message: str = ""
    near: tuple[str, ...] = ()
    words: str = ""


def show(call: Call) -> Said:
    return Said(message=call.query.path["word"])


def act(call: Call) -> Go:
    if call.one("word") == "refuse":
        raise DeskError("It is refused.")
    return Go(f"/echo/{call.one('word')}")


def refused(call: Call, sentence: str) -> Said:
    return Said(message=f"{sentence} {call.one('kept')}")


SCREENS = (
    Screen(path="/echo/{word:str}", template="failure.html", build=show, act=act, refused=refused),
    Screen(path="/readonly", template="failure.html", build=lambda call: Said()),
    Screen(
        path="/program",
        template="failure.html",
        build=lambda call: Said(),
        act=lambda call: File(b"done", "text/plain"),
        takes="programs",
    ),
)


@pytest.fixture(scope="module")
def client(data):
    with Workspace.open(data=data) as workspace:
        routes = acting.handlers(SCREENS, Site(workspace), app._query, app._form)
        with TestClient(Litestar(routes, openapi_config=None)) as client:
            client.follow_redirects = False
            yield client


def test_a_screen_is_kept_by_nobody_and_tells_nobody_its_address(client):
    answer = client.get("/echo/quiet")
    assert "quiet" in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]


def test_what_was_done_ends_at_another_address_in_the_same_language(client):
    answer = client.post("/nl/echo/one", data={"word": "two"}, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/nl/echo/two")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver.local"},
    ],
)
def test_a_form_from_another_site_does_nothing(client, headers):
    answer = client.post("/echo/one", data={"word": "two"}, headers=headers)
    assert answer.status_code == 403
    assert "sent from another site" in answer.text


def test_a_form_of_a_browser_that_names_its_origin_alone_is_taken(client):
    headers = {"Origin": "http://testserver.local"}
    assert client.post("/echo/one", data={"word": "two"}, headers=headers).status_code == 303


def test_a_program_may_post_where_programs_are_expected(client):
    assert client.post("/program", data={"List-Unsubscribe": "One-Click"}).text == "done"


def test_a_refusal_keeps_what_was_filled_in(client):
    answer = client.post("/echo/one", data={"word": "refuse", "kept": "my words"}, headers=OWN)
    assert answer.status_code == 400
    assert "It is refused. my words" in answer.text


def test_other_bodies_than_forms_are_refused(client):
    answer = client.post("/echo/one", json={"word": "two"}, headers=OWN)
    assert answer.status_code == 415


def test_a_screen_without_a_form_takes_none(client):
    assert client.post("/readonly", data={"a": "b"}, headers=OWN).status_code == 405
