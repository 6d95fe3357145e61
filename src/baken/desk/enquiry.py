"""What the desk deals with: people, enquiries, introductions, events, promises. Types only.

Times are aware and in UTC. Identifiers cannot be guessed, and say nothing about anybody.
"""

from __future__ import annotations

import datetime
from typing import Final, Literal, get_args

from msgspec import Struct

from baken.model import Language

Kind = Literal["introduction", "site-visit", "guidance", "handbook", "other"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

State = Literal["received", "in-hand", "waiting", "introducing", "meeting", "closed"]
STATES: Final[dict[State, str]] = {
    "received": "Nobody has answered yet; the promise is running.",
    "in-hand": "It has been answered and an officer is working on it.",
    "waiting": "The officer has asked the enquirer something.",
    "introducing": "Counterparts have been asked whether they want to meet.",
    "meeting": "Both sides agreed and have each other's address; the outcome is not known yet.",
    "closed": "It ended, with an outcome.",
}

IntroductionState = Literal[
    "asked", "reminded", "accepted", "referred", "declined", "silent",
    "host-asked", "host-reminded", "host-silent", "host-confirmed", "host-moved", "host-declined",
    "host-freed",
]  # fmt: skip
INTRODUCTION_STATES: Final[dict[IntroductionState, str]] = {
    "asked": "The counterpart has the question.",
    "reminded": "The counterpart has been asked again.",
    "accepted": "The counterpart wants to meet.",
    "referred": "The counterpart says: not us, ask somebody else.",
    "declined": "The counterpart does not want to meet.",
    "silent": "The counterpart did not answer, after a reminder.",
    "host-asked": "The host has the time of a visit.",
    "host-reminded": "The host has been asked again.",
    "host-silent": "The host did not answer, after a reminder.",
    "host-confirmed": "The host receives at that time.",
    "host-moved": "The host can receive at another time.",
    "host-declined": "The host cannot receive.",
    "host-freed": "The visit does not go there after all.",
}

Outcome = Literal[
    "met", "visited", "advised", "handbook-sent", "no-partner", "no-reply", "withdrawn",
    "duplicate", "out-of-scope", "spam",
]  # fmt: skip
OUTCOMES: Final[dict[Outcome, str]] = {
    "met": "Enquirer and counterpart met.",
    "visited": "The site was visited.",
    "advised": "The question was answered.",
    "handbook-sent": "The handbook was sent.",
    "no-partner": "Nobody suitable was found, or nobody wanted to.",
    "no-reply": "The enquirer did not reply any more.",
    "withdrawn": "The enquirer took it back.",
    "duplicate": "It had been asked already.",
    "out-of-scope": "It is not what this desk is for.",
    "spam": "It was no enquiry.",
}

OfficeRole = Literal["editor", "officer", "head", "admin"]
OFFICE_ROLES: Final[tuple[OfficeRole, ...]] = get_args(OfficeRole)
"""What somebody of the team does. Editors keep the landscape true, officers answer, heads answer
for the promises too, administrators look after accounts and see no enquiry."""

OfficePrivilege = Literal["answer", "report", "people", "team", "audit", "account"]
MAY: Final[dict[OfficePrivilege, tuple[OfficeRole, ...]]] = {
    "answer": ("officer", "head"),
    "report": ("officer", "head"),
    "people": ("head",),
    "team": ("head", "admin"),
    "audit": ("head", "admin"),
    "account": OFFICE_ROLES,
}
"""What each role may on the team's pages, and nothing else: work on enquiries; see how the office
does; export and erase people; look after the team; read the audit trail; change one's own account.
Who looks after accounts sees no enquiry, and who keeps the landscape neither."""

Role = Literal["enquirer", "counterpart", "editor", "officer", "head", "admin", "system", "program"]


class Private(Struct, frozen=True):
    """What holds personal data: no message, log or traceback shows what is in it."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Actor(Struct, frozen=True):
    """Who does something.

    Attributes:
        role: in which capacity.
        person: whose identifier; empty for the system.
    """

    role: Role
    person: str = ""


SYSTEM: Final = Actor("system")


class Contact(Private, frozen=True, kw_only=True):
    """Who somebody is and how to reach them: personal data, sealed in the database.

    Attributes:
        name: as they write it.
        email: where mails go.
        organisation: who they work for; empty when they do not say.
        position: what they are there.
        phone: as they write it.
    """

    name: str
    email: str
    organisation: str = ""
    position: str = ""
    phone: str = ""


class Person(Struct, frozen=True, kw_only=True):
    """Somebody the desk deals with.

    Attributes:
        id: cannot be guessed.
        role: enquirer, counterpart or officer.
        language: that mails to them are in.
        contact: None once erased.
        created: when the desk first heard of them.
        erased: when they were forgotten; None for those who are not.
    """

    id: str
    role: Literal["enquirer", "counterpart", "officer"]
    language: Language
    contact: Contact | None
    created: datetime.datetime
    erased: datetime.datetime | None = None


class Officer(Struct, frozen=True, kw_only=True):
    """One line of the team directory.

    Attributes:
        person: who.
        languages: they answer in, best first.
        themes: they know, ids of the landscape's thesaurus.
        kinds: of enquiries they take; none means all.
        capacity: enquiries they can have open at once, 1 or more.
        role: what they do; missed promises go to heads.
        is_active: whether they still work here.
        away: ranges of days they are away, each with its first and last day.
        open: enquiries they own that are not closed.
    """

    person: Person
    languages: tuple[Language, ...]
    themes: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    capacity: int = 20
    role: OfficeRole = "officer"
    is_active: bool = True
    away: tuple[tuple[datetime.date, datetime.date], ...] = ()
    open: int = 0

    @property
    def is_head(self) -> bool:
        """Whether missed promises go to them."""
        return self.role == "head"

    @property
    def is_answering(self) -> bool:
        """Whether enquiries are given to them."""
        return self.is_active and self.role in ("officer", "head")

    @property
    def actor(self) -> Actor:
        """Themselves, as who does something."""
        return Actor(self.role, self.person.id)

    @property
    def name(self) -> str:
        """What they are called; empty once erased."""
        return self.person.contact.name if self.person.contact else ""

    def is_away(self, day: datetime.date) -> bool:
        """Return whether they are away that day."""
        return any(first <= day <= last for first, last in self.away)


class Enquiry(Private, frozen=True, kw_only=True):
    """A person's request and where it stands.

    Attributes:
        id: cannot be guessed; never shown.
        reference: short, for people; opens nothing.
        kind: of request.
        state: follows from its events; see `transitions`.
        language: the enquirer wrote in.
        enquirer: identifier of a person.
        owner: identifier of the officer who answers; None while there is no team.
        message: the enquirer's words; None once erased.
        themes: ids of the landscape's thesaurus that it is about.
        organisations: ids in the landscape that the enquirer chose.
        country: ISO 3166 code the enquirer gave, or empty; kept for statistics.
        sector: kept for statistics; empty when not said.
        received: when it arrived.
        promise_due: by when a person answers.
        answered: when a person first did; None until then.
        outcome: None until it is closed.
        closed: when it was; None until then.
        erased: when its words were erased; None while they are kept.
    """

    id: str
    reference: str
    kind: Kind
    state: State
    language: Language
    enquirer: str
    owner: str | None
    message: str | None
    themes: tuple[str, ...]
    organisations: tuple[str, ...]
    country: str
    sector: str
    received: datetime.datetime
    promise_due: datetime.datetime
    answered: datetime.datetime | None = None
    outcome: Outcome | None = None
    closed: datetime.datetime | None = None
    erased: datetime.datetime | None = None

    @property
    def is_promise_kept(self) -> bool | None:
        """Whether a person answered in time; None while nobody has."""
        return None if self.answered is None else self.answered <= self.promise_due


class Introduction(Struct, frozen=True, kw_only=True):
    """One counterpart of an enquiry.

    Attributes:
        id: cannot be guessed.
        enquiry: identifier of the enquiry.
        organisation: id in the landscape; empty for one that is not in it.
        organisation_name: as mails and pages show it.
        counterpart: identifier of a person.
        state: of this introduction; see `transitions`.
        asked: when the counterpart was first asked.
        answered: when they answered; None until then.
        referred_by: the introduction that pointed here; None for those the officer chose.
    """

    id: str
    enquiry: str
    organisation: str
    organisation_name: str
    counterpart: str
    state: IntroductionState
    asked: datetime.datetime
    answered: datetime.datetime | None = None
    referred_by: str | None = None


class Event(Private, frozen=True, kw_only=True):
    """Something that happened to an enquiry. Events are only ever added.

    Attributes:
        number: rises with every event of the desk.
        enquiry: identifier.
        introduction: identifier when it is about one counterpart; None otherwise.
        name: of a transition; see `transitions`.
        at: when.
        actor: who did it.
        state: of the enquiry, after it.
        details: what else is to be known of it, personal data among it; None once erased.
    """

    number: int
    enquiry: str
    introduction: str | None
    name: str
    at: datetime.datetime
    actor: Actor
    state: State
    details: dict[str, object] | None


class Clock(Struct, frozen=True, kw_only=True):
    """Something that happens by itself at a time, unless it is stopped before.

    Attributes:
        number: of the clock.
        enquiry: identifier.
        introduction: identifier when it is about one counterpart; None otherwise.
        name: of a line of `transitions.CLOCKS`.
        due: when it fires.
    """

    number: int
    enquiry: str
    introduction: str | None
    name: str
    due: datetime.datetime
