"""Reporting and confirming who left a household, and which households do not belong in the register."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.changes import queries
from services.registry.changes.rules import (
    Membership,
    Person,
    confirmation_refusal,
    departure_refusal,
    next_head,
    struck_reason,
)
from services.registry.changes.schemas import ChangeResult, Confirmation, Departure, Removal
from services.registry.exits.actions import end_cases
from services.registry.exits.queries import lock_open_cases
from services.registry.households import queries as households
from services.registry.households.rules import BorrowerPolicy, household_flags
from shared.data.sql import Connection, Row
from shared.events.envelope import Payload
from shared.events.registry import HouseholdRemoved, HouseholdRevised, MemberRemoved
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy

CONTENT_DIFFERS = "registry.changes.content_differs"
ALREADY_REPORTED = "registry.changes.already_reported"
REMOVED = "registry.changes.household_removed"
DEPARTURE = ("member_id", "reason", "left_on")
REMOVAL = ("household_id", "reason", "evidence")


async def report_departures(connection: Connection, act: Act, items: Sequence[Departure]) -> list[ChangeResult]:
    """What is reported waits for another person; the same report again is answered the same."""
    people = await queries.list_people(connection, [i.reference for i in items])
    earlier = await queries.list_departures_by_id(connection, [i.id for i in items])
    taken = await queries.list_reported(connection, [p["id"] for p in people.values()])
    fresh: dict[UUID, dict[str, Any]] = {}
    refusals: list[str | None] = []
    for item in items:
        person = people.get(item.reference)
        member_id = person["id"] if person else None
        content = {"member_id": member_id, "reason": item.reason, "left_on": item.left_on}
        code = _repeated(item.id, content, earlier | fresh, DEPARTURE)
        if code is None and item.id not in earlier | fresh:
            code = departure_refusal(_membership(person), item.left_on, act.business_date)
            code = code or (ALREADY_REPORTED if member_id in taken else None)
            if person and code is None:
                taken.add(person["id"])
                fresh[item.id] = content | {
                    "id": item.id, "household_id": person["household_id"], "division": person["division"],
                    "state": "reported", "reported_on": act.business_date, "reported_by": act.subject,
                }  # fmt: skip
        refusals.append(code)
    free = await queries.insert_departures(connection, list(fresh.values()))
    return _reported(items, refusals, {**earlier, **{i: row for i, row in fresh.items() if i in free}})


def _membership(person: Row | None) -> Membership | None:
    return Membership(person["joined_on"], stays=person["stays"]) if person else None


def _repeated(one: UUID, content: dict[str, Any], known: Mapping[UUID, Any], names: Sequence[str]) -> str | None:
    """Whether an id came before with another content."""
    before = known.get(one)
    return CONTENT_DIFFERS if before and any(before[name] != content[name] for name in names) else None


def _reported(items: Sequence[Any], refusals: Sequence[str | None], kept: Mapping[UUID, Any]) -> list[ChangeResult]:
    """An item that was neither refused nor kept lost its id, or its subject, to somebody else this moment."""
    results = []
    for item, refusal in zip(items, refusals, strict=True):
        code = refusal or (None if item.id in kept else "registry.changes.id_taken")
        state = kept[item.id]["state"] if item.id in kept else None
        results.append(ChangeResult(id=item.id, status="refused" if code else "accepted", code=code, state=state))
    return results


def _confirm(
    act: Act, items: Sequence[Confirmation], rows: Mapping[UUID, Row], opened: tuple[str, str],
    outcomes: dict[UUID, str], struck: Sequence[UUID] = (),
) -> list[ChangeResult]:  # fmt: skip
    """A result for each; `outcomes` is filled with what is decided. `opened`: the open state, the maker's column.

    What stands in `struck` is of a household that has left the register already.
    """
    results, (state, maker) = [], opened
    for item in items:
        row = rows.get(item.id)
        code = confirmation_refusal(row["state"] if row else None, state, row[maker] if row else "", act.subject)
        if item.id in outcomes:
            code = "registry.changes.twice_in_batch"
        if code is None and item.confirmed and item.id in struck:
            code = REMOVED
        if code is None:
            outcomes[item.id] = "confirmed" if item.confirmed else "rejected"
        now = outcomes.get(item.id) or (row["state"] if row else None)
        results.append(ChangeResult(id=item.id, status="refused" if code else "accepted", code=code, state=now))
    return results


async def confirm_departures(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Confirmation]
) -> list[ChangeResult]:
    """Who is confirmed to have left is no member from that day on; the last one's household leaves the register."""
    rows = await queries.lock_departures(connection, [i.id for i in items])
    outcomes: dict[UUID, str] = {}
    results = _confirm(act, items, rows, ("reported", "reported_by"), outcomes)
    left = sorted(
        (rows[i] for i, state in outcomes.items() if state == "confirmed"), key=lambda r: (r["left_on"], r["id"])
    )
    ids = sorted({r["household_id"] for r in left})
    await lock_open_cases(connection, ids)
    homes = await households.lock_households(connection, ids)
    if outcomes:
        await queries.decide_departures(connection, outcomes, act.business_date, act.subject)
    facts: list[Payload] = []
    last: dict[UUID, Row] = {}
    for turn in _turns(left):
        counts = await _leave(connection, act, policy, turn, homes, facts)
        last |= {one: turn[one] for one, count in counts.items() if not count and homes[one]["status"] != "removed"}
    await _strike(connection, act, {one: struck_reason(row["reason"]) for one, row in last.items()}, homes, facts)
    await emit(connection, act, "registry", facts)
    return results


