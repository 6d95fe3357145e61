"""The index: everything the linker knows, as flat arrays that are mapped into memory.

A folder with one ``.npy`` file an array and a ``manifest.json``. Processes that open the same
folder share its pages. `build` makes it; `open_index` maps it.
"""

from __future__ import annotations

import hashlib
import math
import re
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from baken.errors import LinkError
from baken.text.names import name_words

from .common_words import read_common_words
from .compiling import njit
from .gazetteer import CITY, COUNTRY, REGION, NamedPlace, read_places
from .hashing import make_sieve, make_slots
from .registry import RegistryRecord, resolve_successors
from .tokens import (
    LONGEST,
    Folding,
    fold_digraphs,
    fold_word,
    hash_characters,
    hash_word,
    make_folding,
    make_tokens,
    mix,
    tokenise,
)

FORMAT: Final = 2
"""Grows when the arrays change; an index of another format has to be built again."""

# What a name is to its organisation; a name may be several.
DISPLAY: Final = 1
LABEL: Final = 2
ALIAS: Final = 4
ACRONYM: Final = 8
FORMER: Final = 16
"""The name of a record that leads to this one."""
SHORTENED: Final = 32
"""Baken's own: a name without what stands in parentheses, or without its town."""

# What is known of a word.
STOP: Final = 1
UNIT: Final = 2
ORGANISATION_WORD: Final = 4
PLACE_WORD: Final = 8
PART: Final = 16

MOST_PAIRED: Final = 1000
"""Names that a pair of words may lead to; "research institute" is in thousands."""

TYPES: Final = (
    "education", "healthcare", "company", "facility", "government", "nonprofit", "archive",
    "funder", "other",
)  # fmt: skip
FULL: Final = 1 << 15
"""Flag beside the types of an organisation: the registry knows more of it than its name."""
LANDSCAPE: Final = 1 << 14
"""Flag beside the types: the landscape's own, not in the registry."""


class Index(NamedTuple):
    """The arrays. N organisations, M names, W words, F forms (spellings of words), P places.

    Attributes:
        kind_of, fold_start, fold_characters: how text folds (`tokens.Folding`).
        form_hash: uint64 (F), form_slots: its table. form_word: int32 (F, 3), the words a form
            stands for, -1 where fewer. form_count: int32 (F), names that hold it. form_first,
            form_text: its characters.
        edit_hash, edit_slots, edit_start, edit_form: forms by the hash of them with a letter left
            out.
        word_hash: uint64 (W). word_weight: float32 (W), how rare it is (natural log of one over
            the share of organisations with it). word_flags: uint8 (W). word_start, word_names: the
            names that hold a word.
        pair_hash, pair_slots, pair_sieve, pair_start, pair_names: names by two words that follow
            each other in them, in either order (the sum of their hashes), as far as those are not
            more than `MOST_PAIRED`.
        name_start: int32 (M+1) into name_words. name_organisation, name_kind, name_weight,
            name_order (hash of its words in order), name_surface (of its tokens as they are
            written, in order, without stopwords). name_place: uint8 (M), bit 0: it holds the
            organisation's town, bit 1: its country.
        key_hash, key_slots, key_sieve, key_start, key_names: names by the sum of their words'
            hashes. key_organisation, key_country, key_order: what is known of each of key_names,
            side by side because those of one key are read together.
        organisation_*: id and name as UTF-8 (`_first` and `_text`), country: int16, -1 unknown;
            city: uint64, hash of its town's name; latitude, longitude: float32; types: uint16;
            size: uint8, its names and relations; fame: uint8, its identifiers elsewhere, 20 more
            for an article in Wikipedia.
        parent_start, parents, child_start, children: int32, relations between organisations.
        place_hash, place_slots, place_start: towns and countries by hash of their name's tokens.
        place_kind, place_country, place_latitude, place_longitude, place_people (log10).
    """

    kind_of: NDArray[np.uint8]
    fold_start: NDArray[np.uint32]
    fold_characters: NDArray[np.uint8]
    form_hash: NDArray[np.uint64]
    form_slots: NDArray[np.int32]
    form_word: NDArray[np.int32]
    form_count: NDArray[np.int32]
    form_first: NDArray[np.int32]
    form_text: NDArray[np.uint8]
    edit_hash: NDArray[np.uint64]
    edit_slots: NDArray[np.int32]
    edit_start: NDArray[np.int32]
    edit_form: NDArray[np.int32]
    word_hash: NDArray[np.uint64]
    word_weight: NDArray[np.float32]
    word_flags: NDArray[np.uint8]
    word_start: NDArray[np.int32]
    word_names: NDArray[np.int32]
    pair_hash: NDArray[np.uint64]
    pair_slots: NDArray[np.int32]
    pair_sieve: NDArray[np.uint64]
    pair_start: NDArray[np.int32]
    pair_names: NDArray[np.int32]
    name_start: NDArray[np.int32]
    name_words: NDArray[np.int32]
    name_organisation: NDArray[np.int32]
    name_kind: NDArray[np.uint8]
    name_weight: NDArray[np.float32]
    name_order: NDArray[np.uint64]
    name_surface: NDArray[np.uint64]
    name_place: NDArray[np.uint8]
    key_hash: NDArray[np.uint64]
    key_slots: NDArray[np.int32]
    key_sieve: NDArray[np.uint64]
    key_start: NDArray[np.int32]
    key_names: NDArray[np.int32]
    key_organisation: NDArray[np.int32]
    key_country: NDArray[np.int16]
    key_order: NDArray[np.uint64]
    organisation_id_first: NDArray[np.int32]
    organisation_id_text: NDArray[np.uint8]
    organisation_name_first: NDArray[np.int32]
    organisation_name_text: NDArray[np.uint8]
    organisation_country: NDArray[np.int16]
    organisation_city: NDArray[np.uint64]
    organisation_latitude: NDArray[np.float32]
    organisation_longitude: NDArray[np.float32]
    organisation_types: NDArray[np.uint16]
    organisation_size: NDArray[np.uint8]
    organisation_fame: NDArray[np.uint8]
    parent_start: NDArray[np.int32]
    parents: NDArray[np.int32]
    child_start: NDArray[np.int32]
    children: NDArray[np.int32]
    place_hash: NDArray[np.uint64]
    place_slots: NDArray[np.int32]
    place_start: NDArray[np.int32]
    place_kind: NDArray[np.uint8]
    place_country: NDArray[np.int16]
    place_latitude: NDArray[np.float32]
    place_longitude: NDArray[np.float32]
    place_people: NDArray[np.float32]


