"""Signing in and out, choosing passwords, the second factor, one's own sessions."""

from __future__ import annotations

import datetime
from typing import Final

import segno
from msgspec import Struct

from baken.desk.accounts import SHORTEST_PASSWORD, SecondFactor
from baken.errors import DeskError
from baken.text.speech import message
from baken.web.acting import Call, Go, Reply, Screen, Shown

from .access import SECOND_FACTOR, SIGN_IN, TeamGate, cookie, first_page, token_of


class SignIn(Struct, frozen=True, kw_only=True):
    """The form for signing in.

    Attributes:
        to: where to go afterwards.
        email: as it was typed.
        provider: what the team calls the service that it may sign in with; None for none.
        problem: why it did not work; None at first.
    """

    to: str = ""
    email: str = ""
    provider: str | None = None
    problem: str | None = None


class NewPassword(Struct, frozen=True, kw_only=True):
    """The form for choosing a password by a link.

    Attributes:
        name: whose.
        shortest: characters that it has at least.
        problem: why it was not taken; None at first.
    """

    name: str
    shortest: int = SHORTEST_PASSWORD
    problem: str | None = None


class Forgotten(Struct, frozen=True, kw_only=True):
    """The form for asking for a new password.

    Attributes:
        is_sent: whether it was asked for.
        problem: why it was not taken; None at first.
    """

    is_sent: bool = False
    problem: str | None = None


class Place(Struct, frozen=True):
    """Somewhere that somebody is signed in.

    Attributes:
        agent: what the browser calls itself.
        seen: when it was last used.
        is_here: whether it is this one.
    """

    agent: str
    seen: datetime.datetime
    is_here: bool


class Account(Struct, frozen=True, kw_only=True):
    """One's own account.

    Attributes:
        name: of who is signed in.
        email: theirs.
        role: theirs, in words.
        is_strong: whether they have a second factor.
        places: where they are signed in.
        away: ranges of days that they are away, past ones left out.
        shortest: characters that a password has at least.
        done: what was just done, in words; None otherwise.
        problem: why something was not done; None otherwise.
    """

    name: str
    email: str
    role: str
    is_strong: bool
    places: tuple[Place, ...]
    away: tuple[tuple[datetime.date, datetime.date], ...]
    shortest: int = SHORTEST_PASSWORD
    done: str | None = None
    problem: str | None = None


class Setup(Struct, frozen=True, kw_only=True):
    """The form for setting up a second factor.

    Attributes:
        secret: for typing into the app, in groups of four.
        qr: the same as a picture, SVG.
        proof: that the form carries, so that the same secret comes back.
        is_first: whether there is none yet.
        problem: why the code was not taken; None at first.
    """

    secret: str
    qr: str
    proof: str
    is_first: bool
    problem: str | None = None


class Codes(Struct, frozen=True):
    """Recovery codes, shown once."""

    codes: tuple[str, ...]


ROLE_NAMES: Final = {
    "editor": message("Editor"),
    "officer": message("Officer"),
    "head": message("Head of the office"),
    "admin": message("Administrator"),
}

_DONE: Final = {
    "password": message("Your password is changed. You were signed out everywhere else."),
    "sessions": message("You are signed out everywhere else."),
    "away": message("It is noted when you are away."),
}


# -- signing in --------------------------------------------------------------------------------


def _show_sign_in(call: Call) -> SignIn:
    return sign_in_form(call, to=call.query.one("to") or "")


def _sign_in(call: Call) -> Reply:
    token = call.desk.accounts.sign_in(
        call.one("email"),
        call.one("password"),
        call.one("code"),
        peer=call.peer,
        agent=call.agent,
    )
    if token_of(call):
        call.desk.accounts.sign_out(token_of(call))  # what was shown before opens nothing any more
    signed_in = call.desk.accounts.signed_in(token)
    role = signed_in.officer.role if signed_in else ""
    return Go(first_page(call.one("to"), role), (cookie(call.workspace, token),))


def _refuse_sign_in(call: Call, problem: str) -> SignIn:
    return sign_in_form(call, to=call.one("to"), email=call.one("email"), problem=problem)


def sign_in_form(
    call: Call, *, to: str = "", email: str = "", problem: str | None = None
) -> SignIn:
    """Return the form for signing in, with the other ways that there are."""
    provider = call.desk.provider
    return SignIn(to=to, email=email, provider=provider.name if provider else None, problem=problem)


def _sign_out(call: Call) -> Reply:
    if token_of(call):
        call.desk.accounts.sign_out(token_of(call))
    return Go(SIGN_IN, (cookie(call.workspace, ""),))


# -- passwords ---------------------------------------------------------------------------------


def _show_new_password(call: Call) -> NewPassword:
    return NewPassword(name=call.desk.accounts.whose(call.query.path["token"]).name)


def _choose_password(call: Call) -> Reply:
    _see_that_both_are_the_same(call)
    call.desk.accounts.choose_password(call.query.path["token"], call.one("password"))
    return Go(SIGN_IN)


