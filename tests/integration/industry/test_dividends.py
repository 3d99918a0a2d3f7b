"""Loans that an entity uses: agreements, what it pays, what the guarantee adds, and how they end."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.data.db import open_pool, transaction
from shared.events import Payload
from shared.events.finance import LoanDisbursed, LoanSettled
from shared.events.registry import HouseholdExited, HouseholdRegistered, HouseholdRemoved, HouseholdRevised
from shared.facts.outbox import emit
from shared.ground.context import Act, Caller
from tests.conftest import Door, House
from tests.integration.industry.acts import (
    FAR_VILLAGE,
    OTHER_VILLAGE,
    VILLAGE,
    answer,
    at_once,
    facts,
    freeze,
    get,
    results,
    seed_household,
    send,
)

ENTITY = "donghu-pv"


async def seed_loan(house: House, household_id: UUID, division: str = VILLAGE, **changes: Any) -> UUID:
    """A loan as finance's facts would leave it here."""
    loan: dict[str, Any] = {"id": uuid4(), "amount_fen": 5_000_000, "state": "disbursed"} | changes
    await house.rows(
        "industry", "INSERT INTO loan_known VALUES ($1, $2, $3, $4, $5)", loan["id"], household_id, division,
        loan["amount_fen"], loan["state"],
    )  # fmt: skip
    loan_id: UUID = loan["id"]
    return loan_id


def agreement(household_id: UUID, loan_id: UUID, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(household_id), "loan_id": str(loan_id), "entity_code": ENTITY,
        "entity_kind": "enterprise", "principal_fen": 5_000_000, "floor_fen": 300_000, "years": 3,
        "signed_on": "2017-03-20", "consent": True, "participation": "consulted", "interest_bearer": "entity",
    } | changes  # fmt: skip


async def lent(house: House, division: str = VILLAGE, **changes: Any) -> dict[str, Any]:
    """An agreement of a new household about its new loan."""
    household_id = await seed_household(house, division)
    return agreement(household_id, await seed_loan(house, household_id, division), **changes)


async def sign(door: Door, *items: dict[str, Any], on: str = "2017-04-01", **how: Any) -> list[Any]:
    answered: list[Any] = await results(door, "POST", "/dividends/agreements", "village", *items, on=on, **how)
    return answered


def payment(agreement_id: str, amount_fen: int = 150_000, due_on: str = "2017-09-15", **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "agreement_id": agreement_id, "due_on": due_on, "amount_fen": amount_fen,
        "paid_on": "2017-09-14",
    } | changes  # fmt: skip


