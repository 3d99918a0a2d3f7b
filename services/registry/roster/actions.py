"""Taking a roster: received at once and kept sealed; read, checked and written later."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import structlog

from services.registry.arrivals.actions import report_arrivals
from services.registry.arrivals.schemas import Arrival
from services.registry.claims.actions import Claimed, open_claims
from services.registry.entries.actions import Clerk, enter_households
from services.registry.entries.rules import Ground, RosterHousehold, RosterMember, RosterPolicy, division_of
from services.registry.households import queries as register
from services.registry.households.rules import income_year_period
from services.registry.households.schemas import NewPerson
from services.registry.numbers.queries import hold_numbers
from services.registry.overruled.tables import OwnWords
from services.registry.persons import queries as persons
from services.registry.persons.tables import KnownPerson
from services.registry.proposals.actions import Change, Listed, compare, show, take, tell_departments
from services.registry.proposals.queries import forget_proposals, keep_listed, list_listed
from services.registry.roster import queries, rules
from services.registry.roster.files import HEADING, RosterFile, UnfitError, pack, read_roster, unpack
from services.registry.roster.rules import (
    ATTESTED,
    HOUSEHOLD_NO,
    NUMBER,
    SHEET,
    Finding,
    Known,
)
from services.registry.roster.tables import RegisteredHome, RosterFinding, RosterImport, roster_import
from shared.acts.bodies import Confirmation, Result
from shared.acts.procedures import PASSED, Procedure, Step, advance, confirmed_or_rejected, take_step, taken
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.ground.context import Act, Caller, Role
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.spreadsheet.workbook import WorkbookError, read_sheet
from shared.values.dates import full_years
from shared.values.ids import uuid7

log = structlog.get_logger()

COUNTY = 6  # figures of a county's code


class Joining(NamedTuple):
    """Who stands in a known household's rows and is no member there, and how that is told."""

    arrival: Arrival
    finding: Finding


class Compared(NamedTuple):
    """What a file says of known households: all of it, whose words stand of each, what is otherwise, and who is new."""

    listed: list[Listed]
    words: dict[UUID, list[OwnWords]]
    changes: list[Change]
    joining: list[Joining]


ROOM = "registry.roster"
ROSTER = Procedure(ROOM, roster_import, ((
    Step("confirmed", "read", ("county", "township"), ("submitted_by",), "decided",
         zh="复核贫困人口名册", en="Confirm what a roster file proposes"),
),), freezes=False)  # fmt: skip


