"""Asking every service what it gave, taking its answer, and saying what becomes of each benefit.

Nothing here ends a loan, a flat or a post: each service has a procedure of its own for that, with its own persons, and
holds what must not go on meanwhile as soon as it hears of a removal (`services/finance/holds`,
`services/relocation/allocation`). What is confirmed here is what the county wants done, and why; who does it does it
there.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from services.registry.touched import queries
from services.registry.touched.rules import Cause, Giver, say_refusal, state_after
from services.registry.touched.schemas import Said
from services.registry.touched.tables import TouchedBenefit, TouchedCase, touched_case
from shared.acts.bodies import Confirmation, Result
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    advance,
    confirmed_or_open,
    lock_cases,
    log_steps,
    take_step,
)
from shared.data.sql import Connection
from shared.events.benefits import OfBenefits
from shared.ground.context import Act
from shared.values.ids import uuid7

ROOM = "registry.touched"
# A freeze stops what a household receives, not the looking.
TOUCHED = Procedure(
    ROOM,
    touched_case,
    (
        (
            Step(
                "said",
                "open",
                ("county",),
                signs="said",
                days=30,
                zh="处理错退、错评涉及的待遇",
                en="Say what becomes of benefits after an exit or a registration was undone",
            ),
            Step(
                "confirmed",
                "said",
                ("county",),
                ("said_by",),
                "confirmed",
                zh="确认涉及待遇的处理意见",
                en="Confirm what becomes of benefits",
            ),
        ),
    ),
    freezes=False,
)


async def ask(
    connection: Connection, act: Act, cause: Cause, undone: Mapping[UUID, tuple[UUID, str]]
) -> dict[UUID, UUID]:
    """By household, which the caller has locked, the case that is opened; its id goes into the event by which the
    services are asked. `undone`: what did it (exit, removal, reversal) and the division. What was under way of the same
    household ends: the new case lists all of it again.
    """
    before = await queries.lock_open(connection, list(undone))
    over = Finding(passed=False, reason="undone_again")
    await advance(connection, act, TOUCHED, "ended", [(case, "ended", over) for case in before])
    cases = [
        TOUCHED.opened(
            act,
            "asked",
            id=uuid7(),
            household_id=one,
            division=division,
            cause=cause,
            source_id=source_id,
            opened_on=act.business_date,
            answered=[],
            benefits=0,
        )
        for one, (source_id, division) in sorted(undone.items())
    ]
    await queries.insert_cases(connection, cases)
    await log_steps(connection, act, TOUCHED, "asked", [(case, PASSED) for case in cases])
    return {case.household_id: case.id for case in cases}


async def record_answers(connection: Connection, act: Act, service: Giver, stated: Sequence[OfBenefits]) -> None:
    """What a service gave. Its first word of a case stands, also where it is told again; a case that ended since, or
    that a restore of the register has forgotten, asks for none.
    """
    cases = await lock_cases(connection, TOUCHED, sorted({one.touched_id for one in stated}))
    first = {one.touched_id: one for one in reversed(stated)}
    news = {
        one: said
        for one, said in first.items()
        if one in cases and cases[one].state == "asked" and service not in cases[one].answered
    }
    benefits = [
        TouchedBenefit(
            id=uuid5(one, f"{service}/{benefit.kind}/{benefit.source}"),
            case_id=one,
            household_id=cases[one].household_id,
            division=cases[one].division,
            service=service,
            outcome=None,
            reason=None,
            **benefit.model_dump(),
        )
        for one, said in news.items()
        for benefit in said.benefits
    ]
    counts = {one: len(said.benefits) for one, said in news.items()}
    await queries.insert_benefits(connection, benefits)
    await queries.add_answers(connection, service, counts)
    changes = []
    for one, count in sorted(counts.items()):
        case = cases[one]
        found = Finding(detail={"service": service, "benefits": count, "cause_id": str(news[one].cause_id)})
        changes.append((case, state_after([*case.answered, service], case.benefits + count), found))
    await advance(connection, act, TOUCHED, "answered", changes)


async def say(connection: Connection, act: Act, items: Sequence[Said]) -> list[Result]:
    """What becomes of every benefit of a case, with a reason for each; nothing is settled before another agrees."""
    listed = await queries.list_benefits(connection, [i.id for i in items])
    words = list[Mapping[str, Any]]()

    def find(case: TouchedCase, item: Said) -> Finding:
        amounts = {benefit.id: benefit.amount_fen for benefit in listed.get(case.id, [])}
        outcomes = {one.id: one.outcome for one in item.benefits}
        if refusal := say_refusal(amounts, outcomes, len(item.benefits)):
            return Finding(refusal=refusal)
        words.extend(one.model_dump() for one in item.benefits)
        return Finding(detail={"outcomes": sorted(set(outcomes.values()))})

    results = await take_step(connection, act, TOUCHED, "said", items, find)
    await queries.say(connection, words)
    return results


async def confirm(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """Another person agrees; or it is said anew, by whomever."""
    return await take_step(connection, act, TOUCHED, "confirmed", items, confirmed_or_open)
