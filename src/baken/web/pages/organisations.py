"""The list of organisations, narrowed by kind, province, theme and role."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from baken.model import Organisation
from baken.web.narrowing import FacetView, Narrowing
from baken.web.page import Link, Page, Query
from baken.workspace import Workspace

PAGE_LENGTH: Final = 40


class Row(Struct, frozen=True, kw_only=True):
    """One organisation in the list.

    Attributes:
        kind: label of what it is.
        place: labels of where it is, the most precise first.
        summary: what it says of itself in short, or None.
        language: of the summary, or None.
    """

    id: str
    name: str
    href: str
    kind: str
    place: tuple[str, ...]
    summary: str | None
    language: str | None


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
    narrowing = Narrowing(workspace, query, "/organisations")
    after = query.one("after")
    found = list(workspace.organisations(narrowing.only, after=after, limit=PAGE_LENGTH + 1))
    rows = tuple(row(workspace, query, organisation) for organisation in found[:PAGE_LENGTH])
    has_more = len(found) > PAGE_LENGTH
    return Organisations(
        count=narrowing.count,
        rows=rows,
        facets=narrowing.views(),
        active=narrowing.active,
        everything=narrowing.everything,
        next=narrowing.address(after=rows[-1].id) if has_more else None,
    )


def row(workspace: Workspace, query: Query, organisation: Organisation) -> Row:
    """Return an organisation as a line of a list."""
    landscape = workspace.landscape
    spoken = (s for s in organisation.summaries if s.language == query.language)
    summary = next(spoken, organisation.summaries[0] if organisation.summaries else None)
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
        summary=summary.value if summary else None,
        language=summary.language if summary else None,
    )


PAGE: Final = Page(
    "/organisations",
    "/organisations.json",
    "organisations.html",
    Organisations,
    build,
    section="organisations",
    published=("kind", "province", "role", "after"),
)
