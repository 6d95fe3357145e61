"""A place: its own figures, what encloses it, and who is there."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from baken.errors import NotFoundError
from baken.model import LANGUAGES
from baken.model.vocabulary import PlaceKind
from baken.store import Filter
from baken.text.speech import message
from baken.web.page import Footnotes, Link, Page, Query, Source, place_links
from baken.web.pages.organisation import FigureView, place_figures
from baken.web.pages.organisations import Row, row
from baken.workspace import Workspace

_KINDS: Final[dict[PlaceKind, str]] = {
    "country": message("Country"),
    "region": message("Region"),
    "province": message("Province"),
    "municipality": message("Municipality"),
}


class Name(Struct, frozen=True):
    """What the place is called in a language."""

    language: str
    label: str


class PlacePage(Struct, frozen=True, kw_only=True):
    """Context of a place's page.

    Attributes:
        id: of the place.
        label: in the interface's language.
        kind: municipality, province, region or country.
        names: in each language.
        enclosing: what it lies in, from small to large.
        inside: the places in it that have organisations.
        codes: official codes by scheme, such as ``nis`` and ``nuts``.
        figures: what sources say of the place as a whole.
        rows: the organisations in it.
        sources: what the footnotes lead to.
    """

    id: str
    label: str
    kind: str
    names: tuple[Name, ...]
    enclosing: tuple[Link, ...]
    inside: tuple[Link, ...]
    codes: dict[str, str]
    figures: tuple[FigureView, ...]
    rows: tuple[Row, ...]
    sources: tuple[Source, ...]


def build(workspace: Workspace, query: Query) -> PlacePage:
    """Return the context of a place's page.

    Raises:
        NotFoundError: there is no place of that id.
    """
    landscape = workspace.landscape
    place = landscape.places.get(query.path["id"])
    if place is None:
        raise NotFoundError(message("There is no place “%(id)s” here."), id=query.path["id"])
    province = landscape.province_of(place.id)
    only = Filter(provinces=(province,)) if province else Filter()
    there = [
        organisation
        for organisation in workspace.organisations(only)
        if organisation.place_id
        and place.id in (p.id for p in landscape.enclosing(organisation.place_id))
    ]
    inside = dict.fromkeys(o.place_id for o in there if o.place_id and o.place_id != place.id)
    footnotes = Footnotes()
    return PlacePage(
        id=place.id,
        label=place.text(query.language),
        kind=query.say(_KINDS[place.kind]),
        names=tuple(Name(language, place.text(language)) for language in LANGUAGES),
        enclosing=place_links(
            workspace, query, (p.id for p in landscape.enclosing(place.id) if p is not place)
        ),
        inside=tuple(sorted(place_links(workspace, query, inside), key=lambda link: link.label)),
        codes=place.codes,
        figures=place_figures(workspace.place_statements(place.id), workspace, query, footnotes),
        rows=tuple(row(workspace, query, organisation) for organisation in there),
        sources=footnotes.sources,
    )


PAGE: Final = Page(
    "/places/{id:str}", "/places/{id}.json", "place.html", PlacePage, build, section="places"
)
