"""What phones send counts alike whichever arrives first, and what was sent is kept."""

from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import House
from tests.integration.assessment.acts import (
    FAR_AWAY,
    NOWHERE,
    PLACE,
    VILLAGE,
    VISITS,
    pair,
    pairing,
    seed_household,
    send,
    station,
    sync,
    visit,
)

ORDERS = list(permutations(range(4)))


@pytest.mark.parametrize("order", ORDERS)
async def test_visits_count_alike_whichever_arrives_first(house: House, order: tuple[int, ...]) -> None:
    """Two good ones of a day, one from far away of that day, one of another day: a day counts once."""
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    household = await seed_household(house)
    await pair(door, pairing(household, li))
    items = [
        visit(household, "2017-05-30"), visit(household, "2017-05-30"), visit(household, "2017-05-30", **FAR_AWAY),
        visit(household, "2017-05-31"),
    ]  # fmt: skip
    for place in order:
        (result,) = await sync(door, items[place])
        assert result["status"] == "accepted"
    rows = await house.rows("assessment", "SELECT visited_on::text AS day, reasons FROM visit ORDER BY 1, 2")
    assert [tuple(r) for r in rows] == [
        ("2017-05-30", []), ("2017-05-30", ["duplicate"]),
        ("2017-05-30", ["too_far"]),
        ("2017-05-31", []),
    ]  # fmt: skip
    counting = await house.rows("assessment", "SELECT count(*) AS n FROM visit WHERE counts")
    assert counting[0]["n"] == 2


@pytest.mark.parametrize("order", ORDERS)
async def test_days_of_presence_count_alike_whichever_arrives_first(house: House, order: tuple[int, ...]) -> None:
    door = await house.serve("assessment", "api")
    await station(door, "li", role="team_member")
    days: list[Any] = [("2017-05-30", PLACE), ("2017-05-30", PLACE), ("2017-05-30", NOWHERE), ("2017-05-31", PLACE)]
    items = [{"id": str(uuid4()), "on": on} | place for on, place in days]
    for place in order:
        await send(door, "POST", f"{VISITS}/checkins", "team", [items[place]], subject="li", area=VILLAGE)
    rows = await house.rows("assessment", "SELECT checked_on::text AS day FROM checkin WHERE counts ORDER BY 1")
    assert [r["day"] for r in rows] == ["2017-05-30", "2017-05-31"]
