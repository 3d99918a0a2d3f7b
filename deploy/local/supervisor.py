"""The whole system on one machine: PostgreSQL, one process per service, and who keeps them alive."""

import asyncio
import contextlib
import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from deploy.local.cluster import BUS, ensure_cluster, login_names
from deploy.local.kafka import ADMIN, VERSION, Kafka, kafka_of
from deploy.local.ports import port_is_free
from deploy.local.postgres import MAJOR, NO_SPACE, Postgres, clear_leftovers, database_url, ended_or_hung
from deploy.local.processes import (
    Child,
    compiling_environment,
    ended,
    last_line,
    session_of,
    spawn,
    stop,
    stop_strangers,
    sweep,
)
from deploy.local.state import (
    PortTakenError,
    State,
    Trouble,
    choose_bus,
    choose_port,
    data_key_file,
    disk_full,
    ensure_keys,
    is_disk_full,
    locked,
    ops_of,
)
from services import NAMES

GATEWAY = "gateway"
GATEWAY_PORT = 8000
READY_WITHIN_S = 60.0
STARTS_BEFORE_GIVING_UP = 3
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
STEADY_AFTER_S = 30.0
INTERRUPTED = 130
PORT_TRIES = 3


@dataclass(frozen=True)
class Process:
    """One database, its migrations, and the process that serves it. Commands follow the interpreter."""

    name: str
    migrate: tuple[str, ...] = ()
    run: tuple[str, ...] = ()


PROCESSES = (
    Process(BUS, migrate=("-m", "shared.bus", "migrate")),
    *(
        Process(name, migrate=("-m", "services", name, "migrate"), run=("-m", "services", name, "--role", "all"))
        for name in NAMES
    ),
    Process(GATEWAY, migrate=("-m", "gateway", "migrate"), run=("-m", "gateway", "--role", "all")),
)
TO_TRY = 'To try it: eval "$(.venv/bin/shenchi people)"; curl -H "Authorization: Bearer $CADRE" {}/passport/$HOUSEHOLD'
# What every process is told, unless whoever types the command says otherwise.
# The played year's archive is a county system on this same machine.
DEFAULTS = {
    "SHENCHI_PROFILE": "dev",
    "SHENCHI_CLOCK": "scenario",
    "SHENCHI_INTERNAL_SUBSCRIBERS": '{"county-archive": "127.0.0.0/8"}',
}


@dataclass
class System:
    state: State
    processes: Sequence[Process]
    server: Postgres
    broker: Kafka | None = None
    children: dict[str, Child] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    keepers: list[asyncio.Task[None]] = field(default_factory=list)
    settled: bool = False

    @property
    def served(self) -> list[Process]:
        return [process for process in self.processes if process.run]


Then = Callable[[System], Awaitable[int | None]]


async def supervise(folder: Path, processes: Sequence[Process] = PROCESSES, then: Then | None = None) -> int:
    """Runs until Ctrl-C or SIGTERM, or until `then`, called when all is ready, returns an exit code."""
    asked_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(each, asked_to_stop.set)
    with locked(folder) as state:
        system = await prepare(state, processes)
        work = asyncio.create_task(start_and_stay(system, then))
        asked = asyncio.create_task(asked_to_stop.wait())
        try:
            await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            return 0 if system.settled else INTERRUPTED
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await shut_down(system)


async def prepare(state: State, processes: Sequence[Process]) -> System:
    """Orphans stopped, keys and passwords made, ports chosen; nothing runs yet."""
    choose_bus(state, os.environ.get("BUS", ""))
    await stop_orphans(state)
    state.processes = {}
    ensure_keys(state, [process.name for process in processes if process.run])
    port = choose_port(state, "postgres")
    server = Postgres(state.postgres, port, state.password("postgres"), state.log("postgres"))
    for process in processes:
        if process.name == GATEWAY:
            state.ports[GATEWAY] = gateway_port()
            choose_port(state, ops_of(GATEWAY))
        elif process.run:
            choose_port(state, process.name)
    for login in login_names([process.name for process in processes]):
        state.password(login)
    broker = kafka_of(state, choose=True) if state.bus == "kafka" else None
    state.save_secrets()
    state.save()
    state.record("supervisor", os.getpid())
    return System(state, processes, server, broker)


