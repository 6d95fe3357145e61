"""How good planned visits are, and how long planning takes.

    python -m benches.visits

Three questions. Against the optimum: small cases are solved a second time by trying every order on
every day, slot by slot, with code that shares nothing with the planner but travel times. Against a
person's first draft: the stops in the order given, split evenly over the days, leaving at once.
And the clock: from two stops to the most that a visit may have. Cases are drawn with a fixed seed
around the towns of Flanders.
"""

from __future__ import annotations

import datetime
import itertools
import math
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from functools import cache

from benches.machine import machine

from baken.text.speech import Speech
from baken.visits import HOURS, Day, Programme, Spot, Stop, Travel, Trip, plan
from baken.visits.travel import is_rush

TOWNS = {
    "Leuven": (50.8798, 4.7005),
    "Heverlee": (50.8633, 4.6830),
    "Ghent": (51.0543, 3.7174),
    "Zwijnaarde": (51.0100, 3.7100),
    "Antwerp": (51.2194, 4.4025),
    "Edegem": (51.1567, 4.4450),
    "Hasselt": (50.9307, 5.3325),
    "Diepenbeek": (50.9200, 5.3900),
    "Genk": (50.9650, 5.5000),
    "Mechelen": (51.0259, 4.4776),
    "Kortrijk": (50.8280, 3.2649),
    "Bruges": (51.2093, 3.2247),
    "Turnhout": (51.3227, 4.9447),
    "Aalst": (50.9378, 4.0410),
}
BRUSSELS = Spot(50.8466, 4.3528, "Brussels")
TUESDAY = datetime.date(2026, 12, 1)
SLOT = 5
SMALL = 24
LARGE = 24


def trip_of(towns: Sequence[str], days: int, minutes: int = 60) -> Trip:
    """Return a trip from Brussels and back each day, on working days."""
    return Trip(
        stops=tuple(
            Stop(id=f"{k}-{town}", name=town, spot=Spot(*TOWNS[town], town),
                 minutes=minutes, windows=HOURS)
            for k, town in enumerate(towns)
        ),
        days=tuple(
            Day(date=TUESDAY + datetime.timedelta(days=k), begins=BRUSSELS, finishes=BRUSSELS)
            for k in range(days)
        ),
    )  # fmt: skip


def reference(trip: Trip) -> tuple[int, int, int]:
    """Return the stops left out (must, may) and the minutes on the road of the best programme.

    By trying every subset in every order on every day, and in each every moment to leave, to wait
    and to have lunch.
    """
    travel = Travel()
    planned = [s for s in trip.stops if s.state != "declined" and s.spot is not None]
    best: tuple[int, int, int] | None = None
    for spread in itertools.product(range(-1, len(trip.days)), repeat=len(planned)):
        out = [stop for stop, day in zip(planned, spread, strict=True) if day < 0]
        missing = (sum(s.is_must for s in out), sum(not s.is_must for s in out))
        if best is not None and missing > best[:2]:
            continue
        road = 0
        for number, day in enumerate(trip.days):
            mine = [s for s, d in zip(planned, spread, strict=True) if d == number]
            if mine:
                road += min(
                    (_road(order, day, travel) for order in itertools.permutations(mine)),
                    default=0,
                )
        if road < 10**6 and (best is None or (*missing, road) < best):
            best = (*missing, road)
    assert best is not None
    return best


def _road(order: Sequence[Stop], day: Day, travel: Travel) -> int:
    """Return the least minutes on the road that visit stops in an order, or a million."""
    start = datetime.datetime.combine(day.date, day.starts)
    last = datetime.datetime.combine(day.date, day.ends)
    slots = (last - start) // datetime.timedelta(minutes=SLOT) + 1

    def at(slot: int) -> datetime.datetime:
        return start + datetime.timedelta(minutes=SLOT * slot)

    def takes(one: Spot | None, other: Spot | None, ids: tuple[str, str], slot: int) -> int:
        if one is None or other is None:
            return 0
        leg = travel.leg(one, other, ids)
        minutes = leg.rush_minutes if is_rush(at(slot)) else leg.minutes
        return math.ceil(minutes / SLOT - 1e-9)

    def may_begin(stop: Stop, slot: int) -> bool:
        end = at(slot) + datetime.timedelta(minutes=stop.minutes)
        if stop.not_before is not None and at(slot).time() < stop.not_before:
            return False
        if stop.state == "confirmed":
            return at(slot) == stop.at
        return not stop.windows or any(
            w.holds_on(day.date)
            and at(slot).time() >= w.opens
            and end <= datetime.datetime.combine(day.date, w.closes)
            for w in stop.windows
        )

    def is_lunch(slot: int) -> bool:
        assert day.lunch is not None
        return day.lunch.earliest <= at(slot).time() <= day.lunch.latest

    @cache
    def rest(k: int, slot: int, had: bool, is_there: bool) -> int:
        """From stop k, before its visit (`is_there`) or ready to leave it."""
        if slot >= slots:
            return 10**6
        best = rest(k, slot + 1, had, is_there)  # wait
        if day.lunch is not None and not had and is_lunch(slot):
            lunch = math.ceil(day.lunch.minutes / SLOT)
            best = min(best, rest(k, slot + lunch, True, is_there))
        if is_there:
            if may_begin(order[k], slot):
                length = math.ceil(order[k].minutes / SLOT)
                best = min(best, rest(k, slot + length, had, False))
            return best
        if k + 1 < len(order):
            ids = (order[k].id, order[k + 1].id)
            way = takes(order[k].spot, order[k + 1].spot, ids, slot)
            return min(best, way * SLOT + rest(k + 1, slot + way, had, True))
        home = day.finishes.label if day.finishes else ""
        way = takes(order[k].spot, day.finishes, (order[k].id, home), slot)
        arrived = slot + way
        is_fed = had or day.lunch is None or at(arrived).time() <= day.lunch.latest
        return min(best, way * SLOT) if arrived < slots and is_fed else best

    best = 10**6
    for slot in range(slots):
        home = day.begins.label if day.begins else ""
        way = takes(day.begins, order[0].spot, (home, order[0].id), slot)
        had = day.lunch is None or at(slot).time() > day.lunch.latest
        best = min(best, way * SLOT + rest(0, slot + way, had, True))
    return best


