"""Who answers an enquiry: by language, expertise, presence and load, and why.

What counts is the table `WEIGHTS`. Who is away before the answer is due comes after everybody who
is not; so does who has as much open as they can take. Among equals, who has less open.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from baken.model import Language

from .enquiry import Kind, Officer

WEIGHTS: Final = {"present": 100.0, "language": 8.0, "theme": 3.0, "kind": 2.0, "load": 4.0}
"""Points: for being there, for each shared theme (three count), for the kind, for free capacity.

Presence outweighs all else together: a promise is kept by somebody who is there."""

_MOST_THEMES: Final = 3


class Reason(Struct, frozen=True):
    """Why somebody was chosen.

    Attributes:
        code: a word of ``words.yaml``, section ``reasons``.
        about: what the word is about: a language, themes, a number; empty for most.
    """

    code: str
    about: str = ""


class Assignment(Struct, frozen=True):
    """Who was chosen, and why.

    Attributes:
        officer: who; None when there is nobody to choose from.
        reasons: in the order of their weight.
        score: points.
    """

    officer: Officer | None
    reasons: tuple[Reason, ...]
    score: float


def assign(
    officers: Iterable[Officer],
    *,
    kind: Kind,
    language: Language,
    themes: Iterable[str],
    first: datetime.date,
    last: datetime.date,
) -> Assignment:
    """Choose who answers.

    Args:
        officers: the team.
        kind: of the enquiry.
        language: the enquirer wrote in.
        themes: that it is about.
        first: the day it arrived.
        last: the day the answer is due.
    """
    ranked = rank(officers, kind=kind, language=language, themes=themes, first=first, last=last)
    return ranked[0] if ranked else Assignment(None, (), 0.0)


def rank(
    officers: Iterable[Officer],
    *,
    kind: Kind,
    language: Language,
    themes: Iterable[str],
    first: datetime.date,
    last: datetime.date,
) -> tuple[Assignment, ...]:
    """Return everybody who could answer, the most suitable first; `assign` says what is given."""
    wanted = set(themes)
    considered = [
        _consider(officer, kind, language, wanted, first, last)
        for officer in officers
        if officer.is_answering
    ]
    return tuple(
        sorted(
            considered,
            key=lambda one: (
                one.score,
                -(one.officer.open if one.officer else 0),
                one.officer.person.id if one.officer else "",
            ),
            reverse=True,
        )
    )


def _consider(
    officer: Officer,
    kind: Kind,
    language: Language,
    wanted: set[str],
    first: datetime.date,
    last: datetime.date,
) -> Assignment:
    score, reasons = 0.0, []
    days = (last - first).days + 1
    is_there = not any(officer.is_away(first + datetime.timedelta(n)) for n in range(days))
    if is_there and officer.open < officer.capacity:
        score += WEIGHTS["present"]
    reasons.append(Reason("present" if is_there else "away"))
    if language in officer.languages:
        score += WEIGHTS["language"]
        reasons.append(Reason("language", language))
    if shared := sorted(wanted & set(officer.themes)):
        score += WEIGHTS["theme"] * min(len(shared), _MOST_THEMES)
        reasons.append(Reason("theme", ", ".join(shared)))
    if kind in officer.kinds or not officer.kinds:
        score += WEIGHTS["kind"]
        reasons.append(Reason("kind"))
    score += WEIGHTS["load"] * max(0.0, 1 - officer.open / officer.capacity)
    reasons.append(Reason("load", str(officer.open)))
    return Assignment(officer, tuple(reasons), score)
