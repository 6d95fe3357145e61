"""``/data/{token}``: everything that is kept about somebody, to save or to have erased.

The link is in a mail to the address it is about; a status page's link is not enough (see
`baken.desk.Desk.send_own_data_link`).
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from baken.errors import DeskError
from baken.text.speech import message
from baken.web.acting import Call, File, Go, Screen

_UNSURE: Final = message("Tick the box if you want everything erased; it cannot be undone.")


class DataPage(Struct, frozen=True, kw_only=True):
    """What somebody can do with what is kept about them.

    Attributes:
        address: of this page, for its forms.
        is_known: whether anything is kept.
        problem: why what was asked was not done; None when nothing was.
    """

    address: str
    is_known: bool
    problem: str | None = None


def show(call: Call, problem: str | None = None) -> DataPage:
    """Return the page.

    Raises:
        LinkRefusedError: the link is not a good one.
    """
    token = call.query.path["token"]
    return DataPage(
        address=call.query.address(f"/data/{token}"),
        is_known=call.desk.rights.is_known(token),
        problem=problem,
    )


def act(call: Call) -> Go | File:
    """Hand the data out, or erase it.

    Raises:
        LinkRefusedError: the link is not a good one.
        DeskError: erasing was not confirmed, or is not possible.
    """
    token = call.query.path["token"]
    if call.one("do") == "erase":
        if call.one("sure") != "yes":
            raise DeskError(_UNSURE)
        call.desk.rights.erase_own(token)
        return Go(f"/data/{token}")
    exported = msgspec.json.format(
        msgspec.json.encode(call.desk.rights.export_own(token)), indent=2
    )
    return File(exported, "application/json", "my-data.json")


DATA: Final = Screen(
    path="/data/{token:str}", template="own_data.html", build=show, act=act, refused=show
)
