"""A death or a removal that was a mistake: what industry did for it is taken back, and what it stopped goes on."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.industry.service import SERVICE
from shared.data.db import open_pool, system_caller, transaction
from shared.events.envelope import Payload
from shared.events.registry import DepartureAmended, HouseholdReinstated, HouseholdRemoved, MemberRemoved
from shared.ground.context import system_act
from tests.conftest import House
from tests.integration.industry.acts import VILLAGE, facts, get, seed_household
from tests.integration.industry.test_dividends import agreement as new_agreement
from tests.integration.industry.test_dividends import lent, sign
from tests.integration.industry.test_posts import P, attend, employ, job, opened, proposal, propose, states, worked

DIED, LATER = date(2017, 5, 2), date(2017, 5, 10)


async def hear(house: House, *told: Payload, on: str = "2017-06-01") -> None:
    """The service's reactions, as the consumer would call them: in one transaction."""
    pool = await open_pool((await house.settings("industry")).database_url, 1)
    act = system_act("industry", date.fromisoformat(on))
    async with transaction(pool, system_caller("industry")) as connection:
        for fact in told:
            await SERVICE.reactions[fact.TYPE](connection, [(act, fact)])
    await pool.close()


def of(household: UUID) -> dict[str, Any]:
    return {"household_id": household, "division": VILLAGE, "members": 2}


def died(household: UUID, person: str | None = None) -> MemberRemoved:
    return MemberRemoved(**of(household), reason="death", head=False, removed_on=DIED, person=person)


def alive(household: UUID, person: str | None = None, right_on: date | None = None) -> DepartureAmended:
    return DepartureAmended(
        **of(household), reason="death", removed_on=DIED, right_on=right_on, amended_on=date(2017, 6, 1), person=person
    )


def struck(household: UUID) -> HouseholdRemoved:
    return HouseholdRemoved(household_id=household, division=VILLAGE, reason="deceased", removed_on=date(2017, 5, 20))


def back(household: UUID) -> HouseholdReinstated:
    return HouseholdReinstated(**of(household), status="poor", reinstated_on=date(2017, 6, 1))


async def test_who_did_not_die_works_on_as_before(house: House) -> None:
    door = await house.serve("industry", "api")
    workers = [str(uuid4()) for _ in range(4)]
    posts = [await employ(house, door, person=person) for person in workers]
    (held, one), (ended, two), (later, three), (alone, four) = posts
    await house.rows("industry", "UPDATE household SET has_labour = false WHERE id = ANY($1)", [two, four])
    for (_, household), person in zip(posts, workers, strict=True):
        await hear(house, died(household, person))
    assert await states(door) == {held: "held", ended: "ended", later: "held", alone: "ended"}
    await house.rows("industry", "UPDATE household SET has_labour = true WHERE id = $1", two)
    await hear(house, alive(one, workers[0]), alive(two, workers[1]))
    await hear(house, alive(three, workers[2], LATER), alive(four, workers[3], LATER))

    assert await states(door) == {held: "assigned", ended: "assigned", later: "held", alone: "ended"}
    shown = {a["id"]: a for a in (await get(door, "/posts/assignments"))["items"]}
    assert [(shown[i]["held_on"], shown[i]["ended_on"], shown[i]["ended_reason"]) for i, _ in posts] == [
        (None, None, None), (None, None, None), ("2017-05-10", None, None), (None, "2017-05-10", "death"),
    ]  # fmt: skip
    # What is told of a post that goes on or ended on another day is told again.
    assert [(kind, f["assignment_id"], f.get("ended_on")) for kind, f in (await facts(house))[4:]] == [
        ("post_ended", ended, "2017-05-02"), ("post_ended", alone, "2017-05-02"), ("post_assigned", ended, None),
        ("post_assigned", alone, None), ("post_ended", alone, "2017-05-10"),
    ]  # fmt: skip
    assert await attend(door, worked(held, 20), worked(later, 11), worked(later, 10)) == [
        None, f"{P}too_many_days", None,
    ]  # fmt: skip
    gone = await house.rows("industry", "SELECT person, departed_on FROM departed")
    assert {r["person"]: r["departed_on"] for r in gone} == {workers[2]: LATER, workers[3]: LATER}


