"""What a household that moved takes along, what stays where it was done, and which days are whose."""

from typing import Any
from uuid import UUID

import asyncpg

from tests.conftest import Door, House, find_service
from tests.integration.registry.test_amendments import confirm, correcting, loses_water, returning, shown
from tests.integration.registry.test_amendments import post as amend
from tests.integration.registry.test_as_of import ask, out
from tests.integration.registry.test_case_04_death_confirmed_by_mistake import REVERSALS, reversal
from tests.integration.registry.test_changes import DEPARTURES, HOUSEHOLDS, add_member, departure, leave, post, told
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_identification import entered
from tests.integration.registry.test_identification import person as applicant
from tests.integration.registry.test_transfers import (
    FAR,
    LATE,
    NEAR,
    OTHER_TOWNSHIP,
    TRANSFERS,
    decide,
    listed,
    moves,
    moving,
)
from tests.integration.registry.test_villages import found_places

EXITS = "/registry/v1/exits"
# What is held for true now of where and how a household stood.
WHERE = (
    "SELECT division, status, lower(valid)::text AS since, upper(valid)::text AS until, status_since::text"
    " FROM household_standing WHERE household_id = $1 AND upper_inf(known) ORDER BY lower(valid)"
)
OF_BOTH = """
    SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public'
    AND column_name IN ('household_id', 'division') GROUP BY 1 HAVING count(*) = 2
"""


async def stood(house: House, household_id: UUID) -> list[tuple[Any, ...]]:
    return [tuple(r) for r in await house.rows("registry", WHERE, household_id)]


async def test_every_table_of_households_follows_or_is_history(house: House) -> None:
    (source,) = await house.rows("registry", "SELECT prosrc FROM pg_proc WHERE proname = 'move_households'")
    both = {r["name"] for r in await house.rows("registry", OF_BOTH)}
    history = {t.name for t in find_service("registry").history}
    followed = {table for table in both if f"UPDATE {table} " in source["prosrc"]}
    assert both - followed - history == set(), "a word is due: does it follow (a migration), or is it `history`?"
    assert followed & history == set()
    assert history <= both


async def test_where_it_stands_and_how_it_stands_are_two_stories(house: House) -> None:
    """Out since October in the one village; it moves in November; then the day of its exit was wrong, then it fell."""
    door = await house.serve("registry", "api")
    await found_places(house)
    one, exit_id = await out(house, door)
    item = moving(one, moved_on="2017-11-01")
    await post(door, TRANSFERS, "village", item, on="2017-11-05")
    (taken,) = await _decided(door, item)
    assert taken["state"] == "taken"
    assert await stood(house, one) == [
        (VILLAGE, "poor", "2014-06-01", "2017-10-17", "2014-06-01"),
        (VILLAGE, "exited", "2017-10-17", "2017-11-01", "2017-10-17"),
        (FAR, "exited", "2017-11-01", None, "2017-10-17"),
    ]
    for right in ("2017-10-12", "2017-11-03"):
        item = correcting(exit_id, exited_on=right)
        await amend(door, "corrections", "county", item, area="140927")
        assert [r["state"] for r in await confirm(door, item)] == ["confirmed"]
        if right < "2017-11-01":
            assert await stood(house, one) == [
                (VILLAGE, "poor", "2014-06-01", right, "2014-06-01"),
                (VILLAGE, "exited", right, "2017-11-01", right),
                (FAR, "exited", "2017-11-01", None, right),
            ]
    assert await stood(house, one) == [
        (VILLAGE, "poor", "2014-06-01", "2017-11-01", "2014-06-01"),
        (FAR, "poor", "2017-11-01", "2017-11-03", "2014-06-01"),
        (FAR, "exited", "2017-11-03", None, "2017-11-03"),
    ]
    await loses_water(house)
    fallen = returning(one, fell_on="2017-11-18")
    (said,) = await amend(door, "returns", "village", fallen, area=FAR)
    assert said["status"] == "accepted"
    assert [r["state"] for r in await confirm(door, fallen)] == ["confirmed"]
    assert (await stood(house, one))[-1] == (FAR, "returned", "2017-11-18", None, "2017-11-18")
    kind, told_ = (await told(house))[-1]
    assert (kind, told_["division"], told_["exit_id"]) == ("household_returned", FAR, exit_id), (
        "it fell after that exit"
    )
    assert (await shown(door, one))[0] == "returned"


async def _decided(door: Door, item: dict[str, Any]) -> list[dict[str, Any]]:
    taken = {"id": item["id"], "confirmed": True}
    return await post(door, f"{TRANSFERS}/decisions", "township", taken, area=OTHER_TOWNSHIP, on="2017-11-06")


