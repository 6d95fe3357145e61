"""Who is in the team: what they answer, when they are there, and whether they can come in."""

from __future__ import annotations

import datetime
from typing import Final, get_args

from msgspec import Struct

from baken.desk import KINDS, OFFICE_ROLES, Contact, Officer
from baken.desk.enquiry import Kind, OfficeRole
from baken.errors import DeskError, NotFoundError
from baken.model import LANGUAGES, Language
from baken.text.speech import message
from baken.web.acting import Call, Go, Reply, Screen
from baken.web.rendering import OWN_NAMES

from .access import TeamGate
from .account import ROLE_NAMES

TEAM: Final = "/desk/team"

KIND_NAMES: Final[dict[Kind, str]] = {
    "introduction": message("Introductions"),
    "site-visit": message("Site visits"),
    "guidance": message("Guidance"),
    "handbook": message("Handbooks"),
    "other": message("Anything else"),
}

ROLE_TASKS: Final[dict[OfficeRole, str]] = {
    "editor": message("keeps the landscape true, and sees no enquiry"),
    "officer": message("answers enquiries"),
    "head": message("answers, is told of missed promises, serves people’s rights"),
    "admin": message("looks after accounts, and sees no enquiry"),
}

_DONE: Final = {
    "added": message("They are in the team, and have a mail by which to choose a password."),
    "changed": message("It is changed."),
    "invite": message("They have a mail by which to choose a password. It works for three days."),
    "factor": message("Their second factor is forgotten. At the next sign-in they set up another."),
    "leave": message(
        "They have left the team and are signed out. Their open enquiries went to colleagues."
    ),
    "return": message("They are back in the team."),
}

_FEWEST, _MOST = 1, 500


class Option(Struct, frozen=True):
    """Something to choose.

    Attributes:
        id: what the form sends.
        label: what people read.
        is_on: whether it is chosen.
        note: more about it.
    """

    id: str
    label: str
    is_on: bool
    note: str = ""


class Member(Struct, frozen=True, kw_only=True):
    """A line of the team directory.

    Attributes:
        id: of the person.
        name: theirs.
        email: theirs; empty once erased.
        role: in words.
        languages: in words, the best first.
        themes: in words.
        open: enquiries they have.
        capacity: enquiries they can have.
        is_active: whether they work here.
        is_away: whether they are away today.
        away: days to come on which they are away.
        is_answering: whether enquiries are given to them.
    """

    id: str
    name: str
    email: str
    role: str
    languages: tuple[str, ...]
    themes: tuple[str, ...]
    open: int
    capacity: int
    is_active: bool
    is_away: bool
    away: tuple[tuple[datetime.date, datetime.date], ...]
    is_answering: bool


class Team(Struct, frozen=True, kw_only=True):
    """The team directory.

    Attributes:
        members: who is there, in the order in which they joined.
        left: who was.
        done: what was just done, in words; None otherwise.
    """

    members: tuple[Member, ...]
    left: tuple[Member, ...]
    done: str | None = None


class Form(Struct, frozen=True, kw_only=True):
    """One of the team, to be added or changed.

    Attributes:
        member: who; None for somebody new.
        name: as typed, of somebody new.
        email: as typed, of somebody new.
        languages: that can be answered in.
        first: the one they answer best.
        kinds: of enquiry; none chosen means all.
        themes: that they know.
        theme: as typed, to be added.
        capacity: enquiries at once.
        roles: that the visitor can give.
        may_change: whether the visitor may.
        done: what was just done, in words; None otherwise.
        problem: why something was not done; None otherwise.
    """

    member: Member | None
    name: str = ""
    email: str = ""
    languages: tuple[Option, ...] = ()
    first: str = "en"
    kinds: tuple[Option, ...] = ()
    themes: tuple[Option, ...] = ()
    theme: str = ""
    capacity: str = "20"
    roles: tuple[Option, ...] = ()
    may_change: bool = True
    done: str | None = None
    problem: str | None = None


