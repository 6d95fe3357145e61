"""Site visits at the desk: a planned programme, its hosts' answers, what is given out of it.

    visits = desk.visits
    visits.change(enquiry, trip, by=officer)            # stops, days, wishes
    visits.ask(enquiry, [HostAsked(...)], by=officer)   # each host gets a link
    visits.answer(token, "host-moved", at, window=...)  # the visit is planned again
    visits.release(enquiry, paper, by=officer)          # the enquirer gets calendar file and PDF

A host is asked for one time. Whose time changes while the others' answers come in is asked again;
what a host has confirmed does not move any more.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from baken.errors import DeskError, LinkRefusedError, NotFoundError, TransitionError
from baken.model import Language
from baken.text.marking import message
from baken.visits import (
    Day,
    PlannedDay,
    Programme,
    Stop,
    Trip,
    Window,
    after,
    change_hours,
    clock,
    confirm,
    decline,
    plan,
    write_calendar,
)

from .casework import Casework
from .enquiry import SYSTEM, Actor, Contact, Enquiry, Introduction, Private
from .forms import checked_contact, checked_text
from .ground import Ground
from .mail import Attachment, Composer
from .records import Records, new_id
from .transitions import HOSTS_ASKED

HostAnswer = Literal["host-confirmed", "host-moved", "host-declined"]
HOST_ANSWERS: Final[tuple[HostAnswer, ...]] = get_args(HostAnswer)

GONE: Final = ("host-declined", "host-freed")
"""States of a host who is not counted on any more."""

_MOVED: Final = message(
    "The time of this visit has changed since you opened this page. Look at it again, then answer."
)
_ANSWERED: Final = message("You have answered this. What you answered is kept.")
_NO_VISIT: Final = message("This enquiry has no planned visit. Plan one first.")


class Visit(Private, frozen=True, kw_only=True):
    """A site visit as it stands.

    Attributes:
        trip: what is to be planned, with what hosts have said.
        programme: what came of it, in the enquirer's language.
        changes: what the last planning changed, in the officer's language.
        released: the programme as it was last given to the enquirer; None before.
        released_days: the days of it as they were asked for.
        times: how often it was given out.
        cancelled: stops that were given out once and are not visited any more, and when they
            would have been.
    """

    trip: Trip
    programme: Programme
    changes: tuple[str, ...] = ()
    released: Programme | None = None
    released_days: tuple[Day, ...] = ()
    times: int = 0
    cancelled: tuple[tuple[Stop, datetime.datetime], ...] = ()

    @property
    def starts(self) -> Mapping[str, datetime.datetime]:
        """When each stop of the programme is visited, by its id, on the clock there."""
        return {one.stop: one.starts for one in self.programme.visits if one.stop}

    @property
    def is_news(self) -> bool:
        """Whether the programme is another than the enquirer has."""
        return self.released is None or _visits(self.released) != _visits(self.programme)


class HostAsked(Private, frozen=True, kw_only=True):
    """A host that is to be asked.

    Attributes:
        stop: id of the organisation, one of the programme's.
        contact: whom to write to.
        language: that the mail is in.
        question: what the visit is for, in the officer's words.
    """

    stop: str
    contact: Contact
    language: Language
    question: str


class HostQuestion(Private, frozen=True, kw_only=True):
    """What a host sees behind their link.

    Attributes:
        introduction: of this host.
        enquirer: who comes, as far as they may be named.
        question: what for.
        office: who asks.
        starts: the time that they are asked for, on the clock there.
        minutes: how long the visit takes.
        is_open: whether an answer still changes something.
        answered: what they answered by this link, or last; None before, and once asked again.
    """

    introduction: Introduction
    enquirer: str
    question: str
    office: str
    starts: datetime.datetime
    minutes: int
    is_open: bool
    answered: HostAnswer | None


class Booked(Private, frozen=True, kw_only=True):
    """A stop of a visit, for the calendar.

    Attributes:
        enquiry: identifier.
        reference: of the enquiry.
        owner: identifier of the officer; None for nobody.
        enquirer: who comes; None once erased.
        stop: who is visited.
        starts: when, on the clock there.
        is_confirmed: whether the host has said so.
    """

    enquiry: str
    reference: str
    owner: str | None
    enquirer: Contact | None
    stop: Stop
    starts: datetime.datetime
    is_confirmed: bool


class Visits:
    """What the desk does about site visits; each method is one transaction."""

    def __init__(self, ground: Ground) -> None:
        """Stand on the desk's ground."""
        self._ground = ground
        self._composer = ground.office.composer

    # -- officers ------------------------------------------------------------------------------

    def of(self, enquiry: str, *, by: Actor) -> Visit | None:
        """Return the visit of an enquiry, or None where none is planned.

        Raises:
            TransitionError: `by` is nobody of the team.
        """
        with self._ground.work() as work:
            self._ground.officer(work, by)
            found = read_visit(work.records, enquiry)
            if found is not None:
                work.records.record_access(by, "read", "visit", person=None, enquiry=enquiry)
            return found

    def change(self, enquiry: str, trip: Trip, *, again: Collection[str] = (), by: Actor) -> Visit:
        """Plan a visit with other stops, days or wishes; what hosts confirmed stays where it is.

        Hosts of stops that were taken out are told; those whose time changed are asked again.

        Args:
            enquiry: whose visit.
            trip: what is to be planned; what it says that hosts have said is not looked at.
            again: stops whose host has declined and where somebody else is to be asked.
            by: who changes it.

        Raises:
            VisitError: it cannot be planned so.
            TransitionError: the enquiry is closed, or `by` is nobody of the team.
        """
        with self._ground.work() as work:
            self._ground.officer(work, by)
            found = work.records.enquiry(enquiry)
            before = read_visit(work.records, enquiry)
            said = {one.id: one for one in before.trip.stops} if before else {}
            said = {id_: one for id_, one in said.items() if id_ not in again}
            stops = tuple(
                replace(one, state=said[one.id].state, at=said[one.id].at, was=said[one.id].was)
                if one.id in said
                else replace(one, state="proposed", at=None, was=None)
                for one in trip.stops
            )
            trip = replace(trip, stops=stops)
            if before is not None:
                trip = after(before.programme, trip)
            visit = self._planned(work, found, before, trip)
            kept = {one.id for one in trip.stops}
            happened = work.happen(found, "visit-planned", by, {"changes": list(visit.changes)})
            for stop, host in hosts_of(work.records, enquiry).items():
                if stop not in kept and host.state not in GONE:
                    details = {"starts": str(work.asked_of(host).get("starts", ""))}
                    happened = work.happen(happened, "host-freed", by, details, introduction=host)
            self._ask_again(work, happened, visit, by)
            return visit

    def ask(self, enquiry: str, asked: Sequence[HostAsked], *, by: Actor) -> None:
        """Ask hosts whether they can receive at the times of the programme.

        Raises:
            DeskError: nothing is planned there, or a contact cannot be used.
            TransitionError: the enquiry is closed, or `by` is nobody of the team.
        """
        with self._ground.work() as work:
            self._ground.officer(work, by)
            records = work.records
            visit = _needed(read_visit(records, enquiry))
            names = {one.id: one.name for one in visit.trip.stops}
            if not asked:
                raise DeskError(message("Nobody is to be asked. Give the address of a host."))
            for one in asked:
                if one.stop not in visit.starts:
                    raise DeskError(message("The programme does not visit one of these hosts."))
                question = checked_text(one.question, "question")
                host = self._ground.somebody(
                    "counterpart", checked_contact(one.contact), one.language, records
                )
                id_ = new_id()
                records.session.execute(
                    "add_introduction",
                    id=id_,
                    enquiry=enquiry,
                    organisation=one.stop,
                    organisation_name=names[one.stop],
                    counterpart=host.id,
                    state="host-asked",
                    asked=records.at,
                    referred_by=None,
                )
                introduction = records.introduction(id_)
                details = {**_time_of(visit, one.stop), "question": question}
                found = records.enquiry(enquiry)
                work.happen(found, "host-asked", by, details, introduction=introduction)
                records.record_access(
                    by, "change", "host's contact", person=host.id, enquiry=enquiry
                )

    def note_answer(
        self,
        introduction: str,
        answer: HostAnswer,
        text: str = "",
        window: Window | None = None,
        *,
        by: Actor,
    ) -> Visit:
        """Keep what a host told an officer, such as on the telephone.

        Raises:
            DeskError: another time is missing.
            TransitionError: the host cannot have said so now, or `by` is nobody of the team.
        """
        text = checked_text(text, "message", is_needed=False)
        with self._ground.work() as work:
            self._ground.officer(work, by)
            return self._answered(
                work, work.records.introduction(introduction), answer, text, window, by
            )

    def release(
        self,
        enquiry: str,
        paper: Callable[[Programme], bytes],
        note: str = "",
        *,
        by: Actor,
    ) -> Visit:
        """Give the programme to the enquirer, as a mail with a calendar file and a PDF.

        Args:
            enquiry: whose visit.
            paper: makes the PDF.
            note: to the enquirer; may be empty.
            by: who gives it out.

        Raises:
            DeskError: nothing is planned, or a stop's host has not confirmed.
            TransitionError: the enquiry is closed, or `by` is nobody of the team.
        """
        note = checked_text(note, "note", is_needed=False)
        with self._ground.work() as work:
            self._ground.officer(work, by)
            found = work.records.enquiry(enquiry)
            visit = _needed(read_visit(work.records, enquiry))
            stops = {one.id: one for one in visit.programme.stops}
            if not visit.starts:
                raise DeskError(message("No stop is left in this visit. Add one, or close it."))
            missing = [stops[one].name for one in visit.starts if stops[one].state != "confirmed"]
            if missing:
                raise DeskError(
                    message("Not every host has confirmed: %(names)s. Wait, or take them out."),
                    names=", ".join(missing),
                )
            visit = _given_out(visit)
            self._keep(work, enquiry, visit)
            released = visit.programme
            details: dict[str, object] = {
                "note": note,
                "programme": lines_of(released, self._composer, found.language),
                "is_again": visit.times > 1,
            }
            work.happen(
                found,
                "visit-released",
                by,
                details,
                attachments=self._files(work, found, visit, paper(released)),
                since=self._aware(max(one.ends for one in released.visits)),
            )
            return visit

    def booked(self, since: datetime.datetime, *, by: Actor) -> list[Booked]:
        """Return the stops of every visit that changed since a moment, for the calendar.

        Raises:
            TransitionError: `by` is nobody of the team.
        """
        with self._ground.work() as work:
            self._ground.officer(work, by)
            records, found = work.records, []
            records.record_access(by, "read", "visits", person=None, enquiry=None)
            for row in records.session.select("visits", since=since.isoformat()):
                enquiry, reference, owner, sealed, person = row
                visit = records.vault.open(sealed, Visit)
                stops = {one.id: one for one in visit.trip.stops}
                enquirer = records.vault.open(person, Contact) if person else None
                found += [
                    Booked(
                        enquiry=enquiry,
                        reference=reference,
                        owner=owner,
                        enquirer=enquirer,
                        stop=stops[stop],
                        starts=starts,
                        is_confirmed=stops[stop].state == "confirmed",
                    )
                    for stop, starts in visit.starts.items()
                ]
            return found

    # -- hosts ---------------------------------------------------------------------------------

    def question(self, token: str) -> HostQuestion:
        """Return what a host is asked, by the link in their mail; reading changes nothing.

        Raises:
            LinkRefusedError: the link is not a good one.
        """
        ticket = self._ground.read_link(token, "host")
        with self._ground.work() as work:
            records = work.records
            introduction = records.introduction(ticket.subject)
            enquiry = records.enquiry(introduction.enquiry)
            host = records.person(introduction.counterpart)
            asked = work.asked_of(introduction)
            if not asked:
                raise LinkRefusedError(
                    message("This visit has been erased, and this link with it.")
                )
            records.record_access(
                Actor("counterpart", host.id),
                "read", "visit", person=enquiry.enquirer, enquiry=enquiry.id,
            )  # fmt: skip
            visit = read_visit(records, enquiry.id)
            starts = datetime.datetime.fromisoformat(str(asked["starts"]))
            is_used = self._ground.is_link_used(records, token)
            said = [
                name
                for event in records.events(enquiry.id)
                if event.introduction == introduction.id
                for name in HOST_ANSWERS
                if name == event.name
            ]
            return HostQuestion(
                introduction=introduction,
                enquirer=work.describe_enquirer(enquiry, host),
                question=str(asked.get("question", "")),
                office=self._composer.office,
                starts=starts,
                minutes=int(str(asked["minutes"])),
                answered=said[-1]
                if said and (is_used or introduction.state not in HOSTS_ASKED)
                else None,
                is_open=not is_used
                and enquiry.state != "closed"
                and introduction.state in HOSTS_ASKED
                and visit is not None
                and visit.starts.get(introduction.organisation) == starts,
            )

    def answer(
        self,
        token: str,
        answer: HostAnswer,
        at: datetime.datetime,
        text: str = "",
        window: Window | None = None,
    ) -> Introduction:
        """Keep a host's answer, and plan the visit again where it needs to be.

        Args:
            token: of the link in their mail; it works once.
            answer: what they say.
            at: the time that they were shown.
            text: what they add: whom to ask instead, for example.
            window: when they can receive that day; for another time only.

        Raises:
            LinkRefusedError: the link is not a good one, or was used.
            TransitionError: the enquiry is closed, or they have answered.
            DeskError: the time has changed meanwhile, or another time is missing.
        """
        text = checked_text(text, "message", is_needed=False)
        ticket = self._ground.read_link(token, "host")
        with self._ground.work() as work:
            introduction = work.records.introduction(ticket.subject)
            if work.records.person(introduction.counterpart).contact is None:
                raise LinkRefusedError(message("Your data has been erased, and this link with it."))
            if introduction.state not in HOSTS_ASKED:
                raise TransitionError(_ANSWERED)
            asked = work.asked_of(introduction)
            visit = read_visit(work.records, introduction.enquiry)
            now = visit.starts.get(introduction.organisation) if visit else None
            if now != at or str(asked.get("starts")) != at.isoformat():
                raise DeskError(_MOVED)
            self._ground.use_link(work.records, token, ticket)
            actor = Actor("counterpart", introduction.counterpart)
            self._answered(work, introduction, answer, text, window, actor)
            return work.records.introduction(introduction.id)

    def _answered(
        self,
        work: Casework,
        host: Introduction,
        answer: HostAnswer,
        text: str,
        window: Window | None,
        by: Actor,
    ) -> Visit:
        if answer not in HOST_ANSWERS:
            raise DeskError(message("Choose one of the answers."))
        enquiry = work.records.enquiry(host.enquiry)
        visit = _needed(read_visit(work.records, enquiry.id))
        stop = host.organisation
        said = next((one for one in visit.trip.stops if one.id == stop), None)
        if said is None:
            raise DeskError(message("The visit does not go there any more."))
        if answer == "host-confirmed":
            trip = confirm(visit.programme, stop, visit.trip)
        elif answer == "host-declined":
            trip = decline(visit.programme, stop, visit.trip)
        else:
            trip = change_hours(visit.programme, stop, [_checked_window(window, said)], visit.trip)
        after_ = self._planned(work, enquiry, visit, trip)
        if answer == "host-confirmed" and visit.changes:
            # Nothing moved: what moved before is still the news.
            after_ = replace(after_, changes=visit.changes)
            self._keep(work, enquiry.id, after_)
        details: dict[str, object] = {
            "text": text,
            "starts": str(work.asked_of(host).get("starts", "")),
            "changes": list(after_.changes) if answer != "host-confirmed" else [],
        }
        if window is not None and answer == "host-moved":
            details["window"] = [clock(window.opens), clock(window.closes)]
        enquiry = work.happen(enquiry, answer, by, details, introduction=host)
        self._ask_again(work, enquiry, after_, SYSTEM)
        return after_

    # -- underneath ----------------------------------------------------------------------------

    def _planned(self, work: Casework, enquiry: Enquiry, before: Visit | None, trip: Trip) -> Visit:
        """Plan a trip and keep it."""
        if all(one.state == "declined" for one in trip.stops):
            # Nothing is left to plan: an empty programme is what stands.
            assert before is not None
            programme = replace(
                before.programme,
                stops=trip.stops,
                days=tuple(
                    PlannedDay(
                        date=one.date, begins="", entries=(), travel_minutes=0, distance_km=0,
                        reasons=(),
                    )
                    for one in trip.days
                ),
                dropped=(),
                changes=(),
                travel_minutes=0,
                distance_km=0,
            )  # fmt: skip
            changes: tuple[str, ...] = ()
        else:
            programme = plan(trip, self._composer.speech(enquiry.language))
            changes = programme.changes
            owner = work.records.officer(enquiry.owner).person.language if enquiry.owner else "en"
            if owner != enquiry.language and changes:
                changes = plan(trip, self._composer.speech(owner)).changes
        visit = Visit(trip=trip, programme=programme)
        if before is not None:
            visit = replace(before, trip=trip, programme=programme, changes=changes)
        self._keep(work, enquiry.id, visit)
        return visit

    def begin(self, work: Casework, enquiry: Enquiry, trip: Trip) -> None:
        """Keep the visit that came with a new enquiry."""
        self._planned(work, enquiry, None, trip)

    def _keep(self, work: Casework, enquiry: str, visit: Visit) -> None:
        records = work.records
        sealed = records.vault.seal(visit)
        records.session.execute("set_visit", enquiry=enquiry, at=records.at, sealed=sealed)

    def _ask_again(self, work: Casework, enquiry: Enquiry, visit: Visit, by: Actor) -> None:
        """Ask every host again whose time is another than they were asked for."""
        for stop, host in hosts_of(work.records, enquiry.id).items():
            starts = visit.starts.get(stop)
            asked = work.asked_of(host)
            if starts is None or host.state in (*GONE, "host-confirmed") or not asked:
                continue
            if str(asked.get("starts")) == starts.isoformat() and host.state != "host-moved":
                continue
            if work.records.person(host.counterpart).contact is None:
                continue
            details = {
                **_time_of(visit, stop),
                "question": str(asked.get("question", "")),
                "is_again": True,
            }
            enquiry = work.happen(enquiry, "host-asked", by, details, introduction=host)

    def _aware(self, moment: datetime.datetime) -> datetime.datetime:
        return moment.replace(tzinfo=ZoneInfo(self._composer.zone))

    def _files(
        self, work: Casework, enquiry: Enquiry, visit: Visit, paper: bytes
    ) -> list[Attachment]:
        return [
            ("visit.ics", "text/calendar", self._calendar(work, enquiry, visit)),
            ("visit.pdf", "application/pdf", paper),
        ]

    def _calendar(self, work: Casework, enquiry: Enquiry, visit: Visit) -> str:
        assert visit.released is not None
        return write_calendar(
            visit.released,
            self._composer.speech(enquiry.language),
            zone=self._composer.zone,
            host=self._composer.sender.rpartition("@")[2],
            now=work.records.now,
            name=enquiry.reference.lower(),
            sequence=visit.times - 1,
            cancelled=visit.cancelled,
        ).decode()

    def calendar_of(self, work: Casework, enquiry: Enquiry) -> str:
        """Return the calendar file of what was given out.

        Raises:
            NotFoundError: nothing was.
        """
        visit = read_visit(work.records, enquiry.id)
        if visit is None or visit.released is None:
            raise NotFoundError(message("No programme has been given out for this enquiry."))
        return self._calendar(work, enquiry, visit)


