"""A region's case and a company's shortlist, as a handbook prints them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from baken.model import Figure, Landscape, Match, Organisation, Shortlist, Statement, choose, gather
from baken.model.values import Qualifier
from baken.store import Facets, Totals
from baken.text.speech import Speech, message

from .footnotes import Footnotes
from .handbook import Fact, Partner, Reach, Region, Why

_MOST_FIGURES: Final = 9
_MOST_OFFERS: Final = 10
_MOST_REASONS: Final = 2

_QUALIFIED: Final[Mapping[Qualifier, str]] = {
    "exactly": "%(number)s",
    "at-least": "%(number)s+",
    "about": message("about %(number)s"),
}


def describe_region(
    landscape: Landscape,
    totals: Totals,
    facets: Facets,
    organisations: Iterable[Organisation],
    said_of_places: Mapping[str, Iterable[Statement]],
    say: Speech,
    footnotes: Footnotes,
) -> Region:
    """Return what a landscape says of itself.

    Args:
        landscape: the landscape.
        totals: what it holds.
        facets: how many organisations offer each role.
        organisations: those whose figures may be told.
        said_of_places: statements about places, by the place's id.
        say: the language.
        footnotes: the documents met so far; those of the figures are added.
    """
    language, roles = say.language, landscape.vocabulary.roles
    offers = sorted(facets.roles.items(), key=lambda item: (-item[1], item[0]))
    return Region(
        name=choose(landscape.region, language) or landscape.id,
        title=choose(landscape.title, language) or landscape.id,
        version=landscape.version,
        day=totals.as_of.isoformat() if totals.as_of is not None else "",
        organisations=totals.organisations,
        statements=totals.statements,
        offers=tuple((roles[key].text(language), count) for key, count in offers[:_MOST_OFFERS]),
        figures=tuple(_facts(landscape, organisations, said_of_places, say, footnotes)),
    )


def _facts(
    landscape: Landscape,
    organisations: Iterable[Organisation],
    said_of_places: Mapping[str, Iterable[Statement]],
    say: Speech,
    footnotes: Footnotes,
) -> Iterable[Fact]:
    """Yield the largest figure of each metric, the largest numbers first; places' come before.

    Of a whole region nobody publishes one figure here; the largest of each kind shows the scale.
    """
    largest: dict[str, tuple[Figure, str, tuple[Statement, ...]]] = {}
    of_places = [
        (one.value, landscape.places[place].text(say.language), one.statements)
        for place, statements in said_of_places.items()
        for one in gather(s for s in statements if s.predicate == "figure")
    ]
    for organisation in organisations:
        for figure in organisation.figures:
            known = largest.get(figure.value.metric)
            if known is None or figure.value.value > known[0].value:
                name = organisation.name(say.language)
                largest[figure.value.metric] = (figure.value, name, figure.statements)
    for figure, _, _ in of_places:
        largest.pop(figure.metric, None)
    told = sorted(largest.values(), key=lambda one: (-one[0].value, one[1]))
    for figure, name, statements in (*of_places, *told)[:_MOST_FIGURES]:
        unit = {"m2": " m²", "ha": " ha"}.get(figure.unit or "", "")
        yield Fact(
            value=say(_QUALIFIED[figure.qualifier], number=say.number(figure.value)) + unit,
            label=landscape.vocabulary.metrics[figure.metric].text(say.language),
            of=name,
            as_of=say.day(figure.as_of),
            notes=footnotes.of(statements[0].citation),
        )


def describe_partners(
    shortlist: Shortlist,
    organisations: Iterable[Organisation],
    landscape: Landscape,
    say: Speech,
    footnotes: Footnotes,
) -> tuple[Partner, ...]:
    """Return a shortlist as printed.

    Args:
        shortlist: the answer to the company's need.
        organisations: those in it.
        landscape: the landscape.
        say: the language.
        footnotes: the documents met so far; those of the reasons are added.
    """
    known = {organisation.id: organisation for organisation in organisations}
    return tuple(
        _partner(match, known[match.id], shortlist, landscape, say, footnotes)
        for match in shortlist.matches
    )


def _partner(
    match: Match,
    organisation: Organisation,
    shortlist: Shortlist,
    landscape: Landscape,
    say: Speech,
    footnotes: Footnotes,
) -> Partner:
    vocabulary, language = landscape.vocabulary, say.language
    ids = (organisation.place_id, organisation.province_id)
    places = (landscape.places[place].text(language) for place in ids if place)
    return Partner(
        id=match.id,
        name=organisation.name(language),
        kind=vocabulary.kinds[match.kind].text(language),
        place=", ".join(dict.fromkeys(places)),
        role=say.listed([vocabulary.roles[role].text(language) for role in match.roles]),
        reasons=tuple(
            Why(
                reason.text,
                reason.language,
                footnotes.of(*(shortlist.statements[s].citation for s in reason.statements)),
            )
            for reason in match.reasons[:_MOST_REASONS]
        ),
        missing=match.missing,
        website=organisation.websites[0].value if organisation.websites else None,
    )


def describe_reach(organisations: Iterable[Organisation]) -> dict[str, Reach]:
    """Return how to reach organisations, by id, for those whose sources say so."""
    return {
        one.id: Reach(
            contact=one.contacts[0].value if one.contacts else None,
            telephone=one.telephones[0].value if one.telephones else None,
            citations=tuple(
                said[0].citations[0] for said in (one.contacts, one.telephones) if said
            ),
        )
        for one in organisations
        if one.contacts or one.telephones
    }
