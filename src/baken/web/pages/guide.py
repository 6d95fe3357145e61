"""The guide: what fits a company and which rule decided, steps, tax, regulatory paths."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from baken.errors import GuideError, NotFoundError
from baken.guide import Document, Guide, describe_reach
from baken.guide.guide import Contact, Given, LegalText, Outcome, PlannedStep, Spoken
from baken.guide.handbook import Reach
from baken.guide.rules import facts_in
from baken.text.speech import message
from baken.web.guidance import (
    KINDS,
    LEVELS,
    Ask,
    Check,
    Company,
    FigureView,
    Line,
    QuestionView,
)
from baken.web.page import Link, Page, Query
from baken.workspace import Workspace

_FIRST: Final = 8
"""Questions that the form shows at once: those on which most measures hang."""

_ASKED: Final = 6
"""Open questions that are offered as links beside the verdicts."""


class Group(Struct, frozen=True):
    """Measures of one kind."""

    title: str
    lines: tuple[Line, ...]


class PathLine(Struct, frozen=True, kw_only=True):
    """A regulatory path in a list."""

    id: str
    title: str
    href: str
    summary: str
    outcome: Outcome
    stages: int


class GuidePage(Struct, frozen=True, kw_only=True):
    """Context of the guide's first page.

    Attributes:
        title: of the guide.
        intro: how to read it.
        as_of: the day it was last gone through.
        notice: that this is not advice.
        problem: what is wrong with the answers in the address, or None.
        given: the company as it was described.
        described: whether it was described at all.
        first: the questions that decide most.
        further: all other questions.
        is_all: whether those are shown at once.
        kinds: all measures by kind, where no company is described; else none.
        applies: the measures that fit the company.
        depends: those that hang on what is not known.
        does_not: those that do not fit.
        open: what to answer next, the question that would settle most first.
        paths: the regulatory paths.
        steps: how many steps there are to setting up.
        chapters: how many chapters on tax.
        measures: how many measures.
        addresses: where steps, tax, handbook and an empty form are, told the same of the company.
        kept: the answers in the address, as fields of a form.
        documents: what the footnotes lead to.
    """

    title: str
    intro: Spoken
    as_of: str
    notice: str
    problem: str | None
    given: tuple[Given, ...]
    described: bool
    first: tuple[QuestionView, ...]
    further: tuple[QuestionView, ...]
    is_all: bool
    kinds: tuple[Group, ...]
    applies: tuple[Line, ...]
    depends: tuple[Line, ...]
    does_not: tuple[Line, ...]
    open: tuple[Ask, ...]
    paths: tuple[PathLine, ...]
    steps: int
    chapters: int
    measures: int
    addresses: dict[str, str]
    kept: tuple[tuple[str, str], ...]
    documents: tuple[Document, ...]


class MeasurePage(Struct, frozen=True, kw_only=True):
    """Context of a measure's page.

    Attributes:
        id: of the measure.
        name: in the interface's language.
        summary: one line.
        text: what it is for.
        kind: what it is, in words.
        level: who gives it, in words.
        award: how it is given, in words.
        outcome: what it is to the company described.
        outcome_words: the same in words.
        described: whether a company was described at all.
        problem: what is wrong with the answers in the address, or None.
        checks: each condition, what became of it, and what would settle it.
        figures: what it gives.
        figures_note: said where no figure is confirmed, or None.
        beyond: what no rule here checks.
        how: how to get it.
        caution: what to beware of, or None.
        body: who decides.
        body_page: that body's page in the landscape, or None.
        reach: how to reach that body, or None where the landscape does not say.
        reach_notes: numbers of the documents that say so.
        legal_basis: the law behind it.
        as_of: the date that it holds for.
        notice: that this is not advice.
        back: the guide, told the same of the company.
        documents: what the footnotes lead to.
        documented: numbers of the measure’s own documents.
    """

    id: str
    name: str
    summary: str
    text: Spoken
    kind: str
    level: str
    award: str
    outcome: Outcome
    outcome_words: str
    described: bool
    problem: str | None
    checks: tuple[Check, ...]
    figures: tuple[FigureView, ...]
    figures_note: str | None
    beyond: tuple[Spoken, ...]
    how: Spoken
    caution: Spoken | None
    body: Contact
    body_page: str | None
    reach: Reach | None
    reach_notes: tuple[int, ...]
    legal_basis: tuple[LegalText, ...]
    as_of: str
    notice: str
    back: str
    documents: tuple[Document, ...]
    documented: tuple[int, ...]


class StepView(Struct, frozen=True, kw_only=True):
    """A step of setting up; `after` names the steps it waits for."""

    id: str
    number: int
    title: str
    what: Spoken
    who: Spoken
    body: Contact | None
    after: tuple[Link, ...]
    outcome: Outcome
    checks: tuple[Check, ...]
    takes: tuple[FigureView, ...]
    takes_note: str | None
    costs: tuple[FigureView, ...]
    costs_note: str | None
    as_of: str
    notes: tuple[int, ...]


class StepsPage(Struct, frozen=True, kw_only=True):
    """Context of the page on setting up.

    Attributes:
        steps: those for the company described, in order.
        left_out: those that are not for it.
        described: whether a company was described at all.
        notice: that this is not advice.
        as_of: the day the guide was last gone through.
        problem: what is wrong with the answers in the address, or None.
        back: the guide, told the same of the company.
        documents: what the footnotes lead to.
    """

    steps: tuple[StepView, ...]
    left_out: tuple[StepView, ...]
    described: bool
    notice: str
    as_of: str
    problem: str | None
    back: str
    documents: tuple[Document, ...]


class ChapterView(Struct, frozen=True, kw_only=True):
    """A chapter on tax."""

    id: str
    title: str
    summary: str
    text: tuple[Spoken, ...]
    figures: tuple[FigureView, ...]
    measures: tuple[Line, ...]
    as_of: str
    notes: tuple[int, ...]


class TaxPage(Struct, frozen=True, kw_only=True):
    """Context of the page on tax.

    Attributes:
        chapters: in order.
        notice: that this is not advice.
        problem: what is wrong with the answers in the address, or None.
        back: the guide, told the same of the company.
        documents: what the footnotes lead to.
    """

    chapters: tuple[ChapterView, ...]
    notice: str
    problem: str | None
    back: str
    documents: tuple[Document, ...]


class StageView(Struct, frozen=True, kw_only=True):
    """A stage of a regulatory path."""

    title: str
    what: Spoken
    body: Contact
    takes: tuple[FigureView, ...]
    costs: tuple[FigureView, ...]
    notes: tuple[int, ...]


class PathPage(Struct, frozen=True, kw_only=True):
    """Context of a regulatory path's page.

    Attributes:
        id: of the path.
        title: in the interface's language.
        summary: one line.
        outcome: what it is to the company described.
        outcome_words: the same in words.
        described: whether a company was described at all.
        checks: for whom it is.
        stages: in order.
        legal_basis: the law behind it.
        as_of: the date that it holds for.
        notice: that this is not advice.
        problem: what is wrong with the answers in the address, or None.
        back: the guide, told the same of the company.
        others: the other paths.
        documents: what the footnotes lead to.
    """

    id: str
    title: str
    summary: str
    outcome: Outcome
    outcome_words: str
    described: bool
    checks: tuple[Check, ...]
    stages: tuple[StageView, ...]
    legal_basis: tuple[LegalText, ...]
    as_of: str
    notice: str
    problem: str | None
    back: str
    others: tuple[Link, ...]
    documents: tuple[Document, ...]


def build(workspace: Workspace, query: Query) -> GuidePage:
    """Return the context of the guide's first page."""
    company = Company(workspace, query)
    advice, lines = company.advice, company.lines()
    questions = company.questions()
    described = bool(company.given) and company.problem is None
    weighty = _weighty(workspace.guide)
    first = tuple(q for q in questions if q.fact in weighty or q.is_answered)

    def of(outcome: Outcome) -> tuple[Line, ...]:
        return tuple(line for line in lines if line.outcome == outcome) if described else ()

    return GuidePage(
        title=advice.title,
        intro=advice.intro,
        as_of=advice.as_of,
        notice=advice.notice,
        problem=company.problem,
        given=advice.given,
        described=described,
        first=first,
        further=tuple(q for q in questions if q not in first),
        is_all=query.one("all") is not None,
        kinds=() if described else tuple(_by_kind(lines, query)),
        applies=of("applies"),
        depends=of("depends"),
        does_not=of("does-not"),
        open=_open(company, of("depends")),
        paths=tuple(
            PathLine(
                id=path.id,
                title=path.title,
                href=company.address(f"/guide/paths/{path.id}"),
                summary=path.summary,
                outcome=path.outcome,
                stages=len(path.stages),
            )
            for path in advice.paths
        ),
        steps=len(advice.steps),
        chapters=len(advice.tax),
        measures=len(lines),
        addresses={
            "steps": company.address("/guide/steps"),
            "tax": company.address("/guide/tax"),
            "handbook": company.address("/handbook"),
            "empty": query.address("/guide"),
        },
        kept=tuple((key, one) for key, values in company.given.items() for one in values),
        documents=company.footnotes.documents,
    )


