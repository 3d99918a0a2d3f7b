"""Reporting and confirming who left a household, and which households do not belong in the register."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from services.registry.changes import queries
from services.registry.changes.rules import Membership, Person, departure_refusal, next_head, struck_reason
from services.registry.changes.schemas import Departure, Removal, RemovalConfirmation
from services.registry.changes.tables import DepartureCase, KnownPerson, RemovalCase, departure, removal
from services.registry.exits.actions import end_cases
from services.registry.exits.queries import lock_open_cases
from services.registry.findings.actions import end_findings
from services.registry.followups.actions import end_duties
from services.registry.households import queries as households
from services.registry.households.rules import SUPPORTED, BorrowerPolicy, Status, borrowing_of, household_flags
from services.registry.households.tables import Household, HouseholdFact, MemberFact
from services.registry.inspections.actions import end_inspections
from services.registry.plans.actions import end_lines, end_lines_of
from services.registry.signals.actions import end_warnings
from services.registry.suspicions.actions import end_suspicions
from services.registry.touched.actions import ask
from shared.acts.bodies import Confirmation, Result
from shared.acts.bonds import keep_residents
from shared.acts.openings import open_cases
from shared.acts.procedures import (
    Finding,
    Procedure,
    Step,
    confirmed_or_rejected,
    lock_cases,
    take_step,
)
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.registry import HouseholdReclassified, HouseholdRemoved, HouseholdRevised, MemberRemoved
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "registry.changes"
ENDED = "shared.household_removed"
NOTHING: Mapping[UUID, UUID] = MappingProxyType({})
# A freeze holds up what a household receives, not what is true of it.
DEPARTURE = Procedure(f"{ROOM}.departures", departure, ((
    Step("confirmed", "reported", ("township",), ("reported_by",), "decided",
         zh="确认成员减少", en="Confirm who left the household"),
),), freezes=False)  # fmt: skip
REMOVAL = Procedure(f"{ROOM}.removals", removal, ((
    Step("confirmed", "proposed", ("county",), ("proposed_by",), "decided",
         zh="确认注销建档户", en="Confirm that the household is struck"),
),), freezes=False)  # fmt: skip


async def report_departures(connection: Connection, act: Act, items: Sequence[Departure]) -> list[Result]:
    """What is reported waits for another person; the same report again is answered the same."""
    people = await queries.list_people(connection, [i.reference for i in items])
    known = await queries.list_departures_by_id(connection, [i.id for i in items])
    reported = await queries.list_reported(connection, [p.id for p in people.values()])

    def judge(item: Departure) -> str | DepartureCase:
        person = people.get(item.reference)
        reason = departure_refusal(_membership(person), item.left_on, act.business_date)
        if reason or person is None:
            return reason or "not_found"
        if person.id in reported:
            return "already_reported"
        reported[person.id] = item.id
        return DEPARTURE.opened(
            act,
            "reported",
            id=item.id,
            household_id=person.household_id,
            member_id=person.id,
            division=person.division,
            reason=item.reason,
            left_on=item.left_on,
            reported_on=act.business_date,
            reported_by=act.subject,
        )

    save = partial(queries.insert_departures, connection)
    return await open_cases(
        connection, act, DEPARTURE, "reported", items, known, ("reference", "reason", "left_on"), judge, save, room=ROOM
    )


def _membership(person: KnownPerson | None) -> Membership | None:
    return Membership(person.joined_on, stays=person.stays) if person else None


async def confirm_departures(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Confirmation]
) -> list[Result]:
    """Who is confirmed to have left is no member from that day on; the last one's household leaves the register."""
    cases = await lock_cases(connection, DEPARTURE, [i.id for i in items])
    ids = sorted({c.household_id for c in cases.values() if c.state == "reported"})
    await lock_open_cases(connection, ids)
    homes = await households.lock_households(connection, ids)
    people = await households.list_members(connection, ids, act.business_date)
    belong = {p.member_id for members in people.values() for p in members}

    def find(case: DepartureCase, item: Confirmation) -> Finding:
        gone = case.member_id not in belong  # with another household, since it was reported
        return Finding(refusal=f"{ROOM}.has_left") if item.confirmed and gone else confirmed_or_rejected(case, item)

    async def save(passed: list[tuple[DepartureCase, Finding]]) -> None:
        left = sorted((case for case, _ in passed), key=lambda c: (c.left_on, c.id))
        facts: list[Payload] = []
        last: dict[UUID, str] = {}
        for turn in _turns(left):
            counts = await _leave(connection, act, policy, turn, homes, facts)
            last |= {
                one: struck_reason(turn[one].reason)
                for one, count in counts.items()
                if not count and homes[one].status != "removed"
            }
        await _strike(connection, act, last, homes, facts)
        await emit(connection, act, "registry", facts)

    return await take_step(connection, act, DEPARTURE, "confirmed", items, find, rows=cases, save=save)


