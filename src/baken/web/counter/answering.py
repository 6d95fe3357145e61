"""Links that ask something and work once: a counterpart's answer, and how it went."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from baken.desk import ANSWERS
from baken.errors import DeskError
from baken.text.speech import message
from baken.web.acting import Call, Go, Screen

from .enquiring import Option

_ANSWERS: Final = {
    "accepted": (
        message("Yes, introduce us"),
        message("You and they get each other's address in one mail."),
    ),
    "referred": (message("Not us, ask somebody else"), message("Say below whom to ask.")),
    "declined": (message("No, thank you"), message("It helps them, too, to know.")),
}
_ANSWERED: Final = {
    "accepted": message("You said yes. We introduce you as soon as they agree, too."),
    "referred": message("You pointed us to somebody else. Thank you."),
    "declined": message("You said no. That is all we needed; thank you."),
}
_CHOOSE: Final = message("Choose one of the answers.")


class AnswerPage(Struct, frozen=True, kw_only=True):
    """What a counterpart sees.

    Attributes:
        address: of this page, for its form.
        enquirer: who asks, as far as they may be named.
        organisation: that is asked, as the mail named it.
        question: what is looked for.
        office: who asks for them.
        is_open: whether an answer still changes something.
        answered: what was answered, in a sentence; None when nothing was.
        answers: to choose from.
        text: what was added to an answer that was not taken.
        problem: why it was not; None when nothing was sent.
    """

    address: str
    enquirer: str
    organisation: str
    question: str
    office: str
    is_open: bool
    answered: str | None
    answers: tuple[Option, ...]
    text: str = ""
    problem: str | None = None


class OutcomePage(Struct, frozen=True, kw_only=True):
    """What an enquirer is asked about the outcome.

    Attributes:
        address: of this page, for its form.
        reference: of the enquiry.
        organisations: who agreed to meet.
        is_open: whether an answer still changes something.
        is_told: whether it was told a moment ago.
        text: what was written and not taken.
        problem: why it was not; None when nothing was sent.
    """

    address: str
    reference: str
    organisations: tuple[str, ...]
    is_open: bool
    is_told: bool
    text: str = ""
    problem: str | None = None


def show_question(call: Call, problem: str | None = None) -> AnswerPage:
    """Return what a counterpart is asked, or what they answered.

    Raises:
        LinkRefusedError: the link is not a good one.
    """
    token = call.query.path["token"]
    question = call.desk.question(token)
    state = question.introduction.state
    return AnswerPage(
        address=call.query.address(f"/answer/{token}"),
        enquirer=question.enquirer,
        organisation=question.introduction.organisation_name,
        question=question.question,
        office=question.office,
        is_open=question.is_open,
        answered=call.say(_ANSWERED[state]) if state in _ANSWERED else None,
        answers=tuple(
            Option(one, call.say(label), one == call.one("answer"), call.say(note))
            for one, (label, note) in _ANSWERS.items()
        ),
        text=call.one("text"),
        problem=problem if question.is_open else None,
    )


def answer(call: Call) -> Go:
    """Keep a counterpart's answer; who answers twice is shown what they answered first.

    Raises:
        LinkRefusedError: the link is not a good one.
        DeskError: no answer was chosen, or a referral names nobody.
    """
    token = call.query.path["token"]
    chosen = next((one for one in ANSWERS if one == call.one("answer")), None)
    if chosen is None:
        raise DeskError(_CHOOSE)
    call.desk.answer_question(token, chosen, call.one("text"))
    return Go(f"/answer/{token}")


def show_outcome(call: Call, problem: str | None = None) -> OutcomePage:
    """Return what an enquirer is asked about the outcome.

    Raises:
        LinkRefusedError: the link is not a good one.
    """
    token = call.query.path["token"]
    question = call.desk.outcome_question(token)
    return OutcomePage(
        address=call.query.address(f"/outcome/{token}"),
        reference=question.reference,
        organisations=question.organisations,
        is_open=question.is_open,
        is_told=call.query.one("done") == "told",
        text=call.one("text"),
        problem=problem if question.is_open else None,
    )


def tell_outcome(call: Call) -> Go:
    """Keep what an enquirer tells of the outcome.

    Raises:
        LinkRefusedError: the link is not a good one, or was used.
        DeskError: nothing was written.
    """
    token = call.query.path["token"]
    call.desk.tell_outcome(token, call.one("text"))
    return Go(f"/outcome/{token}?done=told")


ANSWER: Final = Screen(
    path="/answer/{token:str}",
    template="answer.html",
    build=show_question,
    act=answer,
    refused=show_question,
)
OUTCOME: Final = Screen(
    path="/outcome/{token:str}",
    template="outcome.html",
    build=show_outcome,
    act=tell_outcome,
    refused=show_outcome,
)
