"""What the team's screens call things, and how they say when something is."""

from __future__ import annotations

import datetime
from typing import Final

from baken.desk import Actor, Desk, Officer
from baken.text.speech import Speech, message
from baken.web.acting import Call

KINDS: Final = {
    "introduction": message("Introductions"),
    "site-visit": message("Site visit"),
    "guidance": message("Guidance"),
    "handbook": message("Handbook"),
    "other": message("Other"),
}

STATES: Final = {
    "received": message("not answered yet"),
    "in-hand": message("in hand"),
    "waiting": message("enquirer was asked"),
    "introducing": message("counterparts were asked"),
    "meeting": message("introduced"),
    "closed": message("closed"),
}

SIDES: Final = {
    "asked": message("has been asked"),
    "reminded": message("has been asked again"),
    "accepted": message("wants to meet"),
    "referred": message("points to somebody else"),
    "declined": message("does not want to meet"),
    "silent": message("does not answer"),
    "host-asked": message("has been asked for a time"),
    "host-reminded": message("has been asked for a time again"),
    "host-silent": message("does not answer"),
    "host-confirmed": message("receives at that time"),
    "host-moved": message("can receive at another time"),
    "host-declined": message("cannot receive"),
    "host-freed": message("is not visited after all"),
}

OUTCOMES: Final = {
    "met": message("They met"),
    "visited": message("The site was visited"),
    "advised": message("The question was answered"),
    "handbook-sent": message("The handbook was sent"),
    "no-partner": message("Nobody suitable, or nobody wanted to"),
    "no-reply": message("The enquirer did not reply any more"),
    "withdrawn": message("The enquirer took it back"),
    "duplicate": message("It had been asked already"),
    "out-of-scope": message("Not what this desk is for"),
    "spam": message("No enquiry at all"),
}

EVENTS: Final = {
    "received": message("The enquiry arrived"),
    "assigned": message("Given to %(owner)s"),
    "promise-reminded": message("The owner was reminded of the promise"),
    "promise-missed": message("The promise was missed; the head of the office was told"),
    "answered": message("Answered"),
    "asked-back": message("Asked the enquirer something"),
    "wrote": message("The enquirer wrote"),
    "reply-reminded": message("The owner was reminded that a reply is owed"),
    "enquirer-quiet": message("The enquirer has not replied"),
    "idle-reminded": message("Nothing had happened for a while"),
    "counterpart-asked": message("Asked %(organisation)s"),
    "counterpart-reminded": message("Asked %(organisation)s again"),
    "counterpart-silent": message("%(organisation)s does not answer"),
    "counterpart-accepted": message("%(organisation)s wants to meet"),
    "counterpart-referred": message("%(organisation)s points to somebody else"),
    "counterpart-declined": message("%(organisation)s does not want to meet"),
    "visit-planned": message("Planned the visit again"),
    "host-asked": message("Asked %(organisation)s for a time"),
    "host-reminded": message("Asked %(organisation)s for the time again"),
    "host-silent": message("%(organisation)s does not answer"),
    "host-confirmed": message("%(organisation)s receives at that time"),
    "host-moved": message("%(organisation)s can receive at another time"),
    "host-declined": message("%(organisation)s cannot receive"),
    "host-freed": message("%(organisation)s is not visited after all"),
    "visit-released": message("Sent the programme of the visit"),
    "agreed": message("Introduced to %(organisation)s"),
    "outcome-asked": message("Asked how it went"),
    "outcome-told": message("Told how it went"),
    "noted": message("Note for the team"),
    "mail-failed": message("A mail did not arrive"),
    "closed": message("Closed: %(outcome)s"),
    "withdrawn": message("The enquirer took it back"),
    "reopened": message("Opened again"),
}
"""Every event of `baken.desk.transitions`; a test compares the two."""

CLOCKS: Final = {
    "promise-near": message("the owner is reminded of the promise"),
    "promise": message("the promise is missed, and the head of the office is told"),
    "reply-owed": message("the owner is reminded that the enquirer waits for a reply"),
    "enquirer-quiet": message("the owner is told that the enquirer has not replied"),
    "counterpart-quiet": message("%(organisation)s is asked again"),
    "counterpart-silent": message("%(organisation)s counts as silent, and the owner is told"),
    "host-quiet": message("%(organisation)s is asked for the time again"),
    "host-silent": message("%(organisation)s counts as silent, and the owner is told"),
    "outcome-near": message("the enquirer is asked how it went"),
    "idle": message("the owner is reminded that nothing has happened"),
}

TURNS: Final = {
    "answer": message("Waits for our answer"),
    "reply": message("Wrote again and waits for a reply"),
    "introduce": message("A counterpart said yes and waits to be introduced"),
    "referral": message("A counterpart named somebody else to ask"),
    "step": message("Waits for our next step"),
    "outcome": message("Told how it went; can be closed"),
    "enquirer": message("We wait for the enquirer"),
    "counterparts": message("Counterparts have been asked"),
    "meeting": message("They are to meet"),
    "nobody": message("Closed"),
}

MAIL_STATES: Final = {
    "waiting": message("waits to be sent"),
    "sending": message("is being sent"),
    "sent": message("sent %(when)s"),
    "failed": message("could not be sent"),
    "bounced": message("did not arrive: the address refuses mail"),
    "refused": message("not sent: nobody agrees to it any more"),
    "cancelled": message("not sent: its reader was erased"),
}

LANGUAGES: Final = {
    "en": message("English"),
    "nl": message("Dutch"),
    "fr": message("French"),
    "de": message("German"),
}


def actor_of(call: Call) -> Actor:
    """Return who acts, for the desk and its audit trail."""
    assert call.officer is not None  # the gate has seen to it
    return Actor(call.officer.role, call.officer.person.id)


def names_of(officers: list[Officer]) -> dict[str, str]:
    """Return what everybody of the team is called, by identifier."""
    return {one.person.id: one.name for one in officers}


def say_when(desk: Desk, say: Speech, moment: datetime.datetime) -> str:
    """Return a moment on the office's clock: ``today 17:00``, ``27 November 2026, 09:30``."""
    local, today = desk.calendar.local(moment), desk.calendar.local(desk.now()).date()
    time = f"{local:%H:%M}"
    days = (local.date() - today).days
    if days == 0:
        return say("today %(time)s", time=time)
    if days == 1:
        return say("tomorrow %(time)s", time=time)
    if days == -1:
        return say("yesterday %(time)s", time=time)
    return say("%(day)s, %(time)s", day=say.day(local.date()), time=time)


def say_day(desk: Desk, say: Speech, moment: datetime.datetime) -> str:
    """Return the day of a moment on the office's clock."""
    return say.day(desk.calendar.local(moment).date())
