"""A death, a departure or a removal that was confirmed by mistake: taken back, or its day put right, by two persons."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_changes import (
    DEPARTURES,
    HOUSEHOLDS,
    REMOVALS,
    add_member,
    departure,
    head_of,
    leave,
    people,
    post,
    removal,
    told,
    word,
)
from tests.integration.registry.test_exits import ready_household
from tests.integration.registry.test_households import seed_household

REVERSALS = f"{HOUSEHOLDS}/reversals"


def reversal(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "evidence": "letter of the village 12"} | changes


async def doubt(door: Door, item: dict[str, Any], confirmer: str = "township", on: str = "2017-06-01") -> str | None:
    """Said by the village, confirmed by the office: the state it came to."""
    (said,) = await post(door, REVERSALS, "village", item, on=on)
    assert said["status"] == "accepted", said
    (done,) = await post(door, f"{REVERSALS}/confirmations", confirmer, {"id": item["id"], "confirmed": True}, on=on)
    assert done["status"] == "accepted", done
    state: str = done["state"]
    return state


async def status_of(house: House, household_id: UUID) -> tuple[Any, ...]:
    query = "SELECT status, exited_year, status_before, year_before FROM household WHERE id = $1"
    (row,) = await house.rows("registry", query, household_id)
    return tuple(row)


async def test_who_lives_belongs_to_the_household_again(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    head, wife = await head_of(house, household_id), await add_member(house, household_id, "spouse", "1972-01-01")
    left = departure(head)
    await leave(door, left)
    assert await people(door, household_id, "2017-06-01") == [(wife, "head")]
    assert await doubt(door, reversal(departure_id=left["id"])) == "confirmed"
    for day in ("2017-05-09", "2017-05-10", "2017-06-01"):
        assert await people(door, household_id, day) == [(head, "head"), (wife, "spouse")], day
    revised, amended = (await told(house))[-2:]
    assert (revised[0], revised[1]["members"], revised[1]["status"]) == ("household_revised", 2, "poor")
    assert amended == (
        "departure_amended",
        {
            "household_id": str(household_id), "division": amended[1]["division"], "reason": "death", "members": 2,
            "removed_on": "2017-05-10", "right_on": None, "amended_on": "2017-06-01",
            "person": amended[1]["person"],
        },
    )  # fmt: skip
    shown = (await door.call("GET", f"{DEPARTURES}?household_id={household_id}", "county")).json()["items"]
    assert [s["state"] for s in shown] == ["taken_back"]
    # What was taken back may be reported again, and leaves nothing behind.
    await leave(door, departure(head, left_on="2017-05-20"))
    assert await people(door, household_id, "2017-06-01") == [(wife, "head")]


@pytest.mark.parametrize("right_on", ["2017-04-20", "2017-05-21"])
async def test_the_right_day_stands_instead(house: House, right_on: str) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    head, wife = await head_of(house, household_id), await add_member(house, household_id, "spouse", "1972-01-01")
    left = departure(head)
    await leave(door, left)
    await doubt(door, reversal(departure_id=left["id"], right_on=right_on))
    before = f"{right_on[:8]}{int(right_on[8:]) - 1:02}"
    assert await people(door, household_id, before) == [(head, "head"), (wife, "spouse")]
    assert await people(door, household_id, right_on) == [(wife, "head")]
    (shown,) = (await door.call("GET", f"{DEPARTURES}?household_id={household_id}", "county")).json()["items"]
    assert (shown["state"], shown["left_on"]) == ("confirmed", right_on)
    assert (await told(house))[-1][1]["right_on"] == right_on


async def test_a_household_that_was_struck_with_its_last_member_is_back(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    await (await house.owner("registry")).execute(
        "UPDATE household SET status = 'exited', exited_on = '2016-12-01', exited_year = 2016"
    )
    first, second = await head_of(house, household_id), await add_member(house, household_id, "spouse", "1972-01-01")
    of_first, of_second = departure(first), departure(second, left_on="2017-05-12")
    await leave(door, of_first)
    await leave(door, of_second)
    assert await status_of(house, household_id) == ("removed", None, "exited", 2016)
    await doubt(door, reversal(departure_id=of_second["id"], right_on="2017-05-13"))
    assert (await status_of(house, household_id))[0] == "removed", "on another day it is as dead"
    await doubt(door, reversal(departure_id=of_second["id"]))
    assert await status_of(house, household_id) == ("exited", 2016, None, None)
    assert await people(door, household_id, "2017-06-01") == [(second, "head")]
    names, last = [t for t, _ in await told(house)][-3:], (await told(house))[-1][1]
    assert names == ["household_revised", "departure_amended", "household_reinstated"]
    assert (last["status"], last["members"]) == ("exited", 1)


async def test_a_household_struck_by_mistake_stands_as_before(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    struck = removal(household_id)
    await post(door, REMOVALS, "village", struck)
    await post(door, f"{REMOVALS}/confirmations", "county", await word(house, struck))
    assert (await status_of(house, household_id))[0] == "removed"
    item = reversal(removal_id=struck["id"])
    await post(door, REVERSALS, "village", item)
    (no,) = await post(door, f"{REVERSALS}/confirmations", "township", {"id": item["id"], "confirmed": True})
    assert no["code"] == "shared.wrong_role", "what the county struck the county takes back"
    (done,) = await post(door, f"{REVERSALS}/confirmations", "county", {"id": item["id"], "confirmed": True})
    assert done["state"] == "confirmed"
    assert (await status_of(house, household_id))[0] == "poor"
    assert [t for t, _ in await told(house)][-2:] == ["household_revised", "household_reinstated"]
    (again,) = await post(door, REMOVALS, "village", removal(household_id))
    assert again["state"] == "proposed", "it may be proposed anew"


async def test_another_person_confirms_and_once_and_only_what_stands(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    wife = await add_member(house, household_id, "spouse", "1972-01-01")
    left = departure(wife)
    await post(door, DEPARTURES, "helper", left)
    (early,) = await post(door, REVERSALS, "village", reversal(departure_id=left["id"]))
    assert early["code"] == "registry.reversals.not_standing"
    await post(door, f"{DEPARTURES}/confirmations", "township", {"id": left["id"], "confirmed": True})
    item = reversal(departure_id=left["id"])
    answers = await post(
        door, REVERSALS, "village", item, item, reversal(departure_id=left["id"]), reversal(departure_id=str(uuid4())),
        reversal(departure_id=left["id"], right_on="2017-05-10"), reversal(), item | {"right_on": "2017-05-11"},
        reversal(departure_id=left["id"], right_on="2014-06-01"), subject="zhao",
    )  # fmt: skip
    assert [a["code"] for a in answers] == [
        None, None, "registry.reversals.already_open", "shared.not_found", "registry.reversals.same_day",
        "shared.invalid_item", "shared.content_differs", "registry.changes.before_membership",
    ]  # fmt: skip
    path, yes = f"{REVERSALS}/confirmations", {"id": item["id"], "confirmed": True}
    assert [a["code"] for a in await post(door, path, "township", yes, subject="zhao")] == ["shared.same_person"]
    assert [a["code"] for a in await post(door, path, "township", yes, yes)] == [None, "shared.twice_in_batch"]
    assert [a["code"] for a in await post(door, path, "township", yes)] == ["shared.wrong_state"]
    waiting = (await door.call("GET", "/registry/v1/tasks?limit=5", "township", "140927200")).json()
    assert [t["procedure"] for t in waiting["items"]] == []
    connection = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError, match="reversal_decider_is_not_proposer"):
        await connection.execute("UPDATE reversal SET decided_by = proposed_by")
