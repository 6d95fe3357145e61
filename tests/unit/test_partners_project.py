"""A longer text becomes a consortium: who is asked for, why, and what is missing."""

import shutil

import pytest
import yaml

from baken import ingest, landscape
from baken.partners import Matcher, ProjectReader
from baken.partners.project import LONGEST_TEXT
from baken.search import UniversalSentenceEncoder, build_index
from baken.store import open_store
from baken.testing import DAY

INHALER = """A clip for inhalers

We are a company of fourteen people. Our seed round was closed, so we do not need investors.

We are looking for a hospital lung department for a randomised study with patients with asthma.
Besides, we need a biobank with lung tissue. For the trial we need a contract manufacturer for
plastic clips of class IIa.

All rights reserved. This document is confidential; it does not constitute an offer to investors.
"""
IN_FOUR_LANGUAGES = {
    "en": "We look for a neurology department for a clinical trial with people with epilepsy.",
    "nl": "We zoeken een dienst neurologie voor een klinische studie bij mensen met epilepsie.",
    "fr": "Nous cherchons un service de neurologie pour une étude clinique sur l’épilepsie.",
    "de": "Wir suchen eine neurologische Abteilung für eine klinische Studie bei Epilepsie.",
}
CALL = """Expected Outcome: Hospitals treat diabetes better. Scope: Proposals should address all of
the following activities:
- carry out a clinical trial with people with diabetes in hospitals;
- make use of existing biobanks with blood samples.
The grant agreement sets the rules on funding. Investors and venture capital are welcome."""


@pytest.fixture(scope="module")
def reader(shipped_store, shipped_index):
    return ProjectReader(shipped_store, Matcher(shipped_store, shipped_index))


@pytest.fixture
def reader_without_makers(tmp_path, shipped_index, index_folder):
    """Of the shipped landscape, were nobody in it to make anything."""
    folder = tmp_path / "landscape"
    shutil.copytree(landscape.shipped(), folder)
    for path in folder.glob("organisations/*.yaml"):
        if "role: manufacturing" in (text := path.read_text(encoding="utf-8")):
            entry = yaml.safe_load(text)
            entry["offers"] = [one for one in entry["offers"] if one["role"] != "manufacturing"]
            path.write_text(yaml.safe_dump(entry, allow_unicode=True), encoding="utf-8")
    with open_store(tmp_path / "landscape.sqlite") as store:
        ingest.load(folder, store, on=DAY)
        beside = index_folder.with_name("without-makers")
        index = build_index(store, UniversalSentenceEncoder(), beside)
        yield ProjectReader(store, Matcher(store, index))


@pytest.fixture(scope="module")
def inhaler(reader):
    return reader.sketch(INHALER)


def by_role(sketch):
    return {slot.role: slot for slot in sketch.slots}


def test_each_partner_asked_for_has_a_slot_and_no_other(inhaler):
    roles = set(by_role(inhaler)) - {"regulation"}
    assert roles == {"clinical-validation", "samples-and-data", "manufacturing"}
    assert "respiratory" in by_role(inhaler)["clinical-validation"].lead.id


def test_what_nobody_offers_is_a_gap_with_somebody_to_ask(reader_without_makers):
    slot = by_role(reader_without_makers.sketch(INHALER))["manufacturing"]
    assert slot.lead is None
    assert slot.gap
    assert slot.could_know
    assert all("network" in match.roles for match in slot.could_know)


def test_every_slot_says_which_sentence_asked_for_it(inhaler):
    for slot in inhaler.slots:
        assert slot.quotes
        for quote in slot.quotes:
            assert " ".join(INHALER[quote.start : quote.end].split()) == quote.text
    [quote] = by_role(inhaler)["samples-and-data"].quotes
    assert quote.text == "Besides, we need a biobank with lung tissue."


def test_every_reason_cites_a_statement_that_is_given(inhaler):
    matches = [m for slot in inhaler.slots for m in (slot.lead, *slot.alternates) if m]
    cited = {s for match in matches for reason in match.reasons for s in reason.statements}
    assert cited
    assert cited <= set(inhaler.statements)


def test_leads_are_distinct_and_not_their_own_alternates(inhaler):
    leads = [slot.lead.id for slot in inhaler.slots if slot.lead]
    assert len(leads) == len(set(leads))
    for slot in inhaler.slots:
        if slot.lead:
            assert slot.lead.id not in {match.id for match in slot.alternates}


@pytest.mark.parametrize("language", IN_FOUR_LANGUAGES)
def test_four_languages_ask_for_the_same(reader, language):
    sketch = reader.sketch(IN_FOUR_LANGUAGES[language])
    assert sketch.language == language
    [slot] = sketch.slots
    assert slot.role == "clinical-validation"
    assert slot.lead.id.endswith("-neurology")


def test_a_call_is_read_as_one(reader):
    sketch = reader.sketch(CALL)
    assert sketch.is_call
    assert set(by_role(sketch)) == {"clinical-validation", "samples-and-data"}


@pytest.mark.parametrize(
    "text",
    ["", "   ", "hello", "x" * 30_000, "🧪" * 500, "We had a lovely summer in Spain. " * 700],
)
def test_what_asks_for_nobody_gets_a_sentence(reader, text):
    sketch = reader.sketch(text)
    assert sketch.slots == ()
    assert sketch.note
    assert sketch.characters <= LONGEST_TEXT


def test_a_text_that_is_too_long_is_cut_and_says_so(reader):
    filler = "The summer was warm. " * 1_000
    sketch = reader.sketch(f"We need a biobank with kidney tissue. {filler}We need investors.")
    assert set(by_role(sketch)) == {"samples-and-data"}
    assert "20,000" in sketch.note
