"""A small county's whole year through the gateway, as `make run` plays the large one."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from scenario.api import Api, Who
from scenario.judge.report import judge_year
from scenario.play import play
from tests.conftest import Door, House

HOUSEHOLDS = 150
SEED = 7


async def county(house: House, state: Path) -> Door:
    """Registry, finance and gateway on sockets, and a state folder as the supervisor keeps it."""
    registry, finance = await house.listen("registry"), await house.listen("finance")
    (state / "keys").mkdir(parents=True)
    (state / "keys" / "token.json").write_text(json.dumps(house.keys.private))
    return await house.listen(
        "gateway",
        upstreams={"registry": registry.address, "finance": finance.address},
        internal_subscribers={"county-archive": "127.0.0.0/8"},
        state_dir=state,
    )


async def played(house: House, state: Path, factor: float = 1.0) -> tuple[Door, dict[str, Any]]:
    gateway = await county(house, state)
    console = Console(quiet=True)
    figures = await play(gateway.address, state, SEED, console, households=HOUSEHOLDS, targets_factor=factor)
    return gateway, figures


async def decisions(gateway: Door) -> dict[str, Any]:
    """Every exit case by household number, with its end and its reasons."""
    import aiohttp

    judge = Who("judge", "county", "140927")
    async with aiohttp.ClientSession() as session:
        api = Api(gateway.address, gateway.keys.private, session)
        numbers = {h["id"]: h["household_no"] async for h in api.pages(judge, "/registry/v1/households")}
        found = {}
        async for case in api.pages(judge, "/registry/v1/exits"):
            whole = await api.get(judge, f"/registry/v1/exits/{case['exit_id']}")
            steps = [(s["step"], s["acted_on"], s["outcome"]) for s in whole["steps"]]
            found[numbers[case["household_id"]]] = case["state"], steps
        return found


async def test_the_year_holds_its_invariants(house: House, tmp_path: Path) -> None:
    gateway, figures = await played(house, tmp_path)
    year = await judge_year(gateway.address, tmp_path)
    assert [(i["code"], i["detail"]) for i in year["invariants"] if not i["holds"]] == []
    actual = {t["code"]: t["actual"] for t in year["targets"]}
    assert actual["exit_people"] > 0
    assert actual["loans_issued_yuan"] > 0
    assert actual["herd_head"] is None
    assert len(year["targets"]) == 36
    assert figures["requests"] > 100


@pytest.mark.parametrize("factor", [0.1, 3.0])
async def test_a_target_moves_nobody(house: House, tmp_path: Path, factor: float) -> None:
    """The plan is for the table: with a tenth or the threefold of it, the same households exit on the same days."""
    gateway, _ = await played(house, tmp_path / "as planned")
    expected = await decisions(gateway)
    other = House(house.cluster, house.keys, house.number + 10_000, house.admin, house.stack)
    gateway, _ = await played(other, tmp_path / "otherwise", factor)
    assert await decisions(gateway) == expected
    assert any(state == "announced" for state, _ in expected.values())
