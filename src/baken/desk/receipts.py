"""What the desk keeps as proof: who agreed to what, what was sent to whom, who looked at it."""

from __future__ import annotations

import datetime
from typing import Literal

from msgspec import Struct

from baken.model import Language

from .enquiry import Private

ConsentPurpose = Literal["introduce", "follow-up"]

MailState = Literal["waiting", "sending", "sent", "failed", "bounced", "refused", "cancelled"]


class Consent(Struct, frozen=True, kw_only=True):
    """A receipt, after ISO/IEC TS 27560: what somebody agreed to, word for word.

    Attributes:
        id: cannot be guessed.
        person: who agreed.
        enquiry: with which they did; None when it was with none.
        purpose: what for.
        version: of the wording.
        language: of the wording.
        wording: exactly what they read.
        place: the page on which they agreed.
        given: when they did.
        confirmed: when they confirmed it by a link in a mail; the same as `given` where the
            purpose needs no confirming; None until then.
        withdrawn: when they took it back, or it lapsed unconfirmed; None while it stands.
        allowed: how many mails they agreed to; None when it is not about mails.
        sent: how many of these were sent.
    """

    id: str
    person: str
    enquiry: str | None
    purpose: ConsentPurpose
    version: str
    language: Language
    wording: str
    place: str
    given: datetime.datetime
    confirmed: datetime.datetime | None
    withdrawn: datetime.datetime | None
    allowed: int | None
    sent: int

    @property
    def is_standing(self) -> bool:
        """Whether it may be relied on."""
        return self.confirmed is not None and self.withdrawn is None


class Mail(Private, frozen=True, kw_only=True):
    """One message to one person, in the outbox or out of it.

    Attributes:
        id: cannot be guessed.
        message_id: its Message-ID, the same for every try and for all who get the message.
        kind: of mail; see `mail.MAILS`.
        person: who gets it.
        enquiry: that it is about; None for those that are about several.
        introduction: that it is about; None for most.
        consent: that it relies on; None for what needs none.
        message: as it goes over the wire; None once erased.
        state: waiting, sending, sent; failed after the last try, bounced when the address does
            not exist, refused when consent is missing, cancelled when its person was erased.
        created: when it was written.
        due: not to be tried before.
        attempts: how often it was tried.
        handed: when a server first began to take it; None while none has.
        sent: when a server took it.
        repeats: how often it was sent although it may have arrived before.
        problem: what a server said last, without personal data; None when there is none.
    """

    id: str
    message_id: str
    kind: str
    person: str
    enquiry: str | None
    introduction: str | None
    consent: str | None
    message: str | None
    state: MailState
    created: datetime.datetime
    due: datetime.datetime
    attempts: int
    handed: datetime.datetime | None
    sent: datetime.datetime | None
    repeats: int
    problem: str | None


class Access(Struct, frozen=True, kw_only=True):
    """One line of the audit trail.

    Attributes:
        number: rises.
        at: when.
        role: in which capacity somebody did it.
        actor: identifier of who did; empty for the system.
        action: read, change, export, erase.
        person: whose data; None when it was several people's.
        enquiry: that it belongs to; None when to none.
        what: which sort of data.
    """

    number: int
    at: datetime.datetime
    role: str
    actor: str
    action: str
    person: str | None
    enquiry: str | None
    what: str