async def stop_orphans(state: State) -> None:
    """What a supervisor left that was itself killed: every process got its signal then, but one that hung
    may still be there.
    """
    leaders = [pid for name in state.processes if (pid := state.running(name)) and pid != os.getpid()]
    mark = f"SHENCHI_STATE_DIR={state.folder}"
    members = [pid for entry in state.processes.values() for pid in session_of(entry["pid"], mark)]
    postgres = {state.running("postgres")}
    await stop_strangers([pid for pid in {*leaders, *members} - postgres if pid is not None])
    if (state.postgres / "data").exists():
        leftover = Postgres(state.postgres, 0, "", state.log("postgres"), mode="plain")
        await clear_leftovers(leftover.data, leftover.name)


def gateway_port() -> int:
    wanted = os.environ.get("SHENCHI_GATEWAY_PORT") or str(GATEWAY_PORT)
    if not wanted.isdigit() or not 0 < int(wanted) < 65_536:
        raise Trouble(f"SHENCHI_GATEWAY_PORT is {wanted!r}, which is not a port: give a number up to 65535.")
    if not port_is_free(int(wanted)):
        raise Trouble(
            f"Port {wanted} on 127.0.0.1 is in use by another program or not allowed:"
            " stop that program, or set SHENCHI_GATEWAY_PORT to a free port."
        )
    return int(wanted)


async def start_and_stay(system: System, then: Then | None) -> int:
    await start(system)
    names = ", ".join(process.name for process in system.served)
    address = f"http://127.0.0.1:{system.state.ports[system.served[-1].name]}"
    database = f"PostgreSQL {MAJOR} on port {system.server.port}"
    if system.broker:
        database += f", Kafka {VERSION} on port {system.broker.port}"
    print(f"Ready: {address} ({names}; {database}). Ctrl-C stops everything. {TO_TRY.format(address)}", flush=True)
    code = await then(system) if then else None
    system.settled = True
    if code is None:
        await asyncio.Event().wait()
    return code or 0


def tell(what: str) -> None:
    """What is being done, also where there is no terminal."""
    print(f"{what} ...", flush=True)


async def start(system: System) -> None:
    state, server = system.state, system.server
    try:
        tell("PostgreSQL starts" + (", and Kafka" if system.broker else ""))
        await asyncio.gather(start_postgres(system), start_kafka(system))
        tell("Databases and tables are made, or brought up to date")
        names = [process.name for process in system.processes]
        await ensure_cluster(server.url(), names, state.passwords)
        await migrate(system)
        tell(f"{len(system.served)} processes start")
        system.keepers.append(asyncio.create_task(keep_postgres(system)))
        if system.broker:
            system.keepers.append(asyncio.create_task(keep_kafka(system, system.broker)))
        for process in system.served:
            start_process(system, process)
            system.keepers.append(asyncio.create_task(keep(system, process)))
        await asyncio.gather(*(wait_until_ready(system, process) for process in system.served))
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(state.folder) from error
        raise


async def start_postgres(system: System) -> None:
    """Nobody has been told its port yet: where somebody took it meanwhile, there is another."""
    for tries_left in reversed(range(PORT_TRIES)):
        try:
            await system.server.start()
            break
        except PortTakenError:
            if not tries_left:
                raise
            system.server.port = choose_port(system.state, "postgres")
    system.state.record("postgres", system.server.pid or 0)


async def start_kafka(system: System) -> None:
    if system.broker:
        await system.broker.start()
        system.state.record("kafka", system.broker.pid or 0)


async def migrate(system: System) -> None:
    """All at once: each has a database of its own."""
    children: dict[str, Child] = {}
    try:
        for process in system.processes:
            if process.migrate:
                children[process.name] = spawn(
                    [sys.executable, *process.migrate],
                    log=system.state.log(f"{process.name}-migrate"),
                    env=environment(system.state, system.processes, process, migrating=True),
                )
        for name, child in children.items():
            await ended(child)
            if child.returncode != 0:
                log = system.state.log(f"{name}-migrate")
                if NO_SPACE in last_line(log):
                    raise disk_full(system.state.folder)
                raise Trouble(f"The migration of {name} failed ({last_line(log)}): see {log}.")
    finally:
        await asyncio.gather(*(stop(child) for child in children.values()))


