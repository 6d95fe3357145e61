"""Organisations prepared for matching: what does not change from need to need."""

from __future__ import annotations

from collections.abc import Mapping, Set
from itertools import pairwise
from typing import Final

from msgspec import Struct

from baken.errors import StoreError
from baken.model import Landscape, Organisation
from baken.search import Index


class Profile(Struct, frozen=True, kw_only=True):
    """What does not change from need to need about an organisation.

    Attributes:
        organisation: as the store has it.
        passages: positions of its passages in the index, first and one past the last.
        themes: statement ids by theme, of its own themes and of its offers.
        offers: positions of its offers in the index, by role.
        kinds: its kind and the wider ones.
        ancestors: what it is part of, near and far, nearest first.
        family: itself and its ancestors.
        successor_of: ids of organisations that became it or merged into it.
        is_succeeded: whether one of the landscape is what became of it.
        places: where it is and all that encloses that.
    """

    organisation: Organisation
    passages: tuple[int, int]
    themes: dict[str, tuple[str, ...]]
    offers: dict[str, tuple[int, ...]]
    kinds: tuple[str, ...]
    ancestors: tuple[str, ...]
    family: frozenset[str]
    successor_of: tuple[str, ...]
    is_succeeded: bool
    places: tuple[str, ...]


_BECAME: Final = frozenset({"merged-from", "formerly"})


def profiles_of(
    organisations: Mapping[str, Organisation], index: Index, landscape: Landscape
) -> tuple[Profile, ...]:
    """Prepare the organisations of the index, in its order.

    Raises:
        StoreError: the index holds an organisation that the store does not.
    """
    strangers = [i for i in index.organisations if i not in organisations]
    if strangers:
        raise StoreError(
            f"The index knows “{strangers[0]}”, which the store does not hold: it was made from "
            "other statements. Delete the index; it is built again when needed."
        )
    succeeded = {gone for other in organisations.values() for gone in _predecessors(other)}
    bounds = pairwise((*index.starts.tolist(), len(index.passages)))
    return tuple(
        _profile(organisations, identity, span, index, landscape, succeeded)
        for identity, span in zip(index.organisations, bounds, strict=True)
    )


def _profile(
    organisations: Mapping[str, Organisation],
    identity: str,
    passages: tuple[int, int],
    index: Index,
    landscape: Landscape,
    succeeded: Set[str],
) -> Profile:
    organisation = organisations[identity]
    held: dict[str, tuple[str, ...]] = {}
    offers: dict[str, tuple[int, ...]] = {}
    for position in range(*passages):
        passage = index.passages[position]
        for theme in passage.themes:
            held[theme] = held.get(theme, ()) + passage.statements
        if passage.role is not None:
            offers[passage.role] = (*offers.get(passage.role, ()), position)
    kinds = [organisation.kind]
    known = landscape.vocabulary.kinds.get(organisation.kind)
    while known is not None and known.broader:
        kinds.append(known.broader)
        known = landscape.vocabulary.kinds.get(known.broader)
    place = organisation.place_id
    ancestors = _ancestors(organisations, organisation)
    return Profile(
        organisation=organisation,
        passages=passages,
        themes=held,
        offers=offers,
        kinds=tuple(kinds),
        ancestors=ancestors,
        family=frozenset((identity, *ancestors)),
        successor_of=_predecessors(organisation),
        is_succeeded=identity in succeeded,
        places=tuple(p.id for p in landscape.enclosing(place)) if place else (),
    )


def _ancestors(
    organisations: Mapping[str, Organisation], organisation: Organisation
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    queue = list(organisation.part_of)
    while queue:
        ancestor = queue.pop(0)
        if ancestor not in found and ancestor != organisation.id:
            found[ancestor] = None
            if ancestor in organisations:
                queue.extend(organisations[ancestor].part_of)
    return tuple(found)


def _predecessors(organisation: Organisation) -> tuple[str, ...]:
    return tuple(
        relation.value.target
        for relation in organisation.relations
        if relation.value.type in _BECAME and relation.value.target
    )
