"""The page of one enquiry: read it, do one thing to it, see a mail before it is sent."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Final, cast
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from baken.desk import Asked, Case, Contact, Desk, Draft, Introduction
from baken.desk.enquiry import Outcome
from baken.errors import DeskError, NeedError, OvertakenError, TransitionError
from baken.model import LANGUAGES
from baken.text.speech import message
from baken.web.acting import Call, Go, Reply, Shown

from .casefile import (
    ACTS,
    FOLLOW_UP,
    Card,
    Casefile,
    Entry,
    allowed,
    find_side,
    is_named,
    read,
    say_reasons,
)
from .words import OUTCOMES, actor_of

_WRITES: Final = ("answer", "ask-back", "ask", "remind", "introduce", "ask-outcome", FOLLOW_UP)
"""The acts that send somebody outside the office a mail, which is shown first."""

_MOST_TIMES: Final = 3
"""Times that may be proposed for a meeting: more is a puzzle for two people."""

_NOT_NOW: Final = message(
    "This cannot be done now: the enquiry has moved on. What you wrote is still below; see what can"
    " be done instead."
)
_NO_DAY: Final = message("A proposed time is incomplete. Give its day, its beginning and its end.")

_ENDINGS: Final = tuple(name for name in OUTCOMES if name != "withdrawn")
"""The outcomes an officer closes with; taking an enquiry back is the enquirer's."""


class Pick(Struct, frozen=True):
    """An organisation that might be asked.

    Attributes:
        name: of it.
        kind: what it is, in words.
        why: it is named here.
        href: where it is asked.
        page: its page in the landscape.
        is_asked: whether this enquiry has asked it already.
    """

    name: str
    kind: str
    why: str
    href: str
    page: str
    is_asked: bool


class Colleague(Struct, frozen=True):
    """Somebody who could answer."""

    id: str
    name: str
    why: str
    is_owner: bool


class Work(Struct, frozen=True, kw_only=True):
    """The form of the act that is being done.

    Attributes:
        do: the act.
        title: it in words.
        introduction: identifier of the introduction it is about; empty for none.
        side: name of that counterpart; empty for none.
        organisation: id of the organisation that is to be asked; ``-`` for one that is not in the
            landscape; empty where it is still to be chosen.
        organisation_name: of it.
        typed: the value of a field, as it was typed or is proposed.
        templates: templates of answers to choose from: name and title.
        picks: organisations to choose from.
        known: people who were asked for this organisation before.
        colleagues: to choose from.
        outcomes: to choose from: id and words.
        times: numbers of the proposed times.
        zone: in which times are meant.
        left: follow-up mails that are left.
        drafts: the mails as they would be sent; none while it is being written.
        fields: name and value of every field, for the form that sends what is shown.
    """

    do: str
    title: str
    introduction: str
    side: str
    organisation: str
    organisation_name: str
    typed: Callable[[str], str]
    templates: tuple[tuple[str, str], ...]
    picks: tuple[Pick, ...]
    known: tuple[Card, ...]
    colleagues: tuple[Colleague, ...]
    outcomes: tuple[tuple[str, str], ...]
    times: range
    zone: str
    left: int
    drafts: tuple[Draft, ...]
    fields: tuple[tuple[str, str], ...]


class Enquiry(Struct, frozen=True, kw_only=True):
    """What the template shows.

    Attributes:
        case: the enquiry.
        work: what is being done; None while it is only read.
        error: why what was sent was refused; empty for nothing.
        meanwhile: what happened since the form was opened.
    """

    case: Casefile
    work: Work | None
    error: str = ""
    meanwhile: tuple[Entry, ...] = ()


def build(call: Call) -> Enquiry:
    """Return the page, with the form of the act that its address names if it may be done."""
    do, about = call.query.one("do") or "", call.query.one("introduction") or ""
    case, shown = read(call, do, about)
    if not _may(case, call, do, find_side(case, about)):
        return Enquiry(case=shown, work=None)
    return Enquiry(case=shown, work=_work(call, case, shown, do, about))


