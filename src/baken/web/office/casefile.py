"""An enquiry as its officer sees it: what happened, what comes next, what will happen by itself."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from baken.desk import (
    Actor,
    Case,
    Consent,
    Contact,
    Draft,
    Event,
    Introduction,
    Person,
    possible,
)
from baken.desk.board import Standing, turn_of
from baken.desk.drafts import read_draft
from baken.desk.enquiry import Clock
from baken.desk.mail import MAILS
from baken.desk.transitions import TRANSITIONS
from baken.errors import NotFoundError
from baken.text.speech import message
from baken.web.acting import Call
from baken.web.page import Link, theme_links

from .words import (
    CLOCKS,
    EVENTS,
    KINDS,
    LANGUAGES,
    MAIL_STATES,
    OUTCOMES,
    SIDES,
    STATES,
    actor_of,
    names_of,
    say_when,
)

ACTS: Final = {
    "answer": ("answered", message("Answer")),
    "ask-back": ("asked-back", message("Ask the enquirer something")),
    "ask": ("counterpart-asked", message("Ask a counterpart")),
    "remind": ("counterpart-reminded", message("Ask again")),
    "introduce": ("agreed", message("Introduce them")),
    "ask-outcome": ("outcome-asked", message("Ask how it went")),
    "note": ("noted", message("Write a note")),
    "assign": ("assigned", message("Give to a colleague")),
    "close": ("closed", message("Close with an outcome")),
    "reopen": ("reopened", message("Open again")),
}
"""Everything an officer does to an enquiry: the event of `baken.desk.transitions`, and its name."""

FOLLOW_UP: Final = "follow-up"
"""The one act that is no event: whether it may be done is the enquirer's consent to say."""

_OF_A_SIDE: Final = ("remind", "introduce")


class Card(Struct, frozen=True):
    """Who somebody is and how to reach them."""

    name: str
    organisation: str
    position: str
    email: str
    phone: str


class Offer(Struct, frozen=True):
    """Something that may be done now."""

    id: str
    label: str
    href: str
    is_on: bool


class Next(Struct, frozen=True):
    """The one thing to do next.

    Attributes:
        why: what there is to do, in a sentence.
        offer: how; None where waiting is all there is.
    """

    why: str
    offer: Offer | None


class Letter(Struct, frozen=True):
    """A mail that went with an event."""

    state: str
    is_bad: bool
    draft: Draft | None


class Entry(Struct, frozen=True):
    """One thing that happened.

    Attributes:
        number: of the event; its anchor.
        at: when, for programs.
        when: the same in words.
        what: in words.
        who: did it; empty for what happened by itself.
        side: ``enquirer``, ``counterpart``, ``team`` or ``system``.
        text: what they wrote; empty for none.
        about: further lines, such as reasons or proposed times.
        letters: mails that went with it.
        is_private: whether only the team sees it.
    """

    number: int
    at: str
    when: str
    what: str
    who: str
    side: str
    text: str
    about: tuple[str, ...]
    letters: tuple[Letter, ...]
    is_private: bool


class Side(Struct, frozen=True):
    """One counterpart.

    Attributes:
        name: of the organisation.
        href: of its page in the landscape; None for one that is not in it.
        state: in words.
        is_yes: whether they want to meet.
        is_introduced: whether they have been introduced.
        who: was asked; None once erased.
        asked: when, in words.
        text: what they answered.
        offers: what may be done about them.
    """

    name: str
    href: str | None
    state: str
    is_yes: bool
    is_introduced: bool
    who: Card | None
    asked: str
    text: str
    offers: tuple[Offer, ...]


