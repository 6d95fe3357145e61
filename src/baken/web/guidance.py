"""The company that an address describes, and what the guide's rules make of it, as pages show it.

The answers stand in the address, one parameter a question, and nowhere else: nothing is kept. Of a
question with several answers ``none`` says that none of them is true, ``undecided`` that those
not named are open, and ``-research`` that this one is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

from msgspec import Struct

from baken.errors import GuideError
from baken.guide import Advice, Footnotes
from baken.guide.facts import Fact, FactKind, Profile, Selection
from baken.guide.guide import Condition, Decision, Figure, Outcome, Question, Spoken, Verdict
from baken.guide.rules import Truth, comparisons, decide
from baken.text.speech import message
from baken.workspace import Workspace

from .page import Link, Query

NONE: Final = "none"
UNDECIDED: Final = "undecided"

KINDS: Final = {
    "grant": message("Grants"),
    "loan": message("Loans and guarantees"),
    "equity": message("Capital"),
    "tax": message("Corporate tax"),
    "payroll-tax": message("Payroll tax"),
    "social-security": message("Social security"),
    "investor": message("For those who invest in you"),
    "service": message("Services and reduced fees"),
}
LEVELS: Final = {
    "flanders": message("Flemish measure"),
    "belgium": message("Belgian measure"),
    "europe": message("European measure"),
}


_UNITS: Final = {
    "years": message("years"),
    "EUR": message("euro"),
    "percent": message("per cent"),
    "fte": message("full-time equivalents"),
}


class AnswerView(Struct, frozen=True):
    """One answer of a form's question, and whether it is given."""

    id: str
    label: str
    note: str | None
    is_on: bool


class QuestionView(Struct, frozen=True, kw_only=True):
    """One question of the form.

    Attributes:
        fact: its name in the address.
        kind: ``yes-no``, ``choice``, ``several`` or ``number``.
        text: the question.
        note: how to answer it, or None.
        answers: to choose from; empty for a number.
        unit: of a number, in words, or None.
        value: the number given, or None.
        is_answered: whether the address answers it.
        raw: the answer as the address gives it.
    """

    fact: str
    kind: str
    text: str
    note: str | None
    answers: tuple[AnswerView, ...]
    unit: str | None
    value: str | None
    is_answered: bool
    raw: tuple[str, ...]


class Ask(Struct, frozen=True):
    """An open question: links that answer it, or where in the form it is answered."""

    text: str
    answers: tuple[Link, ...]
    href: str


class FigureView(Struct, frozen=True, kw_only=True):
    """A figure in words; see `baken.guide.guide.Figure`."""

    text: str
    what: Spoken
    holds: str
    rule: str | None
    as_of: str
    notes: tuple[int, ...]


class Check(Struct, frozen=True, kw_only=True):
    """What became of one condition, and what would settle it."""

    rule: str
    holds: str
    why: str
    origin: str
    notes: tuple[int, ...]
    asks: tuple[Ask, ...]


class Line(Struct, frozen=True, kw_only=True):
    """A measure in a list.

    Attributes:
        kind: what it is: a key of `KINDS`.
        level: who gives it, in words.
        outcome: ``applies``, ``depends`` or ``does-not``.
        deciding: the conditions that make the outcome.
        figures: what it gives this company.
        figures_note: said instead, or None.
        as_of: the date that its figures hold for.
        notes: numbers of its documents.
    """

    id: str
    name: str
    href: str
    summary: str
    kind: str
    level: str
    body: str
    outcome: Outcome
    deciding: tuple[Check, ...]
    figures: tuple[FigureView, ...]
    figures_note: str | None
    as_of: str
    notes: tuple[int, ...]


