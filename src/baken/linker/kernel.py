"""Candidates, compiled: which organisations a text may name, and what was seen of each.

For each text: tokens → words (spelling corrected, abbreviations and languages made one) → places it
mentions → names found whole, at any word order, in windows of words → names found in part, by their
rare words, where no whole name covers a segment. What is seen of a candidate goes into one row of
`OBSERVED` columns; `signals` makes sense of it.
"""

from __future__ import annotations

import html
import re
from enum import IntEnum, auto
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .compiling import njit
from .gazetteer import CITY, COUNTRY, REGION
from .hashing import find, may_hold
from .index import (
    ACRONYM,
    ALIAS,
    DISPLAY,
    LABEL,
    LONGEST_CORRECTED,
    ORGANISATION_WORD,
    PART,
    PLACE_WORD,
    SHORTEST_CORRECTED,
    STOP,
    UNIT,
    Index,
)
from .tokens import (
    CAPITALS,
    INITIAL,
    LONGEST,
    PARENTHESIS,
    Tokens,
    hash_characters,
    make_tokens,
    mix,
    tokenise,
)

MOST_TOKENS: Final = 400
"""Tokens of a text that are read; affiliations have about 15."""
MOST_CANDIDATES: Final = 64
"""Candidates of a text that are kept."""
MOST_OBSERVED: Final = 7
"""Candidates of a text that are looked at closely; one for each segment when there are more."""
MOST_PLACES: Final = 24
MOST_NAMESAKES: Final = 400
"""Places that the names of places in one text may be."""
LONGEST_NAME: Final = 14
"""Words of the longest name that is found whole."""
LIGHTEST_NAME: Final = 4.0
"""Weight of the lightest name that is looked up ("medicine" alone weighs less)."""
LONG_ACRONYM: Final = 5
"""Letters from which an acronym may be written like a word, with one capital."""
LONGEST_POSTING: Final = 300
"""A word in more names than this leads to names found in part only beside another word."""
MOST_POSTINGS: Final = 200
"""Names looked at for one segment."""
MOST_WAYS: Final = 48
"""Words and pairs of words that lead to them."""
MOST_PARTIAL: Final = 8
"""Names found in part that are kept for one segment."""
UNKNOWN_WEIGHT: Final = 8.0
"""Weight of a word that no name holds."""


