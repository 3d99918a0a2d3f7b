"""Holds on loans: raised by other services' facts over the real bus, confirmed and released by people."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.events.assessment import FraudConfirmed, FraudReviewed, VisitRecorded
from shared.events.industry import DividendMissed
from shared.events.registry import DepartureAmended, HouseholdRegistered, HouseholdRevised, MemberRemoved
from shared.serve.run import _republish
from tests.conftest import Door, House, find_service
from tests.integration.finance.acts import (
    CLAIMS,
    LOANS,
    OTHER_VILLAGE,
    VILLAGE,
    application,
    apply_for,
    event,
    get,
    lent,
    post,
    quarter,
    seed_household,
)
from tests.integration.finance.test_projection import FLAGS
from tests.integration.registry.facts import heard as heard_by
from tests.integration.registry.facts import state

HOLDS = "/finance/v1/holds"


async def heard(house: House, topic: str, count: int) -> None:
    await heard_by(house, topic, count, "finance")


def whole(kind: type[Any], household_id: UUID, division: str = VILLAGE) -> Any:
    return kind.model_validate({"household_id": household_id, "division": division, "status": "poor"} | FLAGS)


def died(household_id: UUID, **changes: Any) -> MemberRemoved:
    fields = {
        "household_id": household_id, "division": VILLAGE, "reason": "death", "head": True, "members": 2,
        "removed_on": date(2017, 5, 10),
    }  # fmt: skip
    return MemberRemoved.model_validate(fields | changes)


def visited(household_id: UUID, *findings: str, visit_id: UUID | None = None) -> VisitRecorded:
    return VisitRecorded(
        household_id=household_id, division=VILLAGE, visit_id=visit_id or uuid4(), cadre_id=uuid4(),
        visited_on=date(2017, 5, 20), counts=True, findings=list(findings),
    )  # fmt: skip


async def borrowed(door: Door, household_id: UUID, **changes: Any) -> str:
    (result,) = await apply_for(door, application(household_id, **changes))
    loan_no: str = result["loan_no"]
    return loan_no


async def act_on(door: Door, what: str, *items: dict[str, Any], subject: str = "zhao") -> list[Any]:
    answer = await door.call(
        "POST", f"{HOLDS}/{what}", "county", on="2017-06-01", subject=subject, json={"items": list(items)}
    )
    assert answer.status_code == 200, answer.text
    return [(r["status"], r["code"]) for r in answer.json()["results"]]


YES: tuple[str, None] = ("accepted", None)


async def test_a_death_holds_an_open_loan_once_and_changes_nothing_of_it(house: House) -> None:
    door = await house.serve("finance")
    await house.serve("registry", "worker")
    before, running, over, none = [uuid4() for _ in range(4)]
    await state(house, "registry", *(whole(HouseholdRegistered, i) for i in (before, running, over, none)))
    await heard(house, "registry.household", 4)
    approved, disbursed, declined = [await borrowed(door, i) for i in (before, running, over)]
    await post(door, *lent(disbursed), event("no", "decision", declined, "2017-03-20", approved=False))
    deaths = [died(i) for i in (before, running, over, none)]
    married = died(running, reason="marriage_out", removed_on=date(2017, 5, 9))
    await state(house, "registry", *deaths, married)
    await heard(house, "registry.household", 9)

    loans = {x["loan_no"]: (x["state"], x["holds"]) for x in (await get(door, LOANS))["items"]}
    assert loans == {
        approved: ("approved", ["borrower_death"]), disbursed: ("disbursed", ["borrower_death"]),
        declined: ("declined", []),
    }  # fmt: skip
    held = (await get(door, HOLDS))["items"]
    assert {(h["household_id"], h["kind"], h["raised_on"]) for h in held} == {
        (str(i), "borrower_death", "2017-05-10") for i in (before, running)
    }
    assert {h["state"] for h in held} == {"raised"}
    assert await act_on(door, "confirmations", {"id": held[0]["id"]}) == [("refused", "finance.holds.not_a_suspicion")]
    # The bank decides as before: it is warned, not stopped.
    (granted,) = await post(door, event("yes", "decision", approved, "2017-05-12", approved=True))
    assert (granted["state"], granted["loan_state"]) == ("applied", "granted")

    await state(house, "registry", deaths[1])
    await heard(house, "registry.household", 10)
    assert await _republish(find_service("registry"), await house.settings("registry"), "registry.household") == 10
    await heard(house, "registry.household", 20)
    assert len((await get(door, HOLDS))["items"]) == 2
    assert await house.rows("finance", "SELECT 1 FROM parked_key") == []


async def test_a_missed_dividend_warns_the_bank_that_lent(house: House) -> None:
    door = await house.serve("finance")
    await house.serve("industry", "worker")
    household_id = await seed_household(house)
    await borrowed(door, household_id, purpose="entity_share")
    (loan,) = (await get(door, LOANS))["items"]
    missed = DividendMissed(
        household_id=household_id, division=VILLAGE, agreement_id=uuid4(), loan_id=UUID(loan["id"]),
        due_on=date(2017, 9, 15), owed_fen=150_000, missed_on=date(2017, 10, 16),
    )  # fmt: skip
    stranger = missed.model_copy(update={"loan_id": uuid4(), "household_id": uuid4()})
    later = missed.model_copy(update={"due_on": date(2017, 12, 15)})
    await state(house, "industry", missed, missed, later, stranger)
    await heard(house, "industry.household", 4)
    mine = (await get(door, HOLDS, "bank", "", bank="xinhe"))["items"]
    assert [(h["loan_id"], h["kind"], h["raised_on"]) for h in mine] == [
        (loan["id"], "dividend_missed", "2017-10-16")
    ] * 2  # fmt: skip
    assert (await get(door, HOLDS, "bank", "", bank="rcu"))["items"] == []
    shown = await get(door, f"{LOANS}/{loan['id']}", "bank", "", bank="xinhe")
    assert shown["holds"] == ["dividend_missed"]
    (parked,) = await house.rows("finance", "SELECT key, waits_for FROM parked_key")
    assert tuple(parked) == (str(stranger.household_id), f"finance.loan/{stranger.loan_id}")
    assert (await door.call("GET", HOLDS, "village", VILLAGE)).status_code == 403


async def test_misuse_is_suspected_confirmed_and_released_by_three(house: House) -> None:
    door = await house.serve("finance")
    await house.serve("assessment", "worker")
    household_id, without, unknown = await seed_household(house), await seed_household(house), uuid4()
    await borrowed(door, household_id)
    seen = visited(household_id, "house_unsafe", "loan_diverted")
    await state(
        house, "assessment", seen, visited(household_id, "none"), visited(without, "loan_diverted"),
        visited(unknown, "none"), visited(unknown, "loan_diverted"),
    )  # fmt: skip
    await heard(house, "assessment.household", 5)
    (hold,) = (await get(door, f"{HOLDS}?kind=misuse_suspected&open=true"))["items"]
    assert (hold["household_id"], hold["confirmed_on"]) == (str(household_id), None)
    (parked,) = await house.rows("finance", "SELECT waits_for FROM parked_key")
    assert parked["waits_for"] == f"registry.household/{unknown}"

    one = {"id": hold["id"]}
    found = await act_on(door, "confirmations", one, one, {"id": str(uuid4())}, subject="qian")
    assert found == [YES, ("refused", "shared.twice_in_batch"), ("refused", "shared.not_found")]
    again = await act_on(door, "confirmations", one)
    assert again == [("refused", "shared.wrong_state")]
    reason = one | {"reason": "repaid in full"}
    assert await act_on(door, "releases", reason, subject="qian") == [("refused", "shared.same_person")]
    assert await act_on(door, "releases", reason) == [YES]
    assert await act_on(door, "releases", reason) == [("refused", "shared.wrong_state")]
    assert (await get(door, f"{HOLDS}?open=true"))["items"] == []
    (kept,) = (await get(door, f"{HOLDS}?loan_id={hold['loan_id']}&open=false", "auditor"))["items"]
    assert (kept["release_reason"], kept["released_on"]) == ("repaid in full", "2017-06-01")
    bad = await door.call("POST", f"{HOLDS}/releases", "county", json={"items": [one | {"reason": ""}]})
    (unread,) = bad.json()["results"]
    assert (unread["id"], unread["code"], unread["errors"][0]["field"]) == (hold["id"], "shared.invalid_item", "reason")
    assert (await door.call("POST", f"{HOLDS}/releases", "bank", "", bank="xinhe", json={})).status_code == 403
    owner = await house.owner("finance")
    for column, name in (("confirmed_by", "confirmer"), ("released_by", "releaser")):
        with pytest.raises(asyncpg.CheckViolationError, match=f"hold_{name}_is_not"):
            await owner.execute(f"UPDATE loan_hold SET {column} = raised_by")


async def test_a_hold_follows_its_household_and_its_loan(house: House) -> None:
    door = await house.serve("finance")
    await house.serve("registry", "worker")
    household_id = uuid4()
    await state(house, "registry", whole(HouseholdRegistered, household_id))
    await heard(house, "registry.household", 1)
    await borrowed(door, household_id)
    await state(house, "registry", died(household_id), whole(HouseholdRevised, household_id, OTHER_VILLAGE))
    await heard(house, "registry.household", 3)
    seen = [(await get(door, LOANS, "village", v))["items"] for v in (VILLAGE, OTHER_VILLAGE)]
    assert [[x["holds"] for x in items] for items in seen] == [[], [["borrower_death"]]]
    (hold,) = await house.rows("finance", "SELECT division FROM loan_hold")
    assert hold["division"] == OTHER_VILLAGE


async def claim(door: Door, key: str) -> Any:
    body = {"bank": "xinhe", "quarter_end_on": "2017-06-20"}
    headers = {"Idempotency-Key": key}
    return await door.call("POST", CLAIMS, "county", on="2017-06-25", subject="maker", headers=headers, json=body)


async def test_no_discount_on_misuse_and_a_frozen_household_waits(house: House) -> None:
    door = await house.serve("finance")
    await house.serve("assessment", "worker")
    good, misused, frozen = [await seed_household(house) for _ in range(3)]
    numbers = [await borrowed(door, household_id) for household_id in (good, misused, frozen)]
    for loan_no in numbers:
        await post(door, *lent(loan_no), quarter(loan_no))
    case_id = uuid4()
    about = {"case_id": case_id, "division": VILLAGE, "household_ids": [frozen]}
    fraud = FraudConfirmed(**about, kind="misused_funds", subject_ids=[], confirmed_on=date(2017, 6, 1))
    await state(house, "assessment", fraud, visited(misused, "loan_diverted"), visited(good, "loan_diverted"))
    await heard(house, "assessment.case", 1)
    await heard(house, "assessment.household", 2)
    held = {h["household_id"]: h["id"] for h in (await get(door, HOLDS))["items"]}
    assert await act_on(door, "confirmations", {"id": held[str(misused)]}) == [YES]

    (refused,) = await apply_for(door, application(frozen))
    assert refused["missing"] == ["no_open_loan", "not_frozen"]
    made = (await claim(door, "1")).json()
    assert (made["lines"], made["refused_lines"], made["amount_fen"]) == (1, 1, 60_694)
    lines = (await get(door, f"{CLAIMS}/{made['id']}"))["items"]
    assert {x["loan_no"]: x["missing"] for x in lines} == {numbers[0]: [], numbers[1]: ["no_misuse"]}
    (why, *_) = await get(door, f"/finance/v1/decisions?subject_id={frozen}")
    assert [r["code"] for r in why["reasons"] if not r["passed"]] == ["not_frozen"]
    nothing = await claim(door, "2")
    assert nothing.json()["code"] == "finance.discounts.nothing_to_claim"

    await state(house, "assessment", FraudReviewed(**about, reviewed_on=date(2017, 6, 20)))
    await heard(house, "assessment.case", 2)
    late = (await claim(door, "3")).json()
    assert (late["lines"], late["amount_fen"]) == (1, 60_694)
    replay = await get(door, "/finance/v1/operations/replay")
    assert replay["different_count"] == 0


async def test_a_death_that_was_taken_back_warns_no_more_and_of_another_day_anew(house: House) -> None:
    door = await house.serve("finance")
    await house.serve("registry", "worker")
    lives, later = uuid4(), uuid4()
    await state(house, "registry", *(whole(HouseholdRegistered, i) for i in (lives, later)))
    await heard(house, "registry.household", 2)
    for one in (lives, later):
        await borrowed(door, one)
    await state(house, "registry", died(lives), died(later))
    wrong = {"division": VILLAGE, "reason": "death", "removed_on": date(2017, 5, 10), "members": 3}
    amended = {"amended_on": date(2017, 6, 1), **wrong}
    await state(
        house, "registry", DepartureAmended(household_id=lives, **amended),
        DepartureAmended(household_id=later, right_on=date(2017, 5, 12), **amended),
    )  # fmt: skip
    await heard(house, "registry.household", 6)
    holds = (await get(door, HOLDS))["items"]
    assert sorted((h["household_id"] == str(lives), h["state"], h["raised_on"]) for h in holds) == [
        (False, "raised", "2017-05-12"), (False, "released", "2017-05-10"), (True, "released", "2017-05-10"),
    ]  # fmt: skip
