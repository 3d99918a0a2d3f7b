"""What village, township, county, entity and bank do in the tests of industry."""

import asyncio
import itertools
import json
from collections.abc import Coroutine
from typing import Any
from uuid import UUID, uuid4

from shared.ground.sentences import sentence
from shared.values.figures import LANGUAGES
from tests.bonds import bind
from tests.conftest import Door, House

VILLAGE = "140927200201"
OTHER_VILLAGE = "140927200202"
TOWNSHIP = "140927200"
COUNTY = "140927"
FAR_VILLAGE = "140927201201"
OWNER = "vc-201"
_NUMBERS = itertools.count(1)
AREAS = {"village": VILLAGE, "team": VILLAGE, "township": TOWNSHIP}


async def seed_household(house: House, division: str = VILLAGE, **changes: Any) -> UUID:
    """A household as the registry's events would leave it here."""
    household_id = uuid4()
    columns = {
        "id": household_id, "division": division, "status": "poor", "members": 3, "has_labour": True,
        "borrower_age_ok": True, "needs_accessible": False, "deep_poverty": False, "relocated": False,
        "household_no": f"{division}{next(_NUMBERS):05}",
    } | changes  # fmt: skip
    places = ", ".join(f"${i}" for i, _ in enumerate(columns, 1))
    connection = await house.owner("industry")
    await connection.execute(f"INSERT INTO household ({', '.join(columns)}) VALUES ({places})", *columns.values())
    await bind(connection, household_id)
    return household_id


async def freeze(house: House, household_id: UUID) -> None:
    """As a confirmed fraud of assessment would leave it here."""
    await house.rows("industry", "INSERT INTO frozen_household VALUES ($1, $2, '2017-01-01')", household_id, uuid4())


async def send(
    door: Door, method: str, path: str, role: str, body: Any, *, on: str = "2017-06-01", subject: str = "",
    area: str = "", **headers: str,
) -> Any:  # fmt: skip
    """A request as a role within its usual area; the answer, whatever it is."""
    own = {name.replace("_", "-"): value for name, value in headers.items()}
    where = area or AREAS.get(role, COUNTY)
    return await door.call(
        method,
        f"/industry/v1{path}",
        role,
        where,
        on=on,
        subject=subject,
        unit=OWNER if role == "entity" else "",
        headers=own,
        json=body,
    )


async def results(door: Door, method: str, path: str, role: str, *items: dict[str, Any], **how: Any) -> Any:
    """A batch's results."""
    answer = await send(door, method, path, role, {"items": list(items)}, **how)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def answer(item_id: str, **said: Any) -> dict[str, Any]:
    """What a batch says of an item: accepted, where nothing else is said."""
    silent: dict[str, Any] = {"code": None, "state": None, "case_id": None, "missing": [], "why": [], "errors": []}
    told = {f"sentence_{language}": said.get("code") and sentence(said["code"], language) for language in LANGUAGES}
    return {"id": item_id, "status": "accepted"} | silent | told | said


async def get(door: Door, path: str, role: str = "county", area: str = "", **request: Any) -> Any:
    answer = await door.call("GET", f"/industry/v1{path}", role, area or AREAS.get(role, COUNTY), **request)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def facts(house: House, kind: str = "") -> list[Any]:
    """(type, payload) in the outbox, in order; of one kind only where it is named."""
    rows = await house.rows("industry", "SELECT headers ->> 'ce_type' AS t, value AS v FROM outbox ORDER BY id")
    found = [(r["t"].removeprefix("industry.").removesuffix(".v1"), json.loads(r["v"])) for r in rows]
    return [f for f in found if not kind or f[0] == kind]


async def at_once(house: House, lock: str, *acts: Coroutine[Any, Any, Any]) -> list[Any]:
    """Start all and let them go only when each waits for what `lock` holds, so that they do meet."""
    owner, database = await house.owner("industry"), await house.database("industry")
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'"

    async def all_wait() -> bool:
        return bool(await house.admin.fetchval(waiting, database) == len(acts))

    async with owner.transaction():
        await owner.execute(lock)
        running = [asyncio.create_task(act) for act in acts]
        await house.settled(all_wait)
    return list(await asyncio.gather(*running))
