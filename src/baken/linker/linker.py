"""The linker: texts → the organisations they name.

    linker = Linker.open(Path("registry"))
    linker.link(["Dept. of Neurology, UZ Leuven, 3000 Leuven, Belgium"])

Candidates (`kernel`) → signals (`signals`, `rivals`) → a first forest that drops what is unlikely →
a second that sees how what is left compares → links, or none: abstaining is an answer.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from baken.errors import LinkError
from baken.model.links import Link, Linked

from .forest import MODEL, Forest, Model, make_forest, predict, read_model
from .index import LANDSCAPE, Index, open_index
from .kernel import END, ORGANISATION, START, Buffers, rough_scores
from .rivals import compare, keep_best
from .signals import NAMES, SIGNALS, measure

BATCH: Final = 1000
"""Texts that are worked on at once; answers do not depend on it."""
LONGEST_TEXT: Final = 20_000
"""Characters of a text that are read; affiliations have about 80."""
_OWN: Final = len(SIGNALS)
"""Column where the signals of rivals start."""
_EXACT: Final = NAMES.index("exact")
_SHARE: Final = NAMES.index("segment_share")
_CITY: Final = NAMES.index("city_same")
_SEGMENTS: Final = NAMES.index("segments")
_PARENT: Final = NAMES.index("rivals_parent")
_FIRST: Final = NAMES.index("rivals_own")
_ROR: Final = "https://ror.org/"
OWN_UNIT: Final = 0.8
"""Score of one of the landscape's own units that is named in full; set by hand, see there."""


class Weighed(Struct, frozen=True):
    """One candidate as the linker saw it.

    Attributes:
        id: ROR id or ``organisations/ID``.
        name: display name.
        span: characters of the text.
        matched: the text of the span.
        first_score: of the first forest, 0–1.
        score: of the second, 0–1; None when the first ruled it out.
        is_linked: whether it is part of the answer.
        signals: by name, those that are not 0.
    """

    id: str
    name: str
    span: tuple[int, int]
    matched: str
    first_score: float
    score: float | None
    is_linked: bool
    signals: dict[str, float]


class Explanation(Struct, frozen=True):
    """Why a text links to what it links to; ``str()`` is for people.

    Attributes:
        text: as given, as far as it was read (`LONGEST_TEXT`).
        linked: the answer.
        one: score from which the best candidate is a link.
        more: score from which a further one is.
        candidates: best first, those that were ruled out at the end.
    """

    text: str
    linked: Linked
    one: float
    more: float
    candidates: tuple[Weighed, ...]

    def __str__(self) -> str:
        """Return a few lines for people."""
        lines = [self.text.strip(), ""]
        if not self.linked.links:
            lines.append(f"No link: no candidate reaches {self.one:.2f}.")
        for candidate in self.candidates[:6]:
            sure = candidate.score if candidate.score is not None else candidate.first_score
            if not candidate.is_linked and sure < 0.05:
                continue
            mark = "→" if candidate.is_linked else " "
            lines.append(f"{mark} {sure:.2f}  {candidate.name}  {candidate.id}")
            lines.append(f"         in “{candidate.matched}”; {_because(candidate.signals)}")
        return "\n".join(lines)


def _because(signals: dict[str, float]) -> str:
    """Return the signals that people care about, in words."""
    said = []
    if signals.get("exact"):
        said.append("the whole name")
    else:
        said.append(f"{signals.get('covered_anywhere', 0):.0%} of the name")
    for name, words in (
        ("acronym", "an acronym"),
        ("former", "a former name"),
        ("corrected", "spelling corrected"),
        ("support", "with its acronym"),
        ("city_same", "its town"),
        ("country_same", "its country"),
    ):
        if signals.get(name):
            said.append(words)
    if signals.get("country_other"):
        said.append("but another country")
    elif signals.get("city_other") == 2:
        said.append("but a town abroad")
    if signals.get("ambiguity", 1) > 1:
        said.append(f"one of {signals['ambiguity']:.0f} of that name")
    return ", ".join(said)


