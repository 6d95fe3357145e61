"""The audit of the labels reckons as it says, and refuses what it was not made from."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
A, B, C, D, E = (f"0{letter * 6}01" for letter in "abcde")
STRICT, FIRST_ONLY = "ror_names", "exp_crossref_pub_2023"


@pytest.fixture(scope="module")
def linking():
    """The modules of the evaluation."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        import_module("evals.linking.audit")
        yield import_module("evals.linking")


@pytest.fixture
def judged(linking):
    """Audit cases ``(labels, answer, verdict, ids)``; a case without a verdict was not read."""

    def audit(name, *cases, most=100):
        rows = [linking.rows.Row(f"row {n}", tuple(case[0])) for n, case in enumerate(cases)]
        answers = [linking.rows.Answer(tuple(case[1])) for case in cases]
        lines = [
            linking.audit.Judgement(
                set_name=name,
                row=number,
                verdict=case[2],
                because="It is.",
                seen=linking.audit.fingerprint(
                    rows[number], answers[number], is_first_only=name == FIRST_ONLY
                ),
                ids=case[3] if len(case) > 3 else None,
            )
            for number, case in enumerate(cases)
            if len(case) > 2
        ]
        return linking.audit.audit(name, rows, answers, lines, most)

    return audit


def figures(one):
    return pytest.approx((one.precision, one.recall, one.f1))


def test_a_set_worked_by_hand(judged):
    found = judged(
        STRICT,
        ([A], [A]),  # right: not read
        ([A], [B], "ours wrong"),
        ([C], [D], "label wrong"),
        ([A], [A, B], "label incomplete"),
        ([A], [B], "convention"),
        ([C], [], "ours wrong, could not know"),
        ([], [A], "label wrong"),
        ([], [B], "ours wrong"),
        ([A], [B], "undecidable"),
    )
    assert (found.errors, found.judged) == (8, 8)
    assert list(found.verdicts.values()) == [2, 1, 1, 2, 1, 1]
    # Right, predicted, labelled: 2, 9, 7.
    assert figures(found.now) == (2 / 9, 2 / 7, 4 / 16)
    assert found.now.null_false == 1
    # One more right, and one wrong id less where nothing is labelled: 3, 8, 7.
    assert figures(found.reader) == (3 / 8, 3 / 7, 6 / 15)
    assert found.reader.null_false == 0.5
    # D, B and the null row's A are labelled then: 5, 9, 9; one null row is left.
    assert figures(found.mended) == (5 / 9, 5 / 9, 5 / 9)
    assert found.mended.null_false == 1
    assert found.reader.f1_interval is None


def test_what_a_reader_would_answer_can_be_neither_label_nor_answer(judged):
    # The label is wrong, the answer as well: a reader's C is wrong by the label.
    found = judged(STRICT, ([A], [B], "label wrong", (C,)))
    assert found.reader.f1 == found.mended.f1 == 0
    found = judged(STRICT, ([A], [B], "ours wrong", (A, C)))
    assert figures(found.reader) == (1 / 2, 1, 2 / 3)
    assert found.mended.f1 == 0
    found = judged(STRICT, ([A], [B, D], "ours wrong", ()))
    assert (found.now.precision, found.reader.precision, found.reader.recall) == (0, 0, 0)


def test_sets_of_one_id_a_string_are_judged_by_the_first(judged):
    found = judged(
        FIRST_ONLY,
        ([A], [A, B]),  # right
        ([A], [B, A], "label incomplete"),
        ([A], [B, A], "ours wrong"),
        ([A], [C], "label wrong", (D, C)),
        ([A], [C], "label wrong", (D, E)),
    )
    assert (found.errors, found.now.f1) == (4, pytest.approx(1 / 5))
    assert figures(found.reader) == (2 / 5, 2 / 5, 2 / 5)
    assert figures(found.mended) == (3 / 5, 3 / 5, 3 / 5)


def test_read_rows_stand_for_those_that_were_not(linking, judged):
    cases = [([A], [B])] * 40
    for number in linking.audit.draw(range(40), 10):
        cases[number] = (*cases[number], "ours wrong" if number % 2 else "convention")
    found = judged(STRICT, *cases, ([A], [A]), most=10)
    share = found.verdicts["ours wrong"] / 10
    assert 0 < share < 1
    assert found.reader.recall == pytest.approx((40 * share + 1) / 41)
    low, high = found.reader.recall_interval
    assert (10 * share + 1) / 41 <= low < found.reader.recall < high <= (10 * share + 31) / 41
    assert found.mended.f1 == found.now.f1


def test_no_null_share_is_given_where_too_few_such_rows_were_read(linking, judged):
    cases = [([], [A])] * 9 + [([A], [])] * 9
    for number in linking.audit.draw(range(18), 12):
        cases[number] = (*cases[number], "label wrong")
    found = judged(STRICT, *cases, ([], []), most=12)
    assert found.now.null_false == 0.9
    assert found.mended.null_false is None


