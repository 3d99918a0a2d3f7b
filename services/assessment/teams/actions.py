"""Keeping units and cadres, and giving every household its one helper."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from services.assessment.teams import queries
from services.assessment.teams.rules import PairingFacts, Tenure, leave_refusal, pairing_refusal, released_on
from services.assessment.teams.schemas import Cadre, HomePlace, NewLeave, NewPairing, Place, Unit
from services.assessment.teams.tables import CadreRow, Home, Paired
from shared.acts.batches import take_new
from shared.acts.bodies import Result, answers
from shared.acts.bonds import Begun, begin_pairings, end_pairings
from shared.data.sql import Connection
from shared.events.assessment import HelperAssigned, HelperReleased
from shared.events.registry import HouseholdReinstated, HouseholdRemoved, HouseholdRevised
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.problems import Problem

ROOM = "assessment.teams"
PAIRING = ("household_id", "cadre_id", "starts_on")
LEAVE = ("cadre_id", "starts_on", "ends_on")


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
    return answers(ROOM, [i.division for i in items], [refused[i.division] for i in items])


async def set_home_places(connection: Connection, act: Act, items: Sequence[HomePlace]) -> list[Result]:
    """The last word of a batch counts for a household named twice."""
    households = await queries.lock_households(connection, [i.household_id for i in items])
    reasons, rows = list[str | None](), dict[UUID, dict[str, Any]]()
    for item in items:
        home, reason = households.get(item.household_id), None
        if home is None:
            reason = "shared.household_unknown"
        elif home.status == "removed":
            reason = "household_removed"
        elif item.since_on > act.business_date:
            reason = "future_date"
        else:
            told = {"division": home.division, "set_on": act.business_date, "set_by": act.subject}
            rows[item.household_id] = item.model_dump() | told
        reasons.append(reason)
    await queries.set_home_places(connection, list(rows.values()))
    return answers(ROOM, [i.household_id for i in items], reasons)


async def set_units(connection: Connection, act: Act, items: Sequence[Unit]) -> list[Result]:
    await queries.take_turn(connection)
    owners = await queries.list_codes(connection, [i.code for i in items])
    # Cases and scores name units and cadres alike, by id alone.
    cadres = await queries.list_cadres_by_id(connection, [i.id for i in items])
    reasons, rows = [], dict[UUID, dict[str, Any]]()
    for item in items:
        reason = "id_taken" if item.id in cadres else _outside(act, item.division)
        if not reason and item.id in rows:
            reason = "twice_in_batch"
        if not reason and owners.setdefault(item.code, item.id) != item.id:
            reason = "code_taken"
        if not reason:
            rows[item.id] = item.model_dump() | {"set_on": act.business_date, "set_by": act.subject}
        reasons.append(reason)
    await queries.set_units(connection, list(rows.values()))
    return answers(ROOM, [i.id for i in items], reasons)


async def set_cadres(connection: Connection, act: Act, items: Sequence[Cadre]) -> list[Result]:
    """A cadre keeps his login: who takes over a post is another cadre."""
    await queries.take_turn(connection)
    units = await queries.list_units_by_id(connection, [one for i in items for one in (i.unit_id, i.id)])
    owners = await queries.list_logins(connection, [i.subject for i in items], [i.id for i in items])
    logins = {cadre_id: subject for subject, cadre_id in owners.items()}
    reasons, rows = [], dict[UUID, dict[str, Any]]()
    for item in items:
        reason = "id_taken" if item.id in units else _cadre_refusal(act, item, set(units))
        if not reason and item.id in rows:
            reason = "twice_in_batch"
        if not reason and logins.setdefault(item.id, item.subject) != item.subject:
            reason = "login_fixed"
        if not reason and owners.setdefault(item.subject, item.id) != item.id:
            reason = "login_taken"
        if not reason:
            rows[item.id] = item.model_dump() | {"set_on": act.business_date, "set_by": act.subject}
        reasons.append(reason)
    await queries.set_cadres(connection, list(rows.values()))
    return answers(ROOM, [i.id for i in items], reasons)


def _cadre_refusal(act: Act, item: Cadre, units: set[UUID]) -> str | None:
    if item.unit_id not in units:
        return "unit_unknown"
    if item.starts_on > act.business_date:
        return "future_date"
    return _outside(act, item.division)


async def assign_helpers(connection: Connection, act: Act, items: Sequence[NewPairing]) -> list[Result]:
    """Begin pairings; the one that stands ends on the day on which the new one begins.

    Raises:
        Problem: an id was taken meanwhile (409); nothing of the batch is done.
    """
    ids = [i.id for i in items]
    households = await queries.lock_households(connection, [i.household_id for i in items])
    cadres = await queries.list_cadres_by_id(connection, [i.cadre_id for i in items])
    known = await queries.list_pairings_by_id(connection, ids)
    hidden = await queries.list_taken(connection, ids) - set(known)
    latest = await queries.list_latest_pairings(connection, list(households))
    held = await queries.list_held(connection, list(households))
    reasons, fresh, ended = [], dict[UUID, Paired](), dict[UUID, date]()
    for item in items:
        reason = "id_taken" if item.id in hidden else _pairing_reason(act, item, known, households, cadres, latest)
        if not reason and item.id not in known:
            reason = held.get(item.household_id)
        reasons.append(reason)
        if reason or item.id in known:
            continue
        before, home = latest.get(item.household_id), households[item.household_id]
        if before and before.id in fresh:
            fresh[before.id] = before._replace(ends_on=item.starts_on)
        elif before and before.ends_on is None:
            ended[before.id] = item.starts_on
        row = Paired(item.id, home.id, home.division, item.cadre_id, item.starts_on, None)
        fresh[item.id] = known[item.id] = latest[home.id] = row
    await queries.end_pairings(connection, ended)
    rows = list(fresh.values())
    if await queries.insert_pairings(connection, rows, act.business_date, act.subject) != len(rows):
        raise Problem("shared.id_taken")
    await _tell_assigned(connection, act, rows, cadres)
    return answers(ROOM, ids, reasons)


async def _tell_assigned(
    connection: Connection, act: Act, rows: Sequence[Paired], cadres: Mapping[UUID, CadreRow]
) -> None:
    """Who helps these households from the first day of each pairing on: row-level security asks, others listen."""
    facts = [
        HelperAssigned(
            household_id=row.household_id,
            division=row.division,
            pairing_id=row.id,
            cadre_id=row.cadre_id,
            starts_on=row.starts_on,
            subject=cadres[row.cadre_id].subject,
        )
        for row in rows
    ]
    await begin_pairings(connection, [Begun(f.pairing_id, f.household_id, f.subject or "", f.starts_on) for f in facts])
    await emit(connection, act, "assessment", facts)


def _pairing_reason(
    act: Act,
    item: NewPairing,
    known: dict[UUID, Paired],
    households: dict[UUID, Home],
    cadres: dict[UUID, CadreRow],
    latest: dict[UUID, Paired],
) -> str | None:
    if item.id in known:
        same = all(getattr(known[item.id], name) == getattr(item, name) for name in PAIRING)
        return None if same else "content_differs"
    if item.household_id not in households:
        return "shared.household_unknown"
    if item.cadre_id not in cadres:
        return "cadre_unknown"
    before = latest.get(item.household_id)
    last = Tenure(before.cadre_id, before.starts_on, before.ends_on) if before else None
    status = households[item.household_id].status
    return pairing_refusal(PairingFacts(act.business_date, status, item.cadre_id, item.starts_on, last))


async def record_leaves(connection: Connection, act: Act, items: Sequence[NewLeave]) -> list[Result]:
    """Leave counts as presence was due on fewer days; nobody records his own."""
    cadres = await queries.lock_cadres(connection, [i.cadre_id for i in items])
    rows = await queries.list_leaves(connection, list(cadres), [i.id for i in items])
    away = defaultdict[UUID, list[tuple[date, date]]](list)
    for row in rows:
        away[row.cadre_id].append((row.starts_on, row.ends_on))

    def judge(item: NewLeave) -> str | dict[str, Any]:
        cadre, days = cadres.get(item.cadre_id), away[item.cadre_id]
        if cadre is None:
            return "cadre_unknown"
        if cadre.subject == act.subject:
            return "shared.same_person"
        if reason := leave_refusal(item.starts_on, item.ends_on, days):
            return reason
        days.append((item.starts_on, item.ends_on))
        recorded = {"recorded_on": act.business_date, "recorded_by": act.subject}
        return item.model_dump() | recorded | {"division": cadre.division}

    reasons, _ = await take_new(
        items, {row.id: row for row in rows}, LEAVE, judge, partial(queries.insert_leaves, connection)
    )
    return answers(ROOM, [i.id for i in items], reasons)


async def release_helpers(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    """The households left the register; who helped them does so no more."""
    removed = {fact.household_id: (act, fact.removed_on) for act, fact in facts}
    await _release(connection, removed, await queries.lock_open_pairings(connection, sorted(removed)))


async def release_left_behind(connection: Connection, facts: Sequence[tuple[Act, HouseholdRevised]]) -> None:
    """The households live elsewhere since this is told: who helps where they went goes on, nobody else does."""
    told = {fact.household_id: (act, act.business_date) for act, fact in facts}
    await _release(connection, told, await queries.lock_left_behind(connection, sorted(told)))


async def _release(
    connection: Connection, told: Mapping[UUID, tuple[Act, date]], standing: Mapping[UUID, Paired]
) -> None:
    """End the pairings, by household; `told` is what ends them, and on which day."""
    ends_on = {row.id: released_on(row.starts_on, told[one][1]) for one, row in standing.items()}
    await queries.end_pairings(connection, ends_on)
    await end_pairings(connection, {one: ends_on[row.id] for one, row in standing.items()})
    for one, row in sorted(standing.items()):
        released = HelperReleased(
            household_id=one,
            division=row.division,
            pairing_id=row.id,
            cadre_id=row.cadre_id,
            ended_on=ends_on[row.id],
        )
        await emit(connection, told[one][0], "assessment", [released])


async def resume_helpers(connection: Connection, facts: Sequence[tuple[Act, HouseholdReinstated]]) -> None:
    """The households were struck by mistake. A pairing ends by the next one or by that: the last goes on, unless the
    household had moved away from it before.
    """
    acts = {fact.household_id: act for act, fact in facts}
    lives = {fact.household_id: fact.division for _, fact in facts}
    latest = await queries.list_latest_pairings(connection, sorted(acts))
    cadres = await queries.list_cadres_by_id(connection, [row.cadre_id for row in latest.values()])
    ended = {
        one: row
        for one, row in sorted(latest.items())
        if row.ends_on is not None and lives[one].startswith(cadres[row.cadre_id].division)
    }
    await queries.resume_pairings(connection, [row.id for row in ended.values()])
    for one, row in ended.items():
        await _tell_assigned(connection, acts[one], [row], cadres)
