"""Returns, revocations and corrections through their doors: the register, its counts and its events follow."""

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.events.assessment import FraudConfirmed, FraudReviewed
from tests.conftest import Door, House
from tests.integration.registry.facts import heard, state
from tests.integration.registry.test_exits import EXITS, TOWNSHIP, finished, noticed, proposed, ready_household
from tests.integration.registry.test_households import VILLAGE

AMENDMENTS = "/registry/v1/amendments"
OTHER_VILLAGE = "140927200202"


async def post(door: Door, path: str, role: str, *items: dict[str, Any], area: str = VILLAGE, on: str = "2017-11-20",
               subject: str = "") -> list[dict[str, Any]]:  # fmt: skip
    answer = await door.call(
        "POST", f"{AMENDMENTS}/{path}", role, area, on=on, subject=subject or role, json={"items": list(items)}
    )
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def exited(house: House, door: Door) -> tuple[UUID, str]:
    household_id = await ready_household(house, door)
    exit_id = await noticed(door, household_id)
    assert (await finished(door, exit_id))[-1]["state"] == "announced"
    return household_id, exit_id


def returning(household_id: UUID, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(household_id), "reason": "illness", "fell_on": "2017-11-18",
        "evidence": "visit 7",
    } | changes  # fmt: skip


def revoking(exit_id: str, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "exit_id": exit_id, "reason": "cross_check", "evidence": "report 3"} | changes


def correcting(exit_id: str, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "exit_id": exit_id, "members": 4, "evidence": "minutes 9"} | changes


async def confirm(door: Door, *items: dict[str, Any], subject: str = "checker", on: str = "2017-11-21",
                  confirmed: bool = True) -> list[dict[str, Any]]:  # fmt: skip
    asked = [{"id": i["id"], "confirmed": confirmed} for i in items]
    return await post(door, "confirmations", "county", *asked, area="140927", subject=subject, on=on)


async def loses_water(house: House) -> None:
    await (await house.owner("registry")).execute("UPDATE household_fact SET safe_water = false")


async def shown(door: Door, household_id: UUID) -> tuple[Any, ...]:
    one = (await door.call("GET", f"/registry/v1/households/{household_id}", "county")).json()
    return one["status"], one["exited_on"], one["exited_year"]


async def last_event(house: House) -> tuple[str, dict[str, Any]]:
    (row, *_) = await house.rows(
        "registry", "SELECT headers ->> 'ce_type' AS type, value FROM outbox ORDER BY id DESC LIMIT 1"
    )
    return row["type"], json.loads(row["value"])


