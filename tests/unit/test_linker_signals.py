"""The tables: every signal says what it tells, and the words of names are told apart."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from baken.linker.forest import read_model
from baken.linker.kernel import Seen
from baken.linker.rivals import Rivalry
from baken.linker.signals import NAMES, RIVALS, SIGNALS
from baken.linker.tokens import fold_digraphs, fold_word
from baken.text.names import name_words

TABLE = yaml.safe_load((files("baken.text") / "names.yaml").read_text("utf-8"))
GROUPS = ("stopwords", "units", "parts", "organisations")
PAGE = Path(__file__).parents[2] / "docs" / "linking.md"


def test_signals_have_names_of_their_own():
    assert len(set(NAMES)) == len(NAMES) == len(SIGNALS) + len(Rivalry)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_every_signal_says_what_it_tells(signal):
    assert re.fullmatch(r"[a-z][a-z_]*", signal.name)
    assert len(signal.says) > 5
    assert not signal.says.endswith(".")


def test_every_comparison_with_rivals_is_described():
    assert list(RIVALS) == list(Rivalry)
    assert all(len(says) > 5 for says in RIVALS.values())


def test_columns_are_numbered_from_nought():
    assert [int(column) for column in Seen] == list(range(len(Seen)))
    assert [int(column) for column in Rivalry] == list(range(len(Rivalry)))


def test_the_model_was_trained_on_these_signals():
    model = read_model()
    assert tuple(model.first.signals) == NAMES
    assert tuple(model.second.signals) == NAMES


def test_the_page_explains_every_signal():
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    expected = [(signal.name, signal.says) for signal in SIGNALS]
    expected += [(f"rivals_{rivalry.name.lower()}", says) for rivalry, says in RIVALS.items()]
    assert rows == expected


# names.yaml


def concept_forms():
    return [(form, concept) for concept, forms in TABLE["concepts"].items() for form in forms]


def test_words_are_text():
    """YAML reads a bare no, on or off as a truth."""
    listed = [form for form, _ in concept_forms()] + list(TABLE["concepts"])
    listed += [word for group in (*GROUPS, "endings", "honours") for word in TABLE[group]]
    assert [word for word in listed if not isinstance(word, str)] == []


def test_words_are_folded_as_the_words_of_a_text_are():
    listed = [form for form, _ in concept_forms()]
    listed += [part for concept in TABLE["concepts"] for part in concept.split()]
    listed += [word for group in GROUPS for word in TABLE[group]]
    assert [word for word in listed if word != fold_word(word)] == []


def test_no_form_stands_for_two_concepts():
    stands_for = {}
    for form, concept in concept_forms():
        stands_for.setdefault(fold_digraphs(form), set()).add(concept)
    assert {form: found for form, found in stands_for.items() if len(found) > 1} == {}


def test_no_concept_is_a_form_of_another():
    alone = {concept for concept in TABLE["concepts"] if " " not in concept}
    assert {(f, c) for f, c in concept_forms() if f in alone and f != c} == set()


def test_concepts_have_at_most_three_words_as_a_form_may_stand_for_three():
    assert max(len(concept.split()) for concept in TABLE["concepts"]) <= 3


def test_a_stopword_stands_for_nothing():
    assert set(TABLE["stopwords"]) & {form for form, _ in concept_forms()} == set()


def test_groups_hold_words_that_forms_lead_to():
    """A flag on a word that is read as another one would never be seen."""
    leads_on = {form for form, concept in concept_forms() if form != concept}
    hidden = {
        (group, word)
        for group in ("units", "parts", "organisations")
        for word in TABLE[group]
        if word in leads_on
    }
    assert hidden == set()


def test_the_table_is_read_once():
    assert name_words() is name_words()
