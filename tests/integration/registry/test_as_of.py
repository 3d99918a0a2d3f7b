"""Any household, and the poor of any division, as of a day and as known at a moment: one way for all facts."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.data.migrate import migrate
from tests.conftest import Door, House, find_service
from tests.integration.registry.test_amendments import confirm, correcting, loses_water, returning, revoking
from tests.integration.registry.test_amendments import post as amend
from tests.integration.registry.test_case_04_death_confirmed_by_mistake import doubt, reversal
from tests.integration.registry.test_changes import REMOVALS, add_member, departure, leave, removal, word
from tests.integration.registry.test_changes import post as change
from tests.integration.registry.test_exits import finished, noticed, ready_household
from tests.integration.registry.test_households import VILLAGE, post_incomes, seed_household, statement
from tests.integration.registry.test_villages import found_places, report

HOUSEHOLDS = "/registry/v1/households"
LATE = "2018-06-01"
OTHER_VILLAGE = "140927200202"
# What is held for true now of how households stand.
STANDS = (
    "SELECT status, exited_on::text, exited_year, lower(valid)::text AS since, upper(valid)::text AS until"
    " FROM household_standing WHERE household_id = $1 AND upper_inf(known) ORDER BY lower(valid)"
)


async def moment(house: House) -> str:
    """Between what was recorded and what will be, as the database's clock has it."""
    (row,) = await house.rows("registry", "SELECT clock_timestamp() AS at")
    return str(row["at"].isoformat())


async def ask(door: Door, path: str, role: str = "county", area: str | None = None, **asked: str) -> Any:
    answer = await door.call("GET", path, role, area, params=asked, on=LATE)
    return answer.json() if answer.status_code == 200 else answer.json()["code"]


async def stood(door: Door, household_id: UUID, **asked: str) -> tuple[Any, ...]:
    one = await ask(door, f"{HOUSEHOLDS}/{household_id}", **asked)
    return one["status"], one["exited_on"], one["exited_year"]


async def days(house: House, household_id: UUID) -> list[tuple[Any, ...]]:
    return [tuple(r) for r in await house.rows("registry", STANDS, household_id)]


async def out(house: House, door: Door) -> tuple[UUID, str]:
    household_id = await ready_household(house, door)
    exit_id = await noticed(door, household_id)
    assert (await finished(door, exit_id))[-1]["state"] == "announced"
    return household_id, exit_id