class Casefile(Struct, frozen=True, kw_only=True):
    """What the template shows of an enquiry, whatever is being done to it.

    Attributes:
        id: of the enquiry.
        reference: short, for people.
        kind: in words.
        state: in words.
        is_open: whether it is not closed.
        owner: who answers; empty for nobody.
        is_mine: whether that is who looks.
        promise: what was promised and whether it was kept, in words.
        is_late: whether it is missed.
        language: that the enquirer writes in, in words.
        tongue: the same as a code.
        enquirer: who asks; None once erased.
        country: two letters, or empty.
        sector: or empty.
        text: what they wrote; None once erased.
        organisations: that they chose.
        themes: that Baken understood.
        is_named: whether counterparts may learn who asks.
        follow_ups: how many follow-up mails are left; None without standing consent.
        consents: what they agreed to, word for word, and when.
        visit: where its site visit is worked on; None for enquiries without.
        next: what to do.
        offers: what else may be done.
        sides: counterparts.
        entries: what happened, in order.
        clocks: what will happen by itself, and when.
        last: number of the last event.
    """

    id: str
    reference: str
    kind: str
    state: str
    is_open: bool
    owner: str
    is_mine: bool
    promise: str
    is_late: bool
    language: str
    tongue: str
    enquirer: Card | None
    country: str
    sector: str
    text: str | None
    organisations: tuple[Link, ...]
    themes: tuple[Link, ...]
    is_named: bool
    follow_ups: int | None
    consents: tuple[str, ...]
    visit: str | None
    next: Next
    offers: tuple[Offer, ...]
    sides: tuple[Side, ...]
    entries: tuple[Entry, ...]
    clocks: tuple[tuple[str, str], ...]
    last: int


def allowed(case: Case, by: Actor) -> tuple[tuple[str, Introduction | None], ...]:
    """Return what somebody may do, by act and introduction: nothing that would be refused."""
    if case.enquiry.erased is not None:
        return ()
    sides = [one for one, _ in case.introductions]
    events = possible(by.role, case.enquiry.state, sides)
    people = {one.id: person for one, person in case.introductions}
    found: list[tuple[str, Introduction | None]] = []
    for act, (event, _) in ACTS.items():
        for name, introduction in events:
            if name != event or (act, introduction) in found:
                continue
            if introduction is not None and people[introduction.id].contact is None:
                continue
            if act == "introduce" and not is_named(case):
                continue
            found.append((act, introduction))
    if follow_ups_left(case):
        found.append((FOLLOW_UP, None))
    return tuple(found)


def is_named(case: Case) -> bool:
    """Return whether counterparts may learn who asks."""
    return any(one.purpose == "introduce" and one.is_standing for one in case.consents)


def follow_ups_left(case: Case) -> int | None:
    """Return how many follow-up mails the enquirer still agrees to; None without consent."""
    standing = [one for one in case.consents if one.purpose == FOLLOW_UP and one.is_standing]
    if not standing or case.enquirer.contact is None:
        return None
    consent = standing[-1]
    waiting = sum(
        mail.consent == consent.id and mail.handed is None and mail.state in ("waiting", "sending")
        for mail in case.mails
    )
    return max(0, (consent.allowed or 0) - consent.sent - waiting)


def introduced(case: Case) -> set[str]:
    """Return the introductions that both sides have had the mail of."""
    return {one.introduction for one in case.events if one.name == "agreed" and one.introduction}


def standing(case: Case) -> Standing:
    """Return what the turn follows from, as the inbox has it."""
    done, followed = introduced(case), {one.referred_by for one, _ in case.introductions}
    sides = [one for one, _ in case.introductions]
    replies = [clock.due for clock in case.clocks if clock.name == "reply-owed"]
    return Standing(
        state=case.enquiry.state,
        promise_due=case.enquiry.promise_due,
        reply_due=min(replies, default=None),
        next_due=min((clock.due for clock in case.clocks), default=None),
        asked=sum(one.state in ("asked", "reminded") for one in sides),
        agreed=sum(one.state == "accepted" and one.id not in done for one in sides),
        referred=sum(one.state == "referred" and one.id not in followed for one in sides),
        is_outcome_told=any(event.name == "outcome-told" for event in case.events),
    )


