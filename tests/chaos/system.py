"""The system under test: the real supervisor in a process of its own, with its own state folder and gateway port.

`python -m tests.chaos.system FOLDER` is that process.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local import supervisor
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres, database_url
from deploy.local.processes import Child, last_line, spawn, stop
from deploy.local.state import State, read_state, write_json

READY_WITHIN_S = 180.0
# A process that is killed every few seconds is no reason to wait ten before it starts again.
LONGEST_PAUSE_S = 0.8


@dataclass(frozen=True)
class System:
    """What the suite knows of the running system: its folder, where processes and passwords stand."""

    folder: Path
    bus: str

    @property
    def state(self) -> State:
        return read_state(self.folder)

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.state.ports['gateway']}"

    def superuser_url(self, database: str) -> str:
        """Sees all rows: to look, never to act."""
        state = self.state
        return database_url(state.ports["postgres"], "postgres", state.password("postgres"), database)

    def server(self) -> Postgres:
        """For the names and places of PostgreSQL's processes; it is started by the supervisor alone."""
        state = self.state
        return Postgres(state.postgres, state.ports["postgres"], "", state.log("postgres"), mode="plain")

    @property
    def armed(self) -> Path:
        """Which service is to die at which crash point, read at each of its starts."""
        return self.folder / "crash.json"

    def arm(self, service: str, point: str | None) -> None:
        """From its next start on the service dies at this point, once; or at none."""
        laid = json.loads(self.armed.read_text()) if self.armed.exists() else {}
        laid |= {service: point}
        write_json(self.armed, {name: at for name, at in laid.items() if at})

    def fuse(self, service: str) -> Path:
        """Gone once the service has died at its point."""
        return self.folder / f"crash-{service}"


@asynccontextmanager
async def running(folder: Path, bus: str) -> AsyncIterator[System]:
    """The system, ready; stopped in order in the end, and with this process whatever ends it."""
    log = folder / "logs" / "system.log"
    environment = dict(os.environ) | {
        "SHENCHI_STATE": str(folder), "SHENCHI_GATEWAY_PORT": str(free_port(0, set())), "BUS": bus,
    }  # fmt: skip
    child = spawn([sys.executable, "-m", "tests.chaos.system", str(folder)], log=log, env=environment,
                  death_signal=signal.SIGTERM)  # fmt: skip
    try:
        await _ready(child, log)
        yield System(folder, bus)
    finally:
        await stop(child, grace_s=60)


async def _ready(child: Child, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not last_line(log, "Ready: "):
        if child.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the system did not start: {last_line(log)}")
        await asyncio.sleep(0.1)


def arming(folder: Path, environment: Callable[..., dict[str, str]]) -> Callable[..., dict[str, str]]:
    """A process's environment with the crash point that is laid for it at this start."""
    system = System(folder, "")

    def armed(state: State, processes: object, process: supervisor.Process, **how: bool) -> dict[str, str]:
        told = environment(state, processes, process, **how)
        laid = json.loads(system.armed.read_text()) if system.armed.exists() else {}
        if process.name in laid:
            told |= {"CRASH_AT": laid[process.name], "CRASH_ONCE": str(system.fuse(process.name))}
        return told

    return armed


def main(folder: Path) -> int:
    supervisor.LONGEST_PAUSE_S = LONGEST_PAUSE_S
    supervisor.environment = arming(folder, supervisor.environment)
    return asyncio.run(supervisor.supervise(folder))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
