"""A mail as it would be sent, for whoever is about to send it."""

from __future__ import annotations

import re
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Final

from .enquiry import Private

_KEY: Final = re.compile(r"(/(?:status|answer|confirm|withdraw|outcome)/)[\w.~-]+")


class Draft(Private, frozen=True, kw_only=True):
    """A mail's words.

    Attributes:
        kind: of mail; see `mail.MAILS`.
        to: who reads it, as the header says.
        subject: of it.
        text: its words; the links in it are cut, for each is its reader's key.
        attachments: names of the files that go with it.
    """

    kind: str
    to: tuple[str, ...]
    subject: str
    text: str
    attachments: tuple[str, ...] = ()


def read_draft(kind: str, message: str) -> Draft:
    """Return what a mail says.

    Args:
        kind: of mail.
        message: as it goes over the wire.
    """
    read = message_from_string(message, policy=policy.default)
    assert isinstance(read, EmailMessage)
    body = read.get_body(("plain",))
    return Draft(
        kind=kind,
        to=tuple(str(address) for address in read["To"].addresses),
        subject=str(read["Subject"]),
        text=_KEY.sub(r"\1…", body.get_content() if body else "").strip(),
        attachments=tuple(part.get_filename("") for part in read.iter_attachments()),
    )
