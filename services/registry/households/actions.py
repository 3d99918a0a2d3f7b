"""Recording what households earn and how they live."""

from collections.abc import Hashable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.households import queries
from services.registry.households.rules import CATEGORIES, UNNAMED, IncomeLine, net_income_fen
from services.registry.households.schemas import ConditionReport, IncomeStatement
from services.registry.households.tables import Household, OwnWords
from shared.acts.bodies import Result, result
from shared.acts.bonds import list_helped
from shared.data.sql import Connection
from shared.events.registry import IncomeAssessed
from shared.events.relocation import HouseholdMovedIn
from shared.facts.outbox import emit
from shared.facts.steps import WaitError
from shared.ground.context import Act

ROOM = "registry.households"
NEWER_STANDS = "registry.households.newer_stands"


def _refusal(home: Household | None, act: Act, on: date, key: Hashable, seen: set[Any]) -> str | None:
    """Why an item of a batch is not taken: an unknown household, a date to come, the same one twice."""
    if home is None:
        return "not_found"
    if on > act.business_date:
        return "future_date"
    if key in seen:
        return "twice_in_batch"
    seen.add(key)
    return None


async def record_incomes(connection: Connection, act: Act, items: Sequence[IncomeStatement]) -> list[Result]:
    """A year's statement replaces one of an earlier day; payments stay and supersede both.

    One that was overtaken on its way is kept, and its sender is told that a newer one stands.
    """
    homes = await queries.lock_households(connection, [i.household_id for i in items])
    newest = await queries.list_stated_on(connection, list(homes))
    helped = await _helped(connection, act, [(i.household_id, i.stated_on) for i in items])
    results, standing, overtaken, events, seen = [], [], [], [], set[Any]()
    for item in items:
        key = item.household_id, item.income_year
        reason = _refusal(homes.get(item.household_id), act, item.stated_on, key, seen)
        if reason is None and helped is not None and (item.household_id, item.stated_on) not in helped:
            reason = "not_paired"
        answer = result(ROOM, item.household_id, reason)
        results.append(answer)
        if reason:
            continue
        division, said = homes[item.household_id].division, _stated_lines(item)
        lines = [_line(item, division, x) for x in said]
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
    return results


def _line(item: IncomeStatement, division: str, line: IncomeLine) -> dict[str, Any]:
    return {
        "household_id": item.household_id,
        "division": division,
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


async def record_conditions(connection: Connection, act: Act, items: Sequence[ConditionReport]) -> list[Result]:
    """From the day of the visit on, until the same is seen again, the household's facts are as seen.

    What was held for true before is kept. Who tells late is told that of something he saw a newer word stands.
    """
    homes = await queries.lock_households(connection, [i.household_id for i in items])
    helped = await _helped(connection, act, [(i.household_id, i.observed_on) for i in items])
    words = await queries.list_own_words(connection, list(homes))
    results, reports, seen = list[Result](), [], set[Any]()
    for item in items:
        reason = _refusal(homes.get(item.household_id), act, item.observed_on, item.household_id, seen)
        if reason is None and helped is not None and (item.household_id, item.observed_on) not in helped:
            reason = "not_paired"
        if reason is None and item.observed_on < homes[item.household_id].registered_on:
            reason = "before_registration"
        if reason is None:
            own = {"since": item.observed_on, "stated_by": act.subject, "weight": "visit"}
            reports.append(item.model_dump() | own)
        answer = result(ROOM, item.household_id, reason)
        if reason is None and _is_overtaken(item, words[item.household_id]):
            answer.code = NEWER_STANDS
        results.append(answer)
    if reports:
        await queries.revise_facts(connection, reports)
    return results


def _is_overtaken(item: ConditionReport, words: Sequence[OwnWords]) -> bool:
    said = {name for name, value in item.model_dump().items() if value is not None}
    return any(said & set(w.own) for w in words if w.since > item.observed_on)


async def _helped(connection: Connection, act: Act, days: Sequence[tuple[UUID, date]]) -> set[tuple[UUID, date]] | None:
    """On which of the days a helper was the household's; of others than helpers that is not asked (None)."""
    return await list_helped(connection, act.subject, days) if act.caller.role == "helper" else None


async def require_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Household]:
    """For reactions: the households, locked in id order.

    Raises:
        WaitError: one is not in the register; it names the fact that would put it there.
    """
    wanted = sorted(set(ids))
    found = await queries.lock_households(connection, wanted)
    for household_id in wanted:
        if household_id not in found:
            raise WaitError(f"registry.household/{household_id}")
    return found


async def record_moves(connection: Connection, act: Act, moves: Sequence[HouseholdMovedIn]) -> None:
    """From the day it moved in, the household lives in a flat of an accepted building; a later word replaces it."""
    last = {move.household_id: move for move in moves}
    await require_households(connection, list(last))
    await queries.set_moved_in(connection, {i: move.moved_in_on for i, move in last.items()})
    flat = {"house_grade": "A", "safe_water": True, "electricity": True}
    own = flat | {"stated_by": act.subject, "weight": "attestation"}
    reports = [
        own | {"household_id": i, "since": move.moved_in_on, "house_area_m2_x100": move.area_m2_x100}
        for i, move in last.items()
    ]
    await queries.revise_facts(connection, reports)