class Linker:
    """Links texts to organisations; make it with `open`. Threads may share one."""

    def __init__(self, index: Index, version: str, model: Model) -> None:
        self._index = index
        self._model = model
        self._first = _forest(model.first.signals, make_forest(model.first))
        self._second = _forest(model.second.signals, make_forest(model.second))
        self._version = version
        self._local = threading.local()
        self._ids: dict[int, tuple[str, str]] = {}

    @classmethod
    def open(cls, directory: Path) -> Linker:
        """Open the linker on the index in a folder; it is mapped, not read.

        Raises:
            LinkError: there is no index there that this version can read.
        """
        index, manifest = open_index(directory)
        model = read_model()
        digest = hashlib.sha256(MODEL.read_bytes()).hexdigest()[:8]
        return cls(index, f"{manifest.version}-{model.version}-{digest}", model)

    @property
    def version(self) -> str:
        """What answers depend on: the index and the model."""
        return self._version

    def link(self, texts: Sequence[str]) -> list[Linked]:
        """Return one answer a text, in their order; an answer depends on its own text alone."""
        answers: list[Linked] = []
        for start in range(0, len(texts), BATCH):
            batch = [text[:LONGEST_TEXT] for text in texts[start : start + BATCH]]
            answers.extend(self._answers(batch))
        return answers

    def explain(self, text: str) -> Explanation:
        """Return the answer for one text with everything that was weighed."""
        text = text[:LONGEST_TEXT]
        answer = self._answers([text])[0]
        linked = {link.id for link in answer.links}
        found: list[Weighed] = []
        for offset, piece in _pieces(text):
            found.extend(self._weighed(piece, offset, linked))
        found.sort(key=lambda c: (-(c.score if c.score is not None else -1), -c.first_score))
        # An organisation that several entries of a list name is shown once, as it is linked once.
        best = {candidate.id: candidate for candidate in reversed(found)}
        once = tuple(candidate for candidate in found if best[candidate.id] is candidate)
        return Explanation(text, answer, self._model.one, self._model.more, once)

    def _weighed(self, text: str, offset: int, linked: set[str]) -> list[Weighed]:
        """Return all candidates of a text that starts at `offset` of the one that was given."""
        work = self._work([text])
        second = dict(zip(work.kept.tolist(), work.second.tolist(), strict=True))
        found = []
        for row in range(len(work.integers)):
            identifier, name = self._identity(int(work.integers[row, ORGANISATION]))
            start, end = int(work.integers[row, START]), int(work.integers[row, END])
            span = (start + offset, end + offset)
            values = zip(NAMES, work.rows[row].tolist(), strict=True)
            found.append(
                Weighed(
                    identifier,
                    name,
                    span,
                    text[start:end],
                    round(float(work.first[row]), 4),
                    round(second[row], 4) if row in second else None,
                    identifier in linked,
                    {name: round(value, 3) for name, value in values if value},
                )
            )
        return found

    def profile(self, texts: Sequence[str]) -> dict[str, float]:
        """Link the texts and return the seconds of each stage."""
        spent = {"candidates": 0.0, "signals": 0.0, "forests": 0.0, "answers": 0.0}
        for start in range(0, len(texts), BATCH):
            batch = [text[:LONGEST_TEXT] for text in texts[start : start + BATCH]]
            work = self._work(batch, spent)
            began = time.perf_counter()
            self._decide(work)
            spent["answers"] += time.perf_counter() - began
        return spent

    def _answers(self, batch: list[str]) -> list[Linked]:
        lists = [i for i, text in enumerate(batch) if text.count(";") >= _LIST]
        if not lists:
            return self._decide(self._work(batch))
        # The lists' places are kept by empty texts.
        pieces = [_pieces(batch[i]) for i in lists]
        plain = list(batch)
        for i in lists:
            plain[i] = ""
        answers = self._decide(self._work(plain))
        flat = [text for parts in pieces for _, text in parts]
        entries: list[Linked] = []
        for start in range(0, len(flat), BATCH):
            entries.extend(self._decide(self._work(flat[start : start + BATCH])))
        found = iter(entries)
        for i, parts in zip(lists, pieces, strict=True):
            answers[i] = _join([(offset, next(found)) for offset, _ in parts])
        return answers

    def _work(self, batch: list[str], spent: dict[str, float] | None = None) -> _Work:
        clock = [time.perf_counter()]
        buffers: Buffers | None = getattr(self._local, "buffers", None)
        if buffers is None:
            buffers = self._local.buffers = Buffers(BATCH)
        integers, seen, bounds = buffers.find(self._index, batch)
        clock.append(time.perf_counter())
        rows = measure(self._index, integers, seen)
        score = np.empty(len(rows), np.float32)
        rough_scores(seen, score)
        compare(self._index, integers, score, bounds, rows[:, _OWN:])
        clock.append(time.perf_counter())
        first = np.empty(len(rows), np.float32)
        predict(rows, *self._first, first)
        kept = np.empty(len(rows), np.int64)
        kept_bounds = np.empty(len(bounds), np.int64)
        size = keep_best(first, bounds, self._model.most, self._model.least, kept, kept_bounds)
        kept = kept[:size]
        again = rows[kept]
        compare(self._index, integers[kept], first[kept], kept_bounds, again[:, _OWN:])
        second = np.empty(size, np.float32)
        predict(again, *self._second, second)
        self._trust_own_units(integers[kept], again, kept_bounds, second)
        clock.append(time.perf_counter())
        if spent is not None:
            for i, stage in enumerate(("candidates", "signals", "forests")):
                spent[stage] += clock[i + 1] - clock[i]
        return _Work(integers, rows, first, kept, kept_bounds, second)

    def _trust_own_units(
        self,
        integers: NDArray[np.int32],
        rows: NDArray[np.float32],
        bounds: NDArray[np.int64],
        score: NDArray[np.float32],
    ) -> None:
        """Raise the score of the landscape's own units that a segment names in full.

        The labelled strings know the registry only, so the model has never seen a unit linked. One
        that is named in full counts when its parent is likely to be named too, when its town is, or
        when it is all there is; and with it counts a parent that stands elsewhere in the text.
        """
        organisation = integers[:, ORGANISATION]
        types = self._index.organisation_types[organisation]
        is_named = (rows[:, _EXACT] == 1) & (rows[:, _SHARE] > 0.95) & ((types & LANDSCAPE) != 0)
        is_backed = (rows[:, _PARENT] > 0.3) | (rows[:, _CITY] > 0) | (rows[:, _SEGMENTS] == 1)
        for unit in np.flatnonzero(is_named & is_backed).tolist():
            score[unit] = max(score[unit], OWN_UNIT)
            start, end = self._index.parent_start[organisation[unit] : organisation[unit] + 2]
            parents = set(self._index.parents[start:end].tolist())
            text = int(np.searchsorted(bounds, unit, side="right")) - 1
            for other in range(bounds[text], bounds[text + 1]):
                is_apart = (
                    integers[other, START] >= integers[unit, END]
                    or integers[other, END] <= integers[unit, START]
                )
                if organisation[other] in parents and is_apart and rows[other, _FIRST] > 0.3:
                    score[other] = max(score[other], self._model.more)

    def _decide(self, work: _Work) -> list[Linked]:
        """Choose: the best candidate when it is good enough, further ones when they are better."""
        answers = []
        one, more = self._model.one, self._model.more
        scores = work.second.tolist()
        rows = work.integers[work.kept][:, (ORGANISATION, START, END)].tolist()
        bounds = work.kept_bounds.tolist()
        for low, high in pairwise(bounds):
            good = [a for a in range(low, high) if scores[a] >= one]
            if not good:
                answers.append(_NOTHING)
                continue
            if len(good) > 1:
                good.sort(key=lambda a: (-scores[a], a))
            links: list[Link] = []
            for a in good:
                if links and scores[a] < more:
                    break
                organisation, start, end = rows[a]
                identifier, name = self._identity(organisation)
                links.append(Link(identifier, name, (start, end), round(scores[a], 4)))
            ror = tuple([link.id for link in links if link.id.startswith(_ROR)])
            answers.append(Linked(ror, tuple(links)))
        return answers

    def _identity(self, organisation: int) -> tuple[str, str]:
        """Return id and display name of an organisation."""
        known = self._ids.get(organisation)
        if known is None:
            i = self._index
            at = i.organisation_id_first
            identifier = i.organisation_id_text[at[organisation] : at[organisation + 1]]
            at = i.organisation_name_first
            name = i.organisation_name_text[at[organisation] : at[organisation + 1]]
            known = (identifier.tobytes().decode(), name.tobytes().decode())
            self._ids[organisation] = known
        return known


