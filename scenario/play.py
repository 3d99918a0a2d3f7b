"""Plays the year against a running system, day by day, and remembers how far it came."""

import asyncio
import json
import secrets
import socket
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local.memory import peak_memory
from deploy.local.state import read_state
from scenario.actors import county
from scenario.actors.archive import Archive, listening
from scenario.api import Api, read_key
from scenario.calendar import days
from scenario.world import build_world, write_truth
from scenario.year import Day, Year

SESSION = aiohttp.ClientTimeout(total=120)
LOOKED_FOR_S = 20  # in one question


def _progress_file(state: Path) -> Path:
    return state / "play.json"


def _read(path: Path, otherwise: dict[str, Any]) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else otherwise


def _write(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_suffix(f".{secrets.token_hex(3)}")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(path)


def _archive_port(known: int) -> int:
    if known:
        return known
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def play(
    gateway: str,
    state: Path,
    seed: int,
    console: Console,
    *,
    households: int | None = None,
    targets_factor: float = 1.0,
) -> dict[str, Any]:
    """Seconds, requests, peak memory and delivery delays of the play; what was done before is not done again.

    `households`: a smaller county than the whole; `targets_factor`: other figures in the county's plan.
    """
    done = _read(
        _progress_file(state), {"seed": seed, "days": 0, "port": 0, "seconds": 0.0, "requests": 0, "peak": 0.0}
    )
    done.setdefault("evenings", {})
    if done["seed"] != seed:
        raise SystemExit(f"This state holds the year of seed {done['seed']}: choose another SHENCHI_STATE for {seed}.")
    done["port"] = _archive_port(done["port"])
    world = build_world(seed, households)
    write_truth(world, state / "truth.jsonl.gz")
    archive = Archive(state)
    calendar = days()
    begun, roots = time.monotonic(), [pid for pid in (read_state(state).running("supervisor"),) if pid]
    with peak_memory(*roots) as peak:
        async with aiohttp.ClientSession(timeout=SESSION) as session, listening(archive, done["port"]) as url:
            api = Api(gateway, read_key(state), session)
            year = Year(api, world, state, archive, url, targets_factor)
            with _bars(console) as bars:
                await _play_days(year, calendar, done, bars, state, begun)
            await _settle(api, archive)
    figures = {
        "seconds": round(done["seconds"], 1),
        "requests": done["requests"],
        "peak_pss_mb": round(max(done["peak"], peak.mb)),
        "delivery_ms_median": round(median(archive.delays_ms)) if archive.delays_ms else None,
    }
    _write(_progress_file(state), done | {"figures": figures})
    return figures


async def _play_days(
    year: Year, calendar: list[Day], done: dict[str, Any], bars: Progress, state: Path, begun: float
) -> None:
    before_seconds, before_requests = done["seconds"], done["requests"]
    months = {m: [d for d in calendar if d.on.month == m] for m in range(1, 13)}
    today = await county.today(year.api)
    tasks = {m: bars.add_task(f"2017-{m:02}", total=len(found), what="") for m, found in months.items()}
    for index, day in enumerate(calendar):
        bars.update(tasks[day.on.month], what=day.title)
        if index >= done["days"]:
            if day is months[day.on.month][0] and not bars.console.is_terminal:
                _tell(bars.console, months[day.on.month], done["seconds"])
            if today != day.on:
                await county.set_date(year.api, day.on)
                today = day.on
            await day.deed(year, day.on)
            await _come_to_rest(year.api)
            # The record is asked what was known on the evening of a day, which to it is a moment by the clock.
            done["evenings"][day.on.isoformat()] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
            done |= {
                "days": index + 1,
                "seconds": before_seconds + time.monotonic() - begun,
                "requests": before_requests + year.api.requests,
            }
            _write(_progress_file(state), done)
        bars.advance(tasks[day.on.month])


async def _come_to_rest(api: Api, seconds: float = 120) -> None:
    """What was emitted is published and applied everywhere, and nothing came of it that is not.

    A played day lasts milliseconds; without this the order of two deeds would be left to the log's latency.

    Raises:
        SystemExit: it took too long. A year that went on would be another at each play.
    """
    deadline = time.monotonic() + seconds
    backlog: dict[str, Any] = {}
    while time.monotonic() < deadline:
        backlog = await api.get(county.PLANNER, f"/backlog?wait_seconds={LOOKED_FOR_S}")
        if backlog["at_rest"]:
            return
    raise SystemExit(f"The county does not come to rest within {seconds:.0f} s: {backlog}")


async def _settle(api: Api, archive: Archive, seconds: float = 60) -> None:
    """Wait until what is public has arrived at its subscriber."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        feed = [i async for i in api.pages(county.PLANNER, "/feed/exits")]
        if len(feed) <= len(archive.journal.read_text().splitlines() if archive.journal.exists() else []):
            return
        await asyncio.sleep(0.3)


def _tell(console: Console, month: Sequence[Day], seconds: float) -> None:
    """A line as a month begins, where there is no terminal for bars."""
    console.print(
        f"{month[0].on:%Y-%m}: {len(month)} deeds to do, {seconds:.0f} s since the year began", highlight=False
    )


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[what]}"), console=console, disable=not console.is_terminal,
    )  # fmt: skip
