"""Kill the worker at every point of sending, against a real SMTP server: nothing is lost.

A message arrives twice only where the worker died between the server's taking it and our writing
that down; the second is the first to the last letter, and counted.
"""

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter

import msgspec
import pytest
from aiosmtpd.controller import Controller

from baken.config import Settings
from baken.desk import SYSTEM, Actor, Contact, Desk, Form, Worker, start_worker
from baken.desk.outbox import SmtpCarrier

pytestmark = pytest.mark.enable_socket

LEASE_S = 1.0
WORKER = f"""
import os, random, signal, sys
from pathlib import Path
from baken.config import Settings
from baken.desk import Desk, Worker
from baken.desk.outbox import SmtpCarrier

url, data, port, last_step, seed = sys.argv[1:]
dice = random.Random(int(seed))

def die(step):
    if step == last_step or (last_step == "any" and dice.random() < 0.06):
        os.kill(os.getpid(), signal.SIGKILL)

settings = Settings.load({{}}, desk=url, data=Path(data), mail_from="desk@baken.example")
with Desk.open(settings) as desk:
    carrier = SmtpCarrier(f"smtp://127.0.0.1:{{port}}")
    Worker(desk, carrier, settings.mail_from, lease_s={LEASE_S}, on_step=die).run_once()
"""
STEPS = {
    # where the worker dies: (how often the mail arrives, how many repeats are counted)
    "claimed": (1, 0),
    "announced": (1, 0),
    "noted": (1, 1),  # it had not been handed over, which nobody can know
    "taken": (2, 1),  # the window: the server has it, we have not heard so
    "answered": (2, 1),  # and the other end of it: heard, but not written down
    "settled": (1, 0),
}


class Catcher:
    """A real server's other end: keeps what arrives, and can kill a worker before it answers."""

    def __init__(self):
        self.arrived = []
        self.victim = None
        self.refusals = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.arrived.append((envelope.rcpt_tos[0], envelope.content))
        if self.victim is not None:
            victim, self.victim = self.victim, None
            victim.send_signal(signal.SIGKILL)
            victim.wait(timeout=20)
        return "250 OK"

    def message_ids(self):
        found = Counter()
        for recipient, content in self.arrived:
            line = next(one for one in content.splitlines() if one.startswith(b"Message-ID:"))
            found[recipient, line] += 1
        return found


@pytest.fixture
def server():
    catcher = Catcher()
    with socket.socket() as free:  # aiosmtpd cannot be asked which port it was given
        free.bind(("127.0.0.1", 0))
        catcher.port = free.getsockname()[1]
    controller = Controller(catcher, hostname="127.0.0.1", port=catcher.port)
    controller.start()
    yield catcher
    controller.stop()


@pytest.fixture
def desk(url, tmp_path):
    settings = Settings.load({}, desk=url, data=tmp_path, mail_from="desk@baken.example")
    with Desk.open(settings) as desk:
        desk.write_weekly_list()
        yield desk


def form(number):
    contact = Contact(name=f"Nº {number}", email=f"nr{number}@enquirer.example")
    return Form(kind="other", contact=contact, message=f"Question {number}\n.\n..dots")


@pytest.fixture
def start(url, tmp_path, server):
    """Start a worker in a process of its own that dies after a step, or at none."""

    def start(step="none", seed=0):
        arguments = [url, str(tmp_path), str(server.port), step, str(seed)]
        return subprocess.Popen([sys.executable, "-c", WORKER, *arguments])

    return start


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_point_nothing_is_lost(desk, server, start, step):
    receipt = desk.receive(form(1))
    victim = start("none" if step == "taken" else step)
    if step == "taken":
        server.victim = victim
    assert victim.wait(timeout=60) == -signal.SIGKILL
    time.sleep(LEASE_S + 0.2)
    assert start().wait(timeout=60) == 0
    times, repeats = STEPS[step]
    [mail] = desk.case(receipt.enquiry, by=SYSTEM).mails
    assert (mail.state, mail.repeats) == ("sent", repeats)
    assert list(server.message_ids().values()) == [times]
    assert len(set(server.arrived)) == 1


