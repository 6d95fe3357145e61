"""Who answers, and why: presence before language, language before load."""

import datetime

import msgspec
import pytest

from baken.desk.assigning import assign
from baken.desk.enquiry import Contact, Officer, Person

DAY = datetime.date(2026, 11, 23)
NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)


def officer(name, languages, **more):
    contact = Contact(name=name, email=f"{name}@desk.example")
    person = Person(id=name, role="officer", language=languages[0], contact=contact, created=NOW)
    return Officer(person=person, languages=tuple(languages), **more)


MIA = officer("mia", ["en"], themes=("asthma", "lung"), open=2)
LUC = officer("luc", ["fr", "en"], open=1)
TOM = officer("tom", ["nl"], kinds=("site-visit",), open=0)


def chosen(*team, kind="introduction", language="en", themes=(), last=DAY):
    return assign(team, kind=kind, language=language, themes=themes, first=DAY, last=last)


@pytest.mark.parametrize(
    ("given", "who"),
    [
        ({"themes": ("asthma",)}, "mia"),
        ({}, "luc"),
        ({"language": "fr", "themes": ("asthma",)}, "luc"),
        ({"language": "nl"}, "tom"),
        ({"language": "de", "kind": "site-visit"}, "tom"),
    ],
)
def test_who_fits_best(given, who):
    assert chosen(MIA, LUC, TOM, **given).officer.person.id == who


def test_who_is_away_before_the_answer_is_due_comes_last_but_before_nobody():
    last = DAY + datetime.timedelta(days=2)
    away = msgspec.structs.replace(MIA, away=((last, last),))
    assert chosen(away, TOM, themes=("asthma",), last=last).officer == TOM
    alone = chosen(away, last=last)
    assert alone.officer == away
    assert alone.reasons[0].code == "away"


def test_who_has_too_much_waits_for_who_has_less():
    full = msgspec.structs.replace(MIA, open=20)
    assert chosen(full, TOM, themes=("asthma",)).officer == TOM


def test_who_left_is_not_asked_and_nobody_is_an_answer():
    left = msgspec.structs.replace(MIA, is_active=False)
    assert chosen(left).officer is None


def test_reasons_say_what_counted():
    reasons = chosen(MIA, themes=("lung", "skin")).reasons
    assert [(reason.code, reason.about) for reason in reasons] == [
        ("present", ""),
        ("language", "en"),
        ("theme", "lung"),
        ("kind", ""),
        ("load", "2"),
    ]
