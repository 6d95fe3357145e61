"""How long it takes from one place to another by car, estimated without asking anybody.

The great circle between two points, times a detour, is the road. Its first kilometres are slow and
the rest is faster, by a table of bands; every trip takes a fixed time to park and get in besides,
and at rush hour the drive takes longer. The estimate errs on the long side: a visit that begins
early costs a coffee, one that begins late costs a host. Measured in `docs/visits.md`.

Whoever knows better gives a table of their own.
"""

from __future__ import annotations

import csv
import datetime
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from baken.errors import VisitError

from .trip import Spot

_EARTH_KM: Final = 6371.0088
"""Mean radius, IUGG 1980."""

NEAR_KM: Final = 15.0
"""Great circle up to which roads wind; what is farther is mostly motorway."""

NEAR_DETOUR: Final = 1.35
FAR_DETOUR: Final = 1.15
"""Road for one kilometre of great circle, of the first `NEAR_KM` and of the rest. Bruges-Brussels,
stated as 93 to 97 km by road, lies 88 km apart: 1.05 to 1.1, and almost all of it motorway."""

BANDS: Final = ((4.0, 25.0), (15.0, 50.0), (math.inf, 95.0))
"""Up to how many kilometres of road from the start, at how many kilometres an hour. 2026-11:
Bruges-Brussels, stated as an hour or a little more, comes to 1 h 20 min; Ostend-Brussels, stated as
1 h 15 min without jams, to 1 h 34 min."""

PARKING_MINUTES: Final = 10
"""To park, walk and be let in, once a trip."""

WALK_KM: Final = 0.8
"""Great circle up to which one walks, at `WALK_KMH` and with the detour of roads."""

WALK_KMH: Final = 4.5
WALK_FIXED_MINUTES: Final = 3
"""To get out of one building and into the next."""

AROUND_MINUTES: Final = 5
"""Allowed for each end that is known as a municipality only."""

RUSH: Final = (
    (datetime.time(7), datetime.time(9, 15)),
    (datetime.time(15, 45), datetime.time(18, 15)),
)
"""Leaving between these on a working day, one drives at rush hour."""

RUSH_FACTOR: Final = 1.4
"""A drive takes so many times longer at rush hour. The TomTom index of 2019 gives 30 to 38 % over
the day in and around Brussels and Antwerp, and 60 to 77 % at the peaks inside the two cities; most
of a drive between towns is outside them."""


class Leg(NamedTuple):
    """From one spot to another.

    Attributes:
        minutes: outside rush hour, what it takes to park and get in included.
        rush_minutes: at rush hour.
        distance_km: by road.
        is_on_foot: whether it is walked.
    """

    minutes: float
    rush_minutes: float
    distance_km: float
    is_on_foot: bool


def great_circle_km(one: Spot, other: Spot) -> float:
    """Return the distance between two spots as the crow flies (haversine)."""
    lat, there = math.radians(one.lat), math.radians(other.lat)
    half = (
        math.sin((there - lat) / 2) ** 2
        + math.cos(lat) * math.cos(there) * math.sin(math.radians((other.lon - one.lon) / 2)) ** 2
    )
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


class Travel(Struct, frozen=True):
    """How long trips take: estimated, unless a table says.

    Attributes:
        known: minutes by the ids of two stops or the names of places; either way round, unless
            both are given.
    """

    known: Mapping[tuple[str, str], float] = {}

    @classmethod
    def read(cls, path: Path) -> Travel:
        """Return the travel times of a CSV file with the columns ``from``, ``to``, ``minutes``.

        Raises:
            VisitError: it cannot be read, or a line makes no sense.
        """
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                missing = {"from", "to", "minutes"} - set(rows.fieldnames or ())
                if missing:
                    raise VisitError(
                        f"{path} has no column {', '.join(sorted(missing))}. Travel times need "
                        "the columns from, to and minutes."
                    )
                return cls(dict(_rows(path, enumerate(rows, start=2))))
        except (OSError, UnicodeDecodeError) as error:
            raise VisitError(f"{path} cannot be read as travel times: {error}.") from error

    def leg(self, one: Spot, other: Spot, ids: tuple[str, str]) -> Leg:
        """Return the trip from one spot to another.

        Args:
            one: where from.
            other: where to.
            ids: what the table calls the two.
        """
        crow = great_circle_km(one, other)
        told = self.known.get(ids, self.known.get((ids[1], ids[0])))
        around = AROUND_MINUTES * ((not one.is_exact) + (not other.is_exact))
        road = road_km(crow)
        if told is not None:
            return Leg(told, told, round(road, 1), is_on_foot=False)
        if ids[0] == ids[1] or (crow <= WALK_KM and not around):
            walk = road / WALK_KMH * 60 + WALK_FIXED_MINUTES
            return Leg(walk, walk, round(road, 1), is_on_foot=True)
        drive = drive_minutes(road)
        fixed = PARKING_MINUTES + around
        return Leg(drive + fixed, drive * RUSH_FACTOR + fixed, round(road, 1), is_on_foot=False)


def road_km(crow_km: float) -> float:
    """Return how long the road is between two points so far apart as the crow flies."""
    return min(crow_km, NEAR_KM) * NEAR_DETOUR + max(0.0, crow_km - NEAR_KM) * FAR_DETOUR


def drive_minutes(road_km: float) -> float:
    """Return how long a road of so many kilometres takes outside rush hour, without parking."""
    minutes, done = 0.0, 0.0
    for limit, speed in BANDS:
        part = min(road_km, limit) - done
        if part <= 0:
            break
        minutes += part / speed * 60
        done += part
    return minutes


def is_rush(moment: datetime.datetime) -> bool:
    """Return whether who leaves then drives at rush hour."""
    return moment.weekday() < 5 and any(a <= moment.time() < b for a, b in RUSH)


def _rows(
    path: Path, rows: Iterable[tuple[int, dict[str, str | None]]]
) -> Iterable[tuple[tuple[str, str], float]]:
    for number, row in rows:
        start, end = (row["from"] or "").strip(), (row["to"] or "").strip()
        try:
            minutes = float(row["minutes"] or "")
        except ValueError:
            minutes = math.nan
        if not start or not end or not 0 <= minutes <= 24 * 60:
            raise VisitError(
                f"{path}, line {number}: a travel time needs from, to and minutes from 0 to 1440."
            )
        yield (start, end), minutes
