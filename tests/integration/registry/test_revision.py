"""The one sentence in which the past is corrected, against a fold in Python: any reports of any days, in any order."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.registry.households.tables import household_fact
from services.registry.villages.tables import village_facility
from shared.data import db
from shared.data.revisions import revise, revision
from shared.data.sql import RowCountError
from tests.conftest import House
from tests.integration.registry.test_households import VILLAGE, seed_household

SEEN = ("house_grade", "safe_water")
REGISTERED = date(2014, 6, 1)
DAYS = [date(2017, 1, 1) + timedelta(n) for n in range(6)]
ASKED = [REGISTERED, DAYS[0] - timedelta(1), *DAYS, DAYS[-1] + timedelta(1)]
KINDS = {
    "here": revision(household_fact, "household_id"),
    "onward": revision(household_fact, "household_id", onward=True),
    "end": revision(household_fact, "household_id", onward=True, anew=False),
}
FACILITY = revision(village_facility, "division", "item", first=True)
FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
# What was known at each instant of each day: the versions as they lie, and how many stretches their times make.
AT = (
    "SELECT array_agg(ARRAY[house_grade, safe_water::text]) FROM household_fact"
    " WHERE household_id = $1 AND valid @> $2::date AND known @> $3::timestamptz"
)
STRETCHES = (
    "SELECT count(*) FROM (SELECT unnest(range_agg(known)) FROM household_fact"
    " WHERE household_id = $1 AND valid @> $2::date)"
)


class Report(NamedTuple):
    kind: str
    since: date
    house_grade: str | None
    safe_water: bool | None


REPORTS = st.lists(
    st.builds(
        Report, st.sampled_from(("here", "onward")), st.sampled_from(DAYS), st.sampled_from((None, "A", "B")),
        st.sampled_from((None, True, False)),
    ),
    min_size=3, max_size=8,
)  # fmt: skip
ENDS = st.lists(st.builds(Report, st.just("end"), st.sampled_from(DAYS), st.none(), st.none()), max_size=1)


def versions(reports: Sequence[Report]) -> dict[date, dict[str, Any] | None]:
    """By its first day, what holds until the next one begins."""
    found: dict[date, dict[str, Any] | None] = {REGISTERED: {"house_grade": "C", "safe_water": True}}
    for report in reports:
        found[report.since] = on(found, report.since)
        for day, facts in found.items():
            if day == report.since or (day > report.since and report.kind != "here"):
                said = {name: getattr(report, name) for name in SEEN if getattr(report, name) is not None}
                found[day] = None if report.kind == "end" or facts is None else facts | said
    return found


def on(found: dict[date, dict[str, Any] | None], day: date) -> dict[str, Any] | None:
    return found[max(start for start in found if start <= day)]


async def connect(house: House) -> asyncpg.Connection:
    connection = await house.owner("registry")
    await db.prepare(connection)
    return connection


@FEW
@given(REPORTS, ENDS)
async def test_any_reports_in_any_order_leave_what_a_fold_says(
    house: House, reports: list[Report], ends: list[Report]
) -> None:
    connection = await connect(house)
    household_id = await seed_household(house, house_grade="C", safe_water=True)
    told, instants = reports + ends, [await connection.fetchval("SELECT clock_timestamp()")]
    for report in told:
        said = {"household_id": household_id} | report._asdict()
        await revise(connection, KINDS[report.kind], [said])
        instants.append(await connection.fetchval("SELECT clock_timestamp()"))
    for count, instant in enumerate(instants):
        model = versions(told[:count])
        for day in ASKED:
            facts = on(model, day)
            expected = facts and [[facts["house_grade"], "true" if facts["safe_water"] else "false"]]
            assert await connection.fetchval(AT, household_id, day, instant) == expected, (count, day)
    for day in ASKED:
        assert await connection.fetchval(STRETCHES, household_id, day) == 1, "no instant without a word of the day"
    await connection.close()


async def known(connection: asyncpg.Connection, item: str, day: date, instant: datetime) -> list[bool]:
    rows = await connection.fetch(
        "SELECT met FROM village_facility WHERE item = $1 AND valid @> $2::date AND known @> $3::timestamptz",
        item, day, instant,
    )  # fmt: skip
    return [r["met"] for r in rows]


@FEW
@given(st.lists(st.tuples(st.sampled_from(DAYS), st.booleans()), min_size=3, max_size=8))
async def test_what_begins_with_a_report_holds_until_the_next_days(
    house: House, reports: list[tuple[date, bool]]
) -> None:
    connection, item = await connect(house), str(uuid4())
    instants = [await connection.fetchval("SELECT clock_timestamp()")]
    for since, met in reports:
        said = {"division": VILLAGE, "item": item, "since": since, "met": met, "stated_by": "x", "weight": "visit"}
        await revise(connection, FACILITY, [said])
        instants.append(await connection.fetchval("SELECT clock_timestamp()"))
    for count, instant in enumerate(instants):
        said_on = dict(reports[:count])
        for day in ASKED:
            last = max((since for since in said_on if since <= day), default=None)
            expected = [said_on[last]] if last else []
            assert await known(connection, item, day, instant) == expected, (count, day)
    await connection.close()


async def test_a_report_of_days_of_which_nothing_is_known_is_refused(house: House) -> None:
    connection, household_id = await connect(house), await seed_household(house)
    early = {"since": REGISTERED - timedelta(1), "house_grade": "A"}
    for kind, one in (("here", household_id), ("end", UUID(int=1))):
        with pytest.raises(RowCountError):
            await revise(connection, KINDS[kind], [early | {"household_id": one}])
