"""Does the linker name the right organisations? Every development set, beside its peers.

    python -m evals.linking.run [--registry DIR] [--set NAME ...] [--report DIR]
    python -m evals.linking.run --predictions FILE.jsonl [--set NAME ...]
    python -m evals.linking.run --write-reference

Without ``--registry`` the index is built from the registry's file and kept in ``.baken/linking``
until that file or the linker's code changes. ``--predictions`` scores a file of answers instead,
one a row of the chosen sets in the order of the table, as ``--report`` writes it.

The table gives precision, recall and F1 with its 95 % interval by the rule in ``scoring``, the
share of unlabelled rows that got an id (``null``), and the target; below each set stand the peers
on the same rows. Where a peer was run on part of a set, Baken is scored on that part too.

``--report DIR`` writes ``report.md`` with the mistakes by kind and examples, the calibration and
the abstention curve (with drawings), and ``predictions.jsonl``. It quotes rows of the data, so it
is not to be committed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

import baken
from baken import landscape
from baken.errors import BakenError, LinkError

from . import errors, plots
from .calibration import Calibration, Step, calibrate, judge, pool, steps
from .rows import (
    CACHE,
    DATA,
    FIRST_ONLY,
    TARGETS,
    Answer,
    MissingDataError,
    Row,
    Target,
    align,
    answers_of,
    read_answers,
    read_peers,
    read_rows,
    registry_file,
    sample,
    set_names,
)
from .scoring import Scores, bare, count, score, summarise, together

REFERENCE: Final = Path(__file__).parent / "reference.json"
SLACK: Final = 0.01
"""How far F1 on the fixed sample may fall below the reference's."""

SMALLEST_GROUP: Final = 150
"""Sampled rows from which on a set is held against the reference by itself."""

_BATCH: Final = 2_000
_THRESHOLDS: Final = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99)
_EXAMPLES: Final = 8
_AFTER_THE_INDEX: Final = frozenset({"decide", "linker", "protocol", "signals"})
"""Modules that only read an index: tuning them is not to cost a new one."""

Answered = dict[str, tuple[list[Row], list[Answer]]]
"""Rows and answers by set."""


class Group(Struct, frozen=True):
    """Part of the fixed sample and its frozen figure."""

    rows: int
    f1: float


class Reference(Struct, frozen=True):
    """The frozen run that the present one is held against; it holds no strings.

    Attributes:
        linker: its version.
        predictions: SHA-256 over the ids of all answers.
        sets: the scores by set, and of all of them together as ``all``.
        sample: the same of the fixed sample, for groups that are large enough.
    """

    linker: str
    predictions: str
    sets: dict[str, Scores]
    sample: dict[str, Group]


def cached_index(data: Path = DATA, cache: Path = CACHE) -> Path:
    """Return a folder with the index of the registry, building it when there is none.

    It is what ``baken registry build`` makes with its default settings, the shipped landscape
    included. The folder's name is a hash of what it is made from: the registry's file, by size and
    time, the linker's code and tables, and the landscape. Indexes of other hashes are removed.

    Raises:
        MissingDataError: the registry's file is not there.
        LinkError: the index cannot be built.
    """
    registry = registry_file(data)
    folder = cache / f"index-{_index_key(registry)}"
    if not folder.is_dir():
        for stale in cache.glob("index-*"):
            shutil.rmtree(stale, ignore_errors=True)
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as scratch:
            built = Path(scratch) / "index"
            command = (sys.executable, "-m", "baken", "registry", "build", registry, "-o", built)
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode:
                raise LinkError(f"The index was not built: {done.stderr.strip()}")
            built.rename(folder)
    return folder


def link(index: Path, texts: Sequence[str]) -> tuple[list[Answer], str]:
    """Link the texts in batches; return the answers and the linker's version."""
    from baken.linker import Linker

    linker = Linker.open(index)
    answers: list[Answer] = []
    for start in range(0, len(texts), _BATCH):
        answers += answers_of(linker.link(texts[start : start + _BATCH]))
    return answers, linker.version


def take_sample(answered: Answered) -> Answered:
    """Return the fixed sample out of whole sets."""
    taken: Answered = {}
    for name, (rows, answers) in answered.items():
        numbers = sample(name, len(rows))
        taken[name] = ([rows[n] for n in numbers], [answers[n] for n in numbers])
    return taken


def share_out(sets: Mapping[str, Sequence[Row]], answers: Sequence[Answer]) -> Answered:
    """Give each set its answers, which stand one after the other.

    Raises:
        MissingDataError: there are more or fewer than rows.
    """
    expected = sum(len(rows) for rows in sets.values())
    if len(answers) != expected:
        raise MissingDataError(
            f"There are {len(answers)} answers for {expected} rows ({', '.join(sets)}): "
            "choose with --set the sets that the predictions are of, in their order."
        )
    found: Answered = {}
    start = 0
    for name, rows in sets.items():
        found[name] = (list(rows), list(answers[start : start + len(rows)]))
        start += len(rows)
    return found


