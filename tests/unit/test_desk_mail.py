"""Every letter in every language, with values nobody hopes for, arrives as it was meant."""

import datetime
import email
import email.policy
import re
from zoneinfo import ZoneInfo

import icalendar
import pytest

from baken.desk.casework import consent_forms
from baken.desk.enquiry import INTRODUCTION_STATES, KINDS, STATES, Contact
from baken.desk.mail import MAILS, Composer, proposed_times, vcard
from baken.desk.transitions import CLOCKS
from baken.model import LANGUAGES

COMPOSER = Composer(office='Desk "of", Ünïts', sender="desk@baken.example", zone="Europe/Brussels")
NOW = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
URL = "https://baken.example/status/" + "aB3_-" * 30
AWKWARD = [
    "Ada",
    "",
    "Éva Ñandú 李雷 🧪",
    "x\r\nBcc: everybody@example.org\r\n\r\n<b>body</b>",
    "<script>alert(1)</script> & \"quotes\" 'n' {{ 7*7 }} {% raw %}",
    "\x00\x02javascript:alert(1)\x03Click\x04 \u202egnp.exe \u2028 \ud800",
    "- a list\n> a quote\n\n\n\nmailto:a@b.example https://evil.example/" + "z" * 2_000,
    "=?utf-8?q?=0ABcc:_x@y.example?= ," * 20,
]


def values(word):
    names = (
        "name kind owner promise message enquirer reasons step received organisation note asked "
        "counterpart title agreed reader"
    )
    return {
        **dict.fromkeys(names.split(), word),
        **dict.fromkeys(
            (
                "status_url",
                "desk_url",
                "answer_url",
                "outcome_url",
                "confirm_url",
                "withdraw_url",
                "password_url",
                "data_url",
            ),
            URL,
        ),
        "reference": "7K3Q-2MXW",
        "is_named": False,
        "contacts": [word, word],
        "times": [word],
        "lines": [word, word],
        "count": 2,
        "number": 1,
        "allowed": 2,
    }


def sent(letter, contact, **more):
    wire = COMPOSER.message(
        letter, [contact], message_id="id@baken.example", thread=[], now=NOW, **more
    )
    assert wire.isascii()
    assert max(map(len, wire.split("\r\n"))) <= 998  # RFC 5322
    return email.message_from_string(wire, policy=email.policy.default)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MAILS)
@pytest.mark.parametrize("word", AWKWARD, ids=range(len(AWKWARD)))
def test_every_letter_survives_every_word(language, kind, word):
    letter = COMPOSER.compose(kind, language, values(word))
    contact = Contact(name=word, email="ada@enquirer.example")
    mail = sent(letter, contact, withdraw_url=URL)
    assert mail["Bcc"] is None
    assert [address.addr_spec for address in mail["To"].addresses] == ["ada@enquirer.example"]
    assert mail["From"].addresses[0].display_name == "Desk of Ünïts"
    assert str(mail["Subject"]) == letter.subject
    assert letter.subject.endswith("[7K3Q-2MXW]")
    assert mail["List-Unsubscribe"] == f"<{URL}>"
    text, page = (mail.get_body((part,)).get_content() for part in ("plain", "html"))
    assert text.replace("\r\n", "\n") == letter.text
    assert page.replace("\r\n", "\n") == letter.html
    assert "<script" not in page
    assert set(re.findall(r'href="([^"]*)"', page)) <= {URL}
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", letter.text + letter.html)
    assert "49" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MAILS)
def test_no_letter_is_in_another_language_or_missing_a_part(language, kind):
    letter = COMPOSER.compose(kind, language, values("X"))
    others = [
        COMPOSER.compose(kind, other, values("X")) for other in LANGUAGES if other != language
    ]
    assert len(letter.text) > 60
    assert all(letter.text != other.text for other in others)
    assert "{" not in letter.text
    # Who has been introduced needs the desk no more.
    assert (URL in letter.text) == (kind != "agreed")


def test_every_word_is_there_in_every_language():
    words = COMPOSER._words
    for section, keys in words.items():
        if section in ("weekdays", "months"):
            assert {len(keys[language]) for language in LANGUAGES} == {len(keys["en"])}
            continue
        for key, forms in keys.items():
            assert set(forms) == set(LANGUAGES), (section, key)
            counts = {forms[language].count("{}") for language in LANGUAGES}
            assert len(counts) == 1, (section, key)
    assert set(words["kinds"]) == set(KINDS)
    assert set(words["states"]) == set(STATES)
    assert set(words["introductions"]) == set(INTRODUCTION_STATES)
    reminders = {rule.event for rule in CLOCKS.values()}
    assert reminders - set(words["events"]) == {"promise-reminded"}  # its mail says it all
    for form in consent_forms().values():
        assert set(form.wording) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Monday 23 November 2026, 10:00 CET"),
        ("nl", "maandag 23 november 2026, 10:00 CET"),
        ("fr", "lundi 23 novembre 2026, 10:00 CET"),
        ("de", "Montag, 23. November 2026, 10:00 CET"),
    ],
)
def test_moments_are_said_on_the_office_s_clock(language, said):
    assert COMPOSER.say_moment(NOW, language) == said


def test_proposed_times_mean_the_same_moment_on_either_side_of_daylight_saving():
    zone = ZoneInfo("Europe/Brussels")
    hour = datetime.timedelta(hours=1)
    starts = [datetime.datetime(2026, month, 23, 14, tzinfo=zone) for month in (10, 11)]
    text = proposed_times(
        [(start, start + hour) for start in starts],
        summary="A\r\nATTENDEE:mailto:x@y.example",
        uid="u@baken.example",
        zone="Europe/Brussels",
        now=NOW,
    )
    calendar = icalendar.Calendar.from_ical(text)
    events = calendar.walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == starts
    assert [start.astimezone(datetime.UTC).hour for start in starts] == [12, 13]
    assert "DTSTART;TZID=Europe/Brussels:20261023T140000" in text
    assert len(calendar.walk("VTIMEZONE")) == 1
    assert not any("ATTENDEE" in event for event in events)
    assert len({event["uid"] for event in events}) == 2


def test_a_card_holds_one_person_whatever_they_are_called():
    card = vcard(
        Contact(
            name="Ada; Count,ess\r\nTEL:1",
            email="ada@enquirer.example",
            organisation="Œuvre; \\ & Söhne " * 9,
            phone="+46 8 123",
        )
    )
    lines = card.split("\r\n")
    assert lines[0] == "BEGIN:VCARD"
    assert all(len(line.encode()) <= 75 for line in lines)
    names = [line.partition(":")[0] for line in card.replace("\r\n ", "").split("\r\n")]
    assert names == [
        "BEGIN",
        "VERSION",
        "FN",
        "N",
        "EMAIL;TYPE=INTERNET",
        "ORG",
        "TEL;TYPE=WORK",
        "END",
        "",
    ]
    assert r"FN:Ada\; Count\,ess TEL:1" in card
