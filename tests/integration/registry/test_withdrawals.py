"""Who applied takes his application back, himself or on paper; its people are free to apply again."""

from typing import Any
from uuid import uuid4

from tests.conftest import House
from tests.integration.registry.test_identification import (
    APPLY,
    FOUND,
    VILLAGE,
    application,
    applied,
    apply,
    child,
    kept,
    noticed,
    person,
    shown,
    step,
    walk,
)
from tests.integration.registry.test_registry_tasks import tasks
from tests.integration.registry.test_roster import seed_divisions

OWN, PAPERS, CONFIRMED = "/withdrawals", "/withdrawals/papers", "/withdrawals/confirmations"


def sheet(one: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "identification_id": one, "reason": "better_off", "signature": "fingerprint",
        "scan_sha256": "a" * 64, "place": "village office", "signed_on": "2017-10-12", "witness": "neighbour",
    } | changes  # fmt: skip


async def test_a_villager_takes_his_own_application_back(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    item = application()
    asked = await door.call("POST", APPLY, "villager", VILLAGE, on="2017-10-10", subject="li", json={"items": [item]})
    assert asked.json()["results"][0]["state"] == "applied"
    one = {"id": item["id"], "reason": "better_off"}
    (other,) = await step(door, OWN, "villager", one, subject="wang")
    assert other["code"] == "shared.not_found", "of others' applications he knows nothing"
    (again,) = await apply(door, application(child(3, relation="head")))
    assert again["code"] == "registry.roster.person_under_review"
    first, twice = await step(door, OWN, "villager", one, one, subject="li")
    assert (first["state"], first["code"], twice["code"]) == ("withdrawn", None, "shared.twice_in_batch")
    (same,) = await step(door, OWN, "villager", one, subject="li")
    assert (same["status"], same["state"]) == ("accepted", "withdrawn")
    (otherwise,) = await step(door, OWN, "villager", one | {"reason": "private"}, subject="li")
    assert otherwise["code"] == "shared.wrong_state"
    case = await shown(door, item["id"], "villager", subject="li")
    assert (case["state"], case["ended_code"], case["applied"], case["due_on"]) == (
        "withdrawn", "registry.withdrawal.better_off", None, None,
    )  # fmt: skip
    assert case["sentence_zh"] == "申请人撤回：家庭状况已改善。"
    assert (case["steps"][-1]["step"], case["steps"][-1]["detail"]) == ("withdrawn", {"channel": "own"})
    assert await kept(house, item["id"]) == (0, 0)
    (free,) = await apply(door, application(child(3, relation="head")))
    assert free["code"] is None, "its people are free to stand in another application"


async def test_on_paper_two_officials_vouch_who_decide_nothing(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    one, on = await noticed(door), "2017-10-12"  # voted on by `chair`, checked by `team`
    refused = await step(
        door, PAPERS, "village", sheet(one, signed_on="2017-10-13"), sheet(one, signed_on="2017-10-09"),
        sheet(one, witness="chair"), sheet(one, witness="recorder"), sheet(str(uuid4())), subject="recorder", on=on,
    )  # fmt: skip
    assert [r["code"] for r in refused] == [
        "shared.future_date", "registry.withdrawals.before_application", "registry.withdrawals.decider_vouches",
        "shared.same_person", "shared.not_found",
    ]  # fmt: skip
    (chair,) = await step(door, PAPERS, "village", sheet(one), subject="chair", on=on)
    assert chair["code"] == "registry.withdrawals.decider_vouches"
    said = sheet(one)
    recorded = await step(door, PAPERS, "village", said, said, sheet(one), subject="recorder", on=on)
    assert [r["code"] for r in recorded] == [None, None, "registry.withdrawals.already_recorded"]
    assert (await shown(door, one))["state"] == "noticed", "nothing follows from one official's word"
    word = {"id": said["id"], "confirmed": True}
    for subject, code in (("recorder", "shared.same_person"), ("team", "registry.withdrawals.decider_vouches")):
        (no,) = await step(door, CONFIRMED, "team", word, subject=subject, on=on)
        assert no["code"] == code
    asked = (await tasks(door, "township", VILLAGE[:9], "second", on=on))["items"]
    assert [t["id"] for t in asked if t["procedure"] == "registry.withdrawals"] == [said["id"]]
    (yes,) = await step(door, CONFIRMED, "township", word, subject="second", on=on)
    assert yes["state"] == "confirmed"
    case = await shown(door, one)
    assert (case["state"], case["steps"][-1]["detail"]) == ("withdrawn", {"channel": "paper"})
    assert await kept(house, one) == (0, 0)
    (late,) = await step(door, "/township-checks", "township", {"id": one} | FOUND, on="2017-10-17")
    assert late["code"] == "shared.wrong_state"
    (sheets,) = (await door.call("GET", f"{APPLY}/withdrawals?identification_id={one}", "village", VILLAGE)).json()[
        "items"
    ]
    assert (sheets["state"], sheets["sentence_en"]) == (
        "confirmed", "Taken back by the applicant: the household is better off by now.",
    )  # fmt: skip


async def test_after_the_announcement_nothing_is_taken_back(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    one, other = await noticed(door), await applied(door, person(5))
    said, wrong = sheet(one), sheet(other)
    recorded = await step(door, PAPERS, "village", said, wrong, subject="recorder", on="2017-10-12")
    assert [r["code"] for r in recorded] == [None, None]
    assert (await walk(door, one))["state"] == "entered"
    words = [{"id": said["id"], "confirmed": True}, {"id": wrong["id"], "confirmed": False}]
    late, no = await step(door, CONFIRMED, "township", *words, subject="second", on="2017-10-25")
    assert (late["code"], no["state"]) == ("shared.wrong_state", "rejected")
    assert (await shown(door, other))["state"] == "applied", "a sheet that is not confirmed changes nothing"
    (closed,) = await step(door, PAPERS, "village", sheet(one), subject="recorder", on="2017-10-25")
    assert closed["code"] == "shared.wrong_state"
