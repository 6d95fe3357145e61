"""Who may see the team's pages: the gate before each of them, and the cookie it looks at."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from litestar.datastructures import Cookie
from msgspec import Struct, structs

from baken.desk import MAY
from baken.desk.accounts import LONGEST
from baken.desk.enquiry import OfficePrivilege
from baken.errors import NotFoundError
from baken.text.speech import message
from baken.web.acting import Call, Go, Reply
from baken.workspace import Workspace

SIGN_IN: Final = "/desk/sign-in"
SECOND_FACTOR: Final = "/desk/account/second-factor"
_SHORT: Final = "baken"
_HOST: Final = "__Host-baken"
_HIDDEN: Final = message("There is no page at this address.")


class TeamGate(Struct, frozen=True):
    """A gate that lets those of the team pass who may.

    Who is not signed in is asked to, and comes back afterwards. Who has no second factor yet sets
    one up first. Who may not is told what everybody else is told: that there is no such page.

    Attributes:
        privilege: what one must be allowed to.
        is_setting_up: whether the page is needed to set up a second factor.
    """

    privilege: OfficePrivilege
    is_setting_up: bool = False

    def __call__(self, call: Call) -> Call | Reply:
        """Let a call pass, or say where to go instead."""
        signed_in = call.desk.accounts.signed_in(token_of(call)) if token_of(call) else None
        if signed_in is None:
            where = call.query.page
            return Go(f"{SIGN_IN}?to={quote(where, safe='/')}" if where != "/desk" else SIGN_IN)
        if not signed_in.is_strong and not self.is_setting_up:
            return Go(SECOND_FACTOR)
        if signed_in.officer.role not in MAY[self.privilege]:
            raise NotFoundError(_HIDDEN)
        return structs.replace(call, officer=signed_in.officer, signed_in=signed_in)


def first_page(wanted: str, role: str) -> str:
    """Return where somebody goes who has signed in: where they wanted to, or their first page."""
    if wanted.startswith("/desk") and not wanted.startswith("/desk/sign-"):
        path = wanted.partition("?")[0]
        if all(part.replace("-", "").replace("_", "").isalnum() for part in path[1:].split("/")):
            return path
    return "/desk" if role in MAY["answer"] else "/desk/account"


def token_of(call: Call) -> str:
    """Return what a browser shows; empty for none."""
    return call.cookies.get(_name(call.workspace), "")


def cookie(workspace: Workspace, token: str) -> Cookie:
    """Return the cookie that carries a session; an empty token takes it away."""
    is_safe = _is_safe(workspace)
    return Cookie(
        key=_name(workspace),
        value=token,
        path="/",
        httponly=True,
        secure=is_safe,
        # Links in mails lead here: a strict one would ask for a sign-in each time.
        samesite="lax",
        max_age=int(LONGEST.total_seconds()) if token else 0,
    )


def cookie_of_way(workspace: Workspace, kept: str, seconds: int) -> Cookie:
    """Return the cookie that a browser carries while its owner signs in elsewhere.

    Args:
        workspace: whose site.
        kept: what ties the answer to this browser; empty takes the cookie away.
        seconds: for how long.
    """
    return Cookie(
        key=f"{_name(workspace)}-way",
        value=kept,
        path="/",
        httponly=True,
        secure=_is_safe(workspace),
        samesite="lax",
        max_age=seconds if kept else 0,
    )


def _is_safe(workspace: Workspace) -> bool:
    return (workspace.url or "").startswith("https://")


def _name(workspace: Workspace) -> str:
    """Return the cookie's name; with a prefix that ties it to one host where there is TLS."""
    return _HOST if _is_safe(workspace) else _SHORT
