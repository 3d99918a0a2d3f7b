"""Work in a process of its own: its end, its limits, and its death with us."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from pathlib import Path

# One server forks all isolated work of a test process, and has read what the first of it stands on: the roster's, too.
from services.registry.roster import work  # noqa: F401
from shared.process.isolated import run_isolated

HERE = "tests.unit.shared.test_isolated"
MEMORY = 2 * 1024**3


def note(path: str, text: str) -> None:
    Path(path).write_text(text)


async def write_file(argument: dict[str, str]) -> None:
    note(argument["path"], f"{argument['text']} {os.nice(0)}")


async def eat(argument: dict[str, int]) -> None:
    bytearray(argument["bytes"])


async def sleep_long(argument: dict[str, str]) -> None:
    note(argument["path"], str(os.getpid()))
    await asyncio.sleep(60)


def is_alive(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


async def pid_in(path: Path) -> int:
    async with asyncio.timeout(20):
        while not read(path):
            await asyncio.sleep(0.01)
    return int(read(path))


async def test_it_runs_gently_with_its_argument(tmp_path: Path) -> None:
    path = tmp_path / "out"
    code = await run_isolated(f"{HERE}:write_file", {"path": str(path), "text": "甲"}, seconds=30, largest_bytes=MEMORY)
    assert (code, path.read_text()) == (0, f"甲 {os.nice(0) + 5}")


async def test_it_has_no_more_memory_than_it_is_given() -> None:
    assert await run_isolated(f"{HERE}:eat", {"bytes": MEMORY}, seconds=30, largest_bytes=MEMORY) == 1


async def test_it_is_killed_when_its_time_is_over(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    running = asyncio.create_task(
        run_isolated(f"{HERE}:sleep_long", {"path": str(path)}, seconds=30, largest_bytes=MEMORY)
    )
    pid = await pid_in(path)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not is_alive(pid)
    assert await run_isolated(f"{HERE}:sleep_long", {"path": str(path)}, seconds=0.2, largest_bytes=MEMORY) == -9


async def test_it_dies_when_its_parent_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    script = (
        "import asyncio; from shared.process.isolated import run_isolated;"
        f"asyncio.run(run_isolated('{HERE}:sleep_long', {{'path': {str(path)!r}}}, seconds=60, largest_bytes={MEMORY}))"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
    pid = await pid_in(path)
    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()
    deadline = time.monotonic() + 10
    while is_alive(pid) and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    assert not is_alive(pid)
