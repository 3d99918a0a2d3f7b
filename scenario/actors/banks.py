"""A bank's core system: reads which loans the county found eligible, and posts what happens to them.

It computes interest by itself (actual days / 360, half up), as banks do, and sends some messages in the wrong order.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from scenario.api import Api, Who

RATE_PPM = {12: 43_500, 36: 47_500}  # benchmark rates from 2015-10-24, to one year and to five


@dataclass(frozen=True, slots=True)
class Bank:
    name: str

    @property
    def who(self) -> Who:
        return Who(f"bank-{self.name}", "bank", "", self.name)


def _draw(loan: dict[str, Any], what: str) -> float:
    """A bank's private fate of a loan, 0 to 1, the same at every run: by its id, as numbers go by arrival."""
    return int.from_bytes(hashlib.sha256(f"{loan['id']}/{what}".encode()).digest()[:4], "big") / 2**32


def rate_ppm(term_months: int) -> int:
    return next(rate for months, rate in sorted(RATE_PPM.items()) if term_months <= months)


def interest_fen(principal_fen: int, rate: int, start_on: date, end_on: date) -> int:
    """Half-open period; the drawing day counts, the last day does not."""
    return (principal_fen * rate * (end_on - start_on).days * 2 + 360_000_000) // 720_000_000


async def _loans(api: Api, bank: Bank, *states: str) -> list[dict[str, Any]]:
    found = []
    for state in states:
        found += [x async for x in api.pages(bank.who, f"/finance/v1/loans?state={state}&bank={bank.name}")]
    return found


def _event(loan: dict[str, Any], kind: str, day: date, **fields: Any) -> dict[str, Any]:
    serial = f"{loan['loan_no']}-{kind}-{day.isoformat()}"
    return {"serial": serial, "kind": kind, "loan_no": loan["loan_no"], "occurred_on": day.isoformat()} | fields


async def lend(api: Api, bank: Bank, day: date) -> None:
    """Decide what the county approved, and pay out the same day."""
    events = []
    for loan in await _loans(api, bank, "approved"):
        if _draw(loan, "credit") < 0.003:
            events.append(_event(loan, "decision", day, approved=False, reason="credit"))
            continue
        decision = _event(loan, "decision", day, approved=True)
        paid = _event(loan, "disbursement", day, amount_fen=loan["amount_fen"], rate_ppm=rate_ppm(loan["term_months"]))
        crossed = _draw(loan, "order") < 0.05
        events += [paid, decision] if crossed else [decision, paid]
    if events:
        await api.batches(bank.who, "/finance/v1/bank/events", events)


async def settle_interest(api: Api, bank: Bank, settled_to: date, previous: date) -> None:
    """On the 20th of a quarter's last month: the half-open period up to the 21st."""
    events = []
    for loan in await _loans(api, bank, "disbursed", "overdue"):
        start = max(previous, date.fromisoformat(loan["disbursed_on"]))
        if start >= settled_to:
            continue
        amount = interest_fen(loan["principal_fen"], loan["rate_ppm"], start, settled_to)
        day = settled_to - timedelta(days=1)
        events.append(
            _event(
                loan, "interest_settled", day, amount_fen=amount, period_start_on=start.isoformat(),
                period_end_on=settled_to.isoformat(),
            )
        )  # fmt: skip
        if _draw(loan, "late") < 0.015:
            events.append(_event(loan, "overdue", day, amount_fen=amount))
    if events:
        await api.batches(bank.who, "/finance/v1/bank/events", events)
        again = events[: max(1, len(events) // 50)]  # a core system that lost an answer sends it again
        await api.batches(bank.who, "/finance/v1/bank/events", again)


async def take_repayments(api: Api, bank: Bank, day: date) -> None:
    """A few pay back early, in part or whole; the whole ones are settled."""
    events = []
    for loan in await _loans(api, bank, "disbursed"):
        fate = _draw(loan, "early")
        if fate < 0.02:
            events.append(_event(loan, "repayment", day, amount_fen=loan["principal_fen"]))
            events.append(_event(loan, "settled", day))
        elif fate < 0.05:
            events.append(_event(loan, "repayment", day, amount_fen=loan["principal_fen"] // 10))
    if events:
        await api.batches(bank.who, "/finance/v1/bank/events", events)
