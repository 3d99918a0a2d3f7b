"""How households stand with their entitlements: looked up in portions, judged one by one."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from services.registry.catalogue.rules import EntitlementPolicy
from services.registry.entitlements import queries
from services.registry.entitlements.queries import HomeSeen, PersonSeen
from services.registry.entitlements.rules import (
    Count,
    Coverage,
    Covered,
    Home,
    Person,
    count_of,
    entitlement_verdict,
    haves_verdict,
)
from services.registry.households.rules import SupportPolicy, income_year_of, is_supported
from shared.data.pages import Place
from shared.data.revisions import AsOf
from shared.data.sql import Connection
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.dates import full_years

PORTION = 1000
WHOLE_HOUSEHOLD = None


class Judged(NamedTuple):
    """A household, and how it stands with each policy; `haves` where somebody reads the household alone."""

    home: HomeSeen
    entitlements: list[Covered]
    haves: list[Covered]


class VillageCounted(NamedTuple):
    """A village on a day: its households, and how many of them or their people have what they are entitled to."""

    division: str
    households: int
    counts: list[Count]


class Behind(NamedTuple):
    """A household behind a figure: whom of it the figure counts; `persons` is empty where it is the household."""

    household_id: UUID
    household_no: str | None
    division: str
    persons: list[str]


def _home(row: HomeSeen, people: Sequence[PersonSeen], as_of: AsOf, support: SupportPolicy) -> Home:
    # A payer of a department's word: its unit, the source, and of one person his reference.
    sources: dict[str | None, set[str]] = {}
    for payer in row.attested:
        _, source, *person = payer.split(":", 2)
        sources.setdefault(person[0] if person else WHOLE_HOUSEHOLD, set()).add(source)
    return Home(
        row.attribute,
        row.house_grade,
        row.deep_poverty,
        row.moved_in,
        row.unfinished_major_illness,
        row.helped,
        is_supported(row.out_on, as_of.on, support),
        frozenset(sources.get(WHOLE_HOUSEHOLD, ())),
        frozenset(row.measures),
        tuple(
            Person(
                age=full_years(one.born_on, as_of.on),
                school=one.school_status,
                income=frozenset(sources.get(one.reference, ())),
                **{name: getattr(one, name) for name in ALIKE},
            )
            for one in people
        ),
    )


ALIKE = tuple(name for name in Person._fields if name in PersonSeen._fields)


async def judge(
    connection: Connection, policy: Policy, as_of: AsOf, ids: Sequence[UUID], *, telling: bool = False
) -> AsyncIterator[Judged]:
    """Those of the households that were in the register on the day, by id. `telling`: with reasons and haves."""
    figures = policy.on(as_of.on, EntitlementPolicy)
    policies = figures.of(as_of.on)
    since = as_of.on - timedelta(days=figures.measure_counts_days)
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        homes = await queries.list_homes(connection, as_of, portion, income_year_of(as_of.on), since)
        people = await queries.list_people(connection, as_of, portion)
        for row in homes:
            home = _home(row, people[row.id], as_of, figures.support)
            entitlements = entitlement_verdict(home, policies, as_of.on, figures.school, telling=telling)
            yield Judged(row, entitlements, haves_verdict(home, figures, as_of.on) if telling else [])


async def find_one(connection: Connection, policy: Policy, as_of: AsOf, household_id: UUID) -> Judged | None:
    """One household with its reasons; None where it was not in the register."""
    async for judged in judge(connection, policy, as_of, [household_id], telling=True):
        return judged
    return None


async def judge_one(connection: Connection, policy: Policy, as_of: AsOf, household_id: UUID) -> Judged:
    """As `find_one`.

    Raises:
        Problem: `shared.not_found`, also where it lies outside the caller's area or was not in the register.
    """
    judged = await find_one(connection, policy, as_of, household_id)
    if judged is None:
        raise Problem("shared.not_found")
    return judged


async def count_villages(
    connection: Connection, policy: Policy, as_of: AsOf, at: Place, division: str
) -> list[VillageCounted]:
    """The villages of a division with their figures, by code."""
    villages = await queries.list_villages(connection, as_of, at, division)
    ids = await queries.list_within(connection, as_of, villages, UUID(int=0))
    households = dict.fromkeys(villages, 0)
    tallies = {village: Counter[tuple[str, Coverage]]() for village in villages}
    async for judged in judge(connection, policy, as_of, ids):
        households[judged.home.division] += 1
        tallies[judged.home.division].update((one.policy, one.coverage) for one in judged.entitlements)
    policies = policy.on(as_of.on, EntitlementPolicy).of(as_of.on)
    return [VillageCounted(village, households[village], count_of(policies, tallies[village])) for village in villages]


async def list_behind(
    connection: Connection, policy: Policy, as_of: AsOf, at: Place, division: str, code: str, coverage: Coverage
) -> list[Behind]:
    """The households of a village of which a figure counts somebody, by id."""
    found: list[Behind] = []
    async for judged in judge(
        connection, policy, as_of, await queries.list_within(connection, as_of, [division], at.after)
    ):
        of_it = [one for one in judged.entitlements if (one.policy, one.coverage) == (code, coverage)]
        if of_it:
            home, persons = judged.home, [one.person for one in of_it if one.person is not None]
            found.append(Behind(home.id, home.household_no, home.division, persons))
        if len(found) == at.limit:
            break
    return found
