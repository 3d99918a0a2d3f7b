"""A confirmed fraud stops what is under way for a household, and nothing of what it has."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from shared.events.assessment import FraudConfirmed, FraudReviewed
from tests.conftest import House
from tests.integration.registry.facts import heard, state
from tests.integration.registry.test_exits import EXITS, TOWNSHIP, noticed, ready_household, step
from tests.integration.registry.test_households import VILLAGE

TOPIC = "assessment.case"
FROZEN = ("refused", "shared.frozen")


def confirmed(case_id: UUID, *household_ids: UUID) -> FraudConfirmed:
    return FraudConfirmed(
        case_id=case_id, division=VILLAGE, household_ids=list(household_ids), kind="fabricated_income",
        subject_ids=[uuid4()], confirmed_on=date(2017, 10, 11),
    )  # fmt: skip


def reviewed(case_id: UUID, *household_ids: UUID) -> FraudReviewed:
    return FraudReviewed(
        case_id=case_id, division=VILLAGE, household_ids=list(household_ids), reviewed_on=date(2017, 10, 18)
    )


async def test_a_frozen_household_takes_no_step_until_it_was_reviewed(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("assessment", "worker")
    frozen, free, new = [await ready_household(house, door) for _ in range(3)]
    cases = [{"id": await noticed(door, i)} for i in (frozen, free)]
    case_id = uuid4()
    await state(house, "assessment", confirmed(case_id, frozen, new, uuid4()))
    await heard(house, TOPIC, 1)

    async def take(path: str, role: str, area: str, on: str = "2017-10-17", **item: Any) -> list[tuple[str, str]]:
        results = await step(door, path, role, *(c | item for c in cases), area=area, on=on, subject=path)
        return [(r["status"], r["code"] or r["state"]) for r in results]

    (proposal,) = await step(door, "", "village", {"household_id": str(new)})
    assert (proposal["code"], proposal["missing"]) == ("registry.exits.criteria_not_met", ["frozen"])
    checked = await take("/township-checks", "township", TOWNSHIP, confirmed=True)
    assert checked == [FROZEN, ("accepted", "township_checked")]
    await state(house, "assessment", reviewed(case_id, frozen, new))
    await heard(house, TOPIC, 2)
    await take("/township-checks", "township", TOWNSHIP, on="2017-10-18", confirmed=True)

    second = uuid4()
    await state(house, "assessment", confirmed(second, frozen))
    await heard(house, TOPIC, 3)
    assert await take("/decisions", "county", "140927") == [FROZEN, ("accepted", "approved")]
    decisions = await house.rows("registry", "SELECT subject_id, outcome FROM decision WHERE outcome = 'approved'")
    assert [r["subject_id"] for r in decisions] == [str(free)], "nothing is decided about who stands still"
    await state(house, "assessment", reviewed(second, frozen))
    await heard(house, TOPIC, 4)
    assert (await take("/decisions", "county", "140927"))[0] == ("accepted", "approved")
    third = uuid4()
    await state(house, "assessment", confirmed(third, frozen))
    await heard(house, TOPIC, 5)
    assert await take("/announcements", "county", "140927") == [FROZEN, ("accepted", "announced")]
    replay = (await door.call("GET", "/registry/v1/operations/replay", "county")).json()
    assert (replay["replayed"], replay["different_count"]) == (3, 0)


async def test_an_objection_against_a_frozen_household_may_only_be_upheld(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("assessment", "worker")
    household_id = await ready_household(house, door)
    exit_id = await noticed(door, household_id)
    await state(house, "assessment", confirmed(uuid4(), household_id))
    await heard(house, TOPIC, 1)
    answer = await door.call(
        "POST", f"{EXITS}/objections", "villager", VILLAGE, on="2017-10-12",
        json={"id": exit_id, "reason": "income"},
    )  # fmt: skip
    assert answer.status_code == 201, "whoever has something to say may say it"
    path = f"{EXITS}/objections/{answer.json()['id']}/resolution"
    answers = [
        await door.call("POST", path, "township", TOWNSHIP, on="2017-10-13", json={"upheld": upheld})
        for upheld in (False, True)
    ]
    assert [a.status_code for a in answers] == [409, 204]
    assert answers[0].json()["code"] == "shared.frozen"
