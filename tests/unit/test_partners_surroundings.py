"""Who is like an organisation and who is near it: with reasons, the same every time, bounded."""

import numpy as np
import pytest

from baken.model import Coordinates
from baken.partners.surroundings import Surroundings
from baken.search import build_index
from baken.store import open_store
from baken.testing import DAY, describe, make_landscape, make_statement


class Mute:
    """An encoder that finds nothing alike: likeness here is of themes, not of words."""

    model, dimensions = "mute", 4

    def encode(self, texts):
        return np.zeros((len(texts), 4), dtype=np.float32)


def _statements():
    yield from describe("lab", name="Lab", place="ghent", themes=["oncology", "biobanking"])
    yield from describe("twin", name="Twin", place="leuven", themes=["oncology", "biobanking"])
    yield from describe("half", name="Half", place="leuven", themes=["oncology"])
    yield from describe("unit", name="Unit", part_of="lab", themes=["oncology", "biobanking"])
    yield from describe("other", name="Other", place="ghent")
    yield from describe("nowhere", name="Nowhere")
    yield from describe("exact", name="Exact", place="leuven")
    points = {"lab": (51.0, "site"), "exact": (51.1, "site"), "other": (51.01, "municipality")}
    for name, (lat, precision) in points.items():
        yield make_statement(name, "coordinates", Coordinates(lat, 3.7, precision))


@pytest.fixture
def store(tmp_path):
    with open_store(str(tmp_path / "small.sqlite")) as store:
        store.sync("landscape", _statements(), on=DAY, landscape=make_landscape())
        yield store


@pytest.fixture
def surroundings(store):
    return Surroundings(build_index(store, Mute()).roster)


def test_who_shares_themes_is_alike_and_says_which(surroundings, store):
    found = surroundings.similar(store.organisation("lab"))
    assert [one.entry.id for one in found] == ["twin", "half"]
    assert set(found[0].themes) == {"oncology", "biobanking"}
    assert found[0].score > found[1].score > 0
    assert surroundings.similar(store.organisation("lab"), limit=1) == found[:1]


def test_a_unit_is_not_like_what_it_is_part_of(surroundings, store):
    found = surroundings.similar(store.organisation("unit"))
    assert "lab" not in {one.entry.id for one in found}


def test_who_works_on_nothing_is_like_nobody(surroundings, store):
    assert surroundings.similar(store.organisation("other")) == ()


def test_distances_are_exact_only_between_exact_points(surroundings):
    near = {one.entry.id: one for one in surroundings.near("lab")}
    assert near["exact"].is_precise
    assert near["exact"].distance_km == pytest.approx(11.12, abs=0.02)
    assert not near["other"].is_precise
    assert "unit" not in near, "it is where what it is part of is"
    assert surroundings.near("nowhere") == ()


def test_who_is_in_a_place(surroundings):
    inside = surroundings.inside(["ghent"], 2)
    assert inside.count == 3
    assert inside.ids == ("lab", "other"), "units come last"
    assert surroundings.count_on(["oncology", "biobanking"]) == 4