def _turns(left: Sequence[Row]) -> list[dict[UUID, Row]]:
    """By household, one departure a turn, in the order of their days."""
    turns: list[dict[UUID, Row]] = []
    for row in left:
        free = next((t for t in turns if row["household_id"] not in t), None)
        if free is None:
            turns.append(free := {})
        free[row["household_id"]] = row
    return turns


async def _leave(
    connection: Connection, act: Act, policy: Policy, turn: Mapping[UUID, Row], homes: Mapping[UUID, Row],
    facts: list[Payload],
) -> dict[UUID, int]:  # fmt: skip
    """One departure from each household: its members end, its head follows; how many are left."""
    on = act.business_date
    heads = await queries.list_last_heads(connection, [r["member_id"] for r in turn.values()])
    await households.end_membership(connection, {r["member_id"]: r["left_on"] for r in turn.values()})
    people = await households.list_members(connection, list(turn), on)
    heirs = {
        heir: one
        for one, rows in people.items()
        if (heir := next_head([Person(r["member_id"], r["born_on"], r["relation"] == "head") for r in rows]))
    }
    if heirs:
        await households.set_heads(connection, heirs)
    known = await households.list_facts(connection, list(turn), on)
    oldest = policy.on(on, BorrowerPolicy).oldest_borrower
    for one, row in turn.items():
        home, count = homes[one], len(people[one])
        flags = household_flags(households.member_facts(people[one]), on, oldest)
        about = {"household_id": one, "division": home["division"]}
        facts += [
            HouseholdRevised(
                **about, status=home["status"] if count else "removed", members=count, has_labour=flags.has_labour,
                borrower_age_ok=flags.borrower_age_ok, needs_accessible=flags.needs_accessible,
                deep_poverty=known[one]["deep_poverty"], relocated=home["relocated"],
            ),
            MemberRemoved(
                **about, reason=row["reason"], head=row["member_id"] in heads, members=count, removed_on=row["left_on"]
            ),
        ]  # fmt: skip
    return {one: len(rows) for one, rows in people.items()}


async def _strike(
    connection: Connection, act: Act, reasons: Mapping[UUID, str], homes: Mapping[UUID, Row], facts: list[Payload]
) -> None:
    """Strike households, by reason; what is under way for them ends."""
    if not reasons:
        return
    await end_cases(connection, act, list(reasons))
    await households.strike(connection, list(reasons))
    facts += [
        HouseholdRemoved(
            household_id=one, division=homes[one]["division"], reason=reason, removed_on=act.business_date
        )
        for one, reason in reasons.items()
    ]  # fmt: skip


async def propose_removals(connection: Connection, act: Act, items: Sequence[Removal]) -> list[ChangeResult]:
    """A match is a suspicion: a person in the village lays the proof before another (domain notes 2.1)."""
    homes = await households.lock_households(connection, [i.household_id for i in items])
    earlier = await queries.list_removals_by_id(connection, [i.id for i in items])
    taken = await queries.list_proposed(connection, list(homes))
    fresh: dict[UUID, dict[str, Any]] = {}
    refusals: list[str | None] = []
    for item in items:
        content = {name: getattr(item, name) for name in REMOVAL}
        code = _repeated(item.id, content, earlier | fresh, REMOVAL)
        if code is None and item.id not in earlier | fresh:
            code = _removal_refusal(item.household_id, homes, taken)
            if code is None:
                taken.add(item.household_id)
                fresh[item.id] = content | {
                    "id": item.id, "division": homes[item.household_id]["division"], "state": "proposed",
                    "proposed_on": act.business_date, "proposed_by": act.subject,
                }  # fmt: skip
        refusals.append(code)
    free = await queries.insert_removals(connection, list(fresh.values()))
    return _reported(items, refusals, {**earlier, **{i: row for i, row in fresh.items() if i in free}})


def _removal_refusal(one: UUID, homes: Mapping[UUID, Row], taken: set[UUID]) -> str | None:
    if one not in homes:
        return "shared.not_found"
    if homes[one]["status"] == "removed":
        return REMOVED
    return ALREADY_REPORTED if one in taken else None


async def confirm_removals(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[ChangeResult]:
    """Another person, of the county, confirms: the household is struck. Nothing of it is deleted."""
    rows = await queries.lock_removals(connection, [i.id for i in items])
    ids = sorted({r["household_id"] for r in rows.values() if r["state"] == "proposed"})
    await lock_open_cases(connection, ids)
    homes = await households.lock_households(connection, ids)
    gone = [
        i for i, r in rows.items() if r["household_id"] in homes and homes[r["household_id"]]["status"] == "removed"
    ]
    outcomes: dict[UUID, str] = {}
    results = _confirm(act, items, rows, ("proposed", "proposed_by"), outcomes, gone)
    if outcomes:
        await queries.decide_removals(connection, outcomes, act.business_date, act.subject)
    facts: list[Payload] = []
    reasons = {rows[i]["household_id"]: rows[i]["reason"] for i, state in outcomes.items() if state == "confirmed"}
    await _strike(connection, act, reasons, homes, facts)
    await emit(connection, act, "registry", facts)
    return results
