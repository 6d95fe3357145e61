"""What a visit is made of: stops, days and what was agreed, and the programme that comes of it.

All times are those on the wall where the visit takes place: no time zone until a calendar file
needs one.
"""

from __future__ import annotations

import datetime
from typing import Literal

from msgspec import Struct

State = Literal["proposed", "confirmed", "declined"]
"""What a host has said: nothing yet, that the time suits, or that it cannot be."""

EntryKind = Literal["travel", "visit", "lunch", "wait"]


class Spot(Struct, frozen=True):
    """A point that is travelled from or to.

    Attributes:
        lat: latitude in degrees (WGS 84).
        lon: longitude in degrees.
        label: what it is called: a place or an organisation.
        is_exact: False for the middle of a municipality or province, around which time is allowed.
    """

    lat: float
    lon: float
    label: str
    is_exact: bool = True


class Window(Struct, frozen=True):
    """When a host can receive: the whole visit lies in it.

    Attributes:
        opens: its beginning.
        closes: its end, later the same day.
        weekdays: Monday is 0; empty for every day.
        date: the one day on which it holds, or None.
    """

    opens: datetime.time
    closes: datetime.time
    weekdays: tuple[int, ...] = ()
    date: datetime.date | None = None

    def holds_on(self, day: datetime.date) -> bool:
        """Return whether it holds on a day."""
        if self.date is not None and self.date != day:
            return False
        return not self.weekdays or day.weekday() in self.weekdays


class Stop(Struct, frozen=True, kw_only=True):
    """An organisation to visit.

    Attributes:
        id: of the organisation.
        name: what it is called.
        spot: where it is; None where that is not known well enough to travel to.
        minutes: how long the visit takes, 15 to 480.
        is_must: False for one that is visited where it fits.
        windows: when it can receive; one of them is enough.
        not_before: the earliest beginning, or None.
        state: what the host has said.
        at: when it begins: of a confirmed stop; else None.
        was: when it began in the programme before, to be kept where that costs little; or None.
        kind: what it is, in words, or None.
        place: where it is, in words, or None.
        address: street and number, or None.
        website: where contacts are found, or None.
    """

    id: str
    name: str
    spot: Spot | None
    minutes: int
    is_must: bool = True
    windows: tuple[Window, ...] = ()
    not_before: datetime.time | None = None
    state: State = "proposed"
    at: datetime.datetime | None = None
    was: datetime.datetime | None = None
    kind: str | None = None
    place: str | None = None
    address: str | None = None
    website: str | None = None


class Lunch(Struct, frozen=True):
    """A break that a day keeps, unless it is over before or begins after.

    Attributes:
        minutes: how long.
        earliest: when it may begin.
        latest: when it has begun at the latest.
    """

    minutes: int = 45
    earliest: datetime.time = datetime.time(12)
    latest: datetime.time = datetime.time(13, 30)


class Day(Struct, frozen=True, kw_only=True):
    """One day of the visit.

    Attributes:
        date: which.
        starts: not on the road before.
        ends: back by then.
        begins: where the day begins; None for its first stop.
        finishes: where it ends; None for its last stop.
        lunch: None for a day without.
        most_travel: minutes on the road at most, or None.
    """

    date: datetime.date
    starts: datetime.time = datetime.time(8, 30)
    ends: datetime.time = datetime.time(18)
    begins: Spot | None = None
    finishes: Spot | None = None
    lunch: Lunch | None = Lunch()
    most_travel: int | None = None


class Trip(Struct, frozen=True, kw_only=True):
    """What is to be planned.

    Attributes:
        stops: in the order in which they were chosen, which binds nobody.
        days: in order of date.
        order: pairs of stops: the first is visited before the second.
    """

    stops: tuple[Stop, ...]
    days: tuple[Day, ...]
    order: tuple[tuple[str, str], ...] = ()


class Entry(Struct, frozen=True, kw_only=True):
    """A part of a day.

    Attributes:
        kind: what it is.
        starts: when.
        ends: when it is over.
        stop: which stop is visited or travelled to; None at the end of a day.
        label: what it is called, or where it is travelled to.
        distance_km: of a travel, by road and estimated; else None.
        is_rush: whether it is travelled at rush hour.
        is_on_foot: whether it is walked.
    """

    kind: EntryKind
    starts: datetime.datetime
    ends: datetime.datetime
    stop: str | None = None
    label: str = ""
    distance_km: float | None = None
    is_rush: bool = False
    is_on_foot: bool = False

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return int((self.ends - self.starts).total_seconds()) // 60


class PlannedDay(Struct, frozen=True, kw_only=True):
    """A day as planned.

    Attributes:
        date: which.
        begins: where it begins, in words; empty at its first stop.
        entries: in order of time, without gaps; empty for a day on which nothing is visited.
        travel_minutes: on the road, estimated.
        distance_km: by road, estimated.
        reasons: why in this order and why on this day, in sentences.
    """

    date: datetime.date
    begins: str
    entries: tuple[Entry, ...]
    travel_minutes: int
    distance_km: float
    reasons: tuple[str, ...]


class Dropped(Struct, frozen=True):
    """A stop that is not visited, and why."""

    stop: str
    name: str
    is_must: bool
    why: str


class Programme(Struct, frozen=True, kw_only=True):
    """A visit as planned.

    Attributes:
        language: of its sentences.
        stops: what was to be planned, declined ones among them.
        days: as many as were given.
        dropped: what is not visited.
        changes: what differs from the programme before, in sentences; empty when there was none.
        travel_minutes: on the road, of all days.
        distance_km: by road, of all days.
        order_given_minutes: on the road if the stops were visited in the order in which they were
            chosen; None when that does not fit into the days.
        notes: how travel times came about, and what else to know, in sentences.
    """

    language: str
    stops: tuple[Stop, ...]
    days: tuple[PlannedDay, ...]
    dropped: tuple[Dropped, ...]
    changes: tuple[str, ...]
    travel_minutes: int
    distance_km: float
    order_given_minutes: int | None
    notes: tuple[str, ...]

    @property
    def visits(self) -> tuple[Entry, ...]:
        """Every visit, in order of time."""
        return tuple(e for day in self.days for e in day.entries if e.kind == "visit")
