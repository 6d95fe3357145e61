"""Every kind of mistake an editor can make in a guide is named, with its line."""

import datetime
import json
import shutil
from pathlib import Path

import jsonschema
import pytest
import yaml

from baken import guide, landscape
from baken.errors import GuideError
from baken.model import LANGUAGES

SHIPPED = landscape.shipped()
DOCS = Path(__file__).parents[2] / "docs"
TODAY = datetime.date(2026, 11, 23)
MEASURE = "guide/measures/kmo-portefeuille.yaml"


@pytest.fixture
def folder(tmp_path):
    """A landscape with the shipped guide, to make mistakes in."""
    shutil.copytree(SHIPPED / "guide", tmp_path / "guide")
    shutil.copytree(SHIPPED / "organisations", tmp_path / "organisations")
    for name in ("landscape.yaml", "sources.yaml", "themes.yaml", "places.yaml"):
        shutil.copy(SHIPPED / name, tmp_path)
    return tmp_path


def change(folder, name, old, new):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_the_shipped_guide_is_clean():
    assert guide.check(SHIPPED, TODAY) == []


def test_the_shipped_guide_is_large_enough_and_says_everything_in_its_languages():
    shipped = guide.read(SHIPPED).guide
    assert len(shipped.measures) >= 25
    for measure in shipped.measures.values():
        for text in (measure.name, measure.summary):
            assert {language for language in LANGUAGES if text.language(language) == language} == {
                *LANGUAGES
            }
        assert measure.body.site
        assert all(source.url.startswith("http") for source in measure.sources)
        if measure.gives:
            assert any(amount.source is not None for amount in measure.gives)


