"""What was upheld, beside who never was poor."""

from scenario.judge.quality import _suspected
from scenario.judge.suspicions import Suspected, counts

FOUND = Suspected(
    {"upheld": frozenset({"1", "2", "7"}), "exempt": frozenset({"8"})},
    frozenset({"1", "2", "3", "4"}),
    frozenset({"1", "2", "3"}),
)


def test_what_was_found_stands_beside_what_was_not() -> None:
    rows = {row["code"]: row["value"] for row in _suspected(FOUND)}
    assert rows == {"never_poor_found": 0.5, "never_poor_found_of_listed": 0.666667, "wrong_suspicion_rate": 0.333333}
    found = counts(FOUND)
    assert (found["suspicions_upheld"], found["suspicions_exempt"], found["suspicions_open"]) == (3, 1, 0)
    assert found["never_poor_in_truth"] == 4
    assert (found["never_poor_and_upheld"], found["never_poor_and_in_no_list"]) == (2, 1)


def test_a_county_without_lists_has_rows_without_a_figure() -> None:
    assert [row["value"] for row in _suspected(Suspected({}, frozenset(), frozenset()))] == [None] * 3
