"""A county's roster, from the file to the register: handed in, read, confirmed and taken.

The peer is what no program can do without: the cells are read once, and the same rows are written bare.
"""

import gc
import io
import secrets
import tempfile
import time
from datetime import date
from pathlib import Path

import asyncpg
from python_calamine import CalamineWorkbook

from bench.ground import Ground, Result, ground
from scenario.world.build import build_world
from scenario.world.county import World
from scenario.world.roster import SHEET, write_roster
from services.registry.divisions.actions import declare_divisions
from services.registry.divisions.schemas import Division
from services.registry.roster import queries
from services.registry.roster.actions import confirm_roster, import_roster, receive_roster
from shared.data import db
from shared.data.crypto import DataKeys
from shared.ground.context import Act, Caller
from shared.ground.policy import Policy, read_policy

COUNTY, HANDED_IN, CONFIRMED = "140927", date(2017, 1, 5), date(2017, 1, 6)
SEED, YEAR = 1, 2016
TAKEN = ("household", "household_fact", "household_contact", "household_standing", "member", "member_fact",
         "person_index", "income_line", "outbox")  # fmt: skip


async def _found(pool: db.Pool, world: World) -> None:
    places = [(v.code, v.name, "village") for v in world.villages] + [
        (t.code, t.name, "township") for t in world.townships
    ]
    act = Act(Caller("bench", "county", COUNTY), date(2001, 1, 1))
    async with db.transaction(pool, act.caller, act.business_date) as connection:
        items = [
            Division(code=code, name_zh=name, name_en="x", level=level, rural_people=1000, valid_from=date(2001, 1, 1))
            for code, name, level in places
        ]
        answers = await declare_divisions(connection, act, items)
    assert {a.status for a in answers} == {"accepted"}


async def _work(pool: db.Pool, data_keys: DataKeys, policy: Policy) -> None:
    """As the worker does it, in a transaction of its own."""
    system = db.system_caller("registry")
    async with db.transaction(pool, system) as connection:
        begun = await queries.begin_import(connection)
    assert begun
    async with db.transaction(pool, system) as connection:
        row = await queries.lock_import(connection, begun)
        assert row
        await import_roster(connection, row, data_keys, policy)


async def take(pool: db.Pool, data_keys: DataKeys, policy: Policy, content: bytes) -> None:
    """The whole way, by two persons and the worker."""
    first = Act(Caller("first", "county", COUNTY), HANDED_IN)
    second = Act(Caller("second", "county", COUNTY), CONFIRMED)
    async with db.transaction(pool, first.caller, first.business_date) as connection:
        import_id = await receive_roster(connection, first, data_keys, content, YEAR)
    await _work(pool, data_keys, policy)
    async with db.transaction(pool, second.caller, second.business_date) as connection:
        await confirm_roster(connection, second, import_id, confirmed=True)
    await _work(pool, data_keys, policy)


async def _bare(place: Ground, content: bytes) -> None:
    """What the register now holds, once more: into tables with the same indexes, and no other duty."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(SHEET)
    assert sheet.to_python()
    owner = await asyncpg.connect(place.url("registry_owner", "registry"))
    for table in TAKEN:
        await owner.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        await owner.execute(f"INSERT INTO bare_{table} OVERRIDING SYSTEM VALUE SELECT * FROM {table}")  # noqa: S608
    await owner.close()


async def bench_roster(households: int = 8_000) -> list[Result]:
    """`households`: how many stand in the file."""
    gc.disable()  # as the process does that reads files
    world = build_world(SEED, households)
    with tempfile.TemporaryDirectory() as folder:
        people = write_roster(world, path := Path(folder) / "roster.xlsx")
        content = path.read_bytes()
    data_keys = DataKeys("k", {"k": secrets.token_bytes(32)}, {"k": secrets.token_bytes(32)})
    policy = read_policy(Path("services/registry/policy.toml"))
    async with ground(("registry",)) as place:
        pool = await db.open_pool(place.url("registry_app", "registry"), 1)
        await _found(pool, world)
        begun = time.perf_counter()
        await take(pool, data_keys, policy, content)
        taken = time.perf_counter() - begun
        await pool.close()
        begun = time.perf_counter()
        await _bare(place, content)
        bare = time.perf_counter() - begun
    name = f"roster of {people:,} taken, in {taken:.1f} s"
    return [Result(name, "people/s", people / taken, "cells read, rows written bare", people / bare)]
