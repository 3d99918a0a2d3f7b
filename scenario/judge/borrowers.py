"""Who signs a loan: of the household, and of the age to borrow, on the day on which the county approved it."""

import asyncio
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from scenario.api import Api
from scenario.judge.targets import JUDGE

YOUNGEST, OLDEST = 18, 65
ELIGIBILITY = "finance.loan_eligibility"
Finding = tuple[bool, str]


def is_of_age(born_on: str, on: str) -> bool:
    """From the 18th birthday on, until the 66th; who was born on 29 February has his on 1 March."""
    born, day = date.fromisoformat(born_on), date.fromisoformat(on)
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return YOUNGEST <= years <= OLDEST


def wrong_with(borrower: str | None, people: list[dict[str, Any]], on: str) -> str:
    """What stands against who signs; empty: nothing. Where nobody is named, somebody of the household is of age."""
    asked = [p for p in people if borrower in (None, p["reference"])]
    if not asked:
        return "not of the household"
    return "" if any(is_of_age(p["born_on"], on) for p in asked) else "not of age"


async def of_age_in_household(api: Api, _state: Path) -> Finding:
    """Every loan, by its household's people as they stood on that day."""
    loans = [x async for x in api.pages(JUDGE, "/finance/v1/loans")]
    approved: dict[str, list[str]] = {}
    async for decision in api.pages(JUDGE, "/finance/v1/operations/decisions"):
        if decision["rule"] == ELIGIBILITY and decision["outcome"] == "approved":
            approved.setdefault(decision["subject_id"], []).append(decision["business_date"])
    turn = asyncio.Semaphore(8)

    async def looked_at(loan: dict[str, Any]) -> tuple[str, bool]:
        days = approved.get(loan["household_id"], [])
        async with turn:
            on = days[0] if len(days) == 1 else (await api.get(JUDGE, f"/finance/v1/loans/{loan['id']}"))["approved_on"]
            shown = await api.get(JUDGE, f"/registry/v1/households/{loan['household_id']}?on={on}")
        signs = [p for p in shown["people"] if p["reference"] == loan["borrower"]]
        return wrong_with(loan["borrower"], shown["people"], on), any(p["relation"] != "head" for p in signs)

    found = await asyncio.gather(*map(looked_at, loans))
    wrong, others = Counter(w for w, _ in found if w), sum(other for _, other in found)
    named = sum(x["borrower"] is not None for x in loans)
    detail = f"{len(loans)} loans, {named} name who signs, {others} not the head; {wrong.total()} wrong {dict(wrong)}"
    return bool(loans) and not wrong, detail