def _member(call: Call, officer: Officer) -> Member:
    today = call.desk.calendar.local(call.desk.now()).date()
    contact, known = officer.person.contact, call.workspace.landscape.themes
    return Member(
        id=officer.person.id,
        name=officer.name or call.say(message("Somebody who was erased")),
        email=contact.email if contact else "",
        role=call.say(ROLE_NAMES[officer.role]),
        languages=tuple(OWN_NAMES[one] for one in officer.languages),
        themes=tuple(known[t].text(call.query.language) for t in officer.themes if t in known),
        open=officer.open,
        capacity=officer.capacity,
        is_active=officer.is_active,
        is_away=officer.is_away(today),
        away=tuple(one for one in officer.away if one[1] >= today),
        is_answering=officer.is_answering,
    )


def _show_team(call: Call) -> Team:
    assert call.officer is not None
    members = [_member(call, one) for one in call.desk.team.officers(by=call.officer.actor)]
    return Team(
        members=tuple(one for one in members if one.is_active),
        left=tuple(one for one in members if not one.is_active and one.email),
        done=_done(call),
    )


def _done(call: Call) -> str | None:
    done = _DONE.get(call.query.one("done") or "")
    return call.say(done) if done else None


# -- somebody new ------------------------------------------------------------------------------


def _show_new(call: Call) -> Form:
    return _form(call, None, ("en",), (), (), "officer")


def _add(call: Call) -> Reply:
    assert call.officer is not None
    themes = (*call.all("themes"), *_theme_typed(call))
    added = call.desk.team.add(
        Contact(name=call.one("name"), email=call.one("email")),
        _languages(call),
        themes=themes,
        kinds=_kinds(call),
        capacity=_capacity(call),
        role=_role(call),
        by=call.officer.actor,
    )
    call.desk.team.invite(added.person.id, by=call.officer.actor)
    return Go(f"{TEAM}?done=added")


def _refuse_new(call: Call, problem: str) -> Form:
    return _typed(call, None, problem)


# -- somebody of the team ----------------------------------------------------------------------


def _officer(call: Call) -> Officer:
    """Return whom an address is about.

    Raises:
        NotFoundError: nobody of the team.
    """
    assert call.officer is not None
    for one in call.desk.team.officers(by=call.officer.actor):
        if one.person.id == call.query.path["id"] and one.person.contact is not None:
            return one
    raise NotFoundError(message("Nobody in the team is at this address."))


def _show_member(call: Call) -> Form:
    one = _officer(call)
    return _form(
        call, one, one.languages, one.kinds, one.themes, one.role, capacity=str(one.capacity)
    )


def _change(call: Call) -> Reply:
    assert call.officer is not None
    officer, by, what = _officer(call), call.officer.actor, call.one("what")
    id_ = officer.person.id
    if what == "change":
        themes = (*call.all("themes"), *_theme_typed(call))
        call.desk.team.change(
            id_,
            by=by,
            languages=_languages(call),
            kinds=_kinds(call),
            themes=tuple(dict.fromkeys(themes)),
            capacity=_capacity(call),
            **({"role": _role(call)} if _role(call) != officer.role else {}),
        )
        what = "changed"
    elif what == "invite":
        call.desk.team.invite(id_, by=by)
    elif what == "factor":
        call.desk.team.reset_second_factor(id_, by=by)
    elif what in ("leave", "return"):
        call.desk.team.change(id_, by=by, is_active=what == "return")
    else:
        raise DeskError(message("The form is incomplete. Load the page again and start anew."))
    return Go(f"{TEAM}?done=leave" if what == "leave" else f"{TEAM}/{id_}?done={what}")


def _refuse_change(call: Call, problem: str) -> Form:
    officer = _officer(call)
    if call.one("what") == "change":
        return _typed(call, officer, problem)
    return _form(
        call, officer, officer.languages, officer.kinds, officer.themes, officer.role,
        capacity=str(officer.capacity), problem=problem,
    )  # fmt: skip


# -- the form ----------------------------------------------------------------------------------


