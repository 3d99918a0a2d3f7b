"""What the players share, and what a day of the year is."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from scenario.actors import county, relocation
from scenario.actors.archive import Archive
from scenario.actors.villages import Village
from scenario.api import Api
from scenario.eyes import VillageEyes
from scenario.world import World

YEAR = 2017


@dataclass
class Year:
    """What the players share: the system's address, the world's people, and the ids they were told."""

    api: Api
    world: World
    state: Path
    archive: Archive
    archive_url: str
    targets_factor: float = 1.0
    eyes: VillageEyes = field(init=False)
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.eyes = VillageEyes(self.world)

    @property
    def villages(self) -> list[Village]:
        """Those with registered households."""
        return [Village(code) for code in sorted({h.village_code for h in self.world.households})]

    @property
    def townships(self) -> list[str]:
        return [t.code for t in self.world.townships]

    async def households(self) -> dict[str, str]:
        """Ids by household number, as the county's list has them."""
        if not self.ids:
            listed = self.api.pages(county.PLANNER, "/registry/v1/households")
            self.ids = {h["household_no"]: h["id"] async for h in listed}
        return self.ids

    async def numbers(self) -> dict[str, str]:
        """Household numbers by id, of whom the world knows: who split off or came in since is nobody to its people."""
        return {i: no for no, i in (await self.households()).items() if no in self.world.by_no}

    async def see_homes(self) -> None:
        """Who goes round knows who was given keys: asked anew, so that an interrupted year sees the same."""
        numbers = await self.numbers()
        self.eyes.with_keys = {numbers[i] for i in await relocation.with_keys(self.api) if i in numbers}


Deed = Callable[[Year, date], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Day:
    """What happens on a day; `title` is for the progress bar."""

    on: date
    title: str
    deed: Deed


async def everywhere(places: Sequence[Any], deed: Callable[[Any], Awaitable[Any]], width: int = 8) -> list[Any]:
    """The same deed in many places, some at a time."""
    turn = asyncio.Semaphore(width)

    async def one(place: Any) -> Any:
        async with turn:
            return await deed(place)

    return await asyncio.gather(*(one(p) for p in places))
