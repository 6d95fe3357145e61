"""What comes in from outside, checked once: contacts, enquiries, answers.

Every refusal is a sentence for the person who filled the form in, and repeats nothing they wrote.
"""

from __future__ import annotations

import datetime
import re
from email.headerregistry import Address
from typing import Final, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from baken.errors import DeskError
from baken.model import LANGUAGES, Language
from baken.text.marking import message
from baken.visits import Day, Programme, Trip

from .enquiry import (
    KINDS,
    Contact,
    Introduction,
    IntroductionState,
    Kind,
    Outcome,
    Private,
    State,
)
from .mail import clean
from .receipts import ConsentPurpose

LONGEST_TEXT: Final = 20_000
"""Characters of a message: ten pages."""

LONGEST_FIELD: Final = 200
_LONGEST_EMAIL: Final = 254  # RFC 5321
_MOST_CHOSEN: Final = 50

# Whole sentences, since other languages cannot put any noun into one.
_TOO_LONG: Final = {
    "message": message("The message is longer than %(most)s characters. Shorten it."),
    "name": message("The name is longer than %(most)s characters. Shorten it."),
    "organisation": message(
        "The organisation's name is longer than %(most)s characters. Shorten it."
    ),
    "position": message("The position is longer than %(most)s characters. Shorten it."),
    "telephone number": message(
        "The telephone number is longer than %(most)s characters. Shorten it."
    ),
    "sector": message("The sector is longer than %(most)s characters. Shorten it."),
    "name of whom to ask": message(
        "The name of whom to ask is longer than %(most)s characters. Shorten it."
    ),
}
_ANYTHING_TOO_LONG: Final = message(
    "One of the texts is longer than %(most)s characters. Shorten it."
)
_EMPTY: Final = {
    "message": message("The message is empty. Write what you would like to say."),
    "name of whom to ask": message("The name of whom to ask is missing. Say who may help instead."),
}
_ANYTHING_EMPTY: Final = message("One of the texts is empty. Write what you would like to say.")

Answer = Literal["accepted", "referred", "declined"]
ANSWERS: Final[tuple[Answer, ...]] = get_args(Answer)


class Form(Private, frozen=True, kw_only=True):
    """An enquiry as somebody sends it.

    Attributes:
        kind: of request.
        contact: who asks.
        message: in their words, at most `LONGEST_TEXT` characters.
        language: they read.
        themes: ids of the landscape's thesaurus that were read from it.
        organisations: ids in the landscape that they chose.
        country: two letters, or empty.
        sector: a short word for statistics, or empty.
        agrees: what they ticked; nothing is ticked for them.
        place: the page the form stands on.
        submission: what makes this one sending of the form unlike any other, so that sending it
            twice is one enquiry; None when the form has none.
        visit: the site visit that they planned; None when they did not.
    """

    kind: Kind
    contact: Contact
    message: str
    language: Language = "en"
    themes: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    country: str = ""
    sector: str = ""
    agrees: tuple[ConsentPurpose, ...] = ()
    place: str = "/enquire"
    submission: str | None = None
    visit: Trip | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """What an enquirer is told at once.

    Attributes:
        enquiry: identifier; not for showing.
        reference: short, for people.
        status_url: the private page on which to see where it stands.
        promise_due: by when a person answers.
        owner: name of who does; empty while there is no team.
    """

    enquiry: str
    reference: str
    status_url: str
    promise_due: datetime.datetime
    owner: str


class Asked(Private, frozen=True, kw_only=True):
    """A counterpart whom an officer asks.

    Attributes:
        contact: who is asked.
        organisation_name: as mails and the status page show it.
        organisation: id in the landscape; empty for one that is not in it.
        language: that they are written to in.
        question: what the enquirer looks for, in the officer's words; it names the enquirer only
            if they agreed to that.
        note: to the counterpart; may be empty.
        referred_by: identifier of the introduction that pointed here; None for most.
    """

    contact: Contact
    organisation_name: str
    question: str
    organisation: str = ""
    language: Language = "en"
    note: str = ""
    referred_by: str | None = None


class Question(Private, frozen=True, kw_only=True):
    """What a counterpart sees behind their link.

    Attributes:
        introduction: where theirs stands.
        enquirer: who asks: named with their consent, otherwise described.
        question: what is asked.
        office: who asks for them.
        language: of the counterpart.
        is_open: whether an answer still changes something.
    """

    introduction: Introduction
    enquirer: str
    question: str
    office: str
    language: Language
    is_open: bool


class Step(Private, frozen=True):
    """One line of a status page.

    Attributes:
        at: when.
        event: what happened, as the table of transitions names it.
        text: the same in words.
        organisation: name of the counterpart that it is about; empty for most.
        words: what was written then, by the enquirer or to them; empty where nothing was.
    """

    at: datetime.datetime
    event: str
    text: str
    organisation: str = ""
    words: str = ""


class AgreedMeeting(Private, frozen=True):
    """An introduction that both sides agreed to.

    Attributes:
        organisation: name of the counterpart's.
        times: beginning and end of each time that was proposed.
    """

    organisation: str
    times: tuple[tuple[datetime.datetime, datetime.datetime], ...]


