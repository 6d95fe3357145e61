"""The pages of an open workspace, whoever asks for them: the server, or what publishes files."""

from __future__ import annotations

import datetime
import threading
from collections import OrderedDict
from typing import Final

import msgspec

from baken.model import LANGUAGES
from baken.text.speech import Speech
from baken.workspace import Workspace

from .assets import Assets, software_version
from .inset import draw
from .page import Page, Query
from .rendering import Renderer

_MOST_SHOWN: Final = 16_000_000
"""Characters of pages that are kept, of all languages together: some 500 pages."""


class Site:
    """Makes pages and keeps, for each revision of the store, those that depend on nothing else.

    Attributes:
        workspace: what the pages show.
        assets: the files beside them.
        speeches: what the interface says, by language.
        drawing: the outlines of the landscape, for small maps; None where they are not known.
        renderer: from contexts to HTML.
    """

    def __init__(self, workspace: Workspace, *, is_served: bool = True) -> None:
        """Make the site of a workspace.

        Args:
            workspace: what the pages show.
            is_served: whether a service answers, here or elsewhere; files alone take no forms.
        """
        self.workspace: Final = workspace
        self.assets: Final = Assets()
        self.speeches: Final[dict[str, Speech]] = {code: Speech(code) for code in LANGUAGES}
        self.drawing: Final = draw(workspace.outlines)
        self.renderer: Final = Renderer(
            workspace, self.assets.addresses, self.speeches, self.drawing, is_served=is_served
        )
        self._software = software_version()
        self._kept: dict[tuple[str, str], tuple[int, msgspec.Struct]] = {}
        self._shown = _Shown()

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

    def shown(self, page: Page, query: Query) -> str:
        """Return a page as people see it; a public one as it was made for whoever asked before.

        Raises:
            NotFoundError: there is nothing at that address.
            NeedError: a parameter makes no sense.
        """
        if page.depends_on == "visitor":
            return self.html(page, self.context(page, query), query)
        given = tuple((name, tuple(values)) for name, values in sorted(query.parameters.items()))
        key = (self.edition(), page.path, query.page, query.language, given)
        known = self._shown.get(key)
        if known is None:
            known = self._shown.keep(key, self.html(page, self.context(page, query), query))
        return known

    def html(self, page: Page, context: msgspec.Struct, query: Query) -> str:
        """Return a page as people see it."""
        return self.renderer.page(page, context, query)

    def edition(self) -> str:
        """Return what every public page follows from besides its address, as an entity tag.

        It is known before anything is read, so that a page that a browser or a proxy still has
        costs next to nothing. Weak, because the same page may travel compressed or not; of the
        day, because some pages say that a date has passed; and of whether there is a desk to ask.
        """
        today = datetime.date.today().toordinal()
        desk = "-desk" if self.workspace.takes_enquiries() else ""
        return f'W/"{self._software}-{self.workspace.store.revision()}-{today}{desk}"'


class _Shown:
    """The pages that were asked for last, as far as there is room; safe to use from threads."""

    def __init__(self) -> None:
        self._pages: OrderedDict[object, str] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: object) -> str | None:
        """Return a page, which counts as asked for again, or None."""
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def keep(self, key: object, page: str) -> str:
        """Keep a page, make room for it, and return it."""
        with self._lock:
            self._size += len(page) - len(self._pages.pop(key, ""))
            self._pages[key] = page
            while self._size > _MOST_SHOWN:
                _, dropped = self._pages.popitem(last=False)
                self._size -= len(dropped)
        return page
