"""A store that nobody writes to meanwhile: what was read once is remembered.

For whoever goes through all of a landscape several times, as publishing does once a language: the
database is asked once for each page instead of four times, and never whether anything changed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from baken.model import Organisation

from .protocol import Store

_MOST_REMEMBERED: Final = 1_024
"""Answers; each is asked for in one language after the other, and then no more for long."""

_ANSWERS: Final = frozenset(
    {"by_place", "facets", "incoming", "landscape", "organisation", "totals"}
)
"""What is remembered as it is; nobody changes what a store answers."""


class StillStore:
    """Answers as a store did when it was first asked; see `baken.store.Store`.

    What it does not remember, the store itself answers. Not for use from several threads.
    """

    def __init__(self, store: Store) -> None:
        """Wrap a store."""
        self._store = store
        self._revision = store.revision()
        self._known: OrderedDict[object, Any] = OrderedDict()

    def revision(self) -> int:
        """Return the revision when this was made."""
        return self._revision

    def organisations(self, *only: Any, **asked: Any) -> Iterator[Organisation]:
        """Yield organisations; what is asked for without a limit is not remembered."""
        if asked.get("limit") is None and asked.get("ids") is None:
            return self._store.organisations(*only, **asked)
        found: list[Organisation] = self._answer(
            "organisations", lambda *a, **k: list(self._store.organisations(*a, **k)), only, asked
        )
        return iter(found)

    def names(self, ids: Iterable[str] | None = None) -> dict[str, str]:
        """Return the display name by organisation id, for these ids or for all."""
        # As a tuple, since what is walked once to be known by could not be walked again.
        given = () if ids is None else (tuple(ids),)
        names: dict[str, str] = self._answer("names", self._store.names, given, {})
        return names

    def __getattr__(self, name: str) -> Any:
        """Return a method of the store, remembering where it is worth it."""
        method = getattr(self._store, name)
        if name not in _ANSWERS:
            return method

        def answered(*given: Any, **asked: Any) -> Any:
            return self._answer(name, method, given, asked)

        self.__dict__[name] = answered
        return answered

    def _answer(
        self, name: str, method: Callable[..., Any], given: tuple[Any, ...], asked: dict[str, Any]
    ) -> Any:
        key = (name, _hashable(given), _hashable(asked.items()))
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        answer = self._known[key] = method(*given, **asked)
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return answer


def _hashable(value: Any) -> Any:
    """Return a value as what it can be known by."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return tuple(map(_hashable, value))
