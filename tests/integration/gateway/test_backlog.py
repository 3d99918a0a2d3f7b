"""What is on its way between services, in one answer of the gateway."""

from tests.conftest import free_port
from tests.integration.gateway.conftest import Street
from tests.integration.registry.test_exits import proposed, ready_household

OTHERS = ("relocation", "industry", "assessment")


async def test_one_answer_of_all_services_says_whether_anything_is_on_its_way(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    others = {name: (await street.house.listen(name)).address for name in OTHERS}
    finance = await street.house.listen("finance")
    door = await street.gateway(registry.address, finance.address, others=others)
    await door.call("PUT", "/clock", "county", json={"business_date": "2017-10-10"})
    await proposed(registry, await ready_household(street.house, registry))

    answer = await door.call("GET", "/backlog", "county")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [s["service"] for s in told["services"]] == ["gateway", *sorted((*OTHERS, "finance", "registry"))]
    assert not told["at_rest"], "nobody publishes what the registry has emitted"
    assert next(s for s in told["services"] if s["service"] == "registry")["outbox_rows"] > 0

    for name in ("registry", "gateway"):
        await street.house.listen(name, "worker")
    told = (await door.call("GET", "/backlog", "auditor", params={"wait_seconds": 20})).json()
    assert told["at_rest"], told["services"]


async def test_a_service_that_is_away_is_named_and_nothing_is_said_to_rest(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address, f"http://127.0.0.1:{free_port()}")
    told = (await door.call("GET", "/backlog", "county")).json()
    assert (told["at_rest"], [(w["service"], w["code"]) for w in told["warnings"]]) == (
        False,
        [("finance", "shared.unavailable")],
    )
    assert (await door.call("GET", "/backlog", "village", "140927100201")).status_code == 403
