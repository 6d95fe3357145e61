"""The frozen evaluation: the finder is not to get worse unnoticed."""

from collections import Counter
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]

SLACK = {"ablation": 0.02, "calibration": 0.03, "robustness": 0.04, "translation": 0.05}
"""What a figure of the sample may lose: of two dozen needs, one that fails is 0.04."""


@pytest.fixture(scope="module")
def find():
    """The modules of the evaluation."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        import_module("evals.find.run")
        yield import_module("evals.find")


@pytest.fixture(scope="module")
def needs(find):
    return find.needs.read_needs("dev")


@pytest.fixture(scope="module")
def frozen(find):
    return find.reference.read_reference("dev")


@pytest.fixture(scope="module")
def ground(find, tmp_path_factory):
    with find.finders.load(tmp_path_factory.mktemp("evaluation")) as store:
        yield find.finders.lay(store)


@pytest.fixture(scope="module")
def answers(find, ground, needs):
    return find.finders.answer(find.finders.baken(ground.matcher), needs)


def test_measures_on_a_case_worked_by_hand(find):
    grades = {"a": 3, "b": 1}
    assert find.scoring.ndcg(["a", "b"], grades) == 1
    assert find.scoring.ndcg(["b", "a"], grades) == pytest.approx(
        (1 + 7 / 1.58496) / (7 + 1 / 1.58496), 1e-4
    )
    assert find.scoring.success(["b"], grades) == 0
    assert find.scoring.success(["b"], {"b": 1}) == 1
    assert find.scoring.recall(["b", "c"], grades) == 0.5
    for measure in (find.scoring.ndcg, find.scoring.success, find.scoring.recall):
        assert measure([], {}) == 1
        assert measure(["a"], {}) == 0
        assert measure([], grades) == 0
    assert find.scoring.overlap("abcdef", "abcxyf") == 0.6
    assert find.scoring.overlap("ab", "a") == 0.5
    assert find.scoring.overlap("", "") == 1
    assert find.scoring.overlap("a", "") == 0


def test_the_interval_of_a_need_in_four_wordings_is_as_wide_as_of_one(find):
    once = np.array([[0.0], [1.0], [1.0]])
    alone = find.scoring.estimate(once, ["a", "b", "c"])[0]
    repeated = find.scoring.estimate(np.repeat(once, 4, axis=0), ["a"] * 4 + ["b"] * 4 + ["c"] * 4)[
        0
    ]
    as_if_apart = find.scoring.estimate(
        np.repeat(once, 4, axis=0), [str(row) for row in range(12)]
    )[0]
    assert alone == repeated
    assert as_if_apart.high - as_if_apart.low < repeated.high - repeated.low
    assert alone.low <= alone.mean <= alone.high


def test_a_paired_difference_sees_what_means_hide(find):
    needs = [find.needs.Need(f"n{i}", "dev", "en", "", {"a": 3, "b": 1}) for i in range(20)]
    ours = {need.id: ("a", "b") for need in needs}
    theirs = {need.id: ("b", "a") for need in needs}
    gap = find.scoring.compare(needs, ours, theirs)
    assert gap.ahead == 1
    assert gap.ndcg5.low > 0.2
    assert find.scoring.compare(needs, ours, ours).ahead == 0


@pytest.mark.parametrize("split", ["dev", "test"])
def test_the_needs_are_as_many_as_are_asked_for_and_dealt_whole(find, split):
    half, other = (
        find.needs.read_needs(split),
        find.needs.read_needs({"dev": "test", "test": "dev"}[split]),
    )
    both = Counter(need.language for need in half + other)
    assert len(half) + len(other) >= 230
    assert min(both.values()) >= 55
    assert len({need.id for need in half + other}) == len(half + other)
    assert not set(find.needs.clusters(half)) & set(find.needs.clusters(other))
    assert len(find.translation.quadruples(half)) >= 10


def test_the_grades_name_organisations_of_the_landscape(find, ground):
    known = set(ground.index.organisations)
    for split in ("dev", "test"):
        for need in find.needs.read_needs(split):
            assert set(need.grades) <= known, need.id
            assert set(need.grades.values()) <= {1, 2, 3}, need.id


def test_development_needs_say_role_sector_and_type(ground, needs):
    roles = {*ground.store.landscape().vocabulary.roles, "any"}
    for need in needs:
        assert need.role in roles, need.id
        assert need.sector, need.id
        assert (need.type == "hard-negative") == (not need.is_answerable), need.id


def test_finding_is_as_good_as_in_the_reference(find, needs, answers, frozen):
    for name, part in find.run.groups(needs).items():
        then, now = frozen.scores[name], find.scoring.summarise(part, answers)
        assert now.needs == then.needs, name
        if name == "all":
            assert now.ndcg5.mean >= then.ndcg5.mean - 0.01
        elif not name.startswith("role"):
            assert now.ndcg5.mean >= then.ndcg5.mean - 0.03, name
    assert set(frozen.top) == {need.id for need in needs}


def test_finding_is_ahead_of_every_baseline(find, ground, needs, answers, frozen):
    words, meant = find.baselines.bm25(ground.store), find.baselines.meaning(ground.index)
    ours = find.scoring.summarise(needs, answers).ndcg5.mean
    for finder in (words, meant, find.baselines.fuse((words, meant))):
        assert (
            ours
            > find.scoring.summarise(needs, find.finders.answer(finder, needs)).ndcg5.mean + 0.1
        )
    assert ours > max(frozen.peers.values()) + 0.1


def test_a_baseline_ranks_by_words_of_the_needs_language(find, ground):
    need = find.needs.Need("x", "dev", "fr", "oncologie thoracique, essai clinique du poumon", {})
    found = find.baselines.bm25(ground.store)(need)
    assert found[0] in {"uz-leuven-respiratory-oncology", "uza-thoracic-oncology"}
    assert find.baselines.bm25(ground.store)(find.needs.Need("x", "dev", "fr", "qwxz", {})) == []


@pytest.mark.postgres
def test_postgres_ranks_by_words_of_the_needs_language(find, ground):
    need = find.needs.Need("x", "dev", "nl", "stalen in een biobank, Limburg!", {})
    with find.baselines.postgres(ground.store) as rank:
        assert "ubilim" in rank(need)
        assert rank(find.needs.Need("x", "dev", "nl", "qwxz", {})) == []


@pytest.mark.parametrize("name", SLACK)
def test_a_sample_is_as_good_as_in_the_reference(find, ground, needs, frozen, name):
    now = getattr(find, name).freeze_sample(ground, needs)
    assert list(find.reference.losses(now, frozen.parts[name].sample, SLACK[name])) == []


def test_losses_name_what_is_worse_and_what_is_gone(find):
    then = {"a": 0.5, "brier": 0.2, "gone": 1.0}
    assert list(find.reference.losses({"a": 0.6, "brier": 0.1, "gone": 1.0}, then, 0.01)) == []
    worse = list(find.reference.losses({"a": 0.4, "brier": 0.3}, then, 0.01))
    assert [sentence.split("”")[0] for sentence in worse] == ["“a", "“brier", "“gone"]


def test_a_signal_is_switched_off_and_on_again(find, ground):
    def shares():
        return ground.matcher.find("lung department in Antwerp").matches[0].signals

    assert "place" in shares()
    with find.ablation.without("place"):
        assert "place" not in shares()
    assert "place" in shares()


def test_a_need_is_changed_the_same_way_every_time(find):
    text = "Wir suchen ein Krankenhaus für künstliche Befruchtung"
    for errors in (1, 2):
        changed = find.robustness.mistype(text, "de", errors, "n1")
        assert changed != text
        assert abs(len(changed) - len(text)) <= errors
        assert changed == find.robustness.mistype(text, "de", errors, "n1")
    assert find.robustness.mistype("IVF", "en", 1, "n1") == "IVF"
    assert find.robustness.strip_accents("Straße à Liège, cœur, Zürich") == (
        "Strasse a Liege, coeur, Zurich"
    )


def test_scores_are_sorted_into_bins_and_drawn(find):
    shown = find.calibration.Shown(
        scores=np.array([0.25, 0.25, 0.65, 1.0]),
        grades=np.array([0, 2, 3, 3]),
        firsts=np.array([0.65, 1.0, 0.0]),
        false_firsts=np.array([0.0, 0.25]),
    )
    bins = find.calibration.bin_up(shown)
    assert [(b.low, b.matches, b.right) for b in bins] == [(0.2, 2, 1), (0.6, 1, 1), (0.9, 1, 1)]
    figures = find.calibration.summarise(shown)
    assert figures["expected error"] == pytest.approx((0.5 + 0.35 + 0) / 4, abs=1e-4)
    assert figures["discrimination"] == pytest.approx(2.5 / 3, abs=1e-4)
    assert figures["refused"] == 0.5
    assert figures["answered"] == pytest.approx(2 / 3, abs=1e-4)
    drawing = find.plots.draw(bins, figures)
    assert drawing.count('class="three"') == 2 + 1  # two columns and the legend
