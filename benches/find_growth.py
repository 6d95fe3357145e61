"""How building and finding grow with a landscape, beside BM25 over the same passages.

    python -m benches.find_growth [--organisations 10000 100000 1000000] [--whole]

For each size an invented landscape (`benches.invented`) is indexed in a process of its own and
asked the labelled development needs, one after the other on one core, in another. The peer is
tantivy's BM25 over the same texts with English stemming, ten hits: it reads no meaning, no themes
and no places, and gives no reasons. ``--whole`` also answers by looking at everybody, which says
how often the candidates miss someone. Time of the processor is given beside time on the wall, for
a machine that does other work, too.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import tantivy
from benches.invented import Invented
from benches.machine import machine
from evals.find.run import load, read_needs

from baken.partners import Matcher, pool
from baken.search import UniversalSentenceEncoder, build_index, open_index

ROUNDS = 3


def main() -> int:
    """Print a table, a line a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--organisations", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--whole", action="store_true", help="compare with looking at everybody")
    parser.add_argument("--step", choices=("build", "ask"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        work = {"build": _build, "ask": partial(_ask, is_whole=given.whole)}[given.step]
        print(msgspec.json.encode(work(given.organisations[0], given.folder)).decode())
        return 0
    print(f"{machine()}\n")
    for count in given.organisations:
        with tempfile.TemporaryDirectory() as scratch:
            for step in ("build", "ask"):
                found = _run(step, count, Path(scratch), is_whole=given.whole)
                for name, value in found.items():
                    print(f"{count:>9,}  {name:44}{value:>12,.1f}", flush=True)
        print()
    return 0


def _run(step: str, count: int, folder: Path, *, is_whole: bool) -> dict[str, float]:
    command = [sys.executable, "-m", "benches.find_growth", "--step", step]
    command += ["--organisations", str(count), "--folder", str(folder)]
    command += ["--whole"] if is_whole else []
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return msgspec.json.decode(done.stdout, type=dict[str, float])


def _build(count: int, folder: Path) -> dict[str, float]:
    with load(folder) as store:
        landscape: Any = Invented(store, count)
        started = time.perf_counter()
        made = sum(1 for _ in landscape.organisations())
        inventing = time.perf_counter() - started
        encoder = UniversalSentenceEncoder()
        before = _peak()
        started = time.perf_counter()
        index = build_index(landscape, encoder, folder / "index")
        building = time.perf_counter() - started
        size = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file())
        started = time.perf_counter()
        _build_peer(index, folder / "peer")
        peer = time.perf_counter() - started
    assert made == len(index.roster)
    return {
        "passages": len(index.passages),
        "seconds to build, inventing included": building,
        "  of which inventing": inventing,
        "megabytes of index": size / 1e6,
        "megabytes of memory at most, building": _peak(),
        "  of which before": before,
        "BM25: seconds to build": peer,
    }


def _ask(count: int, folder: Path, *, is_whole: bool) -> dict[str, float]:
    (folder / "again").mkdir(exist_ok=True)
    with load(folder / "again") as store:
        landscape: Any = Invented(store, count)
        encoder = UniversalSentenceEncoder()
        encoder.warm()
        before = _peak()
        started = time.perf_counter()
        index = open_index(landscape, encoder, folder / "index")
        matcher = Matcher(landscape, index)
        opening = time.perf_counter() - started
        matcher.warm()
        needs = [need.text for need in read_needs("dev")]
        times = [_timed(partial(matcher.find, text)) for text in needs]
        cold = _quantiles(times)
        warm = _quantiles([_timed(partial(matcher.find, t)) for _ in range(ROUNDS) for t in needs])
        of_processor = [
            _timed(partial(matcher.find, text), time.thread_time)
            for _ in range(ROUNDS)
            for text in needs
        ]
        peer = tantivy.Index.open(str(folder / "peer"))
        peer_times = [_timed(partial(_ask_peer, peer, t)) for _ in range(ROUNDS) for t in needs]
        found = {
            "seconds to open": opening,
            "milliseconds a need, first time, p50": cold[0],
            "milliseconds a need, first time, p99": cold[1],
            "milliseconds a need, p50": warm[0],
            "milliseconds a need, p99": warm[1],
            "milliseconds a need, worst": warm[2],
            "processor milliseconds a need, p50": _quantiles(of_processor)[0],
            "processor milliseconds a need, p99": _quantiles(of_processor)[1],
            "megabytes of memory at most, asking": _peak(),
            "  of which before opening": before,
            "BM25: milliseconds a need, p50": _quantiles(peer_times)[0],
            "BM25: milliseconds a need, p99": _quantiles(peer_times)[1],
        }
        if is_whole:
            found |= _compare(matcher, needs)
    return found


def _compare(matcher: Matcher, needs: list[str]) -> dict[str, float]:
    """Say how much of what looking at everybody finds the candidates have, too."""
    quick = [_top(matcher, text) for text in needs]
    pool.LARGEST_POOL = 10**9  # type: ignore[misc]
    started = time.perf_counter()
    whole = [_top(matcher, text) for text in needs]
    seconds = time.perf_counter() - started
    pairs = list(zip(quick, whole, strict=True))
    firsts = [q[:1] == w[:1] for q, w in pairs]
    shares = [len(set(q[:k]) & set(w[:k])) / len(w[:k]) for q, w in pairs for k in [5] if w]
    tens = [len(set(q) & set(w)) / len(w) for q, w in pairs if w]
    return {
        "everybody: milliseconds a need, mean": seconds / len(needs) * 1000,
        "everybody: per cent of needs with the same first": 100 * sum(firsts) / len(firsts),
        "everybody: per cent of the first five found": 100 * sum(shares) / len(shares),
        "everybody: per cent of the first ten found": 100 * sum(tens) / len(tens),
    }


def _top(matcher: Matcher, text: str) -> list[str]:
    return [match.id for match in matcher.find(text, limit=10).matches]


def _build_peer(index: Any, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="en_stem")
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    made = tantivy.Index(builder.build(), path=str(folder))
    writer = made.writer(heap_size=200_000_000, num_threads=1)
    for row, identity in enumerate(index.organisations):
        first, last = int(index.bounds[row]), int(index.bounds[row + 1])
        texts = (
            text
            for position in range(first, last)
            for passage in [index.passages[position]]
            for text in (passage.text, *passage.wordings.values())
        )
        writer.add_document(tantivy.Document(id=identity, text=" ".join(texts)))
    writer.commit()
    writer.wait_merging_threads()


def _ask_peer(index: tantivy.Index, text: str) -> list[str]:
    query, _ = index.parse_query_lenient(text, ["text"])
    searcher = index.searcher()
    hits = searcher.search(query, limit=10).hits
    return [searcher.doc(address)["id"][0] for _, address in hits]


def _timed(work: Any, clock: Any = time.perf_counter) -> float:
    started = clock()
    work()
    return float(clock() - started) * 1000


def _quantiles(times: list[float]) -> tuple[float, float, float]:
    ordered = sorted(times)
    p50, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * s))] for s in (0.5, 0.99))
    return p50, p99, ordered[-1]


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
