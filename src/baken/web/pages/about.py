"""The method: what a fact is here, how a shortlist comes about, what the data may be used for."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from baken.model import choose
from baken.web.page import Page, Query
from baken.workspace import Workspace

_MOST: Final = 8
"""Publishers that are named."""


class About(Struct, frozen=True, kw_only=True):
    """Context of the method page.

    Attributes:
        title: of the landscape.
        version: of the landscape.
        licence: of the landscape's own wording.
        themes: how many themes it knows.
        publishers: who is cited most, with how many statements.
        publisher_count: how many publishers are cited.
    """

    title: str
    version: str
    licence: str
    themes: int
    publishers: tuple[tuple[str, int], ...]
    publisher_count: int


def build(workspace: Workspace, query: Query) -> About:
    """Return the context of the method page."""
    landscape = workspace.landscape
    publishers = workspace.publishers()
    return About(
        title=choose(landscape.title, query.language) or landscape.id,
        version=landscape.version,
        licence=landscape.licence,
        themes=len(landscape.themes),
        publishers=tuple(publishers.items())[:_MOST],
        publisher_count=len(publishers),
    )


PAGE: Final = Page(
    "/about", "/about.json", "about.html", About, build, section="about", depends_on="landscape"
)
