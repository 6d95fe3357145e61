"""What is written reads back as it was; the schema and the reader agree."""

import datetime
import itertools
import json
import string
from pathlib import Path

import jsonschema
import msgspec
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baken import landscape
from baken.landscape.fields import QUALIFIERS, RELATION_FIELDS
from baken.model import (
    LANGUAGES,
    Citation,
    Coordinates,
    Figure,
    FormerName,
    Identifier,
    Milestone,
    Offer,
    Relation,
    Status,
    Translations,
    Visibility,
    organisation_subject,
    place_subject,
    state,
)

DOCS = Path(__file__).parents[2] / "docs"
SHIPPED = landscape.read(landscape.shipped())
ABOUT = SHIPPED.landscape
# Of themes and places a few stand for all: reading a thousand takes a second each time.
A_FEW = msgspec.structs.replace(
    ABOUT,
    themes=dict(itertools.islice(ABOUT.themes.items(), 12)),
    places={
        key: msgspec.structs.replace(place, coordinates=None)
        for key, place in itertools.islice(ABOUT.places.items(), 20)
    },
)

words = st.text(
    alphabet=string.ascii_letters + string.digits + " .,:;#-'\"&%@!?{}[]>|*éüß’–\u4e2d\U0001f9ea",
    min_size=1,
    max_size=60,
).filter(lambda text: text.strip() and text == text.strip())
slugs = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
dates = st.dates(datetime.date(1425, 1, 1), datetime.date(2026, 11, 22)).flatmap(
    lambda day: st.sampled_from([day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]])
)
numbers = st.integers(0, 10**7).map(float) | st.sampled_from([0.5, 12.25])
citations = st.builds(
    Citation,
    publisher=words,
    url=st.from_regex(r"https://[a-z]{3,9}\.org/[a-z0-9?=%-]{0,12}", fullmatch=True),
    retrieved=st.dates(datetime.date(2020, 1, 1), datetime.date(2026, 11, 22)),
    title=st.none() | words,
    published=st.none() | dates,
    licence=st.none() | words,
    span=st.none() | words,
)
maybe_date = st.none() | dates
VALUES = {
    "kind": st.sampled_from(list(ABOUT.vocabulary.kinds)),
    "name": words,
    "acronym": words,
    "alias": words,
    "former-name": st.builds(FormerName, words, maybe_date),
    "summary": words,
    "website": st.from_regex(r"https://[a-z]{3,9}\.be(/[a-z]{0,9})?", fullmatch=True),
    "place": st.sampled_from(list(A_FEW.places)),
    "address": words,
    "coordinates": st.builds(
        Coordinates,
        st.floats(-90, 90),
        st.floats(-180, 180),
        st.sampled_from(["building", "site", "street", "postcode", "municipality"]),
    ),
    "founded": dates,
    "identifier": st.builds(Identifier, st.sampled_from(["ror", "wikidata"]), words),
    "theme": slugs,
    "offer": st.builds(
        Offer,
        st.sampled_from(list(ABOUT.vocabulary.roles)),
        words,
        st.lists(slugs, max_size=3).map(tuple),
        st.none()
        | st.builds(Translations, nl=words, fr=st.none() | words, de=st.none() | words)
        | st.builds(Translations, de=words),
    ),
    "figure": st.builds(
        Figure,
        st.sampled_from(["beds", "staff"]),
        numbers,
        st.sampled_from(list(QUALIFIERS)),
        dates,
    ),
    "relation": st.builds(
        lambda type_, target, since, until: Relation(
            type_,
            target if isinstance(target, str) else None,
            None if isinstance(target, str) else target[0],
            since,
            until,
        ),
        st.sampled_from(list(ABOUT.vocabulary.relations)),
        slugs | st.tuples(words),
        maybe_date,
        maybe_date,
    ),
    "status": st.builds(
        Status,
        st.sampled_from(["active", "planned", "under-construction", "renamed", "closed"]),
        dates,
        st.none() | words,
    ),
    "milestone": st.builds(
        Milestone, words, st.sampled_from(["announced", "happened"]), maybe_date, maybe_date
    ),
}
IN_A_LANGUAGE = {"name", "summary", "offer", "milestone"}


