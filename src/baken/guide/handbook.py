"""The handbook: what a region has for one company, in one language, ready to be laid out.

Everything a reader sees stands in it, words and headings included, so that the page and the PDF
say the same; `baken.guide.printing` lays it out on paper. Nothing here reads a file or asks a
clock: its date is that of what it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from baken.model import Citation
from baken.text.speech import Speech, message

from .footnotes import Document, Footnotes
from .guide import (
    Advice,
    Contact,
    Figure,
    Given,
    PlannedPath,
    PlannedStep,
    Spoken,
    Verdict,
)

_HEADINGS: Final[Mapping[str, str]] = {
    "company": message("Your company"),
    "glance": message("At a glance"),
    "region": message("The region"),
    "offers": message("Who offers what"),
    "offered": message("What is offered"),
    "organisations": message("Organisations"),
    "figures": message("In figures"),
    "partners": message("Partners for your need"),
    "measures": message("Incentives and tax measures"),
    "applies": message("What fits"),
    "depends": message("What depends on an answer"),
    "does-not": message("What does not fit, and why"),
    "is-applies": message("Fits"),
    "is-depends": message("Depends"),
    "is-does-not": message("Does not fit"),
    "tax": message("The tax system"),
    "steps": message("Setting up, step by step"),
    "paths": message("Regulatory paths"),
    "contacts": message("Whom to ask"),
    "reach": message("How to reach it"),
    "sources": message("Sources"),
    "contents": message("Contents"),
    "need": message("Your need"),
    "met": message("Conditions met"),
    "open": message("Still open"),
    "gives": message("What it gives"),
    "judges": message("What the body judges"),
    "how": message("How to get it"),
    "caution": message("Beware"),
    "who": message("Who"),
    "takes": message("How long"),
    "costs": message("What it costs"),
    "after": message("After"),
    "unknown": message("Not known here"),
    "measure": message("Measure"),
    "rule": message("The rule that is not met"),
    "body": message("Body"),
    "site": message("Where"),
    "for": message("What about"),
    "if": message("if:"),
}


class Region(Struct, frozen=True, kw_only=True):
    """What a landscape says of itself, in one language.

    Attributes:
        name: of the region.
        title: of the landscape.
        version: of the landscape.
        day: the day it was last read, ISO form.
        organisations: how many it knows.
        statements: how many statements it holds.
        offers: roles, and how many organisations offer each, most first.
        figures: measured facts, the most telling first.
    """

    name: str
    title: str
    version: str
    day: str
    organisations: int
    statements: int
    offers: tuple[tuple[str, int], ...]
    figures: tuple[Fact, ...]


class Fact(Struct, frozen=True, kw_only=True):
    """A measured fact in words, and the numbers of its documents.

    Attributes:
        value: with its qualifier.
        label: what is measured.
        of: whose it is.
        as_of: the date it holds for, ISO form.
        notes: numbers of documents.
    """

    value: str
    label: str
    of: str
    as_of: str
    notes: tuple[int, ...] = ()


class Why(Struct, frozen=True):
    """Why a partner fits, in the language that it is said in."""

    text: str
    language: str
    notes: tuple[int, ...]


class Partner(Struct, frozen=True, kw_only=True):
    """A line of the shortlist.

    Attributes:
        id: of the organisation.
        name: its name.
        kind: what it is.
        place: where it is, the most precise first.
        role: what for.
        reasons: why it fits.
        missing: what was asked for and is not known.
        website: or None.
    """

    id: str
    name: str
    kind: str
    place: str
    role: str
    reasons: tuple[Why, ...]
    missing: tuple[str, ...]
    website: str | None


class Amount(Struct, frozen=True):
    """A figure as printed."""

    text: str
    what: Spoken
    day: str
    notes: tuple[int, ...]
    rule: str | None = None


class Checked(Struct, frozen=True):
    """A condition, what became of it in words, and its documents."""

    rule: str
    holds: str
    why: str
    notes: tuple[int, ...]


class Cited(Struct, frozen=True):
    """A document behind the handbook, with its dates in words."""

    number: int
    publisher: str
    title: str | None
    url: str
    dates: str


class Entry(Struct, frozen=True, kw_only=True):
    """A measure with its verdict.

    Attributes:
        outcome: ``applies``, ``depends`` or ``does-not``, as the guide's pages say.
        deciding: the conditions that make the outcome.
        asks: the questions still open, in words.
        figures: what it gives this company: those figures that hold, or may.
        day: the date that its figures hold for, in words.
    """

    id: str
    name: str
    summary: str
    outcome: str
    award: str
    body: Contact
    deciding: tuple[Checked, ...]
    asks: tuple[str, ...]
    figures: tuple[Amount, ...]
    figures_note: str | None
    text: Spoken
    how: Spoken
    beyond: tuple[Spoken, ...]
    caution: Spoken | None
    day: str
    notes: tuple[int, ...]


class Stretch(Struct, frozen=True, kw_only=True):
    """A chapter on tax."""

    id: str
    title: str
    summary: str
    text: tuple[Spoken, ...]
    figures: tuple[Amount, ...]
    day: str
    notes: tuple[int, ...]


class Leg(Struct, frozen=True, kw_only=True):
    """A step of setting up; `after` are titles, `open` says on what it depends."""

    id: str
    number: int
    title: str
    what: Spoken
    who: Spoken
    body: Contact | None
    after: tuple[str, ...]
    takes: tuple[Amount, ...]
    takes_note: str | None
    costs: tuple[Amount, ...]
    costs_note: str | None
    open: tuple[str, ...]
    day: str
    notes: tuple[int, ...]


class Station(Struct, frozen=True, kw_only=True):
    """A stage of a regulatory path."""

    title: str
    what: Spoken
    body: Contact
    amounts: tuple[Amount, ...]
    notes: tuple[int, ...]


class Route(Struct, frozen=True, kw_only=True):
    """A regulatory path."""

    id: str
    title: str
    summary: str
    outcome: str
    outcome_words: str
    stations: tuple[Station, ...]
    day: str
    notes: tuple[int, ...]


class Reach(Struct, frozen=True, kw_only=True):
    """How to reach an organisation, as its landscape says.

    Attributes:
        contact: page that says how, or None.
        telephone: number of the organisation, or None.
        citations: who says so.
    """

    contact: str | None
    telephone: str | None
    citations: tuple[Citation, ...]


class Body(Struct, frozen=True, kw_only=True):
    """Somebody to ask, and what about.

    Attributes:
        name: its name.
        site: its web address.
        about: measures, steps and paths in which it has a say.
        contact: page that says how to reach it, or None.
        telephone: its number, or None.
        notes: numbers of the documents that say how to reach it.
    """

    name: str
    site: str
    about: tuple[str, ...]
    contact: str | None = None
    telephone: str | None = None
    notes: tuple[int, ...] = ()


class Handbook(Struct, frozen=True, kw_only=True):
    """A handbook for one company.

    Attributes:
        language: of its words, ISO 639-1.
        title: on its cover.
        subtitle: what it is about.
        date: the day of what it rests on, ISO form.
        day: the same in words.
        edition: which landscape it was made from, in words.
        region: of which it speaks.
        notice: that it is no advice.
        intro: how to read it.
        words: headings and labels.
        given: the company as it was described.
        need: what it looks for, in its own words; None where it did not say.
        need_language: ISO 639-1 code of those words.
        summary: what else it found, a sentence each.
        case: the region's case in a sentence.
        offers: roles, and how many organisations offer each.
        facts: measured facts of the region.
        partners: the shortlist for the need.
        partners_note: said above it, or instead of it.
        entries: every measure with its verdict: first those that apply, last those that do not.
        counts: how many measures apply, depend and do not.
        tax: the tax system.
        steps: of setting up, those that are for this company or may be.
        paths: the regulatory paths that are for it, or may be.
        paths_note: said where none is.
        bodies: whom to ask.
        documents: what the footnotes lead to.
    """

    language: str
    title: str
    subtitle: str
    date: str
    day: str
    edition: str
    region: str
    notice: str
    intro: Spoken
    words: dict[str, str]
    given: tuple[Given, ...]
    need: str | None
    need_language: str
    summary: tuple[str, ...]
    case: str
    offers: tuple[tuple[str, int], ...]
    facts: tuple[Fact, ...]
    partners: tuple[Partner, ...]
    partners_note: str | None
    entries: tuple[Entry, ...]
    counts: dict[str, int]
    tax: tuple[Stretch, ...]
    steps: tuple[Leg, ...]
    paths: tuple[Route, ...]
    paths_note: str | None
    bodies: tuple[Body, ...]
    documents: tuple[Cited, ...]


def compose(
    advice: Advice,
    region: Region,
    say: Speech,
    footnotes: Footnotes,
    *,
    need: str | None = None,
    need_language: str = "en",
    partners: tuple[Partner, ...] = (),
    reach: Mapping[str, Reach] | None = None,
) -> Handbook:
    """Return the handbook for a company.

    Args:
        advice: what the guide says to it.
        region: its case, already numbered in `footnotes`.
        say: what Baken says, in the handbook's language; `advice` is in the same.
        footnotes: the documents met so far; those of the guide are added.
        need: what the company looks for; None where it did not say.
        need_language: of those words.
        partners: the shortlist for it.
        reach: how to reach organisations, by id; None where the landscape does not say.
    """
    writer = _Writer(advice, say, footnotes)
    entries = tuple(writer.entry(verdict) for verdict in advice.measures)
    counts = {
        outcome: sum(entry.outcome == outcome for entry in entries)
        for outcome in ("applies", "depends", "does-not")
    }
    steps = writer.steps()
    paths = tuple(writer.route(path) for path in _wanted(advice.paths))
    date = max(advice.as_of, region.day)
    return Handbook(
        language=say.language,
        title=say("A handbook for %(region)s", region=region.name),
        subtitle=advice.title,
        date=date,
        day=say.day(date),
        edition=say("%(title)s, edition %(version)s", title=region.title, version=region.version),
        region=region.name,
        notice=advice.notice,
        intro=advice.intro,
        words={key: say(text) for key, text in _HEADINGS.items()},
        given=advice.given,
        need=need,
        need_language=need_language,
        summary=_summary(partners, steps, paths, say),
        case=say(
            "%(title)s holds %(organisations)s organisations, each described by statements that "
            "name their source: %(statements)s of them, last read on %(day)s.",
            title=region.title,
            organisations=say.number(region.organisations),
            statements=say.number(region.statements),
            day=say.day(region.day),
        ),
        offers=region.offers,
        facts=region.figures,
        partners=partners,
        partners_note=_partners_note(need, partners, say),
        entries=entries,
        counts=counts,
        tax=writer.tax(),
        steps=steps,
        paths=paths,
        paths_note=None
        if paths
        else say("None of the paths described is for what the company makes or does."),
        bodies=tuple(_bodies(entries, steps, paths, reach or {}, footnotes)),
        documents=tuple(_cited(document, say) for document in footnotes.documents),
    )


def _cited(document: Document, say: Speech) -> Cited:
    published = say.day(document.published) if document.published else say("undated")
    dates = [published, say("read %(date)s", date=say.day(document.retrieved))]
    if document.is_copy:
        dates.append(say("stored copy"))
    return Cited(
        document.number, document.publisher, document.title, document.url, ", ".join(dates)
    )


def _wanted(paths: Iterable[PlannedPath]) -> list[PlannedPath]:
    """Return the paths for the company; those it may need where none is known to be."""
    sure = [path for path in paths if path.outcome == "applies"]
    return sure or [path for path in paths if path.outcome == "depends"]


def _summary(
    partners: tuple[Partner, ...],
    steps: tuple[Leg, ...],
    paths: tuple[Route, ...],
    say: Speech,
) -> tuple[str, ...]:
    """Return what the handbook found, a sentence each."""
    found = [
        say.plural(
            "%(number)s step of setting up is for you.",
            "%(number)s steps of setting up are for you.",
            len(steps),
        ),
    ]
    if partners:
        found.append(
            say.plural(
                "%(number)s partner answers your need.",
                "%(number)s partners answer your need.",
                len(partners),
            )
        )
    if paths:
        titles = say.listed([path.title for path in paths])
        found.append(say("Regulatory paths: %(paths)s.", paths=titles))
    return tuple(found)


def _partners_note(need: str | None, partners: tuple[Partner, ...], say: Speech) -> str | None:
    if need is None:
        return say("Say what you need, and the organisations that can help stand here.")
    if not partners:
        return say("No organisation in the landscape answers this need well enough to be named.")
    return None


def _bodies(
    entries: Iterable[Entry],
    steps: Iterable[Leg],
    paths: Iterable[Route],
    reach: Mapping[str, Reach],
    footnotes: Footnotes,
) -> Iterable[Body]:
    """Yield whom to ask, with what about, those with most to say first."""
    contacts: dict[str, Contact] = {}
    about: dict[str, dict[str, None]] = {}

    def note(contact: Contact | None, what: str) -> None:
        if contact is not None:
            contacts[contact.id] = contact
            about.setdefault(contact.id, {})[what] = None

    for entry in entries:
        if entry.outcome != "does-not":
            note(entry.body, entry.name)
    for step in steps:
        note(step.body, step.title)
    for path in paths:
        for station in path.stations:
            note(station.body, path.title)
    for key in sorted(about, key=lambda key: (-len(about[key]), contacts[key].name)):
        contact = contacts[key]
        known = reach.get(contact.organisation or "")
        yield Body(
            name=_capital(contact.name),
            site=contact.site,
            about=tuple(about[key]),
            contact=known.contact if known else None,
            telephone=known.telephone if known else None,
            notes=footnotes.of(*known.citations) if known else (),
        )


def _capital(words: str) -> str:
    """Return a name as it begins a line; one that is written as mHealth is stays so."""
    return f"{words[:1].upper()}{words[1:]}" if words.partition(" ")[0].islower() else words


class _Writer:
    """Turns advice into what is printed, numbering its documents."""

    def __init__(self, advice: Advice, say: Speech, footnotes: Footnotes) -> None:
        self._advice = advice
        self._say = say
        self._footnotes = footnotes
        self._questions = {question.fact: question.text for question in advice.questions}

    def amounts(self, figures: Iterable[Figure]) -> tuple[Amount, ...]:
        """Return the figures that hold, or may; with a rule where it is not known."""
        return tuple(
            Amount(
                one.text,
                one.what,
                self._say.day(one.as_of),
                self._footnotes.of(one.source),
                one.rule if one.holds == "unknown" else None,
            )
            for one in figures
            if one.holds != "no"
        )

    def entry(self, verdict: Verdict) -> Entry:
        return Entry(
            id=verdict.id,
            name=verdict.name,
            summary=verdict.summary,
            outcome=verdict.outcome,
            award=verdict.award_words,
            body=verdict.body,
            notes=self._footnotes.of(*verdict.sources) if verdict.outcome != "does-not" else (),
            deciding=tuple(
                Checked(one.rule, one.holds, one.why, self._footnotes.of(one.source))
                for one in verdict.deciding
            ),
            asks=tuple(self._questions[key] for key in verdict.questions if key in self._questions),
            figures=self.amounts(verdict.figures) if verdict.outcome != "does-not" else (),
            figures_note=verdict.figures_note,
            text=verdict.text,
            how=verdict.how,
            beyond=verdict.beyond,
            caution=verdict.caution,
            day=self._say.day(verdict.as_of),
        )

    def tax(self) -> tuple[Stretch, ...]:
        return tuple(
            Stretch(
                id=chapter.id,
                title=chapter.title,
                summary=chapter.summary,
                notes=self._footnotes.of(*chapter.sources),
                text=chapter.text,
                figures=self.amounts(chapter.figures),
                day=self._say.day(chapter.as_of),
            )
            for chapter in self._advice.tax
        )

    def steps(self) -> tuple[Leg, ...]:
        planned = [step for step in self._advice.steps if step.outcome != "does-not"]
        titles = {step.id: step.title for step in planned}
        return tuple(self._leg(number, step, titles) for number, step in enumerate(planned, 1))

    def _leg(self, number: int, step: PlannedStep, titles: Mapping[str, str]) -> Leg:
        return Leg(
            id=step.id,
            number=number,
            title=step.title,
            what=step.what,
            who=step.who,
            body=step.body,
            after=tuple(titles[key] for key in step.after if key in titles),
            notes=self._footnotes.of(*step.sources),
            takes=self.amounts(step.takes),
            takes_note=step.takes_note,
            costs=self.amounts(step.costs),
            costs_note=step.costs_note,
            open=tuple(one.rule for one in step.decisions if one.holds == "unknown"),
            day=self._say.day(step.as_of),
        )

    def route(self, path: PlannedPath) -> Route:
        return Route(
            id=path.id,
            title=path.title,
            summary=path.summary,
            outcome=path.outcome,
            outcome_words=path.outcome_words,
            notes=self._footnotes.of(*path.sources),
            stations=tuple(
                Station(
                    title=stage.title,
                    what=stage.what,
                    body=stage.body,
                    amounts=self.amounts((*stage.takes, *stage.costs)),
                    notes=self._footnotes.of(*stage.sources),
                )
                for stage in path.stages
            ),
            day=self._say.day(path.as_of),
        )
