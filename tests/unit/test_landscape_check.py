"""Every kind of mistake an editor can make is named, with its line."""

import shutil
from pathlib import Path

import pytest

from baken import landscape
from baken.errors import LandscapeError
from baken.model import LANGUAGES

SHIPPED = landscape.shipped()
VALID = """\
kind: biobank
source: fit
names:
  - Example Biobank
place: hasselt
offers:
  - role: samples-and-data
    themes: [biobanking]
    text: Keeps tissue for research.
"""


@pytest.fixture
def folder(tmp_path):
    """A small landscape of two organisations with the real themes, places and sources."""
    for name in ("landscape.yaml", "sources.yaml", "themes.yaml", "places.yaml"):
        shutil.copy(SHIPPED / name, tmp_path / name)
    organisations = tmp_path / "organisations"
    organisations.mkdir()
    (organisations / "example.yaml").write_text(VALID)
    (organisations / "parent.yaml").write_text(
        VALID.replace("Example Biobank", "Parent").replace("biobank\n", "university\n", 1)
    )
    return tmp_path


def problems(folder: Path, content: str) -> list[tuple[str, int]]:
    (folder / "organisations" / "example.yaml").write_text(content)
    return [
        (problem.code, problem.line)
        for problem in landscape.check(folder)
        if problem.file == "organisations/example.yaml"
    ]


def test_the_shipped_landscape_is_clean():
    assert landscape.check(SHIPPED) == []


def test_the_small_landscape_is_clean(folder):
    assert landscape.check(folder) == []


