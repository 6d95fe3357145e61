"""The registry reader: ROR schema v2 dumps, as one typed record an organisation.

    for record in read_registry(Path("v1.73-2025-10-28-ror-data.zip")):
        ...

A dump is a JSON array or JSON lines, plain, gzipped or zipped; what it is shows from its first
bytes, not from its name. It is read a record at a time, so memory does not grow with it.
The schema: https://ror.readme.io/docs/ror-data-structure (v2.0 and v2.1; fields that Baken does
not use are not looked at, fields that are missing or null are unknown).
"""

from __future__ import annotations

import gzip
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final, Literal, NoReturn, Protocol, get_args

import msgspec
from msgspec import Struct

from baken.errors import LinkError

NameKind = Literal["label", "alias", "acronym", "ror_display"]
Status = Literal["active", "inactive", "withdrawn"]
RelationKind = Literal["parent", "child", "related", "successor", "predecessor"]

_ID: Final = re.compile(r"(?:https?://)?(?:ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})")
_MOST_LISTED: Final = 20
"""Bad records that one error names before reading stops."""
_LONGEST_BYTES: Final = 4 * 2**20
"""No record is longer (the longest of 129,046 has 125 kB): what is, is no registry."""
_CHUNK_BYTES: Final = 2**20
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UNREADABLE: Final = (
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the standard library raises for a damaged or encrypted archive."""


class RegistryName(Struct, frozen=True, gc=False):
    """One name of an organisation.

    Attributes:
        value: the name, without blanks around it.
        kinds: what it serves as; several at once are usual (``label`` and ``ror_display``), none
            means that the registry does not say, or uses a kind unknown here.
        language: ISO 639-1 code, or None when not known.
    """

    value: str
    kinds: tuple[NameKind, ...] = ()
    language: str | None = None


class RegistryPlace(Struct, frozen=True, gc=False):
    """Where an organisation is; what is not known is None.

    Attributes:
        city: name as GeoNames gives it, mostly English.
        region: the country's subdivision, such as a state or province (since schema v2.1).
        country_code: ISO 3166-1 alpha-2.
        country: English name.
        latitude: degrees, north is positive.
        longitude: degrees, east is positive.
        geonames_id: of the city.
    """

    city: str | None = None
    region: str | None = None
    country_code: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    geonames_id: int | None = None


class RegistryRecord(Struct, frozen=True, gc=False, kw_only=True):
    """One organisation of the registry.

    Attributes:
        id: in full and lower case, such as ``https://ror.org/05f950310``.
        names: at least one, in the registry's order.
        types: such as ``education``, ``healthcare``, ``facility``, ``funder``.
        status: ``withdrawn`` means that the record should never have been: a duplicate, say.
        places: mostly one; none in a sparse record.
        relations: what the other is to this one, and its id, which may be missing from the file.
        domains: of its e-mail and web addresses, such as ``kuleuven.be``.
        website: address, or None.
        identifiers: how many identifiers other registries give it; the well known have more.
        has_article: whether Wikipedia has an article about it.
    """

    id: str
    names: tuple[RegistryName, ...]
    types: tuple[str, ...] = ()
    status: Status = "active"
    places: tuple[RegistryPlace, ...] = ()
    relations: tuple[tuple[RelationKind, str], ...] = ()
    domains: tuple[str, ...] = ()
    website: str | None = None
    identifiers: int = 0
    has_article: bool = False

    @property
    def display_name(self) -> str:
        """The name to show: the one the registry chose, else its first label, else its first."""
        for kind in ("ror_display", "label"):
            for name in self.names:
                if kind in name.kinds:
                    return name.value
        return self.names[0].value


class Problem(Struct, frozen=True):
    """A record that cannot be read, where it is, and why.

    Attributes:
        file: as the caller named it; for a zip also the file inside.
        unit: what `number` counts: lines of JSON lines, or elements of a JSON array.
        number: counted from 1.
        message: what is wrong, in a sentence.
    """

    file: str
    unit: Literal["line", "element"]
    number: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}, {self.unit} {self.number}: {self.message}"


def ror_id(text: str) -> str | None:
    """Return a ROR id in full and lower case, or None when the text is none.

    Args:
        text: ``https://ror.org/05f950310``, or the same without ``https://`` or ``ror.org/``.
    """
    found = _ID.fullmatch(text.strip().lower())
    return f"https://ror.org/{found[1]}" if found else None


def read_registry(
    path: Path,
    *,
    skip_bad: bool = False,
    on_bad: Callable[[Problem], None] | None = None,
) -> Iterator[RegistryRecord]:
    """Yield the records of a ROR dump in its order, each id once.

    Args:
        path: JSON lines or a JSON array; plain, .gz, or a .zip such as ROR publishes, of which
            the JSON file in schema v2 is read.
        skip_bad: leave out records that cannot be read, instead of giving up.
        on_bad: called with the problem of each record that is left out.

    Raises:
        LinkError: while it is iterated: for bad records (unless `skip_bad`) once the first 20 are
            known, so that one error lists them; always when the file is missing, empty, damaged,
            cut short, not a registry, or holds no record that can be read.
    """
    problems: list[Problem] = []
    first_seen: dict[str, int] = {}
    with _opened(path) as (file, stream):
        entries = _Entries(file, stream)
        try:
            for number, entry in entries:
                try:
                    record = _parse(entry)
                    if (earlier := first_seen.setdefault(record.id, number)) != number:
                        _refuse(f"It repeats {record.id}, which {entries.unit} {earlier} has.")
                except _BadRecordError as error:
                    problem = Problem(file, entries.unit, number, str(error))
                    if skip_bad:
                        if on_bad is not None:
                            on_bad(problem)
                        problems = problems or [problem]  # says why, should no record be left
                        continue
                    problems.append(problem)
                    if len(problems) == _MOST_LISTED:
                        break
                else:
                    if skip_bad or not problems:
                        yield record
        except _DamageError as damage:
            listed = [] if skip_bad else problems
            raise LinkError("\n".join([*map(str, listed), str(damage)])) from damage
    if problems and not (skip_bad and first_seen):
        raise LinkError(_summary(problems, is_skipping=skip_bad))
    if not first_seen:
        message = f"{file} holds no records. Give the JSON file, or the zip, of a ROR data dump."
        raise LinkError(message)


def resolve_successors(records: Iterable[RegistryRecord]) -> Mapping[str, tuple[str, ...]]:
    """Return, for every withdrawn or inactive record, the records it leads to.

    Successors are followed until they are active; circles and successors that are not among the
    records lead nowhere. Where a record names another as its predecessor, that counts too: the
    registry does not always state both directions.

    Args:
        records: the whole registry.

    Returns:
        Ids, nearest first, by id; where nothing active follows, the last inactive record of the
        chain, which stands for itself; else an empty tuple. An inactive record with an empty tuple
        stands for itself; a withdrawn one must not be linked.
    """
    statuses: dict[str, Status] = {}
    stated: dict[str, list[str]] = {}
    implied: dict[str, list[str]] = {}
    for record in records:
        statuses[record.id] = record.status
        for kind, other in record.relations:
            if kind == "successor":
                stated.setdefault(record.id, []).append(other)
            elif kind == "predecessor":
                implied.setdefault(other, []).append(record.id)

    def current(start: str) -> tuple[str, ...]:
        found: list[str] = []
        seen = {start}
        way = [start]
        for here in way:  # grows while it is walked
            for onward in (*stated.get(here, ()), *implied.get(here, ())):
                if onward in statuses and onward not in seen:
                    seen.add(onward)
                    (found if statuses[onward] == "active" else way).append(onward)
        if not found:
            # Nothing active follows: a record still leads to an inactive one, from which no way
            # leads back; of a circle each stands for itself.
            ends = [other for other in way[1:] if statuses[other] == "inactive"]
            found = [end for end in ends if start not in onward_of(end)][-1:]
        return tuple(found)

    def onward_of(start: str) -> list[str]:
        way = [start]
        for here in way:
            way.extend(
                onward
                for onward in (*stated.get(here, ()), *implied.get(here, ()))
                if onward not in way
            )
        return way

    return {one: current(one) for one, status in statuses.items() if status != "active"}


class _BadRecordError(Exception):
    """This record cannot be read; the message is a sentence."""


class _DamageError(Exception):
    """The file cannot be read on from here; the message is a sentence."""


def _refuse(message: str) -> NoReturn:
    raise _BadRecordError(message)


def _summary(problems: list[Problem], *, is_skipping: bool) -> str:
    """Return the message of the error for these problems; one a line, or only the first."""
    if is_skipping:
        return f"No record is left after skipping those that are bad. The first: {problems[0]}"
    first, last = problems[0], problems[-1]
    if first is last:
        return f"{first} Mend it, or have bad records skipped."
    lines = [str(problem) for problem in problems]
    is_one_run = last.number - first.number == len(problems) - 1
    if is_one_run and all(problem.message == first.message for problem in problems):
        lines = [f"{first.file}, {first.unit}s {first.number} to {last.number}: {first.message}"]
    stopped = " Reading stopped here." if len(problems) == _MOST_LISTED else ""
    advice = f"{len(problems)} records are bad.{stopped} Mend them, or have bad records skipped."
    return "\n".join([*lines, advice])


# Opening: plain, gzip or zip.


class _Stream(Protocol):
    """What is read from: a file, or the unpacking of one."""

    def read(self, size: int, /) -> bytes: ...

    def readline(self, size: int, /) -> bytes: ...


@contextmanager
def _opened(path: Path) -> Iterator[tuple[str, _Stream]]:
    """Open what is in a file, unpacked, with the name to call it in messages."""
    if path.is_dir():
        message = f"{path} is a folder. Give the JSON file, or the zip, of a ROR data dump."
        raise LinkError(message)
    try:
        packed = path.open("rb")
    except FileNotFoundError:
        message = f"There is no file {path}. Give the JSON file, or the zip, of a ROR data dump."
        raise LinkError(message) from None
    except OSError as error:
        message = f"{path} cannot be opened: {error.strerror}."
        raise LinkError(message) from error
    with packed:
        magic = packed.peek(4)[:4]
        if magic[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=packed) as unpacked:
                yield str(path), unpacked
        elif magic in (b"PK\x03\x04", b"PK\x05\x06"):
            try:
                archive = zipfile.ZipFile(packed)
                member = _choose_member(path, archive.namelist())
                unpacked_member = archive.open(member)
            except _UNREADABLE as error:
                message = f"{path} is a damaged or encrypted zip ({error}). Download it again."
                raise LinkError(message) from error
            with archive, unpacked_member:
                yield f"{path}/{member}", unpacked_member
        else:
            yield str(path), packed


def _choose_member(path: Path, names: list[str]) -> str:
    """Return the file of a zip to read.

    ROR's zips held one JSON file in schema v1 until release 1.44, then one in each schema of
    which v2 has the suffix, and since release 2.0 one in schema v2 without a suffix
    (https://ror.readme.io/docs/data-dump).
    """
    found = [
        name
        for name in names
        if PurePosixPath(name).suffix.lower() in (".json", ".jsonl")
        and not name.startswith("__MACOSX/")
        and PurePosixPath(name).name != "manifest.json"
    ]
    chosen = [name for name in found if PurePosixPath(name).stem.endswith("_schema_v2")] or found
    if len(chosen) == 1:
        return chosen[0]
    held = ", ".join(sorted(chosen or names)) or "nothing"
    if chosen:
        message = f"{path} holds several JSON files: {held}. Unpack it and give the one to read."
    else:
        message = f"{path} holds no JSON file but: {held}. Give the zip of a ROR data dump."
    raise LinkError(message)


# Splitting: lines of JSON lines, elements of a JSON array.


class _Entries:
    """The records of a stream as bytes, each with its number; `unit` says what is counted."""

    def __init__(self, file: str, stream: _Stream) -> None:
        self.unit: Literal["line", "element"] = "line"
        self._file = file
        self._stream = stream
        self._number = 0

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Yield number and bytes of every entry that is not blank.

        Raises:
            _DamageError: the stream breaks off, or is no JSON array or JSON lines at all.
        """
        try:
            line = self._next_line().removeprefix(_BYTE_ORDER_MARK)
            while line and not line.strip():
                line = self._next_line()
            if line.lstrip().startswith(b"["):
                self.unit = "element"
                self._number = 0
                yield from self._elements(line.lstrip()[1:])
            while line and self.unit == "line":
                if len(line) == _LONGEST_BYTES:
                    self._refuse_length()
                if line.strip():
                    yield self._number, line
                line = self._next_line()
        except _UNREADABLE as error:
            message = (
                f"{self._file}, after {self.unit} {self._number}: the file is damaged or cut short "
                f"({error}). Download it again."
            )
            raise _DamageError(message) from error

    def _next_line(self) -> bytes:
        line = self._stream.readline(_LONGEST_BYTES)
        self._number += bool(line)
        return line

    def _refuse_length(self) -> NoReturn:
        message = (
            f"{self._file}, {self.unit} {self._number}: this is longer than any record "
            f"({_LONGEST_BYTES >> 20} MB). Give the JSON file, or the zip, of a ROR data dump."
        )
        raise _DamageError(message)

    def _elements(self, head: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the elements of an array whose opening bracket has been read.

        Only strings and brackets are looked at here: a mistake inside an element stays inside it,
        as long as its brackets and quotes are in pairs.

        Args:
            head: what has been read after the bracket.
        """
        self._number = 1
        depth = 0  # of brackets open within the array
        start = at = 0  # of the element; of what has not been looked at
        buffer = head or self._stream.read(_CHUNK_BYTES)
        while buffer[start:]:
            while (mark := (_INSIDE if depth else _BETWEEN).match(buffer, at)) and mark[1]:
                at = mark.end()
                if mark[1] in b"{[":
                    depth += 1
                elif depth:
                    depth -= 1
                elif mark[1] in b",]":
                    element = buffer[start : at - 1].strip()
                    is_empty_array = mark[1] == b"]" and self._number == 1 and not element
                    if not is_empty_array:
                        yield self._number, element
                    if mark[1] == b"]":
                        self._expect_end(buffer[at:])
                        return
                    self._number += 1
                    start = at
            at = mark.end() if mark else len(buffer)
            buffer, at, start = buffer[start:], at - start, 0
            if len(buffer) > _LONGEST_BYTES:
                self._refuse_length()
            chunk = self._stream.read(_CHUNK_BYTES)
            if not chunk:
                break
            buffer += chunk
        message = (
            f"{self._file}, element {self._number}: the file ends before this element does. "
            "It is cut short, or a bracket or quote is missing here. Download it again."
        )
        raise _DamageError(message)

    def _expect_end(self, rest: bytes) -> None:
        while rest:
            if rest.strip():
                message = (
                    f"{self._file}, after element {self._number}: the array ends here, the file "
                    "does not. Give one array, or one record a line."
                )
                raise _DamageError(message)
            rest = self._stream.read(_CHUNK_BYTES)


_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_FLAT: Final = rb'[{\[][^"{}\[\]]*+(?:%b[^"{}\[\]]*+)*+[}\]]' % _STRING
_NESTED: Final = rb'[{\[][^"{}\[\]]*+(?:(?:%b|%b)[^"{}\[\]]*+)*+[}\]]' % (_STRING, _FLAT)
# What can be passed over is passed over in one go, up to the next mark that counts (group 1);
# that is empty where the buffer ends, or ends within a string.
_PASSED: Final = rb'[^"{}\[\]%b]*+(?:(?:%b|%b)[^"{}\[\]%b]*+)*+([{}\[\]%b]?)'
_INSIDE: Final = re.compile(_PASSED % (b"", _STRING, _NESTED, b"", b""), re.DOTALL)
_BETWEEN: Final = re.compile(_PASSED % (b",", _STRING, _NESTED, b",", b","), re.DOTALL)


# Parsing: the schema as it is written, then as we say it.


class _Name(Struct, gc=False):
    value: str | None = None
    types: tuple[str, ...] | None = None
    lang: str | None = None


class _Details(Struct, gc=False):
    name: str | None = None
    country_code: str | None = None
    country_name: str | None = None
    country_subdivision_name: str | None = None
    lat: float | None = None
    lng: float | None = None


class _Location(Struct, gc=False):
    geonames_id: int | None = None
    geonames_details: _Details | None = None


class _Relationship(Struct, gc=False):
    type: str | None = None
    id: str | None = None


class _Link(Struct, gc=False):
    type: str | None = None
    value: str | None = None


class _ExternalId(Struct, gc=False):
    all: tuple[str, ...] | None = None


class _Record(Struct, gc=False):
    id: str | None = None
    names: list[_Name] | None = None
    types: tuple[str, ...] | None = None
    status: Status | None = None
    locations: list[_Location] | None = None
    relationships: list[_Relationship] | None = None
    links: list[_Link] | None = None
    domains: tuple[str, ...] | None = None
    external_ids: list[_ExternalId] | None = None


_DECODER: Final = msgspec.json.Decoder(_Record)
_FIELDS_DECODER: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NAME_KINDS: Final = frozenset(get_args(NameKind))
_RELATION_KINDS: Final = frozenset(get_args(RelationKind))


def _parse(entry: bytes) -> RegistryRecord:
    """Return the record that a piece of JSON says.

    Raises:
        _BadRecordError: it says none.
    """
    try:
        entry.decode("utf-8")  # msgspec does not look into the fields that are not used
        raw = _DECODER.decode(entry)
    except UnicodeDecodeError as error:
        _refuse(f"This is not UTF-8 (byte {error.start}).")
    except msgspec.ValidationError as error:
        _refuse(_what_does_not_fit(entry, error))
    except msgspec.DecodeError as error:
        if not entry:
            _refuse("There is nothing between two commas.")
        reason = str(error).removeprefix("JSON is malformed: ")
        _refuse(f"This is not one whole JSON object: {reason}.")
    except RecursionError:
        _refuse("Its brackets are nested too deeply.")
    names = tuple(
        RegistryName(value, _known_kinds(name.types), name.lang or None)
        for name in raw.names or ()
        if (value := (name.value or "").strip())
    )
    if not names and _is_schema_v1(entry):
        _refuse(_SCHEMA_V1)
    if not raw.id:
        _refuse("It has no id.")
    if not names:
        _refuse("It has no names.")
    return RegistryRecord(
        id=_valid_id(raw.id, "Its id"),
        names=names,
        types=raw.types or (),
        status=raw.status or "active",
        places=tuple(filter(_is_known, map(_place, raw.locations or ()))),
        relations=tuple(
            (relation.type, _valid_id(relation.id or "", "The id of a relationship"))  # type: ignore[misc]
            for relation in raw.relationships or ()
            if relation.type in _RELATION_KINDS
        ),
        domains=raw.domains or (),
        website=next(
            (link.value for link in raw.links or () if link.type == "website" and link.value), None
        ),
        identifiers=sum(len(external.all or ()) for external in raw.external_ids or ()),
        has_article=any(link.type == "wikipedia" for link in raw.links or ()),
    )


_SCHEMA_V1: Final = (
    "This is schema v1; download the v2 dump, whose file is called …_schema_v2.json or is of "
    "release 2.0 or later."
)


def _what_does_not_fit(entry: bytes, error: msgspec.ValidationError) -> str:
    """Return a sentence for JSON that is not a record."""
    if _is_schema_v1(entry):
        return _SCHEMA_V1
    what, _, where = str(error).partition(" - at ")
    place = where.strip("`").removeprefix("$").removeprefix(".")
    return f"This does not fit schema v2{f', at {place}' if place else ''}: {what}."


def _is_schema_v1(entry: bytes) -> bool:
    """Whether a record has the one name and the country of schema v1."""
    try:
        fields = _FIELDS_DECODER.decode(entry)
    except (msgspec.DecodeError, RecursionError):
        return False
    return "names" not in fields and "name" in fields


def _valid_id(text: str, whose: str) -> str:
    found = ror_id(text)
    if found is None:
        _refuse(f"{whose}, “{text[:60]}”, is no ROR id, such as https://ror.org/05f950310.")
    return found


def _known_kinds(types: tuple[str, ...] | None) -> tuple[NameKind, ...]:
    return tuple(kind for kind in types or () if kind in _NAME_KINDS)  # type: ignore[misc]


_NOWHERE: Final = RegistryPlace()


def _is_known(place: RegistryPlace) -> bool:
    return place != _NOWHERE


def _place(location: _Location) -> RegistryPlace:
    details = location.geonames_details or _Details()
    return RegistryPlace(
        city=details.name or None,
        region=details.country_subdivision_name or None,
        country_code=details.country_code or None,
        country=details.country_name or None,
        latitude=details.lat,
        longitude=details.lng,
        geonames_id=location.geonames_id,
    )
