"""Baken: know, find and reach the partners of a region's health-innovation landscape.

>>> from baken import Workspace
>>> with Workspace.open() as workspace:
...     shortlist = workspace.find("labo voor celtherapie tegen kanker")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Workspace", "__version__"]

if TYPE_CHECKING:
    from .workspace import Workspace


def __getattr__(name: str) -> Any:
    """Import the workspace when it is first asked for, so that `import baken` stays light."""
    if name == "Workspace":
        from .workspace import Workspace

        return Workspace
    raise AttributeError(f"module 'baken' has no attribute {name!r}")
