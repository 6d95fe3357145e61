"""Train the linker's model from the development sets: ``python -m evals.linking.train``.

Two forests are trained by LightGBM on the signals of all candidates: the first sees each with a
rough comparison to its rivals, the second sees what the first leaves, compared by its scores. A
candidate counts as right when its id is among the row's ids, or when the row names a record that
leads to it.

Everything that is reported is cross-validated: five parts, split by the text, so that a string that
is in several sets is in one part; a row is scored by forests that have not seen its part. The
forests of the model file are then trained on all rows.
The same data, registry and versions give the same file, but for the date that is written into it.

Options: ``--registry DIR`` (a built index; else one is built and kept), ``--predictions FILE``
(write the cross-validated answers, for ``evals.linking.run --predictions``), ``--dry`` (write no
model).
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import re
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import lightgbm
import msgspec
import numpy as np
from evals.linking.rows import DATA, FIRST_ONLY, TARGETS, read_rows
from numpy.typing import NDArray

from baken.linker.forest import MODEL, Model, from_lightgbm
from baken.linker.index import Index, open_index
from baken.linker.kernel import ORGANISATION, Buffers, rough_scores
from baken.linker.registry import read_registry, resolve_successors
from baken.linker.rivals import compare, keep_best
from baken.linker.signals import NAMES, SIGNALS, measure

PARTS = 5
MOST, LEAST = 7, 0.01
FIRST = {"num_leaves": 16, "max_depth": 5, "learning_rate": 0.12, "rounds": 60}
SECOND = {"num_leaves": 31, "max_depth": 7, "learning_rate": 0.08, "rounds": 120}
COMMON = {
    "objective": "binary",
    "min_data_in_leaf": 30,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 127,
    "verbose": -1,
    "num_threads": 2,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
}
ONE = MORE = 0.5
"""A link is made when it is more likely right than not: scores are probabilities. Thresholds tuned
to the targets (0.4 to 0.6 were, by seed) gain one set what another loses."""


class Data:
    """The rows of all sets and their candidates."""

    def __init__(self, index: Index, folder: Path) -> None:
        self.index = index
        sets = {name: read_rows(name, folder) for name in TARGETS}
        self.rows = [row for rows in sets.values() for row in rows]
        self.source = np.array([name for name, rows in sets.items() for _ in rows])
        texts = [row.affiliation for row in self.rows]
        buffers = Buffers(len(texts))
        self.integers, self.seen, self.bounds = buffers.find(index, texts)
        self.text = np.repeat(np.arange(len(texts)), np.diff(self.bounds))
        self.ids = identifiers(index)
        records = list(read_registry(folder / "ror" / "ror_union.jsonl.gz"))
        leads = resolve_successors(records)
        right = [
            {i for gold in row.ror_ids for i in (gold, *leads.get(gold, ()))} for row in self.rows
        ]
        found = [self.ids[o] for o in self.integers[:, ORGANISATION]]
        self.found = found
        self.is_right = np.array(
            [i in right[t] for i, t in zip(found, self.text.tolist(), strict=True)]
        )
        self.part = np.array([part(text) for text in texts])[self.text]
        size = {name: len(rows) for name, rows in sets.items()}
        self.weight = np.array([(1000 / size[name]) ** 0.5 for name in self.source])[self.text]


def part(text: str) -> int:
    """Return which part a text is in; texts that differ in blanks and signs are in the same."""
    return hashlib.md5(re.sub(r"\W", "", text.lower()).encode()).digest()[0] % PARTS


def identifiers(index: Index) -> list[str]:
    """Return the ids of all organisations."""
    first = index.organisation_id_first.tolist()
    text = index.organisation_id_text.tobytes()
    return [text[a:b].decode() for a, b in pairwise(first)]


def fit(
    rows: NDArray[Any], right: NDArray[Any], weight: NDArray[Any], how: dict[str, Any]
) -> lightgbm.Booster:
    """Train one forest."""
    how = {**COMMON, **how}
    rounds = how.pop("rounds")
    data = lightgbm.Dataset(rows, right.astype(np.int8), weight=weight)
    return lightgbm.train(how, data, rounds)


def out_of_part(
    rows: NDArray[Any],
    right: NDArray[Any],
    weight: NDArray[Any],
    parts: NDArray[Any],
    how: dict[str, Any],
) -> NDArray[np.float32]:
    """Return scores by forests that have not seen the row's part."""
    scores = np.zeros(len(rows), np.float32)
    for number in range(PARTS):
        seen = parts != number
        forest = fit(rows[seen], right[seen], weight[seen], how)
        scores[~seen] = forest.predict(rows[~seen])
    return scores


def first_rows(data: Data) -> NDArray[np.float32]:
    """Return what the first forest sees."""
    rows = measure(data.index, data.integers, data.seen)
    score = np.empty(len(rows), np.float32)
    rough_scores(data.seen, score)
    compare(data.index, data.integers, score, data.bounds, rows[:, len(SIGNALS) :])
    return rows


