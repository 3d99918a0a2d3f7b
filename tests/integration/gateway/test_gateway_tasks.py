"""What waits for a caller in all services, through the gateway."""

from tests.conftest import free_port
from tests.integration.gateway.conftest import Street
from tests.integration.registry.test_exits import proposed, ready_household
from tests.integration.registry.test_households import VILLAGE

OTHERS = ("relocation", "industry", "assessment")


async def test_one_list_of_all_services_and_who_is_away_is_named(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    others = {name: (await street.house.listen(name, "api")).address for name in OTHERS}
    door = await street.gateway(registry.address, f"http://127.0.0.1:{free_port()}", others=others)
    await door.call("PUT", "/clock", "county", json={"business_date": "2017-10-10"})
    cases = [await proposed(registry, await ready_household(street.house, registry)) for _ in range(3)]
    seen, cursor = list[str](), ""
    for _ in range(3):
        answer = await door.call(
            "GET", "/tasks", "village", VILLAGE, subject="chair", params={"cursor": cursor, "limit": 2}
        )
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert [(w["service"], w["code"]) for w in page["warnings"]] == [("finance", "shared.unavailable")]
        seen += [t["id"] for t in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert sorted(seen) == sorted(cases)
    assert seen == sorted(seen)
    crooked = await door.call("GET", "/tasks", "village", VILLAGE, params={"cursor": "yesterday"})
    assert crooked.json()["code"] == "shared.cursor_invalid"
