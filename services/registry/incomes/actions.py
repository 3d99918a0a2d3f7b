"""Recording what households earn."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from services.registry.households import queries as households
from services.registry.households.actions import (
    NEWER_STANDS,
    answer_of,
    conflict_of,
    in_turns,
    list_helped_by,
    list_versions,
    refusal_of,
    tell_versions,
)
from services.registry.households.rules import CATEGORIES, UNNAMED, IncomeLine, Weight, net_income_fen
from services.registry.households.schemas import Edited, IncomeStatement
from services.registry.incomes import queries
from shared.data.sql import Connection
from shared.events.registry import IncomeAssessed
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.values.ids import uuid7

# A household's statement of a year is known by its day.
Stated = tuple[UUID, int, date]


async def record_incomes(
    connection: Connection,
    act: Act,
    items: Sequence[IncomeStatement],
    weight: Weight = "statement",
    sheets: Mapping[Stated, UUID] | None = None,
) -> list[Edited]:
    """Up to a thousand statements; of one household, year and day there is one. `sheets`: that a statement follows
    from.
    """
    return await in_turns(items, partial(_record_incomes, connection, act, weight, sheets, set()))


async def _record_incomes(
    connection: Connection,
    act: Act,
    weight: Weight,
    sheets: Mapping[Stated, UUID] | None,
    seen: set[Any],
    items: Sequence[IncomeStatement],
) -> list[Edited]:
    """A year's statement replaces one of an earlier day; payments stay and supersede both.

    One that was overtaken on its way is kept, and its sender is told that a newer one stands.
    """
    homes = await households.lock_households(connection, [i.household_id for i in items])
    versions = await list_versions(connection, items)
    newest = await queries.list_stated_on(connection, list(homes))
    helped = await list_helped_by(connection, act, [(i.household_id, i.stated_on) for i in items])
    results, standing, overtaken, events = [], [], [], []
    for item in items:
        key = item.household_id, item.income_year
        told: Stated = (*key, item.stated_on)
        reason = refusal_of(homes.get(item.household_id), act, item.stated_on, told, seen)
        if reason is None and helped is not None and (item.household_id, item.stated_on) not in helped:
            reason = "not_paired"
        answer = answer_of(act, item, reason, versions)
        results.append(answer)
        if answer.code:
            continue
        division, said = homes[item.household_id].division, _stated_lines(item)
        statement_id = sheets[told] if sheets else uuid7()
        statement = {"statement_id": statement_id, "division": division, "weight": weight}
        lines = [_line(item, x) | statement for x in said]
        if item.stated_on < newest.get(key, item.stated_on):
            overtaken += lines
            answer.code = NEWER_STANDS
            continue
        standing += lines
        events.append(
            IncomeAssessed(
                household_id=item.household_id,
                division=division,
                income_year=item.income_year,
                net_income_fen=net_income_fen(said),
            )
        )
    if standing:
        await queries.set_statements(connection, standing, act.subject)
    if overtaken:
        await queries.keep_overtaken(connection, overtaken, act.subject)
    await emit(connection, act, "registry", events)
    if lost := await tell_versions(connection, items, results, versions):
        known = await queries.list_incomes(connection, [item.household_id for item, _ in lost])
        for item, answer in lost:
            stated = _stated(known[item.household_id].get(item.income_year, []))
            answer.conflict = conflict_of(item, versions[item.household_id], stated)
    return results


def _stated(lines: Sequence[IncomeLine]) -> dict[str, Any]:
    """What stands of a year's statement, as one says it."""
    said = [x for x in lines if x.kind == "statement"]
    return {f"{c}_fen": sum(x.amount_fen for x in said if x.category == c) for c in CATEGORIES} if said else {}


def _line(item: IncomeStatement, line: IncomeLine) -> dict[str, Any]:
    return {
        "household_id": item.household_id,
        "income_year": item.income_year,
        "category": line.category,
        "payer": line.payer,
        "amount_fen": line.amount_fen,
        "stated_on": item.stated_on,
    }


def _stated_lines(item: IncomeStatement) -> list[IncomeLine]:
    """A line for each named payer, and one a category for the rest, also where it is nothing."""
    named = [IncomeLine(p.category, "statement", p.payer, p.amount_fen) for p in item.payers]
    rest = {c: getattr(item, f"{c}_fen") - sum(x.amount_fen for x in named if x.category == c) for c in CATEGORIES}
    return named + [IncomeLine(c, "statement", UNNAMED, amount) for c, amount in rest.items()]
