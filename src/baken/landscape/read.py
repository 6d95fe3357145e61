"""Reading a landscape folder into statements, each of which remembers its file and line."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from baken.errors import LandscapeError
from baken.model import (
    Citation,
    Coordinates,
    Kind,
    Landscape,
    Metric,
    Place,
    RelationType,
    Role,
    Stage,
    Statement,
    Term,
    Theme,
    Visibility,
    Vocabulary,
    organisation_subject,
    place_subject,
    state,
)

from .convert import convert, suggest
from .document import Document, Problem, Trail
from .fields import FIELDS, PLACE_FIELDS, REQUIRED, Field, is_short, language_of
from .format import (
    Entry,
    LandscapeFile,
    PlaceEntry,
    SourceEntry,
    ThemeEntry,
)

T = TypeVar("T", bound=Term)

_DEFAULT = "source"
_NOBODY = Citation("nobody", "about:blank", datetime.date.max)
_KNOWN_FILES = ("landscape.yaml", "sources.yaml", "themes.yaml", "places.yaml")
_GUIDE = "guide/"  # no statements: `baken.guide` reads and checks it


class Claim(Struct, frozen=True):
    """A statement and where it stands.

    Attributes:
        statement: what is said.
        document: the file that says it.
        trail: the way to the entry inside the file.
    """

    statement: Statement
    document: Document
    trail: Trail

    @property
    def origin(self) -> str:
        """File and line, as in ``organisations/imec.yaml:12``."""
        return f"{self.document.name}:{self.document.line(self.trail)}"


class Reading(Struct, frozen=True):
    """A landscape folder as read.

    Attributes:
        directory: the folder.
        landscape: its description, themes and places; None when landscape.yaml is unusable.
        claims: every statement of which the entry could be understood, in file order.
        problems: every mistake of form; `check` adds mistakes of meaning.
        documents: by file name.
        sources: the shared citations by key.
    """

    directory: Path
    landscape: Landscape | None
    claims: list[Claim]
    problems: list[Problem]
    documents: dict[str, Document]
    sources: dict[str, SourceEntry]

    @property
    def statements(self) -> Iterator[Statement]:
        """The statements without their places in files."""
        return (claim.statement for claim in self.claims)


def shipped(name: str = "flanders-health") -> Path:
    """Return the folder of a landscape that ships with Baken.

    Raises:
        LandscapeError: none of that name ships.
    """
    package = Path(str(files("baken")))
    for root in (package / "landscapes", package.parents[1] / "landscapes"):
        if (root / name / "landscape.yaml").is_file():
            return root / name
    raise LandscapeError(f"No landscape “{name}” ships with Baken. Give the path of its folder.")


def vocabulary() -> Vocabulary:
    """Return the kinds, roles, relations, metrics and stages that ship with Baken."""
    folder = files("baken.model") / "vocabulary"

    def terms(name: str, type_: type[T]) -> dict[str, T]:
        document = Document(f"{name}.yaml", (folder / f"{name}.yaml").read_bytes())
        if document.problems:
            raise LandscapeError(str(document.problems[0]))
        return {
            key: msgspec.convert({**entry, "id": key}, type_, strict=False)
            for key, entry in document.data.items()
        }

    return Vocabulary(
        kinds=terms("kinds", Kind),
        roles=terms("roles", Role),
        relations=terms("relations", RelationType),
        metrics=terms("metrics", Metric),
        stages=terms("stages", Stage),
    )


def read(directory: Path) -> Reading:
    """Read a landscape folder.

    Mistakes do not stop the reading: what can be understood becomes claims, the rest becomes
    problems.

    Raises:
        LandscapeError: the folder is not there, or holds no landscape.yaml.
    """
    if not directory.is_dir():
        raise LandscapeError(
            f"There is no folder {directory}. Name the folder that holds landscape.yaml."
        )
    if not (directory / "landscape.yaml").is_file():
        raise LandscapeError(
            f"{directory} holds no landscape.yaml, so it is not a landscape. "
            "See “The landscape format” in the documentation for what belongs there."
        )
    return _Reader(directory).read()


class _Reader:
    """The state of one reading: documents and problems so far."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.problems: list[Problem] = []
        self.documents: dict[str, Document] = {}
        self.claims: list[Claim] = []

    def read(self) -> Reading:
        sources = self._sources(self._open("sources.yaml"), ())
        landscape = self._landscape(sources)
        self._organisations(sources)
        for document in self.documents.values():
            self.problems.extend(document.problems)
        self._unexpected_files()
        return Reading(
            self.directory, landscape, self.claims, self.problems, self.documents, sources
        )

    def _open(self, name: str) -> Document:
        path = self.directory / name
        document = Document(name, path.read_bytes() if path.is_file() else b"{}")
        if not isinstance(document.data, dict) and not document.problems:
            message = "The file should be a mapping from fields to values."
            document.problems.append(Problem(name, 1, "wrong-shape", message))
        if not isinstance(document.data, dict):
            document.data = {}
        self.documents[name] = document
        return document

    def _unexpected_files(self) -> None:
        for path in sorted(self.directory.rglob("*.y*ml")):
            name = path.relative_to(self.directory).as_posix()
            if name not in self.documents and not name.startswith(_GUIDE):
                message = "Nothing reads this file. " + suggest(name, _KNOWN_FILES)
                self.problems.append(Problem(name, 1, "unknown-file", message.strip()))

    def _sources(self, document: Document, trail: Trail) -> dict[str, SourceEntry]:
        data = document.at(trail) if trail else document.data
        if not isinstance(data, dict):
            return {}
        converted = {
            key: convert(document, (*trail, key), SourceEntry, entry, self.problems)
            for key, entry in data.items()
        }
        return {key: entry for key, entry in converted.items() if entry is not None}

    # -- landscape.yaml, themes.yaml, places.yaml ------------------------------------------

    def _landscape(self, sources: Mapping[str, SourceEntry]) -> Landscape | None:
        document = self._open("landscape.yaml")
        about = convert(document, (), LandscapeFile, document.data, self.problems)
        themes = {
            key: Theme(
                id=key,
                label=entry.label,
                synonyms={lang: tuple(words) for lang, words in entry.synonyms.items()},
                broader=tuple(entry.broader),
                related=tuple(entry.related),
                maps_to=tuple(entry.maps_to),
            )
            for key, entry in self._entries("themes.yaml", ThemeEntry)
        }
        places = {
            key: self._place(key, entry, sources)
            for key, entry in self._entries("places.yaml", PlaceEntry)
        }
        if about is None:
            return None
        return Landscape(
            id=about.id,
            version=about.version,
            title=about.title,
            region=about.region,
            question=about.question,
            licence=about.licence,
            provinces=tuple(about.provinces),
            examples=tuple(about.examples),
            vocabulary=vocabulary(),
            themes=themes,
            places=places,
        )

    def _entries(self, name: str, type_: type[Any]) -> Iterator[tuple[str, Any]]:
        document = self._open(name)
        for key, data in document.data.items():
            entry = convert(document, (key,), type_, data, self.problems)
            if entry is not None:
                yield key, entry

    def _place(self, key: str, entry: PlaceEntry, sources: Mapping[str, SourceEntry]) -> Place:
        document = self.documents["places.yaml"]
        self._claims(document, place_subject(key), sources, PLACE_FIELDS, (key,))
        point = entry.coordinates
        return Place(
            id=key,
            label=entry.label,
            kind=entry.kind,
            within=entry.within,
            aliases=tuple(entry.aliases),
            codes=entry.codes,
            coordinates=Coordinates(point.lat, point.lon, point.precision)
            if isinstance(point, Entry)
            else None,
        )

    # -- organisations ---------------------------------------------------------------------

    def _organisations(self, shared: Mapping[str, SourceEntry]) -> None:
        known = {"source", "sources", *(field.key for field in FIELDS)}
        for path in sorted((self.directory / "organisations").rglob("*.y*ml")):
            document = self._open(path.relative_to(self.directory).as_posix())
            if document.problems and not document.data:
                continue
            for key in document.data.keys() - known:
                message = f"An organisation has no field “{key}”. {suggest(key, known)}"
                self.problems.append(document.problem((key,), "unknown-field", message))
            for key in REQUIRED:
                if not document.data.get(key):
                    message = f"The organisation needs “{key}”."
                    self.problems.append(document.problem((key,), "missing-field", message))
            sources = {**shared, **self._sources(document, ("sources",))}
            subject = organisation_subject(path.stem)
            self._claims(document, subject, sources, FIELDS, ())

    def _claims(
        self,
        document: Document,
        subject: str,
        sources: Mapping[str, SourceEntry],
        fields: tuple[Field, ...],
        base: Trail,
    ) -> None:
        """Turn the fields of one subject into claims."""
        data = document.at(base) if base else document.data
        for field in fields:
            if field.key not in data:
                continue
            for below, key, raw in field.layout(data[field.key]):
                trail = (*base, *below)
                entry = self._entry(document, trail, field, raw)
                if entry is None:
                    continue
                citation = self._citation(
                    document, trail, len(base), entry, data.get(_DEFAULT), sources
                )
                try:
                    value = field.value(entry, key)
                except ValueError as error:
                    message = f"“{field.key}” says too little or too much. {error}"
                    self.problems.append(document.problem(trail, f"unclear-{field.key}", message))
                    continue
                statement = state(
                    subject,
                    field.predicate,
                    value,
                    citation,
                    language=language_of(field, entry),
                    visibility=Visibility(entry.visibility),
                )
                self.claims.append(Claim(statement, document, trail))

    def _entry(self, document: Document, trail: Trail, field: Field, raw: Any) -> Entry | None:
        if raw is None:
            message = f"“{field.key}” is empty. Give it a value or take the line out."
            self.problems.append(document.problem(trail, "empty", message))
            return None
        if isinstance(raw, str) and is_short(field):
            raw = {"value": raw}
        return convert(document, trail, field.entry, raw, self.problems)

    def _citation(
        self,
        document: Document,
        trail: Trail,
        base: int,
        entry: Entry,
        default: Any,
        sources: Mapping[str, SourceEntry],
    ) -> Citation:
        """Return who says an entry; where that is a problem, nobody, so that reading goes on."""
        reference = entry.source or default
        if not isinstance(reference, str):
            message = "Nobody is named who says this. Add `source:` here or for the whole file."
            self.problems.append(document.problem(trail, "missing-citation", message))
            return _NOBODY
        key, _, rest = reference.partition(":")
        source = sources.get(key)
        message = ""
        if source is None:
            message = f"There is no source “{key}”. {suggest(key, sources)}"
        elif "{}" in source.url and not rest:
            message = f"Source “{key}” needs what to look up: `source: {key}:…`."
        elif rest and "{}" not in source.url:
            message = f"Source “{key}” is one document: write `source: {key}`."
        if source is None or message:
            # A default is mistaken once for the whole file, not once for every value.
            here: Trail = (*trail, _DEFAULT) if entry.source else (*trail[:base], _DEFAULT)
            problem = document.problem(here, "unknown-source", message)
            if problem not in self.problems:
                self.problems.append(problem)
            return _NOBODY
        return Citation(
            publisher=source.publisher,
            url=source.url.replace("{}", rest),
            retrieved=source.retrieved,
            title=source.title,
            published=source.published,
            licence=source.licence,
            span=entry.span,
        )
