"""Hash tables as flat arrays, so that they can be mapped from a file and read by compiled code.

A table maps 64-bit keys to positions 0 … n-1 in the order of `keys`. Slots are found by linear
probing; an empty slot holds -1. A key may be any value: the table compares keys, not slots.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .compiling import njit


def make_slots(keys: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Return the slots of a table over distinct keys: int32, a power of two, at most half full."""
    size = 16
    while size < 2 * len(keys):
        size *= 2
    slots = np.full(size, -1, np.int32)
    _fill(slots, keys)
    return slots


@njit(cache=True)
def _fill(slots, keys):  # type: ignore[no-untyped-def]
    mask = np.uint64(len(slots) - 1)
    for i in range(len(keys)):
        slot = keys[i] & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = i


@njit(cache=True, inline="always")
def find(slots, keys, key):  # type: ignore[no-untyped-def]
    """Return the position of `key` in `keys`, or -1."""
    mask = np.uint64(len(slots) - 1)
    slot = key & mask
    while True:
        position = slots[slot]
        if position < 0 or keys[position] == key:
            return position
        slot = (slot + np.uint64(1)) & mask