def act(call: Call) -> Reply:
    """Show the mail that would be sent, or do what is asked."""
    do, about, stage = call.one("do"), call.one("introduction"), call.one("stage")
    case, shown = read(call, do, about)
    side = find_side(case, about)
    if not _may(case, call, do, side):
        if (seen := _number(call.one("seen"))) and seen < shown.last:
            raise OvertakenError(_NOT_NOW)
        raise TransitionError(_NOT_NOW)
    if stage in ("edit", "fill", "search"):
        return Shown(Enquiry(case=shown, work=_work(call, case, shown, do, about)))
    perform = _performer(call, case, do, side)
    if do in _WRITES and stage != "send":
        drafts = tuple(call.desk.rehearse(case.enquiry.id, perform))
        return Shown(Enquiry(case=shown, work=_work(call, case, shown, do, about, drafts)))
    with call.desk.at_once(case.enquiry.id, _number(call.one("seen"))) as desk:
        perform(desk)
    return Go(f"/desk/enquiries/{case.enquiry.id}#last")


def refused(call: Call, sentence: str) -> Enquiry:
    """Return the page with the form as it was filled in, and what happened meanwhile."""
    do, about = call.one("do"), call.one("introduction")
    case, shown = read(call, do, about)
    seen = _number(call.one("seen"))
    work = _work(call, case, shown, do, about) if do in ACTS or do == FOLLOW_UP else None
    newer = tuple(one for one in shown.entries if seen and one.number > seen)
    return Enquiry(case=shown, work=work, error=sentence, meanwhile=newer)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _may(case: Case, call: Call, do: str, side: Introduction | None) -> bool:
    """Return whether an act may be done now; asking somebody may follow from an introduction."""
    about = None if do == "ask" else side
    return (do, about) in allowed(case, actor_of(call))


# -- doing -------------------------------------------------------------------------------------


def _performer(
    call: Call, case: Case, do: str, side: Introduction | None
) -> Callable[[Desk], object]:
    """Return what does an act, on a desk that keeps it or forgets it.

    Raises:
        DeskError: what was typed cannot be used.
    """
    by, id_, text = actor_of(call), case.enquiry.id, call.one("text")
    if do == "introduce" and side is not None:
        introduction, times = side.id, _times(call)
        return lambda desk: desk.introduce(introduction, times, text, by=by)
    if do == "remind" and side is not None:
        reminded = side.id
        return lambda desk: desk.remind_counterpart(reminded, by=by)
    if do == "ask":
        asked = _asked(call, side)
        return lambda desk: desk.ask_counterparts(id_, [asked], by=by)
    outcome = cast("Outcome", call.one("outcome"))
    person, title = case.enquiry.enquirer, call.one("title")
    performers: dict[str, Callable[[Desk], object]] = {
        "answer": lambda desk: desk.answer(id_, text, by=by),
        "ask-back": lambda desk: desk.ask_back(id_, text, by=by),
        "note": lambda desk: desk.note(id_, text, by=by),
        "assign": lambda desk: desk.assign(id_, call.one("officer"), by=by),
        "ask-outcome": lambda desk: desk.ask_outcome(id_, by=by),
        "close": lambda desk: desk.close_enquiry(id_, outcome, text, by=by),
        "reopen": lambda desk: desk.reopen(id_, text, by=by),
        FOLLOW_UP: lambda desk: desk.follow_up(person, title, text, by=by),
    }
    if do == "assign" and not call.one("officer"):
        raise DeskError(message("Nobody is chosen. Choose who is to answer."))
    if do == "close" and outcome not in _ENDINGS:
        raise DeskError(message("No outcome is chosen. Choose how it ended."))
    return performers[do]


