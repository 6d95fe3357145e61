"""Checking what a landscape says: every problem at once, each with file, line and the way out.

Mistakes of form (a number that is no number) are found while reading; this module finds mistakes
of meaning. One function a rule, listed in `RULES`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from baken.model import (
    LANGUAGES,
    Figure,
    FormerName,
    Identifier,
    Relation,
    Status,
    Term,
    organisation_subject,
    subject_id,
    terms_of,
)

from .convert import suggest
from .document import Document, Problem
from .read import Claim, Reading, read

Rule = Callable[[Reading], Iterator[Problem]]

_THEMES: Final = "themes.yaml"
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check(directory: Path) -> list[Problem]:
    """Return every problem of a landscape folder, ordered by file and line.

    Raises:
        LandscapeError: the folder is not there, or holds no landscape.yaml.
    """
    return problems_of(read(directory))


def problems_of(reading: Reading) -> list[Problem]:
    """Return the problems of a reading: those of form and those of meaning."""
    found = set(reading.problems)
    for rule in RULES:
        found.update(rule(reading))
    return sorted(found)


def theme_problems_of(reading: Reading) -> list[Problem]:
    """Return what is wrong with a reading's themes, also what only a thesaurus has to mind.

    A landscape works with a theme that nothing leads to and with a word that means two themes; a
    good thesaurus has neither.
    """
    found = {problem for problem in reading.problems if problem.file == _THEMES}
    for rule in THEME_RULES:
        found.update(problem for problem in rule(reading) if problem.file == _THEMES)
    return sorted(found)


def unknown_terms(reading: Reading) -> Iterator[Problem]:
    """Every kind, role, theme, place, metric, relation and target must exist."""
    if reading.landscape is None:
        return
    vocabulary = reading.landscape.vocabulary
    organisations = _organisation_ids(reading)
    known: Mapping[str, tuple[str, Mapping[str, object]]] = {
        "kind": ("kind", vocabulary.kinds),
        "role": ("role", vocabulary.roles),
        "relation": ("relation", vocabulary.relations),
        "metric": ("metric", vocabulary.metrics),
        "theme": ("theme", reading.landscape.themes),
        "place": ("place", reading.landscape.places),
        "target": ("organisation", organisations),
    }
    for claim in reading.claims:
        for scheme, term in terms_of(claim.statement.predicate, claim.statement.value):
            if scheme not in known or term in known[scheme][1]:
                continue
            noun, terms = known[scheme]
            code = "dangling-relation" if scheme == "target" else f"unknown-{noun}"
            message = f"There is no {noun} “{term}”. {suggest(term, terms)}"
            if scheme == "target" and "Did you mean" not in message:
                message = (
                    f"There is no organisation “{term}” here. Add its file, or give the "
                    "relation a name: `{name: …}`."
                )
            yield claim.document.problem(claim.trail, code, message.strip(), holding=term)


def part_of_cycles(reading: Reading) -> Iterator[Problem]:
    """Nothing can be part of itself, by however long a way round."""
    parents: dict[str, list[tuple[str, Claim]]] = defaultdict(list)
    for claim in reading.claims:
        value = claim.statement.value
        if isinstance(value, Relation) and value.type == "part-of" and value.target:
            parents[subject_id(claim.statement.subject)].append((value.target, claim))
    for start, edges in parents.items():
        for target, claim in edges:
            way = _way(parents, target, start)
            if way is not None:
                round_trip = " → ".join((start, *way))
                message = f"This closes a circle of part-of: {round_trip}. Take one of them out."
                yield claim.document.problem(claim.trail, "part-of-cycle", message)


def _way(
    parents: Mapping[str, list[tuple[str, Claim]]], start: str, goal: str
) -> tuple[str, ...] | None:
    """Return a way up from `start` to `goal`, both included, or None."""
    open_ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while open_ways:
        way = open_ways.pop()
        if way[-1] == goal:
            return way
        for target, _ in parents.get(way[-1], ()):
            if target not in seen:
                seen.add(target)
                open_ways.append((*way, target))
    return None


def relations_to_oneself(reading: Reading) -> Iterator[Problem]:
    """A relation needs another organisation at its other end."""
    for claim in reading.claims:
        value = claim.statement.value
        if (
            isinstance(value, Relation)
            and value.type != "part-of"
            and value.target == subject_id(claim.statement.subject)
        ):
            message = f"This says that “{value.target}” is {value.type} itself."
            yield claim.document.problem(claim.trail, "self-relation", message)


def units(reading: Reading) -> Iterator[Problem]:
    """A metric with several units makes each figure name its own; one with a single unit, none."""
    if reading.landscape is None:
        return
    for claim in reading.claims:
        figure = claim.statement.value
        if not isinstance(figure, Figure):
            continue
        metric = reading.landscape.vocabulary.metrics.get(figure.metric)
        if metric is None:
            continue
        if metric.units and figure.unit not in metric.units:
            allowed = " or ".join(f"`unit: {unit}`" for unit in metric.units)
            message = f"A figure of “{figure.metric}” needs a unit: add {allowed}."
            yield claim.document.problem(claim.trail, "figure-without-unit", message)
        if not metric.units and figure.unit is not None:
            message = f"“{figure.metric}” is counted in {metric.unit}; take `unit:` out."
            yield claim.document.problem(claim.trail, "figure-without-unit", message)


def dates_to_come(reading: Reading) -> Iterator[Problem]:
    """Nobody can have said tomorrow what a figure or a state is."""
    for claim in reading.claims:
        value = claim.statement.value
        retrieved = claim.statement.citation.retrieved.isoformat()
        if isinstance(value, (Figure, Status)) and value.as_of > retrieved:
            message = (
                f"`as-of: {value.as_of}` is later than {retrieved}, the day the source was read."
            )
            yield claim.document.problem(claim.trail, "malformed-date", message)


def names_twice(reading: Reading) -> Iterator[Problem]:
    """Two organisations of one name in one place are probably one."""
    place_of = {
        claim.statement.subject: claim.statement.value
        for claim in reversed(reading.claims)
        if claim.statement.predicate == "place"
    }
    first: dict[tuple[str, object], Claim] = {}
    for claim in reading.claims:
        statement = claim.statement
        if statement.predicate != "name" or not isinstance(statement.value, str):
            continue
        key = (statement.value.casefold(), place_of.get(statement.subject))
        other = first.setdefault(key, claim)
        if other.statement.subject != statement.subject:
            message = (
                f"“{statement.value}” is also the name in {other.origin}, in the same place. "
                "Merge the two files, or give one a fuller name."
            )
            yield claim.document.problem(claim.trail, "same-name", message)


def identifiers(reading: Reading) -> Iterator[Problem]:
    """Identifiers must have the form of their scheme and belong to one organisation only."""
    first: dict[Identifier, Claim] = {}
    for claim in reading.claims:
        value = claim.statement.value
        if not isinstance(value, Identifier):
            continue
        form = _FORMS.get(value.scheme)
        if form is None:
            message = f"There is no identifier scheme “{value.scheme}”. " + suggest(
                value.scheme, _FORMS
            )
            yield claim.document.problem(claim.trail, "unknown-scheme", message)
        elif not form[0].fullmatch(value.value) or not form[2](value.value):
            message = f"“{value.value}” is not {form[1]}."
            yield claim.document.problem(claim.trail, "malformed-identifier", message)
        other = first.setdefault(value, claim)
        if other.statement.subject != claim.statement.subject:
            message = f"{value.scheme} {value.value} already belongs to {other.origin}."
            yield claim.document.problem(claim.trail, "identifier-twice", message)


def ror_checksum(identifier: str) -> bool:
    """Return whether the last two digits of a ROR id fit the rest (ISO 7064 mod 97-10).

    Source: "ROR identifier pattern", ror.readme.io; the seven characters are Crockford base 32.
    """
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    number = 0
    for character in identifier[:7]:
        number = number * 32 + alphabet.index(character)
    return 98 - (number * 100) % 97 == int(identifier[7:])


_FORMS: Final[dict[str, tuple[re.Pattern[str], str, Callable[[str], bool]]]] = {
    "ror": (
        re.compile(r"0[a-hj-km-np-tv-z0-9]{6}\d{2}"),
        "a ROR id: nine characters such as 02kcbn207, without the web address",
        ror_checksum,
    ),
    "wikidata": (re.compile(r"Q[1-9]\d*"), "a Wikidata item such as Q1136459", lambda _: True),
    "isni": (re.compile(r"\d{15}[\dX]"), "an ISNI: sixteen digits", lambda _: True),
    "grid": (re.compile(r"grid\.\d+\.[0-9a-f]+"), "a GRID id such as grid.5596.f", lambda _: True),
    "kbo": (re.compile(r"\d{10}"), "a Belgian enterprise number: ten digits", lambda _: True),
    "cordis": (re.compile(r"\d{9}"), "a CORDIS organisation number: nine digits", lambda _: True),
    "gisco": (re.compile(r"\S+"), "a GISCO hospital id", lambda _: True),
}


def ids(reading: Reading) -> Iterator[Problem]:
    """An id is its file's name: a slug, once, and never another file's in other letters."""
    seen: dict[str, Document] = {}
    for name, document in reading.documents.items():
        if not name.startswith("organisations/"):
            continue
        stem = Path(name).stem
        if not _SLUG.fullmatch(stem):
            message = f"“{stem}” is no id. Name the file in lower-case letters, digits and hyphens."
            yield Problem(name, 1, "malformed-id", message)
        other = seen.setdefault(stem.casefold().replace("_", "-"), document)
        if other is not document:
            message = f"The id “{stem}” is already taken by {other.name}."
            yield Problem(name, 1, "duplicate-id", message)


def statements_twice(reading: Reading) -> Iterator[Problem]:
    """The same claim by the same source needs to be made once."""
    first: dict[str, Claim] = {}
    for claim in reading.claims:
        other = first.setdefault(claim.statement.id, claim)
        if other is not claim:
            message = f"The same is said, by the same source, at {other.origin}."
            yield claim.document.problem(claim.trail, "said-twice", message)


def former_names_in_use(reading: Reading) -> Iterator[Problem]:
    """A former name that is also a present one needs a date to be either."""
    present = {
        (claim.statement.subject, claim.statement.value)
        for claim in reading.claims
        if claim.statement.predicate == "name"
    }
    for claim in reading.claims:
        value = claim.statement.value
        if (
            isinstance(value, FormerName)
            and value.until is None
            and (claim.statement.subject, value.text) in present
        ):
            message = f"“{value.text}” is also a present name. Say `until:` when it ended."
            yield claim.document.problem(claim.trail, "former-name-in-use", message)


def labels(reading: Reading) -> Iterator[Problem]:
    """Every theme and place needs a label a language, and no two themes share one."""
    if reading.landscape is None:
        return
    tables: tuple[tuple[str, Mapping[str, Term]], ...] = (
        (_THEMES, reading.landscape.themes),
        ("places.yaml", reading.landscape.places),
    )
    for name, terms in tables:
        document = reading.documents[name]
        first: dict[tuple[str, str], str] = {}
        for key, term in terms.items():
            for language in LANGUAGES:
                if not term.label.get(language):
                    message = f"“{key}” has no label in “{language}”."
                    yield document.problem((key, "label"), "missing-label", message)
                    continue
                label = (language, term.label[language].casefold())
                other = first.setdefault(label, key)
                if other != key and name == _THEMES:
                    message = f"“{term.label[language]}” is also the label of “{other}”."
                    yield document.problem((key, "label", language), "same-label", message)


def thesaurus(reading: Reading) -> Iterator[Problem]:
    """Broader and related themes must exist, and broader must lead up, never round."""
    if reading.landscape is None:
        return
    themes = reading.landscape.themes
    document = reading.documents[_THEMES]
    for key, theme in themes.items():
        for relation in ("broader", "related"):
            for target in getattr(theme, relation):
                if target not in themes:
                    message = f"There is no theme “{target}”. {suggest(target, themes)}"
                    yield document.problem(
                        (key, relation), "unknown-theme", message, holding=target
                    )
        above, layer = set[str](), set(theme.broader)
        while layer:
            above |= layer
            layer = {up for t in layer if t in themes for up in themes[t].broader} - above
        if key in above:
            message = f"“{key}” is broader than itself. Take one of its broader themes out."
            yield document.problem((key, "broader"), "theme-cycle", message)


def words_twice(reading: Reading) -> Iterator[Problem]:
    """In each language a word leads to one theme, and is written there once."""
    if reading.landscape is None:
        return
    document = reading.documents[_THEMES]
    first = {
        (language, label.casefold()): key
        for key, theme in reversed(reading.landscape.themes.items())
        for language, label in theme.label.items()
    }
    for key, theme in reading.landscape.themes.items():
        for language, synonyms in theme.synonyms.items():
            seen = {theme.label.get(language, "").casefold()}
            for word in synonyms:
                other = first.setdefault((language, word.casefold()), key)
                message = ""
                if other != key:
                    message = f"“{word}” already leads to “{other}”. Keep the narrower of the two."
                elif word.casefold() in seen:
                    message = f"“{word}” stands here twice. Keep one."
                seen.add(word.casefold())
                if message:
                    trail = (key, "synonyms", language)
                    yield document.problem(trail, "word-twice", message, holding=word)


def orphans(reading: Reading) -> Iterator[Problem]:
    """Every theme has its place among the others: something broader, or something narrower."""
    if reading.landscape is None:
        return
    themes = reading.landscape.themes
    above = {broader for theme in themes.values() for broader in theme.broader}
    for key, theme in themes.items():
        if not theme.broader and key not in above:
            message = f"Nothing is broader or narrower than “{key}”. Add what it belongs under."
            yield reading.documents[_THEMES].problem((key,), "orphan", message)


def places(reading: Reading) -> Iterator[Problem]:
    """Places lie within places that exist; the landscape's provinces are among them."""
    if reading.landscape is None:
        return
    known = reading.landscape.places
    document = reading.documents["places.yaml"]
    for key, place in known.items():
        seen, here = {key}, place
        while here.within is not None:
            if here.within not in known:
                if here is place:
                    message = f"There is no place “{here.within}”. {suggest(here.within, known)}"
                    yield document.problem((key, "within"), "unknown-place", message)
                break
            if here.within in seen:
                message = f"“{key}” lies within itself. Mend `within`."
                yield document.problem((key, "within"), "place-cycle", message)
                break
            seen.add(here.within)
            here = known[here.within]
    about = reading.documents["landscape.yaml"]
    for i, province in enumerate(reading.landscape.provinces):
        if province not in known:
            message = f"There is no place “{province}”. {suggest(province, known)}"
            yield about.problem(("provinces", i), "unknown-place", message)


def _organisation_ids(reading: Reading) -> dict[str, object]:
    return {
        Path(name).stem: organisation_subject(Path(name).stem)
        for name in reading.documents
        if name.startswith("organisations/")
    }


RULES: Final[tuple[Rule, ...]] = (
    unknown_terms,
    part_of_cycles,
    relations_to_oneself,
    units,
    dates_to_come,
    names_twice,
    identifiers,
    ids,
    statements_twice,
    former_names_in_use,
    labels,
    thesaurus,
    places,
)

THEME_RULES: Final[tuple[Rule, ...]] = (labels, thesaurus, words_twice, orphans)
