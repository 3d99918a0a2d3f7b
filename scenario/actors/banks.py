"""A bank's core system: reads which loans the county found eligible, and posts what happens to them.

It computes interest by itself (actual days / 360, half up), as banks do, and sends some messages in the wrong order;
some it types wrong and takes back, some it hears of late.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from scenario.api import Api, Who

CROSSED, SLIPS, LATE = 0.05, 0.01, 0.015  # of loans: told in the wrong order, typed wrong, overdue at a quarter's end
EARLY_WHOLE, EARLY_PART = 0.02, 0.05  # of loans: paid back early; those, and the ones paid back in part
HEARD_LATE = 0.3  # of early repayments, those that a branch tells its core system weeks later
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
        crossed = _draw(loan, "order") < CROSSED
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
        day = settled_to - timedelta(days=1)
        right = _interest(loan, day, start, settled_to)
        # A digit too many: the county asks, and does not book it.
        events.append(right | {"amount_fen": right["amount_fen"] * 10} if _slips(loan, day) else right)
        if _draw(loan, "late") < LATE:
            events.append(_event(loan, "overdue", day, amount_fen=right["amount_fen"]))
    if events:
        await api.batches(bank.who, "/finance/v1/bank/events", events)
        again = events[: max(1, len(events) // 50)]  # a core system that lost an answer sends it again
        await api.batches(bank.who, "/finance/v1/bank/events", again)


def _interest(loan: dict[str, Any], day: date, start: date, settled_to: date) -> dict[str, Any]:
    period = {"period_start_on": start.isoformat(), "period_end_on": settled_to.isoformat()}
    amount = interest_fen(loan["principal_fen"], loan["rate_ppm"], start, settled_to)
    return _event(loan, "interest_settled", day, amount_fen=amount, **period)


def _slips(loan: dict[str, Any], day: date) -> bool:
    return _draw(loan, f"slip/{day}") < SLIPS and _draw(loan, "early") >= EARLY_PART


async def correct_interest(api: Api, bank: Bank, settled_to: date, previous: date) -> None:
    """What was typed wrong at the quarter's end is taken back, and told as it is for its own day."""
    events, day = [], settled_to - timedelta(days=1)
    for loan in await _loans(api, bank, "disbursed", "overdue"):
        start = max(previous, date.fromisoformat(loan["disbursed_on"]))
        if start >= settled_to or not _slips(loan, day):
            continue
        right = _interest(loan, day, start, settled_to)
        events.append(_event(loan, "reversal", day, reverses=right["serial"]))
        events.append(right | {"serial": f"{right['serial']}-2"})
    if events:
        await api.batches(bank.who, "/finance/v1/bank/events", events)


async def take_repayments(api: Api, bank: Bank, day: date) -> None:
    """A few pay back early, in part or whole; the whole ones are settled. Of some parts a branch tells later."""
    events = []
    for loan in await _loans(api, bank, "disbursed"):
        fate = _draw(loan, "early")
        if fate < EARLY_WHOLE:
            events.append(_event(loan, "repayment", day, amount_fen=loan["principal_fen"]))
            events.append(_event(loan, "settled", day))
        elif fate < EARLY_PART and not _heard_late(loan):
            events.append(_event(loan, "repayment", day, amount_fen=loan["principal_fen"] // 10))
    if events:
        await api.batches(bank.who, "/finance/v1/bank/events", events)


def _heard_late(loan: dict[str, Any]) -> bool:
    return EARLY_WHOLE <= _draw(loan, "early") < EARLY_PART and _draw(loan, "heard") < HEARD_LATE


async def hear_of_repayments(api: Api, bank: Bank, day: date) -> None:
    """What a branch had not told: for its own day, when the quarter has been claimed."""
    late = [loan for loan in await _loans(api, bank, "disbursed") if _heard_late(loan)]
    events = [
        _event(loan, "repayment", day, amount_fen=loan["principal_fen"] // 10)
        for loan in late
        if loan["disbursed_on"] < day.isoformat()
    ]
    if events:
        await api.batches(bank.who, "/finance/v1/bank/events", events)
