"""A need in, a shortlist out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from baken.errors import NeedError
from baken.model import Corrections, Excluded, Landscape, Match, Shortlist
from baken.search import Index
from baken.store import Store

from .brief import LONGEST_NEED, Brief, BriefReader
from .profiles import Profile, profiles_of
from .ranking import Candidate, rank
from .reasons import Explainer
from .signals import FIELD_WORTH, Asked
from .thesaurus import Thesaurus
from .wording import NOTHING_FITS, TOO_SHORT, WAS_CUT, say

_NEIGHBOURHOOD_KM: Final = 20.0
"""How far "near Hasselt" reaches, as the crow flies: to Genk and Sint-Truiden, not to Leuven."""

_MOST_LIKELY: Final = 3

_UNIT: Final = "unit"
"""The kind of what is nothing by itself: departments, groups, laboratories."""


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
        """
        self._store = store
        self._index = index
        self._landscape = landscape or store.landscape()
        organisations = {o.id: o for o in store.organisations()}
        self._profiles = profiles_of(organisations, index, self._landscape)
        self._by_id = {profile.organisation.id: profile for profile in self._profiles}
        self._reader = BriefReader(self._landscape, tuple(organisations.values()), index)
        tagged = [passage.themes for passage in index.passages]
        self._thesaurus = Thesaurus(self._landscape, tagged, index.starts)
        worth = [FIELD_WORTH[passage.field] for passage in index.passages]
        self._worth = np.array(worth, dtype=np.float32)

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
        if not brief.words or not self._profiles:
            notes.append(say(TOO_SHORT, language))
            return Shortlist(
                need=brief.need, matches=(), milliseconds=_since(started), note=" ".join(notes)
            )
        if role is not None:
            brief = replace(brief, roles=brief.roles | {role: 1.0})
        asked = self._ask(brief)
        is_welcome = self._welcome(brief.need.excluded)
        found = rank(
            asked,
            limit,
            lambda profile: (
                (role is None or role in profile.offers)
                and (province is None or profile.organisation.province_id == province)
                and is_welcome(profile)
            ),
        )
        explainer = Explainer(asked, self._landscape, self._thesaurus)
        matches = tuple(_match(candidate, explainer, language) for candidate in found)
        if not matches:
            notes.append(say(NOTHING_FITS, language))
        cited = {i for match in matches for reason in match.reasons for i in reason.statements}
        return Shortlist(
            need=brief.need,
            matches=matches,
            nearest_themes=() if matches else self._reader.nearest_themes(brief),
            likely_themes=brief.likely_themes[:_MOST_LIKELY],
            statements=self._store.by_id(cited),
            milliseconds=_since(started),
            note=" ".join(notes) or None,
        )

    def _check(self, role: str | None, province: str | None) -> None:
        roles = self._landscape.vocabulary.roles
        if role is not None and role not in roles:
            raise NeedError(f"There is no role “{role}”. Use one of {', '.join(roles)}.")
        provinces = self._landscape.provinces
        if province is not None and province not in provinces:
            raise NeedError(
                f"There is no province “{province}”. Use one of {', '.join(provinces)}."
            )

    def _ask(self, brief: Brief) -> Asked:
        language = brief.need.language
        credits, rare = self._index.look_up(brief.words, brief.word_vectors, language)
        weights = {
            theme: certainty * self._thesaurus.rarity(theme)
            for theme, certainty in brief.themes.items()
        }
        total = sum(weights.values())
        about = self._thesaurus.match([theme for theme, weight in weights.items() if weight])
        credits = credits * self._worth * (rare / rare.sum())[:, None]
        cosines = self._index.compare(brief.vectors).max(axis=0)
        if brief.need.excluded.themes or brief.need.excluded.roles:
            silenced = self._silenced(brief)
            about[:, silenced], credits[:, silenced], cosines[silenced] = 0.0, 0.0, 0.0
        return Asked(
            brief=brief,
            profiles=self._profiles,
            by_id=self._by_id,
            passages=self._index.passages,
            starts=self._index.starts,
            weights={theme: weight / total for theme, weight in weights.items() if weight},
            strength=total,
            about=about,
            credits=credits,
            cosines=cosines,
            around={
                place: tuple(p.id for p in self._landscape.enclosing(place))
                for place in self._places(brief)
            },
        )

    def _places(self, brief: Brief) -> tuple[str, ...]:
        """Return the places asked for, and those around what is to be near."""
        near = (self._landscape.nearby(place, _NEIGHBOURHOOD_KM) for place in brief.need.near)
        found = dict.fromkeys((*brief.need.places, *(p for around in near for p in around)))
        return tuple(found)

    def _silenced(self, brief: Brief) -> NDArray[np.bool_]:
        """Say which passages are about what the visitor does not want, shape (passages,).

        A passage about an asked theme as well is heard; one in an unwanted role is not.
        """
        themes, roles = set(brief.need.excluded.themes), set(brief.need.excluded.roles)
        return np.array(
            [
                passage.role in roles
                or (not themes.isdisjoint(passage.themes) and themes.issuperset(passage.themes))
                for passage in self._index.passages
            ],
            dtype=np.bool_,
        )

    def _welcome(self, excluded: Excluded) -> Callable[[Profile], bool]:
        """Return what says whether an organisation is none of those that are not wanted.

        A department is what it is part of: without hospitals means without their departments, but
        not without the incubator that a university runs.
        """
        kinds, places, roles = set(excluded.kinds), set(excluded.places), set(excluded.roles)
        organisations = set(excluded.organisations)
        if excluded == Excluded():
            return lambda _: True

        def is_welcome(profile: Profile) -> bool:
            return (
                kinds.isdisjoint(self._kinds_with_what_it_is_part_of(profile))
                and places.isdisjoint(profile.places)
                and organisations.isdisjoint(profile.family)
                and not (profile.offers and roles.issuperset(profile.offers))
            )

        return is_welcome

    def _kinds_with_what_it_is_part_of(self, profile: Profile) -> set[str]:
        """Return an organisation's kinds and, for a unit, those up to the first that is none."""
        kinds = set(profile.kinds)
        above = iter(profile.ancestors)
        while _UNIT in profile.kinds and (ancestor := next(above, None)) is not None:
            profile = self._by_id.get(ancestor, profile)
            kinds.update(profile.kinds)
        return kinds


def _match(candidate: Candidate, explainer: Explainer, language: str) -> Match:
    organisation = candidate.profile.organisation
    return Match(
        id=organisation.id,
        name=organisation.name(language),
        kind=organisation.kind,
        roles=explainer.roles(candidate.profile),
        score=candidate.score,
        reasons=explainer.reasons(candidate),
        missing=explainer.missing(candidate),
        signals=candidate.shares,
    )


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
