"""The pages of an open workspace, whoever asks for them: the server, or what publishes files."""

from __future__ import annotations

import datetime
from typing import Final

import msgspec

from baken.model import LANGUAGES
from baken.text.speech import Speech
from baken.workspace import Workspace

from .assets import Assets, software_version
from .inset import draw
from .page import Page, Query
from .rendering import Renderer


class Site:
    """Makes pages and keeps, for each revision of the store, those that depend on nothing else.

    Attributes:
        workspace: what the pages show.
        assets: the files beside them.
        speeches: what the interface says, by language.
        drawing: the outlines of the landscape, for small maps; None where they are not known.
        renderer: from contexts to HTML.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace: Final = workspace
        self.assets: Final = Assets()
        self.speeches: Final[dict[str, Speech]] = {code: Speech(code) for code in LANGUAGES}
        self.drawing: Final = draw(workspace.outlines)
        self.renderer: Final = Renderer(
            workspace, self.assets.addresses, self.speeches, self.drawing
        )
        self._software = software_version()
        self._kept: dict[tuple[str, str], tuple[int, msgspec.Struct]] = {}

    def context(self, page: Page, query: Query) -> msgspec.Struct:
        """Return what a page shows, which is also its JSON form.

        Raises:
            NotFoundError: there is nothing at that address.
            NeedError: a parameter makes no sense.
        """
        if page.depends_on != "landscape":
            return page.build(self.workspace, query)
        key, revision = (page.path, query.language), self.workspace.store.revision()
        known = self._kept.get(key)
        if known is None or known[0] != revision:
            known = self._kept[key] = (revision, page.build(self.workspace, query))
        return known[1]

    def html(self, page: Page, context: msgspec.Struct, query: Query) -> str:
        """Return a page as people see it."""
        return self.renderer.page(page, context, query)

    def edition(self) -> str:
        """Return what every public page follows from besides its address, as an entity tag.

        It is known before anything is read, so that a page that a browser or a proxy still has
        costs next to nothing. Weak, because the same page may travel compressed or not; of the
        day, because some pages say that a date has passed.
        """
        today = datetime.date.today().toordinal()
        return f'W/"{self._software}-{self.workspace.store.revision()}-{today}"'
