"""Proposing and confirming what a place counts as."""

from collections.abc import Sequence
from functools import partial

from services.registry.divisions import queries as divisions
from services.registry.divisions.rules import Place, place_changes
from services.registry.rolls import queries
from services.registry.rolls.rules import Said, change_refusal, changed, last_of
from services.registry.rolls.schemas import NewDivisionChange
from services.registry.rolls.tables import DivisionChange, division_change
from shared.acts.bodies import Confirmation, Result
from shared.acts.openings import open_cases
from shared.acts.procedures import PASSED, Finding, Procedure, Step, confirmed_or_rejected, lock_cases, take_step
from shared.data.sql import Connection
from shared.ground.context import Act

ROOM = "registry.rolls"
CHANGE = Procedure(ROOM, division_change, ((
    Step("confirmed", "proposed", ("county",), ("proposed_by",), "decided",
         zh="复核乡村人口与贫困村变更", en="Confirm a place's rural people or that it is a poor village"),
),))  # fmt: skip


async def propose_changes(connection: Connection, act: Act, items: Sequence[NewDivisionChange]) -> list[Result]:
    """What is proposed waits for another person; of each place, locked, one change waits at a time."""
    codes = sorted({item.division for item in items})
    places = await divisions.lock_places(connection, codes)
    known = await queries.list_by_id(connection, [i.id for i in items])
    waiting = await queries.list_waiting(connection, codes)

    def judge(item: NewDivisionChange) -> str | DivisionChange:
        one = item.division
        last = last_of(p for p in places.values() if p.code == one)
        if not act.caller.within(one):
            return "outside_area"
        if refusal := change_refusal(last, item.said, act.business_date):
            return refusal
        if one in waiting:
            return "already_open"
        waiting.add(one)
        assert last is not None
        return CHANGE.opened(
            act,
            "proposed",
            **item.model_dump(),
            was_rural_people=last.rural_people,
            was_poor_village=last.poor_village,
            proposed_on=act.business_date,
            proposed_by=act.subject,
        )

    content = ("division", "since", "rural_people", "poor_village", "document_no", "issuer")
    save = partial(queries.insert_changes, connection)
    return await open_cases(connection, act, CHANGE, "proposed", items, known, content, judge, save)


async def confirm_changes(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """Another person agrees: the place counts so since that day. What it counted as before stays with its days."""
    cases = await lock_cases(connection, CHANGE, [i.id for i in items])
    places = await divisions.lock_places(connection, sorted({c.division for c in cases.values()}))

    def find(case: DivisionChange, item: Confirmation) -> Finding:
        if not item.confirmed:
            return confirmed_or_rejected(case, item)
        refusal = change_refusal(_last(case), _said(case), act.business_date)
        return Finding(refusal=refusal) if refusal else PASSED

    def _last(case: DivisionChange) -> Place | None:
        return last_of(p for p in places.values() if p.code == case.division)

    async def save(passed: list[tuple[DivisionChange, Finding]]) -> None:
        new = [changed(last, _said(case)) for case, _ in passed if (last := _last(case))]
        changes = place_changes(new, places, act.caller.within, by_two=True)
        await divisions.update_places(connection, changes.updates)
        await divisions.insert_places(connection, changes.inserts)

    return await take_step(connection, act, CHANGE, "confirmed", items, find, rows=cases, save=save)


def _said(case: DivisionChange) -> Said:
    return Said(case.division, case.since, case.rural_people, case.poor_village)