def read(call: Call, do: str = "", about: str = "") -> tuple[Case, Casefile]:
    """Return an enquiry, and what its page shows of it.

    Args:
        call: names the enquiry.
        do: the act that is being done.
        about: identifier of the introduction that it is about.

    Raises:
        NotFoundError: there is no such enquiry.
    """
    desk, say, by = call.desk, call.say, actor_of(call)
    case = desk.case(call.query.path["id"], by=by)
    enquiry = case.enquiry
    officers = names_of(desk.team.officers())
    can = allowed(case, by)

    def offer(act: str, introduction: Introduction | None = None) -> Offer:
        label = say("Send a follow-up") if act == FOLLOW_UP else say(ACTS[act][1])
        id_ = introduction.id if introduction else None
        href = call.query.address(f"/desk/enquiries/{enquiry.id}", do=act, introduction=id_)
        return Offer(act, label, f"{href}#work", act == do and (id_ or "") == about)

    left = follow_ups_left(case)
    return case, Casefile(
        id=enquiry.id,
        reference=enquiry.reference,
        kind=say(KINDS[enquiry.kind]),
        state=say(STATES[enquiry.state]),
        is_open=enquiry.state != "closed",
        owner=officers.get(enquiry.owner or "", ""),
        is_mine=enquiry.owner == by.person,
        promise=_promise(case, call),
        is_late=enquiry.answered is None
        and enquiry.state != "closed"
        and enquiry.promise_due < desk.now(),
        language=say(LANGUAGES[enquiry.language]),
        tongue=enquiry.language,
        enquirer=_card(case.enquirer.contact),
        country=enquiry.country,
        sector=enquiry.sector,
        text=enquiry.message,
        organisations=_organisations(call, enquiry.organisations),
        themes=theme_links(call.workspace, call.query, enquiry.themes),
        is_named=is_named(case),
        follow_ups=left,
        consents=tuple(_consent(one, call) for one in case.consents),
        visit=call.query.address(f"/desk/enquiries/{enquiry.id}/visit")
        if enquiry.kind == "site-visit" and enquiry.erased is None
        else None,
        next=_next(case, call, can, offer),
        offers=tuple(offer(act) for act, side in can if side is None),
        sides=tuple(
            _side(one, person, case, call, can, offer) for one, person in case.introductions
        ),
        entries=entries(case, call, officers),
        clocks=tuple(_clock(one, case, call) for one in case.clocks),
        last=case.events[-1].number if case.events else 0,
    )


def _promise(case: Case, call: Call) -> str:
    enquiry, say = case.enquiry, call.say
    due = say_when(call.desk, say, enquiry.promise_due)
    if enquiry.answered is not None:
        when = say_when(call.desk, say, enquiry.answered)
        if enquiry.is_promise_kept:
            return say("Answered %(when)s, as promised.", when=when)
        return say("Answered %(when)s; promised was %(due)s.", when=when, due=due)
    if enquiry.state == "closed":
        return say("Closed before an answer was due.")
    if enquiry.promise_due < call.desk.now():
        return say("Late: an answer was promised by %(due)s.", due=due)
    return say("Answer promised by %(due)s.", due=due)


def _card(contact: Contact | None) -> Card | None:
    if contact is None:
        return None
    return Card(*(getattr(contact, name) for name in Card.__struct_fields__))


def _organisations(call: Call, ids: Sequence[str]) -> tuple[Link, ...]:
    names = call.workspace.names(ids) if ids else {}
    return tuple(Link(names[id_], call.query.organisation(id_)) for id_ in ids if id_ in names)


def _consent(consent: Consent, call: Call) -> str:
    when = say_when(call.desk, call.say, consent.given)
    wording = consent.wording
    if consent.withdrawn is not None:
        return call.say("“%(wording)s” — taken back.", wording=wording)
    if consent.confirmed is None:
        return call.say(
            "“%(wording)s” — ticked %(when)s, not confirmed yet.", wording=wording, when=when
        )
    return call.say("“%(wording)s” — agreed %(when)s.", wording=wording, when=when)


