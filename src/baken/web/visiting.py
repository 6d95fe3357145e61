"""The visit that an address describes: its stops and days, and the map of its programme.

Everything stands in the address, one parameter a wish, and nowhere else; nothing is kept. What is
said of one stop has its id in the parameter's name, such as ``minutes-imec=90``.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from msgspec import Struct, structs

from baken.errors import VisitError
from baken.text.marking import message
from baken.text.speech import Speech
from baken.visits import Day, Lunch, Programme, Spot, Stop, Trip, Window
from baken.visits.usual import HOURS
from baken.workspace import Workspace

from .inset import Drawing, Frame
from .page import Query

_WEEKEND: Final = 5
_AHEAD_DAYS: Final = 14
"""How far ahead the first day is when none is asked for: hosts need notice."""

_MANY_STOPS: Final = 4
"""Stops for one day; of more, two are proposed."""

_OF_A_STOP: Final = ("minutes", "from", "until", "on", "before", "at", "was")
"""What is said of one stop, in a parameter that ends in its id."""

_OF_ALL: Final = (
    "stop", "may", "no", "day", "start", "end", "begin", "finish", "lunch", "road",
)  # fmt: skip

_CLOSE: Final = 16.0
"""Units of the drawing within which two stops share a mark."""

_WRONG_TIME: Final = message("“%(given)s” is no time of day. Write it as 09:30.")
_WRONG_DATE: Final = message("“%(given)s” is no date. Write it as 2026-12-01.")
_WRONG_NUMBER: Final = message("“%(given)s” is no number of minutes.")


class Wish(Struct, frozen=True, kw_only=True):
    """What an address says of a visit.

    Attributes:
        stops: in the order chosen.
        days: of the visit; those proposed where none are asked for.
        order: pairs of stops, the first before the second.
        is_dated: whether the address names days.
    """

    stops: tuple[Stop, ...]
    days: tuple[Day, ...]
    order: tuple[tuple[str, str], ...]
    is_dated: bool


class Mark(Struct, frozen=True):
    """The numbers of stops on the map, beside the first of them."""

    x: float
    y: float
    label: str


class RouteMap(Struct, frozen=True):
    """A programme on the outlines of the landscape.

    Attributes:
        routes: the ways of each day, as the ``d`` of a path.
        dots: the stops.
        marks: their numbers; those close together share one.
        ends: where days begin and end.
        alt: the map in a sentence.
    """

    routes: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]
    ends: tuple[tuple[float, float], ...]
    alt: str


def wish_of(workspace: Workspace, query: Query, today: datetime.date) -> Wish:
    """Return the visit that an address asks for.

    Raises:
        NotFoundError: there is no organisation of an id.
        NeedError: there is no such place.
        VisitError: a time, a date or a number makes no sense.
    """
    ids = query.all("stop")
    known = set(ids)
    stops = tuple(_stop(workspace, query, one) for one in ids)
    order = tuple(
        (one, other) for one in ids for other in query.all(f"before-{one}") if other in known
    )
    return Wish(
        stops=stops,
        days=_days(workspace, query, len(ids), today),
        order=order,
        is_dated=bool(query.all("day")),
    )


def parameters_of(query: Query, without: str | None = None) -> dict[str, tuple[str, ...]]:
    """Return what an address says of a visit, ready for another address.

    Args:
        query: the address.
        without: a stop of which nothing is said any more.
    """
    ids = [one for one in query.all("stop") if one != without]
    kept = {name: query.all(name) for name in _OF_ALL}
    kept["stop"] = tuple(ids)
    for name in ("may", "no"):
        kept[name] = tuple(one for one in kept[name] if one in ids)
    kept |= {f"{name}-{one}": query.all(f"{name}-{one}") for one in ids for name in _OF_A_STOP}
    if without is not None:
        for one in ids:
            key = f"before-{one}"
            kept[key] = tuple(other for other in kept[key] if other != without)
    return {name: values for name, values in kept.items() if values}


def _stop(workspace: Workspace, query: Query, organisation_id: str) -> Stop:
    given: dict[str, Any] = {"is_must": organisation_id not in query.all("may")}
    minutes = query.one(f"minutes-{organisation_id}")
    if minutes is not None:
        if not re.fullmatch(r"\d{1,4}", minutes):
            raise VisitError(_WRONG_NUMBER, given=minutes[:40])
        given["minutes"] = int(minutes)
    opens, closes = (_time(query.one(f"{name}-{organisation_id}")) for name in ("from", "until"))
    on = _date(query.one(f"on-{organisation_id}"))
    if opens or closes or on:
        usual = HOURS[0]
        weekdays = usual.weekdays if on is None else ()
        given["windows"] = (Window(opens or usual.opens, closes or usual.closes, weekdays, on),)
    at = _moment(query.one(f"at-{organisation_id}"))
    if organisation_id in query.all("no"):
        given["state"] = "declined"
    elif at is not None:
        given |= {"state": "confirmed", "at": at}
    given["was"] = _moment(query.one(f"was-{organisation_id}"))
    return workspace.visit_stop(organisation_id, language=query.language, **given)


def _days(workspace: Workspace, query: Query, stops: int, today: datetime.date) -> tuple[Day, ...]:
    given = sorted({day for day in map(_date, query.all("day")) if day is not None})
    dates = given or _proposed(today, 1 if stops <= _MANY_STOPS else 2)
    usual = Day(date=today)
    begin, finish = (
        workspace.visit_spot(word[:100], language=query.language) if word else None
        for word in (query.one("begin"), query.one("finish") or query.one("begin"))
    )
    road = query.one("road")
    if road is not None and not re.fullmatch(r"\d{1,4}", road):
        raise VisitError(_WRONG_NUMBER, given=road[:40])
    return tuple(
        Day(
            date=date,
            starts=_time(query.one("start")) or usual.starts,
            ends=_time(query.one("end")) or usual.ends,
            begins=begin,
            finishes=finish,
            lunch=None if query.one("lunch") == "no" else Lunch(),
            most_travel=int(road) if road else None,
        )
        for date in dates
    )


def _proposed(today: datetime.date, count: int) -> list[datetime.date]:
    """Return so many days in a row that are no weekend, from a Tuesday at least two weeks ahead."""
    day = today + datetime.timedelta(days=_AHEAD_DAYS)
    day += datetime.timedelta(days=(1 - day.weekday()) % 7)
    return [day + datetime.timedelta(days=k) for k in range(count)]


def _time(given: str | None) -> datetime.time | None:
    if given is None:
        return None
    if not re.fullmatch(r"[0-2]?\d:[0-5]\d", given):
        raise VisitError(_WRONG_TIME, given=given[:40])
    try:
        return datetime.time.fromisoformat(given.zfill(5))
    except ValueError as error:
        raise VisitError(_WRONG_TIME, given=given[:40]) from error


def _date(given: str | None) -> datetime.date | None:
    if given is None:
        return None
    try:
        return datetime.date.fromisoformat(given)
    except ValueError as error:
        raise VisitError(_WRONG_DATE, given=given[:40]) from error


def _moment(given: str | None) -> datetime.datetime | None:
    if given is None:
        return None
    date, _, time = given.partition("T")
    day, clock = _date(date), _time(time or None)
    if day is None or clock is None:
        raise VisitError(_WRONG_TIME, given=given[:40])
    return datetime.datetime.combine(day, clock)


# -- the map ---------------------------------------------------------------------------------


def route_map(
    workspace: Workspace, programme: Programme, days: Sequence[Day], say: Speech
) -> RouteMap | None:
    """Return a programme on the map; None where the landscape has no outlines."""
    outlines = workspace.outlines
    visits = programme.visits
    if outlines is None or not visits:
        return None
    frame = Frame(outlines.bounds)
    spots = {stop.id: stop.spot for stop in programme.stops if stop.spot is not None}
    routes, marks, ends, number = [], list[Mark](), list[tuple[float, float]](), 0
    dots: list[tuple[float, float]] = []
    for day, planned in zip(days, programme.days, strict=True):
        points = [
            frame.place((spots[e.stop].lon, spots[e.stop].lat))
            for e in planned.entries
            if e.kind == "visit" and e.stop
        ]
        dots.extend(points)
        for point in points:
            number += 1
            _add(marks, point, number)
        if points:
            first, last = _end(frame, day.begins), _end(frame, day.finishes)
            ends.extend(one for one in (first, last) if one is not None)
            way = [*([first] if first else []), *points, *([last] if last else [])]
            routes.append("M" + "L".join(f"{x:g} {y:g}" for x, y in way))
        else:
            routes.append("")
    alt = say("Map of the stops, in order: %(names)s.", names=say.listed([e.label for e in visits]))
    return RouteMap(tuple(routes), tuple(dots), tuple(marks), tuple(dict.fromkeys(ends)), alt)


def _end(frame: Frame, spot: Spot | None) -> tuple[float, float] | None:
    return frame.place((spot.lon, spot.lat)) if spot is not None else None


def _add(marks: list[Mark], point: tuple[float, float], number: int) -> None:
    """Add a stop; one that is close to another shares its mark."""
    for k, mark in enumerate(marks):
        if math.dist((mark.x, mark.y), point) < _CLOSE:
            marks[k] = Mark(mark.x, mark.y, f"{mark.label}, {number}")
            return
    marks.append(Mark(*point, str(number)))


def route_picture(drawing: Drawing, route: RouteMap) -> str:
    """Return the map as a picture of its own, in ink on paper."""
    dashes = ("", "4 3", "1.5 2.5", "7 2", "5 2 1 2")
    lines = "".join(
        f'<path d="{path}" fill="none" stroke="#0f5c63" stroke-width="1.4" '
        f'stroke-dasharray="{dashes[day % len(dashes)] or "none"}" stroke-linejoin="round"/>'
        for day, path in enumerate(route.routes)
        if path
    )
    ends = "".join(
        f'<circle cx="{x}" cy="{y}" r="2.6" fill="#fff" stroke="#0f5c63" stroke-width="1.4"/>'
        for x, y in route.ends
    )
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="3.4" fill="#a8341b" stroke="#fff"/>' for x, y in route.dots
    )
    marks = "".join(
        f'<text x="{mark.x + 5.5}" y="{mark.y - 2.5}" font-family="Libertinus Serif" '
        f'font-size="9" font-weight="700" fill="#1b2430">{escape(mark.label)}</text>'
        for mark in route.marks
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {drawing.width} {drawing.height}" width="{drawing.width}" '
        f'height="{drawing.height}"><title>{escape(route.alt)}</title>'
        f'<path d="{drawing.around}" fill="#f1eee6" stroke="#d5d0c3" stroke-width=".5"/>'
        f'<path d="{drawing.region}" fill="#e3efee" stroke="#9dbcba" stroke-width=".5"/>'
        f"{lines}{ends}{dots}{marks}</svg>"
    )


# -- a visit carried along -------------------------------------------------------------------


_LONGEST: Final = 6_000
"""Characters of an address that describes a visit: twelve stops with every wish."""


def written(parameters: Mapping[str, Sequence[str]]) -> str:
    """Return what an address says of a visit, for a field of a form."""
    return urlencode({name: list(values) for name, values in parameters.items()}, doseq=True)


def read_query(text: str, say: Speech) -> Query:
    """Return the address that a field of a form holds.

    Raises:
        VisitError: it is too long to be one.
    """
    if len(text) > _LONGEST:
        raise VisitError(message("This visit has too many wishes. Plan it again with fewer."))
    return Query("/visit", {}, parse_qs(text, max_num_fields=400), say)


def trip_of(workspace: Workspace, query: Query, today: datetime.date) -> Trip:
    """Return the trip that an address asks for; what it says that hosts have said is left out.

    Raises:
        NotFoundError: there is no organisation of an id.
        NeedError: there is no such place.
        VisitError: a time, a date or a number makes no sense.
    """
    wish = wish_of(workspace, query, today)
    return Trip(
        stops=tuple(
            structs.replace(one, state="proposed", at=None, was=None)
            for one in wish.stops
            if one.state != "declined"
        ),
        days=wish.days,
        order=tuple(
            pair
            for pair in wish.order
            if all(one.state != "declined" for one in wish.stops if one.id in pair)
        ),
    )


def parameters_of_trip(trip: Trip) -> dict[str, tuple[str, ...]]:
    """Return the address that asks for a trip: the other way round of `trip_of`."""
    first = trip.days[0]
    found: dict[str, tuple[str, ...]] = {
        "stop": tuple(one.id for one in trip.stops),
        "may": tuple(one.id for one in trip.stops if not one.is_must),
        "day": tuple(day.date.isoformat() for day in trip.days),
        "start": (f"{first.starts:%H:%M}",),
        "end": (f"{first.ends:%H:%M}",),
        "begin": (first.begins.label,) if first.begins else (),
        "finish": (first.finishes.label,) if first.finishes else (),
        "lunch": () if first.lunch else ("no",),
        "road": (str(first.most_travel),) if first.most_travel else (),
    }
    for one in trip.stops:
        found[f"minutes-{one.id}"] = (str(one.minutes),)
        if one.windows and one.windows != HOURS:
            window = one.windows[0]
            found[f"from-{one.id}"] = (f"{window.opens:%H:%M}",)
            found[f"until-{one.id}"] = (f"{window.closes:%H:%M}",)
            found[f"on-{one.id}"] = (window.date.isoformat(),) if window.date else ()
    for before, later in trip.order:
        found[f"before-{before}"] = (*found.get(f"before-{before}", ()), later)
    return {name: values for name, values in found.items() if values}
