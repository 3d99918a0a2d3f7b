"""A locked read, two inserts and the commit: `shared.data.sql` in `db.transaction` beside bare asyncpg."""

import asyncpg
from sqlalchemy import BigInteger, Integer

from bench.ground import Ground, Result, side_by_side
from shared.data import db
from shared.data.sql import execute, fetch_one, sql
from shared.ground.context import Caller

ACTS = 400
TABLES = """
CREATE TABLE bench_loan (id integer PRIMARY KEY, balance_fen bigint NOT NULL);
CREATE TABLE bench_entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, loan integer NOT NULL,
    amount_fen bigint NOT NULL);
INSERT INTO bench_loan SELECT n, 0 FROM generate_series(1, 1000) n;
GRANT ALL ON bench_loan, bench_entry TO finance_app;
"""
LOCK = sql("SELECT balance_fen FROM bench_loan WHERE id = :id FOR UPDATE", id=Integer)
ENTER = sql("INSERT INTO bench_entry (loan, amount_fen) VALUES (:loan, :amount)", loan=Integer, amount=BigInteger)


async def bench_acts(ground: Ground) -> Result:
    owner = await asyncpg.connect(ground.url("finance_owner", "finance"))
    await owner.execute(TABLES)
    await owner.close()
    url, caller = ground.url("finance_app", "finance"), Caller("bench", "county", "140927")
    pool = await db.open_pool(url, 1)
    bare = await asyncpg.connect(url)

    async def ours() -> int:
        for n in range(ACTS):
            async with db.transaction(pool, caller) as connection:
                await fetch_one(connection, LOCK, id=n % 1000 + 1)
                for amount in (100, -100):
                    await execute(connection, ENTER, rows=1, loan=n % 1000 + 1, amount=amount)
        return ACTS

    async def peer() -> int:
        for n in range(ACTS):
            async with bare.transaction():
                await bare.fetchrow(LOCK.text, n % 1000 + 1)
                for amount in (100, -100):
                    await bare.execute(ENTER.text, n % 1000 + 1, amount)
        return ACTS

    result = await side_by_side("locked read, two inserts, commit", "acts/s", ours, "bare asyncpg, no context", peer)
    await bare.close()
    await pool.close()
    return result
