"""From a document's plain data to typed entries, naming every mistake on the way.

msgspec stops at the first mistake of a value; an editor wants all of them. So structs are
converted a field at a time and lists an item at a time, and each failure becomes a `Problem` that
says what the field expects.
"""

from __future__ import annotations

import datetime
import difflib
import types
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct, UnsetType
from msgspec.structs import FieldInfo

from .document import Document, Problem, Trail
from .format import Latitude, Longitude, Url

S = TypeVar("S", bound=Struct)


def convert(
    document: Document, trail: Trail, type_: type[S], data: Any, problems: list[Problem]
) -> S | None:
    """Convert a mapping to a struct, reporting every mistake in it.

    Args:
        document: where the data stands.
        trail: the way to it.
        type_: the struct to make.
        data: plain dicts, lists and strings.
        problems: gets one line a mistake.

    Returns:
        The struct, or None when anything in it was wrong.
    """
    if not isinstance(data, dict):
        message = f"{_at(trail)} should be a mapping of {_names(type_)}."
        problems.append(document.problem(trail, "wrong-shape", message))
        return None
    before = len(problems)
    fields = _fields(type_)
    for key in data.keys() - fields.keys():
        message = f"{_at(trail)} has no field “{key}”. {suggest(key, fields)}"
        problems.append(document.problem((*trail, key), "unknown-field", message))
    content = {
        field.name: _convert_field(document, (*trail, key), field, data[key], problems)
        for key, field in fields.items()
        if data.get(key) is not None
    }
    for key, field in fields.items():
        if key in data and data[key] is None:
            message = f"“{key}” is empty. Give it a value or take the line out."
            problems.append(document.problem((*trail, key), "empty", message))
        elif key not in data and field.required:
            problems.append(document.problem(trail, *_missing(type_, key, trail)))
    return type_(**content) if len(problems) == before else None


@lru_cache(None)  # resolving annotations takes longer than all the rest
def _fields(type_: type[Struct]) -> Mapping[str, FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(type_)}


def suggest(word: str, known: Iterable[str]) -> str:
    """Return a sentence that names the closest known words, or how to find them."""
    candidates = sorted(known)
    close = difflib.get_close_matches(word, candidates, n=2, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(f'“{c}”' for c in close)}?"
    if len(candidates) <= 30:
        return f"Use one of {', '.join(candidates)}."
    return ""


def _convert_field(
    document: Document, trail: Trail, field: FieldInfo, data: Any, problems: list[Problem]
) -> Any:
    container, keys, inner = _container(field.type)
    if container is list:
        if not isinstance(data, list):
            message = f"{_at(trail)} should be a list."
            problems.append(document.problem(trail, "wrong-shape", message))
            return None
        return [
            _convert_leaf(document, (*trail, i), inner, item, problems)
            for i, item in enumerate(data)
        ]
    if container is dict:
        if not isinstance(data, dict):
            message = f"{_at(trail)} should be a mapping."
            problems.append(document.problem(trail, "wrong-shape", message))
            return None
        for key in data:
            if not _is(key, keys):
                message = f"“{key}” in {_at(trail)} should be {_expected(keys)}."
                problems.append(document.problem((*trail, key), "unknown-field", message))
        return {
            key: _convert_leaf(document, (*trail, key), inner, item, problems)
            for key, item in data.items()
        }
    return _convert_leaf(document, trail, field.type, data, problems)


def _convert_leaf(
    document: Document, trail: Trail, type_: Any, data: Any, problems: list[Problem]
) -> Any:
    struct = _struct_in(type_)
    if struct is not None and isinstance(data, dict):
        return convert(document, trail, struct, data, problems)
    try:
        return msgspec.convert(data, type_, strict=False)
    except msgspec.ValidationError:
        problems.append(document.problem(trail, *_misfit(type_, data, trail)))
        return None


def _container(type_: Any) -> tuple[type | None, Any, Any]:
    """Return (list, None, item type), (dict, key type, value type) or three times None."""
    for part in _parts(type_):
        if get_origin(part) is list:
            return list, None, get_args(part)[0]
        if get_origin(part) is dict:
            return dict, *get_args(part)
    return None, None, None


def _is(key: str, type_: Any) -> bool:
    try:
        msgspec.convert(key, type_, strict=False)
    except msgspec.ValidationError:
        return False
    return True


def _parts(type_: Any) -> tuple[Any, ...]:
    """Return the members of a union, without None, or the type itself."""
    if get_origin(type_) in (Union, types.UnionType):
        return tuple(p for p in get_args(type_) if p not in (type(None), UnsetType))
    return (type_,)


def _struct_in(type_: Any) -> type[Struct] | None:
    for part in _parts(type_):
        if isinstance(part, type) and issubclass(part, Struct):
            return part
    return None


def _misfit(type_: Any, data: Any, trail: Trail) -> tuple[str, str]:
    """Return the code and the sentence for a value that does not fit its type."""
    part = _parts(type_)[0]
    meta = next((m for m in getattr(part, "__metadata__", ()) if isinstance(m, Meta)), None)
    shown = str(data) if len(str(data)) <= 60 else f"{str(data)[:57]}…"
    if isinstance(data, str) and meta and meta.max_length and len(data) > meta.max_length:
        excess = len(data) - meta.max_length
        return "too-long", f"{_at(trail)} is {excess} characters too long: {meta.description}."
    if isinstance(data, (dict, list)):
        return "wrong-shape", f"{_at(trail)} should be {_expected(part)}, not a {_shape(data)}."
    return _code(part), f"{_at(trail)} should be {_expected(part)}; “{shown}” is not."


def _shape(data: Any) -> str:
    return "mapping" if isinstance(data, dict) else "list"


def _code(part: Any) -> str:
    description = _expected(part)
    if part == Url:
        return "malformed-url"
    if part in (Latitude, Longitude):
        return "malformed-coordinates"
    if description.startswith("a date") or part is datetime.date:
        return "malformed-date"
    return "wrong-value"


def _expected(part: Any) -> str:
    if get_origin(part) is Annotated:
        meta = next((m for m in part.__metadata__ if isinstance(m, Meta) and m.description), None)
        if meta and meta.description:
            return meta.description
    if get_origin(part) is Literal:
        return "one of " + ", ".join(str(a) for a in get_args(part))
    if part is datetime.date:
        return "a date such as 2026-11-22"
    if get_origin(part) is dict:
        return "a mapping"
    return {str: "a text", float: "a number", bool: "true or false"}.get(part, "a mapping")


def _missing(type_: type[Struct], key: str, trail: Trail) -> tuple[str, str]:
    if key == "as-of":
        return (
            "undated",
            f"{_at(trail)} has no date. Add `as-of:` with the day it speaks of; "
            "for an undated page, the day it was read.",
        )
    return "missing-field", f"{_at(trail)} needs “{key}”. {_first_line(type_)}"


def _first_line(type_: type[Struct]) -> str:
    return (type_.__doc__ or "").strip().partition("\n")[0].replace("``", "")


def _names(type_: type[Struct]) -> str:
    return ", ".join(field.encode_name for field in msgspec.structs.fields(type_))


def _at(trail: Trail) -> str:
    """Name a place in a file as people would: “offers”, entry 2, “role”."""
    if not trail:
        return "The file"
    steps = [f"entry {step + 1}" if isinstance(step, int) else f"“{step}”" for step in trail]
    return ", ".join(steps)