def groups(answered: Answered) -> dict[str, Group]:
    """Return F1 over a sample: of all of it, and of the sets that are large enough."""
    counts = _counts(answered)
    parts = {"all": together(counts.values()), **counts}
    return {
        name: Group(len(part), round(summarise(part, resamples=0).f1, 4))
        for name, part in parts.items()
        if name == "all" or len(part) >= SMALLEST_GROUP
    }


def losses(now: Mapping[str, Group], reference: Mapping[str, Group]) -> list[str]:
    """Return a sentence for each group that is worse than the reference allows, or is not there."""
    found = []
    for name, frozen in reference.items():
        group = now.get(name)
        if group is None or group.rows != frozen.rows:
            found.append(f"{name}: the sample is not the one that was frozen ({frozen.rows} rows).")
        elif group.f1 < frozen.f1 - SLACK:
            found.append(f"{name}: F1 {group.f1:.4f}, was {frozen.f1:.4f} on {frozen.rows} rows.")
    return found


def read_reference(path: Path = REFERENCE) -> Reference:
    """Read the frozen run."""
    return msgspec.json.decode(path.read_bytes(), type=Reference)


def freeze(answered: Answered, version: str, path: Path = REFERENCE) -> None:
    """Write the frozen run."""
    digest = hashlib.sha256()
    for _, answers in answered.values():
        digest.update("".join(f"{' '.join(one.ror_ids)}\n" for one in answers).encode())
    reference = Reference(
        linker=version,
        predictions=digest.hexdigest(),
        sets={name: _rounded(scores) for name, scores in score_all(answered).items()},
        sample=groups(take_sample(answered)),
    )
    path.write_bytes(msgspec.json.format(msgspec.json.encode(reference), indent=1) + b"\n")


def score_all(answered: Answered) -> dict[str, Scores]:
    """Return the scores of each set, and of all of them together as ``all``."""
    counts = _counts(answered)
    scores = {name: summarise(part) for name, part in counts.items()}
    return {**scores, "all": summarise(together(counts.values()))}


def misses(scores: Scores, target: Target) -> list[str]:
    """Return what of the target is not met, in words; nothing when all of it is."""
    checks = (
        ("P", scores.precision, target.precision, 1),
        ("R", scores.recall, target.recall, 1),
        ("F1", scores.f1, target.f1, 1),
        ("null", scores.null_false, target.null_false, -1),
    )
    return [
        f"{name} {abs(value - wanted):.3f} {'short' if sign > 0 else 'over'}"
        for name, value, wanted, sign in checks
        if wanted is not None and value is not None and sign * value < sign * wanted
    ]


def say_target(target: Target) -> str:
    """Say what a target asks, in a few signs; nothing when it asks nothing."""
    parts = (
        ("P", "≥", target.precision),
        ("R", "≥", target.recall),
        ("F1", "≥", target.f1),
        ("null", "≤", target.null_false),
    )
    return ", ".join(f"{name} {sign} {value:g}" for name, sign, value in parts if value is not None)


def table(answered: Answered, data: Path, system: str = "Baken") -> Iterator[str]:
    """Yield the lines of the table, in Markdown; `system` is whose answers they are."""
    yield "| set | system | rows | P | R | F1 | 95 % | exact | null | target | met |"
    yield "|---|---|--:|--:|--:|--:|---|--:|--:|---|---|"
    all_scores = score_all(answered)
    for name, (rows, answers) in answered.items():
        target = TARGETS.get(name, Target())
        scores = all_scores[name]
        missed = misses(scores, target)
        asked = any(value is not None for value in msgspec.structs.astuple(target))
        met = ("no: " + ", ".join(missed) if missed else "yes") if asked else ""
        label = f"{name} (first id)" if name in FIRST_ONLY else name
        yield _table_line(f"**{label}**", f"**{system}**", scores, say_target(target), met)
        peers = read_peers(name, data)
        if peers and len(peers[0].rows) != len(rows):
            part = align(rows, answers, peers[0].rows)
            ours = score(peers[0].rows, part, is_first_only=name in FIRST_ONLY)
            yield _table_line("", f"{system}, on the peers' rows", ours)
        for peer in peers:
            theirs = score(peer.rows, peer.answers, is_first_only=name in FIRST_ONLY, resamples=0)
            yield _table_line("", peer.name, theirs)
    if len(answered) > 1:
        yield _table_line("**all together**", f"**{system}**", all_scores["all"])


