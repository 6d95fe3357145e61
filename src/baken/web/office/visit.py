"""A site visit as its officer works on it: the programme, its hosts, what is given out."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from baken.desk import HOST_ANSWERS, Case, Contact, Desk, Draft, HostAsked, Introduction, Visit
from baken.desk.transitions import HOSTS_ASKED
from baken.desk.visiting import GONE, last_hosts
from baken.errors import BakenError, DeskError, TransitionError
from baken.model import LANGUAGES
from baken.text.speech import message
from baken.visits import Trip, clock, duration, summary_of, wording_of
from baken.visits.planner import MOST_DAYS
from baken.visits.solver import MOST_STOPS
from baken.web.acting import Call, Go, Reply, Shown
from baken.web.counter.hosting import window_of
from baken.web.counter.status import paper_of
from baken.web.page import Query
from baken.web.pages.visit import StopForm, places_of, stop_form
from baken.web.visiting import parameters_of_trip, trip_of

from .casefile import is_named
from .words import SIDES, actor_of, say_when

ACTS: Final = {
    "plan": ("visit-planned", "host-freed"),
    "ask": ("host-asked",),
    "note": HOST_ANSWERS,
    "release": ("visit-released",),
}
"""Everything an officer does to a visit, and the events of `baken.desk.transitions` it causes."""

_WRITES: Final = ("plan", "ask", "release")
"""Acts that may send somebody outside the office a mail, which is shown first."""

_NO_BUTTON: Final = message("There is no such button. Load the page again.")


class StopRow(Struct, frozen=True):
    """A part of a day: a visit has a host's state beside it."""

    time: str
    text: str
    detail: str
    is_visit: bool
    state: str
    is_fixed: bool


class Host(Struct, frozen=True, kw_only=True):
    """A stop of the programme, and who receives there.

    Attributes:
        stop: id of the organisation.
        name: of it.
        href: its page.
        time: of the visit; empty where the programme does not go there.
        day: of the visit, as dates are written in fields.
        state: of its host, in words; empty while nobody is asked.
        who: was asked; empty for nobody.
        asked: when, in words.
        introduction: identifier; empty for none.
        is_to_ask: whether somebody there can be asked now.
        may_answer: what their answer may be, told on the telephone: id and words.
        contact: of whom is proposed to be asked: name and address.
        language: that they are written to in.
    """

    stop: str
    name: str
    href: str
    time: str
    day: str
    state: str
    who: str
    asked: str
    introduction: str
    is_to_ask: bool
    may_answer: tuple[tuple[str, str], ...]
    contact: tuple[str, str]
    language: str


