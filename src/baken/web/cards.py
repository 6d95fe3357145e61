"""Pictures shown beside a link to a page: who it is, what it can do, in the site's own look.

Drawn with Pillow rather than typst or resvg: it needs no second program and no SVG in between, and
a card takes some 80 ms of a slow processor, once for each organisation, language and revision.
"""

from __future__ import annotations

import io
import threading
import unicodedata
from collections import OrderedDict
from importlib.resources import files
from typing import Final

from msgspec import Struct
from PIL import Image, ImageDraw, ImageFont

from baken.model import Organisation, choose
from baken.workspace import Workspace

from .page import Query

WIDTH: Final = 1200
HEIGHT: Final = 630
"""Pixels; what Open Graph's readers cut least from."""

_MARGIN: Final = 84
_PAPER: Final = "#fbf9f4"
_INK: Final = "#1b2430"
_QUIET: Final = "#56616e"
_LINE: Final = "#dcd8cd"
_BEACON: Final = "#a8341b"
_COLOURS: Final = {
    "research": "#3b5b92",
    "care": "#0b6e5d",
    "test": "#8a3f80",
    "space": "#8f4e00",
    "money": "#645d10",
    "network": "#a8341b",
    "public": "#4f5763",
}
"""As in the style sheet, in the light scheme; a test holds the two together."""

_NAME_SIZES: Final = (84, 72, 62, 54, 46)
"""Of the name, in pixels; the first that fits is taken."""

_LEADING: Final = 1.12
"""From line to line of the name, in type sizes."""

_HIGHEST_NAME: Final = 212
"""Pixels that the name may take from top to bottom."""

_MOST_KEPT: Final = 256
"""Cards kept; about 30 KB each."""

_MOST_ROLES: Final = 4


class _Words(Struct, frozen=True):
    """What stands on a card: a line above, a name, a line below, dots with labels."""

    above: str
    name: str
    below: str
    dots: tuple[tuple[str, str], ...]
    foot: str


