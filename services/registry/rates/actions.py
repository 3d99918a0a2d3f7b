"""Drawing a sample, and what somebody found who was there."""

from collections import Counter
from collections.abc import Sequence

from services.registry.households import queries as households
from services.registry.inspections.queries import list_concerned
from services.registry.rates import queries
from services.registry.rates.rules import People, doors_of, drawn
from services.registry.rates.schemas import NewRateSample, RateFinding
from services.registry.rates.tables import RateLine, RateSample, rate_line
from services.registry.suspicions.actions import suspect
from services.registry.suspicions.schemas import NewSuspicion
from shared.acts.bodies import Result
from shared.acts.procedures import Finding, Procedure, Step, lock_cases, take_step
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.problems import Problem
from shared.values.ids import uuid7

ROOM = "registry.rates"
# The seed was said aloud and the draw is anybody's to repeat, so that who drew may look.
STEP = Step(
    "right",
    "open",
    ("auditor",),
    (),
    "found",
    days=30,
    sets=("evidence",),
    zh="核查抽中的户",
    en="Look at who was drawn",
)
LOOK = Procedure(ROOM, rate_line, ((STEP,),), freezes=False)


async def draw_sample(connection: Connection, act: Act, new: NewRateSample) -> RateSample:
    """Of this year's exits, and of who is in no register. The same again is answered the same.

    Raises:
        Problem: nobody could be drawn, or the id says something else.
    """
    area, on = act.caller.area, act.business_date
    if earlier := await queries.find_sample(connection, new.id):
        if (earlier.seed, earlier.exited, earlier.outside) != (new.seed, new.exited, new.outside):
            raise Problem("shared.content_differs")
        return earlier
    villages = await queries.list_people(connection, area, on)
    outside = {v.code: max(v.rural - v.registered, 0) for v in villages}
    homes = {home.household_no: home for home in await queries.list_exited(connection, area, on.year)}
    chosen = [homes[number] for number in drawn(new.seed, list(homes), new.exited)]
    doors = doors_of(new.seed, outside, new.outside)
    if not chosen and not doors:
        raise Problem("registry.rates.nobody_to_draw")
    people = People(
        sum(v.poor for v in villages),
        sum(v.exited for v in villages),
        sum(outside.values()),
        sum(v.rural for v in villages),
    )
    row = RateSample(
        new.id,
        area,
        new.seed,
        new.exited,
        new.outside,
        people.poor,
        people.exited,
        people.outside,
        people.rural,
        on,
        act.subject,
    )
    if not await queries.insert_sample(connection, row):
        raise Problem("shared.id_taken")
    places = Counter[str]()
    lines = [_line(act, row, "exited", home.id, home.division, 0) for home in chosen]
    for division in doors:
        places[division] += 1
        lines.append(_line(act, row, "outside", None, division, places[division]))
    await queries.insert_lines(connection, lines)
    return row


def _line(act: Act, sample: RateSample, kind: str, household_id: object, division: str, place: int) -> RateLine:
    said = {"kind": kind, "household_id": household_id, "division": division, "place": place}
    said |= {"drawn_on": act.business_date, "drawn_by": act.subject}
    return LOOK.opened(act, "open", id=uuid7(), sample_id=sample.id, **said)


async def record_findings(connection: Connection, act: Act, items: Sequence[RateFinding]) -> list[Result]:
    """By somebody who has nothing to do with the household. A wrong exit is suspected, under the id of the line; who
    is poor and in no register is told to apply.
    """
    await households.lock_households(connection, await queries.list_homes(connection, [i.id for i in items]))
    cases = await lock_cases(connection, LOOK, [i.id for i in items])
    concerned = await list_concerned(
        connection, act.subject, {c.household_id for c in cases.values() if c.household_id}
    )

    def find(case: RateLine, item: RateFinding) -> Finding:
        refusal = "registry.inspections.concerned" if case.household_id in concerned else None
        return Finding(item.sound, ends="wrong", refusal=refusal, sets={"evidence": item.evidence})

    results = await take_step(connection, act, LOOK, "right", items, find, rows=cases)
    for item, result in zip(items, results, strict=True):
        case = cases.get(item.id)
        if case and case.household_id and result.status == "accepted" and result.state == "wrong":
            said = {"id": case.id, "household_id": case.household_id, "code": "inspected", "evidence": item.evidence}
            await suspect(connection, act, [NewSuspicion(**said)], "inspection", case.sample_id)
    return results
