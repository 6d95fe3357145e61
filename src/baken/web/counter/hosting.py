"""``/host/…``: a host of a site visit answers by a link, without an account."""

from __future__ import annotations

import datetime
from typing import Final

from msgspec import Struct

from baken.desk import HOST_ANSWERS
from baken.errors import DeskError
from baken.text.speech import message
from baken.visits import Window, clock
from baken.web.acting import Call, Go, Screen

from .enquiring import Option

_ANSWERS: Final = {
    "host-confirmed": (
        message("Yes, at that time"),
        message("The time is fixed with this; nothing moves it any more."),
    ),
    "host-moved": (
        message("Yes, but at another time"),
        message("Say below when that day; we plan around you and ask once more."),
    ),
    "host-declined": (
        message("No, that is not possible"),
        message("Say below whom to ask instead, if you know."),
    ),
}
_ANSWERED: Final = {
    "host-confirmed": message("You said yes. The visitors get this time in their programme."),
    "host-moved": message("You offered another time. We plan around it and write to you."),
    "host-declined": message("You said no. That is all we needed; thank you."),
}
_CHOOSE: Final = message("Choose one of the answers.")


class HostPage(Struct, frozen=True, kw_only=True):
    """What a host sees.

    Attributes:
        address: of this page, for its form.
        enquirer: who comes, as far as they may be named.
        organisation: that is visited.
        question: what for.
        office: who asks for them.
        day: of the visit, in words.
        time: from and until.
        minutes: how long it takes.
        at: the moment, for the form.
        is_open: whether an answer still changes something.
        answered: what was answered, in a sentence; None when nothing was.
        answers: to choose from.
        opens: another time as it was typed; `closes` likewise.
        text: what was added to an answer that was not taken.
        problem: why it was not; None when nothing was sent.
    """

    address: str
    enquirer: str
    organisation: str
    question: str
    office: str
    day: str
    time: str
    minutes: int
    at: str
    is_open: bool
    answered: str | None
    answers: tuple[Option, ...]
    opens: str = ""
    closes: str = ""
    text: str = ""
    problem: str | None = None


def show(call: Call, problem: str | None = None) -> HostPage:
    """Return what a host is asked, or what they answered.

    Raises:
        LinkRefusedError: the link is not a good one.
    """
    token = call.query.path["token"]
    asked = call.desk.visits.question(token)
    ends = asked.starts + datetime.timedelta(minutes=asked.minutes)
    return HostPage(
        address=call.query.address(f"/host/{token}"),
        enquirer=asked.enquirer,
        organisation=asked.introduction.organisation_name,
        question=asked.question,
        office=asked.office,
        day=call.say.full_day(asked.starts.date()),
        time=f"{clock(asked.starts)}–{clock(ends)}",
        minutes=asked.minutes,
        at=asked.starts.isoformat(),
        is_open=asked.is_open,
        answered=call.say(_ANSWERED[asked.answered]) if asked.answered else None,
        answers=tuple(
            Option(one, call.say(label), one == call.one("answer"), call.say(note))
            for one, (label, note) in _ANSWERS.items()
        ),
        opens=call.one("from"),
        closes=call.one("until"),
        text=call.one("text"),
        problem=problem if asked.is_open else None,
    )


def act(call: Call) -> Go:
    """Keep a host's answer.

    Raises:
        LinkRefusedError: the link is not a good one.
        DeskError: no answer was chosen, or another time is incomplete.
    """
    token = call.query.path["token"]
    chosen = next((one for one in HOST_ANSWERS if one == call.one("answer")), None)
    if chosen is None:
        raise DeskError(_CHOOSE)
    try:
        at = datetime.datetime.fromisoformat(call.one("at"))
    except ValueError:
        raise DeskError(
            message("The form is incomplete. Open the link in the mail again.")
        ) from None
    window = window_of(call, at.date()) if chosen == "host-moved" else None
    call.desk.visits.answer(token, chosen, at, call.one("text"), window)
    return Go(f"/host/{token}")


def window_of(call: Call, day: datetime.date) -> Window | None:
    """Return the hours of a day that a form names; None where they are incomplete."""
    try:
        opens, closes = (
            datetime.time.fromisoformat(call.one(name)).replace(tzinfo=None)
            for name in ("from", "until")
        )
    except ValueError:
        return None
    return Window(opens, closes, (), day)


HOST: Final = Screen(
    path="/host/{token:str}", template="host.html", build=show, act=act, refused=show
)
