"""Does Baken find the right partners? nDCG@5, success@1 and recall@10 against two baselines.

    python -m evals.find.run [--split dev|test] [--write-reference]

``needs.jsonl`` holds one need a line: ``{"id", "split", "language", "text", "grades"}``, where
grades are 3 (the partner to call), 2 (a good one), 1 (worth knowing) by organisation id, and any
organisation that is not listed is 0. Gains are exponential (2^grade - 1), as in Burges et al.
(2005); success@1 asks for a first match of grade 2 or more (or of the best grade that there is);
recall@10 counts every graded organisation.

The baselines read the organisations' own words, as Baken's index does, and nothing else:

- *BM25*: rank-bm25's BM25Okapi with its defaults over one text an organisation (names, summary,
  offers, labels of its themes and place in English), folded and cut into words.
- *meaning*: the cosine of the need with the best of an organisation's sentences, by the same
  encoder that Baken uses.

Rows of the split "test" are for the last word only: this program never prints them one by one.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from rank_bm25 import BM25Okapi

from baken import ingest, landscape
from baken.model import LANGUAGES, Organisation
from baken.partners import Matcher
from baken.search import Index, UniversalSentenceEncoder, build_index
from baken.store import Store, open_store
from baken.text import words

HERE = Path(__file__).parent
NEEDS = HERE / "needs.jsonl"
REFERENCE = HERE / "reference.json"

_DEPTH = 10
_CUT = 5

Finder = Callable[[str], Sequence[str]]
"""A need's text to at most ten organisation ids, best first."""


class Need(Struct, frozen=True):
    """A labelled need."""

    id: str
    split: str
    language: str
    text: str
    grades: dict[str, int]


class Scores(Struct, frozen=True):
    """Means over needs, each 0–1."""

    ndcg5: float
    success1: float
    recall10: float
    needs: int


class Run(Struct, frozen=True):
    """A run of one finder over a split.

    Attributes:
        overall: over all needs.
        languages: by language of the need.
        top: the first five ids by need; of the test split none is kept.
    """

    overall: Scores
    languages: dict[str, Scores]
    top: dict[str, tuple[str, ...]]


class Reference(Struct, frozen=True):
    """The frozen run that the present one is held against."""

    splits: dict[str, Run]


def read_needs(split: str, path: Path = NEEDS) -> list[Need]:
    """Read the needs of one split."""
    lines = path.read_text(encoding="utf-8").splitlines()
    needs = [msgspec.json.decode(line, type=Need) for line in lines if line.strip()]
    return [need for need in needs if need.split == split]


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], cut: int = _CUT) -> float:
    """Return the normalised discounted cumulative gain, 0–1, with exponential gains.

    Where nothing fits, the right answer is none: 1 for an empty shortlist, else 0.
    """
    if not grades:
        return float(not ranked)

    def gain(values: Iterable[int]) -> float:
        return sum((2**value - 1) / math.log2(rank + 2) for rank, value in enumerate(values))

    ideal = gain(sorted(grades.values(), reverse=True)[:cut])
    return gain(grades.get(identity, 0) for identity in ranked[:cut]) / ideal


