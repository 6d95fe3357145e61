"""The desk as enquirers and counterparts see it: forms and links, no account."""

from typing import Final

from baken.web.acting import Screen

from .answering import ANSWER, OUTCOME
from .consenting import CONFIRM, WITHDRAW
from .enquiring import ENQUIRE
from .hosting import HOST
from .owning import DATA
from .status import STATUS, TIMES, VISIT_CALENDAR, VISIT_PAPER

SCREENS: Final[tuple[Screen, ...]] = (
    ENQUIRE,
    STATUS,
    TIMES,
    VISIT_CALENDAR,
    VISIT_PAPER,
    ANSWER,
    HOST,
    OUTCOME,
    CONFIRM,
    WITHDRAW,
    DATA,
)
