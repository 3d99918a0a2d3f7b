"""Who signs a loan: named by those who apply, of the household and of age, warned of where he dies or leaves it."""

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.events.registry import DepartureAmended, HouseholdRegistered, HouseholdRevised, MemberRemoved
from tests.conftest import Door, House
from tests.integration.finance.acts import LOANS, OTHER_VILLAGE, VILLAGE, application, apply_for, get, seed_household
from tests.integration.finance.test_holds import HOLDS, YES, act_on, died, heard, whole
from tests.integration.finance.test_struck_borrowers import hear
from tests.integration.registry.facts import state

DAYS = (date(1990, 1, 1), date(2040, 1, 1))
# By reference: from when until when he may borrow.
HOME = {"father": DAYS, "son": DAYS, "grandmother": (date(1965, 1, 1), date(2013, 1, 1))}

NOT_A_MEMBER = (
    "The borrower lives in the household, and is named by the register's reference; this person does not, or no more.",
    "借款人应为该户现有成员，填登记系统的人员代号；所填人员不是（或已不是）该户成员。",
)


def home(
    household_id: UUID, people: Any = HOME, division: str = VILLAGE, *, borrower_age_ok: bool = True
) -> HouseholdRevised:
    told: dict[str, Any] = {"people": list(people), "borrower_age_ok": borrower_age_ok}
    if isinstance(people, dict):
        told |= {"borrower_from": [d[0] for d in people.values()], "borrower_until": [d[1] for d in people.values()]}
    found: HouseholdRevised = whole(HouseholdRevised, household_id, division)
    return found.model_copy(update=told)


def left(household_id: UUID, person: str | None, reason: str = "marriage_out", on: str = "2017-05-10") -> MemberRemoved:
    return died(household_id, reason=reason, person=person, removed_on=date.fromisoformat(on))


def amended(left: MemberRemoved, right_on: str | None = None) -> DepartureAmended:
    said = left.model_dump(include={"household_id", "division", "reason", "removed_on", "person"})
    day = date.fromisoformat(right_on) if right_on else None
    return DepartureAmended(**said, right_on=day, members=3, amended_on=date(2017, 6, 1))


async def homes(house: House, count: int) -> list[UUID]:
    found = [uuid4() for _ in range(count)]
    await hear(house, *(home(one) for one in found))
    return found


async def signed(door: Door, household_id: UUID, borrower: str | None) -> str:
    """The id of a loan that this person signs."""
    (result,) = await apply_for(door, application(household_id, borrower=borrower))
    assert result["status"] == "accepted"
    return str(result["id"])


async def held(door: Door) -> set[tuple[str, str, str, str]]:
    """Of every hold its loan, kind, state and day."""
    return {(h["loan_id"], h["kind"], h["state"], h["raised_on"]) for h in (await get(door, HOLDS))["items"]}


async def test_a_loan_keeps_shows_and_tells_who_signs_it(house: House) -> None:
    door = await house.serve("finance", "api")
    one, other = await homes(house, 2)
    named, unnamed = application(one, borrower="son"), application(other)
    first = await apply_for(door, named, unnamed)
    assert [r["status"] for r in first] == ["accepted", "accepted"]
    again, another, nobody = await apply_for(door, named, named | {"borrower": "father"}, named | {"borrower": None})
    assert again == first[0]
    assert [r["code"] for r in (another, nobody)] == ["shared.content_differs"] * 2
    told = await house.rows("finance", "SELECT value FROM outbox ORDER BY id")
    assert [json.loads(r["value"])["borrower"] for r in told] == ["son", None]
    assert (await get(door, f"{LOANS}/{named['id']}", "bank", "", bank="xinhe"))["borrower"] == "son"
    listed = (await get(door, LOANS))["items"]
    (shown,) = (await get(door, f"/finance/v1/dossier/{one}"))["loans"]["items"]
    assert {x["id"]: x["borrower"] for x in listed} == {named["id"]: "son", unnamed["id"]: None}
    assert shown["borrower"] == "son"


