"""Statements, the organisations put together from them, and records."""

import datetime

import msgspec
import pytest

from baken import landscape
from baken.model import (
    PREDICATES,
    Citation,
    Figure,
    FormerName,
    Identifier,
    Offer,
    Relation,
    Statement,
    assemble,
    organisation_subject,
    record,
    state,
    statement_id,
    terms_of,
)
from baken.model.organisation import _FIELD_OF

SUBJECT = organisation_subject("uz-gent")
PAGE = Citation("An agency", "https://example.org/page", datetime.date(2026, 11, 22))
REGISTER = Citation(
    "A register", "https://register.example.org/1", datetime.date(2026, 11, 22), published="2020"
)


def say(predicate, value, citation=PAGE, **more):
    return state(SUBJECT, predicate, value, citation, **more)


def test_a_statement_seen_again_keeps_its_id():
    later = msgspec.structs.replace(PAGE, retrieved=datetime.date(2027, 1, 1), span="2,000 beds")
    assert say("name", "UZ Gent").id == say("name", "UZ Gent", later).id


@pytest.mark.parametrize(
    "other",
    [
        say("alias", "UZ Gent"),
        say("name", "UZ Ghent"),
        say("name", "UZ Gent", REGISTER),
        say("name", "UZ Gent", language="nl"),
        state("organisations/other", "name", "UZ Gent", PAGE),
    ],
)
def test_anything_else_claimed_is_another_statement(other):
    assert other.id != say("name", "UZ Gent").id


def test_ids_are_the_same_in_every_process():
    figure = Figure("beds", 1000, "at-least", "2026-11-22")
    assert statement_id(SUBJECT, "figure", figure, None, PAGE) == "b61a7a029cc92845d484"


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        (Figure("beds", 2000, "at-least", "2026"), "2,000+"),
        (Figure("beds", 2000, "about", "2026"), "about 2,000"),
        (Figure("beds", 8500, "exactly", "2026"), "8,500"),
        (Figure("area", 1.5, "exactly", "2026", "ha"), "1.5"),
    ],
)
def test_a_figure_shows_its_qualifier(figure, shown):
    assert str(figure) == shown


def test_every_predicate_has_a_place_in_an_organisation():
    assert set(_FIELD_OF) == set(PREDICATES)


def test_terms_by_which_a_statement_is_found():
    assert terms_of("offer", Offer("research", "…", ("lung", "lung", "brain"))) == (
        ("role", "research"),
        ("theme", "lung"),
        ("theme", "brain"),
    )
    assert terms_of("relation", Relation("part-of", "ugent")) == (
        ("relation", "part-of"),
        ("target", "ugent"),
    )
    assert terms_of("relation", Relation("works-with", name="A city")) == (
        ("relation", "works-with"),
    )
    assert terms_of("identifier", Identifier("ror", "00xmkp704")) == (
        ("identifier", "ror:00xmkp704"),
    )


def test_sources_that_agree_stand_behind_one_value():
    both = [say("kind", "hospital"), say("name", "UZ Gent"), say("name", "UZ Gent", REGISTER)]
    organisation = assemble(both)
    [name] = organisation.names
    assert {citation.publisher for citation in name.citations} == {"An agency", "A register"}
    assert set(organisation.statements) == set(both)


def test_sources_that_differ_both_stand_the_latest_first():
    older = say("website", "https://old.example.org", REGISTER)
    newer = say("website", "https://new.example.org")
    organisation = assemble([say("kind", "hospital"), say("name", "UZ Gent"), older, newer])
    assert [w.value for w in organisation.websites] == [
        "https://new.example.org",
        "https://old.example.org",
    ]


def test_names_by_language():
    organisation = assemble(
        [
            say("kind", "hospital"),
            say("name", "Ghent University Hospital", language="en"),
            say("name", "UZ Gent", language="nl"),
        ]
    )
    assert organisation.name("nl") == "UZ Gent"
    assert organisation.name("de") == organisation.name() == "Ghent University Hospital"


@pytest.mark.parametrize("missing", ["kind", "name"])
def test_without_kind_or_name_there_is_no_organisation(missing):
    said = [say("kind", "hospital"), say("name", "UZ Gent")]
    assert assemble([s for s in said if s.predicate != missing]) is None


def test_statements_survive_json():
    for value, predicate in [
        (Figure("beds", 1000, "at-least", "2026"), "figure"),
        (FormerName("AZ", "1987"), "former-name"),
        ("plain", "name"),
    ]:
        statement = say(predicate, value, language="nl" if predicate == "name" else None)
        assert msgspec.json.decode(msgspec.json.encode(statement), type=Statement) == statement


def test_the_record_keeps_its_promise():
    about = landscape.read(landscape.shipped()).landscape
    organisation = assemble(
        [
            say("kind", "university-hospital"),
            say("name", "Ghent University Hospital", language="en"),
            say("name", "UZ Gent", REGISTER, language="nl"),
            say("former-name", FormerName("AZ Gent")),
            say("figure", Figure("beds", 1000, "at-least", "2026-11-22")),
            say("relation", Relation("part-of", "ugent")),
            say("relation", Relation("works-with", name="City of Ghent")),
            say("identifier", Identifier("ror", "00xmkp704"), REGISTER),
            say("offer", Offer("research", "Studies lungs.", ("lung",))),
            say("theme", "ageing"),
        ],
        place_id="ghent",
        province_id="east-flanders",
    )
    assert msgspec.to_builtins(record(organisation, about)) == {
        "id": "uz-gent",
        "name": "Ghent University Hospital",
        "aliases": ("UZ Gent", "AZ Gent"),
        "kind": "university-hospital",
        "part_of": ("ugent",),
        "province": "East Flanders",
        "place": "Ghent",
        "themes": ("lung", "ageing"),
        "offers": ({"role": "research", "themes": ("lung",), "text": "Studies lungs."},),
        "figures": (
            {"metric": "beds", "value": 1000, "qualifier": "at-least", "as_of": "2026-11-22"},
        ),
        "relations": (
            {"type": "part-of", "target": "ugent"},
            {"type": "works-with", "target": "City of Ghent"},
        ),
        "external_ids": {"ror": "https://ror.org/00xmkp704"},
        "website": None,
        "contact": None,
        "telephone": None,
        "citations": 2,
    }


def test_places_know_what_encloses_them():
    about = landscape.read(landscape.shipped()).landscape
    assert [place.id for place in about.enclosing("leuven")] == [
        "leuven",
        "flemish-brabant",
        "flanders",
        "belgium",
    ]
    assert about.province_of("leuven") == "flemish-brabant"
    assert about.province_of("belgium") is None
    assert about.province_of("nowhere") is None


def test_every_vocabulary_term_speaks_four_languages():
    vocabulary = landscape.vocabulary()
    tables = (vocabulary.kinds, vocabulary.roles, vocabulary.relations, vocabulary.metrics)
    for terms in (*tables, vocabulary.stages):
        for term in terms.values():
            assert set(term.label) == {"en", "nl", "fr", "de"}, term.id
    for role in vocabulary.roles.values():
        assert set(role.heading) == {"en", "nl", "fr", "de"}, role.id
    for kind in vocabulary.kinds.values():
        assert kind.maps_to
        assert kind.broader is None or kind.broader in vocabulary.kinds
    for stage in vocabulary.stages.values():
        assert set(stage.roles) <= vocabulary.roles.keys()
        assert set(stage.kinds) <= vocabulary.kinds.keys()
    for metric in vocabulary.metrics.values():
        assert bool(metric.unit) != bool(metric.units), metric.id
