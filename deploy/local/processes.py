"""Starting, recognising and stopping operating-system processes."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Literal

ROOT = Path(__file__).resolve().parents[2]
LAUNCH = Path(__file__).with_name("launch.py")
LOG_LIMIT_BYTES = 50 * 1024 * 1024
POLL_S = 0.05

Child = subprocess.Popen[bytes]
Mode = Literal["plain", "namespace", "nobody"]


def compiling_environment() -> dict[str, str]:
    """Ours, but Python keeps what it compiled, whatever the shell says: without that every process spends
    2.6 s of CPU on its imports at each start, with it 1.2 s.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def open_log(path: Path) -> IO[bytes]:
    """Opened for appending; one that has grown too large is put aside first, over the last one put aside."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def last_line(path: Path, containing: str = "", since: int = 0) -> str:
    """The last line of a log that says something, not before the byte `since`; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as log:
        log.seek(max(since, path.stat().st_size - 16_384))
        lines = log.read().decode(errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip() and containing in line), "")


def spawn(
    command: Sequence[str],
    *,
    log: Path | None,
    env: Mapping[str, str] | None = None,
    mode: Mode = "plain",
    death_signal: signal.Signals = signal.SIGKILL,
) -> Child:
    """A child that gets `death_signal` when this process dies, even by kill -9.

    To be called from the main thread: the kernel means the parent *thread*. The child has a session of
    its own, so that Ctrl-C reaches the supervisor alone, which then stops everything in order.
    """
    launch = [sys.executable, "-I", "-S", str(LAUNCH), mode, str(int(death_signal)), str(os.getpid())]
    output = open_log(log) if log else None
    try:
        return subprocess.Popen(
            [*launch, *command],
            cwd=ROOT,
            env=compiling_environment() if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
    finally:
        if output:
            output.close()


async def ended(child: Child, within_s: float = float("inf")) -> bool:
    """Whether it ended, waiting for at most so long."""
    deadline = time.monotonic() + within_s
    while child.poll() is None:
        if time.monotonic() >= deadline:
            return False
        await asyncio.sleep(POLL_S)
    return True


async def stop(child: Child, with_signal: signal.Signals = signal.SIGTERM, grace_s: float = 5) -> None:
    if child.poll() is None:
        child.send_signal(with_signal)
    if not await ended(child, grace_s):
        child.kill()
        await ended(child)
    sweep(child)


def sweep(child: Child) -> None:
    """Kills what an ended child left in its process group, a pool of workers for instance."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def start_ticks(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None where it is gone (or a zombie).

    Pid and start together name one process: a pid that was given out again has another start.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in {"Z", "X"} else int(fields[19])


def is_alive(pid: int, started: int) -> bool:
    return start_ticks(pid) == started


def send(pids: Sequence[int], with_signal: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, with_signal)


def session_of(leader: int, marked: str) -> list[int]:
    """The processes of a session whose environment holds the mark. Without the mark, another program's
    session could be meant, which got the same number after a reboot.
    """
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == leader and marked.encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except (OSError, ValueError):
            continue  # no process, gone meanwhile, or another user's
    return found


async def stop_strangers(pids: Sequence[int], with_signal: signal.Signals = signal.SIGTERM, grace_s: float = 5) -> None:
    """Processes that are not our children (an earlier supervisor's), first asked, then killed."""
    started = {pid: ticks for pid in pids if (ticks := start_ticks(pid)) is not None}

    def left() -> list[int]:
        return [pid for pid, ticks in started.items() if is_alive(pid, ticks)]

    for each, seconds in ((with_signal, grace_s), (signal.SIGKILL, 10.0)):
        send(left(), each)
        deadline = time.monotonic() + seconds
        while left() and time.monotonic() < deadline:
            await asyncio.sleep(POLL_S)
