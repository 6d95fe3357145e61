"""What waits for whom: every open enquiry on one line, the most urgent first.

Whose turn it is follows from the state, the counterparts' answers and the clocks; `turn_of` is the
only place that says so. Messages are not opened for it, and names only of the lines that are shown,
so that hundreds of open enquiries stay quick.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec
from msgspec import Struct

from baken.model import Language

from .enquiry import STATES, Contact, Kind, Private, State
from .records import Records, moment

Turn = Literal[
    "answer", "reply", "introduce", "referral", "step", "outcome", "enquirer", "counterparts",
    "meeting", "nobody",
]  # fmt: skip
"""What an enquiry waits for: our first answer; our reply to what they wrote; our introducing two
who agreed; our asking whom a counterpart pointed to; our next step; our closing it; the enquirer;
counterparts; a meeting; nothing."""

OURS: Final[tuple[Turn, ...]] = ("answer", "reply", "introduce", "referral", "step", "outcome")
"""The turns that are the office's."""

AT_ONCE: Final[tuple[Turn, ...]] = ("introduce", "referral")
"""The turns in which somebody else has done their part and waits for nothing but us."""

NOBODY: Final = "nobody"
"""As an owner: enquiries that have none."""

FACETS: Final = ("owner", "kind", "state", "language")
"""The parts of an enquiry that a board can be narrowed by."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which enquiries are to be on a board; an empty part narrows nothing.

    Attributes:
        owner: identifier of an officer, or `NOBODY`.
        kind: of request.
        state: of the enquiry; only with ``closed`` are closed ones there.
        language: that the enquirer wrote in.
    """

    owner: str = ""
    kind: str = ""
    state: str = ""
    language: str = ""


class Standing(Struct, frozen=True, kw_only=True):
    """What an enquiry's turn follows from.

    Attributes:
        state: of the enquiry.
        promise_due: by when a person answers.
        reply_due: by when a reply is owed to the enquirer; None when none is.
        next_due: when something happens by itself next; None when nothing will.
        asked: counterparts that have been asked and may still answer in time.
        agreed: counterparts that accepted and are not introduced yet.
        referred: counterparts that pointed to somebody who has not been asked yet.
        is_outcome_told: whether somebody has told how a meeting went.
    """

    state: State
    promise_due: datetime.datetime
    reply_due: datetime.datetime | None = None
    next_due: datetime.datetime | None = None
    asked: int = 0
    agreed: int = 0
    referred: int = 0
    is_outcome_told: bool = False


class Line(Private, frozen=True, kw_only=True):
    """One enquiry on a board.

    Attributes:
        id: of the enquiry.
        reference: short, for people.
        kind: of request.
        language: the enquirer wrote in.
        owner: identifier of the officer; None while nobody answers.
        country: two letters, or empty.
        received: when it arrived.
        closed: when it was; None while it is open.
        outcome: with which it ended; None while it is open.
        standing: what the turn follows from.
        turn: whose turn it is.
        due: by when, where somebody was promised it or a clock says so; None for no time.
        failed: mails about it that did not arrive.
        enquirer: who asks; None once erased.
    """

    id: str
    reference: str
    kind: Kind
    language: Language
    owner: str | None
    country: str
    received: datetime.datetime
    closed: datetime.datetime | None
    outcome: str | None
    standing: Standing
    turn: Turn
    due: datetime.datetime | None
    failed: int
    enquirer: Contact | None


class Board(Struct, frozen=True, kw_only=True):
    """A page of enquiries, and how many there are of which sort.

    Attributes:
        lines: of this page, the most urgent first; closed ones the last closed first.
        total: how many fit what is wanted.
        open: how many are open, whatever is wanted.
        overdue: how many of those that fit should have had something by now.
        counts: for each of `FACETS`, how many there are with each value, every other part being
            as wanted.
    """

    lines: tuple[Line, ...]
    total: int
    open: int
    overdue: int
    counts: dict[str, dict[str, int]]


class _Row(Struct, frozen=True, kw_only=True):
    """One row of the query ``board``, in its order."""

    id: str
    reference: str
    kind: Kind
    state: State
    language: Language
    owner: str | None
    country: str
    received: datetime.datetime
    promise_due: datetime.datetime
    closed: datetime.datetime | None
    outcome: str | None
    sealed: str | None
    reply_due: datetime.datetime | None
    next_due: datetime.datetime | None
    asked: int
    agreed: int
    referred: int
    told: int
    failed: int

    def value(self, facet: str) -> str:
        """Return the value that this row has for one of `FACETS`."""
        return str(getattr(self, facet) or NOBODY)

    @property
    def standing(self) -> Standing:
        """What its turn follows from."""
        return Standing(
            state=self.state,
            promise_due=self.promise_due,
            reply_due=self.reply_due,
            next_due=self.next_due,
            asked=self.asked,
            agreed=self.agreed,
            referred=self.referred,
            is_outcome_told=bool(self.told),
        )


