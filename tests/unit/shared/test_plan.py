"""What a batch means, given the marks: order per key is kept whatever comes."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.envelope import Envelope
from shared.facts.steps import Key, Mark, follows, place, plan, runs


def event(key: str, sequence: int, kind: str = "a", epoch: int = 1) -> Envelope:
    return Envelope(
        id=f"{key}#{sequence}", type=kind, source="s", topic="t", key=key, epoch=epoch, sequence=sequence, time="",
        business_date="2017-01-01", actor="", correlation_id="", causation_id="", data="{}",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("epoch", "sequence", "mark", "expected"),
    [
        (1, 1, None, True), (1, 2, None, False), (1, 3, (1, 2), True), (1, 2, (1, 2), None), (1, 1, (1, 2), None),
        (1, 4, (1, 2), False), (2, 1, (1, 9), True), (2, 7, (1, 9), True), (1, 10, (2, 3), None),
        (2, 1, None, True), (2, 2, None, False), (3, 12, (2, 6), True),
    ],
)  # fmt: skip
def test_what_follows_a_mark(epoch: int, sequence: int, mark: Mark | None, expected: bool | None) -> None:
    assert follows(event("k", sequence, epoch=epoch), mark) is expected


EVENTS = st.lists(
    st.builds(event, st.sampled_from("abcd"), st.integers(1, 6), st.sampled_from("xyz"), st.integers(1, 2)),
    max_size=40,
)
MARKS = st.dictionaries(
    st.sampled_from("abcd").map(lambda k: ("t", k)), st.tuples(st.integers(1, 2), st.integers(1, 6))
)
PARKED = st.sets(st.sampled_from("abcd").map(lambda k: ("t", k)))


@given(EVENTS, MARKS, PARKED)
def test_a_plan_applies_each_key_without_gap_or_repetition(
    events: list[Envelope], marks: dict[Key, Mark], parked: set[Key]
) -> None:
    todo = plan(events, marks, parked)
    current = dict(marks)
    for one in todo.apply:
        assert place(one) not in parked
        assert follows(one, current.get(place(one))) is True
        current[place(one)] = one.epoch, one.sequence
    assert {k: v for k, v in current.items() if marks.get(k) != v} == todo.marks
    # Behind a gap or a parked event nothing of the key is applied, and nothing unseen is lost.
    stopped = {place(e) for e in todo.gaps}
    assert len(stopped) == len(todo.gaps)
    assert all(place(e) in stopped | parked for e in todo.behind)
    order = {id(e): i for i, e in enumerate(events)}
    for gap in todo.gaps:
        assert not [e for e in todo.apply if place(e) == place(gap) and order[id(e)] > order[id(gap)]]
    handled = {id(e) for e in (*todo.apply, *todo.behind, *todo.gaps)}
    assert all(follows(e, current.get(place(e))) is None for e in events if id(e) not in handled)


@given(EVENTS)
def test_runs_keep_the_order_of_every_key_and_lose_nothing(events: list[Envelope]) -> None:
    groups = runs(events)
    flat = [e for group in groups for e in group]
    assert sorted(map(id, flat)) == sorted(map(id, events))
    assert all(len({e.type for e in group}) == 1 for group in groups)
    before, after = defaultdict(list), defaultdict(list)
    for one in events:
        before[place(one)].append(id(one))
    for one in flat:
        after[place(one)].append(id(one))
    assert before == after


def test_a_thousand_registrations_with_one_exit_among_them_are_two_runs() -> None:
    events = [event(str(n), 1, "registered") for n in range(500)] + [event("3", 2, "exited")]
    events += [event(str(n), 1, "registered") for n in range(500, 1000)]
    assert [(g[0].type, len(g)) for g in runs(events)] == [("registered", 1000), ("exited", 1)]
