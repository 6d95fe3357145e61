"""The guide: incentives, tax, steps and regulatory paths, and which fit a company, and why."""

from .check import aged_figures, check, problems_of
from .facts import Profile
from .footnotes import Document, Footnotes
from .guide import Advice, Guide, Measure, Verdict
from .read import Reading, empty, read
from .schema import schema

__all__ = [
    "Advice",
    "Document",
    "Footnotes",
    "Guide",
    "Measure",
    "Profile",
    "Reading",
    "Verdict",
    "aged_figures",
    "check",
    "empty",
    "problems_of",
    "read",
    "schema",
]
