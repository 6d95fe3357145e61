"""Cutting a longer text into sentences, each with its place, heading and paragraph.

Made for what people paste: plain paragraphs with hard line ends, numbered lists, letters, and the
texts of funding portals, whose paragraphs are glued together (“… of health.Scope:The …”).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

_BLANK = re.compile(r"\n[ \t\r]*\n")
_ITEM = re.compile(r"\n(?=[ \t]*(?:[-–•*▪·]|\(?\d{1,2}(?:\.\d{1,2})*[.)]|[a-z]\)|\d\.\d)[ \t]+\S)")
_MARKS: Final = "-–•*▪· \t"
_LEADING_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})*")
_NUMBER = re.compile(r"\(?\d{1,2}(?:\.\d{1,2})*[.)]?\s+")
_END = re.compile(r"[.!?…](?:\[\d+\])*[\"'”’»)\]]*(?=\s|[A-ZÀ-ÖØ-Þ«“„]|$)|;(?=\s)")
_GLUED = re.compile(r"(?<=[a-zà-ÿ)\]”])(?=[A-ZÀ-ÖØ-Þ][a-zà-ÿ]+ )")
_FRONT = re.compile(r"([A-ZÀ-ÖØ-Þ][^\n.:!?;,]{2,44}):(?=\s*[A-ZÀ-ÖØ-Þ«“„])")
_TITLE = re.compile(r"[A-ZÀ-ÖØ-Þ][^.!?;:]{2,44}[.:](?=\s)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:dr|ir|ing|prof|mr|mrs|ms|mme|st|nr|no|vs|ca|approx|bzw|bv|ca|incl|fig|resp|etc|"
    r"cf|al)|\b[a-z]\.[a-z]|\b[A-Z])\.$",
    re.IGNORECASE,
)
_LONGEST_HEADING: Final = 70
_LONGEST_TITLE: Final = 120
_MOST_TITLE_WORDS: Final = 5
_LONGEST_SENTENCE: Final = 450
"""Characters from which a sentence without an end is cut where a capital is glued to a word."""


class Sentence(NamedTuple):
    """A sentence of a text.

    Attributes:
        text: on one line.
        start: of its first character in the text.
        end: one past its last.
        sections: the headings it stands under, the nearest last; numbered ones keep their number.
        block: number of its paragraph or list item.
        is_item: whether its block is an item of a list.
    """

    text: str
    start: int
    end: int
    sections: tuple[str, ...]
    block: int
    is_item: bool


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a text in its order; headings are none, they are said of them."""
    sections: tuple[str, ...] = ()
    list_section: str | None = None  # a heading that ends with a colon, in force for its list
    for block, (start, end) in enumerate(_blocks(text)):
        is_item = _is_marked(text[start:end])
        line = " ".join(text[start:end].split())
        if not is_item and _is_heading(line, is_first=block == 0):
            list_section = line.rstrip(": ") if line.endswith(":") else None
            if list_section is None:
                sections = _under(sections, line)
            continue
        if is_item:
            start += len(text[start:end]) - len(text[start:end].lstrip(_MARKS))
        number = _NUMBER.match(text[start:end])
        is_item = is_item or number is not None
        if list_section is not None and not is_item:
            list_section = None
        if number:
            start += number.end()
        within = sections if list_section is None else (*sections, list_section)
        title = _TITLE.match(text[start:end])
        if title and _is_title(title.group(), number is not None, end - start):
            label = (number.group() if number else "") + title.group().rstrip(".: ")
            within = _under(within, label)
            start += title.end()
        for first, last, front in _cut(text, start, end):
            if front:
                sections = within = _under((), front)
            said = " ".join(text[first:last].split())
            if any(c.isalpha() for c in said):
                yield Sentence(said, first, last, within, block, is_item)


def headings(text: str) -> Iterator[str]:
    """Yield the headings that stand on lines of their own."""
    for block, (start, end) in enumerate(_blocks(text)):
        line = " ".join(text[start:end].split())
        if not _is_marked(line) and _is_heading(line, is_first=block == 0):
            yield line


def _under(sections: tuple[str, ...], heading: str) -> tuple[str, ...]:
    """Return the headings in force after one more: a number stands under the number it extends."""
    number = _LEADING_NUMBER.match(heading)
    if not number:
        return (heading,)
    top = number.group().split(".")[0]
    above = tuple(
        one
        for one in sections
        if (own := _LEADING_NUMBER.match(one))
        and own.group().split(".")[0] == top
        and len(own.group()) < len(number.group())
    )
    return (*above[-2:], heading)


def _is_title(words: str, is_numbered: bool, length: int) -> bool:
    """Say whether the first words of a paragraph are its title: "5.1 Science. We would …"."""
    most = _MOST_TITLE_WORDS if is_numbered else _MOST_TITLE_WORDS - 2
    return len(words.split()) <= most and len(words) + 20 < length


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield where paragraphs, headings and list items begin and end."""
    cuts = {match.end() for match in _BLANK.finditer(text)}
    cuts |= {match.end() for match in _ITEM.finditer(text)}
    lines = [*re.finditer(r"[^\n]+", text)]
    # A short line above a longer one, without a sentence's end, is a heading of its own.
    for line, after in pairwise(lines):
        if line.end() + 1 == after.start() and _is_heading(line.group().strip()):
            starts_block = line.start() == 0 or text[: line.start()].endswith("\n\n")
            if starts_block:
                cuts.add(after.start())
    bounds = [0, *sorted(cuts), len(text)]
    for start, end in pairwise(bounds):
        trimmed = text[start:end].strip()
        if trimmed:
            first = start + text[start:end].index(trimmed[0])
            yield first, first + len(trimmed)


def _is_marked(block: str) -> bool:
    return block[0] in "-–•*▪·"


def _is_heading(line: str, *, is_first: bool = False) -> bool:
    """Say whether a line of its own is a heading; the first of a text may be a longer title."""
    longest = _LONGEST_TITLE if is_first else _LONGEST_HEADING
    if not line or len(line) > longest or len(line.split()) > longest // 7:
        return False
    bare = _NUMBER.sub("", line)
    if not bare or not (bare[0].isupper() or bare[0].isdigit()):
        return False
    return line[-1] not in ".!?;,"


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int, str | None]]:
    """Yield the bounds of sentences, each with the heading glued to its front, if there is one."""
    first = start
    ends = [m.end() for m in _END.finditer(text, start, end) if not _is_inner(text, start, m)]
    for last in (*ends, end):
        pieces = [(first, last)]
        if last - first > _LONGEST_SENTENCE:
            glued = [m.start() for m in _GLUED.finditer(text, first, last)]
            pieces = [*zip([first, *glued], [*glued, last], strict=True)]
        for begin, stop in pieces:
            while begin < stop and text[begin].isspace():
                begin += 1
            front = _FRONT.match(text, begin, stop)
            if front and len(front.group(1).split()) <= 4:
                yield front.end(), stop, front.group(1)
            elif begin < stop:
                yield begin, stop, None
        first = last


def _is_inner(text: str, start: int, end: re.Match[str]) -> bool:
    """Say whether a full stop ends an abbreviation rather than a sentence."""
    if end.group()[0] != ".":
        return False
    return _ABBREVIATION.search(text[max(start, end.start() - 10) : end.start() + 1]) is not None
