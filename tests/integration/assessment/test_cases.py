"""Cases of fabrication through their doors: opened, decided by another, reviewed, and what is told of them."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.assessment.acts import (
    CASES,
    OTHER_TOWNSHIP,
    TOWNSHIP,
    VILLAGE,
    facts,
    get,
    seed_household,
    seed_households,
    send,
    station,
)


def new_case(subject_ids: list[str], household_ids: list[UUID], **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "division": "140927", "kind": "ghost_visits", "subject_ids": subject_ids,
        "household_ids": [str(h) for h in household_ids], "evidence": "照片雷同，卷宗 2017-3",
    } | changes  # fmt: skip


async def open_case(door: Door, body: dict[str, Any], role: str = "county", area: str = "140927") -> Any:
    return await door.call("POST", CASES, role, area, json=body, subject="opener")


async def decide(door: Door, case_id: str, how: str = "confirmation", subject: str = "auditor") -> Any:
    return await door.call("POST", f"{CASES}/{case_id}/{how}", "auditor", subject=subject)


async def review(door: Door, case_id: str, ids: list[UUID], area: str = TOWNSHIP, subject: str = "reviewer") -> Any:
    body = {"items": [{"household_id": str(i)} for i in ids]}
    answer = await door.call("POST", f"{CASES}/{case_id}/reviews", "township", area, json=body, subject=subject)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


async def test_a_case_from_its_opening_to_its_review(house: House) -> None:
    door = await house.serve("assessment", "api")
    li, wang = await station(door, "li", "wang")
    ours, theirs = await seed_households(house, 2), await seed_household(house, "140927100201")
    body = new_case([wang, li, li], [*ours, theirs])
    opened = await open_case(door, body)
    assert opened.status_code == 201
    assert opened.json() == {
        "id": body["id"], "division": "140927", "kind": "ghost_visits", "state": "open", "opened_on": "2017-06-01",
        "decided_on": None, "since_on": "2017-06-01", "due_on": "2017-06-08",
        "evidence": body["evidence"], "subject_ids": sorted([li, wang]),
        "households": [{"household_id": str(h), "reviewed_on": None} for h in sorted([*ours, theirs])],
    }  # fmt: skip
    assert (await open_case(door, body)).json() == opened.json()
    assert await facts(house) == []
    early = await review(door, body["id"], ours)
    assert [r["code"] for r in early] == ["assessment.cases.case_not_confirmed"] * 2
    own = await decide(door, body["id"], subject="opener")
    assert (own.status_code, own.json()["code"]) == (403, "shared.same_person")
    confirmed = await decide(door, body["id"])
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed")
    (told,) = await facts(house)
    assert told == {
        "type": "fraud_confirmed", "case_id": body["id"], "division": "140927", "kind": "ghost_visits",
        "subject_ids": sorted([li, wang]), "household_ids": sorted(str(h) for h in (*ours, theirs)),
        "confirmed_on": "2017-06-01",
    }  # fmt: skip
    for how in ("confirmation", "dismissal"):
        again = await decide(door, body["id"], how)
        assert (again.status_code, again.json()["code"]) == (409, "shared.wrong_state")
    # The county's case is hidden from the township, its households in that case are not.
    assert (await door.call("GET", f"{CASES}/{body['id']}", "township", TOWNSHIP)).status_code == 404
    refused = await review(door, body["id"], ours[:1], subject="opener")
    assert refused[0]["code"] == "shared.same_person"
    results = await review(door, body["id"], [ours[0], ours[0], theirs])
    assert [r["code"] for r in results] == [None, None, "assessment.cases.not_in_case"]
    results = await review(door, body["id"], ours)
    assert [r["code"] for r in results] == [None, None]
    await review(door, body["id"], ours)
    await review(door, body["id"], [theirs], area=OTHER_TOWNSHIP)
    reviewed = await facts(house, "fraud_reviewed")
    assert [f["household_ids"] for f in reviewed] == [[str(ours[0])], [str(ours[1])], [str(theirs)]]
    assert {(f["case_id"], f["division"], f["reviewed_on"]) for f in reviewed} == {(body["id"], "140927", "2017-06-01")}
    shown = await get(door, f"{CASES}/{body['id']}", "auditor")
    assert {h["reviewed_on"] for h in shown["households"]} == {"2017-06-01"}


async def test_reviewed_by_two_at_once_is_told_once(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    ours = await seed_households(house, 20)
    body = new_case([li], ours)
    await open_case(door, body)
    await decide(door, body["id"])
    for n in range(0, 20, 4):
        few = ours[n : n + 4]
        answers = await asyncio.gather(*(review(door, body["id"], few, subject=f"r{n}") for n in range(4)))
        assert {r["status"] for a in answers for r in a} == {"accepted"}
    told = [h for f in await facts(house, "fraud_reviewed") for h in f["household_ids"]]
    assert sorted(told) == sorted(str(h) for h in ours)


async def test_a_review_that_cannot_be_read_refuses_itself_alone(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    household = await seed_household(house)
    body = new_case([li], [household])
    await open_case(door, body)
    await decide(door, body["id"])
    items = [{"household_id": "nobody's"}, {"household_id": str(household)}]
    results = await send(door, "POST", f"{CASES}/{body['id']}/reviews", "township", items, area=TOWNSHIP)
    assert [(r["id"], r["code"]) for r in results] == [("nobody's", "shared.invalid_item"), (str(household), None)]


async def test_a_dismissed_case_is_told_nobody(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    body = new_case([li], [await seed_household(house)])
    await open_case(door, body)
    own = await decide(door, body["id"], "dismissal", subject="opener")
    assert own.json()["code"] == "shared.same_person"
    dismissed = await decide(door, body["id"], "dismissal")
    assert (dismissed.status_code, dismissed.json()["state"]) == (200, "dismissed")
    assert (await review(door, body["id"], [UUID(body["household_ids"][0])]))[0]["code"] == (
        "assessment.cases.case_not_confirmed"
    )
    assert await facts(house) == []
    assert (await get(door, f"{CASES}?state=open"))["items"] == []
    (listed,) = (await get(door, f"{CASES}?state=dismissed&limit=1", "auditor"))["items"]
    assert listed["id"] == body["id"]


async def test_a_thousand_households_are_told_in_parts(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    ours = await seed_households(house, 1000)
    body = new_case([li], ours)
    assert (await open_case(door, body)).status_code == 201
    await decide(door, body["id"])
    told = await facts(house, "fraud_confirmed")
    assert [len(f["household_ids"]) for f in told] == [500, 500]
    assert sorted(h for f in told for h in f["household_ids"]) == sorted(str(h) for h in ours)
    sequences = await house.rows("assessment", "SELECT headers ->> 'ce_sequence' AS n FROM outbox ORDER BY id")
    assert [r["n"] for r in sequences] == ["1", "2"]
    await review(door, body["id"], ours)
    assert [len(f["household_ids"]) for f in await facts(house, "fraud_reviewed")] == [500, 500]


async def test_a_case_that_names_no_household_is_confirmed_all_the_same(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    body = new_case([li], [], kind="misused_funds")
    await open_case(door, body)
    await decide(door, body["id"])
    (told,) = await facts(house)
    assert (told["household_ids"], told["subject_ids"]) == ([], [li])


async def test_what_cannot_be_opened(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    household_id, elsewhere = await seed_household(house), await seed_household(house, "140927100201")
    good = new_case([li], [household_id], division=TOWNSHIP)
    refusals = [
        (good | {"division": "140928"}, "county", "140927", 403, "shared.outside_area"),
        (good | {"division": "140927"}, "township", TOWNSHIP, 403, "shared.outside_area"),
        (good | {"subject_ids": [str(uuid4())]}, "county", "140927", 422, "assessment.cases.subject_unknown"),
        (good | {"household_ids": [str(uuid4())]}, "county", "140927", 409, "shared.household_unknown"),
        (good | {"household_ids": [str(elsewhere)]}, "township", TOWNSHIP, 409, "shared.household_unknown"),
        (good | {"household_ids": [str(elsewhere)]}, "county", "140927", 422, "assessment.cases.outside_division"),
        (good | {"kind": "gossip"}, "county", "140927", 422, "shared.invalid_input"),
        (good | {"subject_ids": []}, "county", "140927", 422, "shared.invalid_input"),
        (good, "helper", VILLAGE, 403, "shared.forbidden"),
    ]
    for body, role, area, status, code in refusals:
        answer = await open_case(door, body, role, area)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await open_case(door, good, "township", TOWNSHIP)).status_code == 201
    others: tuple[dict[str, Any], ...] = ({"kind": "favouritism"}, {"household_ids": []}, {"evidence": "x"})
    for changes in others:
        differs = await open_case(door, good | changes)
        assert (differs.status_code, differs.json()["code"]) == (409, "shared.content_differs")
    there = good | {"division": OTHER_TOWNSHIP, "household_ids": [str(elsewhere)]}
    hidden = await open_case(door, there | {"subject_ids": [await _cadre_of(house)]}, "township", OTHER_TOWNSHIP)
    assert (hidden.status_code, hidden.json()["code"]) == (409, "shared.id_taken")
    assert (await door.call("POST", f"{CASES}/{good['id']}/confirmation", "county")).status_code == 403
    assert (await decide(door, str(uuid4()))).status_code == 404


async def _cadre_of(house: House) -> str:
    """A cadre of the other township."""
    owner = await house.owner("assessment")
    return str(await owner.fetchval(
        "INSERT INTO cadre SELECT uuidv7(), 'zhao', unit_id, role, $1, starts_on, set_on, set_by FROM cadre LIMIT 1"
        " RETURNING id", "140927100201",
    ))  # fmt: skip


async def test_the_database_alone_keeps_persons_apart(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    body = new_case([li], [await seed_household(house)])
    await open_case(door, body)
    owner = await house.owner("assessment")
    with pytest.raises(asyncpg.CheckViolationError, match="case_decider_is_not_opener"):
        await owner.execute("UPDATE fraud_case SET state = 'confirmed', decided_on = opened_on, decided_by = opened_by")
    with pytest.raises(asyncpg.CheckViolationError, match="case_reviewer_is_not_opener"):
        await owner.execute(
            "UPDATE case_household SET confirmed_on = '2017-06-01', reviewed_on = '2017-06-01', reviewed_by = opened_by"
        )
