"""The JSON Schema of the guide format, generated from the structs that are it."""

from __future__ import annotations

from typing import Any

import msgspec

from .format import (
    BodyEntry,
    FactEntry,
    GuideFile,
    MeasureEntry,
    PathEntry,
    SectionEntry,
    SourceEntry,
    StepEntry,
)

_PREFIX = "#/$defs/"


def schema() -> dict[str, Any]:
    """Return a JSON Schema (2020-12) with one definition a file of the ``guide`` folder.

    ``measure``, ``profile``, ``bodies``, ``sources``, ``steps``, ``tax``, ``paths`` and ``guide``
    are the definitions to point an editor at.
    """
    each = {
        "profile": FactEntry,
        "bodies": BodyEntry,
        "sources": SourceEntry,
        "steps": StepEntry,
        "tax": SectionEntry,
        "paths": PathEntry,
    }
    _, definitions = msgspec.json.schema_components(
        (GuideFile, MeasureEntry, *each.values()), ref_template=_PREFIX + "{name}"
    )
    for definition in definitions.values():
        if "properties" in definition:
            definition["additionalProperties"] = False
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A guide's files",
        "$defs": {
            **definitions,
            "guide": {"$ref": f"{_PREFIX}GuideFile"},
            "measure": {"$ref": f"{_PREFIX}MeasureEntry"},
            **{
                name: {
                    "type": "object",
                    "additionalProperties": {"$ref": _PREFIX + type_.__name__},
                }
                for name, type_ in each.items()
            },
        },
        "$ref": f"{_PREFIX}measure",
    }
