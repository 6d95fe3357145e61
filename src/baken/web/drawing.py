"""The landscape as a drawing for slides and paper: ``/landscape.svg``, ``.pdf`` and ``.png``.

The SVG is set by our own code, with the widths of the letters read from the font that it carries.
PDF and PNG are made from that same SVG by typst. (Measured on one core for the default landscape,
November 2026: SVG 10 ms, PDF 40 ms, PNG of 1,920 by 1,080 some 120 ms.)
"""

from __future__ import annotations

import io
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from fontTools.ttLib import TTFont
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

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
_TYPES: Final = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png"}
_PNG_PIXELS_PER_INCH: Final = 86.4
"""1,600 points at 72 to the inch become 1,920 pixels."""


class _Line(NamedTuple):
    """One line of text in a column: `sort` is a key of `_SIZES`."""

    sort: str
    text: str
    count: str = ""


class _Placed(NamedTuple):
    line: _Line
    x: float
    y: float
    size: float


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
        return sum(self._widths.get(letter, self._wide) for letter in text) * size / self._em

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

    def svg(self, page: LandscapePage, say: Speech, title: str, source: str) -> str:
        """Return the drawing of a landscape, 1,600 by 900.

        Args:
            page: what is drawn; what does not fit is counted in its group's last line.
            say: the language of the words between the names.
            title: what stands above.
            source: where it comes from and of which day, at the foot.
        """
        placed = self._fitted(page, say)
        family = quoteattr(self.letters.family)
        count = say.plural(
            "%(number)s organisation at a glance",
            "%(number)s organisations at a glance",
            page.count,
        )
        filters = " · ".join(link.label for link in page.active)
        subtitle = f"{count} · {filters}" if filters else count
        room = _WIDTH - 2 * _MARGIN
        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            f'width="{_WIDTH}" height="{_HEIGHT}" role="img" font-family={family}>',
            f"<title>{escape(title)}</title><style>{self.letters.style}</style>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PAPER}"/>',
            self._text(self.letters.fitting(title, 42, room), _MARGIN, 82, 42, _INK),
            self._text(self.letters.fitting(subtitle, 20, room), _MARGIN, 114, 20, _QUIET),
            self._text(self.letters.fitting(source, 13, room - 100), _MARGIN, 878, 13, _QUIET),
            f'<path d="M{_WIDTH - _MARGIN - 58} 878l6-11 6 11z" fill="{_BEACON}"/>',
            self._text("Baken", _WIDTH - _MARGIN, 878, 16, _INK, "end"),
        ]
        width = self._column_width(placed.columns)
        for line, x, y, size in placed.lines:
            if line.sort == "heading":
                out.append(
                    f'<path d="M{x:.1f} {y - size * 1.25:.1f}h{width:.1f}" stroke="{_INK}"/>'
                )
                out.append(self._text(line.count, x + width, y, size, _QUIET, "end"))
                out.append(self._text(line.text, x, y, size, _BEACON))
            else:
                indent = size * 0.9 if line.sort == "unit" else 0
                colour = _QUIET if line.sort == "unit" else _INK
                out.append(self._text(line.text, x + indent, y, size, colour))
        out.append("</svg>")
        return "\n".join(out)

    def rendered(self, svg: str, ending: str) -> bytes:
        """Return a drawing as PDF or PNG."""
        import typst  # only who asks for a file pays for loading it

        with tempfile.TemporaryDirectory(prefix="baken-drawing-") as folder:
            root = Path(folder)
            (root / "letters.ttf").write_bytes(self.letters.font)
            (root / "landscape.svg").write_text(svg, encoding="utf-8")
            (root / "page.typ").write_text(
                f"#set page(width: {_WIDTH}pt, height: {_HEIGHT}pt, margin: 0pt)\n"
                f'#image("landscape.svg", width: {_WIDTH}pt, alt: "Landscape")\n',
                encoding="utf-8",
            )
            made = typst.compile(
                root / "page.typ",
                root=root,
                font_paths=[root],
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

    @staticmethod
    def _text(
        text: str, x: float, y: float, size: float, colour: str, anchor: str = "start"
    ) -> str:
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.2f}" fill="{colour}"'
            f' text-anchor="{anchor}">{escape(text)}</text>'
        )


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

    def route(say: Speech, ending: str) -> HTTPRouteHandler:
        def draw(request: Request[Any, Any, Any]) -> Response[bytes]:
            parameters: dict[str, list[str]] = {}
            for name, value in request.query_params.multi_items():
                if value:
                    parameters.setdefault(name, []).append(value)
            page = landscape.build(site.workspace, Query("/landscape", {}, parameters, say))
            svg = drawing.svg(page, say, *_words(site, say))
            content = svg.encode() if ending == "svg" else drawing.rendered(svg, ending)
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
    described: Mapping[str, str] = dict(site.workspace.landscape.title)
    title = described.get(say.language) or next(iter(described.values()))
    as_of = site.workspace.totals().as_of
    source = site.workspace.landscape.licence
    if as_of:
        source = say("As read on %(date)s", date=say.day(as_of)) + " · " + source
    return title, source
