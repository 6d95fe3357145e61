"""The guide: measures, steps, the tax system and regulatory paths, and what fits a profile.

Everything `Guide.advise` returns is ready for JSON and for a page: words in the language asked for,
figures with the date they hold for, sources one can open.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from baken.errors import GuideError
from baken.text.marking import message

from .facts import Fact, Profile, answers, describe, nearest
from .format import Award, Copy, Level, MeasureKind
from .rules import Rule, Truth, decide, facts_in, open_facts, sentence
from .wording import (
    AMOUNT_NOT_CONFIRMED,
    AWARDS,
    GIVEN,
    NOT_ADVICE,
    OUTCOMES,
    QUALIFIERS,
    REASONS,
    TIME_NOT_CONFIRMED,
    Text,
    number,
    say,
)

Outcome = Literal["applies", "depends", "does-not"]
Holds = Literal["yes", "no", "unknown"]

_HOLDS: Final[Mapping[Truth, Holds]] = {
    Truth.TRUE: "yes",
    Truth.FALSE: "no",
    Truth.UNKNOWN: "unknown",
}
_DECIDING: Final[Mapping[Outcome, Holds]] = {
    "applies": "yes",
    "does-not": "no",
    "depends": "unknown",
}
_LEAST: Final = 1e-6
"""What a step or path adds to the weight of a question: after every measure, in file order."""

_ORDER: Final[tuple[Outcome, ...]] = ("applies", "depends", "does-not")


class Source(Struct, frozen=True, omit_defaults=True):
    """A public document.

    Attributes:
        id: its key in ``guide/sources.yaml``.
        publisher: the body that stands behind it.
        title: its title.
        url: where it is.
        retrieved: the day it was last read.
        copy: whether it was read on line or in a stored copy, which may be older than that day.
        published: the date the document itself bears; None when it bears none.
        span: the few exact words that carry the fact cited, when worth quoting.
    """

    id: str
    publisher: str
    title: str
    url: str
    retrieved: datetime.date
    copy: Copy = "live"
    published: str | None = None
    span: str | None = None


class Body(Struct, frozen=True):
    """Who decides; `organisation` is its id in the landscape, or None when it has none."""

    id: str
    name: Text
    site: str
    organisation: str | None = None


class Condition(Struct, frozen=True):
    """A rule that has to hold.

    Attributes:
        rule: what is compared.
        origin: file and line, as in ``guide/measures/kmo-portefeuille.yaml:30``.
        says: its own words; None when the rule's words are made from its facts.
        source: who says so, where that is not the measure's first source.
    """

    rule: Rule
    origin: str
    says: Text | None = None
    source: Source | None = None


class Amount(Struct, frozen=True):
    """A figure, the date it holds for, and the rule under which it does; None for always."""

    what: Text
    value: float
    qualifier: str
    unit: str
    as_of: str
    when: Rule | None = None
    source: Source | None = None


class Legal(Struct, frozen=True):
    """An act, decree or regulation."""

    title: Text
    url: str | None = None


class Measure(Struct, frozen=True, kw_only=True):
    """An incentive or tax measure; see ``docs/guide.md`` for each field."""

    id: str
    origin: str
    name: Text
    summary: Text
    text: Text
    kind: MeasureKind
    level: Level
    award: Award
    body: Body
    how: Text
    conditions: tuple[Condition, ...]
    gives: tuple[Amount, ...]
    is_amount_confirmed: bool
    beyond: tuple[Text, ...]
    legal_basis: tuple[Legal, ...]
    caution: Text | None
    sources: tuple[Source, ...]
    as_of: str


class Step(Struct, frozen=True, kw_only=True):
    """A step of setting up."""

    id: str
    origin: str
    title: Text
    what: Text
    who: Text
    body: Body | None
    after: tuple[str, ...]
    takes: tuple[Amount, ...]
    costs: tuple[Amount, ...]
    conditions: tuple[Condition, ...]
    sources: tuple[Source, ...]
    as_of: str


class Section(Struct, frozen=True, kw_only=True):
    """A chapter of the tax system explained."""

    id: str
    origin: str
    title: Text
    summary: Text
    text: tuple[Text, ...]
    figures: tuple[Amount, ...]
    measures: tuple[str, ...]
    sources: tuple[Source, ...]
    as_of: str


class Stage(Struct, frozen=True, kw_only=True):
    """One stage of a regulatory path."""

    title: Text
    what: Text
    body: Body
    takes: tuple[Amount, ...]
    costs: tuple[Amount, ...]
    sources: tuple[Source, ...]


class RegulatoryPath(Struct, frozen=True, kw_only=True):
    """A regulatory path, its stages in order."""

    id: str
    origin: str
    title: Text
    summary: Text
    conditions: tuple[Condition, ...]
    stages: tuple[Stage, ...]
    legal_basis: tuple[Legal, ...]
    sources: tuple[Source, ...]
    as_of: str


# -- what advise returns ---------------------------------------------------------------------


class Spoken(Struct, frozen=True):
    """A text and the language it is in, which is English where there is no translation."""

    text: str
    language: str


class Given(Struct, frozen=True):
    """An answer that a decision rests on."""

    fact: str
    label: str
    value: str


class Decision(Struct, frozen=True, omit_defaults=True):
    """What became of one condition.

    Attributes:
        rule: the rule in words.
        holds: whether it does.
        why: the rule and the answers in one line, for people.
        given: the answers it rests on.
        formal: the rule as it is compared.
        origin: file and line of the rule.
        open: ids of the facts it still hangs on; none when decided.
        source: who says so.
    """

    rule: str
    holds: Holds
    why: str
    given: tuple[Given, ...]
    formal: str
    origin: str
    open: tuple[str, ...] = ()
    source: Source | None = None


class Answer(Struct, frozen=True, omit_defaults=True):
    """One of the answers a question offers."""

    id: str
    label: str
    note: str | None = None


class Question(Struct, frozen=True, omit_defaults=True):
    """A question of the profile, as a form needs it; `answers` is empty for a number."""

    fact: str
    kind: str
    label: str
    text: str
    answers: tuple[Answer, ...] = ()
    note: str | None = None
    unit: str | None = None


class Figure(Struct, frozen=True, omit_defaults=True):
    """An amount in words, and whether it holds for the profile."""

    text: str
    what: Spoken
    holds: Holds
    value: float
    unit: str
    qualifier: str
    as_of: str
    rule: str | None = None
    source: Source | None = None


class Contact(Struct, frozen=True, omit_defaults=True):
    """Who decides, in the language asked for."""

    id: str
    name: str
    site: str
    organisation: str | None = None


class LegalText(Struct, frozen=True, omit_defaults=True):
    """An act in the language asked for, or in English."""

    title: Spoken
    url: str | None = None


class Verdict(Struct, frozen=True, kw_only=True):
    """What a measure is to a profile, and why.

    Attributes:
        outcome: ``applies`` when every condition is met, ``does-not`` when one is not, else
            ``depends``.
        deciding: the decisions that make the outcome: those not met, else those open, else all.
        decisions: all of them, in the order of the file.
        questions: ids of the facts that are still open, first the ones that decide most.
        beyond: conditions that no rule here checks; the body does.
        notice: that this is not advice.
    """

    id: str
    name: str
    summary: str
    kind: MeasureKind
    level: Level
    award: Award
    award_words: str
    outcome: Outcome
    outcome_words: str
    deciding: tuple[Decision, ...]
    decisions: tuple[Decision, ...]
    questions: tuple[str, ...]
    text: Spoken
    figures: tuple[Figure, ...]
    figures_note: str | None
    how: Spoken
    beyond: tuple[Spoken, ...]
    caution: Spoken | None
    body: Contact
    legal_basis: tuple[LegalText, ...]
    sources: tuple[Source, ...]
    as_of: str
    notice: str


class PlannedStep(Struct, frozen=True, kw_only=True):
    """A step for a profile, after those it has to wait for; `row` is its depth in the timeline."""

    id: str
    title: str
    what: Spoken
    who: Spoken
    body: Contact | None
    after: tuple[str, ...]
    row: int
    outcome: Outcome
    decisions: tuple[Decision, ...]
    takes: tuple[Figure, ...]
    takes_note: str | None
    costs: tuple[Figure, ...]
    costs_note: str | None
    sources: tuple[Source, ...]
    as_of: str


class Chapter(Struct, frozen=True, kw_only=True):
    """A chapter of the tax system in the language asked for."""

    id: str
    title: str
    summary: str
    text: tuple[Spoken, ...]
    figures: tuple[Figure, ...]
    measures: tuple[str, ...]
    sources: tuple[Source, ...]
    as_of: str


class PathStage(Struct, frozen=True, kw_only=True):
    """A stage of a path in the language asked for."""

    title: str
    what: Spoken
    body: Contact
    takes: tuple[Figure, ...]
    costs: tuple[Figure, ...]
    sources: tuple[Source, ...]


class PlannedPath(Struct, frozen=True, kw_only=True):
    """A regulatory path, and whether it is one for the profile."""

    id: str
    title: str
    summary: str
    outcome: Outcome
    outcome_words: str
    decisions: tuple[Decision, ...]
    stages: tuple[PathStage, ...]
    legal_basis: tuple[LegalText, ...]
    sources: tuple[Source, ...]
    as_of: str


class Advice(Struct, frozen=True, kw_only=True):
    """Everything the guide says for a profile, in one language.

    Attributes:
        language: of the words; a text that is not in it says which it is in.
        title: of the guide.
        intro: how to read it.
        as_of: the day the guide as a whole was last gone through.
        notice: that this is not advice.
        given: the profile as it was answered.
        measures: a verdict each, those that apply first, then those with the fewest open questions.
        steps: of setting up, in order.
        tax: the tax system.
        paths: the regulatory paths, those that apply first.
        questions: everything still open, the question that would decide most measures first, those
            that only steps and paths hang on last.
    """

    language: str
    title: str
    intro: Spoken
    as_of: str
    notice: str
    given: tuple[Given, ...]
    measures: tuple[Verdict, ...]
    steps: tuple[PlannedStep, ...]
    tax: tuple[Chapter, ...]
    paths: tuple[PlannedPath, ...]
    questions: tuple[Question, ...]


class Guide(Struct, frozen=True, kw_only=True):
    """A landscape's guide.

    Attributes:
        title: its title.
        intro: how to read it.
        as_of: the day it was last gone through as a whole.
        facts: what a profile may say, by id, in the order to ask it.
        bodies: who decides, by id.
        sources: every document cited, by id.
        measures: by id.
        steps: of setting up, each after those it waits for.
        tax: chapters.
        paths: regulatory paths.
    """

    title: Text
    intro: Text
    as_of: str
    facts: Mapping[str, Fact]
    bodies: Mapping[str, Body]
    sources: Mapping[str, Source]
    measures: Mapping[str, Measure]
    steps: tuple[Step, ...]
    tax: tuple[Section, ...]
    paths: tuple[RegulatoryPath, ...]

    def profile(self, given: Mapping[str, Any]) -> Profile:
        """Return the profile that answers make; see `baken.guide.facts.answers`.

        Raises:
            GuideError: there is no such fact or value, or the answers contradict each other.
        """
        return answers(self.facts, given)

    def measure(self, measure_id: str) -> Measure:
        """Return one measure.

        Raises:
            GuideError: there is none of that id.
        """
        found = self.measures.get(measure_id)
        if found is None:
            way_out, near = nearest(measure_id, self.measures)
            raise GuideError(
                message("There is no measure “%(id)s” here."), *way_out, id=measure_id, choices=near
            )
        return found

    def questions(self, language: str = "en") -> tuple[Question, ...]:
        """Return every question of the profile, in the order to ask them."""
        return tuple(_question(fact, language) for fact in self.facts.values())

    def advise(
        self, profile: Profile | Mapping[str, Any] | None = None, language: str = "en"
    ) -> Advice:
        """Return what the guide says for a profile.

        Args:
            profile: from `profile`, or the answers themselves; None when nothing is known.
            language: ``en``, ``nl``, ``fr`` or ``de``; English where Baken does not speak it.

        Raises:
            GuideError: the answers name what there is not, or contradict each other.
        """
        known = profile if isinstance(profile, Profile) else self.profile(profile or {})
        voice = _Voice(self, known, language)
        verdicts = [voice.verdict(measure) for measure in self.measures.values()]
        verdicts.sort(key=lambda one: (_ORDER.index(one.outcome), len(one.questions), one.name))
        steps = voice.steps()
        paths = [voice.path(path) for path in self.paths]
        paths.sort(key=lambda one: _ORDER.index(one.outcome))
        return Advice(
            language=self.title.language(language),
            title=self.title.text(language),
            intro=voice.spoken(self.intro),
            as_of=self.as_of,
            notice=say(NOT_ADVICE, language),
            given=voice.given(key for key in self.facts if key in known.given),
            measures=tuple(verdicts),
            steps=steps,
            tax=tuple(voice.chapter(section) for section in self.tax),
            paths=tuple(paths),
            questions=tuple(
                _question(self.facts[key], language)
                for key in _by_weight(verdicts, (*steps, *paths), self.facts)
            ),
        )

    def verdict(
        self,
        measure_id: str,
        profile: Profile | Mapping[str, Any] | None = None,
        language: str = "en",
    ) -> Verdict:
        """Return what one measure is to a profile.

        Raises:
            GuideError: there is no such measure, or the answers make no sense.
        """
        known = profile if isinstance(profile, Profile) else self.profile(profile or {})
        return _Voice(self, known, language).verdict(self.measure(measure_id))


def _by_weight(
    verdicts: Iterable[Verdict],
    others: Iterable[PlannedStep | PlannedPath],
    facts: Mapping[str, Fact],
) -> list[str]:
    """Return open facts, the one that most undecided measures hang on first.

    A measure with few open questions weighs more: one answer may settle it.
    """
    weights = dict.fromkeys(facts, 0.0)
    for verdict in verdicts:
        for key in verdict.questions:
            weights[key] += 1 / len(verdict.questions)
    for other in others:
        if other.outcome == "depends":
            for decision in other.decisions:
                for key in decision.open:
                    weights[key] += _LEAST
    return sorted((key for key in facts if weights[key]), key=lambda key: -weights[key])


def _question(fact: Fact, language: str) -> Question:
    return Question(
        fact=fact.id,
        kind=fact.kind.value,
        label=fact.label.text(language),
        text=fact.question.text(language),
        answers=tuple(
            Answer(
                key,
                choice.label.text(language),
                choice.note.text(language) if choice.note is not None else None,
            )
            for key, choice in fact.choices.items()
        ),
        note=fact.note.text(language) if fact.note is not None else None,
        unit=fact.unit,
    )


def outcome_of(truths: Iterable[Truth]) -> Outcome:
    """Return what conditions that came out like this make of a measure."""
    seen = set(truths)
    if Truth.FALSE in seen:
        return "does-not"
    return "depends" if Truth.UNKNOWN in seen else "applies"


class _Voice:
    """A guide speaking to one profile in one language."""

    def __init__(self, guide: Guide, profile: Profile, language: str) -> None:
        self._guide = guide
        self._profile = profile
        self._language = language

    def spoken(self, text: Text) -> Spoken:
        return Spoken(text.text(self._language), text.language(self._language))

    def given(self, keys: Iterable[str]) -> tuple[Given, ...]:
        return tuple(
            Given(key, fact.label.text(self._language), describe(fact, known, self._language))
            for key in dict.fromkeys(keys)
            if (known := self._profile.known.get(key)) is not None
            and (fact := self._guide.facts[key])
        )

    def decision(self, condition: Condition) -> Decision:
        language = self._language
        truth = decide(condition.rule, self._profile)
        rule = (
            condition.says.text(language)
            if condition.says is not None
            else sentence(condition.rule, self._guide.facts, language)
        )
        given = self.given(facts_in(condition.rule))
        why = say(REASONS[truth.value], language).format(rule=rule)
        if given:
            words = "; ".join(f"{one.label}: {one.value}" for one in given)
            why = f"{why} {say(GIVEN, language).format(words)}"
        return Decision(
            rule=rule,
            holds=_holds(truth),
            why=why,
            given=given,
            formal=str(condition.rule),
            origin=condition.origin,
            open=tuple(dict.fromkeys(open_facts(condition.rule, self._profile))),
            source=condition.source,
        )

    def figure(self, amount: Amount) -> Figure:
        language = self._language
        what = self.spoken(amount.what)
        value = number(amount.value, amount.unit, language)
        shown = say(QUALIFIERS[amount.qualifier], language).format(value)
        when = amount.when
        return Figure(
            text=shown,
            what=what,
            holds=_holds(decide(when, self._profile) if when is not None else Truth.TRUE),
            value=amount.value,
            unit=amount.unit,
            qualifier=amount.qualifier,
            as_of=amount.as_of,
            rule=sentence(when, self._guide.facts, language) if when is not None else None,
            source=amount.source,
        )

    def figures(self, amounts: Iterable[Amount]) -> tuple[Figure, ...]:
        return tuple(self.figure(amount) for amount in amounts)

    def contact(self, body: Body) -> Contact:
        return Contact(body.id, body.name.text(self._language), body.site, body.organisation)

    def legal(self, basis: Iterable[Legal]) -> tuple[LegalText, ...]:
        return tuple(LegalText(self.spoken(one.title), one.url) for one in basis)

    def verdict(self, measure: Measure) -> Verdict:
        language = self._language
        decisions = tuple(self.decision(condition) for condition in measure.conditions)
        outcome = outcome_of(Truth(one.holds) for one in decisions)
        still_open = {} if outcome == "does-not" else _count(k for d in decisions for k in d.open)
        return Verdict(
            id=measure.id,
            name=measure.name.text(language),
            summary=measure.summary.text(language),
            kind=measure.kind,
            level=measure.level,
            award=measure.award,
            award_words=say(AWARDS[measure.award], language),
            outcome=outcome,
            outcome_words=say(OUTCOMES[outcome], language),
            deciding=tuple(one for one in decisions if one.holds == _DECIDING[outcome]),
            decisions=decisions,
            questions=tuple(sorted(still_open, key=lambda key: -still_open[key])),
            text=self.spoken(measure.text),
            figures=self.figures(measure.gives),
            figures_note=None
            if measure.is_amount_confirmed
            else say(AMOUNT_NOT_CONFIRMED, language),
            how=self.spoken(measure.how),
            beyond=tuple(map(self.spoken, measure.beyond)),
            caution=self.spoken(measure.caution) if measure.caution is not None else None,
            body=self.contact(measure.body),
            legal_basis=self.legal(measure.legal_basis),
            sources=measure.sources,
            as_of=measure.as_of,
            notice=say(NOT_ADVICE, language),
        )

    def steps(self) -> tuple[PlannedStep, ...]:
        rows: dict[str, int] = {}
        planned = []
        for step in self._guide.steps:
            rows[step.id] = 1 + max((rows.get(key, 0) for key in step.after), default=-1)
            planned.append(self._step(step, rows[step.id]))
        return tuple(planned)

    def _step(self, step: Step, row: int) -> PlannedStep:
        language = self._language
        decisions = tuple(self.decision(condition) for condition in step.conditions)
        return PlannedStep(
            id=step.id,
            title=step.title.text(language),
            what=self.spoken(step.what),
            who=self.spoken(step.who),
            body=self.contact(step.body) if step.body is not None else None,
            after=step.after,
            row=row,
            outcome=outcome_of(Truth(one.holds) for one in decisions),
            decisions=decisions,
            takes=self.figures(step.takes),
            takes_note=None if step.takes else say(TIME_NOT_CONFIRMED, language),
            costs=self.figures(step.costs),
            costs_note=None if step.costs else say(AMOUNT_NOT_CONFIRMED, language),
            sources=step.sources,
            as_of=step.as_of,
        )

    def chapter(self, section: Section) -> Chapter:
        return Chapter(
            id=section.id,
            title=section.title.text(self._language),
            summary=section.summary.text(self._language),
            text=tuple(map(self.spoken, section.text)),
            figures=self.figures(section.figures),
            measures=section.measures,
            sources=section.sources,
            as_of=section.as_of,
        )

    def path(self, path: RegulatoryPath) -> PlannedPath:
        language = self._language
        decisions = tuple(self.decision(condition) for condition in path.conditions)
        outcome = outcome_of(Truth(one.holds) for one in decisions)
        return PlannedPath(
            id=path.id,
            title=path.title.text(language),
            summary=path.summary.text(language),
            outcome=outcome,
            outcome_words=say(OUTCOMES[outcome], language),
            decisions=decisions,
            stages=tuple(self._stage(stage) for stage in path.stages),
            legal_basis=self.legal(path.legal_basis),
            sources=path.sources,
            as_of=path.as_of,
        )

    def _stage(self, stage: Stage) -> PathStage:
        return PathStage(
            title=stage.title.text(self._language),
            what=self.spoken(stage.what),
            body=self.contact(stage.body),
            takes=self.figures(stage.takes),
            costs=self.figures(stage.costs),
            sources=stage.sources,
        )


def _holds(truth: Truth) -> Holds:
    return _HOLDS[truth]


def _count(keys: Iterator[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return counts
