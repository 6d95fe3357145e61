"""``baken registry``: the registry of organisations that `baken link` looks names up in."""

from __future__ import annotations

import datetime
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from baken.linker.registry import Problem, RegistryRecord

app = typer.Typer(
    help="Build the registry that texts are linked to.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

_MOST_SHOWN: Final = 20
"""Bad records that are named; the rest are counted."""


@app.callback()
def _registry() -> None:
    """Build the registry that texts are linked to."""


@app.command()
def build(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A ROR data dump: the zip from ROR, or its JSON, or JSON lines, also as .gz.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to make, or replace.")
    ],
    landscape: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Landscape whose organisations and units join; the shipped one without it.",
        ),
    ] = None,
    has_landscape: Annotated[
        bool, typer.Option(" /--no-landscape", help="The registry alone.", show_default=False)
    ] = True,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave bad records out, and say how many.")
    ] = False,
) -> None:
    """Make from a registry's file the folder that “baken link” looks names up in.

    ROR publishes its registry as a zip: https://ror.org/data

    Example: baken registry build v1.73-2025-10-28-ror-data.zip --output registry
    """
    if landscape is not None and not has_landscape:
        raise typer.BadParameter("Give --landscape DIR or --no-landscape, not both.")
    from baken.linker import build as build_index
    from baken.linker.compiling import told
    from baken.linker.registry import read_registry

    skipped = 0

    def count(problem: Problem) -> None:
        nonlocal skipped
        skipped += 1
        if skipped <= _MOST_SHOWN:
            typer.echo(f"Skipped: {problem}", err=True)

    def say(step: str) -> None:
        if sys.stderr.isatty():
            typer.echo(f"{step} …", err=True)

    own = _landscape(landscape) if has_landscape else []
    records = read_registry(file, skip_bad=skip_bad, on_bad=count)
    with told(partial(typer.echo, err=True)):
        report = build_index(records, output, landscape=own, progress=say)
    if skipped:
        typer.echo(f"{skipped:,} bad record(s) skipped.", err=True)
    among = f" ({len(own):,} of them in the landscape)" if own else ""
    typer.echo(
        f"{output}: {report.organisations:,} organisations{among}, "
        f"{report.names:,} names, {report.size_bytes / 1e6:,.0f} MB, "
        f"made in {report.seconds:.0f} s, version {report.version}.\n"
        f'Try: baken link --registry {output} "Dept. of Neurology, UZ Leuven"'
    )


def _landscape(directory: Path | None) -> list[RegistryRecord]:
    """Return a landscape's organisations as records.

    Raises:
        LandscapeError: its files have problems.
    """
    from baken import ingest
    from baken import landscape as landscapes
    from baken.linker.landscape import landscape_records
    from baken.store import Filter, open_store

    folder = directory or landscapes.shipped()
    with (
        tempfile.TemporaryDirectory(prefix="baken-") as scratch,
        open_store(Path(scratch) / "landscape.sqlite") as store,
    ):
        ingest.load(folder, store, on=datetime.date.today())
        return landscape_records(store.organisations(Filter()), store.landscape())