def _reach(workspace: Workspace, organisation: str | None) -> Reach | None:
    """Return how to reach an organisation; None where the landscape does not say."""
    if organisation is None:
        return None
    try:
        known = workspace.organisation(organisation)
    except NotFoundError:
        return None
    return describe_reach([known]).get(organisation)


def _weighty(guide: Guide) -> frozenset[str]:
    """Return the questions that conditions ask most; one beside few others in a measure weighs."""
    weights = dict.fromkeys(guide.facts, 0.0)
    for measure in guide.measures.values():
        asked = {key for one in measure.conditions for key in facts_in(one.rule)}
        for key in asked:
            weights[key] += 1 / len(asked)
    return frozenset(sorted(weights, key=lambda key: -weights[key])[:_FIRST])


def _by_kind(lines: Iterable[Line], query: Query) -> Iterable[Group]:
    lines = sorted(lines, key=lambda line: line.name)
    for kind, title in KINDS.items():
        if of_kind := tuple(line for line in lines if line.kind == kind):
            yield Group(query.say(title), of_kind)


def _open(company: Company, depends: Iterable[Line]) -> tuple[Ask, ...]:
    """Return what to answer next, from the measures' own questions."""
    by_text: dict[str, Ask] = {}
    for line in depends:
        for check in line.deciding:
            for ask in check.asks:
                known = by_text.get(ask.text)
                links = {link.href: link for link in (*(known.answers if known else ()),)}
                links |= {link.href: link for link in ask.answers}
                by_text[ask.text] = Ask(ask.text, tuple(links.values()), ask.href)
    ordered = (by_text.get(question.text) for question in company.advice.questions)
    return tuple(ask for ask in ordered if ask is not None)[:_ASKED]


