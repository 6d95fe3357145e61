"""Rules with three values: what is shown as applying does, and knowing more turns nothing round."""

import math
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baken import guide, landscape
from baken.errors import GuideError
from baken.guide import rules as language_of_rules
from baken.guide.facts import FactKind, Range
from baken.guide.rules import All, AnyOf, Comparison, Not, Truth, decide, open_facts
from baken.model import LANGUAGES
from baken.text.speech import Speech

GUIDE = guide.read(landscape.shipped()).guide
FACTS = GUIDE.facts
BOUNDS = sorted(
    {
        comparison.bound
        for measure in GUIDE.measures.values()
        for condition in measure.conditions
        for comparison in language_of_rules.comparisons(condition.rule)
        if FACTS[comparison.fact].kind is FactKind.NUMBER
    }
)


def holds(rule, world):
    """The plain, two-valued reading of a rule, written apart from the one that is tested."""
    if isinstance(rule, Not):
        return not holds(rule.rule, world)
    if isinstance(rule, All):
        return all(holds(one, world) for one in rule.rules)
    if isinstance(rule, AnyOf):
        return any(holds(one, world) for one in rule.rules)
    value = world[rule.fact]
    match rule.operator:
        case "is" | "in":
            return value in rule.values
        case "has" | "has-any":
            return bool(set(value) & set(rule.values))
        case "at-least":
            return value >= rule.bound
        case "at-most":
            return value <= rule.bound
        case "more-than":
            return value > rule.bound
        case "less-than":
            return value < rule.bound
    raise AssertionError(rule)


@st.composite
def worlds(draw):
    """Everything about one company, without contradictions."""
    world = {}
    for key, fact in FACTS.items():
        if fact.kind is FactKind.NUMBER:
            near = st.sampled_from(BOUNDS).flatmap(lambda b: st.sampled_from((b - 1, b, b + 1)))
            world[key] = draw(near | st.integers(0, 200_000))
        elif fact.kind is FactKind.SEVERAL:
            world[key] = sorted(draw(st.sets(st.sampled_from(sorted(fact.choices)))))
        else:
            world[key] = draw(st.sampled_from(sorted(fact.choices)))
    world.update(FACTS["province"].choices[world["province"]].implies)
    return world


@st.composite
def hidden(draw, world):
    """Answers about a company that say less than all, but nothing wrong."""
    answers = {}
    for key, value in world.items():
        fact = FACTS[key]
        how = draw(st.sampled_from(("all", "some", "nothing")))
        if how == "nothing":
            continue
        if how == "all":
            answers[key] = value
        elif fact.kind is FactKind.NUMBER:
            answers[key] = {"at-least": value - draw(st.integers(0, 30)), "at-most": value + 5}
        elif fact.kind is FactKind.SEVERAL:
            others = sorted(fact.choices.keys() - set(value))
            lacks = draw(st.sets(st.sampled_from(others))) if others else ()
            has = draw(st.sets(st.sampled_from(value))) if value else ()
            answers[key] = {"has": sorted(has), "lacks": sorted(lacks)}
        elif fact.kind is FactKind.CHOICE:
            more = draw(st.sets(st.sampled_from(sorted(fact.choices))))
            answers[key] = sorted({value} | more)
        else:
            answers[key] = value
    return answers


@st.composite
def rules(draw, depth=3):
    """Any rule over the facts there are, also such as no measure has."""
    kind = draw(st.sampled_from(("comparison", "all", "any", "not") if depth else ("comparison",)))
    if kind == "not":
        return Not(draw(rules(depth=depth - 1)))
    if kind in ("all", "any"):
        parts = tuple(draw(st.lists(rules(depth=depth - 1), min_size=2, max_size=3)))
        return All(parts) if kind == "all" else AnyOf(parts)
    fact = FACTS[draw(st.sampled_from(sorted(FACTS)))]
    if fact.kind is FactKind.NUMBER:
        operator = draw(st.sampled_from(("at-least", "at-most", "more-than", "less-than")))
        return Comparison(fact.id, operator, bound=draw(st.sampled_from(BOUNDS)))
    values = draw(st.sets(st.sampled_from(sorted(fact.choices)), min_size=1))
    operator = "has-any" if fact.kind is FactKind.SEVERAL else "in"
    return Comparison(fact.id, operator, tuple(sorted(values)))


@st.composite
def cases(draw):
    world = draw(worlds())
    return world, draw(hidden(world))


FEW = settings(max_examples=40, deadline=None)


