"""``baken handbook``: the handbook for one company, as a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .guide import answers_in
from .opening import LandscapeOption, StoreOption, open_workspace


def handbook(
    output: Annotated[Path, typer.Option(metavar="FILE.pdf", help="Where to write it.")],
    profile: Annotated[
        Path | None,
        typer.Option(help="The company’s answers, in a YAML or JSON file: a mapping by fact."),
    ] = None,
    need: Annotated[
        str | None, typer.Option(help="What it looks for, in its own words, for the shortlist.")
    ] = None,
    language: Annotated[
        str, typer.Option(help="Language of the handbook: en, nl, fr or de.")
    ] = "en",
    as_json: Annotated[
        bool, typer.Option("--json", help="Write what stands in it as JSON instead.")
    ] = False,
    landscape: LandscapeOption = None,
    store: StoreOption = None,
) -> None:
    """Make the handbook for a company: partners, incentives, tax, steps, rules, contacts.

    The same landscape, answers and need give the same file, byte for byte.
    """
    import msgspec

    from baken.errors import GuideError
    from baken.guide import print_pdf

    answers = answers_in(profile)
    with open_workspace(landscape, store) as workspace:
        book = workspace.handbook(answers, need=need, language=language)
    content = msgspec.json.encode(book) if as_json else print_pdf(book)
    staged = output.with_name(f".{output.name}.part")
    try:
        staged.write_bytes(content)
        staged.replace(output)
    except OSError as error:
        raise GuideError(f"{output} cannot be written: {error.strerror}.") from error
    typer.echo(
        f"{output}: {book.counts['applies']} measures fit, {book.counts['depends']} depend on an "
        f"answer, {len(book.partners)} partners, as of {book.date}.",
        err=True,
    )
