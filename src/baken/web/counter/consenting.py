"""Links that confirm what somebody agreed to, and take it back.

Opening one changes nothing: programs that look through mails open links, too.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from baken.web.acting import Call, Go, Screen


class ConsentPage(Struct, frozen=True, kw_only=True):
    """What somebody agreed to.

    Attributes:
        address: of this page, for its form.
        asks: what the button does: ``confirm`` or ``withdraw``.
        wording: exactly what they read.
        given: the day on which they agreed.
        language: of the wording.
        is_confirmed: whether they confirmed it.
        is_withdrawn: whether they took it back, or it lapsed.
    """

    address: str
    asks: str
    wording: str
    given: str
    language: str
    is_confirmed: bool
    is_withdrawn: bool


def show_to_confirm(call: Call) -> ConsentPage:
    """Return what is to be confirmed.

    Raises:
        LinkRefusedError: the link is not a good one.
    """
    return _page(call, "confirm")


def confirm(call: Call) -> Go:
    """Confirm it; who does so twice is shown that it is confirmed.

    Raises:
        LinkRefusedError: the link is not a good one.
        ConsentError: it was taken back, or lapsed.
    """
    token = call.query.path["token"]
    if not call.desk.consent_behind(token, "confirm").is_standing:
        call.desk.confirm_consent(token)
    return Go(f"/confirm/{token}")


def show_to_withdraw(call: Call) -> ConsentPage:
    """Return what can be taken back.

    Raises:
        LinkRefusedError: the link is not a good one.
    """
    return _page(call, "withdraw")


def withdraw(call: Call) -> ConsentPage:
    """Take it back; twice is the same as once.

    The answer is the page itself, for mail programs that post here follow no way to another.

    Raises:
        LinkRefusedError: the link is not a good one.
    """
    call.desk.withdraw_consent(call.query.path["token"])
    return _page(call, "withdraw")


def _page(call: Call, asks: str) -> ConsentPage:
    token = call.query.path["token"]
    consent = call.desk.consent_behind(token, "confirm" if asks == "confirm" else "withdraw")
    return ConsentPage(
        address=call.query.address(f"/{asks}/{token}"),
        asks=asks,
        wording=consent.wording,
        given=call.say.day(call.desk.calendar.local(consent.given).date()),
        language=consent.language,
        is_confirmed=consent.confirmed is not None,
        is_withdrawn=consent.withdrawn is not None,
    )


CONFIRM: Final = Screen(
    path="/confirm/{token:str}", template="consent.html", build=show_to_confirm, act=confirm
)
WITHDRAW: Final = Screen(
    path="/withdraw/{token:str}",
    template="consent.html",
    build=show_to_withdraw,
    act=withdraw,
    takes="programs",
)
