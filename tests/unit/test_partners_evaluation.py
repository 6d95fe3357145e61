"""The frozen evaluation: the finder is not to get worse unnoticed."""

import json
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def run():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        from evals.find import run

        yield run


def test_measures_on_a_case_worked_by_hand(run):
    grades = {"a": 3, "b": 1}
    assert run.ndcg(["a", "b"], grades) == 1
    assert run.ndcg(["b", "a"], grades) == pytest.approx(
        (1 + 7 / 1.58496) / (7 + 1 / 1.58496), 1e-4
    )
    assert run.success(["b"], grades) == 0
    assert run.success(["b"], {"b": 1}) == 1
    assert run.recall(["b", "c"], grades) == 0.5
    for measure in (run.ndcg, run.success, run.recall):
        assert measure([], {}) == 1
        assert measure(["a"], {}) == 0
        assert measure([], grades) == 0


def test_finding_is_as_good_as_in_the_reference(run, tmp_path):
    reference = msgspec.json.decode(run.REFERENCE.read_bytes(), type=run.Reference).splits["dev"]
    needs = run.read_needs("dev")
    with run.load(tmp_path) as store:
        index = run.build_index(store, run.UniversalSentenceEncoder())
        now = run.run(run.baken(store, index), needs)
        plain = run.run(run.bm25(store), needs)
        meaning = run.run(run.meaning(index), needs)
    assert now.overall.ndcg5 >= reference.overall.ndcg5 - 0.01
    for language, scores in reference.languages.items():
        assert now.languages[language].ndcg5 >= scores.ndcg5 - 0.03
    assert now.overall.ndcg5 > max(plain.overall.ndcg5, meaning.overall.ndcg5) + 0.1


def test_the_reference_lists_every_dev_need(run):
    frozen = json.loads(run.REFERENCE.read_bytes())["splits"]["dev"]["top"]
    assert set(frozen) == {need.id for need in run.read_needs("dev")}
