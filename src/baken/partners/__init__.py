"""From a need in a visitor's own words to an explained shortlist."""

from .match import Matcher
from .project import ProjectReader

__all__ = ["Matcher", "ProjectReader"]
