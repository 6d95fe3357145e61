"""A site with a desk of its own, at which Mia Claes answers."""

import pytest
from filled import Time
from litestar.testing import TestClient
from msgspec import structs

from baken import Workspace
from baken.config import Settings
from baken.desk import Actor, Contact
from baken.web import create_app


@pytest.fixture
def time():
    return Time()


@pytest.fixture(scope="session")
def settings(data, tmp_path_factory):
    desk = tmp_path_factory.mktemp("desk") / "desk.sqlite"
    return Settings.load({}, data=data, desk=str(desk), desk_secret="s" * 40)


@pytest.fixture(scope="session")
def opened(settings):
    """A landscape and its site, for all tests: each puts a desk of its own there."""
    with Workspace.open(settings) as workspace:
        yield workspace, create_app(workspace)


@pytest.fixture
def workspace(opened, settings, tmp_path, time):
    workspace, _ = opened
    mine = structs.replace(settings, desk=str(tmp_path / "desk.sqlite"))
    with Workspace.open_desk(mine, clock=time) as desk:
        desk.team.add(Contact(name="Mia Claes", email="mia@desk.example"), ["en"])
        workspace.__dict__["desk"] = desk
        yield workspace


@pytest.fixture
def client(opened, workspace):
    _, app = opened
    with TestClient(app, base_url="http://testserver.local") as client:
        yield client


@pytest.fixture
def officer(workspace):
    return Actor("officer", workspace.desk.team.officers()[0].person.id)
