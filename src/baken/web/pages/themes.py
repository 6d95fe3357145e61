"""All themes, by field: what somebody here works on first."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

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
    fields = [
        _field(workspace, query, top, [theme for theme in inside if theme != top], counts)
        for top, inside in workspace.landscape.fields.items()
    ]
    return Themes(
        len(themes),
        sum(1 for theme in themes if counts.get(theme)),
        tuple(sorted(fields, key=lambda field: -field.count)),
    )


def _field(
    workspace: Workspace, query: Query, top: str, inside: list[str], counts: dict[str, int]
) -> Field:
    themes, language = workspace.landscape.themes, query.language
    is_asked = query.one("field") == top
    listed = inside if is_asked else [theme for theme in inside if counts.get(theme)]
    links = [Link(themes[t].text(language), query.theme(t), counts.get(t, 0)) for t in listed]
    by_name = sorted(links, key=lambda link: link.label.casefold())
    worked_on = [link for link in by_name if link.count]
    others_count = len(inside) - len(worked_on)
    return Field(
        id=top,
        label=themes[top].text(language),
        href=query.theme(top),
        count=workspace.surroundings.count_on((top, *inside)),
        first=tuple(sorted(worked_on, key=lambda link: -(link.count or 0))[:_MOST_FREQUENT]),
        themes=tuple(worked_on),
        others=tuple(link for link in by_name if not link.count),
        others_count=others_count,
        more=query.address("/themes", field=top) + f"#{top}"
        if others_count and not is_asked
        else None,
    )


PAGE: Final = Page(
    "/themes",
    "/themes.json",
    "themes.html",
    Themes,
    build,
    section="themes",
    published=("field",),
)
