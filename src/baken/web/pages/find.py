"""The shortlist: a letter from somebody who knows the region, with its sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, structs

from baken.model import Aside, Match, Organisation, Reason, Shortlist, choose
from baken.partners.naming import NamedOrganisation, Reading
from baken.store import Filter
from baken.text.speech import message
from baken.web.page import (
    Choice,
    Footnotes,
    Link,
    Page,
    Query,
    Source,
    place_links,
    theme_links,
)
from baken.web.understood import Understood, Way, understood
from baken.workspace import Workspace

SHORTLIST_LENGTH: Final = 12
_DOTS: Final = 5
_MOST_COMPARED: Final = 4
_SIGNALS: Final = {
    "words": message("the same words"),
    "meaning": message("the same meaning"),
    "statements": message("the two sentences that say it best"),
    "themes": message("themes"),
    "role": message("role"),
    "place": message("place"),
    "kind": message("kind of organisation"),
    "stage": message("stage"),
    "name": message("name"),
}
"""What the signals of `baken.partners.signals` are called; one that is not here by its own name."""


class Why(Struct, frozen=True):
    """A reason, the language it is in, and the numbers of its sources.

    Attributes:
        told: which language that is, in the visitor's; None when it is theirs.
    """

    text: str
    language: str
    told: str | None
    notes: tuple[int, ...]


class Share(Struct, frozen=True):
    """What one signal adds to the fit, in hundredths; `label` is what people call it."""

    signal: str
    label: str
    hundredths: int


class MatchView(Struct, frozen=True, kw_only=True):
    """One line of the shortlist.

    Attributes:
        kind: label of what it is.
        place: labels of where it is, the most precise first.
        score: how likely it is worth a call, 0–1.
        dots: the score in fifths.
        fit: how well it fits, 0–1, of which the shares are parts.
        reasons: why it fits.
        missing: what was asked for and is not known here.
        shares: what makes up the fit.
    """

    id: str
    name: str
    href: str
    kind: str
    place: tuple[str, ...]
    score: float
    dots: int
    fit: float
    reasons: tuple[Why, ...]
    missing: tuple[str, ...]
    shares: tuple[Share, ...]


class Group(Struct, frozen=True):
    """The matches of one role, under what that role is for the visitor.

    Attributes:
        compare: where the first of them stand side by side; None when there is only one.
    """

    heading: str
    colour: str
    matches: tuple[MatchView, ...]
    compare: str | None


class AsideView(Struct, frozen=True, kw_only=True):
    """An organisation beside the shortlist.

    Attributes:
        kind: label of what it is.
        why: why it is named, and is not in the list.
    """

    id: str
    name: str
    href: str
    kind: str
    why: Why


class NamedView(Struct, frozen=True, kw_only=True):
    """An organisation that the visitor's words name.

    Attributes:
        id: of the landscape; None for one outside it.
        href: its page here, or its record at ror.org.
        words: of the visitor, those that name it.
        kind: label of what it is; None outside the landscape.
        part_of: what it is part of, each a link to its page.
    """

    id: str | None
    name: str
    href: str
    words: str
    kind: str | None
    part_of: tuple[Link, ...]


class Names(Struct, frozen=True):
    """What the visitor's words name, and how they were read.

    Attributes:
        reading: ``identifier``, ``name``, ``address`` or ``mention``; see
            `baken.partners.naming.Named`.
        organisations: the most specific first.
    """

    reading: Reading
    organisations: tuple[NamedView, ...]


class Find(Struct, frozen=True, kw_only=True):
    """Context of the shortlist page.

    Attributes:
        need: the visitor's words, as they were read.
        names: the organisations they name, or None.
        language: ISO 639-1 code of those words, and of what is said in answer.
        understood: what was read in those words, each part a link that changes the answer.
        themes: themes understood, each a link to its page.
        places: places understood, each a link to its page.
        narrowed: the role and the province that the answer is narrowed to; each widens it again.
        roles: choices that narrow the answer to one role; none where there was no need.
        provinces: choices that narrow the answer to one province; none where there was no need.
        groups: the answer.
        count: how many matches.
        also: whom to consider besides.
        nearest_miss: who would be in the list but for one thing, or None.
        nearest: themes to try when nothing fits.
        note: a sentence for the visitor, or None.
        milliseconds: how long the answer took.
        sources: what the footnotes lead to.
    """

    need: str
    names: Names | None
    language: str
    understood: Understood
    themes: tuple[Link, ...]
    places: tuple[Link, ...]
    narrowed: tuple[Choice, ...]
    roles: tuple[Choice, ...]
    provinces: tuple[Choice, ...]
    groups: tuple[Group, ...]
    count: int
    also: tuple[AsideView, ...]
    nearest_miss: AsideView | None
    nearest: tuple[Link, ...]
    note: str | None
    milliseconds: float
    sources: tuple[Source, ...]


def build(workspace: Workspace, query: Query) -> Find:
    """Answer the need in the address.

    Raises:
        NeedError: the address names a role, a province or a correction that there is none of.
    """
    text = query.one("q") or ""
    role, province = query.one("role"), query.one("province")
    corrections = workspace.corrections(
        query.all("with"),
        query.all("without"),
        stage=query.one("stage"),
        language=query.one("language"),
    )
    way = Way(query, text, role, province, corrections)
    answer = workspace.find(
        text, limit=SHORTLIST_LENGTH, role=role, province=province, corrections=corrections
    )
    names = _names(workspace, query, text)
    is_need = names is None or not _is_no_need(names, answer)
    if not is_need:
        answer = structs.replace(
            answer, matches=(), nearest_themes=(), also=(), nearest_miss=None, note=None
        )
    landscape = workspace.landscape
    footnotes = Footnotes()
    groups = tuple(_groups(workspace, query, answer, footnotes))
    also = tuple(_aside(workspace, query, one, answer, footnotes) for one in answer.also)
    missed = answer.nearest_miss
    roles = _role_choices(workspace, query, answer, way)
    provinces = tuple(
        Choice(
            id=p,
            label=landscape.places[p].text(query.language),
            count=None,
            href=way.narrowed(role=role, province=None if p == province else p),
            is_on=p == province,
        )
        for p in landscape.provinces
    )
    if not is_need:
        roles = provinces = ()
    return Find(
        need=answer.need.text,
        names=names,
        language=answer.need.language,
        understood=understood(workspace, query, answer, way),
        themes=theme_links(workspace, query, answer.need.themes),
        places=place_links(workspace, query, answer.need.places),
        narrowed=tuple(choice for choice in (*provinces, *roles) if choice.is_on),
        roles=roles,
        provinces=provinces,
        groups=groups,
        count=len(answer.matches),
        also=also,
        nearest_miss=_aside(workspace, query, missed, answer, footnotes) if missed else None,
        nearest=theme_links(workspace, query, answer.nearest_themes),
        note=answer.note,
        milliseconds=answer.milliseconds,
        sources=footnotes.sources,
    )


def _names(workspace: Workspace, query: Query, text: str) -> Names | None:
    named = workspace.named(text)
    if named is None:
        return None
    ids = [one.id for one in named.organisations if one.id is not None]
    known = {one.id: one for one in workspace.store.organisations(Filter(), ids=ids)}
    above = dict.fromkeys(parent for one in known.values() for parent in one.part_of)
    labels = workspace.names(above, language=query.language)
    return Names(
        named.reading,
        tuple(_named_view(workspace, query, one, known, labels) for one in named.organisations),
    )


def _named_view(
    workspace: Workspace,
    query: Query,
    one: NamedOrganisation,
    known: Mapping[str, Organisation],
    labels: Mapping[str, str],
) -> NamedView:
    organisation = known.get(one.id or "")
    if organisation is None:
        href = one.ror or ""
        return NamedView(id=None, name=one.name, href=href, words=one.words, kind=None, part_of=())
    return NamedView(
        id=organisation.id,
        name=one.name,
        href=query.organisation(organisation.id),
        words=one.words,
        kind=workspace.landscape.vocabulary.kinds[organisation.kind].text(query.language),
        part_of=tuple(
            Link(labels[parent], query.organisation(parent))
            for parent in organisation.part_of
            if parent in labels
        ),
    )


def _is_no_need(names: Names, answer: Shortlist) -> bool:
    """Tell whether the words ask for nothing: an id, or an address without a theme or a role."""
    if names.reading == "identifier":
        return True
    return names.reading == "address" and not (answer.need.themes or answer.need.roles)


def _role_choices(
    workspace: Workspace, query: Query, answer: Shortlist, way: Way
) -> tuple[Choice, ...]:
    roles = workspace.landscape.vocabulary.roles
    offered = workspace.facets().roles
    ordered = dict.fromkeys((*answer.need.roles, *(r for r in roles if r in offered)))
    return tuple(
        Choice(
            id=r,
            label=roles[r].text(query.language),
            count=offered.get(r, 0),
            href=way.narrowed(role=None if r == way.role else r, province=way.province),
            is_on=r == way.role,
        )
        for r in ordered
    )


def _groups(
    workspace: Workspace, query: Query, answer: Shortlist, footnotes: Footnotes
) -> list[Group]:
    roles = workspace.landscape.vocabulary.roles
    by_role: dict[str, list[Match]] = {}
    for match in answer.matches:
        by_role.setdefault(match.roles[0] if match.roles else "", []).append(match)
    ids = [match.id for match in answer.matches]
    places = {
        organisation.id: (organisation.place_id, organisation.province_id)
        for organisation in workspace.store.organisations(Filter(), ids=ids)
    }
    groups = []
    for role_id, matches in by_role.items():
        role = roles.get(role_id)
        heading = (
            (choose(role.heading, query.language) or role.id)
            if role
            else query.say("Also worth a look")
        )
        views = tuple(_view(workspace, query, m, answer, places[m.id], footnotes) for m in matches)
        ids = [match.id for match in matches[:_MOST_COMPARED]]
        side_by_side = query.address("/compare", **{"with": ids}) if len(ids) > 1 else None
        groups.append(Group(heading, role.colour if role else "public", views, side_by_side))
    return groups


def _view(
    workspace: Workspace,
    query: Query,
    match: Match,
    answer: Shortlist,
    places: tuple[str | None, str | None],
    footnotes: Footnotes,
) -> MatchView:
    landscape = workspace.landscape
    labels = (landscape.places[p].text(query.language) for p in places if p in landscape.places)
    return MatchView(
        id=match.id,
        name=match.name,
        href=query.organisation(match.id),
        kind=landscape.vocabulary.kinds[match.kind].text(query.language),
        place=tuple(dict.fromkeys(labels)),
        score=round(match.score, 3),
        dots=max(1, round(match.score * _DOTS)),
        fit=round(match.fit, 3),
        reasons=tuple(_why(reason, answer, footnotes) for reason in match.reasons),
        missing=match.missing,
        shares=tuple(
            Share(signal, query.say(_SIGNALS.get(signal, signal)), round(share * 100))
            for signal, share in sorted(match.signals.items(), key=lambda s: -s[1])
            if round(share * 100)
        ),
    )


def _aside(
    workspace: Workspace, query: Query, aside: Aside, answer: Shortlist, footnotes: Footnotes
) -> AsideView:
    match = aside.match
    return AsideView(
        id=match.id,
        name=match.name,
        href=query.organisation(match.id),
        kind=workspace.landscape.vocabulary.kinds[match.kind].text(query.language),
        why=_why(aside.why, answer, footnotes),
    )


def _why(reason: Reason, answer: Shortlist, footnotes: Footnotes) -> Why:
    cited = [answer.statements[s] for s in reason.statements if s in answer.statements]
    return Why(reason.text, reason.language, reason.note, footnotes.of(cited))


PAGE: Final = Page("/find", "/find.json", "find.html", Find, build, depends_on="visitor")
