"""A need and its answer."""

from __future__ import annotations

from typing import Final, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from .statement import Statement
from .values import Language

Sort = Literal[
    "theme",
    "role",
    "kind",
    "place",
    "near",
    "not-theme",
    "not-role",
    "not-kind",
    "not-place",
    "not-organisation",
]
"""What one part of a need is about; ``near`` is a place whose neighbourhood will do, ``not-`` what
is to be left out."""

SORTS: Final[tuple[Sort, ...]] = get_args(Sort)

NO_STAGE: Final = "none"
"""The stage of somebody who says that the stage that was read is none of theirs."""


class Aspect(Struct, frozen=True, order=True):
    """One part of a need, written ``theme:lung`` or ``not-kind:university``.

    Attributes:
        sort: what it is about.
        id: of a theme, a role, a kind, a place or an organisation, by its sort.
    """

    sort: Sort
    id: str

    def __str__(self) -> str:
        return f"{self.sort}:{self.id}"


class Corrections(Struct, frozen=True, kw_only=True):
    """What a visitor corrects in the reading of their words.

    Attributes:
        wanted: parts of the need that count although the words do not say them.
        unwanted: parts that do not count although the words seem to say them.
        stage: the stage instead of the one read; `NO_STAGE` for none.
        language: the language of the words instead of the one read.
    """

    wanted: tuple[Aspect, ...] = ()
    unwanted: tuple[Aspect, ...] = ()
    stage: str | None = None
    language: Language | None = None

    def adding(self, aspect: Aspect) -> Corrections:
        """Return these with a part that counts, or counts again."""
        if aspect in self.unwanted:
            return replace(self, unwanted=tuple(a for a in self.unwanted if a != aspect))
        return replace(self, wanted=tuple(dict.fromkeys((*self.wanted, aspect))))

    def removing(self, aspect: Aspect) -> Corrections:
        """Return these with a part that counts no longer."""
        if aspect in self.wanted:
            return replace(self, wanted=tuple(a for a in self.wanted if a != aspect))
        return replace(self, unwanted=tuple(dict.fromkeys((*self.unwanted, aspect))))

    def parameters(self) -> dict[str, str | tuple[str, ...]]:
        """Return them as parameters of an address; those that say nothing are left out."""
        said: dict[str, str | tuple[str, ...]] = {
            "with": tuple(map(str, self.wanted)),
            "without": tuple(map(str, self.unwanted)),
            "stage": self.stage or "",
            "language": self.language or "",
        }
        return {name: value for name, value in said.items() if value}


class Excluded(Struct, frozen=True, kw_only=True):
    """What the visitor does not want, ids by sort.

    Attributes:
        themes: what is said of these is not looked at.
        roles: nobody is shown for these.
        kinds: organisations of these kinds, and units of such, are left out.
        places: organisations in these places are left out.
        organisations: these, and what is part of them, are left out.
    """

    themes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


class Need(Struct, frozen=True, kw_only=True):
    """What was asked, as understood.

    Attributes:
        text: the visitor's own words, trimmed.
        language: ISO 639-1 code of the text.
        themes: theme ids found in it, the most certain first.
        roles: role ids wanted; empty when the text wants no role in particular.
        places: place ids named in it.
        near: those of the places whose neighbourhood will do.
        kinds: kinds of organisation named in it.
        stage: how far along the visitor's product is; None when the text does not say.
        excluded: what the text does not want.
    """

    text: str
    language: str
    themes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    stage: str | None = None
    excluded: Excluded = Excluded()

    def aspects(self) -> tuple[Aspect, ...]:
        """Return its parts one by one: what is wanted, then what is not."""
        out = self.excluded
        parts: tuple[tuple[Sort, tuple[str, ...]], ...] = (
            ("theme", self.themes),
            ("role", self.roles),
            ("kind", self.kinds),
            ("place", tuple(place for place in self.places if place not in self.near)),
            ("near", self.near),
            ("not-theme", out.themes),
            ("not-role", out.roles),
            ("not-kind", out.kinds),
            ("not-place", out.places),
            ("not-organisation", out.organisations),
        )
        return tuple(Aspect(sort, identity) for sort, ids in parts for identity in ids)


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
        score: how likely it is worth a call, 0–1, as measured for its fit and its place.
        reasons: why it fits, the strongest first.
        missing: what the need asks for and the organisation is not known to have.
        signals: each signal's share of the fit, by name; they add up to it.
    """

    id: str
    name: str
    kind: str
    roles: tuple[str, ...]
    score: float
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...] = ()
    signals: dict[str, float] = {}

    @property
    def fit(self) -> float:
        """How well it fits, 0–1: what a shortlist is ordered by."""
        return sum(self.signals.values())


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
        likely_themes: theme ids that the words come near to and do not name, to be asked about.
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
    likely_themes: tuple[str, ...] = ()
    also: tuple[Aside, ...] = ()
    nearest_miss: Aside | None = None
    statements: dict[str, Statement] = {}
    milliseconds: float = 0.0
    note: str | None = None
