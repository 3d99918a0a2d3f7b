"""What village, township, county and registry do in the tests of relocation."""

import json as texts
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.relocation.service import SERVICE
from shared.data.db import open_pool, system_caller, transaction
from shared.events import Payload
from shared.events.assessment import FraudConfirmed, FraudReviewed
from shared.events.registry import HouseholdReinstated, HouseholdRemoved
from shared.ground.context import system_act
from tests.bonds import bind
from tests.conftest import Door, House

VILLAGE, OTHER_VILLAGE = "140927200201", "140927200202"
TOWNSHIP, TOWN = "140927200", "140927100"
APPLICATIONS = "/relocation/v1/applications"
SITES = "/relocation/v1/sites"
ROUNDS = "/relocation/v1/allocation/rounds"
ALLOCATIONS = "/relocation/v1/allocation/allocations"
SWAPS = "/relocation/v1/allocation/swaps"
MOVES = "/relocation/v1/moves"
HOMESTEADS = "/relocation/v1/homesteads"
PHOTO = "a" * 64
SECRET = "what only the freezer knows"
AREAS = {"county": "140927", "township": TOWNSHIP, "auditor": "140927", "subscriber": ""}


async def seed_households(house: House, *changes: dict[str, Any]) -> list[UUID]:
    """Households as the registry's events would leave them here."""
    connection = await house.owner("relocation")
    ids: list[UUID] = []
    for each in changes:
        columns: dict[str, Any] = {
            "id": uuid4(), "division": VILLAGE, "status": "poor", "members": 2, "has_labour": True,
            "borrower_age_ok": True, "needs_accessible": False, "deep_poverty": False, "relocated": True,
        } | each  # fmt: skip
        places = ", ".join(f"${i}" for i, _ in enumerate(columns, 1))
        await connection.execute(f"INSERT INTO household ({', '.join(columns)}) VALUES ({places})", *columns.values())
        ids.append(columns["id"])
    await bind(connection, *ids)
    return ids


async def call(door: Door, method: str, path: str, role: str, json: Any = None, area: str | None = None, *,
               status: int = 200, **who: Any) -> Any:  # fmt: skip
    place = AREAS.get(role, VILLAGE) if area is None else area
    answer = await door.call(method, path, role, place, json=json, **who)
    assert answer.status_code == status, answer.text
    return answer.json()


async def batch(door: Door, method: str, path: str, role: str, items: list[Any], area: str | None = None,
                **who: Any) -> list[dict[str, Any]]:  # fmt: skip
    answer = await call(door, method, path, role, {"items": items}, area, **who)
    results: list[dict[str, Any]] = answer["results"]
    return results


async def get(door: Door, path: str, role: str = "county", area: str | None = None, **who: Any) -> Any:
    return await call(door, "GET", path, role, None, area, **who)


def codes(results: list[dict[str, Any]]) -> list[str | None]:
    return [r["code"] for r in results]


async def apply_for(door: Door, households: list[UUID], cohort: int = 2016, area: str = VILLAGE, on: str = "2017-01-05",
                    **who: Any) -> list[str]:  # fmt: skip
    """Applications that are accepted: their ids."""
    ids = [str(uuid4()) for _ in households]
    items = [{"id": i, "household_id": str(h), "cohort": cohort} for i, h in zip(ids, households, strict=True)]
    results = await batch(door, "POST", APPLICATIONS, "village", items, area, on=on, **who)
    assert codes(results) == [None] * len(items), results
    return ids


async def agreed(door: Door, households: list[UUID], cohort: int = 2016, area: str = VILLAGE) -> list[str]:
    """Applications all the way to their agreement on 15 January 2017."""
    ids = await apply_for(door, households, cohort, area)
    for path, role, where, on, extra in (
        ("verifications", "township", area[:9], "2017-01-06", {"confirmed": True}),
        ("notices", "village", area, "2017-01-07", {}),
        ("agreements", "villager", area, "2017-01-15", {"agreed": True, "signature": "signed"}),
    ):
        items = [{"id": i} | extra for i in ids]
        assert codes(await batch(door, "POST", f"{APPLICATIONS}/{path}", role, items, where, on=on)) == [None] * len(
            ids
        )
    return ids


async def build_site(door: Door, *blocks: list[dict[str, Any]], accepted: bool = True) -> tuple[str, list[str]]:
    """A site in the county town with a building per block; flats by their changes. Its id and its buildings'."""
    site_id, buildings = str(uuid4()), [str(uuid4()) for _ in blocks]
    site = {"id": site_id, "name_zh": "新城", "name_en": "New Town", "division": TOWN, "kind": "county_town"}
    await batch(door, "PUT", SITES, "county", [site], on="2017-01-02")
    items = [{"id": b, "site_id": site_id, "block": f"B{n}", "floors": 6} for n, b in enumerate(buildings, 1)]
    assert codes(await batch(door, "PUT", f"{SITES}/buildings", "county", items, on="2017-01-02")) == [None] * len(
        items
    )
    flats = [
        {"id": str(uuid4()), "building_id": b, "flat_no": f"{n:03}", "floor": 1, "area_m2_x100": 5_000,
         "accessible": False} | flat
        for b, block in zip(buildings, blocks, strict=True) for n, flat in enumerate(block, 1)
    ]  # fmt: skip
    results = await batch(door, "PUT", f"{SITES}/flats", "county", flats, on="2017-01-02")
    assert codes(results) == [None] * len(flats)
    if accepted:
        await accept(door, buildings)
    return site_id, buildings


