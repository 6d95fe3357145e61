"""Promises keep to the office's calendar: weekends, Belgian holidays, daylight saving, closures."""

import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baken.config import Settings
from baken.desk.calendar import OfficeCalendar
from baken.errors import SettingError

BRUSSELS = ZoneInfo("Europe/Brussels")
OFFICE = OfficeCalendar()
MOMENTS = st.datetimes(
    datetime.datetime(2020, 1, 1), datetime.datetime(2035, 12, 31), timezones=st.just(datetime.UTC)
)
SWITCHES = [datetime.date(2026, 3, 29), datetime.date(2026, 10, 25), datetime.date(2027, 3, 28)]


def at(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23 10:00", "2026-11-25 10:00"),  # Monday
        ("2026-11-20 16:00", "2026-11-24 16:00"),  # over a weekend
        ("2026-11-21 12:00", "2026-11-24 17:00"),  # a Saturday counts from Monday's opening
        ("2026-11-23 03:00", "2026-11-24 17:00"),  # before opening
        ("2026-11-23 17:00", "2026-11-25 17:00"),  # just closed
        ("2026-11-10 10:00", "2026-11-13 10:00"),  # Armistice on Wednesday the 11th
        ("2026-12-24 16:00", "2026-12-29 16:00"),  # Christmas on a Friday
        ("2026-12-31 16:00", "2027-01-05 16:00"),  # over New Year and a weekend
        ("2026-04-02 12:00", "2026-04-07 12:00"),  # Easter Monday, 6 April
        ("2026-05-13 12:00", "2026-05-18 12:00"),  # Ascension on the 14th
        ("2026-03-27 12:00", "2026-03-31 12:00"),  # clocks go forward on the 29th
        ("2026-10-23 12:00", "2026-10-27 12:00"),  # and back on 25 October
    ],
)
def test_a_promise_on_the_office_s_clock(received, due):
    assert OFFICE.promise_due(at(received)) == at(due)


@given(MOMENTS)
def test_no_promise_falls_when_nobody_is_there(moment):
    due = OFFICE.promise_due(moment).astimezone(BRUSSELS)
    assert due > moment
    assert due.weekday() < 5
    assert OFFICE.holiday(due.date()) is None
    assert OFFICE.opens <= due.time() <= OFFICE.closes


@given(MOMENTS, st.timedeltas(datetime.timedelta(), datetime.timedelta(days=10)))
def test_who_comes_later_is_not_answered_earlier(moment, later):
    assert OFFICE.promise_due(moment) <= OFFICE.promise_due(moment + later)


@given(
    st.sampled_from(SWITCHES),
    st.integers(-4 * 96, 4 * 96),
    st.timedeltas(datetime.timedelta(), datetime.timedelta(hours=3)),
)
def test_so_it_is_in_the_weeks_when_clocks_change(day, quarters, later):
    moment = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    moment += datetime.timedelta(minutes=15 * quarters)
    first, second = OFFICE.promise_due(moment), OFFICE.promise_due(moment + later)
    assert moment < first <= second


@given(MOMENTS, st.floats(0, 20), st.floats(0, 20))
def test_office_time_adds_up(moment, one, two):
    at_once = OFFICE.working_days_after(moment, one + two)
    in_steps = OFFICE.working_days_after(OFFICE.working_days_after(moment, one), two)
    assert abs(at_once - in_steps) <= datetime.timedelta(microseconds=2) or (
        # An instant at closing time and the next opening are the same office time.
        not OFFICE.is_open(min(at_once, in_steps))
    )


def test_the_ten_belgian_holidays_and_no_other():
    days = {
        d
        for n in range(365)
        if OFFICE.holiday(d := datetime.date(2026, 1, 1 + 0) + datetime.timedelta(n))
    }
    assert " ".join(f"{day:%m-%d}" for day in sorted(days)) == (
        # The ten, and the Sundays of Easter and Pentecost.
        "01-01 04-05 04-06 05-01 05-14 05-24 05-25 07-21 08-15 11-01 11-11 12-25"
    )


def test_settings_make_the_calendar():
    settings = Settings.load(
        {}, office_hours="08:30 - 16:30", office_closed="2026-11-24, 2026-12-24/2027-01-03"
    )
    office = OfficeCalendar.of(settings)
    assert office.promise_due(at("2026-11-23 10:00")) == at("2026-11-26 10:00")
    assert office.promise_due(at("2026-12-23 10:00")) == at("2027-01-05 10:00")
    bavarian = OfficeCalendar.of(Settings.load({}, office_country="DE-BY"))
    assert bavarian.holiday(datetime.date(2026, 1, 6))
    assert not OFFICE.holiday(datetime.date(2026, 1, 6))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"office_zone": "Europe/Bruxelles"}, "no time zone"),
        ({"office_hours": "nine to five"}, "09:00-17:00"),
        ({"office_hours": "17:00-09:00"}, "09:00-17:00"),
        ({"office_hours": "25:00-26:00"}, "09:00-17:00"),
        ({"office_country": "XX"}, "BAKEN_OFFICE_COUNTRY"),
        ({"office_closed": "Christmas"}, "which is no day"),
        ({"office_closed": "2026-12-31/2026-12-01"}, "which is no day"),
    ],
)
def test_a_setting_that_makes_no_calendar_is_a_sentence(given, says):
    with pytest.raises(SettingError, match=says):
        OfficeCalendar.of(Settings.load({}, **given))


def test_an_office_that_never_opens_promises_nothing():
    year = (datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
    with pytest.raises(SettingError, match="does not open for 100 days"):
        msgspec.structs.replace(OFFICE, closed=(year,)).promise_due(at("2026-02-02 10:00"))
