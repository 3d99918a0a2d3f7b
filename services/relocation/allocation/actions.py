"""Freezing the list, publishing the seed, drawing; swaps; and what becomes of a flat whose household is struck.

Whoever changes who gets which flat takes the turn first, then locks applications, then allocations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from secrets import SystemRandom
from typing import Any
from uuid import UUID

from services.relocation.allocation import queries
from services.relocation.allocation.rules import (
    AllocationPolicy,
    Held,
    Inputs,
    Lot,
    SeedPolicy,
    Unit,
    cap_m2_x100,
    digest,
    draw,
    inputs_json,
    read_inputs,
    swap_refusal,
)
from services.relocation.allocation.schemas import NewRound, Swap
from services.relocation.applications import actions as applications
from services.relocation.applications import queries as application_queries
from services.relocation.applications.schemas import Result
from services.relocation.sites import queries as sites
from shared.acts.freezes import list_frozen
from shared.data.sql import Connection, Row
from shared.events.envelope import Payload
from shared.events.registry import HouseholdRemoved
from shared.events.relocation import FlatAllocated, FlatReleased
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.ids import uuid7


async def freeze(connection: Connection, act: Act, policy: Policy, order: NewRound) -> Row:
    """Freeze the lots of a cohort and the free units of these sites, as they are today; returns the round.

    Raises:
        Problem: a site is unknown (404); the id is another round's (422); nobody waits or nothing is free (409).
    """
    await application_queries.take_turn(connection)
    wanted = [str(i) for i in sorted(set(order.site_ids))]
    found = await queries.find_round(connection, order.id)
    if found is not None:
        if (found["cohort"], found["site_ids"]) != (order.cohort, wanted):
            raise Problem("relocation.allocation.content_differs")
        return found
    if len(await sites.list_sites_by_id(connection, order.site_ids)) < len(wanted):
        raise Problem("relocation.allocation.site_unknown")
    row, inputs, lots = await _list(connection, act, policy, order.id, order.cohort, wanted)
    await queries.insert_round(connection, row)
    await queries.set_list(connection, order.id, inputs, row["inputs_hash"], lots)
    return await queries.get_round(connection, order.id)


async def refreeze(connection: Connection, act: Act, policy: Policy, round_id: UUID) -> Row:
    """Freeze the list anew; a published seed is void.

    Raises:
        Problem: it was drawn, or a seed is published and the list is what it was, so that nobody shops for seeds (409).
    """
    await application_queries.take_turn(connection)
    found = await queries.lock_round(connection, round_id)
    if found["state"] == "drawn":
        raise Problem("relocation.allocation.already_drawn")
    if found["state"] == "announced" and await _unchanged(connection, found):
        raise Problem("relocation.allocation.list_unchanged")
    row, inputs, lots = await _list(connection, act, policy, round_id, found["cohort"], found["site_ids"])
    await queries.refreeze_round(connection, row)
    await queries.set_list(connection, round_id, inputs, row["inputs_hash"], lots)
    return await queries.get_round(connection, round_id)


async def _list(
    connection: Connection, act: Act, policy: Policy, round_id: UUID, cohort: int, site_ids: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """A round's row, its inputs, and whose lots they name."""
    figures = policy.on(act.business_date, AllocationPolicy)
    agreed = await application_queries.list_agreed(connection, cohort)
    frozen = await list_frozen(connection, [a["household_id"] for a in agreed])
    waiting = [a for a in agreed if a["household_id"] not in frozen]
    free = await sites.list_free_units(connection, [UUID(i) for i in site_ids])
    if not waiting or not free:
        raise Problem("relocation.allocation.nothing_to_draw")
    SystemRandom().shuffle(waiting)  # a lot's number must say nothing about whose it is
    lots = [
        {
            "round_id": round_id, "lot": f"L{number:05}", "application_id": a["id"], "household_id": a["household_id"],
            "division": a["division"], "members": a["members_now"], "needs_accessible": a["needs_accessible"],
            "village": a["division"],
        }
        for number, a in enumerate(waiting, 1)
    ]  # fmt: skip
    inputs = inputs_json(
        Inputs(
            str(round_id), 0, cohort, act.business_date.isoformat(), figures.area_cap_m2_x100_per_person,
            figures.pair_from_members, tuple(_lot(x) for x in lots), tuple(_unit(u) for u in free),
        )
    )  # fmt: skip
    row = {
        "id": round_id, "cohort": cohort, "state": "frozen", "site_ids": list(site_ids),
        "snapshot_on": act.business_date, "inputs_hash": digest(inputs), "lots": len(lots), "units": len(free),
        "notice_days": figures.allocation_notice_days, "frozen_by": act.subject,
    }  # fmt: skip
    return row, inputs, lots