async def test_a_household_is_as_it_stood_and_as_it_was_known(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    before = await moment(house)
    await finished(door, await noticed(door, household_id))
    poor, exited = ("poor", None, None), ("exited", "2017-10-17", 2017)
    assert await stood(door, household_id, on="2017-10-16") == poor
    assert await stood(door, household_id, on="2017-10-17") == exited
    assert await stood(door, household_id, on="2017-10-17", known_at=before) == poor, "nobody had announced it yet"
    assert await stood(door, household_id, known_at=before) == poor
    assert await stood(door, household_id) == exited
    assert await ask(door, f"{HOUSEHOLDS}/{household_id}", on="2014-05-31") == "shared.not_found"
    assert await ask(door, f"{HOUSEHOLDS}/{household_id}", known_at="2001-01-01T00:00:00Z") == "shared.not_found"


async def test_people_conditions_and_incomes_are_as_they_were_known(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house, house_grade="C")
    wife = await add_member(house, household_id, "spouse", "1972-01-01")
    await post_incomes(door, statement(household_id))
    first = await moment(house)
    await post_incomes(door, statement(household_id, wage_fen=310_000))
    await leave(door, departure(wife, left_on="2017-03-01"))
    seen = {"household_id": str(household_id), "observed_on": "2017-04-01", "house_grade": "A"}
    await door.call("POST", f"{HOUSEHOLDS}/conditions", "helper", VILLAGE, json={"items": [seen]})

    async def told(**asked: str) -> tuple[Any, ...]:
        one = await ask(door, f"{HOUSEHOLDS}/{household_id}", **asked)
        return len(one["people"]), one["conditions"]["house_grade"], one["incomes"][0]["net_income_fen"]

    assert await told(on="2017-05-01", known_at=first) == (2, "C", 400_000)
    assert await told(on="2017-05-01") == (1, "A", 410_000)
    assert await told(on="2017-02-28") == (2, "C", 410_000)
    plus = first.replace("+", " ")
    answer = await door.client.get(
        f"{HOUSEHOLDS}/{household_id}?known_at={plus}&on=2017-05-01", headers=door.headers("county", on=LATE)
    )
    assert len(answer.json()["people"]) == 2, "a plus that nobody has written as %2B arrives as a space"


async def test_a_list_goes_by_how_households_stood(house: House) -> None:
    door = await house.serve("registry", "api")
    (gone, _), stays = await out(house, door), await seed_household(house)

    async def listed(**asked: str) -> set[str]:
        ids, cursor = set[str](), ""
        while cursor is not None:
            page = await ask(door, HOUSEHOLDS, limit="1", cursor=cursor, **asked)
            ids |= {h["id"] for h in page["items"]}
            cursor = page["next"]
        return ids

    assert await listed(status="poor", on="2017-10-16") == {str(gone), str(stays)}
    assert await listed(status="poor", on="2017-10-17", division=VILLAGE) == {str(stays)}
    assert await listed(status="exited", on="2017-10-17") == {str(gone)}
    assert await listed(status="exited", on="2017-10-16") == set()
    assert await listed(on="2017-10-16", division=OTHER_VILLAGE) == set()


async def test_a_return_holds_from_the_day_of_the_fall(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, _ = await out(house, door)
    await loses_water(house)
    item = returning(household_id)
    await amend(door, "returns", "village", item)
    known = await moment(house)
    assert [r["state"] for r in await confirm(door, item)] == ["confirmed"]
    assert await days(house, household_id) == [
        ("poor", None, None, "2014-06-01", "2017-10-17"),
        ("exited", "2017-10-17", 2017, "2017-10-17", "2017-11-18"),
        ("returned", "2017-10-17", None, "2017-11-18", None),
    ]
    assert (await stood(door, household_id, on="2017-11-20"))[0] == "returned"
    assert (await stood(door, household_id, on="2017-11-20", known_at=known))[0] == "exited"


async def test_an_exit_that_was_taken_back_was_none(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await out(house, door)
    known = await moment(house)
    item = revoking(exit_id)
    await amend(door, "revocations", "auditor", item, area="140927")
    assert [r["state"] for r in await confirm(door, item)] == ["confirmed"]
    assert await stood(door, household_id, on="2017-11-01") == ("poor", None, None)
    assert await stood(door, household_id, on="2017-11-01", known_at=known) == ("exited", "2017-10-17", 2017)


@pytest.mark.parametrize("right", ["2017-10-12", "2017-11-02"])
async def test_the_right_day_of_an_exit_is_the_day_on_both_sides(house: House, right: str) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await out(house, door)
    item = correcting(exit_id, exited_on=right)
    await amend(door, "corrections", "county", item, area="140927")
    assert [r["state"] for r in await confirm(door, item)] == ["confirmed"]
    assert await days(house, household_id) == [
        ("poor", None, None, "2014-06-01", right), ("exited", right, 2017, right, None),
    ]  # fmt: skip


async def test_who_was_struck_by_mistake_was_never_out(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    item = removal(household_id)
    await change(door, REMOVALS, "village", item, on="2017-06-10")
    await change(door, f"{REMOVALS}/confirmations", "county", await word(house, item), on="2017-06-12")
    known = await moment(house)
    assert [d[::3] for d in await days(house, household_id)] == [("poor", "2014-06-01"), ("removed", "2017-06-12")]
    assert await doubt(door, reversal(removal_id=item["id"]), "county", on="2017-07-01") == "confirmed"
    assert (await stood(door, household_id, on="2017-06-20"))[0] == "poor"
    assert (await stood(door, household_id, on="2017-06-20", known_at=known))[0] == "removed"


async def test_the_poor_of_a_division_are_counted_as_of_a_day_and_as_known(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    gone, _ = await out(house, door)
    child = await add_member(house, gone, "son", "2000-01-01")
    await seed_household(house)
    await seed_household(house, OTHER_VILLAGE)
    first = await moment(house)
    await leave(door, departure(child, left_on="2017-03-01"))

    async def poor(division: str, role: str = "county", area: str | None = None, **asked: str) -> tuple[int, int]:
        found = await ask(door, f"{HOUSEHOLDS}/figures", role, area, division=division, **asked)
        return found["poor_households"], found["poor_people"]

    assert await poor(VILLAGE, on="2017-10-16") == (2, 2)
    assert await poor(VILLAGE, on="2017-10-16", known_at=first) == (2, 3), "of the departure nobody knew"
    assert await poor(VILLAGE, on="2017-02-28") == (2, 3)
    assert await poor(VILLAGE, on="2017-10-17") == (1, 1)
    assert await poor(VILLAGE[:9], on="2017-10-16") == await poor("140927", on="2017-10-16") == (3, 3)
    assert await poor("140927", on="2014-05-31") == (0, 0)
    assert await poor("140927", "village", VILLAGE, on="2017-10-16") == (2, 2), "of his own area alone"
    whole = await ask(door, f"{HOUSEHOLDS}/figures", division="140927", on="2017-10-17")
    assert whole["standings"] == [
        {"status": "poor", "households": 2, "people": 2}, {"status": "exited", "households": 1, "people": 1},
    ]  # fmt: skip
    assert (whole["on"], whole["known_at"]) == ("2017-10-17", None)

    async def of_card(**asked: str) -> Any:
        return (await ask(door, f"/registry/v1/villages/{VILLAGE}", **asked))["poor_people"]

    assert [await of_card(on="2017-10-16"), await of_card(on="2017-10-16", known_at=first)] == [2, 3]
    listed = await ask(door, "/registry/v1/villages", on="2017-10-17")
    assert {v["division"]: v["poor_people"] for v in listed["items"]} == {
        VILLAGE: 1, OTHER_VILLAGE: 1, "140927201201": 0,
    }  # fmt: skip


async def test_a_villages_checklist_is_as_it_was_known(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    await report(door, "water", met=False)
    known = await moment(house)
    await report(door, "water")
    path = f"/registry/v1/villages/{VILLAGE}"
    met = [(await ask(door, path, **asked))["facilities"]["water"] for asked in ({"known_at": known}, {})]
    assert met == [False, True]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"on": "2018-06-02"}, "shared.future_date"),
        ({"on": "soon"}, "shared.invalid_input"),
        *(
            ({"known_at": at}, "shared.invalid_input")
            for at in (
                "2017-12-01",
                "2017-12-01T12:00:00",
                "1512100800",
                "0001-01-01T00:00:00+14:00",
                "2017-02-30T00:00Z",
            )
        ),
    ],
)
async def test_a_day_to_come_and_a_moment_without_its_offset_are_refused(
    house: House, asked: dict[str, str], code: str
) -> None:
    door = await house.serve("registry", "api")
    for path in (HOUSEHOLDS, f"{HOUSEHOLDS}/{uuid4()}", "/registry/v1/villages"):
        assert await ask(door, path, **asked) == code


async def test_the_past_of_others_is_not_told_either(house: House) -> None:
    door = await house.serve("registry", "api")
    own, other = await seed_household(house), await seed_household(house)
    await (await house.owner("registry")).execute("DELETE FROM resident WHERE household_id = $1", other)
    for one, expected in ((own, "poor"), (other, None)):
        answer = await ask(door, f"{HOUSEHOLDS}/{one}", "villager", on="2017-01-01")
        assert (answer["status"] if isinstance(answer, dict) else None) == expected
    assert [h["id"] for h in (await ask(door, HOUSEHOLDS, "villager", on="2017-01-01"))["items"]] == [str(own)]
    assert await ask(door, f"{HOUSEHOLDS}/figures", "villager", division=VILLAGE) == "shared.forbidden"


async def test_a_household_that_is_placed_elsewhere_was_where_it_was(house: House) -> None:
    """Whoever moves it, by whatever statement, and also where he does not say since when."""
    household_id = await seed_household(house)
    owner = await house.owner("registry")
    await owner.execute("SELECT set_config('app.day', '2017-06-01', false)")
    await owner.execute("UPDATE household SET division = $2 WHERE id = $1", household_id, OTHER_VILLAGE)
    rows = await owner.fetch(
        "SELECT division, lower(valid)::text FROM household_standing WHERE upper_inf(known) ORDER BY lower(valid)"
    )
    assert [tuple(r) for r in rows] == [(VILLAGE, "2014-06-01"), (OTHER_VILLAGE, "2017-06-01")]


async def test_the_database_guards_how_a_household_stood(house: House) -> None:
    household_id = await seed_household(house)
    twice = (
        "INSERT INTO household_standing SELECT household_id, division, 'removed', NULL, NULL, '[2017-01-01,)',"
        " tstzrange(now(), NULL), '2017-01-01' FROM household_standing"
    )
    with pytest.raises(asyncpg.ExclusionViolationError):
        await (await house.owner("registry")).execute(twice)
    app = await asyncpg.connect((await house.settings("registry")).database_url)
    house.stack.push_async_callback(app.close)
    await app.execute("SELECT set_config('app.role', 'county', false), set_config('app.area', '140927', false)")
    assert [r["household_id"] for r in await app.fetch("SELECT household_id FROM household_standing")] == [household_id]
    for attempt in (twice, "UPDATE household_standing SET status = 'removed'", "DELETE FROM household_standing"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(attempt)


REGISTERED = (
    "INSERT INTO household (id, household_no, division, status, registered_on, exited_year)"
    " VALUES ($1, left($1::uuid::text, 30), '140927200201', $2, '2014-06-01', $3)"
)
HISTORY = (
    "UPDATE household SET status = 'exited', exited_on = '2017-10-17', exited_year = 2017 WHERE id = $1",
    "UPDATE household SET exited_on = '2017-10-20' WHERE id = $1",
    "UPDATE household SET status = 'poor', exited_on = NULL, exited_year = NULL WHERE id = $1",
    "UPDATE household SET status = 'exited', exited_on = '2017-12-17', exited_year = 2017 WHERE id = $1",
)


async def test_what_the_audit_tells_of_the_years_before_is_told_again(house: House) -> None:
    url, migrations = await house.empty("registry"), find_service("registry").migrations
    await migrate(url, migrations, "0021")
    owner = await house.owner("registry")
    told, untold, roster = uuid4(), uuid4(), uuid4()
    await owner.execute(REGISTERED, untold, "exited", 2016)
    await owner.execute("UPDATE household SET exited_on = '2016-12-20'")
    await owner.execute("DELETE FROM audit")
    await owner.execute(REGISTERED, told, "poor", None)
    await owner.execute(REGISTERED, roster, "exited", 2015)
    moments = []
    for statement_ in HISTORY:
        moments.append(await owner.fetchval("SELECT clock_timestamp()"))
        await owner.execute(statement_, told)
    versions = await owner.fetch("SELECT * FROM household_version ORDER BY household_id")
    await migrate(url, migrations)
    assert await days(house, told) == [
        ("poor", None, None, "2014-06-01", "2017-10-20"), ("poor", None, None, "2017-10-20", "2017-12-17"),
        ("exited", "2017-12-17", 2017, "2017-12-17", None),
    ]  # fmt: skip
    known = "SELECT status FROM household_standing WHERE household_id = $1 AND known @> $2::timestamptz"
    known += " AND valid @> $3::text::date"
    for at, day, status in zip(moments, ("2017-10-18", "2017-10-18", "2017-11-01", "2017-12-20"),
                               ("poor", "exited", "exited", "poor"), strict=True):  # fmt: skip
        assert [r["status"] for r in await owner.fetch(known, told, at, day)] == [status], at
    assert await days(house, untold) == [
        ("poor", None, None, "2014-06-01", "2016-12-20"), ("exited", "2016-12-20", 2016, "2016-12-20", None),
    ]  # fmt: skip
    assert [d[3:] for d in await days(house, roster)] == [("2014-06-01", "2015-12-31"), ("2015-12-31", None)]
    since = {r["id"]: str(r["stands_since"]) for r in await owner.fetch("SELECT id, stands_since FROM household")}
    assert since == {told: "2017-12-17", untold: "2016-12-20", roster: "2015-12-31"}
    assert await owner.fetch("SELECT * FROM household_version ORDER BY household_id") == versions
