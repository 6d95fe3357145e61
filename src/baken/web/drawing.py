"""The landscape as a drawing for slides and paper: ``/landscape.svg``, ``.pdf`` and ``.png``.

It is set by our own code, with the widths of the letters read from the font that it carries; typst
makes PDF and PNG of the same lines. (Not of the SVG: typst 0.15 lost two rows of pixels in the
middle of a PNG made from it.)
"""

from __future__ import annotations

import io
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import msgspec
from fontTools.ttLib import TTFont
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from baken.model import choose
from baken.text.speech import Speech

from .page import Query, localised
from .pages import landscape
from .pages.landscape import Group, LandscapePage, Tile
from .routing import get
from .site import Site

_WIDTH: Final = 1600
_HEIGHT: Final = 900
_MARGIN: Final = 56
_TOP: Final = 150
_BOTTOM: Final = 846
_GUTTER: Final = 30
_INK, _QUIET, _LINE, _PAPER, _BEACON = "#1b2430", "#56616e", "#dcd8cd", "#fbf9f4", "#a8341b"

_SIZES: Final = {"heading": 13.0, "large": 17.0, "middle": 13.5, "small": 12.0, "unit": 9.5}
"""Size of the letters of each sort of line, in units of the drawing, at scale 1."""

_LEADING: Final = 1.24
_SCALES: Final = (1.5, 1.35, 1.2, 1.1, 1.0, 0.92, 0.84, 0.76, 0.68)
_LIMITS: Final = (1000, 40, 24, 16, 10, 6, 4, 2, 1)
_COLUMNS: Final = (5, 6)
_Ending = Literal["svg", "pdf", "png"]
_TYPES: Final[dict[_Ending, str]] = {
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "png": "image/png",
}
_PNG_PIXELS_PER_INCH: Final = 86.4
"""1,600 points at 72 to the inch become 1,920 pixels."""


class _Line(NamedTuple):
    """One line of text in a column: `sort` is a key of `_SIZES`."""

    sort: str
    text: str
    total: str = ""


class _Placed(NamedTuple):
    line: _Line
    x: float
    y: float
    size: float


class _Text(NamedTuple):
    """Words that begin at `x` on the baseline `y`."""

    text: str
    x: float
    y: float
    size: float
    colour: str


class _Rule(NamedTuple):
    """A level line."""

    x: float
    y: float
    width: float


class Drawn(NamedTuple):
    """A drawing before it is SVG, PDF or PNG."""

    title: str
    language: str
    rules: list[_Rule]
    texts: list[_Text]


