"""Templates of answers: those that ship with Baken, and those that the office makes of them.

A template is a text with names in braces that stand for what is known of an enquiry. It is filled
when an officer chooses it, and then is the officer's own text to change.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

import msgspec
import yaml
from msgspec import Struct

from baken.errors import DeskError
from baken.model import LANGUAGES, Language
from baken.text.marking import message

from .enquiry import KINDS, Kind
from .forms import checked_line, checked_text
from .records import Records, moment

FIELDS: Final = ("name", "reference", "kind", "officer", "office", "organisations", "promise")
"""What a template may name: the enquirer, the enquiry's reference, its kind in words, who answers,
the office, the chosen organisations one a line, and by when an answer was promised."""

_FIELD: Final = re.compile(r"\{([^{}\s]*)\}")
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME: Final = 60


class Reply(Struct, frozen=True, kw_only=True):
    """A template in one language.

    Attributes:
        name: the same in all languages.
        language: of the text.
        version: 0 for one as it ships; rises with every change.
        title: what officers choose it by.
        kind: of enquiries that it is for; empty for all.
        text: with names in braces; see `FIELDS`.
        is_retired: whether it is no longer offered.
        at: when it was written; None for one as it ships.
        officer: identifier of who wrote it; empty for one as it ships.
    """

    name: str
    language: Language
    version: int
    title: str
    kind: Kind | str
    text: str
    is_retired: bool = False
    at: datetime.datetime | None = None
    officer: str = ""

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text with the values for its names; what has no value keeps its braces."""
        return _FIELD.sub(lambda found: values.get(found[1], found[0]), self.text)


def shipped_replies() -> list[Reply]:
    """Return the templates that ship with Baken."""
    path = files(__package__) / "mails" / "replies.yaml"
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        Reply(name=name, language=language, version=0, kind=one["kind"], **one[language])
        for name, one in loaded.items()
        for language in LANGUAGES
    ]


def read_replies(records: Records) -> list[Reply]:
    """Return every template as it is now, retired ones among them, by name and language."""
    found = {(one.name, one.language): one for one in shipped_replies()}
    found |= {(one.name, one.language): one for one in _read(records, "replies")}
    return [found[key] for key in sorted(found)]


def read_versions(records: Records, name: str) -> list[Reply]:
    """Return all versions of a template, the newest first; as it ships, if it does, at the end."""
    own = list(_read(records, "reply_versions", name=name))
    return own + [one for one in shipped_replies() if one.name == name]


def _read(records: Records, query: str, **given: object) -> list[Reply]:
    rows = records.session.select(query, **given)
    return [
        msgspec.convert(
            {
                **dict(zip(Reply.__struct_fields__, row, strict=True)),
                "is_retired": bool(row[6]),
                "at": moment(row[7]),
            },
            Reply,
        )
        for row in rows
    ]


def checked_reply(reply: Reply) -> Reply:
    """Return a template that can be kept.

    Raises:
        DeskError: a part of it cannot be used; the message says which and what to do.
    """
    if not _NAME.fullmatch(reply.name) or len(reply.name) > _LONGEST_NAME:
        raise DeskError(
            message("The template's name takes small letters, digits and hyphens, at most 60.")
        )
    if reply.language not in LANGUAGES:
        raise DeskError(
            message("The template's language is none that the desk writes. Choose another.")
        )
    if reply.kind and reply.kind not in KINDS:
        raise DeskError(message("There is no such kind of enquiry. Choose one from the list."))
    title, text = checked_line(reply.title, "title"), checked_text(reply.text, "text")
    if not title:
        raise DeskError(message("The title is empty. Say in a few words what the template is for."))
    unknown = {found[1] for found in _FIELD.finditer(text)} - set(FIELDS)
    if unknown:
        raise DeskError(
            message("A name in braces stands for nothing. Use one of: %(choices)s."),
            choices=", ".join(f"{{{name}}}" for name in FIELDS),
        )
    return msgspec.structs.replace(reply, title=title, text=text)
