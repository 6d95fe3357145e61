"""The audit trail: who read or changed whose data. Reading it is a line of it."""

from __future__ import annotations

import datetime
from typing import Final

from msgspec import Struct

from baken.desk import MAY, Trail
from baken.text.speech import message
from baken.web.acting import Call, Go, Reply, Screen
from baken.web.page import Link

from .access import TeamGate
from .account import ROLE_NAMES

AUDIT: Final = "/desk/audit"

ACTIONS: Final = {
    "read": message("read"),
    "change": message("changed"),
    "find": message("looked for"),
    "export": message("exported"),
    "erase": message("erased"),
    "agree": message("agreed"),
    "confirm": message("confirmed"),
    "withdraw": message("withdrew"),
    "sign in": message("signed in"),
}
"""What the trail calls what somebody did; what is not here is shown as it is."""

ACTORS: Final = {
    **ROLE_NAMES,
    "enquirer": message("Enquirer"),
    "counterpart": message("Partner who was asked"),
    "system": message("The system"),
    "program": message("A program"),
}


class Line(Struct, frozen=True, kw_only=True):
    """One line.

    Attributes:
        number: of the line.
        at: by the office's clock.
        actor: who did it, in words.
        who: the trail of what they did; None where they are nobody of the team.
        action: in words.
        what: which sort of data.
        person: a name for whose data, with the trail of all of it; None when nobody's alone.
        enquiry: its reference, with the trail of it; None for none.
        case: the enquiry's page; None for who may not see it.
    """

    number: int
    at: datetime.datetime
    actor: str
    who: str | None
    action: str
    what: str
    person: Link | None
    enquiry: Link | None
    case: str | None


class AuditTrail(Struct, frozen=True, kw_only=True):
    """A page of the trail.

    Attributes:
        lines: the latest first.
        filters: what it is narrowed to, each with the page without it.
        older: the next page; None on the last.
        words: as typed.
        problem: why nothing was found; None at first.
    """

    lines: tuple[Line, ...]
    filters: tuple[Link, ...]
    older: str | None
    words: str = ""
    problem: str | None = None


def _show(call: Call, problem: str | None = None) -> AuditTrail:
    assert call.officer is not None
    given = {name: call.query.one(name) or "" for name in ("person", "enquiry", "officer")}
    before = call.query.one("before") or ""
    older = {"before": min(int(before), 2**31 - 1)} if before.isdecimal() else {}
    trail = call.desk.rights.trail(by=call.officer.actor, **given, **older)  # type: ignore[arg-type]
    is_more = trail.is_more and trail.lines
    return AuditTrail(
        lines=tuple(_line(call, trail, number) for number in range(len(trail.lines))),
        filters=_filters(call, trail, given),
        older=call.query.address(AUDIT, **given, before=trail.lines[-1].number)
        if is_more
        else None,
        words=call.one("words"),
        problem=problem,
    )


def _line(call: Call, trail: Trail, number: int) -> Line:
    assert call.officer is not None
    line, address = trail.lines[number], call.query.address
    reference = trail.references.get(line.enquiry or "")
    role = call.say(ACTORS.get(line.role, line.role))
    name = trail.team.get(line.actor)
    person = None
    if line.person:
        # Whose data it was is told of the team alone: an auditor need not know who asks.
        label = trail.team.get(line.person) or line.person[:6]
        person = Link(label, address(AUDIT, person=line.person))
    is_reader = call.officer.role in MAY["answer"]
    return Line(
        number=line.number,
        at=call.desk.calendar.local(line.at),
        actor=f"{name} ({role})" if name else role,
        who=address(AUDIT, officer=line.actor) if name else None,
        action=call.say(ACTIONS[line.action]) if line.action in ACTIONS else line.action,
        what=line.what,
        person=person,
        enquiry=Link(reference, address(AUDIT, enquiry=line.enquiry)) if reference else None,
        case=address(f"/desk/enquiries/{line.enquiry}") if reference and is_reader else None,
    )


def _filters(call: Call, trail: Trail, given: dict[str, str]) -> tuple[Link, ...]:
    names = {
        "person": trail.team.get(given["person"]) or given["person"][:6],
        "enquiry": trail.references.get(given["enquiry"]) or given["enquiry"][:6],
        "officer": trail.team.get(given["officer"]) or given["officer"][:6],
    }
    labels = {
        "person": message("data of %(name)s"),
        "enquiry": message("enquiry %(name)s"),
        "officer": message("done by %(name)s"),
    }
    return tuple(
        Link(
            call.say(labels[name], name=names[name]),
            call.query.address(AUDIT, **{k: v for k, v in given.items() if k != name}),
        )
        for name, value in given.items()
        if value
    )


def _find(call: Call) -> Reply:
    """Look for somebody's address without writing it into an address."""
    assert call.officer is not None
    person, enquiry = call.desk.rights.find_in_trail(call.one("words"), by=call.officer.actor)
    return Go(f"{AUDIT}?person={person}" if person else f"{AUDIT}?enquiry={enquiry}")


SCREENS: Final = (
    Screen(
        path=AUDIT,
        template="office_audit.html",
        build=_show,
        act=_find,
        refused=_show,
        gate=TeamGate("audit"),
        section="audit",
    ),
)
