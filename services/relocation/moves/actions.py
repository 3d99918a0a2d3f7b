"""Handing over keys, and taking in moves: reported by one person, confirmed by another."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.relocation.allocation import queries as allocations
from services.relocation.allocation.actions import MOVE
from services.relocation.allocation.tables import Allocation
from services.relocation.applications.actions import APPLICATION
from services.relocation.applications.tables import Application
from services.relocation.moves import queries
from services.relocation.moves.rules import report_refusal
from services.relocation.moves.schemas import Report
from services.relocation.moves.tables import MoveReport
from shared.acts.bodies import Case, Confirmation, Result
from shared.acts.procedures import Finding, advance, take_step
from shared.acts.suspicions import list_suspected
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.relocation import HouseholdMovedIn, KeyHandedOver
from shared.ground.context import Act
from shared.values.ids import uuid7


async def _lead(
    connection: Connection,
    act: Act,
    step: str,
    cases: Mapping[UUID, Application],
    passed: Sequence[tuple[Allocation, Finding]],
) -> None:
    """The applications go where their allocations went."""
    found = [
        (cases[home.application_id], step, Finding(detail={"allocation_id": str(home.id)}, sets=finding.sets))
        for home, finding in passed
    ]
    await advance(connection, act, APPLICATION, step, found)


def _of(home: Allocation) -> dict[str, Any]:
    names = ("household_id", "division", "application_id")
    return {name: getattr(home, name) for name in names} | {"allocation_id": home.id}


async def hand_keys(connection: Connection, act: Act, items: Sequence[Case]) -> list[Result]:
    """The keys go out once the notice has run and nothing is under review, nor looked into."""
    homes, cases = await allocations.lock_with_applications(connection, [i.id for i in items])
    suspected = await list_suspected(connection, [home.household_id for home in homes.values()])

    def find(home: Allocation, _item: Case) -> Finding:
        return Finding(refusal="shared.suspected" if home.household_id in suspected else None)

    def handed(home: Allocation, _found: Finding) -> Payload:
        return KeyHandedOver(**_of(home), handed_on=act.business_date)

    async def save(passed: Sequence[tuple[Allocation, Finding]]) -> None:
        await _lead(connection, act, "key_handed", cases, passed)

    return await take_step(connection, act, MOVE, "key_handed", items, find, rows=homes, facts=handed, save=save)


async def report_moves(connection: Connection, act: Act, items: Sequence[Report]) -> list[Result]:
    """Somebody was there and brings evidence; nothing follows from it until another person has confirmed."""
    on = act.business_date
    homes, _ = await allocations.lock_with_applications(connection, [i.id for i in items])
    reports = list[MoveReport]()

    def find(home: Allocation, item: Report) -> Finding:
        assert home.key_handed_on is not None
        refusal = report_refusal(home.key_handed_on, item.moved_in_on, item.power_kwh_x100, on)
        if refusal is None:
            of = (uuid7(), home.id, home.application_id, home.division)
            proof = (item.moved_in_on, item.photo_sha256, item.power_kwh_x100)
            reports.append(MoveReport(*of, *proof, reported_on=on, reported_by=act.subject))
        return Finding(refusal=refusal)

    results = await take_step(connection, act, MOVE, "reported", items, find, rows=homes)
    await queries.insert_reports(connection, reports)
    return results


async def confirm_moves(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """Confirmed, the household has moved in; turned down, it has its keys and may be reported again."""
    homes, cases = await allocations.lock_with_applications(connection, [i.id for i in items])
    reports = await queries.lock_open_reports(connection, list(homes))

    def find(home: Allocation, item: Confirmation) -> Finding:
        if item.confirmed:
            return Finding(sets={"moved_in_on": reports[home.id].moved_in_on})
        return Finding(passed=False, ends="key_handed", reason="not_confirmed")

    def moved_in(home: Allocation, finding: Finding) -> Payload:
        figures = {name: getattr(home, name) for name in ("cohort", "members", "area_m2_x100")}
        return HouseholdMovedIn(**_of(home), **figures, moved_in_on=finding.sets["moved_in_on"])

    async def save(passed: Sequence[tuple[Allocation, Finding]]) -> None:
        await _lead(connection, act, "moved_in", cases, passed)

    results = await take_step(connection, act, MOVE, "moved_in", items, find, rows=homes, facts=moved_in, save=save)
    found = [{"id": reports[r.id].id, "confirmed": r.state == "moved_in"} for r in results if r.status == "accepted"]
    await queries.close_reports(connection, found, act.business_date, act.subject)
    return results
