"""``baken organisations``: everything the landscape knows, one organisation a line."""

from __future__ import annotations

from typing import Annotated

import typer

from .opening import LandscapeOption, StoreOption, open_workspace


def organisations(
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, with everything known.")
    ] = False,
    landscape: LandscapeOption = None,
    store: StoreOption = None,
) -> None:
    """List the organisations of the landscape.

    Without --json: name, what it is and where, for people to read.
    """
    import msgspec

    from baken.model import record

    with open_workspace(landscape, store) as workspace:
        kinds = workspace.landscape.vocabulary.kinds
        for organisation in workspace.organisations():
            line = record(organisation, workspace.landscape)
            if as_json:
                typer.echo(msgspec.json.encode(line))
            else:
                where = ", ".join(filter(None, dict.fromkeys((line.place, line.province))))
                what = kinds[line.kind].text("en")
                typer.echo(f"{line.name}  ({line.id})\n    {what}{' · ' + where if where else ''}")
