"""Too many requests, and when to come back."""

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


async def test_a_stranger_is_counted_by_address_and_costs_nobody_else(street: Street) -> None:
    door = await street.gateway(limits_factor=1)
    known = door.headers("county")
    assert (await door.client.get("/whoami", headers=known)).status_code == 200
    for path, headers in (("/whoami", {"Authorization": "Bearer nonsense"}), ("/docs", {})):
        answers = [await door.client.get(path, headers=headers) for _ in range(400)]
        assert answers[-1].status_code == 429
        assert answers[-1].json()["code"] == "gateway.limits.too_many"
        assert answers[-1].headers["retry-after"] == "1"
    assert (await door.client.get("/whoami", headers=known)).status_code == 200


async def test_behind_a_trusted_proxy_each_stranger_is_his_own(street: Street) -> None:
    door = await street.gateway(limits_factor=1, trusted_proxies=["127.0.0.0/8"])
    for n in range(400):  # what a caller puts before it changes nothing
        last = await door.client.get("/docs", headers={"X-Forwarded-For": f"203.0.113.{n % 250}, 198.51.100.1"})
    assert last.status_code == 429
    assert (await door.client.get("/docs", headers={"X-Forwarded-For": "198.51.100.2"})).status_code == 200
