"""A programme as an iCalendar file (RFC 5545): one event a stop, with its time zone."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from baken.text.speech import Speech

from .planner import duration
from .trip import Entry, Programme, Spot, Stop

_YEAR: Final = datetime.timedelta(days=366)
"""Around the visit, so that the rules of one year at least are in the time zone."""


def write_calendar(
    programme: Programme,
    say: Speech,
    *,
    zone: str,
    host: str,
    now: datetime.datetime,
    address: Callable[[str], str | None] = lambda _: None,
    name: str = "",
    sequence: int = 0,
    cancelled: Sequence[tuple[Stop, datetime.datetime]] = (),
) -> bytes:
    """Return a programme as a calendar file.

    An event keeps its UID for as long as its stop is part of a visit that begins on the same day,
    so that a calendar that takes the file again moves the event instead of doubling it.

    Args:
        programme: whose visits become events.
        say: the language of the words beside the names.
        zone: in which its times are meant, such as ``Europe/Brussels``.
        host: name of the site, at the end of each UID.
        now: when the file is made, aware.
        address: returns the page of an organisation, or None.
        name: that its UIDs begin with, for a visit whose days may change; empty for its first day.
        sequence: how often it was changed since it was first given out (RFC 5545, 3.8.7.4).
        cancelled: stops that were given out before and are not visited any more, and when they
            would have been.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Baken//Site visits//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", say("Site visit"))
    stops = {one.id: one for one in programme.stops}
    travels = _travels(programme)
    begins = name or f"{programme.days[0].date:%Y%m%d}"

    def begun(stop: Stop, starts: datetime.datetime, status: str) -> Event:
        event = Event()
        event.add("uid", f"{begins}-{stop.id}@{host}")
        event.add("dtstamp", now.astimezone(datetime.UTC).replace(microsecond=0))
        event.add("sequence", sequence)
        event.add("dtstart", starts.replace(tzinfo=ZoneInfo(zone)))
        # What is left of the last five minutes is not the host's.
        minutes = datetime.timedelta(minutes=stop.minutes)
        event.add("dtend", (starts + minutes).replace(tzinfo=ZoneInfo(zone)))
        event.add("summary", say("Visit to %(name)s", name=stop.name))
        event.add("status", status)
        return event

    for visit in programme.visits:
        stop = stops[visit.stop or ""]
        status = "CONFIRMED" if stop.state == "confirmed" else "TENTATIVE"
        event = begun(stop, visit.starts, status)
        where = ", ".join(part for part in (stop.name, stop.address or stop.place) if part)
        event.add("location", where)
        if isinstance(stop.spot, Spot) and stop.spot.is_exact:
            event.add("geo", (stop.spot.lat, stop.spot.lon))
        page = address(stop.id) or stop.website
        if page is not None:
            event.add("url", page)
        event.add("description", _description(stop, travels.get(stop.id), say))
        calendar.add_component(event)
    for stop, starts in cancelled:
        calendar.add_component(begun(stop, starts, "CANCELLED"))
    days = [one.starts.date() for one in programme.visits] + [one.date() for _, one in cancelled]
    if days:
        calendar.subcomponents.insert(0, time_zone(zone, min(days), max(days)))
    made: bytes = calendar.to_ical()
    return made


def time_zone(zone: str, first: datetime.date, last: datetime.date) -> Timezone:
    """Return the rules of a time zone around two days, one observance a change of the clock.

    They begin a year before and end a year after. Own rules: icalendar 7.3 dates the beginning of
    summer time an hour late (RFC 5545, 3.6.5: by the clock as it was before).
    """
    first, last = first - _YEAR, last + _YEAR
    rules = Timezone()
    rules.add("tzid", zone)
    clock = ZoneInfo(zone)
    moment = datetime.datetime.combine(first, datetime.time(), datetime.UTC)
    before = moment.astimezone(clock)
    rules.add_component(_observance(before, before.replace(tzinfo=None), before))
    while moment.date() < last:
        step = datetime.timedelta(days=1)
        after = (moment + step).astimezone(clock)
        if after.utcoffset() != before.utcoffset():
            low, high = moment, moment + step
            while high - low > datetime.timedelta(minutes=1):
                middle = low + (high - low) // 2
                is_after = middle.astimezone(clock).utcoffset() == after.utcoffset()
                low, high = (low, middle) if is_after else (middle, high)
            offset = before.utcoffset() or datetime.timedelta()
            turn = high.replace(second=0, microsecond=0, tzinfo=None)
            rules.add_component(_observance(after, turn + offset, before))
        moment, before = moment + step, after
    return rules


def _observance(
    now: datetime.datetime, starts: datetime.datetime, before: datetime.datetime
) -> TimezoneStandard | TimezoneDaylight:
    """Return one rule: from when, by the clock before, which offset holds instead of which."""
    rule = TimezoneDaylight() if now.dst() else TimezoneStandard()
    rule.add("dtstart", starts)
    rule.add("tzname", now.tzname())
    rule.add("tzoffsetfrom", before.utcoffset())
    rule.add("tzoffsetto", now.utcoffset())
    return rule


def _travels(programme: Programme) -> Mapping[str, Entry]:
    """Return the way to each stop, by its id."""
    return {
        entry.stop: entry
        for day in programme.days
        for entry in day.entries
        if entry.kind == "travel" and entry.stop is not None
    }


def _description(stop: Stop, travel: Entry | None, say: Speech) -> str:
    lines = [part for part in (stop.kind, stop.website) if part]
    if stop.state != "confirmed":
        lines.append(say("Proposed; its host has not confirmed."))
    if travel is not None:
        lines.append(say("On the way before: %(time)s, estimated.", time=duration(travel.minutes)))
    return "\n".join(lines)
