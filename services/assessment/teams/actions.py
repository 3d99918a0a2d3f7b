"""Keeping units and cadres, and giving every household its one helper."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.assessment.teams import queries
from services.assessment.teams.rules import PairingFacts, Tenure, leave_refusal, pairing_refusal, released_on
from services.assessment.teams.schemas import Cadre, NewLeave, NewPairing, Place, Result, Unit
from shared.data.sql import Connection, Row
from shared.events.assessment import HelperAssigned, HelperReleased
from shared.events.registry import HouseholdRemoved
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.problems import Problem


def _result(item_id: UUID | str, code: str | None) -> Result:
    return Result(id=item_id, status="refused" if code else "accepted", code=code)


def _room(reason: str | None) -> str | None:
    return reason and f"assessment.teams.{reason}"


def _outside(act: Act, division: str) -> str | None:
    return None if act.caller.within(division) else "outside_area"


async def set_places(connection: Connection, act: Act, items: Sequence[Place]) -> list[Result]:
    """The last word of a batch counts for a village named twice."""
    refused = {i.division: _outside(act, i.division) for i in items}
    rows = {
        i.division: i.model_dump() | {"set_on": act.business_date, "set_by": act.subject}
        for i in items
        if not refused[i.division]
    }
    await queries.set_places(connection, list(rows.values()))
    return [_result(i.division, _room(refused[i.division])) for i in items]


async def set_units(connection: Connection, act: Act, items: Sequence[Unit]) -> list[Result]:
    await queries.take_turn(connection)
    owners = await queries.list_codes(connection, [i.code for i in items])
    results, rows = [], dict[UUID, dict[str, Any]]()
    for item in items:
        reason = _outside(act, item.division)
        if not reason and item.id in rows:
            reason = "twice_in_batch"
        if not reason and owners.setdefault(item.code, item.id) != item.id:
            reason = "code_taken"
        if not reason:
            rows[item.id] = item.model_dump() | {"set_on": act.business_date, "set_by": act.subject}
        results.append(_result(item.id, _room(reason)))
    await queries.set_units(connection, list(rows.values()))
    return results


async def set_cadres(connection: Connection, act: Act, items: Sequence[Cadre]) -> list[Result]:
    """A cadre keeps his login: who takes over a post is another cadre."""
    await queries.take_turn(connection)
    units = await queries.list_units_by_id(connection, [i.unit_id for i in items])
    owners = await queries.list_logins(connection, [i.subject for i in items], [i.id for i in items])
    logins = {cadre_id: subject for subject, cadre_id in owners.items()}
    results, rows = [], dict[UUID, dict[str, Any]]()
    for item in items:
        reason = _cadre_refusal(act, item, set(units))
        if not reason and item.id in rows:
            reason = "twice_in_batch"
        if not reason and logins.setdefault(item.id, item.subject) != item.subject:
            reason = "login_fixed"
        if not reason and owners.setdefault(item.subject, item.id) != item.id:
            reason = "login_taken"
        if not reason:
            rows[item.id] = item.model_dump() | {"set_on": act.business_date, "set_by": act.subject}
        results.append(_result(item.id, _room(reason)))
    await queries.set_cadres(connection, list(rows.values()))
    return results


def _cadre_refusal(act: Act, item: Cadre, units: set[UUID]) -> str | None:
    if item.unit_id not in units:
        return "unit_unknown"
    if item.starts_on > act.business_date:
        return "future_date"
    return _outside(act, item.division)


async def assign_helpers(connection: Connection, act: Act, items: Sequence[NewPairing]) -> list[Result]:
    """Begin pairings; the one that stands ends on the day on which the new one begins.

    Raises:
        Problem: an id is somebody else's outside the caller's area (409); nothing of the batch is done.
    """
    households = await queries.lock_households(connection, [i.household_id for i in items])
    cadres = await queries.list_cadres_by_id(connection, [i.cadre_id for i in items])
    known: dict[UUID, Any] = dict(await queries.list_pairings_by_id(connection, [i.id for i in items]))
    latest: dict[UUID, Any] = {
        one: dict(row) for one, row in (await queries.list_latest_pairings(connection, list(households))).items()
    }
    results, fresh, ended = [], list[dict[str, Any]](), dict[UUID, date]()
    for item in items:
        code = _pairing_code(act, item, known.get(item.id), households, cadres, latest)
        results.append(_result(item.id, code))
        if code or item.id in known:
            continue
        before = latest.get(item.household_id)
        if before and before["ends_on"] is None:
            before["ends_on"] = item.starts_on
            if not any(before is row for row in fresh):
                ended[before["id"]] = item.starts_on
        row = item.model_dump() | {"division": households[item.household_id]["division"], "ends_on": None}
        fresh.append(row)
        known[item.id] = latest[item.household_id] = row
    await queries.end_pairings(connection, ended)
    if await queries.insert_pairings(connection, fresh, act.business_date, act.subject) != len(fresh):
        raise Problem("assessment.teams.id_taken")
    await emit(connection, act, "assessment", [
        HelperAssigned(
            household_id=r["household_id"], division=r["division"], pairing_id=r["id"], cadre_id=r["cadre_id"],
            starts_on=r["starts_on"],
        )
        for r in fresh
    ])  # fmt: skip
    return results


def _pairing_code(
    act: Act, item: NewPairing, earlier: Any, households: dict[UUID, Row], cadres: dict[UUID, Row],
    latest: dict[UUID, Any],
) -> str | None:  # fmt: skip
    if earlier is not None:
        same = all(earlier[name] == getattr(item, name) for name in ("household_id", "cadre_id", "starts_on"))
        return None if same else "assessment.teams.content_differs"
    if item.household_id not in households:
        return "shared.household_unknown"
    if item.cadre_id not in cadres:
        return "assessment.teams.cadre_unknown"
    before = latest.get(item.household_id)
    last = Tenure(before["cadre_id"], before["starts_on"], before["ends_on"]) if before else None
    status = households[item.household_id]["status"]
    return _room(pairing_refusal(PairingFacts(act.business_date, status, item.cadre_id, item.starts_on, last)))


async def record_leaves(connection: Connection, act: Act, items: Sequence[NewLeave]) -> list[Result]:
    """Leave counts as presence was due on fewer days; nobody records his own."""
    cadres = await queries.lock_cadres(connection, [i.cadre_id for i in items])
    rows = await queries.list_leaves(connection, list(cadres), [i.id for i in items])
    known: dict[UUID, Any] = {r["id"]: r for r in rows}
    codes, fresh = dict[int, str | None](), dict[UUID, dict[str, Any]]()
    for number, item in enumerate(items):
        codes[number] = _leave_code(act, item, known, cadres.get(item.cadre_id))
        if codes[number] is None and item.id not in known:
            fresh[item.id] = known[item.id] = item.model_dump() | {
                "division": cadres[item.cadre_id]["division"], "recorded_on": act.business_date,
                "recorded_by": act.subject,
            }  # fmt: skip
    free = await queries.insert_leaves(connection, list(fresh.values()))
    taken = set(fresh) - free
    return [_result(i.id, "assessment.teams.id_taken" if i.id in taken else codes[n]) for n, i in enumerate(items)]


def _leave_code(act: Act, item: NewLeave, known: dict[UUID, Any], cadre: Row | None) -> str | None:
    if item.id in known:
        same = all(known[item.id][name] == getattr(item, name) for name in ("cadre_id", "starts_on", "ends_on"))
        return None if same else "assessment.teams.content_differs"
    if cadre is None:
        return "assessment.teams.cadre_unknown"
    if cadre["subject"] == act.subject:
        return "shared.same_person"
    others = [(r["starts_on"], r["ends_on"]) for r in known.values() if r["cadre_id"] == item.cadre_id]
    return _room(leave_refusal(item.starts_on, item.ends_on, others))


async def release_helpers(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    """The households left the register; who helped them does so no more."""
    removed = {fact.household_id: (act, fact.removed_on) for act, fact in facts}
    standing = await queries.lock_open_pairings(connection, sorted(removed))
    ends_on = {row["id"]: released_on(row["starts_on"], removed[one][1]) for one, row in standing.items()}
    await queries.end_pairings(connection, ends_on)
    for one, row in sorted(standing.items()):
        released = HelperReleased(
            household_id=one, division=row["division"], pairing_id=row["id"], cadre_id=row["cadre_id"],
            ended_on=ends_on[row["id"]],
        )  # fmt: skip
        await emit(connection, removed[one][0], "assessment", [released])
