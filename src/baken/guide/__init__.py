"""The guide: incentives, tax, steps and regulatory paths, and which fit a company, and why."""

from .check import aged_figures, check, problems_of
from .facts import Profile
from .footnotes import Document, Footnotes
from .guide import Advice, Guide, Measure, Verdict
from .handbook import Handbook, compose
from .printing import print_images, print_pdf
from .read import Reading, empty, read
from .region import describe_partners, describe_reach, describe_region
from .schema import schema

__all__ = [
    "Advice",
    "Document",
    "Footnotes",
    "Guide",
    "Handbook",
    "Measure",
    "Profile",
    "Reading",
    "Verdict",
    "aged_figures",
    "check",
    "compose",
    "describe_partners",
    "describe_reach",
    "describe_region",
    "empty",
    "print_images",
    "print_pdf",
    "problems_of",
    "read",
    "schema",
]
