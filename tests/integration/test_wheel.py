"""The built wheel, alone in an empty environment, finds and serves."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.wheel, pytest.mark.enable_socket]


def run(*command, **more):
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=300, check=False, **more
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel):
    """The bin folder of an environment that holds nothing but the wheel and what it requires."""
    folder = wheel.parent
    run(sys.executable, "-m", "venv", folder / "venv")
    bin_ = folder / "venv" / "bin"
    run(bin_ / "python", "-m", "pip", "install", "--quiet", wheel)
    return bin_


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("BAKEN_", "PYTHON"))}
    return {"cwd": folder, "env": {**clean, "BAKEN_DATA": str(folder / "data")}}


def test_it_holds_the_package_s_data_and_no_compiled_code(wheel):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("baken/")}
    source = ROOT / "src"
    files = {p.relative_to(source).as_posix() for p in (source / "baken").rglob("*") if p.is_file()}
    expected = {name for name in files if "__pycache__" not in name}
    assert "baken/linker/model.json" in expected
    assert {name for name in held if not name.startswith("baken/landscapes/")} == expected


def test_it_finds(installed, home):
    need = "labo voor celtherapie tegen kanker"
    answer = json.loads(run(installed / "baken", "find", need, "--json", **home))
    assert answer["matches"][0]["id"] == "vub-molecular-cellular-therapy"


def test_it_serves(installed, home):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([installed / "baken", "serve", "--port", str(port)], **home) as server:
        try:
            page = _fetch(f"http://127.0.0.1:{port}/find?q=biobank", patience_s=60)
        finally:
            server.terminate()
    assert "University Biobank Limburg" in page


def _fetch(url, *, patience_s):
    """Return the page, waiting for the server to come up."""
    end = time.monotonic() + patience_s
    while True:
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(url, timeout=10).read().decode()
        assert time.monotonic() < end, f"{url} did not answer within {patience_s} s"
        time.sleep(0.3)
