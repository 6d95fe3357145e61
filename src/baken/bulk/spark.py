"""Linking past one machine: the very same `Linker.link`, inside Spark, over Parquet.

`link_with_spark` reads a Parquet file or folder, links one column of it and writes a Parquet folder
with the input's columns and

* ``ror_ids``: list of strings, and ``links``: list of ``{id, name, span, score}``, best first, as
  `baken.model.Linked` describes them;
* ``input_file`` and ``input_row``: where the row was read, so that the input's order can be had
  back by sorting on both (Spark hands out files by size, not by name). Rows count from 1.

Spark's part is small on purpose: it cuts the input into tasks and starts Python workers; every
worker opens the index once (memory-mapped, so the workers of a machine share it) and hands batches
to the linker. Answers never depend on the batch, hence not on tasks, workers or machines.
"""

from __future__ import annotations

import math
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from baken.errors import LinkError
from baken.linker.protocol import LinkerLike
from baken.model.links import Linked

from .linking import Advance, LinkReport
from .rows import ANSWER_COLUMNS, ERROR_COLUMN, answer_arrays

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark import SparkContext
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.types import StructType

_REMEDY: Final = "Mend it, or use --skip-bad to answer such rows with an error."
_PLACE: Final = ("input_file", "input_row")
_MASTER: Final = re.compile(r"(local(\[.+\])?|local-cluster\[.+\]|spark://.+|yarn|k8s://.+)")
_SLASHES: Final = "^([A-Za-z0-9+.-]+):/+"
_BATCH_ROWS: Final = 4096
"""Rows of one Arrow batch: a fraction of a second of linking, and under 2 MB of ordinary text."""
_TASK_ROWS: Final = 500_000
"""Most rows of one task: some ten seconds of linking, so that a lost machine costs little."""
_TASKS_PER_CORE: Final = 3
"""Fewest tasks a core, so that one that ends early finds something to do."""
_SKEW: Final = 1.25
"""How far the largest task may exceed its fair share before the rows are dealt out anew."""


def open_linker(directory: Path) -> LinkerLike:
    """Open the real linker, in the driver or in a worker."""
    from baken.linker import Linker

    return Linker.open(directory)


