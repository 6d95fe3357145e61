"""``/enquire``: the form that begins an enquiry.

What was chosen elsewhere comes along in the address: ``kind``, ``need`` (which becomes the first
words of the message) and any number of ``organisation``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from baken.desk import KINDS, Contact, Form
from baken.desk.forms import checked_contact, checked_email, checked_line, checked_text
from baken.desk.receipts import ConsentPurpose
from baken.errors import BakenError, DeskError, LinkRefusedError
from baken.model import LANGUAGES, Language
from baken.text.speech import message
from baken.visits import Trip, clock, plan, summary_of
from baken.web.acting import Call, Go, Screen
from baken.web.rendering import OWN_NAMES
from baken.web.visiting import read_query, trip_of

FASTEST_S: Final = 3.0
"""Seconds that nobody needs less of to fill the form in; programs do."""

TRAP: Final = "website"
"""A field that people do not see and programs fill in."""

PURPOSES: Final[tuple[ConsentPurpose, ...]] = ("introduce", "follow-up")
_MOST_CHOSEN: Final = 50
_LONGEST_READ: Final = 4_000
"""Letters of a message that themes are read from."""

_KINDS: Final = {
    "introduction": (
        message("Introductions"),
        message("to companies, hospitals, researchers, banks, investors or regulators"),
    ),
    "site-visit": (
        message("A site visit"),
        message("to buildings, labs and parks that you could move into"),
    ),
    "guidance": (
        message("A question"),
        message("on law, tax, incentives or setting up"),
    ),
    "handbook": (
        message("A handbook"),
        message("made for your company, and gone through with you"),
    ),
    "other": (message("Something else"), message("a correction, an idea, a request")),
}
_CORRECTION: Final = "correction"
"""What the parameter `about` says where a page is to be put right."""

_SECTORS: Final = {
    "medtech": message("medical technology"),
    "biotech": message("biotechnology"),
    "pharma": message("medicines"),
    "digital-health": message("digital health"),
    "diagnostics": message("diagnostics"),
    "care": message("hospital or care"),
    "research": message("research or education"),
    "investment": message("bank or investor"),
    "public": message("public body"),
    "other": message("something else"),
}
_EXPIRED: Final = message(
    "This form has been open for very long. What you wrote is still here: send it once more."
)
_HASTY: Final = message(
    "This was sent faster than people write. Look through it once more, and send it again."
)
_TRAPPED: Final = message(
    "A field that is to stay empty was filled in, so nothing was sent. Empty it, and send it again."
)
_CLOSED: Final = message("Nobody answers enquiries on this site yet, so nothing was sent.")


class Option(Struct, frozen=True):
    """Something that can be chosen, what it is called, and whether it is."""

    id: str
    label: str
    is_on: bool
    note: str = ""


class Chosen(Struct, frozen=True):
    """An organisation that came along; `is_on` until the visitor takes it away."""

    id: str
    name: str
    href: str
    is_on: bool


class Planned(Struct, frozen=True):
    """A site visit that came along.

    Attributes:
        text: it as a field of the form.
        href: where it can be changed.
        summary: it in a sentence.
        lines: each stop with its day and time.
    """

    text: str
    href: str
    summary: str
    lines: tuple[str, ...]


class Problem(Struct, frozen=True):
    """What is wrong, and the field that it is wrong with; an empty field for the whole form."""

    field: str
    text: str


class EnquirePage(Struct, frozen=True, kw_only=True):
    """What the form shows.

    Attributes:
        is_open: whether somebody answers enquiries; without, there is no form.
        contact: where to write instead, as an address of a page or a mailbox; None for nowhere.
        kinds: of enquiry.
        chosen: organisations that came along.
        values: what is filled in, by field.
        countries: code and name.
        sectors: what enquirers do.
        languages: that we answer in.
        consents: exact wordings, none ticked for anybody.
        token: makes this form unlike all others.
        promise: by when a person would answer an enquiry that is sent now.
        problems: what is wrong with what was sent.
        visit: the site visit that came along; None where none was planned.
        is_correction: whether it came from a page that somebody wants to put right: then what is
            asked for is settled, and the form asks what is wrong and who says so.
    """

    is_open: bool
    contact: str | None
    kinds: tuple[Option, ...]
    chosen: tuple[Chosen, ...]
    values: Mapping[str, str]
    countries: tuple[Option, ...]
    sectors: tuple[Option, ...]
    languages: tuple[Option, ...]
    consents: tuple[Option, ...]
    token: str
    promise: str
    problems: tuple[Problem, ...]
    visit: Planned | None
    is_correction: bool


def show(call: Call) -> EnquirePage:
    """Return the empty form, with what came along in the address."""
    query = call.query
    given = {name: query.one(name) or "" for name in ("kind", "need")}
    organisations = query.all("organisation")[:_MOST_CHOSEN]
    return _page(
        call,
        {
            "about": _CORRECTION if query.one("about") == _CORRECTION else "",
            "kind": given["kind"] or ("introduction" if organisations else ""),
            "message": given["need"],
            "language": query.language,
        },
        tuple((one, True) for one in organisations),
        (),
        call.desk.form_token(),
        (),
        query.one("visit") or "",
    )


def send(call: Call) -> Go:
    """Begin the enquiry.

    Raises:
        DeskError: the form cannot be used; nothing is kept.
    """
    if not call.workspace.takes_enquiries():
        raise DeskError(_CLOSED)
    if call.one(TRAP):
        raise DeskError(_TRAPPED)
    problems = _problems(call)
    if problems:
        raise DeskError(problems[0].text)
    token = call.one("submission")
    try:
        age_s = call.desk.age_of_form(token)
    except LinkRefusedError:
        raise DeskError(_EXPIRED) from None
    if age_s < FASTEST_S:
        raise DeskError(_HASTY)
    trip = _trip(call, call.one("visit")) if call.one("kind") == "site-visit" else None
    stops = tuple(one.id for one in trip.stops) if trip else ()
    known = call.workspace.names((*call.all("organisation"), *stops))
    text = call.one("message")
    receipt = call.desk.receive(
        Form(
            kind=next(kind for kind in KINDS if kind == call.one("kind")),
            contact=_contact(call),
            message=text,
            language=next((one for one in LANGUAGES if one == call.one("language")), "en"),
            themes=call.workspace.find(text[:_LONGEST_READ], limit=1).need.themes,
            organisations=tuple(known),
            country=call.one("country"),
            sector=call.one("sector") if call.one("sector") in _SECTORS else "",
            agrees=tuple(one for one in PURPOSES if one in call.all("agrees")),
            place="/enquire",
            submission=token,
            visit=trip,
        ),
        peer=call.peer,
    )
    return Go(f"/status/{receipt.status_url.rpartition('/')[2]}?done=sent")


def show_again(call: Call, sentence: str) -> EnquirePage:
    """Return the form as it was filled in, with what is wrong."""
    token = call.one("submission")
    try:
        call.desk.age_of_form(token)
    except LinkRefusedError:
        token = call.desk.form_token()
    fields = (
        "kind", "message", "name", "email", "organisation_name", "phone", "country", "sector",
        "language", "about",
    )  # fmt: skip
    kept, offered = set(call.all("organisation")), call.all("offered")
    return _page(
        call,
        {name: call.one(name) for name in fields},
        tuple((one, one in kept) for one in dict.fromkeys((*offered, *call.all("organisation")))),
        call.all("agrees"),
        token,
        _problems(call) or (Problem("", sentence),),
        call.one("visit"),
    )


def _page(
    call: Call,
    values: Mapping[str, str],
    organisations: tuple[tuple[str, bool], ...],
    agrees: tuple[str, ...],
    token: str,
    problems: tuple[Problem, ...],
    visit: str,
) -> EnquirePage:
    say, query, desk = call.say, call.query, call.desk
    names = call.workspace.names([one for one, _ in organisations], language=query.language)
    language: Language = next((one for one in LANGUAGES if one == query.language), "en")
    contact = call.workspace.contact
    return EnquirePage(
        is_open=call.workspace.takes_enquiries(),
        contact=contact if contact is None or "://" in contact else f"mailto:{contact}",
        kinds=tuple(
            Option(kind, say(label), kind == values.get("kind"), say(note))
            for kind, (label, note) in _KINDS.items()
        ),
        chosen=tuple(
            Chosen(one, names[one], query.organisation(one), is_on)
            for one, is_on in organisations
            if one in names
        ),
        values=values,
        countries=tuple(
            Option(code, name, code == values.get("country")) for code, name in say.countries()
        ),
        sectors=tuple(
            Option(one, say(label), one == values.get("sector")) for one, label in _SECTORS.items()
        ),
        languages=tuple(
            Option(code, OWN_NAMES[code], code == values.get("language")) for code in LANGUAGES
        ),
        consents=tuple(Option(one, desk.wording(one, language), one in agrees) for one in PURPOSES),
        token=token,
        promise=say.moment(desk.calendar.local(desk.calendar.promise_due(desk.now()))),
        problems=problems,
        visit=_planned(call, visit),
        is_correction=values.get("about") == _CORRECTION and values.get("kind") == "other",
    )


def _planned(call: Call, text: str) -> Planned | None:
    """Return the visit that came along, to be shown; None for none, or one that cannot be."""
    try:
        trip = _trip(call, text)
        if trip is None:
            return None
        programme = plan(trip, call.say)
    except BakenError:
        return None
    return Planned(
        text=text,
        href=call.query.address("/visit", **read_query(text, call.say).parameters),
        summary=summary_of(programme, call.say),
        lines=tuple(
            f"{call.say.full_day(one.starts.date())}, {clock(one.starts)}: {one.label}"
            for one in programme.visits
        ),
    )


def _trip(call: Call, text: str) -> Trip | None:
    """Return the visit that came along; None for none.

    Raises:
        BakenError: it makes no sense.
    """
    if not text:
        return None
    query = read_query(text, call.say)
    today = call.desk.calendar.local(call.desk.now()).date()
    return trip_of(call.workspace, query, today) if query.all("stop") else None


def _contact(call: Call) -> Contact:
    return Contact(
        name=call.one("name"),
        email=call.one("email"),
        organisation=call.one("organisation_name"),
        phone=call.one("phone"),
    )


def _problems(call: Call) -> tuple[Problem, ...]:
    """Return everything that is wrong with what was filled in, in the order of the fields."""
    checks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("kind", lambda: _checked_kind(call.one("kind"))),
        ("message", lambda: checked_text(call.one("message"), "message")),
        ("name", lambda: checked_contact(Contact(name=call.one("name"), email="a@b.example"))),
        ("organisation_name", lambda: checked_line(call.one("organisation_name"), "organisation")),
        ("email", lambda: checked_email(call.one("email"))),
        ("phone", lambda: checked_line(call.one("phone"), "telephone number")),
    )
    found = []
    for field, check in checks:
        try:
            check()
        except DeskError as error:
            found.append(Problem(field, error.said(call.say)))
    return tuple(found)


def _checked_kind(kind: str) -> None:
    if kind not in KINDS:
        raise DeskError(message("Choose what you ask for."))


ENQUIRE: Final = Screen(
    path="/enquire", template="enquire.html", build=show, act=send, refused=show_again
)
