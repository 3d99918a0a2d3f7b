"""Opening what a visit found, and answering it after another look."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from services.registry.findings import queries
from services.registry.findings.rules import (
    CODES,
    OF_INCOME,
    Code,
    Sighting,
    answer_refusal,
    said_of,
    takes_in,
)
from services.registry.findings.schemas import FindingAnswer
from services.registry.findings.tables import VisitFinding, visit_finding
from services.registry.households import queries as households
from services.registry.households.actions import require_households
from services.registry.households.tables import Household
from services.registry.incomes import queries as incomes
from shared.acts.bodies import Result
from shared.acts.procedures import Finding, Procedure, Step, advance, lock_cases, log_steps, take_step
from shared.data.sql import Connection
from shared.events.assessment import VisitRecorded
from shared.ground.context import Act

ROOM = "registry.findings"
ENDED = "shared.household_removed"
# A freeze holds up what a household receives, not what is true of it. Who saw it does not look for the second time, in
# whatever office; several may have seen it.
FINDING = Procedure(ROOM, visit_finding, ((
    Step("so", "open", ("team", "township"), ("found_by",), "answered", sets=("evidence", "house_grade", "income_year"),
         asked_where="NOT (:subject = ANY (c.witnesses))", zh="核实走访发现的问题", en="Look into what a visit found"),
),), freezes=False)  # fmt: skip


class Seen(NamedTuple):
    """What somebody saw of a household, as codes: at which visit, in which act it was told, and by whom."""

    act: Act
    household_id: UUID
    sighting: Sighting
    codes: frozenset[str]


async def record_sightings(connection: Connection, facts: Sequence[tuple[Act, VisitRecorded]]) -> None:
    """What visits found waits for another look. The same of a household, while it waits, is asked about once.

    Raises:
        WaitError: a household is not in the register yet.
    """
    told = [(act, fact) for act, fact in facts if CODES.intersection(fact.findings)]
    homes = await require_households(connection, [fact.household_id for _, fact in told]) if told else {}
    seen = list[Seen]()
    for act, fact in told:
        assert act.cause is not None
        sighting = Sighting(fact.visited_on, fact.visit_id, act.cause.actor)
        seen.append(Seen(act, fact.household_id, sighting, frozenset(fact.findings)))
    await open_findings(connection, homes, seen)


async def open_findings(connection: Connection, homes: Mapping[UUID, Household], told: Sequence[Seen]) -> None:
    """As `record_sightings`, of locked households, whoever was there."""
    seen = [(one, code) for one in told for code in sorted(CODES.intersection(one.codes))]
    if not seen:
        return
    cases: dict[tuple[UUID, Code], dict[UUID, VisitFinding]] = {}
    for known in await queries.list_of_households(connection, list(homes)):
        cases.setdefault((known.household_id, known.finding), {})[known.id] = known
    fresh, first, witnesses = list[VisitFinding](), dict[UUID, Sighting](), list[tuple[UUID, str]]()
    steps: dict[tuple[date, str], tuple[Act, list[tuple[VisitFinding, Finding]]]] = {}
    for (act, household_id, sighting, _), code in seen:
        of_it = cases.setdefault((household_id, code), {})
        one = uuid5(sighting.visit_id, code)
        if one in of_it:
            continue  # told again
        case = next((c for c in of_it.values() if takes_in(c.state, c.answered_on, sighting.found_on)), None)
        if case is not None and case.state != "open":
            continue  # somebody has looked since
        step = "found" if case is None else "found_again"
        if case is None:
            case = _opened(act, one, homes[household_id], code, sighting)
            fresh.append(case)
        else:
            before = Sighting(case.found_on, case.visit_id, case.found_by)
            witnesses += [(case.id, before.found_by), (case.id, sighting.found_by)]
            first[case.id] = min(before, sighting)
            case = case._replace(**first[case.id]._asdict())
        of_it[case.id] = case
        detail = {"visit_id": str(sighting.visit_id), "found_on": sighting.found_on.isoformat()}
        steps.setdefault((act.business_date, step), (act, []))[1].append((case, Finding(detail=detail)))
    await queries.insert_findings(connection, fresh)
    await queries.add_sightings(connection, first, witnesses)
    for (_, step), (act, found) in steps.items():
        await log_steps(connection, act, FINDING, step, found)


def _opened(act: Act, one: UUID, home: Household, code: Code, sighting: Sighting) -> VisitFinding:
    """Of a household that was struck nothing is asked any more, whichever was told first."""
    struck = home.status == "removed"
    return FINDING.opened(
        act,
        "ended" if struck else "open",
        id=one,
        household_id=home.id,
        division=home.division,
        finding=code,
        witnesses=[],
        ended_code=ENDED if struck else None,
        **sighting._asdict(),
    )


async def answer(connection: Connection, act: Act, items: Sequence[FindingAnswer]) -> list[Result]:
    """Somebody else looked. What is so is held for true from the day of the visit on; what is not leaves no trace but
    this answer.
    """
    named = [i.id for i in items]
    # A household before its findings, as who strikes it or tells of a visit.
    ids = sorted({c.household_id for c in (await queries.list_by_id(connection, named)).values()})
    homes = await households.lock_households(connection, ids)
    cases = await lock_cases(connection, FINDING, named)
    found = sorted({(c.household_id, c.found_on) for c in cases.values()})
    left = await queries.list_leaving(connection, found)
    years = await queries.list_years_stated(connection, found)
    stated = await incomes.list_stated_on(connection, ids)

    def find(case: VisitFinding, item: FindingAnswer) -> Finding:
        if act.subject in case.witnesses:
            return Finding(refusal="same_person")
        one, graded = (case.household_id, case.found_on), item.house_grade is not None
        reasons = left.get(one, frozenset())
        refusal = answer_refusal(case.finding, case.found_on, act.business_date, reasons, so=item.so, graded=graded)
        year = years.get(one) if item.so and case.finding in OF_INCOME else None
        sets = {"evidence": item.evidence, "house_grade": item.house_grade, "income_year": year}
        return Finding(item.so, {"evidence": item.evidence}, refusal, ends="not_so", sets=sets)

    async def save(passed: list[tuple[VisitFinding, Finding]]) -> None:
        await _hold_for_true(connection, act, homes, passed)
        wrong = {
            (case.household_id, year)
            for case, what in passed
            if (year := what.sets["income_year"]) and stated.get((case.household_id, year), date.max) <= case.found_on
        }
        if wrong:
            await incomes.end_statements(connection, sorted(wrong))

    return await take_step(connection, act, FINDING, "so", items, find, rows=cases, save=save)


async def _hold_for_true(
    connection: Connection, act: Act, homes: Mapping[UUID, Household], passed: Sequence[tuple[VisitFinding, Finding]]
) -> None:
    """Since the day of the visit, but not before the household was registered."""
    days: dict[date, dict[UUID, dict[str, Any]]] = {}
    for case, found in passed:
        if said := said_of(case.finding, found.sets["house_grade"]):
            since = max(case.found_on, homes[case.household_id].registered_on)
            common = {"household_id": case.household_id, "since": since, "stated_by": act.subject, "weight": "visit"}
            days.setdefault(since, {}).setdefault(case.household_id, common).update(said)
    for since in sorted(days):
        await households.revise_facts(connection, list(days[since].values()))


async def end_findings(connection: Connection, act: Act, household_ids: Sequence[UUID]) -> None:
    """The households were struck from the register: nothing of them is asked any more."""
    ended = Finding(passed=False, reason=ENDED)
    cases = await queries.lock_open(connection, household_ids)
    await advance(connection, act, FINDING, "ended", [(case, "ended", ended) for case in cases])