def draft(trip: Trip) -> int:
    """Return the minutes on the road in the order given, split evenly, leaving at once.

    Opening hours are kept by waiting, closing hours are not kept at all: more is not asked of it.
    """
    travel, road = Travel(), 0
    share = math.ceil(len(trip.stops) / len(trip.days))
    for number, day in enumerate(trip.days):
        now, here, had = datetime.datetime.combine(day.date, day.starts), day.begins, False
        mine = trip.stops[number * share : (number + 1) * share]
        for stop in (*mine, None):
            there = stop.spot if stop is not None else day.finishes
            if not mine or here is None or there is None:
                continue
            leg = travel.leg(here, there, (here.label, there.label))
            minutes = leg.rush_minutes if is_rush(now) else leg.minutes
            way = math.ceil(minutes / SLOT) * SLOT
            road += way
            now, here = now + datetime.timedelta(minutes=way), there
            if stop is not None:
                opens = datetime.datetime.combine(day.date, HOURS[0].opens)
                now = max(now, opens) + datetime.timedelta(minutes=stop.minutes)
            if not had and now.hour >= 12:
                now, had = now + datetime.timedelta(minutes=45), True
    return road


def cases(count: int, stops: int, days: int, seed: int = 20261123) -> Iterator[Trip]:
    """Yield trips of stops drawn at random, with repetition left out."""
    draw = random.Random(seed)
    for _ in range(count):
        yield trip_of(draw.sample(sorted(TOWNS), stops), days)


def missing(programme: Programme) -> tuple[int, int]:
    """Return how many stops that must and that may be visited are left out."""
    out = programme.dropped
    return sum(one.is_must for one in out), sum(not one.is_must for one in out)


def main() -> int:
    """Print the figures."""
    say = Speech("en")
    print(f"{machine()}\n")
    gaps = []
    for trip in (*cases(SMALL // 2, 4, 1), *cases(SMALL // 2, 5, 2)):
        programme = plan(trip, say)
        best = reference(trip)
        assert missing(programme) == best[:2], (programme.dropped, best)
        gaps.append(programme.travel_minutes - best[2])
    print(f"gap to the proven optimum, {len(gaps)} cases of 4 and 5 stops: "
          f"{max(gaps)} min at most, {statistics.mean(gaps):.1f} on average")  # fmt: skip
    saved, spared = [], 0
    for trip in cases(LARGE, 6, 2):
        programme, first = plan(trip, say), draft(trip)
        if programme.dropped:
            continue
        spared += 1
        saved.append(1 - programme.travel_minutes / first)
    print(f"less on the road than the order given, {spared} of {LARGE} cases of 6 stops over 2 "
          f"days (in the others not all fit): {statistics.mean(saved):.0%} on average, "
          f"{min(saved):.0%} to {max(saved):.0%}")  # fmt: skip
    the_issue = trip_of(
        ["Leuven", "Ghent", "Hasselt", "Antwerp", "Diepenbeek", "Zwijnaarde", "Heverlee"], 2
    )
    programme = plan(the_issue, say)
    print(f"seven stops over Leuven, Ghent, Antwerp and Limburg in two days: "
          f"{programme.travel_minutes} min on the road against {draft(the_issue)} as given; "
          f"left out: {len(programme.dropped)}")  # fmt: skip
    for stops, days in ((2, 1), (7, 2), (10, 3), (12, 3), (12, 5)):
        taken = []
        for trip in cases(7, stops, days):
            began = time.perf_counter()
            plan(trip, say)
            taken.append(time.perf_counter() - began)
        print(f"{stops:2} stops, {days} days: median {statistics.median(taken) * 1000:6.0f} ms, "
              f"slowest {max(taken) * 1000:6.0f} ms")  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
