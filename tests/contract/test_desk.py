"""What the desk promises, on every database it runs on: enquiries, clocks, consent, rights."""

import datetime
import email
import email.policy
import re
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import msgspec
import pytest
from cryptography.fernet import Fernet

from baken.config import Settings
from baken.desk import SYSTEM, Actor, Asked, Contact, Desk, Form, Worker
from baken.desk.transitions import OPEN
from baken.errors import (
    ConsentError,
    DeskError,
    LinkRefusedError,
    NotFoundError,
    SealError,
    TransitionError,
)

BRUSSELS = ZoneInfo("Europe/Brussels")
ENQUIRER = Contact(
    name="Ada Lindqvist", email="ada@nordic-inhalers.example", organisation="Nordic Inhalers"
)
LUNGS = Contact(name="Prof. Jan Peeters", email="jan@hospital.example", organisation="Hospital")
BANK = Contact(name="Els Claes", email="els@bank.example", organisation="Bank")
FUND = Contact(name="Tom Maes", email="tom@fund.example", organisation="Fund")
FORM = Form(
    kind="introduction",
    contact=ENQUIRER,
    message="We make a smart inhaler and look for a first study.",
    country="SE",
    themes=("asthma",),
)


class Time:
    """A clock that a test sets."""

    def __init__(self, text):
        self.now = datetime.datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)

    def __call__(self):
        return self.now

    def set(self, text):
        self.now = datetime.datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


class Tray:
    """A carrier that takes everything."""

    def __init__(self):
        self.mails = []

    def carry(self, sender, recipient, message, about_to_hand):
        about_to_hand()
        parsed = email.message_from_bytes(message, policy=email.policy.default)
        self.mails.append((recipient, parsed))

    def close(self):
        pass


@pytest.fixture
def time():
    """Monday 23 November 2026, ten in the morning."""
    return Time("2026-11-23 10:00")


@pytest.fixture
def settings(url, tmp_path):
    return Settings.load(
        {},
        desk=url,
        data=tmp_path,
        desk_keys=Fernet.generate_key().decode(),
        desk_secret="s" * 40,
        url="https://baken.example",
        mail_from="desk@baken.example",
        office_name="The Desk",
    )


@pytest.fixture
def desk(settings, time):
    with Desk.open(settings, clock=time) as desk:
        yield desk


@pytest.fixture
def tray():
    return Tray()


@pytest.fixture
def round_(desk, tray):
    """Let the worker do everything that is due; return what it sent, as (reader, subject)."""
    worker = Worker(desk, tray, "desk@baken.example")

    def run():
        before = len(tray.mails)
        worker.run_once()
        return [(to, str(mail["Subject"])) for to, mail in tray.mails[before:]]

    return run


@pytest.fixture
def team(desk):
    """An officer who knows lungs and Swedes' English, one who speaks French, and the head."""
    desk.write_weekly_list()  # this week's, before anybody is there to read it
    mia = desk.team.add(
        Contact(name="Mia", email="mia@desk.example"), ["en", "nl"], themes=["asthma"]
    )
    luc = desk.team.add(Contact(name="Luc", email="luc@desk.example"), ["fr", "en"])
    eva = desk.team.add(
        Contact(name="Eva", email="eva@desk.example"), ["nl"], role="head", capacity=1
    )
    return {"mia": officer(mia), "luc": officer(luc), "eva": Actor("head", eva.person.id)}


def officer(one):
    return Actor("officer", one.person.id)


def token(tray, reader, page):
    """The token of the last link to a page that somebody got."""
    for to, mail in reversed(tray.mails):
        if to == reader and (found := re.findall(rf"/{page}/([\w-]+)", text_of(mail))):
            return found[-1]
    raise AssertionError(f"{reader} got no link to /{page}/")


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def status_token(receipt):
    return receipt.status_url.rpartition("/")[2]


def events(desk, enquiry):
    return [event.name for event in desk.case(enquiry, by=SYSTEM).events]


# -- receiving and promising ---------------------------------------------------------------------


