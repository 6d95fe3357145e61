"""The best days there are: exact, by dynamic programming over sets of stops and times of day.

Time is counted in slots of five minutes. For every set of stops, every last one among them and
every moment, the cheapest way to have visited them by then is worked out from the sets that are
one smaller (Held and Karp 1962, with a clock beside). So windows, a lunch, waiting and travel that
depends on the hour are all weighed exactly, and what comes out is the optimum on that grid. Days
are put together over sets likewise. Twelve stops take about a second, seven a few hundredths; see
`benches/visits.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

SLOT_MINUTES: Final = 5

MOST_STOPS: Final = 12
"""Beyond which the table of sets grows too large for a page: each further stop doubles it twice."""

# What the optimum is of. Each outweighs all that can come of those after it.
_CONFIRMED: Final = 10**16
_MUST: Final = 10**14
_HELD: Final = 2 * 10**12
_MAY: Final = 10**11
"""Of leaving out a stop that is confirmed, that must be visited, that was before, that may be."""
TRAVEL: Final = 200_000
"""Of a slot on the road."""
_WAIT: Final = 150
"""Of a slot of waiting."""
_LATE: Final = 1
"""Of every slot by which a day ends later."""
MOVED: Final = TRAVEL * 30 // SLOT_MINUTES
"""Of asking a host again: another time is worth it when it saves half an hour on the road."""

_NEVER: Final = np.int32(2**30)
_FOREVER: Final = np.int64(2**60)

Costs = NDArray[np.int32]


class Task(NamedTuple):
    """One day for the stops 0 to n - 1.

    Attributes:
        slots: of the day.
        rush: for each slot, whether who leaves then drives at rush hour; of length `slots`.
        begin: slots from where the day begins to each stop, outside and at rush hour; None where
            the day begins at its first stop.
        between: slots from each stop to each other, outside and at rush hour; 2 by n by n.
        finish: slots from each stop to where the day ends, outside and at rush hour; or None.
        lengths: slots of each visit.
        allowed: for each stop and slot, whether its visit may begin then; n by `slots`.
        kept: for each stop, the slot at which it began in the programme before; -1 for another day
            than this one, None where there was none.
        lunch: slots, first and last slot at which it may begin; or None.
        later: for each stop, the set of those that may only come after it.
    """

    slots: int
    rush: NDArray[np.bool_]
    begin: NDArray[np.int32] | None
    between: NDArray[np.int32]
    finish: NDArray[np.int32] | None
    lengths: tuple[int, ...]
    allowed: NDArray[np.bool_]
    kept: tuple[int | None, ...]
    lunch: tuple[int, int, int] | None
    later: tuple[int, ...]


class Part(NamedTuple):
    """A part of a solved day, in slots; `stop` of a travel is where to, None for the day's end."""

    kind: str
    start: int
    end: int
    stop: int | None


class _Stay(NamedTuple):
    """What can be done at one stop, from arriving to leaving; each two by slots.

    The first row is before lunch, the second after it (or of a day without).
    """

    arrived: Costs
    waiting: Costs
    visited: Costs
    ready: Costs


def costs_of_sets(task: Task, among: Sequence[int] | None = None) -> Costs:
    """Return what a day costs for every set of stops, as bits of an index; `_NEVER` where not.

    Args:
        task: the day.
        among: the stops that sets may hold; all of them when None.
    """
    return _filled(task, among)[1]


