"""A village's exit is taken back, a township leaves as a whole, and what rests on the village is shown and decided."""

import json
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_exits import MINUTES
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_transfers import FAR
from tests.integration.registry.test_villages import (
    TOWNSHIP,
    card,
    exit_village,
    found_places,
    propose,
    seed_poor,
)

VILLAGES, TOWNSHIPS = "/registry/v1/villages", "/registry/v1/townships"


def revoking(exit_id: str, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "exit_id": exit_id, "reason": "audit", "evidence": "report 3"} | changes


async def act_on(door: Door, path: str, role: str, *items: dict[str, Any], subject: str = "", on: str = "2017-12-20",
                 area: str | None = None) -> list[dict[str, Any]]:  # fmt: skip
    answer = await door.call("POST", path, role, area, on=on, subject=subject, json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def revoke(
    door: Door, of: str, exit_id: str, *, confirmed: bool = True, on: str = "2017-12-21"
) -> dict[str, Any]:
    """What one person says of an exit, and the other's word; the last answer."""
    item = revoking(exit_id)
    (made,) = await act_on(door, f"{of}/exits/revocations", "county", item, subject="c-doubts", on=on)
    assert made["state"] == "proposed", made
    word = {"id": item["id"], "confirmed": confirmed}
    (done,) = await act_on(door, f"{of}/exits/revocations/confirmations", "county", word, subject="c-checks", on=on)
    return done


async def town(door: Door, on: str = "2017-12-21") -> dict[str, Any]:
    answer = await door.call("GET", f"{TOWNSHIPS}/{TOWNSHIP}", "township", TOWNSHIP, on=on)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def told(house: House) -> list[tuple[str, dict[str, Any]]]:
    rows = await house.rows("registry", "SELECT headers ->> 'ce_type' AS type, key, value FROM outbox ORDER BY id")
    return [(r["type"], json.loads(r["value"])) for r in rows if len(r["key"]) < 13]


async def leave(door: Door) -> list[str]:
    """The township's own case, step by step; the state after each."""
    of, states = {"division": TOWNSHIP}, []
    for path, role, subject, on in (
        ("", "township", "t-maker", "2017-12-19"), ("/notices", "township", "t-clerk", "2017-12-19"),
        ("/decisions", "county", "c-decider", "2017-12-27"), ("/announcements", "county", "c-announcer", "2017-12-29"),
    ):  # fmt: skip
        area = TOWNSHIP if role == "township" else None
        said = of if role == "township" else of | MINUTES
        (done,) = await act_on(door, f"{TOWNSHIPS}/exits{path}", role, said, subject=subject, on=on, area=area)
        assert done["status"] == "accepted", done
        states.append(done["state"])
    return states


async def ready(house: House) -> Door:
    """A village that is out by the whole procedure, in a township without another poor one."""
    door = await house.serve("registry", "api")
    await found_places(house)
    await seed_poor(house, 2)
    assert (await exit_village(door))["state"] == "announced"
    return door


async def to_see(door: Door, on: str, role: str = "team", area: str = VILLAGE) -> list[tuple[str, str]]:
    answer = await door.call("GET", "/registry/v1/tasks", role, area, on=on)
    assert answer.status_code == 200, answer.text
    items = [
        t for t in answer.json()["items"] if (t["procedure"], t["step"]) == ("registry.village_revocations", "seen")
    ]
    return [(t["household_id"], t["due_on"]) for t in items]


async def test_who_got_out_in_it_is_seen_again_once_its_exit_is_taken_back(house: House) -> None:
    door = await ready(house)
    owner = await house.owner("registry")
    one, two, later = sorted([await seed_household(house) for _ in range(3)])
    out = "UPDATE household SET status = 'exited', exited_year = 2017, exited_on = $2 WHERE id = $1"
    for household_id, day in ((one, "2017-11-01"), (two, "2017-12-21"), (later, "2017-12-22")):
        await owner.execute(out, household_id, date.fromisoformat(day))
    exit_id = (await card(door, on="2017-12-19"))["exit"]["id"]
    assert (await revoke(door, VILLAGES, exit_id, confirmed=False))["state"] == "rejected"
    assert await to_see(door, "2017-12-22") == []
    assert (await revoke(door, VILLAGES, exit_id))["state"] == "confirmed"
    both = [(str(one), "2018-01-05"), (str(two), "2018-01-05")]
    assert await to_see(door, "2017-12-22") == await to_see(door, "2017-12-22", "village") == both
    assert await to_see(door, "2017-12-22", "team", FAR) == []
    # Until somebody has seen it since.
    visit = "INSERT INTO home_visit VALUES (uuidv7(), $1, $2, $3, 'team-2')"
    for household_id, day in ((one, "2017-12-20"), (two, "2017-12-23")):
        await owner.execute(visit, household_id, VILLAGE, date.fromisoformat(day))
    assert await to_see(door, "2018-01-10") == both[:1]


async def test_a_villages_exit_is_taken_back_by_two_persons_and_it_may_leave_again(house: House) -> None:
    door = await ready(house)
    exit_id = (await card(door, on="2017-12-19"))["exit"]["id"]
    item = revoking(exit_id)
    (unknown,) = await act_on(door, f"{VILLAGES}/exits/revocations", "county", revoking(str(uuid4())))
    assert unknown["code"] == "shared.not_found"
    first, again = [await act_on(door, f"{VILLAGES}/exits/revocations", "auditor", item) for _ in range(2)]
    assert first == again
    assert (first[0]["status"], first[0]["state"]) == ("accepted", "proposed")
    (other,) = await act_on(door, f"{VILLAGES}/exits/revocations", "county", revoking(exit_id))
    assert other["code"] == "registry.villages.already_open"
    assert (await card(door, on="2017-12-20"))["status"] == "exited", "nothing changes before another agrees"
    confirmations = f"{VILLAGES}/exits/revocations/confirmations"
    yes = {"id": item["id"], "confirmed": True}
    (own,) = await act_on(door, confirmations, "county", yes, subject="test-auditor")
    assert own["code"] == "shared.same_person"
    (done,) = await act_on(door, confirmations, "county", yes, subject="c-checks")
    assert (done["status"], done["state"]) == ("accepted", "confirmed")

    shown = await card(door, on="2017-12-21")
    assert (shown["status"], shown["exit"]["state"], shown["exit"]["announced_on"]) == ("poor", "revoked", "2017-12-18")
    assert (await told(house))[-1] == (
        "registry.village_exit_revoked.v1",
        {"division": VILLAGE, "exit_id": exit_id, "reason": "audit", "revoked_on": "2017-12-20"},
    )
    (late,) = await act_on(door, f"{VILLAGES}/exits/revocations", "county", revoking(exit_id))
    assert late["code"] == "registry.villages.not_announced"
    (anew,) = await propose(door, on="2017-12-22")
    assert anew["state"] == "proposed"
    listed = (await door.call("GET", f"{VILLAGES}/exits/revocations?state=confirmed", "township", TOWNSHIP)).json()
    assert [(x["exit_id"], x["reason"]) for x in listed["items"]] == [(exit_id, "audit")]
    connection = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError, match="village_revocation_decider_is_not_proposer"):
        await connection.execute("UPDATE village_revocation SET decided_by = proposed_by")


