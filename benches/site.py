"""How fast pages come, beside Datasette serving the same records in the same run.

    python -m benches.site                          the shipped landscape
    python -m benches.site --organisations 100000   an invented one of that size, too
    python -m benches.site --publish                and how long publishing them takes

    python -m benches.site --requests 20 --no-peer  a first look

An invented landscape is kept in the data folder, beside its index: making one of 100,000
organisations takes a quarter of an hour. One of up to 10,000 is published, where asked for. Each
line is printed when it is known; Ctrl-C ends the run and the servers. Exit code 1 when a budget is
not kept, 130 when interrupted.

A machine that does other work at the same time makes everything look slow; so beside the time that
a visitor waits there is the processor time that the server took (Linux only), and with
``--processor-time`` that alone decides what is over a limit.

Both servers run as people start them, one process each, and are asked over HTTP on one kept
connection: an organisation, the list narrowed by kind with its facets, and both as JSON. Datasette
(``pip install datasette``) has one table of the flat records with the same facets, no sources, no
hierarchy and no languages. Of Baken's pages the times are given for who asks first and for who asks
again, and the bytes on the wire. The budgets are those of issue 5 (docs/site.md): times are of the
median request, bytes are compressed, and of a page with all that it needs besides: its style
sheets, scripts and font.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import http.client
import math
import os
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from benches.invented import Invented
from benches.machine import machine
from msgspec import Struct

from baken.config import Settings
from baken.model import record
from baken.store import open_store
from baken.web.pages import PAGES
from baken.web.publishing import publish
from baken.workspace import Workspace

REQUESTS = 200
BUSY_MS = 100.0
"""Processor time within a second that a server takes while it still loads."""

LONGEST_S = 20.0
"""Seconds that the requests of one address may take, so that a slow page does not hold up all."""

PATIENCE_S = 900
PAIRS = (
    ("an organisation", "/organisations/{id}", "/records/organisation/{id}"),
    (
        "the same as JSON",
        "/organisations/{id}.json",
        "/records/organisation/{id}.json?_shape=array",
    ),
    (
        "the list of a kind",
        "/organisations?kind={kind}",
        "/records/organisation?kind={kind}{facets}",
    ),
    (
        "the same as JSON",
        "/organisations.json?kind={kind}",
        "/records/organisation.json?kind={kind}{facets}",
    ),
)
PUBLISHED_S = {1_000: 5.0, 10_000: 60.0}
"""Seconds that publishing may take, of up to so many organisations."""

SMALL, LARGE = 8.0, 25.0
"""Milliseconds that a page may take, of a landscape of up to 1,000 organisations and of more."""

FIRST_VIEW_KB, MAP_KB = 100.0, 450.0
EXEMPT = frozenset({"/handbook", "/project"})
"""Pages that are made for one company; they have no budget of time."""

LISTED = re.compile(r'(?:href|src)="(/static/[^"]+)"')
NAMED = re.compile(r"""["'(]\.?/?([\w-]+\.(?:m?js|css|woff2))["')]""")
"""Files beside a style sheet or script that it loads; of what is loaded later, all counts."""

FACETS = "&_facet=kind&_facet=province&_size=40&_sort=name"


class Run(Struct, frozen=True):
    """How this run was asked for.

    Attributes:
        requests: of each address; fewer where they take longer than `LONGEST_S` together.
        is_published: whether the site is published too.
        is_compared: whether Datasette runs beside.
        by_processor: whether processor time decides what is over a limit.
    """

    requests: int
    is_published: bool
    is_compared: bool
    by_processor: bool


class Server(Struct, frozen=True):
    """A running server: where it answers, and its process."""

    port: int
    process: int


class Took(Struct, frozen=True):
    """Milliseconds of some requests: the median, the 99th percentile, of a processor each."""

    median: float
    slowest: float
    processor: float

    def __str__(self) -> str:
        spent = "" if math.isnan(self.processor) else f" {self.processor:.1f}"
        return f"{self.median:.1f} ({self.slowest:.1f}){spent}"


def main() -> int:
    """Print a table for each landscape."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--organisations", type=int, nargs="*", default=[])
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each address")
    parser.add_argument("--publish", action="store_true")
    parser.add_argument("--no-peer", action="store_true", help="leave Datasette out")
    parser.add_argument("--processor-time", action="store_true", help="judge by it")
    given = parser.parse_args()
    run = Run(given.requests, given.publish, not given.no_peer, given.processor_time)
    print(f"{machine()}\n", flush=True)
    over: list[str] = []
    try:
        for count in (0, *given.organisations):
            with tempfile.TemporaryDirectory() as scratch:
                over += measure(count, Path(scratch), run)
    except KeyboardInterrupt:
        print("\ninterrupted; what is above holds")
        return 130
    print("every budget is kept" if not over else "over budget:\n  " + "\n  ".join(over))
    return 1 if over else 0


def invent(count: int, data: Path) -> Path:
    """Return a store with an invented landscape; one that was made before is used again."""
    path = data / f"invented-{count}.sqlite"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with Workspace.open(data=data) as shipped, open_store(f"sqlite:///{unfinished}") as store:
            invented = Invented(shipped.store, count)
            day = datetime.date(2026, 11, 22)
            store.sync("bench", invented.statements(), on=day, landscape=invented.landscape())
        unfinished.rename(path)
    return path


def measure(count: int, folder: Path, run: Run) -> list[str]:
    """Serve a landscape with both, print how long their pages take, and return what is over."""
    data = Settings.load().data
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAKEN_")}
    environment["BAKEN_DATA"] = str(data)
    if count:
        environment["BAKEN_STORE"] = str(invent(count, data))
    with Workspace.open(data=data, store=environment.get("BAKEN_STORE")) as workspace:
        ids, kind = _lay_out(workspace, folder / "records.db")
        addresses = tuple(_addresses(workspace, ids[len(ids) // 2]))
    print(f"{len(ids):,} organisations\n", flush=True)
    over: list[str] = []
    most_s = next((s for most, s in PUBLISHED_S.items() if len(ids) <= most), None)
    if run.is_published and most_s is not None:
        took = _publish(data, environment.get("BAKEN_STORE"), folder)
        if took > most_s:
            over.append(f"publishing {len(ids):,}: {took:.1f} s, limit {most_s:.0f}")
    ours = [str(Path(sys.executable).with_name("baken")), "serve", "--port"]
    theirs = [sys.executable, "-m", "datasette", str(folder / "records.db"), "--port"]
    started = time.monotonic()
    with _serving(ours, "/healthz", environment) as baken, _clocked(started):
        _settle(baken)
        if run.is_compared:
            with _serving(theirs, "/-/versions.json", environment) as datasette:
                _compare(baken, datasette, ids, kind, run)
        # A parameter that no page knows makes each address a new one, of which nothing is kept.
        print(f"{'Baken’s pages, median ms (p99) cpu':36}{'anew':>22}{'again':>22}", end="")
        print(f"{'limit':>7}{'KB':>8}{'first view':>12}{'limit':>7}", flush=True)
        for address in addresses:
            over += _weigh(baken, address, len(ids), run)
        print(flush=True)
    return over


def _compare(baken: Server, datasette: Server, ids: Sequence[str], kind: str, run: Run) -> None:
    """Ask both servers for the same, and print how long each takes."""
    print(f"{'median ms (p99) cpu':24}{'Baken':>22}{'Datasette':>22}{'Baken takes':>14}")
    for label, one, other in PAIRS:
        values = {"kind": kind, "facets": FACETS}
        cycled = _cycled(ids, run.requests)
        mine = _ask(baken, [one.format(id=i, **values) for i in cycled])
        peer = _ask(datasette, [other.format(id=i, **values) for i in cycled])
        ratio = mine.median / peer.median
        print(f"{label:24}{mine!s:>22}{peer!s:>22}{ratio:>13.2f} ×", flush=True)
    print()


def _weigh(baken: Server, address: str, count: int, run: Run) -> list[str]:
    """Print how long a page takes and what it weighs; return what of it is over its budget."""
    joint = "&" if "?" in address else "?"
    path = address.partition("?")[0]
    most_ms = math.inf if path in EXEMPT else SMALL if count <= 1_000 else LARGE
    most_kb = MAP_KB if path in ("/map", "/embed/map") else FIRST_VIEW_KB
    try:
        anew = _ask(baken, [f"{address}{joint}anew={i}" for i in range(run.requests)])
        again = _ask(baken, [address] * run.requests)
        size, whole = (n / 1e3 for n in _sizes(baken, address))
    except (OSError, http.client.HTTPException, ValueError) as error:
        print(f"{address:36}no answer: {error}", flush=True)
        return [f"{address} of {count:,}: no answer"]
    judged = anew.processor if run.by_processor else anew.median
    over = []
    if judged > most_ms:
        over.append(f"{address} of {count:,}: {judged:.1f} ms, limit {most_ms:.0f}")
    if whole > most_kb:
        over.append(f"{address} of {count:,}: {whole:.0f} KB, limit {most_kb:.0f}")
    print(f"{address:36}{anew!s:>22}{again!s:>22}{most_ms:>7.0f}", end="")
    print(f"{size:>8.1f}{whole:>12.1f}{most_kb:>7.0f}{'  over' if over else ''}", flush=True)
    return over


def _publish(data: Path, store: str | None, folder: Path) -> float:
    """Publish a landscape as files, print how long that takes, and return it in seconds."""
    started, before = time.perf_counter(), os.times()
    made = publish(Settings.load(data=data, store=store), folder / "site")
    took, after = time.perf_counter() - started, os.times()
    spent = sum(b - a for a, b in zip(before[:4], after[:4], strict=True))
    print(
        f"published in four languages: {made.pages:,} pages, {made.files:,} files, "
        f"{made.size / 1e6:,.0f} MB in {took:.1f} s, of which processors {spent:.1f} s; "
        f"{len(made.broken)} links broken\n",
        flush=True,
    )
    return took


@contextlib.contextmanager
def _clocked(started: float) -> Iterator[None]:
    """Print how long the server that was started last took to answer."""
    print(f"answers {time.monotonic() - started:.1f} s after the start\n", flush=True)
    yield


def _lay_out(workspace: Workspace, path: Path) -> tuple[list[str], str]:
    """Write the flat records into a table with indexes on its facets; return ids and a kind."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE organisation (id TEXT PRIMARY KEY, name TEXT, kind TEXT, province TEXT,"
            " place TEXT, part_of TEXT, themes TEXT, offers TEXT, figures TEXT, relations TEXT,"
            " website TEXT)"
        )
        ids = []
        for organisation in workspace.organisations():
            flat = msgspec.to_builtins(record(organisation, workspace.landscape))
            names = ("part_of", "themes", "offers", "figures", "relations")
            texts = [msgspec.json.encode(flat[name]).decode() for name in names]
            plain = [flat[name] for name in ("id", "name", "kind", "province", "place")]
            connection.execute(
                f"INSERT INTO organisation VALUES ({', '.join('?' * 11)})",
                (*plain, *texts, flat["website"]),
            )
            ids.append(flat["id"])
        for column in ("kind", "province", "name"):
            connection.execute(f"CREATE INDEX by_{column} ON organisation ({column})")
    return ids, max(workspace.facets().kinds.items(), key=lambda item: item[1])[0]


