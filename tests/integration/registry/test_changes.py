"""People who leave their household, and households that leave the register, through the doors of two persons."""

import asyncio
import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.data.crypto import read_data_keys
from tests.conftest import Door, House
from tests.integration.registry.test_exits import EXITS, MINUTES, TOWNSHIP, noticed, proposed, ready_household
from tests.integration.registry.test_households import NUMBER, VILLAGE, seed_household

HOUSEHOLDS = "/registry/v1/households"
DEPARTURES, REMOVALS = f"{HOUSEHOLDS}/departures", f"{HOUSEHOLDS}/removals"


async def add_member(
    house: House, household_id: UUID, relation: str, born_on: str, division: str = VILLAGE
) -> str:  # fmt: skip
    """Somebody else of the household: his reference."""
    member_id = uuid4()
    connection = await house.owner("registry")
    sealed = read_data_keys(house.keys.data).encrypt(NUMBER, "member", "id_number_sealed", member_id)
    await connection.execute(
        "INSERT INTO member VALUES ($1, $2, $3, $4, $5)", member_id, household_id, division, sealed, str(member_id)
    )
    await connection.execute(
        "INSERT INTO member_fact (id, member_id, household_id, division, valid, name, sex, born_on, relation,"
        " ethnicity, education, school_status, health, labour, work_months, medical_insured, pension_insured)"
        " VALUES (uuidv7(), $1, $2, $3, '[2014-06-01,)', '乙', 'female', $4, $5, '汉', 'primary', 'none',"
        " 'healthy', 'none', 0, true, true)",
        member_id, household_id, division, date.fromisoformat(born_on), relation,
    )  # fmt: skip
    return str(member_id)


async def head_of(house: House, household_id: UUID) -> str:
    (row,) = await house.rows(
        "registry", "SELECT reference FROM member m JOIN member_fact f ON f.member_id = m.id"
        " WHERE m.household_id = $1 AND relation = 'head' AND upper_inf(known)", household_id,
    )  # fmt: skip
    return str(row["reference"])


