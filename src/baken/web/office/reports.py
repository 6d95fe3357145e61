"""How the desk does: answer times as a distribution, promises, outcomes, groups; also as CSV."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from baken.desk import Report
from baken.desk.reporting import FEWEST, HOURS, Group
from baken.text.speech import message
from baken.web.acting import Call, File
from baken.web.page import Choice

from .words import KINDS, LANGUAGES, OUTCOMES, names_of

_PERIODS: Final = {
    "30": (30, message("30 days")),
    "90": (90, message("90 days")),
    "365": (365, message("a year")),
    "all": (36_500, message("everything")),
}

_GROUPINGS: Final = {
    "kind": message("By kind"),
    "sector": message("By sector"),
    "country": message("By country"),
    "language": message("By language"),
    "owner": message("By officer"),
}

_WIDTH: Final = 640
_HEIGHT: Final = 200
_BASE: Final = 160


class Column(Struct, frozen=True):
    """One column of the distribution: how many answers took so long, and where it is drawn."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float
    middle: float


class Row(Struct, frozen=True):
    """One line of a table."""

    label: str
    count: str
    kept: str
    median: str
    open: str


class Table(Struct, frozen=True):
    """How it went, by something."""

    title: str
    rows: tuple[Row, ...]


class Reports(Struct, frozen=True, kw_only=True):
    """What the template shows.

    Attributes:
        periods: to choose from.
        csv: address of the same as a file.
        since: first day.
        until: last day.
        count: enquiries that arrived.
        figures: label and value of what matters most.
        columns: of the distribution of answer times; none without answers.
        promise_x: where the promise is drawn.
        promise: how long it is, in words.
        outcomes: in words, and how many.
        tables: by something.
        fewest: enquiries in a group of which something is told.
    """

    periods: tuple[Choice, ...]
    csv: str
    since: str
    until: str
    count: int
    figures: tuple[tuple[str, str, str], ...]
    columns: tuple[Column, ...]
    promise_x: float
    promise: str
    outcomes: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    fewest: int


def build(call: Call) -> Reports | File:
    """Return the report of the period that the address names, as a page or as a file."""
    query, say, desk = call.query, call.say, call.desk
    period = query.one("period") or "90"
    if period not in _PERIODS:
        period = "90"
    until = desk.now()
    since = until - datetime.timedelta(days=_PERIODS[period][0])
    report = desk.report(since, until)
    tables = tuple(
        Table(say(title), tuple(_row(group, name, call) for group in report.groups[name]))
        for name, title in _GROUPINGS.items()
    )
    if query.one("form") == "csv":
        return File(_csv(report, tables, call), "text/csv; charset=utf-8", f"desk-{period}.csv")
    promise_h = desk.calendar.promise_days * desk.calendar.working_day.total_seconds() / 3600
    return Reports(
        periods=tuple(
            Choice(id_, say(label), None, query.address("/desk/reports", period=id_), id_ == period)
            for id_, (_, label) in _PERIODS.items()
        ),
        csv=query.address("/desk/reports", period=period, form="csv"),
        since=say.day(desk.calendar.local(since).date()) if period != "all" else "",
        until=say.day(desk.calendar.local(until).date()),
        count=report.count,
        figures=_figures(report, call),
        columns=_columns(report),
        promise_x=_at(promise_h),
        promise=_hours(promise_h, call),
        outcomes=tuple(
            (say(OUTCOMES[name]), _few(count, call)) for name, count in report.outcomes.items()
        ),
        tables=tables,
        fewest=FEWEST,
    )


def _figures(report: Report, call: Call) -> tuple[tuple[str, str, str], ...]:
    say = call.say
    decided = report.kept + report.missed
    share = (
        say("%(percent)s %%", percent=say.number(round(100 * report.kept / decided)))
        if decided
        else "–"
    )
    return (
        (
            say("promises kept"),
            share,
            say(
                "%(kept)s kept, %(missed)s missed, %(running)s still running or fallen away",
                kept=report.kept,
                missed=report.missed,
                running=report.running,
            ),
        ),
        (
            say("to the first answer, for half of them"),
            _hours(report.median_h, call),
            say("nine out of ten: %(time)s; office hours", time=_hours(report.slow_h, call)),
        ),
        (
            say("counterparts introduced"),
            say.number(report.introduced),
            say("of %(number)s asked", number=say.number(report.asked)),
        ),
    )


def _hours(hours: float | None, call: Call) -> str:
    if hours is None:
        return "–"
    return call.say("%(number)s h", number=call.say.number(round(hours, 1)))


def _few(count: int | None, call: Call) -> str:
    return (
        call.say("fewer than %(number)s", number=FEWEST)
        if count is None
        else call.say.number(count)
    )


def _row(group: Group, name: str, call: Call) -> Row:
    words = {"kind": KINDS, "language": LANGUAGES}.get(name, {})
    label = call.say(words[group.value]) if group.value in words else group.value
    if name == "owner":
        label = names_of(call.desk.team.officers()).get(group.value, "")
    percent = None if group.kept is None else call.say.number(round(100 * group.kept))
    told = group.count is not None
    return Row(
        label=label or call.say("not said"),
        count=_few(group.count, call),
        kept="–" if percent is None else call.say("%(percent)s %%", percent=percent),
        median=_hours(group.median_h, call),
        open=_few(group.open, call) if told else "–",
    )


def _at(hours: float) -> float:
    """Return where so many hours are on the axis, whose columns are equally wide."""
    edges = (0, *HOURS)
    width = _WIDTH / (len(HOURS) + 1)
    for number, (low, high) in enumerate(itertools.pairwise(edges)):
        if hours <= high:
            return round(width * (number + (hours - low) / (high - low)), 1)
    return float(_WIDTH)


def _columns(report: Report) -> tuple[Column, ...]:
    most = max(report.hours, default=0)
    if not most:
        return ()
    width = _WIDTH / len(report.hours)
    edges = (0, *HOURS)
    found = []
    for number, count in enumerate(report.hours):
        label = f"> {HOURS[-1]}" if number == len(HOURS) else f"{edges[number]}–{edges[number + 1]}"
        height = (_BASE - 24) * count / most
        found.append(
            Column(
                label=label,
                count=count,
                x=round(number * width + 4, 1),
                y=round(_BASE - height, 1),
                width=round(width - 8, 1),
                height=round(height, 1),
                middle=round((number + 0.5) * width, 1),
            )
        )
    return tuple(found)


def _csv(report: Report, tables: tuple[Table, ...], call: Call) -> bytes:
    """Return the same numbers as a file, in UTF-8 with the mark that spreadsheets look for."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(_lines(report, tables, call))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _lines(report: Report, tables: tuple[Table, ...], call: Call) -> Iterator[list[str]]:
    say = call.say
    yield [
        say("What"),
        say("Value"),
        say("Enquiries"),
        say("Promises kept"),
        say("Median"),
        say("Open"),
    ]
    yield [say("everything"), "", str(report.count)]
    for label, value, _ in _figures(report, call):
        yield [label, value]
    for column in _columns(report):
        yield [say("Office hours to the first answer"), column.label, str(column.count)]
    for name, count in report.outcomes.items():
        yield [say("Outcome"), say(OUTCOMES[name]), _few(count, call)]
    for table in tables:
        for row in table.rows:
            yield [table.title, _harmless(row.label), row.count, row.kept, row.median, row.open]


def _harmless(text: str) -> str:
    """Return text that a spreadsheet takes for no formula: some of it strangers have written."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
