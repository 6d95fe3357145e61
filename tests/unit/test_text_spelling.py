"""Unknown words are read as known ones, and known ones are left alone."""

import pytest

from baken.text import Speller

SPELLER = Speller(
    [
        *("immunotherapy", "diabetes", "research", "start", "kanker"),
        *("long", "kinder", "afdeling", "patient", "hospital"),
    ]
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("imunotherapy", ("immunotherapy",)),
        ("immunohterapi", ("immunotherapy",)),
        ("diabtes", ("diabetes",)),
        ("reserach", ("research",)),
        ("longkanker", ("long", "kanker")),
        ("kinderafdeling", ("kinder", "afdeling")),
        ("kinderafdelingen", ("kinder", "afdelingen")),
    ],
)
def test_mistakes_and_compounds_are_read(written, meant):
    assert SPELLER.read(written) == meant


@pytest.mark.parametrize(
    "word", ["smart", "hospitals", "patients", "zzzzzzzzz", "covid19", "", "x"]
)
def test_other_words_stay_as_they_are(word):
    assert SPELLER.read(word) == (word,)


def test_the_first_letter_is_trusted():
    assert Speller(["hearing"]).read("nearing") == ("nearing",)


def test_without_a_vocabulary_nothing_changes():
    assert Speller([]).read("anything") == ("anything",)
