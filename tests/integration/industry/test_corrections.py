"""What was recorded wrongly is put right: readings and spendings by one person, certificates by two."""

from itertools import permutations
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.industry import test_projects as projects
from tests.integration.industry import test_training as training
from tests.integration.industry.acts import VILLAGE, facts, get, results, seed_household
from tests.integration.industry.test_held_dues import PAID, held
from tests.integration.industry.test_payouts import answer, due, owe, sent
from tests.integration.industry.test_stations import NOT_SEEN, entered, read, reading, settle, station

C = "industry.corrections."


async def correct(door: Door, path: str, role: str, *items: dict[str, Any], on: str = "2018-01-10", **how: Any) -> Any:
    return [r["code"] for r in await results(door, "POST", f"/corrections/{path}", role, *items, on=on, **how)]


def right(of: dict[str, Any], total_kwh: int, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "reading_id": of["id"], "total_kwh": total_kwh, "reason": "mistyped"} | changes


async def test_a_reading_is_put_right_and_the_next_quarter_makes_up_for_it(house: House) -> None:
    door = await house.serve("industry", "api")
    one, other = await entered(door, station(), station("140927201201"))
    wrong, theirs = reading(one, "2017-03-31", 20_000), reading(other, "2017-03-31", 5)
    assert await read(door, wrong, theirs) == [None, None]
    await settle(door, "2017-03-31")
    assert await read(door, reading(one, "2017-06-30", 12_000)) == ["industry.stations.meter_backwards"]
    item = right(wrong, 2_000)
    assert await correct(
        door, "readings", "village", right(wrong, 20_000), right(wrong, 25_201), right(theirs, 1),
        right({"id": NOT_SEEN}, 1), item, item, item | {"total_kwh": 1}, right(wrong, 2_000),
    ) == [
        f"{C}nothing_changes", "industry.stations.meter_jump", "shared.not_found", "shared.not_found", None, None,
        "shared.content_differs", f"{C}nothing_changes",
    ]  # fmt: skip
    # What was said stays, and is answered the same.
    assert await read(door, wrong, reading(one, "2017-06-30", 25_000)) == [None, None]
    (settled,) = [s for s in (await settle(door, "2017-06-30")).json()["results"] if s["station_id"] == one]
    assert settled["kwh"] == 5_000
    (total,) = (await get(door, "/stations/summary", "village", VILLAGE))["items"]
    assert total["metered_kwh"] == 25_000
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="written once"):
        await (await house.owner("industry")).execute("UPDATE reading_correction SET reason = 'x'")


async def test_what_two_persons_told_of_a_meter_is_not_one_persons_to_correct(house: House) -> None:
    door = await house.serve("industry", "api")
    (one,) = await entered(door)
    last = reading(one, "2017-05-20", 30_000)
    await read(door, last)
    assert await exchange(door, one) == [None, None]
    assert await correct(door, "readings", "entity", right(last, 29_000)) == [f"{C}of_an_exchange"]


async def exchange(door: Door, station_id: str, **changes: Any) -> list[Any]:
    """Told by one, confirmed by another."""
    told = {"id": str(uuid4()), "station_id": station_id, "exchanged_on": "2017-05-20", "last_kwh": 30_000} | changes
    path, how = "/stations/exchanges", {"on": "2018-01-10"}
    (one,) = await results(door, "POST", path, "entity", {"first_kwh": 0} | told, subject="keeper", **how)
    word = {"id": told["id"], "confirmed": True}
    (two,) = await results(door, "POST", f"{path}/confirmations", "township", word, subject="officer", **how)
    return [one["code"], two["code"]]


async def put_right(
    door: Door, exchange_id: str, totals: tuple[int, int] | None, *, on: str = "2018-01-10", confirmed: bool = True
) -> list[Any]:
    """Proposed by one, answered by another."""
    right_of = None if totals is None else {"last_kwh": totals[0], "first_kwh": totals[1]}
    wrong = {"id": str(uuid4()), "exchange_id": exchange_id, "right": right_of, "reason": "mistyped"}
    path, word = "/corrections/exchanges", {"id": wrong["id"], "confirmed": confirmed}
    (one,) = await results(door, "POST", path, "entity", wrong, on=on, subject="keeper")
    if one["code"] is not None:
        return [one["code"]]
    (two,) = await results(door, "POST", f"{path}/confirmations", "township", word, on=on, subject="officer")
    return [None, two["code"]]


async def totals_of(house: House) -> list[tuple[str, int]]:
    """What stands of each day, over all meters."""
    rows = await house.rows(
        "industry",
        "SELECT read_on::text AS day, coalesce(corrected_kwh, total_kwh) + before_kwh AS kwh FROM station_reading"
        " WHERE withdrawn_on IS NULL ORDER BY read_on",
    )
    return [(r["day"], r["kwh"]) for r in rows]


