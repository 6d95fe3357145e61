"""``baken find``: from a need in plain words to a shortlist; from a project to a consortium."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from baken.errors import NeedError

from .opening import LandscapeOption, StoreOption, open_workspace

if TYPE_CHECKING:
    from rich.console import Console

    from baken.model import Aside, Landscape, Match, Project, Reason, Shortlist, Slot, Statement
    from baken.workspace import Workspace


_WIDEST: Final = 88
"""Columns beyond which a sentence is hard to read."""


class _Row(msgspec.Struct):
    """A line of a needs file."""

    id: str | int
    text: str


def find(
    need: Annotated[
        str | None,
        typer.Argument(
            help="What you need, in English, Dutch, French or German; with --project, “-” reads it."
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help='Answer many needs: a JSON-lines file of {"id": …, "text": …}. With --project: a '
            "text file, the pitch or the call."
        ),
    ] = None,
    project: Annotated[
        bool,
        typer.Option(
            "--project",
            help="Take a longer text for a project: who could fill each role it needs, and gaps.",
        ),
    ] = False,
    limit: Annotated[int, typer.Option(help="At most so many matches.")] = 10,
    role: Annotated[
        str | None, typer.Option(help="Only this role: research, clinical-validation, space, …")
    ] = None,
    province: Annotated[
        str | None, typer.Option(help="Only this province, by id or by name in any language.")
    ] = None,
    wanted: Annotated[
        list[str] | None,
        typer.Option("--with", help="Count this too: role:space, near:Hasselt, not-kind:hospital."),
    ] = None,
    unwanted: Annotated[
        list[str] | None,
        typer.Option("--without", help="Do not count this, though it was read: theme:lung."),
    ] = None,
    stage: Annotated[
        str | None, typer.Option(help="How far along you are: idea, prototype, clinical, market.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="The language of the need, if it is misread: en, nl, fr, de.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    landscape: LandscapeOption = None,
    store: StoreOption = None,
) -> None:
    """Say what you need; get the partners to talk to, why, and on whose word.

    Example: baken find "a biobank with kidney tissue in Limburg"
    """
    if (need is None) == (file is None):
        otherwise = "--file PITCH.txt, or -" if project else "--file NEEDS.jsonl"
        raise typer.BadParameter(f"Give a need in quotes, or {otherwise}.")
    if project:
        if role or province or wanted or unwanted or stage or language:
            raise typer.BadParameter("A project asks for its own roles, wherever they are.")
        text = _text(need, file)
        with open_workspace(landscape, store) as workspace:
            sketch = workspace.sketch(text)
            if as_json:
                typer.echo(msgspec.json.encode(sketch))
            else:
                _show_project(sketch, workspace.landscape)
        return
    rows = _rows(file) if file is not None else []
    with open_workspace(landscape, store) as workspace:
        corrections = workspace.corrections(
            wanted or (), unwanted or (), stage=stage, language=language
        )
        find_one = partial(
            workspace.find, limit=limit, role=role, province=province, corrections=corrections
        )
        if file is not None:
            for row in rows:
                typer.echo(msgspec.json.encode({"id": row.id, **_plain(find_one(row.text))}))
            return
        answer = find_one(need or "")
        if as_json:
            typer.echo(msgspec.json.encode(_plain(answer)))
        else:
            _show(answer, workspace)


def _text(need: str | None, file: Path | None) -> str:
    """Return the text of a project: the argument, a file's, or standard input's."""
    if file is not None:
        return _read(file)
    if need != "-":
        return need or ""
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NeedError("Standard input is not UTF-8 text; save it as UTF-8.") from error


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise NeedError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise NeedError(f"{file} is not UTF-8 text; save it as UTF-8.") from error


def _rows(file: Path) -> list[_Row]:
    lines = _read(file).splitlines()
    # All rows are parsed before the first is answered, so that a mistake costs no half-done run.
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                rows.append(msgspec.json.decode(line, type=_Row))
            except msgspec.MsgspecError as error:
                raise NeedError(
                    f'{file}:{number}: this is not {{"id": …, "text": …}}: {error}.'
                ) from error
    return rows


def _plain(answer: Shortlist) -> dict[str, object]:
    """Return the answer as the command's JSON: matches without their inner workings."""
    plain: dict[str, object] = msgspec.to_builtins(answer)
    plain["milliseconds"] = round(answer.milliseconds, 1)
    return plain


