"""Doors to attested incomes."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.attested import actions, queries
from services.registry.attested.schemas import IncomeAttestationShown, NewIncomeAttestation
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import CurrentDataKeys, CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/attestations/incomes", tags=["attestations"])

Reader = Annotated[Act, by("department", "county", "township", "village", "team", "auditor", "villager")]


@router.post("")
async def attest_incomes(
    body: Batch[NewIncomeAttestation],
    connection: Transaction,
    policy: CurrentPolicy,
    data_keys: CurrentDataKeys,
    act: Annotated[Act, by("department")],
) -> Results:
    """What households had of sources of the department's trade, up to 1,000 at once."""
    return body.answered(await actions.attest_incomes(connection, act, policy, data_keys, body.sound))


@router.get("")
async def list_attested_incomes(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, act: Reader
) -> Page[IncomeAttestationShown]:
    """A department's own; of their area those who oversee it; a villager's of his own household; by id."""
    unit = act.caller.unit if act.caller.role == "department" else None
    rows = await queries.list_attestations(connection, at, household_id=household_id, unit=unit)
    return page(IncomeAttestationShown, rows, at)
