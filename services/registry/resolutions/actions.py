"""Naming the people of households to whom it was granted, and writing down that it was done."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from services.registry.resolutions import queries
from services.registry.resolutions.rules import (
    Grant,
    GrantPolicy,
    ResolutionPolicy,
    grant_refusal,
    over_limit,
    resolve_refusal,
)
from services.registry.resolutions.schemas import GrantShown, GrantTerms, PersonShown, Resolve, Resolved
from services.registry.resolutions.tables import Person, ResolveGrant
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.doors.preconditions import Expected
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem

log = structlog.get_logger()

HOUR_SECONDS = 3600


async def grant(
    connection: Connection, act: Act, policy: Policy, subject: str, terms: GrantTerms, expected: Expected
) -> GrantShown:
    """Raises Problem `shared.same_person`, `shared.precondition_failed` where another grant stands than was expected,
    `registry.resolutions.ends_before` where it would cover no day, or `ends_too_late` where it would too many.
    """
    if subject == act.subject:
        raise Problem("shared.same_person")
    most = policy.on(act.business_date, GrantPolicy).resolve_grant_longest_days
    if reason := grant_refusal(terms.ends_on, act.business_date, most):
        raise Problem(f"registry.resolutions.{reason}", most=most)
    held = await queries.lock_grant(connection, subject)
    expected.check(shown(held) if held else None)
    purposes = sorted(set(terms.purposes))
    row = ResolveGrant(subject, purposes, terms.id_numbers, terms.ends_on, act.business_date, act.subject)
    await queries.put_grant(connection, row)
    return shown(row)


def shown(row: ResolveGrant) -> GrantShown:
    return GrantShown.model_validate(row, from_attributes=True)


async def withdraw(connection: Connection, act: Act, subject: str, expected: Expected) -> None:
    """Raises Problem `shared.not_found`, or `shared.precondition_failed` where another grant stands."""
    held = await queries.lock_grant(connection, subject)
    if held is None:
        raise Problem("shared.not_found")
    expected.check(shown(held))
    await queries.end_grant(connection, subject, act.business_date)


async def resolve(
    connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, asked: Resolve
) -> list[Resolved]:
    """Names whoever belongs to the households today, as far as the caller's area reaches; each household asked for is
    on record, also where it is not found, in the transaction that reads it.

    Raises:
        Problem: the grant does not cover it (403), or it is too many within an hour (429).
    """
    ids = list(dict.fromkeys(asked.household_ids))
    row = await queries.hold_grant(connection, act.subject)
    held = Grant(row.purposes, row.id_numbers, row.ends_on) if row else None
    reason = resolve_refusal(held, asked.purpose, act.business_date, id_numbers=asked.id_numbers)
    if reason:
        log.warning("resolve_refused", subject=act.subject, code=reason, purpose=asked.purpose, households=len(ids))
        raise Problem(f"registry.resolutions.{reason}")
    most = policy.on(act.business_date, ResolutionPolicy).resolved_households_an_hour
    if over_limit(await queries.count_last_hour(connection, act.subject), len(ids), most):
        log.warning("resolve_refused", subject=act.subject, code="too_many", households=len(ids))
        raise Problem("registry.resolutions.too_many", most=most, retry_after_seconds=HOUR_SECONDS)
    people = await queries.list_people(connection, ids, act.business_date)
    await _write_down(connection, act, asked, {one: len(people.get(one, [])) for one in ids})
    return [_resolved(data_keys, one, people.get(one), id_numbers=asked.id_numbers) for one in ids]


async def _write_down(connection: Connection, act: Act, asked: Resolve, people: dict[UUID, int]) -> None:
    common = {
        "subject": act.subject,
        "role": act.caller.role,
        "purpose": asked.purpose,
        "reference": asked.reference,
        "id_numbers": asked.id_numbers,
        "asked_on": act.business_date,
        "correlation_id": act.correlation_id,
    }
    rows = [common | {"household_id": one, "people": count} for one, count in people.items()]
    await queries.insert_resolutions(connection, rows)


def _resolved(
    data_keys: DataKeys, household_id: UUID, people: Sequence[Person] | None, *, id_numbers: bool
) -> Resolved:
    if people is None:
        return Resolved(id=household_id, status="refused", code="shared.not_found")

    def number(person: Person) -> str | None:
        sealed = person.id_number_sealed, "member", "id_number_sealed", person.member_id
        return data_keys.decrypt(*sealed) if id_numbers else None

    named = [PersonShown(reference=p.reference, name=p.name, relation=p.relation, id_number=number(p)) for p in people]
    return Resolved(id=household_id, status="accepted", people=named)
