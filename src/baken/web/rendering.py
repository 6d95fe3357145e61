"""From a page's context to HTML."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import jinja2
import msgspec
from msgspec import Struct

from baken.model import LANGUAGES, choose
from baken.text.speech import Speech, message
from baken.workspace import Workspace

from .page import Link, Page, Query, address, localised

OWN_NAMES: Final = {"en": "English", "nl": "Nederlands", "fr": "Français", "de": "Deutsch"}
"""What each language is called by those who speak it."""

NAVIGATION: Final = (
    ("organisations", message("Organisations"), "/organisations"),
    ("themes", message("Themes"), "/themes"),
    ("places", message("Places"), "/places"),
    ("about", message("Method"), "/about"),
)


class Version(Struct, frozen=True):
    """The same page in one of the languages.

    Attributes:
        language: ISO 639-1 code.
        label: what the language is called by those who speak it.
        href: where the page is.
        is_shown: whether this is the page shown.
    """

    language: str
    label: str
    href: str
    is_shown: bool


class Renderer:
    """Fills templates; made once for a workspace, with an environment for each language."""

    def __init__(
        self, workspace: Workspace, static: Mapping[str, str], speeches: Mapping[str, Speech]
    ) -> None:
        self._environments = {
            language: _environment(workspace, static, speech)
            for language, speech in speeches.items()
        }

    def page(self, page: Page, context: msgspec.Struct, query: Query) -> str:
        """Return the HTML of a page; every field of its context is a name in its template."""
        fields = {name: getattr(context, name) for name in context.__struct_fields__}
        return self._render(
            page.template, query, **fields, section=page.section, is_embed=page.is_embed
        )

    def published_find(self, query: Query) -> str:
        """Return the page on which the browser itself compares words, for the site as files."""
        return self._render("published_find.html", query, section="", is_embed=False)

    def failure(self, status: int, text: str, near: tuple[Link, ...], query: Query) -> str:
        """Return the page that says what went wrong and where to go."""
        return self._render(
            "failure.html",
            query,
            status=status,
            message=text,
            near=near,
            section="",
            is_embed=False,
        )

    def _render(self, template: str, query: Query, **fields: Any) -> str:
        environment = self._environments[query.language]
        return environment.get_template(template).render(**fields, versions=versions(query))


def versions(query: Query) -> tuple[Version, ...]:
    """Return what an address asks for in every language."""
    return tuple(
        Version(
            language,
            OWN_NAMES[language],
            address(localised(query.page, language), **query.parameters),
            language == query.language,
        )
        for language in LANGUAGES
    )


def _environment(
    workspace: Workspace, static: Mapping[str, str], say: Speech
) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("baken.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(say.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(day=say.day, number=say.number, listed=say.listed)
    landscape = workspace.landscape
    language = say.language
    environment.globals.update(
        language=language,
        # A page about something in another language has a `language` of its own.
        page_language=language,
        # Where a page is in this language: `here("/about")`.
        here=partial(localised, language=language),
        static=static,
        navigation=[(id, say(label), localised(path, language)) for id, label, path in NAVIGATION],
        totals=workspace.totals(),
        region=choose(landscape.region, language),
        site_title=choose(landscape.title, language),
        question=choose(landscape.question, language),
    )
    return environment
