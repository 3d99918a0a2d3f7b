"""Solar stations: the county enters and settles them, townships have their meters read, villages share them out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from scenario.actors import county, townships
from scenario.actors.patience import named, once, send
from scenario.actors.villages import Village
from scenario.api import Api, Who

DOOR = "/industry/v1/stations"
TOWNSHIP_DIGITS = 9


class Station(Protocol):
    key: str
    name_zh: str
    kind: str
    division: str
    capacity_w: int
    connected_on: date
    listed_on: date | None


def station_id(key: str) -> str:
    return named("station", key)


def reader(township: str) -> Who:
    return Who(f"reader-{township}", "township", township)


async def declare(api: Api, stations: Iterable[Station], owners: Mapping[str, str]) -> None:
    """`owners`: codes by the station's key."""
    items = [
        {
            "id": station_id(s.key), "name_zh": s.name_zh, "kind": s.kind, "division": s.division,
            "capacity_w": s.capacity_w, "connected_on": s.connected_on.isoformat(), "owner_code": owners[s.key],
        }
        for s in stations
    ]  # fmt: skip
    await send(api, county.PLANNER, DOOR, items, "PUT")


async def list_in_catalogue(api: Api, stations: Iterable[Station]) -> None:
    items = [
        {"station_id": station_id(s.key), "listed_on": s.listed_on.isoformat()}
        for s in stations
        if s.listed_on is not None
    ]
    await send(api, county.PLANNER, f"{DOOR}/catalogue", items)


async def read(api: Api, township: str, on: date, totals: Mapping[str, int]) -> None:
    """Meters' totals by the station's key. One that cannot be is refused, and stays away until it is read again."""
    items = [
        {
            "id": named("reading", f"{key}/{on}"), "station_id": station_id(key), "read_on": on.isoformat(),
            "total_kwh": total,
        }
        for key, total in totals.items()
    ]  # fmt: skip
    await send(api, reader(township), f"{DOOR}/readings", items)


async def settle(api: Api, quarter_end: date) -> list[dict[str, Any]]:
    """Both legs of each station's quarter; asked again it is answered the same."""
    body = {"id": named("settlement", quarter_end), "quarter_end_on": quarter_end.isoformat()}
    answer = await api.post(county.PLANNER, f"{DOOR}/settlements", body)
    return [r for r in answer["results"] if r["status"] == "accepted"]


async def receive_coal(api: Api, quarter_end: date, day: date) -> None:
    """The grid company pays the coal leg of what was settled."""
    items = [
        _receipt(r["station_id"], "coal", r["coal_fen"], quarter_end, day)
        for r in await settle(api, quarter_end)
        if r["coal_fen"]
    ]
    await send(api, county.ANNOUNCER, f"{DOOR}/receipts", items)


async def receive_subsidies(api: Api, quarter_ends: Sequence[date], day: date) -> None:
    """The subsidy comes for stations of the catalogue; somebody enters it for another one too, and is refused."""
    stations = [s async for s in api.pages(county.ANNOUNCER, DOOR)]
    listed = {s["id"] for s in stations if s["listed_on"]}
    waiting = [s["id"] for s in stations if not s["listed_on"] and s["kind"] == "village"]
    items = [
        _receipt(r["station_id"], "subsidy", r["subsidy_fen"], quarter_end, day)
        for quarter_end in quarter_ends
        for r in await settle(api, quarter_end)
        if r["station_id"] in listed | set(waiting[:1]) and r["subsidy_fen"]
    ]
    await send(api, county.ANNOUNCER, f"{DOOR}/receipts", items)


def _receipt(station: str, leg: str, amount_fen: int, quarter_end: date, day: date) -> dict[str, Any]:
    return {
        "id": named("receipt", f"{station}/{leg}/{quarter_end}"), "station_id": station, "leg": leg,
        "amount_fen": amount_fen, "received_on": day.isoformat(),
    }  # fmt: skip


async def check_faults(api: Api, month_on: date) -> None:
    await api.post(county.PLANNER, f"{DOOR}/fault-checks", {"month_on": month_on.isoformat()})


async def share_out(api: Api, station: Station, year: int, portions: Mapping[str, int]) -> None:
    """The keeper's draft, by household id; who may not have a part is left out of the next one."""
    who = Village(station.division).clerk
    if station.kind != "village":
        who = townships.officer(station.division[:TOWNSHIP_DIGITS])
    for attempt in ("", "/again"):
        body = {
            "id": named("plan", f"{station.key}/{year}{attempt}"), "station_id": station_id(station.key), "year": year,
            "items": [{"household_id": h, "amount_fen": fen, "reason": "share"} for h, fen in portions.items()],
        }  # fmt: skip
        answer = await api.post(who, f"{DOOR}/plans", body)
        refused = {r["id"] for r in answer["results"] if r["status"] == "refused"}
        portions = {h: fen for h, fen in portions.items() if h not in refused}
        if answer["status"] == "accepted" or not refused or not portions:
            return


async def approve_plans(api: Api, township: str) -> None:
    """By the head of the township, who drafts none."""
    head = Who(f"head-{township}", "township", township)
    for plan in [p async for p in api.pages(head, f"{DOOR}/plans")]:
        if plan["state"] == "drafted":
            await once(api, head, f"{DOOR}/plans/{plan['id']}/approval", {})


async def file_plans(api: Api) -> None:
    for plan in [p async for p in api.pages(county.DECIDER, f"{DOOR}/plans")]:
        if plan["state"] == "approved":
            await once(api, county.DECIDER, f"{DOOR}/plans/{plan['id']}/filing", {})
