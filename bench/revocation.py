"""A lost phone's token, from the gateway's answer to its revocation until the last service refuses it, at rest.

`shenchi up` in a process of its own. Each service is asked on its own port, behind the gateway, which refuses at once.
"""

import asyncio
import statistics
import time

import httpx

from bench.ground import Result, wanted_bus
from bench.latency import system
from deploy.local.issuer import development_token, signing_key
from deploy.local.state import State
from services import NAMES

PHONES, WARM_UP = 30, 3
LOOK_EVERY_S, LONGEST_SECONDS = 0.01, 180
# What the doors' contract promises.
PROMISED_MS = 1000


async def until_refused(client: httpx.AsyncClient, address: str, headers: dict[str, str]) -> float:
    while (await client.get(address, headers=headers)).status_code != httpx.codes.UNAUTHORIZED:
        await asyncio.sleep(LOOK_EVERY_S)
    return time.perf_counter()


async def revoke(client: httpx.AsyncClient, state: State, phone: int) -> list[float]:
    """Milliseconds until each service refused it."""
    key = signing_key(state.folder)
    lost, county = (
        {"Authorization": f"Bearer {development_token(key, subject, role, area)}"}
        for subject, role, area in ((f"phone-{phone}", "team", "140927200201"), ("bench", "county", "140927"))
    )
    doors = [f"http://127.0.0.1:{state.ports[name]}/{name}/v1/tasks" for name in NAMES]
    for door in doors:
        (await client.get(door, headers=lost)).raise_for_status()
    gateway = f"http://127.0.0.1:{state.ports['gateway']}/revocations"
    body = {"subject": f"phone-{phone}", "reason": "lost_device"}
    (await client.post(gateway, headers=county, json=body)).raise_for_status()
    answered = time.perf_counter()
    refused = await asyncio.gather(*(until_refused(client, door, lost) for door in doors))
    return [1000 * (at - answered) for at in refused]


async def bench_revocation() -> list[Result]:
    """Prints what has no peer: the slowest of all."""
    bus = wanted_bus()
    async with asyncio.timeout(LONGEST_SECONDS), system(bus) as state, httpx.AsyncClient(timeout=10) as client:
        took = [await revoke(client, state, phone) for phone in range(WARM_UP + PHONES)][WARM_UP:]
    last = [max(each) for each in took]
    print(f"{len(last)} lost phones over {bus}; the slowest {max(last):.0f} ms")
    ours = statistics.median(last)
    return [Result(f"lost phone refused by all, p50, {bus}", "ms, less is better", ours, "as promised", PROMISED_MS)]
