"""Doors for banks: their events in batches; and to what was held, refused, or settled otherwise than due."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import ValidationError

from services.finance.bank import actions, queries
from services.finance.bank.schemas import (
    BankEvent,
    BankEvents,
    EventPage,
    EventResult,
    EventResults,
    EventShown,
    Settlement,
    SettlementPage,
    WrongField,
)
from shared.doors.http import CurrentPolicy, Transaction, by, field_error
from shared.ground.context import Act

router = APIRouter(prefix="/bank", tags=["bank"])

FIRST = UUID(int=0)
READERS = by("county", "bank", "auditor")
Bank = Annotated[Act, by("bank")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.post("/events")
async def record_bank_events(
    body: BankEvents, connection: Transaction, act: Bank, policy: CurrentPolicy
) -> EventResults:
    """Up to 1,000 events about the bank's own loans, a result for each; a repeat changes nothing."""
    read = [_read(item) for item in body.events]
    return EventResults(results=await actions.record_bank_events(connection, act, policy, read))


def _read(item: Any) -> BankEvent | EventResult:
    try:
        return BankEvent.model_validate(item)
    except ValidationError as error:
        found = [field_error(e) for e in error.errors()[:20]]
        wrong = [WrongField(field=f.field, expected_en=f.expected_en, expected_zh=f.expected_zh) for f in found]
        serial = item.get("serial") if isinstance(item, dict) else None
        return EventResult(
            serial=serial[:64] if isinstance(serial, str) else None, state="refused",
            code="finance.bank.invalid_event", errors=wrong,
        )  # fmt: skip


@router.get("/events", dependencies=[READERS])
async def list_events(
    connection: Transaction, cursor: UUID = FIRST, state: str | None = None, limit: Limit = 100
) -> EventPage:
    """Events as they were sent, by id, with what became of them. `next` is the cursor of the following page."""
    rows = await queries.list_events(connection, cursor, limit, state)
    items = [EventShown(**{**row["content"], **dict(row)}) for row in rows]
    return EventPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/settlements", dependencies=[READERS])
async def list_settlements(
    connection: Transaction, cursor: UUID = FIRST, differing: bool = False, limit: Limit = 100
) -> SettlementPage:
    """Settled interest, by id; with `differing` only where the bank posted another amount than we find due."""
    rows = await queries.list_settlements(connection, cursor, limit, differing=differing)
    items = [Settlement(**row) for row in rows]
    return SettlementPage(items=items, next=str(items[-1].id) if len(items) == limit else None)
