"""What happens to an enquiry within one transaction: event, state, clocks and mails together."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

import msgspec
import yaml
from msgspec import Struct

from baken.errors import DeskError, TransitionError
from baken.model import Language
from baken.text.marking import message

from . import transitions
from .assigning import Assignment, Reason, assign
from .calendar import OfficeCalendar
from .enquiry import (
    SYSTEM,
    Actor,
    Contact,
    Enquiry,
    Introduction,
    Outcome,
    Person,
    State,
)
from .links import Purpose, Signer
from .mail import MAILS, Composer, clean, proposed_times, vcard
from .receipts import Consent, ConsentPurpose
from .records import Records, moment, new_id, stamp

CLOCKS_OF_INTRODUCTIONS: Final = ("counterpart-quiet", "counterpart-silent")


class Office(Struct, frozen=True):
    """What every transaction of a desk shares.

    Attributes:
        calendar: when somebody is there.
        composer: writes the letters.
        signer: signs the links.
        follow_ups: mails that somebody who agrees to follow-ups gets at most.
    """

    calendar: OfficeCalendar
    composer: Composer
    signer: Signer
    follow_ups: int


class Casework:
    """One transaction's work on enquiries.

    Attributes:
        records: the transaction.
    """

    def __init__(self, records: Records, office: Office) -> None:
        self.records = records
        self._office = office

    # -- events ------------------------------------------------------------------------------

    def happen(
        self,
        enquiry: Enquiry,
        event: str,
        actor: Actor,
        details: Mapping[str, object] | None = None,
        *,
        introduction: Introduction | None = None,
        outcome: Outcome | None = None,
    ) -> Enquiry:
        """Let something happen to an enquiry, with all that follows from it.

        Args:
            enquiry: as it is now.
            event: of the table in `transitions`.
            actor: who does it.
            details: to keep with the event; its mails read from them.
            introduction: that it is about.
            outcome: with which it ends; for events that close it only.

        Returns:
            The enquiry as it is then.

        Raises:
            TransitionError: it may not happen now, or not by this person.
        """
        records = self.records
        if enquiry.erased is not None:
            raise TransitionError(
                message("The data of this enquiry has been erased. Make a new one.")
            )
        is_new = event == "received"
        line = transitions.find(event, None if is_new else enquiry.state, actor, introduction)
        state: State = line.after or enquiry.state
        if (state == "closed") != (outcome is not None) and not (
            enquiry.state == state == "closed"
        ):
            raise DeskError(message("An enquiry ends with an outcome, and only then. Choose one."))
        if not is_new and state != enquiry.state:
            is_closed = state == "closed"
            records.session.execute(
                "set_state",
                id=enquiry.id,
                state=state,
                outcome=outcome,
                closed=records.at if is_closed else None,
            )
        if event in ("answered", "asked-back", "counterpart-asked"):
            records.session.execute("set_answered", id=enquiry.id, at=records.at)
        if introduction is not None and line.answer and event != "counterpart-asked":
            has_answered = actor.role == "counterpart"
            records.session.execute(
                "set_introduction",
                id=introduction.id,
                state=line.answer,
                answered=records.at if has_answered else None,
            )
        about = dict(details or {})
        if outcome:
            about["outcome"] = outcome
        records.add_event(
            enquiry.id, event, actor, state, about, introduction.id if introduction else None
        )
        self._set_clocks(enquiry, line, introduction)
        after = records.enquiry(enquiry.id)
        for kind in line.sends:
            self.write(kind, after, about, event=event, introduction=introduction)
        return after

    def _set_clocks(
        self, enquiry: Enquiry, line: transitions.Transition, introduction: Introduction | None
    ) -> None:
        ending = {*line.stops, *line.starts}
        if introduction is not None:
            of_it = ending.intersection(CLOCKS_OF_INTRODUCTIONS)
            self.records.stop_clocks(enquiry.id, of_it, introduction.id)
            ending -= of_it
        self.records.stop_clocks(enquiry.id, ending)
        for name in line.starts:
            rule = transitions.CLOCKS[name]
            if rule.share is not None:
                begin, days = enquiry.received, rule.share * self._office.calendar.promise_days
            else:
                begin, days = self.records.now, rule.working_days or 0.0
            of = introduction.id if introduction and name in CLOCKS_OF_INTRODUCTIONS else None
            due = self._office.calendar.working_days_after(begin, days)
            self.records.start_clock(enquiry.id, name, due, of)

    def choose_owner(
        self, enquiry: Enquiry | Any, first: datetime.datetime, last: datetime.datetime
    ) -> Assignment:
        """Choose who answers something that has a kind, a language and themes."""
        local = self._office.calendar.local
        return assign(
            self.records.officers(),
            kind=enquiry.kind,
            language=enquiry.language,
            themes=enquiry.themes,
            first=local(first).date(),
            last=local(last).date(),
        )

    def hand_over(
        self, enquiry: Enquiry, officer: str, reasons: Sequence[Reason], actor: Actor
    ) -> Enquiry:
        """Give an enquiry to an officer."""
        self.records.session.execute("set_owner", id=enquiry.id, owner=officer)
        details = {"owner": officer, "reasons": [msgspec.to_builtins(one) for one in reasons]}
        return self.happen(self.records.enquiry(enquiry.id), "assigned", actor, details)

    # -- consent -----------------------------------------------------------------------------

    def agree(
        self,
        person: Person,
        purpose: ConsentPurpose,
        place: str,
        enquiry: Enquiry | None,
    ) -> Consent:
        """Write down that somebody agreed; where it takes confirming, ask them to."""
        form = consent_forms()[purpose]
        needs_confirming = purpose == "follow-up"
        allowed = self._office.follow_ups if needs_confirming else None
        id_ = new_id()
        self.records.session.execute(
            "add_consent",
            id=id_,
            person=person.id,
            enquiry=enquiry.id if enquiry else None,
            purpose=purpose,
            version=form.version,
            language=person.language,
            wording=form.wording[person.language].format(self._office.follow_ups),
            place=place,
            given=self.records.at,
            confirmed=None if needs_confirming else self.records.at,
            allowed=allowed,
        )
        consent = self.records.consent(id_)
        if needs_confirming:
            self.write_about(
                "consent-confirmation",
                person,
                {
                    "message": consent.wording,
                    "confirm_url": self.url("confirm", consent.id, person.language),
                    "reference": enquiry.reference if enquiry else "",
                },
                enquiry=enquiry,
            )
        return consent

    def may_name(self, enquiry: Enquiry) -> bool:
        """Return whether counterparts may be told who asks."""
        return any(
            consent.purpose == "introduce" and consent.is_standing
            for consent in self.records.consents(enquiry.enquirer)
        )

    # -- mail --------------------------------------------------------------------------------

    def write(
        self,
        kind: str,
        enquiry: Enquiry,
        details: Mapping[str, object],
        *,
        event: str = "",
        introduction: Introduction | None = None,
    ) -> None:
        """Put a mail about an enquiry into the outbox, for everybody who reads that kind."""
        if kind == "agreed" and introduction is not None:
            self._write_to_all(enquiry, introduction, details)
            return
        readers: dict[str, Person] = {}
        for role in MAILS[kind]:
            for reader in self._readers(role, enquiry, introduction):
                readers.setdefault(reader.id, reader)
        for reader in readers.values():
            if reader.contact is not None:
                values = self._values(kind, reader, enquiry, details, event, introduction)
                self.write_about(kind, reader, values, enquiry=enquiry, introduction=introduction)

    def write_about(
        self,
        kind: str,
        reader: Person,
        values: Mapping[str, object],
        *,
        enquiry: Enquiry | None = None,
        introduction: Introduction | None = None,
        consent: Consent | None = None,
        withdraw_url: str | None = None,
    ) -> None:
        """Put a mail with these values into the outbox of one reader."""
        assert reader.contact is not None  # who is erased is written nothing
        given = {"name": reader.contact.name, **values}
        letter = self._office.composer.compose(kind, reader.language, given)
        self._post(
            kind, letter, [reader], enquiry=enquiry, introduction=introduction, consent=consent,
            withdraw_url=withdraw_url,
        )  # fmt: skip

    def _post(
        self,
        kind: str,
        letter: Any,
        readers: Sequence[Person],
        *,
        enquiry: Enquiry | None,
        introduction: Introduction | None = None,
        consent: Consent | None = None,
        withdraw_url: str | None = None,
        attachments: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        composer, records = self._office.composer, self.records
        message_id = f"{new_id()}@{composer.sender.rpartition('@')[2]}"
        thread: list[str] = []
        if enquiry is not None:
            rows = records.session.select("thread", enquiry=enquiry.id, person=readers[0].id)
            thread = list(dict.fromkeys(row[0] for row in rows))
        message = composer.message(
            letter,
            [reader.contact for reader in readers if reader.contact is not None],
            message_id=message_id,
            thread=thread,
            now=records.now,
            attachments=attachments,
            withdraw_url=withdraw_url,
        )
        for reader in readers:
            records.session.execute(
                "add_mail",
                id=new_id(),
                message_id=message_id,
                kind=kind,
                person=reader.id,
                enquiry=enquiry.id if enquiry else None,
                introduction=introduction.id if introduction else None,
                consent=consent.id if consent else None,
                sealed=records.vault.seal(message),
                created=records.at,
            )

    def _write_to_all(
        self, enquiry: Enquiry, introduction: Introduction, details: Mapping[str, object]
    ) -> None:
        """Write to enquirer, counterpart and owner at once, with cards and proposed times."""
        composer = self._office.composer
        enquirer = self.records.person(enquiry.enquirer)
        counterpart = self.records.person(introduction.counterpart)
        owners = self._readers("owner", enquiry, introduction)[:1]
        sides = [one for one in (enquirer, counterpart) if one.contact is not None]
        readers = [*sides, *(one for one in owners if one.id not in {s.id for s in sides})]
        if len(sides) < 2:
            raise DeskError(message("One of the two has been erased; nobody can be introduced."))
        language: Language = enquirer.language
        raw = msgspec.convert(details.get("times", ()), list[tuple[str, str]])
        times = [(moment(start), moment(end)) for start, end in raw]
        contacts = [one.contact for one in sides if one.contact is not None]
        reference = enquiry.reference
        title = f"{contacts[0].name} · {introduction.organisation_name}"
        values = {
            "name": contacts[0].name,
            "counterpart": contacts[1].name,
            "enquirer": contacts[0].organisation or contacts[0].name,
            "organisation": introduction.organisation_name,
            "contacts": [_described(contact) for contact in contacts],
            "times": [composer.say_moment(start, language) for start, _ in times],
            "note": str(details.get("note", "")),
            "reference": reference,
        }
        attachments = [
            (f"contact-{number}.vcf", "text/vcard", vcard(contact))
            for number, contact in enumerate(contacts, start=1)
        ]
        if times:
            calendar = proposed_times(
                times,
                summary=title,
                uid=f"{introduction.id}@{composer.sender.rpartition('@')[2]}",
                zone=composer.zone,
                now=self.records.now,
            )
            attachments.append(("times.ics", "text/calendar", calendar))
        self._post(
            "agreed", composer.compose("agreed", language, values), readers, enquiry=enquiry,
            introduction=introduction, attachments=attachments,
        )  # fmt: skip

    def _readers(
        self, role: str, enquiry: Enquiry, introduction: Introduction | None
    ) -> list[Person]:
        if role == "enquirer":
            return [self.records.person(enquiry.enquirer)]
        if role == "counterpart":
            return [self.records.person(introduction.counterpart)] if introduction else []
        if role == "owner" and enquiry.owner is not None:
            return [self.records.person(enquiry.owner)]
        return [one.person for one in self.records.officers() if one.is_head and one.is_active]

    def _values(
        self,
        kind: str,
        reader: Person,
        enquiry: Enquiry,
        details: Mapping[str, object],
        event: str,
        introduction: Introduction | None,
    ) -> dict[str, object]:
        """Return everything that a template about an enquiry may name, in the reader's language."""
        composer, language = self._office.composer, reader.language
        say = composer.say
        text = details.get("text") or details.get("question")
        is_own = kind in ("answer", "enquirer-wrote", "counterpart-answered")
        message = text if text or is_own else enquiry.message
        values: dict[str, object] = {
            "kind": say("kinds", enquiry.kind, language),
            "reference": enquiry.reference,
            "owner": self.name_of(enquiry.owner),
            "promise": composer.say_moment(enquiry.promise_due, language),
            "received": composer.say_moment(enquiry.received, language),
            "message": str(message or ""),
            "note": str(details.get("note", "")),
            "enquirer": self.describe_enquirer(enquiry, reader),
            "is_named": self.may_name(enquiry),
            "organisation": introduction.organisation_name if introduction else "",
            "step": "",
            "reasons": self._reasons(details, language),
            "reader": self.name_of(str(details.get("reader", "")) or None),
        }
        problem = str(details.get("problem", ""))
        if problem and composer.knows("problems", problem):
            values["step"] = say("problems", problem, language)
        elif event and composer.knows("events", event):
            values["step"] = say("events", event, language)
        if kind == "counterpart-reminded" and introduction is not None:
            values["asked"] = composer.say_moment(introduction.asked, language)
            values["message"] = self.question_of(introduction)
        if reader.id == enquiry.enquirer:
            values["status_url"] = self.url("status", enquiry.id, language)
            values["outcome_url"] = self.url("outcome", enquiry.id, language)
            if not values["organisation"]:
                met = [
                    one.organisation_name
                    for one in self.records.introductions(enquiry.id)
                    if one.state == "accepted"
                ]
                values["organisation"] = ", ".join(met)
        if set(MAILS[kind]) <= {"owner", "heads"}:
            values["desk_url"] = self._office.signer.office(enquiry.id, language)
        if introduction is not None and reader.id == introduction.counterpart:
            values["answer_url"] = self.url("answer", introduction.id, language)
        return values

    def question_of(self, introduction: Introduction) -> str:
        """Return what a counterpart was asked; empty once erased."""
        for event in self.records.events(introduction.enquiry):
            if event.introduction == introduction.id and event.name == "counterpart-asked":
                return str((event.details or {}).get("question", ""))
        return ""

    def describe_enquirer(self, enquiry: Enquiry, reader: Person | None) -> str:
        """Return who asks, as a reader may know it: named to the team and with consent."""
        language = reader.language if reader else enquiry.language
        say = self._office.composer.say
        contact = self.records.person(enquiry.enquirer).contact
        is_counterpart = reader is not None and reader.role == "counterpart"
        if contact is None:
            return say("people", "erased", language)
        if is_counterpart and not self.may_name(enquiry):
            if enquiry.country:
                return say("people", "somebody-from", language).format(enquiry.country)
            return say("people", "somebody", language)
        return f"{contact.name} ({contact.organisation})" if contact.organisation else contact.name

    def name_of(self, person: str | None) -> str:
        """Return what somebody is called; empty for nobody."""
        if person is None:
            return ""
        contact = self.records.person(person).contact
        return contact.name if contact else ""

    def _reasons(self, details: Mapping[str, object], language: Language) -> str:
        say = self._office.composer.say
        said = []
        for reason in msgspec.convert(details.get("reasons", ()), list[Reason]):
            about = reason.about
            if reason.code == "language":
                about = say("languages", about, language)
            said.append(say("reasons", reason.code, language).format(about))
        return ", ".join(said)

    def url(self, purpose: Purpose, subject: str, language: Language) -> str:
        """Return a signed link to a page in somebody's language."""
        return self._office.signer.url(purpose, subject, self.records.now, language)

    # -- clocks ------------------------------------------------------------------------------

    def fire_due_clock(self) -> bool:
        """Let the clock that is due longest do what it does; False when none is due.

        One that can do nothing any more, because things have moved on, is ended quietly.
        """
        records = self.records
        clock = records.clock_due()
        if clock is None:
            return False
        enquiry = records.enquiry(clock.enquiry)
        introduction = records.introduction(clock.introduction) if clock.introduction else None
        event = transitions.CLOCKS[clock.name].event
        can_happen = any(
            line.event == event
            and enquiry.state in line.before
            and (not line.asked or (introduction and introduction.state in line.asked))
            for line in transitions.TRANSITIONS
        )
        records.session.execute(
            "end_clock", number=clock.number, at=records.at, has_fired=int(can_happen)
        )
        if can_happen:
            if clock.name == "promise-near":
                enquiry = self._replace_absent_owner(enquiry)
            self.happen(enquiry, event, SYSTEM, introduction=introduction)
        return True

    def _replace_absent_owner(self, enquiry: Enquiry) -> Enquiry:
        """Hand an enquiry over whose owner is away while its promise runs out."""
        last = max(enquiry.promise_due, self.records.now)
        chosen = self.choose_owner(enquiry, self.records.now, last)
        if chosen.officer is None or chosen.officer.person.id == enquiry.owner:
            return enquiry
        today = self._office.calendar.local(self.records.now).date()
        if enquiry.owner is not None and not self.records.officer(enquiry.owner).is_away(today):
            return enquiry
        return self.hand_over(enquiry, chosen.officer.person.id, chosen.reasons, SYSTEM)


class ConsentForm(Struct, frozen=True):
    """What people are asked to agree to: the wording by language, and its version."""

    version: str
    wording: dict[Language, str]


def consent_forms() -> dict[ConsentPurpose, ConsentForm]:
    """Return what people are asked to agree to, by purpose; ``{}`` stands for a number of mails."""
    text = (files(__package__) / "mails" / "consents.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), dict[ConsentPurpose, ConsentForm])


def timed(
    times: Sequence[tuple[datetime.datetime, datetime.datetime]],
) -> list[tuple[str, str]]:
    """Return proposed times as an event keeps them.

    Raises:
        DeskError: one of them ends before it begins, or has no time zone.
    """
    for start, end in times:
        if start.tzinfo is None or end.tzinfo is None or start >= end:
            raise DeskError(message("A proposed time ends before it begins, or has no time zone."))
    return [(stamp(start), stamp(end)) for start, end in times]


def _described(contact: Contact) -> str:
    who = ", ".join(filter(None, (contact.name, contact.position, contact.organisation)))
    return clean(": ".join((who, ", ".join(filter(None, (contact.email, contact.phone))))))
