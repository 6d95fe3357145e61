"""``GET /api/v1/suggest?q=``: what somebody may be about to type.

Answers ``{"items": [{"kind", "id", "label", "detail", "href", "start"}]}``, at most eight.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response
from litestar.handlers import HTTPRouteHandler

from baken.workspace import Workspace

from .routing import get

_LIMIT: Final = 8


def handler(workspace: Workspace) -> HTTPRouteHandler:
    """Return the route of the endpoint."""

    def suggest(request: Request[Any, Any, Any]) -> Response[bytes]:
        found = workspace.suggest(request.query_params.get("q", ""), limit=_LIMIT)
        return Response(
            msgspec.json.encode({"items": found}),
            media_type=MediaType.JSON,
            # What people type is theirs: no cache on the way keeps it.
            headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "private, no-store"},
        )

    return get("/api/v1/suggest", sync_to_thread=False)(suggest)