def _show(answer: Shortlist, workspace: Workspace) -> None:
    from rich.console import Console

    landscape = workspace.landscape
    console = Console(highlight=False, soft_wrap=True)
    console.print()
    if understood := [workspace.describe(a, answer.need.language) for a in answer.need.aspects()]:
        console.print(f"Understood: {' · '.join(understood)}", style="dim", markup=False)
    if stage := landscape.vocabulary.stages.get(answer.need.stage or ""):
        console.print(f"Stage: {stage.text(answer.need.language)}", style="dim", markup=False)
    if answer.note:
        console.print(answer.note, markup=False)
    numbers: dict[str, int] = {}
    by_role: dict[str, list[Match]] = {}
    for match in answer.matches:
        by_role.setdefault(match.roles[0] if match.roles else "", []).append(match)
    for role, matches in by_role.items():
        if role:
            heading = landscape.vocabulary.roles[role].heading["en"]
            console.print(f"\n{heading}", style="bold", markup=False)
        for match in matches:
            _show_match(console, match, landscape, numbers, answer.statements)
    if answer.also:
        console.print("\nAlso consider", style="bold")
    for one in answer.also:
        _show_aside(console, "  ", one, numbers, answer.statements)
    if (missed := answer.nearest_miss) is not None:
        console.print()
        _show_aside(console, "Nearest miss: ", missed, numbers, answer.statements)
    if answer.nearest_themes and not answer.matches:
        nearest = ", ".join(landscape.themes[t].text("en") for t in answer.nearest_themes)
        console.print(f"\nNearest themes here: {nearest}", markup=False)
    _show_sources(console, numbers)


def _show_sources(console: Console, numbers: Mapping[str, int]) -> None:
    if numbers:
        console.print("\nSources", style="bold")
        for source, number in numbers.items():
            console.print(f"  {number}  {source}", style="dim", markup=False)
    console.print()


def _show_project(sketch: Project, landscape: Landscape) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    themes = [landscape.themes[t].text(sketch.language) for t in sketch.themes]
    console.print()
    if themes:
        console.print(f"About: {' · '.join(themes)}", style="dim", markup=False)
    if sketch.note:
        console.print(sketch.note, markup=False)
    numbers: dict[str, int] = {}
    for slot in sketch.slots:
        _show_slot(console, slot, landscape, numbers, sketch.statements)
    _show_sources(console, numbers)


def _show_slot(
    console: Console,
    slot: Slot,
    landscape: Landscape,
    numbers: dict[str, int],
    statements: Mapping[str, Statement],
) -> None:
    console.print(f"\n{slot.title}", style="bold", markup=False)
    for quote in slot.quotes:
        where = f" ({quote.section})" if quote.section else ""
        told = "Implied by" if quote.basis == "implied" else "Asked for in"
        sentence = fill(
            f"{told} characters {quote.start}–{quote.end}{where}: “{quote.text}”",
            width=min(console.width, _WIDEST),
            initial_indent="  ",
            subsequent_indent="  ",
        )
        console.print(sentence, style="dim", markup=False)
    if slot.lead is not None:
        _show_match(console, slot.lead, landscape, numbers, statements)
    if slot.gap:
        console.print(f"\n  {slot.gap}", markup=False)
    for label, some in (
        ("Nearest" if slot.gap else "Could lead instead", slot.alternates),
        ("Could know", slot.could_know),
    ):
        if some:
            names = ", ".join(f"{match.name} {match.score:.2f}" for match in some)
            console.print(f"  {label}: {names}", markup=False)
    if slot.gap:
        console.print("  The desk of the landscape can ask further.", style="dim")


def _show_match(
    console: Console,
    match: Match,
    landscape: Landscape,
    numbers: dict[str, int],
    statements: Mapping[str, Statement],
) -> None:
    dots = round(match.score * 5)
    kind = landscape.vocabulary.kinds[match.kind].text("en")
    console.print(
        f"\n  {match.name}  {'●' * dots}{'○' * (5 - dots)}  {match.score:.2f}", style="bold"
    )
    console.print(f"  {kind}  ({match.id})", style="dim", markup=False)
    for reason in match.reasons:
        sentence = fill(
            _told(reason, numbers, statements),
            width=min(console.width, _WIDEST),
            initial_indent="  — ",
            subsequent_indent="    ",
        )
        console.print(sentence, markup=False)
    if match.missing:
        console.print(f"  Not known here: {', '.join(match.missing)}", style="dim", markup=False)


def _show_aside(
    console: Console,
    lead: str,
    aside: Aside,
    numbers: dict[str, int],
    statements: Mapping[str, Statement],
) -> None:
    """Print an organisation beside the list in a line: who it is, and why it is named."""
    match = aside.match
    sentence = fill(
        f"{lead}{match.name} ({match.id}) — {_told(aside.why, numbers, statements)}",
        width=min(console.width, _WIDEST),
        subsequent_indent="    ",
        break_on_hyphens=False,
    )
    console.print(sentence, markup=False)


def _told(reason: Reason, numbers: dict[str, int], statements: Mapping[str, Statement]) -> str:
    """Return a reason with the numbers of its sources; new ones are added to `numbers`."""
    cited = [statements[s] for s in reason.statements if s in statements]
    sources = dict.fromkeys(
        f"{s.citation.publisher}, {s.citation.url}, read {s.citation.retrieved}" for s in cited
    )
    notes = "".join(f"[{numbers.setdefault(s, len(numbers) + 1)}]" for s in sources)
    told = f" ({reason.note})" if reason.note else ""
    return f"{reason.text}{told} {notes}".rstrip()
