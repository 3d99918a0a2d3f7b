"""The official error rates as the inspector's sample tells them, to stand beside the truth."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from scenario.api import Api
from scenario.judge.homes import allocations
from scenario.judge.targets import JUDGE
from scenario.judge.truth import Records, Truth, members_on, truly_out_of_poverty

SAMPLES = "/registry/v1/rate-samples"
MILLION = 1_000_000
ROWS = {
    "wrong_exit_rate_sampled": "wrong_exits", "missed_rate_sampled": "missed",
    "composite_incidence_sampled": "composite_incidence",
}  # fmt: skip


class Judged(NamedTuple):
    """An exit that was announced: of which household, on which day, and whether it truly did not meet what is asked."""

    household_no: str
    on: str
    wrong: bool


async def announced(api: Api, truth: Truth, numbers: dict[str, str]) -> list[Judged]:
    """The exits of 2017. `numbers`: household number by id."""
    moved = {a["household_id"]: a["moved_in_on"] for a in await allocations(api) if a["moved_in_on"]}
    found = []
    async for case in api.pages(JUDGE, "/registry/v1/exits?state=announced"):
        no, on = numbers[case["household_id"]], case["announced_on"]
        lives_there = moved.get(case["household_id"], "9999") <= on
        found.append(Judged(no, on, not truly_out_of_poverty(truth, no, on, moved=lives_there)))
    return found


async def left_out(api: Api, truth: Truth) -> tuple[int, Records]:
    """How many households are outside the register, and the poor among them, whom no application brought into it."""
    entered = {case["id"] async for case in api.pages(JUDGE, "/registry/v1/identifications?state=entered")}
    missed = [p for p in truth.unregistered if str(uuid5(NAMESPACE_URL, f"identification/{p['key']}")) not in entered]
    return truth.rural_outside - len(entered), missed


async def rates(api: Api, truth: Truth, exits: Sequence[Judged], missed: Records) -> list[dict[str, Any]]:
    """What the sample says with its intervals, and what the composite incidence truly is."""
    drawn = [sample async for sample in api.pages(JUDGE, SAMPLES)]
    if not drawn:
        return []
    sample = await api.get(JUDGE, f"{SAMPLES}/{drawn[0]['id']}")
    rows = [{"code": code} | _parts(sample[name]) for code, name in ROWS.items()]
    people = sample["poor_people"] + sum(int(poor["members"]) for poor in missed)
    people += sum(members_on(truth, one.household_no, one.on) for one in exits if one.wrong)
    true = round(people / sample["rural_people"], 6)
    return [*rows, {"code": "composite_incidence", "value": true, "low": None, "high": None}]


def _parts(told: dict[str, Any]) -> dict[str, float | None]:
    names = {"value": "share_ppm", "low": "low_ppm", "high": "high_ppm"}
    return {name: None if told[of] is None else told[of] / MILLION for name, of in names.items()}
