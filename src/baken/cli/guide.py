"""``baken guide``: check the guide, show it, and ask what fits a company."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from baken.guide import Advice, Guide, Verdict

app = typer.Typer(
    help="Incentives, tax and rules: check them, show them, ask what fits a company.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

_Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[DIR]", help="A landscape’s folder; the shipped one without it."),
]
_Landscape = Annotated[
    Path | None,
    typer.Option(help="Folder of a landscape; without it, the one that ships with Baken."),
]
_Language = Annotated[str, typer.Option(help="Language of the words: en, nl, fr or de.")]


@app.command()
def check(
    directory: _Folder = None,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="Count ages from this day; today without it.")
    ] = None,
) -> None:
    """Name every problem of a guide, with file and line, and what has to be read again.

    Exit 1 if there are problems, among them sources last read more than a year ago. Figures that
    hold for a date more than a year ago are listed too, and are no problem.
    """
    from baken import guide, landscape

    day = _day(on)
    reading = guide.read(directory or landscape.shipped())
    problems = guide.problems_of(reading, day)
    for problem in problems:
        typer.echo(problem)
    for aged in guide.aged_figures(reading, day):
        typer.echo(f"to read again: {aged}", err=True)
    found = reading.guide
    size = (
        f"{len(found.measures)} measures, {len(found.steps)} steps, {len(found.tax)} chapters on "
        f"tax, {len(found.paths)} regulatory paths and {len(found.sources)} sources"
    )
    if problems:
        files = len({problem.file for problem in problems})
        typer.echo(f"{len(problems)} problem(s) in {files} file(s), among {size}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"No problems in {size}.")


@app.command()
def show(
    measure: Annotated[
        str | None, typer.Argument(metavar="[MEASURE]", help="Id of one measure, in full.")
    ] = None,
    landscape: _Landscape = None,
    language: _Language = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the guide, or one measure with its rules, figures and sources."""
    import msgspec

    guide = _guide(landscape)
    if measure is not None:
        verdict = guide.verdict(measure, None, _language(language))
        typer.echo(msgspec.json.encode(verdict) if as_json else _in_full(verdict))
        return
    advice = guide.advise(None, _language(language))
    if as_json:
        typer.echo(msgspec.json.encode(advice))
        return
    kinds = Counter(one.kind for one in guide.measures.values())
    typer.echo(f"{advice.title}  ({advice.as_of})\n")
    typer.echo(
        f"{len(guide.measures)} measures: " + ", ".join(f"{n} {k}" for k, n in kinds.items())
    )
    for one in sorted(advice.measures, key=lambda verdict: verdict.id):
        typer.echo(f"  {one.id}  [{one.level}, {one.kind}, as of {one.as_of}]\n      {one.name}")
    typer.echo("\nSteps")
    for step in advice.steps:
        typer.echo(f"  {'  ' * step.row}{step.id}: {step.title}")
    typer.echo("\nTax")
    for chapter in advice.tax:
        typer.echo(f"  {chapter.id}: {chapter.title}")
    typer.echo("\nRegulatory paths")
    for path in advice.paths:
        typer.echo(f"  {path.id}: {path.title} ({len(path.stages)} stages)")
    typer.echo("\nQuestions of a profile (baken guide ask --…)")
    for question in guide.questions(_language(language)):
        answers = "|".join(answer.id for answer in question.answers) or "NUMBER"
        typer.echo(f"  --{question.fact} {answers}\n      {question.text}")
    typer.echo(f"\n{advice.notice}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def ask(
    context: typer.Context,
    profile: Annotated[
        Path | None, typer.Option(help="Answers in a YAML or JSON file: a mapping by fact.")
    ] = None,
    landscape: _Landscape = None,
    language: _Language = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Also show what does not fit.")] = False,
) -> None:
    """Say which measures fit a company, which do not, and on what the others depend.

    Every question of the guide is an option: --size small --region flanders --age-years 2
    --plans research,hiring. `baken guide show` lists them. Options go before the file.
    """
    import msgspec

    guide = _guide(landscape)
    answers = {**answers_in(profile), **_options(context.args)}
    advice = guide.advise(answers, _language(language))
    typer.echo(msgspec.json.encode(advice) if as_json else _in_words(advice, all_))


@app.command()
def schema() -> None:
    """Print the JSON Schema of the guide format, for editors and validators."""
    import json

    from baken import guide

    typer.echo(json.dumps(guide.schema(), indent=2, ensure_ascii=False))


