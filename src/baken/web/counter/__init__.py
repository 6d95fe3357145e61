"""The desk as enquirers and counterparts see it: forms and links, no account."""

from typing import Final

from baken.web.acting import Screen

SCREENS: Final[tuple[Screen, ...]] = ()
