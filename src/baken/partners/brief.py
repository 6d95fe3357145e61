"""From a visitor's own words to what they ask for, and what they do not want.

Language, themes, roles, kinds, places, stage: each is read from cues and names, and each may be
corrected by the visitor, who then gets the answer to the corrected reading.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from importlib.resources import files
from itertools import chain
from typing import Final

import numpy as np
import yaml
from msgspec import Struct, field
from msgspec.structs import replace

from baken.model import (
    Aspect,
    Corrections,
    Excluded,
    Landscape,
    Language,
    Need,
    Sort,
    Stage,
    Term,
)
from baken.model.shortlist import NO_STAGE
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

from .asker import Asker
from .manners import Manners
from .negations import JOINED, Denial, FoundSort, Negations, Sorted
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

_PUNCTUATION = re.compile(r"[,;:.!?()…–—]+|\s-\s|(?<=\w)-(?=\w)")

_BESIDE_ROLES: Final = 0.2
"""What a stage says where roles are asked for, which say it better: "who helps with the rules
before a clinical trial" is no question for a hospital. 2026-11-23, dev split, 91 needs: nDCG@5
0.892 for 0 and for 0.2, 0.891 for 0.4 and 0.6, 0.889 for 1."""

_PLACE_LENGTH: Final = 6
_LONGEST_NEAR: Final = 5
_FEW: Final = 3
_TELLING: Final = 4
"""Words of a text, and letters of a known one of them, up to and from which a guess at what a
mistyped word means misleads: of three short words nothing else may be known."""
_ARTICLES: Final = frozenset({"the", "de", "het", "la", "le", "l", "der", "den", "dem", "die"})
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
        names: organisations that the text names, by id.
        words: content words, corrected, each stem once; none when the text says nothing.
        word_vectors: their meaning, float32, shape (words, dimensions).
        vectors: meaning of the whole text and of its sentences, shape (texts, dimensions).
        stage: the stage of the need, with whom it needs first.
        stage_share: how much the stage says besides the rest, 0–1: all when the visitor chose it,
            little where the text asks for a role, which says more.
        is_named: whether the text says nothing but names of themes that nobody works on.
        is_everyday: whether it is about everyday life and not about anything that is known here.
    """

    need: Need
    themes: dict[str, float] = {}
    roles: dict[str, float] = {}
    names: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    word_vectors: Vectors = field(default_factory=_no_vectors)
    vectors: Vectors = field(default_factory=_no_vectors)
    stage: Stage | None = None
    stage_share: float = 0.0
    is_named: bool = False
    is_everyday: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of organisation that the text names."""
        return self.need.kinds

    @property
    def likely_themes(self) -> tuple[str, ...]:
        """Themes that the text comes near to and does not name, the nearest first."""
        return tuple(t for t in _ranked(self.themes) if t not in self.need.themes)


class _Phrases(Struct, frozen=True):
    """All that is found in a text, by what sort of thing it says."""

    organisations: list[Found]
    places: list[Found]
    kinds: list[Found]
    roles: list[Found]
    themes: list[Found]

    def sorted(self) -> list[Sorted]:
        """Return them as one list."""
        by_sort: dict[FoundSort, list[Found]] = {
            "organisation": self.organisations,
            "place": self.places,
            "kind": self.kinds,
            "role": self.roles,
            "theme": self.themes,
        }
        return [Sorted(sort, found) for sort, some in by_sort.items() for found in some]

    def outside(self, positions: Set[int]) -> _Phrases:
        """Return those without a word at these positions."""

        def kept(some: list[Found]) -> list[Found]:
            return [f for f in some if positions.isdisjoint(range(f.start, f.end))]

        return _Phrases(*(kept(getattr(self, name)) for name in self.__struct_fields__))

    def sought(self, of_asker: Set[int]) -> _Phrases:
        """Return them without the kinds and roles that are said of who asks."""
        others = self.outside(of_asker)
        return replace(self, kinds=others.kinds, roles=others.roles)

    def without(self, unwanted: Set[Aspect]) -> _Phrases:
        """Return those that say nothing unwanted."""

        def kept(some: list[Found], sort: Sort) -> list[Found]:
            return [f for f in some if Aspect(sort, f.meaning) not in unwanted]

        return _Phrases(
            self.organisations,
            self.places,
            kept(self.kinds, "kind"),
            kept(self.roles, "role"),
            kept(self.themes, "theme"),
        )


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
        negations = {name: cues["negations"][name] for name in cues["negations"]}
        self._index = index
        holders = index.roster.by_theme
        self._held = {
            theme for code, theme in enumerate(index.roster.codes.themes) if len(holders[code])
        }
        self._landscape = landscape
        self._manners = Manners(cues["manners"]["polite"])
        self._negations = Negations(negations)
        self._asker = Asker(cues["asker"])
        self._stages = Phrasebook(_cue_phrases(cues["stages"]))
        self._near_cues: dict[str, frozenset[tuple[str, ...]]] = {
            language: frozenset(tuple(w.folded for w in words(phrase)) for phrase in phrases)
            for language, phrases in cues["near"]["near"].items()
        }
        self._themes = Phrasebook(themes)
        self._roles = Phrasebook(chain(roles, _label_phrases(landscape.vocabulary.roles)))
        self._kinds = Phrasebook(kinds)
        self._places = Phrasebook(_place_phrases(landscape), is_inflected=False)
        self._languages = LanguageReader(
            (phrase.language, phrase.words)
            for phrase in chain(themes, roles, kinds, _cue_phrases(negations))
            if phrase.language is not None
        )
        sections = (cues["roles"], cues["kinds"], cues["stages"], cues["near"], negations)
        cue_words = (
            word.folded
            for section in sections
            for phrase in _cue_phrases(section)
            for word in phrase.words
        )
        self._speller = Speller(
            chain(index.vocabulary, cue_words, chain.from_iterable(FUNCTION_WORDS.values()))
        )

    def warm(self) -> None:
        """Load the encoder and the language identifier now rather than at first use."""
        self._index.encoder.encode(["warm"])
        self._languages.warm()

    def read(self, text: str, corrections: Corrections | None = None) -> Brief:
        """Read a need; any text will do, and nothing is raised for what cannot be understood.

        Args:
            text: the visitor's own words.
            corrections: what the visitor says was misread; they count more than the words.
        """
        corrections = corrections or Corrections()
        trimmed = text.strip()[:LONGEST_NEED]
        cleaned = clean(trimmed)
        language = corrections.language or self._languages.read(cleaned)
        cleaned = self._manners.leave_out(cleaned, language)
        written, written_marks = _marked(cleaned)
        read, marks = self._correct(written, written_marks)
        themes_found = self._themes.find(read, language)
        phrases = _Phrases(
            organisations=self._names_in(read, language),
            places=self._places_in(read, language),
            kinds=_nouns(self._kinds.find(read, language), themes_found, language),
            roles=self._roles.find(read, language),
            themes=themes_found,
        )
        denials = self._negations.read(read, marks, language, phrases.sorted())
        denied = _positions(denial for denial in denials if denial.reading != "lacking")
        asked_for = phrases.outside(denied).sought(self._asker.positions(read, marks, language))
        kept = asked_for.without({*corrections.unwanted, *_turned_down(corrections.wanted)})
        taken_out = _spans(asked_for.sorted()) - _spans(kept.sorted()) | _covered(phrases.places)
        led_up_to = _before(phrases.places, read, language)
        content = [word for i, word in enumerate(read) if i not in taken_out | denied | led_up_to]
        asked = _distinct(w for w in content if not is_function_word(w.folded, language))
        excluded = _excluded(denials, asked_for)
        certainty = {
            role: share
            for role, share in _certainty(kept.roles, kept.kinds, operator.add).items()
            if role not in excluded.roles
        }
        said = _certainty(kept.themes, (*kept.roles, *kept.kinds), max)
        need = _corrected(
            Need(
                text=trimmed,
                language=language,
                themes=_ranked(said),
                roles=_ranked(certainty),
                places=_meanings(kept.places),
                near=self._near(read, kept.places, language),
                kinds=_meanings(kept.kinds),
                stage=self._stage(read, denials, language),
                excluded=excluded,
            ),
            corrections,
        )
        if not asked:
            return Brief(need=need)
        # An encoder takes a place for a topic, a typing error for noise, and "no" for nothing.
        plain = cleaned if content == list(written) else " ".join(w.surface for w in content)
        whole = _joined(read, marks, denied | taken_out) if denied or kept != asked_for else cleaned
        texts = [plain[:_MOST_ENCODED], *_sentences(whole)]
        vectors = self._index.encoder.encode(texts)
        word_vectors = self._index.encode_words([word.surface.lower() for word in asked])
        unheld = _covered(found for found in kept.themes if found.meaning not in self._held)
        stems = {read[position].stem for position in unheld}
        word_vectors[[word.stem in stems for word in asked]] = 0.0
        left = [
            i
            for i, word in enumerate(read)
            if i not in taken_out | denied and not is_function_word(word.folded, language)
        ]
        is_named = unheld.issuperset(left)
        # Who corrects what was understood insists; what is understood to the last word is meant.
        is_sure = corrections != Corrections() or _spans(kept.sorted()).issuperset(left)
        out = {*need.excluded.themes, *(a.id for a in corrections.unwanted if a.sort == "theme")}
        meant = {} if is_named else self._themes_meant(vectors)
        themes = {t: c for t, c in (meant | said).items() if t not in out}
        themes |= {a.id: 1.0 for a in corrections.wanted if a.sort == "theme"}
        shown = {t: c for t, c in themes.items() if c >= _LIKELY or t in need.themes}
        stage = self._landscape.vocabulary.stages.get(need.stage or "")
        most = max(1.0, *certainty.values()) if certainty else 1.0
        return Brief(
            need=replace(need, themes=_ranked(shown)),
            themes=themes,
            roles={
                **{role: certainty[role] / most for role in need.roles if role in certainty},
                **{a.id: 1.0 for a in corrections.wanted if a.sort == "role"},
            },
            names=tuple(
                name
                for name in _meanings(kept.organisations)
                if name not in need.excluded.organisations
            ),
            words=asked,
            word_vectors=word_vectors,
            vectors=vectors,
            stage=stage,
            is_named=is_named,
            is_everyday=not is_sure and self._index.is_everyday(vectors[:1]),
            stage_share=_stage_share(stage, certainty, corrections),
        )

    def nearest_themes(self, brief: Brief, limit: int = 5) -> tuple[str, ...]:
        """Return the themes closest in meaning to the need, best first."""
        alike = self._index.compare_themes(brief.vectors)
        ranked = sorted(alike, key=lambda theme: (-brief.themes.get(theme, 0), -alike[theme]))
        return tuple(ranked[:limit])

    def _correct(
        self, read: Sequence[Word], marks: Mapping[int, str]
    ) -> tuple[list[Word], dict[int, str]]:
        """Correct typing errors and part compounds; marks move along with their words."""
        corrected: list[Word] = []
        moved: dict[int, str] = {}
        is_alone = len(read) <= _FEW and not any(
            self._speller.is_known(part)
            for word in read
            for part in self._speller.read(word.folded)
            if len(part) >= _TELLING
        )
        for position, word in enumerate(read):
            if position in marks:
                moved[len(corrected)] = marks[position]
            parts = self._speller.read(word.folded, is_alone=is_alone)
            new = [word] if parts == (word.folded,) else words(" ".join(parts))
            moved.update(
                dict.fromkeys(range(len(corrected) + 1, len(corrected) + len(new)), JOINED)
            )
            corrected.extend(new)
        return corrected, moved

    def _near(
        self, read: Sequence[Word], places: Sequence[Found], language: str
    ) -> tuple[str, ...]:
        """Return the places with "near" before them; of a region, what is near it is elsewhere."""
        known = self._landscape.places
        return tuple(
            dict.fromkeys(
                found.meaning
                for found in places
                if known[found.meaning].kind in {"municipality", "province"}
                and self._is_near(read[: found.start], language)
            )
        )

    def _is_near(self, before: Sequence[Word], language: str) -> bool:
        cues = self._near_cues.get(language, frozenset())
        said = tuple(word.folded for word in before[-_LONGEST_NEAR:])
        endings = [said, said[:-1]] if said and said[-1] in _ARTICLES else [said]
        return any(end[start:] in cues for end in endings for start in range(len(end)))

    def _stage(self, read: Sequence[Word], denials: Sequence[Denial], language: str) -> str | None:
        """Return the furthest stage that the text speaks of: what was reached or is next."""
        denied = _positions(denials)
        found = {
            stage.meaning
            for stage in self._stages.find(read, language)
            if denied.isdisjoint(range(stage.start, stage.end))
        }
        return next((s for s in reversed(self._landscape.vocabulary.stages) if s in found), None)

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

    def _names_in(self, read: Sequence[Word], language: str) -> list[Found]:
        return [
            Found(identity, start, end)
            for start, end, ids in self._index.roster.named(read, language)
            for identity in ids
        ]

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


def _marked(text: str) -> tuple[list[Word], dict[int, str]]:
    """Return the words of a text, and the punctuation before each that has some."""
    found: list[Word] = []
    marks: dict[int, str] = {}
    start = 0
    for mark in _PUNCTUATION.finditer(text):
        found.extend(words(text[start : mark.start()]))
        marks[len(found)] = mark.group().strip() or JOINED
        start = mark.end()
    found.extend(words(text[start:]))
    return found, marks


def _joined(read: Sequence[Word], marks: Mapping[int, str], left_out: Set[int]) -> str:
    """Return a text anew, with its punctuation, without some of its words."""
    kept = (
        f"{marks.get(i, '')} {word.surface}" if i not in left_out else marks.get(i, "")
        for i, word in enumerate(read)
    )
    return " ".join("".join(kept).split())


def _nouns(some: list[Found], wider: Sequence[Found], language: str) -> list[Found]:
    """Return those that are no adjective at the end of a wider phrase: French "essai clinique"."""
    if language != "fr":
        return some
    return [
        found
        for found in some
        if not any(other.start < found.start and found.end == other.end for other in wider)
    ]


def _covered(found: Iterable[Found]) -> set[int]:
    return {i for phrase in found for i in range(phrase.start, phrase.end)}


def _before(places: Iterable[Found], read: Sequence[Word], language: str) -> set[int]:
    """Return the positions of what leads up to places, such as "in" and "près de"."""
    found: set[int] = set()
    for place in places:
        for position in range(place.start - 1, -1, -1):
            if not is_function_word(read[position].folded, language):
                break
            found.add(position)
    return found


def _spans(phrases: Iterable[Sorted]) -> set[int]:
    return _covered(phrase.found for phrase in phrases)


def _positions(denials: Iterable[Denial]) -> set[int]:
    return {i for denial in denials for i in range(denial.start, denial.end)}


def _excluded(denials: Iterable[Denial], asked_for: _Phrases) -> Excluded:
    """Return what the text takes back and nowhere else asks for."""
    # A kind that is named asks for a role by the way only, which takes nothing back.
    kinds = _covered(asked_for.kinds)
    elsewhere = {
        (sort, found.meaning)
        for sort, found in asked_for.sorted()
        if sort != "role" or not kinds.issuperset(range(found.start, found.end))
    }
    taken_back: dict[str, dict[str, None]] = {name: {} for name in Excluded.__struct_fields__}
    for denial in denials:
        if denial.reading == "excluded":
            for sort, found in denial.phrases:
                if (sort, found.meaning) not in elsewhere:
                    taken_back[f"{sort}s"][found.meaning] = None
    return Excluded(**{name: tuple(ids) for name, ids in taken_back.items()})


def _turned_down(wanted: Iterable[Aspect]) -> Iterator[Aspect]:
    """Yield what the text may ask for and the visitor then says is not wanted."""
    sorts: dict[Sort, tuple[Sort, ...]] = {
        "not-theme": ("theme",),
        "not-role": ("role",),
        "not-kind": ("kind",),
        "not-place": ("place", "near"),
    }
    for aspect in wanted:
        for sort in sorts.get(aspect.sort, ()):
            yield Aspect(sort, aspect.id)


def _corrected(need: Need, corrections: Corrections) -> Need:
    """Return a reading as the visitor corrects it."""
    unwanted = {*corrections.unwanted, *_turned_down(corrections.wanted)}
    added: dict[Sort, list[str]] = {}
    for aspect in corrections.wanted:
        added.setdefault(aspect.sort, []).append(aspect.id)

    def of(sort: Sort, ids: Sequence[str]) -> tuple[str, ...]:
        kept = (i for i in ids if Aspect(sort, i) not in unwanted)
        return tuple(dict.fromkeys((*kept, *added.get(sort, ()))))

    out = need.excluded
    near = of("near", need.near)
    at = of("place", [place for place in need.places if place not in need.near])
    stage = corrections.stage or need.stage
    return replace(
        need,
        themes=of("theme", need.themes),
        roles=of("role", need.roles),
        kinds=of("kind", need.kinds),
        places=tuple(dict.fromkeys((*(p for p in need.places if p in {*at, *near}), *at, *near))),
        near=tuple(place for place in near if place not in at),
        stage=None if stage == NO_STAGE else stage,
        excluded=Excluded(
            themes=of("not-theme", out.themes),
            roles=of("not-role", out.roles),
            kinds=of("not-kind", out.kinds),
            places=of("not-place", out.places),
            organisations=of("not-organisation", out.organisations),
        ),
    )


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


def _stage_share(
    stage: Stage | None, roles: Mapping[str, float], corrections: Corrections
) -> float:
    if stage is None:
        return 0.0
    return _BESIDE_ROLES if roles and corrections.stage is None else 1.0


def _ranked(certainty: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(sorted(certainty, key=lambda meaning: -certainty[meaning]))
