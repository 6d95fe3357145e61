"""Words of a text: cleaned, folded and stemmed the same way in every language.

One light stemmer serves English, Dutch, French and German alike, because a need and the statement
that answers it are often in different languages and share international words ("therapie",
"thérapies", "therapy"). It strips inflection only; derivation is left to the encoder. Language
stemmers after accent folding were rejected: Snowball's Dutch one needs its accents, and before
folding it still merges "begeleiding" (coaching) with "beleid" (policy).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

LONGEST_WORD: Final = 48
"""Characters of a word that count; longer ones are no words of any language spoken here."""

_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,300}>")
_WORD = re.compile(r"[^\W_]+(?:&[^\W_]+)*")
_POSSESSIVE = re.compile(r"['’](?:s|S)\b")
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
_DOUBLE_VOWEL = re.compile(r"([aeou])\1([^aeiouy])$")
_UNSTRIPPED_S: Final = ("ss", "us", "sis", "tis", "uis")


class Word(NamedTuple):
    """One word of a text.

    Attributes:
        surface: as it was written.
        folded: lower case without accents.
        stem: folded and without inflection.
    """

    surface: str
    folded: str
    stem: str


def clean(text: str) -> str:
    """Return `text` without mark-up, control characters and lone surrogates, in single spaces.

    Words longer than `LONGEST_WORD` are cut: what follows is noise to people and costs an encoder
    time that grows with its length.
    """
    kept = "".join(
        " " if unicodedata.category(c) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} else c for c in text
    )
    plain = _TAG.sub(" ", unicodedata.normalize("NFC", kept))
    return " ".join(word[:LONGEST_WORD] for word in plain.split())


def fold(text: str) -> str:
    """Return `text` in lower case and without accents: ``Größe`` becomes ``grosse``."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(text: str) -> tuple[Word, ...]:
    """Split `text` into words; hyphens and apostrophes part words, ``R&D`` is one."""
    return tuple(word for surface in surfaces(text) if (word := word_of(surface)).folded)


def surfaces(text: str) -> list[str]:
    """Return what `words` makes words of, as written, where the same ones come again and again."""
    return [found[:LONGEST_WORD] for found in _WORD.findall(_POSSESSIVE.sub("", text))]


# Texts of a landscape share their words: most are folded and stemmed once.
@lru_cache(maxsize=1 << 16)
def word_of(surface: str) -> Word:
    """Return one word; nothing of it may be left when it is folded."""
    folded = fold(surface)
    return Word(surface, folded, stem(folded))


def stem(folded: str) -> str:
    """Return a folded word without the inflection of four languages.

    Both sides of a comparison go through it, so its results need not be words: ``ziekenhuizen``
    becomes ``ziekenhuis``, ``thérapies`` and ``therapy`` become ``therapi``, ``Zellen`` and
    ``cellen`` lose ending and double letter. Words of three letters and with digits stay.
    """
    word = folded
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("aux") and len(word) > 5:
        word = word[:-1] if word.endswith("eaux") else word[:-2] + "l"
    if word.endswith("s") and not word.endswith(_UNSTRIPPED_S):
        word = word[:-1]
    if word.endswith(("eln", "ern")) and len(word) > 6:
        word = word[:-1]
    if word.endswith("auser"):
        word = word[:-2]
    for endings in (("en", "em", "e"), ("ing", "ung")):
        for ending in endings:
            if word.endswith(ending) and len(word) - len(ending) >= 4:
                word = word[: -len(ending)]
                break
    if word.endswith("y") and len(word) > 3:
        word = word[:-1] + "i"
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    word = _DOUBLE_VOWEL.sub(r"\1\2", word)
    if len(word) > 4 and word[-1] in "zv":
        word = word[:-1] + {"z": "s", "v": "f"}[word[-1]]
    return word