def environment(
    state: State, processes: Sequence[Process], process: Process, *, migrating: bool = False
) -> dict[str, str]:
    name, port = process.name, state.ports["postgres"]

    def url(database: str, login: str) -> str:
        return database_url(port, login, state.password(login), database)

    told = {
        "SHENCHI_STATE_DIR": str(state.folder),
        "SHENCHI_DATABASE_URL": url(name, f"{name}_app"),
        "SHENCHI_JWKS_FILE": str(state.keys / "jwks.json"),
    }
    if state.bus == "kafka":
        told |= kafka_of(state).environment(ADMIN if name == BUS else name)
    else:
        told |= {"SHENCHI_BUS": "postgres", "SHENCHI_BUS_URL": url(BUS, f"{name}_app")}
    if process.run:
        told["SHENCHI_HOST"] = "127.0.0.1"
        told["SHENCHI_PORT"] = str(state.ports[name])
        told["SHENCHI_DATA_KEY_FILE"] = str(data_key_file(state, name))
    if name == GATEWAY:
        others = [other.name for other in processes if other.run and other.name != GATEWAY]
        upstreams = {other: f"http://127.0.0.1:{state.ports[other]}" for other in others}
        told["SHENCHI_UPSTREAMS"] = json.dumps(upstreams)
        told["SHENCHI_OPS_PORT"] = str(state.ports[ops_of(name)])
    if migrating:
        told["SHENCHI_OWNER_URL"] = url(name, f"{name}_owner")
    return DEFAULTS | compiling_environment() | told


def start_process(system: System, process: Process) -> None:
    name = process.name
    system.children[name] = spawn(
        [sys.executable, *process.run],
        log=system.state.log(name),
        env=environment(system.state, system.processes, process),
    )
    system.starts[name] = system.starts.get(name, 0) + 1
    system.state.record(name, system.children[name].pid)


async def keep(system: System, process: Process) -> None:
    """Starts a service again whenever it ends, sooner after a steady life than after a short one."""
    pause = FIRST_PAUSE_S
    while True:
        since = time.monotonic()
        child = system.children[process.name]
        await ended(child)
        sweep(child)
        pause = FIRST_PAUSE_S if time.monotonic() - since > STEADY_AFTER_S else pause
        note(system, f"{process.name} ended with {child.returncode}; it starts again in {pause:.1f} s")
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)
        await again(system, process.name, lambda: start_process(system, process))


async def keep_postgres(system: System) -> None:
    """The services reconnect by themselves."""
    while True:
        child = system.server.child
        if child is not None:
            await ended_or_hung(system.server)
            note(system, f"PostgreSQL ended with {child.returncode}; it starts again")
        await again(system, "PostgreSQL", lambda: start_postgres(system))


async def keep_kafka(system: System, broker: Kafka) -> None:
    """Relays and consumers wait for it meanwhile; what is acted on stays in the outboxes."""
    while True:
        if broker.child is not None:
            child = broker.child
            await ended(child)
            note(system, f"Kafka ended with {child.returncode}; it starts again")
        await again(system, "Kafka", lambda: start_kafka(system))


async def again(system: System, name: str, act: Callable[[], Awaitable[None] | None]) -> None:
    """Tries until it works, a full disk or not, and says why it does not once per new reason."""
    said = ""
    while True:
        try:
            pending = act()
            if pending is not None:
                await pending
        except (Trouble, OSError) as error:
            full = isinstance(error, OSError) and is_disk_full(error)
            sentence = str(disk_full(system.state.folder)) if full else str(error)
            if sentence != said:
                print(f"{name} is down. {sentence}", file=sys.stderr, flush=True)
            said = sentence
            await asyncio.sleep(2)
        else:
            return


async def wait_until_ready(system: System, process: Process) -> None:
    name, deadline = process.name, time.monotonic() + READY_WITHIN_S
    while not await asyncio.to_thread(is_ready, system.state.ports[name]):
        if system.starts[name] > STARTS_BEFORE_GIVING_UP or time.monotonic() > deadline:
            log = system.state.log(name)
            raise Trouble(f"{name} does not become ready ({last_line(log)}): see {log}.")
        await asyncio.sleep(0.1)


def fetch(port: int, path: str, timeout_s: float = 5, token: str = "") -> tuple[int, bytes] | None:
    """A plain GET on loopback, which no proxy of the environment diverts; None without an answer."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def is_ready(port: int) -> bool:
    answer = fetch(port, "/ready", timeout_s=2)
    return answer is not None and answer[0] == 200


def note(system: System, line: str) -> None:
    """For whoever asks later why something was away; on a full disk it goes without."""
    with contextlib.suppress(OSError), system.state.log("supervisor").open("a", encoding="utf-8") as log:
        log.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {line}\n")


async def shut_down(system: System) -> None:
    """Services first, so that they can still write what they hold, then the log and PostgreSQL."""
    for keeper in system.keepers:
        keeper.cancel()
    await asyncio.gather(*system.keepers, return_exceptions=True)
    await asyncio.gather(*(stop(child) for child in system.children.values()))
    if system.broker:
        await system.broker.stop()
    await system.server.stop()
    system.state.processes = {}
    with contextlib.suppress(OSError):  # a full disk: the pids are dead, which the next reader sees too
        system.state.save()
