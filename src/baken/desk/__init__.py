"""The desk: enquiries, promises, introductions, consent, mail; the only personal data in Baken."""

from .calendar import OfficeCalendar
from .desk import Case, Desk, Sweep
from .enquiry import (
    INTRODUCTION_STATES,
    KINDS,
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
    "OUTCOMES",
    "PRIVILEGES",
    "STATES",
    "SYSTEM",
    "Access",
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
    "Mail",
    "OfficeCalendar",
    "Officer",
    "Person",
    "Program",
    "Programs",
    "Question",
    "Receipt",
    "RunningWorker",
    "Status",
    "Sweep",
    "Webhook",
    "Worker",
    "start_worker",
]
