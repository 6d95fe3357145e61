"""A real server and a real browser."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="session")
def site(new_data):
    """The address of a running site."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BAKEN_")}
    environment = {**clean, "BAKEN_DATA": str(new_data())}
    command = [Path(sys.executable).with_name("baken"), "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(f"{address}/healthz", patience_s=60)
            yield address
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                # Maps and graphs are drawn in software where there is no graphics card.
                "--use-gl=angle",
                "--use-angle=swiftshader",
                "--enable-unsafe-swiftshader",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, site):
    """Open an address of the site in a fresh window; what the console says is an error."""
    windows = []

    def open_(address, *, width=1280, scheme="light", java_script=True):
        window = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=java_script,
            reduced_motion="reduce",
        )
        windows.append(window)
        page = window.new_page()
        page.complaints = []
        # What the software that stands in for a graphics card says is not the page's doing.
        page.on(
            "console",
            lambda message: (
                message.text.startswith("[.WebGL") or page.complaints.append(message.text)
            ),
        )
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(site + address)
        return page

    yield open_
    for window in windows:
        window.close()


def _wait_for(url, *, patience_s):
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.2)
    raise TimeoutError(f"{url} did not answer within {patience_s} s")