def link_with_spark(
    source: Path | str,
    target: Path | str,
    *,
    index: Path,
    column: str = "affiliation",
    master: str = "local[*]",
    conf: Mapping[str, str] | None = None,
    skip_bad: bool = False,
    session: SparkSession | None = None,
    open_linker: Callable[[Path], LinkerLike] = open_linker,
    on_advance: Callable[[Advance], None] = lambda _: None,
) -> LinkReport:
    """Link a column of Parquet with Spark; the target appears whole or not at all.

    Args:
        source: a Parquet file, or a folder of them. Text with a scheme (``s3a://…``, ``hdfs://…``)
            goes to Spark's file systems; anything else is a path, which every node must see.
        target: the folder to make, named in the same way; it must not exist yet.
        index: the index folder, on this machine; other machines are sent a copy, once each.
        column: the column with the texts.
        master: ``local[N]``, or the URL of a cluster.
        conf: further Spark settings; they win over those made here.
        skip_bad: answer a row without a text (null) in a column ``error`` instead of refusing it.
        session: an open session to work in, and to leave open; then ``master`` and ``conf`` do
            not count.
        open_linker: opens the index, here and in the workers.
        on_advance: called about once a second, in a thread of its own; rows are counted in tasks.

    Raises:
        LinkError: Java or pyspark is missing, the master is of no known form, source, index or
            column is not there, the target is, a row has no text, or Spark failed.
    """
    started = time.perf_counter()
    _check_before_spark(source, target, index, master)
    version = open_linker(index).version  # a broken index is named before Spark starts, too
    with _given(session) if session else open_spark(master, conf or {}) as spark:
        from pyspark.sql import Observation
        from pyspark.sql import functions as f

        place = _Target(spark, target)
        frame = _read(spark, source, column)
        given = [name for name in frame.columns if name not in _PLACE]
        if not skip_bad:
            _refuse_missing_texts(frame, column, source)
        rows, tasks, frame = _dealt(spark, frame)
        answer = (*ANSWER_COLUMNS, ERROR_COLUMN)
        with _shipped(spark, index) as shipped, place.staged() as staging:
            work = partial(
                _link_batches,
                at=given.index(column),
                column=column,
                skip_bad=skip_bad,
                index=shipped,
                version=version,
                open_linker=open_linker,
            )
            # Numbers for names on the way: mapInArrow takes dots in a name for fields of structs.
            numbered = frame.toDF(*map(str, range(len(frame.columns))))
            linked = numbered.mapInArrow(work, _with_answer(numbered.schema))
            linked = linked.toDF(*given, *_PLACE, *answer)
            bad = f.when(f.col(ERROR_COLUMN).isNotNull(), f.struct(*_PLACE, ERROR_COLUMN))
            seen = Observation()
            linked = linked.observe(
                seen,
                f.count(f.lit(1)).alias("rows"),
                f.count_if(f.size("links") > 0).alias("linked"),
                f.count(bad).alias("bad"),
                f.min(bad).alias("first_bad"),
            )
            written = (*given, *(answer if skip_bad else ANSWER_COLUMNS), *_PLACE)
            with _told(spark, on_advance, rows, tasks):
                linked.select(*map(_column, written)).write.mode("overwrite").parquet(staging)
        figures = seen.get
    return LinkReport(
        rows=figures["rows"],
        linked=figures["linked"],
        abstained=figures["rows"] - figures["linked"] - figures["bad"],
        skipped=figures["bad"],
        first_bad=_sentence(figures["first_bad"]),
        resumed=0,
        seconds=time.perf_counter() - started,
    )


def _sentence(bad: Sequence[Any] | None) -> str | None:
    """Return what is wrong with a row as the file engine says it: with its file."""
    if bad is None:
        return None
    file, number, error = bad
    return f"{file}:{number}: {error.partition(': ')[2]}"


# --- in the workers ---


class _Index(Struct, frozen=True):
    """The index as a worker finds it.

    Attributes:
        name: a path, or the name under which Spark unpacked the archive on this machine.
        is_archive: which of both.
    """

    name: str
    is_archive: bool

    def directory(self) -> Path:
        if self.is_archive:
            from pyspark import SparkFiles

            return Path(SparkFiles.get(self.name))
        return Path(self.name)


_opened_linkers: dict[tuple[object, ...], LinkerLike] = {}
"""Filled in Python workers only: Spark calls `_link_batches` once a task, and keeps the worker
process for the next task, so a module's variable is the only place where an open index can stay.
The key holds the folder's inode and time, because an index built anew has the same path."""


def _link_batches(
    batches: Iterable[pa.RecordBatch],
    *,
    at: int,
    column: str,
    skip_bad: bool,
    index: _Index,
    version: str,
    open_linker: Callable[[Path], LinkerLike],
) -> Iterator[pa.RecordBatch]:
    """Link the batches of one task, whose texts are in the column at a place; runs in a worker."""
    import pyarrow as pa

    linker = None
    for batch in batches:
        if linker is None:  # not earlier: a task without rows opens nothing
            linker = _worker_linker(index, version, open_linker)
        texts = _texts(batch.column(at))
        answers: list[Linked] = list(linker.link([text or "" for text in texts]))
        errors: list[str | None] = [None] * len(texts)
        for row, text in enumerate(texts):
            if text is None:
                file, number = (values[row].as_py() for values in batch.columns[-len(_PLACE) :])
                is_null = not batch.column(at)[row].is_valid
                what = f"has no text as its “{column}” but null" if is_null else "is not UTF-8"
                answers[row], errors[row] = Linked(), f"row {number}: this row {what}."
                if not skip_bad:
                    raise LinkError(f"{file}:{number}: this row {what}. {_REMEDY}")
        columns = [*batch.columns, *answer_arrays(answers), pa.array(errors, pa.string())]
        yield pa.RecordBatch.from_arrays(columns, names=[str(i) for i in range(len(columns))])


