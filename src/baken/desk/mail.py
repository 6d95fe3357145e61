"""What the desk writes: letters in four languages, as messages that any mail program reads.

A letter is a Jinja2 template in ``mails/``, one file a language, from which come subject, plain
text and simple HTML. What people wrote stands in it as text and nothing else: it cannot make a
link, a heading or a header.
"""

from __future__ import annotations

import datetime
import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from functools import cached_property
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

import jinja2
import jinja2.sandbox
import yaml
from icalendar import Calendar
from icalendar import Event as CalendarEvent

from baken.model import LANGUAGES, Language
from baken.text.speech import Speech
from baken.visits import time_zone

from .enquiry import Contact, Private

MAILS: Final[dict[str, tuple[str, ...]]] = {
    "acknowledgement": ("enquirer",),
    "owner-notified": ("owner",),
    "promise-reminder": ("owner",),
    "escalation": ("owner", "heads"),
    "answer": ("enquirer",),
    "enquirer-wrote": ("owner",),
    "owner-reminded": ("owner",),
    "counterpart-asked": ("counterpart",),
    "counterpart-reminded": ("counterpart",),
    "counterpart-answered": ("owner",),
    "agreed": ("enquirer", "counterpart", "owner"),
    "host-asked": ("counterpart",),
    "host-reminded": ("counterpart",),
    "host-answered": ("owner",),
    "host-freed": ("counterpart",),
    "visit-programme": ("enquirer",),
    "outcome-asked": ("enquirer",),
    "consent-confirmation": ("enquirer",),
    "own-data": ("enquirer",),
    "follow-up": ("enquirer",),
    "weekly-list": ("team",),
    "mail-failed": ("owner",),
    "invitation": ("team",),
    "password-forgotten": ("team",),
}
"""Every kind of mail and who reads it. Where an enquiry has no owner, the heads read instead."""

_MANY_LINES: Final = frozenset({"message", "note"})
_LINK: Final = re.compile("\x02(.*?)\x03(.*?)\x04")
_LONGEST_SUBJECT: Final = 160
_LONGEST_NAME: Final = 60
_LONGEST_PLAIN: Final = 60
_UNFOLDED: Final = frozenset({"message-id", "in-reply-to", "references", "list-unsubscribe"})

_STYLE: Final = (
    "font:16px/1.5 Georgia,serif;color:#1c2b33;background:#fff;max-width:36em;margin:2em auto;"
    "padding:0 1em"
)
_BUTTON: Final = (
    "display:inline-block;padding:.6em 1em;background:#0b5563;color:#fff;border-radius:4px;"
    "text-decoration:none;font-family:sans-serif"
)
_QUOTE: Final = "margin:1em 0;padding-left:1em;border-left:3px solid #b9c4c9;color:#44555d"


class _WirePolicy(EmailPolicy):
    """Folds headers as usual, but leaves those whole that are made of one long word each.

    The standard library would cut or encode such a word, and no mail program would know it again.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return a header as it goes over the wire."""
        if name.lower() in _UNFOLDED:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        if name.lower() == "subject" and (len(value) > _LONGEST_PLAIN or not value.isascii()):
            # Words that are encoded one by one lose the spaces between them.
            encoded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
            return f"{name}: {encoded}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_WIRE: Final = _WirePolicy(linesep="\r\n")


Attachment = tuple[str, str, str | bytes]
"""A name, a type such as ``text/vcard``, and what is in it."""


class Letter(Private, frozen=True):
    """A mail's words."""

    subject: str
    text: str
    html: str


class _Link(str):
    """A link that a template made, which nothing that people wrote can be."""

    __slots__ = ()


