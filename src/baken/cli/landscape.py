"""``baken landscape``: check, show and describe a landscape folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Check and show landscape folders.", no_args_is_help=True, pretty_exceptions_enable=False
)

_Folder = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="The folder; the shipped one without it.")
]


@app.command()
def check(directory: _Folder = None) -> None:
    """Name every problem of a landscape folder, with file and line. Exit 1 if there are any."""
    from baken import landscape

    folder = directory or landscape.shipped()
    reading = landscape.read(folder)
    problems = landscape.problems_of(reading)
    for problem in problems:
        typer.echo(problem)
    organisations = sum(name.startswith("organisations/") for name in reading.documents)
    size = f"{organisations} organisations and {len(reading.claims):,} statements"
    if problems:
        files = len({problem.file for problem in problems})
        typer.echo(f"{len(problems)} problem(s) in {files} file(s), among {size}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"No problems in {size}.")


@app.command()
def show(directory: _Folder = None) -> None:
    """Show what a landscape folder holds."""
    from baken import landscape
    from baken.errors import LandscapeError

    folder = directory or landscape.shipped()
    reading = landscape.read(folder)
    about = reading.landscape
    if about is None:
        raise LandscapeError(f"{folder} cannot be read; see: baken landscape check {folder}")
    kinds = Counter(
        str(claim.statement.value)
        for claim in reading.claims
        if claim.statement.predicate == "kind"
    )
    publishers = Counter(claim.statement.citation.publisher for claim in reading.claims)
    typer.echo(f"{about.title['en']}  ({about.id}, version {about.version}, {about.licence})")
    typer.echo(f"{folder}\n")
    typer.echo(f"{sum(kinds.values()):>6,}  organisations")
    for kind, count in kinds.most_common():
        known = about.vocabulary.kinds.get(kind)
        typer.echo(f"{count:>10,}  {known.text('en').lower() if known else kind}")
    typer.echo(f"{len(about.themes):>6,}  themes")
    typer.echo(f"{len(about.places):>6,}  places")
    typer.echo(f"{len(reading.claims):>6,}  statements, by")
    for publisher, count in publishers.most_common(8):
        typer.echo(f"{count:>10,}  {publisher}")
    if len(publishers) > 8:
        rest = sum(publishers.values()) - sum(n for _, n in publishers.most_common(8))
        typer.echo(f"{rest:>10,}  {len(publishers) - 8} other publishers")
    if reading.problems:
        typer.echo(f"\n{len(reading.problems)} problem(s); see: baken landscape check {folder}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of the landscape format, for editors and validators."""
    import json

    from baken import landscape

    typer.echo(json.dumps(landscape.schema(landscape.vocabulary()), indent=2, ensure_ascii=False))
