"""The desk as the team sees it, behind a sign-in."""

from typing import Final

from baken.web.acting import Screen

from . import enquiry, inbox
from .access import gate

SCREENS: Final[tuple[Screen, ...]] = (
    Screen(
        path="/desk",
        template="office_inbox.html",
        build=inbox.build,
        gate=gate("officer"),
        section="inbox",
    ),
    Screen(
        path="/desk/enquiries/{id:str}",
        template="office_enquiry.html",
        build=enquiry.build,
        act=enquiry.act,
        refused=enquiry.refused,
        gate=gate("officer"),
        section="inbox",
    ),
)
