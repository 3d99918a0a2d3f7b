"""Setting what a year is to reach, and reading what it has reached."""

from collections.abc import Sequence

from services.registry.targets import queries
from services.registry.targets.rules import township_exited
from services.registry.targets.schemas import Target, TargetResult, TargetRow
from services.registry.villages.rules import IncidencePolicy
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy


async def set_targets(connection: Connection, act: Act, items: Sequence[Target]) -> list[TargetResult]:
    """Replace what was planned before under the same code, year and division."""
    results, accepted, seen = [], [], set[tuple[int, str, str]]()
    for item in items:
        key, problem = (item.year, item.code, item.division), None
        if not act.caller.within(item.division):
            problem = "registry.targets.outside_area"
        elif key in seen:
            problem = "registry.targets.twice_in_batch"
        else:
            seen.add(key)
            accepted.append(item)
        results.append(
            TargetResult(
                code=item.code,
                year=item.year,
                division=item.division,
                problem=problem,
                status="refused" if problem else "accepted",
            )
        )
    about = {"set_on": act.business_date, "set_by": act.subject}
    await queries.replace_targets(connection, [item.model_dump() | about for item in accepted])
    return results


async def list_targets(connection: Connection, act: Act, policy: Policy, year: int) -> list[TargetRow]:
    """The year's targets with what the registers count now; nobody who decides reads them."""
    rows = await queries.list_targets(connection, year, act.business_date)
    townships = await queries.list_planned_townships(connection, year, act.business_date)
    limit = policy.on(act.business_date, IncidencePolicy)
    out = [t.division for t in townships if township_exited(t, limit)]
    return [
        TargetRow(**{
            **row, "actual": sum(division.startswith(row["division"]) for division in out)
            if row["code"] == "exit_townships" else row["actual"],
        })
        for row in rows
    ]  # fmt: skip
