"""A household with a running loan is struck: the loan is held, and no discount is decided until a person has looked."""

from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.data.db import open_pool, system_caller, transaction
from shared.events.assessment import FraudConfirmed, FraudReviewed
from shared.events.envelope import Payload
from shared.events.registry import HouseholdRegistered, HouseholdReinstated, HouseholdRemoved
from shared.ground.context import system_act
from shared.serve.run import _republish
from tests.conftest import Door, House, find_service
from tests.integration.finance.acts import (
    CLAIMS,
    LOANS,
    VILLAGE,
    application,
    apply_for,
    get,
    lent,
    post,
    quarter,
    seed_household,
    types,
)
from tests.integration.finance.test_discounts import check, claim
from tests.integration.finance.test_holds import HOLDS, YES, act_on, borrowed, heard, whole
from tests.integration.registry.facts import state


def struck(household_id: UUID, on: str = "2017-06-01", reason: str = "vehicle") -> HouseholdRemoved:
    return HouseholdRemoved(
        household_id=household_id, division=VILLAGE, reason=reason, removed_on=date.fromisoformat(on)
    )


def back(household_id: UUID, on: str = "2017-06-05") -> HouseholdReinstated:
    return HouseholdReinstated(
        household_id=household_id, division=VILLAGE, status="poor", members=3, reinstated_on=date.fromisoformat(on)
    )  # fmt: skip


async def hear(house: House, *facts: Payload, on: str = "2017-06-10") -> None:
    """The service's reaction to facts, one after the other, as the consumer would call it."""
    pool = await open_pool((await house.settings("finance")).database_url, 1)
    act = system_act("finance", date.fromisoformat(on))
    for fact in facts:
        async with transaction(pool, system_caller("finance")) as connection:
            await find_service("finance").reactions[fact.TYPE](connection, [(act, fact)])
    await pool.close()


async def with_a_quarter(house: House, door: Door) -> tuple[UUID, str]:
    """A household with a loan and a settled quarter, and the loan's number."""
    household_id = await seed_household(house)
    loan_no = await borrowed(door, household_id)
    await post(door, *lent(loan_no), quarter(loan_no))
    return household_id, loan_no


async def held(door: Door, **query: str) -> list[tuple[str, str, str]]:
    """Kind, state and day of the holds."""
    items = (await get(door, f"{HOLDS}?{'&'.join(f'{k}={v}' for k, v in query.items())}"))["items"]
    return [(h["kind"], h["state"], h["raised_on"]) for h in items]


async def test_a_removal_holds_an_open_loan_once_until_a_person_releases_it(house: House) -> None:
    door = await house.serve("finance")
    await house.serve("registry", "worker")
    goes, none = uuid4(), uuid4()
    await state(house, "registry", *(whole(HouseholdRegistered, i) for i in (goes, none)))
    await heard(house, "registry.household", 2)
    loan_no = await borrowed(door, goes)
    await post(door, *lent(loan_no))
    await state(house, "registry", struck(goes), struck(none))
    await heard(house, "registry.household", 4)

    (shown,) = (await get(door, HOLDS))["items"]
    assert (shown["household_id"], shown["kind"], shown["state"], shown["raised_on"]) == (
        str(goes), "household_removed", "raised", "2017-06-01",
    )  # fmt: skip
    assert (shown["sentence_en"], shown["sentence_zh"]) == (
        "The borrower's household has left the register.", "借款户已从建档立卡中注销。",
    )  # fmt: skip
    (loan,) = (await get(door, LOANS))["items"]
    assert (loan["state"], loan["holds"]) == ("disbursed", ["household_removed"])
    waiting = (await get(door, "/finance/v1/tasks", on="2017-06-02", subject="zhao"))["items"]
    assert [(t["id"], t["step"]) for t in waiting] == [(shown["id"], "released")]
    not_one = ("refused", "finance.holds.not_a_suspicion")
    assert await act_on(door, "confirmations", {"id": shown["id"]}) == [not_one]
    assert await act_on(door, "releases", {"id": shown["id"], "reason": "seen"}) == [YES]
    assert await _republish(find_service("registry"), await house.settings("registry"), "registry.household") == 4
    await heard(house, "registry.household", 8)
    assert await held(door) == [("household_removed", "released", "2017-06-01")]
    assert await house.rows("finance", "SELECT 1 FROM parked_key") == []


