"""From a landscape folder into the store, in one transaction."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Final

from baken import landscape
from baken.errors import LandscapeError
from baken.store import Store, SyncReport

SOURCE: Final = "landscape"
"""The feed under which a landscape folder's statements stand in the store."""

_EDITION: Final = b"3"
"""Raise it when the same files give other statements, or come with another vocabulary."""


def fingerprint(directory: Path) -> str:
    """Return a hash of a landscape folder's files and of how they are read."""
    digest = blake2b(_EDITION, digest_size=16)
    for path in sorted(directory.rglob("*.y*ml")):
        if path.relative_to(directory).parts[0] == "guide":
            continue  # holds no statements
        content = path.read_bytes()
        digest.update(f"{path.relative_to(directory)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def load(
    directory: Path,
    store: Store,
    *,
    on: datetime.date,
    progress: Callable[[int], None] | None = None,
) -> SyncReport:
    """Make the store say what a landscape folder says.

    Args:
        directory: the folder.
        store: where to put its statements.
        on: the day of this reading; what the folder no longer says is retired on it.
        progress: called now and then with the number of statements stored so far.

    Raises:
        LandscapeError: the folder has problems; nothing was changed.
    """
    of = fingerprint(directory)
    reading = landscape.read(directory)
    problems = landscape.problems_of(reading)
    if problems or reading.landscape is None:
        shown = "\n".join(f"  {problem}" for problem in problems[:5])
        more = f"\n  … and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise LandscapeError(
            f"The landscape in {directory} has {len(problems)} problem(s), so nothing was "
            f"loaded:\n{shown}{more}\nSee them all with: baken landscape check {directory}"
        )
    return store.sync(
        SOURCE,
        reading.statements,
        on=on,
        landscape=reading.landscape,
        fingerprint=of,
        progress=progress,
    )