def build_measure(workspace: Workspace, query: Query) -> MeasurePage:
    """Return the context of a measure's page.

    Raises:
        NotFoundError: there is no such measure.
    """
    company = Company(workspace, query)
    try:
        measure = workspace.guide.measure(query.path["id"])
    except GuideError:
        raise NotFoundError(
            message("There is no measure “%(id)s” here."), id=query.path["id"]
        ) from None
    verdict = workspace.guide.verdict(measure.id, company.profile, query.language)
    notes = company.footnotes.of(*verdict.sources)
    organisation = verdict.body.organisation
    reach = _reach(workspace, organisation)
    return MeasurePage(
        id=verdict.id,
        name=verdict.name,
        summary=verdict.summary,
        text=verdict.text,
        kind=query.say(KINDS[verdict.kind]),
        level=query.say(LEVELS[verdict.level]),
        award=verdict.award_words,
        outcome=verdict.outcome,
        outcome_words=verdict.outcome_words,
        described=bool(company.given) and company.problem is None,
        problem=company.problem,
        checks=company.checks(verdict.decisions, measure.conditions, verdict.outcome),
        figures=company.figures(verdict.figures),
        figures_note=verdict.figures_note,
        beyond=verdict.beyond,
        how=verdict.how,
        caution=verdict.caution,
        body=verdict.body,
        body_page=query.organisation(organisation) if organisation else None,
        reach=reach,
        reach_notes=company.footnotes.of(*reach.citations) if reach else (),
        legal_basis=verdict.legal_basis,
        as_of=verdict.as_of,
        notice=verdict.notice,
        back=company.address("/guide"),
        documents=company.footnotes.documents,
        documented=notes,
    )


