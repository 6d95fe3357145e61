"""Home: one box, some needs to try, and what the landscape holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from baken.store import Filter
from baken.web.page import Link, Page, Query
from baken.workspace import Workspace

_MOST_READ: Final = 1_000
"""Organisations whose offers are read for this page; of more, the counts of themes tell."""


class Example(Struct, frozen=True):
    """A need to try."""

    language: str
    text: str
    href: str


class RoleLine(Struct, frozen=True):
    """What can be found in one role.

    Attributes:
        label: the role.
        colour: which of the style sheet's role colours.
        count: how many organisations offer it.
        href: their list.
        themes: what they most often do it for, with pages.
    """

    label: str
    colour: str
    count: int
    href: str
    themes: tuple[Link, ...]


class Home(Struct, frozen=True):
    """Context of the home page.

    Attributes:
        examples: needs to try, one a language.
        provinces: with how many organisations each.
        roles: what can be found, by role.
    """

    examples: tuple[Example, ...]
    provinces: tuple[Link, ...]
    roles: tuple[RoleLine, ...]


def build(workspace: Workspace, query: Query) -> Home:
    """Return the context of the home page."""
    landscape = workspace.landscape
    facets = workspace.facets()
    examples = tuple(
        Example(example.lang, example.text, query.address("/find", q=example.text))
        for example in landscape.examples
    )
    provinces = tuple(
        Link(
            landscape.places[province].text(query.language),
            query.address("/organisations", province=province),
            facets.provinces[province],
        )
        for province in landscape.provinces
        if facets.provinces.get(province)
    )
    return Home(examples, provinces, tuple(_roles(workspace, query, facets.roles)))


def _roles(workspace: Workspace, query: Query, counts: dict[str, int]) -> list[RoleLine]:
    themes_of = _themes_of(workspace, counts)
    known = workspace.landscape.themes
    return [
        RoleLine(
            label=role.text(query.language),
            colour=role.colour,
            count=counts[role.id],
            href=query.address("/organisations", role=role.id),
            themes=tuple(
                Link(known[theme].text(query.language), query.theme(theme))
                for theme, _ in sorted(themes_of[role.id].items(), key=lambda t: (-t[1], t[0]))[:4]
            ),
        )
        for role in workspace.landscape.vocabulary.roles.values()
        if counts.get(role.id)
    ]


def _themes_of(workspace: Workspace, roles: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return what is offered in each role, by theme: how often, or by how many of a multitude."""
    themes_of: dict[str, dict[str, int]] = {}
    if workspace.totals().organisations > _MOST_READ:
        known = workspace.landscape.themes
        for role in roles:
            counts = workspace.facets(Filter(roles=(role,))).themes
            themes_of[role] = {theme: count for theme, count in counts.items() if theme in known}
        return themes_of
    for organisation in workspace.organisations():
        for offer in organisation.offers:
            tally = themes_of.setdefault(offer.value.role, {})
            for theme in offer.value.themes:
                tally[theme] = tally.get(theme, 0) + 1
    return themes_of


PAGE: Final = Page("/", "/index.json", "home.html", Home, build, depends_on="landscape")