def read_visit(records: Records, enquiry: str) -> Visit | None:
    """Return the visit of an enquiry; None where there is none, or it was erased."""
    rows = records.session.select("visit", enquiry=enquiry)
    return records.vault.open(rows[0][0], Visit) if rows else None


def hosts_of(records: Records, enquiry: str) -> dict[str, Introduction]:
    """Return the host of each stop that has been asked, by the stop's id: the last one asked."""
    return last_hosts(records.introductions(enquiry))


def last_hosts(introductions: Iterable[Introduction]) -> dict[str, Introduction]:
    """Return the host of each stop among some introductions, by the stop's id."""
    return {one.organisation: one for one in introductions if one.state.startswith("host-")}


def lines_of(programme: Programme, composer: Composer, language: Language) -> list[str]:
    """Return a programme in lines: each stop with its day, its time and its place."""
    say = composer.speech(language)
    stops = {one.id: one for one in programme.stops}
    found = []
    for one in programme.visits:
        stop = stops[one.stop or ""]
        ends = one.starts + datetime.timedelta(minutes=stop.minutes)
        where = ", ".join(filter(None, (stop.name, stop.address or stop.place)))
        found.append(
            f"{say.full_day(one.starts.date())}, {clock(one.starts)}–{clock(ends)}: {where}"
        )
    return found