class Seen(IntEnum):
    """Columns of what is seen of a candidate; see `signals` for what follows from them."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[int]) -> int:
        del name, start, last_values
        return count

    EXACT = auto()  # 1: all words of the name are there and nothing between
    NAME_WEIGHT = auto()
    COVERED = auto()  # share of the name's weight found in the segment
    COVERED_ANYWHERE = auto()  # share of the name's weight found in the text
    SEGMENT_SHARE = auto()  # share of the weight of the segment(s) that the name explains
    KIND = auto()
    AMBIGUITY = auto()  # organisations with the very same words as name
    COUNTRY_AMBIGUITY = auto()  # of them in a country the text mentions
    CORRECTED = auto()  # words whose spelling was corrected
    CROSSED = auto()  # strong separators inside the span
    SEGMENT = auto()  # number of the segment where it starts
    SEGMENTS = auto()  # segments of the text
    STARTS = auto()  # no word of the segment stands before it
    ENDS = auto()  # no word of the segment stands after it
    CAPITALS = auto()  # 1: in capitals, while the text is not
    BEFORE = auto()  # weight of the words before it in its segment
    AFTER = auto()
    UNIT_BEFORE = auto()  # a word such as "department" stands before it in the segment
    UNIT_AFTER = auto()
    LEFT = auto()  # weight of the word right before it, with nothing between
    RIGHT = auto()
    LEFT_PLACE = auto()  # that word is a place
    RIGHT_PLACE = auto()
    OF_BEFORE = auto()  # a small word such as "of" stands right before it
    OF_AFTER = auto()
    KINDS = auto()  # words such as "university" in the text
    INITIALS = auto()  # 1: an acronym that the words just before it spell
    TEXT_AFTER = auto()  # words after its segment that are part of no place
    KIND_BESIDE = auto()  # a word such as "university" stands beside it, unexplained
    PLACE_BESIDE = auto()  # a place word stands beside it, unexplained
    COUNTRY_SAME = auto()  # mentions of its country outside its span
    COUNTRY_OTHER = auto()  # mentions of other countries only
    CITY_SAME = auto()  # its town by name
    CITY_NEAR = auto()  # a mentioned town lies within 40 km
    CITY_OTHER = auto()  # towns mentioned, none its own or near; 2 when none in its country either
    REGION_SAME = auto()
    MENTIONS = auto()  # names of it found at places of their own
    SUPPORT = auto()  # 1: both an acronym and a longer name of it are there
    WORDS = auto()  # words of the name
    IN_ORDER = auto()
    SURFACE = auto()  # the name is written just so, but for case and accents
    ORDERED_RIVALS = auto()  # names of others with the very same words in this very order
    PARENTHESES = auto()
    MISSING_KIND = auto()  # found in part: an organisation word of the name is missing
    MISSING_PLACE = auto()
    MISSING_WEIGHT = auto()
    HEAVIEST_MISSING = auto()
    LETTERS = auto()  # folded letters in the span
    TOKENS = auto()  # of the text
    PLACES = auto()  # mentioned in the text
    CANDIDATES = auto()
    POSITION = auto()  # first word of the span over the words of the text
    HAS_KIND = auto()  # the name holds an organisation word
    HAS_PLACE = auto()  # the name holds a place word
    RAREST = auto()  # weight of its rarest word


OBSERVED: Final = len(Seen)

# Integer columns of a candidate.
ORGANISATION: Final = 0
NAME: Final = 1
FIRST_WORD: Final = 2
LAST_WORD: Final = 3
START: Final = 4
END: Final = 5
PLACED: Final = 6

_EXACT: Final = int(Seen.EXACT)


@njit(cache=True)
def _is_one_edit(a, a_start, a_end, b, b_start, b_end):  # type: ignore[no-untyped-def]
    """Tell whether one letter added, left out, changed or two swapped lead from a to b."""
    n = a_end - a_start
    m = b_end - b_start
    if n - m > 1 or m - n > 1:
        return False
    i = 0
    while i < n and i < m and a[a_start + i] == b[b_start + i]:
        i += 1
    j = 0
    while j < n - i and j < m - i and a[a_end - 1 - j] == b[b_end - 1 - j]:
        j += 1
    left_a = n - i - j
    left_b = m - i - j
    if left_a <= 1 and left_b <= 1:
        return True
    return (
        left_a == 2
        and left_b == 2
        and a[a_start + i] == b[b_start + i + 1]
        and a[a_start + i + 1] == b[b_start + i]
    )


@njit(cache=True, inline="always")
def _correct(index, characters, start, end):  # type: ignore[no-untyped-def]
    """Return the form most names hold that is one edit away, or -1."""
    length = end - start
    if length < SHORTEST_CORRECTED or length > LONGEST_CORRECTED or characters[start] <= 57:
        return -1
    best = -1
    best_count = 0
    buffer = np.empty(LONGEST, np.uint8)
    for left_out in range(-1, length):
        size = 0
        for i in range(length):
            if i != left_out:
                buffer[size] = characters[start + i]
                size += 1
        at = find(index.edit_slots, index.edit_hash, hash_characters(buffer, 0, size))
        if at < 0:
            continue
        first = index.edit_start[at]
        last = index.edit_start[at + 1]
        if last - first > 60:
            last = first + 60
        for e in range(first, last):
            form = index.edit_form[e]
            if index.form_count[form] <= best_count and best >= 0:
                continue
            f_start = index.form_first[form]
            if length < 8 and index.form_text[f_start] != characters[start]:
                continue
            if _is_one_edit(
                characters, start, end, index.form_text, f_start, index.form_first[form + 1]
            ):
                best = form
                best_count = index.form_count[form]
    return best


@njit(cache=True, inline="always")
def _find_places(index, tokens, count, place_first, place_last, place_entry):  # type: ignore[no-untyped-def]
    """Find the longest names of places from left to right; return how many."""
    found = 0
    i = 0
    while i < count and found < MOST_PLACES:
        best = -1
        best_length = 0
        key = np.uint64(0)
        for length in range(1, 5):
            j = i + length - 1
            if j >= count or (length > 1 and tokens.segment[j] != tokens.segment[i]):
                break
            key = mix(key + tokens.hash[j])
            at = find(index.place_slots, index.place_hash, key)
            if at >= 0:
                letters = tokens.first[j + 1] - tokens.first[i]
                is_fine = letters >= 4
                if not is_fine:
                    # Short ones count when they are a country, or a state's code in capitals.
                    for e in range(index.place_start[at], index.place_start[at + 1]):
                        kind = index.place_kind[e]
                        is_capital = (tokens.flags[i] & CAPITALS) != 0
                        if (kind == COUNTRY and is_capital and letters >= 2) or (
                            kind == REGION and is_capital and letters >= 2 and i > 1
                        ):
                            is_fine = True
                if is_fine:
                    best = at
                    best_length = length
        if best >= 0:
            place_first[found] = i
            place_last[found] = i + best_length
            place_entry[found] = best
            found += 1
            i += best_length
        else:
            i += 1
    return found


@njit(cache=True, inline="always")
def _read_places(index, places, place_entry, read_first, read_kind, read_country, read_at):  # type: ignore[no-untyped-def]
    """Copy what is known of the places mentioned; all candidates of a text are held against it.

    Towns of less than 10,000 people are left out; most of them are namesakes of something else.
    """
    size = 0
    for p in range(places):
        read_first[p] = size
        at = place_entry[p]
        for e in range(index.place_start[at], index.place_start[at + 1]):
            kind = index.place_kind[e]
            people = index.place_people[e]
            if kind == CITY and 0 < people < 4.0:
                continue
            if size == len(read_kind):
                break
            read_kind[size] = kind
            read_country[size] = index.place_country[e]
            read_at[size, 0] = index.place_latitude[e]
            read_at[size, 1] = index.place_longitude[e]
            size += 1
    read_first[places] = size


@njit(cache=True)
def _observe_places(  # type: ignore[no-untyped-def]
    country,
    city,
    latitude,
    longitude,
    first_token,
    last_token,
    places,
    place_first,
    place_last,
    place_hash,
    read_first,
    read_kind,
    read_country,
    read_at,
    row,
):
    """Compare where the organisation is with the places mentioned outside its span."""
    same = 0
    other = 0
    city_same = 0
    city_near = 0
    city_here = 0
    city_other = 0
    region_same = 0
    shrink = np.float32(np.cos(latitude * np.float32(0.01745)))
    for p in range(places):
        if place_first[p] >= first_token and place_last[p] <= last_token:
            continue
        has_country = False
        has_same_country = False
        has_city = False
        is_city_same = place_hash[p] == city and city != 0
        is_near = is_city_same
        is_city_here = False
        is_region = False
        for e in range(read_first[p], read_first[p + 1]):
            kind = read_kind[e]
            is_same = read_country[e] == country
            if kind == COUNTRY:
                has_country = True
                has_same_country = has_same_country or is_same
            elif kind == REGION:
                is_region = is_region or is_same
            else:
                has_city = True
                if is_same:
                    is_city_here = True
                    # Not a number where either is not known; then nothing is near.
                    dy = (read_at[e, 0] - latitude) * np.float32(111.2)
                    dx = (read_at[e, 1] - longitude) * np.float32(111.2) * shrink
                    if dx * dx + dy * dy < np.float32(40.0 * 40.0):
                        is_near = True
        if has_country:
            if has_same_country:
                same += 1
            elif not is_region:
                other += 1
        if is_region:
            region_same += 1
        if has_city or is_city_same:
            if is_city_same:
                city_same += 1
            if is_near:
                city_near += 1
            elif is_city_here:
                city_here += 1
            elif not has_country:
                city_other += 1
    row[Seen.COUNTRY_SAME] = same
    row[Seen.COUNTRY_OTHER] = other if same == 0 else 0
    row[Seen.CITY_SAME] = city_same
    row[Seen.CITY_NEAR] = city_near
    row[Seen.CITY_OTHER] = 0 if city_near else (1 if city_here else (2 if city_other else 0))
    row[Seen.REGION_SAME] = region_same


@njit(cache=True, inline="always")
def _mention_countries(index, text, places, place_entry, mentioned):  # type: ignore[no-untyped-def]
    """Stamp the countries of mentioned places, but small towns, with the text's number."""
    for p in range(places):
        at = place_entry[p]
        for e in range(index.place_start[at], index.place_start[at + 1]):
            if index.place_kind[e] != CITY or index.place_people[e] >= 4.7:
                mentioned[index.place_country[e]] = text