def _asked(call: Call, side: Introduction | None) -> Asked:
    organisation = call.one("organisation")
    return Asked(
        contact=Contact(
            name=call.one("name"),
            email=call.one("email"),
            organisation=call.one("organisation_name"),
            position=call.one("position"),
        ),
        organisation_name=call.one("organisation_name"),
        organisation=organisation if organisation != "-" else "",
        language=next((one for one in LANGUAGES if one == call.one("language")), "en"),
        question=call.one("text"),
        note=call.one("note"),
        referred_by=side.id if side else None,
    )


def _times(call: Call) -> list[tuple[datetime.datetime, datetime.datetime]]:
    """Return the proposed times, which are meant on the office's clock.

    Raises:
        DeskError: one of them is incomplete.
    """
    zone, found = ZoneInfo(call.desk.calendar.zone), []
    for number in range(1, _MOST_TIMES + 1):
        parts = [call.one(f"{name}{number}").strip() for name in ("day", "from", "to")]
        if not any(parts):
            continue
        try:
            day = datetime.date.fromisoformat(parts[0])
            start, end = (datetime.time.fromisoformat(part) for part in parts[1:])
        except ValueError:
            raise DeskError(_NO_DAY) from None
        begin, until = (
            datetime.datetime.combine(day, time.replace(tzinfo=None), zone) for time in (start, end)
        )
        if begin >= until or begin < call.desk.now():
            raise DeskError(
                message("A proposed time is over before it begins, or is over already. Change it.")
            )
        found.append((begin, until))
    return found


# -- the form ------------------------------------------------------------------------------------


def _work(
    call: Call,
    case: Case,
    shown: Casefile,
    do: str,
    about: str,
    drafts: tuple[Draft, ...] = (),
) -> Work:
    say, query = call.say, call.query
    side = find_side(case, about)
    proposed = _proposed(call, case, do, side)
    organisation = call.one("organisation") or query.one("organisation") or ""
    names = call.workspace.names([organisation]) if organisation not in ("", "-") else {}
    if organisation != "-" and organisation not in names:
        organisation = ""
    name = names.get(organisation, "")

    def typed(field: str) -> str:
        if field in call.form:
            return call.one(field)
        # A field that was sent empty is not in the form: what was proposed was deleted.
        return "" if call.form else (proposed.get(field) or "")

    if call.one("stage") == "fill":
        filled = _filled(call, case, call.one("template"))
        before = typed
        joined = "\n\n".join(filter(None, (before("text").strip(), filled)))
        typed = lambda field: joined if field == "text" else before(field)  # noqa: E731
    fields = {name: values[-1] for name, values in call.form.items() if name != "stage"}
    fields["seen"] = str(shown.last)
    return Work(
        do=do,
        title=say("Send a follow-up") if do == FOLLOW_UP else say(ACTS[do][1]),
        introduction=about,
        side=side.organisation_name if side else "",
        organisation=organisation if do == "ask" else "",
        organisation_name=name,
        typed=typed,
        templates=_templates(call, case) if do in ("answer", "ask-back", FOLLOW_UP) else (),
        picks=_picks(call, case) if do == "ask" and not organisation else (),
        known=_known(call, organisation) if do == "ask" else (),
        colleagues=_colleagues(call, case) if do == "assign" else (),
        outcomes=tuple((one, say(OUTCOMES[one])) for one in _ENDINGS) if do == "close" else (),
        times=range(1, _MOST_TIMES + 1),
        zone=call.desk.calendar.zone,
        left=shown.follow_ups or 0,
        drafts=drafts,
        fields=tuple(fields.items()),
    )


def _proposed(call: Call, case: Case, do: str, side: Introduction | None) -> dict[str, str]:
    """Return what a form holds before anybody has typed into it."""
    if do in ("answer", "ask-back") and (name := call.query.one("template")):
        return {"text": _filled(call, case, name)}
    if do != "ask":
        return {}
    found = {"language": call.query.language}
    if side is not None:
        earlier = [
            str((event.details or {}).get("question", ""))
            for event in case.events
            if event.introduction == side.id and event.name == "counterpart-asked"
        ]
        found["text"] = earlier[0] if earlier else ""
    elif is_named(case):
        # Their own words may name them: only who agreed to be named is quoted.
        found["text"] = case.enquiry.message or ""
    return found


