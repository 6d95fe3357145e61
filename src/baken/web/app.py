"""Putting the site together: pages, static files, headers and what goes wrong."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from hashlib import blake2b
from importlib.resources import files
from typing import Any, Final

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_304_NOT_MODIFIED,
    HTTP_400_BAD_REQUEST,
    HTTP_404_NOT_FOUND,
    HTTP_500_INTERNAL_SERVER_ERROR,
)
from rapidfuzz import fuzz, process

from baken.errors import BakenError, NotFoundError
from baken.workspace import Workspace

from .page import LANGUAGE, Link, Page, Query, organisation_address
from .pages import PAGES
from .rendering import Renderer

Handler = HTTPRouteHandler

_LOG = logging.getLogger("baken.web")

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
        "form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}
_TYPES: Final = {
    "css": "text/css",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "woff2": "font/woff2",
}


def create_app(workspace: Workspace) -> Litestar:
    """Return the site of an open workspace; closing the workspace is the caller's."""
    static = _StaticFiles()
    renderer = Renderer(workspace, static.addresses)
    handlers: list[Handler] = [_health(workspace), *static.handlers()]
    for page in PAGES:
        handlers.extend(_handlers(page, workspace, renderer))
    return Litestar(
        route_handlers=handlers,
        exception_handlers={
            HTTPException: _on_http_error(workspace, renderer),
            BakenError: _on_baken_error(workspace, renderer),
            Exception: _on_unforeseen(renderer),
        },
        after_request=_add_headers,
        openapi_config=None,
        logging_config=None,
    )


def _handlers(page: Page, workspace: Workspace, renderer: Renderer) -> list[Handler]:
    """Return the route of a page and of its JSON form."""

    @get(page.path, sync_to_thread=True, media_type=MediaType.HTML, name=page.template)
    def show(request: Request[Any, Any, Any]) -> Response[bytes | str]:
        query, wants_json = _query(request)
        context = page.build(workspace, query)
        return _json(context) if wants_json else _html(renderer.page(page, context))

    if "{" in page.path:
        return [show]

    @get(page.json_path, sync_to_thread=True, name=f"{page.template}.json")
    def data(request: Request[Any, Any, Any]) -> Response[bytes | str]:
        return _json(page.build(workspace, _query(request)[0]))

    return [show, data]


def _query(request: Request[Any, Any, Any]) -> tuple[Query, bool]:
    """Return what an address asks for, and whether it asks for JSON by its ending."""
    path = {name: str(value) for name, value in request.path_params.items()}
    wants_json = any(value.endswith(".json") for value in path.values())
    parameters: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if value:
            parameters.setdefault(name, []).append(value)
    return Query({k: v.removesuffix(".json") for k, v in path.items()}, parameters), wants_json


def _html(content: str, status: int = HTTP_200_OK) -> Response[bytes | str]:
    return Response(content, media_type=MediaType.HTML, status_code=status)


def _json(content: Any, status: int = HTTP_200_OK) -> Response[bytes | str]:
    return Response(
        msgspec.json.encode(content),
        media_type=MediaType.JSON,
        status_code=status,
        headers={"Access-Control-Allow-Origin": "*"},
    )


def _health(workspace: Workspace) -> Handler:
    @get("/healthz", sync_to_thread=True)
    def healthz() -> dict[str, Any]:
        """Say that the site and its store answer."""
        totals = workspace.totals()
        return {"status": "ok", "organisations": totals.organisations}

    return healthz