def _texts(values: pa.Array) -> list[str | None]:
    """Return texts, and None where there is none: Parquet and Spark let any bytes pass for text."""

    def decoded(value: pa.Scalar) -> str | None:
        try:
            text: str | None = value.as_py()
        except UnicodeDecodeError:
            return None
        return text

    try:
        texts: list[str | None] = values.to_pylist()
    except UnicodeDecodeError:
        texts = [decoded(value) for value in values]
    return texts


def _worker_linker(
    index: _Index, version: str, open_linker: Callable[[Path], LinkerLike]
) -> LinkerLike:
    directory = index.directory()
    state = directory.stat()
    key = (directory, state.st_ino, state.st_mtime_ns, version)
    linker = _opened_linkers.get(key)
    if linker is None:
        linker = open_linker(directory)
        if linker.version != version:
            raise LinkError(
                f"A worker has version {linker.version} of the linker, the driver {version}; give "
                f"both the same Baken."
            )
        _opened_linkers.clear()  # a worker that outlives a run keeps one index, not all it has seen
        _opened_linkers[key] = linker
    return linker


# --- in the driver: what is read and written ---


def _check_before_spark(source: Path | str, target: Path | str, index: Path, master: str) -> None:
    """Name every mistake that needs no Spark, as Spark takes seconds to start."""
    missing = [name for name in ("pyspark", "pyarrow", "pandas") if find_spec(name) is None]
    if missing:
        raise LinkError(
            f"The Spark engine needs {' and '.join(missing)}; install them with: "
            f"pip install 'baken[spark]'."
        )
    if not _MASTER.fullmatch(master):
        raise LinkError(
            f"“{master}” is no Spark master; give local[N], local[*], spark://HOST:PORT, yarn or "
            f"k8s://HOST:PORT."
        )
    if not index.is_dir():
        raise LinkError(f"There is no index folder {index}; make it with: baken registry build.")
    if not _has_scheme(source) and not Path(source).exists():
        raise LinkError(f"There is no file or folder {source} to link.")
    if not _has_scheme(target):
        if Path(target).exists():
            raise LinkError(f"{target} exists already; remove it or name another --output.")
        if not Path(target).absolute().parent.is_dir():
            raise LinkError(f"There is no folder {Path(target).absolute().parent} to write in.")


def _read(spark: SparkSession, source: Path | str, column: str) -> DataFrame:
    """Return the source's columns, and where each row was read."""
    from pyspark.sql import functions as f

    # Spark reads *, [ and such as wildcards, but a path on this machine names one thing.
    path = re.sub(r"([\\*?{}\[\]])", r"\\\1", _url(source)) if not _has_scheme(source) else source
    with _translated(
        lambda said: (
            f"{source} cannot be read as Parquet: {said} For JSON lines and CSV use "
            f"--engine processes."
        )
    ):
        frame = spark.read.parquet(str(path))
    types = dict(frame.dtypes)
    if column not in types:
        raise LinkError(
            f"{source} has no column “{column}”; it has {', '.join(frame.columns)}. Name one with "
            f"--column."
        )
    if types[column] != "string":
        raise LinkError(f"Column “{column}” of {source} holds {types[column]}, not text.")
    if taken := [name for name in (*ANSWER_COLUMNS, ERROR_COLUMN, *_PLACE) if name in types]:
        raise LinkError(
            f"{source} has a column “{taken[0]}” already, as the answer will; rename or drop it."
        )
    # The folder of all files is left out of their names. Spark writes file:/a and file:///a.
    files = [re.sub(_SLASHES, r"\1:/", file) for file in frame.inputFiles()]
    folder = os.path.commonpath([file.rpartition("/")[0] for file in files])
    found = f.regexp_replace("_metadata.file_path", _SLASHES, "$1:/")
    name = f.replace(f.replace(found, f.lit(f"{folder}/"), f.lit("")), f.lit("+"), f.lit("%2B"))
    return frame.select(
        *(_column(name) for name in frame.columns),
        f.url_decode(name).alias(_PLACE[0]),
        (f.col("_metadata.row_index") + 1).alias(_PLACE[1]),
    )


