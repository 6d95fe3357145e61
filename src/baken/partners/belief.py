"""From how well an organisation fits to how likely it is worth a call."""

from __future__ import annotations

from typing import Final

import numpy as np

_MEASURED: Final = (
    (0.00, 0.00),
    (0.20, 0.01),
    (0.26, 0.04),
    (0.36, 0.10),
    (0.45, 0.17),
    (0.55, 0.34),
    (0.65, 0.68),
    (0.75, 0.87),
    (0.85, 0.95),
    (1.00, 1.00),
)
"""Fit, and the share of matches of about that fit which were graded as somebody to call (2 or 3 of
3). 2026-11-23, 1,259 matches of the dev split; straight lines in between, smoothed where a bin has
few. The order of a shortlist does not depend on it. Loses: of needs about a single common word all
matches fit better than they are worth."""

_FITS, _CHANCES = (np.array(column) for column in zip(*_MEASURED, strict=True))


def worth_a_call(fit: float) -> float:
    """Return how likely an organisation that fits so well is one to call, both 0–1.

    It grows with the fit, so that what is ordered by one is ordered by the other.
    """
    return float(np.interp(fit, _FITS, _CHANCES))
