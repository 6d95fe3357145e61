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


def make_sieve(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a bit for each of 2^n values of a key's upper bits, set where there is such a key.

    Most keys that are looked up are in no table. A sieve with 8 bits a key says so for seven of
    eight of them, and fits where a table does not: into the processor's caches.
    """
    size = 64
    while size < 8 * len(keys):
        size *= 2
    sieve = np.zeros(size // 64, np.uint64)
    _set(sieve, keys)
    return sieve


@njit(cache=True)
def _set(sieve, keys):  # type: ignore[no-untyped-def]
    mask = np.uint64(len(sieve) - 1)
    for key in keys:
        sieve[(key >> np.uint64(38)) & mask] |= np.uint64(1) << (
            key >> np.uint64(32) & np.uint64(63)
        )


@njit(cache=True, inline="always")
def may_hold(sieve, key):  # type: ignore[no-untyped-def]
    """Tell whether the table may hold a key; if not, it does not."""
    mask = np.uint64(len(sieve) - 1)
    bits = sieve[(key >> np.uint64(38)) & mask]
    return (bits >> (key >> np.uint64(32) & np.uint64(63))) & np.uint64(1) != 0
