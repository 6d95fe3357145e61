"""How fast pages come, beside Datasette serving the same records in the same run.

    python -m benches.site                          the shipped landscape
    python -m benches.site --organisations 100000   an invented one of that size, too
    python -m benches.site --publish                and how long publishing them takes

An invented landscape is kept in the data folder, beside its index: making one of 100,000
organisations takes a quarter of an hour. Exit code 1 when a budget is not kept.

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

from baken.config import Settings
from baken.model import record
from baken.store import open_store
from baken.web.pages import PAGES
from baken.web.publishing import publish
from baken.workspace import Workspace

REQUESTS = 200
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
SMALL, LARGE = 8.0, 25.0
"""Milliseconds that a page may take, of a landscape of up to 1,000 organisations and of more."""

FIRST_VIEW_KB, MAP_KB = 100.0, 450.0
EXEMPT = frozenset({"/handbook", "/project"})
"""Pages that are made for one company; they have no budget of time."""

LISTED = re.compile(r'(?:href|src)="(/static/[^"]+)"')
NAMED = re.compile(r"""["'(]\.?/?([\w-]+\.(?:m?js|css|woff2))["')]""")
"""Files beside a style sheet or script that it loads; of what is loaded later, all counts."""

FACETS = "&_facet=kind&_facet=province&_size=40&_sort=name"


def main() -> int:
    """Print a table for each landscape."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--organisations", type=int, nargs="*", default=[])
    parser.add_argument("--publish", action="store_true")
    given = parser.parse_args()
    print(f"{machine()}\n")
    kept = True
    for count in (0, *given.organisations):
        with tempfile.TemporaryDirectory() as scratch:
            kept &= measure(count, Path(scratch), is_published=given.publish)
    return 0 if kept else 1


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


def measure(count: int, folder: Path, *, is_published: bool) -> bool:
    """Serve a landscape with both, print how long their pages take, and return if it is enough."""
    data = Settings.load().data
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAKEN_")}
    environment["BAKEN_DATA"] = str(data)
    if count:
        environment["BAKEN_STORE"] = str(invent(count, data))
    with Workspace.open(data=data, store=environment.get("BAKEN_STORE")) as workspace:
        ids, kind = _lay_out(workspace, folder / "records.db")
        addresses = tuple(_addresses(workspace, ids[len(ids) // 2]))
    print(f"{len(ids):,} organisations\n")
    if is_published:
        _publish(data, environment.get("BAKEN_STORE"), folder)
    ours = [str(Path(sys.executable).with_name("baken")), "serve", "--port"]
    theirs = [sys.executable, "-m", "datasette", str(folder / "records.db"), "--port"]
    started = time.monotonic()
    with (
        _serving(ours, "/healthz", environment) as baken,
        _clocked(started),
        _serving(theirs, "/-/versions.json", environment) as datasette,
    ):
        print(f"{'median ms (p99)':24}{'Baken':>16}{'Datasette':>16}{'Baken takes':>14}")
        for label, one, other in PAIRS:
            values = {"kind": kind, "facets": FACETS}
            mine = _ask(baken, [one.format(id=i, **values) for i in _cycled(ids)])
            peer = _ask(datasette, [other.format(id=i, **values) for i in _cycled(ids)])
            print(f"{label:24}{_show(mine):>16}{_show(peer):>16}{mine[0] / peer[0]:>13.2f} ×")
        # A parameter that no page knows makes each address a new one, of which nothing is kept.
        print(
            f"\n{'Baken’s pages, median ms (p99)':34}{'anew':>18}{'again':>18}{'limit':>8}", end=""
        )
        print(f"{'KB':>8}{'first view':>12}{'limit':>8}")
        is_kept = True
        for address in addresses:
            joint = "&" if "?" in address else "?"
            anew = _ask(baken, [f"{address}{joint}anew={i}" for i in range(REQUESTS)])
            again = _ask(baken, [address] * REQUESTS)
            size, whole = (n / 1e3 for n in _sizes(baken, address))
            path = address.partition("?")[0]
            most_ms = math.inf if path in EXEMPT else SMALL if len(ids) <= 1_000 else LARGE
            most_kb = MAP_KB if path in ("/map", "/embed/map") else FIRST_VIEW_KB
            is_over = anew[0] > most_ms or whole > most_kb
            is_kept &= not is_over
            print(f"{address:34}{_show(anew):>18}{_show(again):>18}{most_ms:>8.0f}", end="")
            print(f"{size:>8.1f}{whole:>12.1f}{most_kb:>8.0f}{'  over' if is_over else ''}")
        print()
    return is_kept


def _publish(data: Path, store: str | None, folder: Path) -> None:
    """Publish a landscape as files and print how long that takes."""
    started, before = time.perf_counter(), os.times()
    made = publish(Settings.load(data=data, store=store), folder / "site")
    took, after = time.perf_counter() - started, os.times()
    spent = sum(b - a for a, b in zip(before[:4], after[:4], strict=True))
    print(
        f"published: {made.pages:,} pages, {made.files:,} files, {made.size / 1e6:,.0f} MB in "
        f"{took:.1f} s, of which processors {spent:.1f} s; {len(made.broken)} links broken\n"
    )


@contextlib.contextmanager
def _clocked(started: float) -> Iterator[None]:
    """Print how long the server that was started last took to answer."""
    print(f"answers {time.monotonic() - started:.1f} s after the start\n")
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


def _cycled(ids: Sequence[str]) -> list[str]:
    step = max(1, len(ids) // REQUESTS)
    return [ids[(i * step) % len(ids)] for i in range(REQUESTS)]


@contextlib.contextmanager
def _serving(command: Sequence[str], path: str, environment: dict[str, str]) -> Iterator[int]:
    """Start a server on a free port, wait until it answers, and give its port."""
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
                if time.monotonic() > end:
                    raise TimeoutError(f"{command[0]} did not answer within {PATIENCE_S} s")
                time.sleep(0.2)
            yield port
        finally:
            it.terminate()


def _ask(port: int, addresses: Sequence[str]) -> tuple[float, float]:
    """Return the median and the 99th percentile of the times of some requests, milliseconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for address in addresses[:5]:
        _fetch(connection, address)
    times = []
    for address in addresses:
        started = time.perf_counter()
        _fetch(connection, address)
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def _fetch(connection: http.client.HTTPConnection, address: str, **headers: str) -> bytes:
    connection.request("GET", address, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != http.client.OK:
        raise ValueError(f"{address} answered {answer.status}: {content[:200]!r}")
    return content


def _sizes(port: int, address: str) -> tuple[int, int]:
    """Return the bytes of a page as browsers get it, and with all that it loads."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
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


def _show(times: tuple[float, float]) -> str:
    return f"{times[0]:.1f} ({times[1]:.1f})"


if __name__ == "__main__":
    sys.exit(main())
