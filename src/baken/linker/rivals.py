"""How a candidate stands beside the other candidates of its text, compiled.

Whether "University of Milan" is meant depends on whether "University of Milano-Bicocca" is there
too. A candidate is compared by a score all have: first a rough one, later the first forest's.
"""

from __future__ import annotations

from enum import IntEnum, auto
from typing import Final

import numpy as np

from .compiling import njit
from .kernel import FIRST_WORD, LAST_WORD, ORGANISATION


class Rivalry(IntEnum):
    """Columns of what is seen of a candidate's rivals."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[int]) -> int:
        del name, start, last_values
        return count

    OWN = auto()  # the candidate's own score
    RANK = auto()  # candidates of the text with a better score
    MARGIN = auto()  # own score less the best that shares a word
    OVERLAPPING = auto()  # best score of a candidate that shares a word of the text
    SAME_SPAN = auto()  # … that has the very same words
    FAMOUS = auto()  # candidates with the very same words that are better known
    FAME_LEAD = auto()  # its fame less that of the best known of them
    INSIDE = auto()  # … whose span is longer and holds this one
    CONTAINED = auto()  # … whose span is shorter and inside this one
    APART = auto()  # best score of a candidate that shares no word
    BEFORE = auto()  # … and stands before it
    TOTAL = auto()  # sum of the others' scores
    PARENT = auto()  # best score of its parents; -1 when none is a candidate
    CHILD = auto()  # best score of its children; -1
    SIBLING = auto()  # best score of another child of its parent; -1
    EDUCATION = auto()  # best score of another that is a school or university
    HEALTHCARE = auto()
    FACILITY = auto()
    GOVERNMENT = auto()


COMPARED: Final = len(Rivalry)


@njit(cache=True)
def _is_child(index, child, parent):  # type: ignore[no-untyped-def]
    for x in range(index.parent_start[child], index.parent_start[child + 1]):
        if index.parents[x] == parent:
            return True
    return False


@njit(cache=True)
def _are_siblings(index, one, other):  # type: ignore[no-untyped-def]
    for x in range(index.parent_start[one], index.parent_start[one + 1]):
        if _is_child(index, other, index.parents[x]):
            return True
    return False


@njit(cache=True)
def compare(index, integers, score, bounds, out):  # type: ignore[no-untyped-def]
    """Fill `out`, float32 (candidates, COMPARED), for the candidates of all texts."""
    for text in range(len(bounds) - 1):
        low = bounds[text]
        high = bounds[text + 1]
        for a in range(low, high):
            row = out[a]
            row[:] = 0
            row[Rivalry.OWN] = score[a]
            row[Rivalry.PARENT] = -1
            row[Rivalry.CHILD] = -1
            row[Rivalry.SIBLING] = -1
            row[Rivalry.FAME_LEAD] = index.organisation_fame[integers[a, ORGANISATION]]
            has_same = False
            a_first = integers[a, FIRST_WORD]
            a_last = integers[a, LAST_WORD]
            ours = integers[a, ORGANISATION]
            for b in range(low, high):
                if a == b:
                    continue
                s = score[b]
                if s > score[a] or (s == score[a] and b < a):
                    row[Rivalry.RANK] += 1
                row[Rivalry.TOTAL] += s
                theirs = integers[b, ORGANISATION]
                types = index.organisation_types[theirs]
                if types & 1:
                    row[Rivalry.EDUCATION] = max(row[Rivalry.EDUCATION], s)
                if types & 2:
                    row[Rivalry.HEALTHCARE] = max(row[Rivalry.HEALTHCARE], s)
                if types & 8:
                    row[Rivalry.FACILITY] = max(row[Rivalry.FACILITY], s)
                if types & 16:
                    row[Rivalry.GOVERNMENT] = max(row[Rivalry.GOVERNMENT], s)
                b_first = integers[b, FIRST_WORD]
                b_last = integers[b, LAST_WORD]
                if b_last < a_first or b_first > a_last:
                    row[Rivalry.APART] = max(row[Rivalry.APART], s)
                    if b_last < a_first:
                        row[Rivalry.BEFORE] = max(row[Rivalry.BEFORE], s)
                else:
                    row[Rivalry.OVERLAPPING] = max(row[Rivalry.OVERLAPPING], s)
                    is_longer = b_last - b_first > a_last - a_first
                    is_shorter = b_last - b_first < a_last - a_first
                    if b_first <= a_first and b_last >= a_last and is_longer:
                        row[Rivalry.INSIDE] = max(row[Rivalry.INSIDE], s)
                    if b_first >= a_first and b_last <= a_last and is_shorter:
                        row[Rivalry.CONTAINED] = max(row[Rivalry.CONTAINED], s)
                    if b_first == a_first and b_last == a_last:
                        row[Rivalry.SAME_SPAN] = max(row[Rivalry.SAME_SPAN], s)
                        lead = np.float32(index.organisation_fame[ours]) - np.float32(
                            index.organisation_fame[theirs]
                        )
                        if lead < 0:
                            row[Rivalry.FAMOUS] += 1
                        if not has_same or lead < row[Rivalry.FAME_LEAD]:
                            row[Rivalry.FAME_LEAD] = lead
                        has_same = True
                if _is_child(index, ours, theirs):
                    row[Rivalry.PARENT] = max(row[Rivalry.PARENT], s)
                elif _is_child(index, theirs, ours):
                    row[Rivalry.CHILD] = max(row[Rivalry.CHILD], s)
                elif _are_siblings(index, ours, theirs):
                    row[Rivalry.SIBLING] = max(row[Rivalry.SIBLING], s)
            row[Rivalry.MARGIN] = score[a] - row[Rivalry.OVERLAPPING]


@njit(cache=True)
def keep_best(score, bounds, most, least, kept, new_bounds):  # type: ignore[no-untyped-def]
    """Write the rows worth a second look to `kept`, in their order; return how many.

    Of each text the `most` best are kept, of a text with many candidates three in four, as far as
    they score `least`.
    """
    size = 0
    new_bounds[0] = 0
    for text in range(len(bounds) - 1):
        low = bounds[text]
        high = bounds[text + 1]
        limit = max(most, (high - low) * 3 // 4)
        for a in range(low, high):
            if score[a] < least:
                continue
            better = 0
            for b in range(low, high):
                if score[b] > score[a] or (score[b] == score[a] and b < a):
                    better += 1
            if better < limit:
                kept[size] = a
                size += 1
        new_bounds[text + 1] = size
    return size