def report(answered: Answered, data: Path, folder: Path, system: str, examples: int) -> None:
    """Write report.md, the two drawings and the predictions of `system` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    judged = pool(
        [
            judge(rows, answers, is_first_only=name in FIRST_ONLY)
            for name, (rows, answers) in answered.items()
        ]
    )
    calibration, curve = calibrate(judged), steps(judged, _THRESHOLDS)
    has_scores = bool(judged.scores.size)
    if has_scores:
        fine = steps(judged, [float(t) for t in np.linspace(0, 0.995, 200)])
        (folder / "calibration.svg").write_text(plots.draw_calibration(calibration), "utf-8")
        (folder / "abstention.svg").write_text(plots.draw_abstention(fine), "utf-8")
    lines = [
        "# How well the linker does",
        "",
        f"Answers: {system}. Generated by `python -m evals.linking.run`; it quotes rows of the "
        "data and is not to be committed.",
        "",
        *table(answered, data, system),
        "",
        *(_scores_in_words(calibration, curve) if has_scores else _NO_SCORES),
        "",
        *_mistakes_in_words(answered, errors.Registry.read(registry_file(data)), examples),
    ]
    (folder / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (folder / "predictions.jsonl").open("wb") as predictions:
        for _, answers in answered.values():
            predictions.writelines(msgspec.json.encode(one) + b"\n" for one in answers)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; write report and reference when asked to."""
    chosen = _parser().parse_args(arguments)
    try:
        return _run(chosen)
    except (MissingDataError, BakenError) as error:
        print(error, file=sys.stderr)
        return 1


def _run(chosen: argparse.Namespace) -> int:
    data = chosen.data
    names = chosen.set or set_names(data)
    sets = {name: read_rows(name, data) for name in names}
    if chosen.predictions:
        answers, version = read_answers(chosen.predictions), ""
        system = chosen.predictions.name
    else:
        index = chosen.registry or cached_index(data)
        texts = [row.affiliation for rows in sets.values() for row in rows]
        started = time.perf_counter()
        answers, version = link(index, texts)
        system = f"Baken {version}"
        took = time.perf_counter() - started
        print(f"Linked {len(texts):,} strings in {took:.1f} s, opening included.\n")
    answered = share_out(sets, answers)
    print("\n".join(table(answered, data, system)))
    if chosen.report:
        report(answered, data, chosen.report, system, chosen.examples)
        print(f"\nWrote {chosen.report / 'report.md'} and what it shows.")
    if chosen.write_reference:
        if chosen.predictions or chosen.set:
            raise MissingDataError(
                "The reference is frozen from the linker's own answers to all sets: "
                "leave out --predictions and --set."
            )
        freeze(answered, version)
        print(f"\nWrote {REFERENCE.name}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.linking.run", description="Measure how well the linker links."
    )
    parser.add_argument("--registry", type=Path, help="folder of a built index")
    parser.add_argument("--predictions", type=Path, help="score these answers instead")
    parser.add_argument("--set", action="append", help="a set (more than once for several)")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with affiliations and ror")
    parser.add_argument("--report", type=Path, help="folder to write the analysis into")
    parser.add_argument("--examples", type=int, default=_EXAMPLES, help="examples of each mistake")
    parser.add_argument("--write-reference", action="store_true", help="freeze this run")
    return parser


def _counts(answered: Answered) -> dict[str, NDArray[np.float64]]:
    return {
        name: count(rows, answers, is_first_only=name in FIRST_ONLY)
        for name, (rows, answers) in answered.items()
    }


