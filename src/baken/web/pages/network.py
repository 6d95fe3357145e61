"""The network: who is linked to whom, drawn and in words, and how two are linked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from baken.model import Organisation, choose
from baken.network import HEIGHT, WIDTH, Network, Path
from baken.network import Link as Tie
from baken.text.speech import message
from baken.web.families import FAMILIES, family_of
from baken.web.narrowing import FacetView, Narrowing
from baken.web.page import Choice, Footnotes, Link, Page, Query, Source
from baken.workspace import Workspace

MOST: Final = 1_000
"""Organisations that are drawn and listed; more no eye can tell apart."""

_STEPS: Final = (1, 2, 3)
_MARGIN: Final = 30
_LETTER: Final = 6.3
"""Width of a letter of a label, in the drawing's units, rather more than less."""

_BAND: Final = 20
"""Height of a band of the drawing, in its units: a line of text and a little more."""

_Box = tuple[float, float, float, float]
"""Left, top, right and bottom of what is written or drawn."""

_MOST_NAMED: Final = 400
"""Names offered while one is typed; a larger landscape is searched once it is written."""

_STROKES: Final = {
    "belongs": (message("part of, or came from"), ("part-of", "formerly", "merged-from")),
    "member": (message("member of"), ("member-of",)),
    "works": (message("works with, hosts, supports"), ()),
    "theme": (message("share themes"), ("shared-theme",)),
}
"""How lines are drawn: each stroke's meaning, and its links; all others are of “works”."""

_STROKE_OF: Final = {type_: id for id, (_, types) in _STROKES.items() for type_ in types}


class Dot(Struct, frozen=True, kw_only=True, gc=False):
    """An organisation in the drawing.

    Attributes:
        id: its id.
        name: as shown.
        kind: label of what it is.
        colour: of its kind's family.
        href: the network around it.
        x: from the left of the drawing, in its units.
        y: from its top.
        r: radius: its area grows with its links.
        label: from where its name is written: `left` of it, `right` of it, or None for unwritten.
        is_chosen: whether it was asked about.
    """

    id: str
    name: str
    kind: str
    colour: str
    href: str
    x: float
    y: float
    r: float
    label: str | None
    is_chosen: bool


class Line(Struct, frozen=True, gc=False):
    """A link in the drawing.

    Attributes:
        source: position of one end among the dots.
        target: position of the other.
        stroke: how it is drawn, and a word for what it is; see `strokes`.
        is_chosen: whether it is on the way that was asked for.
    """

    source: int
    target: int
    stroke: str
    is_chosen: bool


class Stroke(Struct, frozen=True):
    """A line of the legend for lines."""

    id: str
    label: str


class FamilyView(Struct, frozen=True):
    """A line of the legend for dots."""

    colour: str
    label: str
    count: int


class Kin(Struct, frozen=True, gc=False):
    """Everybody who stands in one relation to an organisation."""

    label: str
    others: tuple[Link, ...]
    notes: tuple[int, ...]


class Entry(Struct, frozen=True, gc=False):
    """An organisation and its links, in words."""

    id: str
    name: str
    kind: str
    href: str
    around: str
    kin: tuple[Kin, ...]


class StepView(Struct, frozen=True):
    """One step of a way, in words.

    Attributes:
        start: what it leaves.
        words: how the two are linked, read from the first to the second.
        end: what it reaches.
        themes: what both work on, where that is what links them.
        notes: numbers of its sources.
    """

    start: Link
    words: str
    end: Link
    themes: tuple[Link, ...]
    notes: tuple[int, ...]


class Asked(Struct, frozen=True):
    """What was asked about: an organisation by id or name.

    Attributes:
        text: as written.
        id: of the organisation, or None where the words fit none, or several.
        name: of the organisation, or None likewise.
        choices: those that the words may mean.
    """

    text: str
    id: str | None = None
    name: str | None = None
    choices: tuple[Link, ...] = ()


