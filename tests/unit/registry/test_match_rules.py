"""What a row of a list means, what became of it, and when a whole list is too much: tables of cases."""

from datetime import date
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from services.registry.identification.rules import Exclusion
from services.registry.matches.files import BECOMES, HEADINGS, Row, read_list
from services.registry.matches.rules import (
    EXCLUSIONS,
    After,
    Answer,
    Become,
    Fate,
    Kind,
    MatchPolicy,
    Settled,
    answer_of,
    become_of,
    code_of_row,
    document_refusal,
    doubt_state,
    fate_of,
    held_in,
    is_match,
    row_refusal,
)
from services.registry.matches.tables import MatchRow
from services.registry.roster.files import UnfitError
from shared.ground.policy import read_policy
from tests.roster_file import number

ON = date(2017, 6, 1)
POLICY = read_policy(Path("services/registry/policy.toml")).on(ON, MatchPolicy)
OLD = "140999700101001"  # of fifteen digits: number() before 1999


def test_every_kind_of_list_is_about_an_exclusion() -> None:
    assert POLICY.match_codes == {
        "payroll": "EX1", "cadres": "EX2", "vehicles": "EX3", "houses": "EX4", "companies": "EX5",
        "large_growers": "EX6", "deaths": "EX9", "prison": "EX9",
    }  # fmt: skip
    assert {*POLICY.match_codes} == {*get_args(Kind)} - {"superior"}
    assert {*POLICY.superior_codes.values()} <= {*get_args(Exclusion)} == EXCLUSIONS
    assert {*POLICY.match_codes.values()} <= {*get_args(Exclusion)}


@pytest.mark.parametrize(
    ("kind", "value_fen", "matches"),
    [
        ("vehicles", 2_999_999, False), ("vehicles", 3_000_000, True), ("vehicles", 3_000_001, True),
        # Of what no price is known, somebody looks.
        ("vehicles", None, True),
        ("houses", 1, True), ("payroll", None, True),
    ],
)  # fmt: skip
def test_a_cheaper_vehicle_is_no_match(kind: Kind, value_fen: int | None, *, matches: bool) -> None:
    assert is_match(kind, value_fen, POLICY) is matches


@pytest.mark.parametrize(
    ("since", "refusal"),
    [(None, None), (date(2010, 1, 1), None), (ON, None), (date(2017, 6, 2), "future_date")],
)
def test_what_comes_about_later_is_none(since: date | None, refusal: str | None) -> None:
    assert row_refusal(since, ON) == refusal


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        (None, "raised"), ("registry.suspicions.already_raised", "known"), ("shared.content_differs", "known"),
        ("shared.not_found", None), ("shared.household_removed", None), ("registry.suspicions.not_in_household", None),
        ("shared.wrong_state", None), ("shared.frozen", "refused"),
    ],
)  # fmt: skip
def test_what_became_of_a_match(code: str | None, fate: Fate | None) -> None:
    assert fate_of(code) == fate


@pytest.mark.parametrize(
    ("suspected", "registered", "held"),
    [
        ({}, {}, None),
        # A tenth of the township, and one more.
        ({"a": 20}, {"a": 200}, None), ({"a": 21}, {"a": 200}, "a"),
        # Few households are never too much, however small the township.
        ({"a": 19}, {"a": 19}, None), ({"a": 20}, {"a": 20}, "a"),
        # Each township for itself; of several the one that is touched most.
        ({"a": 20, "b": 20}, {"a": 400, "b": 400}, None), ({"a": 30, "b": 90}, {"a": 60, "b": 300}, "a"),
        ({"a": 20}, {}, "a"),
    ],
)  # fmt: skip
def test_a_list_that_touches_much_of_a_township_is_held(
    suspected: dict[str, int], registered: dict[str, int], held: str | None
) -> None:
    assert held_in(suspected, registered, POLICY) == held


def read(cell: Any, heading: str = "证件号码", **more: str) -> Row | tuple[str, str]:
    """One row as CSV has it: what stands there, or the column and the reason."""
    text = ",".join((heading, *more)) + "\n" + ",".join((cell, *more.values())) + "\n"
    found = read_list(text.encode(), {})
    return (
        found.rows[0] if found.rows else (found.wrong[0].column, found.wrong[0].code.removeprefix("registry.roster."))
    )


