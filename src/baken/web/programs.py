"""``/api/v1/desk/…``: what the agency's own programs, such as its CRM, ask and tell the desk.

A program shows its key as ``Authorization: Bearer …``; see ``baken desk programs``. Answers are
JSON, ``{"error": …}`` for what is refused. What is read of people is a line of the audit trail.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeVar

import msgspec
from litestar import HttpMethod, MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler, route
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_201_CREATED,
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_409_CONFLICT,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
)
from msgspec import Struct

from baken.desk import Case, Contact, Desk, Enquiry, Form, Program
from baken.desk.programs import MOST_EVENTS, Privilege
from baken.errors import DeskError, NotFoundError, TransitionError
from baken.model import Language
from baken.workspace import Workspace

T = TypeVar("T")

_LONGEST: Final = 200_000
_LONGEST_MAIL: Final = 5_000_000
"""Bytes of a request."""


class Asked(Struct, frozen=True, kw_only=True):
    """One request of a program.

    Attributes:
        desk: that is asked.
        program: who asks.
        path: variable parts of the address.
        parameters: of the address.
        body: what was sent.
    """

    desk: Desk
    program: Program
    path: Mapping[str, str]
    parameters: Mapping[str, str]
    body: bytes


class Operation(Struct, frozen=True):
    """One thing that a program may ask.

    Attributes:
        method: of HTTP.
        path: of the address, after ``/api/v1/desk``.
        may: what the program must be allowed to.
        do: what is answered.
        status: of HTTP, where it went well.
        longest: bytes that may be sent.
    """

    method: Literal[HttpMethod.GET, HttpMethod.POST]
    path: str
    may: Privilege
    do: Callable[[Asked], Any]
    status: int = HTTP_200_OK
    longest: int = _LONGEST


class NewEnquiry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An enquiry that arrived elsewhere, such as by telephone.

    Attributes:
        kind: of enquiry; see docs/desk.md.
        name: of who asks.
        email: where they are answered.
        message: in their words.
        organisation: they work for.
        position: what they are there.
        phone: as they write it.
        language: they read.
        themes: ids of the landscape's thesaurus.
        organisations: ids in the landscape that they chose.
        country: two letters.
        sector: a short word for statistics.
        key: what makes this enquiry unlike any other of the program, 16 to 150 characters, so that
            sending it twice is one enquiry.
    """

    kind: str
    name: str
    email: str
    message: str
    organisation: str = ""
    position: str = ""
    phone: str = ""
    language: Language = "en"
    themes: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    country: str = ""
    sector: str = ""
    key: str | None = None


class NewNote(Struct, frozen=True, forbid_unknown_fields=True):
    """A note that only the team sees."""

    text: str


class _RefusalError(Exception):
    """A request that is not answered, with the status to say so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def _events(asked: Asked) -> Any:
    after = _number(asked.parameters, "after", 0)
    most = _number(asked.parameters, "limit", 100)
    if not 1 <= most <= MOST_EVENTS:
        raise _RefusalError(HTTP_400_BAD_REQUEST, f"limit is 1 to {MOST_EVENTS}.")
    found = asked.desk.programs.happenings(after, most)
    return {"events": found, "next": found[-1].number if found else after}


def _enquiries(asked: Asked) -> Any:
    text = asked.parameters.get("since", "1970-01-01")
    try:
        since = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise _RefusalError(
            HTTP_400_BAD_REQUEST, "since is no moment. Write it as 2026-11-23T09:00:00+01:00."
        ) from None
    if since.tzinfo is None:
        since = since.replace(tzinfo=datetime.UTC)
    return {"enquiries": [_outline(one) for one in asked.desk.received_since(since)]}


def _enquiry(asked: Asked) -> Any:
    return _dossier(asked.desk.case(asked.path["id"], by=asked.program.actor))


def _add_enquiry(asked: Asked) -> Any:
    new = _decoded(asked.body, NewEnquiry)
    given = msgspec.structs.asdict(new)
    contact = Contact(
        **{name: given.pop(name) for name in ("name", "email", "organisation", "position", "phone")}
    )
    key = given.pop("key")
    return asked.desk.receive(
        Form(
            **given,
            contact=contact,
            place=f"api:{asked.program.id}",
            # Another program's key is another enquiry.
            submission=f"{asked.program.id}:{_key(key)}" if key is not None else None,
        )
    )


def _add_note(asked: Asked) -> Any:
    text = _decoded(asked.body, NewNote).text
    return _outline(asked.desk.note(asked.path["id"], text, by=asked.program.actor))


def _add_mail(asked: Asked) -> Any:
    return {"is": asked.desk.post.receive(asked.body)}


OPERATIONS: Final = (
    Operation(HttpMethod.GET, "/events", "follow", _events),
    Operation(HttpMethod.GET, "/enquiries", "follow", _enquiries),
    Operation(HttpMethod.GET, "/enquiries/{id:str}", "read", _enquiry),
    Operation(HttpMethod.POST, "/enquiries", "write", _add_enquiry, HTTP_201_CREATED),
    Operation(HttpMethod.POST, "/enquiries/{id:str}/notes", "write", _add_note, HTTP_201_CREATED),
    Operation(HttpMethod.POST, "/mails", "mail", _add_mail, longest=_LONGEST_MAIL),
)


def handlers(workspace: Workspace) -> list[HTTPRouteHandler]:
    """Return the routes of the desk's API."""
    return [_handler(workspace, operation) for operation in OPERATIONS]