@njit(cache=True)
def find_candidates(index, codes, stops, tokens, integers, seen, bounds):  # type: ignore[no-untyped-def]
    """Fill `integers` and `seen` with the candidates of each text; `bounds` says whose they are.

    Args:
        index: the `Index`.
        codes: uint32, the code points of all texts.
        stops: int64, where each text ends in `codes`.
        tokens: buffers.
        integers: int32 (capacity, PLACED), filled.
        seen: float32 (capacity, OBSERVED), filled.
        bounds: int64 (texts + 1), filled: text t has rows bounds[t]:bounds[t+1].
    """
    names = len(index.name_organisation)
    score = np.zeros(names, np.float32)
    touched = np.empty(MOST_POSTINGS, np.int32)
    in_text = np.full(len(index.word_hash), -1, np.int32)  # last text that held the word
    in_segment = np.full(len(index.word_hash), -1, np.int64)
    most = MOST_TOKENS * 3
    weights = np.empty(MOST_TOKENS + 1, np.float32)  # by segment
    word = np.empty(most, np.int32)
    word_hash = np.empty(most, np.uint64)
    word_weight = np.empty(most, np.float32)
    word_token = np.empty(most, np.int32)
    word_segment = np.empty(most, np.int32)
    word_flags = np.empty(most, np.uint8)
    segment_first = np.empty(MOST_TOKENS + 2, np.int32)  # its first word; one more than segments
    word_corrected = np.empty(most, np.uint8)
    word_whole = np.empty(most, np.uint8)  # 0: part of a token that was split
    longest = np.empty(most, np.float32)  # weight of the heaviest whole name that holds a word
    is_place = np.zeros(MOST_TOKENS, np.uint8)
    place_first = np.empty(MOST_PLACES, np.int32)
    place_last = np.empty(MOST_PLACES, np.int32)
    place_entry = np.empty(MOST_PLACES, np.int32)
    place_hash = np.empty(MOST_PLACES, np.uint64)
    read_first = np.empty(MOST_PLACES + 1, np.int32)
    read_kind = np.empty(MOST_NAMESAKES, np.uint8)
    read_country = np.empty(MOST_NAMESAKES, np.int16)
    read_at = np.empty((MOST_NAMESAKES, 2), np.float32)
    mentioned = np.full(1000, -1, np.int32)  # by country: the last text that mentions it
    row = np.zeros(OBSERVED, np.float32)
    top_name = np.empty(MOST_PARTIAL, np.int32)
    top_score = np.empty(MOST_PARTIAL, np.float32)
    order = np.empty(most, np.int32)
    way_size = np.empty(MOST_WAYS, np.int32)
    way_first = np.empty(MOST_WAYS, np.int32)
    way_weight = np.empty(MOST_WAYS, np.float32)
    filled = 0
    bounds[0] = 0
    begin = 0
    for text in range(len(stops)):
        stop = stops[text]
        count, segments = tokenise(
            codes, begin, stop, index.kind_of, index.fold_start, index.fold_characters, tokens
        )
        begin = stop
        # Words.
        words = 0
        capitals = 0
        for t in range(count):
            if tokens.flags[t] & CAPITALS and tokens.end[t] - tokens.start[t] > 1:
                capitals += 1
            form = find(index.form_slots, index.form_hash, tokens.hash[t])
            corrected = 0
            second = -1
            whole = 1
            if form < 0 and _is_split(tokens, t):
                # CNRSParis, KansasManhattan, atHarvard: two words without a blank.
                first = tokens.first[t]
                middle = first + tokens.split[t]
                form = find(
                    index.form_slots,
                    index.form_hash,
                    hash_characters(tokens.characters, first, middle),
                )
                second = find(
                    index.form_slots,
                    index.form_hash,
                    hash_characters(tokens.characters, middle, tokens.first[t + 1]),
                )
                whole = 0
                is_small = form >= 0 and index.word_flags[index.form_word[form, 0]] & STOP
                if tokens.split[t] == 2 and not is_small:
                    form = second = -1
                if form < 0 and second >= 0:
                    form = second
                    second = -1
            if form < 0:
                form = _correct(index, tokens.characters, tokens.first[t], tokens.first[t + 1])
                corrected = 1 if form >= 0 else 0
            if form < 0:
                word[words] = -1
                word_hash[words] = tokens.hash[t]
                word_weight[words] = UNKNOWN_WEIGHT
                word_token[words] = t
                word_segment[words] = tokens.segment[t]
                word_corrected[words] = 0
                word_whole[words] = 1
                words += 1
                continue
            for part in range(2):
                this = form if part == 0 else second
                if this < 0:
                    break
                for k in range(3):
                    w = index.form_word[this, k]
                    if w < 0:
                        break
                    if index.word_flags[w] & STOP:
                        continue
                    word[words] = w
                    word_hash[words] = index.word_hash[w]
                    word_weight[words] = index.word_weight[w]
                    word_token[words] = t
                    word_segment[words] = tokens.segment[t]
                    word_corrected[words] = corrected
                    word_whole[words] = whole
                    words += 1
        for x in range(segments):
            weights[x] = 0
        kinds = 0
        segment = -1
        for i in range(words):
            while segment < word_segment[i]:
                segment += 1
                segment_first[segment] = i
            weights[segment] += word_weight[i]
            longest[i] = 0
            word_flags[i] = 0
            if word[i] >= 0:
                in_text[word[i]] = text
                word_flags[i] = index.word_flags[word[i]]
                if word_flags[i] & ORGANISATION_WORD:
                    kinds += 1
        while segment < segments:
            segment += 1
            segment_first[segment] = words
        places = _find_places(index, tokens, count, place_first, place_last, place_entry)
        _mention_countries(index, text, places, place_entry, mentioned)
        for p in range(places):
            place_hash[p] = index.place_hash[place_entry[p]]
        _read_places(index, places, place_entry, read_first, read_kind, read_country, read_at)
        for t in range(count):
            is_place[t] = 0
        for p in range(places):
            if tokens.segment[place_first[p]] > 0:
                # INSA is a town too; in capitals it may be the acronym.
                is_town = _is_town(index, place_entry[p]) and place_last[p] == place_first[p] + 1
                mark = 2 if is_town and tokens.flags[place_first[p]] & CAPITALS else 1
                for t in range(place_first[p], place_last[p]):
                    is_place[t] = mark
        first_row = filled

        # Names found whole.
        for i in range(words):
            if word[i] < 0:
                continue
            key = np.uint64(0)
            weight = np.float32(0)
            for j in range(i, min(words, i + LONGEST_NAME)):
                if word[j] < 0:
                    break
                key += word_hash[j]
                weight += word_weight[j]
                if weight < LIGHTEST_NAME or not may_hold(index.key_sieve, key):
                    continue
                at = find(index.key_slots, index.key_hash, key)
                if at < 0:
                    continue
                # A window that ends inside a token of two words is none.
                if j + 1 < words and word_token[j + 1] == word_token[j] and word_whole[j]:
                    continue
                if i > 0 and word_token[i - 1] == word_token[i] and word_whole[i]:
                    continue
                if _is_all_place(is_place, word_token[i], word_token[j]):
                    continue
                first = index.key_start[at]
                last = index.key_start[at + 1]
                distinct = 0
                here = 0
                before = -1
                for k in range(first, last):
                    organisation = index.key_organisation[k]
                    if organisation == before:
                        continue
                    before = organisation
                    distinct += 1
                    country = index.key_country[k]
                    if country >= 0 and mentioned[country] == text:
                        here += 1
                ordered = np.uint64(0)
                surface = np.uint64(0)
                for x in range(i, j + 1):
                    ordered = mix(ordered + word_hash[x])
                    if x == i or word_token[x] != word_token[x - 1]:
                        surface = mix(surface + tokens.hash[word_token[x]])
                in_order = 0
                for k in range(first, min(last, first + 100)):
                    if index.key_order[k] == ordered:
                        in_order += 1
                if in_order == 0 and word_segment[i] != word_segment[j]:
                    # "… Science, University …" are two names, not one in another order.
                    continue
                corrected = 0
                rarest = np.float32(0)
                has_kind = 0
                has_place = 0
                for x in range(i, j + 1):
                    corrected += word_corrected[x]
                    rarest = max(rarest, word_weight[x])
                    if word_flags[x] & ORGANISATION_WORD:
                        has_kind = 1
                    if word_flags[x] & PLACE_WORD:
                        has_place = 1
                taken = 0
                for k in range(first, last):
                    n = index.key_names[k]
                    organisation = index.key_organisation[k]
                    if distinct > 6 and here > 0:
                        country = index.key_country[k]
                        if country < 0 or mentioned[country] != text:
                            continue
                    if taken >= 16:
                        break
                    if i == j and not _may_stand_alone(index, tokens, word_token[i], n):
                        continue
                    if i == j and is_place[word_token[i]] and not index.name_kind[n] & ACRONYM:
                        continue
                    taken += 1
                    row[:] = 0
                    row[Seen.EXACT] = 1
                    row[Seen.NAME_WEIGHT] = index.name_weight[n]
                    row[Seen.COVERED] = 1
                    row[Seen.COVERED_ANYWHERE] = 1
                    row[Seen.KIND] = index.name_kind[n]
                    row[Seen.AMBIGUITY] = distinct
                    row[Seen.COUNTRY_AMBIGUITY] = here
                    row[Seen.CORRECTED] = corrected
                    row[Seen.WORDS] = j - i + 1
                    row[Seen.IN_ORDER] = 1 if ordered == index.key_order[k] else 0
                    row[Seen.SURFACE] = 1 if surface == index.name_surface[n] else 0
                    row[Seen.ORDERED_RIVALS] = in_order - row[Seen.IN_ORDER]
                    row[Seen.RAREST] = rarest
                    row[Seen.HAS_KIND] = has_kind
                    row[Seen.HAS_PLACE] = has_place
                    filled = _keep(integers, seen, first_row, filled, organisation, n, i, j, row)
                for x in range(i, j + 1):
                    longest[x] = max(longest[x], weight)

        # Names found in part, where a segment is not explained.
        for segment in range(segments):
            total = np.float32(0)
            left = np.float32(0)
            heaviest_whole = np.float32(0)
            has_kind = 0
            size = 0
            first_word = -1
            for i in range(segment_first[segment], segment_first[segment + 1]):
                if word[i] < 0:
                    continue
                if first_word < 0:
                    first_word = i
                total += word_weight[i]
                heaviest_whole = max(heaviest_whole, longest[i])
                if not is_place[word_token[i]]:
                    left += word_weight[i]
                if word_flags[i] & ORGANISATION_WORD:
                    has_kind = 1
                order[size] = i
                size += 1
            if size == 0 or (left < 3.5 and not has_kind) or heaviest_whole > 0.85 * total:
                continue
            if word_flags[first_word] & PART and heaviest_whole < 0.6 * total:
                # "Department of …": no name of an organisation, whatever it holds.
                continue
            # Pairs of words and rare words lead to names, the rarest first.
            stamp = np.int64(text) * 512 + segment
            ways = 0
            for a in range(size):
                i = order[a]
                w = word[i]
                if in_segment[w] != stamp:
                    in_segment[w] = stamp
                    first = index.word_start[w]
                    last = index.word_start[w + 1]
                    if last - first <= LONGEST_POSTING:
                        ways = _add_way(
                            way_size, way_first, way_weight, ways, first, last, word_weight[i]
                        )
                # Of neighbours, and of those with one word between.
                for b in range(a + 1, min(size, a + 3)):
                    ways = _add_pair(
                        index, way_size, way_first, way_weight, ways, word, word_weight, i, order[b]
                    )
            # "Indian Institute of Technology, New Delhi": of either end with a place elsewhere.
            for x in range(words):
                if is_place[word_token[x]] and word_segment[x] != segment and word[x] >= 0:
                    for a in (0, size - 1):
                        ways = _add_pair(
                            index,
                            way_size,
                            way_first,
                            way_weight,
                            ways,
                            word,
                            word_weight,
                            order[a],
                            x,
                        )
            reached = 0
            for a in range(ways):
                if reached + way_size[a] > MOST_POSTINGS:
                    break
                first = way_first[a]
                postings = index.word_names if first >= 0 else index.pair_names
                first = first if first >= 0 else -1 - first
                for k in range(first, first + way_size[a]):
                    n = postings[k]
                    if score[n] == 0:
                        touched[reached] = n
                        reached += 1
                    score[n] += way_weight[a]
            best = 0
            for k in range(reached):
                n = touched[k]
                got = score[n]
                score[n] = 0
                weight = index.name_weight[n]
                value = got * got / weight
                if got < 3.5 or got < 0.3 * weight:
                    continue
                if best == MOST_PARTIAL and value <= top_score[best - 1]:
                    continue
                # All its words count now, frequent ones too.
                got = np.float32(0)
                is_more = segment == 0 or has_kind != 0
                for x in range(index.name_start[n], index.name_start[n + 1]):
                    w = index.name_words[x]
                    if in_segment[w] == stamp:
                        got += index.word_weight[w]
                        is_more = is_more or not index.word_flags[w] & PLACE_WORD
                    elif in_text[w] == text:
                        got += index.word_weight[w] * np.float32(0.7)
                if got < 0.45 * weight or not is_more:
                    continue
                value = got * got / weight
                if got > 0.99 * weight:
                    value *= 1.2
                if best == MOST_PARTIAL and value <= top_score[best - 1]:
                    continue
                at = best if best < MOST_PARTIAL else MOST_PARTIAL - 1
                while at > 0 and top_score[at - 1] < value:
                    top_score[at] = top_score[at - 1]
                    top_name[at] = top_name[at - 1]
                    at -= 1
                top_score[at] = value
                top_name[at] = n
                if best < MOST_PARTIAL:
                    best += 1
            for k in range(best):
                n = top_name[k]
                row[:] = 0
                in_here = np.float32(0)
                anywhere = np.float32(0)
                rarest = np.float32(0)
                heaviest = np.float32(0)
                for x in range(index.name_start[n], index.name_start[n + 1]):
                    w = index.name_words[x]
                    flags = index.word_flags[w]
                    if flags & ORGANISATION_WORD:
                        row[Seen.HAS_KIND] = 1
                    if flags & PLACE_WORD:
                        row[Seen.HAS_PLACE] = 1
                    if in_segment[w] == stamp:
                        in_here += index.word_weight[w]
                        rarest = max(rarest, index.word_weight[w])
                    if in_text[w] == text:
                        anywhere += index.word_weight[w]
                    else:
                        heaviest = max(heaviest, index.word_weight[w])
                        if flags & ORGANISATION_WORD:
                            row[Seen.MISSING_KIND] = 1
                        if flags & PLACE_WORD:
                            row[Seen.MISSING_PLACE] = 1
                first = -1
                last = -1
                corrected = 0
                for a in range(size):
                    i = order[a]
                    if _holds(index.name_start, index.name_words, n, word[i]):
                        if first < 0:
                            first = i
                        last = i
                        corrected += word_corrected[i]
                if first < 0:
                    continue
                weight = index.name_weight[n]
                row[Seen.NAME_WEIGHT] = weight
                row[Seen.COVERED] = in_here / weight
                row[Seen.COVERED_ANYWHERE] = anywhere / weight
                row[Seen.KIND] = index.name_kind[n]
                row[Seen.AMBIGUITY] = 1
                row[Seen.CORRECTED] = corrected
                row[Seen.WORDS] = index.name_start[n + 1] - index.name_start[n]
                row[Seen.RAREST] = rarest
                row[Seen.HEAVIEST_MISSING] = heaviest
                row[Seen.MISSING_WEIGHT] = weight - anywhere
                filled = _keep(
                    integers,
                    seen,
                    first_row,
                    filled,
                    index.name_organisation[n],
                    n,
                    first,
                    last,
                    row,
                )

        for c in range(first_row, filled):
            first_token = word_token[integers[c, FIRST_WORD]]
            last_token = word_token[integers[c, LAST_WORD]]
            organisation = integers[c, ORGANISATION]
            if places and index.organisation_country[organisation] >= 0:
                _observe_places(
                    index.organisation_country[organisation],
                    index.organisation_city[organisation],
                    index.organisation_latitude[organisation],
                    index.organisation_longitude[organisation],
                    first_token,
                    last_token + 1,
                    places,
                    place_first,
                    place_last,
                    place_hash,
                    read_first,
                    read_kind,
                    read_country,
                    read_at,
                    seen[c],
                )
            total = np.float32(0)
            for x in range(tokens.segment[first_token], tokens.segment[last_token] + 1):
                total += weights[x]
            share = seen[c, Seen.NAME_WEIGHT] * seen[c, Seen.COVERED] / max(total, np.float32(1))
            seen[c, Seen.SEGMENT_SHARE] = min(np.float32(1), share)
        # A text of many segments may name many organisations.
        filled = _prune(first_row, filled, max(MOST_OBSERVED, segments), integers, seen)

        # What stands around each candidate.
        for c in range(first_row, filled):
            i = integers[c, FIRST_WORD]
            j = integers[c, LAST_WORD]
            n = integers[c, NAME]
            first_token = word_token[i]
            last_token = word_token[j]
            integers[c, START] = tokens.start[first_token]
            integers[c, END] = tokens.end[last_token]
            low = segment_first[word_segment[i]]
            high = segment_first[word_segment[j] + 1]
            _observe_around(index, n, low, i, j, high, word, word_weight, word_flags, seen[c])
            in_capitals = True
            in_parentheses = True
            letters = 0
            for t in range(first_token, last_token + 1):
                in_capitals = in_capitals and (tokens.flags[t] & CAPITALS) != 0
                in_parentheses = in_parentheses and (tokens.flags[t] & PARENTHESIS) != 0
                letters += tokens.first[t + 1] - tokens.first[t]
            after = 0
            for x in range(high, words):
                if not is_place[word_token[x]] and word[x] >= 0:
                    after += 1
            seen[c, Seen.TEXT_AFTER] = after
            _observe_next(index, tokens, count, i, j, words, word, word_weight, word_token, seen[c])
            seen[c, Seen.KINDS] = kinds
            if first_token == last_token and in_capitals:
                seen[c, Seen.INITIALS] = _spells(tokens, first_token)
            seen[c, Seen.CAPITALS] = 1 if in_capitals and capitals * 3 < count * 2 else 0
            seen[c, Seen.PARENTHESES] = 1 if in_parentheses else 0
            seen[c, Seen.LETTERS] = letters
            seen[c, Seen.CROSSED] = word_segment[j] - word_segment[i]
            seen[c, Seen.SEGMENT] = word_segment[i]
            seen[c, Seen.SEGMENTS] = segments
            seen[c, Seen.TOKENS] = count
            seen[c, Seen.PLACES] = places
            seen[c, Seen.CANDIDATES] = filled - first_row
            seen[c, Seen.POSITION] = i / max(1, words)
        bounds[text + 1] = filled


