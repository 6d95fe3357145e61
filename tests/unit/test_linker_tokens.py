"""Text becomes tokens that names and affiliations share, and every token knows where it stood."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baken.linker.kernel import encode
from baken.linker.tokens import (
    CAPITALS,
    INITIAL,
    JOINED,
    LONGEST,
    PARENTHESIS,
    fold_word,
    hash_word,
    make_folding,
    make_tokens,
    tokenise,
)


@pytest.fixture(scope="module")
def read():
    """Tokenise a text: (folded token, its text, segment, flags, split) of each."""
    folding = make_folding()

    def read(text, most=500):
        tokens = make_tokens(most)
        codes, stops = encode([text])
        count, read.segments = tokenise(codes, 0, int(stops[0]), *folding, tokens)
        read.hashes = tokens.hash[:count].tolist()
        read.spans = list(
            zip(tokens.start[:count].tolist(), tokens.end[:count].tolist(), strict=True)
        )
        first = tokens.first.tolist()
        return [
            (
                tokens.characters[first[i] : first[i + 1]].tobytes().decode(),
                text[slice(*read.spans[i])],
                int(tokens.segment[i]),
                int(tokens.flags[i]),
                int(tokens.split[i]),
            )
            for i in range(count)
        ]

    return read


def words(tokens):
    return [token[0] for token in tokens]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Universität UNIVERSITAT Universitaet", ["universitat"] * 3),
        ("Straße Łódź Ångström", ["strasse", "lodz", "angstrom"]),
        ("Московский", ["moskovskiy"]),
        ("cafe\u0301 Univer\u00adsity", ["cafe", "university"]),
        ("UMR5239", ["umr", "5239"]),
        ("the 2nd, 3RD and 101st", ["the", "2nd", "3rd", "and", "101st"]),
        ("2Department, 2ndary, 4thé", ["2", "department", "2", "ndary", "4", "the"]),
        ("K.U.Leuven", ["ku", "leuven"]),
        ("C.N.R.S. Paris", ["cnrs", "paris"]),
        ("U. S. Navy", ["us", "navy"]),
        ("J. Smith", ["j", "smith"]),
        ("Univ. Paris", ["univ", "paris"]),
        ("Children's CHILDREN’S", ["childrens"] * 2),
        ("l'hôpital, Côte d’Azur", ["l", "hopital", "cote", "d", "azur"]),
        ("?!… — «» 🧪 \ue000 \U0010ffff", []),
        ("", []),
    ],
)
def test_text_folds_to_words(read, text, expected):
    assert words(read(text)) == expected


def test_the_same_word_has_one_hash_however_it_is_written(read):
    read("Universität UNIVERSITAET universitat")
    assert set(read.hashes) == {int(hash_word("universitat"))}


def test_a_token_s_text_is_where_it_stood(read):
    tokens = read("🧪 K.U.Leuven, C.N.R.S. & the children’s l'universite\u0301")
    assert [token[1] for token in tokens] == [
        "K.U", "Leuven", "C.N.R.S", "the", "children’s", "l", "universite\u0301",
    ]  # fmt: skip


def test_ideographs_are_tokens_of_their_own_and_kana_are_not(read):
    assert [token[1] for token in read("浙江大学 とうきょう")] == [
        "浙",
        "江",
        "大",
        "学",
        "とうきょう",
    ]


def test_ideographs_that_sound_the_same_differ(read):
    assert words(read("大"))[0] == words(read("达"))[0]
    read("大达")
    assert len(set(read.hashes)) == 2


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("CNRSParis", ("cnrs", "paris")),
        ("CONICETUniversidad", ("conicet", "universidad")),
        ("KansasManhattan", ("kansas", "manhattan")),
        ("McGill", ("mc", "gill")),
        ("UGent", ("ugent", "")),
        ("Leuven", ("leuven", "")),
        ("CNRS", ("cnrs", "")),
    ],
)
def test_a_second_word_without_a_blank_is_seen(read, text, split):
    [(word, _, _, _, at)] = read(text)
    assert ((word[:at], word[at:]) if at else (word, "")) == split


def test_segments_are_counted_at_strong_separators_only(read):
    tokens = read(", Dept. of Physics,, KU Leuven (Leuven) - Belgium; x-ray /")
    assert [(word, segment) for word, _, segment, _, _ in tokens] == [
        ("dept", 0), ("of", 0), ("physics", 0), ("ku", 1), ("leuven", 1), ("leuven", 2),
        ("belgium", 3), ("x", 4), ("ray", 4),
    ]  # fmt: skip
    assert read.segments == 5


def test_flags_tell_capitals_initials_parentheses_and_hyphens(read):
    flags = {word: flags for word, _, _, flags, _ in read("Institute (IMEC) x-ray 12)")}
    assert flags["institute"] == INITIAL
    assert flags["imec"] == CAPITALS | INITIAL | PARENTHESIS
    assert flags["x"] == 0
    assert flags["ray"] == JOINED
    assert flags["12"] == 0, "digits are no capitals, and the parenthesis was closed"


def test_entities_are_read_as_characters_and_keep_the_spans(read):
    text = "Chemistry &amp; Physics, Universit&eacute; Paris&nbsp;5 &unknown; AT&T; &#x110000; &#0;"
    tokens = read(text)
    assert len(encode([text])[0]) == len(text)
    assert words(tokens)[:5] == ["chemistry", "physics", "universite", "paris", "5"]
    assert [token[1] for token in tokens][:4] == [
        "Chemistry", "Physics", "Universit&eacute;", "Paris",
    ]  # fmt: skip


def test_line_ends_written_as_marks_are_blanks(read):
    tokens = read("Tarbiat#N#   Modares University#TAB#")
    assert words(tokens) == ["tarbiat", "modares", "university"]
    assert read.segments == 1


def test_no_mark_or_entity_runs_over_two_texts():
    for one, other in (("Iran#N", "#USA"), ("Chemistry &am", "p; Physics")):
        together, _ = encode([one, other])
        assert "".join(map(chr, together.tolist())) == one + other


def test_a_long_word_counts_by_its_start(read):
    tokens = read("x" * 5_000 + " " + "x" * LONGEST + " " + "x" * (LONGEST - 1))
    assert [len(word) for word in words(tokens)] == [LONGEST, LONGEST, LONGEST - 1]
    assert read.spans[0] == (0, 5_000)
    assert read.hashes[0] == read.hashes[1] != read.hashes[2]


def test_a_text_of_more_tokens_than_fit_is_read_as_far_as_they_go(read):
    assert words(read("a b c d e", most=3)) == ["a", "b", "c"]


def test_texts_in_one_array_do_not_run_into_each_other():
    folding = make_folding()
    codes, stops = encode(["KU Leu", "ven"])
    tokens = make_tokens(5)
    assert tokenise(codes, int(stops[0]), int(stops[1]), *folding, tokens)[0] == 1
    assert (tokens.start[0], tokens.end[0]) == (0, 3)
    assert tokens.hash[0] == hash_word("ven")


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(st.characters(exclude_categories=()), max_size=60),
        st.text("AaEeUu.'’ -&;,()5é浙\u0301\u200b\U0001d542\ud800", max_size=40),
    )
)
def test_spans_follow_each_other_inside_the_text(read, text):
    tokens = read(text)
    at = 0
    for (start, end), (word, *_) in zip(read.spans, tokens, strict=True):
        assert at <= start < end <= len(text)
        assert word.isascii()
        assert word.isalnum()
        at = end
    assert [token[2] for token in tokens] == sorted(token[2] for token in tokens)
    assert read.segments == len({token[2] for token in tokens})


@settings(max_examples=200, deadline=None)
@given(st.text("abcdeouxyzäöüéßŁ", min_size=1, max_size=30))
def test_words_hash_alike_in_tables_and_in_texts(read, word):
    read(word)
    assert read.hashes == [int(np.uint64(hash_word(fold_word(word)[: LONGEST * 2])))]
