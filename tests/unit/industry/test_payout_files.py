"""The bank's files: what goes out, and what comes back, as the bank or a spreadsheet writes it."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.industry.payouts.files import ReturnFileError, payment_file, read_day, read_return, read_yuan
from services.industry.payouts.rules import Answer

HEADING = "line_no,amount_yuan,result,code,paid_on"
ONE = UUID(int=1)
DAY = date(2017, 6, 5)


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
    answers, _ = read_return(returned(*rows, total=sent[-1].removeprefix("total,")))
    assert [a.amount_fen for a in answers] == amounts


def test_a_file_of_a_spreadsheet_is_read() -> None:
    """Byte order mark, CRLF, a total row filled up with empty cells, an empty line behind it."""
    rows = (HEADING, "1,607.25,paid,,2017-06-05", "total,1,607.25,,", "")
    answers, _ = read_return(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    assert answers == [Answer(2, "1", 60_725, "paid", "", DAY)]


GOOD = "1,607.25,paid,,2017-06-05"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "unreadable"),
        (b"\xff\xfe\x00", "unreadable"),
        (b"PK\x03\x04 an archive", "unreadable"),
        (f"{HEADING}\n{GOOD}".encode(), "unreadable"),
        (f"line,amount\n{GOOD}\ntotal,1,607.25".encode(), "unreadable"),
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


CASE = """line_no,amount_yuan,result,code,paid_on
1,1200,paid,,2017-12-28
2,500.5,paid,,2017/12/28
3,700.00,returned,R03,
total,3,2400.5
"""
QUOTED = """"line_no","amount_yuan","result","code","paid_on"
"1","1,200.00","paid","","2017-12-28"
"2","500.50","paid","","2017-12-28"
"3","700","returned","R03",""
"total","3","2,400.50","",""
"""


@pytest.mark.parametrize(
    "content",
    [
        CASE.encode(),
        CASE.encode("utf-8-sig").replace(b"\n", b"\r\n"),
        CASE.replace(",", ";").encode(),
        CASE.replace(",", ";").replace(".", ",").encode(),
        CASE.replace(",", "\t").encode("utf-16"),
        CASE.replace("500.5,", "5.005E2,")
        .replace("1,1200,", "1.00,1.2E+03,")
        .replace("total,3", "TOTAL ,3.0")
        .encode(),
        CASE.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.R"}).encode(),
        "\n".join(row + " \u3000\xa0" for row in CASE.splitlines()).encode(),
        CASE.replace("total,3,2400.5", ",,,,\ntotal,3,2400.5,,\n,,,,").encode(),
        QUOTED.encode(),
        QUOTED.encode("gb18030"),
    ],
    ids=[
        "plain",
        "mark",
        "semicolon",
        "decimal comma",
        "tab",
        "powers",
        "full width",
        "blanks",
        "empty rows",
        "quoted",
        "code page",
    ],
)
def test_public_report_09_a_return_file_as_a_spreadsheet_saves_it(content: bytes) -> None:
    answers, findings = read_return(content)
    on = date(2017, 12, 28)
    assert [(a.line_no, a.amount_fen, a.result, a.code, a.paid_on) for a in answers] == [
        ("1", 120_000, "paid", "", on), ("2", 50_050, "paid", "", on), ("3", 70_000, "returned", "R03", None),
    ]  # fmt: skip
    assert findings == []


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("2,-607.25,paid,,2017-06-05", "amount_yuan", "amount_unreadable"),
        ("2,6.0725E+99,paid,,2017-06-05", "amount_yuan", "amount_unreadable"),
        ("2,6.07255E+02,paid,,2017-06-05", "amount_yuan", "amount_unreadable"),
        ("2,607.255,paid,,2017-06-05", "amount_yuan", "amount_unreadable"),
        ("2,,paid,,2017-06-05", "amount_yuan", "amount_unreadable"),
        ("2", "amount_yuan", "amount_unreadable"),
        ('2,"607.25,paid,,2017-06-05', "", "row_unreadable"),
        ("2,1,607.25,paid,,2017-06-05", "", "row_unreadable"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_and_the_others_are_taken(row: str, column: str, code: str) -> None:
    answers, findings = read_return(returned(GOOD, row, "3,1.00,paid,,2017-06-05", total="3,1215.50"))
    assert [a.line_no for a in answers] == ["1", "3"]
    assert [(f.row, f.column, f.code) for f in findings] == [(3, column, f"industry.payouts.{code}")]


def test_a_row_too_few_is_noticed_also_beside_one_that_cannot_be_read() -> None:
    with pytest.raises(ReturnFileError) as refused:
        read_return(returned(GOOD, "2,one,paid,,2017-06-05", total="3,1215.50"))
    assert refused.value.reason == "total_differs"


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("1200", 120_000), ("1,200.00", 120_000), ("500.5", 50_050), ("500,5", 50_050), ("1.200,50", 120_050),
        ("1200.000", 120_000), ("¥1,200.00", 120_000), ("1,20.00", None), ("12.345", None), ("", None), ("+5", None),
        ("5.005E2", 50_050), ("1.2e+03", 120_000), ("5E-1", 50), ("1.2345E1", None), ("1E99", None),
        ("１２００", 120_000), ("１，２００．００", 120_000), ("￥1,200 元", 120_000), ("1\u00a0200.00", 120_000),
    ],
)  # fmt: skip
def test_amounts_are_read_by_value(cell: str, fen: int | None) -> None:
    assert read_yuan(cell) == fen


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2017-06-05", DAY), ("2017/6/5", DAY), ("2017.06.05", DAY), ("2017-06-05 00:00:00", DAY), ("5 June", None),
        ("", None), ("05/06/2017", None), ("2017-02-30", None), ("２０１７－６－５", DAY), ("2017年6月5日", DAY),
        ("２０１７／６／５", DAY), ("2017-06/05", None),
    ],
)  # fmt: skip
def test_days_are_read_year_first(cell: str, day: date | None) -> None:
    assert read_day(cell) == day