MISTAKES = {
    "unknown fact": ("{fact: region, is: flanders", "{fact: regoin, is: flanders", "unknown-fact"),
    "unknown choice": ("is: flanders", "is: flandres", "unknown-choice"),
    "operator that does not fit": (
        "{fact: region, is: flanders",
        "{fact: region, at-least: 3",
        "wrong-operator",
    ),
    "two operators": (
        "{fact: region, is: flanders",
        "{fact: region, is: flanders, in: [wallonia]",
        "unclear-rule",
    ),
    "no operator": ("{fact: region, is: flanders", "{fact: region", "unclear-rule"),
    "a choice among all": (
        "in: [micro, small, medium]",
        "in: [micro, small, medium, large]",
        "empty-rule",
    ),
    "any of one": (
        "  - {fact: region, is: flanders",
        "  - {any: [{fact: region, is: flanders}]",
        "unclear-rule",
    ),
    "unknown source": ("source: vlaio-portefeuille-db", "source: vlaio-portfeuille-db", None),
    "unknown body": ("body: vlaio", "body: vlayo", "unknown-body"),
    "amount without number": ("exactly: 30, ", "", "unclear-amount"),
    "amount with two": ("exactly: 30, ", "exactly: 30, about: 30, ", "unclear-amount"),
    "amount without source": (
        "exactly: 20, when: {fact: size, is: medium}, source: vlaio-portefeuille-2026",
        "exactly: 20, when: {fact: size, is: medium}",
        "missing-citation",
    ),
    "unknown field": ("award: on-request", "awards: on-request", "unknown-field"),
    "kind that is none": ("kind: grant", "kind: gift", "wrong-value"),
    "no date": ("as-of: 2026-02-01", "", "undated"),
    "text in no known language": ("  en: Part of the bill", "  it: Part of the bill", None),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_file(folder, mistake):
    old, new, code = MISTAKES[mistake]
    line = change(folder, MEASURE, old, new)
    problems = [p for p in guide.check(folder, TODAY) if p.file == MEASURE]
    assert problems
    if code is not None:
        assert code in {problem.code for problem in problems}
    assert any(abs(problem.line - line) <= 1 or problem.line == 1 for problem in problems)
    for problem in problems:
        assert problem.message.rstrip().endswith((".", "?"))


def test_the_line_is_the_line_of_the_rule(folder):
    line = change(folder, MEASURE, "is: flanders", "is: flandres")
    [problem] = [p for p in guide.check(folder, TODAY) if p.code == "unknown-choice"]
    assert (problem.file, problem.line) == (MEASURE, line)
    assert "Did you mean “flanders”?" in problem.message


def test_a_measure_for_everybody_is_named(folder):
    path = folder / MEASURE
    lines = path.read_text().splitlines(keepends=True)
    start, end = lines.index("conditions:\n"), lines.index("gives:\n")
    path.write_text("".join([*lines[:start], "conditions: []\n", *lines[end:]]))
    assert [(p.line, p.code) for p in guide.check(folder, TODAY)] == [(start + 1, "no-conditions")]


def test_a_rule_without_words_is_named(folder):
    change(
        folder,
        "guide/profile.yaml",
        '  says:\n    is: {en: "the site is in {}"',
        '  says:\n    at: {en: "the site is in {}"',
    )
    codes = {problem.code for problem in guide.check(folder, TODAY)}
    assert "no-words" in codes


def test_steps_in_a_circle_are_named(folder):
    change(folder, "guide/steps.yaml", "  after: [deed]", "  after: [vat]")
    assert "step-cycle" in {problem.code for problem in guide.check(folder, TODAY)}


def test_a_file_that_nothing_reads_is_named(folder):
    (folder / "guide" / "step.yaml").write_text("a: {}\n")
    [problem] = guide.check(folder, TODAY)
    assert (problem.file, problem.code) == ("guide/step.yaml", "unknown-file")


def test_sources_read_more_than_a_year_ago_are_listed():
    in_time = guide.check(SHIPPED, datetime.date(2027, 11, 23))
    late = guide.check(SHIPPED, datetime.date(2027, 11, 24))
    assert in_time == []
    assert {problem.code for problem in late} == {"stale-source"}
    assert len({problem.file for problem in late if "measures" in problem.file}) >= 25


def test_figures_of_long_ago_are_listed_but_are_no_problem():
    reading = guide.read(SHIPPED)
    aged = {problem.file: problem for problem in guide.aged_figures(reading, TODAY)}
    assert "guide/measures/vlaio-research-project.yaml" in aged
    assert MEASURE not in aged


def test_the_landscape_s_own_check_does_not_mind_the_guide(folder):
    change(folder, MEASURE, "is: flanders", "is: flandres")
    assert landscape.check(folder) == []


def test_a_landscape_without_a_guide_has_an_empty_one(folder):
    shutil.rmtree(folder / "guide")
    reading = guide.read(folder)
    assert reading.problems == []
    assert reading.guide.measures == {}
    assert guide.empty().advise().measures == ()


def test_what_is_no_landscape_has_no_guide(tmp_path):
    with pytest.raises(GuideError, match=r"holds no landscape\.yaml"):
        guide.read(tmp_path)


def test_the_published_schema_is_the_generated_one():
    published = json.loads((DOCS / "guide.schema.json").read_text())
    assert published == guide.schema(), (
        "Publish it again: baken guide schema > docs/guide.schema.json"
    )


@pytest.mark.parametrize(
    ("part", "files"),
    [
        ("measure", sorted((SHIPPED / "guide" / "measures").glob("*.yaml"))),
        *[
            (part, [SHIPPED / "guide" / f"{part}.yaml"])
            for part in ("guide", "profile", "bodies", "sources", "steps", "tax", "paths")
        ],
    ],
)
def test_the_schema_fits_the_shipped_files(part, files):
    validator = jsonschema.Draft202012Validator({**guide.schema(), "$ref": f"#/$defs/{part}"})
    for file in files:
        data = json.loads(json.dumps(yaml.safe_load(file.read_text()), default=str))
        assert [error.message for error in validator.iter_errors(data)] == [], file.name