class IndexReport(Struct, frozen=True):
    """What `build` made.

    Attributes:
        organisations: those that can be linked.
        names: indexed names.
        leading: withdrawn and inactive records that lead to their successors.
        left_out: withdrawn records that lead nowhere.
        size_bytes: of the folder.
        seconds: taken.
        version: of the index, a hash of what it was made from.
    """

    organisations: int
    names: int
    leading: int
    left_out: int
    size_bytes: int
    seconds: float
    version: str


class Manifest(Struct, frozen=True):
    """``manifest.json`` of an index folder."""

    format: int
    version: str
    organisations: int
    names: int


class _Name(NamedTuple):
    text: str
    organisation: int
    kind: int


_BEFORE_PLACE: Final = re.compile(r"[\s,–-]*(?:\b(?:in|of|de|di|at|à|a))?[\s,–-]*$", re.IGNORECASE)
"""What joins a town or a country to the name before it."""
_SHORT_COUNTRIES: Final = {"US": "USA", "GB": "UK", "NL": "Netherlands"}
_PARENTHESES: Final = re.compile(r"\s*[(\[（][^()\[\]（）]*[)\]）]\s*")


def build(
    records: Iterable[RegistryRecord],
    directory: Path,
    *,
    landscape: Iterable[RegistryRecord] = (),
    progress: Callable[[str], None] | None = None,
    as_if: int = 127_000,
) -> IndexReport:
    """Write the index of a registry, and of a landscape's own organisations, to a folder.

    The folder appears, or is replaced, only when all of it is written.

    Args:
        records: the registry.
        directory: the folder to make.
        landscape: organisations to add; one whose id the registry has only adds its names to it.
        progress: is told what is being done, a few words at a time.
        as_if: organisations that words are weighed among, at least. The model learnt on a registry
            of so many what a name of rare words is worth; in a small one rare and common words
            would look alike. It changes nothing for a registry as large.

    Raises:
        LinkError: there is no organisation to index, the folder holds other files, or it cannot be
            written.
    """
    started = time.monotonic()
    _refuse_other_files(directory)
    tell = progress or (lambda _: None)
    tell("reading the registry")
    everything = list(records)
    arrays, counts = _arrays(everything, list(landscape), tell, as_if)
    tell("writing the index")
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    version = f"{FORMAT}-{digest.hexdigest()[:12]}"
    manifest = Manifest(FORMAT, version, counts["organisations"], counts["names"])
    size = _write(arrays, manifest, directory)
    return IndexReport(
        counts["organisations"],
        counts["names"],
        counts["leading"],
        counts["left_out"],
        size,
        time.monotonic() - started,
        version,
    )


