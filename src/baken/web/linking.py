"""``/api/v1/link``: which organisations texts name.

``POST`` takes ``{"affiliations": [..]}``, ``GET`` takes one ``?affiliation=``; both answer
``{"version": …, "results": [{"ror_ids": [..], "links": [..]}]}``, one result a text, in order.
What is wrong is said as ``{"error": …}``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import HttpMethod, MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler, route
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_400_BAD_REQUEST,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_503_SERVICE_UNAVAILABLE,
)
from msgspec import Struct

from baken.bulk.rows import without_lone_surrogates
from baken.errors import LinkError
from baken.model import Linked
from baken.workspace import Workspace

from .routing import get

MOST_TEXTS: Final = 1_000
LONGEST_TEXT: Final = 10_000
"""Characters."""
_MOST_BYTES: Final = MOST_TEXTS * LONGEST_TEXT * 4 + 1_000_000
"""Four bytes a character in UTF-8, and what JSON adds."""


class Answer(Struct, frozen=True):
    """What the endpoint answers.

    Attributes:
        version: of the linker and its registry: with another one, answers may differ.
        results: one a text, in the order of the texts; empty lists where the linker abstains.
    """

    version: str
    results: list[Linked]


class _RefusalError(Exception):
    """A request that is not answered, with the status to say so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def handlers(workspace: Workspace) -> list[HTTPRouteHandler]:
    """Return the routes of the endpoint."""

    async def link_many(request: Request[Any, Any, Any]) -> Response[bytes]:
        body = await request.body()
        # A thousand texts take a while: meanwhile others are served.
        return await asyncio.to_thread(_answered, workspace, lambda: _texts(body))

    def link_one(request: Request[Any, Any, Any]) -> Response[bytes]:
        return _answered(workspace, lambda: [_one(request)])

    return [
        route(
            "/api/v1/link",
            http_method=[HttpMethod.POST],
            status_code=HTTP_200_OK,
            request_max_body_size=_MOST_BYTES,
            exception_handlers={HTTPException: _on_http_error},
        )(link_many),
        get("/api/v1/link", sync_to_thread=True)(link_one),
    ]


def _answered(workspace: Workspace, read: Callable[[], list[str]]) -> Response[bytes]:
    try:
        texts = read()
        linker = workspace.linker
        if linker is None:
            raise _RefusalError(
                HTTP_503_SERVICE_UNAVAILABLE,
                "This server has no registry to link to. Whoever runs it sets BAKEN_REGISTRY to a "
                "folder made by “baken registry build”.",
            )
        return _json(Answer(linker.version, linker.link(texts)))
    except _RefusalError as refusal:
        return _json({"error": str(refusal)}, refusal.status)
    except LinkError as error:
        return _json({"error": str(error)}, HTTP_503_SERVICE_UNAVAILABLE)


def _texts(body: bytes) -> list[str]:
    """Return the texts of a request's body.

    Raises:
        _RefusalError: it holds none, or too many.
    """
    try:
        # The standard library's reader also takes half a surrogate pair, as others write it.
        asked = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _RefusalError(HTTP_400_BAD_REQUEST, "The body is not JSON in UTF-8.") from None
    texts = asked.get("affiliations") if isinstance(asked, dict) else None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _RefusalError(
            HTTP_400_BAD_REQUEST, 'The body must be {"affiliations": [..]}, a list of strings.'
        )
    if len(texts) > MOST_TEXTS:
        raise _RefusalError(
            HTTP_413_REQUEST_ENTITY_TOO_LARGE,
            f"{len(texts):,} affiliations are too many at once: send at most {MOST_TEXTS:,}.",
        )
    return [_short(text, f"Affiliation {number}") for number, text in enumerate(texts, start=1)]


def _one(request: Request[Any, Any, Any]) -> str:
    text = request.query_params.get("affiliation")
    if text is None:
        raise _RefusalError(
            HTTP_400_BAD_REQUEST,
            "Give a text: /api/v1/link?affiliation=… or POST a list of them.",
        )
    return _short(text, "The affiliation")


def _short(text: str, name: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise _RefusalError(
            HTTP_413_REQUEST_ENTITY_TOO_LARGE,
            f"{name} has {len(text):,} characters; the longest may have {LONGEST_TEXT:,}.",
        )
    return without_lone_surrogates(text)


def _on_http_error(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    message = f"{error.detail.rstrip('.')}."
    if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
        message = f"The body is larger than {_MOST_BYTES:,} bytes: send fewer texts at once."
    return _json({"error": message}, error.status_code)


def _json(content: Any, status: int = HTTP_200_OK) -> Response[bytes]:
    return Response(
        msgspec.json.encode(content),
        media_type=MediaType.JSON,
        status_code=status,
        # What people ask is theirs: no cache on the way keeps it.
        headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "private, no-store"},
    )