async def test_a_household_returns_to_poverty(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await exited(house, door)
    item = returning(household_id)
    (result,) = await post(door, "returns", "village", item)
    assert (result["status"], result["state"]) == ("accepted", "proposed")
    assert await shown(door, household_id) == ("exited", "2017-10-17", 2017)
    (well,) = await confirm(door, item)
    assert (well["status"], well["state"], well["missing"]) == ("accepted", "refused", ["fallen"])
    assert well["code"] == "registry.amendments.criteria_not_met"
    await loses_water(house)
    again = returning(household_id)
    await post(door, "returns", "team", again)
    (confirmed,) = await confirm(door, again)
    assert (confirmed["state"], confirmed["missing"]) == ("confirmed", [])
    assert await shown(door, household_id) == ("returned", "2017-10-17", None)
    kind, told = await last_event(house)
    (kept,) = await house.rows("registry", "SELECT decision_id FROM amendment WHERE state = 'confirmed'")
    assert (kind, told) == (
        "registry.household_returned.v1",
        {
            "household_id": str(household_id), "division": VILLAGE, "exit_id": exit_id, "members": 1,
            "returned_on": "2017-11-18", "decision_id": str(kept["decision_id"]),
        },
    )  # fmt: skip
    assert "illness" not in json.dumps(told), "a cause tells of health"
    replay = (await door.call("GET", "/registry/v1/operations/replay", "county")).json()
    assert (replay["replayed"], replay["different_count"]) == (3, 0)
    steps = "SELECT step, outcome FROM case_step WHERE procedure = 'registry.amendments' ORDER BY id"
    assert [tuple(r) for r in await house.rows("registry", steps)] == [
        ("proposed", "passed"), ("confirmed", "failed"), ("proposed", "passed"), ("confirmed", "passed"),
    ]  # fmt: skip
    # A new episode: it may be proposed again, and its old exit can be taken back no more.
    await (await house.owner("registry")).execute("UPDATE household_fact SET safe_water = true")
    old = revoking(exit_id)
    await post(door, "revocations", "auditor", old, area="140927")
    (refused,) = await confirm(door, old)
    assert (refused["state"], refused["missing"]) == ("refused", ["standing"])
    assert await proposed(door, household_id)


async def test_who_was_out_before_there_was_a_procedure_returns_too(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door, safe_water=False)
    await (await house.owner("registry")).execute("UPDATE household SET status = 'exited', exited_year = 2015")
    item = returning(household_id)
    await post(door, "returns", "village", item)
    assert (await confirm(door, item))[0]["state"] == "confirmed"
    assert await shown(door, household_id) == ("returned", None, None)
    assert (await last_event(house))[1]["exit_id"] is None


@pytest.mark.parametrize("before", ["poor", "returned"])
async def test_a_wrong_exit_is_taken_back(house: House, before: str) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    await (await house.owner("registry")).execute("UPDATE household SET status = $1", before)
    await finished(door, exit_id := await noticed(door, household_id))
    item = revoking(exit_id)
    assert (await post(door, "revocations", "township", item, area=TOWNSHIP))[0]["state"] == "proposed"
    assert (await confirm(door, item))[0]["state"] == "confirmed"
    assert await shown(door, household_id) == (before, None, None)
    case = (await door.call("GET", f"{EXITS}/{exit_id}", "auditor")).json()
    assert (case["state"], case["steps"][-1]["step"]) == ("revoked", "amended")
    assert (case["since_on"], case["due_on"]) == ("2017-11-21", None)
    kind, told = await last_event(house)
    del told["decision_id"]
    (asked,) = await house.rows("registry", "SELECT id FROM touched_case")
    assert (kind, told) == (
        "registry.exit_revoked.v1",
        {
            "household_id": str(household_id), "division": VILLAGE, "exit_id": exit_id, "status": before, "members": 1,
            "reason": "cross_check", "revoked_on": "2017-11-21", "touched_id": str(asked["id"]),
        },
    )  # fmt: skip
    # As if it had not exited: the way out is open again, and what is over is not taken back twice.
    assert await proposed(door, household_id)
    (twice,) = await post(door, "revocations", "township", revoking(exit_id), area=TOWNSHIP)
    assert twice["code"] == "registry.amendments.not_announced"


async def test_after_a_year_a_wrong_exit_is_a_return(house: House) -> None:
    door = await house.serve("registry", "api")
    _, exit_id = await exited(house, door)
    late = revoking(exit_id)
    await post(door, "revocations", "auditor", late, area="140927", on="2018-10-18")
    (refused,) = await confirm(door, late, on="2018-10-19")
    assert (refused["state"], refused["missing"]) == ("refused", ["in_time"])
    in_time = revoking(exit_id)
    await post(door, "revocations", "auditor", in_time, area="140927", on="2018-10-17")
    assert (await confirm(door, in_time, on="2018-12-01"))[0]["state"] == "confirmed"


async def test_a_corrected_exit_stands(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await exited(house, door)
    await (await house.owner("registry")).execute(
        "INSERT INTO division (code, valid, name_zh, name_en, level, rural_people)"
        " VALUES ($1, '[2014-01-01,)', '村', 'village', 'village', 100)",
        OTHER_VILLAGE,
    )
    wrong = {"members": 4, "exited_on": "2016-12-20", "division": OTHER_VILLAGE}
    item = correcting(exit_id, **wrong)
    assert (await post(door, "corrections", "county", item, area="140927"))[0]["state"] == "proposed"
    assert (await confirm(door, item))[0]["state"] == "confirmed"
    assert await shown(door, household_id) == ("exited", "2016-12-20", 2016)
    case = (await door.call("GET", f"{EXITS}/{exit_id}", "county")).json()
    assert (case["state"], case["members"], case["announced_on"], case["division"]) == (
        "announced", 4, "2016-12-20", OTHER_VILLAGE,
    )  # fmt: skip
    kind, told = await last_event(house)
    assert kind == "registry.exit_corrected.v1"
    assert {n: told[n] for n in wrong} == wrong
    assert (told["corrected"], told["corrected_on"]) == (["members", "exited_on", "division"], "2017-11-21")
    (same,) = await post(door, "corrections", "county", correcting(exit_id, **wrong), area="140927")
    assert same["code"] == "registry.amendments.nothing_wrong"


async def test_maker_and_checker_are_two_persons(house: House) -> None:
    door = await house.serve("registry", "api")
    _, exit_id = await exited(house, door)
    item = revoking(exit_id)
    await post(door, "revocations", "county", item, area="140927", subject="li")
    assert (await confirm(door, item, subject="li"))[0]["code"] == "shared.same_person"
    with pytest.raises(asyncpg.CheckViolationError, match="amendment_decider_is_not_proposer"):
        await (await house.owner("registry")).execute(
            "UPDATE amendment SET state = 'rejected', decided_by = 'li', decided_on = proposed_on"
        )
    assert (await confirm(door, item, subject="wang"))[0]["state"] == "confirmed"


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("returns", "county"), ("returns", "helper"), ("revocations", "village"), ("corrections", "village"),
        ("corrections", "auditor"), ("confirmations", "township"), ("confirmations", "village"),
    ],
)  # fmt: skip
async def test_the_wrong_office_may_not(house: House, path: str, role: str) -> None:
    door = await house.serve("registry", "api")
    answer = await door.call("POST", f"{AMENDMENTS}/{path}", role, json={"items": []})
    assert answer.status_code in (403, 422)
    bodies: dict[str, dict[str, Any]] = {
        "returns": returning(uuid4()), "revocations": revoking(str(uuid4())), "corrections": correcting(str(uuid4())),
        "confirmations": {"id": str(uuid4()), "confirmed": True},
    }  # fmt: skip
    answer = await door.call("POST", f"{AMENDMENTS}/{path}", role, json={"items": [bodies[path]]})
    assert (answer.status_code, answer.json()["code"]) == (403, "shared.forbidden")