class NetworkPage(Struct, frozen=True, kw_only=True):
    """Context of the network.

    Attributes:
        count: how many organisations pass the filters, or are around the one in the middle.
        shown: how many of them are drawn.
        unlinked: how many of them have no such link.
        limit: what was left out: `region` (too many to draw: choose one), `most` (the most
            connected are drawn), or None for nothing.
        around: the organisation in the middle, or None for the whole region.
        steps: how far to go from it.
        start: where the way asked for begins, or None.
        end: where it ends, or None.
        is_asked: whether a way was asked for between two that are known.
        way: the way, in words; empty where none is known, or both ends are the same.
        way_by: what it goes over: `relations`, `themes`, or None for no way.
        is_sure: whether all was read that could lead there; otherwise there may be a shorter way.
        both_on: what both ends of the way work on besides.
        ties: which links hold it together: relations or shared themes.
        by_theme: whether that is shared themes.
        width: of the drawing, in its units.
        height: likewise.
        dots: organisations drawn, the most connected last, on top.
        lines: links drawn.
        strokes: what the lines mean.
        families: what the colours mean.
        entries: the same in words.
        names: suggestions while a name is typed.
        facets: ways to narrow it.
        active: the filters that are on.
        everything: the network of the whole region, without filters.
        sources: what the footnotes lead to.
    """

    count: int
    shown: int
    unlinked: int
    limit: str | None
    around: Asked | None
    steps: tuple[Choice, ...]
    start: Asked | None
    end: Asked | None
    is_asked: bool
    way: tuple[StepView, ...]
    way_by: str | None
    is_sure: bool
    both_on: tuple[Link, ...]
    ties: tuple[Choice, ...]
    by_theme: bool
    width: int
    height: int
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    strokes: tuple[Stroke, ...]
    families: tuple[FamilyView, ...]
    entries: tuple[Entry, ...]
    names: tuple[str, ...]
    facets: tuple[FacetView, ...]
    active: tuple[Link, ...]
    everything: str
    sources: tuple[Source, ...]


def build(workspace: Workspace, query: Query) -> NetworkPage:
    """Return the context of the network."""
    return _View(workspace, query).page()