def _refuse_missing_texts(frame: DataFrame, column: str, source: Path | str) -> None:
    """Look for rows without a text; costs next to nothing, as Parquet knows where nulls are.

    Raises:
        LinkError: there are some.
    """
    from pyspark.sql import functions as f

    missing = frame.where(_column(column).isNull()).select(*_PLACE)
    [found] = missing.agg(f.count(f.lit(1)), f.min(f.struct(*_PLACE))).collect()
    count, first = found
    if count:
        others = f", as {count:,} in {source} have" if count > 1 else ""
        raise LinkError(
            f"{first[0]}:{first[1]}: this row has no text as its “{column}” but null{others}. "
            f"{_REMEDY}"
        )


def _dealt(spark: SparkSession, frame: DataFrame) -> tuple[int, int, DataFrame]:
    """Return how many rows and tasks there are, and the frame, its rows dealt out evenly.

    Spark cuts Parquet between row groups at best, and a million rows may be one group: one core
    would work and the others watch. A shuffle costs a few percent of the linking.
    """
    from pyspark.sql import functions as f

    # Needs the files' footers only.
    sizes = [row[1] for row in frame.groupBy(f.spark_partition_id()).count().collect()]
    rows, cores = sum(sizes), spark.sparkContext.defaultParallelism
    if rows <= _BATCH_ROWS * cores:
        return rows, max(1, len(sizes)), frame
    tasks = cores * max(_TASKS_PER_CORE, math.ceil(rows / (_TASK_ROWS * cores)))
    if max(sizes) <= _SKEW * rows / tasks:
        return rows, len(sizes), frame
    # By a column's hash, not round robin: Spark would sort the latter to make retries agree.
    return rows, tasks, frame.repartition(tasks, _PLACE[1])


def _with_answer(schema: StructType) -> StructType:
    """Return a schema with the linker's columns after its own, all named by their number."""
    from pyspark.sql import types as t

    link = t.StructType(
        [
            t.StructField("id", t.StringType()),
            t.StructField("name", t.StringType()),
            t.StructField("span", t.ArrayType(t.IntegerType())),
            t.StructField("score", t.DoubleType()),
        ]
    )
    types = (t.ArrayType(t.StringType()), t.ArrayType(link), t.StringType())
    added = [t.StructField(str(i), one) for i, one in enumerate(types, start=len(schema.fields))]
    return t.StructType([*schema.fields, *added])


@contextmanager
def _shipped(spark: SparkSession, index: Path) -> Iterator[_Index]:
    """Make the index available where the workers run."""
    context = spark.sparkContext
    if _is_local(context.master or ""):
        yield _Index(str(index.resolve()), is_archive=False)
        return
    # Spark sends folders only from file systems that all nodes share; an archive it sends from
    # here, and unpacks once on each executor.
    name = f"baken-index-{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as archive:  # not compressed: it is unpacked at once
            for file in sorted(index.rglob("*")):
                if file.is_file():
                    archive.write(file, file.relative_to(index))
        context.addArchive(f"{path}#{name}")
        yield _Index(name, is_archive=True)


