"""Which organisations a text names, and whether it is an address rather than a need.

The linker says how likely each candidate is on its own. Here its answer is read as that of somebody
who knows the landscape: a unit and what it belongs to vouch for each other, and a unit called as
every university calls one needs a town or its university beside it. Where there is a registry, its
linker, which knows the namesakes elsewhere, has a say too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from baken.model import Link, Organisation
from baken.text import is_function_word
from baken.text.names import name_words

if TYPE_CHECKING:
    from baken.linker import Linker, LinkerLike
    from baken.linker.linker import Weighed

Reading = Literal["identifier", "name", "address", "mention"]

LONGEST_TEXT: Final = 2_000
"""Characters of a text that are read for names."""
_MOST: Final = 6
_SURE: Final = 0.75
"""Score from which an organisation counts that is named whole, but without its town."""
_SURE_ALONE: Final = 0.95
"""Score from which a unit does that is named without its town and without what it belongs to."""
_MOST_OF_IT: Final = 0.6
"""Share of a text's letters from which a name is all that the text says."""
_PART_THERE: Final = 0.8
"""Share of a misspelt or shortened name that must be there."""
_ROR: Final = re.compile(
    r"\s*<?(?:https?://)?(?:www\.)?(?:ror\.org/)?(0[0-9a-z]{6}[0-9]{2})/?>?\s*"
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_APART: Final = re.compile(r"[,;\n|]")


class NamedOrganisation(Struct, frozen=True):
    """An organisation that a text names.

    Attributes:
        id: of the landscape; None for one that only the registry knows.
        ror: its ROR id as a full URL, or None.
        name: its display name.
        words: the words of the text that name it.
        score: 0–1.
    """

    id: str | None
    ror: str | None
    name: str
    words: str
    score: float


class Named(Struct, frozen=True):
    """What a text names.

    Attributes:
        reading: ``identifier``: the text is an organisation's id; ``name``: it is hardly more than
            a name; ``address``: it is an address as authors give it; ``mention``: a need that
            mentions an organisation.
        organisations: the most specific first: a unit before what it is part of.
    """

    reading: Reading
    organisations: tuple[NamedOrganisation, ...]


class Naming:
    """Reads texts for the organisations of a landscape; threads may share one."""

    def __init__(
        self,
        linker: Linker,
        ids: Mapping[str, str],
        organisations: Sequence[Organisation],
        wider: LinkerLike | None = None,
    ) -> None:
        """Read with a linker, or two.

        Args:
            linker: on the landscape's own organisations.
            ids: the landscape's id of each id that a linker gives.
            organisations: all of the landscape.
            wider: on a whole registry.
        """
        self._linker = linker
        self._wider = wider
        self._ids = ids
        self._names = {one.id: one.name() for one in organisations}
        parents = {one.id: one.part_of for one in organisations}
        self._ancestors = {one: _ancestors(one, parents) for one in parents}

    def read(self, text: str) -> Named | None:
        """Return what a text names, or None when it names nothing."""
        if identifier := _ROR.fullmatch(text):
            ror = f"https://ror.org/{identifier[1]}"
            name = self._names[self._ids[ror]] if ror in self._ids else ror
            return Named("identifier", (self._view(ror, name, text, 1.0),))
        text = text[:LONGEST_TEXT]
        links = [*self._own_links(text)]
        if self._wider is not None:
            links = self._widen(links, self._wider.link([text])[0].links)
        reading = _reading(text, links)
        if reading == "mention":  # what a need mentions elsewhere is of no use to it here
            links = [link for link in links if link.id in self._ids]
        if not links:
            return None
        links.sort(key=self._order)
        found = (self._view(x.id, x.name, text[slice(*x.span)], x.score) for x in links[:_MOST])
        return Named(reading, tuple(found))

    def _own_links(self, text: str) -> Iterator[Link]:
        """Yield the landscape's organisations that a text names."""
        candidates = [c for c in self._linker.explain(text).candidates if c.id in self._ids]
        for one in candidates:
            if self._is_named(one, candidates, text):
                yield Link(one.id, one.name, one.span, one.score or one.first_score)

    def _widen(self, own: list[Link], wider: Sequence[Link]) -> list[Link]:
        """Return the landscape's organisations and others, having settled whose the words are.

        Where the registry finds a longer name around the landscape's, and not the landscape's, it
        is believed; where both are the same words, the landscape is what visitors ask about.
        """
        agreed = {link.id for link in wider}
        kept = [
            one
            for one in own
            if one.id in agreed
            or not any(_overlap(one.span, w.span) and _length(w) > _length(one) for w in wider)
        ]
        known = {one.id for one in kept}
        for link in wider:
            is_free = not any(_overlap(link.span, one.span) for one in kept)
            if link.id not in known and (link.id in self._ids or is_free):
                kept.append(link)
        return kept

    def _is_named(self, one: Weighed, candidates: list[Weighed], text: str) -> bool:
        own = self._ids[one.id]
        if _is_whole(one) and any(self._vouch(one, other) for other in candidates):
            return True
        signals = one.signals
        elsewhere = signals.get("city_other", 0)
        if not one.is_linked or signals.get("country_other") or elsewhere > 1:
            return False
        score = one.score or 0
        is_here = bool(signals.get("city_same") or signals.get("city_near"))
        if not _is_whole(one):
            # Misspelt, or in part: "University of Angers" is not that of Antwerp.
            return is_here and signals.get("covered", 0) >= _PART_THERE
        if self._ancestors[own] and not one.id.startswith("http"):
            is_near = elsewhere or signals.get("country_same")
            is_all = _share(text, [one.span]) >= _MOST_OF_IT
            return is_here or is_all or bool(is_near and score >= _SURE_ALONE)
        return is_here or score >= _SURE

    def _vouch(self, one: Weighed, other: Weighed) -> bool:
        """Tell whether another name that stands whole in the text is of the same family.

        It stands in a place of its own, or it is what a unit belongs to, within the unit's name.
        """
        a, b = self._ids[one.id], self._ids[other.id]
        if not _is_whole(other):
            return False
        if _overlap(one.span, other.span):
            return b in self._ancestors[a] and _length(one) > _length(other)
        return a in self._ancestors[b] or b in self._ancestors[a]

    def _order(self, one: Link) -> tuple[int, float]:
        own = self._ids.get(one.id)
        return 1 if own is None else -len(self._ancestors[own]), -one.score

    def _view(self, identifier: str, name: str, words: str, score: float) -> NamedOrganisation:
        own = self._ids.get(identifier)
        return NamedOrganisation(
            id=own,
            ror=identifier if identifier.startswith("http") else None,
            name=self._names[own] if own else name,
            words=" ".join(words.split()),
            score=score,
        )


def looks_like_address(text: str) -> bool:
    """Tell whether a text is built as an address or is an id: parts, and no sentence.

    A sentence gives itself away by the small words that no name has ("we", "with whom", "zoeken"),
    or by most of its words being written small; a postcode or a house number speaks against that.
    """
    if _ROR.fullmatch(text):
        return True
    text = text[:LONGEST_TEXT]
    if not _APART.search(text.strip(" ,;.\n")):
        return False
    small = name_words().stopwords
    found = [w for w in _WORD.findall(text) if w.casefold() not in small]
    if not found or any(is_function_word(w) for w in found if not w.isupper()):
        return False
    low = sum(w[0].islower() for w in found)
    has_number = any(w[0].isdigit() for w in found)
    return low <= 0.25 * len(found) or (has_number and len(_APART.findall(text)) > 1)


def _reading(text: str, named: Iterable[Link]) -> Reading:
    if looks_like_address(text):
        return "address"
    return "name" if _share(text, [one.span for one in named]) >= _MOST_OF_IT else "mention"


def _share(text: str, spans: Iterable[tuple[int, int]]) -> float:
    """Return the share of a text's letters and digits that some spans take up."""
    taken = {i for span in spans for i in range(*span) if text[i].isalnum()}
    return len(taken) / max(1, sum(c.isalnum() for c in text))


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _length(one: Link | Weighed) -> int:
    return one.span[1] - one.span[0]


def _is_whole(one: Weighed) -> bool:
    return bool(one.signals.get("exact")) and not one.signals.get("corrected")


def _ancestors(one: str, parents: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    found: set[str] = set()
    queue = list(parents[one])
    while queue:
        ancestor = queue.pop()
        if ancestor not in found and ancestor != one:
            found.add(ancestor)
            queue.extend(parents.get(ancestor, ()))
    return frozenset(found)
