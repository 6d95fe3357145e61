"""A real server and a real mail server, for tests that go through both."""

import contextlib
import email
import email.policy
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from aiosmtpd.controller import Controller


class Mailbox:
    """The other end of SMTP: keeps what arrives."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos[0], mail))
        return "250 OK"

    def to(self, reader):
        """Return the mails to somebody, in the order in which they came."""
        return [mail for recipient, mail in list(self.mails) if recipient == reader]

    def wait(self, reader, words):
        """Return the last mail to somebody whose subject or text holds some words."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            for mail in reversed(self.to(reader)):
                if words in mail["Subject"] or words in text_of(mail):
                    return mail
            time.sleep(0.1)
        raise TimeoutError(f"no mail to {reader} says {words}: {self._subjects()}")

    def link(self, reader, path):
        """Return the address of a link in the last mail to somebody that has such a link."""
        mail = self.wait(reader, f"/{path}/")
        return re.search(rf"https?://\S+/{path}/[\w-]+", text_of(mail))[0]

    def _subjects(self):
        return [(recipient, mail["Subject"]) for recipient, mail in self.mails]


def text_of(mail):
    """Return the plain text of a mail."""
    return mail.get_body(("plain",)).get_content()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def catching_mail():
    """Run a mail server; yield its mailbox and its address."""
    mailbox = Mailbox()
    smtp = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    smtp.start()
    yield mailbox, f"smtp://127.0.0.1:{smtp.port}"
    smtp.stop()


@contextlib.contextmanager
def serving(given, log):
    """Run ``baken serve`` with settings until it answers and to the end of the block.

    Args:
        given: settings as environment variables, ``BAKEN_URL`` among them.
        log: file that takes all that the server says.
    """
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BAKEN_")}
    command = [Path(sys.executable).with_name("baken"), "serve"]
    port = given["BAKEN_URL"].rpartition(":")[2]
    with (
        log.open("ab") as said,
        subprocess.Popen(
            [*command, "--port", port], env={**clean, **given}, stdout=said, stderr=said
        ) as server,
    ):
        try:
            wait_for(f"{given['BAKEN_URL']}/healthz", server)
            yield server
        finally:
            server.terminate()


def wait_for(url, server, *, patience_s=90):
    """Return when a server answers."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer")