def _filled(task: Task, among: Sequence[int] | None) -> tuple[Costs, Costs]:
    n = len(task.lengths)
    stops = list(range(n)) if among is None else list(among)
    # A set holds positions in `stops`, so that a small set costs little however many there are.
    m = len(stops)
    table = np.full((1 << m, m, 2, task.slots), _NEVER, dtype=np.int32)
    costs = np.full(1 << m, _NEVER, dtype=np.int32)
    costs[0] = 0
    sizes = np.array([bin(i).count("1") for i in range(1 << m)])
    later = [_moved_bits(task.later[stop], stops) for stop in stops]
    for j, stop in enumerate(stops):
        table[1 << j, j] = _stay(task, stop, _first(task, stop)).ready
    for size in range(1, m):
        sets = np.flatnonzero(sizes == size)
        for j, stop in enumerate(stops):
            rows = sets[((sets >> j) & 1 == 0) & (sets & later[j] == 0)]
            if not rows.size:
                continue
            arrived = np.full((rows.size, 2, task.slots), _NEVER, dtype=np.int32)
            for p, previous in enumerate(stops):
                has = np.flatnonzero((rows >> p) & 1)
                if not has.size:
                    continue
                source = table[rows[has], p]
                for start, end, slots in _segments(task, task.between[:, previous, stop]):
                    there = arrived[has, :, start + slots : end + slots]
                    came = source[:, :, start:end] + np.int32(slots * TRAVEL)
                    arrived[has, :, start + slots : end + slots] = np.minimum(there, came)
            table[rows | (1 << j), j] = _stay(task, stop, arrived).ready
    for j, stop in enumerate(stops):
        has = np.flatnonzero((np.arange(1 << m) >> j) & 1)
        ends = _closed(task, stop, table[has, j])
        costs[has] = np.minimum(costs[has], ends.min(axis=(1, 2)))
    np.minimum(costs, _NEVER, out=costs)
    return table, costs


def trace(task: Task, among: Sequence[int]) -> list[Part]:
    """Return the best day that visits all of some stops, in order of time; empty for none.

    Raises:
        ValueError: it cannot be done in a day.
    """
    stops = list(among)
    if not stops:
        return []
    table, costs = _filled(task, stops)
    whole = (1 << len(stops)) - 1
    if costs[whole] >= _NEVER:
        raise ValueError("these stops do not fit into one day")
    for j, stop in enumerate(stops):
        ends = _closed(task, stop, table[whole, j][None])[0]
        found = np.argwhere(ends == costs[whole])
        if found.size:
            after_lunch, slot = (int(x) for x in found[0])
            break
    parts: list[Part] = []
    if task.finish is not None:
        for start, end, slots in _segments(task, task.finish[:, stop]):
            left = slot - slots
            if start <= left < end:
                cost = table[whole, j, after_lunch, left] + slots * TRAVEL + slot * _LATE
                if cost == costs[whole]:
                    parts.append(Part("travel", left, slot, None))
                    slot = left
                    break
    rest = whole
    while True:
        before = rest & ~(1 << j)
        value = int(table[rest, j, after_lunch, slot])
        sources = [p for p in range(len(stops)) if (before >> p) & 1]
        stays = {p: _arriving(task, stops[p], stop, table[before, p]) for p in sources}
        if not before:
            stays = {-1: _first(task, stop)}
        p, stay = next(
            (p, stay)
            for p, stay in ((p, _stay(task, stop, arrived)) for p, arrived in stays.items())
            if stay.ready[0, after_lunch, slot] == value
        )
        found_parts, after_lunch, slot, value = _undone(task, stop, stay, after_lunch, slot)
        parts.extend(found_parts)
        if p < 0:
            parts.extend(_begun(task, stop, slot, value))
            break
        for start, end, slots in _segments(task, task.between[:, stops[p], stop]):
            left = slot - slots
            if start <= left < end:
                came = int(table[before, p, after_lunch, left]) + slots * TRAVEL
                if came == value:
                    parts.append(Part("travel", left, slot, stop))
                    slot = left
                    break
        rest, j, stop = before, p, stops[p]
    return parts[::-1]


class Solution(NamedTuple):
    """The best choice of days.

    Attributes:
        cost: of all days, without what is left out.
        sets: for each day, its stops as bits.
        visited: all of them, as bits.
    """

    cost: int
    sets: tuple[int, ...]
    visited: int