def _refuse_new_password(call: Call, problem: str) -> NewPassword:
    name = call.desk.accounts.whose(call.query.path["token"]).name
    return NewPassword(name=name, problem=problem)


def _see_that_both_are_the_same(call: Call) -> None:
    if call.one("password") != call.one("again"):
        raise DeskError(message("The two passwords are not the same. Type the same one twice."))


def _show_forgotten(_: Call) -> Forgotten:
    return Forgotten()


def _refuse_forgotten(_: Call, problem: str) -> Forgotten:
    return Forgotten(problem=problem)


def _forget(call: Call) -> Reply:
    call.desk.accounts.forget_password(call.one("email"), call.peer)
    return Shown(Forgotten(is_sent=True))


# -- one's own account -------------------------------------------------------------------------


def _account(call: Call, problem: str | None = None) -> Account:
    assert call.officer is not None
    assert call.signed_in is not None
    here, contact = call.signed_in.digest, call.officer.person.contact
    today = call.desk.calendar.local(call.desk.now()).date()
    done = _DONE.get(call.query.one("done") or "")
    return Account(
        name=call.officer.name,
        email=contact.email if contact else "",
        role=call.say(ROLE_NAMES[call.officer.role]),
        is_strong=call.signed_in.is_strong,
        places=tuple(
            Place(one.agent, one.seen, one.digest == here)
            for one in call.desk.accounts.sessions(call.officer)
        ),
        away=tuple(one for one in call.officer.away if one[1] >= today),
        done=call.say(done) if done and problem is None else None,
        problem=problem,
    )


def _change_account(call: Call) -> Reply:
    assert call.officer is not None
    assert call.signed_in is not None
    what = call.one("what")
    if what == "password":
        _see_that_both_are_the_same(call)
        call.desk.accounts.change_password(
            call.signed_in, call.one("old"), call.one("password"), call.peer
        )
    elif what == "sessions":
        call.desk.accounts.end_other_sessions(call.signed_in)
    elif what == "away":
        try:
            days = tuple(datetime.date.fromisoformat(call.one(name)) for name in ("first", "last"))
        except ValueError:
            raise DeskError(message("A day is missing. Say the first and the last one.")) from None
        officer = call.officer
        kept = (*officer.away, (days[0], days[1]))
        call.desk.team.change(officer.person.id, by=officer.actor, away=kept)
    elif what == "back":
        kept = tuple(one for one in call.officer.away if one[0].isoformat() != call.one("first"))
        call.desk.team.change(call.officer.person.id, by=call.officer.actor, away=kept)
        what = "away"
    else:
        raise DeskError(message("The form is incomplete. Load the page again and start anew."))
    return Go(f"/desk/account?done={what}")


def _setup(call: Call, factor: SecondFactor, problem: str | None = None) -> Setup:
    assert call.officer is not None
    assert call.signed_in is not None
    groups = [factor.secret[at : at + 4] for at in range(0, len(factor.secret), 4)]
    return Setup(
        secret=" ".join(groups),
        qr=segno.make(factor.url, error="m").svg_inline(scale=5, border=2, omitsize=False),
        proof=call.desk.accounts.proof_of(factor, call.officer),
        is_first=not call.signed_in.is_strong,
        problem=problem,
    )


def _show_setup(call: Call) -> Setup:
    assert call.officer is not None
    return _setup(call, call.desk.accounts.new_second_factor(call.officer))


def _set_up(call: Call) -> Reply:
    assert call.officer is not None
    assert call.signed_in is not None
    factor = call.desk.accounts.read_proof(call.one("proof"), call.officer)
    codes = call.desk.accounts.set_second_factor(call.signed_in, factor, call.one("code"))
    return Shown(Codes(codes), template="office_codes.html")


def _refuse_setup(call: Call, problem: str) -> Setup:
    assert call.officer is not None
    try:
        factor = call.desk.accounts.read_proof(call.one("proof"), call.officer)
    except DeskError:
        factor = call.desk.accounts.new_second_factor(call.officer)
    return _setup(call, factor, problem)


SCREENS: Final = (
    Screen(
        path=SIGN_IN,
        template="office_sign_in.html",
        build=_show_sign_in,
        act=_sign_in,
        refused=_refuse_sign_in,
    ),
    Screen(
        path="/desk/sign-out", template="office_sign_in.html", build=_show_sign_in, act=_sign_out
    ),
    Screen(
        path="/desk/password/{token:str}",
        template="office_password.html",
        build=_show_new_password,
        act=_choose_password,
        refused=_refuse_new_password,
    ),
    Screen(
        path="/desk/forgotten",
        template="office_forgotten.html",
        build=_show_forgotten,
        act=_forget,
        refused=_refuse_forgotten,
    ),
    Screen(
        path="/desk/account",
        template="office_account.html",
        build=_account,
        act=_change_account,
        refused=_account,
        gate=TeamGate("account"),
        section="account",
    ),
    Screen(
        path=SECOND_FACTOR,
        template="office_second_factor.html",
        build=_show_setup,
        act=_set_up,
        refused=_refuse_setup,
        gate=TeamGate("account", is_setting_up=True),
        section="account",
    ),
)
