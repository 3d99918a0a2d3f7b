"""Doubting what was confirmed of departures and removals, and taking it back or putting its day right."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from services.registry.changes import queries as changes
from services.registry.changes.actions import DEPARTURE, REMOVAL, revised
from services.registry.changes.rules import Person, next_head
from services.registry.changes.tables import DepartureCase, RemovalCase
from services.registry.exits.queries import lock_open_cases
from services.registry.followups.actions import resume_duties
from services.registry.households import queries as households
from services.registry.households.rules import BorrowerPolicy
from services.registry.merges.queries import list_ended
from services.registry.persons import queries as persons
from services.registry.reversals import queries
from services.registry.reversals.rules import STANDS, TAKEN_BACK, day_refusal, is_back, reversal_refusal
from services.registry.reversals.schemas import Reversal
from services.registry.reversals.tables import ReversalCase, reversal
from services.registry.touched.actions import ask
from shared.acts.bodies import Confirmation, Result
from shared.acts.bonds import keep_residents
from shared.acts.openings import open_cases
from shared.acts.procedures import (
    Finding,
    Procedure,
    Step,
    advance,
    confirmed_or_rejected,
    lock_cases,
    take_step,
)
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.registry import DepartureAmended, HouseholdReinstated
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "registry.reversals"
REVERSAL = Procedure(ROOM, reversal, ((
    # Who confirmed the one confirms its end: the township a departure, the county a removal.
    Step("confirmed", "departure_doubted", ("township",), ("proposed_by",), "decided",
         zh="确认撤销或更正成员减少", en="Take back or put right who left the household"),
    Step("confirmed", "removal_doubted", ("county",), ("proposed_by",), "decided",
         zh="确认恢复建档户", en="Take back that the household was struck"),
),), freezes=False)  # fmt: skip
Doubted = DepartureCase | RemovalCase


async def propose_reversals(connection: Connection, act: Act, items: Sequence[Reversal]) -> list[Result]:
    """What is doubted waits for another person; the same item again is answered the same."""
    known = await queries.list_by_id(connection, [i.id for i in items])
    doubted: dict[UUID, Doubted] = {
        **await changes.list_departure_cases(connection, [i.departure_id for i in items if i.departure_id]),
        **await changes.list_removals_by_id(connection, [i.removal_id for i in items if i.removal_id]),
    }
    left = [case.member_id for case in doubted.values() if isinstance(case, DepartureCase)]
    joined = await changes.list_joined_on(connection, left)
    since = await _list_joined_since(connection, act, doubted)
    merged = await list_ended(connection, [c.household_id for c in doubted.values()])
    waiting = await queries.list_doubted(connection, [c.household_id for c in doubted.values()])

    def judge(item: Reversal) -> str | ReversalCase:
        case = doubted.get(item.departure_id or item.removal_id or item.id)
        reason = reversal_refusal(case.state if case else None)
        if reason or case is None:
            return reason or "not_found"
        state = "removal_doubted"
        if isinstance(case, DepartureCase):
            state = "departure_doubted"
            reason = day_refusal(case.left_on, item.right_on, joined[case.member_id], act.business_date)
        if reason is None and case.household_id in merged:
            reason = "merged_since"
        if reason is None and case.id in since and _gives_back(case, item.right_on):
            reason = "joined_since"
        if reason is None and case.id in waiting:
            reason = "already_open"
        if reason:
            return reason
        waiting.add(case.id)
        return REVERSAL.opened(
            act,
            state,
            **item.model_dump(),
            household_id=case.household_id,
            division=case.division,
            proposed_on=act.business_date,
            proposed_by=act.subject,
        )

    content = ("departure_id", "removal_id", "right_on", "evidence")
    save = partial(queries.insert_reversals, connection)
    return await open_cases(connection, act, REVERSAL, "proposed", items, known, content, judge, save)


def _gives_back(doubted: Doubted, right_on: date | None) -> bool:
    """Whether somebody would belong to the household longer than it stands."""
    return right_on is None or not isinstance(doubted, DepartureCase) or right_on > doubted.left_on


async def _list_joined_since(connection: Connection, act: Act, doubted: Mapping[UUID, Doubted]) -> set[UUID]:
    """What cannot be undone: whom it took out of a household belongs to another since, in whatever village."""
    struck = [case.household_id for case in doubted.values() if isinstance(case, RemovalCase)]
    people = await households.list_members(connection, struck, act.business_date)
    took = {
        one: [case.member_id] if isinstance(case, DepartureCase) else [p.member_id for p in people[case.household_id]]
        for one, case in doubted.items()
    }
    references = await changes.list_references(connection, [m for members in took.values() for m in members])
    settled = await persons.list_settled(connection, references.values())
    return {one for one, members in took.items() if settled & {references[m] for m in members}}


async def confirm_reversals(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Confirmation]
) -> list[Result]:
    """Another person agrees: the register says anew who belongs to it, and who acted on the mistake is told."""
    cases = await lock_cases(connection, REVERSAL, [i.id for i in items])
    departures = await lock_cases(connection, DEPARTURE, [c.departure_id for c in cases.values() if c.departure_id])
    removals = await lock_cases(connection, REMOVAL, [c.removal_id for c in cases.values() if c.removal_id])
    doubted: dict[UUID, Doubted] = {**departures, **removals}
    since = await _list_joined_since(connection, act, doubted)
    ids = sorted({c.household_id for c in cases.values()})
    await lock_open_cases(connection, ids)
    await households.lock_households(connection, ids)
    merged = await list_ended(connection, ids)

    def find(case: ReversalCase, item: Confirmation) -> Finding:
        one = doubted[_of(case)]
        if not item.confirmed:
            return confirmed_or_rejected(case, item)
        if one.state != STANDS:
            return Finding(refusal="not_standing")
        if one.household_id in merged:
            return Finding(refusal="merged_since")
        if one.id in since and _gives_back(one, case.right_on):
            return Finding(refusal="joined_since")
        return confirmed_or_rejected(case, item)

    async def save(passed: list[tuple[ReversalCase, Finding]]) -> None:
        facts: list[Payload] = []
        # One by one: each finds its household as the one before has left it. Mistakes are few.
        for case, _ in passed:
            facts += await _reverse(connection, act, policy, case, doubted[_of(case)])
        await emit(connection, act, "registry", facts)

    return await take_step(connection, act, REVERSAL, "confirmed", items, find, rows=cases, save=save)


def _of(case: ReversalCase) -> UUID:
    one = case.departure_id or case.removal_id
    assert one is not None
    return one


async def _reverse(
    connection: Connection, act: Act, policy: Policy, case: ReversalCase, doubted: Doubted
) -> list[Payload]:
    """Say anew what was said by mistake; the facts that tell of it."""
    on, one = act.business_date, case.household_id
    if isinstance(doubted, RemovalCase):
        found = Finding(detail={"reversal_id": str(case.id)})
        await advance(connection, act, REMOVAL, "reversed", [(doubted, TAKEN_BACK, found)])
    else:
        await _amend_departure(connection, act, case, doubted)
    people = (await households.list_members(connection, [one], on))[one]
    home = (await households.lock_households(connection, [one]))[one]
    struck = one in await changes.list_struck(connection, [one])
    back = is_back(home.status, len(people), struck=struck)
    if back:
        home = (await households.reinstate(connection, [one]))[one]
    deep_poverty = (await households.list_facts(connection, [one], on))[one].deep_poverty
    of = {"household_id": one, "division": home.division}
    about = [p.member_id for p in people] + ([doubted.member_id] if isinstance(doubted, DepartureCase) else [])
    references = await changes.list_references(connection, about)
    await keep_residents(connection, {one: [references[p.member_id] for p in people]})
    oldest = policy.on(on, BorrowerPolicy).oldest_borrower
    facts: list[Payload] = [revised(home, people, references, home.status, on, oldest, deep_poverty=deep_poverty)]
    if isinstance(doubted, DepartureCase):
        was: dict[str, Any] = {"reason": doubted.reason, "removed_on": doubted.left_on, "right_on": case.right_on}
        was["person"] = references[doubted.member_id]
        facts.append(DepartureAmended(**of, **was, members=len(people), amended_on=on))
    if back:
        await resume_duties(connection, act, policy, {one: home})
        asked = await ask(connection, act, "reinstated", {one: (case.id, home.division)})
        told = {"status": home.status, "members": len(people), "reinstated_on": on, "touched_id": asked[one]}
        facts.append(HouseholdReinstated(**of, **told))
    return facts


async def _amend_departure(connection: Connection, act: Act, case: ReversalCase, left: DepartureCase) -> None:
    """He belongs to the household again, or until the right day; who was head in his place is what he was before."""
    was_head = left.member_id in await changes.list_last_heads(connection, [left.member_id])
    await households.resume_membership(connection, [left.member_id])
    if was_head:
        await households.unset_heirs(connection, left.household_id, left.member_id, left.left_on)
    detail = {"reversal_id": str(case.id)}
    if case.right_on is None:
        changed = left, TAKEN_BACK, Finding(detail=detail)
    else:
        await households.end_membership(connection, {left.member_id: case.right_on})
        changed = left, STANDS, Finding(detail=detail, sets={"left_on": case.right_on})
    await advance(connection, act, DEPARTURE, "reversed", [changed])
    people = (await households.list_members(connection, [left.household_id], act.business_date))[left.household_id]
    if heir := next_head([Person(p.member_id, p.born_on, p.relation == "head") for p in people]):
        await households.set_heads(connection, {heir: left.household_id})
