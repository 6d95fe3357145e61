"""How people of the team sign in: passwords, a second factor, sessions.

What is kept opens nothing by itself: passwords are argon2id hashes, sessions and recovery codes
digests, the key of the second factor is sealed. What fails is counted for an address together with
who tried it, and for who tried alone, so that guessing slows down and nobody locks a colleague out.
"""

from __future__ import annotations

import datetime
import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec
import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from baken.errors import DeskError, LinkRefusedError
from baken.store.database import Database
from baken.text.marking import message

from .casework import Casework, Office
from .enquiry import SYSTEM, Officer, Private
from .records import Records, moment, stamp
from .sealing import Vault, fingerprint

IDLE: Final = datetime.timedelta(hours=2)
"""After so long without a click somebody signs in again."""

LONGEST: Final = datetime.timedelta(hours=12)
"""A working day: however much they click."""

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 200
"""Characters. NIST SP 800-63B asks for length, and for nothing that makes people write it down."""

MOST_FAILURES: Final = {"account": 5, "peer": 20}
"""Failures that are free: of one address from one place, and of one place in all."""

FORGIVEN_AFTER: Final = datetime.timedelta(minutes=15)
_FORGOTTEN_MAIL_EVERY: Final = datetime.timedelta(minutes=5)
_RECOVERY_CODES: Final = 8
_ISSUER: Final = "Baken"
_STEP_S: Final = 30
_FEW: Final = 5
"""Different characters that a password has at least: ``aaaaaaaaaaaa`` is none."""

_WORN: Final = (
    "123456789012", "qwertyuiop12", "passwordpassword", "password1234", "welcome12345",
    "wachtwoord123", "motdepasse123", "passwort12345", "iloveyou1234", "administrator",
    "azertyuiop12", "letmein12345", "correcthorsebatterystaple",
)  # fmt: skip
"""What everybody would try first, among those that are long enough."""

WRONG: Final = "The address, the password or the code is wrong. Check all three, and try again."
"""One sentence for all: it does not say who has an account."""


class SignedIn(Struct, frozen=True, kw_only=True):
    """Somebody who is signed in somewhere.

    Attributes:
        digest: of what their browser shows; opens nothing.
        officer: who.
        is_strong: whether they have a second factor, or the agency's own service vouched for them.
        began: when they signed in.
        seen: when they last did something.
        agent: what their browser calls itself.
    """

    digest: str
    officer: Officer
    is_strong: bool
    began: datetime.datetime
    seen: datetime.datetime
    agent: str


class SecondFactor(Private, frozen=True, kw_only=True):
    """A second factor that is being set up.

    Attributes:
        secret: for typing into the app.
        url: ``otpauth://…``, for a QR code.
    """

    secret: str
    url: str