async def exchanged(house: House) -> tuple[Door, str, str]:
    """A station of which a meter was exchanged on 2017-05-20, at 30,000 kWh for one at 0, and read since."""
    door = await house.serve("industry", "api")
    (one,) = await entered(door)
    told = str(uuid4())
    await read(door, reading(one, "2017-03-31", 10_000))
    assert await exchange(door, one, id=told) == [None, None]
    assert await read(door, reading(one, "2017-06-30", 5_000)) == [None]
    assert await totals_of(house) == [("2017-03-31", 10_000), ("2017-05-20", 30_000), ("2017-06-30", 35_000)]
    return door, one, told


async def test_what_two_told_of_an_exchange_two_put_right(house: House) -> None:
    door, one, told = await exchanged(house)
    await settle(door, "2017-06-30")
    assert await put_right(door, told, (30_000, 0)) == [f"{C}nothing_changes"]
    assert await put_right(door, NOT_SEEN, (1, 0)) == ["shared.not_found"]
    # The new one cannot have stood above what was read of it; the old one cannot have run backwards.
    assert await put_right(door, told, (30_000, 5_001)) == [f"{C}does_not_fit"]
    assert await put_right(door, told, (9_999, 0)) == [f"{C}does_not_fit"]
    assert await put_right(door, told, (31_000, 500), confirmed=False) == [None, "shared.not_confirmed"]
    assert await put_right(door, told, (31_000, 500)) == [None, None]
    assert await totals_of(house) == [("2017-03-31", 10_000), ("2017-05-20", 31_000), ("2017-06-30", 35_500)]
    # What is read from now on counts on from there, and the next quarter makes up for what was settled too low.
    assert await read(door, reading(one, "2017-09-30", 6_000)) == [None]
    (settled,) = (await settle(door, "2017-09-30")).json()["results"]
    assert settled["kwh"] == 1_500
    # A second time it is put right from what stands.
    assert await put_right(door, told, (31_000, 500)) == [f"{C}nothing_changes"]
    assert await put_right(door, told, (30_000, 0)) == [None, None]
    assert (await totals_of(house))[1:] == [("2017-05-20", 30_000), ("2017-06-30", 35_000), ("2017-09-30", 36_000)]
    (shown,) = (await get(door, "/stations/exchanges"))["items"]
    assert [shown[n] for n in ("state", "last_kwh", "corrected_last_kwh", "corrected_first_kwh")] == [
        "confirmed", 30_000, 30_000, 0,
    ]  # fmt: skip
    kept = (await get(door, f"/corrections/exchanges?state=confirmed&station_id={one}"))["items"]
    assert sorted((k["was_last_kwh"], k["last_kwh"]) for k in kept) == [(30_000, 31_000), (31_000, 30_000)]


async def test_an_exchange_that_never_was_is_revoked_and_its_reading_withdrawn(house: House) -> None:
    door, one, told = await exchanged(house)
    # The meter ran on: 5,000 would be less than what it had shown in March.
    assert await put_right(door, told, None) == [f"{C}does_not_fit"]
    (late,) = await house.rows("industry", "SELECT id::text FROM station_reading WHERE read_on = '2017-06-30'")
    assert await put_right(door, told, (30_000, 0)) == [f"{C}nothing_changes"]
    assert await correct(door, "readings", "entity", right(late, 12_000)) == [None]
    assert await put_right(door, told, None) == [None, None]
    assert await totals_of(house) == [("2017-03-31", 10_000), ("2017-06-30", 12_000)]
    (shown,) = (await get(door, "/stations/exchanges"))["items"]
    assert shown["state"] == "revoked"
    assert await put_right(door, told, (1, 0)) == [f"{C}exchange_not_confirmed"]
    (total,) = (await get(door, "/stations/summary"))["items"]
    assert total["metered_kwh"] == 12_000
    # The day may be read, and its meter exchanged, as it truly was.
    assert await exchange(door, one, last_kwh=11_000, first_kwh=10_999) == [None, None]
    assert await totals_of(house) == [("2017-03-31", 10_000), ("2017-05-20", 11_000), ("2017-06-30", 12_001)]


