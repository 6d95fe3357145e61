"""An organisation as a page to read: what it can do for you first, who says so last."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec import Struct

from baken.model import (
    Milestone,
    Organisation,
    OrganisationRecord,
    Relation,
    Sourced,
    Statement,
    gather,
    record,
    subject_id,
)
from baken.web.page import (
    LANGUAGE,
    Footnotes,
    Link,
    Page,
    Query,
    Source,
    organisation_address,
    theme_links,
)
from baken.workspace import Workspace

_ADDRESSES: Final = {
    "ror": "https://ror.org/{}",
    "wikidata": "https://www.wikidata.org/wiki/{}",
    "isni": "https://isni.org/isni/{}",
    "kbo": "https://kbopub.economie.fgov.be/kbopub/toonondernemingps.html?ondernemingsnummer={}",
}
"""Where the identifiers of a scheme lead; others are shown as they are."""

_HIGHEST: Final = 6
"""Levels drawn above an organisation; deeper hierarchies than any real one end there."""


class Said(Struct, frozen=True):
    """A value, its language if it has one, and the numbers of its sources."""

    text: str
    notes: tuple[int, ...]
    language: str | None = None
    href: str | None = None


class FigureView(Struct, frozen=True):
    """A figure as shown.

    Attributes:
        value: with its qualifier: "2,000+".
        label: what is counted.
        as_of: the date it speaks of.
        is_dated: False when the source bears no date, and `as_of` is the day it was read.
        span: the source's own words that carry it, or None.
        notes: numbers of its sources.
    """

    value: str
    label: str
    as_of: str
    is_dated: bool
    span: str | None
    notes: tuple[int, ...]


class OfferView(Struct, frozen=True):
    """What it can do, as one sentence, with links to its themes."""

    text: str
    themes: tuple[Link, ...]
    notes: tuple[int, ...]


class RoleView(Struct, frozen=True):
    """What it can do in one role."""

    label: str
    colour: str
    offers: tuple[OfferView, ...]


class Branch(Struct, frozen=True):
    """A line of the hierarchy.

    Attributes:
        href: None for the organisation of the page itself.
        parts: what is part of it.
    """

    name: str
    href: str | None
    kind: str
    notes: tuple[int, ...]
    parts: tuple[Branch, ...] = ()


class RelationView(Struct, frozen=True):
    """Everything that stands in one relation to it, the relation in words."""

    label: str
    others: tuple[Said, ...]


class Event(Struct, frozen=True):
    """A line of what is known over time.

    Attributes:
        date: when, as a partial ISO date, or None.
        text: what.
        warning: what the reader should know of it, such as that its date has passed.
    """

    date: str | None
    text: str
    warning: str | None
    notes: tuple[int, ...]


class OrganisationPage(Struct, frozen=True, kw_only=True):
    """Context of an organisation's page.

    Attributes:
        record: the flat record, as every export has it.
        name: as shown.
        kind: label of what it is.
        place: labels of where it is, each a link, the most precise first.
        located_through: the organisation whose place it takes, or None.
        other_names: official names in other languages, acronyms, spellings.
        former_names: names it no longer bears.
        summary: in short, or None.
        figures: measured facts.
        roles: what it can do for the visitor, by role.
        trees: where it belongs, from the top down.
        relations: to others, both ways round.
        themes: what it works on.
        events: what is known over time.
        facts: address, website, founding year, coordinates and identifiers.
        sources: what the footnotes lead to.
        as_of: the latest day any of this was read.
    """

    record: OrganisationRecord
    name: str
    kind: str
    place: tuple[Link, ...]
    located_through: Link | None
    other_names: tuple[Said, ...]
    former_names: tuple[Said, ...]
    summary: Said | None
    figures: tuple[FigureView, ...]
    roles: tuple[RoleView, ...]
    trees: tuple[Branch, ...]
    relations: tuple[RelationView, ...]
    themes: tuple[Link, ...]
    events: tuple[Event, ...]
    facts: tuple[tuple[str, tuple[Said, ...]], ...]
    sources: tuple[Source, ...]
    as_of: str


def build(workspace: Workspace, query: Query) -> OrganisationPage:
    """Return the context of an organisation's page.

    Raises:
        NotFoundError: there is no organisation of that id.
    """
    organisation = workspace.organisation(query.path["id"])
    return _View(workspace, organisation).page()


class _View:
    """One organisation, its neighbours, and the footnotes that its page collects on the way."""

    def __init__(self, workspace: Workspace, organisation: Organisation) -> None:
        self.workspace = workspace
        self.landscape = workspace.landscape
        self.organisation = organisation
        self.incoming = workspace.incoming(organisation.id)
        self.footnotes = Footnotes()

    def page(self) -> OrganisationPage:
        organisation = self.organisation
        # Footnotes are numbered in the order of the calls below, which is the order of the page.
        other_names = self.said(
            (*organisation.names[1:], *organisation.acronyms, *organisation.aliases)
        )
        former_names = tuple(self.former_names())
        return OrganisationPage(
            record=record(organisation, self.landscape),
            name=organisation.name(LANGUAGE),
            kind=self.landscape.vocabulary.kinds[organisation.kind].text(LANGUAGE),
            place=self.place(),
            located_through=self.located_through(),
            other_names=tuple(s for s in other_names if s.text != organisation.name(LANGUAGE)),
            former_names=former_names,
            summary=next(iter(self.said(organisation.summaries)), None),
            figures=self.figures(),
            roles=self.roles(),
            trees=self.trees(),
            relations=self.relations(),
            themes=theme_links(self.workspace, organisation.theme_ids),
            events=self.events(),
            facts=self.facts(),
            sources=self.footnotes.sources,
            as_of=max(s.last_seen for s in organisation.statements).isoformat(),
        )

    def notes(self, sourced: Sourced[Any]) -> tuple[int, ...]:
        return self.footnotes.of(sourced.statements)

    def said(self, values: Iterable[Sourced[str]]) -> tuple[Said, ...]:
        return tuple(Said(v.value, self.notes(v), v.language) for v in values)

    def former_names(self) -> Iterator[Said]:
        for former in self.organisation.former_names:
            until = f" (until {former.value.until})" if former.value.until else ""
            yield Said(former.value.text + until, self.notes(former))

    def place(self) -> tuple[Link, ...]:
        ids = dict.fromkeys((self.organisation.place_id, self.organisation.province_id))
        places = self.landscape.places
        return tuple(
            Link(places[p].text(LANGUAGE), f"/places/{p}") for p in ids if p and p in places
        )

    def located_through(self) -> Link | None:
        through = self.organisation.located_through
        if through is None:
            return None
        name = self.workspace.names([through]).get(through, through)
        return Link(name, organisation_address(through))

    def figures(self) -> tuple[FigureView, ...]:
        return tuple(figures_of(self.organisation.figures, self.workspace, self.footnotes))

    def roles(self) -> tuple[RoleView, ...]:
        roles = self.landscape.vocabulary.roles
        return tuple(
            RoleView(
                roles[role].text(LANGUAGE),
                roles[role].colour,
                tuple(
                    OfferView(
                        offer.value.text,
                        theme_links(self.workspace, offer.value.themes),
                        self.notes(offer),
                    )
                    for offer in self.organisation.offers
                    if offer.value.role == role
                ),
            )
            for role in self.organisation.roles
        )

    # -- where it belongs --------------------------------------------------------------------

    def trees(self) -> tuple[Branch, ...]:
        """Draw one line down from each organisation it is part of, itself at the end."""
        parents = [
            (relation, self.notes(relation))
            for relation in self.organisation.relations
            if relation.value.type == "part-of"
        ]
        parts = self.parts()
        if not parents:
            return (self.itself(parts, ()),) if parts else ()
        # What it consists of is drawn once, below the first of what it is part of.
        return tuple(
            self.below_parent(relation, self.itself(() if i else parts, notes))
            for i, (relation, notes) in enumerate(parents)
        )

    def itself(self, parts: tuple[Branch, ...], notes: tuple[int, ...]) -> Branch:
        return Branch(self.organisation.name(LANGUAGE), None, "", notes, parts)

    def parts(self) -> tuple[Branch, ...]:
        of_it = [s for s in self.incoming if _relation(s).type == "part-of"]
        ids = [subject_id(s.subject) for s in of_it]
        organisations = {o.id: o for o in self.workspace.store.organisations(ids=ids)}
        return tuple(
            self.branch(organisations[subject_id(group[0].subject)], self.footnotes.of(group))
            for group in _by_subject(of_it)
            if subject_id(group[0].subject) in organisations
        )

    def branch(self, organisation: Organisation, notes: tuple[int, ...], *parts: Branch) -> Branch:
        kind = self.landscape.vocabulary.kinds[organisation.kind].text(LANGUAGE)
        href = organisation_address(organisation.id)
        return Branch(organisation.name(LANGUAGE), href, kind, notes, parts)

    def below_parent(self, relation: Sourced[Relation], itself: Branch) -> Branch:
        target = relation.value.target
        if target is None:
            return Branch(relation.value.name or "", None, "", (), (itself,))
        branch, above = itself, self.workspace.store.organisation(target)
        seen = {self.organisation.id}
        while above is not None and above.id not in seen and len(seen) <= _HIGHEST:
            seen.add(above.id)
            higher = next((r for r in above.relations if r.value.type == "part-of"), None)
            branch = self.branch(above, self.notes(higher) if higher else (), branch)
            up = higher.value.target if higher else None
            above = self.workspace.store.organisation(up) if up else None
        return branch

    # -- relations ---------------------------------------------------------------------------

    def relations(self) -> tuple[RelationView, ...]:
        """Say every relation but part-of, each other organisation once a relation."""
        types = self.landscape.vocabulary.relations
        names = self.workspace.names(self.related_ids())
        views: dict[str, dict[str, Said]] = {}
        for relation in self.organisation.relations:
            value = relation.value
            if value.type != "part-of":
                known = names.get(value.target or "", value.name or value.target or "")
                href = organisation_address(value.target) if value.target in names else None
                views.setdefault(types[value.type].text(LANGUAGE), {})[known] = Said(
                    known + _during(value), self.notes(relation), None, href
                )
        for group in _by_subject(s for s in self.incoming if _relation(s).type != "part-of"):
            other = subject_id(group[0].subject)
            name = names.get(other, other)
            for statement in group:
                value = _relation(statement)
                label = types[value.type].inverse[LANGUAGE]
                said = Said(
                    name + _during(value),
                    self.footnotes.of([statement]),
                    None,
                    organisation_address(other),
                )
                views.setdefault(label, {}).setdefault(name, said)
        return tuple(RelationView(label, tuple(said.values())) for label, said in views.items())

    def related_ids(self) -> set[str]:
        targets = {r.value.target for r in self.organisation.relations if r.value.target}
        return targets | {subject_id(s.subject) for s in self.incoming}

    # -- over time and for the record --------------------------------------------------------

    def events(self) -> tuple[Event, ...]:
        """Return what is dated or hedged, the oldest first, what has no date last."""
        events = [
            Event(
                m.value.on or m.value.by,
                m.value.text,
                _warning(m.value),
                self.notes(m),
            )
            for m in self.organisation.milestones
        ]
        for status in self.organisation.statuses:
            word = status.value.status.replace("-", " ")
            note = f": {status.value.note}" if status.value.note else ""
            text = f"Said to be {word}{note}"
            events.append(Event(status.value.as_of, text, None, self.notes(status)))
        return tuple(sorted(events, key=lambda event: event.date or "9999"))

    def facts(self) -> tuple[tuple[str, tuple[Said, ...]], ...]:
        organisation = self.organisation
        rows: dict[str, tuple[Said, ...]] = {
            "Website": tuple(
                Said(_shown(w.value), self.notes(w), None, w.value) for w in organisation.websites
            ),
            "Address": self.said(organisation.addresses),
            "Coordinates": tuple(
                Said(
                    f"{c.value.lat:.4f}, {c.value.lon:.4f} ({c.value.precision} precision)",
                    self.notes(c),
                )
                for c in organisation.coordinates
            ),
            "Founded": self.said(organisation.founded),
        }
        for identifier in organisation.identifiers:
            scheme, value = identifier.value.scheme, identifier.value.value
            pattern = _ADDRESSES.get(scheme)
            said = Said(
                value, self.notes(identifier), None, pattern.format(value) if pattern else None
            )
            rows[_scheme(scheme)] = (*rows.get(_scheme(scheme), ()), said)
        return tuple((label, values) for label, values in rows.items() if values)


def figures_of(
    figures: Iterable[Sourced[Any]], workspace: Workspace, footnotes: Footnotes
) -> Iterator[FigureView]:
    """Yield figures as shown, with their footnotes."""
    metrics = workspace.landscape.vocabulary.metrics
    for figure in figures:
        unit = {"m2": " m²", "ha": " ha"}.get(figure.value.unit or "", "")
        citation = figure.citations[0]
        read_on = citation.retrieved.isoformat()
        yield FigureView(
            f"{figure.value}{unit}",
            metrics[figure.value.metric].text(LANGUAGE),
            figure.value.as_of,
            citation.published is not None or figure.value.as_of != read_on,
            citation.span,
            footnotes.of(figure.statements),
        )


def place_figures(
    statements: Iterable[Statement], workspace: Workspace, footnotes: Footnotes
) -> tuple[FigureView, ...]:
    """Return the figures among some statements, as shown."""
    figures = gather(s for s in statements if s.predicate == "figure")
    return tuple(figures_of(figures, workspace, footnotes))


def _relation(statement: Statement) -> Relation:
    assert isinstance(statement.value, Relation)
    return statement.value


def _by_subject(statements: Iterable[Statement]) -> Iterator[list[Statement]]:
    groups: dict[str, list[Statement]] = {}
    for statement in statements:
        groups.setdefault(statement.subject, []).append(statement)
    yield from groups.values()


def _during(relation: Relation) -> str:
    if relation.since and relation.until:
        return f" ({relation.since}–{relation.until})"
    if relation.since:
        return f" (since {relation.since})"
    return f" (until {relation.until})" if relation.until else ""


def _warning(milestone: Milestone) -> str | None:
    """Say what a reader should know of an announcement: how far its date is trusted."""
    if milestone.certainty != "announced":
        return None
    today = datetime.date.today().isoformat()
    if milestone.by and milestone.by < today[: len(milestone.by)]:
        return "date has passed, outcome not known here"
    return f"announced, by {milestone.by}" if milestone.by else "announced"


def _shown(url: str) -> str:
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def _scheme(scheme: str) -> str:
    return {"wikidata": "Wikidata", "gisco": "GISCO"}.get(scheme, scheme.upper())


PAGE: Final = Page(
    "/organisations/{id:str}",
    "/organisations/{id}.json",
    "organisation.html",
    OrganisationPage,
    build,
    section="organisations",
)
