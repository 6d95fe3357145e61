"""What is usual where nobody has said otherwise: how long a visit takes and when hosts receive.

Practice, not knowledge of the hosts: pages say "usual" beside it, and both can be changed for each
stop.
"""

from __future__ import annotations

import datetime
from typing import Final

from .trip import Window

MINUTES: Final[dict[str, int]] = {
    "science-park": 60,
    "incubator": 60,
    "accelerator": 60,
    "university-hospital": 90,
    "hospital": 90,
    "hospital-network": 60,
    "research-centre": 75,
    "university": 75,
    "department": 60,
    "research-group": 60,
    "laboratory": 60,
    "centre-of-excellence": 60,
    "platform": 60,
    "biobank": 60,
    "living-lab": 75,
    "technology-transfer-office": 45,
    "company": 75,
    "cluster": 45,
    "community": 45,
    "programme": 45,
    "sector-federation": 45,
    "bank": 45,
    "investor": 45,
    "regulator": 45,
    "public-agency": 45,
}
"""Minutes by kind of organisation: where there is something to see, an hour and more."""

OTHERWISE: Final = 60
"""Minutes for a kind that the table does not know."""

HOURS: Final = (Window(datetime.time(9), datetime.time(17), (0, 1, 2, 3, 4)),)
"""When hosts receive: on working days."""


def usual_minutes(kind: str) -> int:
    """Return how long a visit to an organisation of a kind usually takes."""
    return MINUTES.get(kind, OTHERWISE)