async def receive_roster(
    connection: Connection,
    act: Act,
    data_keys: DataKeys,
    content: bytes,
    income_year: int,
    listed_on: date | None = None,
) -> UUID:
    """Keep the file, sealed, for the worker.

    Raises:
        Problem: the income year has not closed on the business date, or the file is of a day to come.
    """
    if listed_on and listed_on > act.business_date:
        raise Problem("shared.future_date")
    if income_year_period(income_year).end_on > act.business_date:
        raise Problem("registry.roster.income_year_open", income_year=income_year)
    import_id = uuid7()
    sealed = await asyncio.to_thread(data_keys.seal, content, "roster_import", "file_sealed", import_id)
    digest = (await asyncio.to_thread(hashlib.sha256, content)).hexdigest()
    listed_on = listed_on or await queries.find_listed_on(connection, digest)
    await queries.insert_import(
        connection,
        id=import_id,
        division=act.caller.area,
        income_year=income_year,
        business_date=act.business_date,
        submitted_by=act.subject,
        sha256=digest,
        procedure_version=ROSTER.version,
        since_on=act.business_date,
        listed_on=listed_on or act.business_date,
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
        await forget_proposals(connection, import_id)
    return answer


async def import_roster(connection: Connection, row: RosterImport, data_keys: DataKeys, policy: Policy) -> None:
    """Read and check a file, and once it is confirmed write it, in one transaction, as the service's act on behalf of
    who handed it in. A file with nothing to take needs nobody's word.
    """
    act = Act(Caller("system:registry", "system"), row.decided_on or row.business_date, correlation_id=row.id)
    try:
        roster = _read(row, data_keys)
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
    clerk = Clerk(ground, data_keys, index, row.submitted_by, people)
    compared = await _compare(connection, row, clerk, known, findings)
    if sound and row.decided_by is None:
        await show(connection, row.id, row.division, compared.changes)
        await queries.insert_findings(connection, row.id, _finding_rows(row, rules.report(findings)))
        read = data_keys.seal(pack(roster), "roster_import", "read_sealed", row.id)
        await queries.count_import(connection, row.id, read_sealed=read, **counted)
        await advance(connection, act, ROSTER, "read", [(row, "read", PASSED)])
        return None
    await enter_households(connection, act, row.income_year, clerk, accepted)
    findings += await _take_known(connection, row, policy, clerk, compared)
    await _keep_listed(connection, row, sound)
    await open_claims(connection, _submitter(row), _claims(claiming, clerk))
    await queries.insert_findings(connection, row.id, _finding_rows(row, rules.report(findings)))
    await queries.finish_import(connection, row.id, "done", **counted)
    log.info("roster_done", roster_import=str(row.id), people=roster.people, accepted=len(accepted))
    return None


def _read(row: RosterImport, data_keys: DataKeys) -> RosterFile:
    """The file, or what was read of it when it came."""
    if row.read_sealed is not None:
        return unpack(data_keys.unseal(row.read_sealed, "roster_import", "read_sealed", row.id))
    assert row.file_sealed is not None
    content = data_keys.unseal(row.file_sealed, "roster_import", "file_sealed", row.id)
    return read_roster(read_sheet(content, SHEET))


async def _keep_listed(connection: Connection, row: RosterImport, taken: Sequence[RosterHousehold]) -> None:
    """No older file changes anything of these households."""
    homes = await queries.list_registered(connection, [h.household_no for h in taken])
    await keep_listed(connection, {home.id: row.listed_on for home in homes.values()})


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


async def _compare(
    connection: Connection,
    row: RosterImport,
    clerk: Clerk,
    known: Sequence[tuple[RosterHousehold, RegisteredHome]],
    findings: list[Finding],
) -> Compared:
    """Of households that the register has, as of the file's day: what is proposed otherwise, who is new, and of what no
    file says anything.
    """
    ids, on = [home.id for _, home in known], row.listed_on
    newest, members = await list_listed(connection, ids), await register.list_members(connection, ids, on)
    listed, new = list[Listed](), list[Joining]()
    for household, home in known:
        number = household.household_no
        if reason := rules.kept_from(home.registered_on, on, newest.get(home.id)):
            findings.append(Finding(household.row, number, *HOUSEHOLD_NO, reason, rejects=False))
            continue
        stands = {m.member_id: m for m in members[home.id]}
        about = (home.id, number, home.division)
        listed.append(Listed(household.row, *about, rules.said_of_whole(household, clerk.ground)))
        for member in household.members:
            person = clerk.people.get(member.identity)
            if person and (fact := stands.pop(person.member_id, None)):
                findings += rules.unlike(member, number, fact)
                listed.append(Listed(member.row, *about, member.values, fact.member_id, person.reference))
            elif person is None or person.household_id != home.id or person.left_on is not None:
                item = _arrival(home, member, person, clerk, on)
                found = Finding(member.row, number, *NUMBER, "member_proposed", rejects=False)
                new.append(Joining(item, found))
        if stands:
            findings.append(Finding(household.row, number, *HOUSEHOLD_NO, "members_missing", rejects=False))
    changes, words = await compare(connection, listed, on)
    attested = [c for c in changes if c.state == "attested"]
    findings += [
        Finding(c.listed.row, c.listed.household_no, HEADING[c.field], "word", ATTESTED, rejects=False)
        for c in attested
    ]
    return Compared(listed, words, changes, new)


async def _take_known(
    connection: Connection,
    row: RosterImport,
    policy: Policy,
    clerk: Clerk,
    of: Compared,
) -> list[Finding]:
    """What was shown is held for true; who is new is proposed as one who joined."""
    act = _submitter(row)
    await show(connection, row.id, row.division, await take(connection, act, policy, row.id, of.changes))
    await tell_departments(connection, act, of.listed, of.words, row.listed_on)
    answers = await report_arrivals(connection, act, clerk.data_keys, [one.arrival for one in of.joining])
    return [
        replace(one.finding, reason=answer.code) if answer.code else one.finding
        for one, answer in zip(of.joining, answers, strict=True)
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
        if (division := division_of(household, clerk.ground))
        for member in household.members
        if (person := clerk.people.get(member.identity)) and person.left_on is None
    ]


def _finding_rows(row: RosterImport, findings: Sequence[Finding]) -> list[RosterFinding]:
    return [
        RosterFinding(row.id, row.division, i, f.row, f.household_no, f.column, f.kind, f.code, f.rejects)
        for i, f in enumerate(findings, 1)
    ]