async def test_what_cannot_be_proposed(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await exited(house, door)
    poor = await ready_household(house, door)
    under_way = await proposed(door, poor)
    returns = await post(
        door, "returns", "village", returning(uuid4()), returning(poor), returning(household_id, fell_on="2017-11-21"),
        returning(household_id, fell_on="2017-10-16"),
    )  # fmt: skip
    assert [r["code"] for r in returns] == [
        "shared.not_found", "registry.amendments.not_exited", "shared.future_date",
        "registry.amendments.before_exit",
    ]  # fmt: skip
    (elsewhere,) = await post(door, "returns", "village", returning(household_id), area=OTHER_VILLAGE)
    assert elsewhere["code"] == "shared.not_found"
    revocations = await post(
        door, "revocations", "county", revoking(str(uuid4())), revoking(under_way), area="140927"
    )  # fmt: skip
    assert [r["code"] for r in revocations] == ["shared.not_found", "registry.amendments.not_announced"]
    corrections = await post(
        door, "corrections", "county", correcting(exit_id, members=1), correcting(exit_id, exited_on="2017-11-21"),
        correcting(exit_id, division="140927299999"), area="140927",
    )  # fmt: skip
    assert [r["code"] for r in corrections] == [
        "registry.amendments.nothing_wrong", "shared.future_date", "registry.amendments.no_village",
    ]  # fmt: skip
    empty = correcting(exit_id)
    del empty["members"]
    (unread,) = await post(door, "corrections", "county", empty, area="140927")
    assert (unread["id"], unread["code"]) == (empty["id"], "shared.invalid_item")
    assert await house.rows("registry", "SELECT 1 FROM amendment") == []


async def test_twice(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await exited(house, door)
    await loses_water(house)
    item = returning(household_id)
    first, same, second = await post(door, "returns", "village", item, item, returning(household_id))
    assert [first["state"], same["state"]] == ["proposed", "proposed"]
    assert second["code"] == "registry.amendments.already_open"
    (other,) = await post(door, "returns", "village", item | {"reason": "disaster"})
    assert other["code"] == "shared.content_differs"
    (kind,) = await post(door, "revocations", "county", revoking(exit_id, id=item["id"]), area="140927")
    assert kind["code"] == "shared.content_differs"
    once, again = await post(
        door, "confirmations", "county", {"id": item["id"], "confirmed": True}, {"id": item["id"], "confirmed": False},
        area="140927", subject="checker", on="2017-11-21",
    )  # fmt: skip
    assert (once["state"], again["code"]) == ("confirmed", "shared.twice_in_batch")
    (late,) = await confirm(door, item)
    assert (late["code"], late["state"]) == ("shared.wrong_state", "confirmed")
    (repeated,) = await post(door, "returns", "village", item)
    assert (repeated["status"], repeated["state"]) == ("accepted", "confirmed")
    (unknown,) = await confirm(door, returning(household_id))
    assert unknown["code"] == "shared.not_found"
    kinds = await house.rows("registry", "SELECT 1 FROM outbox WHERE headers ->> 'ce_type' LIKE '%returned%'")
    assert len(kinds) == 1


async def test_what_is_rejected_changes_nothing(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await exited(house, door)
    item = revoking(exit_id)
    await post(door, "revocations", "auditor", item, area="140927")
    (result,) = await confirm(door, item, confirmed=False)
    assert (result["status"], result["state"], result["code"]) == ("accepted", "rejected", "shared.not_confirmed")
    assert await shown(door, household_id) == ("exited", "2017-10-17", 2017)
    assert (await last_event(house))[0] == "registry.household_exited.v1"
    listed = (await door.call("GET", f"{AMENDMENTS}?state=rejected", "township", TOWNSHIP)).json()["items"]
    assert [i["id"] for i in listed] == [item["id"]]
    assert (listed[0]["since_on"], listed[0]["due_on"]) == ("2017-11-21", None)
    assert (await door.call("GET", f"{AMENDMENTS}?state=rejcted", "township", TOWNSHIP)).status_code == 422
    assert (await door.call("GET", AMENDMENTS, "village", OTHER_VILLAGE)).json()["items"] == []


async def test_a_frozen_household_waits_for_its_review(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("assessment", "worker")
    household_id, exit_id = await exited(house, door)
    case: dict[str, Any] = {"case_id": uuid4(), "division": VILLAGE, "household_ids": [household_id]}
    await state(house, "assessment", FraudConfirmed(
        **case, kind="fabricated_income", subject_ids=[uuid4()], confirmed_on=date(2017, 11, 19),
    ))  # fmt: skip
    await heard(house, "assessment.case", 1)
    item = revoking(exit_id, reason="fraud")
    assert (await post(door, "revocations", "auditor", item, area="140927"))[0]["state"] == "proposed"
    assert (await confirm(door, item))[0]["code"] == "shared.frozen"
    assert await shown(door, household_id) == ("exited", "2017-10-17", 2017)
    await state(house, "assessment", FraudReviewed(**case, reviewed_on=date(2017, 11, 21)))
    await heard(house, "assessment.case", 2)
    assert (await confirm(door, item))[0]["state"] == "confirmed"


async def test_the_counts_follow(house: House) -> None:
    """Targets and villages count what stands: a revoked exit in no year, a corrected one in its right year."""
    door = await house.serve("registry", "api")
    (_, revoked), (_, corrected), _ = [await exited(house, door) for _ in range(3)]
    await (await house.owner("registry")).execute(
        "INSERT INTO target VALUES ('exit_people', 2017, '140927', 3, 'people', '2017-01-01', 'x')"
    )

    async def counted() -> tuple[int, int]:
        table = (await door.call("GET", "/registry/v1/targets?year=2017", "county", on="2017-12-01")).json()
        (poor,) = await house.rows(
            "registry", "SELECT count(*) AS n FROM household WHERE status IN ('poor','returned')"
        )
        return table["items"][0]["actual"], poor["n"]

    assert await counted() == (3, 0)
    items = [revoking(revoked), correcting(corrected, exited_on="2016-12-20")]
    await post(door, "revocations", "county", items[0], area="140927", subject="li")
    await post(door, "corrections", "county", items[1], area="140927", subject="li")
    assert [r["state"] for r in await confirm(door, *items)] == ["confirmed"] * 2
    assert await counted() == (1, 1)
