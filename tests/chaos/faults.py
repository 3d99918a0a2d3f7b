"""What breaks the system, drawn from a seed: kill -9, frozen leaders with a successor, crash points."""

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.ports import free_port
from deploy.local.postgres import processes_of
from deploy.local.processes import Child, spawn, start_ticks, stop
from deploy.local.supervisor import is_ready
from services import NAMES
from shared.process.crash import POINTS
from tests.chaos.system import System

# Where each kind of crash point is met by the load that runs; one after the other in a service, all services at once.
PLACES = {
    "act": "industry", "relay": "assessment", "kafka": "registry", "consumer": "relocation", "release": "finance",
    "webhook": "gateway",
}  # fmt: skip
SECOND_WORKERS = ("registry", "finance", "assessment")
# How often each kind of victim is drawn.
WEIGHTS = {"service": 10, "gateway": 3, "worker": 4, "backend": 3, "postmaster": 1, "broker": 2, "subscriber": 1}
FREEZES = 0.2
LEAST_FROZEN_S, MOST_FROZEN_S = 1.0, 10.0
# A consumer that starts waits for its predecessor's session to end, and its key may be another worker's.
BLOWN_WITHIN_S = 40.0
# Who has just started is left to it for so long, on a loaded machine too: what never works shows nothing but that.
LEAST_LIFE_S = 3.0
LEAST_AGE_S = 8.0
LOOK_S = 0.7


