"""Nobody stands twice in the register and its applications; whoever is in neither may apply again."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from tests.conftest import House
from tests.integration.registry.test_changes import DEPARTURES, REMOVALS, departure, post, removal, word
from tests.integration.registry.test_exits import MINUTES
from tests.integration.registry.test_identification import (
    OTHER,
    SEEN,
    VILLAGE,
    VOTE,
    application,
    apply,
    child,
    entered,
    kept,
    noticed,
    person,
    step,
    walk,
)
from tests.integration.registry.test_roster import seed_divisions

REVERSALS = "/registry/v1/households/reversals"


async def test_nobody_applies_twice_wherever_in_the_county(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    first, here = application(), application(person(2), child(3))
    there = here | {"id": str(uuid4()), "division": OTHER}
    assert [r["code"] for r in await apply(door, first, first, here)] == [
        None, None, "registry.roster.person_under_review",
    ]  # fmt: skip
    (other,) = await step(door, "", "village", there, area=OTHER)
    assert other["code"] == "registry.roster.person_under_review"
    (changed,) = await apply(door, first | {"electricity": False})
    assert changed["code"] == "shared.content_differs"
    (outside,) = await apply(door, application(person(7), division=OTHER))
    assert outside["code"] == "shared.outside_area"
    await step(door, "/visits", "helper", {"id": first["id"]} | SEEN, subject="visitor")
    await step(door, "/votes", "village", {"id": first["id"]} | VOTE | {"in_favour": 0}, subject="chair")
    (free,) = await step(door, "", "village", there, area=OTHER)
    assert free["code"] is None, "the other application has ended"


async def test_who_applies_in_two_villages_at_once_applies_in_one(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    here, there = application(), application(division=OTHER)
    results = await asyncio.gather(step(door, "", "village", here), step(door, "", "village", there, area=OTHER))
    assert sorted(str(r["code"]) for (r,) in results) == ["None", "registry.roster.person_under_review"]


async def test_who_is_in_another_household_by_now_does_not_come_back_into_his_first(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    home = await entered(door, person(1), child(3))
    (son,) = await house.rows(
        "registry", "SELECT m.reference FROM member m JOIN member_fact f ON f.member_id = m.id WHERE relation = 'son'"
    )
    left = departure(son["reference"], reason="not_sharing", left_on="2017-10-26")
    struck = removal(UUID(home))
    await post(door, DEPARTURES, "village", left, on="2017-10-30")
    await post(door, f"{DEPARTURES}/confirmations", "township", {"id": left["id"], "confirmed": True}, on="2017-10-30")
    await entered(door, child(3, relation="head"), on="2017-11-01")
    await post(door, REMOVALS, "team", struck, on="2017-11-20")
    await post(door, f"{REMOVALS}/confirmations", "county", await word(house, struck), on="2017-11-20")
    await entered(door, person(1), on="2017-11-21")
    doubted: list[tuple[str, dict[str, Any]]] = [
        ("township", {"id": str(uuid4()), "departure_id": left["id"], "evidence": "visit"}),
        ("county", {"id": str(uuid4()), "removal_id": struck["id"], "evidence": "visit"}),
    ]
    for role, reversal in doubted:
        (refused,) = await post(door, REVERSALS, "village", reversal, on="2017-12-10", subject="doubter")
        assert refused["code"] == "registry.reversals.joined_since", role
    moved = {"id": str(uuid4()), "departure_id": left["id"], "right_on": "2017-10-25", "evidence": "visit"}
    await post(door, REVERSALS, "village", moved, on="2017-12-10", subject="doubter")
    (right,) = await post(
        door, f"{REVERSALS}/confirmations", "township", {"id": moved["id"], "confirmed": True}, on="2017-12-10"
    )
    assert (right["code"], right["state"]) == (None, "confirmed"), "an earlier day takes nobody back"


async def test_whose_household_was_struck_and_who_left_one_may_apply_again(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    home = await entered(door, person(1), child(3))
    again = application(person(1), child(3))
    (known,) = await apply(door, again)
    assert known["code"] == "registry.roster.person_under_review"
    (son,) = await house.rows(
        "registry", "SELECT m.reference FROM member m JOIN member_fact f ON f.member_id = m.id WHERE relation = 'son'"
    )
    left = departure(son["reference"], reason="not_sharing", left_on="2017-10-26")
    await post(door, DEPARTURES, "village", left, on="2017-10-30")
    await post(door, f"{DEPARTURES}/confirmations", "township", {"id": left["id"], "confirmed": True}, on="2017-10-30")
    alone = await entered(door, child(3, relation="head"), on="2017-11-01")
    (second,) = await house.rows("registry", "SELECT household_no FROM household WHERE id = $1", UUID(alone))
    assert second["household_no"] == f"{VILLAGE}0002"
    struck = removal(UUID(home))
    await post(door, REMOVALS, "team", struck, on="2017-11-20")
    await post(door, f"{REMOVALS}/confirmations", "county", await word(house, struck), on="2017-11-20")
    (free,) = await apply(door, application(person(1)), on="2017-11-20")
    assert free["code"] is None, free


async def test_whoever_comes_in_by_another_way_meanwhile_is_not_entered_twice(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    one = await noticed(door)
    await walk(door, one, "/comparisons")
    connection = await house.owner("registry")
    other = await noticed(door, person(5))
    await walk(door, other)
    # As a roster file would have it that came in between.
    await connection.execute(
        "UPDATE person_index SET digest = (SELECT digest FROM identification_person WHERE identification_id = $1"
        " ORDER BY digest LIMIT 1)", one,
    )  # fmt: skip
    (result,) = await step(door, "/entries", "county", {"id": one} | MINUTES, on="2017-10-24", subject="announcer")
    assert (result["state"], result["code"]) == ("refused", "registry.roster.person_under_review")
    assert await kept(house, one) == (0, 0)
