"""Type-ahead: the beginnings of names, forgiving and fast."""

import time

import pytest

from baken.search import Suggester
from baken.search.suggest import Name
from baken.testing import make_landscape


@pytest.fixture(scope="module")
def suggester():
    names = [
        Name("organisation", "uz-gent", "UZ Gent", "Ghent University Hospital", 0),
        Name("organisation", "uantwerpen", "University of Antwerp", "University", 0),
        Name("organisation", "biobank-antwerp", "Biobank Antwerpen", "Antwerp Biobank", 0),
        Name("theme", "asthma", "Asthma", "", 1),
        Name("theme", "diabetes", "suikerziekte", "Diabetes", 2),
        Name("theme", "heart-failure", "Herzinsuffizienz", "Heart failure", 1),
        Name("theme", "prosthetics", "artificial limb", "Prosthetics", 2),
        Name("place", "limburg", "Limburg", "", 1),
        Name("place", "antwerp", "Anvers", "Antwerp", 1),
        Name("place", "liege", "Liège", "", 1),
    ]
    return Suggester(names)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("uz g", "uz-gent"),
        ("gent", "uz-gent"),
        ("antwerp univ", "uantwerpen"),
        ("univeristy of ant", "uantwerpen"),
        ("biobnk", "biobank-antwerp"),
        ("suikerz", "diabetes"),
        ("herzinsuf", "heart-failure"),
        ("lieg", "liege"),
        ("limb", "limburg"),
    ],
)
def test_a_beginning_finds_a_name(suggester, typed, first):
    assert suggester.suggest(typed)[0].id == first


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("We make an inhaler for asth", "Asthma"),
        ("bureaux à Anv", "Anvers"),
        ("a hospital in Limb", "Limburg"),
    ],
)
def test_the_end_of_a_sentence_is_completed(suggester, typed, label):
    first = suggester.suggest(typed)[0]
    assert first.label == label
    assert typed[first.start :] == typed.rsplit(maxsplit=1)[-1]


def test_a_sentence_is_not_left_for_an_organisation(suggester):
    found = suggester.suggest("we have worked with University of Antw")
    assert "organisation" not in {one.kind for one in found}


@pytest.mark.parametrize("typed", ["", "   ", "?!", "xqzz", "we look for ", "we are in a", "\x00"])
def test_nothing_is_suggested_for_nothing(suggester, typed):
    assert suggester.suggest(typed) == ()


def test_long_texts_count_from_their_end(suggester):
    typed = "word " * 300 + "asth"
    [only] = suggester.suggest(typed)
    assert typed[only.start :] == "asth"


def test_a_landscape_s_names_are_known_in_all_languages():
    suggester = Suggester.of(make_landscape(), ())
    assert {s.id for s in suggester.suggest("onco")} == {"oncology"}
    assert suggester.suggest("oncologie")[0].detail == "Oncology"
    assert suggester.suggest("liege")[0].href == "/places/liege"


def test_a_hundred_thousand_names_are_answered_at_once():
    names = [
        Name("organisation", str(i), f"University {i % 997} of {chr(97 + i % 26)}town{i}", "", 0)
        for i in range(100_000)
    ]
    suggester = Suggester(names)
    typed = ["u", "university", "univeristy 12", "university 99", "town", "atown1", "btwon33"]
    took = []
    for one in typed * 20:
        started = time.process_time()
        suggester.suggest(one)
        took.append(time.process_time() - started)
    assert sorted(took)[len(took) // 2] < 0.005
    assert len(suggester.suggest("u")) == 8
