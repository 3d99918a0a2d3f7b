"""Where a visit was made, and what of a phone's batch cannot be read."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import House
from tests.integration.assessment.acts import (
    FAR_AWAY,
    IN_COUNTY,
    NOWHERE,
    OTHER_VILLAGE,
    PLACE,
    TEAMS,
    TOWNSHIP,
    VILLAGE,
    VISITS,
    pair,
    pairing,
    seed_household,
    seed_households,
    send,
    station,
    sync,
    visit,
)


async def test_public_report_02_visit_of_a_moved_household(house: House) -> None:
    """Where nobody said where it lives now, it is met in the village; elsewhere what was sent is kept, and why."""
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    moved, stayed = await seed_households(house, 2)
    await pair(door, pairing(moved, li), pairing(stayed, li))
    owner = await house.owner("assessment")
    await owner.execute(
        "INSERT INTO deed (kind, source_key, household_id, division, happened_on)"
        " VALUES ('moved_in', 'x', $1, $2, '2017-05-20')", moved, VILLAGE,
    )  # fmt: skip
    beijing = {"lat_e6": 39_904_000, "lon_e6": 116_407_000}
    results = await sync(
        door,
        visit(moved, "2017-05-25", **IN_COUNTY),
        visit(moved, "2017-05-19", **IN_COUNTY),
        visit(stayed, "2017-05-25", **IN_COUNTY),
        visit(moved, "2017-05-26"),
        visit(moved, "2017-05-27", **beijing),
        visit(moved, "2017-05-27", **NOWHERE),
        visit(moved, "2017-05-24", **FAR_AWAY),
        on="2017-05-27",
    )
    assert [(r["counts"], r["reasons"]) for r in results] == [
        (False, ["no_place"]), (False, ["too_far", "late"]), (False, ["too_far"]), (True, []),
        (False, ["too_far"]), (False, ["no_position"]), (False, ["too_far"]),
    ]  # fmt: skip
    kept = await house.rows("assessment", "SELECT lat_e6, lon_e6, distance_m FROM visit ORDER BY distance_m")
    assert [(r["lat_e6"], r["lon_e6"]) for r in kept[-3:]] == [
        (39_904_000, 116_407_000),
        (34_600_000, 112_210_000),
        (0, 0),
    ]
    assert all(r["distance_m"] > 300_000 for r in kept[-3:])


async def test_a_relocated_household_is_met_where_it_lives_now(house: House) -> None:
    """From the day on which it lives there, once an office has said where that is; the helper cannot."""
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    moved = await seed_household(house)
    await pair(door, pairing(moved, li))
    gone = await seed_household(house, status="removed")
    home = {"household_id": str(moved), "since_on": "2017-05-20"} | IN_COUNTY
    refused = [home | {"household_id": str(gone)}, home | {"since_on": "2017-06-02"}]
    results = await send(door, "PUT", f"{TEAMS}/homes", "township", [home, *refused], area=TOWNSHIP)
    assert [r["code"] for r in results] == [None, "shared.household_removed", "shared.future_date"]
    helper = await door.call("PUT", f"{TEAMS}/homes", "helper", VILLAGE, subject="li", json={"items": [home]})
    assert helper.status_code == 403
    results = await sync(
        door,
        visit(moved, "2017-05-20", **IN_COUNTY),
        visit(moved, "2017-05-21"),
        visit(moved, "2017-05-19", **IN_COUNTY),
        visit(moved, "2017-05-22", **FAR_AWAY),
        on="2017-05-22",
    )
    assert [(r["counts"], r["reasons"]) for r in results] == [
        (True, []), (True, []), (False, ["too_far"]), (False, ["too_far"]),
    ]  # fmt: skip


async def test_a_position_outside_the_county_counts_nowhere(house: House) -> None:
    """Also where nobody said where the village is, and of a day of presence."""
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li", role="team_member")
    elsewhere = await seed_household(house, OTHER_VILLAGE)
    await pair(door, pairing(elsewhere, li))
    results = await sync(door, *(visit(elsewhere, **place) for place in (FAR_AWAY, NOWHERE, IN_COUNTY)))
    expected = [(False, ["too_far"]), (False, ["no_position"]), (False, ["no_place"])]
    assert [(r["counts"], r["reasons"]) for r in results] == expected
    day = {"id": str(uuid4()), "on": "2017-06-01"} | NOWHERE
    (nowhere,) = await send(door, "POST", f"{VISITS}/checkins", "team", [day], subject="li", area=VILLAGE)
    assert (nowhere["counts"], nowhere["reasons"]) == (False, ["no_position"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lat_e6": 112_200_000, "lon_e6": 39_090_000}, "lat_e6"),
        ({"note": "x" * 2001}, "note"),
        ({"visited_on": "2017-05-31T16:00:00Z"}, "visited_on"),
        ({"lat_e6": 39_090_000.5}, "lat_e6"),
        ({"accuracy": 5}, "accuracy"),
        ({"note": "\ud800"}, "note"),
        ({"note": "a\x00b"}, "note"),
    ],
)
async def test_a_visit_that_cannot_be_read_is_refused_alone(house: House, changes: dict[str, Any], field: str) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    household_id = await seed_household(house)
    await pair(door, pairing(household_id, li))
    good, bad = visit(household_id), visit(household_id, "2017-05-31") | changes
    # As the wire has it: a lone surrogate only travels escaped.
    body, kind = json.dumps({"items": [bad, good]}).encode(), {"content-type": "application/json"}
    answer = await door.call("POST", f"{VISITS}/sync", "helper", subject="li", content=body, headers=kind)
    assert answer.status_code == 200, answer.text
    refused, accepted = answer.json()["results"]
    assert (refused["id"], refused["status"], refused["code"]) == (bad["id"], "refused", "shared.invalid_item")
    assert (refused["counts"], [e["field"] for e in refused["errors"]]) == (False, [field])
    assert (accepted["id"], accepted["status"], accepted["counts"]) == (good["id"], "accepted", True)
    assert len(await house.rows("assessment", "SELECT 1 FROM visit")) == 1


async def test_a_day_of_presence_that_cannot_be_read_is_refused_alone(house: House) -> None:
    door = await house.serve("assessment", "api")
    await station(door, "li", role="team_member")
    good, bad = ({"id": str(uuid4()), "on": on} | PLACE for on in ("2017-06-01", "soon"))
    results = await send(door, "POST", f"{VISITS}/checkins", "team", [bad, good], subject="li", area=VILLAGE)
    assert [(r["id"], r["code"]) for r in results] == [(bad["id"], "shared.invalid_item"), (good["id"], None)]
