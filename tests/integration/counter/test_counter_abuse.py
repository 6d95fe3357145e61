"""Abuse of the forms is refused with a sentence, and nothing of it is kept."""

import pytest
from filled import FILLED, OWN, send, token_in

from baken.desk import SYSTEM

PEOPLE = "SELECT COUNT(*) FROM person WHERE role = 'enquirer'"


def kept(workspace):
    return workspace.desk.inbox(by=SYSTEM)


@pytest.fixture
def form(client, time):
    """A form that would be taken."""
    token = token_in(client.get("/enquire").text)
    time.pass_by(seconds=10)
    return {**FILLED, "submission": token}


def test_this_form_would_be_taken(client, workspace, form):
    assert client.post("/enquire", data=form, headers=OWN).status_code == 200
    assert len(kept(workspace)) == 1


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, "sent from another site"),
        ({"Origin": "https://elsewhere.example"}, "sent from another site"),
        ({}, "sent from another site"),
        ({**OWN, "Content-Type": "text/plain"}, "takes a form only"),
    ],
)
def test_a_form_of_another_site_is_refused(client, workspace, form, headers, words):
    answer = client.post("/enquire", data=form, headers=headers)
    assert answer.status_code in (403, 415)
    assert words in answer.text
    assert not kept(workspace)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"website": "https://buy.example"}, "A field that is to stay empty"),
        ({"submission": ""}, "has been open for very long"),
        ({"submission": "x" * 60}, "has been open for very long"),
        ({"email": "ada@x.example\r\nBcc: all@x.example"}, "is not one"),
        ({"email": "ada@x.example, bob@x.example"}, "is not one"),
        ({"name": "x" * 201}, "longer than 200 characters"),
        ({"message": "x" * 20_001}, "longer than 20,000 characters"),
        ({"country": "<b"}, "country is not known"),
        ({"kind": "loan"}, "Choose what you ask for"),
    ],
)
def test_what_is_no_enquiry_is_refused(client, workspace, form, changed, words):
    answer = client.post("/enquire", data={**form, **changed}, headers=OWN)
    assert answer.status_code == 400
    assert words in answer.text
    assert not kept(workspace)


def test_what_is_sent_faster_than_people_write_is_refused_once(client, workspace, time):
    answer = send(client, time, submission=token_in(client.get("/enquire").text))
    assert answer.status_code == 200  # ten seconds
    hasty = {**FILLED, "submission": token_in(client.get("/enquire").text)}
    time.pass_by(seconds=1)
    answer = client.post("/enquire", data=hasty, headers=OWN)
    assert (answer.status_code, "faster than people write" in answer.text) == (400, True)
    assert len(kept(workspace)) == 1
    time.pass_by(seconds=9)
    hasty["submission"] = token_in(answer.text)
    assert client.post("/enquire", data=hasty, headers=OWN).status_code == 200
    assert len(kept(workspace)) == 2


def test_a_header_cannot_be_put_into_a_mail(client, workspace, form):
    evil = "Ada\r\nBcc: everybody@x.example\r\n\r\nBuy"
    client.post("/enquire", data={**form, "name": evil, "organisation_name": evil}, headers=OWN)
    (enquiry,) = kept(workspace)
    for mail in workspace.desk.case(enquiry.id, by=SYSTEM).mails:
        head = mail.message.partition("\r\n\r\n")[0]
        assert "\r\nBcc:" not in head


def test_five_megabytes_are_refused(client, workspace, form):
    answer = client.post("/enquire", data={**form, "message": "x" * 5_000_000}, headers=OWN)
    assert answer.status_code == 413
    assert "too long for this page" in answer.text
    assert not kept(workspace)


def test_a_script_in_any_field_stays_words(client, workspace, form):
    script = "</textarea><script>alert(1)</script>"
    given = dict.fromkeys(("message", "name", "organisation_name", "phone", "sector"), script)
    page = client.post("/enquire", data={**form, **given}, headers=OWN)
    assert page.status_code == 200
    again = client.post(str(page.url), data={"do": "write", "text": script}, headers=OWN)
    refused = client.post("/enquire", data={**form, **given, "email": script}, headers=OWN)
    for answer in (page, again, refused):
        assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in again.text
    assert kept(workspace)[0].sector == ""


def test_a_hundred_forms_of_one_network_are_stopped_and_others_go_on(client, workspace, time):
    def post(number, peer):
        form = {
            **FILLED, "email": f"a{number}@x.example", "submission": tokens[number],
        }  # fmt: skip
        return client.post("/enquire", data=form, headers={**OWN, "X-Forwarded-For": peer})

    workspace.proxies = ()
    tokens = [token_in(client.get("/enquire").text) for _ in range(100)]
    time.pass_by(seconds=10)
    answers = [post(number, f"192.0.2.{number}") for number in range(100)]  # made up, unbelieved
    assert [answer.status_code for answer in answers] == [200] * 8 + [429] * 92
    assert int(answers[-1].headers["retry-after"]) == 300
    assert "very often within a short time" in answers[-1].text
    assert "smart inhaler" in answers[-1].text
    assert len(kept(workspace)) == 8
    time.pass_by(seconds=300)
    assert post(99, "192.0.2.1").status_code == 200


def test_one_mailbox_cannot_be_filled_from_many_networks(client, workspace, time):
    answers = [send(client, time).status_code for _ in range(6)]
    assert answers == [200] * 4 + [429] * 2


def test_no_address_can_be_read_from_what_limits_keep(client, workspace, time, tmp_path):
    send(client, time)
    with workspace.desk._ground.database.reading() as session:
        assert len(session.select("tables")) > 5
    import sqlite3

    with sqlite3.connect(tmp_path / "desk.sqlite") as desk:
        rows = desk.execute("SELECT * FROM pace").fetchall()
    desk.close()
    assert len(rows) == 2
    assert "testclient" not in str(rows)
    assert "nordic" not in str(rows)
    time.pass_by(days=2)
    workspace.desk.rights.sweep()
    with sqlite3.connect(tmp_path / "desk.sqlite") as desk:
        assert desk.execute("SELECT COUNT(*) FROM pace").fetchone() == (0,)
    desk.close()


@pytest.mark.parametrize("path", ["status", "answer", "confirm", "withdraw", "outcome", "data"])
def test_forged_links_and_links_for_something_else_open_nothing(client, workspace, time, path):
    token = str(send(client, time).url).rpartition("/")[2].partition("?")[0]
    forged = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    for given in {forged, token[:40], "x", token if path != "status" else "y"}:
        for answer in (
            client.get(f"/{path}/{given}"),
            client.post(f"/{path}/{given}", data={"do": "withdraw"}, headers=OWN),
        ):
            assert answer.status_code == 410, given
            assert "not one of ours" in answer.text
            assert "Ada" not in answer.text
    assert kept(workspace)
