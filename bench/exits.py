"""Deciding the exits of a whole county, and of a hundred: a household costs the same, however many are registered.

The peer is the same decision in the small register, so that the ratio says how far it is from linear.
"""

import asyncio
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import asyncpg

from bench.ground import Ground, Result, ground
from bench.register import COUNTY, lay
from services.registry.exits.actions import decide
from services.registry.households import queries as households
from shared.data import db
from shared.ground.context import Act, Caller
from shared.ground.policy import read_policy
from shared.serve.run import collect_rarely
from shared.values.ids import uuid7

COUNTYS, BATCH, ROUNDS = 9_800, 1_000, 3
AT_ONCE = 2  # townships send side by side, so that rules and database work at the same time
ON = date(2017, 10, 20)
# Two people said what each household earned, and how its house is; the later one's word of the income stands.
WORDS = (
    """
    INSERT INTO income_line (id, household_id, division, income_year, category, kind, amount_fen, stated_on, stated_by,
        known, weight) SELECT uuidv7(), h.id, h.division, 2017, c.category, 'statement',
        CASE c.category WHEN 'business_cost' THEN 0 ELSE 400000 END, s.stated_on, s.stated_by, s.known, 'statement'
        FROM household h, unnest(ARRAY['wage', 'business', 'property', 'transfer', 'business_cost']) AS c (category),
        (VALUES (date '2017-10-04', 'helper', tstzrange(now() - interval '1 day', now())),
            (date '2017-10-05', 'team', tstzrange(now(), NULL))) AS s (stated_on, stated_by, known)
        WHERE h.id = ANY($1::uuid[])
    """,
    """
    INSERT INTO household_word (household_id, division, since, said, stated_by, weight)
        SELECT h.id, h.division, w.since, '{"house_grade": "A"}', w.stated_by, 'visit' FROM household h,
        (VALUES (date '2017-10-02', 'team'), (date '2017-10-03', 'helper')) AS w (since, stated_by)
        WHERE h.id = ANY($1::uuid[])
    """,
)


async def _rate(place: Ground, count: int) -> float:
    """Households decided in a second, in batches as the door takes them; every verdict is stored."""
    owner = await asyncpg.connect(place.url("registry_owner", "registry"))
    ids = [uuid7() for _ in range(count)]
    await lay(owner, ids, WORDS)
    await owner.close()
    pool = await db.open_pool(place.url("registry_app", "registry"), AT_ONCE)
    policy = read_policy(Path("services/registry/policy.toml"))
    act = Act(Caller("bench", "county", COUNTY), ON)
    rates = []
    for round_ in range(ROUNDS):
        first = round_ * COUNTYS % max(count - COUNTYS + 1, 1)
        chosen, begun = ids[first : first + COUNTYS], time.perf_counter()
        portions = iter([chosen[start : start + BATCH] for start in range(0, len(chosen), BATCH)])
        await asyncio.gather(*(_decide_all(pool, act, policy, portions) for _ in range(AT_ONCE)))
        rates.append(len(chosen) / (time.perf_counter() - begun))
    await pool.close()
    return sorted(rates)[ROUNDS // 2]


async def _decide_all(pool: db.Pool, act: Act, policy: object, portions: Iterator[list[UUID]]) -> None:
    """One sender: the next batch when the last is answered."""
    for ids in portions:
        await _decide(pool, act, policy, ids)


async def _decide(pool: db.Pool, act: Act, policy: object, ids: list[UUID]) -> None:
    async with db.transaction(pool, act.caller, act.business_date) as connection:
        homes = await households.lock_households(connection, ids)
        decided = await decide(connection, act, policy, list(homes.values()), store=lambda _: True)  # type: ignore[arg-type]
    assert {d.verdict.outcome for d in decided.values()} == {"approved"}


async def bench_exits(many: int = 100_000) -> list[Result]:
    """`many`: how many are registered in the large county."""
    collect_rarely()  # as a service does
    async with ground(("registry",)) as place:
        few = await _rate(place, COUNTYS)
    async with ground(("registry",)) as place:
        return [Result(f"exits decided of {many:,} households", "households/s", await _rate(place, many),
                       f"of {COUNTYS:,}", few)]  # fmt: skip
