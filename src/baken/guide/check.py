"""Checking what a guide says: every problem at once, and what has to be read again.

Mistakes of form are found while reading; this module finds mistakes of meaning. One function a
rule, listed in `RULES`.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from baken.landscape.convert import suggest
from baken.landscape.document import Problem
from baken.model import LANGUAGES

from .facts import FactKind
from .guide import Amount, Measure, RegulatoryPath, Section, Source, Step
from .read import Reading, amounts_of, facts_used, read, rules_of
from .rules import clause_key, comparisons

Rule = Callable[[Reading], Iterator[Problem]]
_Record = Measure | Step | Section | RegulatoryPath

FRESH_FOR: Final = datetime.timedelta(days=365)
"""How long a source counts as read lately; the issue that asked for the guide says a year."""


def check(landscape: Path, on: datetime.date) -> list[Problem]:
    """Return every problem of a landscape's guide, ordered by file and line.

    Args:
        landscape: the landscape's folder.
        on: the day from which a source's age is counted.
    """
    return problems_of(read(landscape), on)


def problems_of(reading: Reading, on: datetime.date) -> list[Problem]:
    """Return the problems of a reading: of form, of meaning, and sources read too long ago."""
    found = set(reading.problems)
    for rule in RULES:
        found.update(rule(reading))
    found.update(stale_sources(reading, on))
    return sorted(found)


def aged_figures(reading: Reading, on: datetime.date) -> list[Problem]:
    """Return the records whose figures hold for a date more than a year before `on`.

    That is no mistake, as the date is shown with them; it is what an editor reads again first.
    """
    aged = []
    for kind, record in _records(reading):
        if on - _end_of(record.as_of) > FRESH_FOR:
            message = (
                f"What “{record.id}” says holds for {record.as_of}. Read its sources again: "
                f"{', '.join(source.url for source in record.sources)}"
            )
            document, trail = reading.trails[kind, record.id]
            aged.append(document.problem((*trail, "as-of"), "aged", message))
    return sorted(aged)


def stale_sources(reading: Reading, on: datetime.date) -> Iterator[Problem]:
    """Name the records of which a source was last read more than a year before `on`."""
    for kind, record in _records(reading):
        for source in _cited(record):
            if on - source.retrieved > FRESH_FOR:
                message = (
                    f"“{source.id}”, on which “{record.id}” rests, was last read on "
                    f"{source.retrieved}. Read {source.url} again, and set `retrieved:`."
                )
                document, trail = reading.trails[kind, record.id]
                yield document.problem((*trail, "sources"), "stale-source", message)


def sources_missing(reading: Reading) -> Iterator[Problem]:
    """Everything the guide says has a source."""
    for kind, record in _records(reading):
        if not record.sources:
            message = f"Nobody is named who says what “{record.id}” says. Add `sources:`."
            document, trail = reading.trails[kind, record.id]
            yield document.problem(trail, "missing-citation", message)


def measures_without_conditions(reading: Reading) -> Iterator[Problem]:
    """A measure that anybody may have is one whose conditions nobody wrote down."""
    for measure in reading.guide.measures.values():
        document, trail = reading.trails["measure", measure.id]
        if not measure.conditions:
            message = "Say for whom the measure is: at least one rule in `conditions:`."
            yield document.problem((*trail, "conditions"), "no-conditions", message)
        if not measure.gives and measure.is_amount_confirmed:
            message = (
                "Say what the measure gives, with a source, or write `amount-not-confirmed: true`."
            )
            yield document.problem(trail, "no-amount", message)


def amounts_without_source(reading: Reading) -> Iterator[Problem]:
    """Every figure names the document that says it."""
    for origin, amount in amounts_of(reading.guide):
        if amount.source is None:
            file, _, line = origin.rpartition(":")
            message = f"Nobody is named who says “{amount.what.en}”. Add `source:` to the figure."
            yield Problem(file, int(line), "missing-citation", message)


def clauses_missing(reading: Reading) -> Iterator[Problem]:
    """Every comparison that a rule makes has words in every language."""
    facts = reading.guide.facts
    for origin, rule in rules_of(reading.guide):
        for comparison in comparisons(rule):
            fact = facts[comparison.fact]
            key = clause_key(comparison, fact)
            document, trail = reading.trails["fact", fact.id]
            said = fact.says.get(key)
            if said is None:
                message = f"A rule ({origin}) needs `says: {key}` here to be put into words."
                yield document.problem((*trail, "says"), "no-words", message)
            elif fact.kind is not FactKind.YES_NO and any(
                "{}" not in said.text(language) for language in LANGUAGES
            ):
                message = f"“says: {key}” needs {{}} in each language, where the value goes."
                yield document.problem((*trail, "says", key), "no-words", message)


def facts_without_rules(reading: Reading) -> Iterator[Problem]:
    """Nobody is asked what no rule needs."""
    used = facts_used(reading.guide)
    implied = {
        target
        for fact in reading.guide.facts.values()
        for choice in fact.choices.values()
        for target in choice.implies
    }
    implying = {
        fact.id
        for fact in reading.guide.facts.values()
        if any(choice.implies for choice in fact.choices.values())
    }
    for key in reading.guide.facts.keys() - used - implied - implying:
        document, trail = reading.trails["fact", key]
        message = f"No rule asks for “{key}”. Take it out, or write the rule."
        yield document.problem(trail, "unused-fact", message)


def bodies_unknown(reading: Reading) -> Iterator[Problem]:
    """A body that says it is an organisation of the landscape is one."""
    for body in reading.guide.bodies.values():
        if body.organisation is not None and body.organisation not in reading.organisations:
            document, trail = reading.trails["body", body.id]
            message = (
                f"There is no organisation “{body.organisation}” in this landscape. "
                f"{suggest(body.organisation, reading.organisations)}"
            )
            yield document.problem((*trail, "organisation"), "unknown-organisation", message)


def unused(reading: Reading) -> Iterator[Problem]:
    """A source or a body that nothing names is one that somebody forgot."""
    cited = {source.id for _, record in _records(reading) for source in _cited(record)}
    cited |= {amount.source.id for _, amount in amounts_of(reading.guide) if amount.source}
    for key in reading.guide.sources.keys() - cited:
        document, trail = reading.trails["source", key]
        yield document.problem(trail, "unused-source", f"Nothing cites “{key}”. Take it out.")
    guide = reading.guide
    named = {measure.body.id for measure in guide.measures.values()}
    named |= {step.body.id for step in guide.steps if step.body is not None}
    named |= {stage.body.id for path in guide.paths for stage in path.stages}
    for key in guide.bodies.keys() - named:
        document, trail = reading.trails["body", key]
        yield document.problem(trail, "unused-body", f"Nothing names “{key}”. Take it out.")


def dates_to_come(reading: Reading) -> Iterator[Problem]:
    """A source that was read cannot be younger than the day it was read."""
    for source in reading.guide.sources.values():
        if source.published is not None and source.published > source.retrieved.isoformat():
            document, trail = reading.trails["source", source.id]
            message = f"`published: {source.published}` is later than `retrieved:`."
            yield document.problem((*trail, "published"), "malformed-date", message)


RULES: Final[tuple[Rule, ...]] = (
    sources_missing,
    measures_without_conditions,
    amounts_without_source,
    clauses_missing,
    facts_without_rules,
    bodies_unknown,
    unused,
    dates_to_come,
)


def _records(reading: Reading) -> Iterator[tuple[str, _Record]]:
    guide = reading.guide
    yield from (("measure", one) for one in guide.measures.values())
    yield from (("step", one) for one in guide.steps)
    yield from (("section", one) for one in guide.tax)
    yield from (("path", one) for one in guide.paths)


def _cited(record: _Record) -> Iterator[Source]:
    """Yield every source that a record rests on, its amounts', stages' and conditions' too."""
    yield from record.sources
    if isinstance(record, (Measure, Step, RegulatoryPath)):
        yield from (one.source for one in record.conditions if one.source is not None)
    amounts: tuple[Amount, ...] = ()
    if isinstance(record, Measure):
        amounts = record.gives
    elif isinstance(record, Step):
        amounts = (*record.takes, *record.costs)
    elif isinstance(record, Section):
        amounts = record.figures
    else:
        for stage in record.stages:
            yield from stage.sources
            amounts = (*amounts, *stage.takes, *stage.costs)
    yield from (amount.source for amount in amounts if amount.source is not None)


def _end_of(date: str) -> datetime.date:
    """Return the last day of a day, month or year."""
    year, month, day = (*map(int, date.split("-")), 0, 0)[:3]
    month = month or 12
    return datetime.date(year, month, day or calendar.monthrange(year, month)[1])
