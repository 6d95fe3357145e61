"""A chunk of a file → the bytes that answer it.

This is all that a worker process does. It gets bytes and returns bytes, so that the process that
reads and writes does nothing but pass them on.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from baken.errors import LinkError
from baken.model.links import Link, Linked

if TYPE_CHECKING:
    from baken.linker.protocol import LinkerLike

Format = Literal["jsonl", "csv", "parquet"]

ANSWER_COLUMNS: Final = ("ror_ids", "links")
ERROR_COLUMN: Final = "error"
LONGEST_ROW: Final = 1 << 26
"""Bytes beyond which a row is not waited for: the file is no file of rows."""

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_encoder: Final = msgspec.json.Encoder(enc_hook=str)


class Task(Struct, frozen=True, kw_only=True):
    """What is the same for every chunk of a file.

    Attributes:
        name: how messages call the input.
        source: format of the input.
        target: format of the output.
        column: the column with the texts.
        header: the columns of a CSV file.
        delimiter: what parts the columns of a CSV file.
        newline: what ends a line of the CSV output.
        skip_bad: answer a bad row with what is wrong with it, instead of stopping.
        batch_size: texts that the linker gets at once.
        is_compressed: whether the answer is compressed with gzip.
    """

    name: str
    source: Format
    target: Format
    column: str
    header: tuple[str, ...] = ()
    delimiter: str = ","
    newline: str = "\n"
    skip_bad: bool = False
    batch_size: int = 2_000
    is_compressed: bool = False

    def added_columns(self) -> tuple[str, ...]:
        """Return the columns that a CSV or Parquet answer has and its input has not."""
        return (*ANSWER_COLUMNS, ERROR_COLUMN) if self.skip_bad else ANSWER_COLUMNS


class Answered(Struct, frozen=True, array_like=True):
    """The answer to a chunk.

    Attributes:
        data: what to write.
        rows: how many rows it answers.
        linked: how many of them name an organisation.
        bad: how many of them were skipped.
        first_bad: what is wrong with the first of those.
    """

    data: bytes
    rows: int
    linked: int
    bad: int
    first_bad: str | None


class _BadRowError(Exception):
    """A row that cannot be read; the message completes “This row …”."""


class _Rows(Struct):
    """The rows of a chunk, side by side.

    Attributes:
        texts: what to link; empty for a bad row.
        bad: by the index of a bad row, its line (its number in Parquet) and what is wrong with it.
        ids: the rows' ids as JSON, where there are any.
        fields: the columns of a CSV row.
    """

    texts: list[str]
    bad: dict[int, tuple[int, str]]
    ids: Sequence[Raw | UnsetType] | None = None
    fields: list[list[str]] | None = None


class _Line(Struct, omit_defaults=True):
    """A line of the JSON answer."""

    id: Raw | UnsetType
    ror_ids: tuple[str, ...]
    links: tuple[Link, ...]
    error: str | UnsetType = UNSET


def answer(task: Task, linker: LinkerLike, first_line: int, data: bytes) -> Answered:
    """Return the answer to the rows of a chunk, in their order.

    Args:
        task: what is asked of every chunk.
        linker: what finds the organisations.
        first_line: the number of the chunk's first line in the file, from 1; of its first row in
            Parquet.
        data: complete rows: lines of JSON or CSV, or an Arrow stream.

    Raises:
        LinkError: a row is bad and bad rows are not to be skipped.
    """
    rows = _READ[task.source](task, first_line, data)
    where, first_bad = ("row" if task.source == "parquet" else "line"), None
    if rows.bad:
        line, what = next(iter(rows.bad.values()))
        first_bad = f"{task.name}:{line}: this row {what}."
        if not task.skip_bad:
            raise LinkError(
                f"{first_bad} Mend it, or use --skip-bad to answer such rows with an error."
            )
    linked: list[Linked] = []
    for start in range(0, len(rows.texts), task.batch_size):
        linked += linker.link(rows.texts[start : start + task.batch_size])
    errors = {i: f"{where} {line}: this row {what}." for i, (line, what) in rows.bad.items()}
    for index in errors:
        linked[index] = Linked()
    written = _WRITE[task.target](task, rows, linked, errors)
    if task.is_compressed:
        # Every chunk is a gzip member of its own, so that the output can be cut between two.
        written = gzip.compress(written, mtime=0)
    count = sum(1 for one in linked if one.links)
    return Answered(written, len(linked), count, len(errors), first_bad)


def without_lone_surrogates(text: str) -> str:
    """Return a text that can be encoded: halves of surrogate pairs become U+FFFD, one for one."""
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


# -- JSON lines ------------------------------------------------------------------------------


def _read_jsonl(task: Task, first_line: int, data: bytes) -> _Rows:
    decode = _json_decoder(task.column).decode
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    texts: list[str] = []
    ids: list[Raw | UnsetType] = []
    bad: dict[int, tuple[int, str]] = {}
    for index, line in enumerate(lines):
        try:
            row = decode(line)
            text, row_id = row.text, row.id
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            try:
                text, row_id = _read_odd_json(line, task.column)
            except _BadRowError as error:
                text, row_id = "", UNSET
                bad[index] = first_line + index, str(error)
        texts.append(text)
        ids.append(row_id)
    return _Rows(texts, bad, ids if any(i is not UNSET for i in ids) else None)


def _json_decoder(column: str) -> msgspec.json.Decoder[Any]:
    if column not in _decoders:
        fields: list[Any] = [("text", str), ("id", Raw | UnsetType, UNSET)]
        # A name that no JSON key has keeps an id apart from a text that is itself called “id”.
        names = {"text": column, "id": "id" if column != "id" else "\0"}
        _decoders[column] = msgspec.json.Decoder(
            msgspec.defstruct("Row", fields, rename=names, gc=False)
        )
    return _decoders[column]


_decoders: Final[dict[str, msgspec.json.Decoder[Any]]] = {}


def _read_odd_json(line: bytes, column: str) -> tuple[str, Raw | UnsetType]:
    """Read a line that msgspec refuses: it may hold NaN or half a surrogate pair, as Python's does.

    Raises:
        _BadRowError: it is no row.
    """
    try:
        row = json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise _BadRowError(f"is not UTF-8 at its byte {error.start + 1}") from None
    except RecursionError:
        raise _BadRowError("is nested too deeply") from None
    except ValueError as error:
        if not line.strip():
            raise _BadRowError("is blank") from None
        reason = getattr(error, "msg", "a number has too many digits")
        raise _BadRowError(f"is not JSON ({reason})") from None
    if not isinstance(row, dict):
        raise _BadRowError(f'is no JSON object such as {{"{column}": "…"}}')
    if column not in row:
        raise _BadRowError(f"has no “{column}”; it has: {', '.join(row) or 'nothing'}")
    text, row_id = row[column], row.get("id", UNSET) if column != "id" else UNSET
    if not isinstance(text, str):
        raise _BadRowError(f"has no text as its “{column}” but {_kind(text)}")
    if row_id is not UNSET:
        row_id = Raw(without_lone_surrogates(json.dumps(row_id, ensure_ascii=False)).encode())
    return without_lone_surrogates(text), row_id


def _kind(value: object) -> str:
    if value is None:
        return "null"
    kinds: dict[type, str] = {bool: "true or false", list: "a list", dict: "an object"}
    return kinds.get(type(value), "a number")


def _write_jsonl(_: Task, rows: _Rows, linked: list[Linked], errors: dict[int, str]) -> bytes:
    if rows.ids is None and not errors:
        return _encoder.encode_lines(linked)
    ids = rows.ids or [UNSET] * len(linked)
    return _encoder.encode_lines(
        [
            _Line(row_id, one.ror_ids, one.links, errors.get(index, UNSET))
            for index, (row_id, one) in enumerate(zip(ids, linked, strict=True))
        ]
    )


# -- CSV -------------------------------------------------------------------------------------


def csv_records(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Yield the records of a CSV text, each with the number of the line after it, from 0.

    A record that cannot be read is its error; reading goes on with the next line.
    """
    csv.field_size_limit(LONGEST_ROW)
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=True)
    while True:
        try:
            record: list[str] | csv.Error = next(reader)
        except csv.Error as error:
            record = error
        except StopIteration:
            return
        yield reader.line_num, record