async def pay(door: Door, *items: dict[str, Any], role: str = "county", unit: str = ENTITY) -> list[Any]:
    headers = door.headers(role, on="2017-09-20", unit=unit)
    path = "/industry/v1/dividends/payments"
    answer = await door.client.post(path, headers=headers, json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    return [r["code"] for r in answer.json()["results"]]


async def confirm(house: House, day: str = "2017-12-20") -> None:
    """Everything owed as a bank would have paid it."""
    owner = await house.owner("industry")
    batch = uuid4()
    await owner.execute(
        "INSERT INTO payout_batch VALUES ($1, $2, '140927', 'xinhe', 'checked', NULL, NULL, '2017-09-20', 1, 1, 'a',"
        " '2017-09-20', 'b', '2017-09-20', NULL, 1, '2017-09-20', '2017-09-27')",
        batch, str(batch),
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO payout_line SELECT uuidv7(), $1, row_number() OVER (), id, household_id, division, 'xinhe',"
        " purpose, payer, category, coalesce(corrected_fen, amount_fen), 'confirmed', NULL, $2, $2, 'b'"
        " FROM payout_due d"
        " WHERE NOT EXISTS (SELECT 1 FROM payout_line l WHERE l.due_id = d.id)",
        batch, date.fromisoformat(day),
    )  # fmt: skip


async def test_signed_by_the_rule_and_due_twice_a_year(house: House) -> None:
    door = await house.serve("industry", "api")
    good = await lent(house)
    (result,) = await sign(door, good)
    assert result == answer(good["id"])
    again = await sign(door, good, good | {"floor_fen": 310_000})
    assert [r["code"] for r in again] == [None, "shared.content_differs"]
    dues = await house.rows("industry", "SELECT due_on, owed_fen FROM dividend_due ORDER BY due_on")
    assert [tuple(d) for d in dues] == [
        (date(year, month, 15), 150_000) for year in (2017, 2018, 2019) for month in (9, 12)
    ]  # fmt: skip
    assert await facts(house) == [("agreement_signed", {
        "household_id": good["household_id"], "division": VILLAGE, "agreement_id": good["id"],
        "loan_id": good["loan_id"], "entity_code": ENTITY, "floor_fen": 300_000, "signed_on": "2017-03-20",
    })]  # fmt: skip
    (shown,) = (await get(door, f"/dividends/agreements?household_id={good['household_id']}", "village"))["items"]
    assert (shown["id"], shown["state"], shown["interest_bearer"]) == (good["id"], "active", "entity")
    assert (await get(door, "/dividends/agreements?entity_code=other"))["items"] == []
    replay = await get(door, "/operations/replay")
    assert (replay["replayed"], replay["different_count"]) == (1, 0)
    # Who helps the household learns what it is paid, and nothing of what it borrowed.
    dossier = f"/dossier/{good['household_id']}"
    told = {role: await get(door, dossier, role, VILLAGE) for role in ("village", "helper", "villager")}
    assert {role: (len(t["agreements"]["items"]), len(t["decisions"])) for role, t in told.items()} == {
        "village": (1, 1), "helper": (0, 0), "villager": (1, 1),
    }  # fmt: skip


async def test_what_the_rule_refuses_and_what_is_not_known_yet(house: House) -> None:
    door = await house.serve("industry", "api")
    low, platform, foreign, frozen = [await lent(house) for _ in range(4)]
    await freeze(house, UUID(frozen["household_id"]))
    foreign["loan_id"] = low["loan_id"]
    far = await lent(house, FAR_VILLAGE)
    answered = await sign(
        door, low | {"floor_fen": 299_999}, platform | {"entity_kind": "platform", "participation": "none"}, foreign,
        frozen, low | {"id": str(uuid4()), "loan_id": str(uuid4())},
        low | {"id": str(uuid4()), "household_id": str(uuid4())}, far, low | {"id": str(uuid4()), "signed_on":
        "2017-07-27"}, on="2017-07-26",
    )  # fmt: skip
    assert [(r["code"], r["missing"]) for r in answered] == [
        ("industry.dividends.not_allowed", ["floor"]),
        ("industry.dividends.not_allowed", ["participation", "entity_kind"]),
        ("industry.dividends.not_allowed", ["loan_own"]),
        ("industry.dividends.not_allowed", ["not_frozen"]),
        ("industry.dividends.loan_unknown", []),
        ("shared.household_unknown", []),
        ("shared.household_unknown", []),
        ("shared.future_date", []),
    ]  # fmt: skip
    assert (await get(door, "/dividends/agreements"))["items"] == []
    assert [r["code"] for r in await sign(door, platform | {"entity_kind": "platform"}, on="2017-07-24")] == [None]
    # What was refused may be mended under the same id.
    assert [r["code"] for r in await sign(door, low, on="2017-07-26")] == [None]


async def test_a_loan_stands_in_one_scheme(house: House) -> None:
    door = await house.serve("industry", "api")
    first = await lent(house)
    second = first | {"id": str(uuid4()), "entity_code": "other"}
    answered = await sign(door, first, second)
    assert [r["missing"] for r in answered] == [[], ["loan_free"]]
    again = [{"id": str(uuid4()), "entity_code": f"entity-{n}"} for n in range(3)]
    other = await lent(house)
    lock = "SELECT 1 FROM household FOR UPDATE"
    answers = await at_once(house, lock, *(sign(door, other | a) for a in again))
    assert sorted(r["status"] for (r,) in answers) == ["accepted", "refused", "refused"]
    with pytest.raises(asyncpg.UniqueViolationError):
        await house.rows("industry", "UPDATE dividend_agreement SET loan_id = $1", UUID(first["loan_id"]))


async def test_an_entitys_limit_counts_the_whole_county(house: House) -> None:
    """550 x 50,000 yuan; what other townships signed is not seen, but counted."""
    door = await house.serve("industry", "api")
    far = await lent(house, FAR_VILLAGE)
    assert [r["code"] for r in await sign(door, far, area=FAR_VILLAGE)] == [None]
    await house.rows("industry", "UPDATE dividend_agreement SET principal_fen = $1", 548 * 5_000_000)
    three = [await lent(house) for _ in range(3)]
    assert [r["missing"] for r in await sign(door, *three)] == [[], [], ["exposure"]]
    assert [r["code"] for r in await sign(door, three[2] | {"entity_code": "another"})] == [None]


async def test_two_at_once_do_not_pass_the_limit(house: House) -> None:
    door = await house.serve("industry", "api")
    await sign(door, await lent(house))
    await house.rows("industry", "UPDATE dividend_agreement SET principal_fen = $1", 549 * 5_000_000)
    asked = [await lent(house) for _ in range(3)]
    turn = f"SELECT pg_advisory_xact_lock(hashtextextended('entity/{ENTITY}', 0))"
    answers = await at_once(house, turn, *(sign(door, a) for a in asked))
    assert sorted(r["status"] for (r,) in answers) == ["accepted", "refused", "refused"]


async def test_what_the_entity_pays_is_owed_to_the_household(house: House) -> None:
    door = await house.serve("industry", "api")
    one = await lent(house)
    await sign(door, one)
    part = payment(one["id"], 100_000)
    codes = await pay(
        door, part, part, part | {"amount_fen": 1}, payment(one["id"], 50_001), payment(one["id"], 50_000),
        payment(one["id"], 1), payment(one["id"], 1, "2017-10-15"), payment(str(uuid4())),
        payment(one["id"], 1, "2017-12-15", paid_on="2017-09-21"),
    )  # fmt: skip
    assert [c and c.rpartition(".")[2] for c in codes] == [
        None, None, "content_differs", "over_owed", None, "over_owed", "not_found", "not_found", "future_date",
    ]  # fmt: skip
    dues = await house.rows("industry", "SELECT * FROM payout_due ORDER BY amount_fen DESC")
    assert [(d["source_key"], d["purpose"], d["payer"], d["category"], d["amount_fen"]) for d in dues][:1] == [
        (f"dividend:{one['id']}:2017-09-15:{part['id']}", "dividend", f"entity:{ENTITY}", "property", 100_000)
    ]  # fmt: skip
    assert [d["amount_fen"] for d in dues] == [100_000, 50_000]
    with pytest.raises(asyncpg.CheckViolationError):
        await house.rows("industry", "UPDATE dividend_due SET paid_fen = owed_fen + 1")


async def test_an_entity_pays_by_its_own_agreements_only(house: House) -> None:
    door = await house.serve("industry", "api")
    one = await lent(house)
    await sign(door, one)
    assert await pay(door, payment(one["id"]), role="entity", unit="other") == ["shared.not_found"]
    assert await pay(door, payment(one["id"]), role="entity") == [None]


async def test_payments_at_once_never_pass_what_is_owed(house: House) -> None:
    door = await house.serve("industry", "api")
    one = await lent(house)
    await sign(door, one)
    lock = "SELECT 1 FROM dividend_due FOR UPDATE"
    codes = await at_once(house, lock, *(pay(door, payment(one["id"], 100_000)) for _ in range(3)))
    assert sorted((c for (c,) in codes), key=str) == [None, *["industry.dividends.over_owed"] * 2]


async def test_the_guarantee_fills_up_a_year_once(house: House) -> None:
    door = await house.serve("industry", "api")
    short, full = await lent(house), await lent(house)
    await sign(door, short, full)
    assert await pay(door, payment(short["id"], 120_000), payment(full["id"]),
                     payment(full["id"], due_on="2017-12-15")) == [None] * 3  # fmt: skip

    async def top_up(body: dict[str, Any], on: str = "2017-12-16") -> Any:
        return await send(door, "POST", "/dividends/top-ups", "county", body, on=on)

    order = {"id": str(uuid4()), "year": 2017}
    early = await top_up(order, "2017-12-15")
    assert (early.status_code, early.json()["code"]) == (409, "industry.dividends.year_open")
    done = await top_up(order)
    assert done.json() == order | {"agreements": 1, "amount_fen": 180_000}
    assert (await top_up(order)).json() == done.json()
    twice = await top_up({"id": str(uuid4()), "year": 2017})
    assert (twice.status_code, twice.json()["code"]) == (409, "industry.dividends.year_topped_up")
    differs = await top_up(order | {"year": 2018}, "2018-12-31")
    assert (differs.status_code, differs.json()["code"]) == (409, "shared.content_differs")
    (due,) = await house.rows("industry", "SELECT * FROM payout_due WHERE purpose = 'dividend_top_up'")
    assert (due["source_key"], due["payer"], due["amount_fen"]) == (
        f"dividend_top_up:{short['id']}:2017", f"entity:{ENTITY}", 180_000,
    )  # fmt: skip
    assert await pay(door, payment(short["id"], 1)) == ["industry.dividends.over_owed"]

    before = await get(door, "/dividends/summary?year=2017")
    assert (before["households_at_floor"], before["median_yuan_per_household"]) == (0, 0)
    await confirm(house)
    assert await get(door, "/dividends/summary?year=2017", "village") == {
        "year": 2017, "agreements": 2, "households": 2, "principal_fen": 10_000_000, "owed_fen": 600_000,
        "paid_fen": 600_000, "missed": 0, "households_at_floor": 2, "median_yuan_per_household": 3_000,
    }  # fmt: skip
    assert (await get(door, "/dividends/summary", on="2018-06-01"))["paid_fen"] == 0


async def test_what_is_overdue_is_warned_of_once(house: House) -> None:
    door = await house.serve("industry", "api")
    late, punctual = await lent(house), await lent(house)
    await sign(door, late, punctual)
    await pay(door, payment(late["id"], 100_000), payment(punctual["id"]))

    async def check(on: str, body: Any = None) -> Any:
        answer = await send(door, "POST", "/dividends/overdue-checks", "county", body, on=on)
        return answer.json()["missed"]

    assert await check("2017-10-15", {}) == 0
    assert await check("2017-10-16") == 1
    assert await check("2017-10-17") == 0
    ((_, fact),) = await facts(house, "dividend_missed")
    assert fact == {
        "household_id": late["household_id"], "division": VILLAGE, "agreement_id": late["id"],
        "loan_id": late["loan_id"], "due_on": "2017-09-15", "owed_fen": 50_000, "missed_on": "2017-10-16",
    }  # fmt: skip
    assert (await get(door, "/dividends/summary"))["missed"] == 1


async def test_after_its_end_nothing_more_falls_due(house: House) -> None:
    door = await house.serve("industry", "api")
    one = await lent(house)
    await sign(door, one)
    await pay(door, payment(one["id"], 100_000, "2017-12-15"))
    ending = {"id": one["id"], "reason": "entity_closed", "ended_on": "2017-10-01"}

    async def end(*items: dict[str, Any]) -> list[Any]:
        return [r["code"] for r in await results(door, "POST", "/dividends/endings", "county", *items, on="2017-10-05")]

    codes = await end(
        ending | {"ended_on": "2017-10-06"}, ending | {"ended_on": "2017-03-19"}, ending, ending,
        ending | {"reason": "repaid"}, ending | {"id": str(uuid4())},
    )  # fmt: skip
    assert [c and c.rpartition(".")[2] for c in codes] == [
        "future_date", "before_signing", None, None, "already_ended", "not_found",
    ]  # fmt: skip
    assert await end(ending, ending | {"ended_on": "2017-10-02"}) == [None, "industry.dividends.already_ended"]
    dues = await house.rows("industry", "SELECT owed_fen FROM dividend_due ORDER BY due_on")
    assert [d["owed_fen"] for d in dues] == [150_000, 100_000, 0, 0, 0, 0]
    assert await facts(house, "agreement_ended") == [("agreement_ended", {
        "household_id": one["household_id"], "division": VILLAGE, "agreement_id": one["id"],
        "loan_id": one["loan_id"], "reason": "entity_closed", "ended_on": "2017-10-01",
    })]  # fmt: skip
    # The loan may be put into another entity now.
    assert [r["code"] for r in await sign(door, one | {"id": str(uuid4())})] == [None]


async def state(house: House, service: str, *stated: Payload) -> None:
    """As another service states it: in one transaction, into its outbox."""
    pool = await open_pool((await house.settings(service)).database_url, 1)
    act = Act(Caller("clerk", "county", "140927"), date(2017, 4, 1))
    async with transaction(pool, act.caller) as connection:
        await emit(connection, act, service, stated)
    await pool.close()


def whole(household_id: UUID, division: str = VILLAGE) -> dict[str, Any]:
    return {
        "household_id": household_id, "division": division, "status": "poor", "members": 3, "has_labour": True,
        "borrower_age_ok": True, "needs_accessible": False, "deep_poverty": False, "relocated": False,
    }  # fmt: skip


async def test_loans_arrive_households_move_exit_and_leave(house: House) -> None:
    """Through the real outboxes and bus: an exit changes nothing, a removal ends the agreement."""
    for service in ("registry", "finance"):
        await house.serve(service, "worker")
    door = await house.serve("industry")
    stays, goes = uuid4(), uuid4()
    loans = {h: uuid4() for h in (stays, goes)}
    about: dict[UUID, dict[str, Any]] = {
        h: {"loan_id": loan, "household_id": h, "division": VILLAGE} for h, loan in loans.items()
    }
    await state(house, "registry", *(HouseholdRegistered(**whole(h)) for h in loans))
    owner = await house.owner("industry")

    async def shows(query: str, expected: list[tuple[Any, ...]]) -> bool:
        return [tuple(r) for r in await owner.fetch(query)] == expected

    # Paid out in parts, which come one by one or together: their sum.
    for parts, amount_fen, sum_fen in ((1, 2_500_000, 2_500_000), (2, 1_250_000, 5_000_000)):
        part = {"amount_fen": amount_fen, "disbursed_on": date(2017, 3, 1)}
        await state(house, "finance", *(LoanDisbursed(**a, **part) for a in about.values() for _ in range(parts)))
        known = [(sum_fen, "disbursed")] * 2
        await house.settled(partial(shows, "SELECT amount_fen, state FROM loan_known", known))
    await house.settled(lambda: shows("SELECT count(*) FROM household", [(2,)]))
    items = [agreement(h, loan) for h, loan in loans.items()]
    assert [r["code"] for r in await sign(door, *items)] == [None, None]

    exited = {"exit_id": uuid4(), "members": 3, "exited_on": date(2017, 4, 1), "decision_id": uuid4()}
    await state(
        house, "registry", HouseholdExited(household_id=stays, division=VILLAGE, **exited),
        HouseholdRemoved(household_id=goes, division=VILLAGE, reason="moved_away", removed_on=date(2017, 4, 1)),
        HouseholdRevised(**whole(stays, OTHER_VILLAGE) | {"status": "exited"}),
    )  # fmt: skip
    await state(house, "finance", LoanSettled(**about[goes], settled_on=date(2017, 4, 1)))
    query = "SELECT household_id, state, ended_reason, division FROM dividend_agreement ORDER BY state"
    await house.settled(
        lambda: shows(query, [(stays, "active", None, OTHER_VILLAGE), (goes, "ended", "removed", VILLAGE)])
    )
    query = "SELECT household_id, state, division FROM loan_known ORDER BY state"
    await house.settled(lambda: shows(query, [(stays, "disbursed", OTHER_VILLAGE), (goes, "settled", VILLAGE)]))
    moved = await house.rows(
        "industry", "SELECT DISTINCT division, sum(owed_fen) FROM dividend_due GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(m) for m in moved] == [(VILLAGE, 0), (OTHER_VILLAGE, 900_000)]
    sent = await owner.fetch(
        "SELECT headers ->> 'ce_actor' AS a, value FROM outbox_sent WHERE headers ->> 'ce_type' = $1"
        " UNION ALL SELECT headers ->> 'ce_actor', value FROM outbox WHERE headers ->> 'ce_type' = $1",
        "industry.agreement_ended.v1",
    )
    assert [r["a"] for r in sent] == ["system:industry"]
