"""What must hold of help: a household has one helper at every moment, and a score is the sum of its lines."""

from itertools import pairwise
from pathlib import Path

from scenario.api import Api
from scenario.judge.targets import JUDGE, YEAR

Finding = tuple[bool, str]


async def one_helper(api: Api, _state: Path) -> Finding:
    """From the first pairing on: handed over without a gap, never two at once; the register has nobody unpaired."""
    spans: dict[str, list[tuple[str, str | None]]] = {}
    async for pairing in api.pages(JUDGE, "/assessment/v1/teams/pairings"):
        spans.setdefault(pairing["household_id"], []).append((pairing["starts_on"], pairing["ends_on"]))
    registered = {h["id"]: h["status"] async for h in api.pages(JUDGE, "/registry/v1/households")}
    unpaired = [h for h, status in registered.items() if status != "removed" and h not in spans]
    wrong = []
    for household_id, found in spans.items():
        found.sort(key=lambda span: span[0])
        seamless = all(before[1] == after[0] for before, after in pairwise(found))
        left = registered.get(household_id) == "removed"
        if not seamless or (found[-1][1] is None) == left:
            wrong.append(household_id)
    detail = f"{len(spans)} households paired, {len(unpaired)} never, {len(wrong)} with a gap or two at once"
    return bool(spans) and not unpaired and not wrong, detail


async def scores_add_up(api: Api, _state: Path) -> Finding:
    scores = [
        s
        for kind in ("unit", "helper")
        async for s in api.pages(JUDGE, f"/assessment/v1/scoring/scores?year={YEAR}&kind={kind}")
    ]
    wrong = [s for s in scores if s["points_x100"] != sum(line["points_x100"] for line in s["lines"])]
    beyond = [x for s in scores for x in s["lines"] if not 0 <= x["points_x100"] <= x["max_x100"]]
    detail = f"{len(scores)} scores, {len(wrong)} not the sum of their lines, {len(beyond)} lines out of bounds"
    return bool(scores) and not wrong and not beyond, detail
