"""A theme: its words in four languages, its neighbours, and who works on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from baken.errors import NotFoundError
from baken.model import LANGUAGES, Organisation
from baken.store import Filter
from baken.text.speech import message
from baken.web.page import (
    Footnotes,
    Link,
    Page,
    Query,
    Source,
    written,
)
from baken.web.pages.organisations import Row, row
from baken.workspace import Workspace

_MOST: Final = 80
"""Organisations that one page tells of; of more, the list tells."""

_MOST_TOGETHER: Final = 8
_FEWEST_TOGETHER: Final = 2

_NEEDED: Final = (
    "research",
    "clinical-validation",
    "test-environment",
    "samples-and-data",
    "manufacturing",
)
"""Roles that a product of any theme needs somebody for; money, space and rules are seldom bound to
one."""


class Words(Struct, frozen=True):
    """The label and the other words of a theme in one language."""

    language: str
    label: str
    synonyms: tuple[str, ...]


class Work(Struct, frozen=True):
    """What is done for the theme, in one sentence, and the sentence's language."""

    text: str
    language: str
    notes: tuple[int, ...]


class Worker(Struct, frozen=True):
    """An organisation and what it does for the theme."""

    name: str
    href: str
    works: tuple[Work, ...]


class RoleWorkers(Struct, frozen=True):
    """Who works on the theme in one role."""

    id: str
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
        unread: the list of all of them, where they are too many for this page; else None.
        provinces: where those on this page are.
        together: what else they work on, the most frequent first, neighbouring themes aside.
        gaps: roles that nobody is known to play for it, with how many play them for anything.
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
    unread: str | None
    provinces: tuple[Link, ...]
    together: tuple[Link, ...]
    gaps: tuple[Link, ...]
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

    def ranked(counted: Mapping[str, int]) -> tuple[str, ...]:
        return tuple(sorted(counted, key=lambda key: (-counted[key], key)))

    footnotes = Footnotes()
    by_role: dict[str, list[Worker]] = {}
    others = []
    only = Filter(themes=(theme.id,))
    found = list(workspace.organisations(only, limit=_MOST))
    count = counts.get(theme.id, 0)
    for organisation in found:
        works: dict[str, list[Work]] = {}
        for offer in organisation.offers:
            if theme.id in offer.value.themes:
                text, language = written(offer.value, offer.language, query.language)
                work = Work(text, language, footnotes.of(offer.statements))
                works.setdefault(offer.value.role, []).append(work)
        for role, done in works.items():
            worker = Worker(
                organisation.name(query.language), query.organisation(organisation.id), tuple(done)
            )
            by_role.setdefault(role, []).append(worker)
        if not works:
            others.append(row(workspace, query, organisation))
    roles = workspace.landscape.vocabulary.roles
    provinces = Counter(o.province_id for o in found if o.province_id)
    beside = Counter(t for o in found for t in o.theme_ids if t in themes and t != theme.id)
    narrower = workspace.landscape.narrower.get(theme.id, ())
    kin = {*theme.broader, *theme.related, *narrower}
    return ThemePage(
        id=theme.id,
        label=theme.text(query.language),
        words=tuple(
            Words(language, theme.label[language], theme.synonyms.get(language, ()))
            for language in LANGUAGES
            if language in theme.label
        ),
        broader=links(theme.broader),
        narrower=links(narrower),
        related=links(theme.related),
        mappings=theme.maps_to,
        roles=tuple(
            RoleWorkers(role.id, role.text(query.language), role.colour, tuple(by_role[role.id]))
            for role in roles.values()
            if role.id in by_role
        ),
        others=tuple(others),
        count=count,
        unread=query.address("/organisations", theme=theme.id) if count > len(found) else None,
        provinces=tuple(
            Link(
                workspace.landscape.places[province].text(query.language),
                query.address("/organisations", theme=theme.id, province=province),
                provinces[province],
            )
            for province in ranked(provinces)
        ),
        together=tuple(
            Link(themes[t].text(query.language), query.theme(t), beside[t])
            for t in ranked(beside)
            if beside[t] >= _FEWEST_TOGETHER and t not in kin
        )[:_MOST_TOGETHER],
        gaps=_gaps(workspace, query, theme.id, found, count),
        sources=footnotes.sources,
    )


def _gaps(
    workspace: Workspace, query: Query, theme: str, found: Sequence[Organisation], count: int
) -> tuple[Link, ...]:
    """Return the roles that nobody is known to play for a theme, each with who plays it at all.

    Of many organisations only the first are read; then a role is missing where none of them all
    plays it for any theme, which is said of fewer roles, but never wrongly.
    """
    if not count:
        return ()
    if count > len(found):
        played = set(workspace.facets(Filter(themes=(theme,))).roles)
    else:
        played = {o.value.role for one in found for o in one.offers if theme in o.value.themes}
    everywhere = workspace.facets().roles
    return tuple(
        Link(
            workspace.landscape.vocabulary.roles[role].text(query.language),
            query.address("/organisations", role=role),
            everywhere.get(role, 0),
        )
        for role in _NEEDED
        if role in workspace.landscape.vocabulary.roles and role not in played
    )


PAGE: Final = Page(
    "/themes/{id:str}", "/themes/{id}.json", "theme.html", ThemePage, build, section="themes"
)