def _guide(folder: Path | None) -> Guide:
    from baken import guide, landscape
    from baken.errors import GuideError

    folder = folder or landscape.shipped()
    reading = guide.read(folder)
    if reading.problems:
        raise GuideError(
            f"The guide in {folder} has {len(reading.problems)} problem(s): "
            f"{sorted(reading.problems)[0]} See them all with: baken guide check {folder}"
        )
    if not reading.guide.measures:
        raise GuideError(
            f"The landscape in {folder} has no guide. See “The guide” in the documentation for "
            "what belongs into its folder guide/."
        )
    return reading.guide


def answers_in(file: Path | None) -> dict[str, Any]:
    """Return the answers in a file, by fact; none without one.

    Raises:
        GuideError: the file cannot be read, or holds no mapping.
    """
    import yaml

    from baken.errors import GuideError

    if file is None:
        return {}
    try:
        # BaseLoader keeps words such as no and dates as they were written.
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    except OSError as error:
        raise GuideError(f"The profile {file} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise GuideError(f"The profile {file} is no YAML or JSON: {error}.") from error
    if not isinstance(data, dict):
        raise GuideError(f"The profile {file} should be a mapping such as `size: small`.")
    return data


def _options(arguments: list[str]) -> dict[str, Any]:
    """Return answers from ``--fact value`` and ``--fact=value``."""
    from baken.errors import GuideError

    answers: dict[str, Any] = {}
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if not name.startswith("--"):
            raise GuideError(f"“{argument}” is no answer. Write --fact value, as in --size small.")
        if not equals:
            following = next(rest, None)
            if following is None:
                raise GuideError(f"{name} needs an answer, as in {name} value.")
            value = following
        answers[name.removeprefix("--")] = value
    return answers


def _language(word: str) -> str:
    from baken.errors import GuideError
    from baken.model import LANGUAGES

    if word not in LANGUAGES:
        message = f"The guide does not speak “{word}”. Use one of {', '.join(LANGUAGES)}."
        raise GuideError(message)
    return word


def _day(word: str | None) -> datetime.date:
    from baken.errors import GuideError

    if word is None:
        return datetime.date.today()
    try:
        return datetime.date.fromisoformat(word)
    except ValueError as error:
        raise GuideError(f"“{word}” is no day. Write it as 2026-11-23.") from error


def _in_words(advice: Advice, is_all: bool) -> str:
    lines = [f"{advice.title}  ({advice.as_of})", ""]
    lines += [f"  {given.label}: {given.value}" for given in advice.given]
    outcome = ""
    for verdict in advice.measures:
        if verdict.outcome == "does-not" and not is_all:
            continue
        if verdict.outcome != outcome:
            outcome = verdict.outcome
            lines += ["", verdict.outcome_words]
        lines.append(f"  {verdict.name}  ({verdict.id})")
        for decision in verdict.deciding:
            lines.append(f"      {decision.why}  [{decision.origin}]")
        for figure in verdict.figures:
            if figure.holds == "yes" and verdict.outcome != "does-not":
                lines.append(f"      → {figure.text} {figure.what.text} ({figure.as_of})")
        if verdict.figures_note is not None:
            lines.append(f"      → {verdict.figures_note}")
        if verdict.caution is not None:
            lines.append(f"      ! {verdict.caution.text}")
    left = sum(verdict.outcome == "does-not" for verdict in advice.measures)
    if left and not is_all:
        lines += ["", f"{left} measures do not fit; --all shows them, and why."]
    if advice.questions:
        lines += ["", "Still open:"]
        lines += [f"  --{question.fact}: {question.text}" for question in advice.questions]
    return "\n".join([*lines, "", advice.notice])


def _in_full(verdict: Verdict) -> str:
    lines = [
        f"{verdict.name}  ({verdict.id})",
        verdict.summary,
        "",
        verdict.text.text,
        "",
        f"{verdict.award_words}. {verdict.body.name}, {verdict.body.site}",
        verdict.how.text,
        "",
    ]
    lines += [f"  ? {decision.rule}  [{decision.origin}]" for decision in verdict.decisions]
    lines += [f"  · {beyond.text}" for beyond in verdict.beyond]
    for figure in verdict.figures:
        rule = f"  ({figure.rule})" if figure.rule is not None else ""
        lines.append(f"  → {figure.text} {figure.what.text}, {figure.as_of}{rule}")
    if verdict.figures_note is not None:
        lines.append(f"  → {verdict.figures_note}")
    if verdict.caution is not None:
        lines += ["", verdict.caution.text]
    lines.append("")
    for source in verdict.sources:
        copy = ", stored copy" if source.copy == "stored" else ""
        lines.append(
            f"  {source.publisher}: {source.title}\n      {source.url} ({source.retrieved}{copy})"
        )
    return "\n".join([*lines, "", verdict.notice])
