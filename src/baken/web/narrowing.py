"""Narrowing what a page shows by kind, province, role and theme: filters as links.

The list, the landscape, the map and the statistics share the filters, and the parameters of an
address that switch them, so that what is chosen on one of them comes along to the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from baken.model import Term
from baken.store import Facets, Filter
from baken.text.speech import message
from baken.workspace import Workspace

from .page import Choice, Link, Query, extended

_MOST_CHOICES: Final = 14
_FACETS: Final = {"kind": "kinds", "province": "provinces", "role": "roles", "theme": "themes"}
"""Parameter of the address, and the field of `Filter` and `Facets` that it stands for."""

_TITLES: Final = {
    "kind": message("What it is"),
    "province": message("Where it is"),
    "role": message("What it offers"),
    "theme": message("What it works on"),
}


class FacetView(Struct, frozen=True):
    """One way to narrow what is shown; `parameter` is its name in the address."""

    parameter: str
    title: str
    choices: tuple[Choice, ...]


class Narrowing:
    """The filters that an address switches on, and the links that switch each on or off.

    Attributes:
        only: what passes.
        chosen: the values that are on, by parameter; as parameters of an address they lead to the
            same filters on another page.
        facets: how many organisations there are of each value, given the other filters.
        count: how many organisations pass.
    """

    def __init__(
        self, workspace: Workspace, query: Query, path: str, **kept: str | int | None
    ) -> None:
        """Read the filters of an address.

        Args:
            workspace: what they filter.
            query: the address.
            path: of the page that the links lead back to, as in English.
            **kept: further parameters of that page that its links keep.
        """
        self._query, self._path, self._kept = query, path, kept
        landscape = workspace.landscape
        self._terms: dict[str, Mapping[str, Term]] = {
            "kind": landscape.vocabulary.kinds,
            "province": landscape.places,
            "role": landscape.vocabulary.roles,
            "theme": landscape.themes,
        }
        self.chosen = {parameter: query.all(parameter) for parameter in _FACETS}
        self.only = Filter(**{field: self.chosen[n] or None for n, field in _FACETS.items()})
        self.facets: Facets = workspace.facets(self.only)
        kinds = self.facets.kinds
        self.count = sum(n for k, n in kinds.items() if not self.only.kinds or k in self.only.kinds)

    @property
    def active(self) -> tuple[Link, ...]:
        """The filters that are on; each link takes one off."""
        return tuple(
            Link(self._label(name, value), self._switched(name, value))
            for name in _FACETS
            for value in self.chosen[name]
        )

    @property
    def everything(self) -> str:
        """The address of the page without filters."""
        return self._query.address(self._path, **self._kept)

    def views(self) -> tuple[FacetView, ...]:
        """Return, for each facet, its most frequent values and those that are on."""
        return tuple(
            FacetView(
                name, self._query.say(_TITLES[name]), self._choices(name, getattr(self.facets, f))
            )
            for name, f in _FACETS.items()
        )

    def address(self, path: str | None = None, **parameters: str | int | None) -> str:
        """Return the address of a page, this one unless told, with the same filters on."""
        return self._query.address(
            path or self._path, **{**self._kept, **self.chosen, **parameters}
        )

    def _choices(self, name: str, counts: Mapping[str, int]) -> tuple[Choice, ...]:
        chosen = self.chosen[name]
        shown = dict(list(counts.items())[:_MOST_CHOICES])
        shown |= {value: counts.get(value, 0) for value in chosen}
        stem = self.address(**{name: None})
        return tuple(
            Choice(
                id=value,
                label=self._label(name, value),
                count=count,
                href=self._switched(name, value) if chosen else extended(stem, name, value),
                is_on=value in chosen,
            )
            for value, count in shown.items()
        )

    def _label(self, name: str, value: str) -> str:
        """Return the label of a term; one that the landscape does not know stays as it is."""
        term = self._terms[name].get(value)
        return term.text(self._query.language) if term else value

    def _switched(self, name: str, value: str) -> str:
        """Return the address with one value of one filter switched on or off."""
        values = self.chosen[name]
        switched = tuple(v for v in values if v != value) if value in values else (*values, value)
        return self._query.address(self._path, **{**self._kept, **self.chosen, name: switched})
