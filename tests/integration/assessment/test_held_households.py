"""Nobody is paired with, or asks, who was struck from the register or stands still after a confirmed case."""

from typing import Any

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


async def test_who_is_not_asked_is_marked_and_counts_in_no_rate(house: House) -> None:
    """While the round is open by who stands still now; once it was closed by who stood still then."""
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    gone, frozen, stays, late = await seed_households(house, 4)
    await pair(door, *(pairing(h, li) for h in (gone, frozen, stays, late)))
    body = new_round()
    assert (await open_round(door, body)).status_code == 201

    async def shown() -> dict[str, str | None]:
        items = (await get(door, f"{SURVEYS}/samples?round_id={body['id']}", "surveyor"))["items"]
        asked.update({s["household_id"]: s for s in items})
        return {s["household_id"]: s["not_asked"] for s in items}

    async def rates() -> tuple[int, int, int, int | None]:
        said = await get(door, f"{SURVEYS}/summary?year=2017")
        return said["sampled"], said["not_asked"], said["answered"], said["answered_ppm"]

    asked: dict[str, Any] = {}
    nobody = dict.fromkeys((str(h) for h in (gone, frozen, stays, late)), None)
    assert (await shown(), await rates()) == (nobody, (4, 0, 0, 0))
    assert [r["code"] for r in await record(door, answer(asked[str(stays)]), answer(asked[str(late)]))] == [None, None]
    # What was answered before counts; who was not asked yet is asked no more.
    await house.rows("assessment", "UPDATE household SET status = 'removed' WHERE id = ANY($1)", [gone, late])
    case = new_case([li], [frozen])
    await open_case(door, case)
    await decide(door, case["id"])
    marked = nobody | {str(gone): "shared.household_removed", str(frozen): "shared.frozen"}
    assert (await shown(), await rates()) == (marked, (4, 2, 2, 1_000_000))
    assert (asked[str(gone)]["sentence_zh"], asked[str(stays)]["sentence_zh"]) == ("该户已从建档立卡中注销。", None)
    await review(door, case["id"], [frozen])
    assert (await shown(), await rates()) == (marked | {str(frozen): None}, (4, 1, 2, 666_667))
    closing = f"{SURVEYS}/rounds/{body['id']}/closing"
    assert (await door.call("POST", closing, "county", subject="closer", on="2017-06-30")).status_code == 200
    await house.rows("assessment", "UPDATE household SET status = 'poor'")
    await house.rows("assessment", "UPDATE household SET status = 'removed' WHERE id = $1", frozen)
    assert (await shown(), await rates()) == (marked | {str(frozen): None}, (4, 1, 2, 666_667))
    rows = await house.rows("assessment", "SELECT household_id, code, noted_on::text FROM survey_unasked")
    assert [tuple(r) for r in rows] == [(gone, "shared.household_removed", "2017-06-30")]


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
