"""Whoever asks finds every document that changed a figure of any service, the newest first."""

from tests.conftest import House
from tests.integration.shared.test_policy_changes import change, confirm, propose

PATH = "/policy-library"


async def test_what_services_say_of_their_policy_stands_in_the_library(house: House) -> None:
    gateway = await house.serve("gateway")
    registry, finance = await house.serve("registry"), await house.serve("finance")
    line = change()
    await propose(registry, line)
    assert (await gateway.call("GET", PATH, "villager")).json()["items"] == []
    await confirm(registry, line["id"])

    async def heard(count: int) -> bool:
        return len((await gateway.call("GET", PATH, "villager")).json()["items"]) == count

    await house.settled(lambda: heard(1))
    term = change({"code": "longest_term_months", "value": 60, "effective_from": "2017-07-01"})
    await propose(finance, term, of="finance")
    await confirm(finance, term["id"], of="finance")
    await house.settled(lambda: heard(2))
    for role in ("villager", "helper", "bank", "entity", "subscriber", "county"):
        found = (await gateway.call("GET", PATH, role)).json()["items"]
        assert [(n["service"], n["change_id"]) for n in found] == [("finance", term["id"]), ("registry", line["id"])]
    newest = found[0]
    assert (newest["codes"], newest["effective_from"], newest["confirmed_on"]) == (
        ["longest_term_months"], "2017-07-01", "2017-12-01",
    )  # fmt: skip
    assert (newest["document_no"], newest["issuer"]) == (term["document_no"], term["issuer"])
    first = (await gateway.call("GET", f"{PATH}?limit=1", "villager")).json()
    rest = (await gateway.call("GET", f"{PATH}?limit=1&cursor={first['next']}", "villager")).json()
    assert [n["change_id"] for n in first["items"] + rest["items"]] == [term["id"], line["id"]]
    assert (await gateway.client.get(PATH)).status_code == 401