def _lot(row: Mapping[str, Any]) -> Lot:
    return Lot(row["lot"], row["members"], row["needs_accessible"], row["village"])


def _unit(row: Mapping[str, Any]) -> Unit:
    return Unit(
        str(row["id"]), str(row["site_id"]), row["block"], "+".join(row["flats"]), row["area_m2_x100"],
        row["accessible"], row["paired"],
    )  # fmt: skip


async def _unchanged(connection: Connection, found: Row) -> bool:
    """Whether everything on the list is still to be had: lots agreed and not frozen, the same units free.

    Who agreed after the freeze waits for the next round; members and village stay as they were counted.
    """
    lots = await queries.list_all_lots(connection, found["id"])
    rows = await application_queries.lock_applications(connection, [x["application_id"] for x in lots])
    if len(rows) < len(lots) or any(r["state"] != "agreed" for r in rows.values()):
        return False
    if await list_frozen(connection, [x["household_id"] for x in lots]):
        return False
    free = await sites.list_free_units(connection, [UUID(i) for i in found["site_ids"]])
    inputs = (await queries.list_draws(connection, found["id"]))[0]["inputs"]
    return {u["unit_id"] for u in inputs["units"]} == {str(u["id"]) for u in free}


async def publish_seed(connection: Connection, act: Act, round_id: UUID, seed: str, inputs_hash: str) -> Row:
    """Bind a seed to the list with this hash, before anybody can know what it draws.

    Raises:
        Problem: by who froze the list (403); for another list, or another seed was published (409).
    """
    found = await queries.lock_round(connection, round_id)
    if found["frozen_by"] == act.subject:
        raise Problem("shared.same_person")
    if found["inputs_hash"] != inputs_hash:
        raise Problem("relocation.allocation.list_changed")
    if found["state"] != "frozen":
        if found["seed"] != seed:
            raise Problem("relocation.allocation.seed_published")
        return found
    await queries.set_seed(connection, round_id, seed, act.business_date, act.subject)
    return await queries.get_round(connection, round_id)


async def draw_round(connection: Connection, act: Act, policy: Policy, round_id: UUID) -> Row:
    """Draw, and give out what was drawn; a round that was drawn stays as it is.

    Raises:
        Problem: no seed, too early, or the list is no longer what the seed was published for (409).
    """
    await application_queries.take_turn(connection)
    found = await queries.lock_round(connection, round_id)
    if found["state"] == "drawn":
        return found
    if found["state"] == "frozen":
        raise Problem("relocation.allocation.seed_missing")
    earliest = found["seed_on"] + timedelta(days=policy.on(found["seed_on"], SeedPolicy).seed_days_before_draw)
    if act.business_date < earliest:
        raise Problem("relocation.allocation.too_early", draw_from_on=earliest.isoformat())
    if not await _unchanged(connection, found):
        raise Problem("relocation.allocation.list_changed")
    inputs = read_inputs((await queries.list_draws(connection, round_id))[0]["inputs"])
    result, facts = await _draw(connection, act, found, inputs)
    allocated = len(result["allocations"])
    await queries.set_drawn(connection, round_id, act.business_date, act.subject, digest(result), allocated)
    await emit(connection, act, "relocation", facts)
    return await queries.get_round(connection, round_id)


