"""The desk's mailbox on a real IMAP server: replies find their enquiry, people keep the rest."""

import email.message
import email.policy
import getpass
import grp
import imaplib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from baken.config import Settings
from baken.desk import SYSTEM, Contact, Desk, Form, Worker
from baken.desk.mailbox import ImapFetcher, MailboxError
from baken.desk.post import Post
from baken.errors import SettingError

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.skipif(shutil.which("dovecot") is None, reason="needs Dovecot; see install-imap"),
]

USER, PASSWORD = "desk", "correct/horse"
SERVER = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
REPORT = """\
From: Mail Delivery System <mailer-daemon@mx.example>
To: desk@baken.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

It came back.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ada@nordic.example
Action: failed
Status: 5.1.1

--x
Content-Type: text/rfc822-headers

Message-ID: <{id}>

--x--
"""


@pytest.fixture(scope="module")
def port():
    """Where an IMAP server listens until the last test has used it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    is_root = os.geteuid() == 0
    user, group, login = ("dovecot", "dovecot", "dovenull")
    if not is_root:
        user = login = getpass.getuser()
        group = grp.getgrgid(os.getegid()).gr_name
    # Directly in the temporary directory: the path of the server's sockets must be short.
    with tempfile.TemporaryDirectory(prefix="imap-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        if is_root:
            shutil.chown(folder, user, group)
            shutil.chown(folder / "mail", user, group)
        path = folder / "dovecot.conf"
        values = {"user": user, "group": group, "login": login, "port": port}
        path.write_text(SERVER.format(folder=folder, password=PASSWORD, **values))
        process = subprocess.Popen(["dovecot", "-F", "-c", path])
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            else:
                pytest.fail((folder / "log").read_text())
            yield port
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def mailbox(port):
    """The mailbox as a mail program has it open; empty."""
    with imaplib.IMAP4("127.0.0.1", port) as mailbox:
        mailbox.login(USER, PASSWORD)
        _, (count,) = mailbox.select("INBOX")
        if int(count):
            mailbox.store("1:*", "+FLAGS", r"(\Deleted)")
        mailbox.expunge()
        yield mailbox


@pytest.fixture
def fetcher(port):
    return ImapFetcher(f"imap://{USER}:{PASSWORD.replace('/', '%2F')}@127.0.0.1:{port}")


@pytest.fixture
def desk(tmp_path):
    with Desk.open(Settings.load({}, data=tmp_path, mail_from="desk@baken.example")) as desk:
        desk.team.add(Contact(name="Mia", email="mia@desk.example"), ["en"])
        yield desk


@pytest.fixture
def enquiry(desk):
    contact = Contact(name="Ada", email="ada@nordic.example")
    return desk.receive(Form(kind="other", contact=contact, message="A question.")).enquiry


def deliver(mailbox, raw):
    mailbox.append("INBOX", None, None, raw if isinstance(raw, bytes) else raw.encode())
    mailbox.noop()


def reply(desk, enquiry, text, sender="ada@nordic.example"):
    sent = next(m for m in desk.case(enquiry, by=SYSTEM).mails if m.kind == "acknowledgement")
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"] = sender, "desk@baken.example"
    message["Subject"] = "Re: your enquiry"
    message["In-Reply-To"] = f"<{sent.message_id}>"
    message.set_content(text)
    return message.as_bytes()


def is_seen(mailbox):
    mailbox.noop()
    mailbox.response("FETCH")  # what another connection changed is said by itself: left aside
    return [rb"\Seen" in line for line in mailbox.fetch("1:*", "(FLAGS)")[1]]


def said(desk, enquiry):
    return [e.details["text"] for e in desk.case(enquiry, by=SYSTEM).events if e.name == "wrote"]


def test_a_reply_joins_its_enquiry_and_is_seen(desk, enquiry, mailbox, fetcher):
    deliver(mailbox, reply(desk, enquiry, "Also in Ghent, please.\n\n> We have your enquiry."))
    assert fetcher.fetch(desk) == 1
    assert said(desk, enquiry) == ["Also in Ghent, please."]
    assert is_seen(mailbox) == [True]
    assert fetcher.fetch(desk) == 0


def test_what_the_desk_cannot_make_sense_of_stays_unseen_and_is_looked_at_once(
    desk, enquiry, mailbox, fetcher, monkeypatch
):
    deliver(mailbox, "From: a@b.example\r\nSubject: Lunch?\r\n\r\nAt noon?\r\n")
    deliver(mailbox, reply(desk, enquiry, "I am somebody else.", sender="eve@else.example"))
    assert fetcher.fetch(desk) == 0
    assert is_seen(mailbox) == [False, False]
    monkeypatch.setattr(Post, "receive", lambda *_: pytest.fail("it was looked at twice"))
    assert fetcher.fetch(desk) == 0


def test_a_reply_that_is_brought_twice_is_written_down_once(desk, enquiry, mailbox, fetcher):
    raw = reply(desk, enquiry, "Once.")
    assert [desk.post.receive(raw), desk.post.receive(raw)] == ["reply", "reply"]
    deliver(mailbox, raw)
    fetcher.fetch(desk)
    assert said(desk, enquiry) == ["Once."]


def test_what_came_back_is_told_to_the_owner(desk, enquiry, mailbox, fetcher):
    class Tray:
        def carry(self, sender, recipient, message, about_to_hand):
            about_to_hand()

        def close(self):
            pass

    Worker(desk, Tray(), "desk@baken.example").run_once()
    sent = next(m for m in desk.case(enquiry, by=SYSTEM).mails if m.kind == "acknowledgement")
    deliver(mailbox, REPORT.replace("\n", "\r\n").format(id=sent.message_id))
    assert fetcher.fetch(desk) == 1
    case = desk.case(enquiry, by=SYSTEM)
    assert "bounced" in {mail.state for mail in case.mails}
    assert "mail-failed" in {mail.kind for mail in case.mails}


def test_the_worker_looks_once_a_minute(desk, enquiry, mailbox, fetcher):
    worker = Worker(desk, None, "desk@baken.example", fetcher=fetcher)
    deliver(mailbox, reply(desk, enquiry, "First."))
    assert worker.run_once().fetched == 1
    deliver(mailbox, reply(desk, enquiry, "Second."))
    assert worker.run_once().fetched == 0


def test_a_mailbox_that_cannot_be_opened_says_so_without_the_password(desk, port, caplog):
    wrong = ImapFetcher(f"imap://{USER}:wrong@127.0.0.1:{port}")
    with pytest.raises(MailboxError, match="login refused"):
        wrong.fetch(desk)
    assert Worker(desk, None, "d@b.example", fetcher=wrong).run_once().fetched == 0
    assert "login refused" in caplog.text
    assert "wrong@" not in caplog.text
    with pytest.raises(MailboxError, match="connection"):
        ImapFetcher("imap://desk:x@127.0.0.1:1").fetch(desk)
    with pytest.raises(MailboxError, match="no such folder"):
        ImapFetcher(f"imap://{USER}:{PASSWORD.replace('/', '%2F')}@127.0.0.1:{port}/Else").check()


@pytest.mark.parametrize("url", ["imaps://host", "pop://a:b@host", "nothing", "imap://a:b@h:port"])
def test_an_address_that_is_no_mailbox_is_refused(url):
    with pytest.raises(SettingError, match="BAKEN_IMAP is no mailbox"):
        ImapFetcher(url)
