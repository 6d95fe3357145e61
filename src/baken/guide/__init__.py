"""The guide: incentives, tax, steps and regulatory paths, and which fit a company, by which rule."""

from .check import aged_figures, check, problems_of
from .facts import Profile
from .guide import Advice, Guide, Measure, Verdict
from .read import Reading, read
from .schema import schema

__all__ = [
    "Advice",
    "Guide",
    "Measure",
    "Profile",
    "Reading",
    "Verdict",
    "aged_figures",
    "check",
    "problems_of",
    "read",
    "schema",
]
