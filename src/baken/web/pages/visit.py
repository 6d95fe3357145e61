"""A site visit: stops and days in the address, the best programme, and why it is so.

The same as a calendar file is ``/visit.ics`` and on paper ``/visit.pdf``.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct

from baken.errors import BakenError, NeedError, VisitError
from baken.model import Organisation
from baken.store import Filter
from baken.text.speech import Speech, message
from baken.visits import (
    Day,
    Entry,
    Programme,
    Spot,
    Stop,
    clock,
    duration,
    print_programme,
    summary_of,
    usual_minutes,
    wording_of,
    write_calendar,
)
from baken.visits.planner import MOST_DAYS
from baken.visits.solver import MOST_STOPS
from baken.visits.travel import great_circle_km
from baken.web.inset import draw
from baken.web.page import Form, Link, Page, Query
from baken.web.visiting import (
    RouteMap,
    Wish,
    parameters_of,
    route_map,
    route_picture,
    wish_of,
    written,
)
from baken.workspace import Workspace

_VISITABLE: Final = ("science-park", "incubator", "living-lab", "biobank", "accelerator")
"""Kinds that there is something to see of, proposed before anything is chosen."""

_MOST_PROPOSED: Final = 12
_MOST_NEAR: Final = 6
_NEAR_KM: Final = 12.0
_MOST_SITES: Final = 1_000
"""Of more, only those are read whose own coordinates, as the index has them, are close."""

_FRIDAY: Final = 4


class Option(Struct, frozen=True):
    """A value to choose."""

    id: str
    label: str
    is_on: bool


class StopForm(Struct, frozen=True, kw_only=True):
    """A stop in the form.

    Attributes:
        minutes: how long the visit takes.
        is_usual: whether that is only what is usual for its kind.
        opens: ``10:00``, or empty for usual hours; `closes` likewise.
        days: on which it may be, the first for any.
        others: before which it may be asked to be, the first for none.
        has_wishes: whether hours, a day or an order are given.
        state: proposed, confirmed or declined.
        remove: the same visit without it.
    """

    id: str
    name: str
    href: str
    about: str
    minutes: int
    is_usual: bool
    is_may: bool
    opens: str
    closes: str
    days: tuple[Option, ...]
    others: tuple[Option, ...]
    has_wishes: bool
    state: str
    remove: str


class Line(Struct, frozen=True, kw_only=True):
    """A part of a day.

    Attributes:
        kind: travel, visit, lunch or wait.
        number: of a visit; else None.
        href: the organisation's page, of a visit.
        confirm: the same visit with this time confirmed, or None.
        decline: the same visit without it, planned again, or None.
        release: the same visit with it no longer confirmed, or None.
    """

    kind: str
    starts: str
    ends: str
    text: str
    detail: str
    number: int | None
    href: str | None
    confirm: str | None
    decline: str | None
    release: str | None


class DayView(Struct, frozen=True):
    """A day of the programme; without lines when nothing is visited."""

    date: datetime.date
    title: str
    begins: str
    lines: tuple[Line, ...]
    road: str
    reasons: tuple[str, ...]


class VisitPage(Struct, frozen=True, kw_only=True):
    """Context of the page of a visit.

    Attributes:
        stops: those chosen, with what is wished of each.
        dates: of the days, for the form.
        more_dates: how many further days fit into a visit.
        start: when days begin.
        end: when one is back.
        begin: where they begin, empty for the first stop.
        finish: where they end, empty for where they begin.
        road: minutes on the road a day at most, empty for no limit.
        has_lunch: whether days have a break.
        places: to begin and end at.
        problem: what is wrong with the address, or None; nothing is planned then.
        summary: the programme in a sentence, or None without one.
        gain: what the order costs in which the stops were chosen, or None.
        days: the programme.
        dropped: what is not in it, each with the reason.
        changes: what differs from the programme before.
        notes: what to know of its times.
        route: the map, or None.
        longer: the same with one more day, where something does not fit; else None.
        ics: address of the calendar file.
        pdf: address of the programme on paper.
        ask: where the agency is asked to arrange it; None where nobody is asked.
        afresh: the same without keeping the times of the programme before, or None.
        kept: what else the address says, as hidden fields of the form.
        carried: all that it says, as hidden fields of the form that adds a stop.
        typed: what was typed to be added.
        suggestions: what may be meant by it; each link adds one.
        near: what else there is to see close by; each link adds one.
        is_full: whether no more stops fit.
    """

    stops: tuple[StopForm, ...]
    dates: tuple[str, ...]
    more_dates: int
    start: str
    end: str
    begin: str
    finish: str
    road: str
    has_lunch: bool
    places: tuple[str, ...]
    problem: str | None
    summary: str | None
    gain: str | None
    days: tuple[DayView, ...]
    dropped: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]
    notes: tuple[str, ...]
    route: RouteMap | None
    longer: str | None
    ics: str | None
    pdf: str | None
    ask: str | None
    afresh: str | None
    kept: tuple[tuple[str, str], ...]
    carried: tuple[tuple[str, str], ...]
    typed: str
    suggestions: tuple[Link, ...]
    near: tuple[Link, ...]
    is_full: bool


def build(workspace: Workspace, query: Query) -> VisitPage:
    """Return the context of the page of a visit.

    Raises:
        NotFoundError: there is no organisation of an id.
    """
    wish, programme, problem = _planned(workspace, query)
    typed = (query.one("add") or "")[:200]
    is_full = len(query.all("stop")) >= MOST_STOPS
    suggestions = _suggested(workspace, query, typed) if typed and not is_full else ()
    if typed and not suggestions and problem is None and not is_full:
        problem = query.say("Nothing here is called “%(name)s”.", name=typed)
    if wish is None:
        stops: tuple[Stop, ...] = tuple(
            workspace.visit_stop(one, language=query.language) for one in query.all("stop")
        )
        dates: Sequence[datetime.date] = ()
    else:
        stops, dates = wish.stops, [day.date for day in wish.days]
    parameters = parameters_of(query)
    hidden = ("no", "at", "was")
    usual = wish.days[0] if wish else None
    return VisitPage(
        stops=tuple(stop_form(workspace, query, one, stops, dates) for one in stops),
        dates=tuple(day.isoformat() for day in dates) if dates else query.all("day"),
        more_dates=1 if len(dates) < MOST_DAYS else 0,
        start=clock(usual.starts) if usual else query.one("start") or "",
        end=clock(usual.ends) if usual else query.one("end") or "",
        begin=query.one("begin") or "",
        finish=query.one("finish") or "",
        road=query.one("road") or "",
        has_lunch=query.one("lunch") != "no",
        places=places_of(workspace, query),
        problem=problem,
        summary=summary_of(programme, query.say) if programme else None,
        gain=_gain(programme, query) if programme else None,
        days=_days(query, programme) if programme else (),
        dropped=tuple((one.name, one.why) for one in programme.dropped) if programme else (),
        changes=programme.changes if programme else (),
        notes=programme.notes if programme else (),
        route=route_map(workspace, programme, wish.days, query.say) if programme and wish else None,
        longer=_longer(query, dates)
        if programme and programme.dropped and len(dates) < MOST_DAYS
        else None,
        ics=_file(query, wish, "ics") if programme and wish else None,
        pdf=_file(query, wish, "pdf") if programme and wish else None,
        ask=_asking(query, wish) if programme and wish and workspace.takes_enquiries() else None,
        afresh=query.address(
            "/visit", **{k: v for k, v in parameters.items() if not k.startswith("was-")}
        )
        if any(name.startswith("was-") for name in parameters)
        else None,
        kept=tuple(
            (name, value)
            for name, values in parameters.items()
            if name.split("-", 1)[0] in hidden
            for value in values
        ),
        carried=tuple((name, value) for name, values in parameters.items() for value in values),
        typed=typed,
        suggestions=suggestions,
        near=() if is_full else _near(workspace, query, stops),
        is_full=is_full,
    )


def _planned(
    workspace: Workspace, query: Query
) -> tuple[Wish | None, Programme | None, str | None]:
    """Return what is wished, its programme, and what is wrong instead."""
    if not query.all("stop"):
        return _empty(workspace, query)
    for one in query.all("stop"):
        workspace.organisation(one)
    wish = None
    try:
        wish = wish_of(workspace, query, _today(workspace))
        if all(one.state == "declined" for one in wish.stops):
            return wish, None, query.say("Every host has declined. Choose other stops.")
        programme = workspace.plan_visit(
            wish.stops, wish.days, order=wish.order, language=query.language
        )
    except (VisitError, NeedError) as error:
        return wish, None, error.said(query.say)
    return wish, programme, None


def _empty(workspace: Workspace, query: Query) -> tuple[Wish | None, None, str | None]:
    try:
        return wish_of(workspace, query, _today(workspace)), None, None
    except BakenError as error:
        return None, None, error.said(query.say)


def _today(workspace: Workspace) -> datetime.date:
    return datetime.datetime.now(ZoneInfo(workspace.zone)).date()


def stop_form(
    workspace: Workspace,
    query: Query,
    stop: Stop,
    stops: Sequence[Stop],
    dates: Sequence[datetime.date],
) -> StopForm:
    """Return a stop as the form of a visit shows it."""
    one, say = stop.id, query.say
    opens, closes = query.one(f"from-{one}") or "", query.one(f"until-{one}") or ""
    on, before = query.one(f"on-{one}") or "", query.one(f"before-{one}") or ""
    usual = usual_minutes(workspace.organisation(one).kind)
    others = [other for other in stops if other.id != one]
    return StopForm(
        id=one,
        name=stop.name,
        href=query.organisation(one),
        about=" · ".join(part for part in (stop.kind, stop.place) if part),
        minutes=stop.minutes,
        is_usual=stop.minutes == usual,
        is_may=one in query.all("may"),
        opens=opens,
        closes=closes,
        days=(
            Option("", say("any day"), not on),
            *(Option(d.isoformat(), say.full_day(d), d.isoformat() == on) for d in dates),
        ),
        others=(
            Option("", say("none in particular"), not before),
            *(Option(other.id, other.name, other.id == before) for other in others),
        ),
        has_wishes=bool(opens or closes or on or before),
        state=stop.state,
        remove=query.address("/visit", **parameters_of(query, without=one)),
    )


def _gain(programme: Programme, query: Query) -> str | None:
    """Say what the order of choosing would have cost."""
    given = programme.order_given_minutes
    if len(programme.visits) < 3 or any(one.was or one.at for one in programme.stops):
        return None
    if given is None:
        return query.say("In the order in which you chose them the stops would not all fit.")
    more = given - programme.travel_minutes
    if more <= 0:
        return None
    return query.say(
        "In the order in which you chose them it would be %(time)s more on the road.",
        time=duration(more),
    )


def _days(query: Query, programme: Programme) -> tuple[DayView, ...]:
    stops = {one.id: one for one in programme.stops}
    numbers = {one.stop: k for k, one in enumerate(programme.visits, start=1)}
    base = {
        name: values for name, values in parameters_of(query).items() if not name.startswith("was-")
    }
    # Days that were proposed are named, so that they stay when the address is read another day.
    base["day"] = tuple(day.date.isoformat() for day in programme.days)
    starts = {one.stop: f"{one.starts:%Y-%m-%dT%H:%M}" for one in programme.visits}
    was = {f"was-{one}": (at,) for one, at in starts.items() if f"at-{one}" not in base}

    def line(entry: Entry) -> Line:
        stop = stops.get(entry.stop or "")
        text, detail = wording_of(entry, stop, query.say)
        confirm = decline = release = href = None
        if entry.kind == "visit" and stop is not None:
            href = query.organisation(stop.id)
            declined = (*base.get("no", ()), stop.id)
            without = {k: v for k, v in base.items() if k != f"at-{stop.id}"}
            if stop.state == "confirmed":
                release = query.address("/visit", **{**without, **was})
            else:
                at = {f"at-{stop.id}": starts[stop.id]}
                kept = {k: v for k, v in was.items() if k != f"was-{stop.id}"}
                confirm = query.address("/visit", **{**base, **kept, **at})
            decline = query.address("/visit", **{**without, **was, "no": declined})
        return Line(
            kind=entry.kind,
            starts=clock(entry.starts),
            ends=clock(entry.ends),
            text=text,
            detail=detail,
            number=numbers.get(entry.stop) if entry.kind == "visit" else None,
            href=href,
            confirm=confirm,
            decline=decline,
            release=release,
        )

    return tuple(
        DayView(
            day.date,
            query.say.full_day(day.date),
            day.begins,
            tuple(line(entry) for entry in day.entries),
            query.say("%(time)s on the road", time=duration(day.travel_minutes)),
            day.reasons,
        )
        for day in programme.days
    )


def _longer(query: Query, dates: Sequence[datetime.date]) -> str:
    """Return the same visit with the next working day added."""
    day = dates[-1] + datetime.timedelta(days=1)
    while day.weekday() > _FRIDAY:
        day += datetime.timedelta(days=1)
    days = tuple(one.isoformat() for one in (*dates, day))
    return query.address("/visit", **{**parameters_of(query), "day": days})


def _file(query: Query, wish: Wish, ending: str) -> str:
    parameters = parameters_of(query)
    parameters["day"] = tuple(day.date.isoformat() for day in wish.days)
    return query.address(f"/visit.{ending}", **parameters)


def _asking(query: Query, wish: Wish) -> str:
    """Return the form that asks the agency, with the visit carried along."""
    parameters = parameters_of(query)
    parameters["day"] = tuple(day.date.isoformat() for day in wish.days)
    return query.address("/enquire", kind="site-visit", visit=written(parameters))


def places_of(workspace: Workspace, query: Query) -> tuple[str, ...]:
    """Return the municipalities where somebody is, by name."""
    places = workspace.landscape.places
    held = {p for p in workspace.by_place() if p in places and places[p].kind == "municipality"}
    return tuple(sorted(places[p].text(query.language) for p in held))


def _suggested(workspace: Workspace, query: Query, typed: str) -> tuple[Link, ...]:
    return tuple(
        Link(one.label, _adding(query, one.id))
        for one in workspace.suggest(typed, language=query.language)
        if one.kind == "organisation" and one.id not in query.all("stop")
    )


def _adding(query: Query, organisation_id: str) -> str:
    kept = parameters_of(query)
    return query.address("/visit", **{**kept, "stop": (*query.all("stop"), organisation_id)})


def _near(workspace: Workspace, query: Query, stops: Sequence[Stop]) -> tuple[Link, ...]:
    """Return what there is to see close to the stops; of no stops, what there is at all."""
    only, chosen = Filter(kinds=_VISITABLE), {one.id for one in stops}
    if not stops:
        return tuple(_link(query, o) for o in workspace.organisations(only, limit=_MOST_PROPOSED))
    spots = [one.spot for one in stops if one.spot is not None]
    if workspace.store.count(only) <= _MOST_SITES:
        sites = list(workspace.organisations(only))
    else:
        ids = workspace.surroundings.close_to(
            [(one.lat, one.lon) for one in spots], _VISITABLE, _NEAR_KM, _MOST_NEAR + len(chosen)
        )
        sites = list(workspace.store.organisations(ids=ids))
    sites = [one for one in sites if one.id not in chosen]
    where = workspace.whereabouts(sites)
    found: list[tuple[float, Organisation]] = []
    for site in sites:
        point = where.get(site.id)
        if point is None or point.precision == "province" or not spots:
            continue
        spot = Spot(point.lat, point.lon, site.id)
        distance = min(great_circle_km(spot, one) for one in spots)
        if distance <= _NEAR_KM:
            found.append((distance, site))
    found.sort(key=lambda pair: (pair[0], pair[1].id))
    return tuple(_link(query, site) for _, site in found[:_MOST_NEAR])


def _link(query: Query, one: Organisation) -> Link:
    return Link(one.name(query.language), _adding(query, one.id))


def _calendar(workspace: Workspace, query: Query, _: Any) -> bytes:
    """Return the programme as a calendar file.

    Raises:
        VisitError: there is no programme at this address.
    """
    _, programme = _required(workspace, query)
    site = workspace.url
    return write_calendar(
        programme,
        query.say,
        zone=workspace.zone,
        host=urlsplit(site).netloc if site else "baken.invalid",
        now=datetime.datetime.now(datetime.UTC),
        address=lambda one: f"{site}{query.organisation(one)}" if site else None,
    )


def _paper(workspace: Workspace, query: Query, _: Any) -> bytes:
    """Return the programme on paper.

    Raises:
        VisitError: there is no programme at this address.
    """
    wish, programme = _required(workspace, query)
    return print_programme(
        programme,
        query.say,
        today=_today(workspace),
        picture=picture_of(workspace, programme, wish.days, query.say),
    )


def picture_of(
    workspace: Workspace, programme: Programme, days: Sequence[Day], say: Speech
) -> str | None:
    """Return the map of a programme as SVG, or None without outlines."""
    drawing, route = draw(workspace.outlines), route_map(workspace, programme, days, say)
    return route_picture(drawing, route) if drawing and route else None


def _required(workspace: Workspace, query: Query) -> tuple[Wish, Programme]:
    wish, programme, problem = _planned(workspace, query)
    if wish is None or programme is None:
        raise NeedError(
            problem or message("A visit needs a stop: choose an organisation to visit.")
        )
    return wish, programme


PAGE: Final = Page(
    "/visit",
    "/visit.json",
    "visit.html",
    VisitPage,
    build,
    depends_on="visitor",
    published=None,
    forms={
        "ics": Form("text/calendar; charset=utf-8", _calendar),
        "pdf": Form("application/pdf", _paper),
    },
)
