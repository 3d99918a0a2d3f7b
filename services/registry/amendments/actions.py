"""Laying before the county what became of an exit, and deciding on it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.amendments import queries
from services.registry.amendments.rules import (
    AMENDMENT_RULE,
    RETURN_RULE,
    AmendmentFacts,
    AmendmentPolicy,
    amendment_decision,
    return_decision,
)
from services.registry.amendments.schemas import Correction, Return, Revocation
from services.registry.amendments.tables import AmendmentCase, amendment
from services.registry.exits import queries as exits
from services.registry.exits.actions import EXIT
from services.registry.exits.rules import ExitPolicy
from services.registry.exits.tables import ExitCase
from services.registry.followups.actions import end_duties, move_duties
from services.registry.households import queries as households
from services.registry.households.rules import Status
from services.registry.households.tables import Household
from services.registry.signals.actions import end_warnings
from services.registry.touched.actions import ask
from services.registry.villages.queries import lock_villages
from shared.acts.bodies import Confirmation, Result
from shared.acts.decisions import record_decisions
from shared.acts.freezes import list_frozen
from shared.acts.openings import open_cases
from shared.acts.procedures import (
    Finding,
    Procedure,
    Step,
    advance,
    confirmed_or_rejected,
    lock_cases,
    log_steps,
    ripe_cases,
    take_step,
)
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.registry import ExitCorrected, ExitRevoked, HouseholdReturned
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.verdicts import Decided

ROOM = "registry.amendments"
CONFIRMED = Step(
    "confirmed",
    "proposed",
    ("county",),
    ("proposed_by",),
    "decided",
    sets=("decision_id",),
    zh="确认返贫、错退或更正",
    en="Confirm a return, a revocation or a correction",
)
# A freeze holds up what would be confirmed; rejected it may be.
AMENDMENT = Procedure(ROOM, amendment, ((CONFIRMED,),), freezes=False)
# Why nobody goes to see any longer how a household fares that got out.
WHY_IDLE = {"return": "registry.amendments.has_returned", "revocation": "registry.amendments.exit_revoked"}
# What an item that comes again must have as it was.
RETURN = ("kind", "household_id", "reason", "fell_on", "evidence")
OF_EXIT = ("kind", "exit_id", "reason", "corrected", "evidence")


class About(NamedTuple):
    """What an amendment is of."""

    household_id: UUID
    exit_id: UUID | None
    division: str


async def propose_returns(connection: Connection, act: Act, items: Sequence[Return]) -> list[Result]:
    homes = await households.lock_households(connection, [i.household_id for i in items])
    last = await queries.list_last_exits(connection, list(homes))

    def judge(item: Return) -> str | About:
        home = homes.get(item.household_id)
        if home is None:
            return "not_found"
        if home.status != "exited":
            return "not_exited"
        if item.fell_on > act.business_date:
            return "future_date"
        if home.exited_on and item.fell_on < home.exited_on:
            return "before_exit"
        return About(home.id, last.get(home.id), home.division)

    return await _propose(connection, act, items, RETURN, judge, homes)


async def propose_revocations(connection: Connection, act: Act, items: Sequence[Revocation]) -> list[Result]:
    cases = await _lock_exits(connection, [i.exit_id for i in items])
    ids = [c.household_id for c in cases.values()]
    return await _propose(connection, act, items, OF_EXIT, lambda i: _of_announced(cases.get(i.exit_id)), ids)


async def propose_corrections(connection: Connection, act: Act, items: Sequence[Correction]) -> list[Result]:
    cases = await _lock_exits(connection, [i.exit_id for i in items])
    codes = [i.division for i in items if i.division]
    places = await lock_villages(connection, act.caller.area, act.business_date, codes)

    def judge(item: Correction) -> str | About:
        about = _of_announced(cases.get(item.exit_id))
        if isinstance(about, str):
            return about
        if not _changed(cases[item.exit_id], item.corrected):
            return "nothing_wrong"
        if item.exited_on and item.exited_on > act.business_date:
            return "future_date"
        return "no_village" if item.division and item.division not in places else about

    return await _propose(connection, act, items, OF_EXIT, judge, [c.household_id for c in cases.values()])


async def _lock_exits(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, ExitCase]:
    """The cases and, so that none is laid open twice, their households."""
    cases = await exits.lock_cases(connection, ids)
    await households.lock_households(connection, [c.household_id for c in cases.values()])
    return cases


def _of_announced(case: ExitCase | None) -> str | About:
    if case is None:
        return "not_found"
    return About(case.household_id, case.id, case.division) if case.state == "announced" else "not_announced"


def _announced(case: ExitCase) -> dict[str, Any]:
    """The public fields of an exit."""
    return {"members": case.members, "exited_on": case.announced_on, "division": case.division}


def _right(case: ExitCase, corrected: Mapping[str, Any]) -> dict[str, Any]:
    """The public fields of an exit, with those that were said as they were said."""
    said = dict(corrected)
    if "exited_on" in said:
        said["exited_on"] = date.fromisoformat(said["exited_on"])
    return _announced(case) | said


def _changed(case: ExitCase, corrected: Mapping[str, Any]) -> list[str]:
    before, after = _announced(case), _right(case, corrected)
    return [name for name in before if before[name] != after[name]]


async def _propose(
    connection: Connection,
    act: Act,
    items: Sequence[Any],
    content: Sequence[str],
    judge: Callable[[Any], str | About],
    household_ids: Iterable[UUID],
) -> list[Result]:
    """Keep what passes; a household has one open amendment. The same item again is answered the same."""
    known = await queries.list_by_id(connection, [i.id for i in items])
    waiting = await queries.list_with_open(connection, list(household_ids))

    def open_case(item: Any) -> str | AmendmentCase:
        about = judge(item)
        if isinstance(about, str):
            return about
        if about.household_id in waiting:
            return "already_open"
        waiting.add(about.household_id)
        return AMENDMENT.opened(
            act,
            "proposed",
            id=item.id,
            kind=item.kind,
            **about._asdict(),
            reason=item.reason,
            evidence=item.evidence,
            fell_on=item.fell_on,
            corrected=item.corrected,
            proposed_on=act.business_date,
            proposed_by=act.subject,
        )

    save = partial(queries.insert_amendments, connection)
    return await open_cases(connection, act, AMENDMENT, "proposed", items, known, content, open_case, save)


async def confirm_amendments(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Confirmation]
) -> list[Result]:
    """Another person, of the county, agrees: the rule decides on what is recorded; its verdict is stored either way."""
    cases = await lock_cases(connection, AMENDMENT, [i.id for i in items])
    amended = await exits.lock_cases(connection, [c.exit_id for c in cases.values() if c.exit_id])
    homes = await households.lock_households(connection, [c.household_id for c in cases.values()])
    exit_cases = {c.id: amended[c.exit_id] for c in cases.values() if c.exit_id}
    frozen = await list_frozen(connection, list(homes))
    # Of a case that stands twice in the batch the first word counts.
    words = {i.id: i.confirmed for i in reversed(items)}
    ripe = await ripe_cases(connection, act, AMENDMENT, "confirmed", cases)
    agreed = [c for c in ripe if words[c.id] and c.household_id not in frozen]
    decided = await _decide(connection, act, policy, agreed, exit_cases, homes)
    await record_decisions(connection, act, policy.version, list(decided.values()))

    def find(case: AmendmentCase, item: Confirmation) -> Finding:
        if not item.confirmed:
            return confirmed_or_rejected(case, item)
        if case.household_id in frozen:
            return Finding(refusal="frozen")
        one = decided[case.id]
        passed = one.verdict.outcome == "approved"
        return Finding(
            passed=passed,
            detail={"decision_id": str(one.id)},
            reason=None if passed else "criteria_not_met",
            missing=one.missing,
            sets={"decision_id": one.id},
        )

    revoked = [exit_cases[c.id].id for c in agreed if c.kind == "revocation"]
    before = await queries.list_statuses_before(connection, revoked)
    touched = dict[UUID, UUID]()

    async def save(passed: list[tuple[AmendmentCase, Finding]]) -> None:
        await _apply(connection, act, policy, [case for case, _ in passed], exit_cases, homes, before)
        undone = [case for case, _ in passed if case.kind == "revocation"]
        of = {c.household_id: (exit_cases[c.id].id, homes[c.household_id].division) for c in undone}
        touched.update(await ask(connection, act, "exit_revoked", of))

    def told(case: AmendmentCase, _found: Finding) -> Payload:
        return _fact(act, case, exit_cases, before, decided[case.id], touched)

    return await take_step(connection, act, AMENDMENT, "confirmed", items, find, rows=cases, save=save, facts=told)


async def _decide(
    connection: Connection,
    act: Act,
    policy: Policy,
    cases: Sequence[AmendmentCase],
    exit_cases: Mapping[UUID, ExitCase],
    homes: Mapping[UUID, Household],
) -> dict[UUID, Decided]:
    """By amendment, the verdict of the rule of its kind; `exit_cases` by amendment too."""
    on, figures = act.business_date, policy.on(act.business_date, ExitPolicy)
    returning = [homes[c.household_id] for c in cases if c.kind == "return"]
    known = await exits.load_facts(connection, returning, on)
    last = await queries.list_last_exits(connection, list(homes))
    limits = policy.on(on, AmendmentPolicy)
    decided = {}
    for case in cases:
        home = homes[case.household_id]
        subject = str(home.id), home.division
        if case.kind == "return":
            now = known[home.id]
            decided[case.id] = Decided(RETURN_RULE, *subject, now, figures, return_decision(now, figures))
            continue
        exit_case = exit_cases[case.id]
        assert exit_case.announced_on is not None
        facts = AmendmentFacts(
            kind=case.kind,
            exit_state=exit_case.state,
            household_status=home.status,
            last=last.get(home.id) == exit_case.id,
            exited_on=exit_case.announced_on,
            asked_on=case.proposed_on,
        )
        decided[case.id] = Decided(AMENDMENT_RULE, *subject, facts, limits, amendment_decision(facts, limits))
    return decided


async def _apply(
    connection: Connection,
    act: Act,
    policy: Policy,
    passed: Sequence[AmendmentCase],
    exit_cases: Mapping[UUID, ExitCase],
    homes: Mapping[UUID, Household],
    before: Mapping[UUID, Status],
) -> None:
    """The register follows: how the households stand, and what became of their exits."""
    standings, right = dict[UUID, households.Standing](), dict[UUID, dict[str, Any]]()
    out_no_more = {"return": list[UUID](), "revocation": list[UUID]()}
    revoked, corrected = list[tuple[ExitCase, str, Finding]](), list[tuple[ExitCase, Finding]]()
    for case in passed:
        if case.kind in out_no_more:
            out_no_more[case.kind].append(case.household_id)
        if case.kind == "return":
            # The day of the exit stays; it counts as out in no year.
            out_on = homes[case.household_id].exited_on
            assert case.fell_on is not None
            standings[case.household_id] = households.Standing("returned", out_on, None, case.fell_on)
            continue
        exit_case = exit_cases[case.id]
        amended = Finding(detail={"amendment_id": str(case.id), "kind": case.kind} | case.corrected)
        if case.kind == "revocation":
            assert exit_case.announced_on is not None
            standings[case.household_id] = households.Standing(before[exit_case.id], None, None, exit_case.announced_on)
            revoked.append((exit_case, "revoked", amended))
        else:
            right[exit_case.id] = public = _right(exit_case, case.corrected)
            out_on = public["exited_on"]
            standings[case.household_id] = households.Standing("exited", out_on, out_on.year, out_on)
            corrected.append((exit_case, amended))
    await households.set_status(connection, standings, before=("exited",))
    await advance(connection, act, EXIT, "amended", revoked)
    await log_steps(connection, act, EXIT, "amended", corrected)
    await exits.correct_cases(connection, right)
    await move_duties(connection, act, policy, {one: public["exited_on"] for one, public in right.items()})
    for kind, ids in out_no_more.items():
        await end_duties(connection, act, ids, WHY_IDLE[kind])
        await end_warnings(connection, act, ids, WHY_IDLE[kind])


def _fact(
    act: Act,
    case: AmendmentCase,
    exit_cases: Mapping[UUID, ExitCase],
    before: Mapping[UUID, Status],
    one: Decided,
    touched: Mapping[UUID, UUID],
) -> Payload:
    """What an amendment that was confirmed makes known."""
    on = act.business_date
    about: dict[str, Any] = {"household_id": case.household_id, "exit_id": case.exit_id, "decision_id": one.id}
    if case.kind == "return":
        assert case.fell_on is not None
        return HouseholdReturned(**about, division=case.division, members=one.facts.members, returned_on=case.fell_on)
    exit_case = exit_cases[case.id]
    if case.kind == "correction":
        right, changed = _right(exit_case, case.corrected), _changed(exit_case, case.corrected)
        return ExitCorrected(**about, **right, corrected=changed, corrected_on=on)
    return ExitRevoked(
        **about,
        division=exit_case.division,
        status=before[exit_case.id],
        members=exit_case.members,
        reason=case.reason,
        revoked_on=on,
        touched_id=touched[case.household_id],
    )