async def post(door: Door, path: str, role: str, *items: dict[str, Any], on: str = "2017-06-01", subject: str = "",
               area: str = "") -> list[dict[str, Any]]:  # fmt: skip
    places = {"township": TOWNSHIP, "county": "140927"}
    answer = await door.call(
        "POST", path, role, area or places.get(role, VILLAGE), on=on, subject=subject or role,
        json={"items": list(items)},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def departure(reference: str, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "reference": reference, "reason": "death", "left_on": "2017-05-10"} | changes


async def leave(door: Door, *departures: dict[str, Any]) -> list[dict[str, Any]]:
    """Reported by a helper, confirmed by the township."""
    assert [r["code"] for r in await post(door, DEPARTURES, "helper", *departures)] == [None] * len(departures)
    confirmed = [{"id": d["id"], "confirmed": True} for d in departures]
    return await post(door, f"{DEPARTURES}/confirmations", "township", *confirmed)


async def told(house: House) -> list[tuple[str, dict[str, Any]]]:
    rows = await house.rows("registry", "SELECT headers ->> 'ce_type' AS t, value FROM outbox ORDER BY id")
    return [(r["t"].removeprefix("registry.").removesuffix(".v1"), json.loads(r["value"])) for r in rows]


async def people(door: Door, household_id: UUID, on: str) -> list[tuple[str, str]]:
    answer = await door.call("GET", f"{HOUSEHOLDS}/{household_id}", "helper", VILLAGE, on=on)
    return [(p["reference"], p["relation"]) for p in answer.json()["people"]]


async def test_a_dead_head_is_followed_by_the_eldest_and_the_past_stays(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    head = await head_of(house, household_id)
    child = await add_member(house, household_id, "son", "2001-01-01")
    wife = await add_member(house, household_id, "spouse", "1972-01-01")
    report = departure(head)
    (reported,) = await post(door, DEPARTURES, "village", report)
    assert (reported["status"], reported["state"]) == ("accepted", "reported")
    assert await told(house) == [], "nothing changes before another person has confirmed it"
    assert len(await people(door, household_id, "2017-06-01")) == 3
    (done,) = await post(
        door, f"{DEPARTURES}/confirmations", "township", {"id": report["id"], "confirmed": True}
    )  # fmt: skip
    assert (done["status"], done["state"]) == ("accepted", "confirmed")
    assert await people(door, household_id, "2017-06-01") == [(wife, "head"), (child, "son")]
    assert await people(door, household_id, "2017-05-10") == [(wife, "head"), (child, "son")]
    assert await people(door, household_id, "2017-05-09") == [(head, "head"), (wife, "spouse"), (child, "son")]
    (first, revised), (second, removed) = await told(house)
    assert (first, second) == ("household_revised", "member_removed")
    assert (revised["members"], revised["has_labour"], revised["borrower_age_ok"]) == (2, False, True)
    ages = zip(revised["people"], revised["borrower_from"], revised["borrower_until"], strict=True)
    assert {*ages} == {(wife, "1990-01-01", "2038-01-01"), (child, "2019-01-01", "2067-01-01")}
    assert (removed["reason"], removed["head"], removed["members"], removed["removed_on"]) == (
        "death", True, 2, "2017-05-10",
    )  # fmt: skip
    known = await house.rows("registry", "SELECT count(*) AS n FROM member_fact WHERE NOT upper_inf(known)")
    assert known[0]["n"] == 2, "what was held for true before is kept"


async def test_several_leave_one_household_in_the_order_of_their_days(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    head = await head_of(house, household_id)
    wife = await add_member(house, household_id, "spouse", "1972-01-01")
    daughter = await add_member(house, household_id, "daughter", "1998-01-01")
    first, second = str(UUID(int=1)), str(UUID(int=2))
    await leave(door, departure(wife, id=first, left_on="2017-05-20"), departure(head, id=second, left_on="2017-05-10"))
    assert await people(door, household_id, "2017-05-15") == [(wife, "head"), (daughter, "daughter")]
    assert await people(door, household_id, "2017-05-20") == [(daughter, "head")]
    facts = [(f["head"], f["members"], f["removed_on"]) for t, f in await told(house) if t == "member_removed"]
    assert facts == [(True, 2, "2017-05-10"), (True, 1, "2017-05-20")]


async def test_who_died_before_the_head_is_no_head_though_confirmed_later(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    head = await head_of(house, household_id)
    wife = await add_member(house, household_id, "spouse", "1972-01-01")
    son = await add_member(house, household_id, "son", "1995-01-01")
    await leave(door, departure(head, left_on="2017-05-10"))
    await leave(door, departure(wife, left_on="2017-04-01"))
    assert await people(door, household_id, "2017-04-15") == [(head, "head"), (son, "son")]
    assert await people(door, household_id, "2017-05-10") == [(son, "head")]


async def test_the_last_ones_death_ends_the_household_and_its_case(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await ready_household(house, door)
    two = await seed_household(house)
    exit_id = await noticed(door, one)
    gone = [departure(await head_of(house, one)), departure(await head_of(house, two), reason="registration_out")]
    await post(door, DEPARTURES, "helper", *gone, on="2017-10-11")
    await post(
        door, f"{DEPARTURES}/confirmations", "township", *({"id": d["id"], "confirmed": True} for d in gone),
        on="2017-10-12",
    )  # fmt: skip
    rows = await house.rows("registry", "SELECT status, exited_year FROM household")
    assert [tuple(r) for r in rows] == [("removed", None)] * 2
    shown = (await door.call("GET", f"{EXITS}/{exit_id}", "village", VILLAGE)).json()
    assert (shown["state"], shown["ended_code"]) == ("withdrawn", "shared.household_removed")
    assert (shown["steps"][-1]["step"], shown["steps"][-1]["acted_by"]) == ("withdrawn", "township")
    of_one = [(t, f) for t, f in await told(house) if f["household_id"] == str(one)][-3:]
    assert [t for t, _ in of_one] == ["household_revised", "member_removed", "household_removed"]
    assert [(f.get("status"), f.get("members"), f.get("reason")) for _, f in of_one] == [
        ("removed", 0, None), (None, 0, "death"), (None, None, "deceased"),
    ]  # fmt: skip
    struck = {f["household_id"]: f["reason"] for t, f in await told(house) if t == "household_removed"}
    assert struck == {str(one): "deceased", str(two): "registration_out"}


async def test_what_cannot_be_reported(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    head, wife = await head_of(house, household_id), await add_member(house, household_id, "spouse", "1972-01-01")
    gone, abroad = (
        await add_member(house, household_id, "son", "1999-01-01"),
        await seed_household(house, "140927200202"),
    )
    await leave(door, departure(gone))
    good = departure(head)
    results = await post(
        door, DEPARTURES, "helper", good, good, good | {"reason": "prison"}, departure(head),
        departure(wife, left_on="2017-06-02"), departure(wife, left_on="2014-06-01"), departure("nobody"),
        departure(await head_of(house, abroad)), departure(gone), on="2017-06-01",
    )  # fmt: skip
    expected = [
        None, None, "shared.content_differs", "registry.changes.already_reported",
        "shared.future_date", "registry.changes.before_membership", "shared.not_found", "shared.not_found",
        "registry.changes.has_left",
    ]  # fmt: skip
    assert [r["code"] for r in results] == expected
    again = await post(door, DEPARTURES, "helper", good, good | {"left_on": "2017-05-11"}, departure(head))
    assert [r["code"] for r in again] == [
        None, "shared.content_differs", "registry.changes.already_reported",
    ]  # fmt: skip
    (taken,) = await post(
        door, DEPARTURES, "helper", departure(await head_of(house, abroad), id=good["id"]), area="140927200202"
    )
    assert taken["code"] == "shared.id_taken"
    bad = await door.call(
        "POST", DEPARTURES, "helper", VILLAGE, json={"items": [departure(head, reason="moved")]}
    )  # fmt: skip
    assert [r["code"] for r in bad.json()["results"]] == ["shared.invalid_item"]
    assert (await door.call("POST", DEPARTURES, "team", VILLAGE, json={"items": [good]})).status_code == 403


async def test_another_person_confirms_and_once(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    report = departure(await head_of(house, household_id))
    await post(door, DEPARTURES, "village", report, subject="zhao")
    yes, no = {"id": report["id"], "confirmed": True}, {"id": report["id"], "confirmed": False}
    path = f"{DEPARTURES}/confirmations"
    (own,) = await post(door, path, "township", yes, subject="zhao")
    assert own["code"] == "shared.same_person"
    (elsewhere,) = await post(door, path, "township", yes, area="140927201")
    assert elsewhere["code"] == "shared.not_found"
    results = await post(door, path, "township", no, yes, {"id": str(uuid4()), "confirmed": True})
    assert [(r["code"], r["state"]) for r in results] == [
        ("shared.not_confirmed", "rejected"), ("shared.twice_in_batch", "rejected"), ("shared.not_found", None),
    ]  # fmt: skip
    (late,) = await post(door, path, "township", yes)
    assert late["code"] == "shared.wrong_state"
    assert await told(house) == []
    (again,) = await post(door, DEPARTURES, "village", departure(report["reference"]))
    assert again["state"] == "reported", "what was rejected may be reported again"
    connection = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError, match="departure_decider_is_not_reporter"):
        await connection.execute(
            "UPDATE departure SET state = 'confirmed', decided_on = '2017-06-01', decided_by = reported_by"
        )


async def test_two_reports_of_one_person_at_once_are_one(house: House) -> None:
    door = await house.serve("registry", "api")
    for _ in range(3):
        reference = await head_of(house, await seed_household(house))
        both = await asyncio.gather(*(post(door, DEPARTURES, "helper", departure(reference)) for _ in range(2)))
        assert sorted(r["status"] for (r,) in both) == ["accepted", "refused"]
    assert len(await house.rows("registry", "SELECT 1 FROM departure")) == 3


def removal(household_id: UUID, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(household_id), "reason": "EX3", "evidence": "vehicle register 2017-12",
    } | changes  # fmt: skip


async def word(house: House, of: dict[str, Any], *, confirmed: bool = True) -> dict[str, Any]:
    """The second person's word on a removal: he names whom it strikes."""
    (home,) = await house.rows("registry", "SELECT household_no FROM household WHERE id = $1", UUID(of["household_id"]))
    return {"id": of["id"], "household_no": home["household_no"], "confirmed": confirmed} | MINUTES


async def test_a_household_is_struck_by_two_persons_and_its_case_ends(house: House) -> None:
    door = await house.serve("registry", "api")
    struck, kept = await ready_household(house, door), await ready_household(house, door)
    exit_id = await proposed(door, struck)
    first, second = removal(struck), removal(kept, reason="EX10")
    made = await post(door, REMOVALS, "team", first, second, on="2017-10-11")
    assert [(r["status"], r["state"]) for r in made] == [("accepted", "proposed")] * 2
    yes, no = await word(house, first), await word(house, second, confirmed=False)
    (own,) = await post(door, f"{REMOVALS}/confirmations", "county", yes, subject="team")
    assert own["code"] == "shared.same_person"
    assert [t for t, _ in await told(house)] == ["income_assessed"] * 4
    done = await post(door, f"{REMOVALS}/confirmations", "county", yes, no, on="2017-10-12")
    assert [(r["code"], r["state"]) for r in done] == [(None, "confirmed"), ("shared.not_confirmed", "rejected")]
    statuses = {r["id"]: r["status"] for r in await house.rows("registry", "SELECT id, status FROM household")}
    assert statuses == {struck: "removed", kept: "poor"}
    kind, fact = (await told(house))[-1]
    assert (kind, fact["reason"], fact["removed_on"]) == ("household_removed", "EX3", "2017-10-12")
    case = (await door.call("GET", f"{EXITS}/{exit_id}", "village", VILLAGE)).json()
    assert (case["state"], case["ended_code"]) == ("withdrawn", "shared.household_removed")
    (again,) = await post(door, REMOVALS, "village", removal(struck))
    assert again["code"] == "shared.household_removed"
    listed = (await door.call("GET", f"{REMOVALS}?state=confirmed", "auditor")).json()["items"]
    assert [(x["household_id"], x["reason"]) for x in listed] == [(str(struck), "EX3")]
    connection = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError, match="removal_decider_is_not_proposer"):
        await connection.execute("UPDATE removal SET decided_by = proposed_by")


async def test_nobody_strikes_a_household_that_he_did_not_look_at(house: House) -> None:
    door = await house.serve("registry", "api")
    one, other = await seed_household(house), await seed_household(house)
    first, second = removal(one), removal(other)
    await post(door, REMOVALS, "team", first, second)
    await add_member(house, one, "child", "2010-03-05")
    shown = (await door.call("GET", f"{REMOVALS}?household_id={one}", "county")).json()["items"]
    yes = await word(house, first)
    assert [(x["id"], x["household_no"], x["head"], x["members"]) for x in shown] == [
        (first["id"], yes["household_no"], await head_of(house, one), 2)
    ]
    path, theirs = f"{REMOVALS}/confirmations", (await word(house, second))["household_no"]
    for confirmed in (True, False):
        wrong = yes | {"household_no": theirs, "confirmed": confirmed}
        assert [r["code"] for r in await post(door, path, "county", wrong)] == ["registry.changes.other_household"]
    (blind,) = await post(door, path, "county", {"id": first["id"], "confirmed": True})
    assert blind["code"] == "shared.invalid_item"
    assert [r["state"] for r in await post(door, path, "county", yes)] == ["confirmed"]
    struck = await house.rows("registry", "SELECT id FROM household WHERE status = 'removed'")
    assert [r["id"] for r in struck] == [one]


async def test_what_cannot_be_struck(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, abroad = await seed_household(house), await seed_household(house, "140927200202")
    good = removal(household_id)
    results = await post(
        door, REMOVALS, "village", good, good, removal(household_id), removal(abroad), removal(uuid4()),
        good | {"reason": "EX1"},
    )  # fmt: skip
    assert [r["code"] for r in results] == [
        None, None, "registry.changes.already_reported", "shared.not_found", "shared.not_found",
        "shared.content_differs",
    ]  # fmt: skip
    for wrong in ({"reason": "EX11"}, {"reason": "EX0"}, {"evidence": ""}, {"note": "x"}):
        answer = await door.call("POST", REMOVALS, "village", VILLAGE, json={"items": [removal(household_id, **wrong)]})
        assert [r["code"] for r in answer.json()["results"]] == ["shared.invalid_item"]
    assert (await door.call("POST", REMOVALS, "county", json={"items": [good]})).status_code == 403
    # Its last member died meanwhile: there is nothing left to strike.
    await leave(door, departure(await head_of(house, household_id)))
    (late,) = await post(door, f"{REMOVALS}/confirmations", "county", await word(house, good))
    assert late["code"] == "shared.household_removed"
    assert [t for t, _ in await told(house)].count("household_removed") == 1


async def test_lists_go_by_page_and_area(house: House) -> None:
    door = await house.serve("registry", "api")
    reports = [departure(await head_of(house, await seed_household(house))) for _ in range(3)]
    await post(door, DEPARTURES, "helper", *reports)
    first = (await door.call("GET", f"{DEPARTURES}?limit=2", "township", TOWNSHIP)).json()
    rest = (await door.call("GET", f"{DEPARTURES}?limit=2&cursor={first['next']}", "township", TOWNSHIP)).json()
    assert [x["id"] for x in first["items"] + rest["items"]] == sorted(r["id"] for r in reports)
    assert rest["next"] is None
    assert "name" not in first["items"][0]
    assert (await door.call("GET", DEPARTURES, "township", "140927201")).json()["items"] == []
    assert (await door.call("GET", f"{DEPARTURES}?state=confirmed", "county")).json()["items"] == []
