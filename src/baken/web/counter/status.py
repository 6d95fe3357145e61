"""``/status/{token}``: where an enquiry stands, and all that its enquirer can do about it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from baken.desk.receipts import ConsentPurpose
from baken.errors import DeskError, NotFoundError
from baken.model import LANGUAGES, Language
from baken.text.speech import message
from baken.visits import Day, Programme, clock, print_programme
from baken.web.acting import Call, File, Go, Screen
from baken.web.page import Link
from baken.web.pages.visit import picture_of

from .enquiring import PURPOSES

_DONE: Final = {
    "sent": message("Thank you. Your enquiry has arrived."),
    "wrote": message("Thank you. Your message is with us."),
    "withdrawn": message("Your enquiry is withdrawn. Nobody works on it any more."),
    "agreed": message("Thank you. What you agreed to is kept below, word for word."),
    "asked": message(
        "We have sent you a mail. Open the link in it: you agree to this only with that."
    ),
    "taken-back": message("You have taken this back. It is not relied on any more."),
    "data": message("We have sent you a mail. The link in it leads to your data."),
}
_OUTCOMES: Final = {
    "met": message("You met."),
    "visited": message("You visited the site."),
    "advised": message("Your question was answered."),
    "handbook-sent": message("The handbook was sent."),
    "no-partner": message("We found no suitable partner."),
    "no-reply": message("We had no reply from you any more."),
    "withdrawn": message("You withdrew it."),
    "duplicate": message("You had asked it already; we go on with the first."),
    "out-of-scope": message("It is not what this desk is for."),
    "spam": message("It was taken for no enquiry. Write to us if that is wrong."),
}
_NEXT: Final = {
    "received": message("A person reads it and answers you by mail. You need do nothing."),
    "in-hand": message("We work on it, and write to you by mail when there is news."),
    "waiting": message("We have asked you something: answer below, or reply to our mail."),
    "introducing": message("We have asked, and write to you as soon as somebody answers."),
    "meeting": message("You have each other's address: settle on a time between you."),
    "closed": message("If something is missing, write below, and it is open again."),
}


_TRAVELS: Final = message("Every host has confirmed. Your programme is below.")


class StepView(Struct, frozen=True):
    """One line of what happened.

    Attributes:
        day: when, as a date.
        time: of the office's clock.
        text: what, in words.
        organisation: that it is about; empty for most.
        words: what was written.
        is_ours: whether we wrote it.
    """

    day: str
    time: str
    text: str
    organisation: str
    words: str
    is_ours: bool


class ConsentView(Struct, frozen=True):
    """What can be agreed to: whether it is, or waits to be confirmed by mail."""

    purpose: ConsentPurpose
    wording: str
    is_standing: bool
    is_waiting: bool


class VisitView(Struct, frozen=True):
    """The programme of a site visit: its days, each with its stops, and the files of it."""

    days: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    ics: str
    pdf: str


class StatusPage(Struct, frozen=True, kw_only=True):
    """What an enquirer sees.

    Attributes:
        address: of this page, for its forms.
        done: what was done a moment ago, in a sentence; None for nothing.
        is_new: whether the enquiry was sent a moment ago.
        asks: what is to be confirmed before it is done: ``withdraw`` or None.
        reference: short, for people.
        kind: of enquiry, in words.
        state: of the table of transitions.
        state_text: the same in words.
        next: what happens next.
        outcome: with which it ended, in a sentence; None while it is open.
        owner: name of who answers; empty while nobody does.
        promise: by when a person answers, in words.
        answered: when one did; None while nobody has.
        message: what was asked; None once erased.
        steps: what happened, in order.
        introductions: name, state and state in words of who was asked.
        meetings: who agreed to meet, with the times proposed.
        calendar: address of the times as a calendar file; None when there are none.
        visit: the programme of the site visit; None before it is given out.
        chosen: organisations that the enquirer chose.
        consents: what can be agreed to.
        is_closed: whether it ended.
        is_erased: whether its data is gone.
        problem: what went wrong with what was sent, or None.
        draft: the message that was not taken.
    """

    address: str
    done: str | None
    is_new: bool
    asks: str | None
    reference: str
    kind: str
    state: str
    state_text: str
    next: str
    outcome: str | None
    owner: str
    promise: str
    answered: str | None
    message: str | None
    steps: tuple[StepView, ...]
    introductions: tuple[tuple[str, str, str], ...]
    meetings: tuple[tuple[str, tuple[str, ...]], ...]
    calendar: str | None
    visit: VisitView | None
    chosen: tuple[Link, ...]
    consents: tuple[ConsentView, ...]
    is_closed: bool
    is_erased: bool
    problem: str | None = None
    draft: str = ""


def show(call: Call) -> StatusPage:
    """Return where an enquiry stands.

    Raises:
        LinkRefusedError: the link is not a good one.
    """
    return _page(call)


def _page(call: Call, problem: str | None = None) -> StatusPage:
    say, query, desk = call.say, call.query, call.desk
    token = query.path["token"]
    language: Language = next((one for one in LANGUAGES if one == query.language), "en")
    status = desk.status(token, language)
    local = desk.calendar.local
    done = query.one("done") or ""
    standing = {purpose for purpose, _, is_on in status.consents if is_on}
    meetings = tuple(
        (one.organisation, tuple(say.moment(local(start)) for start, _ in one.times))
        for one in status.meetings
    )
    here = query.address(f"/status/{token}")
    is_travelling = status.visit is not None and status.state == "meeting"
    names = call.workspace.names(status.organisations, language=query.language)
    return StatusPage(
        address=here,
        done=say(_DONE[done]) if done in _DONE and problem is None else None,
        is_new=done == "sent" and status.answered is None,
        asks="withdraw" if query.one("ask") == "withdraw" and status.state != "closed" else None,
        reference=status.reference,
        kind=status.kind,
        state=status.state,
        state_text=status.state_text,
        next=say(_TRAVELS if is_travelling else _NEXT[status.state]),
        outcome=say(_OUTCOMES[status.outcome]) if status.outcome else None,
        owner=status.owner,
        promise=say.moment(local(status.promise_due)),
        answered=say.moment(local(status.answered)) if status.answered else None,
        message=status.message,
        steps=tuple(
            StepView(
                say.day(local(step.at).date()),
                f"{local(step.at):%H:%M}",
                step.text,
                step.organisation,
                step.words,
                step.event in ("answered", "asked-back"),
            )
            for step in status.steps
        ),
        introductions=status.introductions,
        meetings=meetings,
        calendar=f"{here}/times.ics" if meetings and meetings[-1][1] else None,
        visit=_visit(status.visit, here, call) if status.visit else None,
        chosen=tuple(Link(name, query.organisation(id_)) for id_, name in names.items()),
        consents=tuple(
            ConsentView(
                purpose,
                desk.wording(purpose, language),
                purpose in standing,
                done == "asked" and purpose == "follow-up" and purpose not in standing,
            )
            for purpose in PURPOSES
        ),
        is_closed=status.state == "closed",
        is_erased=status.is_erased,
        problem=problem,
        draft=call.one("text"),
    )


def _visit(programme: Programme, here: str, call: Call) -> VisitView:
    minutes = {one.id: datetime.timedelta(minutes=one.minutes) for one in programme.stops}
    days = tuple(
        (
            call.say.full_day(day.date),
            tuple(
                (f"{clock(one.starts)}–{clock(one.starts + minutes[one.stop or ''])}", one.label)
                for one in day.entries
                if one.kind == "visit"
            ),
        )
        for day in programme.days
        if any(one.kind == "visit" for one in day.entries)
    )
    return VisitView(days, f"{here}/visit.ics", f"{here}/visit.pdf")


def show_visit_calendar(call: Call) -> File:
    """Return the stops of the visit for a calendar.

    Raises:
        LinkRefusedError: the link is not a good one.
        NotFoundError: no programme was given out.
    """
    text = call.desk.visit_file(call.query.path["token"])
    return File(text.encode(), "text/calendar; charset=utf-8", "visit.ics")


def show_visit_paper(call: Call) -> File:
    """Return the programme of the visit on paper.

    Raises:
        LinkRefusedError: the link is not a good one.
        NotFoundError: no programme was given out.
    """
    status = call.desk.status(call.query.path["token"])
    if status.visit is None:
        raise NotFoundError(message("No programme has been given out for this enquiry."))
    return File(paper_of(call, status.visit, status.visit_days), "application/pdf", "visit.pdf")


def paper_of(call: Call, programme: Programme, days: Sequence[Day]) -> bytes:
    """Return a programme as a PDF, in its own language."""
    say = call.workspace.speech(programme.language)
    today = call.desk.calendar.local(call.desk.now()).date()
    picture = picture_of(call.workspace, programme, days, say)
    return print_programme(programme, say, today=today, picture=picture)


def act(call: Call) -> Go:
    """Do what the enquirer asks.

    Raises:
        LinkRefusedError: the link is not a good one.
        DeskError: it cannot be done now.
    """
    token, do = call.query.path["token"], call.one("do")
    purpose = next((one for one in PURPOSES if one == call.one("purpose")), PURPOSES[0])
    if do == "write":
        call.desk.write(token, call.one("text"))
        done = "wrote"
    elif do == "withdraw":
        call.desk.withdraw(token)
        done = "withdrawn"
    elif do == "agree":
        consent = call.desk.agree(token, purpose, "/status")
        done = "agreed" if consent.is_standing else "asked"
    elif do == "take-back":
        call.desk.withdraw_agreement(token, purpose)
        done = "taken-back"
    elif do == "data":
        call.desk.rights.send_link(token)
        done = "data"
    else:
        raise DeskError(message("There is no such button. Load the page again."))
    return Go(f"/status/{token}?done={done}")


def show_times(call: Call) -> File:
    """Return the proposed times for a calendar.

    Raises:
        LinkRefusedError: the link is not a good one.
        NotFoundError: no time was proposed.
    """
    text = call.desk.calendar_file(call.query.path["token"])
    return File(text.encode(), "text/calendar; charset=utf-8", "times.ics")


STATUS: Final = Screen(
    path="/status/{token:str}", template="status.html", build=show, act=act, refused=_page
)
VISIT_CALENDAR: Final = Screen(
    path="/status/{token:str}/visit.ics", template="status.html", build=show_visit_calendar
)
VISIT_PAPER: Final = Screen(
    path="/status/{token:str}/visit.pdf", template="status.html", build=show_visit_paper
)
TIMES: Final = Screen(
    path="/status/{token:str}/times.ics", template="status.html", build=show_times
)
