"""A register counted as of a day gone by, and another policy tried on a county.

The peer of a count is the same statement by who owns the tables, whom no policy of rows holds up; of a trial it is the
facts alone, without any verdict.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg

from bench.exits import WORDS
from bench.ground import Ground, Result, ground
from bench.register import COUNTY, lay
from services.registry.exits.queries import load_facts
from services.registry.statistics.actions import count_by
from services.registry.statistics.rules import Dimension
from services.registry.trials import queries
from services.registry.trials.actions import PORTION, try_policy
from services.registry.trials.schemas import Figure
from shared.data import db
from shared.data.revisions import AsOf
from shared.ground.context import Act, Caller
from shared.ground.policy import read_policy
from shared.serve.run import collect_rarely
from shared.values.ids import uuid7

COUNTYS, A_VILLAGE, ROUNDS = 9_800, 60, 3
ON, THEN = date(2017, 10, 20), date(2016, 6, 1)
LINE = Figure(code="poverty_lines_fen", value={"official": 450_000, "statistics": 450_000})
CUTS: tuple[tuple[Dimension, Dimension | None], ...] = (
    ("township", "status"), ("township", "cause"), ("township", "age"), ("labour", "health"), ("village", None),
)  # fmt: skip


async def _seconds(work: Callable[[], Awaitable[Any]]) -> float:
    spent = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        await work()
        spent.append(time.perf_counter() - begun)
    return sorted(spent)[ROUNDS // 2]


async def _counts(place: Ground, households: int) -> list[Result]:
    owner = await asyncpg.connect(place.url("registry_owner", "registry"))
    await lay(owner, [uuid7() for _ in range(households)], village=lambda n: f"{COUNTY}{n // A_VILLAGE:06}")
    await owner.close()
    policy, then = read_policy(Path("services/registry/policy.toml")), AsOf(THEN, asked=True)
    app = await db.open_pool(place.url("registry_app", "registry"), 1, reads=True)
    bare = await db.open_pool(place.url("registry_owner", "registry"), 1, reads=True)
    caller, results = Caller("bench", "county", COUNTY), list[Result]()
    for by, across in CUTS:

        async def count(pool: db.Pool, by: Dimension = by, across: Dimension | None = across) -> None:
            async with db.reading(pool, caller, THEN, db.EACH_TIME) as connection:
                assert await count_by(connection, then, policy, COUNTY, by, across)

        ours, peer = await _seconds(lambda: count(app)), await _seconds(lambda: count(bare))
        name = f"{3 * households:,} people by {by}{f' and {across}' if across else ''} as of a day, in {ours:.2f} s"
        results.append(Result(name, "people/s", 3 * households / ours, "no rights asked", 3 * households / peer))
    await app.close()
    await bare.close()
    return results


async def _trial(place: Ground) -> Result:
    owner = await asyncpg.connect(place.url("registry_owner", "registry"))
    await lay(owner, [uuid7() for _ in range(COUNTYS)], WORDS)
    await owner.close()
    policy = read_policy(Path("services/registry/policy.toml"))
    pool = await db.open_pool(place.url("registry_app", "registry"), 1, reads=True)
    act = Act(Caller("bench", "county", COUNTY), ON)

    async def ours() -> None:
        async with db.reading(pool, act.caller, ON) as connection:
            asked, _ = await try_policy(connection, act, policy, {LINE.code: LINE.value}, COUNTY, ON)
            assert asked == COUNTYS

    async def facts() -> None:
        async with db.reading(pool, act.caller, ON) as connection:
            homes = await queries.list_within(connection, COUNTY)
            for start in range(0, len(homes), PORTION):
                await load_facts(connection, homes[start : start + PORTION], ON)

    took, peer = await _seconds(ours), await _seconds(facts)
    await pool.close()
    name = f"another line tried on {COUNTYS:,} households, in {took:.2f} s"
    return Result(name, "households/s", COUNTYS / took, "their facts alone", COUNTYS / peer)


async def bench_statistics(households: int = 333_334) -> list[Result]:
    """`households`: how many are counted, of three people each."""
    collect_rarely()  # as a service does
    async with ground(("registry",)) as place:
        trial = await _trial(place)
    async with ground(("registry",)) as place:
        return [*await _counts(place, households), trial]
