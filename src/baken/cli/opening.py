"""Opening the workspace from the command line, with progress on stderr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from baken.workspace import Workspace

LandscapeOption = Annotated[
    Path | None,
    typer.Option(help="Folder of a landscape; without it, the one that ships with Baken."),
]
StoreOption = Annotated[
    str | None,
    typer.Option(help="A landscape file or postgresql://… address to read instead of a folder."),
]


def open_workspace(landscape: Path | None, store: str | None) -> Workspace:
    """Open the workspace, saying on a terminal what takes a while."""
    from baken.workspace import Workspace

    def say(step: str) -> None:
        if sys.stderr.isatty():
            typer.echo(f"{step} …", err=True)

    return Workspace.open(progress=say, landscape=landscape, store=store)