async def test_what_is_not_agreed_to_leaves_the_exit_as_it_is(house: House) -> None:
    door = await ready(house)
    exit_id = (await card(door, on="2017-12-19"))["exit"]["id"]
    done = await revoke(door, VILLAGES, exit_id, confirmed=False)
    assert (done["state"], done["code"]) == ("rejected", "shared.not_confirmed")
    assert (await card(door, on="2017-12-21"))["status"] == "exited"
    assert [kind for kind, _ in await told(house)][-1] == "registry.village_exited.v1"


async def test_a_township_leaves_by_the_rule_step_by_step(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    await seed_poor(house, 2)
    of = {"division": TOWNSHIP}
    (early,) = await act_on(door, f"{TOWNSHIPS}/exits", "township", of, area=TOWNSHIP)
    assert (early["code"], early["missing"]) == ("registry.villages.not_ready", ["villages_out"])
    assert (await town(door))["status"] == "poor"
    await exit_village(door)
    assert await leave(door) == ["proposed", "noticed", "approved", "announced"]
    shown = await town(door, on="2017-12-30")
    assert (shown["status"], shown["touched"], shown["poor_villages"], shown["exited_villages"]) == (
        "exited", False, 1, 1,
    )  # fmt: skip
    assert (shown["poor_people"], shown["rural_people"], shown["exit"]["state"]) == (2, 700, "announced")
    kind, fact = (await told(house))[-1]
    (kept,) = await house.rows("registry", "SELECT decision_id FROM township_exit")
    assert (kind, fact) == (
        "registry.township_exited.v1",
        {
            "division": TOWNSHIP, "exited_on": "2017-12-29", "poor_people": 2, "rural_people": 700,
            "decision_id": str(kept["decision_id"]),
        },
    )  # fmt: skip
    (again,) = await act_on(door, f"{TOWNSHIPS}/exits", "township", of, area=TOWNSHIP, on="2017-12-30")
    assert again["code"] == "registry.villages.case_open"
    (village,) = await act_on(door, f"{TOWNSHIPS}/exits", "township", {"division": VILLAGE}, area=TOWNSHIP)
    assert village["code"] == "shared.invalid_item"
    replay = (await door.call("GET", "/registry/v1/operations/replay", "county")).json()
    assert (replay["different_count"], replay["replayed"] > 0) == (0, True)
    connection = await house.owner("registry")
    for change in ("decided_by = proposed_by", "decided_by = noticed_by", "announced_by = decided_by"):
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(f"UPDATE township_exit SET {change}")


async def test_the_county_decides_on_what_is_so_then(house: House) -> None:
    door = await ready(house)
    of = {"division": TOWNSHIP}
    await act_on(door, f"{TOWNSHIPS}/exits", "township", of, subject="t-maker", on="2017-12-19", area=TOWNSHIP)
    await act_on(door, f"{TOWNSHIPS}/exits/notices", "township", of, subject="t-clerk", on="2017-12-19", area=TOWNSHIP)
    await revoke(door, VILLAGES, (await card(door, on="2017-12-19"))["exit"]["id"])
    decided = f"{TOWNSHIPS}/exits/decisions"
    (refused,) = await act_on(door, decided, "county", of | MINUTES, subject="c-d", on="2017-12-27")
    assert (refused["status"], refused["state"], refused["missing"]) == ("accepted", "refused", ["villages_out"])


@pytest.mark.parametrize("confirmed", [True, False])
async def test_a_township_that_rests_on_a_village_that_is_back_is_decided_by_people(
    house: House, *, confirmed: bool
) -> None:
    door = await ready(house)
    await leave(door)
    await revoke(door, VILLAGES, (await card(door, on="2017-12-30"))["exit"]["id"], on="2018-01-04")
    shown = await town(door, on="2018-01-05")
    assert (shown["status"], shown["touched"], shown["exited_villages"]) == ("exited", True, 0)
    done = await revoke(door, TOWNSHIPS, shown["exit"]["id"], confirmed=confirmed, on="2018-01-05")
    assert done["state"] == ("confirmed" if confirmed else "rejected")
    after = await town(door, on="2018-01-05")
    assert after["touched"] is not confirmed
    assert (after["status"], after["exit"]["state"]) == (("poor", "revoked") if confirmed else ("exited", "announced"))
    last = [kind for kind, _ in await told(house)][-1]
    assert last == ("registry.township_exit_revoked.v1" if confirmed else "registry.village_exit_revoked.v1")


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("exits", "county"), ("exits/notices", "county"), ("exits/decisions", "township"),
        ("exits/announcements", "township"), ("exits/revocations", "township"),
        ("exits/revocations/confirmations", "auditor"),
    ],
)  # fmt: skip
async def test_each_step_has_its_role(house: House, path: str, role: str) -> None:
    door = await house.serve("registry", "api")
    body = {"items": [{"division": TOWNSHIP}]}
    assert (await door.call("POST", f"{TOWNSHIPS}/{path}", role, json=body)).status_code == 403
