"""Forestry through its doors: plots paid by the year, cooperatives whose labour is paid within their contracts."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.industry.acts import FAR_VILLAGE, OTHER_VILLAGE, VILLAGE, get, results, seed_household
from tests.integration.industry.gate import at_once

F = "industry.forestry."
DUES = "SELECT source_key, household_id, division, purpose, payer, category, amount_fen FROM payout_due"


def plot(household: UUID, area: int = 500, on: str = "2017-04-01", **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "household_id": str(household), "area_mu_x100": area, "planted_on": on} | changes


async def codes(door: Door, path: str, role: str, *items: dict[str, Any], **how: Any) -> list[Any]:
    method = "PUT" if path == "coops" else "POST"
    return [r["code"] for r in await results(door, method, f"/forestry/{path}", role, *items, **how)]


def standing(
    of: dict[str, Any], area: int = 500, year: int = 1, on: str = "2017-05-20", **changes: Any
) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "plot_id": of["id"], "year_no": year, "area_mu_x100": area, "accepted_on": on
    } | changes  # fmt: skip


def coop(code: str = "C1", members: int = 20, poor: int = 12, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "code": code, "division": VILLAGE, "members": members, "poor_members": poor
    } | changes  # fmt: skip


def contract(of: dict[str, Any], labour: int = 45_000, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "coop_id": of["id"], "area_mu_x100": 1_000, "contract_fen": 100_000, "labour_fen": labour
    } | changes  # fmt: skip


def member(of: dict[str, Any], household: UUID, on: str = "2017-04-01", **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "coop_id": of["id"], "household_id": str(household), "joined_on": on} | changes


def labour(of: dict[str, Any], household: UUID, fen: int, on: str = "2017-05-10", **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "contract_id": of["id"], "household_id": str(household), "amount_fen": fen,
        "worked_on": on,
    } | changes  # fmt: skip


async def test_a_year_of_a_plot_is_paid_once_for_what_stands(house: House) -> None:
    door = await house.serve("industry", "api")
    household = await seed_household(house)
    new, old = plot(household), plot(household, 333, "2015-04-01")
    assert await codes(door, "plots", "township", new, old, new, new | {"area_mu_x100": 1}, subject="one") == [
        None, None, None, "shared.content_differs",
    ]  # fmt: skip
    first = standing(new, 480)
    assert await codes(door, "acceptances", "forestry", first, subject="one") == ["shared.same_person"]
    assert await codes(
        door, "acceptances", "forestry", standing(new, 501), standing(new, year=2), standing(new, on="2017-06-02"),
        standing(new, on="2017-03-31"), standing({"id": str(uuid4())}), first, first, first | {"area_mu_x100": 1},
        standing(new, 480), standing(old, 333, 2), standing(old, 300, 3), standing(old, 0),
    ) == [
        f"{F}over_plot", f"{F}year_not_come", "shared.future_date", f"{F}dates_reversed", "shared.not_found", None,
        None, "shared.content_differs", f"{F}year_accepted", None, None, None,
    ]  # fmt: skip
    common = (household, VILLAGE, "forest_instalment", "forestry:farmland_to_forest", "transfer")
    assert {tuple(d) for d in await house.rows("industry", DUES)} == {
        (f"forest:{new['id']}:1", *common, 240_000), (f"forest:{old['id']}:2", *common, 49_950),
        (f"forest:{old['id']}:3", *common, 90_000),
    }  # fmt: skip
    totals = await get(door, "/forestry/summary")
    assert (totals["plots"], totals["plot_mu_x100"], totals["accepted_mu_x100"]) == (2, 833, 780)
    owner = await house.owner("industry")
    for change, name in (
        ("area_mu_x100 = plot_mu_x100 + 1", "forest_within_plot"),
        ("accepted_by = recorded_by", "forest_acceptor_is_not_recorder"),
    ):
        with pytest.raises(asyncpg.CheckViolationError, match=name):
            await owner.execute(f"UPDATE forest_acceptance SET {change}")


async def test_plots_that_are_refused(house: House) -> None:
    door = await house.serve("industry", "api")
    gone, far = await seed_household(house, status="removed"), await seed_household(house, FAR_VILLAGE)
    known = await seed_household(house)
    theirs = plot(far)
    assert await codes(door, "plots", "township", theirs, area=FAR_VILLAGE[:9]) == [None]
    assert await codes(
        door, "plots", "township", plot(gone), plot(far), plot(known, on="2017-06-02"), plot(known, id=theirs["id"])
    ) == ["shared.household_removed", "shared.household_unknown", "shared.future_date", "shared.id_taken"]


async def test_acceptances_at_once_pay_once(house: House) -> None:
    door = await house.serve("industry", "api")
    item = plot(await seed_household(house))
    await codes(door, "plots", "township", item)
    rivals = [codes(door, "acceptances", "forestry", standing(item)) for _ in range(3)]
    answers = await at_once(house, "SELECT FROM forest_plot FOR UPDATE", *rivals)
    assert sorted(str(code) for (code,) in answers) == ["None", f"{F}year_accepted", f"{F}year_accepted"]
    assert len(await house.rows("industry", DUES)) == 1


async def test_a_coop_has_members_enough_and_enough_of_them_poor(house: House) -> None:
    door = await house.serve("industry", "api")
    good = coop()
    assert await codes(
        door, "coops", "forestry", good, coop("C2", 20, 11), coop("C3", 19, 19), coop("C4", 20, 21), coop("C1"), good
    ) == [
        None, f"{F}too_few_poor_members", f"{F}too_few_members", f"{F}impossible_count", f"{F}code_taken",
        "shared.twice_in_batch",
    ]  # fmt: skip
    assert await codes(door, "coops", "forestry", good | {"members": 30, "poor_members": 18}) == [None]
    assert await codes(door, "coops", "forestry", good | {"members": 30, "poor_members": 17}) == [
        f"{F}too_few_poor_members"
    ]
    assert await codes(door, "coops", "forestry", good | {"division": OTHER_VILLAGE}) == ["shared.content_differs"]
    assert await codes(door, "coops", "forestry", coop("C5", division="140928200")) == ["shared.outside_area"]
    totals = await get(door, "/forestry/summary", "village")
    assert (totals["coops"], totals["coop_poor_members"]) == (1, 18)
    assert (await get(door, "/forestry/summary", "village", OTHER_VILLAGE))["coops"] == 0


async def test_enough_of_a_contract_is_for_labour(house: House) -> None:
    door = await house.serve("industry", "api")
    its_coop = coop()
    await codes(door, "coops", "forestry", its_coop)
    good = contract(its_coop)
    assert await codes(
        door, "contracts", "forestry", good, good, good | {"labour_fen": 46_000}, contract(its_coop, 44_999),
        contract(its_coop, 100_001), contract({"id": str(uuid4())}),
    ) == [
        None, None, "shared.content_differs", f"{F}too_little_labour", f"{F}labour_over_contract", "shared.not_found",
    ]  # fmt: skip
    assert (await get(door, "/forestry/summary", "township"))["contracts"] == 1


async def test_labour_is_members_and_within_the_contract(house: House) -> None:
    door = await house.serve("industry", "api")
    its_coop = coop(division=VILLAGE[:9])
    await codes(door, "coops", "forestry", its_coop)
    works = contract(its_coop)
    await codes(door, "contracts", "forestry", works)
    one, two, stranger = [
        await seed_household(house), await seed_household(house, OTHER_VILLAGE), await seed_household(house)
    ]  # fmt: skip
    joins = member(its_coop, one)
    assert await codes(
        door, "memberships", "village", joins, joins, joins | {"joined_on": "2017-04-02"}, member(its_coop, one),
        member(its_coop, two), member(its_coop, stranger, "2017-06-02"), member({"id": str(uuid4())}, one),
    ) == [
        None, None, "shared.content_differs", f"{F}member_already", "shared.household_unknown", "shared.future_date",
        "shared.not_found",
    ]  # fmt: skip
    assert await codes(door, "memberships", "township", member(its_coop, two)) == [None]
    first = labour(works, one, 30_000)
    assert await codes(
        door, "labour", "township", first, first, labour(works, two, 15_001), labour(works, two, 14_000),
        labour(works, stranger, 1), labour(works, one, 1, "2017-03-31"), labour(works, one, 1, "2017-06-02"),
        labour({"id": str(uuid4())}, one, 1), labour(works, uuid4(), 1), first | {"amount_fen": 1},
    ) == [
        None, None, f"{F}over_labour", None, f"{F}not_a_member", f"{F}not_a_member", "shared.future_date",
        "shared.not_found", "shared.household_unknown", "shared.content_differs",
    ]  # fmt: skip
    rivals = [codes(door, "labour", "township", labour(works, one if i else two, 600)) for i in range(2)]
    answers = await at_once(house, "SELECT FROM forest_contract FOR UPDATE", *rivals)
    assert sorted(str(code) for (code,) in answers) == ["None", f"{F}over_labour"]
    dues = [tuple(d) for d in await house.rows("industry", DUES)]
    assert (f"forest_labour:{first['id']}", one, VILLAGE, "forest_labour", "coop:C1", "wage", 30_000) in dues
    assert sum(d[-1] for d in dues) == 44_600
    assert await get(door, "/forestry/summary") == {
        "plots": 0, "plot_mu_x100": 0, "accepted_mu_x100": 0, "coops": 1, "coop_poor_members": 12,
        "member_households": 2, "contracts": 1, "labour_fen": 44_600,
    }  # fmt: skip
    owner = await house.owner("industry")
    with pytest.raises(asyncpg.CheckViolationError, match="forest_labour_within_contract"):
        await owner.execute("UPDATE forest_contract SET paid_fen = labour_fen + 1")
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="forest_labour_of_a_member"):
        await owner.execute("UPDATE forest_labour SET household_id = $1", stranger)
