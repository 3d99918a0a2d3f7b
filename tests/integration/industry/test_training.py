"""Training through its doors: classes, attendance, certificates that a second person accepts, the subsidy once."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.industry.acts import (
    FAR_VILLAGE,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    facts,
    get,
    results,
    seed_household,
    send,
)
from tests.integration.industry.gate import at_once

T = "industry.training."
FAR_TOWNSHIP = FAR_VILLAGE[:9]


def course(name: str = "care", division: str = TOWNSHIP, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "course": name, "provider_code": "vocational-school", "division": division,
        "starts_on": "2017-04-03", "days": 12, "employer_code": None,
    } | changes  # fmt: skip


async def planned(door: Door, *items: dict[str, Any]) -> list[str]:
    found = await results(door, "POST", "/training/classes", "human_resources", *items)
    assert [r["code"] for r in found] == [None] * len(items)
    return [i["id"] for i in items]


def days(its_class: str, household: UUID, trainee: str, count: int = 12, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "class_id": its_class, "household_id": str(household), "trainee": trainee, "days": count,
    } | changes  # fmt: skip


async def attend(door: Door, *items: dict[str, Any], role: str = "township", **how: Any) -> list[Any]:
    return [r["code"] for r in await results(door, "POST", "/training/attendances", role, *items, **how)]


def certificate(attendance: dict[str, Any], number: str, on: str = "2017-04-14", **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "attendance_id": attendance["id"], "certificate_no": number, "issued_on": on
    } | changes  # fmt: skip


async def certify(door: Door, *items: dict[str, Any], **how: Any) -> list[Any]:
    return [r["code"] for r in await results(door, "POST", "/training/certificates", "township", *items, **how)]


async def accept(door: Door, item: dict[str, Any], *, confirmed: bool = True, **how: Any) -> Any:
    body = {"id": item["id"], "confirmed": confirmed}
    path = "/training/certificates/acceptances"
    return (await results(door, "POST", path, "human_resources", body, **how))[0]["code"]


async def order(door: Door, key: str, name: str | None = None) -> Any:
    return await send(door, "POST", "/training/subsidies", "human_resources", {"course": name}, Idempotency_Key=key)


async def certified(house: House, door: Door, its_class: str, trainee: str, count: int = 12, **how: Any) -> UUID:
    """A household of which somebody passed: its id."""
    household: UUID = how.get("household") or await seed_household(house)
    attendance = days(its_class, household, trainee, count)
    item = certificate(attendance, f"no-{trainee}-{uuid4().hex[:6]}", how.get("on", "2017-04-14"))
    assert await attend(door, attendance) + await certify(door, item) + [await accept(door, item)] == [None] * 3
    return household


async def test_a_certificate_is_accepted_by_a_second_person(house: House) -> None:
    door = await house.serve("industry", "api")
    (its_class,) = await planned(door, course())
    household = await seed_household(house)
    attendance = days(its_class, household, "T1")
    assert await attend(door, attendance, attendance, attendance | {"days": 11}, role="village") == [
        None, None, "shared.content_differs",
    ]  # fmt: skip
    item = certificate(attendance, "ZX-2017-0001")
    assert await certify(door, item, item, subject="one") == [None, None]
    assert await accept(door, item, subject="one") == "shared.same_person"
    assert await facts(house) == []
    assert [await accept(door, item, subject="two") for _ in range(2)] == [None, "shared.wrong_state"]
    assert await accept(door, item, confirmed=False, subject="two") == "shared.wrong_state"
    assert await facts(house) == [(
        "certificate_issued",
        {
            "household_id": str(household), "division": VILLAGE, "certificate_id": item["id"], "course": "care",
            "issued_on": "2017-04-14",
        },
    )]  # fmt: skip
    (shown,) = (await get(door, f"/training/certificates?household_id={household}", "village"))["items"]
    assert shown == {
        "id": item["id"], "household_id": str(household), "division": VILLAGE, "course": "care",
        "certificate_no": "ZX-2017-0001", "issued_on": "2017-04-14", "state": "accepted", "accepted_on": "2017-06-01",
    }  # fmt: skip
    assert (await get(door, "/training/certificates", "village", OTHER_VILLAGE))["items"] == []
    totals = {"classes": 1, "trainees": 1, "certificates": 1, "households": 1}
    assert await get(door, "/training/summary") == totals
    assert await get(door, "/training/summary", "village") == totals | {"classes": 0}
    owner = await house.owner("industry")
    with pytest.raises(asyncpg.CheckViolationError, match="certificate_acceptor_is_not_recorder"):
        await owner.execute("UPDATE training_certificate SET accepted_by = recorded_by")


async def test_attendance_that_cannot_be(house: House) -> None:
    door = await house.serve("industry", "api")
    past, coming, far = await planned(
        door, course(), course(starts_on="2017-06-20"), course(division=FAR_TOWNSHIP)
    )  # fmt: skip
    one, gone = await seed_household(house), await seed_household(house, status="removed")
    assert await attend(
        door, days(past, one, "T1"), days(past, one, "T1"), days(past, one, "T2", 13), days(coming, one, "T1", 1),
        days(far, one, "T1"), days(past, gone, "T3"), days(past, uuid4(), "T4"), days(past, one, "T5", 0),
    ) == [
        None, f"{T}attended_already", f"{T}too_many_days", f"{T}too_many_days", "shared.not_found",
        "shared.household_removed", "shared.household_unknown", None,
    ]  # fmt: skip
    number = "140999199001011234"  # a code is no number of the person
    invalid = await send(door, "POST", "/training/attendances", "village", {"items": [days(past, one, number)]})
    assert invalid.json()["results"][0]["code"] == "shared.invalid_item"
    assert number not in invalid.text


async def test_a_trainees_code_stays_with_one_household_of_the_county(house: House) -> None:
    door = await house.serve("industry", "api")
    first, second, third, far = await planned(door, course(), course(), course(), course(division=FAR_TOWNSHIP))
    one, two, elsewhere = [
        await seed_household(house), await seed_household(house), await seed_household(house, FAR_VILLAGE)
    ]  # fmt: skip
    assert await attend(door, days(first, one, "T1"), days(second, one, "T1"), days(second, two, "T1")) == [
        None, None, f"{T}attended_already",
    ]  # fmt: skip
    other = days(third, two, "T2")
    assert await attend(door, other, days(second, one, "T2")) == [None, f"{T}trainee_of_another"]
    assert await attend(door, days(far, elsewhere, "T1"), area=FAR_TOWNSHIP) == [f"{T}trainee_of_another"]
    rivals = [attend(door, days(second, two, "T9")), attend(door, days(far, elsewhere, "T9"), area=FAR_TOWNSHIP)]
    turn = "SELECT pg_advisory_xact_lock(hashtextextended('industry/training', 0))"
    answers = await at_once(house, turn, *rivals)
    assert sorted(str(code) for (code,) in answers) == ["None", f"{T}trainee_of_another"]
    owner = await house.owner("industry")
    with pytest.raises(asyncpg.ExclusionViolationError, match="trainee_of_one_household"):
        await owner.execute("UPDATE training_attendance SET trainee = 'T1' WHERE id = $1", UUID(other["id"]))


async def test_certificates_that_cannot_be(house: House) -> None:
    door = await house.serve("industry", "api")
    here, far = await planned(door, course(), course(division=FAR_TOWNSHIP))
    one, elsewhere = await seed_household(house), await seed_household(house, FAR_VILLAGE)
    stayed, away, third = days(here, one, "T1"), days(here, one, "T2", 0), days(here, one, "T3")
    theirs = days(far, elsewhere, "F1")
    assert await attend(door, stayed, away, third) == [None] * 3
    assert await attend(door, theirs, area=FAR_TOWNSHIP) == [None]
    good = certificate(stayed, "A1")
    assert await certify(
        door, certificate(stayed, "A0", "2017-04-13"), certificate(stayed, "A0", "2017-06-02"),
        certificate(away, "A0"), good, certificate(stayed, "A2"), certificate(third, "A1"), certificate(theirs, "A0"),
    ) == [
        f"{T}before_the_end", "shared.future_date", f"{T}not_attended", None, f"{T}certified_already",
        f"{T}number_taken", "shared.not_found",
    ]  # fmt: skip
    assert await certify(door, certificate(theirs, "A1"), area=FAR_TOWNSHIP) == [f"{T}number_taken"]
    assert await accept(door, good, confirmed=False) == "shared.not_confirmed"
    assert await certify(door, certificate(stayed, "A1")) == [None]  # what was refused does not stand in the way
    assert await accept(door, {"id": str(uuid4())}) == "shared.not_found"
    assert await facts(house) == []


async def test_the_subsidy_is_paid_once_a_year_and_course(house: House) -> None:
    door = await house.serve("industry", "api")
    first, second, other = await planned(door, course(), course(days=15), course("new_farmer", days=15))
    household = await certified(house, door, first, "T1")
    await certified(house, door, second, "T1", 15, household=household, on="2017-04-20")  # the same course again
    await certified(house, door, other, "T1", 15, household=household, on="2017-04-20")
    await certified(house, door, first, "T2", 3)
    waiting = days(first, household, "T7")
    await attend(door, waiting)
    await certify(door, certificate(waiting, "waits"))
    of_care = await order(door, "1", "care")
    assert of_care.json() == {"certificates": 2, "dues": 2, "amount_fen": 170_000 + 45_000}
    again = await order(door, "1", "care")
    assert (again.json(), again.headers["Idempotent-Replay"]) == (of_care.json(), "true")
    orders = await asyncio.gather(*(order(door, f"all-{i}") for i in range(3)))
    assert sorted((a.json()["dues"], a.json()["amount_fen"]) for a in orders) == [(0, 0), (0, 0), (1, 200_000)]
    dues = await house.rows(
        "industry", "SELECT source_key, household_id, division, purpose, payer, category, amount_fen FROM payout_due"
    )
    found = {d["source_key"]: tuple(d)[1:] for d in dues}
    assert set(found) == {"training:T1:care:2017", "training:T1:new_farmer:2017", "training:T2:care:2017"}
    assert found["training:T1:new_farmer:2017"] == (
        household, VILLAGE, "training", "training:new_farmer", "none", 200_000,
    )  # fmt: skip


async def test_classes_are_planned_once_and_within_the_area(house: House) -> None:
    door = await house.serve("industry", "api")
    here, far = course(), course(division=FAR_TOWNSHIP)
    answers = await results(door, "POST", "/training/classes", "township", here, here, here | {"days": 3}, far)
    assert [r["code"] for r in answers] == [None, None, "shared.content_differs", "shared.outside_area"]
    await planned(door, far)
    (answer,) = await results(door, "POST", "/training/classes", "township", course(id=far["id"]))
    assert answer["code"] == "shared.id_taken"


async def test_a_certificate_waits_for_the_human_resources_bureau(house: House) -> None:
    door = await house.serve("industry", "api")
    (its_class,) = await planned(door, course())
    attendance = days(its_class, await seed_household(house), "T1")
    item = certificate(attendance, "no-1")
    assert await attend(door, attendance) + await certify(door, item, subject="one") == [None, None]

    async def waiting(role: str, subject: str) -> list[tuple[str, str, str, str]]:
        tasks = (await get(door, "/tasks", role, on="2017-06-01", subject=subject))["items"]
        return [(t["id"], t["step"], t["since_on"], t["due_on"]) for t in tasks]

    assert await waiting("human_resources", "two") == [(item["id"], "accepted", "2017-06-01", "2017-06-08")]
    assert await waiting("human_resources", "one") == await waiting("township", "two") == []
    await accept(door, item, subject="two")
    assert await waiting("human_resources", "two") == []
