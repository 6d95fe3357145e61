"""Text → tokens, compiled: fold to ASCII, split, hash. Registry names and affiliations share it.

A text is an array of code points. Each code point folds to a few ASCII letters or digits
(anyascii's transliteration) or is a separator. The German digraphs ae, oe and ue fold to a, o and
u, so that "Universitaet", "Universität" and "UNIVERSITAT" are one token. A CJK character is a token
of its own.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import anyascii
import numpy as np
from numpy.typing import NDArray

from .compiling import njit

OTHER: Final = 0
LETTER: Final = 1
STRONG: Final = 2
APOSTROPHE: Final = 3
PERIOD: Final = 4
HYPHEN: Final = 5
IGNORED: Final = 6
OPENING: Final = 7
CLOSING: Final = 8
IDEOGRAPH: Final = 9

CODE_POINTS: Final = 0x30000
LONGEST: Final = 40
"""Characters of a token that count; the rest of a longer one is dropped."""

# Flags of a token.
CAPITALS: Final = 1
"""All its letters are capitals."""
INITIAL: Final = 2
"""Its first letter is a capital."""
PARENTHESIS: Final = 4
"""It stands in parentheses or brackets."""
JOINED: Final = 8
"""A hyphen joins it to the token before it."""

_STRONG_CHARACTERS: Final = ',;|\n\r\t:/•·–—#*\\•¶§†‡،、，；：。‖_=<>~^"'
_APOSTROPHES: Final = "'’‘`´ʼ′"


class Folding(NamedTuple):
    """How each code point folds.

    Attributes:
        kind: uint8, one a code point: LETTER, STRONG …
        start: uint32, where its ASCII characters start in `characters`; one more than code points.
        characters: uint8, lower-case ASCII letters and digits.
    """

    kind: NDArray[np.uint8]
    start: NDArray[np.uint32]
    characters: NDArray[np.uint8]


def make_folding() -> Folding:
    """Work out the table for all code points below U+30000."""
    kind = np.zeros(CODE_POINTS, np.uint8)
    start = np.zeros(CODE_POINTS + 1, np.uint32)
    characters = bytearray()
    for code in range(CODE_POINTS):
        start[code] = len(characters)
        if 0xD800 <= code < 0xE000:
            continue
        character = chr(code)
        if character in _APOSTROPHES:
            kind[code] = APOSTROPHE
        elif character == ".":
            kind[code] = PERIOD
        elif character in "-‐‑\u00ad":
            kind[code] = IGNORED if code == 0xAD else HYPHEN
        elif character in "([{（":
            kind[code] = OPENING
        elif character in ")]}）":
            kind[code] = CLOSING
        elif character in _STRONG_CHARACTERS:
            kind[code] = STRONG
        elif 0x300 <= code < 0x370 or code in (0x200B, 0x200C, 0x200D, 0xFEFF):
            kind[code] = IGNORED
        elif character.isalnum():
            folded = [c for c in anyascii.anyascii(character).lower() if c.isalnum()]
            if folded:
                is_ideograph = 0x2E80 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or code >= 0x20000
                kana = 0x3040 <= code < 0x3100
                kind[code] = IDEOGRAPH if is_ideograph and not kana else LETTER
                characters.extend("".join(folded).encode())
    start[CODE_POINTS] = len(characters)
    return Folding(kind, start, np.frombuffer(bytes(characters), np.uint8).copy())


@njit(cache=True, inline="always")
def mix(value):  # type: ignore[no-untyped-def]
    """Spread the bits of a 64-bit value (splitmix64's finaliser)."""
    value = np.uint64(value)
    value ^= value >> np.uint64(30)
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(27)
    value *= np.uint64(0x94D049BB133111EB)
    value ^= value >> np.uint64(31)
    return value


@njit(cache=True)
def hash_characters(characters, start, end):  # type: ignore[no-untyped-def]
    """Return the 64-bit hash of folded characters (FNV-1a, mixed)."""
    value = np.uint64(0xCBF29CE484222325)
    for i in range(start, end):
        value = (value ^ np.uint64(characters[i])) * np.uint64(0x100000001B3)
    return mix(value)


def hash_word(word: str) -> np.uint64:
    """Return the hash that `tokenise` gives a folded word."""
    characters = np.frombuffer(fold_digraphs(word).encode(), np.uint8)
    return np.uint64(hash_characters(characters, 0, len(characters)))


def fold_word(word: str) -> str:
    """Return a word in ASCII and lower case, as `hash_word` takes it."""
    return "".join(c for c in anyascii.anyascii(word).lower() if c.isalnum())


def fold_digraphs(word: str) -> str:
    """Return the word with ae, oe and ue read as a, o and u, as `tokenise` reads them."""
    kept: list[str] = []
    for character in word:
        if character == "e" and kept and kept[-1] in "aou":
            continue
        kept.append(character)
    return "".join(kept)


class Tokens(NamedTuple):
    """The tokens of one text at a time: buffers that `tokenise` fills.

    Attributes:
        hash: uint64, of the folded token.
        start, end: int32, its span in code points of the text.
        segment: int32, which part of the text, counted at commas and other strong separators.
        flags: uint8, CAPITALS …
        first: int32, where its characters start in `characters`; one more than tokens.
        characters: uint8, the folded characters of all tokens.
        split: int32, folded characters before a second word seems to start (McGill, CNRSParis);
            0: none.
    """

    hash: NDArray[np.uint64]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    segment: NDArray[np.int32]
    flags: NDArray[np.uint8]
    first: NDArray[np.int32]
    characters: NDArray[np.uint8]
    split: NDArray[np.int32]


def make_tokens(size: int) -> Tokens:
    """Make buffers for texts of at most `size` tokens."""
    return Tokens(
        np.zeros(size, np.uint64),
        np.zeros(size, np.int32),
        np.zeros(size, np.int32),
        np.zeros(size, np.int32),
        np.zeros(size, np.uint8),
        np.zeros(size + 1, np.int32),
        np.zeros(size * LONGEST + LONGEST, np.uint8),
        np.zeros(size, np.int32),
    )


@njit(cache=True, inline="always")
def _is_capital(code):  # type: ignore[no-untyped-def]
    # Latin, Greek and Cyrillic capitals; enough to tell an acronym.
    return (
        (65 <= code <= 90)
        or (0xC0 <= code <= 0xDE and code != 0xD7)
        or (0x391 <= code <= 0x3A9)
        or (0x410 <= code <= 0x42F)
    )


@njit(cache=True, inline="always")
def _is_ordinal(codes, at, stop, kind_of):  # type: ignore[no-untyped-def]
    """Tell whether the ending of an English ordinal number stands here."""
    if at + 1 >= stop or (at + 2 < stop and kind_of[min(codes[at + 2], CODE_POINTS - 1)] == LETTER):
        return False
    one = codes[at] | 32
    two = codes[at + 1] | 32
    return (
        (one == 115 and two == 116)  # st
        or (one == 110 and two == 100)  # nd
        or (one == 114 and two == 100)  # rd
        or (one == 116 and two == 104)  # th
    )


@njit(cache=True)
def tokenise(codes, begin, stop, kind_of, fold_start, fold_characters, tokens):  # type: ignore[no-untyped-def]
    """Split ``codes[begin:stop]`` into tokens.

    Spans are relative to `begin`. At most as many tokens as the buffers hold are made; the rest of
    the text is not read.

    Returns:
        How many tokens, and how many segments.
    """
    limit = len(tokens.hash)
    count = 0
    segment = 0
    depth = 0
    position = begin
    used = 0
    is_segment_empty = True
    after_hyphen = False
    last_end = -1
    last_was_initial = False
    while position < stop and count < limit:
        code = codes[position]
        kind = kind_of[code] if code < CODE_POINTS else OTHER
        if kind != LETTER and kind != IDEOGRAPH:
            if kind == STRONG:
                if not is_segment_empty:
                    segment += 1
                    is_segment_empty = True
            elif kind == OPENING:
                depth += 1
                if not is_segment_empty:
                    segment += 1
                    is_segment_empty = True
            elif kind == CLOSING:
                if depth > 0:
                    depth -= 1
                if not is_segment_empty:
                    segment += 1
                    is_segment_empty = True
            after_hyphen = kind == HYPHEN and position > begin
            if kind == HYPHEN and position + 1 < stop and position > begin:
                before = codes[position - 1]
                after = codes[position + 1]
                # " - " with spaces separates as a comma does.
                if before == 32 and after == 32 and not is_segment_empty:
                    segment += 1
                    is_segment_empty = True
                    after_hyphen = False
            position += 1
            continue
        # A token starts here.
        start = position
        first = used
        capitals = 0
        letters = 0
        split = 0
        run = 0
        last_capital = 0
        was_small = False
        is_digit = False
        if kind == IDEOGRAPH:
            for i in range(fold_start[code], fold_start[code + 1]):
                tokens.characters[used] = fold_characters[i]
                used += 1
            # The reading is shared by many characters: the hash is of the character itself.
            value = mix(np.uint64(code) + np.uint64(0x9E3779B97F4A7C15))
            position += 1
            end = position
        else:
            end = position
            while position < stop:
                code = codes[position]
                kind = kind_of[code] if code < CODE_POINTS else OTHER
                if kind == LETTER:
                    here_digit = 48 <= code <= 57
                    if letters > 0 and here_digit != is_digit:
                        # 2nd, 3rd: one token; 2Department, CNRS6285: two.
                        if not is_digit or not _is_ordinal(codes, position, stop, kind_of):
                            break
                        for i in range(2):
                            tokens.characters[used] = codes[position + i] | 32
                            used += 1
                        position += 2
                        end = position
                        break
                    is_digit = here_digit
                    is_capital = _is_capital(code)
                    if is_capital:
                        capitals += 1
                        if was_small and split == 0:
                            split = used - first
                        run += 1
                    else:
                        # CONICETUniversidad: the last capital of a run starts the next word.
                        if run >= 3 and split == 0 and not here_digit:
                            split = last_capital
                        run = 0
                    if is_capital:
                        last_capital = used - first
                    was_small = not is_capital and not here_digit
                    letters += 1
                    for i in range(fold_start[code], fold_start[code + 1]):
                        if used - first >= LONGEST:
                            break
                        character = fold_characters[i]
                        if character == 101 and used > first:
                            previous = tokens.characters[used - 1]
                            if previous == 97 or previous == 111 or previous == 117:
                                continue
                        tokens.characters[used] = character
                        used += 1
                    position += 1
                    end = position
                elif kind == IGNORED:
                    # Accents that stand after their letter are part of the span.
                    position += 1
                    end = position
                elif kind == APOSTROPHE:
                    # children's, CHILDREN'S: one token; l'hôpital, d'Azur: two.
                    following = codes[position + 1] if position + 1 < stop else np.uint32(32)
                    then = codes[position + 2] if position + 2 < stop else np.uint32(32)
                    then_kind = kind_of[then] if then < CODE_POINTS else OTHER
                    if (following == 115 or following == 83) and then_kind != LETTER:
                        position += 1
                    else:
                        break
                elif kind == PERIOD:
                    # C.N.R.S.: single letters with periods are one token.
                    if letters == 1 or (
                        last_was_initial and letters >= 1 and _all_initials(codes, start, position)
                    ):
                        following = codes[position + 1] if position + 1 < stop else np.uint32(32)
                        then = codes[position + 2] if position + 2 < stop else np.uint32(32)
                        f_kind = kind_of[following] if following < CODE_POINTS else OTHER
                        t_kind = kind_of[then] if then < CODE_POINTS else OTHER
                        if f_kind == LETTER and t_kind != LETTER and not (48 <= following <= 57):
                            last_was_initial = True
                            position += 1
                            continue
                        # U. S. is as good as U.S.
                        is_spaced = following == 32 and t_kind == LETTER and position + 3 < stop
                        if is_spaced and codes[position + 3] == 46 and _is_capital(then):
                            last_was_initial = True
                            position += 2
                            continue
                    break
                else:
                    break
            last_was_initial = False
            value = hash_characters(tokens.characters, first, used)
        if used == first:
            continue
        flags = 0
        if letters > 0 and capitals == letters and not is_digit:
            flags |= CAPITALS
        if _is_capital(codes[start]):
            flags |= INITIAL
        if depth > 0:
            flags |= PARENTHESIS
        if after_hyphen and last_end == start - 1:
            flags |= JOINED
        tokens.hash[count] = value
        tokens.start[count] = start - begin
        tokens.end[count] = end - begin
        tokens.segment[count] = segment
        tokens.flags[count] = flags
        tokens.first[count] = first
        tokens.split[count] = split
        count += 1
        last_end = end
        after_hyphen = False
        is_segment_empty = False
    tokens.first[count] = used
    return count, segment + (0 if is_segment_empty else 1)


@njit(cache=True)
def _all_initials(codes, start, end):  # type: ignore[no-untyped-def]
    """Tell whether letters and periods alternate, as in "C.N.R" or "C. N. R"."""
    was_letter = False
    for i in range(start, end):
        if codes[i] == 46 or codes[i] == 32:
            was_letter = False
        elif was_letter:
            return False
        else:
            was_letter = True
    return True
