"""The desk as the team sees it, behind a sign-in."""

from typing import Final

from baken.web.acting import Screen

from . import account, audit, people, provider, team

SCREENS: Final[tuple[Screen, ...]] = (
    *account.SCREENS,
    *provider.SCREENS,
    *team.SCREENS,
    *people.SCREENS,
    *audit.SCREENS,
)
