"""Who helps a household that has moved to another village: whoever is there."""

from datetime import date
from functools import partial

from shared.events.registry import HouseholdReinstated, HouseholdRevised
from tests.conftest import House
from tests.integration.assessment.acts import OTHER_VILLAGE, TEAMS, VILLAGE, pair, pairing, seed_households, station
from tests.integration.assessment.test_teams import PAIRINGS, state


async def test_a_household_that_moved_is_helped_by_who_is_there(house: House) -> None:
    """A helper of the village helps it no more from the day on which it is told; one of the township goes on."""
    door = await house.serve("assessment")
    li, wang = await station(door, "li", "wang")
    (zhao,) = await station(door, "zhao", division=VILLAGE[:9])
    left, kept, stays = await seed_households(house, 3)
    await pair(door, *(pairing(h, c, "2017-01-10") for h, c in ((left, li), (kept, zhao), (stays, li))))
    whole = {
        "status": "poor", "members": 3, "has_labour": True, "borrower_age_ok": True, "needs_accessible": False,
        "deep_poverty": False, "relocated": False,
    }  # fmt: skip
    await state(
        house,
        *(HouseholdRevised(household_id=h, division=OTHER_VILLAGE, **whole) for h in (left, kept)),
        HouseholdRevised(household_id=stays, division=VILLAGE, **whole),
    )
    await house.serve("registry", "worker")

    async def moved() -> bool:
        rows = await house.rows("assessment", "SELECT 1 FROM pairing WHERE division = $1", OTHER_VILLAGE)
        return len(rows) == 2

    await house.settled(moved)
    ends = [await house.rows("assessment", PAIRINGS, h) for h in (left, kept, stays)]
    assert [e[0]["ends_on"] for e in ends] == [date(2017, 6, 1), None, None]
    days = "SELECT upper(days) AS d FROM paired WHERE household_id = $1 AND subject = 'li'"
    bound = await house.rows("assessment", days, left)
    assert [r["d"] for r in bound] == [date(2017, 6, 1)]
    own = await door.call("GET", f"{TEAMS}/households", "helper", OTHER_VILLAGE[:9], on="2017-06-10", subject="li")
    assert [h["household_id"] for h in own.json()["items"]] == [str(stays)]
    back = {"division": OTHER_VILLAGE, "status": "poor", "members": 3, "reinstated_on": date(2017, 6, 1)}
    await state(house, *(HouseholdReinstated(household_id=h, **back) for h in (left, kept)))
    await house.settled(partial(heard_all, house))
    ends = [await house.rows("assessment", PAIRINGS, h) for h in (left, kept)]
    assert [e[0]["ends_on"] for e in ends] == [date(2017, 6, 1), None], "nor does a mistake put right bring him back"
    (new,) = await pair(door, pairing(left, wang, "2017-06-01"))
    assert new["status"] == "accepted", "the other village gives it another"


async def heard_all(house: House) -> bool:
    query = "SELECT max(last_sequence) AS n FROM applied WHERE consumer = 'assessment' AND topic = 'registry.household'"
    return bool((await house.rows("assessment", query))[0]["n"] == 2)
