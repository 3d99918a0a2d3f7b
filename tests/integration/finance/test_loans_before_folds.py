"""Loans that were told as it came, before there were folds: the book stands, the next event puts right the rest."""

from uuid import uuid4

from shared.data.migrate import migrate
from tests.bonds import bind
from tests.conftest import House, find_service
from tests.integration.finance.acts import EVENTS, event, get, post

NO = "140927-2017-000001"
# Repaid on 1 July, which was told first; overdue on 25 June, which was told later, and so for ever. What was refused
# was right: the bank had told of too little before.
BEFORE = f"""
INSERT INTO household (id, division, status, members, has_labour, borrower_age_ok, needs_accessible, deep_poverty,
    relocated) VALUES ($1, '140927200201', 'poor', 3, true, true, false, false, false);
INSERT INTO loan_application VALUES ($2, $1, '140927200201', 'xinhe', 5000000, 36, 'livestock', 'approved',
    '{{"codes": []}}', uuidv7(), '2017-03-15', 'clerk');
INSERT INTO loan (id, loan_no, household_id, division, bank, state, amount_fen, term_months, rate_ppm, approved_on,
    decided_on, disbursed_on, due_on, disbursed_fen, principal_fen, overdue_fen, overdue_since)
    VALUES ($2, '{NO}', $1, '140927200201', 'xinhe', 'overdue', 5000000, 36, 47500, '2017-03-15', '2017-03-21',
        '2017-03-21', '2020-03-21', 5000000, 4000000, 1000000, '2017-06-25');
INSERT INTO bank_event (id, bank, serial, kind, loan_id, loan_no, division, occurred_on, content, state, code, position,
    received_on)
    SELECT uuidv7(), 'xinhe', c ->> 'serial', c ->> 'kind', $2, '{NO}', '140927200201', (c ->> 'occurred_on')::date,
        c || '{{"loan_no": "{NO}"}}', coalesce(s, 'applied'), w, 0, '2017-07-10'
    FROM (VALUES
        ('{{"serial": "d", "kind": "decision", "occurred_on": "2017-03-21", "approved": true}}'::jsonb, NULL, NULL),
        ('{{"serial": "p", "kind": "disbursement", "occurred_on": "2017-03-21", "amount_fen": 5000000}}', NULL, NULL),
        ('{{"serial": "r", "kind": "repayment", "occurred_on": "2017-07-01", "amount_fen": 1000000}}', NULL, NULL),
        ('{{"serial": "o", "kind": "overdue", "occurred_on": "2017-06-25", "amount_fen": 1000000}}', NULL, NULL),
        ('{{"serial": "i", "kind": "settled", "occurred_on": "2017-07-02"}}', 'held', NULL),
        ('{{"serial": "w", "kind": "repayment", "occurred_on": "2017-07-02", "amount_fen": 4060694}}', 'refused',
            'finance.bank.over_repayment')) AS v (c, s, w);
INSERT INTO journal (id, kind, loan_id, division, bank, booked_on, source_key, memo, recorded_by)
    SELECT uuidv7(), kind, loan_id, division, bank, occurred_on, 'bank:xinhe:' || serial, '', 'bank' FROM bank_event
    WHERE serial IN ('p', 'r');
INSERT INTO posting SELECT j.id, n, CASE WHEN (n = 1) = (j.kind = 'disbursement') THEN 'loan_principal'
        ELSE 'bank_clearing' END, j.loan_id, j.division, j.bank, j.booked_on, fen * (2 - n), fen * (n - 1)
    FROM journal j, generate_series(1, 2) n,
        LATERAL (SELECT CASE WHEN j.kind = 'disbursement' THEN 5000000 ELSE 1000000 END AS fen) f
"""
BOOK = "SELECT account, sum(debit_fen) AS d, sum(credit_fen) AS c FROM posting GROUP BY account ORDER BY account"


async def test_books_balance_before_and_after_and_what_was_wrong_is_put_right_by_the_next_event(house: House) -> None:
    url, migrations = await house.empty("finance"), find_service("finance").migrations
    await migrate(url, migrations, "0015")
    owner = await house.owner("finance")
    await owner.execute("SELECT set_config('app.subject', 'test', false), set_config('app.role', 'system', false)")
    household_id, loan_id = uuid4(), uuid4()
    async with owner.transaction():
        for statement in BEFORE.split(";\n"):
            ids = [one for n, one in ((1, household_id), (2, loan_id)) if f"${n}" in statement]
            only_loan = "$2" in statement and "$1" not in statement
            await owner.execute(statement.replace("$2", "$1") if only_loan else statement, *ids)
    await bind(owner, household_id)
    before = [tuple(r) for r in await owner.fetch(BOOK)]
    await migrate(url, migrations)
    assert [tuple(r) for r in await owner.fetch(BOOK)] == before
    undated = "SELECT count(*) FROM journal WHERE valued_on <> booked_on OR event_id IS NULL"
    assert await owner.fetchval(undated) == 0
    events = "SELECT serial, state, code FROM bank_event WHERE code IS NOT NULL ORDER BY serial"
    assert [tuple(r) for r in await owner.fetch(events)] == [
        ("i", "held", "finance.bank.awaits_repayment"), ("w", "refused", "finance.bank.over_repayment"),
    ]  # fmt: skip

    door = await house.serve("finance", "api")
    quarter = {"amount_fen": 60_694, "period_start_on": "2017-03-21", "period_end_on": "2017-06-21"}
    (told,) = await post(door, event("q", "interest_settled", NO, "2017-06-20", **quarter), on="2017-07-20")
    assert (told["state"], told["loan_state"]) == ("applied", "settled")
    states = {e["serial"]: e["state"] for e in (await get(door, EVENTS))["items"]}
    assert states == dict.fromkeys("dproqiw", "applied")
    spells = await owner.fetch("SELECT start_on, end_on FROM overdue_spell")
    assert [tuple(map(str, s)) for s in spells] == [("2017-06-25", "2017-07-01")]
    trial = await get(door, "/finance/v1/ledger/trial-balance")
    assert trial["balanced"]
    sums = {a["account"]: a["debit_fen"] - a["credit_fen"] for a in trial["accounts"]}
    assert (sums["loan_principal"], sums["interest_receivable"], sums["bank_clearing"]) == (0, 0, 60_694)
    assert await owner.fetchval("SELECT count(*) FROM journal") == 4, "what was booked is not booked again"