class Composer:
    """Writes letters and says single words in four languages."""

    def __init__(self, *, office: str, sender: str, zone: str) -> None:
        """Take who writes.

        Args:
            office: its name, in words.
            sender: its address.
            zone: its time zone, which moments are said in.
        """
        self.office = clean(office)
        self.sender = sender
        self.zone = zone
        self._speeches: dict[Language, Speech] = {}
        self._environment = jinja2.sandbox.SandboxedEnvironment(
            undefined=jinja2.StrictUndefined,
            finalize=lambda value: value if isinstance(value, _Link) else clean(str(value)),
            autoescape=False,  # templates make plain text; HTML is made from it
            trim_blocks=True,
            keep_trailing_newline=False,
        )
        self._environment.filters["quoted"] = _quoted
        self._environment.globals["link"] = lambda url, label: _Link(f"\x02{url}\x03{label}\x04")

    @cached_property
    def _templates(self) -> Mapping[tuple[Language, str], tuple[jinja2.Template, jinja2.Template]]:
        """Subject and body of each kind of mail, by language and kind."""
        found = {}
        for language in LANGUAGES:
            text = (_folder() / f"{language}.txt").read_text(encoding="utf-8")
            for block in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
                kind, subject, body = block.split("\n", 2)
                found[language, kind.strip()] = (
                    self._environment.from_string(subject.removeprefix("Subject: ")),
                    self._environment.from_string(body),
                )
        return found

    @cached_property
    def _words(self) -> Mapping[str, Any]:
        loaded: Mapping[str, Any] = yaml.safe_load(
            (_folder() / "words.yaml").read_text(encoding="utf-8")
        )
        return loaded

    def say(self, section: str, key: str, language: str) -> str:
        """Return a word of ``words.yaml``; in English where Baken does not speak the language."""
        forms: Mapping[str, str] = self._words[section][key]
        return forms.get(language, forms["en"])

    def speech(self, language: Language) -> Speech:
        """Return what Baken says elsewhere in a language; its catalogues are read once."""
        known = self._speeches.get(language)
        if known is None:
            known = self._speeches[language] = Speech(language)
        return known

    def knows(self, section: str, key: str) -> bool:
        """Return whether ``words.yaml`` has a word."""
        return key in self._words[section]

    def weekdays(self, language: Language) -> list[str]:
        """Return what the days of the week are called, Monday first."""
        return list(self._words["weekdays"][language])

    def say_moment(self, moment: datetime.datetime, language: Language) -> str:
        """Return a moment in words, on the office's clock: Monday 23 November 2026, 17:00 CET."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return self.say("moments", "pattern", language).format(
            self._words["weekdays"][language][local.weekday()],
            local.day,
            self._words["months"][language][local.month - 1],
            local.year,
            f"{local:%H:%M}",
            local.tzname(),
        )

    def compose(self, kind: str, language: Language, values: Mapping[str, object]) -> Letter:
        """Write a letter.

        Args:
            kind: a key of `MAILS`.
            language: of the reader.
            values: what the template names; text is put on one line, but for `message` and
                `note`.
        """
        subject, body = self._templates[language, kind]
        given = {
            name: _one_line(value) if isinstance(value, str) and name not in _MANY_LINES else value
            for name, value in values.items()
        }
        given["office"] = self.office
        reference = given.get("reference")
        title = _in_header(subject.render(given), _LONGEST_SUBJECT)
        if reference:
            title = f"{title} [{reference}]".strip()
        marked = re.sub(r"\n{3,}", "\n\n", body.render(given)).strip()
        signature = self.office
        if reference:
            signature += f"\n{self.say('people', 'reference', language)} {reference}"
        colon = " :" if language == "fr" else ":"
        return Letter(
            subject=title,
            text=_LINK.sub(lambda link: f"{link[2]}{colon}\n{link[1]}", marked)
            + f"\n\n-- \n{signature}\n",
            html=_as_html(marked, title, signature, language),
        )

    def message(
        self,
        letter: Letter,
        to: Sequence[Contact],
        *,
        message_id: str,
        thread: Sequence[str],
        now: datetime.datetime,
        attachments: Iterable[Attachment] = (),
        withdraw_url: str | None = None,
    ) -> str:
        """Return a letter as it goes over the wire: ASCII, with headers.

        Args:
            letter: the words.
            to: who reads it.
            message_id: without angle brackets.
            thread: Message-IDs of what went before, the oldest first.
            now: the Date.
            attachments: each a name, a type such as ``text/vcard``, and text or bytes.
            withdraw_url: where one click ends such mails (RFC 8058); None where nothing ends.
        """
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(_display_name(self.office), addr_spec=self.sender)
        message["To"] = [_address(contact) for contact in to]
        message["Subject"] = letter.subject
        message["Date"] = now.astimezone(ZoneInfo(self.zone))
        message["Message-ID"] = f"<{message_id}>"
        if thread:
            message["In-Reply-To"] = f"<{thread[-1]}>"
            shown = [*thread[:1], *thread[1:][-9:]]
            message["References"] = " ".join(f"<{id_}>" for id_ in shown)
        message["Auto-Submitted"] = "auto-generated"
        if withdraw_url is not None:
            message["List-Unsubscribe"] = f"<{withdraw_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(letter.text, cte="quoted-printable")
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        for name, type_, content in attachments:
            maintype, _, subtype = type_.partition("/")
            data = content if isinstance(content, bytes) else content.encode()
            parameters = {"charset": "utf-8"} if maintype == "text" else {}
            if subtype == "calendar":
                parameters["method"] = "PUBLISH"  # as it says inside (RFC 6047, 2.4)
            message.add_attachment(
                data, maintype=maintype, subtype=subtype, filename=name, params=parameters
            )
        return message.as_bytes(policy=_WIRE).decode("ascii")


def vcard(contact: Contact) -> str:
    """Return somebody's card: vCard 3.0, which every address book reads (RFC 2426)."""

    def escaped(text: str) -> str:
        return re.sub(r"([\\;,])", r"\\\1", _one_line(text))

    given, _, family = _one_line(contact.name).rpartition(" ")
    lines = [
        ("FN", escaped(contact.name)),
        ("N", f"{escaped(family)};{escaped(given)};;;"),
        ("EMAIL;TYPE=INTERNET", escaped(contact.email)),
        ("ORG", escaped(contact.organisation)),
        ("TITLE", escaped(contact.position)),
        ("TEL;TYPE=WORK", escaped(contact.phone)),
    ]
    body = [_folded(f"{name}:{value}") for name, value in lines if value]
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *body, "END:VCARD", ""])