def _typed(call: Call, officer: Officer | None, problem: str) -> Form:
    """Return the form as it was filled in."""
    return _form(
        call,
        officer,
        (call.one("first"), *call.all("languages")),
        call.all("kinds"),
        call.all("themes"),
        call.one("role"),
        name=call.one("name"),
        email=call.one("email"),
        theme=call.one("theme"),
        capacity=call.one("capacity"),
        problem=problem,
    )


def _form(
    call: Call,
    officer: Officer | None,
    languages: tuple[str, ...],
    kinds: tuple[str, ...],
    themes: tuple[str, ...],
    role: str,
    *,
    name: str = "",
    email: str = "",
    theme: str = "",
    capacity: str = "20",
    problem: str | None = None,
) -> Form:
    assert call.officer is not None
    known, is_admin = call.workspace.landscape.themes, call.officer.role == "admin"
    return Form(
        member=_member(call, officer) if officer else None,
        name=name,
        email=email,
        languages=tuple(Option(one, OWN_NAMES[one], one in languages[1:]) for one in LANGUAGES),
        first=next((one for one in languages if one in LANGUAGES), "en"),
        kinds=tuple(Option(one, call.say(KIND_NAMES[one]), one in kinds) for one in KINDS),
        themes=tuple(
            Option(one, known[one].text(call.query.language), True)
            for one in themes
            if one in known
        ),
        theme=theme,
        capacity=capacity,
        roles=tuple(
            Option(one, call.say(ROLE_NAMES[one]), one == role, call.say(ROLE_TASKS[one]))
            for one in OFFICE_ROLES
            if is_admin or one != "admin"
        ),
        may_change=is_admin or officer is None or officer.role != "admin",
        done=None if problem else _done(call),
        problem=problem,
    )


def _languages(call: Call) -> tuple[Language, ...]:
    given = (call.one("first"), *call.all("languages"))
    return tuple(dict.fromkeys(one for one in get_args(Language) if one == given[0])) + tuple(
        one for one in get_args(Language) if one in given[1:] and one != given[0]
    )


def _kinds(call: Call) -> tuple[Kind, ...]:
    return tuple(one for one in KINDS if one in call.all("kinds"))


def _role(call: Call) -> OfficeRole:
    for one in OFFICE_ROLES:
        if one == call.one("role"):
            return one
    raise DeskError(message("The form is incomplete. Load the page again and start anew."))


def _capacity(call: Call) -> int:
    text = call.one("capacity").strip()
    if not text.isdecimal() or not _FEWEST <= int(text) <= _MOST:
        raise DeskError(message("Enquiries at once are a number from 1 to 500."))
    return int(text)


def _theme_typed(call: Call) -> tuple[str, ...]:
    """Return the id of the theme that was typed, by any of its names; none for an empty field.

    Raises:
        DeskError: no theme is called that.
    """
    typed = call.one("theme").strip().casefold()
    if not typed:
        return ()
    themes = call.workspace.landscape.themes
    for id_, theme in themes.items():
        if typed in (name.casefold() for name in (id_, *theme.label.values())):
            return (id_,)
    for id_, theme in themes.items():
        if any(typed in (word.casefold() for word in words) for words in theme.synonyms.values()):
            return (id_,)
    raise DeskError(
        message(
            "There is no theme of that name. Look for it on the page Themes, and write it as there."
        )
    )


SCREENS: Final = (
    Screen(
        path=TEAM,
        template="office_team.html",
        build=_show_team,
        gate=TeamGate("team"),
        section="team",
    ),
    Screen(
        path=f"{TEAM}/new",
        template="office_member.html",
        build=_show_new,
        act=_add,
        refused=_refuse_new,
        gate=TeamGate("team"),
        section="team",
    ),
    Screen(
        path=f"{TEAM}/{{id:str}}",
        template="office_member.html",
        build=_show_member,
        act=_change,
        refused=_refuse_change,
        gate=TeamGate("team"),
        section="team",
    ),
)
