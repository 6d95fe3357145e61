"""A need in, a shortlist out."""

from __future__ import annotations

import time
from functools import cached_property
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from msgspec.structs import replace

from baken.errors import NeedError, StoreError
from baken.model import Aside, Corrections, Landscape, Match, Reason, Shortlist
from baken.search import FIELDS, Index, Rows, spans
from baken.store import Store
from baken.text.marking import message

from .aside import Asides, Filters
from .belief import worth_a_call
from .brief import LONGEST_NEED, Brief, BriefReader
from .eligibility import Eligibility, Mask
from .pool import choose
from .profiles import Profiles
from .ranking import Candidate, Ranking, rank, weigh
from .reasons import Explainer
from .signals import FIELD_WORTH, Asked, Question
from .surroundings import Surroundings
from .thesaurus import Array, Thesaurus
from .wording import NOTHING_FITS, TOO_SHORT, WAS_CUT, say

_NEIGHBOURHOOD_KM: Final = 20.0
"""How far "near Hasselt" reaches, as the crow flies: to Genk and Sint-Truiden, not to Leuven."""

_MOST_LIKELY: Final = 3

_COMPARED: Final = 20
"""Organisations by which it is told whether an index is of a store."""


class Matcher:
    """Answers needs from one landscape; safe to share between threads.

    What it knows is as of the moment it was made: make a new one when the store's revision grows.
    """

    def __init__(self, store: Store, index: Index, *, landscape: Landscape | None = None) -> None:
        """Prepare to answer.

        Args:
            store: whose organisations are matched.
            index: of the same revision of the store.
            landscape: the store's own when None.

        Raises:
            StoreError: the index holds organisations that the store does not.
        """
        self._store = store
        self._index = index
        self._landscape = landscape or store.landscape()
        _refuse_strangers(store, index)
        roster = index.roster
        self._profiles = Profiles(index, self._landscape)
        self._eligibility = Eligibility(index, self._landscape)
        codes = roster.codes
        self._thesaurus = Thesaurus(self._landscape, codes.themes, roster.by_theme, len(roster))
        self._worth = np.array([FIELD_WORTH[field] for field in FIELDS], dtype=np.float32)
        self._nearby: dict[str, Array] = {}
        self._surroundings = Surroundings(roster)

    @cached_property
    def _reader(self) -> BriefReader:
        """What reads needs; making it takes most of a matcher's time, and not all ask needs."""
        return BriefReader(self._landscape, self._index)

    @property
    def surroundings(self) -> Surroundings:
        """Who is like an organisation, and who is near it."""
        return self._surroundings

    def warm(self) -> None:
        """Load what is loaded at the first need otherwise: encoder and language identifier."""
        self._reader.warm()

    def find(
        self,
        text: str,
        *,
        limit: int = 10,
        role: str | None = None,
        province: str | None = None,
        corrections: Corrections | None = None,
    ) -> Shortlist:
        """Return who fits a need, best first, with reasons.

        Args:
            text: the need in the visitor's own words; any text will do.
            limit: at most so many matches.
            role: only organisations that offer this role.
            province: only organisations in this province of the landscape.
            corrections: what was misread, or is to count besides.

        Raises:
            NeedError: there is no such role or province.
        """
        started = time.perf_counter()
        self._check(role, province)
        brief = self._reader.read(text, corrections)
        language = brief.need.language
        notes = []
        if len(text.strip()) > LONGEST_NEED:
            notes.append(say(WAS_CUT, language).format(LONGEST_NEED))
        if not brief.words or not len(self._index.roster):
            notes.append(say(TOO_SHORT, language))
            return Shortlist(
                need=brief.need, matches=(), milliseconds=_since(started), note=" ".join(notes)
            )
        if role is not None:
            brief = replace(brief, roles=brief.roles | {role: 1.0})
        question = self._question(brief)
        excluded = brief.need.excluded
        answer = self._answer(question, limit, self._eligibility.of(role, province, excluded))
        matches = tuple(answer.match(one, place) for place, one in enumerate(answer.found))
        missed = answer.asides.nearest_miss()
        if role is not None or province is not None:
            # Who misses one thing is near: with two filters the place is what is given up.
            wider = self._eligibility.of(role if province is not None else None, None, excluded)
            whole = self._answer(question, 1, wider)
            best = answer.found[0] if answer.found else None
            told = whole.asides.filtered(best, Filters(role, province))
            nearest = whole.aside(told) if told else None
        else:
            nearest = answer.aside(missed) if missed else None
        missing = nearest.match.id if nearest is not None else None
        also = tuple(
            answer.aside(told) for told in answer.asides.also() if told[0].profile.id != missing
        )
        if not matches:
            notes.append(say(NOTHING_FITS, language))
        beside = (*also, nearest) if nearest is not None else also
        reasons = chain(
            chain.from_iterable(match.reasons for match in matches),
            chain.from_iterable((*one.match.reasons, one.why) for one in beside),
        )
        return Shortlist(
            need=brief.need,
            matches=matches,
            nearest_themes=() if matches else self._reader.nearest_themes(brief),
            likely_themes=brief.likely_themes[:_MOST_LIKELY],
            also=also,
            nearest_miss=nearest,
            statements=self._store.by_id({i for reason in reasons for i in reason.statements}),
            milliseconds=_since(started),
            note=" ".join(notes) or None,
        )

    def _answer(self, question: Question, limit: int, is_eligible: Mask | None) -> _Answer:
        rows = choose(self._index, self._thesaurus, question, weigh(question), is_eligible)
        asked = self._ask(question, rows)
        ranking = Ranking(asked, self._profiles)
        found = rank(asked, ranking, limit)
        explainer = Explainer(
            asked, ranking, self._index, self._profiles, self._landscape, self._thesaurus
        )
        asides = Asides(asked, ranking, found, self._profiles, self._landscape)
        return _Answer(found, explainer, asides, question.brief.need.language)

    def _check(self, role: str | None, province: str | None) -> None:
        roles = self._landscape.vocabulary.roles
        if role is not None and role not in roles:
            raise NeedError(
                message("There is no role “%(word)s”."),
                message("Choose one of: %(choices)s."),
                word=role,
                choices=", ".join(roles),
            )
        provinces = self._landscape.provinces
        if province is not None and province not in provinces:
            raise NeedError(
                message("There is no province “%(word)s”."),
                message("Choose one of: %(choices)s."),
                word=province,
                choices=", ".join(provinces),
            )

    def _question(self, brief: Brief) -> Question:
        weights = {
            theme: certainty * self._thesaurus.rarity(theme)
            for theme, certainty in brief.themes.items()
        }
        total = sum(weights.values())
        places = self._places(brief)
        nearby = [self._near_place(place) for place in places]
        return Question(
            brief=brief,
            roster=self._index.roster,
            sought=self._index.seek(brief.words, brief.word_vectors, brief.need.language),
            weights={theme: weight / total for theme, weight in weights.items() if weight},
            strength=total,
            around={place: self._enclosing(place) for place in places},
            nearby=np.max(nearby, axis=0) if nearby else np.zeros(0, dtype=np.float32),
        )

    def _ask(self, question: Question, rows: Rows) -> Asked:
        index, brief, rare = self._index, question.brief, question.sought.rarity
        positions, counts = spans(index.bounds, rows)
        everything = None if len(rows) == len(index.roster) else positions
        credits = index.look_up(question.sought, everything)
        credits = credits * self._worth[index.fields[positions]] * (rare / rare.sum())[:, None]
        about = self._thesaurus.match(list(question.weights), index.tags[positions])
        cosines = index.compare(brief.vectors, everything).max(axis=0)
        silenced = self._eligibility.silenced(brief.need.excluded, positions)
        if silenced is not None:
            about[:, silenced], credits[:, silenced], cosines[silenced] = 0.0, 0.0, 0.0
        return Asked(
            **{name: getattr(question, name) for name in Question.__struct_fields__},
            rows=rows,
            positions=positions,
            starts=np.cumsum(counts) - counts,
            offered=index.roles[positions],
            about=about,
            credits=credits,
            cosines=cosines,
        )

    def _places(self, brief: Brief) -> tuple[str, ...]:
        """Return the places asked for, and those around what is to be near."""
        near = (self._landscape.nearby(place, _NEIGHBOURHOOD_KM) for place in brief.need.near)
        return tuple(dict.fromkeys((*brief.need.places, *chain.from_iterable(near))))

    def _near_place(self, wanted: str) -> Array:
        """Return how well each place fits one that is asked for: 1 within, half around it."""
        if wanted not in self._nearby:
            around = self._enclosing(wanted)
            self._nearby[wanted] = np.array(
                [
                    1.0 if wanted in self._enclosing(place) else 0.5 if place in around else 0.0
                    for place in self._index.roster.codes.places
                ]
                + [0.0],
                dtype=np.float32,
            )
        return self._nearby[wanted]

    def _enclosing(self, place: str) -> tuple[str, ...]:
        return tuple(enclosing.id for enclosing in self._landscape.enclosing(place))


def _refuse_strangers(store: Store, index: Index) -> None:
    """Compare a few organisations: an index that was made from another store shares hardly one."""
    some = index.organisations[:_COMPARED]
    strangers = [identity for identity in some if identity not in store.names(some)]
    if strangers:
        raise StoreError(
            f"The index knows “{strangers[0]}”, which the store does not hold: it was made from "
            "other statements. Delete the index; it is built again when needed."
        )


class _Answer(NamedTuple):
    """Who was found for a question, and what tells about them."""

    found: list[Candidate]
    explainer: Explainer
    asides: Asides
    language: str

    def match(self, candidate: Candidate, place: int) -> Match:
        profile = candidate.profile
        return Match(
            id=profile.id,
            name=profile.name(self.language),
            kind=profile.kind,
            roles=self.explainer.roles(candidate),
            score=worth_a_call(candidate.score, place),
            reasons=self.explainer.reasons(candidate),
            missing=self.explainer.missing(candidate),
            signals=candidate.shares,
        )

    def aside(self, told: tuple[Candidate, Reason]) -> Aside:
        candidate, why = told
        return Aside(match=self.match(candidate, len(self.found)), why=why)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