@njit(cache=True, inline="always")
def _add_pair(index, size, first, weight, count, word, word_weight, i, j):  # type: ignore[no-untyped-def]
    """Put the names that hold two words beside each other among those to look at."""
    if word[i] == word[j]:
        return count
    pair = index.word_hash[word[i]] + index.word_hash[word[j]]
    if not may_hold(index.pair_sieve, pair):
        return count
    at = find(index.pair_slots, index.pair_hash, pair)
    if at < 0:
        return count
    start = -1 - index.pair_start[at]
    stop = -1 - index.pair_start[at + 1]
    return _add_way(size, first, weight, count, start, stop, word_weight[i] + word_weight[j])


@njit(cache=True, inline="always")
def _is_all_place(is_place, first, last):  # type: ignore[no-untyped-def]
    """Tell whether all tokens are part of a place the text mentions: "USA", "Hong Kong"."""
    for t in range(first, last + 1):  # noqa: SIM110 (compiled)
        if is_place[t] != 1:
            return False
    return True


@njit(cache=True, inline="always")
def _is_town(index, place):  # type: ignore[no-untyped-def]
    """Tell whether all places of a name are towns."""
    for e in range(index.place_start[place], index.place_start[place + 1]):
        if index.place_kind[e] != CITY:
            return False
    return True


