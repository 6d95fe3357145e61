"""From a visitor's own words to what they ask for: language, themes, roles, kinds and places."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import chain
from typing import Final

import numpy as np
import yaml
from msgspec import Struct, field

from baken.model import Landscape, Language, Need, Term
from baken.search import Index, Vectors
from baken.text import (
    FUNCTION_WORDS,
    LanguageReader,
    Speller,
    Word,
    clean,
    is_function_word,
    words,
)

from .phrasebook import Found, Phrase, Phrasebook

LONGEST_NEED: Final = 2000
"""Characters of a need that are read."""

_MOST_WORDS: Final = 40
_MOST_SENTENCES: Final = 8
_MOST_ENCODED: Final = 600
"""Characters that are read as one; encoding takes 10 ms a thousand, and a longer text has sentences
that are read by themselves."""

_SENTENCE_END = re.compile(r"[.?!;:]\s+")

_AS_A_CUE: Final = 0.3
"""Certainty of what a word says besides: "a hospital" looks for a kind of organisation, less so for
the theme of hospital care or the role of clinical validation."""

_MEANT: Final = 0.6
_MEANT_FROM, _MEANT_TO = 0.35, 0.7
_MOST_MEANT: Final = 3
"""A theme that is only close in meaning is at most 0.6 certain, from a cosine of 0.35 upwards."""

_LIKELY: Final = 0.5
"""Certainty from which a theme is shown as understood although no word of the text names it."""

_NEGATIONS: Final = frozenset(
    {"no", "not", "without", "geen", "niet", "zonder", "sans", "kein", "keine", "keinen", "nicht"}
)
_PLACE_LENGTH: Final = 6
_BEFORE_PLACES: Final = frozenset(
    {"in", "from", "near", "region"}
    | {"te", "uit", "van", "om", "bij", "regio"}
    | {"a", "pres"}
    | {"aus", "bei", "nach", "nahe", "um", "von"}
)


def _no_vectors() -> Vectors:
    return np.zeros((0, 0), dtype=np.float32)


class Brief(Struct, frozen=True, kw_only=True):
    """A need and how certain each part of the reading is.

    Attributes:
        need: what was understood.
        themes: how certain each theme is, 0–1; the need's own ones and likely ones.
        roles: how much of the text asks for each role, 0–1, the strongest 1.
        kinds: kinds of organisation that the text names.
        names: organisations that the text names, by id.
        words: content words, corrected, each stem once; none when the text says nothing.
        word_vectors: their meaning, float32, shape (words, dimensions).
        vectors: meaning of the whole text and of its sentences, shape (texts, dimensions).
    """

    need: Need
    themes: dict[str, float] = {}
    roles: dict[str, float] = {}
    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    word_vectors: Vectors = field(default_factory=_no_vectors)
    vectors: Vectors = field(default_factory=_no_vectors)


class BriefReader:
    """Reads needs for one landscape; safe to share between threads."""

    def __init__(
        self,
        landscape: Landscape,
        index: Index,
    ) -> None:
        cues = _cues()
        themes = list(_theme_phrases(landscape))
        roles = list(_cue_phrases(cues["roles"]))
        kinds = list(_cue_phrases(cues["kinds"]))
        self._index = index
        self._themes = Phrasebook(themes)
        self._roles = Phrasebook(chain(roles, _label_phrases(landscape.vocabulary.roles)))
        self._kinds = Phrasebook(kinds)
        self._places = Phrasebook(_place_phrases(landscape), is_inflected=False)
        self._languages = LanguageReader(
            (phrase.language, phrase.words)
            for phrase in chain(themes, roles, kinds)
            if phrase.language is not None
        )
        cue_words = (word.folded for phrase in chain(roles, kinds) for word in phrase.words)
        self._speller = Speller(
            chain(index.vocabulary, cue_words, chain.from_iterable(FUNCTION_WORDS.values()))
        )

    def warm(self) -> None:
        """Load the encoder and the language identifier now rather than at first use."""
        self._index.encoder.encode(["warm"])
        self._languages.warm()

    def read(self, text: str) -> Brief:
        """Read a need; any text will do, and nothing is raised for what cannot be understood."""
        trimmed = text.strip()[:LONGEST_NEED]
        cleaned = clean(trimmed)
        language = self._languages.read(cleaned)
        written = words(cleaned)
        read = self._correct(written)
        places = self._places_in(read, language)
        content = [word for i, word in enumerate(read) if not _covers(places, i)]
        asked = _distinct(w for w in content if not is_function_word(w.folded, language))
        if not asked:
            need = Need(text=trimmed, language=language, places=_meanings(places))
            return Brief(need=need)
        # An encoder takes a place for a topic, and a typing error for noise.
        plain = cleaned if content == list(written) else " ".join(w.surface for w in content)
        texts = [plain[:_MOST_ENCODED], *_sentences(cleaned)]
        encoded = self._index.encoder.encode(texts)
        role_cues = self._find(self._roles, read, language)
        kind_cues = self._find(self._kinds, read, language)
        theme_phrases = self._find(self._themes, read, language)
        said = _certainty(theme_phrases, (*role_cues, *kind_cues), max)
        themes = self._themes_meant(encoded) | said
        roles = _certainty(role_cues, kind_cues, operator.add)
        most = max(1.0, *roles.values()) if roles else 1.0
        return Brief(
            need=Need(
                text=trimmed,
                language=language,
                themes=_ranked({t: c for t, c in themes.items() if c >= _LIKELY or t in said}),
                roles=_ranked(roles),
                places=_meanings(places),
            ),
            themes=themes,
            roles={role: certainty / most for role, certainty in roles.items()},
            kinds=_meanings(kind_cues),
            names=self._index.roster.named(read, language),
            words=asked,
            word_vectors=self._index.encode_words([word.surface.lower() for word in asked]),
            vectors=encoded,
        )

    def nearest_themes(self, brief: Brief, limit: int = 5) -> tuple[str, ...]:
        """Return the themes closest in meaning to the need, best first."""
        alike = self._index.compare_themes(brief.vectors)
        ranked = sorted(alike, key=lambda theme: (-brief.themes.get(theme, 0), -alike[theme]))
        return tuple(ranked[:limit])

    def _find(self, phrases: Phrasebook, read: Sequence[Word], language: str) -> list[Found]:
        """Find phrases that the text does not take back: "no university", "keine Klinik"."""
        return [
            found
            for found in phrases.find(read, language)
            if found.start == 0 or read[found.start - 1].folded not in _NEGATIONS
        ]

    def _correct(self, read: Sequence[Word]) -> list[Word]:
        corrected: list[Word] = []
        for word in read:
            parts = self._speller.read(word.folded)
            corrected.extend([word] if parts == (word.folded,) else words(" ".join(parts)))
        return corrected

    def _themes_meant(self, vectors: Vectors) -> dict[str, float]:
        """Themes whose label is close in meaning: weaker evidence, at most three."""
        alike = self._index.compare_themes(vectors)
        best = sorted(alike, key=lambda theme: -alike[theme])[:_MOST_MEANT]
        span = _MEANT_TO - _MEANT_FROM
        return {
            theme: _MEANT * min(1.0, (alike[theme] - _MEANT_FROM) / span)
            for theme in best
            if alike[theme] > _MEANT_FROM
        }

    def _places_in(self, read: Sequence[Word], language: str) -> list[Found]:
        """Find places written like names: with a capital, after a preposition, or at length."""
        return [
            found
            for found in self._places.find(read, language)
            if sum(len(word.folded) for word in read[found.start : found.end]) >= _PLACE_LENGTH
            or (language != "de" and read[found.start].surface[0].isupper())
            or (found.start > 0 and read[found.start - 1].folded in _BEFORE_PLACES)
        ]


_Cues = dict[str, dict[str, dict[Language, list[str]]]]


def _cues() -> _Cues:
    content: _Cues = yaml.load((files(__package__) / "cues.yaml").read_bytes(), yaml.CSafeLoader)
    return content


def _cue_phrases(cues: Mapping[str, Mapping[Language, Sequence[str]]]) -> Iterator[Phrase]:
    for meaning, by_language in cues.items():
        for language, phrases in by_language.items():
            for phrase in phrases:
                yield Phrase(meaning, language, words(phrase))


def _label_phrases(terms: Mapping[str, Term]) -> Iterator[Phrase]:
    for meaning, term in terms.items():
        for language, label in term.label.items():
            yield Phrase(meaning, language, words(label))


def _theme_phrases(landscape: Landscape) -> Iterator[Phrase]:
    yield from _label_phrases(landscape.themes)
    yield from _cue_phrases({theme.id: theme.synonyms for theme in landscape.themes.values()})


def _place_phrases(landscape: Landscape) -> Iterator[Phrase]:
    """Yield the names of places; people write them in any language in any text."""
    for place in landscape.places.values():
        for name in dict.fromkeys((*place.label.values(), *place.aliases)):
            yield Phrase(place.id, None, words(name))


def _sentences(text: str) -> list[str]:
    """Split a text of several sentences, so that a short question is heard beside a long story."""
    split = (part[:_MOST_ENCODED] for part in _SENTENCE_END.split(text) if " " in part.strip())
    sentences = list(dict.fromkeys(split))[:_MOST_SENTENCES]
    return sentences if len(sentences) > 1 else []


def _covers(found: Iterable[Found], position: int) -> bool:
    return any(phrase.start <= position < phrase.end for phrase in found)


def _distinct(content: Iterable[Word]) -> tuple[Word, ...]:
    """Return the first word of each stem, at most `_MOST_WORDS`."""
    by_stem: dict[str, Word] = {}
    for word in content:
        by_stem.setdefault(word.stem, word)
    return tuple(by_stem.values())[:_MOST_WORDS]


def _certainty(
    phrases: Iterable[Found],
    cues: Sequence[Found],
    combine: Callable[[float, float], float],
) -> dict[str, float]:
    """Return how certain each meaning is, less where a cue of another sort says the same words."""
    certainty: dict[str, float] = {}
    for phrase in phrases:
        is_cue = any(cue.start <= phrase.start and phrase.end <= cue.end for cue in cues)
        found = _AS_A_CUE if is_cue else 1.0
        certainty[phrase.meaning] = combine(certainty.get(phrase.meaning, 0.0), found)
    return certainty


def _meanings(phrases: Iterable[Found]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found.meaning for found in phrases))


def _ranked(certainty: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(sorted(certainty, key=lambda meaning: -certainty[meaning]))
