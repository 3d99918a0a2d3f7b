"""The frozen list of a round: whose lots, which flats, and what is published of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.relocation.allocation import queries
from services.relocation.allocation.rules import (
    AllocationPolicy,
    Applicant,
    Flat,
    Frame,
    Inputs,
    coded,
    commitment,
    digest,
    inputs_json,
    is_coded,
    nonce_of,
    numbered,
    numbering_key,
)
from services.relocation.allocation.schemas import NewRound
from services.relocation.allocation.tables import AllocationLot, AllocationRound
from services.relocation.applications import queries as application_queries
from services.relocation.sites import queries as sites
from services.relocation.sites.tables import Home
from shared.acts.freezes import list_frozen
from shared.acts.suspicions import list_suspected
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem

SECRET = ("allocation_round", "secret_sealed")  # where a sealed secret belongs


def sites_of(order: NewRound) -> list[str]:
    """As a round keeps them."""
    return [str(i) for i in sorted(set(order.site_ids))]


def read_secret(keys: DataKeys, found: AllocationRound) -> str:
    """What who froze the list handed in; a round of this form has it."""
    assert found.secret_sealed is not None
    return keys.decrypt(found.secret_sealed, *SECRET, found.id)


async def list_anew(
    connection: Connection, act: Act, policy: Policy, keys: DataKeys, order: NewRound
) -> tuple[AllocationRound, dict[str, Any], list[AllocationLot]]:
    """A round's row, what is published of its list, and whose lots are on it.

    Raises:
        Problem: nobody waits or nothing is free (409).
    """
    figures, key = policy.on(act.business_date, AllocationPolicy), numbering_key(order.secret)
    agreed = await application_queries.list_agreed(connection, order.cohort)
    waiting = [a.household_id for a in agreed]
    held_up = await list_frozen(connection, waiting) | await list_suspected(connection, waiting)
    by_number = {a.number: a for a in agreed if a.household_id not in held_up}
    free = await sites.list_free_homes(connection, order.site_ids)
    if not by_number or not free:
        raise Problem("relocation.allocation.nothing_to_draw")
    lots = [
        AllocationLot(
            round_id=order.id,
            lot=f"L{n:05}",
            application_id=a.id,
            household_id=a.household_id,
            division=a.division,
            members=a.members,
            needs_accessible=a.needs_accessible,
            village=a.division,
            nonce=nonce_of(order.secret, f"L{n:05}"),
        )
        for n, a in enumerate((by_number[no] for no in numbered(key, list(by_number))), 1)
    ]
    frame = Frame(
        round_id=str(order.id),
        draw_no=0,
        cohort=order.cohort,
        snapshot_on=act.business_date.isoformat(),
        cap_m2_x100_per_person=figures.area_cap_m2_x100_per_person,
        pair_from_members=figures.pair_from_members,
    )
    inputs = inputs_json(published(frame, order.secret, lots, free))
    row = AllocationRound(
        id=order.id,
        cohort=order.cohort,
        state="frozen",
        site_ids=sites_of(order),
        snapshot_on=act.business_date,
        inputs_hash=digest(inputs),
        lots=len(lots),
        units=len(free),
        notice_days=figures.allocation_notice_days,
        frozen_by=act.subject,
        secret_hash=commitment(key),
        secret_sealed=keys.encrypt(order.secret, *SECRET, order.id),
    )
    return row, inputs, lots


def frame_of(inputs: Inputs) -> Frame:
    return Frame(**{name: getattr(inputs, name) for name in Frame.__dataclass_fields__})


def published(frame: Frame, secret: str, lots: Sequence[AllocationLot], homes: Sequence[Home]) -> Inputs:
    """What everybody reads of a list."""
    return coded(frame, secret, [_applicant(x) for x in lots], [_flat(home) for home in homes])


def _applicant(lot: AllocationLot) -> Applicant:
    assert lot.nonce is not None
    return Applicant(lot.lot, lot.members, lot.needs_accessible, lot.village, lot.nonce)


def _flat(home: Home) -> Flat:
    no = "+".join(home.flats)
    return Flat(str(home.id), str(home.site_id), home.block, no, home.area_m2_x100, home.accessible, home.paired)


async def is_unchanged(connection: Connection, found: AllocationRound) -> bool:
    """Whether everything on the list is still to be had: lots agreed and not frozen, the same units free.

    Who agreed after the freeze waits for the next round; members and village stay as they were counted. A list of the
    form that told who needs an accessible flat is frozen anew.
    """
    inputs = (await queries.list_draws(connection, found.id))[0].inputs
    if not is_coded(inputs):
        return False
    lots = await queries.list_all_lots(connection, found.id)
    rows = await application_queries.lock_applications(connection, [x.application_id for x in lots])
    if len(rows) < len(lots) or any(case.state != "agreed" for case in rows.values()):
        return False
    if await list_frozen(connection, [x.household_id for x in lots]):
        return False
    free = await sites.list_free_homes(connection, [UUID(i) for i in found.site_ids])
    return {u["unit_id"] for u in inputs["units"]} == {str(home.id) for home in free}