def open_index(directory: Path) -> tuple[Index, Manifest]:
    """Map an index folder into memory.

    Raises:
        LinkError: there is no index there, it is of another format, or it is damaged.
    """
    again = "Build it:  baken registry build FILE --output DIR"
    try:
        raw = (directory / "manifest.json").read_bytes()
        manifest = msgspec.json.decode(raw, type=Manifest)
    except FileNotFoundError:
        raise LinkError(f"{directory} holds no index of a registry. {again}") from None
    except (OSError, msgspec.MsgspecError) as error:
        raise LinkError(f"The index in {directory} cannot be read: {error}. {again}") from error
    if manifest.format != FORMAT:
        raise LinkError(
            f"The index in {directory} was built by another version of Baken "
            f"(format {manifest.format}, not {FORMAT}). {again}"
        )
    try:
        arrays = [
            np.asarray(np.load(directory / f"{name}.npy", mmap_mode="r")) for name in Index._fields
        ]
    except (OSError, ValueError, EOFError) as error:
        raise LinkError(f"The index in {directory} is damaged: {error}. {again}") from error
    return Index(*arrays), manifest


def _refuse_other_files(directory: Path) -> None:
    if directory.exists() and not directory.is_dir():
        raise LinkError(f"{directory} is a file; name an empty or a new folder for the index.")
    is_index = (directory / "manifest.json").is_file()
    if directory.is_dir() and any(directory.iterdir()) and not is_index:
        raise LinkError(
            f"{directory} holds other files; name an empty or a new folder for the index."
        )