def _rounded(scores: Scores) -> Scores:
    def round_(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(round_(part) for part in value)
        return round(value, 4) if isinstance(value, float) else value

    return Scores(*(round_(value) for value in msgspec.structs.astuple(scores)))  # type: ignore[arg-type]


def _table_line(name: str, system: str, scores: Scores, target: str = "", met: str = "") -> str:
    interval = ""
    if scores.f1_interval:
        interval = "{:.3f}–{:.3f}".format(*scores.f1_interval)
    null = "" if scores.null_false is None else f"{scores.null_false:.1%} of {scores.null_rows}"
    return (
        f"| {name} | {system} | {scores.rows} | {scores.precision:.3f} | {scores.recall:.3f} "
        f"| {scores.f1:.3f} | {interval} | {scores.exact:.3f} | {null} | {target} | {met} |"
    )


_NO_SCORES: Final = ("These predictions carry no scores: nothing can be said of calibration.",)


def _scores_in_words(calibration: Calibration, curve: Sequence[Step]) -> Iterator[str]:
    yield "## Whether scores can be believed"
    yield ""
    yield (
        f"Over all links of these sets: expected calibration error "
        f"{calibration.expected_error:.3f}, Brier score {calibration.brier:.3f}. Labels are not "
        "free of mistakes, so the best links stay a little below their score."
    )
    yield ""
    yield "![Score of a link against the share that is right](calibration.svg)"
    yield ""
    yield "| score | links | mean score | right | 95 % |"
    yield "|---|--:|--:|--:|---|"
    for b in calibration.bins:
        yield (
            f"| {b.low:.2f}–{b.high:.2f} | {b.links} | {b.score:.3f} | {b.right:.3f} "
            f"| {b.interval[0]:.3f}–{b.interval[1]:.3f} |"
        )
    yield ""
    yield "## What abstaining more often would cost"
    yield ""
    yield "![Precision and recall over the threshold](abstention.svg)"
    yield ""
    yield "| least score | links | P | R | F1 |"
    yield "|--:|--:|--:|--:|--:|"
    for step in curve:
        yield (
            f"| {step.threshold:.2f} | {step.links} | {step.precision:.3f} | {step.recall:.3f} "
            f"| {step.f1:.3f} |"
        )


def _mistakes_in_words(
    answered: Answered, registry: errors.Registry, examples: int
) -> Iterator[str]:
    found = [
        mistake
        for name, (rows, answers) in answered.items()
        for mistake in errors.find_mistakes(
            name, rows, answers, registry, is_first_only=name in FIRST_ONLY
        )
    ]
    by_kind: dict[str, list[errors.Mistake]] = defaultdict(list)
    for mistake in found:
        by_kind[mistake.kind].append(mistake)
    names = list(answered)
    yield "## Mistakes by kind"
    yield ""
    yield (
        "Each missing or wrong id belongs to one mistake. *Doubtful*: a full name of the wrong "
        "organisation stands in the string and no name of the labelled one does, so that the "
        "label may be what is wrong."
    )
    yield ""
    yield f"| kind | all | doubtful | {' | '.join(names)} |"
    yield f"|---|--:|--:|{'--:|' * len(names)}"
    for kind, words in errors.KINDS.items():
        yield _kind_line(words, by_kind[kind], names)
    yield _kind_line("**All mistakes**", found, names)
    yield ""
    yield _contradictions(answered)

    def quote(some: Sequence[errors.Mistake]) -> Iterator[str]:
        for mistake in errors.pick(some, examples):
            row = answered[mistake.set_name][0][mistake.number]
            text = json.dumps(row.affiliation[:300], ensure_ascii=False)
            yield f"- {mistake.set_name}, row {mistake.number + 1}: {_code(text)}"
            labels = [mistake.missing] if mistake.missing else row.ror_ids
            said = "; ".join(registry.label(bare(label)) for label in labels)
            yield f"    - labelled: {said or 'nothing'}"
            yield f"    - predicted: {registry.label(mistake.wrong)}"

    for kind, words in errors.KINDS.items():
        if by_kind[kind]:
            yield from ("", f"### {words} ({len(by_kind[kind])})", "")
            yield from quote(by_kind[kind])
    doubtful = [mistake for mistake in found if mistake.is_label_doubtful]
    if doubtful:
        yield from ("", f"### Labels that may be wrong ({len(doubtful)})", "")
        yield from quote(doubtful)


def _kind_line(words: str, mistakes: Sequence[errors.Mistake], names: Sequence[str]) -> str:
    per_set = Counter(mistake.set_name for mistake in mistakes)
    doubtful = sum(mistake.is_label_doubtful for mistake in mistakes)
    cells = (len(mistakes), doubtful, *(per_set[name] for name in names))
    return f"| {words} | {' | '.join(str(cell) for cell in cells)} |"


def _contradictions(answered: Answered) -> str:
    """Say how many strings carry different labels in different rows: nobody can get both right."""
    labels: dict[str, set[frozenset[str]]] = defaultdict(set)
    rows: Counter[str] = Counter()
    for some, _ in answered.values():
        for row in some:
            labels[row.affiliation].add(frozenset(row.ror_ids))
            rows[row.affiliation] += 1
    disputed = [text for text, sets in labels.items() if len(sets) > 1]
    return (
        f"{len(disputed)} strings ({sum(rows[text] for text in disputed)} rows) carry different "
        "labels in different rows; no answer is right in all of them."
    )


def _code(text: str) -> str:
    """Return text as inline code of Markdown, whatever backquotes it holds."""
    return f"`` {text} ``"


def _index_key(registry: Path) -> str:
    about = registry.stat()
    digest = hashlib.sha256(f"{about.st_size}:{about.st_mtime_ns}".encode())
    package = Path(baken.__file__).parent
    for folder in (package / "linker", package / "text", landscape.shipped()):
        for path in sorted(folder.rglob("*")):
            is_made_from = path.stem not in _AFTER_THE_INDEX and "__pycache__" not in path.parts
            if path.is_file() and is_made_from:
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
