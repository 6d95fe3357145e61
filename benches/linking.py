"""How fast the linker links and what it needs, beside two others in the same run.

    python -m benches.linking [--part speed|peers|stages|organisations|strings ...]
                              [--registry DIR] [--data DIR]

The strings are those of all development sets (``evals/linking``), each distinct one once, shuffled
by a fixed seed. Without ``--part`` everything is measured, in less than 20 minutes:

- *speed*: ``Linker.link`` in one process, and ``baken link`` as a person runs it, on one and two
  processes: wall time from start to end, the rate it prints itself, and memory;
- *peers*: an exact-name linker and brute-force rapidfuzz, with their F1 and Baken's on the same
  rows;
- *stages*: where the linker's time goes;
- *organisations*: the index and the speed, from 10,000 records to the whole registry, without a
  landscape;
- *strings*: ``baken link`` on 10,000 to 1,000,000 strings.

Memory is each process's peak resident set as the kernel keeps it, which counts the pages of the
memory-mapped index in every process that touches them; "together" is the most that all processes
held at a time with shared pages counted once. Both need Linux; elsewhere the first is that of the
largest process and the second is left out.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
from benches.machine import machine
from evals.linking.errors import Registry, folded
from evals.linking.rows import (
    DATA,
    FIRST_ONLY,
    Answer,
    MissingDataError,
    Row,
    answers_of,
    read_rows,
    registry_file,
    set_names,
)
from evals.linking.run import cached_index
from evals.linking.scoring import Scores, score
from msgspec import Struct
from rapidfuzz import fuzz, process

from baken.errors import BakenError
from baken.linker import Linker, build
from baken.linker.registry import read_registry

PARTS: Final = ("speed", "peers", "stages", "organisations", "strings")
ROUNDS: Final = 7
BATCH: Final = 2_000
PROCESSES: Final = (1, 2)
RECORDS: Final = (10_000, 30_000, 60_000, None)
STRINGS: Final = (10_000, 100_000, 1_000_000)
FUZZY_ROWS: Final = 150
"""Rows that brute force is run on; at three to six strings a second all of them take an hour."""

_SEED: Final = 3
_SEGMENTS: Final = re.compile(r"[,;]")
_MEGABYTE: Final = 2**20
_GLANCE_S: Final = 0.05
_CLOSER: Final = 4


_Labelled = tuple[Row, str]
"""A row and the set that it is of."""


class Watched(Struct, frozen=True):
    """A finished command.

    Attributes:
        seconds: from its start to its end.
        peaks: megabytes of peak resident set of each process, the largest first.
        together: most megabytes of all its processes, shared pages counted once; 0 if unknown.
        said: the last rate that it printed.
    """

    seconds: float
    peaks: list[float]
    together: float
    said: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was asked for."""
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.child:
            print(json.dumps(_CHILDREN[chosen.child[0]](*chosen.child[1:])))
        else:
            _measure(chosen)
    except (BakenError, MissingDataError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _measure(chosen: argparse.Namespace) -> None:
    started = time.perf_counter()
    parts = chosen.part or PARTS
    data: Path = chosen.data
    rows = [(row, name) for name in set_names(data) for row in read_rows(name, data)]
    texts = list(dict.fromkeys(row.affiliation for row, _ in rows))
    random.Random(_SEED).shuffle(texts)
    index: Path = chosen.registry or cached_index(data)
    print(f"{machine()}\n{len(texts):,} distinct strings of {len(rows):,} rows\n")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        work: dict[str, Callable[[], None]] = {
            "speed": lambda: _speed(index, texts, scratch),
            "peers": lambda: _peers(index, rows, data),
            "stages": lambda: _stages(index, texts),
            "organisations": lambda: _organisations(texts, data, scratch),
            "strings": lambda: _strings(index, texts, scratch),
        }
        for part in (part for part in PARTS if part in parts):
            work[part]()
    print(f"The whole run took {(time.perf_counter() - started) / 60:.1f} minutes.")


# -- speed ---------------------------------------------------------------------------------------


def _speed(index: Path, texts: Sequence[str], scratch: Path) -> None:
    """Measure the Python call and the command on the strings as they are."""
    file = _write(scratch / "strings.jsonl", texts)
    inside = _child("link", index, file)
    print(f"Linker.link, one process, {ROUNDS} rounds in batches of {BATCH:,}")
    print(f"  opening the index   {inside['opening_s'] * 1000:10,.0f} ms")
    print(f"  first batch         {inside['first_s'] * 1000:10,.0f} ms")
    print(f"  strings a second    {inside['rate']:10,.0f}  (slowest round {inside['least']:,.0f})")
    print(f"  peak memory         {inside['peak_mb']:10,.0f} MB\n")
    print(f"baken link on the same strings in a file\n{_COMMAND_HEAD}")
    for processes in PROCESSES:
        _print_command(len(texts), processes, _run_command(index, file, processes))
    print()


def _strings(index: Path, texts: Sequence[str], scratch: Path) -> None:
    """Measure the command on ever more strings."""
    print(
        "baken link on ever more strings: the development strings over and over, from the second\n"
        f'time on with a number of their own at the end ("... 20417"), so no two are equal\n'
        f"{_COMMAND_HEAD}"
    )
    for count in STRINGS:
        file = _write(scratch / "many.jsonl", itertools.islice(_endless(texts), count))
        for processes in PROCESSES:
            _print_command(count, processes, _run_command(index, file, processes))
    print()


_COMMAND_HEAD: Final = (
    f"{'strings':>11}{'processes':>11}{'seconds':>9}{'a second':>10}{'peak MB':>9}{'together':>10}"
    "  it says"
)


def _print_command(strings: int, processes: int, run: Watched) -> None:
    together = f"{run.together:,.0f}" if run.together else "-"
    print(
        f"{strings:>11,}{processes:>11}{run.seconds:>9.1f}{strings / run.seconds:>10,.0f}"
        f"{run.peaks[0]:>9,.0f}{together:>10}  {run.said}"
    )


def _run_command(index: Path, file: Path, processes: int) -> Watched:
    output = file.with_suffix(".linked.jsonl")
    command = Path(sys.executable).with_name("baken")
    arguments = ("--registry", index, "--input", file, "--output", output)
    output.unlink(missing_ok=True)
    return _watch([command, "link", *arguments, "--processes", processes])


def _endless(texts: Sequence[str]) -> Iterator[str]:
    yield from texts
    for number, text in enumerate(itertools.cycle(texts)):
        yield f"{text} {number}"


# -- peers ---------------------------------------------------------------------------------------


def _peers(index: Path, rows: Sequence[_Labelled], data: Path) -> None:
    """Measure two others, and Baken on the same rows.

    Exact: the whole string, and each part between commas and semicolons, looked up as folded words
    in a table of all names but acronyms; a name that several organisations bear is left alone.
    rapidfuzz: ``process.extractOne`` over the same names and words, from 90 of 100 on; with its own
    default scorer on the whole string, and with ``fuzz.ratio`` on each part.
    """
    registry = Registry.read(registry_file(data))
    owners: dict[str, set[str]] = defaultdict(set)
    for one in registry:
        if one.is_active:
            for name in one.full_names:
                owners[name].add(one.id)
    names = sorted(owners)
    del registry
    linker = Linker.open(index)

    def link(texts: Sequence[str]) -> list[Answer]:
        batches = (texts[at : at + BATCH] for at in range(0, len(texts), BATCH))
        return [answer for batch in batches for answer in answers_of(linker.link(batch))]

    def exact(texts: Sequence[str]) -> list[Answer]:
        found = ((owners.get(folded(part), ()) for part in _parts(text)) for text in texts)
        return [Answer(tuple(i for ids in one if len(ids) == 1 for i in ids)) for one in found]

    def fuzzy(part: str, scorer: Callable[..., float]) -> tuple[str, ...]:
        best = process.extractOne(folded(part), names, scorer=scorer, score_cutoff=90)
        return tuple(sorted(owners[best[0]]))[:1] if best else ()

    def fuzzy_whole(texts: Sequence[str]) -> list[Answer]:
        return [Answer(fuzzy(text, fuzz.WRatio)) for text in texts]

    def fuzzy_parts(texts: Sequence[str]) -> list[Answer]:
        return [
            Answer(tuple(i for part in _parts(text)[1:] for i in fuzzy(part, fuzz.ratio)))
            for text in texts
        ]

    some = random.Random(_SEED).sample(list(rows), min(FUZZY_ROWS, len(rows)))
    link([row.affiliation for row, _ in some])  # compiles and pages in
    print(f"{len(names):,} names")
    print(f"{'':34}{'rows':>8}{'a second':>10}{'Baken ×':>10}{'P':>7}{'R':>7}{'F1':>7}{'±':>7}")
    for part, systems in (
        (list(rows), {"Baken": link, "exact names": exact}),
        (
            some,
            {
                "Baken": link,
                "exact names": exact,
                "rapidfuzz, whole string": fuzzy_whole,
                "rapidfuzz, part by part": fuzzy_parts,
            },
        ),
    ):
        ours = 0.0
        for system, answer in systems.items():
            rate, scores = _scored(answer, part)
            ours = ours or rate
            low, high = scores.f1_interval or (0.0, 0.0)
            print(
                f"{system:34}{len(part):>8,}{_short(rate):>10}{_short(ours / rate):>10}"
                f"{scores.precision:>7.3f}{scores.recall:>7.3f}{scores.f1:>7.3f}"
                f"{(high - low) / 2:>7.3f}"
            )
            if system.startswith("rapidfuzz"):
                print(f"{'  all rows, extrapolated':34}{len(rows):>8,}  {_hours(len(rows) / rate)}")
    print()


def _scored(
    answer: Callable[[Sequence[str]], list[Answer]], rows: Sequence[_Labelled]
) -> tuple[float, Scores]:
    """Return strings a second, and scores by the rule of each row's set."""
    texts = [row.affiliation for row, _ in rows]
    started = time.perf_counter()
    answers = answer(texts)
    seconds = time.perf_counter() - started
    counted = [
        Answer(answer.ror_ids[:1]) if name in FIRST_ONLY else answer
        for answer, (_, name) in zip(answers, rows, strict=True)
    ]
    return len(rows) / seconds, score([row for row, _ in rows], counted)


def _parts(text: str) -> list[str]:
    """Return the whole text, and what stands between its commas and semicolons."""
    return [text, *(part for part in _SEGMENTS.split(text) if part.strip())]


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 20 else f"{number:.1f}"


def _hours(seconds: float) -> str:
    return f"would take {seconds / 3600:.1f} hours"


# -- stages --------------------------------------------------------------------------------------


def _stages(index: Path, texts: Sequence[str]) -> None:
    """Print where the time goes, by the linker's own account."""
    linker = Linker.open(index)
    profile = getattr(linker, "profile", None)
    if profile is None:
        print("This linker does not say how long its stages take.\n")
        return
    linker.link(texts[:BATCH])
    stages: dict[str, float] = profile(texts)
    total = sum(stages.values())
    print(f"{'stage':34}{'µs a string':>12}{'share':>8}")
    for stage, seconds in sorted(stages.items(), key=lambda item: -item[1]):
        print(f"{stage:34}{seconds / len(texts) * 1e6:>12.1f}{seconds / total:>8.1%}")
    print(f"{'all':34}{total / len(texts) * 1e6:>12.1f}\n")


# -- organisations -------------------------------------------------------------------------------


def _organisations(texts: Sequence[str], data: Path, scratch: Path) -> None:
    """Build ever larger indexes, of the registry's first records, and link with them."""
    file = _write(scratch / "strings.jsonl", texts)
    print(
        f"{'records':>9}{'names':>9}{'build s':>9}{'peak MB':>9}{'on disk MB':>12}{'open ms':>9}"
        f"{'a second':>10}{'peak MB':>9}"
    )
    for count in RECORDS:
        folder = scratch / f"index-{count}"
        built = _child("build", registry_file(data), folder, count or "")
        inside = _child("link", folder, file)
        print(
            f"{built['organisations']:>9,}{built['names']:>9,}{built['seconds']:>9.1f}"
            f"{built['peak_mb']:>9,.0f}{built['disk_mb']:>12,.1f}"
            f"{inside['opening_s'] * 1000:>9,.0f}{inside['rate']:>10,.0f}"
            f"{inside['peak_mb']:>9,.0f}"
        )
    print()


# -- processes of their own ----------------------------------------------------------------------


def _child(task: str, *arguments: object) -> dict[str, float]:
    """Run a task in a fresh process, so that its memory is its own; return what it measured."""
    command = [sys.executable, "-m", "benches.linking", "--child", task, *map(str, arguments)]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE)
    if done.returncode:
        raise BakenError(f"The process that was to {task} failed; its own words are above.")
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _link_in_child(index: str, file: str) -> dict[str, float]:
    with Path(file).open("rb") as lines:
        texts = [msgspec.json.decode(line)["affiliation"] for line in lines]
    started = time.perf_counter()
    linker = Linker.open(Path(index))
    opened = time.perf_counter()
    linker.link(texts[:BATCH])
    first = time.perf_counter() - opened
    rates = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for at in range(0, len(texts), BATCH):
            linker.link(texts[at : at + BATCH])
        rates.append(len(texts) / (time.perf_counter() - begun))
    return {
        "opening_s": opened - started,
        "first_s": first,
        "rate": statistics.median(rates),
        "least": min(rates),
        "peak_mb": _own_peak(),
    }


