"""The registry reader: every form of dump, every way in which one can be wrong."""

import gzip
import json
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baken.errors import LinkError
from baken.linker import registry
from baken.linker.registry import (
    RegistryName,
    RegistryPlace,
    read_registry,
    resolve_successors,
    ror_id,
)
from baken.testing import REGISTRY_SAMPLE, make_record, make_ror_id, write_registry_sample

UNION = Path(__file__).parents[2].parent / "shared" / "data" / "ror" / "ror_union.jsonl.gz"
SAMPLE = {record.id: record for record in read_registry(REGISTRY_SAMPLE)}
LEUVEN = "https://ror.org/05f950310"
ROWS = [
    {"id": make_ror_id(name), "names": [{"value": name, "types": ["ror_display"]}]}
    for name in ("Alpha", "Beta", "Gamma")
]


def as_lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_array(rows, indent=None):
    return json.dumps(rows, ensure_ascii=False, indent=indent).encode()


@pytest.fixture
def read(tmp_path):
    """Read the records of a file with this content."""

    def read(content, name="dump", **more):
        path = tmp_path / name
        path.write_bytes(content)
        return list(read_registry(path, **more))

    return read


def shown(records):
    return [record.display_name for record in records]


# What is read.


@pytest.mark.parametrize("form", ["jsonl", "jsonl.gz", "json", "json.gz", "zip"])
def test_every_form_of_a_dump_holds_the_same(tmp_path, form):
    path = write_registry_sample(tmp_path / f"v1.73-ror-data.{form}")
    assert list(read_registry(path)) == list(SAMPLE.values())
    assert len(SAMPLE) == 43


def test_a_record_is_read_in_full():
    leuven = SAMPLE[LEUVEN]
    assert leuven.display_name == "KU Leuven"
    assert RegistryName("KU Leuven", ("ror_display", "label"), "nl") in leuven.names
    assert RegistryName("KUL", ("acronym",), None) in leuven.names
    assert leuven.types == ("education", "funder")
    assert leuven.status == "active"
    assert leuven.places == (
        RegistryPlace("Leuven", "Flanders", "BE", "Belgium", 50.87959, 4.70093, 2792482),
    )
    assert ("related", "https://ror.org/0424bsv16") in leuven.relations
    assert leuven.domains == ("kuleuven.be",)
    assert leuven.website == "https://www.kuleuven.be"


def test_a_sparse_record_has_a_name_and_a_country():
    jessa = SAMPLE["https://ror.org/00qkhxq50"]
    assert jessa.display_name == "Jessa Hospital"
    assert jessa.places == (RegistryPlace(country_code="BE", country="Belgium"),)


@pytest.mark.parametrize("missing", [{}, dict.fromkeys(("types", "status", "locations", "links"))])
def test_what_is_missing_or_null_is_unknown(read, missing):
    [record] = read(as_lines([ROWS[0] | missing]))
    assert record == registry.RegistryRecord(
        id=ROWS[0]["id"], names=(RegistryName("Alpha", ("ror_display",)),)
    )


def test_schema_2_0_knows_no_region(read):
    details = {
        "name": "Ghent",
        "country_code": "BE",
        "country_name": "Belgium",
        "lat": 51,
        "lng": 3,
    }
    place = {"geonames_id": 2797656, "geonames_details": details}
    [record] = read(as_lines([ROWS[0] | {"locations": [place, {"geonames_details": None}]}]))
    assert record.places == (RegistryPlace("Ghent", None, "BE", "Belgium", 51.0, 3.0, 2797656),)


def test_what_a_later_schema_adds_does_not_disturb(read):
    names = [{"value": "Delta", "types": ["brand", "label"], "script": "Latn"}]
    sponsors = [{"type": "sponsor", "id": "grid.1", "since": 2031}]
    later = {"names": names, "relationships": sponsors, "seal": {}}
    [record] = read(as_lines([ROWS[0] | later]))
    assert record.names == (RegistryName("Delta", ("label",)),)
    assert record.relations == ()


