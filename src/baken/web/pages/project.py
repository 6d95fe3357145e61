"""The project: a longer text, the partners it needs, and who could be each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from baken.model import Match, Organisation, Project, Slot
from baken.partners.project import LONGEST_TEXT
from baken.store import Filter
from baken.web.page import (
    Footnotes,
    Link,
    Page,
    Query,
    Source,
    theme_links,
)
from baken.web.pages.find import Why
from baken.workspace import Workspace

_DOTS: Final = 5
_LONGEST_FORM: Final = 1_000_000
"""Bytes: 20,000 characters take up to 240,000 in a form; a longer text is cut, not refused."""


class Asking(Struct, frozen=True):
    """A sentence of the text that asks for a partner.

    Attributes:
        text: the sentence.
        start: position of its first character in the text, from 0.
        end: one past its last.
        section: the heading it stands under, or None.
    """

    text: str
    start: int
    end: int
    section: str | None


class Candidate(Struct, frozen=True, kw_only=True):
    """Who could be the partner.

    Attributes:
        kind: label of what it is.
        place: labels of where it is, the most precise first.
        score: 0–1.
        dots: the score in fifths.
        reasons: why it fits.
        missing: what was asked for and is not known here.
    """

    id: str
    name: str
    href: str
    kind: str
    place: tuple[str, ...]
    score: float
    dots: int
    reasons: tuple[Why, ...]
    missing: tuple[str, ...]


class Part(Struct, frozen=True, kw_only=True):
    """One partner that the text needs.

    Attributes:
        role: id of the role.
        title: the role and what for, in the language of the text.
        colour: which of the style sheet's role colours.
        importance: 0–1.
        is_implied: whether the text speaks of the work without looking for somebody.
        asking: the sentences it rests on.
        lead: who fits best, or None.
        alternates: who could lead instead; in a gap, who comes nearest.
        gap: a sentence that says nobody is known for it, or None.
        could_know: for a gap, whom to ask.
        href: the shortlist for this part alone.
    """

    role: str
    title: str
    colour: str
    importance: float
    is_implied: bool
    asking: tuple[Asking, ...]
    lead: Candidate | None
    alternates: tuple[Link, ...]
    gap: str | None
    could_know: tuple[Link, ...]
    href: str


class ProjectPage(Struct, frozen=True, kw_only=True):
    """Context of the project page.

    Attributes:
        text: the visitor's words, as far as they were read.
        language: ISO 639-1 code of those words, and of what is said in answer.
        is_call: whether they read as a call for proposals.
        themes: what they are about, each a link to its page.
        parts: the partners needed, the most important first.
        gaps: how many of them nobody is known for.
        note: a sentence for the visitor, or None.
        milliseconds: how long the answer took.
        sources: what the footnotes lead to.
    """

    text: str
    language: str
    is_call: bool
    themes: tuple[Link, ...]
    parts: tuple[Part, ...]
    gaps: int
    note: str | None
    milliseconds: float
    sources: tuple[Source, ...]


def build(workspace: Workspace, query: Query) -> ProjectPage:
    """Sketch the project of a text, posted as `text` or, where it is short, in the address."""
    text = query.one("text") or ""
    sketch = workspace.sketch(text)
    footnotes = Footnotes()
    leads = [slot.lead.id for slot in sketch.slots if slot.lead is not None]
    known = {one.id: one for one in workspace.store.organisations(Filter(), ids=leads)}
    return ProjectPage(
        text=text[:LONGEST_TEXT],
        language=sketch.language,
        is_call=sketch.is_call,
        themes=theme_links(workspace, query, sketch.themes),
        parts=tuple(
            _part(workspace, query, slot, sketch, known, footnotes) for slot in sketch.slots
        ),
        gaps=sum(slot.lead is None for slot in sketch.slots),
        note=sketch.note if text.strip() else None,
        milliseconds=sketch.milliseconds,
        sources=footnotes.sources,
    )


def _part(
    workspace: Workspace,
    query: Query,
    slot: Slot,
    sketch: Project,
    known: Mapping[str, Organisation],
    footnotes: Footnotes,
) -> Part:
    return Part(
        role=slot.role,
        title=slot.title,
        colour=workspace.landscape.vocabulary.roles[slot.role].colour,
        importance=slot.importance,
        is_implied=slot.basis == "implied",
        asking=tuple(Asking(q.text, q.start, q.end, q.section) for q in slot.quotes),
        lead=_candidate(workspace, query, slot.lead, sketch, known, footnotes)
        if slot.lead
        else None,
        alternates=_links(query, slot.alternates),
        gap=slot.gap,
        could_know=_links(query, slot.could_know),
        href=query.address("/find", q=slot.need, role=slot.role),
    )


def _candidate(
    workspace: Workspace,
    query: Query,
    match: Match,
    sketch: Project,
    known: Mapping[str, Organisation],
    footnotes: Footnotes,
) -> Candidate:
    landscape = workspace.landscape
    where = (known[match.id].place_id, known[match.id].province_id) if match.id in known else ()
    labels = (landscape.places[p].text(query.language) for p in where if p in landscape.places)
    return Candidate(
        id=match.id,
        name=match.name,
        href=query.organisation(match.id),
        kind=landscape.vocabulary.kinds[match.kind].text(query.language),
        place=tuple(dict.fromkeys(labels)),
        score=round(match.score, 3),
        dots=max(1, round(match.score * _DOTS)),
        reasons=tuple(
            Why(
                reason.text,
                reason.language,
                reason.note,
                footnotes.of(
                    sketch.statements[s] for s in reason.statements if s in sketch.statements
                ),
            )
            for reason in match.reasons
        ),
        missing=match.missing,
    )


def _links(query: Query, matches: Iterable[Match]) -> tuple[Link, ...]:
    return tuple(Link(match.name, query.organisation(match.id)) for match in matches)


PAGE: Final = Page(
    "/project",
    "/project.json",
    "project.html",
    ProjectPage,
    build,
    depends_on="visitor",
    longest_form=_LONGEST_FORM,
    published=None,
)