def test_an_enquiry_has_an_owner_a_promise_and_two_mails_at_once(desk, team, round_, tray):
    receipt = desk.receive(FORM)
    assert receipt.owner == "Mia"
    assert receipt.promise_due == datetime.datetime(2026, 11, 25, 10, tzinfo=BRUSSELS)
    assert [to for to, _ in round_()] == [ENQUIRER.email, "mia@desk.example"]
    acknowledgement, notice = (text_of(mail) for _, mail in tray.mails)
    assert "Mia takes care of it" in acknowledgement
    assert "Wednesday 25 November 2026, 10:00 CET" in acknowledgement
    assert "is there until the answer is due, speaks English, knows asthma" in notice
    assert round_() == []


def test_what_the_enquirer_sees_is_what_the_desk_sees(desk, team, round_, tray):
    receipt = desk.receive(FORM)
    desk.answer(receipt.enquiry, "Good day.", by=team["mia"])
    desk.note(receipt.enquiry, "Sounds serious.", by=team["mia"])
    status = desk.status(status_token(receipt))
    assert [step.event for step in status.steps] == ["received", "answered"]
    assert (status.state, status.owner, status.message) == ("in-hand", "Mia", FORM.message)
    case = desk.case(receipt.enquiry, by=team["mia"])
    assert case.enquiry.is_promise_kept
    assert [event.name for event in case.events] == ["received", "answered", "noted"]


def test_the_same_form_sent_twice_at_once_is_one_enquiry(desk, team):
    form = msgspec.structs.replace(FORM, submission="x" * 20)
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: desk.receive(form), range(16)))
    assert len({receipt.enquiry for receipt in receipts}) == 1
    assert len(desk.case(receipts[0].enquiry, by=SYSTEM).mails) == 2


def test_a_hundred_enquiries_at_once_are_each_stored_acknowledged_and_promised(desk, team):
    def send(number):
        contact = Contact(name=f"Nº {number}", email=f"nr{number}@enquirer.example")
        one = msgspec.structs.replace(FORM, contact=contact, submission=f"{number:020}")
        return desk.receive(one).enquiry

    with ThreadPoolExecutor(20) as pool:
        sent = list(pool.map(send, [*range(100), *range(100)]))
    assert sorted(sent[:100]) == sorted(sent[100:])
    assert len({one.id for one in desk.inbox(by=SYSTEM)} & set(sent)) == 100
    for enquiry in sent[:100]:
        case = desk.case(enquiry, by=SYSTEM)
        assert {clock.name for clock in case.clocks} == {"promise-near", "promise"}
        assert [mail.kind for mail in case.mails] == ["acknowledgement", "owner-notified"]


def test_without_a_team_nothing_is_lost_either(desk, round_):
    receipt = desk.receive(FORM)
    assert receipt.owner == ""
    assert [to for to, _ in round_()] == [ENQUIRER.email]
    assert [one.id for one in desk.inbox(by=SYSTEM)] == [receipt.enquiry]


def test_reminder_before_the_promise_and_escalation_after_it(desk, team, time, round_):
    receipt = desk.receive(FORM)
    round_()
    time.set("2026-11-24 13:59")
    assert round_() == []
    time.set("2026-11-24 14:00")
    assert [to for to, _ in round_()] == ["mia@desk.example"]
    assert round_() == []
    time.set("2026-11-25 10:00")
    assert [to for to, _ in round_()] == ["mia@desk.example", "eva@desk.example"]
    assert events(desk, receipt.enquiry) == ["received", "promise-reminded", "promise-missed"]
    time.set("2026-11-25 10:01")
    desk.answer(receipt.enquiry, "Sorry.", by=team["mia"])
    assert desk.case(receipt.enquiry, by=SYSTEM).enquiry.is_promise_kept is False


def test_an_answer_stops_the_promise_s_clocks(desk, team, time, round_):
    receipt = desk.receive(FORM)
    desk.answer(receipt.enquiry, "Good day.", by=team["mia"])
    round_()
    time.set("2026-11-26 10:00")
    assert round_() == []


