"""Factories for tests: a small landscape, and statements of which a test names only what matters.

store.sync("feed", describe("imec", kind="research-centre", place="leuven"), on=DAY)

And a small registry: `make_record` for one organisation, `write_registry_sample` for real ones.
"""

from __future__ import annotations

import datetime
import gzip
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from baken.landscape import vocabulary
from baken.linker.registry import (
    RegistryName,
    RegistryPlace,
    RegistryRecord,
    RelationKind,
    Status,
)
from baken.model import (
    Citation,
    Example,
    Landscape,
    Language,
    Link,
    Linked,
    Offer,
    Place,
    Relation,
    Statement,
    Theme,
    Value,
    Visibility,
    organisation_subject,
    state,
)
from baken.model.vocabulary import PlaceKind

DAY: Final = datetime.date(2026, 11, 22)
"""The day on which the factories' sources were read, unless a test says otherwise."""


def make_citation(
    publisher: str = "Example Register",
    *,
    url: str | None = None,
    retrieved: datetime.date = DAY,
    title: str | None = None,
    published: str | None = None,
    licence: str | None = None,
    span: str | None = None,
) -> Citation:
    """Make a citation; its address follows from its publisher when none is given."""
    address = url or f"https://{publisher.casefold().replace(' ', '-')}.example.org"
    return Citation(publisher, address, retrieved, title, published, licence, span)


def make_statement(
    organisation_id: str,
    predicate: str,
    value: Value,
    *,
    citation: Citation | None = None,
    language: Language | None = None,
    visibility: Visibility = Visibility.PUBLIC,
) -> Statement:
    """Make a statement about an organisation."""
    return state(
        organisation_subject(organisation_id),
        predicate,
        value,
        citation or make_citation(),
        language=language,
        visibility=visibility,
    )


def describe(
    organisation_id: str,
    *,
    name: str | None = None,
    kind: str | None = "research-centre",
    place: str | None = None,
    themes: Iterable[str] = (),
    roles: Iterable[str] = (),
    part_of: str | None = None,
    located_at: str | None = None,
    citation: Citation | None = None,
    visibility: Visibility = Visibility.PUBLIC,
) -> Iterator[Statement]:
    """Yield the statements of one organisation.

    Args:
        organisation_id: its id.
        name: in English; the id when None.
        kind: what it is; None leaves it out, and then it is no organisation.
        place: its own place.
        themes: theme ids of the organisation itself.
        roles: one offer each, without themes.
        part_of: id of what it is part of.
        located_at: id of what it is located at.
        citation: who says all this.
        visibility: who may see it.
    """

    def said(predicate: str, value: Value, language: Language | None = None) -> Statement:
        return make_statement(
            organisation_id,
            predicate,
            value,
            citation=citation,
            language=language,
            visibility=visibility,
        )

    if kind is not None:
        yield said("kind", kind)
    yield said("name", organisation_id if name is None else name, "en")
    if place is not None:
        yield said("place", place)
    for theme in themes:
        yield said("theme", theme)
    for role in roles:
        yield said("offer", Offer(role, f"Offers {role}."))
    for relation, target in (("part-of", part_of), ("located-at", located_at)):
        if target is not None:
            yield said("relation", Relation(relation, target))


def make_landscape() -> Landscape:
    """Make a landscape of two provinces, four municipalities and three themes.

    Leuven and Tienen are in ``flemish-brabant``, Ghent is in ``east-flanders``; Liège is in
    neither province.
    """

    def place(place_id: str, name: str, kind: PlaceKind, within: str | None) -> Place:
        return Place(id=place_id, label={"en": name}, kind=kind, within=within)

    places = (
        place("belgium", "Belgium", "country", None),
        place("flemish-brabant", "Flemish Brabant", "province", "belgium"),
        place("east-flanders", "East Flanders", "province", "belgium"),
        place("leuven", "Leuven", "municipality", "flemish-brabant"),
        place("tienen", "Tienen", "municipality", "flemish-brabant"),
        place("ghent", "Ghent", "municipality", "east-flanders"),
        place("liege", "Liège", "municipality", "belgium"),
    )
    themes = (
        Theme(id="oncology", label={"en": "Oncology", "nl": "Oncologie"}),
        Theme(id="biobanking", label={"en": "Biobanking"}),
        Theme(id="digital-health", label={"en": "Digital health"}),
    )
    return Landscape(
        id="example",
        version="1",
        title={"en": "An example landscape"},
        region={"en": "Example"},
        question={"en": "Who can help?"},
        licence="CC0-1.0",
        provinces=("flemish-brabant", "east-flanders"),
        examples=(Example("en", "a biobank in Leuven"),),
        vocabulary=vocabulary(),
        themes={theme.id: theme for theme in themes},
        places={one.id: one for one in places},
    )


REGISTRY_SAMPLE: Final = Path(__file__).parent / "testing_data" / "registry.jsonl"
"""43 real organisations as ROR schema v2.1 JSON lines, trimmed to what the linker reads.

Flemish universities, hospitals and institutes, near-same names (York, Northeastern, Newcastle),
an acronym of three (IMEC), native names (Zhejiang, Tokyo), a sparse record (Jessa Hospital), and
records that are no longer current: with one successor (Paris Diderot), with a chain of them (the
School of Management and Engineering Vaud), with two (the NSW Office of Environment & Heritage, at
the end of a chain) and without (Crossroads College, inactive; NFDI4Culture, withdrawn).
Relations to organisations outside the sample are left out. Source: ROR, CC0.
"""


