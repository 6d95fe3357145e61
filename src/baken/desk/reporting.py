"""How the desk does: answer times, promises, outcomes, who carries what. Nothing personal.

Where fewer than `FEWEST` enquiries stand behind a number that is about one group, the number is not
shown: in a small desk “the one from Malta” is somebody.
"""

from __future__ import annotations

import datetime
import statistics
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from .calendar import OfficeCalendar
from .records import Records, stamp

FEWEST: Final = 5
"""Enquiries in a group of which something is told."""

HOURS: Final = (1, 2, 4, 8, 12, 16, 24, 32, 40)
"""Where one column of the distribution of answer times ends and the next begins: office hours."""

GROUPINGS: Final = ("kind", "sector", "country", "language", "owner")
"""What enquiries are grouped by, one at a time and never together."""


class Row(Struct, frozen=True, kw_only=True):
    """One enquiry, without anything that says whose it is.

    Attributes:
        owner: identifier of the officer; None for nobody.
        asked: how many counterparts were asked.
        introduced: how many were introduced.
    """

    kind: str
    language: str
    country: str
    sector: str
    state: str
    outcome: str | None
    received: datetime.datetime
    promise_due: datetime.datetime
    answered: datetime.datetime | None
    closed: datetime.datetime | None
    owner: str | None
    asked: int
    introduced: int


class Group(Struct, frozen=True, kw_only=True):
    """How it went for some enquiries; None where too few stand behind a number.

    Attributes:
        value: what they have in common; empty where it was not said.
        count: how many they are; None for 1 to `FEWEST` - 1.
        kept: share of promises kept of those that are decided, 0–1.
        median_h: office hours to the first answer of half of them.
        open: how many are open.
    """

    value: str
    count: int | None
    kept: float | None = None
    median_h: float | None = None
    open: int | None = None


class Report(Struct, frozen=True, kw_only=True):
    """What is told of a period: of enquiries that arrived in it, as they stand now.

    Attributes:
        since: when it begins.
        until: when it ended.
        count: enquiries.
        kept: promises kept.
        missed: promises missed, answered late or not at all.
        running: promises that are neither yet.
        hours: how many first answers took so long, by column of `HOURS`; the last is longer.
        median_h: office hours to the first answer of half of them; None without answers.
        slow_h: the same of nine out of ten.
        asked: counterparts asked.
        introduced: counterparts introduced.
        outcomes: how many ended so; None for 1 to `FEWEST` - 1.
        groups: by each of `GROUPINGS`, the largest first.
    """

    since: datetime.datetime
    until: datetime.datetime
    count: int
    kept: int
    missed: int
    running: int
    hours: tuple[int, ...]
    median_h: float | None
    slow_h: float | None
    asked: int
    introduced: int
    outcomes: dict[str, int | None]
    groups: dict[str, tuple[Group, ...]]


def read_rows(records: Records, since: datetime.datetime, until: datetime.datetime) -> list[Row]:
    """Return the enquiries that arrived in a period."""
    names = Row.__struct_fields__
    found = records.session.select("report", since=stamp(since), until=stamp(until))
    return [msgspec.convert(dict(zip(names, row, strict=True)), Row) for row in found]


def report(
    rows: Sequence[Row],
    since: datetime.datetime,
    until: datetime.datetime,
    *,
    calendar: OfficeCalendar,
    now: datetime.datetime,
) -> Report:
    """Return how it went in a period."""
    times = sorted(took for row in rows if (took := _took_h(row, calendar)) is not None)
    columns = Counter(bisect_right(HOURS, took) for took in times)
    kept = [_is_kept(row, now) for row in rows]
    return Report(
        since=since,
        until=until,
        count=len(rows),
        kept=kept.count(True),
        missed=kept.count(False),
        running=kept.count(None),
        hours=tuple(columns[number] for number in range(len(HOURS) + 1)),
        median_h=statistics.median(times) if times else None,
        slow_h=times[max(0, -(-len(times) * 9 // 10) - 1)] if times else None,
        asked=sum(row.asked for row in rows),
        introduced=sum(row.introduced for row in rows),
        outcomes={
            outcome: _told(count)
            for outcome, count in Counter(row.outcome for row in rows if row.outcome).most_common()
        },
        groups={name: _groups(rows, name, calendar, now) for name in GROUPINGS},
    )


def _groups(
    rows: Iterable[Row], name: str, calendar: OfficeCalendar, now: datetime.datetime
) -> tuple[Group, ...]:
    by_value: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_value[getattr(row, name) or ""].append(row)

    def largest(one: tuple[str, list[Row]]) -> tuple[int, str]:
        return -len(one[1]), one[0]

    found = []
    for value, members in sorted(by_value.items(), key=largest):
        if _told(len(members)) is None:
            found.append(Group(value=value, count=None))
            continue
        times = [took for row in members if (took := _took_h(row, calendar)) is not None]
        decided = [kept for row in members if (kept := _is_kept(row, now)) is not None]
        found.append(
            Group(
                value=value,
                count=len(members),
                kept=sum(decided) / len(decided) if len(decided) >= FEWEST else None,
                median_h=statistics.median(times) if len(times) >= FEWEST else None,
                open=_told(sum(row.state != "closed" for row in members)),
            )
        )
    return tuple(found)


def _told(count: int) -> int | None:
    """Return a count that may be told; None for one that is too small."""
    return count if count == 0 or count >= FEWEST else None


def _is_kept(row: Row, now: datetime.datetime) -> bool | None:
    """Return whether a promise was kept; None for one that is still running, or fell away."""
    if row.answered is not None:
        return row.answered <= row.promise_due
    if row.closed is not None and row.closed <= row.promise_due:
        return None
    return None if now <= row.promise_due else False


def _took_h(row: Row, calendar: OfficeCalendar) -> float | None:
    """Return the office hours to the first answer; None while there is none."""
    if row.answered is None:
        return None
    return calendar.open_between(row.received, row.answered).total_seconds() / 3600
