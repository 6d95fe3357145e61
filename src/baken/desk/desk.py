"""The desk: enquiries from the first word to the outcome. What web pages and commands call.

    with Desk.open(settings) as desk:
        receipt = desk.receive(Form(kind="introduction", contact=…, message=…))
        desk.status(token)                      # what the enquirer sees
        desk.answer(receipt.enquiry, text, by=officer)

Every method is one transaction: what happened, what follows from it and the mails that tell of it
are kept together or not at all.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

import msgspec
from msgspec import Struct

from baken.config import Settings
from baken.errors import (
    ConsentError,
    DeskError,
    LinkRefusedError,
    NotFoundError,
    OvertakenError,
    TransitionError,
)
from baken.model import Language
from baken.store.database import Database, Session
from baken.store.opening import find_database
from baken.store.queries import Tables
from baken.store.schema import Schema, prepare
from baken.text.marking import message

from .accounts import Accounts
from .assigning import Assignment, Reason, rank
from .board import Board, Meeting, Wanted, read_board, read_meetings
from .calendar import OfficeCalendar
from .casework import Casework, Office, consent_forms, timed
from .drafts import Draft, read_draft
from .enquiry import (
    MAY,
    OFFICE_ROLES,
    OUTCOMES,
    SYSTEM,
    Actor,
    Clock,
    Contact,
    Enquiry,
    Event,
    Introduction,
    Kind,
    Officer,
    OfficeRole,
    Outcome,
    Person,
    Role,
)
from .forms import (
    ANSWERS,
    LONGEST_TEXT,
    AgreedMeeting,
    Answer,
    Asked,
    Form,
    OutcomeQuestion,
    Question,
    Receipt,
    Status,
    Step,
    checked_contact,
    checked_form,
    checked_line,
    checked_text,
)
from .incoming import read_mail
from .limits import network_of, take
from .links import LIFETIME_DAYS, Purpose, Signer, Ticket, find_secret
from .mail import Composer, proposed_times
from .programs import Programs
from .provider import Provider
from .receipts import Access, Consent, ConsentPurpose, Mail, MailState
from .records import Records, moment, new_id, new_reference, stamp
from .replies import Reply, checked_reply, read_replies, read_versions
from .reporting import Report, read_rows, report
from .sealing import Vault, fingerprint

_LAST: Final = 2**31 - 1
"""A number that no line of the audit trail reaches."""

KEYS: Final = ("invitation", "password-forgotten")
"""Kinds of mail that hold a key: who reads one could choose a colleague's password."""

_TEAM_ROLES: Final[tuple[Role, ...]] = ("head", "admin")
"""Who looks after the team directory."""

_REPLIES_KNOWN_FOR: Final = datetime.timedelta(days=90)
"""How long a reply that is brought again is known to be in its enquiry already."""

TABLES: Final = Tables(
    folder=files(__package__) / "sql",
    mark="desk_migration",
    noun="desk",
    filling="open it once with: baken desk check",
    mending="restore the last backup",
    is_precious=True,
)

_PUBLIC_EVENTS: Final = frozenset(
    {
        "received", "assigned", "promise-missed", "answered", "asked-back", "wrote",
        "counterpart-asked",
        "counterpart-reminded", "counterpart-silent", "counterpart-accepted",
        "counterpart-referred", "counterpart-declined", "agreed", "outcome-asked",
        "outcome-told", "closed", "withdrawn", "reopened",
    }
)  # fmt: skip
"""What an enquirer's status page tells; notes of the team are the team's."""

_ENQUIRERS_WORDS: Final = frozenset({"answered", "asked-back", "wrote", "outcome-told"})
"""Events whose words the enquirer wrote or was written; a counterpart's words are the team's."""

Result = Literal["sent", "later", "unknown", "bounced", "refused", "cancelled"]
"""How sending went: a server took it; took it not, try later; the connection broke while it was
handed over; no server will ever take it; nobody agrees to it any more; its reader was erased."""

RETRY_AFTER_S: Final = (60, 300, 900, 3_600, 7_200, *(14_400,) * 17)
"""Seconds to wait after each try: three days in all, then somebody is told."""


class Case(Struct, frozen=True, kw_only=True):
    """Everything about an enquiry, for who works on it.

    Attributes:
        enquiry: as it stands.
        enquirer: who asks.
        owner: who answers; None while nobody does.
        introductions: each with its counterpart.
        events: what happened, in order.
        clocks: what will happen by itself, the next first.
        mails: what was written, in order.
        consents: what the enquirer agreed to.
    """

    enquiry: Enquiry
    enquirer: Person
    owner: Officer | None
    introductions: tuple[tuple[Introduction, Person], ...]
    events: tuple[Event, ...]
    clocks: tuple[Clock, ...]
    mails: tuple[Mail, ...]
    consents: tuple[Consent, ...]


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


class _UndoneError(Exception):
    """Ends a transaction of which nothing is to be kept."""


class Sweep(Struct, frozen=True):
    """What a daily sweep did: enquiries and mails emptied, consents lapsed, audit lines dropped."""

    enquiries: int
    mails: int
    consents: int
    accesses: int


