"""What the register, assessment and people say of a household ends alike in whatever order it is heard here.

Each teller keeps his own order, as the bus keeps it by key and a procedure by its steps; they are shuffled into each
other in every way. Who is refused says it again. One household an order, and all orders side by side.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from shared.events import Payload
from shared.events.assessment import FraudConfirmed, FraudReviewed
from shared.events.registry import HouseholdReturned, HouseholdRevised
from tests.conftest import Door, House
from tests.integration.relocation.acts import (
    APPLICATIONS,
    HOMESTEADS,
    MOVES,
    OTHER_VILLAGE,
    PHOTO,
    VILLAGE,
    agreed,
    allocations,
    apply_for,
    batch,
    build_site,
    draw_all,
    freeze,
    hear,
    moved_in,
    reinstated,
    removed,
    seed_households,
)

Say: TypeAlias = Callable[[Sequence[UUID]], Awaitable[None]]
FLAGS: dict[str, Any] = {
    "has_labour": True, "borrower_age_ok": True, "needs_accessible": False, "deep_poverty": False, "relocated": True,
}  # fmt: skip
STANDING = "state NOT IN ('refused', 'withdrawn', 'struck', 'deceased')"


def shuffled(*tellers: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every way to hear them that keeps the order of each."""
    if not any(tellers):
        yield ()
    for n, teller in enumerate(tellers):
        if teller:
            for rest in shuffled(*tellers[:n], teller[1:], *tellers[n + 1 :]):
                yield (teller[0], *rest)


async def tell(orders: Sequence[Sequence[str]], ids: Sequence[UUID], says: dict[str, Say]) -> None:
    """Turn by turn, to each household what its order has next."""
    for turn in range(len(orders[0])):
        for name, say in says.items():
            named = [one for one, order in zip(ids, orders, strict=True) if order[turn] == name]
            if named:
                await say(named)


def whole(household_id: UUID, **changes: Any) -> HouseholdRevised:
    about = {"household_id": household_id, "division": VILLAGE, "status": "poor", "members": 2} | FLAGS
    return HouseholdRevised.model_validate(about | changes)


def register(house: House, fact: Callable[[UUID], Payload], on: str = "2017-03-05") -> Say:
    async def say(ids: Sequence[UUID]) -> None:
        await hear(house, *(fact(one) for one in ids), on=on)

    return say


def a_case(house: House) -> dict[str, Say]:
    """A confirmed fraud of each household, and its review."""
    cases: dict[UUID, UUID] = {}

    def of(one: UUID) -> dict[str, Any]:
        return {"case_id": cases.setdefault(one, uuid4()), "division": VILLAGE, "household_ids": [one]}

    said = {"kind": "fabricated_income", "subject_ids": [], "confirmed_on": date(2017, 2, 1)}
    return {
        "frozen": register(house, lambda one: FraudConfirmed(**of(one), **said)),
        "reviewed": register(house, lambda one: FraudReviewed(**of(one), reviewed_on=date(2017, 3, 20))),
    }


def struck_by_mistake(house: House, members: int, division: str) -> dict[str, Say]:
    """As the register tells it: the whole of the household before each."""
    about = {"members": members, "division": division}
    return {
        "emptied": register(house, lambda one: whole(one, **about | {"members": 0, "status": "removed"})),
        "removed": register(house, removed),
        "filled": register(house, lambda one: whole(one, **about), on="2017-03-08"),
        "reinstated": register(house, reinstated, on="2017-03-08"),
    }


async def by_village(house: House, ids: Sequence[UUID]) -> dict[str, list[UUID]]:
    """The households by where they are known to live: its clerk, township and people act for them."""
    rows = await house.rows("relocation", "SELECT id, division FROM household WHERE id = ANY($1) ORDER BY id", ids)
    found: dict[str, list[UUID]] = {}
    for row in rows:
        found.setdefault(row["division"], []).append(row["id"])
    return found