def second_rows(
    data: Data, rows: NDArray[np.float32], first: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Return what the second forest sees, which candidates those are, and their bounds."""
    kept = np.empty(len(rows), np.int64)
    bounds = np.empty(len(data.bounds), np.int64)
    kept = kept[: keep_best(first, data.bounds, MOST, LEAST, kept, bounds)]
    again = rows[kept]
    compare(data.index, data.integers[kept], first[kept], bounds, again[:, len(SIGNALS) :])
    return again, kept, bounds


def answers(
    data: Data,
    kept: NDArray[Any],
    bounds: NDArray[Any],
    score: NDArray[Any],
    one: float,
    more: float,
) -> list[list[str]]:
    """Return the ids of every row, best first, as the linker would decide."""
    found = []
    for low, high in zip(bounds.tolist(), bounds.tolist()[1:], strict=False):
        ids: list[str] = []
        for a in sorted(range(low, high), key=lambda a: (-score[a], a)):
            if score[a] < (more if ids else one):
                break
            ids.append(data.found[kept[a]])
        found.append(ids)
    return found


def figures(data: Data, found: list[list[str]]) -> dict[str, tuple[float, float, float, float]]:
    """Return precision, recall, F1 and the share of empty rows with an id, by set."""
    result = {}
    for name in TARGETS:
        right = given = wanted = empty = wrong = 0
        for t in np.flatnonzero(data.source == name).tolist():
            gold = set(data.rows[t].ror_ids)
            ids = set(found[t][:1] if name in FIRST_ONLY else found[t])
            right += len(gold & ids)
            given += len(ids)
            wanted += len(gold)
            empty += not gold
            wrong += not gold and bool(ids)
        p, r = right / max(given, 1), right / max(wanted, 1)
        result[name] = (p, r, 2 * p * r / (p + r), wrong / max(empty, 1))
    return result


def shortfall(result: dict[str, tuple[float, float, float, float]]) -> float:
    """Return how much is missing to all targets, summed."""
    total = 0.0
    for name, (p, r, f1, empty) in result.items():
        target = TARGETS[name]
        total += max(0.0, (target.precision or 0) - p) + max(0.0, (target.recall or 0) - r)
        total += max(0.0, (target.f1 or 0) - f1)
        total += max(0.0, empty - target.null_false) if target.null_false else 0.0
    return total


def main() -> None:
    """Train, report and write the model."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--registry", type=Path, required=True)
    arguments.add_argument("--data", type=Path, default=DATA)
    arguments.add_argument("--predictions", type=Path)
    arguments.add_argument("--dry", action="store_true")
    given = arguments.parse_args()
    clock = time.time()
    index, _ = open_index(given.registry)
    data = Data(index, given.data)
    rows = first_rows(data)
    print(f"{len(data.rows):,} rows, {len(rows):,} candidates  {time.time() - clock:.0f} s")
    first = out_of_part(rows, data.is_right, data.weight, data.part, FIRST)
    again, kept, bounds = second_rows(data, rows, first)
    reached = data.is_right[kept].sum() / data.is_right.sum()
    seconds = time.time() - clock
    print(f"{len(kept):,} candidates left, {reached:.4f} of the right ones  {seconds:.0f} s")
    second = out_of_part(again, data.is_right[kept], data.weight[kept], data.part[kept], SECOND)
    q = np.clip(second, 1e-6, 1 - 1e-6)
    y = data.is_right[kept]
    loss = -(np.where(y, np.log(q), np.log(1 - q)) * data.weight[kept]).sum() / len(data.rows)
    print(f"loss {loss:.4f}  {time.time() - clock:.0f} s")
    found = answers(data, kept, bounds, second, ONE, MORE)
    result = figures(data, found)
    print(f"short of the targets by {shortfall(result):.3f}, cross-validated")
    for name, (p, r, f1, empty) in result.items():
        measured = f"P {p:.3f}  R {r:.3f}  F1 {f1:.3f}  empty {empty:.3f}"
        print(f"  {name:24s} {measured}   {TARGETS[name]}")
    if given.predictions:
        lines = [msgspec.json.encode({"ror_ids": ids}) for ids in found]
        given.predictions.write_bytes(b"\n".join(lines) + b"\n")
    if given.dry:
        return
    forest_one = fit(rows, data.is_right, data.weight, FIRST)
    forest_two = fit(again, data.is_right[kept], data.weight[kept], SECOND)
    model = Model(
        version=1,
        trained=f"{datetime.date.today()}: {len(data.rows):,} development rows, LightGBM "
        f"{lightgbm.__version__}, cross-validated loss {loss:.4f}",
        first=from_lightgbm(forest_one.dump_model(), list(NAMES)),
        second=from_lightgbm(forest_two.dump_model(), list(NAMES)),
        most=MOST,
        least=LEAST,
        one=ONE,
        more=MORE,
    )
    MODEL.write_bytes(msgspec.json.encode(model) + b"\n")
    print(f"{MODEL.name}: {MODEL.stat().st_size:,} bytes  {time.time() - clock:.0f} s")


if __name__ == "__main__":
    main()
