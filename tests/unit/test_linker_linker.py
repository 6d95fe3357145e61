"""The real linker: what it weighs it shows, and what it answers depends on nothing else."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baken.linker import Explanation, Linker, build
from baken.linker.linker import BATCH, LONGEST_TEXT
from baken.linker.registry import read_registry
from baken.linker.signals import NAMES
from baken.testing import REGISTRY_SAMPLE, make_record

KU_LEUVEN = "https://ror.org/05f950310"
UNIT = make_record(
    "Laboratory for Molecular & Cellular Therapy",
    ror_id="organisations/lmct",
    acronyms=["LMCT"],
    types=["facility"],
    relations=[("parent", "https://ror.org/006e5kg04")],
)
NAMES_OF_SAMPLE = [name.value for record in read_registry(REGISTRY_SAMPLE) for name in record.names]
WORDS = sorted({word for name in NAMES_OF_SAMPLE for word in name.split()})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An index of the registry's sample and one unit of a landscape."""
    folder = tmp_path_factory.mktemp("linker") / "index"
    build(read_registry(REGISTRY_SAMPLE), folder, landscape=[UNIT])
    return folder


@pytest.fixture(scope="module")
def linker(folder):
    return Linker.open(folder)


def ids(answer):
    return [link.id for link in answer.links]


def test_a_unit_is_linked_under_the_landscape_s_id(linker):
    [answer] = linker.link(["Laboratory for Molecular & Cellular Therapy"])
    assert ids(answer) == ["organisations/lmct"]
    assert answer.ror_ids == ()


def test_a_unit_and_its_university_are_linked(linker):
    text = "Laboratory for Molecular & Cellular Therapy, Vrije Universiteit Brussel, Belgium"
    [answer] = linker.link([text])
    assert {"organisations/lmct", "https://ror.org/006e5kg04"} == set(ids(answer))


def test_what_a_record_that_leads_on_was_called_links_to_its_successor(linker):
    [answer] = linker.link(["Université Paris Diderot, Paris, France"])
    assert answer.ror_ids == ("https://ror.org/05f82e368",)


def test_a_withdrawn_name_without_successor_is_never_linked(linker):
    text = "NFDI4Culture"
    assert ids(linker.link([text])[0]) == []
    assert linker.explain(text).candidates == ()


def test_a_long_batch_is_answered_like_short_ones(linker):
    times = 2 * BATCH // len(NAMES_OF_SAMPLE) + 1
    texts = (NAMES_OF_SAMPLE * (times + 1))[: 2 * BATCH + 7]
    assert len(texts) > 2 * BATCH
    answers = linker.link(texts)
    assert answers[BATCH - 2 : BATCH + 2] == linker.link(texts[BATCH - 2 : BATCH + 2])
    assert answers[-1:] == linker.link(texts[-1:])


def test_two_linkers_of_one_folder_agree(folder, linker):
    other = Linker.open(folder)
    assert other.version == linker.version
    assert other.link(NAMES_OF_SAMPLE) == linker.link(NAMES_OF_SAMPLE)


def test_another_registry_or_model_is_another_version(folder, linker, tmp_path, monkeypatch):
    build([make_record()], tmp_path / "index")
    assert Linker.open(tmp_path / "index").version != linker.version
    model = tmp_path / "model.json"
    from baken.linker import linker as module

    model.write_bytes(module.MODEL.read_bytes() + b"\n")
    monkeypatch.setattr(module, "MODEL", model)
    assert Linker.open(folder).version != linker.version


def test_what_stands_after_the_longest_text_is_not_read(linker):
    [answer] = linker.link([" " * LONGEST_TEXT + "KU Leuven"])
    assert answer.links == ()
    text = "x " * 50 + ", KU Leuven, Leuven, Belgium"
    assert ids(linker.link([text + " " * LONGEST_TEXT])[0]) == ids(linker.link([text])[0])


# Explanations.


def test_an_explanation_holds_the_answer_and_what_was_weighed(linker):
    text = "Department of Physics, KU Leuven, Belgium"
    explanation = linker.explain(text)
    assert isinstance(explanation, Explanation)
    assert explanation.linked == linker.link([text])[0]
    best = explanation.candidates[0]
    assert (best.id, best.matched, best.is_linked) == (KU_LEUVEN, "KU Leuven", True)
    assert text[slice(*best.span)] == best.matched
    assert best.score == explanation.linked.links[0].score >= explanation.one
    assert set(best.signals) <= set(NAMES)
    assert best.signals["country_same"] == 1
    assert msgspec.json.decode(msgspec.json.encode(explanation), type=Explanation) == explanation


def test_an_explanation_reads_as_lines_for_people(linker):
    said = str(linker.explain("Department of Physics, KU Leuven, Belgium"))
    assert f"KU Leuven  {KU_LEUVEN}" in said
    assert "in “KU Leuven”; the whole name, its country" in said


def test_an_explanation_of_abstaining_says_so(linker):
    said = str(linker.explain("IMEC"))
    assert said.startswith("IMEC\n\nNo link")
    assert "one of 4 of that name" in said
    assert "No link" in str(linker.explain(""))


# Anything.


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(NAMES_OF_SAMPLE),
            st.sampled_from(WORDS),
            st.sampled_from([",", ";", "(", ")", " - ", ".", "’", "Belgium", "Paris", "&amp;"]),
            st.text(st.characters(exclude_categories=()), max_size=5),
        ),
        max_size=120,
    ),
    st.sampled_from(["", " ", ", "]),
)
def test_whatever_is_put_together_is_answered_and_explained(linker, pieces, between):
    text = between.join(pieces)
    [answer] = linker.link([text])
    explanation = linker.explain(text)
    assert explanation.linked == answer
    assert str(explanation)
    for one in explanation.candidates:
        start, end = one.span
        assert 0 <= start < end <= len(text)
        assert one.matched == text[start:end]
        assert 0 <= one.first_score <= 1
        assert one.is_linked == (one.id in ids(answer))


def test_a_long_list_is_linked_entry_by_entry(linker):
    names = ["KU Leuven", "Ghent University", "Vrije Universiteit Brussel", "Hasselt University"]
    text = "; ".join(names)
    [answer] = linker.link([text])
    assert {text[slice(*link.span)] for link in answer.links} == set(names)
    assert [weighed.is_linked for weighed in linker.explain(text).candidates].count(True) == 4


def test_an_organisation_that_a_list_names_twice_is_linked_and_shown_once(linker):
    text = "KU Leuven; Ghent University; nobody; KU Leuven"
    [answer] = linker.link([text])
    assert {text[slice(*link.span)] for link in answer.links} == {"KU Leuven", "Ghent University"}
    assert len(ids(answer)) == len(set(ids(answer))) == 2
    shown = [weighed.id for weighed in linker.explain(text).candidates]
    assert len(shown) == len(set(shown))
