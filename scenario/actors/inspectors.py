"""Inspectors from outside: they go to the households of a list that the county draws in a month, and at the year's end
they draw exits and doors outside the register themselves.
"""

from collections.abc import Callable, Mapping
from typing import Any

from scenario.actors import county
from scenario.actors.patience import named, send
from scenario.actors.townships import officer
from scenario.api import Api, Who

INSPECTOR = Who("inspector", "auditor", county.COUNTY)
SAMPLES = "/registry/v1/rate-samples"
SEED = "2017-12-31"
LISTS, INSPECTIONS, SUSPICIONS = "/registry/v1/inspection-lists", "/registry/v1/inspections", "/registry/v1/suspicions"


async def draw(api: Api, exited: int, outside: int) -> list[dict[str, Any]]:
    """The lines of the year's sample, by id."""
    body = {"id": named("sample", SEED), "seed": SEED, "exited": exited, "outside": outside}
    sample = await api.post(INSPECTOR, SAMPLES, body)
    return [line async for line in api.pages(INSPECTOR, f"{SAMPLES}/lines?sample_id={sample['id']}")]


async def look(api: Api, lines: list[dict[str, Any]], sound: Callable[[dict[str, Any]], bool]) -> None:
    """`sound`: whether all is there as the register says, or leaves out."""
    said = [{"id": line["id"], "sound": sound(line), "evidence": "visit"} for line in lines]
    await send(api, INSPECTOR, f"{SAMPLES}/findings", said)


async def draw_list(api: Api, seed: str) -> None:
    """As many as the policy lets; another person of the county confirms it."""
    one = named("inspections", seed)
    await api.post(county.PLANNER, LISTS, {"id": one, "seed": seed})
    await send(api, county.DECIDER, f"{LISTS}/confirmations", [{"id": one, "confirmed": True}])


async def go(api: Api, numbers: Mapping[str, str], see: Callable[[str], str | None]) -> None:
    """`see`: what is otherwise than the register says, by household number; None where all is as it says. Who has no
    number here is not at home, and waits.
    """
    items = []
    async for line in api.pages(INSPECTOR, f"{INSPECTIONS}?state=open"):
        if line["household_id"] not in numbers:
            continue
        wrong_in = see(numbers[line["household_id"]])
        items.append({"id": line["id"], "sound": wrong_in is None, "wrong_in": wrong_in, "evidence": "visit"})
    await send(api, INSPECTOR, f"{INSPECTIONS}/results", items)


async def look_again(api: Api, township: str, is_so: Callable[[str], bool]) -> None:
    """What inspectors found is seen by a second pair of eyes."""
    path = f"{SUSPICIONS}?state=open&code=inspected"
    items = [
        {"id": case["id"], "so": is_so(case["household_id"]), "evidence": "visit"}
        async for case in api.pages(officer(township), path)
    ]
    await send(api, officer(township), f"{SUSPICIONS}/looks", items)


async def settle(api: Api) -> list[str]:
    """The county lays them before the rule; the households of which the record is to be put right."""
    path = f"{SUSPICIONS}?state=looked_into&code=inspected"
    items = [{"id": case["id"], "confirmed": True} async for case in api.pages(county.DECIDER, path)]
    await send(api, county.DECIDER, f"{SUSPICIONS}/settlements", items)
    upheld = api.pages(county.DECIDER, f"{SUSPICIONS}?state=upheld&code=inspected")
    return [case["household_id"] async for case in upheld]
