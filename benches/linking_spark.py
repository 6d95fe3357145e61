"""How fast the Spark engine is, once warm, beside the process pool on the same rows.

    python -m benches.linking_spark [--registry DIR] [--rows N] [--data DIR] [--rounds N]

Both read the same Parquet file and write Parquet, with two processes, turn about. The pool's time
is counted without its start (a run on two rows), Spark's with a session that has linked all rows
once before; so both are what a long run sees. The goal is a ratio of 1.5 at most.

Without ``--registry`` a stand-in takes the linker's place: some 40 µs of work a string and one link
for an answer. It proves the harness and shows what Spark adds, not how fast the linker is. The
strings are those of the development sets, shuffled, again and again until there are enough.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from benches.machine import machine

from baken.bulk import LinkReport, link_file
from baken.bulk.spark import link_with_spark, open_linker, open_spark
from baken.errors import BakenError
from baken.model import Link, Linked

PROCESSES: Final = 2
GOAL: Final = 1.5
DATA: Final = Path(__file__).parents[1].parent / "shared" / "data" / "affiliations" / "dev"
_TURNS: Final = 1_400
"""Rounds of the stand-in's loop: counted, not timed, so that a busy core shows."""
_SEED: Final = 3
_T = TypeVar("_T")


class StandIn:
    """Work of about 40 µs a string, and an answer of the usual size."""

    version = "stand-in"

    def link(self, texts: Sequence[str]) -> list[Linked]:
        """Answer every text with one link."""
        answers = []
        for text in texts:
            number = 0
            for _ in range(_TURNS):
                number = number * 31 + 7 & 0xFFFF
            ror_id = f"https://ror.org/0{number:08x}"
            answers.append(Linked((ror_id,), (Link(ror_id, "Example", (0, len(text)), 0.9),)))
        return answers


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both figures and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--registry", type=Path, metavar="DIR", help="an index; a stand-in without")
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of development sets")
    chosen = parser.parse_args(arguments)
    if not any(chosen.data.glob("*.jsonl")):
        print(f"There are no development sets in {chosen.data}; say where with --data.")
        return 1
    try:
        with tempfile.TemporaryDirectory() as scratch:
            _compare(Path(scratch), chosen)
    except BakenError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _compare(scratch: Path, chosen: argparse.Namespace) -> None:
    opener = open_linker if chosen.registry else _open_stand_in
    index = chosen.registry or scratch
    linker = opener(index)
    texts = _texts(chosen.data, chosen.rows)
    print(
        f"{machine()}\nSpark {version('pyspark')}, Java {_java()}, Arrow {version('pyarrow')}; "
        f"linker {linker.version}, {_alone(linker.link, texts[:5_000]):.0f} µs a string by itself\n"
        f"{len(texts):,} rows, {PROCESSES} processes, {chosen.rounds} rounds\n"
    )
    source, two = scratch / "in.parquet", scratch / "two.parquet"
    pq.write_table(pa.table({"affiliation": texts}), source)
    pq.write_table(pa.table({"affiliation": texts[:2]}), two)

    def pool(file: Path) -> LinkReport:
        target = scratch / "pool.parquet"
        target.unlink(missing_ok=True)
        opened = partial(opener, index)
        return link_file(file, target, open_linker=opened, processes=PROCESSES)

    with open_spark(f"local[{PROCESSES}]") as session:

        def spark(file: Path) -> LinkReport:
            target = scratch / f"spark-{time.monotonic_ns()}"
            return link_with_spark(file, target, index=index, session=session, open_linker=opener)

        start_s = min(_timed(partial(pool, two))[0] for _ in range(3))
        cold_s, _ = _timed(partial(spark, source))
        pool_s, spark_s = [], []
        for _ in range(chosen.rounds):
            seconds, by_pool = _timed(partial(pool, source))
            pool_s.append(seconds - start_s)
            seconds, by_spark = _timed(partial(spark, source))
            spark_s.append(seconds)
            if (by_pool.rows, by_pool.linked) != (by_spark.rows, by_spark.linked):
                raise BakenError(f"The answers differ: {by_pool} and {by_spark}.")
    print(f"{'':32}{'seconds':>9}{'strings/s':>12}{'slowest':>9}")
    _report("process pool, after its start", pool_s, len(texts))
    _report("Spark, warm", spark_s, len(texts))
    _report("Spark, first run of a session", [cold_s], len(texts))
    ratio = statistics.median(spark_s) / statistics.median(pool_s)
    print(f"\nThe pool's start took {start_s:.1f} s.")
    print(f"Spark takes {ratio:.2f} times as long; the goal is {GOAL} at most.")


def _open_stand_in(_: Path) -> StandIn:
    return StandIn()


def _texts(data: Path, count: int) -> list[str]:
    rows = (line for path in sorted(data.glob("*.jsonl")) for line in path.open("rb"))
    given = list(dict.fromkeys(msgspec.json.decode(row)["affiliation"] for row in rows))
    random.Random(_SEED).shuffle(given)
    return (given * (count // len(given) + 1))[:count]


def _alone(link: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    """Return the microseconds that a string takes in this process."""
    link(texts)
    return _timed(partial(link, texts))[0] / len(texts) * 1e6


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _report(what: str, seconds: Sequence[float], rows: int) -> None:
    middle = statistics.median(seconds)
    print(f"{what:32}{middle:>9.1f}{rows / middle:>12,.0f}{max(seconds):>9.1f}")


def _java() -> str:
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'"(.+?)"', said)
    return found[1] if found else "unknown"


if __name__ == "__main__":
    sys.exit(main())
