"""The site: every page is HTML that needs no JavaScript, and the same page as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["create_app"]

if TYPE_CHECKING:
    from .app import create_app


def __getattr__(name: str) -> Any:
    """Import the service when it is first asked for: who publishes files needs none of it."""
    if name == "create_app":
        from .app import create_app

        return create_app
    raise AttributeError(f"module 'baken.web' has no attribute {name!r}")