@njit(cache=True, inline="always")
def _add_way(size, first, weight, count, start, stop, worth):  # type: ignore[no-untyped-def]
    """Put a list of names among those to look at, the shortest first; return how many there are.

    `start` and `stop` are places in ``word_names``; below 0, -1 less places in ``pair_names``.
    """
    length = stop - start if start >= 0 else start - stop
    at = min(count, MOST_WAYS - 1)
    if count == MOST_WAYS and size[at] <= length:
        return count
    while at > 0 and size[at - 1] > length:
        size[at] = size[at - 1]
        first[at] = first[at - 1]
        weight[at] = weight[at - 1]
        at -= 1
    size[at] = length
    first[at] = start
    weight[at] = worth
    return min(count + 1, MOST_WAYS)


@njit(cache=True, inline="always")
def _is_split(tokens, token):  # type: ignore[no-untyped-def]
    """Tell whether a token seems to be two, the first of two letters or more, then of three."""
    split = tokens.split[token]
    return split >= 2 and tokens.first[token + 1] - tokens.first[token] - split >= 3


@njit(cache=True, inline="always")
def _may_stand_alone(index, tokens, token, name):  # type: ignore[no-untyped-def]
    """Tell whether one token can be the name: a short acronym has to be in capitals."""
    kind = index.name_kind[name]
    if _is_split(tokens, token):
        return True
    if not kind & ACRONYM or kind & (LABEL | ALIAS | DISPLAY):
        return True
    length = tokens.end[token] - tokens.start[token]
    if tokens.flags[token] & CAPITALS:
        return length > 1
    # Cirad, Inserm: long ones are written as names too.
    return (tokens.flags[token] & INITIAL) != 0 and length >= LONG_ACRONYM


