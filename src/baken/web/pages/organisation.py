"""An organisation as a page to read: what it can do for you first, who says so last."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import quote, urlencode

from msgspec import Struct, structs

from baken.model import (
    Citation,
    Figure,
    Milestone,
    Offer,
    Organisation,
    OrganisationRecord,
    Relation,
    Sourced,
    Statement,
    choose,
    gather,
    record,
    subject_id,
)
from baken.model.values import Precision, Qualifier, StatusName
from baken.partners.surroundings import Neighbour
from baken.search.roster import Entry
from baken.text.speech import message
from baken.web import vcard
from baken.web.inset import Inset, of_organisation
from baken.web.page import (
    Footnotes,
    Form,
    Link,
    Page,
    Query,
    Source,
    theme_links,
    written,
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

_MOST_COMPARED: Final = 3
_MOST_IN_COMMON: Final = 4
"""Themes that two organisations share which are named; more are counted."""

_NEXT_DOOR_KM: Final = 0.05

_QUALIFIED: Final[dict[Qualifier, str]] = {
    "exactly": "%(number)s",
    "at-least": "%(number)s+",
    "about": message("about %(number)s"),
}
_STATUSES: Final[dict[StatusName, str]] = {
    "active": message("Said to be active"),
    "planned": message("Said to be planned"),
    "under-construction": message("Said to be under construction"),
    "renamed": message("Said to be renamed"),
    "merged": message("Said to be merged"),
    "closed": message("Said to be closed"),
}
_PRECISIONS: Final[dict[Precision, str]] = {
    "building": message("the building"),
    "site": message("the site"),
    "street": message("the street"),
    "postcode": message("the postal district"),
    "municipality": message("the middle of the municipality"),
}


class Said(Struct, frozen=True, kw_only=True):
    """A value and who says it.

    Attributes:
        text: the value.
        notes: numbers of its sources.
        language: of the text, or None where language plays no part.
        href: where it leads, or None.
        dated: where sources differ on what can be only one, how old this one's word is.
    """

    text: str
    notes: tuple[int, ...]
    language: str | None = None
    href: str | None = None
    dated: str | None = None


class FigureView(Struct, frozen=True, kw_only=True):
    """A figure as shown.

    Attributes:
        value: with its qualifier: "2,000+".
        label: what is counted.
        as_of: the date it speaks of.
        is_dated: False when the source bears no date, and `as_of` is the day it was read.
        span: the source's own words that carry it, or None.
        notes: numbers of its sources.
        also: what is counted by other sources or on earlier dates, the latest first.
    """

    value: str
    label: str
    as_of: str
    is_dated: bool
    span: str | None
    notes: tuple[int, ...]
    also: tuple[FigureView, ...] = ()


class OfferView(Struct, frozen=True):
    """What it can do, as one sentence, with links to its themes."""

    text: str
    language: str | None
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
        language: of the text, or None where it is the interface's.
    """

    date: str | None
    text: str
    warning: str | None
    notes: tuple[int, ...]
    language: str | None = None


class Nearby(Struct, frozen=True, kw_only=True):
    """An organisation that is like this one, or close to it.

    Attributes:
        name: as shown.
        href: its page.
        kind: what it is, in words.
        place: where it is, or None.
        why: what both have in common, or how far away it is.
    """

    name: str
    href: str
    kind: str
    place: str | None
    why: tuple[str, ...]


class Contact(Struct, frozen=True):
    """Where to write about this organisation: addresses of a mail or of a form."""

    correct: str
    introduce: str


