"""One run: found a county, act on it while it breaks, let it come to rest, compare; the report as one JSON object."""

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from deploy.local.issuer import signing_key
from deploy.local.ports import free_port
from scenario.api import Api, read_key
from tests.chaos.checks import Finding
from tests.chaos.client import Client
from tests.chaos.evidence import gather_evidence
from tests.chaos.faults import Faults, Helper
from tests.chaos.founding import employ, found
from tests.chaos.journal import Journal, read_journal, tell
from tests.chaos.latecomers import arrive_late
from tests.chaos.load import Load
from tests.chaos.proxy import FaultProxy
from tests.chaos.rest import StuckError, come_to_rest
from tests.chaos.subscriber import JOURNAL
from tests.chaos.system import System, running

PACE_S = 2.8
WORKERS = 8
LAST_ACTS_S = 120.0
# So much longer where somebody has still to die at a crash point.
LONGER_S = 600.0
PROGRESS_S = 10.0
SHOWN = 20


@dataclass(frozen=True)
class Order:
    """What to run. `pace`: seconds between two faults, 0 for none."""

    minutes: float
    seed: int
    bus: str
    folder: Path
    pace: float = PACE_S
    households: int = 0
    told: Callable[[str], None] | None = None

    @property
    def size(self) -> int:
        """So many that some are left to exit until the end."""
        return self.households or round(120 + 10 * self.minutes)


@dataclass
class Report:
    order: Order
    numbers: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    stuck: str = ""

    @property
    def holds(self) -> bool:
        return not self.findings and not self.stuck

    def as_json(self) -> dict[str, Any]:
        kinds = Counter(f.kind for f in self.findings)
        return {
            "seed": self.order.seed, "minutes": self.order.minutes, "bus": self.order.bus,
            "lost": kinds["lost"], "doubled": kinds["doubled"], "reordered": kinds["reordered"],
            "different": kinds["different"], "stuck": self.stuck, **self.numbers,
            "findings": [f"{f.kind}: {f.text}" for f in self.findings[:SHOWN]],
        }  # fmt: skip


async def run(order: Order) -> Report:
    """The folder keeps state, logs and journals; it must be empty or new."""
    report, folder = Report(order), order.folder
    rng = random.Random(order.seed)
    webhook_port = free_port()
    command = [sys.executable, "-m", "tests.chaos.subscriber", str(folder), str(webhook_port), str(order.seed)]
    subscriber = Helper(command, folder / "subscriber.log")
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    async with running(folder / "state", order.bus) as system, _kept(subscriber):
        homes = await found(
            system.gateway, system.state.folder, folder, order.seed, order.size,
            f"http://127.0.0.1:{webhook_port}/exits",
        )  # fmt: skip
        async with aiohttp.ClientSession() as session:
            api = Api(system.gateway, read_key(system.state.folder), session)
            able = [h for h in homes if h.status != "poor" or h.relocated]
            workers = await employ(api, able[:WORKERS])
            report.numbers["founded_s"] = round(time.monotonic() - begun, 1)
            faults = Faults(system, rng, order.pace, folder, subscriber)
            try:
                await _act(order, system, session, homes, workers, faults, report)
            finally:
                await faults.close()
    report.numbers["seconds"] = round(time.monotonic() - begun, 1)
    return report


@asynccontextmanager
async def _kept(helper: Helper) -> AsyncIterator[None]:
    keeper = asyncio.create_task(helper.keep())
    try:
        yield
    finally:
        keeper.cancel()
        await helper.close()


async def _act(
    order: Order, system: System, session: aiohttp.ClientSession, homes: Any, workers: Any, faults: Faults,
    report: Report,
) -> None:  # fmt: skip
    folder, rng = order.folder, random.Random(order.seed + 1)
    proxy = FaultProxy(system.gateway, random.Random(order.seed + 2))
    journal, feed = Journal(folder / "clients.jsonl"), Journal(folder / "feed.jsonl")
    async with proxy.listening() as address:
        client = Client(address, signing_key(system.state.folder), session, journal)
        load = Load(client, homes, workers, rng, order.minutes * 60, feed)
        proxy.cutting = order.pace > 0
        acting = [asyncio.create_task(each) for each in load.tasks()]
        late = asyncio.create_task(arrive_late(system, rng, load.stopping))
        breaking = asyncio.create_task(faults.run(load.stopping)) if order.pace else None
        begun = time.monotonic()
        deadline = begun + order.minutes * 60
        while (left := deadline - time.monotonic()) > 0 or (breaking and faults.points_left and left > -LONGER_S):
            faults.only_points = left <= 0
            if order.told:
                order.told(f"{left:5.0f} s left, {faults.total} kills, {client.acknowledged} acts acknowledged")
            await asyncio.sleep(PROGRESS_S if order.told and left > PROGRESS_S else 0.5)
        load.stopping.set()
        proxy.cutting = False
        report.numbers["acted_s"] = round(time.monotonic() - begun, 1)
        done, pending = await asyncio.wait([*acting, late, *([breaking] if breaking else [])], timeout=LAST_ACTS_S)
        for task in pending:
            task.cancel()
        # Who fell did so by a fault of the suite, or because something was refused that must not be.
        report.findings += [Finding("different", repr(task.exception())) for task in done if task.exception()]
    _count(report, order, client, load, faults, proxy)
    await _compare(order, system, load, report)


def _count(report: Report, order: Order, client: Client, load: Load, faults: Faults, proxy: FaultProxy) -> None:
    told = tell(read_journal(order.folder / "clients.jsonl"))
    acknowledged = sum(len(names) for names in told.acknowledged.values())
    report.numbers |= {
        "kills": faults.total, "kills_by_victim": dict(faults.kills), "crash_points": dict(faults.blown),
        "crash_points_left": faults.points_left if order.pace else [],
        "freezes": faults.freezes, "cuts": proxy.cuts, "tries": client.tries, "unanswered": client.unanswered,
        "acknowledged": acknowledged, "acknowledged_per_minute": round(acknowledged * 60 / report.numbers["acted_s"]),
        "acts": told.counts(), "refused": told.refusals(), "reads": len(load.reads),
    }  # fmt: skip


async def _compare(order: Order, system: System, load: Load, report: Report) -> None:
    try:
        report.numbers["rest_s"] = round(await come_to_rest(system), 1)
    except StuckError as error:
        report.stuck = str(error)
    told = tell(read_journal(order.folder / "clients.jsonl"))
    lists: dict[str, list[str]] = {**load.visits, **load.repayments}
    heard, feed = read_journal(order.folder / JOURNAL), await _whole_feed(order, system)
    evidence = await gather_evidence(system, told, load.reads, lists, heard, feed)
    report.findings += evidence.findings
    report.numbers |= evidence.counts() | {"heard": len(heard)}


async def _whole_feed(order: Order, system: System) -> list[dict[str, Any]]:
    """What the feed's reader read while it broke, and the rest of it, from where it stood."""
    from scenario.actors.archive import ARCHIVE

    read = read_journal(order.folder / "feed.jsonl")
    cursor = f"1.{read[-1]['position']}" if read else ""
    async with aiohttp.ClientSession() as session:
        api = Api(system.gateway, read_key(system.state.folder), session)
        path = f"/feed/exits?cursor={cursor}" if cursor else "/feed/exits"
        rest = [i async for i in api.pages(ARCHIVE, path)]
    return read + [{"position": i["position"], "id": i["event"]["id"], "key": i["event"]["partitionkey"]} for i in rest]
