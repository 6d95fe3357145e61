"""Writing a landscape back to its folder: what `read` reads is what `write` wrote."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from baken.model import Citation, Landscape, Statement, Theme

from .fields import FIELDS, Field, Shape, entry_of, is_short
from .format import Entry, LandscapeFile, PlaceEntry, SourceEntry, ThemeEntry

_WIDTH = 100
_FIELD_BY_PREDICATE = {field.predicate: field for field in FIELDS}


def write(
    directory: Path,
    landscape: Landscape,
    statements: Iterable[Statement],
    sources: Mapping[str, SourceEntry] | None = None,
) -> None:
    """Write a landscape folder.

    Args:
        directory: made if it does not exist; files of the same name are replaced.
        landscape: its description, themes and places.
        statements: about organisations and places, in the order in which to write them.
        sources: citations by the key they should keep; others get a key made of the publisher.
    """
    keys = _SourceKeys(sources or {})
    by_subject: dict[str, list[Statement]] = {}
    for statement in statements:
        by_subject.setdefault(statement.subject, []).append(statement)

    places: dict[str, Any] = {}
    for place in landscape.places.values():
        said = by_subject.pop(f"places/{place.id}", [])
        term = PlaceEntry(
            kind=place.kind,
            label=place.label,
            within=place.within,
            aliases=list(place.aliases),
            codes=place.codes,
        )
        places[place.id] = _plain(term) | _fields(said, keys)
    for subject, said in by_subject.items():
        _dump(directory / f"{subject}.yaml", _fields(said, keys))
    _dump(directory / "places.yaml", places)
    _dump(directory / "themes.yaml", {t.id: _theme(t) for t in landscape.themes.values()})
    _dump(directory / "landscape.yaml", _about(landscape))
    _dump(directory / "sources.yaml", {key: _plain(entry) for key, entry in keys.entries.items()})


def _about(landscape: Landscape) -> dict[str, Any]:
    return _plain(
        LandscapeFile(
            id=landscape.id,
            version=landscape.version,
            title=landscape.title,
            region=landscape.region,
            question=landscape.question,
            licence=landscape.licence,
            provinces=list(landscape.provinces),
            examples=list(landscape.examples),
        )
    )


def _theme(theme: Theme) -> dict[str, Any]:
    return _plain(
        ThemeEntry(
            label=theme.label,
            synonyms={language: list(words) for language, words in theme.synonyms.items()},
            broader=list(theme.broader),
            related=list(theme.related),
            maps_to=list(theme.maps_to),
        )
    )


def _fields(statements: list[Statement], keys: _SourceKeys) -> dict[str, Any]:
    """Return the fields that say what the statements say, with the commonest source as default."""
    if not statements:
        return {}
    named = [(statement, keys.of(statement.citation)) for statement in statements]
    default = Counter(source for _, source in named).most_common(1)[0][0]
    content: dict[str, Any] = {"source": default}
    for statement, source in named:
        field = _FIELD_BY_PREDICATE[statement.predicate]
        entry = entry_of(field, statement, None if source == default else source)
        _place(content, field, field.keyed_by(statement.value), _short(field, entry))
    order = {field.key: i for i, field in enumerate(FIELDS)}
    return dict(sorted(content.items(), key=lambda item: order.get(item[0], -1)))


def _place(content: dict[str, Any], field: Field, key: str, entry: Any) -> None:
    """Put an entry where its field's shape wants it."""
    if field.shape is Shape.LIST:
        content.setdefault(field.key, []).append(entry)
        return
    holder, slot = (content, field.key)
    if field.shape is Shape.KEYED:
        holder, slot = content.setdefault(field.key, {}), key
    if slot not in holder:
        holder[slot] = entry
    elif isinstance(holder[slot], list):
        holder[slot].append(entry)
    else:
        holder[slot] = [holder[slot], entry]


def _short(field: Field, entry: Entry) -> Any:
    plain = _plain(entry)
    return plain["value"] if is_short(field) and plain.keys() == {"value"} else plain


def _plain(struct: msgspec.Struct) -> dict[str, Any]:
    """Return a struct as plain data without what is not set."""
    plain: dict[str, Any] = msgspec.to_builtins(struct, str_keys=True)
    return {key: value for key, value in plain.items() if value is not None}


def _dump(path: Path, data: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(
        dict(data),
        Dumper=yaml.CSafeDumper,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
        default_flow_style=None,
    )
    path.write_text(text, encoding="utf-8")


class _SourceKeys:
    """The keys under which citations stand in sources.yaml."""

    def __init__(self, sources: Mapping[str, SourceEntry]) -> None:
        self.entries = dict(sources)

    def of(self, citation: Citation) -> str:
        """Return the reference (``key`` or ``key:rest``) of a citation, adding it if new."""
        for key, entry in self.entries.items():
            rest = _rest(entry.url, citation.url)
            if rest is not None and self._entry(citation, entry.url) == entry:
                return f"{key}:{rest}" if rest else key
        stem = re.sub(r"[^a-z0-9]+", "-", citation.publisher.casefold()).strip("-")[:40].strip("-")
        stem = stem or "source"
        key, number = stem, 1
        while key in self.entries:
            number += 1
            key = f"{stem}-{number}"
        self.entries[key] = self._entry(citation, citation.url)
        return key

    @staticmethod
    def _entry(citation: Citation, url: str) -> SourceEntry:
        return SourceEntry(
            publisher=citation.publisher,
            url=url,
            retrieved=citation.retrieved,
            title=citation.title,
            published=citation.published,
            licence=citation.licence,
        )


def _rest(template: str, url: str) -> str | None:
    """Return what fills the template's gap to give the URL: "" without a gap, None for no fit."""
    head, gap, tail = template.partition("{}")
    if not gap:
        return "" if template == url else None
    fits = url.startswith(head) and url.endswith(tail) and len(url) > len(head) + len(tail)
    return url[len(head) : len(url) - len(tail)] if fits else None
