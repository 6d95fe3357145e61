"""From a need in a visitor's own words to an explained shortlist."""

from .match import Matcher

__all__ = ["Matcher"]
