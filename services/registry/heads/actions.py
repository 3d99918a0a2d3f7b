"""Reporting and confirming that a household has another head."""

from collections.abc import Mapping, Sequence
from functools import partial

from services.registry.changes.actions import list_revised
from services.registry.heads import queries
from services.registry.heads.rules import Belongs, Said, head_refusal
from services.registry.heads.schemas import NewHead
from services.registry.heads.tables import HeadCase, Person, head_change
from services.registry.households import queries as households
from services.registry.households.tables import Household
from shared.acts.bodies import Confirmation, Result
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
from shared.data.sql import Connection
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "registry.heads"
# A freeze holds up what a household receives, not what is true of it.
HEAD = Procedure(ROOM, head_change, ((
    Step("confirmed", "reported", ("township",), ("reported_by",), "decided",
         zh="确认户主变更", en="Confirm the new head of a household"),
),), freezes=False)  # fmt: skip


async def report_heads(connection: Connection, act: Act, items: Sequence[NewHead]) -> list[Result]:
    """What is reported waits for another person; the same report again is answered the same."""
    homes = await households.lock_households(connection, [i.household_id for i in items])
    people = await queries.list_people(connection, list(homes))
    known = await queries.list_by_id(connection, [i.id for i in items])
    waiting = await queries.list_waiting(connection, list(homes))

    def judge(item: NewHead) -> str | HeadCase:
        home = homes.get(item.household_id)
        if home is None:
            return "not_found"
        reason = _refusal(act, home, people[home.id], item)
        if reason is None and home.id in waiting:
            reason = "already_open"
        if reason:
            return reason
        waiting.add(home.id)
        return HEAD.opened(
            act,
            "reported",
            **item.model_dump(exclude={"others"}),
            relations=item.relations,
            former=next(p.reference for p in people[home.id].values() if p.heads_since),
            division=home.division,
            reported_on=act.business_date,
            reported_by=act.subject,
        )

    content = ("household_id", "reference", "since", "relation", "relations")
    save = partial(queries.insert_cases, connection)
    return await open_cases(connection, act, HEAD, "reported", items, known, content, judge, save)


def _refusal(act: Act, home: Household, people: Mapping[str, Person], said: NewHead | HeadCase) -> str | None:
    belong = {p.reference: Belongs(p.born_on, p.joined_on, p.stays, p.heads_since) for p in people.values()}
    words = Said(said.reference, said.since, said.relations, act.business_date)
    return head_refusal(belong, words, struck=home.status == "removed")


async def confirm_heads(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Confirmation]
) -> list[Result]:
    """Another person agrees: since that day the household has this head, and the one before him is what he was said
    to be. Nobody joins or leaves.
    """
    cases = await lock_cases(connection, HEAD, [i.id for i in items])
    homes = await households.lock_households(connection, sorted({c.household_id for c in cases.values()}))
    people = await queries.list_people(connection, list(homes))

    def find(case: HeadCase, item: Confirmation) -> Finding:
        if not item.confirmed:
            return confirmed_or_rejected(case, item)
        belong = people[case.household_id]
        reason = _refusal(act, homes[case.household_id], belong, case)
        if reason is None and not belong[case.former].heads_since:
            reason = "head_changed"
        return Finding(refusal=reason) if reason else PASSED

    async def save(passed: list[tuple[HeadCase, Finding]]) -> None:
        reports = [
            {"member_id": people[case.household_id][reference].member_id, "relation": relation, "since": case.since}
            for case, _ in passed
            for reference, relation in {**case.relations, case.former: case.relation, case.reference: "head"}.items()
        ]
        await households.set_relations(connection, reports)
        changed = {case.household_id: homes[case.household_id] for case, _ in passed}
        await emit(connection, act, "registry", await list_revised(connection, act, policy, changed))

    return await take_step(connection, act, HEAD, "confirmed", items, find, rows=cases, save=save)