def test_an_owner_who_is_away_when_it_matters_is_replaced(desk, team, time, round_):
    receipt = desk.receive(FORM)
    desk.team.change(
        team["mia"].person, away=((datetime.date(2026, 11, 24), datetime.date(2026, 11, 30)),)
    )
    round_()
    time.set("2026-11-24 14:00")
    assert {to for to, _ in round_()} == {"luc@desk.example"}
    assert desk.case(receipt.enquiry, by=SYSTEM).owner.name == "Luc"
    assert desk.receive(FORM).owner == "Luc"


def test_who_leaves_hands_over(desk, team):
    receipt = desk.receive(FORM)
    desk.team.change(team["mia"].person, is_active=False)
    assert desk.case(receipt.enquiry, by=SYSTEM).owner.name == "Luc"
    with pytest.raises(TransitionError, match="team"):
        desk.answer(receipt.enquiry, "Still here.", by=team["mia"])


def test_load_decides_between_equals_and_language_before_load(desk, team):
    french = msgspec.structs.replace(FORM, language="fr", themes=())
    owners = [desk.receive(msgspec.structs.replace(french, message=f"{n}")).owner for n in range(3)]
    assert owners == ["Luc"] * 3
    neutral = msgspec.structs.replace(FORM, themes=())
    assert desk.receive(neutral).owner == "Mia"


def test_every_open_enquiry_has_a_clock_whatever_happens(desk, team, time, round_):
    receipt = desk.receive(FORM)
    opened = status_token(receipt)
    steps = [
        lambda: desk.ask_back(receipt.enquiry, "Which study?", by=team["mia"]),
        lambda: desk.write(opened, "A first one."),
        lambda: desk.answer(receipt.enquiry, "Thanks.", by=team["mia"]),
        lambda: desk.close_enquiry(receipt.enquiry, "advised", by=team["mia"]),
        lambda: desk.write(opened, "One more thing."),
    ]
    for step in steps:
        case = desk.case(receipt.enquiry, by=SYSTEM)
        assert bool(case.clocks) == (case.enquiry.state in OPEN)
        step()
    for _ in range(40):  # left alone for months, it goes on asking
        time.now += datetime.timedelta(days=4)
        round_()
        assert desk.case(receipt.enquiry, by=SYSTEM).clocks


def test_it_ends_with_an_outcome_only(desk, team):
    receipt = desk.receive(FORM)
    with pytest.raises(DeskError, match="no such outcome"):
        desk.close_enquiry(receipt.enquiry, "", by=team["mia"])
    closed = desk.close_enquiry(receipt.enquiry, "advised", by=team["mia"])
    assert (closed.state, closed.outcome) == ("closed", "advised")
    with pytest.raises(TransitionError, match="closed"):
        desk.answer(receipt.enquiry, "Late.", by=team["mia"])
    assert desk.reopen(receipt.enquiry, by=team["eva"]).outcome is None


@pytest.mark.parametrize(
    "nobody",
    [
        Actor("officer", "made-up"),
        Actor("enquirer", "x"),
        Actor("head", "mia"),
        Actor("system", "mia"),
    ],
)
def test_only_the_team_works_at_the_desk(desk, team, nobody):
    if nobody.person == "mia":
        nobody = Actor(nobody.role, team["mia"].person)
    receipt = desk.receive(FORM)
    for attempt in (
        lambda: desk.answer(receipt.enquiry, "x", by=nobody),
        lambda: desk.case(receipt.enquiry, by=nobody),
        lambda: desk.inbox(by=nobody),
        lambda: desk.assign(receipt.enquiry, team["luc"].person, by=nobody),
    ):
        with pytest.raises(TransitionError, match="team"):
            attempt()


def test_roles_do_not_step_over_each_other(desk, team):
    receipt = desk.receive(FORM)
    mia, luc, eva = team["mia"], team["luc"], team["eva"]
    person = desk.case(receipt.enquiry, by=mia).enquirer.id
    away = ((datetime.date(2026, 12, 1), datetime.date(2026, 12, 2)),)
    desk.team.change(mia.person, by=mia, away=away)
    for attempt in (
        lambda: desk.rights.export(person, by=mia),
        lambda: desk.rights.erase(person, by=mia),
        lambda: desk.team.change(mia.person, by=mia, role="head"),
        lambda: desk.team.change(luc.person, by=mia, away=away),
        lambda: desk.team.add(LUNGS, ["en"], role="head", by=mia),
    ):
        with pytest.raises(TransitionError, match="head of the office"):
            attempt()
    assert desk.rights.export(person, by=eva)["people"]
    with pytest.raises(TransitionError, match="team"):
        desk.rights.people(ENQUIRER.email, by=Actor("enquirer", person))


