"""What must hold of income sheets: one of a household and year, its sum that of its lines, at its prices."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenario.api import Api
from scenario.judge.targets import JUDGE, YEAR

COST = "business_cost"
Finding = tuple[bool, str]


def wrong_with(sheet: Mapping[str, Any], prices: Mapping[str, int]) -> str:
    """What of a sheet does not come out by the year's table; empty: nothing."""
    net = 0
    for line in sheet["lines"]:
        worth = line.get("amount_fen")
        if worth is None:
            worth = (line["quantity_x100"] * prices[line["product"]] + 50) // 100
        if worth != line["worth_fen"]:
            return "a line at another price"
        net += -worth if line["source"] == COST else worth
    return "" if net == sheet["net_income_fen"] else "another sum"


async def sheets_add_up(api: Api, _state: Path) -> Finding:
    """Every sheet, by the table of prices that anybody may read."""
    policy = await api.get(JUDGE, f"/registry/v1/policy?on={YEAR}-09-30")
    (prices,) = (n["value"] for n in policy["numbers"] if n["code"] == "reference_prices_fen")
    sheets = [s async for s in api.pages(JUDGE, "/registry/v1/income-sheets")]
    wrong = Counter(w for s in sheets if (w := wrong_with(s, prices)))
    of_year = Counter((s["household_id"], s["income_year"]) for s in sheets)
    twice = sum(n > 1 for n in of_year.values())
    counted = sum(line.get("product") is not None for s in sheets for line in s["lines"])
    detail = f"{len(sheets)} sheets, {counted} lines by quantity; {wrong.total()} wrong {dict(wrong)}, {twice} twice"
    return bool(sheets) and not wrong and not twice, detail
