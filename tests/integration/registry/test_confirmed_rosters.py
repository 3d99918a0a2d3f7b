"""A roster file is a list of proposals: read at once, and true only by another person's word."""

import json
from datetime import date
from typing import Any

from tests.conftest import Door, House
from tests.integration.registry.test_roster import IMPORTS, confirm, findings, hand_in, seed_divisions
from tests.roster_file import file, household, person


async def read(house: House, door: Door, import_id: str) -> dict[str, Any]:
    report: dict[str, Any] = {}

    async def is_read() -> bool:
        report.update((await door.call("GET", f"{IMPORTS}/{import_id}", "county")).json())
        return report["state"] not in ("received", "running")

    await house.settled(is_read, 60)
    return report


async def test_nothing_is_entered_before_another_person_has_confirmed(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    rows = household("A1", person(1)) + household("A2", person(3), 行政村="无此村")
    import_id = await hand_in(door, file(rows))
    report = await read(house, door, import_id)
    counts = [report[k] for k in ("people", "households", "accepted_households", "rejected_households")]
    assert (report["state"], counts) == ("read", [2, 2, 1, 1])
    assert [f["code"] for f in await findings(door, import_id)] == ["registry.roster.unknown_village"]
    assert await house.rows("registry", "SELECT 1 FROM household") == []
    assert await house.rows("registry", "SELECT 1 FROM outbox") == []
    for area, who in (("140927", "other"), ("140927", "test-county")):
        tasks = (await door.call("GET", "/registry/v1/tasks", "county", area, subject=who, on="2017-01-06")).json()
        asked = [t["id"] for t in tasks["items"] if t["procedure"] == "registry.roster"]
        assert asked == ([import_id] if who == "other" else []), "it waits for another person"

    assert (await confirm(door, import_id, "test-county"))["code"] == "shared.same_person"
    assert (await confirm(door, import_id))["state"] == "confirmed"

    async def is_done() -> bool:
        return bool((await read(house, door, import_id))["state"] == "done")

    await house.settled(is_done, 60)
    assert [r["household_no"] for r in await house.rows("registry", "SELECT household_no FROM household")] == ["A1"]
    assert len(await findings(door, import_id)) == 1, "what was found is told once"
    assert (await confirm(door, import_id))["code"] == "shared.wrong_state"
    (row,) = await house.rows("registry", "SELECT decided_by, file_sealed FROM roster_import")
    assert tuple(row) == ("second", None)


async def test_what_was_shown_is_taken_and_the_file_is_not_read_again(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    rows = household("A1", person(1), person(2, 与户主关系="配偶"), 其他致贫原因="因病、因学", 脱贫年度="")
    import_id = await hand_in(door, file(rows))
    await read(house, door, import_id)
    (kept,) = await house.rows("registry", "SELECT read_sealed FROM roster_import")
    assert "张三".encode() not in kept["read_sealed"]
    owner = await house.owner("registry")
    await owner.execute("UPDATE roster_import SET file_sealed = 'nobody can read this'")
    await confirm(door, import_id)

    async def is_done() -> bool:
        return bool((await read(house, door, import_id))["state"] == "done")

    await house.settled(is_done, 60)
    (fact,) = await house.rows("registry", "SELECT other_causes, lower(valid) AS since FROM household_fact")
    assert (json.loads(fact["other_causes"])["codes"], fact["since"]) == (["illness", "schooling"], date(2014, 6, 1))
    assert len(await house.rows("registry", "SELECT 1 FROM member")) == 2
    (row,) = await house.rows("registry", "SELECT file_sealed, read_sealed FROM roster_import")
    assert tuple(row) == (None, None)


async def test_a_file_that_is_rejected_is_thrown_away(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    import_id = await hand_in(door, file(household("A1", person(1))))
    await read(house, door, import_id)
    assert (await confirm(door, import_id, confirmed=False))["state"] == "rejected"
    assert await house.rows("registry", "SELECT 1 FROM household") == []
    (row,) = await house.rows("registry", "SELECT state, file_sealed, read_sealed, finished_at FROM roster_import")
    assert (row["state"], row["file_sealed"], row["read_sealed"]) == ("rejected", None, None)
    assert row["finished_at"] is not None


async def test_a_township_confirms_nothing_of_another(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    import_id = await hand_in(door, file(household("A1", person(1))), "140927200")
    await read(house, door, import_id)
    path, body = f"{IMPORTS}/{import_id}/confirmation", {"confirmed": True}
    far = await door.call("POST", path, "township", "140927201", subject="second", json=body)
    assert far.status_code == 404
    near = await door.call("POST", path, "township", "140927200", subject="second", on="2017-01-06", json=body)
    assert near.json()["state"] == "confirmed"


async def test_a_file_with_nothing_to_take_needs_nobodys_word(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    import_id = await hand_in(door, file(household("A1", person(1), 行政村="无此村")))
    report = await read(house, door, import_id)
    assert (report["state"], report["rejected_households"]) == ("done", 1)


async def test_what_changed_since_it_was_read_counts_when_it_is_taken(house: House) -> None:
    """Two files with one household: the second one's is known by then."""
    await seed_divisions(house)
    door = await house.serve("registry")
    first, second = [await hand_in(door, file(household("A1", person(1)))) for _ in range(2)]
    for one in (first, second):
        assert (await read(house, door, one))["accepted_households"] == 1
    for one in (first, second):
        await confirm(door, one)

    async def are_done() -> bool:
        return {(await read(house, door, one))["state"] for one in (first, second)} == {"done"}

    await house.settled(are_done, 60)
    reports = [await read(house, door, one) for one in (first, second)]
    assert [(r["accepted_households"], r["known_households"]) for r in reports] == [(1, 0), (0, 1)]
    assert len(await house.rows("registry", "SELECT 1 FROM household")) == 1
