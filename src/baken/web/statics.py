"""The files beside the pages, served."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK, HTTP_304_NOT_MODIFIED

from baken.errors import NotFoundError
from baken.text.speech import message

from .assets import TYPES, Assets
from .routing import get

_PACKED: Final = frozenset({"woff2"})
"""Endings of what is compressed already."""
_FOREVER: Final = "public, max-age=31536000, immutable"


def handlers(assets: Assets) -> list[HTTPRouteHandler]:
    """Return the routes that serve them."""

    @get("/static/{version:str}/{name:str}", sync_to_thread=True)
    def static(request: Request[Any, Any, Any]) -> Response[bytes]:
        version, name = request.path_params["version"], request.path_params["name"]
        if name not in assets.contents:
            raise NotFoundError(message("There is no page at this address."))
        is_known = request.headers.get("if-none-match") == f'"{version}"'
        coding = _coding(name, request.headers.get("accept-encoding", ""))
        headers = {"ETag": f'"{version}"', "Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
        if coding:
            headers["Content-Encoding"] = coding
        return Response(
            b"" if is_known else assets.packed(name, coding),
            status_code=HTTP_304_NOT_MODIFIED if is_known else HTTP_200_OK,
            media_type=TYPES[name.rpartition(".")[2]],
            headers=headers,
        )

    @get("/embed.js", sync_to_thread=False)
    def embed() -> Response[bytes]:
        # Other sites name it for years, so its address carries no version.
        headers = {"Cache-Control": "public, max-age=3600"}
        return Response(assets.contents["embed.js"], media_type=TYPES["js"], headers=headers)

    @get("/favicon.ico", sync_to_thread=False)
    def favicon() -> Response[bytes]:
        return Response(assets.contents["favicon.svg"], media_type=TYPES["svg"])

    return [static, embed, favicon]


def _coding(name: str, accepted: str) -> str | None:
    """Return how a file is best sent to somebody who takes these codings."""
    if name.rpartition(".")[2] in _PACKED:
        return None
    codings = {part.partition(";")[0].strip() for part in accepted.split(",")}
    return next((coding for coding in ("br", "gzip") if coding in codings), None)
