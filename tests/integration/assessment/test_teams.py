"""Units, cadres, pairings and leave through their doors, on a real database."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.data import db
from shared.events.registry import HouseholdExited, HouseholdReinstated, HouseholdRemoved, HouseholdRevised
from shared.facts.outbox import emit
from shared.ground.context import system_act
from tests.conftest import House
from tests.integration.assessment.acts import (
    OTHER_TOWNSHIP,
    OTHER_VILLAGE,
    PLACE,
    TEAMS,
    TOWNSHIP,
    VILLAGE,
    cadre,
    facts,
    get,
    pair,
    pairing,
    seed_household,
    seed_households,
    send,
    station,
    unit,
)

PAIRINGS = (
    "SELECT cadre_id, lower(valid) AS starts_on, upper(valid) AS ends_on FROM pairing WHERE household_id = $1"
    " ORDER BY lower(valid)"
)


async def test_an_item_that_cannot_be_read_refuses_itself_alone(house: House) -> None:
    door = await house.serve("assessment", "api")
    village, leave = {"division": VILLAGE} | PLACE, {"starts_on": "2017-07-01", "ends_on": "2017-07-02"}
    sent: tuple[tuple[str, str, dict[str, Any], str | None], ...] = (
        ("PUT", "places", village, None),
        ("PUT", "units", unit(), None),
        ("PUT", "cadres", cadre(str(uuid4()), "li"), "assessment.teams.unit_unknown"),
        ("POST", "pairings", pairing(uuid4(), str(uuid4())), "shared.household_unknown"),
        ("POST", "leaves", leave | {"id": str(uuid4()), "cadre_id": str(uuid4())}, "assessment.teams.cadre_unknown"),
    )
    for method, path, item, code in sent:
        results = await send(door, method, f"{TEAMS}/{path}", "county", [item | {"no_such": 1}, item])
        name = item.get("id", VILLAGE)
        assert [(r["id"], r["code"]) for r in results] == [(name, "shared.invalid_item"), (name, code)]


async def test_places_units_and_cadres_are_set_item_by_item(house: House) -> None:
    door = await house.serve("assessment", "api")
    places = [{"division": VILLAGE} | PLACE, {"division": "140928200201"} | PLACE]
    results = await send(door, "PUT", f"{TEAMS}/places", "county", places)
    assert [(r["id"], r["code"]) for r in results] == [
        (VILLAGE, None), ("140928200201", "shared.outside_area"),
    ]  # fmt: skip
    one, two = unit(code="A", kind="key"), unit(code="B")
    results = await send(door, "PUT", f"{TEAMS}/units", "county", [one, two, one, unit(code="A")])
    assert [r["code"] for r in results] == [
        None, None, "shared.twice_in_batch", "assessment.teams.code_taken",
    ]  # fmt: skip
    (taken,) = await send(door, "PUT", f"{TEAMS}/units", "county", [unit(code="B")])
    assert taken["code"] == "assessment.teams.code_taken"
    (renamed,) = await send(door, "PUT", f"{TEAMS}/units", "county", [two | {"name_zh": "县林业局"}])
    assert renamed["status"] == "accepted"
    listed = (await get(door, f"{TEAMS}/units"))["items"]
    assert sorted(u["name_zh"] for u in listed) == ["县农业局", "县林业局"]
    li, wang = cadre(one["id"], "li"), cadre(one["id"], "wang", role="first_secretary")
    results = await send(door, "PUT", f"{TEAMS}/cadres", "county", [
        li, wang, cadre(str(uuid4()), "x"), cadre(one["id"], "y", starts_on="2017-06-02"),
        cadre(one["id"], "li"), cadre(one["id"], "z", division="140928200201"), li,
    ])  # fmt: skip
    assert [r["code"] and r["code"].rsplit(".", 1)[-1] for r in results] == [
        None, None, "unit_unknown", "future_date", "login_taken", "outside_area", "twice_in_batch",
    ]  # fmt: skip
    results = await send(door, "PUT", f"{TEAMS}/cadres", "county", [
        li | {"subject": "chen"}, cadre(one["id"], "wang"), wang | {"role": "helper", "unit_id": two["id"]},
    ])  # fmt: skip
    assert [r["code"] for r in results] == ["assessment.teams.login_fixed", "assessment.teams.login_taken", None]
    (moved,) = (await get(door, f"{TEAMS}/cadres?unit_id={two['id']}&role=helper"))["items"]
    assert (moved["id"], moved["subject"]) == (wang["id"], "wang")
    shown = (await get(door, f"{TEAMS}/cadres", "helper", VILLAGE, subject="li"))["items"]
    assert {c["id"]: c["subject"] for c in shown} == {li["id"]: "li", wang["id"]: None}
    assert (await door.call("GET", f"{TEAMS}/cadres", "surveyor")).status_code == 403
    assert (await door.call("PUT", f"{TEAMS}/units", "township", TOWNSHIP, json={"items": [one]})).status_code == 403


async def test_an_id_stands_for_a_unit_or_a_cadre(house: House) -> None:
    """Scores and cases name both, by id alone: one that is both could be neither scored nor accused."""
    door = await house.serve("assessment", "api")
    ours, other = unit(), unit()
    await send(door, "PUT", f"{TEAMS}/units", "county", [ours, other])
    li = cadre(ours["id"], "li")
    told = await send(door, "PUT", f"{TEAMS}/cadres", "county", [li, cadre(ours["id"], "wang", id=other["id"])])
    assert [r["code"] for r in told] == [None, "shared.id_taken"]
    told = await send(door, "PUT", f"{TEAMS}/units", "county", [unit(id=li["id"]), unit()])
    assert [r["code"] for r in told] == ["shared.id_taken", None]


async def test_a_place_that_is_not_on_earth_is_invalid(house: House) -> None:
    door = await house.serve("assessment", "api")
    good = {"division": VILLAGE} | PLACE
    for wrong in ({"lat_e6": 90_000_001}, {"lat_e6": 39.1}, {"lon_e6": -180_000_001}, {"division": "140927"}):
        (refused,) = await send(door, "PUT", f"{TEAMS}/places", "county", [good | wrong])
        assert (refused["status"], refused["code"]) == ("refused", "shared.invalid_item"), wrong


async def test_a_handover_leaves_no_gap_and_no_overlap(house: House) -> None:
    door = await house.serve("assessment", "api")
    li, wang = await station(door, "li", "wang")
    household_id = await seed_household(house)
    first = pairing(household_id, li, "2017-01-10")
    (accepted,) = await pair(door, first)
    assert (accepted["id"], accepted["status"], accepted["code"]) == (first["id"], "accepted", None)
    (accepted,) = await pair(door, first)
    assert (accepted["id"], accepted["status"], accepted["code"]) == (first["id"], "accepted", None)
    results = await pair(
        door,
        first | {"cadre_id": wang},
        pairing(household_id, li, "2017-02-01"),
        pairing(household_id, wang, "2017-01-10"),
        pairing(household_id, wang, "2017-01-09"),
        pairing(household_id, wang, "2017-06-02"),
        pairing(uuid4(), wang, "2017-02-01"),
        pairing(household_id, str(uuid4()), "2017-02-01"),
        pairing(household_id, wang, "2017-05-01"),
    )
    assert [r["code"] for r in results] == [
        "shared.content_differs", "assessment.teams.already_helper", "assessment.teams.before_current",
        "assessment.teams.before_current", "shared.future_date", "shared.household_unknown",
        "assessment.teams.cadre_unknown", None,
    ]  # fmt: skip
    rows = [tuple(r) for r in await house.rows("assessment", PAIRINGS, household_id)]
    assert rows == [(UUID(li), date(2017, 1, 10), date(2017, 5, 1)), (UUID(wang), date(2017, 5, 1), None)]
    told = await facts(house)
    assert [(f["type"], f["cadre_id"], f["starts_on"]) for f in told] == [
        ("helper_assigned", li, "2017-01-10"), ("helper_assigned", wang, "2017-05-01"),
    ]  # fmt: skip
    listed = (await get(door, f"{TEAMS}/pairings?household_id={household_id}", "village", VILLAGE))["items"]
    assert {(p["starts_on"], p["ends_on"]) for p in listed} == {
        ("2017-01-10", "2017-05-01"), ("2017-05-01", None),
    }  # fmt: skip


async def test_helpers_change_twice_within_one_batch(house: House) -> None:
    door = await house.serve("assessment", "api")
    li, wang = await station(door, "li", "wang")
    one, two = await seed_households(house, 2)
    results = await pair(
        door, pairing(one, li, "2017-01-10"), pairing(two, li, "2017-01-10"), pairing(one, wang, "2017-02-10"),
        pairing(one, li, "2017-03-10"),
    )  # fmt: skip
    assert {r["status"] for r in results} == {"accepted"}
    rows = await house.rows("assessment", PAIRINGS, one)
    assert [(str(r["starts_on"]), str(r["ends_on"])) for r in rows] == [
        ("2017-01-10", "2017-02-10"), ("2017-02-10", "2017-03-10"), ("2017-03-10", "None"),
    ]  # fmt: skip
    own = await get(door, f"{TEAMS}/households", "helper", VILLAGE, subject="li")
    assert [(h["household_id"], h["starts_on"]) for h in own["items"]] == sorted(
        [(str(one), "2017-03-10"), (str(two), "2017-01-10")]
    )
    assert (await get(door, f"{TEAMS}/households", "helper", VILLAGE, subject="wang"))["items"] == []


async def test_handovers_at_once_still_leave_one_helper_a_day(house: House) -> None:
    door = await house.serve("assessment", "api")
    li, wang, chen = await station(door, "li", "wang", "chen")
    for _ in range(5):
        household_id = await seed_household(house)
        await pair(door, pairing(household_id, li, "2017-01-10"))
        answers = await asyncio.gather(
            *(pair(door, pairing(household_id, c, on)) for c in (wang, chen) for on in ("2017-03-01", "2017-04-01"))
        )
        assert {r["code"] for a in answers for r in a} <= {
            None, "assessment.teams.before_current", "assessment.teams.already_helper",
        }  # fmt: skip
        rows = await house.rows("assessment", PAIRINGS, household_id)
        assert len(rows) == 1 + sum(r["status"] == "accepted" for a in answers for r in a) > 1
        assert [r["ends_on"] for r in rows] == [*(r["starts_on"] for r in rows[1:]), None]


async def test_the_database_alone_keeps_out_a_second_helper(house: House) -> None:
    door = await house.serve("assessment", "api")
    li, wang = await station(door, "li", "wang")
    household_id = await seed_household(house)
    await pair(door, pairing(household_id, li))
    owner = await house.owner("assessment")
    with pytest.raises(asyncpg.ExclusionViolationError, match="one_helper_a_day"):
        await owner.execute(
            "INSERT INTO pairing (id, household_id, division, cadre_id, valid, assigned_on, assigned_by)"
            " VALUES (uuidv7(), $1, $2, $3, '[2017-05-01,)', '2017-05-01', 'x')",
            household_id, VILLAGE, wang,
        )  # fmt: skip


async def test_a_township_assigns_within_itself_only(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    household_id = await seed_household(house)
    item = pairing(household_id, li)
    (elsewhere,) = await pair(door, item, role="township", area=OTHER_TOWNSHIP)
    assert elsewhere["code"] == "shared.household_unknown"
    (ours,) = await pair(door, item, role="township", area=TOWNSHIP)
    assert ours["status"] == "accepted"
    there = await seed_household(house, "140927100201")
    (stationed,) = (await get(door, f"{TEAMS}/units"))["items"]
    zhao, qian = (cadre(stationed["id"], name, division="140927100201") for name in ("zhao", "qian"))
    await send(door, "PUT", f"{TEAMS}/cadres", "county", [zhao, qian])
    # An id that is taken where the caller does not see it refuses itself alone, and ends nobody's help.
    first = pairing(there, zhao["id"])
    taken = pairing(there, qian["id"], "2017-02-01", id=item["id"])
    results = await pair(door, first, taken, role="township", area=OTHER_TOWNSHIP)
    assert [(r["id"], r["code"]) for r in results] == [(first["id"], None), (taken["id"], "shared.id_taken")]
    shown = (await get(door, f"{TEAMS}/pairings?household_id={there}"))["items"]
    assert [(p["id"], p["ends_on"]) for p in shown] == [(first["id"], None)]
    for role in ("helper", "team", "village", "auditor"):
        assert (await door.call("POST", f"{TEAMS}/pairings", role, json={"items": [item]})).status_code == 403


async def test_leave_is_recorded_once_and_by_another(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    item = {"id": str(uuid4()), "cadre_id": li, "starts_on": "2017-07-10", "ends_on": "2017-07-20"}

    def leave(**changes: Any) -> dict[str, Any]:
        return item | {"id": str(uuid4())} | changes

    results = await send(door, "POST", f"{TEAMS}/leaves", "township", [
        item, item, item | {"ends_on": "2017-07-21"}, leave(starts_on="2017-07-20", ends_on="2017-07-25"),
        leave(starts_on="2017-07-21", ends_on="2017-07-25"), leave(starts_on="2017-08-02", ends_on="2017-08-01"),
        leave(cadre_id=str(uuid4())),
    ], area=TOWNSHIP)  # fmt: skip
    assert [r["code"] and r["code"].rsplit(".", 1)[-1] for r in results] == [
        None, None, "content_differs", "leave_overlaps", None, "dates_reversed", "cadre_unknown",
    ]  # fmt: skip
    own = [leave(starts_on="2017-09-01", ends_on="2017-09-02")]
    (refused,) = await send(door, "POST", f"{TEAMS}/leaves", "township", own, area=TOWNSHIP, subject="li")
    assert refused["code"] == "shared.same_person"
    for month in range(1, 6):
        days = {"starts_on": f"2017-0{month}-01", "ends_on": f"2017-0{month}-05"}
        answers = await asyncio.gather(
            *(send(door, "POST", f"{TEAMS}/leaves", "county", [leave(**days)]) for _ in range(4))
        )
        codes = sorted(str(r["code"]) for a in answers for r in a)
        assert codes == ["None"] + ["assessment.teams.leave_overlaps"] * 3
    # Where the cadre goes, his leave goes; the township that he left does not see him any more.
    (unit_id,) = [u["id"] for u in (await get(door, f"{TEAMS}/units"))["items"]]
    gone = cadre(unit_id, "li", id=li, division="140927100201")
    await send(door, "PUT", f"{TEAMS}/cadres", "county", [gone])
    divisions = await house.rows("assessment", "SELECT DISTINCT division FROM leave")
    assert [r["division"] for r in divisions] == ["140927100201"]


async def test_the_summary_counts(house: House) -> None:
    door = await house.serve("assessment", "api")
    big, small = unit(kind="key"), unit()
    await send(door, "PUT", f"{TEAMS}/units", "county", [big, small])
    stationed = [cadre(big["id"], f"b{i}", role="team_member") for i in range(2)]
    stationed += [cadre(big["id"], "b3", role="first_secretary"), cadre(big["id"], "b4")]
    stationed += [cadre(small["id"], f"s{i}", role="team_member") for i in range(2)]
    await send(door, "PUT", f"{TEAMS}/cadres", "county", [*stationed, cadre(small["id"], "s3")])
    one, two, _removed = await seed_household(house), await seed_household(house), await seed_household(
        house, status="removed"
    )  # fmt: skip
    await pair(door, pairing(one, stationed[0]["id"]), pairing(two, stationed[3]["id"], "2017-05-20"))
    assert await get(door, f"{TEAMS}/summary") == {
        "units_key": 1, "units_stationed": 1, "teams_of_three": 1, "helpers": 2, "households_paired": 2,
        "households_unpaired": 0,
    }  # fmt: skip
    earlier = await get(door, f"{TEAMS}/summary", on="2017-05-01")
    assert (earlier["households_paired"], earlier["households_unpaired"]) == (1, 1)


async def state(house: House, *events: Any) -> None:
    """As the registry states facts, in its own outbox."""
    pool = await db.open_pool((await house.settings("registry")).database_url, 1)
    try:
        async with db.transaction(pool, db.system_caller("registry")) as connection:
            await emit(connection, system_act("registry", date(2017, 6, 1)), "registry", events)
    finally:
        await pool.close()


async def test_pairings_follow_a_household_until_it_is_removed(house: House) -> None:
    door = await house.serve("assessment")
    li, wang = await station(door, "li", "wang")
    moved, removed, exited, new = await seed_households(house, 4)
    await pair(door, *(pairing(h, li, "2017-01-10") for h in (moved, removed, exited)))
    await pair(door, pairing(moved, wang, "2017-02-10"), pairing(new, li, "2017-06-01"))
    whole = {
        "status": "poor", "members": 3, "has_labour": True, "borrower_age_ok": True, "needs_accessible": False,
        "deep_poverty": False, "relocated": True,
    }  # fmt: skip
    gone = {"division": VILLAGE, "reason": "registration_out"}
    await state(
        house,
        HouseholdRevised(household_id=moved, division=OTHER_VILLAGE, **whole),
        HouseholdRemoved(household_id=removed, removed_on=date(2017, 5, 20), **gone),
        HouseholdRemoved(household_id=new, removed_on=date(2017, 5, 20), **gone),
        HouseholdExited(
            household_id=exited, division=VILLAGE, exit_id=uuid4(), members=3, exited_on=date(2017, 5, 20),
            decision_id=uuid4(),
        ),
    )  # fmt: skip
    await house.serve("registry", "worker")

    async def applied() -> bool:
        query = "SELECT count(*) AS n FROM applied WHERE consumer = 'assessment' AND topic = 'registry.household'"
        return bool((await house.rows("assessment", query))[0]["n"] == 4)

    await house.settled(applied)
    divisions = await house.rows("assessment", "SELECT division FROM pairing WHERE household_id = $1", moved)
    assert [r["division"] for r in divisions] == [OTHER_VILLAGE] * 2
    assert [r["ends_on"] for r in await house.rows("assessment", PAIRINGS, removed)] == [date(2017, 5, 20)]
    assert [r["ends_on"] for r in await house.rows("assessment", PAIRINGS, new)] == [date(2017, 6, 2)]
    assert [r["ends_on"] for r in await house.rows("assessment", PAIRINGS, exited)] == [None]
    sent = await house.rows(
        "assessment", "SELECT value::jsonb ->> 'household_id' AS h, value::jsonb ->> 'ended_on' AS d FROM"
        " (SELECT * FROM outbox_sent UNION ALL SELECT *, now() FROM outbox) o"
        " WHERE headers ->> 'ce_type' = 'assessment.helper_released.v1'",
    )  # fmt: skip
    assert {(r["h"], r["d"]) for r in sent} == {
        (str(removed), "2017-05-20"), (str(new), "2017-06-02"), (str(moved), "2017-06-01"),
    }  # fmt: skip
    (again,) = await pair(door, pairing(removed, wang, "2017-06-01"))
    assert again["code"] == "shared.household_removed"
    (stays,) = await pair(door, pairing(exited, wang, "2017-06-01"))
    assert stays["status"] == "accepted"
    assert await house.rows("assessment", "SELECT 1 FROM parked_key") == []


async def test_who_helped_a_household_that_was_struck_by_mistake_helps_it_again(house: House) -> None:
    """From the first day, as though it had never been struck; of whom nobody helped nothing is said."""
    door = await house.serve("assessment")
    li, wang = await station(door, "li", "wang")
    back, alone = await seed_households(house, 2)
    await pair(door, pairing(back, li, "2017-01-10"))
    await pair(door, pairing(back, wang, "2017-02-10"))
    about = {"division": VILLAGE, "reason": "deceased", "removed_on": date(2017, 5, 20)}
    again = {"division": VILLAGE, "status": "poor", "members": 3, "reinstated_on": date(2017, 6, 1)}
    await state(
        house,
        *(HouseholdRemoved(household_id=h, **about) for h in (back, alone)),
        *(HouseholdReinstated(household_id=h, **again) for h in (back, alone)),
    )
    await house.serve("registry", "worker")

    async def applied() -> bool:
        query = "SELECT sum(next_offset) AS n FROM consumer_offset WHERE topic = 'registry.household'"
        return bool((await house.rows("assessment", query))[0]["n"] == 4)

    await house.settled(applied)
    known = [(r["starts_on"], r["ends_on"]) for r in await house.rows("assessment", PAIRINGS, back)]
    assert sorted(known) == [(date(2017, 1, 10), date(2017, 2, 10)), (date(2017, 2, 10), None)]
    bound = (
        "SELECT lower(days), upper(days) FROM paired WHERE household_id = $1 AND subject IN ('li', 'wang') ORDER BY 1"
    )
    assert [tuple(r) for r in await house.rows("assessment", bound, back)] == sorted(known)
    sent = await house.rows(
        "assessment", "SELECT value::jsonb ->> 'starts_on' AS d, value::jsonb ->> 'subject' AS s FROM"
        " (SELECT * FROM outbox_sent UNION ALL SELECT *, now() FROM outbox) o"
        " WHERE headers ->> 'ce_type' = 'assessment.helper_assigned.v1' ORDER BY o.id",
    )  # fmt: skip
    assert [(r["d"], r["s"]) for r in sent] == [("2017-01-10", "li"), ("2017-02-10", "wang"), ("2017-02-10", "wang")]
    assert await house.rows("assessment", "SELECT 1 FROM pairing WHERE household_id = $1", alone) == []
    assert await house.rows("assessment", "SELECT 1 FROM parked_key") == []
