"""What somebody may be about to type: organisations, themes and places by the beginning of a name.

Every name is filed under each of its words, so that "gent" finds Universiteit Gent. What is typed
is looked up in a sorted list; where very many names begin alike, the best are worked out
beforehand, so that one letter is answered as fast as ten. A mistyped word is read as the nearest
known ones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import groupby
from typing import Final, Literal, NamedTuple, Self

from msgspec import Struct
from rapidfuzz import process
from rapidfuzz.distance import OSA

from baken.model import LANGUAGES, Landscape, Organisation
from baken.model.vocabulary import Term
from baken.text import fold, is_function_word, words

SuggestionKind = Literal["organisation", "theme", "place"]

LONGEST_TYPED: Final = 200
"""Characters before the caret that are looked at."""

_MOST_WORDS: Final = 5
_FEWEST_LETTERS: Final = 3
"""Words at the end of a text that may begin a name, and letters of one that does so alone."""

_CROWD: Final = 256
_KEPT: Final = 48
_LONGEST_CROWDED: Final = 14
"""Names that begin alike from which the best of them are kept, how many, and up to which length of
beginning."""

_TYPO_FROM: Final = 4
_TWO_TYPOS_FROM: Final = 8
_MOST_READINGS: Final = 3
_LONGEST_KEY: Final = 60


class Suggestion(Struct, frozen=True, kw_only=True):
    """One thing to choose.

    Attributes:
        kind: what it is; an organisation has a page to go to, a theme or place completes the text.
        id: of the organisation, theme or place.
        label: the name that matches, in whatever language it is.
        detail: what it is called in the asked language where that differs, or what an
            organisation is.
        href: its page.
        start: position in the typed text from which `label` takes the place of what stands there.
    """

    kind: SuggestionKind
    id: str
    label: str
    detail: str
    href: str
    start: int


class Name(NamedTuple):
    """A name to suggest.

    Attributes:
        detail: what to say beside it in any language; of an organisation with a `term`, the name
            it is shown under.
        worth: smaller for what should come first.
        term: what is said beside it in each language: the theme, the place, or what kind of
            organisation it is; None where `detail` says it all.
    """

    kind: SuggestionKind
    id: str
    label: str
    detail: str
    worth: int
    term: Term | None = None

    def beside(self, language: str) -> str:
        """Return what to say beside the name in a language; nothing where it says that itself."""
        if self.term is None:
            return self.detail
        said = self.term.text(language)
        if self.kind != "organisation":
            return said if said != self.label else ""
        if self.label == self.detail:
            return said
        # German nouns keep their capital.
        return f"{self.detail}, {said if language == 'de' else said[:1].lower() + said[1:]}"


class Suggester:
    """Suggests names by their beginnings; safe to share between threads."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._names: list[Name] = list(names)
        self._folded: list[str] = []
        filed: list[tuple[str, int, int]] = []
        vocabulary: dict[str, set[str]] = defaultdict(set)
        for number, name in enumerate(self._names):
            parts = [word.folded for word in words(name.label)]
            self._folded.append(f" {' '.join(parts)} ")
            for position, part in enumerate(parts):
                key = " ".join(parts[position:])[:_LONGEST_KEY]
                # The beginning of a name before its middle, short before long.
                filed.append((key, (position > 0) * 100 + name.worth * 10 + len(parts), number))
                vocabulary[part[0]].add(part)
        filed.sort()
        self._keys = [key for key, _, _ in filed]
        self._filed = [(worth, number) for _, worth, number in filed]
        self._words = {letter: sorted(some) for letter, some in vocabulary.items()}
        self._best: dict[str, list[tuple[int, int]]] = {}
        for length in range(1, _LONGEST_CROWDED + 1):
            rows = range(len(self._keys))
            for prefix, some in groupby(rows, key=lambda row: self._keys[row][:length]):
                found = list(some)
                if len(found) > _CROWD and len(prefix) == length:
                    self._best[prefix] = nsmallest(_KEPT, (self._filed[row] for row in found))

    @classmethod
    def of(cls, landscape: Landscape, organisations: Iterable[Organisation]) -> Self:
        """Return a suggester of a landscape's names, in all languages."""
        return cls(_names(landscape, organisations))

    def suggest(
        self, typed: str, *, limit: int = 8, language: str = "en"
    ) -> tuple[Suggestion, ...]:
        """Return what may be meant by the end of a text, the likeliest first.

        The last words count, as many as begin a name; organisations come only where they are all
        that was typed, since choosing one leaves the text.

        Args:
            typed: what stands before the caret.
            limit: at most so many.
            language: of what is said beside the names, ISO 639-1; English where it is not spoken.
        """
        offset = max(0, len(typed) - LONGEST_TYPED)
        readings: dict[str, list[str]] = {}
        for start, folded, is_all in _tails(typed[offset:]):
            for look_up in (self._beginning, self._holding):
                if found := self._chosen(look_up(folded), folded, is_all, limit):
                    return tuple(_suggestion(name, offset + start, language) for name in found)
            near: dict[tuple[str, str], Name] = {}
            for reading in self._readings(folded, readings):
                filed = self._beginning(reading) or self._holding(reading)
                for name in self._chosen(filed, reading, is_all, limit):
                    near.setdefault((name.kind, name.id), name)
            if near:
                some = list(near.values())[:limit]
                return tuple(_suggestion(name, offset + start, language) for name in some)
        return ()

    def _chosen(
        self, filed: Iterable[tuple[int, int]], folded: str, is_all: bool, limit: int
    ) -> list[Name]:
        """Return the best of what was found, whole words first, each thing once."""

        def order(one: tuple[int, int]) -> tuple[int, int, int]:
            number = one[1]
            if self._folded[number] == f" {folded} ":
                return 0, *one
            # "Gent" is looked for in names of organisations, "limb" begins Limburg.
            is_word = self._names[number].kind != "theme" and f" {folded} " in self._folded[number]
            return 1 if is_word and len(folded) > 1 else 2, *one

        chosen: dict[tuple[str, str], Name] = {}
        for _, number in sorted(filed, key=order):
            name = self._names[number]
            if is_all or name.kind != "organisation":
                chosen.setdefault((name.kind, name.id), name)
        return list(chosen.values())[:limit]

    def _beginning(self, folded: str) -> list[tuple[int, int]]:
        """Return what is filed under keys that begin so."""
        first = bisect_left(self._keys, folded)
        best = self._best.get(folded)
        if best is not None:
            # What is called just so comes first in the list.
            return [*best, *self._filed[first : first + _KEPT]]
        last = bisect_left(self._keys, folded + "\uffff", lo=first)
        return self._filed[first : min(last, first + 4 * _CROWD)]

    def _holding(self, folded: str) -> list[tuple[int, int]]:
        """Return what has words that begin like each of those typed, in any order."""
        parts = folded.split()
        if len(parts) < 2:
            return []
        longest = max(parts, key=len)
        return [
            (worth, number)
            for worth, number in self._beginning(longest)
            if all(f" {part}" in self._folded[number] for part in parts)
        ]

    def _readings(self, folded: str, known: dict[str, list[str]]) -> Iterator[str]:
        """Yield what mistyped words may stand for; nothing where every one begins a known word."""
        *before, last = folded.split()
        meant = [self._nearest(word, known) for word in before]
        for reading in self._nearest(last, known):
            whole = " ".join((*(some[0] for some in meant if some), reading))
            if whole != folded and all(meant):
                yield whole

    def _nearest(self, word: str, known: dict[str, list[str]]) -> list[str]:
        """Return the beginnings of known words that a word is or, mistyped, stands for."""
        if word not in known:
            some = self._words.get(word[0], [])
            at = bisect_left(some, word)
            is_begun = at < len(some) and some[at].startswith(word)
            known[word] = [word] if is_begun or len(word) < _TYPO_FROM else _alike(word, some)
        return known[word]


