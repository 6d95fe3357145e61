"""Reading mail that comes in: what came back, and what somebody replied.

Whoever fetches the desk's mailbox (a poll, a hook of the mail server) gives each message to
`Desk.take_mail`; what that does not know is for people to read.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message
from typing import Any, Final, Literal

from .enquiry import Private

_ID: Final = re.compile(r"<([^<>\s]{1,200})>")
_MOST_IDS: Final = 50
_LONGEST_MAIL: Final = 5_000_000


class Incoming(Private, frozen=True, kw_only=True):
    """What a mail is.

    Attributes:
        kind: a bounce, a reply, or something that only people can make sense of.
        message_ids: of ours that it is about, the likeliest first, without angle brackets.
        address: who did not get our mail, or who replied.
        text: of the reply, without what it quotes.
    """

    kind: Literal["bounce", "reply", "other"]
    message_ids: tuple[str, ...] = ()
    address: str = ""
    text: str = ""


def read_mail(raw: bytes) -> Incoming:
    """Return what a mail is; one that breaks the rules is something for people."""
    if len(raw) > _LONGEST_MAIL:
        return Incoming(kind="other")
    try:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        if message.get_content_type() == "multipart/report":
            return _bounce(message)
        if str(message.get("Auto-Submitted", "no")).strip().casefold() != "no":
            return Incoming(kind="other")  # an answering machine: answering it would go on forever
        return _reply(message)
    except (ValueError, LookupError, AttributeError, TypeError):  # what the parser stumbles over
        return Incoming(kind="other")


def _bounce(message: EmailMessage) -> Incoming:
    """Return who did not get what, by RFC 3464; a mere delay is none."""
    address = ""
    ids: tuple[str, ...] = ()
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for fields in _blocks(part):
                failed = str(fields.get("Action", "")).strip().casefold() == "failed"
                if failed and str(fields.get("Status", "")).strip().startswith("5"):
                    address = str(fields.get("Final-Recipient", "")).rpartition(";")[2].strip()
        elif part.get_content_type() == "text/rfc822-headers":
            headers = email.message_from_string(
                str(part.get_payload()), policy=email.policy.default
            )
            ids = ids or _ids(headers, "Message-ID")
        elif part is not message and "Message-ID" in part:
            ids = ids or _ids(part, "Message-ID")
    if not address or not ids:
        return Incoming(kind="other")
    return Incoming(kind="bounce", message_ids=ids, address=address)


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (block for block in payload if isinstance(block, Message))


def _reply(message: EmailMessage) -> Incoming:
    ids = (*_ids(message, "In-Reply-To"), *reversed(_ids(message, "References")))
    senders: tuple[Any, ...] = message["From"].addresses if message["From"] else ()
    body = message.get_body(("plain",))
    if not ids or len(senders) != 1 or body is None:
        return Incoming(kind="other")
    lines = str(body.get_content()).replace("\r\n", "\n").rstrip().split("\n")
    while lines and (lines[-1].startswith(">") or not lines[-1].strip()):
        lines.pop()  # what is quoted at the end is ours
    text = "\n".join(lines).strip()
    if not text:
        return Incoming(kind="other")
    return Incoming(
        kind="reply",
        message_ids=tuple(dict.fromkeys(ids))[:_MOST_IDS],
        address=senders[0].addr_spec,
        text=text,
    )


def _ids(message: Message, header: str) -> tuple[str, ...]:
    return tuple(_ID.findall(str(message.get(header, ""))))
