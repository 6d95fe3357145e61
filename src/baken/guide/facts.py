"""What may be known of a company, and how far it is known.

A profile never has to be complete. Of each fact it holds what is still possible: some choices, a
range of numbers, or which of several things are there and which are not. Learning more can only
make that smaller, which is why a verdict that has been reached is never turned round by another
answer (a property test holds it to that).
"""

from __future__ import annotations

import difflib
import enum
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from baken.errors import GuideError
from baken.text.marking import message

from .wording import Text, join, number

YES: Final = "yes"
NO: Final = "no"
_MOST_NAMED: Final = 30
"""Answers that a refusal lists in full; of more it names the nearest, or none."""

_TRUE: Final = frozenset({"yes", "true", "1", "ja", "oui"})
_FALSE: Final = frozenset({"no", "false", "0", "nee", "neen", "nein", "non"})


class FactKind(enum.Enum):
    """What kind of answer a question has."""

    YES_NO = "yes-no"
    CHOICE = "choice"
    SEVERAL = "several"
    NUMBER = "number"


class Choice(Struct, frozen=True):
    """One possible answer.

    Attributes:
        label: as it stands in the middle of a sentence, such as "small".
        note: what it means exactly; None when the label says it.
        implies: values of other facts that follow from it, by fact id.
    """

    label: Text
    note: Text | None = None
    implies: Mapping[str, str] = {}


class Fact(Struct, frozen=True):
    """Something that rules ask of a company.

    Attributes:
        id: its key in ``guide/profile.yaml``.
        kind: what kind of answer it has.
        label: its short name.
        question: the question that a person answers.
        note: how to answer it; None when the question says it.
        choices: of a choice or of several, by id; yes and no of a yes-no.
        says: clauses by operator, ``{}`` standing for the value: what a rule says in words.
        unit: of a number, such as ``EUR``; None for a bare number.
    """

    id: str
    kind: FactKind
    label: Text
    question: Text
    note: Text | None
    choices: Mapping[str, Choice]
    says: Mapping[str, Text]
    unit: str | None = None


class Options(Struct, frozen=True):
    """One of these is the case."""

    possible: frozenset[str]


class Selection(Struct, frozen=True):
    """These are there, those are not; of the others nothing is known."""

    has: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()


class Range(Struct, frozen=True):
    """The number lies between these, both included."""

    low: float = -math.inf
    high: float = math.inf


Known = Options | Selection | Range


class Profile(Struct, frozen=True):
    """What is known of a company, by fact id; a fact that is not there is unknown.

    Attributes:
        known: what is still possible, with what follows from it.
        given: the ids of the facts that somebody answered, rather than what follows.
    """

    known: Mapping[str, Known] = {}
    given: frozenset[str] = frozenset()


def profile_of(facts: Mapping[str, Fact], known: Mapping[str, Known]) -> Profile:
    """Return a profile with what follows from what is known.

    Raises:
        GuideError: the answers contradict each other.
    """
    domains: dict[str, Known] = dict(known)
    for _ in range(len(facts) + 1):
        before = dict(domains)
        for fact in facts.values():
            _imply(facts, fact, domains)
        if domains == before:
            break
    return Profile(
        {key: value for key, value in domains.items() if not _is_all(facts[key], value)},
        frozenset(known),
    )


def _is_all(fact: Fact, known: Known) -> bool:
    return isinstance(known, Options) and known.possible == frozenset(fact.choices)


def _imply(facts: Mapping[str, Fact], fact: Fact, domains: dict[str, Known]) -> None:
    """Narrow a fact and what follows from its choices, both ways."""
    targets = {target for choice in fact.choices.values() for target in choice.implies}
    for target in targets:
        mine = domains.get(fact.id, Options(frozenset(fact.choices)))
        theirs = domains.get(target, Options(frozenset(facts[target].choices)))
        if not isinstance(mine, Options) or not isinstance(theirs, Options):
            continue
        implied = {key: fact.choices[key].implies.get(target) for key in mine.possible}
        kept = {key for key, value in implied.items() if value is None or value in theirs.possible}
        if not kept:
            raise GuideError(
                message(
                    "The answers contradict each other: %(one)s does not go with %(other)s. Change "
                    "one of them, or leave one out."
                ),
                one=_Answer(fact, mine),
                other=_Answer(facts[target], theirs),
            )
        domains[fact.id] = Options(frozenset(kept))
        values = [implied[key] for key in kept]
        if None not in values:
            both = theirs.possible & frozenset(value for value in values if value is not None)
            domains[target] = Options(both)


class _Answer(Struct, frozen=True):
    """An answer as a refusal quotes it, in the language that the refusal is said in."""

    fact: Fact
    known: Known

    def __str__(self) -> str:
        return self.text("en")

    def text(self, language: str) -> str:
        """Return the question and what was answered."""
        return f"“{self.fact.label.text(language)}: {describe(self.fact, self.known, language)}”"


def describe(fact: Fact, known: Known, language: str) -> str:
    """Return what is known of a fact in words, such as "small or medium-sized"."""
    if isinstance(known, Options):
        return join(_labels(fact, known.possible, language), language, "or")
    if isinstance(known, Selection):
        return join(_labels(fact, known.has, language), language, "and") or "–"
    low = "" if known.low == -math.inf else number(known.low, fact.unit, language)
    high = "" if known.high == math.inf else number(known.high, fact.unit, language)
    if low == high:
        return low
    return f"{low or '…'} – {high or '…'}"


