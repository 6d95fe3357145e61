"""What can be said: one line a predicate.

`value_type` is what its values are; `maps_to` the standard property; `terms` yields the (scheme,
term) pairs that the store indexes a statement by, so that facets, inverse relations and look-ups
by a foreign id are all the same kind of query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from msgspec import Struct

from .values import (
    Coordinates,
    Figure,
    FormerName,
    Identifier,
    Milestone,
    Offer,
    Relation,
    Status,
    Value,
)

Terms = Iterable[tuple[str, str]]


class Predicate(Struct, frozen=True):
    """One thing that can be said of a subject."""

    value_type: type
    maps_to: str
    terms: Callable[[Any], Terms] = lambda _: ()


def _offer_terms(offer: Offer) -> Terms:
    yield "role", offer.role
    for theme in offer.themes:
        yield "theme", theme


def _relation_terms(relation: Relation) -> Terms:
    yield "relation", relation.type
    if relation.target is not None:
        yield "target", relation.target


PREDICATES: Final[dict[str, Predicate]] = {
    # predicate                value type   standard property           indexed by
    "kind": Predicate(str, "org:classification", lambda kind: [("kind", kind)]),
    "name": Predicate(str, "skos:prefLabel"),
    "alias": Predicate(str, "skos:altLabel"),
    "acronym": Predicate(str, "schema:alternateName"),
    "former-name": Predicate(FormerName, "schema:alternateName"),
    "summary": Predicate(str, "schema:description"),
    "website": Predicate(str, "schema:url"),
    "contact": Predicate(str, "schema:contactPoint"),
    "telephone": Predicate(str, "schema:telephone"),
    "place": Predicate(str, "schema:location", lambda place: [("place", place)]),
    "address": Predicate(str, "schema:address"),
    "coordinates": Predicate(Coordinates, "schema:geo"),
    "founded": Predicate(str, "schema:foundingDate"),
    "identifier": Predicate(
        Identifier, "schema:identifier", lambda i: [("identifier", f"{i.scheme}:{i.value}")]
    ),
    "theme": Predicate(str, "schema:knowsAbout", lambda theme: [("theme", theme)]),
    "offer": Predicate(Offer, "schema:makesOffer", _offer_terms),
    "figure": Predicate(Figure, "schema:additionalProperty", lambda f: [("metric", f.metric)]),
    "relation": Predicate(Relation, "org:linkedTo", _relation_terms),
    "status": Predicate(Status, "schema:status", lambda status: [("status", status.status)]),
    "milestone": Predicate(Milestone, "schema:event"),
}


def terms_of(predicate: str, value: Value) -> tuple[tuple[str, str], ...]:
    """Return the (scheme, term) pairs that a statement is indexed by, each once."""
    return tuple(dict.fromkeys(PREDICATES[predicate].terms(value)))
