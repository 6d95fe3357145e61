"""A drawing of scores against grades, as SVG that stands on its own, by day and by night."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .calibration import Bin
    from .reference import Figures

_WIDTH, _HEIGHT = 720, 500
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 560, 96, 428
_GAP: Final = 3

_STYLE: Final = """
  svg { --paper: #fbf9f4; --ink: #1b2430; --quiet: #56616e; --line: #dcd8cd;
        --three: #0f5c63; --two: #6fa3a4; --one: #c9d6d2; --none: #e9e3d6; --beacon: #a8341b; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #12171d; --ink: #e9e6de; --quiet: #a8b1bc; --line: #303b47;
          --three: #7cc5c4; --two: #43807f; --one: #2b4a4e; --none: #232b34; --beacon: #f2937a; }
  }
  text { fill: var(--quiet); font: 13px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
  .title { fill: var(--ink); font: 500 23px Newsreader, Palatino, "Noto Serif", Georgia, serif; }
  .ink { fill: var(--ink); }
  .grid { stroke: var(--line); }
  .ideal { stroke: var(--beacon); stroke-width: 2.2; stroke-dasharray: 7 3; }
  .beacon-word { fill: var(--beacon); }
  .three { fill: var(--three); } .two { fill: var(--two); }
  .one { fill: var(--one); } .none { fill: var(--none); }
"""

_LAYERS: Final = (
    # class, position in Bin.counts, words beside the drawing
    ("three", 3, "3: the one to call"),
    ("two", 2, "2: worth a call"),
    ("one", 1, "1: worth knowing"),
    ("none", 0, "not graded"),
)


def draw(bins: Sequence[Bin], figures: Figures) -> str:
    """Draw what share of the matches of about one score has each grade, best grade lowest.

    Where scores can be believed, the two lowest layers end on the broken line.
    """
    title = "Does a score say how good a match is?"
    subtitle = (
        f"Expected error {figures['expected error']:.3f}, discrimination "
        f"{figures['discrimination']:.3f}; numbers above are matches."
    )
    ticks = [step / 5 for step in range(6)]
    grid = [
        part
        for tick in ticks
        for part in (
            f'<line class="grid" x1="{_LEFT}" y1="{_y(tick):.1f}" x2="{_RIGHT}" '
            f'y2="{_y(tick):.1f}"/>',
            f'<text x="{_LEFT - 10}" y="{_y(tick) + 4:.1f}" text-anchor="end">{tick:.1f}</text>',
            f'<text x="{_x(tick):.1f}" y="{_BOTTOM + 22}" text-anchor="middle">{tick:.1f}</text>',
        )
    ]
    columns = [part for b in bins for part in _column(b)]
    drawn = "\n".join((*grid, *columns, *_legend()))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"
  aria-label="{title} {subtitle}">
<style>{_STYLE}</style>
<rect width="{_WIDTH}" height="{_HEIGHT}" fill="var(--paper)"/>
<text class="title" x="{_LEFT}" y="38">{title}</text>
<text x="{_LEFT}" y="60">{subtitle}</text>
<text class="ink" x="{_RIGHT}" y="{_BOTTOM + 46}" text-anchor="end">score of the match</text>
{drawn}
<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>
</svg>
"""


def _column(b: Bin) -> Iterator[str]:
    left, width = _x(b.low) + _GAP / 2, _x(b.high) - _x(b.low) - _GAP
    below = 0.0
    for name, position, words in _LAYERS:
        share = b.counts[position] / b.matches
        if share:
            yield (
                f'<rect class="{name}" x="{left:.1f}" y="{_y(below + share):.1f}" '
                f'width="{width:.1f}" height="{_y(below) - _y(below + share):.1f}">'
                f"<title>{b.low:.1f}–{b.high:.1f}, {words}: {share:.0%}</title></rect>"
            )
        below += share
    yield (
        f'<text x="{left + width / 2:.1f}" y="{_TOP - 8}" text-anchor="middle">{b.matches}</text>'
    )


def _legend() -> Iterator[str]:
    for line, (name, _, words) in enumerate(reversed(_LAYERS)):
        height = _TOP + 12 + 26 * line
        yield f'<rect class="{name}" x="{_RIGHT + 16}" y="{height - 11}" width="14" height="14"/>'
        yield f'<text x="{_RIGHT + 36}" y="{height}">{words}</text>'
    height = _TOP + 12 + 26 * len(_LAYERS)
    yield f'<text class="beacon-word" x="{_RIGHT + 16}" y="{height}">– – 2 or 3 as often</text>'
    yield f'<text class="beacon-word" x="{_RIGHT + 16}" y="{height + 18}">as the score says</text>'


def _x(share: float) -> float:
    return _LEFT + share * (_RIGHT - _LEFT)


def _y(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)
