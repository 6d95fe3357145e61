"""People's rights: what the desk knows of somebody, shown, given along, erased; and who looked."""

from __future__ import annotations

import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from baken.errors import DeskError
from baken.text.marking import message

from .casework import CLOCKS_OF_INTRODUCTIONS, Casework
from .enquiry import MAY, SYSTEM, Actor, Enquiry, Person
from .ground import Ground
from .limits import take
from .receipts import Access, Consent
from .records import Records, stamp
from .visiting import read_visit

_LAST: Final = 2**31 - 1
"""A number that no line of the audit trail reaches."""

KEYS: Final = ("invitation", "password-forgotten")
"""Kinds of mail that hold a key: who reads one could choose a colleague's password."""


class Known(Struct, frozen=True, kw_only=True):
    """What the desk knows of somebody, in short.

    Attributes:
        people: every row with their address, the newest first; just the row of somebody erased.
        enquiries: theirs, the oldest first.
        introductions: how often they were asked as a counterpart.
        consents: what they agreed to.
        mails: how many were written to them.
    """

    people: tuple[Person, ...]
    enquiries: tuple[Enquiry, ...]
    introductions: int
    consents: tuple[Consent, ...]
    mails: int


class Trail(Struct, frozen=True, kw_only=True):
    """A page of the audit trail.

    Attributes:
        lines: the latest first.
        references: of enquiries in them, by identifier.
        team: everybody who is or was in the team and is not erased, by identifier.
        is_more: whether there are older lines.
    """

    lines: tuple[Access, ...]
    references: dict[str, str]
    team: dict[str, str]
    is_more: bool


class Sweep(Struct, frozen=True):
    """What a daily sweep did: enquiries and mails emptied, consents lapsed, audit lines dropped."""

    enquiries: int
    mails: int
    consents: int
    accesses: int