class OrganisationPage(Struct, frozen=True, kw_only=True):
    """Context of an organisation's page.

    Attributes:
        record: the flat record, as every export has it.
        name: as shown.
        kinds: labels of what it is; several where sources differ.
        place: where it is, the most precise first.
        located_through: the organisation whose place it takes, or None.
        other_names: official names in other languages, acronyms, spellings.
        former_names: names it no longer bears.
        summaries: what it is in a sentence; several where sources differ.
        figures: measured facts, one a metric, with what other sources count beside it.
        roles: what it can do for the visitor, by role.
        trees: where it belongs, from the top down.
        relations: to others, both ways round.
        themes: what it works on.
        events: what is known over time.
        facts: address, website, founding year, coordinates and identifiers.
        inset: the small map with it, or None where no more is known than a region.
        similar: who works on the same, and on what.
        compare: where it stands side by side with those most like it, or alone when there are none.
        near: who else is close by, and how far.
        has_distances: whether any of them is told in kilometres.
        has_rough_distances: whether any of these is measured from the middle of a municipality.
        contact: where to correct this page or ask for an introduction, or None.
        cited_as: how to name this page in a text of one's own.
        public_address: where this page is on the public site, or None.
        sources: what the footnotes lead to.
        as_of: the latest day any of this was read.
    """

    record: OrganisationRecord
    name: Said
    kinds: tuple[Said, ...]
    place: tuple[Said, ...]
    located_through: Link | None
    other_names: tuple[Said, ...]
    former_names: tuple[Said, ...]
    summaries: tuple[Said, ...]
    figures: tuple[FigureView, ...]
    roles: tuple[RoleView, ...]
    trees: tuple[Branch, ...]
    relations: tuple[RelationView, ...]
    themes: tuple[Said, ...]
    events: tuple[Event, ...]
    facts: tuple[tuple[str, tuple[Said, ...]], ...]
    inset: Inset | None
    similar: tuple[Nearby, ...]
    compare: str
    near: tuple[Nearby, ...]
    has_distances: bool
    has_rough_distances: bool
    contact: Contact | None
    cited_as: str
    public_address: str | None
    sources: tuple[Source, ...]
    as_of: str


def build(workspace: Workspace, query: Query) -> OrganisationPage:
    """Return the context of an organisation's page.

    Raises:
        NotFoundError: there is no organisation of that id.
    """
    organisation = workspace.organisation(query.path["id"])
    return _View(workspace, query, organisation).page()


