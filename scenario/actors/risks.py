"""Who got out is watched: the task force looks where signals say so, and sees everybody again at stated times."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from scenario.actors import county
from scenario.actors.patience import named, send
from scenario.actors.villages import Village
from scenario.api import Api

WARNINGS, FOLLOW_UPS = "/registry/v1/risk-warnings", "/registry/v1/follow-ups"


async def tell(api: Api, village: Village, struck: Sequence[tuple[str, str, date]]) -> None:
    """`struck`: household's id, what befell it as a register of misfortunes calls it, and when."""
    items = [
        {
            "id": named("misfortune", one), "household_id": one, "cause": cause, "since_on": on.isoformat(),
            "evidence": "village",
        }
        for one, cause, on in struck
    ]  # fmt: skip
    await send(api, village.clerk, "/registry/v1/risk-signals", items)


async def warned(api: Api) -> list[dict[str, Any]]:
    """Warnings at which nobody has looked."""
    return [w async for w in api.pages(county.PLANNER, f"{WARNINGS}?state=open")]


async def fallen(api: Api) -> list[str]:
    """Households of which somebody said that they have fallen back, by id."""
    return [w["household_id"] async for w in api.pages(county.PLANNER, f"{WARNINGS}?state=fallen")]


async def look(api: Api, village: Village, seen: Sequence[tuple[str, str]]) -> None:
    """`seen`: what somebody of the task force says of each warning, by its id."""
    items = [{"id": one, "seen": what, "evidence": "visit"} for one, what in seen]
    await send(api, village.team, f"{WARNINGS}/looks", items)


async def due(api: Api, month: date, day: date) -> list[dict[str, Any]]:
    """Follow-ups that fall due in a month and may be made."""
    path = f"{FOLLOW_UPS}?state=open&month_on={month.isoformat()}"
    return [f async for f in api.pages(county.PLANNER, path) if f["opens_on"] <= day.isoformat()]


async def follow_up(
    api: Api, village: Village, cases: Sequence[str], see: Callable[[str], tuple[str, list[str]]]
) -> None:
    """`see`: how a household's income looks, and what else is not well, by the follow-up's id."""
    items = []
    for one in cases:
        income, troubles = see(one)
        items.append({"id": one, "income": income, "troubles": troubles, "evidence": "visit"})
    await send(api, village.team, f"{FOLLOW_UPS}/reports", items)
