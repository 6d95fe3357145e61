"""SQL by name, from the files under ``sql/``.

A file holds blocks that begin with ``-- name: a_name``; other comment lines are for its readers.
``-- include: a_name`` stands for the text of another block. A parameter is written ``:name``, and
``IN (:name[])`` for one that is a list; each is put into the database's own spelling once, here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

from msgspec import Struct


class Dialect(Struct, frozen=True):
    """What differs between databases in how SQL is written.

    Attributes:
        name: its folder under ``sql/``.
        parameter: a parameter, with {} for its name.
        list_parameter: a query for the members of a list, with {} for the parameter's name.
    """

    name: str
    parameter: str
    list_parameter: str

    def translate(self, sql: str) -> str:
        """Return `sql` with its parameters in this dialect's spelling."""

        def spell(found: re.Match[str]) -> str:
            return (self.list_parameter if found["list"] else self.parameter).format(found["name"])

        return _PARAMETER.sub(spell, sql)


SQLITE: Final = Dialect("sqlite", ":{}", "SELECT value FROM json_each(:{})")
POSTGRESQL: Final = Dialect("postgresql", "%({})s", "SELECT unnest(CAST(%({})s AS text[]))")

_PARAMETER = re.compile(r"(?<![:\w]):(?P<name>[a-z_]+)(?P<list>\[\])?")
_BLOCK = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)
_INCLUDE = re.compile(r"^-- include: (\w+)$", re.MULTILINE)
_COMMENT = re.compile(r"^--(?! include: ).*\n?", re.MULTILINE)


class Tables(Struct, frozen=True):
    """Which tables a database is for: their SQL, and how messages speak of them.

    Attributes:
        folder: what the SQL files are in; a subfolder a dialect.
        mark: the table of migrations; a database without it is somebody else's.
        noun: what a database of them is called.
        filling: how it is filled, as an instruction.
        mending: what helps when nothing else does, as an instruction.
        is_precious: whether nothing may be lost when the power goes, because it cannot be made
            again from files.
    """

    folder: Traversable
    mark: str
    noun: str
    filling: str
    mending: str
    is_precious: bool


def load_queries(dialect: Dialect, folder: Traversable | None = None) -> Mapping[str, str]:
    """Return the SQL of every named query, shared and dialect's own, by name.

    Args:
        dialect: whose spelling to use.
        folder: what the files are in; the store's own when None.
    """
    root = folder or sql_folder()
    shared = (path for path in root.iterdir() if path.name.endswith(".sql"))
    return parse_queries((*shared, root / dialect.name / "dialect.sql"), dialect)


def parse_queries(paths: Iterable[Traversable], dialect: Dialect) -> Mapping[str, str]:
    """Return the SQL of every query named in these files, by name.

    Raises:
        ValueError: a name stands twice, or a block includes one that does not exist.
    """
    blocks: dict[str, str] = {}
    for path in paths:
        for name, sql in _BLOCK.findall(path.read_text(encoding="utf-8")):
            if name in blocks:
                raise ValueError(f"The query {name} of {path.name} is named twice.")
            blocks[name] = _COMMENT.sub("", sql).strip("\n")

    def included(found: re.Match[str]) -> str:
        if found[1] not in blocks:
            raise ValueError(f"There is no block {found[1]} to include.")
        return blocks[found[1]]

    return MappingProxyType(
        {name: dialect.translate(_INCLUDE.sub(included, sql)) for name, sql in blocks.items()}
    )


def sql_folder() -> Traversable:
    """Return the folder that the SQL files are in."""
    return files(__package__) / "sql"


LANDSCAPE: Final = Tables(
    folder=sql_folder(),
    mark="baken_migration",
    noun="store",
    filling="load a landscape into it first",
    mending="load the landscape anew",
    is_precious=False,
)
