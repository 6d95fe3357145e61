"""The team directory: who answers, in which languages, when they are away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from baken.errors import DeskError, TransitionError
from baken.model import Language
from baken.text.marking import message

from .accounts import Accounts
from .casework import Casework
from .enquiry import OFFICE_ROLES, SYSTEM, Actor, Contact, Kind, Officer, OfficeRole, Role
from .forms import checked_contact
from .ground import Ground

_TEAM_ROLES: Final[tuple[Role, ...]] = ("head", "admin")
"""Who looks after the team directory."""


class Team:
    """Who is in the team."""

    def __init__(self, ground: Ground, accounts: Accounts) -> None:
        """Stand on the desk's ground, and change how people sign in through accounts."""
        self._ground = ground
        self._accounts = accounts

    def add(
        self,
        contact: Contact,
        languages: Sequence[Language],
        *,
        themes: Iterable[str] = (),
        kinds: Iterable[Kind] = (),
        capacity: int = 20,
        role: OfficeRole = "officer",
        by: Actor = SYSTEM,
    ) -> Officer:
        """Add somebody to the team.

        Raises:
            TransitionError: `by` is no head.
            DeskError: the contact cannot be used, or the address is in the team already.
        """
        contact = checked_contact(contact)
        if not languages or not 1 <= capacity <= 10_000:
            raise DeskError(
                message("An officer speaks a language, and can take one enquiry or more.")
            )
        with self._ground.work() as work:
            self._ground.head(work, by, _TEAM_ROLES)
            _see_that_role_may_be_given(by, role, None)
            records = work.records
            if any(one.role == "officer" for one in records.people_called(contact.email)):
                raise DeskError(message("Somebody with this address is in the team already."))
            person = records.add_person("officer", languages[0], contact)
            records.session.execute(
                "add_officer",
                person=person.id,
                languages=_list(languages),
                themes=_list(themes),
                kinds=_list(kinds),
                away=_list(()),
                capacity=capacity,
                role=role,
            )
            records.record_access(by, "change", "officer's contact", person=person.id, enquiry=None)
            return records.officer(person.id)

    def officers(self, *, by: Actor = SYSTEM) -> list[Officer]:
        """Return the team, in the order in which they joined.

        Raises:
            TransitionError: `by` is nobody of the team.
        """
        with self._ground.work() as work:
            self._ground.officer(work, by, OFFICE_ROLES)
            work.records.record_access(by, "read", "team", person=None, enquiry=None)
            return work.records.officers()

    def invite(self, person: str, *, by: Actor) -> None:
        """Write to somebody of the team that they may choose a password.

        The link goes to them alone: whoever invites could otherwise come in as them.

        Raises:
            TransitionError: `by` may not.
            NotFoundError: nobody in the team has that identifier.
            DeskError: they have left.
        """
        self._look_after(person, "invitation", by)
        self._accounts.invite(person)

    def reset_second_factor(self, person: str, *, by: Actor) -> None:
        """Forget somebody's second factor, such as a lost telephone, and sign them out.

        Raises:
            TransitionError: `by` may not.
            NotFoundError: nobody in the team has that identifier.
            DeskError: they have left.
        """
        self._look_after(person, "second factor", by)
        self._accounts.drop_second_factor(person)

    def _look_after(self, person: str, what: str, by: Actor) -> None:
        """See that `by` may change somebody's account, and note that they do."""
        with self._ground.work() as work:
            self._ground.head(work, by, _TEAM_ROLES)
            officer = work.records.officer(person)
            _see_that_role_may_be_given(by, officer.role, None)
            if not officer.is_active:
                raise DeskError(message("They have left the team. Let them come back first."))
            work.records.record_access(by, "change", what, person=person, enquiry=None)

    def change(self, person: str, *, by: Actor = SYSTEM, **changes: Any) -> Officer:
        """Change a line of the team directory.

        What can be changed is languages, themes, kinds, capacity, role, is_active and away,
        each as in `Officer`.

        Open enquiries of somebody who leaves go to colleagues. Officers say themselves when they
        are away; all else is for heads.

        Raises:
            TransitionError: `by` may not.
            NotFoundError: nobody in the team has that identifier.
            DeskError: a change makes no sense.
            TypeError: an officer has nothing of that name.
        """
        known = {"languages", "themes", "kinds", "capacity", "role", "is_active", "away"}
        if set(changes) - known:
            raise TypeError(f"Of an officer one can change {', '.join(sorted(known))}.")
        with self._ground.work() as work:
            if by.person == person and set(changes) <= {"away"}:
                self._ground.officer(work, by, OFFICE_ROLES)
            else:
                self._ground.head(work, by, _TEAM_ROLES)
            records = work.records
            records.record_access(by, "change", "team", person=person, enquiry=None)
            before = records.officer(person)
            officer = msgspec.structs.replace(before, **changes)
            if "role" in changes or "is_active" in changes:
                _see_that_role_may_be_given(by, officer.role, before.role)
                self._see_that_one_is_left(work, officer, before, by)
            if officer.role not in OFFICE_ROLES:
                raise DeskError(
                    message("Somebody of the team is one of these: %(choices)s. Choose one."),
                    choices=", ".join(OFFICE_ROLES),
                )
            if any(first > last for first, last in officer.away) or officer.capacity < 1:
                raise DeskError(
                    message("A range of days ends before it begins, or nothing can be taken.")
                )
            records.session.execute(
                "set_officer",
                person=person,
                languages=_list(officer.languages),
                themes=_list(officer.themes),
                kinds=_list(officer.kinds),
                away=_list(officer.away),
                capacity=officer.capacity,
                role=officer.role,
                is_active=int(officer.is_active),
            )
            if not officer.is_answering:
                for enquiry in list(records.open_enquiries(person)):
                    due = max(enquiry.promise_due, records.now)
                    chosen = work.choose_owner(enquiry, records.now, due)
                    if chosen.officer is not None:
                        heir = chosen.officer.person.id
                        work.hand_over(enquiry, heir, chosen.reasons, SYSTEM)
            if not officer.is_active:
                records.session.execute("end_sessions_of", person=person, but="")
            return records.officer(person)

    def _see_that_one_is_left(
        self, work: Casework, officer: Officer, before: Officer, by: Actor
    ) -> None:
        """See that the last administrator stays one, so that somebody can look after accounts.

        Raises:
            DeskError: they would not.
        """
        if before.role != "admin" or (officer.role == "admin" and officer.is_active):
            return
        others = (one for one in work.records.officers() if one.person.id != officer.person.id)
        if by != SYSTEM and not any(one.role == "admin" and one.is_active for one in others):
            raise DeskError(
                message("They are the only administrator. Make somebody else one first.")
            )


def _see_that_role_may_be_given(by: Actor, role: OfficeRole, before: OfficeRole | None) -> None:
    """See that nobody but an administrator makes one, or unmakes one.

    Raises:
        TransitionError: they may not.
    """
    if "admin" in (role, before) and by.role not in ("admin", "system"):
        raise TransitionError(message("Only an administrator may do this. Ask one of them."))


def _list(values: Iterable[object]) -> str:
    return msgspec.json.encode(list(values)).decode()
