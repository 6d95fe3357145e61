"""Places by name: countries, states and cities, from GeoNames, Unicode CLDR and the registry."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

from msgspec import Struct

COUNTRY: Final = 0
REGION: Final = 1
CITY: Final = 2
_KINDS: Final = {"country": COUNTRY, "region": REGION, "city": CITY}


class NamedPlace(Struct, frozen=True):
    """A place and what it is called.

    Attributes:
        kind: COUNTRY, REGION or CITY.
        country: ISO 3166-1 alpha-2 code.
        latitude, longitude: degrees; NaN when they say nothing (countries and regions).
        population: 0 when not known.
        names: the usual one first.
    """

    kind: int
    country: str
    latitude: float
    longitude: float
    population: int
    names: tuple[str, ...]


def read_places() -> Iterator[NamedPlace]:
    """Yield the shipped places (see ``scripts/build-places`` for how they are made)."""
    packed = (files(__package__) / "places.tsv.gz").read_bytes()
    for line in gzip.decompress(packed).decode().splitlines():
        kind, country, latitude, longitude, population, names = line.split("\t")
        yield NamedPlace(
            _KINDS[kind],
            country,
            float(latitude or "nan"),
            float(longitude or "nan"),
            int(population or 0),
            tuple(names.split("|")),
        )
