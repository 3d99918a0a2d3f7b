"""Decisions: what was decided about whom, by which rule, on which facts and figures, and why.

Facts and policy are stored whole, so that any decision can be replayed and must come out the same.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.acts.reasons import ReasonShown, reason_shown
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, execute, fetch, sql
from shared.ground.context import Act
from shared.values.verdicts import Decided, Missing, Reason, Rule, Verdict

_RECORD = sql(
    """
    INSERT INTO decision (id, rule, subject_id, division, bank, business_date, policy_version, inputs, outcome,
    reasons, decided_by)
    SELECT i, r, s, d, b, :business_date, :policy_version,
           jsonb_build_object('facts', f, 'policy', (CAST(:policies AS jsonb[]))[p]), o, w -> 'reasons', :decided_by
    FROM unnest(:ids, :rules, :subjects, :divisions, :banks, :facts, :policy_numbers, :outcomes, :whys)
    AS x (i, r, s, d, b, f, p, o, w)
""",
    rules=ARRAY(Text),
    facts=ARRAY(JSONB),
    policies=ARRAY(JSONB),
    policy_numbers=ARRAY(Integer),
)
_OF = """
    SELECT id, rule, business_date, policy_version, outcome, reasons, decided_by, decided_at FROM decision
    WHERE subject_id = {subject_id} ORDER BY id DESC LIMIT 100
"""
_OF_SUBJECT = sql(_OF.format(subject_id=":subject_id"), subject_id=Text)
# For a statement that says more of the household.
OF_HOUSEHOLD = _OF.format(subject_id="CAST(:household_id AS text)")
_BY_ID = sql("SELECT id, rule, reasons FROM decision WHERE id = ANY (:ids)", ids=ARRAY(Uuid))
_PAGE = sql("SELECT id, rule, inputs, outcome, reasons FROM decision WHERE id > :after ORDER BY id LIMIT 2000")


class DecisionShown(BaseModel):
    """`reasons`: each condition, whether it was met, by which figures; `source`: where its rule is from."""

    id: UUID
    rule: str
    business_date: date
    policy_version: str
    outcome: str
    reasons: list[ReasonShown]
    decided_by: str
    decided_at: datetime
    source: str | None


class Held(NamedTuple):
    """A whole row, but for when the clock on the wall said it was decided."""

    id: UUID
    rule: str
    subject_id: str
    division: str
    business_date: date
    policy_version: str
    inputs: dict[str, Any]
    outcome: str
    reasons: list[dict[str, Any]]
    decided_by: str


_HELD = page_of(Held, f"SELECT {', '.join(Held._fields)} FROM decision")  # noqa: S608 - our names


class DecisionHeld(BaseModel):
    """A decision as it is stored: `inputs` are its facts and its policy, by which it can be replayed."""

    id: UUID
    rule: str
    subject_id: str
    division: str
    business_date: date
    policy_version: str
    inputs: dict[str, Any]
    outcome: str
    reasons: list[dict[str, Any]]
    decided_by: str


async def record_decisions(connection: Connection, act: Act, policy_version: str, decisions: Sequence[Decided]) -> None:
    """Store them all; part of the act's transaction."""
    if not decisions:
        return
    # Many are decided by one policy, which is told once.
    policies = {id(d.policy): d.rule.stored_policy(d.policy) for d in {id(d.policy): d for d in decisions}.values()}
    numbers = {one: number for number, one in enumerate(policies, 1)}
    await execute(
        connection,
        _RECORD,
        rows=len(decisions),
        business_date=act.business_date,
        policy_version=policy_version,
        decided_by=act.subject,
        ids=[d.id for d in decisions],
        rules=[d.rule.name for d in decisions],
        subjects=[d.subject_id for d in decisions],
        divisions=[d.division for d in decisions],
        banks=[d.bank for d in decisions],
        facts=[d.rule.stored_facts(d.facts) for d in decisions],
        policies=list(policies.values()),
        policy_numbers=[numbers[id(d.policy)] for d in decisions],
        outcomes=[d.verdict.outcome for d in decisions],
        whys=[{"reasons": reasons_json(d.verdict)} for d in decisions],
    )


def reasons_json(verdict: Verdict) -> list[dict[str, Any]]:
    return [{"code": r.code, "passed": r.passed, "figures": r.figures} for r in verdict.reasons]


async def list_decisions(connection: Connection, subject_id: str) -> list[dict[str, Any]]:
    """A subject's decisions, newest first, within the caller's area."""
    return [dict(r) for r in await fetch(connection, _OF_SUBJECT, subject_id=subject_id)]


async def list_held(connection: Connection, at: Place) -> list[Held]:
    """All decisions, by id."""
    return await fetch_page(connection, _HELD, at)


def decisions_shown(decisions: Sequence[Mapping[str, Any]], rules: Sequence[Rule]) -> list[DecisionShown]:
    """Each with its reasons as sentences, and the source of its rule, None where that is a rule no more."""
    sources = {rule.name: rule.source for rule in rules}
    return [
        DecisionShown(
            **{name: value for name, value in row.items() if name != "reasons"},
            reasons=[reason_shown(row["rule"], **reason) for reason in row["reasons"]],
            source=sources.get(row["rule"]),
        )
        for row in decisions
    ]


async def list_missing(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, list[Missing]]:
    """By decision, as far as the caller may see it: the conditions that did not hold."""
    rows = await fetch(connection, _BY_ID, ids=list(ids)) if ids else []
    return {row["id"]: [Missing(row["rule"], Reason(**r)) for r in row["reasons"] if not r["passed"]] for row in rows}


async def replay_all(connection: Connection, rules: Sequence[Rule]) -> dict[str, Any]:
    """Decide every stored decision again: `{"replayed": n, "different": [ids]}`; unknown rules differ."""
    by_name, after, count = {r.name: r for r in rules}, UUID(int=0), 0
    different: list[str] = []
    while rows := await fetch(connection, _PAGE, after=after):
        for row in rows:
            rule = by_name.get(row["rule"])
            verdict = rule.replay(row["inputs"]) if rule else None
            if verdict is None or (verdict.outcome, reasons_json(verdict)) != (
                row["outcome"],
                row["reasons"],
            ):
                different.append(str(row["id"]))
        count += len(rows)
        await asyncio.sleep(0)
        after = rows[-1]["id"]
    return {"replayed": count, "different": different[:100], "different_count": len(different)}
