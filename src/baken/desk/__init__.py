"""The desk: enquiries, promises, introductions, consent, mail; the only personal data in Baken."""

from .accounts import Accounts, SecondFactor, SignedIn
from .assigning import Assignment
from .board import OURS, Board, Line, Meeting, Wanted
from .calendar import OfficeCalendar
from .desk import Case, Desk
from .drafts import Draft
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
from .replies import Reply
from .reporting import Report
from .rights import Known, Sweep, Trail
from .transitions import possible
from .visiting import HOST_ANSWERS, Booked, HostAsked, HostQuestion, Visit, Visits
from .worker import RunningWorker, Worker, start_worker

__all__ = [
    "ANSWERS",
    "HOST_ANSWERS",
    "INTRODUCTION_STATES",
    "KINDS",
    "MAY",
    "OFFICE_ROLES",
    "OURS",
    "OUTCOMES",
    "PRIVILEGES",
    "STATES",
    "SYSTEM",
    "Access",
    "Accounts",
    "Actor",
    "Asked",
    "Assignment",
    "Board",
    "Booked",
    "Case",
    "Consent",
    "Contact",
    "Desk",
    "Draft",
    "Enquiry",
    "Event",
    "Form",
    "Happening",
    "HostAsked",
    "HostQuestion",
    "Introduction",
    "Known",
    "Line",
    "Mail",
    "Meeting",
    "OfficeCalendar",
    "Officer",
    "Person",
    "Program",
    "Programs",
    "Question",
    "Receipt",
    "Reply",
    "Report",
    "RunningWorker",
    "SecondFactor",
    "SignedIn",
    "Status",
    "Sweep",
    "Trail",
    "Visit",
    "Visits",
    "Wanted",
    "Webhook",
    "Worker",
    "possible",
    "start_worker",
]