# -- introductions -------------------------------------------------------------------------------


def asked(contact, name, **more):
    return Asked(contact=contact, organisation_name=name, question="A first lung study?", **more)


def test_three_introductions_a_yes_a_pointer_and_a_silence(desk, team, time, round_, tray):
    receipt = desk.receive(msgspec.structs.replace(FORM, agrees=("introduce",)))
    mia = team["mia"]
    questions = [asked(LUNGS, "Hospital", language="nl"), asked(BANK, "Bank"), asked(FUND, "Fund")]
    lungs, bank, fund = desk.ask_counterparts(receipt.enquiry, questions, by=mia)
    assert desk.case(receipt.enquiry, by=mia).enquiry.is_promise_kept
    sent = dict(round_())
    assert sent[LUNGS.email].startswith("Mogen we Ada Lindqvist (Nordic Inhalers)")

    opened = token(tray, LUNGS.email, "answer")
    assert desk.question(opened).question == "A first lung study?"
    assert desk.answer_question(opened, "accepted", "Gladly.").state == "accepted"
    with pytest.raises(LinkRefusedError, match="used"):
        desk.answer_question(opened, "declined")
    with pytest.raises(DeskError, match="whom to ask"):
        desk.answer_question(token(tray, BANK.email, "answer"), "referred")
    desk.answer_question(token(tray, BANK.email, "answer"), "referred", "Ask the fund.")
    assert [to for to, _ in round_()] == ["mia@desk.example"] * 2

    time.set("2026-11-26 10:00")
    assert [to for to, _ in round_()] == [FUND.email]
    time.set("2026-12-02 10:00")
    assert ("mia@desk.example", f"Fund: no answer [{receipt.reference}]") in round_()
    states = {one.id: one.state for one, _ in desk.case(receipt.enquiry, by=mia).introductions}
    assert states == {lungs.id: "accepted", bank.id: "referred", fund.id: "silent"}
    assert desk.answer_question(token(tray, FUND.email, "answer"), "declined").state == "declined"
    round_()

    start = datetime.datetime(2026, 12, 8, 14, tzinfo=BRUSSELS)
    times = [(start, start + datetime.timedelta(hours=1))]
    with pytest.raises(TransitionError, match="declined"):
        desk.introduce(fund.id, times, by=mia)
    assert desk.introduce(lungs.id, times, "Enjoy.", by=mia).state == "meeting"
    assert [to for to, _ in round_()] == [ENQUIRER.email, LUNGS.email, "mia@desk.example"]
    three = [mail for _, mail in tray.mails[-3:]]
    assert len({mail["Message-ID"] for mail in three}) == 1
    names = [part.get_filename() for part in three[0].iter_attachments()]
    assert names == ["contact-1.vcf", "contact-2.vcf", "times.ics"]

    time.set("2026-12-16 14:00")
    assert (ENQUIRER.email, f"Did you meet? [{receipt.reference}]") in round_()
    outcome = token(tray, ENQUIRER.email, "outcome")
    desk.tell_outcome(outcome, "We met; the study starts in March.")
    with pytest.raises(LinkRefusedError):
        desk.tell_outcome(outcome, "Again.")
    desk.close_enquiry(receipt.enquiry, "met", by=mia)
    status = desk.status(status_token(receipt))
    assert [state for _, state, _ in status.introductions] == ["accepted", "referred", "declined"]
    assert [step.event for step in status.steps][-3:] == ["outcome-asked", "outcome-told", "closed"]


