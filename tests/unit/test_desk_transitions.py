"""The transition table says all, and what it says can be relied on."""

from pathlib import Path
from typing import get_args

import pytest

from baken.desk.enquiry import (
    INTRODUCTION_STATES,
    OUTCOMES,
    STATES,
    Actor,
    IntroductionState,
    Outcome,
    Role,
    State,
)
from baken.desk.mail import MAILS
from baken.desk.transitions import CLOCKS, OPEN, TRANSITIONS, as_markdown, find
from baken.errors import TransitionError

PAGE = (Path(__file__).parents[2] / "docs" / "desk.md").read_text()


def test_the_documentation_shows_the_table_as_it_is():
    assert as_markdown() in PAGE


def test_every_name_of_the_table_is_known():
    for line in TRANSITIONS:
        assert {*line.before, line.after} - {None} <= set(STATES)
        assert {*line.asked, line.answer} - {None} <= set(INTRODUCTION_STATES)
        assert {*line.starts, *line.stops} <= set(CLOCKS)
        assert set(line.sends) <= set(MAILS)
        assert set(line.who) <= set(get_args(Role))
    assert set(STATES) == set(get_args(State))
    assert set(INTRODUCTION_STATES) == set(get_args(IntroductionState))
    assert set(OUTCOMES) == set(get_args(Outcome))


def test_no_event_means_two_things_in_one_state():
    seen = [
        (line.event, state, role)
        for line in TRANSITIONS
        for state in line.before
        for role in line.who
    ]
    assert len(seen) == len(set(seen))


def test_every_clock_causes_an_event_that_can_happen_by_itself():
    for rule in CLOCKS.values():
        lines = [line for line in TRANSITIONS if line.event == rule.event]
        assert lines
        assert all("system" in line.who for line in lines)


def test_every_state_is_reached_and_left_and_only_closing_ends():
    reached = {line.after for line in TRANSITIONS}
    left = {state for line in TRANSITIONS if line.after for state in line.before}
    assert reached - {None} == set(STATES) == left
    ends = {line.event for line in TRANSITIONS if line.after == "closed"}
    assert ends == {"closed", "withdrawn"}


def test_whatever_happens_an_open_enquiry_has_a_clock():
    """Walk every path of the table; where an enquiry is open, something will happen by itself."""
    start = ("received", frozenset({"promise-near", "promise"}))
    seen, todo = {start}, [start]
    while todo:
        state, clocks = todo.pop()
        if state in OPEN:
            assert clocks - {"counterpart-quiet", "counterpart-silent"}, (state, clocks)
        nexts = []
        for line in TRANSITIONS:
            if state in line.before:
                caused_by = {rule.name for rule in CLOCKS.values() if rule.event == line.event}
                if caused_by and not caused_by & clocks and line.who == ("system",):
                    continue  # only its clock can cause it, and that does not run
                left = clocks - set(line.stops) - (caused_by if line.who == ("system",) else set())
                nexts.append((line.after or state, frozenset(left | set(line.starts))))
        for clock in clocks:  # one that fires when nothing can come of it is gone
            event = CLOCKS[clock].event
            if not any(line.event == event and state in line.before for line in TRANSITIONS):
                nexts.append((state, clocks - {clock}))
        for one in nexts:
            if one not in seen:
                seen.add(one)
                todo.append(one)


@pytest.mark.parametrize(
    ("event", "state", "role", "says"),
    [
        ("vanished", "received", "officer", "no event “vanished”"),
        ("answered", "closed", "officer", "“closed”"),
        ("received", "received", "enquirer", "cannot happen"),
        ("answered", "received", "enquirer", "not for the role “enquirer”"),
        ("closed", "received", "counterpart", "not for the role"),
        ("counterpart-accepted", "introducing", "counterpart", "has to be asked or reminded"),
    ],
)
def test_what_may_not_happen_is_refused_in_a_sentence(event, state, role, says):
    with pytest.raises(TransitionError, match=says):
        find(event, state, Actor(role), None)
