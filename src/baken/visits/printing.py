"""A programme on paper: a tagged PDF (PDF/UA-1), set by typst from `programme.typ`."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from baken.text.speech import Speech

from .planner import clock, duration
from .trip import Entry, Programme, Stop

_HERE: Final = Path(__file__).parent
_TEMPLATE: Final = _HERE / "programme.typ"
_FONTS: Final = _HERE.parent / "guide" / "fonts"
"""Those of the handbook."""


class Line(Struct, frozen=True):
    """One line of a day on paper; see `baken.visits.Entry`."""

    kind: str
    time: str
    text: str
    detail: str
    number: int | None


class Contact(Struct, frozen=True):
    """Whom to reach about a stop."""

    number: int
    name: str
    kind: str
    where: str
    website: str | None


class Sheet(Struct, frozen=True, kw_only=True):
    """A programme in words, ready to be set.

    Attributes:
        picture: the map as SVG, or None.
        picture_text: what it shows, in a sentence.
        dates: when the visit takes place.
        made: the day of the plan.
    """

    language: str
    title: str
    dates: str
    summary: str
    made: str
    words: dict[str, str]
    days: tuple[dict[str, Any], ...]
    contacts: tuple[Contact, ...]
    dropped: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    picture: str | None
    picture_text: str


def print_programme(
    programme: Programme,
    say: Speech,
    *,
    today: datetime.date,
    picture: str | None = None,
) -> bytes:
    """Return a programme as a PDF that conforms to PDF/UA-1.

    Args:
        programme: what to print.
        say: the programme's own language.
        today: the day of the plan, which the document bears.
        picture: a map as SVG, or None.
    """
    made = _typeset(_sheet(programme, say, today, picture), today, "pdf")
    assert isinstance(made, bytes)
    return made


def print_programme_images(
    programme: Programme,
    say: Speech,
    *,
    today: datetime.date,
    picture: str | None = None,
    ppi: float = 96,
) -> list[bytes]:
    """Return a programme's pages as PNG, to be looked at; arguments as of `print_programme`."""
    made = _typeset(_sheet(programme, say, today, picture), today, "png", ppi)
    return made if isinstance(made, list) else [made]


def summary_of(programme: Programme, say: Speech) -> str:
    """Return a programme in a sentence: how many stops, how long on the road."""
    count = say.plural("%(number)s stop", "%(number)s stops", len(programme.visits))
    return say(
        "%(stops)s, %(time)s on the road, about %(distance)s km.",
        stops=count,
        time=duration(programme.travel_minutes),
        distance=say.number(round(programme.distance_km)),
    )


def wording_of(entry: Entry, stop: Stop | None, say: Speech) -> tuple[str, str]:
    """Return what a part of a day is called, and what else to know of it."""
    if entry.kind == "lunch":
        return say("Lunch"), ""
    if entry.kind == "wait":
        return say("Time to spare"), ""
    if entry.kind == "travel":
        if entry.is_on_foot:
            return say("On foot to %(name)s", name=entry.label), duration(entry.minutes)
        kilometres = round(entry.distance_km or 0)
        detail = say("%(time)s, estimated", time=duration(entry.minutes))
        if kilometres:
            detail = say(
                "%(time)s, about %(distance)s km, estimated",
                time=duration(entry.minutes),
                distance=say.number(kilometres),
            )
        if entry.is_rush:
            detail += ", " + say("at rush hour")
        return say("By car to %(name)s", name=entry.label), detail
    assert stop is not None
    return stop.name, ", ".join(p for p in (stop.kind, stop.address or stop.place) if p)


def _sheet(programme: Programme, say: Speech, today: datetime.date, picture: str | None) -> Sheet:
    stops = {one.id: one for one in programme.stops}
    numbers = {one.stop: k for k, one in enumerate(programme.visits, start=1)}
    visited = [stops[one.stop] for one in programme.visits if one.stop]
    days = tuple(
        {
            "title": say.full_day(day.date),
            "begins": say("Begins at %(place)s", place=day.begins) if day.begins else "",
            "lines": [
                Line(
                    entry.kind,
                    f"{clock(entry.starts)}–{clock(entry.ends)}",
                    *wording_of(entry, stops.get(entry.stop or ""), say),
                    numbers.get(entry.stop) if entry.kind == "visit" else None,
                )
                for entry in day.entries
            ],
            "reasons": day.reasons,
        }
        for day in programme.days
        if day.entries
    )
    first, last = programme.days[0].date, programme.days[-1].date
    return Sheet(
        language=programme.language,
        title=say("Site visit"),
        dates=say.full_day(first)
        if first == last
        else f"{say.full_day(first)} – {say.full_day(last)}",
        summary=summary_of(programme, say),
        made=say("Planned on %(date)s", date=say.day(today)),
        words={
            "reasons": say("Why in this order"),
            "contacts": say("Addresses and contacts"),
            "dropped": say("Not in the programme"),
            "notes": say("Good to know"),
            "number": say("No."),
            "stop": say("Stop"),
            "where": say("Where"),
            "website": say("Website"),
            "confirmed": say("confirmed"),
        },
        days=days,
        contacts=tuple(
            Contact(
                numbers[one.id],
                one.name,
                one.kind or "",
                one.address or one.place or "",
                one.website,
            )
            for one in visited
        ),
        dropped=tuple((one.name, one.why) for one in programme.dropped),
        notes=(
            *programme.notes,
            say("Times are proposals until each host has confirmed."),
        ),
        picture=picture,
        picture_text=say(
            "Map of the stops, in order: %(names)s.", names=say.listed([s.name for s in visited])
        ),
    )


def _typeset(
    sheet: Sheet, today: datetime.date, form: Literal["pdf", "png"], ppi: float | None = None
) -> bytes | list[bytes]:
    import typst  # a large library: only who prints pays for loading it

    compiler = typst.Compiler(
        _TEMPLATE,
        root=_HERE,
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"sheet": msgspec.json.encode(sheet).decode()},
    )
    made = compiler.compile(
        format=form,
        ppi=ppi,
        timestamp=datetime.datetime.combine(today, datetime.time(12), datetime.UTC),
        pdf_standards=["ua-1"] if form == "pdf" else [],
    )
    assert made is not None  # None is for what is written to a file
    return made