class Status(Private, frozen=True, kw_only=True):
    """What an enquirer sees behind their link: the same events that the desk sees.

    Attributes:
        reference: short, for people.
        kind: in words.
        state: where it stands.
        state_text: the same in words.
        language: of the enquirer.
        message: what they wrote; None once erased.
        received: when.
        promise_due: by when a person answers.
        answered: when one did; None until then.
        owner: name of who answers; empty when nobody does.
        steps: what happened, in order.
        introductions: name and state of each organisation that was asked, with the state in words.
        consents: purpose, wording and whether it stands.
        meetings: introductions that both sides agreed to, with proposed times.
        outcome: with which it ended; None while it is open.
        organisations: ids in the landscape that the enquirer chose.
        is_erased: whether its words and people have been erased.
        visit: the programme of the site visit, as it was given out; None before.
        visit_days: its days, as they were asked for.
    """

    reference: str
    kind: str
    state: State
    state_text: str
    language: Language
    message: str | None
    received: datetime.datetime
    promise_due: datetime.datetime
    answered: datetime.datetime | None
    owner: str
    steps: tuple[Step, ...]
    introductions: tuple[tuple[str, IntroductionState, str], ...]
    consents: tuple[tuple[ConsentPurpose, str, bool], ...]
    meetings: tuple[AgreedMeeting, ...] = ()
    outcome: Outcome | None = None
    organisations: tuple[str, ...] = ()
    is_erased: bool = False
    visit: Programme | None = None
    visit_days: tuple[Day, ...] = ()


class OutcomeQuestion(Private, frozen=True, kw_only=True):
    """What an enquirer sees behind the link that asks how it went.

    Attributes:
        reference: of the enquiry.
        organisations: names of those who agreed to meet.
        is_open: whether an answer still changes something.
    """

    reference: str
    organisations: tuple[str, ...]
    is_open: bool


def checked_form(form: Form) -> Form:
    """Return a form whose parts can be relied on.

    Raises:
        DeskError: a part of it cannot be used; the message says which and what to do.
    """
    if form.kind not in KINDS:
        raise DeskError(
            message("There is no such kind of enquiry. Choose one of: %(choices)s."),
            choices=", ".join(KINDS),
        )
    if len(form.organisations) > _MOST_CHOSEN or len(form.themes) > _MOST_CHOSEN:
        raise DeskError(
            message("Choose at most %(most)s organisations for one enquiry."), most=_MOST_CHOSEN
        )
    if any(len(one) > LONGEST_FIELD for one in (*form.organisations, *form.themes)):
        raise DeskError(
            message("One of the chosen organisations is none. Choose again from the list.")
        )
    if not re.fullmatch(r"([A-Za-z]{2})?", form.country):
        raise DeskError(message("The country is not known. Choose one from the list."))
    if form.submission is not None and not 16 <= len(form.submission) <= LONGEST_FIELD:
        raise DeskError(
            message("The form is incomplete. Load the page again and send it once more.")
        )
    return replace(
        form,
        contact=checked_contact(form.contact),
        message=checked_text(form.message, "message"),
        language=checked_language(form.language),
        country=form.country.upper(),
        sector=checked_line(form.sector, "sector"),
        place=checked_line(form.place, "place"),
    )


def checked_contact(contact: Contact) -> Contact:
    """Return a contact to whom mail can be sent.

    Raises:
        DeskError: the name is missing, or the address is none.
    """
    if not contact.name.strip():
        raise DeskError(message("Your name is missing. Say how we may address you."))
    return Contact(
        name=checked_line(contact.name, "name"),
        email=checked_email(contact.email),
        organisation=checked_line(contact.organisation, "organisation"),
        position=checked_line(contact.position, "position"),
        phone=checked_line(contact.phone, "telephone number"),
    )


def checked_email(email: str) -> str:
    """Return an address as it goes into headers and envelopes: ASCII, one of them, no name.

    Raises:
        DeskError: it is none.
    """
    refusal = DeskError(message("The e-mail address is not one. Write it as name@example.org."))
    local, _, domain = email.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
        address = Address(username=local, domain=domain)
        whole = str(address)
    except (ValueError, UnicodeError, IndexError):
        raise refusal from None
    if (
        not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", local)
        or local.startswith(".")
        or local.endswith(".")
        or ".." in local
        or not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", domain)
        or len(whole) > _LONGEST_EMAIL
    ):
        raise refusal
    return whole


def checked_language(language: str) -> Language:
    """Return a language that the desk writes; English for any other."""
    return next((known for known in LANGUAGES if known == language), "en")


def checked_line(text: str, noun: str) -> str:
    """Return one line of text.

    Args:
        text: as somebody wrote it.
        noun: which part of a form it is, for the refusal; those of the team need no sentence of
            their own.

    Raises:
        DeskError: it is longer than `LONGEST_FIELD`.
    """
    line = " ".join(clean(text).split())
    if len(line) > LONGEST_FIELD:
        raise DeskError(_TOO_LONG.get(noun, _ANYTHING_TOO_LONG), most=LONGEST_FIELD)
    return line


def checked_text(text: str, noun: str, *, is_needed: bool = True) -> str:
    """Return a text of some lines.

    Raises:
        DeskError: it is missing, or longer than `LONGEST_TEXT`.
    """
    if len(text) > LONGEST_TEXT:
        raise DeskError(_TOO_LONG.get(noun, _ANYTHING_TOO_LONG), most=LONGEST_TEXT)
    text = clean(text).strip()
    if is_needed and not text:
        raise DeskError(_EMPTY.get(noun, _ANYTHING_EMPTY))
    return text
