"""What a need loses when it is typed badly or wrapped in politeness, on the development half.

    python -m evals.find.robustness

Every change is drawn from a hash of the need's id, so that it is the same in every run. A typing
error is one of four that fingers make (Damerau, 1964): two letters swapped, one left out, one
doubled, or the key beside it struck instead; it falls on a word of four letters or more and leaves
its first letter alone, which people rarely miss.
"""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from .finders import Ground, answer, baken, prepare
from .needs import Need, read_needs, take_sample
from .reference import Figures, Part
from .scoring import Answers, compare, measure, overlap, summarise

PLAIN: Final = "as written"

_KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEYS_FRENCH: Final = ("azertyuiop", "qsdfghjklm", "wxcvbn")
_KEYS_GERMAN: Final = ("qwertzuiop", "asdfghjkl", "yxcvbnm")
_LAYOUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": _KEYS,
    "nl": _KEYS_FRENCH,  # Belgium types Dutch on azerty
    "fr": _KEYS_FRENCH,
    "de": _KEYS_GERMAN,
}

_WORD: Final = re.compile(r"[^\W\d_]{4,}")

_PREAMBLE: Final[Mapping[str, str]] = {
    "en": "Good morning, I found your website and hope that you can help me with a question. ",
    "nl": "Goedemorgen, ik kwam op uw website terecht en hoop dat u me met een vraag kunt helpen. ",
    "fr": "Bonjour, j’ai trouvé votre site et j’espère que vous pourrez répondre à ma question. ",
    "de": "Guten Tag, ich bin auf Ihre Seite gestoßen und hoffe, Sie können mir weiterhelfen. ",
}


def mistype(text: str, language: str, errors: int, seed: str) -> str:
    """Return a text with so many typing errors, always the same for one seed."""
    draw = random.Random(f"{seed}:{errors}")
    for _ in range(errors):
        words = list(_WORD.finditer(text))
        if not words:
            break
        word = draw.choice(words)
        broken = _strike(word.group(), language, draw)
        text = f"{text[: word.start()]}{broken}{text[word.end() :]}"
    return text


def strip_accents(text: str) -> str:
    """Return a text without accents, as who has no key for them types it."""
    parts = unicodedata.normalize("NFD", text.replace("ß", "ss").replace("œ", "oe"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


CHANGES: Final[Mapping[str, Callable[[Need], str]]] = {
    PLAIN: lambda need: need.text,
    "one typing error": lambda need: mistype(need.text, need.language, 1, need.id),
    "two typing errors": lambda need: mistype(need.text, need.language, 2, need.id),
    "lower case": lambda need: need.text.lower(),
    "without accents": lambda need: strip_accents(need.text),
    "polite preamble": lambda need: _PREAMBLE[need.language] + need.text,
}


def disturb(ground: Ground, needs: Sequence[Need]) -> dict[str, Answers]:
    """Answer needs as they are, and then changed in every way."""
    finder = baken(ground.matcher)
    return {
        name: answer(finder, [replace(need, text=change(need)) for need in needs])
        for name, change in CHANGES.items()
    }


def figures(ground: Ground, needs: Sequence[Need]) -> Figures:
    """Return nDCG@5 by change."""
    return {
        name: round(float(measure(needs, found)[:, 0].mean()), 4)
        for name, found in disturb(ground, needs).items()
    }


def freeze(ground: Ground, needs: Sequence[Need]) -> Part:
    """Measure what is frozen."""
    return Part(figures(ground, needs), freeze_sample(ground, needs))


def freeze_sample(ground: Ground, needs: Sequence[Need]) -> Figures:
    """Measure what is frozen of the fixed sample."""
    return figures(ground, take_sample(needs))


def table(needs: Sequence[Need], answers: Mapping[str, Answers]) -> Iterator[str]:
    """Yield the lines of the table, in Markdown."""
    yield "| | needs changed | nDCG@5 | success@1 | costs | same first five |"
    yield "|---|--:|---|---|---|--:|"
    for name, found in answers.items():
        scores = summarise(needs, found)
        changed = sum(CHANGES[name](need) != need.text for need in needs)
        cost = "" if name == PLAIN else compare(needs, answers[PLAIN], found).ndcg5
        kept = sum(overlap(answers[PLAIN][need.id], found[need.id]) for need in needs) / len(needs)
        yield f"| {name} | {changed} | {scores.ndcg5} | {scores.success1} | {cost} | {kept:.3f} |"


def main() -> int:
    """Print the table, and which needs lose most."""
    needs = read_needs("dev")
    with prepare() as ground:
        answers = disturb(ground, needs)
    print("\n".join(table(needs, answers)))
    plain = measure(needs, answers[PLAIN])[:, 0]
    for name, found in answers.items():
        gaps = plain - measure(needs, found)[:, 0]
        for place in gaps.argsort()[::-1][:5]:
            if gaps[place] > 0.1:
                print(f"{name}: -{gaps[place]:.2f} {CHANGES[name](needs[place])}")
    return 0


def _strike(word: str, language: str, draw: random.Random) -> str:
    place = draw.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    way = draw.choice(("swap", "drop", "double", "beside"))
    if way == "swap" and letter != after[0]:
        return f"{before}{after[0]}{letter}{after[1:]}"
    if way == "double":
        return f"{before}{letter}{letter}{after}"
    beside = _beside(letter.lower(), language)
    if way == "beside" and beside:
        return f"{before}{draw.choice(beside)}{after}"
    return before + after


def _beside(letter: str, language: str) -> str:
    for row in _LAYOUTS[language]:
        place = row.find(letter)
        if place >= 0:
            return row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    return ""


if __name__ == "__main__":
    sys.exit(main())