async def test_only_who_lives_in_the_household_signs_for_it(house: House) -> None:
    door = await house.serve("finance", "api")
    one, other = uuid4(), uuid4()
    await hear(house, home(one), home(other, {"neighbour": DAYS}))
    wrong, right = application(one, borrower="neighbour"), application(one, borrower="father")
    unread = application(one, borrower="")
    refused, taken, empty = await apply_for(door, wrong, right, unread)
    assert (refused["status"], refused["code"]) == ("refused", "finance.loans.not_a_member")
    assert refused["errors"] == [
        {"field": "borrower", "expected_en": refused["sentence_en"], "expected_zh": refused["sentence_zh"]}
    ]
    assert (refused["sentence_en"], refused["sentence_zh"]) == NOT_A_MEMBER
    assert taken["status"] == "accepted", "what cannot be decided is in nobody's way"
    assert (empty["code"], empty["errors"][0]["field"]) == ("shared.invalid_item", "borrower")
    assert await house.rows("finance", "SELECT id FROM loan_application WHERE borrower = 'neighbour'") == []
    # He moves in, and the same application is decided on; his own household has lost him.
    await hear(house, home(one, HOME | {"neighbour": DAYS}), home(other, {}))
    (late,) = await apply_for(door, wrong)
    assert (late["code"], late["missing"]) == ("finance.loans.not_eligible", ["no_open_loan"])


@pytest.mark.parametrize(
    ("on", "missing"),
    [
        ("2017-03-14", ["named_borrower_age"]), ("2017-03-15", []), ("2017-03-16", []),
        ("2017-03-17", ["named_borrower_age"]),
    ],
)  # fmt: skip
async def test_who_is_named_is_of_age_on_the_day(house: House, on: str, missing: list[str]) -> None:
    door = await house.serve("finance", "api")
    one = uuid4()
    young = {"son": (date(2017, 3, 15), date(2017, 3, 17))}
    await hear(house, home(one, HOME | young, borrower_age_ok=not missing))
    (result,) = await apply_for(door, application(one, borrower="son"), on=on)
    assert result["missing"] == missing
    (why,) = await get(door, f"/finance/v1/decisions?subject_id={one}")
    (reason,) = [r for r in why["reasons"] if "age" in r["code"]]
    met = "not met" if missing else "met"
    assert (reason["code"], reason["passed"]) == ("named_borrower_age", not missing)
    assert reason["sentence_en"] == f"Who is named to sign the loan is of the age to borrow: {met}."
    assert (await get(door, "/finance/v1/operations/replay"))["different_count"] == 0
    assert "2017-03-17" not in str(await house.rows("finance", "SELECT inputs FROM decision"))


async def test_without_a_name_or_an_age_the_households_flag_decides(house: House) -> None:
    door = await house.serve("finance", "api")
    head, old, told_before, told_after = [uuid4() for _ in range(4)]
    await hear(
        house, home(head), home(old, borrower_age_ok=False), home(told_before, list(HOME), borrower_age_ok=False),
        home(told_after, borrower_age_ok=False), home(told_after, list(HOME)),
    )  # fmt: skip
    results = await apply_for(
        door, application(head), application(old), application(told_before, borrower="son"),
        application(told_after, borrower="grandmother"),
    )  # fmt: skip
    assert [r["missing"] for r in results] == [[], ["borrower_age"], ["borrower_age"], []]


async def test_ages_stay_with_those_who_see_the_household(house: House) -> None:
    one, far = uuid4(), uuid4()
    await hear(house, home(one), home(far, {"far": DAYS}, OTHER_VILLAGE))
    owner = await house.owner("finance")
    await owner.execute("INSERT INTO resident VALUES ('test-person', $1)", one)
    app = await asyncpg.connect((await house.settings("finance")).database_url)
    seen = {}
    for role, area in (("village", VILLAGE), ("village", OTHER_VILLAGE), ("county", "140927"), ("county", "140928")):
        async with app.transaction():
            for name, value in (("role", role), ("area", area), ("subject", "s")):
                await app.execute("SELECT set_config($1, $2, true)", f"app.{name}", value)
            seen[role, area] = {r["person"] for r in await app.fetch("SELECT person FROM borrowing_age")}
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("DELETE FROM borrowing_age")
    await app.close()
    assert list(seen.values()) == [{*HOME}, {"far"}, {*HOME, "far"}, set()]


