"""The network: a way is a way, as short as can be, and the same from either end."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baken.model import Relation, organisation_subject
from baken.network import HEIGHT, WIDTH, Network, explore

IDS = "abcdefgh"
PAIRS = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=14)


def organisation(id_, targets=(), themes=()):
    said = tuple(
        SimpleNamespace(value=Relation("works-with", target), statements=(f"{id_}-{target}",))
        for target in targets
    )
    worked_on = tuple(SimpleNamespace(value=t, statements=(f"{id_} on {t}",)) for t in themes)
    return SimpleNamespace(
        id=id_, relations=said, themes=worked_on, offers=(), theme_ids=tuple(themes)
    )


def joined(pairs):
    return [organisation(one, [b for a, b in pairs if a == one]) for one in IDS]


class Shelf:
    """What `explore` reads from, counting."""

    def __init__(self, organisations):
        self.known = {one.id: one for one in organisations}
        self.read = 0

    def organisations(self, *, ids):
        found = [self.known[one] for one in ids if one in self.known]
        self.read += len(found)
        return found

    def incoming(self, organisation_id):
        return tuple(
            SimpleNamespace(subject=organisation_subject(one.id))
            for one in self.known.values()
            if any(r.value.target == organisation_id for r in one.relations)
        )


@given(PAIRS, st.sampled_from(IDS), st.sampled_from(IDS))
def test_a_path_is_a_shortest_path_both_ways_round(pairs, start, end):
    network = Network(joined(pairs))
    path = network.path(start, end)
    away = network.distances(start).get(end)
    if path is None:
        assert away is None
        return
    assert len(path.steps) == away
    at = start
    for step in path.steps:
        assert step.start == at
        assert {step.start, step.end} == {step.link.source, step.link.target}
        assert (step.link.source, step.link.target) in pairs
        at = step.end
    assert at == end
    back = network.path(end, start)
    assert [(s.end, s.start, s.link) for s in reversed(back.steps)] == [
        (s.start, s.end, s.link) for s in path.steps
    ]


@settings(deadline=None)
@given(PAIRS, st.sampled_from(IDS), st.sampled_from(IDS))
def test_a_network_read_piece_by_piece_has_ways_as_short(pairs, start, end):
    everything = joined(pairs)
    network, is_whole = explore(Shelf(everything), [start, end], steps=None, most=100)
    found, wanted = network.path(start, end), Network(everything).path(start, end)
    assert is_whole
    assert (found and len(found.steps)) == (wanted and len(wanted.steps))


def test_what_is_read_is_bounded_and_said():
    shelf = Shelf([organisation("a", IDS[1:]), *map(organisation, IDS[1:])])
    network, is_whole = explore(shelf, ["a"], steps=2, most=4)
    assert not is_whole
    assert len(network.organisations) == shelf.read == 4


def test_themes_lead_where_relations_do_not_and_the_rarest_is_named_first():
    network = Network(
        [
            organisation("a", themes=("cancer", "proton")),
            organisation("b", themes=("proton", "cancer")),
            organisation("c", themes=("cancer",)),
            organisation("d"),
        ]
    )
    path = network.path("a", "b")
    assert path.by == "themes"
    assert path.steps[0].link.themes == ("proton", "cancer")
    assert path.steps[0].link.statements == ("a on proton", "b on proton")
    assert network.path("a", "d") is None


def test_who_is_not_there_is_an_error():
    with pytest.raises(KeyError):
        Network([organisation("a")]).path("a", "z")


def test_a_drawing_is_the_same_whatever_the_order_and_inside_its_frame():
    pairs = [("a", "b"), ("b", "c"), ("d", "e")]
    places = Network(joined(pairs)).places()
    assert places == Network(reversed(joined(pairs))).places()
    assert sorted(places) == list("abcde")
    assert len(set(places.values())) == 5
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places.values())
