"""Serving the site with granian: each worker opens a workspace of its own."""

from __future__ import annotations

import urllib.parse
from functools import partial

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from litestar import Litestar

from baken.config import Settings
from baken.workspace import Workspace

from .app import create_app


def serve(settings: Settings) -> None:
    """Serve the site until interrupted.

    The landscape is loaded and indexed once, before the workers start, so that a mistake in it is
    said at once and the workers only open what is there.

    Args:
        settings: which landscape, and where to serve it.
    """
    with Workspace.open(settings, progress=lambda step: print(f"{step} …", flush=True)) as opened:  # noqa: T201
        totals = opened.totals()
        examples = opened.landscape.examples
    address = f"http://{settings.host}:{settings.port}"
    lines = [
        f"{totals.organisations} organisations, {totals.statements:,} statements.",
        f"Baken is at {address}",
        "Try:",
        *(f"  {address}/find?q={_quoted(example.text)}" for example in examples[:2]),
        f"  {address}/organisations",
        "Stop with Ctrl-C.",
    ]
    print("\n".join(lines), flush=True)  # noqa: T201
    server = Granian(
        "baken",
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        interface=Interfaces.ASGI,
        log_access=False,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=partial(_application, settings), wrap_loader=False)


def _application(settings: Settings) -> Litestar:
    """Make a worker's application; called once in each worker."""
    workspace = Workspace.open(settings)
    workspace.warm()
    app = create_app(workspace)
    app.on_shutdown.append(workspace.close)
    return app


def _quoted(text: str) -> str:
    return urllib.parse.quote_plus(text)
