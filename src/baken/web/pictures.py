"""The small maps served as pictures, for what is made of the site elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from baken.errors import NotFoundError
from baken.text.speech import Speech
from baken.workspace import Workspace

from .inset import Inset, of_organisation, of_place, picture
from .page import Query, localised
from .routing import get
from .site import Site

_Maker = Callable[[Workspace, Query, str], Inset | None]


def handlers(site: Site, say: Speech) -> list[HTTPRouteHandler]:
    """Return the routes of the pictures, in one language."""

    def show(request: Request[Any, Any, Any], kind: str, make: _Maker) -> Response[str]:
        one = request.path_params["id"]
        query = Query(f"/{kind}/{one}", {"id": one}, {}, say)
        inset = make(site.workspace, query, one)
        if inset is None or site.drawing is None:
            raise NotFoundError(say("Where this is is not known well enough for a map."))
        return Response(
            picture(site.drawing, inset, say.language),
            media_type="image/svg+xml",
            headers={"ETag": site.edition()},
        )

    @get(localised("/organisations/{id:str}/map.svg", say.language), sync_to_thread=True)
    def organisation_map(request: Request[Any, Any, Any]) -> Response[str]:
        return show(request, "organisations", of_organisation)

    @get(localised("/places/{id:str}/map.svg", say.language), sync_to_thread=True)
    def place_map(request: Request[Any, Any, Any]) -> Response[str]:
        return show(request, "places", of_place)

    return [organisation_map, place_map]
