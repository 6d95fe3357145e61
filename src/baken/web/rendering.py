"""From a page's context to HTML."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from importlib.resources import files
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, Final

import jinja2
import msgspec
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape
from msgspec import Struct

from baken.model import LANGUAGES, choose
from baken.text.speech import Speech, message
from baken.workspace import Workspace

from .inset import Drawing
from .page import Link, Page, Query, address, localised
from .structured import NO_HEAD, head_of, structured

if TYPE_CHECKING:
    from baken.desk import Officer

    from .pages.network import Dot, Line

OWN_NAMES: Final = {"en": "English", "nl": "Nederlands", "fr": "Français", "de": "Deutsch"}
"""What each language is called by those who speak it."""

_TERRITORIES: Final = {"en": "en_GB", "nl": "nl_BE", "fr": "fr_BE", "de": "de_BE"}
"""Each language as Open Graph names it, spoken as in `baken.text.speech`."""

NAVIGATION: Final = (
    ("landscape", message("Landscape"), "/landscape"),
    ("organisations", message("Organisations"), "/organisations"),
    ("map", message("Map"), "/map"),
    ("network", message("Network"), "/network"),
    ("themes", message("Themes"), "/themes"),
    ("places", message("Places"), "/places"),
    ("guide", message("Guide"), "/guide"),
)


class Entry(Struct, frozen=True):
    """One entry of a navigation.

    Attributes:
        section: by which the page shown marks it.
        label: what it says, in the page's language.
        href: where it leads.
    """

    section: str
    label: str
    href: str


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
        self,
        workspace: Workspace,
        static: Mapping[str, str],
        speeches: Mapping[str, Speech],
        drawing: Drawing | None,
        *,
        is_served: bool,
    ) -> None:
        """Make one.

        Args:
            workspace: whose pages.
            static: addresses of the files beside them, by name.
            speeches: by language.
            drawing: what small maps are drawn on.
            is_served: whether a service answers, here or elsewhere. Where none does, pages offer
                only what files can: no forms, no plans, and filters one at a time.
        """
        self._workspace = workspace
        self._is_served = is_served
        compiled = _Compiled(workspace.folder_of("templates"))
        self._environments = {
            language: _environment(
                workspace, static, speech, drawing, compiled, is_served=is_served
            )
            for language, speech in speeches.items()
        }

    def page(self, page: Page, context: msgspec.Struct, query: Query) -> str:
        """Return the HTML of a page; every field of its context is a name in its template."""
        fields = {name: getattr(context, name) for name in context.__struct_fields__}
        if not self._is_served and "facets" in fields:
            is_narrowed = bool(query.parameters.keys() - {"after"})
            fields["facets"] = tuple(
                facet
                for facet in fields["facets"]
                if not is_narrowed and facet.parameter in (page.published or ())
            )
        return self._render(
            page.template,
            query,
            **fields,
            section=page.section,
            is_embed=page.is_embed,
            head=head_of(page, query, self._workspace),
            structured=None
            if page.is_embed
            else partial(structured, page, context, query, self._workspace),
        )

    def screen(
        self,
        template: str,
        context: msgspec.Struct,
        query: Query,
        section: str,
        officer: Officer | None = None,
        team_pages: Sequence[Entry] = (),
    ) -> str:
        """Return the HTML of a screen; every field of its context is a name in its template.

        Its address may be a key, so no link to the page itself is given to anybody but its visitor.

        Args:
            template: file name of the template.
            context: what is shown.
            query: the address.
            section: which entry of the navigation is marked.
            officer: who of the team is signed in; None for everybody else.
            team_pages: those that the officer may see, which is the navigation then.
        """
        fields = {name: getattr(context, name) for name in context.__struct_fields__}
        return self._render(
            template,
            query,
            **fields,
            section=section,
            officer=officer,
            team_pages=team_pages,
            is_embed=False,
            head=NO_HEAD,
        )

    def published_find(self, query: Query) -> str:
        """Return the page on which the browser itself compares words, for the site as files."""
        return self._render("published_find.html", query, section="", is_embed=False, head=NO_HEAD)

    def failure(
        self, status: int, text: str, near: tuple[Link, ...], query: Query, words: str = ""
    ) -> str:
        """Return the page that says what went wrong and where to go.

        Args:
            status: of HTTP.
            text: what went wrong, in a sentence.
            near: pages that may have been meant.
            query: the address.
            words: of the address, to look for instead.
        """
        return self._render(
            "failure.html",
            query,
            status=status,
            message=text,
            near=near,
            words=words,
            section="",
            is_embed=False,
            head=NO_HEAD,
        )

    def _render(self, template: str, query: Query, **fields: Any) -> str:
        environment = self._environments[query.language]
        fields.setdefault("structured", None)
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


def _json(value: Any) -> str:
    """Return a value as JSON; the template escapes it for the attribute that it goes into."""
    return msgspec.json.encode(value).decode()


_APART: Final = 4
"""Between a dot and its name, in the drawing's units."""


