"""Laying before the county what became of an exit, and deciding on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.amendments import queries
from services.registry.amendments.rules import (
    AMENDMENT_RULE,
    RETURN_RULE,
    AmendmentFacts,
    AmendmentPolicy,
    amendment_decision,
    confirmation_refusal,
    return_decision,
)
from services.registry.amendments.schemas import AmendmentResult as Result
from services.registry.amendments.schemas import Confirmation, Correction, Return, Revocation
from services.registry.exits import queries as exits
from services.registry.exits.actions import EXIT
from services.registry.exits.rules import ExitPolicy
from services.registry.exits.tables import ExitCase
from services.registry.households import queries as households
from services.registry.villages.queries import lock_villages
from shared.acts.batches import NewRows, take_new
from shared.acts.decisions import record_decisions
from shared.acts.freezes import list_frozen
from shared.acts.procedures import Finding, log_steps
from shared.data.sql import Connection, Row
from shared.events.envelope import Payload
from shared.events.registry import ExitCorrected, ExitRevoked, HouseholdReturned
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.verdicts import Decided

NOT_ALLOWED = "registry.amendments.criteria_not_met"
# What an item that comes again must have as it was.
RETURN = ("kind", "household_id", "reason", "fell_on", "evidence")
OF_EXIT = ("kind", "exit_id", "reason", "corrected", "evidence")


async def propose_returns(connection: Connection, act: Act, items: Sequence[Return]) -> list[Result]:
    homes = await households.lock_households(connection, [i.household_id for i in items])
    last = await queries.list_last_exits(connection, list(homes))

    def refusal(item: Return) -> str | None:
        home = homes.get(item.household_id)
        if home is None:
            return "shared.not_found"
        if home["status"] != "exited":
            return "not_exited"
        if item.fell_on > act.business_date:
            return "future_date"
        return "before_exit" if home["exited_on"] and item.fell_on < home["exited_on"] else None

    def about(item: Return) -> dict[str, Any]:
        home = homes[item.household_id]
        return {"household_id": home["id"], "exit_id": last.get(home["id"]), "division": home["division"]}

    return await _propose(connection, act, items, RETURN, refusal, about)


async def propose_revocations(connection: Connection, act: Act, items: Sequence[Revocation]) -> list[Result]:
    cases = await _lock_exits(connection, [i.exit_id for i in items])
    return await _propose(
        connection, act, items, OF_EXIT, lambda i: _exit_refusal(cases, i.exit_id), lambda i: _of_exit(cases, i.exit_id)
    )


async def propose_corrections(connection: Connection, act: Act, items: Sequence[Correction]) -> list[Result]:
    cases = await _lock_exits(connection, [i.exit_id for i in items])
    places = await lock_villages(
        connection, act.caller.area, act.business_date, [i.division for i in items if i.division]
    )

    def refusal(item: Correction) -> str | None:
        code = _exit_refusal(cases, item.exit_id)
        if code:
            return code
        if not _changed(cases[item.exit_id], item.corrected):
            return "nothing_wrong"
        if item.exited_on and item.exited_on > act.business_date:
            return "future_date"
        return "no_village" if item.division and item.division not in places else None

    return await _propose(connection, act, items, OF_EXIT, refusal, lambda i: _of_exit(cases, i.exit_id))


async def _lock_exits(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, ExitCase]:
    """The cases and, so that none is laid open twice, their households."""
    cases = await exits.lock_cases(connection, ids)
    await households.lock_households(connection, [c.household_id for c in cases.values()])
    return cases


def _exit_refusal(cases: Mapping[UUID, ExitCase], exit_id: UUID) -> str | None:
    if exit_id not in cases:
        return "shared.not_found"
    return None if cases[exit_id].state == "announced" else "not_announced"


def _of_exit(cases: Mapping[UUID, ExitCase], exit_id: UUID) -> dict[str, Any]:
    case = cases[exit_id]
    return {"household_id": case.household_id, "exit_id": exit_id, "division": case.division}


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
    refusal: Callable[[Any], str | None],
    about: Callable[[Any], dict[str, Any]],
) -> list[Result]:
    """Keep what passes; a household has one open amendment. The same item again is answered the same."""
    known = await queries.list_by_id(connection, [i.id for i in items])
    new = {i.id: about(i) for i in items if refusal(i) is None}
    taken = await queries.list_with_open(connection, [row["household_id"] for row in new.values()])

    def judge(item: Any) -> str | dict[str, Any]:
        code = refusal(item)
        if code:
            return code
        if new[item.id]["household_id"] in taken:
            return "already_open"
        taken.add(new[item.id]["household_id"])
        return new[item.id] | {
            "id": item.id,
            "kind": item.kind,
            "reason": item.reason,
            "evidence": item.evidence,
            "fell_on": item.fell_on,
            "corrected": item.corrected,
            "state": "proposed",
            "proposed_on": act.business_date,
            "proposed_by": act.subject,
        }

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_amendments(connection, rows)

    reasons, fresh = await take_new(items, known, content, judge, save)
    states = {i: row["state"] for i, row in known.items()} | {row["id"]: "proposed" for row in fresh}
    return [_result(item.id, reason, states.get(item.id)) for item, reason in zip(items, reasons, strict=True)]


def _result(one: UUID, reason: str | None, state: str | None) -> Result:
    """A reason without a dot is one of this room."""
    code = reason if reason is None or "." in reason else f"registry.amendments.{reason}"
    status = "refused" if code else "accepted"
    return Result(id=one, status=status, code=code, state=state)


@dataclass(slots=True)
class Effects:
    """What confirmed amendments change, gathered and then written together."""

    standings: dict[UUID, households.Standing] = field(default_factory=dict)
    revoked: list[UUID] = field(default_factory=list)
    corrected: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    steps: list[tuple[ExitCase, Finding]] = field(default_factory=list)
    facts: list[Payload] = field(default_factory=list)


async def confirm_amendments(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Confirmation]
) -> list[Result]:
    """Another person, of the county, agrees: the rule decides on what is recorded; its verdict is stored either way."""
    rows = await queries.lock_amendments(connection, [i.id for i in items])
    cases = await exits.lock_cases(connection, [r["exit_id"] for r in rows.values() if r["exit_id"]])
    homes = await households.lock_households(connection, [r["household_id"] for r in rows.values()])
    frozen = await list_frozen(connection, list(homes))
    refusals, wanted = list[str | None](), dict[UUID, bool]()
    for item in items:
        row = rows.get(item.id)
        code = confirmation_refusal(
            row["state"] if row else None,
            row["proposed_by"] if row else "",
            act.subject,
            confirmed=item.confirmed,
            frozen=row is not None and row["household_id"] in frozen,
        )
        code = "twice_in_batch" if item.id in wanted else code
        if code is None:
            wanted[item.id] = item.confirmed
        refusals.append(code)
    agreed = [rows[i] for i, confirmed in wanted.items() if confirmed]
    decided = await _decide(connection, act, policy, agreed, cases, homes)
    await record_decisions(connection, act, policy.version, list(decided.values()))
    outcomes = {one: _outcome(decided.get(one)) for one in wanted}
    await queries.update_decided(connection, outcomes, act.business_date, act.subject)
    passed = [row for row in agreed if outcomes[row["id"]][0] == "confirmed"]
    await _apply(connection, act, passed, cases, homes, decided)
    results = []
    for item, code in zip(items, refusals, strict=True):
        state = outcomes[item.id][0] if item.id in outcomes else rows[item.id]["state"] if item.id in rows else None
        result = _result(item.id, code, state)
        if code is None and state == "refused":
            # The step was taken, and ended the amendment; the code says why.
            missing = decided[item.id].verdict.missing
            result = result.model_copy(update={"code": NOT_ALLOWED, "missing": missing})
        results.append(result)
    return results


def _outcome(one: Decided | None) -> tuple[str, UUID | None]:
    if one is None:
        return "rejected", None
    return "confirmed" if one.verdict.outcome == "approved" else "refused", one.id


async def _decide(
    connection: Connection,
    act: Act,
    policy: Policy,
    rows: Sequence[Row],
    cases: Mapping[UUID, ExitCase],
    homes: Mapping[UUID, Row],
) -> dict[UUID, Decided]:
    """By amendment, the verdict of the rule of its kind."""
    on, figures = act.business_date, policy.on(act.business_date, ExitPolicy)
    returning = [homes[r["household_id"]] for r in rows if r["kind"] == "return"]
    known = await exits.load_facts(connection, returning, on)
    last = await queries.list_last_exits(connection, list(homes))
    limits = policy.on(on, AmendmentPolicy)
    decided = {}
    for row in rows:
        home = homes[row["household_id"]]
        subject = str(home["id"]), home["division"]
        if row["kind"] == "return":
            now = known[home["id"]]
            decided[row["id"]] = Decided(RETURN_RULE, *subject, now, figures, return_decision(now, figures))
            continue
        case = cases[row["exit_id"]]
        assert case.announced_on is not None
        facts = AmendmentFacts(
            kind=row["kind"],
            exit_state=case.state,
            household_status=home["status"],
            last=last.get(home["id"]) == case.id,
            exited_on=case.announced_on,
            asked_on=row["proposed_on"],
        )
        decided[row["id"]] = Decided(AMENDMENT_RULE, *subject, facts, limits, amendment_decision(facts, limits))
    return decided


async def _apply(
    connection: Connection,
    act: Act,
    passed: Sequence[Row],
    cases: Mapping[UUID, ExitCase],
    homes: Mapping[UUID, Row],
    decided: Mapping[UUID, Decided],
) -> None:
    """The register follows, then the facts leave, in the order of the items."""
    revoked = [r["exit_id"] for r in passed if r["kind"] == "revocation"]
    before = await queries.list_statuses_before(connection, revoked)
    effects = Effects()
    for row in passed:
        one, case = decided[row["id"]], cases.get(row["exit_id"])
        if row["kind"] == "return":
            _return(effects, row, homes[row["household_id"]], one)
        elif case is not None and row["kind"] == "revocation":
            _revoke(effects, act, row, case, before[case.id], one)
        elif case is not None:
            _correct(effects, act, row, case, one)
    await households.set_status(connection, effects.standings, before=("exited",))
    await log_steps(connection, act, EXIT, "amended", effects.steps)
    await exits.revoke_cases(connection, effects.revoked)
    await exits.correct_cases(connection, effects.corrected)
    await emit(connection, act, "registry", effects.facts)


def _return(effects: Effects, row: Row, home: Row, one: Decided) -> None:
    """The day of the exit stays; it counts as out in no year."""
    effects.standings[home["id"]] = households.Standing("returned", home["exited_on"], None)
    effects.facts.append(
        HouseholdReturned(
            household_id=home["id"],
            division=home["division"],
            exit_id=row["exit_id"],
            members=one.facts.members,
            returned_on=row["fell_on"],
            decision_id=one.id,
        )
    )


def _revoke(effects: Effects, act: Act, row: Row, case: ExitCase, before: str, one: Decided) -> None:
    effects.standings[case.household_id] = households.Standing(before, None, None)
    effects.revoked.append(case.id)
    effects.steps.append(_step(row, case, {"kind": "revocation"}))
    effects.facts.append(
        ExitRevoked(
            household_id=case.household_id,
            division=case.division,
            exit_id=case.id,
            status=before,
            members=case.members,
            reason=row["reason"],
            revoked_on=act.business_date,
            decision_id=one.id,
        )
    )


def _correct(effects: Effects, act: Act, row: Row, case: ExitCase, one: Decided) -> None:
    right = _right(case, row["corrected"])
    on = right["exited_on"]
    effects.standings[case.household_id] = households.Standing("exited", on, on.year)
    effects.corrected[case.id] = right
    effects.steps.append(_step(row, case, {"kind": "correction"} | row["corrected"]))
    effects.facts.append(
        ExitCorrected(
            household_id=case.household_id,
            exit_id=case.id,
            **right,
            corrected=_changed(case, row["corrected"]),
            corrected_on=act.business_date,
            decision_id=one.id,
        )
    )


def _step(row: Row, case: ExitCase, detail: dict[str, Any]) -> tuple[ExitCase, Finding]:
    return case, Finding(detail={"amendment_id": str(row["id"])} | detail)