class _StaticFiles:
    """The files beside the pages, each under an address that changes with its content."""

    def __init__(self) -> None:
        folder = files("baken.web") / "static"
        names = sorted(f.name for f in folder.iterdir() if f.is_file())
        self._contents = {name: (folder / name).read_bytes() for name in names}
        # One version for all, so that files may name each other beside them.
        version = blake2b(b"".join(self._contents.values()), digest_size=6).hexdigest()
        self.addresses = {name: f"/static/{version}/{name}" for name in self._contents}

    def handlers(self) -> list[Handler]:
        """Return the routes that serve them."""
        contents = self._contents

        @get("/static/{version:str}/{name:str}", sync_to_thread=False)
        def static(request: Request[Any, Any, Any]) -> Response[bytes]:
            version, name = request.path_params["version"], request.path_params["name"]
            if name not in contents:
                raise NotFoundError(f"There is no file {name}.")
            headers = {
                "ETag": f'"{version}"',
                "Cache-Control": "public, max-age=31536000, immutable",
            }
            is_known = request.headers.get("if-none-match") == headers["ETag"]
            return Response(
                b"" if is_known else contents[name],
                status_code=HTTP_304_NOT_MODIFIED if is_known else HTTP_200_OK,
                media_type=_TYPES[name.rpartition(".")[2]],
                headers=headers,
            )

        @get("/robots.txt", sync_to_thread=False, media_type=MediaType.TEXT)
        def robots() -> str:
            return contents["robots.txt"].decode()

        @get("/favicon.ico", sync_to_thread=False)
        def favicon() -> Response[bytes]:
            return Response(contents["favicon.svg"], media_type=_TYPES["svg"])

        return [static, robots, favicon]


# -- what goes wrong -------------------------------------------------------------------------

ExceptionHandler = Callable[[Request[Any, Any, Any], Any], Response[bytes | str]]


def _on_baken_error(workspace: Workspace, renderer: Renderer) -> ExceptionHandler:
    def handle(request: Request[Any, Any, Any], error: BakenError) -> Response[bytes | str]:
        is_missing = isinstance(error, NotFoundError)
        status = HTTP_404_NOT_FOUND if is_missing else HTTP_400_BAD_REQUEST
        near = _near(workspace, request.url.path) if is_missing else ()
        return _failure(request, renderer, status, str(error), near)

    return handle


def _on_http_error(workspace: Workspace, renderer: Renderer) -> ExceptionHandler:
    def handle(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes | str]:
        if error.status_code == HTTP_404_NOT_FOUND:
            message = "There is no page at this address."
            near = _near(workspace, request.url.path)
            return _failure(request, renderer, error.status_code, message, near)
        return _failure(request, renderer, error.status_code, f"{error.detail}.", ())

    return handle


def _on_unforeseen(renderer: Renderer) -> ExceptionHandler:
    def handle(request: Request[Any, Any, Any], error: Exception) -> Response[bytes | str]:
        # A need may be private, so only the kind of error and where it arose are logged.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        _LOG.error("%s at %s:%s", type(error).__name__, frame.filename, frame.lineno)
        message = (
            "Something went wrong on our side. Your words were not lost: go back and try again."
        )
        return _failure(request, renderer, HTTP_500_INTERNAL_SERVER_ERROR, message, ())

    return handle


def _failure(
    request: Request[Any, Any, Any],
    renderer: Renderer,
    status: int,
    message: str,
    near: tuple[Link, ...],
) -> Response[bytes | str]:
    if request.url.path.endswith(".json"):
        return _json({"error": message, "near": near}, status)
    return _html(renderer.failure(status, message, near), status)


def _near(workspace: Workspace, path: str) -> tuple[Link, ...]:
    """Return pages whose id or name is like the last part of an address that leads nowhere."""
    wanted = path.rstrip("/").rpartition("/")[2].removesuffix(".json")
    labels = {organisation_address(key): name for key, name in workspace.names().items()}
    themes = workspace.landscape.themes
    labels |= {f"/themes/{key}": theme.text(LANGUAGE) for key, theme in themes.items()}
    ids = {href: href.rpartition("/")[2] for href in labels}
    found: dict[str, float] = {}
    for choices, word in ((ids, wanted), (labels, wanted.replace("-", " "))):
        for _, score, href in process.extract(
            word, choices, scorer=fuzz.ratio, processor=str.casefold, limit=4, score_cutoff=60
        ):
            found[href] = max(score, found.get(href, 0.0))
    best = sorted(found, key=lambda href: -found[href])[:4]
    return tuple(Link(labels[href], href) for href in best)


def _add_headers(response: Response[Any]) -> Response[Any]:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-cache")
    return response