def test_killed_at_random_under_load_everything_arrives_and_repeats_are_counted(
    desk, server, start
):
    numbers = range(40)
    receiving = threading.Thread(target=lambda: [desk.receive(form(number)) for number in numbers])
    receiving.start()
    deaths = 0
    for seed in range(0, 100, 2):  # two at once, each dying at some step
        workers = [start("any", seed), start("any", seed + 1)]
        deaths += sum(worker.wait(timeout=60) == -signal.SIGKILL for worker in workers)
        if not receiving.is_alive() and desk.post.counts().keys() == {"sent"}:
            break
        time.sleep(LEASE_S / 2)
    receiving.join()
    arrived = server.message_ids()
    assert {recipient for recipient, _ in arrived} == {
        f"nr{number}@enquirer.example" for number in numbers
    }
    counts = desk.post.counts()
    assert counts.keys() == {"sent"}
    twice = sum(count - 1 for count in arrived.values())
    sys.stdout.write(f"{deaths} deaths, {twice} arrived twice, {counts['sent'][1]} counted\n")
    assert 0 < twice <= counts["sent"][1] <= deaths
    assert len(set(server.arrived)) == len(arrived) == len(numbers)


# -- a server that does not want to ----------------------------------------------------------------


@pytest.fixture
def worker(desk, server):
    return Worker(desk, SmtpCarrier(f"smtp://127.0.0.1:{server.port}"), "desk@baken.example")


def test_a_worker_runs_beside_whatever_opened_the_desk(url, tmp_path, server):
    settings = Settings.load(
        {},
        desk=url,
        data=tmp_path,
        mail_from="desk@baken.example",
        smtp=f"smtp://127.0.0.1:{server.port}",
    )
    with Desk.open(settings) as desk:
        desk.receive(form(1))
        running = start_worker(desk, settings)
        until = time.monotonic() + 20
        while not server.arrived and time.monotonic() < until:
            time.sleep(0.05)
        running.stop()
        assert desk.post.counts() == {"sent": (1, 0)}


def test_an_address_that_does_not_exist_is_told_and_not_tried_again(desk, server, worker):
    head = desk.team.add(Contact(name="Eva", email="eva@desk.example"), ["en"], role="head")
    receipt = desk.receive(form(1))
    server.refusals = ["550 <nr1@enquirer.example> unknown here"]
    worker.run_once()
    mails = desk.case(receipt.enquiry, by=SYSTEM).mails
    assert [(mail.kind, mail.state, mail.problem) for mail in mails] == [
        ("acknowledgement", "bounced", "550"),
        ("owner-notified", "sent", None),
        ("mail-failed", "sent", None),
    ]
    assert mails[-1].person == head.person.id


def test_a_server_that_is_busy_is_tried_again_later(desk, server, url, tmp_path, worker):
    receipt = desk.receive(form(1))
    server.refusals = ["451 try later"]
    worker.run_once()
    [mail] = desk.case(receipt.enquiry, by=SYSTEM).mails
    assert (mail.state, mail.attempts, mail.problem) == ("waiting", 1, "451")
    assert 50 < (mail.due - desk.now()).total_seconds() <= 60
    with Desk.open(desk._ground.settings, clock=lambda: mail.due) as later:
        carrier = SmtpCarrier(f"smtp://127.0.0.1:{server.port}")
        Worker(later, carrier, "desk@baken.example").run_once()
        [mail] = later.case(receipt.enquiry, by=SYSTEM).mails
    assert (mail.state, mail.repeats, len(server.arrived)) == ("sent", 0, 1)


def test_a_server_that_is_not_there_costs_nothing_but_time(desk, tmp_path):
    receipt = desk.receive(form(1))
    Worker(desk, SmtpCarrier("smtp://127.0.0.1:1"), "desk@baken.example").run_once()
    [mail] = desk.case(receipt.enquiry, by=SYSTEM).mails
    assert (mail.state, mail.problem) == ("waiting", "connection")


def test_a_follow_up_that_no_server_took_is_not_spent(desk, server, worker):
    head = desk.team.add(Contact(name="Eva", email="eva@desk.example"), ["en"], role="head")
    desk.receive(msgspec.structs.replace(form(1), agrees=("follow-up",)))
    worker.run_once()
    [link] = re.findall(rb"/confirm/([\w=\r\n-]+?)\r\n\r\n", server.arrived[-1][1])
    desk.confirm_consent(link.decode().replace("=\r\n", ""))
    [person] = desk.rights.people("nr1@enquirer.example", by=SYSTEM)
    desk.follow_up(person.id, "News", "x", by=Actor("officer", head.person.id))
    server.refusals = ["550 no"]
    worker.run_once()
    assert desk.rights.export(person.id, by=SYSTEM)["consents"][0]["sent"] == 0
