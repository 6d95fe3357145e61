"""Two drawings: calibration and abstention, as SVG that stands on its own, by day and by night."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from .calibration import Calibration, Step

_WIDTH, _HEIGHT = 720, 500
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 656, 96, 428

_STYLE: Final = """
  svg { --paper: #fbf9f4; --ink: #1b2430; --quiet: #56616e; --line: #dcd8cd;
        --harbour: #0f5c63; --beacon: #a8341b; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #12171d; --ink: #e9e6de; --quiet: #a8b1bc; --line: #303b47;
          --harbour: #7cc5c4; --beacon: #f2937a; }
  }
  text { fill: var(--quiet); font: 13px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
  .title { fill: var(--ink); font: 500 23px Newsreader, Palatino, "Noto Serif", Georgia, serif; }
  .ink { fill: var(--ink); }
  .grid { stroke: var(--line); }
  .ideal { stroke: var(--quiet); stroke-dasharray: 2 5; }
  .harbour { fill: none; stroke: var(--harbour); stroke-width: 2.2; }
  .beacon { fill: none; stroke: var(--beacon); stroke-width: 2.2; stroke-dasharray: 7 3; }
  .dot { fill: var(--harbour); stroke: var(--paper); stroke-width: 1.5; }
  .whisker { stroke: var(--harbour); stroke-width: 1.4; }
  .harbour-word { fill: var(--harbour); }
  .beacon-word { fill: var(--beacon); }
"""


def draw_calibration(calibration: Calibration) -> str:
    """Draw score against share right: a dot a bin, as large as it has links, with its interval."""
    most = max((b.links for b in calibration.bins), default=1)
    parts = [_line("ideal", (0.0, 0.0), (1.0, 1.0))]
    for b in calibration.bins:
        radius = 3.5 + 6.5 * (b.links / most) ** 0.5
        parts += [
            _line("whisker", (b.score, b.interval[0]), (b.score, b.interval[1])),
            f'<circle class="dot" cx="{_x(b.score):.1f}" cy="{_y(b.right):.1f}" r="{radius:.1f}">'
            f"<title>{b.low:.2f}-{b.high:.2f}: {b.links} links, {b.right:.1%} right</title>"
            "</circle>",
        ]
    return _sheet(
        "Does a score say how often the link is right?",
        f"Expected calibration error {calibration.expected_error:.3f}; dots grow with the number "
        "of links, bars are 95 % intervals.",
        "score of the link",
        "share that is right",
        parts,
    )


def draw_abstention(steps: Sequence[Step]) -> str:
    """Draw precision and recall over the threshold on a link's score."""
    # Each word stands where its curve starts, on the side that the other curve leaves free.
    is_above = bool(steps) and steps[0].precision >= steps[0].recall
    precision, recall = (-9, 19) if is_above else (19, -9)
    parts = [
        *_curve("harbour", "precision", precision, [(s.threshold, s.precision) for s in steps]),
        *_curve("beacon", "recall", recall, [(s.threshold, s.recall) for s in steps]),
    ]
    return _sheet(
        "What abstaining more often would cost",
        "Links below the threshold are left out; precision drawn through, recall broken.",
        "least score of a link that is kept",
        "share of links, of labels",
        parts,
    )


def _curve(
    name: str, word: str, shift: int, points: Sequence[tuple[float, float]]
) -> Iterator[str]:
    if not points:
        return
    places = " ".join(f"{_x(across):.1f},{_y(up):.1f}" for across, up in points)
    across, up = points[0]
    yield f'<polyline class="{name}" points="{places}"/>'
    yield (
        f'<text class="{name}-word" x="{_x(across) + 6:.1f}" y="{_y(up) + shift:.1f}">{word}</text>'
    )


def _sheet(title: str, subtitle: str, below: str, beside: str, parts: Sequence[str]) -> str:
    ticks = [step / 5 for step in range(6)]
    grid = [
        part
        for tick in ticks
        for part in (
            _line("grid", (0.0, tick), (1.0, tick)),
            f'<text x="{_LEFT - 10}" y="{_y(tick) + 4:.1f}" text-anchor="end">{tick:.1f}</text>',
            f'<text x="{_x(tick):.1f}" y="{_BOTTOM + 22}" text-anchor="middle">{tick:.1f}</text>',
        )
    ]
    drawn = "\n".join((*grid, *parts))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"
  aria-label="{escape(title)} {escape(subtitle)}">
<style>{_STYLE}</style>
<rect width="{_WIDTH}" height="{_HEIGHT}" fill="var(--paper)"/>
<text class="title" x="{_LEFT}" y="38">{escape(title)}</text>
<text x="{_LEFT}" y="60">{escape(subtitle)}</text>
<text class="ink" x="{_LEFT}" y="{_TOP - 14}">{escape(beside)}</text>
<text class="ink" x="{_RIGHT}" y="{_BOTTOM + 46}" text-anchor="end">{escape(below)}</text>
{drawn}
</svg>
"""


def _line(name: str, start: tuple[float, float], end: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = start, end
    return (
        f'<line class="{name}" x1="{_x(x1):.1f}" y1="{_y(y1):.1f}" '
        f'x2="{_x(x2):.1f}" y2="{_y(y2):.1f}"/>'
    )


def _x(share: float) -> float:
    return _LEFT + share * (_RIGHT - _LEFT)


def _y(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)
