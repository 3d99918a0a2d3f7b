"""The bank's files: what goes out, what comes back, and what of it is believed."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.industry.payouts.rules import (
    Answer,
    Line,
    ReturnFileError,
    payment_file,
    read_return,
    take_return,
)

MADE_ON, TODAY = date(2017, 6, 1), date(2017, 6, 10)
HEADING = "line_no,amount_yuan,result,code,paid_on"
ONE = UUID(int=1)


def returned(*rows: str, total: str) -> bytes:
    return "\n".join((HEADING, *rows, f"total,{total}")).encode()


def test_what_goes_out_ends_with_its_total() -> None:
    assert payment_file([(1, ONE, 60_725), (2, ONE, 5)]).splitlines() == [
        "line_no,payee,amount_yuan", f"1,{ONE},607.25", f"2,{ONE},0.05", "total,2,607.30",
    ]  # fmt: skip


@given(st.lists(st.integers(1, 10**11), max_size=30))
def test_what_comes_back_adds_up_to_what_went_out(amounts: list[int]) -> None:
    sent = payment_file((n, ONE, fen) for n, fen in enumerate(amounts, 1)).splitlines()
    rows = [f"{row.split(',')[0]},{row.split(',')[2]},paid,,2017-06-05" for row in sent[1:-1]]
    answers = read_return(returned(*rows, total=sent[-1].removeprefix("total,")))
    assert [a.amount_fen for a in answers] == amounts


def test_a_file_of_a_spreadsheet_is_read() -> None:
    """Byte order mark, CRLF, a total row filled up with empty cells, an empty line behind it."""
    rows = (HEADING, "1,607.25,paid,,2017-06-05", "total,1,607.25,,", "")
    answers = read_return(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    assert answers == [Answer(2, "1", 60_725, "paid", "", "2017-06-05")]


GOOD = "1,607.25,paid,,2017-06-05"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "unreadable"),
        (b"\xff\xfe\x00", "unreadable"),
        (b"PK\x03\x04 an archive", "unreadable"),
        (f"{HEADING}\n{GOOD}".encode(), "unreadable"),
        (f"line,amount\n{GOOD}\ntotal,1,607.25".encode(), "unreadable"),
        (returned("1,607.25,paid,", total="1,607.25"), "unreadable"),
        (returned("1,607.2,paid,,2017-06-05", total="1,607.20"), "unreadable"),
        (returned("1,-607.25,paid,,2017-06-05", total="1,-607.25"), "unreadable"),
        (returned('1,"607.25,paid,,2017-06-05', total="1,607.25"), "unreadable"),
        (returned(GOOD, total="1"), "unreadable"),
        (returned(GOOD, total="2,607.25"), "total_differs"),
        (returned(GOOD, total="1,607.26"), "total_differs"),
        (returned(GOOD, GOOD, total="1,607.25"), "total_differs"),
        (returned(GOOD, total="1,one"), "total_differs"),
    ],
)
def test_a_file_that_is_refused_whole(content: bytes, reason: str) -> None:
    with pytest.raises(ReturnFileError) as refused:
        read_return(content)
    assert refused.value.reason == reason


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
        (SENT, {"paid_on": "2017-05-31"}, ("paid_on", "wrong_day")),
        (SENT, {"paid_on": "2017-06-11"}, ("paid_on", "wrong_day")),
        (SENT, {"paid_on": "5 June"}, ("paid_on", "wrong_day")),
        (SENT, {"paid_on": ""}, ("paid_on", "wrong_day")),
        (SENT, {"result": "returned"}, ("code", "code_missing")),
        (SENT, {"result": "returned", "code": "Zhang San has moved"}, ("code", "code_missing")),
        (PAID, {"paid_on": "2017-06-06"}, ("result", "answered_otherwise")),
        (PAID, {"result": "returned", "code": "account_closed"}, ("result", "answered_otherwise")),
        (RETURNED, {}, ("result", "answered_otherwise")),
        (RETURNED, {"result": "returned", "code": "no_such_name"}, ("result", "answered_otherwise")),
    ],
)
def test_a_row_that_is_not_believed(line: Line, changes: dict[str, object], finding: tuple[str, str]) -> None:
    fields = {"line_no": "1", "amount_fen": 60_725, "result": "paid", "code": "", "paid_on": "2017-06-05"} | changes
    taken = take_return([Answer(2, **fields)], {1: line}, MADE_ON, TODAY)  # type: ignore[arg-type]
    column, code = finding
    assert [(f.row, f.column, f.code) for f in taken.findings] == [(2, column, f"industry.payouts.{code}")]
    assert (taken.paid, taken.returned, taken.unchanged) == ({}, {}, 0)


def test_good_rows_are_taken_beside_bad_ones_and_the_first_of_two_counts() -> None:
    lines = {n: Line(n, 100, "sent", None, None) for n in (1, 2, 3)}
    answers = [
        Answer(2, "1", 100, "paid", "", "2017-06-05"), Answer(3, "2", 100, "returned", "account_closed", ""),
        Answer(4, "3", 99, "paid", "", "2017-06-05"), Answer(5, "1", 100, "returned", "account_closed", ""),
    ]  # fmt: skip
    taken = take_return(answers, lines, MADE_ON, TODAY)
    assert taken.paid == {1: date(2017, 6, 5)}
    assert taken.returned == {2: "account_closed"}
    assert [(f.row, f.code.rpartition(".")[2]) for f in taken.findings] == [(4, "amount_differs"), (5, "line_twice")]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (PAID, Answer(2, "1", 60_725, "paid", "", "2017-06-05")),
        (RETURNED, Answer(2, "1", 60_725, "returned", "account_closed", "2017-06-05")),
    ],
)
def test_the_same_answer_again_changes_nothing(line: Line, answer: Answer) -> None:
    taken = take_return([answer], {1: line}, MADE_ON, TODAY)
    assert (taken.unchanged, taken.paid, taken.returned, taken.findings) == (1, {}, {}, [])
