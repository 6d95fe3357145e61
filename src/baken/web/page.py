"""What a page is: an address, a template and a typed context that is also its JSON form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import urlencode

from msgspec import Struct

from baken.model import Citation, Offer, Statement
from baken.text.speech import SOURCE_LANGUAGE, Speech
from baken.workspace import Workspace

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*")
"""What stands in an address as it is: most ids."""


class Query(Struct, frozen=True):
    """What an address asks for, and in which language the answer speaks.

    Attributes:
        page: the path of the page as in English: ``/themes/oncology``.
        path: the variable parts of the address, such as ``id``.
        parameters: each parameter's values, in order, the empty ones left out.
        say: what the interface says, in the language of the address.
    """

    page: str
    path: Mapping[str, str]
    parameters: Mapping[str, Sequence[str]]
    say: Speech

    @property
    def language(self) -> str:
        """ISO 639-1 code of the interface's language."""
        return self.say.language

    def address(self, path: str, **parameters: Any) -> str:
        """Return a page's address in this language, with the parameters that have a value.

        Args:
            path: of the page, as in English: ``/themes/oncology``.
            **parameters: of the address; lists are repeated.
        """
        return address(localised(path, self.language), **parameters)

    def organisation(self, organisation_id: str) -> str:
        """Return the address of an organisation's page."""
        return self.address(f"/organisations/{organisation_id}")

    def theme(self, theme_id: str) -> str:
        """Return the address of a theme's page."""
        return self.address(f"/themes/{theme_id}")

    def place(self, place_id: str) -> str:
        """Return the address of a place's page."""
        return self.address(f"/places/{place_id}")

    def one(self, name: str) -> str | None:
        """Return the last value of a parameter, or None."""
        values = self.parameters.get(name)
        return values[-1] if values else None

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a parameter, each once."""
        return tuple(dict.fromkeys(self.parameters.get(name, ())))


class Form(Struct, frozen=True):
    """Another form of a page, for a program: a vCard, a feed.

    Attributes:
        media_type: as HTTP names it.
        render: makes it of the page's context.
    """

    media_type: str
    render: Callable[[Workspace, Query, Any], bytes]


class Page(Struct, frozen=True):
    """One kind of page.

    Attributes:
        path: the address, with ``{id:str}`` for a variable part.
        json_path: the address of the JSON form; a variable path takes ``.json`` after the id.
        template: file name of the template.
        context: type of what `build` returns.
        build: makes the context; may raise `baken.errors.NotFoundError`.
        section: which entry of the navigation is marked.
        depends_on: what the context follows from. ``landscape``: nothing else, so that it is
            built once for each revision of the store. ``visitor``: somebody's own words, which
            no cache may keep.
        longest_form: bytes of a form that may be posted to it, whose fields then join the address's
            parameters; 0 for a page that takes none. Posting changes nothing.
        published: the parameters that have files of their own, one at a time, where the site is
            published as files; None for a page that only the served site has.
        forms: other forms of it by ending: ``vcf`` takes the place of ``json`` in its address.
        is_embed: whether it is shown inside other sites, in a frame: without header and footer.
    """

    path: str
    json_path: str
    template: str
    context: type[Struct]
    build: Callable[[Workspace, Query], Struct]
    section: str = ""
    depends_on: Literal["landscape", "address", "visitor"] = "address"
    longest_form: int = 0
    published: tuple[str, ...] | None = ()
    is_embed: bool = False
    forms: Mapping[str, Form] = {}


class Source(Struct, frozen=True):
    """A numbered citation at the end of a page.

    Attributes:
        number: what footnotes call it.
        publisher: who says so.
        title: of the document, or None.
        url: where to check.
        published: the date the document bears, or None for an undated one.
        retrieved: the day it was read.
        licence: or None.
    """

    number: int
    publisher: str
    title: str | None
    url: str
    published: str | None
    retrieved: str
    licence: str | None


class Footnotes:
    """Numbers the documents behind a page's values, in the order in which they are met."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], Source] = {}

    def of(self, statements: Iterable[Statement]) -> tuple[int, ...]:
        """Return the numbers of the documents behind some statements, each once, in order."""
        return tuple(sorted({self._number(s.citation) for s in statements}))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every document met so far, by number."""
        return tuple(self._numbers.values())

    def _number(self, citation: Citation) -> int:
        key = (citation.publisher, citation.url)
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = Source(
                number=len(self._numbers) + 1,
                publisher=citation.publisher,
                title=citation.title,
                url=citation.url,
                published=citation.published,
                retrieved=citation.retrieved.isoformat(),
                licence=citation.licence,
            )
        return known.number


class Link(Struct, frozen=True, gc=False):
    """A way to another page, with how much is there where that helps."""

    label: str
    href: str
    count: int | None = None


class Choice(Struct, frozen=True):
    """One value of a filter: `href` switches it."""

    id: str
    label: str
    count: int | None
    href: str
    is_on: bool


def localised(path: str, language: str) -> str:
    """Return a page's path in a language: English has none in front, ``/nl/themes`` is Dutch."""
    return path if language == SOURCE_LANGUAGE else f"/{language}{path}"


def address(path: str, **parameters: Any) -> str:
    """Return a path with the parameters that have a value; lists are repeated."""
    if not parameters:  # as most links are
        return path
    given = {name: value for name, value in parameters.items() if value not in (None, "", ())}
    return f"{path}?{_encoded(given)}" if given else path


def extended(address: str, name: str, value: str) -> str:
    """Return an address with one parameter more."""
    return f"{address}{'&' if '?' in address else '?'}{_encoded({name: value})}"


def _encoded(given: Mapping[str, Any]) -> str:
    """Return parameters as an address carries them, as `urllib` does where one is not plain."""
    pairs: list[str] = []
    for name, value in given.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            if type(one) is not str or not _PLAIN.fullmatch(one):
                return urlencode(given, doseq=True)
            pairs.append(f"{name}={one}")
    return "&".join(pairs)


def written(offer: Offer, own: str | None, language: str) -> tuple[str, str]:
    """Return an offer's sentence in a language where somebody has put it so, and its language.

    Args:
        offer: what is offered.
        own: the language of its statement.
        language: the one that is wanted.
    """
    wordings = offer.wordings(own)
    found = language if language in wordings else next(iter(wordings))
    return wordings[found], found


def theme_links(workspace: Workspace, query: Query, themes: Iterable[str]) -> tuple[Link, ...]:
    """Return links to themes; ids that the landscape does not know are left out."""
    known = workspace.landscape.themes
    return tuple(Link(known[t].text(query.language), query.theme(t)) for t in themes if t in known)


def place_links(workspace: Workspace, query: Query, places: Iterable[str]) -> tuple[Link, ...]:
    """Return links to places; ids that the landscape does not know are left out."""
    known = workspace.landscape.places
    return tuple(Link(known[p].text(query.language), query.place(p)) for p in places if p in known)
