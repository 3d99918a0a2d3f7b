"""Lists take the number that people know a thing by as well as its id."""

from typing import Any
from uuid import UUID

import pytest

from deploy.document import contracts
from services import NAMES
from tests.conftest import Door, House
from tests.integration.finance.acts import application, apply_for, seed_household
from tests.integration.rights.growth import OURS, furnish

COUNTY = "140927"
# Two tables in one list: what somebody looked at or exported, and what a grant let him see.
TOLD = {"/registry/v1/disclosures": 3, "/registry/v1/exits/preview": 0}
# Asked about one household, it is no list.
NO_LISTS = {"/registry/v1/exits/preview"}
# What the register holds of one household: where it is none of the caller's, it is not found, by id or number.
OF_ONE = {"/registry/v1/measures", "/registry/v1/exits/preview"}


def lists(service: str, number: str) -> list[str]:
    """Doors that take the number, as every one does that takes the id."""
    found = dict[str, set[str]]()
    for path, operations in contracts()[service]["paths"].items():
        parameters = operations.get("get", {}).get("parameters", [])
        found[path] = {p["name"] for p in parameters if p["in"] == "query"}
    by_id = {path for path, asked in found.items() if number.replace("_no", "_id") in asked}
    by_number = {path for path, asked in found.items() if number in asked}
    assert by_id - by_number <= NO_LISTS
    return sorted(by_number)


async def ask(door: Door, path: str, query: str) -> Any:
    return await door.call("GET", f"{path}?{query}", "county", COUNTY, on="2017-09-01")


@pytest.mark.parametrize("service", NAMES)
async def test_every_list_of_a_household_takes_its_number(house: House, service: str) -> None:
    door = await house.serve(service, "api")
    await furnish(house, service)
    for path in lists(service, "household_no"):
        by_number = await ask(door, path, f"household_no=x{OURS}")
        told = len(by_number.json().get("items", ()))
        assert (by_number.status_code, told) == (200, TOLD.get(path, 1)), (path, by_number.text)
        unknown = await ask(door, path, "household_no=A-999")
        assert unknown.status_code == 404 if path in OF_ONE else unknown.json() == {"items": [], "next": None}
        malformed = await ask(door, path, "household_no=%2A")
        assert (malformed.status_code, malformed.json()["errors"][0]["field"]) == (422, "household_no")
        if not path.endswith("/households"):
            both = await ask(door, path, f"household_no=x{OURS}&household_id={UUID(int=OURS)}")
            assert (both.status_code, both.json()["errors"][0]["field"]) == (422, "household_id")


async def test_a_loan_is_found_by_its_number_where_it_is_listed_held_and_booked(house: House) -> None:
    door = await house.serve("finance", "api")
    one, other = [(await apply_for(door, application(await seed_household(house))))[0] for _ in range(2)]
    owner = await house.owner("finance")
    for loan in (one, other):
        await owner.execute(
            "INSERT INTO loan_hold (id, loan_id, household_id, division, bank, kind, state, raised_on, raised_by,"
            " source_key, procedure_version, since_on, due_on) SELECT id, id, household_id, division, bank,"
            " 'misuse_suspected', 'raised', now(), 'a', id::text, 1, now(), now() FROM loan"
            " WHERE id = $1",
            UUID(loan["id"]),
        )
    places = ["/finance/v1/holds", "/finance/v1/ledger/entries", "/finance/v1/loans"]
    assert lists("finance", "loan_no") == places
    (loan,) = (await ask(door, "/finance/v1/loans", f"loan_no={one['loan_no']}")).json()["items"]
    assert (loan["id"], loan["loan_no"]) == (one["id"], one["loan_no"])
    (hold,) = (await ask(door, "/finance/v1/holds", f"loan_no={one['loan_no']}")).json()["items"]
    assert (hold["loan_id"], hold["sentence_zh"]) == (one["id"], "贷款疑似未按用途使用。")
    for path in places:
        assert (await ask(door, path, "loan_no=140999-2017-999999")).json()["items"] == []
        assert (await ask(door, path, "loan_no=A")).json()["errors"][0]["field"] == "loan_no"
    neither = await ask(door, "/finance/v1/ledger/entries", "")
    assert (neither.status_code, neither.json()["errors"][0]["field"]) == (422, "loan_id")
