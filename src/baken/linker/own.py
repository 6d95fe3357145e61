"""A linker on a landscape's own organisations alone: what there is where no registry was built."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from baken.errors import LinkError

from .registry import RegistryRecord

if TYPE_CHECKING:
    from .linker import Linker

_MADE_BY: Final = (".py", ".tsv", ".gz", ".yaml")
"""Endings of the files that an index follows from, besides the organisations."""


def open_own_linker(
    records: Sequence[RegistryRecord],
    directory: Path,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Linker:
    """Open the linker on these organisations, building its index first when there is none.

    Args:
        records: the organisations; see `landscape.landscape_records`.
        directory: where the index is kept; nothing else may be there. Several processes may open
            it at once.
        progress: called with a sentence before the index is built.

    Raises:
        LinkError: there are no organisations, or the index cannot be kept there.
    """
    from .linker import Linker  # it loads numba, which takes half a second

    folder = directory / _name(records)
    if not folder.is_dir():
        progress("Indexing the landscape's names")
        try:
            _build(records, folder)
        except OSError as error:
            raise LinkError(f"The index cannot be written to {folder}: {error}.") from error
    return Linker.open(folder)


def _build(records: Sequence[RegistryRecord], folder: Path) -> None:
    from .index import build

    folder.parent.mkdir(parents=True, exist_ok=True)
    # The model asks how well known an organisation is, which a landscape does not say. Here no
    # namesake from elsewhere competes: all are as well known as the registry's better known ones.
    # Without that, 8 of 12 affiliations of universities and hospitals got no link (2026-11-22).
    known = [msgspec.structs.replace(r, identifiers=4, has_article=True) for r in records]
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as scratch:
        made = Path(scratch) / "index"
        build((), made, landscape=known)
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was first, with the very same
                raise
    for other in folder.parent.glob("index-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def _name(records: Sequence[RegistryRecord]) -> str:
    """Name what an index is made from: the organisations, and all that decides how it is made."""
    made_from = blake2b(msgspec.json.encode(records), digest_size=10)
    for package in (__package__, "baken.text"):
        for file in sorted(files(package).iterdir(), key=lambda f: f.name):
            if file.name.endswith(_MADE_BY):
                made_from.update(file.read_bytes())
    return f"index-{made_from.hexdigest()}"
