"""A command that runs as a person runs it, with a data folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def data(new_data):
    """The folder in which this session's commands keep store and index."""
    return new_data()


@pytest.fixture(scope="session")
def baken(data):
    """Run ``baken`` with arguments; return the finished process."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BAKEN_")}

    def run(*arguments, cwd=ROOT, **environment):
        return subprocess.run(
            [str(Path(sys.executable).with_name("baken")), *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=cwd,
            env={**clean, "BAKEN_DATA": str(data), **environment},
            timeout=120,
            check=False,
        )

    return run
