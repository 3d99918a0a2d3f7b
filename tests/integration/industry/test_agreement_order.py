"""What ends an agreement, of different days, by different people: it ended on the first of these days."""

from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from services.industry.service import SERVICE
from shared.data.db import open_pool, system_caller, transaction
from shared.events.registry import HouseholdReinstated, HouseholdRemoved
from shared.ground.context import system_act
from tests.conftest import House
from tests.integration.industry.acts import VILLAGE, facts, results
from tests.integration.industry.test_dividends import lent, pay, payment, sign

STANDS = (
    "SELECT a.household_id, state, ended_on, ended_reason, array_agg(owed_fen ORDER BY due_on), sum(paid_fen)"
    " FROM dividend_agreement a JOIN dividend_due d ON d.agreement_id = a.id GROUP BY a.id"
)
# The firm closes; the household is struck before, or after; by mistake.
CLOSED, EARLIER, LATER = date(2017, 10, 1), date(2017, 6, 1), date(2017, 11, 1)


async def say(house: House, said: HouseholdRemoved | HouseholdReinstated) -> None:
    pool = await open_pool((await house.settings("industry")).database_url, 1)
    async with transaction(pool, system_caller("industry")) as connection:
        await SERVICE.reactions[said.TYPE](connection, [(system_act("industry", date(2017, 12, 1)), said)])
    await pool.close()


def struck(household_id: UUID, on: date) -> HouseholdRemoved:
    return HouseholdRemoved(household_id=household_id, division=VILLAGE, reason="moved_away", removed_on=on)


def back(household_id: UUID) -> HouseholdReinstated:
    return HouseholdReinstated(
        household_id=household_id, division=VILLAGE, status="poor", members=3, has_labour=True, borrower_age_ok=True,
        needs_accessible=False, deep_poverty=False, relocated=False, reinstated_on=date(2017, 12, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("struck_on", "is_back", "ends"),
    [
        (EARLIER, False, (EARLIER, "removed", [0] * 6)),
        (LATER, False, (CLOSED, "entity_closed", [150_000, 0, 0, 0, 0, 0])),
        (EARLIER, True, (CLOSED, "entity_closed", [150_000, 0, 0, 0, 0, 0])),
        (LATER, True, (CLOSED, "entity_closed", [150_000, 0, 0, 0, 0, 0])),
    ],
)
async def test_ends_said_in_every_order_end_alike(
    house: House, struck_on: date, is_back: bool, ends: tuple[date, str, list[int]]
) -> None:
    door = await house.serve("industry", "api")
    orders = [
        o
        for o in permutations(("closed", "struck", *["back"] * is_back))
        if not is_back or o.index("struck") < o.index("back")
    ]
    for order in orders:
        one = await lent(house)
        assert [r["code"] for r in await sign(door, one)] == [None]
        household_id, closing = UUID(one["household_id"]), {
            "id": one["id"], "reason": "entity_closed", "ended_on": str(CLOSED),
        }  # fmt: skip
        for said in order:
            if said == "closed":
                told = await results(door, "POST", "/dividends/endings", "county", closing, on="2017-12-01")
                assert [r["code"] for r in told] == [None], order
            else:
                await say(house, struck(household_id, struck_on) if said == "struck" else back(household_id))
        (stands,) = [tuple(r)[1:5] for r in await house.rows("industry", STANDS) if r["household_id"] == household_id]
        assert stands == ("ended", *ends), order
        last: dict[str, Any] = [f for _, f in await facts(house, "agreement_ended") if f["agreement_id"] == one["id"]][
            -1
        ]
        assert (last["ended_on"], last["reason"]) == (str(ends[0]), ends[1]), order


async def test_what_was_paid_stays_paid_in_every_order(house: House) -> None:
    """The end is said behind the payment, or before it: what was handed over for a day before the end is owed on."""
    door = await house.serve("industry", "api")
    for order in permutations(("paid", "struck", "back")):
        if order.index("struck") > order.index("back"):
            continue
        one = await lent(house)
        await sign(door, one)
        household_id = UUID(one["household_id"])
        for said in order:
            if said == "paid":
                assert await pay(door, payment(one["id"], 150_000)) == [None], order
            else:
                await say(house, struck(household_id, LATER) if said == "struck" else back(household_id))
        (stands,) = [tuple(r)[1:] for r in await house.rows("industry", STANDS) if r["household_id"] == household_id]
        assert stands == ("active", None, None, [150_000] * 6, 150_000), order
