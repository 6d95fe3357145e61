"""Where an organisation stands on a map, and how exactly that is known."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

from baken.model import Landscape, Organisation
from baken.model.values import Coordinates, Precision

from .outlines import Outlines

EXACT: Final[frozenset[str]] = frozenset({"building", "site", "street"})
"""Precisions at which a point is the organisation itself; other points stand for an area."""


class Whereabouts(Struct, frozen=True):
    """A point, and what it stands for.

    Attributes:
        lat: latitude in degrees (WGS 84).
        lon: longitude in degrees.
        precision: what is known: the building, or no more than the province it is in.
        place_id: the place that the point is the centre of, or that the organisation is in; None
            when the landscape names none.
    """

    lat: float
    lon: float
    precision: Precision | Literal["province"]
    place_id: str | None

    @property
    def is_exact(self) -> bool:
        """Whether the organisation is at the point, rather than somewhere around it."""
        return self.precision in EXACT


def locate(
    organisation: Organisation,
    landscape: Landscape,
    outlines: Outlines | None,
    parent: Organisation | None = None,
) -> Whereabouts | None:
    """Return where an organisation is, by the most precise of what is known.

    Args:
        organisation: with its coordinates and its place.
        landscape: which knows the places' own coordinates.
        outlines: whose centre serves where a place has no coordinates.
        parent: the organisation whose place it inherited, when it did.

    Returns:
        The point; None when no more is known than a region or a country, whose middle would
        mislead.
    """
    for one in (organisation, parent):
        if one is not None and one.coordinates:
            return _at(one.coordinates[0].value, organisation.place_id)
    return locate_place(organisation.place_id or "", landscape, outlines)


def locate_place(
    place_id: str, landscape: Landscape, outlines: Outlines | None
) -> Whereabouts | None:
    """Return the middle of a municipality or province; None for what is larger or not known."""
    place = landscape.places.get(place_id)
    if place is None:
        return None
    is_province = place_id in landscape.provinces
    if place.coordinates is not None and not is_province:
        return _at(place.coordinates, place_id)
    code = place.codes.get(outlines.scheme) if outlines is not None else None
    if outlines is None or code is None or not (is_province or place.kind == "municipality"):
        return None
    centre = outlines.centre(code)
    if centre is None:
        return None
    precision: Literal["province", "municipality"] = "province" if is_province else "municipality"
    return Whereabouts(round(centre[1], 5), round(centre[0], 5), precision, place_id)


def _at(point: Coordinates, place_id: str | None) -> Whereabouts:
    return Whereabouts(point.lat, point.lon, point.precision, place_id)
