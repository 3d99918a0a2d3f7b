"""From the application to the agreement: who is let in, in which order, and by whom."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.events.registry import HouseholdExited, HouseholdRevised
from tests.conftest import House
from tests.integration.relocation.acts import (
    APPLICATIONS,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    agreed,
    apply_for,
    batch,
    codes,
    fraud,
    get,
    hear,
    removed,
    said,
    seed_households,
    types,
)


def new(household_id: UUID | str, cohort: int = 2016, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "household_id": str(household_id), "cohort": cohort} | changes


async def test_step_by_step_to_the_agreement(house: House) -> None:
    door = await house.serve("relocation", "api")
    yes, no, doubtful = await seed_households(house, {"members": 3}, {}, {})
    ids = await apply_for(door, [yes, no, doubtful], subject="committee")
    first, second, third = ids

    early = await batch(door, "POST", f"{APPLICATIONS}/notices", "village", [{"id": first}])
    assert codes(early) == ["shared.wrong_state"]
    sure = [{"id": i, "confirmed": i != third} for i in ids]
    own = await batch(door, "POST", f"{APPLICATIONS}/verifications", "township", sure[:1], subject="committee")
    assert codes(own) == ["shared.same_person"]
    results = await batch(door, "POST", f"{APPLICATIONS}/verifications", "township", [*sure, sure[0]])
    assert [(r["status"], r["code"], r["state"]) for r in results] == [
        ("accepted", None, "verified"), ("accepted", None, "verified"),
        ("accepted", "shared.not_confirmed", "refused"),
        ("refused", "shared.twice_in_batch", "verified"),
    ]  # fmt: skip

    cases = [{"id": first}, {"id": second}]
    await batch(door, "POST", f"{APPLICATIONS}/notices", "village", cases, on="2017-01-07")
    signed = [{"id": first, "agreed": True, "signature": "signed"}]
    soon = await batch(door, "POST", f"{APPLICATIONS}/agreements", "villager", signed, on="2017-01-13")
    assert codes(soon) == ["shared.notice_running"]
    signed.append({"id": second, "agreed": False, "signature": "fingerprint"})
    results = await batch(door, "POST", f"{APPLICATIONS}/agreements", "villager", signed, on="2017-01-14")
    assert [(r["code"], r["state"]) for r in results] == [
        (None, "agreed"), ("relocation.applications.not_agreed", "withdrawn"),
    ]  # fmt: skip

    assert await types(house) == ["application_ended", "relocation_agreed", "application_ended"]
    assert (await said(house))[1] == {
        "household_id": str(yes), "division": VILLAGE, "application_id": first, "cohort": 2016, "members": 3,
        "agreed_on": "2017-01-14",
    }  # fmt: skip
    shown = await get(door, f"{APPLICATIONS}/{first}")
    assert [(s["step"], s["outcome"]) for s in shown["steps"]] == [
        ("applied", "passed"), ("verified", "passed"), ("noticed", "passed"), ("agreed", "passed"),
    ]  # fmt: skip
    assert [d["rule"] for d in shown["decisions"]] == ["relocation.eligibility"] * 2
    assert (shown["members"], shown["agreed_on"]) == (3, "2017-01-14")
    assert await get(door, f"{APPLICATIONS}/summary") == {
        "cohorts": [{
            "cohort": 2016, "households_by_state": {"agreed": 1, "refused": 1, "withdrawn": 1}, "people_agreed": 3,
            "people_allocated": 0, "people_moved_in": 0, "households_moved_in": 0,
        }]
    }  # fmt: skip
    replay = await get(door, "/relocation/v1/operations/replay")
    assert (replay["replayed"], replay["different_count"]) == (5, 0)


async def test_who_is_not_let_in_and_what_is_missing(house: House) -> None:
    door = await house.serve("relocation", "api")
    good, stays, gone, frozen, other = await seed_households(
        house, {}, {"relocated": False}, {"status": "removed"}, {}, {}
    )
    await hear(house, fraud(frozen)[0])
    items = [new(good), new(stays), new(gone), new(frozen), new(other, 2019), new(uuid4()), new(good)]
    results = await batch(door, "POST", APPLICATIONS, "village", items)
    assert [r["missing"] for r in results] == [
        [], ["on_relocation_list"], ["household_registered"], ["not_frozen"], ["cohort_planned"], [],
        ["no_other_application"],
    ]  # fmt: skip
    assert codes(results)[0] is None
    assert codes(results)[5] == "shared.household_unknown"
    assert {codes(results)[i] for i in (1, 2, 3, 4, 6)} == {"relocation.applications.not_eligible"}
    assert (await types(house)).count("application_ended") == 5

    again = await batch(door, "POST", APPLICATIONS, "helper", items[:2])
    assert [(r["status"], r["state"], r["missing"]) for r in again] == [
        ("accepted", "applied", []), ("refused", "refused", ["on_relocation_list"]),
    ]  # fmt: skip
    other_content = await batch(door, "POST", APPLICATIONS, "village", [items[0] | {"cohort": 2017}])
    assert codes(other_content) == ["shared.content_differs"]
    taken = new((await seed_households(house, {"division": OTHER_VILLAGE}))[0], id=items[0]["id"])
    elsewhere = await batch(door, "POST", APPLICATIONS, "village", [taken], OTHER_VILLAGE)
    assert codes(elsewhere) == ["shared.id_taken"]
    assert len(await house.rows("relocation", "SELECT 1 FROM relocation_application")) == 6


async def test_the_rule_is_asked_again_when_the_township_verifies(house: House) -> None:
    door = await house.serve("relocation", "api")
    (one,) = await seed_households(house, {})
    (first,) = await apply_for(door, [one])
    owner = await house.owner("relocation")
    await owner.execute("UPDATE household SET relocated = false")
    sure = [{"id": first, "confirmed": True}]
    (result,) = await batch(door, "POST", f"{APPLICATIONS}/verifications", "township", sure)
    assert (result["state"], result["missing"]) == ("refused", ["on_relocation_list"])
    # It ended without a home, so it may be asked for again.
    await owner.execute("UPDATE household SET relocated = true")
    await apply_for(door, [one])


async def test_lists_stop_at_the_border_of_the_area_and_roles_at_the_door(house: House) -> None:
    door = await house.serve("relocation", "api")
    here, there = await seed_households(house, {}, {"division": OTHER_VILLAGE})
    (mine,) = await apply_for(door, [here])
    (other,) = await apply_for(door, [there], 2017, OTHER_VILLAGE)
    seen = await get(door, APPLICATIONS, "village", VILLAGE)
    assert [i["id"] for i in seen["items"]] == [mine]
    page = await get(door, f"{APPLICATIONS}?limit=1", "township", TOWNSHIP)
    rest = await get(door, f"{APPLICATIONS}?limit=1&cursor={page['next']}", "township", TOWNSHIP)
    assert {page["items"][0]["id"], rest["items"][0]["id"]} == {mine, other}
    for query, found in (
        (f"division={OTHER_VILLAGE}", other), ("cohort=2017", other), (f"household_id={here}", mine),
        ("state=applied&cohort=2016", mine),
    ):  # fmt: skip
        assert [i["id"] for i in (await get(door, f"{APPLICATIONS}?{query}"))["items"]] == [found]
    outside = await batch(door, "POST", f"{APPLICATIONS}/notices", "village", [{"id": other}], VILLAGE)
    assert codes(outside) == ["shared.not_found"]
    assert (await door.call("GET", f"{APPLICATIONS}/{other}", "village", VILLAGE)).status_code == 404
    for role, path in (
        ("county", ""),
        ("village", "/verifications"),
        ("township", "/notices"),
        ("team", "/agreements"),
    ):
        answer = await door.call("POST", APPLICATIONS + path, role, json={"items": []})
        assert answer.status_code == 403, path
    bad = await batch(door, "POST", APPLICATIONS, "village", [new(here, name="x")])
    assert codes(bad) == ["shared.invalid_item"]


async def test_an_application_ends_with_its_household_and_not_with_an_exit(house: House) -> None:
    door = await house.serve("relocation", "api")
    struck, died, exits = await seed_households(house, {}, {}, {})
    ids = await agreed(door, [struck, died, exits])
    await hear(house, removed(struck), removed(died, "deceased"))
    of = {"household_id": exits, "division": VILLAGE, "exit_id": uuid4(), "decision_id": uuid4()}
    await hear(house, HouseholdExited(**of, members=2, exited_on=date(2017, 3, 5)))
    states = {i["id"]: i["state"] for i in (await get(door, APPLICATIONS))["items"]}
    assert states == dict(zip(ids, ("struck", "deceased", "agreed"), strict=True))
    ended = await house.rows(
        "relocation", "SELECT value::jsonb ->> 'reason' AS r FROM outbox WHERE headers ->> 'ce_type' LIKE '%ended%'"
        " ORDER BY id",
    )  # fmt: skip
    assert [r["r"] for r in ended] == ["struck", "deceased"]
    # Nothing is left to end, so the same fact again says nothing more.
    before = len(await types(house))
    await hear(house, removed(struck))
    assert len(await types(house)) == before


async def test_an_application_follows_its_household_to_another_village(house: House) -> None:
    door = await house.serve("relocation", "api")
    (one,) = await seed_households(house, {})
    await agreed(door, [one])
    flags = {"has_labour": True, "borrower_age_ok": True, "deep_poverty": False, "relocated": True}
    whole = HouseholdRevised(
        household_id=one, division=OTHER_VILLAGE, status="poor", members=4, needs_accessible=True, **flags
    )
    await hear(house, whole)
    assert (await get(door, APPLICATIONS, "village", VILLAGE))["items"] == []
    (moved,) = (await get(door, APPLICATIONS, "village", OTHER_VILLAGE))["items"]
    assert moved["members"] == 2, "what was counted at the agreement stays counted"


async def test_the_database_alone_keeps_persons_apart_and_homes_single(house: House) -> None:
    door = await house.serve("relocation", "api")
    (one,) = await seed_households(house, {})
    await apply_for(door, [one])
    owner = await house.owner("relocation")
    with pytest.raises(asyncpg.CheckViolationError, match="application_verifier_is_not_applicant"):
        await owner.execute("UPDATE relocation_application SET state = 'verified', verified_by = applied_by")
    with pytest.raises(asyncpg.UniqueViolationError, match="application_one_home"):
        await owner.execute(
            "INSERT INTO relocation_application (id, household_id, division, cohort, state, members, missing,"
            " decision_id, applied_on, applied_by, since_on, due_on) SELECT uuidv7(), household_id, division, 2017,"
            " 'applied', members, missing, decision_id, applied_on, applied_by, since_on, due_on"
            " FROM relocation_application"
        )
