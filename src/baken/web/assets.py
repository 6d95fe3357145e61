"""The files beside the pages, each under an address that changes with its content."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import brotli
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK, HTTP_304_NOT_MODIFIED

from baken.errors import NotFoundError
from baken.landscape.outlines import outline_files
from baken.text.speech import message

from .routing import get

TYPES: Final = {
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "mjs": "text/javascript",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "woff2": "font/woff2",
}
_PACKED: Final = frozenset({"woff2"})
"""Endings of what is compressed already."""

_FOREVER: Final = "public, max-age=31536000, immutable"


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

    def handlers(self) -> list[HTTPRouteHandler]:
        """Return the routes that serve them."""

        @get("/static/{version:str}/{name:str}", sync_to_thread=True)
        def static(request: Request[Any, Any, Any]) -> Response[bytes]:
            version, name = request.path_params["version"], request.path_params["name"]
            if name not in self.contents:
                raise NotFoundError(message("There is no page at this address."))
            is_known = request.headers.get("if-none-match") == f'"{version}"'
            coding = _coding(name, request.headers.get("accept-encoding", ""))
            headers = {"ETag": f'"{version}"', "Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
            if coding:
                headers["Content-Encoding"] = coding
            return Response(
                b"" if is_known else self._content(name, coding),
                status_code=HTTP_304_NOT_MODIFIED if is_known else HTTP_200_OK,
                media_type=TYPES[name.rpartition(".")[2]],
                headers=headers,
            )

        @get("/embed.js", sync_to_thread=False)
        def embed() -> Response[bytes]:
            # Other sites name it for years, so its address carries no version.
            headers = {"Cache-Control": "public, max-age=3600"}
            return Response(self.contents["embed.js"], media_type=TYPES["js"], headers=headers)

        @get("/favicon.ico", sync_to_thread=False)
        def favicon() -> Response[bytes]:
            return Response(self.contents["favicon.svg"], media_type=TYPES["svg"])

        return [static, embed, favicon]

    def _content(self, name: str, coding: str | None) -> bytes:
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


def _coding(name: str, accepted: str) -> str | None:
    """Return how a file is best sent to somebody who takes these codings."""
    if name.rpartition(".")[2] in _PACKED:
        return None
    codings = {part.partition(";")[0].strip() for part in accepted.split(",")}
    return next((coding for coding in ("br", "gzip") if coding in codings), None)
