"""What the county pays of a settled period."""

from dataclasses import replace
from datetime import date

import pytest

from services.finance.discounts.rules import (
    DISCOUNT,
    DiscountFacts,
    DiscountPolicy,
    discount_fen,
    line_fen,
    outcome_of,
    overdue_within,
    paid_fen_days,
    quarterly_discount,
    since_maturity,
)
from services.finance.loans.rules import Movement, RatePolicy
from shared.values.dates import Period

POLICY = DiscountPolicy(("poor", "exited", "returned"), RatePolicy(12, 43_500, 47_500))
GOOD = DiscountFacts("poor", 36, 47_500, 60_694, 5_000_000 * 92, 0)
QUARTER = Period(date(2017, 6, 21), date(2017, 9, 21))


@pytest.mark.parametrize(
    ("changes", "amount_fen", "missing"),
    [
        ({}, 60_694, []),
        ({"status": "exited"}, 60_694, []),
        ({"status": "removed"}, 60_694, ["household_eligible"]),
        ({"status": None}, 60_694, ["household_eligible"]),
        ({"posted_fen": 60_000}, 60_000, []),
        ({"posted_fen": 70_000}, 60_694, []),
        ({"rate_ppm": 47_501}, 60_694, ["rate_within_benchmark"]),
        ({"term_months": 12}, 55_583, ["rate_within_benchmark"]),
        ({"term_months": 12, "rate_ppm": 43_500}, 55_583, []),
        ({"fen_days": 5_000_000 * 91, "overdue_days": 1}, 60_035, []),
        ({"fen_days": 0, "overdue_days": 92}, 0, ["interest_due"]),
        ({"misused": True}, 60_694, ["no_misuse"]),
        ({"frozen": True}, 60_694, ["not_frozen"]),
        ({"removal_unseen": True}, 60_694, ["removal_looked_at"]),
        ({"removal_unseen": True, "status": "removed"}, 60_694, ["household_eligible", "removal_looked_at"]),
    ],
)
def test_discount(changes: dict[str, object], amount_fen: int, missing: list[str]) -> None:
    facts = replace(GOOD, **changes)  # type: ignore[arg-type]
    verdict = quarterly_discount(facts, POLICY)
    assert (discount_fen(facts, POLICY), verdict.missing) == (amount_fen, missing)
    assert verdict.outcome == ("refused" if missing else "accepted")
    assert DISCOUNT.replay(DISCOUNT.inputs(facts, POLICY)) == verdict


def test_what_was_decided_before_there_were_holds_comes_out_the_same() -> None:
    old = DISCOUNT.inputs(GOOD, POLICY)
    del old["facts"]["frozen"], old["facts"]["misused"], old["facts"]["removal_unseen"]
    assert DISCOUNT.replay(old) == quarterly_discount(GOOD, POLICY)
    assert [r.code for r in quarterly_discount(GOOD, POLICY).reasons][-1] == "interest_due"


@pytest.mark.parametrize(
    ("changes", "waits"),
    [({}, False), ({"misused": True}, False), ({"frozen": True}, True), ({"removal_unseen": True}, True)],
)
def test_what_a_person_has_the_word_on_first_waits(changes: dict[str, bool], waits: bool) -> None:
    assert replace(GOOD, **changes).waits is waits  # type: ignore[arg-type]


def test_overdue_days_are_not_paid_nor_taken_off_twice() -> None:
    spells = [
        Period(date(2017, 6, 1), date(2017, 6, 24)), Period(date(2017, 6, 23), date(2017, 6, 26)),
        Period(date(2017, 6, 22), date(2017, 6, 23)), Period(date(2017, 9, 20), date.max),
    ]  # fmt: skip
    overdue = overdue_within(QUARTER, spells)
    assert sum(o.days for o in overdue) == 6
    assert paid_fen_days([Movement(date(2017, 1, 1), 100)], QUARTER, overdue) == 100 * 86


def test_days_after_a_repayment_are_not_paid() -> None:
    moves = [Movement(date(2017, 1, 1), 100), Movement(date(2017, 9, 20), -100)]
    assert paid_fen_days(moves, QUARTER, []) == 100 * 91


@pytest.mark.parametrize(
    ("changes", "amount_fen", "outcome"),
    [
        ({}, 60_694, "accepted"),
        ({"status": "removed"}, 0, "refused"),
        ({"paid_fen": 60_694}, 0, "refused"),  # nothing: no line
        ({"paid_fen": 60_694, "fen_days": 5_000_000 * 41}, 27_049 - 60_694, "taken_back"),
        ({"paid_fen": 60_694, "posted_fen": 0, "fen_days": 0}, -60_694, "taken_back"),
        ({"paid_fen": 60_035}, 659, "accepted"),
        # Who was paid was found eligible; that is not decided again.
        ({"paid_fen": 60_694, "status": "removed"}, 0, "refused"),
        ({"paid_fen": 60_694, "misused": True}, 0, "refused"),
        ({"paid_fen": 60_694, "rate_ppm": 50_000}, -60_694, "taken_back"),
    ],
)
def test_a_line_is_what_is_owed_less_what_earlier_lines_come_to(
    changes: dict[str, object], amount_fen: int, outcome: str
) -> None:
    facts = replace(GOOD, **changes)  # type: ignore[arg-type]
    assert line_fen(facts, POLICY) == amount_fen
    assert outcome_of(amount_fen) == outcome
    assert DISCOUNT.replay(DISCOUNT.inputs(facts, POLICY)) == quarterly_discount(facts, POLICY)


def test_what_is_not_repaid_on_the_due_day_is_overdue_from_the_next_day_on() -> None:
    due_on, drawn = date(2017, 8, 31), Movement(date(2017, 1, 1), 100)
    assert since_maturity([drawn], None) is None
    assert since_maturity([drawn], due_on) == Period(date(2017, 9, 1), date.max)
    assert since_maturity([drawn, Movement(due_on, -100)], due_on) is None
    late = [drawn, Movement(due_on, -40), Movement(date(2017, 9, 5), -60)]
    assert since_maturity(late, due_on) == Period(date(2017, 9, 1), date(2017, 9, 5))