def _templates(call: Call, case: Case) -> tuple[tuple[str, str], ...]:
    enquiry = case.enquiry
    return tuple(
        (one.name, one.title)
        for one in call.desk.replies()
        if one.language == enquiry.language
        and not one.is_retired
        and one.kind in ("", enquiry.kind)
    )


def _filled(call: Call, case: Case, name: str) -> str:
    """Return a template filled with what is known of the enquiry; empty for one there is not."""
    for one in call.desk.replies():
        if (one.name, one.language) == (name, case.enquiry.language):
            return one.filled(values_of(call, case))
    return ""


def values_of(call: Call, case: Case) -> dict[str, str]:
    """Return what a template may name, of an enquiry, in the enquirer's language."""
    enquiry, desk = case.enquiry, call.desk
    ids = [one.organisation for one, _ in case.introductions if one.organisation]
    names = call.workspace.names([*enquiry.organisations, *ids])
    return {
        "name": case.enquirer.contact.name if case.enquirer.contact else "",
        "reference": enquiry.reference,
        "kind": desk.word("kinds", enquiry.kind, enquiry.language),
        "officer": call.officer.name if call.officer else "",
        "office": desk.office_name,
        "organisations": "\n".join(f"- {name}" for name in names.values()),
        "promise": desk.say_moment(enquiry.promise_due, enquiry.language),
    }


def _picks(call: Call, case: Case) -> tuple[Pick, ...]:
    """Return organisations to ask: chosen by the enquirer, found for the need, or searched for."""
    workspace, say = call.workspace, call.say
    why: dict[str, str] = {}
    words = call.one("q")
    try:
        if words:
            for one in workspace.suggest(words, limit=6, language=call.query.language):
                if one.kind == "organisation":
                    why[one.id] = say("Its name fits your words")
            for match in workspace.find(words, limit=10).matches:
                why.setdefault(match.id, match.reasons[0].text if match.reasons else "")
        else:
            for id_ in case.enquiry.organisations:
                why[id_] = say("The enquirer chose it")
            if call.query.one("from") == "need" and case.enquiry.message:
                for match in workspace.find(case.enquiry.message, limit=12).matches:
                    why.setdefault(match.id, match.reasons[0].text if match.reasons else "")
    except NeedError:
        pass  # nothing fits such words
    asked = {one.organisation for one, _ in case.introductions}
    names = workspace.names(list(why)) if why else {}
    kinds = workspace.landscape.vocabulary.kinds
    found = []
    for id_, reason in why.items():
        if id_ not in names:
            continue
        kind = workspace.organisation(id_).kind
        found.append(
            Pick(
                name=names[id_],
                kind=kinds[kind].text(call.query.language) if kind in kinds else kind,
                why=reason,
                href=call.query.address(
                    f"/desk/enquiries/{case.enquiry.id}", do="ask", organisation=id_
                )
                + "#work",
                page=call.query.organisation(id_),
                is_asked=id_ in asked,
            )
        )
    return tuple(found)


def _known(call: Call, organisation: str) -> tuple[Card, ...]:
    if organisation in ("", "-"):
        return ()
    people = call.desk.asked_before(organisation, by=actor_of(call))
    return tuple(
        Card(*(getattr(one.contact, name) for name in Card.__struct_fields__)) for one in people[:3]
    )


def _colleagues(call: Call, case: Case) -> tuple[Colleague, ...]:
    return tuple(
        Colleague(
            id=one.officer.person.id,
            name=one.officer.name,
            why=say_reasons([msgspec.to_builtins(reason) for reason in one.reasons], call),
            is_owner=one.officer.person.id == case.enquiry.owner,
        )
        for one in call.desk.candidates(case.enquiry.id, by=actor_of(call))
        if one.officer is not None
    )
