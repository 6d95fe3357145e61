"""Landscape-as-code: a folder of YAML, read, checked and written."""

from .check import check, problems_of, theme_problems_of
from .document import Problem
from .read import Claim, Reading, read, shipped, vocabulary
from .schema import schema
from .write import write

__all__ = [
    "Claim",
    "Problem",
    "Reading",
    "check",
    "problems_of",
    "read",
    "schema",
    "shipped",
    "theme_problems_of",
    "vocabulary",
    "write",
]