def _labels(fact: Fact, ids: Iterable[str], language: str) -> list[str]:
    wanted = frozenset(ids)
    return [choice.label.text(language) for key, choice in fact.choices.items() if key in wanted]


def answers(facts: Mapping[str, Fact], given: Mapping[str, Any]) -> Profile:
    """Return the profile that somebody's answers make.

    Args:
        facts: what may be asked.
        given: answers by fact id. A choice is its id, or a list of those that are possible;
            several are a list of what is there (the rest is not), or
            ``{"has": […], "lacks": […]}`` when only that is known; a number is a number,
            ``{"at-least": 3, "at-most": 9}``, or a text such as ``3..9``; yes-no is a boolean or a
            word. None and an empty text leave a fact unknown.

    Raises:
        GuideError: there is no such fact or value, or the answers contradict each other.
    """
    known: dict[str, Known] = {}
    for key, value in given.items():
        fact = facts.get(key)
        if fact is None:
            way_out, near = nearest(key, facts)
            raise GuideError(
                message("A profile has no “%(word)s”."), *way_out, word=key, choices=near
            )
        if value is None or value == "":
            continue
        known[key] = _READERS[fact.kind](fact, value)
    return profile_of(facts, known)


def _yes_no(fact: Fact, value: Any) -> Known:
    word = str(value).strip().casefold()
    if word in _TRUE:
        return Options(frozenset({YES}))
    if word in _FALSE:
        return Options(frozenset({NO}))
    raise GuideError(
        message("“%(fact)s” is answered with yes or no, not “%(word)s”."), fact=fact.id, word=value
    )


def _choice(fact: Fact, value: Any) -> Known:
    chosen = frozenset(_ids(fact, value))
    if not chosen:
        raise GuideError(
            message("“%(fact)s” needs one of: %(choices)s."),
            fact=fact.id,
            choices=", ".join(fact.choices),
        )
    return Options(chosen)


def _several(fact: Fact, value: Any) -> Known:
    if isinstance(value, Mapping):
        _only(fact, value, ("has", "lacks"))
        has = frozenset(_ids(fact, value.get("has", ())))
        lacks = frozenset(_ids(fact, value.get("lacks", ())))
        if both := has & lacks:
            raise GuideError(
                message("“%(fact)s” cannot both have and lack “%(word)s”."),
                fact=fact.id,
                word=sorted(both)[0],
            )
        return Selection(has, lacks)
    has = frozenset() if value == "none" else frozenset(_ids(fact, value))
    return Selection(has, frozenset(fact.choices) - has)


def _number(fact: Fact, value: Any) -> Known:
    if isinstance(value, Mapping):
        _only(fact, value, ("at-least", "at-most"))
        low = _float(fact, value.get("at-least", -math.inf))
        high = _float(fact, value.get("at-most", math.inf))
    elif isinstance(value, str) and ".." in value:
        start, _, end = value.partition("..")
        low = _float(fact, start or -math.inf)
        high = _float(fact, end or math.inf)
    else:
        low = high = _float(fact, value)
    if low > high:
        raise GuideError(
            message("“%(fact)s” cannot be at least %(low)s and at most %(high)s."),
            fact=fact.id,
            low=f"{low:g}",
            high=f"{high:g}",
        )
    return Range(low, high)


def _float(fact: Fact, value: Any) -> float:
    try:
        read = float(value)
    except (TypeError, ValueError):
        read = math.nan
    if math.isnan(read) or isinstance(value, bool):
        raise GuideError(
            message("“%(fact)s” is a number such as 12, or 10..49; “%(word)s” is not."),
            fact=fact.id,
            word=value,
        )
    return read


def _only(fact: Fact, value: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in value:
        if key not in keys:
            raise GuideError(
                message("“%(fact)s” knows no “%(word)s”."),
                message("Choose one of: %(choices)s."),
                fact=fact.id,
                word=key,
                choices=", ".join(keys),
            )


def _ids(fact: Fact, value: Any) -> Iterator[str]:
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, Iterable):
        raise GuideError(
            message("“%(fact)s” needs one of: %(choices)s."),
            fact=fact.id,
            choices=", ".join(fact.choices),
        )
    for word in words:
        key = str(word).strip()
        if key not in fact.choices:
            way_out, near = nearest(key, fact.choices)
            raise GuideError(
                message("“%(fact)s” has no answer “%(word)s”."),
                *way_out,
                fact=fact.id,
                word=key,
                choices=near,
            )
        yield key


def nearest(word: str, known: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """Return what may be meant by a word that is not known.

    Returns:
        The sentence that leads on, in which ``%(choices)s`` stands for them, or none; and them.
    """
    candidates = sorted(known)
    if close := difflib.get_close_matches(word, candidates, n=1, cutoff=0.6):
        return (message("Did you mean “%(choices)s”?"),), close[0]
    if len(candidates) <= _MOST_NAMED:
        return (message("Choose one of: %(choices)s."),), ", ".join(candidates)
    return (), ""


_READERS: Final = {
    FactKind.YES_NO: _yes_no,
    FactKind.CHOICE: _choice,
    FactKind.SEVERAL: _several,
    FactKind.NUMBER: _number,
}
