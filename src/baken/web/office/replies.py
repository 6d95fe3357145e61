"""Templates of answers: all of them, one in a language, what it says about a real enquiry."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from baken.desk import KINDS as ALL_KINDS
from baken.desk import Reply
from baken.desk.forms import checked_language
from baken.desk.replies import FIELDS
from baken.errors import NotFoundError
from baken.model import LANGUAGES, Language
from baken.text.speech import message
from baken.web.acting import Call, Go, Shown
from baken.web.acting import Reply as Answer
from baken.web.page import Choice

from .casefile import read
from .enquiry import values_of
from .words import KINDS, actor_of, names_of, say_when
from .words import LANGUAGES as LANGUAGE_WORDS

_FIELDS: Final = {
    "name": message("the enquirer’s name"),
    "reference": message("the enquiry’s reference"),
    "kind": message("what was asked for"),
    "officer": message("your name"),
    "office": message("the office’s name"),
    "organisations": message("the chosen and the asked organisations, one a line"),
    "promise": message("by when an answer was promised"),
}

NEW: Final = "new"
"""In the address: a template that is still to be written."""


class Line(Struct, frozen=True):
    """One template in the list."""

    title: str
    href: str
    kind: str
    languages: str
    is_retired: bool


class Replies(Struct, frozen=True):
    """What the list shows."""

    lines: tuple[Line, ...]


class Version(Struct, frozen=True):
    """One version of a template."""

    what: str
    text: str


class Template(Struct, frozen=True, kw_only=True):
    """What the page of a template shows.

    Attributes:
        name: of it; empty for a new one.
        given: what the form holds: name, title, kind, text.
        is_retired: whether it is not offered any more.
        history: versions in this language, the newest first.
        tongues: the languages it is, or can be, in.
        kinds: of enquiries: id and words.
        fields: what it may name, and what that stands for.
        preview: what it would say; empty for none.
        reference: of the enquiry it is shown about.
        error: why it was not kept; empty for nothing.
    """

    name: str
    given: dict[str, str]
    is_retired: bool
    history: tuple[Version, ...]
    tongues: tuple[Choice, ...]
    tongue: str
    kinds: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    preview: str
    reference: str
    error: str = ""


def build_all(call: Call) -> Replies:
    """Return every template once, by its title in the page's language."""
    by_name: dict[str, list[Reply]] = {}
    for one in call.desk.replies():
        by_name.setdefault(one.name, []).append(one)
    lines = []
    for name, replies in by_name.items():
        shown = next((one for one in replies if one.language == call.query.language), replies[0])
        lines.append(
            Line(
                title=shown.title,
                href=call.query.address(f"/desk/templates/{name}", tongue=shown.language),
                kind=call.say(KINDS[shown.kind]) if shown.kind in KINDS else "",
                languages=call.say.listed([call.say(LANGUAGE_WORDS[r.language]) for r in replies]),
                is_retired=all(one.is_retired for one in replies),
            )
        )
    return Replies(tuple(sorted(lines, key=lambda line: (line.is_retired, line.title.casefold()))))


def build(call: Call) -> Template:
    """Return a template in the language that the address names."""
    name = call.query.path["name"]
    tongue = _tongue(call.query.one("tongue") or call.query.language)
    current = _current(call, name, tongue)
    if current is None and name != NEW and not _exists(call, name):
        raise NotFoundError("There is no such template.")
    given = {"name": "" if name == NEW else name, "title": "", "kind": "", "text": ""}
    if current is not None:
        given |= {"title": current.title, "kind": current.kind, "text": current.text}
    return _shown(call, tongue, given)


def act(call: Call) -> Answer:
    """Show what a template says of an enquiry, or keep it as a new version."""
    tongue = _tongue(call.one("tongue"))
    given = {field: call.one(field) for field in ("name", "title", "kind", "text")}
    if call.query.path["name"] != NEW:
        given["name"] = call.query.path["name"]
    if call.one("stage") == "preview":
        return Shown(_shown(call, tongue, given))
    reply = Reply(
        name=_slug(given["name"] or given["title"]),
        language=tongue,
        version=0,
        title=given["title"],
        kind=given["kind"],
        text=given["text"],
        is_retired=call.one("stage") == "retire",
    )
    call.desk.keep_reply(reply, by=actor_of(call))
    return Go(f"/desk/templates/{reply.name}?tongue={reply.language}")


def refused(call: Call, sentence: str) -> Template:
    """Return the form as it was filled in."""
    given = {field: call.one(field) for field in ("name", "title", "kind", "text")}
    return _shown(call, _tongue(call.one("tongue")), given, sentence)


def _tongue(text: str) -> Language:
    return checked_language(text)


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.casefold()))[:60].strip("-")


def _current(call: Call, name: str, tongue: str) -> Reply | None:
    for one in call.desk.replies():
        if (one.name, one.language) == (name, tongue):
            return one
    return None


def _exists(call: Call, name: str) -> bool:
    return any(one.name == name for one in call.desk.replies())


def _shown(call: Call, tongue: str, given: dict[str, str], error: str = "") -> Template:
    name, say, desk = call.query.path["name"], call.say, call.desk
    officers = names_of(desk.team.officers())
    versions = [] if name == NEW else [v for v in desk.reply_versions(name) if v.language == tongue]
    reference = call.one("reference") or call.query.one("reference") or ""
    preview = ""
    if reference:
        found = desk.find_reference(reference, by=actor_of(call))
        if found is None:
            error = error or say("No enquiry has this reference.")
        else:
            case, _ = read(_about(call, found.id))
            text = Reply(name=name, language="en", version=0, title="", kind="", text=given["text"])
            preview = text.filled(values_of(call, case))
    return Template(
        name="" if name == NEW else name,
        given=given,
        is_retired=bool(versions) and versions[0].is_retired,
        history=tuple(_version(one, call, officers) for one in versions),
        tongues=tuple(
            Choice(
                id=code,
                label=say(LANGUAGE_WORDS[code]),
                count=None,
                href=call.query.address(f"/desk/templates/{name}", tongue=code),
                is_on=code == tongue,
            )
            for code in LANGUAGES
        ),
        tongue=tongue,
        kinds=(("", say("all")), *((kind, say(KINDS[kind])) for kind in ALL_KINDS)),
        fields=tuple((f"{{{field}}}", say(_FIELDS[field])) for field in FIELDS),
        preview=preview,
        reference=reference,
        error=error,
    )


def _about(call: Call, enquiry: str) -> Call:
    """Return the call as if it were about an enquiry."""
    return replace(call, query=replace(call.query, path={"id": enquiry}))


def _version(one: Reply, call: Call, officers: dict[str, str]) -> Version:
    if one.at is None:
        return Version(call.say("As it ships with Baken"), one.text)
    what = call.say(
        "Version %(number)s, %(when)s, %(who)s",
        number=one.version,
        when=say_when(call.desk, call.say, one.at),
        who=officers.get(one.officer, "") or call.say("somebody who has left"),
    )
    return Version(f"{what} · {call.say('retired')}" if one.is_retired else what, one.text)
