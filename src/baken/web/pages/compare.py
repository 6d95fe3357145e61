"""Two to four organisations or provinces side by side: the same measures, blanks said aloud."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from baken.errors import NotFoundError
from baken.model import Figure, Organisation, Sourced
from baken.model.organisation import gather
from baken.store import Filter
from baken.web.page import Footnotes, Link, Page, Query, Source
from baken.web.pages.organisation import FigureView, figures_of
from baken.workspace import Workspace

_MOST: Final = 4
_MOST_THEMES: Final = 6
_MOST_ALIKE: Final = 5
_MOST_READY: Final = 8
_PLACES: Final = "places/"
"""What stands before a province's id in the parameter ``with``."""


class Column(Struct, frozen=True):
    """What is compared.

    Attributes:
        id: as in the parameter ``with``: an organisation's, or ``places/`` and a province's.
        label: its name.
        href: its page.
        without: the same comparison without it.
    """

    id: str
    label: str
    href: str
    without: str


class Cell(Struct, frozen=True):
    """What is known of one of them.

    Attributes:
        figure: a measured fact, or None.
        links: what else is said, with pages where there are any; empty when nothing is known.
        notes: numbers of the sources of the links.
        applies: whether the measure makes sense for it at all.
    """

    figure: FigureView | None = None
    links: tuple[Link, ...] = ()
    notes: tuple[int, ...] = ()
    applies: bool = True


class Line(Struct, frozen=True):
    """One measure.

    Attributes:
        label: what is measured.
        cells: one for each column.
        remark: that the figures speak of different dates, or None.
    """

    label: str
    cells: tuple[Cell, ...]
    remark: str | None = None


class Comparison(Struct, frozen=True, kw_only=True):
    """Context of the comparison.

    Attributes:
        columns: what is compared, at most four.
        lines: the measures that at least one of them is known by.
        note: what was asked and cannot be done, or None.
        typed: what was typed into the picker.
        suggestions: what may be meant by it, or further provinces; each link adds one.
        alike: organisations like the last of those compared; each link adds one.
        ready: while nothing is compared, comparisons of all organisations of a kind.
        sources: what the footnotes lead to.
    """

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    note: str | None
    typed: str
    suggestions: tuple[Link, ...]
    alike: tuple[Link, ...]
    ready: tuple[Link, ...]
    sources: tuple[Source, ...]


def build(workspace: Workspace, query: Query) -> Comparison:
    """Return the context of the comparison.

    Raises:
        NotFoundError: one of those to compare is not here.
    """
    asked = query.all("with")
    note = None
    if len(asked) > _MOST:
        note = query.say("At most four fit side by side; the first four are shown.")
    chosen = asked[:_MOST]
    subjects = [_read(workspace, query, id) for id in chosen]
    typed = query.one("add") or ""
    suggestions = _suggested(workspace, query, chosen, typed) if len(chosen) < _MOST else ()
    if typed and not suggestions:
        note = note or query.say("Nothing here is called “%(name)s”.", name=typed)
    footnotes = Footnotes()
    lines = (*_descriptions(workspace, query, subjects, footnotes),
             *_figures(workspace, query, subjects, footnotes))  # fmt: skip
    return Comparison(
        columns=tuple(
            Column(
                one.id,
                one.label,
                one.href,
                query.address("/compare", **{"with": tuple(c for c in chosen if c != one.id)}),
            )
            for one in subjects
        ),
        lines=lines,
        note=note,
        typed=typed,
        suggestions=suggestions,
        alike=_alike(workspace, query, subjects) if not typed else (),
        ready=_ready(workspace, query) if not subjects else (),
        sources=footnotes.sources,
    )


class _Subject(Struct, frozen=True):
    """One of those compared; `organisation` is None for a province."""

    id: str
    label: str
    href: str
    figures: tuple[Sourced[Figure], ...]
    organisation: Organisation | None


def _read(workspace: Workspace, query: Query, id: str) -> _Subject:
    if not id.startswith(_PLACES):
        one = workspace.organisation(id)
        return _Subject(id, one.name(query.language), query.organisation(id), one.figures, one)
    place_id = id.removeprefix(_PLACES)
    if place_id not in workspace.landscape.provinces:
        raise NotFoundError(query.say("There is no province “%(id)s” here.", id=place_id))
    place = workspace.landscape.places[place_id]
    said = (s for s in workspace.place_statements(place_id) if s.predicate == "figure")
    return _Subject(id, place.text(query.language), query.place(place_id), gather(said), None)


def _suggested(
    workspace: Workspace, query: Query, chosen: Sequence[str], typed: str
) -> tuple[Link, ...]:
    """Return what can be added: what the typed text may mean, or the provinces."""
    landscape = workspace.landscape
    found: dict[str, str] = {}
    if typed:
        for one in workspace.suggest(typed[:200], language=query.language):
            if one.kind == "organisation":
                found[one.id] = one.label
            elif one.kind == "place" and one.id in landscape.provinces:
                found[_PLACES + one.id] = one.label
    else:
        places = landscape.places
        found = {_PLACES + p: places[p].text(query.language) for p in landscape.provinces}
    return tuple(
        Link(label, query.address("/compare", **{"with": (*chosen, id)}))
        for id, label in found.items()
        if id not in chosen
    )