def combine(
    costs: Sequence[Costs],
    later: Sequence[int],
    leaving_out: Sequence[int],
    barred: Sequence[int] | None = None,
) -> Solution:
    """Return the best way to spread stops over days, leaving out as little as can be.

    Args:
        costs: for each day, of every set of stops.
        later: for each stop, the set of those that may only come after it.
        leaving_out: for each stop, what leaving it out costs.
        barred: for each day, stops that it may not hold.
    """
    n = len(later)
    sets = np.arange(1 << n)
    best = np.full(1 << n, _FOREVER, dtype=np.int64)
    best[0] = 0
    chosen: list[NDArray[np.int64]] = []
    for day, of_day in enumerate(costs):
        after = best.copy()
        choice = np.zeros(1 << n, dtype=np.int64)
        mine = np.flatnonzero(of_day < _NEVER)
        if barred is not None:
            mine = mine[mine & barred[day] == 0]
        reached = sets[best < _FOREVER]
        for one in mine.tolist():
            if not one:
                continue
            forbidden = one
            for stop in _bits(one):
                forbidden |= later[stop] & ~one
            others = reached[reached & forbidden == 0]
            total = best[others] + int(of_day[one])
            better = total < after[others | one]
            where = others[better] | one
            after[where] = total[better]
            choice[where] = one
        best = after
        chosen.append(choice)
    missing = np.zeros(1 << n, dtype=np.int64)
    for stop, cost in enumerate(leaving_out):
        missing += np.where((sets >> stop) & 1, 0, cost)
    visited = int(np.argmin(best + missing))
    held: list[int] = []
    rest = visited
    for choice in reversed(chosen):
        held.append(int(choice[rest]))
        rest &= ~held[-1]
    return Solution(int(best[visited]), tuple(held[::-1]), visited)


def leaving_out(*, is_confirmed: bool, is_must: bool, was_visited: bool = False) -> int:
    """Return what leaving out a stop costs; one that was visited yields to none of its rank."""
    if is_confirmed:
        return _CONFIRMED
    return (_MUST if is_must else _MAY) + (_HELD if was_visited else 0)


def _bits(stops: int) -> Iterator[int]:
    """Yield the stops of a set."""
    while stops:
        low = stops & -stops
        yield low.bit_length() - 1
        stops ^= low


def _moved_bits(stops: int, places: Sequence[int]) -> int:
    """Return a set of stops as one of their places in a list."""
    return sum(1 << k for k, stop in enumerate(places) if (stops >> stop) & 1)


def _segments(task: Task, slots: NDArray[np.int32]) -> Iterator[tuple[int, int, int]]:
    """Yield from when until when one may leave, and how long the way takes then."""
    rush = task.rush
    edges = [0, *(np.flatnonzero(rush[1:] != rush[:-1]) + 1).tolist(), task.slots]
    for start, end in pairwise(edges):
        takes = int(slots[int(rush[start])])
        end = min(end, task.slots - takes)
        if end > start:
            yield start, end, takes


def _first(task: Task, stop: int) -> Costs:
    """Return what arriving at the first stop of a day costs."""
    arrived = np.full((2, task.slots), _NEVER, dtype=np.int32)
    fresh = np.full((2, task.slots), _NEVER, dtype=np.int32)
    if task.lunch is None:
        fresh[1] = 0
    else:
        fresh[0] = 0
        fresh[1, task.lunch[2] + 1 :] = 0  # a day that begins this late is after lunch
    if task.begin is None:
        return fresh
    for start, end, slots in _segments(task, task.begin[:, stop]):
        there = arrived[:, start + slots : end + slots]
        came = fresh[:, start:end] + np.int32(slots * TRAVEL)
        arrived[:, start + slots : end + slots] = np.minimum(there, came)
    return np.minimum(arrived, _NEVER)


def _arriving(task: Task, previous: int, stop: int, ready: Costs) -> Costs:
    """Return what arriving costs when one was ready to leave the stop before."""
    arrived = np.full((2, task.slots), _NEVER, dtype=np.int32)
    for start, end, slots in _segments(task, task.between[:, previous, stop]):
        there = arrived[:, start + slots : end + slots]
        came = ready[:, start:end] + np.int32(slots * TRAVEL)
        arrived[:, start + slots : end + slots] = np.minimum(there, came)
    return arrived


