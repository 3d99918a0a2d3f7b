"""A thousand bank events in one batch, beside the same locks and writes on bare asyncpg.

Of new loans, of loans with a past (a quarter's interest, which goes on where the last fold stopped), and of loans that
are folded anew because a repayment was told late. What the act sends to PostgreSQL is written down once; the peer sends
it again for other loans.
"""

import json
import re
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from bench.doors import PROJECTION
from bench.ground import ROOT, Result, ground, side_by_side
from services.finance.bank.actions import record_bank_events
from services.finance.bank.schemas import BankEventBatch
from services.finance.loans.actions import decide_applications
from services.finance.loans.schemas import LoanApplication
from shared.data import db
from shared.ground.context import Act, Caller
from shared.ground.policy import Policy, read_policy

BATCH, TURNS, PAST = 1000, 3, 3
DRAWN = date(2015, 11, 21)
QUARTERS = [date(2015, 11, 21), date(2015, 12, 21), *(date(2016, m, 21) for m in (3, 6, 9, 12)), date(2017, 3, 21)]
VILLAGE = Act(Caller("clerk", "village", "140927200201"), date(2015, 11, 1))
BANK = Act(Caller("teller", "bank", bank="xinhe"), date(2017, 6, 30))
TOLD = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{6}-[0-9]{4}-[0-9]{6}")
STORED = (
    "SELECT id FROM bank_event WHERE loan_id = ANY($1) ORDER BY array_position($1, loan_id), occurred_on, kind",
    "SELECT id FROM interest_period WHERE loan_id = ANY($1) ORDER BY array_position($1, loan_id), period_start_on",
)
Trip = tuple[str, tuple[Any, ...]]


def event(loan_no: str, name: str, kind: str, on: date, **fields: Any) -> dict[str, Any]:
    return {"serial": f"{loan_no}-{name}", "kind": kind, "loan_no": loan_no, "occurred_on": f"{on}"} | fields


def opened(no: str) -> list[dict[str, Any]]:
    paid = event(no, "p", "disbursement", DRAWN, amount_fen=5_000_000, rate_ppm=47_500)
    return [event(no, "d", "decision", DRAWN, approved=True), paid]


def quarter(no: str, n: int) -> dict[str, Any]:
    start, end = QUARTERS[n], QUARTERS[n + 1]
    days = {"period_start_on": f"{start}", "period_end_on": f"{end}"}
    fen = round(5_000_000 * 0.0475 * (end - start).days / 360)
    return event(no, f"q{n}", "interest_settled", end - timedelta(days=1), amount_fen=fen, **days)


def _of_new(no: str) -> list[dict[str, Any]]:
    return [*opened(no), quarter(no, 0), quarter(no, 1)]


def _next(no: str) -> list[dict[str, Any]]:
    return [quarter(no, PAST)]


def _late(no: str) -> list[dict[str, Any]]:
    return [event(no, "r", "repayment", date(2016, 2, 1), amount_fen=100_000)]


# How many quarters were told before, and what is told of each loan.
SAID: tuple[tuple[str, int, Callable[[str], list[dict[str, Any]]]], ...] = (
    ("1,000 bank events of new loans", 0, _of_new),
    ("1,000 of loans with a past", PAST, _next),
    ("1,000 told late", PAST, _late),
)


