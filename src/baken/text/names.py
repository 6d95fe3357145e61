"""The words that names of organisations are made of, in many languages, from ``names.yaml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from msgspec import Struct


class NameWords(Struct, frozen=True):
    """What is known of the words in names.

    Attributes:
        concepts: a form, folded to ASCII, and the words that it stands for ("universitatsklinikum":
            "university", "hospital").
        stopwords: words without identity ("of", "und").
        units: words that start the name of a part of an organisation ("department").
        organisations: words that make a name the name of an organisation ("university").
        parts: units that are hardly ever the start of an organisation's own name ("division").
        endings: what may be left off the end of a name ("Ltd"), longest first.
        honours: what starts the part of a name that tells whose honour it is in ("named after").
    """

    concepts: dict[str, tuple[str, ...]]
    stopwords: frozenset[str]
    units: frozenset[str]
    organisations: frozenset[str]
    parts: frozenset[str]
    endings: tuple[str, ...]
    honours: tuple[str, ...]


@cache
def name_words() -> NameWords:
    """Return the shipped table; the same object each time."""
    raw = yaml.safe_load((files(__package__) / "names.yaml").read_text("utf-8"))
    concepts = {
        form: tuple(concept.split()) for concept, forms in raw["concepts"].items() for form in forms
    }
    return NameWords(
        concepts=concepts,
        stopwords=frozenset(raw["stopwords"]),
        units=frozenset(raw["units"]),
        organisations=frozenset(raw["organisations"]),
        parts=frozenset(raw["parts"]),
        endings=tuple(sorted(raw["endings"], key=len, reverse=True)),
        honours=tuple(raw["honours"]),
    )