def test_nobody_is_named_without_consent(desk, team, round_, tray):
    receipt = desk.receive(FORM)
    [one] = desk.ask_counterparts(receipt.enquiry, [asked(LUNGS, "Hospital")], by=team["mia"])
    round_()
    [mail] = [mail for to, mail in tray.mails if to == LUNGS.email]
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    # A link's letters are random, so they may spell anything.
    said = re.sub(r"https?://[^\s\"]+", "", "\n".join((*map(str, mail.values()), *parts)))
    said = re.sub(r"<[^<>@\s]+@[^<>\s]+>", "", said)
    for secret in ("Ada", "Lindqvist", "nordic"):
        assert secret.casefold() not in said.casefold()
        assert secret not in text_of(mail)
    assert "an organisation (SE)" in text_of(mail)
    opened = token(tray, LUNGS.email, "answer")
    assert desk.question(opened).enquirer == "an organisation (SE)"
    desk.answer_question(opened, "accepted")
    with pytest.raises(ConsentError, match="has not agreed"):
        desk.introduce(one.id, by=team["mia"])
    desk.agree(status_token(receipt), "introduce", "/status")
    assert desk.introduce(one.id, by=team["mia"]).state == "meeting"


def test_a_thread_holds_together(desk, team, round_, tray):
    receipt = desk.receive(FORM)
    desk.answer(receipt.enquiry, "Good day.", by=team["mia"])
    desk.answer(receipt.enquiry, "And more.", by=team["mia"])
    round_()
    first, second, third = [mail for to, mail in tray.mails if to == ENQUIRER.email]
    assert second["In-Reply-To"] == first["Message-ID"]
    assert third["References"] == f"{first['Message-ID']} {second['Message-ID']}"
    assert all(f"[{receipt.reference}]" in mail["Subject"] for mail in (first, second, third))


# -- links ---------------------------------------------------------------------------------------


def test_links_are_for_one_thing_and_one_time(desk, team, time, round_, tray):
    receipt = desk.receive(FORM)
    desk.ask_counterparts(receipt.enquiry, [asked(LUNGS, "Hospital")], by=team["mia"])
    round_()
    opened = token(tray, LUNGS.email, "answer")
    for wrong in (opened[:-1] + "A", opened[:-2], "", "é", "a" * 5000, status_token(receipt)):
        if wrong != opened:
            with pytest.raises(LinkRefusedError, match="not one of ours"):
                desk.question(wrong)
    with pytest.raises(LinkRefusedError):
        desk.status(opened)
    time.now += datetime.timedelta(days=61)
    with pytest.raises(LinkRefusedError, match="expired"):
        desk.question(opened)


# -- consent -------------------------------------------------------------------------------------


def test_follow_ups_take_two_yeses_and_end_after_as_many_as_agreed(desk, team, round_, tray):
    desk.receive(msgspec.structs.replace(FORM, agrees=("follow-up",)))
    round_()
    [person] = desk.rights.people(ENQUIRER.email, by=SYSTEM)
    mia = team["mia"]
    with pytest.raises(ConsentError, match="not agreed"):
        desk.follow_up(person.id, "News", "A fund opened.", by=mia)
    consent = desk.confirm_consent(token(tray, ENQUIRER.email, "confirm"))
    assert consent.wording == desk.wording("follow-up", "en")
    assert "at most 2 mails" in consent.wording
    assert (consent.version, consent.place) == ("1", "/enquire")
    desk.follow_up(person.id, "News", "A fund opened.", by=mia)
    desk.follow_up(person.id, "More news", "A lab opened.", by=mia)
    with pytest.raises(ConsentError, match="have had them"):
        desk.follow_up(person.id, "Even more", "x", by=mia)
    assert len(round_()) == 2
    mail = tray.mails[-1][1]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<https://baken\.example/withdraw/[\w-]+>", mail["List-Unsubscribe"])
    with pytest.raises(ConsentError):
        desk.follow_up(person.id, "Third", "x", by=mia)