@njit(cache=True, inline="always")
def _spells(tokens, token):  # type: ignore[no-untyped-def]
    """Return 1 if the initials of the words just before an acronym spell it."""
    t = token - 1
    for at in range(tokens.first[token + 1] - 1, tokens.first[token] - 1, -1):
        letter = tokens.characters[at]
        while t >= 0 and tokens.characters[tokens.first[t]] != letter:
            # Small words may be left out of an acronym.
            if tokens.first[t + 1] - tokens.first[t] > 3:
                return 0
            t -= 1
        if t < 0:
            return 0
        t -= 1
    return 1


@njit(cache=True)
def _holds(name_start, name_words, name, word):  # type: ignore[no-untyped-def]
    for x in range(name_start[name], name_start[name + 1]):  # noqa: SIM110 (compiled)
        if name_words[x] == word:
            return True
    return False


@njit(cache=True, inline="always")
def _observe_around(index, name, low, i, j, high, word, word_weight, word_flags, row):  # type: ignore[no-untyped-def]
    """See the words of the segment(s) before and after the span, and those it does not explain."""
    before = np.float32(0)
    after = np.float32(0)
    own = np.float32(0)
    unexplained = np.float32(0)
    starts = 1
    ends = 1
    for x in range(low, high):
        flags = word_flags[x]
        if x < i:
            before += word_weight[x]
            starts = 0
            if flags & UNIT:
                row[Seen.UNIT_BEFORE] = 1
        elif x > j:
            after += word_weight[x]
            ends = 0
            if flags & UNIT:
                row[Seen.UNIT_AFTER] = 1
        elif word[x] >= 0 and (
            row[Seen.EXACT] > 0 or _holds(index.name_start, index.name_words, name, word[x])
        ):
            own += word_weight[x]
            continue
        else:
            unexplained += word_weight[x]
        if flags & ORGANISATION_WORD:
            row[Seen.KIND_BESIDE] += 1
        if flags & PLACE_WORD:
            row[Seen.PLACE_BESIDE] += 1
    total = before + after + own + unexplained
    row[Seen.BEFORE] = before
    row[Seen.AFTER] = after
    row[Seen.STARTS] = starts
    row[Seen.ENDS] = ends
    row[Seen.SEGMENT_SHARE] = own / total if total > 0 else 0


