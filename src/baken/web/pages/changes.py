"""What is new and what has changed: day by day, as the store remembers it."""

from __future__ import annotations

import uuid
from itertools import groupby
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from baken.model import choose
from baken.store import Change
from baken.text.speech import Speech, message
from baken.web.page import Form, Page, Query
from baken.workspace import Workspace

_MOST: Final = 200
"""Lines shown, each one organisation on one day; older ones are in the history of each page."""

_MOST_IN_FEED: Final = 50

_SUBJECTS: Final = {
    "kind": message("what it is"),
    "name": message("its name"),
    "alias": message("another name"),
    "acronym": message("an acronym"),
    "former-name": message("a former name"),
    "summary": message("what it is in short"),
    "website": message("its website"),
    "contact": message("how to reach it"),
    "telephone": message("its telephone number"),
    "place": message("where it is"),
    "address": message("its address"),
    "coordinates": message("where it is on the map"),
    "founded": message("when it began"),
    "identifier": message("its numbers in registers"),
    "theme": message("what it works on"),
    "offer": message("what it can do for you"),
    "figure": message("figures"),
    "relation": message("whom it is linked to"),
    "status": message("whether it is active"),
    "milestone": message("what happened or is announced"),
}
"""What statements of each predicate are about."""


class Line(Struct, frozen=True, kw_only=True):
    """What became of one organisation on one day.

    Attributes:
        id: of the organisation.
        name: as shown.
        href: its page.
        is_new: whether it is in the landscape since that day.
        what: what changed, in sentences.
    """

    id: str
    name: str
    href: str
    is_new: bool
    what: tuple[str, ...]


class Day(Struct, frozen=True):
    """All that changed on one day."""

    day: str
    lines: tuple[Line, ...]


class Changes(Struct, frozen=True, kw_only=True):
    """Context of the page of what is new and changed.

    Attributes:
        days: the latest first.
        is_cut: whether there is more than is shown.
    """

    days: tuple[Day, ...]
    is_cut: bool


def build(workspace: Workspace, query: Query) -> Changes:
    """Return the context of the page of what is new and changed."""
    found = workspace.changes(_MOST + 1)
    shown = found[:_MOST]
    names = workspace.names({change.organisation for change in shown})
    return Changes(
        days=tuple(
            Day(
                day.isoformat(),
                tuple(
                    _line(change, names.get(change.organisation, change.organisation), query)
                    for change in changes
                ),
            )
            for day, changes in groupby(shown, key=lambda change: change.day)
        ),
        is_cut=len(found) > _MOST,
    )


def _line(change: Change, name: str, query: Query) -> Line:
    what = []
    if change.is_new:
        count = sum(change.added.values())
        what.append(
            query.say.plural(
                "New, with %(number)s statement.", "New, with %(number)s statements.", count
            )
        )
    elif change.added:
        what.append(query.say("Added: %(what)s.", what=_listed(change.added, query.say)))
    if change.retired:
        what.append(query.say("No longer said: %(what)s.", what=_listed(change.retired, query.say)))
    return Line(
        id=change.organisation,
        name=name,
        href=query.organisation(change.organisation),
        is_new=change.is_new,
        what=tuple(what),
    )


def _listed(counts: dict[str, int], say: Speech) -> str:
    return say.listed([say(_SUBJECTS[predicate]) for predicate in _SUBJECTS if predicate in counts])


def feed(workspace: Workspace, query: Query, context: Any) -> bytes:
    """Return the page as an Atom feed (RFC 4287).

    Without a public address, links are relative to the feed's own, which Atom allows.
    """
    say, url = query.say, workspace.url or ""
    title = f"{choose(workspace.landscape.title, query.language)}: {say('New and changed')}"
    author = choose(workspace.landscape.title, "en") or "Baken"
    latest = context.days[0].day if context.days else "1970-01-01"
    entries = [(day.day, line) for day in context.days for line in day.lines][:_MOST_IN_FEED]
    site = f"{url}{query.address('/changes')}"
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{query.language}">',
        f"<title>{escape(title)}</title>",
        f"<id>{_urn(workspace, f'feed {query.language}')}</id>",
        f"<updated>{latest}T00:00:00Z</updated>",
        f"<author><name>{escape(author)}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(site + ".atom")}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(site)}/>',
    ]
    for day, line in entries:
        parts += [
            "<entry>",
            f"<title>{escape(line.name)}</title>",
            f"<id>{_urn(workspace, f'{line.id} {day} {query.language}')}</id>",
            f"<updated>{day}T00:00:00Z</updated>",
            f'<link rel="alternate" type="text/html" href={quoteattr(url + line.href)}/>',
            f"<summary>{escape(' '.join(line.what))}</summary>",
            "</entry>",
        ]
    return "\n".join((*parts, "</feed>", "")).encode()


def _urn(workspace: Workspace, what: str) -> str:
    """Return a name for an entry that stays the same wherever the site moves."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"baken {workspace.landscape.id} {what}").urn


PAGE: Final = Page(
    "/changes",
    "/changes.json",
    "changes.html",
    Changes,
    build,
    depends_on="landscape",
    forms={"atom": Form("application/atom+xml", feed)},
)
