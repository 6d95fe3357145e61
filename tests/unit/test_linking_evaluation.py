"""The evaluation of the linker counts as the rule says, and names mistakes by what they are."""

import gzip
import importlib.util
import random
import re
import xml.etree.ElementTree as ET
from importlib import import_module
from pathlib import Path

import msgspec
import numpy as np
import pytest

from baken.model import Link

ROOT = Path(__file__).parents[2]
TOOL = ROOT.parent / "shared" / "tools" / "score_links.py"


@pytest.fixture(scope="module")
def linking():
    """The modules of the evaluation."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        import_module("evals.linking.run")
        yield import_module("evals.linking")


@pytest.fixture
def row(linking):
    return lambda text, *ids: linking.rows.Row(text, tuple(ids))


@pytest.fixture
def answer(linking):
    return lambda *ids: linking.rows.Answer(tuple(ids))


@pytest.fixture(scope="module")
def registry(linking):
    """Old → New; Mother with Son and Daughter; two Institutes of Cancer; one with brackets."""
    organisation = linking.errors.Organisation

    def make(identity, name, country, acronym=None, **relations):
        return organisation(
            id=identity,
            name=name,
            full_names=frozenset({name.lower()}),
            acronyms=frozenset({acronym} if acronym else ()),
            countries=frozenset({country}),
            places=("Town",),
            is_active=identity != OLD,
            relations={kind: frozenset(ids) for kind, ids in relations.items()},
        )

    made = [
        make(OLD, "Old Clinic", "BE", successor=[NEW]),
        make(NEW, "New Clinic", "BE"),
        make(MOTHER, "Mother University", "BE"),
        make(SON, "Son Institute", "BE", parent=[MOTHER]),
        make(DAUGHTER, "Daughter Institute", "BE", "di", parent=[MOTHER]),
        make(CANCER_UK, "Institute of Cancer", "GB"),
        make(CANCER_FR, "Institute of Cancer", "FR"),
    ]
    return linking.errors.Registry({one.id: one for one in made})


OLD, NEW, MOTHER, SON, DAUGHTER, CANCER_UK, CANCER_FR, ABSENT = (
    f"0{letter * 6}01" for letter in "abcdefgh"
)


def test_the_rule_on_a_case_worked_by_hand(linking, row, answer):
    rows = [row("one", "a", "b"), row("none"), row("two", "c"), row("three", "d")]
    answers = [answer("b", "x", "b"), answer("y"), answer("c"), answer()]
    scores = linking.scoring.score(rows, answers)
    assert (scores.right, scores.predicted, scores.labelled) == (2, 4, 4)
    assert (scores.precision, scores.recall, scores.f1) == (0.5, 0.5, 0.5)
    assert (scores.exact, scores.null_rows, scores.null_false) == (0.25, 1, 1.0)
    assert scores.f1_interval[0] < 0.5 < scores.f1_interval[1]
    first = linking.scoring.score(rows, answers, is_first_only=True)
    assert (first.right, first.predicted) == (2, 3)


def test_an_id_counts_however_it_is_written(linking, row, answer):
    rows = [row("x", "https://ror.org/05f950310")]
    for written in ("05F950310", " https://ror.org/05f950310/", "ror.org/05f950310"):
        assert linking.scoring.score(rows, [answer(written)], resamples=0).f1 == 1


def test_answers_must_be_as_many_as_rows(linking, row, answer):
    with pytest.raises(ValueError, match="zip"):
        linking.scoring.score([row("x")], [answer(), answer()])
    with pytest.raises(linking.rows.MissingDataError, match="2 answers for 1 rows"):
        linking.run.share_out({"some": [row("x")]}, [answer(), answer()])


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("is_first_only", [False, True])
def test_agrees_with_the_tool_that_others_use(linking, row, answer, seed, is_first_only):
    if not TOOL.is_file():
        pytest.skip(f"{TOOL.name} is not beside the checkout.")
    spec = importlib.util.spec_from_file_location("score_links", TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)

    dice = random.Random(seed)
    pool = [f"https://ror.org/0{n:06d}{n:02d}" for n in range(12)] + ["odd", "ODD "]
    most = (seed + 1) % 5  # seed 4: only empty rows

    def some():
        return [dice.choice(pool) for _ in range(dice.randint(0, most))]

    gold, predicted = ([some() for _ in range(60)] for _ in range(2))
    ours = linking.scoring.score(
        [row("", *ids) for ids in gold],
        [answer(*ids) for ids in predicted],
        is_first_only=is_first_only,
    )
    counted = [ids[:1] for ids in predicted] if is_first_only else predicted
    theirs = tool.report(tool.counts(gold, counted))
    assert (ours.precision, ours.recall, ours.f1, ours.f_half) == pytest.approx(
        tuple(theirs[name][0] for name in ("P", "R", "F1", "F0.5"))
    )
    assert ours.f1_interval == pytest.approx(theirs["F1"][1:])
    assert (ours.right, ours.predicted, ours.labelled) == theirs["pairs"]
    assert ours.exact == pytest.approx(theirs["exact"])
    assert (ours.null_rows, ours.null_false) == (theirs["null_rows"], theirs["null_FP"])


@pytest.mark.parametrize(
    ("text", "gold", "predicted", "expected"),
    [
        ("x", [ABSENT], [], [("gold-absent", ABSENT, None)]),
        ("x", [OLD], [NEW], [("successor", OLD, NEW)]),
        ("x", [NEW], [OLD], [("predecessor", NEW, OLD)]),
        ("x", [SON], [MOTHER], [("parent", SON, MOTHER)]),
        ("x", [MOTHER], [SON], [("child", MOTHER, SON)]),
        ("x", [SON], [DAUGHTER], [("sibling", SON, DAUGHTER)]),
        ("x", [CANCER_UK], [CANCER_FR], [("namesake-abroad", CANCER_UK, CANCER_FR)]),
        ("x", [CANCER_UK], [NEW], [("wrong-country", CANCER_UK, NEW)]),
        ("x", [MOTHER], [NEW], [("wrong-organisation", MOTHER, NEW)]),
        ("x", [OLD], [], [("gold-inactive", OLD, None)]),
        ("At the Son-Institute, B.", [SON], [], [("missed-named", SON, None)]),
        ("Person Institute", [SON], [], [("missed-unnamed", SON, None)]),
        ("DI, Town", [DAUGHTER], [], [("missed-acronym", DAUGHTER, None)]),
        ("x", [MOTHER, NEW], [NEW], [("one-missed-unnamed", MOTHER, None)]),
        ("x", [], [NEW], [("on-null", None, NEW)]),
        ("x", [NEW], [MOTHER, NEW], [("extra-first", None, MOTHER)]),
        ("x", [NEW], [NEW, MOTHER], [("extra", None, MOTHER)]),
        ("x", [SON], [SON, MOTHER], [("extra-relative", None, MOTHER)]),
        (
            "x",
            [NEW, SON],
            [CANCER_FR, MOTHER],
            [("parent", SON, MOTHER), ("wrong-country", NEW, CANCER_FR)],
        ),
        ("x", [NEW, SON], [SON, NEW], []),
    ],
)
def test_every_mistake_has_its_kind(
    linking, registry, row, answer, text, gold, predicted, expected
):
    mistakes = linking.errors.find_mistakes("s", [row(text, *gold)], [answer(*predicted)], registry)
    assert [(m.kind, m.missing, m.wrong) for m in mistakes] == expected
    assert {m.kind for m in mistakes} <= set(linking.errors.KINDS)


def test_the_right_id_behind_a_wrong_one_counts_as_order_where_only_the_first_counts(
    linking, registry, row, answer
):
    [mistake] = linking.errors.find_mistakes(
        "s", [row("x", NEW)], [answer(MOTHER, NEW)], registry, is_first_only=True
    )
    assert (mistake.kind, mistake.missing, mistake.wrong) == ("not-first", NEW, MOTHER)


def test_mistakes_add_up_to_what_is_missing_and_wrong(linking, registry, row, answer):
    dice = random.Random(3)
    ids = [OLD, NEW, MOTHER, SON, DAUGHTER, CANCER_UK, ABSENT]
    rows = [row("x", *dice.sample(ids, dice.randint(0, 3))) for _ in range(200)]
    answers = [answer(*dice.sample(ids, dice.randint(0, 3))) for _ in range(200)]
    mistakes = linking.errors.find_mistakes("s", rows, answers, registry)
    scores = linking.scoring.score(rows, answers, resamples=0)
    assert sum(m.missing is not None for m in mistakes) == scores.labelled - scores.right
    assert sum(m.wrong is not None for m in mistakes) == scores.predicted - scores.right


def test_a_label_is_doubted_when_only_the_predicted_name_stands_there(
    linking, registry, row, answer
):
    texts = ("New Clinic, Town", "New Clinic of Mother University", "Town")
    found = linking.errors.find_mistakes(
        "s", [row(text, MOTHER) for text in texts], [answer(NEW)] * 3, registry
    )
    assert [mistake.is_label_doubtful for mistake in found] == [True, False, False]


def test_a_record_of_the_registry_is_read(linking, tmp_path):
    path = tmp_path / "registry.jsonl"
    path.write_text(
        '{"id": "https://ror.org/0aaaaaa01", "names": [{"value": "Brüker (Germany)", "types": '
        '["ror_display", "label"]}, {"value": "BG", "types": ["acronym"]}], "status": "inactive", '
        '"locations": [{"geonames_details": {"country_code": "DE", "name": "Ulm"}}], '
        '"relationships": [{"type": "Parent", "id": "https://ror.org/0bbbbbb01"}]}\n'
    )
    registry = linking.errors.Registry.read(path)
    one = registry.get("0aaaaaa01")
    assert one.full_names == {"bruker", "bruker germany"}
    assert (one.acronyms, one.is_active) == ({"bg"}, False)
    assert registry.relation("0aaaaaa01", "0bbbbbb01") == "parent"
    assert registry.label("0aaaaaa01") == "Brüker (Germany) (Ulm, DE, no longer active) 0aaaaaa01"


def test_calibration_and_abstention_worked_by_hand(linking, row):
    def answered(*scored):
        links = tuple(Link(identity, "", (0, 1), score) for identity, score in scored)
        return linking.rows.Answer(tuple(link.id for link in links), links)

    calibration = linking.calibration
    judged = calibration.judge(
        [row("x", NEW), row("y", SON, MOTHER), row("z")],
        [answered((NEW, 0.91)), answered((SON, 0.93), (OLD, 0.4)), answered((OLD, 0.94))],
    )
    assert judged.labelled == 3
    result = calibration.calibrate(judged)
    assert [(b.links, round(b.right, 3)) for b in result.bins] == [(1, 0), (3, 0.667)]
    assert result.expected_error == pytest.approx((0.4 + 3 * abs(2 / 3 - 2.78 / 3)) / 4)
    steps = calibration.steps(judged, [0.0, 0.92, 0.99])
    assert [(s.links, s.precision, s.recall) for s in steps] == [
        (4, 0.5, pytest.approx(2 / 3)),
        (2, 0.5, pytest.approx(1 / 3)),
        (0, 1.0, 0.0),
    ]
    low, high = calibration.wilson(8, 10)  # R: binom::binom.wilson(8, 10)
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


def test_links_that_only_a_landscape_knows_are_not_judged(linking, row):
    links = (Link("organisations/unit", "", (0, 1), 0.9), Link(NEW, "", (0, 1), 0.8))
    judged = linking.calibration.judge([row("x", NEW)], [linking.rows.Answer((NEW,), links)])
    assert judged.scores.tolist() == [0.8]


def test_drawings_are_svg_that_stays_on_the_sheet(linking):
    judged = linking.calibration.Judged(
        np.array([0.0, 0.5, 1.0]), np.array([False, True, True]), labelled=3
    )
    calibration = linking.calibration.calibrate(judged)
    steps = linking.calibration.steps(judged, [0, 0.5, 1])
    for drawing in (
        linking.plots.draw_calibration(calibration),
        linking.plots.draw_abstention(steps),
    ):
        width, height = (float(n) for n in ET.fromstring(drawing).get("viewBox").split()[2:])
        for points in re.findall(r'points="([^"]+)"', drawing):
            for x, y in (point.split(",") for point in points.split()):
                assert 0 < float(x) < width
                assert 0 < float(y) < height
        for axis, most in (("x", width), ("y", height)):
            found = re.findall(rf' c?{axis}[12]?="([\d.]+)"', drawing)
            assert found
            assert all(0 < float(at) < most for at in found)


def test_the_sample_is_fixed(linking):
    chosen = linking.rows.sample("ag_nrmo", 87)
    assert chosen == list(range(87))
    chosen = linking.rows.sample("s2aff", 1649)
    assert (len(chosen), chosen[:5]) == (150, [5, 16, 19, 31, 32])
    assert chosen != linking.rows.sample("ag_cordis", 1649)


def test_the_gate_tells_a_loss_from_noise(linking):
    group = linking.run.Group
    frozen = {"all": group(1500, 0.9), "s2aff": group(150, 0.8)}
    assert linking.run.losses({"all": group(1500, 0.891), "s2aff": group(150, 0.95)}, frozen) == []
    now = {"all": group(1500, 0.95), "s2aff": group(150, 0.789)}
    assert linking.run.losses(now, frozen) == ["s2aff: F1 0.7890, was 0.8000 on 150 rows."]
    assert len(linking.run.losses({"all": group(1400, 0.95)}, frozen)) == 2


def test_a_target_that_is_missed_says_by_how_much(linking, row, answer):
    scores = linking.scoring.score([row("x", NEW), row("y")], [answer(OLD), answer(OLD)])
    target = linking.rows.Target(precision=0.1, recall=0.2, f1=0.3, null_false=0.08)
    assert linking.run.misses(scores, target) == [
        "P 0.100 short",
        "R 0.200 short",
        "F1 0.300 short",
        "null 0.920 over",
    ]
    assert linking.run.misses(scores, linking.rows.Target(f1=0.0, null_false=1.0)) == []


@pytest.fixture
def data(tmp_path):
    """A folder of data: a set, and a peer that was run on one of its rows."""
    folder = tmp_path / "data"
    rows = [
        {"affiliation": "New Clinic, Town", "ror_ids": [f"https://ror.org/{NEW}"]},
        {"affiliation": "Nowhere `at` all", "ror_ids": []},
    ]
    records = [
        {"id": f"https://ror.org/{i}", "names": [{"value": n, "types": ["ror_display"]}]}
        for i, n in ((NEW, "New Clinic"), (OLD, "Old Clinic"))
    ]
    for path, lines in {
        "affiliations/dev/s2aff.jsonl": rows,
        "affiliations/peers-dev/dev.s2aff.gold.jsonl": rows[1:],
        "affiliations/peers-dev/dev.s2aff.peer_some_other.jsonl": [{"ror_ids": [OLD]}],
        "ror/ror_union.jsonl.gz": records,
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        encoded = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        (folder / path).write_bytes(gzip.compress(encoded) if path.endswith(".gz") else encoded)
    return folder


def test_predictions_are_scored_reported_and_read_again(linking, data, tmp_path, capsys):
    predictions = tmp_path / "answers.jsonl"
    link = {"id": f"https://ror.org/{NEW}", "name": "New Clinic", "span": [0, 10], "score": 0.9}
    predictions.write_bytes(
        b"\n".join(
            msgspec.json.encode(line)
            for line in (
                {"ror_ids": [link["id"]], "links": [link]},
                {"ror_ids": [f"https://ror.org/{OLD}"], "links": []},
            )
        )
    )
    report = tmp_path / "report"
    arguments = ["--data", str(data), "--predictions", str(predictions)]
    assert linking.run.main([*arguments, "--report", str(report)]) == 0
    first = capsys.readouterr().out
    assert "| **s2aff** | **answers.jsonl** | 2 | 0.500 | 1.000 | 0.667 |" in first
    assert "| answers.jsonl, on the peers' rows | 1 | 0.000 |" in first
    assert "| some other | 1 | 0.000 |" in first
    assert "F1 0.233 short" in first
    written = (report / "report.md").read_text()
    assert 's2aff, row 2: `` "Nowhere `at` all" ``' in written
    assert f"predicted: Old Clinic (place not known) {OLD}" in written
    assert (report / "calibration.svg").is_file()
    again = ["--data", str(data), "--predictions", str(report / "predictions.jsonl")]
    assert linking.run.main(again) == 0
    assert capsys.readouterr().out.replace("predictions.jsonl", "answers.jsonl") in first


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--data", "nowhere"], "There are no labelled strings in nowhere"),
        (["--set", "unknown"], "There is no set 'unknown'. There are: s2aff."),
        (["--predictions", "none.jsonl"], "There is no file of predictions none.jsonl."),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(linking, data, capsys, arguments, sentence):
    chosen = arguments if "--data" in arguments else ["--data", str(data), *arguments]
    assert linking.run.main(chosen) == 1
    assert sentence in capsys.readouterr().err


def test_the_reference_is_frozen_without_strings(linking, row, answer, tmp_path):
    path = tmp_path / "reference.json"
    rows = [row(f"Clinic number {n}", NEW) for n in range(200)]
    answers = [answer(NEW)] * 150 + [answer(OLD)] * 50
    linking.run.freeze({"s2aff": (rows, answers)}, "v1", path)
    reference = linking.run.read_reference(path)
    assert reference.sets["s2aff"].f1 == reference.sets["all"].f1 == 0.75
    assert reference.sample["s2aff"].rows == 150
    assert "Clinic" not in path.read_text()
    linking.run.freeze({"s2aff": (rows, [answer(NEW)] * 200)}, "v1", path)
    assert linking.run.read_reference(path).predictions != reference.predictions
