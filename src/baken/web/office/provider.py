"""Signing in with the agency's own service: the way there, and the way back."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, unquote, urlencode

from litestar.datastructures import Cookie

from baken.desk.provider import LIFETIME_S, RETURN_PATH, Provider
from baken.errors import DeskError, NotFoundError
from baken.model import LANGUAGES
from baken.text.speech import message
from baken.web.acting import Call, Go, Leave, Reply, Screen, Shown
from baken.web.page import localised

from .access import cookie, cookie_of_way, first_page, token_of
from .account import sign_in_form

PROVIDER: Final = "/desk/sign-in/provider"
_LONGEST: Final = 500
"""Characters of where somebody wanted to go."""

_HIDDEN: Final = message("There is no page at this address.")
_NOT_HERE: Final = message(
    "You are signed in there, but nobody in this team has your e-mail address. Ask an"
    " administrator of the desk to add you."
)


def _leave(call: Call) -> Reply:
    """Send somebody to the provider.

    Their browser remembers, for as long as that may take, what ties the answer to it, the language
    that they read in and where they wanted to go.
    """
    try:
        errand = _provider(call).begin()
    except DeskError as error:
        return _refused(call, error.said(call.say))
    wanted = quote(call.query.one("to") or "", safe="")[:_LONGEST]
    kept = ".".join((errand.memory, call.query.language, wanted))
    return Leave(errand.url, (cookie_of_way(call.workspace, kept, LIFETIME_S),))


def _return(call: Call) -> Reply:
    """Sign in who comes back, if the provider vouches for somebody of the team."""
    provider, forget = _provider(call), cookie_of_way(call.workspace, "", 0)
    kept = call.cookies.get(forget.key, "")
    memory, _, rest = kept.partition(".")
    language, _, wanted = rest.partition(".")
    answer = {name: values[-1] for name, values in call.query.parameters.items()}
    if language in LANGUAGES and language != call.query.language:
        # The provider knows one address; from here on it is the reader's language again.
        return Leave(f"{localised(RETURN_PATH, language)}?{urlencode(answer)}")
    try:
        email = provider.finish(memory, answer)
        token = call.desk.accounts.sign_in_vouched(email, agent=call.agent)
    except DeskError as error:
        return _refused(call, error.said(call.say), (forget,))
    if token is None:
        return _refused(call, call.say(_NOT_HERE), (forget,))
    if token_of(call):
        call.desk.accounts.sign_out(token_of(call))
    signed_in = call.desk.accounts.signed_in(token)
    role = signed_in.officer.role if signed_in else ""
    return Go(first_page(unquote(wanted), role), (cookie(call.workspace, token), forget))


def _refused(call: Call, problem: str, cookies: tuple[Cookie, ...] = ()) -> Shown:
    return Shown(sign_in_form(call, problem=problem), status=400, cookies=cookies)


def _provider(call: Call) -> Provider:
    if call.desk.provider is None:
        raise NotFoundError(_HIDDEN)
    return call.desk.provider


SCREENS: Final = tuple(
    Screen(path=path, template="office_sign_in.html", build=build)
    for path, build in ((PROVIDER, _leave), (RETURN_PATH, _return))
)