@given(cases(), rules())
@settings(max_examples=150, deadline=None)
def test_a_decided_rule_is_decided_rightly(case, rule):
    world, answers = case
    truth = decide(rule, GUIDE.profile(answers))
    if truth is not Truth.UNKNOWN:
        assert (truth is Truth.TRUE) == holds(rule, world)
    assert bool(list(open_facts(rule, GUIDE.profile(answers)))) == (truth is Truth.UNKNOWN)


@given(worlds(), rules())
@settings(max_examples=80, deadline=None)
def test_who_knows_all_leaves_nothing_open(world, rule):
    assert decide(rule, GUIDE.profile(world)) is (Truth.TRUE if holds(rule, world) else Truth.FALSE)


@given(cases())
@FEW
def test_nothing_applies_with_a_condition_that_is_false_or_unknown(case):
    world, answers = case
    for verdict in GUIDE.advise(answers).measures:
        conditions = GUIDE.measures[verdict.id].conditions
        truths = [holds(condition.rule, world) for condition in conditions]
        if verdict.outcome == "applies":
            assert all(truths), verdict.id
            assert all(decision.holds == "yes" for decision in verdict.decisions)
        elif verdict.outcome == "does-not":
            assert not all(truths), verdict.id
            assert any(decision.holds == "no" for decision in verdict.decisions)
        else:
            assert verdict.questions


@given(cases(), st.data())
@FEW
def test_knowing_more_never_turns_a_verdict_round(case, data):
    _, answers = case
    keys = data.draw(st.sets(st.sampled_from(sorted(answers)))) if answers else set()
    fewer = {key: answers[key] for key in keys}
    before = {one.id: one.outcome for one in GUIDE.advise(fewer).measures}
    after = {one.id: one.outcome for one in GUIDE.advise(answers).measures}
    for key, outcome in before.items():
        if outcome != "depends":
            assert after[key] == outcome, key


@given(cases(), st.sampled_from(LANGUAGES))
@FEW
def test_every_verdict_names_the_rules_that_decide_it(case, language):
    _, answers = case
    for verdict in GUIDE.advise(answers, language).measures:
        wanted = {"applies": "yes", "does-not": "no", "depends": "unknown"}[verdict.outcome]
        assert verdict.deciding
        for decision in verdict.deciding:
            assert decision.holds == wanted
            assert decision.rule.endswith(".")
            assert "{" not in decision.why
            assert decision.formal
            file, _, line = decision.origin.rpartition(":")
            assert file == f"guide/measures/{verdict.id}.yaml"
            assert int(line) > 1


@cache
def _empty():
    return GUIDE.profile({})


def test_nothing_known_decides_nothing():
    assert {verdict.outcome for verdict in GUIDE.advise().measures} == {"depends"}
    assert GUIDE.advise(_empty()).given == ()


def test_what_follows_is_known_both_ways():
    known = GUIDE.profile({"province": "limburg"})
    assert known.known["region"].possible == {"flanders"}
    assert known.given == {"province"}
    known = GUIDE.profile({"region": "wallonia"})
    assert known.known["province"].possible == {"elsewhere"}


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"sise": "small"}, "no “sise”. Did you mean “size”?"),
        ({"size": "tiny"}, "“size” has no answer “tiny”"),
        ({"age-years": "old"}, "a number such as 12"),
        ({"age-years": True}, "a number such as 12"),
        ({"age-years": {"at-least": 5, "at-most": 3}}, "at least 5 and at most 3"),
        ({"age-years": {"above": 5}}, "knows no “above”"),
        ({"corporate-tax": "maybe"}, "yes or no"),
        ({"plans": {"has": ["export"], "lacks": ["export"]}}, "both have and lack"),
        ({"plans": 3}, "needs one of"),
        ({"province": "limburg", "region": "wallonia"}, "contradict each other"),
    ],
)
def test_answers_that_make_no_sense_are_refused(answers, says):
    with pytest.raises(GuideError, match=says):
        GUIDE.advise(answers)


def test_answers_are_refused_in_the_language_of_who_gave_them():
    with pytest.raises(GuideError) as refused:
        GUIDE.profile({"province": "limburg", "region": "wallonia"})
    said = refused.value.said(Speech("de"))
    assert said.startswith("Die Antworten widersprechen sich")
    assert "Wallonien" in said
    assert "Wallonia" in str(refused.value)


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [("3", 3, 3), (3, 3, 3), ("3..9", 3, 9), ("3..", 3, math.inf), ("..9", -math.inf, 9)],
)
def test_numbers_are_read_as_people_write_them(value, low, high):
    assert GUIDE.profile({"age-years": value}).known["age-years"] == Range(low, high)
