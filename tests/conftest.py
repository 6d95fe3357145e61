"""The shipped landscape, loaded and indexed once for all tests of a process."""

import shutil

import pytest

from baken import Workspace


@pytest.fixture(scope="session")
def new_data(tmp_path_factory):
    """A function that makes a data folder in which the shipped landscape is ready."""
    ready = tmp_path_factory.mktemp("ready")
    Workspace.open(data=ready).close()

    def make():
        folder = tmp_path_factory.mktemp("data")
        shutil.copytree(ready, folder, dirs_exist_ok=True)
        return folder

    return make
