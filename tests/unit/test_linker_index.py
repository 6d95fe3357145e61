"""A registry becomes a folder that can be opened, and its records become names that lead right."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest

from baken.errors import LinkError
from baken.linker import build, index
from baken.linker.index import FORMAT, FORMER, SHORTENED, open_index
from baken.linker.kernel import NAME, ORGANISATION, Buffers
from baken.linker.registry import RegistryPlace
from baken.testing import make_record, make_ror_id

MUNICH = RegistryPlace("Munich", "Bavaria", "DE", "Germany", 48.137, 11.575)
SYDNEY = RegistryPlace("Sydney", "New South Wales", "AU", "Australia", -33.87, 151.21)


def to(kind, *names):
    """Relations of one kind to the records of these names."""
    return tuple((kind, make_ror_id(name)) for name in names)


def strings(first, text):
    """Return the texts that stand one after the other in an array of bytes."""
    raw = text.tobytes()
    return [raw[a:b].decode() for a, b in pairwise(first.tolist())]


def identifiers(made):
    """Return the ids of an index's organisations, in order."""
    return strings(made.organisation_id_first, made.organisation_id_text)


def found(made, text):
    """Return the organisations that are candidates for a text: id → what the name is to it."""
    ids = identifiers(made)
    integers, _, _ = Buffers(1).find(made, [text])
    return {
        ids[organisation]: int(made.name_kind[name])
        for organisation, name in integers[:, [ORGANISATION, NAME]].tolist()
    }