def test_the_send_itself_refuses_what_is_not_agreed_to_any_more(desk, team, round_, tray):
    desk.receive(msgspec.structs.replace(FORM, agrees=("follow-up",)))
    round_()
    [person] = desk.rights.people(ENQUIRER.email, by=SYSTEM)
    desk.confirm_consent(token(tray, ENQUIRER.email, "confirm"))
    desk.follow_up(person.id, "News", "A fund opened.", by=team["mia"])
    round_()
    waiting = desk.follow_up(person.id, "News", "A lab opened.", by=team["mia"])
    withdrawing = token(tray, ENQUIRER.email, "withdraw")
    assert desk.withdraw_consent(withdrawing).withdrawn
    assert desk.withdraw_consent(withdrawing).withdrawn  # one click, as often as one likes
    round_()
    assert desk.post.counts()["refused"] == (1, 0)
    assert ENQUIRER.email not in [to for to, _ in tray.mails[4:]]
    exported = desk.rights.export(person.id, by=SYSTEM)
    assert exported["consents"][0]["sent"] == 1
    assert [mail["state"] for mail in exported["mails"] if mail["id"] == waiting.id] == ["refused"]


def test_what_is_not_confirmed_lapses(desk, team, time, round_, tray):
    desk.receive(msgspec.structs.replace(FORM, agrees=("follow-up",)))
    round_()
    opened = token(tray, ENQUIRER.email, "confirm")
    time.now += datetime.timedelta(days=13)
    desk.rights.sweep()
    time.now += datetime.timedelta(days=18)
    assert desk.rights.sweep().consents == 1
    with pytest.raises(LinkRefusedError, match="expired"):
        desk.confirm_consent(opened)


# -- people's rights -----------------------------------------------------------------------------


def everything_kept(desk):
    """Every text in every table of the desk, as the database has it."""
    with desk._ground.database.reading() as session:
        texts = []
        for table in ("person", "enquiry", "event", "mail", "introduction", "consent", "access"):
            session._queries = {**session._queries, "_all": f"SELECT * FROM {table}"}
            texts += [str(value) for row in session.select("_all") for value in row]
        return "\n".join(texts)


def test_at_rest_nothing_personal_can_be_read(desk, team, round_):
    receipt = desk.receive(msgspec.structs.replace(FORM, agrees=("introduce", "follow-up")))
    desk.ask_counterparts(receipt.enquiry, [asked(LUNGS, "UZ")], by=team["mia"])
    desk.answer(receipt.enquiry, "Good day, Ada.", by=team["mia"])
    round_()
    kept = everything_kept(desk).casefold()
    # A word of its own, for three letters between two hyphens do occur in random names and tokens.
    words = (r"ada\b", "lindqvist", "nordic", "inhaler", "peeters", "jan@", "mia@", "good day")
    for secret in words:
        assert not re.search(rf"(?<![\w-]){secret}(?!-)", kept), secret


def test_keys_are_changed_without_losing_anything(settings, time):
    with Desk.open(settings, clock=time) as desk:
        receipt = desk.receive(FORM)
    old, new = settings.desk_keys.reveal(), Fernet.generate_key().decode()
    with (
        Desk.open(Settings.load({}, **given(settings, desk_keys=new))) as desk,
        pytest.raises(SealError),
    ):
        desk.case(receipt.enquiry, by=SYSTEM)
    with Desk.open(Settings.load({}, **given(settings, desk_keys=f"{new},{old}"))) as desk:
        assert desk.reseal() == 4  # person, enquiry, event, mail
    with Desk.open(Settings.load({}, **given(settings, desk_keys=new))) as desk:
        assert desk.case(receipt.enquiry, by=SYSTEM).enquirer.contact == ENQUIRER


def given(settings, **changes):
    return {**msgspec.structs.asdict(settings), **changes}


