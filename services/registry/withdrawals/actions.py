"""Taking applications back: what lies sealed of a household that does not apply any more is gone."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from services.registry.identification.actions import IDENTIFICATION
from services.registry.identification.queries import lock_cases as lock_applications
from services.registry.identification.rules import ENDED
from services.registry.identification.tables import IdentificationCase
from services.registry.withdrawals import queries
from services.registry.withdrawals.rules import Sheet, WithdrawalReason, sheet_refusal
from services.registry.withdrawals.schemas import OwnWithdrawal, SignedWithdrawal
from services.registry.withdrawals.tables import Withdrawal, withdrawal
from shared.acts.bodies import Confirmation, Result, result
from shared.acts.openings import open_cases
from shared.acts.papers import RECORDERS
from shared.acts.procedures import (
    Finding,
    Procedure,
    Step,
    advance,
    confirmed_or_rejected,
    lock_cases,
    take_step,
)
from shared.data.sql import Connection
from shared.ground.context import Act

ROOM = "registry.withdrawals"
WITHDRAWAL = Procedure(ROOM, withdrawal, ((
    Step("confirmed", "recorded", RECORDERS, ("recorded_by",), "confirmed",
         zh="复核撤回申请的签字", en="Confirm that an application is taken back"),
),), freezes=False)  # fmt: skip
CONTENT = ("identification_id", "reason", "signature", "scan_sha256", "place", "signed_on", "witness")


async def withdraw(connection: Connection, act: Act, items: Sequence[OwnWithdrawal]) -> list[Result]:
    """Who applied takes it back himself; who says so again is answered the same. Of others' applications he knows
    nothing.
    """
    found = await lock_applications(connection, [i.id for i in items])
    cases = {one: case for one, case in found.items() if case.applied_by == act.subject}
    results, ending = list[Result](), dict[UUID, tuple[IdentificationCase, WithdrawalReason]]()
    for item in items:
        case, reason = cases.get(item.id), None
        if case is None:
            reason = "not_found"
        elif item.id in ending:
            reason = "twice_in_batch"
        elif case.state not in ENDED:
            ending[item.id] = (case, item.reason)
        elif case.ended_code != _code(item.reason):
            reason = "wrong_state"
        state = case.state if case and reason else None if reason else "withdrawn"
        results.append(result(ROOM, item.id, reason, state=state))
    await _end(connection, act, list(ending.values()), "own")
    return results


def _code(reason: WithdrawalReason) -> str:
    return f"registry.withdrawal.{reason}"


async def _end(
    connection: Connection, act: Act, withdrawn: Sequence[tuple[IdentificationCase, WithdrawalReason]], channel: str
) -> None:
    """Its people are free to apply again."""
    ended = [
        (case, "withdrawn", Finding(passed=False, detail={"channel": channel}, reason=_code(reason)))
        for case, reason in withdrawn
    ]
    await advance(connection, act, IDENTIFICATION, "withdrawn", ended)


async def record(connection: Connection, act: Act, items: Sequence[SignedWithdrawal]) -> list[Result]:
    """What lies signed before an official; nothing follows from it yet."""
    cases = await lock_applications(connection, [i.identification_id for i in items])
    known = await queries.list_by_id(connection, [i.id for i in items])
    waiting = await queries.list_waiting(connection, list(cases))

    def judge(item: SignedWithdrawal) -> str | Withdrawal:
        case = cases.get(item.identification_id)
        if case is None:
            return "not_found"
        if case.state in ENDED:
            return "wrong_state"
        sheet = Sheet(item.signed_on, item.witness, act.subject)
        if reason := sheet_refusal(sheet, case.applied_on, _deciders(case), act.business_date):
            return reason
        if case.id in waiting:
            return "already_recorded"
        waiting.add(case.id)
        return WITHDRAWAL.opened(
            act,
            "recorded",
            **item.model_dump(),
            division=case.division,
            recorded_on=act.business_date,
            recorded_by=act.subject,
        )

    save = partial(queries.insert_withdrawals, connection)
    return await open_cases(connection, act, WITHDRAWAL, "recorded", items, known, CONTENT, judge, save)


def _deciders(case: IdentificationCase) -> set[str | None]:
    return {case.reviewed_by, case.checked_by, case.township_checked_by, case.compared_by}


async def confirm(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """By another person, who has the sheet before him: it counts as the applicant's own act."""
    sheets = await lock_cases(connection, WITHDRAWAL, [i.id for i in items])
    cases = await lock_applications(connection, sorted({s.identification_id for s in sheets.values()}))

    def find(sheet: Withdrawal, item: Confirmation) -> Finding:
        case = cases[sheet.identification_id]
        if item.confirmed and case.state in ENDED:
            return Finding(refusal="wrong_state")
        if item.confirmed and act.subject in _deciders(case):
            return Finding(refusal="decider_vouches")
        return confirmed_or_rejected(sheet, item)

    async def save(passed: list[tuple[Withdrawal, Finding]]) -> None:
        withdrawn = [(cases[sheet.identification_id], sheet.reason) for sheet, _ in passed]
        await _end(connection, act, withdrawn, "paper")

    return await take_step(connection, act, WITHDRAWAL, "confirmed", items, find, rows=sheets, save=save)