class Rights:
    """What the desk does because people ask what is kept of them, and when time is over."""

    def __init__(self, ground: Ground) -> None:
        """Stand on the desk's ground."""
        self._ground = ground

    def known(self, person: str, *, by: Actor) -> Known:
        """Return what the desk knows of somebody, in short; what `export` gives in full.

        Raises:
            TransitionError: `by` is no head.
            NotFoundError: nobody has that identifier.
        """
        with self._ground.work() as work:
            self._ground.head(work, by)
            records = work.records
            everybody = records.all_of(records.person(person))
            for one in everybody:
                records.record_access(by, "read", "person", person=one.id, enquiry=None)
            return Known(
                people=tuple(everybody),
                enquiries=tuple(
                    enquiry
                    for one in everybody
                    for enquiry in records.enquiries("enquiries_of", person=one.id)
                ),
                introductions=sum(
                    len(records.session.select("introductions_of", person=one.id))
                    for one in everybody
                ),
                consents=tuple(given for one in everybody for given in records.consents(one.id)),
                mails=sum(len(records.mails("mails_of_person", person=p.id)) for p in everybody),
            )

    def people(self, email: str, *, by: Actor) -> list[Person]:
        """Return everybody with an address, in every role, the newest first.

        Raises:
            TransitionError: `by` is nobody of the team.
        """
        with self._ground.work() as work:
            self._ground.officer(work, by)
            found = work.records.people_called(email)
            for person in found:
                work.records.record_access(by, "read", "contact", person=person.id, enquiry=None)
            return found

    def export(self, person: str, *, by: Actor) -> dict[str, Any]:
        """Return everything that the desk knows of somebody, as JSON can hold it.

        All rows with the same address are the same somebody.

        Raises:
            TransitionError: `by` is no head.
            NotFoundError: nobody has that identifier.
        """
        with self._ground.work() as work:
            self._ground.head(work, by)
            return self._export(work, person, by)

    def _export(self, work: Casework, person: str, by: Actor) -> dict[str, Any]:
        records = work.records
        everybody = records.all_of(records.person(person))
        found: dict[str, list[Any]] = {
            name: []
            for name in ("people", "enquiries", "introductions", "consents", "mails", "access")
        }
        for one in everybody:
            found["people"].append(one)
            for enquiry in records.enquiries("enquiries_of", person=one.id):
                events, visit = records.events(enquiry.id), read_visit(records, enquiry.id)
                found["enquiries"].append({"enquiry": enquiry, "events": events, "visit": visit})
            rows = records.session.select("introductions_of", person=one.id)
            for introduction in (records.introduction(row[0]) for row in rows):
                events = [
                    event
                    for event in records.events(introduction.enquiry)
                    if event.introduction == introduction.id
                ]
                found["introductions"].append({"introduction": introduction, "events": events})
            found["consents"] += records.consents(one.id)
            found["mails"] += [
                # Whoever exports a colleague could come in as them by the link in it.
                msgspec.structs.replace(mail, message=None) if mail.kind in KEYS else mail
                for mail in records.mails("mails_of_person", person=one.id)
            ]
            found["access"] += self._accesses(records, person=one.id)
            records.record_access(by, "export", "everything", person=one.id, enquiry=None)
        exported: dict[str, Any] = msgspec.to_builtins(found)
        return exported

    def erase(self, person: str, *, by: Actor) -> int:
        """Forget somebody: who they are, what they wrote, what was written to them.

        Their open enquiries end as withdrawn. When, what kind and with which outcome stays, for
        the statistics, and that they were erased stays in the audit trail. Somebody of the team is
        not erased while they work there.

        Returns:
            How many rows they were.

        Raises:
            NotFoundError: nobody has that identifier.
            TransitionError: `by` is no head.
            DeskError: they work here.
        """
        with self._ground.work() as work:
            self._ground.head(work, by)
            return self._erase(work, person, by)

    def _erase(self, work: Casework, person: str, by: Actor) -> int:
        everybody = work.records.all_of(work.records.person(person))
        for one in everybody:
            self._erase_person(work, one, by)
        return len(everybody)

    def send_link(self, token: str) -> None:
        """Write to an enquirer how they see or erase what is kept about them.

        The link of the status page is not enough for that: who made the enquiry may have given an
        address that is not theirs, and would then see what else is kept about it.

        Raises:
            LinkRefusedError: the link is not a good one.
            TooOftenError: they have been written to a moment ago.
            DeskError: their data has been erased.
        """
        ticket = self._ground.read_link(token, "status")
        with self._ground.work() as work:
            enquiry = work.records.enquiry(ticket.subject)
            person = work.records.person(enquiry.enquirer)
            if person.contact is None:
                raise DeskError(message("The data of this enquiry has been erased."))
            take(work.records, "own data", person.contact.email)
            values = {"data_url": work.url("data", person.id, person.language), "reference": ""}
            work.write_about("own-data", person, values, enquiry=enquiry)

    def is_known(self, token: str) -> bool:
        """Return whether anything is still kept about whom a mail about their data went to.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._ground.read_link(token, "data")
        with self._ground.reading() as records:
            return records.person(ticket.subject).erased is None

    def export_own(self, token: str) -> dict[str, Any]:
        """Return everything that is kept about somebody, to them, by the link in their mail.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._ground.read_link(token, "data")
        with self._ground.work() as work:
            return self._export(work, ticket.subject, Actor("enquirer", ticket.subject))

    def erase_own(self, token: str) -> int:
        """Forget somebody, as `erase` does, because they ask by the link in their mail.

        Raises:
            LinkRefusedError: the link is not a good one.
            DeskError: they work here.
        """
        ticket = self._ground.read_link(token, "data")
        with self._ground.work() as work:
            return self._erase(work, ticket.subject, Actor("enquirer", ticket.subject))

    def _erase_person(self, work: Casework, person: Person, by: Actor) -> None:
        records = work.records
        if person.role == "officer" and records.officer(person.id).is_active:
            raise DeskError(message("They are in the team. Let them leave it first."))
        for enquiry in list(records.enquiries("enquiries_of", person=person.id)):
            if enquiry.state != "closed":
                work.happen(enquiry, "withdrawn", SYSTEM, outcome="withdrawn")
            self._erase_enquiry(records, enquiry.id, by)
        for row in records.session.select("introductions_of", person=person.id):
            introduction = records.introduction(row[0])
            for name in ("erase_introduction_events", "erase_mails_of_introduction"):
                records.session.execute(name, introduction=introduction.id)
            records.stop_clocks(introduction.enquiry, CLOCKS_OF_INTRODUCTIONS, introduction.id)
        records.session.execute("erase_mails_of_person", person=person.id)
        records.session.execute("end_sessions_of", person=person.id, but="")
        records.session.execute("drop_account", person=person.id)
        records.session.execute("withdraw_consents_of", person=person.id, at=records.at)
        records.session.execute("erase_person", id=person.id, at=records.at)
        records.record_access(by, "erase", "everything", person=person.id, enquiry=None)

    def _erase_enquiry(self, records: Records, enquiry: str, by: Actor) -> None:
        records.session.execute("erase_mails_of_enquiry", enquiry=enquiry)
        records.session.execute("erase_events", enquiry=enquiry)
        records.session.execute("erase_visit", enquiry=enquiry)
        records.session.execute("erase_enquiry", id=enquiry, at=records.at)
        records.record_access(by, "erase", "message, events", person=None, enquiry=enquiry)

    def trail(
        self,
        *,
        by: Actor,
        person: str = "",
        enquiry: str = "",
        officer: str = "",
        before: int = _LAST,
        most: int = 100,
    ) -> Trail:
        """Return a page of the audit trail; that it was read is a line of it.

        Args:
            by: who reads it.
            person: whose data, every row of that address; empty for everybody's.
            enquiry: about which enquiry; empty for all.
            officer: who did it; empty for everybody.
            before: number of the line that the page ends before.
            most: lines of a page.

        Raises:
            TransitionError: `by` may not.
            NotFoundError: nobody has that identifier.
        """
        with self._ground.work() as work:
            self._ground.officer(work, by, MAY["audit"])
            records, select = work.records, work.records.session.select
            people = records.all_of(records.person(person)) if person else []
            rows = select(
                "trail",
                before=before,
                actor=officer,
                enquiry=enquiry,
                everybody=int(not person),
                people=[one.id for one in people],
                most=most + 1,
            )
            names = Access.__struct_fields__
            lines = [msgspec.convert(dict(zip(names, row, strict=True)), Access) for row in rows]
            ids = sorted({line.enquiry for line in lines if line.enquiry})
            records.record_access(
                by, "read", "audit trail", person=person or None, enquiry=enquiry or None
            )
            return Trail(
                lines=tuple(lines[:most]),
                references={row[0]: row[1] for row in select("references", ids=ids)},
                team={one.person.id: one.name for one in records.officers() if one.name},
                is_more=len(lines) > most,
            )

    def find_in_trail(self, words: str, *, by: Actor) -> tuple[str, str]:
        """Return the identifiers of a person and of an enquiry that an auditor means.

        Args:
            words: an e-mail address, or the reference of an enquiry.
            by: who looks.

        Returns:
            One of the two; the other is empty.

        Raises:
            TransitionError: `by` may not.
            DeskError: there is nobody and nothing of that name.
        """
        with self._ground.work() as work:
            self._ground.officer(work, by, MAY["audit"])
            for person in work.records.people_called(words):
                work.records.record_access(by, "find", "address", person=person.id, enquiry=None)
                return person.id, ""
            given = words.strip().upper()
            for enquiry in work.records.enquiries("enquiry_by_reference", reference=given):
                return "", enquiry.id
        raise DeskError(
            message(
                "The desk knows no such address or reference. Check how it is written; "
                "of somebody who was erased, the address is gone."
            )
        )

    def accesses(self, *, person: str = "", enquiry: str = "") -> list[Access]:
        """Return the audit trail, of one person or enquiry or of all."""
        with self._ground.reading() as records:
            return self._accesses(records, person=person, enquiry=enquiry)

    def _accesses(self, records: Records, *, person: str = "", enquiry: str = "") -> list[Access]:
        rows = records.session.select("accesses", person=person, enquiry=enquiry)
        names = Access.__struct_fields__
        return [msgspec.convert(dict(zip(names, row, strict=True)), Access) for row in rows]

    def sweep(self) -> Sweep:
        """Erase what has been kept for as long as the settings say, now."""
        with self._ground.work() as work:
            return self._sweep(work)

    def sweep_daily(self) -> Sweep | None:
        """Do what `sweep` does, once a day; None when it was done today."""
        with self._ground.work() as work:
            today = f"{self._ground.office.calendar.local(work.records.now):%Y-%m-%d}"
            return self._sweep(work) if work.records.take_turn("sweep", today) else None

    def _sweep(self, work: Casework) -> Sweep:
        kept, records = self._ground.settings, work.records

        def ago(days: int) -> str:
            return stamp(records.now - datetime.timedelta(days=days))

        closed = list(
            records.enquiries("enquiries_closed_before", before=ago(kept.keep_enquiries_days))
        )
        for enquiry in closed:
            people = [enquiry.enquirer]
            people += [one.counterpart for one in records.introductions(enquiry.id)]
            self._erase_enquiry(records, enquiry.id, SYSTEM)
            for id_ in dict.fromkeys(people):
                if not self._is_needed(records, id_):
                    self._erase_person(work, records.person(id_), SYSTEM)
        execute = records.session.execute
        execute("drop_used_links", now=records.at)
        execute("drop_paces", now=records.at)
        return Sweep(
            enquiries=len(closed),
            mails=execute("erase_mails_before", before=ago(kept.keep_mails_days)),
            consents=execute("lapse_consents", before=ago(30), at=records.at),
            accesses=execute("drop_accesses", before=ago(kept.keep_audit_days)),
        )

    def _is_needed(self, records: Records, person: str) -> bool:
        """Return whether an enquiry that is kept still needs somebody."""
        own = records.enquiries("enquiries_of", person=person)
        asked = (
            records.enquiry(records.introduction(row[0]).enquiry)
            for row in records.session.select("introductions_of", person=person)
        )
        return any(enquiry.erased is None for enquiry in (*own, *asked))