async def _draw(
    connection: Connection, act: Act, found: Row, inputs: Inputs
) -> tuple[dict[str, Any], list[Payload]]:  # fmt: skip
    """Draw by the round's seed and give out the units; the draw's inputs are stored already."""
    result = draw(inputs, found["seed"])
    await queries.set_result(connection, found["id"], inputs.draw_no, result, digest(result), act.business_date)
    chosen = {row["lot"]: UUID(row["unit_id"]) for row in result["allocations"]}
    units = {UUID(u.unit_id): u for u in inputs.units}
    notice_ends_on = act.business_date + timedelta(days=found["notice_days"])
    rows = [
        {
            "id": uuid7(), "round_id": found["id"], "draw_no": inputs.draw_no, "lot": x["lot"],
            "application_id": x["application_id"], "household_id": x["household_id"], "division": x["division"],
            "cohort": found["cohort"], "unit_id": chosen[x["lot"]], "members": x["members"],
            "cap_m2_x100": cap_m2_x100(x["members"], inputs.cap_m2_x100_per_person),
            "area_m2_x100": units[chosen[x["lot"]]].area_m2_x100, "accessible": units[chosen[x["lot"]]].accessible,
            "needs_accessible": x["needs_accessible"], "state": "allocated", "allocated_on": act.business_date,
            "notice_ends_on": notice_ends_on, "swap_id": None,
        }
        for x in await queries.list_all_lots(connection, found["id"]) if x["lot"] in chosen
    ]  # fmt: skip
    await sites.set_unit_states(connection, sorted(chosen.values()), "allocated")
    await queries.insert_allocations(connection, rows)
    await applications.advance(connection, act, "allocated", [_allocated(row) for row in rows])
    return result, [allocated_fact(act, row) for row in rows]


def _allocated(row: Mapping[str, Any]) -> dict[str, Any]:
    case = {"id": row["application_id"], "division": row["division"]}
    detail = {"allocation_id": str(row["id"]), "lot": row["lot"], "draw_no": row["draw_no"]}
    return applications.change(case, "allocated", members=row["members"], detail=detail)


