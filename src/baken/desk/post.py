"""The desk's post: mails that go out, each settled once, and what comes back."""

from __future__ import annotations

import datetime
from typing import Final, Literal

from .casework import Casework
from .enquiry import SYSTEM, Actor
from .forms import LONGEST_TEXT, checked_text
from .ground import Ground
from .incoming import read_mail
from .receipts import Mail, MailState
from .records import stamp
from .sealing import fingerprint

_REPLIES_KNOWN_FOR: Final = datetime.timedelta(days=90)
"""How long a reply that is brought again is known to be in its enquiry already."""

Result = Literal["sent", "later", "unknown", "bounced", "refused", "cancelled"]
"""How sending went: a server took it; took it not, try later; the connection broke while it was
handed over; no server will ever take it; nobody agrees to it any more; its reader was erased."""

RETRY_AFTER_S: Final = (60, 300, 900, 3_600, 7_200, *(14_400,) * 17)
"""Seconds to wait after each try: three days in all, then somebody is told."""


class Post:
    """The outbox as its sender sees it, and the mailbox."""

    def __init__(self, ground: Ground) -> None:
        """Stand on the desk's ground."""
        self._ground = ground

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return how many mails are in each state, and how many repeats there were among them."""
        with self._ground.reading() as records:
            rows = records.session.select("mail_counts")
            return {state: (int(count), int(repeats or 0)) for state, count, repeats in rows}

    def claim(self, holder: str, lease_s: float) -> Mail | None:
        """Take the mail that waits longest, for so long that nobody else takes it.

        One whose last sender died is taken again when its lease is over, and counted as a repeat
        if a server had begun to take it.

        Args:
            holder: who takes it.
            lease_s: for how many seconds.
        """
        with self._ground.work() as work:
            records = work.records
            while rows := records.session.select("mail_to_claim", now=records.at):
                lease = records.now + datetime.timedelta(seconds=lease_s)
                records.session.execute(
                    "claim_mail", id=rows[0][0], holder=holder, lease=stamp(lease)
                )
                mail = records.mail(rows[0][0])
                if mail.message is not None:
                    return mail
                self._settle(work, mail, holder, "cancelled")  # erased since it was written
            return None

    def address_of(self, mail: Mail) -> str | None:
        """Return where a mail goes; None when its reader has been erased."""
        with self._ground.reading() as records:
            contact = records.person(mail.person).contact
            return contact.email if contact else None

    def begin_handing(self, mail: Mail, holder: str, lease_s: float) -> bool:
        """Note that a server is about to take a mail; False when it must not be sent any more.

        From here on nobody can say, should the sender die, whether the mail arrived. A mail that
        relies on consent is counted here, and refused where nobody agrees any more.
        """
        with self._ground.work() as work:
            records = work.records
            now = records.mail(mail.id)
            if now.message is None or now.state != "sending":
                return False
            if now.consent is not None:
                if now.handed is None:
                    if not records.session.execute("spend_consent", id=now.consent):
                        return False
                elif not records.consent(now.consent).is_standing:
                    return False
            lease = records.now + datetime.timedelta(seconds=lease_s)
            return bool(
                records.session.execute(
                    "mark_handed", id=mail.id, holder=holder, at=records.at, lease=stamp(lease)
                )
            )

    def settle(self, mail: Mail, holder: str, result: Result, problem: str = "") -> None:
        """Note how sending a mail went.

        Args:
            mail: that was claimed.
            holder: who claimed it.
            result: see `Result`.
            problem: the server's three digits, or a word; never what it said.
        """
        with self._ground.work() as work:
            self._settle(work, mail, holder, result, problem)

    def _settle(
        self, work: Casework, mail: Mail, holder: str, result: Result, problem: str = ""
    ) -> None:
        records, execute = work.records, work.records.session.execute
        if result == "sent":
            execute("mark_sent", id=mail.id, holder=holder, at=records.at)
            return
        before = records.mail(mail.id)
        state: MailState = "waiting"
        if result in ("bounced", "refused", "cancelled"):
            state = result
        elif mail.attempts >= len(RETRY_AFTER_S):
            state = "failed"
        wait_s = RETRY_AFTER_S[min(mail.attempts, len(RETRY_AFTER_S)) - 1]
        done = execute(
            "mark_unknown" if result == "unknown" else "mark_not_sent",
            id=mail.id,
            holder=holder,
            state=state,
            due=stamp(records.now + datetime.timedelta(seconds=wait_s)),
            problem=problem or None,
        )
        if not done:
            return  # the lease was over, and somebody else has it
        if result in ("bounced", "later") and before.consent and before.handed:
            execute("return_consent", id=before.consent)  # it was not taken
        if state in ("bounced", "failed"):
            self._tell_of_failure(work, mail, state)

    def _tell_of_failure(self, work: Casework, mail: Mail, problem: str) -> None:
        if mail.enquiry is None or mail.kind == "mail-failed":
            return
        details = {"reader": mail.person, "mail": mail.id, "problem": problem}
        enquiry = work.records.enquiry(mail.enquiry)
        if enquiry.erased is None:
            work.happen(enquiry, "mail-failed", SYSTEM, details)

    def receive(self, raw: bytes) -> Literal["bounce", "reply", "other"]:
        """Take a mail from the desk's mailbox.

        What came back is told to the owner; what an enquirer replied to one of our mails, from the
        address it went to, is added to the enquiry.

        Returns:
            What it was; leave what is "other" in the mailbox, for people to read.
        """
        incoming = read_mail(raw)
        if incoming.kind == "bounce":
            known = any(self.note_bounce(id_, incoming.address) for id_ in incoming.message_ids)
            return "bounce" if known else "other"
        if incoming.kind == "other" or len(incoming.text) > LONGEST_TEXT:
            return "other"
        with self._ground.work() as work:
            # Whoever brings a mail may die before noting so, and bring it again.
            digest = fingerprint(f"mail {raw.hex()}")
            if work.records.session.select("is_link_used", digest=digest):
                return "reply"
            people = {one.id: one for one in work.records.people_called(incoming.address)}
            for id_ in incoming.message_ids:
                for mail in work.records.mails("mails_by_message_id", message_id=id_):
                    if mail.enquiry is None or mail.person not in people:
                        continue
                    enquiry = work.records.enquiry(mail.enquiry)
                    if enquiry.enquirer == mail.person and enquiry.erased is None:
                        text = checked_text(incoming.text, "message")
                        actor = Actor("enquirer", mail.person)
                        work.happen(enquiry, "wrote", actor, {"text": text, "by": "mail"})
                        kept = work.records.now + _REPLIES_KNOWN_FOR
                        work.records.session.execute(
                            "use_link", digest=digest, used=work.records.at, expires=stamp(kept)
                        )
                        return "reply"
        return "other"

    def note_bounce(self, message_id: str, email: str) -> bool:
        """Note that a mail came back after it was sent; False when it is not one of ours.

        Args:
            message_id: of the mail that came back, without angle brackets.
            email: whom it did not reach.
        """
        with self._ground.work() as work:
            people = {one.id for one in work.records.people_called(email)}
            for mail in work.records.mails("mails_by_message_id", message_id=message_id):
                if mail.person in people and mail.state == "sent":
                    work.records.session.execute("mark_bounced", id=mail.id, problem="returned")
                    self._tell_of_failure(work, mail, "bounced")
                    return True
            return False