@njit(cache=True, inline="always")
def _observe_next(index, tokens, count, i, j, words, word, word_weight, word_token, row):  # type: ignore[no-untyped-def]
    """See the tokens right before and after the span, in its segment."""
    before = word_token[i] - 1
    after = word_token[j] + 1
    if before >= 0 and tokens.segment[before] == tokens.segment[before + 1]:
        if i > 0 and word_token[i - 1] == before:
            row[Seen.LEFT] = word_weight[i - 1]
            if word[i - 1] >= 0 and index.word_flags[word[i - 1]] & PLACE_WORD:
                row[Seen.LEFT_PLACE] = 1
        else:
            row[Seen.OF_BEFORE] = 1
    if after < count and tokens.segment[after] == tokens.segment[after - 1]:
        if j + 1 < words and word_token[j + 1] == after:
            row[Seen.RIGHT] = word_weight[j + 1]
            if word[j + 1] >= 0 and index.word_flags[word[j + 1]] & PLACE_WORD:
                row[Seen.RIGHT_PLACE] = 1
        else:
            row[Seen.OF_AFTER] = 1


@njit(cache=True)
def _keep(integers, seen, first_row, filled, organisation, name, i, j, row):  # type: ignore[no-untyped-def]
    """Add a candidate, or better the one of the same organisation; return the rows filled."""
    is_acronym = (int(row[Seen.KIND]) & ACRONYM) != 0
    for c in range(first_row, filled):
        if integers[c, ORGANISATION] != organisation:
            continue
        old = seen[c]
        was_acronym = (int(old[Seen.KIND]) & ACRONYM) != 0
        is_apart = j < integers[c, FIRST_WORD] or i > integers[c, LAST_WORD]
        mentions = old[Seen.MENTIONS] + (1 if is_apart else 0)
        support = old[Seen.SUPPORT]
        if is_apart and is_acronym != was_acronym:
            support = np.float32(1)
        new_value = _value(row)
        old_value = _value(old)
        if new_value > old_value:
            integers[c, NAME] = name
            integers[c, FIRST_WORD] = i
            integers[c, LAST_WORD] = j
            old[:] = row
        old[Seen.MENTIONS] = mentions
        old[Seen.SUPPORT] = support
        return filled
    at = filled
    if filled - first_row >= MOST_CANDIDATES:
        # Full: the weakest gives way.
        at = first_row
        for c in range(first_row + 1, filled):
            if _value(seen[c]) < _value(seen[at]):
                at = c
        if _value(seen[at]) >= _value(row):
            return filled
    integers[at, ORGANISATION] = organisation
    integers[at, NAME] = name
    integers[at, FIRST_WORD] = i
    integers[at, LAST_WORD] = j
    seen[at] = row
    seen[at, Seen.MENTIONS] = 1
    return filled + 1 if at == filled else filled