class _Target:
    """The folder to make, through Hadoop's file systems, which also know HDFS and S3."""

    def __init__(self, spark: SparkSession, target: Path | str) -> None:
        context: Any = spark.sparkContext
        self._name = target
        self._path = context._jvm.org.apache.hadoop.fs.Path
        self._final = self._path(_url(target))
        self._files = self._final.getFileSystem(context._jsc.hadoopConfiguration())
        if self._files.exists(self._final):
            raise LinkError(f"{target} exists already; remove it or name another --output.")

    @contextmanager
    def staged(self) -> Iterator[str]:
        """Yield where to write; what is there becomes the target if all goes well."""
        name = f".{self._final.getName()}.{secrets.token_hex(4)}.partial"
        folder = self._path(self._final.getParent(), name)
        self._files.mkdirs(folder)
        # Should this process be killed, Java removes the folder as it goes down.
        self._files.deleteOnExit(folder)
        rows = self._path(folder, "rows")
        try:
            yield str(rows.toString())
            if self._files.exists(self._final) or not self._files.rename(rows, self._final):
                raise LinkError(f"{self._name} could not be written: the name is taken.")
        except BaseException:
            # After an interrupt the connection of this thread may hold half an answer.
            _in_fresh_thread(lambda: self._files.delete(folder, True))
            if not _has_scheme(self._name):
                shutil.rmtree(Path(self._name).absolute().parent / name, ignore_errors=True)
            raise
        self._files.delete(folder, True)


# --- in the driver: Spark itself ---


@contextmanager
def _given(session: SparkSession) -> Iterator[SparkSession]:
    with _translated(lambda said: f"Spark failed: {said}"):
        yield session


@contextmanager
def open_spark(
    master: str = "local[*]", conf: Mapping[str, str] | None = None
) -> Iterator[SparkSession]:
    """Open Spark without a word on the terminal, and leave nothing of it behind.

    Args:
        master: ``local[N]``, or the URL of a cluster.
        conf: further Spark settings; they win over those made here.

    Raises:
        LinkError: Spark does not start, or fails inside the block.
    """
    handle, name = tempfile.mkstemp(prefix="baken-spark-", suffix=".log")
    os.close(handle)
    log = Path(name)
    gateway: Any = None
    on_interrupt = signal.getsignal(signal.SIGINT)
    is_log_wanted = False
    try:
        gateway, context = _started(master, conf or {}, log)
        from pyspark.sql import SparkSession

        try:
            with _translated(lambda said: f"Spark at {master} failed: {said} Its log: {log}"):
                yield SparkSession(context)
        except LinkError as error:
            is_log_wanted = str(log) in str(error)
            raise
    finally:
        _close_spark(gateway)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, on_interrupt)  # pyspark has put its own in place
        if not is_log_wanted:
            log.unlink()


