"""Households that split, and that move to another village: the village says so, a township has the second word."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from scenario.actors import county
from scenario.actors.patience import named, send
from scenario.actors.townships import officer
from scenario.actors.villages import Village
from scenario.api import Api

SPLITS, TRANSFERS = "/registry/v1/households/splits", "/registry/v1/households/transfers"


class Named(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def born_on(self) -> date: ...


Going = Sequence[tuple[Named, str | None]]


async def report_splits(api: Api, village: Village, parted: Sequence[tuple[str, Going]], day: date) -> None:
    """`parted`: a household's id, and who goes: the new head first, with what each is to him."""
    items = []
    for one, going in parted:
        shown = await api.get(village.clerk, f"/registry/v1/households/{one}")
        known = {(p["name"], p["born_on"]): p["reference"] for p in shown["people"]}
        people: list[dict[str, Any]] = [
            {"reference": known[m.name, m.born_on.isoformat()]} | ({"relation": relation} if relation else {})
            for m, relation in going
            if (m.name, m.born_on.isoformat()) in known
        ]
        if len(people) == len(going):
            items.append(
                {
                    "id": named("split", one), "household_id": one, "head": people[0]["reference"], "people": people,
                    "split_on": day.isoformat(),
                }
            )  # fmt: skip
    await send(api, village.clerk, SPLITS, items)


async def confirm_splits(api: Api, township: str, households: Sequence[str]) -> None:
    words = [{"id": named("split", one), "confirmed": True} for one in households]
    await send(api, officer(township), f"{SPLITS}/confirmations", words)


async def split_off(api: Api) -> list[dict[str, Any]]:
    """What came of households that split: id and village of the new ones."""
    return [s async for s in api.pages(county.PLANNER, f"{SPLITS}?state=confirmed")]


async def report_moves(api: Api, village: Village, moving: Sequence[tuple[str, str]], day: date) -> None:
    """`moving`: a household's id, and the village where it lives now."""
    items = [
        {
            "id": named("transfer", one), "household_id": one, "to_division": to, "moved_on": day.isoformat(),
            "reason": "kin",
        }
        for one, to in moving
    ]  # fmt: skip
    await send(api, village.clerk, TRANSFERS, items)


async def take_moves(api: Api, township: str, households: Sequence[str]) -> None:
    """By the township where they live now."""
    words = [{"id": named("transfer", one), "confirmed": True} for one in households]
    await send(api, officer(township), f"{TRANSFERS}/decisions", words)


async def moved(api: Api) -> list[dict[str, Any]]:
    """Households that were taken elsewhere: id and village."""
    return [t async for t in api.pages(county.PLANNER, f"{TRANSFERS}?state=taken")]
