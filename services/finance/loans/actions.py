"""Deciding on applications."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from services.finance.loans import queries
from services.finance.loans.rules import (
    ELIGIBILITY,
    LoanFacts,
    LoanPolicy,
    RatePolicy,
    benchmark_ppm,
    loan_eligibility,
)
from services.finance.loans.schemas import ApplicationResult, LoanApplication
from services.finance.loans.tables import Applicant, ApplicationRow, Resident
from shared.acts.batches import take_new
from shared.acts.bodies import FieldError, Result, result
from shared.acts.decisions import list_missing, record_decisions
from shared.acts.freezes import list_frozen
from shared.acts.suspicions import list_suspected
from shared.data.sql import Connection
from shared.events.finance import LoanApproved, LoanRefused
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import text
from shared.values.dates import Period
from shared.values.verdicts import Decided, Missing

ROOM = "finance.loans"
CONTENT = ("household_id", "bank", "amount_fen", "term_months", "purpose", "borrower")
NOT_A_MEMBER = "not_a_member"
Residents = Mapping[tuple[str, UUID], Resident]


async def decide_applications(
    connection: Connection, act: Act, policy: Policy, items: Sequence[LoanApplication]
) -> list[Result]:
    """Decide each by the rules on what is known of its household; a loan for each that is approved.

    An application of a household that is not known here yet, or to be signed by who does not live in it, is not kept:
    it may be sent again.
    """
    households = await queries.lock_households(connection, [i.household_id for i in items])
    earlier = await queries.list_applications(connection, [i.id for i in items])
    residents = await queries.list_residents(connection, [(i.borrower, i.household_id) for i in items if i.borrower])
    fresh: dict[UUID, LoanApplication] = {}
    for item in items:
        if item.id not in earlier and _refusal(item, households, residents) is None:
            fresh.setdefault(item.id, item)
    decided = await _decide(connection, act, policy, list(fresh.values()), households, residents)

    def judge(item: LoanApplication) -> str | dict[str, Any]:
        return _refusal(item, households, residents) or _row(act, item, decided[item.id])

    save = partial(queries.insert_applications, connection)
    reasons, new = await take_new(items, earlier, CONTENT, judge, save)
    rows = [ApplicationRow(**row) for row in new]
    await record_decisions(connection, act, policy.version, [decided[row.id] for row in rows])
    numbers = await _open_loans(connection, act, policy.on(act.business_date, RatePolicy), rows)
    await emit(connection, act, "finance", [_event(row, numbers) for row in rows])
    known = earlier | {row.id: row for row in rows}
    numbers |= {one: row.loan_no for one, row in (await queries.list_loans_by_id(connection, list(earlier))).items()}
    why = await list_missing(connection, [row.decision_id for row in known.values() if row.status == "refused"])
    return [_answer(item.id, reason, known, numbers, why) for item, reason in zip(items, reasons, strict=True)]


def _refusal(item: LoanApplication, households: Mapping[UUID, Applicant], residents: Residents) -> str | None:
    """Why an application cannot be decided."""
    if item.household_id not in households:
        return "shared.household_unknown"
    if item.borrower is not None and (item.borrower, item.household_id) not in residents:
        return NOT_A_MEMBER
    return None


async def _decide(
    connection: Connection,
    act: Act,
    policies: Policy,
    items: Sequence[LoanApplication],
    households: Mapping[UUID, Applicant],
    residents: Residents,
) -> dict[UUID, Decided]:
    policy = policies.on(act.business_date, LoanPolicy)
    # A statement of its own after the lock, so that it sees what the one before us has committed.
    busy = await queries.find_open(connection, [i.household_id for i in items])
    frozen = await list_frozen(connection, [i.household_id for i in items])
    suspected = await list_suspected(connection, [i.household_id for i in items])
    decided = {}
    for item in items:
        household = households[item.household_id]
        facts = LoanFacts(
            status=household.status,
            borrower_age_ok=household.borrower_age_ok,
            amount_fen=item.amount_fen,
            term_months=item.term_months,
            purpose=item.purpose,
            bank=item.bank,
            has_open_loan=item.household_id in busy,
            frozen=item.household_id in frozen,
            suspected=item.household_id in suspected,
            named_age_ok=_age_ok(residents[item.borrower, item.household_id], act) if item.borrower else None,
        )
        verdict = loan_eligibility(facts, policy)
        if verdict.outcome == "approved":
            busy.add(item.household_id)
        decided[item.id] = Decided(
            ELIGIBILITY, str(item.household_id), household.division, facts, policy, verdict, bank=item.bank
        )
    return decided


def _age_ok(named: Resident, act: Act) -> bool | None:
    """Whether who is named may borrow today; None where nothing is known of his age."""
    if named.borrower_from is None or named.borrower_until is None:
        return None
    return act.business_date in Period(named.borrower_from, named.borrower_until)


def _row(act: Act, item: LoanApplication, decided: Decided) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ("id", *CONTENT)} | {
        "division": decided.division,
        "status": decided.verdict.outcome,
        "decision_id": decided.id,
        "missing": {"codes": decided.verdict.missing},
        "applied_on": act.business_date,
        "applied_by": act.subject,
    }


async def _open_loans(
    connection: Connection, act: Act, rates: RatePolicy, rows: Sequence[ApplicationRow]
) -> dict[UUID, str]:
    approved = [row for row in rows if row.status == "approved"]
    taken = await queries.take_numbers(connection, len(approved))
    # Six digits of the county, the year, a number that never comes again.
    loan_nos = {
        row.id: f"{row.division[:6]}-{act.business_date.year}-{n:06}" for row, n in zip(approved, taken, strict=True)
    }
    opened = [
        row._asdict()
        | {"loan_no": loan_nos[row.id], "state": "approved", "approved_on": act.business_date}
        | dict.fromkeys(("rate_ppm", "approved_ppm"), benchmark_ppm(row.term_months, rates))
        for row in approved
    ]
    await queries.insert_loans(connection, opened)
    return loan_nos


def _event(row: ApplicationRow, numbers: dict[UUID, str]) -> LoanApproved | LoanRefused:
    of_loan = {"loan_id": row.id, "household_id": row.household_id, "division": row.division}
    if row.status == "refused":
        return LoanRefused(**of_loan, reasons=row.missing["codes"])
    terms = {"amount_fen": row.amount_fen, "term_months": row.term_months, "bank": row.bank, "borrower": row.borrower}
    return LoanApproved(**of_loan, loan_no=numbers[row.id], **terms)


def _answer(
    application_id: UUID,
    reason: str | None,
    known: dict[UUID, ApplicationRow],
    numbers: dict[UUID, str],
    why: dict[UUID, list[Missing]],
) -> Result:
    if reason is not None:
        answer = result(ROOM, application_id, reason)
        if reason == NOT_A_MEMBER:
            english, chinese = text(f"{ROOM}.{reason}", "en"), text(f"{ROOM}.{reason}", "zh")
            answer.errors = [FieldError(field="borrower", expected_en=english, expected_zh=chinese)]
        return answer
    row = known[application_id]
    refused = "not_eligible" if row.status == "refused" else None
    decided = result(ROOM, application_id, refused, missing=why.get(row.decision_id, []))
    return ApplicationResult(**dict(decided), loan_no=numbers.get(application_id))
