"""The JSON Schema of the landscape format, generated from the structs that are the format."""

from __future__ import annotations

from typing import Any

import msgspec

from baken.model import Vocabulary

from .format import LandscapeFile, OrganisationFile, PlaceEntry, SourceEntry, ThemeEntry


def schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """Return a JSON Schema (2020-12) with one definition a file.

    ``organisation``, ``landscape``, ``themes``, ``places`` and ``sources`` are the definitions to
    point an editor at; kinds, roles and metrics are listed by name, so that it can complete them.
    """
    (organisation, about, theme, place, source), components = msgspec.json.schema_components(
        (OrganisationFile, LandscapeFile, ThemeEntry, PlaceEntry, SourceEntry),
        ref_template="#/$defs/{name}",
    )
    for struct in components.values():
        if struct.get("type") == "object" and "properties" in struct:
            struct["additionalProperties"] = False
    kinds, offer = components["OrganisationFile"], components["OfferEntry"]
    for choice in kinds["properties"]["kind"]["anyOf"]:
        if choice.get("type") == "string":
            choice["enum"] = list(vocabulary.kinds)
    offer["properties"]["role"]["enum"] = list(vocabulary.roles)
    kinds["properties"]["figures"]["propertyNames"] = {"enum": list(vocabulary.metrics)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://baken.dev/landscape.schema.json",
        "title": "A landscape's files",
        "$defs": {
            **components,
            "organisation": organisation,
            "landscape": about,
            "themes": {"type": "object", "additionalProperties": theme},
            "places": {"type": "object", "additionalProperties": place},
            "sources": {"type": "object", "additionalProperties": source},
        },
        "$ref": "#/$defs/organisation",
    }
