"""Candidates: a large landscape is answered by looking at a few of its organisations."""

from pathlib import Path

import pytest

from baken.model import Aspect, Corrections
from baken.partners import Matcher, pool
from baken.search import UniversalSentenceEncoder, build_index, encoder, meaning

NEEDS = (
    "we make a smart inhaler and look for a hospital lung department for a first study",
    "labo voor celtherapie tegen kanker",
    "incubateur pour une jeune pousse de santé numérique à Anvers",
    "Wer bewahrt Proben zu Diabetes auf?",
    "MEDVIA",
)


@pytest.fixture(scope="module")
def landscape(shipped_store):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[2])
        from benches.invented import Invented
    return Invented(shipped_store, 900)


@pytest.fixture(scope="module")
def matcher(landscape):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "MOST_READ_IN_FULL", 100)
        patch.setattr(encoder, "_STUDIED", 300)
        patch.setattr(meaning, "FEWEST_IN_CELLS", 500)
        index = build_index(landscape, UniversalSentenceEncoder())
    assert not index.is_read_in_full
    return Matcher(landscape, index)


@pytest.mark.parametrize("need", NEEDS)
def test_candidates_are_those_that_looking_at_everybody_finds(matcher, monkeypatch, need):
    def found(**only):
        return [(m.id, round(m.score, 6)) for m in matcher.find(need, limit=5, **only).matches]

    wanted = tuple(map(Aspect, ("not-kind", "not-theme"), ("hospital", "lung-cancer")))
    corrections = Corrections(wanted=wanted, stage="clinical")
    whole, of_role = found(), found(role="research")
    corrected = found(corrections=corrections)
    monkeypatch.setattr(pool, "LARGEST_POOL", 100)
    monkeypatch.setattr(pool, "CHOSEN", 100)
    assert found() == whole
    assert found(role="research") == of_role
    assert found(corrections=corrections) == corrected


def test_an_invented_landscape_is_the_same_each_time(landscape):
    again = type(landscape)(landscape._store, 900)
    made = list(landscape.organisations())
    assert made == list(again.organisations())
    last = made[-1]
    assert landscape.by_id([s.id for s in last.statements]) == {s.id: s for s in last.statements}
