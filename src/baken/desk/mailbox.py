"""Fetching the desk's mailbox by IMAP: what came back, and what people replied.

A mail that the desk can make sense of becomes seen; every other stays as it is, for people to
read. Which ones were looked at is written on the mails themselves, as a keyword, so that nothing
has to be kept here and nothing is looked at twice.
"""

from __future__ import annotations

import logging
import ssl
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from imapclient import SEEN, IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from baken.errors import SettingError

from .desk import Desk

_LOG: Final = logging.getLogger("baken.desk.mailbox")

LOOKED_AT: Final = b"$BakenLookedAt"
_LONGEST_MAIL: Final = 5_000_000
_MOST: Final = 200
"""Mails of one round, so that a full mailbox keeps no reminder waiting."""

_TIMEOUT_S: Final = 30.0


class MailboxError(Exception):
    """The mailbox cannot be looked into; the message is a word that names no secret."""


class Fetcher(Protocol):
    """What looks into a mailbox."""

    def fetch(self, desk: Desk) -> int:
        """Give every new mail to the desk; return how many it could make sense of.

        Raises:
            MailboxError: the mailbox cannot be looked into.
        """


class ImapFetcher:
    """Looks into a folder on an IMAP server."""

    def __init__(self, url: str) -> None:
        """Point at a folder.

        Args:
            url: ``imaps://user:password@host:993/Folder``; ``imap://…`` begins in the clear and
                turns to TLS before the password is said, on this machine alone it does without.

        Raises:
            SettingError: the URL is none of these.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
            raise SettingError(
                "BAKEN_IMAP is no mailbox. Write it as imaps://user:password@host:993/INBOX."
            )
        self._host = parts.hostname
        self._is_tls = parts.scheme == "imaps"
        self._port = port or (993 if self._is_tls else 143)
        self._user = unquote(parts.username)
        self._password = unquote(parts.password or "")
        self._folder = unquote(parts.path.lstrip("/")) or "INBOX"

    def fetch(self, desk: Desk) -> int:
        """Give every new mail to the desk; see `Fetcher.fetch`."""
        known = 0
        try:
            with self._connected() as line:
                line.select_folder(self._folder)
                for uid in line.search(["UNKEYWORD", LOOKED_AT])[:_MOST]:
                    known += self._take(line, uid, desk)
        except LoginError:
            raise MailboxError("login refused") from None
        except (IMAPClientError, OSError):
            raise MailboxError("connection") from None
        return known

    def check(self) -> None:
        """See that the server answers, lets us in and has the folder.

        Raises:
            MailboxError: it does not.
        """
        try:
            with self._connected() as line:
                line.select_folder(self._folder, readonly=True)
        except LoginError:
            raise MailboxError("login refused") from None
        except (IMAPClientError, OSError):
            raise MailboxError("connection, or no such folder") from None

    def _take(self, line: IMAPClient, uid: int, desk: Desk) -> bool:
        # A mail that is longer than any reply is for people; it is not even carried here.
        size = line.fetch([uid], ["RFC822.SIZE"]).get(uid, {}).get(b"RFC822.SIZE", 0)
        is_known = False
        if 0 < size <= _LONGEST_MAIL:
            raw = line.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
            is_known = raw is not None and desk.post.receive(raw) != "other"
        line.add_flags([uid], [LOOKED_AT, SEEN] if is_known else [LOOKED_AT])
        return is_known

    def _connected(self) -> IMAPClient:
        trusted = ssl.create_default_context()
        line = IMAPClient(
            self._host,
            port=self._port,
            ssl=self._is_tls,
            ssl_context=trusted if self._is_tls else None,
            timeout=_TIMEOUT_S,
        )
        try:
            if not self._is_tls and self._host not in ("localhost", "127.0.0.1", "::1"):
                line.starttls(trusted)
            line.login(self._user, self._password)
        except BaseException:
            line.shutdown()
            raise
        return line


def fetch_quietly(fetcher: Fetcher, desk: Desk) -> int:
    """Give every new mail to the desk; what goes wrong is logged, and tried again next time."""
    try:
        return fetcher.fetch(desk)
    except MailboxError as error:
        _LOG.warning("The desk's mailbox was not fetched: %s.", error)
        return 0
