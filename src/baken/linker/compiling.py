"""Compiling the linker's inner loops, once, and keeping what was compiled.

numba keeps compiled functions on disk, but looks at a function's own file alone to tell whether it
is still good: with another tokeniser next door it would go on with the old one. So all is kept in a
folder named after all sources; when one of them changes, everything is compiled anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

import numba
import platformdirs
from numba.core import event

SOURCES: Final = "common_words forest gazetteer hashing index kernel registry rivals tokens"
"""Modules that compiled functions may see: those that hold some, and what these import."""

SENTENCE: Final = "Compiling this part of the linker: up to a minute, the first time only."
_HERE: Final = Path(__file__).parent
_config: Final[Any] = numba.config


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return numba's decorator of the same name, but keep what it compiles where it belongs.

    Args:
        options: as numba takes them; ``cache`` goes without saying.
    """

    def compiled(function: Callable[..., Any]) -> Any:
        folder = cache_folder()
        before = _config.CACHE_DIR
        # numba reads it here, when it is given the function, and nowhere else.
        _config.CACHE_DIR = str(folder or "")
        try:
            return numba.njit(**{**options, "cache": folder is not None})(function)
        finally:
            _config.CACHE_DIR = before

    return compiled


@cache
def cache_folder() -> Path | None:
    """Return where compiled functions are kept; None where nothing can be written.

    It is the folder that numba was given in ``NUMBA_CACHE_DIR``, else one beside the sources, else
    one in the cache folder of whoever runs this.
    """
    sources = blake2b(digest_size=8)
    for name in SOURCES.split():
        sources.update((_HERE / f"{name}.py").read_bytes())
    given = [Path(_config.CACHE_DIR)] if _config.CACHE_DIR else []
    own = Path(platformdirs.user_cache_dir("baken"))
    for place in [*given, _HERE / "__pycache__", own]:
        folder = place / f"compiled-{sources.hexdigest()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


@contextmanager
def told(say: Callable[[str], None], after_s: float = 3.0) -> Iterator[None]:
    """Say that the linker is being compiled, if that takes longer than somebody waits unasked.

    Args:
        say: called with a sentence, at most once.
        after_s: seconds of compiling before it is.
    """
    with event.install_listener("numba:compile", _Patience(say, after_s)):
        yield


class _Patience(event.Listener):
    """Counts the seconds of compiling; functions are compiled within functions."""

    def __init__(self, say: Callable[[str], None], after_s: float) -> None:
        self._say, self._left_s = say, after_s
        self._depth, self._began, self._is_said = 0, 0.0, False

    def on_start(self, _: object) -> None:
        if self._depth == 0:
            self._began = time.monotonic()
        self._depth += 1
        self._look()

    def on_end(self, _: object) -> None:
        self._look()
        self._depth -= 1
        if self._depth == 0:
            self._left_s -= time.monotonic() - self._began

    def _look(self) -> None:
        if not self._is_said and time.monotonic() - self._began > self._left_s:
            self._is_said = True
            self._say(SENTENCE)