REGISTRY = [
    make_record("Katholieke Universiteit Leuven", aliases=["KU Leuven"], acronyms=["KUL"]),
    # Successors.
    make_record("Sorbonne Polytechnique", place=None),
    make_record(
        "Rijksuniversiteit Oudenburg", status="withdrawn",
        relations=to("successor", "Sorbonne Polytechnique"),
    ),
    make_record(
        "Zwarte Toren Academy", status="inactive",
        relations=to("successor", "Rijksuniversiteit Oudenburg"),
    ),
    make_record("Climate Bureau Bondi", place=SYDNEY),
    make_record("Housing Bureau Manly", place=SYDNEY),
    make_record(
        "Planning Bureau Kirribilli", status="inactive", place=SYDNEY,
        relations=to("successor", "Climate Bureau Bondi", "Housing Bureau Manly"),
    ),
    make_record("Vanished Duplicate Konsortium", status="withdrawn"),
    make_record("Crossroads Bible College", status="inactive"),
    # Names in other words.
    make_record("Technische Universität München", place=MUNICH),
    make_record("Klinikum München Bogenhausen", place=MUNICH),
    make_record("Robotix (Belgium)", types=["company"]),
    make_record("Therapix Quantum NV", types=["company"]),
    make_record("Polytechnic Institute of Gearwheels, Leuven"),
    make_record("Botanical Garden named after Rosa Luxemburg"),
    make_record("东北大学"),
]  # fmt: skip
UNIT = make_record(
    "Laboratory for Fluorescent Tulips",
    ror_id="organisations/tulip-lab",
    relations=to("parent", "Katholieke Universiteit Leuven"),
)
SAME = make_record("Alma Mater Lovaniensis", ror_id=make_ror_id("Katholieke Universiteit Leuven"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The report on the index of `REGISTRY` with a landscape, and its folder."""
    folder = tmp_path_factory.mktemp("built") / "index"
    said = []
    report = build(REGISTRY, folder, landscape=[UNIT, SAME], progress=said.append)
    assert said
    return report, folder


@pytest.fixture(scope="module")
def made(built):
    return open_index(built[1])[0]


@pytest.fixture
def no_places(monkeypatch):
    """Build without the gazetteer, which takes most of the time."""
    monkeypatch.setattr(index, "read_places", lambda: iter(()))


def test_the_report_counts_what_was_made(built):
    report, folder = built
    assert report.organisations == 13  # 16 records, three lead on, one is left out; and the unit
    assert (report.leading, report.left_out) == (3, 1)
    assert report.names > report.organisations
    assert report.size_bytes == sum(file.stat().st_size for file in folder.iterdir())
    _, manifest = open_index(folder)
    assert (manifest.version, manifest.names) == (report.version, report.names)


def test_arrays_are_mapped_and_not_read(made):
    assert all(isinstance(array.base, np.memmap) for array in made if array.size)


# What leads where.


@pytest.mark.parametrize("name", ["Rijksuniversiteit Oudenburg", "Zwarte Toren Academy"])
def test_names_of_withdrawn_and_inactive_records_lead_to_the_successor(made, name):
    found_ids = found(made, name)
    assert list(found_ids) == [make_ror_id("Sorbonne Polytechnique")]
    assert all(kind & FORMER for kind in found_ids.values())
    assert make_ror_id(name) not in identifiers(made)


def test_a_record_may_lead_to_two(made):
    both = {make_ror_id("Climate Bureau Bondi"), make_ror_id("Housing Bureau Manly")}
    assert set(found(made, "Planning Bureau Kirribilli")) == both


def test_a_withdrawn_record_without_successor_is_never_found(made):
    assert found(made, "Vanished Duplicate Konsortium, Leuven") == {}
    assert make_ror_id("Vanished Duplicate Konsortium") not in identifiers(made)


def test_an_inactive_record_without_successor_stands_for_itself(made):
    assert list(found(made, "Crossroads Bible College")) == [
        make_ror_id("Crossroads Bible College")
    ]


# Names in other words.


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Technical University Munich", "Technische Universität München"),
        ("Klinikum Muenchen Bogenhausen", "Klinikum München Bogenhausen"),
        ("Hospital Munich-Bogenhausen", "Klinikum München Bogenhausen"),
        ("东北大学", "东北大学"),
    ],
)
def test_a_town_s_names_and_the_languages_meet(made, text, name):
    assert make_ror_id(name) in found(made, text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Robotix", "Robotix (Belgium)"),
        ("Therapix Quantum", "Therapix Quantum NV"),
        ("Polytechnic Institute of Gearwheels", "Polytechnic Institute of Gearwheels, Leuven"),
        ("Botanical Garden", "Botanical Garden named after Rosa Luxemburg"),
    ],
)
def test_names_are_found_without_what_people_leave_off(made, text, name):
    assert found(made, text)[make_ror_id(name)] & SHORTENED


def test_a_shortened_name_is_not_what_is_shown(made):
    shown = strings(made.organisation_name_first, made.organisation_name_text)
    assert "Robotix (Belgium)" in shown
    assert "Robotix" not in shown


# The landscape.


def test_the_landscape_s_own_are_found_under_their_own_ids(made):
    assert "organisations/tulip-lab" in found(made, "Lab for Fluorescent Tulips, KU Leuven")


def test_a_landscape_s_record_with_a_known_id_only_adds_names(made):
    university = make_ror_id("Katholieke Universiteit Leuven")
    assert list(found(made, "Alma Mater Lovaniensis")) == [university]
    assert identifiers(made).count(university) == 1


def test_relations_are_kept_both_ways(made):
    ids = identifiers(made)
    unit = ids.index("organisations/tulip-lab")
    university = ids.index(make_ror_id("Katholieke Universiteit Leuven"))
    assert made.parents[made.parent_start[unit] : made.parent_start[unit + 1]] == [university]
    children = slice(*made.child_start[university : university + 2])
    assert made.children[children] == [unit]


def test_relations_to_a_record_that_leads_on_lead_on(no_places, tmp_path):
    records = [
        make_record("New"),
        make_record("Old", status="inactive", relations=to("successor", "New")),
        make_record("Child", relations=to("parent", "Old")),
    ]
    build(records, tmp_path / "index")
    made, _ = open_index(tmp_path / "index")
    ids = identifiers(made)
    child = ids.index(make_ror_id("Child"))
    [parent] = made.parents[slice(*made.parent_start[child : child + 2])].tolist()
    assert ids[parent] == make_ror_id("New")


# Rare and common in a small registry.


def test_words_are_weighed_as_in_a_registry_of_a_size_given(no_places, tmp_path):
    build(REGISTRY, tmp_path / "small", as_if=0)
    build(REGISTRY, tmp_path / "large", as_if=1_000_000)
    small, _ = open_index(tmp_path / "small")
    large, _ = open_index(tmp_path / "large")
    assert small.word_weight.max() < 4
    assert large.word_weight.max() > 13


# The folder.


def test_the_version_follows_from_what_it_was_made_from(no_places, tmp_path):
    versions = [
        build(records, tmp_path / str(number)).version
        for number, records in enumerate([REGISTRY, REGISTRY, REGISTRY[:-1]])
    ]
    assert versions[0] == versions[1] != versions[2]


def test_an_index_is_replaced_when_the_new_one_is_whole(no_places, tmp_path):
    folder = tmp_path / "deep" / "index"
    build(REGISTRY[:1], folder)
    old, _ = open_index(folder)
    build(REGISTRY, folder)
    new, _ = open_index(folder)
    assert (len(identifiers(old)), len(identifiers(new))) == (1, 12)
    assert [path.name for path in folder.parent.iterdir()] == ["index"]


def test_a_build_that_fails_leaves_the_old_index(no_places, tmp_path, monkeypatch):
    folder = tmp_path / "index"
    before = build(REGISTRY[:1], folder).version
    save, saved = np.save, []

    def full(file, array):
        saved.append(file)
        if len(saved) > 20:
            raise OSError(28, "No space left on device")
        save(file, array)

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(LinkError, match="No space left"):
        build(REGISTRY, folder)
    assert open_index(folder)[1].version == before
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_a_folder_with_other_files_is_left_alone(no_places, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(LinkError, match=r"holds other files.*empty or a new folder"):
        build(REGISTRY, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    assert (tmp_path / "thesis.tex").read_text() == "years of work"
    assert not tmp_path.with_name(f"{tmp_path.name}.part").exists()


def test_a_file_in_the_way_is_a_sentence(no_places, tmp_path):
    (tmp_path / "index").write_text("")
    with pytest.raises(LinkError, match="is a file"):
        build(REGISTRY, tmp_path / "index")
    assert (tmp_path / "index").is_file()


@pytest.mark.parametrize(
    "records", [[], [make_record(status="withdrawn")]], ids=["none", "withdrawn"]
)
def test_a_registry_without_anybody_is_a_sentence(tmp_path, records):
    with pytest.raises(LinkError, match="no organisation that could be linked"):
        build(records, tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_a_name_without_any_word_is_no_hindrance(no_places, tmp_path):
    names = ["!!!", "the", "\x00", "🧪", "x" * 5_000, "of the and"]
    report = build([make_record(name) for name in names], tmp_path / "index")
    assert report.organisations == len(names)
    made, _ = open_index(tmp_path / "index")
    assert list(found(made, "x" * 5_000)) == [make_ror_id("x" * 5_000)]


def damage(folder, kind):
    largest = max(folder.glob("*.npy"), key=lambda file: file.stat().st_size)
    manifest = folder / "manifest.json"
    match kind:
        case "missing":
            manifest.unlink()
        case "not JSON":
            manifest.write_text("{")
        case "another format":
            content = msgspec.json.decode(manifest.read_bytes())
            manifest.write_bytes(msgspec.json.encode({**content, "format": FORMAT + 1}))
        case "an array less":
            largest.unlink()
        case "a cut array":
            largest.write_bytes(largest.read_bytes()[:1_000])
        case "an empty array":
            largest.write_bytes(b"")
        case "no array":
            largest.write_bytes(b"nothing of the kind")


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("missing", "holds no index of a registry"),
        ("not JSON", "cannot be read"),
        ("another format", "was built by another version of Baken"),
        ("an array less", "is damaged"),
        ("a cut array", "is damaged"),
        ("an empty array", "is damaged"),
        ("no array", "is damaged"),
    ],
)
def test_what_cannot_be_opened_is_a_sentence(no_places, tmp_path, kind, sentence):
    folder = tmp_path / "index"
    build(REGISTRY[:1], folder)
    damage(folder, kind)
    with pytest.raises(LinkError, match=f"{sentence}.*baken registry build") as caught:
        open_index(folder)
    assert str(folder) in str(caught.value)


def test_no_folder_is_a_sentence(tmp_path):
    with pytest.raises(LinkError, match="holds no index of a registry"):
        open_index(tmp_path / "nowhere")
