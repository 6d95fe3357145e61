"""Programs are told everything, in order, signed, and never anything personal."""

import datetime
import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.fernet import Fernet
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from baken.config import Settings
from baken.desk import Actor, Contact, Desk, Form, Worker
from baken.desk.programs import RETRY_AFTER_S
from baken.desk.webhooks import HttpMessenger
from baken.errors import DeskError, NotFoundError

pytestmark = pytest.mark.enable_socket

ENQUIRER = Contact(name="Ada Lindqvist", email="ada@nordic.example", organisation="Nordic")
FORM = Form(kind="introduction", contact=ENQUIRER, message="A smart inhaler.", country="SE")


class Time:
    """The real time, and as much later as a test wants: the verifier knows the real one."""

    def __init__(self):
        self.later = datetime.timedelta()

    def __call__(self):
        return datetime.datetime.now(datetime.UTC) + self.later


class Listener:
    """A program that listens, as a real server on this machine."""

    def __init__(self):
        self.told, self.answers, listener = [], deque(), self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                listener.told.append((dict(self.headers), body))
                self.send_response(listener.answers.popleft() if listener.answers else 204)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self):
        return [json.loads(body)["data"]["number"] for _, body in self.told]


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def desk(url, time, tmp_path):
    settings = Settings.load(
        {}, desk=url, data=tmp_path, desk_keys=Fernet.generate_key().decode(), url="https://b.test"
    )
    with Desk.open(settings, clock=time) as desk:
        desk.team.add(Contact(name="Mia", email="mia@desk.example"), ["en"])
        yield desk


@pytest.fixture
def work(desk):
    with HttpMessenger() as messenger:
        yield Worker(desk, None, "desk@b.test", messenger=messenger).run_once


def test_what_happens_is_told_in_order_and_the_signature_holds(desk, listener, work):
    desk.receive(FORM)
    hook, secret = desk.programs.add_webhook(listener.url)
    receipt = desk.receive(FORM)
    mia = Actor("officer", desk.team.officers()[0].person.id)
    desk.answer(receipt.enquiry, "Three hospitals come to mind.", by=mia)
    assert work().tellings == 2
    said = [Verifier(secret).verify(body, headers) for headers, body in listener.told]
    assert [one["type"] for one in said] == ["enquiry.received", "enquiry.answered"]
    assert said[1]["data"]["state"] == "in-hand"
    assert {one["data"]["reference"] for one in said} == {receipt.reference}
    assert work().tellings == 0
    headers, body = listener.told[0]
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(body.replace(b"received", b"answered"), headers)
    assert desk.programs.webhooks()[0].id == hook.id


def test_nothing_personal_is_told(desk, listener, work):
    desk.programs.add_webhook(listener.url)
    receipt = desk.receive(FORM)
    desk.write(receipt.status_url.rpartition("/")[2], "My name is Ada.")
    work()
    told = b"".join(body for _, body in listener.told).decode()
    assert receipt.reference in told
    for secret in (*ENQUIRER.__struct_fields__, "Ada", "nordic", "inhaler", receipt.status_url):
        assert secret not in told.replace("organisation", "")


def test_what_is_not_taken_is_told_again_with_the_same_id_before_anything_else(
    desk, listener, work, time
):
    desk.programs.add_webhook(listener.url)
    listener.answers.extend([500, 302, 204])
    desk.receive(FORM)
    desk.receive(FORM)
    assert work().tellings == 1
    assert work().tellings == 0, "it waits"
    assert desk.programs.webhooks()[0].problem == "500"
    time.later += datetime.timedelta(seconds=RETRY_AFTER_S[0] + 1)
    assert work().tellings == 1, "a way elsewhere is not followed"
    time.later += datetime.timedelta(seconds=RETRY_AFTER_S[1] + 1)
    assert work().tellings == 2
    ids = [headers["webhook-id"] for headers, _ in listener.told]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert listener.events() == sorted(listener.events())


def test_who_never_answers_is_switched_off_and_told_everything_when_it_is_back(
    desk, listener, work, time
):
    hook, _ = desk.programs.add_webhook(listener.url)
    listener.answers.extend([503] * (len(RETRY_AFTER_S) + 1))
    desk.receive(FORM)
    for wait_s in (*RETRY_AFTER_S, 0):
        work()
        time.later += datetime.timedelta(seconds=wait_s + 1)
    assert not desk.programs.webhooks()[0].is_on
    desk.receive(FORM)
    time.later += datetime.timedelta(days=30)
    assert work().tellings == 0
    desk.programs.switch_webhook(hook.id, is_on=True)
    listener.told.clear()
    work()
    numbers = [one.number for one in desk.programs.happenings()]
    assert listener.events() == numbers, "the reminders that were due meanwhile are among them"


def test_who_is_gone_is_switched_off_at_once(desk, listener, work):
    desk.programs.add_webhook(listener.url)
    listener.answers.append(410)
    desk.receive(FORM)
    work()
    assert not desk.programs.webhooks()[0].is_on


def test_a_webhook_that_is_down_keeps_no_other_waiting(desk, listener, work):
    desk.programs.add_webhook("http://127.0.0.1:9/nobody")
    desk.programs.add_webhook(listener.url)
    desk.receive(FORM)
    work()
    assert len(listener.told) == 1
    assert desk.programs.webhooks()[0].problem == "connection"


def test_a_teller_that_dies_leaves_the_event_to_the_next(desk, listener, work, time):
    desk.programs.add_webhook(listener.url)
    desk.receive(FORM)
    assert desk.programs.claim_telling("dead", 60.0)
    assert work().tellings == 0
    time.later += datetime.timedelta(seconds=61)
    assert work().tellings == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://crm.example/hook",
        "ftp://crm.example",
        "https://user:secret@crm.example/",
        "https://",
        "nothing",
        "https://crm.example:port/",
        "http://127.0.0.1.crm.example/",
        "https://crm.example/ x",
    ],
)
def test_an_address_that_could_be_overheard_or_is_none_is_refused(desk, address):
    with pytest.raises(DeskError, match="https://") as refused:
        desk.programs.add_webhook(address)
    assert "secret" not in str(refused.value)


def test_a_key_opens_until_it_is_taken_back(desk):
    program, key = desk.programs.add_program("CRM", ["follow", "write"])
    assert desk.programs.program(key).may == ("follow", "write")
    assert desk.programs.program(key).used is not None
    assert desk.programs.program(key + "x") is None
    desk.programs.end_program(program.id)
    assert desk.programs.program(key) is None
    with pytest.raises(NotFoundError):
        desk.programs.end_program(program.id)


def test_a_program_may_something_that_there_is(desk):
    for may in ([], ["everything"], ["follow", "everything"]):
        with pytest.raises(DeskError, match="follow, read, write, mail"):
            desk.programs.add_program("CRM", may)


def test_a_new_key_seals_what_messages_are_signed_with(url, tmp_path, listener):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    given = {"desk": url, "data": tmp_path}
    with Desk.open(Settings.load({}, **given, desk_keys=old)) as desk:
        _, secret = desk.programs.add_webhook(listener.url)
    with Desk.open(Settings.load({}, **given, desk_keys=f"{new},{old}")) as desk:
        desk.reseal()
    with Desk.open(Settings.load({}, **given, desk_keys=new)) as desk, HttpMessenger() as messenger:
        desk.receive(FORM)
        Worker(desk, None, "desk@b.test", messenger=messenger).run_once()
    headers, body = listener.told[0]
    Verifier(secret).verify(body, headers)
