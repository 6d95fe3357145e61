"""Terms and their labels: kinds, roles, relations, metrics, stages, themes and places.

The first five ship with Baken and are the same for every region; themes and places belong to a
landscape. All follow SKOS: a label a language, broader and related terms, mappings to others'.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Literal, cast

from msgspec import Struct, field

from .values import LANGUAGES, Coordinates, Language

Labels = dict[Language, str]


class Term(Struct, frozen=True, kw_only=True, rename="kebab", omit_defaults=True):
    """A concept with a label in each language."""

    id: str = ""
    label: Labels
    maps_to: tuple[str, ...] = ()

    def text(self, language: str) -> str:
        """Return the label in `language`, else in English, else in the first there is."""
        return choose(self.label, language) or self.id


class Kind(Term, frozen=True, kw_only=True, rename="kebab", omit_defaults=True):
    """What an organisation is."""

    broader: str | None = None


class Role(Term, frozen=True, kw_only=True, rename="kebab", omit_defaults=True):
    """What an organisation can be for the person who asks."""

    heading: Labels
    colour: str


class Stage(Term, frozen=True, kw_only=True, rename="kebab", omit_defaults=True):
    """How far along a visitor's product is, and which roles and kinds that stage needs first."""

    roles: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class RelationType(Term, frozen=True, kw_only=True, rename="kebab", omit_defaults=True):
    """How two organisations stand to each other; `inverse` is read from the target's side."""

    inverse: Labels


class Metric(Term, frozen=True, kw_only=True, rename="kebab", omit_defaults=True):
    """What a figure counts, in which unit, and whether adding such figures up is honest."""

    sums: bool
    unit: str | None = None
    units: tuple[str, ...] = ()


class Theme(Term, frozen=True, kw_only=True, rename="kebab", omit_defaults=True):
    """A condition, a discipline or a technology, and the words people use for it."""

    synonyms: dict[Language, tuple[str, ...]] = {}
    broader: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


PlaceKind = Literal["country", "region", "province", "municipality"]


class Place(Term, frozen=True, kw_only=True, rename="kebab", omit_defaults=True):
    """A municipality, province, region or country; `within` is the next larger one."""

    kind: PlaceKind
    within: str | None = None
    aliases: tuple[str, ...] = ()
    codes: dict[str, str] = {}
    coordinates: Coordinates | None = None


class Vocabulary(Struct, frozen=True):
    """The terms that ship with Baken, by id, in the order of their files."""

    kinds: dict[str, Kind]
    roles: dict[str, Role]
    relations: dict[str, RelationType]
    metrics: dict[str, Metric]
    stages: dict[str, Stage] = {}


class Example(Struct, frozen=True):
    """A need shown on the home page."""

    lang: Language
    text: str


class Landscape(Struct, frozen=True, dict=True, rename="kebab"):
    """A named, versioned landscape, without its statements.

    Attributes:
        id: short name, such as ``flanders-health``.
        version: the edition's own number.
        title: its title a language.
        region: what the region is called.
        question: the home page's question.
        licence: SPDX id of the licence of the data as a whole.
        provinces: places that lists and facets offer, in order.
        examples: needs for the home page.
        vocabulary: kinds, roles, relations, metrics and stages.
        themes: by id.
        places: by id.
    """

    id: str
    version: str
    title: Labels
    region: Labels
    question: Labels
    licence: str
    provinces: tuple[str, ...]
    examples: tuple[Example, ...]
    vocabulary: Vocabulary
    themes: dict[str, Theme] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    @cached_property
    def narrower(self) -> Mapping[str, tuple[str, ...]]:
        """The themes that are next narrower than a theme, by its id; it has none otherwise."""
        found: dict[str, list[str]] = {}
        for theme in self.themes.values():
            for wider in dict.fromkeys(theme.broader):
                found.setdefault(wider, []).append(theme.id)
        return {wider: tuple(inside) for wider, inside in found.items()}

    @cached_property
    def fields(self) -> Mapping[str, tuple[str, ...]]:
        """The widest themes by id, and with each of them all that lie in it, itself included."""
        known: dict[str, tuple[str, ...]] = {}

        def roots(theme: str) -> tuple[str, ...]:
            if theme not in known:
                known[theme] = ()  # ends circles
                wider = [b for b in self.themes[theme].broader if b in self.themes]
                above = (root for one in wider for root in roots(one))
                known[theme] = tuple(dict.fromkeys(above)) if wider else (theme,)
            return known[theme]

        found: dict[str, list[str]] = {}
        for theme in self.themes:
            for root in roots(theme):
                found.setdefault(root, []).append(theme)
        return {root: tuple(inside) for root, inside in found.items()}

    @cached_property
    def _holding(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for place in self.places:
            for larger in self.enclosing(place):
                found.setdefault(larger.id, []).append(place)
        return {larger: tuple(inside) for larger, inside in found.items()}

    def inside(self, place_id: str) -> tuple[str, ...]:
        """Return the ids of a place and of all that lies in it; none of an unknown place."""
        return self._holding.get(place_id, ())

    def enclosing(self, place_id: str) -> Iterator[Place]:
        """Yield the place and all that enclose it, from small to large."""
        place = self.places.get(place_id)
        while place is not None:
            yield place
            place = self.places.get(place.within) if place.within else None

    def province_of(self, place_id: str) -> str | None:
        """Return the facet ("province") that a place belongs to, or None outside all of them."""
        return next((p.id for p in self.enclosing(place_id) if p.id in self.provinces), None)

    def nearby(self, place_id: str, within_km: float) -> Mapping[str, float]:
        """Return the municipalities around a place and how many kilometres away they are.

        The distance is that of the nearest points known: of a province, those of the municipalities
        in it. What lies in the place itself is left out.
        """
        asked = (place_id, within_km)
        known = self._nearby.get(asked)
        if known is None:
            known = self._nearby[asked] = MappingProxyType(self._measured(place_id, within_km))
        return known

    @cached_property
    def _nearby(self) -> dict[tuple[str, float], Mapping[str, float]]:
        """What was asked for before: every language asks the same."""
        return {}

    def _measured(self, place_id: str, within_km: float) -> dict[str, float]:
        inside = set(self.inside(place_id))
        points = [self.places[p].coordinates for p in inside]
        around = {
            place.id: min(
                (place.coordinates.distance_km(point) for point in points if point is not None),
                default=float("inf"),
            )
            for place in self.places.values()
            if place.id not in inside and place.coordinates is not None
        }
        near = {place: away for place, away in around.items() if away <= within_km}
        return dict(sorted(near.items(), key=lambda item: (item[1], item[0])))


def choose(labels: Mapping[Language, str], language: str) -> str | None:
    """Return the label in `language`, else in English, else in the first language there is."""
    known = cast("Mapping[str, str]", labels)  # to be asked for any language
    for candidate in (language, *LANGUAGES):
        text = known.get(candidate)
        if text is not None:
            return text
    return None
