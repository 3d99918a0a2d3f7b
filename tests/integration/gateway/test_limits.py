"""Too many requests, and when to come back."""

from itertools import cycle, islice

import httpx

from tests.conftest import Door
from tests.integration.gateway.conftest import Street


async def test_who_calls_too_often_is_told_when_to_come_back(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address, limits_factor=1)
    for path in ("/whoami", "/registry/v1/households"):
        headers = door.headers("villager", subject=f"li{path}")
        answers = [await door.client.get(path, headers=headers) for _ in range(80)]
        refused = [a for a in answers if a.status_code == 429]
        assert len(answers) - len(refused) >= 30
        assert refused[0].json()["code"] == "gateway.limits.too_many"
        assert refused[0].headers["retry-after"] == "1"
        assert (await door.call("GET", path, "villager", subject="wang")).status_code != 429


async def until_refused(door: Door, path: str, *each: dict[str, str]) -> httpx.Response:
    """By turns with the headers of `each`. The bucket fills up again while a slow machine empties it."""
    for headers in islice(cycle(each), 4_000):
        answer = await door.client.get(path, headers=headers)
        if answer.status_code == 429:
            return answer
    raise AssertionError(f"{path} was never refused")


async def test_a_stranger_is_counted_by_address_and_costs_nobody_else(street: Street) -> None:
    door = await street.gateway(limits_factor=1)
    known = door.headers("county")
    assert (await door.client.get("/whoami", headers=known)).status_code == 200
    for path, headers in (("/whoami", {"Authorization": "Bearer nonsense"}), ("/docs", {})):
        refused = await until_refused(door, path, headers)
        assert refused.json()["code"] == "gateway.limits.too_many"
        assert refused.headers["retry-after"] == "1"
    assert (await door.client.get("/whoami", headers=known)).status_code == 200


async def test_behind_a_trusted_proxy_each_stranger_is_his_own(street: Street) -> None:
    door = await street.gateway(limits_factor=1, trusted_proxies=["127.0.0.0/8"])
    # What a caller puts before it changes nothing.
    await until_refused(door, "/docs", *({"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.1"} for n in range(250)))
    assert (await door.client.get("/docs", headers={"X-Forwarded-For": "198.51.100.2"})).status_code == 200
