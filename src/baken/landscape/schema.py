"""The JSON Schema of the landscape format, generated from the structs and fields that are it."""

from __future__ import annotations

from typing import Any

import msgspec

from baken.model import Vocabulary

from .fields import FIELDS, REQUIRED, Field, Shape, is_short
from .format import LandscapeFile, PlaceEntry, SourceEntry, ThemeEntry

_PREFIX = "#/$defs/"


def schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """Return a JSON Schema (2020-12) with one definition a file.

    ``organisation``, ``landscape``, ``themes``, ``places`` and ``sources`` are the definitions to
    point an editor at; kinds, roles and metrics are listed by name, so that it can complete them.
    """
    entries = tuple(dict.fromkeys(field.entry for field in FIELDS))
    _, definitions = msgspec.json.schema_components(
        (*entries, LandscapeFile, ThemeEntry, PlaceEntry, SourceEntry),
        ref_template=_PREFIX + "{name}",
    )
    for definition in definitions.values():
        if "properties" in definition:
            definition["additionalProperties"] = False
    definitions["OfferEntry"]["properties"]["role"]["enum"] = list(vocabulary.roles)
    properties = {field.key: _laid_out(field, definitions) for field in FIELDS}
    properties["kind"]["anyOf"][0] = {"enum": list(vocabulary.kinds)}
    properties["figures"]["propertyNames"] = {"enum": list(vocabulary.metrics)}
    sources = {"type": "object", "additionalProperties": {"$ref": f"{_PREFIX}SourceEntry"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A landscape's files",
        "$defs": {
            **definitions,
            "organisation": {
                "title": "organisations/<id>.yaml",
                "type": "object",
                "properties": {"source": {"type": "string"}, "sources": sources, **properties},
                "required": list(REQUIRED),
                "additionalProperties": False,
            },
            "landscape": {"$ref": f"{_PREFIX}LandscapeFile"},
            "themes": _each("ThemeEntry"),
            "places": _each("PlaceEntry"),
            "sources": sources,
        },
        "$ref": f"{_PREFIX}organisation",
    }


def _each(name: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": {"$ref": _PREFIX + name}}


def _laid_out(field: Field, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a field: its entry, short or long, in the field's shape."""
    name = field.entry.__name__
    entry: dict[str, Any] = {"$ref": _PREFIX + name}
    if is_short(field):
        entry = {"anyOf": [definitions[name]["properties"]["value"], entry]}
    many = {"type": "array", "items": entry}
    if field.shape is Shape.LIST:
        return many
    one_or_many = {"anyOf": [*entry.get("anyOf", [entry]), many]}
    if field.shape is Shape.ONE:
        return one_or_many
    return {"type": "object", "additionalProperties": one_or_many}
