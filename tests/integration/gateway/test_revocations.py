"""A lost phone's token dies at the gateway with the county's word, and in a service when it hears of it."""

from typing import Any

from tests.conftest import Door, House

LOST = {"subject": "li", "reason": "lost_device"}


def status_of(door: Door, path: str) -> Any:
    headers = door.headers("helper", "140927200201", subject="li")

    async def ask() -> int:
        return (await door.client.get(path, headers=headers)).status_code

    return ask


async def test_a_revoked_subjects_token_is_taken_nowhere(house: House) -> None:
    gateway = await house.serve("gateway")
    registry = await house.serve("registry")
    here = status_of(gateway, "/whoami")
    there = status_of(registry, "/registry/v1/households")
    assert (await here(), await there()) == (200, 200)
    answer = await gateway.call("POST", "/revocations", "county", json=LOST)
    assert answer.status_code == 201, answer.text
    assert await here() == 401

    async def dead() -> bool:
        return bool(await there() == 401)

    await house.settled(dead, 5)
    # Whoever logs in again, after the second of the revocation, is let in.
    rows = await house.rows("registry", "SELECT subject, not_before FROM revocation")
    assert [tuple(r) for r in rows] == [("li", answer.json()["not_before"])]
    shown = (await gateway.call("GET", "/revocations?subject=li", "auditor")).json()["items"]
    assert [(s["reason"], s["revoked_by"]) for s in shown] == [("lost_device", "test-county")]


async def test_another_process_hears_of_it_by_the_table(house: House) -> None:
    first, second = await house.serve("gateway", "api"), await house.serve("gateway", "api")
    asked = status_of(second, "/whoami")
    assert await asked() == 200
    await first.call("POST", "/revocations", "county", json=LOST)

    async def dead() -> bool:
        return bool(await asked() == 401)

    await house.settled(dead, 5)


async def test_only_the_county_takes_tokens_back(house: House) -> None:
    gateway = await house.serve("gateway", "api")
    for role in ("township", "village", "helper", "villager", "auditor", "subscriber"):
        assert (await gateway.call("POST", "/revocations", role, json=LOST)).status_code == 403, role
    # Another county's clerk locks nobody out here.
    other = await gateway.call("POST", "/revocations", "county", "140928", json=LOST)
    assert (other.status_code, other.json()["code"]) == (403, "shared.outside_area")
    assert await house.rows("gateway", "SELECT 1 FROM subject_revocation") == []
