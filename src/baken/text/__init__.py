"""Pure functions on text: words, their spelling, and the language they are in."""

from .language import FUNCTION_WORDS, LanguageReader, is_function_word
from .spelling import Speller
from .words import LONGEST_WORD, Word, clean, fold, stem, surfaces, word_of, words

__all__ = [
    "FUNCTION_WORDS",
    "LONGEST_WORD",
    "LanguageReader",
    "Speller",
    "Word",
    "clean",
    "fold",
    "is_function_word",
    "stem",
    "surfaces",
    "word_of",
    "words",
]