class People:
    """What the village, its township and the households do, as far as it can be done now."""

    def __init__(self, house: House, door: Door) -> None:
        self._house, self._door = house, door

    async def _act(self, role: str, path: str, on: str, items: dict[UUID, dict[str, Any]], method: str = "POST",
                   **who: Any) -> None:  # fmt: skip
        for village, ids in (await by_village(self._house, list(items))).items():
            area = village[:9] if role == "township" else village
            await batch(self._door, method, path, role, [items[one] for one in ids], area, on=on, **who)

    async def _cases(self, ids: Sequence[UUID], table: str = "relocation_application") -> dict[UUID, str]:
        """By household its standing application, or the flat that it has or had last."""
        which = STANDING if table == "relocation_application" else "true"
        rows = await self._house.rows(
            "relocation",
            f"SELECT household_id, max(id::text) AS id FROM {table}"
            f" WHERE {which} AND household_id = ANY($1) GROUP BY household_id",
            ids,
        )
        return {r["household_id"]: r["id"] for r in rows}

    async def applied(self, ids: Sequence[UUID]) -> None:
        standing = await self._cases(ids)
        new = {
            h: {"id": str(uuid4()), "household_id": str(h), "cohort": 2016} for h in ids if h not in standing
        }  # fmt: skip
        await self._act("village", APPLICATIONS, "2017-01-05", new)

    async def verified(self, ids: Sequence[UUID]) -> None:
        cases = {h: {"id": i, "confirmed": True} for h, i in (await self._cases(ids)).items()}
        await self._act("township", f"{APPLICATIONS}/verifications", "2017-01-06", cases)

    async def noticed(self, ids: Sequence[UUID]) -> None:
        cases = {h: {"id": i} for h, i in (await self._cases(ids)).items()}
        await self._act("village", f"{APPLICATIONS}/notices", "2017-01-07", cases)

    async def agreed(self, ids: Sequence[UUID]) -> None:
        word = {"agreed": True, "signature": "signed"}
        cases = {h: {"id": i} | word for h, i in (await self._cases(ids)).items()}
        await self._act("villager", f"{APPLICATIONS}/agreements", "2017-01-20", cases)

    async def keys(self, ids: Sequence[UUID]) -> None:
        homes = {h: {"id": i} for h, i in (await self._cases(ids, "allocation")).items()}
        await self._act("township", f"{MOVES}/keys", "2017-03-10", homes)

    async def told(self, ids: Sequence[UUID]) -> None:
        proof = {"moved_in_on": "2017-03-20", "photo_sha256": PHOTO, "power_kwh_x100": 150}
        homes = {h: {"id": i} | proof for h, i in (await self._cases(ids, "allocation")).items()}
        await self._act("helper", f"{MOVES}/reports", "2017-03-21", homes, subject="helper-1")

    async def lives(self, ids: Sequence[UUID]) -> None:
        homes = {h: {"id": i, "confirmed": True} for h, i in (await self._cases(ids, "allocation")).items()}
        await self._act("township", f"{MOVES}/confirmations", "2017-03-22", homes)

    async def _works(self, kind: str, done: str, ids: Sequence[UUID]) -> None:
        works = {h: {"id": i, done: "2017-08-01", "photo_sha256": PHOTO} for h, i in (await self._cases(ids)).items()}
        await self._act("village", f"{HOMESTEADS}/{kind}s", "2017-08-02", works)

    async def _accepted(self, kind: str, ids: Sequence[UUID]) -> None:
        seen = {h: {"id": i, "step": kind, "accepted": True} for h, i in (await self._cases(ids)).items()}
        await self._act("township", f"{HOMESTEADS}/acceptances", "2017-08-03", seen)

    async def listed(self, ids: Sequence[UUID]) -> None:
        land = {"house_area_m2_x100": 6_000, "land_mu_x100": 45}
        await self._act(
            "village",
            HOMESTEADS,
            "2017-08-01",
            {h: {"id": i} | land for h, i in (await self._cases(ids)).items()},
            "PUT",
        )

    async def torn_down(self, ids: Sequence[UUID]) -> None:
        await self._works("demolition", "demolished_on", ids)

    async def gone(self, ids: Sequence[UUID]) -> None:
        await self._accepted("demolition", ids)

    async def ploughed(self, ids: Sequence[UUID]) -> None:
        await self._works("reclamation", "reclaimed_on", ids)

    async def a_field(self, ids: Sequence[UUID]) -> None:
        await self._accepted("reclamation", ids)


APPLYING = ("applied", "verified", "noticed", "agreed")
MOVING = ("keys", "told", "lives")
CLEARING = ("listed", "torn_down", "gone", "ploughed", "a_field")


