"""A small county's whole year through the gateway, as `make run` plays the large one."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from scenario.api import Api, Who
from scenario.judge.report import judge_year
from scenario.judge.targets import WHY_NOT
from scenario.play import play
from services import NAMES
from tests.conftest import Door, House

HOUSEHOLDS = 150
SEED = 7


async def county(house: House, state: Path) -> Door:
    """The five services and the gateway on sockets, and a state folder as the supervisor keeps it."""
    upstreams = {service: (await house.listen(service)).address for service in NAMES}
    (state / "keys").mkdir(parents=True)
    (state / "keys" / "token.json").write_text(json.dumps(house.keys.private))
    return await house.listen(
        "gateway",
        upstreams=upstreams,
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
            whole = await api.get(judge, f"/registry/v1/exits/{case['id']}")
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
    assert {code for code, figure in actual.items() if figure is None} == set(WHY_NOT)
    assert len(year["targets"]) == 36
    for code in ("herd_head", "village_works", "guaranteed_dividends", "relocated_2016", "key_units", "satisfaction"):
        assert actual[code] > 0, code
    assert figures["requests"] > 100


async def test_a_target_moves_nobody(house: House, tmp_path: Path) -> None:
    """The plan is for the table: by a tenth or the threefold of it the same households exit on the same days."""
    gateway, _ = await played(house, tmp_path / "a tenth", 0.1)
    expected = await decisions(gateway)
    other = House(house.cluster, house.keys, house.number + 10_000, house.admin, house.dropped, house.stack)
    gateway, _ = await played(other, tmp_path / "threefold", 3.0)
    assert await decisions(gateway) == expected
    assert any(state == "announced" for state, _ in expected.values())
