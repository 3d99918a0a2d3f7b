"""Taking a roster: received at once and kept sealed; read, checked and written later."""

import asyncio
import hashlib
import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import structlog

from services.registry.arrivals.actions import report_arrivals
from services.registry.arrivals.schemas import Arrival
from services.registry.claims.actions import Claimed, open_claims
from services.registry.households import queries as register
from services.registry.households.rules import MemberFacts, household_flags, income_year_period
from services.registry.households.schemas import NewPerson
from services.registry.incomes import queries as incomes
from services.registry.numbers.queries import hold_numbers
from services.registry.overruled.actions import overruled
from services.registry.overruled.queries import keep_words
from services.registry.persons import queries as persons
from services.registry.persons.tables import KnownPerson
from services.registry.roster import queries, rules
from services.registry.roster.files import RosterFile, UnfitError, read_roster
from services.registry.roster.rules import (
    ATTESTED,
    CATEGORIES,
    HOUSEHOLD_NO,
    NUMBER,
    OF_A_HOUSEHOLD,
    OF_A_MEMBER,
    SHEET,
    Finding,
    Ground,
    Known,
    RosterHousehold,
    RosterMember,
    RosterPolicy,
)
from services.registry.roster.tables import RegisteredHome, RosterFinding, RosterImport, roster_import
from shared.acts.bodies import Confirmation, Result
from shared.acts.bonds import keep_residents
from shared.acts.procedures import PASSED, Procedure, Step, advance, confirmed_or_rejected, take_step, taken
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.events.registry import HouseholdRegistered
from shared.facts.outbox import emit
from shared.ground.context import Act, Caller, Role
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.spreadsheet.workbook import WorkbookError, read_sheet
from shared.values.dates import full_years
from shared.values.ids import uuid7

log = structlog.get_logger()

PORTION = 1000
COUNTY = 6  # figures of a county's code
Rows = dict[str, list[dict[str, Any]]]
Index = dict[str, dict[str, bytes]]  # by ID number: key id -> digest


@dataclass(frozen=True, slots=True)
class Clerk:
    """What is needed to write households down."""

    ground: Ground
    data_keys: DataKeys
    index: Index
    stated_by: str
    people: Mapping[str, KnownPerson]


ROOM = "registry.roster"
ROSTER = Procedure(ROOM, roster_import, ((
    Step("confirmed", "read", ("county", "township"), ("submitted_by",), "decided",
         zh="复核贫困人口名册", en="Confirm what a roster file proposes"),
),), freezes=False)  # fmt: skip


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
        procedure_version=ROSTER.version,
        since_on=act.business_date,
        file_sealed=sealed,
    )
    return import_id


async def fail(connection: Connection, row: RosterImport, reason: str, **figures: Any) -> None:
    """The file is refused whole."""
    problem = {"code": f"registry.roster.{reason}", "figures": figures}
    await queries.finish_import(connection, row.id, "failed", problem=problem)
    log.info("roster_failed", roster_import=str(row.id), reason=reason)


async def confirm_roster(connection: Connection, act: Act, import_id: UUID, *, confirmed: bool) -> Result:
    """Another person lets what was read become true, or has the file thrown away."""
    word = Confirmation(id=import_id, confirmed=confirmed)
    answer = taken(await take_step(connection, act, ROSTER, "confirmed", [word], confirmed_or_rejected))
    if not confirmed:
        await queries.forget_file(connection, import_id)
    return answer


