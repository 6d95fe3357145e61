"""Candidates: whose name may stand in a text, and what was seen of it."""

import numpy as np
import pytest

from baken.linker import build
from baken.linker.index import open_index
from baken.linker.kernel import END, ORGANISATION, START, Buffers, Seen, encode
from baken.linker.registry import RegistryPlace
from baken.testing import make_record

MILAN = RegistryPlace("Milan", "Lombardy", "IT", "Italy", 45.464, 9.190)
ZAGREB = RegistryPlace("Zagreb", "Zagreb", "HR", "Croatia", 45.814, 15.978)
WARSAW = RegistryPlace("Warsaw", "Mazovia", "PL", "Poland", 52.230, 21.012)
CAMBRIDGE = RegistryPlace("Cambridge", "Massachusetts", "US", "United States", 42.366, -71.105)
LAUSANNE = RegistryPlace("Lausanne", "Vaud", "CH", "Switzerland", 46.516, 6.633)
PARIS = RegistryPlace("Paris", "Île-de-France", "FR", "France", 48.853, 2.349)
KU_LEUVEN = "Katholieke Universiteit Leuven"
MIT = "Massachusetts Institute of Technology"
CNRS = "Centre National de la Recherche Scientifique"
SIB = "Swiss Institute of Bioinformatics"
REGISTRY = [
    make_record(KU_LEUVEN, aliases=["KU Leuven"], acronyms=["KUL"]),
    make_record("Institute of Physical Chemistry", place=WARSAW),
    make_record("Polish Academy of Sciences", place=WARSAW),
    make_record("University of Milan", place=MILAN),
    make_record("University of Milano-Bicocca", place=MILAN),
    make_record("Ruđer Bošković Institute", place=ZAGREB),
    make_record(MIT, place=CAMBRIDGE),
    make_record(SIB, acronyms=["SIB"], place=LAUSANNE),
    make_record("Université Paris Nanterre", place=PARIS),
    make_record(CNRS, acronyms=["CNRS"], place=PARIS),
    make_record("Northeastern University", place=CAMBRIDGE),
    make_record("Northeastern University", ror_id="https://ror.org/03awzbc87", place=PARIS),
    make_record("Jessa Hospital", place=None),
    *(make_record(f"Qualitas Universalis {n}", acronyms=["QU"]) for n in "abcdefghijklmnop"),
    make_record("QU Zandvoort"),
    make_record("Second Hospital of Zagreb", place=ZAGREB),
    make_record("National Research University Higher School of Economics", place=WARSAW),
    make_record("State University of Pará", place=None),
    make_record("Institut National des Sciences Appliquées", acronyms=["INSA"], place=PARIS),
    make_record("United States Army", acronyms=["USA"], place=CAMBRIDGE),
    make_record("Medical (Croatia)", place=ZAGREB),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The index of `REGISTRY`, its words weighed as in a large registry."""
    folder = tmp_path_factory.mktemp("kernel") / "index"
    build(REGISTRY, folder, as_if=127_000)
    return open_index(folder)[0]


@pytest.fixture(scope="module")
def look(made):
    """Return the candidates of a text by the name the registry shows: what was seen, as a dict."""
    buffers = Buffers(3)

    def look(text):
        integers, seen, _ = buffers.find(made, [text])
        found = {}
        for row, values in zip(integers.tolist(), seen.tolist(), strict=True):
            record = REGISTRY[row[ORGANISATION]]
            found[record.display_name] = dict(zip(Seen, values, strict=True))
            found[record.display_name]["text"] = text[row[START] : row[END]]
        return found

    return look


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Universiteit Leuven Katholieke", KU_LEUVEN),
        ("katholieke universiteit te leuven", KU_LEUVEN),
        ("Catholic Univ. Leuven", KU_LEUVEN),
        ("Université Catholique de Leuven", KU_LEUVEN),
        ("K.U.Leuven", KU_LEUVEN),
        ("KU\u00a0LEUVEN", KU_LEUVEN),
        ("Inst. of Phys. Chem.", "Institute of Physical Chemistry"),
        ("Physical Chemistry Institute", "Institute of Physical Chemistry"),
        ("Institut für Physikalische Chemie", "Institute of Physical Chemistry"),
        ("Polish Acad. Sci.", "Polish Academy of Sciences"),
        ("Univ Milan", "University of Milan"),
        ("Università di Milano - Bicocca", "University of Milano-Bicocca"),
        ("RUDER BOSKOVIC INSTITUTE", "Ruđer Bošković Institute"),
        ("Institut Ruđer Bošković", "Ruđer Bošković Institute"),
        ("Centro Nacional de Investigación Científica", CNRS),
    ],
)  # fmt: skip
def test_names_are_whole_in_any_order_language_and_abbreviation(look, text, name):
    assert look(text)[name][Seen.EXACT] == 1


def test_the_order_and_the_way_of_writing_are_seen(look):
    as_it_is = look(KU_LEUVEN)[KU_LEUVEN]
    assert (as_it_is[Seen.IN_ORDER], as_it_is[Seen.SURFACE]) == (1, 1)
    turned = look("Leuven Universiteit Katholieke")[KU_LEUVEN]
    assert (turned[Seen.IN_ORDER], turned[Seen.SURFACE]) == (0, 0)
    translated = look("Katholische Universität Leuven")[KU_LEUVEN]
    assert (translated[Seen.IN_ORDER], translated[Seen.SURFACE]) == (1, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Ruder Boskovi Institute",  # left out
        "Ruder Bosskovic Institute",  # added
        "Ruder Boskobic Institute",  # changed
        "Ruder Bsokovic Institute",  # swapped
    ],
)
def test_one_wrong_letter_is_corrected(look, text):
    seen = look(text)["Ruđer Bošković Institute"]
    assert (seen[Seen.EXACT], seen[Seen.COVERED]) == (1, 1)
    assert seen[Seen.CORRECTED] == 1


@pytest.mark.parametrize("text", ["Ruder Bsokovci Institute", "Ruder Bokvic Institute"])
def test_two_wrong_letters_are_not(look, text):
    seen = look(text).get("Ruđer Bošković Institute", {Seen.EXACT: 0, Seen.CORRECTED: 0})
    assert (seen[Seen.EXACT], seen[Seen.CORRECTED]) == (0, 0)


def test_short_words_and_first_letters_of_shorter_ones_are_taken_as_they_are(look):
    assert look("Institute MIB") == {}
    assert "Jessa Hospital" not in look("Kessa Hospital")


def test_a_part_of_a_name_is_a_candidate_with_what_is_missing(look):
    seen = look("Boskovic Institute, Bijenička 54, Zagreb")["Ruđer Bošković Institute"]
    assert seen[Seen.EXACT] == 0
    assert 0.45 < seen[Seen.COVERED] < 1
    assert seen[Seen.MISSING_WEIGHT] == pytest.approx(
        seen[Seen.NAME_WEIGHT] * (1 - seen[Seen.COVERED_ANYWHERE]), rel=1e-4
    )
    assert seen["text"] == "Boskovic Institute"


def test_words_between_those_of_a_name_make_it_a_part(look):
    seen = look("Ruđer quantum Bošković Institute")["Ruđer Bošković Institute"]
    assert seen[Seen.EXACT] == 0
    assert seen[Seen.COVERED] == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("SIB, Switzerland", True),
        ("S.I.B., Switzerland", True),
        ("(SIB)", True),
        ("sib", False),
        ("Sib", False),
        ("SIBS", False),
    ],
)
def test_an_acronym_is_one_in_capitals_only(look, text, is_found):
    assert (SIB in look(text)) == is_found


def test_an_acronym_beside_its_name_supports_it(look):
    seen = look(f"{SIB} (SIB), Lausanne")[SIB]
    assert seen[Seen.SUPPORT] == 1
    assert seen[Seen.MENTIONS] == 2
    assert look(SIB)[SIB][Seen.SUPPORT] == 0


def test_the_words_before_an_acronym_may_spell_it(look):
    assert look("Scuola Italiana di Botanica (SIB)")[SIB][Seen.INITIALS] == 1
    assert look("Laboratory of Optics (SIB)")[SIB][Seen.INITIALS] == 0


def test_two_words_without_a_blank_are_two(look):
    found = look("UniversitéParis Nanterre, CNRSParis, now atJessa Hospital")
    assert found["Université Paris Nanterre"][Seen.EXACT] == 1
    assert CNRS in found
    assert found["Jessa Hospital"][Seen.EXACT] == 1


def test_ordinal_numbers_are_words(look):
    assert look("2nd Hospital of Zagreb")["Second Hospital of Zagreb"][Seen.EXACT] == 1
    assert "Second Hospital of Zagreb" not in look("3rd Hospital, Split")


def test_frequent_words_lead_to_a_name_together(look, made):
    economics = "National Research University Higher School of Economics"
    assert look("Higher School of Economics, Moscow")[economics][Seen.COVERED] < 0.9
    assert economics not in look("School of Higher Mathematics")


def test_a_name_may_end_in_what_is_a_small_word_elsewhere(look):
    assert look("State University of Para, Belem")["State University of Pará"][Seen.EXACT] == 1


def test_an_acronym_that_is_a_town_too_is_an_acronym_in_capitals(look):
    sciences = "Institut National des Sciences Appliquées"
    assert sciences in look("CNRS, INSA")  # a town in Russia
    assert sciences not in look("CNRS, Insa")


def test_a_country_is_no_organisation_of_that_name(look):
    assert "United States Army" not in look("Northeastern University, USA")
    assert "United States Army" in look("USA")


def test_a_word_that_says_only_what_kind_it_is_is_no_name(look):
    assert "Medical (Croatia)" not in look("School of Medicine, Zagreb")


PLACES = (Seen.COUNTRY_SAME, Seen.COUNTRY_OTHER, Seen.CITY_SAME, Seen.CITY_NEAR, Seen.CITY_OTHER)


@pytest.mark.parametrize(
    ("where", "seen"),
    [
        ("", (0, 0, 0, 0, 0)),
        (", Italy", (1, 0, 0, 0, 0)),
        (", Italia", (1, 0, 0, 0, 0)),
        (", Milan, Italy", (1, 0, 1, 1, 0)),
        (", Monza", (0, 0, 0, 1, 0)),  # 15 km away
        (", Naples, Italy", (1, 0, 0, 0, 1)),
        (", Warsaw", (0, 0, 0, 0, 2)),
        (", Poland", (0, 1, 0, 0, 0)),
        (", Milan, Warsaw, Poland", (0, 1, 1, 1, 0)),
    ],
)
def test_places_agree_or_contradict(look, where, seen):
    found = look(f"University of Milan{where}")["University of Milan"]
    assert tuple(found[column] for column in PLACES) == seen


def test_places_inside_the_name_are_not_where_it_is(look):
    seen = look(MIT)[MIT]
    assert (seen[Seen.PLACES], seen[Seen.REGION_SAME]) == (1, 0)
    assert look(f"{MIT}, Boston, Massachusetts")[MIT][Seen.REGION_SAME] == 1


def test_a_university_is_no_town(look):
    # There is one of that name in Florida.
    assert look("Jessa Hospital, University")["Jessa Hospital"][Seen.PLACES] == 0


def test_an_organisation_without_a_place_neither_agrees_nor_contradicts(look):
    seen = look("Jessa Hospital, Hasselt, Belgium")["Jessa Hospital"]
    assert {seen[column] for column in PLACES} == {0}


def test_who_else_has_the_name_is_counted(look):
    seen = look("Northeastern University, Boston, USA")["Northeastern University"]
    assert (seen[Seen.AMBIGUITY], seen[Seen.COUNTRY_AMBIGUITY]) == (2, 1)


def test_what_stands_around_a_name_is_seen(look):
    seen = look("Department of Nuclear Physics KU Leuven, Belgium")[KU_LEUVEN]
    assert seen[Seen.UNIT_BEFORE] == 1
    assert (seen[Seen.STARTS], seen[Seen.ENDS]) == (0, 1)
    assert 0 < seen[Seen.SEGMENT_SHARE] < 1
    assert (seen[Seen.SEGMENT], seen[Seen.SEGMENTS]) == (0, 2)
    assert seen["text"] == "KU Leuven"
    alone = look("KU Leuven")[KU_LEUVEN]
    assert (alone[Seen.STARTS], alone[Seen.ENDS], alone[Seen.SEGMENT_SHARE]) == (1, 1, 1)


def test_several_organisations_of_a_text_are_all_candidates(look):
    found = look("University of Milan; SIB; Polish Academy of Sciences; KU Leuven")
    assert {"University of Milan", SIB, "Polish Academy of Sciences", KU_LEUVEN} <= set(found)


def test_the_best_stays_among_many_of_one_acronym(look):
    assert look("QU Zandvoort, Belgium")["QU Zandvoort"][Seen.EXACT] == 1


def test_texts_of_one_batch_see_nothing_of_each_other(made):
    texts = ["University of Milan, Italy", "", "University of Milan, Poland"]
    buffers = Buffers(3)
    together = [array.copy() for array in buffers.find(made, texts)]
    for number, text in enumerate(texts):
        integers, seen, bounds = buffers.find(made, [text])
        rows = slice(*together[2][number : number + 2])
        assert bounds[1] == rows.stop - rows.start
        np.testing.assert_array_equal(integers, together[0][rows])
        np.testing.assert_array_equal(seen, together[1][rows])


def test_encoding_keeps_every_code_point():
    codes, stops = encode(["a𝕂", "", "\ud800é&amp;"])
    assert stops.tolist() == [2, 2, 9]
    assert codes[:4].tolist() == [ord("a"), ord("𝕂"), 0xD800, ord("é")]
