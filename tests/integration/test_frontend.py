"""What is committed of the frontend is what its sources give."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"


@pytest.mark.skipif(
    shutil.which("npm") is None, reason="building the frontend needs Node.js with npm"
)
@pytest.mark.enable_socket
def test_the_committed_build_is_what_the_sources_give():
    built = subprocess.run(
        ["make", "frontend-check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr


def test_the_lock_names_no_registry():
    lock = (FRONTEND / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 20


def test_every_entry_is_built_and_every_package_credited():
    static = ROOT / "src" / "baken" / "web" / "static"
    for entry in (FRONTEND / "src").glob("*.ts"):
        assert (static / f"{entry.stem}.js").exists()
    shipped = json.loads((FRONTEND / "package.json").read_text())["dependencies"]
    licences = (static / "licences.txt").read_text()
    for package, version in shipped.items():
        assert f"{package} {version}, " in licences