@pytest.mark.parametrize(
    "written",
    [
        number(), OLD, number() + "41", f" {number()} ", "'" + number(), number(order=7).lower(),
        "１４０９９９１９７００１０１００１" + number()[-1], number()[:6] + " " + number()[6:],
    ],
)  # fmt: skip
def test_a_number_is_found_however_it_is_written(written: str) -> None:
    row = read(written)
    assert isinstance(row, Row)
    assert row.identity in (number(), number(order=7))


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("1.40999E+17", "figures_lost"), (number()[:-1] + "X", "wrong_check_digit"),
        ("140999701301001", "wrong_check_digit"), (number()[:-1], "not_an_id_number"),
        ("14099970010100X", "not_an_id_number"), (number() + "99", "not_an_id_number"), ("无", "not_an_id_number"),
    ],
)  # fmt: skip
def test_what_is_no_number_says_why_and_not_what(written: str, reason: str) -> None:
    assert read(written) == ("证件号码", reason)


@pytest.mark.parametrize(
    ("heading", "cell", "field", "value"),
    [
        ("购置日期", "2016-03-01", "since", date(2016, 3, 1)), ("登记日期", "2016/3/1", "since", date(2016, 3, 1)),
        ("死亡日期", "2016年3月1日", "since", date(2016, 3, 1)), ("成立日期", "20160301", "since", date(2016, 3, 1)),
        ("任职时间", "2016.3", "since", date(2016, 3, 1)),
        ("登记时间", "2016-03-01 08:00:00", "since", date(2016, 3, 1)),
        ("购置价", "35000.5", "value_fen", 3_500_050), ("购置价(元)", "35000", "value_fen", 3_500_000),
        ("购置价（万元）", "3.5", "value_fen", 3_500_000), ("车牌号", "晋h·12345", "thing", "晋H12345"),
        ("统一社会信用代码", "91140999ma0000000x", "thing", "91140999MA0000000X"), ("车牌号", "", "thing", ""),
        ("购置价", "", "value_fen", None), ("购置日期", "", "since", None),
    ],
)  # fmt: skip
def test_registers_head_and_write_their_columns_each_in_its_way(
    heading: str, cell: str, field: str, value: Any
) -> None:
    row = read(number(), **{heading: cell})
    assert isinstance(row, Row)
    assert getattr(row, field) == value


