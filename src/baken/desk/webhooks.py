"""Telling the agency's programs what happened, signed as Standard Webhooks says.

See https://www.standardwebhooks.com. A message is told again until it is taken, with the same
`webhook-id`; the order of events is kept, since a webhook is told the next one only when it has
taken the one before.
"""

from __future__ import annotations

import base64
import hmac
import logging
from types import TracebackType
from typing import Final, Protocol, Self

import httpx

from .programs import Programs, Telling

_LOG: Final = logging.getLogger("baken.desk.webhooks")

LEASE_S: Final = 60.0
_TIMEOUT_S: Final = 20.0
"""As Standard Webhooks recommends: 15 to 30 seconds."""


class Messenger(Protocol):
    """What takes a message to a program."""

    def tell(self, telling: Telling, timestamp: int) -> str | None:
        """Tell a program; return None when it took the message, otherwise a word why not."""

    def close(self) -> None:
        """Release what is held."""


class HttpMessenger:
    """Posts messages; follows no redirect, and reads nothing of the answer but its status."""

    def __init__(self) -> None:
        """Hold connections open between messages."""
        self._client = httpx.Client(
            timeout=_TIMEOUT_S, follow_redirects=False, headers={"User-Agent": "Baken"}
        )

    def tell(self, telling: Telling, timestamp: int) -> str | None:
        """Post a message; see `Messenger.tell`."""
        headers = {
            "Content-Type": "application/json",
            "webhook-id": telling.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(telling, timestamp),
        }
        request = self._client.build_request(
            "POST", telling.webhook.url, content=telling.body, headers=headers
        )
        try:
            answer = self._client.send(request, stream=True)
        except httpx.TimeoutException:
            return "no answer in time"
        except (httpx.HTTPError, httpx.InvalidURL):
            return "connection"
        answer.close()
        return None if answer.is_success else str(answer.status_code)

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        """Return the messenger itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the connections."""
        self.close()


def signature(telling: Telling, timestamp: int) -> str:
    """Return what proves that a message is the desk's: HMAC-SHA256, version 1."""
    signed = f"{telling.message_id}.{timestamp}.".encode() + telling.body
    digest = hmac.digest(telling.secret, signed, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def tell_next(
    programs: Programs, messenger: Messenger, holder: str, timestamp: int, *, lease_s: float
) -> bool:
    """Tell one event to one program; False when nothing is to be told.

    Args:
        programs: whose webhooks.
        messenger: takes it there.
        holder: who tells, unlike any other.
        timestamp: seconds since 1970.
        lease_s: how long others keep away from the webhook.
    """
    telling = programs.claim_telling(holder, lease_s)
    if telling is None:
        return False
    problem = messenger.tell(telling, timestamp)
    is_off = programs.settle_telling(telling, holder, problem)
    if problem is not None:
        _LOG.warning(
            "Webhook %s did not take event %s (%s)%s.",
            telling.webhook.id,
            telling.happening.number,
            problem,
            "; it is switched off until somebody switches it on" if is_off else "",
        )
    return True
