"""``baken link``: from free text to the organisations that it names."""

from __future__ import annotations

import gc
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from baken.bulk import Advance, LinkReport
    from baken.linker.protocol import LinkerLike
    from baken.model import Linked

_SAY_EVERY_S: Final = 5.0
"""Seconds between two lines of progress where nobody watches a bar."""


_NOT_WITH_SPARK: Final = {
    "text": "Spark links files; leave --engine spark out for one text.",
    "file_format": "Spark reads Parquet alone; leave --format out.",
    "processes": "--master says how many work with Spark, as in local[4]; leave --processes out.",
    "batch_size": "Spark cuts batches by its own settings; leave --batch-size out.",
    "restart": "With Spark a run never goes on from an earlier one; leave --restart out.",
}
"""By parameter, why it cannot be had with Spark."""


class InputFormat(StrEnum):
    """The formats that are read."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Engine(StrEnum):
    """What the work is done with."""

    PROCESSES = "processes"
    SPARK = "spark"


def link(
    context: typer.Context,
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXT]",
            help="One text to link, in quotes; without it, a file or standard input.",
        ),
    ] = None,
    registry: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder made by “baken registry build”; without it, the setting BAKEN_REGISTRY.",
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--input",
            "-i",
            metavar="FILE",
            help="Rows to link: JSON lines, CSV (both also as .gz) or Parquet.",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to write; standard output without it."
        ),
    ] = None,
    column: Annotated[
        str, typer.Option(metavar="NAME", help="The column, or JSON key, with the texts.")
    ] = "affiliation",
    file_format: Annotated[
        InputFormat | None,
        typer.Option("--format", help="Format of the input where its name does not tell."),
    ] = None,
    processes: Annotated[
        int, typer.Option(metavar="N", help="Worker processes; 0 for one a core.")
    ] = 1,
    skip_bad: Annotated[
        bool,
        typer.Option("--skip-bad", help="Answer a bad row with its error instead of stopping."),
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Do not go on from what an earlier run left.")
    ] = False,
    batch_size: Annotated[
        int, typer.Option(metavar="N", help="Texts the linker gets at once; answers never differ.")
    ] = 2_000,
    engine: Annotated[
        Engine, typer.Option(help="Processes on this machine, or Spark: Parquet in, Parquet out.")
    ] = Engine.PROCESSES,
    master: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Where Spark runs: local[N], spark://HOST:PORT, yarn, k8s://…"
        ),
    ] = None,
    spark_conf: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="A setting of Spark; may be given several times."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a single text.")] = False,
) -> None:
    """Say which organisations a text names: their ROR ids, or the landscape's own units.

    An answer is never a guess: where the linker is not sure enough, it is empty.

    [bold]One text[/bold], with how the answer came about:

      baken link --registry registry "Dept. of Neurology, UZ Leuven, 3000 Leuven"

    [bold]A file[/bold] of lines such as {"affiliation": "UZ Leuven"}, answered line by line:

      baken link --registry registry --input names.jsonl --output links.jsonl

    [bold]A table[/bold], which gets two columns more:

      baken link --registry registry -i in.csv -o out.csv --column address

    Stopped half-way? The same command goes on where it was.

    [bold]With Spark[/bold], from Parquet to a folder of Parquet, on a cluster with --master:

      baken link --registry registry --engine spark -i strings -o linked
    """
    from baken.config import Settings

    if text is not None and (source is not None or target is not None):
        raise typer.BadParameter("Give a text or --input FILE, not both.")
    if engine is Engine.SPARK:
        _refuse_with_spark(context)
    elif master is not None or spark_conf:
        raise typer.BadParameter("--master and --spark-conf need --engine spark.")
    directory = registry or Settings.load().registry
    if directory is None:
        raise typer.BadParameter(
            "Say which registry to link to with --registry DIR, or with the setting "
            "BAKEN_REGISTRY. To make one: baken registry build FILE --output DIR."
        )
    open_linker = opener(directory)
    if text is not None:
        _answer(text, open_linker(), as_json)
        return
    if engine is Engine.SPARK:
        report = _link_with_spark(
            source, target, directory, column, master or "local[*]", spark_conf or [], skip_bad
        )
    else:
        if source is None and sys.stdin.isatty():
            typer.echo(f'Type rows such as {{"{column}": "UZ Leuven"}}; end with Ctrl-D.', err=True)
        from baken.bulk import link_file

        read, written = _path(source), _path(target)
        with _stopping(read, written), _Progress() as progress:
            report = link_file(
                read,
                written,
                open_linker=open_linker,
                column=column,
                source_format=file_format.value if file_format else None,
                processes=processes,
                batch_size=batch_size,
                skip_bad=skip_bad,
                restart=restart,
                on_advance=progress.show,
                say=progress.say,
            )
    typer.echo(_summary(report), err=True)


def _path(place: str | None) -> Path | None:
    """Return a place on this machine; None for standard input or output."""
    if place is not None and "://" in place:
        raise typer.BadParameter(f"{place} is no file of this machine; --engine spark reads such.")
    return None if place is None else Path(place)


def opener(directory: Path) -> Callable[[], LinkerLike]:
    """Return what opens the linker of a registry, in this process or in a worker.

    Raises:
        LinkError: there is no such folder.
    """
    from baken.errors import LinkError

    if not directory.is_dir():
        raise LinkError(
            f"There is no registry {directory}. "
            f"Make it with: baken registry build FILE --output {directory}"
        )
    return partial(_open, directory)


def _open(directory: Path) -> LinkerLike:
    from baken.linker import Linker
    from baken.linker.compiling import told

    linker = Linker.open(directory)
    with told(partial(typer.echo, err=True)):
        linker.link([""])
    # The command line collects no garbage, for it mostly ends soon; linking may go on for hours.
    gc.freeze()
    gc.enable()
    return linker


# -- Spark -----------------------------------------------------------------------------------


def _refuse_with_spark(context: typer.Context) -> None:
    """Refuse what Spark cannot do rather than leave it undone without a word.

    Raises:
        typer.BadParameter: there is such a thing in the command.
    """
    for name, sentence in _NOT_WITH_SPARK.items():
        given = context.get_parameter_source(name)
        if given is not None and given.name == "COMMANDLINE":
            raise typer.BadParameter(sentence)


def _link_with_spark(
    source: str | None,
    target: str | None,
    directory: Path,
    column: str,
    master: str,
    settings: Sequence[str],
    skip_bad: bool,
) -> LinkReport:
    if source is None:
        raise typer.BadParameter("Spark reads no standard input; name Parquet with --input.")
    if target is None:
        raise typer.BadParameter("Spark writes no standard output; name a folder with --output.")
    conf = {}
    for setting in settings:
        key, is_whole, value = setting.partition("=")
        if not key or not is_whole:
            raise typer.BadParameter(f"“{setting}” is no KEY=VALUE for --spark-conf.")
        conf[key] = value
    from baken.bulk.spark import link_with_spark

    with _stopping(None, None), _Progress() as progress:
        return link_with_spark(
            source,
            target,
            index=directory,
            column=column,
            master=master,
            conf=conf,
            skip_bad=skip_bad,
            open_linker=_open,
            on_advance=progress.show,
        )


# -- one text --------------------------------------------------------------------------------


def _answer(text: str, linker: Any, as_json: bool) -> None:
    import msgspec

    from baken.bulk.rows import without_lone_surrogates

    text = without_lone_surrogates(text)
    [answer] = linker.link([text])
    explanation = linker.explain(text)
    if as_json:
        plain = {**msgspec.to_builtins(answer), "explanation": msgspec.to_builtins(explanation)}
        typer.echo(msgspec.json.encode(plain))
    else:
        _show(text, answer, str(explanation))
        if Path(text).is_file():
            typer.echo(f"To link the rows of the file {text}, use --input {text}.", err=True)


def _show(text: str, answer: Linked, explanation: str) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    if not answer.links:
        console.print("\nNo organisation that can be named with enough certainty.", markup=False)
    for link in answer.links:
        start, end = link.span
        console.print(f"\n{link.name}  {link.score:.2f}", style="bold", markup=False)
        console.print(f"  {link.id}", style="dim", markup=False)
        console.print(f"  named by “{text[start:end]}”", markup=False)
    console.print(f"\n{explanation}\n", style="dim", markup=False)


# -- files -----------------------------------------------------------------------------------


def _summary(report: LinkReport) -> str:
    done = report.rows - report.resumed
    parts = [
        f"{report.rows:,} rows",
        f"{report.linked:,} linked",
        f"{report.abstained:,} abstained",
        *([f"{report.skipped:,} bad"] if report.skipped else []),
        f"{report.seconds:,.1f} s",
        f"{done / max(report.seconds, 1e-9):,.0f} strings/s",
    ]
    first = f"\nThe first bad row: {report.first_bad}" if report.first_bad else ""
    return f"{', '.join(parts)}.{first}"


class _Stopped(KeyboardInterrupt):
    """Somebody asks the process to end."""


@contextmanager
def _stopping(source: Path | None, target: Path | None) -> Iterator[None]:
    """Let Ctrl-C and kill end a run in good order, with a sentence."""

    def stop(number: int, _: FrameType | None) -> None:
        raise _Stopped(number)

    # Only a main thread may set this; elsewhere there is nobody to stop it either.
    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:
        yield
        return
    try:
        yield
    except KeyboardInterrupt as interrupt:
        part = target.with_name(f"{target.name}.part") if target and source else None
        kept = (
            f"what is done is kept in {part}; run the same command again to go on."
            if part is not None and part.exists()
            else "nothing was left half-done."
        )
        typer.echo(f"baken: interrupted; {kept}", err=True)
        raise typer.Exit(128 + (interrupt.args or (signal.SIGINT,))[0]) from None
    finally:
        signal.signal(signal.SIGTERM, before)


class _Progress:
    """Progress on stderr: a bar on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._is_watched = sys.stderr.isatty()
        self._bar: Any = None
        self._started = self._last = time.monotonic()

    def __enter__(self) -> _Progress:
        if self._is_watched:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f} %"),
                TextColumn("{task.fields[rows]:,} rows, {task.fields[speed]:,.0f}/s"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task("linking", total=None, rows=0, speed=0.0)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, sentence: str) -> None:
        """Say a sentence."""
        typer.echo(sentence, err=True)

    def show(self, advance: Advance) -> None:
        """Show how far the work is."""
        now = time.monotonic()
        speed = (advance.rows - advance.resumed) / max(now - self._started, 1e-9)
        if self._bar is not None:
            self._bar.update(
                self._task,
                description=advance.step,
                completed=advance.fraction or 0,
                total=1 if advance.fraction is not None else None,
                rows=advance.rows,
                speed=speed,
            )
        elif now - self._last > _SAY_EVERY_S:
            self._last = now
            part = f" ({advance.fraction:.0%})" if advance.fraction is not None else ""
            typer.echo(f"{advance.step}: {advance.rows:,} rows{part}, {speed:,.0f}/s", err=True)
