"""Follow-ups through their doors: begun by an exit, made by others than who proposed it, ended with a return."""

import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.registry.followups import queries
from shared.events.assessment import VisitRecorded
from tests.conftest import Door, House
from tests.integration.registry.facts import heard, state
from tests.integration.registry.test_amendments import confirm, correcting, exited, loses_water, returning, revoking
from tests.integration.registry.test_amendments import post as amend
from tests.integration.registry.test_case_03_joining_a_household import REVERSALS
from tests.integration.registry.test_case_04_death_confirmed_by_mistake import reversal
from tests.integration.registry.test_changes import DEPARTURES, REMOVALS, add_member, departure, removal, word
from tests.integration.registry.test_changes import post as change
from tests.integration.registry.test_households import VILLAGE
from tests.integration.registry.test_splits import indexed, part, split
from tests.integration.registry.test_transfers import FAR, moves
from tests.integration.registry.test_villages import found_places

FOLLOW_UPS = "/registry/v1/follow-ups"
ROOM = "registry.followups"


async def listed(door: Door, role: str = "county", area: str = "140927", **asked: Any) -> list[dict[str, Any]]:
    answer = await door.call("GET", FOLLOW_UPS, role, area, on="2017-11-20", params=asked)
    assert answer.status_code == 200, answer.text
    return sorted(answer.json()["items"], key=lambda one: int(one["months"]))


def seen(one: dict[str, Any], income: str = "over", *troubles: str) -> dict[str, Any]:
    return {"id": one["id"], "income": income, "troubles": list(troubles), "evidence": "visit 3"}


async def report(door: Door, *items: dict[str, Any], role: str = "team", area: str = VILLAGE, subject: str = "team-2",
                 on: str = "2017-11-10") -> list[dict[str, Any]]:  # fmt: skip
    answer = await door.call(
        "POST", f"{FOLLOW_UPS}/reports", role, area, on=on, subject=subject, json={"items": list(items)}
    )
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def states(house: House) -> list[tuple[str, str | None]]:
    rows = await house.rows("registry", "SELECT state, ended_code FROM follow_up ORDER BY months")
    return [(r["state"], r["ended_code"]) for r in rows]


async def waiting(door: Door, role: str, area: str, subject: str, on: str) -> list[tuple[str, str]]:
    answer = await door.call("GET", "/registry/v1/tasks", role, area, on=on, subject=subject)
    assert answer.status_code == 200, answer.text
    return [(t["step"], t["due_on"]) for t in answer.json()["items"] if t["procedure"] == ROOM]


