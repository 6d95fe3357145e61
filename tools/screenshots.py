"""The pictures in the docs, taken anew from the shipped landscape.

    python -m tools.screenshots            all of them
    python -m tools.screenshots map        those whose name contains a word

Takes a Chromium at ``/usr/bin/chromium``, or where the variable CHROMIUM says.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

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
    return 0


def _take(browser: Browser, site: str, picture: Picture) -> None:
    window = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    page = window.new_page()
    page.goto(site + picture.address)
    page.wait_for_timeout(DRAWN_MS)
    path = IMAGES / f"{picture.name}.png"
    page.screenshot(path=path)
    print(f"{path.relative_to(IMAGES.parents[1])}  {path.stat().st_size / 1e3:.0f} KB")
    window.close()


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
                end = time.monotonic() + PATIENCE_S
                while True:
                    with contextlib.suppress(OSError):
                        urllib.request.urlopen(f"{site}/healthz", timeout=5).close()
                        break
                    if time.monotonic() > end:
                        raise TimeoutError(f"{site} did not answer within {PATIENCE_S} s")
                    time.sleep(0.2)
                yield site
            finally:
                server.terminate()


if __name__ == "__main__":
    sys.exit(main())
