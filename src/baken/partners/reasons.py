"""Why an organisation fits, in sentences that cite statements, and what is not known of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from rapidfuzz import fuzz

from baken.model import LANGUAGES, Landscape, Reason
from baken.search import FIELDS, Index

from .profiles import Profile, Profiles
from .ranking import Candidate, Ranking
from .signals import Asked, answering_roles, support
from .thesaurus import CLOSE, Thesaurus
from .wording import IN_LANGUAGE, IS_CALLED, IS_IN, ITS_UNIT, WORKS_ON, say

_SENTENCES: Final = frozenset({"offer", "summary", "milestone"})
_IS_SENTENCE: Final = np.array([field in _SENTENCES for field in FIELDS])
"""Fields of passages that may be quoted; the rest are labels."""

_MOST: Final = 3
_WORTH_SAYING: Final = 0.25
_SAME: Final = 80.0
_CERTAIN: Final = 0.75


class Explainer:
    """Explains the candidates for one need."""

    def __init__(
        self,
        asked: Asked,
        ranking: Ranking,
        index: Index,
        profiles: Profiles,
        landscape: Landscape,
        thesaurus: Thesaurus,
    ) -> None:
        self._asked = asked
        self._ranking = ranking
        self._passages = index.passages
        self._fields = index.fields
        self._profiles = profiles
        self._landscape = landscape
        self._thesaurus = thesaurus
        language = asked.brief.need.language
        # Whoever writes another language is answered in English.
        self._language = language if language in LANGUAGES else "en"
        self._support = support(asked)

    def roles(self, candidate: Candidate) -> tuple[str, ...]:
        """Return the roles in which an organisation answers the need, best first."""
        own = self._support[self._asked.passages_of(candidate.place)]
        return answering_roles(candidate.profile, self._asked, own)

    def reasons(self, candidate: Candidate) -> tuple[Reason, ...]:
        """Return one to three reasons from different statements, the strongest first.

        A sentence is quoted from its statement, in the language of the need where the statement
        has it, else in its own; themes, places and names are restated with their labels in the
        language of the need.
        """
        chosen: list[Reason] = []
        cited: set[str] = set()
        for reason in self._possible(candidate):
            is_said = any(fuzz.token_set_ratio(reason.text, c.text) >= _SAME for c in chosen)
            if not is_said and not cited.intersection(reason.statements):
                chosen.append(reason)
                cited.update(reason.statements)
            if len(chosen) == _MOST:
                break
        return tuple(chosen)

    def missing(self, candidate: Candidate) -> tuple[str, ...]:
        """Return what was asked for and the organisation is not known to have, as labels."""
        profile, through = candidate.profile, candidate.through
        both = [candidate] if through is None else [candidate, self._ranking[through]]
        known = [self._asked.passages_of(one.place) for one in both]
        roles_known = {role for one in both for role in one.profile.offers}
        brief = self._asked.brief
        missing = []
        for theme, nearness in zip(self._asked.weights, self._asked.about, strict=True):
            is_known = any(nearness[passages].max(initial=0.0) >= CLOSE for passages in known)
            if brief.themes[theme] >= _CERTAIN and not is_known:
                missing.append(self._landscape.themes[theme].text(self._language))
        for role, share in brief.roles.items():
            if share >= _CERTAIN and role not in roles_known:
                missing.append(self._landscape.vocabulary.roles[role].text(self._language))
        if not set(self._asked.around) & set(profile.places):
            places = (self._landscape.places[place] for place in brief.need.places)
            missing += [place.text(self._language) for place in places]
        return tuple(dict.fromkeys(missing))

    def _possible(self, candidate: Candidate) -> Iterator[Reason]:
        """Yield reasons, the best first; there is always at least one."""
        profile = candidate.profile
        if candidate.through is not None:
            yield self._through(self._ranking[candidate.through])
        if profile.id in self._asked.brief.names:
            yield self._name(profile)
        sentences = self._sentences(candidate)
        strong = [p for p in sentences if self._support[p] >= _WORTH_SAYING] or sentences[:1]
        yield from map(self._quote, strong[:2])
        yield from self._themes(profile)
        yield from self._place(profile)
        yield from map(self._quote, strong[2:])
        if not sentences:
            yield self._name(profile)

    def _sentences(self, candidate: Candidate) -> list[int]:
        """Return where its sentences are among the passages looked at, the best first."""
        own = self._asked.passages_of(candidate.place)
        fields = self._fields[self._asked.positions[own]]
        sentences = [own.start + int(place) for place in np.flatnonzero(_IS_SENTENCE[fields])]
        return sorted(sentences, key=lambda place: -self._support[place])

    def _quote(self, place: int) -> Reason:
        passage = self._passages[int(self._asked.positions[place])]
        text, language = passage.quote(self._language)
        if language is None or language == self._language:
            return Reason(text, passage.statements, self._language)
        note = say(IN_LANGUAGE[language], self._language)
        return Reason(text, passage.statements, language, note)

    def _through(self, unit: Candidate) -> Reason:
        first = self._asked.passages_of(unit.place).start
        best = self._quote(next(iter(self._sentences(unit)), first))
        name = unit.profile.name(self._language)
        text = say(ITS_UNIT, self._language).format(name=name, text=best.text)
        return Reason(text, best.statements, best.language, best.note)

    def _name(self, profile: Profile) -> Reason:
        name = next((n for n in profile.names if n.language == self._language), profile.names[0])
        text = say(IS_CALLED, self._language).format(name.value)
        return Reason(text, (name.statement,), self._language)

    def _themes(self, profile: Profile) -> Iterator[Reason]:
        """Name the asked themes, or those nearest, that it is said to work on."""
        cited: dict[str, str] = {}
        for theme in self._asked.weights:
            near = self._thesaurus.near(theme)
            held = max(profile.themes, key=lambda held: near.get(held, 0.0), default="")
            if near.get(held, 0.0) >= CLOSE:
                cited[held] = profile.themes[held][0]
        if cited:
            labels = (self._landscape.themes[theme].text(self._language) for theme in cited)
            text = say(WORKS_ON, self._language).format(", ".join(labels))
            yield Reason(text, tuple(dict.fromkeys(cited.values())), self._language)

    def _place(self, profile: Profile) -> Iterator[Reason]:
        if not set(self._asked.around) & set(profile.places):
            return
        holder = self._profiles.by_id(profile.located_through or "") or profile
        for place in holder.sites[:1]:
            label = self._landscape.places[place.value].text(self._language)
            text = say(IS_IN, self._language).format(label)
            yield Reason(text, (place.statement,), self._language)