class _View:
    """What an address asks to see of the network."""

    def __init__(self, workspace: Workspace, query: Query) -> None:
        self.workspace, self.query, self.say = workspace, query, query.say
        self.whole = workspace.network()
        self.by_theme = query.one("ties") == "themes"
        self.footnotes = Footnotes()
        self._near: dict[str, str] = {}
        self._kinds: dict[str, str] = {}
        self._links: dict[str, Link] = {}
        self._words: dict[tuple[str, bool], str] = {}
        self.around = self.asked("around")
        self.start, self.end = self.asked("from"), self.asked("to")
        steps = query.one("steps") or ""
        self.steps = int(steps) if steps in map(str, _STEPS) else 1
        self.kept: dict[str, str | int | None] = {
            "around": self.around.text if self.around else None,
            "steps": self.steps if self.around and self.steps != 1 else None,
            "from": self.start.text if self.start else None,
            "to": self.end.text if self.end else None,
            "ties": "themes" if self.by_theme else None,
        }
        self.narrowing = Narrowing(workspace, query, "/network", **self.kept)

    def page(self) -> NetworkPage:
        way, is_sure = self.path()
        network, count, limit = self.network(way)
        shown, ends = self.drawn(network)
        entries = self.entries(network, shown)
        dots, lines = self.drawing(network, shown, ends, way)
        colours = [dot.colour for dot in dots]
        strokes = {line.stroke for line in lines}
        return NetworkPage(
            count=count,
            shown=len(dots),
            unlinked=0 if limit == "region" else max(0, len(network.organisations) - len(ends)),
            limit=limit or ("most" if len(ends) > len(shown) else None),
            around=self.around,
            steps=self.step_choices(),
            start=self.start,
            end=self.end,
            is_asked=bool(self.start and self.end and self.start.id and self.end.id),
            way=self.way_view(way) if way else (),
            way_by=way.by if way else None,
            is_sure=is_sure,
            both_on=self.both_on(),
            ties=self.tie_choices(),
            by_theme=self.by_theme,
            width=WIDTH + 2 * _MARGIN,
            height=HEIGHT + 2 * _MARGIN,
            dots=dots,
            lines=lines,
            strokes=tuple(
                Stroke(id, self.say(label)) for id, (label, _) in _STROKES.items() if id in strokes
            ),
            families=tuple(
                FamilyView(one.colour, self.say(one.label), colours.count(one.colour))
                for one in FAMILIES
                if one.colour in colours
            ),
            entries=entries,
            names=self.names(),
            facets=self.narrowing.views(),
            active=self.narrowing.active,
            everything=self.query.address("/network"),
            sources=self.footnotes.sources,
        )

    # -- what is asked for -------------------------------------------------------------------

    def asked(self, parameter: str) -> Asked | None:
        """Return which organisation a parameter means: an id, a name, or part of one."""
        text = (self.query.one(parameter) or "").strip()
        if not text:
            return None
        language = self.query.language
        if found := self.workspace.store.organisation(text):
            return Asked(text, found.id, found.name(language))
        folded = text.casefold()
        names = self.workspace.names()
        exact = [key for key, name in names.items() if name.casefold() == folded]
        near = exact or [key for key, name in names.items() if folded in name.casefold()]
        if not near and self.whole is not None:
            near = [
                one.id
                for one in self.whole.organisations.values()
                if any(folded == a.value.casefold() for a in (*one.acronyms, *one.aliases))
            ]
        if len(near) == 1:
            return Asked(text, near[0], names[near[0]])
        given = {name: self.query.one(name) for name in ("around", "from", "to", "steps", "ties")}
        choices = [
            Link(names[key], self.query.address("/network", **{**given, parameter: key}))
            for key in near[:8]
        ]
        return Asked(text, choices=tuple(choices))

    def path(self) -> tuple[Path | None, bool]:
        if self.start and self.end and self.start.id and self.end.id:
            return self.workspace.search_path(self.start.id, self.end.id)
        return None, True

    def network(self, way: Path | None) -> tuple[Network, int, str | None]:
        """Return what is to be drawn, of how many organisations, and what was left out."""
        if self.around and self.around.id:
            network, is_whole = self.workspace.neighbourhood(
                self.around.id, steps=self.steps, most=MOST
            )
            return network, len(network.organisations), None if is_whole else "most"
        if self.whole is not None:
            return self.whole, self.narrowing.count, None
        if way is not None and way.steps:
            store = self.workspace.store
            found = Network(store.organisations(ids=way.organisations))
            return found, len(found.organisations), None
        if self.narrowing.count <= MOST:
            found = Network(self.workspace.organisations(self.narrowing.only))
            return found, self.narrowing.count, None
        return Network(()), self.narrowing.count, "region"

    def drawn(self, network: Network) -> tuple[list[str], dict[str, int]]:
        """Return who is drawn, the most connected first, and how many links each has."""
        passing = self.passing(network)
        degrees: dict[str, int] = {}
        for tie in network.ties(by_theme=self.by_theme):
            if tie.source in passing or tie.target in passing:
                # A neighbour of who passes stays: a link needs both its ends.
                for one in (tie.source, tie.target):
                    degrees[one] = degrees.get(one, 0) + 1
        if self.around and self.around.id:
            degrees.setdefault(self.around.id, 0)
        order = sorted(degrees, key=lambda one: (-degrees[one], one))
        return order[:MOST], degrees

    def passing(self, network: Network) -> set[str]:
        if not any(self.narrowing.chosen.values()) or self.whole is None:
            return set(network.organisations)
        return {one.id for one in self.workspace.organisations(self.narrowing.only)}

    # -- drawing -----------------------------------------------------------------------------

    def drawing(
        self, network: Network, shown: Sequence[str], degrees: Mapping[str, int], way: Path | None
    ) -> tuple[tuple[Dot, ...], tuple[Line, ...]]:
        places = network.places(by_theme=self.by_theme) if shown else {}
        middle = (WIDTH / 2, HEIGHT / 2)
        asked = {one.id for one in (self.around, self.start, self.end) if one and one.id}
        on_way = set(way.organisations) if way else set()
        vocabulary = self.workspace.landscape.vocabulary
        labels = _Labels()
        dots: list[Dot] = []
        # Who was asked about is named first, then whoever has most links.
        for one in sorted(shown, key=lambda id: (id not in asked, id not in on_way)):
            organisation = network.organisations[one]
            x, y = places.get(one, middle)
            x, y = x + _MARGIN, y + _MARGIN
            r = round(min(3.5 + 1.1 * degrees[one] ** 0.62, 14), 1)
            link = self.link(network, one)
            dots.append(
                Dot(
                    id=one,
                    name=link.label,
                    kind=self.kind(organisation),
                    colour=family_of(organisation.kind, vocabulary).colour,
                    href=link.href,
                    x=round(x, 1),
                    y=round(y, 1),
                    r=r,
                    label=labels.place(link.label, x, y, r),
                    is_chosen=one in asked or one in on_way,
                )
            )
        dots.reverse()
        at = {dot.id: n for n, dot in enumerate(dots)}
        walked = {frozenset((s.start, s.end)) for s in way.steps} if way else set()
        ties: dict[tuple[int, int, str], bool] = {}
        drawn: Iterable[Tie] = network.ties(by_theme=self.by_theme)
        if way is not None:
            drawn = (*drawn, *(s.link for s in way.steps))
        for tie in drawn:
            if tie.source in at and tie.target in at:
                is_walked = frozenset((tie.source, tie.target)) in walked
                ties[at[tie.source], at[tie.target], _stroke(tie.type)] = is_walked
        return tuple(dots), tuple(Line(*key, is_walked) for key, is_walked in ties.items())

    # -- words -------------------------------------------------------------------------------

    def entries(self, network: Network, shown: Iterable[str]) -> tuple[Entry, ...]:
        found = [network.organisations[one] for one in shown]
        visible = {one.id for one in found}
        beside: dict[str, list[Tie]] = {}
        for tie in network.ties(by_theme=self.by_theme):
            if tie.source in visible and tie.target in visible:
                beside.setdefault(tie.source, []).append(tie)
                beside.setdefault(tie.target, []).append(tie)
        return tuple(
            Entry(
                one.id,
                self.link(network, one.id).label,
                self.kind(one),
                self.query.organisation(one.id),
                self.near(one.id),
                self.kin(network, one, beside.get(one.id, ())),
            )
            for one in sorted(found, key=lambda one: self.link(network, one.id).label.casefold())
        )

    def kin(self, network: Network, one: Organisation, ties: Iterable[Tie]) -> tuple[Kin, ...]:
        said: dict[str, list[Tie]] = {}
        for tie in ties:
            said.setdefault(self.words(tie, tie.source == one.id), []).append(tie)
        return tuple(
            Kin(
                label,
                tuple(self.link(network, other) for other in _others(one.id, linked)),
                # The region's list would end in hundreds of notes: each page of it has its own.
                self.footnotes.of(s for tie in linked for s in tie.statements)
                if self.around
                else (),
            )
            for label, linked in said.items()
        )

    def way_view(self, way: Path) -> tuple[StepView, ...]:
        names = self.workspace.names(way.organisations, language=self.query.language)

        def link(one: str) -> Link:
            return Link(names.get(one, one), self.query.organisation(one))

        return tuple(
            StepView(
                link(step.start),
                self.words(step.link, step.is_forward),
                link(step.end),
                self.themes(step.link.themes[:3]),
                self.footnotes.of(step.link.statements),
            )
            for step in way.steps
        )

    def both_on(self) -> tuple[Link, ...]:
        """Return what both ends of the way work on, the first few in the order of the first."""
        if not (self.start and self.end and self.start.id and self.end.id):
            return ()
        if self.start.id == self.end.id:
            return ()
        one = self.workspace.organisation(self.start.id)
        other = set(self.workspace.organisation(self.end.id).theme_ids)
        return self.themes([theme for theme in one.theme_ids if theme in other][:6])

    def words(self, tie: Tie, is_forward: bool) -> str:
        """Say how one end of a link stands to the other."""
        key = (tie.type, is_forward)
        if (words := self._words.get(key)) is None:
            words = self._words[key] = self._worded(*key)
        return words

    def _worded(self, type_: str, is_forward: bool) -> str:
        if type_ == "shared-theme":
            return self.say("shares themes with")
        relation = self.workspace.landscape.vocabulary.relations[type_]
        labels = relation.label if is_forward else relation.inverse
        return choose(labels, self.query.language) or type_

    def themes(self, ids: Iterable[str]) -> tuple[Link, ...]:
        known = self.workspace.landscape.themes
        return tuple(
            Link(known[id].text(self.query.language), self.query.theme(id))
            for id in ids
            if id in known
        )

    def link(self, network: Network, one: str) -> Link:
        """Return an organisation’s name, leading to the network around it."""
        if (link := self._links.get(one)) is None:
            name = network.organisations[one].name(self.query.language)
            link = self._links[one] = Link(name, self.near(one))
        return link

    def kind(self, organisation: Organisation) -> str:
        kind = organisation.kind
        if (label := self._kinds.get(kind)) is None:
            term = self.workspace.landscape.vocabulary.kinds[kind]
            label = self._kinds[kind] = term.text(self.query.language)
        return label

    def names(self) -> tuple[str, ...]:
        if self.whole is None or len(self.whole.organisations) > _MOST_NAMED:
            return ()
        return self.whole.names(self.query.language)

    # -- choices -----------------------------------------------------------------------------

    def near(self, one: str) -> str:
        """Return the address of the network around an organisation."""
        if (address := self._near.get(one)) is None:  # each stands beside all it is linked to
            ties = "themes" if self.by_theme else None
            address = self.query.address("/network", around=one, ties=ties)
            self._near[one] = address
        return address

    def step_choices(self) -> tuple[Choice, ...]:
        if self.around is None or self.around.id is None:
            return ()
        return tuple(
            Choice(
                str(steps),
                self.say.plural("%(number)s step", "%(number)s steps", steps),
                None,
                self.narrowing.address(steps=steps),
                steps == self.steps,
            )
            for steps in _STEPS
        )

    def tie_choices(self) -> tuple[Choice, ...]:
        labels = (("relations", self.say("Relations")), ("themes", self.say("Shared themes")))
        return tuple(
            Choice(
                id,
                label,
                None,
                self.narrowing.address(ties=id if id == "themes" else None),
                (id == "themes") == self.by_theme,
            )
            for id, label in labels
        )


