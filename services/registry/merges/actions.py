"""Reporting and confirming that two households merged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from services.registry.arrivals.actions import Joined, revise_guarantees
from services.registry.changes.actions import ENDED, settle
from services.registry.changes.queries import list_references
from services.registry.followups.actions import end_duties
from services.registry.households import queries as households
from services.registry.measures.queries import list_running
from services.registry.measures.rules import Kind
from services.registry.merges import queries
from services.registry.merges.rules import Ending, Said, merge_refusal
from services.registry.merges.schemas import Merge
from services.registry.merges.tables import MergeCase, household_merge
from services.registry.plans.actions import end_lines
from services.registry.regroupings.actions import Grounds, Transfer, end_statements, lock_grounds, transfer
from services.registry.signals.actions import end_warnings
from services.registry.splits.queries import list_waiting as list_splitting
from shared.acts.bodies import Confirmation, Result
from shared.acts.bonds import MERGED, leave_household
from shared.acts.openings import open_cases
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    confirmed_or_rejected,
    lock_cases,
    take_step,
)
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.registry import HouseholdRemoved, HouseholdRevised, MemberAdded, MemberRemoved
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "registry.merges"
# While a fraud freezes either household nobody of it gets out from under the freeze.
MERGE = Procedure(ROOM, household_merge, ((
    Step("confirmed", "reported", ("township",), ("reported_by",), "decided",
         zh="确认并户", en="Confirm that two households merged"),
),))  # fmt: skip
# What another service goes on owing to the household that has it, and to no other; a post is given anew.
BOUND: tuple[Kind, ...] = ("loan", "relocation", "dividend")
TOGETHER, APART = "sharing", "not_sharing"
Pair = Merge | MergeCase


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of the households of some merges."""

    grounds: Grounds
    helped: set[UUID]
    there: Mapping[UUID, frozenset[str]]  # by merge

    def refusal(self, item: Pair, said: Said) -> str | None:
        one, other = item.household_id, item.other_id
        known = self.grounds.stand
        if one == other and one in known:
            return "same_household"
        ending = Ending(known.get(other), self.grounds.belonging(other), self.there[item.id], other in self.helped)
        return merge_refusal(known.get(one), ending, said)


async def report_merges(connection: Connection, act: Act, items: Sequence[Merge]) -> list[Result]:
    """What is reported waits for another person; of each household one merge waits at a time."""
    sight = await _see(connection, act, items)
    known = await queries.list_by_id(connection, [i.id for i in items])
    ids = list(sight.grounds.homes)
    waiting = await queries.list_waiting(connection, ids) | await list_splitting(connection, ids)

    def judge(item: Merge) -> str | MergeCase:
        both = {item.household_id, item.other_id}
        if refusal := sight.refusal(item, item.said(act.business_date)):
            return refusal
        if both & waiting:
            return "already_reported"
        waiting.update(both)
        return MERGE.opened(
            act,
            "reported",
            **item.model_dump(exclude={"people"}),
            relations=item.relations,
            division=sight.grounds.homes[item.household_id].division,
            reported_on=act.business_date,
            reported_by=act.subject,
        )

    content = ("household_id", "other_id", "relations", "merged_on")
    save = partial(queries.insert_merges, connection)
    return await open_cases(connection, act, MERGE, "reported", items, known, content, judge, save)


async def _see(connection: Connection, act: Act, items: Sequence[Pair]) -> Sight:
    ids = sorted({one for i in items for one in (i.household_id, i.other_id)})
    grounds = await lock_grounds(connection, act, ids)
    helped = {home.id for home in grounds.homes.values() if home.relocated}
    there = dict[UUID, frozenset[str]]()
    for day in sorted({i.merged_on for i in items}):
        of_day = [i for i in items if i.merged_on == day]
        people = await households.list_members(connection, [i.other_id for i in of_day], day)
        names = await list_references(connection, [p.member_id for members in people.values() for p in members])
        there |= {i.id: frozenset(names[p.member_id] for p in people[i.other_id]) for i in of_day}
    return Sight(grounds, helped | await list_running(connection, ids, BOUND), there)


async def confirm_merges(
    connection: Connection, act: Act, data_keys: DataKeys, policy: Policy, items: Sequence[Confirmation]
) -> list[Result]:
    """Another person agrees: since that day there is one household. Nothing of the other one's past is deleted."""
    cases = await lock_cases(connection, MERGE, [i.id for i in items])
    sight = await _see(connection, act, [c for c in cases.values() if c.state == "reported"])

    def find(case: MergeCase, item: Confirmation) -> Finding:
        if not item.confirmed:
            return confirmed_or_rejected(case, item)
        said = Said(tuple(case.relations), case.merged_on, act.business_date)
        refusal = sight.refusal(case, said)
        return Finding(refusal=refusal) if refusal else PASSED

    async def save(passed: list[tuple[MergeCase, Finding]]) -> None:
        await _join(connection, act, data_keys, policy, [case for case, _ in passed], sight.grounds)

    return await take_step(connection, act, MERGE, "confirmed", items, find, rows=cases, save=save)


async def _join(
    connection: Connection,
    act: Act,
    data_keys: DataKeys,
    policy: Policy,
    cases: Sequence[MergeCase],
    grounds: Grounds,
) -> None:
    """Take the people of those that end to those that stay, strike them, and tell of all."""
    coming = [(case, who, grounds.members[case.other_id][who].fact) for case in cases for who in case.relations]
    going = [
        Transfer(fact.member_id, who, case.household_id, case.division, case.relations[who], case.merged_on)
        for case, who, fact in coming
    ]
    await transfer(connection, data_keys, going)
    joined = [Joined(c.household_id, c.merged_on, c.reported_by, fact.born_on, fact) for c, _, fact in coming]
    await revise_guarantees(connection, act, policy, joined)
    days = {one: c.merged_on for c in cases for one in (c.household_id, c.other_id)}
    await end_statements(connection, days)
    for case in cases:
        await households.strike(connection, [case.other_id], case.merged_on)
    # What the household that ended still needs is suggested to the plan of the one that stays.
    ended = sorted(case.other_id for case in cases)
    await end_lines(connection, act, ended)
    await end_duties(connection, act, ended, ENDED)
    await end_warnings(connection, act, ended, ENDED)
    wholes = await settle(connection, act, policy, {one: grounds.homes[one] for one in days})
    await leave_household(connection, [case.other_id for case in cases])
    facts = list[Payload]()
    for case in cases:
        facts += _facts(case, grounds, wholes)
    await emit(connection, act, "registry", facts)


def _facts(case: MergeCase, grounds: Grounds, wholes: Mapping[UUID, HouseholdRevised]) -> list[Payload]:
    of, other = {"household_id": case.household_id, "division": case.division}, grounds.homes[case.other_id]
    of_other, members = {"household_id": other.id, "division": other.division}, grounds.members[other.id]
    whole, day = wholes[case.household_id], case.merged_on
    added = [
        MemberAdded(**of, reason=TOGETHER, members=whole.members, joined_on=day, person=who) for who in case.relations
    ]
    removed = [
        MemberRemoved(
            **of_other,
            reason=APART,
            head=members[who].fact.relation == "head",
            members=0,
            removed_on=day,
            person=who,
        )
        for who in case.relations
    ]
    ended = HouseholdRemoved(**of_other, reason=MERGED, removed_on=day)
    return [whole, *added, wholes[other.id], *removed, ended]
