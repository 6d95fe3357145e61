"""All themes, by field: what somebody here works on first."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from baken.model import Theme
from baken.web.page import Link, Page, Query
from baken.workspace import Workspace

_MOST_FREQUENT: Final = 6
"""Themes named beside a field's heading."""


class Field(Struct, frozen=True, kw_only=True):
    """A broadest theme and what is narrower.

    Attributes:
        id: of the broadest theme.
        label: in the interface's language.
        href: its page.
        count: how many organisations work on anything in it.
        first: what most work on.
        themes: every theme in it that somebody works on, by name.
        others: those that nobody here is known to work on; only where they were asked for.
        others_count: how many these are.
        more: where they are listed, or None where they are listed here or there are none.
    """

    id: str
    label: str
    href: str
    count: int
    first: tuple[Link, ...]
    themes: tuple[Link, ...]
    others: tuple[Link, ...]
    others_count: int
    more: str | None


class Themes(Struct, frozen=True):
    """Context of the index of themes.

    Attributes:
        count: how many themes there are.
        worked_on: how many of them somebody here works on.
        fields: those with most organisations first.
    """

    count: int
    worked_on: int
    fields: tuple[Field, ...]


def build(workspace: Workspace, query: Query) -> Themes:
    """Return the context of the index of themes; ``field`` unfolds one of them altogether."""
    themes = workspace.landscape.themes
    counts = workspace.facets().themes
    below: dict[str, list[str]] = {theme.id: [] for theme in themes.values() if not theme.broader}
    known: dict[str, frozenset[str]] = {}
    for theme in themes:
        for top in _tops(theme, themes, known):
            if top != theme:
                below[top].append(theme)
    fields = [_field(workspace, query, top, inside, counts) for top, inside in below.items()]
    return Themes(
        len(themes),
        sum(1 for theme in themes if counts.get(theme)),
        tuple(sorted(fields, key=lambda field: -field.count)),
    )


def _field(
    workspace: Workspace, query: Query, top: str, inside: list[str], counts: dict[str, int]
) -> Field:
    themes, language = workspace.landscape.themes, query.language
    links = {t: Link(themes[t].text(language), query.theme(t), counts.get(t, 0)) for t in inside}
    by_name = sorted(links.values(), key=lambda link: link.label.casefold())
    worked_on = [link for link in by_name if link.count]
    others = [link for link in by_name if not link.count]
    is_asked = query.one("field") == top
    return Field(
        id=top,
        label=themes[top].text(language),
        href=query.theme(top),
        count=workspace.surroundings.count_on((top, *inside)),
        first=tuple(sorted(worked_on, key=lambda link: -(link.count or 0))[:_MOST_FREQUENT]),
        themes=tuple(worked_on),
        others=tuple(others) if is_asked else (),
        others_count=len(others),
        more=query.address("/themes", field=top) + f"#{top}" if others and not is_asked else None,
    )


def _tops(theme: str, themes: dict[str, Theme], known: dict[str, frozenset[str]]) -> frozenset[str]:
    """Return the broadest themes above one; `known` remembers them, and ends circles."""
    if theme not in known:
        known[theme] = frozenset()
        above = [broader for broader in themes[theme].broader if broader in themes]
        known[theme] = (
            frozenset().union(*(_tops(one, themes, known) for one in above))
            if above
            else frozenset({theme})
        )
    return known[theme]


PAGE: Final = Page(
    "/themes",
    "/themes.json",
    "themes.html",
    Themes,
    build,
    section="themes",
    published=("field",),
)
