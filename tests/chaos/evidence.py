"""Everything that is compared in the end, read from databases and log by a reader that belongs to no service."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from services import NAMES
from tests.chaos.checks import (
    Fact,
    Finding,
    Key,
    Read,
    Row,
    check_acknowledged,
    check_applied,
    check_emitted,
    check_ledger,
    check_log,
    check_reads,
    check_rows,
    check_told,
)
from tests.chaos.folds import FOLDS
from tests.chaos.journal import Told
from tests.chaos.log import as_fact, read_log
from tests.chaos.system import System

SERVICES = (*NAMES, "gateway")
# Which topics each consumer reads; a test holds this against the services.
CONSUMES = {
    "registry": (
        "assessment.case",
        "assessment.household",
        "finance.household",
        "finance.loan",
        "gateway.subject",
        "industry.household",
        "industry.village",
        "relocation.household",
    ),
    "finance": (
        "assessment.case",
        "assessment.household",
        "finance.household",
        "gateway.subject",
        "industry.household",
        "registry.household",
    ),
    "relocation": ("assessment.case", "assessment.household", "gateway.subject", "registry.household"),
    "industry": ("assessment.case", "assessment.household", "finance.loan", "gateway.subject", "registry.household"),
    "assessment": (
        "finance.loan",
        "gateway.subject",
        "industry.household",
        "registry.household",
        "relocation.household",
    ),
    "gateway": (
        "assessment.policy",
        "finance.policy",
        "industry.policy",
        "registry.household",
        "registry.policy",
        "registry.village",
        "relocation.policy",
    ),
}
# An acknowledged act, and where it is found once it is committed: one text a row, each at most once.
COMMITTED = {
    "visit": ("assessment", "SELECT id::text FROM visit"),
    "application": ("finance", "SELECT id::text FROM loan_application"),
    "bank_event": ("finance", "SELECT serial FROM bank_event WHERE state = 'applied'"),
    "proposal": ("registry", "SELECT household_id::text FROM exit_case"),
    "announcement": ("registry", "SELECT household_id::text FROM exit_case WHERE state = 'announced'"),
    "departure": ("registry", "SELECT id::text FROM departure"),
    "departure_confirmed": ("registry", "SELECT id::text FROM departure WHERE state = 'confirmed'"),
    "attendance": ("industry", "SELECT id::text FROM post_attendance"),
    "payroll": ("industry", "SELECT key FROM idempotency WHERE route LIKE '%/payrolls'"),
    "payout_batch": ("industry", "SELECT key FROM idempotency WHERE route LIKE '%/batches'"),
    "payout_return": ("industry", "SELECT id::text FROM payout_batch WHERE state = 'closed'"),
}
# Two columns that must agree: what was done, and what says that it was done once.
ONCE = {
    "a batch for each key": (
        "industry", "SELECT id::text FROM payout_batch",
        "SELECT answer ->> 'id' FROM idempotency WHERE route LIKE '%/batches'",
    ),
    "a journal for each serial": (
        "finance", "SELECT source_key FROM journal WHERE source_key LIKE 'bank:%'",
        ("SELECT 'bank:' || bank || ':' || serial FROM bank_event"
         " WHERE state = 'applied' AND kind IN ('disbursement', 'repayment')"),
    ),
    "a payment for each line": (
        "industry", "SELECT id::text FROM payout_line WHERE state = 'confirmed'",
        ("SELECT value::jsonb ->> 'payment_id' FROM outbox_sent"
         " WHERE headers ->> 'ce_type' = 'industry.payment_confirmed.v1'"),
    ),
    "a fact for each visit": (
        "assessment", "SELECT id::text FROM visit",
        ("SELECT value::jsonb ->> 'visit_id' FROM outbox_sent"
         " WHERE headers ->> 'ce_type' = 'assessment.visit_recorded.v1' AND value::jsonb ->> 'visit_id' IN"
         " (SELECT id::text FROM visit)"),
    ),
    "a fact for each exit": (
        "registry", "SELECT id::text FROM exit_case WHERE state = 'announced'",
        ("SELECT value::jsonb ->> 'exit_id' FROM outbox_sent"
         " WHERE headers ->> 'ce_type' = 'registry.household_exited.v1' AND value::jsonb ->> 'household_id' IN"
         " (SELECT household_id::text FROM exit_case)"),
    ),
}  # fmt: skip
FEED = "SELECT position, key, event_id FROM exit_fact ORDER BY position"
SENT = "SELECT id, topic, key, headers, value FROM outbox_sent ORDER BY id"


@dataclass
class Evidence:
    emitted: dict[Key, int] = field(default_factory=dict)
    sent: list[Fact] = field(default_factory=list)
    log: list[Fact] = field(default_factory=list)
    applied: dict[str, dict[Key, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def facts(self) -> list[Fact]:
        """The log without a zombie's repeats."""
        return list({(f.place, f.sequence): f for f in reversed(self.log)}.values())[::-1]

    def counts(self) -> dict[str, int]:
        return {
            "committed": sum(self.emitted.values()),
            "published": len({(f.place, f.sequence) for f in self.log}),
            "repeated": len(self.log) - len({(f.place, f.sequence) for f in self.log}),
            "applied": sum(sum(marks.values()) for marks in self.applied.values()),
        }