async def alike(house: House, query: str, ids: Sequence[UUID]) -> tuple[Any, ...]:
    """What the one row of each household says, of which there is one that all say."""
    rows = await house.rows("relocation", query)
    assert {r["household_id"] for r in rows} == set(ids)
    assert len(rows) == len(ids), "one of each"
    said = {tuple(r)[1:] for r in rows}
    assert len(said) == 1, "all say the same"
    return said.pop()


async def played(house: House, people: Sequence[str], ids: Sequence[UUID], door: Door, facts: dict[str, Say],
                 *tellers: Sequence[str]) -> None:  # fmt: skip
    """All orders of what the tellers and the people say; then what was refused to the people, once more."""
    who = People(house, door)
    says = {name: getattr(who, name) for name in people}
    orders = list(shuffled(people, *tellers))
    assert len(ids) == len(orders)
    await tell(orders, ids, facts | says)
    for say in says.values():
        await say(ids)


def count(*tellers: Sequence[str]) -> int:
    return len(list(shuffled(*tellers)))


async def drawn(house: House, door: Door, households: int) -> list[UUID]:
    """Households to each of whom a flat was drawn."""
    ids = await seed_households(house, *[{}] * households)
    await agreed(door, ids)
    site_id, _ = await build_site(door, [{}] * households)
    await draw_all(door, site_id)
    return ids


APPLICATION = (
    f"SELECT household_id, division, state, members, agreed_on::text FROM relocation_application WHERE {STANDING}"
)
ALLOCATION = (
    "SELECT a.household_id, a.division, a.state, a.members, a.moved_in_on::text, u.state AS unit, p.state AS led,"
    " p.members AS counted FROM allocation a JOIN site_unit u ON u.id = a.unit_id"
    " JOIN relocation_application p ON p.id = a.application_id"
)
HOMESTEAD = (
    "SELECT h.household_id, h.division, h.state, demolished_on::text, reclaimed_on::text,"
    " (SELECT string_agg(r.kind || ' ' || r.amount_fen, ', ' ORDER BY r.kind) FROM homestead_reward r"
    " WHERE r.application_id = h.id) AS rewards FROM homestead h"
)


async def test_an_application_ends_alike_when_its_household_grows_moves_on_and_is_under_review(house: House) -> None:
    """It counts who was there on the day of the agreement, also where that is heard behind it."""
    door = await house.serve("relocation", "api")
    facts = {
        "grown": register(house, lambda one: whole(one, members=3), on="2017-01-19"),
        "elsewhere": register(house, lambda one: whole(one, members=3, division=OTHER_VILLAGE)),
    } | a_case(house)  # fmt: skip
    tellers = ("grown", "elsewhere"), ("frozen", "reviewed")
    ids = await seed_households(house, *[{}] * count(APPLYING, *tellers))
    await played(house, APPLYING, ids, door, facts, *tellers)
    assert await alike(house, APPLICATION, ids) == (OTHER_VILLAGE, "agreed", 3, "2017-01-20")


async def test_an_application_ends_alike_when_its_household_is_struck_by_mistake(house: House) -> None:
    door = await house.serve("relocation", "api")
    facts = struck_by_mistake(house, 2, VILLAGE)
    ids = await seed_households(house, *[{}] * count(APPLYING, tuple(facts)))
    await played(house, APPLYING, ids, door, facts, tuple(facts))
    assert await alike(house, APPLICATION, ids) == (VILLAGE, "agreed", 2, "2017-01-20")


async def test_an_application_ends_alike_when_its_household_has_fallen_back(house: House) -> None:
    door = await house.serve("relocation", "api")
    facts = {
        "out": register(house, lambda one: whole(one, status="exited")),
        "returned": register(house, lambda one: HouseholdReturned(
            household_id=one, division=VILLAGE, members=2, returned_on=date(2017, 3, 5), decision_id=uuid4(),
        )),
    }  # fmt: skip
    ids = await seed_households(house, *[{}] * count(APPLYING, tuple(facts)))
    await played(house, APPLYING, ids, door, facts, tuple(facts))
    assert await alike(house, APPLICATION, ids) == (VILLAGE, "agreed", 2, "2017-01-20")


