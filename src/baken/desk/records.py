"""Rows to structs and back, inside one transaction: what `Desk` reads and writes with."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar

import msgspec

from baken.errors import NotFoundError
from baken.store.database import Row, Session

from .enquiry import (
    STATES,
    Actor,
    Clock,
    Contact,
    Enquiry,
    Event,
    Introduction,
    Officer,
    Person,
    State,
)
from .receipts import Consent, Mail
from .sealing import Vault

S = TypeVar("S", bound=msgspec.Struct)

_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without what is read wrongly over the telephone: 0 and O, 1 and I."""


def new_id() -> str:
    """Return an identifier that cannot be guessed: 128 random bits."""
    return secrets.token_urlsafe(16)


def new_reference() -> str:
    """Return a short name for an enquiry, for people: 40 random bits."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def stamp(moment: datetime.datetime) -> str:
    """Return a moment as the database keeps it, always equally long."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime.datetime:
    """Return the moment that the database kept."""
    return datetime.datetime.fromisoformat(text)


class Records:
    """The desk's rows, within one transaction.

    Attributes:
        session: the transaction.
        vault: seals and opens what is personal.
        now: the moment of the transaction.
    """

    def __init__(self, session: Session, vault: Vault, now: datetime.datetime) -> None:
        self.session = session
        self.vault = vault
        self.now = now

    @property
    def at(self) -> str:
        """The moment of the transaction, as rows keep it."""
        return stamp(self.now)

    # -- people ------------------------------------------------------------------------------

    def add_person(self, role: str, language: str, contact: Contact) -> Person:
        """Add somebody."""
        id_ = new_id()
        self.session.execute(
            "add_person",
            id=id_,
            role=role,
            language=language,
            digest=self.vault.digest(contact.email),
            sealed=self.vault.seal(contact),
            created=self.at,
        )
        return self.person(id_)

    def person(self, id_: str) -> Person:
        """Return somebody.

        Raises:
            NotFoundError: nobody has that identifier.
        """
        return self._person(_one(self.session.select("person", id=id_), "person"))

    def people_called(self, email: str) -> list[Person]:
        """Return everybody with an address, the newest first."""
        rows = self.session.select("people_by_digest", digest=self.vault.digest(email))
        return [self._person(row) for row in rows]

    def _person(self, row: Row) -> Person:
        id_, role, language, sealed, created, erased = row
        return Person(
            id=id_,
            role=role,
            language=language,
            contact=None if sealed is None else self.vault.open(sealed, Contact),
            created=moment(created),
            erased=_moment(erased),
        )

    def officers(self) -> list[Officer]:
        """Return the team, in the order in which they joined."""
        return [self._officer(row) for row in self.session.select("officers")]

    def officer(self, person: str) -> Officer:
        """Return one of the team.

        Raises:
            NotFoundError: nobody in the team has that identifier.
        """
        return self._officer(_one(self.session.select("officer", person=person), "officer"))

    def _officer(self, row: Row) -> Officer:
        languages, themes, kinds, capacity, role, is_active, away, is_open = row[6:]
        lists = {"languages": languages, "themes": themes, "kinds": kinds, "away": away}
        return msgspec.convert(
            {
                **{name: msgspec.json.decode(text) for name, text in lists.items()},
                "person": self._person(row[:6]),
                "capacity": capacity,
                "role": role,
                "is_active": bool(is_active),
                "open": is_open,
            },
            Officer,
        )

    # -- enquiries ---------------------------------------------------------------------------

    def enquiry(self, id_: str) -> Enquiry:
        """Return an enquiry.

        Raises:
            NotFoundError: there is none of that identifier.
        """
        return self._enquiry(_one(self.session.select("enquiry", id=id_), "enquiry"))

    def enquiries(self, query: str, /, **given: object) -> Iterator[Enquiry]:
        """Yield the enquiries that a query finds."""
        return map(self._enquiry, self.session.select(query, **given))

    def open_enquiries(self, owner: str = "") -> Iterator[Enquiry]:
        """Yield what is not closed, the most urgent first; somebody's, or everybody's."""
        states = [state for state in STATES if state != "closed"]
        return self.enquiries("enquiries", states=states, owner=owner)

    def _enquiry(self, row: Row) -> Enquiry:
        names = Enquiry.__struct_fields__
        values: dict[str, Any] = dict(zip(names, row, strict=True))
        if values["message"] is not None:
            values["message"] = self.vault.open(values["message"], str)
        for name in ("themes", "organisations"):
            values[name] = msgspec.json.decode(values[name])
        return msgspec.convert(values, Enquiry)

    def introduction(self, id_: str) -> Introduction:
        """Return an introduction.

        Raises:
            NotFoundError: there is none of that identifier.
        """
        return _struct(
            _one(self.session.select("introduction", id=id_), "introduction"), Introduction
        )

    def introductions(self, enquiry: str) -> list[Introduction]:
        """Return an enquiry's introductions, in the order of asking."""
        rows = self.session.select("introductions", enquiry=enquiry)
        return [_struct(row, Introduction) for row in rows]

    def events(self, enquiry: str) -> list[Event]:
        """Return what happened to an enquiry, in order."""
        return [self._event(row) for row in self.session.select("events", enquiry=enquiry)]

    def _event(self, row: Row) -> Event:
        number, enquiry, introduction, name, at, role, actor, state, sealed = row
        return Event(
            number=number,
            enquiry=enquiry,
            introduction=introduction,
            name=name,
            at=moment(at),
            actor=Actor(role, actor),
            state=state,
            details=None if sealed is None else self.vault.open(sealed, dict[str, object]),
        )

    def add_event(
        self,
        enquiry: str,
        name: str,
        actor: Actor,
        state: State,
        details: dict[str, object],
        introduction: str | None = None,
    ) -> None:
        """Write down what happened."""
        self.session.execute(
            "add_event",
            enquiry=enquiry,
            introduction=introduction,
            name=name,
            at=self.at,
            role=actor.role,
            actor=actor.person,
            state=state,
            sealed=self.vault.seal(details),
        )

    # -- clocks ------------------------------------------------------------------------------

    def clocks(self, enquiry: str) -> list[Clock]:
        """Return the clocks that run for an enquiry, the next to fire first."""
        return [_struct(row, Clock) for row in self.session.select("clocks", enquiry=enquiry)]

    def clock_due(self) -> Clock | None:
        """Return the clock that should have fired longest ago, or None when none should have."""
        rows = self.session.select("clocks_due", now=self.at)
        return _struct(rows[0], Clock) if rows else None

    def start_clock(
        self, enquiry: str, name: str, due: datetime.datetime, introduction: str | None = None
    ) -> None:
        """Start a clock."""
        self.session.execute(
            "start_clock", enquiry=enquiry, introduction=introduction, name=name, due=stamp(due)
        )

    def stop_clocks(
        self, enquiry: str, names: Iterable[str], introduction: str | None = None
    ) -> None:
        """Stop clocks of an enquiry, or of one introduction only."""
        self.session.execute(
            "stop_clocks",
            enquiry=enquiry,
            introduction=introduction or "",
            names=list(names),
            at=self.at,
        )

    # -- consent, mail -----------------------------------------------------------------------

    def consent(self, id_: str) -> Consent:
        """Return a receipt.

        Raises:
            NotFoundError: there is none of that identifier.
        """
        return _struct(_one(self.session.select("consent", id=id_), "consent"), Consent)

    def consents(self, person: str) -> list[Consent]:
        """Return what somebody agreed to, in order."""
        return [_struct(row, Consent) for row in self.session.select("consents_of", person=person)]

    def mail(self, id_: str) -> Mail:
        """Return a mail.

        Raises:
            NotFoundError: there is none of that identifier.
        """
        return self._mail(_one(self.session.select("mail", id=id_), "mail"))

    def mails(self, query: str, /, **given: object) -> list[Mail]:
        """Return the mails that a query finds, in the order in which they were written."""
        return [self._mail(row) for row in self.session.select(query, **given)]

    def _mail(self, row: Row) -> Mail:
        values = list(row)
        at = Mail.__struct_fields__.index("message")
        if values[at] is not None:
            values[at] = self.vault.open(values[at], str)
        return _struct(values, Mail)

    # -- the audit trail ---------------------------------------------------------------------

    def record_access(
        self, actor: Actor, action: str, what: str, *, person: str | None, enquiry: str | None
    ) -> None:
        """Write down who read or changed whose data; `what` names a sort of data, never data."""
        self.session.execute(
            "record_access",
            at=self.at,
            role=actor.role,
            actor=actor.person,
            action=action,
            person=person,
            enquiry=enquiry,
            what=what,
        )

    def all_of(self, person: Person) -> list[Person]:
        """Return every row of the somebody that a row stands for."""
        if person.contact is None:
            return [person]
        return self.people_called(person.contact.email)

    def take_turn(self, duty: str, period: str) -> bool:
        """Return whether a duty is still to be done in a period, and note that it is done now."""
        rows = self.session.select("duty", name=duty)
        if rows and rows[0][0] >= period:
            return False
        self.session.execute("forget_duty", name=duty)
        self.session.execute("record_duty", name=duty, period=period)
        return True


def _one(rows: list[Row], noun: str) -> Row:
    if not rows:
        raise NotFoundError(f"There is no such {noun} at the desk.")
    return rows[0]


def _struct(row: Iterable[object], type_: type[S]) -> S:
    """Return a struct whose fields are in the order of a row."""
    return msgspec.convert(dict(zip(type_.__struct_fields__, row, strict=True)), type_)


def _moment(text: str | None) -> datetime.datetime | None:
    return None if text is None else moment(text)