def test_the_display_name_is_the_chosen_one_then_a_label_then_the_first(read):
    def names(*kinds):
        return [{"value": kind or "plain", "types": [kind] if kind else None} for kind in kinds]

    rows = [
        ROWS[0] | {"names": names("alias", "label", "ror_display")},
        ROWS[1] | {"names": names("acronym", "label")},
        ROWS[2] | {"names": names(None, "alias")},
    ]
    assert shown(read(as_lines(rows))) == ["ror_display", "label", "plain"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + as_lines(ROWS),
        b"\n \n" + as_lines(ROWS).replace(b"\n", b"\r\n\r\n"),
        as_lines(ROWS).rstrip(),
        b"\xef\xbb\xbf" + as_array(ROWS),
        b"\r\n\t" + as_array(ROWS, indent="\t") + b"\r\n",
        as_array(ROWS).replace(b"{", b" {").replace(b",", b"\n,"),
    ],
)
def test_blanks_and_line_ends_do_not_matter(read, content):
    assert shown(read(content)) == ["Alpha", "Beta", "Gamma"]


@pytest.mark.parametrize(
    "text",
    ["https://ror.org/05F950310", "http://ror.org/05f950310", "ror.org/05f950310", " 05f950310\n"],
)
def test_an_id_is_written_in_one_way(text):
    assert ror_id(text) == LEUVEN


@pytest.mark.parametrize(
    "text", ["", "5f950310", "05f95031", "05i950310", "https://ror.org/05f950310/x", "grid.5596.f"]
)
def test_what_is_no_id_is_none(text):
    assert ror_id(text) is None


awkward = st.text(st.sampled_from('ab"\\[]{},: \né'), min_size=1, max_size=12).filter(str.strip)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(awkward, min_size=1, max_size=5),
    chunk=st.integers(1, 40),
    indent=st.sampled_from([None, 0, 2]),
)
def test_an_array_is_split_where_its_elements_end(read, monkeypatch, names, chunk, indent):
    monkeypatch.setattr(registry, "_CHUNK_BYTES", chunk)
    rows = [
        {"id": make_ror_id(str(number)), "names": [{"value": name}], "x": [[], [{"y": [name]}]]}
        for number, name in enumerate(names)
    ]
    assert shown(read(as_array(rows, indent))) == [name.strip() for name in names]


# What is wrong.