def test_everything_about_somebody_is_exported_and_every_look_is_kept(desk, team, round_):
    receipt = desk.receive(msgspec.structs.replace(FORM, agrees=("introduce",)))
    desk.answer(receipt.enquiry, "Good day.", by=team["mia"])
    desk.case(receipt.enquiry, by=team["luc"])
    round_()
    [person] = desk.rights.people("ADA@nordic-inhalers.example", by=team["eva"])
    exported = desk.rights.export(person.id, by=team["eva"])
    assert exported["people"][0]["contact"]["name"] == ENQUIRER.name
    assert exported["enquiries"][0]["enquiry"]["message"] == FORM.message
    assert [event["name"] for event in exported["enquiries"][0]["events"]] == [
        "received",
        "answered",
    ]
    assert exported["consents"][0]["purpose"] == "introduce"
    assert len(exported["mails"]) == 2
    msgspec.json.encode(exported)
    looks = [(one.action, one.actor) for one in desk.rights.accesses(person=person.id)]
    assert ("read", team["luc"].person) in looks
    assert looks[-1] == ("export", team["eva"].person)
    assert "Ada" not in str(desk.rights.accesses())


def test_erasure_leaves_the_statistics_and_nothing_else(desk, team, round_, tray, time):
    receipt = desk.receive(msgspec.structs.replace(FORM, agrees=("introduce", "follow-up")))
    desk.ask_counterparts(receipt.enquiry, [asked(LUNGS, "Hospital")], by=team["mia"])
    [person] = desk.rights.people(ENQUIRER.email, by=SYSTEM)
    before = desk.statistics(time.now - datetime.timedelta(days=1))
    assert desk.rights.erase(person.id, by=team["eva"]) == 1
    sent = [to for to, _ in round_()]  # of what was waiting, nothing to or about them
    assert ENQUIRER.email not in sent
    assert not any("Ada" in text_of(mail) for _, mail in tray.mails)
    case = desk.case(receipt.enquiry, by=SYSTEM)
    assert (case.enquiry.message, case.enquirer.contact) == (None, None)
    assert case.enquiry.outcome == "withdrawn"
    assert all(event.details is None for event in case.events)
    assert all(mail.message is None for mail in case.mails)
    assert desk.rights.people(ENQUIRER.email, by=SYSTEM) == []
    [after] = desk.statistics(time.now - datetime.timedelta(days=1))
    kept = ("kind", "country", "language", "received", "promise_due", "answered")
    assert [after[name] for name in kept] == [before[0][name] for name in kept]
    assert "erase" in [one.action for one in desk.rights.accesses(person=person.id)]
    opened = status_token(receipt)
    assert desk.status(opened).message is None
    with pytest.raises(TransitionError, match="erased"):
        desk.write(opened, "Hello again.")


def test_a_counterpart_is_erased_and_the_enquiry_goes_on(desk, team, round_, tray):
    receipt = desk.receive(FORM)
    desk.ask_counterparts(receipt.enquiry, [asked(LUNGS, "Hospital")], by=team["mia"])
    round_()
    opened = token(tray, LUNGS.email, "answer")
    desk.answer_question(opened, "accepted", "Call me: Jan.")
    [person] = desk.rights.people(LUNGS.email, by=SYSTEM)
    desk.rights.erase(person.id, by=team["eva"])
    case = desk.case(receipt.enquiry, by=SYSTEM)
    assert case.introductions[0][1].contact is None
    assert "Jan" not in str([event.details for event in case.events])
    assert case.enquiry.message == FORM.message
    with pytest.raises(LinkRefusedError, match="erased"):
        desk.answer_question(opened, "declined", "It is Jan again.")


def test_the_sweep_keeps_to_the_settings(settings, time):
    kept = given(settings, keep_enquiries_days=30, keep_mails_days=10, keep_audit_days=40)
    with Desk.open(Settings.load({}, **kept), clock=time) as desk:
        tray = Tray()
        worker = Worker(desk, tray, "desk@baken.example")
        receipt = desk.receive(FORM)
        open_one = desk.receive(msgspec.structs.replace(FORM, contact=LUNGS))
        desk.close_enquiry(receipt.enquiry, "advised", by=SYSTEM)
        worker.run_once()
        time.now += datetime.timedelta(days=11)
        assert worker.run_once().sweep.mails == 2
        time.now += datetime.timedelta(days=20)
        swept = worker.run_once().sweep
        assert (swept.enquiries, worker.run_once().sweep) == (1, None)
        assert desk.rights.people(ENQUIRER.email, by=SYSTEM) == []
        assert desk.case(open_one.enquiry, by=SYSTEM).enquiry.message == FORM.message
        time.now += datetime.timedelta(days=41)
        assert worker.run_once().sweep.accesses > 0


