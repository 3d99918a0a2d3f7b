"""Projects through their doors: planned, reported, accepted by another person, paid from a budget, taken part in."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.industry.acts import (
    COUNTY,
    FAR_VILLAGE,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    facts,
    get,
    results,
    seed_household,
    send,
)
from tests.integration.industry.gate import at_once

CODES = ("91350100M000100Y43", "91140999000000017E")
P = "industry.projects."


def plan(kind: str = "oats", division: str = VILLAGE, planned: int = 10_000, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "kind": kind, "division": division, "entity_id": None, "planned_x100": planned,
        "budget_fen": 0, "item": None,
    } | changes  # fmt: skip


async def planned(door: Door, *items: dict[str, Any], role: str = "county") -> list[str]:
    found = await results(door, "POST", "/projects", role, *items)
    assert [r["code"] for r in found] == [None] * len(items)
    return [i["id"] for i in items]


def said(project: str, quantity: int, on: str = "2017-05-10", **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "project_id": project, "quantity_x100": quantity, "reported_on": on} | changes


async def report(door: Door, *items: dict[str, Any], **how: Any) -> list[Any]:
    return [r["code"] for r in await results(door, "POST", "/projects/reports", "village", *items, **how)]


async def accept(door: Door, project: str, quantity: int, on: str = "2017-05-20", **how: Any) -> Any:
    reports = (await get(door, f"/projects/{project}"))["reports"]
    return await accept_report(door, reports[-1]["id"], quantity, on, **how)


async def accept_report(door: Door, report_id: str, quantity: int = 1, on: str = "2017-05-20", **how: Any) -> Any:
    item = {"id": report_id, "quantity_x100": quantity, "accepted_on": on}
    (result,) = await results(door, "POST", "/projects/acceptances", "township", item, **how)
    assert result["id"] == report_id
    return result["code"]


def entity(code: str, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "code": code, "name_zh": "谷德福", "kind": "enterprise", "leading": True} | changes


async def set_entities(door: Door, *items: dict[str, Any]) -> list[Any]:
    return [r["code"] for r in await results(door, "PUT", "/projects/entities", "county", *items)]


async def test_entities_bear_right_codes_of_their_own(house: House) -> None:
    door = await house.serve("industry", "api")
    good, wrong = entity(CODES[0]), entity("91350100M000100Y44")
    assert await set_entities(door, good, wrong, entity(CODES[0]), good) == [
        None, f"{P}wrong_code", f"{P}code_taken", "shared.twice_in_batch",
    ]  # fmt: skip
    assert await set_entities(door, good | {"name_zh": "福满园", "leading": False}) == [None]
    shown = await get(door, "/projects/entities")
    assert shown == {"items": [good | {"name_zh": "福满园", "leading": False}], "next": None}
    assert (await get(door, "/projects/summary"))["leading_enterprises"] == 0
    assert await set_entities(door, good, entity(CODES[0])) == [None, f"{P}code_taken"]
    assert (await get(door, "/projects/summary"))["leading_enterprises"] == 1
    unknown = await results(door, "POST", "/projects", "county", plan(entity_id=str(uuid4())))
    assert [r["code"] for r in unknown] == [f"{P}entity_unknown"]
    await planned(door, plan(entity_id=good["id"]))
    forbidden = await send(door, "PUT", "/projects/entities", "township", {"items": [good]})
    assert forbidden.status_code == 403


async def test_plans_are_taken_once_and_within_the_planners_area(house: House) -> None:
    door = await house.serve("industry", "api")
    item, far = plan(), plan(division=FAR_VILLAGE)
    answers = await results(
        door, "POST", "/projects", "township", item, item, item | {"planned_x100": 1}, far, plan("gold"),
        plan("works", item="palace"), plan("tourism", planned=5), plan(item="黑豆"),
    )  # fmt: skip
    assert [r["code"] for r in answers] == [
        None, None, "shared.content_differs", "shared.outside_area", f"{P}unknown_kind", f"{P}unknown_item",
        f"{P}no_quantity", f"{P}item_misplaced",
    ]  # fmt: skip
    await planned(door, far)
    (taken,) = await results(door, "POST", "/projects", "township", plan(id=far["id"]))
    assert taken["code"] == "shared.id_taken"
    assert [p["id"] for p in (await get(door, "/projects", "village"))["items"]] == [item["id"]]
    assert [p["id"] for p in (await get(door, f"/projects?division={FAR_VILLAGE}"))["items"]] == [far["id"]]
    page = await get(door, "/projects?kind=oats&limit=1")
    rest = await get(door, f"/projects?kind=oats&limit=1&cursor={page['next']}")
    assert {page["items"][0]["id"], rest["items"][0]["id"]} == {item["id"], far["id"]}
    assert (await get(door, "/projects?kind=flax"))["items"] == []
    unknown = await door.call("GET", "/industry/v1/projects?kind=gold", "county", "140927")
    assert (unknown.status_code, [e["field"] for e in unknown.json()["errors"]]) == (422, ["kind"])
    assert "oats" in unknown.json()["errors"][0]["expected_en"]


async def test_a_report_far_above_the_measure_is_a_finding(house: House) -> None:
    door = await house.serve("industry", "api")
    honest, boasting = await planned(door, plan(), plan())
    assert await report(door, said(honest, 11_000), said(boasting, 11_001)) == [None, None]
    assert [await accept(door, p, 10_000) for p in (honest, boasting)] == [None, None]
    (finding,) = (await get(door, "/projects/findings", "township"))["items"]
    assert finding.pop("sentence_en") == "110.01 were reported, 100 were found on acceptance."
    assert finding.pop("sentence_zh") == "上报 110.01，验收认定 100。"
    assert finding | {"id": ""} == {
        "id": "", "project_id": boasting, "division": VILLAGE, "kind": "oats", "code": "over_reported",
        "reported_x100": 11_001, "accepted_x100": 10_000, "found_on": "2017-06-01",
    }  # fmt: skip
    assert [await accept(door, boasting, q) for q in (10_000, 9_000)] == ["shared.wrong_state"] * 2
    assert len((await get(door, "/projects/findings"))["items"]) == 1
    shown = await get(door, f"/projects/{boasting}", "village")
    assert [r["over_reported"] for r in shown["reports"]] == [True]
    assert (shown["reported_x100"], shown["accepted_x100"]) == (11_001, 10_000)
    assert await facts(house) == []


async def test_the_last_report_stands_until_the_next_is_accepted(house: House) -> None:
    door = await house.serve("industry", "api")
    (project,) = await planned(door, plan())
    first, second = said(project, 4_000), said(project, 9_000, "2017-05-25")
    assert await report(door, first, first, first | {"quantity_x100": 1}) == [None, None, "shared.content_differs"]
    assert await accept(door, project, 4_000) is None
    assert await report(door, second, said(project, 9_500, "2017-05-24")) == [None, f"{P}dates_reversed"]
    shown = await get(door, f"/projects/{project}")
    assert (shown["reported_x100"], shown["accepted_x100"]) == (9_000, 4_000)
    assert await accept(door, project, 8_800, "2017-05-24") == f"{P}dates_reversed"
    assert await accept(door, project, 8_800, "2017-05-26") is None
    shown = await get(door, f"/projects/{project}")
    assert [r["accepted_x100"] for r in shown["reports"]] == [4_000, 8_800]
    assert (shown["reported_x100"], shown["accepted_x100"]) == (9_000, 8_800)


async def test_reports_and_acceptances_that_are_refused(house: House) -> None:
    door = await house.serve("industry", "api")
    mine, others, the_countys, budget = await planned(
        door, plan(), plan(division=OTHER_VILLAGE), plan(division=COUNTY), plan("tourism", planned=0)
    )
    codes = await report(
        door, said(mine, 1, "2017-06-02"), said(others, 1), said(the_countys, 1), said(budget, 1), said(str(uuid4()), 1)
    )
    assert codes == [
        "shared.future_date", "shared.not_found", "shared.outside_area", f"{P}no_quantity", "shared.not_found",
    ]  # fmt: skip
    assert await accept_report(door, str(uuid4())) == "shared.not_found"
    assert await report(door, said(mine, 100), subject="somebody") == [None]
    assert await accept(door, mine, 100, subject="somebody") == "shared.same_person"
    assert await accept(door, mine, 100, "2017-06-02") == "shared.future_date"
    assert await accept(door, mine, 100, area=FAR_VILLAGE[:9]) == "shared.not_found"
    assert await house.rows("industry", "SELECT 1 FROM project_report WHERE state = 'accepted'") == []


async def test_the_database_itself_keeps_reporter_and_acceptor_apart(house: House) -> None:
    door = await house.serve("industry", "api")
    (project,) = await planned(door, plan())
    item = said(project, 100)
    await report(door, item, subject="somebody")
    owner = await house.owner("industry")
    accepted = "UPDATE project_report SET state = 'accepted', accepted_x100 = 100, accepted_on = '2017-05-20'"
    with pytest.raises(asyncpg.CheckViolationError, match="project_acceptor_is_not_reporter"):
        await owner.execute(f"{accepted}, measured_by = 'somebody' WHERE id = $1", UUID(item["id"]))
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(f"{accepted} WHERE id = $1", UUID(item["id"]))


async def test_finished_works_fill_the_villages_checklist_once(house: House) -> None:
    door = await house.serve("industry", "api")
    road, clinic = await planned(
        door, plan("works", planned=100, item="road"), plan("works", planned=100, item="medical")
    )
    await report(door, said(road, 100), said(clinic, 100))
    assert await accept(door, road, 100) is None
    assert await accept(door, clinic, 50) is None  # half of it: found out, and not on the checklist
    works = {"division": VILLAGE, "project_id": road, "item": "road", "accepted_on": "2017-05-20"}
    assert await facts(house) == [("works_accepted", works)]
    await report(door, said(road, 100, "2017-05-25"), said(clinic, 100, "2017-05-25"))
    assert [await accept(door, p, 100, "2017-05-26") for p in (road, clinic)] == [None, None]
    later = {"project_id": clinic, "item": "medical", "accepted_on": "2017-05-26"}
    assert await facts(house) == [("works_accepted", works), ("works_accepted", works | later)]
    found = (await get(door, "/projects/findings"))["items"]
    assert [f["project_id"] for f in found] == [clinic]


def spending(project: str, fen: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "project_id": project, "amount_fen": fen, "spent_on": "2017-05-01",
        "purpose": "equipment",
    } | changes  # fmt: skip


async def spend(door: Door, *items: dict[str, Any]) -> list[Any]:
    return [r["code"] for r in await results(door, "POST", "/projects/spendings", "county", *items)]


async def test_a_budget_is_never_overspent(house: House) -> None:
    door = await house.serve("industry", "api")
    (project,) = await planned(door, plan("ecommerce", COUNTY, 0, budget_fen=50_000_000))
    first = spending(project, 30_000_000)
    assert await spend(
        door, first, spending(project, 20_000_001), spending(project, 19_999_999), spending(project, 2), first
    ) == [None, f"{P}over_budget", None, f"{P}over_budget", None]  # fmt: skip
    assert await spend(door, first | {"amount_fen": 1}, spending(project, 1, spent_on="2017-06-02")) == [
        "shared.content_differs", "shared.future_date",
    ]  # fmt: skip
    shown = await get(door, f"/projects/{project}")
    assert (shown["spent_fen"], sorted(s["amount_fen"] for s in shown["spendings"])) == (
        49_999_999, [19_999_999, 30_000_000],
    )  # fmt: skip
    rivals = [spend(door, spending(project, 1)) for _ in range(4)]
    answers = await at_once(house, "SELECT FROM project FOR UPDATE", *rivals)
    assert sorted(str(code) for (code,) in answers) == ["None", *[f"{P}over_budget"] * 3]
    assert await spend(door, spending(str(uuid4()), 1)) == ["shared.not_found"]


def part(project: str, household: UUID, quantity: int = 100, on: str = "2017-03-01", **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "project_id": project, "household_id": str(household), "quantity_x100": quantity,
        "started_on": on,
    } | changes  # fmt: skip


async def take_part(door: Door, *items: dict[str, Any], **how: Any) -> list[Any]:
    role = how.pop("role", "village")
    return [r["code"] for r in await results(door, "POST", "/projects/participations", role, *items, **how)]


async def answer(door: Door, item: dict[str, Any], on: str, *, confirmed: bool = True, **how: Any) -> Any:
    body = {"id": item["id"], "confirmed": confirmed, "quantity_x100": how.pop("quantity", 100), "accepted_on": on}
    path = "/projects/participations/acceptances"
    return (await results(door, "POST", path, "township", body, on="2017-07-01", **how))[0]["code"]


async def test_a_shop_counts_once_it_was_open_for_long_enough(house: House) -> None:
    door = await house.serve("industry", "api")
    household = await seed_household(house)
    (shops,) = await planned(door, plan("shop", COUNTY, 5_000))
    shop = part(shops, household, on="2017-03-10")
    assert await take_part(door, shop, shop, shop | {"quantity_x100": 200}, role="team") == [
        None, None, "shared.content_differs",
    ]  # fmt: skip
    assert await answer(door, shop, "2017-06-07") == f"{P}too_young"  # 89 days
    assert await answer(door, shop, "2017-06-08", subject="test-team") == "shared.same_person"
    assert await answer(door, shop, "2017-07-02") == "shared.future_date"
    assert await facts(house) == []
    assert [await answer(door, shop, "2017-06-08") for _ in range(2)] == [None, "shared.wrong_state"]
    assert await answer(door, shop, "2017-06-08", confirmed=False) == "shared.wrong_state"
    assert await facts(house) == [(
        "participation_accepted",
        {
            "household_id": str(household), "division": VILLAGE, "participation_id": shop["id"],
            "project_kind": "shop", "quantity_x100": 100, "unit": "count", "accepted_on": "2017-06-08",
        },
    )]  # fmt: skip
    (shown,) = (await get(door, f"/projects/participations?household_id={household}", "village"))["items"]
    assert (shown["state"], shown["accepted_x100"]) == ("accepted", 100)
    assert (await get(door, "/projects/participations", "village", OTHER_VILLAGE))["items"] == []


async def test_who_cannot_take_part(house: House) -> None:
    door = await house.serve("industry", "api")
    one, gone, far = [
        await seed_household(house), await seed_household(house, status="removed"),
        await seed_household(house, OTHER_VILLAGE),
    ]  # fmt: skip
    oats, budget, theirs = await planned(
        door, plan(), plan("tourism", planned=0), plan(division=OTHER_VILLAGE)
    )  # fmt: skip
    first = part(oats, one)
    codes = await take_part(
        door, first, part(oats, one), part(oats, gone), part(oats, far), part(oats, uuid4()), part(budget, one),
        part(theirs, one), part(oats, one, on="2017-06-02"),
    )  # fmt: skip
    assert codes == [
        None, f"{P}takes_part_already", "shared.household_removed", "shared.household_unknown",
        "shared.household_unknown", f"{P}no_quantity", "shared.not_found", "shared.future_date",
    ]  # fmt: skip
    assert await answer(door, first, "2017-06-08", confirmed=False) == "shared.not_confirmed"
    assert await take_part(door, part(oats, one)) == [None]  # what was refused does not stand in the way
    other = await seed_household(house)
    rivals = [take_part(door, part(oats, other)) for _ in range(3)]
    answers = await at_once(house, "SELECT FROM household FOR UPDATE", *rivals)
    assert sorted(str(code) for (code,) in answers) == ["None", *[f"{P}takes_part_already"] * 2]


async def test_totals_by_kind(house: House) -> None:
    door = await house.serve("industry", "api")
    here, there, shops = await planned(
        door, plan(planned=10_000), plan(planned=5_000, division=FAR_VILLAGE), plan("shop", TOWNSHIP, 300)
    )
    await planned(door, plan("tourism", COUNTY, 0, budget_fen=7))
    await report(door, said(here, 12_000))
    await accept(door, here, 9_000)
    for _ in range(2):
        shop = part(shops, await seed_household(house))
        await take_part(door, shop)
        await answer(door, shop, "2017-06-08")
    totals = {i["kind"]: i for i in (await get(door, "/projects/summary"))["items"]}
    assert list(totals) == [
        "herbs", "millet", "oats", "flax", "sheep", "shop", "farmhouse", "works", "product", "tourism", "ecommerce",
    ]  # fmt: skip
    assert totals["oats"] == {
        "kind": "oats", "unit": "mu", "projects": 2, "villages": 2, "planned_x100": 15_000, "reported_x100": 12_000,
        "accepted_x100": 9_000, "over_reported": 1, "households": 0, "budget_fen": 0, "spent_fen": 0,
    }  # fmt: skip
    assert (totals["shop"]["households"], totals["shop"]["villages"]) == (2, 0)
    assert (totals["tourism"]["budget_fen"], totals["tourism"]["unit"]) == (7, "none")
    mine = {i["kind"]: i for i in (await get(door, "/projects/summary", "village"))["items"]}
    assert (mine["oats"]["projects"], mine["tourism"]["projects"], mine["shop"]["households"]) == (1, 0, 2)
    assert there in [p["id"] for p in (await get(door, "/projects"))["items"]]
