"""A theme: its words in four languages, its neighbours, and who works on it."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from baken.errors import NotFoundError
from baken.model import LANGUAGES
from baken.store import Filter
from baken.text.speech import message
from baken.web.page import (
    Footnotes,
    Link,
    Page,
    Query,
    Source,
)
from baken.web.pages.organisations import Row, row
from baken.workspace import Workspace


class Words(Struct, frozen=True):
    """The label and the other words of a theme in one language."""

    language: str
    label: str
    synonyms: tuple[str, ...]


class Work(Struct, frozen=True):
    """What is done for the theme, in one sentence."""

    text: str
    notes: tuple[int, ...]


class Worker(Struct, frozen=True):
    """An organisation and what it does for the theme."""

    name: str
    href: str
    works: tuple[Work, ...]


class RoleWorkers(Struct, frozen=True):
    """Who works on the theme in one role."""

    label: str
    colour: str
    workers: tuple[Worker, ...]


class ThemePage(Struct, frozen=True, kw_only=True):
    """Context of a theme's page.

    Attributes:
        id: of the theme.
        label: in the interface's language.
        words: label and synonyms in each language.
        broader: wider themes.
        narrower: narrower themes, with how many organisations work on each.
        related: neighbouring themes, with how many organisations work on each.
        mappings: the same concept in other schemes.
        roles: who offers something for it, by role.
        others: who works on it without an offer that names it.
        count: how many organisations work on it.
        sources: what the footnotes lead to.
    """

    id: str
    label: str
    words: tuple[Words, ...]
    broader: tuple[Link, ...]
    narrower: tuple[Link, ...]
    related: tuple[Link, ...]
    mappings: tuple[str, ...]
    roles: tuple[RoleWorkers, ...]
    others: tuple[Row, ...]
    count: int
    sources: tuple[Source, ...]


def build(workspace: Workspace, query: Query) -> ThemePage:
    """Return the context of a theme's page.

    Raises:
        NotFoundError: there is no theme of that id.
    """
    themes = workspace.landscape.themes
    theme = themes.get(query.path["id"])
    if theme is None:
        raise NotFoundError(message("There is no theme “%(id)s” here."), id=query.path["id"])
    counts = workspace.facets().themes

    def links(ids: tuple[str, ...]) -> tuple[Link, ...]:
        return tuple(
            Link(themes[t].text(query.language), query.theme(t), counts.get(t, 0))
            for t in ids
            if t in themes
        )

    footnotes = Footnotes()
    by_role: dict[str, list[Worker]] = {}
    others = []
    found = list(workspace.organisations(Filter(themes=(theme.id,))))
    for organisation in found:
        works: dict[str, list[Work]] = {}
        for offer in organisation.offers:
            if theme.id in offer.value.themes:
                work = Work(offer.value.text, footnotes.of(offer.statements))
                works.setdefault(offer.value.role, []).append(work)
        for role, done in works.items():
            worker = Worker(
                organisation.name(query.language), query.organisation(organisation.id), tuple(done)
            )
            by_role.setdefault(role, []).append(worker)
        if not works:
            others.append(row(workspace, query, organisation))
    roles = workspace.landscape.vocabulary.roles
    return ThemePage(
        id=theme.id,
        label=theme.text(query.language),
        words=tuple(
            Words(language, theme.label[language], theme.synonyms.get(language, ()))
            for language in LANGUAGES
            if language in theme.label
        ),
        broader=links(theme.broader),
        narrower=links(tuple(t.id for t in themes.values() if theme.id in t.broader)),
        related=links(theme.related),
        mappings=theme.maps_to,
        roles=tuple(
            RoleWorkers(role.text(query.language), role.colour, tuple(by_role[role.id]))
            for role in roles.values()
            if role.id in by_role
        ),
        others=tuple(others),
        count=len(found),
        sources=footnotes.sources,
    )


PAGE: Final = Page(
    "/themes/{id:str}", "/themes/{id}.json", "theme.html", ThemePage, build, section="themes"
)
