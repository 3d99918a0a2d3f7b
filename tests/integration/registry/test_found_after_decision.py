"""What was found so after the county's decision: the rule is asked once more before anything is announced."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_exits import TOWNSHIP, noticed, ready_household, step
from tests.integration.registry.test_findings import answer_of, answered, found


async def approved(house: House, door: Door) -> tuple[UUID, str]:
    household_id = await ready_household(house, door)
    exit_id = await noticed(door, household_id)
    one = {"id": exit_id}
    await step(door, "/township-checks", "township", one | {"confirmed": True}, area=TOWNSHIP, on="2017-10-18")
    (said,) = await step(door, "/decisions", "county", one, area="140927", on="2017-10-18", subject="decider")
    assert said["state"] == "approved"
    return household_id, exit_id


@pytest.mark.parametrize(
    ("code", "changes", "missing"),
    [
        ("house_unsafe", {"house_grade": "D"}, "housing"),
        ("school_dropout", {}, "education"),
        ("income_lower_than_stated", {}, "income"),
    ],
)
async def test_what_was_found_so_after_the_decision_is_not_announced(
    house: House, code: str, changes: dict[str, Any], missing: str
) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await approved(house, door)
    one = await found(house, door, household_id, code, date(2017, 10, 19))
    assert await answered(door, answer_of(one, so=True, **changes), on="2017-10-20") == [(None, "so")]
    case = {"id": exit_id}
    (said,) = await step(door, "/announcements", "county", case, area="140927", on="2017-10-21", subject="last")
    assert (said["code"], said["state"]) == ("registry.exits.criteria_not_met", "refused")
    assert missing in said["missing"]
    home = (
        await door.call("GET", f"/registry/v1/households/{household_id}", "county", "140927", on="2017-10-22")
    ).json()
    assert home["status"] == "poor"
    assert (
        await house.rows("registry", "SELECT FROM outbox WHERE headers ->> 'ce_type' LIKE '%household_exited%'") == []
    )


async def test_what_was_found_so_and_changes_nothing_of_the_rule_is_announced(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await approved(house, door)
    before = await found(house, door, household_id, "income_higher_than_stated", date(2017, 5, 15))
    await answered(door, answer_of(before, so=True), on="2017-10-19")
    case = {"id": exit_id}
    (said,) = await step(door, "/announcements", "county", case, area="140927", on="2017-10-21", subject="last")
    assert said["state"] == "announced", "it was stated after that visit"