async def test_no_discount_is_decided_for_who_was_struck_before_a_person_has_looked(house: House) -> None:
    door = await house.serve("finance", "api")
    (_, kept), (goes, lost) = [await with_a_quarter(house, door) for _ in range(2)]
    await hear(house, struck(goes))
    made = (await claim(door, "1")).json()
    assert (made["lines"], made["refused_lines"], made["amount_fen"]) == (1, 0, 60_694)
    assert [x["loan_no"] for x in (await get(door, f"{CLAIMS}/{made['id']}"))["items"]] == [kept]
    (why, *_) = await get(door, f"/finance/v1/decisions?subject_id={goes}")
    assert [r["code"] for r in why["reasons"] if not r["passed"]] == ["household_eligible", "removal_looked_at"]
    assert (await claim(door, "2")).json()["code"] == "finance.discounts.nothing_to_claim"
    (hold,) = (await get(door, HOLDS))["items"]
    assert await act_on(door, "releases", {"id": hold["id"], "reason": "struck for good"}) == [YES]
    late = (await claim(door, "3")).json()
    assert (late["lines"], late["refused_lines"]) == (0, 1)
    (line,) = (await get(door, f"{CLAIMS}/{late['id']}"))["items"]
    assert (line["loan_no"], line["missing"]) == (lost, ["household_eligible"])
    assert (await get(door, "/finance/v1/operations/replay"))["different_count"] == 0


async def test_who_is_struck_before_the_check_stands_in_no_claim_and_is_paid_once_he_is_back(house: House) -> None:
    door = await house.serve("finance", "api")
    (_, kept), (goes, lost) = [await with_a_quarter(house, door) for _ in range(2)]
    made = (await claim(door, "1")).json()
    assert (made["lines"], made["amount_fen"]) == (2, 2 * 60_694)
    await hear(house, struck(goes))
    checked = (await check(door, made["id"], "checker")).json()
    assert (checked["lines"], checked["refused_lines"], checked["amount_fen"]) == (1, 0, 60_694)
    assert [x["loan_no"] for x in (await get(door, f"{CLAIMS}/{made['id']}"))["items"]] == [kept]
    owed = await house.rows("finance", "SELECT loan_no, interest_owed_fen FROM loan WHERE interest_owed_fen > 0")
    assert owed == []
    await hear(house, back(goes))
    assert await held(door, open="true") == []
    (over,) = (await get(door, HOLDS))["items"]
    assert (over["state"], over["release_reason"]) == ("released", "system:household_reinstated")
    late = (await claim(door, "2")).json()
    assert [x["loan_no"] for x in (await get(door, f"{CLAIMS}/{late['id']}"))["items"]] == [lost]
    assert (late["lines"], late["amount_fen"]) == (1, 60_694)
    assert (await check(door, late["id"], "checker")).json()["lines"] == 1
    assert (await types(house)).count("discount_approved") == 2


async def test_who_is_struck_again_is_warned_of_again_also_where_all_is_told_twice(house: House) -> None:
    door = await house.serve("finance", "api")
    household_id, _ = await with_a_quarter(house, door)
    history = struck(household_id), back(household_id), struck(household_id, "2017-06-08", "house")
    await hear(house, *history)
    await hear(house, *history)
    assert await held(door) == [
        ("household_removed", "released", "2017-06-01"), ("household_removed", "raised", "2017-06-08"),
    ]  # fmt: skip
    (refused,) = await apply_for(door, application(household_id))
    assert refused["missing"] == ["household_eligible", "no_open_loan"]


def orders() -> list[Any]:
    """Each teller keeps its own order: the register a removal and its end, assessment a case and its review."""
    said = ("struck", "back", "frozen", "reviewed")
    return [o for o in permutations(said) if o.index("struck") < o.index("back")
            and o.index("frozen") < o.index("reviewed")]  # fmt: skip


@pytest.mark.parametrize("order", orders())
async def test_removal_and_freeze_end_alike_in_every_order(house: House, order: tuple[str, ...]) -> None:
    door = await house.serve("finance", "api")
    household_id, loan_no = await with_a_quarter(house, door)
    of_case = {"case_id": uuid4(), "division": VILLAGE, "household_ids": [household_id]}
    facts: dict[str, Payload] = {
        "struck": struck(household_id), "back": back(household_id),
        "frozen": FraudConfirmed(**of_case, kind="misused_funds", subject_ids=[], confirmed_on=date(2017, 6, 2)),
        "reviewed": FraudReviewed(**of_case, reviewed_on=date(2017, 6, 4)),
    }  # fmt: skip
    said = set[str]()
    for name in order:
        await hear(house, facts[name])
        said.add(name)
        if said & {"struck", "back"} == {"struck"} or said & {"frozen", "reviewed"} == {"frozen"}:
            assert (await claim(door, name)).json()["code"] == "finance.discounts.nothing_to_claim"
    made = (await claim(door, "last")).json()
    assert (made["lines"], made["refused_lines"], made["amount_fen"]) == (1, 0, 60_694)
    assert [x["loan_no"] for x in (await get(door, f"{CLAIMS}/{made['id']}"))["items"]] == [loan_no]
    assert await held(door) == [("household_removed", "released", "2017-06-01")]