def _of(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("household_id", "division", "application_id", "unit_id")
    return {name: row[name] for name in names} | {"allocation_id": row["id"]}


def allocated_fact(act: Act, row: Mapping[str, Any]) -> Payload:
    figures = {name: row[name] for name in ("area_m2_x100", "cap_m2_x100", "members")}
    return FlatAllocated(**_of(row), **figures, allocated_on=act.business_date)


def released_fact(act: Act, row: Mapping[str, Any], reason: str) -> Payload:
    return FlatReleased(**_of(row), reason=reason, released_on=act.business_date)


async def lock_with_applications(
    connection: Connection, allocation_ids: Sequence[UUID]
) -> tuple[dict[UUID, Row], dict[UUID, Row]]:
    """Allocations and their applications, by their own ids, locked in the house's order."""
    seen = await queries.list_by_ids(connection, allocation_ids)
    rows = await application_queries.lock_applications(connection, [a["application_id"] for a in seen.values()])
    return await queries.lock_allocations(connection, allocation_ids), rows


async def swap(connection: Connection, act: Act, items: Sequence[Swap]) -> list[Result]:
    """Both allocations end and two begin, each household's with the other's unit, under its own lot and cap."""
    await application_queries.take_turn(connection)
    ids = sorted({i for s in items for i in (s.first_allocation_id, s.second_allocation_id)})
    rows, _ = await lock_with_applications(connection, ids)
    earlier = await queries.list_swaps(connection, [s.id for s in items])
    units = await sites.lock_units(connection, sorted({r["unit_id"] for r in rows.values()}))
    frozen = await list_frozen(connection, [r["household_id"] for r in rows.values()])
    held = {i: _held(r, units[r["unit_id"]], frozen) for i, r in rows.items()}
    results, passed, seen = list[Result](), list[Swap](), set[UUID]()
    for item in items:
        both = {item.first_allocation_id, item.second_allocation_id}
        code = _swap_code(act, item, earlier.get(item.id), held, seen)
        if code is None and item.id not in earlier:
            passed.append(item)
            seen |= {item.id, *both}
        results.append(Result(id=item.id, status="refused" if code else "accepted", code=code))
    await _exchange(connection, act, passed, rows)
    return results


def _held(row: Row, unit: Row, frozen: set[UUID]) -> Held:
    return Held(
        row["state"], row["members"], row["cap_m2_x100"], row["area_m2_x100"], unit["paired"], row["notice_ends_on"],
        swapped=row["swap_id"] is not None, frozen=row["household_id"] in frozen,
    )  # fmt: skip


def _swap_code(
    act: Act, item: Swap, earlier: Row | None, held: Mapping[UUID, Held], seen: set[UUID]
) -> str | None:  # fmt: skip
    first, second = item.first_allocation_id, item.second_allocation_id
    if earlier is not None:
        same = (earlier["first_allocation_id"], earlier["second_allocation_id"]) == (first, second)
        return None if same else "relocation.allocation.content_differs"
    if first not in held or second not in held:
        return "shared.not_found"
    if first == second or seen & {item.id, first, second}:
        return "relocation.allocation.twice_in_batch"
    return swap_refusal(held[first], held[second], act.business_date)


async def _exchange(
    connection: Connection, act: Act, swaps: Sequence[Swap], rows: Mapping[UUID, Row]
) -> None:  # fmt: skip
    if not swaps:
        return
    on, facts, new = act.business_date, list[Payload](), []
    await queries.insert_swaps(connection, [
        s.model_dump(exclude={"consents"}) | {"swapped_on": on, "swapped_by": act.subject} for s in swaps
    ])  # fmt: skip
    for item in swaps:
        first, second = rows[item.first_allocation_id], rows[item.second_allocation_id]
        for mine, other in ((first, second), (second, first)):
            unit = {name: other[name] for name in ("unit_id", "area_m2_x100", "accessible")}
            new.append({n: mine[n] for n in queries.NEW} | unit | {"id": uuid7(), "swap_id": item.id})
            facts += [released_fact(act, mine, "swapped"), allocated_fact(act, new[-1])]
    old = [i for s in swaps for i in (s.first_allocation_id, s.second_allocation_id)]
    await queries.release_allocations(connection, old, on, "swapped")
    await queries.insert_allocations(connection, new)
    await applications.advance(connection, act, "swapped", [_allocated(row) for row in new])
    await emit(connection, act, "relocation", facts)


async def end_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    """The register struck households: their applications end, and a flat not moved into is drawn again at once.

    Who has moved in keeps the home: what was given is taken back by people, with a hearing, not by a reaction.
    """
    await application_queries.take_turn(connection)
    for act, fact in facts:
        rows = await application_queries.lock_open_of(connection, [fact.household_id])
        held = await queries.lock_standing(connection, [r["id"] for r in rows])
        reason = "deceased" if fact.reason == "deceased" else "struck"
        said: list[Payload] = [released_fact(act, row, reason) for row in held]
        said += await applications.end_of_removed(connection, act, rows, {fact.household_id: reason})
        for row in held:
            await queries.release_allocations(connection, [row["id"]], act.business_date, reason)
            await sites.set_unit_states(connection, [row["unit_id"]], "free")
            said += await _draw_again(connection, act, row["round_id"], row["unit_id"])
        await emit(connection, act, "relocation", said)


async def _draw_again(connection: Connection, act: Act, round_id: UUID, unit_id: UUID) -> list[Payload]:
    """One unit among the round's lots that got nothing, by the same rule and seed under the next draw's number."""
    found = await queries.lock_round(connection, round_id)
    draws = await queries.list_draws(connection, round_id)
    lots = await queries.list_all_lots(connection, round_id)
    rows = await application_queries.lock_applications(connection, [x["application_id"] for x in lots])
    frozen = await list_frozen(connection, [x["household_id"] for x in lots])
    waiting = [
        _lot(x) for x in lots
        if rows[x["application_id"]]["state"] == "agreed" and x["household_id"] not in frozen
    ]  # fmt: skip
    unit = (await sites.lock_units(connection, [unit_id]))[unit_id]
    inputs = replace(
        read_inputs(draws[0]["inputs"]), draw_no=draws[-1]["draw_no"] + 1, lots=tuple(waiting), units=(_unit(unit),)
    )
    document = inputs_json(inputs)
    await queries.insert_draw(connection, round_id, inputs.draw_no, document, digest(document))
    _, facts = await _draw(connection, act, found, inputs)
    return facts
