"""Derived rows: which organisations there are, where they are, and which terms they have.

They hold nothing that statements do not say, and are made again in every sync, in its
transaction. An organisation of which the public may know a kind and a name is public: its derived
rows come from public statements alone, and it inherits the place of public organisations alone.
Any other is internal: its rows come from all its statements, and only the agency is shown them.
What is retired counts for neither.

What decides where organisations are is held in memory meanwhile: some 300 bytes for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from baken.model import (
    Audience,
    Landscape,
    Organisation,
    Visibility,
    assemble,
    organisation_subject,
)
from baken.text import fold

from .database import Row, Session
from .reading import by_subject, statements_from, stored_landscape, subject_pages

_ORGANISATIONS: Final = organisation_subject("")


class Site(Struct, frozen=True):
    """What decides where an organisation is.

    Attributes:
        place_id: its own place, or None.
        inherits_from: ids of the organisations whose place it may inherit, in turn.
        is_public: whether the public may know of it.
    """

    place_id: str | None
    inherits_from: tuple[str, ...] = ()
    is_public: bool = True


def rebuild(session: Session) -> None:
    """Make every derived row again from the statements that stand."""
    session.execute("analyse")
    for table in ("organisations", "locations", "facets", "totals"):
        session.execute(f"forget_{table}")
    sites: dict[str, Site] = {}
    for page in subject_pages(session, Audience.AGENCY):
        rows: list[Row] = []
        for organisation, visibility in _described(session, page):
            subject, name = organisation_subject(organisation.id), organisation.name()
            rows.append((subject, name, fold(name), visibility.value))
            sites[organisation.id] = _site(organisation, visibility)
        session.load("load_organisations", rows)
    session.load("load_locations", _locations(sites, stored_landscape(session)))
    session.execute("derive_facets")
    session.execute("derive_totals")
    session.execute("analyse")


def find_place(organisation_id: str, sites: Mapping[str, Site]) -> tuple[str, str] | None:
    """Return where an organisation is: whose place it has, and that place.

    That is its own place, or that of the first organisation found by following `inherits_from` in
    depth. Organisations that stand in a circle, or whose paths lead nowhere, have no place.
    """
    may_be_internal = not sites[organisation_id].is_public
    seen = set()
    waiting = [organisation_id]
    while waiting:
        candidate = waiting.pop()
        site = sites.get(candidate)
        if site is None or candidate in seen or not (site.is_public or may_be_internal):
            continue
        if site.place_id is not None:
            return candidate, site.place_id
        seen.add(candidate)
        waiting.extend(reversed(site.inherits_from))
    return None


def _described(session: Session, subjects: list[str]) -> Iterator[tuple[Organisation, Visibility]]:
    """Yield the organisations among these subjects as far as derived rows need them."""
    remaining = {subject: None for subject in subjects if subject.startswith(_ORGANISATIONS)}
    for audience, visibility in (
        (Audience.PUBLIC, Visibility.PUBLIC),
        (Audience.AGENCY, Visibility.INTERNAL),
    ):
        rows = session.select(
            "describing_statements", subjects=list(remaining), audience=audience.value
        )
        for subject, statements in by_subject(statements_from(rows)).items():
            if (organisation := assemble(statements)) is not None:
                del remaining[subject]
                yield organisation, visibility


def _site(organisation: Organisation, visibility: Visibility) -> Site:
    is_public = visibility is Visibility.PUBLIC
    if organisation.places:
        return Site(organisation.places[0].value, is_public=is_public)
    located_at = (
        relation.value.target
        for relation in organisation.relations
        if relation.value.type == "located-at" and relation.value.target
    )
    return Site(None, (*organisation.part_of, *located_at), is_public)


def _locations(sites: Mapping[str, Site], landscape: Landscape | None) -> Iterator[Row]:
    """Yield the rows of ``location``."""
    provinces: dict[str, str | None] = {}
    for organisation_id in sites:
        found = find_place(organisation_id, sites)
        if found is None:
            continue
        holder, place = found
        if place not in provinces:
            provinces[place] = landscape.province_of(place) if landscape else None
        located_through = None if holder == organisation_id else holder
        yield organisation_subject(organisation_id), place, provinces[place], located_through
