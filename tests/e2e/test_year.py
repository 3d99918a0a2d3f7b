"""A small county's whole year through the gateway, as `make run` plays the large one."""

import asyncio
import io
import json
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from deploy.local.kafka import at_hand
from deploy.local.processes import ROOT, last_line
from scenario.calendar import days
from scenario.judge.record import differences, read_record
from scenario.judge.report import judge_year
from scenario.judge.targets import WHY_NOT
from scenario.play import play
from services import NAMES
from tests.chaos.system import System, running
from tests.conftest import Door, House
from tests.e2e.walks import NOT_RUN, PAGES, blocks, walk, walk_of

HOUSEHOLDS = 150
SEED = 7
LOOK_S = 0.05
# All on one worker: the second compares itself with the first, and the walks are made in it.
pytestmark = pytest.mark.xdist_group("year")


@dataclass(frozen=True)
class Played:
    figures: dict[str, Any]
    year: dict[str, Any]
    record: list[str]
    told: list[str]


@dataclass(frozen=True)
class Walked:
    """A year under the real supervisor, and what the walks of each page said in it before it was stopped."""

    played: Played
    said: dict[str, str | BaseException]


PLAYED: list[Played] = []
WALKED: list[Walked] = []


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


async def played(gateway: str, state: Path, factor: float = 1.0) -> Played:
    lines = io.StringIO()
    console = Console(file=lines)
    figures = await play(gateway, state, SEED, console, households=HOUSEHOLDS, targets_factor=factor)
    return Played(figures, await judge_year(gateway, state), read_record(state), lines.getvalue().splitlines())


@pytest.fixture
async def first(house: House, tmp_path: Path) -> Played:
    """The year on PostgreSQL's log, where nobody was killed; played once."""
    if not PLAYED:
        PLAYED.append(await played((await county(house, tmp_path)).address, tmp_path))
    return PLAYED[0]


def failing(year: dict[str, Any]) -> list[tuple[str, str]]:
    return [(i["code"], i["detail"]) for i in year["invariants"] if not i["holds"]]


def test_the_year_holds_its_invariants(first: Played) -> None:
    assert failing(first.year) == []
    actual = {t["code"]: t["actual"] for t in first.year["targets"]}
    assert actual["exit_people"] > 0
    assert actual["loans_issued_yuan"] > 0
    assert {code for code, figure in actual.items() if figure is None} == set(WHY_NOT)
    assert len(first.year["targets"]) == 36
    for code in ("herd_head", "village_works", "guaranteed_dividends", "relocated_2016", "key_units", "satisfaction"):
        assert actual[code] > 0, code
    # What a bureau of the county pays, approves and accepts, and nobody for it.
    for code in ("loan_discounts_yuan", "public_posts", "training_certificates", "forest_mu", "afforestation_members"):
        assert actual[code] > 0, code
    assert first.figures["requests"] > 100
    counted = {c["code"]: c["value"] for c in first.year["counted"]}
    for code in (
        "loans_that_name_a_borrower", "income_sheets", "facts_of_housing", "facts_of_water",
        "facts_of_disabled_federation", "incomes_of_civil_affairs", "incomes_of_agriculture",
        "incomes_of_human_resources", "married_in", "married_out",
        "deep_poverty_in_truth", "deep_poverty_counted", "deep_poverty_in_both", "policy_changes",
    ):  # fmt: skip
        assert counted[code] > 0, code
    rated = {row["code"]: row["value"] for row in first.year["quality"]}
    for code in (
        "wrong_exit_rate_sampled", "missed_rate_sampled", "composite_incidence_sampled", "composite_incidence",
        "clean_villages_alarmed", "inspected_wrong_by_signs", "inspected_wrong_at_random", "entitled_and_covered",
        "covered_and_not_entitled",
    ):  # fmt: skip
        assert rated[code] is not None, code
    # In so small a county one falls back or nobody does; who is returned has fallen.
    assert counted["fell_back_in_truth"] == counted["fell_back_and_returned"] + counted["fell_back_and_missed"]
    assert counted["returned"] <= counted["fell_back_in_truth"] <= 2


async def kill_each(system: System, names: Sequence[str]) -> None:
    """With SIGKILL, one after the other, at even distances in the year, in the middle of a deed."""
    whole, progress = len(days()), system.folder / "play.json"
    for n, name in enumerate(names, 1):
        while not progress.exists() or json.loads(progress.read_text())["days"] < n * whole // (len(names) + 1):
            await asyncio.sleep(LOOK_S)
        pid = system.state.running(name)
        assert pid is not None, f"{name} does not run"
        os.kill(pid, signal.SIGKILL)


async def walked(system: System, folder: Path) -> dict[str, str | BaseException]:
    """What came of each page's commands, and of those that the line `Ready` names."""
    scripts = {str(page.relative_to(ROOT)): walk_of(page) for page in PAGES if walk_of(page)}
    scripts["Ready"] = last_line(system.state.log("system"), "Ready: ").partition("To try it: ")[2]
    said = await asyncio.gather(
        *(
            asyncio.to_thread(walk, script, system.gateway, system.folder, folder / f"walk-{n}")
            for n, script in enumerate(scripts.values())
        ),
        return_exceptions=True,
    )
    return dict(zip(scripts, said, strict=True))


@pytest.fixture
async def second(tmp_path: Path) -> Walked:
    """Over Kafka where a broker can be had, each process killed once; and the county's plan is the threefold.

    The plan is for the table: it moves nobody. Played once.
    """
    if not WALKED:
        async with running(tmp_path / "c", "kafka" if at_hand() else "postgres") as system:
            killer = asyncio.create_task(kill_each(system, (*NAMES, "gateway")))
            year = await played(system.gateway, system.folder, 3.0)
            await killer
            WALKED.append(Walked(year, await walked(system, tmp_path)))
    return WALKED[0]


def test_one_seed_gives_one_year_on_both_logs_killed_or_not(first: Played, second: Walked) -> None:
    other = second.played
    assert failing(other.year) == []
    assert differences(first.record, other.record) == {}
    assert other.year["record_sha256"] == first.year["record_sha256"]
    kinds = {json.loads(line)[0] for line in first.record}
    assert {"targets", "quality", "counted", "decision", "exit", "flat", "payment", "asked"} <= kinds
    assert {"sheet", "attestation", "attested", "arrival", "deeply_poor"} <= kinds


def test_what_a_reader_is_told_to_type_works(second: Walked) -> None:
    assert {page: str(told) for page, told in second.said.items() if isinstance(told, BaseException)} == {}
    assert {"README.md", "docs/county-systems.md", "Ready"} <= second.said.keys()
    for page, told in second.said.items():
        assert '"id":' in str(told), f"{page}: {told}"
        assert '"status":"refused"' not in str(told), f"{page}: {told}"


def test_where_no_terminal_is_each_month_says_that_it_begins(first: Played) -> None:
    assert [line[:7] for line in first.told] == [f"2017-{month:02}" for month in range(1, 13)]


def test_what_is_not_run_is_told_and_still_there() -> None:
    every = [block for page in PAGES for block in blocks(page)]
    assert [words for words in NOT_RUN if not any(block.startswith(words) for block in every)] == []
