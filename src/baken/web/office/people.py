"""People's rights: what the desk knows of somebody, to be given to them or forgotten."""

from __future__ import annotations

import datetime
from typing import Final

import msgspec
from msgspec import Struct

from baken.desk import Known
from baken.errors import DeskError
from baken.text.speech import message
from baken.web.acting import Call, File, Go, Reply, Screen

from .access import TeamGate

PEOPLE: Final = "/desk/people"

ROLES: Final = {
    "enquirer": message("asks"),
    "counterpart": message("is asked as a partner"),
    "officer": message("is or was in the team"),
}


class Search(Struct, frozen=True, kw_only=True):
    """The form for finding somebody.

    Attributes:
        done: what was just done, in words; None otherwise.
        problem: why nobody was found; None at first.
    """

    done: str | None = None
    problem: str | None = None


class Row(Struct, frozen=True):
    """One way in which somebody is known.

    Attributes:
        name: as they gave it.
        organisation: theirs; empty for none.
        position: theirs; empty for none.
        role: in words.
        since: the day the desk first heard of them so.
    """

    name: str
    organisation: str
    position: str
    role: str
    since: datetime.date


class Dossier(Struct, frozen=True, kw_only=True):
    """Somebody, in short.

    Attributes:
        id: of the newest row.
        email: theirs; empty once erased.
        rows: ways in which they are known.
        enquiries: reference and day of each of theirs, and whether it is open.
        introductions: how often they were asked as a partner.
        consents: wording and day of what stands of what they agreed to.
        mails: written to them.
        is_erased: whether they were forgotten.
        problem: why something was not done; None otherwise.
    """

    id: str
    email: str
    rows: tuple[Row, ...]
    enquiries: tuple[tuple[str, datetime.date, bool], ...]
    introductions: int
    consents: tuple[tuple[str, datetime.date], ...]
    mails: int
    is_erased: bool
    problem: str | None = None


def _show_search(call: Call) -> Search:
    done = None
    if call.query.one("done") == "erased":
        done = call.say(
            message("They are forgotten. What stays is when, what kind and with which outcome.")
        )
    return Search(done=done)


def _find(call: Call) -> Reply:
    assert call.officer is not None
    found = call.desk.rights.people(call.one("email"), by=call.officer.actor)
    if not found:
        raise DeskError(message("Nobody at the desk has this address. Check how it is written."))
    return Go(f"{PEOPLE}/{found[0].id}")


def _refuse_search(_: Call, problem: str) -> Search:
    return Search(problem=problem)


def _known(call: Call) -> Known:
    assert call.officer is not None
    return call.desk.rights.known(call.query.path["id"], by=call.officer.actor)


def _show(call: Call, problem: str | None = None) -> Dossier:
    known = _known(call)
    contact = known.people[0].contact
    return Dossier(
        id=call.query.path["id"],
        email=contact.email if contact else "",
        rows=tuple(
            Row(
                one.contact.name,
                one.contact.organisation,
                one.contact.position,
                call.say(ROLES[one.role]),
                one.created.date(),
            )
            for one in known.people
            if one.contact is not None
        ),
        enquiries=tuple(
            (one.reference, one.received.date(), one.state != "closed") for one in known.enquiries
        ),
        introductions=known.introductions,
        consents=tuple(
            (one.wording, one.given.date()) for one in known.consents if one.is_standing
        ),
        mails=known.mails,
        is_erased=contact is None,
        problem=problem,
    )


def _act(call: Call) -> Reply:
    assert call.officer is not None
    id_, by = call.query.path["id"], call.officer.actor
    if call.one("what") == "export":
        content = msgspec.json.format(
            msgspec.json.encode(call.desk.rights.export(id_, by=by)), indent=2
        )
        return File(content, "application/json", "person.json")
    if call.one("sure") != "yes":
        raise DeskError(message("Tick the box first: this cannot be undone."))
    call.desk.rights.erase(id_, by=by)
    return Go(f"{PEOPLE}?done=erased")


SCREENS: Final = (
    Screen(
        path=PEOPLE,
        template="office_people.html",
        build=_show_search,
        act=_find,
        refused=_refuse_search,
        gate=TeamGate("people"),
        section="people",
    ),
    Screen(
        path=f"{PEOPLE}/{{id:str}}",
        template="office_person.html",
        build=_show,
        act=_act,
        refused=_show,
        gate=TeamGate("people"),
        section="people",
    ),
)