class Company:
    """What an address says of a company, and what the guide says to it.

    Attributes:
        given: the answers in the address, by question.
        problem: what is wrong with them, or None; no answer counts then.
        profile: what follows from them.
        footnotes: the documents met so far.
    """

    def __init__(self, workspace: Workspace, query: Query) -> None:
        self._guide = workspace.guide
        self._query = query
        self.given = {key: query.all(key) for key in self._guide.facts if query.all(key)}
        self.problem: str | None = None
        self.footnotes = Footnotes()
        self._asked: dict[tuple[str, tuple[str, ...]], Ask] = {}
        try:
            self.profile = self._guide.profile(self.answers)
        except GuideError as error:
            self.problem = error.said(query.say)
            self.profile = Profile()

    @cached_property
    def advice(self) -> Advice:
        """What the guide says to the company; worked out when a page needs all of it."""
        return self._guide.advise(self.profile, self._query.language)

    @property
    def answers(self) -> dict[str, Any]:
        """What the address says, as `baken.guide.Guide.profile` takes it."""
        return {key: _answer(self._guide.facts[key], self.given[key]) for key in self.given}

    def address(self, path: str, **changed: Any) -> str:
        """Return the address of a page that is told the same of the company, but for changes."""
        return self._query.address(path, **{**self.given, **changed})

    def questions(self) -> tuple[QuestionView, ...]:
        """Return every question, in the order to ask them."""
        return tuple(self._question(one) for one in self._guide.questions(self._query.language))

    def _question(self, question: Question) -> QuestionView:
        given = self.given.get(question.fact, ())
        return QuestionView(
            fact=question.fact,
            kind=question.kind,
            text=question.text,
            note=question.note,
            answers=tuple(
                AnswerView(one.id, one.label, one.note, one.id in given) for one in question.answers
            ),
            unit=self._query.say(_UNITS[question.unit]) if question.unit in _UNITS else None,
            value=given[-1] if given and question.kind == FactKind.NUMBER.value else None,
            is_answered=bool(given),
            raw=given,
        )

    def lines(self) -> tuple[Line, ...]:
        """Return every measure: those that apply first, then those that hang on least."""
        return tuple(self.line(verdict) for verdict in self.advice.measures)

    def line(self, verdict: Verdict) -> Line:
        """Return a measure as a list shows it."""
        notes = self.footnotes.of(*verdict.sources)
        return Line(
            id=verdict.id,
            name=verdict.name,
            href=self.address(f"/guide/measures/{verdict.id}"),
            summary=verdict.summary,
            kind=verdict.kind,
            level=self._query.say(LEVELS[verdict.level]),
            body=verdict.body.name,
            outcome=verdict.outcome,
            deciding=self.checks(
                verdict.deciding, self._guide.measures[verdict.id].conditions, verdict.outcome
            ),
            figures=tuple(f for f in self.figures(verdict.figures) if f.holds == "yes"),
            figures_note=verdict.figures_note,
            as_of=verdict.as_of,
            notes=notes,
        )

    def figures(self, figures: Iterable[Figure]) -> tuple[FigureView, ...]:
        """Return figures as shown, with their documents numbered."""
        return tuple(
            FigureView(
                text=one.text,
                what=one.what,
                holds=one.holds,
                rule=one.rule,
                as_of=one.as_of,
                notes=self.footnotes.of(one.source),
            )
            for one in figures
        )

    def checks(
        self,
        decisions: Iterable[Decision],
        conditions: Iterable[Condition],
        outcome: Outcome,
    ) -> tuple[Check, ...]:
        """Return conditions as shown; what has failed already asks for nothing more."""
        by_rule = {(one.origin, str(one.rule)): one for one in conditions}
        return tuple(
            Check(
                rule=one.rule,
                holds=one.holds,
                why=one.why,
                origin=one.origin,
                notes=self.footnotes.of(one.source),
                asks=() if outcome == "does-not" else self._asks(by_rule[one.origin, one.formal]),
            )
            for one in decisions
        )

    def _asks(self, condition: Condition) -> tuple[Ask, ...]:
        """Return the questions on which a condition still hangs, with what answers them."""
        if decide(condition.rule, self.profile) is not Truth.UNKNOWN:
            return ()
        wanted: dict[str, list[str]] = {}
        for comparison in comparisons(condition.rule):
            if decide(comparison, self.profile) is Truth.UNKNOWN:
                wanted.setdefault(comparison.fact, []).extend(comparison.values)
        return tuple(self._ask(key, tuple(values)) for key, values in wanted.items())

    def _ask(self, key: str, values: tuple[str, ...]) -> Ask:
        # Measures ask the same of a company: the list of all asks 57 questions 149 times.
        asked = self._asked.get((key, values))
        if asked is None:
            asked = self._asked[key, values] = self._put(self._guide.facts[key], values)
        return asked

    def _put(self, fact: Fact, values: Iterable[str]) -> Ask:
        say, language = self._query.say, self._query.language
        text = fact.question.text(language)
        form = f"{self.address('/guide', all='yes')}#ask-{fact.id}"
        if fact.kind is FactKind.NUMBER:
            return Ask(text, (Link(say("Give the number"), form),), form)
        if fact.kind is FactKind.YES_NO:
            labels = {"yes": say("Yes"), "no": say("No")}
            links = [Link(labels[key], self._with(fact, (key,))) for key in fact.choices]
        elif fact.kind is FactKind.CHOICE:
            links = [
                Link(_capital(choice.label.text(language)), self._with(fact, (key,)))
                for key, choice in fact.choices.items()
            ]
        else:
            known = self.profile.known.get(fact.id, Selection())
            assert isinstance(known, Selection)
            said = (*sorted(known.has), *(f"-{key}" for key in sorted(known.lacks)))
            asked = [key for key in dict.fromkeys(values) if key not in known.has | known.lacks]
            links = [
                Link(
                    _capital(fact.choices[key].label.text(language)),
                    self._with(fact, (*said, key, UNDECIDED)),
                )
                for key in asked
            ]
            none = (*said, *(f"-{key}" for key in asked), UNDECIDED)
            one = say("No") if len(asked) == 1 else say("None of these")
            links.append(Link(one, self._with(fact, none)))
        return Ask(text, tuple(links), form)

    def _with(self, fact: Fact, values: tuple[str, ...]) -> str:
        """Return this page's address with a question answered."""
        return self.address(self._query.page, **{fact.id: values})


def _answer(fact: Fact, values: tuple[str, ...]) -> Any:
    """Return what an address says to one question, as the guide reads answers."""
    if fact.kind is not FactKind.SEVERAL:
        return values[-1] if fact.kind is not FactKind.CHOICE else list(values)
    has = [one for one in values if one not in (NONE, UNDECIDED) and not one.startswith("-")]
    lacks = [one[1:] for one in values if one.startswith("-") and one[1:] not in has]
    if lacks or UNDECIDED in values:
        return {"has": has, "lacks": lacks}
    return has or NONE


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
