"""The list of organisations, narrowed by kind, province, theme and role."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from baken.model import Organisation, Term
from baken.store import Filter
from baken.text.speech import message
from baken.web.page import Choice, Link, Page, Query
from baken.workspace import Workspace

PAGE_LENGTH: Final = 40
_MOST_CHOICES: Final = 14
_FACETS: Final = {"kind": "kinds", "province": "provinces", "role": "roles", "theme": "themes"}
"""Parameter of the address, and the field of `Filter` and `Facets` that it stands for."""

_TITLES: Final = {
    "kind": message("What it is"),
    "province": message("Where it is"),
    "role": message("What it offers"),
    "theme": message("What it works on"),
}


class Row(Struct, frozen=True, kw_only=True):
    """One organisation in the list.

    Attributes:
        kind: label of what it is.
        place: labels of where it is, the most precise first.
        summary: what it says of itself in short, or None.
    """

    id: str
    name: str
    href: str
    kind: str
    place: tuple[str, ...]
    summary: str | None


class FacetView(Struct, frozen=True):
    """One way to narrow the list; `parameter` is its name in the address."""

    parameter: str
    title: str
    choices: tuple[Choice, ...]


class Organisations(Struct, frozen=True, kw_only=True):
    """Context of the list.

    Attributes:
        count: how many organisations pass the filters.
        rows: this page of them, by name.
        facets: ways to narrow them.
        active: the filters that are on; each link takes one off.
        everything: the list without filters.
        next: the next page, or None.
    """

    count: int
    rows: tuple[Row, ...]
    facets: tuple[FacetView, ...]
    active: tuple[Link, ...]
    everything: str
    next: str | None


def build(workspace: Workspace, query: Query) -> Organisations:
    """Return the context of the list."""
    chosen = {parameter: query.all(parameter) for parameter in _FACETS}
    only = Filter(**{field: chosen[name] or None for name, field in _FACETS.items()})
    counts = workspace.facets(only)
    labels = _labels(workspace, query)
    found = list(workspace.organisations(only, after=query.one("after"), limit=PAGE_LENGTH + 1))
    rows = tuple(row(workspace, query, organisation) for organisation in found[:PAGE_LENGTH])
    has_more = len(found) > PAGE_LENGTH
    kinds = counts.kinds
    return Organisations(
        count=sum(n for kind, n in kinds.items() if not only.kinds or kind in only.kinds),
        rows=rows,
        facets=tuple(
            FacetView(
                name,
                query.say(_TITLES[name]),
                _choices(query, name, getattr(counts, field), labels[name], chosen),
            )
            for name, field in _FACETS.items()
        ),
        active=tuple(
            Link(labels[name](value), _switched(query, chosen, name, value))
            for name in _FACETS
            for value in chosen[name]
        ),
        everything=query.address("/organisations"),
        next=query.address("/organisations", **chosen, after=rows[-1].id) if has_more else None,
    )


def row(workspace: Workspace, query: Query, organisation: Organisation) -> Row:
    """Return an organisation as a line of a list."""
    landscape = workspace.landscape
    ids = (organisation.place_id, organisation.province_id)
    return Row(
        id=organisation.id,
        name=organisation.name(query.language),
        href=query.organisation(organisation.id),
        kind=landscape.vocabulary.kinds[organisation.kind].text(query.language),
        place=tuple(
            dict.fromkeys(
                landscape.places[p].text(query.language) for p in ids if p in landscape.places
            )
        ),
        summary=organisation.summaries[0].value if organisation.summaries else None,
    )


def _labels(workspace: Workspace, query: Query) -> Mapping[str, Callable[[str], str]]:
    """Return, for each facet, what turns a term into its label; unknown terms stay as they are."""
    landscape = workspace.landscape
    terms: dict[str, Mapping[str, Term]] = {
        "kind": landscape.vocabulary.kinds,
        "province": landscape.places,
        "role": landscape.vocabulary.roles,
        "theme": landscape.themes,
    }

    def labelled(name: str) -> Callable[[str], str]:
        return lambda term: terms[name][term].text(query.language) if term in terms[name] else term

    return {name: labelled(name) for name in terms}


def _choices(
    query: Query,
    name: str,
    counts: Mapping[str, int],
    label: Callable[[str], str],
    chosen: Mapping[str, tuple[str, ...]],
) -> tuple[Choice, ...]:
    """Return the most frequent values of a facet, and those that are on."""
    shown = dict(list(counts.items())[:_MOST_CHOICES])
    shown |= {value: counts.get(value, 0) for value in chosen[name]}
    return tuple(
        Choice(
            id=value,
            label=label(value),
            count=count,
            href=_switched(query, chosen, name, value),
            is_on=value in chosen[name],
        )
        for value, count in shown.items()
    )


def _switched(query: Query, chosen: Mapping[str, tuple[str, ...]], name: str, value: str) -> str:
    """Return the address with one value of one filter switched on or off."""
    values = chosen[name]
    switched = tuple(v for v in values if v != value) if value in values else (*values, value)
    return query.address("/organisations", **{**chosen, name: switched})


PAGE: Final = Page(
    "/organisations",
    "/organisations.json",
    "organisations.html",
    Organisations,
    build,
    section="organisations",
)
