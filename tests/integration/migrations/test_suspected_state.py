"""A county in which people look into suspicions is taken over: nothing is lost, and they go on where they were."""

from typing import Any

from tests.conftest import Door, House
from tests.integration.finance.acts import LOANS, get
from tests.integration.migrations.takeover import take_over
from tests.integration.registry.test_changes import REMOVALS, post, word
from tests.integration.registry.test_exits import finished
from tests.integration.registry.test_suspicions import SETTLEMENTS, listed, said

CARE = "disability_level, family_doctor, chronic_card, assistive_device, rehabilitation, home_adapted"


async def replayed(door: Door, service: str) -> dict[str, Any]:
    answer = await door.call("GET", f"/{service}/v1/operations/replay", "auditor", "140927")
    found: dict[str, Any] = answer.json()
    return found


async def test_what_is_suspected_goes_on_where_it_was(house: House) -> None:
    before = await take_over(house, "registry", "suspected")
    care = f"SELECT count(*), num_nonnulls({CARE}) AS said FROM member_fact GROUP BY 2"
    (row,) = await house.rows("registry", care)
    assert (row["count"], row["said"]) == (len(before["member_fact"]), 0), "nobody has attested what was not asked then"
    assert {f["weight"] for f in before["income_line"]} == {"statement"}
    door = await house.serve("registry", "api")
    states = {one["id"]: one["state"] for one in before["suspicion"]}
    assert sorted(states.values()) == ["looked_into", "open", "upheld"]
    assert {one["id"]: one["state"] for one in await listed(door)} == states
    (looked,) = [one for one in before["suspicion"] if one["state"] == "looked_into"]
    (settled,) = await post(door, SETTLEMENTS, "township", said(looked))
    assert (settled["code"], settled["state"]) == (None, "upheld")
    (proposed,) = [one for one in before["removal"] if one["state"] == "proposed"]
    (struck,) = await post(door, f"{REMOVALS}/confirmations", "county", await word(house, proposed))
    assert (struck["code"], struck["state"]) == (None, "confirmed")
    (case,) = [one for one in before["exit_case"] if one["state"] == "noticed"]
    assert (await finished(door, case["id"]))[-1]["state"] == "announced"
    found = await replayed(door, "registry")
    assert (found["replayed"], found["different_count"]) == (len(before["decision"]) + 2, 0)


async def test_what_was_lent_and_held_is_shown_as_before(house: House) -> None:
    before = await take_over(house, "finance", "suspected")
    door = await house.serve("finance", "api")
    loans = {one["loan_no"]: one["state"] for one in (await get(door, LOANS))["items"]}
    assert loans == {one["loan_no"]: one["state"] for one in before["loan"]}
    (held,) = (await get(door, "/finance/v1/holds"))["items"]
    assert (held["id"], held["kind"], held["state"]) == (before["loan_hold"][0]["id"], "borrower_death", "raised")
    (claim,) = before["discount_claim"]
    shown = await get(door, f"/finance/v1/discounts/claims/{claim['id']}")
    assert len(shown["items"]) == claim["lines"] == 1
    assert (await replayed(door, "finance"))["different_count"] == 0
