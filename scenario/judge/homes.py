"""What must hold of homes: one for a household, none too large, none given twice."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

from scenario.api import Api
from scenario.judge.targets import JUDGE

Finding = tuple[bool, str]


async def allocations(api: Api) -> list[dict[str, Any]]:
    """Those that stand: a released one is nobody's home."""
    listed = api.pages(JUDGE, "/relocation/v1/allocation/allocations")
    return [a async for a in listed if a["state"] != "released"]


async def one_home(api: Api, _state: Path) -> Finding:
    """No household has two homes, and no person lives in two of them."""
    homes = [a["household_id"] for a in await allocations(api)]
    turn = asyncio.Semaphore(8)

    async def people(household_id: str) -> list[str]:
        async with turn:
            shown = await api.get(JUDGE, f"/registry/v1/households/{household_id}")
            return [p["reference"] for p in shown["people"]]

    persons = Counter(p for found in await asyncio.gather(*map(people, set(homes))) for p in found)
    second = [p for p, n in persons.items() if n > 1]
    twice = len(homes) - len(set(homes))
    return bool(homes) and not twice and not second, f"{len(homes)} homes, {twice} second ones, {len(second)} in two"


async def within_cap(api: Api, _state: Path) -> Finding:
    """25 m2 for each person at the snapshot, never more."""
    standing = await allocations(api)
    over = [a for a in standing if a["area_m2_x100"] > a["cap_m2_x100"] or a["cap_m2_x100"] != 2_500 * a["members"]]
    area, cap = (sum(a[name] for a in standing) for name in ("area_m2_x100", "cap_m2_x100"))
    return bool(standing) and not over, f"{area / 100:,.0f} m2 given, {cap / 100:,.0f} m2 allowed, {len(over)} over"


async def flats_given_once(api: Api, _state: Path) -> Finding:
    units = Counter(a["unit_id"] for a in await allocations(api))
    built = (await api.get(JUDGE, "/relocation/v1/sites/summary"))["accepted_units"]
    twice = [u for u, n in units.items() if n > 1]
    return not twice and len(units) <= built, f"{len(units)} given of {built} accepted, {len(twice)} twice"
