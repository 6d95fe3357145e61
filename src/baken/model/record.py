"""The record: an organisation as one flat piece of JSON, for the command line, the API and dumps.

Field names are part of the contract with everybody who reads Baken's output; they do not change.
"""

from __future__ import annotations

from msgspec import Struct

from .organisation import Organisation
from .values import Figure
from .vocabulary import Landscape

_URI = {"ror": "https://ror.org/{}"}
"""Schemes whose identifiers are by their own rules written as an address."""


class OfferRecord(Struct, frozen=True):
    """What it can do for someone."""

    role: str
    themes: tuple[str, ...]
    text: str


class FigureRecord(Struct, frozen=True, omit_defaults=True):
    """A measured fact; `unit` only where the metric has several."""

    metric: str
    value: float
    qualifier: str
    as_of: str
    unit: str | None = None


class RelationRecord(Struct, frozen=True):
    """A relation; `target` is an id of the landscape, or a name when it has none here."""

    type: str
    target: str


class OrganisationRecord(Struct, frozen=True, kw_only=True):
    """One organisation.

    Attributes:
        id: stable id, also its address: ``/organisations/{id}``.
        name: as shown.
        aliases: every other name: in other languages, acronyms, spellings, former names.
        kind: term of the kinds vocabulary.
        part_of: ids of what it is part of.
        province: English label of its province, or None.
        place: English label of the most precise place known, or None.
        themes: theme ids, of itself and of its offers.
        offers: what it can do for someone.
        figures: measured facts.
        relations: to other organisations, as its sources state them.
        external_ids: by scheme, such as ``ror`` and ``wikidata``.
        website: address, or None.
        contact: page that says how to reach it, or None.
        telephone: number of the organisation, never of a person, or None.
        citations: how many different documents stand behind all this.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    kind: str
    part_of: tuple[str, ...]
    province: str | None
    place: str | None
    themes: tuple[str, ...]
    offers: tuple[OfferRecord, ...]
    figures: tuple[FigureRecord, ...]
    relations: tuple[RelationRecord, ...]
    external_ids: dict[str, str]
    website: str | None
    contact: str | None
    telephone: str | None
    citations: int


def record(organisation: Organisation, landscape: Landscape) -> OrganisationRecord:
    """Return an organisation's record, with place names of its landscape."""
    name = organisation.name()
    other_names = (
        *(n.value for n in organisation.names),
        *(n.value for n in organisation.acronyms),
        *(n.value for n in organisation.aliases),
        *(n.value.text for n in organisation.former_names),
    )
    places = landscape.places
    place, province = organisation.place_id, organisation.province_id
    return OrganisationRecord(
        id=organisation.id,
        name=name,
        aliases=tuple(n for n in dict.fromkeys(other_names) if n != name),
        kind=organisation.kind,
        part_of=organisation.part_of,
        province=places[province].text("en") if province in places else None,
        place=places[place].text("en") if place in places else None,
        themes=organisation.theme_ids,
        offers=tuple(
            OfferRecord(o.value.role, o.value.themes, o.value.text) for o in organisation.offers
        ),
        figures=tuple(_figure(f.value) for f in organisation.figures),
        relations=tuple(
            RelationRecord(r.value.type, r.value.target or r.value.name or "")
            for r in organisation.relations
        ),
        external_ids={
            i.value.scheme: _URI.get(i.value.scheme, "{}").format(i.value.value)
            for i in reversed(organisation.identifiers)
        },
        website=organisation.websites[0].value if organisation.websites else None,
        contact=organisation.contacts[0].value if organisation.contacts else None,
        telephone=organisation.telephones[0].value if organisation.telephones else None,
        citations=len({s.citation.url for s in organisation.statements}),
    )


def _figure(figure: Figure) -> FigureRecord:
    is_whole = figure.value == int(figure.value)
    return FigureRecord(
        figure.metric,
        int(figure.value) if is_whole else figure.value,
        figure.qualifier,
        figure.as_of,
        figure.unit,
    )
