"""Figures of several organisations added up, where adding them is honest, and what was added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from baken.model import Figure, Organisation, Sourced
from baken.model.values import Qualifier
from baken.workspace import Workspace

from .page import Footnotes, Query
from .pages.organisation import quantity

_FEWEST: Final = 2
"""Figures that make a sum."""

_GONE: Final = frozenset({"closed", "merged"})


class Addend(Struct, frozen=True, kw_only=True):
    """One figure of a sum, or one that was left out of it.

    Attributes:
        name: of the organisation.
        href: its page.
        value: with its qualifier.
        as_of: the date it speaks of.
        why: why it was left out, or None for one that was added.
        notes: numbers of its sources.
    """

    name: str
    href: str
    value: str
    as_of: str
    why: str | None
    notes: tuple[int, ...]


class Sum(Struct, frozen=True, kw_only=True):
    """Figures of one metric in one unit, added up.

    Attributes:
        label: what is counted.
        value: the sum, with the weakest qualifier of what was added.
        earliest: the earliest date that any of it speaks of.
        latest: the latest.
        addends: what was added.
        left_out: what was not, because it is counted already.
    """

    label: str
    value: str
    earliest: str
    latest: str
    addends: tuple[Addend, ...]
    left_out: tuple[Addend, ...]


def sums_of(
    organisations: Sequence[Organisation], workspace: Workspace, query: Query, footnotes: Footnotes
) -> tuple[Sum, ...]:
    """Return the sums that organisations allow.

    A metric has to be one that may be summed (`baken.model.Metric`), the unit the same. Of an
    organisation the latest figure counts. Part of a whole that has such a figure itself is left
    out, and so is a network of which a member has one: its patients lie in the members' beds.

    Args:
        organisations: all there are, so that the sum is one; never the first of many.
        workspace: whose metrics.
        query: gives the language.
        footnotes: of the page.
    """
    metrics = workspace.landscape.vocabulary.metrics
    by_metric: dict[tuple[str, str | None], dict[str, Sourced[Figure]]] = {}
    known = {o.id: o for o in organisations if not _is_gone(o)}
    for organisation in known.values():
        for figure in sorted(organisation.figures, key=lambda f: f.value.as_of, reverse=True):
            value = figure.value
            if metrics[value.metric].sums:
                group = by_metric.setdefault((value.metric, value.unit), {})
                group.setdefault(organisation.id, figure)
    sums = []
    for (metric, unit), figures in by_metric.items():
        reasons = _left_out(figures, known, query)
        added = {key: figure for key, figure in figures.items() if key not in reasons}
        if len(added) < _FEWEST:
            continue

        def view(key: str, figure: Sourced[Figure], why: str | None) -> Addend:
            return Addend(
                name=known[key].name(query.language),
                href=query.organisation(key),
                value=quantity(figure.value, query),
                as_of=figure.value.as_of,
                why=why,
                notes=footnotes.of(figure.statements),
            )

        values = [figure.value for figure in added.values()]
        dates = sorted(value.as_of for value in values)
        total = Figure(metric, sum(v.value for v in values), _weakest(values), dates[-1], unit)
        sums.append(
            Sum(
                label=metrics[metric].text(query.language),
                value=quantity(total, query),
                earliest=dates[0],
                latest=dates[-1],
                addends=tuple(view(key, figure, None) for key, figure in added.items()),
                left_out=tuple(view(key, figures[key], why) for key, why in reasons.items()),
            )
        )
    return tuple(sums)


def _left_out(
    figures: dict[str, Sourced[Figure]], known: dict[str, Organisation], query: Query
) -> dict[str, str]:
    """Return why figures are not added, by organisation."""
    reasons: dict[str, str] = {}
    for key in figures:
        name = known[key].name(query.language)
        whole = next((above for above in _above(key, known) if above in figures), None)
        if whole is not None:
            reasons[key] = query.say(
                "counted with %(whole)s", whole=known[whole].name(query.language)
            )
        for relation in known[key].relations:
            network = relation.value.target
            if relation.value.type == "member-of" and network in figures and network != key:
                reasons[network] = query.say("counted with its member %(member)s", member=name)
    return reasons


def _above(key: str, known: dict[str, Organisation]) -> Iterator[str]:
    """Yield what an organisation is part of, near and far, as far as it is known here."""
    seen, waiting = {key}, [key]
    while waiting:
        one = known.get(waiting.pop())
        for above in one.part_of if one is not None else ():
            if above not in seen:
                seen.add(above)
                waiting.append(above)
                yield above


def _weakest(values: Sequence[Figure]) -> Qualifier:
    qualifiers = {value.qualifier for value in values}
    if "about" in qualifiers:
        return "about"
    return "at-least" if "at-least" in qualifiers else "exactly"


def _is_gone(organisation: Organisation) -> bool:
    statuses = organisation.statuses
    latest = max(statuses, key=lambda status: status.value.as_of, default=None)
    return latest is not None and latest.value.status in _GONE
