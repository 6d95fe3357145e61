"""The workspace opens the desk that its settings describe, when it is asked for."""

import datetime

from baken import Workspace
from baken.config import Settings
from baken.desk import SYSTEM
from baken.store import open_store
from baken.testing import DAY, describe, make_landscape


def test_the_desk_is_opened_when_asked_for_and_closed_with_the_workspace(tmp_path):
    settings = Settings.load({}, data=tmp_path)
    with open_store(tmp_path / "s.sqlite") as store:
        store.sync("landscape", describe("imec"), on=DAY, landscape=make_landscape())
    with Workspace(open_store(tmp_path / "s.sqlite"), matcher=None, settings=settings):
        assert not (tmp_path / "desk.sqlite").exists()
    with Workspace(open_store(tmp_path / "s.sqlite"), matcher=None, settings=settings) as opened:
        assert opened.desk.inbox(by=SYSTEM) == []
        assert opened.desk is opened.desk
    assert (tmp_path / "desk.sqlite").stat().st_mode & 0o077 == 0


def test_the_desk_alone_needs_no_landscape_and_takes_a_clock(tmp_path):
    then = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
    with Workspace.open_desk(data=tmp_path, clock=lambda: then) as desk:
        assert desk.now() == then