class Cards:
    """Draws cards and keeps those of the latest revision; safe to share between threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._font = (files("baken.web") / "static" / "newsreader.woff2").read_bytes()
        self._kept: OrderedDict[tuple[int, str | None, str], bytes] = OrderedDict()
        self._drawing = threading.Lock()

    def card(self, query: Query, organisation_id: str | None) -> bytes:
        """Return a card as PNG.

        Args:
            query: gives the language.
            organisation_id: whose card; None for the site's own.

        Raises:
            NotFoundError: there is no organisation of that id.
        """
        key = (self._workspace.store.revision(), organisation_id, query.language)
        with self._drawing:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            words = (
                self._of_site(query)
                if organisation_id is None
                else self._of(query, self._workspace.organisation(organisation_id))
            )
            self._kept[key] = self._drawn(words)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]

    def _of(self, query: Query, organisation: Organisation) -> _Words:
        landscape, language = self._workspace.landscape, query.language
        roles = [landscape.vocabulary.roles[role] for role in organisation.roles]
        ids = dict.fromkeys((organisation.place_id, organisation.province_id))
        places = [landscape.places[p].text(language) for p in ids if p in landscape.places]
        kind = landscape.vocabulary.kinds[organisation.kind].text(language)
        themes = [landscape.themes[t] for t in organisation.theme_ids if t in landscape.themes]
        return _Words(
            above=" · ".join((kind, *dict.fromkeys(places))),
            name=organisation.name(language),
            below=" · ".join(theme.text(language) for theme in themes[:4]),
            dots=tuple((role.text(language), role.colour) for role in roles[:_MOST_ROLES]),
            foot=choose(landscape.title, language) or "",
        )

    def _of_site(self, query: Query) -> _Words:
        landscape, language = self._workspace.landscape, query.language
        return _Words(
            above=choose(landscape.region, language) or "",
            name=choose(landscape.question, language) or "",
            below=query.say("Say it in your own words and see why, and on whose word."),
            dots=(),
            foot=choose(landscape.title, language) or "",
        )

    # -- drawing -----------------------------------------------------------------------------

    def _drawn(self, words: _Words) -> bytes:
        image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
        draw = ImageDraw.Draw(image)
        width = WIDTH - 2 * _MARGIN
        small, text = self._sized(30), self._sized(34)
        self._mark(draw, words.foot, width)
        draw.text((_MARGIN, 156), self._cut(words.above, small, width), _QUIET, small)
        name, lines = self._fitting(words.name, width)
        y = 204.0
        for line in lines:
            draw.text((_MARGIN, y), line, _INK, name)
            y += name.size * _LEADING
        if words.below:
            draw.text((_MARGIN, y + 22), self._cut(words.below, text, width), _QUIET, text)
        if words.dots:
            self._dots(draw, words.dots, small, width)
        buffer = io.BytesIO()
        # Few colours: a palette makes the file a third as large.
        image.quantize(64, dither=Image.Dither.NONE).save(buffer, "PNG", compress_level=6)
        return buffer.getvalue()

    def _mark(self, draw: ImageDraw.ImageDraw, foot: str, width: int) -> None:
        """Draw the beacon, the product's name and the landscape's title at the top."""
        font = self._sized(38)
        left, top, size = _MARGIN, 66, 30
        draw.polygon(
            [(left, top + size), (left + size / 2, top), (left + size / 2, top + size)], _BEACON
        )
        draw.line(
            [
                (left, top + size),
                (left + size / 2, top),
                (left + size, top + size),
                (left, top + size),
            ],
            _BEACON,
            2,
        )
        draw.text((left + 46, top - 8), "Baken", _INK, font)
        start = left + 46 + font.getlength("Baken") + 28
        small = self._sized(30)
        draw.text((start, top - 1), self._cut(foot, small, WIDTH - _MARGIN - start), _QUIET, small)
        draw.line([(_MARGIN, 124), (_MARGIN + width, 124)], _LINE, 2)

    def _dots(
        self,
        draw: ImageDraw.ImageDraw,
        dots: tuple[tuple[str, str], ...],
        font: ImageFont.FreeTypeFont,
        width: int,
    ) -> None:
        """Draw what it can do along the foot: a dot of the role's colour, and the role's name."""
        x, y = float(_MARGIN), HEIGHT - 92
        draw.line([(_MARGIN, y - 28), (_MARGIN + width, y - 28)], _LINE, 2)
        for label, colour in dots:
            shown = self._known(label, font)
            needed = 30 + font.getlength(shown)
            if x + needed > _MARGIN + width:
                return
            draw.ellipse([(x, y + 10), (x + 18, y + 28)], _COLOURS.get(colour, _QUIET))
            draw.text((x + 30, y), shown, _INK, font)
            x += needed + 44

    def _fitting(self, name: str, width: int) -> tuple[ImageFont.FreeTypeFont, list[str]]:
        """Return the largest type in which a name fits, and its lines."""
        for size in _NAME_SIZES:
            font = self._sized(size)
            lines = self._wrapped(self._known(name, font), font, width)
            if len(lines) * size * _LEADING <= _HIGHEST_NAME:
                return font, lines
        return font, [*lines[:3], self._cut(" ".join(lines[3:]), font, width)]

    def _wrapped(self, text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if font.getlength(longer) <= width or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(word)
        return [self._cut(line, font, width) for line in lines]

    def _cut(self, text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
        """Return what of a text fits a line, with an ellipsis where something is left out."""
        shown = self._known(text, font)
        if font.getlength(shown) <= width:
            return shown
        while shown and font.getlength(f"{shown}…") > width:
            shown = shown[:-1]
        return f"{shown.rstrip(' ·,')}…"

    def _known(self, text: str, font: ImageFont.FreeTypeFont) -> str:
        """Return a text in letters that the font has: without the accents that it has not."""
        missing = font.getmask("\U0010ffff").getbbox(), bytes(font.getmask("\U0010ffff"))
        known = []
        for letter in text:
            mask = font.getmask(letter)
            if letter != " " and (mask.getbbox(), bytes(mask)) == missing:
                letter = unicodedata.normalize("NFKD", letter)[0]
            known.append(letter)
        return "".join(known)

    def _sized(self, size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(io.BytesIO(self._font), size)
