"""The office's calendar: when somebody is there, and when a promise is due.

Time at the office is counted by the clock on its wall: a working day is the hours it is open, and
two working days from Friday 16:00 are Tuesday 16:00, whatever daylight saving does in between.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from baken.config import Settings
from baken.errors import SettingError

UTC: Final = datetime.UTC

_SATURDAY: Final = 5
_LONGEST_CLOSURE_DAYS: Final = 100
"""An office that is closed for longer has a mistake in its settings."""


class OfficeCalendar(Struct, frozen=True, kw_only=True):
    """When an office is open.

    Attributes:
        zone: its time zone.
        opens: when it opens on a working day, on its own clock.
        closes: when it closes, later the same day.
        country: ISO 3166 code of the country whose public holidays it keeps, or with a part of
            it: ``BE``, ``DE-BY``.
        closed: further closing days, each range with its first and last day.
        promise_days: working days within which a person answers.
    """

    zone: str = "Europe/Brussels"
    opens: datetime.time = datetime.time(9)
    closes: datetime.time = datetime.time(17)
    country: str = "BE"
    closed: tuple[tuple[datetime.date, datetime.date], ...] = ()
    promise_days: int = 2

    @classmethod
    def of(cls, settings: Settings) -> OfficeCalendar:
        """Return the calendar that the settings describe.

        Raises:
            SettingError: a setting cannot be read; the message names it and shows the right form.
        """
        try:
            ZoneInfo(settings.office_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SettingError(
                f"There is no time zone “{settings.office_zone}”. Set BAKEN_OFFICE_ZONE to one "
                "such as Europe/Brussels."
            ) from error
        found = re.fullmatch(r"(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)", settings.office_hours.strip())
        try:
            opens, closes = map(datetime.time.fromisoformat, found.groups() if found else ())
        except ValueError:
            opens = closes = datetime.time()
        if opens >= closes:
            raise SettingError(
                f"BAKEN_OFFICE_HOURS is “{settings.office_hours}”; write it as 09:00-17:00."
            )
        _holidays(settings.office_country, 2026)
        return cls(
            zone=settings.office_zone,
            opens=opens,
            closes=closes,
            country=settings.office_country,
            closed=tuple(_ranges(settings.office_closed)),
            promise_days=settings.promise_days,
        )

    @property
    def working_day(self) -> datetime.timedelta:
        """How long the office is open on a working day."""
        day = datetime.date.min
        return datetime.datetime.combine(day, self.closes) - datetime.datetime.combine(
            day, self.opens
        )

    def local(self, moment: datetime.datetime) -> datetime.datetime:
        """Return a moment on the office's clock."""
        return moment.astimezone(ZoneInfo(self.zone))

    def holiday(self, day: datetime.date) -> str | None:
        """Return what a public holiday is called in its country, or None when `day` is none."""
        return _holidays(self.country, day.year).get(day)

    def is_working_day(self, day: datetime.date) -> bool:
        """Return whether the office opens that day."""
        return (
            day.weekday() < _SATURDAY
            and self.holiday(day) is None
            and not any(first <= day <= last for first, last in self.closed)
        )

    def is_open(self, moment: datetime.datetime) -> bool:
        """Return whether somebody is there."""
        local = self.local(moment)
        return (
            self.is_working_day(local.date())
            and self.opens <= local.time()
            and (local.time()) < self.closes
        )

    def after(self, moment: datetime.datetime, working: datetime.timedelta) -> datetime.datetime:
        """Return the moment at which the office will have been open for so long, in UTC.

        Args:
            moment: aware; outside office hours, counting starts when the office opens next.
            working: office time, not negative.

        Raises:
            SettingError: the office does not open for a hundred days.
        """
        local = self.local(moment)
        for day in self._working_days(local.date()):
            start = self.opens
            if day == local.date():
                if local.time() >= self.closes:
                    continue
                start = max(start, local.time().replace(fold=0))
            begin = datetime.datetime.combine(day, start)
            left = datetime.datetime.combine(day, self.closes) - begin
            if working <= left:
                return (begin + working).replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
            working -= left
        raise AssertionError("there is always another working day")

    def open_between(self, start: datetime.datetime, end: datetime.datetime) -> datetime.timedelta:
        """Return for how long the office was open between two moments; nothing before `start`."""
        begin, until = self.local(start), self.local(end)
        total, day = datetime.timedelta(), begin.date()
        while day <= until.date():
            if self.is_working_day(day):
                first = begin.time() if day == begin.date() else self.opens
                last = until.time() if day == until.date() else self.closes
                opened = datetime.datetime.combine(day, max(first, self.opens).replace(fold=0))
                closed = datetime.datetime.combine(day, min(last, self.closes).replace(fold=0))
                total += max(closed - opened, datetime.timedelta())
            day += datetime.timedelta(days=1)
        return total

    def working_days_after(self, moment: datetime.datetime, days: float) -> datetime.datetime:
        """Return the moment so many working days later, in UTC; half days are allowed."""
        return self.after(moment, self.working_day * days)

    def promise_due(self, received_at: datetime.datetime) -> datetime.datetime:
        """Return by when a person answers what was received, in UTC: always in office hours."""
        return self.working_days_after(received_at, self.promise_days)

    def _working_days(self, first: datetime.date) -> Iterator[datetime.date]:
        """Yield working days from `first` on."""
        day, idle = first, 0
        while idle < _LONGEST_CLOSURE_DAYS:
            if self.is_working_day(day):
                idle = 0
                yield day
            else:
                idle += 1
            day += datetime.timedelta(days=1)
        raise SettingError(
            f"By BAKEN_OFFICE_CLOSED the office does not open for {idle} days before {day}. "
            "Nothing can be promised; name fewer closing days."
        )


def _ranges(text: str) -> Iterator[tuple[datetime.date, datetime.date]]:
    """Yield the closing days that a setting names.

    Raises:
        SettingError: one of them is no date and no range of dates.
    """
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, _, last = part.partition("/")
        try:
            begin = datetime.date.fromisoformat(first.strip())
            end = datetime.date.fromisoformat((last or first).strip())
        except ValueError:
            begin, end = datetime.date.max, datetime.date.min
        if begin > end:
            raise SettingError(
                f"BAKEN_OFFICE_CLOSED names “{part}”, which is no day. Write days as 2026-12-24 "
                "and ranges as 2026-12-27/2026-12-31."
            )
        yield begin, end


@lru_cache(maxsize=64)  # a pure function of public law; a calendar asks for the same years again
def _holidays(country: str, year: int) -> dict[datetime.date, str]:
    """Return a country's public holidays in a year, by day.

    Raises:
        SettingError: no such country is known.
    """
    import holidays  # only who asks for a promise pays for loading it

    code, _, part = country.strip().upper().partition("-")
    try:
        return dict(holidays.country_holidays(code, subdiv=part or None, years=year))
    except NotImplementedError as error:
        raise SettingError(
            f"BAKEN_OFFICE_COUNTRY is “{country}”, whose public holidays are not known. Give a "
            "country's two letters, such as BE, or with a part of it, such as DE-BY."
        ) from error
