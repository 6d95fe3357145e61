"""Invented landscapes of any size, for benchmarks: the shipped one and as many more as asked for.

An invented organisation has what a real one has, in like numbers: names, a summary, three offers
and two themes on average, a place or a parent, and for most offers translations. Themes come from
the real thesaurus, a few often and most seldom; names and words from syllables have a long tail;
sentences are put together from parts, so that hardly two are the same. Everything follows from
seed and row: nothing is kept, and a statement is made again when it is asked for.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Final

from baken.model import Citation, Landscape, Offer, Organisation, Relation, Statement, Theme, state
from baken.model.organisation import assemble
from baken.model.values import Translations
from baken.store import Store, Totals

_DAY: Final = datetime.date(2026, 11, 22)
_KINDS: Final = {
    "department": 20,
    "research-group": 20,
    "laboratory": 12,
    "company": 12,
    "hospital": 6,
    "research-centre": 6,
    "platform": 5,
    "university": 1,
    "university-hospital": 1,
    "biobank": 3,
    "living-lab": 3,
    "incubator": 3,
    "accelerator": 2,
    "science-park": 2,
    "cluster": 2,
    "programme": 2,
}
_UNITS: Final = frozenset({"department", "research-group", "laboratory", "platform"})
_NAMES: Final = {
    "department": "Department of {theme} {name}",
    "research-group": "{name} Group for {theme}",
    "laboratory": "{name} {theme} Laboratory",
    "company": "{name} {suffix}",
    "hospital": "{name} Hospital",
    "research-centre": "{name} Centre for {theme}",
    "platform": "{theme} Platform {name}",
    "university": "University of {name}",
    "university-hospital": "University Hospital {name}",
    "biobank": "{name} Biobank for {theme}",
    "living-lab": "{name} Living Lab",
    "incubator": "{name} Incubator",
    "accelerator": "{name} Accelerator",
    "science-park": "{name} Science Park",
    "cluster": "{name} {theme} Cluster",
    "programme": "{name} {theme} Programme",
}
_SUFFIXES: Final = ("Therapeutics", "Medical", "Diagnostics", "Bio", "Health", "Robotics", "Data")
# fmt: off
_SYLLABLES: Final = (
    "al", "an", "ar", "bel", "ber", "bo", "bra", "cal", "cor", "da", "del", "dor", "el", "en",
    "fer", "fin", "ga", "gor", "hal", "hel", "il", "jan", "ka", "kel", "la", "len", "lin", "lo",
    "mar", "mel", "mi", "nor", "o", "pal", "per", "qui", "ra", "ren", "ri", "ro", "sal", "sen",
    "si", "sol", "ta", "tel", "ter", "to", "val", "ver", "vi", "zan",
)
# fmt: on
_ROLES: Final = {
    "research": (
        "Studies {theme} {with_} {means}.",
        "Onderzoekt {theme} {with_} {means}.",
        "Étudie {theme} {with_} {means}.",
        "Erforscht {theme} {with_} {means}.",
    ),
    "clinical-validation": (
        "Runs trials in {theme} {with_} {means}.",
        "Voert klinische studies uit over {theme} {with_} {means}.",
        "Mène des essais cliniques en {theme} {with_} {means}.",
        "Führt klinische Studien zu {theme} durch {with_} {means}.",
    ),
    "test-environment": (
        "Lets companies test devices for {theme} {with_} {means}.",
        "Laat bedrijven toestellen voor {theme} testen {with_} {means}.",
        "Permet aux entreprises de tester des dispositifs pour {theme} {with_} {means}.",
        "Lässt Firmen Geräte für {theme} erproben {with_} {means}.",
    ),
    "samples-and-data": (
        "Keeps samples and records on {theme} {with_} {means}.",
        "Bewaart stalen en gegevens over {theme} {with_} {means}.",
        "Conserve des échantillons et des données sur {theme} {with_} {means}.",
        "Bewahrt Proben und Daten zu {theme} auf {with_} {means}.",
    ),
    "space": (
        "Rents offices and laboratories to start-ups in {theme} {with_} {means}.",
        "Verhuurt kantoren en labo's aan starters in {theme} {with_} {means}.",
        "Loue des bureaux et des laboratoires aux jeunes pousses de {theme} {with_} {means}.",
        "Vermietet Büros und Labore an Start-ups der {theme} {with_} {means}.",
    ),
    "coaching": (
        "Coaches founders in {theme} {with_} {means}.",
        "Begeleidt ondernemers in {theme} {with_} {means}.",
        "Accompagne les fondateurs en {theme} {with_} {means}.",
        "Berät Gründerinnen und Gründer in {theme} {with_} {means}.",
    ),
    "financing": (
        "Invests in young companies for {theme} {with_} {means}.",
        "Investeert in jonge bedrijven voor {theme} {with_} {means}.",
        "Investit dans de jeunes entreprises de {theme} {with_} {means}.",
        "Investiert in junge Firmen für {theme} {with_} {means}.",
    ),
    "network": (
        "Brings makers and users of {theme} together {with_} {means}.",
        "Brengt makers en gebruikers van {theme} samen {with_} {means}.",
        "Réunit ceux qui font et utilisent {theme} {with_} {means}.",
        "Bringt Hersteller und Anwender von {theme} zusammen {with_} {means}.",
    ),
}
_WITH: Final = ("with", "met", "avec", "mit")
_MEANS: Final = (
    (
        "patients of every age",
        "patiënten van alle leeftijden",
        "des patients de tout âge",
        "Patienten",
    ),
    ("a ward of its own", "een eigen afdeling", "un service propre", "einer eigenen Station"),
    ("models of the cell", "celmodellen", "des modèles cellulaires", "Zellmodellen"),
    ("imaging and software", "beeldvorming en software", "imagerie et logiciel", "Bildgebung"),
    ("older people at home", "ouderen thuis", "des personnes âgées", "älteren Menschen zu Hause"),
    ("wearable sensors", "draagbare sensoren", "des capteurs portables", "tragbaren Sensoren"),
    ("gene sequencing", "sequentiebepaling", "le séquençage", "Sequenzierung"),
    ("nurses and carers", "verpleegkundigen", "des infirmières", "Pflegekräften"),
    ("a clean room", "een cleanroom", "une salle blanche", "einem Reinraum"),
    ("students and engineers", "studenten en ingenieurs", "des étudiants", "Studierenden"),
    ("records of general practice", "huisartsgegevens", "des dossiers", "Hausarztdaten"),
    ("animal models", "proefdieren", "des modèles animaux", "Tiermodellen"),
)
_SUMMARIES: Final = (
    "{kind} in {place} that works on {one} and {two}, known for the {name} {thing}.",
    "Brings {one} and {two} together around the {name} {thing}; a {kind} in {place}.",
    "A {kind} for {one}; its {name} {thing} is used for {two} as well.",
)
_THINGS: Final = [
    "method",
    "cohort",
    "register",
    "scanner",
    "platform",
    "study",
    "model",
    "robot",
    "database",
    "assay",
]


class Invented:
    """The shipped landscape's organisations and invented ones; what an index asks of a store."""

    def __init__(self, store: Store, count: int, seed: int = 2026) -> None:
        """Describe a landscape.

        Args:
            store: holds the shipped landscape.
            count: how many organisations there are, the shipped ones included.
            seed: of everything invented.
        """
        self._store = store
        self._known = store.landscape()
        self._real = list(store.organisations())
        self._count = max(count, len(self._real))
        self._seed = seed
        shuffled = list(self._known.themes.values())
        random.Random(seed).shuffle(shuffled)
        self._themes = shuffled
        self._often = list(accumulate(1 / (rank + 10) for rank in range(len(shuffled))))
        self._places = [p for p in self._known.places.values() if p.kind == "municipality"]
        # A store looks statements up; making them again would be timed instead.
        self._recent = lru_cache(maxsize=200_000)(self._statements)
        self._province = {place.id: self._province_of(place.id) for place in self._places}

    def landscape(self) -> Landscape:
        """Return the shipped landscape."""
        return self._known

    def revision(self) -> int:
        """Return a number that stands for seed and size."""
        return self._seed * 10_000_000 + self._count

    def totals(self) -> Totals:
        """Return the store's own, which tell nothing apart here."""
        return self._store.totals()

    def organisations(self) -> Iterator[Organisation]:
        """Yield all, the shipped ones first."""
        yield from self._real
        for row in range(len(self._real), self._count):
            yield self._organisation(row)

    def statements(self) -> Iterator[Statement]:
        """Yield what is said of all, the shipped ones first, as a store takes it."""
        for organisation in self._real:
            yield from organisation.statements
        for row in range(len(self._real), self._count):
            for made in self._statements(row):
                yield state(
                    made.subject, made.predicate, made.value, made.citation, language=made.language
                )

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Return names by id."""
        return dict.fromkeys(ids, "")

    def by_id(self, ids: Iterable[str]) -> dict[str, Statement]:
        """Return statements by id."""
        real, found = [], {}
        for identity in ids:
            row, _, number = identity.partition(".")
            if number:
                found[identity] = self._recent(int(row[1:]))[int(number)]
            else:
                real.append(identity)
        return self._store.by_id(real) | found

    def _organisation(self, row: int) -> Organisation:
        place = self._place(row)
        statements = self._statements(row)
        is_unit = any(s.predicate == "relation" and s.value.type == "part-of" for s in statements)
        made = assemble(
            statements,
            place_id=place,
            province_id=self._province[place],
            located_through=_identity(self._parent(row)) if is_unit else None,
        )
        assert made is not None
        return made

    def _statements(self, row: int) -> list[Statement]:
        chance = random.Random(self._seed * 1_000_003 + row)
        kind = self._kind(row)
        name = _name(chance)
        themes = self._draw(chance, chance.choice((1, 2, 2, 3)))
        labels = [theme.text("en") for theme in themes]
        place = self._place(row)
        written = _NAMES[kind].format(name=name, theme=labels[0], suffix=chance.choice(_SUFFIXES))
        summary = chance.choice(_SUMMARIES).format(
            kind=kind.replace("-", " ").capitalize(),
            place=self._known.places[place].text("en"),
            one=labels[0].lower(),
            two=labels[-1].lower(),
            name=_name(chance),
            thing=chance.choice(_THINGS),
        )
        said: list[tuple[str, object, str | None]] = [
            ("kind", kind, None),
            ("name", written, "en"),
            ("summary", summary, "en"),
        ]
        said += [("theme", theme.id, None) for theme in themes]
        said += [("offer", self._offer(chance, themes), "en") for _ in range(chance.randint(2, 4))]
        if kind in _UNITS:
            said.append(("relation", Relation("part-of", _identity(self._parent(row))), None))
        else:
            said.append(("place", place, None))
        if chance.random() < 0.6:
            partner = Relation("works-with", name=f"{_name(chance)} {chance.choice(_SUFFIXES)}")
            said.append(("relation", partner, None))
        citation = Citation(f"Register {row % 97}", f"https://example.org/{row}", _DAY)
        return [
            Statement(
                id=f"i{row}.{number}",
                subject=f"organisations/{_identity(row)}",
                predicate=predicate,
                value=value,  # type: ignore[arg-type]
                citation=citation,
                first_seen=_DAY,
                last_seen=_DAY,
                language=language,
            )
            for number, (predicate, value, language) in enumerate(said)
        ]

    def _offer(self, chance: random.Random, own: list[Theme]) -> Offer:
        role = chance.choice(tuple(_ROLES))
        themes = [chance.choice(own), *self._draw(chance, chance.choice((0, 1, 1)))]
        means = chance.choice(_MEANS)
        texts = [
            wording.format(
                theme=" & ".join(theme.text(language).lower() for theme in themes),
                with_=with_,
                means=said,
            )
            for language, wording, with_, said in zip(
                ("en", "nl", "fr", "de"), _ROLES[role], _WITH, means, strict=True
            )
        ]
        texts[0] = f"{texts[0][:-1]}, at its {_name(chance)} {chance.choice(_THINGS)}."
        translated = Translations(*texts[1:]) if chance.random() < 0.8 else None
        return Offer(role, texts[0], tuple(theme.id for theme in themes), translated)

    def _draw(self, chance: random.Random, count: int) -> list[Theme]:
        drawn = chance.choices(self._themes, cum_weights=self._often, k=count)
        return list({theme.id: theme for theme in drawn}.values())

    def _kind(self, row: int) -> str:
        if row == len(self._real):
            return "university"  # what comes first is part of nothing
        chance = random.Random(self._seed * 7_000_003 + row)
        return chance.choices(tuple(_KINDS), weights=_KINDS.values())[0]

    def _place(self, row: int) -> str:
        while self._kind(row) in _UNITS:
            row = self._parent(row)
        return self._places[row * 2_654_435_761 % len(self._places)].id

    def _parent(self, row: int) -> int:
        """Return an earlier organisation that is no unit; the early ones have more units."""
        chance = random.Random(self._seed * 11_000_003 + row)
        while True:
            parent = int(len(self._real) + chance.random() ** 2 * (row - len(self._real)))
            if self._kind(parent) not in _UNITS:
                return parent

    def _province_of(self, place: str) -> str | None:
        enclosing = (one.id for one in self._known.enclosing(place))
        return next((one for one in enclosing if one in self._known.provinces), None)


def _identity(row: int) -> str:
    return f"invented-{row}"


def _name(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3, 3)))).capitalize()