def _read_csv(task: Task, first_line: int, data: bytes) -> _Rows:
    is_utf8, place = True, task.header.index(task.column)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text, is_utf8 = data.decode(errors="surrogateescape"), False
    texts: list[str] = []
    fields: list[list[str]] = []
    bad: dict[int, tuple[int, str]] = {}
    line, width = first_line, len(task.header)
    for after, record in csv_records(text, task.delimiter):
        what = None
        if isinstance(record, csv.Error):
            what, record = f"is not CSV ({record})", []
        elif not record:
            what = "is blank"
        elif len(record) != width:
            what = f"has {len(record)} columns where the header has {width}"
        elif not is_utf8 and any(map(_LONE_SURROGATE.search, record)):
            what, record = "is not UTF-8", [without_lone_surrogates(field) for field in record]
        if what:
            bad[len(texts)] = line, what
            record = [*record, *[""] * width][:width]
        texts.append("" if what else record[place])
        fields.append(record)
        line = first_line + after
    ids = None
    if task.target == "jsonl" and "id" in task.header and task.column != "id":
        at = task.header.index("id")
        ids = [Raw(_encoder.encode(record[at])) for record in fields]
    return _Rows(texts, bad, ids, fields)


def _write_csv(task: Task, rows: _Rows, linked: list[Linked], errors: dict[int, str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=task.delimiter, lineterminator=task.newline)
    for index, (record, one) in enumerate(zip(rows.fields or (), linked, strict=True)):
        record += (
            ";".join(one.ror_ids),
            _encoder.encode(one.links).decode() if one.links else "[]",
        )
        if task.skip_bad:
            record.append(errors.get(index, ""))
        writer.writerow(record)
    return out.getvalue().encode()


def csv_header(task: Task) -> bytes:
    """Return the first line of a CSV answer."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=task.delimiter, lineterminator=task.newline)
    writer.writerow((*task.header, *task.added_columns()))
    written = out.getvalue().encode()
    return gzip.compress(written, mtime=0) if task.is_compressed else written


# -- Parquet ---------------------------------------------------------------------------------


def _read_parquet(task: Task, first_line: int, data: bytes) -> _Rows:
    import pyarrow as pa

    table = pa.ipc.open_stream(data).read_all()
    given: list[str | None] = table.column(task.column).to_pylist()
    bad = {
        index: (first_line + index, f"has no text as its “{task.column}” but null")
        for index, text in enumerate(given)
        if text is None
    }
    ids = None
    if "id" in table.column_names and task.column != "id":
        ids = [Raw(_encoder.encode(value)) for value in table.column("id").to_pylist()]
    return _Rows([text or "" for text in given], bad, ids)


def _write_parquet(task: Task, _: _Rows, linked: list[Linked], errors: dict[int, str]) -> bytes:
    import pyarrow as pa

    columns = answer_arrays(linked)
    if task.skip_bad:
        columns.append(pa.array([errors.get(i) for i in range(len(linked))], pa.string()))
    batch = pa.RecordBatch.from_arrays(columns, schema=answer_schema(task))
    return bytes(batch.serialize())


def answer_arrays(answers: Sequence[Linked]) -> list[Any]:
    """Return the columns ``ror_ids`` and ``links`` of answers, as Arrow arrays."""
    import pyarrow as pa

    def lists(lengths: Iterable[int], items: Any) -> Any:
        ends = accumulate(lengths, initial=0)
        return pa.ListArray.from_arrays(pa.array(list(ends), pa.int32()), items)

    links = [link for answer in answers for link in answer.links]
    edges = pa.array([edge for link in links for edge in link.span], pa.int32())
    fields = [
        pa.array([link.id for link in links], pa.string()),
        pa.array([link.name for link in links], pa.string()),
        lists((2 for _ in links), edges),
        pa.array([link.score for link in links], pa.float64()),
    ]
    ror_ids = pa.array([ror_id for answer in answers for ror_id in answer.ror_ids], pa.string())
    return [
        lists((len(answer.ror_ids) for answer in answers), ror_ids),
        lists(
            (len(answer.links) for answer in answers),
            pa.StructArray.from_arrays(fields, fields=list(_link_type())),
        ),
    ]


def answer_schema(task: Task) -> Any:
    """Return the Arrow schema of the columns that a Parquet answer adds."""
    import pyarrow as pa

    types = (pa.list_(pa.string()), pa.list_(_link_type()), pa.string())
    return pa.schema(list(zip(task.added_columns(), types, strict=False)))


def _link_type() -> Any:
    """Return the Arrow type of a link."""
    import pyarrow as pa

    return pa.struct(
        [
            ("id", pa.string()),
            ("name", pa.string()),
            ("span", pa.list_(pa.int32())),
            ("score", pa.float64()),
        ]
    )


_READ: Final = {"jsonl": _read_jsonl, "csv": _read_csv, "parquet": _read_parquet}
_WRITE: Final = {"jsonl": _write_jsonl, "csv": _write_csv, "parquet": _write_parquet}