def _handler(workspace: Workspace, operation: Operation) -> HTTPRouteHandler:
    async def serve(request: Request[Any, Any, Any]) -> Response[bytes]:
        body = await request.body() if operation.method == HttpMethod.POST else b""
        return await asyncio.to_thread(answer, request, body)

    def answer(request: Request[Any, Any, Any], body: bytes) -> Response[bytes]:
        try:
            desk = workspace.desk
            asked = Asked(
                desk=desk,
                program=_program(desk, request.headers.get("authorization", ""), operation.may),
                path={name: str(value) for name, value in request.path_params.items()},
                parameters=dict(request.query_params),
                body=body,
            )
            return _json(operation.do(asked), operation.status)
        except _RefusalError as refusal:
            return _json({"error": str(refusal)}, refusal.status)
        except NotFoundError as error:
            return _json({"error": str(error)}, HTTP_404_NOT_FOUND)
        except TransitionError as error:
            return _json({"error": str(error)}, HTTP_409_CONFLICT)
        except DeskError as error:
            return _json({"error": str(error)}, HTTP_400_BAD_REQUEST)

    def refuse(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
        sentence = "This request cannot be answered."
        if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
            sentence = f"The body is larger than {operation.longest:,} bytes."
        return _json({"error": sentence}, error.status_code)

    return route(
        f"/api/v1/desk{operation.path}",
        http_method=[operation.method],
        status_code=operation.status,
        request_max_body_size=operation.longest,
        exception_handlers={HTTPException: refuse},
    )(serve)


def _program(desk: Desk, header: str, may: Privilege) -> Program:
    scheme, _, key = header.partition(" ")
    program = desk.programs.program(key.strip()) if scheme.casefold() == "bearer" else None
    if program is None:
        raise _RefusalError(
            HTTP_401_UNAUTHORIZED,
            "This needs a key that works: Authorization: Bearer …. Whoever looks after the desk "
            "makes one with: baken desk programs add",
        )
    if may not in program.may:
        raise _RefusalError(
            HTTP_403_FORBIDDEN,
            f"This key may {', '.join(program.may)}; this needs one that may {may}.",
        )
    return program


def _outline(enquiry: Enquiry) -> dict[str, Any]:
    """Return what may be known of an enquiry without knowing whose it is."""
    names = (
        "id", "reference", "kind", "state", "language", "themes", "organisations", "country",
        "sector", "received", "promise_due", "answered", "outcome", "closed",
    )  # fmt: skip
    return {name: getattr(enquiry, name) for name in names}


def _dossier(case: Case) -> dict[str, Any]:
    """Return everything about an enquiry that a CRM keeps."""
    return {
        **_outline(case.enquiry),
        "message": case.enquiry.message,
        "enquirer": case.enquirer.contact,
        "owner": case.owner.name if case.owner else None,
        "introductions": [
            {
                **msgspec.structs.asdict(introduction),
                "contact": counterpart.contact,
            }
            for introduction, counterpart in case.introductions
        ],
        "events": [
            {
                "number": event.number,
                "event": event.name,
                "at": event.at,
                "by": event.actor.role,
                "state": event.state,
                "introduction": event.introduction,
                "text": (event.details or {}).get("text"),
            }
            for event in case.events
        ],
        "consents": [
            {
                "purpose": one.purpose,
                "version": one.version,
                "wording": one.wording,
                "given": one.given,
                "stands": one.is_standing,
            }
            for one in case.consents
        ],
    }


def _decoded(body: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=type_)
    except msgspec.ValidationError as error:
        raise _RefusalError(HTTP_400_BAD_REQUEST, f"The body does not fit: {error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _RefusalError(HTTP_400_BAD_REQUEST, "The body is not JSON in UTF-8.") from None


def _key(key: str) -> str:
    if not 16 <= len(key) <= 150:
        raise _RefusalError(HTTP_400_BAD_REQUEST, "key is 16 to 150 characters.")
    return key


def _number(parameters: Mapping[str, str], name: str, default: int) -> int:
    text = parameters.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise _RefusalError(HTTP_400_BAD_REQUEST, f"{name} is a number, such as 100.")
    return int(text)


def _json(content: Any, status: int) -> Response[bytes]:
    headers = {"Cache-Control": "private, no-store"}
    if status == HTTP_401_UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="Baken"'
    return Response(
        msgspec.json.encode(content), media_type=MediaType.JSON, status_code=status, headers=headers
    )
