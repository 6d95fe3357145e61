"""A need in, a shortlist out."""

from __future__ import annotations

import time

import numpy as np
from msgspec.structs import replace

from baken.errors import NeedError
from baken.model import Landscape, Match, Shortlist
from baken.search import Index
from baken.store import Store

from .brief import LONGEST_NEED, Brief, BriefReader
from .profiles import profiles_of
from .ranking import Candidate, rank
from .reasons import Explainer
from .signals import FIELD_WORTH, Asked
from .thesaurus import Thesaurus
from .wording import NOTHING_FITS, TOO_SHORT, WAS_CUT, say


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
    ) -> Shortlist:
        """Return who fits a need, best first, with reasons.

        Args:
            text: the need in the visitor's own words; any text will do.
            limit: at most so many matches.
            role: only organisations that offer this role.
            province: only organisations in this province of the landscape.

        Raises:
            NeedError: there is no such role or province.
        """
        started = time.perf_counter()
        self._check(role, province)
        brief = self._reader.read(text)
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
        found = rank(
            asked,
            limit,
            lambda profile: (
                (role is None or role in profile.offers)
                and (province is None or profile.organisation.province_id == province)
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
        return Asked(
            brief=brief,
            profiles=self._profiles,
            by_id=self._by_id,
            passages=self._index.passages,
            starts=self._index.starts,
            weights={theme: weight / total for theme, weight in weights.items() if weight},
            strength=total,
            about=self._thesaurus.match([theme for theme, weight in weights.items() if weight]),
            credits=credits * self._worth * (rare / rare.sum())[:, None],
            cosines=self._index.compare(brief.vectors).max(axis=0),
            around={
                place: tuple(p.id for p in self._landscape.enclosing(place))
                for place in brief.need.places
            },
        )


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
