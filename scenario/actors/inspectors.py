"""Inspectors from outside: they draw this year's exits and doors outside the register, and go to each."""

from collections.abc import Callable
from typing import Any

from scenario.actors import county
from scenario.actors.patience import named, send
from scenario.api import Api, Who

INSPECTOR = Who("inspector", "auditor", county.COUNTY)
SAMPLES = "/registry/v1/rate-samples"
SEED = "2017-12-31"


async def draw(api: Api, exited: int, outside: int) -> list[dict[str, Any]]:
    """The lines of the year's sample, by id."""
    body = {"id": named("sample", SEED), "seed": SEED, "exited": exited, "outside": outside}
    sample = await api.post(INSPECTOR, SAMPLES, body)
    return [line async for line in api.pages(INSPECTOR, f"{SAMPLES}/lines?sample_id={sample['id']}")]


async def look(api: Api, lines: list[dict[str, Any]], sound: Callable[[dict[str, Any]], bool]) -> None:
    """`sound`: whether all is there as the register says, or leaves out."""
    said = [{"id": line["id"], "sound": sound(line), "evidence": "visit"} for line in lines]
    await send(api, INSPECTOR, f"{SAMPLES}/findings", said)
