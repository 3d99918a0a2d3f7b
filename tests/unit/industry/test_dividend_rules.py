"""Which agreements are allowed, what is owed on which day, and who got what was promised."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.industry.dividends.rules import (
    AGREEMENT,
    AgreementFacts,
    AgreementPolicy,
    dividend_agreement,
    end_of,
    last_due_on,
    missed_before,
    reached,
    schedule,
)

LIMIT = 550 * 5_000_000
EARLY = AgreementPolicy(("poor", "exited", "returned"), 60_000, 3, LIMIT, (), participation_needed=False)
LATE = replace(EARLY, barred_kinds=("platform",), participation_needed=True)
GOOD = AgreementFacts(
    status="poor", frozen=False, loan_is_own=True, loan_state="disbursed", loan_fen=5_000_000, loan_taken=False,
    principal_fen=5_000_000, floor_fen=300_000, years=3, consent=True, participation="labour",
    entity_kind="enterprise", exposure_fen=0,
)  # fmt: skip
DAYS = [(12, 15), (9, 15)]


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"status": "exited"}, []),
        ({"status": "removed"}, ["status"]),
        ({"frozen": True}, ["not_frozen"]),
        ({"loan_is_own": False}, ["loan_own"]),
        ({"loan_state": "settled"}, ["loan_disbursed"]),
        ({"loan_fen": 4_999_999}, ["principal_within_loan"]),
        ({"loan_taken": True}, ["loan_free"]),
        ({"consent": False}, ["consent"]),
        ({"floor_fen": 299_999}, ["floor"]),
        ({"principal_fen": 3_000_000, "floor_fen": 180_000}, []),
        ({"years": 4}, ["term"]),
        ({"exposure_fen": LIMIT - 5_000_000}, []),
        ({"exposure_fen": LIMIT - 4_999_999}, ["exposure"]),
    ],
)
def test_agreement(changes: dict[str, object], missing: list[str]) -> None:
    facts = replace(GOOD, **changes)  # type: ignore[arg-type]
    verdict = dividend_agreement(facts, LATE)
    assert (verdict.missing, verdict.outcome) == (missing, "refused" if missing else "accepted")
    assert AGREEMENT.replay(AGREEMENT.inputs(facts, LATE)) == verdict


@pytest.mark.parametrize(
    ("changes", "early", "late"),
    [
        ({"participation": "none"}, [], ["participation"]),
        ({"participation": "consulted"}, [], []),
        ({"entity_kind": "platform"}, [], ["entity_kind"]),
        ({"consent": False}, ["consent"], ["consent"]),
    ],
)
def test_number_42_asks_for_participation_and_bars_platforms(
    changes: dict[str, object], early: list[str], late: list[str]
) -> None:
    facts = replace(GOOD, **changes)  # type: ignore[arg-type]
    assert (dividend_agreement(facts, EARLY).missing, dividend_agreement(facts, LATE).missing) == (early, late)


def test_three_years_are_six_dates() -> None:
    assert schedule(date(2017, 3, 20), 3, 300_001, DAYS) == [
        (date(2017, 9, 15), 150_000), (date(2017, 12, 15), 150_001), (date(2018, 9, 15), 150_000),
        (date(2018, 12, 15), 150_001), (date(2019, 9, 15), 150_000), (date(2019, 12, 15), 150_001),
    ]  # fmt: skip


def test_signed_between_two_dates_the_last_year_ends_with_the_first() -> None:
    days = [on for on, _ in schedule(date(2017, 9, 15), 1, 300_000, DAYS)]
    assert days == [date(2017, 12, 15), date(2018, 9, 15)]


@given(st.dates(date(2015, 1, 1), date(2020, 12, 31)), st.integers(1, 5), st.integers(1, 10**8))
def test_every_year_of_an_agreement_is_owed_in_full(signed_on: date, years: int, floor_fen: int) -> None:
    dues = schedule(signed_on, years, floor_fen, DAYS)
    assert len(dues) == 2 * years
    assert sum(fen for _, fen in dues) == years * floor_fen
    assert all(signed_on < on for on, _ in dues)


def test_days_that_count() -> None:
    assert last_due_on(2017, DAYS) == date(2017, 12, 15)
    assert missed_before(date(2017, 10, 16), 30) == date(2017, 9, 16)


ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("confirmed", "at_floor", "median_fen"),
    [
        ({}, 0, 0),
        ({ONE: 300_000, TWO: 300_000, THREE: 150_000}, 2, 300_000),
        ({ONE: 299_999, TWO: 310_000}, 1, 299_999),
        ({UUID(int=9): 300_000}, 0, 0),
    ],
)
def test_who_got_what_was_promised(confirmed: dict[UUID, int], at_floor: int, median_fen: int) -> None:
    found = reached(dict.fromkeys((ONE, TWO, THREE), 300_000), confirmed)
    assert (found.at_floor, found.median_fen) == (at_floor, median_fen)


def test_the_middle_of_two_is_between_them() -> None:
    assert reached({ONE: 1, TWO: 1}, {ONE: 100, TWO: 201}).median_fen == 151
    assert reached({}, {ONE: 100}) == reached({}, {})


STRUCK, CLOSED, LATER = date(2017, 6, 1), date(2017, 10, 1), date(2017, 11, 1)


@pytest.mark.parametrize(
    ("stated_on", "removed_on", "end"),
    [
        (None, None, ("active", None, None)),
        (CLOSED, None, ("ended", CLOSED, "closed")),
        (None, STRUCK, ("ended", STRUCK, "removed")),
        (CLOSED, STRUCK, ("ended", STRUCK, "removed")),
        (CLOSED, LATER, ("ended", CLOSED, "closed")),
        (CLOSED, CLOSED, ("ended", CLOSED, "removed")),
    ],
)
def test_an_agreement_ends_on_the_first_of_what_ends_it(
    stated_on: date | None, removed_on: date | None, end: tuple[str, date | None, str | None]
) -> None:
    assert end_of(stated_on, "closed" if stated_on else None, removed_on) == end
