"""A morning at a desk, with invented people at example domains: for pictures and tests."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from baken.desk import Actor, Asked, Contact, Desk, Form, Officer

MORNING = datetime.datetime(2026, 11, 24, 9, 20, tzinfo=ZoneInfo("Europe/Brussels"))
"""A Tuesday on which the pictures are taken."""

_FORM = Form(
    kind="introduction",
    contact=Contact(
        name="Ada Lindqvist",
        email="ada@inhalers.example",
        organisation="Inhalers AB",
        position="Head of research",
        phone="+46 8 555 01 00",
    ),
    message=(
        "We make a smart inhaler and look for a lung department that would run a first study, and "
        "a place to test it at home with older people. We are eight people in Stockholm and could "
        "start in spring."
    ),
    themes=("asthma", "home-care"),
    organisations=("uz-gent", "uza"),
    country="SE",
    sector="med-tech",
    agrees=("introduce", "follow-up"),
)


class Time:
    """A clock that is set by hand."""

    def __init__(self, now: datetime.datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime.datetime:
        """Return the time."""
        return self.now.astimezone(datetime.UTC)


def add_team(desk: Desk) -> dict[str, Officer]:
    """Add Mia, who knows lungs; Luc, who speaks French; Eva, the head. Return them by name."""
    return {
        "mia": desk.team.add(
            Contact(name="Mia Claes", email="mia@desk.example"), ["en", "nl"], themes=["asthma"]
        ),
        "luc": desk.team.add(
            Contact(name="Luc Dumont", email="luc@desk.example"), ["fr", "en"], kinds=["guidance"]
        ),
        "eva": desk.team.add(
            Contact(name="Eva Smet", email="eva@desk.example"), ["nl", "de"], role="head"
        ),
    }


def fill(desk: Desk, time: Time, team: dict[str, Officer]) -> dict[str, str]:
    """Let some days pass until `MORNING`; return the identifiers of the enquiries by name."""
    mia = Actor("officer", team["mia"].person.id)
    found: dict[str, str] = {}

    def at(days: float, hour: int, minute: int = 0) -> None:
        day = MORNING.date() - datetime.timedelta(days=days)
        time.now = datetime.datetime.combine(day, datetime.time(hour, minute), MORNING.tzinfo)

    def arrives(name: str, email: str, organisation: str, **given: object) -> str:
        contact = Contact(name=name, email=email, organisation=organisation)
        found[organisation] = desk.receive(replace(_FORM, contact=contact, **given)).enquiry
        return found[organisation]

    at(12, 10)
    id_ = arrives(
        "Noor Visser",
        "noor@walkers.example",
        "Walkers BV",
        language="nl",
        country="NL",
        message="Wij maken een looprobot en zoeken een revalidatieziekenhuis.",
    )
    at(11, 11)
    desk.answer(id_, "Dat past bij twee ziekenhuizen hier.", by=mia)
    (one,) = desk.ask_counterparts(id_, [_asked("Dr Els Wouters", "els@rehab.example")], by=mia)
    at(8, 9)
    _accept(desk, one.id)
    at(7, 15)
    start = MORNING + datetime.timedelta(days=3, hours=1)
    desk.introduce(one.id, [(start, start + datetime.timedelta(hours=1))], by=mia)

    at(5, 9, 40)
    found["Inhalers AB"] = id_ = desk.receive(_FORM).enquiry
    at(5, 14)
    desk.answer(id_, "Two lung departments come to mind. I ask them today.", by=mia)
    yes, _ = desk.ask_counterparts(
        id_,
        [
            _asked("Dr Tom Maes", "tom@lungs.example", "UZ Gent", "uz-gent"),
            _asked("Prof. Ria Stevens", "ria@chest.example", "Antwerp University Hospital", "uza"),
        ],
        by=mia,
    )
    desk.note(id_, "They have a CE mark for the previous version.", by=mia)
    at(1, 16, 30)
    _accept(desk, yes.id, "With pleasure. A first talk by video would be best.")

    at(4, 10)
    id_ = arrives(
        "Camille Laurent",
        "camille@bio.example",
        "Biobanque du Nord",
        language="fr",
        country="FR",
        kind="guidance",
        agrees=(),
        message="Quelles aides existent pour un laboratoire qui s’installe en Flandre ?",
    )
    at(4, 15)
    desk.ask_back(id_, "Combien de personnes engagerez-vous ?", by=mia)

    at(6, 15, 30)
    arrives(
        "Jonas Beck",
        "jonas@sensorik.example",
        "Sensorik GmbH",
        language="de",
        country="DE",
        kind="site-visit",
        agrees=(),
        message="Wir suchen 400 m² Labor in einem Wissenschaftspark und kommen gern vorbei.",
    )
    at(4, 9, 50)
    arrives(
        "Priya Nair",
        "priya@cardiac.example",
        "Cardiac Loop",
        country="IN",
        agrees=(),
        message="We look for a hospital that tests our heart monitor with 200 patients.",
    )
    at(0, 8, 55)
    arrives(
        "Tomás Silva",
        "tomas@genes.example",
        "Genes & Co",
        country="PT",
        kind="handbook",
        agrees=(),
        message="Please send us the handbook for a company of twelve people.",
    )
    time.now = MORNING
    return found


def _asked(name: str, email: str, where: str = "A hospital", id_: str = "") -> Asked:
    return Asked(
        contact=Contact(name=name, email=email),
        organisation_name=where,
        organisation=id_,
        question="A company looks for a first clinical partner for its device.",
    )


def _accept(desk: Desk, introduction: str, text: str = "") -> None:
    """Let a counterpart say yes, by the link that their mail has."""
    signer = desk._ground.office.signer
    token = signer.url("answer", introduction, desk.now()).rpartition("/")[2]
    desk.answer_question(token, "accepted", text)