def _next(
    case: Case,
    call: Call,
    can: Sequence[tuple[str, Introduction | None]],
    offer: Callable[..., Offer],
) -> Next:
    """Return the one thing to do next; what is offered is among what may be done."""
    say = call.say
    turn, due = turn_of(standing(case))
    when = say_when(call.desk, say, due) if due else ""
    acts = {act for act, _ in can}

    def how(act: str, side: Introduction | None = None) -> Offer | None:
        return offer(act, side) if (act, side) in can else None

    if case.enquiry.erased is not None:
        return Next(say("The data of this enquiry has been erased. Nothing is left to do."), None)
    if turn == "answer":
        return Next(
            say("The enquirer waits for a first answer, promised by %(when)s.", when=when),
            how("answer"),
        )
    if turn == "reply":
        return Next(say("The enquirer wrote and waits for a reply."), how("answer"))
    if turn == "introduce":
        done = introduced(case)
        side = next(
            one for one, _ in case.introductions if one.state == "accepted" and one.id not in done
        )
        if "introduce" in acts:
            why = say("%(organisation)s wants to meet.", organisation=side.organisation_name)
            return Next(why, how("introduce", side))
        why = say(
            "%(organisation)s wants to meet, but the enquirer has not agreed that counterparts"
            " learn who asks. Ask for that; they can agree on their status page.",
            organisation=side.organisation_name,
        )
        return Next(why, how("answer"))
    if turn == "referral":
        return Next(
            say("A counterpart named somebody else. Ask them, or tell the enquirer."), how("ask")
        )
    if turn == "enquirer":
        return Next(
            say(
                "You asked the enquirer something. If they stay quiet you are told %(when)s.",
                when=when,
            ),
            None,
        )
    if turn == "counterparts":
        return Next(
            say(
                "Counterparts have the question. What happens next happens by itself, %(when)s.",
                when=when,
            ),
            None,
        )
    if turn == "outcome":
        return Next(say("You know how it went. Close the enquiry with its outcome."), how("close"))
    if turn == "meeting":
        if any(event.name == "outcome-asked" for event in case.events):
            return Next(
                say("The enquirer was asked how it went. Close it once you know."), how("close")
            )
        return Next(
            say(
                "They have each other’s address. The enquirer is asked how it went by itself,"
                " %(when)s.",
                when=when,
            ),
            how("ask-outcome"),
        )
    if turn == "nobody":
        return Next(say("It is closed. Nothing is left to do."), None)
    if case.enquiry.kind == "site-visit":
        return Next(say("It is answered. Plan the visit, ask its hosts, send the programme."), None)
    if case.enquiry.kind == "introduction":
        return Next(say("It is answered. Find somebody who fits and ask them."), how("ask"))
    return Next(
        say("It is answered. Close it with its outcome once nothing is open."), how("close")
    )


def _side(
    one: Introduction,
    person: Person,
    case: Case,
    call: Call,
    can: Sequence[tuple[str, Introduction | None]],
    offer: Callable[..., Offer],
) -> Side:
    texts = [
        str((event.details or {}).get("text", ""))
        for event in case.events
        if event.introduction == one.id and event.actor.role == "counterpart"
    ]
    is_done = one.id in introduced(case)
    links = _organisations(call, [one.organisation] if one.organisation else [])
    offers = [
        offer(act, side)
        for act, side in can
        if side is one and not (is_done and act == "introduce")
    ]
    if one.state == "referred" and ("ask", None) in can:
        query = call.query.address(
            f"/desk/enquiries/{case.enquiry.id}", do="ask", organisation="-", introduction=one.id
        )
        offers.append(Offer("ask", call.say("Ask whom they named"), f"{query}#work", False))
    return Side(
        name=one.organisation_name,
        href=links[0].href if links else None,
        state=call.say("introduced") if is_done else call.say(SIDES[one.state]),
        is_yes=one.state == "accepted",
        is_introduced=is_done,
        who=_card(person.contact),
        asked=say_when(call.desk, call.say, one.asked),
        text="\n".join(filter(None, texts)),
        offers=tuple(offers),
    )


