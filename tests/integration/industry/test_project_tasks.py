"""What waits in projects: the last report of each, and every household's part, for another person than who said it."""

from uuid import UUID

from tests.conftest import Door, House
from tests.integration.industry.acts import FAR_VILLAGE, get, seed_household
from tests.integration.industry.test_projects import (
    accept_report,
    answer,
    part,
    plan,
    planned,
    report,
    said,
    take_part,
)


async def waiting(door: Door, role: str = "township", area: str = "", subject: str = "") -> list[tuple[str, str, str]]:
    """Case, procedure and due day of what waits for a role on 2017-06-01."""
    tasks = (await get(door, "/tasks", role, area, on="2017-06-01", subject=subject or role))["items"]
    return [(t["id"], t["procedure"].removeprefix("industry.projects."), t["due_on"]) for t in tasks]


async def steps(house: House, case_id: str) -> list[tuple[str, str]]:
    log = "SELECT step, acted_by FROM case_step WHERE case_id = $1 ORDER BY id"
    return [tuple(s) for s in await house.rows("industry", log, UUID(case_id))]


async def test_the_last_report_waits_for_the_township(house: House) -> None:
    door = await house.serve("industry", "api")
    (project,) = await planned(door, plan())
    first, second, last = said(project, 1_000), said(project, 2_000, "2017-05-11"), said(project, 3_000, "2017-05-12")
    assert await report(door, first, subject="clerk") == [None]
    assert await waiting(door) == [(first["id"], "reports", "2017-06-08")]
    assert await report(door, second, last, subject="clerk") == [None, None]
    assert await waiting(door) == [(last["id"], "reports", "2017-06-08")]
    assert await waiting(door, subject="clerk") == []  # who reported does not measure
    assert [await waiting(door, role) for role in ("village", "county")] == [[], []]
    assert await waiting(door, area=FAR_VILLAGE[:9]) == []
    assert [await accept_report(door, r["id"]) for r in (first, second)] == ["shared.wrong_state"] * 2
    assert await accept_report(door, last["id"], 3_000, subject="officer") is None
    assert await waiting(door) == []
    reports = (await get(door, f"/projects/{project}"))["reports"]
    assert [(r["state"], r["accepted_x100"]) for r in reports] == [
        ("replaced", None), ("replaced", None), ("accepted", 3_000),
    ]  # fmt: skip
    assert await steps(house, first["id"]) == [("reported", "clerk"), ("replaced", "clerk")]
    assert await steps(house, last["id"]) == [("reported", "clerk"), ("accepted", "officer")]


async def test_a_part_waits_for_another_person_than_who_reported_it(house: House) -> None:
    door = await house.serve("industry", "api")
    (oats,) = await planned(door, plan())
    one, two = part(oats, await seed_household(house)), part(oats, await seed_household(house))
    assert await take_part(door, one, subject="clerk") == [None]
    assert await take_part(door, two, subject="other") == [None]
    both = sorted([(one["id"], "participations", "2017-07-01"), (two["id"], "participations", "2017-07-01")])
    assert await waiting(door) == both
    assert [i for i, *_ in await waiting(door, subject="clerk")] == [two["id"]]
    assert [await waiting(door, role) for role in ("village", "county")] == [[], []]
    assert await waiting(door, area=FAR_VILLAGE[:9]) == []
    assert await answer(door, one, "2017-06-08", confirmed=False, subject="officer") == "shared.not_confirmed"
    assert await answer(door, two, "2017-06-08", subject="officer") is None
    assert await waiting(door) == []
    (shown,) = (await get(door, f"/projects/participations?household_id={one['household_id']}"))["items"]
    assert (shown["state"], shown["accepted_x100"], shown["due_on"]) == ("refused", None, None)
    assert await steps(house, one["id"]) == [("reported", "clerk"), ("accepted", "officer")]
