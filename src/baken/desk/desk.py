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
from collections.abc import Callable, Iterator, Sequence
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
)
from baken.model import Language
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
    OUTCOMES,
    Actor,
    Clock,
    Contact,
    Enquiry,
    Event,
    Introduction,
    Officer,
    Outcome,
    Person,
)
from .forms import (
    ANSWERS,
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
from .ground import Ground
from .limits import network_of, take
from .links import Signer, find_secret, made_at
from .mail import Composer, proposed_times
from .post import Post
from .programs import Programs
from .provider import Provider
from .receipts import Consent, ConsentPurpose, Mail
from .records import Records, moment, new_id, new_reference, stamp
from .replies import Reply, checked_reply, read_replies, read_versions
from .reporting import Report, read_rows, report
from .rights import Rights, Sweep
from .sealing import Vault, fingerprint
from .team import Team
from .visiting import Visit, Visits, read_visit

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
        "host-asked", "host-reminded", "host-silent", "host-confirmed", "host-moved",
        "host-declined", "host-freed", "visit-released",
    }
)  # fmt: skip
"""What an enquirer's status page tells; notes of the team are the team's."""

_ENQUIRERS_WORDS: Final = frozenset({"answered", "asked-back", "wrote", "outcome-told"})
"""Events whose words the enquirer wrote or was written; a counterpart's words are the team's."""


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


class _UndoneError(Exception):
    """Ends a transaction of which nothing is to be kept."""


