"""The language of a text."""

import pytest

from baken.text import FUNCTION_WORDS, LanguageReader, is_function_word, words

LABELS = [
    ("en", "lung"),
    ("nl", "long"),
    ("nl", "kanker"),
    ("nl", "weefsels"),
    ("fr", "poumon"),
    ("de", "Lunge"),
    ("de", "Impfstoff"),
    *(("fr", "cancer du sein"), ("en", "cancer")),
    *((language, "diabetes") for language in ("en", "nl", "de")),
]


@pytest.fixture(scope="module")
def reader():
    return LanguageReader((language, words(label)) for language, label in LABELS)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("we look for a hospital for a first study", "en"),
        ("wij zoeken een ziekenhuis voor een eerste studie", "nl"),
        ("nous cherchons un hôpital pour une première étude", "fr"),
        ("wir suchen ein Krankenhaus für eine erste Studie", "de"),
        ("poumon", "fr"),
        ("Impfstoffe", "de"),
        ("weefsel", "nl"),
        ("Büro", "de"),
    ],
)
def test_words_and_letters_tell(reader, text, language):
    assert reader.read(text) == language


def test_a_whole_phrase_outvotes_one_word_of_it(reader):
    assert reader.read("sein") == "de"
    assert reader.read("cancer du sein") == "fr"


@pytest.mark.parametrize("text", ["", "   ", "🙂", "12345", "diabetes", "qwrtpsd"])
def test_english_when_nothing_tells(reader, text):
    assert reader.read(text) == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Buscamos un hospital para un ensayo clínico en Bélgica", "es"),
        ("cerchiamo un finanziamento per la nostra startup", "it"),
        ("szukamy szpitala, który przeprowadzi pierwsze badanie", "pl"),
    ],
)
def test_other_languages_are_called_what_they_are(reader, text, language):
    assert reader.read(text) == language


def test_py3langid_is_not_loaded_for_a_clear_text():
    reader = LanguageReader()
    reader.read("we look for a hospital for a first study")
    assert reader._identifier is None


def test_function_words_are_folded_and_known_by_language():
    assert all(word == word.lower() for known in FUNCTION_WORDS.values() for word in known)
    assert is_function_word("für", "de")
    assert not is_function_word("für", "en")
    assert is_function_word("für")
