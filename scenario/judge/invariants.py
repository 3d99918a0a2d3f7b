"""What must hold whatever the year brought. Each answers with what it counted."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from scenario.api import SERVICES, Api
from scenario.judge import borrowers, draws, earnings, hardship, helpers, homes, marriages, sheets, sources
from scenario.judge.targets import JUDGE
from services import NAMES

NOTICE_DAYS = 7
STEPS = ("proposed", "reviewed", "checked", "consented", "noticed", "township_checked", "approved", "announced")
OPEN = ("approved", "granted", "disbursed", "overdue")
Finding = tuple[bool, str]


async def ledger_balances(api: Api, _state: Path) -> Finding:
    trial = await api.get(JUDGE, "/finance/v1/ledger/trial-balance")
    holds = trial["balanced"] and trial["debit_fen"] == trial["credit_fen"] > 0
    return holds, f"debits {trial['debit_fen']} fen, credits {trial['credit_fen']} fen"


async def exits_complete(api: Api, _state: Path) -> Finding:
    """Every announced exit: all steps in order, by date and by different persons, consent, notice, decision."""
    cases = [c["id"] async for c in api.pages(JUDGE, "/registry/v1/exits?state=announced")]
    turn = asyncio.Semaphore(8)

    async def incomplete(case: str) -> str:
        async with turn:
            return _incomplete(await api.get(JUDGE, f"/registry/v1/exits/{case}"))

    wrong = [w for w in await asyncio.gather(*(incomplete(c) for c in cases)) if w]
    return bool(cases) and not wrong, f"{len(cases)} exits, {len(wrong)} incomplete {Counter(wrong).most_common(3)}"


def _incomplete(case: dict[str, Any]) -> str:
    steps = {s["step"]: s for s in case["steps"] if s["outcome"] == "passed"}
    if missing := [name for name in STEPS if name not in steps]:
        return f"no {missing[0]}"
    days = [date.fromisoformat(steps[name]["acted_on"]) for name in STEPS]
    if days != sorted(days):
        return "out of order"
    if days[STEPS.index("township_checked")] - days[STEPS.index("noticed")] < timedelta(days=NOTICE_DAYS):
        return "notice too short"
    pairs = (
        ("proposed", "reviewed"),
        ("proposed", "checked"),
        ("township_checked", "approved"),
        ("approved", "announced"),
    )
    if any(steps[a]["acted_by"] == steps[b]["acted_by"] for a, b in pairs):
        return "checked by its maker"
    return "" if case["decision_id"] else "no decision"


async def facts_all_arrive(api: Api, _state: Path) -> Finding:
    """Emitted = published = applied, at every consumer."""
    flows = {s: await api.get(JUDGE, f"/{s}/v1/operations/flow") for s in SERVICES}
    emitted = {topic: n for flow in flows.values() for topic, n in flow["emitted"].items()}
    unequal = [s for s, f in flows.items() if f["emitted"] != f["published"]]
    late = [f"{s}:{t}" for s, f in flows.items() for t, n in f["applied"].items() if emitted.get(t) != n]
    return bool(emitted) and not unequal and not late, f"emitted {emitted}; unpublished {unequal}; not applied {late}"


async def journal_is_announced(api: Api, state: Path) -> Finding:
    """The subscriber's journal holds exactly the announced exits, each once, in the feed's order per key."""
    feed = [i["event"] async for i in api.pages(JUDGE, "/feed/exits")]
    path = state / "subscriber.jsonl"
    journal = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    announced = {c["household_id"] async for c in api.pages(JUDGE, "/registry/v1/exits?state=announced")}
    told = [e["data"]["household_id"] for e in journal if e["type"].startswith("county.household_exited")]
    same = _by_key(feed) == _by_key(journal) and len(told) == len(set(told)) and set(told) == announced
    return same and bool(told), f"{len(announced)} exits announced, {len(told)} told, {len(journal)} in the journal"


def _by_key(events: list[dict[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for event in events:
        found.setdefault(event["data"].get("household_id") or event["data"]["division"], []).append(event["id"])
    return found


async def one_open_loan(api: Api, _state: Path) -> Finding:
    counts = Counter([x["household_id"] async for x in api.pages(JUDGE, "/finance/v1/loans") if x["state"] in OPEN])
    second = [h for h, n in counts.items() if n > 1]
    return not second, f"{len(counts)} households with an open loan, {len(second)} with a second"


async def settled_once(api: Api, _state: Path) -> Finding:
    """No two interest settlements of a loan share a day."""
    periods: dict[str, list[tuple[str, str]]] = {}
    async for event in api.pages(JUDGE, "/finance/v1/bank/events?state=applied"):
        if event["kind"] == "interest_settled":
            periods.setdefault(event["loan_no"], []).append((event["period_start_on"], event["period_end_on"]))
    twice = [n for n, found in periods.items() if any(b[0] < a[1] for a, b in pairwise(sorted(found)))]
    return not twice, f"{sum(map(len, periods.values()))} settlements, {len(twice)} loans settled twice"


async def decisions_replay(api: Api, _state: Path) -> Finding:
    replays = {s: await api.get(JUDGE, f"/{s}/v1/operations/replay") for s in NAMES}
    count = sum(r["replayed"] for r in replays.values())
    different = sum(r["different_count"] for r in replays.values())
    return count > 0 and different == 0, f"{count} decisions replayed, {different} came out otherwise"


INVARIANTS: dict[str, Callable[[Api, Path], Awaitable[Finding]]] = {
    "ledger_balances": ledger_balances,
    "exits_complete": exits_complete,
    "exits_on_two_sources": sources.two_sources,
    "sheets_add_up": sheets.sheets_add_up,
    "emitted_published_applied": facts_all_arrive,
    "journal_is_announced_exits": journal_is_announced,
    "one_open_loan_per_household": one_open_loan,
    "borrowers_may_borrow": borrowers.of_age_in_household,
    "no_settlement_twice": settled_once,
    "decisions_replay": decisions_replay,
    "returns_are_confirmed": hardship.returns_confirmed,
    "marriages_told": marriages.marriages_told,
    "one_home_per_household": homes.one_home,
    "area_within_cap": homes.within_cap,
    "flats_given_once": homes.flats_given_once,
    "draws_can_be_rerun": draws.draws_rerun,
    "payouts_all_answered": earnings.payouts_answered,
    "nobody_paid_twice": earnings.paid_once,
    "one_helper_at_any_moment": helpers.one_helper,
    "scores_are_their_lines": helpers.scores_add_up,
}


async def invariants(api: Api, state: Path) -> list[dict[str, Any]]:
    found = []
    for code, check in INVARIANTS.items():
        holds, detail = await check(api, state)
        found.append({"code": code, "holds": holds, "detail": detail})
    return found
