"""From a trip to its programme: the best days there are, and in sentences why they are so."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from baken.errors import VisitError
from baken.text.marking import message
from baken.text.speech import Speech

from .solver import (
    MOST_STOPS,
    SLOT_MINUTES,
    TRAVEL,
    Costs,
    Part,
    Solution,
    Task,
    combine,
    costs_of_sets,
    leaving_out,
    trace,
)
from .travel import Leg, Travel, is_rush
from .trip import Day, Dropped, Entry, EntryKind, PlannedDay, Programme, Spot, Stop, Trip, Window

MOST_DAYS: Final = 5
_MOST_MINUTES: Final = 480
_WORTH_SAYING: Final = 10
"""Minutes on the road from which a reason for a day is worth reading."""
_NEVER: Final = 2**30

_SLOT: Final = datetime.timedelta(minutes=SLOT_MINUTES)
_KINDS: Final[dict[str, EntryKind]] = {
    "travel": "travel",
    "visit": "visit",
    "lunch": "lunch",
    "wait": "wait",
}


def plan(trip: Trip, say: Speech, travel: Travel | None = None) -> Programme:
    """Return the best programme there is, to five minutes.

    Best is, in this order: nothing confirmed is left out, nothing that must be visited, nothing
    that was visited before, nothing else that may be; then the least time on the road, where
    asking a host again counts as half an hour;
    then the least waiting; then the earliest end. What is confirmed stays where it is.

    Args:
        trip: what is to be planned.
        say: the language of its sentences.
        travel: how long trips take; estimated when None.

    Raises:
        VisitError: there are no days or stops, too many of them, or a time makes no sense.
    """
    _check(trip)
    plan = _Planning(trip, say, travel or Travel())
    if any(
        day.most_travel is not None and planned.travel_minutes > day.most_travel
        for day, planned in zip(trip.days, plan.days, strict=True)
    ):
        # Keeping times cost more road than a day may have: here the road binds.
        plan = _Planning(trip, say, travel or Travel(), is_keeping=False)
    return plan.programme()


def confirm(programme: Programme, stop_id: str, trip: Trip) -> Trip:
    """Return a trip in which a stop is confirmed where a programme has it.

    Raises:
        VisitError: the programme does not visit it.
    """
    at = next((one.starts for one in programme.visits if one.stop == stop_id), None)
    if at is None:
        raise VisitError(message("The programme does not visit “%(id)s”."), id=stop_id)
    return _with(after(programme, trip), stop_id, state="confirmed", at=at, was=None)


def decline(programme: Programme, stop_id: str, trip: Trip) -> Trip:
    """Return a trip that a host has declined, and that keeps what it can of a programme."""
    return _with(after(programme, trip), stop_id, state="declined", at=None)


def change_hours(programme: Programme, stop_id: str, windows: Sequence[Window], trip: Trip) -> Trip:
    """Return a trip in which a host receives at other times; what was confirmed there is not."""
    return _with(after(programme, trip), stop_id, state="proposed", at=None, windows=tuple(windows))


def after(programme: Programme, trip: Trip) -> Trip:
    """Return a trip that is planned again with as little change of a programme as is sensible."""
    starts = {one.stop: one.starts for one in programme.visits}
    return structs.replace(
        trip,
        stops=tuple(structs.replace(one, was=starts.get(one.id)) for one in trip.stops),
    )


def _with(trip: Trip, stop_id: str, **changed: object) -> Trip:
    if all(one.id != stop_id for one in trip.stops):
        raise VisitError(message("The visit has no stop “%(id)s”."), id=stop_id)
    return structs.replace(
        trip,
        stops=tuple(
            structs.replace(one, **changed) if one.id == stop_id else one for one in trip.stops
        ),
    )


def duration(minutes: float) -> str:
    """Return minutes as people in all four languages read them: ``1 h 25 min``."""
    hours, rest = divmod(round(minutes), 60)
    words = ([f"{hours} h"] if hours else []) + ([f"{rest} min"] if rest or not hours else [])
    return " ".join(words).replace(" ", "\u00a0")


def clock(moment: datetime.datetime | datetime.time) -> str:
    """Return a time of day: ``09:05``."""
    return f"{moment:%H:%M}"


def _check(trip: Trip) -> None:
    if not trip.stops:
        raise VisitError(message("A visit needs a stop: choose an organisation to visit."))
    planned = [one for one in trip.stops if one.state != "declined"]
    if len(planned) > MOST_STOPS:
        raise VisitError(
            message("One visit has at most %(most)s stops, not %(count)s. Make two visits of it."),
            most=MOST_STOPS,
            count=len(planned),
        )
    if not 1 <= len(trip.days) <= MOST_DAYS:
        raise VisitError(message("A visit takes 1 to %(most)s days."), most=MOST_DAYS)
    dates = [day.date for day in trip.days]
    if dates != sorted(set(dates)):
        raise VisitError(message("The days of a visit are given in order, each once."))
    for day in trip.days:
        if day.starts >= day.ends:
            raise VisitError(message("A day begins before it ends."))
        if day.lunch is not None and not 0 < day.lunch.minutes <= 180:
            raise VisitError(message("Lunch takes up to three hours."))
    ids = [one.id for one in trip.stops]
    if len(ids) != len(set(ids)):
        raise VisitError(message("Each organisation is a stop once."))
    for one in trip.stops:
        if not 15 <= one.minutes <= _MOST_MINUTES:
            raise VisitError(
                message("A visit to %(name)s takes 15 minutes to 8 hours."), name=one.name
            )
        if one.state == "confirmed" and one.at is None:
            raise VisitError(message("%(name)s is confirmed: say for when."), name=one.name)
        if one.at is not None and (one.at.minute % SLOT_MINUTES or one.at.second):
            raise VisitError(
                message("Visits begin at full five minutes; that of %(name)s does not."),
                name=one.name,
            )
    known = set(ids)
    for first, second in trip.order:
        if first not in known or second not in known or first == second:
            raise VisitError(
                message("An order names two stops of the visit, not “%(first)s, %(second)s”."),
                first=first,
                second=second,
            )
    if _has_cycle(trip.order):
        raise VisitError(message("The order asked for goes round in a circle."))


def _has_cycle(order: Sequence[tuple[str, str]]) -> bool:
    left = set(order)
    while left:
        seconds = {second for _, second in left}
        free = {pair for pair in left if pair[0] not in seconds}
        if not free:
            return True
        left -= free
    return False


class _Planning:
    """One trip while it is planned.

    Attributes:
        stops: those to be planned: neither declined nor nowhere.
    """

    def __init__(self, trip: Trip, say: Speech, travel: Travel, *, is_keeping: bool = True) -> None:
        self._trip, self._say, self._travel = trip, say, travel
        self.stops = [s for s in trip.stops if s.state != "declined" and s.spot is not None]
        self._number = {one.id: k for k, one in enumerate(self.stops)}
        self._later = self._order(trip.order)
        self._is_keeping = is_keeping
        self._plain = [self._task(day, is_keeping=False) for day in trip.days]
        self._plain_costs = self._costs(self._plain)
        self._leaving_out = [
            leaving_out(
                is_confirmed=s.state == "confirmed",
                is_must=s.is_must,
                was_visited=s.was is not None,
            )
            for s in self.stops
        ]
        had = is_keeping and any(s.was is not None for s in self.stops)
        self._tasks = (
            [self._task(day, is_keeping=True) for day in trip.days] if had else self._plain
        )
        costs = self._costs(self._tasks) if had else self._plain_costs
        self._found = combine(costs, self._later, self._leaving_out)
        self._parts = [
            trace(task, _stops_of(held))
            for task, held in zip(self._tasks, self._found.sets, strict=True)
        ]

    # -- what the solver is asked ------------------------------------------------------------

    def _order(self, pairs: Sequence[tuple[str, str]]) -> tuple[int, ...]:
        later = [0] * len(self.stops)
        for first, second in pairs:
            if first in self._number and second in self._number:
                later[self._number[first]] |= 1 << self._number[second]
        for _ in later:  # what comes after what comes after
            for k, held in enumerate(later):
                for other in _stops_of(held):
                    later[k] |= later[other]
        return tuple(later)

    @cached_property
    def _legs(self) -> dict[tuple[int, int], Leg]:
        return {
            (i, j): self._leg(one.spot, other.spot, one.id, other.id)
            for i, one in enumerate(self.stops)
            for j, other in enumerate(self.stops)
            if i != j
        }

    def _leg(self, one: Spot | None, other: Spot | None, start: str, end: str) -> Leg:
        assert one is not None
        assert other is not None
        return self._travel.leg(one, other, (start, end))

    def _from_begin(self, day: Day, k: int) -> Leg:
        assert day.begins is not None
        return self._leg(day.begins, self.stops[k].spot, day.begins.label, self.stops[k].id)

    def _to_finish(self, day: Day, k: int) -> Leg:
        assert day.finishes is not None
        return self._leg(self.stops[k].spot, day.finishes, self.stops[k].id, day.finishes.label)

    def _task(self, day: Day, *, is_keeping: bool) -> Task:
        n = len(self.stops)
        start = self._start(day)
        end = datetime.datetime.combine(day.date, day.ends)
        slots = max(1, (end - start) // _SLOT + 1)
        moments = [start + k * _SLOT for k in range(slots)]
        between = np.zeros((2, n, n), dtype=np.int32)
        for (i, j), leg in self._legs.items():
            between[:, i, j] = _slots_of(leg)
        lunch = None
        if day.lunch is not None:
            first, last = (
                math.ceil((datetime.datetime.combine(day.date, t) - start) / _SLOT)
                for t in (day.lunch.earliest, day.lunch.latest)
            )
            if last >= 0:
                lunch = (math.ceil(day.lunch.minutes / SLOT_MINUTES), max(0, first), last)
        allowed = np.array(
            [[self._may_begin(one, moment) for moment in moments] for one in self.stops],
            dtype=np.bool_,
        ).reshape(n, slots)
        kept: list[int | None] = []
        for one in self.stops:
            if not is_keeping or one.was is None or one.state == "confirmed":
                kept.append(None)
            elif one.was in moments:
                kept.append(moments.index(one.was))
            else:
                kept.append(-1)
        return Task(
            slots=slots,
            rush=np.array([is_rush(moment) for moment in moments]),
            begin=None if day.begins is None or not n else _table(
                [self._from_begin(day, k) for k in range(n)]
            ),
            between=between,
            finish=None if day.finishes is None or not n else _table(
                [self._to_finish(day, k) for k in range(n)]
            ),
            lengths=tuple(math.ceil(one.minutes / SLOT_MINUTES) for one in self.stops),
            allowed=allowed,
            kept=tuple(kept),
            lunch=lunch,
            later=self._later,
        )  # fmt: skip

    @staticmethod
    def _start(day: Day) -> datetime.datetime:
        start = datetime.datetime.combine(day.date, day.starts.replace(second=0, microsecond=0))
        return start + datetime.timedelta(minutes=-start.minute % SLOT_MINUTES)

    @staticmethod
    def _may_begin(stop: Stop, moment: datetime.datetime) -> bool:
        if stop.state == "confirmed":
            return moment == stop.at
        if stop.not_before is not None and moment.time() < stop.not_before:
            return False
        if not stop.windows:
            return True
        end = moment + datetime.timedelta(minutes=stop.minutes)
        return any(
            one.holds_on(moment.date())
            and moment.time() >= one.opens
            and end <= datetime.datetime.combine(moment.date(), one.closes)
            for one in stop.windows
        )

    def _costs(self, tasks: Sequence[Task]) -> list[Costs]:
        """Return the costs of each day; equal days are worked out once."""
        known: dict[bytes, Costs] = {}
        costs = []
        for task, day in zip(tasks, self._trip.days, strict=True):
            key = _key(task)
            if key not in known:
                known[key] = costs_of_sets(task)
            of_day = known[key]
            if day.most_travel is not None:
                limit = day.most_travel // SLOT_MINUTES
                plain = (
                    of_day if task.kept == (None,) * len(task.kept) else self._plain_limited(day)
                )
                is_far = (plain // TRAVEL) > limit
                of_day = np.where(is_far, np.int32(_NEVER), of_day)
            costs.append(of_day)
        return costs

    def _plain_limited(self, day: Day) -> Costs:
        return self._plain_costs[self._trip.days.index(day)]

    # -- what comes of it --------------------------------------------------------------------

    @cached_property
    def days(self) -> tuple[PlannedDay, ...]:
        """The days, with their reasons."""
        made = []
        rows = zip(self._trip.days, self._tasks, self._parts, self._found.sets, strict=True)
        for number, (day, _, parts, held) in enumerate(rows):
            entries = self._entries(day, parts)
            made.append(
                PlannedDay(
                    date=day.date,
                    begins=day.begins.label if day.begins is not None and entries else "",
                    entries=entries,
                    travel_minutes=sum(e.minutes for e in entries if e.kind == "travel"),
                    distance_km=round(sum(e.distance_km or 0 for e in entries), 1),
                    reasons=(*self._order_reasons(number, parts), *self._day_reasons(number, held)),
                )
            )
        return tuple(made)

    def _entries(self, day: Day, parts: Sequence[Part]) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        start, last = self._start(day), None
        for part in parts:
            begins, ends = start + part.start * _SLOT, start + part.end * _SLOT
            stop = self.stops[part.stop] if part.stop is not None else None
            if part.kind == "wait" and entries and entries[-1].kind == "wait":
                entries[-1] = structs.replace(entries[-1], ends=ends)
                continue
            label, leg = stop.name if stop else "", None
            if part.kind == "travel":
                if stop is None:
                    assert last is not None
                    assert day.finishes is not None
                    leg, label = self._to_finish(day, last), day.finishes.label
                elif last is None:
                    leg = self._from_begin(day, self._number[stop.id])
                else:
                    leg = self._legs[last, self._number[stop.id]]
            if part.kind == "visit":
                last = part.stop
            entries.append(
                Entry(
                    kind=_KINDS[part.kind],
                    starts=begins,
                    ends=ends,
                    stop=stop.id if stop else None,
                    label=label,
                    distance_km=leg.distance_km if leg else None,
                    is_rush=leg is not None and not leg.is_on_foot and is_rush(begins),
                    is_on_foot=leg is not None and leg.is_on_foot,
                )
            )
        return tuple(entries)

    def programme(self) -> Programme:
        """Return all of it."""
        return Programme(
            language=self._say.language,
            stops=self._trip.stops,
            days=self.days,
            dropped=self._dropped(),
            changes=self._changes(),
            travel_minutes=sum(day.travel_minutes for day in self.days),
            distance_km=round(sum(day.distance_km for day in self.days), 1),
            order_given_minutes=self._given(),
            notes=self._notes(),
        )

    # -- why ---------------------------------------------------------------------------------

    def _order_reasons(self, number: int, parts: Sequence[Part]) -> list[str]:
        """Say of each two stops that follow each other why they do not the other way round."""
        say, task = self._say, self._plain[number]
        order = [part.stop for part in parts if part.kind == "visit" and part.stop is not None]
        said = []
        if len(order) > 1:
            best = int(costs_of_sets(task, order)[-1])
        for first, second in pairwise(order):
            one, other = self.stops[first], self.stops[second]
            names = {"first": one.name, "second": other.name}
            if one.state == other.state == "confirmed":
                continue
            if (one.id, other.id) in self._trip.order:
                said.append(say("%(first)s before %(second)s, as you asked.", **names))
                continue
            place = order.index(first)
            swapped = [*order[:place], second, first, *order[place + 2 :]]
            turned = int(costs_of_sets(_in_order(task, swapped), order)[-1])
            if turned >= _NEVER:
                said.append(
                    say("%(first)s before %(second)s: the other way round does not fit.", **names)
                )
                continue
            road = (turned // TRAVEL - best // TRAVEL) * SLOT_MINUTES
            if road > 0:
                said.append(
                    say(
                        "%(first)s before %(second)s: the other way round costs %(time)s more on "
                        "the road.",
                        time=duration(road),
                        **names,
                    )
                )
            elif road == 0 and turned % TRAVEL > best % TRAVEL + _WORTH_SAYING * 30:
                said.append(
                    say("%(first)s before %(second)s: the other way round means waiting.", **names)
                )
        if len(order) > 2:
            back = int(costs_of_sets(_in_order(task, order[::-1]), order)[-1])
            road = (back // TRAVEL - best // TRAVEL) * SLOT_MINUTES
            if back < _NEVER and road >= SLOT_MINUTES:
                said.append(
                    say(
                        "The whole day in the opposite direction costs %(time)s more on the road.",
                        time=duration(road),
                    )
                )
        return said

    def _day_reasons(self, number: int, held: int) -> list[str]:
        """Say of each stop of a day why it is not on another one."""
        if len(self._trip.days) == 1:
            return []
        say, said = self._say, []
        date = self._trip.days[number].date
        for k in _stops_of(held):
            stop = self.stops[k]
            when = say.weekday(date)
            if stop.state == "confirmed" and stop.at is not None:
                said.append(
                    say(
                        "%(name)s at %(time)s: its host has confirmed.",
                        name=stop.name,
                        time=clock(stop.at),
                    )
                )
                continue
            if not any(task.allowed[k].any() for j, task in enumerate(self._plain) if j != number):
                said.append(
                    say(
                        "%(name)s on %(day)s: it does not receive on the other days.",
                        name=stop.name,
                        day=when,
                    )
                )
                continue
            other = self._without(number, 1 << k)
            missing = self._best.visited & ~other.visited
            if (missing >> k) & 1:
                said.append(
                    say(
                        "%(name)s on %(day)s: it does not fit into the hours of another day.",
                        name=stop.name,
                        day=when,
                    )
                )
                continue
            if missing:
                names = say.listed([self.stops[j].name for j in _stops_of(missing)])
                said.append(
                    say(
                        "%(name)s on %(day)s: on another day there is no room left for %(others)s.",
                        name=stop.name,
                        day=when,
                        others=names,
                    )
                )
                continue
            road = (other.cost // TRAVEL - self._best.cost // TRAVEL) * SLOT_MINUTES
            if road >= _WORTH_SAYING:
                said.append(
                    say(
                        "%(name)s on %(day)s: on another day the trip costs %(time)s more on the "
                        "road.",
                        name=stop.name,
                        day=when,
                        time=duration(road),
                    )
                )
        return said

    @cached_property
    def _best(self) -> Solution:
        """The best there is for the same stops, when nobody's time is kept but the confirmed."""
        return combine(self._plain_costs, self._later, self._leaving_out)

    def _without(self, day: int, stops: int) -> Solution:
        barred = [0] * len(self._trip.days)
        barred[day] = stops
        return combine(self._plain_costs, self._later, self._leaving_out, barred)

    def _dropped(self) -> tuple[Dropped, ...]:
        dropped = []
        for stop in self._trip.stops:
            if stop.state == "declined":
                continue
            number = self._number.get(stop.id)
            if number is not None and (self._found.visited >> number) & 1:
                continue
            dropped.append(Dropped(stop.id, stop.name, stop.is_must, self._why_not(stop, number)))
        return tuple(dropped)

    def _why_not(self, stop: Stop, number: int | None) -> str:
        say = self._say
        if number is None:
            return say("Where it is is not known well enough to travel there.")
        if not any(task.allowed[number].any() for task in self._plain):
            if stop.at is not None:
                return say("It is confirmed for a time that is outside the days of this visit.")
            return say("It does not receive for so long within the hours of these days.")
        alone = [int(costs[1 << number]) for costs in self._plain_costs]
        if min(alone) >= _NEVER:
            return say("Going there and back does not fit into a day.")
        # With it taken in, what has to give way?
        weights = list(self._leaving_out)
        weights[number] = 10**17
        with_it = combine(self._plain_costs, self._later, weights)
        others = self._found.visited & ~with_it.visited
        if others and (with_it.visited >> number) & 1:
            names = say.listed([self.stops[j].name for j in _stops_of(others)])
            return say("It fits only if %(others)s gives way.", others=names)
        return say("Beside the other stops there is no room left for it.")

    def _changes(self) -> tuple[str, ...]:
        """Say what differs from the programme before; nothing when there was none."""
        stops = self._trip.stops
        if all(one.was is None for one in stops):
            return ()
        say, said = self._say, []
        starts = {e.stop: e.starts for day in self.days for e in day.entries if e.kind == "visit"}
        kept = 0
        for one in stops:
            now, before = starts.get(one.id), one.was or one.at
            name = one.name
            if one.state == "declined":
                said.append(say("%(name)s has declined and is left out.", name=name))
            elif now is None and before is not None:
                said.append(say("%(name)s no longer fits and is left out.", name=name))
            elif now is not None and before is None:
                said.append(say("%(name)s is new, on %(when)s.", name=name, when=self._moment(now)))
            elif now is not None and before is not None and now != before:
                said.append(
                    say(
                        "%(name)s moves from %(before)s to %(now)s.",
                        name=name,
                        before=self._moment(before),
                        now=self._moment(now),
                    )
                )
            elif now is not None:
                kept += 1
        if kept:
            said.append(
                say.plural(
                    "%(number)s stop stays where it was.",
                    "%(number)s stops stay where they were.",
                    kept,
                )
            )
        return tuple(said)

    def _moment(self, moment: datetime.datetime) -> str:
        return f"{self._say.weekday(moment)} {clock(moment)}"

    def _given(self) -> int | None:
        """Return the minutes on the road in the order in which the stops were chosen."""
        visited = _stops_of(self._found.visited)
        if len(visited) < 2 or any(self.stops[k].state == "confirmed" for k in visited):
            return None
        later = [0] * len(self.stops)
        for place, k in enumerate(visited):
            for other in visited[place + 1 :]:
                later[k] |= 1 << other
        tasks = [task._replace(later=tuple(later)) for task in self._plain]
        must = leaving_out(is_confirmed=False, is_must=True)
        found = combine(self._costs(tasks), later, [must] * len(later))
        if found.visited & self._found.visited != self._found.visited:
            return None
        return found.cost // TRAVEL * SLOT_MINUTES

    def _notes(self) -> tuple[str, ...]:
        say = self._say
        notes = [
            say("Travel times by car are estimated from distances, rather too long than too short.")
        ]
        if self._travel.known:
            notes.append(say("Where you gave travel times, those are used."))
        vague = [s.name for s in self.stops if s.spot is not None and not s.spot.is_exact]
        if vague:
            notes.append(
                say(
                    "The exact address is not known here of %(names)s: the middle of its place is "
                    "taken, with some minutes more.",
                    names=say.listed(vague),
                )
            )
        return tuple(notes)