async def test_the_departure_of_who_signs_is_told_to_the_bank(house: House) -> None:
    door = await house.serve("finance")
    await house.serve("registry", "worker")
    married, gone, died_, nobodys, others = homes_ = [uuid4() for _ in range(5)]
    people = {"people": list(HOME)}
    registered = [
        whole(HouseholdRegistered, one).model_copy(
            update=people | {"borrower_from": [DAYS[0]] * 3, "borrower_until": [DAYS[1]] * 3}
        )
        for one in homes_
    ]
    await state(house, "registry", *registered)
    await heard(house, "registry.household", 5)
    loans = {one: await signed(door, one, None if one == nobodys else "son") for one in homes_}
    await state(
        house, "registry", left(married, "son"), left(gone, "son", "not_sharing"), left(died_, "son", "death"),
        left(nobodys, "son"), left(nobodys, "father", "death", "2017-05-11"),
        left(others, "father", "registration_out"), left(others, "grandmother", "death"),
    )  # fmt: skip
    await heard(house, "registry.household", 12)
    expected = {
        (loans[married], "borrower_left", "raised", "2017-05-10"),
        (loans[gone], "borrower_left", "raised", "2017-05-10"),
        (loans[died_], "borrower_death", "raised", "2017-05-10"),
        (loans[nobodys], "borrower_death", "raised", "2017-05-11"),
    }
    assert await held(door) == expected
    (hold,) = (await get(door, f"{HOLDS}?loan_id={loans[married]}"))["items"]
    assert (hold["sentence_en"], hold["sentence_zh"]) == (
        "The borrower no longer belongs to the household, and lives elsewhere.", "借款人已不是该户成员，在别处生活。",
    )  # fmt: skip
    assert (await get(door, f"{LOANS}/{loans[gone]}", "bank", "", bank="xinhe"))["holds"] == ["borrower_left"]
    waiting = (await get(door, "/finance/v1/tasks", on="2017-06-02", subject="zhao"))["items"]
    assert hold["id"] in {t["id"] for t in waiting}
    not_one = ("refused", "finance.holds.not_a_suspicion")
    assert await act_on(door, "confirmations", {"id": hold["id"]}) == [not_one]
    assert await act_on(door, "releases", {"id": hold["id"], "reason": "pays from where he lives"}) == [YES]
    await state(house, "registry", left(married, "son"))
    await heard(house, "registry.household", 13)
    assert len(await held(door)) == 4, "who was looked at is not warned of again"
    assert await house.rows("finance", "SELECT 1 FROM parked_key") == []


async def test_a_departure_that_was_taken_back_warns_no_more_and_of_another_day_anew(house: House) -> None:
    door = await house.serve("finance", "api")
    back, later, dead = await homes(house, 3)
    loans = {one: await signed(door, one, "son") for one in (back, later, dead)}
    his = [left(back, "son"), left(later, "son"), left(dead, "son", "death")]
    of_another = [left(one, "grandmother", fact.reason) for one, fact in zip((back, later, dead), his, strict=True)]
    await hear(house, *his, *of_another)
    standing = {
        (loans[back], "borrower_left", "raised", "2017-05-10"),
        (loans[later], "borrower_left", "raised", "2017-05-10"),
        (loans[dead], "borrower_death", "raised", "2017-05-10"),
    }
    assert await held(door) == standing
    await hear(house, *(amended(fact) for fact in of_another))
    assert await held(door) == standing, "somebody else's departure of the same day was wrong"
    await hear(house, amended(his[0]), amended(his[1], "2017-05-12"), amended(his[2]))
    assert await held(door) == {
        (loans[back], "borrower_left", "released", "2017-05-10"),
        (loans[later], "borrower_left", "released", "2017-05-10"),
        (loans[later], "borrower_left", "raised", "2017-05-12"),
        (loans[dead], "borrower_death", "released", "2017-05-10"),
    }
    reasons = {h["release_reason"] for h in (await get(door, f"{HOLDS}?open=false"))["items"]}
    assert reasons == {"system:departure_amended"}


async def test_who_was_named_for_nothing_leaves_unnoticed(house: House) -> None:
    """Refused, or of a household that finance knew before there were references."""
    door = await house.serve("finance", "api")
    (one,) = await homes(house, 1)
    (refused,) = await apply_for(door, application(one, borrower="son", purpose="house"))
    assert refused["status"] == "refused"
    await seed_household(house)
    await hear(house, left(one, "son"), left(one, "father", "death"))
    assert await held(door) == set()
