"""Applications through their door, on a real database, with what they leave in tables and outbox."""

import asyncio
import json
from uuid import uuid4

from tests.conftest import House
from tests.integration.finance.acts import (
    LOANS,
    OTHER_VILLAGE,
    VILLAGE,
    application,
    apply_for,
    approve,
    event,
    get,
    lent,
    post,
    seed_household,
    types,
)


async def test_a_batch_is_decided_item_by_item(house: House) -> None:
    door = await house.serve("finance", "api")
    good, old, house_builder = [
        await seed_household(house), await seed_household(house, borrower_age_ok=False), await seed_household(house)
    ]  # fmt: skip
    results = await apply_for(
        door,
        application(good),
        application(old),
        application(house_builder, purpose="house", amount_fen=5_000_001),
        application(uuid4()),
    )
    assert [r["status"] for r in results] == ["accepted", "refused", "refused", "refused"]
    assert [r["code"] for r in results] == [
        None, "finance.loans.not_eligible", "finance.loans.not_eligible", "shared.household_unknown",
    ]  # fmt: skip
    assert [r["missing"] for r in results] == [
        [], ["borrower_age"], ["amount_within_limits", "purpose_productive"], [],
    ]  # fmt: skip
    assert results[0]["loan_no"] == "140927-2017-000001"
    assert await types(house) == ["loan_approved", "loan_refused", "loan_refused"]
    (approved,) = await house.rows("finance", "SELECT value FROM outbox ORDER BY id LIMIT 1")
    assert json.loads(approved["value"])["bank"] == "xinhe"
    assert json.loads(approved["value"])["borrower"] is None
    (why,) = await get(door, f"/finance/v1/decisions?subject_id={old}")
    assert (why["rule"], why["outcome"]) == ("finance.loan_eligibility", "refused")
    (loan,) = (await get(door, f"{LOANS}?household_id={good}"))["items"]
    assert (loan["state"], loan["rate_ppm"], loan["amount_fen"]) == ("approved", 47_500, 5_000_000)
    assert await get(door, "/finance/v1/operations/replay") == {"replayed": 3, "different": [], "different_count": 0}


async def test_the_same_application_is_answered_the_same_and_another_under_its_id_refused(house: House) -> None:
    door = await house.serve("finance", "api")
    item = application(await seed_household(house), term_months=12)
    (first,) = await apply_for(door, item)
    again, changed = await apply_for(door, item, item | {"amount_fen": 100})
    assert again == first
    assert (changed["status"], changed["code"]) == ("refused", "shared.content_differs")
    assert await types(house) == ["loan_approved"]
    elsewhere = application(await seed_household(house, OTHER_VILLAGE), id=item["id"])
    (taken,) = await apply_for(door, elsewhere, area=OTHER_VILLAGE)
    assert (taken["status"], taken["code"]) == ("refused", "shared.id_taken")
    assert len(await house.rows("finance", "SELECT 1 FROM loan")) == 1


async def test_an_unknown_household_may_be_tried_again(house: House) -> None:
    door = await house.serve("finance", "api")
    household_id = uuid4()
    item = application(household_id)
    (early,) = await apply_for(door, item)
    assert early["code"] == "shared.household_unknown"
    await seed_household(house, id=household_id)
    (late,) = await apply_for(door, item)
    assert late["status"] == "accepted"


async def test_two_at_once_get_one_loan(house: House) -> None:
    door = await house.serve("finance", "api")
    for _ in range(5):
        household_id = await seed_household(house)
        answers = await asyncio.gather(
            *(apply_for(door, application(household_id, bank=bank)) for bank in ("xinhe", "rcu", "xinhe"))
        )
        results = [a[0] for a in answers]
        assert sorted(r["status"] for r in results) == ["accepted", "refused", "refused"]
        assert [r["missing"] for r in results if r["status"] == "refused"] == [["no_open_loan"]] * 2


