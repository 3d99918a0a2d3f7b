"""Income sheets: the task force fills one with the household, line by line; somebody of it hears the sum and signs."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Protocol

from scenario.actors import county
from scenario.actors.patience import named, send
from scenario.actors.villages import Village
from scenario.api import Api

INCOME_YEAR = 2017
ODDS_AND_ENDS = "trade"  # what no whole hundredth of a product is worth


class Part(Protocol):
    """What came in from a source, or was spent; of what was sold, the product."""

    @property
    def source(self) -> str: ...
    @property
    def amount_fen(self) -> int: ...
    @property
    def product(self) -> str: ...


async def reference_prices(api: Api) -> dict[str, int]:
    """The county's table for the income year, as everybody may read it: fen of one head or kilogram by product."""
    policy = await api.get(county.PLANNER, f"/registry/v1/policy?on={INCOME_YEAR}-09-30")
    (prices,) = (n["value"] for n in policy["numbers"] if n["code"] == "reference_prices_fen")
    return dict(prices)


async def hand_in(
    api: Api, village: Village, kept: Sequence[tuple[str, Iterable[Part]]], prices: dict[str, int], day: date
) -> None:
    """`kept`: a household's id, and what it says line by line; its head signs."""
    items = []
    for household, parts in kept:
        shown = await api.get(village.team, f"/registry/v1/households/{household}")
        lines = [line for part in parts for line in lines_of(part, prices)]
        items.append(
            {
                "id": named("sheet", f"{household}/{INCOME_YEAR}"), "household_id": household,
                "income_year": INCOME_YEAR, "stated_on": day.isoformat(), "lines": lines,
                "signed_by": shown["people"][0]["reference"], "signature": "fingerprint",
            }
        )  # fmt: skip
    if items:
        await send(api, village.team, "/registry/v1/income-sheets", items)


def lines_of(part: Part, prices: dict[str, int]) -> list[dict[str, Any]]:
    """What was sold is counted in hundredths of a head or kilogram at the year's price; what is over is money."""
    if not part.product:
        return [{"source": part.source, "amount_fen": part.amount_fen}]
    price = prices[part.product]
    quantity = part.amount_fen * 100 // price
    over = part.amount_fen - (quantity * price * 2 + 100) // 200
    sold = {"source": part.source, "product": part.product, "quantity_x100": quantity}
    return [sold] * bool(quantity) + [{"source": ODDS_AND_ENDS, "amount_fen": over}] * bool(over)
