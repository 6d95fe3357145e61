"""The agency's own programs: what they are told, and the keys with which they ask.

Telling needs no outbox of its own. Events are numbered in the order in which they are kept, one
writer at a time, so a webhook is a place in that row: what has a higher number is still to be told.
A program that is away for a week is told everything afterwards, in order, and nothing is told that
did not happen. What is told is never personal; who may see more asks for it with a key, and the
audit trail has it.
"""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import secrets
from collections.abc import Callable, Iterable
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from baken.errors import DeskError, NotFoundError
from baken.store.database import Database, Row
from baken.text.marking import message

from .enquiry import Actor
from .records import Records, moment, new_id, stamp
from .sealing import Vault, fingerprint

Privilege = Literal["follow", "read", "write", "mail"]
PRIVILEGES: Final[tuple[Privilege, ...]] = get_args(Privilege)
"""What a program may: follow events and see enquiries without anything personal; read everything
of them; write enquiries and notes; hand in mails that arrived for the desk."""

RETRY_AFTER_S: Final = (5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
"""How long to wait after each failure: all in all about three days, then it is switched off."""

MOST_EVENTS: Final = 500
"""Events that are given at once."""

_SIGNS: Final = "whsec_"
_KEY: Final = "baken_"
_SECRET_BYTES: Final = 32


class Happening(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event as programs are told of it; nothing in it is personal.

    Attributes:
        number: of the event; rises.
        event: its name, of the table in `transitions`.
        at: when.
        by: in which role somebody did it.
        state: of the enquiry, after it.
        enquiry: identifier.
        reference: of the enquiry, for people.
        kind: of the enquiry.
        promise_due: by when a person answers.
        outcome: of the enquiry as it is now; None until it is closed.
        introduction: identifier when it is about one counterpart.
        organisation: of the introduction, id in the landscape; None for one that is not in it.
    """

    number: int
    event: str
    at: datetime.datetime
    by: str
    state: str
    enquiry: str
    reference: str
    kind: str
    promise_due: datetime.datetime
    outcome: str | None = None
    introduction: str | None = None
    organisation: str | None = None

    @property
    def type(self) -> str:
        """What it is called where other things happen too: ``enquiry.answered``."""
        return f"enquiry.{self.event}"


class Webhook(Struct, frozen=True, kw_only=True):
    """Somewhere that events are told to.

    Attributes:
        id: of the webhook.
        url: where.
        created: when it was added; it is told what happened since.
        is_on: whether it is told anything.
        cursor: number of the last event that it took.
        attempts: that failed since then.
        since: when it failed first since then; None while it works.
        due: when it is told again at the earliest.
        told: when it last took something; None for never.
        problem: why it did not take the last; None while it works.
    """

    id: str
    url: str
    created: datetime.datetime
    is_on: bool
    cursor: int
    attempts: int
    since: datetime.datetime | None
    due: datetime.datetime
    told: datetime.datetime | None
    problem: str | None


class Telling(Struct, frozen=True, kw_only=True):
    """One event that is about to be told.

    Attributes:
        webhook: to whom.
        secret: that it is signed with; never to be logged.
        happening: what.
        message_id: the same however often it is told, so that the program can leave out repeats.
        body: what is sent.
    """

    webhook: Webhook
    secret: bytes
    happening: Happening
    message_id: str
    body: bytes

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"Telling({self.message_id})"


class Program(Struct, frozen=True, kw_only=True):
    """A program with a key.

    Attributes:
        id: of the program.
        name: as the team calls it.
        may: what it may.
        created: when the key was made.
        used: when it was last used; None for never.
        ended: when it was taken back; None while it works.
    """

    id: str
    name: str
    may: tuple[Privilege, ...]
    created: datetime.datetime
    used: datetime.datetime | None
    ended: datetime.datetime | None

    @property
    def actor(self) -> Actor:
        """The program as the audit trail and events name it."""
        return Actor("program", self.id)


class Programs:
    """The webhooks and keys of a desk; safe to use from several threads and processes at once."""

    def __init__(
        self, database: Database, vault: Vault, clock: Callable[[], datetime.datetime]
    ) -> None:
        """Share what the desk has."""
        self._database = database
        self._vault = vault
        self._now = clock

    # -- webhooks ----------------------------------------------------------------------------

    def add_webhook(self, url: str) -> tuple[Webhook, str]:
        """Add somewhere to tell events to, from the next one on.

        Returns:
            The webhook, and what its messages are signed with: shown this once.

        Raises:
            DeskError: the address is none that events may be told to.
        """
        url = checked_url(url)
        secret = secrets.token_bytes(_SECRET_BYTES)
        id_ = new_id()
        with self._database.writing() as session:
            records = Records(session, self._vault, self._now())
            sealed = self._vault.seal(base64.b64encode(secret).decode())
            session.execute("add_webhook", id=id_, url=url, sealed=sealed, at=records.at)
            hook = _webhook(session.select("webhook", id=id_)[0])[0]
        return hook, _SIGNS + base64.b64encode(secret).decode()

    def webhooks(self) -> list[Webhook]:
        """Return every webhook, in the order of adding."""
        with self._database.reading() as session:
            return [_webhook(row)[0] for row in session.select("webhooks")]

    def remove_webhook(self, id_: str) -> None:
        """Tell a webhook nothing any more, and forget it.

        Raises:
            NotFoundError: there is none of that identifier.
        """
        with self._database.writing() as session:
            if not session.execute("drop_webhook", id=id_):
                raise NotFoundError("There is no such webhook. See: baken desk webhooks list")

    def switch_webhook(self, id_: str, *, is_on: bool) -> None:
        """Stop telling a webhook, or tell it everything it has missed, now.

        Raises:
            NotFoundError: there is none of that identifier.
        """
        with self._database.writing() as session:
            at = stamp(self._now())
            if not session.execute("switch_webhook", id=id_, is_on=int(is_on), at=at):
                raise NotFoundError("There is no such webhook. See: baken desk webhooks list")

    def claim_telling(self, holder: str, lease_s: float) -> Telling | None:
        """Take the next event that some webhook is to be told, so that nobody else tells it.

        Args:
            holder: who tells.
            lease_s: for how many seconds it is theirs.
        """
        with self._database.writing() as session:
            now = self._now()
            rows = session.select("webhook_to_tell", now=stamp(now))
            if not rows:
                return None
            lease = stamp(now + datetime.timedelta(seconds=lease_s))
            session.execute("claim_webhook", id=rows[0][0], holder=holder, lease=lease)
            hook, sealed = _webhook(session.select("webhook", id=rows[0][0])[0])
            happening = _happening(session.select("happenings", after=hook.cursor, most=1)[0])
        secret = base64.b64decode(self._vault.open(sealed, str))
        return Telling(
            webhook=hook,
            secret=secret,
            happening=happening,
            message_id=f"event-{happening.number}-{happening.enquiry}",
            body=_body(happening),
        )

    def settle_telling(self, telling: Telling, holder: str, problem: str | None) -> bool:
        """Note how telling went.

        Args:
            telling: that was claimed.
            holder: who claimed it.
            problem: None when it was taken; otherwise why not, nothing that the other side said.

        Returns:
            Whether the webhook was switched off, because it does not want to be told (410) or has
            failed for as long as `RETRY_AFTER_S` goes.
        """
        with self._database.writing() as session:
            now = self._now()
            if problem is None:
                session.execute(
                    "mark_told",
                    id=telling.webhook.id,
                    holder=holder,
                    cursor=telling.happening.number,
                    at=stamp(now),
                )
                return False
            failed = telling.webhook.attempts
            is_on = failed < len(RETRY_AFTER_S) and problem != "410"
            wait_s = RETRY_AFTER_S[min(failed, len(RETRY_AFTER_S) - 1)]
            session.execute(
                "mark_not_told",
                id=telling.webhook.id,
                holder=holder,
                at=stamp(now),
                due=stamp(now + datetime.timedelta(seconds=wait_s)),
                is_on=int(is_on),
                problem=problem,
            )
            return not is_on

    def happenings(self, after: int = 0, most: int = 100) -> list[Happening]:
        """Return what happened after an event, in order.

        Args:
            after: number of the last event that is known already; 0 for none.
            most: how many to return, 1 to `MOST_EVENTS`.
        """
        most = min(max(most, 1), MOST_EVENTS)
        with self._database.reading() as session:
            return [_happening(row) for row in session.select("happenings", after=after, most=most)]

    # -- keys --------------------------------------------------------------------------------

    def add_program(self, name: str, may: Iterable[Privilege]) -> tuple[Program, str]:
        """Give a program a key.

        Returns:
            The program, and its key: shown this once, for the desk keeps a digest of it only.

        Raises:
            DeskError: it has no name, or may nothing that there is.
        """
        wanted = tuple(one for one in PRIVILEGES if one in set(may))
        if not name.strip() or not wanted or len(wanted) != len(set(may)):
            raise DeskError(
                message("A program needs a name and something that it may: %(choices)s. Say both."),
                choices=", ".join(PRIVILEGES),
            )
        key = _KEY + secrets.token_urlsafe(_SECRET_BYTES)
        id_ = new_id()
        with self._database.writing() as session:
            session.execute(
                "add_program",
                id=id_,
                name=" ".join(name.split())[:200],
                digest=fingerprint(key),
                may=json.dumps(wanted),
                at=stamp(self._now()),
            )
            return _program(session.select("program", id=id_)[0]), key

    def programs(self) -> list[Program]:
        """Return every program that ever had a key, in the order of adding."""
        with self._database.reading() as session:
            return [_program(row) for row in session.select("programs")]

    def end_program(self, id_: str) -> None:
        """Take a program's key back, at once.

        Raises:
            NotFoundError: there is none of that identifier whose key still works.
        """
        with self._database.writing() as session:
            if not session.execute("end_program", id=id_, at=stamp(self._now())):
                raise NotFoundError("No such program has a key. See: baken desk programs list")

    def program(self, key: str) -> Program | None:
        """Return whose key this is, noting that it was used; None for a key that opens nothing."""
        with self._database.reading() as session:
            rows = session.select("program_by_digest", digest=fingerprint(key))
        if not rows:
            return None
        found = _program(rows[0])
        now = self._now()
        if found.used is None or now - found.used > datetime.timedelta(minutes=1):
            with self._database.writing() as session:
                session.execute("mark_program_used", id=found.id, at=stamp(now))
        return found

    def reseal(self) -> int:
        """Seal what messages are signed with by the newest key; return how many there are."""
        with self._database.writing() as session:
            rows = session.select("sealed_webhooks")
            for id_, sealed in rows:
                again = self._vault.seal(self._vault.open(sealed, str))
                session.execute("seal_webhook", id=id_, sealed=again)
            return len(rows)


def checked_url(url: str) -> str:
    """Return an address that events may be told to: https, or this machine itself.

    Raises:
        DeskError: it is none.
    """
    refusal = DeskError(
        "A webhook's address begins with https://, names a host and holds no user or password. "
        "Only one on this machine may begin with http://."
    )
    url = url.strip()
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018 -- raises where it is no number
    except ValueError:
        raise refusal from None
    if not host or parts.username or parts.fragment or any(c.isspace() for c in url):
        raise refusal
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)):
        return url
    raise refusal


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _body(happening: Happening) -> bytes:
    """Return what is sent, in the shape that Standard Webhooks recommends."""
    return msgspec.json.encode(
        {"type": happening.type, "timestamp": happening.at, "data": happening}
    )


def _webhook(row: Row) -> tuple[Webhook, str]:
    id_, url, sealed, created, is_on, cursor, attempts, since, due, told, problem = row
    hook = Webhook(
        id=id_,
        url=url,
        created=moment(created),
        is_on=bool(is_on),
        cursor=cursor,
        attempts=attempts,
        since=moment(since) if since else None,
        due=moment(due),
        told=moment(told) if told else None,
        problem=problem,
    )
    return hook, sealed


def _happening(row: Row) -> Happening:
    number, event, at, by, state, enquiry, reference, kind, due, outcome, of, organisation = row
    return Happening(
        number=number,
        event=event,
        at=moment(at),
        by=by,
        state=state,
        enquiry=enquiry,
        reference=reference,
        kind=kind,
        promise_due=moment(due),
        outcome=outcome,
        introduction=of,
        organisation=organisation or None,
    )


def _program(row: Row) -> Program:
    id_, name, may, created, used, ended = row
    return Program(
        id=id_,
        name=name,
        may=msgspec.json.decode(may, type=tuple[Privilege, ...]),
        created=moment(created),
        used=moment(used) if used else None,
        ended=moment(ended) if ended else None,
    )