def build_steps(workspace: Workspace, query: Query) -> StepsPage:
    """Return the context of the page on setting up."""
    company = Company(workspace, query)
    conditions = {step.id: step.conditions for step in workspace.guide.steps}
    titles = {step.id: step.title for step in company.advice.steps}
    left_out = {step.id for step in company.advice.steps if step.outcome == "does-not"}

    def view(number: int, step: PlannedStep) -> StepView:
        notes = company.footnotes.of(*step.sources)
        return StepView(
            id=step.id,
            number=number,
            title=step.title,
            what=step.what,
            who=step.who,
            body=step.body,
            after=tuple(Link(titles[key], f"#{key}") for key in step.after if key not in left_out),
            outcome=step.outcome,
            checks=company.checks(step.decisions, conditions[step.id], step.outcome),
            takes=company.figures(step.takes),
            takes_note=step.takes_note,
            costs=company.figures(step.costs),
            costs_note=step.costs_note,
            as_of=step.as_of,
            notes=notes,
        )

    planned = [step for step in company.advice.steps if step.id not in left_out]
    return StepsPage(
        steps=tuple(view(number, step) for number, step in enumerate(planned, start=1)),
        left_out=tuple(view(0, step) for step in company.advice.steps if step.id in left_out),
        described=bool(company.given) and company.problem is None,
        notice=company.advice.notice,
        as_of=company.advice.as_of,
        problem=company.problem,
        back=company.address("/guide"),
        documents=company.footnotes.documents,
    )


def build_tax(workspace: Workspace, query: Query) -> TaxPage:
    """Return the context of the page on tax."""
    company = Company(workspace, query)
    verdicts = {verdict.id: verdict for verdict in company.advice.measures}
    return TaxPage(
        chapters=tuple(
            ChapterView(
                id=chapter.id,
                title=chapter.title,
                summary=chapter.summary,
                text=chapter.text,
                notes=company.footnotes.of(*chapter.sources),
                figures=company.figures(chapter.figures),
                measures=tuple(company.line(verdicts[key]) for key in chapter.measures),
                as_of=chapter.as_of,
            )
            for chapter in company.advice.tax
        ),
        notice=company.advice.notice,
        problem=company.problem,
        back=company.address("/guide"),
        documents=company.footnotes.documents,
    )


def build_path(workspace: Workspace, query: Query) -> PathPage:
    """Return the context of a regulatory path's page.

    Raises:
        NotFoundError: there is no such path.
    """
    company = Company(workspace, query)
    wanted = query.path["id"]
    path = next((one for one in company.advice.paths if one.id == wanted), None)
    if path is None:
        raise NotFoundError(message("There is no regulatory path “%(id)s” here."), id=wanted)
    conditions = next(one for one in workspace.guide.paths if one.id == wanted).conditions
    return PathPage(
        id=path.id,
        title=path.title,
        summary=path.summary,
        outcome=path.outcome,
        outcome_words=path.outcome_words,
        described=bool(company.given) and company.problem is None,
        checks=company.checks(path.decisions, conditions, path.outcome),
        stages=tuple(
            StageView(
                title=stage.title,
                what=stage.what,
                body=stage.body,
                notes=company.footnotes.of(*stage.sources),
                takes=company.figures(stage.takes),
                costs=company.figures(stage.costs),
            )
            for stage in path.stages
        ),
        legal_basis=path.legal_basis,
        as_of=path.as_of,
        notice=company.advice.notice,
        problem=company.problem,
        back=company.address("/guide"),
        others=tuple(
            Link(one.title, company.address(f"/guide/paths/{one.id}"))
            for one in company.advice.paths
            if one.id != wanted
        ),
        documents=company.footnotes.documents,
    )


PAGES: Final = (
    Page("/guide", "/guide.json", "guide.html", GuidePage, build, section="guide"),
    Page(
        "/guide/measures/{id:str}",
        "/guide/measures/{id}.json",
        "guide_measure.html",
        MeasurePage,
        build_measure,
        section="guide",
    ),
    Page(
        "/guide/paths/{id:str}",
        "/guide/paths/{id}.json",
        "guide_path.html",
        PathPage,
        build_path,
        section="guide",
    ),
    Page(
        "/guide/steps",
        "/guide/steps.json",
        "guide_steps.html",
        StepsPage,
        build_steps,
        section="guide",
    ),
    Page("/guide/tax", "/guide/tax.json", "guide_tax.html", TaxPage, build_tax, section="guide"),
)
