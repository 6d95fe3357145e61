"""Rules over a profile: a small declarative language with three values, true, false and unknown.

    {fact: size, in: [small, medium]}
    {all: [...]}  {any: [...]}  {not: {...}}

Comparisons look at everything that is still possible: they are true when all of it fits, false
when none does, unknown otherwise. `all`, `any` and `not` follow Kleene's strong logic (S. C.
Kleene, "Introduction to Metamathematics", 1952, §64), under which knowing more never turns a true
rule false, nor a false one true.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from .facts import NO, YES, Fact, FactKind, Known, Options, Profile, Range, Selection
from .wording import NOT_SO, join, number, say


class Truth(enum.Enum):
    """Whether a rule holds for what is known."""

    TRUE = "yes"
    FALSE = "no"
    UNKNOWN = "unknown"


class Comparison(Struct, frozen=True):
    """A fact held against values.

    Attributes:
        fact: its id.
        operator: a key of `OPERATORS`.
        values: choices, for the operators that compare choices.
        bound: the number, for the operators that compare numbers.
    """

    fact: str
    operator: str
    values: tuple[str, ...] = ()
    bound: float = 0.0

    def __str__(self) -> str:
        what = ", ".join(self.values) if self.values else f"{self.bound:g}"
        return f"{self.fact} {self.operator} {what}"


class All(Struct, frozen=True):
    """Every one of these holds."""

    rules: tuple[Rule, ...]

    def __str__(self) -> str:
        return f"all({'; '.join(map(str, self.rules))})"


class AnyOf(Struct, frozen=True):
    """At least one of these holds."""

    rules: tuple[Rule, ...]

    def __str__(self) -> str:
        return f"any({'; '.join(map(str, self.rules))})"


class Not(Struct, frozen=True):
    """This does not hold."""

    rule: Rule

    def __str__(self) -> str:
        return f"not({self.rule})"


Rule = Comparison | All | AnyOf | Not


class Operator(Struct, frozen=True):
    """How a fact may be compared.

    Attributes:
        kinds: of facts that it compares.
        is_list: whether it takes several values.
        decide: from what is known and the comparison to a truth; never called with nothing known.
    """

    kinds: tuple[FactKind, ...]
    is_list: bool
    decide: Callable[[Known, Comparison], Truth]


def _among(known: Known, comparison: Comparison) -> Truth:
    if not isinstance(known, Options):
        return Truth.UNKNOWN
    fitting = known.possible & frozenset(comparison.values)
    if fitting == known.possible:
        return Truth.TRUE
    return Truth.UNKNOWN if fitting else Truth.FALSE


def _holds(known: Known, comparison: Comparison) -> Truth:
    if not isinstance(known, Selection):
        return Truth.UNKNOWN
    values = frozenset(comparison.values)
    if known.has & values:
        return Truth.TRUE
    return Truth.FALSE if values <= known.lacks else Truth.UNKNOWN


def _between(low: float, high: float, known: Known) -> Truth:
    """Return whether all, none or some of what is possible lies from `low` to `high`."""
    if not isinstance(known, Range):
        return Truth.UNKNOWN
    if known.low >= low and known.high <= high:
        return Truth.TRUE
    return Truth.FALSE if known.high < low or known.low > high else Truth.UNKNOWN


def _at_least(known: Known, comparison: Comparison) -> Truth:
    return _between(comparison.bound, math.inf, known)


def _at_most(known: Known, comparison: Comparison) -> Truth:
    return _between(-math.inf, comparison.bound, known)


def _negated(truth: Truth) -> Truth:
    return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}.get(truth, Truth.UNKNOWN)


def _more_than(known: Known, comparison: Comparison) -> Truth:
    return _negated(_at_most(known, comparison))


def _less_than(known: Known, comparison: Comparison) -> Truth:
    return _negated(_at_least(known, comparison))


_CHOICES: Final = (FactKind.YES_NO, FactKind.CHOICE)
_NUMBERS: Final = (FactKind.NUMBER,)

OPERATORS: Final[Mapping[str, Operator]] = {
    # key, kinds of facts, list of values, decision
    "is": Operator(_CHOICES, False, _among),
    "in": Operator(_CHOICES, True, _among),
    "has": Operator((FactKind.SEVERAL,), False, _holds),
    "has-any": Operator((FactKind.SEVERAL,), True, _holds),
    "at-least": Operator(_NUMBERS, False, _at_least),
    "at-most": Operator(_NUMBERS, False, _at_most),
    "more-than": Operator(_NUMBERS, False, _more_than),
    "less-than": Operator(_NUMBERS, False, _less_than),
}


def decide(rule: Rule, profile: Profile) -> Truth:
    """Return whether a rule holds for what a profile knows."""
    if isinstance(rule, Comparison):
        known = profile.known.get(rule.fact)
        if known is None:
            return Truth.UNKNOWN
        return OPERATORS[rule.operator].decide(known, rule)
    if isinstance(rule, Not):
        return _negated(decide(rule.rule, profile))
    truths = [decide(one, profile) for one in rule.rules]
    settling = Truth.FALSE if isinstance(rule, All) else Truth.TRUE
    if settling in truths:
        return settling
    return Truth.UNKNOWN if Truth.UNKNOWN in truths else _negated(settling)


def facts_in(rule: Rule) -> Iterator[str]:
    """Yield the ids of the facts that a rule asks for, as it names them."""
    for comparison in comparisons(rule):
        yield comparison.fact


def comparisons(rule: Rule) -> Iterator[Comparison]:
    """Yield the comparisons that a rule is made of."""
    if isinstance(rule, Comparison):
        yield rule
    elif isinstance(rule, Not):
        yield from comparisons(rule.rule)
    else:
        for one in rule.rules:
            yield from comparisons(one)


def open_facts(rule: Rule, profile: Profile) -> Iterator[str]:
    """Yield the facts on which a rule still hangs; none when it is decided."""
    if decide(rule, profile) is not Truth.UNKNOWN:
        return
    if isinstance(rule, Comparison):
        yield rule.fact
    elif isinstance(rule, Not):
        yield from open_facts(rule.rule, profile)
    else:
        for one in rule.rules:
            yield from open_facts(one, profile)


def clause_key(comparison: Comparison, fact: Fact) -> str:
    """Return the key of `Fact.says` that words a comparison."""
    if fact.kind is FactKind.YES_NO:
        return YES if YES in comparison.values and NO not in comparison.values else NO
    return {"in": "is", "has-any": "has"}.get(comparison.operator, comparison.operator)


def clause(rule: Rule, facts: Mapping[str, Fact], language: str) -> str:
    """Return what a rule says in words, as a clause without a full stop."""
    if isinstance(rule, Comparison):
        fact = facts[rule.fact]
        template = fact.says[clause_key(rule, fact)].text(language)
        if OPERATORS[rule.operator].kinds == _NUMBERS:
            return template.replace("{}", number(rule.bound, fact.unit, language))
        labels = [
            choice.label.text(language)
            for key, choice in fact.choices.items()
            if key in rule.values
        ]
        return template.replace("{}", join(labels, language, "or"))
    if isinstance(rule, Not):
        return say(NOT_SO, language).format(clause(rule.rule, facts, language))
    word = "and" if isinstance(rule, All) else "or"
    return join([clause(one, facts, language) for one in rule.rules], language, word, ", ")


def sentence(rule: Rule, facts: Mapping[str, Fact], language: str) -> str:
    """Return what a rule says as a sentence."""
    words = clause(rule, facts, language)
    return f"{words[:1].upper()}{words[1:]}."