def _write(arrays: Index, manifest: Manifest, directory: Path) -> int:
    beside = directory.with_name(f"{directory.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(parents=True)
        for name, array in arrays._asdict().items():
            np.save(beside / f"{name}.npy", array)
        (beside / "manifest.json").write_bytes(msgspec.json.encode(manifest))
        if directory.exists():
            shutil.rmtree(directory)
        beside.rename(directory)
    except OSError as error:
        raise LinkError(f"The index cannot be written to {directory}: {error}.") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return sum(file.stat().st_size for file in directory.iterdir())


def _arrays(
    records: Sequence[RegistryRecord],
    landscape: Sequence[RegistryRecord],
    tell: Callable[[str], None],
    as_if: int,
) -> tuple[Index, dict[str, int]]:
    successors = resolve_successors(records)
    kept, leads_to = _keep(records, successors)
    position = {record.id: i for i, record in enumerate(kept)}
    own = [record for record in landscape if record.id not in position]
    kept.extend(own)
    position.update({record.id: i for i, record in enumerate(kept)})
    if not kept:
        raise LinkError("The registry holds no organisation that could be linked.")
    places = list(read_places())
    countries = {p.country_code for r in kept for p in r.places if p.country_code}
    countries |= {place.country for place in places}
    country_of = {code: i for i, code in enumerate(sorted(countries))}

    tell(f"indexing the names of {len(kept):,} organisations")
    names = _names(kept, records, landscape, position, leads_to)
    folding = make_folding()
    tokens = _tokenise_all([n.text for n in names], folding)
    same_towns = _same_towns(places, tokens, names, kept)
    vocabulary = _vocabulary(tokens, same_towns)
    words = _words(vocabulary, tokens, names, len(kept), as_if)
    tell("indexing places")
    gazetteer = _gazetteer(places, kept, country_of, folding)
    tell("indexing spellings")
    edits = _edits(vocabulary)

    ids = _strings([record.id for record in kept])
    shown = _strings([record.display_name for record in kept])
    relations = _relations(kept, records, position, leads_to)
    home = _home(kept, country_of, folding)
    place_words = _mark_places(words, vocabulary, gazetteer)
    index = Index(  # type: ignore[call-arg]  # which cannot count what is unpacked
        *folding,
        vocabulary.hash,
        vocabulary.slots,
        vocabulary.word,
        vocabulary.count,
        vocabulary.first,
        vocabulary.text,
        *edits,
        words.hash,
        words.weight,
        words.flags | place_words,
        words.posting_start,
        words.postings,
        *words.pairs,
        words.name_start,
        words.name_words,
        np.array([n.organisation for n in words.names], np.int32),
        np.array([n.kind for n in words.names], np.uint8),
        words.name_weight,
        words.name_order,
        words.name_surface,
        _name_places(words.names, kept),
        *words.keys,
        *_beside(words, home[0]),
        *ids,
        *shown,
        *home,
        *relations,
        *gazetteer.arrays,
    )
    counts = {
        "organisations": len(kept),
        "names": len(words.names),
        "leading": sum(1 for targets in successors.values() if targets),
        "left_out": len(records) + len(own) - len(kept) - len(leads_to),
    }
    return index, counts


def _keep(
    records: Sequence[RegistryRecord], successors: Mapping[str, tuple[str, ...]]
) -> tuple[list[RegistryRecord], dict[str, tuple[str, ...]]]:
    """Return the records that can be linked, and where the others lead."""
    kept = []
    leads_to = {}
    for record in records:
        targets = successors.get(record.id, ())
        if record.status == "active" or (record.status == "inactive" and not targets):
            kept.append(record)
        elif targets:
            leads_to[record.id] = targets
    return kept, leads_to


def _names(
    kept: Sequence[RegistryRecord],
    records: Sequence[RegistryRecord],
    landscape: Sequence[RegistryRecord],
    position: Mapping[str, int],
    leads_to: Mapping[str, tuple[str, ...]],
) -> list[_Name]:
    found: dict[tuple[int, str], int] = {}

    def add(text: str, organisation: int, kind: int) -> None:
        if not text.strip():
            return
        key = (organisation, text.strip())
        found[key] = found.get(key, 0) | kind

    def add_all(record: RegistryRecord, organisation: int, more: int) -> None:
        for name in record.names:
            kind = more
            if "ror_display" in name.kinds:
                kind |= DISPLAY
            if "label" in name.kinds:
                kind |= LABEL
            if "alias" in name.kinds:
                kind |= ALIAS
            if "acronym" in name.kinds:
                kind |= ACRONYM
            add(name.value, organisation, kind)
            for shorter in _shortened(name.value, record):
                add(shorter, organisation, kind | SHORTENED)

    for i, record in enumerate(kept):
        add_all(record, i, 0)
    for record in landscape:
        add_all(record, position[record.id], 0)
    for record in records:
        for target in leads_to.get(record.id, ()):
            if target in position:
                add_all(record, position[target], FORMER)
    return [_Name(text, organisation, kind) for (organisation, text), kind in found.items()]


def _shortened(name: str, record: RegistryRecord) -> Iterator[str]:
    """Yield what people leave off: parentheses, town or country, legal form, whose honour it is."""
    words = name_words()
    plain = _PARENTHESES.sub(" ", name).strip()
    if plain != name:
        yield plain
    for honour in words.honours:
        at = plain.find(f" {honour} ")
        if at > 0 and plain.count(" ", 0, at) >= 1:
            yield plain[:at]
    for ending in words.endings:
        if plain.endswith(f" {ending}"):
            plain = plain[: -len(ending)].rstrip(" ,-&")
            if len(plain) >= 3:
                yield plain
            break
    for place in record.places[:1]:
        for where in (place.city, place.country, _SHORT_COUNTRIES.get(place.country_code or "")):
            if not where:
                continue
            count = where.count(" ") + 1
            parts = plain.split()
            if len(parts) > count + 1 and _same(" ".join(parts[-count:]), where):
                without = _BEFORE_PLACE.sub("", " ".join(parts[:-count]))
                if without.count(" ") >= 1:
                    yield without
            is_after = where != place.city and len(parts) > count + 1
            if is_after and _same(" ".join(parts[:count]), where):
                yield " ".join(parts[count:])


def _same(one: str, other: str) -> bool:
    """Tell whether two names of a place differ only as "St. Louis" and "Saint Louis" do."""
    return _plain_place(one) == _plain_place(other)


def _plain_place(name: str) -> list[str]:
    words = re.findall(r"[^\W_]+", name.casefold())
    return ["saint" if word in ("st", "ste") else word for word in words]


class _Flat(NamedTuple):
    """Tokens of many texts, one after the other."""

    hash: NDArray[np.uint64]
    text: NDArray[np.int32]  # which text
    first: NDArray[np.int32]
    characters: NDArray[np.uint8]


def _tokenise_all(texts: Sequence[str], folding: Folding) -> _Flat:
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(joined, np.uint32)
    stops = np.cumsum([len(text) for text in texts]).astype(np.int64)
    return _Flat(*_flatten(codes, stops, *folding, make_tokens(2000)))


@njit(cache=True)
def _flatten(codes, stops, kind_of, fold_start, fold_characters, tokens):  # type: ignore[no-untyped-def]
    size = 0
    begin = 0
    letters = 0
    for stop in stops:
        count, _ = tokenise(codes, begin, stop, kind_of, fold_start, fold_characters, tokens)
        size += count
        letters += tokens.first[count]
        begin = stop
    hashes = np.empty(size, np.uint64)
    text = np.empty(size, np.int32)
    first = np.empty(size + 1, np.int32)
    characters = np.empty(letters, np.uint8)
    begin = 0
    at = 0
    used = 0
    for number in range(len(stops)):
        stop = stops[number]
        count, _ = tokenise(codes, begin, stop, kind_of, fold_start, fold_characters, tokens)
        for i in range(count):
            hashes[at] = tokens.hash[i]
            text[at] = number
            first[at] = used
            for j in range(tokens.first[i], tokens.first[i + 1]):
                characters[used] = tokens.characters[j]
                used += 1
            at += 1
        begin = stop
    first[at] = used
    return hashes, text, first, characters


class _Vocabulary(NamedTuple):
    hash: NDArray[np.uint64]
    slots: NDArray[np.int32]
    word: NDArray[np.int32]
    count: NDArray[np.int32]  # type: ignore[assignment]  # the tuple's own method
    first: NDArray[np.int32]
    text: NDArray[np.uint8]
    word_hash: NDArray[np.uint64]
    token_form: NDArray[np.int32]


def _same_towns(
    places: Sequence[NamedPlace],
    tokens: _Flat,
    names: Sequence[_Name],
    kept: Sequence[RegistryRecord],
) -> dict[int, int]:
    """Return which tokens are another language's name of a town, and its usual name (hashes).

    "München" stands for "Munich" because most organisations with "München" in a name are in the
    country of that town; "Minga", its Bavarian name, does not, as most of those are elsewhere.
    """
    country = [record.places[0].country_code if record.places else None for record in kept]
    home = [country[name.organisation] for name in names]
    seen: dict[int, Counter[str | None]] = defaultdict(Counter)
    wanted: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    for place in places:
        if place.kind != CITY or place.population < 100_000 or not _is_word(place.names[0]):
            continue
        usual = int(hash_word(fold_word(place.names[0])))
        for name in place.names:
            if len(name) >= 4 and _is_word(name):
                other = int(hash_word(fold_word(name)))
                wanted[other].append((place.population, place.country, usual))
    for token, text in zip(tokens.hash.tolist(), tokens.text.tolist(), strict=True):
        if token in wanted:
            seen[token][home[text]] += 1
    usual_of = {}
    for token, towns in wanted.items():
        _, where, usual = max(towns)
        total = sum(seen[token].values())
        own_place = any(u == token for _, _, u in towns)
        if usual != token and not own_place and total and seen[token][where] >= 0.6 * total:
            usual_of[token] = usual
    return usual_of


def _is_word(name: str) -> bool:
    return all(c.isalpha() for c in name)


def _vocabulary(tokens: _Flat, same_towns: Mapping[int, int]) -> _Vocabulary:
    """Number the forms (tokens of names and of the table of words) and the words they stand for."""
    table = name_words()
    known: dict[int, str] = {}
    for form, concept in table.concepts.items():
        for text in (form, *concept):
            known[int(hash_word(text))] = text
    for text in table.stopwords | table.units | table.organisations | table.parts:
        known[int(hash_word(text))] = text
    hashes, where, inverse, counts = np.unique(
        tokens.hash, return_index=True, return_inverse=True, return_counts=True
    )
    extra = np.array(sorted(set(known) - set(hashes.tolist())), np.uint64)
    form_hash = np.concatenate([hashes, extra])
    count = np.concatenate([counts, np.zeros(len(extra))]).astype(np.int32)
    texts_of = [
        tokens.characters[tokens.first[i] : tokens.first[i + 1]].tobytes() for i in where.tolist()
    ]
    texts_of += [fold_digraphs(known[int(h)]).encode() for h in extra]
    first = np.zeros(len(texts_of) + 1, np.int32)
    np.cumsum([len(t) for t in texts_of], out=first[1:])
    concept_of = {
        int(hash_word(form)): [int(hash_word(w)) for w in concept]
        for form, concept in table.concepts.items()
    }
    for town, usual in same_towns.items():
        if town not in known:
            concept_of.setdefault(town, [usual])
    stands_for = [concept_of.get(h, [h]) for h in form_hash.tolist()]
    word_hash = np.unique(np.array([w for ws in stands_for for w in ws], np.uint64))
    number = {int(h): i for i, h in enumerate(word_hash.tolist())}
    word = np.full((len(form_hash), 3), -1, np.int32)
    for i, ws in enumerate(stands_for):
        for j, w in enumerate(ws[:3]):
            word[i, j] = number[w]
    return _Vocabulary(
        form_hash,
        make_slots(form_hash),
        word,
        count,
        first,
        np.frombuffer(b"".join(texts_of), np.uint8),
        word_hash,
        inverse.astype(np.int32),
    )


class _Words(NamedTuple):
    hash: NDArray[np.uint64]
    weight: NDArray[np.float32]
    flags: NDArray[np.uint8]
    posting_start: NDArray[np.int32]
    postings: NDArray[np.int32]
    pairs: tuple[NDArray[Any], ...]
    names: list[_Name]
    name_start: NDArray[np.int32]
    name_words: NDArray[np.int32]
    name_weight: NDArray[np.float32]
    name_order: NDArray[np.uint64]
    name_surface: NDArray[np.uint64]
    keys: tuple[NDArray[Any], ...]


def _words(
    vocabulary: _Vocabulary,
    tokens: _Flat,
    names: Sequence[_Name],
    organisations: int,
    as_if: int,
) -> _Words:
    table = name_words()
    size = len(vocabulary.word_hash)
    flags = np.zeros(size, np.uint8)
    number = {int(h): i for i, h in enumerate(vocabulary.word_hash.tolist())}
    for group, flag in (
        (table.stopwords, STOP),
        (table.units, UNIT),
        (table.organisations, ORGANISATION_WORD),
        (table.parts, PART),
    ):
        for text in group:
            i = number.get(int(hash_word(text)))
            if i is not None:
                flags[i] |= flag
    # The words of every name, stopwords left out.
    per_token = vocabulary.word[vocabulary.token_form]
    is_word = (per_token >= 0) & ((flags[per_token] & STOP) == 0)
    name_of = np.repeat(tokens.text, 3).reshape(-1, 3)[is_word]
    flat = per_token[is_word]
    keep = np.bincount(name_of, minlength=len(names)) > 0
    renumber = np.cumsum(keep) - 1
    kept_names = [name for name, is_kept in zip(names, keep.tolist(), strict=True) if is_kept]
    name_of = renumber[name_of]
    name_start = np.zeros(len(kept_names) + 1, np.int32)
    np.cumsum(np.bincount(name_of, minlength=len(kept_names)), out=name_start[1:])
    organisation = np.array([n.organisation for n in kept_names], np.int64)
    pairs = np.unique(flat.astype(np.int64) * (organisations + 1) + organisation[name_of])
    holders = np.bincount(pairs // (organisations + 1), minlength=size)
    among = max(organisations, as_if)
    if among > organisations:
        for text, share in read_common_words():
            i = number.get(int(hash_word(text)))
            if i is not None:
                holders[i] = max(holders[i], round(share * among))
    weight = np.log((among + 1) / (holders + 0.5)).astype(np.float32)
    is_content = is_word[:, 0]
    surface = np.asarray(
        _ordered(tokens.hash[is_content], renumber[tokens.text[is_content]], len(kept_names))
    )
    key, order, name_weight = _name_keys(name_start, flat, vocabulary.word_hash, weight)
    key_hash, key_of = np.unique(key, return_inverse=True)
    key_start = np.zeros(len(key_hash) + 1, np.int32)
    np.cumsum(np.bincount(key_of, minlength=len(key_hash)), out=key_start[1:])
    # An organisation's names stand together, so that counting organisations is one pass.
    key_names = np.lexsort((organisation, key_of)).astype(np.int32)
    posting_start = np.zeros(size + 1, np.int32)
    unique = np.unique(flat.astype(np.int64) * len(kept_names) + name_of)
    np.cumsum(np.bincount(unique // len(kept_names), minlength=size), out=posting_start[1:])
    return _Words(
        vocabulary.word_hash,
        weight,
        flags,
        posting_start,
        (unique % len(kept_names)).astype(np.int32),
        _pairs(vocabulary.word_hash[flat], name_of),
        kept_names,
        name_start,
        flat.astype(np.int32),
        name_weight,
        order,
        surface,
        (key_hash, make_slots(key_hash), make_sieve(key_hash), key_start, key_names),
    )


def _beside(words: _Words, country: NDArray[np.int16]) -> tuple[NDArray[Any], ...]:
    """Return organisation, country and order of the names as the keys list them."""
    listed = words.keys[-1]
    organisation = np.array([n.organisation for n in words.names], np.int32)[listed]
    return organisation, country[organisation], words.name_order[listed]


def _pairs(hashes: NDArray[np.uint64], name: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Return the table of names by two words that follow each other, from all names' words."""
    is_pair = (name[1:] == name[:-1]) & (hashes[1:] != hashes[:-1])
    key = (hashes[1:] + hashes[:-1])[is_pair]
    held_by = name[1:][is_pair]
    order = np.lexsort((held_by, key))
    key, held_by = key[order], held_by[order]
    is_new = np.ones(len(key), bool)
    is_new[1:] = (key[1:] != key[:-1]) | (held_by[1:] != held_by[:-1])
    key, held_by = key[is_new], held_by[is_new]
    pair, of_pair, count = np.unique(key, return_inverse=True, return_counts=True)
    is_kept = count <= MOST_PAIRED
    start = np.append(0, np.cumsum(count[is_kept])).astype(np.int32)
    pair_hash = pair[is_kept]
    return (
        pair_hash,
        make_slots(pair_hash),
        make_sieve(pair_hash),
        start,
        held_by[is_kept[of_pair]].astype(np.int32),
    )


@njit(cache=True)
def _name_keys(name_start, name_words, word_hash, word_weight):  # type: ignore[no-untyped-def]
    size = len(name_start) - 1
    key = np.zeros(size, np.uint64)
    order = np.zeros(size, np.uint64)
    weight = np.zeros(size, np.float32)
    for name in range(size):
        for i in range(name_start[name], name_start[name + 1]):
            word = name_words[i]
            key[name] += word_hash[word]
            order[name] = mix(order[name] + word_hash[word])
            weight[name] += word_weight[word]
    return key, order, weight


def _strings(texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    encoded = [text.encode("utf-8", "replace") for text in texts]
    first = np.zeros(len(encoded) + 1, np.int32)
    np.cumsum([len(t) for t in encoded], out=first[1:])
    return first, np.frombuffer(b"".join(encoded), np.uint8)


def _relations(
    kept: Sequence[RegistryRecord],
    records: Sequence[RegistryRecord],
    position: Mapping[str, int],
    leads_to: Mapping[str, tuple[str, ...]],
) -> tuple[NDArray[np.int32], ...]:
    pairs: set[tuple[int, int]] = set()  # (child, parent)
    for record in [*kept, *records]:
        ours = [position[i] for i in leads_to.get(record.id, (record.id,)) if i in position]
        for kind, other in record.relations:
            theirs = [position[i] for i in leads_to.get(other, (other,)) if i in position]
            for a in ours:
                for b in theirs:
                    if a != b and kind == "parent":
                        pairs.add((a, b))
                    elif a != b and kind == "child":
                        pairs.add((b, a))
    up: dict[int, list[int]] = defaultdict(list)
    down: dict[int, list[int]] = defaultdict(list)
    for child, parent in sorted(pairs):
        up[child].append(parent)
        down[parent].append(child)
    return *_ragged(up, len(kept)), *_ragged(down, len(kept))


def _ragged(
    lists: Mapping[int, list[int]], size: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    start = np.zeros(size + 1, np.int32)
    np.cumsum([len(lists.get(i, ())) for i in range(size)], out=start[1:])
    return start, np.array([x for i in range(size) for x in lists.get(i, ())], np.int32)


def _home(
    kept: Sequence[RegistryRecord], country_of: Mapping[str, int], folding: Folding
) -> tuple[NDArray[Any], ...]:
    country = np.full(len(kept), -1, np.int16)
    latitude = np.full(len(kept), np.nan, np.float32)
    longitude = np.full(len(kept), np.nan, np.float32)
    types = np.zeros(len(kept), np.uint16)
    size = np.zeros(len(kept), np.uint8)
    fame = np.zeros(len(kept), np.uint8)
    towns: list[str] = []
    for i, record in enumerate(kept):
        place = record.places[0] if record.places else None
        towns.append(place.city or "" if place else "")
        if place and place.country_code and place.country_code in country_of:
            country[i] = country_of[place.country_code]
        if place and place.latitude is not None and place.longitude is not None:
            latitude[i], longitude[i] = place.latitude, place.longitude
        for kind in record.types:
            if kind in TYPES:
                types[i] |= 1 << TYPES.index(kind)
        if place and place.city:
            types[i] |= FULL
        if not record.id.startswith("https://ror.org/"):
            types[i] |= LANDSCAPE
        size[i] = min(255, len(record.names) + len(record.relations))
        fame[i] = min(255, record.identifiers + 20 * record.has_article)
    return country, _place_keys(towns, folding), latitude, longitude, types, size, fame


def _place_keys(names: Sequence[str], folding: Folding) -> NDArray[np.uint64]:
    """Return the hash of each name's tokens in order; 0 for a name without any."""
    tokens = _tokenise_all(names, folding)
    return np.asarray(_ordered(tokens.hash, tokens.text, len(names)))


@njit(cache=True)
def _ordered(hashes, text, size):  # type: ignore[no-untyped-def]
    key = np.zeros(size, np.uint64)
    for i in range(len(hashes)):
        key[text[i]] = mix(key[text[i]] + hashes[i])
    return key


class _Gazetteer(NamedTuple):
    arrays: tuple[NDArray[Any], ...]
    key_of: dict[str, int]


def _ordinary_words() -> frozenset[str]:
    """Return the words of the table of words, which are no names of towns."""
    table = name_words()
    concepts = {word for concept in table.concepts.values() for word in concept}
    return frozenset(concepts | set(table.concepts) | table.stopwords | table.units | table.parts)


def _gazetteer(
    places: Sequence[NamedPlace],
    kept: Sequence[RegistryRecord],
    country_of: Mapping[str, int],
    folding: Folding,
) -> _Gazetteer:
    rows: dict[tuple[str, int, str], NamedPlace] = {}
    ordinary = _ordinary_words()
    for place in places:
        for name in place.names:
            # There is a town called University, and one called Center.
            if place.kind != CITY or fold_word(name) not in ordinary:
                rows.setdefault((name, place.kind, f"{place.country}{place.latitude}"), place)
    towns = {(p.country, n.casefold()) for p in places if p.kind == CITY for n in p.names}
    for record in kept:
        for home in record.places:
            if home.country_code is None:
                continue
            latitude = math.nan if home.latitude is None else home.latitude
            longitude = math.nan if home.longitude is None else home.longitude
            if home.city and (home.country_code, home.city.casefold()) not in towns:
                towns.add((home.country_code, home.city.casefold()))
                town = NamedPlace(CITY, home.country_code, latitude, longitude, 0, (home.city,))
                rows[home.city, CITY, f"{home.country_code}{latitude}"] = town
            if home.region:
                at = math.nan
                region = NamedPlace(REGION, home.country_code, at, at, 0, (home.region,))
                rows.setdefault((home.region, REGION, home.country_code), region)
    names = [name for name, _, _ in rows]
    key = _place_keys(names, folding)
    order = np.argsort(key, kind="stable")
    found = list(rows.values())
    sorted_keys = key[order]
    hashes, start = np.unique(sorted_keys, return_index=True)
    chosen = [found[i] for i in order.tolist()]
    arrays = (
        hashes,
        make_slots(hashes),
        np.append(start, len(order)).astype(np.int32),
        np.array([p.kind for p in chosen], np.uint8),
        np.array([country_of[p.country] for p in chosen], np.int16),
        np.array([p.latitude for p in chosen], np.float32),
        np.array([p.longitude for p in chosen], np.float32),
        np.log10(np.array([p.population for p in chosen], np.float32) + 1),
    )
    names_of: dict[str, int] = {}
    for (name, _, _), k in zip(rows, key.tolist(), strict=True):
        names_of[name] = k
    return _Gazetteer(arrays, names_of)


def _mark_places(
    words: _Words, vocabulary: _Vocabulary, gazetteer: _Gazetteer
) -> NDArray[np.uint8]:
    """Return PLACE_WORD for words that are by themselves the name of a country or larger town."""
    place_hash, _, start, kind, _, _, _, people = gazetteer.arrays
    known: set[int] = set()
    single = {int(mix(np.uint64(h))): i for i, h in enumerate(vocabulary.hash.tolist())}
    for i, key in enumerate(place_hash.tolist()):
        form = single.get(key)
        if form is None:
            continue
        entries = range(start[i], start[i + 1])
        if any(kind[e] in (COUNTRY, REGION) or people[e] >= 4.7 for e in entries):
            known.add(int(vocabulary.word[form, 0]))
    flags = np.zeros(len(words.hash), np.uint8)
    flags[sorted(known)] = PLACE_WORD
    return flags


def _name_places(names: Sequence[_Name], kept: Sequence[RegistryRecord]) -> NDArray[np.uint8]:
    """Tell which names hold their organisation's town (1) or country (2)."""
    found = np.zeros(len(names), np.uint8)
    for i, name in enumerate(names):
        record = kept[name.organisation]
        if not record.places:
            continue
        place = record.places[0]
        text = name.text.casefold()
        if place.city and place.city.casefold() in text:
            found[i] |= 1
        if place.country and place.country.casefold() in text:
            found[i] |= 2
    return found


def _edits(vocabulary: _Vocabulary) -> tuple[NDArray[Any], ...]:
    """Return the table from spellings with a letter left out to the forms they come from."""
    hashes, forms = _deletions(vocabulary.first, vocabulary.text, vocabulary.count)
    order = np.argsort(hashes, kind="stable")
    keys, start = np.unique(hashes[order], return_index=True)
    return (
        keys,
        make_slots(keys),
        np.append(start, len(order)).astype(np.int32),
        forms[order],
    )


SHORTEST_CORRECTED: Final = 5
"""Letters of the shortest token whose spelling is corrected."""
LONGEST_CORRECTED: Final = 24


@njit(cache=True)
def _deletions(first, text, count):  # type: ignore[no-untyped-def]
    total = 0
    for form in range(len(count)):
        length = first[form + 1] - first[form]
        if SHORTEST_CORRECTED <= length <= LONGEST_CORRECTED and text[first[form]] > 57:
            total += length + 1
    hashes = np.empty(total, np.uint64)
    forms = np.empty(total, np.int32)
    buffer = np.empty(LONGEST, np.uint8)
    at = 0
    for form in range(len(count)):
        length = first[form + 1] - first[form]
        if not (SHORTEST_CORRECTED <= length <= LONGEST_CORRECTED and text[first[form]] > 57):
            continue
        for left_out in range(-1, length):
            size = 0
            for i in range(length):
                if i != left_out:
                    buffer[size] = text[first[form] + i]
                    size += 1
            hashes[at] = hash_characters(buffer, 0, size)
            forms[at] = form
            at += 1
    return hashes, forms