def turn_of(standing: Standing) -> tuple[Turn, datetime.datetime | None]:
    """Return whose turn it is, and by when; None for no time that anybody was promised."""
    state = standing.state
    if state == "closed":
        return "nobody", None
    if state == "received":
        return "answer", standing.promise_due
    if standing.reply_due is not None:
        return "reply", standing.reply_due
    if standing.agreed:
        return "introduce", None
    if standing.referred:
        return "referral", None
    if state == "waiting":
        return "enquirer", standing.next_due
    if state == "meeting":
        return ("outcome" if standing.is_outcome_told else "meeting"), standing.next_due
    if standing.asked:
        return "counterparts", standing.next_due
    return "step", standing.next_due


def read_board(records: Records, wanted: Wanted, first: int, most: int) -> Board:
    """Return one page of what is wanted.

    Args:
        records: the transaction.
        wanted: which enquiries.
        first: how many to leave out at the beginning.
        most: how many lines the page has at most.
    """
    states = ["closed"] if wanted.state == "closed" else [s for s in STATES if s != "closed"]
    names = _Row.__struct_fields__
    rows = [
        msgspec.convert(dict(zip(names, row, strict=True)), _Row)
        for row in records.session.select("board", states=states)
    ]
    fitting = [row for row in rows if _fits(row, wanted, FACETS)]
    sorted_ = _by_urgency(fitting, records.now)
    counts = {
        facet: dict(
            Counter(
                row.value(facet)
                for row in rows
                if _fits(row, wanted, [one for one in FACETS if one != facet])
            )
        )
        for facet in FACETS
    }
    number_open, number_closed = _totals(records)
    counts["state"]["closed"] = number_closed
    return Board(
        lines=tuple(_line(row, records) for row in sorted_[first : first + most]),
        total=len(fitting),
        open=number_open,
        overdue=sum(_is_overdue(row, records.now) for row in fitting),
        counts=counts,
    )


def _totals(records: Records) -> tuple[int, int]:
    ((number_open, number_closed),) = records.session.select("board_totals")
    return int(number_open or 0), int(number_closed or 0)


def _fits(row: _Row, wanted: Wanted, facets: Iterable[str]) -> bool:
    return all(getattr(wanted, facet) in ("", row.value(facet)) for facet in facets)


def _is_overdue(row: _Row, now: datetime.datetime) -> bool:
    turn, due = turn_of(row.standing)
    return turn in OURS and due is not None and due < now


def _by_urgency(rows: Sequence[_Row], now: datetime.datetime) -> list[_Row]:
    """Return rows, ours before those that wait for others, each by when it is due."""

    def key(row: _Row) -> tuple[int, datetime.datetime, str]:
        turn, due = turn_of(row.standing)
        # Who waits for nothing but us comes right after what should have been done already.
        return (0 if turn in OURS else 1), (now if turn in AT_ONCE else due or now), row.id

    if any(row.closed for row in rows):
        return sorted(rows, key=lambda row: row.closed or now, reverse=True)
    return sorted(rows, key=key)


def _line(row: _Row, records: Records) -> Line:
    turn, due = turn_of(row.standing)
    return Line(
        id=row.id,
        reference=row.reference,
        kind=row.kind,
        language=row.language,
        owner=row.owner,
        country=row.country,
        received=row.received,
        closed=row.closed,
        outcome=row.outcome,
        standing=row.standing,
        turn=turn,
        due=due,
        failed=row.failed,
        enquirer=None if row.sealed is None else records.vault.open(row.sealed, Contact),
    )


class Meeting(Private, frozen=True, kw_only=True):
    """A meeting that was proposed to two who agreed to meet.

    Attributes:
        enquiry: identifier.
        reference: of the enquiry.
        kind: of request.
        owner: identifier of the officer; None for nobody.
        organisation: id in the landscape; empty for one that is not in it.
        organisation_name: whom the enquirer meets.
        enquirer: who asked; None once erased.
        introduced: when the two were introduced.
        times: beginning and end of each proposed time; none where they find one themselves.
    """

    enquiry: str
    reference: str
    kind: Kind
    owner: str | None
    organisation: str
    organisation_name: str
    enquirer: Contact | None
    introduced: datetime.datetime
    times: tuple[tuple[datetime.datetime, datetime.datetime], ...]


def read_meetings(records: Records, since: str) -> list[Meeting]:
    """Return the meetings of enquiries that were introduced since a moment, in that order."""
    found = []
    for row in records.session.select("meetings", since=since):
        *known, at, sealed_event, sealed_person = row
        details = records.vault.open(sealed_event, dict[str, object]) if sealed_event else {}
        times = msgspec.convert(details.get("times", ()), list[tuple[str, str]])
        id_, reference, kind, owner, organisation, name = known
        found.append(
            Meeting(
                enquiry=id_,
                reference=reference,
                kind=kind,
                owner=owner,
                organisation=organisation,
                organisation_name=name,
                enquirer=records.vault.open(sealed_person, Contact) if sealed_person else None,
                introduced=moment(at),
                times=tuple((moment(start), moment(end)) for start, end in times),
            )
        )
    return found
