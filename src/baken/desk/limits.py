"""How often somebody may do the same, so that one visitor cannot fill the desk.

Each limit is a bucket that refills by itself: `burst` times at once, then once every `every_s`.
The desk's database holds one moment a bucket, so that all web processes share it, under a digest
that is keyed and of one day: nobody can read an address from it, nor follow one over days.
"""

from __future__ import annotations

import datetime
import ipaddress
import math
from typing import Final, Literal

from msgspec import Struct

from baken.errors import TooOftenError
from baken.text.marking import message

from .records import Records, moment, stamp

What = Literal["enquiries from a network", "enquiries of an address", "messages", "own data"]


class Limit(Struct, frozen=True):
    """How often something may be done.

    Attributes:
        burst: times at once.
        every_s: seconds after which it may be done once more.
    """

    burst: int
    every_s: int


LIMITS: Final[dict[What, Limit]] = {
    "enquiries from a network": Limit(8, 300),
    "enquiries of an address": Limit(4, 1_800),
    "messages": Limit(10, 300),
    "own data": Limit(3, 14_400),
}
"""A fair of ten founders behind one address is slowed down, a program that posts is stopped."""

_REFUSAL: Final = message(
    "This was sent very often within a short time. Wait a few minutes, and send it again: what you"
    " wrote is still here."
)


def take(records: Records, what: What, key: str) -> None:
    """Count that somebody does something, unless they may not now.

    Args:
        records: the transaction; nothing is counted when it fails.
        what: of `LIMITS`.
        key: who: an address of a network or of a mailbox, or an identifier; it is not kept.

    Raises:
        TooOftenError: they may not yet.
    """
    limit, now = LIMITS[what], records.now
    digest = records.vault.digest(f"{what} {now:%Y-%m-%d} {key}")
    rows = records.session.select("pace", digest=digest)
    begin = max(moment(rows[0][0]), now) if rows else now
    free = begin + datetime.timedelta(seconds=limit.every_s)
    wait = (free - now).total_seconds() - limit.burst * limit.every_s
    if wait > 0:
        raise TooOftenError(_REFUSAL, retry_after_s=math.ceil(wait))
    records.session.execute("set_pace", digest=digest, free=stamp(free))


def network_of(peer: str) -> str:
    """Return the network that an address is counted with: of IPv6, what one household has."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)
