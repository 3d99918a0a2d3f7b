"""Doors to telephones, said by one person, and to accounts: reported by one person, confirmed by another."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.contacts import actions, queries
from services.registry.contacts.rules import State
from services.registry.contacts.schemas import AccountShown, NewAccount, NewPhone
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import CurrentDataKeys, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/households", tags=["contacts"])


@router.post("/phones")
async def record_phones(
    body: Batch[NewPhone],
    connection: Transaction,
    data_keys: CurrentDataKeys,
    act: Annotated[Act, by("village", "team", "helper", "villager")],
) -> Results:
    """Under which number households are reached: as they said themselves, or were heard on a visit."""
    return body.answered(await actions.record_phones(connection, act, data_keys, body.sound))


@router.post("/accounts")
async def report_accounts(
    body: Batch[NewAccount],
    connection: Transaction,
    data_keys: CurrentDataKeys,
    act: Annotated[Act, by("village", "team", "villager")],
) -> Results:
    """Accounts that households are to be paid to; nothing changes before another person confirms it."""
    return body.answered(await actions.report_accounts(connection, act, data_keys, body.sound))


@router.post("/accounts/confirmations")
async def confirm_accounts(
    body: Batch[Confirmation], connection: Transaction, act: Annotated[Act, by("township")]
) -> Results:
    """Confirmed: the household is paid to that account. Not confirmed: nothing changes."""
    return body.answered(await actions.confirm_accounts(connection, act, body.sound))


# A helping cadre sees no bank data (domain notes 4).
@router.get("/accounts", dependencies=[by("county", "township", "village", "team", "villager", "auditor")])
async def list_accounts(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    data_keys: CurrentDataKeys,
    state: State | None = None,
) -> Page[AccountShown]:
    """Changed accounts of the caller's area, masked, by id; a household sees who changed its own, and who agreed."""
    rows = await queries.list_changes(connection, at, state=state, household_id=household_id)
    return page(AccountShown, [actions.account_shown(data_keys, row) for row in rows], at)
