"""The real supervisor in a process of its own, over a real PostgreSQL and two tiny services."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.memory import peak_memory, pss_mb, tree
from deploy.local.processes import is_alive, start_ticks
from deploy.local.state import locked, read_state
from deploy.local.status import print_status
from deploy.local.supervisor import fetch, prepare, start_postgres
from tests.integration.deploy.processes import TINY, until

Supervisor = subprocess.Popen[bytes]


def launch(folder: Path, *more: str) -> Supervisor:
    with (folder.parent / "out").open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.integration.deploy.supervise_tiny", str(folder), *more],
            stdout=out,
            stderr=subprocess.STDOUT,
        )


def said(folder: Path) -> str:
    return (folder.parent / "out").read_text()


def pid_of(folder: Path, name: str) -> int:
    return read_state(folder).processes[name]["pid"]


def answering_pid(folder: Path, name: str) -> int | None:
    answer = fetch(read_state(folder).ports[name], "/ready")
    return int(answer[1]) if answer else None


def leave_nothing(supervisor: Supervisor, with_signal: signal.Signals) -> None:
    pids = {pid: start_ticks(pid) for pid in tree(supervisor.pid)}
    assert len(pids) > 5  # two services, PostgreSQL and its backends
    supervisor.send_signal(with_signal)
    supervisor.wait(timeout=60)
    left = [pid for pid, ticks in pids.items() if ticks is not None and is_alive(pid, ticks)]
    assert left == []


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "600"], start_new_session=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
async def running(folder: Path) -> AsyncIterator[Supervisor]:
    supervisor = launch(folder)
    try:
        await until(lambda: "Ready: " in said(folder) or supervisor.poll() is not None, 60)
        assert supervisor.poll() is None, said(folder)
        yield supervisor
    finally:
        supervisor.terminate()
        supervisor.wait(timeout=60)


async def test_what_it_does_is_told_and_ready_is_one_line_and_sigterm_leaves_no_process(
    running: Supervisor, folder: Path
) -> None:
    *told, ready = said(folder).splitlines()
    assert [line.split()[0] for line in told] == ["PostgreSQL", "Databases", "2"]
    assert ready.startswith("Ready: http://127.0.0.1:")
    assert "alpha, beta; PostgreSQL 18 on port" in said(folder)
    assert "To try it: eval" in said(folder)
    leave_nothing(running, signal.SIGTERM)
    assert running.returncode == 0
    assert read_state(folder).processes == {}


async def test_ctrl_c_leaves_no_process(running: Supervisor) -> None:
    leave_nothing(running, signal.SIGINT)
    assert running.returncode == 0


async def test_a_killed_service_is_healed_on_the_same_port(running: Supervisor, folder: Path) -> None:
    before, neighbour = pid_of(folder, "alpha"), pid_of(folder, "beta")
    for _ in range(2):
        killed = pid_of(folder, "alpha")
        os.kill(killed, signal.SIGKILL)
        await until(lambda killed=killed: answering_pid(folder, "alpha") not in {None, killed})  # type: ignore[misc]
    assert answering_pid(folder, "alpha") == pid_of(folder, "alpha") != before
    assert answering_pid(folder, "beta") == neighbour
    assert running.poll() is None
    assert "alpha ended with -9" in read_state(folder).log("supervisor").read_text()


async def test_a_port_that_was_taken_since_it_was_chosen_is_left_to_who_took_it(folder: Path) -> None:
    with locked(folder) as state:
        system = await prepare(state, TINY)
        chosen = system.server.port
        with socket.create_server(("127.0.0.1", chosen)):
            try:
                await start_postgres(system)
                assert system.server.port == state.ports["postgres"] != chosen
                assert state.processes["postgres"]["pid"] == system.server.pid
            finally:
                await system.server.stop()


async def test_a_killed_postgres_is_healed(running: Supervisor, folder: Path) -> None:
    killed = pid_of(folder, "postgres")
    os.kill(killed, signal.SIGKILL)
    await until(lambda: pid_of(folder, "postgres") != killed)
    leave_nothing(running, signal.SIGTERM)


async def test_children_die_with_a_killed_supervisor_and_the_next_one_starts(running: Supervisor, folder: Path) -> None:
    pids = {pid: start_ticks(pid) for pid in tree(running.pid)}
    running.kill()
    running.wait(timeout=10)
    await until(lambda: not any(ticks and is_alive(pid, ticks) for pid, ticks in pids.items()))
    ports = read_state(folder).ports
    second = launch(folder)
    try:
        await until(lambda: said(folder).count("Ready: ") == 2 or second.poll() is not None, 60)
        assert second.poll() is None, said(folder)
        assert read_state(folder).ports == ports
    finally:
        second.terminate()
        second.wait(timeout=60)


async def test_an_orphan_that_hung_is_stopped_and_a_reused_pid_is_not(running: Supervisor, folder: Path) -> None:
    running.terminate()
    running.wait(timeout=60)
    # As if it had outlived its supervisor; and a process that merely has a recorded number.
    orphan, bystander = sleeper(), sleeper()
    try:
        state = read_state(folder)
        state.record("alpha", orphan.pid)
        state.record("beta", bystander.pid)
        state.processes["beta"]["started"] -= 1
        state.save()
        second = launch(folder)
        try:
            assert orphan.wait(timeout=30) == -signal.SIGTERM
            await until(lambda: said(folder).count("Ready: ") == 2, 60)
            assert bystander.poll() is None
        finally:
            second.terminate()
            second.wait(timeout=60)
    finally:
        orphan.kill()
        bystander.kill()
        orphan.wait(timeout=10)
        bystander.wait(timeout=10)


async def test_it_stops_by_itself_with_the_code_of_what_it_waited_for(folder: Path) -> None:
    once = launch(folder, "7")
    assert once.wait(timeout=60) == 7
    assert said(folder).count("Ready: ") == 1
    assert read_state(folder).processes == {}


async def test_status_shows_processes_and_deliveries(
    running: Supervisor, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert print_status(read_state(folder), TINY) == 0
    shown = capsys.readouterr().out
    for word in ("supervisor", "postgres", "alpha", "beta", "registry.household 7", "1.5"):
        assert word in shown
    os.kill(pid_of(folder, "alpha"), signal.SIGSTOP)
    try:
        assert print_status(read_state(folder), TINY) == 0
        assert "no answer" in capsys.readouterr().out
    finally:
        os.kill(pid_of(folder, "alpha"), signal.SIGCONT)
    running.terminate()
    running.wait(timeout=60)
    assert print_status(read_state(folder), TINY) == 1
    assert "The system is down" in capsys.readouterr().out


async def test_a_second_supervisor_is_refused(running: Supervisor, folder: Path) -> None:
    second = launch(folder)
    assert second.wait(timeout=60) != 0
    assert f"The system already runs from {folder}" in said(folder)
    assert running.poll() is None


async def test_memory_counts_postgres_too(running: Supervisor, folder: Path) -> None:
    with peak_memory(running.pid, every_s=0.05) as peak:
        whole = pss_mb(tree(running.pid))
    services = pss_mb([pid_of(folder, "alpha"), pid_of(folder, "beta")])
    assert whole > services > 0
    assert peak.mb >= whole
