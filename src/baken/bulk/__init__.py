"""Linking whole files: formats, worker processes, and going on after an interruption."""

from .linking import Advance, LinkReport, link_file

__all__ = ["Advance", "LinkReport", "link_file"]
