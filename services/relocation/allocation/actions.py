"""Freezing the list, publishing the seed, drawing; swaps; and what becomes of a flat whose household is struck.

Whoever changes who gets which flat takes the turn first, then locks applications, then allocations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.relocation.allocation import queries
from services.relocation.allocation.lists import frame_of, is_unchanged, list_anew, published, read_secret, sites_of
from services.relocation.allocation.rules import (
    Held,
    Inputs,
    SeedPolicy,
    cap_m2_x100,
    commitment,
    digest,
    draw,
    inputs_json,
    is_coded,
    numbering_key,
    read_inputs,
    stands_at,
    swap_refusal,
)
from services.relocation.allocation.schemas import NewRound, Swap
from services.relocation.allocation.tables import Allocation, AllocationLot, AllocationRound, AllocationSwap, allocation
from services.relocation.applications import actions as applications
from services.relocation.applications import queries as application_queries
from services.relocation.applications.tables import Application
from services.relocation.sites import queries as sites
from services.relocation.sites.tables import Home
from shared.acts.bodies import Result, result
from shared.acts.freezes import list_frozen
from shared.acts.procedures import Finding, Procedure, Step, advance, log_steps, notice_over_on
from shared.acts.suspicions import list_suspected
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.registry import HouseholdReinstated, HouseholdRemoved
from shared.events.relocation import FlatAllocated, FlatReleased
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.calendar import Days
from shared.values.ids import uuid7

ROOM = "relocation.allocation"
OF_LOT = ("lot", "application_id", "household_id", "division", "members", "needs_accessible")
# A flat that was drawn waits for its keys: the steps are taken in the room of the moves.
MOVE = Procedure("relocation.moves", allocation, ((
    # name, after, who may; who must not, what it signs
    Step("key_handed", "allocated", ("township",), signs="key_handed", waits_for="notice_ends_on",
         zh="交钥匙", en="The keys are handed over"),
    Step("reported", "key_handed", ("team", "helper"), ("confirmed_by",), "reported", days=30,
         zh="上报入住", en="The move is reported"),
    Step("moved_in", "reported", ("township",), ("reported_by",), "confirmed", sets=("moved_in_on",),
         zh="核实入住", en="The move is confirmed"),
),))  # fmt: skip


async def freeze(connection: Connection, act: Act, policy: Policy, keys: DataKeys, order: NewRound) -> AllocationRound:
    """Freeze the lots of a cohort and the free units of these sites, as they are today; returns the round.

    Raises:
        Problem: a site is unknown (404); the id is another round's (422); nobody waits or nothing is free (409).
    """
    await application_queries.take_turn(connection)
    wanted, key = sites_of(order), numbering_key(order.secret)
    found = await queries.find_round(connection, order.id)
    if found is not None:
        if (found.cohort, found.site_ids, found.secret_hash) != (order.cohort, wanted, commitment(key)):
            raise Problem("shared.content_differs")
        return found
    if len(await sites.list_sites_by_id(connection, order.site_ids)) < len(wanted):
        raise Problem("relocation.allocation.site_unknown")
    row, inputs, lots = await list_anew(connection, act, policy, keys, order)
    await queries.insert_round(connection, row)
    await queries.set_list(connection, order.id, inputs, row.inputs_hash, lots)
    return await queries.get_round(connection, order.id)


async def refreeze(
    connection: Connection, act: Act, policy: Policy, keys: DataKeys, round_id: UUID, secret: str
) -> AllocationRound:
    """Freeze the list anew, numbered by another secret; a published seed is void.

    Raises:
        Problem: it was drawn, or a seed is published and the list is what it was, so that nobody shops for seeds (409).
    """
    await application_queries.take_turn(connection)
    found = await queries.lock_round(connection, round_id)
    if found.state == "drawn":
        raise Problem("relocation.allocation.already_drawn")
    if found.state == "announced" and await is_unchanged(connection, found):
        raise Problem("relocation.allocation.list_unchanged")
    sites_again = [UUID(i) for i in found.site_ids]
    order = NewRound(id=round_id, cohort=found.cohort, site_ids=sites_again, secret=secret)
    row, inputs, lots = await list_anew(connection, act, policy, keys, order)
    await queries.refreeze_round(connection, row)
    await queries.set_list(connection, round_id, inputs, row.inputs_hash, lots)
    return await queries.get_round(connection, round_id)


async def publish_seed(
    connection: Connection, act: Act, round_id: UUID, seed: str, inputs_hash: str
) -> AllocationRound:
    """Bind a seed to the list with this hash, before anybody can know what it draws.

    Raises:
        Problem: by who froze the list (403); for another list, or another seed was published (409).
    """
    found = await queries.lock_round(connection, round_id)
    if found.frozen_by == act.subject:
        raise Problem("shared.same_person")
    if found.inputs_hash != inputs_hash:
        raise Problem("relocation.allocation.list_changed")
    if found.state != "frozen":
        if found.seed != seed:
            raise Problem("relocation.allocation.seed_published")
        return found
    await queries.set_seed(connection, round_id, seed, act.business_date, act.subject)
    return await queries.get_round(connection, round_id)


async def draw_round(
    connection: Connection, act: Act, policy: Policy, keys: DataKeys, round_id: UUID
) -> AllocationRound:
    """Draw, give out what was drawn, and publish the secret; a round that was drawn stays as it is.

    Raises:
        Problem: no seed, too early, or the list is no longer what the seed was published for (409).
    """
    await application_queries.take_turn(connection)
    found = await queries.lock_round(connection, round_id)
    if found.state == "drawn":
        return found
    if found.state == "frozen":
        raise Problem("relocation.allocation.seed_missing")
    assert found.seed_on is not None
    earliest = found.seed_on + timedelta(days=policy.on(found.seed_on, SeedPolicy).seed_days_before_draw)
    if act.business_date < earliest:
        raise Problem("relocation.allocation.too_early", draw_from_on=earliest.isoformat())
    if not await is_unchanged(connection, found):
        raise Problem("relocation.allocation.list_changed")
    inputs = read_inputs((await queries.list_draws(connection, round_id))[0].inputs)
    result, facts = await _draw(connection, act, found, inputs)
    allocated = len(result["allocations"])
    key = numbering_key(read_secret(keys, found))
    await queries.set_drawn(connection, round_id, act.business_date, act.subject, digest(result), allocated, key)
    await emit(connection, act, "relocation", facts)
    return await queries.get_round(connection, round_id)


async def _draw(
    connection: Connection, act: Act, found: AllocationRound, inputs: Inputs
) -> tuple[dict[str, Any], list[Payload]]:
    """Draw by the round's seed and give out the units; the draw's inputs are stored already."""
    assert found.seed is not None
    drawn = draw(inputs, found.seed)
    await queries.set_result(connection, found.id, inputs.draw_no, drawn, digest(drawn), act.business_date)
    chosen = {row["lot"]: UUID(row["unit_id"]) for row in drawn["allocations"]}
    units = await sites.lock_homes(connection, sorted(chosen.values()))
    lots = [x for x in await queries.list_all_lots(connection, found.id) if x.lot in chosen]
    homes = [_given(act, found, inputs, x, units[chosen[x.lot]]) for x in lots]
    cases = await application_queries.lock_applications(connection, [x.application_id for x in lots])
    await sites.set_unit_states(connection, sorted(chosen.values()), "allocated")
    await _give(connection, act, "allocated", homes, cases)
    return drawn, [allocated_fact(act, home) for home in homes]


def _given(act: Act, found: AllocationRound, inputs: Inputs, lot: AllocationLot, unit: Home) -> Allocation:
    notice_ends_on = notice_over_on(act, Days(found.notice_days))
    return MOVE.opened(
        act,
        "allocated",
        id=uuid7(),
        round_id=found.id,
        draw_no=inputs.draw_no,
        **{name: getattr(lot, name) for name in OF_LOT},
        cohort=found.cohort,
        unit_id=unit.id,
        cap_m2_x100=cap_m2_x100(lot.members, inputs.cap_m2_x100_per_person),
        area_m2_x100=unit.area_m2_x100,
        accessible=unit.accessible,
        building_accepted=True,
        allocated_on=act.business_date,
        notice_ends_on=notice_ends_on,
        due_on=MOVE.due_on("allocated", act.business_date, {"notice_ends_on": notice_ends_on}),
    )


async def _give(
    connection: Connection, act: Act, step: str, homes: Sequence[Allocation], cases: Mapping[UUID, Application]
) -> None:
    """The applications of these new allocations have a flat, or another."""
    await queries.insert_allocations(connection, homes)
    told = [(home, {"allocation_id": str(home.id), "lot": home.lot, "draw_no": home.draw_no}) for home in homes]
    await log_steps(connection, act, MOVE, step, [(home, Finding(detail=detail)) for home, detail in told])
    led = [
        (cases[home.application_id], "allocated", Finding(detail=detail, sets={"members": home.members}))
        for home, detail in told
    ]
    await advance(connection, act, applications.APPLICATION, step, led)


async def _release(connection: Connection, act: Act, homes: Sequence[Allocation], reason: str) -> None:
    finding = Finding(passed=False, sets={"released_on": act.business_date, "released_reason": reason})
    await advance(connection, act, MOVE, "released", [(home, "released", finding) for home in homes])


def _of(home: Allocation) -> dict[str, Any]:
    names = ("household_id", "division", "application_id", "unit_id")
    return {name: getattr(home, name) for name in names} | {"allocation_id": home.id}


def allocated_fact(act: Act, home: Allocation) -> Payload:
    figures = {name: getattr(home, name) for name in ("area_m2_x100", "cap_m2_x100", "members")}
    return FlatAllocated(**_of(home), **figures, allocated_on=act.business_date)


def released_fact(act: Act, home: Allocation, reason: str) -> Payload:
    return FlatReleased(**_of(home), reason=reason, released_on=act.business_date)


async def swap(connection: Connection, act: Act, items: Sequence[Swap]) -> list[Result]:
    """Both allocations end and two begin, each household's with the other's unit, under its own lot and cap."""
    await application_queries.take_turn(connection)
    ids = sorted({i for s in items for i in (s.first_allocation_id, s.second_allocation_id)})
    homes, cases = await queries.lock_with_applications(connection, ids)
    earlier = await queries.list_swaps(connection, [s.id for s in items])
    units = await sites.lock_homes(connection, sorted({home.unit_id for home in homes.values()}))
    frozen = await list_frozen(connection, [home.household_id for home in homes.values()])
    held = {one: _held(home, units[home.unit_id], frozen) for one, home in homes.items()}
    results, passed, seen = list[Result](), list[Swap](), set[UUID]()
    for item in items:
        reason = _swap_reason(act, item, earlier.get(item.id), held, seen)
        if reason is None and item.id not in earlier:
            passed.append(item)
            seen |= {item.id, item.first_allocation_id, item.second_allocation_id}
        results.append(result(ROOM, item.id, reason))
    await _exchange(connection, act, passed, homes, cases)
    return results


def _held(home: Allocation, unit: Home, frozen: set[UUID]) -> Held:
    return Held(
        home.state,
        home.members,
        home.cap_m2_x100,
        home.area_m2_x100,
        unit.paired,
        home.notice_ends_on,
        swapped=home.swap_id is not None,
        frozen=home.household_id in frozen,
    )


def _swap_reason(
    act: Act, item: Swap, earlier: AllocationSwap | None, held: Mapping[UUID, Held], seen: set[UUID]
) -> str | None:
    first, second = item.first_allocation_id, item.second_allocation_id
    if first not in held or second not in held:
        return "shared.not_found"
    if earlier is not None:
        same = (earlier.first_allocation_id, earlier.second_allocation_id) == (first, second)
        return None if same else "content_differs"
    if first == second or seen & {item.id, first, second}:
        return "twice_in_batch"
    return swap_refusal(held[first], held[second], act.business_date)


async def _exchange(
    connection: Connection,
    act: Act,
    swaps: Sequence[Swap],
    homes: Mapping[UUID, Allocation],
    cases: Mapping[UUID, Application],
) -> None:
    on, facts, new, old = act.business_date, list[Payload](), list[Allocation](), list[Allocation]()
    await queries.insert_swaps(
        connection,
        [AllocationSwap(s.id, s.first_allocation_id, s.second_allocation_id, on, act.subject) for s in swaps],
    )
    for item in swaps:
        first, second = homes[item.first_allocation_id], homes[item.second_allocation_id]
        for mine, other in ((first, second), (second, first)):
            old.append(mine)
            unit = {name: getattr(other, name) for name in ("unit_id", "area_m2_x100", "accessible")}
            new.append(mine._replace(id=uuid7(), swap_id=item.id, since_on=on, **unit))
            facts += [released_fact(act, mine, "swapped"), allocated_fact(act, new[-1])]
    await _release(connection, act, old, "swapped")
    await _give(connection, act, "swapped", new, cases)
    await emit(connection, act, "relocation", facts)


async def end_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    """The register struck households: their applications end, and a flat not moved into is free.

    Who has moved in keeps the home: what was given is taken back by people, with a hearing, not by a reaction.
    """
    await application_queries.take_turn(connection)
    for act, fact in facts:
        cases = await application_queries.lock_open_of(connection, [fact.household_id])
        held = await queries.lock_standing(connection, [case.id for case in cases])
        reason = "deceased" if fact.reason == "deceased" else "struck"
        said: list[Payload] = [released_fact(act, home, reason) for home in held]
        said += await applications.end_of_removed(connection, act, cases, reason)
        await _release(connection, act, held, reason)
        await sites.set_unit_states(connection, [home.unit_id for home in held], "free")
        await emit(connection, act, "relocation", said)


async def take_back_removals(connection: Connection, facts: Sequence[tuple[Act, HouseholdReinstated]]) -> None:
    """Households were struck by mistake: their applications go on, and a flat that nobody has since is theirs again.

    One that went to another stays his: who has agreed waits for the next round.
    """
    await application_queries.take_turn(connection)
    for act, fact in facts:
        ended = {case.id: case for case in await application_queries.lock_removed_of(connection, fact.household_id)}
        released = await queries.lock_released(connection, list(ended))
        cases, said = await applications.reopen(connection, act, fact.household_id)
        # What this removal took, and none before it.
        lost = [home for home in released if home.application_id in cases and _went_with(home, ended)]
        units = await sites.lock_homes(connection, sorted({home.unit_id for home in lost}))
        free = [home for home in lost if units[home.unit_id].state == "free"]
        reported = await queries.list_reported(connection, [home.id for home in free])
        homes = [_restored(act, home, reported=home.id in reported) for home in free]
        await queries.restore(connection, homes)
        await log_steps(connection, act, MOVE, "reinstated", [(home, Finding()) for home in homes])
        await sites.set_unit_states(connection, [home.unit_id for home in homes], "allocated")
        await _lead_back(connection, act, homes, cases)
        await emit(connection, act, "relocation", [*said, *(allocated_fact(act, home) for home in homes)])


def _went_with(home: Allocation, ended: Mapping[UUID, Application]) -> bool:
    case = ended[home.application_id]
    return (home.released_on, home.released_reason) == (case.ended_on, case.state)


def _restored(act: Act, home: Allocation, *, reported: bool) -> Allocation:
    """Where it stood, for as long as it stands there from today on."""
    on = act.business_date
    state = stands_at(keys=home.key_handed_on is not None, reported=reported)
    due_on = MOVE.due_on(state, on, {"notice_ends_on": max(home.notice_ends_on, on)}, home.procedure_version)
    return home._replace(state=state, since_on=on, due_on=due_on, released_on=None, released_reason=None)


async def _lead_back(
    connection: Connection, act: Act, homes: Sequence[Allocation], cases: Mapping[UUID, Application]
) -> None:
    """The applications stand where their flats do."""
    led = [
        (
            cases[home.application_id],
            "key_handed" if home.key_handed_on else "allocated",
            Finding(detail={"allocation_id": str(home.id)}, sets={"members": home.members}),
        )
        for home in homes
    ]
    await advance(connection, act, applications.APPLICATION, "given_back", led)


async def draw_again(connection: Connection, act: Act, keys: DataKeys, round_id: UUID) -> AllocationRound:
    """What came free of a round's flats, all at once, among its lots that got nothing: by the same rule and seed under
    the next draw's number. At the county's word and not as each comes free: who comes first must not matter.

    Raises:
        Problem: not drawn yet, frozen in an earlier form, or nobody waits or nothing is free (409).
    """
    await application_queries.take_turn(connection)
    found = await queries.lock_round(connection, round_id)
    if found.state != "drawn":
        raise Problem("relocation.allocation.not_drawn")
    draws, lots = await queries.list_draws(connection, round_id), await queries.list_all_lots(connection, round_id)
    cases = await application_queries.lock_applications(connection, [x.application_id for x in lots])
    ids = [x.household_id for x in lots]
    held_up = await list_frozen(connection, ids) | await list_suspected(connection, ids)
    if not is_coded(draws[0].inputs):
        raise Problem("relocation.allocation.earlier_form")
    first = read_inputs(draws[0].inputs)
    waiting = [x for x in lots if cases[x.application_id].state == "agreed" and x.household_id not in held_up]
    listed = {u.unit_id for u in first.units}
    free = await sites.list_free_homes(connection, [UUID(i) for i in found.site_ids])
    homes = [home for home in free if str(home.id) in listed]
    if not waiting or not homes:
        raise Problem("relocation.allocation.nothing_to_draw")
    frame = replace(frame_of(first), draw_no=draws[-1].draw_no + 1)
    inputs = published(frame, read_secret(keys, found), waiting, homes)
    document = inputs_json(inputs)
    await queries.insert_draw(connection, round_id, inputs.draw_no, document, digest(document))
    _, facts = await _draw(connection, act, found, inputs)
    await emit(connection, act, "relocation", facts)
    return found
