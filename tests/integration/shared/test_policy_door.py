"""What is in force is told to whoever asks: codes, numbers and sentences, of the day that is asked about."""

import pytest

from services import NAMES
from shared.ground.policy import read_policy
from shared.serve.service import ROOT
from tests.conftest import House


@pytest.mark.parametrize("name", NAMES)
async def test_every_number_in_force_is_told(house: House, name: str) -> None:
    door = await house.serve(name, "api")
    told = (await door.call("GET", f"/{name}/v1/policy", "county", on="2017-09-01")).json()
    policy = read_policy(ROOT / "services" / name / "policy.toml")
    assert (told["version"], told["on"]) == (policy.version, "2017-09-01")
    assert {n["code"] for n in told["numbers"]} == {e.code for e in policy.entries}
    assert all(n["sentence_zh"] and n["sentence_en"] and n["source"] and n["unit"] for n in told["numbers"])
    assert {"shared.not_found"} < {c["code"] for c in told["codes"]}
    assert {c["code"].partition(".")[0] for c in told["codes"]} == {"shared", name}


async def test_a_number_is_told_as_it_was_on_the_day_and_in_yuan(house: House) -> None:
    door = await house.serve("registry", "api")
    for day, said, until in (
        ("2016-12-31", "国家参考线：3,146 元；统计局线：2,952 元", "2017-01-01"),
        ("2021-01-01", "国家参考线：4,000 元", None),
    ):
        told = (await door.call("GET", f"/registry/v1/policy?on={day}", "villager", "140927200201")).json()
        (line,) = [n for n in told["numbers"] if n["code"] == "poverty_lines_fen"]
        assert line["effective_to"] == until
        assert line["sentence_zh"] == f"贫困线（按系列）：每人每收入年度 {said}。"
    (met,) = [c for c in told["codes"] if c["code"] == "registry.household_exit.water"]
    assert met["zh"] == "饮水安全：{met}。"
    assert {"code": "returned", "en": "fallen back", "zh": "返贫"} in told["words"]


async def test_a_day_that_is_none_is_refused(house: House) -> None:
    door = await house.serve("finance", "api")
    answer = await door.call("GET", "/finance/v1/policy?on=2017-02-30", "bank")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "on")
