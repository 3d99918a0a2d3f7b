"""Setting what a year is to reach, and reading what it has reached."""

from collections.abc import Sequence

from services.registry.targets import queries
from services.registry.targets.schemas import Target
from services.registry.targets.tables import Reached
from services.registry.townships.rules import TownshipPolicy, township_exit_decision
from shared.acts.bodies import Result, answers
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "registry.targets"
NEWER_STANDS = "registry.targets.newer_stands"


async def set_targets(connection: Connection, act: Act, items: Sequence[Target]) -> list[Result]:
    """Replace what was planned on an earlier day under the same code, year and division.

    One that was overtaken on its way changes nothing, and its sender is told that a newer one stands.
    """
    reasons, accepted = list[str | None](), dict[tuple[int, str, str], Target]()
    for item in items:
        key, reason = (item.year, item.code, item.division), None
        if not act.caller.within(item.division):
            reason = "outside_area"
        elif key in accepted:
            reason = "twice_in_batch"
        else:
            accepted[key] = item
        reasons.append(reason)
    about = {"set_on": act.business_date, "set_by": act.subject}
    stand = await queries.replace_targets(connection, [item.model_dump() | about for item in accepted.values()])
    results = answers(ROOM, [i.code for i in items], reasons)
    for item, answer in zip(items, results, strict=True):
        if answer.code is None and (item.year, item.code, item.division) not in stand:
            answer.code = NEWER_STANDS
    return results


async def list_targets(connection: Connection, act: Act, policy: Policy, year: int) -> list[Reached]:
    """The year's targets with what the registers count now; nobody who decides reads them."""
    rows = await queries.list_targets(connection, year, act.business_date)
    townships = await queries.list_planned_townships(connection, year, act.business_date)
    limit = policy.on(act.business_date, TownshipPolicy)
    out = [t.division for t in townships if township_exit_decision(t, limit).outcome == "approved"]
    return [
        row._replace(actual=sum(division.startswith(row.division) for division in out))
        if row.code == "exit_townships"
        else row
        for row in rows
    ]
