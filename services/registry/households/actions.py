"""Recording what households earn and how they live."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.registry.households import queries
from services.registry.households.rules import CATEGORIES, IncomeLine, net_income_fen
from services.registry.households.schemas import ConditionReport, IncomeStatement, ItemResult
from shared.context import Act
from shared.events.registry import IncomeAssessed
from shared.outbox import emit
from shared.sql import Connection


def refusal(item: Any, known: dict[UUID, Any], act: Act, dated: str, seen: set[Any], key: Any) -> str | None:
    """Why an item of a batch is not taken: an unknown household, a date to come, the same one twice."""
    if item.household_id not in known:
        return "shared.not_found"
    if getattr(item, dated) > act.business_date:
        return "registry.households.future_date"
    if key in seen:
        return "registry.households.twice_in_batch"
    seen.add(key)
    return None


async def record_incomes(connection: Connection, act: Act, items: Sequence[IncomeStatement]) -> list[ItemResult]:
    """Replace the year's statements of each household; payments stay and supersede them."""
    households = await queries.lock_households(connection, [i.household_id for i in items])
    results, lines, events, seen = [], [], [], set[Any]()
    for item in items:
        code = refusal(item, households, act, "stated_on", seen, (item.household_id, item.income_year))
        results.append(ItemResult(household_id=item.household_id, status="refused" if code else "accepted", code=code))
        if code:
            continue
        division = households[item.household_id]["division"]
        amounts = {category: getattr(item, f"{category}_fen") for category in CATEGORIES}
        lines += [
            {
                "household_id": item.household_id, "division": division, "income_year": item.income_year,
                "category": category, "amount_fen": amount, "stated_on": item.stated_on,
            }
            for category, amount in amounts.items()
        ]  # fmt: skip
        net = net_income_fen([IncomeLine(c, "statement", "", a) for c, a in amounts.items()])
        events.append(
            IncomeAssessed(
                household_id=item.household_id, division=division, income_year=item.income_year,
                net_income_fen=net,
            )
        )  # fmt: skip
    if lines:
        await queries.replace_statements(connection, lines, act.subject)
    await emit(connection, act, "registry", events)
    return results


async def record_conditions(connection: Connection, act: Act, items: Sequence[ConditionReport]) -> list[ItemResult]:
    """From the day of the visit on, the household's facts are as seen; what was held for true before is kept."""
    households = await queries.lock_households(connection, [i.household_id for i in items])
    results, reports, seen = [], [], set[Any]()
    for item in items:
        code = refusal(item, households, act, "observed_on", seen, item.household_id)
        if code is None and item.observed_on < households[item.household_id]["registered_on"]:
            code = "registry.households.before_registration"
        results.append(ItemResult(household_id=item.household_id, status="refused" if code else "accepted", code=code))
        if code is None:
            reports.append(item.model_dump(mode="json"))
    if reports:
        await queries.revise_facts(connection, reports, act.subject)
    return results
