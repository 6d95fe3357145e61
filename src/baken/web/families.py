"""Families of kinds: few enough for the eye to tell apart, each with a colour of the style sheet.

Colour is never the only carrier: wherever it stands, the kind stands in words.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from baken.model import Vocabulary
from baken.text.speech import message


class Family(Struct, frozen=True):
    """Kinds that are drawn alike.

    Attributes:
        colour: token of the style sheet, and the family's id.
        label: in the interface's words, to be translated.
        kinds: terms of the kinds vocabulary, with all that is narrower and in no other family.
    """

    colour: str
    label: str
    kinds: tuple[str, ...]


FAMILIES: Final = (
    Family(
        "research",
        message("Research and teaching"),
        ("university", "research-centre", "unit", "centre-of-excellence"),
    ),
    Family("care", message("Hospitals"), ("hospital", "hospital-network")),
    Family("test", message("Tests, samples, platforms"), ("platform",)),
    Family("space", message("Space and coaching"), ("incubator", "accelerator", "science-park")),
    Family("network", message("Networks and programmes"), ("collaboration",)),
    Family("money", message("Companies and funds"), ("company", "investor")),
    Family("public", message("Public bodies and others"), ("public-agency",)),
)
"""Every kind is in the family of the nearest wider kind named here; in the last when in none."""

_NAMED: Final = {one: family for family in FAMILIES for one in family.kinds}


def family_of(kind: str, vocabulary: Vocabulary) -> Family:
    """Return the family of a kind."""
    at: str | None = kind
    while at is not None:
        if at in _NAMED:
            return _NAMED[at]
        at = vocabulary.kinds[at].broader if at in vocabulary.kinds else None
    return FAMILIES[-1]
