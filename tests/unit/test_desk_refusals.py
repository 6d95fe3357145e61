"""What the desk refuses is said in the reader's language, whoever reads it."""

import ast
from pathlib import Path

import pytest

import baken
from baken import errors

PACKAGE = Path(baken.__file__).parent
REFUSALS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.DeskError)
} - {"SealError"}  # that is for whoever has the keys
# Of a transition that the table does not allow only programs ask: screens offer none.
FOR_PROGRAMS = {"desk/transitions.py"}


@pytest.mark.parametrize("folder", ["desk", "web/office", "web/counter"])
def test_every_refusal_can_be_said_in_every_language(folder):
    plain = []
    for path in sorted((PACKAGE / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                continue
            call = node.exc
            if getattr(call.func, "id", "") not in REFUSALS or not call.args:
                continue
            if isinstance(call.args[0], ast.Constant | ast.JoinedStr):
                plain.append(f"{path.relative_to(PACKAGE).as_posix()}:{node.lineno}")
    assert [one for one in plain if one.partition(":")[0] not in FOR_PROGRAMS] == []