class _View:
    """One organisation, its neighbours, and the footnotes that its page collects on the way."""

    def __init__(self, workspace: Workspace, query: Query, organisation: Organisation) -> None:
        self.workspace = workspace
        self.query = query
        self.say = query.say
        self.landscape = workspace.landscape
        self.organisation = organisation
        self.incoming = workspace.incoming(organisation.id)
        self.footnotes = Footnotes()
        self.neighbours = workspace.surroundings.near(organisation.id)

    def page(self) -> OrganisationPage:
        organisation = self.organisation
        # Footnotes are numbered in the order of the calls below, which is the order of the page.
        return OrganisationPage(
            record=record(organisation, self.landscape),
            kinds=self.kinds(),
            place=self.place(),
            located_through=self.located_through(),
            name=self.said([n for n in organisation.names if self.is_shown(n)])[0],
            other_names=self.other_names(),
            former_names=tuple(self.former_names()),
            summaries=self.summaries(),
            figures=figures_of(organisation.figures, self.workspace, self.query, self.footnotes),
            roles=self.roles(),
            trees=self.trees(),
            relations=self.relations(),
            events=self.events(),
            facts=self.facts(),
            themes=self.themes(),
            inset=of_organisation(self.workspace, self.query, organisation.id),
            similar=self.similar(),
            compare=self.compare(),
            near=tuple(self.neighbour(one) for one in self.neighbours),
            has_distances=any(map(self.is_measured, self.neighbours)),
            has_rough_distances=any(map(self.is_rough, self.neighbours)),
            contact=self.contact(),
            cited_as=self.cited_as(),
            public_address=self.public_address(),
            sources=self.footnotes.sources,
            as_of=self.as_of().isoformat(),
        )

    def notes(self, sourced: Sourced[Any]) -> tuple[int, ...]:
        return self.footnotes.of(sourced.statements)

    def said(self, values: Iterable[Sourced[str]]) -> tuple[Said, ...]:
        return tuple(Said(text=v.value, notes=self.notes(v), language=v.language) for v in values)

    def one_of(
        self,
        values: Sequence[Sourced[str]],
        text: Callable[[str], str] = str,
        href: Callable[[str], str | None] = lambda _: None,
    ) -> tuple[Said, ...]:
        """Say what can be only one thing; where sources differ, with how old each one's word is."""
        return tuple(
            Said(
                text=text(v.value),
                notes=self.notes(v),
                href=href(v.value),
                dated=self.dated(v.citations[0]) if len(values) > 1 else None,
            )
            for v in values
        )

    def dated(self, citation: Citation) -> str:
        """Say how old a document's word is."""
        if citation.published:
            return self.say.day(citation.published)
        return self.say("undated, read %(date)s", date=self.say.day(citation.retrieved))

    # -- what it is --------------------------------------------------------------------------

    def kinds(self) -> tuple[Said, ...]:
        kinds = self.landscape.vocabulary.kinds
        return self.one_of(
            self.organisation.kinds, lambda kind: kinds[kind].text(self.query.language)
        )

    def place(self) -> tuple[Said, ...]:
        """Say where it is, on the word of whoever says so of it or of what it is part of."""
        through = self.organisation.located_through
        placed = self.workspace.store.organisation(through) if through else self.organisation
        stated = {p.value: self.notes(p) for p in placed.places} if placed else {}
        ids = (self.organisation.place_id, self.organisation.province_id)
        places = self.landscape.places
        return tuple(
            Said(
                text=places[p].text(self.query.language),
                notes=stated.get(p, ()),
                href=self.query.place(p),
            )
            for p in dict.fromkeys(ids)
            if p in places
        )

    def located_through(self) -> Link | None:
        through = self.organisation.located_through
        if through is None:
            return None
        names = self.workspace.names([through], language=self.query.language)
        name = names.get(through, through)
        return Link(name, self.query.organisation(through))

    def is_shown(self, name: Sourced[str]) -> bool:
        """Whether this is the name at the top of the page."""
        return name.value == self.organisation.name(self.query.language)

    def other_names(self) -> tuple[Said, ...]:
        organisation = self.organisation
        names = (*organisation.names, *organisation.acronyms, *organisation.aliases)
        return self.said(name for name in names if not self.is_shown(name))

    def former_names(self) -> Iterator[Said]:
        for former in self.organisation.former_names:
            text, until = former.value.text, former.value.until
            if until:
                text = self.say("%(name)s (until %(date)s)", name=text, date=self.say.day(until))
            yield Said(text=text, notes=self.notes(former))

    def summaries(self) -> tuple[Said, ...]:
        """Return the summaries in the interface's language, else the first there is."""
        summaries = self.organisation.summaries
        understood = [s for s in summaries if s.language in (self.query.language, None)]
        return self.said(understood or summaries[:1])

    def themes(self) -> tuple[Said, ...]:
        """Say what it works on, on the word of whoever says so of it or of one of its offers."""
        stated: dict[str, list[Statement]] = {}
        for offer in self.organisation.offers:
            for theme in offer.value.themes:
                stated.setdefault(theme, []).extend(offer.statements)
        for named in self.organisation.themes:
            stated.setdefault(named.value, []).extend(named.statements)
        return tuple(
            Said(text=link.label, notes=self.footnotes.of(stated[theme]), href=link.href)
            for theme in stated
            for link in theme_links(self.workspace, self.query, [theme])
        )

    def roles(self) -> tuple[RoleView, ...]:
        roles = self.landscape.vocabulary.roles
        return tuple(
            RoleView(
                roles[role].text(self.query.language),
                roles[role].colour,
                tuple(
                    self.offer(offer)
                    for offer in self.organisation.offers
                    if offer.value.role == role
                ),
            )
            for role in self.organisation.roles
        )

    def offer(self, offer: Sourced[Offer]) -> OfferView:
        """Say an offer in the interface's language where somebody has put it so."""
        text, language = written(offer.value, offer.language, self.query.language)
        themes = theme_links(self.workspace, self.query, offer.value.themes)
        return OfferView(text, language, themes, self.notes(offer))

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
        return Branch(self.organisation.name(self.query.language), None, "", notes, parts)

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
        kind = self.landscape.vocabulary.kinds[organisation.kind].text(self.query.language)
        href = self.query.organisation(organisation.id)
        return Branch(organisation.name(self.query.language), href, kind, notes, parts)

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
        names = self.workspace.names(self.related_ids(), language=self.query.language)
        views: dict[str, dict[str, Said]] = {}
        for relation in self.organisation.relations:
            value = relation.value
            if value.type != "part-of":
                known = names.get(value.target or "", value.name or value.target or "")
                href = self.query.organisation(value.target) if value.target in names else None
                views.setdefault(types[value.type].text(self.query.language), {})[known] = Said(
                    text=self.during(known, value), notes=self.notes(relation), href=href
                )
        for group in _by_subject(s for s in self.incoming if _relation(s).type != "part-of"):
            other = subject_id(group[0].subject)
            name = names.get(other, other)
            for statement in group:
                value = _relation(statement)
                label = choose(types[value.type].inverse, self.query.language) or value.type
                said = Said(
                    text=self.during(name, value),
                    notes=self.footnotes.of([statement]),
                    href=self.query.organisation(other),
                )
                views.setdefault(label, {}).setdefault(name, said)
        return tuple(RelationView(label, tuple(said.values())) for label, said in views.items())

    def during(self, name: str, relation: Relation) -> str:
        """Say a name with the time for which the relation to it holds."""
        day, since, until = self.say.day, relation.since, relation.until
        if since and until:
            between = {"since": day(since), "until": day(until)}
            return self.say("%(name)s (%(since)s to %(until)s)", name=name, **between)
        if since:
            return self.say("%(name)s (since %(date)s)", name=name, date=day(since))
        if until:
            return self.say("%(name)s (until %(date)s)", name=name, date=day(until))
        return name

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
                self.warning(m.value),
                self.notes(m),
                m.language,
            )
            for m in self.organisation.milestones
        ]
        for status in self.organisation.statuses:
            text = self.say(_STATUSES[status.value.status])
            if status.value.note:
                text = f"{text}: {status.value.note}"
            events.append(Event(status.value.as_of, text, None, self.notes(status)))
        return tuple(sorted(events, key=lambda event: event.date or "9999"))

    def warning(self, milestone: Milestone) -> str | None:
        """Say what a reader should know of an announcement: how far its date is trusted."""
        if milestone.certainty != "announced":
            return None
        today = datetime.date.today().isoformat()
        if milestone.by and milestone.by < today[: len(milestone.by)]:
            return self.say("date has passed, outcome not known here")
        if milestone.by:
            return self.say("announced, by %(date)s", date=self.say.day(milestone.by))
        return self.say("announced")

    # -- around it ---------------------------------------------------------------------------

    def similar(self) -> tuple[Nearby, ...]:
        """Say who works on the same, with all that both have in common."""
        language, roles = self.query.language, self.landscape.vocabulary.roles
        views = []
        for alike in self.workspace.surroundings.similar(self.organisation):
            themes = theme_links(self.workspace, self.query, alike.themes)
            shown = [theme.label for theme in themes[:_MOST_IN_COMMON]]
            if more := len(themes) - len(shown):
                shown.append(
                    self.say.plural("%(number)s more theme", "%(number)s more themes", more)
                )
            why = [self.say("Both work on: %(themes)s", themes=self.say.listed(shown))]
            if alike.roles:
                offered = self.say.listed([roles[role].text(language) for role in alike.roles])
                why.append(self.say("Both offer: %(roles)s", roles=offered))
            views.append(self.nearby(alike.entry, *why))
        return tuple(views)

    def compare(self) -> str:
        """Return where it stands beside those most like it, by the same measures."""
        alike = self.workspace.surroundings.similar(self.organisation)
        ids = (self.organisation.id, *(one.entry.id for one in alike[:_MOST_COMPARED]))
        return self.query.address("/compare", **{"with": ids})

    def neighbour(self, neighbour: Neighbour) -> Nearby:
        """Say how far away an organisation is, as exactly as is known."""
        entry, distance = neighbour.entry, neighbour.distance_km
        if neighbour.is_precise:
            if distance < _NEXT_DOOR_KM:
                return self.nearby(entry, self.say("at the same place"))
            return self.nearby(entry, self.say("%(km)s km", km=self.say.number(round(distance, 1))))
        if not self.is_rough(neighbour):
            return self.nearby(entry, self.say("in the same municipality"))
        about = self.say.number(max(1, round(distance)))
        return self.nearby(entry, self.say("about %(km)s km", km=about))

    def is_measured(self, neighbour: Neighbour) -> bool:
        """Whether it says how many kilometres away a neighbour is."""
        if neighbour.is_precise:
            return neighbour.distance_km >= _NEXT_DOOR_KM
        return self.is_rough(neighbour)

    def is_rough(self, neighbour: Neighbour) -> bool:
        """Whether the distance to a neighbour elsewhere is known only from municipalities."""
        is_elsewhere = neighbour.entry.place != self.organisation.place_id
        return not neighbour.is_precise and is_elsewhere and neighbour.distance_km > 0

    def nearby(self, entry: Entry, *why: str) -> Nearby:
        language = self.query.language
        place = self.landscape.places.get(entry.place or "")
        return Nearby(
            name=entry.name(language),
            href=self.query.organisation(entry.id),
            kind=self.landscape.vocabulary.kinds[entry.kind].text(language),
            place=place.text(language) if place is not None else None,
            why=why,
        )

    # -- to take along -----------------------------------------------------------------------

    def as_of(self) -> datetime.date:
        return max(statement.last_seen for statement in self.organisation.statements)

    def public_address(self) -> str | None:
        url = self.workspace.url
        return f"{url}{self.query.organisation(self.organisation.id)}" if url else None

    def cited_as(self) -> str:
        """Name this page as a bibliography would."""
        language = self.query.language
        parts = {
            "name": self.organisation.name(language),
            "title": choose(self.landscape.title, language),
            "version": self.landscape.version,
            "date": self.say.day(self.as_of()),
        }
        cited = self.say("%(name)s. In: %(title)s, edition %(version)s, as of %(date)s.", **parts)
        address = self.public_address()
        return f"{cited} {address}" if address else cited

    def contact(self) -> Contact | None:
        contact = self.workspace.contact
        name = self.organisation.name(self.query.language)
        correct = self.say("A correction: %(name)s", name=name)
        introduce = self.say("An introduction to %(name)s", name=name)
        if self.workspace.takes_enquiries():
            form, asked = partial(self.query.address, "/enquire"), self.organisation.id
            return Contact(
                form(kind="other", about="correction", organisation=asked, need=f"{correct}\n\n"),
                form(kind="introduction", organisation=asked),
            )
        if contact is None:
            return None
        return Contact(
            self.letter(contact, correct, self.say("What is wrong, and where can we check it?")),
            self.letter(contact, introduce, self.say("Who are you, and what do you look for?")),
        )

    def letter(self, contact: str, subject: str, question: str) -> str:
        """Return the address of a mail or a form that knows what it is about."""
        page = self.public_address() or self.query.organisation(self.organisation.id)
        if "://" in contact:
            between = "&" if "?" in contact else "?"
            return f"{contact}{between}{urlencode({'subject': subject, 'page': page})}"
        body = f"{page}\r\n\r\n{question}\r\n\r\n"
        return f"mailto:{contact}?subject={quote(subject)}&body={quote(body)}"

    def facts(self) -> tuple[tuple[str, tuple[Said, ...]], ...]:
        organisation, places = self.organisation, self.landscape.places
        differing = organisation.places if len(organisation.places) > 1 else ()
        rows: dict[str, tuple[Said, ...]] = {
            self.say("Said to be in"): self.one_of(
                differing, lambda place: places[place].text(self.query.language)
            ),
            self.say("Website"): self.one_of(organisation.websites, _shown, lambda url: url),
            self.say("How to reach it"): self.one_of(organisation.contacts, _host, lambda url: url),
            self.say("Telephone"): self.one_of(organisation.telephones, str, _dialled),
            self.say("Address"): self.one_of(organisation.addresses),
            self.say("Coordinates"): tuple(
                Said(
                    text=f"{c.value.lat:.4f}, {c.value.lon:.4f} "
                    f"({self.say(_PRECISIONS[c.value.precision])})",
                    notes=self.notes(c),
                )
                for c in organisation.coordinates
            ),
            self.say("Founded"): self.one_of(organisation.founded, self.say.day),
        }
        for identifier in organisation.identifiers:
            scheme, value = identifier.value.scheme, identifier.value.value
            said = Said(
                text=value,
                notes=self.notes(identifier),
                href=address_of(scheme, value),
            )
            rows[_scheme(scheme)] = (*rows.get(_scheme(scheme), ()), said)
        return tuple((label, values) for label, values in rows.items() if values)


