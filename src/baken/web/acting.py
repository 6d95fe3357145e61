"""Pages on which something is done: a form that changes the desk, behind a link or a sign-in.

A `Page` answers an address and changes nothing; a `Screen` belongs to one visitor. It is never
kept, never indexed, and tells no other site its address. Posting to it is refused unless the form
stood on this site, is done once, and ends with a way to another address, so that loading a page
again repeats nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from litestar import HttpMethod, MediaType, Request, Response
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler, route
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_303_SEE_OTHER,
    HTTP_400_BAD_REQUEST,
    HTTP_403_FORBIDDEN,
    HTTP_405_METHOD_NOT_ALLOWED,
    HTTP_409_CONFLICT,
    HTTP_410_GONE,
    HTTP_415_UNSUPPORTED_MEDIA_TYPE,
    HTTP_429_TOO_MANY_REQUESTS,
)
from msgspec import Struct, structs

from baken.config import Network
from baken.desk import Desk, Officer, SignedIn
from baken.errors import DeskError, LinkRefusedError, TooOftenError, TransitionError
from baken.text.speech import Speech, message
from baken.workspace import Workspace

from .page import Query, localised
from .site import Site
from .team_pages import team_pages

LONGEST_FORM: Final = 200_000
"""Bytes of a form: the longest message in a script of four bytes a letter, and the rest."""

PRIVATE: Final = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
"""What every answer of a screen says: its address may be a key."""

_FORM: Final = "application/x-www-form-urlencoded"
_FOREIGN: Final = message(
    "This form was sent from another site, so nothing was done. Open the page here and send it"
    " again."
)
_NO_FORM: Final = message("This page takes a form only. Open it and fill the form in.")


class Call(Struct, frozen=True, kw_only=True):
    """What somebody asks of a screen, or sends to it.

    Attributes:
        query: the address, and the language that it is in.
        workspace: what is known.
        desk: where something is done.
        form: the fields that were sent, the empty ones left out; empty where nothing was sent.
        cookies: by name.
        peer: the network address that the request came from; never to be kept or logged as it is.
        officer: who is signed in; None for everybody else.
        signed_in: their session; None for everybody else.
        agent: what the browser calls itself; empty for none.
    """

    query: Query
    workspace: Workspace
    desk: Desk
    form: Mapping[str, Sequence[str]]
    cookies: Mapping[str, str]
    peer: str
    officer: Officer | None = None
    signed_in: SignedIn | None = None
    agent: str = ""

    @property
    def say(self) -> Speech:
        """What the interface says, in the language of the address."""
        return self.query.say

    def one(self, name: str) -> str:
        """Return the last value of a field of the form; empty when there is none."""
        values = self.form.get(name)
        return values[-1] if values else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field of the form, each once."""
        return tuple(dict.fromkeys(self.form.get(name, ())))


class Go(Struct, frozen=True):
    """The visitor is sent on to another page.

    Attributes:
        path: of that page as in English, ``/status/…``, with its parameters; the language of the
            form is kept.
        cookies: to set.
    """

    path: str
    cookies: tuple[Cookie, ...] = ()


class Leave(Struct, frozen=True):
    """The visitor is sent to an address as it stands, such as another site's.

    Attributes:
        url: never one that a visitor chose.
        cookies: to set.
    """

    url: str
    cookies: tuple[Cookie, ...] = ()


class Shown(Struct, frozen=True):
    """The screen is shown.

    Attributes:
        context: every field of it is a name in the template.
        status: of HTTP.
        template: another one than the screen's; None for the screen's own.
        cookies: to set.
        retry_after_s: seconds after which trying again is of use; None where that is not said.
    """

    context: Struct
    status: int = HTTP_200_OK
    template: str | None = None
    cookies: tuple[Cookie, ...] = ()
    retry_after_s: int | None = None


class File(Struct, frozen=True):
    """Something to be saved.

    Attributes:
        content: its bytes.
        media_type: as HTTP names it.
        name: that it is saved under; None shows it in the browser.
    """

    content: bytes
    media_type: str
    name: str | None = None


