"""What a village has ends alike in whatever order it is told: the later-dated word stands from its day on."""

from datetime import date
from itertools import permutations
from typing import Any

from services.registry.villages import actions
from shared.data.db import open_pool, system_caller, transaction
from shared.ground.context import system_act
from tests.conftest import House
from tests.integration.registry.test_households import VILLAGE
from tests.integration.registry.test_villages import post
from tests.integration.registry.test_works import works

NOW = "2017-11-20"
# (told by, from which day on, whether it has the item)
HISTORY = (
    ("visit", "2017-03-01", False), ("works", "2017-05-01", True), ("visit", "2017-06-10", False),
    ("works", "2017-08-01", True),
)  # fmt: skip


async def test_checks_and_works_end_alike_in_every_order(house: House) -> None:
    orders = list(permutations(HISTORY))
    villages = [f"{VILLAGE[:9]}{n:03}" for n in range(len(orders))]
    owner = await house.owner("registry")
    await owner.executemany(
        "INSERT INTO division VALUES ($1, '[2014-01-01,)', '村', '-', 'village', true, 100)", [(v,) for v in villages]
    )
    door = await house.serve("registry", "api")
    pool = await open_pool((await house.settings("registry")).database_url, 1)
    act = system_act("registry", date.fromisoformat(NOW))
    for turn in range(len(HISTORY)):
        now = [(v, *order[turn]) for v, order in zip(villages, orders, strict=True)]
        seen = [
            {"division": v, "item": "road", "met": met, "checked_on": on} for v, by, on, met in now if by == "visit"
        ]
        results: list[Any] = await post(door, "facilities", seen, "township", VILLAGE[:9], on=NOW)
        assert {r["status"] for r in results} == {"accepted"}
        async with transaction(pool, system_caller("registry")) as connection:
            done = [works("road", date.fromisoformat(on), v) for v, by, on, _ in now if by == "works"]
            await actions.record_works(connection, act, done)
    await pool.close()
    rows = await house.rows(
        "registry",
        "SELECT division, valid::text, met, weight FROM village_facility WHERE upper_inf(known) ORDER BY 1, 2",
    )
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row["division"], []).append(tuple(row)[1:])
    assert {str(v) for v in found.values()} == {str([
        ("[2017-03-01,2017-05-01)", False, "visit"), ("[2017-05-01,2017-06-10)", True, "attestation"),
        ("[2017-06-10,2017-08-01)", False, "visit"), ("[2017-08-01,)", True, "attestation"),
    ])}  # fmt: skip
    assert len(found) == len(orders)
