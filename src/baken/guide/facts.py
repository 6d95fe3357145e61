"""What may be known of a company, and how far it is known.

A profile never has to be complete. Of each fact it holds what is still possible: some choices, a
range of numbers, or which of several things are there and which are not. Learning more can only
make that smaller, which is why a verdict that has been reached is never turned round by another
answer (a property test holds it to that).
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from baken.errors import GuideError
from baken.landscape.convert import suggest

from .wording import Text, join, number

YES: Final = "yes"
NO: Final = "no"
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
                f"The answers contradict each other: {_words(fact, mine)} does not go with "
                f"{_words(facts[target], theirs)}. Change one of them, or leave one out."
            )
        domains[fact.id] = Options(frozenset(kept))
        values = [implied[key] for key in kept]
        if None not in values:
            both = theirs.possible & frozenset(value for value in values if value is not None)
            domains[target] = Options(both)


def _words(fact: Fact, known: Known) -> str:
    return f"“{fact.label.text('en')}: {describe(fact, known, 'en')}”"


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
            raise GuideError(f"A profile has no “{key}”. {suggest(key, facts)}".strip())
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
    raise GuideError(f"“{fact.id}” is answered with yes or no, not “{value}”.")


def _choice(fact: Fact, value: Any) -> Known:
    chosen = frozenset(_ids(fact, value))
    if not chosen:
        raise GuideError(f"“{fact.id}” needs one of {', '.join(fact.choices)}.")
    return Options(chosen)


def _several(fact: Fact, value: Any) -> Known:
    if isinstance(value, Mapping):
        _only(fact, value, ("has", "lacks"))
        has = frozenset(_ids(fact, value.get("has", ())))
        lacks = frozenset(_ids(fact, value.get("lacks", ())))
        if both := has & lacks:
            raise GuideError(f"“{fact.id}” cannot both have and lack “{sorted(both)[0]}”.")
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
        raise GuideError(f"“{fact.id}” cannot be at least {low:g} and at most {high:g}.")
    return Range(low, high)


def _float(fact: Fact, value: Any) -> float:
    try:
        read = float(value)
    except (TypeError, ValueError):
        read = math.nan
    if math.isnan(read) or isinstance(value, bool):
        raise GuideError(f"“{fact.id}” is a number such as 12, or 10..49; “{value}” is not.")
    return read


def _only(fact: Fact, value: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in value:
        if key not in keys:
            raise GuideError(f"“{fact.id}” knows no “{key}”. Use {' or '.join(keys)}.")


def _ids(fact: Fact, value: Any) -> Iterator[str]:
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, Iterable):
        raise GuideError(f"“{fact.id}” is answered with {', '.join(fact.choices)}.")
    for word in words:
        key = str(word).strip()
        if key not in fact.choices:
            message = f"“{fact.id}” has no answer “{key}”. {suggest(key, fact.choices)}"
            raise GuideError(message.strip())
        yield key


_READERS: Final = {
    FactKind.YES_NO: _yes_no,
    FactKind.CHOICE: _choice,
    FactKind.SEVERAL: _several,
    FactKind.NUMBER: _number,
}
