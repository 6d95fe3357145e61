"""The workspace opens the desk that its settings describe, when it is asked for."""

import datetime
import threading
import time
from concurrent.futures import ThreadPoolExecutor

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


def test_two_who_ask_first_at_once_get_the_same_desk(tmp_path, monkeypatch):
    with open_store(tmp_path / "s.sqlite") as store:
        store.sync("landscape", describe("imec"), on=DAY, landscape=make_landscape())
    settings, opened, both = Settings.load({}, data=tmp_path), [], threading.Barrier(2)
    open_desk = Workspace.open_desk

    def slowly(given):
        opened.append(given)
        time.sleep(0.2)
        return open_desk(given)

    monkeypatch.setattr(Workspace, "open_desk", staticmethod(slowly))
    with (
        Workspace(open_store(tmp_path / "s.sqlite"), matcher=None, settings=settings) as workspace,
        ThreadPoolExecutor(2) as people,
    ):
        desks = list(people.map(lambda _: both.wait() >= 0 and workspace.desk, range(2)))
    assert desks[0] is desks[1]
    assert len(opened) == 1


def test_the_desk_alone_needs_no_landscape_and_takes_a_clock(tmp_path):
    then = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
    with Workspace.open_desk(data=tmp_path, clock=lambda: then) as desk:
        assert desk.now() == then
