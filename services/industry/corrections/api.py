"""Doors to corrections: what a meter showed, how it was exchanged, what was spent, a certificate that is revoked."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.industry.corrections import actions, queries
from services.industry.corrections.rules import RevocationState
from services.industry.corrections.schemas import (
    ExchangeCorrection,
    ExchangeCorrectionShown,
    PaymentRevocation,
    PaymentRevocationShown,
    ReadingCorrection,
    Revocation,
    RevocationShown,
    SpendingCorrection,
)
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/corrections", tags=["corrections"])

READERS = by("county", "township", "village", "department", "auditor", units=("human_resources",))
STATION_READERS = by("county", "township", "village", "team", "helper", "entity", "auditor")
County = Annotated[Act, by("county")]
# Who reads a meter puts a reading right.
Reader = Annotated[Act, by("entity", "village", "township")]
Bank = Annotated[Act, by("bank")]
Office = Annotated[Act, by("township", "county")]
# The office confirms what was proposed before the bureau did.
Payer = Annotated[Act, by("county", "department", units=("finance",))]
Certifier = Annotated[Act, by("county", "department", units=("human_resources",))]


@router.post("/readings")
async def correct_readings(
    body: Batch[ReadingCorrection], connection: Transaction, act: Reader, policy: CurrentPolicy
) -> Results:
    """What meters showed in truth; it must fit what was read before and after."""
    return body.answered(await actions.correct_readings(connection, act, policy, body.sound))


@router.post("/exchanges")
async def propose_exchanges(
    body: Batch[ExchangeCorrection], connection: Transaction, act: Reader, policy: CurrentPolicy
) -> Results:
    """Exchanges of a meter that were told wrongly; nothing changes before another person confirms it."""
    return body.answered(await actions.propose_exchanges(connection, act, policy, body.sound))


@router.post("/exchanges/confirmations")
async def confirm_exchanges(
    body: Batch[Confirmation], connection: Transaction, act: Office, policy: CurrentPolicy
) -> Results:
    """By another person: what was read since counts on from what the old meter showed in truth."""
    return body.answered(await actions.confirm_exchanges(connection, act, policy, body.sound))


@router.get("/exchanges", dependencies=[STATION_READERS])
async def list_exchanges(
    connection: Paging, at: Cursor, station_id: UUID | None = None, state: RevocationState | None = None
) -> Page[ExchangeCorrectionShown]:
    """Of the caller's area or unit, by id."""
    rows = await queries.list_exchanges(connection, at, station_id=station_id, state=state)
    return page(ExchangeCorrectionShown, rows, at)


@router.post("/spendings")
async def correct_spendings(body: Batch[SpendingCorrection], connection: Transaction, act: County) -> Results:
    """What was spent in truth; within the budget."""
    return body.answered(await actions.correct_spendings(connection, act, body.sound))


@router.post("/payments")
async def propose_payments(body: Batch[PaymentRevocation], connection: Transaction, act: Bank) -> Results:
    """Lines that the bank confirmed by mistake; nothing changes before the finance bureau confirms it."""
    return body.answered(await actions.propose_payments(connection, act, body.sound))


@router.post("/payments/confirmations")
async def confirm_payments(body: Batch[Confirmation], connection: Transaction, act: Payer) -> Results:
    """By the finance bureau: the money did not arrive; what was owed is owed again, once somebody has ruled on it."""
    return body.answered(await actions.confirm_payments(connection, act, body.sound))


@router.get("/payments", dependencies=[by("county", "department", "bank", "auditor", units=("finance",))])
async def list_payments(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: RevocationState | None = None
) -> Page[PaymentRevocationShown]:
    """Of the caller's area or bank, by id."""
    rows = await queries.list_payments(connection, at, household_id=household_id, state=state)
    return page(PaymentRevocationShown, rows, at)


@router.post("/certificates")
async def propose_revocations(body: Batch[Revocation], connection: Transaction, act: Office) -> Results:
    """Certificates that should not have been accepted; nothing changes before another person confirms it."""
    return body.answered(await actions.propose_revocations(connection, act, body.sound))


@router.post("/certificates/confirmations")
async def confirm_revocations(body: Batch[Confirmation], connection: Transaction, act: Certifier) -> Results:
    """By the human resources bureau, and another person than who proposed it."""
    return body.answered(await actions.confirm_revocations(connection, act, body.sound))


@router.get("/certificates", dependencies=[READERS])
async def list_revocations(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: RevocationState | None = None
) -> Page[RevocationShown]:
    """Of the caller's area, by id."""
    rows = await queries.list_revocations(connection, at, household_id=household_id, state=state)
    return page(RevocationShown, rows, at)
