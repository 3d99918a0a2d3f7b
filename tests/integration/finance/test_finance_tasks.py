"""What waits for whom in finance: claims to be checked, holds to be confirmed or released."""

from typing import Any

from tests.conftest import Door, House
from tests.integration.finance.acts import CLAIMS, get
from tests.integration.finance.test_discounts import check, claim, running


async def tasks(door: Door, role: str = "county", **who: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await get(door, "/finance/v1/tasks", role, **who))["items"]
    return items


async def test_a_claim_waits_for_the_finance_bureau(house: House) -> None:
    door = await house.serve("finance", "api")
    await running(house, door)
    claim_id = (await claim(door, "1")).json()["id"]
    (task,) = await tasks(door, "finance", on="2017-06-26", subject="checker")
    assert task == {
        "id": claim_id, "procedure": "finance.discounts", "step": "checked", "household_id": None,
        "division": "140927", "since_on": "2017-06-25", "due_on": "2017-07-02", "title_zh": "复核贴息申报",
        "title_en": "Check a claim of the interest discount",
    }  # fmt: skip
    # Who made it is not asked, nor is any other office.
    assert await tasks(door, "finance", on="2017-06-26", subject="maker") == []
    for role in ("county", "auditor", "human_resources"):
        assert await tasks(door, role, on="2017-06-26") == []
    await check(door, claim_id, "checker")
    assert await tasks(door, "finance", on="2017-06-27", subject="checker") == []


async def test_the_office_makes_a_claim_and_checks_none_that_it_made_since(house: House) -> None:
    door = await house.serve("finance", "api")
    await running(house, door)
    claim_id = (await claim(door, "1")).json()["id"]

    async def refused(role: str) -> tuple[int, str | None]:
        answer = await door.call("POST", f"{CLAIMS}/{claim_id}/check", role, on="2017-06-26", subject="x")
        return answer.status_code, answer.json().get("code")

    assert await refused("county") == (403, "shared.wrong_role")
    assert await refused("forestry") == (403, "shared.forbidden_unit")
    # What began before the bureau checked, the office ends.
    await (await house.owner("finance")).execute("UPDATE discount_claim SET procedure_version = 1")
    assert await tasks(door, "finance", on="2017-06-26") == []
    assert await refused("finance") == (403, "shared.wrong_role")
    assert [t["id"] for t in await tasks(door, on="2017-06-26")] == [claim_id]
    assert await refused("county") == (200, None)


async def test_a_suspicion_waits_to_be_confirmed_and_then_for_another_to_release_it(house: House) -> None:
    door = await house.serve("finance", "api")
    await running(house, door)
    owner = await house.owner("finance")
    for kind in ("misuse_suspected", "borrower_death"):
        await owner.execute(
            "INSERT INTO loan_hold (id, loan_id, household_id, division, bank, kind, source_key, raised_on, raised_by,"
            " state, since_on, due_on) SELECT uuidv7(), id, household_id, division, bank, $1, $1, '2017-05-20',"
            " 'system:finance', 'raised', '2017-05-20', '2017-05-27' FROM loan",
            kind,
        )

    async def steps(subject: str) -> dict[str, str]:
        return {task["id"]: task["step"] for task in await tasks(door, on="2017-06-01", subject=subject)}

    held = {h["kind"]: h["id"] for h in (await get(door, "/finance/v1/holds"))["items"]}
    suspicion, death = held["misuse_suspected"], held["borrower_death"]
    assert await steps("qian") == {suspicion: "confirmed", death: "released"}
    body = {"items": [{"id": suspicion}]}
    await door.call("POST", "/finance/v1/holds/confirmations", "county", on="2017-06-01", subject="qian", json=body)
    assert await steps("qian") == {death: "released"}
    assert await steps("zhao") == {suspicion: "released", death: "released"}
