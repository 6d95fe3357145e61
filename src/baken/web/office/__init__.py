"""The desk as the team sees it, behind a sign-in."""

from typing import Final

from baken.web.acting import Screen

from . import account, provider

SCREENS: Final[tuple[Screen, ...]] = (
    *account.SCREENS,
    *provider.SCREENS,
)