BAD = {
    "not JSON": (b'{"id": }', "not one whole JSON object"),
    "no quotes": (b"{id: 05f950310}", "not one whole JSON object"),
    "two objects": (b"{} {}", "not one whole JSON object"),
    "no object": (b"7", "Expected `object`, got `int`"),
    "no id": (b'{"names": [{"value": "A"}]}', "It has no id."),
    "another's id": (b'{"id": "grid.1.2", "names": [{"value": "A"}]}', "“grid.1.2”, is no ROR id"),
    "no names": (b'{"id": "05f950310", "names": []}', "It has no names."),
    "no names but v1's": (b'{"id": "05f950310", "name": "A", "names": []}', "It has no names."),
    "blank names": (b'{"id": "05f950310", "names": [{"value": " "}]}', "It has no names."),
    "wrong type": (
        b'{"id": "05f950310", "names": [{"value": "A"}, {"value": 5}]}',
        "at names[1].value: Expected `str | null`, got `int`",
    ),
    "unknown status": (
        b'{"id": "05f950310", "names": [{"value": "A"}], "status": "asleep"}',
        "at status: Invalid enum value 'asleep'",
    ),
    "relation without id": (
        b'{"id": "05f950310", "names": [{"value": "A"}], "relationships": [{"type": "parent"}]}',
        "The id of a relationship, “”, is no ROR id",
    ),
    "not UTF-8": (
        b'{"id": "05f950310", "names": [{"value": "A"}], "unused": "caf\xe9"}',
        "This is not UTF-8 (byte 61).",
    ),
    "schema v1": (b'{"id": "05f950310", "name": "A"}', "This is schema v1; download the v2 dump"),
    "schema v1 in full": (
        b'{"id": "05f950310", "name": "A", "links": ["https://a.example.org"]}',
        "This is schema v1; download the v2 dump",
    ),
    "too deep": (b'{"x":' + b"[" * 5000 + b"]" * 5000 + b"}", "nested too deeply"),
    "repeated id": (as_lines(ROWS[:1]).strip(), "which {unit} 1 has."),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("unit", ["line", "element"])
def test_a_bad_record_is_named_with_its_place(read, case, unit):
    bad, message = BAD[case]
    entries = [as_lines([row]).strip() for row in ROWS]
    entries.insert(2, bad)
    content = b"\n".join(entries) if unit == "line" else b"[" + b",\n".join(entries) + b"]"
    with pytest.raises(LinkError) as raised:
        read(content)
    assert f"dump, {unit} 3: " in str(raised.value)
    assert message.format(unit=unit) in str(raised.value)
    problems = []
    assert shown(read(content, skip_bad=True, on_bad=problems.append)) == ["Alpha", "Beta", "Gamma"]
    assert [(problem.unit, problem.number) for problem in problems] == [(unit, 3)]
    assert str(problems[0]) in str(raised.value)


def test_what_comes_before_a_bad_record_is_read(tmp_path):
    path = tmp_path / "dump"
    path.write_bytes(as_lines(ROWS[:2]) + b"?\n" + as_lines(ROWS[2:]))
    records = read_registry(path)
    assert [next(records).display_name, next(records).display_name] == ["Alpha", "Beta"]
    with pytest.raises(LinkError, match="line 3"):
        next(records)


def test_one_error_lists_the_first_twenty(read):
    content = b"".join(b'{"id": "%d"}\n{"names": []}\n' % number for number in range(30))
    with pytest.raises(LinkError) as raised:
        read(content)
    lines = str(raised.value).splitlines()
    assert [int(re.search(r"line (\d+)", line)[1]) for line in lines[:-1]] == list(range(1, 21))
    assert lines[-1].startswith("20 records are bad. Reading stopped here.")


def test_a_whole_file_of_schema_v1_is_said_once(read):
    content = as_array([{"id": make_ror_id(str(n)), "name": "A"} for n in range(50)])
    with pytest.raises(LinkError) as raised:
        read(content)
    assert "dump, elements 1 to 20: This is schema v1" in str(raised.value)
    assert str(raised.value).count("schema v1") == 1


def test_skipping_everything_is_no_registry(read):
    with pytest.raises(LinkError, match=r"No record is left .* line 1: It has no id\."):
        read(b'{"names": [{"value": "A"}]}\n' * 3, skip_bad=True)


def test_a_comma_too_many_is_a_bad_element(read):
    with pytest.raises(LinkError, match=r"element 4: There is nothing between two commas\."):
        read(as_array(ROWS)[:-1] + b", ]")


WRONG_FILES = {
    "empty": (b"", "holds no records"),
    "blank": (b" \n\n", "holds no records"),
    "an empty array": (b"[ ]", "holds no records"),
    "an array cut short": (as_array(ROWS)[:-20], "element 3: the file ends before this"),
    "an array cut within a string": (as_array(ROWS)[:-9], "element 3: the file ends before"),
    "a bracket without end": (as_array(ROWS).replace(b"]}", b"}", 1), "element 1: the file ends"),
    "an array and more": (as_array(ROWS) + b" []", "after element 3: the array ends here"),
    "a gzip cut short": (gzip.compress(as_lines(ROWS))[:-8], "after line 3: the file is damaged"),
    "a gzip with a wrong sum": (
        gzip.compress(as_lines(ROWS))[:-8] + bytes(8),
        "after line 3: the file is damaged or cut short (CRC check failed",
    ),
    "a zip cut short": (b"PK\x03\x04" + bytes(99), "damaged or encrypted zip"),
    "UTF-16": ('{"id": ""}'.encode("utf-16"), "line 1: This is not UTF-8 (byte 0)."),
    "CSV": (b"id,name\n05f950310,KU Leuven\n", "line 1: This is not one whole JSON object"),
}


@pytest.mark.parametrize("case", WRONG_FILES)
@pytest.mark.parametrize("skip_bad", [False, True])
def test_a_wrong_file_is_never_a_registry(read, case, skip_bad):
    content, message = WRONG_FILES[case]
    with pytest.raises(LinkError) as raised:
        read(content, skip_bad=skip_bad)
    if not (skip_bad and case == "CSV"):
        assert message in str(raised.value)
    assert str(raised.value).count("dump") >= 1


@pytest.mark.parametrize("start", [b"{", b'["', b"[["])
def test_a_record_without_end_does_not_fill_the_memory(read, monkeypatch, start):
    monkeypatch.setattr(registry, "_LONGEST_BYTES", 1000)
    monkeypatch.setattr(registry, "_CHUNK_BYTES", 100)
    with pytest.raises(LinkError, match=r"(line|element) 1: this is longer than any record"):
        read(start + b"x" * 5000)


def test_a_file_that_is_not_there_or_a_folder_is_said(tmp_path):
    with pytest.raises(LinkError, match=r"There is no file .*ror\.json"):
        next(read_registry(tmp_path / "ror.json"))
    with pytest.raises(LinkError, match="is a folder"):
        next(read_registry(tmp_path))


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


V1 = as_array([{"id": "https://ror.org/05f950310", "name": "KU Leuven"}])


def test_of_a_zip_the_v2_json_is_read(tmp_path, read):
    v2 = as_array(ROWS)
    for members in (
        {"d.json": V1, "d_schema_v2.json": v2, "d.csv": "", "d_schema_v2.csv": ""},
        {"d.json": v2, "d.csv": "", "manifest.json": "{}"},
    ):
        assert shown(read_registry(zipped(tmp_path / "dump.zip", members))) == shown(read(v2))


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"d.json": V1, "d.csv": ""}, "dump.zip/d.json, element 1: This is schema v1"),
        ({"d.csv": "", "README.md": ""}, "holds no JSON file but: README.md, d.csv"),
        ({}, "holds no JSON file but: nothing"),
        ({"a.json": "[]", "b.json": "[]"}, "holds several JSON files: a.json, b.json"),
    ],
)
def test_a_zip_without_a_v2_json_is_said(tmp_path, members, message):
    with pytest.raises(LinkError, match=re.escape(message)):
        list(read_registry(zipped(tmp_path / "dump.zip", members)))