async def import_roster(connection: Connection, row: RosterImport, data_keys: DataKeys, policy: Policy) -> None:
    """Read and check a file, and once it is confirmed write it, in one transaction, as the service's act on behalf of
    who handed it in. A file with nothing to take needs nobody's word.
    """
    act = Act(Caller("system:registry", "system"), row.decided_on or row.business_date, correlation_id=row.id)
    assert row.file_sealed is not None
    content = data_keys.unseal(row.file_sealed, "roster_import", "file_sealed", row.id)
    try:
        roster = read_roster(read_sheet(content, SHEET))
    except WorkbookError as error:
        return await fail(connection, row, error.reason, sheet=SHEET)
    except UnfitError as error:
        return await fail(connection, row, error.reason, **error.figures)
    ground = Ground(
        row.business_date,
        await queries.list_villages(connection, row.division, row.business_date),
        policy.on(row.business_date, RosterPolicy),
    )
    index = {m.identity: data_keys.index(m.identity) for h in roster.households for m in h.members if m.identity}
    numbers = [h.household_no for h in roster.households]
    if row.decided_by is not None:
        await _hold(connection, numbers)
    people = await persons.list_known(connection, index)
    registered = await queries.list_registered(connection, numbers)
    inside = {no: home for no, home in registered.items() if _is_open_to(row, home)}
    findings = _check(roster, ground, inside, set(registered) - set(inside), people)
    sound, claiming = rules.accepted(roster.households, findings), rules.claiming(roster.households, findings)
    accepted = [h for h in sound if h.household_no not in inside]
    known = [(h, inside[h.household_no]) for h in sound if h.household_no in inside]
    counted = {
        "people": roster.people,
        "households": len(roster.households),
        "accepted": len(accepted),
        "known": len(known),
    }
    if sound and row.decided_by is None:
        await queries.insert_findings(connection, row.id, _finding_rows(row, rules.report(findings)))
        await queries.count_import(connection, row.id, **counted)
        await advance(connection, act, ROSTER, "read", [(row, "read", PASSED)])
        return None
    clerk = Clerk(ground, data_keys, index, row.submitted_by, people)
    await enter_households(connection, act, row.income_year, clerk, accepted)
    findings += await _propose(connection, _submitter(row), clerk, known)
    await open_claims(connection, _submitter(row), _claims(claiming, clerk))
    await queries.insert_findings(connection, row.id, _finding_rows(row, rules.report(findings)))
    await queries.finish_import(connection, row.id, "done", **counted)
    log.info("roster_done", roster_import=str(row.id), people=roster.people, accepted=len(accepted))
    return None


async def _hold(connection: Connection, numbers: Sequence[str]) -> None:
    """Nobody else enters a household, takes a person down or tells of these households before the file is taken. Homes
    before numbers before persons, as whoever splits a household, enters one or confirms an arrival.
    """
    registered = await queries.list_registered(connection, numbers)
    await register.lock_households(connection, [home.id for home in registered.values()])
    await hold_numbers(connection)
    await persons.hold_everyone(connection)


def _is_open_to(row: RosterImport, home: RegisteredHome) -> bool:
    """Whether who handed the file in answers for the household."""
    return home.division.startswith(row.division) and home.status != "removed"


def _submitter(row: RosterImport) -> Act:
    """What a file proposes, he proposes who handed it in: another person confirms it."""
    role: Role = "county" if len(row.division) == COUNTY else "township"
    on = row.decided_on or row.business_date
    return Act(Caller(row.submitted_by, role, row.division), on, correlation_id=row.id)


def _check(
    roster: RosterFile,
    ground: Ground,
    inside: Mapping[str, RegisteredHome],
    outside: Collection[str],
    people: Mapping[str, KnownPerson],
) -> list[Finding]:
    """Everything against the file: in itself, and by what the register has."""
    findings = list(roster.findings)
    for household in roster.households:
        findings += rules.contradictions(household, ground)
    findings += rules.persons_twice(roster.households)
    known = {identity: Known(p.left_on is None, p.died) for identity, p in people.items()}
    return findings + rules.already_known(roster.households, inside, outside, known)


async def _propose(
    connection: Connection, act: Act, clerk: Clerk, known: Sequence[tuple[RosterHousehold, RegisteredHome]]
) -> list[Finding]:
    """Of households that the register has: who is new is proposed as one who joined, and what differs is told."""
    ids, on = [home.id for _, home in known], act.business_date
    members = await register.list_members(connection, ids, on)
    facts = await register.list_facts(connection, ids, on)
    findings, rows, items, kept = list[Finding](), dict[UUID, Finding](), list[Arrival](), list[dict[str, Any]]()
    for household, home in known:
        number, stands = household.household_no, {m.member_id: m for m in members[home.id]}
        found = rules.differences(household.row, number, household.values, facts[home.id], OF_A_HOUSEHOLD)
        kept += _overruled(act, home, None, household.values, facts[home.id], found)
        findings += found
        for member in household.members:
            person = clerk.people.get(member.identity)
            fact = stands.pop(person.member_id, None) if person else None
            if fact:
                found = rules.differences(member.row, number, member.values, fact, OF_A_MEMBER)
                kept += _overruled(act, home, fact.member_id, member.values, fact, found)
                findings += found
            else:
                items.append(item := _arrival(home, member, person, clerk, on))
                rows[item.id] = Finding(member.row, number, *NUMBER, "member_proposed", rejects=False)
        if stands:
            findings.append(Finding(household.row, number, *HOUSEHOLD_NO, "members_missing", rejects=False))
    await keep_words(connection, kept)
    answers = await report_arrivals(connection, act, clerk.data_keys, items)
    for item, answer in zip(items, answers, strict=True):
        new = rows[item.id]
        findings.append(replace(new, reason=answer.code) if answer.code else new)
    return findings