async def test_who_was_to_be_assigned_is_proposed_again(house: House) -> None:
    door = await house.serve("industry", "api")
    household, person = await seed_household(house), str(uuid4())
    item = proposal((await opened(door, job()))[0], household, person=person)
    await propose(door, item)
    await hear(house, died(household, person))
    assert await states(door) == {item["id"]: "refused"}
    await hear(house, alive(household, person))
    assert await states(door) == {item["id"]: "proposed"}


async def test_a_household_that_was_struck_by_mistake_has_its_post_again_if_nobody_else_has(house: House) -> None:
    door = await house.serve("industry", "api")
    (kept, one), (given, two), (still, three) = [await employ(house, door) for _ in range(3)]
    await hear(house, died(three))
    for household in (one, two, three):
        await hear(house, struck(household))
    assert await states(door) == {kept: "ended", given: "ended", still: "ended"}
    (post,) = await house.rows("industry", "SELECT post_id FROM post_assignment WHERE id = $1", UUID(given))
    other = proposal(str(post["post_id"]), await seed_household(house), "2017-06-01")
    assert [r["code"] for r in await propose(door, other)] == [None]
    before = len(await facts(house))
    for household in (one, two, three):
        await hear(house, back(household))
    assert await states(door) == {kept: "assigned", given: "ended", still: "held", other["id"]: "proposed"}
    again = (await facts(house))[before:]
    assert [(kind, f["assignment_id"]) for kind, f in again] == [("post_assigned", kept), ("post_assigned", still)]
    await hear(house, alive(three))
    assert (await states(door))[still] == "assigned"


async def test_the_last_ones_death_was_a_mistake(house: House) -> None:
    door = await house.serve("industry", "api")
    assignment, household = await employ(house, door)
    await hear(house, died(household))
    await hear(house, struck(household))
    await hear(house, alive(household), back(household))
    assert await states(door) == {assignment: "assigned"}


async def test_a_household_that_was_struck_by_mistake_has_its_agreement_again(house: House) -> None:
    door = await house.serve("industry", "api")
    one, two = await lent(house), await lent(house)
    assert [r["code"] for r in await sign(door, one, two)] == [None, None]
    dues = "SELECT due_on, owed_fen FROM dividend_due WHERE agreement_id = $1 ORDER BY due_on"
    owed = [tuple(r) for r in await house.rows("industry", dues, UUID(one["id"]))]
    for each in (one, two):
        await hear(house, struck(UUID(each["household_id"])))
    assert {r["owed_fen"] for r in await house.rows("industry", dues, UUID(one["id"]))} == {0}
    # Its loan went into another scheme meanwhile.
    heir = await seed_household(house)
    await house.rows(
        "industry", "UPDATE loan_known SET household_id = $1 WHERE loan_id = $2", heir, UUID(two["loan_id"])
    )
    third = new_agreement(heir, UUID(two["loan_id"]), signed_on="2017-06-01")
    assert [r["code"] for r in await sign(door, third, on="2017-06-01")] == [None]
    before = len(await facts(house))
    for each in (one, two):
        await hear(house, back(UUID(each["household_id"])))
    assert [tuple(r) for r in await house.rows("industry", dues, UUID(one["id"]))] == owed
    rows = await house.rows("industry", "SELECT id, state, ended_on, ended_reason FROM dividend_agreement")
    assert {str(r["id"]): tuple(r)[1:] for r in rows} == {
        one["id"]: ("active", None, None), two["id"]: ("ended", date(2017, 5, 20), "removed"),
        third["id"]: ("active", None, None),
    }  # fmt: skip
    ((kind, told),) = (await facts(house))[before:]
    assert (kind, told["agreement_id"], told["floor_fen"]) == ("agreement_signed", one["id"], 300_000)
