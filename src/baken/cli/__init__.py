"""The command line: one file a command group.

Exit codes: 0 done, 1 the input is wrong (said why on stderr), 2 usage. A traceback appears only
with ``--debug``.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import Annotated

import typer

from baken.errors import BakenError

from . import (
    desk,
    find,
    guide,
    handbook,
    landscape,
    link,
    organisations,
    publish,
    registry,
    serve,
    themes,
    visit,
)

app = typer.Typer(
    name="baken",
    help="Find who in a region can help with a health innovation, and on whose word.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("find")(find.find)
app.command("link")(link.link)
app.add_typer(registry.app, name="registry")
app.command("organisations")(organisations.organisations)
app.add_typer(landscape.app, name="landscape")
app.add_typer(themes.app, name="themes")
app.add_typer(guide.app, name="guide")
app.command("handbook")(handbook.handbook)
app.add_typer(visit.app, name="visit")
app.command("serve")(serve.serve)
app.command("publish")(publish.publish)
app.add_typer(desk.app, name="desk")
app.command("worker")(desk.worker)


def _version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        typer.echo(f"baken {version('baken')}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[
        bool | None, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")
    ] = None,
) -> None:
    """Take the options that every command shares; `main` reads ``--debug`` itself."""


def main() -> None:
    """Run the command line and turn what goes wrong into a sentence and an exit code."""
    # A command makes many objects, keeps them all and ends: collecting garbage on the way costs a
    # third of the start-up time and frees nothing.
    gc.disable()
    atexit.register(gc.freeze)  # else it is done at the end: a fifth of a second after publishing
    try:
        app()
    except BakenError as error:
        if "--debug" in sys.argv:
            raise
        typer.echo(f"baken: {error}", err=True)
        raise SystemExit(1) from None
    except BrokenPipeError:
        # The reader (head, less) has what it wanted; point stdout away so that exit stays quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        typer.echo("baken: interrupted; nothing was left half-done.", err=True)
        raise SystemExit(130) from None