def mutate(content, changes):
    """Replace, cut out or double slices of content."""
    for where, length, new in changes:
        at = int(where * len(content))
        content = content[:at] + new + content[at + length :]
    return content


def complaint_of(read, content, **more):
    """What the reader says when it cannot read this, or None."""
    try:
        return None if read(content, **more) else "It read nothing and said nothing."
    except LinkError as error:
        return str(error)


PLACE = re.compile(r"(line|element) \d+: |(line|element)s \d+ to \d+: |after (line|element) \d+")
mutations = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.sampled_from([0, 1, 2, 30, 3000]),
        st.sampled_from([b"", b"\xff", b"\n", b"\\ud800", b"1e999"]) | st.binary(max_size=3)
        | st.text(st.sampled_from('"\\{}[],:0n'), max_size=3).map(str.encode),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=mutations, skip_bad=st.booleans(), is_array=st.booleans())
def test_a_damaged_dump_reads_or_says_where_it_is_wrong(read, changes, skip_bad, is_array):
    lines = REGISTRY_SAMPLE.read_bytes().splitlines()[:8]
    content = b"[%b]" % b",".join(lines) if is_array else b"\n".join(lines)
    content = mutate(content, changes)
    complaint = complaint_of(read, content, skip_bad=skip_bad)
    assert complaint is None or PLACE.search(complaint) or "holds no records" in complaint


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=mutations, form=st.sampled_from(["zip", "json.gz"]))
def test_a_damaged_archive_reads_or_is_refused(read, tmp_path, changes, form):
    content = write_registry_sample(tmp_path / f"whole.{form}").read_bytes()
    complaint = complaint_of(read, mutate(content, changes))
    assert complaint is None or "dump" in complaint


