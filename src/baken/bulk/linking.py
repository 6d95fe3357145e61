"""From a file of texts to a file of answers."""

from __future__ import annotations

import gzip
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from baken.errors import LinkError

from .files import (
    CHUNK_BYTES,
    Position,
    Source,
    fingerprint,
    format_of,
    open_source,
    write_parquet,
)
from .journal import Asked, Part, Tally, writing
from .pool import OpenLinker, open_pool
from .rows import Format, Task, answer_schema, csv_header

_CHECKPOINT_S: Final = 1.0
"""Seconds between two checkpoints: so much work a cut in the power costs at most."""


class Advance(Struct, frozen=True):
    """How far a run is.

    Attributes:
        step: ``linking``; ``writing`` while a Parquet file is put together from the answers.
        rows: answered or written so far, those of an earlier run included.
        resumed: how many of them an earlier run answered.
        fraction: part of the input that has been read, 0–1; None where nobody knows.
    """

    step: Literal["linking", "writing"]
    rows: int
    resumed: int
    fraction: float | None


class LinkReport(Struct, frozen=True):
    """What a run did.

    Attributes:
        rows: all rows answered, those of an earlier run included.
        linked: those that name an organisation.
        abstained: those for which the linker abstains.
        skipped: bad rows, answered with an error.
        first_bad: what is wrong with the first of those.
        resumed: how many of all rows an earlier run answered.
        seconds: taken by this run, from opening the linker.
    """

    rows: int
    linked: int
    abstained: int
    skipped: int
    first_bad: str | None
    resumed: int
    seconds: float


def link_file(
    source: Path | None,
    target: Path | None,
    *,
    open_linker: OpenLinker,
    column: str = "affiliation",
    source_format: Format | None = None,
    processes: int = 1,
    batch_size: int = 2_000,
    chunk_bytes: int = CHUNK_BYTES,
    skip_bad: bool = False,
    restart: bool = False,
    on_advance: Callable[[Advance], None] = lambda _: None,
    say: Callable[[str], None] = lambda _: None,
) -> LinkReport:
    """Answer every row of a file, in order.

    The bytes written depend on the input, the linker and the options `column` and `skip_bad`, not
    on processes, batches or interruptions. The target gets its name when it is whole. Until then
    ``TARGET.part`` and ``TARGET.part.json`` hold what is done; the same call goes on from there.

    Args:
        source: JSON lines, CSV or Parquet; None for standard input.
        target: what to write, in the format that its name tells, else in the source's: CSV and
            Parquet add columns to the source's, JSON lines hold the answers alone. None for
            standard output.
        open_linker: opens the linker; it must be picklable for several processes.
        column: the column, or key, with the texts.
        source_format: format of the source; by default what its name tells, else JSON lines.
        processes: 1 to link in this one, more for so many workers, 0 for one a core.
        batch_size: texts that the linker gets at once.
        chunk_bytes: bytes that a worker gets at once.
        skip_bad: answer a bad row with an error instead of stopping.
        restart: do not go on from what an earlier run left.
        on_advance: called after every chunk.
        say: called with a sentence about what an earlier run left.

    Raises:
        LinkError: a row is bad, or a file cannot be read or written; the message says which.
    """
    if processes < 0 or batch_size < 1:
        raise LinkError("--processes is 0 or more, --batch-size 1 or more.")
    kind: Format = source_format or format_of(source) or "jsonl"
    written = _target_format(kind, target)
    _check_paths(source, target)
    started = time.perf_counter()
    with ExitStack() as stack:
        opened = stack.enter_context(closing(open_source(source, kind, column, chunk_bytes)))
        task = _task(opened, source, target, kind, written, column, skip_bad, batch_size)
        pool = stack.enter_context(open_pool(open_linker, processes))
        output: _Stream | _File
        if target is None or (target.exists() and not target.is_file()):
            output = _Stream(target)
        else:
            output = _File(target, source if source and source.is_file() else None, task)
        stack.enter_context(closing(output))
        output.begin(pool.version, f"{chunk_bytes}", restart, say)
        tally = output.tally
        resumed = tally.rows
        if written == "csv" and output.position is None:
            output.write(csv_header(task))
        try:
            for chunk, answered in pool.answers(task, opened.chunks(output.position)):
                output.write(answered.data)
                tally = Tally(
                    tally.rows + answered.rows,
                    tally.linked + answered.linked,
                    tally.bad + answered.bad,
                    tally.first_bad or answered.first_bad,
                )
                output.reached(chunk.end, tally)
                on_advance(Advance("linking", tally.rows, resumed, opened.fraction()))
        except BaseException:
            output.keep()
            raise
        output.finish(
            lambda rows: on_advance(Advance("writing", rows, resumed, rows / (tally.rows or 1)))
        )
    return LinkReport(
        tally.rows,
        tally.linked,
        tally.rows - tally.linked - tally.bad,
        tally.bad,
        tally.first_bad,
        resumed,
        time.perf_counter() - started,
    )


def _target_format(kind: Format, target: Path | None) -> Format:
    """Return the format of the output."""
    written = format_of(target)
    if written is None:
        written = "jsonl" if target is None and kind == "parquet" else kind
    if written not in ("jsonl", kind):
        names = {"jsonl": "JSON lines", "csv": "CSV", "parquet": "Parquet"}
        raise LinkError(
            f"{target} cannot be {names[written]} when the input is {names[kind]}; "
            f"write {names[kind]} or JSON lines."
        )
    return written


