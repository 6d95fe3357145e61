"""How an index lies on disk: flat arrays and records that are mapped, not loaded.

An index of a million organisations is larger than a process should be. Its arrays are files that
the operating system pages in where they are read, shared by all processes that answer.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Generic, Self, TypeVar, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

_MOST_KEPT: Final = 20_000
"""Records that stay decoded; about 20 MB of passages."""

Ints = NDArray[np.integer[Any]]
Rows = NDArray[np.int64]


class Lists:
    """Many lists of numbers end to end, a list a key from 0 up.

    Attributes:
        starts: where each list starts and, last, where the last one ends, shape (keys + 1,).
        values: all of them, shape (values,).
    """

    def __init__(self, starts: Ints, values: NDArray[Any]) -> None:
        self.starts = starts
        self.values = values

    @classmethod
    def of(cls, keys: Ints, values: NDArray[Any], count: int) -> Self:
        """Group values by key; within a list they keep their order.

        Args:
            keys: of each value, from 0 to `count` - 1.
            values: as many.
            count: how many lists.
        """
        order = np.argsort(keys, kind="stable")
        starts = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(np.bincount(keys, minlength=count), out=starts[1:])
        return cls(starts, np.asarray(values)[order])

    def __getitem__(self, key: int) -> NDArray[Any]:
        """Return the list of one key."""
        return self.values[self.starts[key] : self.starts[key + 1]]

    def gather(self, keys: Ints) -> tuple[NDArray[Any], Rows]:
        """Return the lists of some keys end to end, and how long each is."""
        positions, counts = spans(self.starts, keys)
        return self.values[positions], counts


def spans(starts: Ints, keys: Ints) -> tuple[Rows, Rows]:
    """Return the positions that some lists take up, end to end, and how long each is."""
    first = np.asarray(starts[keys], dtype=np.int64)
    counts = np.asarray(starts[np.asarray(keys) + 1], dtype=np.int64) - first
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(first - (ends - counts), counts) + np.arange(total), counts


class Records(Sequence[T], Generic[T]):
    """Structs in a file, decoded when they are asked for; safe to share between threads."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], name: str, of: type[T]) -> None:
        self._bytes = arrays[f"{name}.bytes"]
        self._starts = arrays[f"{name}.starts"]
        self._decoder = msgspec.msgpack.Decoder(of)
        self._kept: dict[int, T] = {}

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, position: int) -> T: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[T, ...]: ...
    def __getitem__(self, position: int | slice) -> T | tuple[T, ...]:
        if isinstance(position, slice):
            return tuple(self[one] for one in range(*position.indices(len(self))))
        found = self._kept.get(position)
        if found is None:
            if not -len(self) <= position < len(self):
                raise IndexError(position)
            place = int(position) % len(self)
            packed = self._bytes[int(self._starts[place]) : int(self._starts[place + 1])]
            found = self._decoder.decode(packed.tobytes())
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[position] = found
        return found

    def __iter__(self) -> Iterator[T]:
        return (self[position] for position in range(len(self)))


class RecordsWriter:
    """Writes structs one after the other."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._file = (folder / f"{name}.bytes").open("wb")
        self._encoder = msgspec.msgpack.Encoder()
        self._starts = array("q", [0])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def add(self, record: object) -> None:
        """Write one more."""
        written = self._file.write(self._encoder.encode(record))
        self._starts.append(self._starts[-1] + written)

    def close(self) -> None:
        """Finish the files."""
        self._file.close()
        save(self._folder, {f"{self._name}.starts": np.frombuffer(self._starts, dtype=np.int64)})


def save(folder: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays, a file each."""
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)


class Arrays(Mapping[str, NDArray[Any]]):
    """The arrays of a folder by name, mapped or loaded when first asked for."""

    def __init__(self, folder: Path, *, is_mapped: bool) -> None:
        """Open a folder.

        Args:
            folder: where `save` and `RecordsWriter` wrote.
            is_mapped: whether they stay on disk; else everything is read now.
        """
        self._folder = folder
        self._mode: Any = "r" if is_mapped else None
        self._names = {path.name.removesuffix(".npy") for path in folder.iterdir()}
        self._open: dict[str, NDArray[Any]] = {}
        if not is_mapped:
            for name in self._names:
                self[name]

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._open:
            self._open[name] = self._read(name)
        return self._open[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def lists(self, name: str) -> Lists:
        """Return lists that were saved as ``name.starts`` and ``name.values``."""
        return Lists(self[f"{name}.starts"], self[f"{name}.values"])

    def _read(self, name: str) -> NDArray[Any]:
        path = self._folder / f"{name}.npy"
        if path.exists():
            # A view of the plain class: indexing a memmap object costs three times as much.
            return np.asarray(np.load(path, mmap_mode=self._mode))
        plain = self._folder / name
        if self._mode is None or plain.stat().st_size == 0:
            return np.frombuffer(plain.read_bytes(), dtype=np.uint8)
        return np.asarray(np.memmap(plain, dtype=np.uint8, mode="r"))


def parts(name: str, lists: Lists) -> dict[str, NDArray[Any]]:
    """Return lists as the arrays that `Arrays.lists` reads."""
    return {f"{name}.starts": lists.starts, f"{name}.values": lists.values}


def key_of(text: str) -> int:
    """Return a number for a text that no other text has, but for one chance in 10¹³ or less."""
    return int.from_bytes(
        blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little"
    )


def find_keys(known: NDArray[np.uint64], wanted: Sequence[int]) -> Rows:
    """Return the position of each wanted number in a sorted array, -1 where it is not there."""
    asked = np.array(wanted, dtype=np.uint64)
    if not len(known) or not len(asked):
        return np.full(len(asked), -1, dtype=np.int64)
    places = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where(known[places] == asked, places, -1)
