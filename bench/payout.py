"""A run of payments: made, checked, sent and confirmed line by line, beside bare SQL that does the same writes.

`python -m bench.payout 100000` runs it alone, with as many lines.
"""

import asyncio
import sys
from datetime import date
from pathlib import Path

import asyncpg

from bench.ground import Ground, Result, ground, side_by_side
from services.industry.payouts import actions, queries
from services.industry.payouts.files import payment_file
from services.industry.payouts.schemas import BatchOrder
from shared.data import db
from shared.ground.context import Act, Caller
from shared.ground.policy import read_policy

LINES = 5_000
MADE_ON, PAID_ON = date(2017, 6, 1), date(2017, 6, 5)
POLICY = Path(__file__).resolve().parent.parent / "services" / "industry" / "policy.toml"
FILL = """
INSERT INTO payout_due SELECT uuidv7(), 'bench:' || n, gen_random_uuid(), '140927200201', 'pv_share', 'pv:bench',
    'property', 10000, '2017-06-01', 'bench' FROM generate_series(1, $1) n
"""
BARE = """
BEGIN;
INSERT INTO payout_batch (id, batch_no, division, bank, state, pay_on, lines, amount_fen, made_by, made_on,
    since_on, due_on)
    SELECT '00000000-0000-7000-8000-000000000001', 'bare', '140927', 'xinhe', 'made', '2017-06-01', count(*),
    sum(amount_fen), 'a', '2017-06-01', '2017-06-01', '2017-06-08' FROM payout_due;
INSERT INTO payout_line (id, batch_id, line_no, due_id, household_id, division, bank, purpose, payer, category,
    amount_fen, state)
    SELECT uuidv7(), '00000000-0000-7000-8000-000000000001', row_number() OVER (ORDER BY id), id, household_id,
    division, 'xinhe', purpose, payer, category, amount_fen, 'sent' FROM payout_due;
COMMIT;
UPDATE payout_batch SET state = 'checked', checked_by = 'b', checked_on = '2017-06-01';
BEGIN;
UPDATE payout_line SET state = 'confirmed', paid_on = '2017-06-05', answered_on = '2017-06-05', answered_by = 'c';
UPDATE payout_batch SET state = 'closed', closed_on = '2017-06-05';
INSERT INTO aggregate SELECT 'industry.household', household_id::text, 1, count(*) FROM payout_line
    GROUP BY household_id ORDER BY household_id;
INSERT INTO outbox (topic, key, headers, value) SELECT 'industry.household', household_id,
    jsonb_build_object('ce_specversion', '1.0', 'ce_id', uuidv7(), 'ce_type', 'industry.payment_confirmed.v1',
    'ce_source', 'industry', 'ce_time', '2017-06-05T08:00:00.000000+00:00', 'ce_partitionkey', household_id,
    'ce_epoch', '1', 'ce_sequence', '1', 'ce_businessdate', '2017-06-05', 'ce_actor', 'c', 'ce_correlationid',
    '00000000-0000-7000-8000-000000000001', 'ce_causationid', '', 'content-type', 'application/json'),
    json_build_object('household_id', household_id, 'division', division, 'payment_id', id, 'purpose', purpose,
    'payer', payer, 'category', category, 'amount_fen', amount_fen, 'paid_on', paid_on)
    FROM payout_line ORDER BY household_id;
COMMIT;
"""


async def bench_payout(ground: Ground, lines: int = LINES) -> Result:
    """Ours reads and writes the bank's files besides, holds every row against its line, and knows its persons."""
    owner = await asyncpg.connect(ground.url("industry_owner", "industry"))
    await owner.execute("SELECT set_config('app.subject', 'bench', false)")
    pool, policy = await db.open_pool(ground.url("industry_app", "industry"), 1), read_policy(POLICY)
    maker = Act(Caller("maker", "county", "140927"), MADE_ON)
    checker = Act(Caller("checker", "department", "140927", unit="finance"), MADE_ON)
    bank = Act(Caller("bank", "bank", bank="xinhe"), PAID_ON)
    rows = "\n".join(f"{n},100.00,paid,,{PAID_ON}" for n in range(1, lines + 1))
    heading = "line_no,amount_yuan,result,code,paid_on"
    answer = f"{heading}\n{rows}\ntotal,{lines},{lines * 100}.00\n".encode()

    async def fill() -> None:
        await owner.execute(
            "TRUNCATE payout_due, payout_batch, payout_line, payout_ruling, payment_revocation, case_step,"
            " outbox, aggregate"
        )
        await owner.execute(FILL, lines)

    async def ours() -> int:
        async with db.transaction(pool, maker.caller) as connection:
            made = await actions.make_batch(connection, maker, policy, BatchOrder(pay_on=MADE_ON))
        async with db.transaction(pool, checker.caller) as connection:
            await actions.check_batch(connection, checker, made.id)
        async with db.transaction(pool, bank.caller) as connection:
            sent = await queries.list_batch_lines(connection, made.id)
            payment_file((x.line_no, x.household_id, x.amount_fen) for x in sent)
        answers, _ = await actions.read_answers(answer)
        async with db.transaction(pool, bank.caller) as connection:
            taken = await actions.record_return(connection, bank, policy, made.id, answers)
        assert (taken.taken, taken.state) == (lines, "closed")
        return lines

    async def peer() -> int:
        await owner.execute(BARE)
        return lines

    result = await side_by_side(
        "payout: batch, file, answer, facts", "lines/s", ours, "the same writes in SQL", peer, before=fill
    )
    await pool.close()
    await owner.close()
    return result


async def _alone(lines: int) -> None:
    async with ground() as place:
        result = await bench_payout(place, lines)
    print(f"{lines} lines: ours {result.ours:,.0f}/s, bare {result.peer:,.0f}/s, ratio {result.ratio:.2f}")


if __name__ == "__main__":
    asyncio.run(_alone(int(sys.argv[1])))
