"""All themes, under the broadest ones."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from baken.web.page import Link, Page, Query
from baken.workspace import Workspace


class Field(Struct, frozen=True):
    """A broadest theme and all that is narrower, with how many organisations work on each."""

    label: str
    href: str
    themes: tuple[Link, ...]


class Themes(Struct, frozen=True):
    """Context of the index of themes.

    Attributes:
        fields: the broadest themes, each with what is narrower.
    """

    fields: tuple[Field, ...]


def build(workspace: Workspace, query: Query) -> Themes:
    """Return the context of the index of themes."""
    themes = workspace.landscape.themes
    counts = workspace.facets().themes
    tops = [theme for theme in themes.values() if not theme.broader]
    below: dict[str, list[str]] = {theme.id: [] for theme in tops}
    for theme in themes.values():
        for top in _tops(theme.id, workspace):
            if top != theme.id:
                below[top].append(theme.id)
    return Themes(
        tuple(
            Field(
                top.text(query.language),
                query.theme(top.id),
                tuple(
                    Link(themes[t].text(query.language), query.theme(t), counts.get(t, 0))
                    for t in sorted(
                        below[top.id], key=lambda t: themes[t].text(query.language).lower()
                    )
                ),
            )
            for top in tops
        )
    )


def _tops(theme: str, workspace: Workspace) -> set[str]:
    """Return the broadest themes above one."""
    themes = workspace.landscape.themes
    tops, open_, seen = set[str](), [theme], set[str]()
    while open_:
        current = open_.pop()
        if current in seen or current not in themes:
            continue
        seen.add(current)
        above = themes[current].broader
        open_.extend(above)
        if not above:
            tops.add(current)
    return tops


PAGE: Final = Page(
    "/themes",
    "/themes.json",
    "themes.html",
    Themes,
    build,
    section="themes",
    depends_on="landscape",
)