async def test_nobody_confirms_his_own_correction_and_a_second_one_waits(house: House) -> None:
    door, one, told = await exchanged(house)
    wrong = {"id": str(uuid4()), "exchange_id": told, "right": {"last_kwh": 31_000, "first_kwh": 4_000},
             "reason": "mistyped"}  # fmt: skip
    path = "/corrections/exchanges"
    first = await results(door, "POST", path, "village", wrong, wrong, on="2018-01-10", subject="keeper")
    assert [r["code"] for r in first] == [None, None]
    again = await results(
        door, "POST", path, "village", wrong | {"right": None}, wrong | {"id": str(uuid4())}, on="2018-01-10"
    )
    assert [r["code"] for r in again] == ["shared.content_differs", f"{C}correction_open"]
    word = {"id": wrong["id"], "confirmed": True}
    (own,) = await results(door, "POST", f"{path}/confirmations", "township", word, on="2018-01-10", subject="keeper")
    assert own["code"] == "shared.same_person"
    waiting = (await get(door, "/tasks", "township", on="2018-01-10"))["items"]
    assert [(t["procedure"], t["id"]) for t in waiting] == [("industry.corrections.exchanges", wrong["id"])]
    assert (await get(door, "/tasks", "township", on="2018-01-10", subject="keeper"))["items"] == []
    # What is read meanwhile is read of the meters as they stand; the second person is told where it does not fit.
    assert await read(door, reading(one, "2017-06-10", 3_000)) == [None]
    (late,) = await results(door, "POST", f"{path}/confirmations", "county", word, on="2018-01-10", subject="officer")
    assert late["code"] == f"{C}does_not_fit"
    no = word | {"confirmed": False}
    (ended,) = await results(door, "POST", f"{path}/confirmations", "county", no, on="2018-01-10", subject="officer")
    assert (ended["state"], ended["code"]) == ("refused", "shared.not_confirmed")


HISTORY = (("2017-03-31", 10_000), ("2017-05-20", 30_000), ("2017-06-10", 31_000), ("2017-06-30", 35_000))


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_public_report_12_meter_exchanged_whatever_is_told_first(house: House, order: tuple[int, ...]) -> None:
    """Two readings of the old meter, its exchange, two of the new one: what is refused is sent again."""
    door = await house.serve("industry", "api")
    (one,) = await entered(door)
    acts: list[Any] = [reading(one, "2017-03-31", 10_000), None, reading(one, "2017-06-10", 1_000),
                       reading(one, "2017-06-30", 5_000)]  # fmt: skip
    waiting = [acts[i] for i in order]
    for _ in range(3):
        again = []
        for act in waiting:
            codes = await exchange(door, one) if act is None else await read(door, act)
            again += [act] if any(codes) else []
        waiting = again
    assert waiting == []
    rows = await house.rows(
        "industry", "SELECT read_on::text, total_kwh + before_kwh AS kwh FROM station_reading ORDER BY read_on"
    )
    assert tuple((r["read_on"], r["kwh"]) for r in rows) == HISTORY


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_readings_stand_alike_whichever_comes_first(house: House, order: tuple[int, ...]) -> None:
    door = await house.serve("industry", "api")
    (one,) = await entered(door)
    items = [reading(one, on, kwh) for on, kwh in HISTORY]
    for place in order:
        assert await read(door, items[place]) == [None]
    (settled,) = (await settle(door, "2017-06-30")).json()["results"]
    assert settled["kwh"] == 35_000


async def test_what_was_spent_is_put_right_within_the_budget(house: House) -> None:
    door = await house.serve("industry", "api")
    (oats,) = await projects.planned(door, projects.plan(budget_fen=100_000))
    spent = {"id": str(uuid4()), "project_id": oats, "amount_fen": 90_000, "spent_on": "2017-05-10",
             "purpose": "equipment"}  # fmt: skip
    assert [r["code"] for r in await results(door, "POST", "/projects/spendings", "county", spent)] == [None]

    def truly(fen: int, **changes: Any) -> dict[str, Any]:
        return {"id": str(uuid4()), "spending_id": spent["id"], "amount_fen": fen, "reason": "mistyped"} | changes

    item = truly(9_000)
    assert await correct(
        door, "spendings", "county", truly(90_000), truly(100_001), truly(1, spending_id=NOT_SEEN), item, item,
        item | {"amount_fen": 1},
    ) == [
        f"{C}nothing_changes", f"{C}over_budget", "shared.not_found", None, None, "shared.content_differs",
    ]  # fmt: skip
    shown = await get(door, f"/projects/{oats}")
    assert (shown["spent_fen"], [(s["amount_fen"], s["corrected_fen"]) for s in shown["spendings"]]) == (
        9_000, [(90_000, 9_000)],
    )  # fmt: skip
    # The budget is free again; and what never was is nothing.
    more = spent | {"id": str(uuid4()), "amount_fen": 91_000}
    assert [r["code"] for r in await results(door, "POST", "/projects/spendings", "county", spent, more)] == [None] * 2
    assert await correct(door, "spendings", "county", truly(0), truly(9_001)) == [None, f"{C}over_budget"]
    assert (await get(door, f"/projects/{oats}"))["spent_fen"] == 91_000


