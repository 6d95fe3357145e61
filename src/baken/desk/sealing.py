"""Personal data at rest: encrypted where keys are given, and found again without opening it all."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final, TypeVar

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from baken.errors import SealError, SettingError

T = TypeVar("T")

_CLEAR: Final = "clear:"
_FERNET: Final = "fernet:"


class Vault:
    """Turns personal data into what the database keeps, and back.

    Everything is sealed with the newest key and opened with any, so that keys are changed by
    putting a new one first and sealing anew. What was kept in the clear before there was a key
    can still be read.
    """

    def __init__(self, keys: str | None, secret: bytes) -> None:
        """Take the keys.

        Args:
            keys: Fernet keys, comma-separated, the newest first; None to keep data in the clear.
            secret: what digests are made with.

        Raises:
            SettingError: one of the keys is none.
        """
        names = [key.strip() for key in (keys or "").split(",") if key.strip()]
        try:
            ring = [Fernet(key) for key in names]
        except ValueError:
            raise SettingError(
                "BAKEN_DESK_KEYS holds something that is no Fernet key. Make one with: baken desk "
                "new-key"
            ) from None  # the cause might show the key
        self._ring = MultiFernet(ring) if ring else None
        self._digesting = hmac.digest(secret, b"baken desk digest", "sha256")

    @property
    def is_encrypting(self) -> bool:
        """Whether a key was given."""
        return self._ring is not None

    def seal(self, value: object) -> str:
        """Return what the database keeps for a value."""
        data = msgspec.json.encode(value)
        if self._ring is None:
            return _CLEAR + data.decode()
        return _FERNET + self._ring.encrypt(data).decode()

    def open(self, sealed: str, type_: type[T]) -> T:
        """Return the value that was sealed.

        Raises:
            SealError: none of the keys opens it.
        """
        data = sealed.removeprefix(_CLEAR).encode()
        if sealed.startswith(_FERNET):
            try:
                if self._ring is None:
                    raise InvalidToken
                data = self._ring.decrypt(sealed.removeprefix(_FERNET))
            except InvalidToken:
                raise SealError(
                    "The desk's personal data was sealed with a key that is not given. Put it "
                    "into BAKEN_DESK_KEYS, after the newer ones."
                ) from None
        return msgspec.json.decode(data, type=type_)

    def digest(self, email: str) -> str:
        """Return by what an address is found again; who has no secret cannot guess it."""
        folded = email.strip().casefold().encode()
        return hmac.digest(self._digesting, folded, "sha256").hex()


def new_key() -> str:
    """Return a new key for BAKEN_DESK_KEYS."""
    return Fernet.generate_key().decode()


def fingerprint(text: str) -> str:
    """Return a digest of something that is secret in itself, such as a link's token."""
    return hashlib.sha256(text.encode()).hexdigest()
