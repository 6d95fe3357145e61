"""Two hundred enquiries at once, while server and worker are killed at random: none is lost.

The kills come at counts drawn from a seed that is printed, so that a failure can be run again.
"""

import contextlib
import datetime
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.running_site import catching_mail, free_port, wait_for

from baken.config import Settings
from baken.desk import SYSTEM, Contact, Desk, Worker

pytestmark = pytest.mark.enable_socket

MANY = 200
AT_ONCE = 50
FORM = {
    "kind": "other",
    "message": "We make a smart inhaler and look for a hospital.",
    "name": "Somebody",
    "language": "en",
}
COMMANDS = {"server": ("serve", "--port"), "worker": ("worker",)}


class Machine:
    """A server and a worker that are killed now and then, and started again."""

    def __init__(self, given, folder):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("BAKEN_")}
        self.environment = {**clean, **given}
        self.site = given["BAKEN_URL"]
        self.port = int(self.site.rpartition(":")[2])
        self.said = folder / "said"
        self.running = {}
        self.deaths = Counter()

    def start(self, name):
        port = [str(self.port)] if name == "server" else []
        command = [Path(sys.executable).with_name("baken"), *COMMANDS[name], *port]
        with self.said.open("ab") as said:
            process = subprocess.Popen(
                command, env=self.environment, stdout=said, stderr=said, start_new_session=True
            )
        self.running[name] = process
        if name == "server":
            wait_for(f"{self.site}/healthz", process)

    def kill(self, name):
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)
        self.deaths[name] += 1

    def ask(self, method, path, visitor, form=None):
        """Send a request as a visitor's browser would through the agency's proxy."""
        headers = {"X-Forwarded-For": visitor, "Sec-Fetch-Site": "same-origin"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = None if form is None else urllib.parse.urlencode(form)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location"), answer.read().decode()
        finally:
            connection.close()

    def insist(self, *request):
        """Send it again and again, as somebody does who sees that the site is away."""
        end = time.monotonic() + 90
        while time.monotonic() < end:
            with contextlib.suppress(OSError, http.client.HTTPException):
                return self.ask(*request)
            time.sleep(0.2)
        raise TimeoutError("the site stayed away")


@pytest.mark.parametrize(
    ("kind", "many"),
    [
        ("sqlite", MANY),
        pytest.param("postgresql", 80, marks=[pytest.mark.postgres, pytest.mark.thorough]),
    ],
)
def test_killed_at_random_no_enquiry_is_lost_and_each_has_its_promise(
    request, new_data, tmp_path, kind, many
):
    data, seed = new_data(), 20261123
    dice = random.Random(seed)
    desk = f"sqlite:///{data}/desk.sqlite"
    if kind == "postgresql":
        desk = request.getfixturevalue("new_postgres_url")()
    with catching_mail() as (mailbox, smtp):
        given = {
            "BAKEN_DATA": str(data),
            "BAKEN_DESK": desk,
            "BAKEN_URL": f"http://127.0.0.1:{free_port()}",
            "BAKEN_SMTP": smtp,
            "BAKEN_MAIL_FROM": "desk@baken.example",
            "BAKEN_PROXIES": "127.0.0.1",
            "BAKEN_DESK_WORKER": "0",
        }
        settings = Settings.load(given)
        with Desk.open(settings) as opened:
            opened.team.add(Contact(name="Mia", email="mia@desk.example"), ["en"])
        machine = Machine(given, tmp_path)
        try:
            told = live_through(machine, mailbox, many, dice)
        finally:
            for name in tuple(machine.running):
                machine.kill(name)
        # What a dead worker held is free again after a while; then the rest is sent.
        then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=10)
        with Desk.open(settings, clock=lambda: then) as later:
            while later.post.counts().keys() != {"sent"}:
                Worker.of(later, settings).run_once()
            check(later, told, mailbox, machine, seed)


def live_through(machine, mailbox, many, dice):
    """Post all of them at once, with kills in between; return what each enquirer was told."""
    machine.start("server")
    machine.start("worker")
    visitors = {f"nr{n}@enquirer.example": f"10.0.{n // 200}.{n % 200 + 1}" for n in range(many)}
    with ThreadPoolExecutor(AT_ONCE) as people:
        pages = dict(
            zip(
                visitors,
                people.map(lambda v: machine.ask("GET", "/enquire", v), visitors.values()),
                strict=True,
            )
        )
        time.sleep(3.1)  # nobody fills it in faster
        told = {}

        def send(email):
            token = re.search(r'name="submission" value="([^"]+)"', pages[email][2])[1]
            form = {**FORM, "email": email, "submission": token}
            told[email] = machine.insist("POST", "/enquire", visitors[email], form)

        # A worker's deaths are counted in mails, a server's in answers.
        span = range(5, many - many // 5)
        kills = {name: sorted(dice.sample(span, 3)) for name in COMMANDS}
        sending = threading.Thread(target=lambda: list(people.map(send, visitors)))
        sending.start()
        while sending.is_alive() or kills["server"] or kills["worker"]:
            for name, done in (("server", len(told)), ("worker", len(mailbox.mails))):
                if kills[name] and done >= kills[name][0]:
                    kills[name].pop(0)
                    machine.kill(name)
                    machine.start(name)
            time.sleep(0.005)
        sending.join()
    return told


def check(desk, told, mailbox, machine, seed):
    enquiries = desk.inbox(by=SYSTEM)
    cases = {one.id: desk.case(one.id, by=SYSTEM) for one in enquiries}
    # Each is stored once, and it is what its enquirer was shown.
    assert Counter(case.enquirer.contact.email for case in cases.values()) == Counter(list(told))
    shown = {}
    for email, (status, location, page) in told.items():
        assert status == 303, (email, status, page[:300])
        shown[email] = desk.status(location.rpartition("/")[2].partition("?")[0]).reference
    assert shown == {c.enquirer.contact.email: c.enquiry.reference for c in cases.values()}
    # Each has its promise and a clock for it.
    assert all({"promise", "promise-near"} & {c.name for c in x.clocks} for x in cases.values())
    # Each was acknowledged; what came twice is the same letter, and was counted.
    arrived = Counter((to, mail["Message-ID"]) for to, mail in mailbox.mails)
    assert {to for to, _ in arrived} >= set(told)
    acknowledged = Counter(to for to, _ in arrived if to in told)
    assert set(acknowledged.values()) == {1}
    twice = sum(count - 1 for count in arrived.values())
    counted = desk.post.counts()["sent"][1]
    assert twice <= counted <= machine.deaths["worker"]
    assert machine.deaths == {"server": 4, "worker": 4}  # three at random, and the end
    sys.stdout.write(f"seed {seed}: {len(cases)} enquiries, {twice} mails twice, {counted} counted")
