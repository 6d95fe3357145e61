"""What the labels allow: rows that the linker gets wrong, read by hand.

    python -m evals.linking.audit --predictions FILE [--data DIR] [--audit FILE]

``audit.jsonl`` holds a line for each row that was read: ``{"set", "row", "verdict", "because",
"seen"}``, and ``"ids"`` where needed. ``row`` counts from 0. ``VERDICTS`` below says what the
verdicts mean. ``seen`` is a hash of the text, the labels and the answer that were read. ``ids`` are
what a careful reader would answer, where that is neither the label nor the linker's answer. FILE
holds the answers that were read, one a row of all sets in the order of ``rows.TARGETS``: the
cross-validated ones, as ``evals.linking.train --predictions`` writes them. Other answers are
refused, and so are other data.

**Which rows.** An *error row* is one whose counted ids are not precisely its labels: all ids of the
answer, or the first one only in the sets of ``rows.FIRST_ONLY``. Of a set with few of them all were
read, of the others a random sample (``SAMPLES``, ``SEED``). That the audit holds just those rows is
checked, so nobody can have picked them.

**Shares.** The share of the read rows with a verdict, with Wilson's 95 % interval, which takes the
rows for a draw from many of their kind. That holds for sets read in full, too: there the share is
exact for these rows, and the interval says what other rows of the kind may show.

**A reader's figures.** How a reader would do who is right wherever text and registry tell, and does
not know the labeller's mind: each row judged "ours wrong" is answered with its label (with ``ids``
where there are some), each other row as the linker answers it. It is an estimate and no bound: a
linker can learn what a set's labels prefer, or give recall away for precision by abstaining.

**Mended figures.** How the present answers would do by better labels: each row judged "label wrong"
or "label incomplete" is labelled with what was answered, each row with ``ids`` with these, every
other row as it is. In sets that label one organisation a string, the mended label is one as well:
the answered id if it is among the right ones, else the first of them.

**The arithmetic.** All counts are those of ``scoring.count``: right, predicted and labelled pairs,
rows labelled with nothing, and of them those answered. A row's *change* is the difference of its
counts after and before. Of ``E`` error rows of which ``J`` were read, the set's totals are

    totals now + E / J · sum of the changes of the read rows,

and precision, recall, F1 and the null share follow from these totals, not from averages of rows.
Which rows are labelled with nothing is known of all, read or not. Where ``FEWEST`` of their error
rows were read, or all of them, these rows and the others are therefore counted up each by its own
``E / J``; where fewer were, no null share is given. Rows that are no error rows stay as they are:
labels that are wrong where the linker agrees with them are not seen, so both figures flatter a
little.

**Intervals** are for the ``E - J`` rows that nobody read: ``DRAWS`` times, ``J`` of the read rows
are drawn with replacement, and from these the changes of the unread ones; the read rows keep
theirs. They say nothing of errors in the judging. A set read in full needs no interval.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from .calibration import wilson
from .rows import (
    DATA,
    FIRST_ONLY,
    TARGETS,
    Answer,
    MissingDataError,
    Row,
    read_answers,
    read_rows,
    set_names,
)
from .run import say_target, share_out
from .scoring import bare, count, predicted_ids, shares

AUDIT: Final = Path(__file__).parent / "audit.jsonl"
SEED: Final = 20261123
DRAWS: Final = 2000
FEWEST: Final = 10
"""Read error rows labelled with nothing, from which on they are counted up by themselves."""

SAMPLES: Final[Mapping[str, int]] = {
    "ror_crossref_2024": 150,
    "ror_springer_2023": 150,
    "exp_crossref_pub_2023": 120,
    "exp_logs_2023": 1000,
    "exp_springer_2023": 120,
    "s2aff": 120,
    "ror_names": 1000,
}
"""At most how many error rows of a set were read."""


class Verdict(Struct, frozen=True):
    """What reading a row can find.

    Attributes:
        means: in words.
        reader_is_right: a reader of text and registry gets the row right by its label.
        label_is_mended: the answer is right, or the best there is, and the label is not.
    """

    means: str
    reader_is_right: bool = False
    label_is_mended: bool = False


VERDICTS: Final[Mapping[str, Verdict]] = {
    "label wrong": Verdict(
        "the label is clearly not what the text names, or the row is labelled with nothing and "
        "names an organisation that the registry has by this name and place",
        label_is_mended=True,
    ),
    "label incomplete": Verdict(
        "the text names further organisations in their own right, which the linker answered and "
        "the label leaves out",
        label_is_mended=True,
    ),
    "convention": Verdict(
        "both can be defended: a hospital or its university, a part or the whole, a record or the "
        "one that succeeds it, one country's branch or another's",
    ),
    "ours wrong": Verdict(
        "the text and the registry tell what is right, and the linker is wrong or silent",
        reader_is_right=True,
    ),
    "ours wrong, could not know": Verdict(
        "the label may be right, but text and registry do not tell: an abbreviation, a renaming "
        "or a belonging that no record has, one of several of the same name",
    ),
    "undecidable": Verdict("the text fits several organisations, or none for certain"),
}
"""The verdicts, in the order in which they are shown. A row with several differences has the one
that is gravest for the linker."""


class Judgement(Struct, frozen=True, forbid_unknown_fields=True):
    """A row that was read.

    Attributes:
        set_name: its set.
        row: its number in the set's file, from 0.
        verdict: one of ``VERDICTS``.
        because: why, in a sentence.
        seen: the hash of what was read, as ``fingerprint`` makes it.
        ids: what a careful reader would answer; ``None`` for the label or, where the label is to be
            mended, for the linker's answer.
    """

    set_name: str = msgspec.field(name="set")
    row: int
    verdict: str
    because: str
    seen: str
    ids: tuple[str, ...] | None = None


class Figures(Struct, frozen=True):
    """Shares, 0-1, each with its interval; ``None`` for one that needs none.

    Attributes:
        precision: of the predicted pairs, the right ones.
        recall: of the labelled pairs, the right ones.
        f1: the harmonic mean of both.
        null_false: of the rows labelled with nothing, those answered; ``None`` without such rows,
            or where too few of them were read.
        precision_interval: the 2.5th and 97.5th percentile.
        recall_interval: the same.
        f1_interval: the same.
        null_interval: the same.
    """

    precision: float
    recall: float
    f1: float
    null_false: float | None
    precision_interval: tuple[float, float] | None = None
    recall_interval: tuple[float, float] | None = None
    f1_interval: tuple[float, float] | None = None
    null_interval: tuple[float, float] | None = None


class Audited(Struct, frozen=True):
    """What the audit of a set says.

    Attributes:
        errors: error rows.
        judged: of them, those that were read.
        verdicts: how many were judged what.
        now: the figures as they are.
        reader: the figures of a reader of text and registry.
        mended: the present answers' figures by mended labels.
    """

    errors: int
    judged: int
    verdicts: dict[str, int]
    now: Figures
    reader: Figures
    mended: Figures


class MisfitError(Exception):
    """The audit cannot be read, or is of other answers or other data."""


def read_audit(path: Path = AUDIT) -> list[Judgement]:
    """Read the judgements.

    Raises:
        MisfitError: there is no such file, or a line of it is no judgement; it names the line.
    """
    if not path.is_file():
        raise MisfitError(f"There is no audit {path}.")
    decoder = msgspec.json.Decoder(Judgement)
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            one = decoder.decode(line)
        except msgspec.DecodeError as error:
            raise MisfitError(f"{path}:{number}: {error}.") from error
        if one.verdict not in VERDICTS:
            raise MisfitError(
                f"{path}:{number}: {one.verdict!r} is none of these: {', '.join(VERDICTS)}."
            )
        found.append(one)
    return found


def error_rows(
    rows: Sequence[Row], answers: Sequence[Answer], *, is_first_only: bool = False
) -> list[int]:
    """Return the numbers of the rows whose counted ids are not precisely the labels, rising."""
    found = []
    for number, (row, answer) in enumerate(zip(rows, answers, strict=True)):
        labelled = {bare(identity) for identity in row.ror_ids}
        counted = set(predicted_ids(answer, is_first_only=is_first_only))
        is_right = counted <= labelled if is_first_only and counted else counted == labelled
        if not is_right:
            found.append(number)
    return found


def draw(numbers: Sequence[int], most: int) -> list[int]:
    """Return all numbers, or as many as may be read, drawn with a fixed seed; rising."""
    if len(numbers) <= most:
        return list(numbers)
    return sorted(random.Random(SEED).sample(list(numbers), most))


def fingerprint(row: Row, answer: Answer, *, is_first_only: bool = False) -> str:
    """Return eight hexadecimal digits that change with the text, the labels or the counted ids."""
    labelled = sorted({bare(identity) for identity in row.ror_ids})
    counted = sorted(predicted_ids(answer, is_first_only=is_first_only))
    read = "\n".join((row.affiliation, " ".join(labelled), " ".join(counted)))
    return hashlib.sha256(read.encode()).hexdigest()[:8]


def audit(
    name: str,
    rows: Sequence[Row],
    answers: Sequence[Answer],
    judgements: Sequence[Judgement],
    most: int | None = None,
) -> Audited:
    """Say what the judgements of a set mean for its figures.

    Args:
        name: the set.
        rows: its rows.
        answers: what was answered, one a row.
        judgements: those of this set.
        most: at most how many error rows were to be read; as ``SAMPLES`` says when left out.

    Raises:
        MisfitError: the judgements are not of these rows and answers.
    """
    is_first_only = name in FIRST_ONLY
    errors = error_rows(rows, answers, is_first_only=is_first_only)
    _check(name, rows, answers, judgements, draw(errors, SAMPLES[name] if most is None else most))
    now = count(rows, answers, is_first_only=is_first_only).sum(axis=0)

    def change(one: Judgement, row: Row, answer: Answer) -> NDArray[np.float64]:
        """Return how the counts of a judged row change when it is `row` answered with `answer`."""
        before = count([rows[one.row]], [answers[one.row]], is_first_only=is_first_only)
        difference: NDArray[np.float64] = (
            count([row], [answer], is_first_only=is_first_only) - before
        )[0]
        return difference

    by_reader, by_mending = np.zeros((2, len(judgements), len(now)))
    for at, one in enumerate(judgements):
        row, answer, verdict = rows[one.row], answers[one.row], VERDICTS[one.verdict]
        if verdict.reader_is_right:
            read = Answer(row.ror_ids if one.ids is None else one.ids)
            by_reader[at] = change(one, row, read)
        if verdict.label_is_mended or one.ids is not None:
            right = answer.ror_ids if one.ids is None else one.ids
            label = _one_label(right, answer) if is_first_only else right
            by_mending[at] = change(one, Row(row.affiliation, tuple(label)), answer)
    groups = _groups(rows, errors, [one.row for one in judgements])
    is_null_known = not any(row.ror_ids == () for row in rows) or len(groups) > 1
    verdicts = Counter(one.verdict for one in judgements)
    return Audited(
        errors=len(errors),
        judged=len(judgements),
        verdicts={verdict: verdicts[verdict] for verdict in VERDICTS},
        now=_figures(now[None], now),
        reader=_figures(_totals(now, by_reader, groups), now, is_null_known=is_null_known),
        mended=_figures(_totals(now, by_mending, groups), now, is_null_known=is_null_known),
    )


def audit_all(
    answered: Mapping[str, tuple[Sequence[Row], Sequence[Answer]]],
    judgements: Sequence[Judgement],
) -> dict[str, Audited]:
    """Audit every set of ``SAMPLES``.

    Raises:
        MisfitError: a set is missing, or the audit is not of these rows and answers.
    """
    by_set: dict[str, list[Judgement]] = defaultdict(list)
    for one in judgements:
        by_set[one.set_name].append(one)
    strange = sorted((set(by_set) - set(SAMPLES)) | (set(SAMPLES) - set(answered)))
    if strange:
        raise MisfitError(f"The audit does not fit the sets: {', '.join(strange)}.")
    return {name: audit(name, *answered[name], by_set[name]) for name in SAMPLES}


def tables(audited: Mapping[str, Audited]) -> Iterator[str]:
    """Yield two tables in Markdown: the verdicts of each set, and its figures."""
    yield f"| set | error rows, read | {' | '.join(VERDICTS)} |"
    yield f"|---|--:|{'--:|' * len(VERDICTS)}"
    for name, one in audited.items():
        cells = (_say_share(one.verdicts[verdict], one.judged) for verdict in VERDICTS)
        yield f"| {name} | {one.errors}, {one.judged} | {' | '.join(cells)} |"
    yield ""
    yield "| set | target | now | a reader | mended labels |"
    yield "|---|---|---|---|---|"
    for name, one in audited.items():
        cells = (_say_figures(each) for each in (one.now, one.reader, one.mended))
        yield f"| {name} | {say_target(TARGETS[name])} | {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.linking.audit", description="What the labels allow."
    )
    parser.add_argument(
        "--predictions", type=Path, required=True, help="the answers that were read"
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder with affiliations")
    parser.add_argument("--audit", type=Path, default=AUDIT, help="the judgements")
    chosen = parser.parse_args(arguments)
    try:
        judgements = read_audit(chosen.audit)
        sets = {name: read_rows(name, chosen.data) for name in set_names(chosen.data)}
        answered = share_out(sets, read_answers(chosen.predictions))
        print("\n".join(tables(audit_all(answered, judgements))))
    except (MissingDataError, MisfitError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _check(
    name: str,
    rows: Sequence[Row],
    answers: Sequence[Answer],
    judgements: Sequence[Judgement],
    wanted: Sequence[int],
) -> None:
    """Refuse judgements that are not of precisely the wanted rows as they are now."""
    for one in judgements:
        if not 0 <= one.row < len(rows):
            raise MisfitError(f"The audit has row {one.row} of {name}, which has {len(rows)} rows.")
        is_first_only = name in FIRST_ONLY
        if fingerprint(rows[one.row], answers[one.row], is_first_only=is_first_only) != one.seen:
            raise MisfitError(
                f"Row {one.row} of {name} is not what was read: its text, its labels or its answer "
                "changed. The audit holds for the data and the predictions it was made from only."
            )
    read = Counter(one.row for one in judgements)
    twice = sorted(number for number, times in read.items() if times > 1)
    if twice:
        raise MisfitError(f"The audit has row {twice[0]} of {name} more than once.")
    missing, spare = sorted(set(wanted) - set(read)), sorted(set(read) - set(wanted))
    if missing or spare:
        raise MisfitError(
            f"The audit of {name} does not hold the rows that are drawn from its error rows: "
            f"{len(missing)} are missing, {len(spare)} are others "
            f"(the first is row {(missing or spare)[0]})."
        )


def _one_label(right: Sequence[str], answer: Answer) -> tuple[str, ...]:
    """Return the one id that a set would label that labels one a string."""
    first = answer.ror_ids[:1]
    known = {bare(identity) for identity in right}
    return tuple(first) if first and bare(first[0]) in known else tuple(right[:1])


def _groups(
    rows: Sequence[Row], errors: Sequence[int], read: Sequence[int]
) -> list[tuple[NDArray[np.bool_], int]]:
    """Return which read rows are counted up together, and for how many error rows they stand.

    One group of all, or two, the second of which are the rows labelled with nothing.
    """
    is_null = np.array([not rows[number].ror_ids for number in read], dtype=bool)
    nulls, read_nulls = sum(not rows[number].ror_ids for number in errors), int(is_null.sum())
    if read_nulls == nulls or read_nulls >= FEWEST:
        return [(~is_null, len(errors) - nulls), (is_null, nulls)]
    return [(np.ones(len(read), dtype=bool), len(errors))]


def _totals(
    now: NDArray[np.float64],
    changes: NDArray[np.float64],
    groups: Sequence[tuple[NDArray[np.bool_], int]],
) -> NDArray[np.float64]:
    """Return the totals after the changes, first the estimate, then ``DRAWS`` draws of it.

    Args:
        now: the set's summed counts, shape (6,).
        changes: of the rows that were read, shape (rows, 6).
        groups: as ``_groups`` returns them.
    """
    dice = np.random.default_rng(SEED)
    totals = np.tile(now, (1 + DRAWS, 1))
    is_all_read = True
    for is_member, errors in groups:
        part = changes[is_member]
        read = len(part)
        if not read:
            continue
        totals[0] += part.sum(axis=0) * (errors / read)
        totals[1:] += part.sum(axis=0)
        if errors > read:
            weights = dice.multinomial(read, np.full(read, 1 / read), size=DRAWS) / read
            totals[1:] += dice.multinomial(errors - read, weights) @ part
            is_all_read = False
    return totals[:1] if is_all_read else totals


def _figures(
    totals: NDArray[np.float64], now: NDArray[np.float64], *, is_null_known: bool = True
) -> Figures:
    """Return the figures of the first totals, with intervals from the others.

    Args:
        totals: summed counts, shape (one and more, 6).
        now: the counts as they are: without rows labelled with nothing, there is no null share.
        is_null_known: enough of those rows were read.
    """
    null, null_false = totals[:, -2], totals[:, -1]
    precision, recall, f1, _ = shares(totals)
    has_null = is_null_known and bool(now[-2] > 0) and bool(null.min() > 0)
    of_null = null_false / null if has_null else np.zeros(len(totals))

    def interval(values: NDArray[np.float64]) -> tuple[float, float] | None:
        if len(values) == 1:
            return None
        low, high = np.percentile(values[1:], [2.5, 97.5])
        return float(low), float(high)

    return Figures(
        precision=float(precision[0]),
        recall=float(recall[0]),
        f1=float(f1[0]),
        null_false=float(of_null[0]) if has_null else None,
        precision_interval=interval(precision),
        recall_interval=interval(recall),
        f1_interval=interval(f1),
        null_interval=interval(of_null) if has_null else None,
    )


def _say_share(part: int, of: int) -> str:
    if not of:
        return "–"
    low, high = wilson(part, of)
    return f"{part / of:.0%} ({low:.0%}–{high:.0%})"


def _say_figures(figures: Figures) -> str:
    """Say all figures, with intervals, as ``.9`` rather than ``0.9``."""

    def say(label: str, value: float, interval: tuple[float, float] | None) -> str:
        spread = "" if interval is None else " ({:.3f}–{:.3f})".format(*interval)
        return f"{label} {value:.3f}{spread}".replace("0.", ".")

    said = [
        say("P", figures.precision, figures.precision_interval),
        say("R", figures.recall, figures.recall_interval),
        say("F1", figures.f1, figures.f1_interval),
    ]
    if figures.null_false is not None:
        said.append(say("null", figures.null_false, figures.null_interval))
    return ", ".join(said)


if __name__ == "__main__":
    sys.exit(main())