def _drawn(lines: Iterable[Line], dots: Sequence[Dot]) -> Markup:
    """Return the lines of a network's drawing, likewise."""
    pieces = []
    for one in lines:
        a, b = dots[one.source], dots[one.target]
        pieces.append(
            f'<line class="s-{escaped(one.stroke)}{" on" if one.is_chosen else ""}"'
            f' data-a="{one.source}" data-b="{one.target}"'
            f' x1="{a.x}" y1="{a.y}" x2="{b.x}" y2="{b.y}"/>'
        )
    return Markup("".join(pieces))  # noqa: S704  # numbers and what is escaped


def _dotted(dots: Iterable[Dot]) -> Markup:
    """Return the dots of a network's drawing, likewise."""
    return Markup(  # noqa: S704  # numbers and what is escaped
        "\n".join(
            f'<a href="{escaped(one.href)}" tabindex="-1">'
            f'<circle class="k-{escaped(one.colour)}{" on" if one.is_chosen else ""}"'
            f' cx="{one.x}" cy="{one.y}" r="{one.r}">'
            f"<title>{escaped(one.name)}</title></circle></a>"
            for one in dots
        )
    )


def _labelled(dots: Iterable[Dot]) -> Markup:
    """Return the names written in a network's drawing, likewise."""
    pieces = []
    for one in dots:
        if one.label is None:
            continue
        is_left = one.label == "left"
        x = one.x - one.r - _APART if is_left else one.x + one.r + _APART
        anchor = ' text-anchor="end"' if is_left else ""
        chosen = ' class="on"' if one.is_chosen else ""
        pieces.append(
            f'<text x="{round(x, 1)}" y="{round(one.y + _APART, 1)}"{anchor}{chosen}>'
            f"{escaped(one.name)}</text>"
        )
    return Markup("".join(pieces))  # noqa: S704  # likewise


@lru_cache(8)
def _options(values: tuple[str, ...]) -> Markup:
    """Return the options of a list of suggestions; pages suggest the same to everybody."""
    return Markup("").join(Markup('<option value="{}"></option>').format(v) for v in values)


class _Compiled(jinja2.BytecodeCache):
    """Templates as compiled for the first language that asked for them, for the others too.

    Nothing of a language may be compiled in; so what speaks one takes the context, and Jinja leaves
    it to be called. They are kept for the next start, too: compiling them all takes a third of a
    second.
    """

    def __init__(self, folder: Path | None) -> None:
        """Take what an earlier start has left.

        Args:
            folder: where they are kept; None, or one that cannot be written, to forget them.
        """
        self._codes: dict[tuple[str, str], CodeType] = {}
        self._kept: jinja2.FileSystemBytecodeCache | None = None
        if folder is not None:
            with suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                self._kept = jinja2.FileSystemBytecodeCache(str(folder))

    def get_source_checksum(self, source: str) -> str:
        """Return what code is known to be of today by: its template, and what compiles it here."""
        return super().get_source_checksum(source + _own_source())

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Give a bucket the code that is known of its template."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))
        if bucket.code is None and self._kept is not None:
            self._kept.load_bytecode(bucket)
            self._remember(bucket)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep the code of a template."""
        self._remember(bucket)
        if self._kept is not None:
            with suppress(OSError):
                self._kept.dump_bytecode(bucket)

    def _remember(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


@lru_cache(1)
def _own_source() -> str:
    return (files("baken.web") / "rendering.py").read_text(encoding="utf-8")


_SHORT: Final = 200
"""Characters up to which an escaped text is remembered: names, addresses, labels."""


@lru_cache(32_768)
def _escaped_short(text: str) -> Markup:
    return escape(text)


def escaped(value: Any) -> str:
    """Return a value as HTML, as `markupsafe.escape` does.

    A page says a thousand values, and most of them on the page before: escaping each anew was a
    tenth of the time that pages took.
    """
    if type(value) is str:
        return _escaped_short(value) if len(value) <= _SHORT else escape(value)
    if type(value) is float or type(value) is int:  # thousands, in a drawing
        return repr(value)
    return value if type(value) is Markup else escape(value)


def _anchors(links: Iterable[Link]) -> Markup:
    """Return links one after the other; a network has a thousand, too many for a loop's pieces."""
    return Markup(  # noqa: S704  # all that is put in is escaped
        ", ".join(f'<a href="{escaped(one.href)}">{escaped(one.label)}</a>' for one in links)
    )


