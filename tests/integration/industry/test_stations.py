"""Power stations from the first reading to money received, and the ones that lag behind."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.industry.acts import (
    FAR_VILLAGE,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    at_once,
    facts,
    get,
    results,
    send,
)

NOT_SEEN = "00000000-0000-7000-8000-000000000000"


def station(division: str = VILLAGE, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "name_zh": "东湖一号", "kind": "village", "division": division, "capacity_w": 100_000,
        "connected_on": "2017-03-01", "owner_code": "vc-201",
    } | changes  # fmt: skip


async def entered(door: Door, *items: dict[str, Any]) -> list[str]:
    """Stations as the county enters them: their ids."""
    answered = await results(door, "PUT", "/stations", "county", *(items or (station(),)))
    assert [r["code"] for r in answered] == [None] * len(answered)
    return [r["id"] for r in answered]


def reading(station_id: str, on: str, total_kwh: int, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "station_id": station_id, "read_on": on, "total_kwh": total_kwh} | changes


async def read(door: Door, *items: dict[str, Any], role: str = "entity", on: str = "2018-01-10") -> list[Any]:
    return [r["code"] for r in await results(door, "POST", "/stations/readings", role, *items, on=on)]


async def settle(door: Door, end: str, settlement_id: str = "", on: str = "2018-01-10") -> Any:
    body = {"id": settlement_id or str(uuid4()), "quarter_end_on": end}
    return await send(door, "POST", "/stations/settlements", "county", body, on=on)


def receipt(station_id: str, leg: str, amount_fen: int, on: str = "2017-07-20", **changes: Any) -> dict[str, Any]:
    fields = {"station_id": station_id, "leg": leg, "amount_fen": amount_fen, "received_on": on}
    return {"id": str(uuid4())} | fields | changes


async def receive(door: Door, *items: dict[str, Any]) -> list[Any]:
    return [r["code"] for r in await results(door, "POST", "/stations/receipts", "county", *items, on="2018-04-01")]


async def test_stations_are_entered_corrected_and_never_moved(house: House) -> None:
    door = await house.serve("industry", "api")
    one = station()
    await entered(door, one, station(TOWNSHIP, kind="ground", capacity_w=10_000_000))
    again = await results(door, "PUT", "/stations", "county", one, one | {"capacity_w": 90_000})
    assert [r["code"] for r in again] == [None, "shared.twice_in_batch"]
    refused = await results(
        door, "PUT", "/stations", "county", one | {"division": OTHER_VILLAGE}, station(kind="ground"),
        station(TOWNSHIP), station("140926200201"), station(connected_on="2017-06-02"),
    )  # fmt: skip
    assert [r["code"].rpartition(".")[2] for r in refused] == [
        "fixed_field", "wrong_place", "wrong_place", "wrong_place", "future_date",
    ]  # fmt: skip
    await entered(door, one | {"capacity_w": 90_000, "name_zh": "东湖二号"})
    (shown,) = (await get(door, "/stations?kind=village"))["items"]
    assert (shown["capacity_w"], shown["name_zh"], shown["plan_year"]) == (90_000, "东湖二号", 2017)
    assert len((await get(door, "/stations"))["items"]) == 2
    assert len((await get(door, "/stations", "village"))["items"]) == 1
    (bad,) = await results(door, "PUT", "/stations", "county", one | {"colour": "blue"})
    assert (bad["status"], bad["code"]) == ("refused", "shared.invalid_item")
    assert (await send(door, "PUT", "/stations", "township", {"items": [one]})).status_code == 403


async def test_meters_are_read_once_a_day_and_run_forward(house: House) -> None:
    door = await house.serve("industry", "api")
    (one,) = await entered(door)
    first = reading(one, "2017-03-31", 10_000)
    assert await read(door, first, reading(one, "2017-05-31", 30_000), first) == [None, None, None]
    codes = await read(
        door, first, first | {"total_kwh": 10_001}, reading(one, "2017-03-31", 10_000),
        reading(one, "2017-03-31", 10_001), reading(one, "2017-04-30", 9_999), reading(one, "2017-06-30", 55_201),
        reading(one, "2017-02-28", 0), reading(one, "2018-01-11", 40_000), reading(NOT_SEEN, "2017-06-30", 1),
        reading(one, "2017-06-30", 55_200),
    )  # fmt: skip
    assert [c and c.rpartition(".")[2] for c in codes] == [
        None, "content_differs", None, "day_taken", "meter_backwards", "meter_jump", "before_connection",
        "future_date", "not_found", None,
    ]  # fmt: skip
    rows = await house.rows("industry", "SELECT total_kwh, read_by FROM station_reading ORDER BY read_on")
    assert [tuple(r) for r in rows] == [(10_000, "test-entity"), (30_000, "test-entity"), (55_200, "test-entity")]


async def test_a_village_reads_its_own_meter_only(house: House) -> None:
    door = await house.serve("industry", "api")
    near, far = await entered(door, station(), station(FAR_VILLAGE))
    own, foreign = reading(near, "2017-03-31", 1), reading(far, "2017-03-31", 1)
    assert await read(door, own, foreign, role="village") == [None, "shared.not_found"]
    await read(door, foreign)
    taken = reading(near, "2017-04-30", 2, id=foreign["id"])
    assert await read(door, taken, role="village") == ["shared.id_taken"]


async def test_a_quarter_is_settled_once_by_the_prices_of_its_days(house: House) -> None:
    door = await house.serve("industry", "api")
    new, old, silent = await entered(
        door, station(), station(OTHER_VILLAGE, plan_year=2016), station(FAR_VILLAGE)
    )  # fmt: skip
    assert await read(door, *(reading(s, "2017-03-01", 7) for s in (new, old))) == [None, None]
    await read(door, *(reading(s, on, kwh) for s in (new, old) for on, kwh in (("2017-06-30", 1_007),
                                                                                ("2017-09-30", 3_007))))  # fmt: skip
    early = await settle(door, "2017-06-30", on="2017-06-29")
    assert (early.status_code, early.json()["code"]) == (409, "industry.stations.quarter_open")
    wrong = await settle(door, "2017-06-20")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "industry.stations.not_a_quarter_end")

    second = str(uuid4())
    settled = (await settle(door, "2017-06-30", second)).json()
    figures = {r["station_id"]: (r["code"], r["kwh"], r["coal_fen"], r["subsidy_fen"]) for r in settled["results"]}
    assert figures == {
        new: (None, 1_000, 32_050, 42_950), old: (None, 1_000, 32_050, 55_950),
        silent: ("industry.stations.nothing_metered", 0, 0, 0),
    }  # fmt: skip
    assert (await settle(door, "2017-06-30", second)).json() == settled
    other = (await settle(door, "2017-06-30")).json()["results"]
    assert {r["station_id"]: r["code"] for r in other} == {
        new: "industry.stations.already_settled", old: "industry.stations.already_settled",
        silent: "industry.stations.nothing_metered",
    }  # fmt: skip
    differs = await settle(door, "2017-09-30", second)
    assert (differs.status_code, differs.json()["code"]) == (409, "shared.content_differs")
    third = (await settle(door, "2017-09-30")).json()["results"]
    assert {(r["kwh"], r["coal_fen"], r["subsidy_fen"]) for r in third if r["kwh"]} == {
        (2_000, 66_400, 83_600), (2_000, 66_400, 109_600),
    }  # fmt: skip
    (total,) = (await get(door, "/stations/summary"))["items"]
    assert total == {
        "kind": "village", "stations": 3, "capacity_w": 300_000, "metered_kwh": 6_000, "coal_receivable_fen": 196_900,
        "coal_received_fen": 0, "subsidy_receivable_fen": 292_100, "subsidy_received_fen": 0, "distributed_fen": 0,
        "households": 0,
    }  # fmt: skip


async def test_a_late_reading_is_settled_with_the_next_quarter(house: House) -> None:
    door = await house.serve("industry", "api")
    (one,) = await entered(door)
    await read(door, reading(one, "2017-05-31", 1_000))
    await settle(door, "2017-06-30")
    await read(door, reading(one, "2017-06-30", 1_500))
    await read(door, reading(one, "2017-09-30", 2_000))
    (result,) = (await settle(door, "2017-09-30")).json()["results"]
    # 500 at the price of June, 500 at that of September.
    assert (result["kwh"], result["coal_fen"]) == (1_000, 16_025 + 16_600)


async def test_two_settlements_at_once_book_once(house: House) -> None:
    door = await house.serve("industry", "api")
    (one,) = await entered(door)
    await read(door, reading(one, "2017-06-30", 1_000))
    lock = "SELECT 1 FROM station FOR UPDATE"
    answers = await at_once(house, lock, *(settle(door, "2017-06-30") for _ in range(3)))
    codes = [a.json()["results"][0]["code"] for a in answers]
    assert sorted(codes, key=str) == [None, *["industry.stations.already_settled"] * 2]
    (shown,) = (await get(door, "/stations"))["items"]
    assert shown["coal_due_fen"] == 32_050


async def test_money_comes_in_for_what_is_receivable_the_subsidy_only_by_the_catalogue(house: House) -> None:
    door = await house.serve("industry", "api")
    (one,) = await entered(door)
    await read(door, reading(one, "2017-06-30", 1_000))
    await settle(door, "2017-06-30")
    coal = receipt(one, "coal", 30_000)
    codes = await receive(
        door, coal, coal, coal | {"amount_fen": 1}, receipt(one, "coal", 2_051), receipt(one, "coal", 2_050),
        receipt(one, "subsidy", 100), receipt(one, "coal", 1, "2018-04-02"), receipt(NOT_SEEN, "coal", 1),
    )  # fmt: skip
    assert [c and c.rpartition(".")[2] for c in codes] == [
        None, None, "content_differs", "over_receivable", None, "not_in_catalogue", "future_date", "not_found",
    ]  # fmt: skip
    listing = {"station_id": one, "listed_on": "2018-03-01"}
    listed = await results(
        door, "POST", "/stations/catalogue", "county", listing, listing | {"station_id": NOT_SEEN}, on="2018-03-01"
    )
    assert [r["code"] for r in listed] == [None, "shared.not_found"]
    again = await results(
        door, "POST", "/stations/catalogue", "county", listing, listing | {"listed_on": "2018-02-01"}, on="2018-03-01"
    )
    assert [r["code"] for r in again] == [None, "shared.content_differs"]
    codes = await receive(
        door, receipt(one, "subsidy", 1, "2018-02-28"), receipt(one, "subsidy", 42_951, "2018-03-20"),
        receipt(one, "subsidy", 42_950, "2018-03-20"),
    )  # fmt: skip
    assert [c and c.rpartition(".")[2] for c in codes] == ["not_in_catalogue", "over_receivable", None]
    received = [(f["leg"], f["amount_fen"]) for _, f in await facts(house, "pv_revenue_received")]
    assert received == [("coal", 30_000), ("coal", 2_050), ("subsidy", 42_950)]
    (shown,) = (await get(door, "/stations"))["items"]
    assert (shown["coal_received_fen"], shown["subsidy_received_fen"]) == (32_050, 42_950)


async def test_the_database_alone_takes_no_more_than_is_receivable(house: House) -> None:
    door = await house.serve("industry", "api")
    await entered(door)
    for wrong in (
        "UPDATE station SET coal_received_fen = 1",
        "UPDATE station SET subsidy_due_fen = 1, subsidy_received_fen = 1",
        "UPDATE station SET planned_fen = 1",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await house.rows("industry", wrong)


async def test_a_station_that_lags_is_found_once_a_month(house: House) -> None:
    door = await house.serve("industry", "api")
    ids = await entered(door, *(station() for _ in range(4)), station(kind="resettlement"))
    totals = (12_000, 12_000, 10_000, 9_000, 1)
    await read(door, *(reading(s, "2017-05-31", 0) for s in ids))
    await read(door, *(reading(s, "2017-06-30", kwh) for s, kwh in zip(ids, totals, strict=True)))

    async def check(month_on: str, on: str = "2017-07-01") -> Any:
        return await send(door, "POST", "/stations/fault-checks", "county", {"month_on": month_on}, on=on)

    assert (await check("2017-06-02")).json()["code"] == "industry.stations.not_a_month"
    assert (await check("2017-07-01")).json()["code"] == "industry.stations.month_open"
    assert (await check("2017-06-01")).json() == {"month_on": "2017-06-01", "compared": 5, "found": 0}
    await read(door, reading(ids[0], "2017-07-31", 24_000), reading(ids[1], "2017-07-31", 24_000),
               reading(ids[2], "2017-07-31", 22_000), reading(ids[3], "2017-07-31", 15_000))  # fmt: skip
    assert (await check("2017-07-01", "2017-08-01")).json()["found"] == 1
    assert (await check("2017-07-01", "2017-08-02")).json()["found"] == 0
    (finding,) = (await get(door, "/stations/findings", "village"))["items"]
    assert (finding["station_id"], finding["metered_kwh"], finding["expected_kwh"]) == (ids[3], 6_000, 12_000)
    ((_, fact),) = await facts(house, "station_fault_suspected")
    assert fact == {
        "station_id": ids[3], "division": VILLAGE, "month_on": "2017-07-01", "metered_kwh": 6_000,
        "expected_kwh": 12_000,
    }  # fmt: skip


async def test_a_meter_that_was_exchanged_counts_on(house: House) -> None:
    door = await house.serve("industry", "api")
    (one,) = await entered(door)
    await read(door, reading(one, "2017-09-30", 100_000))
    await settle(door, "2017-09-30")
    late = reading(one, "2017-12-28", 2_900)
    assert await read(door, late) == ["industry.stations.meter_backwards"]
    told = {"id": str(uuid4()), "station_id": one, "exchanged_on": "2017-12-20", "last_kwh": 130_000, "first_kwh": 0}

    async def tell(item: dict[str, Any], subject: str = "keeper") -> Any:
        path = "/stations/exchanges"
        (result,) = await results(door, "POST", path, "entity", item, on="2017-12-28", subject=subject)
        return result["code"]

    async def confirm(subject: str, role: str = "township", *, confirmed: bool = True) -> Any:
        item = {"id": told["id"], "confirmed": confirmed}
        path = "/stations/exchanges/confirmations"
        (result,) = await results(door, "POST", path, role, item, on="2017-12-28", subject=subject)
        return result["code"]

    for changes, code in (
        ({"station_id": NOT_SEEN}, "shared.not_found"), ({"exchanged_on": "2017-12-29"}, "shared.future_date"),
        ({"last_kwh": 99_999}, "industry.stations.meter_backwards"),
        ({"last_kwh": 900_000}, "industry.stations.meter_jump"),
        ({"exchanged_on": "2017-09-29", "last_kwh": 100_000}, "industry.stations.read_since"),
    ):  # fmt: skip
        assert await tell(told | {"id": str(uuid4())} | changes) == code
    assert [await tell(told), await tell(told)] == [None, None]
    assert await tell(told | {"id": str(uuid4())}) == "industry.stations.exchange_open"
    assert await read(door, late) == ["industry.stations.meter_backwards"]
    waiting = (await get(door, "/tasks", "township", on="2017-12-28"))["items"]
    assert [(t["procedure"], t["id"]) for t in waiting] == [("industry.stations.exchanges", told["id"])]
    assert (await get(door, "/tasks", "township", on="2017-12-28", subject="keeper"))["items"] == []
    assert await confirm("keeper") == "shared.same_person"
    assert await confirm("officer") is None
    assert await read(door, late, late) == [None, None]
    assert await read(door, reading(one, "2017-12-30", 2_899)) == ["industry.stations.meter_backwards"]
    (settled,) = (await settle(door, "2017-12-31")).json()["results"]
    # 30,000 of the old one, 2,900 of the new.
    assert (settled["code"], settled["kwh"]) == (None, 32_900)
    (shown,) = (await get(door, "/stations/exchanges"))["items"]
    assert (shown["state"], shown["confirmed_by"]) == ("confirmed", "officer")
    (total,) = (await get(door, "/stations/summary"))["items"]
    assert total["metered_kwh"] == 132_900


async def test_a_meter_that_was_not_exchanged_runs_on(house: House) -> None:
    door = await house.serve("industry", "api")
    (one,) = await entered(door)
    told = {"id": str(uuid4()), "station_id": one, "exchanged_on": "2017-05-20", "last_kwh": 30_000, "first_kwh": 7}
    await results(door, "POST", "/stations/exchanges", "village", told, subject="keeper")
    word = {"id": told["id"], "confirmed": False}
    (result,) = await results(door, "POST", "/stations/exchanges/confirmations", "county", word, subject="officer")
    assert (result["state"], result["code"]) == ("refused", "shared.not_confirmed")
    assert await read(door, reading(one, "2017-05-20", 29_000)) == [None]
