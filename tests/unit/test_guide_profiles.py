"""Ten companies of very different kinds, with the verdicts that a person went through by hand."""

from pathlib import Path

import msgspec
import pytest
import yaml

from baken import guide, landscape
from baken.model import LANGUAGES

GUIDE = guide.read(landscape.shipped()).guide
PROFILES = sorted((Path(__file__).parent / "guide_profiles").glob("*.yaml"))


def load(path):
    # BaseLoader: in a profile, no is an answer and not False.
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_the_verdicts_are_those_found_by_hand(path):
    case = load(path)
    advice = GUIDE.advise(case["profile"])
    by_outcome = {"applies": [], "depends": [], "does-not": []}
    for verdict in advice.measures:
        by_outcome[verdict.outcome].append(verdict)
    assert sorted(one.id for one in by_outcome["applies"]) == case["applies"]
    found = {one.id: sorted(one.questions) for one in by_outcome["depends"]}
    assert found == {key: sorted(questions) for key, questions in case["depends"].items()}
    assert sorted(one.id for one in advice.paths if one.outcome == "applies") == case["paths"]
    assert sum(map(len, by_outcome.values())) == len(GUIDE.measures)


def test_there_are_ten():
    assert len(PROFILES) == 10


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_advice_is_complete_in_every_language(path, language):
    advice = GUIDE.advise(load(path)["profile"], language)
    assert advice.language == language
    for verdict in advice.measures:
        assert verdict.name
        assert verdict.summary
        assert verdict.sources
        assert verdict.figures or verdict.figures_note
        if language in ("en", "nl"):
            assert verdict.text.language == language
            assert verdict.how.language == language
            assert all(figure.what.language == language for figure in verdict.figures)
    assert [one.outcome for one in advice.measures] == sorted(
        (one.outcome for one in advice.measures), key=["applies", "depends", "does-not"].index
    )
    assert msgspec.json.decode(msgspec.json.encode(advice))["notice"] == advice.notice


def test_figures_follow_the_size_of_the_company():
    verdict = GUIDE.verdict("vlaio-development-project", {"size": "medium"}, "nl")
    shown = {figure.text: figure.holds for figure in verdict.figures}
    assert shown == {
        "25%": "yes",
        "20 procentpunten": "no",
        "10 procentpunten": "yes",
        "minstens €\xa025.000": "yes",
        "tot €\xa03.000.000": "yes",
    }


def test_numbers_are_written_as_in_the_language():
    texts = {
        language: GUIDE.verdict("winwin-loan", None, language).figures[0].text
        for language in LANGUAGES
    }
    assert texts == {
        "en": "up to €300,000",
        "nl": "tot €\xa0300.000",
        "fr": "jusqu’à 300\xa0000\xa0€",
        "de": "bis zu 300.000\xa0€",
    }


def test_what_is_not_confirmed_says_so():
    verdict = GUIDE.verdict("inbound-researchers")
    assert verdict.figures == ()
    assert verdict.figures_note == "Amount not confirmed here; ask the body."


def test_the_next_question_is_the_one_that_decides_most():
    answers = {"region": "flanders", "form": "company", "economic-activity": "yes"}
    first = GUIDE.advise(answers).questions[0].fact
    assert first == "plans"
    settled = {**answers, "plans": ["development"]}
    undecided = sum(one.outcome == "depends" for one in GUIDE.advise(answers).measures)
    assert sum(one.outcome == "depends" for one in GUIDE.advise(settled).measures) < undecided / 2


def test_what_only_a_step_hangs_on_is_asked_last():
    asked = [question.fact for question in GUIDE.advise().questions]
    assert set(asked[-2:]) == {"established", "parent"}
    assert "established" not in {q.fact for q in GUIDE.advise({"established": "no"}).questions}


def test_steps_come_after_what_they_wait_for():
    steps = GUIDE.advise({"established": "no"}).steps
    row = {step.id: step.row for step in steps}
    place = {step.id: n for n, step in enumerate(steps)}
    for step in steps:
        for before in step.after:
            assert row[before] < row[step.id]
            assert place[before] < place[step.id]
    assert row["choose-form"] == 0