def write_registry_sample(path: Path) -> Path:
    """Write `REGISTRY_SAMPLE` in the form that the name of `path` asks for, and return `path`.

    Args:
        path: ends in ``.jsonl`` or ``.json`` (an array), with or without ``.gz``, or in ``.zip``
            (like the zips that ROR publishes: the same in an array, beside files of other forms).
    """
    lines = REGISTRY_SAMPLE.read_bytes().splitlines()
    array = b"[\n" + b",\n".join(lines) + b"\n]\n"
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{path.stem}.csv", "id,name\n")
            archive.writestr(f"{path.stem}.json", '[{"id": "", "name": "schema v1"}]')
            archive.writestr(f"{path.stem}_schema_v2.json", array)
        return path
    content = array if path.name.endswith((".json", ".json.gz")) else REGISTRY_SAMPLE.read_bytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


LEUVEN: Final = RegistryPlace(city="Leuven", country_code="BE", country="Belgium")
"""Where the organisations of `make_record` are, unless a test says otherwise."""


def make_record(
    name: str = "Example University",
    *,
    ror_id: str | None = None,
    labels: Iterable[str] = (),
    aliases: Iterable[str] = (),
    acronyms: Iterable[str] = (),
    names: Iterable[RegistryName] = (),
    types: Iterable[str] = ("education",),
    status: Status = "active",
    place: RegistryPlace | None = LEUVEN,
    relations: Iterable[tuple[RelationKind, str]] = (),
    domains: Iterable[str] = (),
    website: str | None = None,
) -> RegistryRecord:
    """Make an organisation of the registry.

    Args:
        name: to show, in English.
        ror_id: its id; None makes one from the name, see `make_ror_id`.
        labels: further full names, language not known.
        aliases: further spellings.
        acronyms: short forms.
        names: further names with kinds and language of their own.
        types: what it is.
        status: of the record.
        place: where it is; None for a sparse record.
        relations: kind and id of the other.
        domains: of its addresses.
        website: its address.
    """
    return RegistryRecord(
        id=ror_id or make_ror_id(name),
        names=(
            RegistryName(name, ("ror_display", "label"), "en"),
            *(RegistryName(label, ("label",)) for label in labels),
            *(RegistryName(alias, ("alias",)) for alias in aliases),
            *(RegistryName(acronym, ("acronym",)) for acronym in acronyms),
            *names,
        ),
        types=tuple(types),
        status=status,
        places=() if place is None else (place,),
        relations=tuple(relations),
        domains=tuple(domains),
        website=website,
    )


def make_ror_id(name: str) -> str:
    """Make the ROR id that a factory's organisation of this name has: invented, of valid form.

    The last two digits are the ISO/IEC 7064 checksum, as in ids that ROR gives out.
    """
    number = zlib.crc32(name.encode()) % 32**6
    digits = "".join(
        "0123456789abcdefghjkmnpqrstvwxyz"[number >> shift & 31] for shift in range(25, -1, -5)
    )
    return f"https://ror.org/0{digits}{98 - number * 100 % 97:02}"


class FakeLinker:
    """A linker that knows exact names alone: a whole text, or what stands between two commas.

    It keeps the promises of `baken.linker.protocol.LinkerLike`, opens at once and answers fast.
    Capitals do not matter; a name that several organisations have links to none.
    """

    def __init__(self, records: Iterable[RegistryRecord]) -> None:
        """Learn the names of organisations."""
        bearers: dict[str, dict[str, str]] = {}
        for record in records:
            for name in record.names:
                folded = name.value.strip().casefold()
                bearers.setdefault(folded, {})[record.id] = record.display_name
        self._bearer = {
            name: next(iter(found.items())) for name, found in bearers.items() if len(found) == 1
        }
        known = repr(sorted(self._bearer.items())).encode()
        self.version = f"fake-{zlib.crc32(known):08x}"

    def link(self, texts: Sequence[str]) -> list[Linked]:
        """Return what each text names, in the order of the texts."""
        return [self._link(text) for text in texts]

    def explain(self, text: str) -> str:
        """Say in a sentence how the answer came about."""
        count = len(self._link(text).links)
        return f"{count} of the names known here are the whole text or stand between its commas."

    def _link(self, text: str) -> Linked:
        found: dict[str, Link] = {}
        start = 0
        for segment in (text, *text.split(",")) if "," in text else (text,):
            if bearer := self._bearer.get(segment.strip().casefold()):
                organisation_id, name = bearer
                first = start + len(segment) - len(segment.lstrip())
                span = (first, first + len(segment.strip()))
                found.setdefault(organisation_id, Link(organisation_id, name, span, 1.0))
            # The whole text comes first, and its segments start where it does.
            start = start + len(segment) + 1 if segment is not text else 0
        ror_ids = tuple(key for key in found if key.startswith("https://ror.org/"))
        return Linked(ror_ids, tuple(found.values()))