Reply = Go | Leave | Shown | File

Gate = Callable[[Call], "Call | Reply"]
"""Lets a call pass, with the officer in it, or says where to go instead."""


class Screen(Struct, frozen=True, kw_only=True):
    """One screen.

    Attributes:
        path: the address as in English, with ``{token:str}`` for a variable part.
        template: file name of the template.
        build: makes what is shown; may raise `baken.errors.NotFoundError` or `DeskError`.
        act: does what the form asks; None for a screen without one. A `DeskError` it raises is
            shown by `refused`, or else on a page of its own.
        refused: makes what is shown when `act` was refused, with the sentence: the form as it was
            filled in, so that nothing is lost; None for a page with the sentence alone.
        gate: who may; None for everybody who knows the address.
        longest_form: in bytes.
        takes: ``forms`` of this site alone, or posts from ``programs`` too, which carry no cookie
            and have no site, such as a mail program's one-click withdrawal (RFC 8058).
        section: which entry of the navigation is marked.
    """

    path: str
    template: str
    build: Callable[[Call], Reply | Struct]
    act: Callable[[Call], Reply | Struct] | None = None
    refused: Callable[[Call, str], Reply | Struct] | None = None
    gate: Gate | None = None
    longest_form: int = LONGEST_FORM
    takes: Literal["forms", "programs"] = "forms"
    section: str = ""


def handlers(
    screens: Sequence[Screen],
    site: Site,
    read: Callable[[Request[Any, Any, Any], Speech], Query],
    fields: Callable[[bytes], dict[str, list[str]]],
) -> list[HTTPRouteHandler]:
    """Return the routes of some screens, in every language.

    Args:
        screens: what there is.
        site: makes their pages.
        read: returns what an address asks for.
        fields: returns the fields of a posted form.
    """
    return [
        _handler(screen, site, say, read, fields)
        for say in site.speeches.values()
        for screen in screens
    ]


def _handler(
    screen: Screen,
    site: Site,
    say: Speech,
    read: Callable[[Request[Any, Any, Any], Speech], Query],
    fields: Callable[[bytes], dict[str, list[str]]],
) -> HTTPRouteHandler:
    async def serve(request: Request[Any, Any, Any]) -> Response[bytes | str]:
        body = await request.body() if request.method == HttpMethod.POST else b""
        return await asyncio.to_thread(answer, request, body)

    def answer(request: Request[Any, Any, Any], body: bytes) -> Response[bytes | str]:
        query = read(request, say)
        is_sent = request.method == HttpMethod.POST
        if is_sent:
            refusal = _refusal(screen, request)
            if refusal is not None:
                status, sentence = refusal
                return _failed(site, query, status, say(sentence))
        call = Call(
            query=query,
            workspace=site.workspace,
            desk=site.workspace.desk,
            form=fields(body) if is_sent else {},
            cookies=request.cookies,
            peer=_peer(request, site.workspace.proxies),
            agent=request.headers.get("user-agent", "")[:200],
        )
        try:
            passed = screen.gate(call) if screen.gate is not None else call
            if isinstance(passed, Call):
                call = passed
                passed = _reply(screen, call, is_sent=is_sent)
            return _response(screen, site, call, passed)
        except DeskError as error:
            return _failed(site, query, _status(error), error.said(say), _wait(error))

    methods = [HttpMethod.GET, HttpMethod.HEAD]
    if screen.act is not None:
        methods.append(HttpMethod.POST)
    return route(
        localised(screen.path, say.language),
        http_method=methods,
        status_code=HTTP_200_OK,
        request_max_body_size=screen.longest_form,
    )(serve)