def _suggestion(name: Name, start: int, language: str) -> Suggestion:
    return Suggestion(
        kind=name.kind,
        id=name.id,
        label=name.label,
        detail=name.beside(language),
        href=f"/{name.kind}s/{name.id}",
        start=start,
    )


def _alike(word: str, some: Sequence[str]) -> list[str]:
    most = 2 if len(word) >= _TWO_TYPOS_FROM else 1
    begun = list({one[:n] for one in some for n in (len(word), len(word) + 1, len(word) - 1)})
    found = process.extract(
        word, begun, scorer=OSA.distance, score_cutoff=most, limit=_MOST_READINGS
    )
    return [reading for reading, _, _ in found]


def _tails(typed: str) -> Iterator[tuple[int, str, bool]]:
    """Yield the last words of a text, the most first: where they begin, folded, whether all."""
    starts = [i for i, c in enumerate(typed) if c.isalnum() and (i == 0 or typed[i - 1].isspace())]
    for start in starts[-_MOST_WORDS:]:
        parts = [word.folded for word in words(typed[start:])]
        is_all = start == starts[0]
        # "à Anv" is no beginning of Anvers, and what ends with a space is in the middle of nothing.
        is_vague = not parts or is_function_word(parts[0]) or typed[-1].isspace()
        if len(parts) == 1 and len(parts[0]) < _FEWEST_LETTERS:
            is_vague = True
        if parts and (is_all or not is_vague):
            yield start, " ".join(parts), is_all


def _names(landscape: Landscape, organisations: Iterable[Organisation]) -> Iterator[Name]:
    kinds = landscape.vocabulary.kinds
    for one in organisations:
        kind, shown = kinds.get(one.kind), one.name("en")
        named = (*one.names, *one.acronyms, *one.aliases)
        for label in _distinct([shown, *(entry.value for entry in named)]):
            yield Name("organisation", one.id, label, shown if kind else one.kind, 0, kind)
    for theme in landscape.themes.values():
        synonyms = (word for some in theme.synonyms.values() for word in some)
        for place, label in enumerate(_distinct([*_labels(theme.label), *synonyms])):
            worth = 1 if place < len(LANGUAGES) else 2
            yield Name("theme", theme.id, label, "", worth, theme)
    for known in landscape.places.values():
        for label in _distinct([*_labels(known.label), *known.aliases]):
            yield Name("place", known.id, label, "", 1, known)


def _labels(label: dict[Literal["en", "nl", "fr", "de"], str]) -> list[str]:
    return [label[language] for language in LANGUAGES if language in label]


def _distinct(labels: Sequence[str]) -> list[str]:
    by_folded: dict[str, str] = {}
    for label in labels:
        by_folded.setdefault(fold(label), label)
    return list(by_folded.values())