@dataclass
class Faults:
    """One fault after the other, `pace` seconds apart. `subscriber`: how to kill and start that one."""

    system: System
    rng: random.Random
    pace: float
    scratch: Path
    subscriber: "Helper"
    kills: Counter[str] = field(default_factory=Counter)
    freezes: int = 0
    blown: Counter[str] = field(default_factory=Counter)
    _workers: dict[str, Child] = field(default_factory=dict)
    _ready_since: dict[str, float] = field(default_factory=dict)
    _laid: set[str] = field(default_factory=set)
    _frozen: set[int] = field(default_factory=set)
    _thaws: set[asyncio.Task[None]] = field(default_factory=set)
    # Set where only crash points are left to do: who dies elsewhere too starts for ever, and reaches none of them.
    only_points: bool = False

    @property
    def total(self) -> int:
        return sum(self.kills.values()) + sum(self.blown.values())

    @property
    def points(self) -> list[str]:
        return [p for p in POINTS if self.system.bus == "kafka" or not p.startswith("kafka.")]

    @property
    def points_left(self) -> list[str]:
        """Crash points at which nobody has died yet."""
        return [p for p in self.points if not self.blown[p]]

    async def run(self, stopping: asyncio.Event) -> None:
        watch = asyncio.create_task(self._watch())
        fuses = asyncio.gather(*(self._burn(service, stopping) for service in sorted(set(PLACES.values()))))
        try:
            while not stopping.is_set():
                with contextlib.suppress(OSError):  # somebody else's victim is gone meanwhile
                    self._strike()
                await asyncio.sleep(self.rng.uniform(0.6, 1.4) * self.pace)
        finally:
            for task in (fuses, watch):
                task.cancel()
            await asyncio.gather(fuses, watch, return_exceptions=True)
            await self.calm()

    def _strike(self) -> None:
        self._keep_workers()
        if self.only_points:
            return
        if self.rng.random() < FREEZES:
            self._freeze()
        else:
            self._kill()

    async def calm(self) -> None:
        """No more faults: everything thaws, no fuse is left, the second workers stay until the end."""
        self.system.armed.unlink(missing_ok=True)
        for pid in list(self._frozen):
            _send(pid, signal.SIGCONT)
        for thaw in self._thaws:
            thaw.cancel()
        self._frozen.clear()

    async def close(self) -> None:
        await asyncio.gather(*(stop(child) for child in self._workers.values()))

    async def _watch(self) -> None:
        """Since when each service has been ready, as it says itself."""
        while True:
            ports = {name: self.system.state.ports[name] for name in (*NAMES, "gateway")}
            ready = await asyncio.gather(*(asyncio.to_thread(is_ready, port) for port in ports.values()))
            for name, yes in zip(ports, ready, strict=True):
                if yes:
                    self._ready_since.setdefault(name, time.monotonic())
                else:
                    self._ready_since.pop(name, None)
            await asyncio.sleep(LOOK_S)

    def _settled(self, name: str) -> bool:
        return time.monotonic() - self._ready_since.get(name, time.monotonic()) > LEAST_LIFE_S

    def _killed(self, name: str) -> None:
        self.kills[name] += 1
        self._ready_since.pop(name, None)

    def _kill(self) -> None:
        for kind in self.rng.choices(list(WEIGHTS), list(WEIGHTS.values()), k=20):
            name = self.rng.choice(NAMES) if kind == "service" else kind
            pid = self._victim(name)
            if pid is not None and _send(pid, signal.SIGKILL):
                self._killed(name)
                return

    def _victim(self, name: str) -> int | None:
        """The process to be killed under this name; None where it must be left to itself now."""
        state = self.system.state
        serving = [s for s in NAMES if self._settled(s)]
        match name:
            case "broker":
                pid = state.running("kafka")
                return pid if pid and age(pid) > LEAST_AGE_S else None
            case "worker":
                living = [c.pid for c in self._workers.values() if c.poll() is None and age(c.pid) > LEAST_AGE_S]
                return self.rng.choice(living) if living else None
            case "subscriber":
                return self.subscriber.pid
            case "postmaster":
                return state.running("postgres") if len(serving) > 2 else None
            case "backend":
                server = self.system.server()
                _, backends = processes_of(server.data, server.name)
                clients = [pid for pid in backends if _serves_a_client(pid)]
                return self.rng.choice(clients) if clients and len(serving) > 2 else None
        return state.running(name) if name not in self._laid and self._settled(name) else None

    def _freeze(self) -> None:
        """A worker that leads or consumes stands still while the other one of its service takes over."""
        name = self.rng.choice(SECOND_WORKERS)
        pids = [self.system.state.running(name), self._workers[name].pid if name in self._workers else None]
        pid = self.rng.choice([p for p in pids if p is not None] or [0])
        if pid and pid not in self._frozen and _send(pid, signal.SIGSTOP):
            self.freezes += 1
            self._frozen.add(pid)
            seconds = self.rng.uniform(LEAST_FROZEN_S, MOST_FROZEN_S)
            thaw = asyncio.create_task(self._thaw(pid, start_ticks(pid), seconds))
            self._thaws.add(thaw)
            thaw.add_done_callback(self._thaws.discard)

    async def _thaw(self, pid: int, started: int | None, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._frozen.discard(pid)
        if start_ticks(pid) == started:
            _send(pid, signal.SIGCONT)

    def _keep_workers(self) -> None:
        """A second worker of some services, with the first one's environment; killed, it starts again, but not where
        the first is to die at a crash point: it would lead, and the first would never come there.
        """
        for name in SECOND_WORKERS:
            worker = self._workers.get(name)
            first = self.system.state.running(name)
            if first is None or name in self._laid or (worker is not None and worker.poll() is None):
                continue
            self._workers[name] = start_worker(name, first, self.scratch / f"{name}-2.log")

    async def _burn(self, service: str, stopping: asyncio.Event) -> None:
        """A service's crash points in turn, for as long as the run lasts; first those that are left."""
        mine = [p for p in self.points if PLACES[p.split(".")[0]] == service]
        self.rng.shuffle(mine)
        turn = 0
        while mine and not stopping.is_set():
            left = [p for p in mine if not self.blown[p]]
            if self.only_points and not left:
                return
            point = (left or mine)[turn % len(left or mine)]
            turn += 1
            if await self.burn(point, service):
                self.blown[point] += 1
            await asyncio.sleep(0 if left else self.pace * 8)

    async def burn(self, point: str, service: str) -> bool:
        """Lay the point for the service's next start, and make it start; whether it died there, in time."""
        while (pid := self.system.state.running(service)) is None or not self._settled(service):
            await asyncio.sleep(0.2)
        fuse = self.system.fuse(service)
        fuse.touch()
        self._laid.add(service)
        self.system.arm(service, point)
        second = self._workers.get(service)
        if second is not None and second.poll() is None and _send(second.pid, signal.SIGKILL):
            self.kills["worker"] += 1
        if _send(pid, signal.SIGKILL):
            self._killed(service)
        while fuse.exists() and time.monotonic() - self._ready_since.get(service, time.monotonic()) < BLOWN_WITHIN_S:
            await asyncio.sleep(0.1)
        self.system.arm(service, None)
        self._laid.discard(service)
        died = not fuse.exists()
        fuse.unlink(missing_ok=True)
        return died


def start_worker(name: str, like: int, log: Path) -> Child:
    """`python -m services NAME --role worker` beside the supervisor's own, with its environment."""
    words = Path(f"/proc/{like}/environ").read_bytes().decode().split("\0")
    told = dict(w.split("=", 1) for w in words if "=" in w)
    told |= {"SHENCHI_INSTANCE": "2", "SHENCHI_PORT": str(free_port()), "SHENCHI_OPS_PORT": "0"}
    told.pop("CRASH_AT", None)  # the first one may have been sent to die
    return spawn([sys.executable, "-m", "services", name, "--role", "worker"], log=log, env=told)


@dataclass
class Helper:
    """A process of the suite's own that is killed too, and starts again."""

    command: list[str]
    log: Path
    child: Child | None = None

    @property
    def pid(self) -> int | None:
        return self.child.pid if self.child and self.child.poll() is None else None

    async def keep(self) -> None:
        while True:
            if self.pid is None:
                self.child = spawn(self.command, log=self.log)
            await asyncio.sleep(0.2)

    async def close(self) -> None:
        if self.child is not None:
            await stop(self.child)


def age(pid: int) -> float:
    """Seconds since the process started; 0 where it is gone."""
    started = start_ticks(pid)
    up = float(Path("/proc/uptime").read_text().split()[0])
    return 0.0 if started is None else up - started / os.sysconf("SC_CLK_TCK")


def _serves_a_client(pid: int) -> bool:
    """Not one of the server's own: without its recovery process PostgreSQL 18 waits for ever."""
    try:
        return b"_app " in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _send(pid: int, with_signal: signal.Signals) -> bool:
    try:
        os.kill(pid, with_signal)
    except ProcessLookupError:
        return False
    return True