def _started(master: str, conf: Mapping[str, str], log: Path) -> tuple[Any, SparkContext]:
    """Start Java and Spark; what they say goes to the log.

    Raises:
        LinkError: they do not start.
    """
    from pyspark import SparkConf, SparkContext, java_gateway
    from pyspark.errors import PySparkException

    if SparkContext._active_spark_context is not None:
        raise LinkError("A Spark session is open in this process already; hand it over.")
    settings = {
        "spark.app.name": "baken link",
        "spark.master": master,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.caseSensitive": "true",
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(_BATCH_ROWS),
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    }
    if _is_local(master):  # nobody else needs to reach the driver, so nobody else can
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    settings |= conf
    spark_conf = SparkConf(loadDefaults=False).setAll(list(settings.items()))
    launch: Any = java_gateway.launch_gateway  # which has no types
    # What pyspark says of its own code is not the user's concern.
    with log.open("wb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            gateway = launch(spark_conf, {"stdout": stream, "stderr": stream})
        except PySparkException as error:
            raise LinkError(_why_not_started(log)) from error
        try:
            with _translated(lambda said: f"Spark at {master} did not start: {said}"):
                context = SparkContext(conf=spark_conf, gateway=gateway)
        except BaseException:
            _close_spark(gateway)
            raise
    is_left_to_us = _is_local(master) or context.pythonExec == "python3"
    python = sys.executable if is_left_to_us else context.pythonExec
    context.pythonExec = settings.get("spark.pyspark.python", python)
    return gateway, context


def _why_not_started(log: Path) -> str:
    said = log.read_text(encoding="utf-8", errors="replace")
    if re.search(r"JAVA_HOME is not set|UnsupportedClassVersionError|/java: ", said):
        return (
            "Spark needs Java 17 or newer and found none; install it (Debian: "
            "openjdk-17-jre-headless) or set JAVA_HOME to its folder."
        )
    lines = [line for line in said.splitlines() if line.strip()]
    return f"Spark did not start: {lines[-1] if lines else 'Java ended without a word.'}"


@contextmanager
def _translated(say: Callable[[str], str]) -> Iterator[None]:
    """Turn what Spark raises in the block into a sentence, while Spark can still be asked for it.

    Raises:
        LinkError: Spark raised something.
    """
    from py4j.protocol import Py4JError, Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        java = error.java_exception if isinstance(error, Py4JJavaError) else error
        _, is_workers, trace = str(java).rpartition("Traceback (most recent call last):\n")
        # In a worker's traceback, what is not indented is the exception.
        said = next((line for line in trace.splitlines() if line[:1].strip()), str(java))
        _, is_sentence, ours = said.partition(f"{LinkError.__name__}: ")
        if is_workers and is_sentence:
            raise LinkError(ours) from error
        raise LinkError(say(_first_line(said))) from error


def _close_spark(gateway: Any) -> None:
    """Stop Spark and Java, in whatever state they are."""
    from pyspark import SparkContext

    _in_fresh_thread(_stop_spark)
    if gateway is not None and gateway.proc is not None:
        gateway.proc.stdin.close()  # to which Java answers by going
        gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None


def _stop_spark() -> None:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession() or SparkSession._instantiatedSession
    context = SparkContext._active_spark_context
    gateway: Any = SparkContext._gateway
    if session is not None:
        session.stop()
    elif context is not None:
        context.stop()
    if gateway is not None:
        gateway.shutdown()


def _in_fresh_thread(work: Callable[[], object]) -> None:
    """Do what may fail in a thread, which has a connection to Java of its own."""

    def quietly() -> None:
        with suppress(Exception):
            work()

    thread = threading.Thread(target=quietly, daemon=True)
    thread.start()
    thread.join(timeout=60)


@contextmanager
def _told(
    spark: SparkSession, on_advance: Callable[[Advance], None], rows: int, tasks: int
) -> Iterator[None]:
    """Tell how far the block is."""
    is_over = threading.Event()

    def tell() -> None:
        tracker = spark.sparkContext.statusTracker()
        while not is_over.wait(1):
            with suppress(Exception):  # a look at the progress must never stop the work
                stages = [tracker.getStageInfo(n) for n in tracker.getActiveStageIds()]
                # Dealing out rows is a stage too, of another size.
                done = [s.numCompletedTasks for s in stages if s and s.numTasks == tasks]
                if done:
                    on_advance(_advance(rows, done[-1] / tasks))

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        is_over.set()
        teller.join(timeout=10)
    on_advance(_advance(rows, 1.0))


def _advance(rows: int, fraction: float) -> Advance:
    return Advance(step="linking", rows=int(rows * fraction), resumed=0, fraction=fraction)


def _column(name: str) -> Column:
    """Return a column by its exact name, which may hold dots, spaces and backticks."""
    from pyspark.sql import functions as f

    return f.col("`" + name.replace("`", "``") + "`")


def _is_local(master: str) -> bool:
    return master == "local" or master.startswith("local[")


def _has_scheme(place: Path | str) -> bool:
    return isinstance(place, str) and "://" in place


def _url(place: Path | str) -> str:
    """Return a place as Hadoop reads it, whatever file system the cluster takes for granted."""
    return str(place) if _has_scheme(place) else f"file://{Path(place).absolute()}"


def _first_line(error: object) -> str:
    line = str(error).strip().partition("\n")[0].rstrip()
    return line if line.endswith((".", "!", "?")) else f"{line}."
