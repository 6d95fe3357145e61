"""What Baken says itself, in four languages."""

from __future__ import annotations

import datetime

import pytest
from tools.translations import problems

from baken.model import LANGUAGES
from baken.text.speech import Speech


@pytest.fixture(scope="module")
def speeches() -> dict[str, Speech]:
    return {language: Speech(language) for language in LANGUAGES}


def test_everything_is_said_in_every_language() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("language", "day", "month", "number", "listed"),
    [
        ("en", "22 November 2026", "November 2026", "129,046", "a, b and c"),
        ("nl", "22 november 2026", "november 2026", "129.046", "a, b en c"),
        ("fr", "22 novembre 2026", "novembre 2026", "129\u202f046", "a, b et c"),
        ("de", "22. November 2026", "November 2026", "129.046", "a, b und c"),
    ],
)
def test_dates_and_numbers_are_written_as_people_write_them(
    speeches: dict[str, Speech], language: str, day: str, month: str, number: str, listed: str
) -> None:
    say = speeches[language]
    assert say.day("2026-11-22") == say.day(datetime.date(2026, 11, 22)) == day
    assert say.day("2026-11") == month
    assert say.day("2026") == "2026"
    assert say.number(129_046) == number
    assert say.listed(["a", "b", "c"]) == listed


def test_a_message_is_translated_and_filled_in(speeches: dict[str, Speech]) -> None:
    assert speeches["nl"]("read %(date)s", date="2026") == "gelezen op 2026"
    assert speeches["en"]("read %(date)s", date="2026") == "read 2026"


def test_a_message_without_translation_stays_as_it_is(speeches: dict[str, Speech]) -> None:
    assert speeches["de"]("A sentence that nobody has translated") == (
        "A sentence that nobody has translated"
    )


def test_forms_follow_the_number(speeches: dict[str, Speech]) -> None:
    english, french = speeches["en"], speeches["fr"]
    one, many = "%(number)s organisation", "%(number)s organisations"
    assert [english.plural(one, many, n) for n in (0, 1, 1_000)] == [
        "0 organisations",
        "1 organisation",
        "1,000 organisations",
    ]
    # French counts nought as one.
    assert french.plural(one, many, 0) == "0 organisation"


def test_the_first_of_a_month_is_an_ordinal_in_french_alone(speeches: dict[str, Speech]) -> None:
    said = {language: say.day("2020-02-01") for language, say in speeches.items()}
    assert said["fr"] == "1er février 2020"
    assert said["nl"] == "1 februari 2020"
    assert speeches["fr"].day("2020-02-11") == "11 février 2020"
    assert "1er décembre" in speeches["fr"].full_day(datetime.date(2026, 12, 1))
