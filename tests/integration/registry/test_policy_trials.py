"""Another policy is tried on the county: who would turn and why, and nothing is touched by it."""

from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_amendments import exited
from tests.integration.registry.test_exits import ready_household
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.shared.test_policy_changes import change, entry, propose

PATH = "/registry/v1/policy-trials"
ON = "2017-12-01"


def line(yuan: int) -> dict[str, Any]:
    return {"code": "poverty_lines_fen", "value": {"official": yuan * 100, "statistics": yuan * 100}}


async def asked(door: Door, *figures: dict[str, Any], role: str = "county", **more: Any) -> dict[str, Any]:
    return await asked_by(door, role, figures=list(figures), **more)


async def asked_by(door: Door, role: str = "county", **body: Any) -> dict[str, Any]:
    body = {"division": "140927"} | body
    answer = await door.call("POST", PATH, role, "140927", on=ON, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def turns(found: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    return {t["household_id"]: (t["turn"], [r["code"] for r in t["reasons"]]) for t in found["turned"]}


async def test_another_line_turns_who_stands_between_it_and_the_old_one(house: House) -> None:
    door = await house.serve("registry", "api")
    out, _ = await exited(house, door)  # 4,000 yuan for one person
    poor, ill = str(await ready_household(house, door)), str(await ready_household(house, door, school_dropout=True))
    found = await asked(door, line(4_500))
    assert (found["households"], found["on"]) == (3, ON)
    assert turns(found) == {str(out): ("return", ["income"]), poor: ("stay", ["income"])}
    assert found["counted"] == [
        {"division": VILLAGE[:9], "turn": turn, "households": 1, "people": 1} for turn in ("return", "stay")
    ]
    (why,) = next(t["reasons"] for t in found["turned"] if t["household_id"] == poor)
    assert (why["figures"]["needed_more_than_fen"], why["passed"]) == (450_000, False)
    assert "4,500 元" in why["sentence_zh"]
    assert turns(await asked(door, line(3_000))) == {}
    assert ill not in turns(found), "whom other conditions hold is held by them still"


async def test_a_criterion_that_falls_lets_go_and_takes_no_line_along(house: House) -> None:
    door = await house.serve("registry", "api")
    unsafe = str(await ready_household(house, door, house_grade="C"))
    await ready_household(house, door)
    found = await asked(door, {"code": "unsafe_house_grades", "value": ["D"]}, role="auditor")
    assert turns(found) == {unsafe: ("leave", ["housing"])}
    assert unsafe not in turns(await asked(door, {"code": "unsafe_house_grades", "value": ["D"]}, line(9_000)))


async def test_nothing_is_touched(house: House) -> None:
    door = await house.serve("registry", "api")
    await exited(house, door)
    tables = [
        r["t"] for r in await house.rows("registry", "SELECT tablename AS t FROM pg_tables WHERE schemaname = 'public'")
    ]
    count = " UNION ALL ".join(f"SELECT '{t}' AS t, count(*) AS n FROM {t}" for t in tables)
    before = {r["t"]: r["n"] for r in await house.rows("registry", count)}
    assert (await asked(door, line(4_500)))["turned"] != []
    assert {r["t"]: r["n"] for r in await house.rows("registry", count)} == before


async def test_what_a_change_says_is_tried_before_it_is_in_force(house: House) -> None:
    door = await house.serve("registry", "api")
    poor = str(await ready_household(house, door))
    item = change(entry("2018-01-01", "2019-01-01", value=line(4_500)["value"]))
    await propose(door, item)
    found = await asked_by(door, change_id=item["id"])
    assert turns(found) == {poor: ("stay", ["income"])}
    assert turns(await asked_by(door, change_id=item["id"], on="2016-02-29")) == turns(
        await asked(door, line(4_500), on="2016-02-29")
    )
    await propose(door, over := change(entry("2016-01-01", "2017-01-01", value=line(4_500)["value"]), document_no="2"))
    assert turns(await asked_by(door, change_id=over["id"])) == {}, "it was over by then"
    missing = {"division": "140927", "change_id": str(uuid4())}
    assert (await door.call("POST", PATH, "county", on=ON, json=missing)).json()["code"] == "shared.not_found"


async def test_what_the_document_shows_is_tried(house: House) -> None:
    door = await house.serve("registry", "api")
    body = (await door.client.get("/openapi.json")).json()["paths"][PATH]["post"]["requestBody"]
    found = await asked_by(door, **body["content"]["application/json"]["example"])
    assert found["households"] == 0


async def test_a_day_that_only_some_years_have(house: House) -> None:
    door = await house.serve("registry", "api")
    await seed_household(house)
    found = await asked(door, line(1), on="2016-02-29")
    assert (found["on"], found["households"], found["turned"]) == ("2016-02-29", 1, [])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"figures": [{"code": "no_such", "value": 1}]}, "registry.trials.unknown_figure"),
        ({"figures": [{"code": "stable_margin_fen", "value": "much"}]}, "registry.trials.unlike_figure"),
        ({"figures": [{"code": "poverty_lines_fen", "value": {"official": 1}}]}, "registry.trials.unlike_figure"),
        ({"on": "2017-12-02"}, "shared.future_date"),
        ({"division": "140928"}, "shared.outside_area"),
        ({"on": "2013-06-01"}, "shared.policy_missing"),
        ({"figures": []}, "shared.invalid_input"),
        ({"figures": None}, "shared.invalid_input"),
        ({"change_id": "018f2d5e-7c1a-7000-8000-000000000001"}, "shared.invalid_input"),
    ],
)
async def test_what_cannot_be_tried_says_why(house: House, body: dict[str, Any], code: str) -> None:
    door = await house.serve("registry", "api")
    sent = {"division": "140927", "figures": [line(4_000)]} | body
    answer = await door.call("POST", PATH, "county", "140927", on=ON, json=sent)
    assert answer.json()["code"] == code, answer.text
    assert answer.status_code in (403, 409, 422)


async def test_a_long_list_goes_on_behind_the_last(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.registry.trials.api.LONGEST_LIST", 2)
    door = await house.serve("registry", "api")
    ids = sorted([str(await ready_household(house, door)) for _ in range(3)])
    first = await asked(door, line(4_500))
    rest = await asked(door, line(4_500), after=first["next"])
    assert [t["household_id"] for t in first["turned"]] == ids[:2]
    assert ([t["household_id"] for t in rest["turned"]], rest["next"]) == (ids[2:], None)
    assert first["counted"] == rest["counted"], "what is counted is all of it"