def _build_in_child(registry: str, folder: str, count: str) -> dict[str, float]:
    records = itertools.islice(read_registry(Path(registry)), int(count) if count else None)
    started = time.perf_counter()
    report = build(records, Path(folder))
    seconds = time.perf_counter() - started
    written = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return {
        "organisations": report.organisations,
        "names": report.names,
        "seconds": seconds,
        "disk_mb": written / _MEGABYTE,
        "peak_mb": _own_peak(),
    }


_CHILDREN: Final[dict[str, Callable[..., dict[str, float]]]] = {
    "link": _link_in_child,
    "build": _build_in_child,
}


def _watch(command: Sequence[object]) -> Watched:
    """Run a command to its end and watch the memory of it and its processes."""
    peaks: dict[int, float] = {}
    together = 0.0
    started = time.perf_counter()
    with tempfile.TemporaryFile() as words:
        running = subprocess.Popen(
            [str(part) for part in command], stdout=words, stderr=subprocess.STDOUT
        )
        for glance in itertools.count():
            if running.poll() is not None:
                break
            processes = _family(running.pid)
            for one in processes:
                peaks[one] = max(peaks.get(one, 0.0), _field(one, "status", "VmHWM"))
            if glance % _CLOSER == 0:  # the kernel walks all pages for it
                shared_once = sum(_field(one, "smaps_rollup", "Pss") for one in processes)
                together = max(together, shared_once)
            time.sleep(_GLANCE_S)
        seconds = time.perf_counter() - started
        words.seek(0)
        said = words.read().decode(errors="replace")
    if running.returncode:
        raise BakenError(f"{' '.join(map(str, command))} failed: {said.strip()[-500:]}")
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * _unit() / _MEGABYTE
    rates = re.findall(r"[\d,.]+ strings/s", said)
    return Watched(
        seconds=seconds,
        peaks=sorted((peak for peak in peaks.values() if peak), reverse=True) or [largest],
        together=together,
        said=rates[-1] if rates else "",
    )


