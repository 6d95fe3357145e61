"""The administrator's commands, run as an administrator runs them."""

import json

import pytest


@pytest.fixture
def desk(baken, tmp_path):
    """Run a command on a desk of the test's own."""

    def run(*arguments, **environment):
        return baken(*arguments, BAKEN_DATA=str(tmp_path), **environment)

    return run


def test_an_empty_desk_says_what_is_missing_and_a_ready_one_that_it_is(desk):
    done = desk("desk", "check")
    assert done.returncode == 1
    missing = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("missing")]
    assert missing == ["team", "keys", "links", "mail"]
    assert desk("desk", "officers", "add", "Eva", "eva@desk.example", "--head").returncode == 0
    key = desk("desk", "new-key").stdout.strip()
    done = desk(
        "desk",
        "check",
        BAKEN_DESK_KEYS=key,
        BAKEN_URL="https://baken.example",
        BAKEN_SMTP="smtp://127.0.0.1:1",
        BAKEN_MAIL_FROM="desk@baken.example",
    )
    assert [line for line in done.stdout.splitlines() if line.startswith("missing")] == [
        "missing  mail      The mail server does not let us in (connection). Check BAKEN_SMTP."
    ]


def test_the_team_comes_is_away_and_leaves(desk):
    added = desk("desk", "officers", "add", "Mia", "mia@desk.example", "--language", "nl")
    assert added.stdout == "Mia is in the team.\n"
    assert desk("desk", "officers", "away", "MIA@desk.example", "2026-12-01", "2026-12-05").stdout
    assert "away 2026-12-01 to 2026-12-05" in desk("desk", "officers", "list").stdout
    assert "left the team" in desk("desk", "officers", "leave", "mia@desk.example").stdout
    exported = json.loads(desk("desk", "export", "mia@desk.example").stdout)
    assert exported["people"][0]["contact"]["name"] == "Mia"
    assert desk("desk", "erase", "mia@desk.example", "--yes").returncode == 0
    assert desk("desk", "export", "mia@desk.example").returncode == 1
    assert "Mia" not in desk("desk", "officers", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("officers", "add", "Tom", "tom"), "not one"),
        (("officers", "add", "Tom", "tom@x.example", "--language", "tlh"), "Languages are"),
        (("officers", "away", "tom@x.example", "2026-12-01", "Friday"), "2026-12-24"),
        (("officers", "leave", "tom@x.example"), "Nobody in the team"),
        (("export", "tom@x.example"), "Nobody at the desk"),
    ],
)
def test_mistakes_are_sentences(desk, arguments, says):
    done = desk("desk", *arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "setting",
    [
        {"BAKEN_DESK_KEYS": "hunter2"},
        {"BAKEN_DESK_SECRET": "hunter2"},
        {"BAKEN_SMTP": "hunter2"},
        {"BAKEN_OFFICE_HOURS": "late"},
    ],
)
def test_a_setting_that_makes_no_sense_is_named_and_a_secret_one_not_shown(desk, setting):
    done = desk("worker", "--once", **setting)
    assert done.returncode == 1
    assert next(iter(setting)) in done.stderr
    assert "hunter2" not in done.stderr


def test_the_worker_does_what_is_due(desk):
    assert "the daily sweep" in desk("worker", "--once").stdout
    assert "sweep" not in desk("worker", "--once").stdout
