"""From a page's context to HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import jinja2
import msgspec

from baken.workspace import Workspace

from .page import LANGUAGE, Link, Page, day

NAVIGATION: Final = (
    ("organisations", "Organisations", "/organisations"),
    ("themes", "Themes", "/themes"),
    ("places", "Places", "/places"),
    ("about", "Method", "/about"),
)


class Renderer:
    """Fills templates; made once for a workspace."""

    def __init__(self, workspace: Workspace, static: Mapping[str, str]) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.PackageLoader("baken.web"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["day"] = day
        totals = workspace.totals()
        landscape = workspace.landscape
        self._environment.globals.update(
            static=static,
            navigation=NAVIGATION,
            totals=totals,
            region=landscape.region[LANGUAGE],
            site_title=landscape.title[LANGUAGE],
            question=landscape.question[LANGUAGE],
        )

    def page(self, page: Page, context: msgspec.Struct) -> str:
        """Return the HTML of a page; every field of its context is a name in its template."""
        fields = {name: getattr(context, name) for name in context.__struct_fields__}
        return self._environment.get_template(page.template).render(**fields, section=page.section)

    def failure(self, status: int, message: str, near: tuple[Link, ...]) -> str:
        """Return the page that says what went wrong and where to go."""
        return self._environment.get_template("failure.html").render(
            status=status, message=message, near=near, section=""
        )
