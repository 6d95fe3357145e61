"""An organisation as a vCard 4.0 (RFC 6350), for an address book: never a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from baken.model import Organisation
from baken.workspace import Workspace

from .page import Query

_LONGEST_LINE: Final = 75
"""Octets of a line before it is folded (RFC 6350, 3.2)."""

_ESCAPED: Final = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n", "\r": None})


def render(workspace: Workspace, query: Query, context: Any) -> bytes:
    """Return the vCard of the organisation whose page is shown.

    Args:
        workspace: whose organisation.
        query: of its page; gives the language and the id.
        context: of its page.
    """
    organisation = workspace.organisation(query.path["id"])
    lines = _lines(workspace, query, organisation, context.as_of)
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def _lines(
    workspace: Workspace, query: Query, organisation: Organisation, as_of: str
) -> Iterator[str]:
    language, landscape = query.language, workspace.landscape
    name = organisation.name(language)
    yield "BEGIN:VCARD"
    yield "VERSION:4.0"
    yield "KIND:org"
    yield f"FN:{_text(name)}"
    yield f"ORG:{_text(name)}"
    others = (*organisation.names, *organisation.acronyms, *organisation.aliases)
    known = [one.value for one in others if one.value != name]
    if known:
        yield f"NICKNAME:{','.join(_text(one) for one in dict.fromkeys(known))}"
    yield from _addresses(workspace, language, organisation)
    for at in organisation.coordinates[:1]:
        if at.value.precision in ("building", "site", "street"):
            yield f"GEO:geo:{at.value.lat:.5f},{at.value.lon:.5f}"
    for website in (*organisation.websites, *organisation.contacts):
        yield f"URL:{_uri(website.value)}"
    for summary in organisation.summaries[:1]:
        yield f"NOTE;LANGUAGE={summary.language or 'en'}:{_text(summary.value)}"
    themes = [landscape.themes[t] for t in organisation.theme_ids if t in landscape.themes]
    if themes:
        yield f"CATEGORIES:{','.join(_text(theme.text(language)) for theme in themes)}"
    if workspace.url:
        yield f"UID:{workspace.url}/organisations/{organisation.id}"
        yield f"SOURCE:{workspace.url}{query.organisation(organisation.id)}.vcf"
    yield f"REV:{as_of.replace('-', '')}T000000Z"
    yield "PRODID:-//Baken//Baken//EN"
    yield "END:VCARD"


def _addresses(workspace: Workspace, language: str, organisation: Organisation) -> Iterator[str]:
    """Yield where it is: sources give addresses as one text, which a label keeps as it is."""
    enclosing = list(workspace.landscape.enclosing(organisation.place_id or ""))
    by_kind = {place.kind: place.text(language) for place in reversed(enclosing)}
    locality, region = by_kind.get("municipality", ""), by_kind.get("province", "")
    country = by_kind.get("country", "")
    parts = f";;;{_text(locality)};{_text(region)};;{_text(country)}"
    for address in organisation.addresses:
        # Quotation marks cannot stand in a parameter's value, and need not in an address.
        label = address.value.replace('"', "'").replace("\n", "^n")
        yield f'ADR;LABEL="{label}":{parts}'
    if not organisation.addresses and (locality or region or country):
        yield f"ADR:{parts}"


def _text(value: str) -> str:
    return value.translate(_ESCAPED)


def _uri(value: str) -> str:
    return re.sub(r"\s", "", value)


def _folded(line: str) -> Iterator[str]:
    """Yield a line in pieces of at most 75 octets, cut between characters."""
    if len(line.encode()) <= _LONGEST_LINE:  # as nearly all are
        yield line
        return
    piece, length = "", 0
    for character in line:
        octets = len(character.encode())
        if length + octets > _LONGEST_LINE:
            yield piece
            piece, length = " ", 1
        piece, length = piece + character, length + octets
    yield piece
