"""The handbook says what the guide says, and its PDF can be read by ear."""

import io
import time
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from baken import guide, landscape
from baken.guide.handbook import Fact, Partner, Region, Why
from baken.model import LANGUAGES
from baken.text.speech import Speech

GUIDE = guide.read(landscape.shipped()).guide
PROFILES = sorted((Path(__file__).parent / "guide_profiles").glob("*.yaml"))
SPEECHES = {language: Speech(language) for language in LANGUAGES}


def book_of(profile, language, need="a lung biobank"):
    region = Region(
        name="Flanders",
        title="The landscape",
        version="2026.11",
        day="2026-11-22",
        organisations=132,
        statements=2204,
        offers=(("Research", 71), ("Space", 10)),
        figures=(Fact(value="1,000+", label="beds", of="A hospital", as_of="2025"),),
    )
    partner = Partner(
        id="biobank",
        name="A <biobank> #[with] *odd* $signs$",
        kind="Biobank",
        place="Ghent",
        role="Samples",
        reasons=(Why("Heeft longweefsel.", "nl", ()),),
        missing=("Lung",),
        website="https://example.org/a/b",
    )
    return guide.compose(
        GUIDE.advise(profile, language),
        region,
        SPEECHES[language],
        guide.Footnotes(),
        need=need,
        partners=(partner,),
    )


def profile(path):
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)["profile"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_its_verdicts_are_the_guide_s(path, language):
    advice, book = GUIDE.advise(profile(path), language), book_of(profile(path), language)
    assert [(one.id, one.outcome) for one in book.entries] == [
        (one.id, one.outcome) for one in advice.measures
    ]
    for entry, verdict in zip(book.entries, advice.measures, strict=True):
        assert [(d.rule, d.holds) for d in entry.deciding] == [
            (d.rule, d.holds) for d in verdict.deciding
        ]
    wanted = {step.id for step in advice.steps if step.outcome != "does-not"}
    assert {step.id for step in book.steps} == wanted
    numbers = [one.number for one in book.documents]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_figure_that_does_not_hold_is_left_out():
    small = next(
        one
        for one in book_of({"size": "small"}, "en").entries
        if one.id == "vlaio-development-project"
    )
    assert [one.text for one in small.figures if "percentage points" in one.text] == [
        "20 percentage points"
    ]


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_every_profile_is_printed(path, language):
    reader = PdfReader(io.BytesIO(guide.print_pdf(book_of(profile(path), language))))
    assert reader.trailer["/Root"]["/Lang"].split("-")[0] == language
    assert len(reader.pages) > 8


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_checker_of_pdf_ua_finds_nothing(path, language):
    """By `page`, which passes the corpus that veraPDF is tested with."""
    printed = guide.print_pdf(book_of(profile(path), language))
    report = validate_pdf_bytes(printed, profile=ValidationProfile.PDF_UA_1)
    assert report.rules.total > 100
    assert report.is_compliant, [(one.rule_id, one.message) for one in report.failures]


def test_the_pdf_is_tagged_and_says_what_it_is():
    book = book_of(profile(PROFILES[0]), "nl")
    reader = PdfReader(io.BytesIO(guide.print_pdf(book)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == book.title
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    tags = list(_tags(root["/StructTreeRoot"]))
    kinds = [kind for kind, _ in tags]
    assert {"/H1", "/H2", "/L", "/LI", "/Table", "/TH", "/TD", "/Link", "/P"} <= set(kinds)
    for _, table in (one for one in tags if one[0] == "/Table"):
        assert "/TH" in {kind for kind, _ in _tags(table["/K"])}, "nothing says what columns mean"
    # A figure without words for it is silent to whoever listens.
    assert all(tag.get("/Alt") for kind, tag in tags if kind == "/Figure")
    # What is said in another language says so.
    assert any(tag.get("/Lang") == "en" for _, tag in tags)
    assert len(reader.outline) >= 8
    levels = [int(kind[2:]) for kind in kinds if kind[:2] == "/H" and kind[2:].isdigit()]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "A <biobank> #[with] *odd* $signs$" in text


def _tags(node):
    """Yield every element of a structure tree with its kind, in reading order."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, list):
        for one in node:
            yield from _tags(one)
    elif hasattr(node, "get"):
        if "/S" in node:
            yield node["/S"], node
        if "/K" in node:
            yield from _tags(node["/K"])


def test_the_same_handbook_gives_the_same_bytes_in_time():
    book = book_of(profile(PROFILES[0]), "en")
    started = time.process_time()
    first = guide.print_pdf(book)
    assert time.process_time() - started < 2
    assert guide.print_pdf(book_of(profile(PROFILES[0]), "en")) == first


def test_without_anything_known_it_is_still_whole():
    book = book_of({}, "fr", need=None)
    assert book.partners_note
    assert book.counts["applies"] == 0
    assert guide.print_pdf(book).startswith(b"%PDF")
    assert guide.print_images(book, ppi=20)[0].startswith(b"\x89PNG")
