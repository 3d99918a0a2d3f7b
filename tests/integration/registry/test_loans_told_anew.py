"""What a bank tells late or takes back: register and industry end alike, whatever the order in which it came."""

from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.finance import LoanApproved, LoanRestated
from tests.conftest import Door, House
from tests.integration.finance import acts
from tests.integration.registry.facts import heard, state
from tests.integration.registry.test_households import VILLAGE, seed_household

TOPIC = "finance.loan"
EMITTED = """
SELECT count(*)::int AS n FROM (SELECT topic FROM outbox UNION ALL SELECT topic FROM outbox_sent) o WHERE topic = $1
"""
# A signal is open until it is over; the day of a past one says nothing.
SIGNALS = """
SELECT source, since_on FROM risk_signal WHERE kind = 'loan_overdue' AND coalesce(over_on < since_on, true)
"""
MEASURES = "SELECT source, started_on, ended_on FROM measure WHERE kind = 'loan'"
PURPOSES = "SELECT case_id::text AS source, upper(days) FROM purpose WHERE kind = 'loan'"
KNOWN = "SELECT loan_id::text AS source, amount_fen, state FROM loan_known"


def life(no: str) -> list[dict[str, Any]]:
    return [
        acts.lent(no)[1],
        acts.event(f"{no}-o", "overdue", no, "2017-06-25", amount_fen=1_000_000),
        acts.event(f"{no}-r", "repayment", no, "2017-07-01", amount_fen=5_000_000),
        acts.event(f"{no}-s", "settled", no, "2017-07-01"),
    ]


def taken_back(no: str) -> list[dict[str, Any]]:
    return [*life(no)[:3], acts.event(f"{no}-x", "reversal", no, "2017-07-05", reverses=f"{no}-r")]


def never_lent(no: str) -> list[dict[str, Any]]:
    return [*life(no)[:3], acts.event(f"{no}-x", "reversal", no, "2017-07-05", reverses=f"{no}-p")]


async def lent_to(house: House, door: Door, count: int) -> list[str]:
    ids = [uuid4() for _ in range(count)]
    for one in ids:
        await seed_household(house, id=one)
        await acts.seed_household(house, id=one)
    return [r["loan_no"] for r in await acts.apply_for(door, *(acts.application(one) for one in ids))]


@pytest.mark.parametrize(
    ("history", "signal", "ended"),
    [(life, None, "2017-07-01"), (taken_back, "2017-06-25", None), (never_lent, None, "never")],
)
async def test_overdue_repaid_and_settled_end_in_the_same_state(
    house: House, history: Any, signal: str | None, ended: str | None
) -> None:
    door = await house.serve("finance")
    await house.serve("registry", "worker")
    await house.serve("industry", "worker")
    orders = list(permutations(range(4)))
    numbers = await lent_to(house, door, len(orders))
    await acts.post(door, *(acts.lent(no)[0] for no in numbers))
    for step in range(4):
        told = [history(no)[order[step]] for no, order in zip(numbers, orders, strict=True)]
        await acts.post(door, *told)
    (count,) = await house.rows("finance", EMITTED, TOPIC)
    await heard(house, TOPIC, count["n"])
    await heard(house, TOPIC, count["n"], "industry")
    loans = {str(r["id"]) for r in await house.rows("finance", "SELECT id FROM loan")}

    async def shown(service: str, query: str) -> dict[str, tuple[Any, ...]]:
        return {r["source"]: tuple(r.values())[1:] for r in await house.rows(service, query)}

    open_since = {one: (date.fromisoformat(signal),) for one in loans} if signal else {}
    assert await shown("registry", SIGNALS) == open_since
    last = date.fromisoformat(ended) if ended and ended != "never" else None
    measures = {} if ended == "never" else dict.fromkeys(loans, (date(2017, 3, 21), last))
    assert await shown("registry", MEASURES) == measures
    until = date(2017, 7, 2) if last else None
    assert await shown("registry", PURPOSES) == dict.fromkeys(loans, (until,))
    known = (0, "settled") if ended == "never" else (5_000_000, "settled" if last else "disbursed")
    # Of what was told to be lent and taken back in one it has never heard.
    assert set((await shown("industry", KNOWN)).values()) <= {known}
    assert await house.rows("registry", "SELECT 1 FROM parked_key") == []


async def test_a_purpose_that_had_ended_goes_on_with_the_loan(house: House) -> None:
    await house.serve("finance", "worker")
    await house.serve("registry", "worker")
    household_id, loan_id = await seed_household(house), uuid4()
    about: dict[str, Any] = {"loan_id": loan_id, "household_id": household_id, "division": VILLAGE}
    approved = LoanApproved(**about, loan_no="1", amount_fen=5, term_months=12, bank="xinhe")
    await state(house, "finance", approved, restated(about, date(2017, 6, 10)))
    await heard(house, TOPIC, 2)
    query = "SELECT upper(days) AS until FROM purpose"
    assert [r["until"] for r in await house.rows("registry", query)] == [date(2017, 6, 11)]
    await state(house, "finance", restated(about, None))
    await heard(house, TOPIC, 3)
    assert [r["until"] for r in await house.rows("registry", query)] == [None]


def restated(about: dict[str, UUID | str], closed_on: date | None) -> LoanRestated:
    stands: dict[str, Any] = {"state": "settled" if closed_on else "disbursed", "disbursed_on": date(2017, 6, 2)}
    return LoanRestated(**about, **stands, disbursed_fen=5, principal_left_fen=5, closed_on=closed_on)
