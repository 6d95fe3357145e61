"""The regression gate: on a fixed sample of real strings the linker is not to get worse."""

from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FREEZE = "freeze it with: python -m evals.linking.run --write-reference"


@pytest.fixture(scope="module")
def run():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        yield import_module("evals.linking.run")


@pytest.fixture(scope="module")
def sets(run):
    """The rows of the fixed sample by set."""
    try:
        run.registry_file()
        names = run.set_names()
    except run.MissingDataError as error:
        pytest.skip(str(error))
    sampled = {}
    for name in names:
        rows = run.read_rows(name)
        sampled[name] = [rows[number] for number in run.sample(name, len(rows))]
    return sampled


@pytest.fixture(scope="module")
def reference(run):
    if not run.REFERENCE.is_file():
        pytest.fail(f"There is no {run.REFERENCE.name}: {FREEZE}")
    return run.read_reference()


def test_the_reference_has_a_figure_for_every_set_with_a_target(run, reference):
    assert set(run.TARGETS) <= set(reference.sets)
    assert {"all", "s2aff", "exp_springer_2023"} <= set(reference.sample)


def test_linking_is_as_good_as_in_the_reference(run, sets, reference):
    texts = [row.affiliation for rows in sets.values() for row in rows]
    answers, _ = run.link(run.cached_index(), texts)
    now = run.groups(run.share_out(sets, answers))
    assert run.losses(now, reference.sample) == [], f"meant to be worse? then {FREEZE}"
