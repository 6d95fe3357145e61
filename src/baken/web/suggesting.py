"""``GET /api/v1/suggest?q=&language=``: what somebody may be about to type.

Answers ``{"items": [{"kind", "id", "label", "detail", "href", "start"}]}``, at most eight;
`detail` and `href` in the language asked for, English without one.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response
from litestar.handlers import HTTPRouteHandler
from msgspec import structs

from baken.model import LANGUAGES
from baken.text.speech import SOURCE_LANGUAGE
from baken.workspace import Workspace

from .page import localised
from .routing import get

_LIMIT: Final = 8


def handler(workspace: Workspace) -> HTTPRouteHandler:
    """Return the route of the endpoint."""

    def suggest(request: Request[Any, Any, Any]) -> Response[bytes]:
        asked = request.query_params.get("language", SOURCE_LANGUAGE)
        language = asked if asked in LANGUAGES else SOURCE_LANGUAGE
        typed = request.query_params.get("q", "")
        found = [
            structs.replace(one, href=localised(one.href, language))
            for one in workspace.suggest(typed, limit=_LIMIT, language=language)
        ]
        return Response(
            msgspec.json.encode({"items": found}),
            media_type=MediaType.JSON,
            # What people type is theirs: no cache on the way keeps it.
            headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "private, no-store"},
        )

    return get("/api/v1/suggest", sync_to_thread=False)(suggest)
