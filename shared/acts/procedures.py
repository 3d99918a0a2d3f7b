"""Procedures as data: who may take which step after which, who must be another person, what it signs, by when.

One engine for all: it locks, refuses, asks the room what was found, writes the step and the case, emits. A case keeps
the version of the table that it began under. What waits for whom (`shared.acts.tasks`) falls out of the same table.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from shared.acts.bodies import Result, result, without
from shared.acts.freezes import list_frozen
from shared.acts.minutes import Minuted
from shared.acts.rounds import NO_STAGES, Stages, stage_refusal, stages_by_case
from shared.data.relations import Relation, table
from shared.data.sql import Connection, Statement, execute_many, fetch, insert_many, lock_by, sql, update_many
from shared.events.envelope import Payload
from shared.facts.outbox import emit
from shared.ground.calendar import county_calendar
from shared.ground.context import Act, Unit
from shared.ground.problems import Problem
from shared.values.calendar import Days, over_on
from shared.values.verdicts import Missing

# A NamedTuple with id, state, division, procedure_version, since_on, due_on; the rest is the room's.
Case = TypeVar("Case")


EMPTY: Mapping[str, Any] = MappingProxyType({})
EMPTY_STAGES: Mapping[UUID, Stages] = MappingProxyType({})


class Step(NamedTuple):
    """One line of a procedure's table.

    `name` is the state it leads to, `after` the state it follows. `roles` may take it, of departments these `units`
    alone where any are named; nobody who stands in a column of `not_by` may. `<signs>_by` and `<signs>_on` keep who
    took it and when. `waits_for` is a column with the first day on which it can be taken; `days` by when it should be
    (a number of this project's choosing, not of a law), or `due`, a column with that day, which the step before it
    sets. `sets` are columns of the case that its finding may fill. `asked_where` is SQL about the case (`c`): elsewhere
    it waits for nobody yet.
    """

    name: str
    after: str
    roles: tuple[str, ...]
    not_by: tuple[str, ...] = ()
    signs: str = ""
    waits_for: str = ""
    days: int = 7
    due: str = ""
    sets: tuple[str, ...] = ()
    asked_where: str = ""
    units: tuple[Unit, ...] = ()
    zh: str = ""
    en: str = ""


def by_bureaus(steps: Sequence[Step], **units: Unit) -> tuple[Step, ...]:
    """The next version of a table, in which a bureau of the county takes the steps that are named, and no office."""
    return tuple(s._replace(roles=("department",), units=(units[s.name],)) if s.name in units else s for s in steps)


@dataclass(frozen=True, slots=True, eq=False)
class Procedure(Generic[Case]):
    """`name` is the room's (`service.room`), `case` its table, `versions` its tables of steps, the oldest first.

    A case whose table has a household stands still while that is frozen; one whose table has a round keeps its stages.
    """

    name: str
    case: Relation[Case]
    versions: tuple[tuple[Step, ...], ...]
    key: str = "id"
    freezes: bool = True

    @property
    def version(self) -> int:
        """What a new case begins under."""
        return len(self.versions)

    @property
    def service(self) -> str:
        return self.name.partition(".")[0]

    def step(self, name: str, version: int | None = None, after: str = "") -> Step | None:
        """The step of that name in a version's table, the newest where none is given; None where it has none.

        Two lines may lead to one state by the same signature: `after` then says which.
        """
        lines = self.versions[(version or self.version) - 1]
        return next((s for s in lines if s.name == name and after in ("", s.after)), None)

    def due_on(
        self,
        state: str,
        on: date,
        ready: Mapping[str, Any] = EMPTY,
        version: int | None = None,
        stages: Stages = NO_STAGES,
    ) -> date | None:
        """By when a case that reached `state` should go on; None where nothing follows.

        `ready` holds the days that a step may have to wait for, by column; `stages` those of the case's round.
        """
        follow = [s for s in self.versions[(version or self.version) - 1] if s.after == state]
        free = [
            ready.get(s.due) or (ready.get(s.waits_for) or on) + timedelta(days=s.days)
            for s in follow
            if s.name not in stages
        ]
        return min((*free, *(stages[s.name][1] for s in follow if s.name in stages)), default=None)

    def opened(self, act: Act, state: str, stages: Stages = NO_STAGES, /, **values: Any) -> Case:
        """A new case, in the state it begins with; columns that are not given are empty."""
        on, empty = act.business_date, dict.fromkeys(self.case.shape)
        due_on = self.due_on(state, on, stages=stages)
        led = {"procedure_version": self.version, "since_on": on, "due_on": due_on, "version": 1}
        return self.case.row(**(empty | {n: v for n, v in led.items() if n in empty} | {"state": state} | values))

    @property
    def has_household(self) -> bool:
        return "household_id" in self.case.shape


@dataclass(frozen=True, slots=True)
class Finding:
    """What a step found of a case. A `refusal` changes nothing; not `passed` ends the case as `ends`, for `reason`.

    `sets` fills columns that the step names. `reason` and `refusal` are bare words of the room, or whole codes. Not
    `signs`: the case goes back and still waits for a signature, be it on a later day or by who then answers himself;
    who sent it back stands in the log of steps.
    """

    passed: bool = True
    detail: Mapping[str, Any] = field(default_factory=dict)
    refusal: str | None = None
    ends: str = "refused"
    reason: str | None = None
    missing: Sequence[Missing] = ()
    sets: Mapping[str, Any] = field(default_factory=dict)
    signs: bool = True


PASSED = Finding()
Find = Callable[[Any, Any], Finding]


def found_fit(_case: Any, _item: Any) -> Finding:
    """Nothing is asked beyond state and persons."""
    return PASSED


def confirmed(_case: Any, item: Any) -> Finding:
    """The second person's word ends the case or lets it go on."""
    return PASSED if item.confirmed else Finding(passed=False, reason="not_confirmed")


def confirmed_or_rejected(_case: Any, item: Any) -> Finding:
    """As `confirmed`, where the second person's no is told from the rule's."""
    return PASSED if item.confirmed else Finding(passed=False, ends="rejected", reason="not_confirmed")


def confirmed_or_open(_case: Any, item: Any) -> Finding:
    """As `confirmed`, where the second person's no asks the first question anew."""
    return PASSED if item.confirmed else Finding(passed=False, ends="open", signs=False)


class CaseStep(NamedTuple):
    """A step that was taken, in the service's log of steps."""

    case_id: UUID
    procedure: str
    division: str
    bank: str | None
    step: str
    outcome: str
    acted_on: date
    acted_by: str
    role: str
    detail: dict[str, Any]


case_step = table("case_step", CaseStep)
_LOG = insert_many(case_step, CaseStep._fields)
_STEPS = sql("""
    SELECT step, outcome, acted_on, acted_by, role, detail, recorded_at FROM case_step
    WHERE case_id = :case_id ORDER BY id
    """)


async def list_steps(connection: Connection, case_id: UUID) -> list[Mapping[str, Any]]:
    """What was done in a case, by whom and when, oldest first."""
    return await fetch(connection, _STEPS, case_id=case_id)


@cache
def _update(case: Relation[Any], filled: tuple[str, ...]) -> Statement[Any]:
    """How a step writes its case: the state, and its days. Of the `filled` columns one left empty keeps what it has."""
    ended = ("ended_code",) if "ended_code" in case.shape else ()
    return update_many(case, "state", "since_on", "due_on", keep=(*ended, *filled))


async def advance(
    connection: Connection,
    act: Act,
    procedure: Procedure[Case],
    step: str,
    changes: Sequence[tuple[Any, str, Finding]],
    stages: Mapping[UUID, Stages] | None = None,
) -> None:
    """Write a step of locked cases: each case, the state it leads to, what was found.

    `step` names a line of the table, or what happened to the case from outside it; then its findings say what they set.
    `stages` are those of the cases' rounds, by case, where they are known already.
    """
    if not changes:
        return
    if stages is None:
        stages = await stages_by_case(connection, procedure.case, [case for case, _, _ in changes])
    on, line = act.business_date, procedure.step(step)
    sets = line.sets if line else tuple(sorted({name for _, _, finding in changes for name in finding.sets}))
    signature = {f"{line.signs}_by": act.subject, f"{line.signs}_on": on} if line else {}
    signature = {column: word for column, word in signature.items() if column in procedure.case.shape}
    rows = [
        {
            "id": case.id,
            "state": state,
            "since_on": on,
            "ended_code": code_for(procedure, finding.reason),
            "due_on": procedure.due_on(state, on, finding.sets, case.procedure_version, stages.get(case.id, NO_STAGES)),
            **(signature if finding.signs else dict.fromkeys(signature)),
            **{name: finding.sets.get(name) for name in sets},
        }
        for case, state, finding in changes
    ]
    await execute_many(connection, _update(procedure.case, (*signature, *sets)), rows)
    await log_steps(connection, act, procedure, step, [(c, finding) for c, _, finding in changes])


async def log_steps(
    connection: Connection, act: Act, procedure: Procedure[Case], step: str, found: Sequence[tuple[Any, Finding]]
) -> None:
    """Keep that a step was taken, also the first one that opens a case. A step that was taken stays taken."""
    has_bank = "bank" in procedure.case.shape
    await execute_many(
        connection,
        _LOG,
        [
            {
                "case_id": case.id,
                "division": case.division,
                "bank": case.bank if has_bank else None,
                "outcome": "passed" if finding.passed else "failed",
                "detail": dict(finding.detail),
                "procedure": procedure.name,
                "step": step,
                "acted_on": act.business_date,
                "acted_by": act.subject,
                "role": act.caller.role,
            }
            for case, finding in found
        ],
    )


def code_for(procedure: Procedure[Any], reason: str | None) -> str | None:
    """The whole code of a reason, as a case keeps it."""
    return result(procedure.name, None, reason).code


def notice_over_on(act: Act, days: Days) -> date:
    """The first day after a notice posted today has stood all its days, by the county's calendar."""
    return over_on(act.business_date, days, county_calendar())


async def lock_cases(connection: Connection, procedure: Procedure[Case], keys: Sequence[Any]) -> dict[Any, Case]:
    """Those the caller may see, locked in id order; by the procedure's key."""
    query = _lock(procedure.case, procedure.key)
    return {getattr(row, procedure.key): row for row in await fetch(connection, query, ids=list(keys))}


@cache
def _lock(case: Relation[Case], key: str) -> Statement[Case]:
    return lock_by(case, key)


async def take_step(
    connection: Connection,
    act: Act,
    procedure: Procedure[Case],
    name: str,
    items: Sequence[Any],
    find: Find = found_fit,
    *,
    rows: Mapping[Any, Case] | None = None,
    save: Callable[[list[tuple[Case, Finding]]], Awaitable[None]] | None = None,
    facts: Callable[[Case, Finding], Payload] | None = None,
    on_paper: bool = False,
) -> list[Result]:
    """Take one step in many cases, and answer for each item, in order.

    `on_paper`: two officials take it by a sheet that its party signed (`shared.acts.papers`).

    An item names its case as `procedure.key` does; one that is `Minuted` leaves its minutes with the step. `rows` are
    the cases where they are locked already. `save` is given the cases that passed, with what was found, for what a step
    changes beyond them; `facts` says what each of them makes known.
    """
    key = procedure.key
    named = [getattr(item, key) for item in items]
    cases = await lock_cases(connection, procedure, named) if rows is None else rows
    frozen = await _frozen(connection, procedure, cases)
    stages = await stages_by_case(connection, procedure.case, cases.values())
    results, changes, stands = list[Result](), list[tuple[Any, str, Finding]](), dict[Any, str | None]()
    for one, item in zip(named, items, strict=True):
        case: Any = cases.get(one)
        refusal = (
            "twice_in_batch"
            if one in stands
            else step_refusal(procedure, name, case, act, frozen, stages, on_paper=on_paper)
        )
        stands.setdefault(one, case.state if case is not None else None)
        finding = Finding(refusal=refusal) if refusal else find(case, item)
        if on_paper:
            finding = replace(finding, detail={**finding.detail, "channel": "paper"})
        if isinstance(item, Minuted):
            finding = replace(finding, detail={**finding.detail, "minutes_no": item.minutes_no})
        if finding.refusal:
            results.append(result(procedure.name, one, finding.refusal, state=stands[one], missing=finding.missing))
            continue
        stands[one] = state = name if finding.passed else finding.ends
        changes.append((case, state, finding))
        # Accepted means that the step was taken, also where it ended the case; `code` then says why.
        code = code_for(procedure, finding.reason)
        results.append(Result(id=one, status="accepted", code=code, state=state, **without(finding.missing)))
    await advance(connection, act, procedure, name, changes, stages)
    passed = [(case, finding) for case, _, finding in changes if finding.passed]
    if save and passed:
        await save(passed)
    await emit(connection, act, procedure.service, [facts(c, f) for c, f in passed] if facts else [])
    return results


def taken(results: Sequence[Result], **figures: Any) -> Result:
    """The answer of a door to one case. `figures` fill the text of its refusal.

    Raises:
        Problem: the step was refused.
    """
    (answer,) = results
    if answer.status == "refused" and answer.code is not None:
        raise Problem(answer.code, **figures)
    return answer


async def ripe_cases(
    connection: Connection, act: Act, procedure: Procedure[Case], name: str, cases: Mapping[Any, Case]
) -> list[Case]:
    """Those of the locked cases that the step would be taken in, before the room has asked what it asks."""
    frozen = await _frozen(connection, procedure, cases)
    stages = await stages_by_case(connection, procedure.case, cases.values())
    return [c for c in cases.values() if step_refusal(procedure, name, c, act, frozen, stages) is None]


async def _frozen(connection: Connection, procedure: Procedure[Any], cases: Mapping[Any, Any]) -> frozenset[UUID]:
    if not (procedure.freezes and procedure.has_household):
        return frozenset()
    return frozenset(await list_frozen(connection, [c.household_id for c in cases.values()]))


def step_refusal(
    procedure: Procedure[Any],
    name: str,
    case: Any,
    act: Act,
    frozen: frozenset[UUID] = frozenset(),
    stages: Mapping[UUID, Stages] = EMPTY_STAGES,
    *,
    on_paper: bool = False,
) -> str | None:
    """Why a case does not take a step, by the table it began under; None where nothing speaks against it."""
    if case is None:
        return "shared.not_found"
    step = procedure.step(name, case.procedure_version, case.state)
    if step is None:
        return "shared.wrong_state"
    against = (
        (act.caller.role not in step.roles and not on_paper, "shared.wrong_role"),
        (act.caller.is_of_another(step.units) and not on_paper, "shared.wrong_unit"),
        (procedure.has_household and case.household_id in frozen, "shared.frozen"),
        (act.subject in [getattr(case, column) for column in step.not_by], "shared.same_person"),
        (step.waits_for != "" and act.business_date < getattr(case, step.waits_for), "shared.notice_running"),
    )
    refused = next((code for holds, code in against if holds), None)
    return refused or stage_refusal(stages.get(case.id, NO_STAGES), name, act.business_date)
