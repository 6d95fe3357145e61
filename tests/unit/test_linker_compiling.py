"""What the linker compiles is kept, and never outlives its sources."""

import ast

import pytest

from baken.linker import compiling
from baken.linker.compiling import SENTENCE, SOURCES, cache_folder, njit, told

ROOM = {path.stem: path for path in compiling._HERE.glob("*.py")}


def neighbours(name):
    """Return the modules of the linker that one of them imports."""
    nodes = ast.walk(ast.parse(ROOM[name].read_text()))
    return {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.level == 1}


def test_everything_that_compiled_code_sees_is_a_source():
    seen, found = set(), {name for name in ROOM if "compiling" in neighbours(name)}
    assert found
    while found:
        seen |= found
        found = set().union(*map(neighbours, found)) - seen - {"compiling"}
    assert set(SOURCES.split()) == seen


def test_no_module_asks_numba_itself():
    assert [n for n, path in ROOM.items() if "from numba import" in path.read_text()] == []


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A folder of sources in the place of the linker's own."""
    for name in SOURCES.split():
        (tmp_path / f"{name}.py").write_text(name)
    monkeypatch.setattr(compiling, "_HERE", tmp_path)
    cache_folder.cache_clear()
    yield tmp_path
    cache_folder.cache_clear()


def test_another_source_makes_another_folder(room):
    first = cache_folder()
    assert first.parent == room / "__pycache__"
    cache_folder.cache_clear()
    assert cache_folder() == first
    (room / "tokens.py").write_text("changed")
    cache_folder.cache_clear()
    assert cache_folder() != first


def test_where_the_package_cannot_be_written_the_user_s_folder_is_taken(room, monkeypatch):
    (room / "__pycache__").write_text("no folder can be made here")
    monkeypatch.setattr(compiling.platformdirs, "user_cache_dir", lambda _: str(room / "own"))
    assert cache_folder().parent == room / "own"


def test_what_is_compiled_is_in_the_folder(room):
    @njit()
    def add(a, b):
        return a + b

    assert add(1, 2) == 3
    assert any(cache_folder().rglob("*.nbc"))


def test_where_nothing_can_be_written_it_compiles_all_the_same(room, monkeypatch):
    (room / "__pycache__").write_text("no folder can be made here")
    monkeypatch.setattr(compiling.platformdirs, "user_cache_dir", lambda _: "/dev/null/cache")
    assert cache_folder() is None

    @njit()
    def add(a, b):
        return a + b

    assert add(1, 2) == 3


@pytest.mark.parametrize(("after_s", "says"), [(0.0, [SENTENCE]), (60.0, [])])
def test_a_long_compilation_is_told_once(room, after_s, says):
    @njit()
    def twice(a):
        return a + a

    heard = []
    with told(heard.append, after_s=after_s):
        twice(1)
        twice("a")
        twice("a")
    assert heard == says