def proposed_times(
    times: Sequence[tuple[datetime.datetime, datetime.datetime]],
    *,
    summary: str,
    uid: str,
    zone: str,
    now: datetime.datetime,
) -> str:
    """Return proposed times as an iCalendar file, each a tentative event with its time zone.

    Args:
        times: beginning and end of each, aware.
        summary: what for.
        uid: what the proposals' identifiers begin with.
        zone: that the times are shown in.
        now: when they were proposed.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Baken//Desk//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for number, (start, end) in enumerate(times, start=1):
        event = CalendarEvent()
        event.add("uid", f"{number}-{uid}")
        event.add("dtstamp", now.astimezone(datetime.UTC))
        event.add("dtstart", start.astimezone(ZoneInfo(zone)))
        event.add("dtend", end.astimezone(ZoneInfo(zone)))
        event.add("summary", _one_line(summary))
        event.add("status", "TENTATIVE")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    if times:
        days = [moment.date() for pair in times for moment in pair]
        calendar.subcomponents.insert(0, time_zone(zone, min(days), max(days)))
    data: bytes = calendar.to_ical()
    return data.decode()


def clean(text: str) -> str:
    """Return text without what only deceives: control characters, changes of direction."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        letter
        for letter in text
        if letter in "\n\t"
        or (
            unicodedata.category(letter) not in ("Cc", "Cs")
            and not "\u202a" <= letter <= "\u202e"
            and not "\u2066" <= letter <= "\u2069"
            and letter not in "\u2028\u2029"
        )
    )


def _address(contact: Contact) -> Address:
    return Address(_display_name(contact.name), addr_spec=contact.email)


def _display_name(name: str) -> str:
    """Return a name that stands before an address and cannot be taken for one.

    The standard library forgets to quote a name when it folds a long one, so what would need
    quoting is left out.
    """
    return _in_header(re.sub(r'[<>@:;,"\\()\[\]]', " ", name), _LONGEST_NAME)


def _in_header(text: str, longest: int) -> str:
    """Return text for a header: one line, not too long, and not decoded into something else."""
    line = _one_line(text).replace("=?", "= ?")
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _quoted(text: str) -> str:
    """Return text as a quotation; nothing for nothing."""
    return "\n".join(f"> {line}".rstrip() for line in clean(text).strip().split("\n") if text)


def _folded(line: str) -> str:
    """Return a line of a card in pieces of at most 75 bytes, as RFC 2426 asks."""
    pieces, piece = [], b""
    for letter in line:
        data = letter.encode()
        if len(piece) + len(data) > 75:
            pieces.append(piece)
            piece = b" "
        piece += data
    return b"\r\n".join((*pieces, piece)).decode()


def _as_html(marked: str, title: str, signature: str, language: str) -> str:
    """Return the HTML of a letter: paragraphs, quotations, lists and our own links."""
    parts = []
    for block in re.split(r"\n\s*\n", marked):
        lines = block.strip().split("\n")
        if all(line.startswith(">") for line in lines):
            quoted = "<br>".join(html.escape(line[1:].strip()) for line in lines)
            parts.append(f'<blockquote style="{_QUOTE}">{quoted}</blockquote>')
        elif all(line.startswith("- ") for line in lines):
            items = "".join(f"<li>{html.escape(line[2:])}</li>" for line in lines)
            parts.append(f"<ul>{items}</ul>")
        else:
            text = "<br>".join(html.escape(line) for line in lines)
            parts.append(
                "<p>"
                + _LINK.sub(
                    lambda link: f'<a href="{link[1]}" style="{_BUTTON}">{link[2]}</a>', text
                )
                + "</p>"
            )
    end = "<br>".join(html.escape(line) for line in signature.split("\n"))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<title>{html.escape(title)}</title></head><body style="{_STYLE}">'
        + "".join(parts)
        + f'<p style="color:#5b6b73;border-top:1px solid #d5dcdf;padding-top:1em">{end}</p>'
        "</body></html>\n"
    )


def _folder() -> Any:
    return files(__package__) / "mails"
