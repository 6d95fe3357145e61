"""How long a need takes, beside plain BM25 over the same passages in the same run.

    python -m benches.find

Times the labelled needs and texts that nobody should send, one after the other in one process
with the encoder loaded. The peer is rank-bm25's BM25Okapi: it reads no meaning, no themes and
gives no reasons, so it is the floor rather than a rival.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benches.machine import machine
from evals.find.run import load, read_needs
from rank_bm25 import BM25Okapi

from baken.partners import Matcher
from baken.search import UniversalSentenceEncoder, build_index, open_index
from baken.text import words

ADVERSARIAL = (
    "",
    "x",
    "x" * 10_000,
    "lung " * 2_000,
    "🙂" * 500,
    "<script>alert('lung')</script>" * 40,
    "'; DROP TABLE statements; --",
    "\x00\x07 diabetes \x1b[31m",
    "肺がんの臨床試験を行う病院を探しています",
    "Szukamy szpitala, który przeprowadzi pierwsze badanie naszego inhalatora",
    "We make a smart inhaler and look for a hospital lung department. " * 40,
)
ROUNDS = 5
COLD_STARTS = 7


def main() -> int:
    """Print the times."""
    with tempfile.TemporaryDirectory() as scratch, load(Path(scratch)) as store:
        encoder = UniversalSentenceEncoder()
        print(f"{machine()}\n")
        _report("encoder loaded", _timed(encoder.warm))
        folder = Path(scratch) / "index"
        _report("index built", _timed(lambda: build_index(store, encoder, folder)))
        _report("index opened", _timed(lambda: open_index(store, encoder, folder)))
        index = open_index(store, encoder, folder)
        _report("matcher made", _timed(lambda: Matcher(store, index)))
        matcher = Matcher(store, index)
        matcher.warm()
        ranking = BM25Okapi([_folded(p.text) for p in index.passages])
        needs = [need.text for need in read_needs("dev")]
        print(
            f"\n{len(index.organisations)} organisations, {len(index.passages)} passages, "
            f"{len(needs)} needs and {len(ADVERSARIAL)} adversarial texts, {ROUNDS} rounds\n"
        )
        print(f"{'milliseconds':24}{'p50':>8}{'p99':>8}{'worst':>8}")
        for name, texts in (("needs", needs), ("adversarial", ADVERSARIAL)):
            _print_times(f"Baken, {name}", matcher.find, texts)
            _print_times(f"BM25, {name}", lambda t: ranking.get_scores(_folded(t)), texts)
        _time_the_command(Path(scratch))
    return 0


def _time_the_command(folder: Path) -> None:
    """Time the command line from cold, beside an interpreter that only imports numpy."""
    home = {**os.environ, "BAKEN_DATA": str(folder / "data")}
    need = "labo voor celtherapie tegen kanker"
    commands = {
        "command line, cold": [Path(sys.executable).with_name("baken"), "find", need],
        "import numpy, cold": [sys.executable, "-c", "import numpy"],
    }
    for name, command in commands.items():
        run = partial(subprocess.run, command, env=home, check=True, capture_output=True)
        run()  # the first one loads and indexes the landscape
        times = sorted(_timed(run) for _ in range(COLD_STARTS))
        _report(name, times[len(times) // 2])


def _print_times(name: str, find: Callable[[str], object], texts: Sequence[str]) -> None:
    find(texts[0])
    times = sorted(_timed(partial(find, text)) for _ in range(ROUNDS) for text in texts)
    p50, p99 = (times[min(len(times) - 1, int(len(times) * share))] for share in (0.5, 0.99))
    print(f"{name:24}{p50:>8.1f}{p99:>8.1f}{times[-1]:>8.1f}")


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _report(what: str, milliseconds: float) -> None:
    print(f"{what:24}{milliseconds:>8.1f} ms")


def _folded(text: str) -> list[str]:
    return [word.folded for word in words(text)]


if __name__ == "__main__":
    sys.exit(main())
