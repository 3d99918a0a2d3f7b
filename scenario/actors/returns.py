"""Returns to poverty: a village's task force goes where it hears that something happened, and another person of the
county lets the rule decide on what was found.
"""

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
class Struck:
    """A household that is out of poverty and whom something befell, by its id: what and when, what it earns after all
    (a dataclass of lines in fen), and whether that is under the line.
    """

    household_id: str
    cause: str
    on: date
    earned: Any
    under_line: bool


def return_id(household_id: str) -> str:
    return named("return", household_id)


async def propose(api: Api, village: Village, found: Sequence[Struck], day: date) -> None:
    """The task force reckons the year with each of them, and proposes those who do not come over the line by it."""
    incomes = [
        {"household_id": s.household_id, "income_year": INCOME_YEAR, "stated_on": day.isoformat()} | asdict(s.earned)
        for s in found
    ]
    await send(api, village.team, "/registry/v1/households/incomes", incomes)
    items = [
        {
            "id": return_id(s.household_id), "household_id": s.household_id, "reason": s.cause,
            "fell_on": s.on.isoformat(), "evidence": "visit",
        }
        for s in found
        if s.under_line
    ]  # fmt: skip
    await send(api, village.team, RETURNS, items)


async def confirm(api: Api) -> None:
    """The rules decide on what is recorded; the office only agrees to lay it before them."""
    path = "/registry/v1/amendments?kind=return&state=proposed"
    items = [{"id": c["id"], "confirmed": True} async for c in api.pages(county.DECIDER, path)]
    await send(api, county.DECIDER, "/registry/v1/amendments/confirmations", items)