def test_events_cannot_be_changed_behind_the_desk_s_back(desk, team):
    from baken.errors import StoreError

    receipt = desk.receive(FORM)
    for change in (
        "DELETE FROM event",
        "UPDATE event SET state = 'closed'",
        "UPDATE event SET at = '2020-01-01T00:00:00.000000Z'",
    ):
        with pytest.raises(StoreError, match="never"), desk._ground.database.writing() as session:
            session.run(f"{change};")
    assert events(desk, receipt.enquiry) == ["received"]


# -- mail that does not arrive, weekly lists -----------------------------------------------------


def test_the_weekly_list_says_what_waits_for_whom_once(desk, team, time, round_, tray):
    desk.receive(FORM)
    round_()
    time.set("2026-11-29 12:00")
    assert not [subject for _, subject in round_() if "open" in subject]
    time.set("2026-11-30 09:00")
    subjects = dict(round_())
    assert subjects["mia@desk.example"] == "What waits for whom: 1 open"
    assert subjects["eva@desk.example"] == "Wat op wie wacht: 1 open"
    assert subjects["luc@desk.example"] == "Ce qui attend, et qui : 0 en cours"
    assert not [subject for _, subject in round_() if "open" in subject]


def test_a_mail_that_comes_back_is_told_to_the_owner(desk, team, round_, tray):
    receipt = desk.receive(FORM)
    round_()
    message_id = str(tray.mails[0][1]["Message-ID"])[1:-1]
    assert not desk.post.note_bounce(message_id, "other@x.example")
    assert desk.post.note_bounce(message_id, ENQUIRER.email)
    assert [to for to, _ in round_()] == ["mia@desk.example"]
    assert events(desk, receipt.enquiry)[-1] == "mail-failed"


BOUNCE = """\
From: MAILER-DAEMON@mx.example
To: desk@baken.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
MIME-Version: 1.0
Auto-Submitted: auto-replied

--b
Content-Type: text/plain

The address does not exist.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

From: desk@baken.example
Message-ID: {message_id}

--b--
"""
REPLY = """\
From: Ada <{sender}>
To: desk@baken.example
Subject: Re: yours
In-Reply-To: {message_id}
Auto-Submitted: {auto}

Yes, forty patients.

> Which study?
"""


def test_mail_that_comes_in_finds_its_enquiry(desk, team, round_, tray):
    receipt = desk.receive(FORM)
    desk.ask_back(receipt.enquiry, "Which study?", by=team["mia"])
    round_()
    ours = str(tray.mails[-1][1]["Message-ID"])

    def replied(sender=ENQUIRER.email, message_id=ours, auto="no"):
        return REPLY.format(sender=sender, message_id=message_id, auto=auto).encode()

    for stranger in (
        replied(sender="mallory@x.example"),
        replied(message_id="<guessed@baken.example>"),
        replied(auto="auto-replied"),
        b"",
        b"\xff\x00 no mail at all",
        b"From: x" * 1_000_000,
    ):
        assert desk.post.receive(stranger) == "other"
    assert desk.post.receive(replied(sender=ENQUIRER.email.upper())) == "reply"
    case = desk.case(receipt.enquiry, by=SYSTEM)
    assert (case.enquiry.state, case.events[-1].details["text"]) == (
        "in-hand",
        "Yes, forty patients.",
    )

    def bounced(status="5.1.1", action="failed"):
        text = BOUNCE.format(address=ENQUIRER.email, message_id=ours, status=status, action=action)
        return text.encode()

    assert desk.post.receive(bounced("4.4.1", "delayed")) == "other"
    assert desk.post.receive(bounced()) == "bounce"
    assert desk.post.receive(bounced()) == "other"
    assert events(desk, receipt.enquiry)[-1] == "mail-failed"


def test_what_is_not_there_is_said(desk):
    with pytest.raises(NotFoundError, match="no such enquiry"):
        desk.case("nothing", by=SYSTEM)
