"""The one table of what can happen to an enquiry: from which state, by whom, with what effect.

Everything that changes an enquiry is an event of this table. `TRANSITIONS` is the only place that
says which mails it sends and which clocks it starts and stops; docs/desk.md shows it, generated.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from baken.errors import TransitionError
from baken.text.marking import message

from .enquiry import Actor, Introduction, IntroductionState, Role, State

OPEN: Final[tuple[State, ...]] = ("received", "in-hand", "waiting", "introducing", "meeting")
ASKED: Final[tuple[IntroductionState, ...]] = ("asked", "reminded", "silent")
"""States in which a counterpart may still answer: late is better than never."""

HOSTS_ASKED: Final[tuple[IntroductionState, ...]] = ("host-asked", "host-reminded", "host-silent")
"""States in which a host may still answer."""

_HOSTING: Final[tuple[IntroductionState, ...]] = (*HOSTS_ASKED, "host-confirmed", "host-moved")
"""States in which a host counts on the visit, or may."""

_OFFICE: Final[tuple[Role, ...]] = ("officer", "head")


class Transition(Struct, frozen=True, kw_only=True):
    """One line: an event, when it may happen, and what follows from it.

    Attributes:
        event: its name.
        before: states of the enquiry in which it may happen; none for the event that begins it.
        after: state it leads to; None when the state stays.
        who: may do it.
        asked: states of the introduction in which it may happen; none when it is about no one
            counterpart, or begins an introduction.
        answer: state of the introduction it leads to; None when it is about no one counterpart.
        sends: kinds of mail; see `mail.MAILS`.
        starts: names of clocks; see `CLOCKS`.
        stops: names of clocks.
    """

    event: str
    before: tuple[State, ...]
    after: State | None
    who: tuple[Role, ...]
    asked: tuple[IntroductionState, ...] = ()
    answer: IntroductionState | None = None
    sends: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()


class ClockRule(Struct, frozen=True, kw_only=True):
    """What a clock does.

    Attributes:
        name: of the clock.
        working_days: office time after which it fires; None for the promise's own time.
        share: of the promise's office time after which it fires instead; None for most.
        event: that it causes.
    """

    name: str
    event: str
    working_days: float | None = None
    share: float | None = None


CLOCKS: Final[dict[str, ClockRule]] = {
    rule.name: rule
    for rule in (
        ClockRule(name="promise-near", share=0.75, event="promise-reminded"),
        ClockRule(name="promise", share=1.0, event="promise-missed"),
        ClockRule(name="reply-owed", working_days=2, event="reply-reminded"),
        ClockRule(name="enquirer-quiet", working_days=10, event="enquirer-quiet"),
        ClockRule(name="counterpart-quiet", working_days=3, event="counterpart-reminded"),
        ClockRule(name="counterpart-silent", working_days=4, event="counterpart-silent"),
        ClockRule(name="host-quiet", working_days=3, event="host-reminded"),
        ClockRule(name="host-silent", working_days=3, event="host-silent"),
        ClockRule(name="outcome-near", working_days=10, event="outcome-asked"),
        ClockRule(name="idle", working_days=10, event="idle-reminded"),
    )
}

_FIRST: Final = ("promise-near", "promise")

TRANSITIONS: Final[tuple[Transition, ...]] = (
    Transition(
        event="received", before=(), after="received", who=("enquirer",),
        sends=("acknowledgement", "owner-notified"), starts=_FIRST,
    ),
    Transition(
        event="assigned", before=OPEN, after=None, who=(*_OFFICE, "system"),
        sends=("owner-notified",),
    ),
    Transition(
        event="promise-reminded", before=("received",), after=None, who=("system",),
        sends=("promise-reminder",),
    ),
    Transition(
        event="promise-missed", before=("received",), after=None, who=("system",),
        sends=("escalation",), starts=("idle",),
    ),
    Transition(
        event="answered", before=("received", "in-hand", "waiting"), after="in-hand", who=_OFFICE,
        sends=("answer",), starts=("idle",),
        stops=(*_FIRST, "reply-owed", "idle", "enquirer-quiet"),
    ),
    Transition(
        event="answered", before=("introducing", "meeting"), after=None, who=_OFFICE,
        sends=("answer",), starts=("idle",), stops=("reply-owed",),
    ),
    Transition(
        event="asked-back", before=("received", "in-hand", "waiting"), after="waiting",
        who=_OFFICE, sends=("answer",), starts=("enquirer-quiet",),
        stops=(*_FIRST, "reply-owed", "idle", "enquirer-quiet"),
    ),
    Transition(
        event="wrote", before=("received",), after=None, who=("enquirer",),
        sends=("enquirer-wrote",),
    ),
    Transition(
        event="wrote", before=("in-hand", "waiting", "closed"), after="in-hand",
        who=("enquirer",), sends=("enquirer-wrote",), starts=("reply-owed",),
        stops=("enquirer-quiet", "reply-owed", "idle"),
    ),
    Transition(
        event="wrote", before=("introducing", "meeting"), after=None, who=("enquirer",),
        sends=("enquirer-wrote",), starts=("reply-owed",), stops=("reply-owed",),
    ),
    Transition(
        event="reply-reminded", before=("in-hand", "introducing", "meeting"), after=None,
        who=("system",), sends=("owner-reminded",), starts=("reply-owed",),
    ),
    Transition(
        event="enquirer-quiet", before=("waiting",), after=None, who=("system",),
        sends=("owner-reminded",), starts=("enquirer-quiet",),
    ),
    Transition(
        event="idle-reminded", before=OPEN, after=None, who=("system",),
        sends=("owner-reminded",), starts=("idle",),
    ),
    Transition(
        event="counterpart-asked", before=OPEN,
        after="introducing", who=_OFFICE, answer="asked", sends=("counterpart-asked",),
        starts=("counterpart-quiet", "idle"),
        stops=(*_FIRST, "reply-owed", "idle", "enquirer-quiet"),
    ),
    Transition(
        event="counterpart-reminded", before=OPEN, after=None, who=("system", *_OFFICE),
        asked=("asked",), answer="reminded", sends=("counterpart-reminded",),
        starts=("counterpart-silent",), stops=("counterpart-quiet",),
    ),
    Transition(
        event="counterpart-silent", before=OPEN, after=None, who=("system",),
        asked=("asked", "reminded"), answer="silent", sends=("counterpart-answered",),
    ),
    Transition(
        event="counterpart-accepted", before=OPEN, after=None, who=("counterpart",),
        asked=ASKED, answer="accepted", sends=("counterpart-answered",),
        stops=("counterpart-quiet", "counterpart-silent"),
    ),
    Transition(
        event="counterpart-referred", before=OPEN, after=None, who=("counterpart",),
        asked=ASKED, answer="referred", sends=("counterpart-answered",),
        stops=("counterpart-quiet", "counterpart-silent"),
    ),
    Transition(
        event="counterpart-declined", before=OPEN, after=None, who=("counterpart",),
        asked=ASKED, answer="declined", sends=("counterpart-answered",),
        stops=("counterpart-quiet", "counterpart-silent"),
    ),
    Transition(
        event="agreed", before=("introducing", "meeting"), after="meeting", who=_OFFICE,
        asked=("accepted",), answer="accepted", sends=("agreed",),
        starts=("outcome-near",), stops=("idle", "reply-owed", "outcome-near"),
    ),
    Transition(
        event="visit-planned", before=OPEN, after=None, who=_OFFICE, starts=("idle",),
    ),
    Transition(
        event="host-asked", before=OPEN, after="introducing", who=(*_OFFICE, "system"),
        answer="host-asked", sends=("host-asked",), starts=("host-quiet", "idle"),
        stops=(*_FIRST, "reply-owed", "idle", "enquirer-quiet", "host-silent"),
    ),
    Transition(
        event="host-reminded", before=OPEN, after=None, who=("system",),
        asked=("host-asked",), answer="host-reminded", sends=("host-reminded",),
        starts=("host-silent",), stops=("host-quiet",),
    ),
    Transition(
        event="host-silent", before=OPEN, after=None, who=("system",),
        asked=("host-asked", "host-reminded"), answer="host-silent", sends=("host-answered",),
    ),
    Transition(
        event="host-confirmed", before=OPEN, after=None, who=("counterpart", *_OFFICE),
        asked=HOSTS_ASKED, answer="host-confirmed", sends=("host-answered",), starts=("idle",),
        stops=("host-quiet", "host-silent"),
    ),
    Transition(
        event="host-moved", before=OPEN, after=None, who=("counterpart", *_OFFICE),
        asked=HOSTS_ASKED, answer="host-moved", sends=("host-answered",), starts=("idle",),
        stops=("host-quiet", "host-silent"),
    ),
    Transition(
        event="host-declined", before=OPEN, after=None, who=("counterpart", *_OFFICE),
        asked=_HOSTING, answer="host-declined", sends=("host-answered",), starts=("idle",),
        stops=("host-quiet", "host-silent"),
    ),
    Transition(
        event="host-freed", before=OPEN, after=None, who=_OFFICE, asked=_HOSTING,
        answer="host-freed", sends=("host-freed",), stops=("host-quiet", "host-silent"),
    ),
    Transition(
        event="visit-released", before=OPEN, after="meeting", who=_OFFICE,
        sends=("visit-programme",), starts=("outcome-near",),
        stops=(*_FIRST, "reply-owed", "idle", "enquirer-quiet"),
    ),
    Transition(
        event="outcome-asked", before=("meeting",), after=None, who=("system", *_OFFICE),
        sends=("outcome-asked",), starts=("idle",), stops=("outcome-near", "idle"),
    ),
    Transition(
        event="outcome-told", before=("introducing", "meeting"), after=None,
        who=("enquirer", "counterpart"),
        sends=("enquirer-wrote",), starts=("reply-owed",), stops=("outcome-near", "reply-owed"),
    ),
    Transition(event="noted", before=(*OPEN, "closed"), after=None, who=(*_OFFICE, "program")),
    Transition(
        event="mail-failed", before=(*OPEN, "closed"), after=None, who=("system",),
        sends=("mail-failed",),
    ),
    Transition(
        event="closed", before=OPEN, after="closed", who=(*_OFFICE, "system"),
        stops=tuple(CLOCKS),
    ),
    Transition(
        event="withdrawn", before=OPEN, after="closed", who=("enquirer", "system"),
        sends=("enquirer-wrote",), stops=tuple(CLOCKS),
    ),
    Transition(
        event="reopened", before=("closed",), after="in-hand", who=_OFFICE, starts=("idle",),
    ),
)  # fmt: skip


def find(
    event: str, state: State | None, actor: Actor, introduction: Introduction | None
) -> Transition:
    """Return the line of the table for an event that is to happen now.

    Args:
        event: its name.
        state: of the enquiry; None when it is about to begin.
        actor: who does it.
        introduction: that it is about; None when it is about no one counterpart, or begins one.

    Raises:
        TransitionError: it may not happen in this state, or not by this person.
    """
    lines = [line for line in TRANSITIONS if line.event == event]
    if not lines:
        raise TransitionError(f"There is no event “{event}”; see the table in docs/desk.md.")
    lines = [line for line in lines if (state in line.before if state else not line.before)]
    is_outside = actor.role in ("enquirer", "counterpart")
    if not lines:
        if is_outside and state == "closed":
            raise TransitionError(
                message("This enquiry is closed: nothing more can happen to it."),
                message("Send a new one to ask for more."),
            )
        raise TransitionError(
            f"“{event}” cannot happen to an enquiry that is “{state or 'not there yet'}”."
        )
    lines = [line for line in lines if actor.role in line.who]
    if not lines:
        raise TransitionError(f"“{event}” is not for the role “{actor.role}”.")
    line = lines[0]
    if line.asked and (introduction is None or introduction.state not in line.asked):
        if is_outside and introduction is not None:
            raise TransitionError(message("You have answered this. What you answered is kept."))
        now = introduction.state if introduction else "missing"
        raise TransitionError(
            f"“{event}” cannot happen to an introduction that is “{now}”: it has to be "
            f"{' or '.join(line.asked)}."
        )
    return line


def possible(
    role: Role, state: State, introductions: Iterable[Introduction] = ()
) -> tuple[tuple[str, Introduction | None], ...]:
    """Return what somebody may do to an enquiry now, in the order of the table.

    Args:
        role: theirs.
        state: of the enquiry.
        introductions: of the enquiry.

    Returns:
        Each event, with the introduction that it would be about; None for those about no one
        counterpart, and for the one that begins an introduction.
    """
    found: list[tuple[str, Introduction | None]] = []
    for line in TRANSITIONS:
        if state not in line.before or role not in line.who:
            continue
        if not line.asked:
            found.append((line.event, None))
        else:
            found += [(line.event, one) for one in introductions if one.state in line.asked]
    return tuple(found)


def as_markdown() -> str:
    """Return the tables of transitions and clocks as docs/desk.md shows them."""
    rows = [
        "| event | the enquiry is | becomes | the counterpart is | becomes | who may | sends | "
        "starts | stops |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            _row(
                line.event,
                _or(line.before, OPEN, "any open"),
                line.after or "",
                _or(line.asked),
                line.answer or "",
                _or(line.who),
                _or(line.sends),
                _or(line.starts),
                _or(line.stops, tuple(CLOCKS), "all"),
            )
            for line in TRANSITIONS
        ),
    ]
    clocks = [
        "| clock | fires after | event |",
        "|---|---|---|",
        *(_row(rule.name, _time(rule), rule.event) for rule in CLOCKS.values()),
    ]
    return "\n".join((*rows, "", *clocks))


def _time(rule: ClockRule) -> str:
    if rule.share is not None:
        return f"{rule.share:.0%} of the promise"
    return f"{rule.working_days:g} working days"


def _or(values: Iterable[str], whole: tuple[str, ...] = (), name: str = "") -> str:
    values = tuple(values)
    if whole and values == whole:
        return name
    if whole and values == (*whole, "closed"):
        return "any"
    return ", ".join(values)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
