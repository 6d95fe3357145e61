"""``baken visit``: plan a site visit."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .opening import LandscapeOption, StoreOption, open_workspace

if TYPE_CHECKING:
    from baken.text.speech import Speech
    from baken.visits import Programme

app = typer.Typer(
    help="Site visits: the best days for the stops you choose, and why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def _group() -> None:
    """Keep `plan` a command of its own, for those that will come beside it."""


@app.command()
def plan(
    stops: Annotated[list[str], typer.Argument(metavar="STOP…", help="Ids of organisations.")],
    day: Annotated[
        list[str], typer.Option(metavar="DATE", help="A day of the visit, once for each.")
    ],
    begin: Annotated[
        str | None, typer.Option(help="Place where each day begins; the first stop without it.")
    ] = None,
    finish: Annotated[
        str | None, typer.Option(help="Place where each day ends; where it begins without it.")
    ] = None,
    start: Annotated[str, typer.Option(help="Not on the road before.")] = "08:30",
    end: Annotated[str, typer.Option(help="Back by then.")] = "18:00",
    may: Annotated[
        list[str] | None, typer.Option(metavar="STOP", help="A stop only if it fits.")
    ] = None,
    minutes: Annotated[
        list[str] | None, typer.Option(metavar="STOP=N", help="How long one visit takes.")
    ] = None,
    before: Annotated[
        list[str] | None, typer.Option(metavar="STOP,STOP", help="The first before the second.")
    ] = None,
    road: Annotated[int | None, typer.Option(help="Minutes on the road a day, at most.")] = None,
    no_lunch: Annotated[bool, typer.Option("--no-lunch", help="Days without a break.")] = False,
    travel: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Travel times of your own: from, to, minutes."),
    ] = None,
    language: Annotated[str, typer.Option(help="Language: en, nl, fr or de.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ics: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a calendar file.")] = None,
    pdf: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a PDF.")] = None,
    landscape: LandscapeOption = None,
    store: StoreOption = None,
) -> None:
    """Plan the best days for visiting organisations: times, travel, lunch, and why so.

    Exit 1 if a stop that must be visited does not fit; the programme is printed all the same.
    """
    import msgspec

    from baken.visits import Day, Lunch, Travel, print_programme, write_calendar

    lengths = dict(_pair(text, "=", "--minutes imec=90") for text in minutes or ())
    order = [_pair(text, ",", "--before imec,vib") for text in before or ()]
    with open_workspace(landscape, store) as workspace:
        ends = [
            workspace.visit_spot(word, language=language) if word else None
            for word in (begin, finish or begin)
        ]
        days = [
            Day(
                date=one,
                starts=_time(start),
                ends=_time(end),
                begins=ends[0],
                finishes=ends[1],
                lunch=None if no_lunch else Lunch(),
                most_travel=road,
            )
            for one in sorted(map(_date, day))
        ]
        unknown = [one for one in (*lengths, *(may or ())) if one not in stops]
        if unknown:
            raise typer.BadParameter(f"{unknown[0]} is none of the stops.")
        chosen = [
            workspace.visit_stop(
                one,
                language=language,
                is_must=one not in (may or ()),
                **({"minutes": _number(lengths[one])} if one in lengths else {}),
            )
            for one in stops
        ]
        programme = workspace.plan_visit(
            chosen,
            days,
            order=order,
            travel=Travel.read(travel) if travel else None,
            language=language,
        )
        say = workspace.speech(language)
        if ics is not None:
            now = datetime.datetime.now(datetime.UTC)
            made = write_calendar(
                programme, say, zone=workspace.zone, host="baken.invalid", now=now
            )
            _write(ics, made)
        if pdf is not None:
            from baken.web.pages.visit import picture_of

            picture = picture_of(workspace, programme, days, say)
            today = datetime.date.today()
            _write(pdf, print_programme(programme, say, today=today, picture=picture))
    typer.echo(msgspec.json.encode(programme) if as_json else _in_words(programme, say))
    if any(one.is_must for one in programme.dropped):
        raise typer.Exit(1)


def _in_words(programme: Programme, say: Speech) -> str:
    from baken.visits import clock, summary_of, wording_of

    stops = {one.id: one for one in programme.stops}
    lines = [summary_of(programme, say)]
    for day in programme.days:
        lines += ["", say.full_day(day.date)]
        for entry in day.entries:
            text, detail = wording_of(entry, stops.get(entry.stop or ""), say)
            between = ": " if entry.kind == "travel" and detail else ", " if detail else ""
            lines.append(f"  {clock(entry.starts)}–{clock(entry.ends)}  {text}{between}{detail}")
        lines += [f"  · {why}" for why in day.reasons]
    if programme.dropped:
        lines += ["", say("Not in the programme")]
        lines += [f"  {one.name}: {one.why}" for one in programme.dropped]
    return "\n".join([*lines, "", *programme.notes])


def _pair(text: str, between: str, example: str) -> tuple[str, str]:
    first, found, second = text.partition(between)
    if not found:
        raise typer.BadParameter(f"“{text}” is not like {example}.")
    return first.strip(), second.strip()


def _number(text: str) -> int:
    if not text.isdigit():
        raise typer.BadParameter(f"“{text}” is no number of minutes.")
    return int(text)


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"“{text}” is no date. Write it as 2026-12-01.") from error


def _time(text: str) -> datetime.time:
    try:
        return datetime.time.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"“{text}” is no time. Write it as 08:30.") from error


def _write(path: Path, content: bytes) -> None:
    from baken.errors import VisitError

    staged = path.with_name(f".{path.name}.part")
    try:
        staged.write_bytes(content)
        staged.replace(path)
    except OSError as error:
        raise VisitError(f"{path} cannot be written: {error.strerror}.") from error
