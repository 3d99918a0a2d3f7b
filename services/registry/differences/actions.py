"""Taking lists, comparing them with the register, and seeing differences to their ends."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from services.registry.differences import queries
from services.registry.differences.files import ROWS_WITHOUT_NUMBER, homes_of, unread_in, wrong_in
from services.registry.differences.lists import Comparison, agreed_by_now, compare_area
from services.registry.differences.rules import (
    LED,
    OFFICES,
    DifferencePolicy,
    Stands,
    fate_of,
    is_owner,
    is_unread,
    too_much,
    word_refusal,
)
from services.registry.differences.schemas import NamedCause
from services.registry.differences.tables import (
    Difference,
    ListFinding,
    NationalList,
    national_difference,
    national_list,
)
from services.registry.matches.queries import count_registered
from services.registry.national.actions import area_within
from services.registry.roster.files import RosterFile, UnfitError, pack, read_roster, unpack
from services.registry.roster.queries import list_villages
from services.registry.roster.rules import MOST_FINDINGS, SHEET, report
from shared.acts.bodies import Confirmation, Result
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    advance,
    confirmed_or_open,
    confirmed_or_rejected,
    lock_cases,
    log_steps,
    take_step,
    taken,
)
from shared.acts.tasks import OwnTask
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.ground.context import Act, Caller
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.spreadsheet.workbook import WorkbookError, read_sheet
from shared.values.ids import uuid7

log = structlog.get_logger()

ROOM = "registry.differences"
MOST_DIFFERENCES = 100_000
FILE, READ = ("national_list", "file_sealed"), ("national_list", "read_sealed")
LISTS = Procedure(
    f"{ROOM}.lists",
    national_list,
    (
        (
            Step(
                "confirmed",
                "held",
                ("county",),
                ("submitted_by",),
                "decided",
                zh="复核涉及面过大的国家系统名单",
                en="Confirm a national list that touches much of a township",
            ),
        ),
    ),
    freezes=False,
)
# Whose difference it is: the caller's office, of a department its unit.
OWNED = """c.owner = CASE current_setting('app.role', true) WHEN 'department' THEN current_setting('app.unit', true)
    ELSE current_setting('app.role', true) END"""
# Who says that ours is wrong, or that it stays so, does not say so alone. That a field differs gives nobody anything: a
# freeze holds up what a household receives, not the looking.
DIFFERENCE = Procedure(
    ROOM,
    national_difference,
    (
        (
            Step(
                "there",
                "open",
                (*OFFICES, "department"),
                (),
                "named",
                days=15,
                sets=("cause", "reason"),
                asked_where=OWNED,
                zh="说明与国家系统不一致的原因",
                en="Say why the national list differs",
            ),
            Step(
                "here",
                "doubted",
                ("township", "county"),
                ("named_by",),
                "settled",
                zh="复核本县登记有误",
                en="Agree that the register is wrong, and not the national list",
            ),
            Step(
                "kept",
                "staying",
                ("county",),
                ("named_by",),
                "settled",
                zh="复核与国家系统的差异予以保留",
                en="Agree that a difference to the national list stays",
            ),
        ),
    ),
    freezes=False,
)
# Until ours says the same, which ends it.
TO_CORRECT = OwnTask(
    procedure=ROOM,
    step="agreed",
    roles=(*OFFICES, "department"),
    columns=("c.id", "c.division", "c.household_id", "c.settled_on", "c.settled_on + 30"),
    source=f"FROM national_difference c WHERE c.state = 'here' AND {OWNED}",
    zh="更正本县登记",
    en="Put right what the register says",
)


async def take_list(
    connection: Connection,
    act: Act,
    data_keys: DataKeys,
    content: bytes,
    income_year: int,
    listed_on: date | None,
    division: str | None,
) -> NationalList:
    """Keep the list, sealed, for the worker; the same list again is the one that was taken.

    Raises:
        Problem: it is of a day to come, or older than one that was taken; of no part of the caller's county.
    """
    area, listed_on = area_within(act, division), listed_on or act.business_date
    if listed_on > act.business_date:
        raise Problem("shared.future_date")
    sha256 = (await asyncio.to_thread(hashlib.sha256, content)).hexdigest()
    await queries.hold(connection, area)
    if same := await queries.find_same(connection, area, sha256, listed_on, income_year):
        return same
    newest = await queries.find_newest(connection, area)
    if newest is not None and newest > listed_on:
        raise Problem("registry.differences.newer_list_stands", newest_on=newest.isoformat())
    list_id = uuid7()
    row: NationalList = LISTS.opened(
        act,
        "received",
        id=list_id,
        division=area,
        income_year=income_year,
        listed_on=listed_on,
        business_date=act.business_date,
        submitted_by=act.subject,
        sha256=sha256,
        file_sealed=await asyncio.to_thread(data_keys.seal, content, *FILE, list_id),
        **dict.fromkeys(("attempts", "people", "households", "opened", "seen", "agreed"), 0),
    )
    await queries.insert_list(connection, row)
    return row


async def confirm_list(connection: Connection, act: Act, list_id: UUID, *, confirmed: bool) -> Result:
    """Another person lets a list that touches much be compared, or has it thrown away."""
    word = Confirmation(id=list_id, confirmed=confirmed)
    answer = taken(await take_step(connection, act, LISTS, "confirmed", [word], confirmed_or_rejected))
    if not confirmed:
        await queries.forget_file(connection, list_id)
    return answer


async def fail(connection: Connection, row: NationalList, reason: str = "gave_up", **figures: Any) -> None:
    """The list is refused whole."""
    room = ROOM if reason == "too_many_differences" else "registry.roster"
    problem = {"code": f"{room}.{reason}", "figures": figures}
    await queries.finish_list(connection, row.id, "failed", {}, problem)
    log.info("national_list_failed", list=str(row.id), reason=reason)


async def compare_list(connection: Connection, row: NationalList, data_keys: DataKeys, policy: Policy) -> None:
    """Read a list and hold it against the register, in one transaction, as the service's act on behalf of who handed it
    in. What touches too much of a township waits for a second person, and is compared anew with his word.
    """
    on = row.decided_on or row.business_date
    act = Act(Caller("system:registry", "system"), on, correlation_id=row.id)
    try:
        roster = _read(row, data_keys)
    except WorkbookError as error:
        return await fail(connection, row, error.reason, sheet=SHEET)
    except UnfitError as error:
        return await fail(connection, row, error.reason, **error.figures)
    await queries.hold(connection, row.division)
    figures = policy.on(on, DifferencePolicy)
    wrong = wrong_in(roster)
    unread = unread_in(wrong)
    theirs = homes_of(roster, await list_villages(connection, row.division, on))
    found = await compare_area(connection, data_keys, figures, Comparison(row, on, theirs, unread))
    made = _made(row, found, await queries.lock_standing(connection, row.division), unread)
    counted = {"people": roster.people, "households": len(roster.households)} | made.counted
    if len(made.opened) + len(made.seen) > MOST_DIFFERENCES:
        return await fail(connection, row, "too_many_differences", most=MOST_DIFFERENCES)
    findings = report([f for f in wrong if f.column])[:MOST_FINDINGS]
    await queries.insert_findings(
        connection,
        row.id,
        [
            ListFinding(row.id, row.division, position, f.row, f.household_no, f.column, f.kind, f.code)
            for position, f in enumerate(findings, 1)
        ],
    )
    touched = made.touched
    if row.decided_by is None and (held_in := await _held_in(connection, touched, figures)):
        read = data_keys.seal(pack(roster), *READ, row.id)
        await queries.count_list(connection, row.id, read, held_in, touched[held_in], counted)
        return await advance(connection, act, LISTS, "held", [(row, "held", PASSED)])
    await _keep(connection, act, made)
    await queries.finish_list(connection, row.id, "done", counted)
    log.info("national_list_done", list=str(row.id), households=len(roster.households), **made.counted)
    return None


def _read(row: NationalList, data_keys: DataKeys) -> RosterFile:
    """The file, or what was read of it when it came."""
    if row.read_sealed is not None:
        return unpack(data_keys.unseal(row.read_sealed, *READ, row.id))
    assert row.file_sealed is not None
    return read_roster(read_sheet(data_keys.unseal(row.file_sealed, *FILE, row.id), SHEET))


class Made(NamedTuple):
    """What a list makes of differences: those that it opens, those that go on, and those that are over."""

    opened: list[Difference]
    seen: list[Difference]
    agreed: list[Difference]

    @property
    def counted(self) -> dict[str, int]:
        return {name: len(getattr(self, name)) for name in self._fields}

    @property
    def touched(self) -> Counter[str]:
        """By township, of how many households something begins or ends."""
        homes = {(one.division[:9], one.household_no) for one in (*self.opened, *self.agreed) if len(one.division) > 6}
        return Counter(township for township, _ in homes)


def _made(
    row: NationalList, found: dict[UUID, Difference], standing: dict[UUID, Difference], unread: dict[str, set[str]]
) -> Made:
    made = Made([], [], [])
    for one in found.values():
        before = standing.get(one.id)
        stands = before and Stands(before.state, before.since_on, _says_same(before, one))
        if fate_of(stands, row.listed_on, found=True) == "opened":
            fresh = one._replace(due_on=DIFFERENCE.due_on(one.state, one.since_on))
            made.opened.append(fresh._replace(found_on=before.found_on) if before else fresh)
        else:
            made.seen.append(one)
    hidden = {"household"} if ROWS_WITHOUT_NUMBER in unread else set[str]()
    made.agreed.extend(
        one
        for one in standing.values()
        if one.id not in found and not is_unread(one.field, unread.get(one.household_no, set()) | hidden)
    )
    return made


def _says_same(before: Difference, now: Difference) -> bool:
    return (before.ours_mark, before.theirs_mark) == (now.ours_mark, now.theirs_mark)


async def _held_in(connection: Connection, touched: Counter[str], figures: DifferencePolicy) -> str | None:
    return too_much(touched, await count_registered(connection, touched), figures)


async def _keep(connection: Connection, act: Act, made: Made) -> None:
    await queries.open_differences(connection, made.opened)
    await log_steps(connection, act, DIFFERENCE, "found", [(one, PASSED) for one in made.opened])
    await queries.see_differences(connection, made.seen)
    await advance(connection, act, DIFFERENCE, "agreed", [(one, "agreed", PASSED) for one in made.agreed])


async def name_causes(connection: Connection, act: Act, items: Sequence[NamedCause]) -> list[Result]:
    """Who answers for a field says why it differs: it waits for the next list, or for another who agrees."""
    caller, cases = act.caller, await lock_cases(connection, DIFFERENCE, [i.id for i in items])
    if caller.role == "department":  # of those of others it reads nothing
        cases = {one: case for one, case in cases.items() if case.owner == caller.unit}

    def find(case: Difference, item: NamedCause) -> Finding:
        if not is_owner(case.owner, caller.role, caller.unit):
            return Finding(refusal="not_yours")
        if refusal := word_refusal(item.cause, item.reason):
            return Finding(refusal=refusal)
        led, sets = LED[item.cause], {"cause": item.cause, "reason": item.reason}
        return Finding(led == "there", {"cause": item.cause}, ends=led, sets=sets)

    return await take_step(connection, act, DIFFERENCE, "there", items, find, rows=cases)


async def agree_corrections(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """Another person agrees that ours is wrong, and it is put right by the door for it; or its owner is asked again."""
    return await take_step(connection, act, DIFFERENCE, "here", items, confirmed_or_open)


async def agree_keeping(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """Another person agrees that it stays as it is on either side; or its owner is asked again."""
    return await take_step(connection, act, DIFFERENCE, "kept", items, confirmed_or_open)


async def end_agreed(connection: Connection, act: Act, data_keys: DataKeys, after: UUID, limit: int) -> UUID | None:
    """Differences of which ours was to be put right end as soon as it says the same; behind which to go on."""
    waiting = await queries.lock_here(connection, after, limit)
    years = await queries.list_years(connection, [one.list_id for one in waiting])
    over = await agreed_by_now(connection, act.business_date, data_keys, waiting, years)
    await advance(connection, act, DIFFERENCE, "agreed", [(one, "agreed", PASSED) for one in over])
    return waiting[-1].id if len(waiting) == limit else None
