"""Taking a roster: received at once and kept sealed; read, checked and written later."""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import structlog

from services.registry.households import queries as register
from services.registry.households.rules import MemberFacts, household_flags, income_year_period
from services.registry.roster import queries, rules
from services.registry.roster.files import RosterFile, UnfitError, read_roster
from services.registry.roster.rules import (
    CATEGORIES,
    SHEET,
    Finding,
    Ground,
    RosterHousehold,
    RosterMember,
    RosterPolicy,
)
from services.registry.roster.tables import RosterFinding, RosterImport
from shared.acts.bonds import keep_residents
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.events.registry import HouseholdRegistered
from shared.facts.outbox import emit
from shared.ground.context import Act, Caller
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.spreadsheet.workbook import WorkbookError, read_sheet
from shared.values.ids import uuid7

log = structlog.get_logger()

PORTION = 1000
TABLES = ("household", "household_fact", "household_contact", "member", "member_fact", "person_index", "income_line")
Rows = dict[str, list[dict[str, Any]]]
Index = dict[str, dict[str, bytes]]  # by ID number: key id -> digest


async def receive_roster(
    connection: Connection, act: Act, data_keys: DataKeys, content: bytes, income_year: int
) -> UUID:
    """Keep the file, sealed, for the worker.

    Raises:
        Problem: the income year has not closed on the business date.
    """
    if income_year_period(income_year).end_on > act.business_date:
        raise Problem("registry.roster.income_year_open", income_year=income_year)
    import_id = uuid7()
    sealed = await asyncio.to_thread(data_keys.seal, content, "roster_import", "file_sealed", import_id)
    digest = await asyncio.to_thread(hashlib.sha256, content)
    await queries.insert_import(
        connection,
        id=import_id,
        division=act.caller.area,
        income_year=income_year,
        business_date=act.business_date,
        submitted_by=act.subject,
        sha256=digest.hexdigest(),
        file_sealed=sealed,
    )
    return import_id


async def fail(connection: Connection, row: RosterImport, reason: str, **figures: Any) -> None:
    """The file is refused whole."""
    problem = {"code": f"registry.roster.{reason}", "figures": figures}
    await queries.finish_import(connection, row.id, "failed", problem=problem)
    log.info("roster_failed", roster_import=str(row.id), reason=reason)


async def import_roster(connection: Connection, row: RosterImport, data_keys: DataKeys, policy: Policy) -> None:
    """Read, check and write a file in one transaction, as the service's act on behalf of who handed it in."""
    act = Act(Caller("system:registry", "system"), row.business_date, correlation_id=row.id)
    assert row.file_sealed is not None
    content = data_keys.unseal(row.file_sealed, "roster_import", "file_sealed", row.id)
    try:
        roster = read_roster(read_sheet(content, SHEET))
    except WorkbookError as error:
        return await fail(connection, row, error.reason, sheet=SHEET)
    except UnfitError as error:
        return await fail(connection, row, error.reason, **error.figures)
    ground = Ground(
        act.business_date,
        await queries.list_villages(connection, row.division, act.business_date),
        policy.on(act.business_date, RosterPolicy),
    )
    index = {m.identity: data_keys.index(m.identity) for h in roster.households for m in h.members if m.identity}
    findings = await _check(connection, roster, ground, index)
    accepted = rules.accepted(roster.households, findings)
    clerk = Clerk(ground, data_keys, index, row.submitted_by)
    await enter_households(connection, act, row.income_year, clerk, accepted)
    await queries.insert_findings(connection, _finding_rows(row, rules.report(findings)))
    await queries.finish_import(
        connection,
        row.id,
        "done",
        people=roster.people,
        households=len(roster.households),
        accepted=len(accepted),
    )
    log.info("roster_done", roster_import=str(row.id), people=roster.people, accepted=len(accepted))
    return None


async def _check(connection: Connection, roster: RosterFile, ground: Ground, index: Index) -> list[Finding]:
    """Everything against the file: in itself, and by what the register holds."""
    findings = list(roster.findings)
    for household in roster.households:
        findings += rules.contradictions(household, ground)
    findings += rules.persons_twice(roster.households)
    digests = {pair: identity for identity, digest in index.items() for pair in digest.items()}
    known = await queries.list_known_digests(connection, list(digests))
    persons = {identity for (_, digest), identity in digests.items() if digest in known}
    registered = await queries.list_registered(connection, [h.household_no for h in roster.households])
    return findings + rules.already_known(roster.households, registered, persons)


