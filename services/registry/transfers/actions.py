"""Stating that a household moved to another village, and taking it there."""

from collections.abc import Sequence
from functools import partial

from services.registry.changes.actions import list_revised
from services.registry.households import queries as households
from services.registry.households.tables import Household
from services.registry.transfers import queries
from services.registry.transfers.rules import Home, Move, taking_refusal, transfer_refusal
from services.registry.transfers.schemas import Taking, Transfer
from services.registry.transfers.tables import Moving, TransferCase, transfer
from shared.acts.bodies import Result
from shared.acts.openings import open_cases
from shared.acts.procedures import PASSED, Finding, Procedure, Step, lock_cases, take_step
from shared.data.sql import Connection
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "registry.transfers"
# A freeze holds up what a household receives, not what is true of it.
TRANSFER = Procedure(ROOM, transfer, ((
    Step("taken", "reported", ("township",), ("reported_by",), "decided", sets=("refusal",),
         asked_where=queries.WAITS_HERE, zh="接收迁入的贫困户", en="Take a household that moves here"),
),), freezes=False)  # fmt: skip
COUNTY = 6


async def report_transfers(connection: Connection, act: Act, items: Sequence[Transfer]) -> list[Result]:
    """What is stated waits for the other side; the same statement again is answered the same."""
    homes = await households.lock_households(connection, [i.household_id for i in items])
    moving = await queries.lock_moving(connection, list(homes))
    known = await queries.list_by_id(connection, [i.id for i in items])
    waiting = await queries.list_waiting(connection, list(homes))
    villages = await queries.list_villages(connection, [i.to_division for i in items], act.business_date)

    def judge(item: Transfer) -> str | TransferCase:
        home = homes.get(item.household_id)
        inside = item.to_division in villages and item.to_division[:COUNTY] == act.caller.area[:COUNTY]
        move = Move(item.to_division, inside, item.moved_on, act.business_date)
        reason = transfer_refusal(_home(home, moving[home.id]) if home else None, move)
        if reason or home is None:
            return reason or "not_found"
        if home.id in waiting:
            return "already_open"
        waiting.add(home.id)
        return TRANSFER.opened(
            act,
            "reported",
            **item.model_dump(exclude={"to_division"}),
            from_division=home.division,
            division=item.to_division,
            reported_on=act.business_date,
            reported_by=act.subject,
        )

    content = ("household_id", "to_division", "moved_on", "reason")
    told = {one: row._asdict() | {"to_division": row.division} for one, row in known.items()}
    save = partial(queries.insert_cases, connection)
    # Where it was said, not where it is to be taken.
    return await open_cases(
        connection, act, TRANSFER, "reported", items, told, content, judge, save, said_in="from_division"
    )


def _home(home: Household, moving: Moving) -> Home:
    lives_since = home.placed_since or home.registered_on
    return Home(home.division, home.status == "removed", lives_since, moving.hindrance)


async def decide_transfers(connection: Connection, act: Act, policy: Policy, items: Sequence[Taking]) -> list[Result]:
    """Another person, of the other side, takes the household: since that day it is the new village's. Not taken: it
    stays where it is.
    """
    cases = await lock_cases(connection, TRANSFER, [i.id for i in items])
    moving = await queries.lock_moving(connection, [c.household_id for c in cases.values() if c.state == "reported"])
    villages = await queries.list_villages(connection, [c.division for c in cases.values()], act.business_date)

    def find(case: TransferCase, item: Taking) -> Finding:
        # The side that it leaves sees the case too.
        if not act.caller.within(case.division):
            return Finding(refusal="outside_area")
        if not item.confirmed:
            said = {"refusal": item.refusal}
            lacking = Finding(refusal="no_reason")
            return Finding(passed=False, ends="refused", reason="not_confirmed", sets=said) if item.refusal else lacking
        home = moving[case.household_id]
        is_village = case.division in villages
        reason = taking_refusal(struck=home.status == "removed", hindrance=home.hindrance, is_village=is_village)
        return Finding(refusal=reason) if reason else PASSED

    async def save(passed: list[tuple[TransferCase, Finding]]) -> None:
        await queries.move_households(connection, [case.id for case, _ in passed])
        moved = await households.lock_households(connection, [case.household_id for case, _ in passed])
        await emit(connection, act, "registry", await list_revised(connection, act, policy, moved))

    return await take_step(connection, act, TRANSFER, "taken", items, find, rows=cases, save=save)