_NOTHING: Final = Linked()
_LIST: Final = 3
"""Semicolons from which a text is a list, whose entries are linked one by one: the model has learnt
from texts that name a few organisations, and would take most of many for noise."""


def _pieces(text: str) -> list[tuple[int, str]]:
    """Return the entries of a list with where each starts, or the text as a whole."""
    if text.count(";") < _LIST:
        return [(0, text)]
    found = []
    start = 0
    for piece in text.split(";"):
        found.append((start, piece))
        start += len(piece) + 1
    return found


def _join(answers: list[tuple[int, Linked]]) -> Linked:
    """Return the answer for a list: the best link of each organisation, best first."""
    if len(answers) == 1:
        return answers[0][1]
    best: dict[str, Link] = {}
    for offset, answer in answers:
        for link in answer.links:
            span = (link.span[0] + offset, link.span[1] + offset)
            if link.id not in best or best[link.id].score < link.score:
                best[link.id] = Link(link.id, link.name, span, link.score)
    links = tuple(sorted(best.values(), key=lambda link: (-link.score, link.span, link.id)))
    return Linked(tuple(link.id for link in links if link.id.startswith(_ROR)), links)


class _Work(Struct, frozen=True):
    """What linking a batch came to, before it is decided."""

    integers: NDArray[np.int32]
    rows: NDArray[np.float32]
    first: NDArray[np.float32]
    kept: NDArray[np.int64]
    kept_bounds: NDArray[np.int64]
    second: NDArray[np.float32]


def _forest(signals: list[str], forest: Forest) -> Forest:
    if tuple(signals) != NAMES:
        raise LinkError(
            "The linker's model was trained on other signals than this version measures. "
            "Train it again:  python -m evals.linking.train"
        )
    return forest