def success(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """Return 1 if the first match has grade 2 or more, or the best grade that there is."""
    if not grades:
        return float(not ranked)
    enough = min(2, max(grades.values()))
    return float(bool(ranked) and grades.get(ranked[0], 0) >= enough)


def recall(ranked: Sequence[str], grades: Mapping[str, int], cut: int = _DEPTH) -> float:
    """Return the share of graded organisations among the first matches, as far as they fit."""
    if not grades:
        return float(not ranked)
    return len(set(ranked[:cut]) & set(grades)) / min(cut, len(grades))


def run(finder: Finder, needs: Sequence[Need]) -> Run:
    """Answer the needs and score the answers."""
    answers = {need.id: tuple(finder(need.text)) for need in needs}
    by_language = {
        language: [need for need in needs if need.language == language] for language in LANGUAGES
    }
    return Run(
        overall=_scores(needs, answers),
        languages={
            language: _scores(some, answers) for language, some in by_language.items() if some
        },
        top={identity: ranked[:_CUT] for identity, ranked in answers.items()},
    )


def _scores(needs: Sequence[Need], answers: Mapping[str, Sequence[str]]) -> Scores:
    def mean(measure: Callable[[Sequence[str], Mapping[str, int]], float]) -> float:
        return round(statistics.fmean(measure(answers[n.id], n.grades) for n in needs), 4)

    return Scores(mean(ndcg), mean(success), mean(recall), len(needs))


def baken(store: Store, index: Index) -> Finder:
    """Return Baken itself."""
    matcher = Matcher(store, index)
    return lambda text: [match.id for match in matcher.find(text, limit=_DEPTH).matches]


def bm25(store: Store) -> Finder:
    """Return plain BM25 over one text an organisation."""
    organisations = list(store.organisations())
    known = store.landscape()
    ranking = BM25Okapi([_folded(_text(o, known)) for o in organisations])

    def find(text: str) -> list[str]:
        scores = ranking.get_scores(_folded(text))
        best = np.argsort(-scores, kind="stable")[:_DEPTH]
        return [organisations[i].id for i in best if scores[i] > 0]

    return find


def meaning(index: Index) -> Finder:
    """Return ranking by the best sentence's cosine alone."""

    def find(text: str) -> list[str]:
        cosines = index.compare(index.encoder.encode([text[:2000]]))[0]
        best = np.maximum.reduceat(cosines, index.starts)
        return [index.organisations[i] for i in np.argsort(-best, kind="stable")[:_DEPTH]]

    return find


def _text(organisation: Organisation, known: landscape.Landscape) -> str:
    themes = (known.themes[t].text("en") for t in organisation.theme_ids if t in known.themes)
    place = known.places.get(organisation.place_id or "")
    parts = (
        *(entry.value for entry in organisation.names),
        *(entry.value for entry in organisation.acronyms),
        *(entry.value for entry in organisation.aliases),
        *(entry.value for entry in organisation.summaries),
        *(offer.value.text for offer in organisation.offers),
        *themes,
        place.text("en") if place else "",
    )
    return " ".join(parts)


def _folded(text: str) -> list[str]:
    return [word.folded for word in words(text)]


def load(directory: Path) -> Store:
    """Load the shipped landscape into a store of its own in `directory`."""
    store = open_store(directory / "evaluation.sqlite")
    ingest.load(landscape.shipped(), store, on=date.today())
    return store


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; write the reference when asked to."""
    parser = argparse.ArgumentParser(description="Measure how well Baken finds partners.")
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--write-reference", action="store_true", help="freeze both splits")
    parser.add_argument("--misses", action="store_true", help="list dev needs below 0.9")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch, load(Path(scratch)) as store:
        index = build_index(store, UniversalSentenceEncoder())
        finders = {"Baken": baken(store, index), "BM25": bm25(store), "meaning": meaning(index)}
        needs = read_needs(chosen.split)
        print_table(chosen.split, {name: run(finder, needs) for name, finder in finders.items()})
        if chosen.misses and chosen.split == "dev":
            print_misses(finders["Baken"], needs)
        if chosen.write_reference:
            write_reference(finders["Baken"])
    return 0


def write_reference(finder: Finder) -> None:
    """Freeze the run over both splits; of the test split its scores only."""
    dev, test = (run(finder, read_needs(split)) for split in ("dev", "test"))
    reference = Reference({"dev": dev, "test": replace(test, top={})})
    encoded = msgspec.json.format(msgspec.json.encode(reference), indent=1)
    REFERENCE.write_bytes(encoded + b"\n")


def print_table(split: str, runs: Mapping[str, Run]) -> None:
    """Print one line a finder and language."""
    print(f"{split:10}{'language':>10}{'needs':>7}{'nDCG@5':>9}{'success@1':>11}{'recall@10':>11}")
    for name, result in runs.items():
        for language, scores in (("all", result.overall), *result.languages.items()):
            print(
                f"{name:10}{language:>10}{scores.needs:>7}{scores.ndcg5:>9.3f}"
                f"{scores.success1:>11.3f}{scores.recall10:>11.3f}"
            )


def print_misses(finder: Finder, needs: Sequence[Need]) -> None:
    """Print the needs that are not answered well, for the split one may look at."""
    for need in needs:
        ranked = finder(need.text)
        score = ndcg(ranked, need.grades)
        if score < 0.9:
            graded = [f"{identity}={need.grades.get(identity, 0)}" for identity in ranked[:_CUT]]
            lost = [f"{i}={g}" for i, g in need.grades.items() if i not in ranked[:_CUT]]
            print(f"\n{need.id} {score:.2f} {need.text}\n  found {graded}\n  lost  {lost}")


if __name__ == "__main__":
    sys.exit(main())