@njit(cache=True)
def _prune(first_row, filled, most, integers, seen):  # type: ignore[no-untyped-def]
    """Keep the best candidates by the rough score, in their order; return the rows filled."""
    size = filled - first_row
    if size <= most:
        return filled
    value = np.empty(size, np.float32)
    for c in range(size):
        value[c] = rough(seen[first_row + c])
    least = np.sort(value)[size - most]
    room = most  # for those that score just the least
    for c in range(size):
        if value[c] > least:
            room -= 1
    at = first_row
    for c in range(size):
        is_tied = value[c] == least
        if is_tied:
            room -= 1
        if value[c] > least or (is_tied and room >= 0):
            if at != first_row + c:
                integers[at] = integers[first_row + c]
                seen[at] = seen[first_row + c]
            at += 1
    return at


@njit(cache=True, inline="always")
def rough(row):  # type: ignore[no-untyped-def]
    """Return a rough score, by which candidates are compared at first."""
    covered = row[Seen.COVERED_ANYWHERE]
    value = row[Seen.NAME_WEIGHT] * covered * covered * covered
    value *= np.float32(0.3) + np.float32(0.7) * row[Seen.SEGMENT_SHARE]
    if row[Seen.EXACT] == 0:
        value *= np.float32(0.8)
    value += np.float32(3) * min(row[Seen.CITY_NEAR], np.float32(1))
    value += np.float32(2) * min(row[Seen.COUNTRY_SAME], np.float32(1))
    value -= np.float32(6) * min(row[Seen.COUNTRY_OTHER], np.float32(1))
    if row[Seen.CITY_OTHER] == 2:
        value -= np.float32(2)
    return value + np.float32(0.5) * row[Seen.SURFACE]


@njit(cache=True)
def rough_scores(seen, out):  # type: ignore[no-untyped-def]
    """Fill `out` with the rough scores of all candidates."""
    for c in range(len(out)):
        out[c] = rough(seen[c])


@njit(cache=True, inline="always")
def _value(row):  # type: ignore[no-untyped-def]
    """How good a name's match is, to choose among those of one organisation."""
    covered = row[Seen.COVERED_ANYWHERE]
    value = row[Seen.NAME_WEIGHT] * covered * covered * covered
    if row[Seen.EXACT] == 0:
        value *= np.float32(0.8)
    if int(row[Seen.KIND]) & ACRONYM:
        value *= np.float32(0.8)
    value += np.float32(0.2) * row[Seen.SURFACE]
    return value - np.float32(0.3) * row[Seen.CORRECTED]


_ENTITY: Final = re.compile(
    r"&(?:#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6})|[A-Za-z]{2,8});|#(?:N|R|TAB)#"
)
"""HTML entities, and how large collections write line ends and tabs inside a text."""


def _unescape(found: re.Match[str]) -> str:
    """Return the character that is meant, filled up so that spans stay right."""
    if found[0].startswith("#"):
        return " " * len(found[0])
    text = html.unescape(found[0])
    return text.ljust(len(found[0]), "\u200b") if len(text) == 1 else found[0]


def encode(texts: list[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the code points of all texts, one after the other, and where each ends."""
    joined = "".join(texts)
    # Text by text: what one ends with and the next starts with is no entity.
    if "&" in joined or "#" in joined:
        joined = "".join(_ENTITY.sub(_unescape, text) for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    return codes, np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))


class Buffers:
    """What `find_candidates` writes to, kept from batch to batch."""

    def __init__(self, texts: int) -> None:
        rows = texts * MOST_CANDIDATES
        self.tokens: Tokens = make_tokens(MOST_TOKENS)
        self.integers = np.zeros((rows, PLACED), np.int32)
        self.seen = np.zeros((rows, OBSERVED), np.float32)
        self.bounds = np.zeros(texts + 1, np.int64)

    def find(
        self, index: Index, texts: list[str]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]:
        """Return views on the candidates of the texts: integers, seen, bounds."""
        codes, stops = encode(texts)
        bounds = self.bounds[: len(texts) + 1]
        find_candidates(index, codes, stops, self.tokens, self.integers, self.seen, bounds)
        size = int(bounds[-1])
        return self.integers[:size], self.seen[:size], bounds