def _alike(workspace: Workspace, query: Query, subjects: Sequence[_Subject]) -> tuple[Link, ...]:
    """Return who is most like the last of the organisations compared."""
    if not subjects or len(subjects) >= _MOST or subjects[-1].organisation is None:
        return ()
    chosen = [one.id for one in subjects]
    return tuple(
        Link(
            one.entry.name(query.language),
            query.address("/compare", **{"with": (*chosen, one.entry.id)}),
        )
        for one in workspace.surroundings.similar(subjects[-1].organisation)
        if one.entry.id not in chosen
    )[:_MOST_ALIKE]


def _ready(workspace: Workspace, query: Query) -> tuple[Link, ...]:
    """Return comparisons of the kinds of which there are as many as fit side by side."""
    kinds = workspace.landscape.vocabulary.kinds
    fitting = {k: ids for k, ids in workspace.fellows(_MOST).items() if k in kinds}
    return tuple(
        Link(kinds[kind].text(query.language), query.address("/compare", **{"with": ids}), len(ids))
        for kind, ids in list(fitting.items())[:_MOST_READY]
    )


def _descriptions(
    workspace: Workspace, query: Query, subjects: Sequence[_Subject], footnotes: Footnotes
) -> Iterable[Line]:
    """Yield what they are, where, and what they offer; a line that is blank for all is left out."""
    landscape, say = workspace.landscape, query.say
    language, vocabulary = query.language, landscape.vocabulary

    def of(one: _Subject) -> tuple[Cell, ...]:
        organisation = one.organisation
        if organisation is None:
            province = one.id.removeprefix(_PLACES)
            facets = workspace.facets(Filter(provinces=(province,)))
            count = sum(facets.kinds.values())
            listed = query.address("/organisations", province=province)
            return (
                Cell(links=(Link(say("Province"), ""),)),
                Cell(applies=False),
                Cell(applies=False),
                Cell(applies=False),
                Cell(
                    links=tuple(
                        Link(
                            vocabulary.roles[r].text(language),
                            query.address("/organisations", province=province, role=r),
                            n,
                        )
                        for r, n in facets.roles.items()
                    )
                ),
                Cell(
                    links=tuple(
                        Link(landscape.themes[t].text(language), query.theme(t), n)
                        for t, n in list(facets.themes.items())[:_MOST_THEMES]
                        if t in landscape.themes
                    )
                ),
                Cell(links=(Link(say.number(count), listed),)),
            )
        kind = organisation.kinds[0]
        names = workspace.names(organisation.part_of, language=language)
        themes = [t for t in organisation.theme_ids if t in landscape.themes]
        place = organisation.place_id or organisation.province_id
        return (
            _linked((Link(vocabulary.kinds[kind.value].text(language), ""),), kind, footnotes),
            Cell(links=(Link(landscape.places[place].text(language), query.place(place)),)
                 if place in landscape.places else (),
                 notes=footnotes.of(s for p in organisation.places for s in p.statements)),
            Cell(links=tuple(Link(n, query.organisation(i)) for i, n in names.items())),
            _linked((Link(say.day(organisation.founded[0].value), ""),),
                    organisation.founded[0], footnotes) if organisation.founded else Cell(),
            Cell(
                links=tuple(
                    Link(vocabulary.roles[r].text(language), "") for r in organisation.roles
                ),
                notes=footnotes.of(s for o in organisation.offers for s in o.statements),
            ),
            Cell(
                links=tuple(
                    Link(landscape.themes[t].text(language), query.theme(t))
                    for t in themes[:_MOST_THEMES]
                )
            ),
            Cell(applies=False),
        )  # fmt: skip

    labels = (
        say("What it is"),
        say("Where it is"),
        say("Part of"),
        say("Founded"),
        say("What it offers"),
        say("What it works on"),
        say("Organisations known here"),
    )
    for label, cells in zip(labels, zip(*map(of, subjects), strict=True), strict=False):
        if any(cell.links for cell in cells):
            yield Line(label, cells)


def _linked(links: tuple[Link, ...], of: Sourced[str], footnotes: Footnotes) -> Cell:
    return Cell(links=links, notes=footnotes.of(of.statements))


def _figures(
    workspace: Workspace, query: Query, subjects: Sequence[_Subject], footnotes: Footnotes
) -> Iterable[Line]:
    """Yield a line a metric: all of the latest year that they share, else each its latest."""
    by_metric: dict[tuple[str, str | None], list[list[Sourced[Figure]]]] = {}
    for number, one in enumerate(subjects):
        for figure in one.figures:
            key = (figure.value.metric, figure.value.unit)
            empty: list[list[Sourced[Figure]]] = [[] for _ in subjects]
            by_metric.setdefault(key, empty)[number].append(figure)
    for columns in by_metric.values():
        known = [column for column in columns if column]
        shared = set.intersection(*({f.value.as_of[:4] for f in column} for column in known))
        year = max(shared, default=None)
        views = []
        for column in columns:
            picked = [f for f in column if year is None or f.value.as_of.startswith(year)]
            view = figures_of(picked, workspace, query, footnotes)
            views.append(view[0] if view else None)
        label = next(view.label for view in views if view)
        differs = len(known) > 1 and year is None
        remark = query.say("The dates differ: compare with care.") if differs else None
        yield Line(label, tuple(Cell(figure=view) for view in views), remark)


PAGE: Final = Page(
    "/compare", "/compare.json", "compare.html", Comparison, build, section="compare",
    published=None,
)  # fmt: skip
