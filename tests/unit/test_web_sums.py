"""Figures are added up only where that is honest, and what was added is said."""

import pytest

from baken.model import Figure, Relation, Status, assemble
from baken.testing import describe, make_landscape, make_statement
from baken.text.speech import Speech
from baken.web.page import Footnotes, Query
from baken.web.sums import sums_of


class Workspace:
    landscape = make_landscape()


def hospital(name, beds=None, qualifier="exactly", as_of="2024", **more):
    statements = list(describe(name, name=name.title(), place="ghent"))
    if beds is not None:
        figure = Figure("beds", beds, qualifier, as_of)
        statements.append(make_statement(name, "figure", figure))
    for predicate, value in more.items():
        statements.append(make_statement(name, predicate, value))
    return assemble(statements)


def added(*organisations):
    query = Query("/places/ghent", {"id": "ghent"}, {}, Speech("en"))
    return sums_of(organisations, Workspace, query, Footnotes())


def test_beds_are_added_with_their_dates_and_the_weakest_qualifier():
    [total] = added(hospital("a", 100, as_of="2019-05"), hospital("b", 1000, "at-least"))
    assert (total.value, total.earliest, total.latest) == ("1,100+", "2019-05", "2024")
    assert [one.value for one in total.addends] == ["100", "1,000+"]
    assert total.left_out == ()


def test_a_rounded_figure_makes_the_sum_a_rounded_one():
    [total] = added(hospital("a", 100, "about"), hospital("b", 50, "at-least"))
    assert total.value == "about 150"


def test_of_several_figures_of_one_the_latest_counts():
    old = Figure("beds", 7, "exactly", "2001")
    [total] = added(hospital("a", 100, figure=old), hospital("b", 50))
    assert total.value == "150"


def test_a_part_is_not_added_to_its_whole_however_far_up_that_is():
    whole, between = hospital("whole", 500), hospital("site", relation=Relation("part-of", "whole"))
    ward = hospital("ward", 30, relation=Relation("part-of", "site"))
    [total] = added(whole, between, ward, hospital("other", 100))
    assert total.value == "600"
    assert [(one.name, one.why) for one in total.left_out] == [("Ward", "counted with Whole")]


def test_a_network_is_not_added_to_its_members():
    network = hospital("network", 900)
    member = hospital("member", 400, relation=Relation("member-of", "network"))
    [total] = added(network, member, hospital("other", 100))
    assert total.value == "500"
    assert total.left_out[0].why == "counted with its member Member"


@pytest.mark.parametrize(
    "figure", [Figure("staff", 10, "exactly", "2024"), Figure("members", 10, "exactly", "2024")]
)
def test_people_who_may_be_counted_twice_are_not_added(figure):
    assert added(hospital("a", figure=figure), hospital("b", figure=figure)) == ()


def test_areas_in_different_units_are_not_added():
    metres, hectares = (Figure("area", 10, "exactly", "2024", unit) for unit in ("m2", "ha"))
    assert added(hospital("a", figure=metres), hospital("b", figure=hectares)) == ()


def test_what_has_closed_is_not_counted_and_one_figure_is_no_sum():
    closed = hospital("closed", 100, status=Status("closed", "2024"))
    assert added(closed, hospital("open", 50)) == ()
