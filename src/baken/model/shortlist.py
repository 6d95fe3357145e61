"""A need and its answer."""

from __future__ import annotations

from msgspec import Struct

from .statement import Statement


class Need(Struct, frozen=True, kw_only=True):
    """What was asked, as understood.

    Attributes:
        text: the visitor's own words, trimmed.
        language: ISO 639-1 code of the text.
        themes: theme ids found in it, the most certain first.
        roles: role ids wanted; empty when the text wants no role in particular.
        places: place ids named in it.
    """

    text: str
    language: str
    themes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class Reason(Struct, frozen=True, omit_defaults=True):
    """Why an organisation fits.

    Attributes:
        text: a sentence, quoted or restated from the statements.
        statements: ids of those it rests on.
        language: ISO 639-1 code of what it quotes or says; that of the need, unless what is quoted
            is not known in it.
        note: says which language that is, for a visitor who wrote another; None for their own.
    """

    text: str
    statements: tuple[str, ...]
    language: str
    note: str | None = None


class Match(Struct, frozen=True, kw_only=True):
    """One line of a shortlist.

    Attributes:
        id: the organisation.
        name: its name in the visitor's language where there is one.
        kind: what it is.
        roles: the roles in which it answers this need, best first.
        score: 0–1, higher is better.
        reasons: why it fits, the strongest first.
        missing: what the need asks for and the organisation is not known to have.
        signals: each signal's share of the score, by name; they add up to the score.
    """

    id: str
    name: str
    kind: str
    roles: tuple[str, ...]
    score: float
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...] = ()
    signals: dict[str, float] = {}


class Aside(Struct, frozen=True, kw_only=True):
    """An organisation that is not in a shortlist but is worth a word.

    Attributes:
        match: it, as a line of the list would be.
        why: why it is named and not in the list, with the statements that it rests on, if any.
    """

    match: Match
    why: Reason


class Shortlist(Struct, frozen=True, kw_only=True):
    """The answer to a need.

    Attributes:
        need: what was asked, as understood.
        matches: best first; empty when nothing here fits.
        nearest_themes: theme ids to offer when nothing, or little, fits.
        statements: every statement that a reason cites, by id.
        also: at most three to consider besides: the next ones, and for what comes next.
        nearest_miss: who would be in the list but for one thing (another place, closed, not let
            through by a filter), or None.
        milliseconds: how long the answer took.
        note: a sentence for the visitor (the need was cut, too short, nothing fits), or None.
    """

    need: Need
    matches: tuple[Match, ...]
    nearest_themes: tuple[str, ...] = ()
    also: tuple[Aside, ...] = ()
    nearest_miss: Aside | None = None
    statements: dict[str, Statement] = {}
    milliseconds: float = 0.0
    note: str | None = None
