"""The pictures in the docs, taken anew from the shipped landscape.

    python -m tools.screenshots            all of them
    python -m tools.screenshots map        those whose name contains a word

Takes a Chromium at ``/usr/bin/chromium``, or where the variable CHROMIUM says.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from granian.constants import Interfaces
from granian.server.embed import Server
from msgspec import structs
from playwright.sync_api import Browser, Page, sync_playwright

from baken.config import Settings
from baken.desk import Desk
from baken.web import office
from baken.web.app import create_app
from baken.workspace import Workspace
from tools.made_up_day import Time, add_team, fill

IMAGES = Path(__file__).parents[1] / "docs" / "images"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
"""The last three draw WebGL, which the map and the network need, on machines without a GPU."""

NEED = (
    "We make a smart inhaler and look for a lung department that would run a first study, and a "
    "place to test it at home with older people"
)
PATIENCE_S = 60
DRAWN_MS = 2_500
"""How long a page that draws is given."""


class Picture(NamedTuple):
    """One picture: the name of its file, the address, and how it is looked at."""

    name: str
    address: str
    width: int = 1180
    height: int = 1000
    scheme: str = "light"


PICTURES = (
    Picture("shortlist", f"/find?q={urllib.parse.quote_plus(NEED)}"),
    Picture("landscape", "/landscape"),
    Picture("map", "/map"),
    Picture("network", "/network"),
    Picture("organisation", "/nl/organisations/uza"),
    Picture("organisation-phone", "/organisations/uz-gent", 390, 844, "dark"),
)


DESK = (
    Picture("desk-inbox", "/desk", height=860),
    Picture("desk-enquiry", "/desk/enquiries/{Inhalers AB}", height=1240),
    Picture("desk-mail", "/desk/enquiries/{Cardiac Loop}?do=answer", height=1000),
)
"""Pictures of the team's screens, on a made-up day; names in braces are enquirers'."""


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots")
    parser.add_argument("word", nargs="?", default="", help="only those with this in the name")
    word = parser.parse_args().word
    IMAGES.mkdir(exist_ok=True)
    with _serving() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(ARGUMENTS)
        )
        for picture in PICTURES:
            if word in picture.name:
                _take(browser, site, picture)
        browser.close()
    if any(word in picture.name for picture in DESK):
        with _desk() as (site, ids), sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
                args=list(ARGUMENTS),
            )
            for picture in DESK:
                if word in picture.name:
                    address = picture.address.format_map(ids)
                    _take(browser, site, picture._replace(address=address))
            browser.close()
    return 0


def _take(browser: Browser, site: str, picture: Picture) -> None:
    window = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    page = window.new_page()
    page.goto(site + picture.address)
    if picture.name == "desk-mail":
        _write_answer(page)
    else:
        page.wait_for_timeout(DRAWN_MS)
    path = IMAGES / f"{picture.name}.png"
    page.screenshot(path=path)
    print(f"{path.relative_to(IMAGES.parents[1])}  {path.stat().st_size / 1e3:.0f} KB")
    window.close()


def _write_answer(page: Page) -> None:
    """Write an answer and have its mail shown."""
    page.locator("#text").fill(
        "Two hospitals here follow heart patients at home. May I ask them whether they want to "
        "meet you?"
    )
    page.get_by_role("button", name="See the mail first").click()


@contextlib.contextmanager
def _desk() -> Iterator[tuple[str, dict[str, str]]]:
    """Serve the team's screens of a made-up day; give the address and the enquiries' ids."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        time_, data = Time(), Path(folder)
        with (
            Workspace.open(data=data) as workspace,
            Desk.open(Settings.load({}, data=data), clock=time_) as desk,
        ):
            workspace.__dict__["desk"] = desk
            team = add_team(desk)
            ids = fill(desk, time_, team)
            office.SCREENS = tuple(  # type: ignore[misc]  # who is signed in is made up, too
                structs.replace(one, gate=lambda call: structs.replace(call, officer=team["mia"]))
                for one in office.SCREENS
            )
            server = Server(
                create_app(workspace), address="127.0.0.1", port=port, interface=Interfaces.ASGI
            )
            thread = threading.Thread(target=asyncio.run, args=(server.serve(),), daemon=True)
            thread.start()
            _wait_for(f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}", ids
            server.stop()
            thread.join(timeout=5)


def _wait_for(address: str) -> None:
    """Wait until a site answers."""
    end = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        if time.monotonic() > end:
            raise TimeoutError(f"{address} did not answer within {PATIENCE_S} s")
        time.sleep(0.2)


@contextlib.contextmanager
def _serving() -> Iterator[str]:
    """Serve the shipped landscape and give the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BAKEN_")}
    command = [Path(sys.executable).with_name("baken"), "serve", "--port", str(port)]
    with tempfile.TemporaryDirectory() as data:
        environment = {**clean, "BAKEN_DATA": data}
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
            site = f"http://127.0.0.1:{port}"
            try:
                _wait_for(f"{site}/healthz")
                yield site
            finally:
                server.terminate()


if __name__ == "__main__":
    sys.exit(main())