def _finding_rows(row: RosterImport, findings: Sequence[Finding]) -> list[RosterFinding]:
    return [
        RosterFinding(row.id, row.division, i, f.row, f.household_no, f.column, f.kind, f.code, f.rejects)
        for i, f in enumerate(findings, 1)
    ]


@dataclass(frozen=True, slots=True)
class Clerk:
    """What is needed to write households down."""

    ground: Ground
    data_keys: DataKeys
    index: Index
    stated_by: str


async def enter_households(
    connection: Connection, act: Act, income_year: int, clerk: Clerk, households: Sequence[RosterHousehold]
) -> None:
    """Put them into the register, in portions: while PostgreSQL writes one, the next is sealed."""
    loop, events = asyncio.get_running_loop(), list[HouseholdRegistered]()
    with ThreadPoolExecutor(1) as sealer:
        portions = [
            loop.run_in_executor(sealer, _as_rows, households[i : i + PORTION], clerk)
            for i in range(0, len(households), PORTION)
        ]
        for portion in portions:
            rows, told = await portion
            await register.insert_households(connection, rows)
            await register.insert_statements(
                connection, rows["income_line"], income_year, act.business_date, clerk.stated_by
            )
            await keep_residents(connection, {fact.household_id: fact.people or [] for fact in told})
            events += told
    await emit(connection, act, "registry", events)


def _as_rows(households: Sequence[RosterHousehold], clerk: Clerk) -> tuple[Rows, list[HouseholdRegistered]]:
    """Rows by table, and the facts to be told."""
    rows: Rows = {name: [] for name in TABLES}
    told = []
    for household in households:
        household_id, division = uuid7(), rules.division_of(household, clerk.ground)
        assert division is not None
        own = {"household_id": household_id, "division": division}
        _add_household(rows, household, own, clerk)
        for member in household.members:
            _add_member(rows, member, household.values["registered_on"], own, clerk)
        people = [row["reference"] for row in rows["member"][-len(household.members) :]]
        told.append(_registered(household, household_id, division, people, clerk.ground))
    return rows, told


def _add_household(rows: Rows, household: RosterHousehold, own: dict[str, Any], clerk: Clerk) -> None:
    values, household_id = household.values, own["household_id"]
    rows["household"].append(
        values
        | own
        | {
            "id": household_id,
            "household_no": household.household_no,
            "exited_year": values["exited_year"] if values["status"] == "exited" else None,
        }
    )
    rows["household_fact"].append(
        values
        | own
        | {
            "since": values["registered_on"],
            "other_causes": {"codes": list(values["other_causes"])},
            "school_dropout": rules.school_dropout(household, clerk.ground),
            "stated_by": clerk.stated_by,
            "medical_insured": all(m.values["medical_insured"] for m in household.members),
        }
    )
    sealed = {
        f"{name}_sealed": values[name]
        and clerk.data_keys.encrypt(values[name], "household_contact", f"{name}_sealed", household_id)
        for name in ("phone", "account")
    }
    rows["household_contact"].append(own | sealed)
    rows["income_line"] += [own | {"category": c, "amount_fen": values[c]} for c in CATEGORIES]


def _add_member(rows: Rows, member: RosterMember, registered_on: date, own: dict[str, Any], clerk: Clerk) -> None:
    member_id = uuid7()
    sealed = clerk.data_keys.encrypt(member.values["number"], "member", "id_number_sealed", member_id)
    rows["member"].append(own | {"id": member_id, "id_number_sealed": sealed, "reference": secrets.token_hex(8)})
    since = max(registered_on, member.born_on)
    rows["member_fact"].append(
        member.values | own | {"member_id": member_id, "born_on": member.born_on, "since": since}
    )
    rows["person_index"] += [
        own | {"key_id": key_id, "digest": digest, "member_id": member_id}
        for key_id, digest in clerk.index[member.identity].items()
    ]


def _registered(
    household: RosterHousehold, household_id: UUID, division: str, people: list[str], ground: Ground
) -> HouseholdRegistered:
    facts = [MemberFacts(m.born_on, m.values["sex"], m.values["labour"], m.values["health"]) for m in household.members]
    flags = household_flags(facts, ground.business_date, ground.policy.oldest_borrower)
    return HouseholdRegistered(
        household_id=household_id,
        division=division,
        status=household.values["status"],
        members=len(facts),
        **flags._asdict(),
        deep_poverty=household.values["deep_poverty"],
        relocated=household.values["relocated"],
        people=people,
        household_no=household.household_no,
    )