# Successors.

PARIS_CITE = "https://ror.org/05f82e368"
EXPECTED = {
    "Université Paris Diderot": ("Université Paris Cité",),
    "Université Paris Descartes": ("Université Paris Cité",),
    "School of Management and Engineering Vaud": (
        "HES-SO University of Applied Sciences and Arts Western Switzerland",
    ),
    "HES-SO Vaud": ("HES-SO University of Applied Sciences and Arts Western Switzerland",),
    "NSW Office of Environment & Heritage": (
        "NSW Department of Climate Change, Energy, the Environment and Water",
        "NSW Department of Planning, Housing and Infrastructure",
    ),
    "NSW Department of Planning and Environment": (
        "NSW Department of Climate Change, Energy, the Environment and Water",
        "NSW Department of Planning, Housing and Infrastructure",
    ),
    "NFDI4Culture": (),
    "Crossroads College": (),
}


def test_records_that_are_not_current_lead_to_those_that_are():
    assert {
        SAMPLE[old].display_name: tuple(SAMPLE[new].display_name for new in leads)
        for old, leads in resolve_successors(SAMPLE.values()).items()
    } == EXPECTED


def succession(**successors):
    """Records by name: ``a="b c"`` makes a withdrawn record a with successors b and c."""
    return [
        make_record(
            name,
            status="withdrawn",
            relations=[("successor", make_ror_id(other)) for other in others.split()],
        )
        for name, others in successors.items()
    ]


def leads_of(records):
    names = {record.id: record.display_name for record in records}
    leads = resolve_successors(records)
    return {names[old]: " ".join(names[new] for new in news) for old, news in leads.items()}


def test_circles_and_missing_successors_lead_nowhere():
    records = succession(a="b", b="c", c="a", d="d", e="elsewhere")
    assert leads_of(records) == {"a": "", "b": "", "c": "", "d": "", "e": ""}


def test_inactive_records_in_a_circle_stand_for_themselves():
    a, b = (make_record(name, status="inactive") for name in "ab")
    records = [
        make_record("a", status="inactive", relations=[("successor", b.id)]),
        make_record("b", status="inactive", relations=[("successor", a.id)]),
    ]
    assert leads_of(records) == {"a": "", "b": ""}


def test_where_nothing_active_follows_the_last_inactive_record_does():
    end = make_record("end", status="inactive")
    way = make_record("way", status="withdrawn", relations=[("successor", end.id)])
    start = make_record("start", status="inactive", relations=[("successor", way.id)])
    assert leads_of([start, way, end]) == {"start": "end", "way": "end", "end": ""}


def test_a_way_out_of_a_circle_is_found_once_and_the_nearest_comes_first():
    records = [*succession(a="b y", b="a c", c="x y"), make_record("x"), make_record("y")]
    assert leads_of(records) == {"a": "y x", "b": "y x", "c": "x y"}


def test_a_predecessor_is_a_successor_seen_from_the_other_side():
    old = make_record("old", status="inactive")
    new = make_record("new", relations=[("predecessor", old.id)])
    assert leads_of([new, old]) == {"old": "new"}


def test_an_active_record_leads_nowhere_but_to_itself():
    new = make_record("new")
    assert leads_of([make_record("old", relations=[("successor", new.id)]), new]) == {}


# The whole registry.


@pytest.mark.skipif(not UNION.exists(), reason="the registry is not in a folder beside this one")
def test_the_whole_registry_is_read():
    count = 0
    relations = []
    for record in read_registry(UNION):
        count += 1
        if record.status != "active" or record.relations:
            relations.append(record)
    assert count == 129_046
    leads = resolve_successors(relations)
    assert len(leads) == 2_624
    assert leads["https://ror.org/02n7qrg46"] == (PARIS_CITE,)
