"""The tables of docs/finding-measured.md say what was frozen: neither is changed alone."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def written():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        from evals.find import document, reference

        yield document, reference.read_reference("dev")


@pytest.fixture(scope="module")
def tables(written):
    document, _ = written
    return document.read_tables(document.DOCUMENT.read_text(encoding="utf-8"))


def figure(cell):
    """The number that a cell begins with."""
    return float(re.match(r"−?\d*\.\d+", cell)[0].replace("−", "-"))


def test_who_is_beside_whom(tables, written):
    _, frozen = written
    rows = {row[0]: row[1:] for row in tables["beside"]}
    whole = frozen.scores["all"]
    means = [whole.ndcg5.mean, whole.success1.mean, whole.recall10.mean]
    assert [figure(cell) for cell in rows.pop("Baken")[:3]] == pytest.approx(means, abs=0.0006)
    assert {name: figure(row[0]) for name, row in rows.items()} == pytest.approx(
        frozen.peers, abs=0.0006
    )


def test_languages_and_roles(tables, written):
    _, frozen = written
    first = tables["languages"][0]
    languages = [frozen.scores[code].ndcg5.mean for code in ("en", "nl", "fr", "de")]
    assert [figure(cell) for cell in first[1:]] == pytest.approx(languages, abs=0.0006)
    for role, needs, ndcg5, *_ in tables["roles"]:
        scores = frozen.scores[f"role: {role}"]
        assert (int(needs), figure(ndcg5)) == pytest.approx(
            (scores.needs, scores.ndcg5.mean), abs=0.0006
        )


@pytest.mark.parametrize(
    ("table", "column"), [("ablation", 1), ("robustness", 2), ("translation", 1)]
)
def test_other_evaluations(tables, written, table, column):
    _, frozen = written
    figures = {row[0]: figure(row[column]) for row in tables[table]}
    assert figures == pytest.approx(frozen.parts[table].whole, abs=0.0006)


def test_tables_are_written_where_they_stand(written):
    document, _ = written
    text = "before\n<!-- table: roles -->\nold\n<!-- end -->\nafter"
    lines = ["| a | b |", "|---|---|", "| one | 0.5 [-0.25, 10.5] |"]
    new = document.write_tables(text, {"roles": lines})
    assert document.read_tables(new) == {"roles": [["one", ".5 [−.25, 10.5]"]]}
    assert new.startswith("before\n")
    assert new.endswith("<!-- end -->\nafter")
    assert document.write_tables(new, {}) == new