class Letters:
    """The font of the drawing: how wide its letters are, and the font itself."""

    def __init__(self) -> None:
        """Read the font that the site ships with."""
        packed = (files("baken.web") / "static" / "newsreader.woff2").read_bytes()
        font = TTFont(io.BytesIO(packed))
        self.family: Final[str] = font["name"].getBestFamilyName()
        self._em: float = font["head"].unitsPerEm
        advances, glyphs = font["hmtx"].metrics, font.getBestCmap()
        self._widths = {chr(code): advances[name][0] for code, name in glyphs.items()}
        self._wide = max(self._widths.get("m", 0), self._em * 0.6)
        font.flavor = None
        unpacked = io.BytesIO()
        font.save(unpacked)
        self.font: Final = unpacked.getvalue()
        self.style: Final = (
            f'@font-face{{font-family:"{self.family}";'
            f"src:url(data:font/woff2;base64,{b64encode(packed).decode()})}}"
        )

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is, in the units of `size`; unknown letters count as wide."""
        letters: float = sum(self._widths.get(letter, self._wide) for letter in text)
        return letters * size / self._em

    def fitting(self, text: str, size: float, width: float) -> str:
        """Return a text, cut with an ellipsis where it is wider than `width`."""
        if self.width(text, size) <= width:
            return text
        while text and self.width(text + "…", size) > width:
            text = text[:-1]
        return text.rstrip(" ,-–(") + "…"

    def wrapped(self, text: str, size: float, width: float, most: int) -> list[str]:
        """Return a text as at most so many lines, the last one cut where it must be."""
        lines: list[str] = []
        words = text.split()
        while words:
            taken = 1
            while taken < len(words) and self.width(" ".join(words[: taken + 1]), size) <= width:
                taken += 1
            if len(lines) == most - 1:
                taken = len(words)
            lines.append(self.fitting(" ".join(words[:taken]), size, width))
            words = words[taken:]
        return lines


class Drawing:
    """Draws landscapes; made once, since reading the font takes a while."""

    def __init__(self) -> None:
        """Read the font."""
        self.letters: Final = Letters()

    def drawn(self, page: LandscapePage, say: Speech, title: str, source: str) -> Drawn:
        """Return the drawing of a landscape, 1,600 by 900.

        Args:
            page: what is drawn; what does not fit is counted in its group's last line.
            say: the language of the words between the names.
            title: what stands above.
            source: where it comes from and of which day, at the foot.
        """
        count = say.plural(
            "%(number)s organisation at a glance",
            "%(number)s organisations at a glance",
            page.count,
        )
        filters = " · ".join(link.label for link in page.active)
        subtitle = f"{count} · {filters}" if filters else count
        room = _WIDTH - 2 * _MARGIN
        texts = [
            self._text(self.letters.fitting(title, 42, room), _MARGIN, 82, 42, _INK),
            self._text(self.letters.fitting(subtitle, 20, room), _MARGIN, 114, 20, _QUIET),
        ]
        rules = []
        fit = self._fitted(page, say)
        width = self._column_width(fit.columns)
        for line, x, y, size in fit.lines:
            if line.sort == "heading":
                rules.append(_Rule(x, y - size * 1.25, width))
                texts.append(self._text(line.text, x, y, size, _BEACON))
                texts.append(self._ending(line.total, x + width, y, size, _QUIET))
            else:
                indent = size * 0.9 if line.sort == "unit" else 0
                colour = _QUIET if line.sort == "unit" else _INK
                texts.append(self._text(line.text, x + indent, y, size, colour))
        texts.append(
            self._text(self.letters.fitting(source, 13, room - 100), _MARGIN, 878, 13, _QUIET)
        )
        texts.append(self._ending("Baken", _WIDTH - _MARGIN, 878, 16, _BEACON))
        return Drawn(title, say.language, rules, texts)

    def svg(self, drawn: Drawn) -> str:
        """Return a drawing as SVG, which carries its font."""
        family = f"'{self.letters.family}', serif"
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
                f'width="{_WIDTH}" height="{_HEIGHT}" role="img" '
                f"font-family={quoteattr(family)}>",
                f"<title>{escape(drawn.title)}</title><style>{self.letters.style}</style>",
                f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PAPER}"/>',
                *(
                    f'<path d="M{r.x:.1f} {r.y:.1f}h{r.width:.1f}" stroke="{_INK}"/>'
                    for r in drawn.rules
                ),
                *(
                    f'<text x="{t.x:.1f}" y="{t.y:.1f}" font-size="{t.size:.2f}" '
                    f'fill="{t.colour}">{escape(t.text)}</text>'
                    for t in drawn.texts
                ),
                "</svg>",
            )
        )

    def rendered(self, drawn: Drawn, ending: Literal["pdf", "png"]) -> bytes:
        """Return a drawing as PDF or PNG."""
        import typst  # only who asks for a file pays for loading it

        quoted = msgspec.json.encode  # typst's strings escape as JSON's do
        lines = [
            f"#set document(title: {quoted(drawn.title).decode()}, date: none)",
            f"#set page(width: {_WIDTH}pt, height: {_HEIGHT}pt, margin: 0pt, "
            f'fill: rgb("{_PAPER}"))',
            f'#set text(font: "{self.letters.family}", lang: "{drawn.language}", '
            'top-edge: "baseline", bottom-edge: "baseline")',
            *(
                f"#place(top + left, dx: {r.x:.2f}pt, dy: {r.y:.2f}pt, "
                f'line(length: {r.width:.2f}pt, stroke: 1pt + rgb("{_INK}")))'
                for r in drawn.rules
            ),
            *(
                f"#place(top + left, dx: {t.x:.2f}pt, dy: {t.y:.2f}pt, box(width: {_WIDTH}pt, "
                f'text(size: {t.size:.2f}pt, fill: rgb("{t.colour}"), '
                f"{quoted(t.text).decode()})))"
                for t in drawn.texts
            ),
        ]
        with tempfile.TemporaryDirectory(prefix="baken-drawing-") as folder:
            (Path(folder) / "letters.ttf").write_bytes(self.letters.font)
            fonts: list[Any] = [folder]
            made = typst.compile(
                "\n".join(lines).encode(),
                font_paths=fonts,
                ignore_system_fonts=True,
                format=ending,
                ppi=_PNG_PIXELS_PER_INCH,
            )
        assert isinstance(made, bytes)
        return made

    def _fitted(self, page: LandscapePage, say: Speech) -> _Fit:
        """Return all lines in their places, as large as they can be without leaving any out.

        Where even the smallest letters do not hold everything, each group shows fewer.
        """
        for limit in _LIMITS:
            for scale in _SCALES:
                for columns in _COLUMNS:
                    placed = self._placed(page.groups, say, scale, columns, limit)
                    if placed is not None:
                        return _Fit(columns, placed)
        return _Fit(_COLUMNS[-1], [])

    def _placed(
        self, groups: tuple[Group, ...], say: Speech, scale: float, columns: int, limit: int
    ) -> list[_Placed] | None:
        """Return the lines in their places, or None where they do not fit."""
        placed: list[_Placed] = []
        column, y = 0, float(_TOP)
        width = self._column_width(columns)
        for group in groups:
            lines = list(self._lines(group, say, scale, width, limit))
            for number, line in enumerate(lines):
                size = _SIZES[line.sort] * scale
                needed = size * _LEADING + (size * 0.75 if line.sort == "heading" else 0)
                # A heading stays with the first lines below it.
                following = lines[number + 1 : number + 3] if line.sort == "heading" else []
                below = sum(_SIZES[next.sort] * scale * _LEADING for next in following)
                if y + needed + below > _BOTTOM:
                    column, y = column + 1, float(_TOP)
                    if column == columns:
                        return None
                y += needed
                x = _MARGIN + column * (width + _GUTTER)
                placed.append(_Placed(line, x, y, size))
        return placed

    def _lines(
        self, group: Group, say: Speech, scale: float, width: float, limit: int
    ) -> Iterator[_Line]:
        count = say.number(group.count)
        size = _SIZES["heading"] * scale
        room = width - self.letters.width(count, size) - size
        yield _Line("heading", self.letters.fitting(group.label, size, room), count)
        shown = 0
        for tile in group.tiles[:limit]:
            shown += 1
            most = 2 if tile.size != "small" else 1
            for text in self.letters.wrapped(tile.name, _SIZES[tile.size] * scale, width, most):
                yield _Line(tile.size, text)
            for unit in _units(tile, limit):
                shown += 1
                size = _SIZES["unit"] * scale
                yield _Line("unit", self.letters.fitting(unit.name, size, width - size * 0.9))
        if group.count > shown:
            more = say("+ %(number)s more", number=say.number(group.count - shown))
            yield _Line("unit", more)

    @staticmethod
    def _column_width(columns: int) -> float:
        return (_WIDTH - 2 * _MARGIN - (columns - 1) * _GUTTER) / columns

    def _text(self, text: str, x: float, y: float, size: float, colour: str) -> _Text:
        return _Text(text, x, y, size, colour)

    def _ending(self, text: str, x: float, y: float, size: float, colour: str) -> _Text:
        """Return a text that ends at `x`."""
        return _Text(text, x - self.letters.width(text, size), y, size, colour)


class _Fit(NamedTuple):
    columns: int
    lines: list[_Placed]


def _units(tile: Tile, limit: int) -> Iterator[Tile]:
    for unit in tile.units[:limit]:
        yield unit
        yield from _units(unit, limit)


def handlers(site: Site) -> list[HTTPRouteHandler]:
    """Return the routes of the drawing, in every language."""
    drawing = Drawing()
    digest = b64encode(sha256(drawing.letters.style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; font-src data:"

    def route(say: Speech, ending: _Ending) -> HTTPRouteHandler:
        def draw(request: Request[Any, Any, Any]) -> Response[bytes]:
            parameters: dict[str, list[str]] = {}
            for name, value in request.query_params.multi_items():
                if value:
                    parameters.setdefault(name, []).append(value)
            page = landscape.build(site.workspace, Query("/landscape", {}, parameters, say))
            drawn = drawing.drawn(page, say, *_words(site, say))
            content = (
                drawing.svg(drawn).encode() if ending == "svg" else drawing.rendered(drawn, ending)
            )
            return Response(
                content,
                media_type=_TYPES[ending],
                headers={
                    "Content-Security-Policy": policy,
                    "Content-Disposition": f'inline; filename="landscape.{ending}"',
                    "ETag": site.edition(),
                },
            )

        path = localised(f"/landscape.{ending}", say.language)
        return get(path, sync_to_thread=True)(draw)

    return [route(say, ending) for say in site.speeches.values() for ending in _TYPES]


def _words(site: Site, say: Speech) -> tuple[str, str]:
    """Return the title and the source line of the drawing."""
    title = choose(site.workspace.landscape.title, say.language) or site.workspace.landscape.id
    as_of = site.workspace.totals().as_of
    source = site.workspace.landscape.licence
    if as_of:
        source = say("As read on %(date)s", date=say.day(as_of)) + " · " + source
    return title, source