def _visits(programme: Programme) -> tuple[tuple[str | None, datetime.datetime, int], ...]:
    minutes = {one.id: one.minutes for one in programme.stops}
    return tuple((one.stop, one.starts, minutes[one.stop or ""]) for one in programme.visits)


def _given_out(visit: Visit) -> Visit:
    """Return a visit whose programme the enquirer has from now on."""
    cancelled = {stop.id: (stop, starts) for stop, starts in visit.cancelled}
    if visit.released is not None:
        stops = {one.id: one for one in visit.released.stops}
        cancelled |= {
            one.stop: (stops[one.stop], one.starts) for one in visit.released.visits if one.stop
        }
    return replace(
        visit,
        released=visit.programme,
        released_days=visit.trip.days,
        times=visit.times + 1,
        cancelled=tuple(pair for id_, pair in cancelled.items() if id_ not in visit.starts),
    )


def _needed(visit: Visit | None) -> Visit:
    if visit is None:
        raise DeskError(_NO_VISIT)
    return visit


def _time_of(visit: Visit, stop: str) -> dict[str, object]:
    minutes = next(one.minutes for one in visit.trip.stops if one.id == stop)
    return {"starts": visit.starts[stop].isoformat(), "minutes": minutes}


def _checked_window(window: Window | None, stop: Stop) -> Window:
    """Return another time of a host's that the visit fits into.

    Raises:
        DeskError: it is missing, or too short.
    """
    if window is None:
        raise DeskError(message("Another time is incomplete. Give its day, from when, until when."))
    length = datetime.datetime.combine(
        datetime.date.min, window.closes
    ) - datetime.datetime.combine(datetime.date.min, window.opens)
    if length < datetime.timedelta(minutes=stop.minutes):
        raise DeskError(
            message("The visit takes %(minutes)s minutes and does not fit into this time."),
            minutes=stop.minutes,
        )
    return window
