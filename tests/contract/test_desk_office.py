"""What the team's screens ask of the desk, the same on SQLite and PostgreSQL."""

import datetime

import pytest
from tests.desk_day import asked, enquiry
from tools.made_up_day import MORNING, Time, add_team, fill

from baken.config import Settings
from baken.desk import SYSTEM, Actor, Desk, Reply, Wanted
from baken.errors import ConsentError, OvertakenError, TransitionError


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def desk(url, tmp_path, time):
    settings = Settings.load({}, desk=url, data=tmp_path, url="https://baken.example")
    with Desk.open(settings, clock=time) as desk:
        yield desk


@pytest.fixture
def people(desk):
    return add_team(desk)


@pytest.fixture
def mia(people):
    return Actor("officer", people["mia"].person.id)


def test_the_board_says_whose_turn_it_is_the_most_urgent_first(desk, time, people, mia):
    ids = fill(desk, time, people)
    board = desk.board(by=mia)
    names = {id_: name for name, id_ in ids.items()}
    assert [(names[line.id], line.turn) for line in board.lines] == [
        ("Sensorik GmbH", "answer"),
        ("Inhalers AB", "introduce"),
        ("Cardiac Loop", "answer"),
        ("Genes & Co", "answer"),
        ("Walkers BV", "meeting"),
        ("Biobanque du Nord", "enquirer"),
    ]
    assert (board.open, board.total, board.overdue) == (6, 6, 1)
    assert board.counts["kind"]["introduction"] == 3
    ours = desk.board(Wanted(kind="introduction", state="received"), by=mia)
    assert [names[line.id] for line in ours.lines] == ["Cardiac Loop"]
    assert ours.counts["kind"] == {"introduction": 1, "site-visit": 1, "handbook": 1}
    assert len(desk.board(by=mia, first=4, most=1).lines) == 1


def test_a_rehearsal_shows_the_mail_and_leaves_no_trace(desk, people, mia):
    id_ = desk.receive(enquiry()).enquiry
    before = desk.case(id_, by=SYSTEM)
    (draft,) = desk.rehearse(id_, lambda desk: desk.answer(id_, "Good day.", by=mia))
    assert "Good day." in draft.text
    assert draft.to == ("Ada Lindqvist <ada@inhalers.example>",)
    assert "/status/…" in draft.text
    assert desk.case(id_, by=SYSTEM) == before
    with pytest.raises(TransitionError):
        desk.rehearse(id_, lambda desk: desk.reopen(id_, by=mia))


def test_a_rehearsed_introduction_has_its_attachments_and_needs_consent(desk, time, people, mia):
    id_ = fill(desk, time, people)["Inhalers AB"]
    one = desk.case(id_, by=mia).introductions[0][0]
    start = time() + datetime.timedelta(days=1)
    times = [(start, start + datetime.timedelta(hours=1))]
    (draft,) = desk.rehearse(id_, lambda desk: desk.introduce(one.id, times, by=mia))
    assert draft.attachments == ("contact-1.vcf", "contact-2.vcf", "times.ics")
    other = desk.receive(enquiry(agrees=())).enquiry
    (two,) = desk.ask_counterparts(other, [asked()], by=mia)
    with pytest.raises(ConsentError):
        desk.rehearse(other, lambda desk: desk.introduce(two.id, times, by=mia))


def test_acts_at_once_are_kept_together_or_not_at_all(desk, people, mia):
    id_ = desk.receive(enquiry()).enquiry
    seen = desk.case(id_, by=SYSTEM).events[-1].number

    def answer_and_reopen():
        with desk.at_once(id_, seen) as both:
            both.answer(id_, "Good day.", by=mia)
            both.reopen(id_, by=mia)

    with pytest.raises(TransitionError):
        answer_and_reopen()
    assert len(desk.case(id_, by=SYSTEM).events) == 1
    with desk.at_once(id_, seen) as both:
        both.note(id_, "One.", by=mia)
        both.note(id_, "Two.", by=mia)
    with pytest.raises(OvertakenError), desk.at_once(id_, seen) as late:
        late.answer(id_, "Too late.", by=mia)
    assert [event.name for event in desk.case(id_, by=SYSTEM).events[1:]] == ["noted", "noted"]


def test_templates_are_kept_in_versions(desk, people, mia):
    shipped = [one for one in desk.replies() if one.name == "first-answer"]
    assert {one.language for one in shipped} == {"en", "nl", "fr", "de"}
    for text in ("Dear {name}", "Good day {name}"):
        one = Reply(name="own", language="fr", version=0, title="Own", kind="", text=text)
        desk.keep_reply(one, by=mia)
    (kept,) = [one for one in desk.replies() if one.name == "own"]
    assert (kept.version, kept.officer) == (2, mia.person)
    assert kept.filled({"name": "Ada {x}"}) == "Good day Ada {x}"
    assert [one.version for one in desk.reply_versions("own")] == [2, 1]


def test_the_report_counts_office_hours_and_promises(desk, time, people, mia):
    fill(desk, time, people)
    report = desk.report(MORNING - datetime.timedelta(days=30), MORNING)
    assert (report.count, report.kept, report.missed, report.running) == (6, 3, 1, 2)
    assert sum(report.hours) == 3
    assert report.introduced == 1
    assert report.groups["country"][0].count is None


def test_meetings_have_their_times_and_people(desk, time, people, mia):
    fill(desk, time, people)
    (meeting,) = desk.meetings(MORNING - datetime.timedelta(days=30), by=mia)
    assert meeting.enquirer.organisation == "Walkers BV"
    assert meeting.times[0][0] == MORNING + datetime.timedelta(days=3, hours=1)


def test_who_was_asked_before_is_known_again(desk, people, mia):
    id_ = desk.receive(enquiry()).enquiry
    desk.ask_counterparts(id_, [asked()], by=mia)
    (person,) = desk.asked_before("uz-gent", by=mia)
    assert person.contact.email == "tom@lungs.example"
    assert desk.asked_before("", by=mia) == []


def test_candidates_are_ranked_with_reasons(desk, people, mia):
    id_ = desk.receive(enquiry(kind="guidance", language="fr", themes=())).enquiry
    first, *_ = desk.candidates(id_, by=mia)
    assert first.officer.name == "Luc Dumont"
    assert "language" in {reason.code for reason in first.reasons}


def test_only_the_team_sees_any_of_it(desk):
    stranger = Actor("enquirer", "x")
    for look in (
        lambda: desk.board(by=stranger),
        lambda: desk.meetings(MORNING, by=stranger),
        lambda: desk.asked_before("uza", by=stranger),
    ):
        with pytest.raises(TransitionError):
            look()


def test_office_hours_between_two_moments(desk):
    zone, calendar = MORNING.tzinfo, desk.calendar

    def hours(start, end):
        moments = (
            datetime.datetime.fromisoformat(one).replace(tzinfo=zone) for one in (start, end)
        )
        return calendar.open_between(*moments).total_seconds() / 3600

    assert hours("2026-11-20T16:00", "2026-11-23T10:00") == 2  # over a weekend
    assert hours("2026-11-10T16:00", "2026-11-12T09:30") == 1.5  # over Armistice Day
    assert hours("2026-11-21T10:00", "2026-11-22T10:00") == 0
    assert hours("2026-10-23T16:00", "2026-10-26T10:00") == 2  # when clocks go back