def _stops_of(held: int) -> list[int]:
    return [k for k in range(held.bit_length()) if (held >> k) & 1]


def _in_order(task: Task, order: Sequence[int]) -> Task:
    """Return a day on which stops come in the order given and no other."""
    later = list(task.later)
    for place, stop in enumerate(order):
        later[stop] = sum(1 << other for other in order[place + 1 :])
    return task._replace(later=tuple(later))


def _slots_of(leg: Leg) -> tuple[int, int]:
    """Return how many slots a trip takes, outside and at rush hour; never too few."""
    return (
        math.ceil(leg.minutes / SLOT_MINUTES - 1e-9),
        math.ceil(leg.rush_minutes / SLOT_MINUTES - 1e-9),
    )


def _table(legs: Sequence[Leg]) -> NDArray[np.int32]:
    return np.array([_slots_of(leg) for leg in legs], dtype=np.int32).T


def _key(task: Task) -> bytes:
    """Return what tells two days apart for the solver."""
    arrays: Mapping[str, NDArray[np.generic] | None] = {
        "rush": task.rush,
        "begin": task.begin,
        "between": task.between,
        "finish": task.finish,
        "allowed": task.allowed,
    }
    rest = (task.slots, task.lengths, task.kept, task.lunch, task.later)
    return repr(rest).encode() + b"|".join(
        b"-" if one is None else one.tobytes() for one in arrays.values()
    )