@st.composite
def statements(draw):
    made = {}
    for name in draw(st.lists(slugs, min_size=1, max_size=3, unique=True)):
        for predicate in ("kind", "name", *draw(st.lists(st.sampled_from(list(VALUES))))):
            value = draw(VALUES[predicate])
            language = draw(st.sampled_from(LANGUAGES)) if predicate in IN_A_LANGUAGE else None
            # What is translated was written in English.
            is_translated = isinstance(value, Offer) and value.translations is not None
            statement = state(
                organisation_subject(name),
                predicate,
                value,
                draw(citations),
                language="en" if is_translated else language,
                visibility=draw(st.sampled_from(Visibility)),
            )
            made.setdefault(statement.id, statement)
    place = state(place_subject("limburg"), "figure", draw(VALUES["figure"]), draw(citations))
    return [*made.values(), place]


@given(statements())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_reads_back(tmp_path_factory, said):
    folder = tmp_path_factory.mktemp("landscape")
    landscape.write(folder, A_FEW, said)
    reading = landscape.read(folder)
    assert reading.problems == []
    assert reading.landscape == A_FEW
    assert sorted(reading.statements, key=lambda s: s.id) == sorted(said, key=lambda s: s.id)


def test_the_shipped_landscape_survives_being_written(tmp_path):
    landscape.write(tmp_path, ABOUT, SHIPPED.statements, SHIPPED.sources)
    again = landscape.read(tmp_path)
    assert landscape.problems_of(again) == []
    assert again.landscape == ABOUT
    assert again.sources.items() >= SHIPPED.sources.items()
    by_subject: dict[str, list] = {}
    for statement in again.statements:
        by_subject.setdefault(statement.subject, []).append(statement)
    for statement in SHIPPED.statements:
        assert statement in by_subject[statement.subject]
    assert sum(map(len, by_subject.values())) == len(SHIPPED.claims)


def test_the_published_schema_is_the_one_that_the_format_gives():
    published = json.loads((DOCS / "landscape.schema.json").read_text())
    assert published == landscape.schema(landscape.vocabulary()), (
        "Publish it again: baken landscape schema > docs/landscape.schema.json"
    )


def test_every_shipped_file_fits_the_published_schema():
    schema = landscape.schema(landscape.vocabulary())
    jsonschema.Draft202012Validator.check_schema(schema)
    parts = {"landscape.yaml": "landscape", "sources.yaml": "sources"}
    parts |= {"themes.yaml": "themes", "places.yaml": "places"}
    for path in SHIPPED.directory.rglob("*.yaml"):
        if path.is_relative_to(SHIPPED.directory / "guide"):
            continue  # a format of its own, with its own schema
        part = parts.get(path.name, "organisation")
        # The schema is JSON's, so a date that YAML reads as one stands for its text.
        data = yaml.load(path.read_text(), Loader=yaml.BaseLoader)
        errors = list(
            jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{part}"}).iter_errors(
                _numbers(data)
            )
        )
        assert not errors, f"{path.name}: {errors[0].json_path}: {errors[0].message}"


def _numbers(data):
    """Turn the texts of number fields into numbers, as a YAML reader would."""
    if isinstance(data, dict):
        fields = ("lat", "lon", "exactly", "at-least", "about")
        return {
            key: float(value) if key in fields and isinstance(value, str) else _numbers(value)
            for key, value in data.items()
        }
    return [_numbers(item) for item in data] if isinstance(data, list) else data


def test_the_relation_fields_are_the_relations_vocabulary():
    assert [name.replace("_", "-") for name in RELATION_FIELDS] == list(ABOUT.vocabulary.relations)
