"""From a page's context to HTML."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final

import jinja2
import msgspec

from baken.workspace import Workspace

from .page import LANGUAGE, Link, Page

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
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
        self._environment.filters["number"] = number
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


def day(date: str | datetime.date) -> str:
    """Return a date as people write it: ``22 November 2026``, ``November 2026`` or ``2026``."""
    parts = str(date).split("-")
    year, month, of_month = [*parts, "", ""][:3]
    words = (str(int(of_month)) if of_month else "", _MONTHS[int(month) - 1] if month else "", year)
    return " ".join(word for word in words if word)


def number(value: float) -> str:
    """Return a number with thousands set apart."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,}"
