"""The table of signals."""

import pytest

from baken.errors import BakenError
from baken.partners.signals import SIGNALS, Signal, ramp


def test_a_signal_without_docstring_is_refused():
    def mystery(asked):
        return asked

    with pytest.raises(BakenError, match="mystery has no docstring"):
        Signal(0.1, mystery, lambda _: 1.0)


def test_every_signal_says_where_its_idea_comes_from():
    assert all("Source:" in signal.values.__doc__ for signal in SIGNALS)
    assert len({signal.name for signal in SIGNALS}) == len(SIGNALS)


def test_a_ramp_is_flat_outside_and_linear_inside():
    assert ramp([-1, 0.2, 0.3, 0.4, 9], 0.2, 0.4).tolist() == pytest.approx([0, 0, 0.5, 1, 1])
