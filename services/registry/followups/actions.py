"""Beginning the duties of an exit, reporting what somebody saw who was there, and ending what has become idle."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.findings.actions import Seen, open_findings
from services.registry.findings.rules import Sighting
from services.registry.followups import queries
from services.registry.followups.rules import Duty, FollowUpPolicy, duties, duty_of, findings_of
from services.registry.followups.schemas import FollowUpReport
from services.registry.followups.tables import FollowUp, follow_up
from services.registry.households import queries as households
from services.registry.households.tables import Household
from shared.acts.bodies import Result
from shared.acts.procedures import Finding, Procedure, Step, advance, lock_cases, log_steps, take_step
from shared.acts.tasks import OwnTask
from shared.data.sql import Connection
from shared.ground.calendar import county_calendar
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.ids import uuid7

ROOM = "registry.followups"
# Whoever lives on the spot goes; the township hears of what nobody did in time, and may go itself. Who proposed the
# exit does not say that all is well. A freeze holds up what a household receives, not the looking.
FOLLOW_UP = Procedure(
    ROOM,
    follow_up,
    (
        (
            Step(
                "done",
                "open",
                ("village", "team", "township"),
                ("proposed_by",),
                "looked",
                due="due_on",
                sets=("income", "troubles", "measures", "evidence"),
                asked_where="c.opens_on <= :on AND (c.due_on < :on OR current_setting('app.role', true) <> 'township')",
                zh="脱贫户回访",
                en="See a household again that got out",
            ),
        ),
    ),
    freezes=False,
)
OVERDUE = OwnTask(
    procedure=ROOM,
    step="overdue",
    roles=("county",),
    columns=("c.id", "c.division", "c.household_id", "c.since_on", "c.due_on"),
    source="FROM follow_up c WHERE c.state = 'open' AND c.due_on < :on",
    zh="督促逾期的脱贫户回访",
    en="Urge a follow-up that is overdue",
)


class Exited(NamedTuple):
    """A household that got out, by which exit, and who proposed that."""

    exit_id: UUID
    household_id: UUID
    division: str
    proposed_by: str


async def open_duties(connection: Connection, act: Act, policy: Policy, exits: Sequence[Exited]) -> None:
    """All follow-ups of exits that are announced in the same act."""
    on = act.business_date
    due = duties(on, policy.on(on, FollowUpPolicy), county_calendar())
    await queries.insert_duties(connection, [_opened(act, one, on, duty) for one in exits for duty in due])


def _opened(act: Act, one: Exited, exited_on: date, duty: Duty) -> FollowUp:
    month_on = duty.due_on.replace(day=1)
    return FOLLOW_UP.opened(
        act, "open", id=uuid7(), **one._asdict(), **duty._asdict(), exited_on=exited_on, month_on=month_on
    )


async def resume_duties(connection: Connection, act: Act, policy: Policy, homes: Mapping[UUID, Household]) -> None:
    """The follow-ups of households that are out without having been announced so today: who came out of a split, and
    who was struck by mistake. `homes`: by the household by whose exit they are out, itself or that which split.

    The months of that exit, counted from its day. What was due before today is not made up for, and whom somebody has
    seen or goes to see already is not asked about twice.
    """
    figures, calendar = policy.on(act.business_date, FollowUpPolicy), county_calendar()
    out = {source: home for source, home in homes.items() if home.status == "exited" and home.exited_on}
    cases = list[FollowUp]()
    for planned in await queries.list_planned(connection, list(out)):
        home = out[planned.household_id]
        if home.exited_on is None or (planned.stands and home.id == planned.household_id):
            continue
        duty = duty_of(home.exited_on, planned.months, figures, calendar)
        if duty.due_on >= act.business_date:
            one = Exited(planned.exit_id, home.id, home.division, planned.proposed_by)
            cases.append(_opened(act, one, home.exited_on, duty))
    await queries.insert_duties(connection, cases)


async def move_duties(connection: Connection, act: Act, policy: Policy, exits: Mapping[UUID, date]) -> None:
    """The days of exits are put right: what still waits is counted from the right one, also of who split since. What is
    due before today by it is late, and waits on.
    """
    figures, calendar = policy.on(act.business_date, FollowUpPolicy), county_calendar()
    cases = [c for c in await queries.lock_open_of(connection, list(exits)) if c.exited_on != exits[c.exit_id]]
    moved = []
    for case in cases:
        duty = duty_of(exits[case.exit_id], case.months, figures, calendar)
        month_on = duty.due_on.replace(day=1)
        moved.append(duty._asdict() | {"id": case.id, "exited_on": exits[case.exit_id], "month_on": month_on})
    await queries.move_duties(connection, moved)
    was = [(case, Finding(detail={"exited_on": case.exited_on.isoformat()})) for case in cases]
    await log_steps(connection, act, FOLLOW_UP, "moved", was)


async def report(connection: Connection, act: Act, items: Sequence[FollowUpReport]) -> list[Result]:
    """What somebody saw who was there, beside the help that goes on by what the register knows. What is not well is
    looked into by another person, as what a visit found; nothing else follows from it.
    """
    known = await queries.list_by_id(connection, [i.id for i in items])
    # A household before its follow-ups, as who strikes it.
    ids = sorted({case.household_id for case in known.values()})
    homes = await households.lock_households(connection, ids)
    cases = await lock_cases(connection, FOLLOW_UP, [i.id for i in items])
    going_on = await queries.list_going_on(connection, ids, act.business_date)

    def find(case: FollowUp, item: FollowUpReport) -> Finding:
        if act.business_date < case.opens_on:
            return Finding(refusal="too_early")
        said = {"income": item.income, "troubles": " ".join(sorted({*item.troubles})), "evidence": item.evidence}
        return Finding(detail=said, sets=said | {"measures": going_on.get(case.household_id, "")})

    said = {item.id: item for item in reversed(items)}

    async def save(passed: list[tuple[FollowUp, Finding]]) -> None:
        seen = []
        for case, _ in passed:
            sighting = Sighting(act.business_date, case.id, act.subject)
            codes = frozenset[str](findings_of(said[case.id].income, said[case.id].troubles))
            seen.append(Seen(act, case.household_id, sighting, codes))
        await open_findings(connection, homes, seen)

    return await take_step(connection, act, FOLLOW_UP, "done", items, find, rows=cases, save=save)


async def end_duties(connection: Connection, act: Act, household_ids: Sequence[UUID], reason: str) -> None:
    """The households are out no more, or in the register no more: nobody goes for that any longer."""
    cases = await queries.lock_open(connection, household_ids)
    ended = Finding(passed=False, reason=reason)
    await advance(connection, act, FOLLOW_UP, "ended", [(case, "ended", ended) for case in cases])
