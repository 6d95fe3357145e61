"""Finding phrases: the longest, in the right language, whatever their inflection."""

from baken.partners.phrasebook import Phrase, Phrasebook
from baken.text import words


def book(*phrases, **options):
    return Phrasebook((Phrase(m, lang, words(text)) for m, lang, text in phrases), **options)


def meanings(phrasebook, text, language="en"):
    return [found.meaning for found in phrasebook.find(words(text), language)]


LUNG = book(
    ("lung", "en", "lung"),
    ("lung", "nl", "long"),
    ("department", "en", "lung department"),
    ("department", "nl", "longafdeling"),
    ("hiv", "en", "AIDS"),
)


def test_the_longest_phrase_wins_and_is_found_once():
    assert meanings(LUNG, "a lung department, not a lung") == ["department", "lung"]


def test_inflection_does_not_matter():
    assert meanings(LUNG, "lungs and lung departments") == ["lung", "department"]


def test_a_short_word_of_a_third_language_is_left_alone():
    assert meanings(LUNG, "a long study", "en") == []
    assert meanings(LUNG, "een long", "nl") == ["lung"]
    assert meanings(LUNG, "une longafdeling", "fr") == ["department"]


def test_english_is_understood_in_any_text():
    assert meanings(LUNG, "ein lung department", "de") == ["department"]


def test_an_acronym_has_no_inflection():
    assert meanings(LUNG, "aid for patients") == []
    assert meanings(LUNG, "AIDS") == ["hiv"]
    assert meanings(LUNG, "aids") == ["hiv"]


def test_names_have_no_inflection():
    names = book(("lier", None, "Lier"), is_inflected=False)
    assert meanings(names, "Lier") == ["lier"]
    assert meanings(names, "lieren", "nl") == []


def test_a_function_word_is_no_phrase():
    assert meanings(book(("bone", "fr", "os"), ("or", "fr", "or")), "ou or", "fr") == ["or"]
    assert meanings(book(("gold", "en", "or")), "this or that", "en") == []


def test_a_phrase_may_mean_several_things():
    both = book(("a", "en", "trial"), ("b", "en", "trial"), ("a", "en", "trials"))
    assert meanings(both, "trial") == ["a", "b"]


def test_positions_are_those_of_the_words():
    (found,) = LUNG.find(words("our lung department"), "en")
    assert (found.start, found.end) == (1, 3)
