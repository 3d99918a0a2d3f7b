"""What a restored source has forgotten, must tell again, and must tell in another epoch."""

import pytest

from shared.facts.epochs import Fact, Kept, reconcile

A, B = ("t", "a"), ("t", "b")


def fact(key: str, epoch: int, sequence: int, life: str = "") -> Fact:
    return Fact(f"{key}{life or epoch}.{sequence}", "t", key, epoch, sequence)


def kept(row: int, of: Fact, *, sent: bool = True) -> Kept:
    return Kept(row, of, sent)


ONE, TWO, THREE = (fact("a", 1, n) for n in (1, 2, 3))


def test_where_both_agree_only_the_epoch_rises() -> None:
    result = reconcile(1, {A: 2}, [kept(1, ONE), kept(2, TWO)], [ONE, ONE, TWO])
    assert (result.epoch, result.forgotten, result.untold, result.restated) == (2, [], [], [])


def test_told_and_not_known_any_more_is_forgotten() -> None:
    other = fact("b", 1, 1)
    result = reconcile(1, {A: 2}, [kept(1, ONE), kept(2, TWO)], [ONE, TWO, THREE, other, THREE])
    assert result.forgotten == [THREE, other]
    # Reported once: the next restore knows it as of an earlier epoch.
    new = fact("a", 2, 3)
    again = reconcile(2, {A: 3}, [kept(1, ONE), kept(2, TWO), kept(3, new)], [ONE, TWO, THREE, other, new])
    assert again.forgotten == []


def test_what_waits_in_the_outbox_is_neither() -> None:
    result = reconcile(1, {A: 2}, [kept(1, ONE), kept(2, TWO, sent=False)], [ONE])
    assert (result.forgotten, result.untold, result.restated) == ([], [], [])


def test_what_the_log_has_lost_is_told_again_in_its_own_epoch() -> None:
    """Its listeners know it by that: in another they would take it for new."""
    result = reconcile(3, {A: 2, B: 1}, [kept(7, TWO), kept(5, ONE), kept(6, fact("b", 3, 1))], [])
    assert (result.epoch, result.untold, result.restated) == (4, [5, 6, 7], [])


def test_of_a_life_that_was_left_everything_is_forgotten_and_its_number_is_not_used_again() -> None:
    left = [fact("a", 4, 2), fact("a", 4, 3)]
    result = reconcile(1, {A: 3}, [kept(1, ONE), kept(2, TWO), kept(3, THREE)], [ONE, TWO, THREE, *left])
    assert (result.epoch, result.forgotten) == (5, left)


def test_what_listeners_would_take_for_old_is_restated() -> None:
    """They have heard epoch 2 of `a`, and this row of epoch 1 was never told; of `b` they have heard nothing later."""
    waiting, other = kept(3, THREE, sent=False), kept(4, fact("b", 1, 1), sent=False)
    result = reconcile(1, {A: 3}, [kept(1, ONE), kept(2, TWO), waiting, other], [ONE, TWO, fact("a", 2, 3)])
    assert (result.restated, result.untold, result.epoch) == ([3], [], 3)


def test_a_fact_that_was_restated_before_is_known_by_its_id() -> None:
    restated = THREE._replace(epoch=3)
    rows = [kept(1, ONE), kept(2, TWO), kept(3, THREE, sent=False)]
    result = reconcile(1, {A: 3}, rows, [ONE, TWO, fact("a", 2, 3), restated])
    assert (result.epoch, result.restated, result.untold) == (4, [], [])
    assert result.forgotten == [fact("a", 2, 3)]


@pytest.mark.parametrize(("at_least", "expected"), [(0, 2), (2, 2), (9, 9)])
def test_a_number_from_outside_counts_where_it_is_higher(at_least: int, expected: int) -> None:
    assert reconcile(1, {}, [], [], at_least).epoch == expected
