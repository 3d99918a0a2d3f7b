"""A dividend whose payment did not arrive after all is missed again, since the day on which that was known."""

from datetime import date
from uuid import uuid4

from shared.events.industry import DividendMissed, PaymentConfirmed, PaymentRevoked
from shared.serve.run import _republish
from tests.conftest import House, find_service
from tests.integration.registry.facts import heard, paid, state
from tests.integration.registry.test_households import VILLAGE, seed_household, statement
from tests.integration.registry.test_signals import SIGNALS, kinds_on, listed, of


async def test_a_payment_that_did_not_arrive_ends_nothing(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("industry", "worker")
    household_id = await seed_household(house)
    missed = DividendMissed(
        **of(household_id), agreement_id=uuid4(), loan_id=uuid4(), owed_fen=1, due_on=date(2017, 6, 1),
        missed_on=date(2017, 9, 1),
    )  # fmt: skip
    first, second, wage = (
        paid(household_id, 5, paid_on=date(2017, 9, 10)), paid(household_id, 5, paid_on=date(2017, 9, 20)),
        paid(household_id, 5, paid_on=date(2017, 9, 21), purpose="post_wage", payer="post:1"),
    )  # fmt: skip

    def back(one: PaymentConfirmed, on: date) -> PaymentRevoked:
        return PaymentRevoked(**of(household_id), payment_id=one.payment_id, amount_fen=5, revoked_on=on)

    async def kept(facts: int) -> tuple[str, str | None, str | None]:
        await heard(house, "industry.household", facts)
        (one,) = await listed(door, SIGNALS)
        return one["since_on"], one["over_on"], one["again_on"]

    await state(house, "industry", missed, first, second, wage)
    assert await kept(4) == ("2017-09-01", "2017-09-20", None)
    # Another payment has ended it as well.
    await state(house, "industry", back(second, date(2017, 10, 1)), back(wage, date(2017, 10, 1)))
    assert await kept(6) == ("2017-09-01", "2017-09-10", None)
    await state(house, "industry", back(first, date(2017, 10, 2)))
    assert await kept(7) == ("2017-09-01", None, "2017-10-02")
    # It counts from that day on, also where the dividend was missed too long ago to count.
    owner = await house.owner("registry")
    out = "UPDATE household SET status = 'exited', exited_on = '2017-01-01', exited_year = 2017"
    await owner.execute(f"{out}; UPDATE risk_signal SET since_on = '2015-09-01'")
    body = {"items": [statement(household_id, wage_fen=0, stated_on="2017-11-01")]}
    await door.call("POST", "/registry/v1/households/incomes", "team", VILLAGE, on="2017-11-01", json=body)
    assert await kinds_on(house, door) == ["dividend_missed", "income_under"]
    # It is paid after all; told again, nothing changes.
    await state(house, "industry", paid(household_id, 5, paid_on=date(2017, 10, 5)))
    await heard(house, "industry.household", 8)
    assert await _republish(find_service("industry"), await house.settings("industry"), "industry.household") == 8
    await heard(house, "industry.household", 16)
    (one,) = await listed(door, SIGNALS)
    assert (one["over_on"], one["again_on"]) == ("2017-10-05", "2017-10-02")