def _turns(left: Sequence[DepartureCase]) -> list[dict[UUID, DepartureCase]]:
    """By household, one departure a turn, in the order of their days."""
    turns: list[dict[UUID, DepartureCase]] = []
    for row in left:
        free = next((t for t in turns if row.household_id not in t), None)
        if free is None:
            turns.append(free := {})
        free[row.household_id] = row
    return turns


async def _leave(
    connection: Connection,
    act: Act,
    policy: Policy,
    turn: Mapping[UUID, DepartureCase],
    homes: Mapping[UUID, Household],
    facts: list[Payload],
) -> dict[UUID, int]:
    """One departure from each household: its members end, its head follows; how many are left."""
    heads = await queries.list_last_heads(connection, [r.member_id for r in turn.values()])
    await households.end_membership(connection, {r.member_id: r.left_on for r in turn.values()})
    wholes = await settle(connection, act, policy, {one: homes[one] for one in turn})
    references = await queries.list_references(connection, [row.member_id for row in turn.values()])
    await end_lines_of(connection, act, {(one, references[row.member_id]) for one, row in turn.items()})
    for one, row in turn.items():
        facts.append(wholes[one])
        facts.append(
            MemberRemoved(
                household_id=one,
                division=homes[one].division,
                reason=row.reason,
                head=row.member_id in heads,
                members=wholes[one].members,
                removed_on=row.left_on,
                person=references[row.member_id],
            )
        )
    return {one: whole.members for one, whole in wholes.items()}


async def settle(
    connection: Connection, act: Act, policy: Policy, homes: Mapping[UUID, Household]
) -> dict[UUID, HouseholdRevised]:
    """Of households that somebody left or joined: each has a head and its residents, and its whole is to be told."""
    on, ids = act.business_date, sorted(homes)
    people = await households.list_members(connection, ids, on)
    heirs = {
        heir: one
        for one, members in people.items()
        if (heir := next_head([Person(p.member_id, p.born_on, p.relation == "head") for p in members]))
    }
    if heirs:
        await households.set_heads(connection, heirs)
    wholes = {whole.household_id: whole for whole in await list_revised(connection, act, policy, homes)}
    await keep_residents(connection, {one: whole.people or [] for one, whole in wholes.items()})
    return wholes


def revised(
    home: Household,
    people: Sequence[MemberFact],
    references: Mapping[UUID, str],
    status: Status,
    on: date,
    oldest: int,
    *,
    deep_poverty: bool,
) -> HouseholdRevised:
    """The whole of a household as it stands with these people; `references` by member."""
    return HouseholdRevised(
        household_id=home.id,
        division=home.division,
        status=status,
        members=len(people),
        **household_flags(households.member_facts(people), on, oldest)._asdict(),
        deep_poverty=deep_poverty,
        relocated=home.relocated,
        household_no=home.household_no,
        people=[references[p.member_id] for p in people],
        **borrowing_of([p.born_on for p in people], oldest)._asdict(),
    )


async def list_revised(
    connection: Connection, act: Act, policy: Policy, homes: Mapping[UUID, Household]
) -> list[HouseholdRevised]:
    """The wholes of households as they stand on the day of the act; one of nobody is struck."""
    ids, on = sorted(homes), act.business_date
    people = await households.list_members(connection, ids, on)
    references = await queries.list_references(
        connection, [p.member_id for members in people.values() for p in members]
    )
    known = await households.list_facts(connection, ids, on)
    oldest = policy.on(on, BorrowerPolicy).oldest_borrower
    return [
        revised(
            home,
            people[one],
            references,
            home.status if people[one] else "removed",
            on,
            oldest,
            deep_poverty=known[one].deep_poverty,
        )
        for one, home in sorted(homes.items())
    ]


class Standing(NamedTuple):
    """How households stand today, and their people."""

    facts: Mapping[UUID, HouseholdFact]
    people: Mapping[UUID, Sequence[MemberFact]]


async def list_standing(connection: Connection, act: Act, ids: Sequence[UUID]) -> Standing:
    """What others may know of households, to tell them afterwards of what changed."""
    return Standing(
        await households.list_facts(connection, ids, act.business_date),
        await households.list_members(connection, ids, act.business_date),
    )


