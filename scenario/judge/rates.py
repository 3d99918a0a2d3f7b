"""The official error rates as the inspector's sample tells them, to stand beside the truth."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from scenario.api import Api
from scenario.judge.homes import allocations
from scenario.judge.targets import JUDGE
from scenario.judge.truth import Truth, members_on, truly_out_of_poverty

SAMPLES = "/registry/v1/rate-samples"
MILLION = 1_000_000
ROWS = {
    "wrong_exit_rate_sampled": "wrong_exits", "missed_rate_sampled": "missed",
    "composite_incidence_sampled": "composite_incidence",
}  # fmt: skip


async def rates(api: Api, truth: Truth, numbers: dict[str, str]) -> list[dict[str, Any]]:
    """What the sample says with its intervals, and what the composite incidence truly is."""
    drawn = [sample async for sample in api.pages(JUDGE, SAMPLES)]
    if not drawn:
        return []
    sample = await api.get(JUDGE, f"{SAMPLES}/{drawn[0]['id']}")
    rows = [{"code": code} | _parts(sample[name]) for code, name in ROWS.items()]
    people = sample["poor_people"] + await _wrongly_out(api, truth, numbers) + await _missed(api, truth)
    true = round(people / sample["rural_people"], 6)
    return [*rows, {"code": "composite_incidence", "value": true, "low": None, "high": None}]


def _parts(told: dict[str, Any]) -> dict[str, float | None]:
    names = {"value": "share_ppm", "low": "low_ppm", "high": "high_ppm"}
    return {name: None if told[of] is None else told[of] / MILLION for name, of in names.items()}


async def _wrongly_out(api: Api, truth: Truth, numbers: dict[str, str]) -> int:
    """People of households whose exit was announced and that truly do not meet what is asked."""
    moved = {a["household_id"]: a["moved_in_on"] for a in await allocations(api) if a["moved_in_on"]}
    people = 0
    async for case in api.pages(JUDGE, "/registry/v1/exits?state=announced"):
        no, on = numbers[case["household_id"]], case["announced_on"]
        if not truly_out_of_poverty(truth, no, on, moved=moved.get(case["household_id"], "9999") <= on):
            people += members_on(truth, no, on)
    return people


async def _missed(api: Api, truth: Truth) -> int:
    """People who are poor and whom no application brought into the register."""
    entered = {case["id"] async for case in api.pages(JUDGE, "/registry/v1/identifications?state=entered")}
    left = [p for p in truth.unregistered if str(uuid5(NAMESPACE_URL, f"identification/{p['key']}")) not in entered]
    return sum(int(poor["members"]) for poor in left)
