"""Nobody is paired with, or asks, who was struck from the register or stands still after a confirmed case."""

from tests.conftest import House
from tests.integration.assessment.acts import (
    OTHER_TOWNSHIP,
    SURVEYS,
    TOWNSHIP,
    get,
    pair,
    pairing,
    seed_household,
    seed_households,
    station,
)
from tests.integration.assessment.test_cases import decide, new_case, open_case, review
from tests.integration.assessment.test_surveys import answer, new_round, open_round, record


async def test_who_was_drawn_and_is_struck_or_frozen_since_is_not_asked(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    gone, frozen, stays, before = await seed_households(house, 4)
    await pair(door, *(pairing(h, li) for h in (gone, frozen, stays, before)))
    body = new_round()
    assert (await open_round(door, body)).status_code == 201
    shown = (await get(door, f"{SURVEYS}/samples?round_id={body['id']}", "surveyor"))["items"]
    asked = {s["household_id"]: s for s in shown}
    one, two, three, four = (asked[str(h)] for h in (gone, frozen, stays, before))
    assert [r["code"] for r in await record(door, answer(four))] == [None]
    await house.rows("assessment", "UPDATE household SET status = 'removed' WHERE id = ANY($1)", [gone, before])
    case = new_case([li], [frozen])
    await open_case(door, case)
    await decide(door, case["id"])
    # What was answered before is answered the same.
    assert [r["code"] for r in await record(door, answer(one), answer(two), answer(three), answer(four))] == [
        "shared.household_removed", "shared.frozen", None, None,
    ]  # fmt: skip
    await review(door, case["id"], [frozen])
    assert [r["code"] for r in await record(door, answer(two))] == [None]


async def test_who_stands_still_is_not_drawn(house: House) -> None:
    """Whoever's unit it is; with nobody else to ask there is no round, and once he was reviewed he may be drawn."""
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    frozen, free = await seed_households(house, 2)
    await pair(door, pairing(frozen, li))
    case = new_case([li], [frozen])
    await open_case(door, case)
    await decide(door, case["id"])
    nobody = await open_round(door, new_round())
    assert (nobody.status_code, nobody.json()["code"]) == (409, "assessment.surveys.nobody_helped")
    await pair(door, pairing(free, li))
    drawn = [(await open_round(door, body := new_round())).json()]
    await review(door, case["id"], [frozen])
    drawn.append((await open_round(door, new_round())).json())
    assert [(d["population"], d["sampled"]) for d in drawn] == [(1, 1), (2, 2)]
    (sample,) = (await get(door, f"{SURVEYS}/samples?round_id={body['id']}", "surveyor"))["items"]
    assert sample["household_id"] == str(free)


async def test_who_stands_still_is_paired_once_he_was_reviewed(house: House) -> None:
    """Also where the case is of the village that he came from, and hidden from the township that pairs."""
    door = await house.serve("assessment", "api")
    li, wang = await station(door, "li", "wang")
    household = await seed_household(house, f"{OTHER_TOWNSHIP}201")
    case = new_case([li], [household])
    await open_case(door, case)
    await decide(door, case["id"])
    await house.rows("assessment", "UPDATE household SET division = $1", f"{TOWNSHIP}201")
    item = pairing(household, wang)
    assert [r["code"] for r in await pair(door, item, role="township", area=TOWNSHIP)] == ["shared.frozen"]
    await house.rows("assessment", "UPDATE case_household SET reviewed_on = confirmed_on, reviewed_by = 'reviewer'")
    assert [r["code"] for r in await pair(door, item, item, role="township", area=TOWNSHIP)] == [None, None]