async def accept(door: Door, buildings: list[str]) -> None:
    items = [{"id": b, "accepted": True, "accepted_on": "2017-01-20"} for b in buildings]
    results = await batch(door, "POST", f"{SITES}/acceptances", "township", items, TOWN, on="2017-01-21")
    assert codes(results) == [None] * len(buildings)


async def freeze(door: Door, site_id: str, cohort: int = 2016, on: str = "2017-03-01", **request: Any) -> Any:
    body = {"id": str(uuid4()), "cohort": cohort, "site_ids": [site_id], "secret": SECRET}
    return await call(door, "POST", ROUNDS, "county", body, on=on, subject="freezer", **request)


async def publish(door: Door, frozen: Any, seed: str = "188", on: str = "2017-03-02", **request: Any) -> Any:
    body = {"seed": seed, "inputs_hash": frozen["inputs_hash"]}
    who = {"subject": "notary"} | request
    return await call(door, "POST", f"{ROUNDS}/{frozen['id']}/seed", "county", body, on=on, **who)


async def draw(door: Door, round_id: str, on: str = "2017-03-03", **request: Any) -> Any:
    return await call(door, "POST", f"{ROUNDS}/{round_id}/draw", "county", on=on, subject="drawer", **request)


async def redraw(door: Door, round_id: str, on: str = "2017-03-08", **request: Any) -> Any:
    return await call(door, "POST", f"{ROUNDS}/{round_id}/redraw", "county", on=on, subject="drawer", **request)


async def draw_all(door: Door, site_id: str, cohort: int = 2016) -> Any:
    """Frozen on 1 March 2017, its seed published on the 2nd, drawn on the 3rd: the round."""
    frozen = await freeze(door, site_id, cohort)
    await publish(door, frozen)
    return await draw(door, frozen["id"])


async def allocations(door: Door, role: str = "county", area: str | None = None, **query: str) -> list[dict[str, Any]]:
    found = await get(door, f"{ALLOCATIONS}?{'&'.join(f'{k}={v}' for k, v in query.items())}", role, area)
    items: list[dict[str, Any]] = found["items"]
    return items


async def moved_in(door: Door, *, reporter: str = "helper-1") -> list[dict[str, Any]]:
    """All of the village's allocations with keys on 10 March 2017, moved into on the 20th."""
    ids = [a["id"] for a in await allocations(door, limit="1000")]
    cases = [{"id": i} for i in ids]
    keys = await batch(door, "POST", f"{MOVES}/keys", "township", cases, on="2017-03-10")
    reports = [c | {"moved_in_on": "2017-03-20", "photo_sha256": PHOTO, "power_kwh_x100": 150} for c in cases]
    reported = await batch(door, "POST", f"{MOVES}/reports", "helper", reports, on="2017-03-21", subject=reporter)
    sure = [c | {"confirmed": True} for c in cases]
    confirmed = await batch(door, "POST", f"{MOVES}/confirmations", "township", sure, on="2017-03-22")
    assert codes(keys + reported + confirmed) == [None] * 3 * len(ids)
    return await allocations(door)


async def hear(house: House, *facts: Payload, on: str = "2017-03-05") -> None:
    """The service's reactions to facts of one type, as the consumer would call them: in one transaction."""
    pool = await open_pool((await house.settings("relocation")).database_url, 1)
    act = system_act("relocation", date.fromisoformat(on))
    async with transaction(pool, system_caller("relocation")) as connection:
        await SERVICE.reactions[facts[0].TYPE](connection, [(act, f) for f in facts])
    await pool.close()


def removed(household_id: UUID | str, reason: str = "vehicle") -> HouseholdRemoved:
    return HouseholdRemoved(
        household_id=UUID(str(household_id)), division=VILLAGE, reason=reason, removed_on=date(2017, 3, 5)
    )


def reinstated(household_id: UUID | str) -> HouseholdReinstated:
    return HouseholdReinstated(
        household_id=UUID(str(household_id)), division=VILLAGE, status="poor", members=3,
        reinstated_on=date(2017, 3, 8),
    )  # fmt: skip


def fraud(*household_ids: UUID | str) -> tuple[FraudConfirmed, FraudReviewed]:
    """A confirmed fraud about households, and its review."""
    ids = [UUID(str(h)) for h in household_ids]
    of = {"case_id": uuid4(), "division": VILLAGE, "household_ids": ids}
    confirmed = FraudConfirmed(**of, kind="fabricated_income", subject_ids=[], confirmed_on=date(2017, 2, 1))
    return confirmed, FraudReviewed(**of, reviewed_on=date(2017, 3, 20))


async def types(house: House) -> list[str]:
    """The facts in the outbox, in order."""
    rows = await house.rows("relocation", "SELECT headers ->> 'ce_type' AS t FROM outbox ORDER BY id")
    return [r["t"].removeprefix("relocation.").removesuffix(".v1") for r in rows]


async def said(house: House) -> list[dict[str, Any]]:
    """What the facts in the outbox say, in order."""
    return [texts.loads(r["value"]) for r in await house.rows("relocation", "SELECT value FROM outbox ORDER BY id")]
