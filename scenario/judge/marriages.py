"""What must hold of marriages: whoever truly married in or out did so in the register, on that day, and nobody else."""

from collections import Counter
from pathlib import Path

from scenario.api import Api
from scenario.judge.targets import JUDGE
from scenario.judge.truth import Marriage, read

Finding = tuple[bool, str]


async def marriages_told(api: Api, state: Path) -> Finding:
    """Of a household that was struck meanwhile nothing is told any more."""
    homes = {h["id"]: h async for h in api.pages(JUDGE, "/registry/v1/households")}
    numbers = {one: h["household_no"] for one, h in homes.items()}
    struck = {h["household_no"] for h in homes.values() if h["status"] == "removed"}
    told: Counter[Marriage] = Counter()
    for joins, path, day in ((True, "arrivals", "joined_on"), (False, "departures", "left_on")):
        async for case in api.pages(JUDGE, f"/registry/v1/households/{path}"):
            if case["state"] == "confirmed" and case["reason"] == ("marriage_in" if joins else "marriage_out"):
                told[Marriage(numbers[case["household_id"]], case[day], joins)] += 1
    true = Counter(read(state / "truth.jsonl.gz").marriages)
    invented = told - true
    untold = [m for m in true - told if m.no not in struck]
    came = sum(m.joins for m in told.elements())
    detail = f"{came} married in, {told.total() - came} out; {invented.total()} untrue, {len(untold)} not told"
    return bool(told) and not invented and not untold, detail
