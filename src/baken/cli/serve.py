"""``baken serve``: the website."""

from __future__ import annotations

from typing import Annotated

import typer

from .opening import LandscapeOption, StoreOption


def serve(
    host: Annotated[str | None, typer.Option(help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Web processes.")] = None,
    landscape: LandscapeOption = None,
    store: StoreOption = None,
) -> None:
    """Serve the site: a box for a need, and everything the landscape knows."""
    from baken.config import Settings
    from baken.web.server import serve as serve_site

    serve_site(
        Settings.load(host=host, port=port, workers=workers, landscape=landscape, store=store)
    )
