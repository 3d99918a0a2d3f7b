"""Doors to dividends: sign, pay, top up, warn, end, list."""

from typing import Annotated

from fastapi import APIRouter

from services.industry.dividends import actions, queries
from services.industry.dividends.schemas import (
    Agreement,
    AgreementShown,
    DividendTotals,
    Ending,
    Missed,
    OverdueCheck,
    Payment,
    TopUp,
    TopUpOrder,
    Year,
)
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.values.inputs import Word

router = APIRouter(prefix="/dividends", tags=["dividends"])

# A helper learns nothing of loans, and an agreement says what was borrowed.
READERS = by("county", "township", "village", "team", "villager", "entity", "auditor")
Signer = Annotated[Act, by("village", "township")]
Payer = Annotated[Act, by("entity", "county")]
County = Annotated[Act, by("county")]
Reader = Annotated[Act, READERS]


@router.post("/agreements")
async def sign_agreements(
    body: Batch[Agreement], connection: Transaction, act: Signer, policy: CurrentPolicy
) -> Results:
    """Up to 1,000 agreements, decided at once, a result for each."""
    return body.answered(await actions.sign_agreements(connection, act, policy, body.sound))


@router.post("/payments")
async def record_payments(body: Batch[Payment], connection: Transaction, act: Payer) -> Results:
    """What an entity handed over for due dates, a result for each; the same again is the same."""
    return body.answered(await actions.record_payments(connection, act, body.sound))


@router.post("/top-ups")
async def top_up(body: TopUpOrder, connection: Transaction, act: County, policy: CurrentPolicy) -> TopUp:
    """Fill up a year's dividends to their floors, once; the same again is the same."""
    return await actions.top_up(connection, act, policy, body.id, body.year)


@router.post("/overdue-checks")
async def check_overdue(
    connection: Transaction, act: County, policy: CurrentPolicy, _body: OverdueCheck | None = None
) -> Missed:
    """Warn of what is overdue, once for each agreement and due date."""
    return await actions.check_overdue(connection, act, policy)


@router.post("/endings")
async def end_agreements(body: Batch[Ending], connection: Transaction, act: County) -> Results:
    """End up to 1,000 agreements, a result for each."""
    return body.answered(await actions.end_agreements(connection, act, body.sound))


@router.get("/agreements", dependencies=[READERS])
async def list_agreements(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, entity_code: Word | None = None
) -> Page[AgreementShown]:
    """Agreements of the caller's area, by id."""
    rows = await queries.list_agreements(connection, at, household_id=household_id, entity_code=entity_code)
    return page(AgreementShown, rows, at)


@router.get("/summary")
async def show_totals(connection: Reading, act: Reader, year: Year | None = None) -> DividendTotals:
    """A year's figures over the caller's area, without `year` this year's; fen, the median in yuan."""
    return await actions.get_totals(connection, year or act.business_date.year)