def _addresses(workspace: Workspace, organisation: str) -> Iterator[str]:
    """Yield an address of each kind of page."""
    facets = workspace.facets()
    ids = {
        "/organisations/": organisation,
        "/themes/": next(iter(facets.themes), None) or next(iter(workspace.landscape.themes), ""),
        "/places/": next(iter(facets.provinces), ""),
    }
    for page in PAGES:
        for start, one in ids.items():
            if start in page.path and "{" in page.path and one in _known(workspace, start, one):
                yield page.path.replace("{id:str}", one)
        if "{" not in page.path:
            yield page.path


def _known(workspace: Workspace, start: str, one: str) -> tuple[str, ...]:
    landscape = workspace.landscape
    is_there = {
        "/organisations/": True,
        "/themes/": one in landscape.themes,
        "/places/": one in landscape.places,
    }
    return (one,) if is_there[start] else ()


def _cycled(ids: Sequence[str], count: int) -> list[str]:
    step = max(1, len(ids) // count)
    return [ids[(i * step) % len(ids)] for i in range(count)]


@contextlib.contextmanager
def _serving(command: Sequence[str], path: str, environment: dict[str, str]) -> Iterator[Server]:
    """Start a server on a free port, wait until it answers, and give where."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*command, str(port)], env=environment, stdout=quiet, stderr=quiet) as it:
        try:
            end = time.monotonic() + PATIENCE_S
            while True:
                with contextlib.suppress(OSError):
                    _fetch(http.client.HTTPConnection("127.0.0.1", port, timeout=5), path)
                    break
                if it.poll() is not None:
                    raise ChildProcessError(f"{command[0]} ended before it answered")
                if time.monotonic() > end:
                    raise TimeoutError(f"{command[0]} did not answer within {PATIENCE_S} s")
                time.sleep(0.2)
            yield Server(port, it.pid)
        finally:
            it.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                it.wait(10)
            it.kill()


def _ask(server: Server, addresses: Sequence[str]) -> Took:
    """Return how long some requests take, on one connection, after five that do not count."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for address in addresses[:5]:
        _fetch(connection, address)
    times: list[float] = []
    began, before = time.monotonic(), _processor_ms(server.process)
    for address in addresses:
        started = time.perf_counter()
        _fetch(connection, address)
        times.append((time.perf_counter() - started) * 1e3)
        if time.monotonic() - began > LONGEST_S and len(times) > 4:
            break
    spent = (_processor_ms(server.process) - before) / len(times)
    connection.close()
    return Took(statistics.median(times), statistics.quantiles(times, n=100)[98], spent)


def _settle(server: Server) -> None:
    """Wait until a server has loaded what it loads beside its first answers, as names are."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE_S:
        before = _processor_ms(server.process)
        time.sleep(1)
        if not _processor_ms(server.process) - before > BUSY_MS:
            break
    print(f"at rest {time.monotonic() - started:.0f} s later\n", flush=True)


def _processor_ms(process: int) -> float:
    """Return the processor time of a process and those below it; not a number but on Linux."""
    try:
        found = [Path(entry.path) / "stat" for entry in os.scandir("/proc") if entry.name.isdigit()]
    except OSError:
        return math.nan
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for path in found:
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            one = int(path.parent.name)
            parents[one], ticks[one] = int(fields[1]), int(fields[11]) + int(fields[12])
    total, todo = 0, [process]
    while todo:
        one = todo.pop()
        total += ticks.get(one, 0)
        todo += [child for child, parent in parents.items() if parent == one]
    return total / os.sysconf("SC_CLK_TCK") * 1e3


def _fetch(connection: http.client.HTTPConnection, address: str, **headers: str) -> bytes:
    connection.request("GET", address, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != http.client.OK:
        raise ValueError(f"{address} answered {answer.status}: {content[:200]!r}")
    return content


def _sizes(server: Server, address: str) -> tuple[int, int]:
    """Return the bytes of a page as browsers get it, and with all that it loads."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    packed = {"Accept-Encoding": "br, gzip"}
    page = len(_fetch(connection, address, **packed))
    todo = LISTED.findall(_fetch(connection, address).decode())
    loaded: dict[str, int] = {}
    while todo:
        one = todo.pop()
        if one not in loaded:
            try:
                loaded[one] = len(_fetch(connection, one, **packed))
            except ValueError:  # a library may name files that it can do without
                continue
            if one.endswith((".css", ".js", ".mjs")):
                text = _fetch(connection, one).decode()
                folder = one.rpartition("/")[0]
                todo += [f"{folder}/{name}" for name in NAMED.findall(text)]
    return page, page + sum(loaded.values())


if __name__ == "__main__":
    sys.exit(main())