def address_of(scheme: str, value: str) -> str | None:
    """Return where an identifier leads, or None where its scheme leads nowhere."""
    pattern = _ADDRESSES.get(scheme)
    return pattern.format(value) if pattern else None


def figures_of(
    figures: Iterable[Sourced[Figure]], workspace: Workspace, query: Query, footnotes: Footnotes
) -> tuple[FigureView, ...]:
    """Return figures as shown, one a metric: the latest, with the others beside it."""
    by_metric: dict[tuple[str, str | None], list[Sourced[Figure]]] = {}
    for figure in figures:
        by_metric.setdefault((figure.value.metric, figure.value.unit), []).append(figure)
    views = []
    for group in by_metric.values():
        group.sort(key=lambda figure: figure.value.as_of, reverse=True)
        first, *others = (_figure(figure, workspace, query, footnotes) for figure in group)
        views.append(structs.replace(first, also=tuple(others)))
    return tuple(views)


def _figure(
    figure: Sourced[Figure], workspace: Workspace, query: Query, footnotes: Footnotes
) -> FigureView:
    value, citation = figure.value, figure.citations[0]
    return FigureView(
        value=quantity(value, query),
        label=workspace.landscape.vocabulary.metrics[value.metric].text(query.language),
        as_of=value.as_of,
        is_dated=citation.published is not None or value.as_of != citation.retrieved.isoformat(),
        span=citation.span,
        notes=footnotes.of(figure.statements),
    )