class VisitWork(Struct, frozen=True, kw_only=True):
    """What the template shows.

    Attributes:
        id: of the enquiry.
        reference: of it.
        kind: heading: who comes.
        is_open: whether something can still be done.
        is_named: whether hosts may learn who comes.
        summary: the programme in a sentence; empty while nothing is planned.
        days_shown: of the programme: title, time on the road (empty for none) and rows.
        dropped: what is not in it, and why.
        changes: what the last planning changed.
        hosts: one a stop.
        question: what the visit is for, as the mail to hosts says.
        missing: hosts that have not confirmed, by name.
        is_news: whether the enquirer does not have this programme yet.
        given: how often it was given out.
        has_visit: whether anything is planned.
        stops: the form.
        dates: likewise, and so on; as in `baken.web.pages.visit.VisitPage`.
        seen: number of the last event.
        drafts: mails as they would be sent; none while nothing is about to be.
        fields: of the form that sends what is shown.
        note: to the enquirer.
        error: why what was sent was refused; empty for nothing.
        typed: the value of a field that was sent.
    """

    id: str
    reference: str
    kind: str
    is_open: bool
    is_named: bool
    summary: str
    days_shown: tuple[tuple[str, str, tuple[StopRow, ...]], ...]
    dropped: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]
    hosts: tuple[Host, ...]
    question: str
    missing: tuple[str, ...]
    is_news: bool
    given: int
    has_visit: bool
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
    seen: int
    drafts: tuple[Draft, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    error: str = ""
    typed: Callable[[str], str]


def build(call: Call) -> VisitWork:
    """Return the visit of the enquiry that the address names."""
    return _page(call)


def refused(call: Call, sentence: str) -> VisitWork:
    """Return the page with why what was sent was not done."""
    return _page(call, error=sentence)


def act(call: Call) -> Reply:
    """Show the mails that would be sent, or do what is asked.

    Raises:
        DeskError: it cannot be done; nothing is kept.
    """
    do, id_ = call.one("do"), call.query.path["id"]
    if do not in ACTS:
        raise DeskError(_NO_BUTTON)
    try:
        perform = _performer(call, do)
        if do in _WRITES and call.one("stage") != "send":
            drafts = call.desk.rehearse(id_, perform)
            outside = tuple(one for one in drafts if one.kind != "host-answered")
            if outside or do == "release":
                return Shown(_page(call, drafts=outside))
        seen = call.one("seen")
        number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else None
        with call.desk.at_once(id_, number) as desk:
            perform(desk)
    except DeskError:
        raise
    except BakenError as error:
        raise DeskError(error.said(call.say)) from error
    return Go(f"/desk/enquiries/{id_}/visit")


def _performer(call: Call, do: str) -> Callable[[Desk], object]:
    by, id_ = actor_of(call), call.query.path["id"]
    if do == "plan":
        trip, again = _trip(call), call.all("again")
        return lambda desk: desk.visits.change(id_, trip, again=again, by=by)
    if do == "ask":
        asked = _asked(call)
        return lambda desk: desk.visits.ask(id_, asked, by=by)
    if do == "note":
        answer = next((one for one in HOST_ANSWERS if one == call.one("answer")), None)
        if answer is None:
            raise DeskError(message("Choose one of the answers."))
        try:
            day = datetime.date.fromisoformat(call.one("on"))
        except ValueError:
            raise DeskError(message("The form is incomplete. Load the page again.")) from None
        window = window_of(call, day) if answer == "host-moved" else None
        host, text = call.one("introduction"), call.one("told")
        return lambda desk: desk.visits.note_answer(host, answer, text, window, by=by)
    visit = call.desk.visits.of(id_, by=by)
    days = visit.trip.days if visit else ()
    return lambda desk: desk.visits.release(
        id_, lambda programme: paper_of(call, programme, days), call.one("note"), by=by
    )


def _trip(call: Call) -> Trip:
    """Return what the form asks for.

    Raises:
        BakenError: it makes no sense.
    """
    out, typed = call.all("out"), call.one("add").strip()
    fields = {name: list(values) for name, values in call.form.items()}
    stops = [one for one in fields.get("stop", []) if one not in out]
    if typed:
        found = [
            one.id
            for one in call.workspace.suggest(typed, language=call.query.language)
            if one.kind == "organisation" and one.id not in stops
        ]
        if not found:
            raise DeskError(message("Nothing here is called “%(name)s”."), name=typed[:80])
        stops.append(found[0])
    fields["stop"] = stops
    query = Query("/visit", {}, fields, call.say)
    today = call.desk.calendar.local(call.desk.now()).date()
    return trip_of(call.workspace, query, today)


def _asked(call: Call) -> list[HostAsked]:
    found = []
    for stop in call.all("host"):
        if stop not in call.all("ask"):
            continue
        language = call.one(f"language-{stop}")
        found.append(
            HostAsked(
                stop=stop,
                contact=Contact(
                    name=call.one(f"name-{stop}"), email=call.one(f"email-{stop}").strip()
                ),
                language=next((one for one in LANGUAGES if one == language), "en"),
                question=call.one("question"),
            )
        )
    return found


def _page(call: Call, drafts: tuple[Draft, ...] = (), error: str = "") -> VisitWork:
    say, query, by, desk = call.say, call.query, actor_of(call), call.desk
    case = desk.case(query.path["id"], by=by)
    if case.enquiry.erased is not None:
        raise TransitionError(message("The data of this enquiry has been erased. Make a new one."))
    visit = desk.visits.of(case.enquiry.id, by=by)
    form = _form_query(call, case, visit)
    ids = form.all("stop")
    known = {one.id: one for one in visit.trip.stops} if visit else {}
    names = call.workspace.names(ids) if ids else {}
    ids = tuple(one for one in ids if one in names)
    stops = tuple(
        known.get(one) or call.workspace.visit_stop(one, language=query.language) for one in ids
    )
    dates = [datetime.date.fromisoformat(one) for one in form.all("day") if _is_date(one)]
    hosts = last_hosts(one for one, _ in case.introductions)
    contact = case.enquirer.contact

    def typed(field: str) -> str:
        return call.one(field)

    return VisitWork(
        id=case.enquiry.id,
        reference=case.enquiry.reference,
        kind=(contact.organisation or contact.name) if contact else "",
        is_open=case.enquiry.state != "closed",
        is_named=is_named(case),
        summary=summary_of(visit.programme, say) if visit and visit.starts else "",
        days_shown=_days(call, visit, hosts) if visit else (),
        dropped=tuple((one.name, one.why) for one in visit.programme.dropped) if visit else (),
        changes=visit.changes if visit else (),
        hosts=_hosts(call, case, visit, hosts) if visit else (),
        question=call.one("question") or ((case.enquiry.message or "") if is_named(case) else ""),
        missing=tuple(
            one.name
            for one in visit.programme.stops
            if one.id in visit.starts and one.state != "confirmed"
        )
        if visit
        else (),
        is_news=bool(visit and visit.starts and visit.is_news),
        given=visit.times if visit else 0,
        has_visit=visit is not None,
        stops=tuple(stop_form(call.workspace, form, one, stops, dates) for one in stops),
        dates=tuple(one.isoformat() for one in dates),
        more_dates=1 if len(dates) < MOST_DAYS else 0,
        start=form.one("start") or "08:30",
        end=form.one("end") or "18:00",
        begin=form.one("begin") or "",
        finish=form.one("finish") or "",
        road=form.one("road") or "",
        has_lunch=form.one("lunch") != "no",
        places=places_of(call.workspace, query),
        seen=case.events[-1].number if case.events else 0,
        drafts=drafts,
        fields=tuple(
            (name, value)
            for name, values in call.form.items()
            if name not in ("stage", "seen")
            for value in values
        )
        if drafts
        else (),
        error=error,
        typed=typed,
    )


def _form_query(call: Call, case: Case, visit: Visit | None) -> Query:
    """Return what the form of the visit holds: what was sent, what stands, or what was chosen."""
    parameters: Mapping[str, tuple[str, ...]]
    if call.one("do") == "plan":
        parameters = {name: tuple(values) for name, values in call.form.items()}
    elif visit is not None:
        parameters = parameters_of_trip(visit.trip)
    else:
        parameters = {"stop": case.enquiry.organisations[:MOST_STOPS]}
    return Query("/visit", {}, parameters, call.say)


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _days(
    call: Call, visit: Visit, hosts: Mapping[str, Introduction]
) -> tuple[tuple[str, str, tuple[StopRow, ...]], ...]:
    stops = {one.id: one for one in visit.programme.stops}
    days = []
    for day in visit.programme.days:
        rows = []
        for entry in day.entries:
            stop = stops.get(entry.stop or "")
            text, detail = wording_of(entry, stop, call.say)
            is_visit = entry.kind == "visit"
            host = hosts.get(entry.stop or "") if is_visit else None
            is_fixed = bool(is_visit and stop and stop.state == "confirmed")
            state = ""
            if is_visit:
                state = call.say(SIDES[host.state]) if host else call.say("not asked yet")
            rows.append(
                StopRow(
                    f"{clock(entry.starts)}–{clock(entry.ends)}", text, detail, is_visit, state,
                    is_fixed,
                )
            )  # fmt: skip
        time = duration(day.travel_minutes)
        road = call.say("%(time)s on the road", time=time) if rows else ""
        days.append((call.say.full_day(day.date), road, tuple(rows)))
    return tuple(days)


def _hosts(
    call: Call, case: Case, visit: Visit, hosts: Mapping[str, Introduction]
) -> tuple[Host, ...]:
    say, found = call.say, []
    people = {one.id: person for one, person in case.introductions}
    for stop in visit.trip.stops:
        host, starts = hosts.get(stop.id), visit.starts.get(stop.id)
        contact = people[host.id].contact if host else None
        may: tuple[str, ...] = ()
        if host is not None and host.state in HOSTS_ASKED:
            may = HOST_ANSWERS
        elif host is not None and host.state in ("host-confirmed", "host-moved"):
            may = ("host-declined",)
        is_to_ask = starts is not None and (host is None or host.state in GONE)
        before = call.desk.asked_before(stop.id, by=actor_of(call)) if is_to_ask else []
        last = before[0].contact if before else None
        proposed = (last.name, last.email) if last and not (host and contact == last) else ("", "")
        found.append(
            Host(
                stop=stop.id,
                name=stop.name,
                href=call.query.organisation(stop.id),
                time=f"{say.full_day(starts.date())}, {clock(starts)}" if starts else "",
                day=(starts.date() if starts else visit.trip.days[0].date).isoformat(),
                state=say(SIDES[host.state]) if host else "",
                who=f"{contact.name} · {contact.email}" if contact else "",
                asked=say_when(call.desk, say, host.asked) if host else "",
                introduction=host.id if host else "",
                is_to_ask=is_to_ask,
                may_answer=tuple((one, say(SIDES[one])) for one in may),
                contact=(
                    call.one(f"name-{stop.id}") or proposed[0],
                    call.one(f"email-{stop.id}") or proposed[1],
                ),
                language=call.one(f"language-{stop.id}") or call.query.language,
            )
        )
    return tuple(found)
