"""Heavy work in a process of its own: off the event loop, memory limited and given back, gone when we are gone."""

import asyncio
import contextlib
import gc
import importlib
import json
import os
import resource
import sys
from threading import Thread
from typing import Any

GENTLE = 5  # below the doors' priority
_COMMAND = "from shared.process.isolated import main; main()"


async def run_isolated(target: str, argument: Any, *, seconds: float, largest_bytes: int) -> int:
    """Run the coroutine function `module:name` with a JSON argument; returns the exit code, negative for a signal.

    The argument goes through a pipe (a command line is public) that stays open: its end tells the other side
    that we died. Cancelled or out of time, the process is killed.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _COMMAND, target, str(largest_bytes), stdin=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdin is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(argument).encode() + b"\n")
            await process.stdin.drain()
        return await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        return -9
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def main() -> None:
    """The other side: read one line, watch the pipe, do the work."""
    target, largest_bytes = sys.argv[1], int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (largest_bytes, largest_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold personal data
    os.nice(GENTLE)
    gc.disable()  # it lives for seconds; collecting costs a fifth of that and frees nothing
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(0, 65536)
        if not part:
            sys.exit(1)
        line += part
    Thread(target=_die_with_parent, daemon=True).start()
    module, _, name = target.partition(":")
    asyncio.run(getattr(importlib.import_module(module), name)(json.loads(line)))


def _die_with_parent() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)
