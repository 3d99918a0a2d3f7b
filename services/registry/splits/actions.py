"""Reporting and confirming that a household split."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from services.registry.changes.actions import settle
from services.registry.followups.actions import resume_duties
from services.registry.households import queries as households
from services.registry.households.tables import Household
from services.registry.numbers.actions import give_numbers
from services.registry.plans.actions import end_lines_of
from services.registry.regroupings.actions import Grounds, Transfer, end_statements, lock_grounds, transfer
from services.registry.splits import queries
from services.registry.splits.rules import HEAD, Said, split_refusal
from services.registry.splits.schemas import Split
from services.registry.splits.tables import SplitCase, household_split
from shared.acts.bodies import Confirmation, Result
from shared.acts.openings import open_cases
from shared.acts.procedures import (
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
from shared.events.registry import HouseholdRegistered, MemberRemoved
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.ids import uuid7

ROOM = "registry.splits"
# While a fraud freezes the household nobody of it gets out from under the freeze.
SPLIT = Procedure(ROOM, household_split, ((
    Step("confirmed", "reported", ("township",), ("reported_by",), "decided", sets=("new_household_id",),
         zh="确认分户", en="Confirm that the household split"),
),))  # fmt: skip
APART = "not_sharing"


async def report_splits(connection: Connection, act: Act, items: Sequence[Split]) -> list[Result]:
    """What is reported waits for another person; one split of a household waits at a time."""
    grounds = await lock_grounds(connection, act, [i.household_id for i in items])
    known = await queries.list_by_id(connection, [i.id for i in items])
    waiting = await queries.list_waiting(connection, list(grounds.homes))

    def judge(item: Split) -> str | SplitCase:
        one = item.household_id
        if refusal := split_refusal(grounds.stand.get(one), grounds.belonging(one), item.said(act.business_date)):
            return refusal
        if one in waiting:
            return "already_reported"
        waiting.add(one)
        return SPLIT.opened(
            act,
            "reported",
            id=item.id,
            household_id=one,
            division=grounds.homes[one].division,
            relations=item.relations,
            split_on=item.split_on,
            reported_on=act.business_date,
            reported_by=act.subject,
        )

    save = partial(queries.insert_splits, connection)
    return await open_cases(
        connection, act, SPLIT, "reported", items, known, ("household_id", "relations", "split_on"), judge, save
    )


async def confirm_splits(
    connection: Connection, act: Act, data_keys: DataKeys, policy: Policy, items: Sequence[Confirmation]
) -> list[Result]:
    """Another person agrees: since that day there are two households, each as the one stood."""
    cases = await lock_cases(connection, SPLIT, [i.id for i in items])
    grounds = await lock_grounds(connection, act, [c.household_id for c in cases.values() if c.state == "reported"])

    def find(case: SplitCase, item: Confirmation) -> Finding:
        if not item.confirmed:
            return confirmed_or_rejected(case, item)
        one = case.household_id
        refusal = split_refusal(grounds.stand.get(one), grounds.belonging(one), _said(act, case))
        return Finding(refusal=refusal) if refusal else Finding(sets={"new_household_id": uuid7()})

    async def save(passed: list[tuple[SplitCase, Finding]]) -> None:
        await _part(
            connection, act, data_keys, policy, [case._replace(**found.sets) for case, found in passed], grounds
        )

    return await take_step(connection, act, SPLIT, "confirmed", items, find, rows=cases, save=save)


def _said(act: Act, case: SplitCase) -> Said:
    people = tuple((who, None if relation == HEAD else relation) for who, relation in case.relations.items())
    return Said(_head(case), people, case.split_on, act.business_date)


def _head(case: SplitCase) -> str:
    return next(who for who, relation in case.relations.items() if relation == HEAD)


async def _part(
    connection: Connection,
    act: Act,
    data_keys: DataKeys,
    policy: Policy,
    cases: Sequence[SplitCase],
    grounds: Grounds,
) -> None:
    """Enter the new households, take their people there, and tell of all."""
    numbers = await give_numbers(connection, [case.division for case in cases])
    new = {
        case.id: _founded(case, grounds.homes[case.household_id], no) for case, no in zip(cases, numbers, strict=True)
    }
    await _enter(connection, cases, list(new.values()))
    going = [
        Transfer(
            grounds.members[case.household_id][who].fact.member_id,
            who,
            new[case.id].id,
            case.division,
            relation,
            case.split_on,
        )
        for case in cases
        for who, relation in case.relations.items()
    ]
    await transfer(connection, data_keys, going)
    await end_statements(connection, {case.household_id: case.split_on for case in cases})
    await end_lines_of(connection, act, {(case.household_id, who) for case in cases for who in case.relations})
    homes = {case.household_id: grounds.homes[case.household_id] for case in cases}
    wholes = await settle(connection, act, policy, homes | {home.id: home for home in new.values()})
    await resume_duties(connection, act, policy, {case.household_id: new[case.id] for case in cases})
    facts = list[Payload]()
    for case in cases:
        old = wholes[case.household_id]
        facts += [HouseholdRegistered(**wholes[new[case.id].id].model_dump()), old]
        facts += [_left(case, who, grounds, old.members) for who in case.relations]
    await emit(connection, act, "registry", facts)


def _founded(case: SplitCase, old: Household, number: str) -> Household:
    """It stands as the old one does, since the day of the split: before it there was no such household. A place on the
    list of those who move, and the flat, are the old one's: nobody gets a second home by splitting.
    """
    assert case.new_household_id is not None
    return old._replace(
        id=case.new_household_id,
        household_no=number,
        registered_on=case.split_on,
        stands_since=case.split_on if old.status == "exited" else None,
        relocation_cohort=None,
        relocated=False,
        moved_in_on=None,
    )


async def _enter(connection: Connection, cases: Sequence[SplitCase], homes: Sequence[Household]) -> None:
    """How it lived until that day is known of the new household as well, by whom and with the weight that it was; what
    was seen since was seen of the old one.
    """
    rows: dict[str, list[dict[str, Any]]] = {"household": [home._asdict() for home in homes]}
    await households.insert_households(connection, rows | {name: [] for name in FACTS})
    heirs = [
        {"from_id": case.household_id, "since": case.split_on, "household_id": home.id, "division": home.division}
        for case, home in zip(cases, homes, strict=True)
    ]
    await households.inherit_facts(connection, heirs)


FACTS = ("household_fact", "household_contact", "member", "member_fact", "person_index")


def _left(case: SplitCase, who: str, grounds: Grounds, members: int) -> MemberRemoved:
    return MemberRemoved(
        household_id=case.household_id,
        division=case.division,
        reason=APART,
        head=grounds.members[case.household_id][who].fact.relation == HEAD,
        members=members,
        removed_on=case.split_on,
        person=who,
    )
