"""A site with a desk of its own, at which Mia Claes answers."""

import pytest
from filled import Time
from litestar.testing import TestClient

from baken import Workspace
from baken.config import Settings
from baken.desk import Actor, Contact
from baken.web import create_app


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def workspace(data, tmp_path, time):
    settings = Settings.load(
        {}, data=data, desk=str(tmp_path / "desk.sqlite"), desk_secret="s" * 40
    )
    with Workspace.open(settings) as workspace:
        workspace.__dict__["desk"] = Workspace.open_desk(settings, clock=time)
        workspace.desk.add_officer(Contact(name="Mia Claes", email="mia@desk.example"), ["en"])
        yield workspace


@pytest.fixture
def client(workspace):
    with TestClient(create_app(workspace), base_url="http://testserver.local") as client:
        yield client


@pytest.fixture
def officer(workspace):
    return Actor("officer", workspace.desk.officers()[0].person.id)
