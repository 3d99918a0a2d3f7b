"""What one request breaks costs no other request anything."""

import asyncio

import pytest

from shared.ground.problems import Problem
from tests.integration.gateway.conftest import Street

OTHERS = 60


async def test_a_door_that_raises_fails_no_request_of_another_caller(
    street: Street, capfd: pytest.CaptureFixture[str]
) -> None:
    finance = await street.house.listen("finance", "api")

    async def broken(name: str) -> None:
        raise RuntimeError(f"nothing is known of {name}")

    async def sound(body: dict[str, int]) -> dict[str, int]:
        if not body:
            raise Problem("shared.not_found")
        return body

    finance.app.add_api_route("/finance/v1/broken", broken)
    finance.app.add_api_route("/finance/v1/sound", sound, methods=["POST"])
    door = await street.gateway(finance=finance.address)

    async def post(n: int) -> int:
        return (await door.call("POST", "/finance/v1/sound", "helper", json={"n": n})).status_code

    async def fail() -> int:
        return (await door.call("GET", "/finance/v1/broken?name=Zhang-San", "county")).status_code

    done = await asyncio.gather(*(call for n in range(OTHERS) for call in (post(n), fail())))
    assert (set(done[::2]), set(done[1::2])) == ({200}, {500})
    said = [line for line in capfd.readouterr().out.splitlines() if "unexpected" in line]
    assert len(said) == OTHERS
    assert all("RuntimeError" in line and "in broken" in line and "Zhang-San" not in line for line in said)
