"""What every part of the desk stands on: transactions, links, and who may act."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from baken.config import Settings
from baken.errors import LinkRefusedError, TransitionError
from baken.model import Language
from baken.store.database import Database, Session
from baken.text.marking import message

from .casework import Casework, Office
from .enquiry import SYSTEM, Actor, Contact, Officer, Person, Role
from .links import Purpose, Ticket
from .records import Records, stamp
from .sealing import Vault, fingerprint


class Ground:
    """An open database of the desk, with what is needed to read and write it.

    Attributes:
        database: where everything is kept.
        vault: opens and seals what is personal.
        office: calendar, words, links.
        settings: how Baken is set up.
        clock: tells the time, aware.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        office: Office,
        settings: Settings,
        clock: Callable[[], datetime.datetime],
        session: Session | None = None,
    ) -> None:
        """Take what the parts share; with a session, all they do belongs to its transaction."""
        self.database = database
        self.vault = vault
        self.office = office
        self.settings = settings
        self.clock = clock
        self._session = session

    def within(self, session: Session) -> Ground:
        """Return the same ground inside a transaction that has begun."""
        return Ground(self.database, self.vault, self.office, self.settings, self.clock, session)

    def now(self) -> datetime.datetime:
        """Return the time by the desk's clock."""
        return self.clock()

    @contextmanager
    def work(self) -> Iterator[Casework]:
        """Give a transaction: all of it is kept, or nothing on any exception."""
        if self._session is not None:
            yield Casework(Records(self._session, self.vault, self.now()), self.office)
            return
        with self.database.writing() as session:
            yield Casework(Records(session, self.vault, self.now()), self.office)

    @contextmanager
    def reading(self) -> Iterator[Records]:
        """Give the records to read."""
        with self.database.reading() as session:
            yield Records(session, self.vault, self.now())

    def officer(
        self, work: Casework, by: Actor, roles: Sequence[Role] = ("officer", "head")
    ) -> Officer | None:
        """Return the officer who acts; None for the system.

        Raises:
            TransitionError: they are nobody of the team, or do not have the role they act in.
        """
        refusal = TransitionError("Only somebody of the team may do this. Sign in as an officer.")
        if by == SYSTEM or by.role == "program":
            return None  # what a program may was looked at with its key
        known = {one.person.id: one for one in work.records.officers() if one.is_active}
        officer = known.get(by.person)
        if officer is None or by.role not in roles or not _may_act_as(officer, by.role):
            raise refusal
        return officer

    def head(self, work: Casework, by: Actor, roles: Sequence[Role] = ("head",)) -> Officer | None:
        """See that somebody may do what only a head of the office, or who is named, may.

        Raises:
            TransitionError: they may not.
        """
        if by.role not in (*roles, "system"):
            raise TransitionError(
                message("Only a head of the office may do this. Ask one of them.")
            )
        return self.officer(work, by, roles)

    def read_link(self, token: str, purpose: Purpose) -> Ticket:
        """Return what a link stands for.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        return self.office.signer.read(token, purpose, self.now())

    def is_link_used(self, records: Records, token: str) -> bool:
        """Return whether a link that works once has been used."""
        return bool(records.session.select("is_link_used", digest=fingerprint(token)))

    def use_link(self, records: Records, token: str, ticket: Ticket) -> None:
        """Note that a link was used, together with what it changed.

        Raises:
            LinkRefusedError: it was used before.
        """
        if self.is_link_used(records, token):
            raise LinkRefusedError(message("This link has been used. What you answered is kept."))
        expires = datetime.datetime.fromtimestamp(ticket.expires, datetime.UTC)
        records.session.execute(
            "use_link", digest=fingerprint(token), used=records.at, expires=stamp(expires)
        )

    def somebody(self, role: str, contact: Contact, language: Language, records: Records) -> Person:
        """Return who has exactly this contact in this role, or add them."""
        for person in records.people_called(contact.email):
            if (person.role, person.contact, person.language) == (role, contact, language):
                return person
        return records.add_person(role, language, contact)


def _may_act_as(officer: Officer, role: Role) -> bool:
    """Return whether somebody has a role; a head is an officer too."""
    return role == officer.role or (role == "officer" and officer.is_head)
