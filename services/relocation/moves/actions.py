"""Handing over keys, and taking in moves: reported by one person, confirmed by another."""

from collections.abc import Sequence
from uuid import UUID

from services.relocation.allocation import queries as allocations
from services.relocation.allocation.actions import lock_with_applications
from services.relocation.applications.actions import advance, change, sort_out
from services.relocation.applications.schemas import Result
from services.relocation.moves import queries
from services.relocation.moves.rules import key_refusal, report_refusal
from services.relocation.moves.schemas import Case, Confirmation, Report
from shared.acts.freezes import list_frozen
from shared.data.sql import Connection, Row
from shared.events.relocation import HouseholdMovedIn, KeyHandedOver
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.values.ids import uuid7

TWICE = "relocation.moves.twice_in_batch"


def _with_states(results: Sequence[Result], states: dict[UUID, str]) -> list[Result]:
    return [r.model_copy(update={"state": states[r.id]}) if r.status == "accepted" else r for r in results]


async def hand_keys(connection: Connection, act: Act, items: Sequence[Case]) -> list[Result]:
    """The keys go out once the notice has run and nothing is under review."""
    on = act.business_date
    rows, cases = await lock_with_applications(connection, [i.allocation_id for i in items])
    frozen = await list_frozen(connection, [r["household_id"] for r in rows.values()])

    def refusal(row: Row, _item: Case) -> str | None:
        return key_refusal(row["state"], row["notice_ends_on"], on, frozen=row["household_id"] in frozen)

    results, passed = sort_out(items, lambda i: i.allocation_id, rows, refusal, TWICE)
    taken = [row for row, _ in passed]
    await allocations.set_states(connection, [(r["id"], "key_handed", on, None) for r in taken])
    detail = [(cases[r["application_id"]], {"allocation_id": str(r["id"])}) for r in taken]
    await advance(connection, act, "key_handed", [change(c, "key_handed", detail=d) for c, d in detail])
    await emit(connection, act, "relocation", [
        KeyHandedOver(
            household_id=r["household_id"], division=r["division"], application_id=r["application_id"],
            allocation_id=r["id"], handed_on=on,
        )
        for r in taken
    ])  # fmt: skip
    return _with_states(results, {r["id"]: "key_handed" for r in taken})


async def report_moves(connection: Connection, act: Act, items: Sequence[Report]) -> list[Result]:
    """Somebody was there and brings evidence; nothing follows from it until another person has confirmed."""
    on = act.business_date
    rows, _ = await lock_with_applications(connection, [i.allocation_id for i in items])

    def refusal(row: Row, item: Report) -> str | None:
        return report_refusal(row["state"], row["key_handed_on"], item.moved_in_on, item.power_kwh_x100, on)

    results, passed = sort_out(items, lambda i: i.allocation_id, rows, refusal, TWICE)
    await queries.insert_reports(connection, [
        item.model_dump() | {
            "id": uuid7(), "application_id": row["application_id"], "division": row["division"], "reported_on": on,
            "reported_by": act.subject,
        }
        for row, item in passed
    ])  # fmt: skip
    await allocations.set_states(connection, [(row["id"], "reported", None, None) for row, _ in passed])
    return _with_states(results, {row["id"]: "reported" for row, _ in passed})


async def confirm_moves(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """Confirmed, the household has moved in; turned down, it has its keys and may be reported again."""
    rows, cases = await lock_with_applications(connection, [i.allocation_id for i in items])
    reports = await queries.lock_open_reports(connection, list(rows))

    def refusal(row: Row, _item: Confirmation) -> str | None:
        if row["state"] != "reported" or row["id"] not in reports:
            return "relocation.moves.wrong_state"
        return "shared.same_person" if reports[row["id"]]["reported_by"] == act.subject else None

    results, passed = sort_out(items, lambda i: i.allocation_id, rows, refusal, TWICE)
    found = [(reports[row["id"]]["id"], item.confirmed) for row, item in passed]
    await queries.close_reports(connection, found, act.business_date, act.subject)
    lived = {row["id"]: reports[row["id"]]["moved_in_on"] for row, item in passed if item.confirmed}
    states = {row["id"]: "moved_in" if item.confirmed else "key_handed" for row, item in passed}
    await allocations.set_states(connection, [(i, state, None, lived.get(i)) for i, state in states.items()])
    taken = [rows[i] for i in lived]
    await advance(connection, act, "moved_in", [
        change(
            cases[r["application_id"]], "moved_in", moved_in_on=lived[r["id"]],
            detail={"allocation_id": str(r["id"])},
        )
        for r in taken
    ])  # fmt: skip
    await emit(connection, act, "relocation", [
        HouseholdMovedIn(
            household_id=r["household_id"], division=r["division"], application_id=r["application_id"],
            allocation_id=r["id"], cohort=r["cohort"], members=r["members"], area_m2_x100=r["area_m2_x100"],
            moved_in_on=lived[r["id"]],
        )
        for r in taken
    ])  # fmt: skip
    return _with_states(results, states)