class Desk:
    """An open desk. Safe to use from several threads and processes at once."""

    def __init__(self, ground: Ground) -> None:
        """Wrap what `open` has put together."""
        self._ground = ground

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
        return cls(Ground(database, vault, office, settings, clock))

    @cached_property
    def accounts(self) -> Accounts:
        """How people of the team sign in."""
        ground = self._ground
        return Accounts(ground.database, ground.vault, ground.office, ground.clock)

    @cached_property
    def provider(self) -> Provider | None:
        """Where the team signs in otherwise; None where the settings name no such service.

        Raises:
            SettingError: they name half of one.
        """
        return Provider.of(self._ground.settings, lambda: self._ground.now().timestamp())

    @cached_property
    def programs(self) -> Programs:
        """The agency's own programs: webhooks, and the keys with which they ask."""
        return Programs(self._ground.database, self._ground.vault, self._ground.clock)

    @property
    def team(self) -> Team:
        """Who answers."""
        return Team(self._ground, self.accounts)

    @property
    def visits(self) -> Visits:
        """What is done about site visits."""
        return Visits(self._ground)

    @property
    def rights(self) -> Rights:
        """What is kept of people, shown and erased; and who looked."""
        return Rights(self._ground)

    @property
    def post(self) -> Post:
        """Mails that go out, and what comes back."""
        return Post(self._ground)

    @property
    def calendar(self) -> OfficeCalendar:
        """When somebody is there."""
        return self._ground.office.calendar

    def now(self) -> datetime.datetime:
        """Return the time by the desk's clock."""
        return self._ground.now()

    # -- enquirers -----------------------------------------------------------------------------

    @property
    def takes_enquiries(self) -> bool:
        """Whether somebody is there to answer: an officer who works here, away or not."""
        with self._ground.database.reading() as session:
            records = Records(session, self._ground.vault, self._ground.now())
            return any(officer.is_active for officer in records.officers())

    def form_token(self) -> str:
        """Return what an empty form carries: it makes one sending unlike all others."""
        return self._ground.office.signer.token("form", new_id(), self._ground.now())

    def age_of_form(self, token: str) -> float:
        """Return for how many seconds a form has been open.

        Raises:
            LinkRefusedError: the token is not ours, or older than it may be.
        """
        now = self._ground.now()
        ticket = self._ground.read_link(token, "form")
        return now.timestamp() - made_at(ticket)

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
        with self._ground.work() as work:
            records = work.records
            if form.submission is not None:
                given = fingerprint(form.submission)
                for enquiry in records.enquiries("enquiry_by_submission", submission=given):
                    return self._receipt(work, enquiry)
            if peer:
                take(records, "enquiries from a network", network_of(peer))
                take(records, "enquiries of an address", form.contact.email)
            enquirer = self._ground.somebody("enquirer", form.contact, form.language, records)
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
            if form.visit is not None:
                self.visits.begin(work, enquiry, form.visit)
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

    def status(self, token: str, language: Language | None = None) -> Status:
        """Return what an enquirer sees behind their link.

        Args:
            token: of the link.
            language: that it is said in; None for the enquirer's own.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._ground.read_link(token, "status")
        with self._ground.work() as work:
            enquiry = work.records.enquiry(ticket.subject)
            say, language = self._ground.office.composer.say, language or enquiry.language
            records = work.records
            introductions = records.introductions(enquiry.id)
            visit = read_visit(records, enquiry.id)
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
                visit=visit.released if visit else None,
                visit_days=visit.released_days if visit else (),
                is_erased=enquiry.erased is not None,
            )

    def calendar_file(self, token: str) -> str:
        """Return the proposed times of an enquiry's meetings as an iCalendar file.

        Raises:
            LinkRefusedError: the link is not a good one.
            NotFoundError: no time was proposed.
        """
        ticket = self._ground.read_link(token, "status")
        composer = self._ground.office.composer
        with self._ground.work() as work:
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

    def visit_file(self, token: str) -> str:
        """Return the stops of an enquirer's visit, as it was given out, as an iCalendar file.

        Raises:
            LinkRefusedError: the link is not a good one.
            NotFoundError: no programme was given out.
        """
        ticket = self._ground.read_link(token, "status")
        with self._ground.work() as work:
            enquiry = work.records.enquiry(ticket.subject)
            text = self.visits.calendar_of(work, enquiry)
            work.records.record_access(
                Actor("enquirer", enquiry.enquirer), "read", "visit",
                person=enquiry.enquirer, enquiry=enquiry.id,
            )  # fmt: skip
            return text

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
        ticket = self._ground.read_link(token, "status")
        with self._ground.work() as work:
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
        ticket = self._ground.read_link(token, "outcome")
        with self._ground.work() as work:
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
                and not self._ground.is_link_used(work.records, token),
            )

    def tell_outcome(self, token: str, text: str) -> Enquiry:
        """Keep what an enquirer tells of the outcome; their link works once.

        Raises:
            LinkRefusedError: the link is not a good one, or was used.
            DeskError: the text is empty or too long.
        """
        text = checked_text(text, "message")
        ticket = self._ground.read_link(token, "outcome")
        with self._ground.work() as work:
            enquiry = work.records.enquiry(ticket.subject)
            self._ground.use_link(work.records, token, ticket)
            actor = Actor("enquirer", enquiry.enquirer)
            return work.happen(enquiry, "outcome-told", actor, {"text": text})

    # -- counterparts --------------------------------------------------------------------------

    def question(self, token: str) -> Question:
        """Return what a counterpart is asked, by the link in their mail; reading changes nothing.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._ground.read_link(token, "answer")
        with self._ground.work() as work:
            introduction = work.records.introduction(ticket.subject)
            enquiry = work.records.enquiry(introduction.enquiry)
            counterpart = work.records.person(introduction.counterpart)
            work.records.record_access(
                Actor("counterpart", counterpart.id),
                "read", "question", person=enquiry.enquirer, enquiry=enquiry.id,
            )  # fmt: skip
            is_used = self._ground.is_link_used(work.records, token)
            return Question(
                introduction=introduction,
                enquirer=work.describe_enquirer(enquiry, counterpart),
                question=work.question_of(introduction),
                office=self._ground.office.composer.office,
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
        ticket = self._ground.read_link(token, "answer")
        with self._ground.work() as work:
            introduction = work.records.introduction(ticket.subject)
            enquiry = work.records.enquiry(introduction.enquiry)
            if work.records.person(introduction.counterpart).contact is None:
                raise LinkRefusedError(message("Your data has been erased, and this link with it."))
            self._ground.use_link(work.records, token, ticket)
            actor = Actor("counterpart", introduction.counterpart)
            details = {"text": text} if text else {}
            work.happen(enquiry, f"counterpart-{answer}", actor, details, introduction=introduction)
            return work.records.introduction(introduction.id)

    # -- consent -------------------------------------------------------------------------------

    def wording(self, purpose: ConsentPurpose, language: Language) -> str:
        """Return exactly what somebody is asked to agree to."""
        return consent_forms()[purpose].wording[language].format(self._ground.office.follow_ups)

    def consent_behind(self, token: str, purpose: Literal["confirm", "withdraw"]) -> Consent:
        """Return what a link confirms or takes back; reading changes nothing.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._ground.read_link(token, purpose)
        with self._ground.database.reading() as session:
            return Records(session, self._ground.vault, self._ground.now()).consent(ticket.subject)

    def confirm_consent(self, token: str) -> Consent:
        """Confirm what was agreed to, by the link in the mail that asked; it works once.

        Raises:
            LinkRefusedError: the link is not a good one, or was used.
            ConsentError: it was withdrawn, or lapsed.
        """
        ticket = self._ground.read_link(token, "confirm")
        with self._ground.work() as work:
            self._ground.use_link(work.records, token, ticket)
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
        ticket = self._ground.read_link(token, "withdraw")
        with self._ground.work() as work:
            consent = work.records.consent(ticket.subject)
            self._withdraw_all(work, work.records.person(consent.person), consent.purpose)
            return work.records.consent(consent.id)

    def withdraw_agreement(self, token: str, purpose: ConsentPurpose) -> None:
        """Take back what was agreed to, on the status page.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._ground.read_link(token, "status")
        with self._ground.work() as work:
            enquiry = work.records.enquiry(ticket.subject)
            self._withdraw_all(work, work.records.person(enquiry.enquirer), purpose)

    def _withdraw_all(self, work: Casework, person: Person, purpose: ConsentPurpose) -> None:
        records = work.records
        for one in records.all_of(person):
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
        with self._ground.work() as work:
            self._ground.officer(work, by)
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
            url = self._ground.office.signer.url("withdraw", consent.id, records.now)
            values: dict[str, object] = {
                "title": title,
                "message": text,
                "number": number,
                "allowed": allowed,
                "agreed": self._ground.office.composer.say_moment(consent.given, reader.language),
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
        with self._ground.work() as work:
            self._ground.officer(work, by)
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
        with self._ground.work() as work:
            self._ground.officer(work, by)
            records, made = work.records, []
            for one in asked:
                question = checked_text(one.question, "question")
                note = checked_text(one.note, "note", is_needed=False)
                name = checked_line(one.organisation_name, "organisation")
                if not name:
                    raise DeskError(
                        message("The organisation's name is missing. Say who is asked.")
                    )
                counterpart = self._ground.somebody(
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
        with self._ground.work() as work:
            self._ground.officer(work, by)
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
        with self._ground.work() as work:
            self._ground.officer(work, by)
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
        with self._ground.work() as work:
            self._ground.officer(work, by)
            return work.happen(work.records.enquiry(enquiry), "outcome-asked", by)

    def agree(self, token: str, purpose: ConsentPurpose, place: str) -> Consent:
        """Keep what an enquirer agrees to later, on their status page.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._ground.read_link(token, "status")
        with self._ground.work() as work:
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
        with self._ground.work() as work:
            self._ground.officer(work, by)
            found = work.records.enquiry(enquiry)
            details = {"text": text} if text else {}
            return work.happen(found, event, by, details, outcome=outcome)

    # -- reading -------------------------------------------------------------------------------

    def inbox(self, *, by: Actor, owner: str = "") -> list[Enquiry]:
        """Return what is open, the most urgent first: somebody's, or everybody's.

        Raises:
            TransitionError: `by` is nobody of the team.
        """
        with self._ground.work() as work:
            self._ground.officer(work, by)
            work.records.record_access(by, "read", "inbox", person=None, enquiry=None)
            return list(work.records.open_enquiries(owner))

    def case(self, enquiry: str, *, by: Actor) -> Case:
        """Return everything about an enquiry.

        Raises:
            NotFoundError: there is none of that identifier.
            TransitionError: `by` is nobody of the team.
        """
        with self._ground.work() as work:
            self._ground.officer(work, by)
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
        with self._ground.database.reading() as session:
            records = Records(session, self._ground.vault, self._ground.now())
            return list(records.enquiries("enquiries_since", since=stamp(since), most=most))

    def find_reference(self, reference: str, *, by: Actor) -> Enquiry | None:
        """Return the enquiry that a reference such as 7K3Q-2MXW stands for, or None."""
        with self._ground.work() as work:
            self._ground.officer(work, by)
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
        with self._ground.database.reading() as session:
            rows = session.select("statistics", since=stamp(since))
            return [dict(zip(names, row, strict=True)) for row in rows]

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
        with self._ground.work() as work:
            self._ground.officer(work, by)
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
        with self._ground.work() as work:
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
            desk._ground = self._ground.within(work.records.session)
            yield desk

    def rehearse(self, enquiry: str, act: Callable[[Desk], object]) -> list[Draft]:
        """Return the mails that an act would send about an enquiry; nothing of it is kept.

        Raises:
            DeskError: the act would be refused, for the same reason.
        """
        drafts: dict[str, Draft] = {}
        try:
            with self.at_once() as desk, desk._ground.work() as work:
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
        with self._ground.work() as work:
            self._ground.officer(work, by)
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
        with self._ground.work() as work:
            self._ground.officer(work, by)
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
        with self._ground.work() as work:
            self._ground.officer(work, by)
            work.records.record_access(by, "read", "meetings", person=None, enquiry=None)
            return read_meetings(work.records, stamp(since))

    def report(self, since: datetime.datetime, until: datetime.datetime) -> Report:
        """Return how the desk did with what arrived in a period; nothing personal is in it."""
        with self._ground.database.reading() as session:
            now = self._ground.now()
            rows = read_rows(Records(session, self._ground.vault, now), since, until)
        return report(rows, since, until, calendar=self.calendar, now=now)

    def replies(self) -> list[Reply]:
        """Return the templates of answers as they are now, by name and language."""
        with self._ground.database.reading() as session:
            return read_replies(Records(session, self._ground.vault, self._ground.now()))

    def reply_versions(self, name: str) -> list[Reply]:
        """Return all versions of a template, the newest first."""
        with self._ground.database.reading() as session:
            return read_versions(Records(session, self._ground.vault, self._ground.now()), name)

    def keep_reply(self, reply: Reply, *, by: Actor) -> None:
        """Keep a new version of a template.

        Raises:
            TransitionError: `by` is nobody of the team.
            DeskError: a part of it cannot be used.
        """
        checked = checked_reply(reply)
        with self._ground.work() as work:
            self._ground.officer(work, by)
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
        return self._ground.office.composer.say(section, key, language)

    def say_moment(self, moment: datetime.datetime, language: Language) -> str:
        """Return a moment in words, on the office's clock, as mails say it."""
        return self._ground.office.composer.say_moment(moment, language)

    def weekdays(self, language: Language) -> list[str]:
        """Return what the days of the week are called, Monday first."""
        return self._ground.office.composer.weekdays(language)

    @property
    def office_name(self) -> str:
        """What the office is called."""
        return self._ground.office.composer.office

    def reseal(self) -> int:
        """Seal everything with the newest key, so that older ones can be thrown away.

        Returns:
            How many pieces of data were sealed anew.
        """
        count = self.programs.reseal() + self.accounts.reseal()
        with self._ground.work() as work:
            session, vault = work.records.session, self._ground.vault
            for id_, sealed in session.select("sealed_people"):
                contact = vault.open(sealed, Contact)
                digest = vault.digest(contact.email)
                session.execute("seal_person", id=id_, sealed=vault.seal(contact), digest=digest)
                count += 1
            for number, sealed in session.select("sealed_events"):
                details = vault.seal(vault.open(sealed, dict[str, object]))
                session.execute("seal_event", number=number, sealed=details)
                count += 1
            for id_, sealed in session.select("sealed_visits"):
                again = vault.seal(vault.open(sealed, Visit))
                session.execute("seal_visit", id=id_, sealed=again)
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
        with self._ground.work() as work:
            return work.fire_due_clock()

    def sweep_daily(self) -> Sweep | None:
        """Do what `rights.sweep` does, once a day; None when it was done today."""
        self.accounts.sweep()
        return self.rights.sweep_daily()

    def write_weekly_list(self) -> bool:
        """Write to everybody in the team what waits for whom, once a week; False when done.

        Officers get what is theirs, heads everything.
        """
        now = self._ground.now()
        local = self.calendar.local(now)
        year, week, _ = local.isocalendar()
        if not self.calendar.is_open(now):
            return False
        with self._ground.work() as work:
            records = work.records
            if not records.take_turn("weekly list", f"{year}-W{week:02}"):
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
                    "desk_url": self._ground.office.signer.office(language=language),
                }
                work.write_about("weekly-list", reader, values)
        return True

    def _line(self, work: Casework, enquiry: Enquiry, language: Language) -> str:
        """Return an enquiry on one line, for lists."""
        composer = self._ground.office.composer
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

    def close(self) -> None:
        """Release the database."""
        self._ground.database.close()

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


def _times(event: Event) -> tuple[tuple[datetime.datetime, datetime.datetime], ...]:
    """Return the times that were proposed with an event; none once erased."""
    raw = msgspec.convert((event.details or {}).get("times", ()), list[tuple[str, str]])
    return tuple((moment(start), moment(end)) for start, end in raw)
