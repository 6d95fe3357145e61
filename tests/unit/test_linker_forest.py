"""Forests leave LightGBM as flat arrays and say the same."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest

from baken.errors import LinkError
from baken.linker import build, linker
from baken.linker.forest import ForestFile, from_lightgbm, make_forest, predict, read_model
from baken.linker.signals import NAMES
from baken.testing import make_record

COLUMNS = ["a", "b", "c", "d", "e", "f"]


@pytest.fixture(scope="module")
def trained():
    """A booster, and rows: float32 (2000, 6), with ties, as signals have them."""
    lightgbm = pytest.importorskip("lightgbm", reason="LightGBM is needed for training alone.")
    draw = np.random.default_rng(7)
    rows = draw.normal(size=(2_000, len(COLUMNS))).astype(np.float32)
    rows[:, 0] = np.round(rows[:, 0])
    rows[:, 1] = rows[:, 1] > 0
    right = (rows[:, 0] * rows[:, 2] + rows[:, 1] + draw.normal(size=2_000) * 0.3 > 0.5).astype(int)
    how = {"objective": "binary", "num_leaves": 15, "verbose": -1, "seed": 1, "num_threads": 1}
    return lightgbm.train(how, lightgbm.Dataset(rows, right), 40), rows


def predicted(made, rows):
    out = np.empty(len(rows), np.float32)
    predict(rows, *made, out)
    return out


def test_the_arrays_say_what_lightgbm_says(trained):
    booster, rows = trained
    made = make_forest(from_lightgbm(booster.dump_model(), COLUMNS))
    expected = booster.predict(rows)
    assert expected.std() > 0.2
    # Values are kept to five digits: rows that lie on a threshold may take the other way.
    difference = np.abs(predicted(made, rows) - expected)
    assert np.quantile(difference, 0.99) < 1e-3
    assert difference.mean() < 1e-4


def test_a_forest_survives_its_file(trained):
    booster, rows = trained
    file = from_lightgbm(booster.dump_model(), COLUMNS)
    again = msgspec.json.decode(msgspec.json.encode(file), type=ForestFile)
    assert again == file
    np.testing.assert_array_equal(
        predicted(make_forest(again), rows), predicted(make_forest(file), rows)
    )


def test_a_row_s_score_does_not_depend_on_the_rows_beside_it(trained):
    booster, rows = trained
    made = make_forest(from_lightgbm(booster.dump_model(), COLUMNS))
    together = predicted(made, rows[:50])
    assert [float(predicted(made, rows[i : i + 1])[0]) for i in range(50)] == together.tolist()


def test_a_tree_of_one_leaf_is_a_tree():
    dump = {"tree_info": [{"tree_structure": {"leaf_value": 0.5}}] * 2}
    made = make_forest(from_lightgbm(dump, ["a"]))
    [score] = predicted(made, np.zeros((1, 1), np.float32))
    assert score == pytest.approx(1 / (1 + np.exp(-1.0)))


def test_no_rows_have_no_scores():
    model = read_model()
    assert predicted(make_forest(model.first), np.empty((0, len(NAMES)), np.float32)).size == 0


def test_the_shipped_forests_are_whole():
    model = read_model()
    for file in (model.first, model.second):
        sizes = {len(file.column), len(file.threshold), len(file.right)}
        assert sizes == {file.roots[-1]}
        assert max(file.column) < len(NAMES)
        for root, end in pairwise(file.roots):
            inner = [i for i in range(root, end) if file.column[i] >= 0]
            ways = [way for i in inner for way in (i + 1, root + file.right[i])]
            # Every node but the root is reached once, from one that stands before it.
            assert sorted(ways) == list(range(root + 1, end))
            assert all(root + file.right[i] > i + 1 for i in inner)
    assert 0 < model.one <= model.more < 1
    assert model.trained


def test_a_model_of_other_signals_is_a_sentence(tmp_path, monkeypatch):
    model = read_model()
    other = msgspec.structs.replace(model.first, signals=[*NAMES[1:], "phase_of_the_moon"])
    changed = msgspec.structs.replace(model, first=other)
    monkeypatch.setattr("baken.linker.index.read_places", lambda: iter(()))
    build([make_record()], tmp_path / "index")
    monkeypatch.setattr(linker, "read_model", lambda: changed)
    with pytest.raises(LinkError, match=r"trained on other signals.*evals\.linking\.train"):
        linker.Linker.open(tmp_path / "index")
