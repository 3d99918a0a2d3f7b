"""The ledger's own guards, below all code."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from services.finance.ledger.rules import ACCOUNTS
from shared.data.db import open_pool, system_caller, transaction
from shared.ground.context import Caller
from tests.conftest import House
from tests.integration.finance.acts import approve, lent, post

BOOK = (
    "WITH j AS (INSERT INTO journal (id, kind, loan_id, division, bank, booked_on, source_key, memo, recorded_by,"
    " valued_on) SELECT uuidv7(), 'test', id, division, bank, '2017-06-01', $1, '', 'test', '2017-05-01' FROM loan"
    " RETURNING *) INSERT INTO posting SELECT j.id, p.n, p.a, j.loan_id, j.division, j.bank, j.booked_on, p.d, p.c,"
    " j.valued_on FROM j,"
    " unnest($2::int[], $3::text[], $4::bigint[], $5::bigint[]) AS p (n, a, d, c)"
)
Try = Callable[..., Awaitable[None]]
BANK = Caller("bank", "bank", bank="xinhe")
COUNTY = Caller("county", "county", "140927")
EVERYBODY = (BANK, COUNTY, system_caller("finance"))


@pytest.fixture
async def attempt(house: House) -> Any:
    """Runs a statement as the app login, in a transaction of its own, on a database with one loan paid out."""
    door = await house.serve("finance", "api")
    await post(door, *lent(await approve(house, door)))
    pool = await open_pool((await house.settings("finance")).database_url, 2)
    house.stack.push_async_callback(pool.close)

    async def run(caller: Caller, query: str, *arguments: Any) -> None:
        async with transaction(pool, caller) as connection:
            await connection.execute(query, *arguments)

    return run


@pytest.mark.parametrize("caller", EVERYBODY, ids=lambda c: c.role)
async def test_a_journal_that_does_not_balance_is_refused_at_commit(attempt: Try, caller: Caller) -> None:
    accounts = ["loan_principal", "bank_clearing"]
    await attempt(caller, BOOK, "good", [1, 2], accounts, [70, 0], [0, 70])
    for name, debits, credits_ in (("less", [70, 0], [0, 69]), ("one-sided", [70, 70], [0, 0])):
        with pytest.raises(asyncpg.CheckViolationError, match="does not balance"):
            await attempt(caller, BOOK, name, [1, 2], accounts, debits, credits_)
    with pytest.raises(asyncpg.CheckViolationError, match="does not balance"):
        await attempt(caller, BOOK, "empty", [], [], [], [])
    with pytest.raises(asyncpg.UniqueViolationError):
        await attempt(caller, BOOK, "good", [1, 2], accounts, [70, 0], [0, 70])


@pytest.mark.parametrize("day", ["booked_on", "valued_on"])
async def test_a_posting_of_another_day_than_its_journal_is_refused(attempt: Try, day: str) -> None:
    other = BOOK.replace(f"j.{day}", f"j.{day} + 1")
    with pytest.raises(asyncpg.CheckViolationError, match="does not balance"):
        await attempt(COUNTY, other, "good", [1, 2], ["loan_principal", "bank_clearing"], [70, 0], [0, 70])


async def test_a_booked_journal_takes_no_more_postings(attempt: Try) -> None:
    more = (
        "INSERT INTO posting SELECT journal_id, position + 10, account, loan_id, division, bank, booked_on, "
        " debit_fen, credit_fen, valued_on FROM posting"
    )
    with pytest.raises(asyncpg.CheckViolationError, match="is closed"):
        await attempt(COUNTY, more)


@pytest.mark.parametrize("caller", EVERYBODY, ids=lambda c: c.role)
@pytest.mark.parametrize(
    "query",
    [
        "UPDATE posting SET debit_fen = debit_fen + 1", "UPDATE journal SET memo = 'x'", "DELETE FROM posting",
        "DELETE FROM journal", "TRUNCATE posting", "TRUNCATE journal CASCADE", "DELETE FROM account",
    ],
)  # fmt: skip
async def test_nobody_changes_what_is_booked(attempt: Try, caller: Caller, query: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await attempt(caller, query)


async def test_not_even_the_owner_does(attempt: Try, house: House) -> None:
    owner = await house.owner("finance")
    for query in ("UPDATE posting SET debit_fen = 1", "DELETE FROM journal", "TRUNCATE posting"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="counter-entry"):
            await owner.execute(query)


async def test_the_accounts_of_the_rules_are_the_databases(attempt: Try, house: House) -> None:
    rows = await house.rows("finance", "SELECT code, side FROM account")
    assert {r["code"]: r["side"] for r in rows} == ACCOUNTS
