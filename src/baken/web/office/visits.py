"""The calendar: meetings that were proposed, by month and as a list; site visits still to plan."""

from __future__ import annotations

import calendar
import datetime
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from baken.desk import Contact, Meeting, Wanted
from baken.desk.board import OURS, Line
from baken.desk.forms import checked_language
from baken.web.acting import Call
from baken.web.page import Link

from .words import TURNS, actor_of, names_of, say_day

_BACK: Final = datetime.timedelta(days=400)
"""How long ago somebody may have been introduced whose meeting is still on the calendar."""

_MOST_TO_PLAN: Final = 50


class Appointment(Struct, frozen=True):
    """One proposed time of a meeting.

    Attributes:
        time: from and to, on the office's clock.
        what: who meets whom.
        href: of the enquiry.
        owner: who looks after it; empty for nobody.
        one_of: how many times were proposed; with more than one, this is one of them.
    """

    time: str
    what: str
    href: str
    owner: str
    one_of: int


class Day(Struct, frozen=True):
    """One day.

    Attributes:
        number: of the month.
        name: the whole date, in words.
        is_here: whether it is in the month shown.
        is_today: whether it is today.
        closed: why the office is closed; empty where it is open or it is a weekend.
        appointments: on it, by time.
    """

    number: int
    name: str
    is_here: bool
    is_today: bool
    closed: str
    appointments: tuple[Appointment, ...]


class Waiting(Struct, frozen=True):
    """A site visit or meeting without a time."""

    what: str
    href: str
    note: str


class Visits(Struct, frozen=True):
    """What the template shows.

    Attributes:
        month: in words.
        before: address of the month before.
        after: address of the next month.
        now: address of this month; None where it is shown.
        weekdays: their names, Monday first.
        weeks: of the month, each of seven days.
        days: those with appointments.
        unplanned: meetings without proposed times.
        visits: open requests for site visits.
        zone: that the times are on the clock of.
    """

    month: str
    before: Link
    after: Link
    now: str | None
    weekdays: tuple[str, ...]
    weeks: tuple[tuple[Day, ...], ...]
    days: tuple[Day, ...]
    unplanned: tuple[Waiting, ...]
    visits: tuple[Waiting, ...]
    zone: str


def build(call: Call) -> Visits:
    """Return the month that the address names, or this one."""
    desk, say, query, by = call.desk, call.say, call.query, actor_of(call)
    today = desk.calendar.local(desk.now()).date()
    first = _month(query.one("month")) or today.replace(day=1)
    owners = names_of(desk.team.officers())
    meetings = desk.meetings(desk.now() - _BACK, by=by)
    by_day: dict[datetime.date, list[tuple[datetime.datetime, Appointment]]] = {}
    for meeting in meetings:
        for start, end in meeting.times:
            local = desk.calendar.local(start)
            appointment = Appointment(
                time=f"{local:%H:%M}–{desk.calendar.local(end):%H:%M}",
                what=_what(meeting, call),
                href=query.address(f"/desk/enquiries/{meeting.enquiry}"),
                owner=owners.get(meeting.owner or "", ""),
                one_of=len(meeting.times),
            )
            by_day.setdefault(local.date(), []).append((start, appointment))

    for one in desk.visits.booked(desk.now() - _BACK, by=by):
        ends = one.starts + datetime.timedelta(minutes=one.stop.minutes)
        who = _who(one.enquirer, call)
        appointment = Appointment(
            time=f"{one.starts:%H:%M}–{ends:%H:%M}",
            what=say(
                "%(enquirer)s visits %(organisation)s", enquirer=who, organisation=one.stop.name
            )
            if one.is_confirmed
            else say(
                "%(enquirer)s visits %(organisation)s, not confirmed",
                enquirer=who,
                organisation=one.stop.name,
            ),
            href=query.address(f"/desk/enquiries/{one.enquiry}/visit"),
            owner=owners.get(one.owner or "", ""),
            one_of=1,
        )
        local = one.starts.replace(tzinfo=ZoneInfo(desk.calendar.zone))
        by_day.setdefault(one.starts.date(), []).append((local, appointment))

    def day(date: datetime.date) -> Day:
        appointments = sorted(by_day.get(date, ()), key=lambda one: one[0])
        is_open = desk.calendar.is_working_day(date) or date.weekday() >= calendar.SATURDAY
        return Day(
            number=date.day,
            name=say.day(date),
            is_here=date.month == first.month,
            is_today=date == today,
            closed="" if is_open else desk.calendar.holiday(date) or say("office closed"),
            appointments=tuple(one for _, one in appointments),
        )

    weeks = tuple(
        tuple(day(date) for date in week)
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    )
    board = desk.board(Wanted(kind="site-visit"), by=by, most=_MOST_TO_PLAN)
    before, after = _shifted(first, -1), _shifted(first, 1)
    return Visits(
        month=say.day(f"{first:%Y-%m}"),
        before=Link(
            say.day(f"{before:%Y-%m}"), query.address("/desk/visits", month=f"{before:%Y-%m}")
        ),
        after=Link(
            say.day(f"{after:%Y-%m}"), query.address("/desk/visits", month=f"{after:%Y-%m}")
        ),
        now=None if first == today.replace(day=1) else query.address("/desk/visits"),
        weekdays=tuple(desk.weekdays(checked_language(query.language))),
        weeks=weeks,
        days=tuple(one for week in weeks for one in week if one.is_here and one.appointments),
        unplanned=tuple(
            Waiting(
                what=_what(meeting, call),
                href=query.address(f"/desk/enquiries/{meeting.enquiry}"),
                note=say(
                    "introduced %(day)s, without proposed times",
                    day=say_day(desk, say, meeting.introduced),
                ),
            )
            for meeting in meetings
            if not meeting.times
        ),
        visits=tuple(_visit(line, call) for line in board.lines),
        zone=desk.calendar.zone,
    )


def _who(contact: Contact | None, call: Call) -> str:
    if contact is None:
        return call.say("Somebody whose data was erased")
    return contact.organisation or contact.name


def _month(text: str | None) -> datetime.date | None:
    try:
        found = datetime.datetime.strptime(text or "", "%Y-%m").date()
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def _shifted(first: datetime.date, months: int) -> datetime.date:
    return (first + datetime.timedelta(days=31 if months > 0 else -1)).replace(day=1)


def _what(meeting: Meeting, call: Call) -> str:
    who = _who(meeting.enquirer, call)
    return call.say(
        "%(enquirer)s meets %(organisation)s", enquirer=who, organisation=meeting.organisation_name
    )


def _visit(line: Line, call: Call) -> Waiting:
    who = _who(line.enquirer, call)
    turn = call.say(TURNS[line.turn])
    return Waiting(
        what=who,
        href=call.query.address(f"/desk/enquiries/{line.id}"),
        note=f"{turn} · {line.reference}" if line.turn in OURS else turn,
    )
