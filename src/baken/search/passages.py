"""Passages: what retrieval finds. One a citable text of an organisation.

A hit on a passage is a hit on statements, so whatever is found can be shown with its source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final, Literal, NamedTuple, get_args

from msgspec import Struct

from baken.model import Landscape, Organisation, Sourced, Term, Theme

Field = Literal["name", "summary", "offer", "theme", "place", "milestone", "relation"]
FIELDS: Final[tuple[Field, ...]] = get_args(Field)


class Passage(Struct, frozen=True, kw_only=True):
    """A text of an organisation and the statements that say it.

    Attributes:
        organisation: its id.
        field: which kind of statement it comes from.
        text: what the statements say, as a person would read it.
        statements: ids of the statements, newest first; never empty.
        role: of an offer, else None.
        themes: of an offer or a theme, else empty.
        language: of a text that is a sentence; None for names and labels.
        wordings: the same sentence in other languages, by language.
    """

    organisation: str
    field: Field
    text: str
    statements: tuple[str, ...]
    role: str | None = None
    themes: tuple[str, ...] = ()
    language: str | None = None
    wordings: dict[str, str] = {}

    def quote(self, language: str) -> tuple[str, str | None]:
        """Return the text in `language` where there is one, else as it is, and its language."""
        if language in self.wordings:
            return self.wordings[language], language
        return self.text, self.language


class Draft(NamedTuple):
    """A passage and what it is found by.

    Attributes:
        passage: what is kept.
        labels: words for the same in four languages, for lexical search only, a text a term.
        readings: sentences that an encoder reads for it, whose vectors are averaged; none for a
            passage that is found by its words alone.
    """

    passage: Passage
    labels: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()


def passages_of(organisation: Organisation, landscape: Landscape) -> Iterator[Draft]:
    """Yield the passages of an organisation, its names first.

    Names, aliases, acronyms and former names are one passage, because each is a name for the same
    thing. Offers carry the labels and synonyms of their themes and the label of their role.

    A sentence is read twice, in its organisation's name and with the labels of its themes: alone
    it gave an nDCG@5 of 0.860, with one of them 0.850 to 0.857, with both 0.865; with its role in
    front meaning alone found less, 0.49 for 0.51 (2026-11-22, 91 needs of the dev split).

    What is said in other languages is found by its words only. The encoder reads it no better than
    the English: the two cosines of a need correlate at 0.93, and the best of both gave an nDCG@5
    of 0.868, vectors averaged over four languages 0.858 to 0.866, English alone 0.885 (same needs).
    """
    identity = organisation.id
    named = (*organisation.names, *organisation.acronyms, *organisation.aliases)
    former = organisation.former_names
    name = Passage(
        organisation=identity,
        field="name",
        text="; ".join(dict.fromkeys(entry.value for entry in named)),
        statements=tuple(chain.from_iterable((*map(_ids, named), *map(_ids, former)))),
    )
    old = "; ".join(entry.value.text for entry in former)
    yield Draft(name, (old,), (organisation.name(),))
    kind = landscape.vocabulary.kinds.get(organisation.kind)
    for summary in organisation.summaries:
        passage = Passage(
            organisation=identity,
            field="summary",
            text=summary.value,
            statements=_ids(summary),
            language=summary.language,
        )
        readings = (summary.value, f"{organisation.name()}: {summary.value}")
        yield Draft(passage, (_labels(kind),), readings)
    for offer in organisation.offers:
        role = landscape.vocabulary.roles.get(offer.value.role)
        themes = [landscape.themes.get(theme) for theme in offer.value.themes]
        (language, text), *others = offer.value.wordings(offer.language).items()
        passage = Passage(
            organisation=identity,
            field="offer",
            text=text,
            statements=_ids(offer),
            role=offer.value.role,
            themes=offer.value.themes,
            language=language,
            wordings=dict(others),
        )
        readings = (
            _with_themes(text, [theme for theme in themes if theme]),
            f"{organisation.name()}: {text}",
        )
        yield Draft(passage, tuple(map(_labels, (role, *themes))), readings)
    for sourced in organisation.themes:
        theme = landscape.themes.get(sourced.value)
        passage = Passage(
            organisation=identity,
            field="theme",
            text=theme.text("en") if theme else sourced.value,
            statements=_ids(sourced),
            themes=(sourced.value,),
        )
        yield Draft(passage, (_labels(theme),))
    for milestone in organisation.milestones:
        passage = Passage(
            organisation=identity,
            field="milestone",
            text=milestone.value.text,
            statements=_ids(milestone),
            language=milestone.language,
        )
        yield Draft(passage)
    for relation in organisation.relations:
        if relation.value.name is not None:
            passage = Passage(
                organisation=identity,
                field="relation",
                text=relation.value.name,
                statements=_ids(relation),
            )
            yield Draft(passage)
    for place in organisation.places:
        known = list(landscape.enclosing(place.value))
        passage = Passage(
            organisation=identity,
            field="place",
            text=known[0].text("en") if known else place.value,
            statements=_ids(place),
        )
        yield Draft(passage, tuple(map(_labels, known)))


def _with_themes(text: str, themes: Sequence[Theme]) -> str:
    labels = ", ".join(theme.text("en").lower() for theme in themes)
    return f"{text} ({labels})" if labels else text


def _ids(sourced: Sourced[Any]) -> tuple[str, ...]:
    return tuple(statement.id for statement in sourced.statements)


def _labels(term: Term | None) -> str:
    """Every label and synonym of a term, each once."""
    if term is None:
        return ""
    found = list(term.label.values())
    if isinstance(term, Theme):
        found += [word for synonyms in term.synonyms.values() for word in synonyms]
    return "; ".join(dict.fromkeys(found))
