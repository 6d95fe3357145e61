"""The labelled pitches: sketching projects is not to get worse unnoticed."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        from evals.project import run

        yield run


@pytest.fixture(scope="module")
def scores(project, tmp_path_factory):
    found = project.Scores()
    with project.load(tmp_path_factory.mktemp("pitches")) as store:
        index = project.build_index(store, project.UniversalSentenceEncoder())
        reader = project.ProjectReader(store, project.Matcher(store, index))
        for pitch in project.read_pitches():
            found += project.score(pitch, reader.sketch(pitch.text))
    return found


def test_sketching_is_as_good_as_it_was(scores):
    assert scores.wanted >= 70
    assert scores.found / scores.wanted >= 0.95
    assert scores.right / scores.named >= 0.95
    assert scores.led / scores.wanted >= 0.8
    assert scores.false_gaps == 0


@pytest.mark.xfail(
    strict=True, reason="a hangar for an aeroplane is answered with a Hangar for firms"
)
def test_what_nobody_here_offers_is_called_a_gap(scores):
    assert scores.gaps
    assert scores.admitted == scores.gaps


def test_labels_name_organisations_and_roles_that_there_are(project):
    from baken import landscape

    known = {path.stem for path in landscape.shipped().glob("organisations/*.yaml")}
    roles = landscape.vocabulary().roles
    for pitch in project.read_pitches():
        assert set(pitch.roles) | set(pitch.also) <= set(roles), pitch.id
        assert {one for leads in pitch.roles.values() for one in leads} <= known, pitch.id
