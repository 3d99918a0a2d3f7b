"""What of a bank's answers is believed, and what is owed where it is another sum in truth."""

from datetime import date
from itertools import permutations
from uuid import UUID

import pytest

from services.industry.payouts.rules import Answer, Line, Part, over_fen, owed_anew, take_return

MADE_ON, DAY, TODAY = date(2017, 6, 1), date(2017, 6, 5), date(2017, 6, 10)
SENT = Line(1, 60_725, "sent", None, None)
PAID = Line(1, 60_725, "confirmed", None, date(2017, 6, 5))
RETURNED = Line(1, 60_725, "returned", "account_closed", None)


@pytest.mark.parametrize(
    ("line", "changes", "finding"),
    [
        (SENT, {"line_no": "2"}, ("line_no", "line_unknown")),
        (SENT, {"line_no": "one"}, ("line_no", "line_unknown")),
        (SENT, {"line_no": "01"}, ("line_no", "line_unknown")),
        (SENT, {"amount_fen": 60_724}, ("amount_yuan", "amount_differs")),
        (SENT, {"result": "payed"}, ("result", "result_unknown")),
        (SENT, {"paid_on": date(2017, 5, 31)}, ("paid_on", "wrong_day")),
        (SENT, {"paid_on": date(2017, 6, 11)}, ("paid_on", "wrong_day")),
        (SENT, {"paid_on": None}, ("paid_on", "wrong_day")),
        (SENT, {"result": "returned"}, ("code", "code_missing")),
        (SENT, {"result": "returned", "code": "Zhang San has moved"}, ("code", "code_missing")),
        (PAID, {"paid_on": date(2017, 6, 6)}, ("result", "answered_otherwise")),
        (PAID, {"result": "returned", "code": "account_closed"}, ("result", "answered_otherwise")),
        (RETURNED, {}, ("result", "answered_otherwise")),
        (RETURNED, {"result": "returned", "code": "no_such_name"}, ("result", "answered_otherwise")),
    ],
)
def test_a_row_that_is_not_believed(line: Line, changes: dict[str, object], finding: tuple[str, str]) -> None:
    fields = {"line_no": "1", "amount_fen": 60_725, "result": "paid", "code": "", "paid_on": DAY} | changes
    taken = take_return([Answer(2, **fields)], {1: line}, MADE_ON, TODAY)  # type: ignore[arg-type]
    column, code = finding
    assert [(f.row, f.column, f.code) for f in taken.findings] == [(2, column, f"industry.payouts.{code}")]
    assert (taken.paid, taken.returned, taken.unchanged) == ({}, {}, 0)


def test_good_rows_are_taken_beside_bad_ones_and_the_first_of_two_counts() -> None:
    lines = {n: Line(n, 100, "sent", None, None) for n in (1, 2, 3)}
    answers = [
        Answer(2, "1", 100, "paid", "", DAY), Answer(3, "2", 100, "returned", "account_closed", None),
        Answer(4, "3", 99, "paid", "", DAY), Answer(5, "1", 100, "returned", "account_closed", None),
    ]  # fmt: skip
    taken = take_return(answers, lines, MADE_ON, TODAY)
    assert taken.paid == {1: date(2017, 6, 5)}
    assert taken.returned == {2: "account_closed"}
    assert [(f.row, f.code.rpartition(".")[2]) for f in taken.findings] == [(4, "amount_differs"), (5, "line_twice")]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (PAID, Answer(2, "1", 60_725, "paid", "", DAY)),
        (RETURNED, Answer(2, "1", 60_725, "returned", "account_closed", DAY)),
    ],
)
def test_the_same_answer_again_changes_nothing(line: Line, answer: Answer) -> None:
    taken = take_return([answer], {1: line}, MADE_ON, TODAY)
    assert (taken.unchanged, taken.paid, taken.returned, taken.findings) == (1, {}, {}, [])


@pytest.mark.parametrize("code", ["R03", "AC-04", "account_closed", "03"])
def test_the_code_is_kept_as_the_bank_writes_it(code: str) -> None:
    assert take_return([Answer(2, "1", 60_725, "returned", code, None)], {1: SENT}, MADE_ON, TODAY).returned == {
        1: code
    }


ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))
OPEN, LATER = Part(ONE, 100, None, ruled=False), Part(TWO, 30, None, ruled=False)
AT_BANK, RULED = Part(THREE, 100, 100, ruled=False), Part(THREE, 100, None, ruled=True)


@pytest.mark.parametrize(
    ("parts", "truly_fen", "anew", "rest_fen", "over"),
    [
        ([], 50, {}, 50, 0),
        ([OPEN], 0, {ONE: 0}, 0, 0),
        ([OPEN, LATER], 150, {ONE: 150, TWO: 0}, 0, 0),
        # What a bank has counts first: were it to come back, no more would be owed than in truth.
        ([AT_BANK], 60, {THREE: 60}, 0, 40),
        ([AT_BANK], 120, {THREE: 100}, 20, 0),
        ([OPEN, AT_BANK], 120, {THREE: 100, ONE: 20}, 0, 0),
        ([Part(THREE, 60, 100, ruled=False)], 90, {THREE: 90}, 0, 10),
        # What two persons ruled not to be owed is not owed by another word.
        ([RULED], 120, {}, 20, 0),
        ([RULED, OPEN], 90, {ONE: 0}, 0, 0),
    ],
)
def test_what_is_owed_in_truth_is_owed_once(
    parts: list[Part], truly_fen: int, anew: dict[UUID, int], rest_fen: int, over: int
) -> None:
    for order in permutations(parts):
        assert owed_anew(order, truly_fen) == (anew, rest_fen)
    assert over_fen(parts, truly_fen) == over
