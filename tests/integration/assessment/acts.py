"""What county, cadres, surveyors and auditors do in the tests of assessment."""

import json
from typing import Any
from uuid import UUID, uuid4

from tests.bonds import bind
from tests.conftest import Door, House

VILLAGE, OTHER_VILLAGE = "140927200201", "140927200202"
TOWNSHIP, OTHER_TOWNSHIP = "140927200", "140927100"
TEAMS = "/assessment/v1/teams"
VISITS = "/assessment/v1/visits"
SURVEYS = "/assessment/v1/surveys"
CASES = "/assessment/v1/cases"
PLACE = {"lat_e6": 39_090_000, "lon_e6": 112_210_000}
FAR_AWAY: dict[str, Any] = {"lat_e6": 34_600_000, "lon_e6": 112_210_000}  # 500 km to the south
IN_COUNTY: dict[str, Any] = {"lat_e6": 39_300_000, "lon_e6": 112_210_000}  # 23 km to the north
NOWHERE: dict[str, Any] = {"lat_e6": 0, "lon_e6": 0}  # what a phone sends that knows no position


async def seed_household(house: House, division: str = VILLAGE, **changes: Any) -> UUID:
    """A household as the registry's events would leave it here."""
    (one,) = await seed_households(house, 1, division, **changes)
    return one


async def seed_households(house: House, count: int, division: str = VILLAGE, **changes: Any) -> list[UUID]:
    columns = {
        "division": division, "status": "poor", "members": 3, "has_labour": True, "borrower_age_ok": True,
        "needs_accessible": False, "deep_poverty": False, "relocated": False,
    } | changes  # fmt: skip
    places = ", ".join(f"${i}" for i, _ in enumerate(columns, 2))
    connection = await house.owner("assessment")
    rows = await connection.fetch(
        f"INSERT INTO household (id, {', '.join(columns)}) SELECT uuidv7(), {places} FROM generate_series(1, $1)"
        " RETURNING id",
        count, *columns.values(),
    )  # fmt: skip
    await bind(connection, *(r["id"] for r in rows))
    return [r["id"] for r in rows]


async def send(door: Door, method: str, path: str, role: str, items: Any, **request: Any) -> list[dict[str, Any]]:
    """A batch through a door: its results."""
    answer = await door.call(method, path, role, json={"items": items}, **request)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def get(door: Door, path: str, role: str = "county", area: str | None = "140927", **request: Any) -> Any:
    answer = await door.call("GET", path, role, area, **request)
    assert answer.status_code == 200, answer.text
    return answer.json()


def unit(**changes: Any) -> dict[str, Any]:
    one = str(uuid4())
    return {"id": one, "code": one[:8], "name_zh": "县农业局", "kind": "stationed", "division": VILLAGE} | changes


def cadre(unit_id: str, subject: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "subject": subject, "unit_id": unit_id, "role": "helper", "division": VILLAGE,
        "starts_on": "2017-01-01",
    } | changes  # fmt: skip


def pairing(household_id: UUID, cadre_id: str, starts_on: str = "2017-01-10", **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(household_id), "cadre_id": cadre_id, "starts_on": starts_on
    } | changes  # fmt: skip


async def station(door: Door, *subjects: str, **changes: Any) -> list[str]:
    """A village with a place, a unit in it, and its cadres: their ids."""
    await send(door, "PUT", f"{TEAMS}/places", "county", [{"division": VILLAGE} | PLACE])
    ours = unit()
    await send(door, "PUT", f"{TEAMS}/units", "county", [ours])
    cadres = [cadre(ours["id"], subject, **changes) for subject in subjects]
    results = await send(door, "PUT", f"{TEAMS}/cadres", "county", cadres)
    assert {r["status"] for r in results} == {"accepted"}, results
    return [c["id"] for c in cadres]


async def pair(door: Door, *items: dict[str, Any], role: str = "county", **request: Any) -> list[dict[str, Any]]:
    return await send(door, "POST", f"{TEAMS}/pairings", role, list(items), **request)


def visit(household_id: UUID, on: str = "2017-06-01", **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(household_id), "visited_on": on, "note": f"走访 {uuid4()}",
        "findings": [], "photo_sha256": None,
    } | PLACE | changes  # fmt: skip


async def sync(door: Door, *items: dict[str, Any], subject: str = "li", **request: Any) -> list[dict[str, Any]]:
    return await send(door, "POST", f"{VISITS}/sync", "helper", list(items), subject=subject, **request)


async def facts(house: House, kind: str = "%") -> list[dict[str, Any]]:
    """What stands in the outbox of a type, in order: its short name and its data."""
    rows = await house.rows(
        "assessment", "SELECT headers ->> 'ce_type' AS t, value AS data FROM outbox"
        " WHERE headers ->> 'ce_type' LIKE $1 ORDER BY id", f"assessment.{kind}.v1",
    )  # fmt: skip
    return [{"type": r["t"].removeprefix("assessment.").removesuffix(".v1")} | json.loads(r["data"]) for r in rows]
