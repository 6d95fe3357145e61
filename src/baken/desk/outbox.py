"""Sending what waits in the outbox, so that a crash at any point loses nothing.

A mail is claimed for a while, announced to the server, noted as being handed over, handed over,
and noted as sent. Who dies before the handing over is noted has sent nothing; who dies after the
server's answer is noted is done. Between the two lies the one window that SMTP cannot close: the
server may have taken the mail. It is then sent again, the same to the last letter and with the
same Message-ID, and counted.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Final, Protocol, Self
from urllib.parse import unquote, urlsplit

from baken.errors import SettingError

from .desk import Desk
from .post import Result

_LOG: Final = logging.getLogger("baken.desk.outbox")

LEASE_S: Final = 120.0
"""How long a mail is kept from other senders: longer than a server may take to answer."""

_ANSWER_TIMEOUT_S: Final = 60.0


class NotTakenError(Exception):
    """A server did not take a mail.

    Attributes:
        is_final: whether trying again is of no use.
        code: the server's three digits, or a word; nothing personal.
    """

    def __init__(self, code: str, *, is_final: bool) -> None:
        super().__init__(code)
        self.code = code
        self.is_final = is_final


class NotWantedError(Exception):
    """The mail must not be sent any more; said just before it would have been."""


class UnknownError(Exception):
    """The connection broke while a mail was handed over: it may have arrived."""


class Carrier(Protocol):
    """What takes a mail to a server."""

    def carry(
        self, sender: str, recipient: str, message: bytes, about_to_hand: Callable[[], None]
    ) -> None:
        """Hand a mail to a server.

        Args:
            sender: where bounces go.
            recipient: who gets it.
            message: as it goes over the wire.
            about_to_hand: called when everything is agreed and the message itself comes next.

        Raises:
            NotTakenError: the server did not take it.
            UnknownError: it may have, or not.
        """

    def close(self) -> None:
        """End the connection, if there is one."""


class SmtpCarrier:
    """Takes mails to an SMTP server, on one connection for as long as that works."""

    def __init__(self, url: str) -> None:
        """Point at a server.

        Args:
            url: ``smtp://host:port``, with ``user:password@`` for STARTTLS and a login, or
                ``smtps://…`` for TLS from the beginning.

        Raises:
            SettingError: the URL is none of these.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise SettingError(
                "BAKEN_SMTP is no mail server. Write it as smtp://host:25, "
                "smtp://user:password@host:587 or smtps://user:password@host:465."
            )
        self._is_tls = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = port or (465 if self._is_tls else 587 if parts.username else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password or "")
        self._line: smtplib.SMTP | None = None

    def carry(
        self, sender: str, recipient: str, message: bytes, about_to_hand: Callable[[], None]
    ) -> None:
        """Hand a mail to the server; see `Carrier.carry`."""
        line = self._connected()
        is_handing = False
        try:
            code, _ = line.mail(sender)
            if code != 250:
                raise NotTakenError(
                    str(code), is_final=False
                )  # our own address: a setting is wrong
            code, _ = line.rcpt(recipient)
            if code not in (250, 251):
                raise NotTakenError(str(code), is_final=code >= 500)
            about_to_hand()
            is_handing = True
            code, _ = line.data(message)
            if code != 250:
                raise NotTakenError(str(code), is_final=code >= 500)
        except smtplib.SMTPDataError as error:
            self._reset()
            code = error.smtp_code
            raise NotTakenError(str(code), is_final=code >= 500) from None
        except (NotTakenError, NotWantedError):
            self._reset()
            raise
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            if is_handing:
                raise UnknownError from error
            raise NotTakenError("connection", is_final=False) from None
        except BaseException:
            self.close()
            raise

    def check(self) -> None:
        """See that the server answers and lets us in.

        Raises:
            NotTakenError: it does not.
        """
        try:
            self._connected()
        finally:
            self.close()

    def close(self) -> None:
        """End the connection, if there is one."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _connected(self) -> smtplib.SMTP:
        if self._line is not None:
            try:
                if self._line.noop()[0] == 250:
                    return self._line
            except (smtplib.SMTPException, OSError):
                pass
            self.close()
        line: smtplib.SMTP | None = None
        try:
            if self._is_tls:
                line = smtplib.SMTP_SSL(
                    self._host,
                    self._port,
                    timeout=_ANSWER_TIMEOUT_S,
                    context=ssl.create_default_context(),
                )
            else:
                line = smtplib.SMTP(self._host, self._port, timeout=_ANSWER_TIMEOUT_S)
            line.ehlo_or_helo_if_needed()
            if self._user is not None:
                if not self._is_tls:
                    line.starttls(context=ssl.create_default_context())
                line.login(self._user, self._password)
        except smtplib.SMTPAuthenticationError as error:
            if line is not None:
                line.close()
            raise NotTakenError(f"login refused ({error.smtp_code})", is_final=False) from None
        except (smtplib.SMTPException, OSError):
            if line is not None:
                line.close()
            raise NotTakenError("connection", is_final=False) from None
        self._line = line
        return line

    def _reset(self) -> None:
        """Make the connection ready for the next mail, or give it up."""
        try:
            if self._line is None or self._line.rset()[0] == 250:
                return
        except (smtplib.SMTPException, OSError):
            pass
        self.close()

    def __enter__(self) -> Self:
        """Return the carrier itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the connection."""
        self.close()


def send_next(
    desk: Desk,
    carrier: Carrier,
    holder: str,
    sender: str,
    *,
    lease_s: float = LEASE_S,
    on_step: Callable[[str], None] = lambda _: None,
) -> bool:
    """Send the mail that waits longest; False when none waits.

    Args:
        desk: whose outbox.
        carrier: takes it to the server.
        holder: who sends, unlike any other sender.
        sender: where bounces go.
        lease_s: how long others keep away from it.
        on_step: called after each step, with its name; a test dies there.
    """
    mail = desk.post.claim(holder, lease_s)
    if mail is None:
        return False
    on_step("claimed")
    address = desk.post.address_of(mail)
    if address is None or mail.message is None:
        desk.post.settle(mail, holder, "cancelled")
        return True

    def about_to_hand() -> None:
        on_step("announced")
        if not desk.post.begin_handing(mail, holder, lease_s):
            raise NotWantedError
        on_step("noted")

    result: Result = "sent"
    problem = ""
    try:
        carrier.carry(sender, address, mail.message.encode("ascii"), about_to_hand)
    except NotTakenError as error:
        result, problem = ("bounced" if error.is_final else "later"), error.code
    except UnknownError:
        result, problem = "unknown", "connection broke while handing over"
    except NotWantedError:
        result, problem = "refused", "not agreed to any more"
    on_step("answered")
    desk.post.settle(mail, holder, result, problem)
    on_step("settled")
    if result != "sent":
        _LOG.warning("Mail %s (%s) was not sent: %s.", mail.id, mail.kind, problem)
    return True