class _Labels:
    """Which names can be written without lying on each other: first come, first written."""

    def __init__(self) -> None:
        # By band of the drawing's height: whom a name may touch, not all that is written so far.
        self._taken: defaultdict[int, list[_Box]] = defaultdict(list)

    def place(self, name: str, x: float, y: float, r: float) -> str | None:
        """Return the side on which a name fits, or None; its room is then taken."""
        wide = _LETTER * len(name)
        for side, left in (("right", x + r + 4), ("left", x - r - 4 - wide)):
            box = (left, y - 8, left + wide, y + 8)
            inside = left >= 0 and box[2] <= WIDTH + 2 * _MARGIN
            if inside and not self._is_taken(box):
                for taken in (box, (x - r, y - r, x + r, y + r)):
                    for band in _bands(taken):
                        self._taken[band].append(taken)
                return side
        return None

    def _is_taken(self, box: _Box) -> bool:
        left, top, right, bottom = box
        for band in _bands(box):
            for a, b, c, d in self._taken[band]:
                if left < c and a < right and top < d and b < bottom:
                    return True
        return False


def _bands(box: _Box) -> range:
    return range(int(box[1] // _BAND), int(box[3] // _BAND) + 1)


def _others(one: str, ties: Sequence[Tie]) -> Iterable[str]:
    """Return the other ends of links; who is linked twice stands where the last link does."""
    ends = [tie.target if tie.source == one else tie.source for tie in ties]
    if len(set(ends)) == len(ends):
        return ends
    return reversed(dict.fromkeys(reversed(ends)))


def _stroke(type_: str) -> str:
    return _STROKE_OF.get(type_, "works")


PAGE: Final = Page(
    "/network",
    "/network.json",
    "network.html",
    NetworkPage,
    build,
    section="network",
    published=("around", "kind", "province", "role"),
)
