"""A file is taken while somebody else enters the same people: one of them is told so, and nobody breaks off."""

import asyncio

from tests.conftest import House
from tests.integration.registry.test_confirmed_rosters import read
from tests.integration.registry.test_exits import MINUTES
from tests.integration.registry.test_identification import noticed, step, walk
from tests.integration.registry.test_identification import person as applying
from tests.integration.registry.test_roster import confirm, hand_in, seed_divisions
from tests.roster_file import file, household, person

WAITING = """
    SELECT count(*) AS n FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE NOT l.granted AND d.datname = current_database()
"""


async def test_who_is_entered_by_a_file_and_by_an_application_at_once_is_entered_once(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    one = await noticed(door, applying(7))
    await walk(door, one, "/comparisons")
    import_id = await hand_in(door, file(household("R1", person(7))))
    assert (await read(house, door, import_id))["accepted_households"] == 1
    barrier = await house.owner("registry")
    await barrier.execute("BEGIN; LOCK TABLE household IN SHARE MODE")  # whoever would enter one stands still

    async def wait(many: int) -> None:
        async def do_wait() -> bool:
            return bool(await barrier.fetchval(WAITING) == many)

        await house.settled(do_wait, 30)

    await confirm(door, import_id)
    await wait(1)
    entry = step(door, "/entries", "county", {"id": one} | MINUTES, on="2017-10-24", subject="announcer")
    entering = asyncio.create_task(entry)
    await wait(2)
    await barrier.execute("ROLLBACK")
    (answer,) = await entering

    async def is_done() -> bool:
        return bool((await read(house, door, import_id))["state"] == "done")

    await house.settled(is_done, 60)
    assert (await read(house, door, import_id))["accepted_households"] == 1
    assert (answer["code"], answer["state"]) == ("registry.roster.person_under_review", "refused")
    (row,) = await house.rows("registry", "SELECT (SELECT count(*) FROM household) AS h, count(*) AS p FROM member")
    assert (row["h"], row["p"]) == (1, 1)
