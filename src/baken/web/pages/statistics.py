"""The landscape in numbers: how many of what, and how well their facts are known."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct, structs

from baken.model import Organisation, Sourced, Term
from baken.text.speech import message
from baken.web.narrowing import FacetView, Narrowing
from baken.web.page import Link, Page, Query
from baken.workspace import Workspace

_MOST_READ: Final = 1_000
"""Organisations whose facts are looked at, all of them."""

_SAMPLE: Final = 250
"""Of more, only the first by name are: looking at a thousand takes the time of three pages."""

_FRESH_YEARS: Final = 2

_FACTS: Final = {
    "summaries": message("A summary"),
    "websites": message("A website"),
    "places": message("A place of its own"),
    "coordinates": message("Coordinates"),
    "founded": message("The year of founding"),
    "identifiers": message("An identifier elsewhere"),
    "themes": message("Themes"),
    "offers": message("An offer"),
    "figures": message("A figure"),
    "relations": message("A relation"),
    "milestones": message("A milestone"),
}
"""Field of `Organisation` and what the table calls it."""

_TITLES: Final = {
    "kinds": message("What it is"),
    "provinces": message("Where it is"),
    "themes": message("Field"),
    "roles": message("What it offers"),
}


class Bar(Struct, frozen=True):
    """One line of a plot.

    Attributes:
        label: what is counted.
        href: where they are listed, or None.
        count: how many.
        share: of the longest line of the plot, or of all that were looked at: 0-100.
    """

    label: str
    href: str | None
    count: int
    share: float


class Plot(Struct, frozen=True):
    """A table that is drawn as bars."""

    id: str
    title: str
    bars: tuple[Bar, ...]


class Freshness(Struct, frozen=True):
    """How many values there are by the date of their latest source.

    Attributes:
        label: which values: those of a sort, or all.
        values: how many.
        fresh: with a source dated within the last two years.
        older: whose sources are all older than that.
        undated: whose sources bear no date, so that only the day of reading is known.
        fresh_share, older_share, undated_share: of these, 0-100.
    """

    label: str
    values: int
    fresh: int
    older: int
    undated: int
    fresh_share: float
    older_share: float
    undated_share: float


class Statistics(Struct, frozen=True, kw_only=True):
    """Context of the statistics.

    Attributes:
        count: how many organisations pass the filters.
        plots: how many there are by kind, province, field and role.
        coverage: of how many organisations each sort of fact is known.
        freshness: how old the sources of the values are, all of them first.
        looked_at: organisations whose facts were looked at for the coverage.
        since: from this day on a source counts as younger than two years.
        facets: ways to narrow what is counted.
        active: the filters that are on; each link takes one off.
        everything: the statistics without filters.
    """

    count: int
    plots: tuple[Plot, ...]
    coverage: Plot
    freshness: tuple[Freshness, ...]
    looked_at: int
    since: str
    facets: tuple[FacetView, ...]
    active: tuple[Link, ...]
    everything: str


def build(workspace: Workspace, query: Query) -> Statistics:
    """Return the context of the statistics."""
    narrowing = Narrowing(workspace, query, "/statistics")
    looked_at = narrowing.count if narrowing.count <= _MOST_READ else _SAMPLE
    organisations = list(workspace.organisations(narrowing.only, limit=looked_at))
    read = workspace.totals().as_of or datetime.date.today()
    # The 29th of February has no namesake two years before.
    since = datetime.date(read.year - _FRESH_YEARS, read.month, min(read.day, 28))
    return Statistics(
        count=narrowing.count,
        plots=tuple(_plots(workspace, query, narrowing, organisations)),
        coverage=_coverage(query, organisations),
        freshness=tuple(_freshness(query, organisations, since.isoformat())),
        looked_at=len(organisations),
        since=since.isoformat(),
        facets=narrowing.views(),
        active=narrowing.active,
        everything=narrowing.everything,
    )


def _plots(
    workspace: Workspace,
    query: Query,
    narrowing: Narrowing,
    organisations: list[Organisation],
) -> Iterable[Plot]:
    landscape, facets = workspace.landscape, narrowing.facets
    vocabulary = landscape.vocabulary
    counted: tuple[tuple[str, str, Mapping[str, Term], dict[str, int]], ...] = (
        ("kinds", "kind", vocabulary.kinds, facets.kinds),
        ("provinces", "province", landscape.places, facets.provinces),
        ("themes", "theme", landscape.themes, _by_field(workspace, narrowing, organisations)),
        ("roles", "role", vocabulary.roles, facets.roles),
    )
    for id, parameter, terms, counts in counted:
        # A facet counts past its own filter, so that it can be widened; here it must not.
        chosen = () if id == "themes" else narrowing.chosen[parameter]
        lines = {k: n for k, n in counts.items() if n and (not chosen or k in chosen)}
        unknown = narrowing.count - sum(lines.values())
        if id == "provinces" and not chosen and unknown > 0:
            lines[""] = unknown
        longest = max(lines.values(), default=1)
        yield Plot(
            id,
            query.say(_TITLES[id]),
            tuple(
                Bar(
                    terms[key].text(query.language)
                    if key in terms
                    else key or query.say("Not known here"),
                    query.theme(key)
                    if id == "themes"
                    else narrowing.address("/organisations", **{parameter: key})
                    if key
                    else None,
                    count,
                    round(100 * count / longest, 1),
                )
                for key, count in sorted(lines.items(), key=lambda line: -line[1])
            ),
        )


def _by_field(
    workspace: Workspace, narrowing: Narrowing, organisations: list[Organisation]
) -> dict[str, int]:
    """Return how many organisations work in each field."""
    counts: dict[str, int] = {}
    are_all = len(organisations) == narrowing.count
    chosen = narrowing.chosen["theme"]
    bearers: dict[str, list[int]] = {}
    for n, organisation in enumerate(organisations if are_all else ()):
        for theme in organisation.theme_ids:
            bearers.setdefault(theme, []).append(n)
    for field, inside in workspace.landscape.fields.items():
        themes = tuple(t for t in inside if not chosen or t in chosen)
        if are_all:
            counts[field] = len({n for t in themes for n in bearers.get(t, ())})
        elif themes:
            counts[field] = workspace.store.count(structs.replace(narrowing.only, themes=themes))
    return counts


def _coverage(query: Query, organisations: list[Organisation]) -> Plot:
    of = max(1, len(organisations))
    counts = {f: sum(bool(getattr(one, f)) for one in organisations) for f in _FACTS}
    return Plot(
        "coverage",
        query.say("What is known of them"),
        tuple(
            Bar(query.say(_FACTS[f]), None, n, round(100 * n / of, 1))
            for f, n in sorted(counts.items(), key=lambda line: -line[1])
        ),
    )


def _freshness(query: Query, organisations: list[Organisation], since: str) -> Iterable[Freshness]:
    tallies = {field: [0, 0, 0] for field in _FACTS}
    for one in organisations:
        for field, tally in tallies.items():
            for value in getattr(one, field):
                tally[_age(value, since)] += 1
    whole = [sum(column) for column in zip(*tallies.values(), strict=True)]
    lines = [(query.say("All of these"), whole)]
    lines += [(query.say(_FACTS[field]), tally) for field, tally in tallies.items()]
    for label, tally in lines:
        values = sum(tally)
        if values:
            shares = [round(100 * n / values, 1) for n in tally]
            yield Freshness(label, values, *tally, *shares)


def _age(value: Sourced[Any], since: str) -> int:
    """Return 0 for a value with a source dated since then, 1 for an older one, 2 for undated.

    A date that is only partly known counts by its last day: ``2024`` as the end of 2024.
    """
    age = 2
    for citation in value.citations[:20]:
        date = citation.published
        if date:
            if date >= since[: len(date)]:
                return 0
            age = 1
    return age


PAGE: Final = Page(
    "/statistics", "/statistics.json", "statistics.html", Statistics, build, section="statistics"
)