def _check_paths(source: Path | None, target: Path | None) -> None:
    if source is not None and source.is_dir():
        raise LinkError(f"{source} is a folder; name a file in it.")
    if target is None:
        return
    if target.is_dir():
        raise LinkError(f"{target} is a folder; name a file in it.")
    if not target.parent.is_dir():
        raise LinkError(f"There is no folder {target.parent} to write {target.name} in.")
    if source is not None and source.exists() and target.exists() and source.samefile(target):
        raise LinkError(f"The output would replace its own input, {source}; choose another name.")


def _task(
    opened: Source,
    source: Path | None,
    target: Path | None,
    kind: Format,
    written: Format,
    column: str,
    skip_bad: bool,
    batch_size: int,
) -> Task:
    is_compressed = target is not None and target.suffix.casefold() == ".gz"
    if is_compressed and written == "parquet":
        raise LinkError(f"Parquet is compressed as it is; call the output {target.stem}.")  # type: ignore[union-attr]
    task = Task(
        name=str(source or "standard input"),
        source=kind,
        target=written,
        column=column,
        header=opened.header,
        delimiter=opened.delimiter,
        newline=opened.newline,
        skip_bad=skip_bad,
        batch_size=batch_size,
        is_compressed=is_compressed,
    )
    taken = [name for name in task.added_columns() if name in task.header]
    if written != "jsonl" and taken:
        raise LinkError(
            f"{task.name} already has a column “{taken[0]}”; rename it, or write JSON lines."
        )
    return task


class _Stream:
    """Standard output, a pipe or a device: nothing of it can be kept."""

    def __init__(self, target: Path | None) -> None:
        self.tally, self.position = Tally(), None
        self._target = target or Path("standard output")
        self._is_standard = target is None
        with writing(self._target):
            self._file: Any = sys.stdout.buffer if target is None else target.open("wb")

    def begin(self, version: str, cut: str, restart: bool, say: Callable[[str], None]) -> None:
        """Do nothing: there is no earlier run."""

    def write(self, data: bytes) -> None:
        """Write some bytes, so that a reader has them at once."""
        with writing(self._target):
            self._file.write(data)
            self._file.flush()

    def reached(self, end: Position, tally: Tally) -> None:
        """Do nothing: nobody goes on from here."""

    def keep(self) -> None:
        """Do nothing: what is written is with its reader."""

    def finish(self, on_rows: Callable[[int], None]) -> None:
        """Do nothing: all is written."""

    def close(self) -> None:
        """Release the file."""
        if not self._is_standard:
            with writing(self._target):
                self._file.close()


class _File:
    """A file that gets its name when it is whole, and that a later run may go on with."""

    def __init__(self, target: Path, source: Path | None, task: Task) -> None:
        self._part, self._source, self._task = Part(target), source, task
        self._asked: Asked | None = None
        self._last = time.monotonic()

    @property
    def tally(self) -> Tally:
        """What has been answered so far."""
        return self._part.tally

    @property
    def position(self) -> Position | None:
        """Where the next row starts in the input; None at its start."""
        return self._part.position

    def begin(self, version: str, cut: str, restart: bool, say: Callable[[str], None]) -> None:
        """Go on from what an earlier run left, or start again."""
        if self._source is None or restart:
            self._part.restart()
        if self._source is None:
            return
        self._asked = Asked(fingerprint(self._source), version, _options(self._task, cut))
        reason = self._part.resume(self._asked)
        if reason:
            say(f"{self._part.path} is not gone on with: {reason}. Starting again.")
        elif self.position is not None:
            say(f"Going on after the {self.tally.rows:,} rows in {self._part.path}.")

    def write(self, data: bytes) -> None:
        """Append some bytes."""
        self._part.write(data)

    def reached(self, end: Position, tally: Tally) -> None:
        """Note that everything up to here is written."""
        self._part.reached(end, tally)
        if time.monotonic() - self._last > _CHECKPOINT_S:
            self._checkpoint()

    def keep(self) -> None:
        """Keep what is done for a later run, or leave nothing behind where there is none."""
        if self._asked is None or self.position is None:
            self._part.discard()
        else:
            self._checkpoint()

    def finish(self, on_rows: Callable[[int], None]) -> None:
        """Give the file its name."""
        if self._task.target == "parquet" and self._source is not None:
            self._checkpoint()
            self._part.flush()
            whole = self._part.path.with_name(f"{self._part.path.name}.parquet")
            try:
                with writing(self._part.target):
                    schema = answer_schema(self._task)
                    write_parquet(self._source, whole, self._part.path, schema, on_rows)
                self._part.finish(whole)
            finally:
                whole.unlink(missing_ok=True)
        else:
            if self._task.is_compressed and self.position is None:
                self._part.write(gzip.compress(b"", mtime=0))  # no bytes at all are no gzip file
            self._part.finish()

    def close(self) -> None:
        """Release the file."""
        self._part.close()

    def _checkpoint(self) -> None:
        if self._asked is not None:
            self._part.checkpoint(self._asked)
            self._last = time.monotonic()


def _options(task: Task, cut: str) -> str:
    """Return everything but input and linker on which the bytes of an output depend."""
    plain = msgspec.structs.replace(task, name="", batch_size=1)
    if task.target == "jsonl":
        # Until it meets a bad row a run that skips them writes what one that stops at them does.
        plain = msgspec.structs.replace(plain, skip_bad=False)
    return f"{msgspec.json.encode(plain).decode()} {cut}"
