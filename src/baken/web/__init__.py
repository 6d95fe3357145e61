"""The site: every page is HTML that needs no JavaScript, and the same page as JSON."""

from .app import create_app

__all__ = ["create_app"]
