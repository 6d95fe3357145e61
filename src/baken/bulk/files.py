"""Files of texts: told apart, cut into chunks of whole rows, and read from where one stopped."""

from __future__ import annotations

import csv
import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec import Struct

from baken.errors import LinkError

from .rows import LONGEST_ROW, Format, csv_records

CHUNK_BYTES: Final = 1 << 18
"""Bytes of a chunk: some 2,000 rows, enough to make passing it on cost nothing."""

PARQUET_ROWS: Final = 2_000
"""Rows of a chunk of Parquet."""

SUFFIXES: Final[dict[str, Format]] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_GZIP: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"
_WIDE_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS: Final = ",;\t|"


class Position(Struct, frozen=True, array_like=True):
    """Where in a file the next row starts.

    Attributes:
        offset: bytes before it, uncompressed; rows before it in Parquet.
        line: number of its first line, from 1; of the row itself in Parquet.
    """

    offset: int
    line: int


class Chunk(Struct, frozen=True):
    """Some whole rows of a file.

    Attributes:
        line: number of their first line, from 1; of their first row in Parquet.
        data: the rows: lines of JSON or CSV, or an Arrow stream.
        end: where the row after them starts.
    """

    line: int
    data: bytes
    end: Position


class Source(Protocol):
    """An open input.

    Attributes:
        header: the columns of a CSV or Parquet file.
        delimiter: what parts the columns of a CSV file.
        newline: what ends the first line of a CSV file.
    """

    header: tuple[str, ...]
    delimiter: str
    newline: str

    def chunks(self, after: Position | None) -> Iterator[Chunk]:
        """Yield the rows, from a position on that an earlier chunk gave as its end.

        The cut is the same whenever it starts from the same position of a regular file.

        Raises:
            LinkError: the file cannot be read.
        """
        ...

    def fraction(self) -> float | None:
        """Return which part of the input has been read, 0–1; None where nobody knows."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...


def format_of(path: Path | None) -> Format | None:
    """Return the format that a file's name tells, or None."""
    if path is None:
        return None
    suffixes = [suffix.casefold() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return SUFFIXES.get(suffixes[-1]) if suffixes else None


def open_source(
    path: Path | None, kind: Format, column: str, chunk_bytes: int = CHUNK_BYTES
) -> Source:
    """Open an input; standard input when there is no path.

    Raises:
        LinkError: it cannot be read, or has no such column.
    """
    name = str(path or "standard input")
    with reading(name):
        if kind == "parquet":
            if path is None:
                raise LinkError(
                    "Parquet cannot be read from standard input; name the file with --input."
                )
            return _ParquetSource(path, column)
        return _LineSource(path, kind, column, chunk_bytes)


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what the system says about reading an input into a sentence."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise LinkError(f"{name} is damaged or cut short: {error}.") from error
    except OSError as error:
        raise LinkError(f"{name} cannot be read: {error.strerror or error}.") from error


class Fingerprint(Struct, frozen=True):
    """What tells that a file is still the same one.

    Attributes:
        size: in bytes.
        modified_ns: when it was last changed.
        ends: hash of its first and last bytes.
    """

    size: int
    modified_ns: int
    ends: str


_END: Final = 1 << 16


def fingerprint(path: Path) -> Fingerprint:
    """Return a file's fingerprint; it reads no more than its two ends."""
    with reading(str(path)), path.open("rb") as file:
        status = os.fstat(file.fileno())
        ends = blake2b(file.read(_END), digest_size=16)
        file.seek(max(0, status.st_size - _END))
        ends.update(file.read(_END))
    return Fingerprint(status.st_size, status.st_mtime_ns, ends.hexdigest())


# -- lines -----------------------------------------------------------------------------------


class _LineSource:
    """JSON lines or CSV, plain or gzip, from a file or from standard input."""

    def __init__(self, path: Path | None, kind: Format, column: str, chunk_bytes: int) -> None:
        self.header: tuple[str, ...] = ()
        self.delimiter, self.newline = ",", "\n"
        self._name, self._kind, self._chunk_bytes = str(path or "standard input"), kind, chunk_bytes
        self._is_standard, self._is_file = path is None, path is not None and path.is_file()
        self._raw: Any = sys.stdin.buffer if path is None else path.open("rb", buffering=1 << 17)
        self._size = os.fstat(self._raw.fileno()).st_size if self._is_file else 0
        self._pending, self._is_ended = b"", False
        try:
            self._stream = self._unpacked()
            self._start = Position(self._stream.tell() if self._is_file else 0, 1)
            if kind == "csv":
                self._read_header(column)
        except BaseException:
            self.close()
            raise

    def _unpacked(self) -> Any:
        """Return the stream of plain bytes, after its byte order mark."""
        stream, first = self._raw, self._raw.peek(4)
        if first.startswith(_GZIP):
            plain: Any = gzip.GzipFile(fileobj=self._raw, mode="rb")
            stream = io.BufferedReader(plain, 1 << 17)
            first = stream.peek(4)
        if first.startswith(_WIDE_BOMS):
            raise LinkError(f"{self._name} is UTF-16 text; save it as UTF-8.")
        if first.startswith(b"PAR1"):
            raise LinkError(f"{self._name} is a Parquet file; say so with --format parquet.")
        if first.startswith(_BOM):
            stream.read(len(_BOM))
        return stream

    def _read_header(self, column: str) -> None:
        """Read the first record and find out what parts its columns."""
        size, end = self._chunk_bytes, 0
        while not end and not self._is_ended:
            if size > LONGEST_ROW:
                raise self._too_long(1)
            self._fill(size)
            end, size = _end_of_header(self._pending), size * 2
        record = self._pending[: end or len(self._pending)]
        try:
            text = record.decode()
        except UnicodeDecodeError:
            raise LinkError(
                f"{self._name}:1: the names of the columns are not UTF-8; save the file as UTF-8."
            ) from None
        readings: list[tuple[bool, int, str, list[str]]] = []
        for delimiter in _DELIMITERS:
            for _, names in csv_records(text, delimiter):
                if not isinstance(names, csv.Error):
                    readings.append((column in names, len(names), delimiter, names))
        # The delimiter that gives the wanted column wins, and else the one that gives most.
        readings.sort(key=lambda reading: reading[:2])
        if not readings:
            raise LinkError(f"{self._name} has no first line that names its columns.")
        _, _, self.delimiter, names = readings[-1]
        _require(column, names, self._name)
        self.header = tuple(names)
        self.newline = "\r\n" if record.endswith(b"\r\n") else "\n"
        self._pending = self._pending[len(record) :]
        self._start = Position(self._start.offset + len(record), 1 + record.count(b"\n"))

    def chunks(self, after: Position | None) -> Iterator[Chunk]:
        """Yield the rows, from a position on."""
        position = self._start
        if after is not None:
            with reading(self._name):
                self._stream.seek(after.offset)
            position, self._pending, self._is_ended = after, b"", False
        size = self._chunk_bytes
        while True:
            self._fill(size)
            # A cut depends on the bytes after the last one alone, so that a run that goes on cuts
            # as one that never stopped.
            block = self._pending[:size]
            is_last = self._is_ended and len(block) == len(self._pending)
            end = self._end(block, is_last)
            if end:
                data, self._pending, size = block[:end], self._pending[end:], self._chunk_bytes
                lines = data.count(b"\n") + (not data.endswith(b"\n"))
                first, position = position, Position(position.offset + end, position.line + lines)
                yield Chunk(first.line, data, position)
            elif is_last:
                return
            elif len(block) == size:
                size *= 2
                if size > LONGEST_ROW:
                    raise self._too_long(position.line)

    def _fill(self, size: int) -> None:
        """Read until so many bytes are pending; from a pipe, only what has come."""
        with reading(self._name):
            while len(self._pending) < size and not self._is_ended:
                wanted = size - len(self._pending)
                read = self._stream.read if self._is_file else self._stream.read1
                more = read(wanted)
                self._pending += more
                self._is_ended = not more
                if not self._is_file:
                    break

    def _end(self, block: bytes, is_last: bool) -> int:
        """Return where the last whole row of a block ends, leaving out blank lines after it."""
        end = len(block) if is_last else _end_of_rows(block, self._kind, self.delimiter)
        # Blank lines wait for the next row: without one they are the end of the file.
        filled = len(block[:end].rstrip(b"\r\n" if self._kind == "csv" else b" \t\r\n"))
        if not filled:
            return 0
        return block.find(b"\n", filled, end) + 1 or end

    def _too_long(self, line: int) -> LinkError:
        return LinkError(
            f"{self._name}:{line}: no row ends within {LONGEST_ROW >> 20} MiB from here. "
            "Is a quotation mark left open, or is this another --format?"
        )

    def fraction(self) -> float | None:
        """Return which part of the file has been read."""
        return self._raw.tell() / self._size if self._size else None

    def close(self) -> None:
        """Release the file."""
        if not self._is_standard:
            self._raw.close()


def _end_of_rows(block: bytes, kind: Format, delimiter: str) -> int:
    end = block.rfind(b"\n") + 1
    if kind == "jsonl" or block.find(b'"', 0, end) < 0:
        return end
    before = after = 0
    is_whole = True
    for line, record in csv_records(block[:end].decode(errors="surrogateescape"), delimiter):
        before, after, is_whole = after, line, not isinstance(record, csv.Error)
    # A last record that cannot be read may be one that goes on after this block.
    return end if is_whole else sum(len(line) + 1 for line in block.split(b"\n", before)[:before])


def _end_of_header(block: bytes) -> int:
    end = block.find(b"\n") + 1
    while end and block.count(b'"', 0, end) % 2:
        end = block.find(b"\n", end) + 1
    return end


def _require(column: str, names: Sequence[str], name: str) -> None:
    if column not in names:
        raise LinkError(
            f"{name} has no column “{column}”. Choose one with --column; "
            f"it has: {', '.join(names)}."
        )
    if len(set(names)) < len(names):
        double = next(n for n in names if names.count(n) > 1)
        raise LinkError(f"{name} has two columns “{double}”; rename one of them.")


# -- Parquet ---------------------------------------------------------------------------------


def import_pyarrow() -> Any:
    """Return pyarrow.

    Raises:
        LinkError: it is not installed.
    """
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise LinkError(
            "Parquet needs one extra package; install it with: pip install 'baken[link]'"
        ) from error
    return pyarrow


@contextmanager
def reading_parquet(name: str) -> Iterator[None]:
    """Turn what Arrow says about an input into a sentence."""
    arrow = import_pyarrow()
    try:
        yield
    except arrow.ArrowException as error:
        raise LinkError(f"{name} cannot be read as Parquet: {error}.") from error


class _ParquetSource:
    """A Parquet file, of which only the texts and ids are read."""

    delimiter, newline = ",", "\n"

    def __init__(self, path: Path, column: str) -> None:
        arrow = import_pyarrow()
        self._name, self._column = str(path), column
        with reading_parquet(self._name):
            self._file = arrow.parquet.ParquetFile(path)
        self.header: tuple[str, ...] = tuple(self._file.schema_arrow.names)
        _require(column, self.header, self._name)
        kind = self._file.schema_arrow.field(column).type
        value = kind.value_type if arrow.types.is_dictionary(kind) else kind
        if not (arrow.types.is_string(value) or arrow.types.is_large_string(value)):
            self.close()
            raise LinkError(f"The column “{column}” of {path} holds {kind}, not text.")
        self._total, self._done = self._file.metadata.num_rows, 0

    def chunks(self, after: Position | None) -> Iterator[Chunk]:
        """Yield the rows, from a position on."""
        arrow = import_pyarrow()
        columns = [self._column, *(["id"] if "id" in self.header else [])]
        done, skipped = 0, after.offset if after else 0
        with reading_parquet(self._name):
            for batch in self._file.iter_batches(PARQUET_ROWS, columns=dict.fromkeys(columns)):
                first, done = done, done + batch.num_rows
                if done > skipped and batch.num_rows:
                    sink = arrow.BufferOutputStream()
                    with arrow.ipc.new_stream(sink, batch.schema) as stream:
                        stream.write_batch(batch)
                    self._done = done
                    yield Chunk(first + 1, sink.getvalue().to_pybytes(), Position(done, done + 1))

    def fraction(self) -> float | None:
        """Return which part of the rows has been read."""
        return self._done / self._total if self._total else None

    def close(self) -> None:
        """Release the file."""
        self._file.close()


def write_parquet(path: Path, target: Path, answers: Path, schema: Any, on_rows: OnRows) -> None:
    """Write a Parquet file: another one's rows, with the columns of the answers beside them.

    Args:
        path: the input.
        target: where to write.
        answers: Arrow record batches, one after the other, of together as many rows.
        schema: the columns of the answers.
        on_rows: called with the number of rows written so far.
    """
    arrow = import_pyarrow()
    with (
        reading_parquet(str(path)),
        arrow.parquet.ParquetFile(path) as source,
        answers.open("rb") as file,
    ):
        given = source.schema_arrow
        whole = arrow.schema([*given, *schema], metadata=given.metadata)
        waiting, done = schema.empty_table(), 0
        with arrow.parquet.ParquetWriter(target, whole) as writer:
            for batch in source.iter_batches(_ROW_GROUP):
                while waiting.num_rows < batch.num_rows:
                    message = arrow.ipc.read_message(file)
                    more = arrow.ipc.read_record_batch(message, schema)
                    waiting = arrow.concat_tables([waiting, arrow.Table.from_batches([more])])
                columns = [*batch.columns, *waiting.slice(0, batch.num_rows).columns]
                writer.write_table(arrow.Table.from_arrays(columns, schema=whole))
                waiting = waiting.slice(batch.num_rows)
                done += batch.num_rows
                on_rows(done)


OnRows = Callable[[int], None]
_ROW_GROUP: Final = 1 << 16
