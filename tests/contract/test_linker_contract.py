"""What `LinkerLike` promises, on the fake and on the real linker."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baken.linker import Linker, LinkerLike, build
from baken.linker.registry import read_registry
from baken.testing import REGISTRY_SAMPLE, FakeLinker

NAMED = [
    "Department of Physics, KU Leuven, Celestijnenlaan 200D, 3001 Leuven, Belgium",
    "ghent university hospital",
    "KU Leuven, Ghent University, VIB, Belgium",
    "  Vrije Universiteit Brussel  ,Brussels",
    "Ghent University",
]
NOBODY = [
    "",
    " ",
    "Belgium",
    "the corresponding author",
    "12 rue de la Paix",
    "?!… — «»",
    "0000 0000",
]
ADVERSARIAL = {
    "long": "Department of Physics, KU Leuven, " * 3_000,
    "one long word": "x" * 100_000,
    "control characters": "KU\x00 Leuven\x1b[31m\x7f, Ghent\x85University",
    "right to left": "\u202eجامعة الملك سعود, الرياض, KU Leuven",
    "combining": "e\u0301" * 1_000 + ", Universite\u0301 Paris",
    "astral": "🧪🫁👵 𝕂𝕌 𝕃𝕖𝕦𝕧𝕖𝕟, KU Leuven",
    "casefold grows": "ẞßŉǰΐΰև" * 200 + ", KU Leuven",
    "lone surrogates": "\ud800 KU Leuven \udfff",
    "commas": "," * 10_000,
    "nulls": "\x00" * 1_000 + "KU\x00Leuven",
    "initials": "K.U." * 25_000,
    "spaced initials": "K. U. " * 20_000,
    "ideographs": "浙江大学" * 25_000,
    "digits": "3000 Leuven " * 8_000,
    "open parentheses": "(" * 50_000 + "KU Leuven",
    "hyphens": "KU-Leuven - " * 8_000,
    "entities": "&amp;&eacute;&#0;&#x10ffff;&#xd800;&nosuch;&" * 2_000,
    "last code points": "\uffff\U0002ffff\U00030000\U0010ffff" * 1_000,
    "punctuation": "".join(map(chr, range(33, 48))) * 200,
    "two organisations, fifty times": "; ".join(["KU Leuven", "Ghent University"] * 25),
    "all organisations": "; ".join(
        name.value for record in read_registry(REGISTRY_SAMPLE) for name in record.names
    ),
    "line ends": "KU Leuven\r\n\u2028Ghent University\u2029\v\f",
    "markup": "<i>KU Leuven</i> &amp; <sup>1</sup>Ghent University",
}
PIECES = [
    "UZ",
    "Univ.",
    ", ",
    " ",
    "; ",
    "(",
    ")",
    "Leuven",
    "3000",
    "&amp;",
    "\x00",
    "\u202e",
    "🧪",
]
"""What texts are put together from, beside the organisations of `NAMED`."""
anything = st.characters(exclude_categories=())  # lone surrogates, too
texts = st.one_of(
    st.sampled_from([*NAMED, *NOBODY]),
    st.text(anything, max_size=60),
    st.lists(st.sampled_from([*NAMED, *PIECES]), max_size=8).map("".join),
    st.tuples(st.text(anything, max_size=9), st.sampled_from(NAMED)).map("".join),
)


@pytest.fixture(scope="module", params=["fake", "real"])
def linker(request, tmp_path_factory):
    """A linker of the registry's sample."""
    if request.param == "fake":
        return FakeLinker(read_registry(REGISTRY_SAMPLE))
    folder = tmp_path_factory.mktemp("index") / "registry"
    build(read_registry(REGISTRY_SAMPLE), folder)
    return Linker.open(folder)


def holds(text, answer):
    """Assert what is true of every answer."""
    own = [link.id for link in answer.links]
    assert len(set(own)) == len(own), "an organisation is linked once"
    assert list(answer.ror_ids) == [i for i in own if i.startswith("https://ror.org/")]
    assert [link.score for link in answer.links] == sorted(
        (link.score for link in answer.links), reverse=True
    )
    for link in answer.links:
        start, end = link.span
        assert 0 <= start < end <= len(text)
        assert 0 < link.score <= 1
        assert link.name
    return True


def test_it_is_a_linker_with_a_version(linker):
    assert isinstance(linker, LinkerLike)
    assert linker.version
    assert isinstance(linker.version, str)


def test_a_name_is_linked_where_it_stands(linker):
    [answer] = linker.link(["Department of Physics, KU Leuven, Belgium"])
    assert answer.ror_ids == ("https://ror.org/05f950310",)
    [link] = answer.links
    assert "Department of Physics, KU Leuven, Belgium"[slice(*link.span)] == "KU Leuven"


def test_spans_count_code_points(linker):
    text = "🧪 e\u0301ẞ, KU Leuven, Belgium"
    [answer] = linker.link([text])
    assert [text[slice(*link.span)] for link in answer.links] == ["KU Leuven"]


def test_answers_keep_the_order_of_the_texts(linker):
    given_texts = [*NAMED, *NOBODY, *reversed(NAMED)]
    alone = [linker.link([text])[0] for text in given_texts]
    assert linker.link(given_texts) == alone
    assert linker.link(given_texts[::-1]) == alone[::-1]
    assert len({answer.ror_ids for answer in alone}) > 2


@pytest.mark.parametrize("text", NOBODY)
def test_abstaining_is_an_empty_answer(linker, text):
    [answer] = linker.link([text])
    assert (answer.ror_ids, answer.links) == ((), ())


def test_no_texts_have_no_answers(linker):
    assert linker.link([]) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(texts, max_size=8), st.integers(1, 4))
def test_an_answer_does_not_depend_on_the_batch(linker, given_texts, size):
    whole = linker.link(given_texts)
    batches = [given_texts[i : i + size] for i in range(0, len(given_texts), size)]
    assert [answer for batch in batches for answer in linker.link(batch)] == whole
    assert all(map(holds, given_texts, whole))


@pytest.mark.parametrize("text", ADVERSARIAL.values(), ids=ADVERSARIAL)
def test_nothing_that_a_text_holds_stops_it(linker, text):
    beside = "Ghent University"
    linker.link([beside])  # what is compiled or loaded at first is not what is timed
    began = time.monotonic()
    answers = linker.link([text, beside])
    assert time.monotonic() - began < 20, "a single text must not keep everybody waiting"
    assert len(answers) == 2
    assert holds(text, answers[0])
    assert answers[1] == linker.link([beside])[0]


def test_threads_may_ask_at_once(linker):
    expected = [linker.link([text])[0] for text in NAMED * 20]
    with ThreadPoolExecutor(4) as threads:
        assert all(found == expected for found in threads.map(linker.link, [NAMED * 20] * 8))