MISTAKES = {
    "unknown kind": (VALID.replace("kind: biobank", "kind: biobnk"), "unknown-kind", 1),
    "unknown theme": (VALID.replace("[biobanking]", "[biobankng]"), "unknown-theme", 8),
    "unknown role": (VALID.replace("samples-and-data", "samples"), "unknown-role", 7),
    "unknown place": (VALID.replace("hasselt", "hasselz"), "unknown-place", 5),
    "unknown metric": (
        VALID + "figures:\n  bedz: {exactly: 3, as-of: 2026}\n",
        "unknown-metric",
        11,
    ),
    "dangling relation": (VALID + "relations:\n  - part-of: nowhere\n", "dangling-relation", 11),
    "part-of itself": (VALID + "relations:\n  - part-of: example\n", "part-of-cycle", 11),
    "two relations in one": (
        VALID + "relations:\n  - {part-of: parent, hosts: parent}\n",
        "unclear-relations",
        11,
    ),
    "figure without unit": (
        VALID + "figures:\n  area: {exactly: 30, as-of: 2026}\n",
        "figure-without-unit",
        11,
    ),
    "figure without date": (VALID + "figures:\n  beds: {exactly: 30}\n", "undated", 11),
    "figure from tomorrow": (
        VALID + "figures:\n  beds: {exactly: 30, as-of: 2031}\n",
        "malformed-date",
        11,
    ),
    "figure with two numbers": (
        VALID + "figures:\n  beds: {exactly: 30, about: 30, as-of: 2026}\n",
        "unclear-figures",
        11,
    ),
    "figure without number": (
        VALID + "figures:\n  beds: {as-of: 2026}\n",
        "unclear-figures",
        11,
    ),
    "number that is none": (
        VALID + "figures:\n  beds:\n    exactly: many\n    as-of: 2026\n",
        "wrong-value",
        12,
    ),
    "missing citation": (VALID.replace("source: fit\n", ""), "missing-citation", 1),
    "unknown source": (VALID.replace("source: fit", "source: fitt"), "unknown-source", 2),
    "template without filling": (VALID.replace("source: fit", "source: ror"), "unknown-source", 2),
    "malformed URL": (VALID + "website: www.example\n", "malformed-url", 10),
    "malformed date": (VALID + "founded: last year\n", "malformed-date", 10),
    "malformed coordinates": (
        VALID + "coordinates:\n  lat: 95\n  lon: 5\n  precision: street\n",
        "malformed-coordinates",
        11,
    ),
    "precision that is none": (
        VALID + "coordinates: {lat: 51, lon: 5, precision: roughly}\n",
        "wrong-value",
        10,
    ),
    "text over length": (
        VALID.replace("Keeps tissue for research.", "long " * 80),
        "too-long",
        9,
    ),
    "translation without English": (
        VALID.replace("Keeps tissue for research.", "\n      nl: Bewaart weefsel."),
        "missing-field",
        9,
    ),
    "translation over length": (
        VALID.replace(
            "Keeps tissue for research.",
            "\n      en: Keeps tissue.\n      nl: Bewaart weefsel.\n      de: " + "lang " * 80,
        ),
        "too-long",
        12,
    ),
    "translation into a language unknown here": (
        VALID.replace("Keeps tissue for research.", "\n      en: Keeps.\n      it: Conserva."),
        "unknown-field",
        11,
    ),
    "translation that is empty": (
        VALID.replace("Keeps tissue for research.", "\n      en: Keeps tissue.\n      nl:"),
        "empty",
        11,
    ),
    "translations in one language": (
        VALID.replace("Keeps tissue for research.", "{en: Keeps.}\n    lang: nl"),
        "unclear-offers",
        7,
    ),
    "malformed identifier": (
        VALID + "identifiers:\n  wikidata: 12\n",
        "malformed-identifier",
        11,
    ),
    "ROR id with a wrong checksum": (
        VALID + "identifiers:\n  ror: 02kcbn208\n",
        "malformed-identifier",
        11,
    ),
    "unknown identifier scheme": (VALID + "identifiers:\n  rorr: x\n", "unknown-scheme", 11),
    "unknown field": (VALID + "wesbite: https://example.org\n", "unknown-field", 10),
    "field of an offer that is none": (VALID + "    roel: x\n", "unknown-field", 10),
    "missing names": (VALID.replace("names:\n  - Example Biobank\n", ""), "missing-field", 1),
    "empty value": (VALID + "website:\n", "empty", 10),
    "key twice": (VALID + "kind: hospital\n", "duplicate-key", 10),
    "not YAML": (VALID + "summary: [unclosed\n", "yaml", 11),
    "list where a mapping belongs": (VALID + "figures: [3]\n", "wrong-shape", 10),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_line(folder, mistake):
    content, code, line = MISTAKES[mistake]
    assert (code, line) in problems(folder, content)


def test_all_mistakes_are_reported_at_once(folder):
    content = (
        VALID.replace("kind: biobank", "kind: biobnk")
        .replace("hasselt", "hasselz")
        .replace("source: fit\n", "")
        + "website: nope\nfounded: nope\nfigures:\n  beds: {exactly: 30}\n"
    )
    codes = {code for code, _ in problems(folder, content)}
    assert codes >= {
        "missing-citation",
        "unknown-kind",
        "unknown-place",
        "malformed-url",
        "malformed-date",
        "undated",
    }


def test_the_same_claim_twice_is_one_too_many(folder):
    again = VALID + VALID[VALID.index("  - role") :]
    assert problems(folder, again) == [("said-twice", 10)]


def test_a_long_circle_of_part_of_is_shown_in_full(folder):
    parent = folder / "organisations" / "parent.yaml"
    parent.write_text(parent.read_text() + "relations:\n  - part-of: example\n")
    (folder / "organisations" / "example.yaml").write_text(
        VALID + "relations:\n  - part-of: parent\n"
    )
    found = landscape.check(folder)
    assert {problem.code for problem in found} == {"part-of-cycle"}
    assert any("example → parent → example" in problem.message for problem in found)


def test_same_name_in_one_place(folder):
    assert problems(folder, VALID.replace("Example Biobank", "parent")) == []
    [problem] = landscape.check(folder)
    assert (problem.code, problem.file, problem.line) == (
        "same-name",
        "organisations/parent.yaml",
        4,
    )
    assert "organisations/example.yaml:4" in problem.message


def test_an_id_can_be_taken_only_once(folder):
    (folder / "organisations" / "more").mkdir()
    (folder / "organisations" / "more" / "example.yaml").write_text(
        VALID.replace("Example Biobank", "Another")
    )
    assert "duplicate-id" in {problem.code for problem in landscape.check(folder)}


def test_an_identifier_belongs_to_one_organisation(folder):
    for name in ("example", "parent"):
        path = folder / "organisations" / f"{name}.yaml"
        path.write_text(path.read_text() + "identifiers:\n  ror: 02kcbn207\n")
    found = landscape.check(folder)
    assert [(p.code, p.file, p.line) for p in found] == [
        ("identifier-twice", "organisations/parent.yaml", 11)
    ]


def test_mistakes_in_themes_and_places(folder):
    (folder / "themes.yaml").write_text(
        "a:\n  label: {en: A, nl: A, fr: A, de: A}\n  broader: [b]\n"
        "b:\n  label: {en: B, nl: B, fr: B}\n  broader: [a]\n  related: [c]\n"
    )
    places = folder / "places.yaml"
    places.write_text(
        places.read_text()
        + "\nnowhere:\n  kind: hamlet\n  label: {en: N, nl: N, fr: N, de: N}\n"
        + "atlantis:\n  kind: region\n  label: {en: L, nl: L, fr: L, de: L}\n  within: the-sea\n"
    )
    found = {(p.file, p.code) for p in landscape.check(folder)}
    assert found >= {
        ("themes.yaml", "theme-cycle"),
        ("themes.yaml", "missing-label"),
        ("themes.yaml", "unknown-theme"),
        ("places.yaml", "wrong-value"),
        ("places.yaml", "unknown-place"),
    }


def test_suggestions_name_the_way_out(folder):
    (folder / "organisations" / "example.yaml").write_text(VALID.replace("biobank\n", "biobnk\n"))
    [problem] = [p for p in landscape.check(folder) if p.code == "unknown-kind"]
    assert str(problem) == (
        "organisations/example.yaml:1: There is no kind “biobnk”. "
        "Did you mean “biobank” or “bank”? [unknown-kind]"
    )


def test_a_file_that_nothing_reads_is_pointed_out(folder):
    (folder / "theme.yaml").write_text("a: 1\n")
    [problem] = landscape.check(folder)
    assert problem.code == "unknown-file"
    assert "themes.yaml" in problem.message


def test_a_file_that_is_not_utf8(folder):
    (folder / "organisations" / "example.yaml").write_bytes(b"kind: caf\xe9\n")
    assert "encoding" in {problem.code for problem in landscape.check(folder)}


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "just words\n", "null\n", "names: 3\n"])
def test_odd_files_are_problems_not_crashes(folder, content):
    assert problems(folder, content)


