"""Counting who is in deep poverty: what is found otherwise than it was held is a fact from that day on."""

from collections.abc import Sequence
from uuid import UUID

from services.registry.changes.actions import list_standing, tell_changes
from services.registry.hardship import queries
from services.registry.hardship.rules import DEPTH_RULE, DepthFacts, DepthPolicy, depth_decision
from services.registry.hardship.schemas import Count
from services.registry.households import queries as households
from services.registry.households.actions import revise_facts
from services.registry.households.rules import income_year_of, is_stated, net_income_fen
from services.registry.incomes.queries import list_incomes
from shared.acts.decisions import record_decisions
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.verdicts import Decided

PORTION = 1000


async def count_deep_poverty(connection: Connection, act: Act, policy: Policy, division: str) -> Count:
    """Look at every household of a division; nobody types in who is in deep poverty.

    Raises:
        Problem: the division lies outside the caller's area.
    """
    if not act.caller.within(division):
        raise Problem("shared.outside_area")
    ids = await queries.list_within(connection, division)
    deep, begun, ended = 0, 0, 0
    for start in range(0, len(ids), PORTION):
        decided = await _count(connection, act, policy, ids[start : start + PORTION])
        for row, found in decided:
            is_deep = found.verdict.outcome == "approved"
            deep += is_deep
            begun += is_deep and not row.deep_poverty
            ended += row.deep_poverty and not is_deep
    return Count(
        division=division, on=act.business_date, households=len(ids), deep_poverty=deep, begun=begun, ended=ended
    )


async def _count(
    connection: Connection, act: Act, policy: Policy, ids: Sequence[UUID]
) -> list[tuple[queries.Counted, Decided]]:
    """Of households, locked, the verdict on each; of those that stand otherwise since today it is kept and told."""
    on = act.business_date
    homes = await households.lock_households(connection, ids)
    figures = policy.on(on, DepthPolicy)
    rows = await queries.list_counted(connection, ids, on)
    incomes = await list_incomes(connection, ids)
    year = income_year_of(on) - 1
    found = list[tuple[queries.Counted, Decided]]()
    for row in rows:
        lines = incomes[row.id].get(year, [])
        facts = DepthFacts(
            row.status,
            row.members,
            row.able,
            row.ill,
            row.house_grade,
            year,
            net_income_fen(lines) if is_stated(lines) else None,
        )
        verdict = depth_decision(facts, figures)
        found.append((row, Decided(DEPTH_RULE, str(row.id), row.division, facts, figures, verdict)))
    otherwise = {r.id: d for r, d in found if (d.verdict.outcome == "approved") is not r.deep_poverty}
    if otherwise:
        before = await list_standing(connection, act, list(otherwise))
        own = {"since": on, "stated_by": act.subject, "weight": "match"}
        reports = [
            own | {"household_id": one, "deep_poverty": d.verdict.outcome == "approved"} for one, d in otherwise.items()
        ]
        await revise_facts(connection, act, reports)
        await record_decisions(connection, act, policy.version, list(otherwise.values()))
        changed = {one: homes[one] for one in otherwise}
        await tell_changes(connection, act, policy, changed, before, dict.fromkeys(otherwise, on))
    return found
