"""One household across the services."""

import asyncio
import json
from uuid import uuid4

from gateway.passport.rules import DOSSIERS, part_name
from tests.conftest import free_port
from tests.integration.gateway.conftest import Street, answer, read_head
from tests.integration.registry.test_households import VILLAGE, seed_household, statement

OTHERS = ("relocation", "industry", "assessment")
PARTS = [part_name(service, name) for service, names in DOSSIERS.items() for name in names]


async def test_a_passport_shows_what_the_services_have(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    finance = await street.house.listen("finance", "api")
    others = {name: (await street.house.listen(name, "api")).address for name in OTHERS}
    door = await street.gateway(registry.address, finance.address, others=others)
    await door.call("PUT", "/clock", "county", json={"business_date": "2017-06-01"})
    household_id = await seed_household(street.house)
    items = {"items": [statement(household_id)]}
    await door.call("POST", "/registry/v1/households/incomes", "helper", VILLAGE, json=items)
    got = (await door.call("GET", f"/passport/{household_id}", "village", VILLAGE)).json()
    assert (got["household_id"], got["business_date"]) == (str(household_id), "2017-06-01")
    assert got["household"]["status"] == 200
    assert got["household"]["body"]["incomes"][0]["net_income_fen"] == 400_000
    for part in PARTS:
        expected = {"status": 200, "body": []} if part.endswith("_decisions") else None
        assert got[part] == (expected or {"status": 200, "body": got[part]["body"]}), part
    for name in ("relocation", "allocations", "payouts", "agreements", "posts", "certificates", "helpers", "visits"):
        assert got[name]["body"]["items"] == [], name
    assert got["warnings"] == []


async def test_finance_down_leaves_its_parts_and_a_warning(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    others = dict.fromkeys(OTHERS, registry.address)
    door = await street.gateway(registry.address, f"http://127.0.0.1:{free_port()}", others=others)
    household_id = await seed_household(street.house)
    answered = await door.call("GET", f"/passport/{household_id}", "village", VILLAGE)
    got = answered.json()
    assert answered.status_code == 200
    assert got["household"]["body"]["id"] == str(household_id)
    assert got["loans"] == got["finance_decisions"] == {"unavailable": True}
    assert [w["part"] for w in got["warnings"]] == ["loans", "finance_decisions"]


async def test_what_no_service_stands_behind_is_unavailable(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address)
    household_id = await seed_household(street.house)
    got = (await door.call("GET", f"/passport/{household_id}", "village", VILLAGE)).json()
    away = [part_name(service, name) for service in DOSSIERS if service != "registry" for name in DOSSIERS[service]]
    assert [w["part"] for w in got["warnings"]] == away
    assert all(got[name] == {"unavailable": True} for name in away)


async def test_what_the_registry_does_not_show_has_no_passport(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address)
    household_id = await seed_household(street.house)
    elsewhere = await door.call("GET", f"/passport/{household_id}", "township", "140927201")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "shared.not_found")
    assert elsewhere.headers["content-type"].startswith("application/problem+json")
    assert (await door.call("GET", f"/passport/{uuid4()}", "county")).status_code == 404
    assert (await door.call("GET", f"/passport/{household_id}", "bank", "", bank="abc")).status_code == 403
    assert (await door.call("GET", "/passport/1", "county")).status_code == 422
    assert (await door.client.get(f"/passport/{household_id}")).status_code == 401


async def test_another_households_line_is_never_shown_and_all_are_asked_at_once(street: Street) -> None:
    household_id, other = str(uuid4()), str(uuid4())
    waiting = 0
    everyone = asyncio.Event()

    async def lists(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal waiting
        await read_head(reader)
        waiting += 1
        if waiting == len(DOSSIERS):
            everyone.set()
        await everyone.wait()
        items = [{"household_id": household_id}, {"household_id": other}]
        names = {name for names in DOSSIERS.values() for name in names}
        writer.write(answer(json.dumps({name: {"items": items, "next": None} for name in names}).encode()))
        await reader.read()

    address = await street.upstream(lists)
    door = await street.gateway(address, address, others=dict.fromkeys(OTHERS, address))
    async with asyncio.timeout(5):
        got = (await door.call("GET", f"/passport/{household_id}", "county")).json()
    for part in PARTS:
        assert got[part]["body"]["items"] == [{"household_id": household_id}]
    assert other not in json.dumps(got)