async def tell_changes(
    connection: Connection,
    act: Act,
    policy: Policy,
    homes: Mapping[UUID, Household],
    before: Standing,
    since: Mapping[UUID, date],
) -> None:
    """Others hear of a household's class and flags where they are other ones today; never of an illness. `since`: from
    when on a class holds, by household.
    """
    on = act.business_date
    oldest = policy.on(on, BorrowerPolicy).oldest_borrower
    now = await list_standing(connection, act, list(homes))
    classes = {i: (f.attribute, f.deep_poverty) for i, f in now.facts.items()}
    reclassified = [i for i, f in before.facts.items() if classes[i] != (f.attribute, f.deep_poverty)]
    flags = {i: household_flags(households.member_facts(people), on, oldest) for i, people in now.people.items()}
    was = {i: household_flags(households.member_facts(people), on, oldest) for i, people in before.people.items()}
    changed = [i for i in homes if flags[i] != was[i] or i in reclassified]
    told = list[Payload](await list_revised(connection, act, policy, {i: homes[i] for i in changed}))
    told += [
        HouseholdReclassified(
            household_id=i,
            division=homes[i].division,
            deep_poverty=now.facts[i].deep_poverty,
            supported=now.facts[i].attribute in SUPPORTED,
            since_on=since[i],
        )
        for i in reclassified
    ]
    await emit(connection, act, "registry", told)


async def _strike(
    connection: Connection,
    act: Act,
    reasons: Mapping[UUID, str],
    homes: Mapping[UUID, Household],
    facts: list[Payload],
    touched: Mapping[UUID, UUID] = NOTHING,
) -> None:
    """Strike households, by reason; what is under way for them ends. `touched`: the cases that ask what was given."""
    if not reasons:
        return
    await end_cases(connection, act, list(reasons))
    await end_findings(connection, act, list(reasons))
    await end_inspections(connection, act, list(reasons))
    facts += await end_suspicions(connection, act, list(reasons))
    await end_lines(connection, act, list(reasons))
    await end_duties(connection, act, list(reasons), ENDED)
    await end_warnings(connection, act, list(reasons), ENDED)
    on = act.business_date
    await households.strike(connection, list(reasons), on)
    facts += [
        HouseholdRemoved(
            household_id=one, division=homes[one].division, reason=reason, removed_on=on, touched_id=touched.get(one)
        )
        for one, reason in reasons.items()
    ]


async def propose_removals(connection: Connection, act: Act, items: Sequence[Removal]) -> list[Result]:
    """A match is a suspicion: a person in the village lays the proof before another (domain notes 2.1)."""
    homes = await households.lock_households(connection, [i.household_id for i in items])
    known = await queries.list_removals_by_id(connection, [i.id for i in items])
    proposed = await queries.list_proposed(connection, list(homes))

    def judge(item: Removal) -> str | RemovalCase:
        one = item.household_id
        if one not in homes:
            return "not_found"
        if homes[one].status == "removed":
            return "household_removed"
        if one in proposed:
            return "already_reported"
        proposed.add(one)
        return REMOVAL.opened(
            act,
            "proposed",
            id=item.id,
            household_id=one,
            division=homes[one].division,
            reason=item.reason,
            evidence=item.evidence,
            proposed_on=act.business_date,
            proposed_by=act.subject,
        )

    save = partial(queries.insert_removals, connection)
    return await open_cases(
        connection,
        act,
        REMOVAL,
        "proposed",
        items,
        known,
        ("household_id", "reason", "evidence"),
        judge,
        save,
        room=ROOM,
    )


async def confirm_removals(connection: Connection, act: Act, items: Sequence[RemovalConfirmation]) -> list[Result]:
    """Another person, of the county, who names it, confirms: the household is struck. Nothing of it is deleted."""
    cases = await lock_cases(connection, REMOVAL, [i.id for i in items])
    ids = sorted({c.household_id for c in cases.values() if c.state == "proposed"})
    await lock_open_cases(connection, ids)
    homes = await households.lock_households(connection, ids)

    def find(case: RemovalCase, item: RemovalConfirmation) -> Finding:
        home = homes[case.household_id]
        if item.household_no != home.household_no:
            return Finding(refusal="registry.changes.other_household")
        gone = home.status == "removed"
        return Finding(refusal="household_removed") if item.confirmed and gone else confirmed_or_rejected(case, item)

    async def save(passed: list[tuple[RemovalCase, Finding]]) -> None:
        facts: list[Payload] = []
        undone = {case.household_id: (case.id, homes[case.household_id].division) for case, _ in passed}
        asked = await ask(connection, act, "removed", undone)
        await _strike(connection, act, {case.household_id: case.reason for case, _ in passed}, homes, facts, asked)
        await emit(connection, act, "registry", facts)

    return await take_step(connection, act, REMOVAL, "confirmed", items, find, rows=cases, save=save)
