"""Raising doubts about applications, and answering them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.registry.doubts.schemas import Answer, NewObjection, NewSuspicion
from services.registry.identification import queries
from services.registry.identification.actions import IDENTIFICATION, NOTICES, notice_ends_on
from services.registry.identification.rules import ENDED
from shared.acts.batches import NewRows, take_new
from shared.acts.bodies import Result, answers
from shared.acts.procedures import Finding, advance
from shared.acts.tasks import OwnTask
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.ids import uuid7

ROOM = "registry.doubts"
# A match is a suspicion that a person in the village looks into; what neighbours say, the township (domain notes 2.1).
ANSWERERS = {"objection": ("township",), "suspicion": ("village", "team", "township")}
_COLUMNS = ("d.id", "d.division", "c.household_id", "d.raised_on", "d.raised_on + 7")
_OPEN = f"""
    FROM identification_doubt d JOIN identification c ON c.id = d.identification_id
    WHERE d.kind = '{{}}' AND d.resolved_on IS NULL AND c.state NOT IN {ENDED}
        AND d.raised_by <> :subject AND c.applied_by <> :subject
"""
DOUBTS = (
    OwnTask(ROOM, "objection_resolved", ANSWERERS["objection"], _COLUMNS, _OPEN.format("objection"),
            zh="处理公示异议", en="Resolve an objection"),
    OwnTask(ROOM, "suspicion_resolved", ANSWERERS["suspicion"], _COLUMNS, _OPEN.format("suspicion"),
            zh="核查比对疑点", en="Look into what a comparison found"),
)  # fmt: skip


async def object_to(connection: Connection, act: Act, objection: NewObjection) -> UUID:
    """Anybody of the area may object while a notice stands; nothing moves on until it is resolved.

    Who says the same again while it is open, as his answer was lost, has objected once.
    """
    case = (await queries.lock_cases(connection, [objection.id])).get(objection.id)
    if case is None:
        raise Problem("shared.not_found")
    if case.state not in NOTICES:
        raise Problem("registry.exits.not_on_notice")
    for known in await queries.list_doubts(connection, case.id):
        if (known.raised_by, known.reason, known.resolved_on) == (act.subject, objection.reason, None):
            return known.id
    row = {"identification_id": case.id, "division": case.division, "reason": objection.reason, "evidence": ""}
    doubt_id = uuid7()
    await queries.insert_doubts(connection, [_raised(act, "objection", row | {"id": doubt_id})])
    return doubt_id


async def suspect(connection: Connection, act: Act, items: Sequence[NewSuspicion]) -> list[Result]:
    """What a comparison found of open applications, at whatever step they are; the same again is answered the same."""
    known = await queries.list_doubts_by_id(connection, [i.id for i in items])
    cases = await queries.lock_cases(connection, [i.identification_id for i in items])

    def judge(item: NewSuspicion) -> str | dict[str, Any]:
        case = cases.get(item.identification_id)
        if case is None:
            return "not_found"
        if case.state in ENDED:
            return "wrong_state"
        return _raised(act, "suspicion", item.model_dump() | {"division": case.division})

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_doubts(connection, rows)

    reasons, _ = await take_new(items, known, ("identification_id", "reason", "evidence"), judge, save)
    return answers(ROOM, [i.id for i in items], reasons)


def _raised(act: Act, kind: str, row: dict[str, Any]) -> dict[str, Any]:
    return row | {"kind": kind, "raised_on": act.business_date, "raised_by": act.subject}


async def resolve(connection: Connection, act: Act, policy: Policy, doubt_id: UUID, answer: Answer) -> None:
    """Upheld: the application is refused. Not upheld, an objection lets the notice begin anew, because it reopens the
    step; a suspicion holds nothing up any more. Nobody answers what he raised, or for whom he applied.
    """
    found = await queries.get_doubt(connection, doubt_id)
    case = (await queries.lock_cases(connection, [found.identification_id]))[found.identification_id]
    if act.caller.role not in ANSWERERS[found.kind]:
        raise Problem("shared.wrong_role")
    if act.subject in (found.raised_by, case.applied_by):
        raise Problem("shared.same_person")
    on = {"resolved_on": act.business_date, "resolved_by": act.subject}
    await queries.resolve_doubt(connection, doubt_id, **on, upheld=answer.upheld, proof=answer.evidence)
    detail = {"doubt": str(doubt_id)}
    if case.state in ENDED:
        return
    if answer.upheld:
        reason = (
            f"registry.removal.{found.reason}"
            if found.kind == "suspicion"
            else "registry.identification.objection_upheld"
        )
        ended = Finding(passed=False, detail=detail, reason=reason)
        await advance(connection, act, IDENTIFICATION, "doubt_resolved", [(case, "refused", ended)])
    elif found.kind == "objection" and case.state in NOTICES:
        again = Finding(detail=detail, sets={NOTICES[case.state]: notice_ends_on(act, policy)})
        await advance(connection, act, IDENTIFICATION, case.state, [(case, case.state, again)])
