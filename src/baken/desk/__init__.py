"""The desk: enquiries, promises, introductions, consent, mail; the only personal data in Baken."""

from .accounts import Accounts, SecondFactor, SignedIn
from .calendar import OfficeCalendar
from .desk import Case, Desk, Known, Sweep, Trail
from .enquiry import (
    INTRODUCTION_STATES,
    KINDS,
    MAY,
    OFFICE_ROLES,
    OUTCOMES,
    STATES,
    SYSTEM,
    Actor,
    Contact,
    Enquiry,
    Event,
    Introduction,
    Officer,
    Person,
)
from .forms import ANSWERS, Asked, Form, Question, Receipt, Status
from .programs import PRIVILEGES, Happening, Program, Programs, Webhook
from .receipts import Access, Consent, Mail
from .worker import RunningWorker, Worker, start_worker

__all__ = [
    "ANSWERS",
    "INTRODUCTION_STATES",
    "KINDS",
    "MAY",
    "OFFICE_ROLES",
    "OUTCOMES",
    "PRIVILEGES",
    "STATES",
    "SYSTEM",
    "Access",
    "Accounts",
    "Actor",
    "Asked",
    "Case",
    "Consent",
    "Contact",
    "Desk",
    "Enquiry",
    "Event",
    "Form",
    "Happening",
    "Introduction",
    "Known",
    "Mail",
    "OfficeCalendar",
    "Officer",
    "Person",
    "Program",
    "Programs",
    "Question",
    "Receipt",
    "RunningWorker",
    "SecondFactor",
    "SignedIn",
    "Status",
    "Sweep",
    "Trail",
    "Webhook",
    "Worker",
    "start_worker",
]
