"""YAML documents that remember where everything stood.

Scalars stay the strings they were written as: what ``2026-11-22``, ``no`` or ``012`` means is for
the field that holds it to say, not for YAML 1.1 to guess.
"""

from __future__ import annotations

from typing import Any

import yaml
from msgspec import Struct

Step = str | int
Trail = tuple[Step, ...]
"""The way to a value inside a document: keys of mappings and indexes of lists."""


class Problem(Struct, frozen=True, order=True):
    """Something wrong with a landscape, where, and how to mend it.

    Attributes:
        file: relative to the landscape's folder.
        line: counted from 1.
        code: what kind of mistake, such as ``unknown-kind``.
        message: what is wrong, and what to do, in a sentence or two.
    """

    file: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message} [{self.code}]"


class Document:
    """One YAML file: its data as plain dicts, lists and strings, and the line of each value."""

    def __init__(self, name: str, content: bytes) -> None:
        """Parse the file.

        Args:
            name: what problems call it.
            content: its bytes; UTF-8 is the only encoding understood.
        """
        self.name = name
        self.data: Any = None
        self.problems: list[Problem] = []
        self._lines: dict[Trail, int] = {}
        try:
            root = yaml.compose(content.decode("utf-8"), Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            self.problems.append(Problem(name, line, "yaml", f"This is not YAML: {error.problem}."))
        except yaml.YAMLError as error:
            self.problems.append(Problem(name, 1, "yaml", f"This is not YAML: {error}."))
        except UnicodeDecodeError as error:
            self.problems.append(
                Problem(name, 1, "encoding", f"Save the file as UTF-8: {error.reason}.")
            )
        else:
            self.data = self._plain(root, ()) if root is not None else {}

    def line(self, trail: Trail, holding: str | None = None) -> int:
        """Return the line of the value at `trail`, or of the nearest thing that encloses it.

        Args:
            trail: the way to the value.
            holding: prefer the first line below `trail` whose scalar or key is this text.
        """
        if holding is not None:
            depth = len(trail)
            for known, line in self._lines.items():
                if known[:depth] == trail and (
                    known[-1:] == (holding,) or self.at(known) == holding
                ):
                    return line
        while trail and trail not in self._lines:
            trail = trail[:-1]
        return self._lines.get(trail, 1)

    def at(self, trail: Trail) -> Any:
        """Return the data at `trail`, or None when there is none."""
        here = self.data
        for step in trail:
            try:
                here = here[step]
            except (KeyError, IndexError, TypeError):
                return None
        return here

    def problem(self, trail: Trail, code: str, message: str, holding: str | None = None) -> Problem:
        """Return a problem that points at the value at `trail`."""
        return Problem(self.name, self.line(trail, holding), code, message)

    def _plain(self, node: yaml.Node, trail: Trail) -> Any:
        self._lines.setdefault(trail, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._plain_mapping(node, trail)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, (*trail, i)) for i, child in enumerate(node.value)]
        is_null = node.tag == "tag:yaml.org,2002:null"
        return None if is_null else str(node.value)

    def _plain_mapping(self, node: yaml.MappingNode, trail: Trail) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            here = (*trail, key)
            if key in plain:
                line = key_node.start_mark.line + 1
                message = f"“{key}” stands here twice. Keep one, or make it a list."
                self.problems.append(Problem(self.name, line, "duplicate-key", message))
                continue
            self._lines[here] = key_node.start_mark.line + 1
            plain[key] = self._plain(value_node, here)
        return plain
