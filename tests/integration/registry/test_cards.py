"""After the announcement a household gets its card, and one of its people signs for it, on paper or himself."""

from typing import Any
from uuid import UUID, uuid4

from tests.conftest import Door, House
from tests.integration.registry.test_identification import AREAS, VILLAGE, child, entered, person
from tests.integration.registry.test_registry_tasks import tasks
from tests.integration.registry.test_roster import seed_divisions

CARDS = "/registry/v1/households/cards"
SHEET = {"signature": "fingerprint", "scan_sha256": "e" * 64}


async def post(door: Door, path: str, role: str, *items: dict[str, Any], on: str = "2017-10-26", **of: Any) -> Any:
    area = AREAS.get(role, VILLAGE)
    answer = await door.call("POST", f"{CARDS}{path}", role, area, on=on, json={"items": list(items)}, **of)
    assert answer.status_code == 200, answer.text
    return [r["code"] for r in answer.json()["results"]]


async def people(house: House, home: str) -> tuple[str, str]:
    """References of its head and its child."""
    rows = await house.rows(
        "registry", "SELECT m.reference FROM member m JOIN member_fact f ON f.member_id = m.id"
        " WHERE m.household_id = $1 ORDER BY f.relation <> 'head'", UUID(home),
    )  # fmt: skip
    head, son = (r["reference"] for r in rows)
    return head, son


def card(home: str, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "household_id": home, "handed_on": "2017-10-25"} | changes


async def is_asked(door: Door, on: str) -> bool:
    asked = (await tasks(door, "village", VILLAGE, "clerk", on=on))["items"]
    return [t["step"] for t in asked if t["procedure"] == "registry.cards"] == ["handed_over"]


async def test_a_card_is_handed_over_against_a_signature_on_paper(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    home = await entered(door, person(1), child(3))
    head, son = await people(house, home)
    assert [await is_asked(door, on) for on in ("2017-10-30", "2017-10-31")] == [False, True]
    item = card(home, signed_by=head, **SHEET)
    early, late, minor = (
        item | {"id": str(uuid4())} | change
        for change in ({"handed_on": "2017-10-23"}, {"handed_on": "2017-10-27"}, {"signed_by": son})
    )
    half = card(home, signed_by=head)
    stranger, nobody = card(home, signed_by="f" * 16, **SHEET), card(str(uuid4()))
    assert await post(door, "", "village", early, late, minor, half, stranger, nobody, item, item) == [
        "registry.households.before_registration", "shared.future_date", "registry.cards.under_age",
        "shared.invalid_item", "registry.cards.not_in_household", "shared.not_found", None, None,
    ]  # fmt: skip
    assert await post(door, "", "village", item | {"handed_on": "2017-10-26"}, card(home)) == [
        "shared.content_differs", "registry.cards.has_card",
    ]  # fmt: skip
    assert not await is_asked(door, "2017-10-31")


async def test_one_of_the_household_receives_it_himself_and_reads_it_in_his_record(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    home = await entered(door, person(1), child(3))
    head, son = await people(house, home)
    item = card(home)
    assert await post(door, "", "team", item, subject="li") == [None]
    assert await is_asked(door, "2017-10-31"), "it waits until somebody signs for it"
    receipt = {"id": item["id"]}
    assert await post(door, "/receipts", "villager", receipt, person="nobody") == ["shared.not_found"]
    assert await post(door, "/receipts", "villager", receipt, person=son) == ["registry.cards.under_age"]
    for on in ("2017-10-26", "2017-10-28"):
        assert await post(door, "/receipts", "villager", receipt, person=head, on=on) == [None]
    assert not await is_asked(door, "2017-10-31")
    record = (
        await door.call("GET", f"/registry/v1/dossier/{home}", "villager", VILLAGE, person=head, on="2017-10-31")
    ).json()
    told = item | {"handed_by": "li", "signed_by": head, "signed_on": "2017-10-26", "signature": None,
                   "scan_sha256": None, "division": VILLAGE}  # fmt: skip
    assert record["cards"]["items"] == [told]
    listed = (await door.call("GET", CARDS, "villager", VILLAGE, person=head)).json()["items"]
    assert listed == [told]
    assert (await door.call("GET", CARDS, "villager", VILLAGE, person="nobody")).json()["items"] == []
