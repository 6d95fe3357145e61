"""Themes: nearness along links, rarity by organisations."""

import numpy as np
import pytest

from baken.model import Theme
from baken.partners.thesaurus import CLOSE, Thesaurus
from baken.search import Lists
from baken.testing import make_landscape


def over(landscape, held):
    """The thesaurus of organisations of which each has some themes."""
    codes = list(landscape.themes)
    pairs = [(codes.index(theme), row) for row, themes in enumerate(held) for theme in themes]
    keys, rows = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Thesaurus(landscape, codes, Lists.of(keys, rows, len(codes)), len(held))


def thesaurus(held):
    themes = (
        Theme(id="medicine", label={"en": "Medicine"}),
        Theme(id="cancer", label={"en": "Cancer"}, broader=("medicine",)),
        Theme(id="lung-cancer", label={"en": "Lung cancer"}, broader=("cancer",)),
        Theme(id="lung", label={"en": "Lung"}, related=("lung-cancer",)),
        Theme(id="lonely", label={"en": "Lonely"}),
        Theme(id="circle", label={"en": "Circle"}, broader=("circle",)),
    )
    landscape = make_landscape()
    landscape.themes.clear()
    landscape.themes.update({theme.id: theme for theme in themes})
    return over(landscape, held)


@pytest.fixture
def small():
    return thesaurus([("lung-cancer",), ("cancer",), ("cancer",)])


def test_what_is_narrower_is_nearer_than_what_is_broader(small):
    near = small.near("cancer")
    assert near["cancer"] == 1
    assert 1 > near["lung-cancer"] > near["medicine"] >= CLOSE


def test_nearness_multiplies_along_the_way_and_ends(small):
    assert small.near("medicine")["lung-cancer"] == pytest.approx(0.85**2)
    assert "lonely" not in small.near("medicine")
    assert small.near("circle") == {"circle": 1.0}


def test_passages_match_by_their_nearest_theme(small):
    medicine, cancer, lung_cancer, none = 0, 1, 2, 6
    tags = np.array([[lung_cancer, none], [none, none], [medicine, cancer], [cancer, none]])
    matched = small.match(["cancer", "lonely"], tags)
    assert matched.shape == (2, 4)
    assert matched[0].tolist() == pytest.approx([0.85, 0, 1, 1])
    assert not matched[1].any()


def test_organisations_match_by_the_nearest_theme_that_they_have(small):
    assert small.holders("cancer").tolist() == pytest.approx([0.85, 1, 1])
    assert not small.holders("lonely").any()


def test_what_few_work_on_says_more(small):
    assert small.rarity("lung-cancer") > small.rarity("cancer") > 0
    assert small.rarity("lung") > 0
    assert small.rarity("lonely") == 0


def test_no_organisations_at_all():
    empty = thesaurus([])
    assert empty.rarity("cancer") == 0
    assert empty.match(["cancer"], np.zeros((0, 0), dtype=np.int64)).shape == (1, 0)


def test_siblings_are_further_than_what_is_narrower():
    themes = {
        "cancer": Theme(id="cancer", label={"en": "Cancer"}),
        "lung-cancer": Theme(id="lung-cancer", label={"en": "Lung"}, broader=("cancer",)),
        "skin-cancer": Theme(id="skin-cancer", label={"en": "Skin"}, broader=("cancer",)),
    }
    landscape = make_landscape()
    landscape.themes.clear()
    landscape.themes.update(themes)
    near = over(landscape, [("lung-cancer",), ("cancer",)]).near
    assert near("lung-cancer")["skin-cancer"] == pytest.approx(0.6 * 0.7)
    assert near("lung-cancer")["skin-cancer"] < CLOSE
    assert near("cancer")["skin-cancer"] == pytest.approx(0.85)


def test_a_theme_that_nobody_works_on_leads_up_to_the_nearest_that_somebody_does():
    held = thesaurus([("medicine",)])
    assert held.near("medicine")["medicine"] == 1
    # Two steps up, 0.6 each, and yet as near as a narrower one would be.
    assert held.near("lung-cancer")["medicine"] == pytest.approx(0.85)
    assert held.rarity("lung-cancer") == pytest.approx(held.rarity("cancer"))
    assert held.rarity("lonely") == 0