async def test_a_move_ends_alike_when_its_household_grows_moves_on_and_is_under_review(house: House) -> None:
    """What was drawn for two stays drawn for two."""
    door = await house.serve("relocation", "api")
    facts = {
        "grown": register(house, lambda one: whole(one, members=3)),
        "elsewhere": register(house, lambda one: whole(one, members=3, division=OTHER_VILLAGE)),
    } | a_case(house)  # fmt: skip
    tellers = ("grown", "elsewhere"), ("frozen", "reviewed")
    ids = await drawn(house, door, count(MOVING, *tellers))
    await played(house, MOVING, ids, door, facts, *tellers)
    assert await alike(house, ALLOCATION, ids) == (
        OTHER_VILLAGE, "moved_in", 2, "2017-03-20", "allocated", "moved_in", 2,
    )  # fmt: skip


async def test_a_move_ends_alike_when_its_household_is_struck_by_mistake(house: House) -> None:
    """The flat that nobody had meanwhile is theirs again, with the keys and the report that there were."""
    door = await house.serve("relocation", "api")
    facts = struck_by_mistake(house, 2, VILLAGE)
    ids = await drawn(house, door, count(MOVING, tuple(facts)))
    before = {a["household_id"]: (a["id"], a["unit_id"]) for a in await allocations(door)}
    await played(house, MOVING, ids, door, facts, tuple(facts))
    assert await alike(house, ALLOCATION, ids) == (VILLAGE, "moved_in", 2, "2017-03-20", "allocated", "moved_in", 2)
    assert {a["household_id"]: (a["id"], a["unit_id"]) for a in await allocations(door)} == before


async def test_a_homestead_ends_alike_when_its_household_moves_on_and_is_under_review(house: House) -> None:
    door = await house.serve("relocation", "api")
    facts = {"elsewhere": register(house, lambda one: whole(one, division=OTHER_VILLAGE))} | a_case(house)
    tellers = ("elsewhere",), ("frozen", "reviewed")
    ids = await drawn(house, door, count(CLEARING, *tellers))
    await moved_in(door)
    await played(house, CLEARING, ids, door, facts, *tellers)
    assert await alike(house, HOMESTEAD, ids) == (
        OTHER_VILLAGE, "reclaimed", "2017-08-01", "2017-08-01", "demolition 2000000, reclamation 1000000",
    )  # fmt: skip


async def test_a_homestead_ends_alike_when_its_household_is_struck_by_mistake(house: House) -> None:
    """What was refused to it because it was struck is approved when it is back, by the numbers of the day."""
    door = await house.serve("relocation", "api")
    facts = struck_by_mistake(house, 2, VILLAGE)
    ids = await drawn(house, door, count(CLEARING, tuple(facts)))
    await moved_in(door)
    await played(house, CLEARING, ids, door, facts, tuple(facts))
    assert await alike(house, HOMESTEAD, ids) == (
        VILLAGE, "reclaimed", "2017-08-01", "2017-08-01", "demolition 2000000, reclamation 1000000",
    )  # fmt: skip
    assert (await door.call("GET", "/relocation/v1/operations/replay", "county")).json()["different_count"] == 0


async def test_between_the_word_that_it_is_empty_and_its_removal_nothing_is_taken_for_a_household(house: House) -> None:
    """Neither does its application end by what was asked too early, nor is a flat listed for it."""
    door, (asks, waits, stays) = await house.serve("relocation", "api"), await seed_households(house, {}, {}, {})
    (case,) = await apply_for(door, [asks])
    await agreed(door, [waits, stays])
    facts, verifications = struck_by_mistake(house, 2, VILLAGE), f"{APPLICATIONS}/verifications"
    await facts["emptied"]([asks, waits])
    sure = [{"id": case, "confirmed": True}]
    (refused,) = await batch(door, "POST", verifications, "township", sure, on="2017-03-05")
    assert (refused["code"], refused["state"]) == ("shared.household_removed", "applied")
    site_id, _ = await build_site(door, [{}, {}])
    assert (await freeze(door, site_id))["lots"] == 1
    for name in ("removed", "filled", "reinstated"):
        await facts[name]([asks, waits])
    (verified,) = await batch(door, "POST", verifications, "township", sure, on="2017-03-09")
    assert (verified["code"], verified["state"]) == (None, "verified")
