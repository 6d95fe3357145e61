"""Outlines join up, and organisations stand where they are known to be."""

import pytest
from msgspec import structs

from baken.landscape.outlines import Outlines
from baken.landscape.whereabouts import locate, locate_place
from baken.model import Place, assemble
from baken.model.values import Coordinates
from baken.testing import describe, make_landscape, make_statement

PROVINCES = ("flemish-brabant", "brussels")
PLACES = {
    "belgium": Place(id="belgium", kind="country", label={"en": "Belgium"}),
    "flemish-brabant": Place(
        id="flemish-brabant", kind="province", label={"en": "x"}, codes={"nis": "20001"}
    ),
    "brussels": Place(id="brussels", kind="region", label={"en": "x"}, codes={"nis": "04000"}),
    "leuven": Place(
        id="leuven",
        kind="municipality",
        within="flemish-brabant",
        label={"en": "Leuven"},
        codes={"nis": "24062"},
        coordinates=Coordinates(50.88, 4.7, "municipality"),
    ),
    "tienen": Place(
        id="tienen",
        kind="municipality",
        within="flemish-brabant",
        label={"en": "Tienen"},
        codes={"nis": "24107"},
    ),
}


@pytest.fixture(scope="module")
def landscape():
    return structs.replace(make_landscape(), provinces=PROVINCES, places=PLACES)


def make_organisation(key, coordinates=None):
    said = [*describe(key)]
    if coordinates is not None:
        said.append(make_statement(key, "coordinates", coordinates))
    return assemble(said, place_id="leuven")


@pytest.fixture(scope="module")
def outlines(landscape):
    return Outlines.of(landscape)


def test_a_landscape_gets_the_outlines_of_its_codes(outlines):
    assert outlines.scheme == "nis"
    assert len(outlines.codes) == 581
    assert outlines.home == ("20001", "04000")


def test_a_landscape_without_codes_gets_none():
    assert Outlines.of(make_landscape()) is None


def test_outlines_are_closed_and_the_inner_borders_gone(outlines):
    whole = outlines.rings(outlines.provinces)
    assert all(ring[0] == ring[-1] for ring in whole)
    # Belgium, two exclaves in the Netherlands: one more would be a gap between neighbours.
    assert len(whole) == 3
    halves = outlines.rings(["20001"]), outlines.rings(["04000"])
    assert [len(rings) for rings in halves] == [2, 1]  # Brussels is a hole in its neighbour
    assert len(outlines.rings(["20001", "04000"])) == 1


def test_the_centre_of_brussels_is_in_brussels(outlines):
    lon, lat = outlines.centre("04000")
    assert lon == pytest.approx(4.37, abs=0.02)
    assert lat == pytest.approx(50.84, abs=0.02)
    assert outlines.centre("99999") is None


def test_the_most_precise_point_that_is_known_counts(landscape, outlines):
    point = Coordinates(50.9, 4.71, "site")
    own = make_organisation("a", point)
    unit = make_organisation("b")
    assert locate(own, landscape, outlines).is_exact
    assert locate(unit, landscape, outlines, parent=own).lat == 50.9
    middle = locate(unit, landscape, outlines)
    assert (middle.lat, middle.precision, middle.is_exact) == (50.88, "municipality", False)


def test_a_place_without_coordinates_has_the_middle_of_its_outline(landscape, outlines):
    tienen = locate_place("tienen", landscape, outlines)
    assert (tienen.lat, tienen.lon) == pytest.approx((50.81, 4.94), abs=0.03)
    assert locate_place("brussels", landscape, outlines).precision == "province"
    assert locate_place("tienen", landscape, None) is None


def test_the_middle_of_a_country_would_mislead(landscape, outlines):
    assert locate_place("belgium", landscape, outlines) is None