@pytest.mark.parametrize(
    ("heading", "cell", "reason"),
    [
        ("购置日期", "昨天", "not_a_date"), ("购置价", "贵", "not_a_number"), ("购置价", "-1", "negative"),
        ("车牌号", "x" * 65, "too_long"), ("车牌号", "1.2E+17", "figures_lost"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_refuses_its_row(heading: str, cell: str, reason: str) -> None:
    assert read(number(), **{heading: cell}) == (heading, reason)


@pytest.mark.parametrize(
    ("text", "named", "reason"),
    [
        ("姓名\n甲\n", {}, "headings_missing"), ("证件号码,证件号码\n1,2\n", {}, "headings_twice"),
        ("证件号码,身份证号\n1,2\n", {}, "headings_alike"), ("证件号码\n", {}, "no_rows"),
        ("证件号码\n1\n", {"value": "价"}, "headings_missing"), ("证件号码\n" + "1\n" * 20_001, {}, "too_many_rows"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_read_is_refused_whole(text: str, named: dict[str, str], reason: str) -> None:
    with pytest.raises(UnfitError) as raised:
        read_list(text.encode(), named)
    assert raised.value.reason == reason


def test_a_heading_of_ones_own_counts_before_those_that_are_known() -> None:
    text = f"当事人证号,证件号码,成交价\n{number()},x,5\n"
    found = read_list(text.encode(), {"number": "当事人证号", "value": "成交价"})
    assert found.rows == [Row(2, number(), "", None, 500)]


def test_no_heading_means_two_things() -> None:
    every = [heading for headings in HEADINGS.values() for heading in headings]
    assert len(every) == len({*every})


@pytest.mark.parametrize(
    ("kind", "word", "code"),
    [
        ("vehicles", "EX1", "EX3"), ("superior", "EX1", "EX1"), ("superior", "EX10", "EX10"),
        ("superior", "EX11", "listed"), ("superior", "有车", "EX3"), ("superior", "其他", "listed"),
        ("superior", None, "listed"),
    ],
)  # fmt: skip
def test_superiors_say_row_by_row_what_they_suspect(kind: Kind, word: str | None, code: str) -> None:
    assert code_of_row(kind, word, POLICY) == code


@pytest.mark.parametrize(
    ("kind", "document_no", "answer_due_on", "refused"),
    [
        ("superior", "省扶贫办〔2017〕8号", ON, False), ("superior", None, ON, True), ("superior", "8", None, True),
        ("vehicles", None, None, False), ("vehicles", "8", ON, True), ("vehicles", "8", None, True),
    ],
)  # fmt: skip
def test_a_document_comes_with_superiors_lists_alone(
    kind: Kind, document_no: str | None, answer_due_on: date | None, *, refused: bool
) -> None:
    assert (document_refusal(kind, document_no, answer_due_on) is not None) is refused


ONE = UUID(int=1)


ON_ITS_WAY = After(struck_on=None, back_on=None, departed_on=None, proposed=False)
LATER = date(2017, 7, 1)
STRUCK = ON_ITS_WAY._replace(struck_on=LATER)


def told(fate: Fate, suspicion_id: UUID | None = None, doubt_id: UUID | None = None) -> MatchRow:
    return MatchRow(ONE, "140927", 2, fate, None, None, None, suspicion_id, doubt_id)


@pytest.mark.parametrize(
    ("row", "case", "answer"),
    [
        (None, None, ("not_found", None, None)),
        (told("refused"), None, ("unreadable", None, None)),
        (told("raised", ONE), Settled("open", None, None), ("open", None, None)),
        (told("raised", ONE), Settled("looked_into", None, None), ("open", None, None)),
        (told("known", ONE), Settled("upheld", ON, "removal", STRUCK), ("upheld", ON, "removal", "struck", LATER)),
        (told("raised", ONE), Settled("dismissed", ON, "none", STRUCK), ("dismissed", ON, "none")),
        (told("raised", None, ONE), Settled(doubt_state(upheld=False), ON, None), ("dismissed", ON, None)),
        (told("raised", None, ONE), Settled(doubt_state(upheld=True), ON, None), ("upheld", ON, None)),
        (told("raised", ONE), Settled("exempt", ON, "none"), ("exempt", ON, "none")),
        (told("known"), None, ("open", None, None)),
    ],
)
def test_what_superiors_are_told_of_a_row(row: MatchRow | None, case: Settled | None, answer: tuple[Any, ...]) -> None:
    assert answer_of(2, "EX3", row, {ONE: case} if case else {}) == Answer(2, "EX3", *answer)
    assert [doubt_state(upheld=said) for said in (None, True, False)] == ["open", "upheld", "dismissed"]


@pytest.mark.parametrize(
    ("effect", "after", "become"),
    [
        ("removal", {}, ("in_procedure", None)),
        ("removal", {"proposed": True}, ("in_procedure", None)),
        ("removal", {"struck_on": LATER}, ("struck", LATER)),
        ("removal", {"back_on": LATER}, ("returned", LATER)),
        ("removal", {"back_on": ON, "proposed": True}, ("in_procedure", None)),
        ("removal", {"back_on": ON, "struck_on": LATER}, ("struck", LATER)),
        ("removal", {"departed_on": LATER}, ("in_procedure", None)),
        ("departure", {}, ("in_procedure", None)),
        ("departure", {"departed_on": LATER}, ("left", LATER)),
        ("departure", {"departed_on": LATER, "struck_on": LATER}, ("struck", LATER)),
        ("correction", {}, ("stays", None)),
        ("correction", {"proposed": True}, ("in_procedure", None)),
        ("correction", {"struck_on": LATER}, ("struck", LATER)),
    ],
)
def test_what_has_become_of_a_household_is_what_happened_last(
    effect: str, after: dict[str, Any], become: tuple[str, date | None]
) -> None:
    assert become_of(effect, ON_ITS_WAY._replace(**after)) == become


def test_whatever_becomes_of_a_household_has_its_word() -> None:
    assert BECOMES.keys() == set(get_args(Become))