class Accounts:
    """The accounts of a desk; safe to use from several threads and processes at once."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        office: Office,
        clock: Callable[[], datetime.datetime],
    ) -> None:
        """Share what the desk has."""
        self._database = database
        self._vault = vault
        self._office = office
        self._now = clock
        self._hasher = PasswordHasher()  # argon2id, as RFC 9106 advises where memory is short
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    # -- passwords ---------------------------------------------------------------------------

    def invite(self, person: str) -> str:
        """Write to somebody of the team that they may choose a password, and return that link."""
        return self._write("invitation", person)

    def forget_password(self, email: str, peer: str) -> None:
        """Write to an address how to choose a new password, if somebody of the team has it.

        Whoever asks is told the same in either case. Of many who ask, one is written to in a while.
        """
        key = self._key("forgotten", email, "")
        with self._database.writing() as session:
            records = Records(session, self._vault, self._now())
            self._see_that_peer_is_calm(records, peer)
            known = session.select("attempts", digest=key)
            if known and records.now - moment(known[0][1]) < _FORGOTTEN_MAIL_EVERY:
                return
            self._note_failure(records, key)
            self._note_failure(records, self._key("peer", peer, ""))
            officer = self._officer_of(records, email)
        if officer is not None:
            self._write("password-forgotten", officer.person.id)

    def whose(self, token: str) -> Officer:
        """Return who may choose a password by a link.

        Raises:
            LinkRefusedError: the link is not a good one, or was used.
        """
        ticket = self._office.signer.read(token, "password", self._now())
        with self._database.reading() as session:
            records = Records(session, self._vault, self._now())
            officer = records.officer(ticket.subject)
            if session.select("is_link_used", digest=fingerprint(token)) or not officer.is_active:
                raise LinkRefusedError(message("This link has been used. Ask for a new one."))
            return officer

    def choose_password(self, token: str, password: str) -> Officer:
        """Set a password by a link, which works once; whoever was signed in is signed out.

        Raises:
            LinkRefusedError: the link is not a good one, or was used.
            DeskError: the password is too easy to guess.
        """
        officer = self.whose(token)
        self._check_password(password, officer)
        hashed = self._hasher.hash(password)
        ticket = self._office.signer.read(token, "password", self._now())
        with self._database.writing() as session:
            records = Records(session, self._vault, self._now())
            if session.select("is_link_used", digest=fingerprint(token)):
                raise LinkRefusedError(message("This link has been used. Ask for a new one."))
            expires = datetime.datetime.fromtimestamp(ticket.expires, datetime.UTC)
            session.execute(
                "use_link", digest=fingerprint(token), used=records.at, expires=stamp(expires)
            )
            self._set_password(records, officer, hashed, but="")
        return officer

    def change_password(self, signed_in: SignedIn, old: str, new: str, peer: str) -> None:
        """Set another password, for who knows the old one; their other sessions end.

        Raises:
            DeskError: the old one is wrong, or the new one too easy to guess.
        """
        officer = signed_in.officer
        key = self._key("account", officer.person.id, peer)
        with self._database.reading() as session:
            records = Records(session, self._vault, self._now())
            self._see_that_it_is_calm(records, key, "account")
            kept = self._account(records, officer.person.id)[0]
        if not self._is_password(kept, old):
            self._fail((key,))
            raise DeskError(message("The password you have now is wrong. Try again."))
        self._check_password(new, officer)
        hashed = self._hasher.hash(new)
        with self._database.writing() as session:
            records = Records(session, self._vault, self._now())
            self._set_password(records, officer, hashed, but=signed_in.digest)

    # -- sessions ----------------------------------------------------------------------------

    def sign_in(self, email: str, password: str, code: str, *, peer: str, agent: str = "") -> str:
        """Sign somebody in.

        Args:
            email: theirs.
            password: theirs.
            code: of their second factor, or a recovery code; empty while they have none.
            peer: the network address that asks; kept as a digest, for a day.
            agent: what the browser calls itself.

        Returns:
            What the browser shows from then on; a new one each time.

        Raises:
            DeskError: something is wrong, or was wrong too often lately.
        """
        account_key = self._key("account", email.strip().casefold(), peer)
        keys = (account_key, self._key("peer", peer, ""))
        with self._database.reading() as session:
            records = Records(session, self._vault, self._now())
            self._see_that_it_is_calm(records, keys[0], "account")
            self._see_that_it_is_calm(records, keys[1], "peer")
            officer = self._officer_of(records, email)
            kept = self._account(records, officer.person.id)[0] if officer else None
        # Somebody unknown takes as long as somebody known.
        if not self._is_password(kept, password) or officer is None:
            self._fail(keys)
            raise DeskError(WRONG)
        person = officer.person.id
        token = secrets.token_urlsafe(32)
        with self._database.writing() as session:
            records = Records(session, self._vault, self._now())
            is_right = self._is_code(records, person, code)
            if is_right:
                session.execute("forget_attempts", digest=account_key)
                self._begin(records, person, token, agent, "password")
        if not is_right:
            self._fail(keys)
            raise DeskError(WRONG)
        if kept and self._hasher.check_needs_rehash(kept):
            with self._database.writing() as session:
                at = stamp(self._now())
                session.execute(
                    "set_password", person=person, password=self._hasher.hash(password), at=at
                )
        return token

    def sign_in_vouched(self, email: str, *, agent: str = "") -> str | None:
        """Sign somebody in whom the agency's own service has named; it asks for a second factor.

        Args:
            email: theirs, verified there.
            agent: what the browser calls itself.

        Returns:
            What the browser shows from then on; None where nobody of the team has this address.
        """
        with self._database.writing() as session:
            records = Records(session, self._vault, self._now())
            officer = self._officer_of(records, email)
            if officer is None:
                return None
            token = secrets.token_urlsafe(32)
            self._begin(records, officer.person.id, token, agent, "provider")
            return token

    def signed_in(self, token: str) -> SignedIn | None:
        """Return who shows this; None for nobody, or somebody who has to sign in again."""
        digest = fingerprint(token)
        with self._database.reading() as session:
            records = Records(session, self._vault, self._now())
            rows = session.select("signed_in", digest=digest)
            if not rows:
                return None
            found = self._signed_in(records, rows[0])
            now = records.now
        is_over = now - found.seen > IDLE or now - found.began > LONGEST
        if is_over or not found.officer.is_active:
            self.sign_out(token)
            return None
        if now - found.seen > datetime.timedelta(minutes=1):
            with self._database.writing() as session:
                session.execute("see_session", digest=digest, at=stamp(now))
        return found

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._database.writing() as session:
            session.execute("end_session", digest=fingerprint(token))

    def sessions(self, officer: Officer) -> list[SignedIn]:
        """Return where somebody is signed in, the latest first."""
        with self._database.reading() as session:
            records = Records(session, self._vault, self._now())
            rows = session.select("sessions_of", person=officer.person.id)
            return [self._signed_in(records, row) for row in rows]

    def end_other_sessions(self, signed_in: SignedIn) -> None:
        """Sign somebody out everywhere else."""
        with self._database.writing() as session:
            session.execute(
                "end_sessions_of", person=signed_in.officer.person.id, but=signed_in.digest
            )

    # -- the second factor -------------------------------------------------------------------

    def new_second_factor(self, officer: Officer) -> SecondFactor:
        """Return a second factor to set up; nothing is kept until a code of it is shown."""
        secret = pyotp.random_base32()
        contact = officer.person.contact
        name = contact.email if contact else ""
        url = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)
        return SecondFactor(secret=secret, url=url)

    def proof_of(self, factor: SecondFactor, officer: Officer) -> str:
        """Return what a form carries so that a second factor of our making comes back, sealed."""
        return self._vault.seal([officer.person.id, factor.secret])

    def read_proof(self, proof: str, officer: Officer) -> SecondFactor:
        """Return the second factor that a form carried.

        Raises:
            DeskError: it is somebody else's, or none.
        """
        try:
            person, secret = self._vault.open(proof, tuple[str, str])
        except (msgspec.MsgspecError, DeskError, ValueError):
            raise DeskError(
                message("The form is incomplete. Load the page again and start anew.")
            ) from None
        if person != officer.person.id:
            raise DeskError(message("The form is incomplete. Load the page again and start anew."))
        contact = officer.person.contact
        url = pyotp.TOTP(secret).provisioning_uri(
            name=contact.email if contact else "", issuer_name=_ISSUER
        )
        return SecondFactor(secret=secret, url=url)

    def set_second_factor(
        self, signed_in: SignedIn, factor: SecondFactor, code: str
    ) -> tuple[str, ...]:
        """Keep a second factor, for who shows a code of it; their other sessions end.

        Returns:
            Recovery codes, each of which works once: shown this once.

        Raises:
            DeskError: the code is wrong.
        """
        step = self._step(factor.secret, code)
        if step is None:
            raise DeskError(
                message(
                    "The code is wrong. Type the one that the app shows now, and check that the "
                    "telephone knows the time."
                )
            )
        codes = tuple(_recovery_code() for _ in range(_RECOVERY_CODES))
        person = signed_in.officer.person.id
        with self._database.writing() as session:
            at = stamp(self._now())
            session.execute("open_account", person=person, at=at)
            session.execute(
                "set_second_factor",
                person=person,
                sealed=self._vault.seal(factor.secret),
                step=step,
                recovery=_digests(codes),
                at=at,
            )
            session.execute("end_sessions_of", person=person, but=signed_in.digest)
        return codes

    def drop_second_factor(self, person: str) -> None:
        """Forget somebody's second factor, such as a lost telephone; they set up another."""
        with self._database.writing() as session:
            session.execute(
                "set_second_factor",
                person=person,
                sealed=None,
                step=0,
                recovery="[]",
                at=stamp(self._now()),
            )
            session.execute("end_sessions_of", person=person, but="")

    # -- upkeep ------------------------------------------------------------------------------

    def sweep(self) -> None:
        """Drop sessions that are over and failures that are forgiven."""
        with self._database.writing() as session:
            now = self._now()
            session.execute("drop_sessions", seen=stamp(now - IDLE), began=stamp(now - LONGEST))
            session.execute("drop_attempts", before=stamp(now - datetime.timedelta(days=1)))

    def reseal(self) -> int:
        """Seal second factors by the newest key; return how many there are."""
        with self._database.writing() as session:
            rows = session.select("sealed_accounts")
            for person, sealed in rows:
                again = self._vault.seal(self._vault.open(sealed, str))
                session.execute("seal_account", person=person, sealed=again)
            return len(rows)

    # -- underneath --------------------------------------------------------------------------

    def _write(self, kind: str, person: str) -> str:
        with self._database.writing() as session:
            records = Records(session, self._vault, self._now())
            url = self._office.signer.url("password", person, records.now)
            reader = records.person(person)
            if reader.contact is None:
                raise DeskError(message("Somebody who has been erased cannot be written to."))
            Casework(records, self._office).write_about(kind, reader, {"password_url": url})
            records.record_access(SYSTEM, "change", "account", person=person, enquiry=None)
            return url

    def _officer_of(self, records: Records, email: str) -> Officer | None:
        for person in records.people_called(email):
            if person.role == "officer":
                officer = records.officer(person.id)
                if officer.is_active:
                    return officer
        return None

    def _account(self, records: Records, person: str) -> tuple[str | None, str | None, int, str]:
        rows = records.session.select("account", person=person)
        if not rows:
            return None, None, 0, "[]"
        _, password, sealed, step, recovery = rows[0]
        return password, sealed, step, recovery

    def _is_password(self, kept: str | None, given: str) -> bool:
        try:
            is_right = self._hasher.verify(kept or self._nobody, given[: LONGEST_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return False
        return is_right and kept is not None

    def _is_code(self, records: Records, person: str, code: str) -> bool:
        """Return whether a code is right, using it up."""
        _, sealed, _, recovery = self._account(records, person)
        if sealed is None:
            return True
        step = self._step(self._vault.open(sealed, str), code)
        if step is not None:
            return bool(records.session.execute("use_step", person=person, step=step))
        left = msgspec.json.decode(recovery, type=list[str])
        given = fingerprint(_folded(code))
        if given not in left:
            return False
        left.remove(given)
        after = msgspec.json.encode(left).decode()
        return bool(
            records.session.execute("set_recovery", person=person, recovery=after, before=recovery)
        )

    def _step(self, secret: str, code: str) -> int | None:
        """Return the time step that a code is of, or None: one before and after count too."""
        totp, digits = pyotp.TOTP(secret), "".join(code.split())
        now = int(self._now().timestamp()) // _STEP_S
        for step in (now, now - 1, now + 1):
            if hmac.compare_digest(totp.at(step * _STEP_S).encode(), digits.encode()):
                return step
        return None

    def _begin(
        self,
        records: Records,
        person: str,
        token: str,
        agent: str,
        way: Literal["password", "provider"],
    ) -> None:
        records.session.execute(
            "begin_session",
            digest=fingerprint(token),
            person=person,
            at=records.at,
            agent=" ".join(agent.split())[:200],
            way=way,
        )
        actor = records.officer(person).actor
        records.record_access(actor, "sign in", "account", person=person, enquiry=None)

    def _signed_in(self, records: Records, row: Sequence[str]) -> SignedIn:
        digest, person, began, seen, agent, way = row
        return SignedIn(
            digest=digest,
            officer=records.officer(person),
            is_strong=way == "provider" or self._account(records, person)[1] is not None,
            began=moment(began),
            seen=moment(seen),
            agent=agent,
        )

    def _set_password(self, records: Records, officer: Officer, hashed: str, *, but: str) -> None:
        person = officer.person.id
        records.session.execute("open_account", person=person, at=records.at)
        records.session.execute("set_password", person=person, password=hashed, at=records.at)
        records.session.execute("end_sessions_of", person=person, but=but)
        records.record_access(officer.actor, "change", "password", person=person, enquiry=None)

    def _check_password(self, password: str, officer: Officer) -> None:
        """See that a password is not easy to guess.

        Raises:
            DeskError: it is; the message says why.
        """
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise DeskError(
                message(
                    "A password has %(shortest)s characters or more, up to %(longest)s. "
                    "A few words in a row are easy to remember and hard to guess."
                ),
                shortest=SHORTEST_PASSWORD,
                longest=LONGEST_PASSWORD,
            )
        folded = password.casefold()
        contact = officer.person.contact
        own = [contact.email, contact.email.partition("@")[0], contact.name] if contact else []
        bare = "".join(folded.split())
        is_own = any(len(word) > 3 and word.casefold() in folded for word in own)
        if len(set(folded)) < _FEW or bare in _WORN or is_own or folded in "0123456789" * 20:
            raise DeskError(
                message(
                    "This password is one of the first that anybody would try. Choose "
                    "another, such as a few words in a row."
                )
            )

    # -- failures ----------------------------------------------------------------------------

    def _key(self, kind: str, who: str, peer: str) -> str:
        return self._vault.digest(f"attempt {kind} {who} {peer}")

    def _see_that_peer_is_calm(self, records: Records, peer: str) -> None:
        self._see_that_it_is_calm(records, self._key("peer", peer, ""), "peer")

    def _see_that_it_is_calm(self, records: Records, key: str, kind: str) -> None:
        """See that something did not fail too often lately.

        Raises:
            DeskError: it did; the message says for how long to wait.
        """
        rows = records.session.select("attempts", digest=key)
        if not rows:
            return
        failures, last = rows[0]
        wait = FORGIVEN_AFTER - (records.now - moment(last))
        if failures >= MOST_FAILURES[kind] and wait > datetime.timedelta(0):
            raise DeskError(
                message("This has failed too often. Wait %(minutes)s minutes, and try again."),
                minutes=int(wait.total_seconds() // 60) + 1,
            )

    def _fail(self, keys: Sequence[str]) -> None:
        with self._database.writing() as session:
            records = Records(session, self._vault, self._now())
            for key in keys:
                self._note_failure(records, key)

    def _note_failure(self, records: Records, key: str) -> None:
        records.session.execute(
            "note_failure",
            digest=key,
            at=records.at,
            forgiven=stamp(records.now - FORGIVEN_AFTER),
        )


def _recovery_code() -> str:
    letters = "".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def _folded(code: str) -> str:
    return "".join(code.split()).casefold()


def _digests(codes: Sequence[str]) -> str:
    return msgspec.json.encode([fingerprint(_folded(code)) for code in codes]).decode()