def _peer(request: Request[Any, Any, Any], proxies: Sequence[Network]) -> str:
    """Return the network address that a request came from.

    Of those that proxies tell of, the last that is no proxy of ours: the ones before it may have
    been made up by whoever asks.
    """
    told = request.headers.get("x-forwarded-for", "").split(",")
    peer = request.client.host if request.client else ""
    for forwarded in reversed(told):
        try:
            address = ipaddress.ip_address(peer)
            if not any(address in network for network in proxies):
                return peer
            peer = str(ipaddress.ip_address(forwarded.strip()))
        except ValueError:
            return peer
    return peer


def _reply(screen: Screen, call: Call, *, is_sent: bool) -> Reply:
    if not is_sent:
        return _as_reply(screen.build(call))
    assert screen.act is not None
    try:
        return _as_reply(screen.act(call))
    except DeskError as error:
        if screen.refused is None:
            raise
        reply = _as_reply(screen.refused(call, error.said(call.say)))
        if isinstance(reply, Shown):
            return structs.replace(reply, status=_status(error), retry_after_s=_wait(error))
        return reply


def _as_reply(made: Reply | Struct) -> Reply:
    return made if isinstance(made, Go | Leave | Shown | File) else Shown(made)


def _refusal(screen: Screen, request: Request[Any, Any, Any]) -> tuple[int, str] | None:
    """Return why something that was sent is not looked at, or None.

    Browsers say where a form stood, in one of two headers that a page cannot forge; who says
    nothing is no browser of today, and may send to a screen for programs only.
    """
    if screen.act is None:
        return HTTP_405_METHOD_NOT_ALLOWED, _NO_FORM
    if screen.takes == "programs":
        return None  # RFC 8058 allows multipart/form-data, too
    if request.headers.get("content-type", _FORM).partition(";")[0].strip().lower() != _FORM:
        return HTTP_415_UNSUPPORTED_MEDIA_TYPE, _NO_FORM
    fetched = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "")
    is_own = (
        fetched == "same-origin"
        if fetched is not None
        else bool(origin) and urlsplit(origin).netloc == request.headers.get("host")
    )
    return None if is_own else (HTTP_403_FORBIDDEN, _FOREIGN)


def _status(error: DeskError) -> int:
    if isinstance(error, LinkRefusedError):
        return HTTP_410_GONE
    if isinstance(error, TransitionError):
        return HTTP_409_CONFLICT
    if isinstance(error, TooOftenError):
        return HTTP_429_TOO_MANY_REQUESTS
    return HTTP_400_BAD_REQUEST


def _wait(error: DeskError) -> int | None:
    return error.retry_after_s if isinstance(error, TooOftenError) else None


def _response(screen: Screen, site: Site, call: Call, reply: Reply) -> Response[bytes | str]:
    response: Response[bytes | str]
    if isinstance(reply, Go | Leave):
        path = reply.url if isinstance(reply, Leave) else localised(reply.path, call.query.language)
        response = Response(b"", status_code=HTTP_303_SEE_OTHER, headers={"Location": path})
    elif isinstance(reply, File):
        response = Response(reply.content, media_type=reply.media_type)
        if reply.name is not None:
            response.headers["Content-Disposition"] = f'attachment; filename="{reply.name}"'
    else:
        content = site.renderer.screen(
            reply.template or screen.template,
            reply.context,
            call.query,
            screen.section,
            call.officer,
            team_pages(call.officer, call.say) if call.officer else (),
        )
        response = Response(content, media_type=MediaType.HTML, status_code=reply.status)
        if reply.retry_after_s is not None:
            response.headers["Retry-After"] = str(reply.retry_after_s)
    if not isinstance(reply, File):
        response.cookies.extend(reply.cookies)
    response.headers.update(PRIVATE)
    return response


def _failed(
    site: Site, query: Query, status: int, text: str, wait_s: int | None = None
) -> Response[bytes | str]:
    plain = structs.replace(query, parameters={})
    content = site.renderer.failure(status, text, (), plain)
    headers = PRIVATE if wait_s is None else {**PRIVATE, "Retry-After": str(wait_s)}
    return Response(content, media_type=MediaType.HTML, status_code=status, headers=headers)