def test_precisely_the_drawn_rows_must_have_been_read(linking, judged):
    right, wrong = ([A], [A]), ([A], [B])
    for cases, sentence in (
        ((wrong, right), "1 are missing, 0 are others .the first is row 0."),
        ((wrong, (*right, "convention")), "1 are missing, 1 are others"),
    ):
        with pytest.raises(linking.audit.MisfitError, match=sentence):
            judged(STRICT, *cases)


def test_rows_labelled_with_nothing_are_counted_up_by_themselves(linking, judged):
    nulls, others = [([], [A])] * 30, [([A], [])] * 30
    cases = nulls + others
    for number in linking.audit.draw(range(60), 40):
        cases[number] = (*cases[number], "label wrong" if number < 30 else "convention")
    found = judged(STRICT, *cases, ([], []), ([A], [A]), most=40)
    # All thirty are mended, however many of the forty are among them.
    assert found.mended.null_false == pytest.approx(0)
    assert found.mended.precision == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda line: line.update(row=9), "which has 3 rows"),
        (lambda line: line.update(seen="00000000"), "not what was read"),
        (lambda line: line.update(row=2), "not what was read"),
        (lambda line: line.update(verdict="fine"), "'fine' is none of these: label wrong, "),
        (lambda line: line.update(verdicts=1), "audit.jsonl:1: .*verdicts"),
        (lambda line: line.update(set="s2aff"), "does not fit the sets: s2aff"),
        (lambda line: line.update(set="others"), "does not fit the sets: others"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(
    linking, tmp_path, capsys, monkeypatch, change, sentence
):
    paths = _write(linking, tmp_path, monkeypatch)
    assert linking.audit.main(paths) == 0
    printed = capsys.readouterr().out
    assert "| ror_names | 1, 1 | 0% (0%–79%) | " in printed
    assert "P .500, R .500, F1 .500, null .000 | P 1.000, R 1.000, F1 1.000, null .000" in printed
    line = json.loads((tmp_path / "audit.jsonl").read_text())
    change(line)
    (tmp_path / "audit.jsonl").write_text(json.dumps(line))
    assert linking.audit.main(paths) == 1
    assert re.search(sentence, capsys.readouterr().err)


def test_other_predictions_and_missing_files_are_refused(linking, tmp_path, capsys, monkeypatch):
    paths = _write(linking, tmp_path, monkeypatch)
    line = (tmp_path / "audit.jsonl").read_text()
    (tmp_path / "audit.jsonl").write_text(line * 2)
    assert linking.audit.main(paths) == 1
    assert "row 0 of ror_names more than once" in capsys.readouterr().err
    (tmp_path / "audit.jsonl").write_text(line)
    (tmp_path / "answers.jsonl").write_text('{"ror_ids": []}\n' * 3)
    assert linking.audit.main(paths) == 1
    assert "Row 0 of ror_names is not what was read" in capsys.readouterr().err
    (tmp_path / "answers.jsonl").write_text("")
    assert linking.audit.main(paths) == 1
    assert "There are 0 answers for 3 rows" in capsys.readouterr().err
    (tmp_path / "audit.jsonl").unlink()
    assert linking.audit.main(paths) == 1
    assert "There is no audit" in capsys.readouterr().err


def test_the_audit_that_is_shipped_can_be_read(linking):
    lines = linking.audit.read_audit()
    assert {line.set_name for line in lines} == set(linking.audit.SAMPLES)
    assert len({(line.set_name, line.row) for line in lines}) == len(lines)
    assert all(line.because.endswith(".") for line in lines)
    for name, most in linking.audit.SAMPLES.items():
        assert 0 < sum(line.set_name == name for line in lines) <= most


def _write(linking, folder, monkeypatch):
    """Write a set of three rows, one of them judged, and return the arguments that name it."""
    monkeypatch.setattr(linking.audit, "SAMPLES", {"ror_names": 5})
    dev = folder / "affiliations" / "dev"
    dev.mkdir(parents=True)
    rows = [linking.rows.Row("one", (A,)), linking.rows.Row("two", (B,)), linking.rows.Row("", ())]
    answers = [linking.rows.Answer((C,)), linking.rows.Answer((B,)), linking.rows.Answer()]
    (dev / "ror_names.jsonl").write_text(
        "".join(
            json.dumps({"affiliation": row.affiliation, "ror_ids": row.ror_ids}) + "\n"
            for row in rows
        )
    )
    (folder / "answers.jsonl").write_text(
        "".join(json.dumps({"ror_ids": answer.ror_ids}) + "\n" for answer in answers)
    )
    seen = linking.audit.fingerprint(rows[0], answers[0])
    line = {"set": "ror_names", "row": 0, "verdict": "ours wrong", "because": "It is."}
    (folder / "audit.jsonl").write_text(json.dumps({**line, "seen": seen}) + "\n")
    options = {"--predictions": "answers.jsonl", "--data": ".", "--audit": "audit.jsonl"}
    return [part for option, name in options.items() for part in (option, str(folder / name))]
