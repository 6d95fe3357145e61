"""Site visits: days planned around what hosts can and visitors want, and why they are so."""

from .calendar import time_zone, write_calendar
from .planner import after, change_hours, clock, confirm, decline, duration, plan
from .printing import print_programme, print_programme_images, summary_of, wording_of
from .travel import Travel
from .trip import Day, Dropped, Entry, Lunch, PlannedDay, Programme, Spot, Stop, Trip, Window
from .usual import HOURS, usual_minutes

__all__ = [
    "HOURS",
    "Day",
    "Dropped",
    "Entry",
    "Lunch",
    "PlannedDay",
    "Programme",
    "Spot",
    "Stop",
    "Travel",
    "Trip",
    "Window",
    "after",
    "change_hours",
    "clock",
    "confirm",
    "decline",
    "duration",
    "plan",
    "print_programme",
    "print_programme_images",
    "summary_of",
    "time_zone",
    "usual_minutes",
    "wording_of",
    "write_calendar",
]