async def test_the_database_alone_keeps_out_a_second_open_loan(house: House) -> None:
    import asyncpg
    import pytest

    door = await house.serve("finance", "api")
    household_id = await seed_household(house)
    await apply_for(door, application(household_id), application(household_id))
    owner = await house.owner("finance")
    (refused,) = await owner.fetch("SELECT * FROM loan_application WHERE status = 'refused'")
    with pytest.raises(asyncpg.UniqueViolationError, match="one_open_loan"):
        await owner.execute(
            "INSERT INTO loan (id, loan_no, household_id, division, bank, state, amount_fen, term_months, rate_ppm,"
            " approved_on, approved_ppm) VALUES ($1, 'x', $2, $3, 'rcu', 'approved', 1, 1, 1, '2017-01-01', 1)",
            refused["id"], household_id, VILLAGE,
        )  # fmt: skip


async def test_a_loan_taken_in_another_village_still_counts(house: House) -> None:
    door = await house.serve("finance", "api")
    household_id = await seed_household(house)
    await apply_for(door, application(household_id))
    owner = await house.owner("finance")
    await owner.execute("UPDATE household SET division = $1", OTHER_VILLAGE)
    (second,) = await apply_for(door, application(household_id, bank="rcu"), area=OTHER_VILLAGE)
    assert second["missing"] == ["no_open_loan"]


async def test_a_loan_the_bank_declined_frees_the_household(house: House) -> None:
    door = await house.serve("finance", "api")
    household_id = await seed_household(house)
    (first,) = await apply_for(door, application(household_id))
    (declined,) = await post(
        door, event("1", "decision", first["loan_no"], "2017-03-18", approved=False, reason="credit of Mr X")
    )
    assert (declined["state"], declined["loan_state"]) == ("applied", "declined")
    (second,) = await apply_for(door, application(household_id, bank="rcu"))
    assert second["status"] == "accepted"
    assert await types(house) == ["loan_approved", "loan_refused", "loan_approved"]
    told = await house.rows("finance", "SELECT value FROM outbox")
    assert not any("Mr X" in r["value"] for r in told)


async def test_who_sees_which_loan(house: House) -> None:
    """The village its own, the county all of its area, a bank its own whatever area its token names."""
    door = await house.serve("finance", "api")
    ours = await approve(house, door)
    (theirs,) = await apply_for(
        door, application(await seed_household(house, OTHER_VILLAGE), bank="rcu"), area=OTHER_VILLAGE
    )

    async def seen(role: str, area: str, bank: str = "") -> set[str]:
        return {x["loan_no"] for x in (await get(door, LOANS, role, area, bank=bank))["items"]}

    assert await seen("village", VILLAGE) == {ours}
    assert await seen("county", "140927") == {ours, theirs["loan_no"]}
    assert await seen("county", "140928") == set()
    assert await seen("bank", "", "xinhe") == await seen("bank", "140927", "xinhe") == {ours}
    assert await seen("bank", "140927") == set()
    answer = await door.call("GET", f"{LOANS}/{theirs['id']}", "bank", "140927", bank="xinhe")
    assert (answer.status_code, answer.json()["code"]) == (404, "shared.not_found")
    assert (await door.call("POST", f"{LOANS}/applications", "bank", "", json={"items": []})).status_code in (
        403,
        422,
    )


async def test_pages_and_totals(house: House) -> None:
    door = await house.serve("finance", "api")
    numbers = {await approve(house, door) for _ in range(3)}
    first = await get(door, f"{LOANS}?limit=2&state=approved")
    rest = await get(door, f"{LOANS}?limit=2&state=approved&cursor={first['next']}")
    assert {x["loan_no"] for x in first["items"] + rest["items"]} == numbers
    assert rest["next"] is None
    await post(door, *lent(min(numbers)))
    assert await get(door, f"{LOANS}/summary") == {
        "loans": 1, "issued_fen": 5_000_000, "balance_fen": 5_000_000, "overdue_fen": 0,
        "by_state": {"approved": 2, "disbursed": 1},
    }  # fmt: skip


async def test_no_row_without_a_context(house: House) -> None:
    """Every table, on a connection that served a caller before."""
    import asyncpg

    door = await house.serve("finance", "api")
    await post(door, *lent(await approve(house, door)))
    connection = await asyncpg.connect((await house.settings("finance")).database_url)
    await connection.execute("BEGIN; SELECT set_config('app.area', '140927', true); COMMIT")
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert len(tables) > 20
    for (name,) in tables:
        if name != "alembic_version":
            assert await connection.fetch(f"SELECT 1 FROM {name} LIMIT 1") == [], name
    await connection.close()
