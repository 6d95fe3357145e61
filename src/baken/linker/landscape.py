"""A landscape's own organisations and units, as records that join the registry's in one index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from baken.model import Landscape, Organisation

from .registry import RegistryName, RegistryPlace, RegistryRecord, ror_id

_ROR_TYPE: Final = "ror:"


def landscape_records(
    organisations: Iterable[Organisation], landscape: Landscape
) -> list[RegistryRecord]:
    """Return organisations of a landscape as records.

    The id is the organisation's ROR id where it has one of its own, else ``organisations/ID``: two
    organisations never share one. Former names are names; what an organisation is part of is its
    parent.
    """
    given = list(organisations)
    ids: dict[str, str] = {}
    for one in given:
        rors = (i.value.value for i in one.identifiers if i.value.scheme == "ror")
        found = next((full for value in rors if (full := ror_id(value))), None)
        is_own = found is not None and found not in ids.values()
        ids[one.id] = found if found is not None and is_own else f"organisations/{one.id}"
    return [
        RegistryRecord(
            id=ids[one.id],
            names=_names(one),
            types=_types(one, landscape),
            places=_places(one, landscape),
            relations=tuple(("parent", ids[p]) for p in one.part_of if p in ids),
            website=one.websites[0].value if one.websites else None,
        )
        for one in given
    ]


def _names(one: Organisation) -> tuple[RegistryName, ...]:
    shown = RegistryName(one.name(), ("ror_display", "label"), "en")
    others = [
        *(RegistryName(n.value, ("label",), n.language) for n in one.names),
        *(RegistryName(n.value, ("alias",), n.language) for n in one.aliases),
        *(RegistryName(n.value, ("acronym",), n.language) for n in one.acronyms),
        *(RegistryName(n.value.text, ("alias",), n.language) for n in one.former_names),
    ]
    return (shown, *(name for name in others if name.value != shown.value))


def _types(one: Organisation, landscape: Landscape) -> tuple[str, ...]:
    kinds = landscape.vocabulary.kinds
    mapped = [m for k in one.kinds if k.value in kinds for m in kinds[k.value].maps_to]
    return tuple(
        dict.fromkeys(m.removeprefix(_ROR_TYPE) for m in mapped if m.startswith(_ROR_TYPE))
    )


def _places(one: Organisation, landscape: Landscape) -> tuple[RegistryPlace, ...]:
    if one.place_id is None:
        return ()
    enclosing = {place.kind: place for place in landscape.enclosing(one.place_id)}
    if not enclosing:
        return ()
    city, country = enclosing.get("municipality"), enclosing.get("country")
    region = enclosing.get("province") or enclosing.get("region")
    point = (one.coordinates[0].value if one.coordinates else None) or (city and city.coordinates)
    return (
        RegistryPlace(
            city=city.text("en") if city else None,
            region=region.text("en") if region else None,
            country_code=country.codes.get("nuts") if country else None,
            country=country.text("en") if country else None,
            latitude=point.lat if point else None,
            longitude=point.lon if point else None,
        ),
    )
