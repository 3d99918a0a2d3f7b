"""Recording what is owed, paying it in batches, taking in what the bank says, and ruling on what is held."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.industry.payouts import queries
from services.industry.payouts.files import ReturnFileError, read_return
from services.industry.payouts.rules import (
    Answer,
    Due,
    Finding,
    Line,
    Part,
    PayingPolicy,
    ReturnPolicy,
    Taken,
    owed_anew,
    ruling_refusal,
    take_return,
)
from services.industry.payouts.schemas import (
    BatchChecked,
    BatchMade,
    BatchOrder,
    NewRuling,
    ReturnTaken,
    RowFinding,
)
from services.industry.payouts.tables import PayoutBatch, PayoutLine, payout_batch, payout_ruling
from shared.acts import procedures
from shared.acts.batches import NewRows, take_new
from shared.acts.bodies import Case, Confirmation, Result, answers
from shared.acts.procedures import PASSED, Procedure, Step, advance, by_bureaus, confirmed, take_step, taken
from shared.acts.tasks import OwnTask
from shared.data.sql import Connection
from shared.events.industry import PayeeNamed, PaymentConfirmed
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.ids import uuid7

ROOM = "industry.payouts"
LARGEST_RUN = 100_000
MOST_FINDINGS = 1_000
BEGUN = (
    Step("checked", "made", ("county",), ("made_by",), "checked",
         zh="复核付款批次", en="Check a batch of payments"),
    Step("closed", "checked", ("bank",), signs="closed",
         zh="银行回盘", en="The bank answers every line"),
)  # fmt: skip
# Since the second version whoever pays checks: the finance bureau.
BATCH = Procedure(ROOM, payout_batch, (BEGUN, by_bureaus(BEGUN, checked="finance")))
RULING = Procedure(f"{ROOM}.rulings", payout_ruling, ((
    Step("confirmed", "proposed", ("county",), ("proposed_by",), "confirmed",
         zh="确认暂缓款项的处理", en="Confirm what becomes of a held due"),
),))  # fmt: skip
CAME_BACK = OwnTask(
    procedure=ROOM,
    step="ruled",
    roles=("county",),
    zh="处理暂缓款项",
    en="Rule on a held due",
    columns=("b.due_id", "b.division", "b.household_id", "b.answered_on", "b.answered_on + 7"),
    source=queries.CAME_BACK_SOURCE,
)
OF_REMOVED = replace(
    CAME_BACK,
    columns=("d.id", "d.division", "d.household_id", "d.recorded_on", "d.recorded_on + 7"),
    source=queries.REMOVED_SOURCE,
)
CONTENT = ("due_id", "ruling", "evidence")


async def record_dues(connection: Connection, act: Act, dues: Sequence[Due]) -> list[Due]:
    """Record what is owed to households; a `source_key` that was recorded before changes nothing.

    Returns those that are new, in the order given.
    """
    first: dict[str, Due] = {}
    for due in dues:
        first.setdefault(due.source_key, due)
    new = await queries.insert_dues(connection, list(first.values()), act.business_date, act.subject)
    return [due for key, due in first.items() if key in new]


async def list_owed(connection: Connection, sources: Mapping[str, UUID]) -> dict[str, list[Part]]:
    """The dues of each of the sources; `sources`: the household by key. The caller has taken his turn."""
    found: dict[str, list[Part]] = {key: [] for key in sources}
    for due in await queries.list_of_sources(connection, sources):
        found[due.source].append(Part(due.id, due.fen, due.bank_fen, due.ruled))
    return found


async def owe_anew(
    connection: Connection, act: Act, owed: Mapping[str, Sequence[Part]], truly: Mapping[str, Due]
) -> None:
    """What is owed in truth for each source, perhaps nothing: of the dues that there are, and by the given one, whose
    key begins with the source's, what they do not stand for.
    """
    anew = {key: owed_anew(owed[key], due.amount_fen) for key, due in truly.items()}
    await queries.correct_dues(connection, {i: fen for parts, _ in anew.values() for i, fen in parts.items()})
    rest = [replace(due, amount_fen=anew[key][1]) for key, due in truly.items() if anew[key][1]]
    await record_dues(connection, act, rest)


async def make_batch(connection: Connection, act: Act, policy: Policy, order: BatchOrder) -> BatchMade:
    """Put the open dues that fit into a batch for the paying bank, up to 100,000; the oldest first.

    Raises:
        Problem: the day to pay lies in the past (422); nothing that fits is owed (409).
    """
    on = act.business_date
    if order.pay_on < on:
        raise Problem("industry.payouts.pay_day_past")
    await queries.take_turn(connection)
    batch_id = uuid7()
    batch = {
        "id": batch_id,
        "prefix": f"{act.caller.area}-{on.year}-",
        "division": act.caller.area,
        "bank": policy.on(on, PayingPolicy).paying_bank,
        "purposes": order.purposes,
        "payer": order.payer,
        "pay_on": order.pay_on,
        "made_by": act.subject,
        "made_on": on,
        "version": BATCH.version,
        "due_on": BATCH.due_on("made", on),
    }
    if not await queries.make_batch(connection, batch, LARGEST_RUN):
        raise Problem("industry.payouts.nothing_due")
    made = await queries.get_batch(connection, batch_id)
    return BatchMade(id=made.id, batch_no=made.batch_no, lines=made.lines, amount_fen=made.amount_fen)


async def check_batch(connection: Connection, act: Act, batch_id: UUID, *, set_aside: bool = False) -> BatchChecked:
    """The finance bureau finds that the batch is the sum of its lines; from now on the bank may have it.

    Lines whose household has left the register since, or stands still, and those of which another amount is owed by
    now, are told; `set_aside` sends the others alone.

    Raises:
        Problem: not known here (404), made by the same person (403), checked already, not its lines' sum, or with
            lines that must not be paid as things stand (409).
    """
    await queries.take_turn(connection)
    batch = await queries.lock_batch(connection, batch_id)
    sums = await queries.sum_lines(connection, batch_id)
    gone = await queries.list_stopped_lines(connection, batch_id)

    def find(case: PayoutBatch, _item: Case) -> procedures.Finding:
        if (sums.lines, sums.amount_fen) != (case.lines, case.amount_fen):
            return procedures.Finding(refusal="batch_differs")
        return procedures.Finding(refusal="removed_since") if gone and not set_aside else PASSED

    results = await take_step(connection, act, BATCH, "checked", [Case(id=batch_id)], find, rows={batch_id: batch})
    taken(results, lines=", ".join(str(line.line_no) for line in gone))
    await queries.set_aside(connection, gone, act.business_date, act.subject)
    lines = await queries.list_batch_lines(connection, batch_id)
    await emit(connection, act, "industry", await asyncio.to_thread(_payees, act.business_date, lines))
    state = await _close(connection, act, await queries.lock_batch(connection, batch_id))
    return BatchChecked(id=batch_id, state=state, set_aside=len(gone))


def _payees(checked_on: date, lines: Sequence[PayoutLine]) -> list[PayeeNamed]:
    """Of the lines that the bank may have now."""
    sent = sorted((line for line in lines if line.state == "sent"), key=lambda line: line.household_id)
    return [
        PayeeNamed(
            household_id=line.household_id,
            division=line.division,
            payment_id=line.id,
            batch_id=line.batch_id,
            bank=line.bank,
            checked_on=checked_on,
        )
        for line in sent
    ]


async def _close(connection: Connection, act: Act, batch: PayoutBatch) -> Any:
    """A batch of which every line is answered is closed: the state that it has now."""
    if batch.state != "checked" or (await queries.sum_lines(connection, batch.id)).unanswered:
        return batch.state
    await advance(connection, act, BATCH, "closed", [(batch, "closed", PASSED)])
    return "closed"


async def read_answers(content: bytes) -> tuple[list[Answer], list[Finding]]:
    """The rows of a return file, and what could not be read of it; in a thread: a large one takes a while.

    Raises:
        Problem: it is no such CSV, or its total does not fit its rows (422).
    """
    try:
        return await asyncio.to_thread(read_return, content)
    except ReturnFileError as error:
        raise Problem(f"industry.payouts.{error.reason}") from error


async def record_return(
    connection: Connection,
    act: Act,
    policy: Policy,
    batch_id: UUID,
    answered: Sequence[Answer],
    unread: Sequence[Finding] = (),
) -> ReturnTaken:
    """Take what the bank says of each line: paid, once and for good, or returned, so that the due is open again.

    Raises:
        Problem: not known here (404); not checked, so nothing was sent (409).
    """
    batch = await queries.lock_batch(connection, batch_id)
    if batch.state == "made":
        raise Problem("industry.payouts.not_checked")
    rows = {line.line_no: line for line in await queries.list_batch_lines(connection, batch_id)}
    held = await asyncio.to_thread(_hold_against, answered, rows, batch, act)
    passing = policy.on(act.business_date, ReturnPolicy).payout_passing_codes
    await queries.answer_lines(connection, _answers(rows, held, passing), act.business_date, act.subject)
    state = await _close(connection, act, batch)
    facts = await asyncio.to_thread(_confirmations, rows, held)
    await emit(connection, act, "industry", facts)
    findings = sorted([*unread, *held.findings], key=lambda found: found.row)
    return ReturnTaken(
        id=batch_id,
        state=state,
        taken=len(held.paid) + len(held.returned),
        unchanged=held.unchanged,
        findings_count=len(findings),
        findings=[RowFinding(row=f.row, column=f.column, code=f.code) for f in findings[:MOST_FINDINGS]],
    )


def _hold_against(answered: Sequence[Answer], rows: Mapping[int, PayoutLine], batch: PayoutBatch, act: Act) -> Taken:
    lines = {n: Line(n, r.amount_fen, r.state, r.code, r.paid_on) for n, r in rows.items()}
    return take_return(answered, lines, batch.made_on, act.business_date)


def _answers(rows: Mapping[int, PayoutLine], held: Taken, passing: Sequence[str]) -> NewRows:
    paid = [
        {"id": rows[n].id, "state": "confirmed", "paid_on": on, "code": None, "lasting": False}
        for n, on in held.paid.items()
    ]
    back = [
        {"id": rows[n].id, "state": "returned", "paid_on": None, "code": code, "lasting": code.lower() not in passing}
        for n, code in held.returned.items()
    ]
    return [*paid, *back]


def _confirmations(rows: Mapping[int, PayoutLine], held: Taken) -> list[PaymentConfirmed]:
    found = [_confirmation(rows[n], on) for n, on in held.paid.items()]
    return sorted(found, key=lambda fact: fact.household_id)


def _confirmation(line: PayoutLine, paid_on: date) -> PaymentConfirmed:
    return PaymentConfirmed(
        household_id=line.household_id,
        division=line.division,
        payment_id=line.id,
        purpose=line.purpose,
        payer=line.payer,
        category=line.category,
        amount_fen=line.amount_fen,
        paid_on=paid_on,
    )


async def propose_rulings(connection: Connection, act: Act, items: Sequence[NewRuling]) -> list[Result]:
    """What is to become of held dues: paid to heirs, paid since something was changed, or not owed."""
    await queries.take_turn(connection)
    due_ids = [i.due_id for i in items]
    held = await queries.list_held_by_id(connection, due_ids)
    ruled = await queries.list_being_ruled(connection, due_ids)
    known = await queries.list_rulings_by_id(connection, [i.id for i in items])

    def judge(item: NewRuling) -> str | dict[str, Any]:
        due = held.get(item.due_id)
        reason = ruling_refusal(item.ruling, removed=due.removed) if due else "not_held"
        if due is None or reason or item.due_id in ruled:
            return reason or "ruling_open"
        ruled.add(item.due_id)
        return RULING.opened(
            act,
            "proposed",
            **item.model_dump(),
            line_id=due.line_id,
            household_id=due.household_id,
            division=due.division,
            proposed_on=act.business_date,
            proposed_by=act.subject,
        )._asdict()

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_rulings(connection, rows)

    reasons, _ = await take_new(items, known, CONTENT, judge, save)
    return answers(ROOM, [i.id for i in items], reasons)


async def confirm_rulings(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """By another person; from then on the due is paid again, or owed no longer."""
    await queries.take_turn(connection)
    return await take_step(connection, act, RULING, "confirmed", items, confirmed)