def entries(case: Case, call: Call, officers: Mapping[str, str]) -> tuple[Entry, ...]:
    """Return what happened, in order."""
    sides = {one.id: one.organisation_name for one, _ in case.introductions}
    counterparts = {one.counterpart: person for one, person in case.introductions}
    found = []
    for event in case.events:
        details = event.details or {}
        contact = None
        if event.actor.role == "enquirer":
            contact, side = case.enquirer.contact, "enquirer"
        elif event.actor.role == "counterpart":
            person = counterparts.get(event.actor.person)
            contact, side = (person.contact if person else None), "counterpart"
        else:
            side = "system" if event.actor.role == "system" else "team"
        who = contact.name if contact else officers.get(event.actor.person, "")
        text = details.get("text") or details.get("question") or ""
        if event.name == "received":
            text = case.enquiry.message or ""
        words = EVENTS.get(event.name)
        values = {
            "owner": officers.get(str(details.get("owner", "")), ""),
            "organisation": sides.get(event.introduction or "", ""),
            "outcome": call.say(OUTCOMES[str(details["outcome"])]) if "outcome" in details else "",
        }
        found.append(
            Entry(
                number=event.number,
                at=event.at.isoformat(),
                when=say_when(call.desk, call.say, event.at),
                what=call.say(words, **values) if words else event.name,
                who=who,
                side=side,
                text=str(text),
                about=_about(event, call),
                letters=_letters(event, case, call),
                is_private=event.name == "noted",
            )
        )
    return tuple(found)


def _about(event: Event, call: Call) -> tuple[str, ...]:
    details, say = event.details or {}, call.say
    found = []
    reasons = details.get("reasons")
    if isinstance(reasons, list) and reasons:
        found.append(say("Why: %(reasons)s", reasons=say_reasons(reasons, call)))
    times = details.get("times")
    if isinstance(times, list):
        found += [
            say(
                "Proposed: %(when)s",
                when=say_when(call.desk, say, datetime.datetime.fromisoformat(start)),
            )
            for start, _ in times
        ]
    if details.get("note"):
        found.append(str(details["note"]))
    return tuple(found)


def say_reasons(reasons: Sequence[Mapping[str, str]], call: Call) -> str:
    """Return why somebody was chosen, in the page's language, with themes by their names."""
    language, themes = call.query.language, call.workspace.landscape.themes
    said = []
    for reason in reasons:
        about = str(reason.get("about", ""))
        if reason["code"] == "language":
            about = call.desk.word("languages", about, language)
        if reason["code"] == "theme":
            about = ", ".join(
                themes[one].text(language) if one in themes else one for one in about.split(", ")
            )
        said.append(call.desk.word("reasons", reason["code"], language).format(about))
    return call.say.listed(said)


def _letters(event: Event, case: Case, call: Call) -> tuple[Letter, ...]:
    """Return the mails of an event: those that were written in its transaction."""
    found: dict[str, Letter] = {}
    kinds = {kind for line in TRANSITIONS if line.event == event.name for kind in line.sends}
    if event.name == "received":
        kinds.add("consent-confirmation")
    for mail in case.mails:
        is_its = mail.created == event.at and mail.introduction == event.introduction
        is_ours = set(MAILS[mail.kind]) <= {"owner", "heads", "team"}
        if not is_its or is_ours or mail.kind not in kinds or mail.message_id in found:
            continue
        when = say_when(call.desk, call.say, mail.sent) if mail.sent else ""
        found[mail.message_id] = Letter(
            state=call.say(MAIL_STATES[mail.state], when=when),
            is_bad=mail.state in ("failed", "bounced", "refused"),
            draft=read_draft(mail.kind, mail.message) if mail.message else None,
        )
    return tuple(found.values())


def _clock(clock: Clock, case: Case, call: Call) -> tuple[str, str]:
    names = {one.id: one.organisation_name for one, _ in case.introductions}
    organisation = names.get(clock.introduction or "", "")
    when = say_when(call.desk, call.say, clock.due)
    return when, call.say(CLOCKS[clock.name], organisation=organisation)


def find_side(case: Case, id_: str) -> Introduction | None:
    """Return an introduction of an enquiry; None for no identifier.

    Raises:
        NotFoundError: it is another enquiry's.
    """
    if not id_:
        return None
    for one, _ in case.introductions:
        if one.id == id_:
            return one
    raise NotFoundError("There is no such introduction in this enquiry.")
