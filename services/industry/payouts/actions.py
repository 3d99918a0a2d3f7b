"""Recording what is owed, paying it in batches, and taking in what the bank says became of it."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.industry.payouts import queries
from services.industry.payouts.rules import (
    Answer,
    Due,
    Line,
    PayingPolicy,
    ReturnFileError,
    Taken,
    read_return,
    take_return,
)
from services.industry.payouts.schemas import BatchMade, BatchOrder, BatchState, ReturnTaken, RowFinding
from shared.data.sql import Connection, Row
from shared.events.industry import PaymentConfirmed
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.ids import uuid7

LARGEST_RUN = 100_000
MOST_FINDINGS = 1_000


async def record_dues(connection: Connection, act: Act, dues: Sequence[Due]) -> list[Due]:
    """Record what is owed to households; a `source_key` that was recorded before changes nothing.

    Returns those that are new, in the order given.
    """
    first: dict[str, Due] = {}
    for due in dues:
        first.setdefault(due.source_key, due)
    new = await queries.insert_dues(connection, list(first.values()), act.business_date, act.subject)
    return [due for key, due in first.items() if key in new]


async def make_batch(connection: Connection, act: Act, policy: Policy, order: BatchOrder) -> BatchMade:
    """Put the open dues that fit into a batch for the paying bank, up to 100,000; the oldest first.

    Raises:
        Problem: the day to pay lies in the past (422); nothing that fits is owed (409).
    """
    if order.pay_on < act.business_date:
        raise Problem("industry.payouts.pay_day_past")
    await queries.take_turn(connection)
    batch_id, area = uuid7(), act.caller.area
    bank = policy.on(act.business_date, PayingPolicy).paying_bank
    batch = {
        "id": batch_id, "prefix": f"{area}-{act.business_date.year}-", "division": area,
        "bank": bank, "purposes": order.purposes, "payer": order.payer,
        "pay_on": order.pay_on, "made_by": act.subject, "made_on": act.business_date,
    }  # fmt: skip
    if not await queries.make_batch(connection, batch, LARGEST_RUN):
        raise Problem("industry.payouts.nothing_due")
    made = await queries.get_batch(connection, batch_id)
    return BatchMade(
        batch_id=batch_id, batch_no=made["batch_no"], lines=made["lines"], amount_fen=made["amount_fen"]
    )  # fmt: skip


async def check_batch(connection: Connection, act: Act, batch_id: UUID) -> BatchState:
    """A second person finds that the batch is the sum of its lines; from now on the bank may have it.

    Raises:
        Problem: not known here (404), made by the same person (403), checked already or not its lines' sum (409).
    """
    batch = await queries.lock_batch(connection, batch_id)
    if batch["made_by"] == act.subject:
        raise Problem("shared.same_person")
    if batch["state"] != "made":
        raise Problem("industry.payouts.already_checked")
    sums = await queries.sum_lines(connection, batch_id)
    if (sums["lines"], sums["amount_fen"]) != (batch["lines"], batch["amount_fen"]):
        raise Problem("industry.payouts.batch_differs")
    await queries.set_checked(connection, batch_id, act.subject, act.business_date)
    return BatchState(batch_id=batch_id, state="checked")


async def read_answers(content: bytes) -> list[Answer]:
    """The rows of a return file, read in a thread: a large one takes a while.

    Raises:
        Problem: it is no such CSV, or its total does not fit its rows (422).
    """
    try:
        return await asyncio.to_thread(read_return, content)
    except ReturnFileError as error:
        raise Problem(f"industry.payouts.{error.reason}") from error


async def record_return(
    connection: Connection, act: Act, batch_id: UUID, answers: Sequence[Answer]
) -> ReturnTaken:  # fmt: skip
    """Take what the bank says of each line: paid, once and for good, or returned, so that the due is open again.

    Raises:
        Problem: not known here (404); not checked, so nothing was sent (409).
    """
    batch = await queries.lock_batch(connection, batch_id)
    if batch["state"] == "made":
        raise Problem("industry.payouts.not_checked")
    rows = {r["line_no"]: r for r in await queries.list_batch_lines(connection, batch_id)}
    taken = await asyncio.to_thread(_hold_against, answers, rows, batch, act)
    paid = {rows[n]["id"]: on for n, on in taken.paid.items()}
    returned = {rows[n]["id"]: code for n, code in taken.returned.items()}
    if paid:
        await queries.confirm_lines(connection, paid, act.business_date, act.subject)
    if returned:
        await queries.return_lines(connection, returned, act.business_date, act.subject)
    state = batch["state"]
    if state == "checked" and not (await queries.sum_lines(connection, batch_id))["unanswered"]:
        await queries.set_closed(connection, batch_id, act.business_date)
        state = "closed"
    facts = await asyncio.to_thread(_confirmations, rows, taken)
    await emit(connection, act, "industry", facts)
    return ReturnTaken(
        batch_id=batch_id, state=state, taken=len(paid) + len(returned), unchanged=taken.unchanged,
        findings_count=len(taken.findings),
        findings=[RowFinding(row=f.row, column=f.column, code=f.code) for f in taken.findings[:MOST_FINDINGS]],
    )  # fmt: skip


def _hold_against(answers: Sequence[Answer], rows: dict[int, Row], batch: Row, act: Act) -> Taken:
    lines = {n: Line(n, r["amount_fen"], r["state"], r["code"], r["paid_on"]) for n, r in rows.items()}
    return take_return(answers, lines, batch["made_on"], act.business_date)


def _confirmations(rows: dict[int, Row], taken: Taken) -> list[PaymentConfirmed]:
    found = [_confirmation(rows[n], on) for n, on in taken.paid.items()]
    return sorted(found, key=lambda fact: fact.household_id)


def _confirmation(line: Row, paid_on: Any) -> PaymentConfirmed:
    return PaymentConfirmed(
        household_id=line["household_id"], division=line["division"], payment_id=line["id"],
        purpose=line["purpose"], payer=line["payer"], category=line["category"], amount_fen=line["amount_fen"],
        paid_on=paid_on,
    )  # fmt: skip
