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
