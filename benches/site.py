"""How fast pages come, beside Datasette serving the same records in the same run.

    python -m benches.site                          the shipped landscape
    python -m benches.site --organisations 100000   a synthetic one of that size, too

Both servers run as people start them, one process each, and are asked over HTTP on one kept
connection: an organisation, the list narrowed by kind with its facets, and both as JSON. Datasette
(``pip install datasette``) has one table of the flat records with the same facets, no sources, no
hierarchy and no languages. Of Baken's pages the times are given for who asks first and for who asks
again, and the bytes on the wire.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import http.client
import os
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
from benches.machine import machine
from benches.store import synthetic_statements

from baken.model import record
from baken.store import open_store
from baken.testing import make_landscape
from baken.web.pages import PAGES
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
FACETS = "&_facet=kind&_facet=province&_size=40&_sort=name"


def main() -> int:
    """Print a table for each landscape."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--organisations", type=int, nargs="*", default=[])
    given = parser.parse_args()
    print(f"{machine()}\n")
    for count in (0, *given.organisations):
        with tempfile.TemporaryDirectory() as scratch:
            measure(count, Path(scratch))
    return 0


def measure(count: int, folder: Path) -> None:
    """Serve a landscape with both and print how long their pages take."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAKEN_")}
    environment["BAKEN_DATA"] = str(folder)
    if count:
        environment["BAKEN_STORE"] = str(folder / "synthetic.sqlite")
        with open_store(f"sqlite:///{folder}/synthetic.sqlite") as store:
            day = datetime.date(2026, 11, 22)
            store.sync("bench", synthetic_statements(count), on=day, landscape=make_landscape())
    with Workspace.open(data=folder, store=environment.get("BAKEN_STORE")) as workspace:
        ids, kind = _lay_out(workspace, folder / "records.db")
        addresses = tuple(_addresses(workspace, ids[0]))
    print(f"{len(ids):,} organisations\n")
    ours = [str(Path(sys.executable).with_name("baken")), "serve", "--port"]
    theirs = [sys.executable, "-m", "datasette", str(folder / "records.db"), "--port"]
    with (
        _serving(ours, "/healthz", environment) as baken,
        _serving(theirs, "/-/versions.json", environment) as datasette,
    ):
        print(f"{'median ms (p99)':24}{'Baken':>16}{'Datasette':>16}{'Baken takes':>14}")
        for label, one, other in PAIRS:
            values = {"kind": kind, "facets": FACETS}
            mine = _ask(baken, [one.format(id=i, **values) for i in _cycled(ids)])
            peer = _ask(datasette, [other.format(id=i, **values) for i in _cycled(ids)])
            print(f"{label:24}{_show(mine):>16}{_show(peer):>16}{mine[0] / peer[0]:>13.2f} ×")
        # A parameter that no page knows makes each address a new one, of which nothing is kept.
        print(f"\n{'Baken’s pages, median ms (p99)':34}{'anew':>18}{'again':>18}{'KB':>8}")
        for address in addresses:
            anew = _ask(baken, [f"{address}?anew={i}" for i in range(REQUESTS)])
            again = _ask(baken, [address] * REQUESTS)
            size = _size(baken, address) / 1e3
            print(f"{address:34}{_show(anew):>18}{_show(again):>18}{size:>8.1f}")
        print()


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


def _size(port: int, address: str) -> int:
    """Return the bytes of a page as browsers ask for it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    return len(_fetch(connection, address, **{"Accept-Encoding": "br, gzip"}))


def _show(times: tuple[float, float]) -> str:
    return f"{times[0]:.1f} ({times[1]:.1f})"


if __name__ == "__main__":
    sys.exit(main())