def _family(process_id: int) -> list[int]:
    """Return a process and all that it started, as far as Linux tells."""
    found, ahead = [], [process_id]
    while ahead:
        found.append(ahead.pop())
        for children in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            try:
                ahead += map(int, children.read_text().split())
            except OSError:  # it has ended meanwhile
                continue
    return found


def _field(process_id: int, file: str, name: str) -> float:
    """Return a figure of a process in megabytes; 0 if it has ended or the system has none."""
    try:
        text = Path(f"/proc/{process_id}/{file}").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found.group(1)) / 1024 if found else 0.0


def _own_peak() -> float:
    # getrusage's figure is inherited from the process that started this one; the status is not.
    peak = _field(os.getpid(), "status", "VmHWM")
    return peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _unit() / _MEGABYTE


def _unit() -> int:
    """Return the bytes that getrusage counts memory in."""
    return 1 if sys.platform == "darwin" else 1024


def _write(path: Path, texts: Iterator[str] | Sequence[str]) -> Path:
    with path.open("wb") as file:
        file.writelines(msgspec.json.encode({"affiliation": text}) + b"\n" for text in texts)
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benches.linking", description="Measure the linker's speed and memory."
    )
    parser.add_argument("--part", action="append", choices=PARTS, help="more than once for several")
    parser.add_argument("--registry", type=Path, help="folder of a built index")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with affiliations and ror")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