def _stay(task: Task, stop: int, arrived: Costs) -> _Stay:
    """Return what being at a stop costs, from arriving there; any number of arrivals at once."""
    arrived = arrived if arrived.ndim == 3 else arrived[None]
    arrived = np.minimum(arrived, _NEVER)
    waiting = _rested(task, arrived)
    visited = np.full_like(waiting, _NEVER)
    length = task.lengths[stop]
    starts = np.flatnonzero(task.allowed[stop, : max(0, task.slots - length)])
    kept = task.kept[stop]
    moved = np.zeros(task.slots, dtype=np.int32)
    if kept is not None:
        moved[:] = MOVED
        if kept >= 0:
            moved[kept] = 0
    visited[:, :, starts + length] = waiting[:, :, starts] + moved[starts]
    np.minimum(visited, _NEVER, out=visited)
    return _Stay(arrived, waiting, visited, _rested(task, visited))


def _rested(task: Task, costs: Costs) -> Costs:
    """Return what it costs to be somewhere still, having waited or had lunch."""
    ramp = np.arange(task.slots, dtype=np.int32) * np.int32(_WAIT)
    rested = np.minimum.accumulate(costs - ramp, axis=-1) + ramp
    if task.lunch is not None:
        takes, first, last = task.lunch
        last = min(last, task.slots - 1 - takes)
        if last >= first:
            eaten = rested[:, 0, first : last + 1]
            there = rested[:, 1, first + takes : last + 1 + takes]
            rested[:, 1, first + takes : last + 1 + takes] = np.minimum(there, eaten)
            rested[:, 1] = np.minimum.accumulate(rested[:, 1] - ramp, axis=-1) + ramp
    capped: Costs = np.minimum(rested, _NEVER)
    return capped


def _closed(task: Task, stop: int, ready: Costs) -> Costs:
    """Return what ending the day costs, from being ready at its last stop."""
    done = np.full_like(ready, _NEVER)
    if task.finish is None:
        done[:] = ready
    else:
        for start, end, slots in _segments(task, task.finish[:, stop]):
            there = done[:, :, start + slots : end + slots]
            came = ready[:, :, start:end] + np.int32(slots * TRAVEL)
            done[:, :, start + slots : end + slots] = np.minimum(there, came)
    if task.lunch is not None:
        done[:, 0, task.lunch[2] + 1 :] = _NEVER  # a day that lasts until then has had lunch
    late: Costs = np.arange(task.slots, dtype=np.int32) * np.int32(_LATE)
    closed: Costs = np.where(done >= _NEVER, _NEVER, done + late)
    return closed


def _undone(
    task: Task, stop: int, stay: _Stay, after_lunch: int, slot: int
) -> tuple[list[Part], int, int, int]:
    """Return what was done at a stop, last first, and the state and cost in which one arrived."""
    rested, after_lunch, slot = _unrested(task, stay.visited[0], stay.ready[0], after_lunch, slot)
    start = slot - task.lengths[stop]
    parts = [*rested, Part("visit", start, slot, stop)]
    rested, after_lunch, slot = _unrested(
        task, stay.arrived[0], stay.waiting[0], after_lunch, start
    )
    return [*parts, *rested], after_lunch, slot, int(stay.arrived[0, after_lunch, slot])


def _unrested(
    task: Task, before: Costs, rested: Costs, after_lunch: int, slot: int
) -> tuple[list[Part], int, int]:
    """Return the waiting and the lunch that lie between two states, last first."""
    parts: list[Part] = []
    while before[after_lunch, slot] != rested[after_lunch, slot]:
        value = rested[after_lunch, slot]
        if task.lunch is not None and after_lunch:
            takes, first, last = task.lunch
            start = slot - takes
            if first <= start <= last and rested[0, start] == value:
                parts.append(Part("lunch", start, slot, None))
                after_lunch, slot = 0, start
                continue
        assert rested[after_lunch, slot - 1] + _WAIT == value
        parts.append(Part("wait", slot - 1, slot, None))
        slot -= 1
    return parts, after_lunch, slot


def _begun(task: Task, stop: int, slot: int, value: int) -> list[Part]:
    """Return the way from where the day begins to its first stop."""
    if task.begin is None:
        return []
    for start, end, slots in _segments(task, task.begin[:, stop]):
        left = slot - slots
        if start <= left < end and slots * TRAVEL == value:
            return [Part("travel", left, slot, stop)]
    raise AssertionError("the first stop was reached somehow")