async def test_a_certificate_is_revoked_by_two_persons_and_owed_no_more(house: House) -> None:
    door = await house.serve("industry", "api")
    (its_class,) = await training.planned(door, training.course())
    household = await seed_household(house)
    attendance = training.days(its_class, household, "T1")
    item = training.certificate(attendance, "N1")
    await training.attend(door, attendance)
    await training.certify(door, item, subject="one")
    wrong = {"id": str(uuid4()), "certificate_id": item["id"], "reason": "forged"}
    assert await correct(door, "certificates", "township", wrong) == [f"{C}not_accepted"]
    assert await training.accept(door, item, subject="two") is None
    await training.order(door, "a")
    assert await correct(
        door, "certificates", "township", wrong, wrong, wrong | {"id": str(uuid4())}, wrong | {"id": NOT_SEEN},
        subject="three",
    ) == [None, None, f"{C}revocation_open", f"{C}revocation_open"]  # fmt: skip
    word = {"id": wrong["id"], "confirmed": True}

    async def confirm(subject: str) -> Any:
        return (await correct(door, "certificates/confirmations", "human_resources", word, subject=subject))[0]

    assert [await confirm("three"), await confirm("four"), await confirm("four")] == [
        "shared.same_person", None, "shared.wrong_state",
    ]  # fmt: skip
    assert (await facts(house))[-1] == ("certificate_revoked", {
        "household_id": str(household), "division": VILLAGE, "certificate_id": item["id"], "revoked_on": "2018-01-10",
    })  # fmt: skip
    (shown,) = (await get(door, "/training/certificates"))["items"]
    assert shown["state"] == "revoked"
    assert (await get(door, "/training/summary"))["certificates"] == 0
    (ruling,) = (await get(door, "/payouts/rulings"))["items"]
    assert (ruling["ruling"], ruling["state"], ruling["evidence"]) == (
        "not_owed", "confirmed", f"certificate_revoked/{wrong['id']}",
    )  # fmt: skip
    # The right one may be recorded under the same number, and earns its subsidy, once.
    anew = training.certificate(attendance, "N1")
    assert await training.certify(door, anew, subject="one") == [None]
    assert await training.accept(door, anew, subject="two") is None
    assert [(await training.order(door, key)).json()["dues"] for key in ("b", "c")] == [1, 0]


async def test_a_payment_confirmed_by_mistake_is_taken_back_and_held(house: House) -> None:
    """The bank says so, the finance bureau agrees; the household is owed again, once somebody has ruled on it."""
    door = await house.serve("industry", "api")
    household = await seed_household(house)
    await owe(house, due(household, "a"))
    batch_id = await sent(door)
    (line,) = (await get(door, f"/payouts/lines?batch_id={batch_id}"))["items"]
    wrong = {"id": str(uuid4()), "line_id": line["id"], "code": "R09"}

    async def say(*items: dict[str, Any], bank: str = "xinhe") -> list[Any]:
        path = "/industry/v1/corrections/payments"
        said = await door.call("POST", path, "bank", "", bank=bank, on="2017-06-06", json={"items": list(items)})
        return [r["code"] for r in said.json()["results"]]

    assert await say(wrong) == [f"{C}not_paid"]
    assert (await answer(door, batch_id, PAID)).json()["state"] == "closed"
    assert await say(wrong, bank="another") == ["shared.not_found"]
    assert await say(wrong, wrong, wrong | {"id": str(uuid4())}) == [None, None, f"{C}revocation_open"]
    word = {"id": wrong["id"], "confirmed": True}
    assert await correct(door, "payments/confirmations", "finance", word, on="2017-06-07") == [None]
    assert (await facts(house))[-1] == ("payment_revoked", {
        "household_id": str(household), "division": VILLAGE, "payment_id": line["id"], "amount_fen": 10_000,
        "revoked_on": "2017-06-07",
    })  # fmt: skip
    (shown,) = (await get(door, f"/payouts/lines?batch_id={batch_id}"))["items"]
    assert (shown["state"], shown["code"], shown["paid_on"]) == ("returned", "R09", None)
    assert await held(door) == [(str(household), False, "R09")]
    # The file that said paid, again: another word stands by now.
    again = (await answer(door, batch_id, PAID)).json()
    assert [f["code"] for f in again["findings"]] == ["industry.payouts.answered_otherwise"]
    with pytest.raises(asyncpg.CheckViolationError, match="was answered before"):
        await (await house.owner("industry")).execute("UPDATE payout_line SET state = 'confirmed', paid_on = now()")