def test_no_folder_and_no_landscape_are_sentences(tmp_path):
    with pytest.raises(LandscapeError, match="no folder"):
        landscape.check(tmp_path / "nope")
    with pytest.raises(LandscapeError, match=r"no landscape\.yaml"):
        landscape.check(tmp_path)


# -- themes ----------------------------------------------------------------------------------------

THEMES = """\
medicine:
  label: {en: Medicine, nl: Geneeskunde, fr: Médecine, de: Medizin}
cancer:
  label: {en: Cancer, nl: Kanker, fr: Cancer, de: Krebs}
  synonyms:
    en: [tumour]
  broader: [medicine]
"""
THEME_MISTAKES = {
    "label missing in a language": (
        THEMES.replace(", de: Krebs", ""),
        ("missing-label", 4),
    ),
    "two themes of one label": (
        THEMES
        + "crab:\n  label: {en: Crab, nl: Krab, fr: Crabe, de: Krebs}\n  broader: [cancer]\n",
        ("same-label", 9),
    ),
    "a word that is another theme's label": (
        THEMES.replace("[tumour]", "[tumour, medicine]"),
        ("word-twice", 6),
    ),
    "a word of two themes": (
        THEMES
        + "benign:\n  label: {en: Benign, nl: Goedaardig, fr: Bénin, de: Gutartig}\n"
        + "  synonyms: {en: [Tumour]}\n  broader: [cancer]\n",
        ("word-twice", 10),
    ),
    "a word twice in one theme": (
        THEMES.replace("[tumour]", "[tumour, Tumour]"),
        ("word-twice", 6),
    ),
    "a word that is the theme's own label": (
        THEMES.replace("[tumour]", "[tumour, cancer]"),
        ("word-twice", 6),
    ),
    "a theme that belongs nowhere": (
        THEMES + "lonely:\n  label: {en: Lonely, nl: Eenzaam, fr: Seul, de: Einsam}\n",
        ("orphan", 8),
    ),
    "a broader theme that is none": (
        THEMES.replace("[medicine]", "[medicin]")
        + "lung:\n  label: {en: Lung, nl: Long, fr: Poumon, de: Lunge}\n  broader: [medicine]\n",
        ("unknown-theme", 7),
    ),
    "synonyms in a language that Baken does not speak": (
        THEMES
        + "lung:\n  label: {en: Lung, nl: Long, fr: Poumon, de: Lunge}\n  broader: [medicine]\n"
        + "  synonyms: {es: [pulmón]}\n",
        ("unknown-field", 11),
    ),
    "a mistake of form": (
        THEMES
        + "lung:\n  label: {en: Lung, nl: Long, fr: Poumon, de: Lunge}\n  broder: [medicine]\n",
        ("unknown-field", 10),
    ),
}


@pytest.mark.parametrize(("content", "expected"), THEME_MISTAKES.values(), ids=THEME_MISTAKES)
def test_every_mistake_in_a_thesaurus_is_found_with_its_line(folder, content, expected):
    (folder / "themes.yaml").write_text(content)
    found = landscape.theme_problems_of(landscape.read(folder))
    assert [(p.file, p.code, p.line) for p in found] == [("themes.yaml", *expected)]


def test_the_shipped_thesaurus_is_clean_and_large():
    reading = landscape.read(SHIPPED)
    assert landscape.theme_problems_of(reading) == []
    assert len(reading.landscape.themes) >= 600
    for theme in reading.landscape.themes.values():
        assert all(theme.synonyms.get(language) for language in LANGUAGES), theme.id