def _overruled(
    act: Act, home: RegisteredHome, member_id: UUID | None, said: Mapping[str, Any], stands: Any, found: list[Finding]
) -> list[dict[str, Any]]:
    """What a file says otherwise than a department attested is kept, so that the department learns of it."""
    columns = OF_A_HOUSEHOLD if member_id is None else OF_A_MEMBER
    fields = [columns[f.column] for f in found if f.reason == ATTESTED]
    about = {"household_id": home.id, "member_id": member_id, "since": act.business_date, "weight": "match"}
    return [
        overruled(
            act,
            about | {"stated_by": act.subject, name: said[name]},
            name,
            stands.attested[name],
            getattr(stands, name),
            division=home.division,
        )
        for name in fields
    ]


def _arrival(home: RegisteredHome, member: RosterMember, person: KnownPerson | None, clerk: Clerk, on: date) -> Arrival:
    """The same row of last month's file proposes nothing anew: its id is the person's in this household."""
    newborn = person is None and full_years(member.born_on, on) < 1 and member.born_on >= home.registered_on
    digest = min(clerk.index[member.identity].values()).hex()
    relation = member.values["relation"]
    return Arrival(
        id=uuid5(home.id, digest),
        household_id=home.id,
        reason="birth" if newborn else "sharing" if person else "registration_in",
        joined_on=member.born_on if newborn else on,
        relation="other" if relation == "head" else relation,
        person=NewPerson(**{name: member.values[name] for name in NewPerson.model_fields}),
    )


def _claims(households: Sequence[RosterHousehold], clerk: Clerk) -> list[Claimed]:
    """Who stands in a household that is new, and still belongs to another: the county decides."""
    return [
        Claimed(person, division, "sharing", clerk.ground.business_date, household_no=household.household_no)
        for household in households
        if (division := rules.division_of(household, clerk.ground))
        for member in household.members
        if (person := clerk.people.get(member.identity)) and person.left_on is None
    ]


def _finding_rows(row: RosterImport, findings: Sequence[Finding]) -> list[RosterFinding]:
    return [
        RosterFinding(row.id, row.division, i, f.row, f.household_no, f.column, f.kind, f.code, f.rejects)
        for i, f in enumerate(findings, 1)
    ]


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
            await persons.move_persons(
                connection, [(m["old_id"], m["member_id"], m["division"]) for m in rows["moves"]]
            )
            await incomes.insert_statements(
                connection, rows["income_line"], income_year, clerk.ground.business_date, clerk.stated_by
            )
            await keep_residents(connection, {fact.household_id: fact.people or [] for fact in told})
            events += told
    await emit(connection, act, "registry", events)


def _as_rows(households: Sequence[RosterHousehold], clerk: Clerk) -> tuple[Rows, list[HouseholdRegistered]]:
    """Rows by table, and the facts to be told."""
    rows: Rows = defaultdict(list)
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
            # Of an exit the register says the year alone.
            "stands_since": min(date(values["exited_year"], 12, 31), clerk.ground.business_date)
            if values["status"] == "exited"
            else None,
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
    """Who belonged to another household before is called as he was there, and is of this one since he left that."""
    member_id, before = uuid7(), clerk.people.get(member.identity)
    reference = before.reference if before else secrets.token_hex(8)
    sealed = clerk.data_keys.encrypt(member.values["number"], "member", "id_number_sealed", member_id)
    rows["member"].append(own | {"id": member_id, "id_number_sealed": sealed, "reference": reference})
    since = max(registered_on, member.born_on, before.left_on if before and before.left_on else registered_on)
    rows["member_fact"].append(
        member.values | own | {"member_id": member_id, "born_on": member.born_on, "since": since}
    )
    if before:
        rows["moves"].append(own | {"old_id": before.member_id, "member_id": member_id})
        return
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
