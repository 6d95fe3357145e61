"""The inbox: every open enquiry on a line, what is ours and due first."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from baken.desk import OURS, Board, Line, Wanted
from baken.text.speech import message
from baken.web.acting import Call, Go
from baken.web.page import Choice, Link, Query

from .words import KINDS, LANGUAGES, STATES, TURNS, actor_of, names_of, say_when

_A_PAGE: Final = 50
"""Lines of a page: what a person looks through before narrowing."""

_FACETS: Final = {
    "owner": message("Whose"),
    "state": message("State"),
    "kind": message("Kind"),
    "language": message("Language"),
}


class Row(Struct, frozen=True):
    """One enquiry.

    Attributes:
        href: of its page.
        reference: short, for people.
        kind: in words.
        who: asks, by name and organisation; empty once erased.
        country: two letters, or empty.
        language: that the enquirer writes in, in words.
        owner: who answers; empty for nobody.
        turn: what it waits for, in words.
        due: by when, in words; empty where nobody was promised a time.
        urgency: ``late``, ``today``, ``now``, ``ours`` or ``theirs``; the words say the same.
        asked: how many counterparts still have our question.
        failed: how many mails about it did not arrive.
    """

    href: str
    reference: str
    kind: str
    who: str
    country: str
    language: str
    owner: str
    turn: str
    due: str
    urgency: str
    asked: int
    failed: int


class Facet(Struct, frozen=True):
    """One way to narrow the list."""

    title: str
    choices: tuple[Choice, ...]


class Inbox(Struct, frozen=True):
    """What the template shows.

    Attributes:
        rows: of this page.
        total: how many fit.
        open: how many are open at the desk.
        overdue: how many of those that fit are late.
        views: mine, everybody's.
        facets: ways to narrow.
        active: the filters that are on; each switches itself off.
        everything: address without filters.
        before: address of the page before; None on the first.
        after: address of the next page; None on the last.
        reference: that was looked for and not found; empty for none.
        is_closed: whether closed enquiries are shown.
    """

    rows: tuple[Row, ...]
    total: int
    open: int
    overdue: int
    views: tuple[Choice, ...]
    facets: tuple[Facet, ...]
    active: tuple[Link, ...]
    everything: str
    before: str | None
    after: str | None
    reference: str
    is_closed: bool


def build(call: Call) -> Inbox | Go:
    """Return the inbox, or the way to the enquiry whose reference was typed."""
    by, query = actor_of(call), call.query
    reference = (query.one("reference") or "")[:20]
    if reference:
        found = call.desk.find_reference(reference, by=by)
        if found is not None:
            return Go(f"/desk/enquiries/{found.id}")
    given = {name: query.one(name) or "" for name in _FACETS}
    if given["owner"] == "me":
        given["owner"] = by.person
    wanted = Wanted(**given)
    first = max(0, _number(query.one("from")))
    board = call.desk.board(wanted, by=by, first=first, most=_A_PAGE)
    names = names_of(call.desk.team.officers())
    return Inbox(
        rows=tuple(_row(line, call, names) for line in board.lines),
        total=board.total,
        open=board.open,
        overdue=board.overdue,
        views=_views(call, given, board, by.person),
        facets=_facets(call, given, board, names),
        active=_active(call, given, names),
        everything=query.address("/desk"),
        before=_address(query, given, **{"from": max(0, first - _A_PAGE) or None})
        if first
        else None,
        after=_address(query, given, **{"from": first + _A_PAGE})
        if first + _A_PAGE < board.total
        else None,
        reference=reference,
        is_closed=wanted.state == "closed",
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0


def _address(query: Query, given: Mapping[str, str], **changes: object) -> str:
    return query.address("/desk", **{**given, **changes})


def _row(line: Line, call: Call, names: Mapping[str, str]) -> Row:
    say, desk, now = call.say, call.desk, call.desk.now()
    contact = line.enquirer
    who = ", ".join(filter(None, (contact.name, contact.organisation))) if contact else ""
    return Row(
        href=call.query.address(f"/desk/enquiries/{line.id}"),
        reference=line.reference,
        kind=say(KINDS[line.kind]),
        who=who,
        country=line.country,
        language=say(LANGUAGES[line.language]),
        owner=names.get(line.owner or "", ""),
        turn=say(TURNS[line.turn]),
        due=_due(line, call),
        urgency=_urgency(line, now, desk.calendar.local(now).date(), call),
        asked=line.standing.asked,
        failed=line.failed,
    )


def _due(line: Line, call: Call) -> str:
    say, desk = call.say, call.desk
    if line.closed is not None:
        return say_when(desk, say, line.closed)
    if line.due is None:
        return ""
    when = say_when(desk, say, line.due)
    if line.turn in ("answer", "reply"):
        if line.due < desk.now():
            return say("late: due %(when)s", when=when)
        return say("answer by %(when)s", when=when)
    if line.turn in OURS:
        return say("reminder %(when)s", when=when)
    return say("something happens by itself %(when)s", when=when)


def _urgency(line: Line, now: datetime.datetime, today: datetime.date, call: Call) -> str:
    if line.turn not in OURS:
        return "theirs"
    if line.due is None:
        return "now"
    if line.turn not in ("answer", "reply"):
        return "ours"
    if line.due < now:
        return "late"
    return "today" if call.desk.calendar.local(line.due).date() == today else "ours"


def _views(call: Call, given: Mapping[str, str], board: Board, me: str) -> tuple[Choice, ...]:
    everybody = sum(board.counts["owner"].values())
    return (
        Choice(
            id="mine",
            label=call.say("Mine"),
            count=board.counts["owner"].get(me, 0),
            href=_address(call.query, given, owner="me"),
            is_on=given["owner"] == me,
        ),
        Choice(
            id="all",
            label=call.say("Everybody’s"),
            count=everybody,
            href=_address(call.query, given, owner=None),
            is_on=not given["owner"],
        ),
    )


def _label(call: Call, facet: str, value: str, names: Mapping[str, str]) -> str:
    if facet == "owner":
        return names.get(value) or call.say("Nobody")
    words = {"state": STATES, "kind": KINDS, "language": LANGUAGES}[facet]
    return call.say(words[value]) if value in words else value


def _facets(
    call: Call, given: Mapping[str, str], board: Board, names: Mapping[str, str]
) -> tuple[Facet, ...]:
    found = []
    for facet, title in _FACETS.items():
        choices = tuple(
            Choice(
                id=value,
                label=_label(call, facet, value, names),
                count=count,
                href=_address(
                    call.query, given, **{facet: None if given[facet] == value else value}
                ),
                is_on=given[facet] == value,
            )
            for value, count in sorted(board.counts[facet].items(), key=lambda one: -one[1])
            if count
        )
        if len(choices) > 1 or any(choice.is_on for choice in choices):
            found.append(Facet(call.say(title), choices))
    return tuple(found)


def _active(call: Call, given: Mapping[str, str], names: Mapping[str, str]) -> tuple[Link, ...]:
    return tuple(
        Link(_label(call, facet, value, names), _address(call.query, given, **{facet: None}))
        for facet, value in given.items()
        if value
    )
