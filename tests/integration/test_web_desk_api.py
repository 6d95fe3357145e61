"""What the agency's programs ask of the desk, over HTTP."""

import pytest
from litestar.testing import TestClient

from baken import Workspace
from baken.desk import SYSTEM, Contact
from baken.web import create_app
from baken.web.programs import OPERATIONS

NEW = {
    "kind": "introduction",
    "name": "Ada Lindqvist",
    "email": "ada@nordic.example",
    "message": "We make a smart inhaler.",
    "organisations": ["imec"],
    "country": "se",
    "key": "crm-case-00000017",
}
ALL = ("follow", "read", "write", "mail")


@pytest.fixture(scope="module")
def workspace(new_data):
    with Workspace.open(data=new_data()) as workspace:
        workspace.desk.team.add(Contact(name="Mia", email="mia@desk.example"), ["en"])
        yield workspace


@pytest.fixture(scope="module")
def client(workspace):
    with TestClient(create_app(workspace)) as client:
        yield client


@pytest.fixture(scope="module")
def bearer(workspace):
    """The header of a program that may what is asked for."""

    def header(*may):
        _, key = workspace.desk.programs.add_program("CRM", may)
        return {"Authorization": f"Bearer {key}"}

    return header


def test_an_enquiry_by_telephone_is_one_like_any_other(client, workspace, bearer):
    crm = bearer(*ALL)
    made = client.post("/api/v1/desk/enquiries", json=NEW, headers=crm)
    assert made.status_code == 201
    assert made.json()["owner"] == "Mia"
    again = client.post("/api/v1/desk/enquiries", json=NEW, headers=crm)
    assert again.json()["reference"] == made.json()["reference"]
    other = client.post("/api/v1/desk/enquiries", json=NEW, headers=bearer("write"))
    assert other.json()["reference"] != made.json()["reference"], "the key is the program's own"
    id_ = made.json()["enquiry"]
    found = client.get(f"/api/v1/desk/enquiries/{id_}", headers=crm).json()
    assert found["enquirer"]["email"] == NEW["email"]
    assert (found["message"], found["country"]) == (NEW["message"], "SE")
    assert {mail.kind for mail in workspace.desk.case(id_, by=SYSTEM).mails} >= {"acknowledgement"}


def test_events_are_followed_from_where_one_was(client, bearer):
    crm = bearer("follow", "write")
    made = client.post("/api/v1/desk/enquiries", json={**NEW, "key": None}, headers=crm).json()
    first = client.get("/api/v1/desk/events", headers=crm).json()
    assert first["events"][-1]["reference"] == made["reference"]
    path = f"/api/v1/desk/events?after={first['next']}"
    assert client.get(path, headers=crm).json() == {"events": [], "next": first["next"]}
    note = {"text": "Called back."}
    client.post(f"/api/v1/desk/enquiries/{made['enquiry']}/notes", json=note, headers=crm)
    (event,) = client.get(path, headers=crm).json()["events"]
    assert (event["event"], event["by"]) == ("noted", "program")


def test_who_may_follow_sees_nothing_personal(client, bearer):
    client.post("/api/v1/desk/enquiries", json={**NEW, "key": None}, headers=bearer("write"))
    crm = bearer("follow")
    for path in ("events", "enquiries"):
        text = client.get(f"/api/v1/desk/{path}", headers=crm).text
        assert "reference" in text
        assert not any(word in text for word in ("Ada", "nordic", "inhaler"))


def test_reading_is_a_line_of_the_audit_trail(client, workspace, bearer):
    crm = bearer("read", "write")
    made = client.post("/api/v1/desk/enquiries", json={**NEW, "key": None}, headers=crm).json()
    client.get(f"/api/v1/desk/enquiries/{made['enquiry']}", headers=crm)
    trail = workspace.desk.rights.accesses(enquiry=made["enquiry"])
    program = workspace.desk.programs.programs()[-1]
    assert [(a.role, a.actor, a.action) for a in trail][-1] == ("program", program.id, "read")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method} {o.path}")
def test_every_operation_needs_a_key_that_may_just_that(client, workspace, bearer, operation):
    path = f"/api/v1/desk{operation.path.replace('{id:str}', 'none')}"

    def status(headers):
        return client.request(operation.method, path, headers=headers).status_code

    assert status({}) == 401
    assert status({"Authorization": "Bearer baken_guessed"}) == 401
    assert status({"Authorization": bearer(operation.may)["Authorization"][7:]}) == 401
    others = [one for one in ALL if one != operation.may]
    assert status(bearer(*others)) == 403
    assert status(bearer(operation.may)) not in (401, 403)
    program, key = workspace.desk.programs.add_program("Old", [operation.may])
    workspace.desk.programs.end_program(program.id)
    assert status({"Authorization": f"Bearer {key}"}) == 401


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "sentence"),
    [
        ("GET", "events?after=x", None, 400, "after is a number"),
        ("GET", "events?limit=501", None, 400, "1 to 500"),
        ("GET", "enquiries?since=yesterday", None, 400, "since is no moment"),
        ("GET", "enquiries/none", None, 404, "no such enquiry"),
        ("POST", "enquiries", b"{", 400, "not JSON"),
        ("POST", "enquiries", b"\xff", 400, "not JSON"),
        ("POST", "enquiries", b'{"kind":"other"}', 400, "name"),
        ("POST", "enquiries", {**NEW, "email": "x\r\nBcc: y@z.example"}, 400, "e-mail address"),
        ("POST", "enquiries", {**NEW, "kind": "joke"}, 400, "kind of enquiry"),
        ("POST", "enquiries", {**NEW, "key": "short"}, 400, "16 to 150"),
        ("POST", "enquiries", {**NEW, "is_admin": True}, 400, "is_admin"),
        ("POST", "enquiries/none/notes", {"text": "Hello"}, 404, "no such enquiry"),
        ("POST", "enquiries", b" " * 200_001, 413, "larger than 200,000"),
    ],
)
def test_what_is_wrong_is_said(client, bearer, method, path, sent, status, sentence):
    given = {"content": sent} if isinstance(sent, bytes) else {"json": sent} if sent else {}
    answer = client.request(method, f"/api/v1/desk/{path}", headers=bearer(*ALL), **given)
    assert answer.status_code == status
    assert sentence in answer.json()["error"]


def test_a_mail_is_handed_in(client, bearer):
    answer = client.post(
        "/api/v1/desk/mails", content=b"Subject: Hi\r\n\r\nHi", headers=bearer("mail")
    )
    assert answer.json() == {"is": "other"}
