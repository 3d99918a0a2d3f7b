"""Returns to poverty: proposed by the village's task force, laid before the rule by another person of the county."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from scenario.actors import county
from scenario.actors.patience import named, send
from scenario.actors.villages import Village
from scenario.api import Api

RETURNS = "/registry/v1/amendments/returns"
INCOME_YEAR = 2017


@dataclass(frozen=True, slots=True)
class Fallen:
    """A household that was out of poverty and lies under the line again, by its id: what befell it and when, and what
    it earned after all (a dataclass of lines in fen).
    """

    household_id: str
    cause: str
    on: date
    earned: Any


def return_id(household_id: str) -> str:
    return named("return", household_id)


async def propose(api: Api, village: Village, found: Sequence[Fallen], day: date) -> None:
    """The task force writes down the year as it reckoned it with each of them, and proposes them."""
    incomes = [
        {"household_id": f.household_id, "income_year": INCOME_YEAR, "stated_on": day.isoformat()} | asdict(f.earned)
        for f in found
    ]
    await send(api, village.team, "/registry/v1/households/incomes", incomes)
    items = [
        {
            "id": return_id(f.household_id), "household_id": f.household_id, "reason": f.cause,
            "fell_on": f.on.isoformat(), "evidence": "visit",
        }
        for f in found
    ]  # fmt: skip
    await send(api, village.team, RETURNS, items)


async def confirm(api: Api) -> None:
    """The rules decide on what is recorded; the office only agrees to lay it before them."""
    path = "/registry/v1/amendments?kind=return&state=proposed"
    items = [{"id": c["id"], "confirmed": True} async for c in api.pages(county.DECIDER, path)]
    await send(api, county.DECIDER, "/registry/v1/amendments/confirmations", items)
