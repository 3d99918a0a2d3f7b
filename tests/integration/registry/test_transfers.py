"""A household moves to another village: stated by the one side, taken by the other, and each has its days of it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_as_of import moment
from tests.integration.registry.test_changes import (
    DEPARTURES,
    HOUSEHOLDS,
    REMOVALS,
    add_member,
    departure,
    head_of,
    post,
    removal,
    told,
    word,
)
from tests.integration.registry.test_exits import ready_household
from tests.integration.registry.test_heads import HEADS, choosing
from tests.integration.registry.test_households import VILLAGE, post_incomes, seed_household, statement
from tests.integration.registry.test_villages import found_places

TRANSFERS, DECISIONS = f"{HOUSEHOLDS}/transfers", f"{HOUSEHOLDS}/transfers/decisions"
NEAR, FAR = "140927200202", "140927201201"  # of the same township, and of another
TOWNSHIP, OTHER_TOWNSHIP = VILLAGE[:9], FAR[:9]
LATE = "2017-07-01"


def moving(household_id: UUID, to_division: str = FAR, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(household_id), "to_division": to_division, "moved_on": "2017-05-10",
        "reason": "registration",
    } | changes  # fmt: skip


async def decide(
    door: Door, *items: dict[str, Any], area: str = OTHER_TOWNSHIP, subject: str = "taker", **said: Any
) -> list[dict[str, Any]]:
    taken = [{"id": i["id"], "confirmed": True} | said for i in items]
    return await post(door, DECISIONS, "township", *taken, area=area, subject=subject)


async def moves(door: Door, household_id: UUID, to_division: str = FAR, **changes: Any) -> dict[str, Any]:
    """Stated by its village, taken by the township of the other."""
    item = moving(household_id, to_division, **changes)
    (said,) = await post(door, TRANSFERS, "village", item, area=changes.pop("area", VILLAGE))
    assert said["status"] == "accepted", said
    (done,) = await decide(door, item, area=to_division[:9])
    assert (done["state"], done["code"]) == ("taken", None)
    return item


async def seen(door: Door, household_id: UUID, area: str, **asked: str) -> Any:
    """A household as a village reads it; where it does not, the code."""
    answer = await door.call("GET", f"{HOUSEHOLDS}/{household_id}", "village", area, on=LATE, params=asked)
    return answer.json() if answer.status_code == 200 else answer.json()["code"]


async def listed(door: Door, area: str, **asked: str) -> set[str]:
    answer = await door.call("GET", HOUSEHOLDS, "village", area, on=LATE, params=asked)
    return {h["id"] for h in answer.json()["items"]}


async def test_it_is_the_new_villages_from_its_day_on_and_the_old_ones_before(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    one = await seed_household(house)
    wife = await add_member(house, one, "spouse", "1972-01-01")
    await post_incomes(door, statement(one))
    number = (await seen(door, one, VILLAGE))["household_no"]
    item = moving(one)
    (said,) = await post(door, TRANSFERS, "village", item)
    assert (said["status"], said["state"]) == ("accepted", "reported")
    known = await moment(house)
    assert [kind for kind, _ in await told(house)] == ["income_assessed"]
    for area, role in ((VILLAGE, "village"), (FAR, "village"), (OTHER_TOWNSHIP, "township")):
        (case,) = (await door.call("GET", TRANSFERS, role, area)).json()["items"]
        assert (case["id"], case["state"], case["from_division"]) == (item["id"], "reported", VILLAGE), "both sides see"
    assert await seen(door, one, FAR) == "shared.not_found", "it is nobody's before it is taken"
    (done,) = await decide(door, item)
    assert (done["state"], done["code"]) == ("taken", None)

    here = await seen(door, one, FAR)
    assert (here["division"], here["household_no"], len(here["people"])) == (FAR, number, 2)
    assert here["incomes"][0]["net_income_fen"] == 400_000
    assert await seen(door, one, VILLAGE) == "shared.not_found"
    assert (await listed(door, FAR), await listed(door, VILLAGE)) == ({str(one)}, set())
    before = await seen(door, one, VILLAGE, on="2017-05-09")
    assert (before["division"], before["household_no"], before["status"]) == (VILLAGE, number, "poor")
    assert {p["reference"] for p in before["people"]} == {await head_of(house, one), wife}
    assert before["incomes"] == here["incomes"], "of the year in which it moved both sides know"
    assert await listed(door, VILLAGE, on="2017-05-09") == {str(one)}
    assert await seen(door, one, VILLAGE, on="2017-05-10") == "shared.not_found"
    assert await seen(door, one, FAR, on="2017-05-09") == "shared.not_found", "it was not its own then"
    assert (await seen(door, one, FAR, on="2017-05-10"))["division"] == FAR
    assert (await seen(door, one, VILLAGE, known_at=known))["division"] == VILLAGE, "nobody had taken it yet"
    kind, revised = (await told(house))[-1]
    assert (kind, revised["division"], revised["members"], revised["household_no"]) == (
        "household_revised", FAR, 2, number,
    )  # fmt: skip
    (again,) = await post(door, TRANSFERS, "village", item)
    assert (again["status"], again["state"]) == ("accepted", "taken"), "sent again, answered the same"


async def test_the_figures_of_a_day_count_it_where_it_was(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    one = await seed_household(house)
    await add_member(house, one, "spouse", "1972-01-01")
    await moves(door, one)

    async def poor(division: str, role: str, on: str) -> tuple[int, int]:
        asked = {"division": division, "on": on}
        answer = await door.call("GET", f"{HOUSEHOLDS}/figures", role, division, on=LATE, params=asked)
        return answer.json()["poor_households"], answer.json()["poor_people"]

    for day, old, new in (("2017-05-09", (1, 2), (0, 0)), ("2017-05-10", (0, 0), (1, 2))):
        assert (await poor(VILLAGE, "village", day), await poor(FAR, "village", day)) == (old, new)
        assert (await poor(TOWNSHIP, "township", day), await poor(OTHER_TOWNSHIP, "township", day)) == (old, new)
        assert await poor("140927", "county", day) == (1, 2)


async def test_who_may_state_and_who_may_take(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    far, near = await seed_household(house), await seed_household(house)
    (foreign,) = await post(door, TRANSFERS, "village", moving(far), area=FAR)
    assert foreign["code"] == "shared.not_found", "who has no rights where it stands states nothing"
    out = moving(far)
    (said,) = await post(door, TRANSFERS, "township", out, subject="clerk")
    assert said["status"] == "accepted"
    (own,) = await decide(door, out, area=TOWNSHIP)
    assert own["code"] == "shared.outside_area", "a move into a township by one without rights there"
    (third,) = await decide(door, out, area="140927202")
    assert third["code"] == "shared.not_found"
    (same,) = await decide(door, out, subject="clerk")
    assert same["code"] == "shared.same_person"
    tasks = {
        area: [
            t["id"] for t in (await door.call("GET", "/registry/v1/tasks", "township", area)).json()["items"]
            if t["procedure"] == "registry.transfers"
        ]
        for area in (TOWNSHIP, OTHER_TOWNSHIP)
    }  # fmt: skip
    assert tasks == {TOWNSHIP: [], OTHER_TOWNSHIP: [out["id"]]}, "it waits for the side that takes"
    (done,) = await decide(door, out)
    assert done["state"] == "taken"

    inside = moving(near, NEAR)
    await post(door, TRANSFERS, "township", inside, subject="clerk")
    assert [r["code"] for r in await decide(door, inside, area=TOWNSHIP, subject="clerk")] == ["shared.same_person"]
    assert [r["state"] for r in await decide(door, inside, area=TOWNSHIP, subject="other")] == ["taken"]
    assert [r["code"] for r in await decide(door, inside, area=TOWNSHIP, subject="third")] == ["shared.wrong_state"]


async def test_the_other_side_may_refuse_and_says_why(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    one = await seed_household(house)
    item = moving(one)
    await post(door, TRANSFERS, "village", item)
    (bare,) = await decide(door, item, confirmed=False)
    assert bare["code"] == "registry.transfers.no_reason"
    (no,) = await decide(door, item, confirmed=False, refusal="the house there is empty")
    assert (no["state"], no["code"]) == ("refused", "shared.not_confirmed")
    (case,) = (await door.call("GET", TRANSFERS, "village", VILLAGE)).json()["items"]
    assert (case["refusal"], case["state"]) == ("the house there is empty", "refused")
    assert (await seen(door, one, VILLAGE))["division"] == VILLAGE
    assert await told(house) == []
    assert (await post(door, TRANSFERS, "village", moving(one)))[0]["status"] == "accepted", "it may be stated again"


async def test_a_bad_item_refuses_itself(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    one, other, struck = [await seed_household(house) for _ in range(3)]
    strike = removal(struck)
    await post(door, REMOVALS, "village", strike)
    await post(door, f"{REMOVALS}/confirmations", "county", await word(house, strike))
    good = moving(one)
    answers = await post(
        door, TRANSFERS, "village",
        moving(one, "140927200299"), moving(one, "140928200201"), moving(one, VILLAGE),
        moving(one, moved_on="2017-06-02"), moving(one, moved_on="2014-06-01"), moving(struck), moving(uuid4()),
        moving(one, "140927201"), moving(one, reason="because"), good, moving(one), moving(other),
    )  # fmt: skip
    assert [a["code"] for a in answers] == [
        "registry.transfers.no_village", "registry.transfers.no_village", "registry.transfers.same_village",
        "shared.future_date", "registry.transfers.before_it_lived_there", "shared.household_removed",
        "shared.not_found", "shared.invalid_item", "shared.invalid_item", None, "registry.transfers.already_open",
        None,
    ]  # fmt: skip
    (differs,) = await post(door, TRANSFERS, "village", good | {"to_division": NEAR})
    assert differs["code"] == "shared.content_differs"
    (foreign,) = await post(door, TRANSFERS, "village", good | {"household_id": str(uuid4())}, area="140927202201")
    assert foreign["code"] == "shared.not_found"


async def test_what_is_under_way_keeps_it_where_it_is(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    one, other = await ready_household(house, door), await seed_household(house)
    son = await add_member(house, other, "son", "1990-01-01")
    (item, late) = moving(one), moving(other)
    assert [r["code"] for r in await post(door, TRANSFERS, "village", item, late)] == [None, None]
    (proposed,) = await post(door, "/registry/v1/exits", "village", {"household_id": str(one)}, on="2017-10-10")
    await post(door, DEPARTURES, "village", departure(son))
    assert [r["code"] for r in await decide(door, item, late)] == [
        "registry.transfers.exit_under_way", "registry.transfers.case_under_way",
    ]  # fmt: skip
    third = await seed_household(house)
    head = choosing(third, await add_member(house, third, "son", "1990-01-01"))
    await post(door, HEADS, "village", head)
    (stated,) = await post(door, TRANSFERS, "village", moving(third))
    assert stated["code"] == "registry.transfers.case_under_way"
    lost = {"id": proposed["case_id"], "entitled": 30, "attended": 24, "in_favour": 0}
    await post(door, "/registry/v1/exits/reviews", "village", lost, on="2017-10-11", subject="chair")
    assert [r["state"] for r in await decide(door, item)] == ["taken"], "the exit has ended"


async def test_two_officers_at_once_take_it_once(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    one = await seed_household(house)
    stated = await asyncio.gather(*(post(door, TRANSFERS, "village", moving(one)) for _ in range(3)))
    assert sorted(str(r["code"]) for (r,) in stated) == ["None", *["registry.transfers.already_open"] * 2]
    (case,) = (await door.call("GET", TRANSFERS, "village", VILLAGE)).json()["items"]
    decided = await asyncio.gather(*(decide(door, case, subject=f"taker{i}") for i in range(3)))
    assert sorted(str(r["code"]) for (r,) in decided) == ["None", *["shared.wrong_state"] * 2]
    assert [kind for kind, _ in await told(house)] == ["household_revised"]


async def test_the_database_keeps_a_move_from_whoever_has_no_rights_there(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    one = await seed_household(house)
    item = moving(one)
    await post(door, TRANSFERS, "village", item)
    app = await asyncpg.connect((await house.settings("registry")).database_url)
    house.stack.push_async_callback(app.close)

    async def act(area: str, statement_: str, *values: Any) -> Any:
        context = {"app.role": "township", "app.area": area, "app.subject": "x", "app.day": LATE}
        for name, value in context.items():
            await app.execute("SELECT set_config($1, $2, false)", name, value)
        return await app.fetch(statement_, *values)

    taken = "UPDATE transfer SET state = 'taken', decided_by = 'x', decided_on = '2017-06-02'"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await act(TOWNSHIP, taken)
    named = f"jsonb_build_object('id', '{uuid4()}')"
    again = f"INSERT INTO transfer SELECT (jsonb_populate_record(t, {named})).* FROM transfer t"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await act(OTHER_TOWNSHIP, again)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await act(OTHER_TOWNSHIP, "DELETE FROM transfer")
    move = "SELECT move_households($1)"
    ids = [UUID(item["id"])]
    assert [r[0] for r in await act(OTHER_TOWNSHIP, move, ids)] == [0], "nobody has taken it"
    asked = "SELECT household_id FROM moving_households($1)"
    for area, found in ((TOWNSHIP, [one]), (OTHER_TOWNSHIP, [one]), ("140927202", [])):
        assert [r[0] for r in await act(area, asked, [one])] == found
    await act(OTHER_TOWNSHIP, taken)
    assert [r[0] for r in await act(TOWNSHIP, move, ids)] == [0], "nor does the side that it leaves move it"
    assert [r[0] for r in await act(OTHER_TOWNSHIP, move, ids)] == [1]
    assert [r[0] for r in await act("140927202", "SELECT reference FROM member_once($1)", UUID(int=1))] == []
    assert [r[0] for r in await act("140927202", "SELECT household_no FROM household_once($1)", one)] == []


@pytest.mark.parametrize(("role", "path"), [("helper", TRANSFERS), ("county", TRANSFERS), ("village", DECISIONS)])
async def test_others_state_and_take_nothing(house: House, role: str, path: str) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    answer = await door.call("POST", path, role, None, json={"items": [moving(one)]})
    assert answer.status_code == 403
