"""``baken publish``: the site as files."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from .opening import LandscapeOption, StoreOption


def publish(
    directory: Annotated[Path, typer.Argument(help="Folder to write; replaced once complete.")],
    live: Annotated[
        str | None,
        typer.Option(help="Address of the served site, for what files cannot do."),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="How many make pages; all processors if not given.")
    ] = None,
    pictures: Annotated[
        bool,
        typer.Option(
            "--pictures",
            help="Draw for each organisation the picture that stands beside links to it: slow.",
        ),
    ] = False,
    landscape: LandscapeOption = None,
    store: StoreOption = None,
) -> None:
    """Write the site as files that any web host serves, in four languages.

    Every link is checked. An answer to a need takes the served site: in the files, the box compares
    words only, and says so.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from baken.config import Settings
    from baken.errors import PublishError
    from baken.web.publishing import publish as publish_site

    started = time.perf_counter()
    settings = Settings.load(landscape=landscape, store=store)
    columns = TextColumn("Writing pages"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)
        published = publish_site(
            settings,
            directory,
            live=live,
            processes=processes,
            with_pictures=pictures,
            progress=lambda made: shown.update(task, completed=made),
        )
    if published.broken:
        raise PublishError("\n".join(("Some links lead nowhere:", *published.broken[:20])))
    typer.echo(
        f"{published.pages:,} pages in {directory}: {published.files:,} files, "
        f"{published.size / 1e6:,.1f} MB, {time.perf_counter() - started:.1f} s. "
        "Every link leads somewhere."
    )
