"""``baken themes``: mind a landscape's thesaurus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Check the themes of a landscape.", no_args_is_help=True, pretty_exceptions_enable=False
)


@app.callback()
def _group() -> None:
    """Keep `check` a command of its own while it is the only one."""


@app.command()
def check(
    directory: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="The landscape's folder; the shipped one without it."),
    ] = None,
) -> None:
    """Name missing labels, duplicates and orphans, with file and line. Exit 1 if there are any.

    Stricter than `baken landscape check`: a word should lead to one theme, and every theme should
    have something broader or narrower.
    """
    from baken import landscape

    reading = landscape.read(directory or landscape.shipped())
    problems = landscape.theme_problems_of(reading)
    for problem in problems:
        typer.echo(problem)
    themes = reading.landscape.themes.values() if reading.landscape else ()
    words = sum(len(known) for theme in themes for known in theme.synonyms.values())
    size = f"{len(themes):,} themes with {words:,} synonyms"
    if problems:
        typer.echo(f"{len(problems)} problem(s) among {size}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"No problems in {size}.")