class Desk:
    """An open desk. Safe to use from several threads and processes at once."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        office: Office,
        settings: Settings,
        clock: Callable[[], datetime.datetime],
    ) -> None:
        """Wrap what `open` has put together."""
        self._database = database
        self._vault = vault
        self._office = office
        self._settings = settings
        self._now = clock
        self._session: Session | None = None  # of `at_once`

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> Desk:
        """Open the desk that the settings describe, making its tables where there are none.

        Args:
            settings: how Baken is set up.
            clock: tells the time, aware; tests give another than the real one.

        Raises:
            SettingError: a setting makes no sense.
            StoreError: the database cannot be opened, or holds something else.
        """
        secret = find_secret(settings.desk_secret, settings.data)
        vault = Vault(settings.desk_keys.reveal() if settings.desk_keys else None, secret)
        office = Office(
            calendar=OfficeCalendar.of(settings),
            composer=Composer(
                office=settings.office_name,
                sender=settings.mail_from,
                zone=settings.office_zone,
            ),
            signer=Signer(secret, settings.address),
            follow_ups=settings.follow_ups,
        )
        url = settings.desk or str(settings.data / "desk.sqlite")
        if "://" not in url:
            Path(url).parent.mkdir(parents=True, exist_ok=True)
            # Readable by its owner only, as is then what SQLite writes beside it.
            Path(url).touch(mode=0o600)
        database = find_database(url, read_only=False, tables=TABLES)
        try:
            prepare(database, Schema.of(database.dialect, TABLES))
        except BaseException:
            database.close()
            raise
        return cls(database, vault, office, settings, clock)

    @cached_property
    def accounts(self) -> Accounts:
        """How people of the team sign in."""
        return Accounts(self._database, self._vault, self._office, self._now)

    @cached_property
    def provider(self) -> Provider | None:
        """Where the team signs in otherwise; None where the settings name no such service.

        Raises:
            SettingError: they name half of one.
        """
        return Provider.of(self._settings, lambda: self._now().timestamp())

    @cached_property
    def programs(self) -> Programs:
        """The agency's own programs: webhooks, and the keys with which they ask."""
        return Programs(self._database, self._vault, self._now)

    @property
    def calendar(self) -> OfficeCalendar:
        """When somebody is there."""
        return self._office.calendar

    def now(self) -> datetime.datetime:
        """Return the time by the desk's clock."""
        return self._now()

    # -- enquirers -----------------------------------------------------------------------------

    @property
    def takes_enquiries(self) -> bool:
        """Whether somebody is there to answer: an officer who works here, away or not."""
        with self._database.reading() as session:
            records = Records(session, self._vault, self._now())
            return any(officer.is_active for officer in records.officers())

    def form_token(self) -> str:
        """Return what an empty form carries: it makes one sending unlike all others."""
        return self._office.signer.token("form", new_id(), self._now())

    def age_of_form(self, token: str) -> float:
        """Return for how many seconds a form has been open.

        Raises:
            LinkRefusedError: the token is not ours, or older than it may be.
        """
        now = self._now()
        ticket = self._read_link(token, "form")
        return now.timestamp() - (ticket.expires - LIFETIME_DAYS["form"] * 86_400)

    def receive(self, form: Form, *, peer: str = "") -> Receipt:
        """Take an enquiry in: it has an owner, a promise and an acknowledgement from now on.

        Sending the same form again gives the same enquiry.

        Args:
            form: what was sent.
            peer: the network address that it came from, of which nothing readable is kept; empty
                for what no stranger sends, which is then not counted.

        Raises:
            DeskError: the form cannot be used; the message says what to do.
            TooOftenError: too many came from there, or of that address, within a short time.
        """
        form = checked_form(form)
        with self._work() as work:
            records = work.records
            if form.submission is not None:
                given = fingerprint(form.submission)
                for enquiry in records.enquiries("enquiry_by_submission", submission=given):
                    return self._receipt(work, enquiry)
            if peer:
                take(records, "enquiries from a network", network_of(peer))
                take(records, "enquiries of an address", form.contact.email)
            enquirer = self._known("enquirer", form.contact, form.language, records)
            due = self.calendar.promise_due(records.now)
            chosen = work.choose_owner(form, records.now, due)
            id_ = new_id()
            records.session.execute(
                "add_enquiry",
                id=id_,
                reference=new_reference(),
                submission=fingerprint(form.submission) if form.submission else None,
                kind=form.kind,
                state="received",
                language=form.language,
                enquirer=enquirer.id,
                owner=chosen.officer.person.id if chosen.officer else None,
                sealed=records.vault.seal(form.message),
                themes=msgspec.json.encode(form.themes).decode(),
                organisations=msgspec.json.encode(form.organisations).decode(),
                country=form.country,
                sector=form.sector,
                received=records.at,
                promise_due=stamp(due),
            )
            actor = Actor("enquirer", enquirer.id)
            reasons = [msgspec.to_builtins(reason) for reason in chosen.reasons]
            enquiry = work.happen(
                records.enquiry(id_), "received", actor, {"reasons": reasons, "place": form.place}
            )
            records.record_access(
                actor, "change", "contact, message", person=enquirer.id, enquiry=id_
            )
            for purpose in dict.fromkeys(form.agrees):
                work.agree(enquirer, purpose, form.place, enquiry)
            return self._receipt(work, enquiry)

    def _receipt(self, work: Casework, enquiry: Enquiry) -> Receipt:
        return Receipt(
            enquiry=enquiry.id,
            reference=enquiry.reference,
            status_url=work.url("status", enquiry.id, enquiry.language),
            promise_due=enquiry.promise_due,
            owner=work.name_of(enquiry.owner),
        )

    def _known(self, role: str, contact: Contact, language: Language, records: Records) -> Person:
        """Return who has exactly this contact in this role, or add them."""
        for person in records.people_called(contact.email):
            if (person.role, person.contact, person.language) == (role, contact, language):
                return person
        return records.add_person(role, language, contact)

    def status(self, token: str, language: Language | None = None) -> Status:
        """Return what an enquirer sees behind their link.

        Args:
            token: of the link.
            language: that it is said in; None for the enquirer's own.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._read_link(token, "status")
        with self._work() as work:
            enquiry = work.records.enquiry(ticket.subject)
            say, language = self._office.composer.say, language or enquiry.language
            records = work.records
            introductions = records.introductions(enquiry.id)
            names = {one.id: one.organisation_name for one in introductions}
            events = [one for one in records.events(enquiry.id) if one.name in _PUBLIC_EVENTS]
            work.records.record_access(
                Actor("enquirer", enquiry.enquirer),
                "read", "status page", person=enquiry.enquirer, enquiry=enquiry.id,
            )  # fmt: skip
            return Status(
                reference=enquiry.reference,
                kind=say("kinds", enquiry.kind, language),
                state=enquiry.state,
                state_text=say("states", enquiry.state, language),
                language=language,
                message=enquiry.message,
                received=enquiry.received,
                promise_due=enquiry.promise_due,
                answered=enquiry.answered,
                owner=work.name_of(enquiry.owner),
                steps=tuple(
                    Step(
                        event.at,
                        event.name,
                        say("events", event.name, language),
                        names.get(event.introduction or "", ""),
                        str((event.details or {}).get("text", ""))
                        if event.name in _ENQUIRERS_WORDS
                        else "",
                    )
                    for event in events
                ),
                introductions=tuple(
                    (one.organisation_name, one.state, say("introductions", one.state, language))
                    for one in introductions
                ),
                consents=tuple(
                    (one.purpose, one.wording, one.is_standing)
                    for one in work.records.consents(enquiry.enquirer)
                ),
                meetings=tuple(
                    AgreedMeeting(names.get(event.introduction or "", ""), _times(event))
                    for event in events
                    if event.name == "agreed"
                ),
                outcome=enquiry.outcome,
                organisations=enquiry.organisations,
                is_erased=enquiry.erased is not None,
            )

    def calendar_file(self, token: str) -> str:
        """Return the proposed times of an enquiry's meetings as an iCalendar file.

        Raises:
            LinkRefusedError: the link is not a good one.
            NotFoundError: no time was proposed.
        """
        ticket = self._read_link(token, "status")
        composer = self._office.composer
        with self._work() as work:
            records = work.records
            enquiry = records.enquiry(ticket.subject)
            names = {one.id: one.organisation_name for one in records.introductions(enquiry.id)}
            last = [event for event in records.events(enquiry.id) if event.name == "agreed"][-1:]
            times = [pair for event in last for pair in _times(event)]
            if not times:
                raise NotFoundError(message("No time has been proposed for this enquiry."))
            of = last[0].introduction or enquiry.id
            records.record_access(
                Actor("enquirer", enquiry.enquirer), "read", "proposed times",
                person=enquiry.enquirer, enquiry=enquiry.id,
            )  # fmt: skip
            return proposed_times(
                times,
                summary=f"{composer.office} · {names.get(of, enquiry.reference)}",
                uid=f"{of}@{composer.sender.rpartition('@')[2]}",
                zone=composer.zone,
                now=records.now,
            )

    def write(self, token: str, text: str) -> Enquiry:
        """Add what an enquirer writes on their status page.

        Raises:
            LinkRefusedError: the link is not a good one.
            DeskError: the text is empty or too long.
        """
        text = checked_text(text, "message")
        return self._by_enquirer(token, "wrote", {"text": text})

    def withdraw(self, token: str) -> Enquiry:
        """Take an enquiry back, as the enquirer, by the link of the status page.

        Raises:
            LinkRefusedError: the link is not a good one.
            TransitionError: it is closed already.
        """
        return self._by_enquirer(token, "withdrawn", {}, outcome="withdrawn")

    def _by_enquirer(
        self, token: str, event: str, details: dict[str, object], outcome: Outcome | None = None
    ) -> Enquiry:
        ticket = self._read_link(token, "status")
        with self._work() as work:
            enquiry = work.records.enquiry(ticket.subject)
            if event == "wrote":
                take(work.records, "messages", enquiry.id)
            actor = Actor("enquirer", enquiry.enquirer)
            return work.happen(enquiry, event, actor, details, outcome=outcome)

    def outcome_question(self, token: str) -> OutcomeQuestion:
        """Return what an enquirer is asked about the outcome; reading changes nothing.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._read_link(token, "outcome")
        with self._work() as work:
            enquiry = work.records.enquiry(ticket.subject)
            work.records.record_access(
                Actor("enquirer", enquiry.enquirer),
                "read", "names of counterparts", person=enquiry.enquirer, enquiry=enquiry.id,
            )  # fmt: skip
            return OutcomeQuestion(
                reference=enquiry.reference,
                organisations=tuple(
                    one.organisation_name
                    for one in work.records.introductions(enquiry.id)
                    if one.state == "accepted"
                ),
                is_open=enquiry.state in ("introducing", "meeting")
                and not self._is_link_used(work.records, token),
            )

    def tell_outcome(self, token: str, text: str) -> Enquiry:
        """Keep what an enquirer tells of the outcome; their link works once.

        Raises:
            LinkRefusedError: the link is not a good one, or was used.
            DeskError: the text is empty or too long.
        """
        text = checked_text(text, "message")
        ticket = self._read_link(token, "outcome")
        with self._work() as work:
            enquiry = work.records.enquiry(ticket.subject)
            self._use_link(work.records, token, ticket)
            actor = Actor("enquirer", enquiry.enquirer)
            return work.happen(enquiry, "outcome-told", actor, {"text": text})

    # -- counterparts --------------------------------------------------------------------------

    def question(self, token: str) -> Question:
        """Return what a counterpart is asked, by the link in their mail; reading changes nothing.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._read_link(token, "answer")
        with self._work() as work:
            introduction = work.records.introduction(ticket.subject)
            enquiry = work.records.enquiry(introduction.enquiry)
            counterpart = work.records.person(introduction.counterpart)
            work.records.record_access(
                Actor("counterpart", counterpart.id),
                "read", "question", person=enquiry.enquirer, enquiry=enquiry.id,
            )  # fmt: skip
            is_used = self._is_link_used(work.records, token)
            return Question(
                introduction=introduction,
                enquirer=work.describe_enquirer(enquiry, counterpart),
                question=work.question_of(introduction),
                office=self._office.composer.office,
                language=counterpart.language,
                is_open=enquiry.state != "closed"
                and introduction.state in ("asked", "reminded", "silent")
                and not is_used,
            )

    def answer_question(self, token: str, answer: Answer, text: str = "") -> Introduction:
        """Keep a counterpart's answer; their link works once.

        Args:
            token: of the link in their mail.
            answer: accepted, referred or declined.
            text: what they add; whom to ask instead, for a referral.

        Raises:
            LinkRefusedError: the link is not a good one, or was used.
            TransitionError: the enquiry is closed, or they have answered.
            DeskError: a referral names nobody.
        """
        if answer not in ANSWERS:
            raise DeskError(
                message("There is no such answer. Choose one of: %(choices)s."),
                choices=", ".join(ANSWERS),
            )
        noun = "name of whom to ask" if answer == "referred" else "message"
        text = checked_text(text, noun, is_needed=answer == "referred")
        ticket = self._read_link(token, "answer")
        with self._work() as work:
            introduction = work.records.introduction(ticket.subject)
            enquiry = work.records.enquiry(introduction.enquiry)
            if work.records.person(introduction.counterpart).contact is None:
                raise LinkRefusedError(message("Your data has been erased, and this link with it."))
            self._use_link(work.records, token, ticket)
            actor = Actor("counterpart", introduction.counterpart)
            details = {"text": text} if text else {}
            work.happen(enquiry, f"counterpart-{answer}", actor, details, introduction=introduction)
            return work.records.introduction(introduction.id)

    # -- consent -------------------------------------------------------------------------------

    def wording(self, purpose: ConsentPurpose, language: Language) -> str:
        """Return exactly what somebody is asked to agree to."""
        return consent_forms()[purpose].wording[language].format(self._office.follow_ups)

    def consent_behind(self, token: str, purpose: Literal["confirm", "withdraw"]) -> Consent:
        """Return what a link confirms or takes back; reading changes nothing.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._read_link(token, purpose)
        with self._database.reading() as session:
            return Records(session, self._vault, self._now()).consent(ticket.subject)

    def confirm_consent(self, token: str) -> Consent:
        """Confirm what was agreed to, by the link in the mail that asked; it works once.

        Raises:
            LinkRefusedError: the link is not a good one, or was used.
            ConsentError: it was withdrawn, or lapsed.
        """
        ticket = self._read_link(token, "confirm")
        with self._work() as work:
            self._use_link(work.records, token, ticket)
            done = work.records.session.execute(
                "confirm_consent", id=ticket.subject, at=work.records.at
            )
            consent = work.records.consent(ticket.subject)
            if not done:
                raise ConsentError(
                    message("This was withdrawn, or lapsed. Agree again on the form.")
                )
            self._note_consent(work, consent, "confirm")
            return consent

    def withdraw_consent(self, token: str) -> Consent:
        """Take back what was agreed to, in one click; doing so twice is the same as once.

        Every standing consent of the same address to the same purpose goes with it.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._read_link(token, "withdraw")
        with self._work() as work:
            consent = work.records.consent(ticket.subject)
            self._withdraw_all(work, work.records.person(consent.person), consent.purpose)
            return work.records.consent(consent.id)

    def withdraw_agreement(self, token: str, purpose: ConsentPurpose) -> None:
        """Take back what was agreed to, on the status page.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._read_link(token, "status")
        with self._work() as work:
            enquiry = work.records.enquiry(ticket.subject)
            self._withdraw_all(work, work.records.person(enquiry.enquirer), purpose)

    def _withdraw_all(self, work: Casework, person: Person, purpose: ConsentPurpose) -> None:
        records = work.records
        for one in self._all_of(records, person):
            for other in records.consents(one.id):
                if other.purpose == purpose and other.withdrawn is None:
                    records.session.execute("withdraw_consent", id=other.id, at=records.at)
                    self._note_consent(work, other, "withdraw")

    def _note_consent(self, work: Casework, consent: Consent, action: str) -> None:
        actor = Actor("enquirer", consent.person)
        work.records.record_access(
            actor, action, f"consent to {consent.purpose}", person=consent.person,
            enquiry=consent.enquiry,
        )  # fmt: skip

    def follow_up(self, person: str, title: str, text: str, *, by: Actor) -> Mail:
        """Send a follow-up to somebody who agreed to such mails and has not had them all.

        The mail is counted when it is sent; a sending that is not allowed any more refuses itself.

        Raises:
            ConsentError: they did not agree, took it back, or have had all they agreed to.
            DeskError: the title or the text is missing or too long.
        """
        title, text = checked_line(title, "title"), checked_text(text, "message")
        if not title:
            raise DeskError(
                message("The title is empty. Say in a few words what the mail is about.")
            )
        with self._work() as work:
            self._officer(work, by)
            records = work.records
            reader = records.person(person)
            standing = [
                one
                for one in records.consents(person)
                if one.purpose == "follow-up" and one.is_standing and one.allowed
            ]
            if not standing or reader.contact is None:
                raise ConsentError(
                    message("They have not agreed to follow-up mails, or took it back.")
                )
            consent = standing[-1]
            waiting = [
                mail
                for mail in records.mails("mails_of_person", person=person)
                if mail.consent == consent.id
                and mail.handed is None
                and mail.state in ("waiting", "sending")
            ]
            number, allowed = consent.sent + len(waiting) + 1, consent.allowed or 0
            if number > allowed:
                raise ConsentError(
                    message("They agreed to %(allowed)s follow-up mails and have had them."),
                    allowed=allowed,
                )
            enquiry = records.enquiry(consent.enquiry) if consent.enquiry else None
            url = self._office.signer.url("withdraw", consent.id, records.now)
            values: dict[str, object] = {
                "title": title,
                "message": text,
                "number": number,
                "allowed": allowed,
                "agreed": self._office.composer.say_moment(consent.given, reader.language),
                "withdraw_url": url,
                "reference": "",
            }
            work.write_about(
                "follow-up", reader, values, enquiry=enquiry, consent=consent, withdraw_url=url
            )
            records.record_access(by, "read", "address", person=person, enquiry=consent.enquiry)
            return records.mails("mails_of_person", person=person)[-1]

    # -- officers ------------------------------------------------------------------------------

    def assign(self, enquiry: str, officer: str, *, by: Actor) -> Enquiry:
        """Give an enquiry to a colleague.

        Raises:
            TransitionError: the enquiry is closed, or `by` is nobody of the team.
            NotFoundError: there is no such enquiry or officer.
        """
        with self._work() as work:
            self._officer(work, by)
            if not work.records.officer(officer).is_active:
                raise DeskError(
                    message("This officer does not work here any more. Choose another.")
                )
            found = work.records.enquiry(enquiry)
            return work.hand_over(found, officer, (Reason("chosen"),), by)

    def answer(self, enquiry: str, text: str, *, by: Actor) -> Enquiry:
        """Answer the enquirer; the first answer keeps the promise.

        Raises:
            TransitionError: the enquiry is closed, or `by` is nobody of the team.
        """
        return self._by_officer(enquiry, "answered", by, text)

    def ask_back(self, enquiry: str, text: str, *, by: Actor) -> Enquiry:
        """Ask the enquirer something and wait for the reply.

        Raises:
            TransitionError: the enquiry's state does not allow it, or `by` is nobody of the team.
        """
        return self._by_officer(enquiry, "asked-back", by, text)

    def note(self, enquiry: str, text: str, *, by: Actor) -> Enquiry:
        """Keep a note that only the team sees."""
        return self._by_officer(enquiry, "noted", by, text)

    def close_enquiry(
        self, enquiry: str, outcome: Outcome, text: str = "", *, by: Actor
    ) -> Enquiry:
        """End an enquiry with its outcome.

        Raises:
            DeskError: there is no such outcome.
            TransitionError: it is closed already, or `by` is nobody of the team.
        """
        if outcome not in OUTCOMES:
            raise DeskError(
                message("There is no such outcome. Choose one of: %(choices)s."),
                choices=", ".join(OUTCOMES),
            )
        return self._by_officer(enquiry, "closed", by, text, is_needed=False, outcome=outcome)

    def reopen(self, enquiry: str, text: str = "", *, by: Actor) -> Enquiry:
        """Open an enquiry again that was closed too early.

        Raises:
            TransitionError: it is not closed, or `by` is nobody of the team.
        """
        return self._by_officer(enquiry, "reopened", by, text, is_needed=False)

    def ask_counterparts(
        self, enquiry: str, asked: Sequence[Asked], *, by: Actor
    ) -> list[Introduction]:
        """Ask counterparts whether they want to meet the enquirer.

        Raises:
            TransitionError: the enquiry is closed, or `by` is nobody of the team.
            DeskError: a contact cannot be used.
        """
        with self._work() as work:
            self._officer(work, by)
            records, made = work.records, []
            for one in asked:
                question = checked_text(one.question, "question")
                note = checked_text(one.note, "note", is_needed=False)
                name = checked_line(one.organisation_name, "organisation")
                if not name:
                    raise DeskError(
                        message("The organisation's name is missing. Say who is asked.")
                    )
                counterpart = self._known(
                    "counterpart", checked_contact(one.contact), one.language, records
                )
                id_ = new_id()
                records.session.execute(
                    "add_introduction",
                    id=id_,
                    enquiry=enquiry,
                    organisation=one.organisation,
                    organisation_name=name,
                    counterpart=counterpart.id,
                    state="asked",
                    asked=records.at,
                    referred_by=one.referred_by,
                )
                introduction = records.introduction(id_)
                details = {"question": question, "note": note}
                found = records.enquiry(enquiry)
                work.happen(found, "counterpart-asked", by, details, introduction=introduction)
                records.record_access(
                    by, "change", "counterpart's contact", person=counterpart.id, enquiry=enquiry
                )
                made.append(introduction)
            return made

    def remind_counterpart(self, introduction: str, *, by: Actor) -> Introduction:
        """Ask a counterpart again, before the clock does.

        Raises:
            TransitionError: they have been reminded or have answered.
        """
        with self._work() as work:
            self._officer(work, by)
            found = work.records.introduction(introduction)
            enquiry = work.records.enquiry(found.enquiry)
            work.happen(enquiry, "counterpart-reminded", by, introduction=found)
            return work.records.introduction(introduction)

    def introduce(
        self,
        introduction: str,
        times: Sequence[tuple[datetime.datetime, datetime.datetime]] = (),
        note: str = "",
        *,
        by: Actor,
    ) -> Enquiry:
        """Write to both sides at once, with cards and proposed times: both have agreed to meet.

        Args:
            introduction: that the counterpart accepted.
            times: beginning and end of each proposed time, aware.
            note: to both; may be empty.
            by: who introduces them.

        Raises:
            ConsentError: the enquirer has not agreed to be named.
            TransitionError: the counterpart has not accepted.
        """
        details = {"times": timed(times), "note": checked_text(note, "note", is_needed=False)}
        with self._work() as work:
            self._officer(work, by)
            found = work.records.introduction(introduction)
            enquiry = work.records.enquiry(found.enquiry)
            if not work.may_name(enquiry):
                raise ConsentError(
                    message(
                        "The enquirer has not agreed that counterparts learn who asks. "
                        "Ask for that first."
                    )
                )
            return work.happen(enquiry, "agreed", by, details, introduction=found)

    def ask_outcome(self, enquiry: str, *, by: Actor) -> Enquiry:
        """Ask the enquirer how it went, before the clock does."""
        with self._work() as work:
            self._officer(work, by)
            return work.happen(work.records.enquiry(enquiry), "outcome-asked", by)

    def agree(self, token: str, purpose: ConsentPurpose, place: str) -> Consent:
        """Keep what an enquirer agrees to later, on their status page.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._read_link(token, "status")
        with self._work() as work:
            enquiry = work.records.enquiry(ticket.subject)
            person = work.records.person(enquiry.enquirer)
            if person.contact is None:
                raise ConsentError(message("The data of this enquiry has been erased."))
            take(work.records, "messages", enquiry.id)
            for known in work.records.consents(person.id):
                if known.purpose == purpose and known.withdrawn is None:
                    return known
            return work.agree(person, purpose, checked_line(place, "place"), enquiry)

    def _by_officer(
        self,
        enquiry: str,
        event: str,
        by: Actor,
        text: str,
        *,
        is_needed: bool = True,
        outcome: Outcome | None = None,
    ) -> Enquiry:
        text = checked_text(text, "message", is_needed=is_needed)
        with self._work() as work:
            self._officer(work, by)
            found = work.records.enquiry(enquiry)
            details = {"text": text} if text else {}
            return work.happen(found, event, by, details, outcome=outcome)

    def _officer(
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

    def _head(self, work: Casework, by: Actor, roles: Sequence[Role] = ("head",)) -> Officer | None:
        """See that somebody may do what only a head of the office, or who is named, may.

        Raises:
            TransitionError: they may not.
        """
        if by.role not in (*roles, "system"):
            raise TransitionError(
                message("Only a head of the office may do this. Ask one of them.")
            )
        return self._officer(work, by, roles)

    # -- reading -------------------------------------------------------------------------------

    def inbox(self, *, by: Actor, owner: str = "") -> list[Enquiry]:
        """Return what is open, the most urgent first: somebody's, or everybody's.

        Raises:
            TransitionError: `by` is nobody of the team.
        """
        with self._work() as work:
            self._officer(work, by)
            work.records.record_access(by, "read", "inbox", person=None, enquiry=None)
            return list(work.records.open_enquiries(owner))

    def case(self, enquiry: str, *, by: Actor) -> Case:
        """Return everything about an enquiry.

        Raises:
            NotFoundError: there is none of that identifier.
            TransitionError: `by` is nobody of the team.
        """
        with self._work() as work:
            self._officer(work, by)
            records = work.records
            found = records.enquiry(enquiry)
            records.record_access(by, "read", "case", person=found.enquirer, enquiry=found.id)
            return Case(
                enquiry=found,
                enquirer=records.person(found.enquirer),
                owner=records.officer(found.owner) if found.owner else None,
                introductions=tuple(
                    (one, records.person(one.counterpart))
                    for one in records.introductions(found.id)
                ),
                events=tuple(records.events(found.id)),
                clocks=tuple(records.clocks(found.id)),
                mails=tuple(records.mails("mails_of_enquiry", enquiry=found.id)),
                consents=tuple(records.consents(found.enquirer)),
            )

    def received_since(self, since: datetime.datetime, most: int = 1000) -> list[Enquiry]:
        """Return what arrived after a moment, oldest first, for what is not personal in it."""
        with self._database.reading() as session:
            records = Records(session, self._vault, self._now())
            return list(records.enquiries("enquiries_since", since=stamp(since), most=most))

    def find_reference(self, reference: str, *, by: Actor) -> Enquiry | None:
        """Return the enquiry that a reference such as 7K3Q-2MXW stands for, or None."""
        with self._work() as work:
            self._officer(work, by)
            given = reference.strip().upper()
            for enquiry in work.records.enquiries("enquiry_by_reference", reference=given):
                work.records.record_access(
                    by, "read", "enquiry", person=enquiry.enquirer, enquiry=enquiry.id
                )
                return enquiry
            return None

    def statistics(self, since: datetime.datetime) -> list[dict[str, Any]]:
        """Return one row an enquiry, without anything personal; erased ones are among them."""
        names = (
            "kind", "language", "country", "sector", "state", "outcome", "received", "promise_due",
            "answered", "closed",
        )  # fmt: skip
        with self._database.reading() as session:
            rows = session.select("statistics", since=stamp(since))
            return [dict(zip(names, row, strict=True)) for row in rows]

    def mail_counts(self) -> dict[str, tuple[int, int]]:
        """Return how many mails are in each state, and how many repeats there were among them."""
        with self._database.reading() as session:
            rows = session.select("mail_counts")
            return {state: (int(count), int(repeats or 0)) for state, count, repeats in rows}

    # -- the team's own view -------------------------------------------------------------------

    def board(
        self, wanted: Wanted | None = None, *, by: Actor, first: int = 0, most: int = 50
    ) -> Board:
        """Return what waits for whom, the most urgent first, one page of it.

        Args:
            wanted: which enquiries; None for all that are open.
            by: who looks.
            first: how many to leave out at the beginning.
            most: how many lines to return at most.

        Raises:
            TransitionError: `by` is nobody of the team.
        """
        with self._work() as work:
            self._officer(work, by)
            work.records.record_access(by, "read", "inbox", person=None, enquiry=None)
            return read_board(work.records, wanted or Wanted(), first, most)

    @contextmanager
    def at_once(self, enquiry: str = "", seen: int | None = None) -> Iterator[Desk]:
        """Give a desk whose acts are one transaction: all of them are kept, or none.

        Args:
            enquiry: identifier of the enquiry that they are about.
            seen: the number of the last event that whoever acts has read; None asks nothing.

        Raises:
            OvertakenError: something has happened to the enquiry since.
        """
        with self._work() as work:
            if seen is not None:
                events = work.records.events(enquiry)
                if events and events[-1].number > seen:
                    raise OvertakenError(
                        message(
                            "Something has happened to this enquiry since you opened it. Read what,"
                            " then send again if it still fits."
                        )
                    )
            desk = copy.copy(self)
            desk._session = work.records.session
            yield desk

    def rehearse(self, enquiry: str, act: Callable[[Desk], object]) -> list[Draft]:
        """Return the mails that an act would send about an enquiry; nothing of it is kept.

        Raises:
            DeskError: the act would be refused, for the same reason.
        """
        drafts: dict[str, Draft] = {}
        try:
            with self.at_once() as desk, desk._work() as work:
                before = {
                    mail.id for mail in work.records.mails("mails_of_enquiry", enquiry=enquiry)
                }
                act(desk)
                for mail in work.records.mails("mails_of_enquiry", enquiry=enquiry):
                    if mail.id not in before and mail.message is not None:
                        drafts[mail.message_id] = read_draft(mail.kind, mail.message)
                raise _UndoneError
        except _UndoneError:
            return list(drafts.values())

    def candidates(self, enquiry: str, *, by: Actor) -> tuple[Assignment, ...]:
        """Return everybody who could answer an enquiry, the most suitable first, each with why."""
        with self._work() as work:
            self._officer(work, by)
            found = work.records.enquiry(enquiry)
            due = max(found.promise_due, work.records.now)
            local = self.calendar.local
            return rank(
                work.records.officers(),
                kind=found.kind,
                language=found.language,
                themes=found.themes,
                first=local(work.records.now).date(),
                last=local(due).date(),
            )

    def asked_before(self, organisation: str, *, by: Actor) -> list[Person]:
        """Return who was asked for an organisation of the landscape before, the last first."""
        with self._work() as work:
            self._officer(work, by)
            records, found = work.records, []
            if not organisation:
                return []
            for row in records.session.select("counterparts_of", organisation=organisation):
                person = records.person(row[0])
                if person.contact is not None:
                    found.append(person)
                    records.record_access(by, "read", "contact", person=person.id, enquiry=None)
            return found

    def meetings(self, since: datetime.datetime, *, by: Actor) -> list[Meeting]:
        """Return the meetings of everybody who was introduced since a moment."""
        with self._work() as work:
            self._officer(work, by)
            work.records.record_access(by, "read", "meetings", person=None, enquiry=None)
            return read_meetings(work.records, stamp(since))

    def report(self, since: datetime.datetime, until: datetime.datetime) -> Report:
        """Return how the desk did with what arrived in a period; nothing personal is in it."""
        with self._database.reading() as session:
            now = self._now()
            rows = read_rows(Records(session, self._vault, now), since, until)
        return report(rows, since, until, calendar=self.calendar, now=now)

    def replies(self) -> list[Reply]:
        """Return the templates of answers as they are now, by name and language."""
        with self._database.reading() as session:
            return read_replies(Records(session, self._vault, self._now()))

    def reply_versions(self, name: str) -> list[Reply]:
        """Return all versions of a template, the newest first."""
        with self._database.reading() as session:
            return read_versions(Records(session, self._vault, self._now()), name)

    def keep_reply(self, reply: Reply, *, by: Actor) -> None:
        """Keep a new version of a template.

        Raises:
            TransitionError: `by` is nobody of the team.
            DeskError: a part of it cannot be used.
        """
        checked = checked_reply(reply)
        with self._work() as work:
            self._officer(work, by)
            work.records.session.execute(
                "add_reply",
                name=checked.name,
                language=checked.language,
                title=checked.title,
                kind=checked.kind,
                text=checked.text,
                is_retired=int(checked.is_retired),
                at=work.records.at,
                officer=by.person,
            )

    def word(self, section: str, key: str, language: str) -> str:
        """Return a word of ``mails/words.yaml``, such as a reason or a state."""
        return self._office.composer.say(section, key, language)

    def say_moment(self, moment: datetime.datetime, language: Language) -> str:
        """Return a moment in words, on the office's clock, as mails say it."""
        return self._office.composer.say_moment(moment, language)

    def weekdays(self, language: Language) -> list[str]:
        """Return what the days of the week are called, Monday first."""
        return self._office.composer.weekdays(language)

    @property
    def office_name(self) -> str:
        """What the office is called."""
        return self._office.composer.office

    # -- the team ------------------------------------------------------------------------------

    def add_officer(
        self,
        contact: Contact,
        languages: Sequence[Language],
        *,
        themes: Iterable[str] = (),
        kinds: Iterable[Kind] = (),
        capacity: int = 20,
        role: OfficeRole = "officer",
        by: Actor = SYSTEM,
    ) -> Officer:
        """Add somebody to the team.

        Raises:
            TransitionError: `by` is no head.
            DeskError: the contact cannot be used, or the address is in the team already.
        """
        contact = checked_contact(contact)
        if not languages or not 1 <= capacity <= 10_000:
            raise DeskError(
                message("An officer speaks a language, and can take one enquiry or more.")
            )
        with self._work() as work:
            self._head(work, by, _TEAM_ROLES)
            _see_that_role_may_be_given(by, role, None)
            records = work.records
            if any(one.role == "officer" for one in records.people_called(contact.email)):
                raise DeskError(message("Somebody with this address is in the team already."))
            person = records.add_person("officer", languages[0], contact)
            records.session.execute(
                "add_officer",
                person=person.id,
                languages=_list(languages),
                themes=_list(themes),
                kinds=_list(kinds),
                away=_list(()),
                capacity=capacity,
                role=role,
            )
            records.record_access(by, "change", "officer's contact", person=person.id, enquiry=None)
            return records.officer(person.id)

    def officers(self, *, by: Actor = SYSTEM) -> list[Officer]:
        """Return the team, in the order in which they joined.

        Raises:
            TransitionError: `by` is nobody of the team.
        """
        with self._work() as work:
            self._officer(work, by, OFFICE_ROLES)
            work.records.record_access(by, "read", "team", person=None, enquiry=None)
            return work.records.officers()

    def invite(self, person: str, *, by: Actor) -> None:
        """Write to somebody of the team that they may choose a password.

        The link goes to them alone: whoever invites could otherwise come in as them.

        Raises:
            TransitionError: `by` may not.
            NotFoundError: nobody in the team has that identifier.
            DeskError: they have left.
        """
        self._look_after(person, "invitation", by)
        self.accounts.invite(person)

    def reset_second_factor(self, person: str, *, by: Actor) -> None:
        """Forget somebody's second factor, such as a lost telephone, and sign them out.

        Raises:
            TransitionError: `by` may not.
            NotFoundError: nobody in the team has that identifier.
            DeskError: they have left.
        """
        self._look_after(person, "second factor", by)
        self.accounts.drop_second_factor(person)

    def _look_after(self, person: str, what: str, by: Actor) -> None:
        """See that `by` may change somebody's account, and note that they do."""
        with self._work() as work:
            self._head(work, by, _TEAM_ROLES)
            officer = work.records.officer(person)
            _see_that_role_may_be_given(by, officer.role, None)
            if not officer.is_active:
                raise DeskError(message("They have left the team. Let them come back first."))
            work.records.record_access(by, "change", what, person=person, enquiry=None)

    def change_officer(self, person: str, *, by: Actor = SYSTEM, **changes: Any) -> Officer:
        """Change a line of the team directory.

        What can be changed is languages, themes, kinds, capacity, role, is_active and away,
        each as in `Officer`.

        Open enquiries of somebody who leaves go to colleagues. Officers say themselves when they
        are away; all else is for heads.

        Raises:
            TransitionError: `by` may not.
            NotFoundError: nobody in the team has that identifier.
            DeskError: a change makes no sense.
            TypeError: an officer has nothing of that name.
        """
        known = {"languages", "themes", "kinds", "capacity", "role", "is_active", "away"}
        if set(changes) - known:
            raise TypeError(f"Of an officer one can change {', '.join(sorted(known))}.")
        with self._work() as work:
            if by.person == person and set(changes) <= {"away"}:
                self._officer(work, by, OFFICE_ROLES)
            else:
                self._head(work, by, _TEAM_ROLES)
            records = work.records
            records.record_access(by, "change", "team", person=person, enquiry=None)
            before = records.officer(person)
            officer = msgspec.structs.replace(before, **changes)
            if "role" in changes or "is_active" in changes:
                _see_that_role_may_be_given(by, officer.role, before.role)
                self._see_that_one_is_left(work, officer, before, by)
            if officer.role not in OFFICE_ROLES:
                raise DeskError(
                    message("Somebody of the team is one of these: %(choices)s. Choose one."),
                    choices=", ".join(OFFICE_ROLES),
                )
            if any(first > last for first, last in officer.away) or officer.capacity < 1:
                raise DeskError(
                    message("A range of days ends before it begins, or nothing can be taken.")
                )
            records.session.execute(
                "set_officer",
                person=person,
                languages=_list(officer.languages),
                themes=_list(officer.themes),
                kinds=_list(officer.kinds),
                away=_list(officer.away),
                capacity=officer.capacity,
                role=officer.role,
                is_active=int(officer.is_active),
            )
            if not officer.is_answering:
                for enquiry in list(records.open_enquiries(person)):
                    due = max(enquiry.promise_due, records.now)
                    chosen = work.choose_owner(enquiry, records.now, due)
                    if chosen.officer is not None:
                        heir = chosen.officer.person.id
                        work.hand_over(enquiry, heir, chosen.reasons, SYSTEM)
            if not officer.is_active:
                records.session.execute("end_sessions_of", person=person, but="")
            return records.officer(person)

    def _see_that_one_is_left(
        self, work: Casework, officer: Officer, before: Officer, by: Actor
    ) -> None:
        """See that the last administrator stays one, so that somebody can look after accounts.

        Raises:
            DeskError: they would not.
        """
        if before.role != "admin" or (officer.role == "admin" and officer.is_active):
            return
        others = (one for one in work.records.officers() if one.person.id != officer.person.id)
        if by != SYSTEM and not any(one.role == "admin" and one.is_active for one in others):
            raise DeskError(
                message("They are the only administrator. Make somebody else one first.")
            )

    # -- people's rights -----------------------------------------------------------------------

    def known(self, person: str, *, by: Actor) -> Known:
        """Return what the desk knows of somebody, in short; what `export` gives in full.

        Raises:
            TransitionError: `by` is no head.
            NotFoundError: nobody has that identifier.
        """
        with self._work() as work:
            self._head(work, by)
            records = work.records
            everybody = self._all_of(records, records.person(person))
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
        with self._work() as work:
            self._officer(work, by)
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
        with self._work() as work:
            self._head(work, by)
            return self._export(work, person, by)

    def _export(self, work: Casework, person: str, by: Actor) -> dict[str, Any]:
        records = work.records
        everybody = self._all_of(records, records.person(person))
        found: dict[str, list[Any]] = {
            name: []
            for name in ("people", "enquiries", "introductions", "consents", "mails", "access")
        }
        for one in everybody:
            found["people"].append(one)
            for enquiry in records.enquiries("enquiries_of", person=one.id):
                events = records.events(enquiry.id)
                found["enquiries"].append({"enquiry": enquiry, "events": events})
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
        with self._work() as work:
            self._head(work, by)
            return self._erase(work, person, by)

    def _erase(self, work: Casework, person: str, by: Actor) -> int:
        everybody = self._all_of(work.records, work.records.person(person))
        for one in everybody:
            self._erase_person(work, one, by)
        return len(everybody)

    def send_own_data_link(self, token: str) -> None:
        """Write to an enquirer how they see or erase what is kept about them.

        The link of the status page is not enough for that: who made the enquiry may have given an
        address that is not theirs, and would then see what else is kept about it.

        Raises:
            LinkRefusedError: the link is not a good one.
            TooOftenError: they have been written to a moment ago.
            DeskError: their data has been erased.
        """
        ticket = self._read_link(token, "status")
        with self._work() as work:
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
        ticket = self._read_link(token, "data")
        with self._database.reading() as session:
            return Records(session, self._vault, self._now()).person(ticket.subject).erased is None

    def export_own(self, token: str) -> dict[str, Any]:
        """Return everything that is kept about somebody, to them, by the link in their mail.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._read_link(token, "data")
        with self._work() as work:
            return self._export(work, ticket.subject, Actor("enquirer", ticket.subject))

    def erase_own(self, token: str) -> int:
        """Forget somebody, as `erase` does, because they ask by the link in their mail.

        Raises:
            LinkRefusedError: the link is not a good one.
            DeskError: they work here.
        """
        ticket = self._read_link(token, "data")
        with self._work() as work:
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
            records.stop_clocks(
                introduction.enquiry, ("counterpart-quiet", "counterpart-silent"), introduction.id
            )
        records.session.execute("erase_mails_of_person", person=person.id)
        records.session.execute("end_sessions_of", person=person.id, but="")
        records.session.execute("drop_account", person=person.id)
        records.session.execute("withdraw_consents_of", person=person.id, at=records.at)
        records.session.execute("erase_person", id=person.id, at=records.at)
        records.record_access(by, "erase", "everything", person=person.id, enquiry=None)

    def _erase_enquiry(self, records: Records, enquiry: str, by: Actor) -> None:
        records.session.execute("erase_mails_of_enquiry", enquiry=enquiry)
        records.session.execute("erase_events", enquiry=enquiry)
        records.session.execute("erase_enquiry", id=enquiry, at=records.at)
        records.record_access(by, "erase", "message, events", person=None, enquiry=enquiry)

    def _all_of(self, records: Records, person: Person) -> list[Person]:
        """Return every row of the somebody that a row stands for."""
        if person.contact is None:
            return [person]
        return records.people_called(person.contact.email)

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
        with self._work() as work:
            self._officer(work, by, MAY["audit"])
            records, select = work.records, work.records.session.select
            people = self._all_of(records, records.person(person)) if person else []
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
        with self._work() as work:
            self._officer(work, by, MAY["audit"])
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
        with self._database.reading() as session:
            records = Records(session, self._vault, self._now())
            return self._accesses(records, person=person, enquiry=enquiry)

    def _accesses(self, records: Records, *, person: str = "", enquiry: str = "") -> list[Access]:
        rows = records.session.select("accesses", person=person, enquiry=enquiry)
        names = Access.__struct_fields__
        return [msgspec.convert(dict(zip(names, row, strict=True)), Access) for row in rows]

    def sweep(self) -> Sweep:
        """Erase what has been kept for as long as the settings say, now."""
        with self._work() as work:
            return self._sweep(work)

    def _sweep(self, work: Casework) -> Sweep:
        kept, records = self._settings, work.records

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

    def reseal(self) -> int:
        """Seal everything with the newest key, so that older ones can be thrown away.

        Returns:
            How many pieces of data were sealed anew.
        """
        count = self.programs.reseal() + self.accounts.reseal()
        with self._work() as work:
            session, vault = work.records.session, self._vault
            for id_, sealed in session.select("sealed_people"):
                contact = vault.open(sealed, Contact)
                digest = vault.digest(contact.email)
                session.execute("seal_person", id=id_, sealed=vault.seal(contact), digest=digest)
                count += 1
            for number, sealed in session.select("sealed_events"):
                details = vault.seal(vault.open(sealed, dict[str, object]))
                session.execute("seal_event", number=number, sealed=details)
                count += 1
            for noun, rows in (("enquiry", "sealed_enquiries"), ("mail", "sealed_mails")):
                for id_, sealed in session.select(rows):
                    again = vault.seal(vault.open(sealed, str))
                    session.execute(f"seal_{noun}", id=id_, sealed=again)
                    count += 1
        return count

    # -- what happens by itself ----------------------------------------------------------------

    def fire_due_clock(self) -> bool:
        """Let one clock that is due do what it does; False when none is."""
        with self._work() as work:
            return work.fire_due_clock()

    def sweep_daily(self) -> Sweep | None:
        """Do what `sweep` does, once a day; None when it was done today."""
        self.accounts.sweep()
        with self._work() as work:
            today = f"{self.calendar.local(work.records.now):%Y-%m-%d}"
            return self._sweep(work) if self._take_turn(work.records, "sweep", today) else None

    def _take_turn(self, records: Records, duty: str, period: str) -> bool:
        """Return whether a duty is still to be done in a period, and note that it is done now."""
        rows = records.session.select("duty", name=duty)
        if rows and rows[0][0] >= period:
            return False
        records.session.execute("forget_duty", name=duty)
        records.session.execute("record_duty", name=duty, period=period)
        return True

    def write_weekly_list(self) -> bool:
        """Write to everybody in the team what waits for whom, once a week; False when done.

        Officers get what is theirs, heads everything.
        """
        now = self._now()
        local = self.calendar.local(now)
        year, week, _ = local.isocalendar()
        if not self.calendar.is_open(now):
            return False
        with self._work() as work:
            records = work.records
            if not self._take_turn(records, "weekly list", f"{year}-W{week:02}"):
                return False
            everything = list(records.open_enquiries())
            for officer in records.officers():
                reader = officer.person
                if not officer.is_active or reader.contact is None:
                    continue
                language = reader.language
                mine = [one for one in everything if officer.is_head or one.owner == reader.id]
                lines = [self._line(work, one, language) for one in mine]
                values = {
                    "lines": lines,
                    "count": len(lines),
                    "reference": "",
                    "desk_url": self._office.signer.office(language=language),
                }
                work.write_about("weekly-list", reader, values)
        return True

    def _line(self, work: Casework, enquiry: Enquiry, language: Language) -> str:
        """Return an enquiry on one line, for lists."""
        composer = self._office.composer
        parts = [
            enquiry.reference,
            composer.say("kinds", enquiry.kind, language),
            composer.say("states", enquiry.state, language),
            work.name_of(enquiry.owner) or composer.say("people", "nobody", language),
        ]
        if enquiry.answered is None:
            due = composer.say_moment(enquiry.promise_due, language)
            parts.append(f"{composer.say('people', 'due', language)} {due}")
        return " · ".join(parts)

    # -- the outbox ----------------------------------------------------------------------------

    def claim_mail(self, holder: str, lease_s: float) -> Mail | None:
        """Take the mail that waits longest, for so long that nobody else takes it.

        One whose last sender died is taken again when its lease is over, and counted as a repeat
        if a server had begun to take it.

        Args:
            holder: who takes it.
            lease_s: for how many seconds.
        """
        with self._work() as work:
            records = work.records
            while rows := records.session.select("mail_to_claim", now=records.at):
                lease = records.now + datetime.timedelta(seconds=lease_s)
                records.session.execute(
                    "claim_mail", id=rows[0][0], holder=holder, lease=stamp(lease)
                )
                mail = records.mail(rows[0][0])
                if mail.message is not None:
                    return mail
                self._settle(work, mail, holder, "cancelled")  # erased since it was written
            return None

    def address_of(self, mail: Mail) -> str | None:
        """Return where a mail goes; None when its reader has been erased."""
        with self._database.reading() as session:
            contact = Records(session, self._vault, self._now()).person(mail.person).contact
            return contact.email if contact else None

    def begin_handing(self, mail: Mail, holder: str, lease_s: float) -> bool:
        """Note that a server is about to take a mail; False when it must not be sent any more.

        From here on nobody can say, should the sender die, whether the mail arrived. A mail that
        relies on consent is counted here, and refused where nobody agrees any more.
        """
        with self._work() as work:
            records = work.records
            now = records.mail(mail.id)
            if now.message is None or now.state != "sending":
                return False
            if now.consent is not None:
                if now.handed is None:
                    if not records.session.execute("spend_consent", id=now.consent):
                        return False
                elif not records.consent(now.consent).is_standing:
                    return False
            lease = records.now + datetime.timedelta(seconds=lease_s)
            return bool(
                records.session.execute(
                    "mark_handed", id=mail.id, holder=holder, at=records.at, lease=stamp(lease)
                )
            )

    def settle_mail(self, mail: Mail, holder: str, result: Result, problem: str = "") -> None:
        """Note how sending a mail went.

        Args:
            mail: that was claimed.
            holder: who claimed it.
            result: see `Result`.
            problem: the server's three digits, or a word; never what it said.
        """
        with self._work() as work:
            self._settle(work, mail, holder, result, problem)

    def _settle(
        self, work: Casework, mail: Mail, holder: str, result: Result, problem: str = ""
    ) -> None:
        records, execute = work.records, work.records.session.execute
        if result == "sent":
            execute("mark_sent", id=mail.id, holder=holder, at=records.at)
            return
        before = records.mail(mail.id)
        state: MailState = "waiting"
        if result in ("bounced", "refused", "cancelled"):
            state = result
        elif mail.attempts >= len(RETRY_AFTER_S):
            state = "failed"
        wait_s = RETRY_AFTER_S[min(mail.attempts, len(RETRY_AFTER_S)) - 1]
        done = execute(
            "mark_unknown" if result == "unknown" else "mark_not_sent",
            id=mail.id,
            holder=holder,
            state=state,
            due=stamp(records.now + datetime.timedelta(seconds=wait_s)),
            problem=problem or None,
        )
        if not done:
            return  # the lease was over, and somebody else has it
        if result in ("bounced", "later") and before.consent and before.handed:
            execute("return_consent", id=before.consent)  # it was not taken
        if state in ("bounced", "failed"):
            self._tell_of_failure(work, mail, state)

    def _tell_of_failure(self, work: Casework, mail: Mail, problem: str) -> None:
        if mail.enquiry is None or mail.kind == "mail-failed":
            return
        details = {"reader": mail.person, "mail": mail.id, "problem": problem}
        enquiry = work.records.enquiry(mail.enquiry)
        if enquiry.erased is None:
            work.happen(enquiry, "mail-failed", SYSTEM, details)

    def take_mail(self, raw: bytes) -> Literal["bounce", "reply", "other"]:
        """Take a mail from the desk's mailbox.

        What came back is told to the owner; what an enquirer replied to one of our mails, from the
        address it went to, is added to the enquiry.

        Returns:
            What it was; leave what is "other" in the mailbox, for people to read.
        """
        incoming = read_mail(raw)
        if incoming.kind == "bounce":
            known = any(self.note_bounce(id_, incoming.address) for id_ in incoming.message_ids)
            return "bounce" if known else "other"
        if incoming.kind == "other" or len(incoming.text) > LONGEST_TEXT:
            return "other"
        with self._work() as work:
            # Whoever brings a mail may die before noting so, and bring it again.
            digest = fingerprint(f"mail {raw.hex()}")
            if work.records.session.select("is_link_used", digest=digest):
                return "reply"
            people = {one.id: one for one in work.records.people_called(incoming.address)}
            for id_ in incoming.message_ids:
                for mail in work.records.mails("mails_by_message_id", message_id=id_):
                    if mail.enquiry is None or mail.person not in people:
                        continue
                    enquiry = work.records.enquiry(mail.enquiry)
                    if enquiry.enquirer == mail.person and enquiry.erased is None:
                        text = checked_text(incoming.text, "message")
                        actor = Actor("enquirer", mail.person)
                        work.happen(enquiry, "wrote", actor, {"text": text, "by": "mail"})
                        kept = work.records.now + _REPLIES_KNOWN_FOR
                        work.records.session.execute(
                            "use_link", digest=digest, used=work.records.at, expires=stamp(kept)
                        )
                        return "reply"
        return "other"

    def note_bounce(self, message_id: str, email: str) -> bool:
        """Note that a mail came back after it was sent; False when it is not one of ours.

        Args:
            message_id: of the mail that came back, without angle brackets.
            email: whom it did not reach.
        """
        with self._work() as work:
            people = {one.id for one in work.records.people_called(email)}
            for mail in work.records.mails("mails_by_message_id", message_id=message_id):
                if mail.person in people and mail.state == "sent":
                    work.records.session.execute("mark_bounced", id=mail.id, problem="returned")
                    self._tell_of_failure(work, mail, "bounced")
                    return True
            return False

    # -- underneath ----------------------------------------------------------------------------

    @contextmanager
    def _work(self) -> Iterator[Casework]:
        """Give a transaction: all of it is kept, or nothing on any exception."""
        if self._session is not None:
            yield Casework(Records(self._session, self._vault, self._now()), self._office)
            return
        with self._database.writing() as session:
            yield Casework(Records(session, self._vault, self._now()), self._office)

    def _read_link(self, token: str, purpose: Purpose) -> Ticket:
        return self._office.signer.read(token, purpose, self._now())

    def _is_link_used(self, records: Records, token: str) -> bool:
        return bool(records.session.select("is_link_used", digest=fingerprint(token)))

    def _use_link(self, records: Records, token: str, ticket: Ticket) -> None:
        """Note that a link was used, together with what it changed.

        Raises:
            LinkRefusedError: it was used before.
        """
        if self._is_link_used(records, token):
            raise LinkRefusedError(message("This link has been used. What you answered is kept."))
        expires = datetime.datetime.fromtimestamp(ticket.expires, datetime.UTC)
        records.session.execute(
            "use_link", digest=fingerprint(token), used=records.at, expires=stamp(expires)
        )

    def close(self) -> None:
        """Release the database."""
        self._database.close()

    def __enter__(self) -> Self:
        """Return the desk itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the desk."""
        self.close()


def _may_act_as(officer: Officer, role: Role) -> bool:
    """Return whether somebody has a role; a head is an officer too."""
    return role == officer.role or (role == "officer" and officer.is_head)


def _see_that_role_may_be_given(by: Actor, role: OfficeRole, before: OfficeRole | None) -> None:
    """See that nobody but an administrator makes one, or unmakes one.

    Raises:
        TransitionError: they may not.
    """
    if "admin" in (role, before) and by.role not in ("admin", "system"):
        raise TransitionError(message("Only an administrator may do this. Ask one of them."))


def _times(event: Event) -> tuple[tuple[datetime.datetime, datetime.datetime], ...]:
    """Return the times that were proposed with an event; none once erased."""
    raw = msgspec.convert((event.details or {}).get("times", ()), list[tuple[str, str]])
    return tuple((moment(start), moment(end)) for start, end in raw)


def _list(values: Iterable[object]) -> str:
    return msgspec.json.encode(list(values)).decode()
