"""The files beside the pages, each under an address that changes with its content."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import brotli

from baken.landscape.outlines import outline_files

TYPES: Final = {
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "mjs": "text/javascript",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "woff2": "font/woff2",
}


class Assets:
    """The static files, read and compressed once.

    Attributes:
        contents: each file's bytes, by name.
        addresses: where each is served, by name.
        version: of all of them together, so that files may name each other beside them.
    """

    def __init__(self) -> None:
        folder = files("baken.web") / "static"
        names = sorted(f.name for f in folder.iterdir() if f.is_file())
        self.contents = {name: (folder / name).read_bytes() for name in names} | outline_files()
        self.version = _digest(iter(self.contents.values()))
        self.addresses = {name: f"/static/{self.version}/{name}" for name in self.contents}
        self._packed: dict[tuple[str, str], bytes] = {}

    def packed(self, name: str, coding: str | None) -> bytes:
        """Return a file as it goes over the wire; each coding of it is made once."""
        content = self.contents[name]
        if coding is None:
            return content
        key = (name, coding)
        if key not in self._packed:
            # Quality 11 shaves off another tenth, and takes seconds for the map's library.
            packed = (
                brotli.compress(content, quality=9)
                if coding == "br"
                else gzip.compress(content, compresslevel=9, mtime=0)
            )
            self._packed[key] = packed
        return self._packed[key]


def software_version() -> str:
    """Return a digest of all that a page is made with besides the landscape."""
    web, texts = files("baken.web"), files("baken.text") / "translations"
    return _digest(path.read_bytes() for folder in (web, texts) for path in _files(folder))


def _files(folder: Traversable) -> Iterator[Traversable]:
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.is_dir():
            yield from _files(path)
        elif not path.name.endswith(".pyc"):
            yield path


def _digest(contents: Iterator[bytes]) -> str:
    digest = blake2b(digest_size=6)
    for content in contents:
        digest.update(content)
    return digest.hexdigest()
