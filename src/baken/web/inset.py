"""A small map that says where something is: outlines and one mark, drawn as SVG by the server.

In a page it is drawn in place, so that it takes the page's colours and needs no request; at
``/organisations/{id}/map.svg`` and ``/places/{id}/map.svg`` it is a picture of its own, for what is
made of the site elsewhere. A mark is a dot where the organisation itself is known to be, and a ring
around what is no more than the middle of its municipality, postcode or province.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from msgspec import Struct

from baken.landscape.outlines import Outlines, Point
from baken.landscape.whereabouts import Whereabouts
from baken.model import choose
from baken.text.speech import message
from baken.workspace import Workspace

from .page import Query

WIDTH: Final = 320
"""Of the drawing, in its own units; pixels on a phone."""

_MARGIN: Final = 8
_FINEST: Final = 1.4
_COARSEST: Final = 5.0
"""Units between two points of a line, inside the drawing and outside."""
_EXACT: Final = message("%(name)s on a map of %(region)s: in %(place)s.")
_AROUND: Final = message("%(name)s on a map of %(region)s: somewhere in %(place)s.")
_PLACE: Final = message("%(place)s on a map of %(region)s.")
_COLOURS: Final = (
    # Of the style sheet; a picture of its own cannot read them there.
    "path{fill:#f1eee6;stroke:#bdb8aa;stroke-width:.6}.region{fill:#e3efee;stroke:#7fa6a5}"
    "circle{fill:#a8341b;stroke:#fff;stroke-width:1.5}"
    ".around{fill:#a8341b;fill-opacity:.14;stroke:#a8341b}"
    "@media(prefers-color-scheme:dark){path{fill:#1a222b;stroke:#3b4754}"
    ".region{fill:#18322f;stroke:#3f6b69}circle{fill:#f2937a;stroke:#12171d}"
    ".around{fill:#f2937a;stroke:#f2937a}}"
)


class Inset(Struct, frozen=True):
    """Where to put the mark on the small map, and what the map says in words.

    Attributes:
        x: of the mark, in units of the drawing, from its left.
        y: of the mark, from its top.
        is_exact: whether the mark is the thing itself rather than the area it is somewhere in.
        alt: the map in a sentence, in the interface's language.
        href: address of the map as a picture of its own.
        map_href: address of the large map, at the same point.
    """

    x: float
    y: float
    is_exact: bool
    alt: str
    href: str
    map_href: str


class Drawing(Struct, frozen=True):
    """The outlines of a landscape, drawn once.

    Attributes:
        width: in units.
        height: in units.
        region: outlines of the landscape's provinces, as the ``d`` of a path.
        around: those of the rest of the country.
    """

    width: int
    height: int
    region: str
    around: str


class Frame:
    """From degrees to units of the drawing; degrees are as long at its middle as on the ground.

    Attributes:
        width: in units.
        height: in units.
    """

    width: Final = WIDTH

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        """Frame an area: its west, south, east and north end in degrees."""
        self._left, bottom, right, self._top = bounds
        self._narrow = math.cos(math.radians((bottom + self._top) / 2))
        self._scale = (WIDTH - 2 * _MARGIN) / ((right - self._left) * self._narrow)
        self.height = math.ceil((self._top - bottom) * self._scale + 2 * _MARGIN)

    def place(self, point: Point) -> Point:
        """Return where in the drawing a longitude and latitude are."""
        lon, lat = point
        x = (lon - self._left) * self._narrow * self._scale + _MARGIN
        return round(x, 1), round((self._top - lat) * self._scale + _MARGIN, 1)


def draw(outlines: Outlines | None) -> Drawing | None:
    """Return a landscape's provinces, and the country around them; None without outlines."""
    if outlines is None:
        return None
    frame = Frame(outlines.bounds)
    rest = [code for code in outlines.provinces if code not in outlines.home]
    region, around = _path(outlines, outlines.home, frame), _path(outlines, rest, frame)
    return Drawing(WIDTH, frame.height, region, around)


def of_organisation(workspace: Workspace, query: Query, organisation_id: str) -> Inset | None:
    """Return the small map of an organisation.

    Returns:
        None when its place is not known well enough, or the landscape has no outlines.

    Raises:
        NotFoundError: there is no organisation of that id.
    """
    organisation = workspace.organisation(organisation_id)
    where = workspace.whereabouts([organisation]).get(organisation_id)
    place = workspace.landscape.places.get(organisation.place_id or "")
    sentence = query.say(
        _EXACT if where is not None and where.is_exact else _AROUND,
        name=organisation.name(query.language),
        region=choose(workspace.landscape.region, query.language),
        place=place.text(query.language) if place else "",
    )
    return _inset(workspace, query, sentence, where, f"/organisations/{organisation_id}")


def of_place(workspace: Workspace, query: Query, place_id: str) -> Inset | None:
    """Return the small map of a municipality or province; None where it cannot be drawn."""
    place = workspace.landscape.places.get(place_id)
    if place is None:
        return None
    region = choose(workspace.landscape.region, query.language)
    sentence = query.say(_PLACE, place=place.text(query.language), region=region)
    where = workspace.place_whereabouts(place_id)
    return _inset(workspace, query, sentence, where, f"/places/{place_id}")


def picture(drawing: Drawing, inset: Inset, language: str) -> str:
    """Return the small map as a picture of its own."""
    mark = (
        f'<circle cx="{inset.x}" cy="{inset.y}" r="4.5"/>'
        if inset.is_exact
        else f'<circle class="around" cx="{inset.x}" cy="{inset.y}" r="8"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width} {drawing.height}" '
        f'width="{drawing.width}" height="{drawing.height}" role="img" lang="{language}">'
        f"<title>{escape(inset.alt)}</title><style>{_COLOURS}</style>"
        f'<path d="{drawing.around}"/><path class="region" d="{drawing.region}"/>{mark}</svg>'
    )


def _inset(
    workspace: Workspace, query: Query, sentence: str, where: Whereabouts | None, path: str
) -> Inset | None:
    if where is None or workspace.outlines is None:
        return None
    frame = Frame(workspace.outlines.bounds)
    x, y = frame.place((where.lon, where.lat))
    if not (0 <= x <= WIDTH and 0 <= y <= frame.height):
        return None  # a guest from outside the region
    zoom = 9 if where.precision == "province" else 11
    return Inset(
        x,
        y,
        where.is_exact,
        sentence,
        query.address(f"{path}/map.svg"),
        f"{query.address('/map')}#at={where.lat:.4f},{where.lon:.4f},{zoom}",
    )


def _path(outlines: Outlines, codes: Sequence[str], frame: Frame) -> str:
    """Return the outlines of provinces, each closed by itself, as the ``d`` of a path."""
    parts = []
    for code in codes:
        for ring in outlines.rings([code]):
            points = [frame.place(point) for point in ring]
            steps = _thinned(points, frame.height)
            if len(steps) > 3:
                parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in steps[:-1]) + "Z")
    return "".join(parts)


def _thinned(points: Sequence[Point], height: int) -> list[Point]:
    """Return points far enough from the one kept before: the eye sees no more.

    What lies outside the drawing only has to be there.
    """
    kept = [points[0]]
    for x, y in points[1:-1]:
        is_inside = 0 <= x <= WIDTH and 0 <= y <= height
        if math.dist((x, y), kept[-1]) >= (_FINEST if is_inside else _COARSEST):
            kept.append((x, y))
    return [*kept, points[-1]]
