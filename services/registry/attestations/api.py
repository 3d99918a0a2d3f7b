"""Doors to attestations: a department's words, and what was said otherwise than they say."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.attestations import actions, queries
from services.registry.attestations.schemas import AttestationShown, NewAttestation, OverruledShown
from services.registry.overruled.queries import list_overruled as list_words
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import CurrentDataKeys, CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/attestations", tags=["attestations"])

Department = Annotated[Act, by("department")]
Reader = Annotated[Act, by("department", "county", "township", "village", "team", "auditor", "villager")]
Overseer = Annotated[Act, by("department", "county", "township", "village", "team", "auditor")]


def _unit_of(act: Act) -> str | None:
    """A department reads its own."""
    return act.caller.unit if act.caller.role == "department" else None


@router.post("")
async def attest(
    body: Batch[NewAttestation],
    connection: Transaction,
    policy: CurrentPolicy,
    data_keys: CurrentDataKeys,
    act: Department,
) -> Results:
    """Facts of the department's trade, up to 1,000 at once: they stand until it says otherwise."""
    return body.answered(await actions.attest(connection, act, policy, data_keys, body.sound))


@router.get("")
async def list_attestations(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, act: Reader
) -> Page[AttestationShown]:
    """A department's own; of their area those who oversee it; a villager's of his own household; by id."""
    rows = await queries.list_attestations(connection, at, household_id=household_id, unit=_unit_of(act))
    return page(AttestationShown, rows, at)


@router.get("/overruled")
async def list_overruled(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, act: Overseer
) -> Page[OverruledShown]:
    """What was said or seen otherwise than attested, and is not held for true; a department's own, by id."""
    return page(OverruledShown, await list_words(connection, at, household_id=household_id, unit=_unit_of(act)), at)
