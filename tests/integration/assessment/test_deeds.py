"""Deeds come over the real bus, each once, also of households that nobody has told us of."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.data import db
from shared.events.envelope import Payload
from shared.events.finance import LoanDisbursed
from shared.events.industry import PaymentConfirmed, PostAssigned
from shared.events.registry import (
    DepartureAmended,
    ExitRevoked,
    HouseholdExited,
    HouseholdRegistered,
    MemberRemoved,
    NoticeObjected,
)
from shared.events.relocation import HouseholdMovedIn, RelocationAgreed
from shared.facts.outbox import emit
from shared.ground.context import system_act
from shared.serve.run import _republish
from tests.conftest import Door, House, find_service

VILLAGE = "140927200201"
DEEDS = "/assessment/v1/deeds"
DAY = date(2017, 6, 1)
KINDS = "SELECT kind, happened_on, amount_fen FROM deed ORDER BY kind, source_key"


async def state(house: House, service: str, facts: Sequence[Payload]) -> None:
    """As a service states facts: numbered, in its own outbox, in one transaction."""
    pool = await db.open_pool((await house.settings(service)).database_url, 1)
    try:
        async with db.transaction(pool, db.system_caller(service)) as connection:
            await emit(connection, system_act(service, DAY), service, facts)
    finally:
        await pool.close()


def of(household_id: UUID) -> dict[str, Any]:
    return {"household_id": household_id, "division": VILLAGE}


def whole(household_id: UUID) -> HouseholdRegistered:
    flags = dict.fromkeys(("has_labour", "borrower_age_ok", "needs_accessible", "deep_poverty", "relocated"), True)
    return HouseholdRegistered(**of(household_id), status="poor", members=3, **flags)


def told(one: UUID) -> list[Payload]:
    exit_id, other = uuid4(), uuid4()
    return [
        whole(one),
        NoticeObjected(**of(one), exit_id=exit_id, objected_on=date(2017, 5, 2)),
        NoticeObjected(**of(one), exit_id=exit_id, objected_on=date(2017, 5, 3)),  # of the same exit
        MemberRemoved(**of(one), reason="marriage_out", head=False, members=2, removed_on=date(2017, 4, 1)),
        MemberRemoved(**of(one), reason="death", head=False, members=2, removed_on=date(2017, 5, 1)),
        HouseholdExited(**of(one), exit_id=other, members=2, exited_on=DAY, decision_id=uuid4()),
    ]


async def read(house: House, topic: str) -> int:
    rows = await house.rows("assessment", "SELECT sum(next_offset) AS n FROM consumer_offset WHERE topic = $1", topic)
    return int(rows[0]["n"] or 0)


async def shown(door: Door, household_id: UUID, area: str = VILLAGE) -> list[dict[str, Any]]:
    answer = await door.call("GET", f"{DEEDS}?household_id={household_id}", "village", area)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_what_the_registry_tells_is_kept_once(house: House) -> None:
    one = uuid4()
    await state(house, "registry", told(one))
    await house.serve("registry", "worker")
    door = await house.serve("assessment")

    async def applied() -> bool:
        return await read(house, "registry.household") == 6

    await house.settled(applied)
    expected = [("death", date(2017, 5, 1), None), ("exit", DAY, None), ("objection", date(2017, 5, 2), None)]
    assert [tuple(r) for r in await house.rows("assessment", KINDS)] == expected
    (household,) = await house.rows("assessment", "SELECT status FROM household")
    assert household["status"] == "exited"
    items = await shown(door, one)
    assert [(d["kind"], d["follow_up_due_on"]) for d in items] == [
        ("death", "2017-05-31"), ("objection", None), ("exit", None),
    ]  # fmt: skip
    assert await shown(door, one, "140927200202") == []
    assert (await door.call("GET", f"{DEEDS}?household_id={one}", "surveyor")).status_code == 403

    await _republish(find_service("registry"), await house.settings("registry"), "registry.household")

    async def read_again() -> bool:
        return await read(house, "registry.household") == 12

    await house.settled(read_again)
    assert [tuple(r) for r in await house.rows("assessment", KINDS)] == expected


async def test_an_exit_that_was_taken_back_stands_beside_the_exit(house: House) -> None:
    one, exit_id = uuid4(), uuid4()
    about = {**of(one), "exit_id": exit_id, "members": 2, "decision_id": uuid4()}
    await state(house, "registry", [
        whole(one), HouseholdExited(**about, exited_on=DAY),
        ExitRevoked(**about, status="poor", reason="cross_check", revoked_on=DAY),
    ])  # fmt: skip
    await house.serve("registry", "worker")
    await house.serve("assessment", "worker")

    async def applied() -> bool:
        return await read(house, "registry.household") == 3

    await house.settled(applied)
    assert [r["kind"] for r in await house.rows("assessment", KINDS)] == ["exit", "exit_revoked"]
    assert {r["source_key"] for r in await house.rows("assessment", "SELECT source_key FROM deed")} == {str(exit_id)}
    (household,) = await house.rows("assessment", "SELECT status FROM household")
    assert household["status"] == "poor"


async def test_a_death_that_was_a_mistake_asks_for_no_visit(house: House) -> None:
    """Of another day, it asks for one then; what was told stays on record."""
    one, other = uuid4(), uuid4()
    died = {"reason": "death", "members": 2, "removed_on": date(2017, 5, 1)}
    await state(house, "registry", [
        fact
        for household_id, right_on in ((one, None), (other, date(2017, 5, 9)))
        for fact in (
            whole(household_id), MemberRemoved(**of(household_id), **died, head=False),
            DepartureAmended(**of(household_id), **died, right_on=right_on, amended_on=DAY),
        )
    ])  # fmt: skip
    await house.serve("registry", "worker")
    door = await house.serve("assessment")

    async def applied() -> bool:
        return await read(house, "registry.household") == 6

    await house.settled(applied)
    items = [[(d["kind"], d["happened_on"], d["follow_up_due_on"]) for d in await shown(door, h)] for h in (one, other)]
    assert items == [
        [("death", "2017-05-01", None), ("death_revoked", "2017-06-01", None)],
        [("death", "2017-05-01", None), ("death", "2017-05-09", "2017-06-08"), ("death_revoked", "2017-06-01", None)],
    ]


async def test_deeds_of_a_household_that_is_not_known_yet(house: House) -> None:
    """Each topic runs at its own pace: money may be there before the register's word."""
    one, loan, person = uuid4(), uuid4(), uuid4()
    await state(house, "finance", [
        LoanDisbursed(**of(one), loan_id=loan, amount_fen=300, disbursed_on=date(2017, 2, 18)),
        LoanDisbursed(**of(one), loan_id=loan, amount_fen=200, disbursed_on=date(2017, 3, 18)),
    ])  # fmt: skip
    payment = PaymentConfirmed(
        **of(one), payment_id=uuid4(), purpose="pv_share", payer="p", category="property", amount_fen=70, paid_on=DAY
    )
    # The same payment confirmed anew, under another number of the log.
    await state(house, "industry", [
        payment, payment,
        PostAssigned(**of(one), assignment_id=uuid4(), kind="k", monthly_fen=50_000, started_on=DAY),
    ])  # fmt: skip
    await state(house, "relocation", [
        RelocationAgreed(**of(one), application_id=person, cohort=2016, members=3, agreed_on=DAY),
        HouseholdMovedIn(
            **of(one), application_id=person, allocation_id=uuid4(), cohort=2016, members=3, area_m2_x100=7_500,
            moved_in_on=DAY,
        ),
    ])  # fmt: skip
    for service in ("finance", "industry", "relocation"):
        await house.serve(service, "worker")
    door = await house.serve("assessment")

    async def applied() -> bool:
        return [await read(house, t) for t in ("finance.loan", "industry.household", "relocation.household")] == [
            2, 3, 2,
        ]  # fmt: skip

    await house.settled(applied)
    first, second, *of_the_day = [(d["kind"], d["amount_fen"]) for d in await shown(door, one)]
    assert [first, second] == [("loan", 300), ("loan", 200)]
    assert sorted(of_the_day) == [("moved_in", None), ("payment", 70), ("post", 50_000), ("relocation", None)]
    page = (await door.call("GET", f"{DEEDS}?household_id={one}&limit=4", "county")).json()
    rest = (await door.call("GET", f"{DEEDS}?household_id={one}&limit=4&cursor={page['next']}", "county")).json()
    assert [*page["items"], *rest["items"]] == await shown(door, one)
    assert await house.rows("assessment", "SELECT 1 FROM parked_key") == []


async def test_nobody_but_the_reactions_writes_deeds(house: House) -> None:
    connection = await asyncpg.connect((await house.settings("assessment")).database_url)
    house.stack.push_async_callback(connection.close)
    for statement in ("INSERT INTO deed DEFAULT VALUES", "UPDATE deed SET kind = 'exit'", "DELETE FROM deed"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.execute("SET ROLE system")
    for statement in ("UPDATE deed SET kind = 'exit'", "DELETE FROM deed"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
