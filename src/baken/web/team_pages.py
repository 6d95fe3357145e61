"""The team's own pages, as far as somebody of the team may see them.

Apart from what fills templates, so that the public pages can be made without loading the desk.
"""

from __future__ import annotations

from typing import Final

from baken.desk import MAY, Officer
from baken.desk.enquiry import OfficePrivilege
from baken.text.speech import Speech, message

from .page import localised
from .rendering import Entry

_PAGES: Final[tuple[tuple[str, str, str, OfficePrivilege], ...]] = (
    ("inbox", message("Inbox"), "/desk", "answer"),
    ("visits", message("Visits"), "/desk/visits", "answer"),
    ("templates", message("Templates"), "/desk/templates", "answer"),
    ("reports", message("Reports"), "/desk/reports", "report"),
    ("team", message("Team"), "/desk/team", "team"),
    ("people", message("People"), "/desk/people", "people"),
    ("audit", message("Audit"), "/desk/audit", "audit"),
    ("account", message("Account"), "/desk/account", "account"),
)
"""Each with what one must be allowed to."""


def team_pages(officer: Officer, say: Speech) -> tuple[Entry, ...]:
    """Return the entries of the navigation of somebody who is signed in."""
    return tuple(
        Entry(section, say(label), localised(path, say.language))
        for section, label, path, privilege in _PAGES
        if officer.role in MAY[privilege]
    )