async def test_who_was_out_before_it_moved_fell_where_he_lived(house: House) -> None:
    """A day of before the move is the old village's, whenever it is told."""
    door = await house.serve("registry", "api")
    await found_places(house)
    one, _ = await out(house, door)
    item = moving(one, moved_on="2017-11-10")
    await post(door, TRANSFERS, "village", item, on="2017-11-12")
    taken = {"id": item["id"], "confirmed": True}
    await post(door, f"{TRANSFERS}/decisions", "township", taken, area=OTHER_TOWNSHIP, on="2017-11-12")
    await loses_water(house)
    fallen = returning(one, fell_on="2017-11-01")
    await amend(door, "returns", "village", fallen, area=FAR)
    assert [r["state"] for r in await confirm(door, fallen)] == ["confirmed"]
    assert [(d, s, since, until) for d, s, since, until, _ in (await stood(house, one))[2:]] == [
        (VILLAGE, "returned", "2017-11-01", "2017-11-10"), (FAR, "returned", "2017-11-10", None),
    ]  # fmt: skip


async def test_the_exit_stays_where_it_was_and_the_household_reads_it(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    one, exit_id = await out(house, door)
    item = moving(one, moved_on="2017-11-01")
    await post(door, TRANSFERS, "village", item, on="2017-11-05")
    await _decided(door, item)
    for area, listed_ in ((VILLAGE, [(exit_id, VILLAGE)]), ("140927", [(exit_id, VILLAGE)]), (FAR, [])):
        role = "county" if area == "140927" else "village"
        answer = await door.call("GET", f"{EXITS}?household_id={one}", role, area)
        assert [(c["id"], c["division"]) for c in answer.json()["items"]] == listed_, area
    for role in ("village", "villager"):
        dossier = (await door.call("GET", f"/registry/v1/dossier/{one}", role, FAR)).json()
        assert [c["id"] for c in dossier["exits"]["items"]] == [exit_id]
        why = (await door.call("GET", f"/registry/v1/decisions?subject_id={one}", role, FAR)).json()
        assert (len(dossier["decisions"]), len(why)) == (1, 1)
    assert (await door.call("GET", f"/registry/v1/dossier/{one}", "village", VILLAGE)).status_code == 404
    facts = (await door.call("GET", f"{HOUSEHOLDS}/{one}/facts", "village", FAR, on="2017-12-01")).json()["facts"]
    assert next(f["since"] for f in facts if f["field"] == "status") == "2017-10-17", "not since it came here"


async def test_what_is_told_late_of_the_days_before_is_told_where_it_lives(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    one = await seed_household(house)
    son, daughter = [await add_member(house, one, r, "1995-01-01") for r in ("son", "daughter")]
    mistaken = departure(daughter, reason="marriage_out", left_on="2017-04-01")
    await leave(door, mistaken)
    await moves(door, one)
    (old,) = await post(door, DEPARTURES, "village", departure(son, left_on="2017-05-01"))
    assert old["code"] == "shared.not_found", "it is the old village's no more"
    late = departure(son, left_on="2017-05-01")
    assert [r["code"] for r in await post(door, DEPARTURES, "village", late, area=FAR)] == [None]
    confirmed = {"id": late["id"], "confirmed": True}
    (done,) = await post(door, f"{DEPARTURES}/confirmations", "township", confirmed, area=OTHER_TOWNSHIP)
    assert done["state"] == "confirmed"

    async def people(area: str, on: str) -> set[str]:
        answer = await door.call("GET", f"{HOUSEHOLDS}/{one}", "village", area, on=LATE, params={"on": on})
        return {p["reference"] for p in answer.json()["people"]}

    assert (son in await people(VILLAGE, "2017-04-30"), son in await people(VILLAGE, "2017-05-01")) == (True, False)
    doubt = reversal(departure_id=mistaken["id"])
    (gone,) = await post(door, REVERSALS, "village", doubt)
    assert gone["code"] == "shared.not_found"
    assert [r["code"] for r in await post(door, REVERSALS, "village", doubt, area=FAR)] == [None]
    confirmed = {"id": doubt["id"], "confirmed": True}
    (back,) = await post(door, f"{REVERSALS}/confirmations", "township", confirmed, area=OTHER_TOWNSHIP)
    assert back["state"] == "confirmed"
    assert daughter in await people(FAR, LATE)
    assert daughter in await people(VILLAGE, "2017-04-15"), "nor had she left there"
    steps = "SELECT step, division FROM case_step WHERE case_id = $1 ORDER BY id"
    acts = [tuple(r) for r in await house.rows("registry", steps, UUID(mistaken["id"]))]
    assert acts == [("reported", VILLAGE), ("confirmed", VILLAGE), ("reversed", FAR)], "each act where it was done"


async def test_it_moves_on_and_each_village_has_its_days(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    one = await seed_household(house)
    await moves(door, one, FAR, moved_on="2017-03-01")
    (early,) = await post(door, TRANSFERS, "village", moving(one, NEAR, moved_on="2017-03-01"), area=FAR)
    assert early["code"] == "registry.transfers.before_it_lived_there"
    back = moving(one, VILLAGE, moved_on="2017-04-01")
    await post(door, TRANSFERS, "village", back, area=FAR)
    (done,) = await decide(door, back, area=VILLAGE[:9])
    assert done["state"] == "taken"
    for area, days_ in ((VILLAGE, {"2017-02-28", "2017-04-01", LATE}), (FAR, {"2017-03-01", "2017-03-31"})):
        for day in ("2017-02-28", "2017-03-01", "2017-03-31", "2017-04-01", LATE):
            assert await listed(door, area, on=day) == ({str(one)} if day in days_ else set()), (area, day)
            read = await door.call("GET", f"{HOUSEHOLDS}/{one}", "village", area, on=LATE, params={"on": day})
            assert read.status_code == (200 if day in days_ else 404), (area, day)
    assert await listed(door, FAR) == set()
    assert await ask(door, f"{HOUSEHOLDS}/{one}/facts", "village", FAR) == "shared.not_found"


async def test_what_is_new_since_it_moved_the_old_village_does_not_read(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    one = await seed_household(house, house_grade="C")
    await moves(door, one)
    seen = {"household_id": str(one), "observed_on": "2017-05-20", "house_grade": "A"}
    (done,) = await post(door, f"{HOUSEHOLDS}/conditions", "village", seen, area=FAR)
    assert done["status"] == "accepted"
    app = await asyncpg.connect((await house.settings("registry")).database_url)
    house.stack.push_async_callback(app.close)
    context = ("role", "village"), ("area", VILLAGE), ("subject", "x")
    for name, value in context:
        await app.execute("SELECT set_config('app.' || $1, $2, false)", name, value)
    read = "SELECT house_grade FROM household_fact WHERE household_id = $1 AND upper_inf(known)"
    assert [r["house_grade"] for r in await app.fetch(read, one)] == ["C"]
    assert await app.fetch("SELECT 1 FROM household_contact WHERE household_id = $1", one) == []
    assert await app.fetch("SELECT 1 FROM member WHERE household_id = $1", one) == []
    before = await door.call("GET", f"{HOUSEHOLDS}/{one}", "village", VILLAGE, on=LATE, params={"on": "2017-05-01"})
    assert before.json()["conditions"]["house_grade"] == "C"


async def test_a_number_is_a_name_and_no_place(house: House) -> None:
    """Whoever comes after it gets another; and it is found by its number where it lives."""
    door = await house.serve("registry")
    await found_places(house)
    first = await entered(door, applicant())
    (home,) = await house.rows("registry", "SELECT id, household_no FROM household")
    assert home["household_no"] == f"{VILLAGE}0001"
    item = moving(home["id"], moved_on="2017-11-20")
    await post(door, TRANSFERS, "village", item, on="2017-11-25")
    taken = {"id": item["id"], "confirmed": True}
    (done,) = await post(door, f"{TRANSFERS}/decisions", "township", taken, area=OTHER_TOWNSHIP, on="2017-11-25")
    assert done["state"] == "taken"
    second = await entered(door, applicant(5))
    assert first != second
    rows = await house.rows("registry", "SELECT household_no, division FROM household ORDER BY 1")
    assert [tuple(r) for r in rows] == [(f"{VILLAGE}0001", FAR), (f"{VILLAGE}0002", VILLAGE)]
    for area, asked in ((FAR, {}), (FAR, {"on": "2017-11-20"}), (VILLAGE, {"on": "2017-11-19"})):
        by_number = asked | {"household_no": f"{VILLAGE}0001"}
        answer = await door.call("GET", HOUSEHOLDS, "village", area, on="2017-12-01", params=by_number)
        assert [h["id"] for h in answer.json()["items"]] == [str(home["id"])], (area, asked)
    persons = await house.rows("registry", "SELECT DISTINCT division FROM person_index ORDER BY 1")
    assert [r["division"] for r in persons] == [VILLAGE, FAR]