def quantity(figure: Figure, query: Query) -> str:
    """Return a figure's number with its unit and its qualifier: "2,000+"."""
    unit = {"m2": " m²", "ha": " ha"}.get(figure.unit or "", "")
    return query.say(_QUALIFIED[figure.qualifier], number=query.say.number(figure.value) + unit)


def place_figures(
    statements: Iterable[Statement], workspace: Workspace, query: Query, footnotes: Footnotes
) -> tuple[FigureView, ...]:
    """Return the figures among some statements, as shown."""
    figures = gather(s for s in statements if s.predicate == "figure")
    return figures_of(figures, workspace, query, footnotes)


def _relation(statement: Statement) -> Relation:
    assert isinstance(statement.value, Relation)
    return statement.value


def _by_subject(statements: Iterable[Statement]) -> Iterator[list[Statement]]:
    groups: dict[str, list[Statement]] = {}
    for statement in statements:
        groups.setdefault(statement.subject, []).append(statement)
    yield from groups.values()


def _dialled(telephone: str) -> str:
    """Return the address that dials a number (RFC 3966)."""
    return f"tel:{telephone.replace(' ', '-')}"


def _shown(url: str) -> str:
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def _host(url: str) -> str:
    return _shown(url).partition("/")[0]


def _scheme(scheme: str) -> str:
    return {"wikidata": "Wikidata", "gisco": "GISCO"}.get(scheme, scheme.upper())


PAGE: Final = Page(
    "/organisations/{id:str}",
    "/organisations/{id}.json",
    "organisation.html",
    OrganisationPage,
    build,
    section="organisations",
    forms={"vcf": Form("text/vcard", vcard.render)},
)