class Loans:
    """Loans of the bank's, a set for each turn, and what their bodies say."""

    def __init__(self, pool: db.Pool, policy: Policy) -> None:
        self.pool, self.policy = pool, policy
        self.sets = list[list[tuple[UUID, str]]]()

    async def open(self, owner: Any, sets: int, size: int, quarters: int) -> None:
        for _ in range(sets):
            ids = [uuid4() for _ in range(size)]
            await owner.execute(PROJECTION, ids)
            wanted = {"bank": "xinhe", "amount_fen": 5_000_000, "term_months": 36, "purpose": "livestock"}
            items = [LoanApplication(id=uuid4(), household_id=i, **wanted) for i in ids]  # type: ignore[arg-type]
            async with db.transaction(self.pool, VILLAGE.caller) as connection:
                made = await decide_applications(connection, VILLAGE, self.policy, items)
            loans = [(UUID(str(one.id)), str(one.model_dump()["loan_no"])) for one in made]
            self.sets.append(loans)
            for step in range(quarters and quarters + 1):
                told = [opened(no) if not step else [quarter(no, step - 1)] for _, no in loans]
                bodies = [e for each in told for e in each]
                for start in range(0, len(bodies), BATCH):
                    await self.post(json.dumps({"items": bodies[start : start + BATCH]}))

    async def known(self, loans: Sequence[tuple[UUID, str]]) -> list[Any]:
        """Ids and numbers of loans, and the ids of what is stored of them, in one order for all sets."""
        ids = [one for one, _ in loans]
        async with db.transaction(self.pool, BANK.caller) as connection:
            stored = [await connection.fetch(query, ids) for query in STORED]
        return [*(name for loan in loans for name in loan), *(row["id"] for rows in stored for row in rows)]

    async def post(self, body: str) -> list[Trip]:
        """One batch, as its door is given it; what was sent to PostgreSQL."""
        trips = list[Trip]()
        async with db.transaction(self.pool, BANK.caller) as connection:
            connection.add_query_logger(log := _written_to(trips))
            batch = BankEventBatch.model_validate(json.loads(body))
            results = await record_bank_events(connection, BANK, self.policy, batch.sound)
            connection.remove_query_logger(log)
        assert {result.state for result in results} == {"applied"}
        return trips


def _written_to(trips: list[Trip]) -> Callable[[Any], None]:
    def write(query: Any) -> None:
        trips.append((query.query, tuple(query.args or ())))

    return write


def renamed(value: Any, names: dict[str, str]) -> Any:
    """The arguments of a batch about other loans; what is made anew in each gets another id."""
    if isinstance(value, list | tuple):
        return [renamed(each, names) for each in value]
    if isinstance(value, dict):
        return {key: renamed(each, names) for key, each in value.items()}
    if isinstance(value, UUID):
        return UUID(names.setdefault(str(value), str(uuid4())))
    return TOLD.sub(lambda m: names.get(m[0], m[0]), value) if isinstance(value, str) else value


async def _compare(name: str, loans: Loans, bodies: Sequence[str]) -> Result:
    """Each turn takes loans of which nothing was told like this before."""
    names_of = [await loans.known(each) for each in loans.sets[: TURNS + 1]]
    trips = await loans.post(bodies[0])
    theirs = list[list[Trip]]()
    for others in names_of[1:]:
        names = {str(mine): str(its) for mine, its in zip(names_of[0], others, strict=True)}
        theirs.append([(query, tuple(renamed(arguments, names))) for query, arguments in trips])
    ours = list(bodies[TURNS + 1 :])

    async def work() -> int:
        await loans.post(ours.pop())
        return BATCH

    async def peer() -> int:
        async with db.transaction(loans.pool, BANK.caller) as connection:
            for query, arguments in theirs.pop():
                await connection.fetch(query, *arguments)
        return BATCH

    return await side_by_side(name, "events/s", work, "its statements, bare asyncpg", peer, rounds=TURNS - 1)


async def bench_loans() -> list[Result]:
    policy = read_policy(Path(ROOT / "services/finance/policy.toml"))
    results = []
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(ground(("finance",)))
        owner: Any = await asyncpg.connect(place.url("finance_owner", "finance"))
        stack.push_async_callback(owner.close)
        await owner.execute("SELECT set_config('app.subject', 'bench', false)")
        pool = await stack.enter_async_context(await db.open_pool(place.url("finance_app", "finance"), 1))
        for name, quarters, said in SAID:
            loans = Loans(pool, policy)
            size = BATCH // len(said(""))
            await loans.open(owner, 2 * TURNS + 1, size, quarters)
            bodies = [json.dumps({"items": [e for _, no in each for e in said(no)]}) for each in loans.sets]
            await owner.execute("ANALYZE")
            results.append(await _compare(name, loans, bodies))
    return results