async def test_an_exit_begins_them_each_with_its_days(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await exited(house, door)
    found = await listed(door, household_id=str(household_id))
    # 17 October 2017 and so many months later; none of the days is a holiday.
    assert [(f["months"], f["opens_on"], f["due_on"], f["state"]) for f in found] == [
        (1, "2017-10-18", "2017-11-17", "open"),
        (6, "2018-03-18", "2018-04-17", "open"),
        (12, "2018-09-17", "2018-10-17", "open"),
    ]
    assert {(f["exit_id"], f["exited_on"]) for f in found} == {(exit_id, "2017-10-17")}
    assert not {key for f in found for key in f if key.endswith("_by")}
    # A household's own people and its helper read them; by state, place and month.
    assert len(await listed(door, "villager", VILLAGE)) == len(await listed(door, "helper", VILLAGE)) == 3
    assert [f["months"] for f in await listed(door, month_on="2018-04-01")] == [6]
    assert await listed(door, month_on="2018-05-01") == await listed(door, state="done") == []
    assert len(await listed(door, division=VILLAGE[:9], state="open")) == 3
    assert await listed(door, division="140927201") == await listed(door, "village", "140927200202") == []


async def test_it_waits_for_the_village_in_its_days_and_for_township_and_county_once_overdue(house: House) -> None:
    door = await house.serve("registry", "api")
    await exited(house, door)
    assert await waiting(door, "team", VILLAGE, "team-2", "2017-10-17") == []
    assert await waiting(door, "team", VILLAGE, "team-2", "2017-10-18") == [("done", "2017-11-17")]
    assert await waiting(door, "village", VILLAGE, "chair", "2017-10-18") == [("done", "2017-11-17")]
    # Who proposed the exit is not asked how it fares.
    assert await waiting(door, "village", VILLAGE, "clerk", "2017-10-18") == []
    for role, area, step in (("township", VILLAGE[:9], "done"), ("county", "140927", "overdue")):
        assert await waiting(door, role, area, role, "2017-11-17") == [], role
        assert await waiting(door, role, area, role, "2017-11-18") == [(step, "2017-11-17")], role
        assert len(await waiting(door, role, area, role, "2018-10-18")) == 3, role


async def test_it_is_made_once_in_its_days_by_another_than_who_proposed_the_exit(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, _ = await exited(house, door)
    one, two, three = await listed(door)
    (early,) = await report(door, seen(two))
    assert early["code"] == f"{ROOM}.too_early"
    (own,) = await report(door, seen(one), role="village", subject="clerk")
    assert own["code"] == "shared.same_person"
    strange = await report(door, seen({"id": str(uuid4())}), seen(one, "rich"), seen(one, "over", "died"))
    assert [r["code"] for r in strange] == ["shared.not_found", "shared.invalid_item", "shared.invalid_item"]
    (far,) = await report(door, seen(one), area="140927200202")
    assert far["code"] == "shared.not_found"
    refused = await door.call("POST", f"{FOLLOW_UPS}/reports", "helper", VILLAGE, json={"items": [seen(one)]})
    assert refused.status_code == 403
    (done, twice) = await report(door, seen(one, "near"), seen(one))
    assert (done["status"], done["state"], twice["code"]) == ("accepted", "done", "shared.twice_in_batch")
    (again,) = await report(door, seen(one))
    assert again["code"] == "shared.wrong_state"
    shown = (await listed(door, state="done"))[0]
    assert (shown["income"], shown["troubles"], shown["measures"], shown["looked_on"]) == ("near", [], [], "2017-11-10")
    assert shown["sentence_zh"] == "该户 2017-10-17 退出，2017-11-10 已回访；收入与标准线相比：临近。"
    assert await house.rows("registry", "SELECT 1 FROM visit_finding") == [], "nothing is wrong"
    # One that is late is made by the township, too.
    (late,) = await report(door, seen(three), role="township", area=VILLAGE[:9], subject="township", on="2018-12-01")
    assert late["status"] == "accepted"
    owner = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE follow_up SET looked_by = proposed_by WHERE id = $1", UUID(one["id"]))
    summary = await door.call(
        "GET", f"{FOLLOW_UPS}/summary", "township", VILLAGE[:9], params={"division": VILLAGE, "month_on": "2017-11-01"}
    )
    assert summary.json() == [
        {"division": VILLAGE, "open": 0, "done": 1, "ended": 0, "near": 1, "under": 0, "troubled": 0}
    ]
    assert household_id


async def test_what_is_not_well_is_looked_into_by_another_and_decides_nothing(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, _ = await exited(house, door)
    one, *_ = await listed(door)
    await report(door, seen(one, "under", "house_unsafe"))
    found = (await door.call("GET", "/registry/v1/findings", "county", "140927")).json()["items"]
    assert {f["finding"] for f in found} == {"house_unsafe", "income_lower_than_stated"}
    assert {(f["state"], f["visit_id"], f["found_on"]) for f in found} == {("open", one["id"], "2017-11-10")}
    answer = {"id": found[0]["id"], "so": False, "evidence": "photo 2"}
    for subject, code in (("team-2", "shared.same_person"), ("team-3", None)):
        result = (
            await door.call("POST", "/registry/v1/findings/answers", "team", VILLAGE, on="2017-11-11", subject=subject,
                            json={"items": [answer]})
        ).json()["results"][0]  # fmt: skip
        assert result["code"] == code
    shown = (await door.call("GET", f"/registry/v1/households/{household_id}", "county")).json()
    assert shown["status"] == "exited"


async def test_its_helpers_visit_stands_beside_it_and_does_not_take_its_place(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("assessment", "worker")
    household_id, _ = await exited(house, door)
    said = {"household_id": household_id, "division": VILLAGE, "cadre_id": uuid4(), "counts": True, "findings": []}
    await state(
        house,
        "assessment",
        *(VisitRecorded(**said, visit_id=uuid4(), visited_on=day) for day in ("2017-10-10", "2017-10-20")),
    )
    await heard(house, "assessment.household", 2)
    one, two, _ = await listed(door)
    assert [(f["state"], f["visited_on"]) for f in (one, two)] == [("open", "2017-10-20"), ("open", None)]


async def test_the_visits_of_a_page_are_looked_up_at_once(house: House) -> None:
    door = await house.serve("registry", "api")
    await exited(house, door)
    assert len(await listed(door)) == 3
    owner = await house.owner("registry")
    page = queries._PAGE.statement([])
    place = page.arguments({"after": UUID(int=0), "limit": 100})
    (plan,) = json.loads(await owner.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {page.text}", *place))

    def looks(node: dict[str, Any]) -> int:
        own = node["Actual Loops"] if node.get("Relation Name") == "home_visit" else 0
        return int(own) + sum(looks(n) for n in node.get("Plans", []))

    assert looks(plan["Plan"]) == 1


async def test_they_end_when_the_household_is_out_no_more(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, _ = await exited(house, door)
    one, *_ = await listed(door)
    await report(door, seen(one))
    await loses_water(house)
    item = returning(household_id)
    await amend(door, "returns", "village", item)
    assert {s for s, _ in await states(house)} == {"done", "open"}, "proposed, it is not so yet"
    await confirm(door, item)
    returned = "registry.amendments.has_returned"
    assert await states(house) == [("done", None), ("ended", returned), ("ended", returned)]
    (late,) = await report(door, seen({"id": (await listed(door))[1]["id"]}), on="2018-04-01")
    assert late["code"] == "shared.wrong_state"


async def test_they_end_with_a_revoked_exit_and_with_the_last_who_lives_there(house: House) -> None:
    door = await house.serve("registry", "api")
    _, exit_id = await exited(house, door)
    item = revoking(exit_id)
    await amend(door, "revocations", "township", item, area=VILLAGE[:9])
    await confirm(door, item)
    assert await states(house) == [("ended", "registry.amendments.exit_revoked")] * 3


async def test_they_end_with_the_last_who_lives_there(house: House) -> None:
    door = await house.serve("registry", "api")
    await exited(house, door)
    people = await house.rows("registry", "SELECT reference FROM member")
    said = [departure(p["reference"], left_on="2017-11-01") for p in people]
    await change(door, DEPARTURES, "helper", *said, on="2017-11-20")
    confirmed = [{"id": d["id"], "confirmed": True} for d in said]
    await change(door, f"{DEPARTURES}/confirmations", "township", *confirmed, on="2017-11-20")
    assert await states(house) == [("ended", "shared.household_removed")] * 3


async def kept(house: House, household_id: UUID | str) -> list[tuple[int, str, str]]:
    """A household's follow-ups by month: their state, the day until which somebody goes or why they ended."""
    rows = await house.rows(
        "registry",
        "SELECT months, state, coalesce(due_on::text, ended_code, '') AS more FROM follow_up WHERE household_id = $1"
        " ORDER BY months, state DESC",
        UUID(str(household_id)),
    )
    return [tuple(r) for r in rows]


async def grown(house: House, household_id: UUID) -> dict[str, str]:
    """Two more of the household, who may found one of their own."""
    who = {"son": await add_member(house, household_id, "son", "1993-01-01")}
    who["bride"] = await add_member(house, household_id, "daughter_in_law", "1995-01-01")
    who["child"] = await add_member(house, household_id, "grandson", "2016-01-01")
    await indexed(house, household_id)
    return who


async def test_who_splits_off_is_followed_up_by_the_same_days_but_those_that_are_over(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await exited(house, door)
    who = await grown(house, household_id)
    # The second may be made already, and was: of who stayed.
    assert (await report(door, seen((await listed(door))[1]), on="2018-04-01"))[0]["status"] == "accepted"
    before = await kept(house, household_id)
    assert (await part(door, split(household_id, who, split_on="2018-03-30"), on="2018-04-10"))["state"] == "confirmed"
    (new,) = await house.rows("registry", "SELECT id FROM household WHERE id <> $1", household_id)
    assert await kept(house, new["id"]) == [(6, "open", "2018-04-17"), (12, "open", "2018-10-17")]
    assert await kept(house, household_id) == before
    mine = [f for f in await listed(door) if f["household_id"] == str(new["id"])]
    assert {(f["exit_id"], f["exited_on"], f["opens_on"]) for f in mine} == {
        (exit_id, "2017-10-17", "2018-03-18"),
        (exit_id, "2017-10-17", "2018-09-17"),
    }
    # Nor does who proposed the exit go there.
    (own,) = await report(door, seen(mine[0]), role="village", subject="clerk", on="2018-04-11")
    assert own["code"] == "shared.same_person"
    assert (await report(door, seen(mine[0]), on="2018-04-11"))[0]["status"] == "accepted"


async def test_who_splits_off_a_poor_household_is_not_followed_up(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, _ = await exited(house, door)
    who = await grown(house, household_id)
    await loses_water(house)
    item = returning(household_id)
    await amend(door, "returns", "village", item)
    await confirm(door, item)
    assert (await part(door, split(household_id, who, split_on="2017-11-22"), on="2017-12-01"))["state"] == "confirmed"
    assert {s for s, _ in await states(house)} == {"ended"}


async def test_who_was_struck_by_mistake_is_followed_up_again(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, _ = await exited(house, door)
    one, *_ = await listed(door)
    assert (await report(door, seen(one)))[0]["status"] == "accepted"
    struck = removal(household_id)
    await change(door, REMOVALS, "village", struck, on="2017-12-01")
    (done,) = await change(door, f"{REMOVALS}/confirmations", "county", await word(house, struck), on="2017-12-02")
    assert done["state"] == "confirmed"
    removed = "shared.household_removed"
    assert await kept(house, household_id) == [(1, "done", ""), (6, "ended", removed), (12, "ended", removed)]
    # Found out half a year later: what was due meanwhile is not made up for.
    back = reversal(removal_id=struck["id"])
    await change(door, REVERSALS, "village", back, on="2018-05-01")
    said = {"id": back["id"], "confirmed": True}
    (done,) = await change(door, f"{REVERSALS}/confirmations", "county", said, on="2018-05-02")
    assert done["state"] == "confirmed", done
    assert await kept(house, household_id) == [
        (1, "done", ""), (6, "ended", removed), (12, "open", "2018-10-17"), (12, "ended", removed),
    ]  # fmt: skip


async def test_they_move_with_the_day_of_the_exit(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await exited(house, door)
    who = await grown(house, household_id)
    one, *_ = await listed(door)
    await report(door, seen(one))
    assert (await part(door, split(household_id, who, split_on="2017-11-11"), on="2017-11-18"))["state"] == "confirmed"
    item = correcting(exit_id, exited_on="2017-09-29")
    await amend(door, "corrections", "county", item, area="140927")
    assert (await listed(door, state="open"))[0]["due_on"] == "2018-04-17", "proposed, it is not so yet"
    await confirm(door, item)
    waiting = [(f["months"], f["exited_on"], f["opens_on"], f["due_on"]) for f in await listed(door, state="open")]
    # 29 March is a Thursday, 29 September 2018 a Saturday that is worked for the holidays.
    assert (
        waiting
        == [(6, "2017-09-29", "2018-02-27", "2018-03-29")] * 2 + [(12, "2017-09-29", "2018-08-30", "2018-09-29")] * 2
    )
    assert [f["months"] for f in await listed(door, month_on="2018-03-01")] == [6, 6]
    (done,) = await listed(door, state="done")
    assert (done["exited_on"], done["looked_on"]) == ("2017-10-17", "2017-11-10")
    (step,) = await house.rows("registry", "SELECT DISTINCT detail FROM case_step WHERE step = 'moved'")
    assert "2017-10-17" in step["detail"]


async def test_a_household_takes_them_along(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    household_id, _ = await exited(house, door)
    await moves(door, household_id)
    assert {f["division"] for f in await listed(door)} == {FAR}
    assert await listed(door, "village", VILLAGE) == []
    assert len(await listed(door, "village", FAR)) == 3


async def test_its_page_says_until_when_support_goes_on_and_who_follows_it(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, _ = await exited(house, door)
    path = f"/registry/v1/households/{household_id}"
    assert (await door.call("GET", path, "villager", VILLAGE, on="2017-11-20")).json()["support_until"] == "2020-12-31"
    before = await door.call("GET", path, "county", "140927", on="2017-11-20", params={"on": "2017-10-16"})
    assert before.json()["support_until"] is None, "it was poor"
    dossier = (await door.call("GET", f"/registry/v1/dossier/{household_id}", "villager", VILLAGE)).json()
    assert sorted(dossier["follow_ups"]["items"], key=lambda f: f["months"]) == await listed(door, "villager", VILLAGE)
    assert dossier["risk_warnings"]["items"] == []