async def gather_evidence(system: System, told: Told, reads: Sequence[Read], lists: dict[str, list[str]],
                          heard: Sequence[dict[str, Any]], feed: Sequence[dict[str, Any]]) -> Evidence:  # fmt: skip
    """Read everything and compare. `lists`: the growing lists as their writers meant them; `heard` by webhook."""
    evidence, found = Evidence(), list[Finding]()
    connections = {name: await asyncpg.connect(system.superuser_url(name)) for name in SERVICES}
    try:
        for name, connection in connections.items():
            await _read_service(name, connection, evidence)
        evidence.log = await read_log(system)
        found += check_emitted(evidence.emitted, evidence.sent)
        found += check_log(evidence.sent, evidence.log, fenced=system.bus != "kafka")
        for name in SERVICES:
            found += check_applied(name, evidence.emitted, evidence.applied[name], CONSUMES[name])
        found += await _check_folds(connections, evidence.facts)
        found += await _check_acts(connections, told)
        found += await _check_ledger(connections["finance"])
        announced = [(r["key"], r["event_id"]) for r in await connections["gateway"].fetch(FEED)]
    finally:
        for connection in connections.values():
            await connection.close()
    found += check_told("the subscriber", announced, [(e["key"], e["id"]) for e in heard], once=False)
    found += check_told("the feed's reader", announced, [(e["key"], e["id"]) for e in feed], once=True)
    found += check_reads(lists, reads)
    evidence.findings = found
    return evidence


async def _read_service(name: str, connection: asyncpg.Connection, evidence: Evidence) -> None:
    for row in await connection.fetch("SELECT topic, key, sequence FROM aggregate"):
        evidence.emitted[row["topic"], row["key"]] = row["sequence"]
    for row in await connection.fetch(SENT):
        evidence.sent.append(as_fact(row["topic"], row["key"], json.loads(row["headers"]), row["value"]))
    marks = await connection.fetch("SELECT topic, key, last_sequence FROM applied")
    evidence.applied[name] = {(r["topic"], r["key"]): r["last_sequence"] for r in marks}


async def _check_folds(connections: dict[str, asyncpg.Connection], facts: Sequence[Fact]) -> list[Finding]:
    found = list[Finding]()
    for fold in FOLDS:
        expected = fold.rows(facts)
        for name in fold.services:
            rows: list[Row] = [tuple(r.values()) for r in await connections[name].fetch(fold.query)]
            found += check_rows(f"{name}.{fold.table}", expected, rows)
    return found


async def _check_acts(connections: dict[str, asyncpg.Connection], told: Told) -> list[Finding]:
    found = [Finding("lost", f"{one} never got a definite answer") for one in told.open_acts()]
    for kind, (service, query) in COMMITTED.items():
        committed = [r[0] for r in await connections[service].fetch(query)]
        found += check_acknowledged(kind, told.acknowledged.get(kind, set()), committed)
    for what, (service, done, said) in ONCE.items():
        one, other = await connections[service].fetch(said), await connections[service].fetch(done)
        found += check_rows(what, [tuple(r) for r in one], [tuple(r) for r in other])
    return found


async def _check_ledger(connection: asyncpg.Connection) -> list[Finding]:
    rows = await connection.fetch("SELECT journal_id::text, debit_fen, credit_fen FROM posting")
    return check_ledger(tuple(r) for r in rows)
