"""The policy in force: the founding set of a service, amended by what two persons confirmed, as its table has it.

A process learns of a change at its start, at once where it was confirmed in it, and else by looking (ADR 21).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Literal, NamedTuple
from uuid import UUID

import structlog

from shared.data import db
from shared.data.relations import table
from shared.data.sql import Connection, fetch, fetch_values, sql
from shared.ground.policy import FAR, Policy, Said

log = structlog.get_logger()

State = Literal["proposed", "confirmed", "rejected"]


class PolicyChange(NamedTuple):
    """What a document changes. `sequence` counts those confirmed, in their order; `policy_version` is what each made.

    `trial` by rule: how many stored decisions were tried, and how many would come out otherwise; as it was when the
    change was proposed, and as it was when it was confirmed.
    """

    id: UUID
    division: str
    document_no: str
    issuer: str
    title: str
    issued_on: date
    scan_sha256: str
    effective_from: date
    trial: dict[str, Any]
    state: State
    proposed_on: date
    proposed_by: str
    confirmed_on: date | None
    confirmed_by: str | None
    sequence: int | None
    policy_version: str | None
    trial_confirmed: dict[str, Any] | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class PolicyEntry(NamedTuple):
    """One figure of a change; open-ended where `effective_to` is empty."""

    change_id: UUID
    code: str
    value: Any
    effective_from: date
    effective_to: date | None


class Confirmed(NamedTuple):
    """An entry of a confirmed change, with its document."""

    sequence: int
    change_id: UUID
    document_no: str
    issuer: str
    code: str
    value: Any
    effective_from: date
    effective_to: date | None


policy_change = table("policy_change", PolicyChange)
policy_entry = table("policy_entry", PolicyEntry)
_CONFIRMED = sql(
    """
    SELECT c.sequence, c.id AS change_id, c.document_no, c.issuer, e.code, e.value, e.effective_from, e.effective_to
    FROM policy_change c JOIN policy_entry e ON e.change_id = c.id
    WHERE c.state = 'confirmed' ORDER BY c.sequence, e.code, e.effective_from
    """,
    Confirmed,
)
_LAST = sql("SELECT coalesce(max(sequence), 0) FROM policy_change WHERE state = 'confirmed'")


def source_of(change: Any) -> str:
    """How an entry says where it comes from: issuer and document number."""
    return f"{change.issuer} {change.document_no}"


def said_by(entries: Sequence[Any]) -> list[Said]:
    """The entries of a change, as they are kept or as they are sent."""
    return [Said(e.code, e.value, e.effective_from, e.effective_to or FAR) for e in entries]


async def policy_now(connection: Connection, founding: Policy) -> Policy:
    """The founding set with all confirmed changes, in the order of their confirmation.

    Raises:
        AmendmentError: a founding set that came since holds a figure of another kind.
    """
    policy, codes = founding, {e.code for e in founding.entries}
    for _, of_one in groupby(await fetch(connection, _CONFIRMED), key=lambda row: row.sequence):
        rows = list(of_one)
        # Nobody asks for a figure any more that a later founding set does not have.
        said = said_by([row for row in rows if row.code in codes])
        policy = policy.amended(said, source_of(rows[0]), rows[0].change_id)
    return policy


async def look(connection: Connection, state: Any) -> None:
    """Replace what a process goes by with what its table says, where that is more."""
    (last,) = await fetch_values(connection, _LAST)
    if last != state.policy.changes:
        state.policy = await policy_now(connection, state.founding)
        log.info("policy_followed", version=state.policy.version, changes=state.policy.changes)


async def follow(app: Any) -> None:
    """One look of its own, by whoever cannot wait for the next."""
    async with db.reading(app.state.readers, db.system_caller(app.state.service.name)) as connection:
        await look(connection, app.state)


def shown_trial(trial: Mapping[str, Any]) -> list[dict[str, Any]]:
    """By rule, as it is shown."""
    return [{"rule": rule, **counted} for rule, counted in sorted(trial.items())]
