"""Signing in where the team signs in already: OpenID Connect, against any provider.

The authorisation code flow of OpenID Connect Core 1.0, section 3.1, with PKCE (RFC 7636, S256),
`state`, `nonce` and the provider's name in its answer (RFC 9207). What ties an answer to the
browser that asked is derived from one random value that only this browser holds, in a cookie, so
nothing is kept here meanwhile, and any process may finish what another began.

What is learnt is one thing: an address that the provider has verified. Who may come in is the
desk's own team directory; the provider's word makes nobody an officer.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

from baken.config import Settings
from baken.errors import DeskError, SettingError
from baken.text.marking import message

T = TypeVar("T")

_LOG: Final = logging.getLogger("baken.desk.provider")

RETURN_PATH: Final = "/desk/sign-in/return"
"""Where the provider sends people back to; it must know this address."""

LIFETIME_S: Final = 600
"""Seconds within which a sign-in that was begun is finished: a password, a telephone, a code."""

ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519",
)  # fmt: skip
"""Signatures that are believed. All have a public key: one with a shared secret, or none at all,
could be made by others than the provider."""

_FRESH_S: Final = 3_600
"""Seconds for which what a provider says of itself is believed without asking again."""

_LEEWAY_S: Final = 60
"""Seconds by which two clocks may differ."""

_TIMEOUT_S: Final = 10.0
_LARGEST: Final = 1_000_000
"""Bytes of an answer."""

_SCOPE: Final = "openid email"
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

_NOT_BEGUN: Final = message(
    "This sign-in was not begun in this browser, or took longer than ten minutes. Begin again."
)
_NOT_DONE: Final = message("You were not signed in there. Begin again, or sign in with a password.")
_NOT_UNDERSTOOD: Final = message(
    "The sign-in service gave an answer that cannot be trusted, so you were not signed in. Begin"
    " again; if it stays so, tell an administrator."
)
_UNREACHABLE: Final = message(
    "The sign-in service does not answer. Try again in a minute, or sign in with a password."
)
_UNVERIFIED: Final = message(
    "The sign-in service does not vouch for your e-mail address. Have it verified there, or sign"
    " in with a password."
)


class Errand(Struct, frozen=True):
    """A way to the provider.

    Attributes:
        url: where the browser goes.
        memory: what the browser brings back, and shows nobody else: 256 random bits as text.
    """

    url: str
    memory: str


class _Metadata(Struct, frozen=True):
    """What a provider says of itself (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(Struct, frozen=True):
    """What a provider gives for a code."""

    id_token: str
    access_token: str


class _DoubtError(Exception):
    """Something in an answer is not as it must be; says what, and nothing that was in it."""


class Provider:
    """The provider that the settings name. Safe to use from several threads."""

    def __init__(
        self,
        *,
        issuer: str,
        client: str,
        secret: str | None,
        name: str,
        site: str,
        clock: Callable[[], float],
    ) -> None:
        """Take whom to ask, and as whom.

        Args:
            issuer: the provider's own name for itself, an address.
            client: as which Baken is known there.
            secret: that goes with it; None for a client without one.
            name: that people call it by.
            site: the address of this site, which the provider sends people back to.
            clock: returns seconds since 1970.

        Raises:
            SettingError: the issuer is none.
        """
        parts = urlsplit(issuer)
        if not parts.hostname or not _is_safe(issuer) or parts.query or parts.fragment:
            raise SettingError(
                "BAKEN_OIDC_ISSUER is the address of a sign-in service, such as "
                "https://login.example.org/realms/agency, and starts with https://."
            )
        self.name: Final = name or parts.hostname
        self.returns_to: Final = f"{site}{RETURN_PATH}"
        self._issuer = issuer
        self._client = client
        self._secret = secret
        self._clock = clock
        self._known: tuple[float, _Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    @classmethod
    def of(cls, settings: Settings, clock: Callable[[], float]) -> Provider | None:
        """Return the provider that the settings name; None where they name none.

        Raises:
            SettingError: half of what is needed is set.
        """
        if settings.oidc_issuer is None and settings.oidc_client is None:
            return None
        if settings.oidc_issuer is None or settings.oidc_client is None:
            raise SettingError(
                "BAKEN_OIDC_ISSUER and BAKEN_OIDC_CLIENT go together: set both, or neither."
            )
        return cls(
            issuer=settings.oidc_issuer,
            client=settings.oidc_client,
            secret=settings.oidc_secret.reveal() if settings.oidc_secret else None,
            name=settings.oidc_name,
            site=settings.address,
            clock=clock,
        )

    def begin(self) -> Errand:
        """Return where to send a browser, and what it is to remember.

        Raises:
            DeskError: the provider does not answer.
        """
        metadata = self._ask(self._metadata)
        memory = secrets.token_urlsafe(32)
        given = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self.returns_to,
            "scope": _SCOPE,
            "state": _derived(memory, "state"),
            "nonce": _derived(memory, "nonce"),
            "code_challenge": _challenge(_derived(memory, "verifier")),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in metadata.authorization_endpoint else "?"
        return Errand(f"{metadata.authorization_endpoint}{joint}{urlencode(given)}", memory)

    def finish(self, memory: str, answer: Mapping[str, str]) -> str:
        """Return the verified address of who came back.

        Args:
            memory: what the browser remembered; empty for a browser that remembers nothing.
            answer: the parameters that it came back with.

        Raises:
            DeskError: nobody is to be signed in; the sentence says what to do.
        """
        state = answer.get("state", "")
        if not memory or not hmac.compare_digest(
            state.encode(), _derived(memory, "state").encode()
        ):
            raise DeskError(_NOT_BEGUN)
        if "error" in answer or not answer.get("code"):
            raise DeskError(_NOT_DONE)
        return self._ask(lambda: self._address(memory, answer))

    def _address(self, memory: str, answer: Mapping[str, str]) -> str:
        metadata = self._metadata()
        named = answer.get("iss")
        is_named = metadata.authorization_response_iss_parameter_supported
        if (named is not None or is_named) and named != self._issuer:
            raise _DoubtError("the answer is another provider's")
        tokens = self._redeem(metadata, answer["code"], _derived(memory, "verifier"))
        claims = self._claims(metadata, tokens.id_token, _derived(memory, "nonce"))
        if "email" not in claims:
            claims = self._asked(metadata, tokens.access_token, str(claims["sub"]))
        address, verified = claims.get("email"), claims.get("email_verified")
        # Some providers write the truth in letters.
        if not isinstance(address, str) or not (verified is True or verified == "true"):
            raise DeskError(_UNVERIFIED)
        return address

    def _redeem(self, metadata: _Metadata, code: str, verifier: str) -> _Tokens:
        """Return what a code is worth; it is worth something once."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.returns_to,
            "code_verifier": verifier,
        }
        headers = {"Accept": "application/json"}
        if self._secret is None:
            form["client_id"] = self._client
        elif "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            pair = f"{quote(self._client, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self._client, "client_secret": self._secret}
        content = self._fetch("POST", metadata.token_endpoint, data=form, headers=headers)
        return msgspec.json.decode(content, type=_Tokens)

    def _claims(self, metadata: _Metadata, token: str, nonce: str) -> dict[str, Any]:
        """Return what an ID token says, once it is proven that the provider says so, to us, now.

        See OpenID Connect Core 1.0, section 3.1.3.7.
        """
        try:
            claims = jwt.decode(token, self._key_set(metadata), algorithms=ALGORITHMS).claims
        except InvalidKeyIdError:  # the provider may have changed its keys since
            self._keys = None
            claims = jwt.decode(token, self._key_set(metadata), algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            now=int(self._clock()),
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
        party, audience = claims.get("azp"), claims["aud"]
        if party is None and isinstance(audience, list) and len(audience) > 1:
            raise _DoubtError("the token is for several and does not say for whom")
        if party not in (None, self._client):
            raise _DoubtError("the token is for somebody else")
        return claims

    def _asked(self, metadata: _Metadata, access: str, subject: str) -> dict[str, Any]:
        """Return what the provider says of somebody when it is asked with their token."""
        if metadata.userinfo_endpoint is None:
            return {}
        headers = {"Authorization": f"Bearer {access}", "Accept": "application/json"}
        content = self._fetch("GET", metadata.userinfo_endpoint, headers=headers)
        found = msgspec.json.decode(content, type=dict[str, Any])
        if found.get("sub") != subject:
            raise _DoubtError("it speaks of somebody else than its token")
        return found

    def _metadata(self) -> _Metadata:
        if self._known is not None and self._clock() - self._known[0] < _FRESH_S:
            return self._known[1]
        url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        found = msgspec.json.decode(self._fetch("GET", url), type=_Metadata)
        if found.issuer != self._issuer:
            raise _DoubtError("it calls itself something else than BAKEN_OIDC_ISSUER")
        self._known = (self._clock(), found)
        return found

    def _key_set(self, metadata: _Metadata) -> KeySet:
        if self._keys is not None and self._clock() - self._keys[0] < _FRESH_S:
            return self._keys[1]
        found = msgspec.json.decode(self._fetch("GET", metadata.jwks_uri), type=dict[str, Any])
        if not isinstance(found.get("keys"), list):
            raise _DoubtError("its keys are none")
        keys = KeySet.import_key_set({"keys": found["keys"]})
        self._keys = (self._clock(), keys)
        return keys

    def _fetch(self, method: Literal["GET", "POST"], url: str, **given: Any) -> bytes:
        if not _is_safe(url):
            raise _DoubtError("it names an address without encryption")
        with (
            httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False) as client,
            client.stream(method, url, **given) as answer,
        ):
            content = b""
            for part in answer.iter_bytes():
                content += part
                if len(content) > _LARGEST:
                    raise _DoubtError("an answer is too long")
            if not answer.is_success:
                raise _DoubtError(f"it answers {answer.status_code}")
            return content

    def _ask(self, question: Callable[[], T]) -> T:
        """Return an answer of the provider, or say in a sentence why there is none.

        What it wrote is not logged, for it may name somebody.

        Raises:
            DeskError: it does not answer, or not as it must.
        """
        try:
            return question()
        except httpx.HTTPError as error:
            _LOG.warning("The sign-in service cannot be asked (%s).", type(error).__name__)
            raise DeskError(_UNREACHABLE) from None
        except _DoubtError as doubt:
            _LOG.warning("The sign-in service is not believed: %s.", doubt)
            raise DeskError(_NOT_UNDERSTOOD) from None
        except (
            JoseError, msgspec.MsgspecError, binascii.Error, httpx.InvalidURL, ValueError, TypeError
        ) as error:  # fmt: skip
            _LOG.warning("The sign-in service is not believed (%s).", type(error).__name__)
            raise DeskError(_NOT_UNDERSTOOD) from None


def _derived(memory: str, purpose: str) -> str:
    """Return a value that only who has the memory can name, another for each purpose."""
    return _text(hmac.digest(memory.encode(), f"baken sign-in {purpose}".encode(), "sha256"))


def _challenge(verifier: str) -> str:
    return _text(hashlib.sha256(verifier.encode()).digest())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _is_safe(url: str) -> bool:
    """Return whether what goes to an address is encrypted, or stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
