"""An exit or a registration is undone: each service says over the real bus what it gave, and two persons say of it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.registry.touched.rules import GIVERS
from shared.events.benefits import Benefit
from shared.events.finance import BenefitsStated
from shared.events.registry import HouseholdRegistered
from tests.conftest import Door, House
from tests.integration.finance.test_holds import whole
from tests.integration.registry.facts import heard, state
from tests.integration.registry.test_amendments import confirm, revoking
from tests.integration.registry.test_amendments import post as amend
from tests.integration.registry.test_changes import REMOVALS, post, removal, word
from tests.integration.registry.test_exits import finished, noticed, ready_household
from tests.integration.registry.test_households import VILLAGE, seed_household

TOUCHED = "/registry/v1/touched"
REVERSALS = "/registry/v1/households/reversals"
OTHERS = ("finance", "relocation", "industry", "assessment")
OTHER = Benefit(kind="loan", source="other", standing="settled", amount_fen=1)
# What each service gave: statements about household $1.
GIVEN = {
    "finance": (
        """
        INSERT INTO loan (id, loan_no, household_id, division, bank, state, amount_fen, term_months, rate_ppm,
            approved_on, decided_on, disbursed_on, due_on, disbursed_fen, principal_fen, interest_fen,
            interest_owed_fen, penalty_fen, overdue_fen, version, approved_ppm)
        VALUES (uuidv7(), 'L1', $1, '140927200201', 'xinhe', 'disbursed', 5000000, 36, 43500, '2017-03-01',
            '2017-03-02', '2017-03-03', '2020-03-03', 5000000, 5000000, 0, 0, 0, 0, 1, 43500)
        """,
    ),
    "relocation": (
        """
        INSERT INTO homestead_reward
        VALUES (uuidv7(), 'demolition', $1, '140927200201', 1000000, uuidv7(), '2017-05-02')
        """,
    ),
    "industry": (
        """
        INSERT INTO payout_line (id, batch_id, line_no, due_id, household_id, division, bank, purpose, payer, category,
            amount_fen, state, paid_on, answered_on, answered_by, lasting)
        SELECT uuidv7(), uuidv7(), 1, uuidv7(), $1, '140927200201', 'xinhe', 'pv_share', 'station:1', 'transfer',
            n * 10000, 'confirmed', date '2017-04-01' + n, '2017-05-01', 'bank', false FROM generate_series(1, 3) n
        """,
    ),
    "assessment": (
        """
        WITH helper AS (INSERT INTO cadre (id, subject, unit_id, role, division, starts_on, set_on, set_by)
            VALUES (uuidv7(), 'helper-1', uuidv7(), 'helper', '140927200201', '2017-01-01', '2017-01-01', 'test')
            RETURNING id)
        INSERT INTO pairing SELECT uuidv7(), $1, '140927200201', id, '[2017-01-01,)', '2017-01-01', 'test' FROM helper
        """,
    ),
}


async def give(house: House, household_id: UUID) -> None:
    """Rows as each service's own acts leave them, without what they stand beside."""
    for service, statements in GIVEN.items():
        connection = await asyncpg.connect(house.cluster.server.url(), database=await house.database(service))
        await connection.execute("SET session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement, household_id)
        await connection.close()


async def known_everywhere(house: House, *household_ids: UUID) -> None:
    await state(house, "registry", *(whole(HouseholdRegistered, one) for one in household_ids))


async def struck(house: House, door: Door, household_id: UUID) -> str:
    of = removal(household_id)
    await post(door, REMOVALS, "team", of)
    (done,) = await post(door, f"{REMOVALS}/confirmations", "county", await word(house, of))
    assert done["state"] == "confirmed"
    return str(of["id"])


async def cases(door: Door, query: str = "") -> list[dict[str, Any]]:
    answer = await door.call("GET", f"{TOUCHED}{query}", "county")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def one_case(door: Door, case_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await door.call("GET", f"{TOUCHED}/{case_id}", "county")).json()
    return found


async def said(
    door: Door, case_id: str, outcomes: list[tuple[str, str]], subject: str = "maker", on: str = "2017-06-20"
) -> dict[str, Any]:
    benefits = [{"id": one, "outcome": outcome, "reason": "minutes 12"} for one, outcome in outcomes]
    answer = await door.call(
        "POST", f"{TOUCHED}/words", "county", subject=subject, on=on,
        json={"items": [{"id": case_id, "benefits": benefits}]},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["results"]
    found: dict[str, Any] = result
    return found


async def agreed(
    door: Door, case_id: str, subject: str = "checker", *, confirmed: bool = True, on: str = "2017-06-21"
) -> dict[str, Any]:
    answer = await door.call(
        "POST", f"{TOUCHED}/confirmations", "county", subject=subject, on=on,
        json={"items": [{"id": case_id, "confirmed": confirmed}]},
    )  # fmt: skip
    (result,) = answer.json()["results"]
    found: dict[str, Any] = result
    return found


async def until_state(house: House, case_id: str, expected: str) -> None:
    async def reached() -> bool:
        rows = await house.rows("registry", "SELECT state FROM touched_case WHERE id = $1", UUID(case_id))
        return bool(rows[0]["state"] == expected)

    await house.settled(reached)


async def test_a_struck_household_lists_what_every_service_gave_and_waits_for_all(house: House) -> None:
    household_id = await seed_household(house)
    await known_everywhere(house, household_id)
    await give(house, household_id)
    door = await house.serve("registry")
    removal_id = await struck(house, door, household_id)
    (asked,) = await cases(door)
    assert (asked["cause"], asked["source_id"], asked["state"], asked["benefits"], asked["unanswered"]) == (
        "removed", removal_id, "asked", 0, list(GIVERS),
    )  # fmt: skip
    assert (await said(door, asked["id"], [(str(uuid4()), "stops")]))["code"] == "shared.wrong_state"

    await house.serve("finance", "worker")
    await heard(house, "finance.household", 1)
    (asked,) = await cases(door, "?state=asked")
    assert (asked["benefits"], asked["unanswered"]) == (1, ["relocation", "industry", "assessment"])
    # A service that says it again, otherwise even, has said it already.
    again = {"touched_id": UUID(asked["id"]), "cause_id": uuid4(), "stated_on": date(2017, 6, 2), "benefits": [OTHER]}
    await state(house, "finance", BenefitsStated(household_id=household_id, division=VILLAGE, **again))
    await heard(house, "finance.household", 2)
    (asked,) = await cases(door, "?state=asked")
    assert (asked["benefits"], asked["unanswered"]) == (1, ["relocation", "industry", "assessment"])
    for service in OTHERS[1:]:
        await house.serve(service, "worker")
    await until_state(house, asked["id"], "open")

    shown = await one_case(door, asked["id"])
    assert (shown["case"]["state"], shown["case"]["benefits"], shown["case"]["unanswered"]) == ("open", 4, [])
    told = [
        tuple(b[n] for n in ("service", "kind", "standing", "amount_fen", "times", "first_on", "last_on", "outcome"))
        for b in shown["items"]
    ]
    assert told == [
        # The helper was released by the removal itself: it is told as it stands after it.
        ("assessment", "helper", "ended", None, 1, "2017-01-01", "2017-06-01", None),
        ("finance", "loan", "disbursed", 5_000_000, 1, "2017-03-03", None, None),
        ("industry", "payout", "confirmed", 60_000, 3, "2017-04-02", "2017-04-04", None),
        ("relocation", "reward", "approved", 1_000_000, 1, "2017-05-02", "2017-05-02", None),
    ]
    tasks = (await door.call("GET", "/registry/v1/tasks", "county")).json()["items"]
    assert [(t["procedure"], t["step"], t["id"]) for t in tasks if t["procedure"] == "registry.touched"] == [
        ("registry.touched", "said", asked["id"])
    ]


async def opened(house: House) -> tuple[Door, str, dict[str, str]]:
    """A case of a struck household that all services have answered, and its benefits by kind."""
    household_id = await seed_household(house)
    await known_everywhere(house, household_id)
    await give(house, household_id)
    door = await house.serve("registry")
    for service in OTHERS:
        await house.serve(service, "worker")
    await struck(house, door, household_id)
    (case,) = await cases(door)
    await until_state(house, case["id"], "open")
    return door, case["id"], {b["kind"]: b["id"] for b in (await one_case(door, case["id"]))["items"]}


async def test_two_persons_say_what_becomes_of_each_benefit(house: House) -> None:
    door, case_id, of = await opened(house)
    words = [(of["loan"], "goes_on"), (of["reward"], "recovered"), (of["payout"], "recovered"), (of["helper"], "stops")]
    assert (await said(door, case_id, words[:3]))["code"] == "registry.touched.benefit_left_out"
    assert (await said(door, case_id, [*words, words[0]]))["code"] == "registry.touched.benefit_twice"
    assert (await said(door, case_id, [*words, (str(uuid4()), "stops")]))["code"] == "registry.touched.unknown_benefit"
    none = await said(door, case_id, [*words[:3], (of["helper"], "recovered")])
    assert none["code"] == "registry.touched.nothing_to_recover"
    assert all(b["outcome"] is None for b in (await one_case(door, case_id))["items"]), "a refusal leaves no word"

    assert (await said(door, case_id, words))["state"] == "said"
    assert (await agreed(door, case_id, "maker"))["code"] == "shared.same_person"
    no = await agreed(door, case_id, confirmed=False)
    assert (no["status"], no["state"], no["code"]) == ("accepted", "open", None)
    # It is said anew on a later day, by who had not agreed, and agreed to by who had said it.
    assert (await said(door, case_id, words, "checker", "2017-06-22"))["state"] == "said"
    sums = (await door.call("GET", f"{TOUCHED}/figures", "county")).json()["benefits"]
    assert {s["outcome"] for s in sums} == {None}, "a word that nobody confirmed is none"
    assert (await agreed(door, case_id, "maker", on="2017-06-23"))["state"] == "confirmed"

    figures = (await door.call("GET", f"{TOUCHED}/figures?division={VILLAGE}", "auditor")).json()
    assert figures["cases"] == [{"cause": "removed", "state": "confirmed", "cases": 1}]
    assert [(s["service"], s["kind"], s["outcome"], s["benefits"], s["amount_fen"]) for s in figures["benefits"]] == [
        ("assessment", "helper", "stops", 1, 0),
        ("finance", "loan", "goes_on", 1, 5_000_000),
        ("industry", "payout", "recovered", 1, 60_000),
        ("relocation", "reward", "recovered", 1, 1_000_000),
    ]
    elsewhere = (await door.call("GET", f"{TOUCHED}/figures", "township", "140927201")).json()
    assert elsewhere == {"cases": [], "benefits": []}
    (loan,) = await house.rows("finance", "SELECT state FROM loan")
    assert loan["state"] == "disbursed", "nothing is decided in other services"
    connection = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError, match="touched_is_confirmed_by_another"):
        await connection.execute("UPDATE touched_case SET confirmed_by = said_by")


async def test_a_removal_undone_ends_what_it_touched_and_asks_again(house: House) -> None:
    door, first, _ = await opened(house)
    (case,) = await cases(door)
    of = {"id": str(uuid4()), "removal_id": case["source_id"], "evidence": "minutes 13"}
    await door.call("POST", REVERSALS, "team", VILLAGE, on="2017-06-22", json={"items": [of]})
    answer = await door.call(
        "POST", f"{REVERSALS}/confirmations", "county", on="2017-06-23",
        json={"items": [{"id": of["id"], "confirmed": True}]},
    )  # fmt: skip
    assert answer.json()["results"][0]["state"] == "confirmed", answer.text
    before, after = await cases(door)
    assert (before["id"], before["state"], before["cause"]) == (first, "ended", "removed")
    assert (after["cause"], after["source_id"]) == ("reinstated", of["id"])
    await until_state(house, after["id"], "open")
    again = (await one_case(door, after["id"]))["items"]
    helper = next(b for b in again if b["kind"] == "helper")
    assert (len(again), helper["standing"], helper["last_on"]) == (4, "assigned", None)


async def test_an_exit_revoked_asks_and_of_nothing_given_nobody_is_asked(house: House) -> None:
    door = await house.serve("registry")
    household_id = await ready_household(house, door)
    await known_everywhere(house, household_id)
    exit_id = await noticed(door, household_id)
    await finished(door, exit_id)
    item = revoking(exit_id)
    await amend(door, "revocations", "auditor", item, area="140927")
    (done,) = await confirm(door, item)
    assert done["state"] == "confirmed"
    (case,) = await cases(door, "?cause=exit_revoked")
    assert (case["source_id"], case["household_id"], case["state"]) == (exit_id, str(household_id), "asked")
    for service in OTHERS:
        await house.serve(service, "worker")
    await until_state(house, case["id"], "empty")
    tasks = (await door.call("GET", "/registry/v1/tasks", "county")).json()["items"]
    assert [t for t in tasks if t["procedure"] == "registry.touched"] == []


async def test_what_is_told_again_changes_nothing_and_what_nobody_asked_is_passed_over(house: House) -> None:
    door, case_id, of = await opened(house)
    (row,) = await house.rows("registry", "SELECT household_id FROM touched_case")
    fields: dict[str, Any] = {
        "household_id": row["household_id"], "division": VILLAGE, "cause_id": uuid4(), "stated_on": date(2017, 6, 2),
        "benefits": [OTHER],
    }  # fmt: skip
    again = BenefitsStated(touched_id=UUID(case_id), **fields)
    stray = BenefitsStated(touched_id=uuid4(), **fields)
    await state(house, "finance", again, stray)
    await heard(house, "finance.household", 3)
    shown = await one_case(door, case_id)
    assert (shown["case"]["state"], shown["case"]["benefits"]) == ("open", 4)
    assert {b["id"] for b in shown["items"]} == set(of.values())