class _Generator(CodeGenerator):
    """Compiles templates so that they escape by `escaped`, and write with less ado.

    Jinja calls everything by way of the context, for functions that want it, and hands each piece
    of a page up through the generators of all templates that it extends. Together that was a
    quarter of the time that pages took.
    """

    def visit_Template(  # noqa: N802  # Jinja's name
        self, node: jinja2.nodes.Template, frame: Any = None
    ) -> None:
        """Write a template's module."""
        super().visit_Template(node, frame)
        self.writeline("from baken.web.rendering import escaped as escape")

    def visit_Call(  # noqa: N802  # likewise
        self, node: jinja2.nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        """Write a call of what asks for no context, as nothing does that templates call here."""
        if forward_caller or node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for one in (*node.args, *node.kwargs):
            self.visit(one, frame)
            self.write(", ")
        self.write(")")

    def visit_Getattr(self, node: jinja2.nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        """Write an attribute as Python's own: what has keys is asked for them in brackets."""
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def blockvisit(self, nodes: Iterable[jinja2.nodes.Node], frame: Frame) -> None:
        """Write the body of a block, which hands up what it says in one piece."""
        if frame.buffer is not None:
            super().blockvisit(nodes, frame)
            return
        self.buffer(frame)
        super().blockvisit(nodes, frame)
        self.writeline(f"yield concat({frame.buffer})")
        frame.buffer = None


class _Environment(jinja2.Environment):
    code_generator_class = _Generator

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what all templates know; nothing is added once there are templates."""
        return {**self.globals, **(d or {})}  # copied for each page: five times faster than a chain


def _speaking(say: Speech) -> dict[str, Callable[..., Any]]:
    """Return what templates call to speak: Jinja's own, but each message is looked up once."""
    translations = say.translations

    @lru_cache(None)
    def pattern(text: str) -> str:
        return translations.gettext(text)

    @lru_cache(None)
    def plain(text: str) -> Markup:
        return Markup(pattern(text) % {})  # noqa: S704  # ours

    def filled(said: str, values: Mapping[str, Any]) -> Markup:
        # A third of the time of `Markup`'s own `%`, which wraps each value to escape it.
        return Markup(said % {name: escaped(one) for name, one in values.items()})  # noqa: S704

    def gettext(text: str, /, **values: Any) -> Markup:
        return filled(pattern(text), values) if values else plain(text)

    def ngettext(one: str, many: str, number: int, /, **values: Any) -> Markup:
        return filled(translations.ngettext(one, many, number), {"num": number, **values})

    return {"gettext": gettext, "_": gettext, "ngettext": ngettext}


def _written(say: Speech) -> dict[str, Callable[..., Any]]:
    """Return the filters that write as a language does."""

    @jinja2.pass_context
    def day(_: object, date: str | datetime.date) -> str:
        return say.day(date)

    @jinja2.pass_context
    def number(_: object, value: float) -> str:
        return say.number(value)

    @jinja2.pass_context
    def listed(_: object, items: Sequence[str]) -> str:
        return say.listed(items)

    return {"day": day, "number": number, "listed": listed, "opening": _opening}


def _opening(text: str) -> str:
    """Return a text as it begins a line; the rest of it keeps its capitals, as German has them."""
    return text[:1].upper() + text[1:]


def _environment(
    workspace: Workspace,
    static: Mapping[str, str],
    say: Speech,
    drawing: Drawing | None,
    compiled: _Compiled,
    *,
    is_served: bool,
) -> jinja2.Environment:
    environment = _Environment(
        loader=jinja2.PackageLoader("baken.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=compiled,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(say.translations, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(_speaking(say))
    environment.filters.update(
        **_written(say),
        json=_json,
        options=_options,
        anchors=_anchors,
        drawn=_drawn,
        dotted=_dotted,
        labelled=_labelled,
    )
    landscape = workspace.landscape
    language = say.language
    environment.globals.update(
        language=language,
        # A page about something in another language has a `language` of its own.
        page_language=language,
        locale=_TERRITORIES[language],
        # Where a page is in this language: `here("/about")`.
        here=partial(localised, language=language),
        static=static,
        navigation=tuple(
            Entry(section, say(label), localised(path, language))
            for section, label, path in NAVIGATION
        ),
        # The outlines that a small map is drawn on; see `inset.html`.
        drawing=drawing,
        totals=workspace.totals(),
        # Whether a service answers what pages ask; see `Renderer`.
        is_served=is_served,
        # Whether there is somebody to ask; a function, for that may change.
        takes_enquiries=workspace.takes_enquiries,
        region=choose(landscape.region, language),
        site_title=choose(landscape.title, language),
        question=choose(landscape.question, language),
    )
    return environment
