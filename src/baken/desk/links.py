"""Signed links: what a mail carries so that its reader needs no account.

A link is bound to one purpose, to what it is about and to a time. Those that change something
work once; the desk writes that down together with the change (see `Desk`).
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hmac
import os
import secrets
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec
from msgspec import Struct

from baken.config import Secret
from baken.errors import LinkRefusedError, SettingError
from baken.model import Language
from baken.text.marking import message

Purpose = Literal["status", "answer", "confirm", "withdraw", "outcome", "password", "data", "form"]

LIFETIME_DAYS: Final[dict[Purpose, int]] = {
    "status": 1095,
    "answer": 60,
    "confirm": 14,
    "withdraw": 1095,
    "outcome": 180,
    "password": 3,
    "data": 2,
    "form": 2,
}
"""How long a link works. Withdrawing is as easy as agreeing, for as long as mails may lie about.

A form is no link, but carries a token of the same make."""

PATHS: Final[dict[Purpose, str]] = {
    "status": "/status/{}",
    "answer": "/answer/{}",
    "confirm": "/confirm/{}",
    "withdraw": "/withdraw/{}",
    "outcome": "/outcome/{}",
    "password": "/desk/password/{}",
    "data": "/data/{}",
}
"""Pages that the links lead to."""

_MAC_BYTES: Final = 32
_LONGEST: Final = 400
_SHORTEST_SECRET: Final = 32


class Ticket(Struct, frozen=True, array_like=True):
    """What a link says.

    Attributes:
        purpose: what it may be used for.
        subject: identifier of what it is about.
        expires: seconds since 1970, UTC.
        nonce: makes each link unlike all others.
    """

    purpose: Purpose
    subject: str
    expires: int
    nonce: bytes


class Signer:
    """Makes links and reads them."""

    def __init__(self, secret: bytes, site: str) -> None:
        """Take what links are signed with, and where the site is."""
        self._keys = {
            purpose: hmac.digest(secret, f"baken link {purpose}".encode(), "sha256")
            for purpose in get_args(Purpose)
        }
        self._site = site.rstrip("/")

    def token(self, purpose: Purpose, subject: str, now: datetime.datetime) -> str:
        """Return the signed part of a link."""
        expires = now + datetime.timedelta(days=LIFETIME_DAYS[purpose])
        ticket = Ticket(purpose, subject, int(expires.timestamp()), secrets.token_bytes(9))
        body = msgspec.msgpack.encode(ticket)
        return _text(body + hmac.digest(self._keys[purpose], body, "sha256"))

    def url(
        self, purpose: Purpose, subject: str, now: datetime.datetime, language: Language = "en"
    ) -> str:
        """Return a whole link, to the page in a language."""
        path = PATHS[purpose].format(self.token(purpose, subject, now))
        return self._site + (path if language == "en" else f"/{language}{path}")

    def office(self, enquiry: str = "", language: Language = "en") -> str:
        """Return the address of the team's page of an enquiry, or of the inbox; they sign in."""
        path = f"/desk/enquiries/{enquiry}" if enquiry else "/desk"
        return self._site + (path if language == "en" else f"/{language}{path}")

    def read(self, token: str, purpose: Purpose, now: datetime.datetime) -> Ticket:
        """Return what a link says.

        Raises:
            LinkRefusedError: it is forged, cut short, for something else or too old.
        """
        try:
            if len(token) > _LONGEST or not token.isascii():
                raise ValueError
            padded = token + "=" * (-len(token) % 4)
            data = base64.b64decode(padded, altchars=b"-_", validate=True)
            body, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
            if not hmac.compare_digest(hmac.digest(self._keys[purpose], body, "sha256"), mac):
                raise ValueError
            if _text(data) != token:  # spare bits of the last letter would make a second spelling
                raise ValueError
            ticket = msgspec.msgpack.decode(body, type=Ticket)
            if ticket.purpose != purpose:
                raise ValueError
        except (ValueError, binascii.Error, msgspec.MsgspecError):
            raise LinkRefusedError(
                message(
                    "This link is not one of ours, or a part of it is missing. Open it again from "
                    "the mail, or copy all of it."
                )
            ) from None
        if now.timestamp() >= ticket.expires:
            raise LinkRefusedError(
                message("This link has expired. Write to the desk, and ask for another.")
            )
        return ticket


def find_secret(given: Secret | None, folder: Path) -> bytes:
    """Return what links are signed with: what is set, or a key made once in a folder.

    Args:
        given: the setting.
        folder: in which the key is kept, readable by its owner only.

    Raises:
        SettingError: the secret is too short, or the file cannot be made or read.
    """
    if given is not None:
        secret = given.reveal().encode()
        if len(secret) < _SHORTEST_SECRET:
            raise SettingError(
                f"BAKEN_DESK_SECRET is shorter than {_SHORTEST_SECRET} characters. Make one with: "
                "baken desk new-key"
            )
        return secret
    path = folder / "desk.key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_key(path)
        return path.read_bytes()
    except OSError as error:
        raise SettingError(
            f"The key that links are signed with cannot be kept in {path} ({error.strerror}). "
            "Set BAKEN_DESK_SECRET, or make the folder writable."
        ) from error


def _make_key(path: Path) -> None:
    """Write a key; of several processes that do so at once, the first wins and all read whole."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
